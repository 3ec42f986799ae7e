//! Scripts: steps that are executed on the specification while they are written down.
//!
//! What a later step needs of an earlier one (a message, a bundle, a saved record) is at hand, may be altered, and stands
//! as plain bytes in the published step. A script says how each step should go; it fails to build if one goes otherwise,
//! or if a failed step changes the record.
//!
//! The same script serves both versions: its [`Setting`] says which sessions its parties make.
mod version_4;

pub use version_4::{KEM_PREKEY, ONE_TIME_KEM_PREKEY};

use super::build::{random64, secret, steps_test, Plan};
use super::{PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::driver::spec::SpecDriver;
use crate::driver::Driver;
use crate::outcome::{ErrorClass, Outcome, Snapshot, State, Verdict};
use crate::step::{Bundle, Kind, Profile, Step, Subject};
use serde::de::DeserializeOwned;
use std::collections::{BTreeMap, BTreeSet};

/// The time of the first step, in milliseconds since 1970.
pub const NOW: u64 = 1_700_000_000_000;
/// The id of Bob's signed prekey.
pub const SIGNED_PREKEY: u32 = 7;
/// The id of Bob's one-time prekey.
pub const ONE_TIME_PREKEY: u32 = 31;

/// For which family a script is, and which sessions its parties make.
#[derive(Clone, Copy)]
pub struct Setting {
    /// The family.
    pub family: &'static str,
    /// The profile of parties.
    pub profile: Profile,
}

/// A test of one setting or another.
pub type Shared = fn(Setting) -> Plan<TestPlan>;

/// Parties of version 3.
impl From<&'static str> for Setting {
    fn from(family: &'static str) -> Self {
        let profile = Profile::SignalV3;
        Self { family, profile }
    }
}

impl Setting {
    /// Parties of version 4.
    pub const fn v4(family: &'static str) -> Self {
        let profile = Profile::SignalV4;
        Self { family, profile }
    }

    /// Parties of WhatsApp.
    pub const fn whatsapp(family: &'static str) -> Self {
        let profile = Profile::WhatsAppV3;
        Self { family, profile }
    }

    /// These tests in this setting.
    pub fn all(self, tests: &[Shared]) -> Plan<Vec<TestPlan>> {
        tests.iter().map(|test| test(self)).collect()
    }
}

/// A test in the making.
pub struct Script {
    family: &'static str,
    /// The profile of parties that are made from here on.
    profile: Profile,
    tc_id: u32,
    driver: SpecDriver,
    steps: Vec<Step>,
    /// How many secrets of each meaning were drawn.
    drawn: BTreeMap<String, u32>,
    /// The identity key of each party.
    identities: BTreeMap<String, Vec<u8>>,
    /// Its private half.
    private_identities: BTreeMap<String, Bytes>,
    /// The profile of each party.
    profiles: BTreeMap<String, Profile>,
    /// The parties that have a KEM prekey of last resort.
    with_kem_prekey: BTreeSet<String>,
}

/// An encrypted message and what the sender knows of it.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Which message it is.
    pub kind: Kind,
    /// Its bytes.
    pub message: Vec<u8>,
    /// The seed of its keys.
    pub seed: Vec<u8>,
    /// Its MAC key.
    pub mac_key: Vec<u8>,
    /// Its plaintext.
    pub plaintext: Vec<u8>,
}

impl Script {
    /// A script without steps.
    pub fn new(of: impl Into<Setting>, tc_id: u32) -> Self {
        let Setting { family, profile } = of.into();
        Self {
            family,
            profile,
            tc_id,
            driver: SpecDriver::default(),
            steps: Vec::new(),
            drawn: BTreeMap::new(),
            identities: BTreeMap::new(),
            private_identities: BTreeMap::new(),
            profiles: BTreeMap::new(),
            with_kem_prekey: BTreeSet::new(),
        }
    }

    /// The finished test.
    pub fn finish(self, comment: impl Into<String>, flags: &[&str]) -> TestPlan {
        steps_test(self.tc_id, comment, flags, self.steps)
    }

