//! `verify --recordings`.
use super::output::{fail, finish};
use super::{End, OutputOptions};
use crate::driver;
use crate::files::display_name;
use crate::recordings::{self, SectionReport, SEPARATOR};
use crate::report::{DriverReport, Failure, FamilyReport, Report};
use std::path::Path;

/// How many differences of a case are told: one in the middle of a conversation makes all that follows differ.
const MOST_DIFFERENCES: usize = 10;

/// Replay a file of recordings.
pub fn command(path: &Path, output: &OutputOptions) -> End {
    match recordings::run_file(path, &mut driver::all()) {
        Ok(found) => finish(&converted(&found, &display_name(path)), output),
        Err(error) => fail(&error.to_string()),
    }
}

/// The report by section, in the form of all reports.
fn converted(found: &recordings::Report, file: &str) -> Report {
    let drivers = found.drivers.iter().map(|&name| name.to_owned()).collect();
    let mut report = Report::new("verify --recordings", drivers);
    let section = |section| section_report(section, &found.drivers, file);
    report.families = found.sections.iter().map(section).collect();
    report.not_covered = found.not_covered();
    report.failures = found.failures().map(|it| failure(it, file)).collect();
    report.close();
    report
}

fn section_report(section: &SectionReport, drivers: &[&str], file: &str) -> FamilyReport {
    let driver = |(name, passed): (&&str, &usize)| DriverReport {
        driver: (*name).to_owned(),
        passed: *passed,
        failed: section.cases.saturating_sub(*passed),
        ..DriverReport::default()
    };
    FamilyReport {
        family: section.section.clone(),
        file: file.to_owned(),
        tests: section.cases,
        not_covered: Some(section.not_covered),
        drivers: drivers.iter().zip(&section.passed).map(driver).collect(),
    }
}

fn failure(found: &recordings::Failure, file: &str) -> Failure {
    let recordings::Failure {
        section,
        index,
        driver,
        reason,
    } = found;
    Failure {
        driver: Some((*driver).to_owned()),
        ..Failure::of_file(file, format!("{section}[{index}]: {}", first_of(reason)))
    }
}

/// The first differences, and how many more there are.
fn first_of(reason: &str) -> String {
    let mut told: Vec<&str> = reason.split(SEPARATOR).collect();
    let more = told.len().saturating_sub(MOST_DIFFERENCES);
    told.truncate(MOST_DIFFERENCES);
    let first = told.join(SEPARATOR);
    match more {
        0 => first,
        _ => format!("{first}{SEPARATOR}and {more} more differences"),
    }
}
