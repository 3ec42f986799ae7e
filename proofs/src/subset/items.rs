//! Items: declarations of a module.

use super::{pos, Subset};
use crate::ast::{Derives, Field, Function, Item, ItemKind, Module, Type, Use, Variant};
use crate::source::ARRAY_TYPES;
use proc_macro2::{Span, TokenTree};
use syn::spanned::Spanned;
use syn::visit::Visit;

const DERIVES: [&str; 6] = ["Clone", "Copy", "Debug", "Default", "PartialEq", "Eq"];

impl Subset {
    pub(super) fn item(&mut self, item: &syn::Item, module: &mut Module) {
        match item {
            syn::Item::Use(item) => self.use_item(item, &mut module.uses),
            syn::Item::Mod(item) => self.mod_item(item),
            syn::Item::Macro(item) => module.items.extend(self.array_item(item)),
            syn::Item::Const(item) => module.items.push(self.const_item(item)),
            syn::Item::Type(item) => module.items.push(self.alias_item(item)),
            syn::Item::Enum(item) => module.items.push(self.enum_item(item)),
            syn::Item::Struct(item) => module.items.push(self.struct_item(item)),
            syn::Item::Fn(item) => module.items.push(self.fn_item(item)),
            other => self.reject(other.span(), item_reason(other)),
        }
    }

    fn use_item(&mut self, item: &syn::ItemUse, uses: &mut Vec<Use>) {
        self.attributes(&item.attrs, &[]);
        if let Some(colon) = &item.leading_colon {
            self.reject(colon.span(), "`::` before the first name of a path");
        }
        let public = !matches!(item.vis, syn::Visibility::Inherited);
        self.use_tree(&item.tree, &mut Vec::new(), public, uses);
    }

    fn use_tree(
        &mut self,
        tree: &syn::UseTree,
        module: &mut Vec<String>,
        public: bool,
        uses: &mut Vec<Use>,
    ) {
        let place = pos(tree);
        let mut add = |name| {
            uses.push(Use {
                pos: place,
                public,
                module: module.clone(),
                name,
            });
        };
        match tree {
            syn::UseTree::Glob(_) => add(None),
            syn::UseTree::Name(name) => add(Some(name.ident.to_string())),
            syn::UseTree::Path(path) => {
                module.push(path.ident.to_string());
                self.use_tree(&path.tree, module, public, uses);
                module.pop();
            }
            syn::UseTree::Group(group) => {
                for tree in &group.items {
                    self.use_tree(tree, module, public, uses);
                }
            }
            syn::UseTree::Rename(rename) => self.reject(rename.span(), "`use .. as ..`"),
        }
    }

    fn mod_item(&mut self, item: &syn::ItemMod) {
        self.attributes(&item.attrs, &[]);
        if let Some((brace, _)) = &item.content {
            self.reject(brace.span.open(), "module inside a file");
        }
    }

    fn array_item(&mut self, item: &syn::ItemMacro) -> Option<Item> {
        self.attributes(&item.attrs, &[]);
        let name = item
            .mac
            .path
            .get_ident()
            .map(ToString::to_string)
            .unwrap_or_default();
        let element = match name.as_str() {
            "bytes" => Some("U8"),
            "public_bytes" => Some("u8"),
            "array" => None,
            _ => {
                self.reject(item.span(), format!("macro `{name}!` as an item"));
                return None;
            }
        };
        if self.module != ARRAY_TYPES {
            self.reject(item.span(), format!("`{name}!` outside keys/types.rs"));
        }
        let item = array_declaration(item, element);
        if let Err((span, reason)) = &item {
            self.reject(*span, *reason);
        }
        item.ok()
    }

    fn const_item(&mut self, item: &syn::ItemConst) -> Item {
        self.attributes(&item.attrs, &[]);
        self.generics(&item.generics);
        let ty = self.constant_type(&item.ty);
        let value = self.argument(&item.expr);
        named(&item.ident, &item.vis, ItemKind::Const { ty, value })
    }

