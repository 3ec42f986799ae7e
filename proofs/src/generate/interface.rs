//! The file of the parameters: a class with one member for each primitive that the protocol calls.

use super::{finish, requires, Generator, HEADER};
use crate::ast::{Module, Pos, Violation};
use crate::emit::Emitter;
use crate::naming;
use crate::program::Global;
use crate::typing::Signature;
use std::collections::BTreeSet;

const TITLE: &str =
    "(** The primitives that the protocol calls, as parameters: they are taken not to panic. *)";

impl Generator<'_> {
    /// The text of the file; a member has the type of the primitive without its panics.
    pub(super) fn interface(
        &self,
        modules: &[&Module],
        used: &BTreeSet<Global>,
    ) -> Result<String, Vec<Violation>> {
        let mut members = Vec::new();
        let mut imported = BTreeSet::new();
        for module in modules {
            for item in &module.items {
                let global = Global {
                    module: module.path.clone(),
                    name: item.name.clone(),
                };
                let Some(signature) = self.definitions.functions.get(&global) else {
                    continue;
                };
                if !used.contains(&global) {
                    continue;
                }
                refuse_second(&members, module, item.pos, &item.name)?;
                let mut emitter = Emitter::new(&self.definitions, naming::PARAMETERS, &module.file);
                let text = member(&mut emitter, &global, signature);
                members.push((item.name.clone(), text));
                finish(emitter, &mut imported)?;
            }
        }
        let imported = imported.iter().map(|global| global.module.as_str());
        let requires = requires(imported, naming::PARAMETERS);
        let members: Vec<String> = members.into_iter().map(|(_, text)| text).collect();
        let members = members.join(";\n");
        Ok(format!(
            "{HEADER}\n{TITLE}\n{requires}\nClass Primitives : Type := {{\n{members}\n}}.\n"
        ))
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
