//! The check of base keys: canonical, on the curve, free of torsion.
use super::build::{counting, group, secret, test, with_sources, Plan, SIGNAL_V3};
use super::keys::public_of;
use super::x25519::{near_p, small, with_bit_255, ORDER_8};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "A point of prime order.",
        effect: "Prekey messages are refused.",
    },
    FlagNote {
        flag: "LowOrder",
        description: "A point of small order.",
        effect: "A base key that fixes the agreements is accepted.",
    },
    FlagNote {
        flag: "Torsion",
        description: "A point of prime order plus one of small order.",
        effect: "Eight base keys that all give the same session are told apart: a replay is taken for a new session.",
    },
    FlagNote {
        flag: "Twist",
        description: "No point of the curve has this u.",
        effect: "A base key is accepted that peers refuse.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "u is p or above.",
        effect: "Two encodings of one base key: a replay is taken for a new session.",
    },
    FlagNote {
        flag: "Bit255",
        description: "The top bit is set.",
        effect: "Two encodings of one base key: a replay is taken for a new session.",
    },
    FlagNote {
        flag: "BadInput",
        description: "u is 32 bytes.",
        effect: "A crash.",
    },
];

const NAME: &str = "canonical";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "The check of base keys",
        header: &[
            "The one place where a public key is checked: the base key of an incoming prekey message.",
            "Canonical: bit 255 clear, u < p, u is not p - 1, on the curve and not on the twist, no torsion.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("is_canonical", SIGNAL_V3, coordinates())],
    })
}

fn key(meaning: &str) -> [u8; 32] {
    let mut u = [0; 32];
    u.copy_from_slice(&public_of(&secret(NAME, 0, meaning)));
    u
}

fn coordinates() -> Vec<TestPlan> {
    let fixed = [
        ("a public key", "Normal", key("a key")),
        ("another public key", "Normal", key("another key")),
        ("u = 9 with bit 255", "Bit255", with_bit_255(small(9))),
        (
            "a public key with bit 255",
            "Bit255",
            with_bit_255(key("a key")),
        ),
        ("u = 0 with bit 255", "Bit255", with_bit_255(small(0))),
        ("u = 1 with bit 255", "Bit255", with_bit_255(small(1))),
        ("the first u of order 8", "LowOrder", ORDER_8[0]),
        ("the second u of order 8", "LowOrder", ORDER_8[1]),
        ("u = p + 1", "NotReduced", near_p(1)),
        ("u = p + 2", "NotReduced", near_p(2)),
        ("u = 2^255 - 1", "NotReduced", near_p(18)),
        ("u = 2^256 - 1", "Bit255", [0xff; 32]),
    ];
    let wrong = [0, 31, 33].map(|n| (format!("{n} bytes"), "BadInput", counting(n)));
    let fixed = fixed.map(|(comment, flag, u)| (comment.to_owned(), flag, Bytes::from(&u[..])));
    (101..)
        .zip(fixed.into_iter().chain(wrong))
        .map(|(id, (comment, flag, u))| test(id, comment, flag, Step::IsCanonical { u }))
        .collect()
}
