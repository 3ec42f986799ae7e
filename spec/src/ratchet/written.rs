//! The Double Ratchet as written: what the public text says, beside `ratchet::double`, which is what is deployed.
//!
//! Which part: DR 3. Who calls it: whoever compares the two; no session. Secret: the state, all but its public keys and
//! numbers, and the plaintext.
//!
//! ```text
//!            initiator                                   responder
//!  SK --KDF_RK(DHs, DHr)--> RK, CKs                       RK = SK, no chain
//!     message with a ratchet key that is not DHr, on either side:
//!  the receiving chain is closed: its keys up to PN are stored
//!  RK --KDF_RK(DHs, K)--> CKr of the receiving chain --KDF_RK(fresh DHs, K)--> CKs of the sending chain
//! ```
//!
//! Choice: a chain key stands with its numbers and, if it receives, with DHr, so that neither is there without the other.
//! The text has the initiator keep the DHr of its peer's first key, and would look for a chain key of it that there
//! is not if a message came with that key; here it is an unknown key, the step is tried, and the tag fails.
pub mod functions;
pub mod state;

pub use crate::ratchet::written::functions::*;
pub use crate::ratchet::written::state::*;

use crate::keys::*;
use crate::primitives::x25519::*;
use crate::ratchet::symmetric::*;
use hacspec_lib::*;

/// A state and the key of the message that led to it.
struct KeyStep {
    state: WrittenState,
    mk: MessageKeySeed,
}

/// The sending chain, if there is one.
fn sending_chain(state: &WrittenState) -> Result<WrittenSendingChain, WrittenError> {
    match state.sending {
        Some(chain) => Ok(chain),
        None => Err(WrittenError::NoSendingChain),
    }
}

/// Standard: DR 3.1, `CONCAT(ad, header)`. The header has a fixed length: unambiguous.
fn concat_header(ad: &Seq<u8>, header: Header) -> Seq<u8> {
    ad.concat(&encode_header(header))
}

