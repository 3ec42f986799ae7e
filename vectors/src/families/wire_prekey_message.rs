//! PreKeySignalMessage: what the parser accepts, and how it is written.
use super::build::{
    counting, group, secret, sharing_notes, test, Plan, SIGNAL_V3, SIGNAL_V4, WHATSAPP_V3,
};
use super::keys::public_of;
use super::protobuf::Fields;
use super::wire_rules::{self, case, protobuf_rules, Case};
use super::wire_signal_message::fields as inner_fields;
use super::x25519::serialized;
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

/// Beside those of both messages.
const NOTES: [FlagNote; 2] = [
    FlagNote {
        flag: "KemFields",
        description: "KEM prekey id and ciphertext come together; version 4 needs them, version 3 may have them.",
        effect: "A message of one version is taken for the other: the handshake is weaker than both sides believe.",
    },
    FlagNote {
        flag: "InnerMessage",
        description: "The message inside is parsed with the envelope, by its own rules; its version may be another.",
        effect: "A crash later on, or a message refused that peers accept.",
    },
];

const NAME: &str = "wire_prekey_message";

/// The family.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "PreKeySignalMessage as bytes",
        header: &[
            "version byte, protobuf; the message inside has the only tag. Order of the checks: version, protobuf,",
            "required fields, base key, KEM fields, identity key, message inside.",
        ],
        notes: [wire_rules::NOTES, &NOTES].concat(),
        groups: vec![
            group("parse_prekey_message", SIGNAL_V3, numbered(101, version_bytes())),
            group("parse_prekey_message", SIGNAL_V3, numbered(201, protobuf_rules(&fields(), |fields| message(0x34, fields)))),
            group("parse_prekey_message", SIGNAL_V3, numbered(301, field_rules())),
            group("parse_prekey_message", SIGNAL_V3, numbered(401, order_of_checks())),
            group("parse_prekey_message", SIGNAL_V4, numbered(501, version_4())),
            group("parse_prekey_message", SIGNAL_V3, truncations()),
            group("parse_prekey_message", WHATSAPP_V3, numbered(701, other_writers())),
            group("encode_prekey_message", SIGNAL_V3, writer()),
        ],
    })
}

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| {
            let step = Step::ParsePrekeyMessage {
                bytes: Bytes(bytes),
            };
            test(id, comment, flag, step)
        })
        .collect()
}

fn key(meaning: &str) -> Vec<u8> {
    serialized(&public_of(&secret(NAME, 0, meaning)))
}

/// The message inside, with this version byte.
fn inner(version: u8) -> Vec<u8> {
    [&[version], inner_fields().0.as_slice(), &[0xaa; 8]].concat()
}

/// The fields 1 to 6, with a value in place of that of one field of bytes.
fn with(number: u64, value: &[u8]) -> Fields {
    let own = [
        (2, key("base key")),
        (3, key("identity key")),
        (4, inner(0x34)),
    ];
    let mut out = Fields::new().integer(1, 31);
    for (n, usual) in &own {
        out = out.bytes(*n, if *n == number { value } else { usual });
    }
    out.integer(5, 1001).integer(6, 7)
}

fn fields() -> Fields {
    with(0, &[])
}

/// The fields 1 to 6 but one.
fn without(number: u64) -> Fields {
    let all = [
        Fields::new().integer(1, 31),
        Fields::new().bytes(2, &key("base key")),
        Fields::new().bytes(3, &key("identity key")),
        Fields::new().bytes(4, &inner(0x34)),
        Fields::new().integer(5, 1001),
        Fields::new().integer(6, 7),
    ];
    (1..)
        .zip(&all)
        .filter(|(n, _)| *n != number)
        .fold(Fields::new(), |out, (_, field)| out.then(field))
}

fn message(version: u8, fields: &Fields) -> Vec<u8> {
    [&[version], fields.0.as_slice()].concat()
}

fn all(comment: &str, flag: &'static str, fields: &Fields) -> Case {
    case(comment, flag, message(0x34, fields))
}

fn version_bytes() -> Vec<Case> {
    let mut cases: Vec<Case> = [
        0x00u8, 0x03, 0x14, 0x23, 0x2f, 0x30, 0x33, 0x34, 0x3f, 0x50, 0x54, 0xff,
    ]
    .iter()
    .map(|&v| {
        case(
            &format!("version byte {v:02x}"),
            "VersionByte",
            message(v, &fields()),
        )
    })
    .collect();
    cases.extend([
        case("no bytes", "EmptyValue", Vec::new()),
        case("a version byte alone", "EmptyValue", vec![0x34]),
        case("a version below 3 alone", "VersionByte", vec![0x24]),
    ]);
    cases
}

