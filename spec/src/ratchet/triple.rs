//! The Triple Ratchet: the Double Ratchet and SPQR side by side, both keys in each message.
//!
//! Which part: DR4 6. Who calls it: `session`. Secret: the state and the plaintext.
//!
//! ```text
//!   Double Ratchet --seed--+
//!                          +--> message keys = HKDF(salt = key of SPQR, IKM = seed)
//!   SPQR ----------key-----+
//! ```
//!
//! One path for both versions: a session of version 3 has the empty state of SPQR, which gives empty messages and no key; a
//! stored session of version 4 may have it too. Errors leave the caller with the state it has: both parts are kept
//! together or not at all.
use crate::keys::*;
use crate::ratchet::double::*;
use crate::ratchet::sparse::types::*;
use crate::ratchet::sparse::{sparse_receive, sparse_send, Sent, SparseState};
use crate::ratchet::*;
use crate::wire::message::*;
use crate::wire::Writer;
use hacspec_lib::*;

/// The state of both ratchets.
#[derive(Clone)]
pub struct TripleState {
    /// The Double Ratchet, secret.
    pub double: State,
    /// SPQR, secret.
    pub sparse: SparseState,
}

/// A sending step of SPQR as a result of this layer.
fn lift_sparse_sent(
    result: Result<(SparseState, Sent), SparseError>,
) -> Result<(SparseState, Sent), RatchetError> {
    match result {
        Ok(sent) => Ok(sent),
        Err(error) => Err(RatchetError::Sparse(error)),
    }
}

/// A receiving step of SPQR as a result of this layer.
fn lift_sparse_received(
    result: Result<(SparseState, Option<SparseMessageKey>), SparseError>,
) -> Result<(SparseState, Option<SparseMessageKey>), RatchetError> {
    match result {
        Ok(received) => Ok(received),
        Err(error) => Err(RatchetError::Sparse(error)),
    }
}

/// Encrypt, the step of SPQR given.
///
/// Standard: DR4 6, the Double Ratchet part with both keys mixed.
/// In: the state of the Double Ratchet; the profile and the session version; AD; the address block, if the message is to carry one; the SPQR
/// message and its key, secret; any plaintext, secret. Out: the state after it, and the bytes of a SignalMessage.
/// Errors: `CounterExhausted`.
pub fn encrypt_with_sparse_key(
    state: State,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<Seq<u8>>,
    sparse_message: &Seq<u8>,
    key: Option<SparseMessageKey>,
    plaintext: &ByteSeq,
) -> Result<(State, Seq<u8>), RatchetError> {
    ratchet_encrypt(state, writer, ad, addresses, sparse_message, key, plaintext)
}

/// Encrypt a message.
///
/// Standard: DR4 6. Deployed: SPQR sends first.
/// In: the state; the profile and the session version; AD; the address block, if the message is to carry one; the random bytes that SPQR may
/// take, secret; any plaintext, secret. Out: the state after it, and the bytes of a SignalMessage.
/// Errors: `Sparse`, then `CounterExhausted`.
pub fn triple_encrypt(
    state: TripleState,
    writer: Writer,
    ad: AssociatedData,
    addresses: Option<Seq<u8>>,
    random: &SparseRandom,
    plaintext: &ByteSeq,
) -> Result<(TripleState, Seq<u8>), RatchetError> {
    // SPQR sends: its state, its message, its key
    let (sparse, sent) = lift_sparse_sent(sparse_send(state.sparse, random))?;
    // the Double Ratchet sends, and both keys are mixed
    let (double, message) = encrypt_with_sparse_key(
        state.double,
        writer,
        ad,
        addresses,
        &sent.message,
        sent.key,
        plaintext,
    )?;
    Ok((TripleState { double, sparse }, message))
}

/// Decrypt, the key of SPQR given.
///
/// Standard: DR4 6, the Double Ratchet part with both keys mixed.
/// In: the state of the Double Ratchet; AD; the address block of the two devices, if their names have one; the limits of a chain;
/// a fresh pair, used if the ratchet key is new; the key of SPQR, secret; the message. Out: the state after it, and the
/// plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`, `Rejected`.
pub fn decrypt_with_sparse_key(
    state: State,
    ad: AssociatedData,
    expected_addresses: Option<Seq<u8>>,
    limits: ChainLimits,
    fresh: RatchetKeyPair,
    key: Option<SparseMessageKey>,
    message: &SignalMessage,
) -> Result<(State, ByteSeq), RatchetError> {
    let (next, seed) = ratchet_receive_key(state, limits, fresh, message)?;
    let plaintext = open_message(seed, key, ad, expected_addresses, message)?;
    Ok((next, plaintext))
}

/// Decrypt a message.
///
/// Standard: DR4 6.
/// Deployed, in this order: the Diffie-Hellman step, the skipped seeds or the jump; SPQR; the tag, the address block, the
/// padding. What is done before the tag is checked costs work and is dropped if the check fails.
/// In: the state; AD; the address block of the two devices, if their names have one; the limits of a chain; a fresh pair, used if
/// the ratchet key is new; the message. Out: the state after it, and the plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`, then `Sparse`, then `Rejected`.
pub fn triple_decrypt(
    state: TripleState,
    ad: AssociatedData,
    expected_addresses: Option<Seq<u8>>,
    limits: ChainLimits,
    fresh: RatchetKeyPair,
    message: &SignalMessage,
) -> Result<(TripleState, ByteSeq), RatchetError> {
    // the Double Ratchet receives: its state, the seed
    let (double, seed) = ratchet_receive_key(state.double, limits, fresh, message)?;
    // SPQR receives: its state, its key; its errors make the message invalid
    let (sparse, key) = lift_sparse_received(sparse_receive(state.sparse, &message.spqr))?;
    // both keys are mixed; tag, address block, padding
    let plaintext = open_message(seed, key, ad, expected_addresses, message)?;
    Ok((TripleState { double, sparse }, plaintext))
}
