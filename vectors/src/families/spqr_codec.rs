//! The codec of SPQR: its field, its erasure code, its messages.
mod erasure;
mod messages;

use super::build::{group, test, with_sources, Plan, SIGNAL_V4};
use super::{Family, FlagNote, TestPlan};
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Values without anything special.",
        effect: "Another field, another code or another form of messages: no key of a peer is ever complete.",
    },
    FlagNote {
        flag: "Zero",
        description: "Zero times, divided by, or inverted: the inverse of 0 is 0, and so is what is divided by 0.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "Reduction",
        description: "Products whose degree is 16 or more: x^16 = x^12 + x^3 + x + 1.",
        effect: "Another field than the peer's.",
    },
    FlagNote {
        flag: "PartRows",
        description: "Lengths that are not a multiple of 32: the last polynomials have a symbol less.",
        effect: "Reading past the end, or wrong chunks.",
    },
    FlagNote {
        flag: "IndexWrap",
        description: "After 65,536 chunks the indices start again at 0; the counter goes on to 2^32.",
        effect: "A crash, or chunks with wrong indices, in an epoch that goes on for long.",
    },
    FlagNote {
        flag: "StoredForm",
        description: "The encoder as stored: values before the first chunk beyond the message, coefficients from then on.",
        effect: "States cannot be exchanged with other software.",
    },
    FlagNote {
        flag: "OddLength",
        description: "A message of the code is whole symbols of two bytes.",
        effect: "A crash, or a message that comes out shorter.",
    },
    FlagNote {
        flag: "TooLong",
        description: "A message of the code is at most 2^20 bytes: beyond, indices would not suffice.",
        effect: "Chunks that overwrite one another: a message that never comes out right.",
    },
    FlagNote {
        flag: "AnyChunks",
        description: "As many chunks as the message has rows give the message, whichever they are, in any order.",
        effect: "A peer whose messages get lost is never understood.",
    },
    FlagNote {
        flag: "TooFew",
        description: "One chunk less than needed gives nothing.",
        effect: "A wrong key or ciphertext is used.",
    },
    FlagNote {
        flag: "Duplicate",
        description: "A chunk twice counts once.",
        effect: "A replayed chunk is taken for a new one: a wrong key or ciphertext.",
    },
    FlagNote {
        flag: "Inconsistent",
        description: "Chunks that do not belong to one message: which are kept, and which are used.",
        effect: "The stored states of two implementations differ after the same messages.",
    },
    FlagNote {
        flag: "BadInput",
        description: "The data of a chunk is 32 bytes; a payload has a chunk or has not.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "Malformed",
        description: "Messages that end early, or hold what no message holds.",
        effect: "A crash, or a message taken for another one.",
    },
    FlagNote {
        flag: "Varint",
        description: "Numbers of 7 bits a byte, at most 10 bytes; longer forms than needed are read, bits from 64 on are dropped.",
        effect: "Messages are read otherwise than by the peer, or an endless loop.",
    },
    FlagNote {
        flag: "Range",
        description: "Epochs from 1 on, key numbers below 2^32, chunk indices below 2^16.",
        effect: "Numbers that wrap around: the key or chunk of another message.",
    },
    FlagNote {
        flag: "TrailingBytes",
        description: "Bytes after a message are ignored.",
        effect: "A message is refused that peers take: newer peers could not add anything.",
    },
];

const NAME: &str = "spqr_codec";

/// The family.
pub fn family() -> Plan<Family> {
    let mut groups = vec![
        group("gf_mul", SIGNAL_V4, products()),
        group("gf_div", SIGNAL_V4, quotients()),
        group("gf_inv", SIGNAL_V4, inverses()),
    ];
    groups.extend(erasure::groups()?);
    groups.extend(messages::groups());
    with_sources(Family {
        name: NAME,
        algorithm: "SPQR: GF(2^16), erasure code, messages",
        header: &[
            "The field is GF(2)[x] / (x^16 + x^12 + x^3 + x + 1). Symbol j of a message, 16 bits, the high byte first, is the value of",
            "polynomial j mod 16 at floor(j / 16); chunk c is the values of all 16 polynomials at c.",
            "A message: 01, epoch, number of the key, type, then for types 1, 2, 3, 5 and 6 the index and the 32 bytes of a chunk.",
        ],
        notes: NOTES.to_vec(),
        groups,
    })
}

/// A case: what it shows, its flag, the step.
type Case = (String, &'static str, Step);

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}

fn products() -> Vec<TestPlan> {
    let cases = [
        ("x^8 times x^8 is x^16", "Reduction", 0x0100, 0x0100),
        ("x^15 times x", "Reduction", 0x8000, 0x0002),
        ("x^15 times x^15", "Reduction", 0x8000, 0x8000),
        ("all ones, squared", "Reduction", 0xffff, 0xffff),
        ("1 times all ones", "Normal", 0x0001, 0xffff),
        ("all ones times 0", "Zero", 0xffff, 0x0000),
        ("the same, exchanged", "Zero", 0x0000, 0xffff),
    ];
    let case =
        |(comment, flag, a, b): (&str, _, _, _)| (comment.to_owned(), flag, Step::GfMul { a, b });
    numbered(101, cases.map(case).into())
}

fn quotients() -> Vec<TestPlan> {
    let cases = [
        ("1 divided by x", "Reduction", 0x0001, 0x0002),
        ("all ones divided by 0", "Zero", 0xffff, 0x0000),
        ("0 divided by all ones", "Zero", 0x0000, 0xffff),
    ];
    let case =
        |(comment, flag, a, b): (&str, _, _, _)| (comment.to_owned(), flag, Step::GfDiv { a, b });
    numbered(121, cases.map(case).into())
}

fn inverses() -> Vec<TestPlan> {
    let cases = [
        ("of x", "Reduction", 0x0002),
        ("of all ones", "Reduction", 0xffff),
        ("of 0", "Zero", 0x0000),
    ];
    let case = |(comment, flag, a): (&str, _, _)| (comment.to_owned(), flag, Step::GfInv { a });
    numbered(131, cases.map(case).into())
}
