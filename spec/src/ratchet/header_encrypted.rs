//! The Double Ratchet with header encryption: no ratchet key and no number is visible on the wire.
//!
//! Which part: DR 4. Who calls it: whoever wants to hide who talks in which chain; no session, and it is not deployed. Secret:
//! the state, all but its public key and numbers, headers, and plaintexts.
//!
//! ```text
//!            initiator                                   responder
//!  SK --KDF_RK_HE(DHs, DHr)--> RK, CKs, NHKs              RK = SK, no chain
//!  HKs = shared_hka, NHKr = shared_nhkb                   NHKs = shared_nhkb, NHKr = shared_hka
//!     message whose header opens under NHKr, on either side:
//!  HKs = NHKs, HKr = NHKr; the receiving chain is closed: its keys up to PN are stored
//!  RK --KDF_RK_HE(DHs, K)--> CKr, NHKr of the receiving chain --KDF_RK_HE(fresh DHs, K)--> CKs, NHKs of the sending one
//! ```
//!
//! Choice: a chain key stands with its numbers and its header key, so that none is there without the others. DHr is not
//! kept: nothing reads it after the step that it begins.
pub mod functions;
pub mod state;

pub use crate::ratchet::header_encrypted::functions::*;
pub use crate::ratchet::header_encrypted::state::*;

use crate::keys::*;
use crate::primitives::x25519::*;
use crate::ratchet::symmetric::*;
use crate::ratchet::written::functions::*;
use crate::ratchet::written::{MAX_SKIP, MAX_STORED};
use hacspec_lib::*;

/// A state and the key of the message that led to it.
struct HeKeyStep {
    state: HeState,
    mk: MessageKeySeed,
}

/// Which chain a header belongs to.
enum HeaderOf {
    /// The receiving chain.
    Current(HeReceivingChain, Header),
    /// The next one.
    Next(Header),
}

/// The sending chain, if there is one.
fn sending_chain(state: &HeState) -> Result<HeSendingChain, HeError> {
    match state.sending {
        Some(chain) => Ok(chain),
        None => Err(HeError::NoSendingChain),
    }
}

/// Encrypt a message.
///
/// Standard: DR 4.5, `RatchetEncryptHE(state, plaintext, AD)`.
/// In: the state; 16 random bytes for the header, public; any plaintext, secret; AD. Out: the state after it, and the message.
/// Errors: `NoSendingChain`, `CounterExhausted`.
pub fn ratchet_encrypt_he(
    state: HeState,
    nonce: CounterBlock,
    plaintext: &ByteSeq,
    ad: &Seq<u8>,
) -> Result<(HeState, HeMessage), HeError> {
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
    // enc_header = HENCRYPT(state.HKs, header)
    let enc_header = hencrypt(sending.hks, nonce, header);
    // return enc_header, ENCRYPT(mk, plaintext, CONCAT(AD, enc_header))
    let ciphertext = encrypt(mk, plaintext, &ad.concat(&enc_header));
    // state.Ns += 1
    let next = HeState {
        dhs: state.dhs,
        rk: state.rk,
        sending: Some(HeSendingChain {
            hks: sending.hks,
            cks,
            ns,
        }),
        receiving: state.receiving,
        nhks: state.nhks,
        nhkr: state.nhkr,
        pn: state.pn,
        mkskipped: state.mkskipped,
    };
    Ok((
        next,
        HeMessage {
            enc_header,
            ciphertext,
        },
    ))
}

/// Keep one more message key; the store stays within its bound.
///
/// Standard: DR 4.6, `state.MKSKIPPED[state.HKr, state.Nr] = mk`.
/// Choice: the bound is on the whole store, as the header key of every entry is tried on every message.
fn store_key(mkskipped: Seq<HeStoredKey>, key: HeStoredKey) -> Seq<HeStoredKey> {
    let count = mkskipped.len();
    let kept = if count >= MAX_STORED {
        mkskipped.slice(count + 1 - MAX_STORED, MAX_STORED - 1)
    } else {
        mkskipped
    };
    kept.push_owned(key)
}

/// Whether an encrypted header opens under a header key, and has a number.
fn opens_as(hk: HeaderKey, enc_header: &Seq<u8>, number: u32) -> bool {
    match hdecrypt(hk, enc_header) {
        Some(header) => header.n == number,
        None => false,
    }
}

/// Where the key of a message is stored.
fn stored_at(mkskipped: &Seq<HeStoredKey>, enc_header: &Seq<u8>) -> Option<usize> {
    let mut found: Option<usize> = None;
    // for ((hk, n), mk) in state.MKSKIPPED: header = HDECRYPT(hk, enc_header); if header != None and header.n == n
    for i in 0..mkskipped.len() {
        if opens_as(mkskipped[i].hk, enc_header, mkskipped[i].number) {
            found = Some(i);
        }
    }
    found
}

