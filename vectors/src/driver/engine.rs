//! The driver of any library: parties and their stores, and the names of inputs and outputs.
pub mod keys;
pub mod party;
pub mod primitives;
pub mod sessions;
pub mod wire;

use crate::bytes::Bytes;
use crate::driver::engine::party::Parties;
use crate::driver::library::Library;
use crate::driver::Driver;
use crate::outcome::{ErrorClass, Outcome, Snapshot};
use crate::step::Step;

/// A valid outcome, or why there is none; nothing for a step of another module.
pub type Done = Result<Option<Outcome>, ErrorClass>;

/// The driver of a library.
pub struct Engine<L: Library> {
    parties: Parties<L>,
}

impl<L: Library> Default for Engine<L> {
    fn default() -> Self {
        Self {
            parties: Parties::default(),
        }
    }
}

impl<L: Library> Driver for Engine<L> {
    fn name(&self) -> &'static str {
        L::NAME
    }

    fn reset(&mut self) {
        self.parties = Parties::default();
    }

    fn execute(&mut self, step: &Step) -> Outcome {
        let mut outcome = self.run(step).unwrap_or_else(Outcome::invalid);
        if let Some((party, peer)) = step.record() {
            outcome.state = self.snapshot(party, peer);
        }
        outcome
    }

    fn snapshot(&self, party: &str, peer: &str) -> Option<Snapshot> {
        self.parties.record(party, peer).map(L::snapshot)
    }

    fn saved(&self, party: &str, peer: &str) -> Option<Vec<u8>> {
        self.parties.record(party, peer).map(L::save)
    }
}

impl<L: Library> Engine<L> {
    fn run(&mut self, step: &Step) -> Result<Outcome, ErrorClass> {
        if let Some(outcome) = primitives::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = keys::execute::<L>(step)? {
            return Ok(outcome);
        }
        if let Some(outcome) = wire::execute::<L>(step)? {
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
