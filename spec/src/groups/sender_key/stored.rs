//! A record of a sender key in its stored form.
//!
//! Which part: deployed only; protobuf (PB, proto3: zero and empty values are left out). Who calls it: applications, to save
//! and load. Secret: the record and its bytes; inside this module the bytes are public, declassified and classified at its
//! border.
//!
//! | message | field | content |
//! |---|---|---|
//! | record | 1 | states, newest first |
//! | state | 1 | chain id |
//! | state | 2 | chain: 1 iteration, 2 chain key |
//! | state | 3 | signing key: 1 public, serialised, 2 private, at the sender |
//! | state | 4 | skipped keys, oldest first: 1 iteration, 2 seed |
//! | state | 5 | version; 0 reads as 3 |
use crate::groups::sender_key::types::*;
use crate::groups::*;
use crate::keys::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

const RECORD_STATE: u32 = 1u32;
const STATE_CHAIN_ID: u32 = 1u32;
const STATE_CHAIN: u32 = 2u32;
const STATE_SIGNING: u32 = 3u32;
const STATE_SKIPPED: u32 = 4u32;
const STATE_VERSION: u32 = 5u32;
const CHAIN_ITERATION: u32 = 1u32;
const CHAIN_KEY: u32 = 2u32;
const SIGNING_PUBLIC: u32 = 1u32;
const SIGNING_PRIVATE: u32 = 2u32;
const SKIPPED_ITERATION: u32 = 1u32;
const SKIPPED_SEED: u32 = 2u32;

/// A number and a secret, as the chain and the skipped keys are stored; their fields have the same numbers.
fn encode_numbered(iteration: u32, secret: ByteSeq) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), CHAIN_ITERATION, iteration as u64);
    // Public inside this module, as its doc says.
    put_bytes(out, CHAIN_KEY, &secret.declassify())
}

/// The stored form of a signing key.
fn encode_signing(signing: SigningKey) -> Seq<u8> {
    let public = serialize_public_key(signing.public.key);
    let out = put_bytes(Seq::<u8>::new(0), SIGNING_PUBLIC, &public);
    match signing.private {
        Some(private) => {
            // Public inside this module, as its doc says.
            let bytes = ByteSeq::from_seq(&private).declassify();
            put_bytes(out, SIGNING_PRIVATE, &bytes)
        }
        None => out,
    }
}

/// The stored form of a state: its fields in ascending order.
fn encode_state(state: &SenderKeyState) -> Seq<u8> {
    let chain = encode_numbered(state.iteration, ByteSeq::from_seq(&state.chain_key));
    let mut out = put_nonzero(Seq::<u8>::new(0), STATE_CHAIN_ID, state.chain_id as u64);
    out = put_bytes(out, STATE_CHAIN, &chain);
    out = put_bytes(out, STATE_SIGNING, &encode_signing(state.signing));
    for i in 0..state.skipped.len() {
        let key = state.skipped[i];
        let item = encode_numbered(key.iteration, ByteSeq::from_seq(&key.seed));
        out = put_bytes(out, STATE_SKIPPED, &item);
    }
    put_nonzero(out, STATE_VERSION, state.version as u64)
}

/// The stored form of a record.
///
/// In: a record. Out: its bytes, secret; none for a record without states.
pub fn encode_sender_key_record(record: &SenderKeyRecord) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    for i in 0..record.states.len() {
        out = put_bytes(out, RECORD_STATE, &encode_state(&record.states[i]));
    }
    ByteSeq::from_public_seq(&out)
}

/// The fields of a stored message.
fn stored_fields(bytes: &Seq<u8>) -> Result<Seq<Field>, SenderKeyRecordError> {
    match parse_fields(bytes) {
        Ok(fields) => Ok(fields),
        Err(_) => Err(SenderKeyRecordError::InvalidProtobuf),
    }
}

/// An integer of 32 bits; absent reads as 0.
fn stored_uint32(fields: &Seq<Field>, number: u32) -> Result<u32, SenderKeyRecordError> {
    match uint32_or_zero(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SenderKeyRecordError::InvalidProtobuf),
    }
}