    /// A meaning with its number, so that no secret comes twice.
    fn numbered(&mut self, meaning: &str) -> String {
        let count = self.drawn.entry(meaning.to_owned()).or_default();
        *count += 1;
        format!("{meaning} {count}")
    }

    /// A fresh secret of this meaning.
    pub fn draw(&mut self, meaning: &str) -> Bytes {
        let meaning = self.numbered(meaning);
        secret(self.family, self.tc_id, &meaning)
    }

    fn error(&self, why: impl std::fmt::Display) -> PlanError {
        let step = self.steps.len();
        PlanError(format!(
            "{} {}, step {step}: {why}",
            self.family, self.tc_id
        ))
    }

    fn execute(&mut self, step: Step) -> Outcome {
        let outcome = self.driver.execute(&step);
        self.steps.push(step);
        outcome
    }

    fn before(&self, step: &Step) -> Option<Vec<u8>> {
        self.driver.saved(&step.subject()?)
    }

    /// A step that succeeds.
    pub fn valid(&mut self, step: Step) -> Plan<Outcome> {
        let outcome = self.execute(step);
        if outcome.result == Verdict::Valid {
            Ok(outcome)
        } else {
            Err(self.error(format!("{:?} in place of valid", outcome.error_class)))
        }
    }

    /// A step that fails in this way and changes nothing.
    pub fn invalid(&mut self, step: Step, class: ErrorClass) -> Plan<()> {
        let outcome = self.tried(step)?;
        if outcome.error_class == Some(class) {
            Ok(())
        } else {
            Err(self.error(format!("{:?} in place of {class:?}", outcome.error_class)))
        }
    }

    /// A step that may succeed or fail; failing, it changes nothing.
    pub fn tried(&mut self, step: Step) -> Plan<Outcome> {
        let before = self.before(&step);
        let after_of = step.clone();
        let outcome = self.execute(step);
        if outcome.result == Verdict::Invalid && self.before(&after_of) != before {
            Err(self.error("the record changed"))
        } else {
            Ok(outcome)
        }
    }

    /// A member of an outcome as a value.
    fn output<T: DeserializeOwned>(&self, outcome: &Outcome, name: &str) -> Plan<T> {
        let value = outcome.outputs.get(name).cloned().unwrap_or_default();
        serde_json::from_value(value).map_err(|error| self.error(format!("{name}: {error}")))
    }

    /// Make a party, its identity key labelled by its own name.
    pub fn party(
        &mut self,
        party: &str,
        name: &str,
        device_id: u32,
        registration_id: u32,
    ) -> Plan<()> {
        let identity = self.draw(&format!("{party} identity"));
        self.party_with(party, name, device_id, registration_id, identity)
    }

    /// Make a party of a given identity.
    pub fn party_with(
        &mut self,
        party: &str,
        name: &str,
        device_id: u32,
        registration_id: u32,
        identity_private: Bytes,
    ) -> Plan<()> {
        let private = identity_private.clone();
        self.private_identities.insert(party.to_owned(), private);
        self.profiles.insert(party.to_owned(), self.profile);
        let outcome = self.valid(Step::CreateParty {
            party: party.to_owned(),
            name: name.to_owned(),
            device_id,
            identity_private,
            registration_id,
            profile: self.profile,
        })?;
        let key: Bytes = self.output(&outcome, "identityKey")?;
        self.identities.insert(party.to_owned(), key.0);
        Ok(())
    }

    /// The profile of a party.
    pub fn profile_of(&self, party: &str) -> Profile {
        self.profiles.get(party).copied().unwrap_or_default()
    }

    /// The identity key of a party, serialised.
    pub fn identity(&self, party: &str) -> Vec<u8> {
        self.identities.get(party).cloned().unwrap_or_default()
    }

    /// The private half of a party's identity.
    pub fn identity_private(&self, party: &str) -> Bytes {
        let private = self.private_identities.get(party);
        private.cloned().unwrap_or_default()
    }

