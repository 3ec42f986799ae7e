//! The KEMs: Kyber-1024 of handshakes, ML-KEM-1024, ML-KEM-768 of SPQR, and KEM keys as bytes.
mod rejection;
mod serialized;

use super::build::{
    group, output, random64, resized, secret, test, with_sources, Plan, SIGNAL_V4, SPEC,
};
use super::{Family, FlagNote, GroupPlan, TestPlan};
use crate::bytes::Bytes;
use crate::step::{KemSet, Step};

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "PrintedValue",
        description: "A published known answer.",
        effect: "Another KEM than the standard's: no peer can be talked to.",
    },
    FlagNote {
        flag: "Normal",
        description: "Inputs without anything special.",
        effect: "Another KEM, or another form of its keys: no peer can be talked to.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Seeds and random bytes of zeros or of ff.",
        effect: "Some random bytes are treated specially that should not be.",
    },
    FlagNote {
        flag: "Length",
        description: "Keys and ciphertexts have the lengths of their KEM, and raw ones no type byte.",
        effect: "A crash, reading past the end, or bytes that are not part of a key taken for it.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Seeds are 64 bytes, the random bytes of an encapsulation 32.",
        effect: "A crash, or less randomness than needed.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "Coefficients of an encapsulation key that are q or more: ML-KEM refuses them, Kyber takes them modulo q.",
        effect: "A Kyber prekey is refused that peers take, or a check of FIPS 203 is missing.",
    },
    FlagNote {
        flag: "Rejection",
        description: "A wrong ciphertext is no error: it gives a secret made from z. ML-KEM: J(z || c). Kyber as deployed: J(J(z || c) || H(c)); the text of round 3 has J(z || H(c)).",
        effect: "An error or another secret: whoever sends wrong ciphertexts learns about the key from the answer.",
    },
    FlagNote {
        flag: "KemKeyType",
        description: "Serialised keys and ciphertexts begin with 08, for Kyber-1024; the type is looked at before the length.",
        effect: "A key of another KEM is taken for a Kyber key: the two sides differ in their secrets.",
    },
    FlagNote {
        flag: "KemKeyLength",
        description: "Serialised keys and ciphertexts have exactly 1568 or 3168 bytes after the type byte.",
        effect: "A crash, or two forms of one key, of which signatures cover one.",
    },
];

const NAME: &str = "kem";

/// The KEMs with their names.
const SETS: [(KemSet, &str); 3] = [
    (KemSet::Kyber1024, "Kyber-1024"),
    (KemSet::MlKem1024, "ML-KEM-1024"),
    (KemSet::MlKem768, "ML-KEM-768"),
];

/// The family.
pub fn family() -> Plan<Family> {
    let mut groups = Vec::new();
    for (n, (set, name)) in (0..).zip(SETS) {
        groups.extend(of_set(100 * n, set, name)?);
    }
    groups.extend(serialized::groups()?);
    with_sources(Family {
        name: NAME,
        algorithm: "Key encapsulation: Kyber-1024 round 3, ML-KEM-1024, ML-KEM-768",
        header: &[
            "Random bytes are inputs: seed = d || z, random = m. Keys and ciphertexts of kem_* steps have no type byte.",
            "Kyber-1024 against ML-KEM-1024: G(d) in place of G(d || 4), H(m) in place of m, J(K || H(c)) in place of K.",
        ],
        notes: NOTES.to_vec(),
        groups,
    })
}

fn profile(set: KemSet) -> &'static str {
    match set {
        KemSet::Kyber1024 => SIGNAL_V4,
        KemSet::MlKem1024 | KemSet::MlKem768 => SPEC,
    }
}

/// The keys of a set that its tests share, and a ciphertext.
struct Material {
    set: KemSet,
    encapsulation_key: Vec<u8>,
    decapsulation_key: Vec<u8>,
    ciphertext: Vec<u8>,
}

impl Material {
    fn new(set: KemSet, name: &str) -> Plan<Self> {
        let generate = key_gen(set, random64(NAME, 0, &format!("{name} seed")));
        let encapsulation_key = output(&generate, "encapsulationKey")?;
        let ciphertext = output(&encaps(set, &encapsulation_key, random(name)), "ciphertext")?;
        Ok(Self {
            set,
            decapsulation_key: output(&generate, "decapsulationKey")?,
            encapsulation_key,
            ciphertext,
        })
    }

    fn encaps(&self, encapsulation_key: &[u8]) -> Step {
        encaps(self.set, encapsulation_key, secret(NAME, 0, "random"))
    }

    fn decaps(&self, decapsulation_key: &[u8], ciphertext: &[u8]) -> Step {
        Step::KemDecaps {
            set: self.set,
            decapsulation_key: decapsulation_key.into(),
            ciphertext: ciphertext.into(),
        }
    }
}

fn random(name: &str) -> Bytes {
    secret(NAME, 0, &format!("{name} random"))
}

