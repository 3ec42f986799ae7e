//! Sender keys: conversations of groups, what is refused, stored records.
mod derivation;
mod distribution;
mod limits;
mod members;
mod order;
mod record;
mod refused;
mod room;
mod senders;
mod signatures;

use super::build::{group, sharing_notes, Plan, SIGNAL_V4, WHATSAPP_V3};
use super::script::Setting;
use super::{Family, FlagNote, TestPlan};
use crate::step::Profile;

const NAME: &str = "sender_key";
const IN_WHATSAPP: &str = "sender_key_whatsapp";
const REFUSED: &str = "sender_key_refused";
const RECORD: &str = "sender_key_record";

/// A test in either dialect: which, and its id.
type Shared = fn(Setting, u32) -> Plan<TestPlan>;
/// How far the ids of the dialect of WhatsApp are above those of Signal.
const WHATSAPP_IDS: u32 = 400;

/// What the flags mean, in all three families.
const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "Normal",
        description: "Messages of a member to a group, in order.",
        effect: "No message can be exchanged.",
    },
    FlagNote {
        flag: "OutOfOrder",
        description: "Messages that overtake one another, or are lost.",
        effect: "Messages that overtake one another cannot be read.",
    },
    FlagNote {
        flag: "Replay",
        description: "A message comes twice.",
        effect: "A message is accepted twice.",
    },
    FlagNote {
        flag: "Distribution",
        description: "A distribution message gives the newest state at its current iteration, and changes nothing at the sender.",
        effect: "New members cannot read, or the chain is advanced or rewound.",
    },
    FlagNote {
        flag: "States",
        description: "Which states a distribution message makes, keeps, moves to the front, replaces or drops; five are kept.",
        effect: "A repeated distribution message rewinds a chain, or late messages cannot be read.",
    },
    FlagNote {
        flag: "LateJoin",
        description: "Who joins later reads from the current iteration on.",
        effect: "New members read what was said before they came, or nothing.",
    },
    FlagNote {
        flag: "Rotation",
        description: "A sender starts anew from an empty record, and distributes the new key; late messages of the old one are still read.",
        effect: "Who has left a group reads on.",
    },
    FlagNote {
        flag: "Separate",
        description: "Each sender, each of its devices and each group has keys of its own.",
        effect: "A message is read as one of somebody else, or in another group.",
    },
    FlagNote {
        flag: "Plaintext",
        description: "Plaintexts of any length: empty, around a block, long.",
        effect: "Messages of some lengths cannot be exchanged.",
    },
    FlagNote {
        flag: "ChainId",
        description: "The chain id is 32 random bits shifted right by one.",
        effect: "A chain id that peers do not make; nothing is lost.",
    },
    FlagNote {
        flag: "Jump",
        description: "How far ahead of the chain a message may be: 25,000 and no more.",
        effect: "Anybody in the group makes the receiver compute for as long as it likes, or late members cannot read.",
    },
    FlagNote {
        flag: "Trimmed",
        description: "Of the keys of skipped messages 2,000 are kept; the oldest go first.",
        effect: "Keys are kept for ever, or are gone too early.",
    },
    FlagNote {
        flag: "LastNumber",
        description: "The last iteration of a chain, 2^32 - 1, cannot be used.",
        effect: "The chain begins anew at 0: keys are used twice.",
    },
    FlagNote {
        flag: "Stored",
        description: "A sender key is saved and loaded.",
        effect: "After a restart messages are lost, or keys are used again.",
    },
    FlagNote {
        flag: "Rollback",
        description: "An older saved sender key is loaded: a message that was opened since opens again.",
        effect: "None: nothing in the format prevents it, the application must.",
    },
    FlagNote {
        flag: "Pairwise",
        description: "A distribution message travels as the plaintext of a session.",
        effect: "Nobody can tell whose sender key it is.",
    },
    FlagNote {
        flag: "Signature",
        description: "The signature covers everything before it, and is checked before anything is derived.",
        effect: "Whoever has the chain key, every member, writes in the name of the sender.",
    },
    FlagNote {
        flag: "Tampered",
        description: "One part of a message is another.",
        effect: "An altered message is read.",
    },
    FlagNote {
        flag: "Order",
        description: "Two things are wrong: which is found first.",
        effect: "The order of the checks is another: nothing is lost but comparability.",
    },
    FlagNote {
        flag: "NoState",
        description: "There is no sender key, or no state of the chain id of the message.",
        effect: "A crash, or a message read with the keys of another.",
    },
    FlagNote {
        flag: "NoSigningKey",
        description: "The newest state is that of another sender: nothing can be sent with it.",
        effect: "A crash, or a message that nobody accepts.",
    },
    FlagNote {
        flag: "Padding",
        description: "The ciphertext of a message with a right signature is not whole blocks, or its padding is wrong.",
        effect: "A crash, or the key of the message is gone although it was not read.",
    },
    FlagNote {
        flag: "Malformed",
        description: "Bytes that are no message, or one of another version or dialect.",
        effect: "A crash, or a state that changes all the same.",
    },
    FlagNote {
        flag: "Unchanged",
        description: "After a refused message the next right one is read.",
        effect: "Anybody who can send bytes ends a conversation.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Values of a wrong length, and names of nobody.",
        effect: "A crash.",
    },
    FlagNote {
        flag: "KeyDerivation",
        description: "The chain of a sender, and the keys of a message: the initialisation vector comes first, and there is no key for a tag.",
        effect: "No message of a peer can be read.",
    },
    FlagNote {
        flag: "NotCanonical",
        description: "Bytes that are read, but that storing would write otherwise.",
        effect: "Sender keys are lost when an application changes its library.",
    },
    FlagNote {
        flag: "Version",
        description: "The version of a stored state is 3; 0 and an absent one read as 3.",
        effect: "Sender keys of old releases are lost, or a state of a version that is not spoken.",
    },
    FlagNote {
        flag: "Truncated",
        description: "A stored sender key that ends too early.",
        effect: "A crash, or a sender key without some of its parts.",
    },
    FlagNote {
        flag: "MissingField",
        description: "A field that a state cannot be without is absent or empty.",
        effect: "A state with keys of zeros.",
    },
    FlagNote {
        flag: "BadKey",
        description: "A key or a seed of a wrong type or length, or a field of another wire type.",
        effect: "A crash, or a state with other keys.",
    },
    FlagNote {
        flag: "KeyMismatch",
        description: "The halves of the signing key do not belong together.",
        effect: "Messages that nobody accepts.",
    },
    FlagNote {
        flag: "OverLimit",
        description: "More states or kept keys than the protocol keeps.",
        effect: "Memory without bound.",
    },
    FlagNote {
        flag: "Inconsistent",
        description: "Two states of one chain id, or kept keys out of order or at iterations not yet reached.",
        effect: "A key is used twice.",
    },
];

