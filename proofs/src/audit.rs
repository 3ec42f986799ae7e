//! The audit of the proofs: what `proofs/check` prints and insists on once everything is compiled.
//!
//! [`claims`] reads `CLAIMS.md`, [`library`] reads what Coq wrote about each compiled file, [`coq`] asks Coq for the
//! assumptions of theorems. The rules:
//!
//! - every claim names theorems that exist, and each of them mentions a generated constant in its statement, also
//!   through definitions of the theorem files;
//! - every theorem of a claim rests on nothing but what the claim says: no axiom, and the laws of `Laws.v` that it names;
//! - every theorem of a claim has an instance: its hypotheses hold of something;
//! - every generated function that can panic has a theorem about its panics under its name;
//! - no file declares an axiom.

pub mod claims;
pub mod coq;
pub mod library;

use claims::Claim;
use library::{Libraries, Name};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;
use std::fs;
use std::io;
use std::path::Path;

/// The one law that a theorem about panics may take: results of primitives have their types.
const TYPED: &str = "Typed";

/// Where the libraries of the project are.
pub const ROOT: &str = "Twinratchet";

/// What the audit found.
#[derive(Debug, Default)]
pub struct Report {
    /// What it prints.
    pub text: String,
    /// What is wrong; empty if all is well.
    pub faults: Vec<String>,
    /// A line for each audited theorem: its name and what it rests on. This is compared with the committed list.
    pub assumptions: String,
}

/// Why the audit could not be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error("{0}: {1}")]
    Io(String, io::Error),
    #[error("CLAIMS.md, line {0}: {1}")]
    Claims(usize, String),
    #[error("coqc: {0}")]
    Coq(String),
}

/// Audit the compiled files of `build` against the claims.
pub fn audit(page: &Path, build: &Path) -> Result<Report, AuditError> {
    let text = fs::read_to_string(page)
        .map_err(|error| AuditError::Io(page.display().to_string(), error))?;
    let claims = claims::parse(&text)?;
    let libraries = Libraries::read(build)?;
    let laws = libraries.classes("theorems.Laws");
    let safety = Safety::of(&libraries);
    let mut groups: Vec<BTreeSet<Name>> = vec![safety.proved.values().cloned().collect()];
    for claim in &claims {
        let instances = claim
            .theorems
            .iter()
            .filter_map(|one| libraries.instance_of(one));
        groups.push(claim.all().cloned().chain(instances).collect());
    }
    for group in &mut groups {
        group.retain(|name| libraries.contains(name));
    }
    groups.retain(|group| !group.is_empty());
    let answers = coq::ask(build, &groups)?;

    let mut report = Report::default();
    for (name, answer) in &answers {
        let _ = writeln!(report.assumptions, "{name}: {}", answer.assumptions);
    }
    let axioms = libraries.axioms();
    for (name, place) in &axioms {
        report
            .faults
            .push(format!("{place} declares the axiom {name}"));
    }
    for claim in &claims {
        report.claim(claim, &libraries, &answers, &laws);
    }
    report.safety(&safety);
    for answer in safety.proved.values().filter_map(|name| answers.get(name)) {
        report.closed(&answer.name, answer);
        for law in laws.iter().filter(|law| *law != TYPED && answer.takes(law)) {
            report.faults.push(format!("{} assumes {law}", answer.name));
        }
    }
    let _ = writeln!(
        report.text,
        "{} claims, {} theorems of claims, {} theorems about panics, {} axioms",
        claims.len(),
        claims
            .iter()
            .map(|claim| claim.all().count())
            .sum::<usize>(),
        safety.proved.len(),
        axioms.len(),
    );
    Ok(report)
}

impl Report {
    fn claim(
        &mut self,
        claim: &Claim,
        libraries: &Libraries,
        answers: &BTreeMap<Name, coq::Answer>,
        laws: &BTreeSet<String>,
    ) {
        let _ = writeln!(
            self.text,
            "\n{} {}\n  {}",
            claim.id, claim.title, claim.sentence
        );
        for theorem in claim.all() {
            let Some(answer) = answers.get(theorem) else {
                self.faults
                    .push(format!("{}: there is no theorem {theorem}", claim.id));
                continue;
            };
            let mentioned = libraries.generated_constants(theorem);
            if mentioned.is_empty() {
                self.faults.push(format!(
                    "{}: {theorem} mentions no generated constant",
                    claim.id
                ));
            }
            let taken: BTreeSet<&String> = laws.iter().filter(|law| answer.takes(law)).collect();
            for law in &taken {
                if !claim.assumes.contains(law.as_str()) {
                    self.faults.push(format!(
                        "{}: {theorem} assumes {law}, the claim does not",
                        claim.id
                    ));
                }
            }
            let taken: Vec<&str> = taken.into_iter().map(String::as_str).collect();
            let laws = if taken.is_empty() {
                "none".to_owned()
            } else {
                taken.join(", ")
            };
            let _ = writeln!(
                self.text,
                "  theorem {theorem}\n    Print Assumptions: {}; laws: {laws}\n    about: {}",
                answer.assumptions,
                mentioned.into_iter().collect::<Vec<_>>().join(", "),
            );
            self.closed(theorem, answer);
        }
        for theorem in &claim.theorems {
            let Some(instance) = libraries.instance_of(theorem) else {
                self.faults
                    .push(format!("{}: {theorem} has no instance", claim.id));
                continue;
            };
            let Some(answer) = answers.get(&instance) else {
                continue;
            };
            let _ = writeln!(self.text, "  instance {instance}");
            self.closed(&instance, answer);
            if laws.iter().any(|law| answer.takes(law)) {
                self.faults
                    .push(format!("{}: {instance} assumes a law", claim.id));
            }
        }
    }

    fn closed(&mut self, name: &Name, answer: &coq::Answer) {
        if answer.assumptions != coq::CLOSED {
            self.faults
                .push(format!("{name} rests on {}", answer.assumptions));
        }
    }

    fn safety(&mut self, safety: &Safety) {
        let _ = writeln!(
            self.text,
            "\nGenerated functions that can panic, and their theorems"
        );
        for (file, (proved, all)) in &safety.counts {
            let _ = writeln!(self.text, "  {file}: {proved} of {all}");
        }
        for function in &safety.missing {
            self.faults
                .push(format!("{function} can panic and has no theorem about it"));
        }
    }
}

/// The theorems about panics: `f_safe` in `theorems/safety/m.v` for each `f` of `generated/m.v` whose type is `M ..`.
#[derive(Debug, Default)]
struct Safety {
    proved: BTreeMap<String, Name>,
    counts: BTreeMap<String, (usize, usize)>,
    missing: Vec<String>,
}

impl Safety {
    fn of(libraries: &Libraries) -> Self {
        let mut safety = Self::default();
        for (file, function) in libraries.panicking() {
            let label = format!("{file}.{function}");
            let name = Name::new(
                &format!("theorems.safety.{file}"),
                &format!("{function}_safe"),
            );
            let count = safety.counts.entry(file.clone()).or_default();
            count.1 += 1;
            if libraries.statement_mentions(&name, &format!("generated.{file}"), &function) {
                count.0 += 1;
                safety.proved.insert(label, name);
            } else {
                safety.missing.push(label);
            }
        }
        safety
    }
}
