//! SignalMessage: what the parser accepts, and how it is written.
use super::build::{
    counting, group, secret, test, with_sources, Plan, SIGNAL_V3, SIGNAL_V4, WHATSAPP_V3,
};
use super::keys::public_of;
use super::protobuf::Fields;
use super::x25519::serialized;
use super::{Family, FlagNote, GroupPlan, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

/// Flags of both wire families.
pub const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "A message as writers make it.",
        effect: "No message can be exchanged.",
    },
    FlagNote {
        flag: "VersionByte",
        description: "The high nibble of the first byte is the version, 3 or 4; the low nibble is ignored.",
        effect: "Messages of other releases are refused, or messages of unknown versions are read.",
    },
    FlagNote {
        flag: "UnknownField",
        description: "Unknown fields of every wire type are skipped, groups included.",
        effect: "Messages of later releases are refused.",
    },
    FlagNote {
        flag: "FieldOrder",
        description: "Fields may come in any order.",
        effect: "Messages of other writers are refused.",
    },
    FlagNote {
        flag: "RepeatedField",
        description: "Of a repeated field the last value counts.",
        effect: "Two parsers read two messages from the same bytes.",
    },
    FlagNote {
        flag: "MissingField",
        description: "Which fields are required, and what an absent one reads as.",
        effect: "A crash, or a default in place of a key.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "A key in a message follows the rules of keys: type 05, at least 33 bytes, the rest ignored.",
        effect: "Foreign keys are taken for X25519 keys, or a crash.",
    },
    FlagNote {
        flag: "WireType",
        description: "A known field of another wire type, a field number of 0 and the wire types 6 and 7 are refused.",
        effect: "Two parsers read two messages from the same bytes.",
    },
    FlagNote {
        flag: "Varint",
        description: "Integers need not be minimal; they have at most ten bytes and 64 bits; of a uint32 the low 32 bits count.",
        effect: "Two parsers read two messages from the same bytes.",
    },
    FlagNote {
        flag: "Truncated",
        description: "The message ends too early.",
        effect: "A crash, or reading past the end.",
    },
    FlagNote {
        flag: "EmptyValue",
        description: "A field, or the whole message, is present and empty.",
        effect: "A crash, or a message refused that peers accept.",
    },
    FlagNote {
        flag: "Addresses",
        description: "The address block is kept as it is; it is checked after the tag.",
        effect: "Messages are refused too early, or without their tag being checked.",
    },
    FlagNote {
        flag: "Writer",
        description: "Fields in ascending order, shortest varints, zeros written, absent and empty optional fields left out.",
        effect: "The tag is right but the bytes are not those of peers: nothing is lost but comparability.",
    },
];

const NAME: &str = "wire_signal_message";
const TAG: [u8; 8] = [0xaa; 8];

/// The family.
pub fn family() -> Plan<Family> {
    let mut groups = vec![
        group(
            "parse_signal_message",
            SIGNAL_V3,
            numbered(101, version_bytes()),
        ),
        group(
            "parse_signal_message",
            SIGNAL_V3,
            numbered(201, protobuf_rules()),
        ),
        group(
            "parse_signal_message",
            SIGNAL_V3,
            numbered(301, field_rules()),
        ),
        group("parse_signal_message", SIGNAL_V3, truncations()),
        group(
            "parse_signal_message",
            WHATSAPP_V3,
            numbered(501, other_writers()),
        ),
    ];
    groups.extend(writers());
    with_sources(Family {
        name: NAME,
        algorithm: "SignalMessage as bytes",
        header: &[
            "version byte, protobuf, 8-byte tag. Parsing checks no tag. Out: the fields, and the message written again",
            "from what was parsed: the received bytes are kept, so `reserialized` is always the input.",
        ],
        notes: NOTES,
        groups,
    })
}

/// A case: what it shows, its flag, the bytes.
pub type Case = (String, &'static str, Vec<u8>);

pub fn case(comment: &str, flag: &'static str, bytes: Vec<u8>) -> Case {
    (comment.to_owned(), flag, bytes)
}

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, bytes))| {
            let step = Step::ParseSignalMessage {
                bytes: Bytes(bytes),
            };
            test(id, comment, flag, step)
        })
        .collect()
}

