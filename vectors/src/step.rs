//! A step of a scenario: one operation with every input, random ones included, given by its meaning.
//!
//! The same type serves published vectors, differential campaigns, recordings and foreign implementations: a driver
//! takes a step and gives an [`Outcome`](crate::outcome::Outcome). A stateless test is one step.
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
}

/// One operation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    tag = "op",
    rename_all = "snake_case",
    rename_all_fields = "camelCase",
    deny_unknown_fields
)]
pub enum Step {
    // Primitives.
    /// SHA-256. Out: `digest`.
    Sha256 { message: Bytes },
    /// SHA-512. Out: `digest`.
    Sha512 { message: Bytes },
    /// HMAC-SHA-256. Out: `mac`.
    HmacSha256 { key: Bytes, message: Bytes },
    /// HKDF-SHA-256, `length` at most 255; no `salt` is 32 zero bytes. Out: `prk`, `okm`.
    Hkdf {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        salt: Option<Bytes>,
        ikm: Bytes,
        info: Bytes,
        length: u8,
    },
    /// AES-256-CBC with PKCS#7. Out: `ciphertext`.
    Aes256CbcEncrypt {
        key: Bytes,
        iv: Bytes,
        plaintext: Bytes,
    },
    /// AES-256-CBC with PKCS#7. Out: `plaintext`.
    Aes256CbcDecrypt {
        key: Bytes,
        iv: Bytes,
        ciphertext: Bytes,
    },
    /// The bare function of RFC 7748. Out: `output`.
    X25519 { scalar: Bytes, u: Bytes },
    /// Agreement of a private key with a serialised public key. Out: `secret`.
    Agreement { private: Bytes, public: Bytes },
    /// The canonical and torsion check. Out: `canonical`.
    IsCanonical { u: Bytes },
    /// Sign. Out: `signature`.
    XeddsaSign {
        form: SignatureForm,
        private: Bytes,
        message: Bytes,
        random: Bytes,
    },
    /// Verify; `public` is the coordinate u. Valid or invalid (`bad_signature`).
    XeddsaVerify {
        form: SignatureForm,
        public: Bytes,
        message: Bytes,
        signature: Bytes,
    },

    // Keys.
    /// Parse and serialise again. Out: `key`.
    ParsePublicKey { bytes: Bytes },
    /// Parse, clamp and serialise again. Out: `key`, `public` (serialised).
    ParsePrivateKey { bytes: Bytes },
    /// Whether two serialised public keys are the same key. Out: `same`.
    SamePublicKey { a: Bytes, b: Bytes },
    /// The stored form of an identity pair. Out: `serialized`.
    EncodeIdentityKeyPair { private: Bytes },
    /// Its inverse. Out: `private`, `public` (serialised).
    DecodeIdentityKeyPair { bytes: Bytes },
    /// Claim an alternate identity; `other` serialised. Out: `message`, `signature`.
    SignAlternateIdentity {
        private: Bytes,
        other: Bytes,
        random: Bytes,
    },
    /// Check such a claim; keys serialised. Valid or invalid (`bad_signature`).
    VerifyAlternateIdentity {
        identity: Bytes,
        other: Bytes,
        signature: Bytes,
    },

    // Key derivation of the protocol.
    /// KDF_CK. Out: `chainKey`, `messageKeySeed`.
    KdfCk { chain_key: Bytes },
    /// KDF_RK. Out: `rootKey`, `chainKey`.
    KdfRk { root_key: Bytes, dh_output: Bytes },
    /// The keys of a message. Out: `cipherKey`, `macKey`, `iv`.
    MessageKeys { seed: Bytes },
    /// The KDF of X3DH. Out: `rootKey`, `chainKey`.
    X3dhKdf { ikm: Bytes },
    /// X3DH of the initiator, signature checked first. Out: `dh1`.. `dh4`, `ikm`, `rootKey`, `chainKey`.
    X3dhInitiator {
        identity_private: Bytes,
        base_private: Bytes,
        bundle: Bundle,
    },
    /// X3DH of the responder; public keys serialised. Out: as the initiator's.
    X3dhResponder {
        identity_private: Bytes,
        signed_prekey_private: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_private: Option<Bytes>,
        remote_identity: Bytes,
        base_key: Bytes,
    },

