//! The authenticator of SPQR, and the secret of an epoch.
use super::build::{counting, group, secret, test, with_sources, Plan, SIGNAL_V4};
use super::{Family, FlagNote, TestPlan};
use crate::bytes::Bytes;
use crate::epoch::Epoch;
use crate::step::Step;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Keys and messages without anything special.",
        effect: "Wrong labels or a wrong order of the parts: every header and ciphertext of a peer is refused.",
    },
    FlagNote {
        flag: "LongEpoch",
        description: "Epochs of more than a byte: 64 bits, the high byte first.",
        effect: "Sessions fail after many epochs.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Keys of zeros or of ff, epoch 0, the greatest epoch.",
        effect: "Some values are treated specially that should not be.",
    },
    FlagNote {
        flag: "Separation",
        description: "The same keys and bytes in another role or epoch give something else.",
        effect: "A MAC of one epoch or role is accepted in another.",
    },
    FlagNote {
        flag: "AnyLength",
        description: "The MACs take bytes of any length; that of the protocol is fixed elsewhere.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Keys are 32 bytes.",
        effect: "A crash, or another key than the one given.",
    },
];

const NAME: &str = "spqr_auth";

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "SPQR: authenticator",
        header: &[
            "Update: root key and MAC key = HKDF(zeros, root key || key, Signal_PQCKA_V1_MLKEM768:Authenticator Update || epoch, 64);",
            "New: the same from a root key of zeros. MACs: HMAC(MAC key, Signal_PQCKA_V1_MLKEM768:ekheader or :ciphertext || epoch || ..).",
            "The public text of the Braid has the root key as salt: the deployed form differs. Epochs are 64 bits, decimal here.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("spqr_auth_new", SIGNAL_V4, numbered(101, beginnings())),
            group("spqr_auth_update", SIGNAL_V4, numbered(121, updates())),
            group("spqr_mac_header", SIGNAL_V4, numbered(141, headers())),
            group("spqr_mac_ciphertext", SIGNAL_V4, numbered(161, ciphertexts())),
            group("spqr_epoch_secret", SIGNAL_V4, numbered(181, epoch_secrets())),
        ],
    })
}

/// A case: what it shows, its flag, the step.
type Case = (&'static str, &'static str, Step);

fn numbered(first: u32, cases: Vec<Case>) -> Vec<TestPlan> {
    (first..)
        .zip(cases)
        .map(|(id, (comment, flag, step))| test(id, comment, flag, step))
        .collect()
}

fn key(meaning: &str) -> Bytes {
    secret(NAME, 0, meaning)
}

fn beginnings() -> Vec<Case> {
    let new = |auth_key, epoch| Step::SpqrAuthNew {
        auth_key,
        epoch: Epoch(epoch),
    };
    vec![
        ("epoch 1", "Normal", new(key("auth key"), 1)),
        (
            "the same key, epoch 2",
            "Separation",
            new(key("auth key"), 2),
        ),
        ("epoch 2^32", "LongEpoch", new(key("auth key"), 1 << 32)),
        ("epoch 0", "Extreme", new(key("auth key"), 0)),
        (
            "the greatest epoch",
            "Extreme",
            new(key("auth key"), u64::MAX),
        ),
        ("a key of zeros", "Extreme", new(Bytes(vec![0; 32]), 1)),
        ("no key", "BadInput", new(counting(0), 1)),
        ("a key of 31 bytes", "BadInput", new(counting(31), 1)),
        ("a key of 33 bytes", "BadInput", new(counting(33), 1)),
    ]
}

