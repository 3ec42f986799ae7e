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
//! Deployed, against the public text: the initiator also has CK0 as a receiving chain and the responder a sending
//! chain on SPKB; up to five receiving chains are kept, where the text closes a chain by PN; PN is the number of
//! the last message sent, not how many were sent, and no receiver uses it; MKSKIPPED is per chain and holds seeds;
//! the tag is 8 bytes.
use crate::keys::*;
use crate::primitives::aes_cbc::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use crate::primitives::x25519::*;
use crate::ratchet::skipped::*;
use crate::ratchet::symmetric::*;
use crate::ratchet::*;
use crate::wire::message::*;
use hacspec_lib::*;

/// Longest forward jump in one receiving chain (the text's `MAX_SKIP`).
pub const MAX_JUMP: u32 = 25000u32;
/// Most receiving chains kept.
pub const MAX_RECEIVING_CHAINS: usize = 5;
/// Length of the output of `KDF_RK`.
pub const KDF_RK_LENGTH: u8 = 64u8;
/// The number that no message may have, as none comes after it.
pub const LAST_NUMBER: u32 = 0xffff_ffffu32;

/// The sending chain.
#[derive(Clone, Copy)]
pub struct SendingChain {
    /// DHs: own ratchet pair.
    pub dhs: RatchetKeyPair,
    /// CKs: chain key, secret.
    pub cks: ChainKey,
    /// Ns: number of the next message.
    pub ns: u32,
}

/// A receiving chain.
#[derive(Clone, Default)]
pub struct ReceivingChain {
    /// DHr: ratchet key of the sender.
    pub dhr: RatchetKey,
    /// CKr: chain key, secret.
    pub ckr: ChainKey,
    /// Nr: number of the next message.
    pub nr: u32,
    /// MKSKIPPED of this chain, newest first.
    pub mkskipped: Seq<SkippedKey>,
}

/// The state of the ratchet.
#[derive(Clone)]
pub struct State {
    /// RK: root key, secret.
    pub rk: RootKey,
    /// PN: number of the last message in the previous sending chain, 0 if there was none.
    pub pn: u32,
    /// The sending chain.
    pub sending: SendingChain,
    /// Receiving chains, oldest first.
    pub receiving: Seq<ReceivingChain>,
}

/// Who sends and who receives; serialised, it is the AD of DR 3.4.
#[derive(Clone, Copy)]
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
    /// None: a session of an account with itself. A weakness of the deployed protocol: the chain is derived before
    /// the tag is checked, so that a forged number costs up to 2^32 steps.
    SelfSession,
}

/// A receiving chain and the seed it gave.
struct ChainStep {
    chain: ReceivingChain,
    seed: MessageKeySeed,
}

/// Root key and chain key from a Diffie-Hellman output.
///
/// Standard: DR 3.1, `KDF_RK(rk, dh_out)`; DR 5.2: HKDF with salt `rk`; info `WhisperRatchet`.
/// In: both secret, 32 bytes each. Out: next root key and a chain key, 32 bytes each, secret.
pub fn kdf_rk(rk: RootKey, dh_out: SharedSecret) -> (RootKey, ChainKey) {
    let info = ByteSeq::from_public_slice(b"WhisperRatchet");
    let okm = hkdf(
        &ByteSeq::from_seq(&rk),
        &ByteSeq::from_seq(&dh_out),
        &info,
        KDF_RK_LENGTH,
    );
    (
        RootKey::from_slice(&okm, 0, 32),
        ChainKey::from_slice(&okm, 32, 32),
    )
}

