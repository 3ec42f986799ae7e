//! The key encapsulation mechanism: ML-KEM, and CRYSTALS-Kyber as deployed.
//!
//! Standard: FIPS 203, sections 6 and 7, algorithms 16 to 21; Kyber, 1.3, algorithms 7 to 9. Randomness is an argument.
//! Called by `handshake` (Kyber-1024) and `ratchet` (ML-KEM-768, in the incremental form of [`incremental`]).
//!
//! Deployed: handshakes use Kyber-1024 of round 3, which is not FIPS 203:
//!
//! | step | Kyber-1024 | ML-KEM |
//! |---|---|---|
//! | key generation | (rho, sigma) = G(d) | (rho, sigma) = G(d ‖ k) |
//! | randomness of an encapsulation | H(m) in place of m | m |
//! | shared secret | J(K ‖ H(c)) | K |
//! | shared secret of a wrong ciphertext | J(J(z ‖ c) ‖ H(c)); the text of round 3 has J(z ‖ H(c)) | J(z ‖ c) |
//! | check of the modulus | none | required |
//!
//! Must stay secret: seeds, randomness, decapsulation keys, shared secrets, and whether a ciphertext was wrong.
pub mod incremental;
pub mod k_pke;
use crate::keys::types::{KemRandom, KemSecret, KemSeed};
use crate::primitives::mlkem::k_pke::encoding::{
    byte_decode_vector, byte_encode_vector, integers, UNCOMPRESSED,
};
use crate::primitives::mlkem::k_pke::{g, k_pke_decrypt, k_pke_encrypt, k_pke_key_gen, Parameters};
use crate::primitives::sha3::{sha3_256, shake256};
use hacspec_lib::*;

/// Bytes of d, z, m, rho, a digest, and a shared secret.
const PART_LEN: usize = 32;

/// Which mechanism.
///
/// Standard: FIPS 203, 8, table 2; Kyber, 1.4, table 1.
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
///
/// Standard: FIPS 203, 7.2 and 7.3, input checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KemError {
    /// An encapsulation key, or a part of one, has not the length of the parameter set.
    BadEncapsulationKeyLength,
    /// A decapsulation key has not the length of the parameter set.
    BadDecapsulationKeyLength,
    /// A ciphertext, or a part of one, has not the length of the parameter set.
    BadCiphertextLength,
    /// A coefficient of an encapsulation key is q or more.
    NotReduced,
}

/// The keys of one owner.
#[derive(Clone, Debug)]
pub struct KeyPair {
    /// ek, 384 k + 32 bytes. Public.
    pub encapsulation_key: Seq<u8>,
    /// dk, 768 k + 96 bytes. Secret.
    pub decapsulation_key: ByteSeq,
}

/// FIPS 203, 8, table 2; Kyber-1024 has the numbers of ML-KEM-1024.
pub(crate) fn parameters(set: ParameterSet) -> Parameters {
    match set {
        ParameterSet::MlKem768 => Parameters {
            k: 3,
            eta1: 2,
            eta2: 2,
            du: 10,
            dv: 4,
        },
        // Kyber1024 and MlKem1024
        _ => Parameters {
            k: 4,
            eta1: 2,
            eta2: 2,
            du: 11,
            dv: 5,
        },
    }
}

/// Length of an encapsulation key.
///
/// Standard: FIPS 203, 8, table 3. Out: 1568 or 1184.
pub fn encapsulation_key_len(set: ParameterSet) -> usize {
    384 * parameters(set).k + PART_LEN
}

/// Length of a decapsulation key.
///
/// Standard: FIPS 203, 8, table 3. Out: 3168 or 2400.
pub fn decapsulation_key_len(set: ParameterSet) -> usize {
    768 * parameters(set).k + 3 * PART_LEN
}

/// Length of a ciphertext.
///
/// Standard: FIPS 203, 8, table 3. Out: 1568 or 1088.
pub fn ciphertext_len(set: ParameterSet) -> usize {
    let p = parameters(set);
    32 * (p.du * p.k + p.dv)
}

