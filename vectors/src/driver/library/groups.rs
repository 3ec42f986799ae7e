//! What a library must offer of groups.
use super::Array32;
use crate::outcome::{ErrorClass, SenderKeySnapshot};
use crate::step::Profile;

/// A `SenderKeyMessage` in parts.
#[derive(Clone)]
pub struct PlainSenderKeyMessage {
    /// Always 3.
    pub version: u8,
    /// Absent in the dialect of WhatsApp.
    pub distribution_id: Option<[u8; 16]>,
    /// Which state.
    pub chain_id: u32,
    /// Number.
    pub iteration: u32,
    /// Ciphertext.
    pub body: Vec<u8>,
    /// What is under the signature.
    pub unsigned: Vec<u8>,
    /// Signature.
    pub signature: [u8; 64],
}

/// A `SenderKeyDistributionMessage` in parts.
#[derive(Clone)]
pub struct PlainDistributionMessage {
    /// Always 3.
    pub version: u8,
    /// Absent in the dialect of WhatsApp.
    pub distribution_id: Option<[u8; 16]>,
    /// Which state.
    pub chain_id: u32,
    /// Number of the first message that can be read.
    pub iteration: u32,
    /// The chain key at that number.
    pub chain_key: Array32,
    /// Serialised.
    pub signing_key: Vec<u8>,
}

/// What a new sender key draws.
#[derive(Clone, Copy)]
pub struct PlainSenderKeyRandom {
    /// Of which the chain id is made.
    pub chain_id: u32,
    /// The first chain key.
    pub chain_key: Array32,
    /// The private signing key.
    pub signing_private: Array32,
}

/// The keys of a message to a group.
#[derive(Clone, Copy)]
pub struct PlainSenderMessageKeys {
    /// Initialisation vector.
    pub iv: [u8; 16],
    /// AES key.
    pub cipher_key: Array32,
}

/// Groups. A function that fails leaves the sender key as it was.
pub trait Groups {
    /// A sender key: the record of one sender and one distribution id.
    type SenderKeyRecord;

    /// The parts of a message.
    fn parse_sender_key_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainSenderKeyMessage, ErrorClass>;
    /// Write what is under the signature of a message; a dialect without distribution ids leaves it out.
    fn encode_sender_key_message(
        profile: Profile,
        distribution_id: [u8; 16],
        chain_id: u32,
        iteration: u32,
        body: &[u8],
    ) -> Vec<u8>;
    /// Append a signature.
    fn serialize_sender_key_message(unsigned: &[u8], signature: [u8; 64]) -> Vec<u8>;
    /// The parts of a distribution message.
    fn parse_distribution_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainDistributionMessage, ErrorClass>;
    /// Write a distribution message; a dialect without distribution ids leaves it out.
    fn encode_distribution_message(
        profile: Profile,
        distribution_id: [u8; 16],
        chain_id: u32,
        iteration: u32,
        chain_key: Array32,
        signing_key: &[u8],
    ) -> Result<Vec<u8>, ErrorClass>;
    /// Next chain key, message key seed.
    fn kdf_sender_ck(chain_key: Array32) -> (Array32, Array32);
    /// The keys of a message.
    fn sender_message_keys(seed: Array32) -> PlainSenderMessageKeys;

    /// A sender key without states.
    fn empty_sender_key() -> Self::SenderKeyRecord;
    /// Make a distribution message, and a sender key first if there is none.
    fn create_distribution(
        profile: Profile,
        record: &mut Self::SenderKeyRecord,
        distribution_id: [u8; 16],
        fresh: PlainSenderKeyRandom,
    ) -> Vec<u8>;
    /// Take a distribution message.
    fn process_distribution(
        profile: Profile,
        record: &mut Self::SenderKeyRecord,
        message: &[u8],
    ) -> Result<(), ErrorClass>;
    /// Encrypt.
    fn group_encrypt(
        profile: Profile,
        record: &mut Self::SenderKeyRecord,
        distribution_id: [u8; 16],
        plaintext: &[u8],
        random: [u8; 64],
    ) -> Result<Vec<u8>, ErrorClass>;
    /// Decrypt.
    fn group_decrypt(
        profile: Profile,
        record: &mut Self::SenderKeyRecord,
        message: &[u8],
    ) -> Result<Vec<u8>, ErrorClass>;
    /// The stored form.
    fn save_sender_key(record: &Self::SenderKeyRecord) -> Vec<u8>;
    /// Read the stored form.
    fn load_sender_key(saved: &[u8]) -> Result<Self::SenderKeyRecord, ErrorClass>;
    /// The sender key in neutral terms.
    fn sender_key_snapshot(record: &Self::SenderKeyRecord) -> SenderKeySnapshot;
}