/// These tests in the dialect of Signal, or in that of WhatsApp.
fn in_dialect(
    family: &'static str,
    profile: Profile,
    tests: &[(u32, Shared)],
) -> Plan<Vec<TestPlan>> {
    let above = match profile {
        Profile::SignalV3 | Profile::SignalV4 => 0,
        Profile::WhatsAppV3 => WHATSAPP_IDS,
    };
    let setting = Setting { family, profile };
    tests
        .iter()
        .map(|(id, test)| test(setting, id + above))
        .collect()
}

/// The conversations that both dialects have.
fn in_both() -> Vec<(u32, Shared)> {
    [order::SHARED, distribution::SHARED, members::SHARED].concat()
}

/// Conversations.
pub fn family() -> Plan<Family> {
    let tests = [&in_both(), senders::TESTS, limits::TESTS].concat();
    sharing_notes(Family {
        name: NAME,
        algorithm: "Sender keys: conversations of groups",
        header: &[
            "Chain: as KDF_CK. Keys: HKDF(no salt, seed, WhisperGroup, 48): initialisation vector 16, cipher key 32. Body: AES-256-CBC.",
            "Signature: XEdDSA as deployed, over all that is before it. A party keeps a sender key for each sender (name and device) and",
            "distribution id, its own among them; `sender`, `senderDevice` and `distributionId` say which a step is about.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V4, in_dialect(NAME, Profile::SignalV4, &tests)?),
            group("kdf_sender_ck", SIGNAL_V4, derivation::chain()),
            group("sender_message_keys", SIGNAL_V4, derivation::keys()),
        ],
    })
}

/// Conversations in the dialect of WhatsApp.
pub fn whatsapp() -> Plan<Family> {
    let tests = [&in_both(), limits::WHATSAPP].concat();
    let tests = in_dialect(IN_WHATSAPP, Profile::WhatsAppV3, &tests)?;
    sharing_notes(Family {
        name: IN_WHATSAPP,
        algorithm: "Sender keys: conversations of groups in WhatsApp and Messenger",
        header: &[
            "See sender_key.json. A message names no distribution id; a jump may be 2000; with 2050 skipped keys, the next one drops the",
            "oldest 51.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", WHATSAPP_V3, tests)],
    })
}

/// What is refused.
pub fn refused() -> Plan<Family> {
    let both = [refused::SHARED, signatures::SHARED].concat();
    let signal = [&both, refused::TESTS].concat();
    let of = |profile, tests: &[(u32, Shared)]| in_dialect(REFUSED, profile, tests);
    sharing_notes(Family {
        name: REFUSED,
        algorithm: "Sender keys: what is refused",
        header: &[
            "See sender_key.json. The checks, in this order: the bytes; the sender key and its state of the chain id; the signature; the",
            "iteration; the padding. What is refused changes nothing.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V4, of(Profile::SignalV4, &signal)?),
            group("steps", WHATSAPP_V3, of(Profile::WhatsAppV3, &both)?),
        ],
    })
}

/// Stored records.
pub fn record() -> Plan<Family> {
    sharing_notes(Family {
        name: RECORD,
        algorithm: "Sender keys: stored records",
        header: &[
            "A record: {1 states, newest first}; a state: {1 chain id, 2 chain {1 iteration, 2 chain key}, 3 signing key {1 public, 2 private},",
            "4 kept keys, oldest first {1 iteration, 2 seed}, 5 version}. Zero and empty values are left out.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![
            group("steps", SIGNAL_V4, record::conversations()?),
            group("decode_sender_key_record", SIGNAL_V4, record::read()),
            group("decode_sender_key_record", SIGNAL_V4, record::refused()),
            group("steps", SIGNAL_V4, record::cut()?),
        ],
    })
}
