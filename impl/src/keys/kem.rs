//! The prekey of the KEM: its types, and the serialised form of keys and ciphertexts.
//!
//! Which part: `EncodeKEM` and `DecodeKEM` of PQXDH 2.1. Who calls it: `handshake`, `session`, and applications that keep
//! prekeys. Secret: the private half of a [`KemPreKeyPair`].
use crate::keys::{KemSeed, KeyError};
use crate::primitives::mlkem::kyber_1024_key_gen;
use core::fmt;
use zeroize::Zeroizing;

/// First byte of a serialised Kyber-1024 key or ciphertext.
pub const KEY_TYPE_KYBER_1024: u8 = 8;
/// Length of a serialised KEM prekey: the type byte and the encapsulation key.
pub const KEM_KEY_LENGTH: usize = 1569;
/// Length of a serialised KEM ciphertext: the type byte and the ciphertext.
pub const KEM_CIPHERTEXT_LENGTH: usize = 1569;

/// Lengths without the type byte.
pub(crate) const ENCAPSULATION_KEY_LENGTH: usize = KEM_KEY_LENGTH - 1;
pub(crate) const CIPHERTEXT_LENGTH: usize = KEM_CIPHERTEXT_LENGTH - 1;
const DECAPSULATION_KEY_LENGTH: usize = 3168;
/// Where the public half stands in a decapsulation key.
const PUBLIC_START: usize = 1536;
/// How much of a key `Debug` shows.
const SHOWN: usize = 8;

/// PQPK: a key of a responder for encapsulation, signed by its identity key; of one use, or of last resort.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct KemPreKey {
    /// The encapsulation key, public.
    pub key: Box<[u8; ENCAPSULATION_KEY_LENGTH]>,
}

/// The pair of a PQPK.
pub struct KemPreKeyPair {
    /// The public half.
    pub public: KemPreKey,
    /// The decapsulation key, secret.
    pub(crate) decapsulation_key: Box<Zeroizing<[u8; DECAPSULATION_KEY_LENGTH]>>,
}

impl fmt::Debug for KemPreKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KemPreKey(")?;
        let mut shown = self.key.iter().take(SHOWN);
        shown.try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_str("..)")
    }
}

/// Mirror of `spec::keys::kem::parse_kem_public_key`.
///
/// In: 1569 bytes, 08 first. Out: the prekey, public.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemKeyLength`, in this order.
pub fn parse_kem_public_key(bytes: &[u8]) -> Result<KemPreKey, KeyError> {
    let key = after_type(bytes)?
        .try_into()
        .map_err(|_| KeyError::BadKemKeyLength)?;
    Ok(KemPreKey { key: Box::new(key) })
}

/// Mirror of `spec::keys::kem::serialize_kem_public_key`.
///
/// In: the prekey. Out: 08 and the encapsulation key.
#[must_use]
pub fn serialize_kem_public_key(prekey: &KemPreKey) -> [u8; KEM_KEY_LENGTH] {
    with_type(&prekey.key)
}

/// Mirror of `spec::keys::kem::parse_kem_secret_key`.
///
/// In: 3169 bytes, 08 first, secret. Out: the pair; the public half is inside.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemKeyLength`, in this order.
pub fn parse_kem_secret_key(bytes: &[u8]) -> Result<KemPreKeyPair, KeyError> {
    let key: &[u8; DECAPSULATION_KEY_LENGTH] = after_type(bytes)?
        .try_into()
        .map_err(|_| KeyError::BadKemKeyLength)?;
    let mut decapsulation_key = Box::new(Zeroizing::new([0; DECAPSULATION_KEY_LENGTH]));
    decapsulation_key.copy_from_slice(key);
    Ok(pair_of(decapsulation_key))
}

/// Mirror of `spec::keys::kem::serialize_kem_secret_key`.
///
/// In: the pair. Out: 3169 bytes, 08 and the decapsulation key, secret.
#[must_use]
pub fn serialize_kem_secret_key(pair: &KemPreKeyPair) -> Zeroizing<Vec<u8>> {
    let key = pair.decapsulation_key.as_slice();
    Zeroizing::new([&[KEY_TYPE_KYBER_1024], key].concat())
}

/// Mirror of `spec::keys::kem::parse_kem_ciphertext`.
/// Faster: the ciphertext is borrowed.
///
/// In: 1569 bytes, 08 first. Out: the ciphertext, public.
/// Errors: `MissingKeyType` for no bytes, `BadKemKeyType`, `BadKemCiphertextLength`, in this order.
pub fn parse_kem_ciphertext(bytes: &[u8]) -> Result<&[u8; CIPHERTEXT_LENGTH], KeyError> {
    after_type(bytes)?
        .try_into()
        .map_err(|_| KeyError::BadKemCiphertextLength)
}

