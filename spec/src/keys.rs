//! Key types by role, their serialised form, and the signatures made over keys.
//!
//! What: the X25519 keys of the protocol, one type per role, so that a base key cannot stand where a
//! signed prekey is asked; the prekey of the KEM is in [`kem`]. Which part: the `Encode` and `Sig` of X3DH 2.1 and 2.2 as
//! deployed. Who calls it: `wire`, `handshake`, `ratchet`, `session`. Secret: every [`PrivateKey`] and
//! [`SignatureRandom`].
pub mod kem;
pub mod types;

/// CK, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::ChainKey;
/// The data of one chunk of the erasure code of SPQR, 32 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::ChunkData;
/// The AES-256 key of one message, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::CipherKey;
/// An encoded Edwards point, 32 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::CompressedPoint;
/// The first counter block of a message in CTR mode, and the nonce of an encrypted header, 16 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::CounterBlock;
/// What one epoch of SPQR agrees on, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::EpochSecret;
/// The fingerprint of one side, 64 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::Fingerprint;
/// HK or NHK, which headers are encrypted under, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::HeaderKey;
/// The CBC initialisation vector of one message, 16 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::Iv;
/// What the first half of an incremental encapsulation leaves for the second, 2080 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::KemEncapsState;
/// m, the random bytes of an encapsulation, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::KemRandom;
/// K, what an encapsulation shares, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::KemSecret;
/// d || z, the random bytes of a key pair of the KEM, 64 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::KemSeed;
/// The HMAC key of one message, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::MacKey;
/// What the keys of one message are expanded from, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::MessageKeySeed;
/// An X25519 private key, 32 bytes, clamped. Secret.
#[doc(inline)]
pub use crate::keys::types::PrivateKey;
/// The u coordinate of an X25519 public key as received, 32 bytes, never reduced. Public.
#[doc(inline)]
pub use crate::keys::types::PublicKey;
/// RK, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::RootKey;
/// The chain key of a sender key, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SenderChainKey;
/// What the keys of one group message are expanded from, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SenderMessageSeed;
/// A SHA-256 digest or HMAC, 32 bytes. Secret if its input is.
#[doc(inline)]
pub use crate::keys::types::Sha256Digest;
/// A SHA-512 digest, 64 bytes. Secret if its input is.
#[doc(inline)]
pub use crate::keys::types::Sha512Digest;
/// The output of an agreement, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SharedSecret;
/// An XEdDSA signature R || s, 64 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::Signature;
/// Z, the 64 random bytes of a signature. Secret.
#[doc(inline)]
pub use crate::keys::types::SignatureRandom;
/// The key that a handshake gives to SPQR, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SparseAuthKey;
/// The key of one direction of one epoch of SPQR, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SparseChainKey;
/// What SPQR adds to the keys of one message, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SparseMessageKey;
/// The root key of the authenticator of SPQR, or of its chains, 32 bytes. Secret.
#[doc(inline)]
pub use crate::keys::types::SparseRootKey;
/// The truncated tag of a message, 8 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::Tag;
/// A UUID, 16 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::Uuid;
/// The output of the VRF, 32 bytes. Public with the signature, from which everybody can compute it.
#[doc(inline)]
pub use crate::keys::types::VrfOutput;
/// A VXEdDSA signature V || h || s, 96 bytes. Public.
#[doc(inline)]
pub use crate::keys::types::VrfSignature;
use crate::primitives::x25519::*;
use crate::primitives::xeddsa::*;
use hacspec_lib::*;

/// First byte of a serialised X25519 public key (`DJB_TYPE` in the deployed form).
pub const KEY_TYPE_X25519: u8 = 5u8;
/// Length of a serialised public key: the type byte and u.
pub const SERIALIZED_KEY_LENGTH: usize = 33;
/// Length of an X25519 key, public (u) or private.
pub const KEY_LENGTH: usize = 32;
/// Length of an XEdDSA signature.
pub const SIGNATURE_LENGTH: usize = 64;
/// Why the bytes of a key or signature were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyError {
    /// No bytes at all: there is no type byte.
    MissingKeyType,
    /// The type byte is not that of X25519.
    BadKeyType,
    /// Fewer than 33 bytes for a public key, or other than 32 for a private key.
    BadKeyLength,
    /// A signature is other than 64 bytes long.
    BadSignatureLength,
    /// The type byte is not that of Kyber-1024, the only KEM enabled.
    BadKemKeyType,
    /// Other than 1569 bytes for a public KEM prekey, or 3169 for a private one.
    BadKemKeyLength,
    /// A KEM ciphertext is other than 1569 bytes long.
    BadKemCiphertextLength,
}

