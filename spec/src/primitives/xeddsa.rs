//! XEdDSA: signatures with X25519 keys.
//!
//! Standard: XEdDSA, sections 2.3 to 2.5 and 3. Two forms stand behind one interface: the one that deployed
//! software uses on the wire, and the one of the published text.
//! Called by `handshake/bundle` (signed prekeys) and `keys` (alternate identities); `vxeddsa` shares the key pair, the
//! hash functions and the limit of scalars.
//!
//! The forms differ in the sign of the public point A. The text forces it to 0, and negates the private scalar if
//! that is needed; deployed software keeps the sign and sends it in the top bit of the signature. So every
//! signature of the text verifies in the deployed form, and half of the keys make deployed signatures that verify
//! in the other.
//!
//! Must stay secret: the private key, the random bytes, the nonce r. Whoever learns r of one signature has the key.
use crate::keys::types::{
    CompressedPoint, Integer256, PrivateKey, PublicKey, Sha512Digest, Signature, SignatureRandom,
};
use crate::notation::scalar::{scalar_from_bytes, scalar_to_bytes, Scalar};
use crate::primitives::edwards25519::{
    add, compress, montgomery_to_edwards, negate_point, scalar_mul, scalar_mul_base, sign_of,
    Point, Sign,
};
use crate::primitives::field25519::is_below_p;
use crate::primitives::scalar25519::{negate_scalar, scalar_of_digest, scalar_of_private_key};
use crate::primitives::sha2::sha512;
use hacspec_lib::*;

/// XEdDSA, 2.2: b/8 bytes, the length of the prefix of `hash_i`.
const PREFIX_LEN: usize = 32;

/// Which rules to sign and verify by.
///
/// Standard: XEdDSA, 3, and what deployed software does instead.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As deployed: A keeps its sign, which goes into the top bit of the signature. The form on the wire.
    Deployed,
    /// As published: A has sign 0, and the top bit of a signature is 0.
    PublicText,
}

/// What `calculate_key_pair` gives: the encoded public point A, the private scalar a, and the bytes of a for the
/// nonce.
pub(crate) struct CalculatedKeyPair {
    pub(crate) point: CompressedPoint,
    pub(crate) scalar: Scalar,
    pub(crate) nonce_key: ByteSeq,
}

/// XEdDSA, 2.5, `hash_i(X) = hash(2^b - 1 - i || X)`: SHA-512 after the 32 bytes ff - i, ff, ..., ff.
pub(crate) fn hash_i(i: u8, x: &ByteSeq) -> Sha512Digest {
    let mut prefix = ByteSeq::new(PREFIX_LEN);
    prefix[0] = U8(255 - i);
    for j in 1..PREFIX_LEN {
        prefix[j] = U8(255);
    }
    sha512(&prefix.concat(x))
}

/// XEdDSA, 2.3: the key pair of the deployed form. A keeps its sign; the nonce takes the clamped key as it is.
fn deployed_key_pair(private: &PrivateKey) -> CalculatedKeyPair {
    // a = k (mod q), A = aB
    let scalar = scalar_of_private_key(private);
    CalculatedKeyPair {
        point: compress(scalar_mul_base(scalar)),
        scalar,
        nonce_key: ByteSeq::from_seq(private),
    }
}

/// XEdDSA, 2.3, `calculate_key_pair(k)`.
///
/// Choice: the nonce takes the 32 bytes of a, reduced modulo q, as 3 says. The published C code takes the clamped
/// bytes of k instead when a = k. That changes nonces, and never whether a signature verifies.
pub(crate) fn calculate_key_pair(private: &PrivateKey) -> CalculatedKeyPair {
    // E = kB; A.y = E.y; A.s = 0
    let k = scalar_of_private_key(private);
    let e = compress(scalar_mul_base(k));
    let mut point = e;
    point[31] = point[31] & 0x7fu8;
    // if E.s == 1: a = -k (mod q), else a = k (mod q)
    let scalar = match sign_of(e) {
        Sign::One => negate_scalar(k),
        Sign::Zero => k,
    };
    CalculatedKeyPair {
        point,
        scalar,
        nonce_key: ByteSeq::from_public_seq(&scalar_to_bytes(scalar)),
    }
}

/// XEdDSA, 3: h = hash(R || A || M) (mod q).
fn challenge(r: CompressedPoint, a: CompressedPoint, message: &ByteSeq) -> Scalar {
    let points = ByteSeq::from_public_seq(&r.concat(&a));
    scalar_of_digest(&sha512(&points.concat(message)))
}

