//! Replaying recorded answers of other implementations (`verify --recordings FILE`).
//!
//! A file has sections, a section has cases, a case is an object. Each section of [`layout`] says which members of a
//! case are inputs; every other member, comments aside, is a recorded result. A case is split first, its function sees
//! the inputs alone and computes the results on a driver, and only then the two are compared as whole objects: a
//! result that is altered, missing or added fails. A case that tells of another section, as a stored state tells of the
//! conversation that it is from, sees the inputs of that section too. What is not known fails.
mod conversations;
mod coordinates;
mod fingerprints;
mod groups;
mod handshake_cases;
mod header_encryption;
pub mod inputs;
mod keys;
mod layout;
mod limits;
mod parsing;
mod primitives;
mod scene;
mod session;
mod sparse;
mod split;
mod vxeddsa;

use crate::driver::Driver;
use crate::json;
use inputs::Inputs;
use layout::{Form, Section, Shape};
use serde::Serialize;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};

/// Another section that a section tells of: its name, and the inputs of its cases.
type Beside = (&'static str, Value);

/// Members that describe and are neither inputs nor results.
const COMMENTS: [&str; 6] = ["source", "case", "description", "guide", "about", "note"];

/// What stands between the differences that a failure tells.
pub const SEPARATOR: &str = "; ";

/// Why a file of recordings cannot be replayed at all.
#[derive(Debug, thiserror::Error)]
pub enum RecordingsError {
    /// It cannot be read.
    #[error("{}: {error}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// It is not JSON, or an object has two members of one name.
    #[error("{}: {error}", path.display())]
    NotJson {
        /// The file.
        path: PathBuf,
        /// Why.
        error: serde_json::Error,
    },
    /// It is not an object of sections.
    #[error("{}: not an object of sections", path.display())]
    NotSections {
        /// The file.
        path: PathBuf,
    },
}

/// What replaying a file gave.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The drivers, in the order of [`SectionReport::passed`].
    pub drivers: Vec<&'static str>,
    /// The sections, in the order of the table, then those not covered, then those not known.
    pub sections: Vec<SectionReport>,
}

/// What replaying a section gave.
#[derive(Clone, Debug, Default, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct SectionReport {
    /// Name, such as `parsing.signal_message`.
    pub section: String,
    /// How many cases were replayed.
    pub cases: usize,
    /// How many cases are not covered yet.
    pub not_covered: usize,
    /// How many of the replayed cases passed, by driver.
    pub passed: Vec<usize>,
    /// What failed.
    pub failures: Vec<Failure>,
}

/// A case that differs, or something in the file that is not understood.
#[derive(Clone, Debug, Serialize, thiserror::Error)]
#[serde(rename_all = "camelCase")]
#[error("{section}[{index}] ({driver}): {reason}")]
pub struct Failure {
    /// Name of the section.
    pub section: String,
    /// Place in the section; 0 in a section that is one case.
    pub index: usize,
    /// The driver, or `file` if the recording itself is at fault.
    pub driver: &'static str,
    /// What differs.
    pub reason: String,
}

impl Report {
    /// How many cases were replayed.
    #[must_use]
    pub fn cases(&self) -> usize {
        self.sections.iter().map(|section| section.cases).sum()
    }

    /// How many cases are not covered yet.
    #[must_use]
    pub fn not_covered(&self) -> usize {
        self.sections
            .iter()
            .map(|section| section.not_covered)
            .sum()
    }

    /// Everything that failed.
    pub fn failures(&self) -> impl Iterator<Item = &Failure> {
        self.sections.iter().flat_map(|section| &section.failures)
    }

    /// Whether something was replayed and nothing failed.
    #[must_use]
    pub fn is_success(&self) -> bool {
        self.cases() > 0 && self.failures().next().is_none()
    }
}

/// Replay a file on every driver.
///
/// Errors: a file that cannot be read, or that is not an object of sections.
pub fn run_file(path: &Path, drivers: &mut [Box<dyn Driver>]) -> Result<Report, RecordingsError> {
    let text = std::fs::read(path).map_err(|error| RecordingsError::Unreadable {
        path: path.to_owned(),
        error,
    })?;
    let file = json::parse(&text).map_err(|error| RecordingsError::NotJson {
        path: path.to_owned(),
        error,
    })?;
    match file {
        Value::Object(sections) => Ok(run(sections, drivers)),
        _ => Err(RecordingsError::NotSections {
            path: path.to_owned(),
        }),
    }
}

