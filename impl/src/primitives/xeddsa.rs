//! XEdDSA: signatures with X25519 keys, in the deployed and in the published form.
//!
//! Which part: XEdDSA, 2.3 to 2.5 and 3. Called by `handshake/bundle` and `keys`; `vxeddsa` shares its parts. Secret: the private key, the random bytes
//! and the nonce; all arithmetic on them is in constant time. Verification is on public values and is not.
use crate::ct::{equal, wipe};
use crate::keys::types::{CompressedPoint, PrivateKey, PublicKey, Signature, SignatureRandom};
use crate::primitives::edwards25519::{
    compress, is_reduced, montgomery_to_edwards, scalar_mul_base, sign_of, Point, Sign,
};
use crate::primitives::sha2::sha512_parts;
use curve25519_dalek::{EdwardsPoint, Scalar};
use subtle::{Choice, ConditionallyNegatable};
use zeroize::Zeroize;

const HASH_1_PREFIX: [u8; 32] = hash_prefix(1);
/// Bits 255 to 253 of a scalar that must be clear: s < 2^253.
const SCALAR_TOP_BITS: u8 = 0xe0;
const SIGN_BIT: u8 = 0x80;

/// Which rules to sign and verify by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As deployed: A keeps its sign, which goes into the top bit of the signature. The form on the wire.
    Deployed,
    /// As published: A has sign 0, and the top bit of a signature is 0.
    PublicText,
}

/// The encoded point A, the scalar a, and the bytes of a for the nonce.
pub(crate) struct CalculatedKeyPair {
    pub(crate) point: [u8; 32],
    pub(crate) scalar: Scalar,
    pub(crate) nonce_key: [u8; 32],
}

impl Drop for CalculatedKeyPair {
    fn drop(&mut self) {
        self.scalar.zeroize();
        wipe(&mut self.nonce_key);
    }
}

/// Mirror of `spec::primitives::xeddsa::sign`.
///
/// In: a clamped private key, secret; a message of any length; 64 fresh random bytes, secret. Out: R || s.
#[must_use]
#[allow(clippy::arithmetic_side_effects)] // arithmetic mod q
pub fn sign(
    form: Form,
    private: &PrivateKey,
    message: &[u8],
    random: &SignatureRandom,
) -> Signature {
    // A, a = calculate_key_pair(k)
    let key = match form {
        Form::Deployed => deployed_key_pair(private),
        Form::PublicText => calculate_key_pair(private),
    };
    // r = hash_1(a || M || Z) (mod q)
    let mut r = scalar_of_hash(&[&HASH_1_PREFIX, &key.nonce_key, message, random.as_bytes()]);
    // R = rB
    let r_point = compress(scalar_mul_base(&r));
    // h = hash(R || A || M) (mod q)
    let h = scalar_of_hash(&[r_point.as_bytes(), &key.point, message]);
    // s = r + ha (mod q)
    let s = (r + h * key.scalar).to_bytes();
    r.zeroize();
    // return R || s; the top bit is free, and takes the sign of A
    let mut signature = [0; 64];
    for (to, from) in signature
        .iter_mut()
        .zip(r_point.as_bytes().iter().chain(&s))
    {
        *to = *from;
    }
    let ([.., to], [.., from]) = (&mut signature, &key.point);
    *to |= from & SIGN_BIT;
    Signature::from_bytes(signature)
}

/// Mirror of `spec::primitives::xeddsa::verify`.
///
/// In: u as received; a message of any length; a signature. Out: whether it verifies.
#[must_use]
pub fn verify(form: Form, public: PublicKey, message: &[u8], signature: Signature) -> bool {
    let (r, mut s) = halves(signature.as_bytes());
    let sign = match form {
        Form::Deployed => {
            let sign = sign_of(CompressedPoint::from_bytes(s));
            let [.., last] = &mut s;
            *last &= !SIGN_BIT;
            sign
        }
        Form::PublicText if !is_reduced(public) => return false,
        Form::PublicText => Sign::Zero,
    };
    is_below_2_253(&s)
        && montgomery_to_edwards(public, sign).is_some_and(|a| verify_equation(a, message, r, s))
}

/// XEdDSA, 2.3: the key pair of the deployed form. A keeps its sign; the nonce takes the clamped key as it is.
fn deployed_key_pair(private: &PrivateKey) -> CalculatedKeyPair {
    let mut key = CalculatedKeyPair {
        point: [0; 32],
        scalar: Scalar::from_bytes_mod_order(*private.as_bytes()),
        nonce_key: *private.as_bytes(),
    };
    key.point = *compress(scalar_mul_base(&key.scalar)).as_bytes();
    key
}

/// XEdDSA, 2.3, `calculate_key_pair(k)`. Whether to negate is not public, and no branch depends on it.
pub(crate) fn calculate_key_pair(private: &PrivateKey) -> CalculatedKeyPair {
    let mut key = deployed_key_pair(private);
    let [.., last] = &mut key.point;
    key.scalar.conditional_negate(Choice::from(*last >> 7));
    *last &= !SIGN_BIT;
    key.nonce_key = key.scalar.to_bytes();
    key
}

/// XEdDSA, 3: R_check = sB - hA, and bytes_equal(R, R_check).
/// Faster: both products in one multiplication; in variable time, as all is public.
#[allow(clippy::arithmetic_side_effects)] // a point
fn verify_equation(a: Point, message: &[u8], r: [u8; 32], s: [u8; 32]) -> bool {
    let h = scalar_of_hash(&[&r, compress(a).as_bytes(), message]);
    let s = Scalar::from_bytes_mod_order(s);
    let r_check = EdwardsPoint::vartime_double_scalar_mul_basepoint(&h, &-a.0, &s);
    equal(r_check.compress().as_bytes(), &r)
}

/// XEdDSA, 2.5: the prefix of `hash_i`, 2^256 - 1 - i.
pub(crate) const fn hash_prefix(i: u8) -> [u8; 32] {
    let mut prefix = [0xff; 32];
    let [first, ..] = &mut prefix;
    *first = !i;
    prefix
}

/// XEdDSA, 3: s < 2^|q|, with |q| = 253 (2.2).
pub(crate) const fn is_below_2_253(s: &[u8; 32]) -> bool {
    let [.., last] = s;
    *last & SCALAR_TOP_BITS == 0
}

/// SHA-512 as a scalar, all 64 bytes reduced mod q.
pub(crate) fn scalar_of_hash(parts: &[&[u8]]) -> Scalar {
    Scalar::from_bytes_mod_order_wide(sha512_parts(parts).as_bytes())
}

/// R and s of a signature; or both halves of a hash.
pub(crate) fn halves(bytes: &[u8; 64]) -> ([u8; 32], [u8; 32]) {
    let mut first = [0; 32];
    let mut second = [0; 32];
    for (to, from) in first.iter_mut().chain(&mut second).zip(bytes) {
        *to = *from;
    }
    (first, second)
}