/// Sign a message.
///
/// Standard: XEdDSA, 3, `xeddsa_sign(k, M, Z)`.
/// In: `private`, 32 bytes, clamped, secret; `message`, any length; `random`, 64 fresh random bytes, secret. Out: R
/// || s, 64 bytes, public.
///
/// Deployed: A keeps its sign, r = hash_1(k || M || Z) with the clamped bytes of k, and the top bit of the
/// signature is the sign of A.
pub fn sign(
    form: Form,
    private: &PrivateKey,
    message: &ByteSeq,
    random: &SignatureRandom,
) -> Signature {
    // A, a = calculate_key_pair(k)
    let key = match form {
        Form::Deployed => deployed_key_pair(private),
        Form::PublicText => calculate_key_pair(private),
    };
    // r = hash_1(a || M || Z) (mod q)
    let r = scalar_of_digest(&hash_i(1, &key.nonce_key.concat(message).concat(random)));
    // R = rB
    let r_point = compress(scalar_mul_base(r));
    // h = hash(R || A || M) (mod q)
    let h = challenge(r_point, key.point, message);
    // s = r + ha (mod q)
    let s = r + h * key.scalar;
    // return R || s; s is below 2^253, so the top bit is free. Deployed: it takes the sign of A, which is 0 in the
    // other form.
    let mut signature = Signature::from_seq(&r_point.concat(&scalar_to_bytes(s)));
    signature[63] = signature[63] | (key.point[31] & 0x80u8);
    signature
}

/// XEdDSA, 3: R_check = sB - hA, and bytes_equal(R, R_check), for a signature that passed the checks before.
fn verify_equation(a: Point, message: &ByteSeq, r: CompressedPoint, s: Integer256) -> bool {
    // h = hash(R || A || M) (mod q)
    let h = challenge(r, compress(a), message);
    // R_check = sB - hA; s below 2^253 is reduced modulo q first, which gives the same point
    let r_check = add(
        scalar_mul_base(scalar_from_bytes(s)),
        negate_point(scalar_mul(h, a)),
    );
    // if bytes_equal(R, R_check) return true; all of this is public
    compress(r_check) == r
}

/// XEdDSA, 3: s < 2^|q|, with |q| = 253 (2.2): the three top bits are clear.
pub(crate) fn is_below_2_253(s: Integer256) -> bool {
    s[31] < 0x20u8
}

/// Verification as deployed: the sign of A is the top bit of the signature, and u may be any 32 bytes.
fn verify_deployed(public: PublicKey, message: &ByteSeq, signature: Signature) -> bool {
    let r = CompressedPoint::from_slice(&signature, 0, 32);
    let mut s = Integer256::from_slice(&signature, 32, 32);
    let sign = sign_of(CompressedPoint::from_seq(&s));
    // s is what remains without the sign; it must be below 2^253
    s[31] = s[31] & 0x7fu8;
    if is_below_2_253(s) {
        match montgomery_to_edwards(public, sign) {
            Some(a) => verify_equation(a, message, r, s),
            None => false,
        }
    } else {
        false
    }
}

/// XEdDSA, 3, `xeddsa_verify(u, M, (R || s))`.
fn verify_public_text(public: PublicKey, message: &ByteSeq, signature: Signature) -> bool {
    let r = CompressedPoint::from_slice(&signature, 0, 32);
    let s = Integer256::from_slice(&signature, 32, 32);
    // if u >= p or R.y >= 2^|p| or s >= 2^|q| return false; the second never happens, since R.y has 255 bits
    let u = Integer256::from_seq(&public);
    if is_below_p(u) && is_below_2_253(s) {
        // A = convert_mont(u); if not on_curve(A) return false
        match montgomery_to_edwards(public, Sign::Zero) {
            Some(a) => verify_equation(a, message, r, s),
            None => false,
        }
    } else {
        false
    }
}

/// Verify a signature.
///
/// Standard: XEdDSA, 3, `xeddsa_verify(u, M, (R || s))`.
/// In: `public`, 32 bytes as received; `message`, any length; `signature`, 64 bytes; all public. Out: whether it
/// verifies.
///
/// Deployed: u is masked to 255 bits and reduced; A has the sign in the top bit of the signature; s + q in place of
/// s is accepted below 2^253, in both forms; points of small order are accepted, in both forms.
pub fn verify(form: Form, public: PublicKey, message: &ByteSeq, signature: Signature) -> bool {
    match form {
        Form::Deployed => verify_deployed(public, message, signature),
        Form::PublicText => verify_public_text(public, message, signature),
    }
}