    // Wire.
    /// Parse a SignalMessage. Out: `version`, `ratchetKey`, `counter`, `previousCounter`, `body`, `spqr`,
    /// `addresses` (if present), `tag`, `reserialized`.
    ParseSignalMessage { bytes: Bytes },
    /// Write a SignalMessage with a given tag. Out: `message`.
    EncodeSignalMessage {
        version: u8,
        ratchet_key: Bytes,
        counter: u32,
        previous_counter: u32,
        body: Bytes,
        spqr: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        addresses: Option<Bytes>,
        tag: Bytes,
    },
    /// Parse a PreKeySignalMessage. Out: `version`, `registrationId`, `oneTimePrekeyId`, `signedPrekeyId`,
    /// `kemPrekeyId`, `kemCiphertext` (if present), `baseKey`, `identityKey`, `message`.
    ParsePrekeyMessage { bytes: Bytes },
    /// Write a PreKeySignalMessage without KEM fields. Out: `message`.
    EncodePrekeyMessage {
        version: u8,
        registration_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_id: Option<u32>,
        signed_prekey_id: u32,
        base_key: Bytes,
        identity_key: Bytes,
        inner: Bytes,
    },
    /// The address block of two addresses. Out: `block`, absent if a name is not a service id.
    AddressBlock {
        sender: String,
        sender_device: u32,
        recipient: String,
        recipient_device: u32,
    },
    /// The tag of a message; identity keys serialised. Out: `tag`.
    MessageTag {
        mac_key: Bytes,
        sender: Bytes,
        receiver: Bytes,
        unsigned: Bytes,
    },

    // Parties and sessions.
    /// Make a party. Out: `identityKey` (serialised).
    CreateParty {
        party: String,
        name: String,
        device_id: u32,
        identity_private: Bytes,
        registration_id: u32,
    },
    /// Put a signed prekey into the party's store. Out: `public` (serialised).
    AddSignedPrekey {
        party: String,
        id: u32,
        private: Bytes,
    },
    /// Put a one-time prekey into the party's store. Out: `public` (serialised).
    AddOneTimePrekey {
        party: String,
        id: u32,
        private: Bytes,
    },
    /// Publish a bundle from the store. Out: `bundle`.
    PublishBundle {
        party: String,
        signed_prekey_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_id: Option<u32>,
        signature_random: Bytes,
    },
    /// Start a session as the initiator. Out: `baseKey` (serialised).
    StartSession {
        party: String,
        peer: String,
        bundle: Bundle,
        base_private: Bytes,
        ratchet_private: Bytes,
        now_ms: u64,
    },
    /// Encrypt. Out: `kind`, `message`, `keys` {`messageKeySeed`, `cipherKey`, `macKey`, `iv`}.
    Encrypt {
        party: String,
        peer: String,
        plaintext: Bytes,
        now_ms: u64,
    },
    /// Encrypt the same plaintext `count` times and drop the messages. No output.
    DropMessages {
        party: String,
        peer: String,
        plaintext: Bytes,
        count: u32,
        now_ms: u64,
    },
    /// Decrypt. Out: `plaintext`, `usedOneTimePrekeyId` (if one was used; the store deletes it).
    Decrypt {
        party: String,
        peer: String,
        kind: Kind,
        message: Bytes,
        ratchet_private: Bytes,
    },
    /// Save the record of a peer. Out: `saved`.
    Save { party: String, peer: String },
    /// Load a saved record in place of the one there is. No output.
    Load {
        party: String,
        peer: String,
        saved: Bytes,
    },
    /// Import a bare record of the deployed library in its place. Out: `saved`.
    Import {
        party: String,
        peer: String,
        record: Bytes,
    },
    /// The user accepts an identity of a peer; serialised. No output.
    AcceptIdentity {
        party: String,
        peer: String,
        identity_key: Bytes,
    },
    /// Use the record of one peer for another as well. No output.
    CopyRecord {
        party: String,
        from_peer: String,
        to_peer: String,
    },
    /// Delete the record of a peer; the stored identity stays. No output.
    DeleteRecord { party: String, peer: String },
}

impl Step {
    /// Its name: the `op` in a vector.
    #[must_use]
    pub fn op(&self) -> String {
        let value = serde_json::to_value(self).unwrap_or_default();
        value["op"].as_str().unwrap_or_default().to_owned()
    }

    /// The party that acts, if the step is one of a party.
    #[must_use]
    pub fn party(&self) -> Option<&str> {
        match self {
            Self::CreateParty { party, .. }
            | Self::AddSignedPrekey { party, .. }
            | Self::AddOneTimePrekey { party, .. }
            | Self::PublishBundle { party, .. } => Some(party),
            _ => self.record().map(|(party, _)| party),
        }
    }

    /// The party and peer whose record a step reads or writes.
    #[must_use]
    pub fn record(&self) -> Option<(&str, &str)> {
        match self {
            Self::StartSession { party, peer, .. }
            | Self::Encrypt { party, peer, .. }
            | Self::DropMessages { party, peer, .. }
            | Self::Decrypt { party, peer, .. }
            | Self::Save { party, peer }
            | Self::Load { party, peer, .. }
            | Self::Import { party, peer, .. }
            | Self::AcceptIdentity { party, peer, .. }
            | Self::CopyRecord {
                party,
                to_peer: peer,
                ..
            }
            | Self::DeleteRecord { party, peer } => Some((party, peer)),
            _ => None,
        }
    }
}
