//! The command line: arguments, output, exit codes.
use crate::generate::{self, Mode};
use crate::json;
use crate::report::junit::junit;
use crate::report::table::{table, Colour};
use crate::report::Report;
use crate::verify::{self, Selected, Selection};
use clap::{Args, Parser, Subcommand};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::json;
use std::io::{IsTerminal, Write};
use std::path::PathBuf;
use std::process::ExitCode;

/// The vectors of the Signal protocol, replayed on the executable specification and on the optimised implementation.
#[derive(Debug, Parser)]
#[command(name = "twinratchet", version, args_conflicts_with_subcommands = true)]
#[command(
    after_help = "Without a command: verify. Exit codes: 0 all agree, 1 a mismatch or nothing ran, 2 usage."
)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    verify: VerifyOptions,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay vectors on every driver: all published ones, or the named files.
    Verify {
        /// Files of vectors.
        files: Vec<PathBuf>,
        #[command(flatten)]
        options: VerifyOptions,
    },
    /// Write the published vectors from their plans.
    Generate {
        /// Write nothing; fail if a byte differs.
        #[arg(long)]
        check: bool,
        #[command(flatten)]
        output: OutputOptions,
    },
}

#[derive(Debug, Args)]
struct VerifyOptions {
    /// This family alone: a file stem in vectors/v1.
    #[arg(long, value_name = "F")]
    family: Option<String>,
    /// The tests with this tcId alone.
    #[arg(long, value_name = "N")]
    tc: Option<u32>,
    /// List the tests instead of running them.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    output: OutputOptions,
}

#[derive(Debug, Args)]
struct OutputOptions {
    /// Print the report as JSON.
    #[arg(long)]
    json: bool,
    /// Write the report as JUnit's XML as well.
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
}

/// How a command ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    Agree,
    Disagree,
}

impl From<End> for ExitCode {
    fn from(end: End) -> Self {
        match end {
            End::Agree => ExitCode::SUCCESS,
            End::Disagree => ExitCode::FAILURE,
        }
    }
}

/// Run the program. Usage errors end it with code 2.
#[must_use]
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let end = match arguments.command {
        None => verify_command(Vec::new(), arguments.verify),
        Some(Command::Verify { files, options }) => verify_command(files, options),
        Some(Command::Generate { check, output }) => generate_command(check, &output),
    };
    end.into()
}

fn verify_command(files: Vec<PathBuf>, options: VerifyOptions) -> End {
    let selection = Selection {
        files,
        family: options.family,
        tc: options.tc,
    };
    if options.list {
        return list(&selection, options.output.json);
    }
    finish(&verify::run(&selection, &progress_bar()), &options.output)
}

fn generate_command(check: bool, output: &OutputOptions) -> End {
    let mode = if check { Mode::Check } else { Mode::Write };
    match generate::run(mode, &progress_bar()) {
        Ok(report) => finish(&report, output),
        Err(error) => fail(&error.to_string()),
    }
}

/// Print the report; say on the error stream what is wrong.
fn finish(report: &Report, output: &OutputOptions) -> End {
    for failure in &report.failures {
        complain(&failure.to_string());
    }
    if output.json {
        match report.to_json() {
            Ok(value) => print(&format!("{value:#}\n")),
            Err(error) => return fail(&error.to_string()),
        }
    } else {
        print(&table(report, colour()));
    }
    if let Some(path) = &output.junit {
        if let Err(error) = std::fs::write(path, junit(report)) {
            return fail(&format!("{}: {error}", path.display()));
        }
    }
    if report.ok {
        End::Agree
    } else {
        complain(&summary(report));
        End::Disagree
    }
}

fn summary(report: &Report) -> String {
    match report.failures.len() {
        1 => "1 failure".to_owned(),
        failures => format!("{failures} failures"),
    }
}

fn list(selection: &Selection, as_json: bool) -> End {
    let (loaded, failures) = selection.load();
    for failure in &failures {
        complain(&failure.to_string());
    }
    let tests = selection.tests(&loaded);
    if as_json {
        let entry = |selected: &Selected<'_>| {
            json!({
                "family": loaded[selected.file].family,
                "file": loaded[selected.file].name,
                "tcId": selected.test.tc_id,
                "type": selected.group.kind,
                "flags": selected.test.flags,
                "comment": selected.test.comment,
            })
        };
        let entries: Vec<_> = tests.iter().map(entry).collect();
        print(&format!(
            "{:#}\n",
            json!({ "command": "list", "tests": entries })
        ));
    } else {
        for selected in &tests {
            let family = &loaded[selected.file].family;
            let comment = json::shorten(&selected.test.comment);
            print(&format!("{family} {} {comment}\n", selected.test.tc_id));
        }
    }
    if tests.is_empty() {
        return fail("no test is selected");
    }
    if failures.is_empty() {
        End::Agree
    } else {
        End::Disagree
    }
}

fn fail(message: &str) -> End {
    complain(message);
    End::Disagree
}

/// A line on the error stream; if that is closed there is nobody to tell.
fn complain(message: &str) {
    let _ = writeln!(std::io::stderr(), "twinratchet: {message}");
}

/// Text on the output; if that is closed there is nobody to tell.
fn print(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

fn colour() -> Colour {
    let refused = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stdout().is_terminal() && !refused {
        Colour::Ansi
    } else {
        Colour::Plain
    }
}

/// A bar on the error stream; hidden unless that is a terminal.
fn progress_bar() -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:40} {pos}/{len} tests, {eta} left");
    match style {
        Ok(style) => ProgressBar::no_length().with_style(style),
        Err(_) => ProgressBar::hidden(),
    }
}
