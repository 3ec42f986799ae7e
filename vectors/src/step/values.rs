//! The values of steps that are not bytes, numbers or names.
use crate::bytes::Bytes;
use serde::{Deserialize, Serialize};

/// Which rule a signature follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureForm {
    /// As deployed: the sign bit of A travels in the signature.
    Deployed,
    /// The public text: A has sign 0.
    PublicText,
}

/// Which message a transport says it carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A SignalMessage.
    Signal,
    /// A PreKeySignalMessage.
    PreKey,
}

/// Which new sessions a party makes, and in which dialect it writes to groups.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Profile {
    /// Version 3: X3DH.
    #[default]
    SignalV3,
    /// Version 4: PQXDH and SPQR.
    SignalV4,
    /// Version 3 as WhatsApp and Messenger make it: X3DH, sender keys in their dialect.
    #[serde(rename = "whatsapp_v3")]
    WhatsAppV3,
}

impl Profile {
    /// What an absent member means.
    #[must_use]
    pub fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// A KEM.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum KemSet {
    /// CRYSTALS-Kyber of round 3, k = 4: the KEM of handshakes.
    #[serde(rename = "kyber_1024")]
    Kyber1024,
    /// ML-KEM of FIPS 203, k = 4.
    #[serde(rename = "ml_kem_1024")]
    MlKem1024,
    /// ML-KEM of FIPS 203, k = 3: the KEM of SPQR.
    #[serde(rename = "ml_kem_768")]
    MlKem768,
}

/// Which side of SPQR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Direction {
    /// The initiator's.
    #[serde(rename = "a2b")]
    A2B,
    /// The responder's.
    #[serde(rename = "b2a")]
    B2A,
}

/// What an SPQR message carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Payload {
    /// Nothing.
    None,
    /// A chunk of the header.
    Hdr,
    /// A chunk of the encapsulation key.
    Ek,
    /// The same, the first half of the ciphertext being complete.
    EkCt1Ack,
    /// That the first half of the ciphertext is complete.
    Ct1Ack,
    /// A chunk of the first half of the ciphertext.
    Ct1,
    /// A chunk of the second half of the ciphertext.
    Ct2,
}

/// A chunk of the erasure code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Chunk {
    /// The point at which the polynomials are evaluated.
    pub index: u16,
    /// 32 bytes.
    pub data: Bytes,
}

/// A bundle as it travels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Bundle {
    /// Registration id of the responder.
    pub registration_id: u32,
    /// IK, serialised.
    pub identity_key: Bytes,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// SPK, serialised.
    pub signed_prekey: Bytes,
    /// Signature over the serialised SPK.
    pub signed_prekey_signature: Bytes,
    /// OPK id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_prekey_id: Option<u32>,
    /// OPK, serialised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub one_time_prekey: Option<Bytes>,
    /// PQPK id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kem_prekey_id: Option<u32>,
    /// PQPK, serialised.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kem_prekey: Option<Bytes>,
    /// Signature over the serialised PQPK.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kem_prekey_signature: Option<Bytes>,
}
