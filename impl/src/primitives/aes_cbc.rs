//! AES-256 in CBC mode with PKCS#7 padding, by the crates `aes` and `cbc`.
//!
//! Which part: SP 800-38A, 6.2; RFC 5652, 6.3. Called by `ratchet/double`, always with a tag that is made after sealing and
//! checked before opening. Secret: key, initialisation vector and plaintext.
use crate::ct::{equal, wipe};
use crate::keys::types::{CipherKey, Iv};
use aes::{Aes256Dec, Aes256Enc};
use cbc::cipher::{Array, BlockModeDecrypt, BlockModeEncrypt, KeyIvInit};
use thiserror::Error;

/// Bytes in a block.
const BLOCK_LEN: usize = 16;

/// Why a ciphertext could not be opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum CbcError {
    /// The length or the padding is wrong. One variant for both: telling them apart would help an attacker.
    #[error("the ciphertext is malformed")]
    BadCiphertext,
}

/// Mirror of `spec::primitives::aes_cbc::aes256_cbc_encrypt`.
///
/// In: key and vector, secret; plaintext, any length, secret. Out: the ciphertext, the next multiple of 16 bytes above.
#[must_use]
pub fn aes256_cbc_encrypt(key: &CipherKey, iv: &Iv, plaintext: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(ciphertext_length(plaintext.len()));
    append_ciphertext(key, iv, plaintext, &mut out);
    out
}

/// Mirror of `spec::primitives::aes_cbc::aes256_cbc_decrypt`.
///
/// In: key and vector, secret; ciphertext, any length. Out: the plaintext, secret.
/// Errors: `BadCiphertext` when the length is zero or no multiple of 16, or any padding byte is wrong.
pub fn aes256_cbc_decrypt(
    key: &CipherKey,
    iv: &Iv,
    ciphertext: &[u8],
) -> Result<Vec<u8>, CbcError> {
    let mut plaintext = ciphertext.to_vec();
    let (blocks, rest) = Array::slice_as_chunks_mut(&mut plaintext);
    if blocks.is_empty() || !rest.is_empty() {
        return Err(CbcError::BadCiphertext);
    }
    cbc::Decryptor::<Aes256Dec>::new(key.as_bytes().into(), iv.as_bytes().into())
        .decrypt_blocks(blocks);
    if let Some(length) = unpadded_length(&plaintext) {
        plaintext.truncate(length);
        Ok(plaintext)
    } else {
        wipe(&mut plaintext);
        Err(CbcError::BadCiphertext)
    }
}

/// Length of the ciphertext of so many bytes.
pub(crate) const fn ciphertext_length(plaintext: usize) -> usize {
    plaintext.saturating_add(padding_length(plaintext) as usize)
}

/// [`aes256_cbc_encrypt`], its output written behind what `out` holds.
pub(crate) fn append_ciphertext(key: &CipherKey, iv: &Iv, plaintext: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    let n = padding_length(plaintext.len());
    out.reserve(ciphertext_length(plaintext.len()));
    out.extend_from_slice(plaintext);
    out.extend(core::iter::repeat_n(n, usize::from(n)));
    let (blocks, _) = Array::slice_as_chunks_mut(out.get_mut(start..).unwrap_or_default());
    cbc::Encryptor::<Aes256Enc>::new(key.as_bytes().into(), iv.as_bytes().into())
        .encrypt_blocks(blocks);
}

/// How many bytes of padding follow so many bytes: 1 to 16.
#[allow(clippy::cast_possible_truncation, clippy::arithmetic_side_effects)] // 16 - (0..=15)
const fn padding_length(plaintext: usize) -> u8 {
    (BLOCK_LEN - plaintext % BLOCK_LEN) as u8
}

/// Length without padding; `None` unless the last n bytes all have the value n, 1 to 16.
fn unpadded_length(padded: &[u8]) -> Option<usize> {
    let n = *padded.last()?;
    let length = padded.len().checked_sub(usize::from(n))?;
    let expected = [n; BLOCK_LEN];
    let valid = n != 0 && equal(padded.get(length..)?, expected.get(..usize::from(n))?);
    valid.then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> (CipherKey, Iv) {
        (CipherKey::from_bytes([3; 32]), Iv::from_bytes([4; 16]))
    }

    #[test]
    fn sp_800_38a_block_holds() {
        // SP 800-38A, F.2.5.
        let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
        let key = CipherKey::from_bytes(hex::decode(key).unwrap().try_into().unwrap());
        let iv = Iv::from_bytes(core::array::from_fn(|i| u8::try_from(i).unwrap()));
        let plaintext = hex::decode("6bc1bee22e409f96e93d7e117393172a").unwrap();
        let ciphertext = aes256_cbc_encrypt(&key, &iv, &plaintext);
        assert_eq!(
            hex::encode(&ciphertext[..16]),
            "f58c4c04d6e5f1ba779eabfb5f7bfbd6"
        );
        assert_eq!(aes256_cbc_decrypt(&key, &iv, &ciphertext), Ok(plaintext));
    }

    #[test]
    fn every_length_opens_again() {
        let (key, iv) = key();
        for length in 0..70u8 {
            let plaintext: Vec<u8> = (0..length).collect();
            let ciphertext = aes256_cbc_encrypt(&key, &iv, &plaintext);
            assert_eq!(ciphertext.len(), ciphertext_length(plaintext.len()));
            assert_eq!(aes256_cbc_decrypt(&key, &iv, &ciphertext), Ok(plaintext));
        }
    }

    #[test]
    fn wrong_padding_and_length_are_refused() {
        assert_eq!(unpadded_length(&[0; 16]), None);
        assert_eq!(unpadded_length(&[17; 32]), None);
        let mut padded = [7; 16];
        assert_eq!(unpadded_length(&padded), Some(9));
        padded[10] = 6;
        assert_eq!(unpadded_length(&padded), None);
        let (key, iv) = key();
        for length in [0, 1, 15, 17, 31] {
            let refused = aes256_cbc_decrypt(&key, &iv, &vec![0; length]);
            assert_eq!(refused, Err(CbcError::BadCiphertext));
        }
    }
}
