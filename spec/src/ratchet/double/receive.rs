//! Decrypt in a ratchet, in two parts: find the chain or make it and take the seed; then open the message.
//!
//! Which part: DR 3.5. Who calls it: `ratchet::triple`, which receives in SPQR between the two. Secret: the state, seeds
//! and keys, and the plaintext.
use crate::keys::*;
use crate::primitives::aes_cbc::*;
use crate::primitives::x25519::*;
use crate::ratchet::double::state::*;
use crate::ratchet::skipped::*;
use crate::ratchet::symmetric::*;
use crate::ratchet::*;
use crate::wire::message::*;
use hacspec_lib::*;

/// A receiving chain and the seed it gave.
struct ChainStep {
    chain: ReceivingChain,
    seed: MessageKeySeed,
}

/// Where the receiving chain of a ratchet key stands.
fn receiving_chain(receiving: &Seq<ReceivingChain>, key: RatchetKey) -> Option<usize> {
    let mut found: Option<usize> = None;
    for i in 0..receiving.len() {
        if same_public_key(receiving[i].dhr.key, key.key) {
            found = Some(i);
        }
    }
    found
}

/// Add a receiving chain; the oldest goes when there are too many.
fn push_chain(receiving: Seq<ReceivingChain>, chain: ReceivingChain) -> Seq<ReceivingChain> {
    let count = receiving.len();
    let kept = if count >= MAX_RECEIVING_CHAINS {
        receiving.slice(count + 1 - MAX_RECEIVING_CHAINS, MAX_RECEIVING_CHAINS - 1)
    } else {
        receiving
    };
    kept.push_owned(chain)
}

/// A Diffie-Hellman ratchet step on an unknown ratchet key.
///
/// Standard: DR 3.5, `DHRatchet(state, header)`.
/// Deployed: PN is the number of the last message sent; old receiving chains stay.
/// In: the state; DHr; a fresh pair. Out: the state, the new receiving chain last.
/// Errors: `InvalidAgreement`.
fn dh_ratchet(state: State, dhr: RatchetKey, fresh: RatchetKeyPair) -> Result<State, RatchetError> {
    // state.PN = state.Ns
    let pn = if state.sending.ns == 0u32 {
        0u32
    } else {
        state.sending.ns - 1u32
    };
    // state.RK, state.CKr = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_receiving = lift_agreement(dh(&state.sending.dhs.private, dhr.key))?;
    let (rk, ckr) = kdf_rk(state.rk, dh_receiving);
    // state.DHs = GENERATE_DH(); state.RK, state.CKs = KDF_RK(state.RK, DH(state.DHs, state.DHr))
    let dh_sending = lift_agreement(dh(&fresh.private, dhr.key))?;
    let (rk, cks) = kdf_rk(rk, dh_sending);
    // state.Ns = 0; state.Nr = 0
    let mkskipped = Seq::<SkippedKey>::new(0);
    let chain = ReceivingChain {
        dhr,
        ckr,
        nr: 0u32,
        mkskipped,
    };
    Ok(State {
        rk,
        pn,
        sending: SendingChain {
            dhs: fresh,
            cks,
            ns: 0u32,
        },
        receiving: push_chain(state.receiving, chain),
    })
}

/// Whether a jump is too long.
fn exceeds(max_jump: Option<u32>, gap: u32) -> bool {
    match max_jump {
        Some(max_jump) => gap > max_jump,
        None => false,
    }
}

/// Step a chain up to a number, keeping the seeds passed over.
///
/// Standard: DR 3.5, `SkipMessageKeys(state, until)`.
/// In: the chain; `until`, at least Nr. Out: the chain, Nr = `until`.
/// Errors: `TooFarInFuture`.
fn skip_message_keys(
    chain: ReceivingChain,
    until: u32,
    limits: ChainLimits,
) -> Result<ReceivingChain, RatchetError> {
    let gap = until - chain.nr;
    // if state.Nr + MAX_SKIP < until: raise Error()
    if exceeds(limits.max_jump, gap) {
        Err(RatchetError::TooFarInFuture { gap })
    } else {
        let mut ckr = chain.ckr;
        let mut mkskipped = chain.mkskipped;
        // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
        for n in chain.nr..until {
            let (next, seed) = kdf_ck(ckr);
            mkskipped = store_skipped(mkskipped, limits.skipped, n, seed);
            ckr = next;
        }
        Ok(ReceivingChain {
            dhr: chain.dhr,
            ckr,
            nr: until,
            mkskipped,
        })
    }
}

