//! Stored records with sessions of version 4: saved, loaded, imported, damaged.
mod cut;
mod extreme;
mod session;
mod sparse;
mod states;

use super::build::{group, sharing_notes, Plan, SIGNAL_V4};
use super::{record, Family, FlagNote};

const NAME: &str = "record_v4";
const DAMAGED: &str = "record_v4_damaged";

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "BraidState",
        description: "SPQR in each of its eleven states, saved and loaded at both sides, goes on.",
        effect: "After a restart the conversation stops, or SPQR does.",
    },
    FlagNote {
        flag: "NoSparseState",
        description: "A session of version 4 without SPQR, as old releases made: it stays without.",
        effect: "Old sessions are lost.",
    },
    FlagNote {
        flag: "PendingKem",
        description: "The KEM ciphertext that an unanswered session repeats.",
        effect: "Prekey messages that nobody can read, or a crash.",
    },
    FlagNote {
        flag: "Sparse",
        description: "Damage in the state of SPQR: its parts, chains, keys.",
        effect: "A crash, now or many messages later.",
    },
    FlagNote {
        flag: "Coder",
        description: "An encoder or decoder of another size or form than its state needs.",
        effect: "Reading past the end, or chunks of the wrong data.",
    },
    FlagNote {
        flag: "OutOfStep",
        description: "Epochs of the parts of SPQR that do not fit one another.",
        effect: "Epoch secrets go into the wrong chains.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Counters at their end, and SPQR without a chain: the record loads, and later steps are refused.",
        effect: "A counter wraps around and keys are used twice, or a crash.",
    },
];

fn notes() -> Vec<FlagNote> {
    [record::NOTES, NOTES].concat()
}

/// Records that are kept and imported.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "Stored session records, version 4",
        header: &[
            "As record.json; a session of version 4 has two fields more: 14 {1 KEM prekey id, 2 ciphertext} beside pending data, and",
            "15, the state of SPQR: {1 negotiation {1 key, 2 direction, 3 oldest version, 4 limits}, 2 chain {1 direction, 2 current",
            "epoch, 3 links {1 send, 2 receive: {1 counter, 2 next, 3 kept keys of 36 bytes}}, 4 next root, 5 send epoch, 6 limits},",
            "3 braid: one of eleven fields, by its state: {1 {1 epoch, 2 {1 root key, 2 MAC key}, keys and ciphertexts}, coders}}.",
        ],
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, states::tests()?),
        ],
    })
}

/// Damaged records.
pub fn damaged() -> Plan<Family> {
    sharing_notes(Family {
        name: DAMAGED,
        algorithm: "Stored session records, version 4: damaged ones",
        header: &[
            "Records damaged in one place at a time; see record_v4.json for their fields. What is refused leaves the record that is",
            "there, if there is one, as it was. Some damage is found only when a step needs what is damaged.",
        ],
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, session::tests()?),
            group("steps", SIGNAL_V4, sparse::tests()?),
            group("steps", SIGNAL_V4, cut::tests()?),
            group("steps", SIGNAL_V4, extreme::tests()?),
        ],
    })
}
