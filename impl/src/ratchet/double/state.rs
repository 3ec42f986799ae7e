//! The state of the Double Ratchet, how it begins, and what sending and receiving share.
//!
//! Which part: DR 3.1 to 3.3, 5.2. Who calls it: `ratchet::double`, `session`. Secret: the state, all but its public keys
//! and numbers.
use crate::backend::hmac::HmacSha256;
use crate::keys::{
    ratchet_pair_of_signed_prekey, serialize_public_key, ChainKey, IdentityKey, MacKey, RatchetKey,
    RatchetKeyPair, RootKey, SharedSecret, SignedPreKey, SignedPreKeyPair, Tag,
};
use crate::primitives::hkdf::hkdf_blocks;
use crate::primitives::x25519::dh;
use crate::ratchet::skipped::{skipped_limit, Skipped, SkippedLimit};
use crate::ratchet::{lift_agreement, RatchetError};
use crate::wire::message::TAG_LENGTH;
use crate::wire::Profile;
use core::fmt;

/// Longest forward jump in one receiving chain (the text's `MAX_SKIP`).
pub const MAX_JUMP: u32 = 25000;
/// The same of WhatsApp, but for an account that talks to itself.
pub const WHATSAPP_MAX_JUMP: u32 = 2000;
/// Most receiving chains kept.
pub const MAX_RECEIVING_CHAINS: usize = 5;
/// Length of the output of `KDF_RK`.
pub const KDF_RK_LENGTH: u8 = 64;
/// The number that no message may have, as none comes after it.
pub const LAST_NUMBER: u32 = 0xffff_ffff;

const INFO: &[u8; 14] = b"WhisperRatchet";

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
    /// The usual limit.
    Normal,
    /// That of a session of an account with itself: none, or a higher one. A weakness of the deployed protocol.
    SelfSession,
}

/// What a receiving chain allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChainLimits {
    /// Longest forward jump (the text's `MAX_SKIP`); none for no limit.
    pub max_jump: Option<u32>,
    /// Of the seeds passed over.
    pub skipped: SkippedLimit,
}

/// Mirror of `spec::ratchet::double::state::chain_limits`.
///
/// In: the profile; whether an account talks to itself. Out: the limits.
#[must_use]
pub const fn chain_limits(profile: Profile, limit: JumpLimit) -> ChainLimits {
    let max_jump = match (profile, limit) {
        (Profile::WhatsAppV3, JumpLimit::Normal) => Some(WHATSAPP_MAX_JUMP),
        (Profile::WhatsAppV3, JumpLimit::SelfSession)
        | (Profile::SignalV3 | Profile::SignalV4, JumpLimit::Normal) => Some(MAX_JUMP),
        (Profile::SignalV3 | Profile::SignalV4, JumpLimit::SelfSession) => None,
    };
    ChainLimits {
        max_jump,
        skipped: skipped_limit(profile),
    }
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

/// The number after this one. Errors: `CounterExhausted`.
pub(crate) fn next_number(n: u32) -> Result<u32, RatchetError> {
    n.checked_add(1).ok_or(RatchetError::CounterExhausted)
}
