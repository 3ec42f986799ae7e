//! The events of the ratchets as written.
use super::{Coverage, Event};
use crate::bytes::Bytes;
use crate::families::written_talk::MAX_STORED;
use crate::outcome::{HeSnapshot, Outcome, State, Verdict, WrittenSnapshot};

/// What is looked at of a state of either form.
struct View {
    ratchet_private: Bytes,
    /// A chain and a number of each kept key, newest first.
    kept: Vec<(Bytes, u32)>,
}

/// The events of one form.
struct Events {
    dh_step: Event,
    stored: Event,
    used: Event,
    evicted: Option<Event>,
}

const WRITTEN: Events = Events {
    dh_step: Event::WrittenDhStep,
    stored: Event::WrittenKeyStored,
    used: Event::WrittenStoredKeyUsed,
    evicted: Some(Event::WrittenKeyEvicted),
};

const HEADER_ENCRYPTED: Events = Events {
    dh_step: Event::HeDhStep,
    stored: Event::HeKeyStored,
    used: Event::HeStoredKeyUsed,
    evicted: None,
};

impl Coverage {
    pub(super) fn events_of_written(&mut self, before: Option<&State>, outcome: &Outcome) {
        let has_plaintext = outcome.outputs.contains_key("plaintext");
        if outcome.result == Verdict::Invalid || !has_plaintext {
            return;
        }
        match (before, &outcome.state) {
            (Some(State::Written(before)), Some(State::Written(after))) => {
                self.received(&WRITTEN, &before.into(), &after.into());
            }
            (Some(State::HeaderEncrypted(before)), Some(State::HeaderEncrypted(after))) => {
                self.received(&HEADER_ENCRYPTED, &before.into(), &after.into());
            }
            _ => {}
        }
    }

    fn received(&mut self, events: &Events, before: &View, after: &View) {
        if after.ratchet_private != before.ratchet_private {
            self.event(events.dh_step);
        }
        let newest_changed = after.kept.first() != before.kept.first();
        if after.kept.len() < before.kept.len() {
            self.event(events.used);
        } else if newest_changed {
            self.event(events.stored);
        }
        let is_full = u32::try_from(after.kept.len()) == Ok(MAX_STORED);
        if is_full && after.kept.last() != before.kept.last() && !before.kept.is_empty() {
            events.evicted.into_iter().for_each(|it| self.event(it));
        }
    }
}

fn numbers(runs: &[(u32, u32)]) -> impl Iterator<Item = u32> + '_ {
    runs.iter().flat_map(|&(from, to)| (to..=from).rev())
}

impl From<&WrittenSnapshot> for View {
    fn from(state: &WrittenSnapshot) -> Self {
        let chains = state.skipped.iter();
        let kept = chains.flat_map(|chain| {
            numbers(&chain.numbers).map(|number| (chain.ratchet_key.clone(), number))
        });
        Self {
            ratchet_private: state.ratchet_private.clone(),
            kept: kept.collect(),
        }
    }
}

impl From<&HeSnapshot> for View {
    fn from(state: &HeSnapshot) -> Self {
        let chains = state.skipped.iter();
        let kept = chains.flat_map(|chain| {
            numbers(&chain.numbers).map(|number| (chain.header_key.clone(), number))
        });
        Self {
            ratchet_private: state.ratchet_private.clone(),
            kept: kept.collect(),
        }
    }
}
