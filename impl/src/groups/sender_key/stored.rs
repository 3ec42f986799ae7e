//! A record of a sender key in its stored form.
//!
//! Which part: deployed only; protobuf (PB, proto3: zero and empty values are left out). Who calls it: applications, to save
//! and load. Secret: the record and its bytes; their structure is not. Every buffer is made large enough at once, and wiped
//! when dropped: growing would leave a copy behind.
use crate::groups::sender_key::types::{
    state_position, SenderKeyRecord, SenderKeyState, SenderSkipped, SenderSkippedKey, SigningKey,
    MAX_SENDER_GATHERED, MAX_SENDER_STATES,
};
use crate::groups::SenderKeyRecordError;
use crate::keys::{
    parse_public_key, same_public_key, sender_signing_key_pair, serialize_public_key, PrivateKey,
    SenderChainKey, SenderMessageSeed, SenderSigningKey, KEY_LENGTH,
};
use crate::wire::protobuf::{self, put_bytes, put_varint_field, Field, StoredError};
use crate::wire::SENDER_KEY_VERSION;
use core::ops::Deref;
use std::collections::VecDeque;
use zeroize::Zeroizing;

const RECORD_STATE: u32 = 1;
const STATE_CHAIN_ID: u32 = 1;
const STATE_CHAIN: u32 = 2;
const STATE_SIGNING: u32 = 3;
const STATE_SKIPPED: u32 = 4;
const STATE_VERSION: u32 = 5;
const CHAIN_ITERATION: u32 = 1;
const CHAIN_KEY: u32 = 2;
const SIGNING_PUBLIC: u32 = 1;
const SIGNING_PRIVATE: u32 = 2;
const SKIPPED_ITERATION: u32 = 1;
const SKIPPED_SEED: u32 = 2;
/// Above the stored length of a number and a secret, tags and lengths included.
const NUMBERED_ROOM: usize = 48;
/// The same of a signing key.
const SIGNING_ROOM: usize = 80;
/// The same of a state without skipped keys.
const STATE_ROOM: usize = 192;

/// Mirror of `spec::groups::sender_key::stored::encode_sender_key_record`.
///
/// In: a record. Out: its bytes, secret; none for a record without states.
#[must_use]
pub fn encode_sender_key_record(record: &SenderKeyRecord) -> Zeroizing<Vec<u8>> {
    let rooms = record.states.iter().map(|state| state_room(state));
    let mut out = buffer(rooms.fold(0, usize::saturating_add));
    for state in &record.states {
        put_nested(&mut out, RECORD_STATE, state_room(state), |out| {
            put_state(out, state);
        });
    }
    out
}

/// Mirror of `spec::groups::sender_key::stored::decode_sender_key_record`.
///
/// In: any bytes, secret. Out: the record.
/// Errors: `InvalidProtobuf`, `UnsupportedVersion`, `MissingField`, `BadLength`, `Key`, `KeyMismatch`, `OverLimit`,
/// `Inconsistent`; the first that is met.
pub fn decode_sender_key_record(stored: &[u8]) -> Result<SenderKeyRecord, SenderKeyRecordError> {
    let fields = Stored::parse(stored)?;
    let mut states = VecDeque::new();
    for item in fields.all(RECORD_STATE)? {
        let state = decode_state(item)?;
        if states.len() >= MAX_SENDER_STATES {
            return Err(SenderKeyRecordError::OverLimit);
        }
        if state_position(&states, state.chain_id).is_some() {
            return Err(SenderKeyRecordError::Inconsistent);
        }
        states.push_back(state);
    }
    Ok(SenderKeyRecord { states })
}

/// A buffer for secrets.
fn buffer(room: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(room))
}

fn state_room(state: &SenderKeyState) -> usize {
    let skipped = state.skipped.len().saturating_mul(NUMBERED_ROOM);
    skipped.saturating_add(STATE_ROOM)
}

/// A message inside a message.
fn put_nested(out: &mut Vec<u8>, number: u32, room: usize, write: impl FnOnce(&mut Vec<u8>)) {
    let mut inner = buffer(room);
    write(&mut inner);
    debug_assert!(inner.len() <= room);
    put_bytes(out, number, &inner);
}

/// An integer, unless it is 0.
fn put_nonzero(out: &mut Vec<u8>, number: u32, value: u32) {
    if value != 0 {
        put_varint_field(out, number, u64::from(value));
    }
}

/// The fields of a state, in ascending order.
fn put_state(out: &mut Vec<u8>, state: &SenderKeyState) {
    put_nonzero(out, STATE_CHAIN_ID, state.chain_id);
    put_nested(out, STATE_CHAIN, NUMBERED_ROOM, |out| {
        put_nonzero(out, CHAIN_ITERATION, state.iteration);
        put_bytes(out, CHAIN_KEY, state.chain_key.as_bytes());
    });
    put_nested(out, STATE_SIGNING, SIGNING_ROOM, |out| {
        put_signing(out, &state.signing);
    });
    for key in state.skipped.values() {
        put_nested(out, STATE_SKIPPED, NUMBERED_ROOM, |out| {
            put_nonzero(out, SKIPPED_ITERATION, key.iteration);
            put_bytes(out, SKIPPED_SEED, key.seed.as_bytes());
        });
    }
    put_nonzero(out, STATE_VERSION, u32::from(state.version));
}

