//! What the messages on the wire have in common: flags, and the rules of protobuf.
use super::protobuf::Fields;
use super::FlagNote;

/// Flags of the wire families.
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
        flag: "GroupDepth",
        description: "Unknown groups are skipped up to 100 deep; a field or group inside 100 open groups is refused.",
        effect: "A crash for want of stack, or two parsers read two messages from the same bytes.",
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

/// Groups in groups, so many deep, around some fields.
fn nested(depth: usize, inner: &Fields) -> Fields {
    (0..depth).fold(inner.clone(), |inside, _| in_group(&inside))
}

fn nested_groups() -> Vec<Extra> {
    let (empty, integer) = (Fields::new(), Fields::new().integer(1, 1));
    vec![
        (
            "100 groups in each other",
            "GroupDepth",
            nested(100, &empty),
        ),
        (
            "101 groups in each other",
            "GroupDepth",
            nested(101, &empty),
        ),
        (
            "a field inside 99 groups",
            "GroupDepth",
            nested(99, &integer),
        ),
        (
            "a field inside 100 groups",
            "GroupDepth",
            nested(100, &integer),
        ),
    ]
}

/// A case: what it shows, its flag, the bytes.
pub type Case = (String, &'static str, Vec<u8>);

/// Make a case.
pub fn case(comment: &str, flag: &'static str, bytes: Vec<u8>) -> Case {
    (comment.to_owned(), flag, bytes)
}

/// Something after the fields of a message: what it is, its flag, its bytes.
type Extra = (&'static str, &'static str, Fields);

/// What may stand after the fields of a message, and what may not: fields of number 15 and above are unknown to all of them.
pub fn protobuf_rules(fields: &Fields, message: impl Fn(&Fields) -> Vec<u8>) -> Vec<Case> {
    let extras = extras().into_iter();
    extras
        .map(|(comment, flag, extra)| case(comment, flag, message(&fields.clone().then(&extra))))
        .collect()
}

fn extras() -> Vec<Extra> {
    [
        unknown_fields(),
        extra_varints(),
        refused_fields(),
        cut_fields(),
        nested_groups(),
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
