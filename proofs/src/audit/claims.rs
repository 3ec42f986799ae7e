//! `CLAIMS.md`: the claims as a reader and the audit find them.
//!
//! A claim is a heading `### ID. Title`, its sentence in the lines below, and a list:
//!
//! ```text
//! - theorems: `DoubleRatchet.conversation`, ...
//! - facts: `Hashes.sha256_of_abc`, ...
//! - assumes: `Typed`, `CbcInverts`; or nothing
//! ```
//!
//! A theorem `t` has its instance `t_instance` in a file of `theorems/instances`. A fact has no hypotheses and needs none.
//!
//! Below the heading `## Open`, a list item ``- `file` `` or ``- `file.function` `` names functions that can panic and have no theorem.

use super::library::Name;
use super::AuditError;
use std::collections::BTreeSet;

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claim {
    pub id: String,
    pub title: String,
    pub sentence: String,
    pub theorems: Vec<Name>,
    /// Computed facts: theorems without hypotheses.
    pub facts: Vec<Name>,
    pub assumes: BTreeSet<String>,
}

#[derive(Clone, Debug, Default)]
pub struct Document {
    pub claims: Vec<Claim>,
    /// Generated files, or functions as `file.function`, whose panics are open.
    pub open: BTreeSet<String>,
}

/// Read the claims; what is missing in one is an error with its line.
pub fn parse(text: &str) -> Result<Document, AuditError> {
    let mut document = Document::default();
    let mut in_open = false;
    let mut heading = 0;
    for (index, line) in text.lines().enumerate() {
        if let Some(title) = line.strip_prefix("### ") {
            finish(&document, heading)?;
            let (id, title) = title.split_once(". ").ok_or_else(|| {
                AuditError::Claims(index + 1, "a heading without `ID. `".to_owned())
            })?;
            document.claims.push(Claim {
                id: id.to_owned(),
                title: title.to_owned(),
                ..Claim::default()
            });
            heading = index + 1;
            in_open = false;
        } else if let Some(title) = line.strip_prefix("## ") {
            finish(&document, heading)?;
            heading = 0;
            in_open = title == "Open";
        } else if in_open {
            if line.starts_with("- `") {
                document.open.extend(quoted(line).next().map(str::to_owned));
            }
        } else if heading > 0 {
            if let Some(claim) = document.claims.last_mut() {
                claim.line(line);
            }
        }
    }
    finish(&document, heading)?;
    Ok(document)
}

/// A claim has a sentence and a theorem.
fn finish(document: &Document, heading: usize) -> Result<(), AuditError> {
    match document.claims.last() {
        Some(claim) if heading > 0 && claim.sentence.is_empty() => Err(AuditError::Claims(
            heading,
            "a claim without a sentence".to_owned(),
        )),
        Some(claim) if heading > 0 && claim.all().next().is_none() => Err(AuditError::Claims(
            heading,
            "a claim without a theorem".to_owned(),
        )),
        _ => Ok(()),
    }
}

impl Claim {
    /// The theorems and the facts.
    pub fn all(&self) -> impl Iterator<Item = &Name> {
        self.theorems.iter().chain(&self.facts)
    }

    fn line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("- theorems: ") {
            self.theorems.extend(quoted(rest).map(Name::of_theorem));
        } else if let Some(rest) = line.strip_prefix("- facts: ") {
            self.facts.extend(quoted(rest).map(Name::of_theorem));
        } else if let Some(rest) = line.strip_prefix("- assumes: ") {
            self.assumes.extend(quoted(rest).map(str::to_owned));
        } else if !line.is_empty() && self.all().next().is_none() && !line.starts_with("- ") {
            if !self.sentence.is_empty() {
                self.sentence.push(' ');
            }
            self.sentence.push_str(line);
        }
    }
}

/// What stands between backquotes.
fn quoted(text: &str) -> impl Iterator<Item = &str> {
    text.split('`').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str =
        "# Claims\n\n## First\n\n### R1. Order\nAny order\nis fine.\n\n- theorems: `A.b`, `A.c`\n\
                        - facts: `A.d`\n- assumes: `Typed`\n\n## Open\n\n- `m`: why\n- `n.f`\n";

    #[test]
    fn a_claim_has_its_parts() {
        let document = parse(TEXT).expect("well formed");
        let claim = &document.claims[0];
        assert_eq!((claim.id.as_str(), claim.title.as_str()), ("R1", "Order"));
        assert_eq!(claim.sentence, "Any order is fine.");
        assert_eq!(
            claim.theorems,
            [Name::of_theorem("A.b"), Name::of_theorem("A.c")]
        );
        assert_eq!(claim.facts, [Name::of_theorem("A.d")]);
        assert_eq!(claim.assumes, BTreeSet::from(["Typed".to_owned()]));
        assert_eq!(
            document.open,
            BTreeSet::from(["m".to_owned(), "n.f".to_owned()])
        );
    }

    #[test]
    fn a_claim_without_a_theorem_is_an_error() {
        let error = parse("### R1. Order\nAny.\n").expect_err("no theorem");
        assert_eq!(
            error.to_string(),
            "CLAIMS.md, line 1: a claim without a theorem"
        );
        let error = parse("### R1. Order\n- theorems: `A.b`\n").expect_err("no sentence");
        assert_eq!(
            error.to_string(),
            "CLAIMS.md, line 1: a claim without a sentence"
        );
    }
}