    /// Give a party a fresh signed prekey.
    pub fn signed_prekey(&mut self, party: &str, id: u32) -> Plan<()> {
        let private = self.draw(&format!("{party} signed prekey"));
        let party = party.to_owned();
        self.valid(Step::AddSignedPrekey { party, id, private })?;
        Ok(())
    }

    /// Give a party a fresh one-time prekey.
    pub fn one_time_prekey(&mut self, party: &str, id: u32) -> Plan<()> {
        let private = self.draw(&format!("{party} one-time prekey"));
        let party = party.to_owned();
        self.valid(Step::AddOneTimePrekey { party, id, private })?;
        Ok(())
    }

    /// Publish a bundle, in version 4 with the KEM prekey of last resort.
    pub fn bundle(&mut self, party: &str, one_time_prekey_id: Option<u32>) -> Plan<Bundle> {
        let kem_prekey_id = self.kem_prekey_of_last_resort(party)?;
        self.bundle_with(party, one_time_prekey_id, kem_prekey_id)
    }

    /// Publish a bundle with or without a KEM prekey.
    pub fn bundle_with(
        &mut self,
        party: &str,
        one_time_prekey_id: Option<u32>,
        kem_prekey_id: Option<u32>,
    ) -> Plan<Bundle> {
        let step = self.publishing(party, one_time_prekey_id, kem_prekey_id);
        let outcome = self.valid(step)?;
        self.output(&outcome, "bundle")
    }

    /// The step that publishes a bundle.
    fn publishing(&self, party: &str, opk: Option<u32>, kem: Option<u32>) -> Step {
        let meaning = format!("{party} signature {}", self.steps.len());
        let random = |meaning: &str| random64(self.family, self.tc_id, meaning);
        Step::PublishBundle {
            party: party.to_owned(),
            signed_prekey_id: SIGNED_PREKEY,
            one_time_prekey_id: opk,
            signature_random: random(&meaning),
            kem_prekey_id: kem,
            kem_signature_random: kem.map(|_| random(&format!("KEM prekey of {meaning}"))),
        }
    }

    /// The step that starts a session.
    pub fn starting(&mut self, party: &str, peer: &str, bundle: &Bundle, now_ms: u64) -> Step {
        Step::StartSession {
            party: party.to_owned(),
            peer: peer.to_owned(),
            bundle: bundle.clone(),
            base_private: self.draw(&format!("{party} base key")),
            ratchet_private: self.draw(&format!("{party} ratchet")),
            kem_random: self.drawn_for_start(party),
            now_ms,
        }
    }

    /// Start a session.
    pub fn start(&mut self, party: &str, peer: &str, bundle: &Bundle) -> Plan<()> {
        let step = self.starting(party, peer, bundle, NOW);
        self.valid(step)?;
        Ok(())
    }

    /// Encrypt a text.
    pub fn encrypt(&mut self, party: &str, peer: &str, text: &str) -> Plan<Sent> {
        self.encrypt_bytes(party, peer, text.as_bytes())
    }

    /// Encrypt.
    pub fn encrypt_bytes(&mut self, party: &str, peer: &str, plaintext: &[u8]) -> Plan<Sent> {
        let step = self.sending(party, peer, plaintext, NOW);
        let outcome = self.valid(step)?;
        let message: Bytes = self.output(&outcome, "message")?;
        let keys: BTreeMap<String, Bytes> = self.output(&outcome, "keys")?;
        let key = |name: &str| keys.get(name).cloned().unwrap_or_default().0;
        Ok(Sent {
            kind: self.output(&outcome, "kind")?,
            message: message.0,
            seed: key("messageKeySeed"),
            mac_key: key("macKey"),
            plaintext: plaintext.to_vec(),
        })
    }