/// FIPS 203, 4.1, (4.4): H(s), of public bytes.
pub(crate) fn h(s: &Seq<u8>) -> ByteSeq {
    sha3_256(&ByteSeq::from_public_seq(s))
}

/// FIPS 203, 4.1, (4.4): J(s).
fn j(s: &ByteSeq) -> KemSecret {
    KemSecret::from_seq(&shake256(s, PART_LEN))
}

/// FIPS 203, 5.1, algorithm 13, line 1: what G takes in key generation.
fn key_gen_input(set: ParameterSet, d: &ByteSeq) -> ByteSeq {
    match set {
        // Deployed: d alone (Kyber, 1.2, algorithm 4).
        ParameterSet::Kyber1024 => d.clone(),
        ParameterSet::MlKem1024 => d.push(&U8(4)),
        ParameterSet::MlKem768 => d.push(&U8(3)),
    }
}

/// The message that K-PKE encrypts, from the random bytes m.
fn encapsulated_message(set: ParameterSet, m: &ByteSeq) -> ByteSeq {
    match set {
        // Deployed: H(m) (Kyber, 1.3, algorithm 8).
        ParameterSet::Kyber1024 => sha3_256(m),
        _ => m.clone(),
    }
}

/// The shared secret that belongs to the first half of G.
fn shared_secret(set: ParameterSet, k: &ByteSeq, c: &Seq<u8>) -> KemSecret {
    match set {
        // Deployed: J(K || H(c)) (Kyber, 1.3, algorithm 8).
        ParameterSet::Kyber1024 => j(&k.concat(&h(c))),
        _ => KemSecret::from_seq(k),
    }
}

/// FIPS 203, 6.3, algorithm 18, line 7: what a wrong ciphertext gives.
fn rejection_secret(set: ParameterSet, z: &ByteSeq, c: &Seq<u8>) -> KemSecret {
    match set {
        // Deployed: J(J(z || c) || H(c)), as the deployed library was seen to compute it. Kyber, 1.3, algorithm 9 has
        // J(z || H(c)). Nobody else can compute either.
        ParameterSet::Kyber1024 => {
            let rejected = j(&z.concat(&ByteSeq::from_public_seq(c)));
            j(&ByteSeq::from_seq(&rejected).concat(&h(c)))
        }
        _ => j(&z.concat(&ByteSeq::from_public_seq(c))),
    }
}

/// Whether every coefficient of t-hat is below q.
///
/// Standard: FIPS 203, 7.2, modulus check: ByteEncode_12(ByteDecode_12(t)) = t.
/// In: `t`, 384 k bytes, public. Out: whether it passes.
pub(crate) fn is_reduced(t: &Seq<u8>) -> bool {
    byte_encode_vector(&byte_decode_vector(t, UNCOMPRESSED), UNCOMPRESSED) == *t
}

/// Make a key pair.
///
/// Standard: FIPS 203, 6.1, algorithm 16, ML-KEM.KeyGen_internal(d, z), as 7.1, algorithm 19, calls it.
/// In: `seed`, d || z, 64 fresh random bytes, secret. Out: ek || dk, in a [`KeyPair`].
pub fn key_gen(set: ParameterSet, seed: &KemSeed) -> KeyPair {
    let d = seed.slice(0, PART_LEN);
    let z = seed.slice(PART_LEN, PART_LEN);
    // 1. (ek_PKE, dk_PKE) = K-PKE.KeyGen(d); 2. ek = ek_PKE
    let (ek, dk_pke) = k_pke_key_gen(parameters(set), &key_gen_input(set, &d));
    // 3. dk = dk_PKE || ek || H(ek) || z
    let dk = dk_pke
        .concat(&ByteSeq::from_public_seq(&ek))
        .concat(&h(&ek))
        .concat(&z);
    KeyPair {
        encapsulation_key: ek,
        decapsulation_key: dk,
    }
}

