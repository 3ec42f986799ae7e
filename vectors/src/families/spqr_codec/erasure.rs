//! The erasure code: chunks of a message, and a message of chunks.
use super::{numbered, Case, NAME};
use crate::bytes::Bytes;
use crate::families::build::{group, secret, value, Plan, SIGNAL_V4};
use crate::families::GroupPlan;
use crate::step::{Chunk, Step};

/// The tests of both directions.
pub fn groups() -> Plan<Vec<GroupPlan>> {
    Ok(vec![
        group("erasure_encode", SIGNAL_V4, numbered(201, encodings())),
        group("erasure_decode", SIGNAL_V4, numbered(301, decodings()?)),
    ])
}

/// A message made from labels.
fn message(length: usize) -> Vec<u8> {
    let mut bytes = Vec::new();
    for n in 0..length.div_ceil(32) {
        bytes.extend(secret(NAME, 0, &format!("message, part {n}")).0);
    }
    bytes.truncate(length);
    bytes
}

fn encode(message: Vec<u8>, skip: u32, count: u32) -> Step {
    Step::ErasureEncode {
        message: Bytes(message),
        repeat: None,
        skip,
        count,
    }
}

fn encodings() -> Vec<Case> {
    let case = |comment: &str, flag, step| (comment.to_owned(), flag, step);
    let repeated = |length: usize, repeat: u32| Step::ErasureEncode {
        message: Bytes(vec![0; length]),
        repeat: Some(repeat),
        skip: 0,
        count: 0,
    };
    vec![
        case("96 bytes, header and MAC: 3 chunks and one more", "Normal", encode(message(96), 0, 4)),
        case("160 bytes, the second half of a ciphertext and MAC: 5 chunks and one more", "Normal", encode(message(160), 0, 6)),
        case("the last index", "IndexWrap", encode(message(96), 65535, 1)),
        case("65,536 chunks and three more", "IndexWrap", encode(message(96), 65539, 2)),
        case("nothing but the stored form", "StoredForm", encode(message(160), 0, 0)),
        case("34 bytes: the stored form after the first chunk, which is the last one of all polynomials but one", "StoredForm", encode(message(34), 1, 0)),
        case("34 bytes: after the second, beyond all polynomials but one", "StoredForm", encode(message(34), 2, 0)),
        case("1 byte", "OddLength", encode(message(1), 0, 1)),
        case("95 bytes", "OddLength", encode(message(95), 0, 1)),
        case("2^20 + 2 bytes", "TooLong", repeated(2, 524_289)),
        case("2^20 + 32 bytes", "TooLong", repeated(32, 32769)),
        case("2^20 + 1 bytes: the odd length comes first", "OddLength", repeated(1, 1_048_577)),
    ]
}

/// The chunks of a message with these indices.
fn chunks(message: &[u8], indices: &[u16]) -> Plan<Vec<Chunk>> {
    let mut found = Vec::new();
    for &index in indices {
        let step = encode(message.to_vec(), u32::from(index), 1);
        found.extend(value::<Vec<Chunk>>(&step, "chunks")?);
    }
    Ok(found)
}

fn decode(length: usize, chunks: Vec<Chunk>) -> Step {
    Step::ErasureDecode {
        length: u32::try_from(length).unwrap_or(u32::MAX),
        chunks,
    }
}

/// The same chunk with a bit of its first symbol flipped.
fn altered(chunk: &Chunk) -> Chunk {
    let mut other = chunk.clone();
    other.data.0[1] ^= 1;
    other
}

fn decodings() -> Plan<Vec<Case>> {
    let mut cases = whichever()?;
    cases.extend(kept()?);
    cases.extend(refused()?);
    Ok(cases)
}

