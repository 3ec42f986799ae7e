//! What the subset uses of hacspec-lib: each name, its type, and its meaning in `coq/Prelude.v`.
//!
//! A meaning is total, or it panics exactly where hacspec-lib panics with its checks on. A method or function that
//! is not listed here is rejected.

use crate::ty::{Modulus, Ty};

/// The meaning of a call.
#[derive(Clone, Debug)]
pub struct Meaning {
    /// The name in the prelude and its fixed arguments; empty: the first argument itself.
    pub coq: String,
    /// The types of the arguments after the receiver, where a literal needs to be told its type.
    pub arguments: Vec<Ty>,
    pub result: Ty,
    pub panics: bool,
}

fn total(coq: impl Into<String>, arguments: impl Into<Vec<Ty>>, result: Ty) -> Meaning {
    Meaning {
        coq: coq.into(),
        arguments: arguments.into(),
        result,
        panics: false,
    }
}

fn panicking(coq: impl Into<String>, arguments: impl Into<Vec<Ty>>, result: Ty) -> Meaning {
    Meaning {
        coq: coq.into(),
        arguments: arguments.into(),
        result,
        panics: true,
    }
}

const METHODS: &[&str] = &[
    "len",
    "slice",
    "concat",
    "concat_owned",
    "push",
    "push_owned",
    "clone",
    "declassify",
    "update",
    "update_start",
    "update_slice",
    "num_chunks",
    "num_exact_chunks",
    "get_chunk",
    "get_exact_chunk",
    "set_chunk",
    "to_be_bytes",
    "to_le_bytes",
    "declassify_eq",
    "rotate_left",
    "rotate_right",
    "comp_eq",
    "comp_ne",
];

const ASSOCIATED: &[&str] = &[
    "new",
    "length",
    "from_seq",
    "from_slice",
    "from_public_slice",
    "from_public_seq",
];

#[must_use]
pub fn is_method(name: &str) -> bool {
    METHODS.contains(&name)
}

#[must_use]
pub fn is_associated(name: &str) -> bool {
    ASSOCIATED.contains(&name)
}

/// `Some`, `None`, `Ok`, `Err`.
#[must_use]
pub fn is_constructor(name: &str) -> bool {
    matches!(name, "Some" | "None" | "Ok" | "Err")
}

/// The types that need no declaration.
#[must_use]
pub fn is_type(name: &str) -> bool {
    named_type(name).is_some()
}

/// The free functions of hacspec-lib.
#[must_use]
pub fn is_function(name: &str) -> bool {
    function(name).is_some()
}

/// A type that needs no declaration.
#[must_use]
pub fn named_type(name: &str) -> Option<Ty> {
    Some(match name {
        "bool" => Ty::Bool,
        "u8" => Ty::Public(8),
        "u16" => Ty::Public(16),
        "u32" => Ty::Public(32),
        "u64" | "usize" => Ty::Public(64),
        "u128" => Ty::Public(128),
        "U8" => Ty::Secret(8),
        "U16" => Ty::Secret(16),
        "U32" => Ty::Secret(32),
        "U64" => Ty::Secret(64),
        "U128" => Ty::Secret(128),
        "ByteSeq" => Ty::seq(Ty::Secret(8)),
        "PublicByteSeq" => Ty::seq(Ty::Public(8)),
        _ => return None,
    })
}

/// A type of `notation/`.
#[must_use]
pub fn notation_type(name: &str) -> Option<Ty> {
    [Modulus::P, Modulus::Q]
        .into_iter()
        .find(|modulus| modulus.type_name() == name)
        .map(Ty::Modular)
}

/// A function of `notation/`: `coq/Modular.v` defines it under the same name.
#[must_use]
pub fn notation_function(name: &str) -> Option<Meaning> {
    let (fe, scalar) = (Ty::Modular(Modulus::P), Ty::Modular(Modulus::Q));
    let bytes = Ty::seq(Ty::Public(8));
    let (arguments, result) = match name {
        "fe_literal" => (vec![Ty::Public(64)], fe),
        "fe_from_bytes" => (vec![bytes], fe),
        "fe_to_bytes" => (vec![fe], bytes),
        "fe_pow" => (vec![fe.clone(), bytes], fe),
        "scalar_from_bytes" | "scalar_from_wide_bytes" => (vec![bytes], scalar),
        "scalar_to_bytes" => (vec![scalar], bytes),
        _ => return None,
    };
    Some(total(name, arguments, result))
}

/// A free function: `U8(x)`, `U32_from_U8(x)`, `U64_to_be_bytes(x)`.
#[must_use]
pub fn function(name: &str) -> Option<Meaning> {
    if let Some(secret @ Ty::Secret(bits)) = named_type(name) {
        return Some(total("", [Ty::Public(bits)], secret));
    }
    let (subject, verb) = name.split_once('_')?;
    let ty = named_type(subject)?;
    let (bits, byte) = match ty {
        Ty::Secret(bits) => (bits, Ty::Secret(8)),
        Ty::Public(bits) if subject != "usize" => (bits, Ty::Public(8)),
        _ => return None,
    };
    let (bytes, list) = (bits / 8, Ty::seq(byte));
    Some(match verb {
        "to_be_bytes" => total(format!("be_bytes {bytes}"), [ty], list),
        "to_le_bytes" => total(format!("le_bytes {bytes}"), [ty], list),
        "from_be_bytes" => total("be_number", [list], ty),
        "from_le_bytes" => total("le_number", [list], ty),
        _ => return conversion(&ty, bits, verb.strip_prefix("from_")?),
    })
}

