//! ML-KEM-768 in pieces: a header that suffices to begin an encapsulation, and a ciphertext in two halves.
//!
//! Standard: FIPS 203, whose inputs and outputs are cut as the ML-KEM Braid protocol needs them. For the same randomness the
//! pieces put together are the bytes of [`crate::primitives::mlkem`].
//!
//! | piece | bytes | content |
//! |---|---|---|
//! | header | 64 | rho ‖ H(ek) |
//! | vector | 1152 | t-hat encoded: ek without rho |
//! | c1 | 960 | u |
//! | c2 | 128 | v |
//! | state | 2080 | y-hat ‖ e2 ‖ m, of the encapsulator between c1 and c2 |
//!
//! Called by `ratchet`. Must stay secret: as in `mlkem`, and the state.
use crate::keys::types::{KemEncapsState, KemPolynomial, KemRandom, KemSecret, KemSeed};
use crate::primitives::mlkem::k_pke::encoding::integers;
use crate::primitives::mlkem::k_pke::ring::{N, Q};
use crate::primitives::mlkem::k_pke::{encrypt_u, encrypt_v, g, Masks};
use crate::primitives::mlkem::{
    decaps, h, is_reduced, key_gen, parameters, KemError, ParameterSet,
};
use hacspec_lib::*;

/// Bytes of a header, rho ‖ H(ek).
pub const HEADER_LEN: usize = 64;
/// Bytes of a vector: t-hat, three polynomials of 12 bits per coefficient.
pub const VECTOR_LEN: usize = 1152;
/// Bytes of the first half of a ciphertext: u, 10 bits per coefficient.
pub const CIPHERTEXT1_LEN: usize = 960;
/// Bytes of the second half of a ciphertext: v, 4 bits per coefficient.
pub const CIPHERTEXT2_LEN: usize = 128;
/// Bytes of a polynomial in a state: 16 bits per coefficient.
const STORED_POLYNOMIAL_LEN: usize = 512;
/// Where m stands in a state, after y-hat and e2.
const MESSAGE_START: usize = 2048;

/// The keys of one owner, in pieces.
#[derive(Clone, Debug)]
pub struct IncrementalKeyPair {
    /// rho ‖ H(ek), 64 bytes. Public.
    pub header: Seq<u8>,
    /// t-hat encoded, 1152 bytes. Public.
    pub vector: Seq<u8>,
    /// dk, 2400 bytes as FIPS 203 has it. Secret.
    pub decapsulation_key: ByteSeq,
}

/// What the first half of an encapsulation gives.
#[derive(Clone, Debug)]
pub struct FirstHalf {
    /// c1, 960 bytes. Public.
    pub ciphertext1: Seq<u8>,
    /// K. Secret.
    pub shared_secret: KemSecret,
    /// What [`encaps2`] needs. Secret.
    pub state: KemEncapsState,
}

/// Make a key pair.
///
/// Standard: FIPS 203, 6.1, algorithm 16.
/// In: `seed`, d || z, 64 fresh random bytes, secret. Out: header, vector and dk.
pub fn generate(seed: &KemSeed) -> IncrementalKeyPair {
    let pair = key_gen(ParameterSet::MlKem768, seed);
    let ek = pair.encapsulation_key;
    let rho = ek.slice(VECTOR_LEN, 32);
    IncrementalKeyPair {
        // H(ek) is public, as ek is.
        header: rho.concat(&integers(&h(&ek))),
        vector: ek.slice(0, VECTOR_LEN),
        decapsulation_key: pair.decapsulation_key,
    }
}

/// A coefficient as a signed 16-bit number of the least absolute value: two bytes, the low one first.
fn stored_polynomial(f: &KemPolynomial) -> Seq<u8> {
    let mut out = Seq::<u8>::new(STORED_POLYNOMIAL_LEN);
    for i in 0..N {
        let x = f[i] as u32;
        // x - q as two's complement, from (q + 1)/2 on
        let word = if x > Q / 2 { x + 65536 - Q } else { x };
        out[2 * i] = (word % 256) as u8;
        out[2 * i + 1] = (word / 256) as u8;
    }
    out
}

/// The 16-bit word at `start`, the low byte first.
fn word_at(bytes: &Seq<u8>, start: usize) -> u32 {
    bytes[start] as u32 + 256 * bytes[start + 1] as u32
}

/// A polynomial of a state: any signed 16-bit numbers, modulo q.
fn loaded_polynomial(bytes: &Seq<u8>, start: usize) -> KemPolynomial {
    let mut f = KemPolynomial::new();
    for i in 0..N {
        let word = word_at(bytes, start + 2 * i);
        // A negative number is word - 2^16; 20 q is more than 2^16.
        let x = if word < 32768 {
            word
        } else {
            word + 20 * Q - 65536
        };
        f[i] = (x % Q) as u16;
    }
    f
}

/// Whether the numbers of a state stand high byte first.
///
/// Deployed: older builds wrote them so. The coefficients of e2 are -2 to 2, and the first that is neither 0 nor -1
/// shows the order; if there is none, or it is anything else, the state is taken as it is.
fn is_byte_swapped(bytes: &Seq<u8>) -> bool {
    let mut decided = false;
    let mut swapped = false;
    for i in 0..N {
        let word = word_at(bytes, 3 * STORED_POLYNOMIAL_LEN + 2 * i);
        if !decided && word != 0 && word != 0xffff {
            decided = true;
            // 1, 2 and -2, high byte first
            swapped = word == 0x0100 || word == 0x0200 || word == 0xfeff;
        }
    }
    swapped
}

