//! X25519, as the bare function and as the agreement of the protocol.
use super::build::{counting, group, secret, test, with_sources, Plan, SIGNAL_V3, SPEC};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Keys without anything special.",
        effect: "No agreement at all.",
    },
    FlagNote {
        flag: "PrintedValue",
        description: "A value that the standard prints.",
        effect: "The function is another one.",
    },
    FlagNote {
        flag: "Bit255",
        description: "The top bit of u is ignored.",
        effect: "Another secret than the peer's.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "u of p and above is reduced modulo p.",
        effect: "Another secret than the peer's, or a key refused that peers accept.",
    },
    FlagNote {
        flag: "LowOrder",
        description:
            "u of a point of order 1, 2, 4 or 8: the output is all zero, and the agreement fails.",
        effect: "An attacker fixes the secret without knowing any private key.",
    },
    FlagNote {
        flag: "Twist",
        description: "u of a point on the twist is as good as any.",
        effect: "A key refused that peers accept.",
    },
    FlagNote {
        flag: "Clamping",
        description: "The scalar is clamped, whatever was stored.",
        effect: "Another secret than the peer's, and one that leaks bits of the private key.",
    },
    FlagNote {
        flag: "KeyEncoding",
        description: "The type byte and the length of a serialised public key.",
        effect: "Foreign keys are taken for X25519 keys, or a crash.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A scalar and a u are 32 bytes.",
        effect: "A crash, or another key than the one given.",
    },
];

const NAME: &str = "x25519";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "X25519",
        header: &[
            "`x25519` is the bare function of RFC 7748, which may give zero. `agreement` is what the protocol uses:",
            "it takes a serialised public key and fails on an output of zeros.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("x25519", SPEC, edges()),
            group("x25519", SPEC, clamping()),
            group("x25519", SPEC, bad_inputs()),
            group("agreement", SIGNAL_V3, agreements()),
            group("agreement", SIGNAL_V3, encodings()),
        ],
    })
}

/// p + `n` for a small n; negative for below p.
pub fn near_p(n: i16) -> [u8; 32] {
    let mut u = [0xff; 32];
    u[31] = 0x7f;
    u[0] = u8::try_from(0xed + n).unwrap_or(0xff);
    u
}

/// A small number.
pub fn small(n: u8) -> [u8; 32] {
    let mut u = [0; 32];
    u[0] = n;
    u
}

/// The same with bit 255 set.
pub fn with_bit_255(mut u: [u8; 32]) -> [u8; 32] {
    u[31] |= 0x80;
    u
}

/// The coordinates of the four points of order 8 (two pairs of a point and its negative).
pub const ORDER_8: [[u8; 32]; 2] = [
    [
        0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3, 0xfa, 0xf1, 0x9f, 0xc4,
        0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32, 0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49,
        0xb8, 0x00,
    ],
    [
        0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1, 0x55, 0x9c, 0x83, 0xef,
        0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c, 0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f,
        0x11, 0x57,
    ],
];

/// Comment, flag and u of every coordinate with something special.
fn special() -> Vec<(&'static str, &'static str, [u8; 32])> {
    vec![
        ("u = 0", "LowOrder", small(0)),
        ("u = 1", "LowOrder", small(1)),
        ("u = p - 1", "LowOrder", near_p(-1)),
        ("u = p", "LowOrder", near_p(0)),
        ("u = p + 1", "LowOrder", near_p(1)),
        ("the first u of order 8", "LowOrder", ORDER_8[0]),
        ("the second u of order 8", "LowOrder", ORDER_8[1]),
        ("u = 0 with bit 255", "LowOrder", with_bit_255(small(0))),
        ("u = 1 with bit 255", "LowOrder", with_bit_255(small(1))),
        (
            "u = p - 1 with bit 255",
            "LowOrder",
            with_bit_255(near_p(-1)),
        ),
        ("u = p with bit 255", "LowOrder", with_bit_255(near_p(0))),
        (
            "u = p + 1 with bit 255",
            "LowOrder",
            with_bit_255(near_p(1)),
        ),
        (
            "the first u of order 8 with bit 255",
            "LowOrder",
            with_bit_255(ORDER_8[0]),
        ),
        (
            "the second u of order 8 with bit 255",
            "LowOrder",
            with_bit_255(ORDER_8[1]),
        ),
        ("u = 2, on the twist", "Twist", small(2)),
        ("u = 9", "Normal", small(9)),
        ("u = 9 with bit 255", "Bit255", with_bit_255(small(9))),
        ("u = p - 2", "Normal", near_p(-2)),
        ("u = p + 2, on the twist", "NotReduced", near_p(2)),
        ("u = p + 9", "NotReduced", near_p(9)),
        (
            "u = p + 9 with bit 255",
            "NotReduced",
            with_bit_255(near_p(9)),
        ),
        ("u = 2^255 - 1", "NotReduced", near_p(18)),
        ("u = 2^256 - 1", "NotReduced", [0xff; 32]),
    ]
}