/// Every value of a repeated field.
fn stored_all(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<Seq<u8>>, SenderKeyRecordError> {
    match all_bytes(bytes, fields, number) {
        Ok(values) => Ok(values),
        Err(_) => Err(SenderKeyRecordError::InvalidProtobuf),
    }
}

/// Bytes; absent reads as empty.
fn stored_bytes(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, SenderKeyRecordError> {
    match bytes_or_empty(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SenderKeyRecordError::InvalidProtobuf),
    }
}

/// Bytes that must not be empty.
fn stored_filled(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, SenderKeyRecordError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == 0 {
        Err(SenderKeyRecordError::MissingField)
    } else {
        Ok(value)
    }
}

/// A secret of 32 bytes.
fn stored_secret(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<ByteSeq, SenderKeyRecordError> {
    let value = stored_filled(bytes, fields, number)?;
    if value.len() == KEY_LENGTH {
        Ok(ByteSeq::from_public_seq(&value))
    } else {
        Err(SenderKeyRecordError::BadLength)
    }
}

/// Read a number and a secret, as the chain and the skipped keys are stored.
fn decode_numbered(bytes: &Seq<u8>) -> Result<(u32, ByteSeq), SenderKeyRecordError> {
    let fields = stored_fields(bytes)?;
    let iteration = stored_uint32(&fields, SKIPPED_ITERATION)?;
    let secret = stored_secret(bytes, &fields, SKIPPED_SEED)?;
    Ok((iteration, secret))
}

/// A result of the key layer as one of this layer. Errors: `Key`.
fn lift_stored_key(result: Result<PublicKey, KeyError>) -> Result<PublicKey, SenderKeyRecordError> {
    match result {
        Ok(key) => Ok(key),
        Err(error) => Err(SenderKeyRecordError::Key(error)),
    }
}

/// The signing key of a sender, whose halves must belong together. Errors: `KeyMismatch`.
fn signing_of_sender(
    public: SenderSigningKey,
    private: PrivateKey,
) -> Result<SigningKey, SenderKeyRecordError> {
    let pair = sender_signing_key_pair(private);
    if same_public_key(pair.public.key, public.key) {
        Ok(SigningKey {
            public,
            private: Some(pair.private),
        })
    } else {
        Err(SenderKeyRecordError::KeyMismatch)
    }
}

/// Read a signing key.
fn decode_signing(bytes: &Seq<u8>) -> Result<SigningKey, SenderKeyRecordError> {
    let fields = stored_fields(bytes)?;
    let public_bytes = stored_filled(bytes, &fields, SIGNING_PUBLIC)?;
    let key = lift_stored_key(parse_public_key(&public_bytes))?;
    let public = SenderSigningKey { key };
    let private_bytes = stored_bytes(bytes, &fields, SIGNING_PRIVATE)?;
    if private_bytes.len() == 0 {
        Ok(SigningKey {
            public,
            private: None,
        })
    } else {
        let secret = stored_secret(bytes, &fields, SIGNING_PRIVATE)?;
        signing_of_sender(public, PrivateKey::from_seq(&secret))
    }
}

/// One skipped key more; iterations ascend strictly, and all are below that of the chain.
fn append_skipped(
    skipped: Seq<SenderSkippedKey>,
    chain_iteration: u32,
    bytes: &Seq<u8>,
) -> Result<Seq<SenderSkippedKey>, SenderKeyRecordError> {
    let (iteration, secret) = decode_numbered(bytes)?;
    let count = skipped.len();
    let ascends = count == 0 || skipped[count - 1].iteration < iteration;
    if count >= MAX_SENDER_GATHERED {
        Err(SenderKeyRecordError::OverLimit)
    } else if ascends && iteration < chain_iteration {
        let seed = SenderMessageSeed::from_seq(&secret);
        Ok(skipped.push_owned(SenderSkippedKey { iteration, seed }))
    } else {
        Err(SenderKeyRecordError::Inconsistent)
    }
}

/// Read the skipped keys of a state.
fn decode_skipped(
    chain_iteration: u32,
    items: &Seq<Seq<u8>>,
) -> Result<Seq<SenderSkippedKey>, SenderKeyRecordError> {
    let mut result: Result<Seq<SenderSkippedKey>, SenderKeyRecordError> =
        Ok(Seq::<SenderSkippedKey>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(skipped) => append_skipped(skipped, chain_iteration, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// The version of a stored state; 0 reads as 3. Errors: `UnsupportedVersion`.
fn decode_version(version: u32) -> Result<u8, SenderKeyRecordError> {
    if version == 0u32 || version == SENDER_KEY_VERSION as u32 {
        Ok(SENDER_KEY_VERSION)
    } else {
        Err(SenderKeyRecordError::UnsupportedVersion)
    }
}

/// Read a state: its version first, then its fields in ascending order.
fn decode_state(bytes: &Seq<u8>) -> Result<SenderKeyState, SenderKeyRecordError> {
    let fields = stored_fields(bytes)?;
    let stored_version = stored_uint32(&fields, STATE_VERSION)?;
    let version = decode_version(stored_version)?;
    let chain_id = stored_uint32(&fields, STATE_CHAIN_ID)?;
    let chain = stored_filled(bytes, &fields, STATE_CHAIN)?;
    let (iteration, chain_key) = decode_numbered(&chain)?;
    let signing_bytes = stored_filled(bytes, &fields, STATE_SIGNING)?;
    let signing = decode_signing(&signing_bytes)?;
    let items = stored_all(bytes, &fields, STATE_SKIPPED)?;
    let skipped = decode_skipped(iteration, &items)?;
    Ok(SenderKeyState {
        version,
        chain_id,
        iteration,
        chain_key: SenderChainKey::from_seq(&chain_key),
        signing,
        skipped,
    })
}

/// One state more.
fn append_state(
    states: Seq<SenderKeyState>,
    bytes: &Seq<u8>,
) -> Result<Seq<SenderKeyState>, SenderKeyRecordError> {
    let state = decode_state(bytes)?;
    if states.len() >= MAX_SENDER_STATES {
        Err(SenderKeyRecordError::OverLimit)
    } else {
        match state_position(&states, state.chain_id) {
            Some(_) => Err(SenderKeyRecordError::Inconsistent),
            None => Ok(states.push_owned(state)),
        }
    }
}

/// Read a record, as the deployed library stores it.
///
/// Unknown fields are dropped.
/// In: any bytes, secret. Out: the record.
/// Errors: `InvalidProtobuf`, `UnsupportedVersion`, `MissingField`, `BadLength`, `Key`, `KeyMismatch`, `OverLimit`,
/// `Inconsistent`; the first that is met.
pub fn decode_sender_key_record(stored: &ByteSeq) -> Result<SenderKeyRecord, SenderKeyRecordError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let items = stored_all(&bytes, &fields, RECORD_STATE)?;
    let mut result: Result<Seq<SenderKeyState>, SenderKeyRecordError> =
        Ok(Seq::<SenderKeyState>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(states) => append_state(states, &items[i]),
            Err(error) => Err(error),
        };
    }
    let states = result?;
    Ok(SenderKeyRecord { states })
}
