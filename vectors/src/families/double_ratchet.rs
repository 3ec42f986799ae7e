//! The Double Ratchet in version 3: conversations, message by message.
mod corruption;
pub mod limits;
pub mod order;

use super::build::{group, sharing_notes, Plan, SIGNAL_V3, WHATSAPP_V3};
use super::{Family, FlagNote};

const NAME: &str = "double_ratchet";
const REFUSED: &str = "double_ratchet_refused";

/// What the flags mean; the Triple Ratchet has most of them too.
pub const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "InOrder",
        description: "Every message arrives, in the order of sending.",
        effect: "No conversation is possible.",
    },
    FlagNote {
        flag: "OutOfOrder",
        description: "Messages of one chain arrive in another order; keys that were passed over are kept.",
        effect: "Messages that come late are lost.",
    },
    FlagNote {
        flag: "AcrossChains",
        description: "A message of an older chain arrives after the ratchet moved on; old chains are kept.",
        effect: "Messages that come late are lost.",
    },
    FlagNote {
        flag: "Replay",
        description: "A message arrives twice: its key is gone.",
        effect: "An attacker repeats messages.",
    },
    FlagNote {
        flag: "Lost",
        description: "Messages never arrive.",
        effect: "The conversation stops.",
    },
    FlagNote {
        flag: "PlaintextLength",
        description: "Plaintexts of every kind of length, the empty one included.",
        effect: "Some messages cannot be exchanged.",
    },
    FlagNote {
        flag: "PreviousCounter",
        description: "The previous counter is the number of the last message of the chain before, not their count; no receiver uses it.",
        effect: "Messages differ from those of peers, or a receiver relies on a number that is off by one.",
    },
    FlagNote {
        flag: "Corrupted",
        description: "Something in the message was altered on the way. Nothing changes, and the message itself still opens.",
        effect: "Altered messages are accepted, or an attacker disturbs the conversation.",
    },
    FlagNote {
        flag: "RightTag",
        description: "The tag is right but the content is not: the sender itself made it so.",
        effect: "A crash, or a message that other implementations refuse.",
    },
    FlagNote {
        flag: "AddressBlock",
        description: "A message that carries the address block: it must be the one of the two devices.",
        effect: "A message is taken for one of another account or device.",
    },
    FlagNote {
        flag: "JumpLimit",
        description: "At most 25000 messages of a chain are passed over at once.",
        effect: "Messages are lost too early, or an attacker makes the receiver work without bound.",
    },
    FlagNote {
        flag: "SkippedLimit",
        description: "At most 2000 keys that were passed over are kept per chain; the lowest numbers go first.",
        effect: "Memory without bound, or other messages lost than at peers.",
    },
    FlagNote {
        flag: "ChainLimit",
        description: "Five receiving chains are kept; the oldest goes first.",
        effect: "Memory without bound, or other messages lost than at peers.",
    },
    FlagNote {
        flag: "Counter",
        description: "The number 2^32 - 1 is never used: there is none after it.",
        effect: "The counter wraps and keys are used again.",
    },
    FlagNote {
        flag: "OtherWriters",
        description: "Messages with version byte 33, or with fields that are unknown here, under a right tag.",
        effect: "Messages of other writers are lost.",
    },
];

/// What arrives, in any order and at the limits.
pub fn family() -> Plan<Family> {
    sharing_notes(Family {
        name: NAME,
        algorithm: "Double Ratchet, session version 3",
        header: &[
            "Conversations of parties. The random bytes of each step are given: `ratchetPrivate` is the key pair that a",
            "receiver makes when the ratchet key is new; it is not used otherwise.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V3, order::tests()?),
            group("steps", SIGNAL_V3, limits::tests()?),
            group("steps", WHATSAPP_V3, order::other_writers()?),
        ],
    })
}

/// What is refused.
pub fn refused() -> Plan<Family> {
    sharing_notes(Family {
        name: REFUSED,
        algorithm: "Double Ratchet, session version 3: refused messages",
        header: &[
            "Messages that are refused: the record is byte for byte what it was, and the message as it was sent still opens.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SIGNAL_V3, corruption::tests()?)],
    })
}
