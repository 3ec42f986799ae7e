//! What the text leaves to the application: `KDF_RK`, `HEADER`, `ENCRYPT` and `DECRYPT` of the ratchet as written.
//!
//! Which part: DR 3.1, with the recommendations of DR 5.2. Who calls it: `ratchet::written` and `ratchet::header_encrypted`,
//! which has its own root step. Secret: every key, and the plaintext.
use crate::backend::hmac::HmacSha256;
use crate::ct::equal;
use crate::keys::{
    parse_public_key, serialize_public_key, ChainKey, CipherKey, Iv, MacKey, MessageKeySeed,
    RatchetKey, RootKey, Sha256Digest, SharedSecret, SERIALIZED_KEY_LENGTH,
};
use crate::primitives::aes_cbc::{aes256_cbc_decrypt, append_ciphertext, ciphertext_length};
use crate::primitives::hkdf::hkdf_blocks;

/// Length of a header: the ratchet key, serialised, PN and N.
pub const HEADER_LENGTH: usize = 41;
/// Length of the tag of a message.
pub const WRITTEN_TAG_LENGTH: usize = 32;
/// Length of the output of `KDF_RK`.
pub const WRITTEN_RK_LENGTH: u8 = 64;

pub(crate) const ROOT_INFO: &[u8; 39] = b"SignalReference_25519_SHA256_DRHE1 root";
const MESSAGE_INFO: &[u8; 42] = b"SignalReference_25519_SHA256_DRHE1 message";

/// What a receiver needs to find the key of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Header {
    /// DHs of the sender.
    pub dh: RatchetKey,
    /// PN: how many messages its previous sending chain had.
    pub pn: u32,
    /// N: number of the message in its chain.
    pub n: u32,
}

/// The keys of one message.
struct WrittenKeys {
    cipher_key: CipherKey,
    mac_key: MacKey,
    iv: Iv,
}

/// Mirror of `spec::ratchet::written::functions::kdf_rk`.
///
/// In: root key and agreement, secret. Out: next root key and a chain key, secret.
#[must_use]
pub fn kdf_rk(rk: &RootKey, dh_out: &SharedSecret) -> (RootKey, ChainKey) {
    let [rk, ck] = hkdf_blocks(Some(rk.as_bytes()), dh_out.as_bytes(), ROOT_INFO);
    (
        RootKey::from_bytes(*rk.as_bytes()),
        ChainKey::from_bytes(*ck.as_bytes()),
    )
}

/// Mirror of `spec::ratchet::written::functions::encode_header`.
///
/// In: the header. Out: 41 bytes.
#[must_use]
pub fn encode_header(header: Header) -> [u8; HEADER_LENGTH] {
    let key = serialize_public_key(header.dh.key);
    let (pn, n) = (header.pn.to_be_bytes(), header.n.to_be_bytes());
    let mut out = [0; HEADER_LENGTH];
    for (to, from) in out.iter_mut().zip(key.iter().chain(&pn).chain(&n)) {
        *to = *from;
    }
    out
}

/// Mirror of `spec::ratchet::written::functions::parse_header`.
///
/// In: any bytes. Out: the header; `None` if they are not 41, or do not begin with a key type byte of X25519.
#[must_use]
pub fn parse_header(bytes: &[u8]) -> Option<Header> {
    let bytes: &[u8; HEADER_LENGTH] = bytes.try_into().ok()?;
    let (key, numbers) = bytes.split_first_chunk::<SERIALIZED_KEY_LENGTH>()?;
    let (pn, n) = numbers.split_first_chunk::<4>()?;
    Some(Header {
        dh: RatchetKey {
            key: parse_public_key(key).ok()?,
        },
        pn: u32::from_be_bytes(*pn),
        n: u32::from_be_bytes(n.try_into().ok()?),
    })
}

/// Mirror of `spec::ratchet::written::functions::encrypt`.
///
/// In: mk, secret; any plaintext, secret; associated data, in two parts. Out: the ciphertext of CBC, and 32 bytes of tag.
#[must_use]
pub fn encrypt(mk: &MessageKeySeed, plaintext: &[u8], associated_data: [&[u8]; 2]) -> Vec<u8> {
    let keys = written_keys(mk);
    let length = ciphertext_length(plaintext.len()).saturating_add(WRITTEN_TAG_LENGTH);
    let mut out = Vec::with_capacity(length);
    append_ciphertext(&keys.cipher_key, &keys.iv, plaintext, &mut out);
    let tag = written_tag(&keys.mac_key, associated_data, &out);
    out.extend_from_slice(tag.as_bytes());
    out
}

/// Mirror of `spec::ratchet::written::functions::decrypt`.
///
/// In: mk, secret; any bytes; associated data, in two parts. Out: the plaintext, secret; `None` if length, tag or padding is wrong.
#[must_use]
pub fn decrypt(
    mk: &MessageKeySeed,
    ciphertext: &[u8],
    associated_data: [&[u8]; 2],
) -> Option<Vec<u8>> {
    let (body, tag) = ciphertext.split_last_chunk::<WRITTEN_TAG_LENGTH>()?;
    let keys = written_keys(mk);
    if !equal(
        written_tag(&keys.mac_key, associated_data, body).as_bytes(),
        tag,
    ) {
        return None;
    }
    aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, body).ok()
}

fn written_keys(mk: &MessageKeySeed) -> WrittenKeys {
    let [cipher_key, mac_key, last]: [Sha256Digest; 3] =
        hkdf_blocks(None, mk.as_bytes(), MESSAGE_INFO);
    let mut iv = Iv::from_bytes([0; 16]);
    for (to, from) in iv.as_bytes_mut().iter_mut().zip(last.as_bytes()) {
        *to = *from;
    }
    WrittenKeys {
        cipher_key: CipherKey::from_bytes(*cipher_key.as_bytes()),
        mac_key: MacKey::from_bytes(*mac_key.as_bytes()),
        iv,
    }
}

/// HMAC of the associated data and the ciphertext; the twin says when these can be told apart.
fn written_tag(mac_key: &MacKey, [ad, header]: [&[u8]; 2], ciphertext: &[u8]) -> Sha256Digest {
    HmacSha256::new(mac_key.as_bytes()).tag(&[ad, header, ciphertext])
}
