//! The symmetric-key ratchet: chain keys, message key seeds, message keys.
//!
//! Which part: DR 2.2 and 5.2; DR4 6 for the mix with SPQR. Who calls it: `ratchet::double`. Secret: everything.
use crate::backend::hmac::{padding, HmacSha256, BLOCK_LENGTH};
use crate::keys::{
    ChainKey, CipherKey, Iv, MacKey, MessageKeySeed, Sha256Digest, SparseMessageKey,
};
use crate::primitives::hkdf::hkdf_blocks;

/// The input of `KDF_CK` that gives the message key seed.
pub const MESSAGE_KEY_INPUT: u8 = 1;
/// The input of `KDF_CK` that gives the next chain key.
pub const CHAIN_KEY_INPUT: u8 = 2;
/// Length of the expanded message keys.
pub const MESSAGE_KEYS_LENGTH: u8 = 80;

const INFO: &[u8; 18] = b"WhisperMessageKeys";

/// The keys of one message.
pub struct MessageKeys {
    /// AES-256 key, secret.
    pub cipher_key: CipherKey,
    /// HMAC key, secret.
    pub mac_key: MacKey,
    /// CBC initialisation vector, secret.
    pub iv: Iv,
}

/// Mirror of `spec::ratchet::symmetric::kdf_ck`.
/// Faster: the keyed hash state is computed once for both outputs.
///
/// In: `ck`, secret. Out: next chain key and message key seed, secret.
#[must_use]
pub fn kdf_ck(ck: &ChainKey) -> (ChainKey, MessageKeySeed) {
    let keyed = HmacSha256::new(ck.as_bytes());
    let seed = keyed.tag_of_blocks(&input(MESSAGE_KEY_INPUT));
    (
        chain_key(&keyed),
        MessageKeySeed::from_bytes(*seed.as_bytes()),
    )
}

/// [`kdf_ck`] without the seed, for a message whose seed would be dropped at once.
pub(crate) fn next_chain_key(ck: &ChainKey) -> ChainKey {
    chain_key(&HmacSha256::new(ck.as_bytes()))
}

/// Mirror of `spec::ratchet::symmetric::message_keys`.
/// Faster: without a key of SPQR the state of HMAC for the salt, zeros, is a constant; the output is split where blocks of
/// HKDF end.
///
/// In: the seed, secret; the key of SPQR, secret, if there is one. Out: cipher key 32, MAC key 32, vector 16, secret.
#[must_use]
pub fn message_keys(seed: &MessageKeySeed, sparse_key: Option<&SparseMessageKey>) -> MessageKeys {
    let salt = sparse_key.map(SparseMessageKey::as_bytes);
    let [cipher_key, mac_key, last]: [Sha256Digest; 3] = hkdf_blocks(salt, seed.as_bytes(), INFO);
    let mut iv = Iv::from_bytes([0; 16]);
    for (to, from) in iv.as_bytes_mut().iter_mut().zip(last.as_bytes()) {
        *to = *from;
    }
    MessageKeys {
        cipher_key: CipherKey::from_bytes(*cipher_key.as_bytes()),
        mac_key: MacKey::from_bytes(*mac_key.as_bytes()),
        iv,
    }
}

fn chain_key(keyed: &HmacSha256) -> ChainKey {
    let next = keyed.tag_of_blocks(&input(CHAIN_KEY_INPUT));
    ChainKey::from_bytes(*next.as_bytes())
}

/// A message of one byte.
pub(crate) const fn input(byte: u8) -> [[u8; BLOCK_LENGTH]; 1] {
    let [mut block] = const { padding(1) };
    block[0] = byte;
    [block]
}
