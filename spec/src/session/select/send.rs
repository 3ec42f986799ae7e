//! Start a session, and encrypt.
//!
//! Which part: X3DH 3.3, PQXDH 3.3, DR 3.4. Who calls it: applications. Secret: private keys, the record, plaintexts.
use crate::address::*;
use crate::handshake::bundle::*;
use crate::handshake::pqxdh::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::kem::*;
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::sparse::types::*;
use crate::ratchet::triple::*;
use crate::ratchet::*;
use crate::session::record::*;
use crate::session::select::types::*;
use crate::wire::prekey_message::*;
use crate::wire::*;
use hacspec_lib::*;

/// How long a session without an answer may send: 30 days, in milliseconds.
pub const MAX_UNACKNOWLEDGED_AGE_MS: u64 = 2_592_000_000u64;
const MS_PER_S: u64 = 1000u64;

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

/// PQXDH of the initiator as a result of this layer.
fn lift_pqxdh(
    result: Result<(PqxdhSecrets, Seq<u8>), HandshakeError>,
) -> Result<(PqxdhSecrets, Seq<u8>), SessionError> {
    match result {
        Ok(agreed) => Ok(agreed),
        Err(error) => Err(SessionError::Handshake(error)),
    }
}

/// What the KEM adds to the pending data: PQPK id, and CT with its type byte.
fn pending_kem(bundle: &PreKeyBundle, ciphertext: &Seq<u8>) -> Option<PendingKem> {
    match bundle.kem_prekey.clone() {
        Some(entry) => Some(PendingKem {
            id: entry.id,
            ciphertext: serialize_kem_ciphertext(ciphertext),
        }),
        None => None,
    }
}

/// PQXDH with a bundle. Errors: `Handshake`.
fn agree_by_pqxdh(
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base: &BaseKeyPair,
    kem_random: &KemRandom,
) -> Result<(Agreed, Option<PendingKem>), SessionError> {
    let (secrets, ciphertext) =
        lift_pqxdh(pqxdh_initiate(&local.identity, base, bundle, kem_random))?;
    let limit = jump_limit(local.identity.public, bundle.identity_key, local, remote);
    Ok((
        agreed_by_pqxdh(secrets, Direction::A2B, limit),
        pending_kem(bundle, &ciphertext),
    ))
}

/// The handshake that the profile asks for. Errors: `Handshake`.
fn agree(
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base: &BaseKeyPair,
    kem_random: &KemRandom,
) -> Result<(Agreed, Option<PendingKem>), SessionError> {
    if session_version(local.profile) == VERSION_3 {
        // The KEM prekey of the bundle is not used.
        let agreed = agreed_by_x3dh(initiate(&local.identity, base, bundle))?;
        Ok((agreed, None))
    } else {
        agree_by_pqxdh(local, remote, bundle, base, kem_random)
    }
}

/// What the initiator repeats until it gets an answer.
fn pending_of(
    bundle: &PreKeyBundle,
    base: BaseKey,
    kem: Option<PendingKem>,
    now_ms: u64,
) -> Pending {
    Pending {
        one_time_prekey_id: match bundle.one_time_prekey {
            Some(opk) => Some(opk.id),
            None => None,
        },
        signed_prekey_id: bundle.signed_prekey_id,
        kem,
        base_key: base,
        created_s: now_ms / MS_PER_S,
    }
}

