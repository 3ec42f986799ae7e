//! The differential campaign (`diff --cases N --seed S`): random cases on two drivers that must agree after every step.
//!
//! A case is drawn by proptest from the strategy of its theme ([`strategies`]), with a generator that depends on the
//! seed and the number of the case alone. It is a list of abstract actions ([`scenario`]), which an [`interpreter`]
//! turns into steps as it goes. Two drivers execute the steps in [`lockstep`]. A failure is shrunk, first as actions,
//! then as steps ([`shrink`]), and written as a file of vectors. [`coverage`] says what was met.
pub mod coverage;
pub mod interpreter;
pub mod lockstep;
pub mod protobuf;
pub mod scenario;
pub mod shrink;
pub mod sparse_part;
pub mod strategies;
pub mod world;

use crate::driver::Driver;
use crate::format::TestStep;
use coverage::Coverage;
use lockstep::{Divergence, Lockstep};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use scenario::Scenario;
use serde::Serialize;
use std::path::{Path, PathBuf};
use strategies::Theme;

/// So many cases must meet everything that is required.
pub const CASES_FOR_COVERAGE: u64 = 100;

/// What to run.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many cases, in all shards.
    pub cases: u64,
    /// Where randomness comes from.
    pub seed: u64,
    /// Which of them.
    pub shard: Shard,
}

/// A part of a campaign: the k-th of n runs of consecutive cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shard {
    index: u64,
    count: u64,
}

/// Why text is not a shard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a shard is k/n with 1 <= k <= n")]
pub struct ShardError;

impl Default for Shard {
    fn default() -> Self {
        Self { index: 1, count: 1 }
    }
}

impl std::str::FromStr for Shard {
    type Err = ShardError;

    fn from_str(text: &str) -> Result<Self, ShardError> {
        let (index, count) = text.split_once('/').ok_or(ShardError)?;
        let index: u64 = index.parse().map_err(|_| ShardError)?;
        let count: u64 = count.parse().map_err(|_| ShardError)?;
        if index == 0 || index > count {
            return Err(ShardError);
        }
        Ok(Self { index, count })
    }
}

impl Options {
    /// The numbers of the cases of the shard.
    #[must_use]
    pub fn range(&self) -> std::ops::Range<u64> {
        let bound = |part: u64| {
            let bound = u128::from(self.cases) * u128::from(part) / u128::from(self.shard.count);
            u64::try_from(bound).unwrap_or(u64::MAX)
        };
        bound(self.shard.index - 1)..bound(self.shard.index)
    }
}

/// Why a campaign could not be run to its end.
#[derive(Debug, thiserror::Error)]
pub enum DiffError {
    /// A case could not be drawn.
    #[error("case {0} cannot be drawn: {1}")]
    Draw(u64, String),
    /// The failure could not be written.
    #[error("{}: {error}", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
}

/// What a campaign gave.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The seed.
    pub seed: u64,
    /// The drivers.
    pub drivers: [&'static str; 2],
    /// How many cases were run.
    pub cases: u64,
    /// How many steps they had.
    pub steps: u64,
    /// What was met.
    pub coverage: Coverage,
    /// What should have been met and was not.
    pub missing: Vec<String>,
    /// Whether so many cases must meet everything.
    pub coverage_required: bool,
    /// The first disagreement.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<FailureReport>,
}

/// A disagreement, shrunk.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailureReport {
    /// The case.
    pub case: u64,
    /// What it is about.
    pub theme: String,
    /// How the drivers disagree.
    pub message: String,
    /// How many steps are left.
    pub steps: usize,
    /// The file of vectors that `verify` replays.
    pub file: PathBuf,
}

impl Report {
    /// Whether something was run, all agreed, and what must be met was.
    #[must_use]
    pub fn is_success(&self) -> bool {
        let covered = !self.coverage_required || self.missing.is_empty();
        self.cases > 0 && covered && self.failure.is_none()
    }
}

/// A disagreement and the steps to it.
#[derive(Clone, Debug)]
pub struct Found {
    /// How the drivers disagree.
    pub divergence: Divergence,
    /// The steps, each with the outcome of the reference; the last one disagrees.
    pub history: Vec<TestStep>,
}

/// The drivers of a campaign: what should be, and what is.
pub struct Drivers<'a> {
    /// The specification.
    pub reference: &'a mut dyn Driver,
    /// The implementation.
    pub subject: &'a mut dyn Driver,
}

impl Drivers<'_> {
    /// Run a scenario.
    ///
    /// Errors: the first disagreement.
    pub fn run(&mut self, scenario: &Scenario) -> Result<(Coverage, u64), Box<Found>> {
        let mut lockstep = Lockstep::new(self.reference, self.subject);
        match interpreter::interpret(scenario, &mut lockstep) {
            Ok(()) => Ok((lockstep.coverage, lockstep.history.len() as u64)),
            Err(divergence) => Err(Box::new(Found {
                divergence,
                history: lockstep.history,
            })),
        }
    }
}

/// Run a campaign up to the first disagreement, which is shrunk and written into a folder.
///
/// In: `progress` is called after each case. Errors: a case that cannot be drawn, a file that cannot be written.
pub fn run(
    options: &Options,
    drivers: &mut Drivers<'_>,
    folder: &Path,
    mut progress: impl FnMut(),
) -> Result<Report, DiffError> {
    let range = options.range();
    let mut report = Report {
        seed: options.seed,
        drivers: [drivers.reference.name(), drivers.subject.name()],
        cases: 0,
        steps: 0,
        coverage: Coverage::default(),
        missing: Vec::new(),
        coverage_required: range.end - range.start >= CASES_FOR_COVERAGE,
        failure: None,
    };
    for case in range {
        let mut tree = draw(options.seed, case)?;
        report.cases += 1;
        match drivers.run(&tree.current()) {
            Ok((coverage, steps)) => {
                report.coverage.add(&coverage);
                report.steps += steps;
            }
            Err(found) => {
                let found = shrink::shrink(tree.as_mut(), *found, drivers);
                report.failure = Some(write_failure(options.seed, case, &found, folder)?);
                break;
            }
        }
        progress();
    }
    report.missing = report.coverage.missing();
    Ok(report)
}

/// Draw a case: the same for the same seed and number.
///
/// Errors: the strategy gives none.
pub fn draw(seed: u64, case: u64) -> Result<Box<dyn ValueTree<Value = Scenario>>, DiffError> {
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    bytes[8..16].copy_from_slice(&case.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let mut runner = TestRunner::new_with_rng(config(), rng);
    Theme::of(case)
        .strategy()
        .new_tree(&mut runner)
        .map_err(|reason| DiffError::Draw(case, reason.message().to_owned()))
}

/// A configuration that no environment variable changes where it matters.
fn config() -> Config {
    Config {
        failure_persistence: None,
        max_local_rejects: 65_536,
        max_flat_map_regens: 1_000_000,
        ..Config::default()
    }
}

fn write_failure(
    seed: u64,
    case: u64,
    found: &Found,
    folder: &Path,
) -> Result<FailureReport, DiffError> {
    let path = folder.join(format!("twinratchet-failure-{seed}-{case}.json"));
    let file = shrink::vector_file(seed, case, found);
    let text = serde_json::to_string_pretty(&file).map_err(std::io::Error::from);
    text.and_then(|text| std::fs::write(&path, text + "\n"))
        .map_err(|error| DiffError::Write {
            path: path.clone(),
            error,
        })?;
    Ok(FailureReport {
        case,
        theme: format!("{:?}", Theme::of(case)),
        message: found.divergence.to_string(),
        steps: found.history.len(),
        file: path,
    })
}
