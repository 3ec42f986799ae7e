//! Replaying recorded conversations of groups: one sender, one receiver.
//!
//! A sender key is made from the random values that its first recorded state holds; from there on everything is
//! computed: states, distribution messages, keys, messages. What a signature drew is not recorded: a message is signed
//! with random bytes of our own, the recorded signature must verify, and it takes the place of ours. Of a sender that
//! rotates its keys no private key is recorded: its distribution messages are given, and its messages are checked as far
//! as a receiver can.
mod event;
mod rules;

pub use rules::rules;

use super::inputs::{call, class_name, hex_value, output, output_value, results};
use super::inputs::{Computed, Fault, Inputs};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{Outcome, SenderKeySnapshot, SenderKeyStateSnapshot, State, Verdict};
use crate::step::{Profile, SenderKeyName, SignatureForm, Step, Subject};
use event::{Deliver, Distribution, Event, Process, Rotate, Send};
use serde_json::{json, Value};
use std::collections::BTreeMap;

/// How a recording numbers messages to groups.
const SENDER_KEY_TYPE: u8 = 7;
/// The sender and the receiver.
const SENDER: &str = "sender";
const RECEIVER: &str = "receiver";
/// The address of a sender of whom none is recorded.
const UNNAMED: (&str, u32) = ("sender", 1);
/// What a signature draws here, and a party's identity, which plays no part.
const SIGNATURE_RANDOM: [u8; 64] = [0x55; 64];
const IDENTITY: [u8; 32] = [0x11; 32];

/// What is known to be recorded; another title is another case.
const TITLES: [&str; 3] = [
    "in order, out of order, duplicate, bad signature",
    "late joiner: distribution after three messages cannot read earlier ones; redistribution does not rewind",
    "sender rotates its key six times; at most five states kept, newest first",
];
/// What is known to be special about a delivery; another note is another case.
const NOTES: [&str; 5] = [
    "duplicate",
    "last signature byte flipped",
    "last byte before the signature flipped",
    "before the join point",
    "after processing the distribution again",
];

/// The parts of a message that a conversation looks at.
struct Parts {
    chain_id: u32,
    iteration: u32,
    unsigned: Bytes,
    signature: Bytes,
}

/// A conversation as far as it was replayed.
struct Replay<'a> {
    driver: &'a mut dyn Driver,
    name: SenderKeyName,
    /// Distribution messages by their labels.
    distributions: BTreeMap<String, Bytes>,
    /// What they say, by chain id.
    chains: BTreeMap<u32, Outcome>,
    /// Messages by their labels.
    sent: BTreeMap<String, Bytes>,
}

/// Replay a conversation.
pub fn conversation(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    known("title", inputs.text("title")?, &TITLES)?;
    let events: Vec<Event> = inputs.list("events")?;
    let mut replay = Replay::new(driver, inputs)?;
    let mut computed = Vec::new();
    for (place, event) in events.iter().enumerate() {
        let result = replay.event(event);
        computed.push(result.map_err(|fault| Fault::Item(place, fault.to_string()))?);
    }
    Ok(results([("events", computed.into())]))
}

/// Errors: the text is none of those that are known.
fn known(what: &'static str, text: &str, all: &[&str]) -> Result<(), Fault> {
    if all.contains(&text) {
        Ok(())
    } else {
        Err(Fault::Unknown(what, text.to_owned()))
    }
}

/// Make the two parties.
fn create_parties(driver: &mut dyn Driver) -> Result<(), Fault> {
    for (party, device_id) in [(SENDER, 1), (RECEIVER, 2)] {
        let step = Step::CreateParty {
            party: party.to_owned(),
            name: party.to_owned(),
            device_id,
            identity_private: IDENTITY.as_slice().into(),
            registration_id: device_id,
            profile: Profile::SignalV4,
        };
        call(driver, &step)?;
    }
    Ok(())
}

