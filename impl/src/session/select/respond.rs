//! Decrypt a prekey message, and make its session if there is none.
//!
//! Which part: X3DH 3.4, PQXDH 3.4; the search for the session is deployed only. Who calls it: applications. Secret: private
//! keys, the record, plaintexts.
use crate::handshake::pqxdh::pqxdh_respond;
use crate::handshake::x3dh::respond;
use crate::handshake::HandshakeError;
use crate::keys::kem::KemPreKeyPair;
use crate::keys::{same_public_key, OneTimePreKeyPair, PrivateKey, SignedPreKeyPair};
use crate::ratchet::double::ratchet_init_responder;
use crate::ratchet::sparse::{empty_state, Direction};
use crate::ratchet::triple::{TripleState, TripleStep};
use crate::session::record::{promote, set_current, Archived, Record, Session, MAX_ARCHIVED};
use crate::session::select::receive::{
    apply_to_current, attempt_each, session_at, sessions, Opened, Place,
};
use crate::session::select::types::{
    check_trust, is_self, new_sparse_state, Decrypted, Local, PreKeyLookup, Remote, SessionError,
    UsedKemPreKey,
};
use crate::wire::prekey_message::{KemFields, PreKeyEnvelope, PreKeySignalMessage};
use crate::wire::{session_version, Profile, VERSION_4};

/// The session that a prekey message is for.
enum Target {
    /// One of the record.
    Known(Place),
    /// A new one.
    New(Box<Session>),
}

/// Mirror of `spec::session::select::decrypt_prekey_message`.
/// Faster: no session is copied, and a new one is kept beside the record until its first message is opened.
///
/// In: the record of the sender, maybe empty; who; whom; what the store holds under the ids of the message; 32 random bytes
/// for a ratchet pair, secret; the message. Out: the plaintext, the OPK to delete, and the PQPK to delete or to remember.
/// Errors: `UntrustedIdentity`, `Record`, `UnsupportedVersion`, `Handshake(UnknownSignedPreKeyId)`,
/// `Handshake(MissingKemPreKey)`, `Handshake(UnknownKemPreKeyId)`, `Handshake(UnknownPreKeyId)`,
/// `Handshake(InvalidBaseKey)`, `Handshake(InvalidAgreement)`, `Handshake(Kem)`, `DuplicateMessage`, `DecryptionFailed`.
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
    let target = session_of_prekey_message(record, local, remote, lookup, envelope)?;
    let (other, opened) = open_inner(record, &target, local, remote, message)?;
    let (used_one_time_prekey, used_kem_prekey) = used_prekeys(&target, envelope);
    if used_kem_prekey.is_some_and(|used| was_seen(lookup, used)) {
        opened.discard();
        return Err(SessionError::DuplicateMessage);
    }
    let (step, plaintext) = opened.ready(ratchet_private)?;
    commit(record, target, other, step);
    Ok(Decrypted {
        plaintext,
        used_one_time_prekey,
        used_kem_prekey,
    })
}

/// The session of a prekey message: the current one, an archived one, or a new one; reads only.
///
/// Errors: `Record`, `UnsupportedVersion`, `Handshake`.
fn session_of_prekey_message(
    record: &Record,
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup<'_>,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<Target, SessionError> {
    if record
        .current
        .as_deref()
        .is_some_and(|session| is_named_by(session, envelope))
    {
        return Ok(Target::Known(Place::Current));
    }
    for (i, archived) in record.previous.iter().enumerate() {
        match archived {
            Archived::Session(session) if is_named_by(session, envelope) => {
                return Ok(Target::Known(Place::Archived(i)))
            }
            Archived::Session(_) => {}
            Archived::Undecoded(_, error) => return Err(SessionError::Record(*error)),
        }
    }
    let session = respond_session(local, remote, lookup, envelope)?;
    Ok(Target::New(Box::new(session)))
}

/// Whether a session is the one that a prekey message names.
fn is_named_by(session: &Session, envelope: &PreKeyEnvelope<'_>) -> bool {
    session.version == envelope.version
        && same_public_key(session.base_key.key, envelope.base_key.key)
}

