//! The state of the Double Ratchet with header encryption, and how it begins.
//!
//! Which part: DR 4.3 and 4.4. Who calls it: `ratchet::header_encrypted`. Secret: the state, all but its public key and
//! numbers.
use crate::keys::{
    ChainKey, HeaderKey, MessageKeySeed, RatchetKey, RatchetKeyPair, RootKey, SharedSecret,
};
use crate::primitives::x25519::{dh, DhError};
use crate::ratchet::header_encrypted::functions::{kdf_rk_he, HeSetup};
use core::fmt;
use std::collections::VecDeque;
use thiserror::Error;

/// Why a message was refused, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum HeError {
    /// A Diffie-Hellman output was all zero.
    #[error("an agreement gave no secret")]
    InvalidAgreement,
    /// A responder has received nothing yet: it can not send.
    #[error("nothing was received yet")]
    NoSendingChain,
    /// The header opens under no key: it is not from this conversation, or of a chain whose last key is gone.
    #[error("the header opens under no key")]
    UndecryptableHeader,
    /// The key of this message was used, or dropped to make room. It can not come back.
    #[error("the key of message {n} is gone; the chain is at {nr}")]
    DuplicateMessage {
        /// Nr.
        nr: u32,
        /// Number of the message.
        n: u32,
    },
    /// The message passes over `gap` keys of one chain; the limit is `MAX_SKIP`.
    #[error("the message passes over {gap} keys")]
    TooFarInFuture {
        /// How many keys.
        gap: u32,
    },
    /// The tag or the padding was wrong. One variant: telling them apart would help an attacker.
    #[error("the message was refused")]
    Rejected,
    /// The number 2^32 - 1 can not be used: there is none after it.
    #[error("the chain has no number left")]
    CounterExhausted,
}

/// The sending chain.
pub struct HeSendingChain {
    /// HKs: header key, secret.
    pub(crate) hks: HeaderKey,
    /// CKs: chain key, secret.
    pub(crate) cks: ChainKey,
    /// Ns: number of the next message.
    pub(crate) ns: u32,
}

/// The receiving chain.
pub struct HeReceivingChain {
    /// HKr: header key, secret.
    pub(crate) hkr: HeaderKey,
    /// CKr: chain key, secret.
    pub(crate) ckr: ChainKey,
    /// Nr: number of the next message.
    pub(crate) nr: u32,
}

/// The key of a message that was passed over.
pub struct HeStoredKey {
    /// HKr of its chain, secret.
    pub(crate) hk: HeaderKey,
    /// Number of the message in its chain.
    pub(crate) number: u32,
    /// mk, secret.
    pub(crate) mk: MessageKeySeed,
}

