//! The messages of a recorded conversation.
use super::event::{Deliver, Send};
use super::graft::{to_receive, to_send, KnownEpochs};
use super::{known, sides, Replay, NOW_MS};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::epoch::Epoch;
use crate::outcome::{Outcome, Verdict};
use crate::recordings::inputs::{call, class_name, output, output_value, Fault};
use crate::step::{Chunk, Kind, Payload, Step};
use serde::Deserialize;
use serde_json::{json, Map, Value};

/// How a recording numbers the kinds of messages.
const SIGNAL_TYPE: u8 = 2;
const PREKEY_TYPE: u8 = 3;
/// A ratchet key for a message that fails: it is drawn and dropped.
const UNUSED_RATCHET: [u8; 32] = [0x22; 32];

/// What is known to be special about a delivery; another note is another case.
const NOTES: [&str; 14] = [
    "last byte of the KEM ciphertext flipped before any session exists",
    "last byte of the KEM ciphertext flipped after the session exists: not looked at",
    "duplicate",
    "duplicate prekey message",
    "duplicate from an older chain",
    "from an older chain",
    "archived session at receiver",
    "chain evicted",
    "ratchet key byte flipped",
    "one byte truncated",
    "last MAC byte flipped",
    "byte before the MAC flipped",
    "version byte changed",
    "low nibble of the version byte changed",
];

/// A message on the wire.
#[derive(Clone)]
pub struct Wire {
    /// Which message it is.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Bytes,
}

/// A message of SPQR in parts.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SparseMessage {
    /// The epoch of the braid.
    pub epoch: Epoch,
    /// The number of the key.
    pub index: u32,
    /// What it carries.
    pub payload: Payload,
    /// The chunk, if it carries one.
    pub chunk: Option<Chunk>,
}

impl SparseMessage {
    /// The epoch of the chain that the key is from.
    #[must_use]
    pub fn key_epoch(&self) -> u64 {
        self.epoch.0.saturating_sub(1)
    }
}

/// The parts of a message, of the inner one of a prekey message; nothing if it is malformed.
fn parts(driver: &mut dyn Driver, wire: &Wire) -> Option<Outcome> {
    let valid = |outcome: Outcome| (outcome.result == Verdict::Valid).then_some(outcome);
    let bytes = match wire.kind {
        Kind::Signal => wire.bytes.clone(),
        Kind::PreKey => {
            let bytes = wire.bytes.clone();
            let envelope = valid(driver.execute(&Step::ParsePrekeyMessage { bytes }))?;
            output(&envelope, "message").ok()?
        }
    };
    valid(driver.execute(&Step::ParseSignalMessage { bytes }))
}

/// The message of SPQR in a message in parts; nothing if it is malformed.
fn sparse_message(driver: &mut dyn Driver, parts: &Outcome) -> Option<SparseMessage> {
    let bytes = output(parts, "spqr").ok()?;
    let outcome = driver.execute(&Step::SpqrParseMessage { bytes });
    serde_json::from_value(Value::Object(outcome.outputs)).ok()
}

