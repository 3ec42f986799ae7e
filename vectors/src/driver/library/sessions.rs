//! What a library must offer of parties and sessions.
use super::{Array32, Draw, PlainMessageKeys, Randomness, Serialized};
use crate::outcome::{ErrorClass, Snapshot};
use crate::step::{Bundle, Kind, Profile};
use std::collections::BTreeMap;

/// Who acts on a record, and with whom.
pub struct Context<'a, L: Sessions + ?Sized> {
    /// Who acts.
    pub local: &'a L::Local,
    /// The peer as a party: its address is used, nothing else.
    pub peer: &'a L::Local,
    /// The identity stored for the peer.
    pub stored: Option<L::Identity>,
}

/// The prekeys of a party, by id.
pub struct Prekeys<L: Sessions + ?Sized> {
    /// Signed prekeys.
    pub signed: BTreeMap<u32, L::SignedPreKeyPair>,
    /// One-time prekeys that were not used yet.
    pub one_time: BTreeMap<u32, L::OneTimePreKeyPair>,
    /// KEM prekeys: those of last resort, and one-time ones that were not used yet.
    pub kem: BTreeMap<u32, KemPrekey<L>>,
}

/// A KEM prekey of a party.
pub struct KemPrekey<L: Sessions + ?Sized> {
    /// The pair.
    pub pair: L::KemPreKeyPair,
    /// Whether it stays after use.
    pub last_resort: bool,
    /// With which signed prekeys and base keys it was used.
    pub seen: Vec<(u32, Serialized)>,
}

impl<L: Sessions + ?Sized> KemPrekey<L> {
    /// The base keys with which it was used together with a signed prekey.
    pub fn seen_with(&self, signed_prekey_id: u32) -> impl Iterator<Item = &Serialized> {
        let seen = self.seen.iter();
        seen.filter(move |(id, _)| *id == signed_prekey_id)
            .map(|(_, base_key)| base_key)
    }
}

impl<L: Sessions + ?Sized> Default for Prekeys<L> {
    fn default() -> Self {
        Self {
            signed: BTreeMap::new(),
            one_time: BTreeMap::new(),
            kem: BTreeMap::new(),
        }
    }
}

/// What decrypting gives beside the record.
pub struct Opened<I> {
    /// The plaintext.
    pub plaintext: Vec<u8>,
    /// The identity to store for the peer.
    pub identity: I,
    /// The one-time prekey to delete.
    pub used_one_time_prekey: Option<u32>,
    /// The KEM prekey to delete, or to remember the use of.
    pub used_kem_prekey: Option<PlainUsedKemPrekey>,
}

/// The use of a KEM prekey.
pub struct PlainUsedKemPrekey {
    /// PQPK id.
    pub id: u32,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// EK, serialised.
    pub base_key: Serialized,
}

/// Parties and sessions. A function that fails leaves the record as it was.
pub trait Sessions {
    /// The identity of a peer.
    type Identity: Copy;
    /// A party: identity pair, registration id, address, profile.
    type Local;
    /// The pair of a signed prekey.
    type SignedPreKeyPair;
    /// The pair of a one-time prekey.
    type OneTimePreKeyPair;
    /// The pair of a KEM prekey.
    type KemPreKeyPair;
    /// The record of a peer.
    type Record;

    /// Make a party.
    fn local(
        name: &str,
        device_id: u32,
        identity: Array32,
        registration_id: u32,
        profile: Profile,
    ) -> Result<Self::Local, ErrorClass>;
    /// The serialised identity key of a party.
    fn identity_key(local: &Self::Local) -> Serialized;
    /// The registration id of a party.
    fn registration_id(local: &Self::Local) -> u32;
    /// Parse an identity key.
    fn parse_identity(bytes: &[u8]) -> Result<Self::Identity, ErrorClass>;
    /// A signed prekey and its serialised public half.
    fn signed_prekey(private: Array32) -> (Self::SignedPreKeyPair, Serialized);
    /// The serialised public half.
    fn signed_prekey_public(pair: &Self::SignedPreKeyPair) -> Serialized;
    /// A one-time prekey and its serialised public half.
    fn one_time_prekey(private: Array32) -> (Self::OneTimePreKeyPair, Serialized);
    /// The serialised public half.
    fn one_time_prekey_public(pair: &Self::OneTimePreKeyPair) -> Serialized;
    /// Sign a signed prekey.
    fn sign_signed_prekey(
        local: &Self::Local,
        pair: &Self::SignedPreKeyPair,
        random: [u8; 64],
    ) -> [u8; 64];
    /// A KEM prekey.
    fn kem_prekey(seed: [u8; 64]) -> Self::KemPreKeyPair;
    /// A KEM prekey from its serialised pair.
    fn import_kem_prekey(bytes: &[u8]) -> Result<Self::KemPreKeyPair, ErrorClass>;
    /// The serialised public half.
    fn kem_prekey_public(pair: &Self::KemPreKeyPair) -> Vec<u8>;
    /// Sign a KEM prekey.
    fn sign_kem_prekey(
        local: &Self::Local,
        pair: &Self::KemPreKeyPair,
        random: [u8; 64],
    ) -> [u8; 64];

    /// A record without sessions.
    fn empty_record() -> Self::Record;
    /// The serialised base key of the current session, and the identity of its peer.
    fn current(record: &Self::Record) -> Option<(Serialized, Self::Identity)>;
    /// Start a session as the initiator.
    fn start_session(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        bundle: &Bundle,
        base_private: Array32,
        ratchet_private: Array32,
        kem_random: Array32,
        now_ms: u64,
    ) -> Result<(), ErrorClass>;
    /// What the next message of the current session draws.
    fn draws(record: &Self::Record) -> Draw;
    /// The keys of the next message of the current session; none if it cannot send.
    fn next_message_keys(record: &Self::Record, random: &Randomness) -> Option<PlainMessageKeys>;
    /// Encrypt: whether it is a prekey message, and the bytes.
    fn encrypt(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        random: &Randomness,
        plaintext: &[u8],
        now_ms: u64,
    ) -> Result<(Kind, Vec<u8>), ErrorClass>;
    /// Decrypt a `SignalMessage`.
    fn decrypt_signal(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<Self::Identity>, ErrorClass>;
    /// Decrypt a `PreKeySignalMessage`.
    fn decrypt_prekey(
        record: &mut Self::Record,
        context: &Context<'_, Self>,
        prekeys: &Prekeys<Self>,
        ratchet_private: Array32,
        message: &[u8],
    ) -> Result<Opened<Self::Identity>, ErrorClass>;
    /// The stored form.
    fn save(record: &Self::Record) -> Vec<u8>;
    /// Read the stored form.
    fn load(saved: &[u8]) -> Result<Self::Record, ErrorClass>;
    /// Read the bare form of the deployed library.
    fn import(record: &[u8]) -> Result<Self::Record, ErrorClass>;
    /// The record in neutral terms.
    fn snapshot(record: &Self::Record) -> Snapshot;
}