fn put_signing(out: &mut Vec<u8>, signing: &SigningKey) {
    let public = serialize_public_key(signing.public.key);
    put_bytes(out, SIGNING_PUBLIC, &public);
    if let Some(private) = &signing.private {
        put_bytes(out, SIGNING_PRIVATE, private.as_bytes());
    }
}

impl StoredError for SenderKeyRecordError {
    const MALFORMED: Self = Self::InvalidProtobuf;
}

/// A part of a stored record, and its fields.
type Stored<'a, F> = protobuf::Stored<'a, F, SenderKeyRecordError>;

impl<'a, F: Deref<Target = [Field]>> Stored<'a, F> {
    /// Bytes that must not be empty.
    fn filled(&self, number: u32) -> Result<&'a [u8], SenderKeyRecordError> {
        let value = self.bytes(number)?;
        if value.is_empty() {
            return Err(SenderKeyRecordError::MissingField);
        }
        Ok(value)
    }

    /// A secret of 32 bytes.
    fn secret(&self, number: u32) -> Result<&'a [u8; KEY_LENGTH], SenderKeyRecordError> {
        let value = self.filled(number)?;
        value
            .try_into()
            .map_err(|_| SenderKeyRecordError::BadLength)
    }
}

fn decode_state(bytes: &[u8]) -> Result<Box<SenderKeyState>, SenderKeyRecordError> {
    let fields = Stored::parse(bytes)?;
    let version = decode_version(fields.uint32(STATE_VERSION)?)?;
    let chain_id = fields.uint32(STATE_CHAIN_ID)?;
    let chain = Stored::parse(fields.filled(STATE_CHAIN)?)?;
    let iteration = chain.uint32(CHAIN_ITERATION)?;
    let chain_key = SenderChainKey::from_bytes(*chain.secret(CHAIN_KEY)?);
    let signing = decode_signing(fields.filled(STATE_SIGNING)?)?;
    let skipped = decode_skipped(iteration, &fields.all(STATE_SKIPPED)?)?;
    Ok(Box::new(SenderKeyState {
        version,
        chain_id,
        iteration,
        chain_key,
        signing,
        skipped,
    }))
}

/// The version of a stored state; 0 reads as 3. Errors: `UnsupportedVersion`.
fn decode_version(version: u32) -> Result<u8, SenderKeyRecordError> {
    if version == 0 || version == u32::from(SENDER_KEY_VERSION) {
        Ok(SENDER_KEY_VERSION)
    } else {
        Err(SenderKeyRecordError::UnsupportedVersion)
    }
}

fn decode_signing(bytes: &[u8]) -> Result<SigningKey, SenderKeyRecordError> {
    let fields = Stored::parse(bytes)?;
    let key = parse_public_key(fields.filled(SIGNING_PUBLIC)?);
    let public = SenderSigningKey {
        key: key.map_err(SenderKeyRecordError::Key)?,
    };
    if fields.bytes(SIGNING_PRIVATE)?.is_empty() {
        return Ok(SigningKey {
            public,
            private: None,
        });
    }
    let private = PrivateKey::from_bytes(*fields.secret(SIGNING_PRIVATE)?);
    let pair = sender_signing_key_pair(private);
    if !same_public_key(pair.public.key, public.key) {
        return Err(SenderKeyRecordError::KeyMismatch);
    }
    Ok(SigningKey {
        public,
        private: Some(pair.private),
    })
}

/// The skipped keys of a state; iterations ascend strictly, and all are below that of the chain.
fn decode_skipped(
    chain_iteration: u32,
    items: &[&[u8]],
) -> Result<SenderSkipped, SenderKeyRecordError> {
    let mut skipped = SenderSkipped::new();
    for item in items {
        let fields = Stored::parse(item)?;
        let iteration = fields.uint32(SKIPPED_ITERATION)?;
        let seed = SenderMessageSeed::from_bytes(*fields.secret(SKIPPED_SEED)?);
        if skipped.len() >= MAX_SENDER_GATHERED {
            return Err(SenderKeyRecordError::OverLimit);
        }
        let last = skipped.last_key_value().map(|(last, _)| *last);
        let ascends = last.is_none_or(|last| last < iteration);
        if !ascends || iteration >= chain_iteration {
            return Err(SenderKeyRecordError::Inconsistent);
        }
        skipped.insert(iteration, Box::new(SenderSkippedKey { iteration, seed }));
    }
    Ok(skipped)
}
