//! What a campaign met: kinds of steps, classes of errors, events of the protocol.
use crate::bytes::Bytes;
use crate::outcome::{ErrorClass, Outcome, ReceivingSnapshot, SessionSnapshot, Snapshot, Verdict};
use crate::step::{Kind, Step};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// Something of the protocol that a step made happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    /// A Diffie-Hellman ratchet step.
    DhStep,
    /// Seeds of skipped messages were stored.
    KeyStored,
    /// A stored seed was used.
    StoredKeyUsed,
    /// A stored seed was dropped to make room.
    SkippedKeyEvicted,
    /// A receiving chain was dropped to make room.
    ChainEvicted,
    /// A jump of 1000 numbers or more.
    LongJump,
    /// A jump of 24,999 numbers or more.
    FarJump,
    /// An archived session became current by a plain message.
    Promotion,
    /// An archived session became current by a prekey message.
    PromotionByPrekeyMessage,
    /// A session was archived.
    Archive,
    /// An archived session was dropped to make room.
    ArchivedSessionEvicted,
    /// A party started a session while it had one.
    Reinitiation,
    /// A party got a prekey message while its own session waited for an answer.
    SimultaneousInitiation,
    /// A responder made a session.
    SessionAccepted,
    /// A prekey message of the current session.
    PrekeyMessageRepeated,
    /// The first answer to an initiator.
    PendingCleared,
    /// A handshake used a one-time prekey.
    OneTimePrekeyUsed,
    /// A session without answer was too old to send.
    SessionExpired,
    /// A stored record was restored.
    RecordRestored,
    /// A message of an account to itself was decrypted.
    SelfMessage,
    /// An empty message was decrypted.
    EmptyPlaintext,
}

/// Every event that a campaign should reach.
pub const REQUIRED_EVENTS: [Event; 20] = [
    Event::DhStep,
    Event::KeyStored,
    Event::StoredKeyUsed,
    Event::SkippedKeyEvicted,
    Event::ChainEvicted,
    Event::LongJump,
    Event::Promotion,
    Event::PromotionByPrekeyMessage,
    Event::Archive,
    Event::ArchivedSessionEvicted,
    Event::Reinitiation,
    Event::SimultaneousInitiation,
    Event::SessionAccepted,
    Event::PrekeyMessageRepeated,
    Event::PendingCleared,
    Event::OneTimePrekeyUsed,
    Event::SessionExpired,
    Event::RecordRestored,
    Event::SelfMessage,
    Event::EmptyPlaintext,
];

/// The kinds of steps that a campaign should execute with success.
pub const REQUIRED_STEPS: [&str; 44] = [
    "sha256",
    "sha512",
    "hmac_sha256",
    "hkdf",
    "aes256_cbc_encrypt",
    "aes256_cbc_decrypt",
    "x25519",
    "agreement",
    "is_canonical",
    "xeddsa_sign",
    "xeddsa_verify",
    "parse_public_key",
    "parse_private_key",
    "same_public_key",
    "encode_identity_key_pair",
    "decode_identity_key_pair",
    "sign_alternate_identity",
    "verify_alternate_identity",
    "kdf_ck",
    "kdf_rk",
    "message_keys",
    "x3dh_kdf",
    "x3dh_initiator",
    "x3dh_responder",
    "parse_signal_message",
    "encode_signal_message",
    "parse_prekey_message",
    "encode_prekey_message",
    "address_block",
    "message_tag",
    "create_party",
    "add_signed_prekey",
    "add_one_time_prekey",
    "publish_bundle",
    "start_session",
    "encrypt",
    "drop_messages",
    "decrypt",
    "save",
    "load",
    "import",
    "accept_identity",
    "copy_record",
    "delete_record",
];

