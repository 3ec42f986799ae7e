//! Messages as bytes. No cryptography here: parsing and writing only, and all of it public but the distribution
//! message of a sender key.
//!
//! A parsed message borrows the bytes it was parsed from. Who calls it: `ratchet::double`, `session`, applications.
pub mod fingerprint_code;
pub mod message;
pub mod prekey_message;
pub mod protobuf;
pub mod sender_key_message;

use crate::keys::{KeyError, PublicKey};
use thiserror::Error;

/// Oldest session version.
pub const VERSION_3: u8 = 3;
/// Version of the messages of sender keys, in both nibbles of their first byte.
pub const SENDER_KEY_VERSION: u8 = 3;
/// Newest session version, written in the low nibble of the first byte.
pub const VERSION_4: u8 = 4;

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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WireError {
    /// Fewer bytes than the frame needs.
    #[error("the message is too short")]
    TooShort,
    /// The high nibble of the first byte is below 3.
    #[error("the message version is no longer supported")]
    LegacyVersion,
    /// The high nibble of the first byte is above 4, or above 3 in a message of a sender key.
    #[error("the message version is unknown")]
    UnrecognizedVersion,
    /// The protobuf is malformed, or a required field is absent.
    #[error("the message is malformed")]
    InvalidProtobuf,
    /// A key in the message was refused.
    #[error("a key in the message was refused: {0}")]
    Key(#[source] KeyError),
    /// One of the KEM id and the KEM ciphertext without the other.
    #[error("one of two KEM fields is missing")]
    KemFieldsMismatch,
    /// A version 4 prekey message without KEM fields.
    #[error("the KEM fields are missing")]
    KemFieldsMissing,
}

/// Mirror of `spec::wire::lift_key`.
///
/// In: a result of the key layer. Out: the same in this layer. Errors: `Key`.
pub(crate) fn lift_key(result: Result<PublicKey, KeyError>) -> Result<PublicKey, WireError> {
    result.map_err(WireError::Key)
}

/// Mirror of `spec::wire::parse_version`.
///
/// In: the first byte. Out: 3 or 4.
/// Errors: `LegacyVersion`, `UnrecognizedVersion`.
pub fn parse_version(first: u8) -> Result<u8, WireError> {
    match first >> 4 {
        version @ VERSION_3..=VERSION_4 => Ok(version),
        0..VERSION_3 => Err(WireError::LegacyVersion),
        _ => Err(WireError::UnrecognizedVersion),
    }
}

/// Mirror of `spec::wire::parse_sender_key_version`.
///
/// In: the first byte. Out: 3. Errors: `LegacyVersion`, `UnrecognizedVersion`.
pub fn parse_sender_key_version(first: u8) -> Result<u8, WireError> {
    match first >> 4 {
        SENDER_KEY_VERSION => Ok(SENDER_KEY_VERSION),
        0..SENDER_KEY_VERSION => Err(WireError::LegacyVersion),
        _ => Err(WireError::UnrecognizedVersion),
    }
}

/// The version of the sessions that a party makes.
pub(crate) const fn session_version(profile: Profile) -> u8 {
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => VERSION_3,
        Profile::SignalV4 => VERSION_4,
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
const fn newest_version(profile: Profile) -> u8 {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => VERSION_4,
        Profile::WhatsAppV3 => VERSION_3,
    }
}

/// Mirror of `spec::wire::version_byte`.
///
/// In: the profile; a session version, 3 or 4. Out: 34 or 44, of WhatsApp 33 (hexadecimal).
#[must_use]
pub const fn version_byte(writer: Writer) -> u8 {
    (writer.version << 4) | newest_version(writer.profile)
}