/// The initiator's state after the handshake.
///
/// Standard: DR 3.3, `RatchetInitAlice(state, SK, bob_dh_public_key)`.
/// Deployed: the chain of SPKB stands as a receiving chain from the start.
/// In: RK0 and CK0, secret; SPKB; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator(
    root_key: RootKey,
    chain_key: ChainKey,
    signed_prekey: SignedPreKey,
    dhs: RatchetKeyPair,
) -> Result<State, RatchetError> {
    // state.RK, state.CKs = KDF_RK(SK, DH(state.DHs, state.DHr))
    let dh_out = lift_agreement(dh(&dhs.private, signed_prekey.key))?;
    let (rk, cks) = kdf_rk(root_key, dh_out);
    let chain = ReceivingChain {
        dhr: RatchetKey {
            key: signed_prekey.key,
        },
        ckr: chain_key,
        nr: 0u32,
        mkskipped: Seq::<SkippedKey>::new(0),
    };
    let mut receiving = Seq::<ReceivingChain>::new(0);
    receiving = receiving.push_owned(chain);
    Ok(State {
        rk,
        pn: 0u32,
        sending: SendingChain { dhs, cks, ns: 0u32 },
        receiving,
    })
}

/// The responder's state after the handshake.
///
/// Standard: DR 3.3, `RatchetInitBob(state, SK, bob_dh_key_pair)`.
/// Deployed: CK0 stands as a sending chain on SPKB; the first message received replaces it.
/// In: RK0 and CK0, secret; the pair of SPKB. Out: the state.
pub fn ratchet_init_responder(
    root_key: RootKey,
    chain_key: ChainKey,
    signed_prekey: SignedPreKeyPair,
) -> State {
    let dhs = ratchet_pair_of_signed_prekey(signed_prekey);
    State {
        rk: root_key,
        pn: 0u32,
        sending: SendingChain {
            dhs,
            cks: chain_key,
            ns: 0u32,
        },
        receiving: Seq::<ReceivingChain>::new(0),
    }
}

/// The number after this one.
fn next_number(n: u32) -> Result<u32, RatchetError> {
    if n == LAST_NUMBER {
        Err(RatchetError::CounterExhausted)
    } else {
        Ok(n + 1u32)
    }
}

/// The tag of a message.
///
/// Standard: DR 3.1, `CONCAT(ad, header)` and the MAC of `ENCRYPT` in DR 5.2.
/// Deployed: HMAC-SHA-256 of both identity keys, serialised, and the message without its tag; its first 8 bytes.
/// In: the MAC key, secret; the identity keys in the direction of the message; version byte ‖ protobuf. Out: 8 bytes.
pub fn message_tag(mac_key: &MacKey, ad: AssociatedData, unsigned: &Seq<u8>) -> Tag {
    let identities =
        serialize_public_key(ad.sender.key).concat(&serialize_public_key(ad.receiver.key));
    let input = ByteSeq::from_public_seq(&identities.concat(unsigned));
    let mac = hmac_sha256(&ByteSeq::from_seq(mac_key), &input);
    // The first 8 bytes of the MAC are sent with the message: public.
    Tag::from_slice(&mac.slice(0, TAG_LENGTH).declassify(), 0, TAG_LENGTH)
}

