//! `diff`.
use super::output::{fail, finish_with, progress_bar};
use super::{CampaignOptions, End, OutputOptions};
use crate::diff::coverage::Coverage;
use crate::diff::{self, Drivers, Options};
use crate::driver::implementation::ImplementationDriver;
use crate::driver::spec::SpecDriver;
use crate::files::display_name;
use crate::report::{CaseReport, DriverReport, Failure, FamilyReport, Report};
use serde::Serialize;
use serde_json::{json, Value};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::time::Instant;

/// Run a campaign.
pub fn command(campaign: &CampaignOptions, output: &OutputOptions) -> End {
    let options = Options {
        cases: campaign.cases,
        seed: campaign.seed,
        shard: campaign.shard,
    };
    let range = options.range();
    let bar = progress_bar();
    bar.set_length(range.end - range.start);
    let start = Instant::now();
    let mut drivers = Drivers {
        reference: &mut SpecDriver::default(),
        subject: &mut ImplementationDriver::default(),
    };
    let found = diff::run(&options, &mut drivers, &campaign.out, || bar.inc(1));
    bar.finish_and_clear();
    let found = match found {
        Ok(found) => found,
        Err(error) => return fail(&error.to_string()),
    };
    let report = converted(&found, start);
    match machine(&found, report.ok) {
        Ok(value) => finish_with(&report, &value, &text(&found), output),
        Err(error) => fail(&error.to_string()),
    }
}

fn machine(found: &diff::Report, ok: bool) -> Result<Value, serde_json::Error> {
    let mut value = serde_json::to_value(found)?;
    value["command"] = json!("diff");
    value["ok"] = json!(ok);
    Ok(value)
}

/// The campaign as one test in the form of all reports.
fn converted(found: &diff::Report, start: Instant) -> Report {
    let drivers = found.drivers.map(str::to_owned).to_vec();
    let mut report = Report::new("diff", drivers);
    report.failures = failures(found);
    let milliseconds = start.elapsed().as_secs_f64() * 1000.0;
    let messages: Vec<String> = report.failures.iter().map(Failure::to_string).collect();
    let case = CaseReport {
        tc_id: 1,
        comment: format!("{} cases of seed {}", found.cases, found.seed),
        milliseconds,
        failure: (!messages.is_empty()).then(|| messages.join("\n")),
    };
    report.families = vec![FamilyReport {
        family: "diff".to_owned(),
        tests: usize::from(found.cases > 0),
        drivers: vec![DriverReport {
            driver: found.drivers.join(" against "),
            failed: usize::from(!messages.is_empty()),
            milliseconds,
            cases: vec![case],
            ..DriverReport::default()
        }],
        ..FamilyReport::default()
    }];
    report.close();
    report
}

fn failures(found: &diff::Report) -> Vec<Failure> {
    let name = format!("seed {}", found.seed);
    let mut failures = Vec::new();
    if let Some(failure) = &found.failure {
        let (case, file) = (failure.case, display_name(&failure.file));
        let message = format!("case {case} ({}): {}", failure.theme, failure.message);
        failures.push(Failure::of_file(&file, message));
    } else if found.coverage_required {
        let missing = found.missing.iter();
        failures.extend(missing.map(|what| Failure::of_file(&name, format!("never met: {what}"))));
    }
    failures
}

/// The campaign for people: what was met, and how often.
fn text(found: &diff::Report) -> String {
    let mut out = String::new();
    let met: &Coverage = &found.coverage;
    let _ = writeln!(out, "{:<28}  {:>9}  {:>9}", "step", "valid", "invalid");
    for (kind, count) in &met.steps {
        let _ = writeln!(out, "{kind:<28}  {:>9}  {:>9}", count.valid, count.invalid);
    }
    section(&mut out, "error", &met.errors);
    section(&mut out, "event", &met.events);
    section(&mut out, "state of a braid", &met.braid_states);
    let required = if found.coverage_required {
        ""
    } else {
        ", not required of so few cases"
    };
    for what in &found.missing {
        let _ = writeln!(out, "never met{required}: {what}");
    }
    let _ = writeln!(out, "\n{} cases, {} steps", found.cases, found.steps);
    out
}

fn section<K: Serialize>(out: &mut String, title: &str, counts: &BTreeMap<K, u64>) {
    let _ = writeln!(out, "\n{title:<28}  {:>9}", "times");
    for (what, count) in counts {
        let name = serde_json::to_value(what).unwrap_or_default();
        let _ = writeln!(out, "{:<28}  {count:>9}", name.as_str().unwrap_or_default());
    }
}
