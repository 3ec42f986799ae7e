//! The twisted Edwards curve -x^2 + y^2 = 1 + d x^2 y^2 that is birationally equivalent to Curve25519.
//!
//! Standard: RFC 8032, sections 5.1.2 to 5.1.4; RFC 7748, section 4.1 (the map from the Montgomery curve); XEdDSA,
//! section 2.3.
//! Called by `xeddsa` and `vxeddsa` (signatures), and `handshake/x3dh` (`is_canonical`).
//!
//! Points and scalars are public values here. When these multiply by a secret scalar, they declassify the scalar
//! before and say why; the optimised crate does it in constant time.
// The subset has no closures to give to `Option::filter`.
#![allow(clippy::manual_filter)]
use crate::keys::types::{CompressedPoint, Integer256, PublicKey};
use crate::notation::field::{fe_from_bytes, fe_literal, fe_to_bytes, Fe};
use crate::notation::scalar::{scalar_to_bytes, Scalar};
use crate::primitives::field25519::{edwards_d, inverse, is_below_p, negate, parity, square_root};
use crate::primitives::scalar25519::{bit, ORDER};
use hacspec_lib::*;

/// RFC 8032, 5.1, table 1: the x-coordinate of the base point.
const BASE_X: Integer256 = Integer256([
    0x1a, 0xd5, 0x25, 0x8f, 0x60, 0x2d, 0x56, 0xc9, 0xb2, 0xa7, 0x25, 0x95, 0x60, 0xc7, 0x2c, 0x69,
    0x5c, 0xdc, 0xd6, 0xfd, 0x31, 0xe2, 0xa4, 0xc0, 0xfe, 0x53, 0x6e, 0xcd, 0xd3, 0x36, 0x69, 0x21,
]);

/// RFC 8032, 5.1, table 1: the y-coordinate of the base point, 4/5.
const BASE_Y: Integer256 = Integer256([
    0x58, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
    0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66, 0x66,
]);

/// Which of the two x-coordinates that belong to a y-coordinate.
///
/// Standard: XEdDSA, 2.3: P.s; RFC 8032, 5.1.2: the parity of x.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sign {
    /// x is even: sign bit 0.
    Zero,
    /// x is odd: sign bit 1.
    One,
}

/// A point in extended homogeneous coordinates: x = X/Z, y = Y/Z, x y = T/Z.
///
/// Standard: RFC 8032, 5.1.4. Different coordinates can stand for one point: compare points by `compress`.
#[derive(Clone, Copy, Debug)]
pub struct Point {
    /// X.
    pub x: Fe,
    /// Y.
    pub y: Fe,
    /// Z, not 0.
    pub z: Fe,
    /// T.
    pub t: Fe,
}

/// RFC 8032, 5.1.4: the extended coordinates of the affine point (x, y).
fn point_of_affine(x: Fe, y: Fe) -> Point {
    Point {
        x,
        y,
        z: fe_literal(1),
        t: x * y,
    }
}

/// The neutral element.
///
/// Standard: RFC 8032, 5.1.4: (0, 1).
/// Out: the point.
pub fn identity() -> Point {
    point_of_affine(fe_literal(0), fe_literal(1))
}

/// The base point B.
///
/// Standard: RFC 8032, 5.1, table 1; it corresponds to u = 9.
/// Out: the point.
pub fn base_point() -> Point {
    point_of_affine(fe_from_bytes(BASE_X), fe_from_bytes(BASE_Y))
}

/// Add two points; the formulas are complete, so the points may be equal or neutral.
///
/// Standard: RFC 8032, 5.1.4, point addition.
/// In: `p` and `q`, public. Out: p + q.
pub fn add(p: Point, q: Point) -> Point {
    // A = (Y1-X1)*(Y2-X2)
    let a = (p.y - p.x) * (q.y - q.x);
    // B = (Y1+X1)*(Y2+X2)
    let b = (p.y + p.x) * (q.y + q.x);
    // C = T1*2*d*T2
    let td = p.t * edwards_d() * q.t;
    let c = td + td;
    // D = Z1*2*Z2
    let zz = p.z * q.z;
    let d = zz + zz;
    // E = B-A, F = D-C, G = D+C, H = B+A
    let e = b - a;
    let f = d - c;
    let g = d + c;
    let h = b + a;
    // X3 = E*F, Y3 = G*H, T3 = E*H, Z3 = F*G
    Point {
        x: e * f,
        y: g * h,
        z: f * g,
        t: e * h,
    }
}