/// Start a session as the initiator.
///
/// Standard: X3DH 3.3 in version 3, PQXDH 3.3 in version 4, then DR 3.3.
/// In: the record of the peer, maybe empty; who; whom; its bundle; 32 random bytes for EKA, 32 for DHs and, in version 4,
/// 32 for the encapsulation, secret; the time in milliseconds since 1970. Out: the record, the new session current.
/// Errors, in the deployed order: `UntrustedIdentity`, `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`, and in
/// version 4 `Handshake(MissingKemPreKey)`, `Handshake(Kem)`.
#[allow(clippy::too_many_arguments)]
pub fn start_session(
    record: Record,
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base_private: PrivateKey,
    ratchet_private: PrivateKey,
    kem_random: KemRandom,
    now_ms: u64,
) -> Result<Record, SessionError> {
    // 1. trust in IKB, for sending
    let () = check_trust(remote, bundle.identity_key)?;
    // 2. the signature of SPKB, then that of PQPKB, in either version
    let () = lift_check(check_bundle(bundle))?;
    // 3. EKA; DH1 to DH4, the encapsulation, the KDF. No key of the bundle is checked but by its agreement.
    let base = base_key_pair(base_private);
    let (agreed, kem) = agree(local, remote, bundle, &base, &kem_random)?;
    // 4. DHs; the first root step
    let double = lift_fresh_ratchet(ratchet_init_initiator(
        agreed.root_key,
        agreed.chain_key,
        bundle.signed_prekey,
        ratchet_key_pair(ratchet_private),
    ))?;
    let session = Session {
        version: agreed.version,
        local_identity: local.identity.public,
        remote_identity: bundle.identity_key,
        ratchet: TripleState {
            double,
            sparse: agreed.sparse,
        },
        pending: Some(pending_of(bundle, base.public, kem, now_ms)),
        remote_registration_id: bundle.registration_id,
        local_registration_id: local.registration_id,
        base_key: base.public,
    };
    // 5. the current session is archived, the new one is current. The caller saves the identity and the record.
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
fn check_age(session: &Session, now_ms: u64) -> Result<(), SessionError> {
    match session.pending.clone() {
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

/// The KEM fields of an envelope.
fn kem_fields_of(kem: Option<PendingKem>) -> Option<KemFields> {
    match kem {
        Some(pending) => Some(KemFields {
            id: pending.id,
            ciphertext: pending.ciphertext,
        }),
        None => None,
    }
}

/// Wrap a message in its envelope while there is pending data.
fn wrap(profile: Profile, session: &Session, message: Seq<u8>) -> Ciphertext {
    match session.pending.clone() {
        Some(pending) => {
            let envelope = PreKeyEnvelope {
                version: session.version,
                registration_id: session.local_registration_id,
                one_time_prekey_id: pending.one_time_prekey_id,
                signed_prekey_id: pending.signed_prekey_id,
                kem: kem_fields_of(pending.kem),
                base_key: pending.base_key,
                identity_key: session.local_identity,
            };
            Ciphertext {
                kind: MessageKind::PreKey,
                bytes: encode_prekey_message(profile, &envelope, &message),
            }
        }
        None => Ciphertext {
            kind: MessageKind::Signal,
            bytes: message,
        },
    }
}

/// The address block that a message of a session carries: only inside a prekey message, and none of WhatsApp.
fn carried_addresses(session: &Session, local: &Local, remote: &Remote) -> Option<Seq<u8>> {
    match (local.profile, session.pending.clone()) {
        (Profile::WhatsAppV3, _) => None,
        (_, Some(_)) => address_block(&local.address, &remote.address),
        (_, None) => None,
    }
}

/// A sending step as a result of this layer.
fn lift_sent(
    result: Result<(TripleState, Seq<u8>), RatchetError>,
) -> Result<(TripleState, Seq<u8>), SessionError> {
    match result {
        Ok(sent) => Ok(sent),
        Err(RatchetError::Sparse(_)) => Err(SessionError::InvalidSparseState),
        Err(_) => Err(SessionError::CounterExhausted),
    }
}

/// Encrypt in the current session.
///
/// Standard: DR 3.4, DR4 6.
/// Deployed: a session without an answer may send for 30 days; the identity is checked after the work and before anything
/// is kept.
/// In: the record; who; whom; the time in milliseconds since 1970; the random bytes that SPQR may take, secret; any
/// plaintext, secret. Out: the record, and the message.
/// Errors, in the deployed order: `NoSession`, `InvalidSparseState`, `CounterExhausted`, `UntrustedIdentity`.
pub fn encrypt(
    record: Record,
    local: &Local,
    remote: &Remote,
    now_ms: u64,
    random: &SparseRandom,
    plaintext: &ByteSeq,
) -> Result<(Record, Ciphertext), SessionError> {
    // 1. the current session
    let session = sending_session(&record)?;
    // 2. its age, if it is unanswered
    let () = check_age(&session, now_ms)?;
    // 3. SPQR sends; the keys; encryption, with the address block in a prekey message only; the tag over the identities
    // stored in the session
    let ad = AssociatedData {
        sender: session.local_identity,
        receiver: session.remote_identity,
    };
    let addresses = carried_addresses(&session, local, remote);
    let (ratchet, message) = lift_sent(triple_encrypt(
        session.ratchet.clone(),
        Writer {
            profile: local.profile,
            version: session.version,
        },
        ad,
        addresses,
        random,
        plaintext,
    ))?;
    // 4. the envelope, while there is pending data
    let ciphertext = wrap(local.profile, &session, message);
    // 5. trust in the identity of the session, for sending. The caller saves the identity and the record.
    let () = check_trust(remote, session.remote_identity)?;
    let current = with_ratchet(session, ratchet);
    Ok((replace_current(record, current), ciphertext))
}
