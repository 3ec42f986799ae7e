//! Blocks and statements.
//!
//! `?` may stand only as the whole value of a `let`, and only where the rest of the block is the result of the
//! function: it then means "if an error, the result is this error, else the rest".

use super::{pos, Subset};
use crate::ast::{Block, Expr, ExprKind, Pattern, Statement, StatementKind};
use syn::spanned::Spanned;

impl Subset {
    /// A block; `result` says whether its value is the result of the function.
    pub(super) fn block(&mut self, block: &syn::Block, result: bool) -> Block {
        let mut out = self.statements(&block.stmts, result);
        if out.value.is_none() {
            let rejected = self.reject_expr(block, "block without a value");
            out.value = Some(Box::new(rejected));
        }
        out
    }

    /// A block that is run for its assignments.
    fn effect_block(&mut self, block: &syn::Block) -> Block {
        let mut out = self.statements(&block.stmts, false);
        if out.value.take().is_some() {
            self.reject(block.span(), "value that is not used");
        }
        out
    }

    fn statements(&mut self, statements: &[syn::Stmt], result: bool) -> Block {
        let mut out = Block {
            statements: Vec::new(),
            value: None,
        };
        let last = statements.len().saturating_sub(1);
        for (index, statement) in statements.iter().enumerate() {
            match statement {
                syn::Stmt::Expr(expr, None) if index == last && has_value(expr) => {
                    out.value = Some(Box::new(self.tail(expr, result)));
                }
                other => out.statements.extend(self.statement(other, result)),
            }
        }
        out
    }

    /// The value of a block. Here `?` may stand in nested blocks if `result`.
    pub(super) fn tail(&mut self, expr: &syn::Expr, result: bool) -> Expr {
        let kind = match expr {
            syn::Expr::If(branch) => self.if_value(branch, result),
            syn::Expr::Match(branch) => self.match_value(branch, result),
            syn::Expr::Block(block) if block.label.is_none() => {
                ExprKind::Block(self.block(&block.block, result))
            }
            other => return self.expr(other),
        };
        Expr {
            pos: pos(expr),
            kind,
        }
    }

    fn statement(&mut self, statement: &syn::Stmt, result: bool) -> Option<Statement> {
        let kind = match statement {
            syn::Stmt::Local(local) => self.let_statement(local, result)?,
            syn::Stmt::Expr(expr, _) => self.expr_statement(expr)?,
            syn::Stmt::Item(item) => {
                self.reject(item.span(), "item inside a function");
                return None;
            }
            syn::Stmt::Macro(item) => {
                let name = item.mac.path.segments.last().map(|s| s.ident.to_string());
                let reason = format!("macro `{}!`", name.unwrap_or_default());
                self.reject(item.span(), reason);
                return None;
            }
        };
        Some(Statement {
            pos: pos(statement),
            kind,
        })
    }

    fn let_statement(&mut self, local: &syn::Local, result: bool) -> Option<StatementKind> {
        self.attributes(&local.attrs, &[]);
        let (pattern, ty) = match &local.pat {
            syn::Pat::Type(typed) => (&*typed.pat, Some(self.stored_type(&typed.ty))),
            other => (other, None),
        };
        let pattern = self.simple_pattern(pattern);
        let Some(init) = &local.init else {
            self.reject(local.span(), "`let` without a value");
            return None;
        };
        if let Some((word, _)) = &init.diverge {
            self.reject(word.span(), "`let .. else`");
        }
        if let syn::Expr::Try(question) = &*init.expr {
            self.question(question, result);
            let value = self.expr(&question.expr);
            return Some(StatementKind::Let {
                pattern,
                ty,
                value,
                fallible: true,
            });
        }
        let value = self.tail(&init.expr, false);
        Some(StatementKind::Let {
            pattern,
            ty,
            value,
            fallible: false,
        })
    }

    fn question(&mut self, question: &syn::ExprTry, result: bool) {
        let span = question.question_token.span();
        if self.loops > 0 {
            self.reject(span, "`?` inside a loop");
        } else if !result {
            self.reject(
                span,
                "`?` in a block whose value is not the result of the function",
            );
        }
    }

    fn expr_statement(&mut self, expr: &syn::Expr) -> Option<StatementKind> {
        match expr {
            syn::Expr::Assign(assign) => self.assignment(assign),
            syn::Expr::If(branch) => {
                let kind = self.if_effect(branch);
                Some(StatementKind::Branch(Expr {
                    pos: pos(expr),
                    kind,
                }))
            }
            syn::Expr::Match(branch) => {
                let kind = self.match_effect(branch);
                Some(StatementKind::Branch(Expr {
                    pos: pos(expr),
                    kind,
                }))
            }
            syn::Expr::ForLoop(looping) => self.for_statement(looping),
            other => {
                self.reject(other.span(), statement_reason(other));
                None
            }
        }
    }

