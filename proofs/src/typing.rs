//! From the syntax tree to the typed program.

mod calls;
mod expressions;
mod statements;

use crate::ast::{self, ItemKind, Module, Pos, Violation};
use crate::ir::{Function, Local, LocalId};
use crate::library;
use crate::program::{Global, Program};
use crate::ty::{Inference, Ty};
use std::collections::BTreeMap;

/// The declarations of a program with their types.
#[derive(Clone, Debug, Default)]
pub struct Definitions {
    pub arrays: BTreeMap<Global, (Ty, String)>,
    pub aliases: BTreeMap<Global, Ty>,
    pub structs: BTreeMap<Global, Vec<(String, Ty)>>,
    pub enums: BTreeMap<Global, Vec<Variant>>,
    pub consts: BTreeMap<Global, Ty>,
    pub functions: BTreeMap<Global, Signature>,
}

#[derive(Clone, Debug)]
pub struct Variant {
    pub name: String,
    pub default: bool,
    pub fields: Vec<(String, Ty)>,
}

#[derive(Clone, Debug)]
pub struct Signature {
    pub parameters: Vec<Ty>,
    pub result: Ty,
    pub panics: bool,
}

type Typed<T> = Result<T, (Pos, String)>;

impl Definitions {
    /// Add what a module declares, but the bodies of its functions.
    pub fn declare(&mut self, program: &Program, module: &Module) -> Result<(), Violation> {
        for item in &module.items {
            self.declare_item(program, module, item)
                .map_err(|error| at(module, error))?;
        }
        Ok(())
    }

    fn declare_item(&mut self, program: &Program, module: &Module, item: &ast::Item) -> Typed<()> {
        let global = Global {
            module: module.path.clone(),
            name: item.name.clone(),
        };
        let scope = Scope {
            program,
            module,
            definitions: self,
        };
        match &item.kind {
            ItemKind::Array { element, length } => {
                let element = scope.ty(element)?;
                self.arrays.insert(global, (element, length.clone()));
            }
            ItemKind::Const { ty, .. } => {
                let ty = scope.ty(ty)?;
                self.consts.insert(global, ty);
            }
            ItemKind::Alias(ty) => {
                let ty = scope.ty(ty)?;
                self.aliases.insert(global, ty);
            }
            ItemKind::Struct { fields, .. } => {
                let fields = scope.fields(fields)?;
                self.structs.insert(global, fields);
            }
            ItemKind::Enum { variants, .. } => {
                let variants = variants
                    .iter()
                    .map(|variant| {
                        let fields = scope.fields(&variant.fields)?;
                        Ok(Variant {
                            name: variant.name.clone(),
                            default: variant.default,
                            fields,
                        })
                    })
                    .collect::<Typed<Vec<_>>>()?;
                self.enums.insert(global, variants);
            }
            ItemKind::Function(function) => {
                let fields = scope.fields(&function.parameters)?;
                let result = scope.ty(&function.result)?;
                let parameters = fields.into_iter().map(|(_, ty)| ty).collect();
                self.functions.insert(
                    global,
                    Signature {
                        parameters,
                        result,
                        panics: false,
                    },
                );
            }
        }
        Ok(())
    }

    /// The type of the elements of a sequence or an array, and the length of an array.
    #[must_use]
    pub fn elements(&self, ty: &Ty) -> Option<(Ty, Option<String>)> {
        match ty {
            Ty::Seq(element) => Some(((**element).clone(), None)),
            Ty::Array(global) => {
                let (element, length) = self.arrays.get(global)?;
                Some((element.clone(), Some(length.clone())))
            }
            _ => None,
        }
    }
}

/// The names of one module.
struct Scope<'a> {
    program: &'a Program,
    module: &'a Module,
    definitions: &'a Definitions,
}

