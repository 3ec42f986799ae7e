//! VXEdDSA: signatures with X25519 keys that are also a verifiable random function (VRF).
//!
//! Standard: XEdDSA, sections 2.3 to 2.6, 4 and 5; the map of 2.6 is that of Elligator, section 5. Not used on the wire;
//! there is no deployed form.
//! Called by no module of this crate; by applications and the vectors.
//!
//! The output v is a function of the key and the message alone. Whoever has the signature can compute it, and whoever
//! verifies the signature knows that it is the only one for this key and this message.
//!
//! Must stay secret: the private key, the random bytes, the nonce r. Whoever learns r of one signature has the key.
use crate::keys::types::{
    CompressedPoint, Integer256, PrivateKey, PublicKey, SignatureRandom, VrfOutput, VrfSignature,
};
use crate::notation::field::{fe_from_bytes, fe_literal, fe_to_bytes};
use crate::notation::scalar::{scalar_from_bytes, scalar_to_bytes, Scalar};
use crate::primitives::edwards25519::{
    add, compress, decompress, double, identity, is_identity, montgomery_to_edwards, negate_point,
    scalar_mul, scalar_mul_base, sign_of, Point, Sign,
};
use crate::primitives::field25519::{inverse, is_below_p, is_square, montgomery_a, negate};
use crate::primitives::scalar25519::scalar_of_digest;
use crate::primitives::xeddsa::{calculate_key_pair, hash_i, is_below_2_253};
use hacspec_lib::*;

/// XEdDSA, 2.2 and 5: b/8, the bytes of an encoded point or scalar.
const ENCODED_LEN: usize = 32;

/// XEdDSA, 2.2: c P, with the cofactor c = 8.
fn mul_by_cofactor(p: Point) -> Point {
    double(double(double(p)))
}

/// Map a field element to a point of the Montgomery curve, to its coordinate u.
///
/// Standard: XEdDSA, 2.6, `elligator2(r)`, with n = 2 of 5; Elligator, 5.
/// In: `r`, 32 bytes, least significant first, public; bit 255 is ignored, the rest is reduced modulo p. Out: u, 32
/// bytes, public, below p, of a point on the curve.
pub fn elligator2(r: Integer256) -> PublicKey {
    let mut r_masked = r;
    r_masked[31] = r_masked[31] & 0x7fu8;
    let r_field = fe_from_bytes(r_masked);
    let one = fe_literal(1);
    let a = montgomery_a();
    // u1 = -A * inv(1 + nr^2)
    let u1 = negate(a) * inverse(one + fe_literal(2) * r_field * r_field);
    // w1 = u1(u1^2 + Au1 + 1)
    let w1 = u1 * (u1 * u1 + a * u1 + one);
    // if w1^((p-1)/2) == -1: u2 = -A - u1 (mod p), return u2; else return u1
    let u = if is_square(w1) { u1 } else { negate(a) - u1 };
    PublicKey::from_seq(&fe_to_bytes(u))
}

/// The point of a hash.
///
/// Standard: XEdDSA, 2.6, `hash_to_point(X)`, from the hash of X on.
/// In: `hash`, the first 32 bytes of it, public; bit 255 is the sign. Out: the point, public.
pub fn point_of_hash(hash: Integer256) -> Point {
    // r = h (mod 2^|p|); s = floor((h mod 2^b) / 2^|p|); u = elligator2(r); P.y = u_to_y(u); P.s = s
    let sign = sign_of(CompressedPoint::from_seq(&hash));
    match montgomery_to_edwards(elligator2(hash), sign) {
        // return cP
        Some(p) => mul_by_cofactor(p),
        // Never: u is on the curve, and u = -1 is not, as A - 2 is not a square. `verify` refuses this point.
        None => identity(),
    }
}

/// Hash bytes to a point of the subgroup of prime order.
///
/// Standard: XEdDSA, 2.6, `hash_to_point(X)`.
/// In: `x`, any length. Out: the point, public; nobody knows its discrete logarithm.
pub fn hash_to_point(x: &ByteSeq) -> Point {
    // h = hash_2(X)
    // Declassified: the hash. The message that a VRF hashes is known to whoever verifies, and the point is in no
    // relation to the private key.
    let h = ByteSeq::from_seq(&hash_i(2, x)).declassify();
    point_of_hash(Integer256::from_slice(&h, 0, ENCODED_LEN))
}

/// The output of the VRF.
///
/// Standard: XEdDSA, 4: v = hash_5(cV) (mod 2^b), the first 32 bytes of the hash.
/// In: `v`, the point V of a signature, public. Out: 32 bytes, public; they mean nothing unless the signature is
/// verified.
pub fn vrf_output(v: Point) -> VrfOutput {
    let point = ByteSeq::from_public_seq(&compress(mul_by_cofactor(v)));
    // Declassified: the output, which everybody can compute from the signature.
    let hash = ByteSeq::from_seq(&hash_i(5, &point)).declassify();
    VrfOutput::from_slice(&hash, 0, ENCODED_LEN)
}

/// XEdDSA, 4: Bv = hash_to_point(A || M).
fn base_of_message(a: CompressedPoint, message: &ByteSeq) -> Point {
    hash_to_point(&ByteSeq::from_public_seq(&a).concat(message))
}

