//! What platforms do in different ways, behind functions that are the same on each.
//!
//! No twin in the spec. A portable version of everything is always built and always tested.
pub mod field25519;
pub mod hmac;
pub mod x25519;
