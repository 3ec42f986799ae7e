//! ML-KEM-768 in pieces, as SPQR sends it.
use super::build::{
    flipped, group, output, random64, resized, secret, spec_bytes, steps_test, test, with_sources,
    Plan, SIGNAL_V4,
};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::{KemSet, Step};
use hacspec_lib::ByteSeq;
use twinratchet_spec::primitives::sha3::sha3_256;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Inputs without anything special.",
        effect: "Another KEM than the peer's: epochs of SPQR never end.",
    },
    FlagNote {
        flag: "Pieces",
        description: "The pieces put together are the bytes of ML-KEM-768 in one piece, for the same random bytes.",
        effect: "Another KEM than FIPS 203.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Seeds, random bytes or headers of zeros or of ff; nothing about a header can be checked before the vector is there.",
        effect: "Some inputs are treated specially that should not be.",
    },
    FlagNote {
        flag: "NoMatch",
        description: "A vector belongs to a header if SHA3-256(vector || rho) is in the header.",
        effect: "A key is used that is not the one whose header was authenticated.",
    },
    FlagNote {
        flag: "NotReduced",
        description: "A vector with a coefficient of q or more does not match, though its hash does.",
        effect: "A check of FIPS 203 is missing.",
    },
    FlagNote {
        flag: "ByteOrder",
        description: "States between the halves that older builds stored with the high byte first: the first number of e2 that is neither 0 nor -1 shows it.",
        effect: "An encapsulation that was begun before an update ends in another ciphertext.",
    },
    FlagNote {
        flag: "Rejection",
        description: "A wrong ciphertext is no error: it gives J(z || c).",
        effect: "An error or another secret: whoever sends wrong ciphertexts learns about the key from the answer.",
    },
    FlagNote {
        flag: "Length",
        description: "Every piece has its length; of a ciphertext each half has.",
        effect: "A crash, or the halves cut at another place.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Seeds are 64 bytes, random bytes 32, states between the halves 2080.",
        effect: "A crash.",
    },
];

const NAME: &str = "kem_incremental";

