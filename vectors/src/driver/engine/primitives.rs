//! The steps that call one primitive.
use super::{fixed, Done};
use crate::driver::library::{Library, Primitives};
use crate::outcome::Outcome;
use crate::step::Step;

/// Execute a step that calls one primitive.
pub fn execute<L: Library>(step: &Step) -> Done {
    if let Some(outcome) = hash::<L>(step) {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = cipher::<L>(step)? {
        return Ok(Some(outcome));
    }
    curve::<L>(step)
}

fn hash<L: Primitives>(step: &Step) -> Option<Outcome> {
    let valid = Outcome::valid();
    match step {
        Step::Sha256 { message } => Some(valid.with_bytes("digest", &L::sha256(&message.0))),
        Step::Sha512 { message } => Some(valid.with_bytes("digest", &L::sha512(&message.0))),
        Step::HmacSha256 { key, message } => {
            Some(valid.with_bytes("mac", &L::hmac_sha256(&key.0, &message.0)))
        }
        Step::Hkdf {
            salt,
            ikm,
            info,
            length,
        } => {
            let salt = salt.as_ref().map(|bytes| bytes.0.as_slice());
            let (prk, okm) = L::hkdf(salt, &ikm.0, &info.0, *length);
            Some(valid.with_bytes("prk", &prk).with_bytes("okm", &okm))
        }
        _ => None,
    }
}

fn cipher<L: Primitives>(step: &Step) -> Done {
    let outcome = match step {
        Step::Aes256CbcEncrypt { key, iv, plaintext } => {
            let ciphertext = L::aes256_cbc_encrypt(fixed(key)?, fixed(iv)?, &plaintext.0);
            Outcome::valid().with_bytes("ciphertext", &ciphertext)
        }
        Step::Aes256CbcDecrypt {
            key,
            iv,
            ciphertext,
        } => {
            let plaintext = L::aes256_cbc_decrypt(fixed(key)?, fixed(iv)?, &ciphertext.0)?;
            Outcome::valid().with_bytes("plaintext", &plaintext)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn curve<L: Primitives>(step: &Step) -> Done {
    let outcome = match step {
        Step::X25519 { scalar, u } => {
            Outcome::valid().with_bytes("output", &L::x25519(fixed(scalar)?, fixed(u)?))
        }
        Step::Agreement { private, public } => {
            Outcome::valid().with_bytes("secret", &L::agreement(fixed(private)?, &public.0)?)
        }
        Step::IsCanonical { u } => Outcome::valid().with("canonical", L::is_canonical(fixed(u)?)),
        Step::XeddsaSign {
            form,
            private,
            message,
            random,
        } => {
            let (private, random) = (fixed(private)?, fixed(random)?);
            let signature = L::xeddsa_sign(*form, private, &message.0, random);
            Outcome::valid().with_bytes("signature", &signature)
        }
        Step::XeddsaVerify {
            form,
            public,
            message,
            signature,
        } => {
            L::xeddsa_verify(*form, fixed(public)?, &message.0, &signature.0)?;
            Outcome::valid()
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}
