//! The prekey of the KEM: its types, and the serialised form of keys and ciphertexts.
//!
//! Which part: `EncodeKEM` and `DecodeKEM` of PQXDH 2.1. Who calls it: `handshake`, `session`, and applications that keep
//! prekeys. Secret: the private half of a [`KemPreKeyPair`].
//!
//! Deployed: a type byte stands first. 08 is CRYSTALS-Kyber-1024 of round 3, the only KEM enabled; 07 (Kyber-768) and 0a
//! (ML-KEM-1024) are refused like every other byte.
use crate::keys::*;
use crate::primitives::mlkem::{key_gen, ParameterSet};
use hacspec_lib::*;

/// First byte of a serialised Kyber-1024 key or ciphertext.
pub const KEY_TYPE_KYBER_1024: u8 = 8u8;
/// Length of a serialised KEM prekey: the type byte and the encapsulation key.
pub const KEM_KEY_LENGTH: usize = 1569;
/// Length of a serialised KEM ciphertext: the type byte and the ciphertext.
pub const KEM_CIPHERTEXT_LENGTH: usize = 1569;

// Length of a serialised private KEM prekey, and where the public half stands in it.
const KEM_SECRET_KEY_LENGTH: usize = 3169;
const KEM_PUBLIC_START: usize = 1537;

/// PQPK: a key of a responder for encapsulation, signed by its identity key; of one use, or of last resort.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct KemPreKey {
    /// The encapsulation key, 1568 bytes, public.
    pub key: Seq<u8>,
}

/// The pair of a PQPK.
#[derive(Clone)]
pub struct KemPreKeyPair {
    /// The public half.
    pub public: KemPreKey,
    /// The decapsulation key, 3168 bytes, secret.
    pub decapsulation_key: ByteSeq,
}

/// Check the type byte of a KEM key or ciphertext. Errors: `MissingKeyType`, `BadKemKeyType`.
fn check_kem_type(bytes: &Seq<u8>) -> Result<(), KeyError> {
    if bytes.len() == 0 {
        Err(KeyError::MissingKeyType)
    } else if bytes[0] == KEY_TYPE_KYBER_1024 {
        Ok(())
    } else {
        Err(KeyError::BadKemKeyType)
    }
}

/// The type byte and what follows it.
fn with_kem_type(bytes: &Seq<u8>) -> Seq<u8> {
    let mut out = Seq::<u8>::new(1);
    out[0] = KEY_TYPE_KYBER_1024;
    out.concat(bytes)
}

/// Read a serialised public KEM prekey.
///
/// Standard: PQXDH 2.1, `DecodeKEM`. Deployed: the length is exact, and no coefficient is checked against q.
/// In: 1569 bytes, 08 first. Out: the prekey, public.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemKeyLength`, in this order.
pub fn parse_kem_public_key(bytes: &Seq<u8>) -> Result<KemPreKey, KeyError> {
    let () = check_kem_type(bytes)?;
    if bytes.len() == KEM_KEY_LENGTH {
        let key = bytes.slice(1, KEM_KEY_LENGTH - 1);
        Ok(KemPreKey { key })
    } else {
        Err(KeyError::BadKemKeyLength)
    }
}

/// Write a public KEM prekey.
///
/// Standard: PQXDH 2.1, `EncodeKEM`.
/// In: the prekey. Out: 1569 bytes, 08 and the encapsulation key.
pub fn serialize_kem_public_key(prekey: &KemPreKey) -> Seq<u8> {
    with_kem_type(&prekey.key)
}

/// The pair in a serialised private KEM prekey of a known type. Errors: `BadKemKeyLength`.
fn pair_of_secret_key(bytes: &ByteSeq) -> Result<KemPreKeyPair, KeyError> {
    if bytes.len() == KEM_SECRET_KEY_LENGTH {
        // The encapsulation key inside is public.
        let key = bytes
            .slice(KEM_PUBLIC_START, KEM_KEY_LENGTH - 1)
            .declassify();
        Ok(KemPreKeyPair {
            public: KemPreKey { key },
            decapsulation_key: bytes.slice(1, KEM_SECRET_KEY_LENGTH - 1),
        })
    } else {
        Err(KeyError::BadKemKeyLength)
    }
}

/// Read a serialised private KEM prekey; the public half is inside.
///
/// Standard: FIPS 203, 6.1, algorithm 16, line 3, for what follows the type byte.
/// In: 3169 bytes, 08 first, secret. Out: the pair.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemKeyLength`, in this order.
pub fn parse_kem_secret_key(bytes: &ByteSeq) -> Result<KemPreKeyPair, KeyError> {
    if bytes.len() == 0 {
        Err(KeyError::MissingKeyType)
    } else {
        // The type byte is not secret.
        let () = check_kem_type(&bytes.slice(0, 1).declassify())?;
        pair_of_secret_key(bytes)
    }
}

/// Write a private KEM prekey.
///
/// In: the pair. Out: 3169 bytes, 08 and the decapsulation key, secret.
pub fn serialize_kem_secret_key(pair: &KemPreKeyPair) -> ByteSeq {
    let mut out = ByteSeq::new(1);
    out[0] = U8(KEY_TYPE_KYBER_1024);
    out.concat(&pair.decapsulation_key)
}

/// Read a serialised KEM ciphertext.
///
/// Deployed: one that is well-formed but wrong is no error here: it gives another secret.
/// In: 1569 bytes, 08 first. Out: the ciphertext, 1568 bytes, public.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemCiphertextLength`, in this order.
pub fn parse_kem_ciphertext(bytes: &Seq<u8>) -> Result<Seq<u8>, KeyError> {
    let () = check_kem_type(bytes)?;
    if bytes.len() == KEM_CIPHERTEXT_LENGTH {
        Ok(bytes.slice(1, KEM_CIPHERTEXT_LENGTH - 1))
    } else {
        Err(KeyError::BadKemCiphertextLength)
    }
}

/// Write a KEM ciphertext.
///
/// In: the ciphertext, 1568 bytes. Out: 1569 bytes, 08 and the ciphertext.
pub fn serialize_kem_ciphertext(ciphertext: &Seq<u8>) -> Seq<u8> {
    with_kem_type(ciphertext)
}

/// The pair of a KEM prekey: Kyber-1024 of round 3.
///
/// Standard: PQXDH 3.2. In: 64 random bytes, secret. Out: the pair.
pub fn kem_prekey_pair(seed: KemSeed) -> KemPreKeyPair {
    let pair = key_gen(ParameterSet::Kyber1024, &seed);
    KemPreKeyPair {
        public: KemPreKey {
            key: pair.encapsulation_key,
        },
        decapsulation_key: pair.decapsulation_key,
    }
}
