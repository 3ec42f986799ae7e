//! Two parties of SPQR: whole epochs, versions, and what is refused on the way.
mod damaged;
mod epochs;
mod negotiation;
mod refused;
mod stages;
mod stored;
mod table;

use super::build::{group, sharing_notes, Plan, SIGNAL_V4};
use super::{Family, FlagNote, PlanError};
use stages::Stages;

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Epochs in order: the keys of both sides are the same.",
        effect: "No conversation is possible, or it ends with the first epoch.",
    },
    FlagNote {
        flag: "Loss",
        description: "Messages that get lost: any chunks suffice, if they are enough.",
        effect: "A peer whose messages get lost never gets to the next epoch.",
    },
    FlagNote {
        flag: "Reordering",
        description: "Messages that overtake one another, also across epochs.",
        effect: "Late messages cannot be read, or they disturb what goes on.",
    },
    FlagNote {
        flag: "Replay",
        description: "A message twice: its key was given out, and its chunk is not looked at.",
        effect: "A message is accepted twice.",
    },
    FlagNote {
        flag: "Versions",
        description: "What the parties speak and accept at least; a party that accepts version 0 steps down to it, and sends no keys before it has received something.",
        effect: "Peers of other versions are refused, or the KEM can be taken away without notice.",
    },
    FlagNote {
        flag: "UnknownVersion",
        description: "A version byte of 2 or more: no key, nothing changes. Release 1.6.0 of the deployed library refuses it once the version is agreed on.",
        effect: "A crash, or a state that changes although nothing was authenticated.",
    },
    FlagNote {
        flag: "BadHeaderMac",
        description: "A header whose MAC is wrong, complete or not.",
        effect: "Somebody between puts its own key in place of the peer's.",
    },
    FlagNote {
        flag: "BadCiphertextMac",
        description: "A ciphertext whose MAC is wrong, after decapsulation.",
        effect: "The two sides go on with different secrets.",
    },
    FlagNote {
        flag: "ErroneousKey",
        description: "A vector that does not belong to its header, or is not reduced.",
        effect: "A key is used that nobody authenticated.",
    },
    FlagNote {
        flag: "StaleEpoch",
        description: "Messages of epochs that are over: their chunks are not looked at; their keys are given while they are kept.",
        effect: "Late messages cannot be read, or old chunks disturb the present epoch.",
    },
    FlagNote {
        flag: "FutureEpoch",
        description: "Messages of an epoch that cannot be there yet; only from Ct2Sampled is the next one reached.",
        effect: "Anybody makes a party skip an epoch.",
    },
    FlagNote {
        flag: "KeyNumbers",
        description: "Numbers of keys that are too far ahead, too far behind, or given out; the Braid does not move either.",
        effect: "Part of a refused message is kept.",
    },
    FlagNote {
        flag: "Malformed",
        description: "Messages that cannot be parsed, in the middle of an epoch.",
        effect: "A crash, or a message that changes something although it is refused.",
    },
    FlagNote {
        flag: "Transitions",
        description: "Every type of message in every state: those not listed for the state change nothing but the chain.",
        effect: "A state machine that gets stuck, or skips a check.",
    },
    FlagNote {
        flag: "StoredForm",
        description: "States as stored: field 15 of a session record.",
        effect: "States cannot be exchanged with other software.",
    },
    FlagNote {
        flag: "Missing",
        description: "Something in a stored state is absent.",
        effect: "A crash, or a default in place of a key.",
    },
    FlagNote {
        flag: "BadValue",
        description: "A value in a stored state that none can have, or of a wrong length.",
        effect: "A crash, now or many messages later.",
    },
    FlagNote {
        flag: "BadCoder",
        description: "An encoder or decoder of the wrong size or form for its state.",
        effect: "Reading past the end, or chunks of the wrong data.",
    },
    FlagNote {
        flag: "OutOfStep",
        description: "Parts of a stored state that do not fit one another.",
        effect: "Epoch secrets go into the wrong chains.",
    },
    FlagNote {
        flag: "Truncated",
        description: "A stored state that ends early, or is not protobuf at all.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "Extreme",
        description: "Counters at their end, and chains that cannot be: they load, and later steps are refused.",
        effect: "A counter wraps around: a key is used twice.",
    },
    FlagNote {
        flag: "BadInput",
        description: "A step that needs random bytes and has none, or of a wrong length, or names no party.",
        effect: "A key made of no randomness.",
    },
];

const NAME: &str = "spqr_transcript";
const REFUSED: &str = "spqr_transcript_refused";
const STATE: &str = "spqr_state";

/// The family of conversations from their start.
pub fn family() -> Plan<Family> {
    let tests = [epochs::tests()?, negotiation::tests()?].concat();
    sharing_notes(Family {
        name: NAME,
        algorithm: "SPQR: conversations",
        header: &[
            "Alice has direction a2b, Bob b2a. Every message is in the steps, so that a party can be tested alone.",
            "kemSeed is d || z, drawn by the first send of keys_unsampled; kemRandom is m, drawn by the first send of header_received.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SIGNAL_V4, tests)],
    })
}

/// The family of what is refused, from states on the way.
pub fn refused() -> Plan<Family> {
    let stages = Stages::new()?;
    let tests = [refused::tests(&stages)?, table::tests(&stages)?].concat();
    sharing_notes(Family {
        name: REFUSED,
        algorithm: "SPQR: refused and late messages, and every message in every state",
        header: &[
            "States on the way are loaded, so that a test is short; they are stored as the deployed library stores them.",
            "A party that fails a step must be as it was before: its chain and its braid.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SIGNAL_V4, tests)],
    })
}

/// The family of stored states.
pub fn state() -> Plan<Family> {
    let stages = Stages::new()?;
    let tests = [stored::tests(&stages)?, damaged::tests(&stages)?].concat();
    sharing_notes(Family {
        name: STATE,
        algorithm: "SPQR: stored states",
        header: &[
            "Field 15 of a session record: 1 negotiation, 2 chain, 3 one of eleven states of the Braid.",
            "A damaged state is refused, and the state that is there stays.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SIGNAL_V4, tests)],
    })
}