/// `U32_from_U8`: wider as it is, narrower by the low bits.
fn conversion(to: &Ty, bits: u32, from: &str) -> Option<Meaning> {
    Some(match (to, named_type(from)?) {
        (Ty::Secret(_), Ty::Secret(given)) if given <= bits => {
            total("", [Ty::Secret(given)], to.clone())
        }
        (Ty::Secret(_), Ty::Secret(given)) => {
            total(format!("cast {bits}"), [Ty::Secret(given)], to.clone())
        }
        _ => return None,
    })
}

/// A method of a receiver; `elements` is the type of its elements if it is a sequence or an array.
#[must_use]
pub fn method(receiver: &Ty, elements: Option<&Ty>, name: &str) -> Option<Meaning> {
    if name == "clone" {
        return Some(total("", [], receiver.clone()));
    }
    match (receiver, elements) {
        (Ty::Secret(bits), _) => secret_method(*bits, name),
        (_, Some(element)) => sequence_method(receiver, element, name),
        _ => None,
    }
}

fn secret_method(bits: u32, name: &str) -> Option<Meaning> {
    let (same, amount) = (Ty::Secret(bits), Ty::Public(64));
    Some(match name {
        "declassify" => total("", [], Ty::Public(bits)),
        "rotate_left" => total(format!("rotate_left {bits}"), [amount], same),
        "rotate_right" => total(format!("rotate_right {bits}"), [amount], same),
        "to_be_bytes" => total(format!("be_bytes {}", bits / 8), [], Ty::seq(Ty::Secret(8))),
        "to_le_bytes" => total(format!("le_bytes {}", bits / 8), [], Ty::seq(Ty::Secret(8))),
        "comp_eq" => total(format!("mask_eq {bits}"), [same.clone()], same),
        "comp_ne" => total(format!("mask_ne {bits}"), [same.clone()], same),
        _ => return None,
    })
}

fn sequence_method(receiver: &Ty, element: &Ty, name: &str) -> Option<Meaning> {
    let size = Ty::Public(64);
    let list = Ty::seq(element.clone());
    let same = receiver.clone();
    Some(match (name, element) {
        ("len", _) => total("seq_len", [], size),
        ("slice", _) => panicking("seq_slice", [size.clone(), size], list),
        ("concat" | "concat_owned", _) => total("seq_concat", [list.clone()], list),
        ("push" | "push_owned", _) => total("seq_push", [element.clone()], list),
        ("declassify", Ty::Secret(bits)) => total("", [], Ty::seq(Ty::Public(*bits))),
        ("declassify_eq", _) => total("seq_eqb Z.eqb", [list], Ty::Bool),
        ("update", _) => panicking("seq_update", [size, list], same),
        ("update_start", _) => panicking("seq_update_start", [list], same),
        ("update_slice", _) => panicking(
            "seq_update_slice",
            [size.clone(), list, size.clone(), size],
            same,
        ),
        ("num_chunks", _) => panicking("seq_num_chunks", [size.clone()], size),
        ("num_exact_chunks", _) => panicking("seq_num_exact_chunks", [size.clone()], size),
        ("get_chunk", _) => panicking(
            "seq_get_chunk",
            [size.clone(), size.clone()],
            Ty::Tuple(vec![size, list]),
        ),
        ("get_exact_chunk", _) => panicking("seq_get_exact_chunk", [size.clone(), size], list),
        ("set_chunk", _) => panicking("seq_set_chunk", [size.clone(), size, list], same),
        ("to_be_bytes", Ty::Secret(bits)) => total(
            format!("seq_be_bytes {}", bits / 8),
            [],
            Ty::seq(Ty::Secret(8)),
        ),
        ("to_le_bytes", Ty::Secret(bits)) => total(
            format!("seq_le_bytes {}", bits / 8),
            [],
            Ty::seq(Ty::Secret(8)),
        ),
        _ => return None,
    })
}

/// A function of a type; `length` is given for arrays. `new` is not here: it needs a default value.
#[must_use]
pub fn associated(ty: &Ty, element: &Ty, length: Option<&str>, name: &str) -> Option<Meaning> {
    let size = Ty::Public(64);
    let list = Ty::seq(element.clone());
    let public = match element {
        Ty::Secret(bits) => Ty::seq(Ty::Public(*bits)),
        other => Ty::seq(other.clone()),
    };
    let same = ty.clone();
    Some(match (name, length) {
        ("length", Some(length)) => total(length, [], size),
        ("from_seq", None) => total("", [list], same),
        ("from_seq", Some(n)) => panicking(format!("array_from_seq {n}"), [list], same),
        ("from_slice", None) => panicking("seq_slice", [list, size.clone(), size], same),
        ("from_slice", Some(n)) => panicking(
            format!("array_from_slice {n}"),
            [list, size.clone(), size],
            same,
        ),
        ("from_public_slice" | "from_public_seq", None) => total("", [public], same),
        ("from_public_slice", Some(n)) => panicking(format!("array_from_seq {n}"), [public], same),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_listed_method_has_a_meaning() {
        let bytes = Ty::seq(Ty::Secret(8));
        for name in METHODS {
            let of_list = method(&bytes, Some(&Ty::Secret(8)), name);
            let of_word = method(&Ty::Secret(32), None, name);
            assert!(of_list.is_some() || of_word.is_some(), "{name}");
        }
    }

    #[test]
    fn every_listed_associated_function_has_a_meaning() {
        let bytes = Ty::seq(Ty::Secret(8));
        for name in ASSOCIATED.iter().filter(|name| **name != "new") {
            let of_list = associated(&bytes, &Ty::Secret(8), None, name);
            let of_array = associated(&bytes, &Ty::Secret(8), Some("32"), name);
            assert!(of_list.is_some() || of_array.is_some(), "{name}");
        }
    }
}
