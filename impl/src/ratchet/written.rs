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

#[cfg(test)]
pub(crate) mod tests {
    use super::{WrittenError as Error, WrittenMessage as Message, *};
    use crate::keys::PublicKey;
    use rand_chacha::rand_core::{Rng, SeedableRng};
    use rand_chacha::ChaCha20Rng;

    const AD: &[u8] = b"AD";

    /// Seeded numbers.
    pub(crate) struct Dice(ChaCha20Rng);

    impl Dice {
        pub(crate) fn new(seed: u8) -> Self {
            Self(ChaCha20Rng::from_seed([seed; 32]))
        }

        pub(crate) fn index(&mut self, length: usize) -> usize {
            usize::try_from(self.0.next_u64() % length as u64).unwrap()
        }

        pub(crate) fn bytes<const N: usize>(&mut self) -> [u8; N] {
            let mut bytes = [0; N];
            self.0.fill_bytes(&mut bytes);
            bytes
        }

        pub(crate) fn private(&mut self) -> PrivateKey {
            PrivateKey::from_bytes(self.bytes())
        }

        pub(crate) fn pair(&mut self) -> RatchetKeyPair {
            ratchet_key_pair(self.private())
        }
    }

    /// The tests of two parties that both forms have: the module gives `begun`, `send`, `receive`, `whole` and `stored`.
    macro_rules! two_party_tests {
        () => {
            #[test]
            fn any_order_opens_every_message_once() {
                for seed in 0..6 {
                    let mut dice = Dice::new(seed);
                    let mut parties = begun(&mut dice);
                    let mut flying: [Vec<(u8, Message)>; 2] = [vec![], vec![]];
                    let mut seen: [Vec<Message>; 2] = [vec![], vec![]];
                    let mut sent = 0u8;
                    loop {
                        let side = dice.index(2);
                        if dice.index(2) == 0 && sent < 60 {
                            if let Ok(message) = send(&mut parties[side], &mut dice, &[sent]) {
                                flying[1 - side].push((sent, message));
                                sent += 1;
                            }
                        } else if !flying[side].is_empty() {
                            let at = dice.index(flying[side].len());
                            let (number, message) = flying[side].swap_remove(at);
                            let opened = receive(&mut parties[side], &mut dice, &message);
                            assert_eq!(opened.unwrap(), [number], "{seed}");
                            seen[side].push(message);
                        }
                        // Replays are refused and change nothing, whenever they come.
                        if let Some(old) = seen[side].last() {
                            let before = whole(&parties[side]);
                            assert!(receive(&mut parties[side], &mut dice, old).is_err());
                            assert_eq!(whole(&parties[side]), before);
                        }
                        if sent == 60 && flying.iter().all(Vec::is_empty) {
                            break;
                        }
                    }
                    for side in 0..2 {
                        assert_eq!(stored(&parties[side]), 0);
                        for old in &seen[side] {
                            let before = whole(&parties[side]);
                            assert!(receive(&mut parties[side], &mut dice, old).is_err());
                            assert_eq!(whole(&parties[side]), before);
                        }
                    }
                }
            }

            #[test]
            fn skip_of_1000_is_the_limit() {
                for (gap, opens) in [(1000, true), (1001, false)] {
                    let mut dice = Dice::new(3);
                    let [mut alice, mut bob] = begun(&mut dice);
                    for _ in 0..gap {
                        send(&mut alice, &mut dice, b"lost").unwrap();
                    }
                    let last = send(&mut alice, &mut dice, b"last").unwrap();
                    let before = whole(&bob);
                    let opened = receive(&mut bob, &mut dice, &last);
                    if opens {
                        assert_eq!(opened.unwrap(), b"last");
                        assert_eq!(stored(&bob), 1000);
                    } else {
                        assert_eq!(opened, Err(Error::TooFarInFuture { gap }));
                        assert_eq!(whole(&bob), before);
                    }
                }
            }

            #[test]
            fn skip_at_the_end_of_a_chain_has_the_same_limit() {
                for (gap, opens) in [(1000, true), (1001, false)] {
                    let mut dice = Dice::new(2);
                    let [mut alice, mut bob] = begun(&mut dice);
                    let first = send(&mut alice, &mut dice, b"first").unwrap();
                    receive(&mut bob, &mut dice, &first).unwrap();
                    for _ in 0..gap {
                        send(&mut alice, &mut dice, b"lost").unwrap();
                    }
                    let answer = send(&mut bob, &mut dice, b"answer").unwrap();
                    receive(&mut alice, &mut dice, &answer).unwrap();
                    let next = send(&mut alice, &mut dice, b"next").unwrap();
                    let before = whole(&bob);
                    let opened = receive(&mut bob, &mut dice, &next);
                    if opens {
                        assert_eq!(opened.unwrap(), b"next");
                        assert_eq!(stored(&bob), 1000);
                    } else {
                        assert_eq!(opened, Err(Error::TooFarInFuture { gap }));
                        assert_eq!(whole(&bob), before);
                    }
                }
            }

            #[test]
            fn store_keeps_2000_and_drops_the_oldest() {
                let mut dice = Dice::new(4);
                let [mut alice, mut bob] = begun(&mut dice);
                let mut sent = Vec::new();
                for _ in 0..2002 {
                    sent.push(send(&mut alice, &mut dice, b"late").unwrap());
                }
                receive(&mut bob, &mut dice, &sent[1000]).unwrap();
                receive(&mut bob, &mut dice, &sent[2001]).unwrap();
                assert_eq!(stored(&bob), 2000);
                for _ in 0..2 {
                    sent.push(send(&mut alice, &mut dice, b"late").unwrap());
                }
                receive(&mut bob, &mut dice, &sent[2003]).unwrap();
                assert_eq!(stored(&bob), 2000);
                let gone = Err(Error::DuplicateMessage { nr: 2004, n: 0 });
                assert_eq!(receive(&mut bob, &mut dice, &sent[0]), gone);
                assert_eq!(receive(&mut bob, &mut dice, &sent[1]).unwrap(), b"late");
            }

            #[test]
            fn responder_can_not_send_first() {
                let mut dice = Dice::new(5);
                let [_, mut bob] = begun(&mut dice);
                assert!(matches!(
                    send(&mut bob, &mut dice, b""),
                    Err(Error::NoSendingChain)
                ));
            }

            #[test]
            fn last_number_is_refused() {
                let mut dice = Dice::new(6);
                let [mut alice, mut bob] = begun(&mut dice);
                alice.sending.as_mut().unwrap().ns = u32::MAX;
                let before = whole(&alice);
                let refused = send(&mut alice, &mut dice, b"");
                assert!(matches!(refused, Err(Error::CounterExhausted)));
                assert_eq!(whole(&alice), before);
                // A peer that does not stop there is refused too.
                alice.sending.as_mut().unwrap().ns = 0;
                let first = send(&mut alice, &mut dice, b"").unwrap();
                receive(&mut bob, &mut dice, &first).unwrap();
                bob.receiving.as_mut().unwrap().nr = u32::MAX;
                alice.sending.as_mut().unwrap().ns = u32::MAX - 1;
                let old = send(&mut alice, &mut dice, b"").unwrap();
                let before = whole(&bob);
                let passed = Error::DuplicateMessage {
                    nr: u32::MAX,
                    n: u32::MAX - 1,
                };
                assert_eq!(receive(&mut bob, &mut dice, &old), Err(passed));
                assert_eq!(whole(&bob), before);
            }
        };
    }
    pub(crate) use two_party_tests;

