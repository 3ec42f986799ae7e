//! Patterns of `let`, `for` and `match`.

use super::expressions::is_public_suffix;
use super::{plain_path, pos, Subset};
use crate::ast::{Pattern, PatternKind};
use syn::spanned::Spanned;

impl Subset {
    /// A pattern that always matches: a name, `_`, or a tuple of these.
    pub(super) fn simple_pattern(&mut self, pattern: &syn::Pat) -> Pattern {
        let lowered = self.pattern(pattern);
        if !is_simple(&lowered) {
            self.reject(pattern.span(), "pattern that may not match");
        }
        lowered
    }

    pub(super) fn pattern(&mut self, pattern: &syn::Pat) -> Pattern {
        let kind = match pattern {
            syn::Pat::Wild(_) => PatternKind::Wild,
            syn::Pat::Paren(paren) => return self.pattern(&paren.pat),
            syn::Pat::Ident(ident) => self.ident_pattern(ident),
            syn::Pat::Tuple(tuple) => PatternKind::Tuple(self.patterns(tuple.elems.iter())),
            syn::Pat::Lit(literal) => self.literal_pattern(literal),
            syn::Pat::Path(path) => match plain_path(&path.path) {
                Some(names) => PatternKind::Variant(names, Vec::new()),
                None => self.reject_pattern(pattern, "type arguments in a pattern"),
            },
            syn::Pat::TupleStruct(variant) => match plain_path(&variant.path) {
                Some(names) => PatternKind::Variant(names, self.patterns(variant.elems.iter())),
                None => self.reject_pattern(pattern, "type arguments in a pattern"),
            },
            syn::Pat::Struct(variant) => match plain_path(&variant.path) {
                Some(names) => PatternKind::VariantNamed(names, self.field_patterns(variant)),
                None => self.reject_pattern(pattern, "type arguments in a pattern"),
            },
            other => self.reject_pattern(other, pattern_reason(other)),
        };
        Pattern {
            pos: pos(pattern),
            kind,
        }
    }

    fn patterns<'a>(&mut self, patterns: impl Iterator<Item = &'a syn::Pat>) -> Vec<Pattern> {
        patterns.map(|pattern| self.pattern(pattern)).collect()
    }

    fn ident_pattern(&mut self, ident: &syn::PatIdent) -> PatternKind {
        if let Some(word) = &ident.by_ref {
            self.reject(word.span(), "`ref` pattern");
        }
        if let Some((at, _)) = &ident.subpat {
            self.reject(at.span(), "`@` pattern");
        }
        let name = ident.ident.to_string();
        if name == "None" {
            return PatternKind::Variant(vec![name], Vec::new());
        }
        if name.starts_with(|first: char| first.is_uppercase()) {
            self.reject(ident.span(), "constant as a pattern");
        }
        PatternKind::Bind(name)
    }

    fn literal_pattern(&mut self, literal: &syn::PatLit) -> PatternKind {
        match &literal.lit {
            syn::Lit::Int(int) if !is_public_suffix(int.suffix()) => {
                self.reject_pattern(int, "number of a type that is not public and unsigned")
            }
            syn::Lit::Int(int) => PatternKind::Int(int.base10_digits().to_owned()),
            syn::Lit::Bool(bool) => PatternKind::Bool(bool.value),
            other => self.reject_pattern(other, "literal pattern other than an integer or a bool"),
        }
    }

    fn field_patterns(&mut self, variant: &syn::PatStruct) -> Vec<(String, Pattern)> {
        let mut fields = Vec::new();
        for field in &variant.fields {
            if let syn::Member::Named(name) = &field.member {
                fields.push((name.to_string(), self.pattern(&field.pat)));
            } else {
                self.reject(field.span(), "numbered field in a pattern");
            }
        }
        fields
    }

    fn reject_pattern(&mut self, place: &impl Spanned, reason: &str) -> PatternKind {
        self.reject(place.span(), reason);
        PatternKind::Wild
    }
}

fn is_simple(pattern: &Pattern) -> bool {
    match &pattern.kind {
        PatternKind::Wild | PatternKind::Bind(_) => true,
        PatternKind::Tuple(items) => items.iter().all(is_simple),
        _ => false,
    }
}

fn pattern_reason(pattern: &syn::Pat) -> &'static str {
    match pattern {
        syn::Pat::Or(_) => "`|` pattern",
        syn::Pat::Range(_) => "range pattern",
        syn::Pat::Slice(_) | syn::Pat::Rest(_) => "slice pattern",
        syn::Pat::Reference(_) => "`&` pattern",
        syn::Pat::Type(_) => "type inside a pattern",
        _ => "unknown pattern",
    }
}
