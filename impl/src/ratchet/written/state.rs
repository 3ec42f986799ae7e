//! The state of the Double Ratchet as written, and how it begins.
//!
//! Which part: DR 3.2 and 3.3. Who calls it: `ratchet::written`. Secret: the state, all but its public keys and numbers.
use crate::keys::{ChainKey, MessageKeySeed, RatchetKey, RatchetKeyPair, RootKey, SharedSecret};
use crate::primitives::x25519::{dh, DhError};
use crate::ratchet::written::functions::{kdf_rk, Header};
use core::fmt;
use std::collections::VecDeque;
use thiserror::Error;

/// Most message keys passed over in one chain by one message.
pub const MAX_SKIP: u32 = 1000;
/// Most message keys kept in all; the oldest is dropped first.
pub const MAX_STORED: usize = 2000;

/// Why a message was refused, or not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum WrittenError {
    /// A Diffie-Hellman output was all zero.
    #[error("an agreement gave no secret")]
    InvalidAgreement,
    /// A responder has received nothing yet: it can not send.
    #[error("nothing was received yet")]
    NoSendingChain,
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
pub struct WrittenSendingChain {
    /// CKs: chain key, secret.
    pub(crate) cks: ChainKey,
    /// Ns: number of the next message.
    pub(crate) ns: u32,
}

/// The receiving chain.
pub struct WrittenReceivingChain {
    /// DHr: ratchet key of the sender.
    pub(crate) dhr: RatchetKey,
    /// CKr: chain key, secret.
    pub(crate) ckr: ChainKey,
    /// Nr: number of the next message.
    pub(crate) nr: u32,
}

/// The key of a message that was passed over.
pub struct StoredKey {
    /// DHr of its chain.
    pub(crate) dhr: RatchetKey,
    /// Number of the message in its chain.
    pub(crate) number: u32,
    /// mk, secret.
    pub(crate) mk: MessageKeySeed,
}

/// The state of the ratchet.
pub struct WrittenState {
    /// DHs: own ratchet pair.
    pub(crate) dhs: RatchetKeyPair,
    /// RK: root key, secret.
    pub(crate) rk: RootKey,
    /// CKs and Ns; a responder has none at first.
    pub(crate) sending: Option<WrittenSendingChain>,
    /// DHr, CKr and Nr; none before the first message received.
    pub(crate) receiving: Option<WrittenReceivingChain>,
    /// PN: how many messages the previous sending chain had.
    pub(crate) pn: u32,
    /// MKSKIPPED, by DHr and number, oldest first. In boxes: moved, they leave no copy.
    pub(crate) mkskipped: VecDeque<Box<StoredKey>>,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenMessage {
    /// The header, in the clear.
    pub header: Header,
    /// Ciphertext and tag.
    pub ciphertext: Vec<u8>,
}

impl fmt::Debug for WrittenSendingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("WrittenSendingChain")
            .field("ns", &self.ns)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for WrittenReceivingChain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("WrittenReceivingChain");
        out.field("dhr", &self.dhr.key).field("nr", &self.nr);
        out.finish_non_exhaustive()
    }
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("StoredKey");
        out.field("dhr", &self.dhr.key)
            .field("number", &self.number);
        out.finish_non_exhaustive()
    }
}

impl fmt::Debug for WrittenState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("WrittenState");
        out.field("dhs", &self.dhs.public.key)
            .field("sending", &self.sending)
            .field("receiving", &self.receiving)
            .field("pn", &self.pn)
            .field("skipped", &self.mkskipped.len());
        out.finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::written::state::ratchet_init_initiator`.
///
/// In: SK, secret; the first ratchet key of the responder; a fresh pair. Out: the state.
/// Errors: `InvalidAgreement`.
pub fn ratchet_init_initiator(
    sk: &RootKey,
    dhr: RatchetKey,
    dhs: RatchetKeyPair,
) -> Result<WrittenState, WrittenError> {
    // state.RK, state.CKs = KDF_RK(SK, DH(state.DHs, state.DHr))
    let dh_out = lift_agreement_written(dh(&dhs.private, dhr.key))?;
    let (rk, cks) = kdf_rk(sk, &dh_out);
    Ok(WrittenState {
        dhs,
        rk,
        sending: Some(WrittenSendingChain { cks, ns: 0 }),
        receiving: None,
        pn: 0,
        mkskipped: VecDeque::new(),
    })
}

/// Mirror of `spec::ratchet::written::state::ratchet_init_responder`.
///
/// In: SK, secret; the pair of its first ratchet key. Out: the state.
#[must_use]
pub const fn ratchet_init_responder(sk: RootKey, dhs: RatchetKeyPair) -> WrittenState {
    WrittenState {
        dhs,
        rk: sk,
        sending: None,
        receiving: None,
        pn: 0,
        mkskipped: VecDeque::new(),
    }
}

/// A result of the primitive as one of this module. Errors: `InvalidAgreement`.
pub(crate) fn lift_agreement_written(
    result: Result<SharedSecret, DhError>,
) -> Result<SharedSecret, WrittenError> {
    result.map_err(|DhError::InvalidAgreement| WrittenError::InvalidAgreement)
}

/// The number after this one. Errors: `CounterExhausted`.
pub(crate) fn number_after(n: u32) -> Result<u32, WrittenError> {
    n.checked_add(1).ok_or(WrittenError::CounterExhausted)
}

#[cfg(any(test, feature = "inspect"))]
pub use inspected::WrittenSnapshot;

#[cfg(any(test, feature = "inspect"))]
mod inspected {
    use super::WrittenState;
    use crate::keys::RatchetKey;

    /// A state, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct WrittenSnapshot {
        /// The private half of DHs.
        pub ratchet_private: [u8; 32],
        /// RK.
        pub root_key: [u8; 32],
        /// CKs and Ns.
        pub sending: Option<([u8; 32], u32)>,
        /// DHr, CKr and Nr.
        pub receiving: Option<(RatchetKey, [u8; 32], u32)>,
        /// PN.
        pub pn: u32,
        /// DHr, number and key of all in MKSKIPPED, oldest first.
        pub skipped: Vec<(RatchetKey, u32, [u8; 32])>,
    }

    impl WrittenState {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> WrittenSnapshot {
            let stored = self.mkskipped.iter();
            WrittenSnapshot {
                ratchet_private: *self.dhs.private.as_bytes(),
                root_key: *self.rk.as_bytes(),
                sending: self.sending.as_ref().map(|c| (*c.cks.as_bytes(), c.ns)),
                receiving: self
                    .receiving
                    .as_ref()
                    .map(|c| (c.dhr, *c.ckr.as_bytes(), c.nr)),
                pn: self.pn,
                skipped: stored
                    .map(|key| (key.dhr, key.number, *key.mk.as_bytes()))
                    .collect(),
            }
        }
    }
}