/// Encrypt a message.
///
/// Standard: DR 3.4, `RatchetEncrypt(state, plaintext, AD)`.
/// In: the state; session version; AD; the address block, if the message is to carry one; any plaintext, secret.
/// Out: the state after it, and the bytes of a SignalMessage.
/// Errors: `CounterExhausted`.
pub fn ratchet_encrypt(
    state: State,
    version: u8,
    ad: AssociatedData,
    addresses: Option<Seq<u8>>,
    plaintext: &ByteSeq,
) -> Result<(State, Seq<u8>), RatchetError> {
    let sending = state.sending;
    let ns = next_number(sending.ns)?;
    // state.CKs, mk = KDF_CK(state.CKs)
    let (cks, seed) = kdf_ck(sending.cks);
    let keys = message_keys(seed);
    // header = HEADER(state.DHs, state.PN, state.Ns)
    let header = SignalHeader {
        version,
        ratchet_key: sending.dhs.public,
        counter: sending.ns,
        previous_counter: state.pn,
    };
    // return header, ENCRYPT(mk, plaintext, CONCAT(AD, header))
    let ciphertext = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, plaintext);
    // A ciphertext is sent: public.
    let body = ciphertext.declassify();
    let unsigned = encode_signal_message(header, &body, &Seq::<u8>::new(0), addresses);
    let tag = message_tag(&keys.mac_key, ad, &unsigned);
    // state.Ns += 1
    let next = State {
        rk: state.rk,
        pn: state.pn,
        sending: SendingChain {
            dhs: sending.dhs,
            cks,
            ns,
        },
        receiving: state.receiving,
    };
    Ok((next, serialize_signal_message(&unsigned, tag)))
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
fn dh_ratchet(
    state: State,
    dhr: RatchetKey,
    fresh: RatchetKeyPair,
) -> Result<State, RatchetError> {
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

/// Step a chain up to a number, keeping the seeds passed over.
///
/// Standard: DR 3.5, `SkipMessageKeys(state, until)`.
/// In: the chain; `until`, at least Nr. Out: the chain, Nr = `until`.
/// Errors: `TooFarInFuture`.
fn skip_message_keys(
    chain: ReceivingChain,
    until: u32,
    limit: JumpLimit,
) -> Result<ReceivingChain, RatchetError> {
    let gap = until - chain.nr;
    // if state.Nr + MAX_SKIP < until: raise Error()
    if limit == JumpLimit::Normal && gap > MAX_JUMP {
        Err(RatchetError::TooFarInFuture { gap })
    } else {
        let mut ckr = chain.ckr;
        let mut mkskipped = chain.mkskipped;
        // while state.Nr < until: state.CKr, mk = KDF_CK(state.CKr); state.MKSKIPPED[...] = mk; state.Nr += 1
        for n in chain.nr..until {
            let (next, seed) = kdf_ck(ckr);
            mkskipped = store_skipped(mkskipped, n, seed);
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
fn chain_step(chain: ReceivingChain, n: u32, limit: JumpLimit) -> Result<ChainStep, RatchetError> {
    if n < chain.nr {
        try_skipped_message_keys(chain, n)
    } else {
        let at = skip_message_keys(chain, n, limit)?;
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

/// Check the tag and the address block, then the padding.
///
/// Standard: DR 3.1, `DECRYPT(mk, ciphertext, associated_data)`. Errors: `Rejected`.
fn open(
    seed: MessageKeySeed,
    ad: AssociatedData,
    expected_addresses: Option<Seq<u8>>,
    message: SignalMessage,
) -> Result<ByteSeq, RatchetError> {
    let keys = message_keys(seed);
    let tag = message_tag(&keys.mac_key, ad, &message.unsigned);
    if tag == message.tag && addresses_agree(message.addresses, expected_addresses) {
        let body = ByteSeq::from_public_seq(&message.body);
        match aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, &body) {
            Ok(plaintext) => Ok(plaintext),
            Err(_) => Err(RatchetError::Rejected),
        }
    } else {
        Err(RatchetError::Rejected)
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

/// Decrypt a message.
///
/// Standard: DR 3.5, `RatchetDecrypt(state, header, ciphertext, AD)`.
/// In: the state; AD; the address block of the two devices, if their names have one; the jump limit; a fresh pair,
/// used if the ratchet key is new; the message. Out: the state after it, and the plaintext, secret.
/// Errors: `InvalidAgreement`, `DuplicateMessage`, `CounterExhausted`, `TooFarInFuture`, `Rejected`.
pub fn ratchet_decrypt(
    state: State,
    ad: AssociatedData,
    expected_addresses: Option<Seq<u8>>,
    limit: JumpLimit,
    fresh: RatchetKeyPair,
    message: SignalMessage,
) -> Result<(State, ByteSeq), RatchetError> {
    let (stepped, i) = with_receiving_chain(state, message.ratchet_key, fresh)?;
    let mut receiving = stepped.receiving;
    let step = chain_step(receiving[i].clone(), message.counter, limit)?;
    let plaintext = open(step.seed, ad, expected_addresses, message)?;
    receiving[i] = step.chain;
    let next = State {
        rk: stepped.rk,
        pn: stepped.pn,
        sending: stepped.sending,
        receiving,
    };
    Ok((next, plaintext))
}
