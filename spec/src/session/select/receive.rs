//! Choose the session that decrypts a message.
//!
//! Which part: DR 3.5, DR4 6; the choice among sessions is deployed only. Who calls it: applications, and
//! `session::select::respond` for the message inside a prekey message. Secret: private keys, the record, plaintexts.
use crate::address::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::triple::*;
use crate::ratchet::*;
use crate::session::record::*;
use crate::session::select::types::*;
use crate::wire::message::*;
use hacspec_lib::*;

/// What one session made of a message.
pub(crate) enum Attempt {
    /// It decrypts: the session after it, acknowledged, and the plaintext.
    Opened(Session, ByteSeq),
    /// Its key was used before.
    Duplicate,
    /// It does not decrypt in this session.
    Failed,
}

/// Try a message in one session; what it becomes is kept only if the message decrypts.
///
/// Deployed: a message of another version is not tried. Which check failed is not told, but for a duplicate. A message
/// that decrypts acknowledges the session: its pending data goes.
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
        let limit = jump_limit(
            session.local_identity,
            session.remote_identity,
            local,
            remote,
        );
        let limits = chain_limits(local.profile, limit);
        let fresh = ratchet_key_pair(ratchet_private);
        let known = known_fields(local.profile, message);
        let state = session.ratchet.clone();
        match triple_decrypt(state, ad, addresses, limits, fresh, &known) {
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
pub(crate) fn attempt_current(
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
pub(crate) fn decrypt_with_previous(
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
        Attempt::Opened(session, plaintext) => Ok((replace_current(record, session), plaintext)),
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
/// Standard: DR 3.5, DR4 6.
/// Deployed: the current session is tried, then the archived ones, newest first; a duplicate in any of them ends the
/// search; an archived session that decrypts becomes current; the identity is checked after that.
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
        // 1. the session that decrypts
        let (next, plaintext) = decrypt_with_any(record, local, remote, ratchet_private, message)?;
        // 2. trust in its identity, for receiving. The caller saves the identity and the record.
        let identity = current_identity(&next)?;
        let () = check_trust(remote, identity)?;
        Ok(Decrypted {
            record: next,
            plaintext,
            used_one_time_prekey: None,
            used_kem_prekey: None,
        })
    }
}
