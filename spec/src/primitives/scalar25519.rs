//! Integers modulo q, the order of the base point, and the bits of 256-bit integers.
//!
//! Standard: RFC 7748, section 4.1; XEdDSA, sections 2.4 and 2.5.
//! Called by `x25519`, `edwards25519`, `xeddsa` and `vxeddsa`. Spec only: the optimised crate takes scalars from a library. The
//! integers are public here. A secret becomes one in `scalar_of_digest` and `scalar_of_private_key`, which say why.
use crate::keys::types::{Integer256, Integer512, PrivateKey, Sha512Digest};
use crate::notation::scalar::{scalar_from_bytes, scalar_from_wide_bytes, Scalar};
use hacspec_lib::*;

/// q, the order of the base point, least significant byte first.
///
/// Standard: RFC 7748, 4.1: 2^252 + 27742317777372353535851937790883648493.
pub const ORDER: Integer256 = Integer256([
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14,
    0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x10,
]);

/// One bit of a 256-bit integer.
///
/// Standard: RFC 7748, 5: "the t-th bit of k".
/// In: `n`, 32 bytes, least significant first; `i`, below 256, 0 for the least significant bit. Out: 0 or 1.
pub fn bit(n: Integer256, i: usize) -> u8 {
    (n[i / 8] >> (i % 8)) & 1u8
}

/// The negative of a scalar.
///
/// Standard: XEdDSA, 2.4: arithmetic modulo q.
/// In: `a`. Out: -a mod q.
pub fn negate_scalar(a: Scalar) -> Scalar {
    scalar_from_bytes(Integer256::new()) - a
}

/// A private key as an integer modulo q.
///
/// Standard: XEdDSA, 2.3: k mod q.
/// In: `private`, 32 bytes, clamped, secret. Out: le(private) mod q, to be kept secret although it is a public
/// integer.
pub fn scalar_of_private_key(private: &PrivateKey) -> Scalar {
    // Declassified: the private key. Curve arithmetic works on public integers, and the specification is not run
    // against an attacker who can time it. What leaves the curve modules is either a point, a signature, or secret
    // bytes again.
    scalar_from_bytes(Integer256::from_seq(
        &ByteSeq::from_seq(private).declassify(),
    ))
}

/// A hash as an integer modulo q.
///
/// Standard: XEdDSA, 2.5: the 64 bytes of SHA-512, least significant first, modulo q.
/// In: `digest`, 64 bytes, secret. Out: le(digest) mod q, to be kept secret if the hashed message was.
pub fn scalar_of_digest(digest: &Sha512Digest) -> Scalar {
    // Declassified: the digest: the challenge h, which everybody can compute from the signature, or the nonce r,
    // which stays inside `xeddsa` or `vxeddsa` and leaves it only as r B, in the latter also as a multiple of another
    // public point, and, masked by r itself, as s = r + h a.
    scalar_from_wide_bytes(Integer512::from_seq(
        &ByteSeq::from_seq(digest).declassify(),
    ))
}
