//! Conversations of the ratchets as written in the making: the tests that both forms have are written once.
pub mod limits;
pub mod order;
pub mod refused;

use super::build::{output, secret, Plan};
use super::keys::public_of;
use super::script::Script;
use super::{PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::outcome::{ErrorClass, HeSnapshot, Outcome, State, WrittenSnapshot};
use crate::step::{Step, Subject};
use hacspec_lib::Seq;
use twinratchet_spec::keys::{CounterBlock, HeaderKey};
use twinratchet_spec::ratchet::header_encrypted::hencrypt;
use twinratchet_spec::ratchet::written::parse_header;

/// The initiator.
pub const ALICE: &str = "alice";
/// The responder.
pub const BOB: &str = "bob";
/// Associated data of every message that says no other.
pub const AD: &[u8] = b"AD of alice and bob";
/// Most keys that one message passes over in one chain.
pub const MAX_SKIP: u32 = 1000;
/// Most keys that are kept.
pub const MAX_STORED: u32 = 2000;

/// Which of the two ratchets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// The ratchet as written.
    Written,
    /// The same with header encryption.
    HeaderEncrypted,
}

/// A test that both forms have.
pub type Shared = fn(Form, u32) -> Plan<TestPlan>;

impl Form {
    /// The family of its tests.
    pub const fn family(self) -> &'static str {
        match self {
            Self::Written => "double_ratchet_written",
            Self::HeaderEncrypted => "header_encryption",
        }
    }

    /// These tests, with these ids.
    pub fn all(self, tests: &[(u32, Shared)]) -> Plan<Vec<TestPlan>> {
        tests.iter().map(|(id, test)| test(self, *id)).collect()
    }

    /// What a form says to a header that no chain can be found by.
    pub const fn of_no_chain(self) -> ErrorClass {
        match self {
            // Its ratchet key is new: a step is tried, and the tag fails.
            Self::Written => ErrorClass::Rejected,
            Self::HeaderEncrypted => ErrorClass::UndecryptableHeader,
        }
    }
}

/// A message and what its sender knows of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The header as it is sent.
    pub header: Vec<u8>,
    /// The same in the clear.
    pub plain_header: Vec<u8>,
    /// The key that it is encrypted under, with header encryption.
    pub header_key: Bytes,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
    /// mk.
    pub message_key: Bytes,
    /// What was encrypted.
    pub plaintext: Vec<u8>,
}

/// A conversation in the making.
pub struct Conversation {
    form: Form,
    script: Script,
}

/// The other party.
pub fn peer_of(party: &str) -> &'static str {
    if party == ALICE {
        BOB
    } else {
        ALICE
    }
}

impl Conversation {
    /// A conversation without parties.
    pub fn empty(form: Form, tc_id: u32) -> Self {
        Self {
            form,
            script: Script::new(form.family(), tc_id),
        }
    }

    /// Both parties have started.
    pub fn new(form: Form, tc_id: u32) -> Plan<Self> {
        let mut talk = Self::empty(form, tc_id);
        let bob = secret(form.family(), 0, "bob's first ratchet private");
        talk.start(ALICE, Some(public_key(&bob)))?;
        let step = talk.starting(BOB, "secret", bob, None);
        talk.script.valid(step)?;
        Ok(talk)
    }

    /// Each has had a message from the other.
    pub fn established(form: Form, tc_id: u32) -> Plan<Self> {
        let mut talk = Self::new(form, tc_id)?;
        talk.pass(ALICE, "hello")?;
        talk.pass(BOB, "hello to you")?;
        Ok(talk)
    }

    /// The step that starts, from the secret of this label.
    pub fn starting(
        &self,
        party: &str,
        label: &str,
        ratchet_private: Bytes,
        peer_ratchet_key: Option<Bytes>,
    ) -> Step {
        let family = self.form.family();
        let shared = secret(family, 0, label);
        starting(self.form, party, shared, ratchet_private, peer_ratchet_key)
    }

    fn start(&mut self, party: &str, peer_ratchet_key: Option<Bytes>) -> Plan<()> {
        let private = self.script.draw(&format!("{party}'s ratchet private"));
        let step = self.starting(party, "secret", private, peer_ratchet_key);
        self.script.valid(step)?;
        Ok(())
    }

    /// The finished test.
    pub fn finish(self, comment: impl Into<String>, flags: &[&str]) -> TestPlan {
        self.script.finish(comment, flags)
    }

    /// The step that encrypts.
    pub fn encrypting(&mut self, party: &str, plaintext: &[u8], ad: &[u8]) -> Step {
        let nonce = self.script.draw("header nonce").0;
        encrypting(self.form, party, plaintext, ad, &nonce[..16])
    }

    /// Encrypt with this associated data.
    pub fn send_with(&mut self, party: &str, plaintext: &[u8], ad: &[u8]) -> Plan<Sent> {
        let step = self.encrypting(party, plaintext, ad);
        self.sent(party, step, plaintext)
    }

