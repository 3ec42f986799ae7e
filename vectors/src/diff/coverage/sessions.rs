//! The events of records and their sessions.
use super::{current, Coverage, Event};
use crate::bytes::Bytes;
use crate::outcome::{ErrorClass, Outcome, ReceivingSnapshot, SessionSnapshot, Snapshot, Verdict};
use crate::step::{Kind, Step};

impl Coverage {
    pub(super) fn events_of_record(
        &mut self,
        step: &Step,
        before: Option<&Snapshot>,
        outcome: &Outcome,
    ) {
        if let (Step::Encrypt { .. }, Some(ErrorClass::NoSession)) = (step, outcome.error_class) {
            if before.is_some_and(|snapshot| snapshot.current.is_some()) {
                self.event(Event::SessionExpired);
            }
        }
        if outcome.result == Verdict::Invalid {
            self.refused(step, before, outcome.error_class);
            return;
        }
        match step {
            Step::Load { .. } | Step::Import { .. } => self.event(Event::RecordRestored),
            Step::StartSession { .. } => self.started(before, outcome.record()),
            Step::Decrypt { kind, .. } => self.decrypted(step, *kind, before, outcome),
            _ => {}
        }
    }

    fn started(&mut self, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        if current(before).is_some() {
            self.event(Event::Reinitiation);
            self.archived(before, after);
        }
        if is_of_version_4(current(after)) {
            self.event(Event::Version4Started);
        }
    }

    fn refused(&mut self, step: &Step, before: Option<&Snapshot>, class: Option<ErrorClass>) {
        let Step::Decrypt {
            kind: Kind::PreKey,
            message,
            ..
        } = step
        else {
            return;
        };
        let version = message.0.first().map_or(0, |byte| byte >> 4);
        match (class, version) {
            (Some(ErrorClass::UnsupportedVersion), 3) => self.event(Event::Version3Refused),
            (Some(ErrorClass::UnsupportedVersion), 4) => self.event(Event::Version4Refused),
            (Some(ErrorClass::DuplicateMessage), 4) if before.is_none() => {
                self.event(Event::ReplayRefused);
            }
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

    fn decrypted(&mut self, step: &Step, kind: Kind, before: Option<&Snapshot>, outcome: &Outcome) {
        if outcome
            .bytes("plaintext")
            .is_some_and(|text| text.is_empty())
        {
            self.event(Event::EmptyPlaintext);
        }
        if outcome.outputs.contains_key("usedOneTimePrekeyId") {
            self.event(Event::OneTimePrekeyUsed);
        }
        self.kem_prekey_used(step, outcome);
        let Some(after) = current(outcome.record()) else {
            return;
        };
        let same = |session: &&SessionSnapshot| session.base_key == after.base_key;
        if let Some(session) = current(before).filter(same) {
            self.same_session(kind, session, after);
        } else {
            let key = step.subject().map(|about| (about, after.base_key.clone()));
            let known = key.is_some_and(|key| self.known.base_keys.contains(&key));
            self.other_session(kind, known, before, outcome.record());
        }
    }

    fn same_session(&mut self, kind: Kind, before: &SessionSnapshot, after: &SessionSnapshot) {
        if kind == Kind::PreKey {
            self.event(Event::PrekeyMessageRepeated);
        }
        if before.pending {
            self.event(Event::PendingCleared);
            if is_of_version_4(Some(after)) {
                self.event(Event::Version4Answered);
            }
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
            (Kind::PreKey, false) => return self.accepted(before, after),
        }
        let version = |record| current(record).map(|session| session.version);
        if current(before).is_some() && version(before) != version(after) {
            self.event(Event::PromotionOfOtherVersion);
        }
    }

    fn accepted(&mut self, before: Option<&Snapshot>, after: Option<&Snapshot>) {
        self.event(Event::SessionAccepted);
        self.event(Event::DhStep);
        if is_of_version_4(current(after)) {
            self.event(Event::Version4Accepted);
        }
        if let Some(session) = current(before) {
            self.archived(before, after);
            if session.pending {
                self.event(Event::SimultaneousInitiation);
            }
        }
    }

    fn kem_prekey_used(&mut self, step: &Step, outcome: &Outcome) {
        let id = outcome.outputs.get("usedKemPrekeyId");
        let id = id.and_then(|id| u32::try_from(id.as_u64()?).ok());
        let key = step.party().map(str::to_owned).zip(id);
        match key.map(|key| self.known.last_resort.contains(&key)) {
            Some(true) => self.event(Event::LastResortKemPrekeyUsed),
            Some(false) => self.event(Event::KemPrekeyUsed),
            None => {}
        }
    }
}

fn is_of_version_4(session: Option<&SessionSnapshot>) -> bool {
    session.is_some_and(|session| session.version == 4)
}

fn chain<'a>(chains: &'a [ReceivingSnapshot], key: &Bytes) -> Option<&'a ReceivingSnapshot> {
    chains.iter().find(|chain| chain.ratchet_key == *key)
}

/// How many seeds a chain has stored.
fn stored(chain: &ReceivingSnapshot) -> u64 {
    let run = |(from, to): &(u32, u32)| u64::from(from - to) + 1;
    chain.skipped.iter().map(run).sum()
}
