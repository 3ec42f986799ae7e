//! The command line; all of it is in [`twinratchet_proofs::cli`].

use clap::Parser;
use std::process::ExitCode;
use twinratchet_proofs::cli::{run, Arguments};

fn main() -> ExitCode {
    run(&Arguments::parse())
}
