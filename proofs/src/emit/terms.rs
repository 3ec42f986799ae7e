//! Values and computations.
//!
//! A value is a plain term; what can panic on the way to it is bound to a temporary name before. A computation is a
//! term in the position of a result: in the monad if anything in it can panic.

use super::Emitter;
use crate::ast::Operator;
use crate::coq::Term;
use crate::effects;
use crate::ir::{Block, Expr, ExprKind};

/// The steps before a value: a name, and the computation that gives it.
pub(super) type Steps = Vec<(String, Term)>;

impl Emitter<'_> {
    /// The result of a block.
    pub(super) fn block(&mut self, block: &Block, monadic: bool) -> Term {
        self.sequence(&block.statements, monadic, &|emitter| match &block.value {
            Some(value) => emitter.computation(value, monadic),
            None => emitter.state(&[], monadic),
        })
    }

    /// An expression as a result.
    pub(super) fn computation(&mut self, expr: &Expr, monadic: bool) -> Term {
        let mut steps = Steps::new();
        let term = match &expr.kind {
            ExprKind::If {
                condition,
                yes,
                no: Some(no),
            } => {
                let condition = self.value(condition, &mut steps);
                let yes = self.block(yes, monadic);
                let no = self.block(no, monadic);
                Term::If(Box::new(condition), Box::new(yes), Box::new(no))
            }
            ExprKind::Match { value, arms } => {
                let value = self.value(value, &mut steps);
                let arms = arms
                    .iter()
                    .map(|(pattern, body)| (self.pattern(pattern), self.block(body, monadic)))
                    .collect();
                Term::Match(Box::new(value), arms)
            }
            ExprKind::Block(block) => self.block(block, monadic),
            _ => {
                let value = self.value(expr, &mut steps);
                match last_step(&mut steps, &value) {
                    Some(call) => call,
                    None if monadic => Term::ret(value),
                    None => value,
                }
            }
        };
        with_steps(steps, term)
    }

    /// An expression as a value; its panicking parts become steps.
    pub(super) fn value(&mut self, expr: &Expr, steps: &mut Steps) -> Term {
        match &expr.kind {
            ExprKind::Int(digits) => Term::atom(digits),
            ExprKind::Bool(value) => Term::atom(value.to_string()),
            ExprKind::Local(local) => Term::atom(self.name(*local)),
            ExprKind::Const(global) => Term::atom(self.global(global, "", "")),
            ExprKind::Bytes(bytes) => Term::Bytes(bytes.clone()),
            ExprKind::List(items) => Term::List(self.values(items, steps)),
            ExprKind::Tuple(items) => Term::Tuple(self.values(items, steps)),
            ExprKind::Call {
                function,
                arguments,
                panics,
            } => {
                let arguments = self.values(arguments, steps);
                let call = Term::app(self.callee(function), arguments);
                self.step(call, *panics, steps)
            }
            ExprKind::Prelude {
                name,
                arguments,
                panics,
            } => {
                let mut arguments = self.values(arguments, steps);
                if name.is_empty() {
                    return arguments.pop().unwrap_or(Term::Tuple(Vec::new()));
                }
                self.step(Term::app(name, arguments), *panics, steps)
            }
            ExprKind::Fill { element, count } => {
                if matches!(&count.kind, ExprKind::Int(digits) if digits == "0") {
                    return Term::List(Vec::new());
                }
                let element = self.default_value(expr.pos, element);
                let count = self.value(count, steps);
                Term::app("seq_fill", vec![element, count])
            }
            ExprKind::Repeat { element, count } => {
                let element = self.value(element, steps);
                let count = self.value(count, steps);
                Term::app("seq_fill", vec![element, count])
            }
            ExprKind::Construct {
                constructor,
                arguments,
            } => {
                let arguments = self.values(arguments, steps);
                Term::app(self.constructor(constructor), arguments)
            }
            ExprKind::Field { base, owner, field } => {
                let base = self.value(base, steps);
                let field = self.global(owner, "", &format!("_{field}"));
                Term::Projection(Box::new(base), field)
            }
            ExprKind::Index(base, index) => {
                let base = self.value(base, steps);
                let index = self.value(index, steps);
                self.step(Term::app("seq_index", vec![base, index]), true, steps)
            }
            ExprKind::Not(operand) => self.not(expr.pos, operand, steps),
            ExprKind::Cast(operand) => self.cast(operand, &expr.ty, steps),
            ExprKind::Binary(Operator::And, left, right) => self.lazy(left, right, "&&", steps),
            ExprKind::Binary(Operator::Or, left, right) => self.lazy(left, right, "||", steps),
            ExprKind::Binary(op, left, right) => self.binary(expr.pos, *op, left, right, steps),
            ExprKind::If { .. } | ExprKind::Match { .. } | ExprKind::Block(_) => {
                let panics = effects::panics(expr, &self.types);
                let term = self.computation(expr, panics);
                self.step(term, panics, steps)
            }
        }
    }

    fn values(&mut self, exprs: &[Expr], steps: &mut Steps) -> Vec<Term> {
        exprs.iter().map(|expr| self.value(expr, steps)).collect()
    }

    /// A call: a value if it is total, else a step.
    pub(super) fn step(&mut self, call: Term, panics: bool, steps: &mut Steps) -> Term {
        if !panics {
            return call;
        }
        let name = self.names.fresh("tmp'");
        steps.push((name.clone(), call));
        Term::Atom(name)
    }

    /// `&&` and `||`: the right side is looked at only if the left side does not decide.
    fn lazy(&mut self, left: &Expr, right: &Expr, op: &'static str, steps: &mut Steps) -> Term {
        let left = self.value(left, steps);
        if !effects::panics(right, &self.types) {
            let right = self.value(right, &mut Steps::new());
            return Term::Infix(Box::new(left), op, Box::new(right));
        }
        let right = self.computation(right, true);
        let decided = Term::ret(Term::atom(if op == "&&" { "false" } else { "true" }));
        let (yes, no) = if op == "&&" {
            (right, decided)
        } else {
            (decided, right)
        };
        let term = Term::If(Box::new(left), Box::new(yes), Box::new(no));
        self.step(term, true, steps)
    }
}

/// The last step, if the value is only its name: then the name is not needed.
pub(super) fn last_step(steps: &mut Steps, value: &Term) -> Option<Term> {
    match (steps.last(), value) {
        (Some((name, _)), Term::Atom(atom)) if name == atom => steps.pop().map(|(_, call)| call),
        _ => None,
    }
}

/// A term after its steps.
pub(super) fn with_steps(steps: Steps, term: Term) -> Term {
    steps.into_iter().rev().fold(term, |rest, (name, call)| {
        Term::Bind(name, Box::new(call), Box::new(rest))
    })
}
