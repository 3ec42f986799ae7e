//! Messages made outside a party: with a right tag over a wrong content, or far along a chain.
use super::build::{public_bytes, spec_bytes, Plan};
use super::script::{Script, Sent};
use super::PlanError;
use crate::step::Kind;
use hacspec_lib::{ByteSeq, Seq};
use twinratchet_spec::keys::{
    parse_public_key, ChainKey, IdentityKey, MacKey, MessageKeySeed, RatchetKey,
};
use twinratchet_spec::primitives::aes_cbc::aes256_cbc_encrypt;
use twinratchet_spec::ratchet::double::{message_tag, AssociatedData};
use twinratchet_spec::ratchet::symmetric::{kdf_ck, message_keys};
use twinratchet_spec::wire::message::{encode_signal_message, SignalHeader, TAG_LENGTH};

/// The direction of a message.
#[derive(Clone)]
pub struct Direction {
    sender: IdentityKey,
    receiver: IdentityKey,
}

/// A sending chain whose messages can be made in any order.
pub struct Chain {
    direction: Direction,
    ratchet_key: RatchetKey,
    next: u32,
    key: ChainKey,
}

fn key(bytes: &[u8]) -> Plan<twinratchet_spec::keys::PublicKey> {
    parse_public_key(&Seq::from_native_slice(bytes)).map_err(|e| PlanError(format!("{e:?}")))
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
        let current = script.snapshot(from, to)?.current;
        let sending = current
            .ok_or_else(|| PlanError("no session".to_owned()))?
            .sending;
        Ok(Self {
            direction: Direction::of(script, from, to)?,
            ratchet_key: RatchetKey {
                key: key(&sending.ratchet_key.0)?,
            },
            next: sending.ns,
            key: ChainKey::from_public_slice(&sending.chain_key.0),
        })
    }

    /// The chain from a later number on.
    pub fn advance(&mut self, number: u32) {
        while self.next < number {
            self.key = kdf_ck(self.key).0;
            self.next += 1;
        }
    }

    fn seed(&mut self, number: u32) -> MessageKeySeed {
        self.advance(number);
        kdf_ck(self.key).1
    }

    /// The message of a number, not below any that was made before.
    pub fn message(&mut self, number: u32, text: &str) -> Sent {
        self.message_with(number, text, &Extra::default())
    }

    /// The same with something else in it.
    pub fn message_with(&mut self, number: u32, text: &str, extra: &Extra) -> Sent {
        let keys = message_keys(self.seed(number), None);
        let plaintext = ByteSeq::from_public_slice(text.as_bytes());
        let sealed = spec_bytes(&aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, &plaintext));
        let body = match extra.body {
            Some(change) => change(sealed),
            None => sealed,
        };
        let header = SignalHeader {
            version: 3,
            ratchet_key: self.ratchet_key,
            counter: number,
            previous_counter: extra.previous_counter,
        };
        let addresses = extra.addresses.as_deref().map(Seq::from_native_slice);
        let (body, spqr) = (Seq::from_native_slice(&body), Seq::new(0));
        let unsigned = encode_signal_message(header, &body, &spqr, addresses);
        let mac_key = spec_bytes(&ByteSeq::from_seq(&keys.mac_key));
        Sent {
            kind: Kind::Signal,
            message: self
                .direction
                .tagged(&keys.mac_key, &public_bytes(&unsigned)),
            mac_key,
            plaintext: text.as_bytes().to_vec(),
        }
    }
}
