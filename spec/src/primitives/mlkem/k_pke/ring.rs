//! The ring R_q of polynomials of degree below 256, and its number-theoretic transform T_q.
//!
//! Standard: FIPS 203, sections 2.4.4, 2.4.5 and 4.3, algorithms 9 to 12. CRYSTALS-Kyber round 3 has the same
//! ring and the same transform (Kyber, 1.1).
//!
//! Coefficients are public integers below q: products are reduced by `%`, which secret integers do not have.
use crate::keys::types::KemPolynomial;

/// FIPS 203, 2.3: q.
pub const Q: u32 = 3329;
/// FIPS 203, 2.3: n, coefficients of a polynomial.
pub const N: usize = 256;
/// FIPS 203, 4.3, algorithm 10, line 14: 128^-1 mod q.
const INVERSE_OF_128: u32 = 3303;

/// FIPS 203, appendix A: zeta^BitRev7(i) mod q, zeta = 17.
const ZETAS: [u16; 128] = [
    1, 1729, 2580, 3289, 2642, 630, 1897, 848, 1062, 1919, 193, 797, 2786, 3260, 569, 1746, 296,
    2447, 1339, 1476, 3046, 56, 2240, 1333, 1426, 2094, 535, 2882, 2393, 2879, 1974, 821, 289, 331,
    3253, 1756, 1197, 2304, 2277, 2055, 650, 1977, 2513, 632, 2865, 33, 1320, 1915, 2319, 1435,
    807, 452, 1438, 2868, 1534, 2402, 2647, 2617, 1481, 648, 2474, 3110, 1227, 910, 17, 2761, 583,
    2649, 1637, 723, 2288, 1100, 1409, 2662, 3281, 233, 756, 2156, 3015, 3050, 1703, 1651, 2789,
    1789, 1847, 952, 1461, 2687, 939, 2308, 2437, 2388, 733, 2337, 268, 641, 1584, 2298, 2037,
    3220, 375, 2549, 2090, 1645, 1063, 319, 2773, 757, 2099, 561, 2466, 2594, 2804, 1092, 403,
    1026, 1143, 2150, 2775, 886, 1722, 1212, 1874, 1029, 2110, 2935, 885, 2154,
];

/// a + b mod q.
fn plus(a: u16, b: u16) -> u16 {
    ((a as u32 + b as u32) % Q) as u16
}

/// a - b mod q; b is below q.
fn minus(a: u16, b: u16) -> u16 {
    ((a as u32 + Q - b as u32) % Q) as u16
}

/// a b mod q.
fn times(a: u16, b: u16) -> u16 {
    (a as u32 * b as u32 % Q) as u16
}

/// FIPS 203, appendix A: gamma, zeta^(2 BitRev7(i) + 1) mod q.
///
/// 2 BitRev7(i) + 1 = BitRev7(64 + i/2) for an even i, and for an odd i 128 more, where zeta^128 = -1.
fn gamma(i: usize) -> u16 {
    if i % 2 == 0 {
        ZETAS[64 + i / 2]
    } else {
        minus(0, ZETAS[64 + i / 2])
    }
}

/// The sum of two polynomials.
///
/// Standard: FIPS 203, 2.4.5; the same for both forms.
/// In: `f`, `g`. Out: f + g.
pub fn add_polynomials(f: &KemPolynomial, g: &KemPolynomial) -> KemPolynomial {
    let mut out = KemPolynomial::new();
    for i in 0..N {
        out[i] = plus(f[i], g[i]);
    }
    out
}

/// The difference of two polynomials.
///
/// Standard: FIPS 203, 2.4.5.
/// In: `f`, `g`. Out: f - g.
pub fn subtract_polynomials(f: &KemPolynomial, g: &KemPolynomial) -> KemPolynomial {
    let mut out = KemPolynomial::new();
    for i in 0..N {
        out[i] = minus(f[i], g[i]);
    }
    out
}

