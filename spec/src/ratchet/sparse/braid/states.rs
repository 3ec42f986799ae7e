//! The eleven states of the Braid, how it begins, and what sending and receiving share.
//!
//! Which part: BRAID 2.5. Who calls it: `braid`, `state`. Secret: fields that say so.
use crate::keys::*;
use crate::primitives::mlkem::incremental::*;
use crate::primitives::mlkem::*;
use crate::ratchet::sparse::authenticator::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::types::*;
use hacspec_lib::*;

/// Length of a MAC.
pub(crate) const MAC_LENGTH: usize = 32;
/// What is sent for a header: the header, 64 bytes, and its MAC.
pub(crate) const HEADER_AND_MAC_LENGTH: usize = 96;
/// What is sent for the second half of a ciphertext: the half, 128 bytes, and the MAC of both.
pub(crate) const CIPHERTEXT2_AND_MAC_LENGTH: usize = 160;
/// The first epoch.
const FIRST_EPOCH: u64 = 1u64;

/// The key side: it has no key pair yet.
#[derive(Clone)]
pub struct KeysUnsampled {
    /// Epoch, at least 1; so in all states.
    pub epoch: u64,
    /// The authenticator, secret; so in all states.
    pub auth: Authenticator,
}

/// The key side: it sends the header.
#[derive(Clone)]
pub struct KeysSampled {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// t-hat, 1152 bytes, public.
    pub ek: Seq<u8>,
    /// 2400 bytes, secret.
    pub dk: ByteSeq,
    /// Of the header and its MAC, 96 bytes.
    pub header_encoder: Encoder,
}

/// The key side: it sends t-hat and collects ct1.
#[derive(Clone)]
pub struct HeaderSent {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// 2400 bytes, secret.
    pub dk: ByteSeq,
    /// Of t-hat, 1152 bytes.
    pub ek_encoder: Encoder,
    /// Of ct1, 960 bytes.
    pub ct1_decoder: Decoder,
}

/// The key side: it has ct1, says so, and still sends t-hat.
#[derive(Clone)]
pub struct Ct1Received {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// 2400 bytes, secret.
    pub dk: ByteSeq,
    /// 960 bytes, public.
    pub ct1: Seq<u8>,
    /// Of t-hat, 1152 bytes.
    pub ek_encoder: Encoder,
}

/// The key side: its peer has t-hat; it collects ct2.
#[derive(Clone)]
pub struct EkSentCt1Received {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// 2400 bytes, secret.
    pub dk: ByteSeq,
    /// 960 bytes, public.
    pub ct1: Seq<u8>,
    /// Of ct2 and its MAC, 160 bytes.
    pub ct2_decoder: Decoder,
}

/// The ciphertext side: it collects the header.
#[derive(Clone)]
pub struct NoHeaderReceived {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// Of the header and its MAC, 96 bytes.
    pub header_decoder: Decoder,
}

/// The ciphertext side: it has the header, and has not encapsulated yet.
#[derive(Clone)]
pub struct HeaderReceived {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator.
    pub auth: Authenticator,
    /// rho ‖ H(ek), 64 bytes, public.
    pub header: Seq<u8>,
    /// Of t-hat, 1152 bytes.
    pub ek_decoder: Decoder,
}

/// The ciphertext side: it sends ct1 and collects t-hat.
#[derive(Clone)]
pub struct Ct1Sampled {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub auth: Authenticator,
    /// rho ‖ H(ek), 64 bytes, public.
    pub header: Seq<u8>,
    /// The state of the encapsulation, secret.
    pub es: KemEncapsState,
    /// 960 bytes, public.
    pub ct1: Seq<u8>,
    /// Of ct1.
    pub ct1_encoder: Encoder,
    /// Of t-hat, 1152 bytes.
    pub ek_decoder: Decoder,
}

/// The ciphertext side: it has t-hat; its peer does not have ct1, as far as it knows.
#[derive(Clone)]
pub struct EkReceivedCt1Sampled {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub auth: Authenticator,
    /// The state of the encapsulation, secret.
    pub es: KemEncapsState,
    /// t-hat, 1152 bytes, public; it fits its header.
    pub ek: Seq<u8>,
    /// 960 bytes, public.
    pub ct1: Seq<u8>,
    /// Of ct1.
    pub ct1_encoder: Encoder,
}

/// The ciphertext side: its peer has ct1; it still collects t-hat.
#[derive(Clone)]
pub struct Ct1Acknowledged {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub auth: Authenticator,
    /// rho ‖ H(ek), 64 bytes, public.
    pub header: Seq<u8>,
    /// The state of the encapsulation, secret.
    pub es: KemEncapsState,
    /// 960 bytes, public.
    pub ct1: Seq<u8>,
    /// Of t-hat, 1152 bytes.
    pub ek_decoder: Decoder,
}

