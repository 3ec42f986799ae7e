//! The translator from the specification to Coq.
//!
//! A file of the specification passes through five forms, each a module:
//! [`source`] text → [`subset`] checks every form against a whitelist and gives the [`ast`] → [`program`] and `names`
//! put the modules together → [`typing`] finds the types again and gives the [`ir`] → [`emit`] writes [`coq`] terms.
//! [`library`] and `coq/Prelude.v` say what hacspec-lib means; [`effects`] says what can panic; [`naming`] keeps names
//! apart; [`generate`] puts the files together.
//!
//! The translator is part of the trusted base: a theorem about the generated Coq says something about the Rust only as
//! far as this crate and the prelude are right.

pub mod ast;
pub mod audit;
pub mod cli;
pub mod coq;
pub mod effects;
pub mod emit;
pub mod generate;
pub mod ir;
pub mod library;
mod names;
pub mod naming;
pub mod program;
pub mod source;
pub mod subset;
pub mod ty;
pub mod typing;