fn field_rules() -> Vec<Case> {
    [ids(), repetitions(), keys(), inside(), wire_types()].concat()
}

fn ids() -> Vec<Case> {
    vec![
        all("a message", "Normal", &fields()),
        all("no one-time prekey id", "MissingField", &without(1)),
        all("no base key", "MissingField", &without(2)),
        all("no identity key", "MissingField", &without(3)),
        all("no message inside", "MissingField", &without(4)),
        all("no registration id reads as 0", "MissingField", &without(5)),
        all("no signed prekey id", "MissingField", &without(6)),
        all(
            "the one-time prekey id last",
            "FieldOrder",
            &without(1).integer(1, 31),
        ),
        all("one-time prekey id 0", "Varint", &without(1).integer(1, 0)),
        all(
            "one-time prekey id 2^32 - 1",
            "Varint",
            &without(1).integer(1, 0xffff_ffff),
        ),
        all(
            "one-time prekey id 2^32 + 31 reads as 31",
            "Varint",
            &without(1).integer(1, (1 << 32) + 31),
        ),
        all("signed prekey id 0", "Varint", &without(6).integer(6, 0)),
        all(
            "signed prekey id 2^64 - 1 reads as 2^32 - 1",
            "Varint",
            &without(6).integer(6, u64::MAX),
        ),
        all(
            "registration id above 14 bits",
            "Varint",
            &without(5).integer(5, 0xffff_ffff),
        ),
    ]
}

fn repetitions() -> Vec<Case> {
    vec![
        all(
            "the base key twice",
            "RepeatedField",
            &fields().bytes(2, &key("another key")),
        ),
        all(
            "the identity key twice",
            "RepeatedField",
            &fields().bytes(3, &key("another key")),
        ),
        all(
            "the message inside twice, the first malformed",
            "RepeatedField",
            &Fields::new().bytes(4, b"x").then(&fields()),
        ),
        all(
            "the message inside twice, the last malformed",
            "RepeatedField",
            &fields().bytes(4, b"x"),
        ),
        all(
            "the signed prekey id twice",
            "RepeatedField",
            &fields().integer(6, 8),
        ),
    ]
}

fn keys() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, name) in [(2, "base key"), (3, "identity key")] {
        let usual = key(name);
        let longer = [usual.as_slice(), &[1]].concat();
        let of_type_6 = [&[6], &usual[1..]].concat();
        cases.extend([
            all(
                &format!("the {name} empty"),
                "KeyEncoding",
                &with(number, &[]),
            ),
            all(
                &format!("the {name} of type 06"),
                "KeyEncoding",
                &with(number, &of_type_6),
            ),
            all(
                &format!("the {name} of 32 bytes"),
                "KeyEncoding",
                &with(number, &usual[..32]),
            ),
            all(
                &format!("the {name} of 34 bytes"),
                "KeyEncoding",
                &with(number, &longer),
            ),
            all(
                &format!("the {name} with u = 0"),
                "KeyEncoding",
                &with(number, &serialized(&[0; 32])),
            ),
            all(
                &format!("the {name} with u of ff"),
                "KeyEncoding",
                &with(number, &serialized(&[0xff; 32])),
            ),
        ]);
    }
    cases
}

fn inside() -> Vec<Case> {
    let kem = Fields::new().integer(7, 9).bytes(8, &counting(20).0);
    vec![
        all(
            "version 3 with KEM fields",
            "KemFields",
            &fields().then(&kem),
        ),
        all(
            "version 3 with a KEM prekey id alone",
            "KemFields",
            &fields().integer(7, 9),
        ),
        all(
            "version 3 with a KEM ciphertext alone",
            "KemFields",
            &fields().bytes(8, &counting(20).0),
        ),
        all(
            "a message of version 4 inside",
            "InnerMessage",
            &with(4, &inner(0x44)),
        ),
        all(
            "a message with version byte 33 inside",
            "InnerMessage",
            &with(4, &inner(0x33)),
        ),
        all(
            "a message of version 2 inside",
            "InnerMessage",
            &with(4, &inner(0x24)),
        ),
        all(
            "a message of version 5 inside",
            "InnerMessage",
            &with(4, &inner(0x54)),
        ),
        all("8 bytes inside", "InnerMessage", &with(4, &[0x34; 8])),
        all("an empty message inside", "InnerMessage", &with(4, &[])),
        all(
            "a message without fields inside",
            "InnerMessage",
            &with(4, &[0x34; 9]),
        ),
        all(
            "a prekey message inside",
            "InnerMessage",
            &with(4, &message(0x34, &fields())),
        ),
    ]
}

