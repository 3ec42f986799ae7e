//! Decrypt in a ratchet, in two parts: find the chain or make it and take the seed; then open the message.
//!
//! Which part: DR 3.5. Who calls it: `ratchet::triple`, which receives in SPQR between the two. Secret: the state, seeds
//! and keys, and the plaintext.
//!
//! A message is received in four steps, each a type, so that a message that is refused has changed nothing:
//!
//! ```text
//!  &State --plan--> (Plan, seed) --open_message--> plaintext --Plan::ready--> Step --apply--> &mut State
//!         reads only             tag, then                   the sending     the only write; it
//!         limits, one chain      addresses,                  half of a DH    cannot fail
//!                                then padding                step, if any
//! ```
use crate::ct::equal;
use crate::keys::{
    ratchet_key_pair, same_public_key, ChainKey, MessageKeySeed, PrivateKey, RatchetKey,
    RatchetKeyPair, RootKey, SparseMessageKey,
};
use crate::primitives::aes_cbc::aes256_cbc_decrypt;
use crate::primitives::x25519::dh;
use crate::ratchet::double::state::{
    kdf_rk, message_tag, next_number, AssociatedData, ChainLimits, ReceivingChain, SendingChain,
    State, MAX_RECEIVING_CHAINS,
};
use crate::ratchet::skipped::{
    dropped_before, store_skipped, take_skipped, Skipped, SkippedKey, SkippedLimit,
};
use crate::ratchet::symmetric::{kdf_ck, message_keys, next_chain_key};
use crate::ratchet::{lift_agreement, RatchetError};
use crate::wire::message::SignalMessage;

/// Which chain receives a message.
enum Place {
    /// The one at this place.
    Known(usize),
    /// A new one, and the root key from which the sending chain follows.
    New { rk: RootKey, dhr: RatchetKey },
}

/// What receiving changes in the chain.
enum Advance {
    /// The seed of this number was stored.
    Taken(u32),
    /// The chain moves on; these seeds are stored, in ascending order. In boxes already: moved, they leave no copy.
    #[allow(clippy::vec_box)]
    Stepped {
        ckr: ChainKey,
        nr: u32,
        skipped: Vec<Box<SkippedKey>>,
        limit: SkippedLimit,
    },
}

/// What receiving a message would change, but for the sending half of a Diffie-Hellman step.
pub(crate) struct Plan {
    place: Place,
    advance: Advance,
}

/// The sending half of a Diffie-Hellman step.
struct NewSending {
    rk: RootKey,
    dhs: RatchetKeyPair,
    cks: ChainKey,
    dhr: RatchetKey,
}

enum StepPlace {
    Known(usize),
    New(Box<NewSending>),
}

/// All that receiving a message changes.
pub(crate) struct Step {
    place: StepPlace,
    advance: Advance,
}

/// Mirror of `spec::ratchet::double::ratchet_receive_key`.
/// Sessions take the steps one by one, and the second half of them after [`open_message`].
///
/// In: the state; the limits of a chain; 32 random bytes for a fresh pair, used if the ratchet key is new; the message. Out: the
/// seed of the message, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`; the state is as before.
pub fn ratchet_receive_key(
    state: &mut State,
    limits: ChainLimits,
    fresh: PrivateKey,
    message: &SignalMessage<'_>,
) -> Result<MessageKeySeed, RatchetError> {
    let (plan, seed) = plan(state, limits, message)?;
    let step = plan.ready(fresh)?;
    apply(state, step);
    Ok(seed)
}

/// Mirror of `spec::ratchet::double::open_message`.
///
/// In: the seed and the key of SPQR, secret; AD; the address block of the two devices, if their names have one; the message.
/// Out: the plaintext, secret.
/// Errors: `Rejected`, for the tag, then the address block, then the padding.
pub fn open_message(
    seed: &MessageKeySeed,
    key: Option<&SparseMessageKey>,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    message: &SignalMessage<'_>,
) -> Result<Vec<u8>, RatchetError> {
    let keys = message_keys(seed, key);
    let tag = message_tag(&keys.mac_key, ad, message.unsigned);
    let authentic = equal(tag.as_bytes(), message.tag.as_bytes());
    if !authentic || !addresses_agree(message.addresses, expected_addresses) {
        return Err(RatchetError::Rejected);
    }
    aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, message.body).map_err(|_| RatchetError::Rejected)
}

