//! A session as it is stored.
//!
//! Which part: deployed only; protobuf (PB, proto3: zero and empty values are left out). Who calls it:
//! `session::record`. Secret: the bytes; inside this module they are public, as the doc of `session::record` says.
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::skipped::*;
use crate::ratchet::sparse::state::encode_state;
use crate::session::record::types::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

/// An int32 as its varint: negative values take the sign into all 64 bits.
fn int32_varint(value: u32) -> u64 {
    if value >= 0x8000_0000u32 {
        (value as u64) | 0xffff_ffff_0000_0000u64
    } else {
        value as u64
    }
}

/// Append secret bytes. They become public inside this module, as its doc says.
pub(crate) fn put_secret(out: Seq<u8>, number: u32, value: ByteSeq) -> Seq<u8> {
    put_bytes(out, number, &value.declassify())
}

/// Append a serialised public key.
fn put_public_key(out: Seq<u8>, number: u32, key: PublicKey) -> Seq<u8> {
    put_bytes(out, number, &serialize_public_key(key))
}

/// The stored form of the position of a chain: its next number and its key.
fn encode_chain_key(index: u32, key: ChainKey) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), CHAIN_KEY_INDEX, index as u64);
    put_secret(out, CHAIN_KEY_KEY, ByteSeq::from_seq(&key))
}

/// The stored form of the sending chain.
fn encode_sending_chain(chain: SendingChain) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhs.public.key);
    out = put_secret(
        out,
        CHAIN_RATCHET_PRIVATE,
        ByteSeq::from_seq(&chain.dhs.private),
    );
    put_bytes(out, CHAIN_KEY, &encode_chain_key(chain.ns, chain.cks))
}

/// The stored form of a skipped key.
fn encode_skipped_key(skipped: SkippedKey) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), SKIPPED_NUMBER, skipped.number as u64);
    put_secret(out, SKIPPED_SEED, ByteSeq::from_seq(&skipped.seed))
}

/// The stored form of a receiving chain.
fn encode_receiving_chain(chain: &ReceivingChain) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, CHAIN_RATCHET_PUBLIC, chain.dhr.key);
    out = put_bytes(out, CHAIN_KEY, &encode_chain_key(chain.nr, chain.ckr));
    for i in 0..chain.mkskipped.len() {
        out = put_bytes(out, CHAIN_SKIPPED, &encode_skipped_key(chain.mkskipped[i]));
    }
    out
}

/// The stored form of the pending data.
fn encode_pending(pending: &Pending) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = match pending.one_time_prekey_id {
        Some(id) => put_uint32(out, PENDING_ONE_TIME_PREKEY_ID, id),
        None => out,
    };
    out = put_public_key(out, PENDING_BASE_KEY, pending.base_key.key);
    out = put_nonzero(
        out,
        PENDING_SIGNED_PREKEY_ID,
        int32_varint(pending.signed_prekey_id),
    );
    put_nonzero(out, PENDING_CREATED, pending.created_s)
}

/// Append the pending data, if there is any.
fn put_pending(out: Seq<u8>, pending: Option<Pending>) -> Seq<u8> {
    match pending {
        Some(data) => put_bytes(out, SESSION_PENDING, &encode_pending(&data)),
        None => out,
    }
}

/// The stored form of what the KEM adds to the pending data.
fn encode_pending_kem(kem: &PendingKem) -> Seq<u8> {
    let out = put_nonzero(Seq::<u8>::new(0), PENDING_KEM_ID, kem.id as u64);
    put_bytes(out, PENDING_KEM_CIPHERTEXT, &kem.ciphertext)
}

/// Append what the KEM adds to the pending data, if there is any.
fn put_pending_kem(out: Seq<u8>, pending: Option<Pending>) -> Seq<u8> {
    match pending {
        Some(data) => match data.kem {
            Some(kem) => put_bytes(out, SESSION_PENDING_KEM, &encode_pending_kem(&kem)),
            None => out,
        },
        None => out,
    }
}

/// Append the state of SPQR unless it is the empty one.
fn put_sparse(out: Seq<u8>, bytes: ByteSeq) -> Seq<u8> {
    if bytes.len() == 0 {
        out
    } else {
        put_secret(out, SESSION_SPARSE, bytes)
    }
}

/// Append the Double Ratchet.
fn put_ratchet(out: Seq<u8>, ratchet: State) -> Seq<u8> {
    let mut written = put_secret(out, SESSION_ROOT_KEY, ByteSeq::from_seq(&ratchet.rk));
    written = put_nonzero(written, SESSION_PREVIOUS_COUNTER, ratchet.pn as u64);
    let sending = encode_sending_chain(ratchet.sending);
    written = put_bytes(written, SESSION_SENDING_CHAIN, &sending);
    for i in 0..ratchet.receiving.len() {
        let chain = encode_receiving_chain(&ratchet.receiving[i]);
        written = put_bytes(written, SESSION_RECEIVING_CHAIN, &chain);
    }
    written
}

/// The stored form of a session: its fields in ascending order.
///
/// In: a session. Out: its bytes, secret.
pub fn encode_session(session: &Session) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = put_nonzero(out, SESSION_VERSION, session.version as u64);
    out = put_public_key(out, SESSION_LOCAL_IDENTITY, session.local_identity.key);
    out = put_public_key(out, SESSION_REMOTE_IDENTITY, session.remote_identity.key);
    out = put_ratchet(out, session.ratchet.double.clone());
    out = put_pending(out, session.pending.clone());
    out = put_nonzero(
        out,
        SESSION_REMOTE_REGISTRATION,
        session.remote_registration_id as u64,
    );
    out = put_nonzero(
        out,
        SESSION_LOCAL_REGISTRATION,
        session.local_registration_id as u64,
    );
    out = put_public_key(out, SESSION_BASE_KEY, session.base_key.key);
    out = put_pending_kem(out, session.pending.clone());
    ByteSeq::from_public_seq(&put_sparse(out, encode_state(&session.ratchet.sparse)))
}

/// The stored form of an identity pair.
///
/// In: the pair. Out: {1 public, 2 private}, secret.
pub fn encode_identity_key_pair(pair: &IdentityKeyPair) -> ByteSeq {
    let mut out = Seq::<u8>::new(0);
    out = put_public_key(out, IDENTITY_PAIR_PUBLIC, pair.public.key);
    out = put_secret(out, IDENTITY_PAIR_PRIVATE, ByteSeq::from_seq(&pair.private));
    ByteSeq::from_public_seq(&out)
}
