//! What a command found: for people, for machines, for a build server.
pub mod junit;
pub mod table;

use crate::json::Difference;
use crate::runner::{Mismatch, Reason};
use serde::Serialize;
use serde_json::Value;
use std::fmt;

/// What a command found.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The command.
    pub command: &'static str,
    /// Whether something was checked and all of it agreed.
    pub ok: bool,
    /// How many tests were run, each on every driver.
    pub tests: usize,
    /// The drivers.
    pub drivers: Vec<String>,
    /// How many recorded cases nothing covers yet; absent for vectors.
    #[serde(skip_serializing_if = "is_zero")]
    pub not_covered: usize,
    /// By family, in the order of the files.
    pub families: Vec<FamilyReport>,
    /// Everything that is wrong.
    pub failures: Vec<Failure>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde asks for this form
fn is_zero(number: &usize) -> bool {
    *number == 0
}

/// What a file of vectors gave.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FamilyReport {
    /// The family: the file stem.
    pub family: String,
    /// The file.
    pub file: String,
    /// How many tests were run.
    pub tests: usize,
    /// How many recorded cases nothing covers yet; absent for vectors.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub not_covered: Option<usize>,
    /// What each driver made of them.
    pub drivers: Vec<DriverReport>,
}

/// What a driver made of a file.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct DriverReport {
    /// Its name.
    pub driver: String,
    /// How many tests agree.
    pub passed: usize,
    /// How many do not.
    pub failed: usize,
    /// Time in them, in milliseconds.
    pub milliseconds: f64,
    /// Each test, for the build server.
    #[serde(skip)]
    pub cases: Vec<CaseReport>,
}

/// What a driver made of a test.
#[derive(Clone, Debug)]
pub struct CaseReport {
    /// Its id.
    pub tc_id: u32,
    /// What it shows.
    pub comment: String,
    /// Time in it, in milliseconds.
    pub milliseconds: f64,
    /// Why it fails.
    pub failure: Option<String>,
}

/// Something that is wrong. Members that do not apply are absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The file.
    pub file: String,
    /// The test.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tc_id: Option<u32>,
    /// The driver.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub driver: Option<String>,
    /// The index of the step.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<usize>,
    /// What the step does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub op: Option<String>,
    /// What is wrong.
    pub message: String,
    /// Where an outcome differs: JSON pointers into `expected`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub differences: Vec<Difference>,
}

impl Failure {
    /// A file is wrong.
    pub fn of_file(file: &str, message: impl Into<String>) -> Self {
        Self {
            file: file.to_owned(),
            message: message.into(),
            ..Self::default()
        }
    }

    /// A test is wrong, whatever the driver.
    pub fn of_test(file: &str, tc_id: u32, message: impl Into<String>) -> Self {
        Self {
            tc_id: Some(tc_id),
            ..Self::of_file(file, message)
        }
    }

    /// A driver disagrees with a test.
    #[must_use]
    pub fn of_mismatch(file: &str, driver: &str, mismatch: Mismatch) -> Self {
        let (step, op) = mismatch.step.unzip();
        let (message, differences) = match mismatch.reason {
            Reason::Malformed(why) => (why, Vec::new()),
            Reason::Panicked(why) => (format!("the driver panicked: {why}"), Vec::new()),
            Reason::Differs(found) => ("the outcome differs".to_owned(), found),
            Reason::Changed(found) => ("an invalid step changed the record".to_owned(), found),
        };
        Self {
            driver: Some(driver.to_owned()),
            step,
            op,
            differences,
            ..Self::of_test(file, mismatch.tc_id, message)
        }
    }

    /// The same with a difference.
    #[must_use]
    pub fn with(mut self, difference: Difference) -> Self {
        self.differences.push(difference);
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MOST: usize = 8;
        write!(f, "{}", self.file)?;
        if let Some(tc_id) = self.tc_id {
            write!(f, ", tcId {tc_id}")?;
        }
        if let (Some(step), Some(op)) = (self.step, &self.op) {
            write!(f, ", step {step} ({op})")?;
        }
        if let Some(driver) = &self.driver {
            write!(f, ", {driver}")?;
        }
        write!(f, ": {}", self.message)?;
        for difference in self.differences.iter().take(MOST) {
            write!(f, "\n    {difference}")?;
        }
        match self.differences.len().checked_sub(MOST) {
            Some(more) if more > 0 => write!(f, "\n    and {more} more"),
            _ => Ok(()),
        }
    }
}

impl Report {
    /// A report of a command.
    #[must_use]
    pub fn new(command: &'static str, drivers: Vec<String>) -> Self {
        Self {
            command,
            drivers,
            ..Self::default()
        }
    }

    /// Count and judge: all agree, and there was something to agree on.
    pub fn close(&mut self) {
        self.tests = self.families.iter().map(|family| family.tests).sum();
        if self.tests == 0 && self.failures.is_empty() {
            let message = "no test ran";
            self.failures.push(Failure::of_file(self.command, message));
        }
        self.ok = self.failures.is_empty();
    }

    /// The report for machines.
    ///
    /// Errors: none that are known.
    pub fn to_json(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }
}
