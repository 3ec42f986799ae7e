//! Polynomials as bytes: bit order, encoding with d bits for each coefficient, and compression.
//!
//! Standard: FIPS 203, sections 4.2.1 and 2.4.8, algorithms 3 to 6, (4.7) and (4.8); Kyber, 1.1, has the same functions.
//! On public integers, as is all arithmetic of the KEM; [`integers`] is where secret bytes become that.
use crate::keys::types::KemPolynomial;
use crate::primitives::mlkem::k_pke::ring::{N, Q};
use hacspec_lib::*;

/// FIPS 203, 4.2.1: bits of a coefficient that is not compressed.
pub const UNCOMPRESSED: usize = 12;

/// Secret bytes as public integers.
///
/// Out: the same bytes, which are to be kept as secret as before.
pub fn integers(bytes: &ByteSeq) -> Seq<u8> {
    // Declassified: seeds, outputs of hash functions, keys and messages of the KEM. Its arithmetic divides by q, and
    // looks at coefficients to sample and to compare, which secret integers do not allow. The specification is not run
    // against an attacker who can time it; what leaves the KEM as a secret is made secret again there.
    bytes.clone().declassify()
}

/// FIPS 203, 4.2.1, algorithm 4, BytesToBits(B): the least significant bit of each byte first.
pub fn bytes_to_bits(bytes: &Seq<u8>) -> Seq<u8> {
    let mut bits = Seq::<u8>::new(8 * bytes.len());
    for i in 0..bytes.len() {
        for j in 0..8 {
            // 4. b[8i + j] = C[i] mod 2; 5. C[i] = C[i] / 2
            bits[8 * i + j] = (bytes[i] >> j) & 1;
        }
    }
    bits
}

/// FIPS 203, 4.2.1, algorithm 3, BitsToBytes(b).
fn bits_to_bytes(bits: &Seq<u8>) -> Seq<u8> {
    let mut bytes = Seq::<u8>::new(bits.len() / 8);
    for i in 0..bits.len() {
        // 3. B[i / 8] = B[i / 8] + b[i] 2^(i mod 8)
        bytes[i / 8] = bytes[i / 8] + (bits[i] << (i % 8));
    }
    bytes
}

/// Encode a polynomial with d bits for each coefficient.
///
/// Standard: FIPS 203, 4.2.1, algorithm 5, ByteEncode_d(F).
/// In: `f`, coefficients below 2^d, or below q if d = 12; `d`, at most 12. Out: 32 d bytes.
pub fn byte_encode(f: &KemPolynomial, d: usize) -> Seq<u8> {
    let mut bits = Seq::<u8>::new(N * d);
    for i in 0..N {
        for j in 0..d {
            // 4. b[i d + j] = a mod 2; 5. a = (a - b[i d + j]) / 2
            bits[i * d + j] = ((f[i] >> j) & 1) as u8;
        }
    }
    bits_to_bytes(&bits)
}

/// Decode a polynomial that has d bits for each coefficient.
///
/// Standard: FIPS 203, 4.2.1, algorithm 6, ByteDecode_d(B); modulo q if d = 12.
/// In: `bytes`, 32 d bytes; `d`, at most 12. Out: a polynomial.
pub fn byte_decode(bytes: &Seq<u8>, d: usize) -> KemPolynomial {
    let bits = bytes_to_bits(bytes);
    let m = if d == UNCOMPRESSED { Q } else { 1u32 << d };
    let mut f = KemPolynomial::new();
    for i in 0..N {
        // 3. F[i] = sum of b[i d + j] 2^j mod m
        let mut sum = 0u32;
        for j in 0..d {
            sum = sum + ((bits[i * d + j] as u32) << j);
        }
        f[i] = (sum % m) as u16;
    }
    f
}

/// Compress each coefficient to d bits.
///
/// Standard: FIPS 203, 4.2.1, (4.7): the nearest integer to 2^d x / q, modulo 2^d. q is odd, so there is no tie.
/// In: `f`; `d`, below 12. Out: coefficients below 2^d.
pub fn compress(f: &KemPolynomial, d: usize) -> KemPolynomial {
    let mut out = KemPolynomial::new();
    for i in 0..N {
        // The nearest integer to a / q is (2a + q) / 2q rounded down.
        let nearest = (((f[i] as u32) << (d + 1)) + Q) / (2 * Q);
        out[i] = (nearest % (1u32 << d)) as u16;
    }
    out
}

/// Decompress each coefficient from d bits.
///
/// Standard: FIPS 203, 4.2.1, (4.8): the nearest integer to q y / 2^d, a half rounded up.
/// In: `f`, coefficients below 2^d; `d`, from 1 to 11. Out: coefficients below q.
pub fn decompress(f: &KemPolynomial, d: usize) -> KemPolynomial {
    let mut out = KemPolynomial::new();
    for i in 0..N {
        out[i] = ((Q * (f[i] as u32) + (1u32 << (d - 1))) >> d) as u16;
    }
    out
}

/// Encode a vector of polynomials, one after the other.
///
/// Standard: FIPS 203, 2.4.8: ByteEncode_d of a vector.
/// In: `v`, k polynomials; `d`, at most 12. Out: 32 d k bytes.
pub fn byte_encode_vector(v: &Seq<KemPolynomial>, d: usize) -> Seq<u8> {
    let mut out = Seq::<u8>::new(32 * d * v.len());
    for i in 0..v.len() {
        out = out.update(32 * d * i, &byte_encode(&v[i], d));
    }
    out
}

/// Decode a vector of polynomials.
///
/// Standard: FIPS 203, 2.4.8: ByteDecode_d of a vector.
/// In: `bytes`, 32 d k bytes; `d`, at most 12. Out: k polynomials.
pub fn byte_decode_vector(bytes: &Seq<u8>, d: usize) -> Seq<KemPolynomial> {
    let k = bytes.len() / (32 * d);
    let mut out = Seq::<KemPolynomial>::new(k);
    for i in 0..k {
        out[i] = byte_decode(&bytes.slice(32 * d * i, 32 * d), d);
    }
    out
}
