//! What the modules of SPQR share: errors, versions, directions, limits, randomness.
//!
//! Which part: DR4 5, BRAID 2. Who calls it: every module of `ratchet::sparse`. Secret: [`SparseRandom`].
use crate::keys::*;

/// Longest forward jump in one receiving half, where nothing else is given.
pub const DEFAULT_MAX_JUMP: u32 = 25000u32;
/// Skipped keys kept in one receiving half, where nothing else is given.
pub const DEFAULT_MAX_OUT_OF_ORDER: u32 = 2000u32;
/// No limit to a jump: the session of an account with itself.
pub const UNLIMITED_JUMP: u32 = 0xffff_ffffu32;

/// The epoch after which none comes.
pub(crate) const LAST_EPOCH: u64 = 0xffff_ffff_ffff_ffffu64;

/// Why SPQR refused a message, a state, or a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SparseError {
    /// The bytes of a message cannot be read; or a stored decoder is not of the size that its state needs.
    InvalidMessage,
    /// Stored state cannot be read, or is not one that the protocol reaches.
    InvalidState,
    /// The MAC of a header or of a ciphertext is wrong.
    BadMac,
    /// The epoch is ahead of the state, or its keys are not there: not yet, or no longer.
    EpochOutOfRange {
        /// Epoch of the message, or of the key asked for.
        epoch: u64,
    },
    /// An older version than that of the state, after negotiation.
    VersionMismatch,
    /// An older version than this party accepts.
    MinimumVersion,
    /// The key is further ahead than the limit.
    KeyJump {
        /// Number of the last key of the half.
        counter: u32,
        /// Number asked for.
        index: u32,
    },
    /// The key is so old that it was dropped.
    KeyTrimmed {
        /// Number asked for.
        index: u32,
    },
    /// The key was given out before, or it is number 0.
    KeyAlreadyRequested {
        /// Number asked for.
        index: u32,
    },
    /// The encapsulation key that was put together is not the one of its header.
    ErroneousData,
    /// A key was asked for an epoch before the one of the last key sent.
    SendEpochDecreased {
        /// The sending epoch.
        send_epoch: u64,
        /// Epoch asked for.
        epoch: u64,
    },
    /// A state with neither a chain nor what one is made of.
    ChainNotAvailable,
    /// A counter or an epoch is at its last value. Only a stored state can bring it there.
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
#[derive(Clone, Copy)]
pub struct SparseRandom {
    /// For a key pair, 64 bytes, secret.
    pub key_pair: KemSeed,
    /// For an encapsulation, 32 bytes, secret.
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
