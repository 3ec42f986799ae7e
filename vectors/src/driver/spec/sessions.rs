//! Parties and sessions of the specification.
use super::keys::{parsed_bundle, parsed_identity, parsed_kem_pair, parsed_key};
use super::states::sparse_random;
use super::wire::parsed_address;
use super::{copy, errors, names, open, private_key, public, reveal, secret, serialized, Spec};
use crate::driver::library::{
    Array32, Context, Derivation, Draw, KemPrekey, Opened, PlainMessageKeys, PlainUsedKemPrekey,
    Prekeys, Randomness, Serialized, Sessions,
};
use crate::outcome::{ErrorClass, Snapshot};
use crate::step::{Bundle, Kind, Profile};
use hacspec_lib::Seq;
use twinratchet_spec::handshake::bundle;
use twinratchet_spec::keys::kem::{kem_prekey_pair, serialize_kem_public_key, KemPreKeyPair};
use twinratchet_spec::keys::{
    identity_key_pair, one_time_prekey_pair, signed_prekey_pair, BaseKey, IdentityKey, KemRandom,
    KemSeed, OneTimePreKeyPair, SignatureRandom, SignedPreKeyPair,
};
use twinratchet_spec::ratchet::sparse;
use twinratchet_spec::ratchet::symmetric::kdf_ck;
use twinratchet_spec::session::record::{self, Record};
use twinratchet_spec::session::select::{self, Local, PreKeyLookup, Remote};
use twinratchet_spec::wire::message::parse_signal_message;
use twinratchet_spec::wire::prekey_message::parse_prekey_message;

