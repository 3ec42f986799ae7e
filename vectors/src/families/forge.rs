//! Messages made outside a party: with a right tag over a wrong content, or far along a chain.
use super::build::{public_bytes, spec_bytes, Plan};
use super::protobuf::{items, joined, Item};
use super::script::{Script, Sent};
use super::PlanError;
use crate::driver::spec::names;
use crate::step::Kind;
use hacspec_lib::{ByteSeq, Seq};
use twinratchet_spec::keys::{
    parse_public_key, ChainKey, IdentityKey, MacKey, MessageKeySeed, RatchetKey, SparseMessageKey,
};
use twinratchet_spec::primitives::aes_cbc::aes256_cbc_encrypt;
use twinratchet_spec::ratchet::double::{message_tag, AssociatedData};
use twinratchet_spec::ratchet::sparse;
use twinratchet_spec::ratchet::sparse::braid::braid_epoch;
use twinratchet_spec::ratchet::sparse::message::{encode_sparse_message, Payload, SparseMessage};
use twinratchet_spec::ratchet::symmetric::{kdf_ck, message_keys, MessageKeys};
use twinratchet_spec::session::record::load_record;
use twinratchet_spec::wire::message::{encode_signal_message, SignalHeader, TAG_LENGTH};
use twinratchet_spec::wire::{self, Writer};

/// The direction of a message.
#[derive(Clone)]
pub struct Direction {
    sender: IdentityKey,
    receiver: IdentityKey,
}

/// A sending chain whose messages can be made in any order.
pub struct Chain {
    direction: Direction,
    profile: wire::Profile,
    version: u8,
    ratchet_key: RatchetKey,
    next: u32,
    key: ChainKey,
    /// In version 4, the chain of SPQR and the epoch of its messages.
    sparse: Option<(sparse::chain::Chain, u64)>,
}

/// The SPQR part of a message: its bytes, and its key if it has one.
pub type SparsePart = (Vec<u8>, Option<SparseMessageKey>);

fn key(bytes: &[u8]) -> Plan<twinratchet_spec::keys::PublicKey> {
    parse_public_key(&Seq::from_native_slice(bytes)).map_err(|e| PlanError(format!("{e:?}")))
}

fn failed(error: impl std::fmt::Debug) -> PlanError {
    PlanError(format!("{error:?}"))
}

impl Direction {
    /// From one party of a script to another.
    pub fn of(script: &Script, from: &str, to: &str) -> Plan<Self> {
        let identity = |party| key(&script.identity(party)).map(|key| IdentityKey { key });
        Ok(Self {
            sender: identity(from)?,
            receiver: identity(to)?,
        })
    }

    /// The message with a tag under this key.
    fn tagged(&self, mac_key: &MacKey, unsigned: &[u8]) -> Vec<u8> {
        let ad = AssociatedData {
            sender: self.sender,
            receiver: self.receiver,
        };
        let tag = message_tag(mac_key, ad, &Seq::from_native_slice(unsigned));
        [unsigned, &public_bytes(&tag)].concat()
    }

    /// The same message after a change, with the right tag for it.
    pub fn retag(&self, sent: &Sent, change: impl FnOnce(&mut Vec<u8>)) -> Sent {
        let mut unsigned = sent.message[..sent.message.len() - TAG_LENGTH].to_vec();
        change(&mut unsigned);
        let mac_key = MacKey::from_public_slice(&sent.mac_key);
        sent.with(self.tagged(&mac_key, &unsigned))
    }

    /// The same message with another SPQR part, encrypted and tagged with the keys that come of it.
    pub fn resealed(&self, sent: &Sent, (spqr, sparse_key): SparsePart) -> Sent {
        let seed = MessageKeySeed::from_public_slice(&sent.seed);
        let keys = message_keys(seed, sparse_key);
        let body = sealed(&keys, &sent.plaintext);
        let changed = with_fields(&sent.message, &|fields| {
            fields.retain(|field| field.number() != SPQR);
            for field in fields.iter_mut().filter(|field| field.number() == BODY) {
                *field = Item::Bytes(BODY, body.clone());
            }
            if !spqr.is_empty() {
                fields.push(Item::Bytes(SPQR, spqr.clone()));
            }
        });
        let unsigned = &changed[..changed.len() - TAG_LENGTH];
        sent.with(self.tagged(&keys.mac_key, unsigned))
    }
}

/// The field of the ciphertext.
const BODY: u64 = 4;
/// The field of the SPQR message.
pub const SPQR: u64 = 5;

