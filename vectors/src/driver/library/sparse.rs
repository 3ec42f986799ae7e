//! What a library must offer of SPQR.
use super::Array32;
use crate::outcome::{ErrorClass, SparseSnapshot};
use crate::step::{Direction, Payload};

/// A chunk of the erasure code.
#[derive(Clone, Copy)]
pub struct PlainChunk {
    /// Where the polynomials are evaluated.
    pub index: u16,
    /// Their values.
    pub data: Array32,
}

/// An SPQR message in parts.
#[derive(Clone, Copy)]
pub struct PlainSparseMessage {
    /// Epoch of the sender's braid.
    pub epoch: u64,
    /// Number of the key, 0 without one.
    pub index: u32,
    /// What it carries.
    pub payload: Payload,
    /// The chunk, if the payload has one.
    pub chunk: Option<PlainChunk>,
}

/// The keys of an authenticator.
#[derive(Clone, Copy)]
pub struct PlainAuthenticator {
    /// Root key.
    pub root_key: Array32,
    /// MAC key.
    pub mac_key: Array32,
}

/// The limits of a chain; 0 is the default.
#[derive(Clone, Copy)]
pub struct PlainChainParameters {
    /// How far ahead a key may be.
    pub max_jump: u32,
    /// How many keys are kept.
    pub max_out_of_order: u32,
}

/// What an SPQR state starts from.
#[derive(Clone, Copy)]
pub struct PlainSparseParameters {
    /// Which side.
    pub direction: Direction,
    /// 0 or 1.
    pub version: u8,
    /// 0 or 1.
    pub min_version: u8,
    /// The key of the handshake.
    pub auth_key: Array32,
    /// The limits of the chain.
    pub chain: PlainChainParameters,
}

/// What the next message draws.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Draw {
    /// Nothing.
    Nothing,
    /// The seed of a key pair.
    KeyPair,
    /// The random bytes of an encapsulation.
    Encapsulation,
}

/// The random bytes of a message; what it does not draw is zero.
#[derive(Clone, Copy)]
pub struct Randomness {
    /// d || z.
    pub key_pair: [u8; 64],
    /// m.
    pub encapsulation: Array32,
}

/// The functions of SPQR that keep nothing.
pub trait SparseParts {
    /// In GF(2^16).
    fn gf_mul(a: u16, b: u16) -> u16;
    /// In GF(2^16).
    fn gf_div(a: u16, b: u16) -> u16;
    /// In GF(2^16).
    fn gf_inv(a: u16) -> u16;
    /// `count` chunks after the first `skip`, and the stored form of the encoder after them.
    fn erasure_encode(
        message: &[u8],
        skip: u32,
        count: u32,
    ) -> Result<(Vec<PlainChunk>, Vec<u8>), ErrorClass>;
    /// The message, if there are enough chunks, and the stored form of the decoder.
    fn erasure_decode(
        length: u32,
        chunks: &[PlainChunk],
    ) -> Result<(Option<Vec<u8>>, Vec<u8>), ErrorClass>;
    /// Write a message. Errors: `bad_input` for a chunk that the payload has not, or the reverse.
    fn encode_sparse_message(message: &PlainSparseMessage) -> Result<Vec<u8>, ErrorClass>;
    /// The parts of a message.
    fn parse_sparse_message(bytes: &[u8]) -> Result<PlainSparseMessage, ErrorClass>;
    /// The keys at the start.
    fn authenticator(auth_key: Array32, epoch: u64) -> PlainAuthenticator;
    /// The keys after an epoch.
    fn authenticator_update(
        keys: PlainAuthenticator,
        epoch: u64,
        key: Array32,
    ) -> PlainAuthenticator;
    /// The MAC of a header.
    fn mac_header(keys: PlainAuthenticator, epoch: u64, header: &[u8]) -> Array32;
    /// The MAC of a ciphertext.
    fn mac_ciphertext(keys: PlainAuthenticator, epoch: u64, ciphertext: &[u8]) -> Array32;
    /// The secret of an epoch.
    fn epoch_secret(kem_secret: Array32, epoch: u64) -> Array32;
}

/// The states of SPQR. A function that fails leaves the state as it was.
pub trait SparseStates {
    /// A state.
    type SparseState;

    /// A state with nothing but a chain: a chain alone has no stored form.
    fn chain_start(
        direction: Direction,
        auth_key: Array32,
        parameters: PlainChainParameters,
    ) -> Self::SparseState;
    /// Add the next epoch to the chain of a state. Errors: `chain_not_available`; so in the next two.
    fn chain_add_epoch(state: &mut Self::SparseState, secret: Array32) -> Result<(), ErrorClass>;
    /// Number and key to send with.
    fn chain_send_key(
        state: &mut Self::SparseState,
        epoch: u64,
    ) -> Result<(u32, Array32), ErrorClass>;
    /// The key of a received message.
    fn chain_receive_key(
        state: &mut Self::SparseState,
        epoch: u64,
        index: u32,
    ) -> Result<Array32, ErrorClass>;

    /// Make a state. Errors: `bad_input` for a version that is not there.
    fn sparse_start(parameters: &PlainSparseParameters) -> Result<Self::SparseState, ErrorClass>;
    /// What the next message draws.
    fn sparse_draws(state: &Self::SparseState) -> Draw;
    /// The next message and its key, if it has one.
    fn sparse_send(
        state: &mut Self::SparseState,
        random: &Randomness,
    ) -> Result<(Vec<u8>, Option<Array32>), ErrorClass>;
    /// The key of a received message, if it has one.
    fn sparse_receive(
        state: &mut Self::SparseState,
        message: &[u8],
    ) -> Result<Option<Array32>, ErrorClass>;
    /// The stored form.
    fn sparse_save(state: &Self::SparseState) -> Vec<u8>;
    /// Read the stored form.
    fn sparse_load(saved: &[u8]) -> Result<Self::SparseState, ErrorClass>;
    /// The state in neutral terms.
    fn sparse_snapshot(state: &Self::SparseState) -> SparseSnapshot;
}
