//! Keys, key derivation and the handshake of the specification.
use super::{copy, errors, open, private_key, public, reveal, secret, serialized, Spec};
use crate::driver::library::{
    Array32, Derivation, Keys, PlainEncapsulated, PlainHandshake, PlainMessageKeys, ResponderKeys,
    Serialized,
};
use crate::outcome::ErrorClass;
use crate::step::Bundle;
use twinratchet_spec::handshake::{bundle, pqxdh, x3dh};
use twinratchet_spec::keys::{
    self, kem, BaseKey, BaseKeyPair, ChainKey, IdentityKey, IdentityKeyPair, KemRandom, KemSecret,
    MessageKeySeed, OneTimePreKey, OneTimePreKeyPair, PublicKey, RootKey, SharedSecret, Signature,
    SignatureRandom, SignedPreKey, SignedPreKeyPair, SparseMessageKey,
};
use twinratchet_spec::primitives::x25519;
use twinratchet_spec::ratchet::{double, symmetric};
use twinratchet_spec::session::record;
use twinratchet_spec::wire::Profile;

/// A serialised key, parsed.
pub fn parsed_key(bytes: &[u8]) -> Result<PublicKey, ErrorClass> {
    keys::parse_public_key(&public(bytes)).map_err(errors::key)
}

/// A serialised identity key, parsed.
pub fn parsed_identity(bytes: &[u8]) -> Result<IdentityKey, ErrorClass> {
    Ok(IdentityKey {
        key: parsed_key(bytes)?,
    })
}

/// A signature, parsed.
fn parsed_signature(bytes: &[u8]) -> Result<Signature, ErrorClass> {
    keys::parse_signature(&public(bytes)).map_err(errors::key)
}

/// A serialised KEM prekey pair, parsed.
pub fn parsed_kem_pair(bytes: &[u8]) -> Result<kem::KemPreKeyPair, ErrorClass> {
    kem::parse_kem_secret_key(&secret(bytes)).map_err(errors::key)
}

/// A bundle, parsed: identity key, signed prekey, signature, one-time prekey, KEM prekey, its signature, in this order.
pub fn parsed_bundle(given: &Bundle) -> Result<bundle::PreKeyBundle, ErrorClass> {
    let identity_key = parsed_identity(&given.identity_key.0)?;
    let signed_prekey = SignedPreKey {
        key: parsed_key(&given.signed_prekey.0)?,
    };
    let signed_prekey_signature = parsed_signature(&given.signed_prekey_signature.0)?;
    let one_time_prekey = match &given.one_time_prekey {
        Some(bytes) => Some(OneTimePreKey {
            key: parsed_key(&bytes.0)?,
        }),
        None => None,
    };
    let kem_prekey = given.kem_prekey.as_ref().map(|key| {
        let parsed = kem::parse_kem_public_key(&public(&key.0));
        parsed.map_err(errors::key)
    });
    let signature = given.kem_prekey_signature.as_ref();
    let signature = signature.map(|bytes| parsed_signature(&bytes.0));
    let (kem_prekey, signature) = (kem_prekey.transpose()?, signature.transpose()?);
    let one_time = bundle::one_time_prekey_entry(given.one_time_prekey_id, one_time_prekey);
    let one_time_prekey = one_time.map_err(errors::handshake)?;
    let entry = bundle::kem_prekey_entry(given.kem_prekey_id, kem_prekey, signature);
    Ok(bundle::PreKeyBundle {
        registration_id: given.registration_id,
        one_time_prekey,
        kem_prekey: entry.map_err(errors::handshake)?,
        signed_prekey_id: given.signed_prekey_id,
        signed_prekey,
        signed_prekey_signature,
        identity_key,
    })
}

impl Keys for Spec {
    fn parse_public_key(bytes: &[u8]) -> Result<Serialized, ErrorClass> {
        parsed_key(bytes).map(serialized)
    }

