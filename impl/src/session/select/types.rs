//! Who talks to whom, and what comes of it.
//!
//! Who calls it: the other modules of `session::select`, and applications. Secret: the private halves of pairs, and
//! plaintexts.
use crate::address::{same_service_id, Address};
use crate::handshake::HandshakeError;
use crate::keys::kem::KemPreKeyPair;
use crate::keys::{
    same_public_key, BaseKey, IdentityKey, IdentityKeyPair, OneTimePreKeyPair, SignedPreKeyPair,
    SparseAuthKey,
};
use crate::ratchet::sparse::{
    sparse_init, ChainParameters, Direction, Parameters, State, Version, DEFAULT_MAX_JUMP,
    DEFAULT_MAX_OUT_OF_ORDER, UNLIMITED_JUMP,
};
use crate::session::record::RecordError;
use crate::session::trust::is_trusted_identity;
use crate::wire::Profile;
use core::fmt;
use thiserror::Error;

/// Why an operation on a record was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum SessionError {
    /// There is no session, or it may no longer send.
    #[error("there is no session that may be used")]
    NoSession,
    /// The identity key is not the stored one of the address.
    #[error("the identity key of the peer has changed")]
    UntrustedIdentity,
    /// The handshake was refused.
    #[error("the handshake was refused: {0}")]
    Handshake(#[source] HandshakeError),
    /// The message was decrypted before, or its key was dropped.
    #[error("the message was already decrypted")]
    DuplicateMessage,
    /// No session decrypts the message. One error whatever the causes.
    #[error("no session decrypts the message")]
    DecryptionFailed,
    /// A new session would be of another version than the profile has.
    #[error("the session version is not supported")]
    UnsupportedVersion,
    /// The sending chain has used its last number.
    #[error("the sending chain has no number left")]
    CounterExhausted,
    /// SPQR cannot send from the state that was stored.
    #[error("the stored state of SPQR cannot send")]
    InvalidSparseState,
    /// An archived session could not be decoded in the search for the session of a prekey message.
    #[error("an archived session could not be decoded: {0}")]
    Record(#[source] RecordError),
}

/// Who acts.
pub struct Local {
    /// Own identity pair.
    pub identity: IdentityKeyPair,
    /// Own registration id.
    pub registration_id: u32,
    /// Own address.
    pub address: Address,
    /// Which sessions the party makes.
    pub profile: Profile,
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Local");
        out.field("identity", &self.identity.public.key)
            .field("registration_id", &self.registration_id);
        out.field("address", &self.address)
            .field("profile", &self.profile)
            .finish()
    }
}

/// Whom with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// Address of the peer device, as the transport tells it.
    pub address: Address,
    /// The identity stored for it, if any.
    pub stored_identity: Option<IdentityKey>,
}

/// Which message it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageKind {
    /// A SignalMessage.
    Signal,
    /// A PreKeySignalMessage.
    PreKey,
}

/// An encrypted message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ciphertext {
    /// Which message it is: the transport carries this beside the bytes.
    pub kind: MessageKind,
    /// The bytes.
    pub bytes: Vec<u8>,
}

/// What the caller's store holds under the prekey ids of a prekey message.
#[derive(Clone, Copy, Default)]
pub struct PreKeyLookup<'a> {
    /// The pair of the SPK id.
    pub signed_prekey: Option<&'a SignedPreKeyPair>,
    /// The pair of the OPK id, if the message has one.
    pub one_time_prekey: Option<&'a OneTimePreKeyPair>,
    /// The pair of the PQPK id, if the message has one.
    pub kem_prekey: Option<&'a KemPreKeyPair>,
    /// If that pair is of last resort: the EKs that were used with it and with this SPK before. Else empty.
    pub seen_base_keys: &'a [BaseKey],
}

/// A KEM prekey that made a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UsedKemPreKey {
    /// PQPK id.
    pub id: u32,
    /// SPK id, of the same message.
    pub signed_prekey_id: u32,
    /// EK of the initiator.
    pub base_key: BaseKey,
}

/// A decrypted message.
pub struct Decrypted {
    /// The plaintext, secret.
    pub plaintext: Vec<u8>,
    /// Id of the OPK that the handshake used: the caller deletes it.
    pub used_one_time_prekey: Option<u32>,
    /// The PQPK that the handshake used: the caller deletes it, or remembers the EK if it is of last resort.
    pub used_kem_prekey: Option<UsedKemPreKey>,
}

/// Whether an account talks to itself: one identity, and one service id; WhatsApp does not look at the names.
pub(crate) fn is_self(local: &Local, remote: &Remote, own: IdentityKey, peer: IdentityKey) -> bool {
    same_public_key(own.key, peer.key)
        && match local.profile {
            Profile::SignalV3 | Profile::SignalV4 => {
                same_service_id(&local.address, &remote.address)
            }
            Profile::WhatsAppV3 => true,
        }
}

/// The state of SPQR in a new session of version 4: version 1 is required; no limit to jumps if an account talks to itself.
pub(crate) fn new_sparse_state(
    direction: Direction,
    auth_key: SparseAuthKey,
    is_self: bool,
) -> State {
    let max_jump = if is_self {
        UNLIMITED_JUMP
    } else {
        DEFAULT_MAX_JUMP
    };
    sparse_init(Parameters {
        direction,
        version: Version::V1,
        min_version: Version::V1,
        auth_key,
        chain: ChainParameters {
            max_jump,
            max_out_of_order: DEFAULT_MAX_OUT_OF_ORDER,
        },
    })
}

/// Refuse an identity that is not trusted. Errors: `UntrustedIdentity`.
pub(crate) fn check_trust(remote: &Remote, presented: IdentityKey) -> Result<(), SessionError> {
    if is_trusted_identity(remote.stored_identity, presented) {
        Ok(())
    } else {
        Err(SessionError::UntrustedIdentity)
    }
}
