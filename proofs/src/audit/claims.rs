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

/// Read the claims; what is missing in one is an error with its line.
pub fn parse(text: &str) -> Result<Vec<Claim>, AuditError> {
    let mut claims: Vec<(usize, Claim)> = Vec::new();
    let mut in_claim = false;
    for (line, number) in text.lines().zip(1..) {
        if let Some(heading) = line.strip_prefix("### ") {
            let (id, title) = heading
                .split_once(". ")
                .ok_or_else(|| AuditError::Claims(number, "a heading without `ID. `".to_owned()))?;
            let claim = Claim {
                id: id.to_owned(),
                title: title.to_owned(),
                ..Claim::default()
            };
            claims.push((number, claim));
            in_claim = true;
        } else if line.starts_with("## ") {
            in_claim = false;
        } else if let (true, Some((_, claim))) = (in_claim, claims.last_mut()) {
            claim.line(line);
        }
    }
    claims
        .into_iter()
        .map(|(number, claim)| {
            claim
                .whole()
                .map_err(|reason| AuditError::Claims(number, reason))
        })
        .collect()
}

impl Claim {
    /// The theorems and the facts.
    pub fn all(&self) -> impl Iterator<Item = &Name> {
        self.theorems.iter().chain(&self.facts)
    }

    /// A claim has a sentence and a theorem.
    fn whole(self) -> Result<Self, String> {
        let missing = if self.sentence.is_empty() {
            "a sentence"
        } else if self.all().next().is_none() {
            "a theorem"
        } else {
            return Ok(self);
        };
        Err(format!("a claim without {missing}"))
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
                        - facts: `A.d`\n- assumes: `Typed`\n\n## Open\n\nNot proved.\n- theorems: `A.e`\n";

    #[test]
    fn a_claim_has_its_parts() {
        let claims = parse(TEXT).expect("well formed");
        let [claim] = claims.as_slice() else {
            panic!("one claim, and no more below another heading")
        };
        assert_eq!((claim.id.as_str(), claim.title.as_str()), ("R1", "Order"));
        assert_eq!(claim.sentence, "Any order is fine.");
        assert_eq!(
            claim.theorems,
            [Name::of_theorem("A.b"), Name::of_theorem("A.c")]
        );
        assert_eq!(claim.facts, [Name::of_theorem("A.d")]);
        assert_eq!(claim.assumes, BTreeSet::from(["Typed".to_owned()]));
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
