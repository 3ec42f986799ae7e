//! Which terms can panic, as far as their form shows.
//!
//! A term that cannot panic stays a plain Coq term. Any other lives in the monad `M` of the prelude, so that
//! "this function never panics" is a statement that can be proved.

use crate::ast::Operator;
use crate::ir::{Block, Expr, ExprKind, Statement};
use crate::ty::{Inference, Ty};

#[must_use]
pub fn block_panics(block: &Block, types: &Inference) -> bool {
    block
        .statements
        .iter()
        .any(|statement| statement_panics(statement, types))
        || block.value.iter().any(|value| panics(value, types))
}

fn statement_panics(statement: &Statement, types: &Inference) -> bool {
    match statement {
        Statement::Let { value, .. }
        | Statement::Try { value, .. }
        | Statement::Assign { value, .. } => panics(value, types),
        Statement::AssignIndex { .. } => true,
        Statement::Branch(branch) => panics(branch, types),
        Statement::For { from, to, body, .. } => {
            panics(from, types) || panics(to, types) || block_panics(body, types)
        }
    }
}

#[must_use]
pub fn panics(expr: &Expr, types: &Inference) -> bool {
    let any = |exprs: &[Expr]| exprs.iter().any(|expr| panics(expr, types));
    match &expr.kind {
        ExprKind::Int(_)
        | ExprKind::Bool(_)
        | ExprKind::Bytes(_)
        | ExprKind::Local(_)
        | ExprKind::Const(_) => false,
        ExprKind::List(items) | ExprKind::Tuple(items) => any(items),
        ExprKind::Call {
            arguments, panics, ..
        }
        | ExprKind::Prelude {
            arguments, panics, ..
        } => *panics || any(arguments),
        ExprKind::Construct { arguments, .. } => any(arguments),
        ExprKind::Fill { count, .. } => panics(count, types),
        ExprKind::Repeat { element, count } => panics(element, types) || panics(count, types),
        ExprKind::Field { base, .. } => panics(base, types),
        ExprKind::Index(..) => true,
        ExprKind::Not(operand) | ExprKind::Cast(operand) => panics(operand, types),
        ExprKind::Binary(op, left, right) => {
            panics(left, types)
                || panics(right, types)
                || operator_panics(*op, &types.resolve(&left.ty), right)
        }
        ExprKind::If { condition, yes, no } => {
            panics(condition, types)
                || block_panics(yes, types)
                || no.iter().any(|no| block_panics(no, types))
        }
        ExprKind::Match { value, arms } => {
            panics(value, types) || arms.iter().any(|(_, body)| block_panics(body, types))
        }
        ExprKind::Block(block) => block_panics(block, types),
    }
}

/// Whether an operator can panic on operands of this type. Secret words wrap; public ones are checked.
#[must_use]
pub fn operator_panics(op: Operator, ty: &Ty, right: &Expr) -> bool {
    let Ty::Public(bits) = ty else { return false };
    match op {
        Operator::Add | Operator::Sub | Operator::Mul => true,
        Operator::Div | Operator::Rem => literal(right).is_none_or(|divisor| divisor == 0),
        Operator::Shl | Operator::Shr => {
            literal(right).is_none_or(|amount| amount >= u128::from(*bits))
        }
        _ => false,
    }
}

fn literal(expr: &Expr) -> Option<u128> {
    match &expr.kind {
        ExprKind::Int(digits) => digits.parse().ok(),
        _ => None,
    }
}
