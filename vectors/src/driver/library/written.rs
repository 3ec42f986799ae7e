//! What a library must offer of the ratchets as written, without and with header encryption.
use super::{Array32, Serialized};
use crate::outcome::ErrorClass;

/// A key in MKSKIPPED.
#[derive(Clone)]
pub struct PlainStoredKey {
    /// What its chain is known by: the ratchet key, serialised, or the header key.
    pub chain: Vec<u8>,
    /// Number of the message in its chain.
    pub number: u32,
    /// mk.
    pub key: Array32,
}

/// A state of the ratchet as written.
#[derive(Clone)]
pub struct PlainWrittenState {
    /// The private half of DHs.
    pub ratchet_private: Array32,
    /// RK.
    pub root_key: Array32,
    /// CKs and Ns.
    pub sending: Option<(Array32, u32)>,
    /// DHr, CKr and Nr.
    pub receiving: Option<(Serialized, Array32, u32)>,
    /// PN.
    pub pn: u32,
    /// MKSKIPPED, oldest first.
    pub skipped: Vec<PlainStoredKey>,
}

/// A message of the ratchet as written.
#[derive(Clone)]
pub struct PlainWrittenMessage {
    /// DHs, PN and N.
    pub header: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// The secrets that the parties of header encryption begin with.
#[derive(Clone, Copy)]
pub struct PlainHeSetup {
    /// SK.
    pub shared_key: Array32,
    /// The first header key of the initiator.
    pub initiator_header_key: Array32,
    /// The first next header key of the responder.
    pub responder_next_header_key: Array32,
}

/// A chain with header encryption.
#[derive(Clone, Copy)]
pub struct PlainHeChain {
    /// HKs or HKr.
    pub header_key: Array32,
    /// CKs or CKr.
    pub chain_key: Array32,
    /// Ns or Nr.
    pub number: u32,
}

/// A state with header encryption.
#[derive(Clone)]
pub struct PlainHeState {
    /// The private half of DHs.
    pub ratchet_private: Array32,
    /// RK.
    pub root_key: Array32,
    /// The sending chain.
    pub sending: Option<PlainHeChain>,
    /// The receiving chain.
    pub receiving: Option<PlainHeChain>,
    /// NHKs.
    pub next_sending_header_key: Array32,
    /// NHKr.
    pub next_receiving_header_key: Array32,
    /// PN.
    pub pn: u32,
    /// MKSKIPPED, oldest first.
    pub skipped: Vec<PlainStoredKey>,
}

/// A message with header encryption.
#[derive(Clone)]
pub struct PlainHeMessage {
    /// Nonce, encrypted header, tag.
    pub encrypted_header: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

/// The ratchets as written. A function that fails leaves the state as it was.
pub trait WrittenRatchets {
    /// A state of the ratchet as written.
    type WrittenState;
    /// A state with header encryption.
    type HeState;

    /// The initiator if there is a ratchet key of the peer (serialised), or else the responder.
    fn written_start(
        shared_key: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<Self::WrittenState, ErrorClass>;
    /// Encrypt.
    fn written_encrypt(
        state: &mut Self::WrittenState,
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<PlainWrittenMessage, ErrorClass>;
    /// Decrypt. Errors: `bad_input` for what is no header.
    fn written_decrypt(
        state: &mut Self::WrittenState,
        message: &PlainWrittenMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass>;
    /// The whole state.
    fn written_state(state: &Self::WrittenState) -> PlainWrittenState;

    /// The secrets of a handshake.
    fn he_setup(handshake_secret: Array32) -> PlainHeSetup;
    /// The initiator if there is a ratchet key of the peer (serialised), or else the responder.
    fn he_start(
        handshake_secret: Array32,
        ratchet_private: Array32,
        peer_ratchet_key: Option<&[u8]>,
    ) -> Result<Self::HeState, ErrorClass>;
    /// Encrypt.
    fn he_encrypt(
        state: &mut Self::HeState,
        header_nonce: [u8; 16],
        plaintext: &[u8],
        associated_data: &[u8],
    ) -> Result<PlainHeMessage, ErrorClass>;
    /// The header under a key, as bytes.
    fn he_header(header_key: Array32, encrypted_header: &[u8]) -> Option<Vec<u8>>;
    /// Decrypt.
    fn he_decrypt(
        state: &mut Self::HeState,
        message: &PlainHeMessage,
        associated_data: &[u8],
        ratchet_private: Array32,
    ) -> Result<Vec<u8>, ErrorClass>;
    /// The whole state.
    fn he_state(state: &Self::HeState) -> PlainHeState;
}
