//! X25519 by curve25519-dalek: any target.
use curve25519_dalek::MontgomeryPoint;

/// The function X25519.
pub fn x25519(scalar: &[u8; 32], u: &[u8; 32]) -> [u8; 32] {
    MontgomeryPoint(*u).mul_clamped(*scalar).to_bytes()
}

/// X25519 of the base point u = 9.
pub fn x25519_base(scalar: &[u8; 32]) -> [u8; 32] {
    MontgomeryPoint::mul_base_clamped(*scalar).to_bytes()
}
