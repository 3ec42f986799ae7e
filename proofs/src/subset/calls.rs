//! Calls of functions, methods and macros.

use super::{pos, Subset};
use crate::ast::{Expr, ExprKind};
use crate::library;
use syn::parse::Parser;
use syn::punctuated::Punctuated;
use syn::spanned::Spanned;
use syn::Token;

impl Subset {
    pub(super) fn call(&mut self, call: &syn::ExprCall) -> Expr {
        let syn::Expr::Path(function) = &*call.func else {
            return self.reject_expr(&call.func, "call of something other than a name");
        };
        let segments: Vec<&syn::PathSegment> = function.path.segments.iter().collect();
        let path: Vec<String> = segments
            .iter()
            .map(|segment| segment.ident.to_string())
            .collect();
        let generic = match segments.as_slice() {
            [first, last] if last.arguments.is_none() => self.turbofish(first),
            _ => None,
        };
        let misplaced = segments
            .iter()
            .rev()
            .enumerate()
            .any(|(i, s)| i != 1 && !s.arguments.is_none());
        if misplaced || function.qself.is_some() || function.path.leading_colon.is_some() {
            return self.reject_expr(function, "type arguments in a path");
        }
        let arguments = match path.last().map(String::as_str) {
            Some("from_public_slice") if path.len() == 2 => call
                .args
                .iter()
                .map(|argument| self.public_slice(argument))
                .collect(),
            _ => self.arguments(call.args.iter()),
        };
        Expr {
            pos: pos(call),
            kind: ExprKind::Call {
                path,
                generic,
                arguments,
            },
        }
    }

    /// `b".."` or `&[..]`.
    fn public_slice(&mut self, argument: &syn::Expr) -> Expr {
        if let syn::Expr::Lit(syn::ExprLit {
            lit: syn::Lit::ByteStr(bytes),
            ..
        }) = argument
        {
            return Expr {
                pos: pos(argument),
                kind: ExprKind::Bytes(bytes.value()),
            };
        }
        self.argument(argument)
    }

    pub(super) fn method(&mut self, call: &syn::ExprMethodCall) -> Expr {
        if let Some(turbofish) = &call.turbofish {
            self.reject(turbofish.span(), "type arguments of a method");
        }
        let name = call.method.to_string();
        if !library::is_method(&name) {
            self.reject(call.method.span(), format!("unknown method `{name}`"));
        }
        let receiver = Box::new(self.expr(&call.receiver));
        let arguments = self.arguments(call.args.iter());
        let kind = ExprKind::Method {
            receiver,
            name,
            pos: pos(&call.method),
            arguments,
        };
        Expr {
            pos: pos(call),
            kind,
        }
    }

    pub(super) fn macro_call(&mut self, call: &syn::ExprMacro) -> Expr {
        let name = call
            .mac
            .path
            .segments
            .last()
            .map(|s| s.ident.to_string())
            .unwrap_or_default();
        let tokens = call.mac.tokens.clone();
        let parsed = match name.as_str() {
            "secret_array" => secret_array.parse2(tokens),
            "secret_bytes" => secret_bytes.parse2(tokens),
            "byte_seq" => byte_seq.parse2(tokens),
            _ => return self.reject_expr(call, format!("macro `{name}!`")),
        };
        match parsed {
            Ok((element, items)) => {
                let items = items.iter().map(|item| self.expr(item)).collect();
                Expr {
                    pos: pos(call),
                    kind: ExprKind::SecretList { element, items },
                }
            }
            Err(error) => self.reject_expr(call, format!("malformed `{name}!`: {error}")),
        }
    }
}

type SecretItems = (String, Vec<syn::Expr>);

/// `U32, [1, 2]`.
fn secret_array(input: syn::parse::ParseStream) -> syn::Result<SecretItems> {
    let element: syn::Ident = input.parse()?;
    input.parse::<Token![,]>()?;
    let array: syn::ExprArray = input.parse()?;
    Ok((element.to_string(), array.elems.into_iter().collect()))
}

/// `[1, 2]`.
fn secret_bytes(input: syn::parse::ParseStream) -> syn::Result<SecretItems> {
    let array: syn::ExprArray = input.parse()?;
    Ok(("U8".to_owned(), array.elems.into_iter().collect()))
}

/// `1, 2`.
fn byte_seq(input: syn::parse::ParseStream) -> syn::Result<SecretItems> {
    let items = Punctuated::<syn::Expr, Token![,]>::parse_terminated(input)?;
    Ok(("U8".to_owned(), items.into_iter().collect()))
}