/// What a message would change, and its seed; reads only.
///
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
pub(crate) fn plan(
    state: &State,
    limits: ChainLimits,
    message: &SignalMessage<'_>,
) -> Result<(Plan, MessageKeySeed), RatchetError> {
    let known = receiving_chain(&state.receiving, message.ratchet_key);
    let Some((i, chain)) = known else {
        let dhr = message.ratchet_key;
        let (rk, ckr) = dh_ratchet(state, dhr)?;
        let (advance, seed) = skip_message_keys(&ckr, 0, message.counter, limits)?;
        let place = Place::New { rk, dhr };
        return Ok((Plan { place, advance }, seed));
    };
    let (advance, seed) = if message.counter < chain.nr {
        try_skipped_message_keys(chain, message.counter)?
    } else {
        skip_message_keys(&chain.ckr, chain.nr, message.counter, limits)?
    };
    let place = Place::Known(i);
    Ok((Plan { place, advance }, seed))
}

impl Plan {
    /// Complete the plan: the sending half of a Diffie-Hellman step, if there is one. The fresh key is used, or wiped.
    /// Faster: the pair is made only once the message is opened. The same errors: an agreement is all zero for reasons of
    /// the public key alone, and the receiving half has tried that key.
    ///
    /// Errors: `InvalidAgreement`, in form; the receiving half has already agreed with this ratchet key.
    pub(crate) fn ready(self, fresh: PrivateKey) -> Result<Step, RatchetError> {
        let place = match self.place {
            Place::Known(i) => StepPlace::Known(i),
            Place::New { rk, dhr } => {
                // state.DHs = GENERATE_DH(); state.RK, state.CKs = KDF_RK(state.RK, DH(state.DHs, state.DHr))
                let dhs = ratchet_key_pair(fresh);
                let dh_sending = lift_agreement(dh(&dhs.private, dhr.key))?;
                let (rk, cks) = kdf_rk(&rk, &dh_sending);
                StepPlace::New(Box::new(NewSending { rk, dhs, cks, dhr }))
            }
        };
        Ok(Step {
            place,
            advance: self.advance,
        })
    }
}

/// Make a receiving step, planned on this very state. It cannot fail.
pub(crate) fn apply(state: &mut State, step: Step) {
    match (step.place, step.advance) {
        (StepPlace::Known(i), advance) => {
            if let Some(chain) = state.receiving.get_mut(i) {
                advance_chain(chain, advance);
            }
        }
        (
            StepPlace::New(sending),
            Advance::Stepped {
                ckr,
                nr,
                skipped,
                limit,
            },
        ) => {
            // state.PN = state.Ns, deployed: the number of the last message sent; state.Ns = 0; state.Nr = 0
            state.pn = state.sending.ns.saturating_sub(1);
            state.rk = sending.rk;
            state.sending = SendingChain {
                dhs: sending.dhs,
                cks: sending.cks,
                ns: 0,
            };
            let mut chain = ReceivingChain {
                dhr: sending.dhr,
                ckr,
                nr,
                mkskipped: Skipped::new(),
            };
            store_all(&mut chain.mkskipped, limit, skipped);
            while state.receiving.len() >= MAX_RECEIVING_CHAINS {
                state.receiving.remove(0);
            }
            state.receiving.push(chain);
        }
        // No plan takes a stored seed from a new chain.
        (StepPlace::New(_), Advance::Taken(_)) => {}
    }
}

fn advance_chain(chain: &mut ReceivingChain, advance: Advance) {
    match advance {
        Advance::Taken(number) => drop(take_skipped(&mut chain.mkskipped, number)),
        Advance::Stepped {
            ckr,
            nr,
            skipped,
            limit,
        } => {
            chain.ckr = ckr;
            chain.nr = nr;
            store_all(&mut chain.mkskipped, limit, skipped);
        }
    }
}

