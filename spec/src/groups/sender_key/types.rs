//! The record of a sender key and what it holds.
//!
//! Which part: deployed only, no public text. Who calls it: the other modules of `groups`. Secret: chain keys, seeds and the
//! private signing key.
use crate::keys::*;
use crate::ratchet::skipped::SkippedLimit;
use crate::wire::*;
use hacspec_lib::*;

/// Most states in a record.
pub const MAX_SENDER_STATES: usize = 5;
/// Most skipped keys in a state.
pub const MAX_SENDER_SKIPPED: usize = 2000;
/// Most skipped keys in a state of any profile.
pub const MAX_SENDER_GATHERED: usize = 2050;
/// How far a message may be ahead of its chain.
pub const MAX_SENDER_JUMP: u32 = 25_000u32;
/// The same of WhatsApp.
pub const WHATSAPP_MAX_SENDER_JUMP: u32 = 2000u32;

/// The seed of a message that was passed over.
#[derive(Clone, Copy, Default)]
pub struct SenderSkippedKey {
    /// Number of the message in its chain.
    pub iteration: u32,
    /// Its seed, secret.
    pub seed: SenderMessageSeed,
}

/// The key that signs the messages of a state, and, at the sender, makes the signatures.
#[derive(Clone, Copy, Default)]
pub struct SigningKey {
    /// The public half.
    pub public: SenderSigningKey,
    /// Secret, clamped; present at the sender.
    pub private: Option<PrivateKey>,
}

/// One chain of a sender.
#[derive(Clone, Default)]
pub struct SenderKeyState {
    /// Version of its messages, 3.
    pub version: u8,
    /// Names the state in the record; 31 random bits.
    pub chain_id: u32,
    /// Number of the next message.
    pub iteration: u32,
    /// The chain key at that number, secret.
    pub chain_key: SenderChainKey,
    /// The signing key.
    pub signing: SigningKey,
    /// Seeds of messages passed over, in ascending order of their iterations.
    pub skipped: Seq<SenderSkippedKey>,
}

/// The record of one sender and one distribution id.
#[derive(Clone)]
pub struct SenderKeyRecord {
    /// The states, newest first, at most five.
    pub states: Seq<SenderKeyState>,
}

/// A record without states.
///
/// Out: the empty record.
pub fn empty_sender_key_record() -> SenderKeyRecord {
    SenderKeyRecord {
        states: Seq::<SenderKeyState>::new(0),
    }
}

/// How far a message may be ahead of its chain, in each profile.
pub(crate) fn max_sender_jump(profile: Profile) -> u32 {
    match profile {
        Profile::SignalV3 => MAX_SENDER_JUMP,
        Profile::SignalV4 => MAX_SENDER_JUMP,
        Profile::WhatsAppV3 => WHATSAPP_MAX_SENDER_JUMP,
    }
}

/// The bound of the skipped keys of a state, in each profile.
///
/// Deployed: WhatsApp drops the oldest lazily.
pub(crate) fn sender_skipped_limit(profile: Profile) -> SkippedLimit {
    let full = match profile {
        Profile::SignalV3 => MAX_SENDER_SKIPPED,
        Profile::SignalV4 => MAX_SENDER_SKIPPED,
        Profile::WhatsAppV3 => MAX_SENDER_GATHERED,
    };
    SkippedLimit {
        full,
        kept: MAX_SENDER_SKIPPED - 1,
    }
}

/// Where the state of a chain id stands.
pub(crate) fn state_position(states: &Seq<SenderKeyState>, chain_id: u32) -> Option<usize> {
    let mut found: Option<usize> = None;
    for i in 0..states.len() {
        if states[i].chain_id == chain_id {
            found = Some(i);
        }
    }
    found
}
