//! X25519 by graviola: assembly of s2n-bignum, proved in HOL Light, for x86_64 and aarch64.
use graviola::key_agreement::x25519::{PublicKey, StaticPrivateKey};

/// Whether the processor has every feature that the library, or the code it runs for X25519, asks for.
pub fn is_supported() -> bool {
    #[cfg(target_arch = "x86_64")]
    {
        std::is_x86_feature_detected!("adx")
            && std::is_x86_feature_detected!("aes")
            && std::is_x86_feature_detected!("avx")
            && std::is_x86_feature_detected!("avx2")
            && std::is_x86_feature_detected!("bmi1")
            && std::is_x86_feature_detected!("bmi2")
            && std::is_x86_feature_detected!("pclmulqdq")
    }
    #[cfg(target_arch = "aarch64")]
    {
        std::arch::is_aarch64_feature_detected!("aes")
            && std::arch::is_aarch64_feature_detected!("neon")
            && std::arch::is_aarch64_feature_detected!("pmull")
            && std::arch::is_aarch64_feature_detected!("sha2")
    }
}

/// The function X25519; the library's error for an all-zero result is turned back into that result.
pub fn x25519(scalar: &[u8; 32], u: &[u8; 32]) -> [u8; 32] {
    match StaticPrivateKey::from_array(scalar).diffie_hellman(&PublicKey::from_array(u)) {
        Ok(secret) => secret.0,
        Err(_) => [0; 32],
    }
}

/// X25519 of the base point u = 9.
pub fn x25519_base(scalar: &[u8; 32]) -> [u8; 32] {
    StaticPrivateKey::from_array(scalar).public_key().as_bytes()
}
