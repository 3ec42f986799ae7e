//! The families of published vectors: what is tested, as steps; the outcomes come from the specification.
//!
//! A family is one file of `vectors/v1`. `generate` runs the steps of each [`TestPlan`] on the specification's driver
//! (reset before each test), calls [`TestPlan::check`] on the outcomes, and writes both.
use crate::outcome::{ErrorClass, Outcome, Verdict};
use crate::step::Step;
use serde_json::Value;

/// A family: one file of vectors.
#[derive(Clone, Debug)]
pub struct Family {
    /// File stem in `vectors/v1`; the schema has the same stem.
    pub name: &'static str,
    /// What is tested.
    pub algorithm: &'static str,
    /// Lines for the reader.
    pub header: &'static [&'static str],
    /// Every flag that a test has, once.
    pub notes: &'static [FlagNote],
    /// The tests.
    pub groups: Vec<GroupPlan>,
}

/// What a flag means.
#[derive(Clone, Copy, Debug)]
pub struct FlagNote {
    /// The flag.
    pub flag: &'static str,
    /// What is tested.
    pub description: &'static str,
    /// What goes wrong in an implementation that fails it.
    pub effect: &'static str,
}

/// Tests of one kind from one source.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// `steps`, or the `op` of the single step that each test is.
    pub kind: &'static str,
    /// Which standard or deployment.
    pub profile: &'static str,
    /// Where the values come from.
    pub source: String,
    /// The tests.
    pub tests: Vec<TestPlan>,
}

/// One test: its steps, and what is known of their outcomes from elsewhere.
#[derive(Clone, Debug)]
pub struct TestPlan {
    /// Unique in the family, never reused.
    pub tc_id: u32,
    /// What it shows.
    pub comment: String,
    /// Flags, each explained in the family's notes.
    pub flags: Vec<&'static str>,
    /// The steps; one in a group of a kind other than `steps`.
    pub steps: Vec<Step>,
    /// What standards or recorded peers say, by the index of the step.
    pub known: Vec<(usize, Known)>,
}

/// What a standard or a recorded peer says of an outcome: the specification must give the same.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// Valid or invalid.
    pub result: Verdict,
    /// Why it is invalid.
    pub error_class: Option<ErrorClass>,
    /// What is known of its outputs; others are free.
    pub facts: Vec<Fact>,
}

/// Something known of an output.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// The output is this value.
    Equals(&'static str, Value),
    /// The output is bytes that start like this.
    StartsWith(&'static str, Vec<u8>),
    /// The output is so many bytes.
    Length(&'static str, usize),
}

/// Why a family could not be planned: a source is malformed, or a script went another way than it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(pub String);

/// All families, in the order of the files.
///
/// Errors: a source that cannot be read, or a script whose steps do not go as planned.
pub fn all() -> Result<Vec<Family>, PlanError> {
    Ok(Vec::new())
}

impl TestPlan {
    /// Compare what is known with the outcomes of the steps.
    ///
    /// Errors: which step and what differs.
    pub fn check(&self, outcomes: &[Outcome]) -> Result<(), PlanError> {
        for (index, known) in &self.known {
            let outcome = outcomes
                .get(*index)
                .ok_or_else(|| self.differs(*index, "there is no outcome"))?;
            known
                .check(outcome)
                .map_err(|reason| self.differs(*index, &reason))?;
        }
        Ok(())
    }

    fn differs(&self, index: usize, reason: &str) -> PlanError {
        let Self { tc_id, comment, .. } = self;
        PlanError(format!("tcId {tc_id} ({comment}), step {index}: {reason}"))
    }
}

impl Known {
    /// A valid outcome.
    #[must_use]
    pub fn valid() -> Self {
        Self {
            result: Verdict::Valid,
            error_class: None,
            facts: Vec::new(),
        }
    }

    /// An invalid outcome.
    #[must_use]
    pub fn invalid(error_class: ErrorClass) -> Self {
        Self {
            result: Verdict::Invalid,
            error_class: Some(error_class),
            facts: Vec::new(),
        }
    }

    /// The same with a fact.
    #[must_use]
    pub fn and(mut self, fact: Fact) -> Self {
        self.facts.push(fact);
        self
    }

    /// The same with an output of bytes.
    #[must_use]
    pub fn bytes(self, name: &'static str, bytes: &[u8]) -> Self {
        self.and(Fact::Equals(name, Value::String(hex::encode(bytes))))
    }

    fn check(&self, outcome: &Outcome) -> Result<(), String> {
        if self.result != outcome.result || self.error_class != outcome.error_class {
            return Err(format!("expected {self:?}, got {outcome:?}"));
        }
        self.facts.iter().try_for_each(|fact| fact.check(outcome))
    }
}

impl Fact {
    fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let holds = match self {
            Self::Equals(name, value) => outcome.outputs.get(*name) == Some(value),
            Self::StartsWith(name, start) => outcome
                .bytes(name)
                .is_some_and(|bytes| bytes.starts_with(start)),
            Self::Length(name, length) => outcome.bytes(name).is_some_and(|b| b.len() == *length),
        };
        if holds {
            Ok(())
        } else {
            Err(format!("expected {self:?}, got {outcome:?}"))
        }
    }
}
