//! PreKeySignalMessage: the envelope of every message of an initiator until it gets an answer.
//!
//! What: `version byte ‖ protobuf`, no tag of its own. Which part: deployed only; the content is that of X3DH 3.3,
//! "Alice then sends Bob an initial message". Who calls it: `session::select`. Secret: nothing.
//!
//! | field | type | content |
//! |---|---|---|
//! | 1 | uint32 | OPK id, optional |
//! | 2 | bytes | base key EK, serialised |
//! | 3 | bytes | identity key IK, serialised |
//! | 4 | bytes | a whole SignalMessage |
//! | 5 | uint32 | registration id of the sender |
//! | 6 | uint32 | SPK id |
//! | 7 | uint32 | KEM prekey id, with 8 |
//! | 8 | bytes | KEM ciphertext, with 7 |
use crate::keys::*;
use crate::wire::message::*;
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

const FIELD_ONE_TIME_PREKEY_ID: u32 = 1u32;
const FIELD_BASE_KEY: u32 = 2u32;
const FIELD_IDENTITY_KEY: u32 = 3u32;
const FIELD_MESSAGE: u32 = 4u32;
const FIELD_REGISTRATION_ID: u32 = 5u32;
const FIELD_SIGNED_PREKEY_ID: u32 = 6u32;
const FIELD_KEM_PREKEY_ID: u32 = 7u32;
const FIELD_KEM_CIPHERTEXT: u32 = 8u32;

/// The KEM fields, which come together.
#[derive(Clone, Debug)]
pub struct KemFields {
    /// KEM prekey id.
    pub id: u32,
    /// Ciphertext with its type byte; of any length at this point.
    pub ciphertext: Seq<u8>,
}

/// Everything of the envelope but the message inside.
#[derive(Clone, Debug)]
pub struct PreKeyEnvelope {
    /// Session version, 3 or 4.
    pub version: u8,
    /// Registration id of the sender.
    pub registration_id: u32,
    /// OPK id, if the bundle had an OPK.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// Version 4: present; version 3: may be present and is not looked at.
    pub kem: Option<KemFields>,
    /// EK of the initiator.
    pub base_key: BaseKey,
    /// IK of the initiator.
    pub identity_key: IdentityKey,
}

/// A parsed prekey message.
#[derive(Clone, Debug)]
pub struct PreKeySignalMessage {
    /// The envelope.
    pub envelope: PreKeyEnvelope,
    /// The message inside; its version may differ from the envelope's.
    pub message: SignalMessage,
}

/// Write a prekey message.
///
/// Deployed: fields in ascending order, minimal varints, zeros written, an absent optional left out.
/// In: the profile of the writer; the envelope; a serialised SignalMessage. Out: the message.
pub fn encode_prekey_message(
    profile: Profile,
    envelope: &PreKeyEnvelope,
    message: &Seq<u8>,
) -> Seq<u8> {
    let mut out = Seq::<u8>::new(1);
    out[0] = version_byte(Writer {
        profile,
        version: envelope.version,
    });
    out = match envelope.one_time_prekey_id {
        Some(id) => put_uint32(out, FIELD_ONE_TIME_PREKEY_ID, id),
        None => out,
    };
    out = put_bytes(
        out,
        FIELD_BASE_KEY,
        &serialize_public_key(envelope.base_key.key),
    );
    out = put_bytes(
        out,
        FIELD_IDENTITY_KEY,
        &serialize_public_key(envelope.identity_key.key),
    );
    out = put_bytes(out, FIELD_MESSAGE, message);
    out = put_uint32(out, FIELD_REGISTRATION_ID, envelope.registration_id);
    out = put_uint32(out, FIELD_SIGNED_PREKEY_ID, envelope.signed_prekey_id);
    match envelope.kem.clone() {
        Some(kem) => {
            let with_id = put_uint32(out, FIELD_KEM_PREKEY_ID, kem.id);
            put_bytes(with_id, FIELD_KEM_CIPHERTEXT, &kem.ciphertext)
        }
        None => out,
    }
}

/// The KEM fields: both or neither, and both in version 4.
fn kem_fields(
    version: u8,
    id: Option<u32>,
    ciphertext: Option<Seq<u8>>,
) -> Result<Option<KemFields>, WireError> {
    match (id, ciphertext) {
        (Some(id), Some(ciphertext)) => Ok(Some(KemFields { id, ciphertext })),
        (None, None) => {
            if version == VERSION_4 {
                Err(WireError::KemFieldsMissing)
            } else {
                Ok(None)
            }
        }
        _ => Err(WireError::KemFieldsMismatch),
    }
}

/// Read the protobuf of a prekey message of a known version.
fn parse_envelope(version: u8, protobuf: Seq<u8>) -> Result<PreKeySignalMessage, WireError> {
    let fields = parse_fields(&protobuf)?;
    let one_time_prekey_id = last_uint32(&fields, FIELD_ONE_TIME_PREKEY_ID)?;
    let base_key_field = last_bytes(&protobuf, &fields, FIELD_BASE_KEY)?;
    let identity_key_field = last_bytes(&protobuf, &fields, FIELD_IDENTITY_KEY)?;
    let message_field = last_bytes(&protobuf, &fields, FIELD_MESSAGE)?;
    let registration_id = last_uint32(&fields, FIELD_REGISTRATION_ID)?;
    let signed_prekey_field = last_uint32(&fields, FIELD_SIGNED_PREKEY_ID)?;
    let kem_id = last_uint32(&fields, FIELD_KEM_PREKEY_ID)?;
    let kem_ciphertext = last_bytes(&protobuf, &fields, FIELD_KEM_CIPHERTEXT)?;
    // Required fields, then the base key, the KEM fields, the identity key, the message inside.
    let base_key_bytes = required_bytes(base_key_field)?;
    let identity_key_bytes = required_bytes(identity_key_field)?;
    let message_bytes = required_bytes(message_field)?;
    let signed_prekey_id = required_uint32(signed_prekey_field)?;
    let base_key = lift_key(parse_public_key(&base_key_bytes))?;
    let kem = kem_fields(version, kem_id, kem_ciphertext)?;
    let identity_key = lift_key(parse_public_key(&identity_key_bytes))?;
    let message = parse_signal_message(&message_bytes)?;
    let envelope = PreKeyEnvelope {
        version,
        registration_id: match registration_id {
            Some(value) => value,
            None => 0u32,
        },
        one_time_prekey_id,
        signed_prekey_id,
        kem,
        base_key: BaseKey { key: base_key },
        identity_key: IdentityKey { key: identity_key },
    };
    Ok(PreKeySignalMessage { envelope, message })
}

/// Read a prekey message.
///
/// Deployed: the checks are made in the order of the errors below; the message inside comes last.
/// In: any bytes. Out: the message; nothing in it is authenticated at this point.
/// Errors: `TooShort` for no bytes, `LegacyVersion`, `UnrecognizedVersion`, `InvalidProtobuf`, `Key` (base
/// key), `KemFieldsMismatch`, `KemFieldsMissing`, `Key` (identity key), and those of [`parse_signal_message`].
pub fn parse_prekey_message(bytes: &Seq<u8>) -> Result<PreKeySignalMessage, WireError> {
    if bytes.len() == 0 {
        Err(WireError::TooShort)
    } else {
        let version = parse_version(bytes[0])?;
        parse_envelope(version, bytes.slice(1, bytes.len() - 1))
    }
}