#[allow(clippy::vec_box)] // see `Advance`
fn store_all(mkskipped: &mut Skipped, limit: SkippedLimit, skipped: Vec<Box<SkippedKey>>) {
    for key in skipped {
        store_skipped(mkskipped, limit, key);
    }
}

/// Mirror of `spec::ratchet::double::dh_ratchet`, its receiving half; [`Plan::ready`] has the other.
///
/// In: the state; DHr. Out: RK after this half, and CKr, secret. Errors: `InvalidAgreement`.
pub(crate) fn dh_ratchet(
    state: &State,
    dhr: RatchetKey,
) -> Result<(RootKey, ChainKey), RatchetError> {
    // state.RK, state.CKr = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement(dh(&state.sending.dhs.private, dhr.key))?;
    Ok(kdf_rk(&state.rk, &dh_receiving))
}

/// Mirror of `spec::ratchet::double::skip_message_keys`, and of the step after it.
/// Faster: of a long jump only seeds that the store might keep are made.
///
/// In: CKr and Nr of the chain; the number of the message, at least Nr. Out: the advance and the seed of the message.
/// Errors: `TooFarInFuture`, `CounterExhausted`.
fn skip_message_keys(
    ckr: &ChainKey,
    nr: u32,
    n: u32,
    limits: ChainLimits,
) -> Result<(Advance, MessageKeySeed), RatchetError> {
    let gap = n.saturating_sub(nr);
    // if state.Nr + MAX_SKIP < until: raise Error()
    if limits.max_jump.is_some_and(|max_jump| gap > max_jump) {
        return Err(RatchetError::TooFarInFuture { gap });
    }
    let next = next_number(n)?;
    // The first number whose seed is made.
    let first_made = nr.saturating_add(dropped_before(limits.skipped, gap));
    let made = usize::try_from(n.saturating_sub(first_made)).unwrap_or_default();
    let mut skipped = Vec::with_capacity(made);
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    let mut at: Option<ChainKey> = None;
    for _ in nr..first_made {
        at = Some(next_chain_key(at.as_ref().unwrap_or(ckr)));
    }
    for number in first_made..n {
        let (after, seed) = kdf_ck(at.as_ref().unwrap_or(ckr));
        skipped.push(Box::new(SkippedKey { number, seed }));
        at = Some(after);
    }
    // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
    let (ckr, seed) = kdf_ck(at.as_ref().unwrap_or(ckr));
    Ok((
        Advance::Stepped {
            ckr,
            nr: next,
            skipped,
            limit: limits.skipped,
        },
        seed,
    ))
}

/// The seed of a message that the chain has already passed: a second copy, as the first stays until the message is opened.
///
/// Errors: `DuplicateMessage`.
fn try_skipped_message_keys(
    chain: &ReceivingChain,
    n: u32,
) -> Result<(Advance, MessageKeySeed), RatchetError> {
    let stored: Option<&MessageKeySeed> = chain.mkskipped.get(&n).map(|key| &key.seed);
    let seed = stored.ok_or(RatchetError::DuplicateMessage { nr: chain.nr, n })?;
    let seed = MessageKeySeed::from_bytes(*seed.as_bytes());
    Ok((Advance::Taken(n), seed))
}

/// The receiving chain of a ratchet key, and where it stands; the newest is the likeliest.
fn receiving_chain(
    receiving: &[ReceivingChain],
    key: RatchetKey,
) -> Option<(usize, &ReceivingChain)> {
    receiving
        .iter()
        .enumerate()
        .rfind(|(_, chain)| same_public_key(chain.dhr.key, key.key))
}

/// Whether the address block of a message is acceptable: absent, or the expected one, which must exist.
fn addresses_agree(carried: Option<&[u8]>, expected: Option<&[u8]>) -> bool {
    match (carried, expected) {
        (None, _) => true,
        (Some(block), Some(own)) => equal(block, own),
        (Some(_), None) => false,
    }
}