/// Check an encapsulation key.
///
/// Standard: FIPS 203, 7.2, input checks 1 and 2.
/// In: `ek`, any length, public.
/// Errors: `BadEncapsulationKeyLength`; `NotReduced`, of ML-KEM only.
///
/// Deployed: no modulus check for Kyber-1024: 1568 bytes of ff are a key.
pub fn check_encapsulation_key(set: ParameterSet, ek: &Seq<u8>) -> Result<(), KemError> {
    if ek.len() != encapsulation_key_len(set) {
        Err(KemError::BadEncapsulationKeyLength)
    } else if set == ParameterSet::Kyber1024 || is_reduced(&ek.slice(0, ek.len() - PART_LEN)) {
        Ok(())
    } else {
        Err(KemError::NotReduced)
    }
}

/// Encapsulate.
///
/// Standard: FIPS 203, 7.2, algorithm 20, with 6.2, algorithm 17, ML-KEM.Encaps_internal(ek, m).
/// In: `ek`, any length, public; `m`, 32 fresh random bytes, secret. Out: the shared secret K, secret; the ciphertext c,
/// public.
/// Errors: those of [`check_encapsulation_key`].
pub fn encaps(
    set: ParameterSet,
    ek: &Seq<u8>,
    m: &KemRandom,
) -> Result<(KemSecret, Seq<u8>), KemError> {
    let () = check_encapsulation_key(set, ek)?;
    let message = encapsulated_message(set, &ByteSeq::from_seq(m));
    // 1. (K, r) = G(m || H(ek))
    let (k, r) = g(&message.concat(&h(ek)));
    // 2. c = K-PKE.Encrypt(ek, m, r)
    let c = k_pke_encrypt(parameters(set), ek, &message, &r);
    // 3. return (K, c)
    Ok((shared_secret(set, &k, &c), c))
}

/// FIPS 203, 6.3, algorithm 18, ML-KEM.Decaps_internal(dk, c), of right lengths.
fn decaps_internal(set: ParameterSet, dk: &ByteSeq, c: &Seq<u8>) -> KemSecret {
    let p = parameters(set);
    // 1. dk_PKE = dk[0 : 384k]; 2. ek_PKE = dk[384k : 768k + 32]; it is public
    let dk_pke = dk.slice(0, 384 * p.k);
    let ek = integers(&dk.slice(384 * p.k, encapsulation_key_len(set)));
    // 3. h = dk[768k + 32 : 768k + 64]; 4. z = dk[768k + 64 : 768k + 96]
    let h = dk.slice(768 * p.k + PART_LEN, PART_LEN);
    let z = dk.slice(768 * p.k + 2 * PART_LEN, PART_LEN);
    // 5. m' = K-PKE.Decrypt(dk_PKE, c)
    let m = k_pke_decrypt(p, &dk_pke, c);
    // 6. (K', r') = G(m' || h)
    let (k, r) = g(&m.concat(&h));
    // 8. c' = K-PKE.Encrypt(ek_PKE, m', r')
    let c_again = k_pke_encrypt(p, &ek, &m, &r);
    // 9. if c /= c' then 10. K' = J(z || c), line 7. Which it was must stay secret: an implementation does not branch.
    if *c == c_again {
        shared_secret(set, &k, c)
    } else {
        rejection_secret(set, &z, c)
    }
}

/// Decapsulate.
///
/// Standard: FIPS 203, 7.3, algorithm 21, with the input checks 1 and 2 (lengths).
/// In: `dk`, any length, secret; `c`, any length, public. Out: the shared secret; of a wrong ciphertext one that nobody
/// else can compute.
/// Errors: `BadDecapsulationKeyLength` before `BadCiphertextLength`.
///
/// Deployed: the hash check, 3, is left out: `dk` comes from `key_gen` of the same owner and from its own store.
pub fn decaps(set: ParameterSet, dk: &ByteSeq, c: &Seq<u8>) -> Result<KemSecret, KemError> {
    if dk.len() != decapsulation_key_len(set) {
        Err(KemError::BadDecapsulationKeyLength)
    } else if c.len() != ciphertext_len(set) {
        Err(KemError::BadCiphertextLength)
    } else {
        Ok(decaps_internal(set, dk, c))
    }
}
