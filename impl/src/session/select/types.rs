//! Who talks to whom, and what comes of it.
//!
//! Who calls it: the other modules of `session::select`, and applications. Secret: the private halves of pairs, and
//! plaintexts.
use crate::address::Address;
use crate::handshake::HandshakeError;
use crate::keys::{IdentityKey, IdentityKeyPair, OneTimePreKeyPair, SignedPreKeyPair};
use crate::session::record::RecordError;
use crate::session::trust::is_trusted_identity;
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
    /// A new session would be of a version other than 3.
    #[error("the session version is not supported")]
    UnsupportedVersion,
    /// The sending chain has used its last number.
    #[error("the sending chain has no number left")]
    CounterExhausted,
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
}

impl fmt::Debug for Local {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Local");
        out.field("identity", &self.identity.public.key)
            .field("registration_id", &self.registration_id);
        out.field("address", &self.address).finish()
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
}

/// A decrypted message.
pub struct Decrypted {
    /// The plaintext, secret.
    pub plaintext: Vec<u8>,
    /// Id of the OPK that the handshake used: the caller deletes it.
    pub used_one_time_prekey: Option<u32>,
}

/// Refuse an identity that is not trusted. Errors: `UntrustedIdentity`.
pub(crate) fn check_trust(remote: &Remote, presented: IdentityKey) -> Result<(), SessionError> {
    if is_trusted_identity(remote.stored_identity, presented) {
        Ok(())
    } else {
        Err(SessionError::UntrustedIdentity)
    }
}
