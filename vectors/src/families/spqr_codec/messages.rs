//! The messages of SPQR as bytes.
use super::{numbered, Case, NAME};
use crate::bytes::Bytes;
use crate::epoch::Epoch;
use crate::families::build::{group, secret, SIGNAL_V4};
use crate::families::GroupPlan;
use crate::step::{Chunk, Payload, Step};

/// The tests of both directions.
pub fn groups() -> Vec<GroupPlan> {
    let parsed = [headers(), numbers(), payloads()].concat();
    vec![
        group("spqr_encode_message", SIGNAL_V4, numbered(401, encodings())),
        group("spqr_parse_message", SIGNAL_V4, numbered(421, parsed)),
    ]
}

/// The payloads with their type bytes, names, and whether they have a chunk.
const PAYLOADS: [(Payload, &str, bool); 7] = [
    (Payload::None, "none", false),
    (Payload::Hdr, "hdr", true),
    (Payload::Ek, "ek", true),
    (Payload::EkCt1Ack, "ek_ct1_ack", true),
    (Payload::Ct1Ack, "ct1_ack", false),
    (Payload::Ct1, "ct1", true),
    (Payload::Ct2, "ct2", true),
];

fn chunk(index: u16) -> Chunk {
    Chunk {
        index,
        data: secret(NAME, 0, "chunk"),
    }
}

fn encode(epoch: u64, index: u32, payload: Payload, chunk: Option<Chunk>) -> Step {
    Step::SpqrEncodeMessage {
        epoch: Epoch(epoch),
        index,
        payload,
        chunk,
    }
}

fn encodings() -> Vec<Case> {
    let mut cases: Vec<Case> = PAYLOADS
        .into_iter()
        .map(|(payload, name, has_chunk)| {
            let chunk = has_chunk.then(|| chunk(3));
            (name.to_owned(), "Normal", encode(1, 7, payload, chunk))
        })
        .collect();
    let case = |comment: &str, flag, step| (comment.to_owned(), flag, step);
    cases.extend([
        case(
            "the greatest numbers",
            "Range",
            encode(u64::MAX, u32::MAX, Payload::Ct2, Some(chunk(u16::MAX))),
        ),
        case(
            "numbers of 127",
            "Varint",
            encode(127, 127, Payload::Ct1, Some(chunk(127))),
        ),
        case(
            "numbers of 128",
            "Varint",
            encode(128, 128, Payload::Ct1, Some(chunk(128))),
        ),
        case(
            "ct1_ack with a chunk",
            "BadInput",
            encode(1, 1, Payload::Ct1Ack, Some(chunk(0))),
        ),
        case(
            "ek without chunk",
            "BadInput",
            encode(1, 1, Payload::Ek, None),
        ),
        case(
            "a chunk of 31 bytes",
            "BadInput",
            encode(
                1,
                1,
                Payload::Ek,
                Some(Chunk {
                    index: 0,
                    data: Bytes(vec![0; 31]),
                }),
            ),
        ),
    ]);
    cases
}

fn parse(comment: impl Into<String>, flag: &'static str, bytes: &[u8]) -> Case {
    (
        comment.into(),
        flag,
        Step::SpqrParseMessage {
            bytes: bytes.into(),
        },
    )
}

fn headers() -> Vec<Case> {
    vec![
        parse("no bytes", "Malformed", &[]),
        parse("version 0", "Malformed", &[0, 1, 1, 0]),
        parse("version 2", "Malformed", &[2, 1, 1, 0]),
        parse("version 255", "Malformed", &[0xff, 1, 1, 0]),
        parse("version 1 in two bytes", "Malformed", &[0x81, 0, 1, 1, 0]),
        parse("the version alone", "Malformed", &[1]),
        parse("no key number", "Malformed", &[1, 1]),
        parse("no type", "Malformed", &[1, 1, 1]),
        parse("none", "Normal", &[1, 1, 1, 0]),
        parse("none, without a key", "Normal", &[1, 1, 0, 0]),
        parse("ct1_ack", "Normal", &[1, 1, 1, 4]),
        parse("type 7", "Malformed", &[1, 1, 1, 7]),
        parse(
            "type 7 and a chunk",
            "Malformed",
            &with_chunk(&[1, 1, 1, 7, 0]),
        ),
        parse("type 255", "Malformed", &[1, 1, 1, 0xff]),
        parse(
            "type 1 in two bytes",
            "Malformed",
            &with_chunk(&[1, 1, 1, 0x81, 0, 0]),
        ),
    ]
}

