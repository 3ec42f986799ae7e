//! The primitives of the specification.
use super::{copy, errors, names, private_key, public, reveal, secret, Spec};
use crate::driver::library::{Array32, Primitives};
use crate::outcome::ErrorClass;
use crate::step::SignatureForm;
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::{
    parse_public_key, parse_signature, CipherKey, Iv, PublicKey, SignatureRandom,
};
use twinratchet_spec::primitives::{aes_cbc, edwards25519, hkdf, hmac, sha2, x25519, xeddsa};

impl Primitives for Spec {
    fn sha256(message: &[u8]) -> Array32 {
        reveal(&sha2::sha256(&secret(message)))
    }

    fn sha512(message: &[u8]) -> [u8; 64] {
        reveal(&sha2::sha512(&secret(message)))
    }

    fn hmac_sha256(key: &[u8], message: &[u8]) -> Array32 {
        reveal(&hmac::hmac_sha256(&secret(key), &secret(message)))
    }

    fn hkdf(salt: Option<&[u8]>, ikm: &[u8], info: &[u8], length: u8) -> (Array32, Vec<u8>) {
        let salt = salt.map_or_else(hkdf::no_salt, secret);
        let prk = hkdf::hkdf_extract(&salt, &secret(ikm));
        let okm = hkdf::hkdf(&salt, &secret(ikm), &secret(info), length);
        (reveal(&prk), okm.into_native())
    }

    fn aes256_cbc_encrypt(key: Array32, iv: [u8; 16], plaintext: &[u8]) -> Vec<u8> {
        let (key, iv) = cipher_input(key, iv);
        aes_cbc::aes256_cbc_encrypt(&key, &iv, &secret(plaintext)).into_native()
    }

    fn aes256_cbc_decrypt(
        key: Array32,
        iv: [u8; 16],
        ciphertext: &[u8],
    ) -> Result<Vec<u8>, ErrorClass> {
        let (key, iv) = cipher_input(key, iv);
        aes_cbc::aes256_cbc_decrypt(&key, &iv, &secret(ciphertext))
            .map(ByteSeq::into_native)
            .map_err(errors::cbc)
    }

    fn x25519(scalar: Array32, u: Array32) -> Array32 {
        let u = PublicKey::from_native_slice(&u);
        reveal(&x25519::x25519(private_key(scalar), u))
    }

    fn agreement(private: Array32, public_bytes: &[u8]) -> Result<Array32, ErrorClass> {
        let key = parse_public_key(&public(public_bytes)).map_err(errors::key)?;
        x25519::dh(&private_key(private), key)
            .map(|output| reveal(&output))
            .map_err(errors::dh)
    }

    fn is_canonical(u: Array32) -> bool {
        edwards25519::is_canonical(PublicKey::from_native_slice(&u))
    }

    fn xeddsa_sign(
        form: SignatureForm,
        private: Array32,
        message: &[u8],
        random: [u8; 64],
    ) -> [u8; 64] {
        let private = x25519::clamp(private_key(private));
        let random = SignatureRandom::from_public_slice(&random);
        copy(&xeddsa::sign(
            names::form(form),
            &private,
            &secret(message),
            &random,
        ))
    }

    fn xeddsa_verify(
        form: SignatureForm,
        public_bytes: Array32,
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass> {
        let signature = parse_signature(&public(signature)).map_err(errors::key)?;
        let key = PublicKey::from_native_slice(&public_bytes);
        xeddsa::verify(names::form(form), key, &secret(message), signature)
            .then_some(())
            .ok_or(ErrorClass::BadSignature)
    }
}

fn cipher_input(key: Array32, iv: [u8; 16]) -> (CipherKey, Iv) {
    (
        CipherKey::from_public_slice(&key),
        Iv::from_public_slice(&iv),
    )
}
