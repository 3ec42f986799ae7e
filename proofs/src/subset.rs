//! From Rust to the syntax tree of the subset, as a whitelist: a form that is not named here is rejected.
//!
//! Every violation is collected, not only the first. What concerns one form stands in the submodules: items,
//! types, statements, expressions, patterns. What needs the whole program (unknown names, order, recursion,
//! cycles) is checked in [`crate::names`]. The table in `README.md` describes the same subset for readers.

mod calls;
mod expressions;
mod items;
mod patterns;
mod statements;
mod types;

use crate::ast::{Expr, ExprKind, Module, Pos, Violation};
use crate::source::Source;
use syn::spanned::Spanned;

/// Parse one file. The module is whole only if there is no violation.
#[must_use]
pub fn parse(source: &Source) -> (Module, Vec<Violation>) {
    let mut subset = Subset::new(source);
    let mut module = Module {
        path: source.module.clone(),
        file: source.file.clone(),
        uses: Vec::new(),
        items: Vec::new(),
    };
    match syn::parse_file(&source.text) {
        Ok(file) => {
            subset.attributes(&file.attrs, &[]);
            for item in &file.items {
                subset.item(item, &mut module);
            }
        }
        Err(error) => subset.reject(error.span(), format!("not Rust: {error}")),
    }
    (module, subset.violations)
}

/// The state of the check of one file.
pub(crate) struct Subset {
    file: String,
    module: String,
    /// How deep the current statement stands in loops.
    loops: usize,
    violations: Vec<Violation>,
}

impl Subset {
    fn new(source: &Source) -> Self {
        Self {
            file: source.file.clone(),
            module: source.module.clone(),
            loops: 0,
            violations: Vec::new(),
        }
    }

    fn reject(&mut self, span: proc_macro2::Span, reason: impl Into<String>) {
        self.violations.push(Violation {
            file: self.file.clone(),
            pos: span.into(),
            reason: reason.into(),
        });
    }

    /// Reject an expression; what stands in its place is never translated.
    fn reject_expr(&mut self, place: &impl Spanned, reason: impl Into<String>) -> Expr {
        self.reject(place.span(), reason);
        Expr {
            pos: place.span().into(),
            kind: ExprKind::Tuple(Vec::new()),
        }
    }

    /// Doc comments are allowed everywhere; besides, only the named attributes are.
    fn attributes(&mut self, attributes: &[syn::Attribute], named: &[&str]) {
        for attribute in attributes {
            let path = attribute.path();
            if path.is_ident("doc") || is_allowed_lint(attribute) {
                continue;
            }
            if !named.iter().any(|name| path.is_ident(name)) {
                self.reject(
                    attribute.span(),
                    "attribute other than a doc comment or a known derive",
                );
            }
        }
    }
}

/// `allow(missing_docs)` and `allow(clippy::..)`: they mean nothing to the translation.
fn is_allowed_lint(attribute: &syn::Attribute) -> bool {
    attribute.path().is_ident("allow")
        && attribute.parse_args::<syn::Path>().is_ok_and(|lint| {
            lint.is_ident("missing_docs")
                || lint
                    .segments
                    .first()
                    .is_some_and(|tool| tool.ident == "clippy")
        })
}

/// The names of a path without type arguments, or nothing.
fn plain_path(path: &syn::Path) -> Option<Vec<String>> {
    if path.leading_colon.is_some() {
        return None;
    }
    path.segments
        .iter()
        .map(|segment| {
            segment
                .arguments
                .is_none()
                .then(|| segment.ident.to_string())
        })
        .collect()
}

fn pos(place: &impl Spanned) -> Pos {
    place.span().into()
}
