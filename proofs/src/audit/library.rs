//! What Coq wrote about the compiled files: each `.glob` file lists the declarations of a file and, for each name in
//! its text, what the name means.

use super::{AuditError, ROOT};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::fs;
use std::path::Path;

/// A constant of the project: `theorems.DoubleRatchet` and `conversation`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    pub library: String,
    pub constant: String,
}

impl Name {
    #[must_use]
    pub fn new(library: &str, constant: &str) -> Self {
        Self {
            library: library.to_owned(),
            constant: constant.to_owned(),
        }
    }

    /// A theorem as `CLAIMS.md` names it: `DoubleRatchet.conversation` stands in `theorems/DoubleRatchet.v`.
    #[must_use]
    pub fn of_theorem(path: &str) -> Self {
        match path.rsplit_once('.') {
            Some((library, constant)) => Self::new(&format!("theorems.{library}"), constant),
            None => Self::new("theorems", path),
        }
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.library, self.constant)
    }
}

#[derive(Clone, Debug)]
struct Declaration {
    kind: String,
    name: String,
    start: usize,
    /// Where its statement ends: before its proof, or before the next declaration.
    end: usize,
}

#[derive(Clone, Debug)]
struct Reference {
    at: usize,
    target: Name,
    kind: String,
}

#[derive(Clone, Debug, Default)]
struct Library {
    declarations: Vec<Declaration>,
    references: Vec<Reference>,
    text: String,
}

/// All compiled files, by their names below the root.
#[derive(Clone, Debug, Default)]
pub struct Libraries {
    files: BTreeMap<String, Library>,
}

/// The meaning of `notation/`.
const NOTATION: &str = "Modular";

/// The kinds of declarations that stand on their own; binders, constructors and fields belong to one of these.
const TOP: [&str; 12] = [
    "abbrev", "ax", "class", "coe", "def", "ind", "inst", "not", "prf", "rec", "scheme", "sec",
];

impl Libraries {
    /// Read every `.glob` file below a folder, with its source beside it.
    pub fn read(build: &Path) -> Result<Self, AuditError> {
        let mut libraries = Self::default();
        libraries.folder(build, "")?;
        Ok(libraries)
    }

