//! The state of the Double Ratchet as written, and how it begins.
//!
//! Which part: DR 3.2 and 3.3. Who calls it: `ratchet::written`. Secret: the state, all but its public keys and numbers.
use crate::keys::*;
use crate::primitives::x25519::*;
use crate::ratchet::written::functions::*;
use hacspec_lib::*;

/// Most message keys passed over in one chain by one message.
///
/// Standard: DR 3.1, `MAX_SKIP`. Choice: 1000. Routine loss is far below, and a forged header, which costs these steps before
/// its tag is checked, stays cheap.
pub const MAX_SKIP: u32 = 1000u32;
/// Most message keys kept in all; the oldest is dropped first.
///
/// Standard: DR 6.4: stored keys are to be deleted after a time. Choice: what one message may pass over, `MAX_SKIP` at the end of
/// a chain and `MAX_SKIP` at the start of the next: the least with which no message drops a key that it stores itself.
pub const MAX_STORED: usize = 2000;
/// The number that no message may have, as none comes after it.
const LAST_NUMBER: u32 = 0xffff_ffffu32;

/// Why a message was refused, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WrittenError {
    /// A Diffie-Hellman output was all zero.
    InvalidAgreement,
    /// A responder has received nothing yet: it can not send.
    NoSendingChain,
    /// The key of this message was used, or dropped to make room. It can not come back.
    DuplicateMessage {
        /// Nr.
        nr: u32,
        /// Number of the message.
        n: u32,
    },
    /// The message passes over `gap` keys of one chain; the limit is `MAX_SKIP`.
    TooFarInFuture {
        /// How many keys.
        gap: u32,
    },
    /// The tag or the padding was wrong. One variant: telling them apart would help an attacker.
    Rejected,
    /// The number 2^32 - 1 can not be used: there is none after it.
    CounterExhausted,
}

/// The sending chain.
#[derive(Clone, Copy)]
pub struct WrittenSendingChain {
    /// CKs: chain key, secret.
    pub cks: ChainKey,
    /// Ns: number of the next message.
    pub ns: u32,
}

/// The receiving chain.
#[derive(Clone, Copy)]
pub struct WrittenReceivingChain {
    /// DHr: ratchet key of the sender.
    pub dhr: RatchetKey,
    /// CKr: chain key, secret.
    pub ckr: ChainKey,
    /// Nr: number of the next message.
    pub nr: u32,
}

/// The key of a message that was passed over.
#[derive(Clone, Copy, Default)]
pub struct StoredKey {
    /// DHr of its chain.
    pub dhr: RatchetKey,
    /// Number of the message in its chain.
    pub number: u32,
    /// mk, secret.
    pub mk: MessageKeySeed,
}

/// The state of the ratchet.
///
/// Standard: DR 3.2.
#[derive(Clone)]
pub struct WrittenState {
    /// DHs: own ratchet pair.
    pub dhs: RatchetKeyPair,
    /// RK: root key, secret.
    pub rk: RootKey,
    /// CKs and Ns; a responder has none at first.
    pub sending: Option<WrittenSendingChain>,
    /// DHr, CKr and Nr; none before the first message received.
    pub receiving: Option<WrittenReceivingChain>,
    /// PN: how many messages the previous sending chain had.
    pub pn: u32,
    /// MKSKIPPED, by DHr and number, oldest first.
    pub mkskipped: Seq<StoredKey>,
}

/// A message.
#[derive(Clone)]
pub struct WrittenMessage {
    /// The header, in the clear.
    pub header: Header,
    /// Ciphertext and tag.
    pub ciphertext: Seq<u8>,
}

/// A result of the primitive as one of this module.
pub(crate) fn lift_agreement_written(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, WrittenError> {
    match result {
        Ok(secret) => Ok(secret),
        Err(_) => Err(WrittenError::InvalidAgreement),
    }
}

/// The number after this one.
pub(crate) fn number_after(n: u32) -> Result<u32, WrittenError> {
    if n == LAST_NUMBER {
        Err(WrittenError::CounterExhausted)
    } else {
        Ok(n + 1u32)
    }
}

/// The initiator's state after the handshake.
///
/// Standard: DR 3.3, `RatchetInitAlice(state, SK, bob_dh_public_key)`.
/// In: SK, secret; the first ratchet key of the responder; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator(
    sk: RootKey,
    dhr: RatchetKey,
    dhs: RatchetKeyPair,
) -> Result<WrittenState, WrittenError> {
    // state.RK, state.CKs = KDF_RK(SK, DH(state.DHs, state.DHr))
    let dh_out = lift_agreement_written(dh(&dhs.private, dhr.key))?;
    let (rk, cks) = kdf_rk(sk, dh_out);
    Ok(WrittenState {
        dhs,
        rk,
        sending: Some(WrittenSendingChain { cks, ns: 0u32 }),
        receiving: None,
        pn: 0u32,
        mkskipped: Seq::<StoredKey>::new(0),
    })
}

/// The responder's state after the handshake.
///
/// Standard: DR 3.3, `RatchetInitBob(state, SK, bob_dh_key_pair)`.
/// In: SK, secret; the pair of its first ratchet key. Out: the state.
pub fn ratchet_init_responder(sk: RootKey, dhs: RatchetKeyPair) -> WrittenState {
    WrittenState {
        dhs,
        rk: sk,
        sending: None,
        receiving: None,
        pn: 0u32,
        mkskipped: Seq::<StoredKey>::new(0),
    }
}
