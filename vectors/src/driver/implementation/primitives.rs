//! The primitives of the implementation.
use super::{errors, names, private_key, Implementation};
use crate::driver::library::{Array32, Primitives};
use crate::outcome::ErrorClass;
use crate::step::SignatureForm;
use twinratchet::keys::{
    parse_public_key, parse_signature, CipherKey, Iv, PublicKey, SignatureRandom,
};
use twinratchet::primitives::{aes_cbc, edwards25519, hkdf, hmac, sha2, x25519, xeddsa};

impl Primitives for Implementation {
    fn sha256(message: &[u8]) -> Array32 {
        *sha2::sha256(message).expose()
    }

    fn sha512(message: &[u8]) -> [u8; 64] {
        *sha2::sha512(message).expose()
    }

    fn hmac_sha256(key: &[u8], message: &[u8]) -> Array32 {
        *hmac::hmac_sha256(key, message).expose()
    }

    fn hkdf(salt: Option<&[u8]>, ikm: &[u8], info: &[u8], length: u8) -> (Array32, Vec<u8>) {
        let no_salt = hkdf::no_salt();
        let salt = salt.unwrap_or(&no_salt);
        let prk = hkdf::hkdf_extract(salt, ikm);
        let okm = hkdf::hkdf(salt, ikm, info, length);
        (*prk.expose(), okm.to_vec())
    }

    fn aes256_cbc_encrypt(key: Array32, iv: [u8; 16], plaintext: &[u8]) -> Vec<u8> {
        let (key, iv) = (CipherKey::from_bytes(key), Iv::from_bytes(iv));
        aes_cbc::aes256_cbc_encrypt(&key, &iv, plaintext)
    }

    fn aes256_cbc_decrypt(
        key: Array32,
        iv: [u8; 16],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, ErrorClass> {
        let (key, iv) = (CipherKey::from_bytes(key), Iv::from_bytes(iv));
        aes_cbc::aes256_cbc_decrypt(&key, &iv, ciphertext).map_err(errors::cbc)
    }

    fn x25519(scalar: Array32, u: Array32) -> Array32 {
        *x25519::x25519(&private_key(scalar), PublicKey::from_bytes(u)).expose()
    }

    fn agreement(private: Array32, public: &[u8]) -> Result<Array32, ErrorClass> {
        let key = parse_public_key(public).map_err(errors::key)?;
        x25519::dh(&private_key(private), key)
            .map(|output| *output.expose())
            .map_err(errors::dh)
    }

    fn is_canonical(u: Array32) -> bool {
        edwards25519::is_canonical(PublicKey::from_bytes(u))
    }

    fn xeddsa_sign(
        form: SignatureForm,
        private: Array32,
        message: &[u8],
        random: [u8; 64],
    ) -> [u8; 64] {
        let private = x25519::clamp(private_key(private));
        let random = SignatureRandom::from_bytes(random);
        *xeddsa::sign(names::form(form), &private, message, &random).as_bytes()
    }

    fn xeddsa_verify(
        form: SignatureForm,
        public: Array32,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass> {
        let signature = parse_signature(signature).map_err(errors::key)?;
        let key = PublicKey::from_bytes(public);
        xeddsa::verify(names::form(form), key, message, signature)
            .then_some(())
            .ok_or(ErrorClass::BadSignature)
    }
}
