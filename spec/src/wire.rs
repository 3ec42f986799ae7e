//! Messages as bytes. No cryptography here: parsing and writing only, and all of it public but the distribution
//! message of a sender key.
//!
//! Deployed formats, no public text; the encoding is protobuf (PB, proto2), see [`protobuf`].
pub mod fingerprint_code;
pub mod message;
pub mod prekey_message;
pub mod protobuf;
pub mod sender_key_message;

use crate::keys::*;

/// Oldest session version.
pub const VERSION_3: u8 = 3u8;
/// Version of the messages of sender keys, in both nibbles of their first byte.
pub const SENDER_KEY_VERSION: u8 = 3u8;
/// Newest session version, written in the low nibble of the first byte.
pub const VERSION_4: u8 = 4u8;

/// Which sessions a party makes. Sessions of the other version that it has go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Version 3, by X3DH: as deployed by Signal before version 4.
    SignalV3,
    /// Version 4, by PQXDH: as deployed by Signal.
    SignalV4,
    /// Version 3, by X3DH: as deployed by WhatsApp and Messenger.
    WhatsAppV3,
}

/// Why a message was refused by the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WireError {
    /// Fewer bytes than the frame needs.
    TooShort,
    /// The high nibble of the first byte is below 3.
    LegacyVersion,
    /// The high nibble of the first byte is above 4, or above 3 in a message of a sender key.
    UnrecognizedVersion,
    /// The protobuf is malformed, or a required field is absent.
    InvalidProtobuf,
    /// A key in the message was refused.
    Key(KeyError),
    /// One of the KEM id and the KEM ciphertext without the other.
    KemFieldsMismatch,
    /// A version 4 prekey message without KEM fields.
    KemFieldsMissing,
}

/// A result of the key layer as one of this layer.
///
/// In: the result. Out: the same. Errors: `Key`.
pub(crate) fn lift_key(result: Result<PublicKey, KeyError>) -> Result<PublicKey, WireError> {
    match result {
        Ok(key) => Ok(key),
        Err(error) => Err(WireError::Key(error)),
    }
}

/// The session version in the first byte of a message.
///
/// Deployed: the high nibble is the version of the session; the low nibble, the newest version of the
/// writer, is ignored on receipt.
/// In: the first byte. Out: 3 or 4.
/// Errors: `LegacyVersion`, `UnrecognizedVersion`.
pub fn parse_version(first: u8) -> Result<u8, WireError> {
    let version = first >> 4;
    if version < VERSION_3 {
        Err(WireError::LegacyVersion)
    } else if version > VERSION_4 {
        Err(WireError::UnrecognizedVersion)
    } else {
        Ok(version)
    }
}

/// The version in the first byte of a message of a sender key.
///
/// Deployed: the high nibble must be 3; the low nibble is ignored on receipt.
/// In: the first byte. Out: 3. Errors: `LegacyVersion`, `UnrecognizedVersion`.
pub fn parse_sender_key_version(first: u8) -> Result<u8, WireError> {
    let version = first >> 4;
    if version < SENDER_KEY_VERSION {
        Err(WireError::LegacyVersion)
    } else if version > SENDER_KEY_VERSION {
        Err(WireError::UnrecognizedVersion)
    } else {
        Ok(version)
    }
}

/// The version of the sessions that a party makes.
///
/// In: its profile. Out: 3 or 4.
pub(crate) fn session_version(profile: Profile) -> u8 {
    match profile {
        Profile::SignalV3 => VERSION_3,
        Profile::SignalV4 => VERSION_4,
        Profile::WhatsAppV3 => VERSION_3,
    }
}

/// Who writes a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Writer {
    /// The profile.
    pub profile: Profile,
    /// The version of the session.
    pub version: u8,
}

/// The newest version that a profile knows.
fn newest_version(profile: Profile) -> u8 {
    match profile {
        Profile::SignalV3 => VERSION_4,
        Profile::SignalV4 => VERSION_4,
        Profile::WhatsAppV3 => VERSION_3,
    }
}

/// The first byte of a message.
///
/// Deployed: the newest version of the writer is in the low nibble.
/// In: the profile; a session version, 3 or 4. Out: 34 or 44, of WhatsApp 33 (hexadecimal).
pub fn version_byte(writer: Writer) -> u8 {
    (writer.version << 4) | newest_version(writer.profile)
}
