//! The session record of a peer device: the current session and up to 40 archived ones, and its stored form.
//!
//! Which part: deployed only, no public text; the stored form is protobuf (PB, proto3: zero and empty values are
//! left out). Who calls it: `session::select`, and applications to save and load. Secret: the record and its bytes.
//!
//! The stored bytes are secret but their structure is not; inside this module they are public bytes, declassified
//! and classified at its border. Nothing in the format authenticates them: a damaged key is found only where it can
//! be (a ratchet pair that does not match, a length, a limit), and else at the next message.
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::skipped::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

/// First byte of the stored form of this project.
pub const SAVED_FORMAT: u8 = 1u8;
/// Most archived sessions in a record.
pub const MAX_ARCHIVED: usize = 40;

const SESSION_VERSION: u32 = 1u32;
const SESSION_LOCAL_IDENTITY: u32 = 2u32;
const SESSION_REMOTE_IDENTITY: u32 = 3u32;
const SESSION_ROOT_KEY: u32 = 4u32;
const SESSION_PREVIOUS_COUNTER: u32 = 5u32;
const SESSION_SENDING_CHAIN: u32 = 6u32;
const SESSION_RECEIVING_CHAIN: u32 = 7u32;
const SESSION_PENDING: u32 = 9u32;
const SESSION_REMOTE_REGISTRATION: u32 = 10u32;
const SESSION_LOCAL_REGISTRATION: u32 = 11u32;
const SESSION_BASE_KEY: u32 = 13u32;
const CHAIN_RATCHET_PUBLIC: u32 = 1u32;
const CHAIN_RATCHET_PRIVATE: u32 = 2u32;
const CHAIN_KEY: u32 = 3u32;
const CHAIN_SKIPPED: u32 = 4u32;
const CHAIN_KEY_INDEX: u32 = 1u32;
const CHAIN_KEY_KEY: u32 = 2u32;
const SKIPPED_NUMBER: u32 = 1u32;
const SKIPPED_CIPHER_KEY: u32 = 2u32;
const SKIPPED_MAC_KEY: u32 = 3u32;
const SKIPPED_IV: u32 = 4u32;
const SKIPPED_SEED: u32 = 5u32;
const PENDING_ONE_TIME_PREKEY_ID: u32 = 1u32;
const PENDING_BASE_KEY: u32 = 2u32;
const PENDING_SIGNED_PREKEY_ID: u32 = 3u32;
const PENDING_CREATED: u32 = 4u32;
const RECORD_CURRENT: u32 = 1u32;
const RECORD_PREVIOUS: u32 = 2u32;
const IDENTITY_PAIR_PUBLIC: u32 = 1u32;
const IDENTITY_PAIR_PRIVATE: u32 = 2u32;
const SECRET_LENGTH: usize = 32;

/// Why stored state was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The first byte is not that of a known stored form, or there is none.
    UnsupportedFormat,
    /// The protobuf is malformed.
    InvalidProtobuf,
    /// A field that a session cannot be without is absent.
    MissingField,
    /// A key was refused.
    Key(KeyError),
    /// A secret is other than 32 bytes long.
    BadLength,
    /// The session is of a version other than 3.
    UnsupportedVersion,
    /// More receiving chains, skipped keys or archived sessions than the protocol keeps.
    OverLimit,
    /// Skipped numbers are not strictly descending below Nr, or two receiving chains have one ratchet key.
    Inconsistent,
    /// A skipped key in the form of old releases: expanded keys in place of the seed.
    OldMessageKeys,
    /// The private half of a pair does not give its public half.
    KeyMismatch,
    /// The bytes are not those that saving the same state gives.
    NotCanonical,
}

/// What an initiator repeats in every message until it gets an answer.
#[derive(Clone, Copy, Debug)]
pub struct Pending {
    /// OPK id, if the bundle had an OPK.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// EKA.
    pub base_key: BaseKey,
    /// When the session was made, in whole seconds since 1970.
    pub created_s: u64,
}

/// A session.
#[derive(Clone)]
pub struct Session {
    /// 3.
    pub version: u8,
    /// Own IK.
    pub local_identity: IdentityKey,
    /// IK of the peer.
    pub remote_identity: IdentityKey,
    /// The ratchet, secret.
    pub ratchet: State,
    /// Present at an initiator that got no answer yet.
    pub pending: Option<Pending>,
    /// Registration id of the peer.
    pub remote_registration_id: u32,
    /// Own registration id.
    pub local_registration_id: u32,
    /// EKA, at both roles.
    pub base_key: BaseKey,
}

