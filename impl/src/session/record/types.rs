//! The session, what is pending in it, and the numbers of the stored fields.
//!
//! Which part: deployed only. Who calls it: the other modules of `session::record`, `session::select`. Secret: the ratchet of
//! a session.
use crate::keys::kem::KEM_CIPHERTEXT_LENGTH;
use crate::keys::{BaseKey, IdentityKey, KeyError};
use crate::ratchet::sparse::SparseError;
use crate::ratchet::triple::TripleState;
use core::fmt;
use thiserror::Error;

pub(crate) const SESSION_VERSION: u32 = 1;
pub(crate) const SESSION_LOCAL_IDENTITY: u32 = 2;
pub(crate) const SESSION_REMOTE_IDENTITY: u32 = 3;
pub(crate) const SESSION_ROOT_KEY: u32 = 4;
pub(crate) const SESSION_PREVIOUS_COUNTER: u32 = 5;
pub(crate) const SESSION_SENDING_CHAIN: u32 = 6;
pub(crate) const SESSION_RECEIVING_CHAIN: u32 = 7;
pub(crate) const SESSION_PENDING: u32 = 9;
pub(crate) const SESSION_REMOTE_REGISTRATION: u32 = 10;
pub(crate) const SESSION_LOCAL_REGISTRATION: u32 = 11;
pub(crate) const SESSION_BASE_KEY: u32 = 13;
pub(crate) const SESSION_PENDING_KEM: u32 = 14;
pub(crate) const SESSION_SPARSE: u32 = 15;
pub(crate) const CHAIN_RATCHET_PUBLIC: u32 = 1;
pub(crate) const CHAIN_RATCHET_PRIVATE: u32 = 2;
pub(crate) const CHAIN_KEY: u32 = 3;
pub(crate) const CHAIN_SKIPPED: u32 = 4;
pub(crate) const CHAIN_KEY_INDEX: u32 = 1;
pub(crate) const CHAIN_KEY_KEY: u32 = 2;
pub(crate) const SKIPPED_NUMBER: u32 = 1;
pub(crate) const SKIPPED_CIPHER_KEY: u32 = 2;
pub(crate) const SKIPPED_MAC_KEY: u32 = 3;
pub(crate) const SKIPPED_IV: u32 = 4;
pub(crate) const SKIPPED_SEED: u32 = 5;
pub(crate) const PENDING_ONE_TIME_PREKEY_ID: u32 = 1;
pub(crate) const PENDING_BASE_KEY: u32 = 2;
pub(crate) const PENDING_SIGNED_PREKEY_ID: u32 = 3;
pub(crate) const PENDING_CREATED: u32 = 4;
pub(crate) const PENDING_KEM_ID: u32 = 1;
pub(crate) const PENDING_KEM_CIPHERTEXT: u32 = 2;
pub(crate) const IDENTITY_PAIR_PUBLIC: u32 = 1;
pub(crate) const IDENTITY_PAIR_PRIVATE: u32 = 2;
pub(crate) const SECRET_LENGTH: usize = 32;

/// Why stored state was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum RecordError {
    /// The first byte is not that of a known stored form, or there is none.
    #[error("the stored form is unknown")]
    UnsupportedFormat,
    /// The protobuf is malformed.
    #[error("the stored bytes are malformed")]
    InvalidProtobuf,
    /// A field that a session cannot be without is absent.
    #[error("a stored field is missing")]
    MissingField,
    /// A key was refused.
    #[error("a stored key was refused: {0}")]
    Key(#[source] KeyError),
    /// A secret is other than 32 bytes long.
    #[error("a stored secret has the wrong length")]
    BadLength,
    /// The session is of a version other than 3 and 4.
    #[error("the version of the stored session is not supported")]
    UnsupportedVersion,
    /// More receiving chains, skipped keys or archived sessions than the protocol keeps.
    #[error("more is stored than the protocol keeps")]
    OverLimit,
    /// Skipped numbers are not strictly descending below Nr, or two receiving chains have one ratchet key.
    #[error("stored numbers or keys contradict each other")]
    Inconsistent,
    /// A skipped key in the form of old releases: expanded keys in place of the seed.
    #[error("a stored message key has an old form")]
    OldMessageKeys,
    /// The private half of a pair does not give its public half.
    #[error("a stored key pair does not match")]
    KeyMismatch,
    /// The state of SPQR was refused.
    #[error("the stored state of SPQR was refused: {0}")]
    Sparse(#[source] SparseError),
    /// The bytes are not those that saving the same state gives.
    #[error("the stored bytes are not canonical")]
    NotCanonical,
}

/// The encapsulation that an initiator of version 4 repeats.
#[derive(Clone, PartialEq, Eq)]
pub struct PendingKem {
    /// PQPK id.
    pub id: u32,
    /// CT with its type byte.
    pub ciphertext: Box<[u8; KEM_CIPHERTEXT_LENGTH]>,
}

impl fmt::Debug for PendingKem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("PendingKem");
        out.field("id", &self.id).finish_non_exhaustive()
    }
}

/// What an initiator repeats in every message until it gets an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    /// OPK id, if the bundle had an OPK.
    pub one_time_prekey_id: Option<u32>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// EKA.
    pub base_key: BaseKey,
    /// When the session was made, in whole seconds since 1970.
    pub created_s: u64,
    /// Present in version 4.
    pub kem: Option<PendingKem>,
}

/// A session.
#[derive(Debug)]
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
