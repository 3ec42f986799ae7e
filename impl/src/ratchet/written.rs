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
//! A message is received in steps, so that one that is refused has changed nothing:
//!
//! ```text
//!  &State --plan--> (Plan, mk) --decrypt--> plaintext --Plan::ready--> Step --apply--> &mut State
//! ```
pub mod functions;
pub mod state;

pub use crate::ratchet::written::functions::*;
pub use crate::ratchet::written::state::*;

use crate::keys::{
    ratchet_key_pair, same_public_key, ChainKey, MessageKeySeed, PrivateKey, RatchetKey,
    RatchetKeyPair, RootKey,
};
use crate::primitives::x25519::dh;
use crate::ratchet::symmetric::kdf_ck;
use std::collections::VecDeque;

/// A receiving chain as a message finds it.
struct At<'a> {
    dhr: RatchetKey,
    ckr: &'a ChainKey,
    nr: u32,
}

/// Keys to store, in ascending order. In boxes already: moved, they leave no copy.
type Skipped = Vec<Box<StoredKey>>;

/// What receiving changes in the chain.
struct Advance {
    ckr: ChainKey,
    nr: u32,
    skipped: Skipped,
}

/// What receiving a message would change, but for the sending half of a Diffie-Hellman step.
enum Plan {
    /// The key at this place of the store is used.
    Taken(usize),
    /// The receiving chain moves on.
    Current(Advance),
    /// A new chain; the keys at the end of the old one; the root key from which the sending chain follows.
    New {
        closed: Skipped,
        rk: RootKey,
        dhr: RatchetKey,
        advance: Advance,
    },
}

/// Both chains after a Diffie-Hellman step.
struct NewChains {
    closed: Skipped,
    rk: RootKey,
    dhs: RatchetKeyPair,
    cks: ChainKey,
    dhr: RatchetKey,
    advance: Advance,
}

/// All that receiving a message changes.
enum Step {
    Taken(usize),
    Current(Advance),
    New(Box<NewChains>),
}

