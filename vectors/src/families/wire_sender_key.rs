//! Messages of sender keys: what the parsers accept in either dialect, and how they are written.
mod distribution;
mod whatsapp;

use super::build::{counting, group, sharing_notes, test, Plan, SIGNAL_V4, WHATSAPP_V3};
use super::protobuf::Fields;
use super::wire_rules::{self, case, protobuf_rules, Case};
use super::{Family, FlagNote, GroupPlan, TestPlan};
use crate::bytes::Bytes;
use crate::step::{Profile, Step};

const NAME: &str = "wire_sender_key";
const SIGNATURE: [u8; 64] = [0xaa; 64];
const PARSE: &str = "parse_sender_key_message";
const ENCODE: &str = "encode_sender_key_message";

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "SenderKeyVersion",
        description: "The high nibble of the first byte is the version, 3 and nothing else; the low nibble is ignored.",
        effect: "Messages of other releases are refused, or messages of unknown versions are read.",
    },
    FlagNote {
        flag: "DistributionId",
        description: "A distribution id has exactly 16 bytes.",
        effect: "A message is looked for in the wrong group, or a crash.",
    },
    FlagNote {
        flag: "KeyLength",
        description: "In a distribution message the chain key has exactly 32 bytes and the signing key exactly 33; fields and lengths come before the type of the key.",
        effect: "Two parsers read two keys from the same bytes, or a crash.",
    },
    FlagNote {
        flag: "Dialect",
        description: "WhatsApp and Messenger send no distribution id; every field has the number before its own.",
        effect: "Messages of the other dialect are read as something else.",
    },
];

/// The notes of all messages that hold here, and our own.
fn notes() -> Vec<FlagNote> {
    let common = wire_rules::NOTES.iter();
    let common = common.filter(|note| !["VersionByte", "KeyEncoding"].contains(&note.flag));
    common.chain(NOTES).copied().collect()
}

/// The family.
pub fn family() -> Plan<Family> {
    let mut groups = vec![
        group(PARSE, SIGNAL_V4, numbered(101, version_bytes())),
        group(
            PARSE,
            SIGNAL_V4,
            numbered(
                201,
                protobuf_rules(&fields(), |fields| message(0x33, fields)),
            ),
        ),
        group(PARSE, SIGNAL_V4, numbered(301, field_rules())),
        group(PARSE, SIGNAL_V4, numbered(401, truncations())),
    ];
    groups.extend(writers());
    groups.extend(distribution::groups());
    groups.extend(whatsapp::groups());
    sharing_notes(Family {
        name: NAME,
        algorithm: "SenderKeyMessage and SenderKeyDistributionMessage as bytes",
        header: &[
            "Message: version byte, protobuf {1 distribution id, 2 chain id, 3 iteration, 4 body}, 64-byte signature, which parsing does not check.",
            "Distribution: version byte, protobuf {1 distribution id, 2 chain id, 3 iteration, 4 chain key, 5 signing key}. Every field is required.",
            "In the dialect of WhatsApp there is no distribution id, and the fields are numbered from 1 without it.",
        ],
        notes: notes(),
        groups,
    })
}

fn parsing(profile: Profile, bytes: Vec<u8>) -> Step {
    Step::ParseSenderKeyMessage {
        profile,
        bytes: Bytes(bytes),
    }
}

/// Tests of cases, each parsed in a way.
fn numbered_by(first: u32, cases: Vec<Case>, parse: impl Fn(Vec<u8>) -> Step) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| test(id, comment, flag, parse(bytes)))
        .collect()
}

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    numbered_by(first, cases, |bytes| parsing(Profile::SignalV4, bytes))
}

/// A message of these fields.
fn message(version: u8, fields: &Fields) -> Vec<u8> {
    [&[version], fields.0.as_slice(), &SIGNATURE].concat()
}

fn id() -> Vec<u8> {
    counting(16).0
}

fn id_field() -> Fields {
    Fields::new().bytes(1, &id())
}

fn rest() -> Fields {
    Fields::new()
        .integer(2, 42)
        .integer(3, 7)
        .bytes(4, &counting(16).0)
}

/// All fields.
fn fields() -> Fields {
    id_field().then(&rest())
}

/// The first bytes that are tried.
const VERSION_BYTES: [u8; 13] = [
    0x00, 0x03, 0x13, 0x23, 0x2f, 0x30, 0x33, 0x34, 0x3f, 0x43, 0x44, 0x53, 0xff,
];

