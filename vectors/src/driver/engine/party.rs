//! What the parties of a scenario keep: their keys, per peer a record and an identity, and sender keys.
use crate::driver::library::{Context, Library, Prekeys};
use crate::outcome::ErrorClass;
use crate::step::{Profile, SenderKeyName};
use std::collections::BTreeMap;

/// The parties of a scenario, by name.
pub struct Parties<L: Library>(BTreeMap<String, Party<L>>);

/// A party: an application with its stores.
pub struct Party<L: Library> {
    /// Identity pair, registration id, address, profile.
    pub local: L::Local,
    /// Which new sessions it makes.
    pub profile: Profile,
    /// Its prekeys.
    pub prekeys: Prekeys<L>,
    /// What it keeps of its peers, by the name of the peer.
    peers: BTreeMap<String, Peer<L>>,
    /// The sender keys that it has, its own among them.
    pub sender_keys: BTreeMap<SenderKeyName, L::SenderKeyRecord>,
}

/// What a party keeps of a peer.
pub struct Peer<L: Library> {
    /// The record, if there is one.
    pub record: Option<L::Record>,
    /// The stored identity, if there is one.
    pub identity: Option<L::Identity>,
}

impl<L: Library> Default for Parties<L> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<L: Library> Default for Peer<L> {
    fn default() -> Self {
        Self {
            record: None,
            identity: None,
        }
    }
}

impl<L: Library> Peer<L> {
    /// The record. Errors: `no_session` if there is none.
    pub fn record(&self) -> Result<&L::Record, ErrorClass> {
        self.record.as_ref().ok_or(ErrorClass::NoSession)
    }
}

impl<L: Library> Parties<L> {
    /// Add a party, in place of one of the same name.
    pub fn insert(&mut self, name: &str, local: L::Local, profile: Profile) {
        let party = Party {
            local,
            profile,
            prekeys: Prekeys::default(),
            peers: BTreeMap::new(),
            sender_keys: BTreeMap::new(),
        };
        self.0.insert(name.to_owned(), party);
    }

    /// A party. Errors: `bad_input` if there is none.
    pub fn get(&self, name: &str) -> Result<&Party<L>, ErrorClass> {
        self.0.get(name).ok_or(ErrorClass::BadInput)
    }

    /// A party. Errors: `bad_input` if there is none.
    pub fn get_mut(&mut self, name: &str) -> Result<&mut Party<L>, ErrorClass> {
        self.0.get_mut(name).ok_or(ErrorClass::BadInput)
    }

    /// The record of a party for a peer.
    #[must_use]
    pub fn record(&self, party: &str, peer: &str) -> Option<&L::Record> {
        self.0.get(party)?.peers.get(peer)?.record.as_ref()
    }

    /// A sender key of a party.
    #[must_use]
    pub fn sender_key(&self, party: &str, name: &SenderKeyName) -> Option<&L::SenderKeyRecord> {
        self.0.get(party)?.sender_keys.get(name)
    }

    /// What a party keeps of a peer, which must be a party as well. Errors: `bad_input`.
    pub fn peer_mut(&mut self, party: &str, peer: &str) -> Result<&mut Peer<L>, ErrorClass> {
        self.get(peer)?;
        let peers = &mut self.get_mut(party)?.peers;
        Ok(peers.entry(peer.to_owned()).or_default())
    }

    /// Work on the record of a peer; an absent one reads as an empty one.
    ///
    /// After a failure the record stays as the library left it: hiding a change would hide a fault. Only an absent
    /// record, if it is still without sessions, stays absent.
    pub fn with_record<T>(
        &mut self,
        party: &str,
        peer: &str,
        work: impl FnOnce(&mut L::Record, &Context<'_, L>, &Prekeys<L>) -> Result<T, ErrorClass>,
    ) -> Result<T, ErrorClass> {
        let Peer { record, identity } = std::mem::take(self.peer_mut(party, peer)?);
        let was_absent = record.is_none();
        let mut record = record.unwrap_or_else(L::empty_record);
        let done = self.with_context(party, peer, identity, |context, prekeys| {
            work(&mut record, context, prekeys)
        });
        let keep = !was_absent || done.is_ok() || L::save(&record) != L::save(&L::empty_record());
        *self.peer_mut(party, peer)? = Peer {
            record: keep.then_some(record),
            identity,
        };
        done
    }

    fn with_context<T>(
        &self,
        party: &str,
        peer: &str,
        stored: Option<L::Identity>,
        work: impl FnOnce(&Context<'_, L>, &Prekeys<L>) -> Result<T, ErrorClass>,
    ) -> Result<T, ErrorClass> {
        let acting = self.get(party)?;
        let context = Context {
            local: &acting.local,
            peer: &self.get(peer)?.local,
            stored,
        };
        work(&context, &acting.prekeys)
    }
}
