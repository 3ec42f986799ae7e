//! The session, what is pending in it, and the numbers of the stored fields.
//!
//! Which part: deployed only. Who calls it: the other modules of `session::record`, `session::select`. Secret: a session.
use crate::keys::*;
use crate::ratchet::sparse::types::*;
use crate::ratchet::triple::*;
use hacspec_lib::*;

pub(crate) const SESSION_VERSION: u32 = 1u32;
pub(crate) const SESSION_LOCAL_IDENTITY: u32 = 2u32;
pub(crate) const SESSION_REMOTE_IDENTITY: u32 = 3u32;
pub(crate) const SESSION_ROOT_KEY: u32 = 4u32;
pub(crate) const SESSION_PREVIOUS_COUNTER: u32 = 5u32;
pub(crate) const SESSION_SENDING_CHAIN: u32 = 6u32;
pub(crate) const SESSION_RECEIVING_CHAIN: u32 = 7u32;
pub(crate) const SESSION_PENDING: u32 = 9u32;
pub(crate) const SESSION_REMOTE_REGISTRATION: u32 = 10u32;
pub(crate) const SESSION_LOCAL_REGISTRATION: u32 = 11u32;
pub(crate) const SESSION_BASE_KEY: u32 = 13u32;
pub(crate) const SESSION_PENDING_KEM: u32 = 14u32;
pub(crate) const SESSION_SPARSE: u32 = 15u32;
pub(crate) const CHAIN_RATCHET_PUBLIC: u32 = 1u32;
pub(crate) const CHAIN_RATCHET_PRIVATE: u32 = 2u32;
pub(crate) const CHAIN_KEY: u32 = 3u32;
pub(crate) const CHAIN_SKIPPED: u32 = 4u32;
pub(crate) const CHAIN_KEY_INDEX: u32 = 1u32;
pub(crate) const CHAIN_KEY_KEY: u32 = 2u32;
pub(crate) const SKIPPED_NUMBER: u32 = 1u32;
pub(crate) const SKIPPED_CIPHER_KEY: u32 = 2u32;
pub(crate) const SKIPPED_MAC_KEY: u32 = 3u32;
pub(crate) const SKIPPED_IV: u32 = 4u32;
pub(crate) const SKIPPED_SEED: u32 = 5u32;
pub(crate) const PENDING_ONE_TIME_PREKEY_ID: u32 = 1u32;
pub(crate) const PENDING_BASE_KEY: u32 = 2u32;
pub(crate) const PENDING_SIGNED_PREKEY_ID: u32 = 3u32;
pub(crate) const PENDING_CREATED: u32 = 4u32;
pub(crate) const PENDING_KEM_ID: u32 = 1u32;
pub(crate) const PENDING_KEM_CIPHERTEXT: u32 = 2u32;
pub(crate) const IDENTITY_PAIR_PUBLIC: u32 = 1u32;
pub(crate) const IDENTITY_PAIR_PRIVATE: u32 = 2u32;
pub(crate) const SECRET_LENGTH: usize = 32;

/// Why stored state was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordError {
    /// The first byte is not that of a known stored form, or there is none.
    UnsupportedFormat,
    /// The protobuf is malformed.
    InvalidProtobuf,
    /// A field that a session cannot be without is absent.
    MissingField,
    /// A key was refused.
    Key(KeyError),
    /// A secret is other than 32 bytes long.
    BadLength,
    /// The session is of a version other than 3 and 4.
    UnsupportedVersion,
    /// More receiving chains, skipped keys or archived sessions than the protocol keeps.
    OverLimit,
    /// Skipped numbers are not strictly descending below Nr, or two receiving chains have one ratchet key.
    Inconsistent,
    /// A skipped key in the form of old releases: expanded keys in place of the seed.
    OldMessageKeys,
    /// The private half of a pair does not give its public half.
    KeyMismatch,
    /// The bytes are not those that saving the same state gives.
    NotCanonical,
    /// The state of SPQR was refused.
    Sparse(SparseError),
}

/// The KEM fields of a session that waits for its first answer.
#[derive(Clone, Debug)]
pub struct PendingKem {
    /// PQPK id.
    pub id: u32,
    /// CT with its type byte, 1569 bytes.
    pub ciphertext: Seq<u8>,
}

/// What an initiator repeats in every message until it gets an answer.
#[derive(Clone, Debug)]
pub struct Pending {
    /// OPK id, if the bundle had an OPK.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// What the KEM adds in version 4.
    pub kem: Option<PendingKem>,
    /// EKA.
    pub base_key: BaseKey,
    /// When the session was made, in whole seconds since 1970.
    pub created_s: u64,
}

/// A session.
#[derive(Clone)]
pub struct Session {
    /// 3 or 4.
    pub version: u8,
    /// Own IK.
    pub local_identity: IdentityKey,
    /// IK of the peer.
    pub remote_identity: IdentityKey,
    /// The ratchets, secret.
    pub ratchet: TripleState,
    /// Present at an initiator that got no answer yet.
    pub pending: Option<Pending>,
    /// Registration id of the peer.
    pub remote_registration_id: u32,
    /// Own registration id.
    pub local_registration_id: u32,
    /// EKA, at both roles.
    pub base_key: BaseKey,
}
