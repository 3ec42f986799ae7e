//! Calls.

use super::{Typed, Typing};
use crate::ast::{self, Pos};
use crate::ir::{Constructor, Expr, ExprKind};
use crate::library::{self, Meaning};
use crate::naming;
use crate::ty::Ty;

impl Typing<'_> {
    pub(super) fn call(
        &mut self,
        pos: Pos,
        path: &[String],
        generic: Option<&ast::Type>,
        arguments: &[ast::Expr],
        expected: &Ty,
    ) -> Typed<(ExprKind, Ty)> {
        match path {
            [_, name] if library::is_constructor(name) => self.construct(pos, path, arguments),
            [owner, name] if library::is_associated(name) => {
                let ty = self.owner(pos, owner, generic)?;
                self.associated(pos, &ty, name, arguments)
            }
            [name] if library::is_constructor(name) => {
                let (constructor, whole, payload) = self
                    .builtin(path)
                    .ok_or_else(|| (pos, format!("unknown constructor `{name}`")))?;
                self.types.unify(&whole, expected);
                let types: Vec<Ty> = payload.into_iter().collect();
                let arguments = self.arguments(arguments, &types)?;
                Ok((
                    ExprKind::Construct {
                        constructor,
                        arguments,
                    },
                    whole,
                ))
            }
            [name] => match self.scope.program.resolve(&self.scope.module.path, name) {
                Some(_) => self.global_call(pos, name, arguments),
                None => match library::function(name) {
                    Some(meaning) => self.prelude(meaning, None, arguments),
                    None => Err((pos, format!("unknown function `{name}`"))),
                },
            },
            _ => self.construct(pos, path, arguments),
        }
    }

    /// A function of the specification, or the constructor of an array type.
    fn global_call(
        &mut self,
        pos: Pos,
        name: &str,
        arguments: &[ast::Expr],
    ) -> Typed<(ExprKind, Ty)> {
        let function = self.scope.resolve(pos, name)?;
        let definitions = self.scope.definitions;
        if let Some((element, _)) = definitions.arrays.get(&function) {
            let arguments = self.arguments(arguments, &[Ty::seq(element.clone())])?;
            let kind = ExprKind::Prelude {
                name: String::new(),
                arguments,
                panics: false,
            };
            return Ok((kind, Ty::Array(function)));
        }
        if self.scope.program.outside.contains_key(&function.module) {
            let meaning = library::notation_function(name).ok_or_else(|| {
                (
                    pos,
                    format!("function `{name}` of `notation` has no meaning"),
                )
            })?;
            return self.prelude(meaning, None, arguments);
        }
        let Some(signature) = definitions.functions.get(&function) else {
            return Err((pos, format!("`{name}` is not a function inside the subset")));
        };
        let arguments = self.arguments(arguments, &signature.parameters)?;
        let is_parameter =
            naming::is_opaque(&function.module) && !naming::is_opaque(&self.scope.module.path);
        let panics = signature.panics && !is_parameter;
        let result = signature.result.clone();
        Ok((
            ExprKind::Call {
                function,
                arguments,
                panics,
            },
            result,
        ))
    }

    /// A variant with its payload, or `Some`, `Ok`, `Err`, `None`.
    pub(super) fn construct(
        &mut self,
        pos: Pos,
        path: &[String],
        arguments: &[ast::Expr],
    ) -> Typed<(ExprKind, Ty)> {
        let (constructor, ty, types) = match self.builtin(path) {
            Some((constructor, whole, payload)) => {
                (constructor, whole, payload.into_iter().collect())
            }
            None => self.user_constructor(pos, path)?,
        };
        let arguments = self.arguments(arguments, &types)?;
        Ok((
            ExprKind::Construct {
                constructor,
                arguments,
            },
            ty,
        ))
    }

    fn user_constructor(&mut self, pos: Pos, path: &[String]) -> Typed<(Constructor, Ty, Vec<Ty>)> {
        let (constructor, fields) = self.constructor(pos, path)?;
        let owner = self.scope.resolve(pos, &path[0])?;
        let types = fields.into_iter().map(|(_, ty)| ty).collect();
        Ok((constructor, Ty::Named(owner), types))
    }

    /// The type before `::new` and its like.
    fn owner(&mut self, pos: Pos, name: &str, generic: Option<&ast::Type>) -> Typed<Ty> {
        match (name, generic) {
            ("Seq", Some(element)) => Ok(Ty::seq(self.scope.ty(element)?)),
            ("Seq", None) => Ok(Ty::seq(self.types.fresh())),
            _ => self.scope.named(pos, name),
        }
    }

    fn associated(
        &mut self,
        pos: Pos,
        ty: &Ty,
        name: &str,
        arguments: &[ast::Expr],
    ) -> Typed<(ExprKind, Ty)> {
        let Some((element, length)) = self.scope.definitions.elements(ty) else {
            return Err((pos, format!("`{name}` of a type that is not a sequence")));
        };
        if name == "new" {
            let count = match (&length, arguments) {
                (Some(length), []) => {
                    let kind = ExprKind::Int(length.clone());
                    Expr {
                        pos,
                        ty: Ty::Public(64),
                        kind,
                    }
                }
                (None, [count]) => self.expr(count, &Ty::Public(64))?,
                _ => return Err((pos, "wrong number of arguments of `new`".to_owned())),
            };
            let kind = ExprKind::Fill {
                element,
                count: Box::new(count),
            };
            return Ok((kind, ty.clone()));
        }
        match library::associated(ty, &element, length.as_deref(), name) {
            Some(meaning) => self.prelude(meaning, None, arguments),
            None => Err((pos, format!("`{name}` has no meaning for this type"))),
        }
    }

    pub(super) fn method(
        &mut self,
        pos: Pos,
        receiver: &ast::Expr,
        name: &str,
        arguments: &[ast::Expr],
    ) -> Typed<(ExprKind, Ty)> {
        let unknown = self.types.fresh();
        let receiver = self.expr(receiver, &unknown)?;
        let ty = self.types.resolve(&receiver.ty);
        let elements = self.scope.definitions.elements(&ty);
        match library::method(&ty, elements.as_ref().map(|(element, _)| element), name) {
            Some(meaning) => self.prelude(meaning, Some(receiver), arguments),
            None => Err((
                pos,
                format!("method `{name}` has no meaning for this receiver"),
            )),
        }
    }

    fn prelude(
        &mut self,
        meaning: Meaning,
        receiver: Option<Expr>,
        given: &[ast::Expr],
    ) -> Typed<(ExprKind, Ty)> {
        let mut arguments: Vec<Expr> = receiver.into_iter().collect();
        arguments.extend(self.arguments(given, &meaning.arguments)?);
        let Meaning {
            coq: name,
            result,
            panics,
            ..
        } = meaning;
        Ok((
            ExprKind::Prelude {
                name,
                arguments,
                panics,
            },
            result,
        ))
    }

    fn arguments(&mut self, given: &[ast::Expr], types: &[Ty]) -> Typed<Vec<Expr>> {
        let mut arguments = Vec::new();
        for (index, argument) in given.iter().enumerate() {
            let ty = match types.get(index) {
                Some(ty) => ty.clone(),
                None => self.types.fresh(),
            };
            arguments.push(self.expr(argument, &ty)?);
        }
        Ok(arguments)
    }
}
