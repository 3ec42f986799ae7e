//! Elligator 2, and hashing to a point of Curve25519.
use super::build::{counting, group, secret, steps_test, test, with_sources, Plan, SPEC};
use super::x25519::{near_p, small, with_bit_255};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "KnownAnswer",
        description: "Known answers of others.",
        effect: "Another map, or another hash.",
    },
    FlagNote {
        flag: "Normal",
        description: "Any r.",
        effect: "Another map.",
    },
    FlagNote {
        flag: "SmallValue",
        description: "r is small, or r near p: both branches of the map.",
        effect: "The wrong root for half of all r.",
    },
    FlagNote {
        flag: "Zero",
        description: "r = 0 gives u = 0.",
        effect: "A crash, or u = -A.",
    },
    FlagNote {
        flag: "Negative",
        description: "r and -r give the same u.",
        effect: "A sign that should not matter does.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "r is p or above: it is reduced.",
        effect: "A crash, or another u than that of the rest.",
    },
    FlagNote {
        flag: "Bit255",
        description: "Bit 255 does not belong to r; of a hash it is the sign of the point.",
        effect: "Half of all hashes give another point.",
    },
    FlagNote {
        flag: "HashToPoint",
        description: "Messages of several lengths, hashed with the prefix of hash_2.",
        effect: "Another hash, or another point.",
    },
    FlagNote {
        flag: "Neutral",
        description:
            "r = 0: the point has order 2, and 8 times it is neutral. No message is known for it.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "BadInput",
        description: "r and the part of the hash are 32 bytes.",
        effect: "A crash.",
    },
];

const NAME: &str = "elligator";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Elligator 2 and hashing to a point",
        header: &[
            "XEdDSA, 2.6, with n = 2; r is 32 bytes, the low one first. hash_to_point(M): h = SHA-512(fd ff*31 || M); u = elligator2(h[0..32]), its point",
            "with the sign in bit 255 of these, times 8; point_of_hash begins at h[0..32]. Points are encoded as in Ed25519.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("elligator2", SPEC, maps()),
            group("hash_to_point", SPEC, hashes()),
            group("point_of_hash", SPEC, points()),
            group("steps", SPEC, vec![from_the_hash_on(401)]),
        ],
    })
}

/// Special values of r.
fn values() -> Vec<(String, &'static str, Vec<u8>)> {
    let mut values: Vec<(String, &'static str, Vec<u8>)> = Vec::new();
    let mut add = |comment: &str, flag, r: [u8; 32]| {
        values.push((comment.to_owned(), flag, r.to_vec()));
    };
    add("r = 0", "Zero", small(0));
    for n in 1..=6 {
        add(&format!("r = {n}"), "SmallValue", small(n));
    }
    for n in 1..=4u8 {
        let comment = format!("r = p - {n}: as of {n}");
        add(&comment, "Negative", near_p(-i16::from(n)));
    }
    add("r = p: as of 0", "NotReduced", near_p(0));
    add("r = p + 1: as of 1", "NotReduced", near_p(1));
    let mut most = [0xff; 32];
    most[31] = 0x7f;
    add("r = 2^255 - 1: as of 18", "NotReduced", most);
    add("r = 18", "SmallValue", small(18));
    add("r = 0 with bit 255", "Bit255", with_bit_255(small(0)));
    add("r = 1 with bit 255", "Bit255", with_bit_255(small(1)));
    add("r = p with bit 255", "Bit255", with_bit_255(near_p(0)));
    add("ff throughout", "Bit255", [0xff; 32]);
    values
}

fn maps() -> Vec<TestPlan> {
    let any = (0..6).map(|n| {
        let r = secret(NAME, 0, &format!("r {n}")).0;
        (format!("any r, {n}"), "Normal", r)
    });
    let wrong = [0usize, 31, 33].map(|length| {
        let comment = format!("{length} bytes");
        (comment, "BadInput", counting(length).0)
    });
    (101..)
        .zip(values().into_iter().chain(any).chain(wrong))
        .map(|(id, (comment, flag, r))| test(id, comment, flag, Step::Elligator2 { r: Bytes(r) }))
        .collect()
}

fn hashes() -> Vec<TestPlan> {
    let lengths = [0usize, 1, 31, 32, 33, 64, 79, 80, 95, 96, 97, 128, 1000];
    (201..)
        .zip(lengths)
        .map(|(id, length)| {
            let message = counting(length);
            let comment = format!("{length} bytes");
            test(id, comment, "HashToPoint", Step::HashToPoint { message })
        })
        .collect()
}

fn points() -> Vec<TestPlan> {
    let any = secret(NAME, 0, "hash").0;
    let mut other_sign = any.clone();
    other_sign[31] ^= 0x80;
    let array = |bytes: [u8; 32]| bytes.to_vec();
    let cases = [
        ("r = 0: the point is neutral", "Neutral", array(small(0))),
        (
            "r = 0 with the sign 1: x = 0 all the same",
            "Neutral",
            array(with_bit_255(small(0))),
        ),
        ("r = p: neutral", "Neutral", array(near_p(0))),
        ("r = 1", "SmallValue", array(small(1))),
        ("r = 1, sign 1", "Bit255", array(with_bit_255(small(1)))),
        ("r = p - 1: as of 1", "Negative", array(near_p(-1))),
        ("r = p + 1: as of 1", "NotReduced", array(near_p(1))),
        ("any hash", "Normal", any),
        ("the same with the other sign", "Bit255", other_sign),
        ("31 bytes", "BadInput", vec![1; 31]),
        ("64 bytes", "BadInput", vec![1; 64]),
    ];
    (301..)
        .zip(cases)
        .map(|(id, (comment, flag, hash))| {
            test(id, comment, flag, Step::PointOfHash { hash: Bytes(hash) })
        })
        .collect()
}

/// Hashing to a point in its two parts, with the prefix written out.
fn from_the_hash_on(tc_id: u32) -> TestPlan {
    let message = counting(5);
    let mut prefixed = vec![0xff; 32];
    prefixed[0] = 0xfd;
    prefixed.extend(&message.0);
    let hash = Step::Sha512 {
        message: Bytes(prefixed),
    };
    let digest = super::build::output(&hash, "digest").unwrap_or_default();
    let point = Step::PointOfHash {
        hash: digest[..32].into(),
    };
    let comment = "hash_to_point is SHA-512 with the prefix, and point_of_hash of its first half";
    steps_test(
        tc_id,
        comment,
        &["HashToPoint"],
        vec![hash, point, Step::HashToPoint { message }],
    )
}
