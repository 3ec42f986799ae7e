//! SenderKeyMessage and SenderKeyDistributionMessage: a message to a group, and what the group needs to read it.
//!
//! What: `version byte ‖ protobuf ‖ signature (64)`, and `version byte ‖ protobuf`. Which part: deployed only, no public
//! text. Who calls it: `groups`. Secret: the distribution message and its chain key, and nothing else.
//!
//! | field | type | message | distribution |
//! |---|---|---|---|
//! | 1 | bytes | distribution id, 16 bytes | distribution id, 16 bytes |
//! | 2 | uint32 | chain id | chain id |
//! | 3 | uint32 | iteration | iteration |
//! | 4 | bytes | body | chain key, 32 bytes |
//! | 5 | bytes | | signing key, serialised |
//!
//! In the dialect of WhatsApp there is no distribution id, and each field after it has the number before its own.
use crate::keys::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

/// Least length of both messages.
pub const MIN_SENDER_KEY_MESSAGE_LENGTH: usize = 65;
/// Length of a distribution id.
pub const DISTRIBUTION_ID_LENGTH: usize = 16;

/// The distribution id, in the dialect of Signal.
const FIELD_DISTRIBUTION_ID: u32 = 1u32;
// The fields after the distribution id, counted from the field of the chain id.
const AFTER_ITERATION: u32 = 1u32;
const AFTER_BODY: u32 = 2u32;
const AFTER_CHAIN_KEY: u32 = 2u32;
const AFTER_SIGNING_KEY: u32 = 3u32;

/// A parsed message to a group.
#[derive(Clone, Debug)]
pub struct SenderKeyMessage {
    /// Always 3.
    pub version: u8,
    /// Names the record of the sender; absent in the dialect of WhatsApp.
    pub distribution_id: Option<Uuid>,
    /// Names the state in the record.
    pub chain_id: u32,
    /// Number of the message in its chain.
    pub iteration: u32,
    /// The ciphertext, of any length.
    pub body: Seq<u8>,
    /// The bytes under the signature, as received.
    pub unsigned: Seq<u8>,
    /// The signature.
    pub signature: Signature,
}

/// A parsed distribution message.
#[derive(Clone)]
pub struct SenderKeyDistributionMessage {
    /// Always 3.
    pub version: u8,
    /// Names the record of the sender; absent in the dialect of WhatsApp.
    pub distribution_id: Option<Uuid>,
    /// Names the state in the record.
    pub chain_id: u32,
    /// Number of the first message that can be read.
    pub iteration: u32,
    /// The chain key at that number, secret.
    pub chain_key: SenderChainKey,
    /// What verifies the messages.
    pub signing_key: SenderSigningKey,
}

/// The number of the field of the chain id.
fn chain_id_field(profile: Profile) -> u32 {
    match profile {
        Profile::SignalV3 => 2u32,
        Profile::SignalV4 => 2u32,
        Profile::WhatsAppV3 => 1u32,
    }
}

/// The start of both messages: first byte, distribution id, chain id, iteration.
fn encode_start(profile: Profile, distribution_id: Uuid, chain_id: u32, iteration: u32) -> Seq<u8> {
    let first = chain_id_field(profile);
    let mut out = Seq::<u8>::new(1);
    out[0] = (SENDER_KEY_VERSION << 4) | SENDER_KEY_VERSION;
    if first != FIELD_DISTRIBUTION_ID {
        let id = Seq::<u8>::from_seq(&distribution_id);
        out = put_bytes(out, FIELD_DISTRIBUTION_ID, &id);
    }
    out = put_uint32(out, first, chain_id);
    put_uint32(out, first + AFTER_ITERATION, iteration)
}

/// Write the part of a message under its signature.
///
/// Deployed: fields in ascending order, minimal varints, zeros written.
/// In: the profile; the distribution id, which the dialect of WhatsApp leaves out; the chain id; the iteration; the
/// ciphertext. Out: version byte ‖ protobuf.
pub fn encode_sender_key_message(
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
    body: &Seq<u8>,
) -> Seq<u8> {
    let out = encode_start(profile, distribution_id, chain_id, iteration);
    put_bytes(out, chain_id_field(profile) + AFTER_BODY, body)
}

/// Append the signature.
///
/// In: what it covers; the signature. Out: the message.
pub fn serialize_sender_key_message(unsigned: &Seq<u8>, signature: Signature) -> Seq<u8> {
    unsigned.concat(&signature)
}

/// Write a distribution message.
///
/// Deployed: as a message to a group, without a signature: the session that carries it authenticates it.
/// In: the profile; the distribution id, which the dialect of WhatsApp leaves out; the chain id; the iteration; the chain
/// key, secret; the signing key. Out: version byte ‖ protobuf, secret.
pub fn encode_distribution_message(
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
    chain_key: SenderChainKey,
    signing_key: SenderSigningKey,
) -> ByteSeq {
    let first = chain_id_field(profile);
    let mut out = encode_start(profile, distribution_id, chain_id, iteration);
    // The chain key is public inside this function only: the message is made secret at its end.
    let key = ByteSeq::from_seq(&chain_key).declassify();
    out = put_bytes(out, first + AFTER_CHAIN_KEY, &key);
    out = put_bytes(
        out,
        first + AFTER_SIGNING_KEY,
        &serialize_public_key(signing_key.key),
    );
    ByteSeq::from_public_seq(&out)
}

