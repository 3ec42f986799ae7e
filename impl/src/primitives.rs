//! The cryptographic primitives: thin functions over audited or verified libraries, under the names of the spec.
//!
//! Twins that the spec needs for itself (`aes`, `field25519`, `scalar25519`, `sha3`) are inside those libraries.
pub mod aes_cbc;
pub mod aes_ctr;
pub mod edwards25519;
pub mod hkdf;
pub mod hmac;
pub mod mlkem;
pub mod sha2;
pub mod vxeddsa;
pub mod x25519;
pub mod xeddsa;