/// The bytes of a hyphenated UUID.
fn uuid(text: &str) -> Result<Bytes, Fault> {
    let bytes = hex::decode(text.replace('-', "")).map_err(|_| Fault::Input("distribution_id"))?;
    if uuid_text(&bytes) == text {
        Ok(Bytes(bytes))
    } else {
        Err(Fault::Input("distribution_id"))
    }
}

/// The hyphenated text of a UUID.
#[must_use]
pub fn uuid_text(bytes: &[u8]) -> String {
    let digits = hex::encode(bytes);
    let cuts = [0, 8, 12, 16, 20, 32];
    let parts = cuts.iter().zip(&cuts[1..]);
    let parts: Vec<&str> = parts
        .map(|(from, to)| digits.get(*from..*to).unwrap_or_default())
        .collect();
    parts.join("-")
}

/// A number among the outputs.
fn number(outcome: &Outcome, name: &'static str) -> Result<u32, Fault> {
    let value = output_value(outcome, name)?.as_u64();
    let number = value.and_then(|number| u32::try_from(number).ok());
    number.ok_or(Fault::Output(name))
}

/// A state as it is recorded.
fn recorded(state: &SenderKeyStateSnapshot) -> Value {
    let private = state.signing_private.clone().unwrap_or_default();
    let newest_first = state.skipped.iter();
    let mut skipped: Vec<u32> = newest_first.flat_map(|(from, to)| *to..=*from).collect();
    skipped.sort_unstable();
    json!({
        "version": state.version,
        "chain_id": state.chain_id,
        "iteration": state.iteration,
        "chain_key": state.chain_key,
        "signing_public": state.signing_public,
        "signing_private": private,
        "skipped": skipped,
    })
}

impl<'a> Replay<'a> {
    fn new(driver: &'a mut dyn Driver, inputs: &Inputs) -> Result<Self, Fault> {
        create_parties(driver)?;
        let (sender, sender_device) = if inputs.has("sender_name") {
            (
                inputs.text("sender_name")?,
                inputs.number("sender_device_id")?,
            )
        } else {
            UNNAMED
        };
        Ok(Self {
            driver,
            name: SenderKeyName {
                sender: sender.to_owned(),
                sender_device,
                distribution_id: uuid(inputs.text("distribution_id")?)?,
            },
            distributions: BTreeMap::new(),
            chains: BTreeMap::new(),
            sent: BTreeMap::new(),
        })
    }

    fn event(&mut self, event: &Event) -> Result<Value, Fault> {
        match event {
            Event::Distribution(event) => self.distribute(event),
            Event::ProcessDistribution(event) => self.process(event),
            Event::Rotate(event) => self.rotate(event),
            Event::Send(event) => self.send(event),
            Event::Deliver(event) => self.deliver(event),
        }
    }

    fn snapshot(&self, party: &str) -> SenderKeySnapshot {
        let subject = Subject::SenderKey {
            party: party.to_owned(),
            name: Box::new(self.name.clone()),
        };
        match self.driver.state(&subject) {
            Some(State::SenderKey(snapshot)) => snapshot,
            _ => SenderKeySnapshot::default(),
        }
    }

    fn states(&self, party: &str) -> Value {
        self.snapshot(party).states.iter().map(recorded).collect()
    }

    /// The sender makes a distribution message; its first state is what was drawn.
    fn distribute(&mut self, event: &Distribution) -> Result<Value, Fault> {
        let drawn = event
            .sender_state
            .first()
            .ok_or(Fault::Input("sender_state"))?;
        let step = Step::GroupCreateDistribution {
            party: SENDER.to_owned(),
            sender: self.name.sender.clone(),
            sender_device: self.name.sender_device,
            distribution_id: self.name.distribution_id.clone(),
            // The highest bit of what is drawn for a chain id is not used for one.
            chain_id_random: drawn.chain_id.wrapping_shl(1),
            chain_key: drawn.chain_key.clone(),
            signing_private: drawn.signing_private.clone(),
        };
        let message = output(&call(self.driver, &step)?, "message")?;
        self.distributions.insert(event.id.clone(), message.clone());
        Ok(json!({ "bytes": message, "sender_state": self.states(SENDER) }))
    }