    /// Encrypt several texts of this meaning.
    pub fn encrypt_many(
        &mut self,
        party: &str,
        peer: &str,
        meaning: &str,
        count: u32,
    ) -> Plan<Vec<Sent>> {
        (0..count)
            .map(|n| self.encrypt(party, peer, &format!("{meaning} {n}")))
            .collect()
    }

    /// The step that decrypts.
    pub fn decrypting(&mut self, party: &str, peer: &str, sent: &Sent) -> Step {
        Step::Decrypt {
            party: party.to_owned(),
            peer: peer.to_owned(),
            kind: sent.kind,
            message: Bytes(sent.message.clone()),
            ratchet_private: self.draw(&format!("{party} ratchet")),
        }
    }

    /// Decrypt a message that opens.
    pub fn opens(&mut self, party: &str, peer: &str, sent: &Sent) -> Plan<Outcome> {
        let step = self.decrypting(party, peer, sent);
        let outcome = self.valid(step)?;
        if outcome.bytes("plaintext").as_deref() == Some(sent.plaintext.as_slice()) {
            Ok(outcome)
        } else {
            Err(self.error("another plaintext"))
        }
    }

    /// Decrypt messages that open, in this order.
    pub fn opens_all<'a>(
        &mut self,
        party: &str,
        peer: &str,
        sent: impl IntoIterator<Item = &'a Sent>,
    ) -> Plan<()> {
        for one in sent {
            self.opens(party, peer, one)?;
        }
        Ok(())
    }

    /// Decrypt a message that fails in this way.
    pub fn fails(&mut self, party: &str, peer: &str, sent: &Sent, class: ErrorClass) -> Plan<()> {
        let step = self.decrypting(party, peer, sent);
        self.invalid(step, class)
    }

    /// Encrypt at one side and decrypt at the other.
    pub fn exchange(&mut self, from: &str, to: &str, text: &str) -> Plan<()> {
        let sent = self.encrypt(from, to, text)?;
        self.opens(to, from, &sent)?;
        Ok(())
    }

    /// Save the record of a peer.
    pub fn save(&mut self, party: &str, peer: &str) -> Plan<Vec<u8>> {
        let (of, with) = (party.to_owned(), peer.to_owned());
        let outcome = self.valid(Step::Save {
            party: of,
            peer: with,
        })?;
        let saved: Bytes = self.output(&outcome, "saved")?;
        Ok(saved.0)
    }

    /// The saved record of a peer, without a step.
    pub fn saved(&self, party: &str, peer: &str) -> Plan<Vec<u8>> {
        let saved = self.driver.saved(&Subject::record(party, peer));
        saved.ok_or_else(|| self.error("no record"))
    }

    /// The state of a subject in neutral terms, without a step.
    pub fn state(&self, subject: &Subject) -> Option<State> {
        self.driver.state(subject)
    }

    /// The record of a peer in neutral terms, without a step.
    pub fn snapshot(&self, party: &str, peer: &str) -> Plan<Snapshot> {
        let snapshot = self.driver.snapshot(party, peer);
        snapshot.ok_or_else(|| self.error("no record"))
    }

    /// Load a saved record.
    pub fn load(&mut self, party: &str, peer: &str, saved: &[u8]) -> Plan<()> {
        self.valid(loading(party, peer, saved))?;
        Ok(())
    }

    /// Accept an identity.
    pub fn accept(&mut self, party: &str, peer: &str, identity_key: Vec<u8>) -> Plan<()> {
        self.valid(Step::AcceptIdentity {
            party: party.to_owned(),
            peer: peer.to_owned(),
            identity_key: Bytes(identity_key),
        })?;
        Ok(())
    }

    /// Delete a record.
    pub fn delete(&mut self, party: &str, peer: &str) -> Plan<()> {
        let (party, peer) = (party.to_owned(), peer.to_owned());
        self.valid(Step::DeleteRecord { party, peer })?;
        Ok(())
    }

    /// Alice and Bob, both with service ids, and Bob's prekeys.
    pub fn parties(of: impl Into<Setting>, tc_id: u32) -> Plan<Self> {
        let mut script = Self::new(of, tc_id);
        script.party("alice", super::address::ALICE, 1, 1001)?;
        script.party("bob", super::address::BOB, 2, 2002)?;
        script.signed_prekey("bob", SIGNED_PREKEY)?;
        script.one_time_prekey("bob", ONE_TIME_PREKEY)?;
        Ok(script)
    }

    /// Alice and Bob, each of its own profile, and Bob's signed prekey.
    pub fn of_profiles(of: Setting, tc_id: u32, alice: Profile, bob: Profile) -> Plan<Self> {
        let mut script = Self::new(of, tc_id);
        script.speak(alice);
        script.party("alice", super::address::ALICE, 1, 1001)?;
        script.speak(bob);
        script.party("bob", super::address::BOB, 2, 2002)?;
        script.signed_prekey("bob", SIGNED_PREKEY)?;
        Ok(script)
    }

    /// Two devices with these names and identities, `phone` and `laptop`, that have talked.
    pub fn devices(mut self, names: [&str; 2], identities: [Bytes; 2]) -> Plan<Self> {
        let [phone, laptop] = identities;
        self.party_with("phone", names[0], 1, 1001, phone)?;
        self.party_with("laptop", names[1], 2, 1002, laptop)?;
        self.signed_prekey("laptop", SIGNED_PREKEY)?;
        self.one_time_prekey("laptop", ONE_TIME_PREKEY)?;
        let bundle = self.bundle("laptop", Some(ONE_TIME_PREKEY))?;
        self.start("phone", "laptop", &bundle)?;
        self.exchange("phone", "laptop", "hello")?;
        self.exchange("laptop", "phone", "hello back")?;
        Ok(self)
    }

    /// Alice and Bob with the identities of the script of number 0, without prekeys: they own records of that script.
    pub fn owners(of: Setting, tc_id: u32) -> Plan<Self> {
        let mut script = Self::new(of, tc_id);
        let identity = |name: &str| secret(of.family, 0, &format!("{name} identity 1"));
        script.party_with("alice", super::address::ALICE, 1, 1001, identity("alice"))?;
        script.party_with("bob", super::address::BOB, 2, 2002, identity("bob"))?;
        Ok(script)
    }

    /// Alice and Bob with prekeys, Alice with a session that Bob does not know of yet.
    pub fn initiated(of: impl Into<Setting>, tc_id: u32) -> Plan<Self> {
        let mut script = Self::parties(of, tc_id)?;
        let bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
        script.start("alice", "bob", &bundle)?;
        Ok(script)
    }

    /// The same, with a message to Bob and one back: both have sessions, and none is pending.
    pub fn established(of: impl Into<Setting>, tc_id: u32) -> Plan<Self> {
        let mut script = Self::initiated(of, tc_id)?;
        script.exchange("alice", "bob", "hello")?;
        script.exchange("bob", "alice", "hello back")?;
        Ok(script)
    }
}

/// The step that encrypts, when SPQR draws nothing.
pub fn encrypting(party: &str, peer: &str, plaintext: &[u8], now_ms: u64) -> Step {
    Step::Encrypt {
        party: party.to_owned(),
        peer: peer.to_owned(),
        plaintext: Bytes::from(plaintext),
        kem_seed: None,
        kem_random: None,
        now_ms,
    }
}

/// The step that loads a saved record.
pub fn loading(party: &str, peer: &str, saved: &[u8]) -> Step {
    Step::Load {
        party: party.to_owned(),
        peer: peer.to_owned(),
        saved: Bytes::from(saved),
    }
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

/// Bytes with bits of one of them flipped; a negative place counts from the end.
pub fn flipped(bytes: &[u8], at: isize, bits: u8) -> Vec<u8> {
    let mut flipped = bytes.to_vec();
    let place = if at < 0 {
        bytes.len().wrapping_add_signed(at)
    } else {
        at.unsigned_abs()
    };
    flipped[place] ^= bits;
    flipped
}