/// The stored key of a message, and the state without it.
///
/// Standard: DR 4.6, `TrySkippedMessageKeysHE(state, enc_header, ciphertext, AD)`: `del state.MKSKIPPED[hk, n]`. The caller
/// decrypts, for this way and the other.
fn try_skipped_message_keys_he(state: &HeState, enc_header: &Seq<u8>) -> Option<HeKeyStep> {
    match stored_at(&state.mkskipped, enc_header) {
        Some(i) => {
            let before = state.mkskipped.slice(0, i);
            let after = state.mkskipped.slice(i + 1, state.mkskipped.len() - i - 1);
            let mk = state.mkskipped[i].mk;
            let next = HeState {
                dhs: state.dhs,
                rk: state.rk,
                sending: state.sending,
                receiving: state.receiving,
                nhks: state.nhks,
                nhkr: state.nhkr,
                pn: state.pn,
                mkskipped: before.concat(&after),
            };
            Some(HeKeyStep { state: next, mk })
        }
        None => None,
    }
}

/// The header under HKr, if there is a receiving chain and it opens.
fn decrypt_current_header(
    receiving: Option<HeReceivingChain>,
    enc_header: &Seq<u8>,
) -> Option<HeaderOf> {
    match receiving {
        Some(chain) => match hdecrypt(chain.hkr, enc_header) {
            Some(header) => Some(HeaderOf::Current(chain, header)),
            None => None,
        },
        None => None,
    }
}

/// The header, and which chain it belongs to.
///
/// Standard: DR 4.6, `DecryptHeader(state, enc_header)`. Errors: `UndecryptableHeader`.
fn decrypt_header(state: &HeState, enc_header: &Seq<u8>) -> Result<HeaderOf, HeError> {
    // header = HDECRYPT(state.HKr, enc_header); if header != None: return header, False
    match decrypt_current_header(state.receiving, enc_header) {
        Some(current) => Ok(current),
        // header = HDECRYPT(state.NHKr, enc_header); if header != None: return header, True; raise Error()
        None => match hdecrypt(state.nhkr, enc_header) {
            Some(header) => Ok(HeaderOf::Next(header)),
            None => Err(HeError::UndecryptableHeader),
        },
    }
}

/// The number at which a step over keys ends: `until`, or Nr if that is above.
///
/// Standard: DR 4.6: `if state.Nr + MAX_SKIP < until: raise Error()`. Errors: `TooFarInFuture`.
fn skip_end(nr: u32, until: u32) -> Result<u32, HeError> {
    if until < nr {
        Ok(nr)
    } else if until - nr > MAX_SKIP {
        Err(HeError::TooFarInFuture { gap: until - nr })
    } else {
        Ok(until)
    }
}

/// Step a receiving chain up to a number, keeping the keys passed over.
///
/// Standard: DR 4.6, `SkipMessageKeysHE(state, until)`.
/// In: the chain; the store; `until`; below Nr it passes over nothing. Out: the chain, Nr at least `until`; the store.
/// Errors: `TooFarInFuture`.
fn skip_message_keys_he(
    chain: HeReceivingChain,
    mkskipped: Seq<HeStoredKey>,
    until: u32,
) -> Result<(HeReceivingChain, Seq<HeStoredKey>), HeError> {
    // if state.Nr + MAX_SKIP < until: raise Error()
    let end = skip_end(chain.nr, until)?;
    let hkr = chain.hkr;
    let mut ckr = chain.ckr;
    let mut stored = mkskipped;
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    for number in chain.nr..end {
        let (next, mk) = kdf_ck(ckr);
        stored = store_key(
            stored,
            HeStoredKey {
                hk: hkr,
                number,
                mk,
            },
        );
        ckr = next;
    }
    Ok((HeReceivingChain { hkr, ckr, nr: end }, stored))
}

