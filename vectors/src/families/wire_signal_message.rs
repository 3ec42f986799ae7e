//! SignalMessage: what the parser accepts, and how it is written.
use super::build::{
    counting, group, secret, test, with_sources, Plan, SIGNAL_V3, SIGNAL_V4, WHATSAPP_V3,
};
use super::keys::public_of;
use super::protobuf::Fields;
use super::wire_rules::{case, protobuf_rules, Case, NOTES};
use super::x25519::serialized;
use super::{Family, GroupPlan, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

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
            numbered(
                201,
                protobuf_rules(&fields(), |fields| message(0x34, fields)),
            ),
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
        notes: NOTES.to_vec(),
        groups,
    })
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
