//! Statements.
//!
//! An assignment binds the name of the variable again. Branches and loops give back the variables that they assign
//! and that were declared before them.

use super::terms::{last_step, with_steps, Steps};
use super::Emitter;
use crate::coq::Term;
use crate::effects;
use crate::ir::{Block, Expr, ExprKind, LocalId, Pattern, Statement};
use std::collections::BTreeSet;

impl Emitter<'_> {
    /// Statements, and then `end`.
    pub(super) fn sequence(
        &mut self,
        statements: &[Statement],
        monadic: bool,
        end: &dyn Fn(&mut Self) -> Term,
    ) -> Term {
        let Some((first, rest)) = statements.split_first() else {
            return end(self);
        };
        match first {
            Statement::Let { pattern, value } => {
                let pattern = self.pattern(pattern);
                self.bind(pattern, value, |emitter| {
                    emitter.sequence(rest, monadic, end)
                })
            }
            Statement::Assign { local, value } => {
                let name = self.name(*local);
                self.bind(name, value, |emitter| emitter.sequence(rest, monadic, end))
            }
            Statement::Try { pattern, value } => {
                let mut steps = Steps::new();
                let value = self.value(value, &mut steps);
                let pattern = self.pattern(pattern);
                let error = self.names.fresh("error'");
                let rest = self.sequence(rest, monadic, end);
                let failed = Term::app("Err", vec![Term::atom(&error)]);
                let failed = if monadic { Term::ret(failed) } else { failed };
                let arms = vec![
                    (format!("Ok {pattern}"), rest),
                    (format!("Err {error}"), failed),
                ];
                with_steps(steps, Term::Match(Box::new(value), arms))
            }
            Statement::AssignIndex {
                local,
                index,
                value,
            } => {
                let mut steps = Steps::new();
                let index = self.value(index, &mut steps);
                let value = self.value(value, &mut steps);
                let name = self.name(*local);
                let set = Term::app("seq_set", vec![Term::atom(&name), index, value]);
                let rest = self.sequence(rest, monadic, end);
                with_steps(steps, step(name, set, true, rest))
            }
            Statement::Branch(branch) => {
                let state = assigned_in_expr(branch);
                let panics = effects::panics(branch, &self.types);
                let mut steps = Steps::new();
                let term = self.branch(branch, &state, panics, &mut steps);
                let rest = self.sequence(rest, monadic, end);
                with_steps(steps, step(self.state_pattern(&state), term, panics, rest))
            }
            Statement::For {
                variable,
                from,
                to,
                body,
            } => {
                let mut steps = Steps::new();
                let from = self.value(from, &mut steps);
                let to = self.value(to, &mut steps);
                let panics = effects::block_panics(body, &self.types);
                let term = self.for_loop(variable, from, to, body, panics);
                let state = assigned(body);
                let rest = self.sequence(rest, monadic, end);
                with_steps(steps, step(self.state_pattern(&state), term, panics, rest))
            }
        }
    }

    /// `let pattern := value in rest`, or `let!` if the value can panic.
    fn bind(
        &mut self,
        pattern: String,
        value: &Expr,
        rest: impl FnOnce(&mut Self) -> Term,
    ) -> Term {
        let mut steps = Steps::new();
        let value = self.value(value, &mut steps);
        let call = last_step(&mut steps, &value);
        let panics = call.is_some();
        let rest = rest(self);
        with_steps(steps, step(pattern, call.unwrap_or(value), panics, rest))
    }

    /// An `if` or `match` that gives back the variables of `state`.
    fn branch(
        &mut self,
        branch: &Expr,
        state: &[LocalId],
        panics: bool,
        steps: &mut Steps,
    ) -> Term {
        match &branch.kind {
            ExprKind::If { condition, yes, no } => {
                let condition = self.value(condition, steps);
                let yes = self.state_block(yes, state, panics);
                let no = match no {
                    Some(no) => self.state_block(no, state, panics),
                    None => self.state(state, panics),
                };
                Term::If(Box::new(condition), Box::new(yes), Box::new(no))
            }
            ExprKind::Match { value, arms } => {
                let value = self.value(value, steps);
                let arms = arms
                    .iter()
                    .map(|(pattern, body)| {
                        (self.pattern(pattern), self.state_block(body, state, panics))
                    })
                    .collect();
                Term::Match(Box::new(value), arms)
            }
            _ => self.reject(branch.pos, "statement that is neither `if` nor `match`"),
        }
    }

    fn for_loop(
        &mut self,
        variable: &Pattern,
        from: Term,
        to: Term,
        body: &Block,
        panics: bool,
    ) -> Term {
        let state = assigned(body);
        let variable = self.pattern(variable);
        let body = self.state_block(body, &state, panics);
        let pattern = match self.state_pattern(&state) {
            pattern if pattern.starts_with('(') => format!("'{pattern}"),
            pattern => pattern,
        };
        let step = Term::Fun(vec![variable, pattern], Box::new(body));
        let name = if panics { "for_loop_m" } else { "for_loop" };
        Term::app(name, vec![from, to, self.state(&state, false), step])
    }

    fn state_block(&mut self, block: &Block, state: &[LocalId], monadic: bool) -> Term {
        self.sequence(&block.statements, monadic, &|emitter| {
            emitter.state(state, monadic)
        })
    }

    /// The current values of variables.
    pub(super) fn state(&mut self, state: &[LocalId], monadic: bool) -> Term {
        let mut names: Vec<Term> = state.iter().map(|id| Term::atom(self.name(*id))).collect();
        let term = match names.pop() {
            Some(only) if names.is_empty() => only,
            Some(last) => {
                names.push(last);
                Term::Tuple(names)
            }
            None => Term::Tuple(names),
        };
        if monadic {
            Term::ret(term)
        } else {
            term
        }
    }

    fn state_pattern(&self, state: &[LocalId]) -> String {
        let names: Vec<String> = state.iter().map(|id| self.name(*id)).collect();
        match names.as_slice() {
            [] => "_".to_owned(),
            [name] => name.clone(),
            names => format!("({})", names.join(", ")),
        }
    }

    pub(super) fn pattern(&mut self, pattern: &Pattern) -> String {
        match pattern {
            Pattern::Wild => "_".to_owned(),
            Pattern::Bind(local) => self.name(*local),
            Pattern::Int(digits) => digits.clone(),
            Pattern::Bool(value) => value.to_string(),
            Pattern::Tuple(items) if items.is_empty() => "tt".to_owned(),
            Pattern::Tuple(items) => {
                let items: Vec<String> = items.iter().map(|item| self.pattern(item)).collect();
                format!("({})", items.join(", "))
            }
            Pattern::Construct(constructor, items) => {
                let mut text = self.constructor(constructor);
                for item in items {
                    let item = self.pattern(item);
                    text.push(' ');
                    text.push_str(&super::closed(&item));
                }
                text
            }
        }
    }
}

