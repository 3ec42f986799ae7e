//! Expressions.

use super::{Typed, Typing};
use crate::ast::{self, Operator, Pos};
use crate::ir::{Block, Constructor, Expr, ExprKind, Pattern};
use crate::library;
use crate::ty::Ty;

impl Typing<'_> {
    /// Type an expression; `expected` may be unknown, and is known better afterwards.
    pub(super) fn expr(&mut self, expr: &ast::Expr, expected: &Ty) -> Typed<Expr> {
        let (kind, ty) = self.kind(expr, expected)?;
        self.types.unify(&ty, expected);
        Ok(Expr {
            pos: expr.pos,
            ty,
            kind,
        })
    }

    fn kind(&mut self, expr: &ast::Expr, expected: &Ty) -> Typed<(ExprKind, Ty)> {
        let pos = expr.pos;
        Ok(match &expr.kind {
            ast::ExprKind::Int { digits, suffix } => {
                let ty = library::named_type(suffix).unwrap_or_else(|| expected.clone());
                (ExprKind::Int(digits.clone()), ty)
            }
            ast::ExprKind::Bool(value) => (ExprKind::Bool(*value), Ty::Bool),
            ast::ExprKind::Bytes(bytes) => (ExprKind::Bytes(bytes.clone()), Ty::seq(Ty::Public(8))),
            ast::ExprKind::List(items) => self.list(items, expected)?,
            ast::ExprKind::SecretList { element, items } => {
                let element = library::named_type(element)
                    .ok_or_else(|| (pos, format!("unknown secret type `{element}`")))?;
                self.list(items, &Ty::seq(element))?
            }
            ast::ExprKind::Repeat(element, count) => {
                let ty = self.types.fresh();
                let element = Box::new(self.expr(element, &ty)?);
                let count = Box::new(self.expr(count, &Ty::Public(64))?);
                (ExprKind::Repeat { element, count }, Ty::seq(ty))
            }
            ast::ExprKind::Path(path) => self.path(pos, path)?,
            ast::ExprKind::Call {
                path,
                generic,
                arguments,
            } => self.call(pos, path, generic.as_ref(), arguments, expected)?,
            ast::ExprKind::Method {
                receiver,
                name,
                pos,
                arguments,
            } => self.method(*pos, receiver, name, arguments)?,
            ast::ExprKind::Field(base, field) => self.field(pos, base, field)?,
            ast::ExprKind::Index(base, index) => self.index(pos, base, index)?,
            ast::ExprKind::Not(operand) => {
                let operand = self.expr(operand, expected)?;
                let ty = operand.ty.clone();
                (ExprKind::Not(Box::new(operand)), ty)
            }
            ast::ExprKind::Binary(op, left, right) => self.binary(*op, left, right, expected)?,
            ast::ExprKind::Cast(operand, ty) => {
                let unknown = self.types.fresh();
                let operand = self.expr(operand, &unknown)?;
                (ExprKind::Cast(Box::new(operand)), self.scope.ty(ty)?)
            }
            ast::ExprKind::If { condition, yes, no } => {
                let condition = Box::new(self.expr(condition, &Ty::Bool)?);
                let yes = self.block(yes, expected)?;
                let no = match no {
                    Some(no) => Some(self.block(no, expected)?),
                    None => None,
                };
                (ExprKind::If { condition, yes, no }, expected.clone())
            }
            ast::ExprKind::Match { value, arms } => self.match_kind(value, arms, expected)?,
            ast::ExprKind::Block(block) => (
                ExprKind::Block(self.block(block, expected)?),
                expected.clone(),
            ),
            ast::ExprKind::Struct { path, fields } => self.struct_literal(pos, path, fields)?,
            ast::ExprKind::Tuple(items) => self.tuple(items, expected)?,
        })
    }

    fn list(&mut self, items: &[ast::Expr], expected: &Ty) -> Typed<(ExprKind, Ty)> {
        let element = match self.types.resolve(expected) {
            Ty::Seq(element) => *element,
            _ => self.types.fresh(),
        };
        let items = items
            .iter()
            .map(|item| self.expr(item, &element))
            .collect::<Typed<_>>()?;
        Ok((ExprKind::List(items), Ty::seq(element)))
    }

    fn tuple(&mut self, items: &[ast::Expr], expected: &Ty) -> Typed<(ExprKind, Ty)> {
        let types: Vec<Ty> = match self.types.resolve(expected) {
            Ty::Tuple(types) if types.len() == items.len() => types,
            _ => items.iter().map(|_| self.types.fresh()).collect(),
        };
        let pairs = items.iter().zip(&types);
        let items = pairs
            .map(|(item, ty)| self.expr(item, ty))
            .collect::<Typed<_>>()?;
        Ok((ExprKind::Tuple(items), Ty::Tuple(types)))
    }

    fn path(&mut self, pos: Pos, path: &[String]) -> Typed<(ExprKind, Ty)> {
        let [name] = path else {
            return self.construct(pos, path, &[]);
        };
        if let Some(local) = self.local(name) {
            return Ok((ExprKind::Local(local), self.locals[local].ty.clone()));
        }
        if library::is_constructor(name) {
            return self.construct(pos, path, &[]);
        }
        let global = self.scope.resolve(pos, name)?;
        match self.scope.definitions.consts.get(&global) {
            Some(ty) => Ok((ExprKind::Const(global), ty.clone())),
            None => Err((pos, format!("`{name}` is not a constant"))),
        }
    }

    fn field(&mut self, pos: Pos, base: &ast::Expr, field: &str) -> Typed<(ExprKind, Ty)> {
        let unknown = self.types.fresh();
        let base = self.expr(base, &unknown)?;
        let Ty::Named(owner) = self.types.resolve(&base.ty) else {
            return Err((
                pos,
                format!("field `{field}` of a value whose type is not known"),
            ));
        };
        let fields = self.scope.definitions.structs.get(&owner);
        let found = fields.and_then(|fields| fields.iter().find(|(name, _)| name == field));
        let Some((_, ty)) = found else {
            return Err((pos, format!("`{}` has no field `{field}`", owner.name)));
        };
        let field = field.to_owned();
        Ok((
            ExprKind::Field {
                base: Box::new(base),
                owner,
                field,
            },
            ty.clone(),
        ))
    }

    fn index(&mut self, pos: Pos, base: &ast::Expr, index: &ast::Expr) -> Typed<(ExprKind, Ty)> {
        let unknown = self.types.fresh();
        let base = self.expr(base, &unknown)?;
        let ty = self.types.resolve(&base.ty);
        let Some((element, _)) = self.scope.definitions.elements(&ty) else {
            return Err((
                pos,
                "index into a value that is not known to be a sequence".to_owned(),
            ));
        };
        let index = self.expr(index, &Ty::Public(64))?;
        Ok((ExprKind::Index(Box::new(base), Box::new(index)), element))
    }

    fn binary(
        &mut self,
        op: Operator,
        left: &ast::Expr,
        right: &ast::Expr,
        expected: &Ty,
    ) -> Typed<(ExprKind, Ty)> {
        let (operands, result) = match op {
            Operator::And | Operator::Or => (Ty::Bool, Ty::Bool),
            Operator::Eq
            | Operator::Ne
            | Operator::Lt
            | Operator::Le
            | Operator::Gt
            | Operator::Ge => (self.types.fresh(), Ty::Bool),
            _ => (expected.clone(), expected.clone()),
        };
        let left = self.expr(left, &operands)?;
        let right_type = match op {
            Operator::Shl | Operator::Shr => self.types.fresh(),
            _ => operands,
        };
        let right = self.expr(right, &right_type)?;
        Ok((
            ExprKind::Binary(op, Box::new(left), Box::new(right)),
            result,
        ))
    }

    fn match_kind(
        &mut self,
        value: &ast::Expr,
        arms: &[ast::Arm],
        expected: &Ty,
    ) -> Typed<(ExprKind, Ty)> {
        let unknown = self.types.fresh();
        let value = Box::new(self.expr(value, &unknown)?);
        let mut typed: Vec<(Pattern, Block)> = Vec::new();
        for arm in arms {
            typed.push(self.scoped(|typing| {
                let pattern = typing.pattern(&arm.pattern, &value.ty)?;
                Ok((pattern, typing.block(&arm.body, expected)?))
            })?);
        }
        Ok((ExprKind::Match { value, arms: typed }, expected.clone()))
    }

    fn struct_literal(
        &mut self,
        pos: Pos,
        path: &[String],
        given: &[(String, ast::Expr)],
    ) -> Typed<(ExprKind, Ty)> {
        let (constructor, fields) = self.constructor(pos, path)?;
        let mut arguments = Vec::new();
        for (name, ty) in &fields {
            let Some((_, value)) = given.iter().find(|(given, _)| given == name) else {
                return Err((pos, format!("field `{name}` is not given")));
            };
            arguments.push(self.expr(value, ty)?);
        }
        let ty = match &constructor {
            Constructor::Struct(owner) | Constructor::Variant(owner, _) => Ty::Named(owner.clone()),
            Constructor::Builtin(_) => self.types.fresh(),
        };
        Ok((
            ExprKind::Construct {
                constructor,
                arguments,
            },
            ty,
        ))
    }
}
