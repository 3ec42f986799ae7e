//! SPQR, the sparse post-quantum ratchet.
pub mod authenticator;
pub mod chain;
pub mod erasure;
pub mod gf65536;
pub mod message;
pub mod types;
pub use crate::ratchet::sparse::types::*;