    fn alias_item(&mut self, item: &syn::ItemType) -> Item {
        self.attributes(&item.attrs, &[]);
        self.generics(&item.generics);
        let ty = self.stored_type(&item.ty);
        named(&item.ident, &item.vis, ItemKind::Alias(ty))
    }

    fn enum_item(&mut self, item: &syn::ItemEnum) -> Item {
        self.generics(&item.generics);
        let derives = self.derives(&item.attrs);
        let variants = item
            .variants
            .iter()
            .map(|variant| self.variant(variant))
            .collect();
        named(&item.ident, &item.vis, ItemKind::Enum { variants, derives })
    }

    fn variant(&mut self, variant: &syn::Variant) -> Variant {
        self.attributes(&variant.attrs, &["default"]);
        if let Some((equals, _)) = &variant.discriminant {
            self.reject(equals.span(), "number given to a variant");
        }
        let default = variant
            .attrs
            .iter()
            .any(|attribute| attribute.path().is_ident("default"));
        Variant {
            name: variant.ident.to_string(),
            default,
            fields: self.fields(&variant.fields),
        }
    }

    fn struct_item(&mut self, item: &syn::ItemStruct) -> Item {
        self.generics(&item.generics);
        let derives = self.derives(&item.attrs);
        if !matches!(item.fields, syn::Fields::Named(_)) {
            self.reject(item.ident.span(), "struct without named fields");
        }
        let fields = self.fields(&item.fields);
        named(&item.ident, &item.vis, ItemKind::Struct { fields, derives })
    }

    fn fields(&mut self, fields: &syn::Fields) -> Vec<Field> {
        let mut out = Vec::new();
        for (index, field) in fields.iter().enumerate() {
            self.attributes(&field.attrs, &[]);
            let name = field
                .ident
                .as_ref()
                .map_or_else(|| index.to_string(), ToString::to_string);
            out.push(Field {
                name,
                ty: self.stored_type(&field.ty),
            });
        }
        out
    }

    fn derives(&mut self, attributes: &[syn::Attribute]) -> Derives {
        self.attributes(attributes, &["derive"]);
        let mut derives = Derives::default();
        for attribute in attributes
            .iter()
            .filter(|attribute| attribute.path().is_ident("derive"))
        {
            let parsed = attribute.parse_nested_meta(|meta| {
                let name = meta
                    .path
                    .get_ident()
                    .map(ToString::to_string)
                    .unwrap_or_default();
                derives.default |= name == "Default";
                derives.equality |= name == "PartialEq";
                if !DERIVES.contains(&name.as_str()) {
                    self.reject(meta.path.span(), format!("derive of `{name}`"));
                }
                Ok(())
            });
            if let Err(error) = parsed {
                self.reject(error.span(), "unreadable derive");
            }
        }
        derives
    }

    fn fn_item(&mut self, item: &syn::ItemFn) -> Item {
        self.attributes(&item.attrs, &[]);
        self.inner_attributes(&item.block);
        self.signature(&item.sig);
        let parameters = item
            .sig
            .inputs
            .iter()
            .filter_map(|input| self.parameter(input))
            .collect();
        let result = match &item.sig.output {
            syn::ReturnType::Type(_, ty) => self.stored_type(ty),
            syn::ReturnType::Default => {
                self.reject(item.sig.ident.span(), "function without a result");
                Type::Tuple(Vec::new())
            }
        };
        let body = self.block(&item.block, true);
        named(
            &item.sig.ident,
            &item.vis,
            ItemKind::Function(Function {
                parameters,
                result,
                body,
            }),
        )
    }

