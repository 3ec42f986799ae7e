//! Expressions.

use super::{plain_path, pos, Subset};
use crate::ast::{Arm, Block, Expr, ExprKind, Operator, Pattern};
use syn::spanned::Spanned;

impl Subset {
    /// An argument, or the value of a `match`: here `&e` may stand, and is `e`.
    pub(super) fn argument(&mut self, expr: &syn::Expr) -> Expr {
        match expr {
            syn::Expr::Reference(reference) => {
                if let Some(word) = &reference.mutability {
                    self.reject(word.span(), "`&mut`");
                }
                self.expr(&reference.expr)
            }
            other => self.expr(other),
        }
    }

    pub(super) fn arguments<'a>(&mut self, list: impl Iterator<Item = &'a syn::Expr>) -> Vec<Expr> {
        list.map(|expr| self.argument(expr)).collect()
    }

    pub(super) fn expr(&mut self, expr: &syn::Expr) -> Expr {
        let kind = match expr {
            syn::Expr::Paren(paren) => return self.expr(&paren.expr),
            syn::Expr::If(_) | syn::Expr::Match(_) | syn::Expr::Block(_) => {
                return self.tail_expr(expr);
            }
            syn::Expr::Lit(literal) => return self.literal(literal),
            syn::Expr::Path(path) => return self.path(path),
            syn::Expr::Call(call) => return self.call(call),
            syn::Expr::MethodCall(call) => return self.method(call),
            syn::Expr::Macro(call) => return self.macro_call(call),
            syn::Expr::Field(field) => return self.field(field),
            syn::Expr::Unary(unary) => return self.unary(unary),
            syn::Expr::Binary(binary) => return self.binary(binary),
            syn::Expr::Struct(literal) => return self.struct_literal(literal),
            syn::Expr::Index(index) => ExprKind::Index(
                Box::new(self.expr(&index.expr)),
                Box::new(self.expr(&index.index)),
            ),
            syn::Expr::Cast(cast) => {
                ExprKind::Cast(Box::new(self.expr(&cast.expr)), self.cast_type(&cast.ty))
            }
            syn::Expr::Tuple(tuple) => {
                ExprKind::Tuple(tuple.elems.iter().map(|elem| self.expr(elem)).collect())
            }
            syn::Expr::Array(array) => {
                ExprKind::List(array.elems.iter().map(|elem| self.expr(elem)).collect())
            }
            syn::Expr::Repeat(repeat) => ExprKind::Repeat(
                Box::new(self.expr(&repeat.expr)),
                Box::new(self.expr(&repeat.len)),
            ),
            other => return self.reject_expr(other, expr_reason(other)),
        };
        Expr {
            pos: pos(expr),
            kind,
        }
    }

    fn tail_expr(&mut self, expr: &syn::Expr) -> Expr {
        if let syn::Expr::Block(block) = expr {
            if let Some(label) = &block.label {
                return self.reject_expr(label, "block label");
            }
        }
        self.tail(expr, false)
    }

    pub(super) fn literal(&mut self, literal: &syn::ExprLit) -> Expr {
        let kind = match &literal.lit {
            syn::Lit::Int(int) if !is_public_suffix(int.suffix()) => {
                return self
                    .reject_expr(literal, "number of a type that is not public and unsigned");
            }
            syn::Lit::Int(int) => ExprKind::Int {
                digits: int.base10_digits().to_owned(),
                suffix: int.suffix().to_owned(),
            },
            syn::Lit::Bool(bool) => ExprKind::Bool(bool.value),
            syn::Lit::ByteStr(_) => {
                return self
                    .reject_expr(literal, "byte string outside `from_public_slice(b\"..\")`");
            }
            syn::Lit::Float(_) => return self.reject_expr(literal, "float"),
            syn::Lit::Str(_) | syn::Lit::CStr(_) => return self.reject_expr(literal, "string"),
            _ => return self.reject_expr(literal, "unknown literal"),
        };
        Expr {
            pos: pos(literal),
            kind,
        }
    }

    fn path(&mut self, path: &syn::ExprPath) -> Expr {
        match plain_path(&path.path) {
            Some(names) if path.qself.is_none() => Expr {
                pos: pos(path),
                kind: ExprKind::Path(names),
            },
            _ => self.reject_expr(path, "type arguments in a path"),
        }
    }

    fn field(&mut self, field: &syn::ExprField) -> Expr {
        match &field.member {
            syn::Member::Named(name) => {
                let base = Box::new(self.expr(&field.base));
                Expr {
                    pos: pos(field),
                    kind: ExprKind::Field(base, name.to_string()),
                }
            }
            syn::Member::Unnamed(_) => self.reject_expr(field, "numbered field"),
        }
    }

    fn unary(&mut self, unary: &syn::ExprUnary) -> Expr {
        let operand = Box::new(self.expr(&unary.expr));
        let kind = match unary.op {
            // A read through a reference; the subset has values only.
            syn::UnOp::Deref(_) => return *operand,
            syn::UnOp::Not(_) => ExprKind::Not(operand),
            syn::UnOp::Neg(_) => return self.reject_expr(unary, "`-` of an unsigned integer"),
            _ => return self.reject_expr(unary, "unknown unary operator"),
        };
        Expr {
            pos: pos(unary),
            kind,
        }
    }

    fn binary(&mut self, binary: &syn::ExprBinary) -> Expr {
        let left = Box::new(self.expr(&binary.left));
        let right = Box::new(self.expr(&binary.right));
        match operator(&binary.op) {
            Some(op) => Expr {
                pos: pos(binary),
                kind: ExprKind::Binary(op, left, right),
            },
            None => self.reject_expr(&binary.op, "compound assignment"),
        }
    }

    fn cast_type(&mut self, ty: &syn::Type) -> crate::ast::Type {
        const PUBLIC: [&str; 6] = ["u8", "u16", "u32", "u64", "u128", "usize"];
        let lowered = self.stored_type(ty);
        let known = matches!(&lowered, crate::ast::Type::Name(_, names)
            if names.len() == 1 && PUBLIC.contains(&names[0].as_str()));
        if known {
            return lowered;
        }
        self.reject(
            ty.span(),
            "`as` other than between public unsigned integers",
        );
        crate::ast::Type::Tuple(Vec::new())
    }

    fn struct_literal(&mut self, literal: &syn::ExprStruct) -> Expr {
        if let Some(rest) = &literal.dot2_token {
            return self.reject_expr(rest, "struct literal with `..`");
        }
        let Some(path) = plain_path(&literal.path) else {
            return self.reject_expr(&literal.path, "type arguments in a path");
        };
        let mut fields = Vec::new();
        for field in &literal.fields {
            match &field.member {
                syn::Member::Named(name) => fields.push((name.to_string(), self.expr(&field.expr))),
                syn::Member::Unnamed(_) => self.reject(field.span(), "numbered field"),
            }
        }
        Expr {
            pos: pos(literal),
            kind: ExprKind::Struct { path, fields },
        }
    }

    pub(super) fn if_value(&mut self, branch: &syn::ExprIf, result: bool) -> ExprKind {
        let condition = Box::new(self.expr(&branch.cond));
        let yes = self.block(&branch.then_branch, result);
        let no = match &branch.else_branch {
            Some((_, no)) => self.tail(no, result),
            None => self.reject_expr(branch, "`if` without `else` as a value"),
        };
        ExprKind::If {
            condition,
            yes,
            no: Some(as_block(no)),
        }
    }

    pub(super) fn match_value(&mut self, branch: &syn::ExprMatch, result: bool) -> ExprKind {
        let value = Box::new(self.argument(&branch.expr));
        let mut arms = Vec::new();
        for arm in &branch.arms {
            let pattern = self.arm_pattern(arm);
            let body = as_block(self.tail(&arm.body, result));
            arms.push(Arm { pattern, body });
        }
        ExprKind::Match { value, arms }
    }

    pub(super) fn arm_pattern(&mut self, arm: &syn::Arm) -> Pattern {
        self.attributes(&arm.attrs, &[]);
        if let Some((word, _)) = &arm.guard {
            self.reject(word.span(), "`match` guard");
        }
        self.pattern(&arm.pat)
    }
}

