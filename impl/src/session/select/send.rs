//! Start a session, and encrypt.
//!
//! Which part: X3DH 3.3, PQXDH 3.3, DR 3.4. Who calls it: applications. Secret: private keys, the record, plaintexts.
use crate::address::{address_block, ADDRESS_BLOCK_LENGTH};
use crate::handshake::bundle::{check_bundle, PreKeyBundle};
use crate::handshake::pqxdh::pqxdh_initiate;
use crate::handshake::x3dh::initiate;
use crate::handshake::HandshakeError;
use crate::keys::kem::serialize_kem_ciphertext;
use crate::keys::{
    base_key_pair, ratchet_key_pair, BaseKeyPair, ChainKey, KemRandom, PrivateKey, RootKey,
};
use crate::ratchet::double::{ratchet_init_initiator, AssociatedData};
use crate::ratchet::sparse::{empty_state, Direction, SparseRandom};
use crate::ratchet::triple::{send, TripleState};
use crate::ratchet::{sparse, RatchetError};
use crate::session::record::{set_current, Pending, PendingKem, Record, Session};
use crate::session::select::types::{
    check_trust, is_self, new_sparse_state, Ciphertext, Local, MessageKind, Remote, SessionError,
};
use crate::wire::prekey_message::{encode_prekey_message, KemFields, PreKeyEnvelope};
use crate::wire::{session_version, Profile, Writer};

/// How long a session without an answer may send: 30 days, in milliseconds.
pub const MAX_UNACKNOWLEDGED_AGE_MS: u64 = 2_592_000_000;
const MS_PER_S: u64 = 1000;

/// What a handshake gives to an initiator.
struct Handshake {
    root_key: RootKey,
    chain_key: ChainKey,
    sparse: sparse::State,
    kem: Option<PendingKem>,
}

/// Mirror of `spec::session::select::start_session`.
///
/// In: the record of the peer, maybe empty; who; whom; its bundle; 32 random bytes for EKA, 32 for DHs and 32 for the
/// encapsulation, secret; the time in milliseconds since 1970. The new session is current after it.
/// Errors: `UntrustedIdentity`, `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`, `Handshake(MissingKemPreKey)`.
#[allow(clippy::too_many_arguments, clippy::needless_pass_by_value)] // each secret has its name, and is used once
pub fn start_session(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base_private: PrivateKey,
    ratchet_private: PrivateKey,
    kem_random: KemRandom,
    now_ms: u64,
) -> Result<(), SessionError> {
    check_trust(remote, bundle.identity_key)?;
    check_bundle(bundle).map_err(SessionError::Handshake)?;
    let base = base_key_pair(base_private);
    let handshake =
        shake_hands(local, remote, bundle, &base, &kem_random).map_err(SessionError::Handshake)?;
    let double = ratchet_init_initiator(
        &handshake.root_key,
        handshake.chain_key,
        bundle.signed_prekey,
        ratchet_key_pair(ratchet_private),
    )
    .map_err(|_| SessionError::Handshake(HandshakeError::InvalidAgreement))?;
    let pending = Pending {
        one_time_prekey_id: bundle.one_time_prekey.map(|opk| opk.id),
        signed_prekey_id: bundle.signed_prekey_id,
        base_key: base.public,
        created_s: now_ms / MS_PER_S,
        kem: handshake.kem,
    };
    let session = Session {
        version: session_version(local.profile),
        local_identity: local.identity.public,
        remote_identity: bundle.identity_key,
        ratchet: TripleState {
            double,
            sparse: handshake.sparse,
        },
        pending: Some(pending),
        remote_registration_id: bundle.registration_id,
        local_registration_id: local.registration_id,
        base_key: base.public,
    };
    set_current(record, Box::new(session));
    Ok(())
}

