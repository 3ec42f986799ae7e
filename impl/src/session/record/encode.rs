//! A session as it is stored.
//!
//! Which part: deployed only; protobuf (PB, proto3: zero and empty values are left out). Who calls it: `session::record`.
//! Secret: the bytes. Every buffer is made large enough at once, and wiped when dropped: growing would leave a copy behind.
use crate::keys::kem::KEM_CIPHERTEXT_LENGTH;
use crate::keys::{serialize_public_key, ChainKey, IdentityKeyPair, PublicKey};
use crate::ratchet::double::{ReceivingChain, SendingChain};
use crate::ratchet::skipped::SkippedKey;
use crate::ratchet::sparse::state::encode::{put_state, state_room};
use crate::ratchet::sparse::State;
#[allow(clippy::wildcard_imports)] // the numbers of all stored fields
use crate::session::record::types::*;
use crate::wire::protobuf::{put_bytes, put_uint32, put_varint_field};
use zeroize::Zeroizing;

/// Above the stored length of a session without receiving chains, the KEM ciphertext and SPQR, tags and lengths included.
const SESSION_ROOM: usize = 640;
/// The same of the KEM ciphertext and its id.
const PENDING_KEM_ROOM: usize = KEM_CIPHERTEXT_LENGTH + 16;
/// The same of a receiving chain.
const CHAIN_ROOM: usize = 128;
/// The same of a skipped key.
pub(crate) const SKIPPED_ROOM: usize = 48;

/// Mirror of `spec::session::record::encode_session`.
///
/// In: a session. Out: its bytes, secret.
#[must_use]
pub fn encode_session(session: &Session) -> Zeroizing<Vec<u8>> {
    let mut out = buffer(session_room(session));
    put_session(&mut out, session);
    out
}

/// Mirror of `spec::session::record::encode_identity_key_pair`.
///
/// In: the pair. Out: {1 public, 2 private}, secret.
#[must_use]
pub fn encode_identity_key_pair(pair: &IdentityKeyPair) -> Zeroizing<Vec<u8>> {
    let mut out = buffer(CHAIN_ROOM);
    put_public_key(&mut out, IDENTITY_PAIR_PUBLIC, pair.public.key);
    put_bytes(&mut out, IDENTITY_PAIR_PRIVATE, pair.private.as_bytes());
    out
}

/// A buffer for secrets. Writers stay within its room: growing would leave a copy behind.
pub(crate) fn buffer(room: usize) -> Zeroizing<Vec<u8>> {
    Zeroizing::new(Vec::with_capacity(room))
}

pub(crate) fn session_room(session: &Session) -> usize {
    let pending_kem = session.pending.as_ref().and_then(|data| data.kem.as_ref());
    let fixed = SESSION_ROOM
        .saturating_add(pending_kem.map_or(0, |_| PENDING_KEM_ROOM))
        .saturating_add(state_room(&session.ratchet.sparse));
    let chains = session.ratchet.double.receiving.iter().map(chain_room);
    chains.fold(fixed, usize::saturating_add)
}

fn chain_room(chain: &ReceivingChain) -> usize {
    chain
        .mkskipped
        .len()
        .saturating_mul(SKIPPED_ROOM)
        .saturating_add(CHAIN_ROOM)
}

/// A message inside a message.
pub(crate) fn put_nested(
    out: &mut Vec<u8>,
    number: u32,
    room: usize,
    write: impl FnOnce(&mut Vec<u8>),
) {
    let mut inner = buffer(room);
    write(&mut inner);
    debug_assert!(inner.len() <= room);
    put_bytes(out, number, &inner);
}

