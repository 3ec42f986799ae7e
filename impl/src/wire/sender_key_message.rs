//! SenderKeyMessage and SenderKeyDistributionMessage: a message to a group, and what the group needs to read it.
//!
//! What: `version byte ‖ protobuf ‖ signature (64)`, and `version byte ‖ protobuf`. Which part: deployed only, no public
//! text. Who calls it: `groups`. Secret: the distribution message and its chain key, and nothing else.
//!
//! In the dialect of WhatsApp there is no distribution id, and each field after it has the number before its own.
use crate::keys::{
    parse_public_key, serialize_public_key, SenderChainKey, SenderSigningKey, Signature, Uuid,
    KEY_LENGTH, SERIALIZED_KEY_LENGTH, SIGNATURE_LENGTH,
};
use crate::wire::protobuf::{
    last_values, put_bytes, put_length, put_uint32, required_bytes, required_uint32, Value,
    WIRE_BYTES, WIRE_VARINT,
};
use crate::wire::{lift_key, parse_sender_key_version, Profile, WireError, SENDER_KEY_VERSION};
use zeroize::Zeroizing;

/// Least length of both messages.
pub const MIN_SENDER_KEY_MESSAGE_LENGTH: usize = 65;
/// Length of a distribution id.
pub const DISTRIBUTION_ID_LENGTH: usize = 16;

/// The distribution id, in the dialect of Signal.
const FIELD_DISTRIBUTION_ID: u32 = 1;
// The fields after the distribution id, counted from the field of the chain id.
const AFTER_ITERATION: u32 = 1;
const AFTER_BODY: u32 = 2;
const AFTER_CHAIN_KEY: u32 = 2;
const AFTER_SIGNING_KEY: u32 = 3;
/// The wire types of the fields of both messages, that of the distribution id first.
const MESSAGE_TYPES: [u8; 4] = [WIRE_BYTES, WIRE_VARINT, WIRE_VARINT, WIRE_BYTES];
const DISTRIBUTION_TYPES: [u8; 5] = [WIRE_BYTES, WIRE_VARINT, WIRE_VARINT, WIRE_BYTES, WIRE_BYTES];
/// Most bytes of the version byte, of all tags and integers, of all lengths, and of the distribution id.
const FRAME_LENGTH: usize = 1 + 5 + 2 * 5 + DISTRIBUTION_ID_LENGTH + 2 * 10;

/// A parsed message to a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SenderKeyMessage<'a> {
    /// Always 3.
    pub version: u8,
    /// Names the record of the sender; absent in the dialect of WhatsApp.
    pub distribution_id: Option<Uuid>,
    /// Names the state in the record.
    pub chain_id: u32,
    /// Number of the message in its chain.
    pub iteration: u32,
    /// The ciphertext, of any length.
    pub body: &'a [u8],
    /// The bytes under the signature, as received.
    pub unsigned: &'a [u8],
    /// The signature.
    pub signature: Signature,
}

/// A parsed distribution message.
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

/// Mirror of `spec::wire::sender_key_message::encode_sender_key_message`.
///
/// In: the profile; the distribution id, which the dialect of WhatsApp leaves out; the chain id; the iteration; the
/// ciphertext. Out: version byte ‖ protobuf.
#[must_use]
pub fn encode_sender_key_message(
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
    body: &[u8],
) -> Vec<u8> {
    let mut out =
        start_sender_key_message(profile, distribution_id, chain_id, iteration, body.len());
    out.extend_from_slice(body);
    out
}

/// Mirror of `spec::wire::sender_key_message::serialize_sender_key_message`.
/// Faster: the signature goes behind what it covers, without a copy.
///
/// In: what the signature covers; the signature. Out: the message.
#[must_use]
pub fn serialize_sender_key_message(mut unsigned: Vec<u8>, signature: Signature) -> Vec<u8> {
    unsigned.extend_from_slice(signature.as_bytes());
    unsigned
}

/// Mirror of `spec::wire::sender_key_message::encode_distribution_message`.
///
/// In: the profile; the distribution id, which the dialect of WhatsApp leaves out; the chain id; the iteration; the chain
/// key, secret; the signing key. Out: version byte ‖ protobuf, secret.
#[must_use]
pub fn encode_distribution_message(
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
    chain_key: &SenderChainKey,
    signing_key: SenderSigningKey,
) -> Zeroizing<Vec<u8>> {
    let room = FRAME_LENGTH + KEY_LENGTH + SERIALIZED_KEY_LENGTH;
    let mut out = Zeroizing::new(Vec::with_capacity(room));
    put_start(&mut out, profile, distribution_id, chain_id, iteration);
    let after = |offset| chain_id_field(profile).saturating_add(offset);
    put_bytes(&mut out, after(AFTER_CHAIN_KEY), chain_key.as_bytes());
    let signing_key = serialize_public_key(signing_key.key);
    put_bytes(&mut out, after(AFTER_SIGNING_KEY), &signing_key);
    debug_assert!(out.len() <= room);
    out
}

