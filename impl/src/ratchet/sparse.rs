//! SPQR, the sparse post-quantum ratchet.
pub mod gf65536;