/// The numbers of a state, low byte first whatever they were.
fn low_byte_first(bytes: &Seq<u8>) -> Seq<u8> {
    let mut out = bytes.clone();
    if is_byte_swapped(bytes) {
        for i in 0..MESSAGE_START / 2 {
            out[2 * i] = bytes[2 * i + 1];
            out[2 * i + 1] = bytes[2 * i];
        }
    }
    out
}

/// The state between the halves, as the deployed library keeps it.
fn state_of(masks: &Masks, m: &KemRandom) -> KemEncapsState {
    let mut bytes = Seq::<u8>::new(0);
    for i in 0..3 {
        bytes = bytes.concat(&stored_polynomial(&masks.y_hat[i]));
    }
    bytes = bytes.concat(&stored_polynomial(&masks.e2));
    KemEncapsState::from_seq(&ByteSeq::from_public_seq(&bytes).concat(m))
}

/// Begin an encapsulation.
///
/// Standard: FIPS 203, 6.2, algorithm 17, line 1, and 5.2, algorithm 14, as far as t-hat is not needed.
/// In: `header`, any length, public; `m`, 32 fresh random bytes, secret. Out: c1, K, and the state.
/// Errors: `BadEncapsulationKeyLength` unless the header has 64 bytes. Nothing else can be checked yet: see
/// [`is_match`].
pub fn encaps1(header: &Seq<u8>, m: &KemRandom) -> Result<FirstHalf, KemError> {
    if header.len() == HEADER_LEN {
        // (K, r) = G(m || H(ek))
        let digest = ByteSeq::from_public_seq(&header.slice(32, 32));
        let (k, r) = g(&ByteSeq::from_seq(m).concat(&digest));
        let p = parameters(ParameterSet::MlKem768);
        let (ciphertext1, masks) = encrypt_u(p, &header.slice(0, 32), &r);
        Ok(FirstHalf {
            ciphertext1,
            shared_secret: KemSecret::from_seq(&k),
            state: state_of(&masks, m),
        })
    } else {
        Err(KemError::BadEncapsulationKeyLength)
    }
}

/// Whether a vector belongs to a header, and passes the modulus check.
///
/// Standard: FIPS 203, 7.2, the lengths and the modulus; between them, H(ek) against the header, as the ML-KEM Braid
/// protocol asks it of a key in pieces.
/// In: `header`, `vector`, any lengths, public. Out: whether [`encaps2`] may use the vector.
pub fn is_match(header: &Seq<u8>, vector: &Seq<u8>) -> bool {
    if header.len() != HEADER_LEN || vector.len() != VECTOR_LEN {
        false
    } else {
        let ek = vector.concat(&header.slice(0, 32));
        let same = integers(&h(&ek)) == header.slice(32, 32);
        same && is_reduced(vector)
    }
}

/// End an encapsulation.
///
/// Standard: FIPS 203, 5.2, algorithm 14, lines 2, 20, 21 and 23.
/// In: `vector`, any length, public, of which [`is_match`] was asked: that is the caller's duty; `state` of
/// [`encaps1`], secret. Out: c2, 128 bytes, public.
/// Errors: `BadEncapsulationKeyLength` unless the vector has 1152 bytes.
pub fn encaps2(vector: &Seq<u8>, state: &KemEncapsState) -> Result<Seq<u8>, KemError> {
    if vector.len() == VECTOR_LEN {
        let bytes = low_byte_first(&integers(&ByteSeq::from_seq(state)));
        let mut y_hat = Seq::<KemPolynomial>::new(3);
        for i in 0..3 {
            y_hat[i] = loaded_polynomial(&bytes, STORED_POLYNOMIAL_LEN * i);
        }
        let e2 = loaded_polynomial(&bytes, 3 * STORED_POLYNOMIAL_LEN);
        let m = state.slice(MESSAGE_START, 32);
        let p = parameters(ParameterSet::MlKem768);
        Ok(encrypt_v(p, vector, &Masks { y_hat, e2 }, &m))
    } else {
        Err(KemError::BadEncapsulationKeyLength)
    }
}

/// Decapsulate a ciphertext in two halves.
///
/// Standard: FIPS 203, 6.3, algorithm 18, of c1 || c2.
/// In: `dk`, any length, secret; `ciphertext1`, `ciphertext2`, any lengths, public. Out: the shared secret, as
/// [`decaps`] gives it.
/// Errors: `BadDecapsulationKeyLength`, then `BadCiphertextLength` if either half has not its length.
pub fn decaps_halves(
    dk: &ByteSeq,
    ciphertext1: &Seq<u8>,
    ciphertext2: &Seq<u8>,
) -> Result<KemSecret, KemError> {
    // A half of a wrong length makes a whole of a wrong length, also where the sum would be right.
    let c = if ciphertext1.len() == CIPHERTEXT1_LEN {
        ciphertext1.concat(ciphertext2)
    } else {
        Seq::<u8>::new(0)
    };
    decaps(ParameterSet::MlKem768, dk, &c)
}
