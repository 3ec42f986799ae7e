//! Drivers: implementations of the protocol that execute steps.
pub mod engine;
mod errors;
pub mod implementation;
pub mod library;
pub mod spec;

use crate::outcome::{Outcome, Snapshot};
use crate::step::Step;

/// An implementation that executes steps.
pub trait Driver {
    /// Name in reports.
    fn name(&self) -> &'static str;
    /// Forget all parties.
    fn reset(&mut self);
    /// Execute one step. Never panics; a malformed input is `bad_input`.
    /// The outcome of a step with [`Step::record`] carries the snapshot after it.
    fn execute(&mut self, step: &Step) -> Outcome;
    /// The record of a party for a peer.
    fn snapshot(&self, party: &str, peer: &str) -> Option<Snapshot>;
    /// The saved form of the same record: equal bytes mean that nothing changed.
    fn saved(&self, party: &str, peer: &str) -> Option<Vec<u8>>;
}

/// One of each driver.
#[must_use]
pub fn all() -> Vec<Box<dyn Driver>> {
    vec![
        Box::new(spec::SpecDriver::default()),
        Box::new(implementation::ImplementationDriver::default()),
    ]
}
