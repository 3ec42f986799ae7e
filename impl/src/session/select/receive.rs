//! Choose the session that decrypts a message, and make it if it is new.
//!
//! Which part: X3DH 3.4, DR 3.5; the choice among sessions is deployed only. Who calls it: applications. Secret: private
//! keys, the record, plaintexts.
use crate::address::{address_block, same_service_id, ADDRESS_BLOCK_LENGTH};
use crate::ct::wipe;
use crate::handshake::x3dh::respond;
use crate::handshake::HandshakeError;
use crate::keys::{same_public_key, OneTimePreKeyPair, PrivateKey};
use crate::ratchet::double::{
    apply, open_message, plan, ratchet_init_responder, AssociatedData, JumpLimit, Plan,
};
use crate::ratchet::RatchetError;
use crate::session::record::{promote, set_current, without_pending, Archived, Record, Session};
use crate::session::select::types::{
    check_trust, Decrypted, Local, PreKeyLookup, Remote, SessionError,
};
use crate::wire::message::SignalMessage;
use crate::wire::prekey_message::{PreKeyEnvelope, PreKeySignalMessage};
use crate::wire::VERSION_3;

/// What a message would change in one session, and its plaintext.
struct Opened {
    plan: Plan,
    plaintext: Vec<u8>,
}

/// What one session made of a message.
enum Attempt {
    /// It decrypts.
    Opened(Opened),
    /// Its key was used before.
    Duplicate,
    /// It does not decrypt in this session.
    Failed,
}

/// The session that a prekey message is for.
enum Target {
    Current,
    Archived(usize),
    New(Box<Session>),
}

/// Mirror of `spec::session::select::decrypt_message`.
/// Faster: no session is copied to try the message; the fresh pair is completed for the session that opens it, if at all.
///
/// In: the record; who; whom; 32 random bytes for a ratchet pair, secret; the message. Out: the plaintext.
/// Errors: `NoSession`, `DuplicateMessage`, `DecryptionFailed`, `UntrustedIdentity`.
pub fn decrypt_message(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    ratchet_private: PrivateKey,
    message: &SignalMessage<'_>,
) -> Result<Decrypted, SessionError> {
    if record.current.is_none() && record.previous.is_empty() {
        return Err(SessionError::NoSession);
    }
    let (target, opened) = attempt_all(record, local, remote, message)?;
    let opened = check_trust_of_opened(record, &target, remote, opened)?;
    commit(record, target, opened, ratchet_private)
}

