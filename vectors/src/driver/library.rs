//! What a library must offer to be driven: its operations on plain bytes, and its own types for parties and records.
//!
//! Each driver implements these traits with one crate alone. Everything that is not protocol (who has which key, which
//! outcome has which name) is written once, in [`engine`](super::engine).
mod fingerprints;
mod groups;
mod sessions;
mod sparse;
mod vxeddsa;
mod written;

pub use fingerprints::{Fingerprints, PlainFingerprintCode};
pub use vxeddsa::Vxeddsa;
pub use written::{
    PlainHeChain, PlainHeMessage, PlainHeSetup, PlainHeState, PlainStoredKey, PlainWrittenMessage,
    PlainWrittenState, WrittenRatchets,
};

pub use groups::{
    Groups, PlainDistributionMessage, PlainSenderKeyMessage, PlainSenderKeyRandom,
    PlainSenderMessageKeys,
};
pub use sessions::{Context, KemPrekey, Opened, PlainUsedKemPrekey, Prekeys, Sessions};
pub use sparse::{
    Draw, PlainAuthenticator, PlainChainParameters, PlainChunk, PlainSparseMessage,
    PlainSparseParameters, Randomness, SparseParts, SparseStates,
};

use crate::outcome::ErrorClass;
use crate::step::{Bundle, KemSet, SignatureForm};

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

/// A key pair of ML-KEM-768 in pieces.
pub struct PlainIncrementalPair {
    /// 64 bytes.
    pub header: Vec<u8>,
    /// 1152 bytes.
    pub vector: Vec<u8>,
    /// 2400 bytes.
    pub decapsulation_key: Vec<u8>,
}

/// The first half of an encapsulation.
pub struct PlainFirstHalf {
    /// 960 bytes.
    pub ciphertext1: Vec<u8>,
    /// The shared secret.
    pub secret: Array32,
    /// What the second half needs.
    pub state: Vec<u8>,
}

/// The KEMs.
pub trait Kem {
    /// Encapsulation key, decapsulation key.
    fn kem_key_gen(set: KemSet, seed: [u8; 64]) -> (Vec<u8>, Vec<u8>);
    /// Shared secret, ciphertext.
    fn kem_encaps(
        set: KemSet,
        encapsulation_key: &[u8],
        random: Array32,
    ) -> Result<(Array32, Vec<u8>), ErrorClass>;
    /// Shared secret.
    fn kem_decaps(
        set: KemSet,
        decapsulation_key: &[u8],
        ciphertext: &[u8],
    ) -> Result<Array32, ErrorClass>;
    /// A key pair in pieces.
    fn kem_generate(seed: [u8; 64]) -> PlainIncrementalPair;
    /// The first half of an encapsulation.
    fn kem_encaps1(header: &[u8], random: Array32) -> Result<PlainFirstHalf, ErrorClass>;
    /// Whether a vector belongs to a header.
    fn kem_is_match(header: &[u8], vector: &[u8]) -> bool;
    /// The second half of a ciphertext.
    fn kem_encaps2(vector: &[u8], state: [u8; 2080]) -> Result<Vec<u8>, ErrorClass>;
    /// Shared secret of both halves.
    fn kem_decaps_halves(
        decapsulation_key: &[u8],
        ciphertext1: &[u8],
        ciphertext2: &[u8],
    ) -> Result<Array32, ErrorClass>;
    /// Parse a KEM prekey and serialise it again.
    fn parse_kem_public_key(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass>;
    /// Parse a KEM prekey pair; the pair and its public half, serialised.
    fn parse_kem_secret_key(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), ErrorClass>;
    /// Parse a KEM ciphertext and serialise it again.
    fn parse_kem_ciphertext(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass>;
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
    /// The key of SPQR, if there is one.
    pub sparse_key: Option<Array32>,
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
    /// What only PQXDH has.
    pub kem: Option<PlainEncapsulated>,
    /// Input of the KDF.
    pub ikm: Vec<u8>,
    /// Its output.
    pub root_key: Array32,
    /// Its output.
    pub chain_key: Array32,
}

/// What PQXDH has beside what X3DH has.
#[derive(Clone)]
pub struct PlainEncapsulated {
    /// The shared secret of the KEM.
    pub secret: Array32,
    /// Its ciphertext, serialised, at the initiator.
    pub ciphertext: Option<Vec<u8>>,
    /// The key that SPQR starts from.
    pub auth_key: Array32,
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
    fn message_keys(seed: Array32, sparse_key: Option<Array32>) -> PlainMessageKeys;
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
    /// Root key, chain key, key of SPQR.
    fn pqxdh_kdf(ikm: &[u8]) -> (Array32, Array32, Array32);
    /// The initiator's side, the signatures checked first.
    fn pqxdh_initiator(
        identity: Array32,
        base: Array32,
        kem_random: Array32,
        bundle: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass>;
    /// The responder's side; the KEM prekey pair and the ciphertext serialised.
    fn pqxdh_responder(
        keys: ResponderKeys,
        kem_secret_key: &[u8],
        remote_identity: &[u8],
        base_key: &[u8],
        kem_ciphertext: &[u8],
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
    /// Write a message; its version is 3 or 4.
    fn encode_signal_message(message: &PlainSignalMessage) -> Result<Vec<u8>, ErrorClass>;
    /// The parts of a prekey message.
    fn parse_prekey_message(bytes: &[u8]) -> Result<PlainPreKeyMessage, ErrorClass>;
    /// Write a prekey message; its version is 3 or 4.
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

/// All of a library.
pub trait Library:
    Primitives
    + Vxeddsa
    + Kem
    + Keys
    + Derivation
    + Wire
    + Fingerprints
    + SparseParts
    + SparseStates
    + WrittenRatchets
    + Sessions
    + Groups
{
    /// Its name in reports.
    const NAME: &'static str;
}
