//! The ratchets as deployed: the Double Ratchet, with symmetric chains, skipped keys and Diffie-Hellman steps; SPQR; and
//! both together, the Triple Ratchet. Beside them the Double Ratchet as the public text has it, without and with header
//! encryption.
pub mod double;
pub mod header_encrypted;
pub mod skipped;
pub mod sparse;
pub mod symmetric;
pub mod triple;
pub mod written;

use crate::keys::*;
use crate::primitives::x25519::*;
use crate::ratchet::sparse::types::*;

/// Why a message was refused by one session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RatchetError {
    /// A Diffie-Hellman output was all zero.
    InvalidAgreement,
    /// The key of this message was used, or dropped to make room. It can not come back.
    DuplicateMessage {
        /// Nr of the receiving chain.
        nr: u32,
        /// Number of the message.
        n: u32,
    },
    /// The message is `gap` past the receiving chain; the limit is `MAX_JUMP`.
    TooFarInFuture {
        /// n - Nr.
        gap: u32,
    },
    /// The tag, the address block or the padding was wrong. One variant: telling them apart would help an attacker.
    Rejected,
    /// The number 2^32 - 1 can not be used: there is none after it.
    CounterExhausted,
    /// SPQR refused the message, or its own state.
    Sparse(SparseError),
}

/// A result of the primitive as one of this layer.
///
/// In: the result. Out: the same. Errors: `InvalidAgreement`.
pub(crate) fn lift_agreement(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, RatchetError> {
    match result {
        Ok(secret) => Ok(secret),
        Err(_) => Err(RatchetError::InvalidAgreement),
    }
}
