//! What the parties of the written ratchets keep, in neutral terms.
use crate::bytes::Bytes;
use serde::{Deserialize, Serialize};

/// The state of the ratchet as written, in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenSnapshot {
    /// The private half of DHs.
    pub ratchet_private: Bytes,
    /// RK.
    pub root_key: Bytes,
    /// The sending chain, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending: Option<WrittenSendingSnapshot>,
    /// The receiving chain, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving: Option<WrittenReceivingSnapshot>,
    /// PN: how many messages the previous sending chain had.
    pub pn: u32,
    /// MKSKIPPED by chain, newest first.
    pub skipped: Vec<WrittenSkippedSnapshot>,
}

/// A sending chain of the ratchet as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenSendingSnapshot {
    /// CKs.
    pub chain_key: Bytes,
    /// Ns.
    pub ns: u32,
}

/// A receiving chain of the ratchet as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenReceivingSnapshot {
    /// DHr, serialised.
    pub ratchet_key: Bytes,
    /// CKr.
    pub chain_key: Bytes,
    /// Nr.
    pub nr: u32,
}

/// The kept keys of one chain of the ratchet as written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenSkippedSnapshot {
    /// DHr of the chain, serialised.
    pub ratchet_key: Bytes,
    /// Their numbers, newest first, as inclusive runs `[from, to]` with `from >= to`.
    pub numbers: Vec<(u32, u32)>,
}

/// The state of the ratchet with header encryption, in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeSnapshot {
    /// The private half of DHs.
    pub ratchet_private: Bytes,
    /// RK.
    pub root_key: Bytes,
    /// The sending chain, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sending: Option<HeSendingSnapshot>,
    /// The receiving chain, if there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receiving: Option<HeReceivingSnapshot>,
    /// NHKs.
    pub next_sending_header_key: Bytes,
    /// NHKr.
    pub next_receiving_header_key: Bytes,
    /// PN: how many messages the previous sending chain had.
    pub pn: u32,
    /// MKSKIPPED by chain, newest first.
    pub skipped: Vec<HeSkippedSnapshot>,
}

/// A sending chain with header encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeSendingSnapshot {
    /// HKs.
    pub header_key: Bytes,
    /// CKs.
    pub chain_key: Bytes,
    /// Ns.
    pub ns: u32,
}

/// A receiving chain with header encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeReceivingSnapshot {
    /// HKr.
    pub header_key: Bytes,
    /// CKr.
    pub chain_key: Bytes,
    /// Nr.
    pub nr: u32,
}

/// The kept keys of one chain with header encryption.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeSkippedSnapshot {
    /// HKr of the chain.
    pub header_key: Bytes,
    /// Their numbers, newest first, as inclusive runs `[from, to]` with `from >= to`.
    pub numbers: Vec<(u32, u32)>,
}
