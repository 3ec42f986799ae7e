//! Who talks to whom, and what comes of it.
//!
//! Who calls it: the other modules of `session::select`, and applications. Secret: the private halves of pairs, records and
//! plaintexts.
use crate::address::*;
use crate::handshake::pqxdh::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::kem::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::sparse::types::*;
use crate::ratchet::sparse::{empty_state, sparse_init, Parameters, SparseState};
use crate::ratchet::triple::*;
use crate::session::record::*;
use crate::session::trust::*;
use crate::wire::*;
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
    /// A new session would be of another version than the party makes.
    UnsupportedVersion,
    /// The sending chain has used its last number.
    CounterExhausted,
    /// SPQR cannot send: its stored state is not one that the protocol reaches.
    InvalidSparseState,
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
    /// Which sessions it makes.
    pub profile: Profile,
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
#[derive(Clone)]
pub struct PreKeyLookup {
    /// The pair of the SPK id.
    pub signed_prekey: Option<SignedPreKeyPair>,
    /// The pair of the PQPK id, if the message has one.
    pub kem_prekey: Option<KemPreKeyPair>,
    /// The pair of the OPK id, if the message has one.
    pub one_time_prekey: Option<OneTimePreKeyPair>,
    /// The EKs with which this PQPK was used together with this SPK, if it is one of last resort; else none.
    pub seen_base_keys: Seq<BaseKey>,
}

/// Which KEM prekey a new session used, with which keys.
#[derive(Clone, Copy, Debug)]
pub struct UsedKemPreKey {
    /// PQPK id.
    pub id: u32,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// EKA.
    pub base_key: BaseKey,
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
    /// The PQPK that the handshake used: the caller deletes one of one use, and remembers the EK for one of last resort.
    pub used_kem_prekey: Option<UsedKemPreKey>,
}

/// What a handshake gives to a new session.
pub(crate) struct Agreed {
    /// 3 or 4.
    pub(crate) version: u8,
    /// RK0, secret.
    pub(crate) root_key: RootKey,
    /// CK0, secret.
    pub(crate) chain_key: ChainKey,
    /// The first state of SPQR, secret.
    pub(crate) sparse: SparseState,
}

/// X3DH as what a new session takes: version 3, without SPQR.
pub(crate) fn agreed_by_x3dh(
    result: Result<Secrets, HandshakeError>,
) -> Result<Agreed, SessionError> {
    match result {
        Ok(secrets) => Ok(Agreed {
            version: VERSION_3,
            root_key: secrets.root_key,
            chain_key: secrets.chain_key,
            sparse: empty_state(),
        }),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// PQXDH as what a new session takes: version 4, with SPQR from the start.
///
/// Deployed: version 1 of SPQR is demanded of the peer; the limits are the usual ones, but for jumps of an account that
/// talks to itself.
pub(crate) fn agreed_by_pqxdh(
    secrets: PqxdhSecrets,
    direction: Direction,
    limit: JumpLimit,
) -> Agreed {
    let max_jump = match limit {
        JumpLimit::Normal => DEFAULT_MAX_JUMP,
        JumpLimit::SelfSession => UNLIMITED_JUMP,
    };
    Agreed {
        version: VERSION_4,
        root_key: secrets.root_key,
        chain_key: secrets.chain_key,
        sparse: sparse_init(Parameters {
            direction,
            version: Version::V1,
            min_version: Version::V1,
            auth_key: secrets.auth_key,
            chain: ChainParameters {
                max_jump,
                max_out_of_order: DEFAULT_MAX_OUT_OF_ORDER,
            },
        }),
    }
}

/// Whether the names of two devices are those of one account.
///
/// Deployed: they are the same service id; WhatsApp does not look at them.
fn same_account(local: &Local, remote: &Remote) -> bool {
    match local.profile {
        Profile::SignalV3 => same_service_id(&local.address, &remote.address),
        Profile::SignalV4 => same_service_id(&local.address, &remote.address),
        Profile::WhatsAppV3 => true,
    }
}

/// The jump limit of a session: another one if the account talks to itself.
///
/// Deployed: both identity keys are equal, and so are the names.
pub(crate) fn jump_limit(
    local_identity: IdentityKey,
    remote_identity: IdentityKey,
    local: &Local,
    remote: &Remote,
) -> JumpLimit {
    let same_identity = same_public_key(local_identity.key, remote_identity.key);
    if same_identity && same_account(local, remote) {
        JumpLimit::SelfSession
    } else {
        JumpLimit::Normal
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

/// A session with its ratchets moved on.
pub(crate) fn with_ratchet(session: Session, ratchet: TripleState) -> Session {
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
