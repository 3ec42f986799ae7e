//! What parties keep, in neutral terms.
use crate::bytes::Bytes;
use crate::epoch::Epoch;
use serde::{Deserialize, Serialize};

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
    /// SPQR, in a session of version 4.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spqr: Option<SparseSnapshot>,
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

/// A state of SPQR in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SparseSnapshot {
    /// 0 without a braid, 1 with one.
    pub version: u8,
    /// Whether the version may still change.
    pub negotiating: bool,
    /// The braid.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub braid: Option<BraidSnapshot>,
    /// The chain.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub chain: Option<ChainSnapshot>,
}

/// Which state a braid is in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum BraidState {
    /// Key side: nothing was sent.
    KeysUnsampled,
    /// Key side: sends the header.
    KeysSampled,
    /// Key side: sends the vector.
    HeaderSent,
    /// Key side: sends the vector and has the first half of the ciphertext.
    Ct1Received,
    /// Key side: waits for the second half of the ciphertext.
    EkSentCt1Received,
    /// Ciphertext side: waits for the header.
    NoHeaderReceived,
    /// Ciphertext side: has the header.
    HeaderReceived,
    /// Ciphertext side: sends the first half of the ciphertext.
    Ct1Sampled,
    /// Ciphertext side: the same, and has the vector.
    EkReceivedCt1Sampled,
    /// Ciphertext side: the first half has arrived, the vector is not there.
    Ct1Acknowledged,
    /// Ciphertext side: sends the second half of the ciphertext.
    Ct2Sampled,
}

/// The braid of SPQR in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BraidSnapshot {
    /// Which state it is in.
    pub state: BraidState,
    /// The epoch that is agreed on.
    pub epoch: Epoch,
    /// Root key of the authenticator.
    pub root_key: Bytes,
    /// MAC key of the authenticator.
    pub mac_key: Bytes,
}

/// The chain of SPQR in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChainSnapshot {
    /// The newest epoch.
    pub current_epoch: Epoch,
    /// The epoch that was last sent in.
    pub send_epoch: Epoch,
    /// What the next epoch is derived from.
    pub next_root: Bytes,
    /// The links, oldest epoch first; the last one is of the newest epoch.
    pub links: Vec<LinkSnapshot>,
}

/// The keys of one epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSnapshot {
    /// To send with.
    pub send: SendHalfSnapshot,
    /// To receive with.
    pub receive: ReceiveHalfSnapshot,
}

/// The sending half of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SendHalfSnapshot {
    /// Number of the last key.
    pub counter: u32,
    /// What the next key is derived from, unless it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Bytes>,
}

/// The receiving half of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiveHalfSnapshot {
    /// Number of the last key.
    pub counter: u32,
    /// What the next key is derived from, unless it was erased.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Bytes>,
    /// Numbers of stored keys, highest first, as inclusive runs `[from, to]` with `from >= to`.
    pub stored: Vec<(u32, u32)>,
}

/// A sender key in neutral terms.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SenderKeySnapshot {
    /// Its states, newest first.
    pub states: Vec<SenderKeyStateSnapshot>,
}

/// A state of a sender key in neutral terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SenderKeyStateSnapshot {
    /// Version of its messages.
    pub version: u8,
    /// Its name in the sender key.
    pub chain_id: u32,
    /// Number of the next message.
    pub iteration: u32,
    /// The chain key at that number.
    pub chain_key: Bytes,
    /// The key that verifies its messages, serialised.
    pub signing_public: Bytes,
    /// Its private half, at the sender.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signing_private: Option<Bytes>,
    /// Numbers of stored skipped keys, newest first, as inclusive runs `[from, to]` with `from >= to`.
    pub skipped: Vec<(u32, u32)>,
}

/// Runs of consecutive descending numbers.
#[must_use]
pub fn runs(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut out: Vec<(u32, u32)> = Vec::new();
    for n in numbers {
        match out.last_mut() {
            Some((_, to)) if n.checked_add(1) == Some(*to) => *to = n,
            _ => out.push((n, n)),
        }
    }
    out
}

/// The same of numbers in any order.
#[must_use]
pub fn runs_from_highest(numbers: impl IntoIterator<Item = u32>) -> Vec<(u32, u32)> {
    let mut numbers: Vec<u32> = numbers.into_iter().collect();
    numbers.sort_unstable_by(|a, b| b.cmp(a));
    runs(numbers)
}
