//! Operators: their meaning depends on the type of the operands.

use super::declarations::apply;
use super::terms::Steps;
use super::Emitter;
use crate::ast::{Operator, Pos};
use crate::coq::Term;
use crate::effects;
use crate::ir::Expr;
use crate::ty::{Modulus, Ty};

impl Emitter<'_> {
    pub(super) fn not(&mut self, pos: Pos, operand: &Expr, steps: &mut Steps) -> Term {
        let ty = self.resolve(&operand.ty);
        let operand = self.value(operand, steps);
        match ty {
            Ty::Bool => Term::app("negb", vec![operand]),
            Ty::Public(bits) | Ty::Secret(bits) => {
                Term::app(format!("bit_not {bits}"), vec![operand])
            }
            _ => self.reject(pos, "`!` of a value whose type is not known"),
        }
    }

    /// `as` between public integers: a wider type changes nothing, a narrower one drops the high bits.
    pub(super) fn cast(&mut self, operand: &Expr, to: &Ty, steps: &mut Steps) -> Term {
        let from = self.resolve(&operand.ty);
        let value = self.value(operand, steps);
        match (from, self.resolve(to)) {
            (Ty::Public(from), Ty::Public(to)) if from <= to => value,
            (Ty::Public(_) | Ty::Var(_), Ty::Public(to)) => {
                Term::app(format!("cast {to}"), vec![value])
            }
            _ => self.reject(operand.pos, "`as` of something other than a public integer"),
        }
    }

    pub(super) fn binary(
        &mut self,
        pos: Pos,
        op: Operator,
        left: &Expr,
        right: &Expr,
        steps: &mut Steps,
    ) -> Term {
        let ty = self.resolve(&left.ty);
        let panics = effects::operator_panics(op, &ty, right);
        let x = self.value(left, steps);
        let y = self.value(right, steps);
        if matches!(op, Operator::Eq | Operator::Ne) {
            return self.equal(pos, op, &ty, x, y);
        }
        let term = match ty {
            Ty::Public(bits) => public_operator(op, bits, panics, x, y),
            Ty::Secret(bits) => secret_operator(op, bits, x, y),
            Ty::Modular(modulus) => modular_operator(op, modulus, x, y),
            _ => None,
        };
        match term {
            Some(term) => self.step(term, panics, steps),
            None => self.reject(pos, "operator without a meaning for operands of this type"),
        }
    }

    fn equal(&mut self, pos: Pos, op: Operator, ty: &Ty, x: Term, y: Term) -> Term {
        let equal = match ty {
            Ty::Public(_) | Ty::Modular(_) => infix(x, "=?", y),
            _ => apply(self.equality(pos, ty), vec![x, y]),
        };
        if op == Operator::Ne {
            Term::app("negb", vec![equal])
        } else {
            equal
        }
    }
}

fn infix(x: Term, op: &'static str, y: Term) -> Term {
    Term::Infix(Box::new(x), op, Box::new(y))
}

fn public_operator(op: Operator, bits: u32, panics: bool, x: Term, y: Term) -> Option<Term> {
    let sized = |name: &str, x, y| Some(Term::app(format!("{name} {bits}"), vec![x, y]));
    match op {
        Operator::Add => sized("checked_add", x, y),
        Operator::Sub => sized("checked_sub", x, y),
        Operator::Mul => sized("checked_mul", x, y),
        Operator::Div if panics => Some(Term::app("checked_div", vec![x, y])),
        Operator::Rem if panics => Some(Term::app("checked_rem", vec![x, y])),
        Operator::Div => Some(infix(x, "/", y)),
        Operator::Rem => Some(infix(x, "mod", y)),
        Operator::Shl if panics => sized("checked_shl", x, y),
        Operator::Shr if panics => sized("checked_shr", x, y),
        Operator::Shl => sized("shl", x, y),
        Operator::Shr => Some(Term::app("shr", vec![x, y])),
        Operator::Lt => Some(infix(x, "<?", y)),
        Operator::Le => Some(infix(x, "<=?", y)),
        Operator::Gt => Some(infix(y, "<?", x)),
        Operator::Ge => Some(infix(y, "<=?", x)),
        _ => bit_operator(op, x, y),
    }
}

fn secret_operator(op: Operator, bits: u32, x: Term, y: Term) -> Option<Term> {
    let name = match op {
        Operator::Add => "wrap_add",
        Operator::Sub => "wrap_sub",
        Operator::Mul => "wrap_mul",
        Operator::Shl => "wrap_shl",
        Operator::Shr => "wrap_shr",
        _ => return bit_operator(op, x, y),
    };
    Some(Term::app(format!("{name} {bits}"), vec![x, y]))
}

fn modular_operator(op: Operator, modulus: Modulus, x: Term, y: Term) -> Option<Term> {
    let verb = match op {
        Operator::Add => "add",
        Operator::Sub => "sub",
        Operator::Mul => "mul",
        _ => return None,
    };
    Some(Term::app(
        format!("{}_{verb}", modulus.prefix()),
        vec![x, y],
    ))
}

fn bit_operator(op: Operator, x: Term, y: Term) -> Option<Term> {
    let name = match op {
        Operator::BitAnd => "Z.land",
        Operator::BitOr => "Z.lor",
        Operator::BitXor => "Z.lxor",
        _ => return None,
    };
    Some(Term::app(name, vec![x, y]))
}