/// Double a point.
///
/// Standard: RFC 8032, 5.1.4, point doubling.
/// In: `p`, public. Out: p + p.
pub fn double(p: Point) -> Point {
    // A = X1^2
    let a = p.x * p.x;
    // B = Y1^2
    let b = p.y * p.y;
    // C = 2*Z1^2
    let zz = p.z * p.z;
    let c = zz + zz;
    // H = A+B
    let h = a + b;
    // E = H-(X1+Y1)^2
    let e = h - (p.x + p.y) * (p.x + p.y);
    // G = A-B
    let g = a - b;
    // F = C+G
    let f = c + g;
    // X3 = E*F, Y3 = G*H, T3 = E*H, Z3 = F*G
    Point {
        x: e * f,
        y: g * h,
        z: f * g,
        t: e * h,
    }
}

/// The negative of a point.
///
/// Standard: RFC 8032, 5.1.4: the negative of (x, y) is (-x, y).
/// In: `p`, public. Out: -p.
pub fn negate_point(p: Point) -> Point {
    Point {
        x: negate(p.x),
        y: p.y,
        z: p.z,
        t: negate(p.t),
    }
}

/// Multiply a point by an integer below 2^256, which is not reduced.
///
/// Standard: RFC 8032, 5.1.4, scalar multiplication by repeated addition; here double-and-add from the top bit.
/// In: `n`, 32 bytes, least significant first, public; `p`, public. Out: n p.
pub fn integer_mul(n: Integer256, p: Point) -> Point {
    let mut product = identity();
    for i in 0..256 {
        product = double(product);
        if bit(n, 255 - i) == 1 {
            product = add(product, p);
        }
    }
    product
}

/// Multiply a point by a scalar.
///
/// Standard: XEdDSA, 2.3: the product of an integer and a point.
/// In: `scalar` and `p`, public. Out: scalar p.
pub fn scalar_mul(scalar: Scalar, p: Point) -> Point {
    integer_mul(scalar_to_bytes(scalar), p)
}

/// Multiply the base point by a scalar.
///
/// Standard: XEdDSA, 2.3: a product with B.
/// In: `scalar`, public. Out: scalar B.
pub fn scalar_mul_base(scalar: Scalar) -> Point {
    scalar_mul(scalar, base_point())
}

/// Encode a point: y, and the parity of x in the top bit.
///
/// Standard: RFC 8032, 5.1.2.
/// In: `p`, public. Out: 32 bytes, public, the same for all coordinates of a point.
pub fn compress(p: Point) -> CompressedPoint {
    let z_inverse = inverse(p.z);
    let x = p.x * z_inverse;
    let y = p.y * z_inverse;
    let mut bytes = CompressedPoint::from_seq(&fe_to_bytes(y));
    bytes[31] = bytes[31] | (parity(x) << 7);
    bytes
}

/// The bit that stands for a sign.
///
/// Standard: XEdDSA, 2.3; RFC 8032, 5.1.2.
/// In: `sign`. Out: 0 or 1.
pub fn sign_bit(sign: Sign) -> u8 {
    match sign {
        Sign::Zero => 0,
        Sign::One => 1,
    }
}

/// The sign of an encoded point.
///
/// Standard: XEdDSA, 2.4; RFC 8032, 5.1.2: the most significant bit of the last byte.
/// In: `bytes`, 32, public. Out: the sign.
pub fn sign_of(bytes: CompressedPoint) -> Sign {
    if bytes[31] < 0x80u8 {
        Sign::Zero
    } else {
        Sign::One
    }
}

