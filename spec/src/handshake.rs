//! The first agreement between two devices that never spoke: bundles, X3DH and PQXDH.
pub mod bundle;
pub mod pqxdh;
pub mod x3dh;

use crate::keys::*;
use crate::primitives::mlkem::KemError;
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
    /// A one-time prekey id without its key, or the key without its id; or a part of a KEM prekey without the others.
    PreKeyFieldsMismatch,
    /// PQXDH is asked for, and the bundle has no KEM prekey.
    MissingKemPreKey,
    /// The signed prekey named by the message is not in the store.
    UnknownSignedPreKeyId,
    /// The KEM prekey named by the message is not in the store.
    UnknownKemPreKeyId,
    /// The one-time prekey named by the message is not in the store.
    UnknownPreKeyId,
    /// A KEM key or ciphertext was refused.
    Kem(KeyError),
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

/// An error of the KEM as one of this layer. Kyber-1024 refuses lengths only.
pub(crate) fn lift_kem_error(error: KemError) -> HandshakeError {
    match error {
        KemError::BadCiphertextLength => HandshakeError::Kem(KeyError::BadKemCiphertextLength),
        _ => HandshakeError::Kem(KeyError::BadKemKeyLength),
    }
}
