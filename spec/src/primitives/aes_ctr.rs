//! AES-256 in counter mode.
//!
//! Standard: SP 800-38A, 6.5 (CTR), with the standard incrementing function of its appendix B.1 on all 128 bits; FIPS 197
//! (the block cipher). Called by `ratchet/header_encrypted`, always with a tag that is made after sealing and checked before
//! opening: that is the caller's duty.
//!
//! Must stay secret: key and plaintext. The first counter block and the lengths are public.
use crate::keys::types::{AesState, CipherKey, CounterBlock};
use crate::primitives::aes::{encrypt_block, key_expansion, BLOCK_LEN};
use hacspec_lib::*;

/// SP 800-38A, B.1: the block as a big-endian number, plus one modulo 2^128.
fn increment(block: AesState) -> AesState {
    let mut next = block;
    let mut carry = true;
    for i in 0..BLOCK_LEN {
        let at = BLOCK_LEN - 1 - i;
        if carry {
            carry = next[at] == 0xffu8;
            next[at] = if carry { 0u8 } else { next[at] + 1u8 };
        }
    }
    next
}

/// SP 800-38A, 6.5, CTR of any number of bytes.
fn ctr(key: &CipherKey, first: AesState, data: &Seq<u8>) -> Seq<u8> {
    let expanded = key_expansion(key);
    let mut out = Seq::<u8>::new(data.len());
    let mut counter = first;
    let mut o = AesState::new();
    for i in 0..data.len() {
        // O_j = CIPH_K(T_j); T_{j+1} = T_j + 1
        if i % BLOCK_LEN == 0 {
            o = encrypt_block(&expanded, counter);
            counter = increment(counter);
        }
        // C_j = P_j + O_j, the last block in part
        out[i] = data[i] ^ o[i % BLOCK_LEN];
    }
    out
}

/// Encrypt or decrypt: the two are one function.
///
/// Standard: SP 800-38A, 6.5. No two messages under one key may have a counter block in common: that is the caller's duty.
/// In: `key`, 32 bytes, secret; `first`, the counter block T_1, public; `data`, any length, secret. Out: as many bytes; typed
/// as secret, to be declassified where a ciphertext is put on the wire.
pub fn aes256_ctr(key: &CipherKey, first: CounterBlock, data: &ByteSeq) -> ByteSeq {
    // Declassified: the data, inside this function only, because the cipher works on public integers. The result is made
    // secret again.
    let public = data.clone().declassify();
    ByteSeq::from_public_seq(&ctr(key, AesState::from_seq(&first), &public))
}
