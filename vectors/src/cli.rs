//! The command line: arguments, output, exit codes.
mod diff;
mod output;
mod recordings;
mod verify;

use crate::diff::Shard;
use crate::driver;
use crate::generate::{self, Mode};
use clap::{Args, Parser, Subcommand};
use output::{fail, finish, progress_bar};
use std::path::PathBuf;
use std::process::ExitCode;

/// The vectors of the Signal protocol, replayed on the executable specification and on the optimised implementation.
#[derive(Debug, Parser)]
#[command(name = "twinratchet", version, args_conflicts_with_subcommands = true)]
#[command(after_help = EXIT_CODES)]
struct Arguments {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    verify: VerifyOptions,
}

const EXIT_CODES: &str =
    "Without a command: verify. Exit codes: 0 all agree, 1 a mismatch or nothing ran, 2 usage.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Replay vectors on every driver: all published ones, or the named files.
    Verify {
        /// Files of vectors.
        #[arg(conflicts_with = "recordings")]
        files: Vec<PathBuf>,
        /// Replay a file of recorded answers of other implementations instead.
        #[arg(long, value_name = "FILE", conflicts_with_all = ["family", "tc", "driver", "list"])]
        recordings: Option<PathBuf>,
        #[command(flatten)]
        options: VerifyOptions,
    },
    /// Run random scenarios on the specification and on the implementation, and compare after every step.
    Diff {
        #[command(flatten)]
        campaign: CampaignOptions,
        #[command(flatten)]
        output: OutputOptions,
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
    /// On this driver alone.
    #[arg(long, value_name = "D", value_parser = driver::names())]
    driver: Option<String>,
    /// List the tests instead of running them.
    #[arg(long)]
    list: bool,
    #[command(flatten)]
    output: OutputOptions,
}

#[derive(Debug, Args)]
struct CampaignOptions {
    /// How many cases, in all shards.
    #[arg(long, value_name = "N")]
    cases: u64,
    /// The same seed gives the same cases.
    #[arg(long, value_name = "S")]
    seed: u64,
    /// The k-th of n parts of the cases.
    #[arg(long, value_name = "k/n", default_value = "1/1")]
    shard: Shard,
    /// Where the file of a failure goes.
    #[arg(long, value_name = "DIR", default_value = ".")]
    out: PathBuf,
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
        None => verify::command(Vec::new(), arguments.verify),
        Some(Command::Verify {
            files,
            recordings,
            options,
        }) => match recordings {
            Some(file) => recordings::command(&file, &options.output),
            None => verify::command(files, options),
        },
        Some(Command::Diff { campaign, output }) => diff::command(&campaign, &output),
        Some(Command::Generate { check, output }) => generate_command(check, &output),
    };
    end.into()
}

fn generate_command(check: bool, output: &OutputOptions) -> End {
    let mode = if check { Mode::Check } else { Mode::Write };
    match generate::run(mode, &progress_bar()) {
        Ok(report) => finish(&report, output),
        Err(error) => fail(&error.to_string()),
    }
}