/// A message after a change of its fields, with the tag that it had.
pub fn with_fields(message: &[u8], change: &dyn Fn(&mut Vec<Item>)) -> Vec<u8> {
    let (unsigned, tag) = message.split_at(message.len() - TAG_LENGTH);
    let mut fields = items(&unsigned[1..]);
    change(&mut fields);
    [&unsigned[..1], &joined(&fields), tag].concat()
}

/// The SPQR message in a message.
pub fn spqr_of(message: &[u8]) -> Vec<u8> {
    let fields = items(&message[1..message.len() - TAG_LENGTH]);
    let found = fields.into_iter().find_map(|field| match field {
        Item::Bytes(SPQR, value) => Some(value),
        _ => None,
    });
    found.unwrap_or_default()
}

fn sealed(keys: &MessageKeys, plaintext: &[u8]) -> Vec<u8> {
    let plaintext = ByteSeq::from_public_slice(plaintext);
    spec_bytes(&aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, &plaintext))
}

/// What a forged message carries beside its number and its text.
#[derive(Clone, Default)]
pub struct Extra {
    /// PN.
    pub previous_counter: u32,
    /// The address block.
    pub addresses: Option<Vec<u8>>,
    /// A ciphertext in place of the encrypted text, made from it.
    pub body: Option<fn(Vec<u8>) -> Vec<u8>>,
}

impl Chain {
    /// The sending chain of a party, from its next message on.
    pub fn of(script: &Script, from: &str, to: &str) -> Plan<Self> {
        let saved = ByteSeq::from_public_slice(&script.saved(from, to)?);
        let current = load_record(&saved).map_err(failed)?.current;
        let session = current.ok_or_else(|| PlanError("no session".to_owned()))?;
        let (sending, sparse) = (session.ratchet.double.sending, session.ratchet.sparse);
        let epoch = sparse.braid.as_ref().map(braid_epoch);
        Ok(Self {
            direction: Direction::of(script, from, to)?,
            profile: names::profile(script.profile_of(from)),
            version: session.version,
            ratchet_key: sending.dhs.public,
            next: sending.ns,
            key: sending.cks,
            sparse: sparse.chain.zip(epoch),
        })
    }

    /// The chain from a later number on.
    pub fn advance(&mut self, number: u32) -> Plan<()> {
        while self.next < number {
            self.key = kdf_ck(self.key).0;
            self.next += 1;
            if let Some((chain, epoch)) = self.sparse.take() {
                let (chain, _, _) = sparse::chain::send_key(chain, epoch - 1).map_err(failed)?;
                self.sparse = Some((chain, epoch));
            }
        }
        Ok(())
    }

    /// The SPQR part of the next message: no chunk, and its key.
    pub fn sparse_part(&self) -> Plan<SparsePart> {
        let Some((chain, epoch)) = self.sparse.clone() else {
            return Ok((Vec::new(), None));
        };
        let (_, index, key) = sparse::chain::send_key(chain, epoch - 1).map_err(failed)?;
        let message = encode_sparse_message(&SparseMessage {
            epoch,
            index,
            payload: Payload::None,
        });
        Ok((public_bytes(&message), Some(key)))
    }

    /// The message of a number, not below any that was made before.
    pub fn message(&mut self, number: u32, text: &str) -> Plan<Sent> {
        self.message_with(number, text, &Extra::default())
    }

    /// The same with something else in it.
    pub fn message_with(&mut self, number: u32, text: &str, extra: &Extra) -> Plan<Sent> {
        self.advance(number)?;
        let (spqr, sparse_key) = self.sparse_part()?;
        let seed = kdf_ck(self.key).1;
        let keys = message_keys(seed, sparse_key);
        let sealed = sealed(&keys, text.as_bytes());
        let body = match extra.body {
            Some(change) => change(sealed),
            None => sealed,
        };
        let header = SignalHeader {
            writer: Writer {
                profile: self.profile,
                version: self.version,
            },
            ratchet_key: self.ratchet_key,
            counter: number,
            previous_counter: extra.previous_counter,
        };
        let addresses = extra.addresses.as_deref().map(Seq::from_native_slice);
        let (body, spqr) = (Seq::from_native_slice(&body), Seq::from_native_slice(&spqr));
        let unsigned = encode_signal_message(header, &body, &spqr, addresses);
        let unsigned = public_bytes(&unsigned);
        Ok(Sent {
            kind: Kind::Signal,
            message: self.direction.tagged(&keys.mac_key, &unsigned),
            seed: spec_bytes(&ByteSeq::from_seq(&seed)),
            mac_key: spec_bytes(&ByteSeq::from_seq(&keys.mac_key)),
            plaintext: text.as_bytes().to_vec(),
        })
    }
}
