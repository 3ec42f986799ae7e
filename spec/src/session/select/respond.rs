//! Decrypt a prekey message, and make its session if it is new.
//!
//! Which part: X3DH 3.4, PQXDH 3.4; the choice among sessions is deployed only. Who calls it: applications. Secret:
//! private keys, the record, plaintexts.
use crate::handshake::pqxdh::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::kem::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::sparse::types::*;
use crate::ratchet::triple::*;
use crate::session::record::*;
use crate::session::select::receive::*;
use crate::session::select::types::*;
use crate::wire::message::*;
use crate::wire::prekey_message::*;
use crate::wire::*;
use hacspec_lib::*;

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

/// The pair of a KEM prekey that a lookup found. Errors: `UnknownKemPreKeyId`.
fn found_kem_prekey(lookup: &PreKeyLookup) -> Result<KemPreKeyPair, SessionError> {
    match lookup.kem_prekey.clone() {
        Some(pair) => Ok(pair),
        None => Err(SessionError::Handshake(HandshakeError::UnknownKemPreKeyId)),
    }
}

/// The KEM fields of an envelope; no parser gives version 4 without them. Errors: `MissingKemPreKey`.
fn carried_kem(envelope: &PreKeyEnvelope) -> Result<KemFields, SessionError> {
    match envelope.kem.clone() {
        Some(kem) => Ok(kem),
        None => Err(SessionError::Handshake(HandshakeError::MissingKemPreKey)),
    }
}

