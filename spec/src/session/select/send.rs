//! Start a session, and encrypt.
//!
//! Which part: X3DH 3.3, DR 3.4. Who calls it: applications. Secret: private keys, the record, plaintexts.
use crate::address::*;
use crate::handshake::bundle::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::*;
use crate::ratchet::double::*;
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
        &Seq::<u8>::new(0),
        None,
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