/// Make the responder's session of a prekey message. Errors: `UnsupportedVersion`, `Handshake`.
fn respond_session(
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup<'_>,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<Session, SessionError> {
    if envelope.version != session_version(local.profile) {
        return Err(SessionError::UnsupportedVersion);
    }
    let unknown = SessionError::Handshake(HandshakeError::UnknownSignedPreKeyId);
    let signed_prekey = lookup.signed_prekey.ok_or(unknown)?;
    let ratchet = match local.profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => {
            respond_x3dh(local, lookup, signed_prekey, envelope)
        }
        Profile::SignalV4 => respond_pqxdh(local, remote, lookup, signed_prekey, envelope),
    };
    Ok(Session {
        version: envelope.version,
        local_identity: local.identity.public,
        remote_identity: envelope.identity_key,
        ratchet: ratchet.map_err(SessionError::Handshake)?,
        pending: None,
        remote_registration_id: envelope.registration_id,
        local_registration_id: local.registration_id,
        base_key: envelope.base_key,
    })
}

/// The ratchets after X3DH. Errors: `UnknownPreKeyId`, `InvalidBaseKey`, `InvalidAgreement`.
fn respond_x3dh(
    local: &Local,
    lookup: &PreKeyLookup<'_>,
    signed_prekey: &SignedPreKeyPair,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<TripleState, HandshakeError> {
    let secrets = respond(
        local.profile,
        &local.identity,
        signed_prekey,
        found_one_time_prekey(envelope.one_time_prekey_id, lookup)?,
        envelope.identity_key,
        envelope.base_key,
    )?;
    Ok(TripleState {
        double: ratchet_init_responder(secrets.root_key, secrets.chain_key, signed_prekey),
        sparse: empty_state(),
    })
}

/// The ratchets after PQXDH.
///
/// Errors: `MissingKemPreKey`, `UnknownKemPreKeyId`, `UnknownPreKeyId`, `InvalidBaseKey`, `InvalidAgreement`, `Kem`.
fn respond_pqxdh(
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup<'_>,
    signed_prekey: &SignedPreKeyPair,
    envelope: &PreKeyEnvelope<'_>,
) -> Result<TripleState, HandshakeError> {
    let (kem, kem_prekey) = found_kem_prekey(envelope.kem, lookup)?;
    let secrets = pqxdh_respond(
        &local.identity,
        signed_prekey,
        found_one_time_prekey(envelope.one_time_prekey_id, lookup)?,
        kem_prekey,
        envelope.identity_key,
        envelope.base_key,
        kem.ciphertext,
    )?;
    let own = local.identity.public;
    let is_self = is_self(local, remote, own, envelope.identity_key);
    Ok(TripleState {
        double: ratchet_init_responder(secrets.root_key, secrets.chain_key, signed_prekey),
        sparse: new_sparse_state(Direction::B2A, secrets.auth_key, is_self),
    })
}

/// The KEM pair that a message asks for. Errors: `MissingKemPreKey` for a message without KEM fields, which no parser gives;
/// `UnknownKemPreKeyId`.
fn found_kem_prekey<'m, 'a>(
    kem: Option<KemFields<'m>>,
    lookup: &PreKeyLookup<'a>,
) -> Result<(KemFields<'m>, &'a KemPreKeyPair), HandshakeError> {
    let kem = kem.ok_or(HandshakeError::MissingKemPreKey)?;
    let pair = lookup
        .kem_prekey
        .ok_or(HandshakeError::UnknownKemPreKeyId)?;
    Ok((kem, pair))
}

/// The one-time pair that a message asks for. Errors: `UnknownPreKeyId`.
fn found_one_time_prekey<'a>(
    id: Option<u32>,
    lookup: &PreKeyLookup<'a>,
) -> Result<Option<&'a OneTimePreKeyPair>, HandshakeError> {
    match (id, lookup.one_time_prekey) {
        (None, _) => Ok(None),
        (Some(_), Some(pair)) => Ok(Some(pair)),
        (Some(_), None) => Err(HandshakeError::UnknownPreKeyId),
    }
}