    fn take(&mut self, message: &Bytes) -> Result<(), Fault> {
        let step = Step::GroupProcessDistribution {
            party: RECEIVER.to_owned(),
            sender: self.name.sender.clone(),
            sender_device: self.name.sender_device,
            distribution_id: self.name.distribution_id.clone(),
            message: message.clone(),
        };
        call(self.driver, &step).map(drop)
    }

    fn process(&mut self, event: &Process) -> Result<Value, Fault> {
        let message = self.distributions.get(&event.id).cloned();
        let message = message.ok_or_else(|| Fault::Unknown("distribution", event.id.clone()))?;
        self.take(&message)?;
        Ok(json!({ "receiver_state": self.states(RECEIVER) }))
    }

    /// The sender has a new key, and the receiver takes it.
    fn rotate(&mut self, event: &Rotate) -> Result<Value, Fault> {
        let parsed = call(
            self.driver,
            &Step::ParseDistributionMessage {
                profile: Profile::SignalV4,
                bytes: event.bytes.clone(),
            },
        )?;
        self.take(&event.bytes)?;
        self.chains.insert(number(&parsed, "chainId")?, parsed);
        let states = self.snapshot(RECEIVER).states;
        let chain_ids: Vec<u32> = states.iter().map(|state| state.chain_id).collect();
        Ok(json!({ "receiver_chain_ids": chain_ids }))
    }

    /// A message is encrypted: the bytes on the wire with the recorded signature, and every key behind them.
    fn send(&mut self, event: &Send) -> Result<Value, Fault> {
        let states = self.snapshot(SENDER).states;
        let before = states.first().ok_or(Fault::Output("state"))?;
        let encrypted = call(
            self.driver,
            &Step::GroupEncrypt {
                party: SENDER.to_owned(),
                sender: self.name.sender.clone(),
                sender_device: self.name.sender_device,
                distribution_id: self.name.distribution_id.clone(),
                plaintext: event.plaintext.clone(),
                signature_random: SIGNATURE_RANDOM.as_slice().into(),
            },
        )?;
        let own = self.parts(&output(&encrypted, "message")?)?;
        let recorded = self.parts(&event.ciphertext)?;
        self.check_signature(&before.signing_public, &recorded)?;
        let message = Bytes([own.unsigned.0, recorded.signature.0].concat());
        self.sent.insert(event.id.clone(), message.clone());
        let keys = output_value(&encrypted, "keys")?;
        Ok(json!({
            "type": SENDER_KEY_TYPE,
            "ciphertext": message,
            "keys": {
                "chain_key": before.chain_key,
                "message_key_seed": keys["messageKeySeed"],
                "iv": keys["iv"],
                "cipher_key": keys["cipherKey"],
                "iteration": own.iteration,
                "chain_id": own.chain_id,
            },
        }))
    }

    fn parts(&mut self, message: &Bytes) -> Result<Parts, Fault> {
        let parsed = call(
            self.driver,
            &Step::ParseSenderKeyMessage {
                profile: Profile::SignalV4,
                bytes: message.clone(),
            },
        )?;
        if output(&parsed, "distributionId")? != self.name.distribution_id {
            return Err(Fault::Contradiction("a message is of another group"));
        }
        Ok(Parts {
            chain_id: number(&parsed, "chainId")?,
            iteration: number(&parsed, "iteration")?,
            unsigned: output(&parsed, "unsigned")?,
            signature: output(&parsed, "signature")?,
        })
    }

