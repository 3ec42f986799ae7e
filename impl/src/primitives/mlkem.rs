//! The key encapsulation mechanism: ML-KEM, and CRYSTALS-Kyber as deployed, by the crate `libcrux-ml-kem`.
//!
//! Which part: FIPS 203, 6 and 7; Kyber, 1.3. What sets Kyber-1024 apart from ML-KEM stands in the spec. Called by
//! `handshake` (Kyber-1024) and `ratchet` (ML-KEM-768, in the incremental form of [`incremental`]). Secret: seeds,
//! randomness, decapsulation keys, shared secrets, and whether a ciphertext was wrong.
pub mod incremental;

use crate::ct::wipe;
use crate::keys::types::{KemRandom, KemSecret, KemSeed};
use core::ops::IndexMut;
use libcrux_ml_kem::{
    kyber1024, mlkem1024, mlkem768, MlKemCiphertext, MlKemKeyPair, MlKemPrivateKey, MlKemPublicKey,
    MlKemSharedSecret,
};
use thiserror::Error;
use zeroize::Zeroizing;

const KYBER_1024_EK: usize = encapsulation_key_len(ParameterSet::Kyber1024);
const KYBER_1024_DK: usize = decapsulation_key_len(ParameterSet::Kyber1024);
const KYBER_1024_C: usize = ciphertext_len(ParameterSet::Kyber1024);

/// Which mechanism.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterSet {
    /// CRYSTALS-Kyber round 3 with k = 4. The KEM of handshakes.
    Kyber1024,
    /// ML-KEM with k = 4.
    MlKem1024,
    /// ML-KEM with k = 3. The KEM of the ratchet.
    MlKem768,
}

/// Why an input was refused. A ciphertext of the right length never is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum KemError {
    /// An encapsulation key, or a part of one, has not the length of the parameter set.
    #[error("wrong length of an encapsulation key")]
    BadEncapsulationKeyLength,
    /// A decapsulation key has not the length of the parameter set.
    #[error("wrong length of a decapsulation key")]
    BadDecapsulationKeyLength,
    /// A ciphertext, or a part of one, has not the length of the parameter set.
    #[error("wrong length of a KEM ciphertext")]
    BadCiphertextLength,
    /// A coefficient of an encapsulation key is q or more.
    #[error("an encapsulation key is not reduced")]
    NotReduced,
}

/// The keys of one owner.
pub struct KeyPair {
    /// ek, 1568 or 1184 bytes. Public.
    pub encapsulation_key: Vec<u8>,
    /// dk, 3168 or 2400 bytes. Secret.
    pub decapsulation_key: Zeroizing<Vec<u8>>,
}

/// Mirror of `spec::primitives::mlkem::encapsulation_key_len`.
///
/// Out: 1568 or 1184.
#[must_use]
pub const fn encapsulation_key_len(set: ParameterSet) -> usize {
    match set {
        ParameterSet::Kyber1024 | ParameterSet::MlKem1024 => 1568,
        ParameterSet::MlKem768 => 1184,
    }
}

/// Mirror of `spec::primitives::mlkem::decapsulation_key_len`.
///
/// Out: 3168 or 2400.
#[must_use]
pub const fn decapsulation_key_len(set: ParameterSet) -> usize {
    match set {
        ParameterSet::Kyber1024 | ParameterSet::MlKem1024 => 3168,
        ParameterSet::MlKem768 => 2400,
    }
}

/// Mirror of `spec::primitives::mlkem::ciphertext_len`.
///
/// Out: 1568 or 1088.
#[must_use]
pub const fn ciphertext_len(set: ParameterSet) -> usize {
    match set {
        ParameterSet::Kyber1024 | ParameterSet::MlKem1024 => 1568,
        ParameterSet::MlKem768 => 1088,
    }
}

