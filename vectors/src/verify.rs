//! `verify`: replay files of vectors on every driver.
use crate::driver::{self, Driver};
use crate::files::{self, Indices, Loaded};
use crate::format::{Test, TestGroup};
use crate::index;
use crate::report::{CaseReport, DriverReport, Failure, FamilyReport, Report};
use crate::runner;
use indicatif::ProgressBar;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

/// What to verify.
#[derive(Clone, Debug, Default)]
pub struct Selection {
    /// These files; none for all published ones.
    pub files: Vec<PathBuf>,
    /// This family alone.
    pub family: Option<String>,
    /// The tests with this id alone.
    pub tc: Option<u32>,
    /// On the driver of this name alone.
    pub driver: Option<String>,
}

/// A test and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Selected<'a> {
    /// The index of its file among those that were read.
    pub file: usize,
    /// Its group.
    pub group: &'a TestGroup,
    /// The test.
    pub test: &'a Test,
}

/// What running a test on a driver gave.
struct Done {
    job: usize,
    time: Duration,
    failure: Option<Failure>,
}

impl Selection {
    /// Read the selected files.
    #[must_use]
    pub fn load(&self) -> (Vec<Loaded>, Vec<Failure>) {
        let (paths, mut failures) = self.paths();
        let mut indices = Indices::default();
        let mut loaded = Vec::new();
        for path in paths {
            let (file, found) = files::load(&path, &mut indices);
            loaded.extend(file);
            failures.extend(found.into_iter().filter(|f| self.concerns(f.tc_id)));
        }
        (loaded, failures)
    }

    fn paths(&self) -> (Vec<PathBuf>, Vec<Failure>) {
        let (mut paths, mut failures) = if self.files.is_empty() {
            published_paths()
        } else {
            (self.files.clone(), Vec::new())
        };
        if let Some(family) = &self.family {
            let family_of = |name: &str| files::stem(Path::new(name));
            paths.retain(|path| &files::stem(path) == family);
            failures.retain(|failure| &family_of(&failure.file) == family);
        }
        (paths, failures)
    }

    fn drivers(&self) -> Vec<Box<dyn Driver>> {
        let mut drivers = driver::all();
        if let Some(name) = &self.driver {
            drivers.retain(|driver| driver.name() == name);
        }
        drivers
    }

    fn concerns(&self, tc_id: Option<u32>) -> bool {
        self.tc.is_none() || tc_id.is_none() || self.tc == tc_id
    }

    /// The selected tests of files.
    #[must_use]
    pub fn tests<'a>(&self, loaded: &'a [Loaded]) -> Vec<Selected<'a>> {
        let mut found = Vec::new();
        for (file, Loaded { file: content, .. }) in loaded.iter().enumerate() {
            for group in &content.test_groups {
                let tests = group
                    .tests
                    .iter()
                    .filter(|test| self.concerns(Some(test.tc_id)));
                found.extend(tests.map(|test| Selected { file, group, test }));
            }
        }
        found
    }
}

/// The published files: those that are there, and those that should be.
fn published_paths() -> (Vec<PathBuf>, Vec<Failure>) {
    let folder = files::published();
    let name = files::display_name(&folder.join(index::NAME));
    let mut paths = match files::list(&folder) {
        Ok(paths) => paths,
        Err(error) => return (Vec::new(), vec![Failure::of_file(&name, error.to_string())]),
    };
    match Indices::default().folder(&folder) {
        Ok(Some(index)) => {
            paths.extend(index.files.keys().map(|file| folder.join(file)));
            paths.sort();
            paths.dedup();
            (paths, Vec::new())
        }
        Ok(None) => (paths, vec![Failure::of_file(&name, "is not there")]),
        Err(why) => (paths, vec![Failure::of_file(&name, why)]),
    }
}

