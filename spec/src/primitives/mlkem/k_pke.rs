//! K-PKE: the public-key encryption under the KEM. Not for use by itself.
//!
//! Standard: FIPS 203, section 5, algorithms 13 to 15; Kyber, 1.2, CPAPKE, computes the same. Spec only: the optimised
//! crate takes the KEM from a library. Called by `mlkem`, which checks all lengths.
//!
//! Encryption is cut in two, so that the incremental form of the KEM uses the same steps: `encrypt_u` needs the matrix
//! and the randomness, `encrypt_v` needs the vector t-hat and the message.
//!
//! Must stay secret: the decryption key, the message, the randomness, and every polynomial made of them.
pub mod encoding;
pub mod ring;
pub mod sampling;
use crate::keys::types::KemPolynomial;
use crate::primitives::mlkem::k_pke::encoding::{
    byte_decode, byte_decode_vector, byte_encode, byte_encode_vector, compress, decompress,
    integers, UNCOMPRESSED,
};
use crate::primitives::mlkem::k_pke::ring::{
    add_polynomials, multiply_ntts, ntt, ntt_inverse, subtract_polynomials,
};
use crate::primitives::mlkem::k_pke::sampling::{sample_ntt, sample_secret};
use crate::primitives::sha3::sha3_512;
use hacspec_lib::*;

/// The numbers of a parameter set.
///
/// Standard: FIPS 203, 8, table 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parameters {
    /// Rank of the matrix.
    pub k: usize,
    /// Width of the secrets of a key pair and of an encryption.
    pub eta1: usize,
    /// Width of the errors of an encryption.
    pub eta2: usize,
    /// Bits of a coefficient of u in a ciphertext.
    pub du: usize,
    /// Bits of a coefficient of v in a ciphertext.
    pub dv: usize,
}

/// What the first half of an encryption leaves for the second. Secret.
#[derive(Clone, Debug)]
pub struct Masks {
    /// y-hat, k polynomials in T_q.
    pub y_hat: Seq<KemPolynomial>,
    /// e2, a polynomial in R_q.
    pub e2: KemPolynomial,
}

/// FIPS 203, 4.1, (4.5): G(c), SHA3-512 cut in two halves of 32 bytes.
pub fn g(c: &ByteSeq) -> (ByteSeq, ByteSeq) {
    let digest = sha3_512(c);
    (digest.slice(0, 32), digest.slice(32, 32))
}

/// FIPS 203, 5.1, lines 3 to 7 of algorithm 13: A-hat\[i, j\] at k i + j.
fn sample_matrix(k: usize, rho: &ByteSeq) -> Seq<KemPolynomial> {
    let mut a_hat = Seq::<KemPolynomial>::new(k * k);
    for i in 0..k {
        for j in 0..k {
            // 5. A-hat[i, j] = SampleNTT(rho || j || i)
            a_hat[k * i + j] = sample_ntt(rho, j as u8, i as u8);
        }
    }
    a_hat
}

/// A vector of k small polynomials; the counter N starts at `start`.
fn sample_vector(k: usize, eta: usize, s: &ByteSeq, start: usize) -> Seq<KemPolynomial> {
    let mut out = Seq::<KemPolynomial>::new(k);
    for i in 0..k {
        out[i] = sample_secret(eta, s, (start + i) as u8);
    }
    out
}

/// NTT of each polynomial (FIPS 203, 2.4.6).
fn ntt_vector(v: &Seq<KemPolynomial>) -> Seq<KemPolynomial> {
    let mut out = Seq::<KemPolynomial>::new(v.len());
    for i in 0..v.len() {
        out[i] = ntt(&v[i]);
    }
    out
}

/// FIPS 203, 2.4.7: the inner product of two vectors in T_q.
fn dot(u: &Seq<KemPolynomial>, v: &Seq<KemPolynomial>) -> KemPolynomial {
    let mut sum = KemPolynomial::new();
    for i in 0..u.len() {
        sum = add_polynomials(&sum, &multiply_ntts(&u[i], &v[i]));
    }
    sum
}

/// FIPS 203, 2.4.7: column j of the matrix, which is row j of its transpose.
fn matrix_column(a_hat: &Seq<KemPolynomial>, k: usize, j: usize) -> Seq<KemPolynomial> {
    let mut out = Seq::<KemPolynomial>::new(k);
    for i in 0..k {
        out[i] = a_hat[k * i + j];
    }
    out
}

/// Make a key pair.
///
/// Standard: FIPS 203, 5.1, algorithm 13, K-PKE.KeyGen(d).
/// In: `p`; `input`, what G takes: d || k, secret. Out: ek_PKE, 384 k + 32 bytes, public; dk_PKE, 384 k bytes, secret.
///
/// Deployed: round 3 of Kyber hashes d alone. The caller knows which.
pub fn k_pke_key_gen(p: Parameters, input: &ByteSeq) -> (Seq<u8>, ByteSeq) {
    // 1. (rho, sigma) = G(d || k)
    let (rho, sigma) = g(input);
    // 3 to 7.
    let a_hat = sample_matrix(p.k, &rho);
    // 8 to 11. s, N from 0 on; 12 to 15. e, N from k on
    let s = sample_vector(p.k, p.eta1, &sigma, 0);
    let e = sample_vector(p.k, p.eta1, &sigma, p.k);
    // 16. s-hat = NTT(s); 17. e-hat = NTT(e)
    let s_hat = ntt_vector(&s);
    let e_hat = ntt_vector(&e);
    // 18. t-hat = A-hat s-hat + e-hat
    let mut t_hat = Seq::<KemPolynomial>::new(p.k);
    for i in 0..p.k {
        t_hat[i] = add_polynomials(&dot(&a_hat.slice(p.k * i, p.k), &s_hat), &e_hat[i]);
    }
    // 19. ek_PKE = ByteEncode_12(t-hat) || rho; rho is public
    let ek = byte_encode_vector(&t_hat, UNCOMPRESSED).concat(&integers(&rho));
    // 20. dk_PKE = ByteEncode_12(s-hat)
    let dk = ByteSeq::from_public_seq(&byte_encode_vector(&s_hat, UNCOMPRESSED));
    (ek, dk)
}