/// Whether a suffix of a number is absent or names a type of the subset.
pub(super) fn is_public_suffix(suffix: &str) -> bool {
    let ty = crate::library::named_type(suffix);
    suffix.is_empty() || matches!(ty, Some(crate::ty::Ty::Public(_)))
}

fn as_block(expr: Expr) -> Block {
    match expr.kind {
        ExprKind::Block(block) => block,
        kind => {
            let value = Expr {
                pos: expr.pos,
                kind,
            };
            Block {
                statements: Vec::new(),
                value: Some(Box::new(value)),
            }
        }
    }
}

fn operator(op: &syn::BinOp) -> Option<Operator> {
    Some(match op {
        syn::BinOp::Add(_) => Operator::Add,
        syn::BinOp::Sub(_) => Operator::Sub,
        syn::BinOp::Mul(_) => Operator::Mul,
        syn::BinOp::Div(_) => Operator::Div,
        syn::BinOp::Rem(_) => Operator::Rem,
        syn::BinOp::And(_) => Operator::And,
        syn::BinOp::Or(_) => Operator::Or,
        syn::BinOp::BitXor(_) => Operator::BitXor,
        syn::BinOp::BitAnd(_) => Operator::BitAnd,
        syn::BinOp::BitOr(_) => Operator::BitOr,
        syn::BinOp::Shl(_) => Operator::Shl,
        syn::BinOp::Shr(_) => Operator::Shr,
        syn::BinOp::Eq(_) => Operator::Eq,
        syn::BinOp::Lt(_) => Operator::Lt,
        syn::BinOp::Le(_) => Operator::Le,
        syn::BinOp::Ne(_) => Operator::Ne,
        syn::BinOp::Ge(_) => Operator::Ge,
        syn::BinOp::Gt(_) => Operator::Gt,
        _ => return None,
    })
}

fn expr_reason(expr: &syn::Expr) -> &'static str {
    match expr {
        syn::Expr::Return(_) => "early `return`",
        syn::Expr::While(_) => "`while`",
        syn::Expr::Loop(_) => "`loop`",
        syn::Expr::Break(_) => "`break`",
        syn::Expr::Continue(_) => "`continue`",
        syn::Expr::Closure(_) => "closure",
        syn::Expr::Unsafe(_) => "`unsafe`",
        syn::Expr::Range(_) => "range outside `for`",
        syn::Expr::Reference(reference) if reference.mutability.is_some() => "`&mut`",
        syn::Expr::Reference(_) => "`&` other than an argument",
        syn::Expr::Try(_) => "`?` other than as the whole value of a `let`",
        syn::Expr::Let(_) => "`if let`",
        syn::Expr::Assign(_) => "assignment as a value",
        syn::Expr::ForLoop(_) => "`for` as a value",
        _ => "unknown expression",
    }
}