/// Which chunks suffice.
fn whichever() -> Plan<Vec<Case>> {
    let mut cases: Vec<Case> = Vec::new();
    let mut add = |comment: &str, flag, length: usize, chunks| {
        cases.push((comment.to_owned(), flag, decode(length, chunks)));
    };
    let five = message(160);
    let all = chunks(&five, &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9])?;
    let pick =
        |indices: &[usize]| -> Vec<Chunk> { indices.iter().map(|&i| all[i].clone()).collect() };
    add("5 of 5, in order", "Normal", 160, pick(&[0, 1, 2, 3, 4]));
    add(
        "the first is missing",
        "AnyChunks",
        160,
        pick(&[1, 2, 3, 4, 5]),
    );
    add(
        "the last is missing",
        "AnyChunks",
        160,
        pick(&[0, 1, 2, 3, 7]),
    );
    add(
        "none of the message itself",
        "AnyChunks",
        160,
        pick(&[5, 6, 7, 8, 9]),
    );
    add(
        "every other one, backwards",
        "AnyChunks",
        160,
        pick(&[9, 7, 5, 3, 1]),
    );
    add("mixed up", "AnyChunks", 160, pick(&[8, 0, 6, 2, 4]));
    add("4 of 5", "TooFew", 160, pick(&[0, 1, 2, 3]));
    add(
        "4 of 5, one of them twice",
        "Duplicate",
        160,
        pick(&[0, 1, 2, 3, 3]),
    );
    add(
        "4 of 5, each of them twice, then the fifth",
        "Duplicate",
        160,
        pick(&[0, 0, 1, 1, 6, 6, 8, 8, 9]),
    );
    add("no chunk", "TooFew", 160, Vec::new());
    add("no chunk of no bytes", "PartRows", 0, Vec::new());
    let far = chunks(&five, &[4, 255, 256, 32768, 65535])?;
    add("indices up to 65535", "AnyChunks", 160, far);
    for (length, indices) in [
        (2, vec![65535]),
        (34, vec![1, 2]),
        (62, vec![2, 3]),
        (66, vec![0, 2, 3]),
        (100, vec![1, 4, 5, 6]),
    ] {
        let made = chunks(&message(length), &indices)?;
        let comment = format!("{length} bytes of chunks {indices:?}");
        add(&comment, "PartRows", length, made);
    }
    let some = chunks(&message(34), &[5])?;
    add(
        "34 bytes of one chunk: 15 polynomials are complete, one is not",
        "TooFew",
        34,
        some,
    );
    let thirty: Vec<u16> = (0..60).step_by(2).collect();
    add(
        "960 bytes, the first half of a ciphertext: 30 even chunks",
        "AnyChunks",
        960,
        chunks(&message(960), &thirty)?,
    );
    let thirty_six: Vec<u16> = (9..45).collect();
    add(
        "1152 bytes, a vector: 36 chunks without the first nine",
        "AnyChunks",
        1152,
        chunks(&message(1152), &thirty_six)?,
    );
    Ok(cases)
}

/// What is kept of more chunks than needed, and of chunks that do not fit together.
fn kept() -> Plan<Vec<Case>> {
    let three = message(96);
    let all = chunks(&three, &[0, 1, 2, 3, 4])?;
    let [zero, one, two, parity, more] = [0, 1, 2, 3, 4].map(|i| all[i].clone());
    let wrong = altered;
    let cases = [
        ("a wrong chunk, then the right one of the same index", vec![wrong(&zero), one.clone(), zero.clone(), two.clone()]),
        ("a right chunk, then a wrong one of the same index", vec![zero.clone(), one.clone(), wrong(&zero), two.clone()]),
        ("complete, then a wrong chunk of the message: it is used", vec![zero.clone(), one.clone(), two.clone(), wrong(&one)]),
        ("complete, then a wrong chunk beyond the message: it is ignored", vec![zero.clone(), one.clone(), two.clone(), wrong(&parity)]),
        ("complete with a wrong chunk, then one more beyond the message: it does not repair", vec![zero.clone(), one.clone(), wrong(&parity), more.clone()]),
        ("complete with a wrong chunk beyond the message, then the rest of the message: it does not matter any more", vec![zero.clone(), one.clone(), wrong(&parity), two.clone()]),
        ("complete with two beyond the message, then two of it: five points are kept, the three lowest count", vec![parity.clone(), more.clone(), zero.clone(), one.clone(), two.clone()]),
        ("chunks of two messages", vec![zero, Chunk { index: 1, data: Bytes(vec![0xff; 32]) }, two]),
    ];
    let case = |(comment, chunks): (&str, Vec<Chunk>)| {
        (comment.to_owned(), "Inconsistent", decode(96, chunks))
    };
    Ok(cases.map(case).into())
}

fn refused() -> Plan<Vec<Case>> {
    let short = |length: usize| {
        vec![Chunk {
            index: 0,
            data: Bytes(vec![0; length]),
        }]
    };
    let case = |comment: &str, flag, step| (comment.to_owned(), flag, step);
    Ok(vec![
        case("a message of 1 byte", "OddLength", decode(1, Vec::new())),
        case(
            "a message of 161 bytes",
            "OddLength",
            decode(161, chunks(&message(160), &[0])?),
        ),
        case("a chunk of 31 bytes", "BadInput", decode(160, short(31))),
        case("a chunk of 33 bytes", "BadInput", decode(160, short(33))),
    ])
}
