//! VXEdDSA: signatures with X25519 keys that are also a verifiable random function (VRF).
//!
//! Which part: XEdDSA, 2.3 to 2.6, 4 and 5. Called by applications; nothing on the wire uses it. Secret: the private key, the
//! random bytes and the nonce; all arithmetic on them is in constant time. So is hashing to a point, and the message stays
//! out of all branches. Verification is on public values and is not.
use crate::backend::field25519::Fe;
use crate::keys::types::{
    CompressedPoint, PrivateKey, PublicKey, SignatureRandom, VrfOutput, VrfSignature,
};
use crate::primitives::edwards25519::{
    compress, decompress, identity, is_identity, is_reduced, montgomery_to_edwards, scalar_mul,
    scalar_mul_base, sign_of, Point, Sign,
};
use crate::primitives::sha2::sha512_parts;
use crate::primitives::xeddsa::{
    calculate_key_pair, halves, hash_prefix, is_below_2_253, scalar_of_hash,
};
use curve25519_dalek::traits::VartimeMultiscalarMul;
use curve25519_dalek::{EdwardsPoint, Scalar};
use zeroize::Zeroize;

const HASH_2_PREFIX: [u8; 32] = hash_prefix(2);
const HASH_3_PREFIX: [u8; 32] = hash_prefix(3);
const HASH_4_PREFIX: [u8; 32] = hash_prefix(4);
const HASH_5_PREFIX: [u8; 32] = hash_prefix(5);
/// RFC 7748, 4.1: the coefficient A of the Montgomery curve.
const MONTGOMERY_A: Fe = Fe::small(486_662);

/// Mirror of `spec::primitives::vxeddsa::elligator2`.
///
/// In: r, 32 bytes, of which bit 255 is ignored. Out: u, below p, of a point on the curve.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // arithmetic mod p
pub fn elligator2(r: &[u8; 32]) -> PublicKey {
    let r = Fe::from_bytes(r);
    // u1 = -A * inv(1 + nr^2)
    let u1 = -MONTGOMERY_A * (Fe::ONE + Fe::small(2) * r.square()).inverse();
    // w1 = u1(u1^2 + Au1 + 1)
    let w1 = u1 * (u1.square() + MONTGOMERY_A * u1 + Fe::ONE);
    // if w1^((p-1)/2) == -1: u2 = -A - u1 (mod p), return u2; else return u1
    let u = Fe::select(w1.is_square(), -MONTGOMERY_A - u1, u1);
    PublicKey::from_bytes(u.to_bytes())
}

/// Mirror of `spec::primitives::vxeddsa::point_of_hash`.
///
/// In: the first 32 bytes of a hash; bit 255 is the sign. Out: a point of the subgroup of prime order.
#[must_use]
pub fn point_of_hash(hash: &[u8; 32]) -> Point {
    // r = h (mod 2^|p|); s = floor((h mod 2^b) / 2^|p|); u = elligator2(r); P.y = u_to_y(u); P.s = s
    let sign = sign_of(CompressedPoint::from_bytes(*hash));
    // return cP. Never none: u is on the curve, and u = -1 is not, as A - 2 is not a square. `verify` refuses the identity.
    montgomery_to_edwards(elligator2(hash), sign)
        .map_or_else(identity, |p| Point(p.0.mul_by_cofactor()))
}

/// Mirror of `spec::primitives::vxeddsa::hash_to_point`.
///
/// In: bytes of any length. Out: a point of the subgroup of prime order.
#[must_use]
pub fn hash_to_point(x: &[u8]) -> Point {
    point_of_parts(&[], x)
}

/// Mirror of `spec::primitives::vxeddsa::vrf_output`.
///
/// In: the point V of a signature. Out: the output of the VRF, which means nothing unless the signature is verified.
#[must_use]
pub fn vrf_output(v: Point) -> VrfOutput {
    let point = v.0.mul_by_cofactor().compress();
    let (output, _) = halves(sha512_parts(&[&HASH_5_PREFIX, point.as_bytes()]).as_bytes());
    VrfOutput::from_bytes(output)
}

