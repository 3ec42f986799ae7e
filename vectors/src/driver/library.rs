//! What a library must offer to be driven: its operations on plain bytes, and its own types for parties and records.
//!
//! Each driver implements these traits with one crate alone. Everything that is not protocol (who has which key, which
//! outcome has which name) is written once, in [`engine`](super::engine).
use crate::outcome::{ErrorClass, Snapshot};
use crate::step::{Bundle, SignatureForm};
use std::collections::BTreeMap;

/// A serialised public key.
pub type Serialized = [u8; 33];
/// A key, a digest, a secret.
pub type Array32 = [u8; 32];

/// The primitives.
pub trait Primitives {
    /// SHA-256.
    fn sha256(message: &[u8]) -> Array32;
    /// SHA-512.
    fn sha512(message: &[u8]) -> [u8; 64];
    /// HMAC-SHA-256.
    fn hmac_sha256(key: &[u8], message: &[u8]) -> Array32;
    /// PRK and OKM of HKDF-SHA-256.
    fn hkdf(salt: Option<&[u8]>, ikm: &[u8], info: &[u8], length: u8) -> (Array32, Vec<u8>);
    /// AES-256-CBC with PKCS#7.
    fn aes256_cbc_encrypt(key: Array32, iv: [u8; 16], plaintext: &[u8]) -> Vec<u8>;
    /// AES-256-CBC with PKCS#7.
    fn aes256_cbc_decrypt(
        key: Array32,
        iv: [u8; 16],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, ErrorClass>;
    /// The bare function.
    fn x25519(scalar: Array32, u: Array32) -> Array32;
    /// Agreement with a serialised key.
    fn agreement(private: Array32, public: &[u8]) -> Result<Array32, ErrorClass>;
    /// The canonical and torsion check.
    fn is_canonical(u: Array32) -> bool;
    /// Sign.
    fn xeddsa_sign(
        form: SignatureForm,
        private: Array32,
        message: &[u8],
        random: [u8; 64],
    ) -> [u8; 64];
    /// Verify.
    fn xeddsa_verify(
        form: SignatureForm,
        public: Array32,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass>;
}

/// Keys.
pub trait Keys {
    /// Parse and serialise again.
    fn parse_public_key(bytes: &[u8]) -> Result<Serialized, ErrorClass>;
    /// Parse and clamp; the public key with it.
    fn parse_private_key(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass>;
    /// Whether two serialised keys are one.
    fn same_public_key(a: &[u8], b: &[u8]) -> Result<bool, ErrorClass>;
    /// The stored form of an identity pair.
    fn encode_identity_key_pair(private: Array32) -> Vec<u8>;
    /// Its inverse.
    fn decode_identity_key_pair(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass>;
    /// The signed bytes and the signature of the claim of another identity.
    fn sign_alternate_identity(
        private: Array32,
        other: &[u8],
        random: [u8; 64],
    ) -> Result<(Vec<u8>, [u8; 64]), ErrorClass>;
    /// Check such a claim.
    fn verify_alternate_identity(
        identity: &[u8],
        other: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass>;
}

/// The keys of a message and what they are expanded from.
#[derive(Clone)]
pub struct PlainMessageKeys {
    /// The seed.
    pub seed: Array32,
    /// AES key.
    pub cipher_key: Array32,
    /// HMAC key.
    pub mac_key: Array32,
    /// Initialisation vector.
    pub iv: [u8; 16],
}

/// Everything that a handshake gives.
#[derive(Clone)]
pub struct PlainHandshake {
    /// DH1, DH2, DH3 and, if there is a one-time prekey, DH4.
    pub dh: Vec<Array32>,
    /// Input of the KDF.
    pub ikm: Vec<u8>,
    /// Its output.
    pub root_key: Array32,
    /// Its output.
    pub chain_key: Array32,
}

/// The private keys of a responder.
#[derive(Clone, Copy)]
pub struct ResponderKeys {
    /// IK.
    pub identity: Array32,
    /// SPK.
    pub signed_prekey: Array32,
    /// OPK.
    pub one_time_prekey: Option<Array32>,
}

/// Key derivation of the protocol.
pub trait Derivation {
    /// Next chain key, message key seed.
    fn kdf_ck(chain_key: Array32) -> (Array32, Array32);
    /// Root key, chain key.
    fn kdf_rk(root_key: Array32, dh_output: Array32) -> (Array32, Array32);
    /// The keys of a message.
    fn message_keys(seed: Array32) -> PlainMessageKeys;
    /// Root key, chain key.
    fn x3dh_kdf(ikm: &[u8]) -> (Array32, Array32);
    /// The initiator's side, the signature checked first.
    fn x3dh_initiator(
        identity: Array32,
        base: Array32,
        bundle: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass>;
    /// The responder's side.
    fn x3dh_responder(
        keys: ResponderKeys,
        remote_identity: &[u8],
        base_key: &[u8],
    ) -> Result<PlainHandshake, ErrorClass>;
}

/// A `SignalMessage` in parts.
#[derive(Clone)]
pub struct PlainSignalMessage {
    /// Session version.
    pub version: u8,
    /// Serialised.
    pub ratchet_key: Vec<u8>,
    /// Number.
    pub counter: u32,
    /// PN.
    pub previous_counter: u32,
    /// Ciphertext.
    pub body: Vec<u8>,
    /// SPQR message.
    pub spqr: Vec<u8>,
    /// Address block.
    pub addresses: Option<Vec<u8>>,
    /// Tag.
    pub tag: [u8; 8],
}

/// A `PreKeySignalMessage` in parts.
#[derive(Clone)]
pub struct PlainPreKeyMessage {
    /// Session version.
    pub version: u8,
    /// Of the sender.
    pub registration_id: u32,
    /// OPK id.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// KEM prekey id and ciphertext.
    pub kem: Option<(u32, Vec<u8>)>,
    /// Serialised.
    pub base_key: Vec<u8>,
    /// Serialised.
    pub identity_key: Vec<u8>,
    /// The whole message inside.
    pub message: Vec<u8>,
}

/// The wire.
pub trait Wire {
    /// The parts of a message, and the message written again: the received bytes are kept.
    fn parse_signal_message(bytes: &[u8]) -> Result<(PlainSignalMessage, Vec<u8>), ErrorClass>;
    /// Write a message.
    fn encode_signal_message(message: &PlainSignalMessage) -> Result<Vec<u8>, ErrorClass>;
    /// The parts of a prekey message.
    fn parse_prekey_message(bytes: &[u8]) -> Result<PlainPreKeyMessage, ErrorClass>;
    /// Write a prekey message.
    fn encode_prekey_message(message: &PlainPreKeyMessage) -> Result<Vec<u8>, ErrorClass>;
    /// The block of a sender and a recipient, each a name and a device id.
    fn address_block(
        sender: (&str, u32),
        recipient: (&str, u32),
    ) -> Result<Option<Vec<u8>>, ErrorClass>;
    /// The tag of a message.
    fn message_tag(
        mac_key: Array32,
        sender: &[u8],
        receiver: &[u8],
        unsigned: &[u8],
    ) -> Result<[u8; 8], ErrorClass>;
}

/// Who acts on a record, and with whom.
pub struct Context<'a, L: Sessions + ?Sized> {
    /// Who acts.
    pub local: &'a L::Local,
    /// The peer as a party: its address is used, nothing else.
    pub peer: &'a L::Local,
    /// The identity stored for the peer.
    pub stored: Option<L::Identity>,
}

/// The prekeys of a party, by id.
pub struct Prekeys<L: Sessions + ?Sized> {
    /// Signed prekeys.
    pub signed: BTreeMap<u32, L::SignedPreKeyPair>,
    /// One-time prekeys that were not used yet.
    pub one_time: BTreeMap<u32, L::OneTimePreKeyPair>,
}

impl<L: Sessions + ?Sized> Default for Prekeys<L> {
    fn default() -> Self {
        Self {
            signed: BTreeMap::new(),
            one_time: BTreeMap::new(),
        }
    }
}

/// What decrypting gives beside the record.
pub struct Opened<I> {
    /// The plaintext.
    pub plaintext: Vec<u8>,
    /// The identity to store for the peer.
    pub identity: I,
    /// The one-time prekey to delete.
    pub used_one_time_prekey: Option<u32>,
}

/// Parties and sessions. A function that fails leaves the record as it was.
pub trait Sessions {
    /// The identity of a peer.
    type Identity: Copy;
    /// A party: identity pair, registration id, address.
    type Local;
    /// The pair of a signed prekey.
    type SignedPreKeyPair;
    /// The pair of a one-time prekey.
    type OneTimePreKeyPair;
    /// The record of a peer.
    type Record;

    /// Make a party.
    fn local(
        name: &str,
        device_id: u32,
        identity: Array32,
        registration_id: u32,
    ) -> Result<Self::Local, ErrorClass>;
    /// The serialised identity key of a party.
    fn identity_key(local: &Self::Local) -> Serialized;
    /// The registration id of a party.
    fn registration_id(local: &Self::Local) -> u32;
    /// Parse an identity key.
    fn parse_identity(bytes: &[u8]) -> Result<Self::Identity, ErrorClass>;
    /// A signed prekey and its serialised public half.
    fn signed_prekey(private: Array32) -> (Self::SignedPreKeyPair, Serialized);
    /// The serialised public half.
    fn signed_prekey_public(pair: &Self::SignedPreKeyPair) -> Serialized;
    /// A one-time prekey and its serialised public half.
    fn one_time_prekey(private: Array32) -> (Self::OneTimePreKeyPair, Serialized);
    /// The serialised public half.
    fn one_time_prekey_public(pair: &Self::OneTimePreKeyPair) -> Serialized;
    /// Sign a signed prekey.
    fn sign_signed_prekey(
        local: &Self::Local,
        pair: &Self::SignedPreKeyPair,
        random: [u8; 64],
    ) -> [u8; 64];

    /// A record without sessions.
    fn empty_record() -> Self::Record;
    /// The serialised base key of the current session, and the identity of its peer.
    fn current(record: &Self::Record) -> Option<(Serialized, Self::Identity)>;
    /// Start a session as the initiator.
    fn start_session(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        bundle: &Bundle,
        base_private: Array32,
        ratchet_private: Array32,
        now_ms: u64,
    ) -> Result<(), ErrorClass>;
    /// The keys of the next message of the current session.
    fn next_message_keys(record: &Self::Record) -> Option<PlainMessageKeys>;
    /// Encrypt: whether it is a prekey message, and the bytes.
    fn encrypt(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        plaintext: &[u8],
        now_ms: u64,
    ) -> Result<(crate::step::Kind, Vec<u8>), ErrorClass>;
    /// Decrypt a `SignalMessage`.
    fn decrypt_signal(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<Self::Identity>, ErrorClass>;
    /// Decrypt a `PreKeySignalMessage`.
    fn decrypt_prekey(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        prekeys: &Prekeys<Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<Self::Identity>, ErrorClass>;
    /// The stored form.
    fn save(record: &Self::Record) -> Vec<u8>;
    /// Read the stored form.
    fn load(saved: &[u8]) -> Result<Self::Record, ErrorClass>;
    /// Read the bare form of the deployed library.
    fn import(record: &[u8]) -> Result<Self::Record, ErrorClass>;
    /// The record in neutral terms.
    fn snapshot(record: &Self::Record) -> Snapshot;
}

/// All of a library.
pub trait Library: Primitives + Keys + Derivation + Wire + Sessions {
    /// Its name in reports.
    const NAME: &'static str;
}