/// The point with a given y-coordinate and sign; `None` if there is no point with this y.
///
/// Standard: RFC 8032, 5.1.3, steps 2 to 4.
/// In: `y` and `sign`, public. Out: the point.
///
/// Choice: x = 0 has even parity only, and step 4 refuses sign 1 with it; here both signs give the point, since the
/// sign comes from a signature and not from an encoding of this point. `decompress` makes the check of step 4.
/// Deployed: the same point for both signs.
pub fn point_of_y(y: Fe, sign: Sign) -> Option<Point> {
    let one = fe_literal(1);
    // x^2 = (y^2 - 1) / (d y^2 + 1); the denominator is never 0, as -1/d is not a square
    let x_squared = (y * y - one) * inverse(edwards_d() * y * y + one);
    match square_root(x_squared) {
        // use the sign bit to select the right square root
        Some(x) => {
            if parity(x) == sign_bit(sign) {
                Some(point_of_affine(x, y))
            } else {
                Some(point_of_affine(negate(x), y))
            }
        }
        None => None,
    }
}

/// Decode a point; only the encodings that `compress` makes are accepted.
///
/// Standard: RFC 8032, 5.1.3.
/// In: `bytes`, 32, public. Out: the point, or `None` if y >= p, no point has this y, or x = 0 comes with sign 1.
pub fn decompress(bytes: CompressedPoint) -> Option<Point> {
    let mut y_bytes = Integer256::from_seq(&bytes);
    y_bytes[31] = y_bytes[31] & 0x7fu8;
    match point_of_y(fe_from_bytes(y_bytes), sign_of(bytes)) {
        // y >= p, and x = 0 with sign 1, are what does not encode to the same bytes again
        Some(p) => {
            if compress(p) == bytes {
                Some(p)
            } else {
                None
            }
        }
        None => None,
    }
}

/// The Edwards point that belongs to a Montgomery u-coordinate, with a given sign.
///
/// Standard: XEdDSA, 2.3, `convert_mont`, with `u_to_y` of 5: y = (u - 1) / (u + 1); RFC 7748, 4.1.
/// In: `u`, 32 bytes, public, masked to 255 bits and reduced here; `sign`, public. Out: the point, or `None` if u =
/// -1 or no point of the curve has this u.
///
/// Choice: for u = -1 the published text takes 0 for the inverse of 0 and goes on with y = 0, a point of order 4 that
/// belongs to u = 1; this is refused here. Deployed: refused.
pub fn montgomery_to_edwards(u: PublicKey, sign: Sign) -> Option<Point> {
    // u_masked = u (mod 2^|p|)
    let mut u_masked = Integer256::from_seq(&u);
    u_masked[31] = u_masked[31] & 0x7fu8;
    let u_field = fe_from_bytes(u_masked);
    let one = fe_literal(1);
    if u_field == negate(one) {
        None
    } else {
        // P.y = u_to_y(u_masked)
        let y = (u_field - one) * inverse(u_field + one);
        // P.s = the sign
        point_of_y(y, sign)
    }
}

/// Whether a point is the neutral element.
///
/// Standard: RFC 8032, 5.1.4: (0, 1).
/// In: `p`, public. Out: true for x = 0 and y = 1.
pub fn is_identity(p: Point) -> bool {
    p.x == fe_literal(0) && p.y == p.z
}

/// Whether a point lies in the subgroup of prime order.
///
/// Standard: RFC 7748, 4.1 (order q, cofactor 8): q times the point is neutral.
/// In: `p`, public. Out: true for the multiples of B.
pub fn is_torsion_free(p: Point) -> bool {
    // The integer q itself: as a scalar it would be 0.
    is_identity(integer_mul(ORDER, p))
}

/// Whether a public key is canonical: reduced, and on the curve without a torsion component.
///
/// Standard: none; X3DH does not ask for it.
/// Deployed: the check of the base key of an incoming first message, and of no other key.
/// In: `u`, 32 bytes as received, public. Out: true if bit 255 is clear, u < p, u is not -1, some point of the
/// curve (and not of its twist) has this u, and q times that point is neutral.
pub fn is_canonical(u: PublicKey) -> bool {
    // Bit 255 is clear and u < p.
    if is_below_p(Integer256::from_seq(&u)) {
        // u is not -1 and belongs to the curve; the Edwards image is taken with sign 0.
        match montgomery_to_edwards(u, Sign::Zero) {
            Some(p) => is_torsion_free(p),
            None => false,
        }
    } else {
        false
    }
}