    /// Attributes of statements and expressions, wherever they stand.
    fn inner_attributes(&mut self, block: &syn::Block) {
        struct Found<'a>(Vec<&'a syn::Attribute>);
        impl<'a> Visit<'a> for Found<'a> {
            fn visit_attribute(&mut self, attribute: &'a syn::Attribute) {
                self.0.push(attribute);
            }
        }
        let mut found = Found(Vec::new());
        found.visit_block(block);
        for attribute in found.0 {
            self.attributes(std::slice::from_ref(attribute), &[]);
        }
    }

    fn signature(&mut self, signature: &syn::Signature) {
        self.generics(&signature.generics);
        let words = [
            (signature.constness.map(|word| word.span), "`const fn`"),
            (signature.asyncness.map(|word| word.span), "`async fn`"),
            (signature.unsafety.map(|word| word.span), "`unsafe fn`"),
            (signature.abi.as_ref().map(Spanned::span), "`extern fn`"),
            (
                signature.variadic.as_ref().map(Spanned::span),
                "variadic function",
            ),
        ];
        for (span, reason) in words {
            if let Some(span) = span {
                self.reject(span, reason);
            }
        }
    }

    fn parameter(&mut self, input: &syn::FnArg) -> Option<Field> {
        match input {
            syn::FnArg::Receiver(receiver) => {
                self.reject(receiver.span(), "`self` parameter");
                None
            }
            syn::FnArg::Typed(typed) => {
                self.attributes(&typed.attrs, &[]);
                let ty = self.parameter_type(&typed.ty);
                match &*typed.pat {
                    syn::Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                        Some(Field {
                            name: name.ident.to_string(),
                            ty,
                        })
                    }
                    other => {
                        self.reject(other.span(), "pattern as a parameter");
                        None
                    }
                }
            }
        }
    }

    fn generics(&mut self, generics: &syn::Generics) {
        if let Some(parameter) = generics.params.first() {
            self.reject(parameter.span(), "generic parameter");
        }
        if let Some(clause) = &generics.where_clause {
            self.reject(clause.span(), "`where` clause");
        }
    }
}

fn named(ident: &syn::Ident, visibility: &syn::Visibility, kind: ItemKind) -> Item {
    let public = !matches!(visibility, syn::Visibility::Inherited);
    Item {
        pos: ident.span().into(),
        name: ident.to_string(),
        public,
        kind,
    }
}

/// `Name, 32` or, for `array!`, `Name, 8, U32`.
fn array_declaration(
    item: &syn::ItemMacro,
    element: Option<&str>,
) -> Result<Item, (Span, &'static str)> {
    let tokens: Vec<TokenTree> = item.mac.tokens.clone().into_iter().collect();
    let reason = "array type not of the form `Name, 32` or `Name, 8, U32`";
    let malformed = || (item.mac.tokens.span(), reason);
    let (name, length, given) = match tokens.as_slice() {
        [TokenTree::Ident(name), _, TokenTree::Literal(length)] => (name, length, None),
        [TokenTree::Ident(name), _, TokenTree::Literal(length), _, TokenTree::Ident(given)] => {
            (name, length, Some(given.to_string()))
        }
        _ => return Err(malformed()),
    };
    let element = match (element, given) {
        (Some(element), None) => element.to_owned(),
        (None, Some(given)) => given,
        _ => return Err(malformed()),
    };
    let length: syn::LitInt = syn::parse_str(&length.to_string()).map_err(|_| malformed())?;
    let element = Type::Name(pos(item), vec![element]);
    let kind = ItemKind::Array {
        element,
        length: length.base10_digits().to_owned(),
    };
    Ok(Item {
        pos: name.span().into(),
        name: name.to_string(),
        public: true,
        kind,
    })
}

fn item_reason(item: &syn::Item) -> &'static str {
    match item {
        syn::Item::Trait(_) | syn::Item::TraitAlias(_) => "trait",
        syn::Item::Impl(_) => "impl",
        syn::Item::Static(_) => "static",
        syn::Item::Union(_) => "union",
        syn::Item::ExternCrate(_) | syn::Item::ForeignMod(_) => "extern",
        _ => "unknown item",
    }
}