/// Mirror of `spec::keys::kem::serialize_kem_ciphertext`.
///
/// In: the ciphertext. Out: 08 and the ciphertext.
#[must_use]
pub fn serialize_kem_ciphertext(
    ciphertext: &[u8; CIPHERTEXT_LENGTH],
) -> [u8; KEM_CIPHERTEXT_LENGTH] {
    with_type(ciphertext)
}

/// Mirror of `spec::keys::kem::kem_prekey_pair`.
///
/// In: 64 random bytes, secret. Out: the pair.
#[must_use]
#[allow(clippy::needless_pass_by_value)] // used once, then gone
pub fn kem_prekey_pair(seed: KemSeed) -> KemPreKeyPair {
    pair_of(kyber_1024_key_gen(&seed))
}

/// What follows the type byte. Errors: `MissingKeyType`, `BadKemKeyType`.
fn after_type(bytes: &[u8]) -> Result<&[u8], KeyError> {
    match bytes.split_first() {
        Some((&KEY_TYPE_KYBER_1024, rest)) => Ok(rest),
        Some(_) => Err(KeyError::BadKemKeyType),
        None => Err(KeyError::MissingKeyType),
    }
}

/// The type byte and what follows it. Keys and ciphertexts have one length.
fn with_type(bytes: &[u8; ENCAPSULATION_KEY_LENGTH]) -> [u8; KEM_KEY_LENGTH] {
    let mut out = [KEY_TYPE_KYBER_1024; KEM_KEY_LENGTH];
    let [_, rest @ ..] = &mut out;
    *rest = *bytes;
    out
}

/// A pair from its secret half.
fn pair_of(decapsulation_key: Box<Zeroizing<[u8; DECAPSULATION_KEY_LENGTH]>>) -> KemPreKeyPair {
    let mut key = Box::new([0; ENCAPSULATION_KEY_LENGTH]);
    let dk: &[u8; DECAPSULATION_KEY_LENGTH] = &decapsulation_key;
    key.copy_from_slice(&dk[PUBLIC_START..PUBLIC_START + ENCAPSULATION_KEY_LENGTH]);
    KemPreKeyPair {
        public: KemPreKey { key },
        decapsulation_key,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_and_ciphertexts_come_back_as_they_were() {
        let pair = kem_prekey_pair(KemSeed::from_bytes([5; 64]));
        let public = serialize_kem_public_key(&pair.public);
        assert_eq!(parse_kem_public_key(&public), Ok(pair.public.clone()));
        let secret = serialize_kem_secret_key(&pair);
        assert_eq!(secret.len(), 1 + DECAPSULATION_KEY_LENGTH);
        let again = parse_kem_secret_key(&secret).unwrap();
        assert_eq!(again.public, pair.public);
        assert_eq!(*serialize_kem_secret_key(&again), *secret);
        let ciphertext = [7; CIPHERTEXT_LENGTH];
        let bytes = serialize_kem_ciphertext(&ciphertext);
        assert_eq!(parse_kem_ciphertext(&bytes), Ok(&ciphertext));
    }

    #[test]
    fn type_comes_before_length() {
        let secret = |bytes: &[u8]| parse_kem_secret_key(bytes).err();
        let public = |bytes: &[u8]| parse_kem_public_key(bytes).err();
        let ciphertext = |bytes: &[u8]| parse_kem_ciphertext(bytes).err();
        let all = |bytes: &[u8]| [secret(bytes), public(bytes), ciphertext(bytes)];
        assert_eq!(all(&[]), [Some(KeyError::MissingKeyType); 3]);
        for first in [0, 5, 7, 9, 10] {
            let bytes = [first; KEM_KEY_LENGTH];
            assert_eq!(all(&bytes), [Some(KeyError::BadKemKeyType); 3]);
        }
        let length = Some(KeyError::BadKemKeyLength);
        let of_ciphertext = Some(KeyError::BadKemCiphertextLength);
        for bytes in [
            &[8; 1][..],
            &[8; KEM_KEY_LENGTH - 1],
            &[8; KEM_KEY_LENGTH + 1],
        ] {
            assert_eq!(all(bytes), [length, length, of_ciphertext]);
        }
        assert_eq!(all(&[8; KEM_KEY_LENGTH]), [length, None, None]);
        assert_eq!(all(&[8; 3169]), [None, length, of_ciphertext]);
    }

    #[test]
    fn debug_shows_the_beginning_of_a_public_key() {
        let key = Box::new([0xa5; ENCAPSULATION_KEY_LENGTH]);
        let shown = format!("{:?}", KemPreKey { key });
        assert_eq!(shown, "KemPreKey(a5a5a5a5a5a5a5a5..)");
    }
}
