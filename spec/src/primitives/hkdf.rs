//! HKDF with SHA-256.
//!
//! Standard: RFC 5869, sections 2.2 and 2.3.
//! Called by `handshake` (root and chain key), `ratchet/symmetric` (message keys) and `ratchet/double` (`KDF_RK`).
//! Salt, keying material and output are secret; their lengths and the labels are public. Nothing is declassified
//! here.
use crate::keys::types::Sha256Digest;
use crate::primitives::hmac::hmac_sha256;
use hacspec_lib::*;

/// RFC 5869, 2: HashLen, the length of a SHA-256 digest.
const HASH_LEN: u8 = 32;

/// The salt to use where the protocol gives none.
///
/// Standard: RFC 5869, 2.2: "if not provided, it is set to a string of HashLen zeros".
/// Out: 32 zero bytes.
pub fn no_salt() -> ByteSeq {
    ByteSeq::new(HASH_LEN as usize)
}

/// Extract a pseudorandom key from keying material.
///
/// Standard: RFC 5869, 2.2, `HKDF-Extract(salt, IKM) -> PRK`.
/// In: `salt` and `ikm`, any length, secret. Out: the pseudorandom key, 32 bytes, secret.
pub fn hkdf_extract(salt: &ByteSeq, ikm: &ByteSeq) -> Sha256Digest {
    // PRK = HMAC-Hash(salt, IKM)
    hmac_sha256(salt, ikm)
}

/// Expand a pseudorandom key to `length` bytes.
///
/// Standard: RFC 5869, 2.3, `HKDF-Expand(PRK, info, L) -> OKM`.
/// In: `prk`, 32 bytes, secret; `info`, any length; `length`, public. Out: `length` bytes, secret.
///
/// Choice: `length` is a byte. The RFC allows up to 255 * 32 bytes; the protocol needs at most 96, and so no error is
/// possible.
pub fn hkdf_expand(prk: &Sha256Digest, info: &ByteSeq, length: u8) -> ByteSeq {
    let key = ByteSeq::from_seq(prk);
    // N = ceil(L/HashLen)
    let n = if length % HASH_LEN == 0 {
        length / HASH_LEN
    } else {
        length / HASH_LEN + 1
    };
    // T(0) = empty string; T = T(1) | T(2) | ... | T(N)
    let mut previous = ByteSeq::new(0);
    let mut t = ByteSeq::new(0);
    for i in 0..n {
        // T(i) = HMAC-Hash(PRK, T(i-1) | info | i), i from 1 on
        let input = previous.concat(info).push_owned(U8(i + 1));
        previous = ByteSeq::from_seq(&hmac_sha256(&key, &input));
        t = t.concat(&previous);
    }
    // OKM = first L octets of T
    t.slice(0, length as usize)
}

/// Derive `length` bytes from keying material: extract, then expand.
///
/// Standard: RFC 5869, 2.
/// In: `salt` (`no_salt()` where the protocol gives none) and `ikm`, any length, secret; `info`, any length;
/// `length`, public. Out: `length` bytes, secret.
pub fn hkdf(salt: &ByteSeq, ikm: &ByteSeq, info: &ByteSeq, length: u8) -> ByteSeq {
    let prk = hkdf_extract(salt, ikm);
    hkdf_expand(&prk, info, length)
}
