//! Who acts in a step, and what it reads or writes.
use super::Step;
use crate::bytes::Bytes;
use std::fmt;

/// Which sender key of a party: the address of the sender, and the distribution id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SenderKeyName {
    /// The name of the sender.
    pub sender: String,
    /// Its device.
    pub sender_device: u32,
    /// The distribution id.
    pub distribution_id: Bytes,
}

/// What a step reads or writes; its outcome shows the state of it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The record of a party for a peer.
    Record {
        /// Whose record.
        party: String,
        /// For which peer.
        peer: String,
    },
    /// The SPQR state of a party of a transcript.
    Sparse(String),
    /// A chain of SPQR.
    Chain(String),
    /// A sender key of a party.
    SenderKey {
        /// Whose.
        party: String,
        /// Which.
        name: Box<SenderKeyName>,
    },
    /// The state of a party of the ratchet as written.
    Written(String),
    /// The same with header encryption.
    HeaderEncrypted(String),
}

impl Subject {
    /// The record of a party for a peer.
    #[must_use]
    pub fn record(party: &str, peer: &str) -> Self {
        Self::Record {
            party: party.to_owned(),
            peer: peer.to_owned(),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Record { party, peer } => write!(f, "the record of {party} for {peer}"),
            Self::Sparse(party) => write!(f, "the SPQR state of {party}"),
            Self::Chain(chain) => write!(f, "the chain {chain}"),
            Self::SenderKey { party, name } => {
                let SenderKeyName {
                    sender,
                    sender_device,
                    distribution_id,
                } = name.as_ref();
                write!(
                    f,
                    "the sender key of {party} for {sender}.{sender_device} in {distribution_id:?}"
                )
            }
            Self::Written(party) => write!(f, "the written ratchet of {party}"),
            Self::HeaderEncrypted(party) => {
                write!(f, "the header-encrypted ratchet of {party}")
            }
        }
    }
}

impl Step {
    /// Its name: the `op` in a vector.
    #[must_use]
    pub fn op(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["op"].as_str().unwrap_or_default().to_owned()
    }

    /// The party that acts, if the step is one of a party with sessions.
    #[must_use]
    pub fn party(&self) -> Option<&str> {
        match self {
            Self::CreateParty { party, .. }
            | Self::AddSignedPrekey { party, .. }
            | Self::AddOneTimePrekey { party, .. }
            | Self::AddKemPrekey { party, .. }
            | Self::ImportKemPrekey { party, .. }
            | Self::PublishBundle { party, .. } => Some(party),
            _ => match self.sender_key() {
                Some((party, ..)) => Some(party),
                None => self.record().map(|(party, _)| party),
            },
        }
    }

    /// The party and peer whose record a step reads or writes.
    #[must_use]
    pub fn record(&self) -> Option<(&str, &str)> {
        match self {
            Self::StartSession { party, peer, .. }
            | Self::Encrypt { party, peer, .. }
            | Self::DropMessages { party, peer, .. }
            | Self::Decrypt { party, peer, .. }
            | Self::Save { party, peer }
            | Self::Load { party, peer, .. }
            | Self::Import { party, peer, .. }
            | Self::AcceptIdentity { party, peer, .. }
            | Self::CopyRecord {
                party,
                to_peer: peer,
                ..
            }
            | Self::DeleteRecord { party, peer } => Some((party, peer)),
            _ => None,
        }
    }

    /// The party, the sender, its device and the distribution id of the sender key that a step reads or writes.
    fn sender_key(&self) -> Option<(&str, &str, u32, &Bytes)> {
        match self {
            Self::GroupCreateDistribution {
                party,
                sender,
                sender_device,
                distribution_id,
                ..
            }
            | Self::GroupProcessDistribution {
                party,
                sender,
                sender_device,
                distribution_id,
                ..
            }
            | Self::GroupEncrypt {
                party,
                sender,
                sender_device,
                distribution_id,
                ..
            }
            | Self::GroupDecrypt {
                party,
                sender,
                sender_device,
                distribution_id,
                ..
            }
            | Self::GroupSave {
                party,
                sender,
                sender_device,
                distribution_id,
            }
            | Self::GroupLoad {
                party,
                sender,
                sender_device,
                distribution_id,
                ..
            }
            | Self::GroupDelete {
                party,
                sender,
                sender_device,
                distribution_id,
            } => Some((party, sender, *sender_device, distribution_id)),
            _ => None,
        }
    }

    /// What a step reads or writes, if it is not only what the step holds.
    #[must_use]
    pub fn subject(&self) -> Option<Subject> {
        match self {
            Self::SpqrStart { party, .. }
            | Self::SpqrSend { party, .. }
            | Self::SpqrReceive { party, .. }
            | Self::SpqrSave { party }
            | Self::SpqrLoad { party, .. } => Some(Subject::Sparse(party.clone())),
            Self::ChainStart { chain, .. }
            | Self::ChainAddEpoch { chain, .. }
            | Self::ChainSendKey { chain, .. }
            | Self::ChainReceiveKey { chain, .. } => Some(Subject::Chain(chain.clone())),
            Self::WrittenStart { party, .. }
            | Self::WrittenEncrypt { party, .. }
            | Self::WrittenDrop { party, .. }
            | Self::WrittenDecrypt { party, .. } => Some(Subject::Written(party.clone())),
            Self::HeStart { party, .. }
            | Self::HeEncrypt { party, .. }
            | Self::HeDrop { party, .. }
            | Self::HeDecrypt { party, .. } => Some(Subject::HeaderEncrypted(party.clone())),
            _ => match self.sender_key() {
                Some((party, sender, sender_device, distribution_id)) => Some(Subject::SenderKey {
                    party: party.to_owned(),
                    name: Box::new(SenderKeyName {
                        sender: sender.to_owned(),
                        sender_device,
                        distribution_id: distribution_id.clone(),
                    }),
                }),
                None => self
                    .record()
                    .map(|(party, peer)| Subject::record(party, peer)),
            },
        }
    }

    /// Whether the outcome depends on nothing but the step.
    #[must_use]
    pub fn stands_alone(&self) -> bool {
        self.party().is_none() && self.subject().is_none()
    }
}