/// Mirror of `spec::primitives::mlkem::key_gen`.
///
/// In: d || z, 64 fresh random bytes, secret. Out: ek || dk, in a [`KeyPair`].
#[must_use]
pub fn key_gen(set: ParameterSet, seed: &KemSeed) -> KeyPair {
    let seed = *seed.as_bytes();
    match set {
        ParameterSet::Kyber1024 => own_pair(kyber1024::generate_key_pair(seed)),
        ParameterSet::MlKem1024 => own_pair(mlkem1024::generate_key_pair(seed)),
        ParameterSet::MlKem768 => own_pair(mlkem768::generate_key_pair(seed)),
    }
}

/// Mirror of `spec::primitives::mlkem::check_encapsulation_key`.
///
/// In: any bytes, public.
/// Errors: `BadEncapsulationKeyLength`; `NotReduced`, of ML-KEM only.
pub fn check_encapsulation_key(set: ParameterSet, ek: &[u8]) -> Result<(), KemError> {
    let reduced = match set {
        // Deployed: no modulus check.
        ParameterSet::Kyber1024 => {
            let _: MlKemPublicKey<KYBER_1024_EK> = encapsulation_key(ek)?;
            true
        }
        ParameterSet::MlKem1024 => mlkem1024::validate_public_key(&encapsulation_key(ek)?),
        ParameterSet::MlKem768 => mlkem768::validate_public_key(&encapsulation_key(ek)?),
    };
    if reduced {
        Ok(())
    } else {
        Err(KemError::NotReduced)
    }
}

/// Mirror of `spec::primitives::mlkem::encaps`.
///
/// In: ek, any length, public; m, 32 fresh random bytes, secret. Out: the shared secret K, secret; the ciphertext c,
/// public.
/// Errors: those of [`check_encapsulation_key`].
pub fn encaps(
    set: ParameterSet,
    ek: &[u8],
    m: &KemRandom,
) -> Result<(KemSecret, Vec<u8>), KemError> {
    check_encapsulation_key(set, ek)?;
    let m = *m.as_bytes();
    Ok(match set {
        ParameterSet::Kyber1024 => own(kyber1024::encapsulate(&encapsulation_key(ek)?, m)),
        ParameterSet::MlKem1024 => own(mlkem1024::encapsulate(&encapsulation_key(ek)?, m)),
        ParameterSet::MlKem768 => own(mlkem768::encapsulate(&encapsulation_key(ek)?, m)),
    })
}

/// Mirror of `spec::primitives::mlkem::decaps`.
///
/// In: dk, any length, secret; c, any length, public. Out: the shared secret; of a wrong ciphertext one that nobody else
/// can compute.
/// Errors: `BadDecapsulationKeyLength` before `BadCiphertextLength`.
pub fn decaps(set: ParameterSet, dk: &[u8], c: &[u8]) -> Result<KemSecret, KemError> {
    match set {
        ParameterSet::Kyber1024 => decaps_by(kyber1024::decapsulate, dk, c),
        ParameterSet::MlKem1024 => decaps_by(mlkem1024::decapsulate, dk, c),
        ParameterSet::MlKem768 => decaps_by(mlkem768::decapsulate, dk, c),
    }
}

/// [`key_gen`] of Kyber-1024: dk, which has ek inside.
pub(crate) fn kyber_1024_key_gen(seed: &KemSeed) -> Box<Zeroizing<[u8; KYBER_1024_DK]>> {
    let (mut pair, _) = kyber1024::generate_key_pair(*seed.as_bytes()).into_parts();
    let mut dk = Box::new(Zeroizing::new([0; KYBER_1024_DK]));
    dk.copy_from_slice(pair.as_slice());
    wipe(pair.index_mut(..KYBER_1024_DK));
    dk
}

