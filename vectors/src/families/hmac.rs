//! HMAC-SHA-256.
use super::build::{counting, group, test, with_sources, Plan, SPEC};
use super::{Family, FlagNote, TestPlan};
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "PrintedValue",
        description: "A value that the standard prints.",
        effect: "The function is another one.",
    },
    FlagNote {
        flag: "LongKey",
        description: "A key longer than a block is hashed first.",
        effect: "Long keys give wrong tags.",
    },
    FlagNote {
        flag: "KeyLength",
        description: "A key around the length of a block, filled up with zeros.",
        effect: "Keys of some lengths give wrong tags.",
    },
    FlagNote {
        flag: "MessageLength",
        description:
            "A message around the borders of a block; the protocol uses one byte and 32 bytes.",
        effect: "Messages of some lengths give wrong tags.",
    },
];

/// Id, length of the key, length of the message, flag.
const LENGTHS: &[(u32, usize, usize, &str)] = &[
    (101, 0, 0, "KeyLength"),
    (102, 0, 32, "KeyLength"),
    (103, 31, 32, "KeyLength"),
    (104, 32, 32, "KeyLength"),
    (105, 63, 32, "KeyLength"),
    (106, 64, 32, "KeyLength"),
    (107, 65, 32, "LongKey"),
    (108, 200, 32, "LongKey"),
    (109, 32, 0, "MessageLength"),
    (110, 32, 1, "MessageLength"),
    (111, 32, 55, "MessageLength"),
    (112, 32, 56, "MessageLength"),
    (113, 32, 63, "MessageLength"),
    (114, 32, 64, "MessageLength"),
    (115, 32, 65, "MessageLength"),
    (116, 32, 200, "MessageLength"),
];

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: "hmac",
        algorithm: "HMAC-SHA-256",
        header: &["RFC 2104 with SHA-256."],
        notes: NOTES.to_vec(),
        groups: vec![group("hmac_sha256", SPEC, lengths())],
    })
}

fn lengths() -> Vec<TestPlan> {
    LENGTHS
        .iter()
        .map(|&(id, key, message, flag)| {
            let comment = format!("key of {key} bytes, message of {message} bytes");
            let step = Step::HmacSha256 {
                key: counting(key),
                message: counting(message),
            };
            test(id, comment, flag, step)
        })
        .collect()
}
