//! Polynomials from seeds: uniform ones in T_q, and small ones in R_q.
//!
//! Standard: FIPS 203, sections 4.1 and 4.2.2, algorithms 7 and 8; Kyber, 1.1, Parse and CBD, are the same.
//!
//! Must stay secret: the seed and the output of `sample_secret`. What `sample_ntt` gives is public.
use crate::keys::types::KemPolynomial;
use crate::primitives::mlkem::k_pke::encoding::{bytes_to_bits, integers};
use crate::primitives::mlkem::k_pke::ring::{N, Q};
use crate::primitives::sha3::{shake128, shake256};
use hacspec_lib::*;

/// FIPS 203, appendix B: how many times the loop of SampleNTT runs at most.
const SAMPLE_NTT_LIMIT: usize = 280;

/// Sample a uniform polynomial from a seed and two indices.
///
/// Standard: FIPS 203, 4.2.2, algorithm 7, SampleNTT(B).
/// In: `rho`, 32 bytes, public in the end; `j`, `i`, the two index bytes in the order in which they are hashed. Out: a
/// polynomial in T_q, public.
///
/// Choice: the loop ends after 280 steps, the least limit that appendix B allows; that fewer than 256 coefficients are
/// found by then has a probability of 2^-261. Appendix B would then have the results destroyed; here the rest stays 0. All its bytes, 840 or five blocks, are squeezed at once: the same bytes as three at a
/// time.
pub fn sample_ntt(rho: &ByteSeq, j: u8, i: u8) -> KemPolynomial {
    // 1, 2. ctx = XOF.Absorb(XOF.Init(), B)
    let seed = rho.push(&U8(j)).push(&U8(i));
    let c = integers(&shake128(&seed, 3 * SAMPLE_NTT_LIMIT));
    let mut a_hat = KemPolynomial::new();
    let mut found = 0usize;
    for step in 0..SAMPLE_NTT_LIMIT {
        // 5. (ctx, C) = XOF.Squeeze(ctx, 3)
        let c0 = c[3 * step] as u32;
        let c1 = c[3 * step + 1] as u32;
        let c2 = c[3 * step + 2] as u32;
        // 6. d1 = C[0] + 256 (C[1] mod 16); 7. d2 = C[1] / 16 + 16 C[2]
        let d1 = c0 + 256 * (c1 % 16);
        let d2 = c1 / 16 + 16 * c2;
        // 8. if d1 < q: the next coefficient is d1
        if d1 < Q && found < N {
            a_hat[found] = d1 as u16;
            found = found + 1;
        }
        // 12. if d2 < q and j < 256: the next coefficient is d2
        if d2 < Q && found < N {
            a_hat[found] = d2 as u16;
            found = found + 1;
        }
    }
    a_hat
}

/// FIPS 203, 4.2.2, algorithm 8, SamplePolyCBD_eta(B): the difference of two sums of eta bits.
fn sample_poly_cbd(bytes: &Seq<u8>, eta: usize) -> KemPolynomial {
    // 1. b = BytesToBits(B)
    let b = bytes_to_bits(bytes);
    let mut f = KemPolynomial::new();
    for i in 0..N {
        // 3. x = sum of b[2 i eta + j]; 4. y = sum of b[2 i eta + eta + j]
        let mut x = 0u32;
        let mut y = 0u32;
        for j in 0..eta {
            x = x + b[2 * i * eta + j] as u32;
            y = y + b[2 * i * eta + eta + j] as u32;
        }
        // 5. f[i] = x - y mod q
        f[i] = ((x + Q - y) % Q) as u16;
    }
    f
}

/// Sample a polynomial with small coefficients.
///
/// Standard: FIPS 203, 4.1, (4.3): PRF_eta(s, b) = SHAKE256(s || b, 64 eta), and 4.2.2, SamplePolyCBD_eta of it.
/// In: `eta`, 2 or 3; `s`, 32 bytes, secret; `b`, the counter. Out: a polynomial in R_q, secret.
pub fn sample_secret(eta: usize, s: &ByteSeq, b: u8) -> KemPolynomial {
    let prf = shake256(&s.push(&U8(b)), 64 * eta);
    sample_poly_cbd(&integers(&prf), eta)
}
