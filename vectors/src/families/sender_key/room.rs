//! A script of groups: who has which sender key, messages, and messages that somebody forges.
use super::super::address::{ALICE, BOB};
use super::super::build::{output, random64, secret, Plan};
use super::super::script::{flipped, Script, Setting};
use super::super::{PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::outcome::{ErrorClass, Outcome, SenderKeyStateSnapshot, State};
use crate::step::{Profile, SenderKeyName, SignatureForm, Step, Subject};
use hacspec_lib::ByteSeq;
use twinratchet_spec::groups::sender_key::kdf_sender_ck;
use twinratchet_spec::keys::SenderChainKey;

/// Party, name and device of everybody.
const PEOPLE: [(&str, &str, u32); 4] = [
    ("alice", ALICE, 1),
    ("bob", BOB, 2),
    ("carol", "5d0c1b2e-9a4f-4c6d-8f21-3b7a6e905c44", 1),
    // Another device of alice.
    ("tablet", ALICE, 3),
];

/// A sender key: whose, in which group.
pub type Key<'a> = (&'a str, u8);

/// A message to a group.
#[derive(Clone)]
pub struct Sent {
    /// Whose, in which group.
    pub key: (&'static str, u8),
    /// Its bytes.
    pub message: Vec<u8>,
    /// Its plaintext.
    pub plaintext: Vec<u8>,
}

impl Sent {
    /// The same with other bytes.
    pub fn with(&self, message: Vec<u8>) -> Self {
        Self {
            message,
            ..self.clone()
        }
    }

    /// The same with bits of one byte flipped; a negative place counts from the end.
    pub fn flipped(&self, at: isize, bits: u8) -> Self {
        self.with(flipped(&self.message, at, bits))
    }
}

/// What a message says that somebody writes by hand.
#[derive(Clone)]
pub struct Written {
    /// Chain id.
    pub chain_id: u32,
    /// Iteration.
    pub iteration: u32,
    /// Ciphertext.
    pub body: Vec<u8>,
}

/// A script, and who writes it.
pub struct Room {
    /// The script.
    pub script: Script,
    setting: Setting,
    tc_id: u32,
}

/// The distribution id of a group.
pub fn group_id(number: u8) -> Bytes {
    let label = format!("distribution id {number}");
    secret(super::NAME, 0, &label).0[..16].into()
}

/// The address of somebody.
pub fn address(of: &str) -> (String, u32) {
    let found = PEOPLE.iter().find(|(party, ..)| *party == of);
    found.map_or((of.to_owned(), 1), |(_, name, device)| {
        ((*name).to_owned(), *device)
    })
}

/// The label of somebody that lives as long as the program.
fn label(of: &str) -> &'static str {
    let found = PEOPLE.iter().find(|(party, ..)| *party == of);
    found.map_or("nobody", |(party, ..)| party)
}

/// A chain key so many steps further.
pub fn stepped(chain_key: &[u8], steps: u32) -> Vec<u8> {
    let mut key = SenderChainKey::from_public_slice(chain_key);
    for _ in 0..steps {
        key = kdf_sender_ck(key).0;
    }
    ByteSeq::from_seq(&key).into_native()
}

impl Room {
    /// Alice, Bob and Carol.
    pub fn new(setting: Setting, tc_id: u32) -> Plan<Self> {
        Self::of(setting, tc_id, &["alice", "bob", "carol"])
    }

    /// Alice and Bob, who has Alice's sender key of group 1.
    pub fn joined(setting: Setting, tc_id: u32) -> Plan<Self> {
        let mut room = Self::of(setting, tc_id, &["alice", "bob"])?;
        room.join("bob", ("alice", 1))?;
        Ok(room)
    }

    /// Some of the people.
    pub fn of(setting: Setting, tc_id: u32, people: &[&str]) -> Plan<Self> {
        let mut script = Script::new(setting, tc_id);
        for (party, name, device) in PEOPLE {
            if people.contains(&party) {
                script.party(party, name, device, 1000 + device)?;
            }
        }
        Ok(Self {
            script,
            setting,
            tc_id,
        })
    }

    /// The dialect.
    pub fn profile(&self) -> Profile {
        self.setting.profile
    }

    /// The finished test.
    pub fn finish(self, comment: impl Into<String>, flags: &[&str]) -> TestPlan {
        self.script.finish(comment, flags)
    }

    fn error(&self, why: &str) -> PlanError {
        PlanError(format!("{} {}: {why}", self.setting.family, self.tc_id))
    }

    fn random(&mut self) -> Bytes {
        let seed = self.script.draw("signature");
        random64(
            self.setting.family,
            self.tc_id,
            &format!("signature {seed:?}"),
        )
    }