/// The seed of a message that the chain has already passed.
///
/// Standard: DR 3.5, `TrySkippedMessageKeys`. Errors: `DuplicateMessage`.
fn try_skipped_message_keys(chain: ReceivingChain, n: u32) -> Result<ChainStep, RatchetError> {
    match take_skipped(&chain.mkskipped, n) {
        Some((seed, rest)) => Ok(ChainStep {
            chain: ReceivingChain {
                dhr: chain.dhr,
                ckr: chain.ckr,
                nr: chain.nr,
                mkskipped: rest,
            },
            seed,
        }),
        None => Err(RatchetError::DuplicateMessage { nr: chain.nr, n }),
    }
}

/// The seed of message `n` of a chain.
fn chain_step(
    chain: ReceivingChain,
    n: u32,
    limits: ChainLimits,
) -> Result<ChainStep, RatchetError> {
    if n < chain.nr {
        try_skipped_message_keys(chain, n)
    } else {
        let at = skip_message_keys(chain, n, limits)?;
        let nr = next_number(n)?;
        // state.CKr, mk = KDF_CK(state.CKr); state.Nr += 1
        let (ckr, seed) = kdf_ck(at.ckr);
        let chain = ReceivingChain {
            dhr: at.dhr,
            ckr,
            nr,
            mkskipped: at.mkskipped,
        };
        Ok(ChainStep { chain, seed })
    }
}

/// Whether the address block of a message is acceptable.
///
/// Deployed: an absent block is accepted; a present one must equal the expected one, which must exist.
fn addresses_agree(carried: Option<Seq<u8>>, expected: Option<Seq<u8>>) -> bool {
    match (carried, expected) {
        (None, _) => true,
        (Some(block), Some(own)) => block == own,
        (Some(_), None) => false,
    }
}

/// The state with a receiving chain for a ratchet key, and where that chain stands.
fn with_receiving_chain(
    state: State,
    key: RatchetKey,
    fresh: RatchetKeyPair,
) -> Result<(State, usize), RatchetError> {
    match receiving_chain(&state.receiving, key) {
        Some(i) => Ok((state, i)),
        None => {
            let stepped = dh_ratchet(state, key, fresh)?;
            let last = stepped.receiving.len() - 1;
            Ok((stepped, last))
        }
    }
}

/// Move on to a message, and take its seed.
///
/// Standard: DR 3.5, `RatchetDecrypt(state, header, ciphertext, AD)`, all but `DECRYPT`.
/// Deployed, in this order: the chain, if need be by a Diffie-Hellman step; the skipped seeds, or the jump. Nothing of it
/// is kept if the message is refused later.
/// In: the state; the limits of a chain; a fresh pair, used if the ratchet key is new; the message. Out: the state after the
/// message, and its seed, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
pub fn ratchet_receive_key(
    state: State,
    limits: ChainLimits,
    fresh: RatchetKeyPair,
    message: &SignalMessage,
) -> Result<(State, MessageKeySeed), RatchetError> {
    let (stepped, i) = with_receiving_chain(state, message.ratchet_key, fresh)?;
    let mut receiving = stepped.receiving;
    let step = chain_step(receiving[i].clone(), message.counter, limits)?;
    receiving[i] = step.chain;
    let next = State {
        rk: stepped.rk,
        pn: stepped.pn,
        sending: stepped.sending,
        receiving,
    };
    Ok((next, step.seed))
}

/// Check the tag, then the address block, then the padding.
///
/// Standard: DR 3.1, `DECRYPT(mk, ciphertext, associated_data)`.
/// In: the seed and the key of SPQR, secret; AD; the address block of the two devices, if their names have one; the
/// message. Out: the plaintext, secret.
/// Errors: `Rejected`, for each of the three.
pub fn open_message(
    seed: MessageKeySeed,
    key: Option<SparseMessageKey>,
    ad: AssociatedData,
    expected_addresses: Option<Seq<u8>>,
    message: &SignalMessage,
) -> Result<ByteSeq, RatchetError> {
    let keys = message_keys(seed, key);
    let tag = message_tag(&keys.mac_key, ad, &message.unsigned);
    if tag == message.tag && addresses_agree(message.addresses.clone(), expected_addresses) {
        let body = ByteSeq::from_public_seq(&message.body);
        match aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, &body) {
            Ok(plaintext) => Ok(plaintext),
            Err(_) => Err(RatchetError::Rejected),
        }
    } else {
        Err(RatchetError::Rejected)
    }
}
