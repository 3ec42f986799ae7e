//! SPQR, the sparse post-quantum ratchet.
pub mod erasure;
pub mod gf65536;
