//! Questions to Coq.

use super::library::Name;
use super::{AuditError, ROOT};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::process::Command;

/// What `Print Assumptions` says of a theorem without axioms.
pub const CLOSED: &str = "Closed under the global context";

/// What Coq says of a theorem.
#[derive(Clone, Debug)]
pub struct Answer {
    pub name: Name,
    /// `Print Assumptions`, on one line.
    pub assumptions: String,
    /// `Check`: the whole statement, with what its section gave it.
    pub statement: String,
}

impl Answer {
    /// Whether the statement mentions a class of laws.
    #[must_use]
    pub fn mentions(&self, law: &str) -> bool {
        self.statement
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'')
            .any(|word| word == law)
    }
}

/// Ask Coq for the assumptions and the statements of theorems; their files are compiled in `build`.
pub fn ask(build: &Path, theorems: &BTreeSet<Name>) -> Result<BTreeMap<Name, Answer>, AuditError> {
    let libraries: BTreeSet<&str> = theorems.iter().map(|name| name.library.as_str()).collect();
    let mut script = format!("From {ROOT} Require Prelude.\n");
    for library in &libraries {
        let _ = writeln!(script, "From {ROOT} Require {library}.");
    }
    for name in theorems {
        let _ = write!(
            script,
            "Goal True. idtac \"{MARK}{name}\". Abort.\nPrint Assumptions {ROOT}.{name}.\n\
             Goal True. idtac \"{MARK}\". Abort.\nCheck @{ROOT}.{name}.\n"
        );
    }
    let file = build.join("Audit.v");
    fs::write(&file, script).map_err(|error| AuditError::Io(file.display().to_string(), error))?;
    let output = Command::new("coqc")
        .args(["-q", "-R", ".", ROOT, "Audit.v"])
        .current_dir(build)
        .output()
        .map_err(|error| AuditError::Coq(error.to_string()))?;
    if !output.status.success() {
        return Err(AuditError::Coq(
            String::from_utf8_lossy(&output.stderr).into_owned(),
        ));
    }
    Ok(parse(&String::from_utf8_lossy(&output.stdout), theorems))
}

const MARK: &str = "@@ ";

fn parse(output: &str, theorems: &BTreeSet<Name>) -> BTreeMap<Name, Answer> {
    let mut answers = BTreeMap::new();
    let mut parts = output.split(MARK).skip(1);
    while let (Some(assumptions), Some(statement)) = (parts.next(), parts.next()) {
        let Some((name, assumptions)) = assumptions.split_once('\n') else {
            continue;
        };
        let Some(name) = theorems.iter().find(|one| one.to_string() == name) else {
            continue;
        };
        let words: Vec<&str> = assumptions.split_whitespace().collect();
        let answer = Answer {
            name: name.clone(),
            assumptions: words.join(" "),
            statement: statement.trim().to_owned(),
        };
        answers.insert(name.clone(), answer);
    }
    answers
}