impl Replay<'_> {
    /// A message is encrypted: the bytes on the wire, and every key behind them.
    pub fn send(&mut self, event: &Send) -> Result<Value, Fault> {
        let (from, peer) = sides(&event.from)?;
        let current = self.driver.snapshot(from, peer).and_then(|it| it.current);
        let session = current.ok_or(Fault::Output("snapshot"))?;
        let recorded = Wire {
            kind: if session.pending {
                Kind::PreKey
            } else {
                Kind::Signal
            },
            bytes: event.ciphertext.clone(),
        };
        if self.draws.is_none() {
            self.graft_to_send(from, peer, &recorded)?;
        }
        let encrypt = Step::Encrypt {
            party: from.to_owned(),
            peer: peer.to_owned(),
            plaintext: event.plaintext.clone(),
            kem_seed: None,
            kem_random: self.draws.as_ref().map(|draws| draws.random.clone()),
            now_ms: NOW_MS,
        };
        let outcome = call(self.driver, &encrypt)?;
        let kind = serde_json::from_value(output_value(&outcome, "kind")?);
        let wire = Wire {
            kind: kind.map_err(|_| Fault::Output("kind"))?,
            bytes: output(&outcome, "message")?,
        };
        self.sent.insert(event.id.clone(), wire.clone());
        let parts = parts(self.driver, &wire).ok_or(Fault::Output("message"))?;
        Ok(json!({
            "type": match wire.kind { Kind::Signal => SIGNAL_TYPE, Kind::PreKey => PREKEY_TYPE },
            "ciphertext": wire.bytes,
            "chain_key": session.sending.chain_key,
            "counter": output_value(&parts, "counter")?,
            "previous_counter": output_value(&parts, "previousCounter")?,
            "keys": self.keys(&outcome, &parts)?,
        }))
    }

    /// The keys of a message that was sent.
    fn keys(&mut self, sent: &Outcome, parts: &Outcome) -> Result<Value, Fault> {
        let sparse = sparse_message(self.driver, parts).ok_or(Fault::Output("spqr"))?;
        let keys = output_value(sent, "keys")?;
        Ok(json!({
            "message_key_seed": keys["messageKeySeed"],
            "spqr_epoch": sparse.key_epoch(),
            "spqr_index": sparse.index,
            "spqr_message_key": keys["spqrKey"],
            "cipher_key": keys["cipherKey"],
            "mac_key": keys["macKey"],
            "iv": keys["iv"],
            "mac": output_value(parts, "tag")?,
        }))
    }

    /// A message is delivered: its text and the state after it, or why it is refused.
    pub fn deliver(&mut self, event: &Deliver) -> Result<Value, Fault> {
        if let Some(note) = &event.note {
            known("note", note, &NOTES)?;
        }
        let (to, peer) = sides(&event.to)?;
        let sent = self.sent.get(&event.id);
        let mut wire = sent
            .cloned()
            .ok_or_else(|| Fault::Unknown("message", event.id.clone()))?;
        if let Some(bytes) = &event.bytes {
            wire.bytes = bytes.clone();
        }
        if self.draws.is_none() {
            self.graft_to_receive(to, peer, &wire)?;
        }
        let save = Step::Save {
            party: to.to_owned(),
            peer: peer.to_owned(),
        };
        let before = self.driver.execute(&save).outputs;
        let unused = || UNUSED_RATCHET.as_slice().into();
        let outcome = self.driver.execute(&Step::Decrypt {
            party: to.to_owned(),
            peer: peer.to_owned(),
            kind: wire.kind,
            message: wire.bytes.clone(),
            ratchet_private: event.ratchet_private.clone().unwrap_or_else(unused),
        });
        if outcome.result == Verdict::Invalid {
            let unchanged = self.driver.execute(&save).outputs == before;
            return Ok(json!({ "error": class_name(&outcome), "state_unchanged": unchanged }));
        }
        let mut recorded = Map::new();
        recorded.insert("plaintext".to_owned(), output_value(&outcome, "plaintext")?);
        recorded.insert("after".to_owned(), self.after_delivery(to, peer)?);
        if outcome.outputs.contains_key("usedKemPrekeyId") {
            recorded.insert("handshake".to_owned(), self.handshake(to, &wire)?);
        }
        Ok(recorded.into())
    }

    /// The current session sends the recorded message of SPQR next.
    fn graft_to_send(&mut self, from: &str, peer: &str, recorded: &Wire) -> Result<(), Fault> {
        let parts = parts(self.driver, recorded);
        let message = parts.and_then(|parts| sparse_message(self.driver, &parts));
        let message = message.ok_or(Fault::Input("ciphertext"))?;
        let mut record = self.record(from, peer)?;
        let session = record.current()?;
        let known = self.known_epochs(&session.base_key()?);
        session.set_sparse(to_send(&session.sparse(), &message, &known));
        self.replace(from, peer, &record)
    }

    /// Every session can receive a message; one that is malformed is refused without that.
    fn graft_to_receive(&mut self, to: &str, peer: &str, wire: &Wire) -> Result<(), Fault> {
        let parts = parts(self.driver, wire);
        let message = parts.and_then(|parts| sparse_message(self.driver, &parts));
        let (Some(message), Some(_)) = (message, self.driver.snapshot(to, peer)) else {
            return Ok(());
        };
        let mut record = self.record(to, peer)?;
        for session in record.sessions() {
            let known = self.known_epochs(&session.base_key()?);
            session.set_sparse(to_receive(&session.sparse(), &message, &known));
        }
        self.replace(to, peer, &record)
    }

    fn known_epochs(&self, base_key: &Bytes) -> KnownEpochs<'_> {
        let of_session = self.starts.iter();
        KnownEpochs(
            of_session
                .filter(|start| start.alice_base_key == *base_key)
                .collect(),
        )
    }
}