/// PQXDH of the responder as a result of this layer.
fn lift_pqxdh(result: Result<PqxdhSecrets, HandshakeError>) -> Result<PqxdhSecrets, SessionError> {
    match result {
        Ok(secrets) => Ok(secrets),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// X3DH with a prekey message. Errors: `Handshake`.
fn answer_by_x3dh(
    local: &Local,
    signed_prekey: &SignedPreKeyPair,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<Agreed, SessionError> {
    // OPK by id; the KEM fields are not looked at
    let one_time_prekey = found_one_time_prekey(envelope.one_time_prekey_id, lookup)?;
    // EKA is canonical; DH1 to DH4; the KDF
    agreed_by_x3dh(respond(
        local.profile,
        &local.identity,
        signed_prekey,
        one_time_prekey,
        envelope.identity_key,
        envelope.base_key,
    ))
}

/// PQXDH with a prekey message. Errors: `Handshake`.
fn answer_by_pqxdh(
    local: &Local,
    remote: &Remote,
    signed_prekey: &SignedPreKeyPair,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<Agreed, SessionError> {
    // PQPK by id, then OPK by id
    let kem = carried_kem(envelope)?;
    let kem_prekey = found_kem_prekey(lookup)?;
    let one_time_prekey = found_one_time_prekey(envelope.one_time_prekey_id, lookup)?;
    // EKA is canonical; DH1 to DH4; the decapsulation; the KDF
    let secrets = lift_pqxdh(pqxdh_respond(
        &local.identity,
        signed_prekey,
        one_time_prekey,
        &kem_prekey,
        envelope.identity_key,
        envelope.base_key,
        &kem.ciphertext,
    ))?;
    let identity = local.identity.public;
    let limit = jump_limit(identity, envelope.identity_key, local, remote);
    Ok(agreed_by_pqxdh(secrets, Direction::B2A, limit))
}

/// Refuse a new session of a version that the profile does not make. Errors: `UnsupportedVersion`.
fn check_version(local: &Local, envelope: &PreKeyEnvelope) -> Result<(), SessionError> {
    if envelope.version == session_version(local.profile) {
        Ok(())
    } else {
        Err(SessionError::UnsupportedVersion)
    }
}

/// Make the responder's session of a prekey message.
///
/// Standard: X3DH 3.4 in version 3, PQXDH 3.4 in version 4, then DR 3.3.
/// Errors: `UnsupportedVersion`, `Handshake`.
fn respond_session(
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<Session, SessionError> {
    // Deployed: the version is looked at only here, so that old sessions of the other version go on.
    let () = check_version(local, envelope)?;
    // SPK by id
    let signed_prekey = found_signed_prekey(lookup)?;
    let result = if envelope.version == VERSION_3 {
        answer_by_x3dh(local, &signed_prekey, lookup, envelope)
    } else {
        answer_by_pqxdh(local, remote, &signed_prekey, lookup, envelope)
    };
    let agreed = result?;
    Ok(Session {
        version: agreed.version,
        local_identity: local.identity.public,
        remote_identity: envelope.identity_key,
        ratchet: TripleState {
            double: ratchet_init_responder(agreed.root_key, agreed.chain_key, signed_prekey),
            sparse: agreed.sparse,
        },
        pending: None,
        remote_registration_id: envelope.registration_id,
        local_registration_id: local.registration_id,
        base_key: envelope.base_key,
    })
}

/// Whether a prekey message found its session, or made it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    /// There was one with its base key.
    Known,
    /// It is new.
    New,
}

/// The record with the session of a prekey message current.
///
/// Deployed: a session of the same version and base key is used, the current one or the newest archived; what else the
/// message says, ids and ciphertext, is then ignored. An archived session that cannot be decoded ends the search.
fn session_of_prekey_message(
    record: Record,
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) -> Result<(Record, Origin), SessionError> {
    if current_is_named(&record, envelope) {
        Ok((record, Origin::Known))
    } else {
        match search_previous(&record, envelope) {
            Search::Found(i, session) => Ok((promote(record, i, session), Origin::Known)),
            Search::Corrupt(error) => Err(SessionError::Record(error)),
            Search::Open => {
                let session = respond_session(local, remote, lookup, envelope)?;
                Ok((set_current(record, session), Origin::New))
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
            Attempt::Opened(session, plaintext) => {
                Ok((replace_current(record, session), plaintext))
            }
            Attempt::Duplicate => Err(SessionError::DuplicateMessage),
            Attempt::Failed => Err(SessionError::DecryptionFailed),
        }
    } else {
        decrypt_with_previous(record, local, remote, ratchet_private, message)
    }
}

/// The OPK that a message used.
fn used_one_time_prekey(origin: Origin, envelope: &PreKeyEnvelope) -> Option<u32> {
    match origin {
        Origin::New => envelope.one_time_prekey_id,
        Origin::Known => None,
    }
}

/// The PQPK that a message used, with which keys: version 4 only.
fn used_kem_prekey(origin: Origin, envelope: &PreKeyEnvelope) -> Option<UsedKemPreKey> {
    match (origin, envelope.kem.clone()) {
        (Origin::New, Some(kem)) => {
            if envelope.version == VERSION_4 {
                Some(UsedKemPreKey {
                    id: kem.id,
                    signed_prekey_id: envelope.signed_prekey_id,
                    base_key: envelope.base_key,
                })
            } else {
                None
            }
        }
        _ => None,
    }
}

/// Whether an EK is in a list.
fn was_seen(seen: &Seq<BaseKey>, base_key: BaseKey) -> bool {
    let mut found = false;
    for i in 0..seen.len() {
        if same_public_key(seen[i].key, base_key.key) {
            found = true;
        }
    }
    found
}

/// Refuse an EK that was seen with the same PQPK and SPK. Errors: `DuplicateMessage`.
///
/// Standard: PQXDH 4.2, the replay of an initial message that used no one-time prekey.
fn check_unseen(lookup: &PreKeyLookup, used: Option<UsedKemPreKey>) -> Result<(), SessionError> {
    match used {
        Some(kem) => {
            if was_seen(&lookup.seen_base_keys, kem.base_key) {
                Err(SessionError::DuplicateMessage)
            } else {
                Ok(())
            }
        }
        None => Ok(()),
    }
}

/// Decrypt a PreKeySignalMessage, and make its session if there is none.
///
/// Standard: X3DH 3.4 or PQXDH 3.4, then DR 3.5 and DR4 6. Choice: in version 3 the KEM fields are not looked at.
/// In: the record of the sender, maybe empty; who; whom; what the store holds under the ids of the message; 32 random
/// bytes for a ratchet pair, secret; the message. Out: the record, the plaintext, the OPK to delete, the PQPK to delete or
/// to mark.
/// Errors, in the deployed order: `UntrustedIdentity`; `Record` from the search; `UnsupportedVersion`; `Handshake` with
/// `UnknownSignedPreKeyId`, `UnknownKemPreKeyId`, `UnknownPreKeyId`, `InvalidBaseKey`, `InvalidAgreement`, `Kem`;
/// `DuplicateMessage`, `DecryptionFailed`; `DuplicateMessage` again, for an EK that was seen.
pub fn decrypt_prekey_message(
    record: Record,
    local: &Local,
    remote: &Remote,
    lookup: &PreKeyLookup,
    ratchet_private: PrivateKey,
    message: &PreKeySignalMessage,
) -> Result<Decrypted, SessionError> {
    let envelope = message.envelope.clone();
    // 1. trust in IKA, for receiving
    let () = check_trust(remote, envelope.identity_key)?;
    // 2. the session with this base key; or else 3. the version, 4. the prekeys by id, 5. EKA, 6. the agreements, 7. the
    // KDF, 8. a new session, 9. current
    let (made, origin) = session_of_prekey_message(record, local, remote, lookup, &envelope)?;
    // 10. the message inside
    let (next, plaintext) = decrypt_inner(
        made,
        local,
        remote,
        ratchet_private,
        envelope.version,
        &message.message,
    )?;
    // 11. the mark of the PQPK, which may refuse; only after it the caller saves the identity, removes the OPK and stores
    // the record
    let used_kem = used_kem_prekey(origin, &envelope);
    let () = check_unseen(lookup, used_kem)?;
    Ok(Decrypted {
        record: next,
        plaintext,
        used_one_time_prekey: used_one_time_prekey(origin, &envelope),
        used_kem_prekey: used_kem,
    })
}