/// The first half of an encryption: what does not need t-hat.
///
/// Standard: FIPS 203, 5.2, algorithm 14, lines 1, 4 to 19, and 22; line 3, rho, is the caller's.
/// In: `p`; `rho`, 32 bytes, public; `r`, 32 bytes, secret. Out: c1, 32 du k bytes, public; y-hat and e2.
pub fn encrypt_u(p: Parameters, rho: &Seq<u8>, r: &ByteSeq) -> (Seq<u8>, Masks) {
    // 4 to 8. A-hat again from rho
    let a_hat = sample_matrix(p.k, &ByteSeq::from_public_seq(rho));
    // 9 to 12. y, N from 0 on; 13 to 16. e1, N from k on; 17. e2, N = 2k
    let y = sample_vector(p.k, p.eta1, r, 0);
    let e1 = sample_vector(p.k, p.eta2, r, p.k);
    let e2 = sample_secret(p.eta2, r, (2 * p.k) as u8);
    // 18. y-hat = NTT(y)
    let y_hat = ntt_vector(&y);
    // 19. u = NTT^-1(A-hat^T y-hat) + e1; 22. c1 = ByteEncode_du(Compress_du(u))
    let mut u = Seq::<KemPolynomial>::new(p.k);
    for i in 0..p.k {
        let product = ntt_inverse(&dot(&matrix_column(&a_hat, p.k, i), &y_hat));
        u[i] = compress(&add_polynomials(&product, &e1[i]), p.du);
    }
    (byte_encode_vector(&u, p.du), Masks { y_hat, e2 })
}

/// The second half of an encryption: what needs t-hat and the message.
///
/// Standard: FIPS 203, 5.2, algorithm 14, lines 2, 20, 21 and 23.
/// In: `p`; `t`, 384 k bytes, t-hat encoded, public; `masks` of the first half; `m`, 32 bytes, secret. Out: c2, 32 dv
/// bytes, public.
pub fn encrypt_v(p: Parameters, t: &Seq<u8>, masks: &Masks, m: &ByteSeq) -> Seq<u8> {
    // 2. t-hat = ByteDecode_12(ek[0 : 384k])
    let t_hat = byte_decode_vector(t, UNCOMPRESSED);
    // 20. mu = Decompress_1(ByteDecode_1(m))
    let mu = decompress(&byte_decode(&integers(m), 1), 1);
    // 21. v = NTT^-1(t-hat^T y-hat) + e2 + mu
    let product = ntt_inverse(&dot(&t_hat, &masks.y_hat));
    let v = add_polynomials(&add_polynomials(&product, &masks.e2), &mu);
    // 23. c2 = ByteEncode_dv(Compress_dv(v))
    byte_encode(&compress(&v, p.dv), p.dv)
}

/// Encrypt a message.
///
/// Standard: FIPS 203, 5.2, algorithm 14, K-PKE.Encrypt(ek_PKE, m, r).
/// In: `p`; `ek`, 384 k + 32 bytes, public; `m`, `r`, 32 bytes each, secret. Out: c, 32 (du k + dv) bytes, public.
pub fn k_pke_encrypt(p: Parameters, ek: &Seq<u8>, m: &ByteSeq, r: &ByteSeq) -> Seq<u8> {
    // 3. rho = ek[384k : 384k + 32]
    let (c1, masks) = encrypt_u(p, &ek.slice(384 * p.k, 32), r);
    let c2 = encrypt_v(p, &ek.slice(0, 384 * p.k), &masks, m);
    // 24. return c1 || c2
    c1.concat(&c2)
}

/// Decrypt a ciphertext.
///
/// Standard: FIPS 203, 5.3, algorithm 15, K-PKE.Decrypt(dk_PKE, c).
/// In: `p`; `dk`, 384 k bytes, secret; `c`, 32 (du k + dv) bytes, public. Out: m, 32 bytes, secret.
pub fn k_pke_decrypt(p: Parameters, dk: &ByteSeq, c: &Seq<u8>) -> ByteSeq {
    // 1. c1 = c[0 : 32 du k]; 2. c2 = c[32 du k : 32 (du k + dv)]
    let c1 = c.slice(0, 32 * p.du * p.k);
    let c2 = c.slice(32 * p.du * p.k, 32 * p.dv);
    // 3. u' = Decompress_du(ByteDecode_du(c1))
    let compressed = byte_decode_vector(&c1, p.du);
    let mut u = Seq::<KemPolynomial>::new(p.k);
    for i in 0..p.k {
        u[i] = decompress(&compressed[i], p.du);
    }
    // 4. v' = Decompress_dv(ByteDecode_dv(c2))
    let v = decompress(&byte_decode(&c2, p.dv), p.dv);
    // 5. s-hat = ByteDecode_12(dk_PKE)
    let s_hat = byte_decode_vector(&integers(dk), UNCOMPRESSED);
    // 6. w = v' - NTT^-1(s-hat^T NTT(u'))
    let w = subtract_polynomials(&v, &ntt_inverse(&dot(&s_hat, &ntt_vector(&u))));
    // 7. m = ByteEncode_1(Compress_1(w))
    ByteSeq::from_public_seq(&byte_encode(&compress(&w, 1), 1))
}
