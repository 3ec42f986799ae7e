//! Declarations other than functions.

use super::terms::Steps;
use super::Emitter;
use crate::ast::{Item, ItemKind, Pos};
use crate::coq::Term;
use crate::ir;
use crate::naming;
use crate::program::Global;
use crate::ty::{Inference, Ty};
use std::fmt::Write;

impl Emitter<'_> {
    /// A type of the module; nothing for constants and functions.
    pub fn type_declaration(&mut self, item: &Item) -> Option<String> {
        let global = Global {
            module: self.module.clone(),
            name: item.name.clone(),
        };
        match &item.kind {
            ItemKind::Array { .. } => {
                let (element, length) = self.definitions.arrays.get(&global)?.clone();
                let typed = self.typed(&element);
                let typed = Term::app("typed_array", vec![typed, Term::atom(&length)]).print(2);
                let element = self.ty(&element);
                let name = &item.name;
                Some(format!(
                    "(** {length} elements. *)\nNotation {name} := (list {element}) (only parsing).\n\
                     Definition {name}_typed : {name} -> Prop := {typed}.\n\
                     #[global] Hint Unfold {name}_typed : typed.\n"
                ))
            }
            ItemKind::Alias(_) => {
                let ty = self.definitions.aliases.get(&global)?.clone();
                let ty = self.ty(&ty);
                Some(format!(
                    "Notation {} := ({ty}) (only parsing).\n",
                    item.name
                ))
            }
            ItemKind::Struct { derives, .. } => {
                let mut text = self.record(&global)?;
                text.push_str(&self.record_typed(&global)?);
                if derives.default {
                    text.push_str(&self.record_default(item.pos, &global)?);
                }
                if derives.equality {
                    text.push_str(&self.record_equality(item.pos, &global)?);
                }
                Some(text)
            }
            ItemKind::Enum { derives, .. } => {
                let mut text = self.inductive(&global)?;
                text.push_str(&self.enum_typed(&global)?);
                if derives.default {
                    text.push_str(&self.enum_default(&global)?);
                }
                if derives.equality {
                    text.push_str(&self.enum_equality(item.pos, &global)?);
                }
                Some(text)
            }
            ItemKind::Const { .. } | ItemKind::Function(_) => None,
        }
    }

    /// A constant: its value must be plain.
    pub fn constant(&mut self, name: &str, ty: &Ty, value: &ir::Expr, types: Inference) -> String {
        self.types = types;
        let ty = self.ty(ty);
        let mut steps = Steps::new();
        let term = self.value(value, &mut steps);
        if !steps.is_empty() {
            self.reject(value.pos, "constant that is computed");
        }
        format!(
            "Definition {} : {ty} :=\n  {}.\n",
            naming::mangle(name),
            term.print(2)
        )
    }

    fn record(&mut self, global: &Global) -> Option<String> {
        let fields = self.definitions.structs.get(global)?.clone();
        let name = &global.name;
        let mut text = format!("Record {name} : Type := mk_{name} {{\n");
        for (index, (field, ty)) in fields.iter().enumerate() {
            let end = if index + 1 < fields.len() { ";" } else { "" };
            let _ = writeln!(text, "  {name}_{field} : {}{end}", self.ty(ty));
        }
        text.push_str("}.\n");
        Some(text)
    }

    fn record_default(&mut self, pos: Pos, global: &Global) -> Option<String> {
        let fields = self.definitions.structs.get(global)?.clone();
        let name = &global.name;
        let values = fields
            .iter()
            .map(|(_, ty)| self.default_value(pos, ty))
            .collect();
        let value = Term::app(format!("mk_{name}"), values);
        Some(format!(
            "Definition {name}_default : {name} := {}.\n",
            value.print(2)
        ))
    }

    /// What a value of the type in Rust is: each field is a value of its type.
    fn record_typed(&mut self, global: &Global) -> Option<String> {
        let fields = self.definitions.structs.get(global)?.clone();
        let name = &global.name;
        let tests = fields
            .iter()
            .map(|(field, ty)| {
                apply(
                    self.typed(ty),
                    vec![Term::atom(format!("x.({name}_{field})"))],
                )
            })
            .collect::<Vec<_>>();
        let test = every(&tests, 2);
        Some(format!(
            "Definition {name}_typed (x : {name}) : Prop :=\n  {test}.\n\
             #[global] Hint Unfold {name}_typed : typed.\n"
        ))
    }

    fn enum_typed(&mut self, global: &Global) -> Option<String> {
        let variants = self.definitions.enums.get(global)?.clone();
        let name = &global.name;
        let mut text = format!("Definition {name}_typed (x : {name}) : Prop :=\n  match x with");
        for variant in &variants {
            let payload: Vec<String> = (0..variant.fields.len())
                .map(|index| format!("x'{index}"))
                .collect();
            let tests = variant
                .fields
                .iter()
                .zip(&payload)
                .map(|((_, ty), payload)| apply(self.typed(ty), vec![Term::atom(payload)]))
                .collect::<Vec<_>>();
            let test = every(&tests, 6);
            let pattern = Term::app(
                format!("{name}_{}", variant.name),
                payload.iter().map(Term::atom).collect(),
            );
            let _ = write!(text, "\n  | {} =>\n      {test}", pattern.print(4));
        }
        text.push_str("\n  end.\n");
        Some(text)
    }

    fn record_equality(&mut self, pos: Pos, global: &Global) -> Option<String> {
        let fields = self.definitions.structs.get(global)?.clone();
        let name = &global.name;
        let compare = |side: &str, field: &str| Term::atom(format!("{side}.({name}_{field})"));
        let tests = fields
            .iter()
            .map(|(field, ty)| {
                let equality = self.equality(pos, ty);
                apply(equality, vec![compare("a", field), compare("b", field)])
            })
            .collect();
        let test = all(tests).print(2);
        Some(format!(
            "Definition {name}_eqb (a b : {name}) : bool :=\n  {test}.\n"
        ))
    }

    fn inductive(&mut self, global: &Global) -> Option<String> {
        let variants = self.definitions.enums.get(global)?.clone();
        let name = &global.name;
        let mut text = format!("Inductive {name} : Type :=");
        for variant in &variants {
            let _ = write!(text, "\n| {name}_{}", variant.name);
            for (index, (field, ty)) in variant.fields.iter().enumerate() {
                let binder = match field.parse::<usize>() {
                    Ok(_) => format!("payload'{index}"),
                    Err(_) => naming::mangle(field),
                };
                let _ = write!(text, " ({binder} : {})", self.ty(ty));
            }
        }
        text.push_str(".\n");
        Some(text)
    }

    fn enum_default(&mut self, global: &Global) -> Option<String> {
        let variants = self.definitions.enums.get(global)?;
        let default = variants.iter().find(|variant| variant.default)?;
        let name = &global.name;
        Some(format!(
            "Definition {name}_default : {name} := {name}_{}.\n",
            default.name
        ))
    }

    fn enum_equality(&mut self, pos: Pos, global: &Global) -> Option<String> {
        let variants = self.definitions.enums.get(global)?.clone();
        let name = &global.name;
        let mut text = format!("Definition {name}_eqb (a b : {name}) : bool :=\n  match a, b with");
        for variant in &variants {
            let (mut left, mut right) = (String::new(), String::new());
            for index in 0..variant.fields.len() {
                let _ = write!(left, " a'{index}");
                let _ = write!(right, " b'{index}");
            }
            let tests = variant
                .fields
                .iter()
                .enumerate()
                .map(|(index, (_, ty))| {
                    let sides = ["a", "b"].map(|side| Term::atom(format!("{side}'{index}")));
                    apply(self.equality(pos, ty), sides.to_vec())
                })
                .collect();
            let variant = format!("{name}_{}", variant.name);
            let test = all(tests).print(4);
            let _ = write!(text, "\n  | {variant}{left}, {variant}{right} => {test}");
        }
        if variants.len() > 1 {
            text.push_str("\n  | _, _ => false");
        }
        text.push_str("\n  end.\n");
        Some(text)
    }
}

/// A function term with more arguments.
pub(super) fn apply(function: Term, more: Vec<Term>) -> Term {
    match function {
        Term::App(head, mut arguments) => {
            arguments.extend(more);
            Term::App(head, arguments)
        }
        head => Term::app(head.print(0), more),
    }
}

/// The conjunction of tests; `true` if there is none.
fn all(tests: Vec<Term>) -> Term {
    tests
        .into_iter()
        .reduce(|all, next| Term::Infix(Box::new(all), "&&", Box::new(next)))
        .unwrap_or(Term::atom("true"))
}

/// The conjunction of propositions, a line for each.
fn every(propositions: &[Term], indent: usize) -> String {
    let lines: Vec<String> = propositions.iter().map(|one| one.print(indent)).collect();
    if lines.is_empty() {
        return "True".to_owned();
    }
    lines.join(&format!(" /\\\n{:indent$}", ""))
}
