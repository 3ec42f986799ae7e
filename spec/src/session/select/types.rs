//! Who talks to whom, and what comes of it.
//!
//! Who calls it: the other modules of `session::select`, and applications. Secret: the private halves of pairs, records and
//! plaintexts.
use crate::address::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::session::record::*;
use crate::session::trust::*;
use hacspec_lib::*;

/// Why an operation on a record was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// There is no session, or it may no longer send.
    NoSession,
    /// The identity key is not the stored one of the address.
    UntrustedIdentity,
    /// The handshake was refused.
    Handshake(HandshakeError),
    /// The message was decrypted before, or its key was dropped.
    DuplicateMessage,
    /// No session decrypts the message. One error whatever the causes.
    DecryptionFailed,
    /// A new session would be of a version other than 3.
    UnsupportedVersion,
    /// The sending chain has used its last number.
    CounterExhausted,
    /// An archived session could not be decoded in the search for the session of a prekey message.
    Record(RecordError),
}

/// Who acts.
#[derive(Clone)]
pub struct Local {
    /// Own identity pair.
    pub identity: IdentityKeyPair,
    /// Own registration id.
    pub registration_id: u32,
    /// Own address.
    pub address: Address,
}

/// Whom with.
#[derive(Clone)]
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
#[derive(Clone, Debug)]
pub struct Ciphertext {
    /// Which message it is: the transport carries this beside the bytes.
    pub kind: MessageKind,
    /// The bytes, public.
    pub bytes: Seq<u8>,
}

/// What the caller's store holds under the prekey ids of a prekey message.
#[derive(Clone, Copy)]
pub struct PreKeyLookup {
    /// The pair of the SPK id.
    pub signed_prekey: Option<SignedPreKeyPair>,
    /// The pair of the OPK id, if the message has one.
    pub one_time_prekey: Option<OneTimePreKeyPair>,
}

/// A decrypted message.
#[derive(Clone)]
pub struct Decrypted {
    /// The record after it.
    pub record: Record,
    /// The plaintext, secret.
    pub plaintext: ByteSeq,
    /// Id of the OPK that the handshake used: the caller deletes it.
    pub used_one_time_prekey: Option<u32>,
}

/// A result of the handshake as one of this layer.
pub(crate) fn lift_handshake(
    result: Result<Secrets, HandshakeError>,
) -> Result<Secrets, SessionError> {
    match result {
        Ok(secrets) => Ok(secrets),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// Refuse an identity that is not trusted. Errors: `UntrustedIdentity`.
pub(crate) fn check_trust(remote: &Remote, presented: IdentityKey) -> Result<(), SessionError> {
    if is_trusted_identity(remote.stored_identity, presented) {
        Ok(())
    } else {
        Err(SessionError::UntrustedIdentity)
    }
}

/// A session with its ratchet moved on.
pub(crate) fn with_ratchet(session: Session, ratchet: State) -> Session {
    Session {
        version: session.version,
        local_identity: session.local_identity,
        remote_identity: session.remote_identity,
        ratchet,
        pending: session.pending,
        remote_registration_id: session.remote_registration_id,
        local_registration_id: session.local_registration_id,
        base_key: session.base_key,
    }
}
