//! The state of the Double Ratchet, how it begins, and what sending and receiving share.
//!
//! Which part: DR 3.1 to 3.3, 5.2. Who calls it: `ratchet::double`, `session`. Secret: the state, all but its public keys
//! and numbers.
use crate::keys::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use crate::primitives::x25519::*;
use crate::ratchet::skipped::*;
use crate::ratchet::*;
use crate::wire::message::*;
use crate::wire::Profile;
use hacspec_lib::*;

/// Longest forward jump in one receiving chain (the text's `MAX_SKIP`); of WhatsApp, of an account that talks to itself.
pub const MAX_JUMP: u32 = 25000u32;
/// The same of WhatsApp otherwise.
pub const WHATSAPP_MAX_JUMP: u32 = 2000u32;
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

/// The limits of a profile.
///
/// Deployed: without a limit, the chain is derived before the tag is checked, so that a forged number costs up to 2^32
/// steps.
/// In: the profile; whether an account talks to itself. Out: the limits.
pub fn chain_limits(profile: Profile, limit: JumpLimit) -> ChainLimits {
    let max_jump = match (profile, limit) {
        (Profile::WhatsAppV3, JumpLimit::Normal) => Some(WHATSAPP_MAX_JUMP),
        (Profile::WhatsAppV3, JumpLimit::SelfSession) => Some(MAX_JUMP),
        (_, JumpLimit::Normal) => Some(MAX_JUMP),
        (_, JumpLimit::SelfSession) => None,
    };
    ChainLimits {
        max_jump,
        skipped: skipped_limit(profile),
    }
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
pub(crate) fn next_number(n: u32) -> Result<u32, RatchetError> {
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
