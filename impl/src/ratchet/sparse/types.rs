//! What the modules of SPQR share: errors, versions, directions, limits, randomness.
//!
//! Which part: DR4 5, BRAID 2. Who calls it: every module of `ratchet::sparse`. Secret: [`SparseRandom`].
use crate::keys::{KemRandom, KemSeed};
use thiserror::Error;

/// Longest forward jump in one receiving half, where nothing else is given.
pub const DEFAULT_MAX_JUMP: u32 = 25000;
/// Skipped keys kept in one receiving half, where nothing else is given.
pub const DEFAULT_MAX_OUT_OF_ORDER: u32 = 2000;
/// No limit to a jump: the session of an account with itself.
pub const UNLIMITED_JUMP: u32 = 0xffff_ffff;

/// Why SPQR refused a message, a state, or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SparseError {
    /// The bytes of a message cannot be read; or a stored decoder is not of the size that its state needs.
    #[error("the SPQR message is malformed")]
    InvalidMessage,
    /// Stored state cannot be read, or is not one that the protocol reaches.
    #[error("the stored SPQR state is malformed")]
    InvalidState,
    /// The MAC of a header or of a ciphertext is wrong.
    #[error("the MAC of what the chunks give is wrong")]
    BadMac,
    /// The epoch is ahead of the state, or its keys are not there: not yet, or no longer.
    #[error("no keys for epoch {epoch}")]
    EpochOutOfRange {
        /// Epoch of the message, or of the key asked for.
        epoch: u64,
    },
    /// An older version than that of the state, after negotiation.
    #[error("the version of the message is not that of the session")]
    VersionMismatch,
    /// An older version than this party accepts.
    #[error("the version of the message is below the minimum")]
    MinimumVersion,
    /// The key is further ahead than the limit.
    #[error("key {index} is too far ahead; the chain is at {counter}")]
    KeyJump {
        /// Number of the last key of the half.
        counter: u32,
        /// Number asked for.
        index: u32,
    },
    /// The key is so old that it was dropped.
    #[error("key {index} was dropped")]
    KeyTrimmed {
        /// Number asked for.
        index: u32,
    },
    /// The key was given out before, or it is number 0.
    #[error("key {index} is gone")]
    KeyAlreadyRequested {
        /// Number asked for.
        index: u32,
    },
    /// The encapsulation key that was put together is not the one of its header.
    #[error("the encapsulation key is not that of its header")]
    ErroneousData,
    /// A key was asked for an epoch before the one of the last key sent.
    #[error("epoch {epoch} is before the sending epoch {send_epoch}")]
    SendEpochDecreased {
        /// The sending epoch.
        send_epoch: u64,
        /// Epoch asked for.
        epoch: u64,
    },
    /// A state with neither a chain nor what one is made of.
    #[error("there is no chain")]
    ChainNotAvailable,
    /// A counter or an epoch is at its last value. Only a stored state can bring it there.
    #[error("a counter has no number left")]
    CounterExhausted,
}

/// Version of the protocol, the older one first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// No SPQR: empty messages and no keys.
    V0,
    /// SPQR with ML-KEM-768.
    V1,
}

/// Who a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// The initiator of the session.
    A2B,
    /// Its responder.
    B2A,
}

/// The limits of a chain; 0 stands for the default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainParameters {
    /// Longest forward jump in one receiving half.
    pub max_jump: u32,
    /// How far back skipped keys are kept.
    pub max_out_of_order: u32,
}

/// The random bytes of one send, of which it takes what [`Draw`] says, or nothing.
pub struct SparseRandom {
    /// For a key pair, secret.
    pub key_pair: KemSeed,
    /// For an encapsulation, secret.
    pub encapsulation: KemRandom,
}

/// Which random bytes a send takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// None.
    Nothing,
    /// Those for a key pair.
    KeyPair,
    /// Those for an encapsulation.
    Encapsulation,
}