/// Replay the selected tests on every driver, or on the selected one.
#[must_use]
pub fn run(selection: &Selection, progress: &ProgressBar) -> Report {
    let (loaded, failures) = selection.load();
    let tests = selection.tests(&loaded);
    let mut report = Report::new("verify", driver_names(selection));
    report.failures = failures;
    if report.drivers.is_empty() {
        let failure = Failure::of_file("verify", "there is no driver of this name");
        report.failures.push(failure);
    }
    report.families = empty_families(&loaded, &tests, &report.drivers);
    let done = run_all(&loaded, &tests, &|| selection.drivers(), progress);
    for Done { job, time, failure } in done {
        let (test, driver) = split(job, report.drivers.len());
        let selected = &tests[test];
        let milliseconds = time.as_secs_f64() * 1000.0;
        let cell = &mut report.families[selected.file].drivers[driver];
        cell.milliseconds += milliseconds;
        if failure.is_some() {
            cell.failed += 1;
        } else {
            cell.passed += 1;
        }
        cell.cases.push(CaseReport {
            tc_id: selected.test.tc_id,
            comment: selected.test.comment.clone(),
            milliseconds,
            failure: failure.as_ref().map(Failure::to_string),
        });
        report.failures.extend(failure);
    }
    report.families.retain(|family| family.tests > 0);
    report.close();
    report
}

fn driver_names(selection: &Selection) -> Vec<String> {
    let drivers = selection.drivers();
    drivers
        .iter()
        .map(|driver| driver.name().to_owned())
        .collect()
}

fn empty_families(
    loaded: &[Loaded],
    tests: &[Selected<'_>],
    drivers: &[String],
) -> Vec<FamilyReport> {
    let drivers: Vec<DriverReport> = drivers
        .iter()
        .map(|driver| DriverReport {
            driver: driver.clone(),
            ..DriverReport::default()
        })
        .collect();
    let family = |(index, file): (usize, &Loaded)| FamilyReport {
        family: file.family.clone(),
        file: file.name.clone(),
        tests: tests
            .iter()
            .filter(|selected| selected.file == index)
            .count(),
        drivers: drivers.clone(),
        ..FamilyReport::default()
    };
    loaded.iter().enumerate().map(family).collect()
}

/// A job is a test on a driver: the index of the test, the index of the driver.
fn split(job: usize, drivers: usize) -> (usize, usize) {
    (job / drivers, job % drivers)
}

/// Run every test on each of the drivers, in as many threads as there are processors; the order of jobs is kept.
fn run_all(
    loaded: &[Loaded],
    tests: &[Selected<'_>],
    new_drivers: &(dyn Fn() -> Vec<Box<dyn Driver>> + Sync),
    progress: &ProgressBar,
) -> Vec<Done> {
    let jobs = tests.len() * new_drivers().len();
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    progress.set_length(u64::try_from(jobs).unwrap_or(u64::MAX));
    let mut done: Vec<Done> = std::thread::scope(|scope| {
        for _ in 0..threads.min(jobs) {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                let mut drivers = new_drivers();
                loop {
                    let job = next.fetch_add(1, Ordering::Relaxed);
                    if job >= jobs
                        || sender
                            .send(run_job(job, &mut drivers, loaded, tests))
                            .is_err()
                    {
                        break;
                    }
                }
            });
        }
        drop(sender);
        receiver.iter().inspect(|_| progress.inc(1)).collect()
    });
    progress.finish_and_clear();
    done.sort_by_key(|done| done.job);
    done
}

fn run_job(
    job: usize,
    drivers: &mut [Box<dyn Driver>],
    loaded: &[Loaded],
    tests: &[Selected<'_>],
) -> Done {
    let (test, driver) = split(job, drivers.len());
    let (selected, driver) = (&tests[test], &mut drivers[driver]);
    let start = Instant::now();
    let result = runner::run_test(driver.as_mut(), selected.group, selected.test);
    let time = start.elapsed();
    let file = &loaded[selected.file].name;
    let failure = result
        .err()
        .map(|mismatch| Failure::of_mismatch(file, driver.name(), mismatch));
    Done { job, time, failure }
}
