//! Choose the session that decrypts a message, and make it if it is new.
//!
//! Which part: X3DH 3.4, DR 3.5; the choice among sessions is deployed only. Who calls it: applications. Secret: private
//! keys, the record, plaintexts.
use crate::address::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::*;
use crate::session::record::*;
use crate::session::select::types::*;
use crate::wire::message::*;
use crate::wire::prekey_message::*;
use crate::wire::*;
use hacspec_lib::*;

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

/// Decrypt in the ratchet.
fn ratchet_decrypt(
    state: State,
    ad: AssociatedData,
    addresses: Option<Seq<u8>>,
    limit: JumpLimit,
    fresh: RatchetKeyPair,
    message: &SignalMessage,
) -> Result<(State, ByteSeq), RatchetError> {
    let (ratchet, seed) = ratchet_receive_key(state, limit, fresh, message)?;
    let plaintext = open_message(seed, None, ad, addresses, message)?;
    Ok((ratchet, plaintext))
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
        match ratchet_decrypt(state, ad, addresses, limit, fresh, message) {
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
