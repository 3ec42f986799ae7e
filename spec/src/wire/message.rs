//! SignalMessage: an encrypted message of a session.
//!
//! What: `version byte ‖ protobuf ‖ tag (8)`. Which part: deployed only; it is the header, ciphertext and tag of
//! DR 3.1 `HEADER` and `ENCRYPT`. Who calls it: `ratchet::double`, `wire::prekey_message`. Secret: nothing.
//!
//! | field | type | content |
//! |---|---|---|
//! | 1 | bytes | ratchet key, serialised |
//! | 2 | uint32 | counter |
//! | 3 | uint32 | previous counter |
//! | 4 | bytes | body |
//! | 5 | bytes | SPQR message |
//! | 6 | bytes | addresses |
use crate::keys::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

/// Length of the truncated tag at the end.
pub const TAG_LENGTH: usize = 8;

const FIELD_RATCHET_KEY: u32 = 1u32;
const FIELD_COUNTER: u32 = 2u32;
const FIELD_PREVIOUS_COUNTER: u32 = 3u32;
const FIELD_BODY: u32 = 4u32;
const FIELD_SPQR: u32 = 5u32;
const FIELD_ADDRESSES: u32 = 6u32;

/// What a message says in the clear about its chain.
#[derive(Clone, Copy, Debug)]
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
#[derive(Clone, Debug)]
pub struct SignalMessage {
    /// Session version, 3 or 4.
    pub version: u8,
    /// DHs of the sender.
    pub ratchet_key: RatchetKey,
    /// Ns of the sender.
    pub counter: u32,
    /// PN of the sender; no receiver uses it.
    pub previous_counter: u32,
    /// The ciphertext, of any length.
    pub body: Seq<u8>,
    /// The SPQR message, empty in version 3.
    pub spqr: Seq<u8>,
    /// The address block, unchecked.
    pub addresses: Option<Seq<u8>>,
    /// The bytes under the tag, as received.
    pub unsigned: Seq<u8>,
    /// The truncated tag.
    pub tag: Tag,
}

/// Write the part of a message under the tag.
///
/// Deployed: fields in ascending order, minimal varints, zeros written, an absent or empty optional left out.
/// In: the header; the ciphertext; the SPQR message, maybe empty; the address block. Out: version byte ‖ protobuf.
pub fn encode_signal_message(
    header: SignalHeader,
    body: &Seq<u8>,
    spqr: &Seq<u8>,
    addresses: Option<Seq<u8>>,
) -> Seq<u8> {
    let mut out = Seq::<u8>::new(1);
    out[0] = version_byte(header.writer);
    out = put_bytes(
        out,
        FIELD_RATCHET_KEY,
        &serialize_public_key(header.ratchet_key.key),
    );
    out = put_uint32(out, FIELD_COUNTER, header.counter);
    out = put_uint32(out, FIELD_PREVIOUS_COUNTER, header.previous_counter);
    out = put_bytes(out, FIELD_BODY, body);
    if spqr.len() != 0 {
        out = put_bytes(out, FIELD_SPQR, spqr);
    }
    match addresses {
        Some(block) => put_bytes(out, FIELD_ADDRESSES, &block),
        None => out,
    }
}

/// Append the tag.
///
/// In: what it covers; the tag. Out: the message.
pub fn serialize_signal_message(unsigned: &Seq<u8>, tag: Tag) -> Seq<u8> {
    unsigned.concat(&tag)
}

/// A message without the fields that a profile does not know.
///
/// Deployed: WhatsApp has neither SPQR messages nor address blocks.
/// In: the profile; a message. Out: the message as the profile reads it; what is under the tag is as it was.
pub fn known_fields(profile: Profile, message: &SignalMessage) -> SignalMessage {
    match profile {
        Profile::WhatsAppV3 => SignalMessage {
            version: message.version,
            ratchet_key: message.ratchet_key,
            counter: message.counter,
            previous_counter: message.previous_counter,
            body: message.body.clone(),
            spqr: Seq::<u8>::new(0),
            addresses: None,
            unsigned: message.unsigned.clone(),
            tag: message.tag,
        },
        _ => message.clone(),
    }
}

/// Read the protobuf of a message of a known version.
fn parse_body(version: u8, unsigned: Seq<u8>, tag: Tag) -> Result<SignalMessage, WireError> {
    let protobuf = unsigned.slice(1, unsigned.len() - 1);
    let fields = parse_fields(&protobuf)?;
    let ratchet_key_field = last_bytes(&protobuf, &fields, FIELD_RATCHET_KEY)?;
    let counter_field = last_uint32(&fields, FIELD_COUNTER)?;
    let previous_counter = last_uint32(&fields, FIELD_PREVIOUS_COUNTER)?;
    let body_field = last_bytes(&protobuf, &fields, FIELD_BODY)?;
    let spqr = last_bytes(&protobuf, &fields, FIELD_SPQR)?;
    let addresses = last_bytes(&protobuf, &fields, FIELD_ADDRESSES)?;
    // All required fields are looked for before the key is looked at.
    let ratchet_key_bytes = required_bytes(ratchet_key_field)?;
    let counter = required_uint32(counter_field)?;
    let body = required_bytes(body_field)?;
    let ratchet_key = lift_key(parse_public_key(&ratchet_key_bytes))?;
    Ok(SignalMessage {
        version,
        ratchet_key: RatchetKey { key: ratchet_key },
        counter,
        previous_counter: match previous_counter {
            Some(value) => value,
            None => 0u32,
        },
        body,
        spqr: match spqr {
            Some(value) => value,
            None => Seq::<u8>::new(0),
        },
        addresses,
        unsigned,
        tag,
    })
}

/// Read a message.
///
/// Deployed: the checks are made in the order of the errors below.
/// In: any bytes. Out: the message; its tag is not checked here.
/// Errors: `TooShort` under 9 bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key`.
pub fn parse_signal_message(bytes: &Seq<u8>) -> Result<SignalMessage, WireError> {
    if bytes.len() < 1 + TAG_LENGTH {
        Err(WireError::TooShort)
    } else {
        let version = parse_version(bytes[0])?;
        let covered = bytes.len() - TAG_LENGTH;
        let tag = Tag::from_slice(bytes, covered, TAG_LENGTH);
        parse_body(version, bytes.slice(0, covered), tag)
    }
}
