//! The state of the Double Ratchet with header encryption, and how it begins.
//!
//! Which part: DR 4.3 and 4.4. Who calls it: `ratchet::header_encrypted`. Secret: the state, all but its public key and
//! numbers.
use crate::keys::*;
use crate::primitives::x25519::*;
use crate::ratchet::header_encrypted::functions::*;
use hacspec_lib::*;

/// The number that no message may have, as none comes after it.
const LAST_NUMBER: u32 = 0xffff_ffffu32;

/// Why a message was refused, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeError {
    /// A Diffie-Hellman output was all zero.
    InvalidAgreement,
    /// A responder has received nothing yet: it can not send.
    NoSendingChain,
    /// The header opens under no key: it is not from this conversation, or of a chain whose last key is gone.
    UndecryptableHeader,
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
pub struct HeSendingChain {
    /// HKs: header key, secret.
    pub hks: HeaderKey,
    /// CKs: chain key, secret.
    pub cks: ChainKey,
    /// Ns: number of the next message.
    pub ns: u32,
}

/// The receiving chain.
#[derive(Clone, Copy)]
pub struct HeReceivingChain {
    /// HKr: header key, secret.
    pub hkr: HeaderKey,
    /// CKr: chain key, secret.
    pub ckr: ChainKey,
    /// Nr: number of the next message.
    pub nr: u32,
}

/// The key of a message that was passed over.
#[derive(Clone, Copy, Default)]
pub struct HeStoredKey {
    /// HKr of its chain, secret.
    pub hk: HeaderKey,
    /// Number of the message in its chain.
    pub number: u32,
    /// mk, secret.
    pub mk: MessageKeySeed,
}

/// The state of the ratchet.
///
/// Standard: DR 3.2 and 4.3.
#[derive(Clone)]
pub struct HeState {
    /// DHs: own ratchet pair.
    pub dhs: RatchetKeyPair,
    /// RK: root key, secret.
    pub rk: RootKey,
    /// HKs, CKs and Ns; a responder has none at first.
    pub sending: Option<HeSendingChain>,
    /// HKr, CKr and Nr; none before the first message received.
    pub receiving: Option<HeReceivingChain>,
    /// NHKs: the header key of the next sending chain, secret.
    pub nhks: HeaderKey,
    /// NHKr: the header key of the next receiving chain, secret.
    pub nhkr: HeaderKey,
    /// PN: how many messages the previous sending chain had.
    pub pn: u32,
    /// MKSKIPPED, by HKr and number, oldest first.
    pub mkskipped: Seq<HeStoredKey>,
}

/// A message.
#[derive(Clone)]
pub struct HeMessage {
    /// The encrypted header: 89 bytes, if it was made here.
    pub enc_header: Seq<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Seq<u8>,
}

/// A result of the primitive as one of this module.
pub(crate) fn lift_agreement_he(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, HeError> {
    match result {
        Ok(secret) => Ok(secret),
        Err(_) => Err(HeError::InvalidAgreement),
    }
}

/// The number after this one.
pub(crate) fn number_after(n: u32) -> Result<u32, HeError> {
    if n == LAST_NUMBER {
        Err(HeError::CounterExhausted)
    } else {
        Ok(n + 1u32)
    }
}

/// The initiator's state after the handshake.
///
/// Standard: DR 4.4, `RatchetInitAliceHE(state, SK, bob_dh_public_key, shared_hka, shared_nhkb)`.
/// In: SK and the two header keys, secret; the first ratchet key of the responder; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator_he(
    setup: HeSetup,
    dhr: RatchetKey,
    dhs: RatchetKeyPair,
) -> Result<HeState, HeError> {
    // state.RK, state.CKs, state.NHKs = KDF_RK_HE(SK, DH(state.DHs, state.DHr))
    let dh_out = lift_agreement_he(dh(&dhs.private, dhr.key))?;
    let (rk, cks, nhks) = kdf_rk_he(setup.sk, dh_out);
    // state.HKs = shared_hka; state.HKr = None; state.NHKr = shared_nhkb
    Ok(HeState {
        dhs,
        rk,
        sending: Some(HeSendingChain {
            hks: setup.shared_hka,
            cks,
            ns: 0u32,
        }),
        receiving: None,
        nhks,
        nhkr: setup.shared_nhkb,
        pn: 0u32,
        mkskipped: Seq::<HeStoredKey>::new(0),
    })
}

/// The responder's state after the handshake.
///
/// Standard: DR 4.4, `RatchetInitBobHE(state, SK, bob_dh_key_pair, shared_hka, shared_nhkb)`.
/// In: SK and the two header keys, secret; the pair of its first ratchet key. Out: the state.
pub fn ratchet_init_responder_he(setup: HeSetup, dhs: RatchetKeyPair) -> HeState {
    // state.HKs = None; state.NHKs = shared_nhkb; state.HKr = None; state.NHKr = shared_hka
    HeState {
        dhs,
        rk: setup.sk,
        sending: None,
        receiving: None,
        nhks: setup.shared_nhkb,
        nhkr: setup.shared_hka,
        pn: 0u32,
        mkskipped: Seq::<HeStoredKey>::new(0),
    }
}