/// The record of a peer device.
#[derive(Clone)]
pub struct Record {
    /// The session that sends.
    pub current: Option<Session>,
    /// Archived sessions in their stored form, newest first, secret; one that cannot be decoded stays as it is.
    pub previous: Seq<ByteSeq>,
}

/// The fields of a stored message.
fn stored_fields(bytes: &Seq<u8>) -> Result<Seq<Field>, RecordError> {
    match parse_fields(bytes) {
        Ok(fields) => Ok(fields),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer; absent reads as 0.
fn stored_uint64(fields: &Seq<Field>, number: u32) -> Result<u64, RecordError> {
    match last_varint(fields, number) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Ok(0u64),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer of 32 bits; absent reads as 0.
fn stored_uint32(fields: &Seq<Field>, number: u32) -> Result<u32, RecordError> {
    match last_uint32(fields, number) {
        Ok(Some(value)) => Ok(value),
        Ok(None) => Ok(0u32),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// An integer of 32 bits whose presence matters.
fn stored_optional_uint32(fields: &Seq<Field>, number: u32) -> Result<Option<u32>, RecordError> {
    match last_uint32(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// Every value of a repeated field.
fn stored_all(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<Seq<u8>>, RecordError> {
    match all_bytes(bytes, fields, number) {
        Ok(values) => Ok(values),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// A message whose presence matters.
fn stored_optional(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Option<Seq<u8>>, RecordError> {
    match last_bytes(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(RecordError::InvalidProtobuf),
    }
}

/// Bytes; absent reads as empty.
fn stored_bytes(bytes: &Seq<u8>, fields: &Seq<Field>, number: u32) -> Result<Seq<u8>, RecordError> {
    let value = stored_optional(bytes, fields, number)?;
    match value {
        Some(found) => Ok(found),
        None => Ok(Seq::<u8>::new(0)),
    }
}

/// A message that must be there.
fn stored_required(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, RecordError> {
    let value = stored_optional(bytes, fields, number)?;
    match value {
        Some(found) => Ok(found),
        None => Err(RecordError::MissingField),
    }
}

/// A secret of 32 bytes.
fn stored_secret(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<ByteSeq, RecordError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == 0 {
        Err(RecordError::MissingField)
    } else if value.len() == SECRET_LENGTH {
        Ok(ByteSeq::from_public_seq(&value))
    } else {
        Err(RecordError::BadLength)
    }
}

/// A serialised public key.
fn stored_public_key(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<PublicKey, RecordError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == 0 {
        Err(RecordError::MissingField)
    } else {
        match parse_public_key(&value) {
            Ok(key) => Ok(key),
            Err(error) => Err(RecordError::Key(error)),
        }
    }
}

/// Append an integer unless it is 0.
fn put_nonzero(out: Seq<u8>, number: u32, value: u64) -> Seq<u8> {
    if value == 0u64 {
        out
    } else {
        put_varint_field(out, number, value)
    }
}

/// An int32 as its varint: negative values take the sign into all 64 bits.
fn int32_varint(value: u32) -> u64 {
    if value >= 0x8000_0000u32 {
        (value as u64) | 0xffff_ffff_0000_0000u64
    } else {
        value as u64
    }
}

/// Append secret bytes. They become public inside this module, as its doc says.
fn put_secret(out: Seq<u8>, number: u32, value: ByteSeq) -> Seq<u8> {
    put_bytes(out, number, &value.declassify())
}

/// Append a serialised public key.
fn put_public_key(out: Seq<u8>, number: u32, key: PublicKey) -> Seq<u8> {
    put_bytes(out, number, &serialize_public_key(key))
}

/// The stored form of the position of a chain: its next number and its key.
fn encode_chain_key(index: u32, key: ChainKey) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), CHAIN_KEY_INDEX, index as u64);
    put_secret(out, CHAIN_KEY_KEY, ByteSeq::from_seq(&key))
}

/// The stored form of the sending chain.
fn encode_sending_chain(chain: SendingChain) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhs.public.key);
    out = put_secret(
        out,
        CHAIN_RATCHET_PRIVATE,
        ByteSeq::from_seq(&chain.dhs.private),
    );
    put_bytes(out, CHAIN_KEY, &encode_chain_key(chain.ns, chain.cks))
}

/// The stored form of a skipped key.
fn encode_skipped_key(skipped: SkippedKey) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), SKIPPED_NUMBER, skipped.number as u64);
    put_secret(out, SKIPPED_SEED, ByteSeq::from_seq(&skipped.seed))
}

/// The stored form of a receiving chain.
fn encode_receiving_chain(chain: &ReceivingChain) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhr.key);
    out = put_bytes(out, CHAIN_KEY, &encode_chain_key(chain.nr, chain.ckr));
    for i in 0..chain.mkskipped.len() {
        out = put_bytes(out, CHAIN_SKIPPED, &encode_skipped_key(chain.mkskipped[i]));
    }
    out
}

/// The stored form of the pending data.
fn encode_pending(pending: Pending) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = match pending.one_time_prekey_id {
        Some(id) => put_uint32(out, PENDING_ONE_TIME_PREKEY_ID, id),
        None => out,
    };
    out = put_public_key(out, PENDING_BASE_KEY, pending.base_key.key);
    out = put_nonzero(
        out,
        PENDING_SIGNED_PREKEY_ID,
        int32_varint(pending.signed_prekey_id),
    );
    put_nonzero(out, PENDING_CREATED, pending.created_s)
}

/// The stored form of a session.
///
/// In: a session. Out: its bytes, secret.
pub fn encode_session(session: &Session) -> ByteSeq {
    let ratchet = session.ratchet.clone();
    let mut out = Seq::<u8>::new(0);
    out = put_nonzero(out, SESSION_VERSION, session.version as u64);
    out = put_public_key(out, SESSION_LOCAL_IDENTITY, session.local_identity.key);
    out = put_public_key(out, SESSION_REMOTE_IDENTITY, session.remote_identity.key);
    out = put_secret(out, SESSION_ROOT_KEY, ByteSeq::from_seq(&ratchet.rk));
    out = put_nonzero(out, SESSION_PREVIOUS_COUNTER, ratchet.pn as u64);
    out = put_bytes(
        out,
        SESSION_SENDING_CHAIN,
        &encode_sending_chain(ratchet.sending),
    );
    for i in 0..ratchet.receiving.len() {
        let chain = encode_receiving_chain(&ratchet.receiving[i]);
        out = put_bytes(out, SESSION_RECEIVING_CHAIN, &chain);
    }
    out = match session.pending {
        Some(pending) => put_bytes(out, SESSION_PENDING, &encode_pending(pending)),
        None => out,
    };
    out = put_nonzero(
        out,
        SESSION_REMOTE_REGISTRATION,
        session.remote_registration_id as u64,
    );
    out = put_nonzero(
        out,
        SESSION_LOCAL_REGISTRATION,
        session.local_registration_id as u64,
    );
    ByteSeq::from_public_seq(&put_public_key(out, SESSION_BASE_KEY, session.base_key.key))
}

/// Read the position of a chain.
fn decode_chain_key(bytes: &Seq<u8>) -> Result<(u32, ChainKey), RecordError> {
    let fields = stored_fields(bytes)?;
    let index = stored_uint32(&fields, CHAIN_KEY_INDEX)?;
    let key = stored_secret(bytes, &fields, CHAIN_KEY_KEY)?;
    Ok((index, ChainKey::from_seq(&key)))
}

/// Read the pair of a sending chain.
fn decode_ratchet_pair(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
) -> Result<RatchetKeyPair, RecordError> {
    let public = stored_public_key(bytes, fields, CHAIN_RATCHET_PUBLIC)?;
    let private = stored_secret(bytes, fields, CHAIN_RATCHET_PRIVATE)?;
    let pair = ratchet_key_pair(PrivateKey::from_seq(&private));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}

/// Read a sending chain.
fn decode_sending_chain(bytes: &Seq<u8>) -> Result<SendingChain, RecordError> {
    let fields = stored_fields(bytes)?;
    let dhs = decode_ratchet_pair(bytes, &fields)?;
    let chain_key = stored_required(bytes, &fields, CHAIN_KEY)?;
    let (ns, cks) = decode_chain_key(&chain_key)?;
    Ok(SendingChain { dhs, cks, ns })
}

/// Read a skipped key.
fn decode_skipped_key(bytes: &Seq<u8>) -> Result<SkippedKey, RecordError> {
    let fields = stored_fields(bytes)?;
    let number = stored_uint32(&fields, SKIPPED_NUMBER)?;
    let cipher_key = stored_bytes(bytes, &fields, SKIPPED_CIPHER_KEY)?;
    let mac_key = stored_bytes(bytes, &fields, SKIPPED_MAC_KEY)?;
    let iv = stored_bytes(bytes, &fields, SKIPPED_IV)?;
    if cipher_key.len() + mac_key.len() + iv.len() == 0 {
        let seed = stored_secret(bytes, &fields, SKIPPED_SEED)?;
        Ok(SkippedKey {
            number,
            seed: MessageKeySeed::from_seq(&seed),
        })
    } else {
        Err(RecordError::OldMessageKeys)
    }
}

/// One skipped key more; numbers descend strictly, and all are below Nr.
fn append_skipped(
    mkskipped: Seq<SkippedKey>,
    nr: u32,
    bytes: &Seq<u8>,
) -> Result<Seq<SkippedKey>, RecordError> {
    let skipped = decode_skipped_key(bytes)?;
    let count = mkskipped.len();
    let bound = if count == 0 {
        nr
    } else {
        mkskipped[count - 1].number
    };
    if count >= MAX_SKIPPED {
        Err(RecordError::OverLimit)
    } else if skipped.number >= bound {
        Err(RecordError::Inconsistent)
    } else {
        Ok(mkskipped.push_owned(skipped))
    }
}

/// Read the skipped keys of a chain.
fn decode_skipped(nr: u32, items: &Seq<Seq<u8>>) -> Result<Seq<SkippedKey>, RecordError> {
    let mut result: Result<Seq<SkippedKey>, RecordError> = Ok(Seq::<SkippedKey>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(mkskipped) => append_skipped(mkskipped, nr, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Read a receiving chain.
fn decode_receiving_chain(bytes: &Seq<u8>) -> Result<ReceivingChain, RecordError> {
    let fields = stored_fields(bytes)?;
    let dhr = stored_public_key(bytes, &fields, CHAIN_RATCHET_PUBLIC)?;
    let chain_key = stored_required(bytes, &fields, CHAIN_KEY)?;
    let (nr, ckr) = decode_chain_key(&chain_key)?;
    let items = stored_all(bytes, &fields, CHAIN_SKIPPED)?;
    let mkskipped = decode_skipped(nr, &items)?;
    Ok(ReceivingChain {
        dhr: RatchetKey { key: dhr },
        ckr,
        nr,
        mkskipped,
    })
}

/// Whether a chain of this ratchet key is among those read.
fn has_chain(receiving: &Seq<ReceivingChain>, dhr: RatchetKey) -> bool {
    let mut found = false;
    for i in 0..receiving.len() {
        if same_public_key(receiving[i].dhr.key, dhr.key) {
            found = true;
        }
    }
    found
}

/// One receiving chain more.
fn append_chain(
    receiving: Seq<ReceivingChain>,
    bytes: &Seq<u8>,
) -> Result<Seq<ReceivingChain>, RecordError> {
    let chain = decode_receiving_chain(bytes)?;
    if receiving.len() >= MAX_RECEIVING_CHAINS {
        Err(RecordError::OverLimit)
    } else if has_chain(&receiving, chain.dhr) {
        Err(RecordError::Inconsistent)
    } else {
        Ok(receiving.push_owned(chain))
    }
}

/// Read the receiving chains of a session.
fn decode_receiving(items: &Seq<Seq<u8>>) -> Result<Seq<ReceivingChain>, RecordError> {
    let mut result: Result<Seq<ReceivingChain>, RecordError> = Ok(Seq::<ReceivingChain>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(receiving) => append_chain(receiving, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Read the pending data.
fn decode_pending(bytes: &Seq<u8>) -> Result<Pending, RecordError> {
    let fields = stored_fields(bytes)?;
    let one_time_prekey_id = stored_optional_uint32(&fields, PENDING_ONE_TIME_PREKEY_ID)?;
    let base_key = stored_public_key(bytes, &fields, PENDING_BASE_KEY)?;
    let signed_prekey_id = stored_uint32(&fields, PENDING_SIGNED_PREKEY_ID)?;
    let created_s = stored_uint64(&fields, PENDING_CREATED)?;
    Ok(Pending {
        one_time_prekey_id,
        signed_prekey_id,
        base_key: BaseKey { key: base_key },
        created_s,
    })
}

/// Read the pending data, if there is any.
fn decode_optional_pending(bytes: Option<Seq<u8>>) -> Result<Option<Pending>, RecordError> {
    match bytes {
        Some(found) => {
            let pending = decode_pending(&found)?;
            Ok(Some(pending))
        }
        None => Ok(None),
    }
}

/// Read the ratchet of a session.
fn decode_ratchet(bytes: &Seq<u8>, fields: &Seq<Field>) -> Result<State, RecordError> {
    let rk = stored_secret(bytes, fields, SESSION_ROOT_KEY)?;
    let pn = stored_uint32(fields, SESSION_PREVIOUS_COUNTER)?;
    let sending_chain = stored_required(bytes, fields, SESSION_SENDING_CHAIN)?;
    let sending = decode_sending_chain(&sending_chain)?;
    let items = stored_all(bytes, fields, SESSION_RECEIVING_CHAIN)?;
    let receiving = decode_receiving(&items)?;
    Ok(State {
        rk: RootKey::from_seq(&rk),
        pn,
        sending,
        receiving,
    })
}

/// Read the fields of a session of version 3.
fn decode_version_3(bytes: &Seq<u8>, fields: &Seq<Field>) -> Result<Session, RecordError> {
    let local_identity = stored_public_key(bytes, fields, SESSION_LOCAL_IDENTITY)?;
    let remote_identity = stored_public_key(bytes, fields, SESSION_REMOTE_IDENTITY)?;
    let ratchet = decode_ratchet(bytes, fields)?;
    let pending_field = stored_optional(bytes, fields, SESSION_PENDING)?;
    let pending = decode_optional_pending(pending_field)?;
    let remote_registration_id = stored_uint32(fields, SESSION_REMOTE_REGISTRATION)?;
    let local_registration_id = stored_uint32(fields, SESSION_LOCAL_REGISTRATION)?;
    let base_key = stored_public_key(bytes, fields, SESSION_BASE_KEY)?;
    Ok(Session {
        version: VERSION_3,
        local_identity: IdentityKey {
            key: local_identity,
        },
        remote_identity: IdentityKey {
            key: remote_identity,
        },
        ratchet,
        pending,
        remote_registration_id,
        local_registration_id,
        base_key: BaseKey { key: base_key },
    })
}

/// Read a session.
///
/// In: any bytes, secret. Out: the session.
/// Errors: `InvalidProtobuf`, `UnsupportedVersion`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`, `OverLimit`,
/// `Inconsistent`, `OldMessageKeys`; the first that is met.
pub fn decode_session(stored: &ByteSeq) -> Result<Session, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let version = stored_uint32(&fields, SESSION_VERSION)?;
    if version == VERSION_3 as u32 {
        decode_version_3(&bytes, &fields)
    } else {
        Err(RecordError::UnsupportedVersion)
    }
}

/// A record without sessions.
///
/// Out: the empty record.
pub fn empty_record() -> Record {
    Record {
        current: None,
        previous: Seq::<ByteSeq>::new(0),
    }
}

/// The session without its pending data: what becomes of it when it is archived or answered.
///
/// In: a session. Out: the same, its pending data gone.
pub fn without_pending(session: Session) -> Session {
    Session {
        version: session.version,
        local_identity: session.local_identity,
        remote_identity: session.remote_identity,
        ratchet: session.ratchet,
        pending: None,
        remote_registration_id: session.remote_registration_id,
        local_registration_id: session.local_registration_id,
        base_key: session.base_key,
    }
}

/// Put a session in front of the archived ones; the last goes if there are too many.
fn push_previous(previous: Seq<ByteSeq>, session: Session) -> Seq<ByteSeq> {
    let mut first = Seq::<ByteSeq>::new(1);
    first[0] = encode_session(&without_pending(session));
    let kept = if previous.len() >= MAX_ARCHIVED {
        previous.slice(0, MAX_ARCHIVED - 1)
    } else {
        previous
    };
    first.concat(&kept)
}

/// Archive the current session: its pending data goes, and it comes first among the archived ones.
///
/// Deployed: at most 40 are kept; the oldest is dropped.
/// In: a record. Out: the record without a current session.
pub fn archive_current(record: Record) -> Record {
    match record.current {
        Some(session) => Record {
            current: None,
            previous: push_previous(record.previous, session),
        },
        None => Record {
            current: None,
            previous: record.previous,
        },
    }
}

/// Make a session current; the one before is archived.
///
/// In: a record; a session. Out: the record.
pub fn set_current(record: Record, session: Session) -> Record {
    let archived = archive_current(record);
    Record {
        current: Some(session),
        previous: archived.previous,
    }
}

/// Make an archived session current: it leaves the archive, then the current one is archived.
///
/// In: a record; where the session stands in the archive, within it; what it becomes. Out: the record.
pub fn promote(record: Record, i: usize, session: Session) -> Record {
    let before = record.previous.slice(0, i);
    let after = record.previous.slice(i + 1, record.previous.len() - i - 1);
    let rest = Record {
        current: record.current,
        previous: before.concat(&after),
    };
    set_current(rest, session)
}

/// The bare stored form of a record, as the deployed library has it.
///
/// In: a record. Out: its bytes, secret.
pub fn encode_record(record: &Record) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = match record.current.clone() {
        Some(session) => put_secret(out, RECORD_CURRENT, encode_session(&session)),
        None => out,
    };
    for i in 0..record.previous.len() {
        out = put_secret(out, RECORD_PREVIOUS, record.previous[i].clone());
    }
    ByteSeq::from_public_seq(&out)
}

/// Read the current session of a record.
fn import_current(bytes: Option<Seq<u8>>) -> Result<Option<Session>, RecordError> {
    match bytes {
        Some(found) => {
            let session = decode_session(&ByteSeq::from_public_seq(&found))?;
            Ok(Some(session))
        }
        None => Ok(None),
    }
}

/// An archived session as it would be stored again; one that cannot be decoded stays as it is.
fn import_archived(bytes: &Seq<u8>) -> ByteSeq {
    let stored = ByteSeq::from_public_seq(bytes);
    match decode_session(&stored) {
        Ok(session) => encode_session(&session),
        Err(_) => stored,
    }
}

/// Read a bare record, as the deployed library stores it.
///
/// Unknown fields are dropped. An archived session that cannot be decoded is kept and never tried.
/// In: any bytes, secret. Out: the record.
/// Errors: those of [`decode_session`] for the current session, `InvalidProtobuf`, `OverLimit`.
pub fn import_record(stored: &ByteSeq) -> Result<Record, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let current_field = stored_optional(&bytes, &fields, RECORD_CURRENT)?;
    let items = stored_all(&bytes, &fields, RECORD_PREVIOUS)?;
    let current = import_current(current_field)?;
    if items.len() > MAX_ARCHIVED {
        Err(RecordError::OverLimit)
    } else {
        let mut previous = Seq::<ByteSeq>::new(0);
        for i in 0..items.len() {
            previous = previous.push_owned(import_archived(&items[i]));
        }
        Ok(Record { current, previous })
    }
}

/// The stored form of this project: a version byte, then the bare record.
///
/// In: a record. Out: its bytes, secret.
pub fn save_record(record: &Record) -> ByteSeq {
    let mut out = ByteSeq::new(1);
    out[0] = U8(SAVED_FORMAT);
    out.concat(&encode_record(record))
}

/// Read what [`save_record`] wrote, and nothing else.
///
/// In: any bytes, secret. Out: the record.
/// Errors: `UnsupportedFormat`, those of [`import_record`], `NotCanonical`.
pub fn load_record(stored: &ByteSeq) -> Result<Record, RecordError> {
    if stored.len() == 0 {
        Err(RecordError::UnsupportedFormat)
    } else {
        let bare = stored.slice(1, stored.len() - 1);
        // The version byte is not secret.
        let format = stored.slice(0, 1).declassify();
        if format[0] == SAVED_FORMAT {
            let record = import_record(&bare)?;
            // Public inside this module, as its doc says.
            if encode_record(&record).declassify() == bare.declassify() {
                Ok(record)
            } else {
                Err(RecordError::NotCanonical)
            }
        } else {
            Err(RecordError::UnsupportedFormat)
        }
    }
}

/// The stored form of an identity pair.
///
/// In: the pair. Out: {1 public, 2 private}, secret.
pub fn encode_identity_key_pair(pair: &IdentityKeyPair) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, IDENTITY_PAIR_PUBLIC, pair.public.key);
    out = put_secret(out, IDENTITY_PAIR_PRIVATE, ByteSeq::from_seq(&pair.private));
    ByteSeq::from_public_seq(&out)
}

/// Read the stored form of an identity pair.
///
/// In: any bytes, secret. Out: the pair.
/// Errors: `InvalidProtobuf`, `MissingField`, `Key`, `BadLength`, `KeyMismatch`.
pub fn decode_identity_key_pair(stored: &ByteSeq) -> Result<IdentityKeyPair, RecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let public = stored_public_key(&bytes, &fields, IDENTITY_PAIR_PUBLIC)?;
    let private = stored_secret(&bytes, &fields, IDENTITY_PAIR_PRIVATE)?;
    let pair = identity_key_pair(PrivateKey::from_seq(&private));
    if same_public_key(pair.public.key, public) {
        Ok(pair)
    } else {
        Err(RecordError::KeyMismatch)
    }
}
