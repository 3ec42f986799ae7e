//! The first agreement between two devices that never spoke: bundles and X3DH.
pub mod bundle;
pub mod x3dh;

use crate::keys::*;
use crate::primitives::x25519::*;

/// Why a handshake was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HandshakeError {
    /// A signature in the bundle does not verify under its identity key.
    BadSignature,
    /// A Diffie-Hellman output was all zero.
    InvalidAgreement,
    /// The base key is not the canonical encoding of a point of prime order.
    InvalidBaseKey,
    /// A one-time prekey id without its key, or the key without its id.
    PreKeyFieldsMismatch,
    /// The signed prekey named by the message is not in the store.
    UnknownSignedPreKeyId,
    /// The one-time prekey named by the message is not in the store.
    UnknownPreKeyId,
}

/// A result of the primitive as one of this layer.
///
/// In: the result. Out: the same. Errors: `InvalidAgreement`.
pub(crate) fn lift_dh(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, HandshakeError> {
    match result {
        Ok(secret) => Ok(secret),
        Err(_) => Err(HandshakeError::InvalidAgreement),
    }
}