fn version_bytes() -> Vec<Case> {
    let flag = "SenderKeyVersion";
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
                message(0x23, &Fields::new().raw(&[0xff])),
            ),
            case(
                "a version above 3 comes before a malformed body",
                flag,
                message(0x43, &Fields::new().raw(&[0xff])),
            ),
            case(
                "too few bytes come before a version above 3",
                "Truncated",
                vec![0x43; 64],
            ),
            case(
                "too few bytes come before a version below 3",
                "Truncated",
                vec![0x23; 64],
            ),
        ])
        .collect()
}

fn all(comment: &str, flag: &'static str, fields: &Fields) -> Case {
    case(comment, flag, message(0x33, fields))
}

fn field_rules() -> Vec<Case> {
    [orders(), presence(), values(), numbers(), wire_types()].concat()
}

fn orders() -> Vec<Case> {
    let new = Fields::new;
    vec![
        all("a message", "Normal", &fields()),
        all(
            "an unknown field first",
            "UnknownField",
            &new().integer(15, 1).then(&fields()),
        ),
        all(
            "an unknown group first",
            "UnknownField",
            &new().tag(20, 3).tag(20, 4).then(&fields()),
        ),
        all(
            "a field 5, which only distribution messages have",
            "UnknownField",
            &fields().bytes(5, b"x"),
        ),
        all(
            "all fields inside a group only",
            "MissingField",
            &new().tag(20, 3).then(&fields()).tag(20, 4),
        ),
        all(
            "the distribution id last",
            "FieldOrder",
            &rest().then(&id_field()),
        ),
        all(
            "the distribution id twice, the last one too short",
            "RepeatedField",
            &fields().bytes(1, &[6; 15]),
        ),
        all(
            "the distribution id twice, the first one too short",
            "RepeatedField",
            &new().bytes(1, &[6; 15]).then(&fields()),
        ),
        all(
            "the chain id twice",
            "RepeatedField",
            &fields().integer(2, 9),
        ),
        all(
            "the iteration twice",
            "RepeatedField",
            &fields().integer(3, 9),
        ),
        all("the body twice", "RepeatedField", &fields().bytes(4, b"x")),
    ]
}

fn presence() -> Vec<Case> {
    vec![
        all("no distribution id", "MissingField", &rest()),
        all(
            "no chain id",
            "MissingField",
            &id_field().integer(3, 7).bytes(4, b"x"),
        ),
        all(
            "no iteration",
            "MissingField",
            &id_field().integer(2, 42).bytes(4, b"x"),
        ),
        all(
            "no body",
            "MissingField",
            &id_field().integer(2, 42).integer(3, 7),
        ),
        all("no fields at all", "MissingField", &Fields::new()),
    ]
}

fn values() -> Vec<Case> {
    let with_id = |id: &[u8]| Fields::new().bytes(1, id).then(&rest());
    let mut cases: Vec<Case> = [0usize, 1, 15, 17, 32]
        .iter()
        .map(|&length| {
            all(
                &format!("a distribution id of {length} bytes"),
                "DistributionId",
                &with_id(&vec![7; length]),
            )
        })
        .collect();
    cases.extend([
        all(
            "a distribution id of zeros",
            "DistributionId",
            &with_id(&[0; 16]),
        ),
        all(
            "an empty body",
            "EmptyValue",
            &id_field().integer(2, 42).integer(3, 7).bytes(4, b""),
        ),
        all(
            "a body that is not whole blocks",
            "Normal",
            &id_field().integer(2, 42).integer(3, 7).bytes(4, b"x"),
        ),
    ]);
    cases
}

