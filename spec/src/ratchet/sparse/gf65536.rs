//! GF(2^16), the field of the erasure code.
//!
//! What: polynomials over GF(2) modulo x^16 + x^12 + x^3 + x + 1; bit i of a number is the coefficient of x^i.
//! Which part: deployed only; BRAID leaves the code to the implementer. Who calls it: `erasure`. Secret: nothing; what
//! is encoded is sent.

/// x^16 + x^12 + x^3 + x + 1.
const MODULUS: u32 = 0x1_100bu32;

/// a + b, which is also a - b.
///
/// In: two elements. Out: their sum.
pub fn gf_add(a: u16, b: u16) -> u16 {
    a ^ b
}

/// a b.
///
/// In: two elements. Out: their product.
pub fn gf_mul(a: u16, b: u16) -> u16 {
    let mut product = 0u32;
    // Horner's rule over the bits of b, the highest first.
    for i in 0u32..16u32 {
        // Times x: what is then x^16 is reduced.
        product = (product << 1) ^ ((product >> 15) * MODULUS);
        product = product ^ (((b >> (15u32 - i)) & 1u16) as u32 * a as u32);
    }
    product as u16
}

/// 1 / a, as a^(2^16 - 2).
///
/// Deployed: the inverse of 0 is 0. It is never used: points of a polynomial have distinct x.
/// In: an element. Out: its inverse.
pub fn gf_inv(a: u16) -> u16 {
    let mut power = a;
    let mut inverse = 1u16;
    // 2^16 - 2 = 2^1 + 2^2 + ... + 2^15
    for _i in 0u32..15u32 {
        power = gf_mul(power, power);
        inverse = gf_mul(inverse, power);
    }
    inverse
}

/// a / b.
///
/// In: two elements. Out: the quotient; of b = 0 it is 0.
pub fn gf_div(a: u16, b: u16) -> u16 {
    gf_mul(a, gf_inv(b))
}
