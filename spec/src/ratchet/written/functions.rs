//! What the text leaves to the application: `KDF_RK`, `HEADER`, `ENCRYPT` and `DECRYPT` of the ratchet as written.
//!
//! Which part: DR 3.1, with the recommendations of DR 5.2. Who calls it: `ratchet::written` and `ratchet::header_encrypted`,
//! which has its own root step. Secret: every key, and the plaintext.
//!
//! Choice: one instance for both forms, under one label, `SignalReference_25519_SHA256_DRHE1`: SHA-256, AES-256 in CBC mode and a
//! whole tag, as DR 5.2 recommends. The root steps of the two forms are 64 and 96 bytes under the same label, so the
//! shorter is the start of the longer: a handshake secret is for a session of one form. `KDF_CK` is `kdf_ck`, as deployed, and
//! what it calls a seed is the text's message key mk.
use crate::keys::*;
use crate::primitives::aes_cbc::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use hacspec_lib::*;

/// Length of a header: the ratchet key, serialised, PN and N.
pub const HEADER_LENGTH: usize = 41;
/// Length of the tag of a message.
pub const WRITTEN_TAG_LENGTH: usize = 32;
/// Length of the output of `KDF_RK`.
pub const WRITTEN_RK_LENGTH: u8 = 64u8;
/// Length of what a message key is expanded to.
const MESSAGE_LENGTH: u8 = 80u8;

/// What a receiver needs to find the key of a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    /// DHs of the sender.
    pub dh: RatchetKey,
    /// PN: how many messages its previous sending chain had.
    pub pn: u32,
    /// N: number of the message in its chain.
    pub n: u32,
}

/// The keys of one message.
#[derive(Clone, Copy)]
struct WrittenKeys {
    cipher_key: CipherKey,
    mac_key: MacKey,
    iv: Iv,
}

/// Root key and chain key from a Diffie-Hellman output.
///
/// Standard: DR 3.1, `KDF_RK(rk, dh_out)`; DR 5.2: HKDF with salt `rk`.
/// In: both secret, 32 bytes each. Out: next root key and a chain key, 32 bytes each, secret.
pub fn kdf_rk(rk: RootKey, dh_out: SharedSecret) -> (RootKey, ChainKey) {
    let info = ByteSeq::from_public_slice(b"SignalReference_25519_SHA256_DRHE1 root");
    let okm = hkdf(
        &ByteSeq::from_seq(&rk),
        &ByteSeq::from_seq(&dh_out),
        &info,
        WRITTEN_RK_LENGTH,
    );
    (
        RootKey::from_slice(&okm, 0, 32),
        ChainKey::from_slice(&okm, 32, 32),
    )
}

/// The bytes of a header.
///
/// Standard: DR 3.1, `HEADER(dh_pair, pn, n)`.
/// Choice: the key, serialised, then both numbers as 4 bytes, big-endian.
/// In: the header. Out: 41 bytes.
pub fn encode_header(header: Header) -> Seq<u8> {
    let pn = U32_to_be_bytes(U32(header.pn));
    let n = U32_to_be_bytes(U32(header.n));
    // Declassified: two public numbers, made secret to write them.
    let numbers = ByteSeq::from_seq(&pn).concat(&n).declassify();
    serialize_public_key(header.dh.key).concat(&numbers)
}

/// Four bytes as a number, big-endian.
fn number_at(bytes: &Seq<u8>, at: usize) -> u32 {
    let mut number = 0u32;
    for i in at..at + 4 {
        number = (number << 8) | bytes[i] as u32;
    }
    number
}

/// Read a header.
///
/// Standard: DR 3.1, `HEADER`, inverted.
/// In: any bytes. Out: the header; `None` if they are not 41, or do not begin with a key type byte of X25519.
pub fn parse_header(bytes: &Seq<u8>) -> Option<Header> {
    if bytes.len() == HEADER_LENGTH && bytes[0] == KEY_TYPE_X25519 {
        Some(Header {
            dh: RatchetKey {
                key: PublicKey::from_slice(bytes, 1, KEY_LENGTH),
            },
            pn: number_at(bytes, SERIALIZED_KEY_LENGTH),
            n: number_at(bytes, SERIALIZED_KEY_LENGTH + 4),
        })
    } else {
        None
    }
}

/// Standard: DR 5.2, the output of HKDF in `ENCRYPT`, split.
fn written_keys(mk: MessageKeySeed) -> WrittenKeys {
    let info = ByteSeq::from_public_slice(b"SignalReference_25519_SHA256_DRHE1 message");
    let okm = hkdf(&no_salt(), &ByteSeq::from_seq(&mk), &info, MESSAGE_LENGTH);
    WrittenKeys {
        cipher_key: CipherKey::from_slice(&okm, 0, 32),
        mac_key: MacKey::from_slice(&okm, 32, 32),
        iv: Iv::from_slice(&okm, 64, 16),
    }
}

/// Standard: DR 5.2, HMAC of the associated data and the ciphertext.
/// As the standard has it, no length stands between the two: they are told apart only if all associated data of an
/// application have one length, or none is a beginning of another.
fn written_tag(mac_key: MacKey, ad: &Seq<u8>, ciphertext: &Seq<u8>) -> Seq<u8> {
    let input = ByteSeq::from_public_seq(&ad.concat(ciphertext));
    let mac = hmac_sha256(&ByteSeq::from_seq(&mac_key), &input);
    // The MAC is sent with the message, or compared with the one received: public.
    ByteSeq::from_seq(&mac).declassify()
}

/// Encrypt under a message key, which is used once.
///
/// Standard: DR 3.1, `ENCRYPT(mk, plaintext, associated_data)`; DR 5.2.
/// Choice: the associated data ends in a header of fixed length, encrypted or not, so that it needs no length of its own.
/// In: mk, secret; any plaintext, secret; associated data. Out: the ciphertext of CBC, and 32 bytes of tag.
pub fn encrypt(mk: MessageKeySeed, plaintext: &ByteSeq, associated_data: &Seq<u8>) -> Seq<u8> {
    let keys = written_keys(mk);
    let sealed = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, plaintext);
    // A ciphertext is sent: public.
    let ciphertext = sealed.declassify();
    let tag = written_tag(keys.mac_key, associated_data, &ciphertext);
    ciphertext.concat(&tag)
}

/// Check the tag, then the padding.
///
/// Standard: DR 3.1, `DECRYPT(mk, ciphertext, associated_data)`; DR 5.2.
/// In: mk, secret; any bytes; associated data. Out: the plaintext, secret; `None` if length, tag or padding is wrong.
pub fn decrypt(
    mk: MessageKeySeed,
    ciphertext: &Seq<u8>,
    associated_data: &Seq<u8>,
) -> Option<ByteSeq> {
    if ciphertext.len() < WRITTEN_TAG_LENGTH {
        None
    } else {
        let keys = written_keys(mk);
        let length = ciphertext.len() - WRITTEN_TAG_LENGTH;
        let body = ciphertext.slice(0, length);
        let tag = ciphertext.slice(length, WRITTEN_TAG_LENGTH);
        if written_tag(keys.mac_key, associated_data, &body) == tag {
            let sealed = ByteSeq::from_public_seq(&body);
            match aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, &sealed) {
                Ok(plaintext) => Some(plaintext),
                Err(_) => None,
            }
        } else {
            None
        }
    }
}