/// Transform a polynomial.
///
/// Standard: FIPS 203, 4.3, algorithm 9, NTT(f). `len` runs through 128, 64, ..., 2.
/// In: `f`, in R_q. Out: f-hat, in T_q.
pub fn ntt(f: &KemPolynomial) -> KemPolynomial {
    // 1. f-hat = f
    let mut f_hat = *f;
    // 2. i = 1
    let mut i = 1usize;
    for layer in 0..7 {
        let len = 128usize >> layer;
        for block in 0..N / (2 * len) {
            let start = 2 * len * block;
            // 5. zeta = zeta^BitRev7(i); 6. i = i + 1
            let zeta = ZETAS[i];
            i = i + 1;
            for j in start..start + len {
                // 8. t = zeta f-hat[j + len]
                let t = times(zeta, f_hat[j + len]);
                // 9. f-hat[j + len] = f-hat[j] - t
                f_hat[j + len] = minus(f_hat[j], t);
                // 10. f-hat[j] = f-hat[j] + t
                f_hat[j] = plus(f_hat[j], t);
            }
        }
    }
    f_hat
}

/// Transform back.
///
/// Standard: FIPS 203, 4.3, algorithm 10, the inverse of NTT. `len` runs through 2, 4, ..., 128.
/// In: `f_hat`, in T_q. Out: f, in R_q.
pub fn ntt_inverse(f_hat: &KemPolynomial) -> KemPolynomial {
    // 1. f = f-hat
    let mut f = *f_hat;
    // 2. i = 127
    let mut i = 127usize;
    for layer in 0..7 {
        let len = 2usize << layer;
        for block in 0..N / (2 * len) {
            let start = 2 * len * block;
            // 5. zeta = zeta^BitRev7(i); 6. i = i - 1
            let zeta = ZETAS[i];
            i = i - 1;
            for j in start..start + len {
                // 8. t = f[j]
                let t = f[j];
                // 9. f[j] = t + f[j + len]
                f[j] = plus(t, f[j + len]);
                // 10. f[j + len] = zeta (f[j + len] - t)
                f[j + len] = times(zeta, minus(f[j + len], t));
            }
        }
    }
    // 14. f = f 3303 mod q
    for j in 0..N {
        f[j] = times(f[j], INVERSE_OF_128 as u16);
    }
    f
}

/// FIPS 203, 4.3.1, algorithm 12, BaseCaseMultiply(a0, a1, b0, b1, gamma): modulo X^2 - gamma.
fn base_case_multiply(a0: u16, a1: u16, b0: u16, b1: u16, gamma: u16) -> (u16, u16) {
    // 1. c0 = a0 b0 + a1 b1 gamma
    let c0 = plus(times(a0, b0), times(times(a1, b1), gamma));
    // 2. c1 = a0 b1 + a1 b0
    let c1 = plus(times(a0, b1), times(a1, b0));
    (c0, c1)
}

/// The product of two transformed polynomials.
///
/// Standard: FIPS 203, 4.3.1, algorithm 11, MultiplyNTTs(f-hat, g-hat).
/// In: `f_hat`, `g_hat`, in T_q. Out: their product, in T_q.
pub fn multiply_ntts(f_hat: &KemPolynomial, g_hat: &KemPolynomial) -> KemPolynomial {
    let mut h_hat = KemPolynomial::new();
    for i in 0..N / 2 {
        // 2. (h[2i], h[2i+1]) = BaseCaseMultiply(f[2i], f[2i+1], g[2i], g[2i+1], zeta^(2 BitRev7(i) + 1))
        let (c0, c1) = base_case_multiply(
            f_hat[2 * i],
            f_hat[2 * i + 1],
            g_hat[2 * i],
            g_hat[2 * i + 1],
            gamma(i),
        );
        h_hat[2 * i] = c0;
        h_hat[2 * i + 1] = c1;
    }
    h_hat
}
