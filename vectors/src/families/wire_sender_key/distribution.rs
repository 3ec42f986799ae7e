//! Distribution messages.
use super::super::build::{flipped, group, secret, test, SIGNAL_V4, WHATSAPP_V3};
use super::super::keys::public_of;
use super::super::protobuf::Fields;
use super::super::wire_rules::{case, protobuf_rules, Case};
use super::super::x25519::serialized;
use super::super::{GroupPlan, TestPlan};
use super::{id, id_field, numbered_by, NAME, VERSION_BYTES};
use crate::bytes::Bytes;
use crate::step::{Profile, Step};

pub const PARSE: &str = "parse_distribution_message";
const ENCODE: &str = "encode_distribution_message";

/// The groups.
pub fn groups() -> Vec<GroupPlan> {
    let mut groups = vec![
        group(PARSE, SIGNAL_V4, numbered(601, version_bytes())),
        group(
            PARSE,
            SIGNAL_V4,
            numbered(
                631,
                protobuf_rules(&fields(), |fields| message(0x33, fields)),
            ),
        ),
        group(PARSE, SIGNAL_V4, numbered(701, field_rules())),
        group(PARSE, SIGNAL_V4, numbered(771, truncations())),
    ];
    groups.extend(writers());
    groups
}

pub fn parsing(profile: Profile, bytes: Vec<u8>) -> Step {
    Step::ParseDistributionMessage {
        profile,
        bytes: Bytes(bytes),
    }
}

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    numbered_by(first, cases, |bytes| parsing(Profile::SignalV4, bytes))
}

/// The chain key of this family.
pub fn chain_key() -> Vec<u8> {
    secret(NAME, 0, "chain key").0
}

/// The signing key of this family, serialised.
pub fn signing_key() -> Vec<u8> {
    serialized(&public_of(&secret(NAME, 0, "signing key")))
}

fn message(version: u8, fields: &Fields) -> Vec<u8> {
    [&[version], fields.0.as_slice()].concat()
}

fn numbers() -> Fields {
    Fields::new().integer(2, 42).integer(3, 7)
}

fn keys() -> Fields {
    Fields::new()
        .bytes(4, &chain_key())
        .bytes(5, &signing_key())
}

fn fields() -> Fields {
    id_field().then(&numbers()).then(&keys())
}

fn all(comment: &str, flag: &'static str, fields: &Fields) -> Case {
    case(comment, flag, message(0x33, fields))
}

fn version_bytes() -> Vec<Case> {
    let flag = "SenderKeyVersion";
    let malformed = Fields::new().raw(&[0xff; 70]);
    let bytes = VERSION_BYTES.iter().map(|&v| {
        case(
            &format!("version byte {v:02x}"),
            flag,
            message(v, &fields()),
        )
    });
    bytes
        .chain([
            case(
                "a version below 3 comes before a malformed body",
                flag,
                message(0x23, &malformed),
            ),
            case(
                "a version above 3 comes before a malformed body",
                flag,
                message(0x43, &malformed),
            ),
            case(
                "too few bytes come before a version above 3",
                "Truncated",
                vec![0x43; 64],
            ),
        ])
        .collect()
}

fn field_rules() -> Vec<Case> {
    [orders(), presence(), lengths(), types(), wire_types()].concat()
}

fn orders() -> Vec<Case> {
    vec![
        all("a distribution message", "Normal", &fields()),
        all(
            "the keys first",
            "FieldOrder",
            &keys().then(&numbers()).then(&id_field()),
        ),
        all(
            "the iteration twice",
            "RepeatedField",
            &fields().integer(3, 9),
        ),
        all(
            "the chain key twice, the last one too short",
            "RepeatedField",
            &fields().bytes(4, &[1; 31]),
        ),
        all(
            "the signing key twice, the first one of type 06",
            "RepeatedField",
            &Fields::new().bytes(5, &[6; 33]).then(&fields()),
        ),
        all(
            "iteration 2^32 + 5 reads as 5",
            "Varint",
            &id_field()
                .integer(2, 42)
                .tag(3, 0)
                .raw(&[0x85, 0x80, 0x80, 0x80, 0x10])
                .then(&keys()),
        ),
        all(
            "chain id and iteration of 2^32 - 1",
            "Varint",
            &id_field()
                .integer(2, u64::from(u32::MAX))
                .integer(3, u64::from(u32::MAX))
                .then(&keys()),
        ),
    ]
}

fn presence() -> Vec<Case> {
    let with = |fields: &Fields| fields.clone().bytes(15, &[0; 40]);
    vec![
        all(
            "no distribution id",
            "MissingField",
            &numbers().then(&keys()),
        ),
        all(
            "no chain id",
            "MissingField",
            &id_field().integer(3, 7).then(&keys()),
        ),
        all(
            "no iteration",
            "MissingField",
            &id_field().integer(2, 42).then(&keys()),
        ),
        all(
            "no chain key",
            "MissingField",
            &with(&id_field().then(&numbers()).bytes(5, &signing_key())),
        ),
        all(
            "no signing key",
            "MissingField",
            &with(&id_field().then(&numbers()).bytes(4, &chain_key())),
        ),
        all(
            "nothing but an unknown field",
            "MissingField",
            &with(&with(&Fields::new())),
        ),
    ]
}

