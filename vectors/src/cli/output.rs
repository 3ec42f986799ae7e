//! What commands write, and where.
use super::{End, OutputOptions};
use crate::report::junit::junit;
use crate::report::table::{table, Colour};
use crate::report::Report;
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;
use std::io::{IsTerminal, Write};
use std::path::Path;

/// Print a report as a table or as JSON, and say on the error stream what is wrong.
pub fn finish(report: &Report, output: &OutputOptions) -> End {
    match report.to_json() {
        Ok(value) => finish_with(report, &value, &table(report, colour()), output),
        Err(error) => fail(&error.to_string()),
    }
}

/// Print a report that has a form of its own.
pub fn finish_with(report: &Report, json: &Value, text: &str, output: &OutputOptions) -> End {
    for failure in &report.failures {
        complain(&failure.to_string());
    }
    if output.json {
        print(&format!("{json:#}\n"));
    } else {
        print(text);
    }
    if let Some(end) = output
        .junit
        .as_deref()
        .and_then(|path| write_junit(report, path))
    {
        return end;
    }
    match report.failures.len() {
        0 => return End::Agree,
        1 => complain("1 failure"),
        failures => complain(&format!("{failures} failures")),
    }
    End::Disagree
}

fn write_junit(report: &Report, path: &Path) -> Option<End> {
    let written = std::fs::write(path, junit(report));
    let error = written.err()?;
    Some(fail(&format!("{}: {error}", path.display())))
}

/// Say what is wrong and end.
pub fn fail(message: &str) -> End {
    complain(message);
    End::Disagree
}

/// A line on the error stream; if that is closed there is nobody to tell.
pub fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "twinratchet: {message}");
}

/// Text on the output; if that is closed there is nobody to tell.
pub fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn colour() -> Colour {
    if std::io::stdout().is_terminal() {
        Colour::on_terminal(std::env::var_os("NO_COLOR").as_deref())
    } else {
        Colour::Plain
    }
}

/// A bar on the error stream; hidden unless that is a terminal.
pub fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len}, {eta} left");
    match style {
        Ok(style) => ProgressBar::no_length().with_style(style),
        Err(_) => ProgressBar::hidden(),
    }
}
