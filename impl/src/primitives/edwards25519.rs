//! The Edwards form of the curve, by curve25519-dalek.
//!
//! Which part: RFC 8032, 5.1; RFC 7748, 4.1; XEdDSA, 2.2 and 2.3. Called by `xeddsa`, `vxeddsa` and `handshake/x3dh`. Points are
//! public; a secret scalar is multiplied in constant time.
use crate::keys::types::{CompressedPoint, PublicKey};
use curve25519_dalek::edwards::CompressedEdwardsY;
use curve25519_dalek::traits::{Identity, IsIdentity};
use curve25519_dalek::{constants, EdwardsPoint, MontgomeryPoint, Scalar};

/// Which of the two x-coordinates that belong to a y-coordinate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// x is even: sign bit 0.
    Zero,
    /// x is odd: sign bit 1.
    One,
}

/// A point.
#[derive(Clone, Copy, Debug)]
pub struct Point(pub(crate) EdwardsPoint);

/// Mirror of `spec::primitives::edwards25519::identity`.
///
/// Out: the neutral element.
#[must_use]
pub fn identity() -> Point {
    Point(EdwardsPoint::identity())
}

/// Mirror of `spec::primitives::edwards25519::base_point`.
///
/// Out: B.
#[must_use]
pub fn base_point() -> Point {
    Point(constants::ED25519_BASEPOINT_POINT)
}

/// Mirror of `spec::primitives::edwards25519::add`.
///
/// In: two points. Out: their sum.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // complete addition of points
pub fn add(p: Point, q: Point) -> Point {
    Point(p.0 + q.0)
}

/// Mirror of `spec::primitives::edwards25519::double`.
///
/// In: a point. Out: the point added to itself.
#[must_use]
pub fn double(p: Point) -> Point {
    add(p, p)
}

/// Mirror of `spec::primitives::edwards25519::negate_point`.
///
/// In: a point. Out: its negative.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // a field element
pub fn negate_point(p: Point) -> Point {
    Point(-p.0)
}

/// Mirror of `spec::primitives::edwards25519::scalar_mul`.
///
/// In: a scalar, which may be secret; a point. Out: their product.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // arithmetic mod q
pub fn scalar_mul(scalar: &Scalar, p: Point) -> Point {
    Point(p.0 * scalar)
}

/// Mirror of `spec::primitives::edwards25519::scalar_mul_base`.
///
/// In: a scalar, which may be secret. Out: its product with B.
#[must_use]
pub fn scalar_mul_base(scalar: &Scalar) -> Point {
    Point(EdwardsPoint::mul_base(scalar))
}

/// Mirror of `spec::primitives::edwards25519::compress`.
///
/// In: a point. Out: y, and the parity of x in the top bit.
#[must_use]
pub fn compress(p: Point) -> CompressedPoint {
    CompressedPoint::from_bytes(p.0.compress().to_bytes())
}

/// Mirror of `spec::primitives::edwards25519::sign_bit`.
///
/// In: a sign. Out: 0 or 1.
#[must_use]
pub const fn sign_bit(sign: Sign) -> u8 {
    match sign {
        Sign::Zero => 0,
        Sign::One => 1,
    }
}

/// Mirror of `spec::primitives::edwards25519::sign_of`.
///
/// In: an encoded point. Out: its sign bit.
#[must_use]
pub fn sign_of(bytes: CompressedPoint) -> Sign {
    let [.., last] = bytes.as_bytes();
    if last >> 7 == 0 {
        Sign::Zero
    } else {
        Sign::One
    }
}

/// Mirror of `spec::primitives::edwards25519::decompress`.
///
/// In: 32 bytes. Out: the point, if `compress` gives these bytes for it.
#[must_use]
pub fn decompress(bytes: CompressedPoint) -> Option<Point> {
    let p = Point(CompressedEdwardsY(*bytes.as_bytes()).decompress()?);
    (compress(p) == bytes).then_some(p)
}

/// Mirror of `spec::primitives::edwards25519::montgomery_to_edwards`.
///
/// In: u, masked and reduced here; the sign. Out: the point, or none if u = -1 or no point of the curve has this u.
#[must_use]
pub fn montgomery_to_edwards(u: PublicKey, sign: Sign) -> Option<Point> {
    MontgomeryPoint(*u.as_bytes())
        .to_edwards(sign_bit(sign))
        .map(Point)
}

/// Mirror of `spec::primitives::edwards25519::is_identity`.
///
/// In: a point. Out: whether it is neutral.
#[must_use]
pub fn is_identity(p: Point) -> bool {
    p.0.is_identity()
}

/// Mirror of `spec::primitives::edwards25519::is_torsion_free`.
/// Faster: (q - 1) p = -p in place of q p = 0, the same statement; q - 1 is a scalar, and the point is public, so that
/// multiplication in variable time may be used.
///
/// In: a point, public. Out: whether it is a multiple of B.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // arithmetic mod q, and of points
pub fn is_torsion_free(p: Point) -> bool {
    let q_minus_1 = -Scalar::ONE;
    EdwardsPoint::vartime_double_scalar_mul_basepoint(&q_minus_1, &p.0, &Scalar::ZERO) == -p.0
}

/// Mirror of `spec::primitives::edwards25519::is_canonical`.
///
/// In: u as received. Out: whether it is reduced, and on the curve without a torsion component.
#[must_use]
pub fn is_canonical(u: PublicKey) -> bool {
    is_reduced(u) && montgomery_to_edwards(u, Sign::Zero).is_some_and(is_torsion_free)
}

/// Whether bit 255 is clear and u < p = 2^255 - 19.
pub(crate) fn is_reduced(u: PublicKey) -> bool {
    let [first, middle @ .., last] = u.as_bytes();
    let at_least_p = *first >= 0xed && middle.iter().all(|byte| *byte == 0xff) && *last == 0x7f;
    last >> 7 == 0 && !at_least_p
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn torsion_is_found_in_every_coset() {
        for torsion in constants::EIGHT_TORSION {
            let p = Point(constants::ED25519_BASEPOINT_POINT + torsion);
            assert_eq!(is_torsion_free(p), p.0.is_torsion_free());
            assert_eq!(is_torsion_free(Point(torsion)), torsion.is_identity());
        }
    }

    #[test]
    fn reduced_ends_at_p() {
        let mut u = [0xff; 32];
        u[31] = 0x7f;
        for first in 0..=255 {
            u[0] = first;
            assert_eq!(is_reduced(PublicKey::from_bytes(u)), first < 0xed);
        }
        u[31] = 0xff;
        assert!(!is_reduced(PublicKey::from_bytes(u)));
        assert!(is_reduced(PublicKey::from_bytes([0; 32])));
    }
}
