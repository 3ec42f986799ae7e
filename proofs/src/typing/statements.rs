//! Blocks, statements and patterns.

use super::{Typed, Typing};
use crate::ast::{self, PatternKind, Pos, StatementKind};
use crate::ir::{Block, Constructor, Pattern, Statement};
use crate::program::Global;
use crate::ty::Ty;

impl Typing<'_> {
    pub(super) fn block(&mut self, block: &ast::Block, expected: &Ty) -> Typed<Block> {
        self.scoped(|typing| {
            let mut statements = Vec::new();
            for statement in &block.statements {
                statements.push(typing.statement(statement)?);
            }
            let value = match &block.value {
                Some(value) => Some(Box::new(typing.expr(value, expected)?)),
                None => None,
            };
            Ok(Block { statements, value })
        })
    }

    fn statement(&mut self, statement: &ast::Statement) -> Typed<Statement> {
        let pos = statement.pos;
        Ok(match &statement.kind {
            StatementKind::Let {
                pattern,
                ty,
                value,
                fallible,
            } => {
                let ty = match ty {
                    Some(ty) => self.scope.ty(ty)?,
                    None => self.types.fresh(),
                };
                if *fallible {
                    self.try_statement(pattern, &ty, value)?
                } else {
                    let value = self.expr(value, &ty)?;
                    Statement::Let {
                        pattern: self.pattern(pattern, &ty)?,
                        value,
                    }
                }
            }
            StatementKind::Assign { name, value } => {
                let local = self.assigned(pos, name)?;
                let ty = self.locals[local].ty.clone();
                Statement::Assign {
                    local,
                    value: self.expr(value, &ty)?,
                }
            }
            StatementKind::AssignIndex { name, index, value } => {
                let local = self.assigned(pos, name)?;
                let ty = self.types.resolve(&self.locals[local].ty);
                let Some((element, _)) = self.scope.definitions.elements(&ty) else {
                    return Err((pos, format!("`{name}` is not known to be a sequence")));
                };
                let index = self.expr(index, &Ty::Public(64))?;
                Statement::AssignIndex {
                    local,
                    index,
                    value: self.expr(value, &element)?,
                }
            }
            StatementKind::Branch(branch) => {
                let nothing = Ty::Tuple(Vec::new());
                Statement::Branch(self.expr(branch, &nothing)?)
            }
            StatementKind::For {
                variable,
                from,
                to,
                body,
            } => {
                let ty = self.types.fresh();
                let from = self.expr(from, &ty)?;
                let to = self.expr(to, &ty)?;
                self.scoped(|typing| {
                    let variable = typing.pattern(variable, &ty)?;
                    let body = typing.block(body, &Ty::Tuple(Vec::new()))?;
                    Ok(Statement::For {
                        variable,
                        from,
                        to,
                        body,
                    })
                })?
            }
        })
    }

    fn try_statement(
        &mut self,
        pattern: &ast::Pattern,
        ty: &Ty,
        value: &ast::Expr,
    ) -> Typed<Statement> {
        let error = match &self.result {
            Ty::Result(_, error) => (**error).clone(),
            _ => return Err((value.pos, "`?` in a function without a Result".to_owned())),
        };
        let value = self.expr(value, &Ty::result(ty.clone(), error))?;
        Ok(Statement::Try {
            pattern: self.pattern(pattern, ty)?,
            value,
        })
    }

    fn assigned(&mut self, pos: Pos, name: &str) -> Typed<usize> {
        self.local(name)
            .ok_or_else(|| (pos, format!("`{name}` is not a local")))
    }

    pub(super) fn pattern(&mut self, pattern: &ast::Pattern, ty: &Ty) -> Typed<Pattern> {
        Ok(match &pattern.kind {
            PatternKind::Wild => Pattern::Wild,
            PatternKind::Bind(name) => Pattern::Bind(self.declare(name, ty.clone())),
            PatternKind::Int(digits) => Pattern::Int(digits.clone()),
            PatternKind::Bool(value) => Pattern::Bool(*value),
            PatternKind::Tuple(items) => {
                let types: Vec<Ty> = items.iter().map(|_| self.types.fresh()).collect();
                self.types.unify(ty, &Ty::Tuple(types.clone()));
                Pattern::Tuple(self.patterns(items.iter().zip(&types))?)
            }
            PatternKind::Variant(path, items) => {
                let (constructor, fields) = self.pattern_constructor(pattern.pos, path, ty)?;
                let types: Vec<Ty> = fields.into_iter().map(|(_, ty)| ty).collect();
                Pattern::Construct(constructor, self.patterns(items.iter().zip(&types))?)
            }
            PatternKind::VariantNamed(path, given) => {
                let (constructor, fields) = self.pattern_constructor(pattern.pos, path, ty)?;
                let mut items = Vec::new();
                for (name, ty) in &fields {
                    let named = given.iter().find(|(given, _)| given == name);
                    items.push(match named {
                        Some((_, pattern)) => self.pattern(pattern, ty)?,
                        None => Pattern::Wild,
                    });
                }
                Pattern::Construct(constructor, items)
            }
        })
    }

    fn patterns<'p>(
        &mut self,
        pairs: impl Iterator<Item = (&'p ast::Pattern, &'p Ty)>,
    ) -> Typed<Vec<Pattern>> {
        pairs
            .map(|(pattern, ty)| self.pattern(pattern, ty))
            .collect()
    }

    /// The constructor of a pattern, and the names and types of its payload.
    fn pattern_constructor(
        &mut self,
        pos: Pos,
        path: &[String],
        ty: &Ty,
    ) -> Typed<(Constructor, Vec<(String, Ty)>)> {
        if let Some((constructor, whole, payload)) = self.builtin(path) {
            self.types.unify(ty, &whole);
            let fields = payload.into_iter().map(|ty| ("0".to_owned(), ty)).collect();
            return Ok((constructor, fields));
        }
        self.constructor(pos, path)
    }

    /// `Some`, `None`, `Ok` and `Err`: the constructor, its type, and the type of its payload. An enum may have a
    /// variant of the same name.
    pub(super) fn builtin(&mut self, path: &[String]) -> Option<(Constructor, Ty, Option<Ty>)> {
        if let [owner, _] = path {
            let owner = self.scope.program.resolve(&self.scope.module.path, owner);
            if owner.is_some_and(|owner| self.scope.definitions.enums.contains_key(&owner)) {
                return None;
            }
        }
        let name = path.last()?.as_str();
        let payload = self.types.fresh();
        let other = self.types.fresh();
        Some(match name {
            "Some" => (
                Constructor::Builtin("Some"),
                Ty::option(payload.clone()),
                Some(payload),
            ),
            "None" => (Constructor::Builtin("None"), Ty::option(payload), None),
            "Ok" => (
                Constructor::Builtin("Ok"),
                Ty::result(payload.clone(), other),
                Some(payload),
            ),
            "Err" => (
                Constructor::Builtin("Err"),
                Ty::result(other, payload.clone()),
                Some(payload),
            ),
            _ => return None,
        })
    }

    /// A struct or a variant, and the names and types of its fields.
    pub(super) fn constructor(
        &mut self,
        pos: Pos,
        path: &[String],
    ) -> Typed<(Constructor, Vec<(String, Ty)>)> {
        let owner: Global = self.scope.resolve(pos, &path[0])?;
        let definitions = self.scope.definitions;
        let found = match path {
            [_] => definitions
                .structs
                .get(&owner)
                .map(|fields| (Constructor::Struct(owner.clone()), fields.clone())),
            [_, name] => definitions
                .enums
                .get(&owner)
                .and_then(|variants| variants.iter().find(|variant| variant.name == *name))
                .map(|v| {
                    (
                        Constructor::Variant(owner.clone(), name.clone()),
                        v.fields.clone(),
                    )
                }),
            _ => None,
        };
        found.ok_or_else(|| (pos, format!("unknown constructor `{}`", path.join("::"))))
    }
}
