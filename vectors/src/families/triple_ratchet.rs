//! The Triple Ratchet in version 4: conversations, message by message.
mod corruption;
mod epochs;
mod limits;
mod order;
mod right_tag;
mod sparse;

use super::build::{group, sharing_notes, Plan, SIGNAL_V4};
use super::{double_ratchet, Family, FlagNote};

const NAME: &str = "triple_ratchet";
const LIMITS: &str = "triple_ratchet_limits";
const EPOCHS: &str = "triple_ratchet_epochs";
const REFUSED: &str = "triple_ratchet_refused";
const SPARSE_REFUSED: &str = "triple_ratchet_spqr_refused";

const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "SelfSession",
        description: "Two devices of one account: SPQR too has no limit to jumps, as the saved record shows.",
        effect: "Messages to own devices are lost.",
    },
    FlagNote {
        flag: "SparseJump",
        description: "SPQR numbers keys from 1 and allows a jump of 25000: the furthest message of a fresh chain is number 24999.",
        effect: "Messages are opened that peers refuse, or an attacker makes the receiver work without bound.",
    },
    FlagNote {
        flag: "TwoLimits",
        description: "SPQR keeps keys by their distance, 2000, the Double Ratchet by their count: a message needs both.",
        effect: "Messages are opened, or fail in another way, where peers lose them.",
    },
    FlagNote {
        flag: "LostChunks",
        description: "Messages with chunks get lost: any chunks suffice, if they are enough.",
        effect: "SPQR never gets to the next epoch.",
    },
    FlagNote {
        flag: "Epoch",
        description: "An epoch of SPQR ends: its secret renews the keys, on both sides at the same message.",
        effect: "The conversation stops, or an attacker who knew the keys keeps knowing them.",
    },
    FlagNote {
        flag: "LateEpoch",
        description: "Messages of an older epoch come late: one older epoch is kept.",
        effect: "Messages are lost, or keys are kept for ever.",
    },
    FlagNote {
        flag: "SparseMessage",
        description: "The SPQR message in a message was altered, taken away or exchanged.",
        effect: "An attacker stops the post-quantum ratchet, or disturbs the conversation.",
    },
    FlagNote {
        flag: "Downgrade",
        description: "A message without SPQR, encrypted and tagged without its key by the peer itself.",
        effect: "The post-quantum part of a session can be switched off.",
    },
    FlagNote {
        flag: "KeyNumbers",
        description: "Numbers and epochs of SPQR keys that are used up, too far ahead, or not there.",
        effect: "Part of a refused message is kept, or a key is used twice.",
    },
    FlagNote {
        flag: "BadChunk",
        description: "The peer itself sends a chunk that fits no header: it is taken, and what it completes is refused.",
        effect: "A key is used that nobody authenticated.",
    },
];

fn notes() -> Vec<FlagNote> {
    [double_ratchet::NOTES, NOTES].concat()
}

const HEADER: &[&str] = &[
    "Conversations of parties. The random bytes of each step are given: `ratchetPrivate` is the key pair that a receiver makes",
    "when the ratchet key is new; `kemSeed` (d || z) and `kemRandom` (m) are there when SPQR draws them.",
];

/// What arrives, in any order.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "Triple Ratchet, session version 4",
        header: HEADER,
        notes: notes(),
        groups: vec![group("steps", SIGNAL_V4, order::tests()?)],
    })
}

/// What arrives at the limits, and one past them.
pub fn limits() -> Plan<Family> {
    sharing_notes(Family {
        name: LIMITS,
        algorithm: "Triple Ratchet, session version 4: limits",
        header: HEADER,
        notes: notes(),
        groups: vec![group("steps", SIGNAL_V4, limits::tests()?)],
    })
}

/// Whole epochs of SPQR.
pub fn epochs() -> Plan<Family> {
    sharing_notes(Family {
        name: EPOCHS,
        algorithm: "Triple Ratchet, session version 4: epochs of SPQR",
        header: &[
            "The first test goes through an epoch from the handshake on. The others start from saved records of a conversation",
            "that was carried on to where they need it.",
        ],
        notes: notes(),
        groups: vec![group("steps", SIGNAL_V4, epochs::tests()?)],
    })
}

const HEADER_REFUSED: &[&str] = &[
    "Messages that are refused: the record is byte for byte what it was, and the message as it was sent still opens.",
];

/// What is refused, apart from SPQR.
pub fn refused() -> Plan<Family> {
    sharing_notes(Family {
        name: REFUSED,
        algorithm: "Triple Ratchet, session version 4: refused messages",
        header: HEADER_REFUSED,
        notes: notes(),
        groups: vec![group("steps", SIGNAL_V4, corruption::tests()?)],
    })
}

/// What is refused in SPQR.
pub fn sparse_refused() -> Plan<Family> {
    sharing_notes(Family {
        name: SPARSE_REFUSED,
        algorithm: "Triple Ratchet, session version 4: refused in SPQR",
        header: HEADER_REFUSED,
        notes: notes(),
        groups: vec![
            group("steps", SIGNAL_V4, sparse::tests()?),
            group("steps", SIGNAL_V4, right_tag::tests()?),
        ],
    })
}