    /// The step that makes a distribution message, everything drawn anew.
    pub fn distributing(&mut self, (of, group): Key<'_>) -> Step {
        let chain_id = self.script.draw("chain id").0;
        let chain_id = chain_id.iter().take(4);
        let chain_id = chain_id.fold(0, |number, byte| number << 8 | u32::from(*byte));
        let (sender, sender_device) = address(of);
        Step::GroupCreateDistribution {
            party: of.to_owned(),
            sender,
            sender_device,
            distribution_id: group_id(group),
            chain_id_random: chain_id,
            chain_key: self.script.draw("chain key"),
            signing_private: self.script.draw("signing key"),
        }
    }

    /// A distribution message.
    pub fn distribute(&mut self, key: Key<'_>) -> Plan<Vec<u8>> {
        let step = self.distributing(key);
        let outcome = self.script.valid(step)?;
        outcome
            .bytes("message")
            .ok_or_else(|| self.error("no message"))
    }

    /// Take a distribution message.
    pub fn process(&mut self, party: &str, key: Key<'_>, message: &[u8]) -> Plan<()> {
        self.script.valid(processing(party, key, message))?;
        Ok(())
    }

    /// Distribute a sender key to a member. Out: the message.
    pub fn join(&mut self, party: &str, key: Key<'_>) -> Plan<Vec<u8>> {
        let message = self.distribute(key)?;
        self.process(party, key, &message)?;
        Ok(message)
    }

    /// The step that encrypts with a sender key of a party.
    pub fn encrypting(&mut self, party: &str, key: Key<'_>, plaintext: &[u8]) -> Step {
        let (sender, sender_device) = address(key.0);
        Step::GroupEncrypt {
            party: party.to_owned(),
            sender,
            sender_device,
            distribution_id: group_id(key.1),
            plaintext: plaintext.into(),
            signature_random: self.random(),
        }
    }

    /// Encrypt a text.
    pub fn encrypt(&mut self, key: Key<'_>, text: &str) -> Plan<Sent> {
        self.encrypt_bytes(key, text.as_bytes())
    }

    /// Encrypt.
    pub fn encrypt_bytes(&mut self, key: Key<'_>, plaintext: &[u8]) -> Plan<Sent> {
        let step = self.encrypting(key.0, key, plaintext);
        let outcome = self.script.valid(step)?;
        let message = outcome.bytes("message");
        Ok(Sent {
            key: (label(key.0), key.1),
            message: message.ok_or_else(|| self.error("no message"))?,
            plaintext: plaintext.to_vec(),
        })
    }

    /// Encrypt several texts.
    pub fn encrypt_many(&mut self, key: Key<'_>, count: u32) -> Plan<Vec<Sent>> {
        (0..count)
            .map(|n| self.encrypt(key, &format!("message {n}")))
            .collect()
    }

    /// Decrypt a message that opens.
    pub fn opens(&mut self, party: &str, sent: &Sent) -> Plan<Outcome> {
        let step = decrypting(party, sent.key, &sent.message);
        let outcome = self.script.valid(step)?;
        if outcome.bytes("plaintext").as_ref() == Some(&sent.plaintext) {
            Ok(outcome)
        } else {
            Err(self.error("another plaintext"))
        }
    }

    /// Decrypt messages that open, in this order.
    pub fn opens_all<'a>(
        &mut self,
        party: &str,
        sent: impl IntoIterator<Item = &'a Sent>,
    ) -> Plan<()> {
        for one in sent {
            self.opens(party, one)?;
        }
        Ok(())
    }

    /// Decrypt a message that fails in this way.
    pub fn fails(&mut self, party: &str, sent: &Sent, class: ErrorClass) -> Plan<()> {
        let step = decrypting(party, sent.key, &sent.message);
        self.script.invalid(step, class)
    }

    /// Save a sender key.
    pub fn save(&mut self, party: &str, key: Key<'_>) -> Plan<Vec<u8>> {
        let outcome = self.script.valid(saving(party, key))?;
        outcome.bytes("saved").ok_or_else(|| self.error("no bytes"))
    }

    /// Load a sender key.
    pub fn load(&mut self, party: &str, key: Key<'_>, saved: &[u8]) -> Plan<()> {
        self.script.valid(loading(party, key, saved))?;
        Ok(())
    }

    /// Delete a sender key.
    pub fn delete(&mut self, party: &str, key: Key<'_>) -> Plan<()> {
        self.script.valid(deleting(party, key))?;
        Ok(())
    }

    /// The states of a sender key, without a step.
    pub fn states(&self, party: &str, key: Key<'_>) -> Vec<SenderKeyStateSnapshot> {
        match self.script.state(&subject(party, key)) {
            Some(State::SenderKey(snapshot)) => snapshot.states,
            _ => Vec::new(),
        }
    }

    /// The newest state of a sender key.
    pub fn newest(&self, party: &str, key: Key<'_>) -> Plan<SenderKeyStateSnapshot> {
        let first = self.states(party, key).into_iter().next();
        first.ok_or_else(|| self.error("no sender key"))
    }

    /// A message that the holder of a private signing key writes by hand.
    pub fn signed(&mut self, key: Key<'_>, written: &Written, private: &Bytes) -> Plan<Sent> {
        let random = self.random();
        let message = signed_bytes(self.profile(), key, written, private, random)?;
        Ok(Sent {
            key: (label(key.0), key.1),
            message,
            plaintext: Vec::new(),
        })
    }

    /// A message of the sender itself, written by hand, so many iterations after its next one; its chain stays.
    pub fn ahead(&mut self, key: Key<'_>, steps: u32, text: &str) -> Plan<Sent> {
        let state = self.newest(key.0, key)?;
        let chain_key = stepped(&state.chain_key.0, steps);
        let written = Written {
            chain_id: state.chain_id,
            iteration: state.iteration + steps,
            body: sealed(&chain_key, text.as_bytes())?,
        };
        let private = state.signing_private.unwrap_or_default();
        let sent = self.signed(key, &written, &private)?;
        Ok(Sent {
            plaintext: text.as_bytes().to_vec(),
            ..sent
        })
    }
}

