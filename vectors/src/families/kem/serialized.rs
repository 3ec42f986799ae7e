//! KEM keys and ciphertexts as bytes: the type byte, and the exact length.
use super::Material;
use crate::bytes::Bytes;
use crate::families::build::{group, test, Plan, SIGNAL_V4};
use crate::families::{GroupPlan, TestPlan};
use crate::step::{KemSet, Step};

/// What is parsed: its name, the bytes after the type byte, the step.
struct Kind {
    op: &'static str,
    name: &'static str,
    first: u32,
    bytes: Vec<u8>,
    /// How many bytes it has in Kyber-768.
    of_768: usize,
    step: fn(Bytes) -> Step,
}

/// The tests of the three kinds.
pub fn groups() -> Plan<Vec<GroupPlan>> {
    let made = Material::new(KemSet::Kyber1024, "serialised")?;
    let kinds = [
        Kind {
            op: "parse_kem_public_key",
            name: "public key",
            first: 401,
            bytes: made.encapsulation_key,
            of_768: 1184,
            step: |bytes| Step::ParseKemPublicKey { bytes },
        },
        Kind {
            op: "parse_kem_secret_key",
            name: "secret key",
            first: 431,
            bytes: made.decapsulation_key,
            of_768: 2400,
            step: |bytes| Step::ParseKemSecretKey { bytes },
        },
        Kind {
            op: "parse_kem_ciphertext",
            name: "ciphertext",
            first: 461,
            bytes: made.ciphertext,
            of_768: 1088,
            step: |bytes| Step::ParseKemCiphertext { bytes },
        },
    ];
    Ok(kinds
        .iter()
        .map(|kind| group(kind.op, SIGNAL_V4, kind.tests()))
        .collect())
}

impl Kind {
    fn tests(&self) -> Vec<TestPlan> {
        let Self { name, bytes, .. } = self;
        let typed = |byte: u8, length: usize| {
            let mut out = vec![byte];
            out.extend(bytes.iter().chain([&0]).take(length));
            out
        };
        let length = bytes.len();
        let mut cases = vec![(format!("a {name}"), "Normal", typed(8, length))];
        for byte in [0x00, 0x05, 0x07, 0x0a, 0xff] {
            cases.push((
                format!("a {name} of type {byte:02x}"),
                "KemKeyType",
                typed(byte, length),
            ));
        }
        cases.extend([
            ("no bytes".to_owned(), "KemKeyType", Vec::new()),
            (
                "the type 0a alone: the type comes before the length".to_owned(),
                "KemKeyType",
                vec![0x0a],
            ),
            ("the type alone".to_owned(), "KemKeyLength", vec![8]),
            (
                format!("a {name} a byte short"),
                "KemKeyLength",
                typed(8, length - 1),
            ),
            (
                format!("a {name} a byte long"),
                "KemKeyLength",
                typed(8, length + 1),
            ),
            (
                format!("a {name} of the length of Kyber-768"),
                "KemKeyLength",
                typed(8, self.of_768),
            ),
            (
                "zeros after the type".to_owned(),
                "Normal",
                [vec![8], vec![0; length]].concat(),
            ),
        ]);
        (self.first..)
            .zip(cases)
            .map(|(id, (comment, flag, bytes))| test(id, comment, flag, (self.step)(Bytes(bytes))))
            .collect()
    }
}