    /// A message by a step that encrypts.
    pub fn sent(&mut self, party: &str, step: Step, plaintext: &[u8]) -> Plan<Sent> {
        let outcome = self.script.valid(step)?;
        let bytes = |name| outcome.bytes(name).unwrap_or_default();
        let (header, header_key) = match self.form {
            Form::Written => (bytes("header"), Bytes::default()),
            Form::HeaderEncrypted => {
                let sending = self.he_state(party)?.sending;
                let key = sending.map(|chain| chain.header_key).unwrap_or_default();
                (bytes("encryptedHeader"), key)
            }
        };
        Ok(Sent {
            header,
            plain_header: bytes("header"),
            header_key,
            ciphertext: bytes("ciphertext"),
            message_key: bytes("messageKey").into(),
            plaintext: plaintext.to_vec(),
        })
    }

    /// Encrypt.
    pub fn send(&mut self, party: &str, text: &str) -> Plan<Sent> {
        self.send_with(party, text.as_bytes(), AD)
    }

    /// Encrypt several messages.
    pub fn send_many(&mut self, party: &str, count: usize) -> Plan<Vec<Sent>> {
        (0..count)
            .map(|n| self.send(party, &format!("message {n}")))
            .collect()
    }

    /// Encrypt messages that get lost.
    pub fn lose(&mut self, party: &str, count: u32) -> Plan<()> {
        self.script.valid(dropping(self.form, party, count))?;
        Ok(())
    }

    /// The step that decrypts, with this associated data.
    pub fn decrypting_with(&mut self, party: &str, sent: &Sent, ad: &[u8]) -> Step {
        let fresh = self.script.draw(&format!("{party}'s ratchet private"));
        decrypting(self.form, party, sent, ad, fresh)
    }

    /// The step that decrypts.
    pub fn decrypting(&mut self, party: &str, sent: &Sent) -> Step {
        self.decrypting_with(party, sent, AD)
    }

    /// A message opens.
    pub fn opens(&mut self, party: &str, sent: &Sent) -> Plan<Outcome> {
        let step = self.decrypting(party, sent);
        let outcome = self.script.valid(step)?;
        if outcome.bytes("plaintext").as_ref() == Some(&sent.plaintext) {
            Ok(outcome)
        } else {
            Err(PlanError(format!("{party} reads another plaintext")))
        }
    }

    /// Messages open, in this order.
    pub fn opens_all(&mut self, party: &str, sent: &[&Sent]) -> Plan<()> {
        for one in sent {
            self.opens(party, one)?;
        }
        Ok(())
    }

    /// A message is refused.
    pub fn refuses(&mut self, party: &str, sent: &Sent, class: ErrorClass) -> Plan<()> {
        let step = self.decrypting(party, sent);
        self.script.invalid(step, class)
    }

    /// A step fails.
    pub fn fails(&mut self, step: Step, class: ErrorClass) -> Plan<()> {
        self.script.invalid(step, class)
    }

    /// A step succeeds.
    pub fn valid(&mut self, step: Step) -> Plan<Outcome> {
        self.script.valid(step)
    }

    /// Send at one side and open at the other.
    pub fn pass(&mut self, from: &str, text: &str) -> Plan<Sent> {
        let sent = self.send(from, text)?;
        self.opens(peer_of(from), &sent)?;
        Ok(sent)
    }

    /// The state of a party with header encryption.
    pub fn he_state(&self, party: &str) -> Plan<HeSnapshot> {
        match self
            .script
            .state(&Subject::HeaderEncrypted(party.to_owned()))
        {
            Some(State::HeaderEncrypted(state)) => Ok(state),
            _ => Err(PlanError(format!("{party} has no state"))),
        }
    }

    /// The state of a party of the ratchet as written.
    pub fn written_state(&self, party: &str) -> Plan<WrittenSnapshot> {
        match self.script.state(&Subject::Written(party.to_owned())) {
            Some(State::Written(state)) => Ok(state),
            _ => Err(PlanError(format!("{party} has no state"))),
        }
    }

    /// How many keys a party keeps.
    pub fn kept(&self, party: &str) -> Plan<u32> {
        let runs: Vec<(u32, u32)> = match self.form {
            Form::Written => {
                let skipped = self.written_state(party)?.skipped;
                skipped.into_iter().flat_map(|it| it.numbers).collect()
            }
            Form::HeaderEncrypted => {
                let skipped = self.he_state(party)?.skipped;
                skipped.into_iter().flat_map(|it| it.numbers).collect()
            }
        };
        Ok(runs.iter().map(|(from, to)| from - to + 1).sum())
    }

    /// Fails unless a party keeps so many keys.
    pub fn keeps(&self, party: &str, count: u32) -> Plan<()> {
        let kept = self.kept(party)?;
        if kept == count {
            Ok(())
        } else {
            Err(PlanError(format!("{party} keeps {kept} keys, not {count}")))
        }
    }

    /// The message with another header, encrypted as the first was; the ciphertext stays.
    pub fn with_header(&self, sent: &Sent, alter: impl FnOnce(&mut Vec<u8>)) -> Plan<Sent> {
        let mut plain_header = sent.plain_header.clone();
        alter(&mut plain_header);
        let header = match self.form {
            Form::Written => plain_header.clone(),
            Form::HeaderEncrypted => encrypted_header(sent, &plain_header)?,
        };
        Ok(Sent {
            header,
            plain_header,
            ..sent.clone()
        })
    }
}

