//! Coq names: which are taken, and how a Rust name becomes one that is free.
//!
//! A name in Rust holds no `'`. Every name that the translator makes up, or has to change, holds one: so no variable
//! of the specification can be captured.

use std::collections::BTreeSet;
use std::sync::OnceLock;

const PRELUDE: &str = concat!(
    include_str!("../coq/Prelude.v"),
    include_str!("../coq/Modular.v")
);

/// Words of the language, and names of its library that generated code uses or that would be read as a constructor
/// where a pattern stands.
const WORDS: &str = "as at cofix else end exists exists2 fix for forall fun if in let match mod return then using \
    where with by left right inl inr inleft inright tt nil cons pair true false conj exist list option bool unit nat \
    identity negb andb orb fst snd length app map rev repeat seq firstn skipn concat";

fn reserved() -> &'static BTreeSet<String> {
    static RESERVED: OnceLock<BTreeSet<String>> = OnceLock::new();
    RESERVED.get_or_init(|| {
        let defined = PRELUDE.lines().filter_map(|line| {
            let rest = line.trim_start();
            let (word, rest) = rest.split_once(' ')?;
            let defines = ["Definition", "Fixpoint", "Inductive", "Notation"].contains(&word);
            let name = rest.split([' ', '\'', '"', ':']).next()?;
            defines.then(|| name.to_owned())
        });
        WORDS
            .split_whitespace()
            .map(str::to_owned)
            .chain(defined)
            .collect()
    })
}

/// A Rust name as a Coq name.
#[must_use]
pub fn mangle(name: &str) -> String {
    if reserved().contains(name) {
        format!("{name}'")
    } else {
        name.to_owned()
    }
}

/// The names of one function.
#[derive(Clone, Debug, Default)]
pub struct Names {
    taken: BTreeSet<String>,
}

impl Names {
    /// A name that no other variable of the function has: `x`, then `x'2`, `x'3`.
    pub fn fresh(&mut self, name: &str) -> String {
        let base = mangle(name);
        let mut candidate = base.clone();
        let mut number = 2;
        while !self.taken.insert(candidate.clone()) {
            candidate = format!("{}'{number}", base.trim_end_matches('\''));
            number += 1;
        }
        candidate
    }
}

/// The Coq file of a module.
#[must_use]
pub fn file(module: &str) -> String {
    module.replace("::", "_")
}

/// The file that declares the primitives as parameters of the protocol.
pub const PARAMETERS: &str = "primitives";

/// Whether the functions of a module are parameters of the protocol.
#[must_use]
pub fn is_opaque(module: &str) -> bool {
    module.starts_with("primitives::")
}