impl Scope<'_> {
    fn fields(&self, fields: &[ast::Field]) -> Typed<Vec<(String, Ty)>> {
        fields
            .iter()
            .map(|field| Ok((field.name.clone(), self.ty(&field.ty)?)))
            .collect()
    }

    fn ty(&self, ty: &ast::Type) -> Typed<Ty> {
        Ok(match ty {
            ast::Type::Name(pos, path) => self.named(*pos, &path.join("::"))?,
            ast::Type::Seq(element) | ast::Type::Native(element) => Ty::seq(self.ty(element)?),
            ast::Type::Option(some) => Ty::option(self.ty(some)?),
            ast::Type::Result(ok, error) => Ty::result(self.ty(ok)?, self.ty(error)?),
            ast::Type::Tuple(items) => Ty::Tuple(
                items
                    .iter()
                    .map(|item| self.ty(item))
                    .collect::<Typed<_>>()?,
            ),
        })
    }

    fn named(&self, pos: Pos, name: &str) -> Typed<Ty> {
        let Some(global) = self.program.resolve(&self.module.path, name) else {
            return library::named_type(name)
                .ok_or_else(|| (pos, format!("unknown type `{name}`")));
        };
        if self.program.outside.contains_key(&global.module) {
            return library::notation_type(name)
                .ok_or_else(|| (pos, format!("type `{name}` of `notation` has no meaning")));
        }
        if let Some(ty) = self.definitions.aliases.get(&global) {
            return Ok(ty.clone());
        }
        if self.definitions.arrays.contains_key(&global) {
            return Ok(Ty::Array(global));
        }
        Ok(Ty::Named(global))
    }

    fn resolve(&self, pos: Pos, name: &str) -> Typed<Global> {
        let found = self.program.resolve(&self.module.path, name);
        found.ok_or_else(|| (pos, format!("unknown name `{name}`")))
    }
}

/// Type the body of a function.
pub fn function(
    program: &Program,
    definitions: &Definitions,
    module: &Module,
    name: &str,
    function: &ast::Function,
) -> Result<Function, Violation> {
    let mut typing = Typing::new(Scope {
        program,
        module,
        definitions,
    });
    let global = Global {
        module: module.path.clone(),
        name: name.to_owned(),
    };
    typing
        .function(global, function)
        .map_err(|error| at(module, error))
}

/// Type the value of a constant.
pub fn constant(
    program: &Program,
    definitions: &Definitions,
    module: &Module,
    name: &str,
    value: &ast::Expr,
) -> Result<(crate::ir::Expr, Inference), Violation> {
    let mut typing = Typing::new(Scope {
        program,
        module,
        definitions,
    });
    let global = Global {
        module: module.path.clone(),
        name: name.to_owned(),
    };
    let ty = definitions.consts[&global].clone();
    let value = typing.expr(value, &ty).map_err(|error| at(module, error))?;
    Ok((value, typing.types))
}

fn at(module: &Module, (pos, reason): (Pos, String)) -> Violation {
    Violation {
        file: module.file.clone(),
        pos,
        reason,
    }
}

/// The state of the typing of one function.
struct Typing<'a> {
    scope: Scope<'a>,
    types: Inference,
    locals: Vec<Local>,
    /// The visible locals, innermost block last.
    visible: Vec<BTreeMap<String, LocalId>>,
    result: Ty,
}

impl<'a> Typing<'a> {
    fn new(scope: Scope<'a>) -> Self {
        Self {
            scope,
            types: Inference::default(),
            locals: Vec::new(),
            visible: vec![BTreeMap::new()],
            result: Ty::Tuple(Vec::new()),
        }
    }

    fn function(&mut self, name: Global, function: &ast::Function) -> Typed<Function> {
        let mut parameters = Vec::new();
        for parameter in &function.parameters {
            let ty = self.scope.ty(&parameter.ty)?;
            parameters.push(self.declare(&parameter.name, ty));
        }
        self.result = self.scope.ty(&function.result)?;
        let result = self.result.clone();
        let body = self.block(&function.body, &result)?;
        Ok(Function {
            name,
            locals: std::mem::take(&mut self.locals),
            parameters,
            result,
            body,
            types: std::mem::take(&mut self.types),
            panics: false,
        })
    }

    fn declare(&mut self, name: &str, ty: Ty) -> LocalId {
        let id = self.locals.len();
        self.locals.push(Local {
            name: name.to_owned(),
            ty,
        });
        if let Some(block) = self.visible.last_mut() {
            block.insert(name.to_owned(), id);
        }
        id
    }

    fn local(&self, name: &str) -> Option<LocalId> {
        self.visible
            .iter()
            .rev()
            .find_map(|block| block.get(name).copied())
    }

    /// Run in a scope of its own.
    fn scoped<T>(&mut self, run: impl FnOnce(&mut Self) -> Typed<T>) -> Typed<T> {
        self.visible.push(BTreeMap::new());
        let out = run(self);
        self.visible.pop();
        out
    }
}