    fn begun(dice: &mut Dice) -> [WrittenState; 2] {
        let sk: [u8; 32] = dice.bytes();
        let bob = dice.pair();
        let alice = ratchet_init_initiator(&RootKey::from_bytes(sk), bob.public, dice.pair());
        let bob = ratchet_init_responder(RootKey::from_bytes(sk), bob);
        [alice.unwrap(), bob]
    }

    fn send(state: &mut WrittenState, _: &mut Dice, plaintext: &[u8]) -> Result<Message, Error> {
        ratchet_encrypt(state, plaintext, AD)
    }

    fn receive(
        state: &mut WrittenState,
        dice: &mut Dice,
        message: &Message,
    ) -> Result<Vec<u8>, Error> {
        ratchet_decrypt(state, dice.private(), message, AD)
    }

    fn whole(state: &WrittenState) -> WrittenSnapshot {
        state.snapshot()
    }

    fn stored(state: &WrittenState) -> usize {
        state.mkskipped.len()
    }

    two_party_tests!();

    #[test]
    fn pn_counts_and_closes_the_old_chain() {
        let mut dice = Dice::new(7);
        let [mut alice, mut bob] = begun(&mut dice);
        let lost: Vec<Message> = (0..3)
            .map(|_| send(&mut alice, &mut dice, b"lost").unwrap())
            .collect();
        receive(&mut bob, &mut dice, &lost[0]).unwrap();
        let answer = send(&mut bob, &mut dice, b"answer").unwrap();
        receive(&mut alice, &mut dice, &answer).unwrap();
        let next = send(&mut alice, &mut dice, b"next").unwrap();
        assert_eq!((next.header.pn, next.header.n), (3, 0));
        receive(&mut bob, &mut dice, &next).unwrap();
        assert_eq!(stored(&bob), 2);
        receive(&mut bob, &mut dice, &lost[2]).unwrap();
        receive(&mut bob, &mut dice, &lost[1]).unwrap();
        assert_eq!(stored(&bob), 0);
    }

