//! From the typed program to Coq.

mod declarations;
mod operators;
mod statements;
mod terms;

use crate::ast::{Pos, Violation};
use crate::coq::Term;
use crate::ir::{Constructor, Function, LocalId};
use crate::naming::{self, Names, PARAMETERS};
use crate::program::Global;
use crate::ty::{Inference, Ty};
use crate::typing::Definitions;
use std::collections::BTreeSet;
use std::fmt::Write;

/// The writer of one Coq file.
pub struct Emitter<'a> {
    definitions: &'a Definitions,
    module: String,
    file: String,
    types: Inference,
    names: Names,
    /// The Coq names of the locals of the current function.
    locals: Vec<String>,
    /// What the file uses from other modules.
    pub used: BTreeSet<Global>,
    /// The primitives that it takes as parameters.
    pub parameters: BTreeSet<Global>,
    /// What could not be written.
    pub violations: Vec<Violation>,
}

impl<'a> Emitter<'a> {
    #[must_use]
    pub fn new(definitions: &'a Definitions, module: &str, file: &str) -> Self {
        Self {
            definitions,
            module: module.to_owned(),
            file: file.to_owned(),
            types: Inference::default(),
            names: Names::default(),
            locals: Vec::new(),
            used: BTreeSet::new(),
            parameters: BTreeSet::new(),
            violations: Vec::new(),
        }
    }

    /// A function as a `Definition`.
    pub fn function(&mut self, function: &Function) -> String {
        self.types = function.types.clone();
        self.names = Names::default();
        self.locals = function
            .locals
            .iter()
            .map(|local| self.names.fresh(&local.name))
            .collect();
        let mut parameters = String::new();
        for id in &function.parameters {
            let ty = self.ty(&function.locals[*id].ty);
            let _ = write!(parameters, " ({} : {ty})", self.locals[*id]);
        }
        let result = self.ty(&function.result);
        let result = if function.panics {
            format!("M {}", closed(&result))
        } else {
            result
        };
        let body = self.block(&function.body, function.panics);
        let name = naming::mangle(&function.name.name);
        format!(
            "Definition {name}{parameters} : {result} :=\n  {}.\n",
            body.print(2)
        )
    }

    fn reject(&mut self, pos: Pos, reason: impl Into<String>) -> Term {
        self.violations.push(Violation {
            file: self.file.clone(),
            pos,
            reason: reason.into(),
        });
        Term::atom("tt")
    }

    fn name(&self, local: LocalId) -> String {
        self.locals[local].clone()
    }

    fn resolve(&self, ty: &Ty) -> Ty {
        self.types.resolve(ty)
    }

    /// A global name with an affix, qualified if another file declares it.
    fn global(&mut self, global: &Global, prefix: &str, suffix: &str) -> String {
        let name = format!("{prefix}{}{suffix}", naming::mangle(&global.name));
        if global.module == self.module {
            return name;
        }
        self.used.insert(global.clone());
        format!("{}.{name}", naming::file(&global.module))
    }

    /// A function: a primitive is a parameter where the protocol calls it.
    fn callee(&mut self, function: &Global) -> String {
        if !naming::is_opaque(&function.module) || naming::is_opaque(&self.module) {
            return self.global(function, "", "");
        }
        self.parameters.insert(function.clone());
        format!("{PARAMETERS}.{}", naming::mangle(&function.name))
    }

    fn constructor(&mut self, constructor: &Constructor) -> String {
        match constructor {
            Constructor::Builtin(name) => (*name).to_owned(),
            Constructor::Variant(owner, name) => self.global(owner, "", &format!("_{name}")),
            Constructor::Struct(owner) => self.global(owner, "mk_", ""),
        }
    }