/// The ratchet key of this family, serialised.
fn key() -> Vec<u8> {
    serialized(&public_of(&secret(NAME, 0, "ratchet key")))
}

/// A message of these fields.
fn message(version: u8, fields: &Fields) -> Vec<u8> {
    [&[version], fields.0.as_slice(), &TAG].concat()
}

fn key_field() -> Fields {
    Fields::new().bytes(1, &key())
}

fn rest() -> Fields {
    Fields::new()
        .integer(2, 5)
        .integer(3, 2)
        .bytes(4, &counting(16).0)
}

/// All required fields.
pub fn fields() -> Fields {
    key_field().then(&rest())
}

fn version_bytes() -> Vec<Case> {
    [
        0x00u8, 0x03, 0x14, 0x23, 0x2f, 0x30, 0x33, 0x34, 0x3f, 0x44, 0x50, 0x54, 0x64, 0xff,
    ]
    .iter()
    .map(|&v| {
        case(
            &format!("version byte {v:02x}"),
            "VersionByte",
            message(v, &fields()),
        )
    })
    .chain([case(
        "a version below 3 comes before a malformed body",
        "VersionByte",
        message(0x24, &Fields::new()),
    )])
    .chain([case(
        "a version above 4 comes before a malformed body",
        "VersionByte",
        message(0x54, &Fields::new()),
    )])
    .chain([case(
        "too few bytes come before a version above 4",
        "Truncated",
        vec![0x54; 8],
    )])
    .collect()
}

/// Something after the fields of a message: what it is, its flag, its bytes.
type Extra = (&'static str, &'static str, Fields);

/// What may stand after the fields of a message, and what may not.
///
/// Used for both messages: field 15 and above are unknown to both.
pub fn extras() -> Vec<Extra> {
    [
        unknown_fields(),
        extra_varints(),
        refused_fields(),
        cut_fields(),
    ]
    .concat()
}

/// A group around some fields.
fn in_group(inner: &Fields) -> Fields {
    Fields::new().tag(20, 3).then(inner).tag(20, 4)
}

fn unknown_fields() -> Vec<Extra> {
    let new = Fields::new;
    let all_types = new()
        .integer(1, 1)
        .bytes(2, b"x")
        .tag(3, 1)
        .raw(&[0; 8])
        .tag(4, 5)
        .raw(&[0; 4]);
    vec![
        ("an unknown integer", "UnknownField", new().integer(15, 7)),
        (
            "an unknown field of 8 fixed bytes",
            "UnknownField",
            new().tag(15, 1).raw(&[1; 8]),
        ),
        ("unknown bytes", "UnknownField", new().bytes(15, b"?")),
        ("unknown empty bytes", "UnknownField", new().bytes(15, b"")),
        (
            "an unknown field of 4 fixed bytes",
            "UnknownField",
            new().tag(15, 5).raw(&[1; 4]),
        ),
        ("an empty group", "UnknownField", in_group(&new())),
        (
            "a group of all wire types",
            "UnknownField",
            in_group(&all_types),
        ),
        (
            "a group in a group",
            "UnknownField",
            in_group(&new().tag(21, 3).integer(1, 1).tag(21, 4)),
        ),
        (
            "a group within one of its own number",
            "UnknownField",
            in_group(&in_group(&new())),
        ),
        (
            "a field number of 2^29 - 1",
            "UnknownField",
            new().integer((1 << 29) - 1, 7),
        ),
    ]
}

fn extra_varints() -> Vec<Extra> {
    let new = Fields::new;
    vec![
        (
            "a tag that is not minimal",
            "Varint",
            new().raw(&[0xf8, 0x80, 0x00, 0x07]),
        ),
        (
            "a length that is not minimal",
            "Varint",
            new().tag(15, 2).raw(&[0x81, 0x80, 0x00, b'?']),
        ),
        (
            "an unknown integer of ten bytes",
            "Varint",
            new().tag(15, 0).raw(&[0xff; 9]).raw(&[1]),
        ),
        (
            "an unknown integer above 64 bits",
            "Varint",
            new().tag(15, 0).raw(&[0xff; 9]).raw(&[2]),
        ),
        (
            "an unknown integer of eleven bytes",
            "Varint",
            new().tag(15, 0).raw(&[0x80; 10]).raw(&[0]),
        ),
        (
            "a tag above 2^32 - 1",
            "Varint",
            new().raw(&[0xf8, 0x80, 0x80, 0x80, 0x10, 0x07]),
        ),
        (
            "a tag of eleven bytes",
            "Varint",
            new().raw(&[0xf8]).raw(&[0x80; 9]).raw(&[0, 7]),
        ),
    ]
}