    fn folder(&mut self, folder: &Path, prefix: &str) -> Result<(), AuditError> {
        let failed = |error| AuditError::Io(folder.display().to_string(), error);
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            let stem = path
                .file_stem()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            let name = if prefix.is_empty() {
                stem
            } else {
                format!("{prefix}.{stem}")
            };
            if path.is_dir() {
                self.folder(&path, &name)?;
            } else if path
                .extension()
                .is_some_and(|extension| extension == "glob")
            {
                let read = |path: &Path| {
                    fs::read_to_string(path)
                        .map_err(|error| AuditError::Io(path.display().to_string(), error))
                };
                let library = Library::parse(&read(&path)?, read(&path.with_extension("v"))?);
                self.files.insert(name, library);
            }
        }
        Ok(())
    }

    fn declaration(&self, name: &Name) -> Option<(&Library, &Declaration)> {
        let library = self.files.get(&name.library)?;
        let found = library
            .declarations
            .iter()
            .find(|one| one.name == name.constant)?;
        Some((library, found))
    }

    #[must_use]
    pub fn contains(&self, name: &Name) -> bool {
        self.declaration(name).is_some()
    }

    /// The instance of a theorem: `t_instance` in a file of `theorems/instances`; of two, the one in a file that refers to
    /// the file of `t`.
    #[must_use]
    pub fn instance_of(&self, theorem: &Name) -> Option<Name> {
        let constant = format!("{}_instance", theorem.constant);
        let refers = |reference: &Reference| reference.target.library == theorem.library;
        let instances = || {
            self.files.iter().filter_map(|(library, file)| {
                let name = Name::new(library, &constant);
                let is_instance =
                    library.starts_with("theorems.instances.") && self.contains(&name);
                is_instance.then_some((name, file))
            })
        };
        let close = instances().find(|(_, file)| file.references.iter().any(refers));
        close.or_else(|| instances().next()).map(|(name, _)| name)
    }

    /// The classes that a file declares.
    #[must_use]
    pub fn classes(&self, library: &str) -> BTreeSet<String> {
        let Some(library) = self.files.get(library) else {
            return BTreeSet::new();
        };
        let lines = library.text.lines();
        let names = lines.filter_map(|line| line.strip_prefix("Class ")?.split(' ').next());
        names.map(str::to_owned).collect()
    }

    /// The axioms that the files declare, a variable outside of a section among them, and their places.
    #[must_use]
    pub fn axioms(&self) -> Vec<(String, String)> {
        let mut axioms = Vec::new();
        for (name, library) in &self.files {
            for declaration in library.declarations.iter().filter(|one| one.kind == "ax") {
                axioms.push((declaration.name.clone(), name.clone()));
            }
            for reference in &library.references {
                if matches!(reference.kind.as_str(), "ax" | "prfax")
                    && self.files.contains_key(&reference.target.library)
                {
                    axioms.push((reference.target.to_string(), name.clone()));
                }
            }
        }
        axioms.sort();
        axioms.dedup();
        axioms
    }

    /// The generated functions whose results are in the monad of panics, as file and function.
    #[must_use]
    pub fn panicking(&self) -> Vec<(String, String)> {
        let mut functions = Vec::new();
        for (name, library) in &self.files {
            let Some(file) = name.strip_prefix("generated.") else {
                continue;
            };
            for line in library.text.lines() {
                let Some(rest) = line.strip_prefix("Definition ") else {
                    continue;
                };
                let function = rest.split([' ', ':']).next().unwrap_or_default();
                if line.contains(" : M ") {
                    functions.push((file.to_owned(), function.to_owned()));
                }
            }
        }
        functions
    }

    /// Whether the statement of a theorem mentions a constant.
    #[must_use]
    pub fn statement_mentions(&self, theorem: &Name, library: &str, constant: &str) -> bool {
        let target = Name::new(library, constant);
        self.declaration(theorem)
            .is_some_and(|(file, declaration)| {
                declaration.kind == "prf" && file.mentions(declaration).any(|name| *name == target)
            })
    }

    /// The generated constants (or those of `notation/`, whose translation is written by hand) that a statement mentions, also through definitions of the theorem files.
    #[must_use]
    pub fn generated_constants(&self, theorem: &Name) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let mut seen = BTreeSet::new();
        let mut queue = vec![theorem.clone()];
        while let Some(name) = queue.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let Some((library, declaration)) = self.declaration(&name) else {
                continue;
            };
            for target in library.mentions(declaration) {
                let file = match target.library.as_str() {
                    NOTATION => Some(NOTATION),
                    library => library.strip_prefix("generated."),
                };
                if let Some(file) = file {
                    if self.is_function(target) {
                        found.insert(format!("{file}.{}", target.constant));
                    }
                } else {
                    queue.push(target.clone());
                }
            }
        }
        found
    }

    /// Whether a generated constant is a function or a constant of the specification, not a type or a predicate on one.
    fn is_function(&self, name: &Name) -> bool {
        self.declaration(name).is_some_and(|(_, declaration)| {
            declaration.kind == "def"
                && !["_typed", "_default", "_eqb"]
                    .iter()
                    .any(|end| name.constant.ends_with(end))
        })
    }
}

impl Library {
    fn parse(glob: &str, text: String) -> Self {
        let mut library = Self {
            text,
            ..Self::default()
        };
        for line in glob.lines() {
            library.line(line);
        }
        library.declarations.sort_by_key(|one| one.start);
        let starts: Vec<usize> = library.declarations.iter().map(|one| one.start).collect();
        let length = library.text.len();
        for (index, declaration) in library.declarations.iter_mut().enumerate() {
            let next = starts.get(index + 1).copied().unwrap_or(length);
            let own = library
                .text
                .get(declaration.start..next)
                .unwrap_or_default();
            let has_proof = matches!(declaration.kind.as_str(), "prf" | "inst" | "def");
            declaration.end = match own.find("\nProof") {
                Some(length) if has_proof => declaration.start + length,
                _ => match own.find(" Proof.") {
                    Some(length) if has_proof => declaration.start + length,
                    _ => next,
                },
            };
        }
        library
    }

    /// `prf 269:283 <> name` declares, `R298:311 Library <> name kind` refers.
    fn line(&mut self, line: &str) -> Option<()> {
        let mut words = line.split(' ');
        let first = words.next()?;
        if let Some(range) = first.strip_prefix('R') {
            let library = words.next()?.strip_prefix(ROOT)?.strip_prefix('.')?;
            let (_section, name, kind) = (words.next()?, words.next()?, words.next()?);
            self.references.push(Reference {
                at: start(range)?,
                target: Name::new(library, name),
                kind: kind.to_owned(),
            });
        } else if TOP.contains(&first) {
            let range = words.next()?;
            let name = words.nth(1)?;
            self.declarations.push(Declaration {
                kind: first.to_owned(),
                name: name.to_owned(),
                start: start(range)?,
                end: 0,
            });
        }
        Some(())
    }