fn step(pattern: String, value: Term, panics: bool, rest: Term) -> Term {
    // Nothing is done with the value but to give it back.
    let result = match &rest {
        Term::App(head, arguments) if panics && head == "Ret" => arguments.first(),
        _ if panics => None,
        plain => Some(plain),
    };
    if result.is_some_and(|result| result.print(0) == pattern) {
        return value;
    }
    let (value, rest) = (Box::new(value), Box::new(rest));
    if panics {
        Term::Bind(pattern, value, rest)
    } else {
        Term::Let(pattern, value, rest)
    }
}

/// The variables that a block assigns and does not declare.
fn assigned(block: &Block) -> Vec<LocalId> {
    let mut changes = Changes::default();
    changes.block(block);
    changes
        .assigned
        .difference(&changes.declared)
        .copied()
        .collect()
}

fn assigned_in_expr(expr: &Expr) -> Vec<LocalId> {
    let mut changes = Changes::default();
    changes.branch(expr);
    changes
        .assigned
        .difference(&changes.declared)
        .copied()
        .collect()
}

#[derive(Default)]
struct Changes {
    assigned: BTreeSet<LocalId>,
    declared: BTreeSet<LocalId>,
}

impl Changes {
    fn block(&mut self, block: &Block) {
        for statement in &block.statements {
            match statement {
                Statement::Let { pattern, .. } | Statement::Try { pattern, .. } => {
                    self.pattern(pattern);
                }
                Statement::Assign { local, .. } | Statement::AssignIndex { local, .. } => {
                    self.assigned.insert(*local);
                }
                Statement::Branch(branch) => self.branch(branch),
                Statement::For { variable, body, .. } => {
                    self.pattern(variable);
                    self.block(body);
                }
            }
        }
    }

    fn branch(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::If { yes, no, .. } => {
                self.block(yes);
                if let Some(no) = no {
                    self.block(no);
                }
            }
            ExprKind::Match { arms, .. } => {
                for (pattern, body) in arms {
                    self.pattern(pattern);
                    self.block(body);
                }
            }
            _ => {}
        }
    }

    fn pattern(&mut self, pattern: &Pattern) {
        match pattern {
            Pattern::Bind(local) => {
                self.declared.insert(*local);
            }
            Pattern::Tuple(items) | Pattern::Construct(_, items) => {
                for item in items {
                    self.pattern(item);
                }
            }
            Pattern::Wild | Pattern::Int(_) | Pattern::Bool(_) => {}
        }
    }
}
