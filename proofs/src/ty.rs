//! Types after names are resolved, and their unification.

use crate::program::Global;

/// A type. `usize` is `u64`: the specification is meant for 64-bit machines.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ty {
    Public(u32),
    Secret(u32),
    Bool,
    /// `Fe` or `Scalar` of `notation/`: an integer modulo a prime.
    Modular(Modulus),
    Seq(Box<Ty>),
    /// A type of `bytes!`, `public_bytes!` or `array!`.
    Array(Global),
    /// A struct or an enum.
    Named(Global),
    Tuple(Vec<Ty>),
    Option(Box<Ty>),
    Result(Box<Ty>, Box<Ty>),
    /// Not known yet.
    Var(usize),
}

/// The primes of `notation/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modulus {
    /// p = 2^255 - 19; the type `Fe`.
    P,
    /// The order of the base point; the type `Scalar`.
    Q,
}

impl Modulus {
    /// The name of its type, the same in Rust and in Coq.
    #[must_use]
    pub fn type_name(self) -> &'static str {
        match self {
            Self::P => "Fe",
            Self::Q => "Scalar",
        }
    }

    /// What the names of its operations in Coq begin with.
    #[must_use]
    pub fn prefix(self) -> &'static str {
        match self {
            Self::P => "fe",
            Self::Q => "scalar",
        }
    }
}

impl Ty {
    #[must_use]
    pub fn seq(element: Ty) -> Self {
        Self::Seq(Box::new(element))
    }

    #[must_use]
    pub fn option(some: Ty) -> Self {
        Self::Option(Box::new(some))
    }

    #[must_use]
    pub fn result(ok: Ty, error: Ty) -> Self {
        Self::Result(Box::new(ok), Box::new(error))
    }
}

/// What is known about the unknown types of one function.
///
/// rustc has checked the types already; here they are found again to tell, for example, a wrapping `+` of secret
/// words from a checked `+` of public ones. A mismatch is therefore not an error: what is known first stays.
#[derive(Clone, Debug, Default)]
pub struct Inference {
    known: Vec<Option<Ty>>,
}

impl Inference {
    pub fn fresh(&mut self) -> Ty {
        self.known.push(None);
        Ty::Var(self.known.len() - 1)
    }

    /// The type with everything known filled in.
    #[must_use]
    pub fn resolve(&self, ty: &Ty) -> Ty {
        match ty {
            Ty::Var(index) => match &self.known[*index] {
                Some(known) => self.resolve(known),
                None => ty.clone(),
            },
            Ty::Seq(element) => Ty::seq(self.resolve(element)),
            Ty::Option(some) => Ty::option(self.resolve(some)),
            Ty::Result(ok, error) => Ty::result(self.resolve(ok), self.resolve(error)),
            Ty::Tuple(items) => Ty::Tuple(items.iter().map(|item| self.resolve(item)).collect()),
            other => other.clone(),
        }
    }

    pub fn unify(&mut self, a: &Ty, b: &Ty) {
        let (a, b) = (self.resolve(a), self.resolve(b));
        match (&a, &b) {
            (Ty::Var(i), Ty::Var(j)) if i == j => {}
            (Ty::Var(index), known) | (known, Ty::Var(index)) => {
                self.known[*index] = Some(known.clone());
            }
            (Ty::Seq(x), Ty::Seq(y)) | (Ty::Option(x), Ty::Option(y)) => self.unify(x, y),
            (Ty::Result(x, e), Ty::Result(y, f)) => {
                self.unify(x, y);
                self.unify(e, f);
            }
            (Ty::Tuple(x), Ty::Tuple(y)) => {
                for (x, y) in x.iter().zip(y) {
                    self.unify(x, y);
                }
            }
            _ => {}
        }
    }
}
