//! Key types by role, their serialised form, and the signatures made over keys.
//!
//! What: the X25519 keys of the protocol, one type per role, so that a base key cannot stand where a signed prekey is
//! asked; the prekey of the KEM is in [`kem`]. Which part: `Encode` and `Sig` of X3DH 2.1 and 2.2 as deployed. Who calls it:
//! `wire`, `handshake`, `ratchet`, `session`. Secret: every [`PrivateKey`] and [`SignatureRandom`].
pub mod kem;
pub mod types;

pub use crate::keys::types::*;

use crate::ct;
use crate::primitives::x25519::{clamp, public_key};
use crate::primitives::xeddsa::{sign, verify, Form};
use thiserror::Error;

/// First byte of a serialised X25519 public key.
pub const KEY_TYPE_X25519: u8 = 5;
/// Length of a serialised public key: the type byte and u.
pub const SERIALIZED_KEY_LENGTH: usize = 33;
/// Length of an X25519 key, public (u) or private.
pub const KEY_LENGTH: usize = 32;
/// Length of an XEdDSA signature.
pub const SIGNATURE_LENGTH: usize = 64;

/// Why the bytes of a key or signature were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KeyError {
    /// No bytes at all: there is no type byte.
    #[error("no key type byte")]
    MissingKeyType,
    /// The type byte is not that of X25519.
    #[error("unknown key type byte")]
    BadKeyType,
    /// Fewer than 33 bytes for a public key, or other than 32 for a private key.
    #[error("wrong key length")]
    BadKeyLength,
    /// A signature is other than 64 bytes long.
    #[error("wrong signature length")]
    BadSignatureLength,
    /// The type byte is not that of Kyber-1024, the only KEM enabled.
    #[error("unknown KEM key type byte")]
    BadKemKeyType,
    /// Other than 1569 bytes for a public KEM prekey, or 3169 for a private one.
    #[error("wrong KEM key length")]
    BadKemKeyLength,
    /// A KEM ciphertext is other than 1569 bytes long.
    #[error("wrong KEM ciphertext length")]
    BadKemCiphertextLength,
}

/// IK: the long-term identity key of an account, for agreement and for signatures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct IdentityKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// SPK: the medium-term key of a responder, signed by its identity key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SignedPreKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// OPK: a key of a responder for one handshake, unsigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct OneTimePreKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// EK: the ephemeral key of an initiator, called base key on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BaseKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// A Diffie-Hellman ratchet key (DHs or DHr).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct RatchetKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// The key that signs the messages of a sender to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct SenderSigningKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// The pair of an IK.
pub struct IdentityKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: IdentityKey,
}

/// The pair of an SPK.
pub struct SignedPreKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: SignedPreKey,
}

/// The pair of an OPK.
pub struct OneTimePreKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: OneTimePreKey,
}

/// The pair of an EK.
pub struct BaseKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: BaseKey,
}

/// The pair DHs.
pub struct RatchetKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: RatchetKey,
}

/// The pair of a [`SenderSigningKey`].
pub struct SenderSigningKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: SenderSigningKey,
}

/// Mirror of `spec::keys::parse_public_key`.
///
/// In: at least 33 bytes, 05 first; the rest is ignored. Out: u, 32 bytes, as received.
/// Errors: `MissingKeyType` for no bytes, `BadKeyType`, `BadKeyLength`, in this order.
pub fn parse_public_key(bytes: &[u8]) -> Result<PublicKey, KeyError> {
    let (first, rest) = bytes.split_first().ok_or(KeyError::MissingKeyType)?;
    if *first != KEY_TYPE_X25519 {
        return Err(KeyError::BadKeyType);
    }
    let u = rest.first_chunk().ok_or(KeyError::BadKeyLength)?;
    Ok(PublicKey::from_bytes(*u))
}

/// Mirror of `spec::keys::serialize_public_key`.
///
/// In: u. Out: 05 and u as it was received.
#[must_use]
pub fn serialize_public_key(key: PublicKey) -> [u8; SERIALIZED_KEY_LENGTH] {
    let mut out = [KEY_TYPE_X25519; SERIALIZED_KEY_LENGTH];
    for (to, from) in out.iter_mut().skip(1).zip(key.as_bytes()) {
        *to = *from;
    }
    out
}

/// Mirror of `spec::keys::parse_private_key`.
///
/// In: 32 bytes, secret. Out: the key, clamped again whatever was stored.
/// Errors: `BadKeyLength`.
pub fn parse_private_key(bytes: &[u8]) -> Result<PrivateKey, KeyError> {
    let key: &[u8; KEY_LENGTH] = bytes.try_into().map_err(|_| KeyError::BadKeyLength)?;
    Ok(clamp(PrivateKey::from_bytes(*key)))
}

