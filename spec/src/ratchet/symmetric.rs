//! The symmetric-key ratchet: chain keys, message key seeds, message keys.
//!
//! Which part: DR 2.2 and 5.2; DR4 6 for the mix with SPQR. Who calls it: `ratchet::double`. Secret: everything.
use crate::keys::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use hacspec_lib::*;

/// The input of `KDF_CK` that gives the message key seed.
pub const MESSAGE_KEY_INPUT: u8 = 1u8;
/// The input of `KDF_CK` that gives the next chain key.
pub const CHAIN_KEY_INPUT: u8 = 2u8;
/// Length of the expanded message keys.
pub const MESSAGE_KEYS_LENGTH: u8 = 80u8;

/// The keys of one message.
#[derive(Clone, Copy)]
pub struct MessageKeys {
    /// AES-256 key, secret.
    pub cipher_key: CipherKey,
    /// HMAC key, secret.
    pub mac_key: MacKey,
    /// CBC initialisation vector, secret.
    pub iv: Iv,
}

/// HMAC of one byte under a chain key.
fn chain_hmac(ck: ChainKey, input: u8) -> Sha256Digest {
    let mut message = ByteSeq::new(1);
    message[0] = U8(input);
    hmac_sha256(&ByteSeq::from_seq(&ck), &message)
}

/// Advance a sending or receiving chain by one step.
///
/// Standard: DR 3.1, `KDF_CK(ck)`; the two inputs, 0x01 and 0x02: DR 5.2.
/// In: `ck`, 32 bytes, secret. Out: next chain key and message key seed, 32 bytes each, secret.
pub fn kdf_ck(ck: ChainKey) -> (ChainKey, MessageKeySeed) {
    let next = ChainKey::from_seq(&chain_hmac(ck, CHAIN_KEY_INPUT));
    let seed = MessageKeySeed::from_seq(&chain_hmac(ck, MESSAGE_KEY_INPUT));
    (next, seed)
}

/// The salt that SPQR gives to the keys of a message, if it does.
fn message_keys_salt(sparse_key: Option<SparseMessageKey>) -> ByteSeq {
    match sparse_key {
        Some(key) => ByteSeq::from_seq(&key),
        None => no_salt(),
    }
}

/// Expand a seed to the keys of a message.
///
/// Standard: DR 5.2, the keys of `ENCRYPT`: HKDF, info `WhisperMessageKeys`, 80 bytes; with a key of SPQR as the salt it is
/// the hybrid KDF of DR4 6.
/// Deployed: the seed is kept until the message arrives, and only then expanded. Version 3 has no salt, nor has a message
/// without a key of SPQR.
/// In: the seed, secret; the key of SPQR, secret. Out: cipher key 32, MAC key 32, IV 16, secret.
pub fn message_keys(seed: MessageKeySeed, sparse_key: Option<SparseMessageKey>) -> MessageKeys {
    let info = ByteSeq::from_public_slice(b"WhisperMessageKeys");
    let okm = hkdf(
        &message_keys_salt(sparse_key),
        &ByteSeq::from_seq(&seed),
        &info,
        MESSAGE_KEYS_LENGTH,
    );
    MessageKeys {
        cipher_key: CipherKey::from_slice(&okm, 0, 32),
        mac_key: MacKey::from_slice(&okm, 32, 32),
        iv: Iv::from_slice(&okm, 64, 16),
    }
}
