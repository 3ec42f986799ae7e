//! The events of SPQR, in sessions and in transcripts.
use super::{Coverage, Event};
use crate::diff::sparse_part::SparsePart;
use crate::outcome::{
    BraidState, ChainSnapshot, Outcome, ReceiveHalfSnapshot, SessionSnapshot, SparseSnapshot,
    State, Verdict,
};
use crate::step::Step;

/// How many chunks are pieces of what they encode; those after them are parity chunks.
const HEADER_CHUNKS: u64 = 3;
const CT1_CHUNKS: u64 = 30;
const VECTOR_CHUNKS: u64 = 36;
const CT2_CHUNKS: u64 = 5;
/// The epoch after the third.
const FOURTH_EPOCH: u64 = 4;

/// A state of SPQR, and the session that it is of, if it is of one.
#[derive(Clone, Copy)]
struct Place<'a> {
    sparse: &'a SparseSnapshot,
    session: Option<&'a SessionSnapshot>,
}

/// A state of SPQR before and after a step.
#[derive(Clone, Copy)]
struct Move<'a> {
    before: &'a SparseSnapshot,
    after: &'a SparseSnapshot,
    session: Option<&'a SessionSnapshot>,
}

impl Coverage {
    pub(super) fn events_of_sparse(
        &mut self,
        step: &Step,
        before: Option<&State>,
        outcome: &Outcome,
    ) {
        if outcome.result == Verdict::Invalid {
            return;
        }
        let before = before.and_then(place);
        let Some(after) = outcome.state.as_ref().and_then(place) else {
            return;
        };
        let base_key = |place: Place<'_>| place.session.map(|session| session.base_key.clone());
        match before.filter(|before| base_key(*before) == base_key(after)) {
            Some(before) => {
                let change = Move {
                    before: before.sparse,
                    after: after.sparse,
                    session: after.session,
                };
                self.moved(step, change);
            }
            None => self.arrived(None, after.sparse),
        }
    }

    /// Count the state of the braid if it is another.
    fn arrived(&mut self, before: Option<&SparseSnapshot>, after: &SparseSnapshot) {
        let state = |sparse: &SparseSnapshot| sparse.braid.as_ref().map(|braid| braid.state);
        if let Some(now) = state(after).filter(|now| before.and_then(state) != Some(*now)) {
            *self.braid_states.entry(now).or_default() += 1;
        }
    }

    fn moved(&mut self, step: &Step, change: Move<'_>) {
        self.arrived(Some(change.before), change.after);
        let part = match step {
            Step::SpqrReceive { message, .. } => SparsePart::read(&message.0),
            Step::Decrypt { message, .. } => SparsePart::beside(&message.0),
            Step::SpqrSend { .. } | Step::Encrypt { .. } | Step::DropMessages { .. } => None,
            _ => return,
        };
        if change.before.braid.is_some() && change.after.braid.is_none() {
            self.event(Event::SparseStepDown);
        }
        if part.is_some_and(|part| completed_with_parity_chunk(change, &part)) {
            self.event(Event::ParityChunkUsed);
        }
        self.epoch_moved(step, change);
        if let (Some(before), Some(after)) = (&change.before.chain, &change.after.chain) {
            self.links_moved(before, after);
        }
    }

    fn epoch_moved(&mut self, step: &Step, change: Move<'_>) {
        let epoch = |sparse: &SparseSnapshot| sparse.braid.as_ref().map(|braid| braid.epoch.0);
        let (before, after) = (epoch(change.before), epoch(change.after));
        if before.is_none() || after <= before {
            return;
        }
        self.event(Event::EpochCompleted);
        let (Some(about), Some(session)) = (step.subject(), change.session) else {
            return;
        };
        if after == Some(FOURTH_EPOCH) {
            self.event(Event::ThirdEpochCompleted);
        }
        let restored = (about, session.base_key.clone());
        if self.known.restored.contains(&restored) {
            self.event(Event::EpochCompletedAfterRestore);
        }
    }

    fn links_moved(&mut self, before: &ChainSnapshot, after: &ChainSnapshot) {
        for (epoch, old) in links(before) {
            let Some((_, new)) = links(after).find(|(other, _)| *other == epoch) else {
                self.event(Event::SparseLinkDropped);
                continue;
            };
            if new.counter > old.counter.saturating_add(1) {
                self.event(Event::SparseKeyStored);
            }
            if new.counter == old.counter && stored(new) < stored(old) {
                self.event(Event::StoredSparseKeyUsed);
            }
        }
    }
}

/// The SPQR state that a state holds; of a record, that of its current session.
fn place(state: &State) -> Option<Place<'_>> {
    match state {
        State::Sparse(sparse) => Some(Place {
            sparse,
            session: None,
        }),
        State::Record(record) => {
            let session = record.current.as_ref()?;
            let sparse = session.spqr.as_ref()?;
            Some(Place {
                sparse,
                session: Some(session),
            })
        }
        State::Chain(_) | State::SenderKey(_) | State::Written(_) | State::HeaderEncrypted(_) => {
            None
        }
    }
}

/// Whether a message completed what its chunks encode with a chunk that is not a piece of it.
fn completed_with_parity_chunk(change: Move<'_>, part: &SparsePart) -> bool {
    let state = |sparse: &SparseSnapshot| sparse.braid.as_ref().map(|braid| braid.state);
    let (Some(before), Some(after)) = (state(change.before), state(change.after)) else {
        return false;
    };
    let pieces = match (before, after) {
        (BraidState::NoHeaderReceived, BraidState::HeaderReceived) => HEADER_CHUNKS,
        (BraidState::HeaderSent, BraidState::Ct1Received) => CT1_CHUNKS,
        (BraidState::EkSentCt1Received, BraidState::NoHeaderReceived) => CT2_CHUNKS,
        (BraidState::Ct1Sampled, BraidState::EkReceivedCt1Sampled | BraidState::Ct2Sampled)
        | (BraidState::Ct1Acknowledged, BraidState::Ct2Sampled) => VECTOR_CHUNKS,
        _ => return false,
    };
    let chunk = part.chunk.as_ref();
    chunk.is_some_and(|(index, _)| *index >= pieces)
}

/// The receiving halves with their epochs, the newest first.
fn links(chain: &ChainSnapshot) -> impl Iterator<Item = (u64, &ReceiveHalfSnapshot)> {
    let newest = chain.current_epoch.0;
    let links = chain.links.iter().rev().zip(0..);
    links.map(move |(link, age): (_, u64)| (newest.wrapping_sub(age), &link.receive))
}

/// How many keys a half has stored.
fn stored(half: &ReceiveHalfSnapshot) -> u64 {
    let run = |(from, to): &(u32, u32)| u64::from(from - to) + 1;
    half.stored.iter().map(run).sum()
}
