//! The field of 2^16 elements.
//!
//! Which part: SPQR, the erasure code; no public text fixes the polynomial. Who calls it: `ratchet::sparse::erasure`. Secret:
//! nothing, chunks are sent.
//!
//! Elements are polynomials over GF(2) modulo x^16 + x^12 + x^3 + x + 1; bit i of the integer is the coefficient of x^i.
//! A chunk has sixteen elements, and the same is done to all sixteen: rows of them, as wide as a vector register or
//! two, are multiplied at once. No table is read at a place that depends on an element.

/// As many elements as a chunk has.
pub(crate) type Row = [u16; 16];

/// Mirror of `spec::ratchet::sparse::gf65536::gf_add`.
///
/// In: two elements. Out: their sum, which is their difference too.
#[must_use]
pub const fn gf_add(a: u16, b: u16) -> u16 {
    a ^ b
}

/// Mirror of `spec::ratchet::sparse::gf65536::gf_mul`.
///
/// In: two elements. Out: their product.
#[must_use]
pub const fn gf_mul(a: u16, b: u16) -> u16 {
    let (mut low, mut high) = (0, 0);
    let mut k = 0;
    while k < 16 {
        let part = a & bit_mask(b, k);
        low ^= part << k;
        high ^= (part >> 1) >> (15 ^ k); // 15 ^ k = 15 - k
        k = k.wrapping_add(1);
    }
    reduce(low, high)
}

/// Mirror of `spec::ratchet::sparse::gf65536::gf_inv`.
/// Faster: 2^16 - 2 is reached with five products, by exponents 2^k - 1.
///
/// In: an element. Out: its inverse; 0 for 0.
#[must_use]
pub const fn gf_inv(a: u16) -> u16 {
    let a2 = gf_mul(squared(a, 1), a); // a^(2^2 - 1)
    let a3 = gf_mul(squared(a2, 1), a);
    let a6 = gf_mul(squared(a3, 3), a3);
    let a12 = gf_mul(squared(a6, 6), a6);
    let a15 = gf_mul(squared(a12, 3), a3);
    squared(a15, 1)
}

/// Mirror of `spec::ratchet::sparse::gf65536::gf_div`.
///
/// In: two elements. Out: a / b; 0 if b is 0.
#[must_use]
pub const fn gf_div(a: u16, b: u16) -> u16 {
    gf_mul(a, gf_inv(b))
}

/// The sums of two rows.
pub(crate) fn add_rows(a: &Row, b: &Row) -> Row {
    let mut out = *a;
    for (out, b) in out.iter_mut().zip(b) {
        *out ^= b;
    }
    out
}

/// The products of a row and one element. The time depends on the length of that element, which is public.
pub(crate) fn scale_row(row: &Row, by: u16) -> Row {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    for k in 0..16u32.saturating_sub(by.leading_zeros()) {
        let mask = bit_mask(by, k);
        for ((low, high), element) in low.iter_mut().zip(&mut high).zip(row) {
            let part = element & mask;
            *low ^= part << k;
            *high ^= (part >> 1) >> (15 ^ k);
        }
    }
    for (low, high) in low.iter_mut().zip(high) {
        *low = reduce(*low, high);
    }
    low
}

/// The inverse of the difference of two places. Most places are small: theirs are known.
pub(crate) fn inverse_of_difference(a: u16, b: u16) -> u16 {
    let difference = gf_add(a, b);
    let known = SMALL_INVERSES.get(usize::from(difference)).copied();
    known.unwrap_or_else(|| gf_inv(difference))
}

/// All ones if bit k of an element is set, else 0.
const fn bit_mask(element: u16, k: u32) -> u16 {
    0u16.wrapping_sub((element >> k) & 1)
}

/// The element that a product of two polynomials stands for: `high` x^16 + `low`.
const fn reduce(low: u16, high: u16) -> u16 {
    // high (x^12 + x^3 + x + 1) reaches x^27; what is above x^15 comes back in the same way, at most three times.
    let above = (high >> 4) ^ (high >> 13) ^ (high >> 15);
    let high = high ^ above ^ (above >> 4) ^ (above >> 8);
    low ^ high ^ (high << 1) ^ (high << 3) ^ (high << 12)
}

/// An element squared so many times.
const fn squared(element: u16, times: u32) -> u16 {
    let mut out = element;
    let mut left = times;
    while left > 0 {
        // The coefficients of a square stand twice as high.
        out = reduce(spread(out & 0xff), spread(out >> 8));
        left = left.wrapping_sub(1);
    }
    out
}

/// The low eight bits, a zero after each.
const fn spread(byte: u16) -> u16 {
    let pairs = (byte | (byte << 4)) & 0x0f0f;
    let pairs = (pairs | (pairs << 2)) & 0x3333;
    (pairs | (pairs << 1)) & 0x5555
}

const SMALL_INVERSES: [u16; 256] = {
    let mut inverses = [0; 256];
    let mut rest = inverses.as_mut_slice();
    let mut element = 0;
    while let Some((first, after)) = rest.split_first_mut() {
        *first = gf_inv(element);
        element = element.wrapping_add(1);
        rest = after;
    }
    inverses
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_element_but_zero_has_its_inverse() {
        assert_eq!(gf_inv(0), 0);
        for a in 1..=u16::MAX {
            assert_eq!(gf_mul(a, gf_inv(a)), 1, "{a}");
            assert_eq!(inverse_of_difference(a, 0), gf_inv(a));
        }
    }

    #[test]
    fn products_are_those_of_polynomials() {
        let by_steps = |a: u16, b: u16| {
            (0..16).rev().fold(0u16, |out, k| {
                let shifted = (u32::from(out) << 1) ^ if out > 0x7fff { 0x1_100b } else { 0 };
                u16::try_from(shifted).unwrap() ^ if b >> k & 1 == 1 { a } else { 0 }
            })
        };
        for a in (0..=u16::MAX).step_by(251) {
            for b in (0..=u16::MAX).step_by(509) {
                assert_eq!(gf_mul(a, b), by_steps(a, b), "{a} {b}");
                assert_eq!(gf_div(gf_mul(a, b), b), if b == 0 { 0 } else { a });
            }
        }
    }

    #[test]
    fn a_row_is_sixteen_products() {
        let row: Row = core::array::from_fn(|i| u16::try_from(i * 4099 + 7).unwrap());
        for by in (0..=u16::MAX).step_by(97).chain(0..=64) {
            assert_eq!(scale_row(&row, by), row.map(|element| gf_mul(element, by)));
        }
    }
}