fn refused_fields() -> Vec<Extra> {
    let new = Fields::new;
    vec![
        (
            "field number 0 with an integer",
            "WireType",
            new().raw(&[0x00, 0x01]),
        ),
        (
            "field number 0 with bytes",
            "WireType",
            new().raw(&[0x02, 0x00]),
        ),
        ("wire type 6", "WireType", new().tag(15, 6).raw(&[1])),
        ("wire type 7", "WireType", new().tag(15, 7).raw(&[1])),
        (
            "a group closed twice",
            "WireType",
            in_group(&new()).tag(20, 4),
        ),
        (
            "a group closed with another number",
            "WireType",
            new().tag(20, 3).tag(21, 4),
        ),
        (
            "groups closed in the wrong order",
            "WireType",
            new().tag(20, 3).tag(21, 3).tag(20, 4).tag(21, 4),
        ),
        (
            "field number 0 in a group",
            "WireType",
            in_group(&new().raw(&[0x00, 0x01])),
        ),
        (
            "wire type 7 in a group",
            "WireType",
            in_group(&new().tag(1, 7)),
        ),
        ("the end of a group alone", "WireType", new().tag(20, 4)),
    ]
}

fn cut_fields() -> Vec<Extra> {
    let new = Fields::new;
    vec![
        ("a group that is not closed", "Truncated", new().tag(20, 3)),
        ("a tag without its value", "Truncated", new().tag(15, 0)),
        ("a tag cut short", "Truncated", new().raw(&[0xf8])),
        (
            "an integer cut short",
            "Truncated",
            new().tag(15, 0).raw(&[0x80]),
        ),
        (
            "a length cut short",
            "Truncated",
            new().tag(15, 2).raw(&[0x80]),
        ),
        ("bytes without their length", "Truncated", new().tag(15, 2)),
        (
            "one byte fewer than the length",
            "Truncated",
            new().tag(15, 2).raw(&[2, 0]),
        ),
        (
            "a length of 2^32",
            "Truncated",
            new().tag(15, 2).raw(&[0x80, 0x80, 0x80, 0x80, 0x10]),
        ),
        (
            "a length of 2^63",
            "Truncated",
            new().tag(15, 2).raw(&[0x80; 9]).raw(&[1]),
        ),
        (
            "a length of 2^64 - 1",
            "Truncated",
            new().tag(15, 2).raw(&[0xff; 9]).raw(&[1]),
        ),
        (
            "7 of 8 fixed bytes",
            "Truncated",
            new().tag(15, 1).raw(&[1; 7]),
        ),
        (
            "3 of 4 fixed bytes",
            "Truncated",
            new().tag(15, 5).raw(&[1; 3]),
        ),
    ]
}

fn protobuf_rules() -> Vec<Case> {
    extras()
        .into_iter()
        .map(|(comment, flag, extra)| case(comment, flag, message(0x34, &fields().then(&extra))))
        .collect()
}

fn all(comment: &str, flag: &'static str, fields: &Fields) -> Case {
    case(comment, flag, message(0x34, fields))
}

