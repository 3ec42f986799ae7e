//! HMAC with SHA-256.
//!
//! Standard: RFC 2104, section 2. Test values: RFC 4231.
//! Called by `hkdf`, the chain step of `ratchet/symmetric`, and the message tag. Key, message and tag are secret;
//! only their lengths are public. A tag that goes on the wire becomes public where it is put there, not here.
use crate::keys::types::Sha256Digest;
use crate::primitives::sha2::{sha256, SHA256_BLOCK_LEN};
use hacspec_lib::*;

/// RFC 2104, 2: the inner padding byte.
const IPAD: u8 = 0x36;
/// RFC 2104, 2: the outer padding byte.
const OPAD: u8 = 0x5c;

/// RFC 2104, 2, step (1): the key as one block; a key longer than a block is hashed first, and zeros fill the rest.
fn block_key(key: &ByteSeq) -> ByteSeq {
    if key.len() > SHA256_BLOCK_LEN {
        ByteSeq::new(SHA256_BLOCK_LEN).update_start(&sha256(key))
    } else {
        ByteSeq::new(SHA256_BLOCK_LEN).update_start(key)
    }
}

/// RFC 2104, 2, steps (2) and (5): XOR every byte of the block with `pad`.
fn xor_pad(block: &ByteSeq, pad: u8) -> ByteSeq {
    let mut padded = ByteSeq::new(SHA256_BLOCK_LEN);
    for i in 0..SHA256_BLOCK_LEN {
        padded[i] = block[i] ^ U8(pad);
    }
    padded
}

/// Authenticate a message under a key: `H(K XOR opad, H(K XOR ipad, text))`.
///
/// Standard: RFC 2104, 2, steps (1) to (7).
/// In: `key` and `message`, any length, secret. Out: the tag, 32 bytes, secret.
pub fn hmac_sha256(key: &ByteSeq, message: &ByteSeq) -> Sha256Digest {
    // (1) append zeros to the end of K to create a B byte string
    let k = block_key(key);
    // (2) to (4): H(K XOR ipad, text)
    let inner = sha256(&xor_pad(&k, IPAD).concat(message));
    // (5) to (7): H(K XOR opad, inner)
    sha256(&xor_pad(&k, OPAD).concat(&inner))
}