    fn parse_private_key(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass> {
        let private = keys::parse_private_key(&secret(bytes)).map_err(errors::key)?;
        Ok((reveal(&private), serialized(x25519::public_key(private))))
    }

    fn same_public_key(a: &[u8], b: &[u8]) -> Result<bool, ErrorClass> {
        Ok(keys::same_public_key(parsed_key(a)?, parsed_key(b)?))
    }

    fn encode_identity_key_pair(private: Array32) -> Vec<u8> {
        let pair = keys::identity_key_pair(private_key(private));
        record::encode_identity_key_pair(&pair).into_native()
    }

    fn decode_identity_key_pair(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass> {
        let pair = record::decode_identity_key_pair(&secret(bytes)).map_err(errors::record)?;
        Ok((reveal(&pair.private), serialized(pair.public.key)))
    }

    fn sign_alternate_identity(
        private: Array32,
        other: &[u8],
        random: [u8; 64],
    ) -> Result<(Vec<u8>, [u8; 64]), ErrorClass> {
        let pair = keys::identity_key_pair(private_key(private));
        let other = parsed_identity(other)?;
        let random = SignatureRandom::from_public_slice(&random);
        let message = open(&keys::alternate_identity_message(other));
        let signature = keys::sign_alternate_identity(&pair, other, &random);
        Ok((message, copy(&signature)))
    }

    fn verify_alternate_identity(
        identity: &[u8],
        other: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass> {
        let (identity, other) = (parsed_identity(identity)?, parsed_identity(other)?);
        let signature = parsed_signature(signature)?;
        keys::verify_alternate_identity(identity, other, signature)
            .then_some(())
            .ok_or(ErrorClass::BadSignature)
    }
}

impl Derivation for Spec {
    fn kdf_ck(chain_key: Array32) -> (Array32, Array32) {
        let (next, seed) = symmetric::kdf_ck(ChainKey::from_public_slice(&chain_key));
        (reveal(&next), reveal(&seed))
    }

    fn kdf_rk(root_key: Array32, dh_output: Array32) -> (Array32, Array32) {
        let (root_key, chain_key) = double::kdf_rk(
            RootKey::from_public_slice(&root_key),
            SharedSecret::from_public_slice(&dh_output),
        );
        (reveal(&root_key), reveal(&chain_key))
    }

    fn message_keys(seed: Array32, sparse_key: Option<Array32>) -> PlainMessageKeys {
        let salt = sparse_key.map(|key| SparseMessageKey::from_public_slice(&key));
        let keys = symmetric::message_keys(MessageKeySeed::from_public_slice(&seed), salt);
        PlainMessageKeys {
            seed,
            sparse_key,
            cipher_key: reveal(&keys.cipher_key),
            mac_key: reveal(&keys.mac_key),
            iv: reveal(&keys.iv),
        }
    }

    fn x3dh_kdf(ikm: &[u8]) -> (Array32, Array32) {
        let secrets = x3dh::x3dh_kdf(&secret(ikm));
        (reveal(&secrets.root_key), reveal(&secrets.chain_key))
    }

    fn x3dh_initiator(
        identity: Array32,
        base: Array32,
        bundle: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass> {
        let bundle = checked_bundle(bundle)?;
        let (identity, base) = initiator_pairs(identity, base);
        let outputs = x3dh::initiator_agreement(&identity, &base, &bundle);
        Ok(by_x3dh(&outputs.map_err(errors::handshake)?))
    }

    fn x3dh_responder(
        keys: ResponderKeys,
        remote_identity: &[u8],
        base_key: &[u8],
    ) -> Result<PlainHandshake, ErrorClass> {
        let remote = parsed_remote(remote_identity, base_key)?;
        let outputs = responder_outputs(keys, remote)?;
        Ok(by_x3dh(&outputs))
    }

    fn pqxdh_kdf(ikm: &[u8]) -> (Array32, Array32, Array32) {
        let secrets = pqxdh::pqxdh_kdf(&secret(ikm));
        let (root_key, chain_key) = (reveal(&secrets.root_key), reveal(&secrets.chain_key));
        (root_key, chain_key, reveal(&secrets.auth_key))
    }

    fn pqxdh_initiator(
        identity: Array32,
        base: Array32,
        kem_random: Array32,
        bundle: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass> {
        let bundle = checked_bundle(bundle)?;
        let (identity, base) = initiator_pairs(identity, base);
        let random = KemRandom::from_public_slice(&kem_random);
        let made = pqxdh::pqxdh_initiate(&identity, &base, &bundle, &random);
        let (secrets, ciphertext) = made.map_err(errors::handshake)?;
        // The same again in its parts, to show them.
        let outputs = x3dh::initiator_agreement(&identity, &base, &bundle);
        let outputs = outputs.map_err(errors::handshake)?;
        let encapsulated = pqxdh::pqxdh_encapsulate(&bundle, &random);
        let (shared, _) = encapsulated.map_err(errors::handshake)?;
        let ciphertext = open(&kem::serialize_kem_ciphertext(&ciphertext));
        Ok(by_pqxdh(&outputs, &shared, Some(ciphertext), &secrets))
    }

    fn pqxdh_responder(
        keys: ResponderKeys,
        kem_secret_key: &[u8],
        remote_identity: &[u8],
        base_key: &[u8],
        kem_ciphertext: &[u8],
    ) -> Result<PlainHandshake, ErrorClass> {
        let kem_prekey = parsed_kem_pair(kem_secret_key)?;
        let (remote_identity, base) = parsed_remote(remote_identity, base_key)?;
        let ciphertext = public(kem_ciphertext);
        let (identity, signed_prekey, one_time_prekey) = responder_pairs(keys);
        let secrets = pqxdh::pqxdh_respond(
            &identity,
            &signed_prekey,
            one_time_prekey,
            &kem_prekey,
            remote_identity,
            base,
            &ciphertext,
        )
        .map_err(errors::handshake)?;
        // The same again in its parts, to show them.
        let outputs = responder_outputs(keys, (remote_identity, base))?;
        let shared = pqxdh::pqxdh_decapsulate(&kem_prekey, &ciphertext);
        let shared = shared.map_err(errors::handshake)?;
        Ok(by_pqxdh(&outputs, &shared, None, &secrets))
    }
}

/// A bundle, parsed, with right signatures.
fn checked_bundle(given: &Bundle) -> Result<bundle::PreKeyBundle, ErrorClass> {
    let bundle = parsed_bundle(given)?;
    bundle::check_bundle(&bundle).map_err(errors::handshake)?;
    Ok(bundle)
}

fn initiator_pairs(identity: Array32, base: Array32) -> (IdentityKeyPair, BaseKeyPair) {
    let identity = keys::identity_key_pair(private_key(identity));
    (identity, keys::base_key_pair(private_key(base)))
}

fn responder_pairs(
    keys: ResponderKeys,
) -> (IdentityKeyPair, SignedPreKeyPair, Option<OneTimePreKeyPair>) {
    let one_time_prekey = keys.one_time_prekey.map(private_key);
    (
        keys::identity_key_pair(private_key(keys.identity)),
        keys::signed_prekey_pair(private_key(keys.signed_prekey)),
        one_time_prekey.map(keys::one_time_prekey_pair),
    )
}

/// The public keys of an initiator.
fn parsed_remote(identity: &[u8], base_key: &[u8]) -> Result<(IdentityKey, BaseKey), ErrorClass> {
    let identity = parsed_identity(identity)?;
    let key = parsed_key(base_key)?;
    Ok((identity, BaseKey { key }))
}

fn responder_outputs(
    keys: ResponderKeys,
    (remote_identity, base): (IdentityKey, BaseKey),
) -> Result<x3dh::DhOutputs, ErrorClass> {
    let (identity, signed_prekey, one_time_prekey) = responder_pairs(keys);
    x3dh::responder_agreement(
        Profile::SignalV4,
        &identity,
        &signed_prekey,
        one_time_prekey,
        remote_identity,
        base,
    )
    .map_err(errors::handshake)
}

fn plain_outputs(outputs: &x3dh::DhOutputs) -> Vec<Array32> {
    let three = [outputs.dh1, outputs.dh2, outputs.dh3];
    three.iter().chain(&outputs.dh4).map(reveal).collect()
}

fn by_x3dh(outputs: &x3dh::DhOutputs) -> PlainHandshake {
    let ikm = x3dh::key_material(outputs);
    let secrets = x3dh::x3dh_kdf(&ikm);
    PlainHandshake {
        dh: plain_outputs(outputs),
        kem: None,
        ikm: ikm.into_native(),
        root_key: reveal(&secrets.root_key),
        chain_key: reveal(&secrets.chain_key),
    }
}

fn by_pqxdh(
    outputs: &x3dh::DhOutputs,
    shared: &KemSecret,
    ciphertext: Option<Vec<u8>>,
    secrets: &pqxdh::PqxdhSecrets,
) -> PlainHandshake {
    PlainHandshake {
        dh: plain_outputs(outputs),
        kem: Some(PlainEncapsulated {
            secret: reveal(shared),
            ciphertext,
            auth_key: reveal(&secrets.auth_key),
        }),
        ikm: pqxdh::pqxdh_key_material(outputs, shared).into_native(),
        root_key: reveal(&secrets.root_key),
        chain_key: reveal(&secrets.chain_key),
    }
}
