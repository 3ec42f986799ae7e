//! ML-KEM-768 in pieces: a header that suffices to begin an encapsulation, and a ciphertext in two halves.
//!
//! Which part: FIPS 203, whose inputs and outputs are cut as the ML-KEM Braid protocol needs them; the table of the pieces
//! stands in the spec. Called by `ratchet`. Secret: as in `mlkem`, and the state.
use crate::ct::mask_equal;
use crate::keys::types::{KemEncapsState, KemRandom, KemSecret, KemSeed};
use crate::primitives::mlkem::KemError;
use libcrux_ml_kem::mlkem768::incremental::{
    decapsulate_compressed_key, encapsulate1, encapsulate2, generate_key_pair_compressed,
    validate_pk_bytes, Ciphertext1, Ciphertext2,
};
use zeroize::Zeroizing;

/// Bytes of a header, rho ‖ H(ek).
pub const HEADER_LEN: usize = 64;
/// Bytes of a vector: t-hat, three polynomials of 12 bits per coefficient.
pub const VECTOR_LEN: usize = 1152;
/// Bytes of the first half of a ciphertext: u, 10 bits per coefficient.
pub const CIPHERTEXT1_LEN: usize = 960;
/// Bytes of the second half of a ciphertext: v, 4 bits per coefficient.
pub const CIPHERTEXT2_LEN: usize = 128;
/// Bytes of dk.
const DECAPSULATION_KEY_LEN: usize = 2400;
/// Numbers of 16 bits in y-hat, and in e2 after it.
const Y_HAT_WORDS: usize = 768;
const E2_WORDS: usize = 256;
const Q: u32 = 3329;

/// The keys of one owner, in pieces.
pub struct IncrementalKeyPair {
    /// rho ‖ H(ek). Public.
    pub header: [u8; HEADER_LEN],
    /// t-hat encoded. Public.
    pub vector: [u8; VECTOR_LEN],
    /// dk, as FIPS 203 has it. Secret.
    pub decapsulation_key: Box<Zeroizing<[u8; DECAPSULATION_KEY_LEN]>>,
}

/// What the first half of an encapsulation gives.
pub struct FirstHalf {
    /// c1. Public.
    pub ciphertext1: [u8; CIPHERTEXT1_LEN],
    /// K. Secret.
    pub shared_secret: KemSecret,
    /// What [`encaps2`] needs. Secret.
    pub state: Box<KemEncapsState>,
}

/// Mirror of `spec::primitives::mlkem::incremental::generate`.
///
/// In: d || z, 64 fresh random bytes, secret. Out: header, vector and dk.
#[must_use]
pub fn generate(seed: &KemSeed) -> IncrementalKeyPair {
    let mut pair = IncrementalKeyPair {
        header: [0; HEADER_LEN],
        vector: [0; VECTOR_LEN],
        decapsulation_key: Box::new(Zeroizing::new([0; DECAPSULATION_KEY_LEN])),
    };
    generate_key_pair_compressed(*seed.as_bytes(), &mut pair.decapsulation_key);
    // dk = dk_PKE || t-hat || rho || H(ek) || z
    let dk: &[u8; DECAPSULATION_KEY_LEN] = &pair.decapsulation_key;
    pair.vector.copy_from_slice(&dk[VECTOR_LEN..2 * VECTOR_LEN]);
    pair.header
        .copy_from_slice(&dk[2 * VECTOR_LEN..2 * VECTOR_LEN + HEADER_LEN]);
    pair
}

/// Mirror of `spec::primitives::mlkem::incremental::encaps1`.
///
/// In: the header, any length, public; m, 32 fresh random bytes, secret. Out: c1, K, and the state.
/// Errors: `BadEncapsulationKeyLength` unless the header has 64 bytes. Nothing else can be checked yet: see
/// [`is_match`].
pub fn encaps1(header: &[u8], m: &KemRandom) -> Result<FirstHalf, KemError> {
    if header.len() != HEADER_LEN {
        return Err(KemError::BadEncapsulationKeyLength);
    }
    let mut shared_secret = KemSecret::from_bytes([0; 32]);
    let mut state = Box::new(KemEncapsState::from_bytes([0; 2080]));
    let (stored, shared) = (state.as_bytes_mut(), shared_secret.as_bytes_mut());
    let ciphertext1 = encapsulate1(header, *m.as_bytes(), stored, shared)
        .map_err(|_| KemError::BadEncapsulationKeyLength)?;
    reduce(&mut state);
    Ok(FirstHalf {
        ciphertext1: ciphertext1.value,
        shared_secret,
        state,
    })
}

/// Mirror of `spec::primitives::mlkem::incremental::is_match`.
///
/// In: header and vector, any lengths, public. Out: whether [`encaps2`] may use the vector.
#[must_use]
pub fn is_match(header: &[u8], vector: &[u8]) -> bool {
    validate_pk_bytes(header, vector).is_ok()
}

