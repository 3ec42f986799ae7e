//! All modules together, and what a name means in each.

use crate::ast::{Item, Module, Use, Violation};
use crate::source::Source;
use crate::{names, subset};
use std::collections::{BTreeMap, BTreeSet};

/// An item and the module that declares it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Global {
    pub module: String,
    pub name: String,
}

/// A checked program.
#[derive(Clone, Debug, Default)]
pub struct Program {
    pub modules: BTreeMap<String, Module>,
    /// The public names of the modules outside the subset: they are known, their bodies are not read.
    pub outside: BTreeMap<String, BTreeSet<String>>,
}

impl Program {
    /// Parse and check; either the program or every violation, in the order of the files.
    pub fn load(sources: &[Source]) -> Result<Self, Vec<Violation>> {
        let (program, violations) = Self::load_lenient(sources);
        if violations.is_empty() {
            Ok(program)
        } else {
            Err(violations)
        }
    }

    /// Parse and check; the modules without a violation are whole.
    #[must_use]
    pub fn load_lenient(sources: &[Source]) -> (Self, Vec<Violation>) {
        let mut program = Self::default();
        let mut violations = Vec::new();
        for source in sources {
            if source.is_outside() {
                program
                    .outside
                    .insert(source.module.clone(), public_names(&source.text));
                continue;
            }
            let (module, found) = subset::parse(source);
            violations.extend(found);
            program.modules.insert(module.path.clone(), module);
        }
        violations.extend(names::check(&program));
        violations.sort();
        violations.dedup();
        (program, violations)
    }

    /// The declaration that a name means in a module: its own, an imported one, or one of a glob.
    #[must_use]
    pub fn resolve(&self, module: &str, name: &str) -> Option<Global> {
        self.resolve_within(module, name, false, &mut BTreeSet::new())
    }

    /// The item of a global name, if it lies inside the subset.
    #[must_use]
    pub fn item(&self, global: &Global) -> Option<&Item> {
        self.modules.get(&global.module)?.item(&global.name)
    }

    fn resolve_within(
        &self,
        path: &str,
        name: &str,
        from_outside: bool,
        visited: &mut BTreeSet<String>,
    ) -> Option<Global> {
        if !visited.insert(path.to_owned()) {
            return None;
        }
        let global = Global {
            module: path.to_owned(),
            name: name.to_owned(),
        };
        if let Some(names) = self.outside.get(path) {
            return names.contains(name).then_some(global);
        }
        let module = self.modules.get(path)?;
        if module.item(name).is_some() {
            return Some(global);
        }
        let visible = |usage: &&Use| !from_outside || usage.public;
        let named = module
            .uses
            .iter()
            .filter(visible)
            .filter(|u| u.name.as_deref() == Some(name));
        let globs = module
            .uses
            .iter()
            .filter(visible)
            .filter(|u| u.name.is_none());
        named.chain(globs).find_map(|usage| {
            let target = target(path, usage)?;
            // A child sees the private imports of its parents.
            let outside = !path.starts_with(&format!("{target}::"));
            self.resolve_within(&target, name, outside, visited)
        })
    }

    /// The modules that a module imports from, with the place of the import.
    pub(crate) fn imports<'a>(
        &'a self,
        module: &'a Module,
    ) -> impl Iterator<Item = (String, &'a Use)> + 'a {
        module.uses.iter().filter_map(|usage| {
            let target = target(&module.path, usage)?;
            self.modules
                .contains_key(&target)
                .then_some((target, usage))
        })
    }
}

/// The module that a `use` names; nothing for hacspec-lib.
pub(crate) fn target(module: &str, usage: &Use) -> Option<String> {
    let (first, rest) = usage.module.split_first()?;
    let mut base: Vec<&str> = module.split("::").filter(|name| !name.is_empty()).collect();
    match first.as_str() {
        "crate" => base.clear(),
        "self" => {}
        "super" => {
            base.pop();
        }
        // `pub use types::*` names a child module.
        child if usage.module[0] != "hacspec_lib" => base.push(child),
        _ => return None,
    }
    base.extend(rest.iter().map(String::as_str));
    Some(base.join("::"))
}

/// The public functions, structs and constants of a file outside the subset.
fn public_names(text: &str) -> BTreeSet<String> {
    let Ok(file) = syn::parse_file(text) else {
        return BTreeSet::new();
    };
    let name = |item: &syn::Item| match item {
        syn::Item::Fn(item) => Some(item.sig.ident.to_string()),
        syn::Item::Struct(item) => Some(item.ident.to_string()),
        syn::Item::Const(item) => Some(item.ident.to_string()),
        syn::Item::Type(item) => Some(item.ident.to_string()),
        _ => None,
    };
    file.items.iter().filter_map(name).collect()
}