/// [`encaps`] of Kyber-1024, which refuses no key of the right length.
pub(crate) fn kyber_1024_encaps(
    ek: &[u8; KYBER_1024_EK],
    m: &KemRandom,
) -> (KemSecret, Box<[u8; KYBER_1024_C]>) {
    let (c, shared) = kyber1024::encapsulate(&MlKemPublicKey::from(ek), *m.as_bytes());
    (KemSecret::from_bytes(shared), Box::new(*c.as_slice()))
}

/// [`decaps`] of Kyber-1024, of right lengths.
pub(crate) fn kyber_1024_decaps(dk: &[u8; KYBER_1024_DK], c: &[u8; KYBER_1024_C]) -> KemSecret {
    decaps_with(kyber1024::decapsulate, dk, c)
}

/// Decapsulate with a function of the library. Errors: `BadDecapsulationKeyLength`, then `BadCiphertextLength`.
fn decaps_by<const DK: usize, const C: usize>(
    decapsulate: fn(&MlKemPrivateKey<DK>, &MlKemCiphertext<C>) -> MlKemSharedSecret,
    dk: &[u8],
    c: &[u8],
) -> Result<KemSecret, KemError> {
    let key: &[u8; DK] = dk
        .try_into()
        .map_err(|_| KemError::BadDecapsulationKeyLength)?;
    let c = c.try_into().map_err(|_| KemError::BadCiphertextLength)?;
    Ok(decaps_with(decapsulate, key, c))
}

/// Decapsulate with a function of the library, whose copy of the key is wiped.
fn decaps_with<const DK: usize, const C: usize>(
    decapsulate: fn(&MlKemPrivateKey<DK>, &MlKemCiphertext<C>) -> MlKemSharedSecret,
    dk: &[u8; DK],
    c: &[u8; C],
) -> KemSecret {
    let mut key = MlKemPrivateKey::from(dk);
    let shared = decapsulate(&key, &MlKemCiphertext::from(c));
    wipe(key.index_mut(..DK));
    KemSecret::from_bytes(shared)
}

/// An encapsulation key as the library has it. Errors: `BadEncapsulationKeyLength`.
fn encapsulation_key<const N: usize>(ek: &[u8]) -> Result<MlKemPublicKey<N>, KemError> {
    ek.try_into()
        .map_err(|_| KemError::BadEncapsulationKeyLength)
}

/// A pair of the library as our own; its secret half is wiped.
fn own_pair<const DK: usize, const EK: usize>(pair: MlKemKeyPair<DK, EK>) -> KeyPair {
    let (mut dk, ek) = pair.into_parts();
    let own = KeyPair {
        encapsulation_key: ek.as_slice().to_vec(),
        decapsulation_key: Zeroizing::new(dk.as_slice().to_vec()),
    };
    wipe(dk.index_mut(..DK));
    own
}

