//! The driver of the executable specification.
mod errors;
mod fingerprints;
mod groups;
mod kem;
mod keys;
pub mod names;
mod primitives;
mod sessions;
mod snapshot;
mod sparse;
mod states;
mod vxeddsa;
mod wire;
mod written;

use crate::driver::engine::Engine;
use crate::driver::library::{Library, Serialized};
use hacspec_lib::{ByteSeq, Seq, SeqTrait, U8};
use twinratchet_spec::keys::{serialize_public_key, PrivateKey, PublicKey};

/// The specification as a library.
pub struct Spec;

/// Its driver.
pub type SpecDriver = Engine<Spec>;

impl Library for Spec {
    const NAME: &'static str = "spec";
}

/// Public bytes into the specification.
fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::from_native_slice(bytes)
}

/// Secret bytes into the specification.
fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

/// Public bytes out of the specification.
fn open(bytes: &Seq<u8>) -> Vec<u8> {
    bytes.native_slice().to_vec()
}

/// An array of secret bytes out of the specification.
fn reveal<const N: usize>(bytes: &impl SeqTrait<U8>) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes.iter()) {
        *to = from.declassify();
    }
    out
}

/// An array of public bytes out of the specification.
fn copy<const N: usize>(bytes: &impl SeqTrait<u8>) -> [u8; N] {
    let mut out = [0; N];
    for (to, from) in out.iter_mut().zip(bytes.iter()) {
        *to = *from;
    }
    out
}

/// A key as it is serialised.
fn serialized(key: PublicKey) -> Serialized {
    copy(&serialize_public_key(key))
}

/// A private key as it was given.
fn private_key(bytes: [u8; 32]) -> PrivateKey {
    PrivateKey::from_public_slice(&bytes)
}
