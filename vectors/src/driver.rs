//! Drivers: implementations of the protocol that execute steps.
pub mod engine;
mod errors;
pub mod implementation;
pub mod library;
mod names;
pub mod spec;

use crate::outcome::{Outcome, Snapshot, State};
use crate::step::{Step, Subject};

/// An implementation that executes steps.
pub trait Driver {
    /// Name in reports.
    fn name(&self) -> &'static str;
    /// Forget all parties.
    fn reset(&mut self);
    /// Execute one step. Never panics; a malformed input is `bad_input`.
    /// The outcome of a step with a [`Step::subject`] carries the state of it after the step.
    fn execute(&mut self, step: &Step) -> Outcome;
    /// The state of a subject in neutral terms, if there is one.
    fn state(&self, subject: &Subject) -> Option<State>;
    /// The saved form of the same: equal bytes mean that nothing changed.
    fn saved(&self, subject: &Subject) -> Option<Vec<u8>>;

    /// The record of a party for a peer.
    fn snapshot(&self, party: &str, peer: &str) -> Option<Snapshot> {
        match self.state(&Subject::record(party, peer)) {
            Some(State::Record(snapshot)) => Some(snapshot),
            _ => None,
        }
    }
}

/// The names of the drivers.
#[must_use]
pub fn names() -> Vec<&'static str> {
    all().iter().map(|driver| driver.name()).collect()
}

/// One of each driver.
#[must_use]
pub fn all() -> Vec<Box<dyn Driver>> {
    vec![
        Box::new(spec::SpecDriver::default()),
        Box::new(implementation::ImplementationDriver::default()),
    ]
}
