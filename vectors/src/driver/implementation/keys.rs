//! Keys, key derivation and the handshake of the implementation.
use super::{errors, private_key, Implementation};
use crate::driver::library::{
    Array32, Derivation, Keys, PlainHandshake, PlainMessageKeys, ResponderKeys, Serialized,
};
use crate::outcome::ErrorClass;
use crate::step::Bundle;
use twinratchet::handshake::{bundle, x3dh};
use twinratchet::keys::{
    self, BaseKey, ChainKey, IdentityKey, MessageKeySeed, OneTimePreKey, PublicKey, RootKey,
    SharedSecret, SignatureRandom, SignedPreKey,
};
use twinratchet::primitives::x25519;
use twinratchet::ratchet::{double, symmetric};
use twinratchet::session::record;

/// A serialised key, parsed.
pub fn parsed_key(bytes: &[u8]) -> Result<PublicKey, ErrorClass> {
    keys::parse_public_key(bytes).map_err(errors::key)
}

/// A serialised identity key, parsed.
pub fn parsed_identity(bytes: &[u8]) -> Result<IdentityKey, ErrorClass> {
    parsed_key(bytes).map(|key| IdentityKey { key })
}

/// A bundle, parsed: identity key, signed prekey, signature, one-time prekey, in this order.
pub fn parsed_bundle(given: &Bundle) -> Result<bundle::PreKeyBundle, ErrorClass> {
    let identity_key = parsed_identity(&given.identity_key.0)?;
    let signed_prekey = parsed_key(&given.signed_prekey.0)?;
    let signature = keys::parse_signature(&given.signed_prekey_signature.0);
    let signed_prekey_signature = signature.map_err(errors::key)?;
    let one_time_prekey = given.one_time_prekey.as_ref().map(|key| parsed_key(&key.0));
    let one_time_prekey = one_time_prekey.transpose()?;
    let entry = bundle::one_time_prekey_entry(
        given.one_time_prekey_id,
        one_time_prekey.map(|key| OneTimePreKey { key }),
    );
    Ok(bundle::PreKeyBundle {
        registration_id: given.registration_id,
        one_time_prekey: entry.map_err(errors::handshake)?,
        signed_prekey_id: given.signed_prekey_id,
        signed_prekey: SignedPreKey { key: signed_prekey },
        signed_prekey_signature,
        identity_key,
    })
}

impl Keys for Implementation {
    fn parse_public_key(bytes: &[u8]) -> Result<Serialized, ErrorClass> {
        parsed_key(bytes).map(keys::serialize_public_key)
    }

    fn parse_private_key(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass> {
        let private = keys::parse_private_key(bytes).map_err(errors::key)?;
        let public = keys::serialize_public_key(x25519::public_key(&private));
        Ok((*private.expose(), public))
    }

    fn same_public_key(a: &[u8], b: &[u8]) -> Result<bool, ErrorClass> {
        Ok(keys::same_public_key(parsed_key(a)?, parsed_key(b)?))
    }

    fn encode_identity_key_pair(private: Array32) -> Vec<u8> {
        let pair = keys::identity_key_pair(private_key(private));
        record::encode_identity_key_pair(&pair).to_vec()
    }

    fn decode_identity_key_pair(bytes: &[u8]) -> Result<(Array32, Serialized), ErrorClass> {
        let pair = record::decode_identity_key_pair(bytes).map_err(errors::record)?;
        let public = keys::serialize_public_key(pair.public.key);
        Ok((*pair.private.expose(), public))
    }

    fn sign_alternate_identity(
        private: Array32,
        other: &[u8],
        random: [u8; 64],
    ) -> Result<(Vec<u8>, [u8; 64]), ErrorClass> {
        let pair = keys::identity_key_pair(private_key(private));
        let other = parsed_identity(other)?;
        let random = SignatureRandom::from_bytes(random);
        let signature = keys::sign_alternate_identity(&pair, other, &random);
        let message = keys::alternate_identity_message(other);
        Ok((message, *signature.as_bytes()))
    }

    fn verify_alternate_identity(
        identity: &[u8],
        other: &[u8],
        signature: &[u8],
    ) -> Result<(), ErrorClass> {
        let (identity, other) = (parsed_identity(identity)?, parsed_identity(other)?);
        let signature = keys::parse_signature(signature).map_err(errors::key)?;
        keys::verify_alternate_identity(identity, other, signature)
            .then_some(())
            .ok_or(ErrorClass::BadSignature)
    }
}

impl Derivation for Implementation {
    fn kdf_ck(chain_key: Array32) -> (Array32, Array32) {
        let (next, seed) = symmetric::kdf_ck(&ChainKey::from_bytes(chain_key));
        (*next.expose(), *seed.expose())
    }

