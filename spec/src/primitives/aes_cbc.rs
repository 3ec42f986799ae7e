//! AES-256 in CBC mode with PKCS#7 padding.
//!
//! Standard: SP 800-38A, 6.2 (CBC); RFC 5652, 6.3 (padding, known as PKCS#7); FIPS 197 (the block cipher).
//! Called by `ratchet/double` to seal and open message bodies, always with a tag or signature that is made after
//! sealing and checked before opening: that is the caller's duty.
//!
//! Must stay secret: key, initialisation vector and plaintext. The lengths are public.
use crate::keys::types::{AesState, CipherKey, Iv};
use crate::primitives::aes::{decrypt_block, encrypt_block, key_expansion, BLOCK_LEN};
use hacspec_lib::*;

/// Why a ciphertext could not be opened.
///
/// Standard: RFC 5652, 6.3 gives the padding; what to tell when it is wrong is left open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CbcError {
    /// The length or the padding is wrong. One variant for both: telling them apart would help an attacker.
    BadCiphertext,
}

/// XOR of two blocks.
fn xor_blocks(a: AesState, b: AesState) -> AesState {
    let mut out = AesState::new();
    for i in 0..BLOCK_LEN {
        out[i] = a[i] ^ b[i];
    }
    out
}

/// RFC 5652, 6.3: append n bytes of value n, 1 <= n <= 16, so that the length becomes a multiple of 16.
fn pad(plaintext: &Seq<u8>) -> Seq<u8> {
    let length = plaintext.len();
    let n = BLOCK_LEN - length % BLOCK_LEN;
    let mut padded = Seq::<u8>::new(length + n).update_start(plaintext);
    for i in length..length + n {
        // n is at most 16
        padded[i] = n as u8;
    }
    padded
}

/// RFC 5652, 6.3: remove the padding; `None` unless the last n bytes all have the value n, 1 <= n <= 16.
///
/// In: a non-zero multiple of 16 bytes.
fn unpad(padded: &Seq<u8>) -> Option<Seq<u8>> {
    let length = padded.len();
    let n = padded[length - 1] as usize;
    if n == 0 || n > BLOCK_LEN {
        None
    } else {
        let mut valid = true;
        for i in length - n..length {
            if padded[i] as usize != n {
                valid = false;
            }
        }
        if valid {
            Some(padded.slice(0, length - n))
        } else {
            None
        }
    }
}

/// SP 800-38A, 6.2, CBC encryption of whole blocks.
fn cbc_encrypt(key: &CipherKey, iv: AesState, plaintext: &Seq<u8>) -> Seq<u8> {
    let expanded = key_expansion(key);
    let mut ciphertext = Seq::<u8>::new(plaintext.len());
    // C_1 = CIPH_K(P_1 + IV); C_j = CIPH_K(P_j + C_{j-1})
    let mut previous = iv;
    for j in 0..plaintext.num_exact_chunks(BLOCK_LEN) {
        let p = AesState::from_slice(plaintext, BLOCK_LEN * j, BLOCK_LEN);
        previous = encrypt_block(&expanded, xor_blocks(p, previous));
        ciphertext = ciphertext.update(BLOCK_LEN * j, &previous);
    }
    ciphertext
}

/// SP 800-38A, 6.2, CBC decryption of whole blocks.
fn cbc_decrypt(key: &CipherKey, iv: AesState, ciphertext: &Seq<u8>) -> Seq<u8> {
    let expanded = key_expansion(key);
    let mut plaintext = Seq::<u8>::new(ciphertext.len());
    // P_1 = CIPH^-1_K(C_1) + IV; P_j = CIPH^-1_K(C_j) + C_{j-1}
    let mut previous = iv;
    for j in 0..ciphertext.num_exact_chunks(BLOCK_LEN) {
        let c = AesState::from_slice(ciphertext, BLOCK_LEN * j, BLOCK_LEN);
        let p = xor_blocks(decrypt_block(&expanded, c), previous);
        plaintext = plaintext.update(BLOCK_LEN * j, &p);
        previous = c;
    }
    plaintext
}

/// Encrypt a message; padding is always added, so an empty plaintext gives 16 bytes.
///
/// Standard: SP 800-38A, 6.2, after the padding of RFC 5652, 6.3.
/// In: `key`, 32 bytes, and `iv`, 16 bytes, secret; `plaintext`, any length, secret. Out: the ciphertext, the next
/// multiple of 16 bytes above the length of the plaintext; typed as secret, to be declassified where it is put on
/// the wire.
pub fn aes256_cbc_encrypt(key: &CipherKey, iv: &Iv, plaintext: &ByteSeq) -> ByteSeq {
    // Declassified: initialisation vector and plaintext, inside this function only, because the cipher works on
    // public integers. The result is made secret again below.
    let first = AesState::from_seq(&ByteSeq::from_seq(iv).declassify());
    let padded = pad(&plaintext.clone().declassify());
    ByteSeq::from_public_seq(&cbc_encrypt(key, first, &padded))
}

/// Decrypt a message and remove its padding.
///
/// Standard: SP 800-38A, 6.2, then RFC 5652, 6.3. The caller has checked the tag or signature before.
/// In: `key`, 32 bytes, and `iv`, 16 bytes, secret; `ciphertext`, any length. Out: the plaintext, 1 to 16 bytes
/// shorter than the ciphertext, secret.
/// Errors: `BadCiphertext` when the length is zero or no multiple of 16, or any padding byte is wrong.
pub fn aes256_cbc_decrypt(
    key: &CipherKey,
    iv: &Iv,
    ciphertext: &ByteSeq,
) -> Result<ByteSeq, CbcError> {
    if ciphertext.len() == 0 || ciphertext.len() % BLOCK_LEN != 0 {
        Err(CbcError::BadCiphertext)
    } else {
        // Declassified: initialisation vector, ciphertext and, from here on, the plaintext, inside this function
        // only, because the cipher works on public integers. The plaintext is made secret again below; that its
        // padding was wrong becomes public, and is of no use to an attacker as the tag was right.
        let first = AesState::from_seq(&ByteSeq::from_seq(iv).declassify());
        let padded = cbc_decrypt(key, first, &ciphertext.clone().declassify());
        match unpad(&padded) {
            Some(plaintext) => Ok(ByteSeq::from_public_seq(&plaintext)),
            None => Err(CbcError::BadCiphertext),
        }
    }
}
