//! The command line.

use crate::ast::Violation;
use crate::audit;
use crate::generate::{generate, Generated};
use crate::program::Program;
use crate::source::{self, Source, OUTSIDE};
use clap::{Parser, Subcommand};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Translate the specification to Coq.
#[derive(Debug, Parser)]
#[command(name = "twinratchet-proofs", version)]
pub struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Write proofs/coq/generated, or check it, or check the language of the specification.
    Translate {
        /// Only check that the sources are inside the subset; print every violation.
        #[arg(long, conflicts_with = "check")]
        check_subset: bool,
        /// Write nothing; fail if a generated file differs.
        #[arg(long)]
        check: bool,
        /// Where the generated files stand.
        #[arg(long, value_name = "DIR")]
        out: Option<PathBuf>,
        /// Translate this module and what it imports, and not all; may be repeated.
        #[arg(long = "module", value_name = "MODULE", requires = "out")]
        modules: Vec<String>,
        /// The sources of the specification, a folder or one file.
        path: Option<PathBuf>,
    },
    /// Audit the compiled proofs against CLAIMS.md and the committed list of assumptions.
    Audit {
        /// Where the compiled files are.
        #[arg(long, value_name = "DIR")]
        build: Option<PathBuf>,
        /// Write the list of assumptions, and do not compare with it.
        #[arg(long)]
        accept: bool,
    },
}

/// Exit codes: 0 good, 1 a violation or a difference, 2 wrong usage or unreadable files.
#[must_use]
pub fn run(arguments: &Arguments) -> ExitCode {
    match &arguments.command {
        Command::Translate {
            check_subset,
            check,
            out,
            modules,
            path,
        } => translate(
            *check_subset,
            *check,
            out.as_deref(),
            modules,
            path.as_deref(),
        ),
        Command::Audit { build, accept } => audit_proofs(build.as_deref(), *accept),
    }
}

fn package() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Print the report, and compare its list of assumptions with the committed one.
fn audit_proofs(build: Option<&Path>, accept: bool) -> ExitCode {
    let build = build.map_or_else(|| package().join("coq/_build"), Path::to_owned);
    let report = match audit::audit(&package().join("CLAIMS.md"), &build) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    print!("{}", report.text);
    let list = package().join("assumptions.txt");
    let mut faults = report.faults;
    if accept {
        if let Err(error) = fs::write(&list, &report.assumptions) {
            eprintln!("error: {}: {error}", list.display());
            return ExitCode::from(2);
        }
    } else if fs::read_to_string(&list).ok().as_ref() != Some(&report.assumptions) {
        faults.push(format!(
            "{} differs from what Coq says; look at the difference, then run with --accept",
            tidy(&list).display()
        ));
    }
    for fault in &faults {
        println!("fault: {fault}");
    }
    if faults.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn translate(
    check_subset: bool,
    check: bool,
    out: Option<&Path>,
    modules: &[String],
    path: Option<&Path>,
) -> ExitCode {
    let path = path.map_or_else(|| tidy(&package().join("../spec/src")), Path::to_owned);
    let out = out.map_or_else(|| package().join("coq/generated"), Path::to_owned);
    let sources = match source::read(&path) {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    if check_subset {
        return subset_report(&sources);
    }
    let roots: Vec<&str> = modules.iter().map(String::as_str).collect();
    match generate(&sources, &roots) {
        Err(violations) => report(&violations),
        Ok(generated) if check => compare(&generated, &out),
        Ok(generated) => match write(&generated, &out) {
            Ok(()) => {
                println!("{} files in {}", generated.files.len(), out.display());
                ExitCode::SUCCESS
            }
            Err(error) => {
                eprintln!("error: {}: {error}", out.display());
                ExitCode::from(2)
            }
        },
    }
}

/// The path as the user sees it from the current folder, if it lies below.
fn tidy(path: &Path) -> PathBuf {
    let Ok(full) = path.canonicalize() else {
        return path.to_owned();
    };
    let inside = std::env::current_dir()
        .ok()
        .and_then(|current| full.strip_prefix(current).map(Path::to_owned).ok());
    inside.unwrap_or(full)
}

fn subset_report(sources: &[Source]) -> ExitCode {
    match Program::load(sources) {
        Err(violations) => report(&violations),
        Ok(program) => {
            let items: usize = program
                .modules
                .values()
                .map(|module| module.items.len())
                .sum();
            let functions: usize = program
                .modules
                .values()
                .map(|m| m.functions().count())
                .sum();
            println!(
                "{} files, {items} items, {functions} functions: inside the subset; left out: {} ({} files: {})",
                program.modules.len(),
                OUTSIDE.0,
                program.outside.len(),
                OUTSIDE.1,
            );
            ExitCode::SUCCESS
        }
    }
}

fn report(violations: &[Violation]) -> ExitCode {
    for violation in violations {
        println!("{violation}");
    }
    eprintln!("{} violations of the subset", violations.len());
    ExitCode::FAILURE
}

fn write(generated: &Generated, out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    for name in stale(generated, out) {
        fs::remove_file(out.join(name))?;
    }
    for (name, text) in &generated.files {
        fs::write(out.join(format!("{name}.v")), text)?;
    }
    Ok(())
}

fn compare(generated: &Generated, out: &Path) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for name in stale(generated, out) {
        println!("{}: is not generated any more", out.join(name).display());
        code = ExitCode::FAILURE;
    }
    for (name, text) in &generated.files {
        let path = out.join(format!("{name}.v"));
        match fs::read_to_string(&path) {
            Ok(committed) if committed == *text => {}
            Ok(_) => {
                println!("{}: differs from what is generated", path.display());
                code = ExitCode::FAILURE;
            }
            Err(error) => {
                println!("{}: {error}", path.display());
                code = ExitCode::FAILURE;
            }
        }
    }
    if code == ExitCode::SUCCESS {
        println!("{} files are as generated", generated.files.len());
    }
    code
}

/// The `.v` files in the folder that are not generated any more.
fn stale(generated: &Generated, out: &Path) -> Vec<String> {
    let Ok(entries) = fs::read_dir(out) else {
        return Vec::new();
    };
    let names = entries
        .flatten()
        .map(|entry| entry.file_name().to_string_lossy().into_owned());
    names
        .filter(|name| {
            name.strip_suffix(".v")
                .is_some_and(|stem| !generated.files.contains_key(stem))
        })
        .collect()
}