/// Mirror of `spec::wire::sender_key_message::parse_sender_key_message`.
/// Faster: the parts are borrowed, and no list of the fields is made.
///
/// In: the profile; any bytes. Out: the message; its signature is not checked here.
/// Errors: `TooShort` under 65 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`.
pub fn parse_sender_key_message(
    profile: Profile,
    bytes: &[u8],
) -> Result<SenderKeyMessage<'_>, WireError> {
    let (unsigned, signature) = bytes
        .split_last_chunk::<SIGNATURE_LENGTH>()
        .ok_or(WireError::TooShort)?;
    let (first, protobuf) = unsigned.split_first().ok_or(WireError::TooShort)?;
    let version = parse_sender_key_version(*first)?;
    let (distribution_id, [chain_id, iteration, body]) = match profile {
        Profile::SignalV3 | Profile::SignalV4 => {
            let [id, rest @ ..] = last_values(protobuf, &MESSAGE_TYPES)?;
            (Some(Uuid::from_bytes(*exactly(id)?)), rest)
        }
        Profile::WhatsAppV3 => {
            let [_, types @ ..] = MESSAGE_TYPES;
            (None, last_values(protobuf, &types)?)
        }
    };
    Ok(SenderKeyMessage {
        version,
        distribution_id,
        chain_id: required_uint32(chain_id.uint32())?,
        iteration: required_uint32(iteration.uint32())?,
        body: required_bytes(body.bytes())?,
        unsigned,
        signature: Signature::from_bytes(*signature),
    })
}

/// Mirror of `spec::wire::sender_key_message::parse_distribution_message`.
/// Faster: no list of the fields is made.
///
/// In: the profile; any bytes, secret. Out: the message.
/// Errors: `TooShort` under 65 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key`.
pub fn parse_distribution_message(
    profile: Profile,
    message: &[u8],
) -> Result<SenderKeyDistributionMessage, WireError> {
    if message.len() < MIN_SENDER_KEY_MESSAGE_LENGTH {
        return Err(WireError::TooShort);
    }
    let (first, protobuf) = message.split_first().ok_or(WireError::TooShort)?;
    let version = parse_sender_key_version(*first)?;
    let (distribution_id, [chain_id, iteration, chain_key, signing_key]) = match profile {
        Profile::SignalV3 | Profile::SignalV4 => {
            let [id, rest @ ..] = last_values(protobuf, &DISTRIBUTION_TYPES)?;
            (Some(Uuid::from_bytes(*exactly(id)?)), rest)
        }
        Profile::WhatsAppV3 => {
            let [_, types @ ..] = DISTRIBUTION_TYPES;
            (None, last_values(protobuf, &types)?)
        }
    };
    let chain_id = required_uint32(chain_id.uint32())?;
    let iteration = required_uint32(iteration.uint32())?;
    // All fields and their lengths before the key is looked at.
    let chain_key = exactly(chain_key)?;
    let signing_key: &[u8; SERIALIZED_KEY_LENGTH] = exactly(signing_key)?;
    Ok(SenderKeyDistributionMessage {
        version,
        distribution_id,
        chain_id,
        iteration,
        chain_key: SenderChainKey::from_bytes(*chain_key),
        signing_key: SenderSigningKey {
            key: lift_key(parse_public_key(signing_key))?,
        },
    })
}

/// The message up to its body, with room for all of it and the signature: the body is written next.
pub(crate) fn start_sender_key_message(
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
    body_length: usize,
) -> Vec<u8> {
    let room = body_length.saturating_add(FRAME_LENGTH + SIGNATURE_LENGTH);
    let mut out = Vec::with_capacity(room);
    put_start(&mut out, profile, distribution_id, chain_id, iteration);
    let body = chain_id_field(profile).saturating_add(AFTER_BODY);
    put_length(&mut out, body, body_length);
    out
}

/// The number of the field of the chain id.
const fn chain_id_field(profile: Profile) -> u32 {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => 2,
        Profile::WhatsAppV3 => 1,
    }
}

/// The start of both messages: first byte, distribution id, chain id, iteration.
fn put_start(
    out: &mut Vec<u8>,
    profile: Profile,
    distribution_id: Uuid,
    chain_id: u32,
    iteration: u32,
) {
    let first = chain_id_field(profile);
    out.push(SENDER_KEY_VERSION << 4 | SENDER_KEY_VERSION);
    if first != FIELD_DISTRIBUTION_ID {
        put_bytes(out, FIELD_DISTRIBUTION_ID, distribution_id.as_bytes());
    }
    put_uint32(out, first, chain_id);
    put_uint32(out, first.saturating_add(AFTER_ITERATION), iteration);
}

/// Bytes of one length. Errors: `InvalidProtobuf`.
fn exactly<const N: usize>(value: Value<'_>) -> Result<&[u8; N], WireError> {
    let bytes = required_bytes(value.bytes())?;
    bytes.try_into().map_err(|_| WireError::InvalidProtobuf)
}
