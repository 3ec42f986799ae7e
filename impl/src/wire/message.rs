//! SignalMessage: an encrypted message of a session.
//!
//! What: `version byte ‖ protobuf ‖ tag (8)`. Which part: deployed only; it is the header, ciphertext and tag of DR 3.1.
//! Who calls it: `ratchet::double`, `wire::prekey_message`. Secret: nothing.
use crate::keys::{parse_public_key, serialize_public_key, RatchetKey, Tag, SERIALIZED_KEY_LENGTH};
use crate::wire::protobuf::{
    last_values, put_bytes, put_length, put_uint32, required_bytes, required_uint32, WIRE_BYTES,
    WIRE_VARINT,
};
use crate::wire::{lift_key, parse_version, version_byte, Profile, WireError, Writer};

/// Length of the truncated tag at the end.
pub const TAG_LENGTH: usize = 8;

const FIELD_RATCHET_KEY: u32 = 1;
const FIELD_COUNTER: u32 = 2;
const FIELD_PREVIOUS_COUNTER: u32 = 3;
const FIELD_BODY: u32 = 4;
const FIELD_SPQR: u32 = 5;
const FIELD_ADDRESSES: u32 = 6;
/// The wire types of the fields, from the first.
const FIELD_TYPES: [u8; 6] = [
    WIRE_BYTES,
    WIRE_VARINT,
    WIRE_VARINT,
    WIRE_BYTES,
    WIRE_BYTES,
    WIRE_BYTES,
];
/// Most bytes of the version byte, of all tags and integers, and of all lengths.
const FRAME_LENGTH: usize = 1 + SERIALIZED_KEY_LENGTH + TAG_LENGTH + 6 + 2 * 5 + 1 + 3 * 5;

/// What a message says in the clear about its chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalHeader {
    /// Who writes it.
    pub writer: Writer,
    /// DHs of the sender.
    pub ratchet_key: RatchetKey,
    /// Ns of the sender.
    pub counter: u32,
    /// PN of the sender.
    pub previous_counter: u32,
}

/// A parsed message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SignalMessage<'a> {
    /// Session version, 3 or 4.
    pub version: u8,
    /// DHs of the sender.
    pub ratchet_key: RatchetKey,
    /// Ns of the sender.
    pub counter: u32,
    /// PN of the sender; no receiver uses it.
    pub previous_counter: u32,
    /// The ciphertext, of any length.
    pub body: &'a [u8],
    /// The SPQR message, empty in version 3.
    pub spqr: &'a [u8],
    /// The address block, unchecked.
    pub addresses: Option<&'a [u8]>,
    /// The bytes under the tag, as received.
    pub unsigned: &'a [u8],
    /// The truncated tag.
    pub tag: Tag,
}

/// Mirror of `spec::wire::message::encode_signal_message`.
///
/// In: the header; the ciphertext; the SPQR message, maybe empty; the address block. Out: version byte ‖ protobuf.
#[must_use]
pub fn encode_signal_message(
    header: &SignalHeader,
    body: &[u8],
    spqr: &[u8],
    addresses: Option<&[u8]>,
) -> Vec<u8> {
    let mut out = start_signal_message(header, body.len(), spqr, addresses);
    out.extend_from_slice(body);
    put_after_body(&mut out, spqr, addresses);
    out
}

/// Mirror of `spec::wire::message::serialize_signal_message`.
/// Faster: the tag goes behind what it covers, without a copy.
///
/// In: what the tag covers; the tag. Out: the message.
#[must_use]
pub fn serialize_signal_message(mut unsigned: Vec<u8>, tag: Tag) -> Vec<u8> {
    unsigned.extend_from_slice(tag.as_bytes());
    unsigned
}

/// Mirror of `spec::wire::message::known_fields`.
///
/// In: the profile; a message. Out: the message as the profile reads it; what is under the tag is as it was.
#[must_use]
pub fn known_fields<'a>(profile: Profile, message: &SignalMessage<'a>) -> SignalMessage<'a> {
    match profile {
        Profile::WhatsAppV3 => SignalMessage {
            spqr: &[],
            addresses: None,
            ..*message
        },
        Profile::SignalV3 | Profile::SignalV4 => *message,
    }
}

/// Mirror of `spec::wire::message::parse_signal_message`.
/// Faster: the parts are borrowed, and no list of the fields is made.
///
/// In: any bytes. Out: the message; its tag is not checked here.
/// Errors: `TooShort` under 9 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key`.
pub fn parse_signal_message(bytes: &[u8]) -> Result<SignalMessage<'_>, WireError> {
    let (unsigned, tag) = bytes.split_last_chunk().ok_or(WireError::TooShort)?;
    let (first, protobuf) = unsigned.split_first().ok_or(WireError::TooShort)?;
    let version = parse_version(*first)?;
    let [ratchet_key, counter, previous_counter, body, spqr, addresses] =
        last_values(protobuf, &FIELD_TYPES)?;
    // All required fields are looked for before the key is looked at.
    let ratchet_key = required_bytes(ratchet_key.bytes())?;
    let counter = required_uint32(counter.uint32())?;
    let body = required_bytes(body.bytes())?;
    Ok(SignalMessage {
        version,
        ratchet_key: RatchetKey {
            key: lift_key(parse_public_key(ratchet_key))?,
        },
        counter,
        previous_counter: previous_counter.uint32().unwrap_or(0),
        body,
        spqr: spqr.bytes().unwrap_or_default(),
        addresses: addresses.bytes(),
        unsigned,
        tag: Tag::from_bytes(*tag),
    })
}

/// The message up to its body, with room for all of it: the body is written next, then [`put_after_body`].
pub(crate) fn start_signal_message(
    header: &SignalHeader,
    body_length: usize,
    spqr: &[u8],
    addresses: Option<&[u8]>,
) -> Vec<u8> {
    let parts = [body_length, spqr.len(), addresses.map_or(0, <[u8]>::len)];
    let capacity = parts.into_iter().fold(FRAME_LENGTH, usize::saturating_add);
    let mut out = Vec::with_capacity(capacity);
    out.push(version_byte(header.writer));
    put_bytes(
        &mut out,
        FIELD_RATCHET_KEY,
        &serialize_public_key(header.ratchet_key.key),
    );
    put_uint32(&mut out, FIELD_COUNTER, header.counter);
    put_uint32(&mut out, FIELD_PREVIOUS_COUNTER, header.previous_counter);
    put_length(&mut out, FIELD_BODY, body_length);
    out
}

/// The fields after the body.
pub(crate) fn put_after_body(out: &mut Vec<u8>, spqr: &[u8], addresses: Option<&[u8]>) {
    if !spqr.is_empty() {
        put_bytes(out, FIELD_SPQR, spqr);
    }
    if let Some(block) = addresses {
        put_bytes(out, FIELD_ADDRESSES, block);
    }
}
