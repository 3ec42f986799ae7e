//! What a step gives: its result, its outputs, and the state after it.
mod snapshot;
mod written;

pub use written::{
    HeReceivingSnapshot, HeSendingSnapshot, HeSkippedSnapshot, HeSnapshot,
    WrittenReceivingSnapshot, WrittenSendingSnapshot, WrittenSkippedSnapshot, WrittenSnapshot,
};

pub use snapshot::{
    runs, runs_from_highest, BraidSnapshot, BraidState, ChainSnapshot, LinkSnapshot,
    ReceiveHalfSnapshot, ReceivingSnapshot, SendHalfSnapshot, SenderKeySnapshot,
    SenderKeyStateSnapshot, SendingSnapshot, SessionSnapshot, Snapshot, SparseSnapshot,
};

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize};
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
    /// Not the type byte of Kyber-1024.
    BadKemKeyType,
    /// An encapsulation or decapsulation key, or a part of one, of the wrong length.
    BadKemKeyLength,
    /// A KEM ciphertext, or a part of one, of the wrong length.
    BadKemCiphertextLength,
    /// An encapsulation key has a coefficient that is not reduced.
    KemNotReduced,
    /// A signature does not verify, or is not 64 bytes long.
    BadSignature,
    /// A one-time prekey id without its key, or the reverse; a KEM prekey without its id or signature.
    PrekeyFieldsMismatch,
    /// A bundle without a KEM prekey where one is needed.
    MissingKemPrekey,
    /// The base key is not canonical.
    InvalidBaseKey,
    /// No signed prekey of that id.
    UnknownSignedPrekeyId,
    /// No one-time prekey of that id.
    UnknownPrekeyId,
    /// No KEM prekey of that id.
    UnknownKemPrekeyId,
    /// Fewer bytes than the frame needs.
    TooShort,
    /// Version below 3.
    LegacyVersion,
    /// Version above 4, or above 3 in a message of a sender key.
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
    /// A message of the erasure code is not whole field elements.
    OddLength,
    /// A message of the erasure code is longer than 2^20 bytes.
    MessageTooLong,
    /// An SPQR message is malformed.
    InvalidSpqrMessage,
    /// Stored SPQR state was refused.
    InvalidSpqrState,
    /// A MAC of SPQR does not verify.
    BadSpqrMac,
    /// An epoch of SPQR that is not there, or not yet.
    EpochOutOfRange,
    /// The peer answers with an older version of SPQR when it may no longer.
    VersionMismatch,
    /// The peer speaks an older version of SPQR than is accepted.
    MinimumVersion,
    /// The number of an SPQR key is too far ahead.
    KeyJump,
    /// The number of an SPQR key is too far behind.
    KeyTrimmed,
    /// The SPQR key of that number was given out.
    KeyAlreadyRequested,
    /// The vector of an encapsulation key does not belong to its header.
    ErroneousData,
    /// Sending in an earlier epoch of SPQR than before.
    SendEpochDecreased,
    /// An SPQR state without a chain, and without what one is made of.
    ChainNotAvailable,
    /// No sender key, or none of its states has the chain id of the message.
    NoSenderKeyState,
    /// The newest state of a sender key is that of another sender: it cannot send.
    NoSigningKey,
    /// A message to a group, or of a ratchet as written, is too far ahead of its chain.
    TooFarInFuture,
    /// The ciphertext of a message to a group is not whole blocks, or its padding is wrong.
    BadPadding,
    /// The number of iterations of a fingerprint is out of range.
    InvalidIterations,
    /// A scanned code has another version.
    FingerprintVersionMismatch,
    /// A scanned code is malformed, or lacks a fingerprint.
    FingerprintParseError,
    /// A responder has received nothing yet.
    NoSendingChain,
    /// An encrypted header opens under no key.
    UndecryptableHeader,
    /// The tag or the padding of a message is wrong.
    Rejected,
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
    /// What the step is about, after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<State>,
}

/// The state of what a step is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum State {
    /// A record.
    Record(Snapshot),
    /// The SPQR state of a party of a transcript.
    Sparse(SparseSnapshot),
    /// A chain of SPQR.
    Chain(ChainSnapshot),
    /// A sender key.
    SenderKey(SenderKeySnapshot),
    /// The state of a party of the ratchet as written.
    Written(WrittenSnapshot),
    /// The same with header encryption.
    HeaderEncrypted(HeSnapshot),
}

/// Each has a member that the others have not. Written out, so that errors say what is wrong.
impl<'de> Deserialize<'de> for State {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let read = if value.get("negotiating").is_some() {
            serde_json::from_value(value).map(Self::Sparse)
        } else if value.get("nextRoot").is_some() {
            serde_json::from_value(value).map(Self::Chain)
        } else if value.get("states").is_some() {
            serde_json::from_value(value).map(Self::SenderKey)
        } else if value.get("nextSendingHeaderKey").is_some() {
            serde_json::from_value(value).map(Self::HeaderEncrypted)
        } else if value.get("ratchetPrivate").is_some() {
            serde_json::from_value(value).map(Self::Written)
        } else {
            serde_json::from_value(value).map(Self::Record)
        };
        read.map_err(D::Error::custom)
    }
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

    /// The same with an output of bytes, if there are any.
    #[must_use]
    pub fn with_optional(self, name: &str, bytes: Option<impl AsRef<[u8]>>) -> Self {
        match bytes {
            Some(bytes) => self.with_bytes(name, bytes.as_ref()),
            None => self,
        }
    }

    /// The same with an output.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.outputs.insert(name.to_owned(), value.into());
        self
    }

    /// The record, if the step is about one and there is one.
    #[must_use]
    pub fn record(&self) -> Option<&Snapshot> {
        match &self.state {
            Some(State::Record(snapshot)) => Some(snapshot),
            _ => None,
        }
    }

    /// An output of bytes, if there is one of that name.
    #[must_use]
    pub fn bytes(&self, name: &str) -> Option<Vec<u8>> {
        hex::decode(self.outputs.get(name)?.as_str()?).ok()
    }
}
