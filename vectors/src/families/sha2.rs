//! SHA-256 and SHA-512.
use super::build::{counting, group, test, with_sources, Plan, SPEC};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "PrintedValue",
        description: "A value that the standard prints.",
        effect: "The function is another one.",
    },
    FlagNote {
        flag: "BlockBorder",
        description: "A length at which the padding just fits its block, or just does not.",
        effect: "Messages of some lengths get a wrong digest: signatures and tags of them do not verify.",
    },
];

/// Lengths around the borders of a 64-byte block.
const LENGTHS_256: [usize; 14] = [0, 1, 31, 32, 55, 56, 57, 63, 64, 65, 119, 120, 127, 128];
/// Lengths around the borders of a 128-byte block.
const LENGTHS_512: [usize; 14] = [
    0, 1, 63, 64, 111, 112, 113, 127, 128, 129, 239, 240, 255, 256,
];

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: "sha2",
        algorithm: "SHA-256 and SHA-512",
        header: &[
            "FIPS 180-4. The message is the bytes 00, 01, 02, ... where nothing else is said.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group(
                "sha256",
                SPEC,
                lengths(101, &LENGTHS_256, |message| Step::Sha256 { message }),
            ),
            group(
                "sha512",
                SPEC,
                lengths(121, &LENGTHS_512, |message| Step::Sha512 { message }),
            ),
        ],
    })
}

fn lengths(first: u32, lengths: &[usize], step: fn(Bytes) -> Step) -> Vec<TestPlan> {
    (first..)
        .zip(lengths)
        .map(|(id, &n)| test(id, format!("{n} bytes"), "BlockBorder", step(counting(n))))
        .collect()
}