fn wire_types() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.extend((1..=6).map(|n| {
        let wrong = fields().tag(n, 1).raw(&[0; 8]);
        all(&format!("field {n} as 8 fixed bytes"), "WireType", &wrong)
    }));
    cases.extend([2, 3, 4, 8].map(|n| {
        all(
            &format!("field {n} as an integer"),
            "WireType",
            &fields().integer(n, 5),
        )
    }));
    cases.extend([1, 5, 6, 7].map(|n| {
        all(
            &format!("field {n} as bytes"),
            "WireType",
            &fields().bytes(n, b"x"),
        )
    }));
    cases
}

/// Two things are wrong: the first check that fails gives the class.
fn order_of_checks() -> Vec<Case> {
    let bad_key: &[u8] = &[6; 33];
    let base = |out: Fields| out.bytes(2, bad_key);
    let identity = |out: Fields| out.bytes(3, &[5]);
    vec![
        all(
            "a missing signed prekey id before a malformed base key",
            "MissingField",
            &base(without(6)),
        ),
        all(
            "a malformed base key before a lone KEM prekey id",
            "KeyEncoding",
            &base(fields()).integer(7, 9),
        ),
        all(
            "a malformed base key before a malformed identity key",
            "KeyEncoding",
            &identity(base(fields())),
        ),
        all(
            "a lone KEM prekey id before a malformed identity key",
            "KemFields",
            &identity(fields()).integer(7, 9),
        ),
        all(
            "a malformed identity key before a malformed message inside",
            "KeyEncoding",
            &identity(fields()).bytes(4, b"x"),
        ),
        case(
            "a version above 4 before a malformed protobuf",
            "VersionByte",
            message(0x54, &Fields::new().raw(&[0])),
        ),
    ]
}

/// Version 4 is parsed, though no session of it is made here.
fn version_4() -> Vec<Case> {
    let v4 = |comment: &str, fields: &Fields| case(comment, "KemFields", message(0x44, fields));
    let ciphertext = [&[8], counting(40).0.as_slice()].concat();
    vec![
        v4(
            "version 4 with KEM fields",
            &fields().integer(7, 9).bytes(8, &ciphertext),
        ),
        v4("version 4 without KEM fields", &fields()),
        v4(
            "version 4 with a KEM prekey id alone",
            &fields().integer(7, 9),
        ),
        v4(
            "version 4 with a KEM ciphertext alone",
            &fields().bytes(8, &ciphertext),
        ),
        v4(
            "version 4 with an empty KEM ciphertext",
            &fields().integer(7, 0).bytes(8, b""),
        ),
        v4(
            "missing KEM fields before a malformed identity key",
            &fields().bytes(3, &[5]),
        ),
    ]
}

fn truncations() -> Vec<TestPlan> {
    let whole = message(0x34, &fields());
    let end = whole.len();
    let lengths = [
        2,
        3,
        4,
        5,
        38,
        39,
        40,
        73,
        74,
        75,
        76,
        end - 6,
        end - 5,
        end - 4,
        end - 3,
        end - 2,
        end - 1,
    ];
    let cases = lengths.iter().map(|&n| {
        case(
            &format!("the first {n} bytes"),
            "Truncated",
            whole[..n].to_vec(),
        )
    });
    let longer = [whole.as_slice(), &[0]].concat();
    numbered(
        601,
        cases
            .chain([case("a byte more", "Truncated", longer)])
            .collect(),
    )
}

fn other_writers() -> Vec<Case> {
    let old = with(4, &inner(0x33));
    vec![
        case("version bytes 33", "VersionByte", message(0x33, &old)),
        case(
            "version bytes 33 and no one-time prekey",
            "VersionByte",
            message(0x33, &without(1).bytes(4, &inner(0x33))),
        ),
    ]
}

fn writer() -> Vec<TestPlan> {
    let write = |registration_id, one_time_prekey_id, signed_prekey_id| Step::EncodePrekeyMessage {
        version: 3,
        registration_id,
        one_time_prekey_id,
        signed_prekey_id,
        base_key: Bytes(key("base key")),
        identity_key: Bytes(key("identity key")),
        inner: Bytes(inner(0x34)),
        kem_prekey_id: None,
        kem_ciphertext: None,
    };
    let mut short = write(1, Some(1), 1);
    if let Step::EncodePrekeyMessage { identity_key, .. } = &mut short {
        identity_key.0.truncate(32);
    }
    [
        ("ids of one byte", write(100, Some(31), 7)),
        ("no one-time prekey", write(100, None, 7)),
        ("ids of 0 are written", write(0, Some(0), 0)),
        ("ids of 2^32 - 1", write(u32::MAX, Some(u32::MAX), u32::MAX)),
        ("an identity key of 32 bytes", short),
    ]
    .into_iter()
    .zip(801..)
    .map(|((comment, step), id)| test(id, comment, "Writer", step))
    .collect()
}
