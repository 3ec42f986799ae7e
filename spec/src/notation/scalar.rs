//! Integers modulo q = 2^252 + 27742317777372353535851937790883648493, the order of the base point.
//!
//! Standard: RFC 7748, section 4.1 (there called the order); XEdDSA, section 2 (there called q).
//! Called by `primitives::scalar25519` and the modules on top. Public integers; see the module above for their
//! meaning.
use crate::keys::types::{Integer256, Integer512};
use core::ops::{Add, Mul, Sub};
use ruint::aliases::{U256, U512};

/// RFC 7748, 4.1: q, least significant limb first.
const Q: U256 = U256::from_limbs([
    0x5812_631a_5cf5_d3ed,
    0x14de_f9de_a2f7_9cd6,
    0x0000_0000_0000_0000,
    0x1000_0000_0000_0000,
]);

/// An integer modulo q.
///
/// Standard: XEdDSA, 2. Always below q, so equality is equality of integers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scalar(U256);

impl Add for Scalar {
    type Output = Scalar;
    fn add(self, other: Scalar) -> Scalar {
        Scalar(self.0.add_mod(other.0, Q))
    }
}

impl Sub for Scalar {
    type Output = Scalar;
    fn sub(self, other: Scalar) -> Scalar {
        // q - other does not wrap, as other is below q.
        Scalar(self.0.add_mod(Q - other.0, Q))
    }
}

impl Mul for Scalar {
    type Output = Scalar;
    fn mul(self, other: Scalar) -> Scalar {
        Scalar(self.0.mul_mod(other.0, Q))
    }
}

/// Read an integer of 32 bytes, least significant byte first, and reduce it.
///
/// Standard: XEdDSA, 2.4: integers from byte sequences, modulo q.
/// In: `bytes`, 32, public, any value. Out: le(bytes) mod q.
pub fn scalar_from_bytes(bytes: Integer256) -> Scalar {
    Scalar(U256::from_le_bytes(bytes.0).reduce_mod(Q))
}

/// Read an integer of 64 bytes, least significant byte first, and reduce it.
///
/// Standard: XEdDSA, 2.5: hashes are integers of 64 bytes, modulo q.
/// In: `bytes`, 64, public, any value. Out: le(bytes) mod q.
pub fn scalar_from_wide_bytes(bytes: Integer512) -> Scalar {
    let reduced = U512::from_le_bytes(bytes.0).reduce_mod(U512::from(Q));
    // Below q, so 256 bits hold it.
    Scalar(reduced.wrapping_to::<U256>())
}

/// Write a scalar, least significant byte first.
///
/// Standard: XEdDSA, 2.4.
/// In: `scalar`. Out: 32 bytes, public, whose value is below q.
pub fn scalar_to_bytes(scalar: Scalar) -> Integer256 {
    Integer256(scalar.0.to_le_bytes())
}
