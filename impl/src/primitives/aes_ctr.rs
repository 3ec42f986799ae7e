//! AES-256 in counter mode, by the crates `aes` and `ctr`.
//!
//! Which part: SP 800-38A, 6.5, all 128 bits counted, big-endian. Called by `ratchet/header_encrypted`, always with a tag that
//! is made after sealing and checked before opening. Secret: key and plaintext.
use crate::keys::types::{CipherKey, CounterBlock};
use aes::Aes256Enc;
use ctr::cipher::{KeyIvInit, StreamCipher};
use ctr::Ctr128BE;

/// Mirror of `spec::primitives::aes_ctr::aes256_ctr`, in place.
///
/// In: the key, secret; the first counter block; the data, secret. Out: as many bytes, in the place of the data.
pub fn aes256_ctr(key: &CipherKey, first: CounterBlock, data: &mut [u8]) {
    // The key stream of one key has 2^128 blocks: no slice is too long for it.
    Ctr128BE::<Aes256Enc>::new(key.as_bytes().into(), first.as_bytes().into())
        .apply_keystream(data);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> CipherKey {
        let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
        CipherKey::from_bytes(hex::decode(key).unwrap().try_into().unwrap())
    }

    fn crypt(first: [u8; 16], data: &str) -> String {
        let mut data = hex::decode(data).unwrap();
        aes256_ctr(&key(), CounterBlock::from_bytes(first), &mut data);
        hex::encode(data)
    }

    #[test]
    fn sp_800_38a_blocks_hold_in_both_directions() {
        // SP 800-38A, F.5.5 and F.5.6: the first two blocks, and a part of the second.
        let first = core::array::from_fn(|i| 0xf0 + u8::try_from(i).unwrap());
        let plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
        let ciphertext = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5";
        assert_eq!(crypt(first, plaintext), ciphertext);
        assert_eq!(crypt(first, ciphertext), plaintext);
        assert_eq!(crypt(first, &plaintext[..50]), ciphertext[..50]);
        assert_eq!(crypt(first, ""), "");
    }

    #[test]
    fn counter_carries_through_all_bytes_and_wraps() {
        let zeros = "00".repeat(16);
        let second = |first: [u8; 16]| crypt(first, &"00".repeat(32))[32..].to_owned();
        assert_eq!(second([0xff; 16]), crypt([0; 16], &zeros));
        let mut high = [0xff; 16];
        high[0] = 7;
        let mut next = [0; 16];
        next[0] = 8;
        assert_eq!(second(high), crypt(next, &zeros));
    }
}