/// The classes of errors that a campaign should provoke.
pub const REQUIRED_ERRORS: [ErrorClass; 25] = [
    ErrorClass::BadInput,
    ErrorClass::BadCiphertext,
    ErrorClass::InvalidAgreement,
    ErrorClass::MissingKeyType,
    ErrorClass::BadKeyType,
    ErrorClass::BadKeyLength,
    ErrorClass::BadSignature,
    ErrorClass::PrekeyFieldsMismatch,
    ErrorClass::InvalidBaseKey,
    ErrorClass::UnknownSignedPrekeyId,
    ErrorClass::UnknownPrekeyId,
    ErrorClass::TooShort,
    ErrorClass::LegacyVersion,
    ErrorClass::UnrecognizedVersion,
    ErrorClass::UnsupportedVersion,
    ErrorClass::InvalidProtobuf,
    ErrorClass::KemFieldsMismatch,
    ErrorClass::KemFieldsMissing,
    ErrorClass::BadDeviceId,
    ErrorClass::UntrustedIdentity,
    ErrorClass::NoSession,
    ErrorClass::DuplicateMessage,
    ErrorClass::DecryptionFailed,
    ErrorClass::CounterExhausted,
    ErrorClass::InvalidRecord,
];

/// How often a kind of step was executed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct StepCount {
    /// With success.
    pub valid: u64,
    /// Without.
    pub invalid: u64,
}

/// What was met, and how often.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// By kind of step.
    pub steps: BTreeMap<String, StepCount>,
    /// By class of error.
    pub errors: BTreeMap<ErrorClass, u64>,
    /// By event.
    pub events: BTreeMap<Event, u64>,
    #[serde(skip)]
    base_keys: BTreeSet<(String, String, Bytes)>,
}

impl Coverage {
    /// Count one step.
    pub fn step(&mut self, step: &Step, before: Option<&Snapshot>, outcome: &Outcome) {
        let count = self.steps.entry(step.op()).or_default();
        match outcome.result {
            Verdict::Valid => count.valid += 1,
            Verdict::Invalid => count.invalid += 1,
        }
        if let Some(class) = outcome.error_class {
            *self.errors.entry(class).or_default() += 1;
        }
        self.events_of(step, before, outcome);
        self.remember(step, outcome.record());
    }

    /// Count one event.
    pub fn event(&mut self, event: Event) {
        *self.events.entry(event).or_default() += 1;
    }

    /// Add what another met.
    pub fn add(&mut self, other: &Self) {
        for (kind, count) in &other.steps {
            let sum = self.steps.entry(kind.clone()).or_default();
            sum.valid += count.valid;
            sum.invalid += count.invalid;
        }
        for (class, count) in &other.errors {
            *self.errors.entry(*class).or_default() += count;
        }
        for (event, count) in &other.events {
            *self.events.entry(*event).or_default() += count;
        }
    }

    /// What a campaign should have met and has not.
    #[must_use]
    pub fn missing(&self) -> Vec<String> {
        let steps = REQUIRED_STEPS
            .iter()
            .filter(|kind| self.steps.get(**kind).is_none_or(|count| count.valid == 0))
            .map(|kind| format!("step {kind}"));
        let errors = REQUIRED_ERRORS
            .iter()
            .filter(|class| !self.errors.contains_key(class))
            .map(|class| format!("error {}", name_of(class)));
        let events = REQUIRED_EVENTS
            .iter()
            .filter(|event| !self.events.contains_key(event))
            .map(|event| format!("event {}", name_of(event)));
        steps.chain(errors).chain(events).collect()
    }

    fn events_of(&mut self, step: &Step, before: Option<&Snapshot>, outcome: &Outcome) {
        if let (Step::Encrypt { .. }, Some(ErrorClass::NoSession)) = (step, outcome.error_class) {
            if before.is_some_and(|snapshot| snapshot.current.is_some()) {
                self.event(Event::SessionExpired);
            }
        }
        if outcome.result == Verdict::Invalid {
            return;
        }
        match step {
            Step::Load { .. } | Step::Import { .. } => self.event(Event::RecordRestored),
            Step::StartSession { .. } if current(before).is_some() => {
                self.event(Event::Reinitiation);
                self.archived(before, outcome.record());
            }
            Step::Decrypt {
                party, peer, kind, ..
            } => self.decrypted((party, peer), *kind, before, outcome),
            _ => {}
        }
    }

    /// A session was archived.
    fn archived(&mut self, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        self.event(Event::Archive);
        if before.map(|snapshot| snapshot.archived) == after.map(|snapshot| snapshot.archived) {
            self.event(Event::ArchivedSessionEvicted);
        }
    }

