//! The eleven states of the Braid, how it begins, and what sending and receiving share.
//!
//! Which part: BRAID 2.5. Who calls it: `braid`, `state`. Secret: fields that say so.
use crate::keys::{EpochSecret, KemEncapsState, SparseAuthKey};
use crate::primitives::mlkem::incremental::{
    CIPHERTEXT1_LEN, CIPHERTEXT2_LEN, HEADER_LEN, VECTOR_LEN,
};
use crate::ratchet::sparse::authenticator::{authenticator, Authenticator};
use crate::ratchet::sparse::erasure::{decoder_of, Decoder, Encoder};
use crate::ratchet::sparse::types::{Direction, Draw};
use core::fmt;
use zeroize::Zeroizing;

/// Length of a MAC.
pub(crate) const MAC_LENGTH: usize = 32;
/// What is sent for a header: the header and its MAC.
pub(crate) const HEADER_AND_MAC_LENGTH: usize = HEADER_LEN + MAC_LENGTH;
/// What is sent for the second half of a ciphertext: the half and the MAC of both.
pub(crate) const CIPHERTEXT2_AND_MAC_LENGTH: usize = CIPHERTEXT2_LEN + MAC_LENGTH;
/// Length of a decapsulation key.
pub(crate) const DECAPSULATION_KEY_LENGTH: usize = 2400;
/// The first epoch.
const FIRST_EPOCH: u64 = 1;

/// rho ‖ H(ek), public.
pub(crate) type Header = Box<[u8; HEADER_LEN]>;
/// t-hat, public.
pub(crate) type Vector = Box<[u8; VECTOR_LEN]>;
/// The first half of a ciphertext, public.
pub(crate) type Ciphertext1 = Box<[u8; CIPHERTEXT1_LEN]>;
/// A decapsulation key, secret.
pub(crate) type DecapsulationKey = Box<Zeroizing<[u8; DECAPSULATION_KEY_LENGTH]>>;

/// The key side: it has no key pair yet.
pub struct KeysUnsampled {
    /// Epoch, at least 1; so in all states.
    pub(crate) epoch: u64,
    /// The authenticator, secret; so in all states.
    pub(crate) auth: Box<Authenticator>,
}

/// The key side: it sends the header.
pub struct KeysSampled {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// t-hat.
    pub(crate) ek: Vector,
    /// Secret.
    pub(crate) dk: DecapsulationKey,
    /// Of the header and its MAC.
    pub(crate) header_encoder: Encoder,
}

/// The key side: it sends t-hat and collects ct1.
pub struct HeaderSent {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// Secret.
    pub(crate) dk: DecapsulationKey,
    /// Of t-hat.
    pub(crate) ek_encoder: Encoder,
    /// Of ct1.
    pub(crate) ct1_decoder: Decoder,
}

/// The key side: it has ct1, says so, and still sends t-hat.
pub struct Ct1Received {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// Secret.
    pub(crate) dk: DecapsulationKey,
    /// Public.
    pub(crate) ct1: Ciphertext1,
    /// Of t-hat.
    pub(crate) ek_encoder: Encoder,
}

/// The key side: its peer has t-hat; it collects ct2.
pub struct EkSentCt1Received {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// Secret.
    pub(crate) dk: DecapsulationKey,
    /// Public.
    pub(crate) ct1: Ciphertext1,
    /// Of ct2 and its MAC.
    pub(crate) ct2_decoder: Decoder,
}

/// The ciphertext side: it collects the header.
pub struct NoHeaderReceived {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// Of the header and its MAC.
    pub(crate) header_decoder: Decoder,
}

/// The ciphertext side: it has the header, and has not encapsulated yet.
pub struct HeaderReceived {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator.
    pub(crate) auth: Box<Authenticator>,
    /// Public.
    pub(crate) header: Header,
    /// Of t-hat.
    pub(crate) ek_decoder: Decoder,
}

/// The ciphertext side: it sends ct1 and collects t-hat.
pub struct Ct1Sampled {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub(crate) auth: Box<Authenticator>,
    /// Public.
    pub(crate) header: Header,
    /// The state of the encapsulation, secret.
    pub(crate) es: Box<KemEncapsState>,
    /// Public.
    pub(crate) ct1: Ciphertext1,
    /// Of ct1.
    pub(crate) ct1_encoder: Encoder,
    /// Of t-hat.
    pub(crate) ek_decoder: Decoder,
}

/// The ciphertext side: it has t-hat; its peer does not have ct1, as far as it knows.
pub struct EkReceivedCt1Sampled {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub(crate) auth: Box<Authenticator>,
    /// The state of the encapsulation, secret.
    pub(crate) es: Box<KemEncapsState>,
    /// t-hat, which fits its header.
    pub(crate) ek: Vector,
    /// Public.
    pub(crate) ct1: Ciphertext1,
    /// Of ct1.
    pub(crate) ct1_encoder: Encoder,
}