/// The family.
pub fn family() -> Plan<Family> {
    let made = Material::new()?;
    with_sources(Family {
        name: NAME,
        algorithm: "ML-KEM-768 in pieces",
        header: &[
            "header = rho || SHA3-256(vector || rho), 64 bytes; vector, 1152 bytes: the encapsulation key without rho.",
            "ciphertext1, 960 bytes, needs the header only; ciphertext2, 128 bytes, the vector and the state in between.",
            "The state is y-hat, e2 (16-bit numbers, low byte first) and m; it is stored, never sent.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V4, vec![Material::pieces(101, 1)?, Material::pieces(102, 2)?]),
            group("kem_generate", SIGNAL_V4, numbered(201, seeds())),
            group("kem_encaps1", SIGNAL_V4, numbered(301, made.headers())),
            group("kem_is_match", SIGNAL_V4, numbered(401, made.matches())),
            group("kem_encaps2", SIGNAL_V4, numbered(501, made.second_halves())),
            group("kem_decaps_halves", SIGNAL_V4, numbered(601, made.decapsulations())),
        ],
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

/// What the tests share.
struct Material {
    header: Vec<u8>,
    vector: Vec<u8>,
    decapsulation_key: Vec<u8>,
    ciphertext1: Vec<u8>,
    ciphertext2: Vec<u8>,
    state: Vec<u8>,
}

fn generate(seed: Vec<u8>) -> Step {
    Step::KemGenerate { seed: Bytes(seed) }
}

fn encaps1(header: &[u8], random: &[u8]) -> Step {
    Step::KemEncaps1 {
        header: header.into(),
        random: random.into(),
    }
}

fn is_match(header: &[u8], vector: &[u8]) -> Step {
    Step::KemIsMatch {
        header: header.into(),
        vector: vector.into(),
    }
}

fn encaps2(vector: &[u8], state: &[u8]) -> Step {
    Step::KemEncaps2 {
        vector: vector.into(),
        encaps_state: state.into(),
    }
}

fn decaps(decapsulation_key: &[u8], ciphertext1: &[u8], ciphertext2: &[u8]) -> Step {
    Step::KemDecapsHalves {
        decapsulation_key: decapsulation_key.into(),
        ciphertext1: ciphertext1.into(),
        ciphertext2: ciphertext2.into(),
    }
}

fn seeds() -> Vec<Case> {
    let seed = |comment: &str, flag, seed| (comment.to_owned(), flag, generate(seed));
    vec![
        seed("a seed of zeros", "Extreme", vec![0; 64]),
        seed("a seed of ff", "Extreme", vec![0xff; 64]),
        seed("no seed", "BadInput", vec![]),
        seed("a seed of 63 bytes", "BadInput", vec![0; 63]),
        seed("a seed of 65 bytes", "BadInput", vec![0; 65]),
    ]
}

/// The first coefficient of a vector as 12 bits, and the header whose hash fits.
fn with_first(header: &[u8], vector: &[u8], value: u16) -> (Vec<u8>, Vec<u8>) {
    let mut altered = vector.to_vec();
    let [low, high] = value.to_le_bytes();
    altered[0] = low;
    altered[1] = altered[1] & 0xf0 | high;
    (with_hash(header, &[&altered, &header[..32]]), altered)
}

/// A header of the same rho with the hash of these parts.
fn with_hash(header: &[u8], parts: &[&[u8]]) -> Vec<u8> {
    let digest = sha3_256(&ByteSeq::from_public_slice(&parts.concat()));
    [&header[..32], &spec_bytes(&digest)].concat()
}

/// The numbers of e2 in a state, from the first on.
fn with_e2(state: &[u8], numbers: &[i16]) -> Vec<u8> {
    let mut altered = state.to_vec();
    for (place, number) in altered[1536..2048].chunks_mut(2).zip(numbers) {
        place.copy_from_slice(&number.to_le_bytes());
    }
    altered
}

/// The same state with every number high byte first.
fn swapped(state: &[u8]) -> Vec<u8> {
    let mut altered = state.to_vec();
    for number in altered[..2048].chunks_mut(2) {
        number.reverse();
    }
    altered
}

impl Material {
    fn new() -> Plan<Self> {
        Self::of(0)
    }

    fn of(set: u32) -> Plan<Self> {
        let pair = generate(random64(NAME, set, "seed").0);
        let header = output(&pair, "header")?;
        let vector = output(&pair, "vector")?;
        let first = encaps1(&header, &secret(NAME, set, "random").0);
        let state = output(&first, "encapsState")?;
        Ok(Self {
            decapsulation_key: output(&pair, "decapsulationKey")?,
            ciphertext1: output(&first, "ciphertext1")?,
            ciphertext2: output(&encaps2(&vector, &state), "ciphertext2")?,
            header,
            vector,
            state,
        })
    }

    /// All in one piece, then in pieces.
    fn pieces(id: u32, set: u32) -> Plan<TestPlan> {
        let made = Self::of(set)?;
        let seed = random64(NAME, set, "seed");
        let random = secret(NAME, set, "random");
        let key = [made.vector.as_slice(), &made.header[..32]].concat();
        let ciphertext = [made.ciphertext1.as_slice(), &made.ciphertext2].concat();
        let steps = vec![
            Step::KemKeyGen {
                set: KemSet::MlKem768,
                seed: seed.clone(),
            },
            generate(seed.0),
            Step::KemEncaps {
                set: KemSet::MlKem768,
                encapsulation_key: Bytes(key),
                random: random.clone(),
            },
            encaps1(&made.header, &random.0),
            is_match(&made.header, &made.vector),
            encaps2(&made.vector, &made.state),
            Step::KemDecaps {
                set: KemSet::MlKem768,
                decapsulation_key: Bytes(made.decapsulation_key.clone()),
                ciphertext: Bytes(ciphertext),
            },
            decaps(
                &made.decapsulation_key,
                &made.ciphertext1,
                &made.ciphertext2,
            ),
        ];
        let comment = format!("keys {set}: in one piece, and in pieces");
        Ok(steps_test(id, comment, &["Pieces"], steps))
    }

    fn headers(&self) -> Vec<Case> {
        let random = secret(NAME, 0, "random").0;
        let with = |comment: &str, flag, header: &[u8], random: &[u8]| {
            (comment.to_owned(), flag, encaps1(header, random))
        };
        let mut cases = vec![
            with("a header", "Normal", &self.header, &random),
            with("random bytes of zeros", "Extreme", &self.header, &[0; 32]),
            with("a header of zeros", "Extreme", &[0; 64], &random),
            with("a header of ff", "Extreme", &[0xff; 64], &random),
            with("31 random bytes", "BadInput", &self.header, &random[..31]),
            with("33 random bytes", "BadInput", &self.header, &[0; 33]),
        ];
        for n in [0, 32, 63, 65] {
            let step = encaps1(&resized(&self.header, n), &random);
            cases.push((format!("a header of {n} bytes"), "Length", step));
        }
        cases
    }

    fn matches(&self) -> Vec<Case> {
        let (header, vector) = (&self.header, &self.vector);
        let mut cases = vec![("as made".to_owned(), "Normal", is_match(header, vector))];
        for at in [0, 576, 1151] {
            let altered = flipped(vector, at, 0x80);
            cases.push((
                format!("the top bit of byte {at} of the vector flipped"),
                "NoMatch",
                is_match(header, &altered),
            ));
        }
        for (part, at) in [("rho", 0), ("rho", 31), ("the hash", 32), ("the hash", 63)] {
            let altered = flipped(header, at, 1);
            cases.push((
                format!("byte {at} of the header flipped, of {part}"),
                "NoMatch",
                is_match(&altered, vector),
            ));
        }
        let rho_first = with_hash(header, &[&header[..32], vector]);
        cases.push((
            "the hash of rho || vector, as the public text of the Braid has it".to_owned(),
            "NoMatch",
            is_match(&rho_first, vector),
        ));
        for value in [3328, 3329, 4095] {
            let (header, vector) = with_first(header, vector, value);
            cases.push((
                format!("the first coefficient is {value}, the hash fits"),
                "NotReduced",
                is_match(&header, &vector),
            ));
        }
        for (comment, h, v) in [
            ("a header of 63 bytes", 63, 1152),
            ("a header of 65 bytes", 65, 1152),
            ("a vector of 1151 bytes", 64, 1151),
            ("a vector of 1153 bytes", 64, 1153),
            ("neither", 0, 0),
        ] {
            let step = is_match(&resized(header, h), &resized(vector, v));
            cases.push((comment.to_owned(), "Length", step));
        }
        cases
    }

    fn second_halves(&self) -> Vec<Case> {
        let with = |comment: &str, flag, state: Vec<u8>| {
            (comment.to_owned(), flag, encaps2(&self.vector, &state))
        };
        let e2 = |numbers: &[i16]| with_e2(&self.state, numbers);
        let mut cases = vec![
            with("as made", "Normal", self.state.clone()),
            with(
                "all numbers with the high byte first",
                "ByteOrder",
                swapped(&self.state),
            ),
            with("e2 begins 0, -1, 1", "ByteOrder", e2(&[0, -1, 1])),
            with(
                "e2 begins 0, -1, 2, with the high byte first",
                "ByteOrder",
                swapped(&e2(&[0, -1, 2])),
            ),
            with(
                "e2 begins -2, with the high byte first",
                "ByteOrder",
                swapped(&e2(&[-2])),
            ),
            with(
                "e2 begins 1, with the high byte first",
                "ByteOrder",
                swapped(&e2(&[1])),
            ),
            with(
                "e2 begins 1, then 256: the first one shows it",
                "ByteOrder",
                e2(&[1, 256]),
            ),
            with(
                "e2 begins 768, which no order explains: taken as it is",
                "ByteOrder",
                e2(&[768]),
            ),
            with("e2 is 0 and -1: taken as it is", "ByteOrder", {
                let numbers: Vec<i16> = [0, -1].into_iter().cycle().take(256).collect();
                e2(&numbers)
            }),
        ];
        for n in [0, 2079, 2081] {
            cases.push(with(
                &format!("a state of {n} bytes"),
                "BadInput",
                resized(&self.state, n),
            ));
        }
        for n in [0, 1151, 1153, 1184] {
            let step = encaps2(&resized(&self.vector, n), &self.state);
            cases.push((format!("a vector of {n} bytes"), "Length", step));
        }
        cases
    }

    fn decapsulations(&self) -> Vec<Case> {
        let (key, c1, c2) = (
            &self.decapsulation_key,
            &self.ciphertext1,
            &self.ciphertext2,
        );
        let case = |comment: &str, flag, c1: &[u8], c2: &[u8]| {
            (comment.to_owned(), flag, decaps(key, c1, c2))
        };
        let mut cases = vec![
            case("as made", "Normal", c1, c2),
            case("the first bit flipped", "Rejection", &flipped(c1, 0, 1), c2),
            case(
                "the last bit of the first half flipped",
                "Rejection",
                &flipped(c1, 959, 0x80),
                c2,
            ),
            case(
                "the last bit flipped",
                "Rejection",
                c1,
                &flipped(c2, 127, 0x80),
            ),
            case("halves of zeros", "Rejection", &[0; 960], &[0; 128]),
            case("halves of ff", "Rejection", &[0xff; 960], &[0xff; 128]),
        ];
        for (first, second) in [
            (0, 128),
            (959, 128),
            (961, 128),
            (960, 0),
            (960, 127),
            (960, 129),
            (959, 129),
            (961, 127),
            (0, 1088),
            (1088, 0),
        ] {
            let step = decaps(key, &resized(c1, first), &resized(c2, second));
            cases.push((
                format!("halves of {first} and {second} bytes"),
                "Length",
                step,
            ));
        }
        for n in [0, 2399, 2401] {
            let step = decaps(&resized(key, n), c1, c2);
            cases.push((format!("a key of {n} bytes"), "Length", step));
        }
        cases
    }
}