/// Close the receiving chain: keep its keys up to PN of the message that closes it.
///
/// Standard: DR 4.6, `SkipMessageKeysHE(state, header.pn)`. Without a chain Nr is 0 and nothing is kept.
/// Errors: `TooFarInFuture`.
fn close_chain(state: &HeState, pn: u32) -> Result<Seq<HeStoredKey>, HeError> {
    let mkskipped = state.mkskipped.clone();
    match state.receiving {
        Some(chain) => {
            let (_, stored) = skip_message_keys_he(chain, mkskipped, pn)?;
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
/// Standard: DR 4.6, `DHRatchetHE(state, header)`.
/// In: the state; the store after the old chain was closed; DHr; a fresh pair. Out: the state, and its receiving chain.
/// Errors: `InvalidAgreement`.
fn dh_ratchet_he(
    state: HeState,
    mkskipped: Seq<HeStoredKey>,
    dhr: RatchetKey,
    fresh: RatchetKeyPair,
) -> Result<(HeState, HeReceivingChain), HeError> {
    // state.PN = state.Ns; without a sending chain Ns is 0
    let pn = match state.sending {
        Some(chain) => chain.ns,
        None => 0u32,
    };
    // state.RK, state.CKr, state.NHKr = KDF_RK_HE(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement_he(dh(&state.dhs.private, dhr.key))?;
    let (rk, ckr, nhkr) = kdf_rk_he(state.rk, dh_receiving);
    // state.DHs = GENERATE_DH(); state.RK, state.CKs, state.NHKs = KDF_RK_HE(state.RK, DH(state.DHs, state.DHr))
    let dh_sending = lift_agreement_he(dh(&fresh.private, dhr.key))?;
    let (rk, cks, nhks) = kdf_rk_he(rk, dh_sending);
    // state.Ns = 0; state.Nr = 0; state.HKs = state.NHKs; state.HKr = state.NHKr
    let chain = HeReceivingChain {
        hkr: state.nhkr,
        ckr,
        nr: 0u32,
    };
    let next = HeState {
        dhs: fresh,
        rk,
        sending: Some(HeSendingChain {
            hks: state.nhks,
            cks,
            ns: 0u32,
        }),
        receiving: Some(chain),
        nhks,
        nhkr,
        pn,
        mkskipped,
    };
    Ok((next, chain))
}

/// Refuse a message that the chain has passed and whose key is not stored.
///
/// Choice: the text would try the next key, and fail at the tag. Errors: `DuplicateMessage`.
fn check_not_passed(nr: u32, n: u32) -> Result<u32, HeError> {
    if n < nr {
        Err(HeError::DuplicateMessage { nr, n })
    } else {
        Ok(n)
    }
}

/// The key of message `n` of the receiving chain, which is that of the message.
fn chain_step(state: HeState, chain: HeReceivingChain, n: u32) -> Result<HeKeyStep, HeError> {
    let until = check_not_passed(chain.nr, n)?;
    // SkipMessageKeysHE(state, header.n)
    let (at, mkskipped) = skip_message_keys_he(chain, state.mkskipped, until)?;
    let nr = number_after(at.nr)?;
    // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
    let (ckr, mk) = kdf_ck(at.ckr);
    let next = HeState {
        dhs: state.dhs,
        rk: state.rk,
        sending: state.sending,
        receiving: Some(HeReceivingChain {
            hkr: at.hkr,
            ckr,
            nr,
        }),
        nhks: state.nhks,
        nhkr: state.nhkr,
        pn: state.pn,
        mkskipped,
    };
    Ok(HeKeyStep { state: next, mk })
}

/// The key of a message whose header opens under HKr or NHKr.
fn receive_in_chain(
    state: HeState,
    fresh: RatchetKeyPair,
    header: HeaderOf,
) -> Result<HeKeyStep, HeError> {
    match header {
        HeaderOf::Current(chain, header) => chain_step(state, chain, header.n),
        HeaderOf::Next(header) => {
            // if dh_ratchet: SkipMessageKeysHE(state, header.pn); DHRatchetHE(state, header)
            let mkskipped = close_chain(&state, header.pn)?;
            let (next, chain) = dh_ratchet_he(state, mkskipped, header.dh, fresh)?;
            chain_step(next, chain, header.n)
        }
    }
}

/// Move on to a message, and take its key.
fn receive_key(
    state: HeState,
    fresh: RatchetKeyPair,
    enc_header: &Seq<u8>,
) -> Result<HeKeyStep, HeError> {
    // plaintext = TrySkippedMessageKeysHE(state, enc_header, ciphertext, AD); if plaintext != None: return plaintext
    match try_skipped_message_keys_he(&state, enc_header) {
        Some(step) => Ok(step),
        None => {
            // header, dh_ratchet = DecryptHeader(state, enc_header)
            let header = decrypt_header(&state, enc_header)?;
            receive_in_chain(state, fresh, header)
        }
    }
}

/// Decrypt a message.
///
/// Standard: DR 4.6, `RatchetDecryptHE(state, enc_header, ciphertext, AD)`.
/// In: the state; a fresh pair, used if the header opens under NHKr; the message; AD. Out: the state after it, and the
/// plaintext, secret. A refused message leaves the caller with the state it has, as the text asks.
/// Errors: `UndecryptableHeader`, `TooFarInFuture` at the end of the old chain, `InvalidAgreement`, `DuplicateMessage`,
/// `TooFarInFuture`, `CounterExhausted`, `Rejected`, in this order.
pub fn ratchet_decrypt_he(
    state: HeState,
    fresh: RatchetKeyPair,
    message: &HeMessage,
    ad: &Seq<u8>,
) -> Result<(HeState, ByteSeq), HeError> {
    let step = receive_key(state, fresh, &message.enc_header)?;
    // return DECRYPT(mk, ciphertext, CONCAT(AD, enc_header))
    match decrypt(
        step.mk,
        &message.ciphertext,
        &ad.concat(&message.enc_header),
    ) {
        Some(plaintext) => Ok((step.state, plaintext)),
        None => Err(HeError::Rejected),
    }
}
