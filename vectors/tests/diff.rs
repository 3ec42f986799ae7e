//! The campaign: the same seed gives the same cases, shards are parts of it, and a fault is caught, shrunk and replayed.
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;
use std::path::Path;
use twinratchet_vectors::diff::coverage::Coverage;
use twinratchet_vectors::diff::{self, Drivers, Options, Report, Shard};
use twinratchet_vectors::driver::implementation::ImplementationDriver;
use twinratchet_vectors::driver::spec::SpecDriver;
use twinratchet_vectors::driver::Driver;
use twinratchet_vectors::format::{TestStep, VectorFile};
use twinratchet_vectors::outcome::{Outcome, State, Verdict};
use twinratchet_vectors::runner::run_steps;
use twinratchet_vectors::step::{Step, Subject};

/// One turn of all themes.
const CASES: u64 = 20;
const SEED: u64 = 1;

/// What is wrong with a driver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// One number too many in a receiving chain that has stored keys.
    OffByOne,
    /// A byte of the saved form of a record that has an archived session.
    Saved,
    /// A duplicate changes the record.
    Unsteady,
    /// An empty plaintext makes it panic.
    Panic,
}

/// A driver with a fault.
struct Faulty {
    fault: Fault,
    inner: ImplementationDriver,
    duplicates: BTreeMap<Subject, u8>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            inner: ImplementationDriver::default(),
            duplicates: BTreeMap::new(),
        }
    }

    fn spoil(&mut self, step: &Step, outcome: &mut Outcome) {
        match self.fault {
            Fault::OffByOne => spoil_number(outcome),
            Fault::Saved => self.spoil_saved(step, outcome),
            Fault::Unsteady => self.remember(step, outcome),
            Fault::Panic => assert_ne!(outcome.bytes("plaintext"), Some(Vec::new())),
        }
    }

    fn spoil_saved(&self, step: &Step, outcome: &mut Outcome) {
        if let (Step::Save { party, peer }, Verdict::Valid) = (step, outcome.result) {
            let saved = self.saved(&Subject::record(party, peer)).unwrap();
            *outcome = outcome.clone().with_bytes("saved", &saved);
        }
    }

    fn remember(&mut self, step: &Step, outcome: &Outcome) {
        let class = serde_json::to_value(outcome.error_class).unwrap();
        if let (Some(about), true) = (step.subject(), class == "duplicate_message") {
            *self.duplicates.entry(about).or_default() += 1;
        }
    }
}

fn spoil_number(outcome: &mut Outcome) {
    let Some(State::Record(record)) = &mut outcome.state else {
        return;
    };
    let session = record.current.as_mut();
    for chain in session.into_iter().flat_map(|s| &mut s.receiving) {
        if !chain.skipped.is_empty() {
            chain.nr += 1;
        }
    }
}

impl Driver for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn reset(&mut self) {
        self.duplicates.clear();
        self.inner.reset();
    }

    fn execute(&mut self, step: &Step) -> Outcome {
        let mut outcome = self.inner.execute(step);
        self.spoil(step, &mut outcome);
        outcome
    }

    fn state(&self, about: &Subject) -> Option<State> {
        self.inner.state(about)
    }

    fn saved(&self, about: &Subject) -> Option<Vec<u8>> {
        let mut saved = self.inner.saved(about)?;
        let State::Record(record) = self.state(about)? else {
            return Some(saved);
        };
        if self.fault == Fault::Saved && record.archived > 0 {
            *saved.last_mut()? ^= 1;
        }
        saved.extend(self.duplicates.get(about));
        Some(saved)
    }
}

fn options(cases: u64, shard: Shard) -> Options {
    Options {
        cases,
        seed: SEED,
        shard,
    }
}

fn campaign(subject: &mut dyn Driver, options: &Options) -> Report {
    let mut drivers = Drivers {
        reference: &mut SpecDriver::default(),
        subject,
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    diff::run(options, &mut drivers, folder, || {}).unwrap()
}

/// The steps of the only test of a file.
fn steps(file: &Path) -> Vec<TestStep> {
    let file: VectorFile = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(file.number_of_tests, 1);
    file.test_groups[0].tests[0].steps.clone().unwrap()
}

/// A fault is caught, shrunk to so many steps, and replayed from its file.
fn is_caught(fault: Fault, folder: &str, most_steps: usize) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut faulty = Faulty::new(fault);
    let mut drivers = Drivers {
        reference: &mut SpecDriver::default(),
        subject: &mut faulty,
    };
    let all = options(CASES, Shard::default());
    let report = diff::run(&all, &mut drivers, &folder, || {}).unwrap();
    assert!(!report.is_success());
    let failure = report.failure.unwrap();
    assert!(failure.steps <= most_steps, "{} steps", failure.steps);
    let steps = steps(&failure.file);
    assert!(run_steps(&mut SpecDriver::default(), &steps).is_ok());
    assert!(run_steps(&mut ImplementationDriver::default(), &steps).is_ok());
    let (index, _) = run_steps(&mut Faulty::new(fault), &steps).unwrap_err();
    assert_eq!(index, steps.len() - 1);
}

#[test]
fn the_drivers_agree() {
    let report = campaign(
        &mut ImplementationDriver::default(),
        &options(CASES, Shard::default()),
    );
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(report.cases, CASES);
}

#[test]
fn the_same_seed_gives_the_same_cases() {
    for case in 0..CASES {
        let drawn = || format!("{:?}", diff::draw(SEED, case).unwrap().current());
        assert_eq!(drawn(), drawn());
    }
    let other = diff::draw(SEED + 1, 0).unwrap().current();
    assert_ne!(
        format!("{:?}", diff::draw(SEED, 0).unwrap().current()),
        format!("{other:?}")
    );
}

#[test]
fn shards_are_parts_of_the_whole() {
    let cases = |text: &str| options(10, text.parse().unwrap()).range();
    assert_eq!(cases("1/1"), 0..10);
    assert_eq!(
        [cases("1/3"), cases("2/3"), cases("3/3")],
        [0..3, 3..6, 6..10]
    );
    for text in ["0/2", "3/2", "1", "a/b", "1/0"] {
        assert!(text.parse::<Shard>().is_err(), "{text}");
    }
}

#[test]
fn coverage_is_asked_of_a_hundred_cases() {
    let mut report = campaign(&mut SpecDriver::default(), &options(0, Shard::default()));
    assert!(!report.is_success());
    assert_eq!(report.missing, Coverage::default().missing());
    report.cases = 1;
    assert!(report.is_success());
    report.coverage_required = true;
    assert!(!report.is_success());
}

#[test]
fn a_wrong_number_is_caught_and_shrunk() {
    is_caught(Fault::OffByOne, "off-by-one", 6);
}

#[test]
fn a_wrong_saved_byte_is_caught_and_shrunk() {
    is_caught(Fault::Saved, "saved", 9);
}

#[test]
fn a_change_by_an_invalid_step_is_caught_and_shrunk() {
    is_caught(Fault::Unsteady, "unsteady", 9);
}

#[test]
fn a_panic_is_caught_and_shrunk() {
    is_caught(Fault::Panic, "panic", 6);
}
