//! The key derivations of version 3, their labels pinned.
use super::build::{counting, group, secret, test, with_sources, Plan, SIGNAL_V3};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Inputs without anything special.",
        effect: "A wrong label or a wrong order of the outputs: no message of a peer can be read.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Inputs of zeros or of ff.",
        effect: "Some keys are treated specially that should not be.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Keys are 32 bytes.",
        effect: "A crash, or another key than the one given.",
    },
];

const NAME: &str = "kdf";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Key derivation of X3DH and the Double Ratchet",
        header: &[
            "KDF_CK: seed = HMAC(CK, 01), next CK = HMAC(CK, 02). KDF_RK: HKDF, salt RK, info WhisperRatchet.",
            "Message keys: HKDF, no salt, info WhisperMessageKeys, 80 bytes. X3DH: HKDF, no salt, info WhisperText.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("kdf_ck", SIGNAL_V3, one_key(101, |chain_key| Step::KdfCk { chain_key })),
            group("kdf_ck", SIGNAL_V3, wrong_length(121, |chain_key| Step::KdfCk { chain_key })),
            group("kdf_rk", SIGNAL_V3, root_steps()),
            group("message_keys", SIGNAL_V3, one_key(301, |seed| Step::MessageKeys { seed, spqr_key: None })),
            group("message_keys", SIGNAL_V3, wrong_length(321, |seed| Step::MessageKeys { seed, spqr_key: None })),
            group("x3dh_kdf", SIGNAL_V3, handshakes()),
        ],
    })
}

/// Keys to derive from.
fn keys() -> Vec<(&'static str, &'static str, Bytes)> {
    vec![
        ("a key", "Normal", secret(NAME, 0, "first key")),
        ("another key", "Normal", secret(NAME, 0, "second key")),
        ("zeros", "Extreme", Bytes(vec![0; 32])),
        ("ff", "Extreme", Bytes(vec![0xff; 32])),
    ]
}

fn one_key(first: u32, step: fn(Bytes) -> Step) -> Vec<TestPlan> {
    (first..)
        .zip(keys())
        .map(|(id, (comment, flag, key))| test(id, comment, flag, step(key)))
        .collect()
}

fn wrong_length(first: u32, step: fn(Bytes) -> Step) -> Vec<TestPlan> {
    (first..)
        .zip([0, 31, 33])
        .map(|(id, n)| test(id, format!("{n} bytes"), "BadInput", step(counting(n))))
        .collect()
}

fn root(root_key: Bytes, dh_output: Bytes) -> Step {
    Step::KdfRk {
        root_key,
        dh_output,
    }
}

fn root_steps() -> Vec<TestPlan> {
    let dh = || secret(NAME, 0, "dh output");
    let mut tests: Vec<TestPlan> = (201..)
        .zip(keys())
        .map(|(id, (comment, flag, key))| {
            test(id, format!("root key: {comment}"), flag, root(key, dh()))
        })
        .collect();
    let key = || secret(NAME, 0, "first key");
    tests.extend([
        test(205, "the two inputs exchanged", "Normal", root(dh(), key())),
        test(
            221,
            "a root key of 31 bytes",
            "BadInput",
            root(counting(31), dh()),
        ),
        test(
            222,
            "a root key of 33 bytes",
            "BadInput",
            root(counting(33), dh()),
        ),
        test(
            223,
            "an agreement of 31 bytes",
            "BadInput",
            root(key(), counting(31)),
        ),
        test(
            224,
            "an agreement of 33 bytes",
            "BadInput",
            root(key(), counting(33)),
        ),
    ]);
    tests
}

fn handshakes() -> Vec<TestPlan> {
    let ikm = |agreements: usize| {
        let secrets = (1..=agreements).map(|n| secret(NAME, 0, &format!("dh{n}")).0);
        Bytes(
            [vec![0xff; 32]]
                .into_iter()
                .chain(secrets)
                .flatten()
                .collect(),
        )
    };
    [(401, "three agreements", 3), (402, "four agreements", 4)]
        .into_iter()
        .map(|(id, comment, n)| test(id, comment, "Normal", Step::X3dhKdf { ikm: ikm(n) }))
        .collect()
}
