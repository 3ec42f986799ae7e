//! Start a session, and encrypt.
//!
//! Which part: X3DH 3.3, DR 3.4. Who calls it: applications. Secret: private keys, the record, plaintexts.
use crate::address::{address_block, ADDRESS_BLOCK_LENGTH};
use crate::handshake::bundle::{check_bundle, PreKeyBundle};
use crate::handshake::x3dh::initiate;
use crate::handshake::HandshakeError;
use crate::keys::{base_key_pair, ratchet_key_pair, PrivateKey};
use crate::ratchet::double::{
    apply_sending, plan_sending, ratchet_init_initiator, seal, AssociatedData,
};
use crate::session::record::{set_current, Pending, Record, Session};
use crate::session::select::types::{
    check_trust, Ciphertext, Local, MessageKind, Remote, SessionError,
};
use crate::wire::prekey_message::{encode_prekey_message, PreKeyEnvelope};
use crate::wire::VERSION_3;

/// How long a session without an answer may send: 30 days, in milliseconds.
pub const MAX_UNACKNOWLEDGED_AGE_MS: u64 = 2_592_000_000;
const MS_PER_S: u64 = 1000;

/// Mirror of `spec::session::select::start_session`.
///
/// In: the record of the peer, maybe empty; who; whom; its bundle; 32 random bytes for EKA and 32 for DHs, secret; the time
/// in milliseconds since 1970. The new session is current after it.
/// Errors: `UntrustedIdentity`, `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`.
pub fn start_session(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base_private: PrivateKey,
    ratchet_private: PrivateKey,
    now_ms: u64,
) -> Result<(), SessionError> {
    check_trust(remote, bundle.identity_key)?;
    check_bundle(bundle).map_err(SessionError::Handshake)?;
    let base = base_key_pair(base_private);
    let secrets = initiate(&local.identity, &base, bundle).map_err(SessionError::Handshake)?;
    let dhs = ratchet_key_pair(ratchet_private);
    let ratchet = ratchet_init_initiator(
        &secrets.root_key,
        secrets.chain_key,
        bundle.signed_prekey,
        dhs,
    )
    .map_err(|_| SessionError::Handshake(HandshakeError::InvalidAgreement))?;
    let pending = Pending {
        one_time_prekey_id: bundle.one_time_prekey.map(|opk| opk.id),
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
    set_current(record, Box::new(session));
    Ok(())
}

/// Mirror of `spec::session::select::encrypt`.
/// The identity is checked before the message is made, and after the number is found: the same error comes first.
///
/// In: the record; who; whom; the time in milliseconds since 1970; any plaintext, secret. Out: the message.
/// Errors: `NoSession`, `CounterExhausted`, `UntrustedIdentity`.
pub fn encrypt(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    now_ms: u64,
    plaintext: &[u8],
) -> Result<Ciphertext, SessionError> {
    let session = record
        .current
        .as_deref_mut()
        .ok_or(SessionError::NoSession)?;
    check_age(session.pending, now_ms)?;
    let step = plan_sending(&session.ratchet, None).map_err(|_| SessionError::CounterExhausted)?;
    check_trust(remote, session.remote_identity)?;
    let ad = AssociatedData {
        sender: session.local_identity,
        receiver: session.remote_identity,
    };
    let addresses = carried_addresses(session, local, remote);
    let addresses = addresses
        .as_ref()
        .map(<[u8; ADDRESS_BLOCK_LENGTH]>::as_slice);
    let message = seal(
        &session.ratchet,
        &step,
        session.version,
        ad,
        addresses,
        &[],
        plaintext,
    );
    let ciphertext = wrap(session, message);
    apply_sending(&mut session.ratchet, step);
    Ok(ciphertext)
}

/// Refuse a session that has waited too long for an answer. Errors: `NoSession`.
fn check_age(pending: Option<Pending>, now_ms: u64) -> Result<(), SessionError> {
    let Some(pending) = pending else {
        return Ok(());
    };
    let created_ms = u128::from(pending.created_s).saturating_mul(u128::from(MS_PER_S));
    if created_ms.saturating_add(u128::from(MAX_UNACKNOWLEDGED_AGE_MS)) < u128::from(now_ms) {
        return Err(SessionError::NoSession);
    }
    Ok(())
}

/// The address block that a message of a session carries: only inside a prekey message.
fn carried_addresses(
    session: &Session,
    local: &Local,
    remote: &Remote,
) -> Option<[u8; ADDRESS_BLOCK_LENGTH]> {
    session
        .pending
        .and_then(|_| address_block(&local.address, &remote.address))
}

/// Wrap a message in its envelope while there is pending data.
fn wrap(session: &Session, message: Vec<u8>) -> Ciphertext {
    let Some(pending) = session.pending else {
        return Ciphertext {
            kind: MessageKind::Signal,
            bytes: message,
        };
    };
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
