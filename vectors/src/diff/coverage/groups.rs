//! The events of groups.
use super::{Coverage, Event};
use crate::outcome::{Outcome, SenderKeySnapshot, SenderKeyStateSnapshot, State, Verdict};
use crate::step::Step;

/// A jump that counts as a long one.
const LONG_JUMP: u64 = 1000;

impl Coverage {
    pub(super) fn events_of_group(
        &mut self,
        step: &Step,
        before: Option<&State>,
        outcome: &Outcome,
    ) {
        if outcome.result == Verdict::Invalid {
            return;
        }
        let nothing = SenderKeySnapshot::default();
        let of = |state: Option<&State>| match state {
            Some(State::SenderKey(snapshot)) => snapshot.states.clone(),
            _ => nothing.states.clone(),
        };
        let (before, after) = (of(before), of(outcome.state.as_ref()));
        match step {
            Step::GroupCreateDistribution { .. } => {
                if before.is_empty() {
                    self.event(Event::SenderKeyMade);
                } else if before[0].iteration > 0 {
                    self.event(Event::LateDistribution);
                }
            }
            Step::GroupProcessDistribution { .. } => self.took(&before, &after),
            Step::GroupDecrypt { .. } => self.read(&before, &after),
            Step::GroupLoad { .. } if !after.is_empty() => self.event(Event::SenderKeyRestored),
            Step::GroupDelete { .. } => {
                let newest = before.first();
                if newest.is_some_and(|state| state.signing_private.is_some()) {
                    self.event(Event::SenderKeyRotated);
                } else if newest.is_some() {
                    self.event(Event::GroupLeft);
                }
            }
            _ => {}
        }
    }

    /// A distribution message was taken.
    fn took(&mut self, before: &[SenderKeyStateSnapshot], after: &[SenderKeyStateSnapshot]) {
        let Some(first) = after.first() else { return };
        let known = before.iter().find(|it| it.chain_id == first.chain_id);
        match known {
            Some(known) if known == first => self.event(Event::SenderStateKept),
            Some(_) => self.event(Event::SenderStateReplaced),
            None => {
                self.event(Event::SenderStateAdded);
                if first.iteration > 0 {
                    self.event(Event::LateJoin);
                }
                if after.len() == before.len() {
                    self.event(Event::SenderStateDropped);
                }
            }
        }
        if known.is_some() && before.first().map(|it| it.chain_id) != Some(first.chain_id) {
            self.event(Event::SenderStateMoved);
        }
    }

    /// A message was read.
    fn read(&mut self, before: &[SenderKeyStateSnapshot], after: &[SenderKeyStateSnapshot]) {
        let changed = before.iter().zip(after).enumerate();
        for (place, (old, new)) in changed.filter(|(_, (old, new))| old != new) {
            if place > 0 {
                self.event(Event::OldSenderStateUsed);
            }
            let ahead = u64::from(new.iteration.saturating_sub(old.iteration));
            let (had, has) = (kept(old), kept(new));
            if ahead == 0 {
                self.event(Event::StoredSenderKeyUsed);
                continue;
            }
            if ahead > 1 {
                self.event(Event::SenderKeyStored);
            }
            if ahead > LONG_JUMP {
                self.event(Event::LongSenderJump);
            }
            if has < had + ahead - 1 {
                self.event(Event::SenderKeyEvicted);
            }
        }
    }
}

/// How many keys a state keeps.
fn kept(state: &SenderKeyStateSnapshot) -> u64 {
    let run = |(from, to): &(u32, u32)| u64::from(from - to) + 1;
    state.skipped.iter().map(run).sum()
}