/// Mirror of `spec::ratchet::written::ratchet_encrypt`.
///
/// In: the state; any plaintext, secret; AD. Out: the message.
/// Errors: `NoSendingChain`, `CounterExhausted`; the state is as before.
pub fn ratchet_encrypt(
    state: &mut WrittenState,
    plaintext: &[u8],
    ad: &[u8],
) -> Result<WrittenMessage, WrittenError> {
    let sending = state.sending.as_mut().ok_or(WrittenError::NoSendingChain)?;
    let ns = number_after(sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, mk) = kdf_ck(&sending.cks);
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = Header {
        dh: state.dhs.public,
        pn: state.pn,
        n: sending.ns,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let ciphertext = encrypt(&mk, plaintext, [ad, &encode_header(header)]);
    // state.Ns += 1
    *sending = WrittenSendingChain { cks, ns };
    Ok(WrittenMessage { header, ciphertext })
}

/// Mirror of `spec::ratchet::written::ratchet_decrypt`.
///
/// In: the state; 32 random bytes for a fresh pair, used if the ratchet key is new; the message; AD. Out: the plaintext,
/// secret.
/// Errors: `TooFarInFuture` at the end of the old chain, `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`,
/// `CounterExhausted`, `Rejected`, in this order; the state is as before.
pub fn ratchet_decrypt(
    state: &mut WrittenState,
    fresh: PrivateKey,
    message: &WrittenMessage,
    ad: &[u8],
) -> Result<Vec<u8>, WrittenError> {
    let (plan, mk) = plan(state, message.header)?;
    // return DECRYPT(mk, ciphertext, CONCAT(AD, header))
    let header = encode_header(message.header);
    let plaintext =
        decrypt(&mk, &message.ciphertext, [ad, &header]).ok_or(WrittenError::Rejected)?;
    let step = plan.ready(fresh)?;
    apply(state, step);
    Ok(plaintext)
}

/// What a message would change, and its key; reads only.
///
/// Errors: `TooFarInFuture`, `InvalidAgreement`, `DuplicateMessage`, `CounterExhausted`.
fn plan(state: &WrittenState, header: Header) -> Result<(Plan, MessageKeySeed), WrittenError> {
    if let Some((i, mk)) = try_skipped_message_keys(&state.mkskipped, header) {
        return Ok((Plan::Taken(i), mk));
    }
    let current = state.receiving.as_ref();
    if let Some(chain) = current.filter(|c| same_public_key(c.dhr.key, header.dh.key)) {
        let (advance, mk) = chain_step(&at(chain), header.n)?;
        return Ok((Plan::Current(advance), mk));
    }
    let dhr = header.dh;
    let closed = close_chain(state, header.pn)?;
    let (rk, ckr) = dh_ratchet(state, dhr)?;
    let new = At {
        dhr,
        ckr: &ckr,
        nr: 0,
    };
    let (advance, mk) = chain_step(&new, header.n)?;
    let plan = Plan::New {
        closed,
        rk,
        dhr,
        advance,
    };
    Ok((plan, mk))
}

impl Plan {
    /// Complete the plan: the sending half of a Diffie-Hellman step, if there is one. The fresh key is used, or wiped.
    ///
    /// Errors: `InvalidAgreement`, in form; the receiving half has already agreed with this ratchet key.
    fn ready(self, fresh: PrivateKey) -> Result<Step, WrittenError> {
        Ok(match self {
            Self::Taken(i) => Step::Taken(i),
            Self::Current(advance) => Step::Current(advance),
            Self::New {
                closed,
                rk,
                dhr,
                advance,
            } => {
                // state.DHs = GENERATE_DH(); state.RK, state.CKs = KDF_RK(state.RK, DH(state.DHs, state.DHr))
                let dhs = ratchet_key_pair(fresh);
                let dh_sending = lift_agreement_written(dh(&dhs.private, dhr.key))?;
                let (rk, cks) = kdf_rk(&rk, &dh_sending);
                Step::New(Box::new(NewChains {
                    closed,
                    rk,
                    dhs,
                    cks,
                    dhr,
                    advance,
                }))
            }
        })
    }
}

/// Make a receiving step, planned on this very state. It cannot fail.
fn apply(state: &mut WrittenState, step: Step) {
    match step {
        Step::Taken(i) => drop(state.mkskipped.remove(i)),
        Step::Current(advance) => {
            if let Some(chain) = &mut state.receiving {
                chain.ckr = advance.ckr;
                chain.nr = advance.nr;
            }
            store_all(&mut state.mkskipped, advance.skipped);
        }
        Step::New(new) => {
            let NewChains {
                closed,
                rk,
                dhs,
                cks,
                dhr,
                advance,
            } = *new;
            // state.PN = state.Ns; without a sending chain Ns is 0; state.Ns = 0; state.Nr = 0
            state.pn = state.sending.as_ref().map_or(0, |chain| chain.ns);
            state.rk = rk;
            state.dhs = dhs;
            state.sending = Some(WrittenSendingChain { cks, ns: 0 });
            state.receiving = Some(WrittenReceivingChain {
                dhr,
                ckr: advance.ckr,
                nr: advance.nr,
            });
            store_all(&mut state.mkskipped, closed);
            store_all(&mut state.mkskipped, advance.skipped);
        }
    }
}

/// Keep more message keys; the oldest go when there are too many.
fn store_all(mkskipped: &mut VecDeque<Box<StoredKey>>, skipped: Skipped) {
    for key in skipped {
        if mkskipped.len() >= MAX_STORED {
            mkskipped.pop_front();
        }
        mkskipped.push_back(key);
    }
}

/// Where the key of a message is stored, and a second copy of it, as the first stays until the message is opened.
fn try_skipped_message_keys(
    mkskipped: &VecDeque<Box<StoredKey>>,
    header: Header,
) -> Option<(usize, MessageKeySeed)> {
    let mut stored = mkskipped.iter().enumerate();
    let (i, key) = stored
        .find(|(_, key)| key.number == header.n && same_public_key(key.dhr.key, header.dh.key))?;
    Some((i, MessageKeySeed::from_bytes(*key.mk.as_bytes())))
}

/// Mirror of `spec::ratchet::written::dh_ratchet`, its receiving half; [`Plan::ready`] has the other.
///
/// Out: RK after this half, and CKr, secret. Errors: `InvalidAgreement`.
fn dh_ratchet(state: &WrittenState, dhr: RatchetKey) -> Result<(RootKey, ChainKey), WrittenError> {
    // state.RK, state.CKr = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement_written(dh(&state.dhs.private, dhr.key))?;
    Ok(kdf_rk(&state.rk, &dh_receiving))
}

/// The keys at the end of the receiving chain, up to PN of the message that closes it. Errors: `TooFarInFuture`.
fn close_chain(state: &WrittenState, pn: u32) -> Result<Skipped, WrittenError> {
    match &state.receiving {
        Some(chain) => Ok(skip_message_keys(&at(chain), pn)?.1),
        None if pn > MAX_SKIP => Err(WrittenError::TooFarInFuture { gap: pn }),
        None => Ok(Vec::new()),
    }
}

/// Mirror of `spec::ratchet::written::skip_message_keys`.
///
/// Out: CKr at `until`, none if it has not moved; the keys passed over. Errors: `TooFarInFuture`.
fn skip_message_keys(at: &At<'_>, until: u32) -> Result<(Option<ChainKey>, Skipped), WrittenError> {
    // if state.Nr + MAX_SKIP < until: raise Error()
    let gap = until.saturating_sub(at.nr);
    if gap > MAX_SKIP {
        return Err(WrittenError::TooFarInFuture { gap });
    }
    let mut skipped = Vec::with_capacity(usize::try_from(gap).unwrap_or_default());
    let mut ckr: Option<ChainKey> = None;
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    for number in at.nr..until {
        let (next, mk) = kdf_ck(ckr.as_ref().unwrap_or(at.ckr));
        let dhr = at.dhr;
        skipped.push(Box::new(StoredKey { dhr, number, mk }));
        ckr = Some(next);
    }
    Ok((ckr, skipped))
}

/// The advance of a chain to a message, and its key.
///
/// Errors: `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
fn chain_step(at: &At<'_>, n: u32) -> Result<(Advance, MessageKeySeed), WrittenError> {
    if n < at.nr {
        return Err(WrittenError::DuplicateMessage { nr: at.nr, n });
    }
    let (ckr, skipped) = skip_message_keys(at, n)?;
    let nr = number_after(n)?;
    // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
    let (ckr, mk) = kdf_ck(ckr.as_ref().unwrap_or(at.ckr));
    Ok((Advance { ckr, nr, skipped }, mk))
}

const fn at(chain: &WrittenReceivingChain) -> At<'_> {
    At {
        dhr: chain.dhr,
        ckr: &chain.ckr,
        nr: chain.nr,
    }
}
