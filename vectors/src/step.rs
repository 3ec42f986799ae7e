//! A step of a scenario: one operation with every input, random ones included, given by its meaning.
//!
//! The same type serves published vectors, differential campaigns, recordings and foreign implementations: a driver
//! takes a step and gives an [`Outcome`](crate::outcome::Outcome). A stateless test is one step.
mod prekey_parts;
mod subject;
mod values;

pub use prekey_parts::PrekeyParts;
pub use subject::{SenderKeyName, Subject};
pub use values::{Bundle, Chunk, Direction, KemSet, Kind, Payload, Profile, SignatureForm};

use crate::bytes::Bytes;
use crate::epoch::Epoch;
use serde::{Deserialize, Serialize};

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
    /// Sign by VXEdDSA. Out: `signature`, `vrfOutput`.
    VxeddsaSign {
        private: Bytes,
        message: Bytes,
        random: Bytes,
    },
    /// Verify by VXEdDSA; `public` is the coordinate u. Out: `vrfOutput`; or invalid (`bad_signature`).
    VxeddsaVerify {
        public: Bytes,
        message: Bytes,
        signature: Bytes,
    },
    /// The map of Elligator. Out: `u`.
    #[serde(rename = "elligator2")]
    Elligator2 { r: Bytes },
    /// Hash to a point. Out: `point`, encoded.
    HashToPoint { message: Bytes },
    /// The same from the hash on: its first 32 bytes. Out: `point`, encoded.
    PointOfHash { hash: Bytes },

    // KEM.
    /// Make a key pair from d || z. Out: `encapsulationKey`, `decapsulationKey`.
    KemKeyGen { set: KemSet, seed: Bytes },
    /// Encapsulate; `random` is m. Out: `ciphertext`, `secret`.
    KemEncaps {
        set: KemSet,
        encapsulation_key: Bytes,
        random: Bytes,
    },
    /// Decapsulate; a wrong ciphertext gives another secret. Out: `secret`.
    KemDecaps {
        set: KemSet,
        decapsulation_key: Bytes,
        ciphertext: Bytes,
    },
    /// A key pair of ML-KEM-768 in pieces. Out: `header`, `vector`, `decapsulationKey`.
    KemGenerate { seed: Bytes },
    /// The first half of an encapsulation. Out: `ciphertext1`, `secret`, `encapsState`.
    KemEncaps1 { header: Bytes, random: Bytes },
    /// Whether a vector belongs to a header. Out: `matches`.
    KemIsMatch { header: Bytes, vector: Bytes },
    /// The second half of an encapsulation. Out: `ciphertext2`.
    KemEncaps2 { vector: Bytes, encaps_state: Bytes },
    /// Decapsulate the two halves. Out: `secret`.
    KemDecapsHalves {
        decapsulation_key: Bytes,
        ciphertext1: Bytes,
        ciphertext2: Bytes,
    },
    /// Parse a KEM prekey and serialise it again. Out: `key`.
    ParseKemPublicKey { bytes: Bytes },
    /// Parse a KEM prekey pair and serialise it again. Out: `key`, `public` (both serialised).
    ParseKemSecretKey { bytes: Bytes },
    /// Parse a KEM ciphertext and serialise it again. Out: `ciphertext`.
    ParseKemCiphertext { bytes: Bytes },

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
    /// The keys of a message; `spqrKey` is the salt. Out: `cipherKey`, `macKey`, `iv`.
    MessageKeys {
        seed: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        spqr_key: Option<Bytes>,
    },
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
    /// The KDF of PQXDH. Out: `rootKey`, `chainKey`, `spqrAuthKey`.
    PqxdhKdf { ikm: Bytes },
    /// PQXDH of the initiator, signatures checked first. Out: `dh1`.. `dh4`, `kemSecret`, `kemCiphertext` (serialised),
    /// `ikm`, `rootKey`, `chainKey`, `spqrAuthKey`.
    PqxdhInitiator {
        identity_private: Bytes,
        base_private: Bytes,
        kem_random: Bytes,
        bundle: Bundle,
    },
    /// PQXDH of the responder; keys and ciphertext serialised. Out: as the initiator's, without `kemCiphertext`.
    PqxdhResponder {
        identity_private: Bytes,
        signed_prekey_private: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_private: Option<Bytes>,
        kem_secret_key: Bytes,
        remote_identity: Bytes,
        base_key: Bytes,
        kem_ciphertext: Bytes,
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
    /// Write a PreKeySignalMessage, with both KEM fields or none. Out: `message`.
    EncodePrekeyMessage {
        version: u8,
        registration_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_id: Option<u32>,
        signed_prekey_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_prekey_id: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_ciphertext: Option<Bytes>,
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

    // Fingerprints.
    /// The fingerprint of one side; `key` serialised. Out: `fingerprint`.
    Fingerprint {
        iterations: u32,
        id: Bytes,
        key: Bytes,
    },
    /// The digits that both sides show. Out: `digits`.
    FingerprintDisplay { local: Bytes, remote: Bytes },
    /// The code that one side shows. Out: `code`.
    FingerprintScannable {
        version: u32,
        local: Bytes,
        remote: Bytes,
    },
    /// Compare the own code, of these fingerprints, with a scanned one. Out: `matches`.
    FingerprintCompare {
        version: u32,
        local: Bytes,
        remote: Bytes,
        scanned: Bytes,
    },
    /// Parse a code with all of its parts. Out: `version`, `local`, `remote`.
    ParseFingerprintCode { bytes: Bytes },
    /// Write a code, its parts of any length. Out: `code`.
    EncodeFingerprintCode {
        version: u32,
        local: Bytes,
        remote: Bytes,
    },

    // SPQR: codec.
    /// Multiply in GF(2^16). Out: `product`.
    GfMul { a: u16, b: u16 },
    /// Divide. Out: `quotient`.
    GfDiv { a: u16, b: u16 },
    /// Invert; 0 gives 0. Out: `inverse`.
    GfInv { a: u16 },
    /// Leave out `skip` chunks of a message, then give `count` of them; the message is `repeat` times these bytes, once
    /// if that is absent. Out: `chunks`, `encoderState` (after them).
    ErasureEncode {
        message: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        repeat: Option<u32>,
        skip: u32,
        count: u32,
    },
    /// Collect chunks of a message of this length. Out: `decoded` (if there are enough), `decoderState`.
    ErasureDecode { length: u32, chunks: Vec<Chunk> },
    /// Write an SPQR message; `chunk` if its payload has one. Out: `message`.
    SpqrEncodeMessage {
        epoch: Epoch,
        index: u32,
        payload: Payload,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        chunk: Option<Chunk>,
    },
    /// Parse an SPQR message. Out: `epoch`, `index`, `payload`, `chunk` (if there is one).
    SpqrParseMessage { bytes: Bytes },

    // SPQR: authenticator.
    /// The keys at the start. Out: `rootKey`, `macKey`.
    SpqrAuthNew { auth_key: Bytes, epoch: Epoch },
    /// The keys after an epoch. Out: `rootKey`, `macKey`.
    SpqrAuthUpdate {
        root_key: Bytes,
        mac_key: Bytes,
        epoch: Epoch,
        key: Bytes,
    },
    /// The MAC of a header. Out: `mac`.
    SpqrMacHeader {
        root_key: Bytes,
        mac_key: Bytes,
        epoch: Epoch,
        header: Bytes,
    },
    /// The MAC of a ciphertext, both halves. Out: `mac`.
    SpqrMacCiphertext {
        root_key: Bytes,
        mac_key: Bytes,
        epoch: Epoch,
        ciphertext: Bytes,
    },
    /// The secret of an epoch. Out: `epochSecret`.
    SpqrEpochSecret { kem_secret: Bytes, epoch: Epoch },

    // SPQR: chains, by name.
    /// Make a chain. No output.
    ChainStart {
        chain: String,
        direction: Direction,
        auth_key: Bytes,
        max_jump: u32,
        max_out_of_order: u32,
    },
    /// Add the next epoch. No output.
    ChainAddEpoch { chain: String, secret: Bytes },
    /// The next key to send with. Out: `index`, `key`.
    ChainSendKey { chain: String, epoch: Epoch },
    /// The key of a received message. Out: `key`.
    ChainReceiveKey {
        chain: String,
        epoch: Epoch,
        index: u32,
    },

    // SPQR: transcripts, of parties without sessions.
    /// Make a party, in place of one of the same name. No output.
    SpqrStart {
        party: String,
        direction: Direction,
        version: u8,
        min_version: u8,
        auth_key: Bytes,
        max_jump: u32,
        max_out_of_order: u32,
    },
    /// Send; `kemSeed` or `kemRandom` must be there if it is drawn. Out: `message`, `key` (if there is one).
    SpqrSend {
        party: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_seed: Option<Bytes>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_random: Option<Bytes>,
    },
    /// Receive. Out: `key` (if there is one).
    SpqrReceive { party: String, message: Bytes },
    /// Save the state. Out: `saved`.
    SpqrSave { party: String },
    /// Load a saved state in place of the one there is. No output.
    SpqrLoad { party: String, saved: Bytes },

    // The Double Ratchet as written, of parties without sessions.
    /// Make a party, in place of one of the same name: the initiator if there is a `peerRatchetKey` (serialised). No output.
    WrittenStart {
        party: String,
        shared_key: Bytes,
        ratchet_private: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer_ratchet_key: Option<Bytes>,
    },
    /// Encrypt. Out: `header`, `ciphertext`, `messageKey`.
    WrittenEncrypt {
        party: String,
        plaintext: Bytes,
        associated_data: Bytes,
    },
    /// Encrypt `count` empty messages and drop them. No output.
    WrittenDrop { party: String, count: u32 },
    /// Decrypt. Out: `plaintext`.
    WrittenDecrypt {
        party: String,
        header: Bytes,
        ciphertext: Bytes,
        associated_data: Bytes,
        ratchet_private: Bytes,
    },

    // The same with header encryption.
    /// Make a party, in place of one of the same name: the initiator if there is a `peerRatchetKey` (serialised).
    /// Out: `sharedKey`, `initiatorHeaderKey`, `responderNextHeaderKey`.
    HeStart {
        party: String,
        handshake_secret: Bytes,
        ratchet_private: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        peer_ratchet_key: Option<Bytes>,
    },
    /// Encrypt. Out: `header` (before it is encrypted), `encryptedHeader`, `ciphertext`, `messageKey`.
    HeEncrypt {
        party: String,
        header_nonce: Bytes,
        plaintext: Bytes,
        associated_data: Bytes,
    },
    /// Encrypt `count` empty messages and drop them. No output.
    HeDrop { party: String, count: u32 },
    /// Decrypt. Out: `plaintext`.
    HeDecrypt {
        party: String,
        encrypted_header: Bytes,
        ciphertext: Bytes,
        associated_data: Bytes,
        ratchet_private: Bytes,
    },

    // Parties and sessions.
    /// Make a party. Out: `identityKey` (serialised).
    CreateParty {
        party: String,
        name: String,
        device_id: u32,
        identity_private: Bytes,
        registration_id: u32,
        #[serde(default, skip_serializing_if = "Profile::is_default")]
        profile: Profile,
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
    /// Put a KEM prekey into the party's store; it is deleted after use unless it is one of last resort.
    /// Out: `public` (serialised).
    AddKemPrekey {
        party: String,
        id: u32,
        seed: Bytes,
        last_resort: bool,
    },
    /// The same of a serialised pair, as other software has stored it. Out: `public` (serialised).
    ImportKemPrekey {
        party: String,
        id: u32,
        secret_key: Bytes,
        last_resort: bool,
    },
    /// Publish a bundle from the store. Out: `bundle`.
    PublishBundle {
        party: String,
        signed_prekey_id: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        one_time_prekey_id: Option<u32>,
        signature_random: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_prekey_id: Option<u32>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_signature_random: Option<Bytes>,
    },
    /// Start a session as the initiator. Out: `baseKey` (serialised).
    StartSession {
        party: String,
        peer: String,
        bundle: Bundle,
        base_private: Bytes,
        ratchet_private: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_random: Option<Bytes>,
        now_ms: u64,
    },
    /// Encrypt; `kemSeed` or `kemRandom` must be there if SPQR draws it.
    /// Out: `kind`, `message`, `keys` {`messageKeySeed`, `spqrKey` (if there is one), `cipherKey`, `macKey`, `iv`}.
    Encrypt {
        party: String,
        peer: String,
        plaintext: Bytes,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_seed: Option<Bytes>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_random: Option<Bytes>,
        now_ms: u64,
    },
    /// Encrypt the same plaintext `count` times and drop the messages. No output.
    DropMessages {
        party: String,
        peer: String,
        plaintext: Bytes,
        count: u32,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_seed: Option<Bytes>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        kem_random: Option<Bytes>,
        now_ms: u64,
    },
    /// Decrypt. Out: `plaintext`, `usedOneTimePrekeyId` (if one was used; the store deletes it), `usedKemPrekeyId` (if one was
    /// used; the store deletes it, or remembers the base key).
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

    // Groups: messages, key derivation, stored records.
    /// Parse a SenderKeyMessage. Out: `version`, `distributionId` (if the dialect has one), `chainId`, `iteration`, `body`,
    /// `unsigned` (what is under the signature, as received), `signature`.
    ParseSenderKeyMessage { profile: Profile, bytes: Bytes },
    /// Write a SenderKeyMessage with a given signature. Out: `message`.
    EncodeSenderKeyMessage {
        profile: Profile,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        distribution_id: Option<Bytes>,
        chain_id: u32,
        iteration: u32,
        body: Bytes,
        signature: Bytes,
    },
    /// Parse a SenderKeyDistributionMessage. Out: `version`, `distributionId` (if the dialect has one), `chainId`, `iteration`,
    /// `chainKey`, `signingKey` (serialised).
    ParseDistributionMessage { profile: Profile, bytes: Bytes },
    /// Write a SenderKeyDistributionMessage. Out: `message`.
    EncodeDistributionMessage {
        profile: Profile,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        distribution_id: Option<Bytes>,
        chain_id: u32,
        iteration: u32,
        chain_key: Bytes,
        signing_key: Bytes,
    },
    /// One step of the chain of a sender. Out: `chainKey`, `messageKeySeed`.
    KdfSenderCk { chain_key: Bytes },
    /// The keys of a message to a group. Out: `iv`, `cipherKey`.
    SenderMessageKeys { seed: Bytes },
    /// Read a stored sender key and store it again. Out: `record`, `states`.
    DecodeSenderKeyRecord { bytes: Bytes },

    // Groups: the sender keys of a party, each by the address of its sender and the distribution id.
    /// Make a distribution message; the random values are for a new sender key, if there is none. Out: `message`.
    GroupCreateDistribution {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
        chain_id_random: u32,
        chain_key: Bytes,
        signing_private: Bytes,
    },
    /// Take a distribution message of a sender. No output.
    GroupProcessDistribution {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
        message: Bytes,
    },
    /// Encrypt to a group. Out: `message`, `keys` {`messageKeySeed`, `iv`, `cipherKey`}.
    GroupEncrypt {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
        plaintext: Bytes,
        signature_random: Bytes,
    },
    /// Decrypt a message to a group. Out: `plaintext`.
    GroupDecrypt {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
        message: Bytes,
    },
    /// Save a sender key. Out: `saved`.
    GroupSave {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
    },
    /// Load a saved sender key in place of the one there is. No output.
    GroupLoad {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
        saved: Bytes,
    },
    /// Delete a sender key. No output.
    GroupDelete {
        party: String,
        sender: String,
        sender_device: u32,
        distribution_id: Bytes,
    },
}
