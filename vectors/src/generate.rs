//! `generate`: write the published vectors from their plans, or check that they are what the plans give.
use crate::canary;
use crate::driver::spec::SpecDriver;
use crate::driver::Driver;
use crate::families::{self, Family, FlagNote, GroupPlan, PlanError, TestPlan};
use crate::files::{self, FORMAT_VERSION};
use crate::format::{Note, Test, TestGroup, TestStep, VectorFile};
use crate::index::{self, Entry, Index};
use crate::json;
use crate::report::{DriverReport, Failure, FamilyReport, Report};
use crate::runner::STEPS;
use crate::schema;
use indicatif::ProgressBar;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Write, or only look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Write what differs.
    Write,
    /// Fail if a byte differs.
    Check,
}

/// Why there is nothing to write.
#[derive(Debug, thiserror::Error)]
pub enum GenerateError {
    /// A family could not be planned, or a known outcome differs from the specification's.
    #[error("{0}")]
    Plan(#[from] PlanError),
    /// A family is inconsistent.
    #[error("{family}, tcId {tc_id}: {why}")]
    Inconsistent {
        /// The family.
        family: &'static str,
        /// The test.
        tc_id: u32,
        /// Why.
        why: String,
    },
    /// A test of the canary could not be made.
    #[error("canary: {0}")]
    Canary(String),
    /// `confirmations.json` is malformed.
    #[error("{0}: {1}")]
    Confirmations(String, serde_json::Error),
    /// A value could not be written as JSON.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A file could not be read or written.
    #[error("{0}: {1}")]
    Io(String, std::io::Error),
}

/// Who else gave the same outcome, by family and `tcId`; made by the runs of the peers.
type Confirmations = BTreeMap<String, BTreeMap<u32, Vec<String>>>;

/// A file as it should be.
struct Planned {
    path: PathBuf,
    bytes: Vec<u8>,
}

/// Generate everything; write it or compare it.
///
/// Errors: a plan that fails, files that cannot be read or written.
pub fn run(mode: Mode, progress: &ProgressBar) -> Result<Report, GenerateError> {
    let mut report = Report::new("generate", vec!["spec".to_owned()]);
    let mut planned = plan_all(&mut report, progress)?;
    let folder = files::published();
    for path in strangers(&folder, &planned)? {
        let name = files::display_name(&path);
        report
            .failures
            .push(Failure::of_file(&name, "belongs to no family"));
    }
    planned.sort_by(|a, b| a.path.cmp(&b.path));
    for file in &planned {
        match mode {
            Mode::Write => write(file)?,
            Mode::Check => report.failures.extend(check(file)),
        }
    }
    report.close();
    Ok(report)
}

fn plan_all(report: &mut Report, progress: &ProgressBar) -> Result<Vec<Planned>, GenerateError> {
    let families = families::all()?;
    let confirmations = confirmations()?;
    let folder = files::published();
    let mut index = Index::default();
    let (mut planned, mut contents) = (Vec::new(), Vec::new());
    let tests: usize = families.iter().map(count).sum();
    progress.set_length(u64::try_from(tests).unwrap_or(u64::MAX));
    for family in &families {
        let start = Instant::now();
        let file = family_file(family, &confirmations, progress)?;
        let name = format!("{}.json", family.name);
        let bytes = to_bytes(&file)?;
        index
            .files
            .insert(name.clone(), Entry::of(&bytes, &json::parse(&bytes)?));
        let path = folder.join(name);
        report
            .families
            .push(family_report(family, &file, &path, start));
        planned.push(Planned { path, bytes });
        contents.push(file);
        planned.push(schema_file(family.name, &schema::of_family(family))?);
    }
    for (name, content) in schema::of_all_steps() {
        planned.push(schema_file(name, &content)?);
    }
    progress.finish_and_clear();
    let canary = canary::of(&contents).map_err(GenerateError::Canary)?;
    planned.push(Planned {
        path: files::root().join("canary.json"),
        bytes: to_bytes(&canary)?,
    });
    planned.push(Planned {
        path: folder.join(index::NAME),
        bytes: index.to_bytes()?,
    });
    Ok(planned)
}

fn count(family: &Family) -> usize {
    family.groups.iter().map(|group| group.tests.len()).sum()
}

fn family_report(family: &Family, file: &VectorFile, path: &Path, start: Instant) -> FamilyReport {
    let driver = DriverReport {
        driver: "spec".to_owned(),
        passed: file.number_of_tests,
        milliseconds: start.elapsed().as_secs_f64() * 1000.0,
        ..DriverReport::default()
    };
    FamilyReport {
        family: family.name.to_owned(),
        file: files::display_name(path),
        tests: file.number_of_tests,
        drivers: vec![driver],
        ..FamilyReport::default()
    }
}

/// The file of a family: its steps, executed by the specification.
///
/// Errors: a known outcome that the specification does not give, a test that does not fit its group.
fn family_file(
    family: &Family,
    confirmations: &Confirmations,
    progress: &ProgressBar,
) -> Result<VectorFile, GenerateError> {
    let mut driver = SpecDriver::default();
    let mut test_groups = Vec::new();
    for plan in &family.groups {
        let mut tests = Vec::new();
        for test in &plan.tests {
            let mut made = test_of(family.name, plan, test, &mut driver)?;
            let confirmed = confirmations
                .get(family.name)
                .and_then(|by_id| by_id.get(&test.tc_id));
            made.confirmed_by = confirmed.cloned().unwrap_or_default();
            tests.push(made);
            progress.inc(1);
        }
        test_groups.push(TestGroup {
            kind: plan.kind.clone(),
            profile: plan.profile.clone(),
            source: plan.source.clone(),
            tests,
        });
    }
    Ok(VectorFile {
        algorithm: family.algorithm.to_owned(),
        schema: format!("{}.json", family.name),
        version: FORMAT_VERSION,
        number_of_tests: count(family),
        header: family.header.iter().map(|&line| line.to_owned()).collect(),
        notes: family.notes.iter().map(note).collect(),
        test_groups,
    })
}

fn note(note: &FlagNote) -> (String, Note) {
    let text = Note {
        description: note.description.to_owned(),
        effect: note.effect.to_owned(),
    };
    (note.flag.to_owned(), text)
}

fn test_of(
    family: &'static str,
    group: &GroupPlan,
    plan: &TestPlan,
    driver: &mut SpecDriver,
) -> Result<Test, GenerateError> {
    driver.reset();
    let outcomes: Vec<_> = plan.steps.iter().map(|step| driver.execute(step)).collect();
    let inconsistent = |why: String| GenerateError::Inconsistent {
        family,
        tc_id: plan.tc_id,
        why,
    };
    plan.check(&outcomes)
        .map_err(|error| inconsistent(error.0))?;
    let steps = plan.steps.iter().cloned().zip(outcomes);
    let mut steps: Vec<TestStep> = steps
        .map(|(step, expected)| TestStep { step, expected })
        .collect();
    let mut test = Test {
        tc_id: plan.tc_id,
        comment: plan.comment.clone(),
        flags: plan.flags.clone(),
        confirmed_by: Vec::new(),
        steps: None,
        expected: None,
        inputs: Map::new(),
    };
    if group.kind == STEPS {
        test.steps = Some(steps);
        return Ok(test);
    }
    match (steps.pop(), steps.is_empty()) {
        (Some(TestStep { step, expected }), true) if step.op() == group.kind => {
            test.expected = Some(expected);
            test.inputs = inputs(&serde_json::to_value(step)?);
            Ok(test)
        }
        _ => Err(inconsistent(format!(
            "is not one step of kind {}",
            group.kind
        ))),
    }
}

/// The inputs of a step: all but its name.
fn inputs(step: &Value) -> Map<String, Value> {
    let mut members = step.as_object().cloned().unwrap_or_default();
    members.remove("op");
    members
}

/// A schema as it should be.
fn schema_file(name: &str, content: &Value) -> Result<Planned, GenerateError> {
    let path = files::root().join("schema").join(format!("{name}.json"));
    let mut bytes = serde_json::to_vec_pretty(content)?;
    bytes.push(b'\n');
    Ok(Planned { path, bytes })
}

fn to_bytes(file: &VectorFile) -> Result<Vec<u8>, serde_json::Error> {
    let mut bytes = serde_json::to_vec_pretty(file)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn confirmations() -> Result<Confirmations, GenerateError> {
    let path = files::root().join("confirmations.json");
    if !path.exists() {
        return Ok(Confirmations::new());
    }
    let name = files::display_name(&path);
    let bytes = std::fs::read(&path).map_err(|error| GenerateError::Io(name.clone(), error))?;
    let parsed = json::parse(&bytes).and_then(serde_json::from_value);
    parsed.map_err(|error| GenerateError::Confirmations(name, error))
}

/// Files in the folder that no family gives.
fn strangers(folder: &Path, planned: &[Planned]) -> Result<Vec<PathBuf>, GenerateError> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let io = |error| GenerateError::Io(files::display_name(folder), error);
    let mut found = files::list(folder).map_err(io)?;
    found.retain(|path| planned.iter().all(|file| &file.path != path));
    Ok(found)
}

fn write(file: &Planned) -> Result<(), GenerateError> {
    let io = |error| GenerateError::Io(files::display_name(&file.path), error);
    if std::fs::read(&file.path).is_ok_and(|there| there == file.bytes) {
        return Ok(());
    }
    if let Some(folder) = file.path.parent() {
        std::fs::create_dir_all(folder).map_err(io)?;
    }
    std::fs::write(&file.path, &file.bytes).map_err(io)
}

fn check(file: &Planned) -> Vec<Failure> {
    let name = files::display_name(&file.path);
    let there = match std::fs::read(&file.path) {
        Ok(there) if there == file.bytes => return Vec::new(),
        Ok(there) => there,
        Err(error) => return vec![Failure::of_file(&name, error.to_string())],
    };
    let at = there
        .iter()
        .zip(&file.bytes)
        .take_while(|(a, b)| a == b)
        .count();
    let line = there[..at].split(|&byte| byte == b'\n').count();
    let message = format!("is not what `generate` writes, from byte {at}, line {line}");
    vec![Failure::of_file(&name, message)]
}
