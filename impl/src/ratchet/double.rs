//! The Double Ratchet as deployed.
//!
//! Which part: DR 3. Who calls it: `session`. Secret: the state, all but its public keys and numbers.
//!
//! ```text
//!            initiator                                   responder
//!  RK0 --KDF_RK(DHs, SPKB)--> RK1, CKs         RK0, sending chain (SPKB pair, CK0)
//!  receiving chain (SPKB, CK0)
//!     message with an unknown ratchet key K, on either side:
//!  RK --KDF_RK(DHs, K)--> CKr of a new receiving chain --KDF_RK(fresh DHs, K)--> CKs of the new sending chain
//! ```
//!
//! A message is received in four steps, each a type, so that a message that is refused has changed nothing:
//!
//! ```text
//!  &State --plan--> (Plan, MessageKeys) --open--> plaintext --Plan::ready--> Step --apply--> &mut State
//!         reads only                    tag, then            the sending     the only write; it
//!         limits, one chain             addresses,           half of a DH    cannot fail
//!                                       then padding         step, if any
//! ```
use crate::backend::hmac::HmacSha256;
use crate::ct::equal;
use crate::keys::{
    ratchet_key_pair, ratchet_pair_of_signed_prekey, same_public_key, serialize_public_key,
    ChainKey, IdentityKey, MacKey, MessageKeySeed, PrivateKey, RatchetKey, RatchetKeyPair, RootKey,
    SharedSecret, SignedPreKey, SignedPreKeyPair, Tag,
};
use crate::primitives::aes_cbc::{aes256_cbc_decrypt, append_ciphertext, ciphertext_length};
use crate::primitives::hkdf::hkdf_blocks;
use crate::primitives::x25519::dh;
use crate::ratchet::skipped::{store_skipped, take_skipped, Skipped, SkippedKey, MAX_SKIPPED};
use crate::ratchet::symmetric::{kdf_ck, message_keys, next_chain_key, MessageKeys};
use crate::ratchet::{lift_agreement, RatchetError};
use crate::wire::message::{
    put_after_body, serialize_signal_message, start_signal_message, SignalHeader, SignalMessage,
    TAG_LENGTH,
};
use core::fmt;

/// Longest forward jump in one receiving chain (the text's `MAX_SKIP`).
pub const MAX_JUMP: u32 = 25000;
/// Most receiving chains kept.
pub const MAX_RECEIVING_CHAINS: usize = 5;
/// Length of the output of `KDF_RK`.
pub const KDF_RK_LENGTH: u8 = 64;
/// The number that no message may have, as none comes after it.
pub const LAST_NUMBER: u32 = 0xffff_ffff;

const INFO: &[u8] = b"WhisperRatchet";
/// No SPQR message: version 3.
const NO_SPQR: &[u8] = &[];

/// The sending chain.
pub struct SendingChain {
    /// DHs: own ratchet pair.
    pub(crate) dhs: RatchetKeyPair,
    /// CKs: chain key, secret.
    pub(crate) cks: ChainKey,
    /// Ns: number of the next message.
    pub(crate) ns: u32,
}

/// A receiving chain.
pub struct ReceivingChain {
    /// DHr: ratchet key of the sender.
    pub(crate) dhr: RatchetKey,
    /// CKr: chain key, secret.
    pub(crate) ckr: ChainKey,
    /// Nr: number of the next message.
    pub(crate) nr: u32,
    /// MKSKIPPED of this chain.
    pub(crate) mkskipped: Skipped,
}

/// The state of the ratchet.
pub struct State {
    /// RK: root key, secret.
    pub(crate) rk: RootKey,
    /// PN: number of the last message in the previous sending chain, 0 if there was none.
    pub(crate) pn: u32,
    /// The sending chain.
    pub(crate) sending: SendingChain,
    /// Receiving chains, oldest first.
    pub(crate) receiving: Vec<ReceivingChain>,
}

/// Who sends and who receives; serialised, it is the AD of DR 3.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AssociatedData {
    /// IK of the sender.
    pub sender: IdentityKey,
    /// IK of the receiver.
    pub receiver: IdentityKey,
}