    /// Errors: the signature does not verify.
    fn check_signature(&mut self, signer: &Bytes, parts: &Parts) -> Result<(), Fault> {
        let step = Step::XeddsaVerify {
            form: SignatureForm::Deployed,
            public: super::inputs::coordinate(signer)?,
            message: parts.unsigned.clone(),
            signature: parts.signature.clone(),
        };
        let verified = self.driver.execute(&step).result == Verdict::Valid;
        verified
            .then_some(())
            .ok_or(Fault::Contradiction("a recorded signature does not verify"))
    }

    /// A message is delivered: its text and the state after it, or why it is refused.
    fn deliver(&mut self, event: &Deliver) -> Result<Value, Fault> {
        if let Some(note) = &event.note {
            known("note", note, &NOTES)?;
        }
        let Some(id) = &event.id else {
            return self.deliver_rotated(event);
        };
        let sent = self.sent.get(id).cloned();
        let sent = sent.ok_or_else(|| Fault::Unknown("message", id.clone()))?;
        let message = event.bytes.clone().unwrap_or(sent);
        let mut recorded = self.decrypted(&message)?;
        if recorded.get("plaintext").is_some() {
            recorded["receiver_state"] = self.states(RECEIVER);
        }
        Ok(recorded)
    }

    /// The same of a sender whose private keys are not recorded.
    fn deliver_rotated(&mut self, event: &Deliver) -> Result<Value, Fault> {
        let message = event.ciphertext.as_ref();
        let message = message.ok_or(Fault::Input("ciphertext"))?;
        let parts = self.parts(message)?;
        let chain = self.chains.get(&parts.chain_id).cloned();
        let chain = chain.ok_or_else(|| Fault::Unknown("chain id", parts.chain_id.to_string()))?;
        self.check_signature(&output(&chain, "signingKey")?, &parts)?;
        let mut chain_key = output(&chain, "chainKey")?;
        for _ in number(&chain, "iteration")?..parts.iteration {
            chain_key = output(&self.step(chain_key)?, "chainKey")?;
        }
        let seed = output(&self.step(chain_key.clone())?, "messageKeySeed")?;
        let keys = call(self.driver, &Step::SenderMessageKeys { seed: seed.clone() })?;
        let mut recorded = self.decrypted(message)?;
        recorded["keys"] = json!({
            "chain_key": chain_key,
            "message_key_seed": seed,
            "iv": output_value(&keys, "iv")?,
            "cipher_key": output_value(&keys, "cipherKey")?,
            "iteration": parts.iteration,
            "chain_id": parts.chain_id,
        });
        Ok(recorded)
    }

    fn step(&mut self, chain_key: Bytes) -> Result<Outcome, Fault> {
        call(self.driver, &Step::KdfSenderCk { chain_key })
    }

    /// What the receiver makes of a message. Errors: it is refused, and something changed.
    fn decrypted(&mut self, message: &Bytes) -> Result<Value, Fault> {
        let before = self.snapshot(RECEIVER);
        let outcome = self.driver.execute(&Step::GroupDecrypt {
            party: RECEIVER.to_owned(),
            sender: self.name.sender.clone(),
            sender_device: self.name.sender_device,
            distribution_id: self.name.distribution_id.clone(),
            message: message.clone(),
        });
        match outcome.result {
            Verdict::Valid => {
                Ok(json!({ "plaintext": hex_value(&output(&outcome, "plaintext")?.0) }))
            }
            Verdict::Invalid if self.snapshot(RECEIVER) == before => {
                Ok(json!({ "error": class_name(&outcome) }))
            }
            Verdict::Invalid => Err(Fault::Contradiction("a refused message changed the state")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{uuid, uuid_text};

    #[test]
    fn the_text_of_a_uuid_is_read_strictly() {
        let text = "d1d1d1d1-7000-11eb-b32a-33b8a8a487a6";
        assert_eq!(uuid_text(&uuid(text).unwrap().0), text);
        for wrong in ["", "d1d1d1d1700011ebb32a33b8a8a487a6", &text[1..], "d1"] {
            assert!(uuid(wrong).is_err(), "{wrong}");
        }
        assert!(uuid(&text.to_uppercase()).is_err());
    }
}
