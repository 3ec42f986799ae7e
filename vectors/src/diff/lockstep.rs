//! Two drivers that execute the same steps and must agree after each.
use super::coverage::{Coverage, Event};
use crate::driver::Driver;
use crate::format::TestStep;
use crate::json;
use crate::outcome::{Outcome, State, Verdict};
use crate::runner::outcome_value;
use crate::step::{Step, Subject};
use std::collections::BTreeMap;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// How two drivers disagree, or one breaks a rule of its own.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum Divergence {
    /// The outcomes differ: the reference's, the subject's.
    #[error("the outcomes differ: {}", first_differences(.0, .1))]
    Outcome(Box<Outcome>, Box<Outcome>),
    /// The saved forms of the same differ: the reference's, the subject's.
    #[error(
        "the saved forms of {0} differ: {expected} and {got}",
        expected = text(.1.as_ref()),
        got = text(.2.as_ref())
    )]
    Saved(Subject, Option<Vec<u8>>, Option<Vec<u8>>),
    /// Something changed in an invalid step, or in one about something else.
    #[error("{0} changed {1}")]
    Changed(&'static str, Subject),
    /// A driver panicked.
    #[error("{0} panicked")]
    Panicked(&'static str),
}

/// The first places where outcomes differ.
fn first_differences(expected: &Outcome, got: &Outcome) -> String {
    const MOST: usize = 4;
    let found = json::differences(&outcome_value(expected), &outcome_value(got));
    let texts: Vec<String> = found.iter().take(MOST).map(ToString::to_string).collect();
    texts.join("; ")
}

fn text(record: Option<&Vec<u8>>) -> String {
    record.map_or("none".to_owned(), |bytes| {
        json::shorten(&hex::encode(bytes))
    })
}

/// Two drivers, what they did, and what they kept.
pub struct Lockstep<'a> {
    reference: &'a mut dyn Driver,
    subject: &'a mut dyn Driver,
    /// The steps so far, each with the outcome of the reference.
    pub history: Vec<TestStep>,
    /// What was met.
    pub coverage: Coverage,
    saved: BTreeMap<Subject, Option<Vec<u8>>>,
}

impl<'a> Lockstep<'a> {
    /// Start from nothing.
    pub fn new(reference: &'a mut dyn Driver, subject: &'a mut dyn Driver) -> Self {
        reference.reset();
        subject.reset();
        Self {
            reference,
            subject,
            history: Vec::new(),
            coverage: Coverage::default(),
            saved: BTreeMap::new(),
        }
    }

    /// Ask the reference something that changes nothing and is not part of the case.
    pub fn ask(&mut self, step: &Step) -> Outcome {
        self.reference.execute(step)
    }

    /// The state of something, as the reference has it.
    #[must_use]
    pub fn state(&self, about: &Subject) -> Option<State> {
        self.reference.state(about)
    }

    /// Whether a party has a session that sends to a peer.
    #[must_use]
    pub fn has_session(&self, party: &str, peer: &str) -> bool {
        self.session_version(party, peer).is_some()
    }

    /// The version of the session in which a party sends to a peer.
    #[must_use]
    pub fn session_version(&self, party: &str, peer: &str) -> Option<u8> {
        let snapshot = self.reference.snapshot(party, peer)?;
        snapshot.current.map(|session| session.version)
    }

    /// Execute a step on both and compare.
    ///
    /// Errors: how they disagree.
    pub fn execute(&mut self, step: &Step) -> Result<Outcome, Divergence> {
        let before = step
            .subject()
            .and_then(|about| self.reference.state(&about));
        let expected = guarded(self.reference, step);
        self.history.push(TestStep {
            step: step.clone(),
            expected: expected.clone().unwrap_or_else(|_| Outcome::valid()),
        });
        let expected = expected?;
        let got = guarded(self.subject, step)?;
        if expected != got {
            return Err(Divergence::Outcome(Box::new(expected), Box::new(got)));
        }
        if let Step::CreateParty { party, .. } = step {
            self.saved.retain(|about, _| {
                !matches!(
                    about,
                    Subject::Record { party: of, .. } | Subject::SenderKey { party: of, .. }
                        if of == party
                )
            });
        }
        if let Some(about) = step.subject() {
            self.compare_saved(about, expected.result)?;
        }
        self.coverage.step(step, before.as_ref(), &expected);
        Ok(expected)
    }

    /// Count an event.
    pub fn note(&mut self, event: Event) {
        self.coverage.event(event);
    }

    /// Compare everything that was ever touched with what it was after it was touched last.
    ///
    /// Errors: what changed since.
    pub fn finish(&mut self) -> Result<(), Divergence> {
        for (about, known) in std::mem::take(&mut self.saved) {
            for driver in [&*self.reference, &*self.subject] {
                if driver.saved(&about) != known {
                    return Err(Divergence::Changed(driver.name(), about));
                }
            }
        }
        Ok(())
    }

    fn compare_saved(&mut self, about: Subject, result: Verdict) -> Result<(), Divergence> {
        let expected = self.reference.saved(&about);
        let got = self.subject.saved(&about);
        let known = self.saved.get(&about).cloned().unwrap_or_default();
        if result == Verdict::Invalid && expected != known {
            return Err(Divergence::Changed(self.reference.name(), about));
        }
        if result == Verdict::Invalid && got != known {
            return Err(Divergence::Changed(self.subject.name(), about));
        }
        if expected != got {
            return Err(Divergence::Saved(about, expected, got));
        }
        self.saved.insert(about, expected);
        Ok(())
    }
}

/// Execute a step; a panic is a divergence.
fn guarded(driver: &mut dyn Driver, step: &Step) -> Result<Outcome, Divergence> {
    let name = driver.name();
    catch_unwind(AssertUnwindSafe(|| driver.execute(step))).map_err(|_| Divergence::Panicked(name))
}