/// The state of the ratchet.
pub struct HeState {
    /// DHs: own ratchet pair.
    pub(crate) dhs: RatchetKeyPair,
    /// RK: root key, secret.
    pub(crate) rk: RootKey,
    /// HKs, CKs and Ns; a responder has none at first.
    pub(crate) sending: Option<HeSendingChain>,
    /// HKr, CKr and Nr; none before the first message received.
    pub(crate) receiving: Option<HeReceivingChain>,
    /// NHKs: the header key of the next sending chain, secret.
    pub(crate) nhks: HeaderKey,
    /// NHKr: the header key of the next receiving chain, secret.
    pub(crate) nhkr: HeaderKey,
    /// PN: how many messages the previous sending chain had.
    pub(crate) pn: u32,
    /// MKSKIPPED, by HKr and number, oldest first. In boxes: moved, they leave no copy.
    pub(crate) mkskipped: VecDeque<Box<HeStoredKey>>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HeMessage {
    /// The encrypted header: 89 bytes, if it was made here.
    pub enc_header: Vec<u8>,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

impl fmt::Debug for HeSendingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeSendingChain")
            .field("ns", &self.ns)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HeReceivingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeReceivingChain")
            .field("nr", &self.nr)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HeStoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("HeStoredKey")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for HeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("HeState");
        out.field("dhs", &self.dhs.public.key)
            .field("sending", &self.sending)
            .field("receiving", &self.receiving)
            .field("pn", &self.pn)
            .field("skipped", &self.mkskipped.len());
        out.finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::header_encrypted::state::ratchet_init_initiator_he`.
///
/// In: SK and the two header keys, secret; the first ratchet key of the responder; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator_he(
    setup: HeSetup,
    dhr: RatchetKey,
    dhs: RatchetKeyPair,
) -> Result<HeState, HeError> {
    // state.RK, state.CKs, state.NHKs = KDF_RK_HE(SK, DH(state.DHs, state.DHr))
    let dh_out = lift_agreement_he(dh(&dhs.private, dhr.key))?;
    let (rk, cks, nhks) = kdf_rk_he(&setup.sk, &dh_out);
    // state.HKs = shared_hka; state.HKr = None; state.NHKr = shared_nhkb
    Ok(HeState {
        dhs,
        rk,
        sending: Some(HeSendingChain {
            hks: setup.shared_hka,
            cks,
            ns: 0,
        }),
        receiving: None,
        nhks,
        nhkr: setup.shared_nhkb,
        pn: 0,
        mkskipped: VecDeque::new(),
    })
}

/// Mirror of `spec::ratchet::header_encrypted::state::ratchet_init_responder_he`.
///
/// In: SK and the two header keys, secret; the pair of its first ratchet key. Out: the state.
#[must_use]
pub fn ratchet_init_responder_he(setup: HeSetup, dhs: RatchetKeyPair) -> HeState {
    // state.HKs = None; state.NHKs = shared_nhkb; state.HKr = None; state.NHKr = shared_hka
    HeState {
        dhs,
        rk: setup.sk,
        sending: None,
        receiving: None,
        nhks: setup.shared_nhkb,
        nhkr: setup.shared_hka,
        pn: 0,
        mkskipped: VecDeque::new(),
    }
}

/// A result of the primitive as one of this module. Errors: `InvalidAgreement`.
pub(crate) fn lift_agreement_he(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, HeError> {
    result.map_err(|DhError::InvalidAgreement| HeError::InvalidAgreement)
}

/// The number after this one. Errors: `CounterExhausted`.
pub(crate) fn number_after(n: u32) -> Result<u32, HeError> {
    n.checked_add(1).ok_or(HeError::CounterExhausted)
}

#[cfg(any(test, feature = "inspect"))]
pub use inspected::HeSnapshot;

#[cfg(any(test, feature = "inspect"))]
mod inspected {
    use super::HeState;

    /// A state, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HeSnapshot {
        /// The private half of DHs.
        pub ratchet_private: [u8; 32],
        /// RK.
        pub root_key: [u8; 32],
        /// HKs, CKs and Ns.
        pub sending: Option<([u8; 32], [u8; 32], u32)>,
        /// HKr, CKr and Nr.
        pub receiving: Option<([u8; 32], [u8; 32], u32)>,
        /// NHKs.
        pub nhks: [u8; 32],
        /// NHKr.
        pub nhkr: [u8; 32],
        /// PN.
        pub pn: u32,
        /// HKr, number and key of all in MKSKIPPED, oldest first.
        pub skipped: Vec<([u8; 32], u32, [u8; 32])>,
    }

    impl HeState {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> HeSnapshot {
            let stored = self.mkskipped.iter();
            HeSnapshot {
                ratchet_private: *self.dhs.private.as_bytes(),
                root_key: *self.rk.as_bytes(),
                sending: self
                    .sending
                    .as_ref()
                    .map(|c| (*c.hks.as_bytes(), *c.cks.as_bytes(), c.ns)),
                receiving: self
                    .receiving
                    .as_ref()
                    .map(|c| (*c.hkr.as_bytes(), *c.ckr.as_bytes(), c.nr)),
                nhks: *self.nhks.as_bytes(),
                nhkr: *self.nhkr.as_bytes(),
                pn: self.pn,
                skipped: stored
                    .map(|key| (*key.hk.as_bytes(), key.number, *key.mk.as_bytes()))
                    .collect(),
            }
        }
    }
}
