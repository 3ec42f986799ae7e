//! The steps about keys and about key derivation.
use super::{fixed, fixed_option, Done};
use crate::bytes::Bytes;
use crate::driver::library::{
    Derivation, Keys, Library, PlainHandshake, PlainMessageKeys, ResponderKeys,
};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::Step;
use serde_json::{json, Value};

/// Execute a step about keys or key derivation.
pub fn execute<L: Library>(step: &Step) -> Done {
    if let Some(outcome) = key::<L>(step)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = alternate_identity::<L>(step)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = derivation::<L>(step)? {
        return Ok(Some(outcome));
    }
    handshake::<L>(step)
}

fn key<L: Keys>(step: &Step) -> Done {
    let outcome = match step {
        Step::ParsePublicKey { bytes } => {
            Outcome::valid().with_bytes("key", &L::parse_public_key(&bytes.0)?)
        }
        Step::ParsePrivateKey { bytes } => {
            let (private, public) = L::parse_private_key(&bytes.0)?;
            Outcome::valid()
                .with_bytes("key", &private)
                .with_bytes("public", &public)
        }
        Step::SamePublicKey { a, b } => {
            Outcome::valid().with("same", L::same_public_key(&a.0, &b.0)?)
        }
        Step::EncodeIdentityKeyPair { private } => {
            let serialized = L::encode_identity_key_pair(fixed(private)?);
            Outcome::valid().with_bytes("serialized", &serialized)
        }
        Step::DecodeIdentityKeyPair { bytes } => {
            let (private, public) = L::decode_identity_key_pair(&bytes.0)?;
            Outcome::valid()
                .with_bytes("private", &private)
                .with_bytes("public", &public)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn alternate_identity<L: Keys>(step: &Step) -> Done {
    let outcome = match step {
        Step::SignAlternateIdentity {
            private,
            other,
            random,
        } => {
            let (private, random) = (fixed(private)?, fixed(random)?);
            let (message, signature) = L::sign_alternate_identity(private, &other.0, random)?;
            Outcome::valid()
                .with_bytes("message", &message)
                .with_bytes("signature", &signature)
        }
        Step::VerifyAlternateIdentity {
            identity,
            other,
            signature,
        } => {
            L::verify_alternate_identity(&identity.0, &other.0, &signature.0)?;
            Outcome::valid()
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn derivation<L: Derivation>(step: &Step) -> Done {
    let outcome = match step {
        Step::KdfCk { chain_key } => {
            let (chain_key, seed) = L::kdf_ck(fixed(chain_key)?);
            Outcome::valid()
                .with_bytes("chainKey", &chain_key)
                .with_bytes("messageKeySeed", &seed)
        }
        Step::KdfRk {
            root_key,
            dh_output,
        } => {
            let (root_key, chain_key) = L::kdf_rk(fixed(root_key)?, fixed(dh_output)?);
            with_secrets(Outcome::valid(), &root_key, &chain_key)
        }
        Step::MessageKeys { seed, spqr_key } => {
            let keys = L::message_keys(fixed(seed)?, fixed_option(spqr_key.as_ref())?);
            Outcome::valid()
                .with_bytes("cipherKey", &keys.cipher_key)
                .with_bytes("macKey", &keys.mac_key)
                .with_bytes("iv", &keys.iv)
        }
        Step::X3dhKdf { ikm } => {
            let (root_key, chain_key) = L::x3dh_kdf(&ikm.0);
            with_secrets(Outcome::valid(), &root_key, &chain_key)
        }
        Step::PqxdhKdf { ikm } => {
            let (root_key, chain_key, auth_key) = L::pqxdh_kdf(&ikm.0);
            with_secrets(Outcome::valid(), &root_key, &chain_key)
                .with_bytes("spqrAuthKey", &auth_key)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn handshake<L: Derivation>(step: &Step) -> Done {
    let done = match step {
        Step::X3dhInitiator {
            identity_private,
            base_private,
            bundle,
        } => L::x3dh_initiator(fixed(identity_private)?, fixed(base_private)?, bundle)?,
        Step::X3dhResponder {
            identity_private,
            signed_prekey_private,
            one_time_prekey_private,
            remote_identity,
            base_key,
        } => {
            let one_time_prekey = one_time_prekey_private.as_ref();
            let keys = responder_keys(identity_private, signed_prekey_private, one_time_prekey)?;
            L::x3dh_responder(keys, &remote_identity.0, &base_key.0)?
        }
        Step::PqxdhInitiator {
            identity_private,
            base_private,
            kem_random,
            bundle,
        } => {
            let (identity, base) = (fixed(identity_private)?, fixed(base_private)?);
            L::pqxdh_initiator(identity, base, fixed(kem_random)?, bundle)?
        }
        Step::PqxdhResponder {
            identity_private,
            signed_prekey_private,
            one_time_prekey_private,
            kem_secret_key,
            remote_identity,
            base_key,
            kem_ciphertext,
        } => {
            let one_time_prekey = one_time_prekey_private.as_ref();
            let keys = responder_keys(identity_private, signed_prekey_private, one_time_prekey)?;
            L::pqxdh_responder(
                keys,
                &kem_secret_key.0,
                &remote_identity.0,
                &base_key.0,
                &kem_ciphertext.0,
            )?
        }
        _ => return Ok(None),
    };
    Ok(Some(handshake_outcome(&done)))
}

fn responder_keys(
    identity: &Bytes,
    signed_prekey: &Bytes,
    one_time_prekey: Option<&Bytes>,
) -> Result<ResponderKeys, ErrorClass> {
    Ok(ResponderKeys {
        identity: fixed(identity)?,
        signed_prekey: fixed(signed_prekey)?,
        one_time_prekey: fixed_option(one_time_prekey)?,
    })
}

fn handshake_outcome(done: &PlainHandshake) -> Outcome {
    let mut outcome = Outcome::valid();
    for (name, output) in ["dh1", "dh2", "dh3", "dh4"].into_iter().zip(&done.dh) {
        outcome = outcome.with_bytes(name, output);
    }
    outcome = outcome.with_bytes("ikm", &done.ikm);
    outcome = with_secrets(outcome, &done.root_key, &done.chain_key);
    match &done.kem {
        Some(kem) => outcome
            .with_bytes("kemSecret", &kem.secret)
            .with_optional("kemCiphertext", kem.ciphertext.as_deref())
            .with_bytes("spqrAuthKey", &kem.auth_key),
        None => outcome,
    }
}

fn with_secrets(outcome: Outcome, root_key: &[u8], chain_key: &[u8]) -> Outcome {
    outcome
        .with_bytes("rootKey", root_key)
        .with_bytes("chainKey", chain_key)
}

/// The keys of a message as an output.
pub(super) fn message_keys_value(keys: &PlainMessageKeys) -> Value {
    let mut members = json!({
        "messageKeySeed": hex::encode(keys.seed),
        "cipherKey": hex::encode(keys.cipher_key),
        "macKey": hex::encode(keys.mac_key),
        "iv": hex::encode(keys.iv),
    });
    if let Some(key) = keys.sparse_key {
        members["spqrKey"] = hex::encode(key).into();
    }
    members
}
