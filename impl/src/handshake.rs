//! The first agreement between two devices that never spoke: bundles, X3DH and PQXDH.
pub mod bundle;
pub mod pqxdh;
pub mod x3dh;

use crate::keys::{KeyError, SharedSecret};
use crate::primitives::x25519::DhError;
use thiserror::Error;

/// Why a handshake was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HandshakeError {
    /// A signature in the bundle does not verify under its identity key.
    #[error("a signature in the bundle is wrong")]
    BadSignature,
    /// A Diffie-Hellman output was all zero.
    #[error("an agreement gave no secret")]
    InvalidAgreement,
    /// The base key is not the canonical encoding of a point of prime order.
    #[error("the base key is not canonical")]
    InvalidBaseKey,
    /// A one-time prekey id without its key, or the key without its id; or a part of a KEM prekey without the others.
    #[error("a part of a prekey is missing")]
    PreKeyFieldsMismatch,
    /// PQXDH is asked for, and the bundle has no KEM prekey.
    #[error("the bundle has no KEM prekey")]
    MissingKemPreKey,
    /// The signed prekey named by the message is not in the store.
    #[error("the signed prekey is unknown")]
    UnknownSignedPreKeyId,
    /// The KEM prekey named by the message is not in the store.
    #[error("the KEM prekey is unknown")]
    UnknownKemPreKeyId,
    /// The one-time prekey named by the message is not in the store.
    #[error("the one-time prekey is unknown")]
    UnknownPreKeyId,
    /// A KEM key or ciphertext was refused.
    #[error("a KEM key or ciphertext was refused: {0}")]
    Kem(#[source] KeyError),
}

/// Mirror of `spec::handshake::lift_dh`.
///
/// In: a result of the primitive. Out: the same in this layer. Errors: `InvalidAgreement`.
pub(crate) fn lift_dh(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, HandshakeError> {
    result.map_err(|DhError::InvalidAgreement| HandshakeError::InvalidAgreement)
}