/// IK: the long-term identity key of an account, for agreement and for signatures.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct IdentityKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// SPK: the medium-term key of a responder, signed by its identity key.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SignedPreKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// OPK: a key of a responder for one handshake, unsigned.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct OneTimePreKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// EK: the ephemeral key of an initiator, called base key on the wire.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct BaseKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// A Diffie-Hellman ratchet key (DHs or DHr).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct RatchetKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// The key that signs the messages of a sender to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SenderSigningKey {
    /// The coordinate u.
    pub key: PublicKey,
}

/// The pair of an IK.
#[derive(Clone, Copy)]
pub struct IdentityKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: IdentityKey,
}

/// The pair of an SPK.
#[derive(Clone, Copy)]
pub struct SignedPreKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: SignedPreKey,
}

/// The pair of an OPK.
#[derive(Clone, Copy)]
pub struct OneTimePreKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: OneTimePreKey,
}

/// The pair of an EK.
#[derive(Clone, Copy)]
pub struct BaseKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: BaseKey,
}

/// The pair DHs.
#[derive(Clone, Copy)]
pub struct RatchetKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: RatchetKey,
}

/// The pair of a [`SenderSigningKey`].
#[derive(Clone, Copy)]
pub struct SenderSigningKeyPair {
    /// Secret, clamped.
    pub private: PrivateKey,
    /// The public half.
    pub public: SenderSigningKey,
}

/// Read a serialised public key.
///
/// Standard: X3DH 2.1, `Encode`, inverted. Deployed: bytes after the 33rd are ignored, and u is neither
/// reduced nor checked: its range, curve and order are the business of the agreement.
/// In: at least 33 bytes, 05 first. Out: u, 32 bytes, public.
/// Errors: `MissingKeyType` for no bytes, `BadKeyType`, `BadKeyLength`, in this order.
pub fn parse_public_key(bytes: &Seq<u8>) -> Result<PublicKey, KeyError> {
    if bytes.len() == 0 {
        Err(KeyError::MissingKeyType)
    } else if bytes[0] != KEY_TYPE_X25519 {
        Err(KeyError::BadKeyType)
    } else if bytes.len() < SERIALIZED_KEY_LENGTH {
        Err(KeyError::BadKeyLength)
    } else {
        Ok(PublicKey::from_slice(bytes, 1, KEY_LENGTH))
    }
}

/// Write a public key.
///
/// Standard: X3DH 2.1, `Encode`.
/// In: u. Out: 33 bytes, 05 and u as it was received.
pub fn serialize_public_key(key: PublicKey) -> Seq<u8> {
    let mut out = Seq::<u8>::new(SERIALIZED_KEY_LENGTH);
    out[0] = KEY_TYPE_X25519;
    out.update(1, &key)
}

/// Read a private key; it is clamped again, whatever was stored.
///
/// Standard: RFC 7748 5, `decodeScalar25519`.
/// In: 32 bytes, secret. Out: the clamped key, secret.
/// Errors: `BadKeyLength`.
pub fn parse_private_key(bytes: &ByteSeq) -> Result<PrivateKey, KeyError> {
    if bytes.len() == KEY_LENGTH {
        Ok(clamp(PrivateKey::from_seq(bytes)))
    } else {
        Err(KeyError::BadKeyLength)
    }
}

/// Read a signature.
///
/// Standard: XEdDSA 3, the output `R || s`.
/// In: 64 bytes. Out: the signature, public.
/// Errors: `BadSignatureLength`.
pub fn parse_signature(bytes: &Seq<u8>) -> Result<Signature, KeyError> {
    if bytes.len() == SIGNATURE_LENGTH {
        Ok(Signature::from_seq(bytes))
    } else {
        Err(KeyError::BadSignatureLength)
    }
}