    fn assignment(&mut self, assign: &syn::ExprAssign) -> Option<StatementKind> {
        let value = self.tail(&assign.right, false);
        match &*assign.left {
            syn::Expr::Path(path) if path.path.get_ident().is_some() => {
                Some(StatementKind::Assign {
                    name: path.path.get_ident()?.to_string(),
                    value,
                })
            }
            syn::Expr::Index(index) => {
                let position = self.expr(&index.index);
                let syn::Expr::Path(path) = &*index.expr else {
                    self.reject(
                        index.expr.span(),
                        "assignment into something other than a local",
                    );
                    return None;
                };
                let name = path.path.get_ident()?.to_string();
                Some(StatementKind::AssignIndex {
                    name,
                    index: position,
                    value,
                })
            }
            syn::Expr::Field(field) => {
                self.reject(field.span(), "assignment to a field");
                None
            }
            other => {
                self.reject(other.span(), "assignment to something other than a local");
                None
            }
        }
    }

    fn for_statement(&mut self, looping: &syn::ExprForLoop) -> Option<StatementKind> {
        if let Some(label) = &looping.label {
            self.reject(label.span(), "loop label");
        }
        let variable = self.simple_pattern(&looping.pat);
        self.loops += 1;
        let body = self.effect_block(&looping.body);
        self.loops -= 1;
        let (from, to) = self.range(&looping.expr)?;
        Some(StatementKind::For {
            variable,
            from,
            to,
            body,
        })
    }

    fn range(&mut self, expr: &syn::Expr) -> Option<(Expr, Expr)> {
        match expr {
            syn::Expr::Range(range) => {
                if let (Some(from), syn::RangeLimits::HalfOpen(_), Some(to)) =
                    (&range.start, &range.limits, &range.end)
                {
                    return Some((self.expr(from), self.expr(to)));
                }
                self.reject(range.span(), "range other than `a..b`");
            }
            syn::Expr::Paren(paren) => return self.range(&paren.expr),
            other => self.reject(other.span(), "`for` over something other than `a..b`"),
        }
        None
    }

    fn if_effect(&mut self, branch: &syn::ExprIf) -> ExprKind {
        let condition = Box::new(self.expr(&branch.cond));
        let yes = self.effect_block(&branch.then_branch);
        let no = branch.else_branch.as_ref().map(|(_, expr)| match &**expr {
            syn::Expr::Block(block) => self.effect_block(&block.block),
            syn::Expr::If(next) => {
                let kind = self.if_effect(next);
                let branch = StatementKind::Branch(Expr {
                    pos: pos(expr),
                    kind,
                });
                let statements = vec![Statement {
                    pos: pos(expr),
                    kind: branch,
                }];
                Block {
                    statements,
                    value: None,
                }
            }
            other => {
                self.reject(other.span(), "unknown `else`");
                Block {
                    statements: Vec::new(),
                    value: None,
                }
            }
        });
        ExprKind::If { condition, yes, no }
    }

    fn match_effect(&mut self, branch: &syn::ExprMatch) -> ExprKind {
        let value = Box::new(self.argument(&branch.expr));
        let mut arms = Vec::new();
        for arm in &branch.arms {
            let pattern: Pattern = self.arm_pattern(arm);
            let body = match &*arm.body {
                syn::Expr::Block(block) => self.effect_block(&block.block),
                other => {
                    let statements = if is_unit(other) {
                        Vec::new()
                    } else {
                        let kind = self.expr_statement(other);
                        kind.map(|kind| Statement {
                            pos: pos(other),
                            kind,
                        })
                        .into_iter()
                        .collect()
                    };
                    Block {
                        statements,
                        value: None,
                    }
                }
            };
            arms.push(crate::ast::Arm { pattern, body });
        }
        ExprKind::Match { value, arms }
    }
}

/// Whether an expression at the end of a block is its value, and not a statement without `;`.
fn has_value(expr: &syn::Expr) -> bool {
    match expr {
        syn::Expr::ForLoop(_) | syn::Expr::While(_) | syn::Expr::Assign(_) => false,
        syn::Expr::If(branch) => match &branch.else_branch {
            None => false,
            Some((_, other)) => block_has_value(&branch.then_branch) || has_value(other),
        },
        syn::Expr::Block(block) => block_has_value(&block.block),
        syn::Expr::Match(branch) => branch.arms.iter().any(|arm| has_value(&arm.body)),
        other => !is_unit(other),
    }
}

fn block_has_value(block: &syn::Block) -> bool {
    matches!(block.stmts.last(), Some(syn::Stmt::Expr(expr, None)) if has_value(expr))
}

fn is_unit(expr: &syn::Expr) -> bool {
    matches!(expr, syn::Expr::Tuple(tuple) if tuple.elems.is_empty())
}

fn statement_reason(expr: &syn::Expr) -> &'static str {
    match expr {
        syn::Expr::Return(_) => "early `return`",
        syn::Expr::While(_) => "`while`",
        syn::Expr::Loop(_) => "`loop`",
        syn::Expr::Break(_) => "`break`",
        syn::Expr::Continue(_) => "`continue`",
        syn::Expr::Binary(_) => "compound assignment",
        syn::Expr::Try(_) => "`?` other than as the whole value of a `let`",
        syn::Expr::Unsafe(_) => "`unsafe`",
        _ => "expression as a statement",
    }
}