/// How far ahead of its chain a message may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum JumpLimit {
    /// `MAX_JUMP`.
    Normal,
    /// None: a session of an account with itself. A weakness of the deployed protocol: the chain is derived before the tag
    /// is checked, so that a forged number costs up to 2^32 steps.
    SelfSession,
}

/// What sending a message changes.
pub(crate) struct SendingStep {
    cks: ChainKey,
    ns: u32,
    keys: MessageKeys,
}

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

impl fmt::Debug for SendingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("SendingChain");
        out.field("dhs", &self.dhs.public.key)
            .field("ns", &self.ns)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for ReceivingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("ReceivingChain");
        out.field("dhr", &self.dhr.key).field("nr", &self.nr);
        out.field("skipped", &self.mkskipped.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("State");
        out.field("pn", &self.pn).field("sending", &self.sending);
        out.field("receiving", &self.receiving)
            .finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::double::kdf_rk`.
/// The output is split where blocks of HKDF end.
///
/// In: root key and agreement, secret. Out: next root key and a chain key, secret.
#[must_use]
pub fn kdf_rk(rk: &RootKey, dh_out: &SharedSecret) -> (RootKey, ChainKey) {
    let [rk, ck] = hkdf_blocks(Some(rk.as_bytes()), dh_out.as_bytes(), INFO);
    (
        RootKey::from_bytes(*rk.as_bytes()),
        ChainKey::from_bytes(*ck.as_bytes()),
    )
}

/// Mirror of `spec::ratchet::double::ratchet_init_initiator`.
///
/// In: RK0 and CK0; SPKB; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator(
    root_key: &RootKey,
    chain_key: ChainKey,
    signed_prekey: SignedPreKey,
    dhs: RatchetKeyPair,
) -> Result<State, RatchetError> {
    let dh_out = lift_agreement(dh(&dhs.private, signed_prekey.key))?;
    // state.RK, state.CKs = KDF_RK(SK, DH(state.DHs, state.DHr))
    let (rk, cks) = kdf_rk(root_key, &dh_out);
    let chain = ReceivingChain {
        dhr: RatchetKey {
            key: signed_prekey.key,
        },
        ckr: chain_key,
        nr: 0,
        mkskipped: Skipped::new(),
    };
    let mut receiving = Vec::with_capacity(MAX_RECEIVING_CHAINS);
    receiving.push(chain);
    Ok(State {
        rk,
        pn: 0,
        sending: SendingChain { dhs, cks, ns: 0 },
        receiving,
    })
}

/// Mirror of `spec::ratchet::double::ratchet_init_responder`.
///
/// In: RK0 and CK0; the pair of SPKB. Out: the state.
#[must_use]
pub fn ratchet_init_responder(
    root_key: RootKey,
    chain_key: ChainKey,
    signed_prekey: &SignedPreKeyPair,
) -> State {
    let dhs = ratchet_pair_of_signed_prekey(signed_prekey);
    State {
        rk: root_key,
        pn: 0,
        sending: SendingChain {
            dhs,
            cks: chain_key,
            ns: 0,
        },
        receiving: Vec::with_capacity(MAX_RECEIVING_CHAINS),
    }
}

/// Mirror of `spec::ratchet::double::message_tag`.
///
/// In: the MAC key, secret; the identity keys in the direction of the message; version byte ‖ protobuf. Out: 8 bytes.
#[must_use]
pub fn message_tag(mac_key: &MacKey, ad: AssociatedData, unsigned: &[u8]) -> Tag {
    let sender = serialize_public_key(ad.sender.key);
    let receiver = serialize_public_key(ad.receiver.key);
    let mac = HmacSha256::new(mac_key.as_bytes()).tag(&[&sender, &receiver, unsigned]);
    let mut tag = [0; TAG_LENGTH];
    for (to, from) in tag.iter_mut().zip(mac.as_bytes()) {
        *to = *from;
    }
    Tag::from_bytes(tag)
}

/// Mirror of `spec::ratchet::double::ratchet_encrypt`.
///
/// In: the state; session version; AD; the address block, if the message is to carry one; any plaintext, secret. Out: the
/// bytes of a SignalMessage.
/// Errors: `CounterExhausted`; the state is as before.
pub fn ratchet_encrypt(
    state: &mut State,
    version: u8,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    plaintext: &[u8],
) -> Result<Vec<u8>, RatchetError> {
    let step = plan_sending(state)?;
    let message = seal(state, &step, version, ad, addresses, plaintext);
    apply_sending(state, step);
    Ok(message)
}

/// Mirror of `spec::ratchet::double::ratchet_decrypt`.
/// Faster: a fresh pair is completed, and the sending half of a Diffie-Hellman step made, only once the message is opened. The
/// same errors: an agreement is all zero for reasons of the public key alone, and the receiving half has tried that key.
///
/// In: the state; AD; the address block of the two devices, if their names have one; the jump limit; 32 random bytes for a
/// fresh pair, used if the ratchet key is new; the message. Out: the plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `CounterExhausted`, `TooFarInFuture`, `Rejected`; the state is as before.
pub fn ratchet_decrypt(
    state: &mut State,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    limit: JumpLimit,
    fresh: PrivateKey,
    message: &SignalMessage<'_>,
) -> Result<Vec<u8>, RatchetError> {
    let (plan, keys) = plan(state, limit, message)?;
    let plaintext = open(&keys, ad, expected_addresses, message)?;
    let step = plan.ready(fresh)?;
    apply(state, step);
    Ok(plaintext)
}

/// The step of the sending chain; reads only. Errors: `CounterExhausted`.
pub(crate) fn plan_sending(state: &State) -> Result<SendingStep, RatchetError> {
    let ns = next_number(state.sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, seed) = kdf_ck(&state.sending.cks);
    Ok(SendingStep {
        cks,
        ns,
        keys: message_keys(&seed),
    })
}

/// The message of a sending step; reads only.
/// Faster: header, ciphertext and tag are written to one buffer, which is the message.
pub(crate) fn seal(
    state: &State,
    step: &SendingStep,
    version: u8,
    ad: AssociatedData,
    addresses: Option<&[u8]>,
    plaintext: &[u8],
) -> Vec<u8> {
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = SignalHeader {
        version,
        ratchet_key: state.sending.dhs.public,
        counter: state.sending.ns,
        previous_counter: state.pn,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let keys = &step.keys;
    let mut unsigned = start_signal_message(
        &header,
        ciphertext_length(plaintext.len()),
        NO_SPQR,
        addresses,
    );
    append_ciphertext(&keys.cipher_key, &keys.iv, plaintext, &mut unsigned);
    put_after_body(&mut unsigned, NO_SPQR, addresses);
    let tag = message_tag(&keys.mac_key, ad, &unsigned);
    serialize_signal_message(unsigned, tag)
}

/// Make a sending step. It cannot fail.
pub(crate) fn apply_sending(state: &mut State, step: SendingStep) {
    // state.Ns += 1
    state.sending.cks = step.cks;
    state.sending.ns = step.ns;
}

/// What a message would change, and its keys; reads only.
///
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
pub(crate) fn plan(
    state: &State,
    limit: JumpLimit,
    message: &SignalMessage<'_>,
) -> Result<(Plan, MessageKeys), RatchetError> {
    let known = receiving_chain(&state.receiving, message.ratchet_key);
    let Some((i, chain)) = known else {
        let (rk, ckr) = dh_ratchet(state, message.ratchet_key)?;
        let (advance, keys) = skip_message_keys(&ckr, 0, message.counter, limit)?;
        return Ok((
            Plan {
                place: Place::New {
                    rk,
                    dhr: message.ratchet_key,
                },
                advance,
            },
            keys,
        ));
    };
    let (advance, keys) = if message.counter < chain.nr {
        try_skipped_message_keys(chain, message.counter)?
    } else {
        skip_message_keys(&chain.ckr, chain.nr, message.counter, limit)?
    };
    Ok((
        Plan {
            place: Place::Known(i),
            advance,
        },
        keys,
    ))
}

/// Check the tag and the address block, then the padding.
///
/// Errors: `Rejected`.
pub(crate) fn open(
    keys: &MessageKeys,
    ad: AssociatedData,
    expected_addresses: Option<&[u8]>,
    message: &SignalMessage<'_>,
) -> Result<Vec<u8>, RatchetError> {
    let tag = message_tag(&keys.mac_key, ad, message.unsigned);
    let authentic = equal(tag.as_bytes(), message.tag.as_bytes());
    if !authentic || !addresses_agree(message.addresses, expected_addresses) {
        return Err(RatchetError::Rejected);
    }
    aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, message.body).map_err(|_| RatchetError::Rejected)
}

impl Plan {
    /// Complete the plan: the sending half of a Diffie-Hellman step, if there is one. The fresh key is used, or wiped.
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
        (StepPlace::New(sending), Advance::Stepped { ckr, nr, skipped }) => {
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
            store_all(&mut chain.mkskipped, skipped);
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
        Advance::Stepped { ckr, nr, skipped } => {
            chain.ckr = ckr;
            chain.nr = nr;
            store_all(&mut chain.mkskipped, skipped);
        }
    }
}

#[allow(clippy::vec_box)] // see `Advance`
fn store_all(mkskipped: &mut Skipped, skipped: Vec<Box<SkippedKey>>) {
    for key in skipped {
        store_skipped(mkskipped, key);
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
/// Faster: of a jump above `MAX_SKIPPED` only the seeds that the store would keep are made.
///
/// In: CKr and Nr of the chain; the number of the message, at least Nr. Out: the advance and the keys of the message.
/// Errors: `TooFarInFuture`, `CounterExhausted`.
fn skip_message_keys(
    ckr: &ChainKey,
    nr: u32,
    n: u32,
    limit: JumpLimit,
) -> Result<(Advance, MessageKeys), RatchetError> {
    let gap = n.saturating_sub(nr);
    // if state.Nr + MAX_SKIP < until: raise Error()
    if limit == JumpLimit::Normal && gap > MAX_JUMP {
        return Err(RatchetError::TooFarInFuture { gap });
    }
    let next = next_number(n)?;
    let kept = usize::try_from(gap).map_or(MAX_SKIPPED, |gap| gap.min(MAX_SKIPPED));
    // The first number kept; all from here to n are `kept`.
    let first_kept = u32::try_from(kept).map_or(nr, |kept| n.saturating_sub(kept));
    let mut skipped = Vec::with_capacity(kept);
    // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
    let mut at: Option<ChainKey> = None;
    for _ in nr..first_kept {
        at = Some(next_chain_key(at.as_ref().unwrap_or(ckr)));
    }
    for number in first_kept..n {
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
        },
        message_keys(&seed),
    ))
}

/// The keys of a message that the chain has already passed. Errors: `DuplicateMessage`.
fn try_skipped_message_keys(
    chain: &ReceivingChain,
    n: u32,
) -> Result<(Advance, MessageKeys), RatchetError> {
    let stored: Option<&MessageKeySeed> = chain.mkskipped.get(&n).map(|key| &key.seed);
    let seed = stored.ok_or(RatchetError::DuplicateMessage { nr: chain.nr, n })?;
    Ok((Advance::Taken(n), message_keys(seed)))
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

/// The number after this one. Errors: `CounterExhausted`.
fn next_number(n: u32) -> Result<u32, RatchetError> {
    n.checked_add(1).ok_or(RatchetError::CounterExhausted)
}

/// Whether the address block of a message is acceptable: absent, or the expected one, which must exist.
fn addresses_agree(carried: Option<&[u8]>, expected: Option<&[u8]>) -> bool {
    match (carried, expected) {
        (None, _) => true,
        (Some(block), Some(own)) => equal(block, own),
        (Some(_), None) => false,
    }
}
