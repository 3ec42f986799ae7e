//! A prekey message in parts: read from what parsing gave, and written again after a change.
use super::Step;
use crate::bytes::Bytes;
use crate::outcome::Outcome;

/// The parts of a prekey message.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PrekeyParts {
    /// Session version.
    pub version: u8,
    /// Registration id of the sender.
    pub registration_id: u32,
    /// OPK id.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// PQPK id.
    pub kem_prekey_id: Option<u32>,
    /// KEM ciphertext, with its type byte.
    pub kem_ciphertext: Option<Bytes>,
    /// EK, serialised.
    pub base_key: Bytes,
    /// IK, serialised.
    pub identity_key: Bytes,
    /// The whole message inside.
    pub inner: Bytes,
}

impl PrekeyParts {
    /// The parts in the outcome of a `parse_prekey_message` step, if it has all that every message has.
    #[must_use]
    pub fn of(parsed: &Outcome) -> Option<Self> {
        let number = |name| parsed.outputs.get(name)?.as_u64();
        let id = |name| u32::try_from(number(name)?).ok();
        let bytes = |name| parsed.bytes(name).map(Bytes);
        Some(Self {
            version: u8::try_from(number("version")?).ok()?,
            registration_id: id("registrationId")?,
            one_time_prekey_id: id("oneTimePrekeyId"),
            signed_prekey_id: id("signedPrekeyId")?,
            kem_prekey_id: id("kemPrekeyId"),
            kem_ciphertext: bytes("kemCiphertext"),
            base_key: bytes("baseKey")?,
            identity_key: bytes("identityKey")?,
            inner: bytes("message")?,
        })
    }

    /// The step that writes them.
    #[must_use]
    pub fn encode(self) -> Step {
        Step::EncodePrekeyMessage {
            version: self.version,
            registration_id: self.registration_id,
            one_time_prekey_id: self.one_time_prekey_id,
            signed_prekey_id: self.signed_prekey_id,
            kem_prekey_id: self.kem_prekey_id,
            kem_ciphertext: self.kem_ciphertext,
            base_key: self.base_key,
            identity_key: self.identity_key,
            inner: self.inner,
        }
    }
}