/// Equality of public keys as stored bytes.
///
/// Deployed: two encodings of one point are two keys.
/// In: two keys. Out: whether all 32 bytes agree.
pub fn same_public_key(a: PublicKey, b: PublicKey) -> bool {
    a == b
}

/// The pair of an identity key.
///
/// Standard: X3DH 2.4. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn identity_key_pair(private: PrivateKey) -> IdentityKeyPair {
    let clamped = clamp(private);
    IdentityKeyPair {
        private: clamped,
        public: IdentityKey {
            key: public_key(clamped),
        },
    }
}

/// The pair of a signed prekey.
///
/// Standard: X3DH 2.4. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn signed_prekey_pair(private: PrivateKey) -> SignedPreKeyPair {
    let clamped = clamp(private);
    SignedPreKeyPair {
        private: clamped,
        public: SignedPreKey {
            key: public_key(clamped),
        },
    }
}

/// The pair of a one-time prekey.
///
/// Standard: X3DH 2.4. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn one_time_prekey_pair(private: PrivateKey) -> OneTimePreKeyPair {
    let clamped = clamp(private);
    OneTimePreKeyPair {
        private: clamped,
        public: OneTimePreKey {
            key: public_key(clamped),
        },
    }
}

/// The pair of a base key.
///
/// Standard: X3DH 2.4, 3.3. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn base_key_pair(private: PrivateKey) -> BaseKeyPair {
    let clamped = clamp(private);
    BaseKeyPair {
        private: clamped,
        public: BaseKey {
            key: public_key(clamped),
        },
    }
}

/// `GENERATE_DH()`: the pair of a ratchet key.
///
/// Standard: DR 3.1. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn ratchet_key_pair(private: PrivateKey) -> RatchetKeyPair {
    let clamped = clamp(private);
    RatchetKeyPair {
        private: clamped,
        public: RatchetKey {
            key: public_key(clamped),
        },
    }
}

/// The pair of the signing key of a sender key.
///
/// Deployed only, no public text. In: 32 random bytes, secret. Out: the pair, its private half clamped.
pub fn sender_signing_key_pair(private: PrivateKey) -> SenderSigningKeyPair {
    let clamped = clamp(private);
    SenderSigningKeyPair {
        private: clamped,
        public: SenderSigningKey {
            key: public_key(clamped),
        },
    }
}

/// A signed prekey as the responder's first ratchet key.
///
/// Standard: DR 5.1: SPKB becomes the first ratchet key of Bob.
/// In: the pair of an SPK. Out: the same pair as DHs.
pub fn ratchet_pair_of_signed_prekey(pair: SignedPreKeyPair) -> RatchetKeyPair {
    RatchetKeyPair {
        private: pair.private,
        public: RatchetKey {
            key: pair.public.key,
        },
    }
}

/// The bytes signed to claim a second identity of the same account.
///
/// Deployed only, no public text: ff*32 ‖ `Signal_PNI_Signature` ‖ the other identity key, serialised.
/// In: the other identity. Out: 85 bytes, public.
pub fn alternate_identity_message(other: IdentityKey) -> Seq<u8> {
    let mut prefix = ByteSeq::new(32);
    for i in 0..32 {
        prefix[i] = U8(0xffu8);
    }
    let label = ByteSeq::from_public_slice(b"Signal_PNI_Signature");
    // The prefix and the label are constants: public.
    prefix
        .concat(&label)
        .declassify()
        .concat(&serialize_public_key(other.key))
}

/// Claim a second identity of the same account.
///
/// Deployed only, no public text. In: the claiming identity; the claimed one; 64 random bytes, secret.
/// Out: the signature, public.
pub fn sign_alternate_identity(
    identity: &IdentityKeyPair,
    other: IdentityKey,
    random: &SignatureRandom,
) -> Signature {
    let message = ByteSeq::from_public_seq(&alternate_identity_message(other));
    sign(Form::Deployed, &identity.private, &message, random)
}

/// Check the claim of a second identity.
///
/// Deployed only, no public text. In: the claiming identity; the claimed one; the signature.
/// Out: whether the claim holds.
pub fn verify_alternate_identity(
    identity: IdentityKey,
    other: IdentityKey,
    signature: Signature,
) -> bool {
    let message = ByteSeq::from_public_seq(&alternate_identity_message(other));
    verify(Form::Deployed, identity.key, &message, signature)
}