fn numbers() -> Vec<Case> {
    let with_chain_id = |raw: &[u8]| {
        id_field()
            .tag(2, 0)
            .raw(raw)
            .integer(3, 7)
            .bytes(4, b"body")
    };
    let with_iteration = |raw: &[u8]| {
        id_field()
            .integer(2, 42)
            .tag(3, 0)
            .raw(raw)
            .bytes(4, b"body")
    };
    let ten = |last: u8| [0x85, 128, 128, 128, 128, 128, 128, 128, 128, last];
    vec![
        all("chain id 0", "Varint", &with_chain_id(&[0])),
        all(
            "chain id 2^31, which no writer makes",
            "Varint",
            &with_chain_id(&[0x80, 0x80, 0x80, 0x80, 0x08]),
        ),
        all(
            "chain id 2^32 + 5 reads as 5",
            "Varint",
            &with_chain_id(&[0x85, 0x80, 0x80, 0x80, 0x10]),
        ),
        all("iteration 0", "Varint", &with_iteration(&[0])),
        all(
            "iteration 2^32 - 1",
            "Varint",
            &with_iteration(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ),
        all(
            "iteration 2^64 - 1 reads as 2^32 - 1",
            "Varint",
            &with_iteration(&[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ),
        all(
            "iteration 5 in ten bytes",
            "Varint",
            &with_iteration(&ten(0)),
        ),
        all(
            "iteration of ten bytes above 64 bits",
            "Varint",
            &with_iteration(&ten(2)),
        ),
        all(
            "iteration of eleven bytes",
            "Varint",
            &with_iteration(&[0x85, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0]),
        ),
    ]
}

fn wire_types() -> Vec<Case> {
    let mut cases = vec![
        all(
            "the distribution id as an integer",
            "WireType",
            &fields().integer(1, 5),
        ),
        all(
            "the chain id as bytes",
            "WireType",
            &fields().bytes(2, &[5]),
        ),
        all(
            "the iteration as bytes",
            "WireType",
            &fields().bytes(3, &[5]),
        ),
        all(
            "the body as an integer",
            "WireType",
            &fields().integer(4, 5),
        ),
        all(
            "the chain id as a group",
            "WireType",
            &fields().tag(2, 3).tag(2, 4),
        ),
        all(
            "the wrong wire type first, the right one last",
            "WireType",
            &Fields::new().bytes(2, &[5]).then(&fields()),
        ),
    ];
    cases.extend((1..=4).map(|n| {
        all(
            &format!("field {n} as 4 fixed bytes"),
            "WireType",
            &fields().tag(n, 5).raw(&[0; 4]),
        )
    }));
    cases
}

/// The message cut: its last 64 bytes are then taken for the signature.
fn truncations() -> Vec<Case> {
    let whole = message(0x33, &fields());
    let lengths = [
        0usize, 1, 2, 63, 64, 65, 66, 67, 82, 83, 84, 85, 86, 87, 88, 89, 104,
    ];
    let cases = lengths.iter().map(|&n| {
        case(
            &format!("the first {n} bytes"),
            "Truncated",
            whole[..n].to_vec(),
        )
    });
    let longer = [whole.as_slice(), &[0]].concat();
    cases
        .chain([case("a byte more", "Truncated", longer)])
        .collect()
}

/// A step that writes a message.
fn writing(
    profile: Profile,
    distribution_id: Option<Vec<u8>>,
    chain_id: u32,
    iteration: u32,
    body: usize,
) -> Step {
    Step::EncodeSenderKeyMessage {
        profile,
        distribution_id: distribution_id.map(Bytes),
        chain_id,
        iteration,
        body: counting(body),
        signature: Bytes(SIGNATURE.to_vec()),
    }
}

fn writers() -> [GroupPlan; 2] {
    let write = |chain_id, iteration, body| {
        writing(Profile::SignalV4, Some(id()), chain_id, iteration, body)
    };
    let of = |id: Option<Vec<u8>>| writing(Profile::SignalV4, id, 1, 1, 16);
    let mut short = write(1, 1, 16);
    if let Step::EncodeSenderKeyMessage { signature, .. } = &mut short {
        signature.0.pop();
    }
    let written = |id, comment, step| test(id, comment, "Writer", step);
    let signal = vec![
        written(501, "numbers of 0", write(0, 0, 16)),
        written(502, "numbers around 2^7", write(127, 128, 16)),
        written(503, "numbers of five bytes", write(u32::MAX, u32::MAX, 16)),
        written(
            504,
            "the highest chain id of a writer",
            write(0x7fff_ffff, 1, 16),
        ),
        written(505, "a body of 127 bytes", write(1, 1, 127)),
        written(506, "a body of 128 bytes", write(1, 1, 128)),
        written(507, "an empty body", write(1, 1, 0)),
        written(508, "a signature of 63 bytes", short),
        written(509, "a distribution id of 15 bytes", of(Some(vec![1; 15]))),
        written(510, "no distribution id", of(None)),
    ];
    let other =
        |id, chain_id, iteration, body| writing(Profile::WhatsAppV3, id, chain_id, iteration, body);
    let whatsapp = vec![
        written(551, "numbers of 0", other(None, 0, 0, 16)),
        written(
            552,
            "numbers of five bytes",
            other(None, u32::MAX, u32::MAX, 16),
        ),
        written(553, "a body of 128 bytes", other(None, 1, 300, 128)),
        written(554, "with a distribution id", other(Some(id()), 1, 1, 16)),
    ];
    [
        group(ENCODE, SIGNAL_V4, signal),
        group(ENCODE, WHATSAPP_V3, whatsapp),
    ]
}
