//! What a campaign met: kinds of steps, classes of errors, events of the protocol, states of SPQR.
mod groups;
mod required;
mod sessions;
mod sparse;
mod written;

pub use required::{REQUIRED_BRAID_STATES, REQUIRED_ERRORS, REQUIRED_EVENTS, REQUIRED_STEPS};

use crate::bytes::Bytes;
use crate::outcome::{BraidState, ErrorClass, Outcome, SessionSnapshot, Snapshot, State, Verdict};
use crate::step::{Step, Subject};
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
    /// A party started a session of version 4.
    Version4Started,
    /// A responder made a session of version 4.
    Version4Accepted,
    /// The first answer to an initiator in version 4.
    Version4Answered,
    /// A party of version 4 refused to make a session of version 3.
    Version3Refused,
    /// A party of version 3 refused to make a session of version 4.
    Version4Refused,
    /// An archived session became current in place of one of another version.
    PromotionOfOtherVersion,
    /// A handshake used a one-time KEM prekey.
    KemPrekeyUsed,
    /// A handshake used a KEM prekey of last resort.
    LastResortKemPrekeyUsed,
    /// A prekey message that no session knows was refused because its base key was seen.
    ReplayRefused,
    /// An epoch of SPQR was completed.
    EpochCompleted,
    /// The third epoch of SPQR was completed in a session.
    ThirdEpochCompleted,
    /// An epoch of SPQR was completed in a session that was restored in between.
    EpochCompletedAfterRestore,
    /// A message of the erasure code was complete with a chunk that is not a piece of it.
    ParityChunkUsed,
    /// Keys of skipped messages were stored in SPQR.
    SparseKeyStored,
    /// A stored key of SPQR was used.
    StoredSparseKeyUsed,
    /// The keys of an old epoch of SPQR were dropped.
    SparseLinkDropped,
    /// A peer that does not speak SPQR was accepted.
    SparseStepDown,
    /// A party made a sender key.
    SenderKeyMade,
    /// A sender that has sent before made a distribution message.
    LateDistribution,
    /// A distribution message travelled inside a session.
    DistributionSealed,
    /// A distribution message made a state.
    SenderStateAdded,
    /// A distribution message left a state as it was.
    SenderStateKept,
    /// A distribution message brought a known chain id to the front.
    SenderStateMoved,
    /// A distribution message replaced a state.
    SenderStateReplaced,
    /// A state was dropped to make room.
    SenderStateDropped,
    /// A member joined after messages were sent.
    LateJoin,
    /// A message of a state that is not the newest was read.
    OldSenderStateUsed,
    /// Seeds of skipped messages to a group were stored.
    SenderKeyStored,
    /// A stored seed of a message to a group was used.
    StoredSenderKeyUsed,
    /// A stored seed of a message to a group was dropped to make room.
    SenderKeyEvicted,
    /// A jump of 1000 messages to a group or more.
    LongSenderJump,
    /// A sender deleted its key to begin anew.
    SenderKeyRotated,
    /// A member deleted the sender key of another.
    GroupLeft,
    /// A stored sender key was restored.
    SenderKeyRestored,
    /// A message in the dialect of WhatsApp was read.
    #[serde(rename = "group_message_of_whatsapp")]
    GroupMessageOfWhatsApp,
    /// A Diffie-Hellman step of the ratchet as written.
    WrittenDhStep,
    /// Keys of skipped messages were stored in the ratchet as written.
    WrittenKeyStored,
    /// A stored key of the ratchet as written was used.
    WrittenStoredKeyUsed,
    /// A stored key of the ratchet as written was dropped to make room.
    WrittenKeyEvicted,
    /// A Diffie-Hellman step with header encryption.
    HeDhStep,
    /// Keys of skipped messages were stored with header encryption.
    HeKeyStored,
    /// A stored key was used with header encryption.
    HeStoredKeyUsed,
}

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
#[serde(rename_all = "camelCase")]
pub struct Coverage {
    /// By kind of step.
    pub steps: BTreeMap<String, StepCount>,
    /// By class of error.
    pub errors: BTreeMap<ErrorClass, u64>,
    /// By event.
    pub events: BTreeMap<Event, u64>,
    /// How often a braid came into each of its states.
    pub braid_states: BTreeMap<BraidState, u64>,
    #[serde(skip)]
    known: Known,
}

/// What is remembered of the steps of a case.
#[derive(Clone, Debug, Default)]
struct Known {
    /// The base keys that a record has had tell a promotion from a new session.
    base_keys: BTreeSet<(Subject, Bytes)>,
    /// The KEM prekeys of last resort: whose, and their ids.
    last_resort: BTreeSet<(String, u32)>,
    /// The sessions that were restored: whose record, and their base keys.
    restored: BTreeSet<(Subject, Bytes)>,
}

impl Coverage {
    /// Count one step.
    pub fn step(&mut self, step: &Step, before: Option<&State>, outcome: &Outcome) {
        let count = self.steps.entry(step.op()).or_default();
        match outcome.result {
            Verdict::Valid => count.valid += 1,
            Verdict::Invalid => count.invalid += 1,
        }
        if let Some(class) = outcome.error_class {
            *self.errors.entry(class).or_default() += 1;
        }
        let record = match before {
            Some(State::Record(snapshot)) => Some(snapshot),
            _ => None,
        };
        self.events_of_record(step, record, outcome);
        self.events_of_sparse(step, before, outcome);
        self.events_of_group(step, before, outcome);
        self.events_of_written(before, outcome);
        self.remember(step, outcome);
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
        for (state, count) in &other.braid_states {
            *self.braid_states.entry(*state).or_default() += count;
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
        let braid_states = REQUIRED_BRAID_STATES
            .iter()
            .filter(|state| !self.braid_states.contains_key(state))
            .map(|state| format!("braid state {}", name_of(state)));
        steps
            .chain(errors)
            .chain(events)
            .chain(braid_states)
            .collect()
    }

    fn remember(&mut self, step: &Step, outcome: &Outcome) {
        if outcome.result == Verdict::Invalid {
            return;
        }
        match step {
            Step::AddKemPrekey {
                party,
                id,
                last_resort,
                ..
            }
            | Step::ImportKemPrekey {
                party,
                id,
                last_resort,
                ..
            } if *last_resort => {
                self.known.last_resort.insert((party.clone(), *id));
            }
            Step::CreateParty { party, .. } => {
                self.known.last_resort.retain(|(owner, _)| owner != party);
            }
            _ => {}
        }
        if let (Some(about), Some(session)) = (step.subject(), current(outcome.record())) {
            let base_key = session.base_key.clone();
            if matches!(step, Step::Load { .. } | Step::Import { .. }) {
                let restored = (about.clone(), base_key.clone());
                self.known.restored.insert(restored);
            }
            self.known.base_keys.insert((about, base_key));
        }
    }
}

fn current(snapshot: Option<&Snapshot>) -> Option<&SessionSnapshot> {
    snapshot?.current.as_ref()
}

/// The name of an error class or an event.
fn name_of(value: &impl Serialize) -> String {
    let value = serde_json::to_value(value).unwrap_or_default();
    value.as_str().unwrap_or_default().to_owned()
}