/// Mirror of `spec::primitives::mlkem::incremental::encaps2`.
///
/// In: the vector, any length, public, of which [`is_match`] was asked: that is the caller's duty; the state of
/// [`encaps1`], secret. Out: c2, public.
/// Errors: `BadEncapsulationKeyLength` unless the vector has 1152 bytes.
pub fn encaps2(vector: &[u8], state: &KemEncapsState) -> Result<[u8; CIPHERTEXT2_LEN], KemError> {
    let vector = vector
        .try_into()
        .map_err(|_| KemError::BadEncapsulationKeyLength)?;
    let mut state = KemEncapsState::from_bytes(*state.as_bytes());
    order_low_byte_first(&mut state);
    // The library computes with numbers as it makes them; a state from elsewhere may hold any.
    reduce(&mut state);
    Ok(encapsulate2(state.as_bytes(), vector).value)
}

/// Mirror of `spec::primitives::mlkem::incremental::decaps_halves`.
///
/// In: dk, any length, secret; both halves, any lengths, public. Out: the shared secret, as
/// [`decaps`](crate::primitives::mlkem::decaps) gives it.
/// Errors: `BadDecapsulationKeyLength`, then `BadCiphertextLength` if either half has not its length.
pub fn decaps_halves(
    dk: &[u8],
    ciphertext1: &[u8],
    ciphertext2: &[u8],
) -> Result<KemSecret, KemError> {
    let length = |_| KemError::BadCiphertextLength;
    let dk = dk
        .try_into()
        .map_err(|_| KemError::BadDecapsulationKeyLength)?;
    let c1 = Ciphertext1 {
        value: ciphertext1.try_into().map_err(length)?,
    };
    let c2 = Ciphertext2 {
        value: ciphertext2.try_into().map_err(length)?,
    };
    Ok(KemSecret::from_bytes(decapsulate_compressed_key(
        dk, &c1, &c2,
    )))
}

/// The numbers of a state, as pairs of bytes.
fn words(state: &mut KemEncapsState) -> impl Iterator<Item = &mut [u8; 2]> {
    let (pairs, _) = state.as_bytes_mut().as_chunks_mut();
    pairs.iter_mut().take(Y_HAT_WORDS.saturating_add(E2_WORDS))
}

/// Take every number modulo q, as the one of the least absolute value, without a branch.
fn reduce(state: &mut KemEncapsState) {
    for pair in words(state) {
        // x + 2^15, from 0 to 2^16 - 1; 10 q is more than 2^15.
        let shifted = u32::from(u16::from_le_bytes(*pair) ^ 0x8000);
        let x = shifted.wrapping_add(10 * Q - 0x8000) % Q;
        // x - q as two's complement, from (q + 1)/2 on
        let above = (Q / 2).wrapping_sub(x) >> 31;
        let [low, high, ..] = x.wrapping_sub(above.wrapping_mul(Q)).to_le_bytes();
        *pair = [low, high];
    }
}