impl Sessions for Spec {
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
        serialized(local.identity.public.key)
    }

    fn registration_id(local: &Local) -> u32 {
        local.registration_id
    }

    fn parse_identity(bytes: &[u8]) -> Result<IdentityKey, ErrorClass> {
        parsed_identity(bytes)
    }

    fn signed_prekey(private: Array32) -> (SignedPreKeyPair, Serialized) {
        let pair = signed_prekey_pair(private_key(private));
        (pair, serialized(pair.public.key))
    }

    fn signed_prekey_public(pair: &SignedPreKeyPair) -> Serialized {
        serialized(pair.public.key)
    }

    fn one_time_prekey(private: Array32) -> (OneTimePreKeyPair, Serialized) {
        let pair = one_time_prekey_pair(private_key(private));
        (pair, serialized(pair.public.key))
    }

    fn one_time_prekey_public(pair: &OneTimePreKeyPair) -> Serialized {
        serialized(pair.public.key)
    }

    fn sign_signed_prekey(local: &Local, pair: &SignedPreKeyPair, random: [u8; 64]) -> [u8; 64] {
        let random = SignatureRandom::from_public_slice(&random);
        copy(&bundle::sign_signed_prekey(
            &local.identity,
            pair.public,
            &random,
        ))
    }

    fn kem_prekey(seed: [u8; 64]) -> KemPreKeyPair {
        kem_prekey_pair(KemSeed::from_public_slice(&seed))
    }

    fn import_kem_prekey(bytes: &[u8]) -> Result<KemPreKeyPair, ErrorClass> {
        parsed_kem_pair(bytes)
    }

    fn kem_prekey_public(pair: &KemPreKeyPair) -> Vec<u8> {
        open(&serialize_kem_public_key(&pair.public))
    }

    fn sign_kem_prekey(local: &Local, pair: &KemPreKeyPair, random: [u8; 64]) -> [u8; 64] {
        let random = SignatureRandom::from_public_slice(&random);
        let signature = bundle::sign_kem_prekey(&local.identity, &pair.public, &random);
        copy(&signature)
    }

    fn empty_record() -> Record {
        record::empty_record()
    }

    fn current(record: &Record) -> Option<(Serialized, IdentityKey)> {
        let session = record.current.as_ref()?;
        Some((serialized(session.base_key.key), session.remote_identity))
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
        *record = select::start_session(
            record.clone(),
            context.local,
            &remote(context),
            &parsed_bundle(bundle)?,
            private_key(base_private),
            private_key(ratchet_private),
            KemRandom::from_public_slice(&kem_random),
            now_ms,
        )
        .map_err(errors::session)?;
        Ok(())
    }

    fn draws(record: &Record) -> Draw {
        let current = record.current.as_ref();
        current.map_or(Draw::Nothing, |session| {
            names::draw(sparse::draws(&session.ratchet.sparse))
        })
    }

    fn next_message_keys(record: &Record, random: &Randomness) -> Option<PlainMessageKeys> {
        let ratchet = &record.current.as_ref()?.ratchet;
        let sent = sparse::sparse_send(ratchet.sparse.clone(), &sparse_random(random));
        let (_, sent) = sent.ok()?;
        let (_, seed) = kdf_ck(ratchet.double.sending.cks);
        let sparse_key = sent.key.as_ref().map(reveal);
        Some(Self::message_keys(reveal(&seed), sparse_key))
    }

    fn encrypt(
        record: &mut Record,
        context: &Context<'_, Self>,
        random: &Randomness,
        plaintext: &[u8],
        now_ms: u64,
    ) -> Result<(Kind, Vec<u8>), ErrorClass> {
        let (next, sent) = select::encrypt(
            record.clone(),
            context.local,
            &remote(context),
            now_ms,
            &sparse_random(random),
            &secret(plaintext),
        )
        .map_err(errors::session)?;
        *record = next;
        Ok((names::kind(sent.kind), open(&sent.bytes)))
    }

    fn decrypt_signal(
        record: &mut Record,
        context: &Context<'_, Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<IdentityKey>, ErrorClass> {
        let message = parse_signal_message(&public(message)).map_err(errors::wire)?;
        let opened = select::decrypt_message(
            record.clone(),
            context.local,
            &remote(context),
            private_key(ratchet_private),
            &message,
        )
        .map_err(errors::session)?;
        let current = opened.record.current.as_ref();
        let identity = current.ok_or(ErrorClass::NoSession)?.remote_identity;
        Ok(applied(record, opened, identity))
    }

    fn decrypt_prekey(
        record: &mut Record,
        context: &Context<'_, Self>,
        prekeys: &Prekeys<Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<IdentityKey>, ErrorClass> {
        let message = parse_prekey_message(&public(message)).map_err(errors::wire)?;
        let envelope = &message.envelope;
        let one_time_prekey = envelope.one_time_prekey_id;
        let kem_prekey = envelope.kem.as_ref();
        let kem_prekey = kem_prekey.and_then(|kem| prekeys.kem.get(&kem.id));
        let lookup = PreKeyLookup {
            signed_prekey: prekeys.signed.get(&envelope.signed_prekey_id).copied(),
            kem_prekey: kem_prekey.map(|prekey| prekey.pair.clone()),
            one_time_prekey: one_time_prekey.and_then(|id| prekeys.one_time.get(&id).copied()),
            seen_base_keys: Seq::from_vec(seen_base_keys(kem_prekey, envelope.signed_prekey_id)?),
        };
        let opened = select::decrypt_prekey_message(
            record.clone(),
            context.local,
            &remote(context),
            &lookup,
            private_key(ratchet_private),
            &message,
        )
        .map_err(errors::session)?;
        Ok(applied(record, opened, envelope.identity_key))
    }

    fn save(record: &Record) -> Vec<u8> {
        record::save_record(record).into_native()
    }

    fn load(saved: &[u8]) -> Result<Record, ErrorClass> {
        record::load_record(&secret(saved)).map_err(errors::record)
    }

    fn import(bare: &[u8]) -> Result<Record, ErrorClass> {
        record::import_record(&secret(bare)).map_err(errors::record)
    }

    fn snapshot(record: &Record) -> Snapshot {
        super::snapshot::snapshot(record)
    }
}

fn remote(context: &Context<'_, Spec>) -> Remote {
    Remote {
        address: context.peer.address.clone(),
        stored_identity: context.stored,
    }
}

/// The base keys with which a KEM prekey was used together with a signed prekey.
fn seen_base_keys(
    prekey: Option<&KemPrekey<Spec>>,
    signed_prekey_id: u32,
) -> Result<Vec<BaseKey>, ErrorClass> {
    let prekeys = prekey.into_iter();
    let seen = prekeys.flat_map(|prekey| prekey.seen_with(signed_prekey_id));
    seen.map(|key| parsed_key(key).map(|key| BaseKey { key }))
        .collect()
}

fn applied(
    record: &mut Record,
    opened: select::Decrypted,
    identity: IdentityKey,
) -> Opened<IdentityKey> {
    *record = opened.record;
    Opened {
        plaintext: opened.plaintext.into_native(),
        identity,
        used_one_time_prekey: opened.used_one_time_prekey,
        used_kem_prekey: opened.used_kem_prekey.map(|used| PlainUsedKemPrekey {
            id: used.id,
            signed_prekey_id: used.signed_prekey_id,
            base_key: serialized(used.base_key.key),
        }),
    }
}
