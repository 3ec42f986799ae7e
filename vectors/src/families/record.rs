//! Stored records: saved, loaded, imported, damaged.
mod archive;
pub mod cut;
pub mod damaged;
pub mod kept;
mod limits;

use super::build::{group, sharing_notes, Plan, SIGNAL_V3};
use super::script::Script;
use super::{Family, FlagNote};

const NAME: &str = "record";
const DAMAGED: &str = "record_damaged";

/// What the flags mean, in either version.
pub const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Import",
        description: "A record as the deployed library stores it, in any order of fields; what it holds is stored again in one form.",
        effect: "Sessions are lost when an application changes its library.",
    },
    FlagNote {
        flag: "Kept",
        description: "A saved record holds everything: chains, kept keys, pending data, the archive.",
        effect: "After a restart messages are lost, or keys are used again.",
    },
    FlagNote {
        flag: "Rollback",
        description: "An older saved record is loaded: a message that was opened since opens again.",
        effect: "None: nothing in the format prevents it, the application must.",
    },
    FlagNote {
        flag: "FormatByte",
        description: "The first byte of a saved record is 01.",
        effect: "Bytes of another format are taken for a record.",
    },
    FlagNote {
        flag: "Truncated",
        description: "A record cut at a border of its structure.",
        effect: "A crash, or a record without some of its parts.",
    },
    FlagNote {
        flag: "MissingField",
        description: "A field that a session cannot be without is absent or empty.",
        effect: "A session with keys of zeros.",
    },
    FlagNote {
        flag: "BadKey",
        description: "A key of a wrong type or length.",
        effect: "A crash, or a session with other keys.",
    },
    FlagNote {
        flag: "KeyMismatch",
        description: "The halves of the ratchet pair do not belong together.",
        effect: "Messages that nobody can read.",
    },
    FlagNote {
        flag: "Inconsistent",
        description: "Kept keys out of order or at numbers not yet reached, two chains of one key.",
        effect: "A key is used twice.",
    },
    FlagNote {
        flag: "OverLimit",
        description: "More chains, kept keys or archived sessions than the protocol keeps.",
        effect: "Memory without bound.",
    },
    FlagNote {
        flag: "OldMessageKeys",
        description: "Kept keys in the form of old releases: expanded, without seed.",
        effect: "A session with wrong keys.",
    },
    FlagNote {
        flag: "Version",
        description: "A stored session of a version other than 3.",
        effect: "A session of a version that is not spoken.",
    },
    FlagNote {
        flag: "NotCanonical",
        description: "Bytes that import takes but that saving would write otherwise: loading refuses them.",
        effect: "Damage goes unnoticed.",
    },
    FlagNote {
        flag: "BadArchive",
        description: "An archived session that cannot be decoded: kept, passed over by plain messages, an error for a new prekey message.",
        effect: "One damaged session takes all others with it.",
    },
    FlagNote {
        flag: "NoSession",
        description: "There is no record, or one without sessions.",
        effect: "A crash.",
    },
];

/// Records that are kept, imported, and at their limits.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "Stored session records, version 3",
        header: &[
            "`load` takes what `save` gave: 01 and the record. `import` takes the bare record. A record: {1 current, 2 previous};",
            "a session: {1 version, 2 own IK, 3 peer's IK, 4 RK, 5 PN, 6 sending chain, 7 receiving chains, 9 pending,",
            "10 peer's registration id, 11 own, 13 base key}; a chain: {1 public, 2 private, 3 {1 number, 2 key}, 4 kept keys",
            "{1 number, 5 seed}}; pending: {1 OPK id, 2 base key, 3 SPK id, 4 seconds}. Zero and empty values are left out.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V3, kept::tests()?),
            group("steps", SIGNAL_V3, limits::tests()?),
            group("steps", SIGNAL_V3, archive::tests()?),
        ],
    })
}

/// Damaged records.
pub fn damaged() -> Plan<Family> {
    sharing_notes(Family {
        name: DAMAGED,
        algorithm: "Stored session records, version 3: damaged ones",
        header: &[
            "One record, damaged in one place; see record.json for its fields. What is refused leaves the record that is",
            "there as it was. Some damage cannot be found: nothing in the format authenticates it.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V3, damaged::tests()?),
            group("steps", SIGNAL_V3, cut::tests()?),
        ],
    })
}

/// Bob's record of Alice that most tests damage: two receiving chains, three kept keys, one archived session.
fn sample() -> Plan<Vec<u8>> {
    let mut script = Script::established(NAME, 0)?;
    let sent = script.encrypt_many("alice", "bob", "message", 5)?;
    script.opens_all("bob", "alice", [&sent[2], &sent[4]])?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "by a new session")?;
    script.opens("bob", "alice", &sent[0])?;
    script.saved("bob", "alice")
}

/// Alice's record of Bob while she has no answer.
fn pending_sample() -> Plan<Vec<u8>> {
    Script::initiated(NAME, 0)?.saved("alice", "bob")
}

/// The parties of the samples, without prekeys.
fn owners(tc_id: u32) -> Plan<Script> {
    Script::owners(NAME.into(), tc_id)
}