/// Replay the sections of a file on every driver.
pub fn run(file: Map<String, Value>, drivers: &mut [Box<dyn Driver>]) -> Report {
    let form = Form::of(&file);
    let covered = form.covered().iter();
    let beside: Vec<_> = covered.map(|it| inputs_beside(form, it, &file)).collect();
    let mut rest = Value::Object(file);
    let mut sections = Vec::new();
    for (section, beside) in form.covered().iter().zip(beside) {
        if let Some(content) = inputs::take(&mut rest, section.path) {
            sections.push(run_section(section, content, beside.as_ref(), drivers));
        }
    }
    sections.extend(unknown(form, &rest, drivers.len()));
    Report {
        drivers: drivers.iter().map(|driver| driver.name()).collect(),
        sections,
    }
}

/// The section that a section tells of, if there is one in the file: its name, and the inputs of each case.
fn inputs_beside(form: Form, section: &Section, file: &Map<String, Value>) -> Option<Beside> {
    let other = form.beside(section)?;
    let cases = inputs::find(file, other.path)?.as_array()?;
    let inputs = |case: &Value| split::split(other.inputs, case).0.into_value();
    Some((other.name, cases.iter().map(inputs).collect()))
}

/// A failure for each section that no table knows.
fn unknown(form: Form, rest: &Value, drivers: usize) -> Vec<SectionReport> {
    let mut names = Vec::new();
    leftovers(form, rest, "", &mut names);
    names
        .into_iter()
        .map(|section| SectionReport {
            failures: vec![Failure {
                section: section.clone(),
                index: 0,
                driver: "file",
                reason: "unknown section".to_owned(),
            }],
            passed: vec![0; drivers],
            section,
            ..SectionReport::default()
        })
        .collect()
}

/// The names of what is left when known sections are taken out; a group emptied in this way is nothing.
fn leftovers(form: Form, rest: &Value, name: &str, names: &mut Vec<String>) {
    match rest {
        Value::Object(members) if name.is_empty() || form.is_group(name) => {
            for (member, value) in members {
                if !COMMENTS.contains(&member.as_str()) {
                    let separator = if name.is_empty() { "" } else { "." };
                    leftovers(form, value, &format!("{name}{separator}{member}"), names);
                }
            }
        }
        _ => names.push(name.to_owned()),
    }
}

/// Replay one section.
fn run_section(
    section: &Section,
    content: Value,
    beside: Option<&Beside>,
    drivers: &mut [Box<dyn Driver>],
) -> SectionReport {
    let mut report = SectionReport {
        section: section.name.to_owned(),
        passed: vec![0; drivers.len()],
        ..SectionReport::default()
    };
    let cases = match (&section.shape, content) {
        (Shape::One, case @ Value::Object(_)) => vec![case],
        (Shape::List | Shape::Rows(_) | Shape::Lists(_), Value::Array(cases)) => cases,
        _ => {
            report.fail(0, "file", "not a list of cases".to_owned());
            return report;
        }
    };
    for (index, case) in cases.into_iter().enumerate() {
        match section.shape.named(case) {
            Some(case) => {
                let (mut inputs, recorded) = split::split(section.inputs, &case);
                if let Some((name, cases)) = beside {
                    inputs.insert(name, cases.clone());
                }
                report.run_case(section, index, (&inputs, &recorded), drivers);
            }
            None => report.fail(index, "file", "not a case of this section".to_owned()),
        }
    }
    report
}

impl SectionReport {
    fn fail(&mut self, index: usize, driver: &'static str, reason: String) {
        self.failures.push(Failure {
            section: self.section.clone(),
            index,
            driver,
            reason,
        });
    }

    /// Replay one case: compute from its inputs, compare with what was recorded.
    fn run_case(
        &mut self,
        section: &Section,
        index: usize,
        (inputs, recorded): (&Inputs, &Value),
        drivers: &mut [Box<dyn Driver>],
    ) {
        for (place, driver) in drivers.iter_mut().enumerate() {
            driver.reset();
            let verdict = match (section.compute)(driver.as_mut(), inputs) {
                Ok(computed) => compare(recorded, &Value::Object(computed)),
                Err(fault) => Err(fault.to_string()),
            };
            match verdict {
                Ok(()) => self.passed[place] += 1,
                Err(reason) => self.fail(index, driver.name(), reason),
            }
        }
        self.cases += 1;
    }
}

/// Compare what was recorded with what was computed, as whole values. Errors: every member that differs.
fn compare(recorded: &Value, computed: &Value) -> Result<(), String> {
    let found = json::differences(recorded, computed);
    if found.is_empty() {
        return Ok(());
    }
    let texts: Vec<String> = found.iter().map(ToString::to_string).collect();
    Err(texts.join(SEPARATOR))
}
