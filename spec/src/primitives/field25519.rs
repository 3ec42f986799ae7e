//! The field of Curve25519: inverse, square root and parity over the integers modulo p, and the curve constants.
//!
//! Standard: RFC 7748, section 4.1; RFC 8032, sections 5.1, 5.1.1 and 5.1.3; XEdDSA, section 2.1.
//! Called by `x25519`, `edwards25519` and `vxeddsa`. Spec only: the optimised crate takes field arithmetic from a library. The
//! integers are public here; the callers declassify what comes from a secret, with the reason there.
use crate::keys::types::Integer256;
use crate::notation::field::{fe_from_bytes, fe_literal, fe_pow, fe_to_bytes, Fe};

/// p - 2, the exponent of an inverse (RFC 8032, 5.1.1).
const P_MINUS_2: Integer256 = Integer256([
    0xeb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f,
]);

/// (p - 1) / 2, the exponent of Euler's criterion.
const HALF_OF_P_MINUS_1: Integer256 = Integer256([
    0xf6, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x3f,
]);

/// (p + 3) / 8, the exponent of a candidate for a square root (RFC 8032, 5.1.3, step 2).
const P_PLUS_3_OVER_8: Integer256 = Integer256([
    0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f,
]);

/// 2^((p - 1) / 4), a square root of -1 (RFC 8032, 5.1.3, step 3).
const SQRT_MINUS_1: Integer256 = Integer256([
    0xb0, 0xa0, 0x0e, 0x4a, 0x27, 0x1b, 0xee, 0xc4, 0x78, 0xe4, 0x2f, 0xad, 0x06, 0x18, 0x43, 0x2f,
    0xa7, 0xd7, 0xfb, 0x3d, 0x99, 0x00, 0x4d, 0x2b, 0x0b, 0xdf, 0xc1, 0x4f, 0x80, 0x24, 0x83, 0x2b,
]);

/// d = -121665 / 121666 (RFC 8032, 5.1, table 1).
const D: Integer256 = Integer256([
    0xa3, 0x78, 0x59, 0x13, 0xca, 0x4d, 0xeb, 0x75, 0xab, 0xd8, 0x41, 0x41, 0x4d, 0x0a, 0x70, 0x00,
    0x98, 0xe8, 0x79, 0x77, 0x79, 0x40, 0xc7, 0x8c, 0x73, 0xfe, 0x6f, 0x2b, 0xee, 0x6c, 0x03, 0x52,
]);

/// The coefficient A of the Montgomery curve v^2 = u^3 + A u^2 + u.
///
/// Standard: RFC 7748, 4.1.
/// Out: 486662.
pub fn montgomery_a() -> Fe {
    fe_literal(486_662)
}

/// The coefficient d of the Edwards curve -x^2 + y^2 = 1 + d x^2 y^2.
///
/// Standard: RFC 8032, 5.1, table 1.
/// Out: -121665 / 121666 mod p.
pub fn edwards_d() -> Fe {
    fe_from_bytes(D)
}

/// The negative of a field element.
///
/// Standard: RFC 7748, 4.1: arithmetic modulo p.
/// In: `x`. Out: -x mod p.
pub fn negate(x: Fe) -> Fe {
    fe_literal(0) - x
}

/// The inverse of a field element; 0 for 0.
///
/// Standard: RFC 8032, 5.1.1: "computing x^(p-2)"; XEdDSA, 2.1, `inv`, which gives 0 for 0.
/// In: `x`. Out: 1/x mod p.
pub fn inverse(x: Fe) -> Fe {
    fe_pow(x, P_MINUS_2)
}

/// Whether a field element is a square, 0 included.
///
/// Standard: XEdDSA, 2.6, Euler's criterion: x^((p-1)/2) is 0, 1 or -1.
/// In: `x`. Out: true unless the power is -1.
pub fn is_square(x: Fe) -> bool {
    fe_pow(x, HALF_OF_P_MINUS_1) != negate(fe_literal(1))
}

/// A square root of a field element, either of the two; `None` for a non-square.
///
/// Standard: RFC 8032, 5.1.3, steps 2 and 3, with u/v already divided.
/// In: `a`. Out: x with x^2 = a mod p.
pub fn square_root(a: Fe) -> Option<Fe> {
    // the candidate root x = (u/v)^((p+3)/8)
    let x = fe_pow(a, P_PLUS_3_OVER_8);
    let y = x * fe_from_bytes(SQRT_MINUS_1);
    if x * x == a {
        // if v x^2 = u, x is a square root
        Some(x)
    } else if y * y == a {
        // if v x^2 = -u, x * 2^((p-1)/4) is a square root
        Some(y)
    } else {
        // otherwise, no square root exists
        None
    }
}

/// The parity of a field element, which the standards call its sign.
///
/// Standard: RFC 8032, 5.1.2: "the least significant bit of the x-coordinate".
/// In: `x`. Out: 0 or 1.
pub fn parity(x: Fe) -> u8 {
    fe_to_bytes(x)[0] & 1u8
}

/// Whether an integer is below p: reducing it leaves it as it is.
///
/// Standard: XEdDSA, 3: "if u >= p"; RFC 8032, 5.1.3, step 1.
/// In: `n`, 32 bytes, least significant first, public. Out: le(n) < p.
pub fn is_below_p(n: Integer256) -> bool {
    fe_to_bytes(fe_from_bytes(n)) == n
}