fn bare(scalar: Bytes, u: &[u8]) -> Step {
    Step::X25519 {
        scalar,
        u: Bytes::from(u),
    }
}

fn edges() -> Vec<TestPlan> {
    (101..)
        .zip(special())
        .map(|(id, (comment, flag, u))| {
            test(id, comment, flag, bare(secret(NAME, 0, "scalar"), &u))
        })
        .collect()
}

fn clamping() -> Vec<TestPlan> {
    let mut low = secret(NAME, 0, "scalar");
    low.0[0] ^= 0x07;
    let mut high = secret(NAME, 0, "scalar");
    high.0[31] ^= 0xc0;
    let u = small(9);
    vec![
        test(
            141,
            "a scalar",
            "Clamping",
            bare(secret(NAME, 0, "scalar"), &u),
        ),
        test(
            142,
            "the same with other low bits",
            "Clamping",
            bare(low, &u),
        ),
        test(
            143,
            "the same with other high bits",
            "Clamping",
            bare(high, &u),
        ),
        test(
            144,
            "a scalar of zeros",
            "Clamping",
            bare(Bytes(vec![0; 32]), &u),
        ),
        test(
            145,
            "a scalar of ff",
            "Clamping",
            bare(Bytes(vec![0xff; 32]), &u),
        ),
    ]
}

fn bad_inputs() -> Vec<TestPlan> {
    [
        (151, 31, 32),
        (152, 33, 32),
        (153, 32, 31),
        (154, 32, 33),
        (155, 0, 32),
        (156, 32, 0),
    ]
    .into_iter()
    .map(|(id, scalar, u)| {
        let comment = format!("a scalar of {scalar} bytes, u of {u} bytes");
        test(
            id,
            comment,
            "BadInput",
            bare(counting(scalar), &counting(u).0),
        )
    })
    .collect()
}

fn agreement(public: Vec<u8>) -> Step {
    Step::Agreement {
        private: secret(NAME, 0, "private key"),
        public: Bytes(public),
    }
}

/// A serialised public key.
pub fn serialized(u: &[u8]) -> Vec<u8> {
    [&[5], u].concat()
}

fn agreements() -> Vec<TestPlan> {
    (201..)
        .zip(special())
        .map(|(id, (comment, flag, u))| test(id, comment, flag, agreement(serialized(&u))))
        .collect()
}

fn encodings() -> Vec<TestPlan> {
    let key = serialized(&small(9));
    let mut other_type = key.clone();
    other_type[0] = 6;
    let longer = [key.as_slice(), &[0xaa]].concat();
    vec![
        test(241, "no public key", "KeyEncoding", agreement(Vec::new())),
        test(
            242,
            "a public key of type 06",
            "KeyEncoding",
            agreement(other_type),
        ),
        test(
            243,
            "a public key of 32 bytes",
            "KeyEncoding",
            agreement(key[..32].to_vec()),
        ),
        test(
            244,
            "a public key of 34 bytes",
            "KeyEncoding",
            agreement(longer),
        ),
    ]
}