/// The ciphertext side: its peer has ct1; it still collects t-hat.
pub struct Ct1Acknowledged {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub(crate) auth: Box<Authenticator>,
    /// Public.
    pub(crate) header: Header,
    /// The state of the encapsulation, secret.
    pub(crate) es: Box<KemEncapsState>,
    /// Public.
    pub(crate) ct1: Ciphertext1,
    /// Of t-hat.
    pub(crate) ek_decoder: Decoder,
}

/// The ciphertext side: it sends ct2, until its peer is in the next epoch.
pub struct Ct2Sampled {
    /// Epoch.
    pub(crate) epoch: u64,
    /// The authenticator, with the secret of this epoch.
    pub(crate) auth: Box<Authenticator>,
    /// Of ct2 and its MAC.
    pub(crate) ct2_encoder: Encoder,
}

/// The state of a party.
#[derive(Debug)]
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
pub struct EpochOutput {
    /// The epoch.
    pub epoch: u64,
    /// Secret.
    pub secret: EpochSecret,
}

impl fmt::Debug for EpochOutput {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EpochOutput")
            .field("epoch", &self.epoch)
            .finish_non_exhaustive()
    }
}

/// Print the epoch, and how far encoders and decoders are.
macro_rules! debug_progress {
    ($($state:ident { $($progress:ident),* })*) => {
        $(impl fmt::Debug for $state {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut out = f.debug_struct(stringify!($state));
                out.field("epoch", &self.epoch);
                $(out.field(stringify!($progress), &self.$progress);)*
                out.finish_non_exhaustive()
            }
        })*
    };
}

debug_progress! {
    KeysUnsampled {}
    KeysSampled { header_encoder }
    HeaderSent { ek_encoder, ct1_decoder }
    Ct1Received { ek_encoder }
    EkSentCt1Received { ct2_decoder }
    NoHeaderReceived { header_decoder }
    HeaderReceived { ek_decoder }
    Ct1Sampled { ct1_encoder, ek_decoder }
    EkReceivedCt1Sampled { ct1_encoder }
    Ct1Acknowledged { ek_decoder }
    Ct2Sampled { ct2_encoder }
}

/// The first state of the ciphertext side in an epoch.
pub(crate) fn no_header_received(epoch: u64, auth: Box<Authenticator>) -> NoHeaderReceived {
    NoHeaderReceived {
        epoch,
        auth,
        header_decoder: decoder_of(HEADER_AND_MAC_LENGTH),
    }
}

/// Mirror of `spec::ratchet::sparse::braid::states::braid_init`.
///
/// In: who the party is; the key from the handshake, secret. Out: its state in epoch 1.
#[must_use]
pub fn braid_init(direction: Direction, auth_key: &SparseAuthKey) -> Braid {
    let epoch = FIRST_EPOCH;
    let auth = Box::new(authenticator(auth_key, epoch));
    match direction {
        Direction::A2B => Braid::KeysUnsampled(KeysUnsampled { epoch, auth }),
        Direction::B2A => Braid::NoHeaderReceived(no_header_received(epoch, auth)),
    }
}

/// Mirror of `spec::ratchet::sparse::braid::states::braid_epoch`.
///
/// In: a state. Out: its epoch.
#[must_use]
pub fn braid_epoch(braid: &Braid) -> u64 {
    let (epoch, _) = braid_core(braid);
    epoch
}

/// What all states have: the epoch and the authenticator.
pub(crate) fn braid_core(braid: &Braid) -> (u64, &Authenticator) {
    match braid {
        Braid::KeysUnsampled(state) => (state.epoch, &state.auth),
        Braid::KeysSampled(state) => (state.epoch, &state.auth),
        Braid::HeaderSent(state) => (state.epoch, &state.auth),
        Braid::Ct1Received(state) => (state.epoch, &state.auth),
        Braid::EkSentCt1Received(state) => (state.epoch, &state.auth),
        Braid::NoHeaderReceived(state) => (state.epoch, &state.auth),
        Braid::HeaderReceived(state) => (state.epoch, &state.auth),
        Braid::Ct1Sampled(state) => (state.epoch, &state.auth),
        Braid::EkReceivedCt1Sampled(state) => (state.epoch, &state.auth),
        Braid::Ct1Acknowledged(state) => (state.epoch, &state.auth),
        Braid::Ct2Sampled(state) => (state.epoch, &state.auth),
    }
}

/// Mirror of `spec::ratchet::sparse::braid::states::braid_draws`.
pub(crate) fn braid_draws(braid: &Braid) -> Draw {
    match braid {
        Braid::KeysUnsampled(_) => Draw::KeyPair,
        Braid::HeaderReceived(_) => Draw::Encapsulation,
        _ => Draw::Nothing,
    }
}

/// Mirror of `spec::ratchet::sparse::braid::states::has_epoch_secret`.
pub(crate) fn has_epoch_secret(braid: &Braid) -> bool {
    matches!(
        braid,
        Braid::Ct1Sampled(_)
            | Braid::EkReceivedCt1Sampled(_)
            | Braid::Ct1Acknowledged(_)
            | Braid::Ct2Sampled(_)
    )
}
