//! The driver of the optimised implementation, with its feature `inspect`.
mod errors;
mod fingerprints;
mod groups;
mod kem;
mod keys;
mod names;
mod primitives;
mod sessions;
mod snapshot;
mod sparse;
mod states;
mod vxeddsa;
mod wire;
mod written;

use crate::driver::engine::Engine;
use crate::driver::library::{Array32, Library};
use twinratchet::keys::PrivateKey;

/// The implementation as a library.
pub struct Implementation;

/// Its driver.
pub type ImplementationDriver = Engine<Implementation>;

impl Library for Implementation {
    const NAME: &'static str = "impl";
}

/// A private key as it was given.
fn private_key(bytes: Array32) -> PrivateKey {
    PrivateKey::from_bytes(bytes)
}