/// The ciphertext side: it sends ct2, until its peer is in the next epoch.
#[derive(Clone)]
pub struct Ct2Sampled {
    /// Epoch.
    pub epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub auth: Authenticator,
    /// Of ct2 and its MAC, 160 bytes.
    pub ct2_encoder: Encoder,
}

/// The state of a party.
///
/// Standard: BRAID 2.5, the states.
#[derive(Clone)]
pub enum Braid {
    /// Key side.
    KeysUnsampled(KeysUnsampled),
    /// Key side.
    KeysSampled(KeysSampled),
    /// Key side.
    HeaderSent(HeaderSent),
    /// Key side.
    Ct1Received(Ct1Received),
    /// Key side.
    EkSentCt1Received(EkSentCt1Received),
    /// Ciphertext side.
    NoHeaderReceived(NoHeaderReceived),
    /// Ciphertext side.
    HeaderReceived(HeaderReceived),
    /// Ciphertext side.
    Ct1Sampled(Ct1Sampled),
    /// Ciphertext side.
    EkReceivedCt1Sampled(EkReceivedCt1Sampled),
    /// Ciphertext side.
    Ct1Acknowledged(Ct1Acknowledged),
    /// Ciphertext side.
    Ct2Sampled(Ct2Sampled),
}

/// The secret of an epoch, as it comes out.
#[derive(Clone, Copy)]
pub struct EpochOutput {
    /// The epoch.
    pub epoch: u64,
    /// 32 bytes, secret.
    pub secret: EpochSecret,
}

/// The first state of the ciphertext side in an epoch.
pub(crate) fn no_header_received(epoch: u64, auth: Authenticator) -> NoHeaderReceived {
    NoHeaderReceived {
        epoch,
        auth,
        header_decoder: decoder_of(HEADER_AND_MAC_LENGTH),
    }
}

/// The Braid of a new session.
///
/// Standard: BRAID 2.5, the initial states.
/// In: who the party is; the key from the handshake, secret. Out: its state in epoch 1.
pub fn braid_init(direction: Direction, auth_key: SparseAuthKey) -> Braid {
    let auth = authenticator(auth_key, FIRST_EPOCH);
    match direction {
        Direction::A2B => Braid::KeysUnsampled(KeysUnsampled {
            epoch: FIRST_EPOCH,
            auth,
        }),
        Direction::B2A => Braid::NoHeaderReceived(no_header_received(FIRST_EPOCH, auth)),
    }
}

/// The epoch of a state.
///
/// In: a state. Out: its epoch.
pub fn braid_epoch(braid: &Braid) -> u64 {
    match braid {
        Braid::KeysUnsampled(state) => state.epoch,
        Braid::KeysSampled(state) => state.epoch,
        Braid::HeaderSent(state) => state.epoch,
        Braid::Ct1Received(state) => state.epoch,
        Braid::EkSentCt1Received(state) => state.epoch,
        Braid::NoHeaderReceived(state) => state.epoch,
        Braid::HeaderReceived(state) => state.epoch,
        Braid::Ct1Sampled(state) => state.epoch,
        Braid::EkReceivedCt1Sampled(state) => state.epoch,
        Braid::Ct1Acknowledged(state) => state.epoch,
        Braid::Ct2Sampled(state) => state.epoch,
    }
}

/// Which random bytes the next send takes.
pub(crate) fn braid_draws(braid: &Braid) -> Draw {
    match braid {
        Braid::KeysUnsampled(_) => Draw::KeyPair,
        Braid::HeaderReceived(_) => Draw::Encapsulation,
        _ => Draw::Nothing,
    }
}

/// Whether the secret of the epoch of a state has come out.
pub(crate) fn has_epoch_secret(braid: &Braid) -> bool {
    match braid {
        Braid::Ct1Sampled(_) => true,
        Braid::EkReceivedCt1Sampled(_) => true,
        Braid::Ct1Acknowledged(_) => true,
        Braid::Ct2Sampled(_) => true,
        _ => false,
    }
}

/// Bytes and their MAC behind them, as they are sent.
pub(crate) fn with_mac(content: &Seq<u8>, mac: Sha256Digest) -> Seq<u8> {
    // A MAC is sent: public.
    content.concat(&ByteSeq::from_seq(&mac).declassify())
}

/// A result of the primitive as one of this layer. The lengths are right in every state, also in one that was stored,
/// so that there is no error.
pub(crate) fn lift_half(result: Result<FirstHalf, KemError>) -> Result<FirstHalf, SparseError> {
    match result {
        Ok(half) => Ok(half),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// As [`lift_half`].
pub(crate) fn lift_ciphertext(result: Result<Seq<u8>, KemError>) -> Result<Seq<u8>, SparseError> {
    match result {
        Ok(ciphertext) => Ok(ciphertext),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// As [`lift_half`].
pub(crate) fn lift_secret(result: Result<KemSecret, KemError>) -> Result<KemSecret, SparseError> {
    match result {
        Ok(secret) => Ok(secret),
        Err(_) => Err(SparseError::InvalidState),
    }
}
