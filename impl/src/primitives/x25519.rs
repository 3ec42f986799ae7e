//! X25519, the Diffie-Hellman function of the protocol.
//!
//! Which part: RFC 7748, 5 and 6.1. Called by `keys`, `handshake/x3dh` and `ratchet/double`. Secret: private keys and
//! outputs.
use crate::backend;
use crate::ct::is_zero;
use crate::keys::types::{PrivateKey, PublicKey, SharedSecret};
use thiserror::Error;

/// Why a Diffie-Hellman agreement failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum DhError {
    /// The output is all zero: the public key is a point of small order.
    #[error("the agreement gave no secret")]
    InvalidAgreement,
}

/// Mirror of `spec::primitives::x25519::clamp`.
///
/// In: 32 bytes, secret. Out: the same with bits 0 to 2 and 255 cleared and bit 254 set, secret.
#[must_use]
pub fn clamp(mut private: PrivateKey) -> PrivateKey {
    let [first, .., last] = private.as_bytes_mut();
    *first &= 0xf8;
    *last = (*last & 0x7f) | 0x40;
    private
}

/// Mirror of `spec::primitives::x25519::x25519`.
///
/// In: a private key, secret; u. Out: 32 bytes, secret, all zero for a point of small order.
#[must_use]
pub fn x25519(private: &PrivateKey, public: PublicKey) -> SharedSecret {
    SharedSecret::from_bytes(backend::x25519::x25519(
        private.as_bytes(),
        public.as_bytes(),
    ))
}

/// Mirror of `spec::primitives::x25519::public_key`.
/// Faster: multiples of the base point come from a table; the same function.
///
/// In: a private key, secret. Out: u.
#[must_use]
pub fn public_key(private: &PrivateKey) -> PublicKey {
    PublicKey::from_bytes(backend::x25519::x25519_base(private.as_bytes()))
}

/// Mirror of `spec::primitives::x25519::dh`.
///
/// In: a private key, secret; u. Out: 32 bytes, secret, not all zero.
/// Errors: `InvalidAgreement` when the output is all zero.
pub fn dh(private: &PrivateKey, public: PublicKey) -> Result<SharedSecret, DhError> {
    let shared = x25519(private, public);
    if is_zero(shared.as_bytes()) {
        Err(DhError::InvalidAgreement)
    } else {
        Ok(shared)
    }
}
