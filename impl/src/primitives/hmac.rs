//! HMAC with SHA-256.
//!
//! Which part: RFC 2104. Called by `hkdf`; layers that use one key for several tags take the keyed state of `backend`.
//! Secret: key, message and tag.
use crate::backend::hmac::HmacSha256;
use crate::keys::types::Sha256Digest;
use crate::primitives::sha2::{sha256, SHA256_BLOCK_LEN};

/// Mirror of `spec::primitives::hmac::hmac_sha256`.
///
/// In: key and message, any length, secret. Out: the tag, secret.
#[must_use]
pub fn hmac_sha256(key: &[u8], message: &[u8]) -> Sha256Digest {
    keyed(key).tag(&[message])
}

/// The state for a key of any length; a key longer than a block is hashed first (RFC 2104, 2).
pub(crate) fn keyed(key: &[u8]) -> HmacSha256 {
    if key.len() > SHA256_BLOCK_LEN {
        HmacSha256::new(sha256(key).as_bytes())
    } else {
        HmacSha256::new(key)
    }
}
