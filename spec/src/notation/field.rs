//! Integers modulo p = 2^255 - 19.
//!
//! Standard: RFC 7748, section 4.1.
//! Called by `primitives::field25519` and the curve modules. Public integers; see the module above for their meaning.
use crate::keys::types::Integer256;
use core::ops::{Add, Mul, Sub};
use ruint::aliases::U256;

/// RFC 7748, 4.1: p = 2^255 - 19, least significant limb first.
const P: U256 = U256::from_limbs([
    0xffff_ffff_ffff_ffed,
    0xffff_ffff_ffff_ffff,
    0xffff_ffff_ffff_ffff,
    0x7fff_ffff_ffff_ffff,
]);

/// An integer modulo p.
///
/// Standard: RFC 7748, 4.1. Always below p, so equality is equality of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fe(U256);

impl Add for Fe {
    type Output = Fe;
    fn add(self, other: Fe) -> Fe {
        Fe(self.0.add_mod(other.0, P))
    }
}

impl Sub for Fe {
    type Output = Fe;
    fn sub(self, other: Fe) -> Fe {
        // p - other does not wrap, as other is below p.
        Fe(self.0.add_mod(P - other.0, P))
    }
}

impl Mul for Fe {
    type Output = Fe;
    fn mul(self, other: Fe) -> Fe {
        Fe(self.0.mul_mod(other.0, P))
    }
}

/// A small integer as a field element.
///
/// Standard: RFC 7748, 4.1.
/// In: `n`. Out: n mod p, which is n.
pub fn fe_literal(n: u64) -> Fe {
    Fe(U256::from(n))
}

/// Read an integer, least significant byte first, and reduce it.
///
/// Standard: RFC 7748, 5, `decodeLittleEndian`, then modulo p.
/// In: `bytes`, 32, public, any value. Out: le(bytes) mod p.
pub fn fe_from_bytes(bytes: Integer256) -> Fe {
    Fe(U256::from_le_bytes(bytes.0).reduce_mod(P))
}

/// Write a field element, least significant byte first.
///
/// Standard: RFC 7748, 5, `encodeUCoordinate`.
/// In: `element`. Out: 32 bytes, public, whose value is below p.
pub fn fe_to_bytes(element: Fe) -> Integer256 {
    Integer256(element.0.to_le_bytes())
}

/// Raise a field element to a power.
///
/// Standard: RFC 8032, 5.1.1 and 5.1.3, which write inverses and square roots as powers.
/// In: `base`; `exponent`, 32 bytes, least significant first, public. Out: base^le(exponent) mod p; 0^0 is 1.
pub fn fe_pow(base: Fe, exponent: Integer256) -> Fe {
    Fe(base.0.pow_mod(U256::from_le_bytes(exponent.0), P))
}
