//! Executing the steps of a test on a driver and comparing every outcome in full.
use crate::driver::Driver;
use crate::format::{Test, TestGroup, TestStep};
use crate::json::{differences, Difference};
use crate::outcome::{Outcome, State, Verdict};
use crate::step::Step;
use serde_json::Value;
use std::fmt;
use std::panic::{catch_unwind, AssertUnwindSafe};

/// The kind of a group whose tests have several steps.
pub const STEPS: &str = "steps";

/// Why a test fails.
#[derive(Clone, Debug)]
pub struct Mismatch {
    /// Which test.
    pub tc_id: u32,
    /// Which of its steps, and what that does.
    pub step: Option<(usize, String)>,
    /// What is wrong.
    pub reason: Reason,
}

/// What is wrong with a step.
#[derive(Clone, Debug)]
pub enum Reason {
    /// The test cannot be read as steps.
    Malformed(String),
    /// The outcome is another. At least one difference.
    Differs(Vec<Difference>),
    /// The step is invalid and changed what it is about all the same.
    Changed(Vec<Difference>),
    /// The driver panicked.
    Panicked(String),
}

impl std::error::Error for Mismatch {}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "tcId {}", self.tc_id)?;
        if let Some((index, op)) = &self.step {
            write!(f, ", step {index} ({op})")?;
        }
        match &self.reason {
            Reason::Malformed(why) => write!(f, ": {why}"),
            Reason::Panicked(why) => write!(f, ": the driver panicked: {why}"),
            Reason::Differs(found) => write_differences(f, found),
            Reason::Changed(found) => {
                write!(f, ": an invalid step changed the record")?;
                write_differences(f, found)
            }
        }
    }
}

fn write_differences(f: &mut fmt::Formatter<'_>, found: &[Difference]) -> fmt::Result {
    const MOST: usize = 4;
    for difference in found.iter().take(MOST) {
        write!(f, "; {difference}")?;
    }
    match found.len().checked_sub(MOST) {
        Some(more) if more > 0 => write!(f, "; and {more} more"),
        _ => Ok(()),
    }
}

/// The steps of a test: listed, or the one that the kind of the group names.
///
/// Errors: why there are none.
pub fn steps(group: &TestGroup, test: &Test) -> Result<Vec<TestStep>, String> {
    match (&test.steps, &test.expected) {
        (Some(steps), None) if group.kind == STEPS && test.inputs.is_empty() => Ok(steps.clone()),
        (None, Some(expected)) if group.kind != STEPS => {
            let mut members = test.inputs.clone();
            let op = Value::from(group.kind.as_str());
            if members.insert("op".to_owned(), op).is_some() {
                return Err("a test of a single step has its op in the group's type".to_owned());
            }
            let step = serde_json::from_value(Value::Object(members));
            let step: Step = step.map_err(|error| error.to_string())?;
            let expected = expected.clone();
            Ok(vec![TestStep { step, expected }])
        }
        _ => Err(format!(
            "a test of a group of type {} has the wrong members",
            group.kind
        )),
    }
}

/// Execute a test on a driver that is reset first.
///
/// Every outcome is compared in full; after an invalid step what it is about must be what it was before.
/// Errors: the first step that does something else.
pub fn run_test(driver: &mut dyn Driver, group: &TestGroup, test: &Test) -> Result<(), Mismatch> {
    let steps = steps(group, test).map_err(|why| Mismatch {
        tc_id: test.tc_id,
        step: None,
        reason: Reason::Malformed(why),
    })?;
    run_steps(driver, &steps).map_err(|(index, reason)| Mismatch {
        tc_id: test.tc_id,
        step: Some((index, steps[index].step.op())),
        reason,
    })
}

/// Execute steps on a driver that is reset first.
///
/// Errors: the index of the first step that does something else than it should, and what.
pub fn run_steps(driver: &mut dyn Driver, steps: &[TestStep]) -> Result<(), (usize, Reason)> {
    driver.reset();
    for (index, step) in steps.iter().enumerate() {
        let executed = catch_unwind(AssertUnwindSafe(|| run_step(driver, step)));
        executed
            .unwrap_or_else(|panic| Err(Reason::Panicked(panic_message(panic.as_ref()))))
            .map_err(|reason| (index, reason))?;
    }
    Ok(())
}

fn run_step(driver: &mut dyn Driver, TestStep { step, expected }: &TestStep) -> Result<(), Reason> {
    let before = Stored::of(driver, step);
    let outcome = driver.execute(step);
    let found = differences(&outcome_value(expected), &outcome_value(&outcome));
    if !found.is_empty() {
        return Err(Reason::Differs(found));
    }
    let after = Stored::of(driver, step);
    if outcome.result == Verdict::Invalid && before != after {
        return Err(Reason::Changed(differences(
            &before.value(),
            &after.value(),
        )));
    }
    Ok(())
}

/// What a step is about.
#[derive(PartialEq)]
struct Stored {
    saved: Option<Vec<u8>>,
    state: Option<State>,
}

impl Stored {
    fn of(driver: &dyn Driver, step: &Step) -> Self {
        let subject = step.subject();
        Self {
            saved: subject.as_ref().and_then(|subject| driver.saved(subject)),
            state: subject.as_ref().and_then(|subject| driver.state(subject)),
        }
    }

    fn value(&self) -> Value {
        serde_json::json!({
            "saved": self.saved.as_ref().map(hex::encode),
            "state": self.state,
        })
    }
}

/// An outcome as it stands in a file.
#[must_use]
pub fn outcome_value(outcome: &Outcome) -> Value {
    serde_json::to_value(outcome).unwrap_or_default()
}

fn panic_message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().map(String::as_str);
    text.or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
        .to_owned()
}
