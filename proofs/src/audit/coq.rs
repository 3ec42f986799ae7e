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
    /// Whether the statement takes a class of laws: mentions it before its conclusion.
    #[must_use]
    pub fn takes(&self, law: &str) -> bool {
        let arrow = self.statement.rfind("->").unwrap_or_default();
        let comma = self.statement.rfind(',').unwrap_or_default();
        self.statement[..arrow.max(comma)]
            .split(|c: char| !c.is_alphanumeric() && c != '_' && c != '\'')
            .any(|word| word == law)
    }
}

/// Ask Coq for the assumptions and the statements of theorems; their files are compiled in `build`.
///
/// What Coq says of a group at once is closed only if every theorem of it is; looking at each of many theorems would take
/// minutes. The theorems of a group that is not closed are asked about one by one.
pub fn ask(build: &Path, groups: &[BTreeSet<Name>]) -> Result<BTreeMap<Name, Answer>, AuditError> {
    let mut answers = run(build, groups)?;
    let open: BTreeSet<Name> = answers
        .values()
        .filter(|answer| answer.assumptions != CLOSED)
        .map(|answer| answer.name.clone())
        .collect();
    let single: Vec<BTreeSet<Name>> = open
        .into_iter()
        .map(|name| BTreeSet::from([name]))
        .collect();
    if !single.is_empty() {
        answers.extend(run(build, &single)?);
    }
    Ok(answers)
}

const MARK: &str = "@@ ";

fn run(build: &Path, groups: &[BTreeSet<Name>]) -> Result<BTreeMap<Name, Answer>, AuditError> {
    let names = || groups.iter().flatten();
    let libraries: BTreeSet<&str> = names().map(|name| name.library.as_str()).collect();
    let mut script = format!("From {ROOT} Require Prelude.\n");
    for library in &libraries {
        let _ = writeln!(script, "From {ROOT} Require {library}.");
    }
    for (index, group) in groups.iter().enumerate() {
        let terms: Vec<String> = group.iter().map(|name| format!("@{ROOT}.{name}")).collect();
        let _ = write!(
            script,
            "Definition group_{index} := ({}, tt).\nGoal True. idtac \"{MARK}\". Abort.\nPrint Assumptions group_{index}.\n",
            terms.join(", ")
        );
    }
    for name in names() {
        let _ = write!(
            script,
            "Goal True. idtac \"{MARK}\". Abort.\nCheck @{ROOT}.{name}.\n"
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
    Ok(parse(&String::from_utf8_lossy(&output.stdout), groups))
}

/// First what is said of each group, then the statement of each theorem.
fn parse(output: &str, groups: &[BTreeSet<Name>]) -> BTreeMap<Name, Answer> {
    let mut parts = output.split(MARK).skip(1);
    let mut answers = BTreeMap::new();
    for group in groups {
        let words: Vec<&str> = parts
            .next()
            .unwrap_or_default()
            .split_whitespace()
            .collect();
        for name in group {
            let answer = Answer {
                name: name.clone(),
                assumptions: words.join(" "),
                statement: String::new(),
            };
            answers.insert(name.clone(), answer);
        }
    }
    // In the order of the script, which is that of the groups.
    for (name, part) in groups.iter().flatten().zip(parts) {
        if let Some(answer) = answers.get_mut(name) {
            let (_, statement) = part.split_once('\n').unwrap_or_default();
            statement.trim().clone_into(&mut answer.statement);
        }
    }
    answers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_and_its_statements_are_told_apart() {
        let [a, b] = ["a", "b"].map(|name| Name::new("theorems.T", name));
        let groups = [BTreeSet::from([a.clone()]), BTreeSet::from([b.clone()])];
        let output = "@@ \nClosed under the global context\n@@ \nAxioms:\nx : nat\n@@ \n@T.a\n  : \
                      forall P, Laws.Typed P -> True\n@@ \n@T.b\n  : Laws.Typed translated\n";
        let answers = parse(output, &groups);
        assert_eq!(answers[&a].assumptions, CLOSED);
        assert_eq!(answers[&b].assumptions, "Axioms: x : nat");
        assert!(answers[&a].takes("Typed"));
        assert!(!answers[&b].takes("Typed"));
    }
}