fn lengths() -> Vec<Case> {
    let start = || id_field().then(&numbers());
    let with_chain_key = |length: usize| {
        all(
            &format!("a chain key of {length} bytes"),
            "KeyLength",
            &start().bytes(4, &vec![9; length]).bytes(5, &signing_key()),
        )
    };
    let with_signing_key = |length: usize| {
        let key = [signing_key(), vec![1; 16]].concat()[..length].to_vec();
        all(
            &format!("a signing key of {length} bytes"),
            "KeyLength",
            &start().bytes(4, &chain_key()).bytes(5, &key),
        )
    };
    let mut cases = vec![all(
        "a distribution id of 15 bytes",
        "DistributionId",
        &Fields::new()
            .bytes(1, &id()[..15])
            .then(&numbers())
            .then(&keys()),
    )];
    cases.extend([0, 31, 33, 64].map(with_chain_key));
    cases.extend([0, 1, 32, 34, 40].map(with_signing_key));
    cases
}

fn types() -> Vec<Case> {
    let with_keys = |chain_key: &[u8], signing_key: &[u8]| {
        id_field()
            .then(&numbers())
            .bytes(4, chain_key)
            .bytes(5, signing_key)
    };
    let other_type = |byte: u8| [&[byte], signing_key().get(1..).unwrap_or_default()].concat();
    vec![
        all(
            "a signing key of type 06",
            "KeyLength",
            &with_keys(&chain_key(), &other_type(6)),
        ),
        all(
            "a signing key of type 00",
            "KeyLength",
            &with_keys(&chain_key(), &other_type(0)),
        ),
        all(
            "a chain key of 31 bytes comes before a signing key of type 06",
            "KeyLength",
            &with_keys(&chain_key()[..31], &other_type(6)),
        ),
        all(
            "a signing key with u = 0",
            "KeyLength",
            &with_keys(&chain_key(), &serialized(&[0; 32])),
        ),
        all(
            "a signing key with u above p and bit 255",
            "KeyLength",
            &with_keys(&chain_key(), &serialized(&[0xff; 32])),
        ),
        all(
            "a signing key with bit 255",
            "KeyLength",
            &with_keys(&chain_key(), &flipped(&signing_key(), 32, 0x80)),
        ),
        all(
            "a chain key of zeros",
            "Normal",
            &with_keys(&[0; 32], &signing_key()),
        ),
    ]
}

fn wire_types() -> Vec<Case> {
    let mut cases = vec![
        all(
            "the chain key as an integer",
            "WireType",
            &fields().integer(4, 5),
        ),
        all(
            "the signing key as an integer",
            "WireType",
            &fields().integer(5, 5),
        ),
    ];
    cases.extend((1..=5).map(|n| {
        all(
            &format!("field {n} as 4 fixed bytes"),
            "WireType",
            &fields().tag(n, 5).raw(&[0; 4]),
        )
    }));
    cases
}

fn truncations() -> Vec<Case> {
    let whole = message(0x33, &fields());
    let lengths = [0usize, 1, 19, 21, 23, 56, 57, 58, 64, 65, 66, 91];
    let cases = lengths.iter().map(|&n| {
        case(
            &format!("the first {n} bytes"),
            "Truncated",
            whole[..n].to_vec(),
        )
    });
    let longer = [whole.as_slice(), &[0]].concat();
    let signed = [whole.as_slice(), &[0xaa; 64]].concat();
    cases
        .chain([
            case("a byte more", "Truncated", longer),
            case(
                "a signature at the end, as messages have",
                "Truncated",
                signed,
            ),
        ])
        .collect()
}

fn writing(
    profile: Profile,
    distribution_id: Option<Vec<u8>>,
    (chain_id, iteration): (u32, u32),
    chain_key: Vec<u8>,
    signing_key: Vec<u8>,
) -> Step {
    Step::EncodeDistributionMessage {
        profile,
        distribution_id: distribution_id.map(Bytes),
        chain_id,
        iteration,
        chain_key: Bytes(chain_key),
        signing_key: Bytes(signing_key),
    }
}

fn writers() -> [GroupPlan; 2] {
    let write = |numbers| {
        let (profile, id) = (Profile::SignalV4, Some(id()));
        writing(profile, id, numbers, chain_key(), signing_key())
    };
    let with =
        |id, chain_key, signing_key| writing(Profile::SignalV4, id, (1, 1), chain_key, signing_key);
    let written = |id, comment, step| test(id, comment, "Writer", step);
    let signal = vec![
        written(801, "numbers of 0", write((0, 0))),
        written(802, "numbers around 2^7", write((127, 128))),
        written(803, "numbers of five bytes", write((u32::MAX, u32::MAX))),
        written(
            804,
            "a chain key of 31 bytes",
            with(Some(id()), vec![1; 31], signing_key()),
        ),
        written(
            805,
            "a signing key of type 06",
            with(Some(id()), chain_key(), vec![6; 33]),
        ),
        written(
            806,
            "a signing key of 32 bytes",
            with(Some(id()), chain_key(), vec![5; 32]),
        ),
        written(
            807,
            "no distribution id",
            with(None, chain_key(), signing_key()),
        ),
    ];
    let other = |id, numbers| writing(Profile::WhatsAppV3, id, numbers, chain_key(), signing_key());
    let whatsapp = vec![
        written(851, "numbers of 0", other(None, (0, 0))),
        written(
            852,
            "numbers of five bytes",
            other(None, (u32::MAX, u32::MAX)),
        ),
        written(853, "with a distribution id", other(Some(id()), (1, 1))),
    ];
    [
        group(ENCODE, SIGNAL_V4, signal),
        group(ENCODE, WHATSAPP_V3, whatsapp),
    ]
}
