//! The command line.

use crate::ast::Violation;
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
}

/// Exit codes: 0 good, 1 a violation or a difference, 2 wrong usage or unreadable files.
#[must_use]
pub fn run(arguments: &Arguments) -> ExitCode {
    let Command::Translate {
        check_subset,
        check,
        out,
        modules,
        path,
    } = &arguments.command;
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let path = path
        .clone()
        .unwrap_or_else(|| tidy(&package.join("../spec/src")));
    let out = out.clone().unwrap_or_else(|| package.join("coq/generated"));
    let sources = match source::read(&path) {
        Ok(sources) => sources,
        Err(error) => {
            eprintln!("error: {error}");
            return ExitCode::from(2);
        }
    };
    if *check_subset {
        return subset_report(&sources);
    }
    let roots: Vec<&str> = modules.iter().map(String::as_str).collect();
    match generate(&sources, &roots) {
        Err(violations) => report(&violations),
        Ok(generated) if *check => compare(&generated, &out),
        Ok(generated) => match write(&generated, &out) {
            Ok(()) => {
                println!("{} files in {}", generated.files.len() + 1, out.display());
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

/// The generated files and the list of them in the order that Coq needs.
fn texts(generated: &Generated) -> Vec<(String, String)> {
    let mut texts: Vec<(String, String)> = generated
        .files
        .iter()
        .map(|(name, text)| (format!("{name}.v"), text.clone()))
        .collect();
    let mut order = String::new();
    for name in &generated.order {
        order.push_str(name);
        order.push_str(".v\n");
    }
    texts.push(("order".to_owned(), order));
    texts
}

fn write(generated: &Generated, out: &Path) -> io::Result<()> {
    fs::create_dir_all(out)?;
    for name in stale(generated, out) {
        fs::remove_file(out.join(name))?;
    }
    for (name, text) in texts(generated) {
        fs::write(out.join(name), text)?;
    }
    Ok(())
}

fn compare(generated: &Generated, out: &Path) -> ExitCode {
    let mut code = ExitCode::SUCCESS;
    for name in stale(generated, out) {
        println!("{}: is not generated any more", out.join(name).display());
        code = ExitCode::FAILURE;
    }
    for (name, text) in texts(generated) {
        let path = out.join(name);
        match fs::read_to_string(&path) {
            Ok(committed) if committed == text => {}
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
        println!("{} files are as generated", generated.files.len() + 1);
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