    fn decrypted(
        &mut self,
        (party, peer): (&str, &str),
        kind: Kind,
        before: Option<&Snapshot>,
        outcome: &Outcome,
    ) {
        if outcome
            .bytes("plaintext")
            .is_some_and(|text| text.is_empty())
        {
            self.event(Event::EmptyPlaintext);
        }
        if outcome.outputs.contains_key("usedOneTimePrekeyId") {
            self.event(Event::OneTimePrekeyUsed);
        }
        let Some(after) = current(outcome.record()) else {
            return;
        };
        let same = |session: &&SessionSnapshot| session.base_key == after.base_key;
        if let Some(session) = current(before).filter(same) {
            self.same_session(kind, session, after);
        } else {
            let key = (party.to_owned(), peer.to_owned(), after.base_key.clone());
            let known = self.base_keys.contains(&key);
            self.other_session(kind, known, before, outcome.record());
        }
    }

    fn same_session(&mut self, kind: Kind, before: &SessionSnapshot, after: &SessionSnapshot) {
        if kind == Kind::PreKey {
            self.event(Event::PrekeyMessageRepeated);
        }
        if before.pending {
            self.event(Event::PendingCleared);
        }
        if before.sending.ratchet_key != after.sending.ratchet_key {
            self.event(Event::DhStep);
        }
        let kept = |old: &&ReceivingSnapshot| chain(&after.receiving, &old.ratchet_key).is_some();
        if !before.receiving.iter().all(|old| kept(&old)) {
            self.event(Event::ChainEvicted);
        }
        for new in &after.receiving {
            let old = chain(&before.receiving, &new.ratchet_key);
            self.chain_moved(old, new);
        }
    }

    fn chain_moved(&mut self, old: Option<&ReceivingSnapshot>, new: &ReceivingSnapshot) {
        let nr = old.map_or(0, |chain| chain.nr);
        let (had, has) = (old.map_or(0, stored), stored(new));
        let jump = u64::from(new.nr.saturating_sub(nr)).saturating_sub(1);
        if has < had && new.nr == nr {
            self.event(Event::StoredKeyUsed);
        }
        if jump > 0 {
            self.event(Event::KeyStored);
        }
        if had + jump > has && new.nr > nr {
            self.event(Event::SkippedKeyEvicted);
        }
        if jump >= 1000 {
            self.event(Event::LongJump);
        }
        if jump >= 24_999 {
            self.event(Event::FarJump);
        }
    }

    fn other_session(
        &mut self,
        kind: Kind,
        known: bool,
        before: Option<&Snapshot>,
        after: Option<&Snapshot>,
    ) {
        match (kind, known) {
            (Kind::Signal, _) => self.event(Event::Promotion),
            (Kind::PreKey, true) => self.event(Event::PromotionByPrekeyMessage),
            (Kind::PreKey, false) => self.accepted(before, after),
        }
    }

    fn accepted(&mut self, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        self.event(Event::SessionAccepted);
        self.event(Event::DhStep);
        if let Some(session) = current(before) {
            self.archived(before, after);
            if session.pending {
                self.event(Event::SimultaneousInitiation);
            }
        }
    }

    /// The base keys that a record has had tell a promotion from a new session.
    fn remember(&mut self, step: &Step, after: Option<&Snapshot>) {
        if let (Some((party, peer)), Some(session)) = (step.record(), current(after)) {
            let key = (party.to_owned(), peer.to_owned(), session.base_key.clone());
            self.base_keys.insert(key);
        }
    }
}

fn current(snapshot: Option<&Snapshot>) -> Option<&SessionSnapshot> {
    snapshot?.current.as_ref()
}

fn chain<'a>(chains: &'a [ReceivingSnapshot], key: &Bytes) -> Option<&'a ReceivingSnapshot> {
    chains.iter().find(|chain| chain.ratchet_key == *key)
}

/// How many seeds a chain has stored.
fn stored(chain: &ReceivingSnapshot) -> u64 {
    let run = |(from, to): &(u32, u32)| u64::from(from - to) + 1;
    chain.skipped.iter().map(run).sum()
}

/// The name of an error class or an event.
fn name_of(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
