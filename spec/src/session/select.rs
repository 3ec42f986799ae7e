//! Operations on a record: start a session, encrypt, choose the session that decrypts.
//!
//! Which part: X3DH 3.3 and 3.4 for the order of steps, DR 3.4 and 3.5 inside one session; the choice among sessions
//! is deployed only. Who calls it: applications. Secret: private keys, the record, plaintexts.
//!
//! Every function gives a new record or an error; on an error the caller keeps the record it has. What the caller's
//! stores know (the identity of an address, prekeys by id) comes in as values; what they must change is in the result.
//! The caller saves the peer's identity (`remote_identity` of the current session) with the record.
use crate::address::*;
use crate::handshake::bundle::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::*;
use crate::session::record::*;
use crate::session::trust::*;
use crate::wire::message::*;
use crate::wire::prekey_message::*;
use crate::wire::*;
use hacspec_lib::*;

/// How long a session without an answer may send: 30 days, in milliseconds.
pub const MAX_UNACKNOWLEDGED_AGE_MS: u64 = 2_592_000_000u64;
const MS_PER_S: u64 = 1000u64;

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
fn lift_handshake(result: Result<Secrets, HandshakeError>) -> Result<Secrets, SessionError> {
    match result {
        Ok(secrets) => Ok(secrets),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// A check of the handshake as one of this layer.
fn lift_check(result: Result<(), HandshakeError>) -> Result<(), SessionError> {
    match result {
        Ok(()) => Ok(()),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// A fresh ratchet as a result of this layer: an all-zero agreement is an error of the handshake.
fn lift_fresh_ratchet(result: Result<State, RatchetError>) -> Result<State, SessionError> {
    match result {
        Ok(state) => Ok(state),
        Err(_) => Err(SessionError::Handshake(HandshakeError::InvalidAgreement)),
    }
}

/// Refuse an identity that is not trusted. Errors: `UntrustedIdentity`.
fn check_trust(remote: &Remote, presented: IdentityKey) -> Result<(), SessionError> {
    if is_trusted_identity(remote.stored_identity, presented) {
        Ok(())
    } else {
        Err(SessionError::UntrustedIdentity)
    }
}

/// Start a session as the initiator.
///
/// Standard: X3DH 3.3. The steps are in the deployed order: trust, signature, agreements, ratchet.
/// In: the record of the peer, maybe empty; who; whom; its bundle; 32 random bytes for EKA and 32 for DHs, secret; the
/// time in milliseconds since 1970. Out: the record, the new session current.
/// Errors: `UntrustedIdentity`, `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`.
pub fn start_session(
    record: Record,
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base_private: PrivateKey,
    ratchet_private: PrivateKey,
    now_ms: u64,
) -> Result<Record, SessionError> {
    let () = check_trust(remote, bundle.identity_key)?;
    let () = lift_check(check_bundle(bundle))?;
    let base = base_key_pair(base_private);
    let secrets = lift_handshake(initiate(&local.identity, &base, bundle))?;
    let dhs = ratchet_key_pair(ratchet_private);
    let ratchet = lift_fresh_ratchet(ratchet_init_initiator(
        secrets.root_key,
        secrets.chain_key,
        bundle.signed_prekey,
        dhs,
    ))?;
    let pending = Pending {
        one_time_prekey_id: match bundle.one_time_prekey {
            Some(opk) => Some(opk.id),
            None => None,
        },
        signed_prekey_id: bundle.signed_prekey_id,
        base_key: base.public,
        created_s: now_ms / MS_PER_S,
    };
    let session = Session {
        version: VERSION_3,
        local_identity: local.identity.public,
        remote_identity: bundle.identity_key,
        ratchet,
        pending: Some(pending),
        remote_registration_id: bundle.registration_id,
        local_registration_id: local.registration_id,
        base_key: base.public,
    };
    Ok(set_current(record, session))
}

/// The session that sends.
fn sending_session(record: &Record) -> Result<Session, SessionError> {
    match record.current.clone() {
        Some(session) => Ok(session),
        None => Err(SessionError::NoSession),
    }
}

/// Refuse a session that has waited too long for an answer. Errors: `NoSession`.
fn check_age(pending: Option<Pending>, now_ms: u64) -> Result<(), SessionError> {
    match pending {
        Some(data) => {
            let created_ms = (data.created_s as u128) * (MS_PER_S as u128);
            if created_ms + (MAX_UNACKNOWLEDGED_AGE_MS as u128) < now_ms as u128 {
                Err(SessionError::NoSession)
            } else {
                Ok(())
            }
        }
        None => Ok(()),
    }
}

/// Wrap a message in its envelope while there is pending data.
fn wrap(session: &Session, message: Seq<u8>) -> Ciphertext {
    match session.pending {
        Some(pending) => {
            let envelope = PreKeyEnvelope {
                version: session.version,
                registration_id: session.local_registration_id,
                one_time_prekey_id: pending.one_time_prekey_id,
                signed_prekey_id: pending.signed_prekey_id,
                kem: None,
                base_key: pending.base_key,
                identity_key: session.local_identity,
            };
            Ciphertext {
                kind: MessageKind::PreKey,
                bytes: encode_prekey_message(&envelope, &message),
            }
        }
        None => Ciphertext {
            kind: MessageKind::Signal,
            bytes: message,
        },
    }
}

/// The address block that a message of a session carries: only inside a prekey message.
fn carried_addresses(session: &Session, local: &Local, remote: &Remote) -> Option<Seq<u8>> {
    match session.pending {
        Some(_) => address_block(&local.address, &remote.address),
        None => None,
    }
}

/// A session with its ratchet moved on.
fn with_ratchet(session: Session, ratchet: State) -> Session {
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

/// A sending step as a result of this layer.
fn lift_sent(
    result: Result<(State, Seq<u8>), RatchetError>,
) -> Result<(State, Seq<u8>), SessionError> {
    match result {
        Ok(sent) => Ok(sent),
        Err(_) => Err(SessionError::CounterExhausted),
    }
}

/// Encrypt in the current session.
///
/// Standard: DR 3.4. Deployed: a session without an answer may send for 30 days; the identity is checked after the work
/// and before anything is kept.
/// In: the record; who; whom; the time in milliseconds since 1970; any plaintext, secret. Out: the record, and the
/// message.
/// Errors: `NoSession`, `CounterExhausted`, `UntrustedIdentity`.
pub fn encrypt(
    record: Record,
    local: &Local,
    remote: &Remote,
    now_ms: u64,
    plaintext: &ByteSeq,
) -> Result<(Record, Ciphertext), SessionError> {
    let session = sending_session(&record)?;
    let () = check_age(session.pending, now_ms)?;
    let ad = AssociatedData {
        sender: session.local_identity,
        receiver: session.remote_identity,
    };
    let addresses = carried_addresses(&session, local, remote);
    let (ratchet, message) = lift_sent(ratchet_encrypt(
        session.ratchet.clone(),
        session.version,
        ad,
        addresses,
        plaintext,
    ))?;
    let () = check_trust(remote, session.remote_identity)?;
    let ciphertext = wrap(&session, message);
    let current = with_ratchet(session, ratchet);
    Ok((
        Record {
            current: Some(current),
            previous: record.previous,
        },
        ciphertext,
    ))
}

/// The jump limit of a session: none if the account talks to itself.
fn jump_limit(session: &Session, local: &Local, remote: &Remote) -> JumpLimit {
    let same_identity = same_public_key(session.local_identity.key, session.remote_identity.key);
    if same_identity && same_service_id(&local.address, &remote.address) {
        JumpLimit::SelfSession
    } else {
        JumpLimit::Normal
    }
}

/// What one session made of a message.
enum Attempt {
    /// It decrypts: the session after it, acknowledged, and the plaintext.
    Opened(Session, ByteSeq),
    /// Its key was used before.
    Duplicate,
    /// It does not decrypt in this session.
    Failed,
}

/// Try a message in one session.
fn attempt(
    session: Session,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Attempt {
    if message.version == session.version {
        let ad = AssociatedData {
            sender: session.remote_identity,
            receiver: session.local_identity,
        };
        let addresses = address_block(&remote.address, &local.address);
        let limit = jump_limit(&session, local, remote);
        let fresh = ratchet_key_pair(ratchet_private);
        let state = session.ratchet.clone();
        match ratchet_decrypt(state, ad, addresses, limit, fresh, message.clone()) {
            Ok((ratchet, plaintext)) => {
                Attempt::Opened(without_pending(with_ratchet(session, ratchet)), plaintext)
            }
            Err(RatchetError::DuplicateMessage { nr: _, n: _ }) => Attempt::Duplicate,
            Err(_) => Attempt::Failed,
        }
    } else {
        Attempt::Failed
    }
}

/// Try a message in the current session.
fn attempt_current(
    record: &Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Attempt {
    match record.current.clone() {
        Some(session) => attempt(session, local, remote, ratchet_private, message),
        None => Attempt::Failed,
    }
}

/// Try a message in an archived session; one that cannot be decoded is passed over.
fn attempt_archived(
    stored: &ByteSeq,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Attempt {
    match decode_session(stored) {
        Ok(session) => attempt(session, local, remote, ratchet_private, message),
        Err(_) => Attempt::Failed,
    }
}

/// Try a message in the archived sessions, newest first, until one settles it.
fn attempt_previous(
    record: &Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> (usize, Attempt) {
    let mut result: (usize, Attempt) = (0, Attempt::Failed);
    for i in 0..record.previous.len() {
        result = match result {
            (_, Attempt::Failed) => {
                let stored = record.previous[i].clone();
                (
                    i,
                    attempt_archived(&stored, local, remote, ratchet_private, message),
                )
            }
            (at, settled) => (at, settled),
        };
    }
    result
}

/// Try a message in the archived sessions, and promote the one that decrypts it.
fn decrypt_with_previous(
    record: Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Result<(Record, ByteSeq), SessionError> {
    let (i, result) = attempt_previous(&record, local, remote, ratchet_private, message);
    match result {
        Attempt::Opened(session, plaintext) => Ok((promote(record, i, session), plaintext)),
        Attempt::Duplicate => Err(SessionError::DuplicateMessage),
        Attempt::Failed => Err(SessionError::DecryptionFailed),
    }
}

/// Try a message in the current session, then in the archived ones.
fn decrypt_with_any(
    record: Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Result<(Record, ByteSeq), SessionError> {
    match attempt_current(&record, local, remote, ratchet_private, message) {
        Attempt::Opened(session, plaintext) => Ok((
            Record {
                current: Some(session),
                previous: record.previous,
            },
            plaintext,
        )),
        Attempt::Duplicate => Err(SessionError::DuplicateMessage),
        Attempt::Failed => decrypt_with_previous(record, local, remote, ratchet_private, message),
    }
}

/// The identity of the session that decrypted.
fn current_identity(record: &Record) -> Result<IdentityKey, SessionError> {
    match record.current.clone() {
        Some(session) => Ok(session.remote_identity),
        None => Err(SessionError::NoSession),
    }
}

/// Whether a record has no session at all.
fn is_empty(record: &Record) -> bool {
    match record.current {
        Some(_) => false,
        None => record.previous.len() == 0,
    }
}

/// Decrypt a SignalMessage.
///
/// Standard: DR 3.5. Deployed: the current session is tried, then the archived ones, newest first; a duplicate in any
/// of them ends the search; an archived session that decrypts becomes current; the identity is checked after that.
/// In: the record; who; whom; 32 random bytes for a ratchet pair, secret; the message. Out: the record and plaintext.
/// Errors: `NoSession`, `DuplicateMessage`, `DecryptionFailed`, `UntrustedIdentity`.
pub fn decrypt_message(
    record: Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage,
) -> Result<Decrypted, SessionError> {
    if is_empty(&record) {
        Err(SessionError::NoSession)
    } else {
        let (next, plaintext) = decrypt_with_any(record, local, remote, ratchet_private, message)?;
        let identity = current_identity(&next)?;
        let () = check_trust(remote, identity)?;
        Ok(Decrypted {
            record: next,
            plaintext,
            used_one_time_prekey: None,
        })
    }
}

/// Whether a session is the one that a prekey message names.
fn is_named_by(session: &Session, envelope: &PreKeyEnvelope) -> bool {
    session.version == envelope.version
        && same_public_key(session.base_key.key, envelope.base_key.key)
}

/// Where the search for the session of a prekey message stands.
enum Search {
    /// Not found so far.
    Open,
    /// Found in the archive, at this place.
    Found(usize, Session),
    /// An archived session could not be decoded.
    Corrupt(RecordError),
}

/// Look at one archived session.
fn search_archived(stored: &ByteSeq, i: usize, envelope: &PreKeyEnvelope) -> Search {
    match decode_session(stored) {
        Ok(session) => {
            if is_named_by(&session, envelope) {
                Search::Found(i, session)
            } else {
                Search::Open
            }
        }
        Err(error) => Search::Corrupt(error),
    }
}

/// Look for the session of a prekey message in the archive, newest first.
fn search_previous(record: &Record, envelope: &PreKeyEnvelope) -> Search {
    let mut search = Search::Open;
    for i in 0..record.previous.len() {
        search = match search {
            Search::Open => search_archived(&record.previous[i], i, envelope),
            Search::Found(at, session) => Search::Found(at, session),
            Search::Corrupt(error) => Search::Corrupt(error),
        };
    }
    search
}

/// Whether the current session is the one that a prekey message names.
fn current_is_named(record: &Record, envelope: &PreKeyEnvelope) -> bool {
    match record.current.clone() {
        Some(session) => is_named_by(&session, envelope),
        None => false,
    }
}

/// The pair that a lookup found. Errors: `UnknownSignedPreKeyId`.
fn found_signed_prekey(lookup: &PreKeyLookup) -> Result<SignedPreKeyPair, SessionError> {
    match lookup.signed_prekey {
        Some(pair) => Ok(pair),
        None => Err(SessionError::Handshake(
            HandshakeError::UnknownSignedPreKeyId,
        )),
    }
}

/// The one-time pair that a message asks for. Errors: `UnknownPreKeyId`.
fn found_one_time_prekey(
    id: Option<u32>,
    lookup: &PreKeyLookup,
) -> Result<Option<OneTimePreKeyPair>, SessionError> {
    match (id, lookup.one_time_prekey) {
        (None, _) => Ok(None),
        (Some(_), Some(pair)) => Ok(Some(pair)),
        (Some(_), None) => Err(SessionError::Handshake(HandshakeError::UnknownPreKeyId)),
    }
}

/// Make the responder's session of a prekey message.
///
/// Standard: X3DH 3.4. Errors: `UnsupportedVersion`, `Handshake`.
fn respond_session(
    local: &Local,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<Session, SessionError> {
    if envelope.version == VERSION_3 {
        let signed_prekey = found_signed_prekey(lookup)?;
        let one_time_prekey = found_one_time_prekey(envelope.one_time_prekey_id, lookup)?;
        let secrets = lift_handshake(respond(
            &local.identity,
            &signed_prekey,
            one_time_prekey,
            envelope.identity_key,
            envelope.base_key,
        ))?;
        Ok(Session {
            version: VERSION_3,
            local_identity: local.identity.public,
            remote_identity: envelope.identity_key,
            ratchet: ratchet_init_responder(secrets.root_key, secrets.chain_key, signed_prekey),
            pending: None,
            remote_registration_id: envelope.registration_id,
            local_registration_id: local.registration_id,
            base_key: envelope.base_key,
        })
    } else {
        Err(SessionError::UnsupportedVersion)
    }
}

/// The record with the session of a prekey message current, and the id of the OPK if the session is new.
fn session_of_prekey_message(
    record: Record,
    local: &Local,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<(Record, Option<u32>), SessionError> {
    if current_is_named(&record, envelope) {
        Ok((record, None))
    } else {
        match search_previous(&record, envelope) {
            Search::Found(i, session) => Ok((promote(record, i, session), None)),
            Search::Corrupt(error) => Err(SessionError::Record(error)),
            Search::Open => {
                let session = respond_session(local, lookup, envelope)?;
                Ok((set_current(record, session), envelope.one_time_prekey_id))
            }
        }
    }
}

/// Decrypt the message inside a prekey message: in the current session alone, unless its version is another.
///
/// Deployed: if the version inside differs, the current session is not tried, and the archived ones are.
fn decrypt_inner(
    record: Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    version: u8,
    message: &SignalMessage,
) -> Result<(Record, ByteSeq), SessionError> {
    if message.version == version {
        match attempt_current(&record, local, remote, ratchet_private, message) {
            Attempt::Opened(session, plaintext) => Ok((
                Record {
                    current: Some(session),
                    previous: record.previous,
                },
                plaintext,
            )),
            Attempt::Duplicate => Err(SessionError::DuplicateMessage),
            Attempt::Failed => Err(SessionError::DecryptionFailed),
        }
    } else {
        decrypt_with_previous(record, local, remote, ratchet_private, message)
    }
}

/// Decrypt a PreKeySignalMessage, and make its session if there is none.
///
/// Standard: X3DH 3.4, then DR 3.5. The steps are in the deployed order: trust, search by base key, prekeys, agreements,
/// ratchet. Choice: in version 3 the KEM fields are not looked at.
/// In: the record of the sender, maybe empty; who; whom; what the store holds under the ids of the message; 32 random
/// bytes for a ratchet pair, secret; the message. Out: the record, the plaintext, the OPK to delete.
/// Errors: `UntrustedIdentity`, `Record`, `UnsupportedVersion`, `Handshake(UnknownSignedPreKeyId)`,
/// `Handshake(UnknownPreKeyId)`, `Handshake(InvalidBaseKey)`, `Handshake(InvalidAgreement)`, `DuplicateMessage`,
/// `DecryptionFailed`.
pub fn decrypt_prekey_message(
    record: Record,
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup,
    ratchet_private: PrivateKey,
    message: &PreKeySignalMessage,
) -> Result<Decrypted, SessionError> {
    let () = check_trust(remote, message.envelope.identity_key)?;
    let (made, used) = session_of_prekey_message(record, local, lookup, &message.envelope)?;
    let version = message.envelope.version;
    let (next, plaintext) = decrypt_inner(
        made,
        local,
        remote,
        ratchet_private,
        version,
        &message.message,
    )?;
    Ok(Decrypted {
        record: next,
        plaintext,
        used_one_time_prekey: used,
    })
}
