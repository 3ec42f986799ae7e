//! The Coq files: which modules are translated, in which order, and what each file holds.

mod interface;

use crate::ast::{Item, ItemKind, Module, Violation};
use crate::effects;
use crate::emit::Emitter;
use crate::ir;
use crate::naming;
use crate::program::{Global, Program};
use crate::source::Source;
use crate::typing::{self, Definitions};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write;

/// The text of each Coq file by its name without `.v`, and the order in which Coq needs them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Generated {
    pub files: BTreeMap<String, String>,
    pub order: Vec<String>,
}

/// Translate the modules `roots` and what they import; without roots, all modules.
pub fn generate(sources: &[Source], roots: &[&str]) -> Result<Generated, Vec<Violation>> {
    let (program, violations) = Program::load_lenient(sources);
    let roots = if roots.is_empty() {
        program.modules.keys().map(String::as_str).collect()
    } else {
        roots.to_vec()
    };
    let modules = in_order(&program, &roots);
    let files: BTreeSet<&str> = modules.iter().map(|module| module.file.as_str()).collect();
    let relevant: Vec<Violation> = violations
        .into_iter()
        .filter(|v| files.contains(v.file.as_str()))
        .collect();
    if !relevant.is_empty() {
        return Err(relevant);
    }
    let mut generator = Generator {
        program: &program,
        definitions: Definitions::default(),
    };
    for module in &modules {
        generator
            .definitions
            .declare(&program, module)
            .map_err(|violation| vec![violation])?;
    }
    generator.run(&modules)
}

/// The modules that are reached from the roots, each after those that it imports.
fn in_order<'a>(program: &'a Program, roots: &[&str]) -> Vec<&'a Module> {
    fn visit<'a>(
        program: &'a Program,
        path: &str,
        visited: &mut BTreeSet<String>,
        order: &mut Vec<&'a Module>,
    ) {
        let Some(module) = program.modules.get(path) else {
            return;
        };
        if !visited.insert(path.to_owned()) {
            return;
        }
        for (next, _) in program.imports(module) {
            visit(program, &next, visited, order);
        }
        order.push(module);
    }
    let mut order = Vec::new();
    let mut visited = BTreeSet::new();
    for root in roots {
        visit(program, root, &mut visited, &mut order);
    }
    // What the parameters are made of stands before whoever takes them.
    let (primitives, protocol): (Vec<&Module>, Vec<&Module>) = order
        .into_iter()
        .partition(|module| is_below_parameters(program, module));
    primitives.into_iter().chain(protocol).collect()
}

/// Whether a module neither takes the primitives as parameters nor stands above one that does: the primitives, and
/// what they import.
fn is_below_parameters(program: &Program, module: &Module) -> bool {
    naming::is_opaque(&module.path)
        || program
            .modules
            .values()
            .filter(|other| naming::is_opaque(&other.path))
            .any(|other| program.imports(other).any(|(path, _)| path == module.path))
}

struct Generator<'a> {
    program: &'a Program,
    definitions: Definitions,
}

/// One translated module before its header is written.
struct Body {
    module: String,
    declarations: String,
    functions: String,
    used: BTreeSet<Global>,
    parameters: BTreeSet<Global>,
}