    fn mentions<'a>(&'a self, declaration: &'a Declaration) -> impl Iterator<Item = &'a Name> + 'a {
        let range = declaration.start..declaration.end;
        self.references
            .iter()
            .filter(move |reference| range.contains(&reference.at))
            .map(|reference| &reference.target)
    }
}

fn start(range: &str) -> Option<usize> {
    range.split(':').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write;

    /// Files with their `.glob` text; a reference is written where its name stands in the text.
    fn libraries(files: &[(&str, &str, &[&str])]) -> Libraries {
        let mut libraries = Libraries::default();
        for (name, text, lines) in files {
            let mut glob = String::new();
            for line in *lines {
                let (word, rest) = line.split_once(' ').expect("a name and the rest");
                let at = text.find(word).expect("the name is in the text");
                let _ = match rest.split_once(' ') {
                    Some((target, kind)) => {
                        writeln!(glob, "R{at}:{at} {ROOT}.{target} <> {word} {kind}")
                    }
                    None => writeln!(glob, "{rest} {at}:{at} <> {word}"),
                };
            }
            libraries.files.insert(
                (*name).to_owned(),
                Library::parse(&glob, (*text).to_owned()),
            );
        }
        libraries
    }

    fn sample() -> Libraries {
        libraries(&[
            (
                "generated.m",
                "Definition run (x : u8) : M u8 :=\n  checked.\n\nDefinition S_typed : Prop := True.\n",
                &["run def", "S_typed def"],
            ),
            (
                "theorems.T",
                "Definition twice := run.\nLemma run_safe : twice = twice.\nProof. exact hidden. Qed.\n\
                 Lemma typed_only : S_typed.\nProof. auto. Qed.\n",
                &[
                    "twice def",
                    "run generated.m def",
                    "run_safe prf",
                    "hidden generated.m def",
                    "typed_only prf",
                    "S_typed generated.m def",
                ],
            ),
        ])
    }

    #[test]
    fn a_statement_mentions_what_its_definitions_mention() {
        let mut libraries = sample();
        let theorem = Name::new("theorems.T", "run_safe");
        // The helper above writes one reference for each word; the one of the statement stands later in the text.
        let library = libraries.files.get_mut("theorems.T").expect("the file");
        let at = library.text.find("twice = ").expect("the statement");
        library.references.push(Reference {
            at,
            target: Name::new("theorems.T", "twice"),
            kind: "def".to_owned(),
        });
        let found = libraries.generated_constants(&theorem);
        assert_eq!(found, BTreeSet::from(["m.run".to_owned()]));
    }

    #[test]
    fn a_proof_and_a_type_are_not_the_statement() {
        let libraries = sample();
        let theorem = Name::new("theorems.T", "run_safe");
        assert!(!libraries.statement_mentions(&theorem, "generated.m", "hidden"));
        let typed = Name::new("theorems.T", "typed_only");
        assert!(libraries.statement_mentions(&typed, "generated.m", "S_typed"));
        assert!(libraries.generated_constants(&typed).is_empty());
    }

    #[test]
    fn functions_in_the_monad_can_panic() {
        assert_eq!(sample().panicking(), [("m".to_owned(), "run".to_owned())]);
    }

    #[test]
    fn an_axiom_and_a_variable_outside_of_a_section_are_found() {
        let libraries = libraries(&[(
            "theorems.A",
            "Axiom a : nat.\nContext (x : nat).\nLemma l : x = x.\nProof. auto. Qed.\n",
            &["a ax", "x theorems.A prfax"],
        )]);
        let expected = [("a", "theorems.A"), ("theorems.A.x", "theorems.A")];
        assert_eq!(
            libraries.axioms(),
            expected.map(|(name, place)| (name.to_owned(), place.to_owned()))
        );
    }

    #[test]
    fn laws_are_classes() {
        let libraries = libraries(&[(
            "theorems.Laws",
            "Class Typed (P : Primitives) : Prop := {\n}.\nDefinition d := 1.\n",
            &["d def"],
        )]);
        assert_eq!(
            libraries.classes("theorems.Laws"),
            BTreeSet::from(["Typed".to_owned()])
        );
    }
}
