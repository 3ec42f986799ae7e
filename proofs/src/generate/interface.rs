//! The file of the primitives: their types, and a class with one member for each function that is used.

use super::{finish, requires, Generator, HEADER};
use crate::ast::{Module, Pos, Violation};
use crate::emit::Emitter;
use crate::naming;
use crate::program::Global;
use crate::typing::Signature;
use std::collections::BTreeSet;

const TITLE: &str =
    "(** The primitives that the protocol uses, as parameters: they are taken not to panic. *)";

impl Generator<'_> {
    /// The text of the file for the primitives that are used.
    pub(super) fn interface(
        &self,
        modules: &[&Module],
        used: BTreeSet<Global>,
    ) -> Result<String, Vec<Violation>> {
        let wanted = self.with_their_types(used);
        let (mut types, mut members) = (String::new(), Vec::new());
        let mut imported = BTreeSet::new();
        for module in modules {
            for item in &module.items {
                let global = Global {
                    module: module.path.clone(),
                    name: item.name.clone(),
                };
                if !wanted.contains(&global) {
                    continue;
                }
                let mut emitter = Emitter::new(&self.definitions, &module.path, &module.file);
                if let Some(signature) = self.definitions.functions.get(&global) {
                    refuse_second(&members, module, item.pos, &item.name)?;
                    let text = member(&mut emitter, &global, signature);
                    members.push((item.name.clone(), text));
                } else if let Some(text) = emitter.type_declaration(item) {
                    types.push('\n');
                    types.push_str(&text);
                }
                finish(emitter, &mut imported)?;
            }
        }
        let imported = imported.iter().map(|global| global.module.as_str());
        let requires = requires(imported, "primitives");
        let members: Vec<String> = members.into_iter().map(|(_, text)| text).collect();
        let members = members.join(";\n");
        Ok(format!(
            "{HEADER}\n{TITLE}\n{requires}{types}\nClass Primitives : Type := {{\n{members}\n}}.\n"
        ))
    }

    /// The primitives, and the opaque types in their signatures and in each other.
    fn with_their_types(&self, used: BTreeSet<Global>) -> BTreeSet<Global> {
        let mut queue: Vec<Global> = used.into_iter().collect();
        let mut wanted = BTreeSet::new();
        while let Some(global) = queue.pop() {
            queue.extend(self.types_of(&global));
            wanted.insert(global.clone());
            queue.retain(|next| !wanted.contains(next));
        }
        wanted
    }

    /// The opaque types in a declaration.
    fn types_of(&self, global: &Global) -> Vec<Global> {
        let definitions = &self.definitions;
        let mut emitter = Emitter::new(definitions, "", "");
        if let Some(signature) = definitions.functions.get(global) {
            for ty in signature.parameters.iter().chain([&signature.result]) {
                emitter.ty(ty);
            }
        }
        for (_, ty) in definitions.structs.get(global).into_iter().flatten() {
            emitter.ty(ty);
        }
        for variant in definitions.enums.get(global).into_iter().flatten() {
            for (_, ty) in &variant.fields {
                emitter.ty(ty);
            }
        }
        let is_opaque = |global: &Global| naming::is_opaque(&global.module);
        emitter.used.into_iter().filter(is_opaque).collect()
    }
}

fn member(emitter: &mut Emitter<'_>, global: &Global, signature: &Signature) -> String {
    let mut chain = String::new();
    for parameter in &signature.parameters {
        chain.push_str(&emitter.ty(parameter));
        chain.push_str(" -> ");
    }
    let result = emitter.ty(&signature.result);
    let name = naming::mangle(&global.name);
    format!("  (** [{}] *)\n  {name} : {chain}{result}", global.module)
}

/// All members stand in one class: two of one name could not be told apart.
fn refuse_second(
    members: &[(String, String)],
    module: &Module,
    pos: Pos,
    name: &str,
) -> Result<(), Vec<Violation>> {
    if members.iter().all(|(other, _)| other != name) {
        return Ok(());
    }
    let reason = format!("two primitives have the name `{name}`");
    Err(vec![Violation {
        file: module.file.clone(),
        pos,
        reason,
    }])
}