/// Encrypt a message.
///
/// Standard: DR 3.4, `RatchetEncrypt(state, plaintext, AD)`.
/// In: the state; any plaintext, secret; AD. Out: the state after it, and the message.
/// Errors: `NoSendingChain`, `CounterExhausted`.
pub fn ratchet_encrypt(
    state: WrittenState,
    plaintext: &ByteSeq,
    ad: &Seq<u8>,
) -> Result<(WrittenState, WrittenMessage), WrittenError> {
    let sending = sending_chain(&state)?;
    let ns = number_after(sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, mk) = kdf_ck(sending.cks);
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = Header {
        dh: state.dhs.public,
        pn: state.pn,
        n: sending.ns,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let ciphertext = encrypt(mk, plaintext, &concat_header(ad, header));
    // state.Ns += 1
    let next = WrittenState {
        dhs: state.dhs,
        rk: state.rk,
        sending: Some(WrittenSendingChain { cks, ns }),
        receiving: state.receiving,
        pn: state.pn,
        mkskipped: state.mkskipped,
    };
    Ok((next, WrittenMessage { header, ciphertext }))
}

/// Keep one more message key; the store stays within its bound.
///
/// Standard: DR 3.5, `state.MKSKIPPED[state.DHr, state.Nr] = mk`.
fn store_key(mkskipped: Seq<StoredKey>, key: StoredKey) -> Seq<StoredKey> {
    let count = mkskipped.len();
    let kept = if count >= MAX_STORED {
        mkskipped.slice(count + 1 - MAX_STORED, MAX_STORED - 1)
    } else {
        mkskipped
    };
    kept.push_owned(key)
}

/// Where the key of a message is stored.
fn stored_at(mkskipped: &Seq<StoredKey>, header: Header) -> Option<usize> {
    let mut found: Option<usize> = None;
    for i in 0..mkskipped.len() {
        if same_public_key(mkskipped[i].dhr.key, header.dh.key) && mkskipped[i].number == header.n {
            found = Some(i);
        }
    }
    found
}

/// The stored key of a message, and the state without it.
///
/// Standard: DR 3.5, `TrySkippedMessageKeys(state, header, ciphertext, AD)`: `mk = state.MKSKIPPED[header.dh, header.n]; del
/// state.MKSKIPPED[header.dh, header.n]`. The caller decrypts, for this way and the other.
fn try_skipped_message_keys(state: &WrittenState, header: Header) -> Option<KeyStep> {
    match stored_at(&state.mkskipped, header) {
        Some(i) => {
            let before = state.mkskipped.slice(0, i);
            let after = state.mkskipped.slice(i + 1, state.mkskipped.len() - i - 1);
            let mk = state.mkskipped[i].mk;
            let next = WrittenState {
                dhs: state.dhs,
                rk: state.rk,
                sending: state.sending,
                receiving: state.receiving,
                pn: state.pn,
                mkskipped: before.concat(&after),
            };
            Some(KeyStep { state: next, mk })
        }
        None => None,
    }
}

/// The number at which a step over keys ends: `until`, or Nr if that is above.
///
/// Standard: DR 3.5: `if state.Nr + MAX_SKIP < until: raise Error()`. Errors: `TooFarInFuture`.
fn skip_end(nr: u32, until: u32) -> Result<u32, WrittenError> {
    if until < nr {
        Ok(nr)
    } else if until - nr > MAX_SKIP {
        Err(WrittenError::TooFarInFuture { gap: until - nr })
    } else {
        Ok(until)
    }
}

/// Step a receiving chain up to a number, keeping the keys passed over.
///
/// Standard: DR 3.5, `SkipMessageKeys(state, until)`.
/// In: the chain; the store; `until`; below Nr it passes over nothing. Out: the chain, Nr at least `until`; the store.
/// Errors: `TooFarInFuture`.
fn skip_message_keys(
    chain: WrittenReceivingChain,
    mkskipped: Seq<StoredKey>,
    until: u32,
) -> Result<(WrittenReceivingChain, Seq<StoredKey>), WrittenError> {
    // if state.Nr + MAX_SKIP < until: raise Error()
    let end = skip_end(chain.nr, until)?;
    let dhr = chain.dhr;
    let mut ckr = chain.ckr;
    let mut stored = mkskipped;
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    for number in chain.nr..end {
        let (next, mk) = kdf_ck(ckr);
        stored = store_key(stored, StoredKey { dhr, number, mk });
        ckr = next;
    }
    Ok((WrittenReceivingChain { dhr, ckr, nr: end }, stored))
}

/// Close the receiving chain: keep its keys up to PN of the message that closes it.
///
/// Standard: DR 3.5, `SkipMessageKeys(state, header.pn)`. Without a chain Nr is 0 and nothing is kept.
/// Errors: `TooFarInFuture`.
fn close_chain(state: &WrittenState, pn: u32) -> Result<Seq<StoredKey>, WrittenError> {
    let mkskipped = state.mkskipped.clone();
    match state.receiving {
        Some(chain) => {
            let (_, stored) = skip_message_keys(chain, mkskipped, pn)?;
            Ok(stored)
        }
        None => match skip_end(0u32, pn) {
            Ok(_) => Ok(mkskipped),
            Err(error) => Err(error),
        },
    }
}

/// A Diffie-Hellman ratchet step.
///
/// Standard: DR 3.5, `DHRatchet(state, header)`.
/// In: the state; the store after the old chain was closed; DHr; a fresh pair. Out: the state, and its receiving chain.
/// Errors: `InvalidAgreement`.
fn dh_ratchet(
    state: WrittenState,
    mkskipped: Seq<StoredKey>,
    dhr: RatchetKey,
    fresh: RatchetKeyPair,
) -> Result<(WrittenState, WrittenReceivingChain), WrittenError> {
    // state.PN = state.Ns; without a sending chain Ns is 0
    let pn = match state.sending {
        Some(chain) => chain.ns,
        None => 0u32,
    };
    // state.RK, state.CKr = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement_written(dh(&state.dhs.private, dhr.key))?;
    let (rk, ckr) = kdf_rk(state.rk, dh_receiving);
    // state.DHs = GENERATE_DH(); state.RK, state.CKs = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_sending = lift_agreement_written(dh(&fresh.private, dhr.key))?;
    let (rk, cks) = kdf_rk(rk, dh_sending);
    // state.Ns = 0; state.Nr = 0
    let chain = WrittenReceivingChain { dhr, ckr, nr: 0u32 };
    let next = WrittenState {
        dhs: fresh,
        rk,
        sending: Some(WrittenSendingChain { cks, ns: 0u32 }),
        receiving: Some(chain),
        pn,
        mkskipped,
    };
    Ok((next, chain))
}

/// The receiving chain, if a message belongs to it.
fn current_chain(state: &WrittenState, header: Header) -> Option<WrittenReceivingChain> {
    match state.receiving {
        Some(chain) => {
            if same_public_key(chain.dhr.key, header.dh.key) {
                Some(chain)
            } else {
                None
            }
        }
        None => None,
    }
}

/// The state whose receiving chain is that of the message, and that chain.
fn with_current_chain(
    state: WrittenState,
    header: Header,
    fresh: RatchetKeyPair,
) -> Result<(WrittenState, WrittenReceivingChain), WrittenError> {
    // if header.dh != state.DHr: SkipMessageKeys(state, header.pn); DHRatchet(state, header)
    match current_chain(&state, header) {
        Some(chain) => Ok((state, chain)),
        None => {
            let mkskipped = close_chain(&state, header.pn)?;
            dh_ratchet(state, mkskipped, header.dh, fresh)
        }
    }
}

/// Refuse a message that the chain has passed and whose key is not stored.
///
/// Choice: the text would try the next key, and fail at the tag. Errors: `DuplicateMessage`.
fn check_not_passed(nr: u32, n: u32) -> Result<u32, WrittenError> {
    if n < nr {
        Err(WrittenError::DuplicateMessage { nr, n })
    } else {
        Ok(n)
    }
}

/// The key of message `n` of the receiving chain, which is that of the message.
fn chain_step(
    state: WrittenState,
    chain: WrittenReceivingChain,
    n: u32,
) -> Result<KeyStep, WrittenError> {
    let until = check_not_passed(chain.nr, n)?;
    // SkipMessageKeys(state, header.n)
    let (at, mkskipped) = skip_message_keys(chain, state.mkskipped, until)?;
    let nr = number_after(at.nr)?;
    // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
    let (ckr, mk) = kdf_ck(at.ckr);
    let next = WrittenState {
        dhs: state.dhs,
        rk: state.rk,
        sending: state.sending,
        receiving: Some(WrittenReceivingChain {
            dhr: at.dhr,
            ckr,
            nr,
        }),
        pn: state.pn,
        mkskipped,
    };
    Ok(KeyStep { state: next, mk })
}

/// Move on to a message, and take its key.
fn receive_key(
    state: WrittenState,
    fresh: RatchetKeyPair,
    header: Header,
) -> Result<KeyStep, WrittenError> {
    // plaintext = TrySkippedMessageKeys(state, header, ciphertext, AD); if plaintext != None: return plaintext
    match try_skipped_message_keys(&state, header) {
        Some(step) => Ok(step),
        None => {
            let (current, chain) = with_current_chain(state, header, fresh)?;
            chain_step(current, chain, header.n)
        }
    }
}

/// Decrypt a message.
///
/// Standard: DR 3.5, `RatchetDecrypt(state, header, ciphertext, AD)`.
/// In: the state; a fresh pair, used if the ratchet key is new; the message; AD. Out: the state after it, and the plaintext,
/// secret. A refused message leaves the caller with the state it has, as the text asks.
/// Errors: `TooFarInFuture` at the end of the old chain, `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`,
/// `CounterExhausted`, `Rejected`, in this order.
pub fn ratchet_decrypt(
    state: WrittenState,
    fresh: RatchetKeyPair,
    message: &WrittenMessage,
    ad: &Seq<u8>,
) -> Result<(WrittenState, ByteSeq), WrittenError> {
    let step = receive_key(state, fresh, message.header)?;
    // return DECRYPT(mk, ciphertext, CONCAT(AD, header))
    match decrypt(
        step.mk,
        &message.ciphertext,
        &concat_header(ad, message.header),
    ) {
        Some(plaintext) => Ok((step.state, plaintext)),
        None => Err(WrittenError::Rejected),
    }
}