/// A header under the key and nonce of that of another message.
fn encrypted_header(sent: &Sent, plain_header: &[u8]) -> Plan<Vec<u8>> {
    let header = parse_header(&Seq::from_native_slice(plain_header))
        .ok_or_else(|| PlanError("not a header".to_owned()))?;
    let key = HeaderKey::from_public_slice(&sent.header_key.0);
    let nonce = CounterBlock::from_native_slice(&sent.header[..16]);
    Ok(hencrypt(key, nonce, header).native_slice().to_vec())
}

/// Where PN and N stand in a header.
pub const PN_AT: usize = 33;
/// The same of N.
pub const N_AT: usize = 37;

/// Another number in a header.
pub fn set_number(header: &mut [u8], at: usize, number: u32) {
    header[at..at + 4].copy_from_slice(&number.to_be_bytes());
}

/// Another ratchet key in a header.
pub fn set_key(header: &mut [u8], u: [u8; 32]) {
    header[1..33].copy_from_slice(&u);
}

impl Sent {
    /// The same with another ciphertext, and the tag that a peer would give it.
    pub fn retagged(&self, ciphertext: &[u8]) -> Plan<Self> {
        let keys = self.keys()?;
        let mac = Step::HmacSha256 {
            key: keys[32..64].into(),
            message: [AD, &self.header, ciphertext].concat().into(),
        };
        let tag = output(&mac, "mac")?;
        Ok(self.with_ciphertext([ciphertext, &tag].concat()))
    }

    /// The same with other bytes in place of ciphertext and tag.
    pub fn with_ciphertext(&self, ciphertext: Vec<u8>) -> Self {
        Self {
            ciphertext,
            ..self.clone()
        }
    }

    /// The same with another header as it is sent.
    pub fn with_sent_header(&self, header: Vec<u8>) -> Self {
        Self {
            header,
            ..self.clone()
        }
    }

    /// Cipher key, MAC key and initialisation vector.
    pub fn keys(&self) -> Plan<Vec<u8>> {
        let expand = Step::Hkdf {
            salt: None,
            ikm: self.message_key.clone(),
            info: Bytes::from(b"SignalReference_25519_SHA256_DRHE1 message".as_slice()),
            length: 80,
        };
        output(&expand, "okm")
    }
}

/// The public key of a ratchet private key, serialised.
pub fn public_key(private: &Bytes) -> Bytes {
    let mut bytes = vec![5];
    bytes.extend(public_of(private));
    bytes.into()
}

/// The step that starts a party.
pub fn starting(
    form: Form,
    party: &str,
    shared: Bytes,
    ratchet_private: Bytes,
    peer_ratchet_key: Option<Bytes>,
) -> Step {
    let party = party.to_owned();
    match form {
        Form::Written => Step::WrittenStart {
            party,
            shared_key: shared,
            ratchet_private,
            peer_ratchet_key,
        },
        Form::HeaderEncrypted => Step::HeStart {
            party,
            handshake_secret: shared,
            ratchet_private,
            peer_ratchet_key,
        },
    }
}

/// The step that encrypts.
pub fn encrypting(form: Form, party: &str, plaintext: &[u8], ad: &[u8], nonce: &[u8]) -> Step {
    let party = party.to_owned();
    let (plaintext, associated_data) = (plaintext.into(), ad.into());
    match form {
        Form::Written => Step::WrittenEncrypt {
            party,
            plaintext,
            associated_data,
        },
        Form::HeaderEncrypted => Step::HeEncrypt {
            party,
            header_nonce: nonce.into(),
            plaintext,
            associated_data,
        },
    }
}

/// The step that drops messages.
pub fn dropping(form: Form, party: &str, count: u32) -> Step {
    let party = party.to_owned();
    match form {
        Form::Written => Step::WrittenDrop { party, count },
        Form::HeaderEncrypted => Step::HeDrop { party, count },
    }
}

/// The step that decrypts.
pub fn decrypting(form: Form, party: &str, sent: &Sent, ad: &[u8], ratchet_private: Bytes) -> Step {
    let message = (sent.header.clone(), sent.ciphertext.clone());
    decrypting_bytes(form, party, message, ad, ratchet_private)
}

/// The same of a header and a ciphertext.
pub fn decrypting_bytes(
    form: Form,
    party: &str,
    (header, ciphertext): (Vec<u8>, Vec<u8>),
    ad: &[u8],
    ratchet_private: Bytes,
) -> Step {
    let party = party.to_owned();
    let (header, ciphertext) = (Bytes(header), Bytes(ciphertext));
    match form {
        Form::Written => Step::WrittenDecrypt {
            party,
            header,
            ciphertext,
            associated_data: ad.into(),
            ratchet_private,
        },
        Form::HeaderEncrypted => Step::HeDecrypt {
            party,
            encrypted_header: header,
            ciphertext,
            associated_data: ad.into(),
            ratchet_private,
        },
    }
}
