//! The cryptographic primitives, from hash functions up to signatures.
//!
//! Each module carries out one standard and says which. Dependencies point down: `vxeddsa` stands on `xeddsa`, this and `x25519` on
//! `edwards25519`, `field25519` and `scalar25519`, these on `notation`; `hkdf` stands on `hmac`, `hmac` on `sha2`;
//! `aes_cbc` and `aes_ctr` on `aes`; `mlkem` on `sha3`. All layers above call these functions and nothing below them.
//!
//! Secret bytes come in and go out as secret bytes. Curve, AES and KEM arithmetic runs on public integers in between; each
//! border where this happens has one `declassify` with its reason.
pub mod aes;
pub mod aes_cbc;
pub mod aes_ctr;
pub mod edwards25519;
pub mod field25519;
pub mod hkdf;
pub mod hmac;
pub mod mlkem;
pub mod scalar25519;
pub mod sha2;
pub mod sha3;
pub mod vxeddsa;
pub mod x25519;
pub mod xeddsa;