    #[test]
    fn tampered_messages_are_refused_and_change_nothing() {
        let mut dice = Dice::new(8);
        let [mut alice, mut bob] = begun(&mut dice);
        let first = send(&mut alice, &mut dice, b"first").unwrap();
        receive(&mut bob, &mut dice, &first).unwrap();
        let message = send(&mut alice, &mut dice, b"message").unwrap();
        let before = whole(&bob);
        let mut forged = Vec::new();
        for at in 0..message.ciphertext.len() {
            let mut other = message.clone();
            other.ciphertext[at] ^= 1;
            forged.push(other);
        }
        for length in [0, 31, 32, 47] {
            let mut other = message.clone();
            other.ciphertext.truncate(length);
            forged.push(other);
        }
        for (pn, n) in [(1, 1), (0, 0), (0, 2), (u32::MAX, 1), (0, u32::MAX)] {
            let mut other = message.clone();
            other.header.pn = pn;
            other.header.n = n;
            forged.push(other);
        }
        let zero = PublicKey::from_bytes([0; 32]);
        for mut other in forged {
            assert!(receive(&mut bob, &mut dice, &other).is_err());
            for key in [zero, dice.pair().public.key] {
                other.header.dh.key = key;
                assert!(receive(&mut bob, &mut dice, &other).is_err());
            }
            assert_eq!(whole(&bob), before);
        }
        let mut other = message.clone();
        other.header.dh.key = zero;
        let refused = receive(&mut bob, &mut dice, &other);
        assert_eq!(refused, Err(Error::InvalidAgreement));
        assert_eq!(receive(&mut bob, &mut dice, &message).unwrap(), b"message");
    }

    #[test]
    fn header_is_41_bytes_and_reads_back() {
        let header = Header {
            dh: Dice::new(1).pair().public,
            pn: 0x0102_0304,
            n: u32::MAX,
        };
        let mut bytes = encode_header(header).to_vec();
        assert_eq!(bytes[33..], [1, 2, 3, 4, 255, 255, 255, 255]);
        assert_eq!(parse_header(&bytes), Some(header));
        assert_eq!(parse_header(&bytes[..40]), None);
        bytes[0] ^= 1;
        assert_eq!(parse_header(&bytes), None);
        bytes[0] ^= 1;
        bytes.push(0);
        assert_eq!(parse_header(&bytes), None);
    }

    #[test]
    fn debug_shows_no_secret() {
        let [alice, _] = begun(&mut Dice::new(14));
        let shown = format!("{alice:?}");
        let key = format!("{:?}", alice.dhs.public.key);
        let expected = format!(
            "WrittenState {{ dhs: {key}, sending: Some(WrittenSendingChain {{ ns: 0, .. }}), receiving: None, pn: 0, skipped: 0, .. }}"
        );
        assert_eq!(shown, expected);
    }
}