fn field_rules() -> Vec<Case> {
    [orders(), presence(), values(), counters(), wire_types()].concat()
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
            "required fields inside a group only",
            "MissingField",
            &new().tag(20, 3).then(&fields()).tag(20, 4),
        ),
        all("the key last", "FieldOrder", &rest().then(&key_field())),
        all(
            "the key twice, the last one malformed",
            "RepeatedField",
            &fields().bytes(1, &[6; 33]),
        ),
        all(
            "the key twice, the first one malformed",
            "RepeatedField",
            &new().bytes(1, &[6; 33]).then(&fields()),
        ),
        all(
            "the counter twice",
            "RepeatedField",
            &fields().integer(2, 9),
        ),
        all(
            "the previous counter twice",
            "RepeatedField",
            &fields().integer(3, 9),
        ),
        all("the body twice", "RepeatedField", &fields().bytes(4, b"x")),
        all(
            "the SPQR message twice",
            "RepeatedField",
            &fields().bytes(5, b"x").bytes(5, b"yz"),
        ),
        all(
            "the addresses twice",
            "RepeatedField",
            &fields().bytes(6, b"x").bytes(6, b"yz"),
        ),
    ]
}

fn presence() -> Vec<Case> {
    let new = Fields::new;
    vec![
        all("no key", "MissingField", &rest()),
        all(
            "no counter",
            "MissingField",
            &key_field().integer(3, 2).bytes(4, b"x"),
        ),
        all(
            "no previous counter",
            "MissingField",
            &key_field().integer(2, 5).bytes(4, b"x"),
        ),
        all(
            "no body",
            "MissingField",
            &key_field().integer(2, 5).integer(3, 2),
        ),
        all("no fields at all", "MissingField", &new()),
        all(
            "a missing body comes before a malformed key",
            "MissingField",
            &new().bytes(1, &[6; 33]).integer(2, 5),
        ),
        all(
            "an empty body",
            "EmptyValue",
            &key_field().integer(2, 5).bytes(4, b""),
        ),
    ]
}

fn values() -> Vec<Case> {
    let with_key = |key: &[u8]| Fields::new().bytes(1, key).then(&rest());
    vec![
        all("an empty key", "EmptyValue", &with_key(&[])),
        all("empty addresses", "EmptyValue", &fields().bytes(6, b"")),
        all(
            "an address block",
            "Addresses",
            &fields().bytes(6, &counting(36).0),
        ),
        all(
            "a block of 3 bytes",
            "Addresses",
            &fields().bytes(6, b"abc"),
        ),
        all(
            "an SPQR message in version 3",
            "Normal",
            &fields().bytes(5, &[1, 1, 1, 0]),
        ),
        all("a key of type 06", "KeyEncoding", &with_key(&[6; 33])),
        all("a key of 32 bytes", "KeyEncoding", &with_key(&key()[..32])),
        all("a type byte alone", "KeyEncoding", &with_key(&[5])),
        all(
            "a key of 40 bytes",
            "KeyEncoding",
            &with_key(&[key().as_slice(), &[1; 7]].concat()),
        ),
        all(
            "a key with u = 0",
            "KeyEncoding",
            &with_key(&serialized(&[0; 32])),
        ),
        all(
            "a key with u above p and bit 255",
            "KeyEncoding",
            &with_key(&serialized(&[0xff; 32])),
        ),
        all(
            "a body that is not whole blocks",
            "Normal",
            &key_field().integer(2, 5).bytes(4, b"x"),
        ),
    ]
}