fn key_gen(set: KemSet, seed: Bytes) -> Step {
    Step::KemKeyGen { set, seed }
}

fn encaps(set: KemSet, encapsulation_key: &[u8], random: Bytes) -> Step {
    Step::KemEncaps {
        set,
        encapsulation_key: encapsulation_key.into(),
        random,
    }
}

/// A case: what it shows, its flag, the step.
type Case = (String, &'static str, Step);

fn numbered(first: u32, name: &str, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, format!("{name}: {comment}"), flag, step))
        .collect()
}

fn of_set(base: u32, set: KemSet, name: &str) -> Plan<Vec<GroupPlan>> {
    let made = Material::new(set, name)?;
    let encapsulations = [randomness(&made), key_lengths(&made), unreduced(&made)].concat();
    let decapsulations = [rejection::cases(&made)?, rejection::lengths(&made)].concat();
    Ok(vec![
        group(
            "kem_key_gen",
            profile(set),
            numbered(101 + base, name, seeds(set)),
        ),
        group(
            "kem_encaps",
            profile(set),
            numbered(121 + base, name, encapsulations),
        ),
        group(
            "kem_decaps",
            profile(set),
            numbered(151 + base, name, decapsulations),
        ),
    ])
}

fn seeds(set: KemSet) -> Vec<Case> {
    let filled = |byte: u8, length: usize| key_gen(set, Bytes(vec![byte; length]));
    vec![
        ("a seed of zeros".to_owned(), "Extreme", filled(0, 64)),
        ("a seed of ff".to_owned(), "Extreme", filled(0xff, 64)),
        ("no seed".to_owned(), "BadInput", filled(0, 0)),
        ("a seed of 32 bytes".to_owned(), "BadInput", filled(0, 32)),
        ("a seed of 65 bytes".to_owned(), "BadInput", filled(0, 65)),
    ]
}

fn randomness(made: &Material) -> Vec<Case> {
    let with = |random: Vec<u8>| encaps(made.set, &made.encapsulation_key, Bytes(random));
    vec![
        (
            "an encapsulation".to_owned(),
            "Normal",
            made.encaps(&made.encapsulation_key),
        ),
        (
            "random bytes of zeros".to_owned(),
            "Extreme",
            with(vec![0; 32]),
        ),
        ("31 random bytes".to_owned(), "BadInput", with(vec![0; 31])),
        ("33 random bytes".to_owned(), "BadInput", with(vec![0; 33])),
    ]
}

fn key_lengths(made: &Material) -> Vec<Case> {
    let key = &made.encapsulation_key;
    let typed = [&[8], key.as_slice()].concat();
    let other = match made.set {
        KemSet::MlKem768 => 1568,
        KemSet::Kyber1024 | KemSet::MlKem1024 => 1184,
    };
    [0, key.len() - 1, other]
        .map(|n| (format!("a key of {n} bytes"), resized(key, n)))
        .into_iter()
        .chain([("a key with a type byte".to_owned(), typed)])
        .map(|(comment, key)| (comment, "Length", made.encaps(&key)))
        .collect()
}

/// q, the modulus.
const Q: u16 = 3329;

/// A coefficient at the beginning or the end of a key, as 12 bits.
fn with_coefficient(key: &[u8], last: bool, value: u16) -> Vec<u8> {
    let mut altered = key.to_vec();
    let [low, high] = value.to_le_bytes();
    if last {
        let end = key.len() - 32;
        altered[end - 2] = altered[end - 2] & 0x0f | low << 4;
        altered[end - 1] = low >> 4 | high << 4;
    } else {
        altered[0] = low;
        altered[1] = altered[1] & 0xf0 | high;
    }
    altered
}

fn unreduced(made: &Material) -> Vec<Case> {
    let key = &made.encapsulation_key;
    let with = |last, value| made.encaps(&with_coefficient(key, last, value));
    let filled = |length: usize| made.encaps(&vec![0xff; length]);
    let mut rho = key.clone();
    let end = key.len();
    rho[end - 32..].fill(0xff);
    vec![
        (
            "the first coefficient is q - 1".to_owned(),
            "NotReduced",
            with(false, Q - 1),
        ),
        (
            "the first coefficient is q".to_owned(),
            "NotReduced",
            with(false, Q),
        ),
        (
            "the first coefficient is 4095".to_owned(),
            "NotReduced",
            with(false, 4095),
        ),
        (
            "the last coefficient is q".to_owned(),
            "NotReduced",
            with(true, Q),
        ),
        ("a key of ff".to_owned(), "NotReduced", filled(end)),
        (
            "rho is ff, the coefficients are reduced".to_owned(),
            "NotReduced",
            made.encaps(&rho),
        ),
        (
            "a key of ff, a byte short: the length comes first".to_owned(),
            "Length",
            filled(end - 1),
        ),
    ]
}