impl Generator<'_> {
    fn run(&mut self, modules: &[&Module]) -> Result<Generated, Vec<Violation>> {
        let mut bodies = Vec::new();
        for module in modules.iter().filter(|module| !module.items.is_empty()) {
            bodies.push(self.module(module)?);
        }
        let parameters = bodies.iter().flat_map(|body| &body.parameters);
        let interface = self.interface(modules, &parameters.cloned().collect())?;
        let mut out = Generated::default();
        let mut parametric = BTreeSet::new();
        for body in &bodies {
            let is_parametric = !body.parameters.is_empty()
                || body
                    .used
                    .iter()
                    .any(|global| parametric.contains(&global.module));
            if is_parametric && parametric.is_empty() {
                out.add(naming::PARAMETERS, interface.clone());
            }
            if is_parametric {
                parametric.insert(body.module.clone());
            }
            out.add(&naming::file(&body.module), body.file(is_parametric));
        }
        Ok(out)
    }

    fn module(&mut self, module: &Module) -> Result<Body, Vec<Violation>> {
        let (mut used, mut parameters) = (BTreeSet::new(), BTreeSet::new());
        let mut declarations = String::new();
        let mut functions = String::new();
        for item in &module.items {
            if let ItemKind::Function(function) = &item.kind {
                let typed = self.function(module, item, function).map_err(|v| vec![v])?;
                let mut emitter = self.emitter(module);
                let _ = write!(functions, "\n{}", emitter.function(&typed));
                parameters.extend(emitter.parameters.clone());
                finish(emitter, &mut used)?;
            } else {
                let mut emitter = self.emitter(module);
                let text = self
                    .declaration(module, item, &mut emitter)
                    .map_err(|v| vec![v])?;
                let _ = write!(declarations, "\n{text}");
                finish(emitter, &mut used)?;
            }
        }
        Ok(Body {
            module: module.path.clone(),
            declarations,
            functions,
            used,
            parameters,
        })
    }

    fn emitter(&self, module: &Module) -> Emitter<'_> {
        Emitter::new(&self.definitions, &module.path, &module.file)
    }

    /// Type a function, and remember whether it can panic.
    fn function(
        &mut self,
        module: &Module,
        item: &Item,
        function: &crate::ast::Function,
    ) -> Result<ir::Function, Violation> {
        let name = item.name.as_str();
        let mut typed = typing::function(self.program, &self.definitions, module, name, function)?;
        typed.panics = effects::block_panics(&typed.body, &typed.types);
        if let Some(signature) = self.definitions.functions.get_mut(&typed.name) {
            signature.panics = typed.panics;
        }
        Ok(typed)
    }

    fn declaration(
        &self,
        module: &Module,
        item: &Item,
        emitter: &mut Emitter<'_>,
    ) -> Result<String, Violation> {
        if let ItemKind::Const { value, .. } = &item.kind {
            let name = item.name.as_str();
            let (value, types) =
                typing::constant(self.program, &self.definitions, module, name, value)?;
            return Ok(emitter.constant(name, &value.ty.clone(), &value, types));
        }
        Ok(emitter.type_declaration(item).unwrap_or_default())
    }
}

impl Body {
    /// The text of the file; the functions of a parametric module take the primitives.
    fn file(&self, is_parametric: bool) -> String {
        let own = naming::file(&self.module);
        let mut modules: Vec<&str> = self
            .used
            .iter()
            .map(|global| global.module.as_str())
            .collect();
        if is_parametric {
            modules.push(naming::PARAMETERS);
        }
        let requires = requires(modules.into_iter(), &own);
        let mut text = format!("{HEADER}\n(** [spec::{}] *)\n{requires}", self.module);
        text.push_str(&self.declarations);
        if is_parametric && !self.functions.is_empty() {
            let _ = write!(
                text,
                "\nSection {own}.\nContext {{P : {}.Primitives}}.\n",
                naming::PARAMETERS
            );
            text.push_str(&self.functions);
            let _ = write!(text, "\nEnd {own}.\n");
        } else {
            text.push_str(&self.functions);
        }
        text
    }
}

const HEADER: &str = "(* Generated by `twinratchet-proofs translate`. Do not edit. *)";

fn requires<'a>(modules: impl Iterator<Item = &'a str>, own: &str) -> String {
    let files: BTreeSet<String> = modules
        .map(naming::file)
        .filter(|file| file.as_str() != own)
        .collect();
    let mut text = "From Twinratchet Require Import Prelude Modular.\n".to_owned();
    if !files.is_empty() {
        let files: Vec<String> = files.into_iter().collect();
        let _ = writeln!(
            text,
            "From Twinratchet.generated Require {}.",
            files.join(" ")
        );
    }
    text
}

fn finish(emitter: Emitter<'_>, used: &mut BTreeSet<Global>) -> Result<(), Vec<Violation>> {
    if !emitter.violations.is_empty() {
        return Err(emitter.violations);
    }
    used.extend(emitter.used);
    Ok(())
}

impl Generated {
    fn add(&mut self, file: &str, text: String) {
        self.order.push(file.to_owned());
        self.files.insert(file.to_owned(), text);
    }
}