/// Put the low byte of every number first, whatever was; without a branch.
///
/// Deployed: older builds wrote the high byte first. The coefficients of e2 are -2 to 2, and the first that is neither 0
/// nor -1 shows the order; if there is none, or it is anything else, the state is taken as it is.
fn order_low_byte_first(state: &mut KemEncapsState) {
    // All ones for yes, else 0.
    let (mut decided, mut swapped) = (0u16, 0u16);
    for pair in words(state).skip(Y_HAT_WORDS) {
        let word = u16::from_le_bytes(*pair);
        // 1, 2 and -2, high byte first
        let is_swapped = mask_equal(word, 0x0100) | mask_equal(word, 0x0200);
        swapped |= !decided & (is_swapped | mask_equal(word, 0xfeff));
        decided |= !(mask_equal(word, 0) | mask_equal(word, 0xffff));
    }
    for pair in words(state) {
        let word = u16::from_le_bytes(*pair);
        *pair = (word ^ ((word ^ word.swap_bytes()) & swapped)).to_le_bytes();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::primitives::mlkem::tests::{bytes, recorded};
    use crate::primitives::mlkem::{encaps, key_gen, ParameterSet};

    fn sample() -> (IncrementalKeyPair, FirstHalf) {
        let pair = generate(&KemSeed::from_bytes([3; 64]));
        let half = encaps1(&pair.header, &KemRandom::from_bytes([6; 32])).unwrap();
        (pair, half)
    }

    #[test]
    fn recorded_pieces_are_reproduced() {
        let Some(all) = recorded("known-answers-spqr.json") else {
            return;
        };
        let cases = all["incremental_mlkem768"]["cases"].as_array().unwrap();
        assert!(!cases.is_empty());
        for case in cases {
            let seed = bytes(&case["keygen_random_d_z"]).try_into().unwrap();
            let pair = generate(&KemSeed::from_bytes(seed));
            assert_eq!(pair.header.to_vec(), bytes(&case["hdr"]));
            assert_eq!(pair.vector.to_vec(), bytes(&case["ek"]));
            assert_eq!(pair.decapsulation_key.to_vec(), bytes(&case["dk"]));
            let m = bytes(&case["encaps_random_m"]).try_into().unwrap();
            let half = encaps1(&pair.header, &KemRandom::from_bytes(m)).unwrap();
            assert_eq!(half.ciphertext1.to_vec(), bytes(&case["ct1"]));
            let shared = half.shared_secret.as_bytes().to_vec();
            assert_eq!(shared, bytes(&case["raw_shared_secret"]));
            assert_eq!(half.state.as_bytes().to_vec(), bytes(&case["encaps_state"]));
            let c2 = encaps2(&pair.vector, &half.state).unwrap();
            assert_eq!(c2.to_vec(), bytes(&case["ct2"]));
            assert_eq!(case["ct2_from_byte_swapped_state_equal"], true);
            let mut swapped = KemEncapsState::from_bytes(*half.state.as_bytes());
            words(&mut swapped).for_each(|pair| pair.reverse());
            assert_eq!(encaps2(&pair.vector, &swapped), Ok(c2));
            let mut wrong = c2;
            wrong[0] ^= 1;
            for (c2, name) in [(c2, "decaps"), (wrong, "decaps_with_ct2_byte0_xor_1")] {
                let dk: &[u8; DECAPSULATION_KEY_LEN] = &pair.decapsulation_key;
                let opened = decaps_halves(dk, &half.ciphertext1, &c2).unwrap();
                assert_eq!(opened.as_bytes().to_vec(), bytes(&case[name]), "{name}");
            }
            check_validation(&pair, case);
        }
    }

    fn check_validation(pair: &IncrementalKeyPair, case: &serde_json::Value) {
        for check in case["validation"].as_array().unwrap() {
            let (mut header, mut vector) = (pair.header, pair.vector);
            match check["ek"].as_str() {
                Some("unchanged") => (),
                Some("bit 0 of byte 0 flipped") => vector[0] ^= 1,
                Some("first 12-bit coefficient set to 4095 and hdr hash recomputed") => {
                    (vector[0], vector[1]) = (0xff, vector[1] | 0x0f);
                    header = bytes(&check["hdr"]).try_into().unwrap();
                }
                _ => {
                    assert_eq!(check["hdr"], "bit 0 of byte 40 flipped");
                    header[40] ^= 1;
                }
            }
            assert_eq!(is_match(&header, &vector), check["matches"], "{check}");
        }
    }

    #[test]
    fn pieces_are_the_bytes_of_the_whole() {
        let (set, (pair, half)) = (ParameterSet::MlKem768, sample());
        let whole = key_gen(set, &KemSeed::from_bytes([3; 64]));
        assert_eq!(
            [&pair.vector[..], &pair.header[..32]].concat(),
            whole.encapsulation_key
        );
        assert_eq!(pair.decapsulation_key.as_slice(), &*whole.decapsulation_key);
        let m = KemRandom::from_bytes([6; 32]);
        let (shared, c) = encaps(set, &whole.encapsulation_key, &m).unwrap();
        let c2 = encaps2(&pair.vector, &half.state).unwrap();
        assert_eq!([&half.ciphertext1[..], &c2].concat(), c);
        assert_eq!(half.shared_secret.as_bytes(), shared.as_bytes());
    }

    #[test]
    fn state_of_other_numbers_modulo_q_is_the_same_state() {
        let (pair, half) = sample();
        let c2 = encaps2(&pair.vector, &half.state);
        for multiple in [-9, -1, 1, 9] {
            let mut other = KemEncapsState::from_bytes(*half.state.as_bytes());
            // e2 stays small, so that the order of the bytes is still seen.
            for pair in words(&mut other).take(Y_HAT_WORDS) {
                *pair = (i16::from_le_bytes(*pair) + 3329 * multiple).to_le_bytes();
            }
            let mut reduced = KemEncapsState::from_bytes(*other.as_bytes());
            reduce(&mut reduced);
            assert_eq!(reduced.as_bytes(), half.state.as_bytes(), "{multiple}");
            assert_eq!(encaps2(&pair.vector, &other), c2);
        }
    }

    #[test]
    fn piece_of_a_wrong_length_is_refused() {
        let (pair, half) = sample();
        let key_length = KemError::BadEncapsulationKeyLength;
        let m = KemRandom::from_bytes([1; 32]);
        for length in [0, HEADER_LEN - 1, HEADER_LEN + 1] {
            assert_eq!(encaps1(&vec![0; length], &m).err(), Some(key_length));
            assert!(!is_match(&vec![0; length], &pair.vector));
        }
        for length in [0, VECTOR_LEN - 1, VECTOR_LEN + 1] {
            let refused = encaps2(&vec![0; length], &half.state);
            assert_eq!(refused, Err(key_length));
            assert!(!is_match(&pair.header, &vec![0; length]));
        }
        let dk: &[u8; DECAPSULATION_KEY_LEN] = &pair.decapsulation_key;
        // The sum alone is not enough.
        for (first, second) in [(0, 0), (959, 129), (960, 127), (0, 1088)] {
            let refused = decaps_halves(dk, &vec![0; first], &vec![0; second]).err();
            assert_eq!(refused, Some(KemError::BadCiphertextLength));
        }
        let refused = decaps_halves(&dk[1..], &[0; 960], &[0; 128]).err();
        assert_eq!(refused, Some(KemError::BadDecapsulationKeyLength));
    }
}
