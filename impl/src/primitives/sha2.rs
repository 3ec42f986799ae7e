//! SHA-256 and SHA-512, by the crate `sha2`: instructions of the processor where it has them.
//!
//! Which part: FIPS 180-4. Called by `xeddsa`, `vxeddsa` and `fingerprint`; HMAC has its own way to the compression function. Secret: messages and
//! digests.
use crate::keys::types::{Sha256Digest, Sha512Digest};
use sha2::{Digest, Sha256, Sha512};

/// Bytes in a block of SHA-256.
pub const SHA256_BLOCK_LEN: usize = 64;
/// Bytes in a block of SHA-512.
pub const SHA512_BLOCK_LEN: usize = 128;

/// Mirror of `spec::primitives::sha2::sha256`.
///
/// In: a message of any length, secret. Out: its digest, secret.
#[must_use]
pub fn sha256(message: &[u8]) -> Sha256Digest {
    let mut digest = Sha256Digest::from_bytes([0; 32]);
    Sha256::new_with_prefix(message).finalize_into(digest.as_bytes_mut().into());
    digest
}

/// Mirror of `spec::primitives::sha2::sha512`.
///
/// In: a message of any length, secret. Out: its digest, secret.
#[must_use]
pub fn sha512(message: &[u8]) -> Sha512Digest {
    sha512_parts(&[message])
}

/// SHA-512 of a message in parts, without putting them together. Written in place: no copy of the digest stays behind.
pub(crate) fn sha512_parts(parts: &[&[u8]]) -> Sha512Digest {
    let mut hash = Sha512::new();
    for part in parts {
        hash.update(part);
    }
    let mut digest = Sha512Digest::from_bytes([0; 64]);
    hash.finalize_into(digest.as_bytes_mut().into());
    digest
}
