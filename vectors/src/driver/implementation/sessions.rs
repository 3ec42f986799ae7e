//! Parties and sessions of the implementation.
use super::keys::{parsed_bundle, parsed_identity};
use super::wire::parsed_address;
use super::{errors, private_key, Implementation};
use crate::bytes::Bytes;
use crate::driver::library::{
    Array32, Context, Derivation, Draw, Opened, PlainMessageKeys, Prekeys, Randomness, Serialized,
    Sessions,
};
use crate::outcome::{
    runs, ErrorClass, ReceivingSnapshot, SendingSnapshot, SessionSnapshot, Snapshot,
};
use crate::step::{Bundle, Kind, Profile};
use twinratchet::handshake::bundle;
use twinratchet::keys::{
    identity_key_pair, one_time_prekey_pair, serialize_public_key, signed_prekey_pair, IdentityKey,
    OneTimePreKeyPair, PublicKey, SignatureRandom, SignedPreKeyPair,
};
use twinratchet::session::record::{self, Record};
use twinratchet::session::select::{self, Local, MessageKind, PreKeyLookup, Remote};
use twinratchet::wire::message::parse_signal_message;
use twinratchet::wire::prekey_message::parse_prekey_message;
use twinratchet::ChainSnapshot;

impl Sessions for Implementation {
    type Identity = IdentityKey;
    type Local = Local;
    type SignedPreKeyPair = SignedPreKeyPair;
    type OneTimePreKeyPair = OneTimePreKeyPair;
    type KemPreKeyPair = ();
    type Record = Record;

    fn local(
        name: &str,
        device_id: u32,
        identity: Array32,
        registration_id: u32,
        _: Profile,
    ) -> Result<Local, ErrorClass> {
        Ok(Local {
            identity: identity_key_pair(private_key(identity)),
            registration_id,
            address: parsed_address((name, device_id))?,
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

    fn kem_prekey(_: [u8; 64]) -> ((), Vec<u8>) {
        unimplemented!()
    }

    fn kem_prekey_public((): &()) -> Vec<u8> {
        unimplemented!()
    }

    fn sign_kem_prekey(_: &Local, (): &(), _: [u8; 64]) -> [u8; 64] {
        unimplemented!()
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
        _: Array32,
        now_ms: u64,
    ) -> Result<(), ErrorClass> {
        select::start_session(
            record,
            context.local,
            &remote(context),
            &parsed_bundle(bundle)?,
            private_key(base_private),
            private_key(ratchet_private),
            now_ms,
        )
        .map_err(errors::session)
    }

    fn draws(_: &Record) -> Draw {
        Draw::Nothing
    }

    fn next_message_keys(record: &Record, _: &Randomness) -> Option<PlainMessageKeys> {
        let chain_key = record.snapshot().current?.sending.chain_key;
        let (_, seed) = Self::kdf_ck(chain_key);
        Some(Self::message_keys(seed, None))
    }

    fn encrypt(
        record: &mut Record,
        context: &Context<'_, Self>,
        _: &Randomness,
        plaintext: &[u8],
        now_ms: u64,
    ) -> Result<(Kind, Vec<u8>), ErrorClass> {
        let (local, remote) = (context.local, remote(context));
        let sent = select::encrypt(record, local, &remote, now_ms, plaintext);
        let sent = sent.map_err(errors::session)?;
        let kind = match sent.kind {
            MessageKind::Signal => Kind::Signal,
            MessageKind::PreKey => Kind::PreKey,
        };
        Ok((kind, sent.bytes))
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
        let lookup = PreKeyLookup {
            signed_prekey: prekeys.signed.get(&envelope.signed_prekey_id),
            one_time_prekey: one_time_prekey.and_then(|id| prekeys.one_time.get(&id)),
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
        let snapshot = record.snapshot();
        Snapshot {
            current: snapshot.current.as_ref().map(session),
            archived: snapshot.archived,
        }
    }
}

fn remote(context: &Context<'_, Implementation>) -> Remote {
    Remote {
        address: context.peer.address.clone(),
        stored_identity: context.stored,
    }
}

fn plain_opened(opened: select::Decrypted, identity: IdentityKey) -> Opened<IdentityKey> {
    Opened {
        plaintext: opened.plaintext,
        identity,
        used_one_time_prekey: opened.used_one_time_prekey,
        used_kem_prekey: None,
    }
}

fn session(session: &twinratchet::SessionSnapshot) -> SessionSnapshot {
    SessionSnapshot {
        version: session.version,
        base_key: key(session.base_key.key),
        pending: session.pending.is_some(),
        root_key: session.root_key.to_vec().into(),
        pn: session.previous_counter,
        sending: sending(&session.sending),
        receiving: session.receiving.iter().map(receiving).collect(),
        spqr: None,
    }
}

fn sending(chain: &ChainSnapshot) -> SendingSnapshot {
    SendingSnapshot {
        ratchet_key: key(chain.ratchet_public.key),
        chain_key: chain.chain_key.to_vec().into(),
        ns: chain.index,
    }
}

fn receiving(chain: &ChainSnapshot) -> ReceivingSnapshot {
    ReceivingSnapshot {
        ratchet_key: key(chain.ratchet_public.key),
        chain_key: chain.chain_key.to_vec().into(),
        nr: chain.index,
        skipped: runs(chain.skipped.iter().map(|&(number, _)| number)),
    }
}

fn key(key: PublicKey) -> Bytes {
    serialize_public_key(key).to_vec().into()
}
