//! Sessions in version 3: how they start, which one decrypts, whom to trust.
pub mod choice;
pub mod handshake;
pub mod identity;
pub mod start;

use super::build::{group, with_sources, Plan, SIGNAL_V3};
use super::{Family, FlagNote};

const NAME: &str = "session";

/// What the flags mean, in either version.
pub const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Start",
        description: "The first messages of a session, with and without a one-time prekey.",
        effect: "No session can be made.",
    },
    FlagNote {
        flag: "BadBundle",
        description: "A bundle that is refused.",
        effect: "A session with keys of an attacker.",
    },
    FlagNote {
        flag: "PrekeyRepeated",
        description: "Several prekey messages of one session, in any order, and one of them twice.",
        effect: "Messages are lost, or an attacker repeats them.",
    },
    FlagNote {
        flag: "MissingPrekey",
        description: "A prekey that the message names is not in the store, or is another.",
        effect: "A session with wrong keys, or a one-time prekey used twice.",
    },
    FlagNote {
        flag: "Replay",
        description: "A prekey message after its session was deleted: with a one-time prekey it is refused, without one it is accepted.",
        effect: "With a one-time prekey: an attacker repeats messages.",
    },
    FlagNote {
        flag: "Envelope",
        description: "The envelope of a prekey message was altered; its registration id alone is bound by nothing.",
        effect: "Altered messages are accepted, or messages are refused that peers accept.",
    },
    FlagNote {
        flag: "Version",
        description: "A version other than 3, outside or inside.",
        effect: "A session of a version that is not spoken, or a session that works no longer.",
    },
    FlagNote {
        flag: "Simultaneous",
        description: "Both sides start a session at once.",
        effect: "The two sides never come together.",
    },
    FlagNote {
        flag: "Restart",
        description: "A new session beside an old one; messages of the old one come late.",
        effect: "Messages are lost.",
    },
    FlagNote {
        flag: "ArchiveLimit",
        description: "Forty archived sessions are kept; the oldest goes first.",
        effect: "Memory without bound, or other messages lost than at peers.",
    },
    FlagNote {
        flag: "Trust",
        description: "The first identity of an address is trusted, another one is not until the user accepts it; both directions.",
        effect: "A changed identity goes unnoticed.",
    },
    FlagNote {
        flag: "Age",
        description: "A session without an answer may send for 30 days from the second in which it was made.",
        effect: "Messages to a device that is gone go on for ever, or stop too early.",
    },
    FlagNote {
        flag: "NoSession",
        description: "There is no session to encrypt or decrypt with.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "Address",
        description: "A message is delivered as from another address.",
        effect: "A message is taken for one of another account or device.",
    },
    FlagNote {
        flag: "SelfSession",
        description: "Two devices of one account: no limit to jumps.",
        effect: "Messages to own devices are lost.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A step that cannot be executed.",
        effect: "The implementation under test runs other steps than these.",
    },
];

/// The family.
pub fn family() -> Plan<Family> {
    with_sources(Family {
        name: NAME,
        algorithm: "Sessions, version 3",
        header: &[
            "Parties with stores: identities by peer, prekeys by id, a record by peer. A one-time prekey is deleted when a",
            "session was made with it. Alice and Bob have service ids as names where nothing else is said.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V3, start::tests()?),
            group("steps", SIGNAL_V3, handshake::tests()?),
            group("steps", SIGNAL_V3, choice::tests()?),
            group("steps", SIGNAL_V3, identity::tests()?),
        ],
    })
}
