//! The driver of any library: parties and their stores, and the names of inputs and outputs.
pub mod fingerprints;
mod groups;
pub mod kem;
pub mod keys;
pub mod party;
pub mod primitives;
pub mod sessions;
mod set_up;
pub mod sparse;
pub mod states;
pub mod vxeddsa;
pub mod wire;
pub mod written;

use crate::bytes::Bytes;
use crate::driver::engine::party::Parties;
use crate::driver::engine::states::States;
use crate::driver::engine::written::Written;
use crate::driver::library::{Draw, Library, Randomness};
use crate::driver::Driver;
use crate::outcome::{ErrorClass, Outcome, State};
use crate::step::{Step, Subject};
use serde::Serialize;
use serde_json::Value;

/// A valid outcome, or why there is none; nothing for a step of another module.
pub type Done = Result<Option<Outcome>, ErrorClass>;

/// The driver of a library.
pub struct Engine<L: Library> {
    parties: Parties<L>,
    states: States<L>,
    written: Written<L>,
}

impl<L: Library> Default for Engine<L> {
    fn default() -> Self {
        Self {
            parties: Parties::default(),
            states: States::default(),
            written: Written::default(),
        }
    }
}

impl<L: Library> Driver for Engine<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn reset(&mut self) {
        *self = Self::default();
    }

    fn execute(&mut self, step: &Step) -> Outcome {
        let mut outcome = self.run(step).unwrap_or_else(Outcome::invalid);
        outcome.state = step.subject().and_then(|subject| self.state(&subject));
        outcome
    }

    fn state(&self, subject: &Subject) -> Option<State> {
        match subject {
            Subject::Record { party, peer } => {
                let record = self.parties.record(party, peer)?;
                Some(State::Record(L::snapshot(record)))
            }
            Subject::Sparse(party) => {
                let state = self.states.sparse(party)?;
                Some(State::Sparse(L::sparse_snapshot(state)))
            }
            Subject::Chain(name) => {
                let snapshot = L::sparse_snapshot(self.states.chain(name)?);
                snapshot.chain.map(State::Chain)
            }
            Subject::SenderKey { party, name } => {
                let record = self.parties.sender_key(party, name)?;
                Some(State::SenderKey(L::sender_key_snapshot(record)))
            }
            Subject::Written(party) => self.written.written(party).map(State::Written),
            Subject::HeaderEncrypted(party) => self
                .written
                .header_encrypted(party)
                .map(State::HeaderEncrypted),
        }
    }

    fn saved(&self, subject: &Subject) -> Option<Vec<u8>> {
        match subject {
            Subject::Record { party, peer } => self.parties.record(party, peer).map(L::save),
            Subject::Sparse(party) => self.states.sparse(party).map(L::sparse_save),
            Subject::Chain(name) => self.states.chain(name).map(L::sparse_save),
            Subject::SenderKey { party, name } => {
                let record = self.parties.sender_key(party, name)?;
                Some(L::save_sender_key(record))
            }
            Subject::Written(party) => self.written.written_saved(party),
            Subject::HeaderEncrypted(party) => self.written.header_encrypted_saved(party),
        }
    }
}

impl<L: Library> Engine<L> {
    fn run(&mut self, step: &Step) -> Result<Outcome, ErrorClass> {
        if let Some(outcome) = primitives::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = vxeddsa::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = kem::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = keys::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = wire::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = groups::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = self.parties.execute_in_group(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = fingerprints::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = sparse::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = self.states.execute(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = self.written.execute(step)? {
            return Ok(outcome);
        }
        self.parties.execute(step)?.ok_or(ErrorClass::BadInput)
    }
}

/// Bytes of a fixed length. Errors: `bad_input`.
fn fixed<const N: usize>(bytes: &Bytes) -> Result<[u8; N], ErrorClass> {
    bytes
        .0
        .as_slice()
        .try_into()
        .map_err(|_| ErrorClass::BadInput)
}

/// The same of an optional input.
fn fixed_option<const N: usize>(bytes: Option<&Bytes>) -> Result<Option<[u8; N]>, ErrorClass> {
    bytes.map(fixed).transpose()
}

/// The random bytes of a message. Errors: `bad_input` if what is drawn is absent.
fn randomness(
    draw: Draw,
    kem_seed: Option<&Bytes>,
    kem_random: Option<&Bytes>,
) -> Result<Randomness, ErrorClass> {
    let (seed, random) = (fixed_option(kem_seed)?, fixed_option(kem_random)?);
    match (draw, seed, random) {
        (Draw::KeyPair, None, _) | (Draw::Encapsulation, _, None) => Err(ErrorClass::BadInput),
        _ => Ok(Randomness {
            key_pair: seed.unwrap_or([0; 64]),
            encapsulation: random.unwrap_or([0; 32]),
        }),
    }
}

/// A value as it stands in a file.
fn as_value(value: impl Serialize) -> Value {
    serde_json::to_value(value).unwrap_or_default()
}
