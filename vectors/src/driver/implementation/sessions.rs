//! Parties and sessions of the implementation.
use super::keys::{parsed_bundle, parsed_identity, parsed_kem_pair, parsed_key};
use super::states::sparse_random;
use super::wire::parsed_address;
use super::{errors, names, private_key, Implementation};
use crate::driver::library::{
    Array32, Context, Derivation, Draw, KemPrekey, Opened, PlainMessageKeys, PlainUsedKemPrekey,
    Prekeys, Randomness, Serialized, Sessions,
};
use crate::outcome::{ErrorClass, Snapshot};
use crate::step::{Bundle, Kind, Profile};
use twinratchet::handshake::bundle;
use twinratchet::keys::kem::{kem_prekey_pair, serialize_kem_public_key, KemPreKeyPair};
use twinratchet::keys::{
    identity_key_pair, one_time_prekey_pair, serialize_public_key, signed_prekey_pair, BaseKey,
    IdentityKey, KemRandom, KemSeed, OneTimePreKeyPair, SignatureRandom, SignedPreKeyPair,
};
use twinratchet::ratchet::sparse;
use twinratchet::ratchet::sparse::state::{decode_state, encode_state};
use twinratchet::session::record::{self, Record};
use twinratchet::session::select::{self, Local, PreKeyLookup, Remote};
use twinratchet::wire::message::parse_signal_message;
use twinratchet::wire::prekey_message::parse_prekey_message;

impl Sessions for Implementation {
    type Identity = IdentityKey;
    type Local = Local;
    type SignedPreKeyPair = SignedPreKeyPair;
    type OneTimePreKeyPair = OneTimePreKeyPair;
    type KemPreKeyPair = KemPreKeyPair;
    type Record = Record;

    fn local(
        name: &str,
        device_id: u32,
        identity: Array32,
        registration_id: u32,
        profile: Profile,
    ) -> Result<Local, ErrorClass> {
        Ok(Local {
            identity: identity_key_pair(private_key(identity)),
            registration_id,
            address: parsed_address((name, device_id))?,
            profile: names::profile(profile),
        })
    }

    fn identity_key(local: &Local) -> Serialized {
        serialize_public_key(local.identity.public.key)
    }

    fn registration_id(local: &Local) -> u32 {
        local.registration_id
    }

    fn parse_identity(bytes: &[u8]) -> Result<IdentityKey, ErrorClass> {
        parsed_identity(bytes)
    }

    fn signed_prekey(private: Array32) -> (SignedPreKeyPair, Serialized) {
        let pair = signed_prekey_pair(private_key(private));
        let public = Self::signed_prekey_public(&pair);
        (pair, public)
    }

    fn signed_prekey_public(pair: &SignedPreKeyPair) -> Serialized {
        serialize_public_key(pair.public.key)
    }

    fn one_time_prekey(private: Array32) -> (OneTimePreKeyPair, Serialized) {
        let pair = one_time_prekey_pair(private_key(private));
        let public = Self::one_time_prekey_public(&pair);
        (pair, public)
    }

    fn one_time_prekey_public(pair: &OneTimePreKeyPair) -> Serialized {
        serialize_public_key(pair.public.key)
    }

    fn sign_signed_prekey(local: &Local, pair: &SignedPreKeyPair, random: [u8; 64]) -> [u8; 64] {
        let random = SignatureRandom::from_bytes(random);
        *bundle::sign_signed_prekey(&local.identity, pair.public, &random).as_bytes()
    }

    fn kem_prekey(seed: [u8; 64]) -> KemPreKeyPair {
        kem_prekey_pair(KemSeed::from_bytes(seed))
    }

    fn import_kem_prekey(bytes: &[u8]) -> Result<KemPreKeyPair, ErrorClass> {
        parsed_kem_pair(bytes)
    }

    fn kem_prekey_public(pair: &KemPreKeyPair) -> Vec<u8> {
        serialize_kem_public_key(&pair.public).to_vec()
    }

    fn sign_kem_prekey(local: &Local, pair: &KemPreKeyPair, random: [u8; 64]) -> [u8; 64] {
        let random = SignatureRandom::from_bytes(random);
        *bundle::sign_kem_prekey(&local.identity, &pair.public, &random).as_bytes()
    }

    fn empty_record() -> Record {
        record::empty_record()
    }

    fn current(record: &Record) -> Option<(Serialized, IdentityKey)> {
        let session = record.current()?;
        let base_key = serialize_public_key(session.base_key.key);
        Some((base_key, session.remote_identity))
    }

    fn start_session(
        record: &mut Record,
        context: &Context<'_, Self>,
        bundle: &Bundle,
        base_private: Array32,
        ratchet_private: Array32,
        kem_random: Array32,
        now_ms: u64,
    ) -> Result<(), ErrorClass> {
        select::start_session(
            record,
            context.local,
            &remote(context),
            &parsed_bundle(bundle)?,
            private_key(base_private),
            private_key(ratchet_private),
            KemRandom::from_bytes(kem_random),
            now_ms,
        )
        .map_err(errors::session)
    }

