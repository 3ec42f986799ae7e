//! HKDF-SHA-256.
use super::build::{counting, group, test, with_sources, Plan, SPEC};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Inputs of common lengths.",
        effect: "The function is another one.",
    },
    FlagNote {
        flag: "PrintedValue",
        description: "A value that the standard prints.",
        effect: "The function is another one.",
    },
    FlagNote {
        flag: "NoSalt",
        description: "No salt, an empty salt and 32 zero bytes are the same.",
        effect: "Every key of the protocol is wrong: all but one derivation are without salt.",
    },
    FlagNote {
        flag: "OutputLength",
        description:
            "An output around the borders of a 32-byte block; the protocol uses 64, 80 and 96.",
        effect: "The last block is cut in the wrong place or the counter is wrong.",
    },
];

const LENGTHS: [u8; 12] = [0, 1, 31, 32, 33, 63, 64, 65, 80, 96, 224, 255];

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: "hkdf",
        algorithm: "HKDF-SHA-256",
        header: &["RFC 5869 with SHA-256. A test without `salt` has none: 32 zero bytes stand in its place."],
        notes: NOTES.to_vec(),
        groups: vec![
            group("hkdf", SPEC, output_lengths()),
            group("hkdf", SPEC, salts()),
        ],
    })
}

fn step(salt: Option<Bytes>, length: u8) -> Step {
    Step::Hkdf {
        salt,
        ikm: counting(32),
        info: Bytes(b"twinratchet".to_vec()),
        length,
    }
}

fn output_lengths() -> Vec<TestPlan> {
    (101..)
        .zip(LENGTHS)
        .map(|(id, n)| {
            test(
                id,
                format!("{n} bytes of output"),
                "OutputLength",
                step(Some(counting(32)), n),
            )
        })
        .collect()
}

fn salts() -> Vec<TestPlan> {
    let zeros = Bytes(vec![0; 32]);
    vec![
        test(121, "no salt", "NoSalt", step(None, 64)),
        test(
            122,
            "an empty salt",
            "NoSalt",
            step(Some(Bytes::default()), 64),
        ),
        test(
            123,
            "a salt of 32 zero bytes",
            "NoSalt",
            step(Some(zeros), 64),
        ),
        test(
            124,
            "a salt as long as a block",
            "Normal",
            step(Some(counting(64)), 64),
        ),
        test(
            125,
            "a salt longer than a block",
            "Normal",
            step(Some(counting(65)), 64),
        ),
    ]
}