    fn kdf_rk(root_key: Array32, dh_output: Array32) -> (Array32, Array32) {
        let root_key = RootKey::from_bytes(root_key);
        let dh_output = SharedSecret::from_bytes(dh_output);
        let (root_key, chain_key) = double::kdf_rk(&root_key, &dh_output);
        (*root_key.expose(), *chain_key.expose())
    }

    fn message_keys(seed: Array32, _: Option<Array32>) -> PlainMessageKeys {
        let keys = symmetric::message_keys(&MessageKeySeed::from_bytes(seed));
        PlainMessageKeys {
            seed,
            sparse_key: None,
            cipher_key: *keys.cipher_key.expose(),
            mac_key: *keys.mac_key.expose(),
            iv: *keys.iv.expose(),
        }
    }

    fn x3dh_kdf(ikm: &[u8]) -> (Array32, Array32) {
        let secrets = x3dh::x3dh_kdf(ikm);
        (*secrets.root_key.expose(), *secrets.chain_key.expose())
    }

    fn x3dh_initiator(
        identity: Array32,
        base: Array32,
        bundle: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass> {
        let bundle = parsed_bundle(bundle)?;
        bundle::check_bundle(&bundle).map_err(errors::handshake)?;
        let identity = keys::identity_key_pair(private_key(identity));
        let base = keys::base_key_pair(private_key(base));
        let outputs = x3dh::initiator_agreement(&identity, &base, &bundle);
        let outputs = outputs.map_err(errors::handshake)?;
        Ok(plain_handshake(&outputs))
    }

    fn x3dh_responder(
        keys: ResponderKeys,
        remote_identity: &[u8],
        base_key: &[u8],
    ) -> Result<PlainHandshake, ErrorClass> {
        let remote_identity = parsed_identity(remote_identity)?;
        let base_key = BaseKey {
            key: parsed_key(base_key)?,
        };
        let one_time_prekey = keys.one_time_prekey.map(private_key);
        let one_time_prekey = one_time_prekey.map(keys::one_time_prekey_pair);
        let outputs = x3dh::responder_agreement(
            &keys::identity_key_pair(private_key(keys.identity)),
            &keys::signed_prekey_pair(private_key(keys.signed_prekey)),
            one_time_prekey.as_ref(),
            remote_identity,
            base_key,
        )
        .map_err(errors::handshake)?;
        Ok(plain_handshake(&outputs))
    }

    fn pqxdh_kdf(_: &[u8]) -> (Array32, Array32, Array32) {
        unimplemented!()
    }

    fn pqxdh_initiator(
        _: Array32,
        _: Array32,
        _: Array32,
        _: &Bundle,
    ) -> Result<PlainHandshake, ErrorClass> {
        unimplemented!()
    }

    fn pqxdh_responder(
        _: ResponderKeys,
        _: &[u8],
        _: &[u8],
        _: &[u8],
        _: &[u8],
    ) -> Result<PlainHandshake, ErrorClass> {
        unimplemented!()
    }
}

fn plain_handshake(outputs: &x3dh::DhOutputs) -> PlainHandshake {
    let three = [&outputs.dh1, &outputs.dh2, &outputs.dh3];
    let all = three.into_iter().chain(&outputs.dh4);
    let ikm = x3dh::key_material(outputs);
    let secrets = x3dh::x3dh_kdf(&ikm);
    PlainHandshake {
        dh: all.map(|output| *output.expose()).collect(),
        kem: None,
        ikm: ikm.to_vec(),
        root_key: *secrets.root_key.expose(),
        chain_key: *secrets.chain_key.expose(),
    }
}
