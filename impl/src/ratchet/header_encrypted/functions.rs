//! What the text leaves to the application with header encryption: the setup, `KDF_RK_HE`, `HENCRYPT` and `HDECRYPT`.
//!
//! Which part: DR 4.2 and 4.4, with the recommendations of DR 5.2. Who calls it: `ratchet::header_encrypted`. Secret: every key,
//! and the header.
use crate::backend::hmac::HmacSha256;
use crate::ct::{equal, wipe};
use crate::keys::{
    ChainKey, CipherKey, CounterBlock, HeaderKey, MacKey, RootKey, Sha256Digest, SharedSecret,
};
use crate::primitives::aes_ctr::aes256_ctr;
use crate::primitives::hkdf::hkdf_blocks;
use crate::ratchet::written::functions::{
    encode_header, parse_header, Header, HEADER_LENGTH, ROOT_INFO,
};

/// Length of an encrypted header: nonce, encrypted header, tag.
pub const ENCRYPTED_HEADER_LENGTH: usize = 89;
/// Length of the nonce of an encrypted header.
pub const HEADER_NONCE_LENGTH: usize = 16;
/// Length of the output of `KDF_RK_HE` and of the setup.
pub const KDF_RK_HE_LENGTH: u8 = 96;

const INIT_INFO: &[u8; 39] = b"SignalReference_25519_SHA256_DRHE1 init";
const HEADER_INFO: &[u8; 41] = b"SignalReference_25519_SHA256_DRHE1 header";

/// What a handshake gives to both parties, all secret.
pub struct HeSetup {
    /// SK: the first root key.
    pub sk: RootKey,
    /// The first header key of the initiator.
    pub shared_hka: HeaderKey,
    /// The first next header key of the responder.
    pub shared_nhkb: HeaderKey,
}

/// The keys that a header key expands to.
struct HeaderKeys {
    cipher_key: CipherKey,
    mac_key: MacKey,
}

/// Mirror of `spec::ratchet::header_encrypted::functions::setup_he`.
///
/// In: the secret of the handshake. Out: three keys, secret.
#[must_use]
pub fn setup_he(shared: &SharedSecret) -> HeSetup {
    let [sk, hka, nhkb] = hkdf_blocks(None, shared.as_bytes(), INIT_INFO);
    HeSetup {
        sk: RootKey::from_bytes(*sk.as_bytes()),
        shared_hka: header_key(&hka),
        shared_nhkb: header_key(&nhkb),
    }
}

/// Mirror of `spec::ratchet::header_encrypted::functions::kdf_rk_he`.
///
/// In: root key and agreement, secret. Out: next root key, a chain key and the next header key, secret.
#[must_use]
pub fn kdf_rk_he(rk: &RootKey, dh_out: &SharedSecret) -> (RootKey, ChainKey, HeaderKey) {
    let [rk, ck, nhk] = hkdf_blocks(Some(rk.as_bytes()), dh_out.as_bytes(), ROOT_INFO);
    (
        RootKey::from_bytes(*rk.as_bytes()),
        ChainKey::from_bytes(*ck.as_bytes()),
        header_key(&nhk),
    )
}

/// Mirror of `spec::ratchet::header_encrypted::functions::hencrypt`.
///
/// In: hk, secret; the nonce, 16 random bytes; the header. Out: nonce, encrypted header, tag.
#[must_use]
pub fn hencrypt(
    hk: &HeaderKey,
    nonce: CounterBlock,
    header: Header,
) -> [u8; ENCRYPTED_HEADER_LENGTH] {
    let keys = header_keys(hk);
    let mut c = encode_header(header);
    aes256_ctr(&keys.cipher_key, nonce, &mut c);
    let tag = header_tag(&keys.mac_key, nonce.as_bytes(), &c);
    let parts = nonce.as_bytes().iter().chain(&c).chain(tag.as_bytes());
    let mut out = [0; ENCRYPTED_HEADER_LENGTH];
    for (to, from) in out.iter_mut().zip(parts) {
        *to = *from;
    }
    out
}

/// Mirror of `spec::ratchet::header_encrypted::functions::hdecrypt`.
///
/// In: hk, secret; any bytes. Out: the header; `None` if the length, the tag or the header is wrong.
#[must_use]
pub fn hdecrypt(hk: &HeaderKey, enc_header: &[u8]) -> Option<Header> {
    let enc_header: &[u8; ENCRYPTED_HEADER_LENGTH] = enc_header.try_into().ok()?;
    let (nonce, rest) = enc_header.split_first_chunk::<HEADER_NONCE_LENGTH>()?;
    let (c, tag) = rest.split_first_chunk::<HEADER_LENGTH>()?;
    let keys = header_keys(hk);
    if !equal(header_tag(&keys.mac_key, nonce, c).as_bytes(), tag) {
        return None;
    }
    let mut plain = *c;
    let nonce = CounterBlock::from_bytes(*nonce);
    aes256_ctr(&keys.cipher_key, nonce, &mut plain);
    let header = parse_header(&plain);
    wipe(&mut plain);
    header
}

fn header_keys(hk: &HeaderKey) -> HeaderKeys {
    let [cipher_key, mac_key] = hkdf_blocks(None, hk.as_bytes(), HEADER_INFO);
    HeaderKeys {
        cipher_key: CipherKey::from_bytes(*cipher_key.as_bytes()),
        mac_key: MacKey::from_bytes(*mac_key.as_bytes()),
    }
}

fn header_tag(mac_key: &MacKey, nonce: &[u8], c: &[u8]) -> Sha256Digest {
    HmacSha256::new(mac_key.as_bytes()).tag(&[nonce, c])
}

const fn header_key(block: &Sha256Digest) -> HeaderKey {
    HeaderKey::from_bytes(*block.as_bytes())
}
