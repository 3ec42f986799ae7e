//! The record of a sender key and what it holds.
//!
//! Which part: deployed only, no public text. Who calls it: the other modules of `groups`. Secret: chain keys, seeds and the
//! private signing key.
//!
//! The skipped keys are a tree keyed by iteration, as in `ratchet::skipped`: the list of the spec is in ascending order,
//! always, and that is the order of the tree. States are in boxes, so that bringing one to the front leaves no copy behind.
use crate::keys::{PrivateKey, SenderChainKey, SenderMessageSeed, SenderSigningKey};
use crate::ratchet::skipped::SkippedLimit;
use crate::wire::Profile;
use core::fmt;
use std::collections::{BTreeMap, VecDeque};

/// Most states in a record.
pub const MAX_SENDER_STATES: usize = 5;
/// Most skipped keys in a state.
pub const MAX_SENDER_SKIPPED: usize = 2000;
/// Most skipped keys in a state of any profile.
pub const MAX_SENDER_GATHERED: usize = 2050;
/// How far a message may be ahead of its chain.
pub const MAX_SENDER_JUMP: u32 = 25_000;
/// The same of WhatsApp.
pub const WHATSAPP_MAX_SENDER_JUMP: u32 = 2000;

/// The seed of a message that was passed over.
pub struct SenderSkippedKey {
    /// Number of the message in its chain.
    pub iteration: u32,
    /// Its seed, secret.
    pub seed: SenderMessageSeed,
}

/// The skipped keys of a state.
pub(crate) type SenderSkipped = BTreeMap<u32, Box<SenderSkippedKey>>;

/// The key that signs the messages of a state, and, at the sender, makes the signatures.
pub struct SigningKey {
    /// The public half.
    pub public: SenderSigningKey,
    /// Secret, clamped; present at the sender.
    pub private: Option<PrivateKey>,
}

/// One chain of a sender.
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
    /// Seeds of messages passed over.
    pub(crate) skipped: SenderSkipped,
}

/// The record of one sender and one distribution id.
#[derive(Debug)]
pub struct SenderKeyRecord {
    /// The states, newest first, at most five.
    pub(crate) states: VecDeque<Box<SenderKeyState>>,
}

impl fmt::Debug for SenderSkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderSkippedKey")
            .field("iteration", &self.iteration)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("public", &self.public)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for SenderKeyState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SenderKeyState")
            .field("version", &self.version)
            .field("chain_id", &self.chain_id)
            .field("iteration", &self.iteration)
            .field("signing", &self.signing)
            .field("skipped", &self.skipped.keys())
            .finish_non_exhaustive()
    }
}

/// Mirror of `spec::groups::sender_key::types::empty_sender_key_record`.
///
/// Out: a record without states.
#[must_use]
pub fn empty_sender_key_record() -> SenderKeyRecord {
    SenderKeyRecord {
        states: VecDeque::new(),
    }
}

/// How far a message may be ahead of its chain, in each profile.
pub(crate) const fn max_sender_jump(profile: Profile) -> u32 {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => MAX_SENDER_JUMP,
        Profile::WhatsAppV3 => WHATSAPP_MAX_SENDER_JUMP,
    }
}

/// The bound of the skipped keys of a state, in each profile.
pub(crate) const fn sender_skipped_limit(profile: Profile) -> SkippedLimit {
    let full = match profile {
        Profile::SignalV3 | Profile::SignalV4 => MAX_SENDER_SKIPPED,
        Profile::WhatsAppV3 => MAX_SENDER_GATHERED,
    };
    SkippedLimit {
        full,
        kept: MAX_SENDER_SKIPPED - 1,
    }
}

/// Where the state of a chain id stands.
pub(crate) fn state_position(
    states: &VecDeque<Box<SenderKeyState>>,
    chain_id: u32,
) -> Option<usize> {
    states.iter().position(|state| state.chain_id == chain_id)
}
