//! The inputs of an event of a recorded conversation of a group.
use crate::bytes::Bytes;
use serde::Deserialize;

/// An event, by its `op`.
#[derive(Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Event {
    /// The sender makes a distribution message.
    Distribution(Distribution),
    /// The receiver takes it.
    ProcessDistribution(Process),
    /// The sender makes a new key, and the receiver takes it.
    Rotate(Rotate),
    /// The sender encrypts.
    Send(Send),
    /// The receiver is given a message.
    Deliver(Deliver),
}

/// A distribution message is made.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Distribution {
    /// Its label.
    pub id: String,
    /// The states of the sender after it: the first one holds what was drawn.
    pub sender_state: Vec<Drawn>,
}

/// What a sender key has drawn.
#[derive(Deserialize)]
pub struct Drawn {
    /// Its chain id.
    pub chain_id: u32,
    /// Its chain key: in the first state the first one.
    pub chain_key: Bytes,
    /// Its private signing key.
    pub signing_private: Bytes,
}

/// A distribution message is taken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Process {
    /// Its label.
    pub id: String,
}

/// A new key is distributed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotate {
    /// The label of the distribution message.
    #[serde(rename = "id")]
    pub _id: String,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A message is sent.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Send {
    /// Its label.
    pub id: String,
    /// Its text.
    pub plaintext: Bytes,
    /// The bytes on the wire: the signature is taken from them.
    pub ciphertext: Bytes,
}

/// A message is delivered.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Deliver {
    /// The label of the message.
    pub id: Option<String>,
    /// Bytes in place of those that were sent.
    pub bytes: Option<Bytes>,
    /// The message itself, if it has no label.
    pub ciphertext: Option<Bytes>,
    /// What is special.
    pub note: Option<String>,
}