/// Read the distribution id of a message of Signal.
fn required_distribution_id(protobuf: &Seq<u8>, fields: &Seq<Field>) -> Result<Uuid, WireError> {
    let field = last_bytes(protobuf, fields, FIELD_DISTRIBUTION_ID)?;
    let id = required_bytes(field)?;
    if id.len() == DISTRIBUTION_ID_LENGTH {
        Ok(Uuid::from_seq(&id))
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// Read the distribution id, if the dialect has one.
fn parse_distribution_id(
    profile: Profile,
    protobuf: &Seq<u8>,
    fields: &Seq<Field>,
) -> Result<Option<Uuid>, WireError> {
    if chain_id_field(profile) == FIELD_DISTRIBUTION_ID {
        Ok(None)
    } else {
        let id = required_distribution_id(protobuf, fields)?;
        Ok(Some(id))
    }
}

/// Read an integer that must be there.
fn parse_number(fields: &Seq<Field>, number: u32) -> Result<u32, WireError> {
    let field = last_uint32(fields, number)?;
    required_uint32(field)
}

/// Read bytes that must be there.
fn parse_bytes(protobuf: &Seq<u8>, fields: &Seq<Field>, number: u32) -> Result<Seq<u8>, WireError> {
    let field = last_bytes(protobuf, fields, number)?;
    required_bytes(field)
}

/// Read bytes of one length.
fn parse_exactly(
    protobuf: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
    length: usize,
) -> Result<Seq<u8>, WireError> {
    let value = parse_bytes(protobuf, fields, number)?;
    if value.len() == length {
        Ok(value)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// Read a message to a group.
///
/// Deployed: the checks are made in the order of the errors below.
/// In: the profile; any bytes. Out: the message; its signature is not checked here.
/// Errors: `TooShort` under 65 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`.
pub fn parse_sender_key_message(
    profile: Profile,
    bytes: &Seq<u8>,
) -> Result<SenderKeyMessage, WireError> {
    if bytes.len() < MIN_SENDER_KEY_MESSAGE_LENGTH {
        Err(WireError::TooShort)
    } else {
        let version = parse_sender_key_version(bytes[0])?;
        let covered = bytes.len() - SIGNATURE_LENGTH;
        let protobuf = bytes.slice(1, covered - 1);
        let fields = parse_fields(&protobuf)?;
        let first = chain_id_field(profile);
        let distribution_id = parse_distribution_id(profile, &protobuf, &fields)?;
        let chain_id = parse_number(&fields, first)?;
        let iteration = parse_number(&fields, first + AFTER_ITERATION)?;
        let body = parse_bytes(&protobuf, &fields, first + AFTER_BODY)?;
        Ok(SenderKeyMessage {
            version,
            distribution_id,
            chain_id,
            iteration,
            body,
            unsigned: bytes.slice(0, covered),
            signature: Signature::from_slice(bytes, covered, SIGNATURE_LENGTH),
        })
    }
}

/// Read the protobuf of a distribution message: all fields and their lengths before the key is looked at.
fn parse_distribution_body(
    profile: Profile,
    version: u8,
    protobuf: &Seq<u8>,
) -> Result<SenderKeyDistributionMessage, WireError> {
    let fields = parse_fields(protobuf)?;
    let first = chain_id_field(profile);
    let distribution_id = parse_distribution_id(profile, protobuf, &fields)?;
    let chain_id = parse_number(&fields, first)?;
    let iteration = parse_number(&fields, first + AFTER_ITERATION)?;
    let chain_key = parse_exactly(protobuf, &fields, first + AFTER_CHAIN_KEY, KEY_LENGTH)?;
    let signing_key = parse_exactly(
        protobuf,
        &fields,
        first + AFTER_SIGNING_KEY,
        SERIALIZED_KEY_LENGTH,
    )?;
    let key = lift_key(parse_public_key(&signing_key))?;
    Ok(SenderKeyDistributionMessage {
        version,
        distribution_id,
        chain_id,
        iteration,
        chain_key: SenderChainKey::from_seq(&ByteSeq::from_public_seq(&chain_key)),
        signing_key: SenderSigningKey { key },
    })
}

/// Read a distribution message.
///
/// Deployed: the checks are made in the order of the errors below.
/// In: the profile; any bytes, secret. Out: the message.
/// Errors: `TooShort` under 65 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key`.
pub fn parse_distribution_message(
    profile: Profile,
    message: &ByteSeq,
) -> Result<SenderKeyDistributionMessage, WireError> {
    // The structure is not secret; the chain key is made secret again where it is read.
    let bytes = message.clone().declassify();
    if bytes.len() < MIN_SENDER_KEY_MESSAGE_LENGTH {
        Err(WireError::TooShort)
    } else {
        let version = parse_sender_key_version(bytes[0])?;
        parse_distribution_body(profile, version, &bytes.slice(1, bytes.len() - 1))
    }
}
