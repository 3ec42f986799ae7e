//! Sender keys: one encryption of a message for all members of a group.
//!
//! Which part: deployed only, no public text. Who calls it: applications. Secret: records, distribution messages, plaintexts.
//!
//! A sender has a chain of its own for each distribution id, and a key that signs its messages. Both go to each member in
//! a distribution message, inside a session. The members then step copies of the chain:
//!
//! ```text
//!  sender: create_distribution -> distribution message -> process_distribution : member
//!          group_encrypt       -> message              -> group_decrypt
//! ```
//!
//! Whoever calls keeps one record per sender (name and device id) and distribution id; the address under which the record
//! is kept is all that binds a message to its sender. There is no tag and no associated data: the signature authenticates.
//! A chain gives no forward secrecy against who holds an older chain key, and nothing heals it: a group changes its keys
//! by new records.
pub mod distribution;
pub mod sender_key;

use crate::keys::KeyError;
use crate::wire::WireError;
use thiserror::Error;

/// Why a message to a group was refused, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum GroupError {
    /// The bytes are not a message.
    #[error("not a message: {0}")]
    Wire(#[source] WireError),
    /// The record has no state, or none with the chain id of the message.
    #[error("there is no sender key for the message")]
    NoSenderKeyState,
    /// The newest state has no private signing key: it is that of another sender.
    #[error("the sender key is that of another sender")]
    NoSigningKey,
    /// The version of the message is not that of its state.
    #[error("the version of the message is not that of the sender key")]
    VersionMismatch,
    /// The signature is not one of the sender. Nothing was derived.
    #[error("the signature does not verify")]
    BadSignature,
    /// The key of this message was used, dropped to make room, or is before the first that can be read.
    #[error("the key of message {iteration} is gone; the chain is at {next}")]
    DuplicateMessage {
        /// Next iteration of the chain.
        next: u32,
        /// Iteration of the message.
        iteration: u32,
    },
    /// The message is `gap` past the chain; the limit is `MAX_SENDER_JUMP`.
    #[error("the message is {gap} ahead of its chain")]
    TooFarInFuture {
        /// Iteration of the message less that of the chain.
        gap: u32,
    },
    /// The iteration 2^32 - 1 can not be used: there is none after it.
    #[error("the chain has no number left")]
    CounterExhausted,
    /// The length or the padding of the ciphertext was wrong.
    #[error("the message is padded wrongly")]
    BadPadding,
}

/// Why a stored record was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SenderKeyRecordError {
    /// The protobuf is malformed.
    #[error("the stored bytes are malformed")]
    InvalidProtobuf,
    /// A state is of a version other than 3.
    #[error("the version of the stored sender key is not supported")]
    UnsupportedVersion,
    /// A field that a state cannot be without is absent.
    #[error("a stored field is missing")]
    MissingField,
    /// A key was refused.
    #[error("a stored key was refused: {0}")]
    Key(#[source] KeyError),
    /// A secret is other than 32 bytes long.
    #[error("a stored secret has the wrong length")]
    BadLength,
    /// The private half of a pair does not give its public half.
    #[error("a stored key pair does not match")]
    KeyMismatch,
    /// More states or skipped keys than the protocol keeps.
    #[error("more is stored than the protocol keeps")]
    OverLimit,
    /// Two states have one chain id, or skipped iterations are not strictly ascending below that of the chain.
    #[error("stored numbers contradict each other")]
    Inconsistent,
}