/// A message written by hand, with its signature.
fn signed_bytes(
    profile: Profile,
    (_, group): Key<'_>,
    written: &Written,
    private: &Bytes,
    random: Bytes,
) -> Plan<Vec<u8>> {
    let with = |signature: Bytes| Step::EncodeSenderKeyMessage {
        profile,
        distribution_id: match profile {
            Profile::SignalV3 | Profile::SignalV4 => Some(group_id(group)),
            Profile::WhatsAppV3 => None,
        },
        chain_id: written.chain_id,
        iteration: written.iteration,
        body: Bytes(written.body.clone()),
        signature,
    };
    let unsigned = output(&with(Bytes(vec![0; 64])), "message")?;
    signed_again(&unsigned, private, random)
}

/// A message with another signature over all that is before it.
pub fn signed_again(message: &[u8], private: &Bytes, random: Bytes) -> Plan<Vec<u8>> {
    let unsigned = &message[..message.len() - 64];
    let sign = Step::XeddsaSign {
        form: SignatureForm::Deployed,
        private: private.clone(),
        message: unsigned.into(),
        random,
    };
    Ok([unsigned, &output(&sign, "signature")?].concat())
}

/// A ciphertext with the keys of a chain key.
pub fn sealed(chain_key: &[u8], plaintext: &[u8]) -> Plan<Vec<u8>> {
    let chain_key = chain_key.into();
    let seed = output(&Step::KdfSenderCk { chain_key }, "messageKeySeed")?;
    let keys = Step::SenderMessageKeys { seed: Bytes(seed) };
    let encrypt = Step::Aes256CbcEncrypt {
        key: Bytes(output(&keys, "cipherKey")?),
        iv: Bytes(output(&keys, "iv")?),
        plaintext: plaintext.into(),
    };
    output(&encrypt, "ciphertext")
}

/// Where a sender key of a party is.
pub fn subject(party: &str, (of, group): Key<'_>) -> Subject {
    let (sender, sender_device) = address(of);
    Subject::SenderKey {
        party: party.to_owned(),
        name: Box::new(SenderKeyName {
            sender,
            sender_device,
            distribution_id: group_id(group),
        }),
    }
}

/// The step that takes a distribution message.
pub fn processing(party: &str, (of, group): Key<'_>, message: &[u8]) -> Step {
    let (sender, sender_device) = address(of);
    Step::GroupProcessDistribution {
        party: party.to_owned(),
        sender,
        sender_device,
        distribution_id: group_id(group),
        message: message.into(),
    }
}

/// The step that decrypts.
pub fn decrypting(party: &str, (of, group): Key<'_>, message: &[u8]) -> Step {
    let (sender, sender_device) = address(of);
    Step::GroupDecrypt {
        party: party.to_owned(),
        sender,
        sender_device,
        distribution_id: group_id(group),
        message: message.into(),
    }
}

/// The step that saves.
pub fn saving(party: &str, (of, group): Key<'_>) -> Step {
    let (sender, sender_device) = address(of);
    Step::GroupSave {
        party: party.to_owned(),
        sender,
        sender_device,
        distribution_id: group_id(group),
    }
}

/// The step that loads.
pub fn loading(party: &str, (of, group): Key<'_>, saved: &[u8]) -> Step {
    let (sender, sender_device) = address(of);
    Step::GroupLoad {
        party: party.to_owned(),
        sender,
        sender_device,
        distribution_id: group_id(group),
        saved: saved.into(),
    }
}

/// The step that deletes.
pub fn deleting(party: &str, (of, group): Key<'_>) -> Step {
    let (sender, sender_device) = address(of);
    Step::GroupDelete {
        party: party.to_owned(),
        sender,
        sender_device,
        distribution_id: group_id(group),
    }
}