/// Open the message inside, in the session of the target alone; reads only.
///
/// Deployed: if its version is another, that session is not tried, and those are that stand in the archive once it is current.
/// Out: which of them opened it, if it was one of them. Errors: `DuplicateMessage`, `DecryptionFailed`.
fn open_inner(
    record: &Record,
    target: &Target,
    local: &Local,
    remote: &Remote,
    message: &PreKeySignalMessage<'_>,
) -> Result<(Option<Place>, Opened), SessionError> {
    let inner = &message.message;
    if inner.version == message.envelope.version {
        let session = match target {
            Target::Known(place) => session_at(record, *place),
            Target::New(session) => Some(session.as_ref()),
        };
        let session = session.map(|session| (None, session));
        attempt_each(session.into_iter(), local, remote, inner)
    } else {
        let archive = archive_beside(record, target);
        let archive = archive.map(|(place, session)| (Some(place), session));
        attempt_each(archive, local, remote, inner)
    }
}

/// The sessions that stand in the archive once that of the target is current, newest first.
fn archive_beside<'a>(
    record: &'a Record,
    target: &'a Target,
) -> impl Iterator<Item = (Place, &'a Session)> {
    // A new session pushes the current one into the archive, and the last one out of a full archive.
    let pushed_out = match (target, &record.current) {
        (Target::New(_), Some(_)) => Place::Archived(MAX_ARCHIVED.saturating_sub(1)),
        (Target::New(_), None) => Place::Archived(MAX_ARCHIVED),
        (Target::Known(place), _) => *place,
    };
    sessions(record).filter(move |(place, _)| *place != pushed_out)
}

/// Which prekeys made a session, if the message makes one.
fn used_prekeys(
    target: &Target,
    envelope: &PreKeyEnvelope<'_>,
) -> (Option<u32>, Option<UsedKemPreKey>) {
    let Target::New(session) = target else {
        return (None, None);
    };
    let kem = envelope.kem.filter(|_| session.version == VERSION_4);
    let used_kem = kem.map(|kem| UsedKemPreKey {
        id: kem.id,
        signed_prekey_id: envelope.signed_prekey_id,
        base_key: envelope.base_key,
    });
    (envelope.one_time_prekey_id, used_kem)
}

/// Whether the base key was seen before with the same prekey of last resort.
fn was_seen(lookup: &PreKeyLookup<'_>, used: UsedKemPreKey) -> bool {
    let mut seen = lookup.seen_base_keys.iter();
    seen.any(|seen| same_public_key(seen.key, used.base_key.key))
}

/// Make the session of the target current, then the other one that opened the message, if there is one; and apply what it
/// changes. It cannot fail.
fn commit(record: &mut Record, target: Target, other: Option<Place>, step: TripleStep) {
    let Some(place) = other else {
        make_current(record, target);
        apply_to_current(record, step);
        return;
    };
    let opened = take_session(record, place);
    make_current(record, after_removal(target, place));
    if let Some(session) = opened {
        set_current(record, session);
        apply_to_current(record, step);
    }
}

fn make_current(record: &mut Record, target: Target) {
    match target {
        Target::Known(Place::Current) => {}
        Target::Known(Place::Archived(i)) => promote(record, i),
        Target::New(session) => set_current(record, session),
    }
}

/// Take a session that can be used out of the record.
fn take_session(record: &mut Record, place: Place) -> Option<Box<Session>> {
    let i = match place {
        Place::Current => return record.current.take(),
        Place::Archived(i) => i,
    };
    match record.previous.get(i) {
        Some(Archived::Session(_)) => match record.previous.remove(i) {
            Some(Archived::Session(session)) => Some(session),
            _ => None,
        },
        _ => None,
    }
}

/// A target once the session at a place is taken out of the record.
fn after_removal(target: Target, removed: Place) -> Target {
    match (target, removed) {
        (Target::Known(Place::Archived(i)), Place::Archived(gone)) if gone < i => {
            Target::Known(Place::Archived(i.saturating_sub(1)))
        }
        (target, _) => target,
    }
}
