//! What the text leaves to the application with header encryption: the setup, `KDF_RK_HE`, `HENCRYPT` and `HDECRYPT`.
//!
//! Which part: DR 4.2 and 4.4, with the recommendations of DR 5.2. Who calls it: `ratchet::header_encrypted`. Secret: every key,
//! and the header.
//!
//! Choice: SHA-256, AES-256 and the label `SignalReference_25519_SHA256_DRHE1` throughout; `ENCRYPT`, `DECRYPT` and `HEADER` are
//! those of `ratchet::written`.
use crate::keys::*;
use crate::primitives::aes_ctr::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use crate::ratchet::written::functions::*;
use hacspec_lib::*;

/// Length of an encrypted header: nonce, encrypted header, tag.
pub const ENCRYPTED_HEADER_LENGTH: usize = 89;
/// Length of the nonce of an encrypted header.
pub const HEADER_NONCE_LENGTH: usize = 16;
/// Length of the output of `KDF_RK_HE` and of the setup.
pub const KDF_RK_HE_LENGTH: u8 = 96u8;
/// Length of what a header key is expanded to.
const HEADER_KEYS_LENGTH: u8 = 64u8;
/// What a handshake gives to both parties, all secret.
#[derive(Clone, Copy)]
pub struct HeSetup {
    /// SK: the first root key.
    pub sk: RootKey,
    /// The first header key of the initiator.
    pub shared_hka: HeaderKey,
    /// The first next header key of the responder.
    pub shared_nhkb: HeaderKey,
}

/// The keys that a header key expands to.
#[derive(Clone, Copy)]
struct HeaderKeys {
    cipher_key: CipherKey,
    mac_key: MacKey,
}

/// The secrets that both parties begin with.
///
/// Standard: DR 4.4: the parties agree on SK, shared_hka and shared_nhkb. Choice: HKDF of the secret of the handshake.
/// In: 32 bytes, secret. Out: three keys, secret.
pub fn setup_he(shared: SharedSecret) -> HeSetup {
    let info = ByteSeq::from_public_slice(b"SignalReference_25519_SHA256_DRHE1 init");
    let okm = hkdf(
        &no_salt(),
        &ByteSeq::from_seq(&shared),
        &info,
        KDF_RK_HE_LENGTH,
    );
    HeSetup {
        sk: RootKey::from_slice(&okm, 0, 32),
        shared_hka: HeaderKey::from_slice(&okm, 32, 32),
        shared_nhkb: HeaderKey::from_slice(&okm, 64, 32),
    }
}

/// Root key, chain key and next header key from a Diffie-Hellman output.
///
/// Standard: DR 4.2, `KDF_RK_HE(rk, dh_out)`; DR 5.2: HKDF with salt `rk`.
/// In: both secret, 32 bytes each. Out: next root key, a chain key and the next header key, 32 bytes each, secret.
pub fn kdf_rk_he(rk: RootKey, dh_out: SharedSecret) -> (RootKey, ChainKey, HeaderKey) {
    let info = ByteSeq::from_public_slice(b"SignalReference_25519_SHA256_DRHE1 root");
    let okm = hkdf(
        &ByteSeq::from_seq(&rk),
        &ByteSeq::from_seq(&dh_out),
        &info,
        KDF_RK_HE_LENGTH,
    );
    (
        RootKey::from_slice(&okm, 0, 32),
        ChainKey::from_slice(&okm, 32, 32),
        HeaderKey::from_slice(&okm, 64, 32),
    )
}

/// Standard: DR 5.2, a key for encryption and one for the tag.
fn header_keys(hk: HeaderKey) -> HeaderKeys {
    let info = ByteSeq::from_public_slice(b"SignalReference_25519_SHA256_DRHE1 header");
    let okm = hkdf(
        &no_salt(),
        &ByteSeq::from_seq(&hk),
        &info,
        HEADER_KEYS_LENGTH,
    );
    HeaderKeys {
        cipher_key: CipherKey::from_slice(&okm, 0, 32),
        mac_key: MacKey::from_slice(&okm, 32, 32),
    }
}

/// HMAC of nonce and encrypted header.
fn header_tag(mac_key: MacKey, sealed: &Seq<u8>) -> Seq<u8> {
    let mac = hmac_sha256(
        &ByteSeq::from_seq(&mac_key),
        &ByteSeq::from_public_seq(sealed),
    );
    // The MAC is sent with the header, or compared with the one received: public.
    ByteSeq::from_seq(&mac).declassify()
}

/// Encrypt a header.
///
/// Standard: DR 4.2, `HENCRYPT(hk, plaintext)`. The text leaves open how a nonce is made: it must not repeat under one key.
/// Choice: 16 random bytes, AES-256 in CTR mode from there, and the whole tag of HMAC-SHA-256.
/// In: hk, secret; the nonce, 16 random bytes, public; the header. Out: nonce, encrypted header, tag: 89 bytes.
pub fn hencrypt(hk: HeaderKey, nonce: CounterBlock, header: Header) -> Seq<u8> {
    let keys = header_keys(hk);
    let plain = ByteSeq::from_public_seq(&encode_header(header));
    // A ciphertext is sent: public.
    let c = aes256_ctr(&keys.cipher_key, nonce, &plain).declassify();
    let sealed = Seq::<u8>::from_seq(&nonce).concat(&c);
    let tag = header_tag(keys.mac_key, &sealed);
    sealed.concat(&tag)
}

/// Decrypt a header.
///
/// Standard: DR 4.2, `HDECRYPT(hk, ciphertext)`: authentic under `hk`, or none.
/// Choice: bytes that are authentic and no header are none as well: only a peer that breaks the protocol makes them.
/// In: hk, secret; any bytes. Out: the header; `None` if the length, the tag or the header is wrong.
pub fn hdecrypt(hk: HeaderKey, enc_header: &Seq<u8>) -> Option<Header> {
    if enc_header.len() == ENCRYPTED_HEADER_LENGTH {
        let keys = header_keys(hk);
        let end = HEADER_NONCE_LENGTH + HEADER_LENGTH;
        let sealed = enc_header.slice(0, end);
        let tag = enc_header.slice(end, ENCRYPTED_HEADER_LENGTH - end);
        if header_tag(keys.mac_key, &sealed) == tag {
            let nonce = CounterBlock::from_slice(&sealed, 0, HEADER_NONCE_LENGTH);
            let c = sealed.slice(HEADER_NONCE_LENGTH, HEADER_LENGTH);
            let plain = aes256_ctr(&keys.cipher_key, nonce, &ByteSeq::from_public_seq(&c));
            // Declassified: the header, inside the specification only, which reads numbers and compares them.
            parse_header(&plain.declassify())
        } else {
            None
        }
    } else {
        None
    }
}