pub(crate) fn put_session(out: &mut Vec<u8>, session: &Session) {
    let ratchet = &session.ratchet.double;
    put_nonzero(out, SESSION_VERSION, u64::from(session.version));
    put_public_key(out, SESSION_LOCAL_IDENTITY, session.local_identity.key);
    put_public_key(out, SESSION_REMOTE_IDENTITY, session.remote_identity.key);
    put_bytes(out, SESSION_ROOT_KEY, ratchet.rk.as_bytes());
    put_nonzero(out, SESSION_PREVIOUS_COUNTER, u64::from(ratchet.pn));
    put_nested(out, SESSION_SENDING_CHAIN, CHAIN_ROOM, |out| {
        put_sending_chain(out, &ratchet.sending);
    });
    for chain in &ratchet.receiving {
        put_nested(out, SESSION_RECEIVING_CHAIN, chain_room(chain), |out| {
            put_receiving_chain(out, chain);
        });
    }
    if let Some(pending) = &session.pending {
        put_nested(out, SESSION_PENDING, CHAIN_ROOM, |out| {
            put_pending(out, pending);
        });
    }
    put_nonzero(
        out,
        SESSION_REMOTE_REGISTRATION,
        u64::from(session.remote_registration_id),
    );
    put_nonzero(
        out,
        SESSION_LOCAL_REGISTRATION,
        u64::from(session.local_registration_id),
    );
    put_public_key(out, SESSION_BASE_KEY, session.base_key.key);
    if let Some(kem) = session.pending.as_ref().and_then(|data| data.kem.as_ref()) {
        put_nested(out, SESSION_PENDING_KEM, PENDING_KEM_ROOM, |out| {
            put_pending_kem(out, kem);
        });
    }
    put_sparse(out, &session.ratchet.sparse);
}

fn put_sending_chain(out: &mut Vec<u8>, chain: &SendingChain) {
    put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhs.public.key);
    put_bytes(out, CHAIN_RATCHET_PRIVATE, chain.dhs.private.as_bytes());
    put_nested(out, CHAIN_KEY, SKIPPED_ROOM, |out| {
        put_chain_key(out, chain.ns, &chain.cks);
    });
}

fn put_receiving_chain(out: &mut Vec<u8>, chain: &ReceivingChain) {
    put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhr.key);
    put_nested(out, CHAIN_KEY, SKIPPED_ROOM, |out| {
        put_chain_key(out, chain.nr, &chain.ckr);
    });
    for skipped in chain.mkskipped.values().rev() {
        put_nested(out, CHAIN_SKIPPED, SKIPPED_ROOM, |out| {
            put_skipped_key(out, skipped);
        });
    }
}

fn put_chain_key(out: &mut Vec<u8>, index: u32, key: &ChainKey) {
    put_nonzero(out, CHAIN_KEY_INDEX, u64::from(index));
    put_bytes(out, CHAIN_KEY_KEY, key.as_bytes());
}

fn put_skipped_key(out: &mut Vec<u8>, skipped: &SkippedKey) {
    put_nonzero(out, SKIPPED_NUMBER, u64::from(skipped.number));
    put_bytes(out, SKIPPED_SEED, skipped.seed.as_bytes());
}

fn put_pending(out: &mut Vec<u8>, pending: &Pending) {
    if let Some(id) = pending.one_time_prekey_id {
        put_uint32(out, PENDING_ONE_TIME_PREKEY_ID, id);
    }
    put_public_key(out, PENDING_BASE_KEY, pending.base_key.key);
    put_nonzero(
        out,
        PENDING_SIGNED_PREKEY_ID,
        int32_varint(pending.signed_prekey_id),
    );
    put_nonzero(out, PENDING_CREATED, pending.created_s);
}

fn put_pending_kem(out: &mut Vec<u8>, kem: &PendingKem) {
    put_nonzero(out, PENDING_KEM_ID, u64::from(kem.id));
    put_bytes(out, PENDING_KEM_CIPHERTEXT, kem.ciphertext.as_slice());
}

/// The state of SPQR, unless its form is empty.
fn put_sparse(out: &mut Vec<u8>, state: &State) {
    let mut stored = buffer(state_room(state));
    put_state(&mut stored, state);
    if !stored.is_empty() {
        put_bytes(out, SESSION_SPARSE, &stored);
    }
}

/// An integer, unless it is 0.
fn put_nonzero(out: &mut Vec<u8>, number: u32, value: u64) {
    if value != 0 {
        put_varint_field(out, number, value);
    }
}

fn put_public_key(out: &mut Vec<u8>, number: u32, key: PublicKey) {
    put_bytes(out, number, &serialize_public_key(key));
}

/// An int32 as its varint: negative values take the sign into all 64 bits.
fn int32_varint(value: u32) -> u64 {
    if value >= 0x8000_0000 {
        u64::from(value) | 0xffff_ffff_0000_0000
    } else {
        u64::from(value)
    }
}
