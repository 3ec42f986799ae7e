//! Types.

use super::{pos, Subset};
use crate::ast::Type;
use syn::spanned::Spanned;

impl Subset {
    /// The type of a parameter: here, and only here, `&T` may stand.
    pub(super) fn parameter_type(&mut self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Reference(reference) => {
                if let Some(word) = &reference.mutability {
                    self.reject(word.span(), "`&mut`");
                }
                if let Some(lifetime) = &reference.lifetime {
                    self.reject(lifetime.span(), "lifetime");
                }
                self.stored_type(&reference.elem)
            }
            other => self.stored_type(other),
        }
    }

    /// The type of a constant: here `[T; N]` may stand.
    pub(super) fn constant_type(&mut self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Array(array) => Type::Native(Box::new(self.stored_type(&array.elem))),
            other => self.stored_type(other),
        }
    }

    /// A type that owns what it holds.
    pub(super) fn stored_type(&mut self, ty: &syn::Type) -> Type {
        match ty {
            syn::Type::Tuple(tuple) => Type::Tuple(
                tuple
                    .elems
                    .iter()
                    .map(|elem| self.stored_type(elem))
                    .collect(),
            ),
            syn::Type::Paren(paren) => self.stored_type(&paren.elem),
            syn::Type::Path(path) if path.qself.is_none() => self.path_type(&path.path),
            other => {
                self.reject(other.span(), type_reason(other));
                Type::Tuple(Vec::new())
            }
        }
    }

    fn path_type(&mut self, path: &syn::Path) -> Type {
        let names: Vec<String> = path.segments.iter().map(|s| s.ident.to_string()).collect();
        let last = path.segments.last().map(|segment| &segment.arguments);
        let (Some(syn::PathArguments::AngleBracketed(arguments)), [name]) =
            (last, names.as_slice())
        else {
            if path
                .segments
                .iter()
                .any(|segment| !segment.arguments.is_none())
            {
                self.reject(path.span(), "type arguments in a path");
            }
            return Type::Name(pos(path), names);
        };
        let arguments = self.type_arguments(arguments);
        match (name.as_str(), arguments.as_slice()) {
            ("Seq", [element]) => Type::Seq(Box::new(element.clone())),
            ("Option", [some]) => Type::Option(Box::new(some.clone())),
            ("Result", [ok, error]) => Type::Result(Box::new(ok.clone()), Box::new(error.clone())),
            _ => {
                self.reject(path.span(), format!("unknown generic type `{name}`"));
                Type::Tuple(Vec::new())
            }
        }
    }

    fn type_arguments(&mut self, list: &syn::AngleBracketedGenericArguments) -> Vec<Type> {
        let mut types = Vec::new();
        for argument in &list.args {
            match argument {
                syn::GenericArgument::Type(ty) => types.push(self.stored_type(ty)),
                other => self.reject(other.span(), "argument of a type that is not a type"),
            }
        }
        types
    }

    /// The type argument of `Seq::<T>::new`.
    pub(super) fn turbofish(&mut self, segment: &syn::PathSegment) -> Option<Type> {
        match &segment.arguments {
            syn::PathArguments::AngleBracketed(list) => {
                let types = self.type_arguments(list);
                types.into_iter().next()
            }
            _ => None,
        }
    }
}

fn type_reason(ty: &syn::Type) -> &'static str {
    match ty {
        syn::Type::Reference(reference) if reference.mutability.is_some() => "`&mut`",
        syn::Type::Reference(_) => "reference other than a parameter",
        syn::Type::Array(_) => "native array other than a constant",
        syn::Type::Slice(_) => "slice",
        syn::Type::ImplTrait(_) | syn::Type::TraitObject(_) => "trait as a type",
        syn::Type::BareFn(_) => "function as a type",
        syn::Type::Ptr(_) => "pointer",
        _ => "unknown type",
    }
}