/// What an encapsulation of the library gives, as our own.
fn own<const C: usize>(
    (c, shared): (MlKemCiphertext<C>, MlKemSharedSecret),
) -> (KemSecret, Vec<u8>) {
    (KemSecret::from_bytes(shared), c.as_slice().to_vec())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::prekey_message::parse_prekey_message;
    use serde_json::Value;

    const SETS: [ParameterSet; 3] = [
        ParameterSet::Kyber1024,
        ParameterSet::MlKem1024,
        ParameterSet::MlKem768,
    ];

    pub(super) fn recorded(name: &str) -> Option<Value> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol");
        if let Ok(text) = std::fs::read_to_string(path.join(name)) {
            Some(serde_json::from_str(&text).unwrap())
        } else {
            println!("SKIPPED: no recordings at {}", path.join(name).display());
            None
        }
    }

    pub(super) fn bytes(value: &Value) -> Vec<u8> {
        hex::decode(value.as_str().unwrap()).unwrap()
    }

    fn pair_of(set: ParameterSet) -> KeyPair {
        key_gen(set, &KemSeed::from_bytes([7; 64]))
    }

    #[test]
    fn both_sides_share_a_secret_and_a_flipped_bit_gives_another_one() {
        for set in SETS {
            let (pair, m) = (pair_of(set), KemRandom::from_bytes([9; 32]));
            let (shared, mut c) = encaps(set, &pair.encapsulation_key, &m).unwrap();
            let opened = |c: &[u8]| *decaps(set, &pair.decapsulation_key, c).unwrap().as_bytes();
            assert_eq!(opened(&c), *shared.as_bytes());
            for i in [0, c.len() / 2, c.len() - 1] {
                c[i] ^= 1;
                assert_ne!(opened(&c), *shared.as_bytes(), "{set:?} {i}");
                c[i] ^= 1;
            }
        }
    }

    #[test]
    fn wrong_length_is_refused() {
        for set in SETS {
            let (pair, m) = (pair_of(set), KemRandom::from_bytes([1; 32]));
            let (dk, c) = (&pair.decapsulation_key, vec![0; ciphertext_len(set)]);
            assert_eq!(dk.len(), decapsulation_key_len(set));
            let length = encapsulation_key_len(set);
            for length in [0, length - 1, length + 1] {
                let refused = encaps(set, &vec![0; length], &m).err();
                assert_eq!(refused, Some(KemError::BadEncapsulationKeyLength));
            }
            for length in [0, c.len() - 1, c.len() + 1] {
                let refused = decaps(set, dk, &vec![0; length]).err();
                assert_eq!(refused, Some(KemError::BadCiphertextLength));
            }
            let refused = decaps(set, &dk[1..], &[]).err();
            assert_eq!(refused, Some(KemError::BadDecapsulationKeyLength));
        }
    }

    #[test]
    fn modulus_is_checked_for_ml_kem_only() {
        for set in SETS {
            let ones = vec![0xff; encapsulation_key_len(set)];
            let kyber = set == ParameterSet::Kyber1024;
            let expected = if kyber {
                Ok(())
            } else {
                Err(KemError::NotReduced)
            };
            assert_eq!(check_encapsulation_key(set, &ones), expected);
            let m = KemRandom::from_bytes([4; 32]);
            assert_eq!(encaps(set, &ones, &m).is_ok(), kyber);
            // The first coefficient is q - 1, then q: 0xd00 and 0xd01.
            let mut key = pair_of(set).encapsulation_key;
            (key[0], key[1]) = (0x00, key[1] & 0xf0 | 0x0d);
            assert_eq!(check_encapsulation_key(set, &key), Ok(()));
            key[0] = 0x01;
            assert_eq!(check_encapsulation_key(set, &key), expected);
        }
    }

    #[test]
    fn recorded_handshakes_give_the_recorded_secret() {
        let Some(all) = recorded("known-answers.json") else {
            return;
        };
        let mut seen = 0;
        for conversation in all["conversations"].as_array().unwrap() {
            let events = conversation["events"].as_array().unwrap();
            let keys: Vec<Vec<u8>> = events
                .iter()
                .filter(|event| event["private"]["kem_secret_key"].is_string())
                .map(|event| bytes(&event["private"]["kem_secret_key"]))
                .collect();
            for event in events {
                let Some(expected) = event["handshake"]["kem_shared_secret"].as_str() else {
                    continue;
                };
                let sent = |other: &&Value| other["op"] == "send" && other["id"] == event["id"];
                let message = bytes(&events.iter().find(sent).unwrap()["ciphertext"]);
                let kem = parse_prekey_message(&message)
                    .unwrap()
                    .envelope
                    .kem
                    .unwrap();
                let opened = |key: &Vec<u8>| {
                    let opened = decaps(ParameterSet::Kyber1024, &key[1..], &kem.ciphertext[1..]);
                    hex::encode(opened.unwrap().as_bytes()) == expected
                };
                assert!(keys.iter().any(opened), "{}", event["id"]);
                seen += 1;
            }
        }
        assert!(seen > 0, "no handshake was found in the recordings");
    }
}
