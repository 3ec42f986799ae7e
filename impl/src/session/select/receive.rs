//! Choose the session that decrypts a message.
//!
//! Which part: DR 3.5; the choice among sessions is deployed only. Who calls it: applications; `respond` for what is common
//! with prekey messages. Secret: private keys, the record, plaintexts.
use crate::address::{address_block, ADDRESS_BLOCK_LENGTH};
use crate::ct::wipe;
use crate::keys::PrivateKey;
use crate::ratchet::double::{chain_limits, AssociatedData, JumpLimit};
use crate::ratchet::triple::{apply, open, TriplePlan, TripleStep};
use crate::ratchet::RatchetError;
use crate::session::record::{promote, without_pending, Archived, Record, Session};
use crate::session::select::types::{check_trust, is_self, Decrypted, Local, Remote, SessionError};
use crate::wire::message::{known_fields, SignalMessage};

/// What a message would change in one session, and its plaintext.
pub(crate) struct Opened {
    plan: TriplePlan,
    plaintext: Vec<u8>,
}

/// Where a session stands in the record.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    Current,
    Archived(usize),
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
    let (place, opened) = attempt_each(sessions(record), local, remote, message)?;
    if let Err(error) = check_trust_at(record, place, remote) {
        opened.discard();
        return Err(error);
    }
    let (step, plaintext) = opened.ready(ratchet_private)?;
    if let Place::Archived(i) = place {
        promote(record, i);
    }
    apply_to_current(record, step);
    Ok(Decrypted {
        plaintext,
        used_one_time_prekey: None,
        used_kem_prekey: None,
    })
}

/// The sessions that can be used, in the order in which they are tried: the current one, then the archived ones, newest first.
pub(crate) fn sessions(record: &Record) -> impl Iterator<Item = (Place, &Session)> {
    let current = record
        .current
        .as_deref()
        .map(|session| (Place::Current, session));
    let archived = record
        .previous
        .iter()
        .enumerate()
        .filter_map(|(i, archived)| match archived {
            Archived::Session(session) => Some((Place::Archived(i), session.as_ref())),
            Archived::Undecoded(..) => None,
        });
    current.into_iter().chain(archived)
}

/// Try a message in some sessions, in those of its version, until one settles it; reads only.
///
/// Errors: `DuplicateMessage`, `DecryptionFailed`.
#[inline]
pub(crate) fn attempt_each<'a, P>(
    sessions: impl Iterator<Item = (P, &'a Session)>,
    local: &Local,
    remote: &Remote,
    message: &SignalMessage<'_>,
) -> Result<(P, Opened), SessionError> {
    for (place, session) in sessions.filter(|(_, session)| session.version == message.version) {
        match attempt(session, local, remote, message) {
            Ok(opened) => return Ok((place, opened)),
            Err(RatchetError::DuplicateMessage { .. }) => {
                return Err(SessionError::DuplicateMessage)
            }
            Err(_) => {}
        }
    }
    Err(SessionError::DecryptionFailed)
}

impl Opened {
    /// Complete the plan. The last that can fail. Errors: `DecryptionFailed`, in form: see [`TriplePlan::ready`].
    #[inline]
    pub(crate) fn ready(
        self,
        ratchet_private: PrivateKey,
    ) -> Result<(TripleStep, Vec<u8>), SessionError> {
        let step = self.plan.ready(ratchet_private);
        Ok((
            step.map_err(|_| SessionError::DecryptionFailed)?,
            self.plaintext,
        ))
    }

    /// Forget it; the plaintext is wiped.
    pub(crate) fn discard(mut self) {
        wipe(&mut self.plaintext);
    }
}

/// Apply what opened a message to the session that is current now, and acknowledge it. It cannot fail.
#[inline]
pub(crate) fn apply_to_current(record: &mut Record, step: TripleStep) {
    if let Some(session) = record.current.as_deref_mut() {
        apply(&mut session.ratchet, step);
        without_pending(session);
    }
}

/// The jump limit of a session.
fn jump_limit(session: &Session, local: &Local, remote: &Remote) -> JumpLimit {
    if is_self(
        local,
        remote,
        session.local_identity,
        session.remote_identity,
    ) {
        JumpLimit::SelfSession
    } else {
        JumpLimit::Normal
    }
}

/// Try a message in one session; reads only. Errors: those of [`open`].
#[inline]
fn attempt(
    session: &Session,
    local: &Local,
    remote: &Remote,
    message: &SignalMessage<'_>,
) -> Result<Opened, RatchetError> {
    let ad = AssociatedData {
        sender: session.remote_identity,
        receiver: session.local_identity,
    };
    let message = known_fields(local.profile, message);
    // Needed only against a block in the message.
    let expected = message
        .addresses
        .and_then(|_| address_block(&remote.address, &local.address));
    let expected = expected
        .as_ref()
        .map(<[u8; ADDRESS_BLOCK_LENGTH]>::as_slice);
    let limits = chain_limits(local.profile, jump_limit(session, local, remote));
    let (plan, plaintext) = open(&session.ratchet, ad, expected, limits, &message)?;
    Ok(Opened { plan, plaintext })
}

/// Check the identity of a session. Errors: `UntrustedIdentity`.
fn check_trust_at(record: &Record, place: Place, remote: &Remote) -> Result<(), SessionError> {
    let session = session_at(record, place).ok_or(SessionError::NoSession)?;
    check_trust(remote, session.remote_identity)
}

/// The session at a place, if it can be used.
pub(crate) fn session_at(record: &Record, place: Place) -> Option<&Session> {
    match place {
        Place::Current => record.current.as_deref(),
        Place::Archived(i) => match record.previous.get(i)? {
            Archived::Session(session) => Some(session),
            Archived::Undecoded(..) => None,
        },
    }
}