    /// A type, not closed: `option u32`.
    pub fn ty(&mut self, ty: &Ty) -> String {
        match self.resolve(ty) {
            Ty::Public(bits) => format!("u{bits}"),
            Ty::Secret(bits) => format!("U{bits}"),
            Ty::Bool => "bool".to_owned(),
            Ty::Modular(modulus) => modulus.type_name().to_owned(),
            Ty::Seq(element) => format!("list {}", self.closed_ty(&element)),
            Ty::Option(some) => format!("option {}", self.closed_ty(&some)),
            Ty::Result(ok, error) => {
                let ok = self.closed_ty(&ok);
                format!("result {ok} {}", self.closed_ty(&error))
            }
            Ty::Array(global) | Ty::Named(global) => self.global(&global, "", ""),
            Ty::Tuple(items) if items.is_empty() => "unit".to_owned(),
            Ty::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.closed_ty(item)).collect();
                format!("({})", items.join(" * "))
            }
            Ty::Var(_) => "_".to_owned(),
        }
    }

    fn closed_ty(&mut self, ty: &Ty) -> String {
        closed(&self.ty(ty))
    }

    /// The default value of a type, as `Default` gives it.
    fn default_value(&mut self, pos: Pos, ty: &Ty) -> Term {
        match self.resolve(ty) {
            Ty::Public(_) | Ty::Secret(_) => Term::atom("0"),
            Ty::Bool => Term::atom("false"),
            Ty::Seq(_) => Term::List(Vec::new()),
            Ty::Option(_) => Term::atom("None"),
            Ty::Tuple(items) => Term::Tuple(
                items
                    .iter()
                    .map(|item| self.default_value(pos, item))
                    .collect(),
            ),
            Ty::Array(global) => match self.definitions.arrays.get(&global).cloned() {
                Some((element, length)) => {
                    let element = self.default_value(pos, &element);
                    Term::app("seq_fill", vec![element, Term::atom(length)])
                }
                None => self.reject(pos, "array type without a declaration"),
            },
            Ty::Named(global) => Term::atom(self.global(&global, "", "_default")),
            Ty::Result(..) | Ty::Modular(_) | Ty::Var(_) => {
                self.reject(pos, "type without a default value")
            }
        }
    }

    /// The predicate that holds of the values of a type in Rust.
    fn typed(&mut self, ty: &Ty) -> Term {
        match self.resolve(ty) {
            Ty::Public(bits) | Ty::Secret(bits) => {
                Term::app("typed_int", vec![Term::atom(bits.to_string())])
            }
            Ty::Modular(modulus) => Term::atom(format!("typed_{}", modulus.prefix())),
            Ty::Bool | Ty::Var(_) => Term::atom("typed_any"),
            Ty::Seq(element) => Term::app("typed_seq", vec![self.typed(&element)]),
            Ty::Option(some) => Term::app("typed_option", vec![self.typed(&some)]),
            Ty::Result(ok, error) => {
                Term::app("typed_result", vec![self.typed(&ok), self.typed(&error)])
            }
            Ty::Array(global) | Ty::Named(global) => Term::atom(self.global(&global, "", "_typed")),
            Ty::Tuple(items) => {
                let items: Vec<Term> = items.iter().map(|item| self.typed(item)).collect();
                items
                    .into_iter()
                    .reduce(|first, second| Term::app("typed_pair", vec![first, second]))
                    .unwrap_or(Term::atom("typed_any"))
            }
        }
    }

    /// Equality of a type as a function.
    fn equality(&mut self, pos: Pos, ty: &Ty) -> Term {
        match self.resolve(ty) {
            Ty::Public(_) | Ty::Modular(_) => Term::atom("Z.eqb"),
            Ty::Bool => Term::atom("Bool.eqb"),
            Ty::Seq(element) => Term::app("seq_eqb", vec![self.equality(pos, &element)]),
            Ty::Option(some) => Term::app("option_eqb", vec![self.equality(pos, &some)]),
            Ty::Array(global) => match self.definitions.arrays.get(&global).cloned() {
                Some((element, _)) => Term::app("seq_eqb", vec![self.equality(pos, &element)]),
                None => self.reject(pos, "array type without a declaration"),
            },
            Ty::Named(global) => Term::atom(self.global(&global, "", "_eqb")),
            _ => self.reject(
                pos,
                "comparison of values of a type that is not known or is secret",
            ),
        }
    }
}

fn closed(ty: &str) -> String {
    if ty.contains(' ') && !ty.starts_with('(') {
        format!("({ty})")
    } else {
        ty.to_owned()
    }
}