/// The bytes, and the data of a chunk.
fn with_chunk(start: &[u8]) -> Vec<u8> {
    [start, &chunk(0).data.0].concat()
}

/// A number in so many bytes, then the rest.
fn varint(bytes: &[u8], fill: usize, last: u8) -> Vec<u8> {
    [bytes, &vec![0x80; fill], &[last]].concat()
}

fn numbers() -> Vec<Case> {
    let epoch = |bytes: &[u8]| [&[1], bytes, &[1, 0]].concat();
    let index = |bytes: &[u8]| [&[1, 1], bytes, &[0]].concat();
    let of_chunk = |bytes: &[u8]| with_chunk(&[&[1, 1, 1, 5], bytes].concat());
    vec![
        parse("epoch 0", "Range", &epoch(&[0])),
        parse("epoch 0 in two bytes", "Range", &epoch(&[0x80, 0])),
        parse("epoch 2^64: it is 0", "Range", &epoch(&varint(&[], 9, 2))),
        parse("epoch 2^64 - 1", "Range", &epoch(&varint(&[0xff; 9], 0, 1))),
        parse(
            "epoch 1 in ten bytes",
            "Varint",
            &epoch(&varint(&[0x81], 8, 0)),
        ),
        parse(
            "epoch 1 in ten bytes, bits 64 to 69 set",
            "Varint",
            &epoch(&varint(&[0x81], 8, 0x7e)),
        ),
        parse(
            "an epoch in eleven bytes",
            "Varint",
            &epoch(&varint(&[0x81], 9, 0)),
        ),
        parse("an epoch that does not end", "Varint", &[1, 0x81]),
        parse(
            "key number 2^32 - 1",
            "Range",
            &index(&[0xff, 0xff, 0xff, 0xff, 0x0f]),
        ),
        parse(
            "key number 2^32",
            "Range",
            &index(&[0x80, 0x80, 0x80, 0x80, 0x10]),
        ),
        parse(
            "key number 2^64 - 1",
            "Range",
            &index(&varint(&[0xff; 9], 0, 1)),
        ),
        parse(
            "key number 2^64 + 1: bit 64 is dropped",
            "Varint",
            &index(&varint(&[0x81], 8, 2)),
        ),
        parse(
            "key number 0 in ten bytes",
            "Varint",
            &index(&varint(&[], 9, 0)),
        ),
        parse(
            "a key number in eleven bytes",
            "Varint",
            &index(&varint(&[], 10, 0)),
        ),
        parse("a key number that does not end", "Varint", &[1, 1, 0x80]),
        parse("chunk index 65535", "Range", &of_chunk(&[0xff, 0xff, 3])),
        parse("chunk index 65536", "Range", &of_chunk(&[0x80, 0x80, 4])),
        parse(
            "chunk index 2^32",
            "Range",
            &of_chunk(&[0x80, 0x80, 0x80, 0x80, 0x10]),
        ),
        parse(
            "chunk index 5 in ten bytes",
            "Varint",
            &of_chunk(&varint(&[0x85], 8, 0)),
        ),
        parse(
            "a chunk index that does not end",
            "Varint",
            &[1, 1, 1, 5, 0x80],
        ),
    ]
}

fn payloads() -> Vec<Case> {
    let mut cases = Vec::new();
    for (number, (_, name, has_chunk)) in (0u8..).zip(PAYLOADS) {
        let start = [1, 2, 3, number];
        if has_chunk {
            let whole = with_chunk(&[&start, [4].as_slice()].concat());
            let end = whole.len();
            cases.push(parse(format!("{name} with a chunk"), "Normal", &whole));
            cases.push(parse(format!("{name} without chunk"), "Malformed", &start));
            cases.push(parse(
                format!("{name}, the chunk a byte short"),
                "Malformed",
                &whole[..end - 1],
            ));
            let longer = [whole.as_slice(), &[0]].concat();
            cases.push(parse(
                format!("{name}, a byte after the chunk"),
                "TrailingBytes",
                &longer,
            ));
        } else {
            let longer = with_chunk(&[&start, [4].as_slice()].concat());
            cases.push(parse(
                format!("{name} with a chunk, which is ignored"),
                "TrailingBytes",
                &longer,
            ));
        }
    }
    cases
}
