//! HMAC-SHA-256 as a keyed state, over the compression function of `sha2`.
//!
//! No twin in the spec, which hashes key block and message anew for every tag. Here the two key blocks are hashed once
//! per key, whatever the number of messages, and a message may be given in parts, or in blocks with its padding.
//! `sha2` takes the compression function from the processor where it can.
use crate::ct::wipe;
use crate::keys::types::Sha256Digest;
use sha2::block_api::compress256;
use zeroize::Zeroize;

/// The state of HMAC after both key blocks.
pub struct HmacSha256 {
    inner: [u32; 8],
    outer: [u32; 8],
}

impl HmacSha256 {
    /// The state for no key or a key of zeros: the extract step of HKDF without salt. Checked by a test.
    pub const ZERO_KEY: Self = Self {
        inner: ZERO_KEY_INNER,
        outer: ZERO_KEY_OUTER,
    };

    /// Hash both key blocks.
    ///
    /// In: a key of at most 64 bytes, secret; bytes after the 64th are ignored, longer keys must be hashed before.
    pub fn new(key: &[u8]) -> Self {
        let mut block = [0u8; BLOCK_LENGTH];
        let length = key.len().min(BLOCK_LENGTH);
        if let (Some(to), Some(from)) = (block.get_mut(..length), key.get(..length)) {
            to.copy_from_slice(from);
        }
        // Compressed in place: no copy of a state stays behind.
        let mut keyed = Self {
            inner: INITIAL,
            outer: INITIAL,
        };
        xor_all(&mut block, IPAD);
        compress256(&mut keyed.inner, core::slice::from_ref(&block));
        xor_all(&mut block, IPAD ^ OPAD);
        compress256(&mut keyed.outer, core::slice::from_ref(&block));
        wipe(&mut block);
        keyed
    }

    /// The tag of a message.
    ///
    /// In: the parts of the message, in order, secret. Out: 32 bytes, secret.
    pub fn tag(&self, parts: &[&[u8]]) -> Sha256Digest {
        let mut hash = Hash::after_key_block(self.inner);
        for part in parts {
            hash.update(part);
        }
        hash.finish();
        self.outer_tag(&hash.state)
    }

    /// The tag of a message of 32 bytes, which needs no more padding than the outer hash.
    ///
    /// In: the message, secret. Out: 32 bytes, secret.
    pub fn tag_of_32(&self, message: &[u8; 32]) -> Sha256Digest {
        let mut block = AFTER_32;
        block[..32].copy_from_slice(message);
        let tag = self.tag_of_blocks(core::slice::from_ref(&block));
        wipe(&mut block);
        tag
    }

    /// The tag of a message that comes in blocks, its padding with it: that of a message after one block.
    ///
    /// In: the blocks, secret. Out: 32 bytes, secret.
    pub fn tag_of_blocks(&self, blocks: &[[u8; BLOCK_LENGTH]]) -> Sha256Digest {
        let mut inner = self.inner;
        compress256(&mut inner, blocks);
        let tag = self.outer_tag(&inner);
        inner.as_mut_slice().zeroize();
        tag
    }

    /// The outer hash, of the digest of the inner one.
    fn outer_tag(&self, inner: &[u32; 8]) -> Sha256Digest {
        let mut block = AFTER_32;
        put_words(&mut block, inner);
        let mut outer = self.outer;
        compress256(&mut outer, core::slice::from_ref(&block));
        let mut tag = Sha256Digest::from_bytes([0; 32]);
        put_words(tag.as_bytes_mut(), &outer);
        wipe(&mut block);
        outer.as_mut_slice().zeroize();
        tag
    }
}

impl Drop for HmacSha256 {
    fn drop(&mut self) {
        self.inner.as_mut_slice().zeroize();
        self.outer.as_mut_slice().zeroize();
    }
}

/// How many blocks a message of so many bytes has with its padding: 80 and the length.
pub const fn blocks_of(length: usize) -> usize {
    length.saturating_add(9).div_ceil(BLOCK_LENGTH)
}

/// The blocks of a message of so many bytes after a key block: their padding, and room for the message. For constants only: if
/// the blocks are too few, it does not compile.
#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    clippy::cast_possible_truncation // labels are short
)]
pub const fn padding<const B: usize>(length: usize) -> [[u8; BLOCK_LENGTH]; B] {
    let mut blocks = [[0; BLOCK_LENGTH]; B];
    blocks[length / BLOCK_LENGTH][length % BLOCK_LENGTH] = 0x80;
    let last = &mut blocks[blocks_of(length) - 1];
    [last[62], last[63]] = (((BLOCK_LENGTH + length) * 8) as u16).to_be_bytes();
    blocks
}

/// Words as bytes, big-endian (FIPS 180-4, 3.1).
fn put_words(out: &mut [u8], words: &[u32; 8]) {
    for (to, word) in out.chunks_exact_mut(4).zip(words) {
        to.copy_from_slice(&word.to_be_bytes());
    }
}

fn xor_all(block: &mut [u8; BLOCK_LENGTH], pad: u8) {
    for byte in block {
        *byte ^= pad;
    }
}

/// SHA-256 in progress.
struct Hash {
    state: [u32; 8],
    block: [u8; BLOCK_LENGTH],
    /// Bytes in `block`; below 64 between calls.
    filled: usize,
    /// Bytes hashed or waiting in `block`.
    length: u64,
}