/// XEdDSA, 4: h = hash_4(A || V || R || Rv || M) (mod q).
fn challenge(
    a: CompressedPoint,
    v: CompressedPoint,
    r: Point,
    r_v: Point,
    message: &ByteSeq,
) -> Scalar {
    let points = a.concat(&v).concat(&compress(r)).concat(&compress(r_v));
    scalar_of_digest(&hash_i(
        4,
        &ByteSeq::from_public_seq(&points).concat(message),
    ))
}

/// Sign a message, and give its output of the VRF.
///
/// Standard: XEdDSA, 4, `vxeddsa_sign(k, M, Z)`.
/// In: `private`, 32 bytes, clamped, secret; `message`, any length; `random`, 64 fresh random bytes, secret. Out: V
/// || h || s, 96 bytes, and v, 32 bytes; both public.
pub fn sign(
    private: &PrivateKey,
    message: &ByteSeq,
    random: &SignatureRandom,
) -> (VrfSignature, VrfOutput) {
    // A, a = calculate_key_pair(k)
    let key = calculate_key_pair(private);
    // Bv = hash_to_point(A || M)
    let b_v = base_of_message(key.point, message);
    // V = aBv
    let v_point = scalar_mul(key.scalar, b_v);
    let v = compress(v_point);
    // r = hash_3(a || V || Z) (mod q)
    let v_bytes = ByteSeq::from_public_seq(&v);
    let r = scalar_of_digest(&hash_i(3, &key.nonce_key.concat(&v_bytes).concat(random)));
    // R = rB; Rv = rBv
    let r_point = scalar_mul_base(r);
    let r_v = scalar_mul(r, b_v);
    // h = hash_4(A || V || R || Rv || M) (mod q)
    let h = challenge(key.point, v, r_point, r_v, message);
    // s = r + ha (mod q)
    let s = r + h * key.scalar;
    // v = hash_5(cV) (mod 2^b); return (V || h || s), v
    let signature = v.concat(&scalar_to_bytes(h)).concat(&scalar_to_bytes(s));
    (VrfSignature::from_seq(&signature), vrf_output(v_point))
}

/// XEdDSA, 4, `vxeddsa_verify`, from A and V on, which are on the curve.
fn verify_points(
    a: Point,
    v: Point,
    message: &ByteSeq,
    h: Integer256,
    s: Integer256,
) -> Option<VrfOutput> {
    let a_bytes = compress(a);
    // Bv = hash_to_point(A || M)
    let b_v = base_of_message(a_bytes, message);
    // if cA == I or cV == I or Bv == I return false
    if is_identity(mul_by_cofactor(a)) || is_identity(mul_by_cofactor(v)) || is_identity(b_v) {
        None
    } else {
        let h_scalar = scalar_from_bytes(h);
        let s_scalar = scalar_from_bytes(s);
        // R = sB - hA
        let r = add(
            scalar_mul_base(s_scalar),
            negate_point(scalar_mul(h_scalar, a)),
        );
        // Rv = sBv - hV
        let r_v = add(
            scalar_mul(s_scalar, b_v),
            negate_point(scalar_mul(h_scalar, v)),
        );
        // hcheck = hash_4(A || V || R || Rv || M) (mod q); if bytes_equal(h, hcheck): v = hash_5(cV) (mod 2^b), return v
        if scalar_to_bytes(challenge(a_bytes, compress(v), r, r_v, message)) == h {
            Some(vrf_output(v))
        } else {
            None
        }
    }
}

/// Verify a signature, and give the output of the VRF for this key and this message.
///
/// Standard: XEdDSA, 4, `vxeddsa_verify(u, M, (V || h || s))`.
/// In: `public`, 32 bytes as received; `message`, any length; `signature`, 96 bytes; all public. Out: v, 32 bytes,
/// public; `None` if u >= p, h >= 2^253, s >= 2^253, A or V is not on the curve, A, V or Bv is of small order, or the
/// equation does not hold.
///
/// Choice: V must be encoded as `compress` does it. The text lets y of V be anything below 2^255, and takes it modulo p;
/// a signer who can use one of these few points knows a discrete logarithm that nobody can know.
pub fn verify(public: PublicKey, message: &ByteSeq, signature: VrfSignature) -> Option<VrfOutput> {
    let v_bytes = CompressedPoint::from_slice(&signature, 0, ENCODED_LEN);
    let h = Integer256::from_slice(&signature, ENCODED_LEN, ENCODED_LEN);
    let s = Integer256::from_slice(&signature, 2 * ENCODED_LEN, ENCODED_LEN);
    // if u >= p or V.y >= 2^|p| or h >= 2^|q| or s >= 2^|q| return false; the second never happens, since V.y has 255
    // bits
    if is_below_p(Integer256::from_seq(&public)) && is_below_2_253(h) && is_below_2_253(s) {
        // A = convert_mont(u); if not on_curve(A) or not on_curve(V) return false
        match (
            montgomery_to_edwards(public, Sign::Zero),
            decompress(v_bytes),
        ) {
            (Some(a), Some(v)) => verify_points(a, v, message, h, s),
            _ => None,
        }
    } else {
        None
    }
}