/// Mirror of `spec::session::select::decrypt_prekey_message`.
/// Faster: no session is copied. An inner message of another version than its envelope is refused after the handshake without
/// a search of the archive: all sessions have version 3, so none there has the other one.
///
/// In: the record of the sender, maybe empty; who; whom; what the store holds under the ids of the message; 32 random bytes
/// for a ratchet pair, secret; the message. Out: the plaintext, and the OPK to delete.
/// Errors: `UntrustedIdentity`, `Record`, `UnsupportedVersion`, `Handshake(UnknownSignedPreKeyId)`,
/// `Handshake(UnknownPreKeyId)`, `Handshake(InvalidBaseKey)`, `Handshake(InvalidAgreement)`, `DuplicateMessage`,
/// `DecryptionFailed`.
pub fn decrypt_prekey_message(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup<'_>,
    ratchet_private: PrivateKey,
    message: &PreKeySignalMessage<'_>,
) -> Result<Decrypted, SessionError> {
    let envelope = &message.envelope;
    check_trust(remote, envelope.identity_key)?;
    let target = session_of_prekey_message(record, local, lookup, envelope)?;
    if message.message.version != envelope.version {
        return Err(SessionError::DecryptionFailed);
    }
    let session = target_session(record, &target).ok_or(SessionError::DecryptionFailed)?;
    let opened = match attempt(session, local, remote, &message.message) {
        Attempt::Opened(opened) => opened,
        Attempt::Duplicate => return Err(SessionError::DuplicateMessage),
        Attempt::Failed => return Err(SessionError::DecryptionFailed),
    };
    let used = match target {
        Target::New(_) => envelope.one_time_prekey_id,
        Target::Current | Target::Archived(_) => None,
    };
    let decrypted = commit(record, target, opened, ratchet_private)?;
    Ok(Decrypted {
        used_one_time_prekey: used,
        ..decrypted
    })
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

/// Try a message in one session; reads only.
fn attempt(
    session: &Session,
    local: &Local,
    remote: &Remote,
    message: &SignalMessage<'_>,
) -> Attempt {
    if message.version != session.version {
        return Attempt::Failed;
    }
    let ad = AssociatedData {
        sender: session.remote_identity,
        receiver: session.local_identity,
    };
    // Needed only against a block in the message.
    let expected = message
        .addresses
        .and_then(|_| address_block(&remote.address, &local.address));
    let expected = expected
        .as_ref()
        .map(<[u8; ADDRESS_BLOCK_LENGTH]>::as_slice);
    let limit = jump_limit(session, local, remote);
    let opened = plan(&session.ratchet, limit, message).and_then(|(plan, seed)| {
        let plaintext = open_message(&seed, None, ad, expected, message)?;
        Ok(Opened { plan, plaintext })
    });
    match opened {
        Ok(opened) => Attempt::Opened(opened),
        Err(RatchetError::DuplicateMessage { .. }) => Attempt::Duplicate,
        Err(_) => Attempt::Failed,
    }
}

/// Try a message in the current session, then in the archived ones, newest first, until one settles it; reads only.
///
/// Errors: `DuplicateMessage`, `DecryptionFailed`.
fn attempt_all(
    record: &Record,
    local: &Local,
    remote: &Remote,
    message: &SignalMessage<'_>,
) -> Result<(Target, Opened), SessionError> {
    let current = record
        .current
        .as_deref()
        .map(|session| (Target::Current, session));
    let archived = record
        .previous
        .iter()
        .enumerate()
        .filter_map(|(i, archived)| match archived {
            Archived::Session(session) => Some((Target::Archived(i), session.as_ref())),
            Archived::Undecoded(..) => None,
        });
    for (target, session) in current.into_iter().chain(archived) {
        match attempt(session, local, remote, message) {
            Attempt::Opened(opened) => return Ok((target, opened)),
            Attempt::Duplicate => return Err(SessionError::DuplicateMessage),
            Attempt::Failed => {}
        }
    }
    Err(SessionError::DecryptionFailed)
}

/// The session of a target.
fn target_session<'a>(record: &'a Record, target: &'a Target) -> Option<&'a Session> {
    match target {
        Target::Current => record.current.as_deref(),
        Target::New(session) => Some(session),
        Target::Archived(i) => match record.previous.get(*i)? {
            Archived::Session(session) => Some(session),
            Archived::Undecoded(..) => None,
        },
    }
}

/// Check the identity of the session that opened a message. Errors: `UntrustedIdentity`; the plaintext is wiped.
fn check_trust_of_opened(
    record: &Record,
    target: &Target,
    remote: &Remote,
    mut opened: Opened,
) -> Result<Opened, SessionError> {
    let session = target_session(record, target).ok_or(SessionError::NoSession)?;
    if let Err(error) = check_trust(remote, session.remote_identity) {
        wipe(&mut opened.plaintext);
        return Err(error);
    }
    Ok(opened)
}

/// Apply what opened a message, and make its session current and acknowledged. All that can fail comes first.
///
/// Errors: `DecryptionFailed`, in form: see [`Plan::ready`].
fn commit(
    record: &mut Record,
    target: Target,
    opened: Opened,
    ratchet_private: PrivateKey,
) -> Result<Decrypted, SessionError> {
    let step = opened
        .plan
        .ready(ratchet_private)
        .map_err(|_| SessionError::DecryptionFailed)?;
    match target {
        Target::Current => {}
        Target::Archived(i) => promote(record, i),
        Target::New(session) => set_current(record, session),
    }
    if let Some(session) = record.current.as_deref_mut() {
        apply(&mut session.ratchet, step);
        without_pending(session);
    }
    Ok(Decrypted {
        plaintext: opened.plaintext,
        used_one_time_prekey: None,
    })
}

/// Whether a session is the one that a prekey message names.
fn is_named_by(session: &Session, envelope: &PreKeyEnvelope<'_>) -> bool {
    session.version == envelope.version
        && same_public_key(session.base_key.key, envelope.base_key.key)
}

/// The session of a prekey message: the current one, an archived one, or a new one; reads only.
///
/// Errors: `Record`, `UnsupportedVersion`, `Handshake`.
fn session_of_prekey_message(
    record: &Record,
    local: &Local,
    lookup: &PreKeyLookup<'_>,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<Target, SessionError> {
    if record
        .current
        .as_deref()
        .is_some_and(|session| is_named_by(session, envelope))
    {
        return Ok(Target::Current);
    }
    for (i, archived) in record.previous.iter().enumerate() {
        match archived {
            Archived::Session(session) if is_named_by(session, envelope) => {
                return Ok(Target::Archived(i))
            }
            Archived::Session(_) => {}
            Archived::Undecoded(_, error) => return Err(SessionError::Record(*error)),
        }
    }
    Ok(Target::New(Box::new(respond_session(
        local, lookup, envelope,
    )?)))
}

/// Make the responder's session of a prekey message. Errors: `UnsupportedVersion`, `Handshake`.
fn respond_session(
    local: &Local,
    lookup: &PreKeyLookup<'_>,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<Session, SessionError> {
    if envelope.version != VERSION_3 {
        return Err(SessionError::UnsupportedVersion);
    }
    let unknown = SessionError::Handshake(HandshakeError::UnknownSignedPreKeyId);
    let signed_prekey = lookup.signed_prekey.ok_or(unknown)?;
    let one_time_prekey = found_one_time_prekey(envelope.one_time_prekey_id, lookup)?;
    let secrets = respond(
        &local.identity,
        signed_prekey,
        one_time_prekey,
        envelope.identity_key,
        envelope.base_key,
    )
    .map_err(SessionError::Handshake)?;
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
}

/// The one-time pair that a message asks for. Errors: `UnknownPreKeyId`.
fn found_one_time_prekey<'a>(
    id: Option<u32>,
    lookup: &PreKeyLookup<'a>,
) -> Result<Option<&'a OneTimePreKeyPair>, SessionError> {
    match (id, lookup.one_time_prekey) {
        (None, _) => Ok(None),
        (Some(_), Some(pair)) => Ok(Some(pair)),
        (Some(_), None) => Err(SessionError::Handshake(HandshakeError::UnknownPreKeyId)),
    }
}