impl Hash {
    const fn after_key_block(state: [u32; 8]) -> Self {
        Self {
            state,
            block: [0; BLOCK_LENGTH],
            filled: 0,
            length: BLOCK_LENGTH as u64,
        }
    }

    fn update(&mut self, part: &[u8]) {
        self.length = self.length.wrapping_add(part.len() as u64);
        let mut rest = part;
        if self.filled != 0 {
            rest = self.fill(rest);
            if self.filled < BLOCK_LENGTH {
                return;
            }
            compress256(&mut self.state, core::slice::from_ref(&self.block));
            self.filled = 0;
        }
        while let Some((block, after)) = rest.split_first_chunk::<BLOCK_LENGTH>() {
            compress256(&mut self.state, core::slice::from_ref(block));
            rest = after;
        }
        self.fill(rest);
    }

    /// Put as much into the block as it holds; the rest comes back.
    fn fill<'a>(&mut self, part: &'a [u8]) -> &'a [u8] {
        let Some(room) = self.block.get_mut(self.filled..) else {
            return part;
        };
        let taken = room.len().min(part.len());
        let (now, later) = part.split_at_checked(taken).unwrap_or((part, &[]));
        if let Some(room) = room.get_mut(..taken) {
            room.copy_from_slice(now);
        }
        self.filled = self.filled.wrapping_add(taken); // <= 64
        later
    }

    /// The last blocks: after this, `state` is the digest.
    fn finish(&mut self) {
        let bits = self.length.wrapping_mul(8);
        let filled = self.filled;
        if let Some((first, rest)) = self
            .block
            .get_mut(filled..)
            .and_then(<[u8]>::split_first_mut)
        {
            *first = 0x80;
            rest.fill(0);
        }
        if filled >= LENGTH_AT {
            compress256(&mut self.state, core::slice::from_ref(&self.block));
            self.block.fill(0);
        }
        if let Some(end) = self.block.last_chunk_mut::<8>() {
            *end = bits.to_be_bytes();
        }
        compress256(&mut self.state, core::slice::from_ref(&self.block));
    }
}

impl Drop for Hash {
    fn drop(&mut self) {
        self.state.as_mut_slice().zeroize();
        wipe(&mut self.block);
    }
}

/// Bytes in a block of SHA-256.
pub const BLOCK_LENGTH: usize = 64;
/// Where the length stands in the last block (FIPS 180-4, 5.1.1).
const LENGTH_AT: usize = 56;
/// What follows a key block if the message has 32 bytes: they are to be filled in. So it is in the outer hash, always.
const AFTER_32: [u8; BLOCK_LENGTH] = {
    let [block] = padding(32);
    block
};
const IPAD: u8 = 0x36;
const OPAD: u8 = 0x5c;
/// FIPS 180-4, 5.3.3.
const INITIAL: [u32; 8] = [
    0x6a09_e667,
    0xbb67_ae85,
    0x3c6e_f372,
    0xa54f_f53a,
    0x510e_527f,
    0x9b05_688c,
    0x1f83_d9ab,
    0x5be0_cd19,
];
/// The state after one block of ipad, and after one of opad.
const ZERO_KEY_INNER: [u32; 8] = [
    0xf454_dead,
    0x9725_214f,
    0x90da_f2a0,
    0xdf12_28ea,
    0x64e5_750f,
    0xa392_4181,
    0x824a_932b,
    0xf8e0_4e32,
];
const ZERO_KEY_OUTER: [u32; 8] = [
    0xd385_480f,
    0x7abb_6477,
    0x37c9_c538,
    0x5dd8_2467,
    0x8e04_3a72,
    0x7534_34b0,
    0xdeb8_2818,
    0x361d_45a6,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_key_state_is_that_of_zeros() {
        let computed = HmacSha256::new(&[0; 32]);
        assert_eq!(
            computed.inner,
            HmacSha256::ZERO_KEY.inner,
            "{:#010x?}",
            computed.inner
        );
        assert_eq!(
            computed.outer,
            HmacSha256::ZERO_KEY.outer,
            "{:#010x?}",
            computed.outer
        );
    }

    #[test]
    fn rfc_4231_tag_holds() {
        // RFC 4231, 4.3.
        let tag = HmacSha256::new(b"Jefe").tag(&[b"what do ya want ", b"for nothing?"]);
        let expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843";
        assert_eq!(hex::encode(tag.as_bytes()), expected);
    }

    #[test]
    fn parts_of_any_length_give_the_tag_of_the_whole() {
        use sha2::{Digest, Sha256};
        let message: Vec<u8> = (0..=255).collect();
        let keyed = HmacSha256::new(&[7; 32]);
        for length in 0..=200 {
            let mut inner = Sha256::new_with_prefix([[7 ^ IPAD; 32], [IPAD; 32]].concat());
            inner.update(&message[..length]);
            let mut outer = Sha256::new_with_prefix([[7 ^ OPAD; 32], [OPAD; 32]].concat());
            outer.update(inner.finalize());
            let expected: [u8; 32] = outer.finalize().into();
            for cut in [0, 1, 31, 63, 64, 65, 128] {
                let (a, b) = message[..length].split_at(cut.min(length));
                assert_eq!(*keyed.tag(&[a, b]).as_bytes(), expected, "{length} {cut}");
            }
        }
    }
}