/// The handshake of the profile. Errors: `InvalidAgreement`, then `MissingKemPreKey`.
fn shake_hands(
    local: &Local,
    remote: &Remote,
    bundle: &PreKeyBundle,
    base: &BaseKeyPair,
    kem_random: &KemRandom,
) -> Result<Handshake, HandshakeError> {
    match local.profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => {
            let secrets = initiate(&local.identity, base, bundle)?;
            Ok(Handshake {
                root_key: secrets.root_key,
                chain_key: secrets.chain_key,
                sparse: empty_state(),
                kem: None,
            })
        }
        Profile::SignalV4 => {
            let (secrets, ciphertext) = pqxdh_initiate(&local.identity, base, bundle, kem_random)?;
            let is_self = is_self(local, remote, local.identity.public, bundle.identity_key);
            Ok(Handshake {
                root_key: secrets.root_key,
                chain_key: secrets.chain_key,
                sparse: new_sparse_state(Direction::A2B, secrets.auth_key, is_self),
                kem: bundle.kem_prekey.as_ref().map(|entry| PendingKem {
                    id: entry.id,
                    ciphertext: Box::new(serialize_kem_ciphertext(&ciphertext)),
                }),
            })
        }
    }
}

/// Mirror of `spec::session::select::encrypt`.
/// The identity is checked before the message is made, and after the number is found: the same error comes first.
///
/// In: the record; who; whom; the time in milliseconds since 1970; the random bytes of SPQR, secret; any plaintext, secret.
/// Out: the message.
/// Errors: `NoSession`, `InvalidSparseState`, `CounterExhausted`, `UntrustedIdentity`.
pub fn encrypt(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    now_ms: u64,
    random: &SparseRandom,
    plaintext: &[u8],
) -> Result<Ciphertext, SessionError> {
    let session = record
        .current
        .as_deref_mut()
        .ok_or(SessionError::NoSession)?;
    check_age(session.pending.as_ref(), now_ms)?;
    let ad = AssociatedData {
        sender: session.local_identity,
        receiver: session.remote_identity,
    };
    let addresses = carried_addresses(session, local, remote);
    let addresses = addresses
        .as_ref()
        .map(<[u8; ADDRESS_BLOCK_LENGTH]>::as_slice);
    let writer = Writer {
        profile: local.profile,
        version: session.version,
    };
    let message = send(&mut session.ratchet, random, lift_sending, |sending| {
        check_trust(remote, ad.receiver)?;
        Ok(sending.seal(writer, ad, addresses, plaintext))
    })?;
    Ok(wrap(local.profile, session, message))
}

/// An error of sending as one of this layer. Errors: `InvalidSparseState`, `CounterExhausted`.
fn lift_sending(error: RatchetError) -> SessionError {
    match error {
        RatchetError::Sparse(_) => SessionError::InvalidSparseState,
        _ => SessionError::CounterExhausted,
    }
}

/// Refuse a session that has waited too long for an answer. Errors: `NoSession`.
fn check_age(pending: Option<&Pending>, now_ms: u64) -> Result<(), SessionError> {
    let Some(pending) = pending else {
        return Ok(());
    };
    let created_ms = u128::from(pending.created_s).saturating_mul(u128::from(MS_PER_S));
    if created_ms.saturating_add(u128::from(MAX_UNACKNOWLEDGED_AGE_MS)) < u128::from(now_ms) {
        return Err(SessionError::NoSession);
    }
    Ok(())
}

/// The address block that a message of a session carries: only inside a prekey message, and none of WhatsApp.
fn carried_addresses(
    session: &Session,
    local: &Local,
    remote: &Remote,
) -> Option<[u8; ADDRESS_BLOCK_LENGTH]> {
    match (local.profile, &session.pending) {
        (Profile::WhatsAppV3, _) | (_, None) => None,
        (_, Some(_)) => address_block(&local.address, &remote.address),
    }
}

/// Wrap a message in its envelope while there is pending data.
fn wrap(profile: Profile, session: &Session, message: Vec<u8>) -> Ciphertext {
    let Some(pending) = &session.pending else {
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
        kem: pending.kem.as_ref().map(|kem| KemFields {
            id: kem.id,
            ciphertext: kem.ciphertext.as_slice(),
        }),
        base_key: pending.base_key,
        identity_key: session.local_identity,
    };
    Ciphertext {
        kind: MessageKind::PreKey,
        bytes: encode_prekey_message(profile, &envelope, &message),
    }
}
