//! PreKeySignalMessage: the envelope of every message of an initiator until it gets an answer.
//!
//! What: `version byte ‖ protobuf`, no tag of its own. Which part: deployed only; the content is that of X3DH 3.3. Who
//! calls it: `session::select`. Secret: nothing.
use crate::keys::{parse_public_key, serialize_public_key, BaseKey, IdentityKey};
use crate::wire::message::{parse_signal_message, SignalMessage};
use crate::wire::protobuf::{
    last_bytes, last_uint32, parse_fields, put_bytes, put_uint32, required_bytes, required_uint32,
};
use crate::wire::{lift_key, parse_version, version_byte, Profile, WireError, Writer, VERSION_4};

const FIELD_ONE_TIME_PREKEY_ID: u32 = 1;
const FIELD_BASE_KEY: u32 = 2;
const FIELD_IDENTITY_KEY: u32 = 3;
const FIELD_MESSAGE: u32 = 4;
const FIELD_REGISTRATION_ID: u32 = 5;
const FIELD_SIGNED_PREKEY_ID: u32 = 6;
const FIELD_KEM_PREKEY_ID: u32 = 7;
const FIELD_KEM_CIPHERTEXT: u32 = 8;
/// Most bytes of everything but the message inside and the KEM ciphertext.
const FRAME_LENGTH: usize = 128;

/// The KEM fields, which come together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KemFields<'a> {
    /// KEM prekey id.
    pub id: u32,
    /// Ciphertext with its type byte; of any length at this point.
    pub ciphertext: &'a [u8],
}

/// Everything of the envelope but the message inside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreKeyEnvelope<'a> {
    /// Session version, 3 or 4.
    pub version: u8,
    /// Registration id of the sender.
    pub registration_id: u32,
    /// OPK id, if the bundle had an OPK.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// Version 4: present; version 3: may be present and is not looked at.
    pub kem: Option<KemFields<'a>>,
    /// EK of the initiator.
    pub base_key: BaseKey,
    /// IK of the initiator.
    pub identity_key: IdentityKey,
}

/// A parsed prekey message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PreKeySignalMessage<'a> {
    /// The envelope.
    pub envelope: PreKeyEnvelope<'a>,
    /// The message inside; its version may differ from the envelope's.
    pub message: SignalMessage<'a>,
}

/// Mirror of `spec::wire::prekey_message::encode_prekey_message`.
///
/// In: the profile of the writer; the envelope; a serialised SignalMessage. Out: the message.
#[must_use]
pub fn encode_prekey_message(
    profile: Profile,
    envelope: &PreKeyEnvelope<'_>,
    message: &[u8],
) -> Vec<u8> {
    let kem_length = envelope.kem.map_or(0, |kem| kem.ciphertext.len());
    let mut out = Vec::with_capacity(
        FRAME_LENGTH
            .saturating_add(message.len())
            .saturating_add(kem_length),
    );
    out.push(version_byte(Writer {
        profile,
        version: envelope.version,
    }));
    if let Some(id) = envelope.one_time_prekey_id {
        put_uint32(&mut out, FIELD_ONE_TIME_PREKEY_ID, id);
    }
    put_bytes(
        &mut out,
        FIELD_BASE_KEY,
        &serialize_public_key(envelope.base_key.key),
    );
    put_bytes(
        &mut out,
        FIELD_IDENTITY_KEY,
        &serialize_public_key(envelope.identity_key.key),
    );
    put_bytes(&mut out, FIELD_MESSAGE, message);
    put_uint32(&mut out, FIELD_REGISTRATION_ID, envelope.registration_id);
    put_uint32(&mut out, FIELD_SIGNED_PREKEY_ID, envelope.signed_prekey_id);
    if let Some(kem) = envelope.kem {
        put_uint32(&mut out, FIELD_KEM_PREKEY_ID, kem.id);
        put_bytes(&mut out, FIELD_KEM_CIPHERTEXT, kem.ciphertext);
    }
    out
}

/// Mirror of `spec::wire::prekey_message::parse_prekey_message`.
/// Faster: the parts are borrowed.
///
/// In: any bytes. Out: the message; nothing in it is authenticated at this point.
/// Errors: `TooShort` for no bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key` (base key),
/// `KemFieldsMismatch`, `KemFieldsMissing`, `Key` (identity key), and those of [`parse_signal_message`].
pub fn parse_prekey_message(bytes: &[u8]) -> Result<PreKeySignalMessage<'_>, WireError> {
    let (first, protobuf) = bytes.split_first().ok_or(WireError::TooShort)?;
    let version = parse_version(*first)?;
    let fields = parse_fields(protobuf)?;
    let one_time_prekey_id = last_uint32(&fields, FIELD_ONE_TIME_PREKEY_ID)?;
    let base_key = last_bytes(protobuf, &fields, FIELD_BASE_KEY)?;
    let identity_key = last_bytes(protobuf, &fields, FIELD_IDENTITY_KEY)?;
    let message = last_bytes(protobuf, &fields, FIELD_MESSAGE)?;
    let registration_id = last_uint32(&fields, FIELD_REGISTRATION_ID)?;
    let signed_prekey_id = last_uint32(&fields, FIELD_SIGNED_PREKEY_ID)?;
    let kem_id = last_uint32(&fields, FIELD_KEM_PREKEY_ID)?;
    let kem_ciphertext = last_bytes(protobuf, &fields, FIELD_KEM_CIPHERTEXT)?;
    // Required fields, then the base key, the KEM fields, the identity key, the message inside.
    let base_key = required_bytes(base_key)?;
    let identity_key = required_bytes(identity_key)?;
    let message = required_bytes(message)?;
    let signed_prekey_id = required_uint32(signed_prekey_id)?;
    let base_key = BaseKey {
        key: lift_key(parse_public_key(base_key))?,
    };
    let kem = kem_fields(version, kem_id, kem_ciphertext)?;
    let identity_key = IdentityKey {
        key: lift_key(parse_public_key(identity_key))?,
    };
    let message = parse_signal_message(message)?;
    let envelope = PreKeyEnvelope {
        version,
        registration_id: registration_id.unwrap_or(0),
        one_time_prekey_id,
        signed_prekey_id,
        kem,
        base_key,
        identity_key,
    };
    Ok(PreKeySignalMessage { envelope, message })
}

/// The KEM fields: both or neither, and both in version 4.
fn kem_fields(
    version: u8,
    id: Option<u32>,
    ciphertext: Option<&[u8]>,
) -> Result<Option<KemFields<'_>>, WireError> {
    match (id, ciphertext) {
        (Some(id), Some(ciphertext)) => Ok(Some(KemFields { id, ciphertext })),
        (None, None) if version == VERSION_4 => Err(WireError::KemFieldsMissing),
        (None, None) => Ok(None),
        _ => Err(WireError::KemFieldsMismatch),
    }
}
