//! The executable specification of the Signal protocol as deployed, in the hacspec language.
pub mod address;
pub mod handshake;
pub mod keys;
pub mod notation;
pub mod primitives;
pub mod ratchet;
pub mod session;
pub mod wire;
