//! Sessions in version 4: how they start, which one decrypts, whom to trust, and what stands beside version 3.
mod bundles;
mod choice;
mod envelopes;
mod identity;
mod kem;
mod start;
mod versions;

use super::build::{group, sharing_notes, Plan, SIGNAL_V4};
use super::{session, Family, FlagNote};

const NAME: &str = "session_v4";
const IDENTITY: &str = "session_v4_identity";
const CHOICE: &str = "session_v4_choice";
const REFUSED: &str = "session_v4_refused";

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "KemOneTime",
        description: "A KEM prekey of one use is deleted once a session was made with it.",
        effect: "It is used twice: whoever learns it reads two sessions.",
    },
    FlagNote {
        flag: "KemLastResort",
        description: "A KEM prekey of last resort stays; the store remembers the base keys it was used with.",
        effect: "An attacker repeats first messages, or the last prekey is gone.",
    },
    FlagNote {
        flag: "KemCiphertext",
        description: "The KEM ciphertext of a prekey message was altered: looked at only if the session is new.",
        effect: "Altered messages are accepted, or messages are refused that peers accept.",
    },
    FlagNote {
        flag: "KemPrekey",
        description: "The KEM prekey in a bundle: signature, type, length; its coefficients are not looked at.",
        effect: "A session with keys of an attacker, or bundles are refused that peers accept.",
    },
    FlagNote {
        flag: "MixedVersions",
        description: "Sessions of both versions in one record: those that are there go on, whatever new ones are made.",
        effect: "Messages are lost when an application changes its version.",
    },
];

fn notes() -> Vec<FlagNote> {
    let mut notes = session::NOTES.to_vec();
    notes.retain(|note| note.flag != "SelfSession");
    [&notes[..], NOTES].concat()
}

const HEADER: &[&str] = &[
    "Parties with stores: identities by peer, prekeys by id, a record by peer. A one-time prekey, and a KEM prekey unless it",
    "is one of last resort, is deleted when a session was made with it. For one of last resort the base keys are remembered",
    "with which it was used, together with the id of the signed prekey; adding the prekey anew forgets them.",
];

/// How sessions begin.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "Sessions, version 4",
        header: HEADER,
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, start::tests()?),
            group("steps", SIGNAL_V4, kem::tests()?),
        ],
    })
}

/// Whom to trust, and who is who.
pub fn identity() -> Plan<Family> {
    sharing_notes(Family {
        name: IDENTITY,
        algorithm: "Sessions, version 4: identities and addresses",
        header: HEADER,
        notes: notes(),
        groups: vec![group("steps", SIGNAL_V4, identity::tests()?)],
    })
}

/// Which session sends and which one decrypts.
pub fn choice() -> Plan<Family> {
    sharing_notes(Family {
        name: CHOICE,
        algorithm: "Sessions, version 4: several with one peer, of either version",
        header: HEADER,
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, choice::tests()?),
            group("steps", SIGNAL_V4, versions::tests()?),
        ],
    })
}

/// What is refused.
pub fn refused() -> Plan<Family> {
    sharing_notes(Family {
        name: REFUSED,
        algorithm: "Sessions, version 4: refused bundles and prekey messages",
        header: HEADER,
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, bundles::tests()?),
            group("steps", SIGNAL_V4, envelopes::tests()?),
        ],
    })
}