/// Mirror of `spec::keys::parse_signature`.
///
/// In: 64 bytes. Out: the signature.
/// Errors: `BadSignatureLength`.
pub fn parse_signature(bytes: &[u8]) -> Result<Signature, KeyError> {
    let signature: &[u8; SIGNATURE_LENGTH] =
        bytes.try_into().map_err(|_| KeyError::BadSignatureLength)?;
    Ok(Signature::from_bytes(*signature))
}

/// Mirror of `spec::keys::same_public_key`.
///
/// In: two keys. Out: whether all 32 bytes agree.
#[must_use]
pub fn same_public_key(a: PublicKey, b: PublicKey) -> bool {
    ct::equal(a.as_bytes(), b.as_bytes())
}

/// Mirror of `spec::keys::identity_key_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn identity_key_pair(private: PrivateKey) -> IdentityKeyPair {
    let (private, key) = clamped_pair(private);
    IdentityKeyPair {
        private,
        public: IdentityKey { key },
    }
}

/// Mirror of `spec::keys::signed_prekey_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn signed_prekey_pair(private: PrivateKey) -> SignedPreKeyPair {
    let (private, key) = clamped_pair(private);
    SignedPreKeyPair {
        private,
        public: SignedPreKey { key },
    }
}

/// Mirror of `spec::keys::one_time_prekey_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn one_time_prekey_pair(private: PrivateKey) -> OneTimePreKeyPair {
    let (private, key) = clamped_pair(private);
    OneTimePreKeyPair {
        private,
        public: OneTimePreKey { key },
    }
}

/// Mirror of `spec::keys::base_key_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn base_key_pair(private: PrivateKey) -> BaseKeyPair {
    let (private, key) = clamped_pair(private);
    BaseKeyPair {
        private,
        public: BaseKey { key },
    }
}

/// Mirror of `spec::keys::ratchet_key_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn ratchet_key_pair(private: PrivateKey) -> RatchetKeyPair {
    let (private, key) = clamped_pair(private);
    RatchetKeyPair {
        private,
        public: RatchetKey { key },
    }
}

/// Mirror of `spec::keys::sender_signing_key_pair`.
///
/// In: 32 random bytes, secret. Out: the pair, its private half clamped.
#[must_use]
pub fn sender_signing_key_pair(private: PrivateKey) -> SenderSigningKeyPair {
    let (private, key) = clamped_pair(private);
    SenderSigningKeyPair {
        private,
        public: SenderSigningKey { key },
    }
}

/// Mirror of `spec::keys::ratchet_pair_of_signed_prekey`.
///
/// In: the pair of an SPK. Out: the same pair as DHs; a second copy of the private half, as the first stays in the store.
#[must_use]
pub fn ratchet_pair_of_signed_prekey(pair: &SignedPreKeyPair) -> RatchetKeyPair {
    RatchetKeyPair {
        private: PrivateKey::from_bytes(*pair.private.as_bytes()),
        public: RatchetKey {
            key: pair.public.key,
        },
    }
}

/// Mirror of `spec::keys::alternate_identity_message`.
///
/// In: the other identity. Out: 85 bytes.
#[must_use]
pub fn alternate_identity_message(other: IdentityKey) -> Vec<u8> {
    [
        &[0xff; 32][..],
        b"Signal_PNI_Signature",
        &serialize_public_key(other.key),
    ]
    .concat()
}

/// Mirror of `spec::keys::sign_alternate_identity`.
///
/// In: the claiming identity; the claimed one; 64 random bytes, secret. Out: the signature.
#[must_use]
pub fn sign_alternate_identity(
    identity: &IdentityKeyPair,
    other: IdentityKey,
    random: &SignatureRandom,
) -> Signature {
    sign(
        Form::Deployed,
        &identity.private,
        &alternate_identity_message(other),
        random,
    )
}

/// Mirror of `spec::keys::verify_alternate_identity`.
///
/// In: the claiming identity; the claimed one; the signature. Out: whether the claim holds.
#[must_use]
pub fn verify_alternate_identity(
    identity: IdentityKey,
    other: IdentityKey,
    signature: Signature,
) -> bool {
    verify(
        Form::Deployed,
        identity.key,
        &alternate_identity_message(other),
        signature,
    )
}

fn clamped_pair(private: PrivateKey) -> (PrivateKey, PublicKey) {
    let private = clamp(private);
    let public = public_key(&private);
    (private, public)
}