fn counters() -> Vec<Case> {
    let with_counter = |raw: &[u8]| key_field().tag(2, 0).raw(raw).bytes(4, b"body");
    vec![
        all("counter 0", "Varint", &with_counter(&[0])),
        all(
            "counter 2^32 - 1",
            "Varint",
            &with_counter(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ),
        all(
            "counter 2^32 reads as 0",
            "Varint",
            &with_counter(&[0x80, 0x80, 0x80, 0x80, 0x10]),
        ),
        all(
            "counter 2^64 - 1 reads as 2^32 - 1",
            "Varint",
            &with_counter(&[255, 255, 255, 255, 255, 255, 255, 255, 255, 1]),
        ),
        all(
            "counter 5 in ten bytes",
            "Varint",
            &with_counter(&[0x85, 128, 128, 128, 128, 128, 128, 128, 128, 0]),
        ),
        all(
            "counter of ten bytes above 64 bits",
            "Varint",
            &with_counter(&[0x85, 128, 128, 128, 128, 128, 128, 128, 128, 2]),
        ),
        all(
            "counter of eleven bytes",
            "Varint",
            &with_counter(&[0x85, 128, 128, 128, 128, 128, 128, 128, 128, 128, 0]),
        ),
        all(
            "previous counter 2^32 + 2 reads as 2",
            "Varint",
            &fields().tag(3, 0).raw(&[0x82, 0x80, 0x80, 0x80, 0x10]),
        ),
    ]
}

fn wire_types() -> Vec<Case> {
    let typed = |number: u64| fields().tag(number, 5).raw(&[0; 4]);
    let mut cases = vec![
        all("the key as an integer", "WireType", &fields().integer(1, 5)),
        all("the counter as bytes", "WireType", &fields().bytes(2, &[5])),
        all(
            "the previous counter as bytes",
            "WireType",
            &fields().bytes(3, &[5]),
        ),
        all(
            "the body as an integer",
            "WireType",
            &fields().integer(4, 5),
        ),
        all(
            "the SPQR message as an integer",
            "WireType",
            &fields().integer(5, 5),
        ),
        all(
            "the addresses as an integer",
            "WireType",
            &fields().integer(6, 5),
        ),
        all(
            "the counter as a group",
            "WireType",
            &fields().tag(2, 3).tag(2, 4),
        ),
        all(
            "the wrong wire type first, the right one last",
            "WireType",
            &Fields::new().bytes(2, &[5]).then(&fields()),
        ),
    ];
    cases.extend((1..=6).map(|n| {
        all(
            &format!("field {n} as 4 fixed bytes"),
            "WireType",
            &typed(n),
        )
    }));
    cases
}

/// The message cut at each border between and inside fields; its last 8 bytes are then taken for the tag.
fn truncations() -> Vec<TestPlan> {
    let whole = message(0x34, &fields());
    let lengths = [
        0usize, 1, 2, 8, 9, 10, 11, 12, 43, 44, 45, 46, 47, 48, 49, 50, 51, 65,
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
        401,
        cases
            .chain([case("a byte more", "Truncated", longer)])
            .collect(),
    )
}

/// Messages whose version byte is not today's.
fn other_writers() -> Vec<Case> {
    vec![
        case("version byte 33", "VersionByte", message(0x33, &fields())),
        case(
            "version byte 33 and no previous counter",
            "VersionByte",
            message(0x33, &key_field().integer(2, 0).bytes(4, &[7; 16])),
        ),
    ]
}

fn writers() -> [GroupPlan; 2] {
    let write = |version, counter, body: usize, spqr: &[u8], addresses: Option<usize>| {
        Step::EncodeSignalMessage {
            version,
            ratchet_key: Bytes(key()),
            counter,
            previous_counter: counter / 2,
            body: counting(body),
            spqr: Bytes::from(spqr),
            addresses: addresses.map(counting),
            tag: Bytes(TAG.to_vec()),
        }
    };
    let mut other_key = write(3, 0, 16, &[], None);
    if let Step::EncodeSignalMessage { ratchet_key, .. } = &mut other_key {
        ratchet_key.0[0] = 6;
    }
    let written = |id, comment, step| test(id, comment, "Writer", step);
    let version_3 = vec![
        written(601, "counters of 0", write(3, 0, 16, &[], None)),
        written(602, "counters around 2^7", write(3, 255, 16, &[], None)),
        written(
            603,
            "counters of five bytes",
            write(3, u32::MAX, 16, &[], None),
        ),
        written(604, "an address block", write(3, 1, 16, &[], Some(36))),
        written(605, "a body of 127 bytes", write(3, 1, 127, &[], None)),
        written(606, "a body of 128 bytes", write(3, 1, 128, &[], None)),
        written(607, "an empty body", write(3, 1, 0, &[], None)),
        written(608, "a key of type 06", other_key),
    ];
    let version_4 = vec![
        written(
            651,
            "version 4 and an SPQR message",
            write(4, 0, 16, &[1, 1, 1, 0], None),
        ),
        written(
            652,
            "version 4, SPQR message and address block",
            write(4, 300, 16, &[1, 1, 1, 0], Some(36)),
        ),
    ];
    [
        group("encode_signal_message", SIGNAL_V3, version_3),
        group("encode_signal_message", SIGNAL_V4, version_4),
    ]
}
