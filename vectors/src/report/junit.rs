//! A report as JUnit's XML, which build servers read.
use super::{CaseReport, DriverReport, Failure, FamilyReport, Report};
use std::fmt::Write;

/// The report as XML: one suite per family and driver, and one for what is wrong with files.
#[must_use]
pub fn junit(report: &Report) -> String {
    let mut suites = String::new();
    for family in &report.families {
        for driver in &family.drivers {
            suite(&mut suites, family, driver);
        }
    }
    let others: Vec<&Failure> = report
        .failures
        .iter()
        .filter(|f| f.driver.is_none())
        .collect();
    if !others.is_empty() {
        file_suite(&mut suites, &others);
    }
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"twinratchet {}\">\n{suites}</testsuites>\n",
        report.command
    )
}

fn suite(out: &mut String, family: &FamilyReport, driver: &DriverReport) {
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}.{}\" tests=\"{}\" failures=\"{}\" time=\"{:.6}\">",
        escape(&family.family),
        escape(&driver.driver),
        driver.cases.len(),
        driver.failed,
        driver.milliseconds / 1000.0
    );
    for case in &driver.cases {
        test_case(out, family, driver, case);
    }
    out.push_str("  </testsuite>\n");
}

fn test_case(out: &mut String, family: &FamilyReport, driver: &DriverReport, case: &CaseReport) {
    let _ = write!(
        out,
        "    <testcase classname=\"{}.{}\" name=\"{}: {}\" time=\"{:.6}\"",
        escape(&family.family),
        escape(&driver.driver),
        case.tc_id,
        escape(&case.comment),
        case.milliseconds / 1000.0
    );
    match &case.failure {
        Some(message) => {
            let message = escape(message);
            let _ = writeln!(out, "><failure message=\"{message}\"/></testcase>");
        }
        None => out.push_str("/>\n"),
    }
}

fn file_suite(out: &mut String, failures: &[&Failure]) {
    let count = failures.len();
    let _ = writeln!(
        out,
        "  <testsuite name=\"files\" tests=\"{count}\" failures=\"{count}\">"
    );
    for failure in failures {
        let (file, message) = (escape(&failure.file), escape(&failure.to_string()));
        let _ = writeln!(
            out,
            "    <testcase classname=\"files\" name=\"{file}\"><failure message=\"{message}\"/></testcase>"
        );
    }
    out.push_str("  </testsuite>\n");
}

/// Text for an attribute; characters that XML cannot hold become U+FFFD.
fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
