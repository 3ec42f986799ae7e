//! What a step gives: its result, its outputs, and the state after it.
use crate::bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Why a step is invalid. A closed set; the table stands in `vectors/README.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorClass {
    /// The input of the step itself is malformed (a key of the wrong length in a primitive, an unknown party).
    BadInput,
    /// A ciphertext is not whole blocks, or its padding is wrong.
    BadCiphertext,
    /// A Diffie-Hellman output is all zero.
    InvalidAgreement,
    /// No bytes where a key was expected.
    MissingKeyType,
    /// Not the type byte of X25519.
    BadKeyType,
    /// A key of the wrong length.
    BadKeyLength,
    /// A signature does not verify, or is not 64 bytes long.
    BadSignature,
    /// A one-time prekey id without its key, or the reverse.
    PrekeyFieldsMismatch,
    /// The base key is not canonical.
    InvalidBaseKey,
    /// No signed prekey of that id.
    UnknownSignedPrekeyId,
    /// No one-time prekey of that id.
    UnknownPrekeyId,
    /// Fewer bytes than the frame needs.
    TooShort,
    /// Version below 3.
    LegacyVersion,
    /// Version above 4.
    UnrecognizedVersion,
    /// A version that is recognised but not spoken here.
    UnsupportedVersion,
    /// Malformed protobuf, or a required field absent.
    InvalidProtobuf,
    /// One KEM field without the other.
    KemFieldsMismatch,
    /// Version 4 without KEM fields.
    KemFieldsMissing,
    /// The device id is outside 1..=127.
    BadDeviceId,
    /// The identity is not the stored one.
    UntrustedIdentity,
    /// No session, or one that may no longer send.
    NoSession,
    /// The key of the message was used or dropped.
    DuplicateMessage,
    /// No session decrypts the message.
    DecryptionFailed,
    /// The sending chain is used up.
    CounterExhausted,
    /// Stored state was refused.
    InvalidRecord,
}

/// Valid or invalid; there is no third.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The operation succeeds.
    Valid,
    /// The operation fails and changes nothing.
    Invalid,
}

/// What a step gives; in a vector it stands under `expected`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    /// Valid or invalid.
    pub result: Verdict,
    /// Why it is invalid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error_class: Option<ErrorClass>,
    /// The outputs of the operation.
    #[serde(flatten)]
    pub outputs: Map<String, Value>,
    /// The record that the step is about, after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<Snapshot>,
}

impl Outcome {
    /// A valid outcome without outputs.
    #[must_use]
    pub fn valid() -> Self {
        Self {
            result: Verdict::Valid,
            error_class: None,
            outputs: Map::new(),
            state: None,
        }
    }

    /// An invalid outcome.
    #[must_use]
    pub fn invalid(error_class: ErrorClass) -> Self {
        Self {
            result: Verdict::Invalid,
            error_class: Some(error_class),
            outputs: Map::new(),
            state: None,
        }
    }

    /// The same with an output of bytes.
    #[must_use]
    pub fn with_bytes(self, name: &str, bytes: &[u8]) -> Self {
        self.with(name, Value::String(hex::encode(bytes)))
    }

    /// The same with an output.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// An output of bytes, if there is one of that name.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        hex::decode(self.outputs.get(name)?.as_str()?).ok()
    }
}

/// The record of a peer in neutral terms: any implementation can fill in what it can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Snapshot {
    /// The current session, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current: Option<SessionSnapshot>,
    /// How many sessions are archived.
    pub archived: usize,
}

/// A session in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SessionSnapshot {
    /// Session version.
    pub version: u8,
    /// Base key, serialised: it names the session.
    pub base_key: Bytes,
    /// Whether outgoing messages are prekey messages.
    pub pending: bool,
    /// RK.
    pub root_key: Bytes,
    /// PN.
    pub pn: u32,
    /// The sending chain.
    pub sending: SendingSnapshot,
    /// The receiving chains, oldest first.
    pub receiving: Vec<ReceivingSnapshot>,
}

/// A sending chain in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SendingSnapshot {
    /// DHs public, serialised.
    pub ratchet_key: Bytes,
    /// CKs.
    pub chain_key: Bytes,
    /// Ns.
    pub ns: u32,
}

/// A receiving chain in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReceivingSnapshot {
    /// DHr, serialised.
    pub ratchet_key: Bytes,
    /// CKr.
    pub chain_key: Bytes,
    /// Nr.
    pub nr: u32,
    /// Numbers of stored skipped keys, newest first, as inclusive runs `[from, to]` with `from >= to`.
    pub skipped: Vec<(u32, u32)>,
}

/// Runs of consecutive descending numbers.
#[must_use]
pub fn runs(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match out.last_mut() {
            Some((_, to)) if n + 1 == *to => *to = n,
            _ => out.push((n, n)),
        }
    }
    out
}
