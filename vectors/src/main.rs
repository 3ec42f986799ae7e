//! The program `twinratchet`.
use std::process::ExitCode;

fn main() -> ExitCode {
    twinratchet_vectors::cli::main()
}
