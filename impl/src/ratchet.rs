//! The ratchets as deployed: symmetric chains, skipped keys, Diffie-Hellman steps, SPQR, and both together. Beside them the
//! Double Ratchet as the public text has it, without and with header encryption.
pub mod double;
pub mod header_encrypted;
pub mod skipped;
pub mod sparse;
pub mod symmetric;
pub mod triple;
pub mod written;

use crate::keys::SharedSecret;
use crate::primitives::x25519::DhError;
use crate::ratchet::sparse::SparseError;
use thiserror::Error;

/// Why a message was refused by one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RatchetError {
    /// A Diffie-Hellman output was all zero.
    #[error("an agreement gave no secret")]
    InvalidAgreement,
    /// The key of this message was used, or dropped to make room. It can not come back.
    #[error("the key of message {n} is gone; the chain is at {nr}")]
    DuplicateMessage {
        /// Nr of the receiving chain.
        nr: u32,
        /// Number of the message.
        n: u32,
    },
    /// The message is `gap` past the receiving chain; the limit is `MAX_JUMP`.
    #[error("the message is {gap} ahead of its chain")]
    TooFarInFuture {
        /// n - Nr.
        gap: u32,
    },
    /// The tag, the address block or the padding was wrong. One variant: telling them apart would help an attacker.
    #[error("the message was refused")]
    Rejected,
    /// The number 2^32 - 1 can not be used: there is none after it.
    #[error("the chain has no number left")]
    CounterExhausted,
    /// SPQR refused the message, or its own state.
    #[error("SPQR: {0}")]
    Sparse(#[source] SparseError),
}

/// Mirror of `spec::ratchet::lift_agreement`.
///
/// In: a result of the primitive. Out: the same in this layer. Errors: `InvalidAgreement`.
pub(crate) fn lift_agreement(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, RatchetError> {
    result.map_err(|DhError::InvalidAgreement| RatchetError::InvalidAgreement)
}