/// Mirror of `spec::primitives::vxeddsa::sign`.
///
/// In: a clamped private key, secret; a message of any length; 64 fresh random bytes, secret. Out: V || h || s; the output
/// of the VRF.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // arithmetic mod q
pub fn sign(
    private: &PrivateKey,
    message: &[u8],
    random: &SignatureRandom,
) -> (VrfSignature, VrfOutput) {
    // A, a = calculate_key_pair(k)
    let key = calculate_key_pair(private);
    let a = CompressedPoint::from_bytes(key.point);
    // Bv = hash_to_point(A || M)
    let b_v = point_of_parts(a.as_bytes(), message);
    // V = aBv
    let v_point = scalar_mul(&key.scalar, b_v);
    let v = compress(v_point);
    // r = hash_3(a || V || Z) (mod q)
    let mut r = scalar_of_hash(&[
        &HASH_3_PREFIX,
        &key.nonce_key,
        v.as_bytes(),
        random.as_bytes(),
    ]);
    // R = rB; Rv = rBv
    let (r_point, r_v) = (scalar_mul_base(&r), scalar_mul(&r, b_v));
    // h = hash_4(A || V || R || Rv || M) (mod q)
    let h = challenge(a, v, r_point, r_v, message);
    // s = r + ha (mod q)
    let s = (r + h * key.scalar).to_bytes();
    r.zeroize();
    // v = hash_5(cV) (mod 2^b); return (V || h || s), v
    let mut signature = [0; 96];
    let parts = v.as_bytes().iter().chain(h.as_bytes()).chain(&s);
    for (to, from) in signature.iter_mut().zip(parts) {
        *to = *from;
    }
    (VrfSignature::from_bytes(signature), vrf_output(v_point))
}

/// Mirror of `spec::primitives::vxeddsa::verify`.
///
/// In: u as received; a message of any length; a signature. Out: the output of the VRF for this key and this message, if
/// the signature verifies.
#[must_use]
pub fn verify(public: PublicKey, message: &[u8], signature: VrfSignature) -> Option<VrfOutput> {
    let [v, h, s] = thirds(signature);
    if !is_reduced(public) || !is_below_2_253(&h) || !is_below_2_253(&s) {
        return None;
    }
    let a = montgomery_to_edwards(public, Sign::Zero)?;
    let v = decompress(CompressedPoint::from_bytes(v))?;
    let b_v = point_of_parts(compress(a).as_bytes(), message);
    // if cA == I or cV == I or Bv == I return false
    if a.0.is_small_order() || v.0.is_small_order() || is_identity(b_v) {
        return None;
    }
    verify_equation(a, v, b_v, message, h, s).then(|| vrf_output(v))
}

/// XEdDSA, 4: R = sB - hA, Rv = sBv - hV, hcheck = hash_4(A || V || R || Rv || M), and bytes_equal(h, hcheck).
/// Faster: both products of each in one multiplication; in variable time, as all is public.
#[allow(clippy::arithmetic_side_effects)] // points
fn verify_equation(
    a: Point,
    v: Point,
    b_v: Point,
    message: &[u8],
    h: [u8; 32],
    s: [u8; 32],
) -> bool {
    let s = Scalar::from_bytes_mod_order(s);
    // The points are negated and not h: modulo q, -h is another multiple of a point with torsion.
    let h_scalar = Scalar::from_bytes_mod_order(h);
    let r = EdwardsPoint::vartime_double_scalar_mul_basepoint(&h_scalar, &-a.0, &s);
    let r_v = EdwardsPoint::vartime_multiscalar_mul([s, h_scalar], [b_v.0, -v.0]);
    challenge(compress(a), compress(v), Point(r), Point(r_v), message).to_bytes() == h
}

/// XEdDSA, 4: h = hash_4(A || V || R || Rv || M) (mod q).
fn challenge(
    a: CompressedPoint,
    v: CompressedPoint,
    r: Point,
    r_v: Point,
    message: &[u8],
) -> Scalar {
    scalar_of_hash(&[
        &HASH_4_PREFIX,
        a.as_bytes(),
        v.as_bytes(),
        compress(r).as_bytes(),
        compress(r_v).as_bytes(),
        message,
    ])
}

/// XEdDSA, 2.6, `hash_to_point(X)`, of X in two parts.
fn point_of_parts(x: &[u8], rest_of_x: &[u8]) -> Point {
    // h = hash_2(X)
    let (h, _) = halves(sha512_parts(&[&HASH_2_PREFIX, x, rest_of_x]).as_bytes());
    point_of_hash(&h)
}

/// V, h and s of a signature.
fn thirds(signature: VrfSignature) -> [[u8; 32]; 3] {
    let mut parts = [[0; 32]; 3];
    for (to, from) in parts
        .as_flattened_mut()
        .iter_mut()
        .zip(signature.as_bytes())
    {
        *to = *from;
    }
    parts
}