fn updates() -> Vec<Case> {
    let update = |root_key, mac_key, epoch, key| Step::SpqrAuthUpdate {
        root_key,
        mac_key,
        epoch: Epoch(epoch),
        key,
    };
    let usual = |epoch| update(key("root key"), key("MAC key"), epoch, key("epoch secret"));
    vec![
        ("epoch 1", "Normal", usual(1)),
        ("epoch 256", "LongEpoch", usual(256)),
        ("the greatest epoch", "Extreme", usual(u64::MAX)),
        (
            "another MAC key: it is not used",
            "Separation",
            update(key("root key"), Bytes(vec![0; 32]), 1, key("epoch secret")),
        ),
        (
            "the two keys exchanged",
            "Separation",
            update(key("epoch secret"), key("MAC key"), 1, key("root key")),
        ),
        (
            "a root key of zeros: as at the start",
            "Extreme",
            update(Bytes(vec![0; 32]), key("MAC key"), 1, key("auth key")),
        ),
        (
            "a root key of 31 bytes",
            "BadInput",
            update(counting(31), key("MAC key"), 1, key("epoch secret")),
        ),
        (
            "a MAC key of 33 bytes",
            "BadInput",
            update(key("root key"), counting(33), 1, key("epoch secret")),
        ),
        (
            "a secret of 31 bytes",
            "BadInput",
            update(key("root key"), key("MAC key"), 1, counting(31)),
        ),
    ]
}

fn headers() -> Vec<Case> {
    let mac = |root_key, mac_key, epoch, header| Step::SpqrMacHeader {
        root_key,
        mac_key,
        epoch: Epoch(epoch),
        header,
    };
    let usual = |epoch, header| mac(key("root key"), key("MAC key"), epoch, header);
    vec![
        ("epoch 1", "Normal", usual(1, counting(64))),
        ("epoch 2", "Separation", usual(2, counting(64))),
        (
            "the greatest epoch",
            "Extreme",
            usual(u64::MAX, counting(64)),
        ),
        (
            "another root key: it is not used",
            "Separation",
            mac(Bytes(vec![0; 32]), key("MAC key"), 1, counting(64)),
        ),
        ("no header", "AnyLength", usual(1, counting(0))),
        ("a header of 65 bytes", "AnyLength", usual(1, counting(65))),
        (
            "a MAC key of 31 bytes",
            "BadInput",
            mac(key("root key"), counting(31), 1, counting(64)),
        ),
        (
            "no root key",
            "BadInput",
            mac(counting(0), key("MAC key"), 1, counting(64)),
        ),
    ]
}

fn ciphertexts() -> Vec<Case> {
    let mac = |mac_key, epoch, ciphertext| Step::SpqrMacCiphertext {
        root_key: key("root key"),
        mac_key,
        epoch: Epoch(epoch),
        ciphertext,
    };
    let usual = |epoch, ciphertext| mac(key("MAC key"), epoch, ciphertext);
    vec![
        ("epoch 1", "Normal", usual(1, counting(1088))),
        ("epoch 2", "Separation", usual(2, counting(1088))),
        (
            "the bytes of a header: not the MAC of a header",
            "Separation",
            usual(1, counting(64)),
        ),
        ("the first half alone", "AnyLength", usual(1, counting(960))),
        ("no ciphertext", "AnyLength", usual(1, counting(0))),
        (
            "a MAC key of 33 bytes",
            "BadInput",
            mac(counting(33), 1, counting(64)),
        ),
    ]
}

fn epoch_secrets() -> Vec<Case> {
    let of = |kem_secret, epoch| Step::SpqrEpochSecret {
        kem_secret,
        epoch: Epoch(epoch),
    };
    vec![
        ("epoch 1", "Normal", of(key("KEM secret"), 1)),
        (
            "the same secret, epoch 2",
            "Separation",
            of(key("KEM secret"), 2),
        ),
        ("epoch 2^32", "LongEpoch", of(key("KEM secret"), 1 << 32)),
        (
            "the greatest epoch",
            "Extreme",
            of(key("KEM secret"), u64::MAX),
        ),
        ("a secret of ff", "Extreme", of(Bytes(vec![0xff; 32]), 1)),
        ("a secret of 31 bytes", "BadInput", of(counting(31), 1)),
        ("a secret of 33 bytes", "BadInput", of(counting(33), 1)),
    ]
}