    fn draws(record: &Record) -> Draw {
        let current = record.current();
        current.map_or(Draw::Nothing, |session| {
            names::draw(sparse::draws(&session.ratchet.sparse))
        })
    }

    fn next_message_keys(record: &Record, random: &Randomness) -> Option<PlainMessageKeys> {
        let session = record.current()?;
        // On a copy: sending moves the state on.
        let saved = encode_state(&session.ratchet.sparse);
        let mut copy = decode_state(&saved).ok()?;
        let sent = sparse::sparse_send(&mut copy, &sparse_random(random)).ok()?;
        let (_, seed) = Self::kdf_ck(session.snapshot().sending.chain_key);
        let sparse_key = sent.key.as_ref().map(|key| *key.expose());
        Some(Self::message_keys(seed, sparse_key))
    }

    fn encrypt(
        record: &mut Record,
        context: &Context<'_, Self>,
        random: &Randomness,
        plaintext: &[u8],
        now_ms: u64,
    ) -> Result<(Kind, Vec<u8>), ErrorClass> {
        let (local, remote) = (context.local, remote(context));
        let random = sparse_random(random);
        let sent = select::encrypt(record, local, &remote, now_ms, &random, plaintext);
        let sent = sent.map_err(errors::session)?;
        Ok((names::kind(sent.kind), sent.bytes))
    }

    fn decrypt_signal(
        record: &mut Record,
        context: &Context<'_, Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<IdentityKey>, ErrorClass> {
        let message = parse_signal_message(message).map_err(errors::wire)?;
        let (local, remote) = (context.local, remote(context));
        let fresh = private_key(ratchet_private);
        let opened = select::decrypt_message(record, local, &remote, fresh, &message);
        let opened = opened.map_err(errors::session)?;
        let current = record.current().ok_or(ErrorClass::NoSession)?;
        Ok(plain_opened(opened, current.remote_identity))
    }

    fn decrypt_prekey(
        record: &mut Record,
        context: &Context<'_, Self>,
        prekeys: &Prekeys<Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<IdentityKey>, ErrorClass> {
        let message = parse_prekey_message(message).map_err(errors::wire)?;
        let envelope = &message.envelope;
        let one_time_prekey = envelope.one_time_prekey_id;
        let kem_prekey = envelope.kem.as_ref();
        let kem_prekey = kem_prekey.and_then(|kem| prekeys.kem.get(&kem.id));
        let lookup = PreKeyLookup {
            signed_prekey: prekeys.signed.get(&envelope.signed_prekey_id),
            one_time_prekey: one_time_prekey.and_then(|id| prekeys.one_time.get(&id)),
            kem_prekey: kem_prekey.map(|prekey| &prekey.pair),
            seen_base_keys: &seen_base_keys(kem_prekey, envelope.signed_prekey_id)?,
        };
        let opened = select::decrypt_prekey_message(
            record,
            context.local,
            &remote(context),
            &lookup,
            private_key(ratchet_private),
            &message,
        )
        .map_err(errors::session)?;
        Ok(plain_opened(opened, envelope.identity_key))
    }

    fn save(record: &Record) -> Vec<u8> {
        record::save_record(record).to_vec()
    }

    fn load(saved: &[u8]) -> Result<Record, ErrorClass> {
        record::load_record(saved).map_err(errors::record)
    }

    fn import(bare: &[u8]) -> Result<Record, ErrorClass> {
        record::import_record(bare).map_err(errors::record)
    }

    fn snapshot(record: &Record) -> Snapshot {
        super::snapshot::snapshot(record)
    }
}

fn remote(context: &Context<'_, Implementation>) -> Remote {
    Remote {
        address: context.peer.address.clone(),
        stored_identity: context.stored,
    }
}

/// The base keys with which a KEM prekey was used together with a signed prekey.
fn seen_base_keys(
    prekey: Option<&KemPrekey<Implementation>>,
    signed_prekey_id: u32,
) -> Result<Vec<BaseKey>, ErrorClass> {
    let prekeys = prekey.into_iter();
    let seen = prekeys.flat_map(|prekey| prekey.seen_with(signed_prekey_id));
    seen.map(|key| parsed_key(key).map(|key| BaseKey { key }))
        .collect()
}

fn plain_opened(opened: select::Decrypted, identity: IdentityKey) -> Opened<IdentityKey> {
    Opened {
        plaintext: opened.plaintext,
        identity,
        used_one_time_prekey: opened.used_one_time_prekey,
        used_kem_prekey: opened.used_kem_prekey.map(|used| PlainUsedKemPrekey {
            id: used.id,
            signed_prekey_id: used.signed_prekey_id,
            base_key: serialize_public_key(used.base_key.key),
        }),
    }
}
