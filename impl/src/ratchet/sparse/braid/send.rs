//! What the Braid sends in each state.
//!
//! Which part: BRAID 2.5, `Send` of each state. Who calls it: `ratchet::sparse`. Secret: the state and the random bytes.
use crate::keys::{KemEncapsState, KemRandom, KemSeed};
use crate::primitives::mlkem::incremental::{encaps1, generate};
use crate::primitives::mlkem::KemError;
use crate::ratchet::sparse::authenticator::{
    authenticator_update, epoch_secret, mac_header, Authenticator,
};
use crate::ratchet::sparse::braid::states::{
    Braid, Ciphertext1, Ct1Sampled, DecapsulationKey, EpochOutput, HeaderReceived, KeysSampled,
    KeysUnsampled, Vector,
};
use crate::ratchet::sparse::erasure::{
    apply_chunk, encoder_of, next_chunk, plan_chunk, Chunk, Encoder, EncoderStep,
};
use crate::ratchet::sparse::message::Payload;
use crate::ratchet::sparse::types::{SparseError, SparseRandom};

/// What sending changes in a state. What few steps have is in boxes, as all are moved.
pub(crate) enum BraidSendStep {
    /// Nothing.
    Stay,
    /// The encoder of the state gives a chunk.
    Chunk(EncoderStep),
    /// `KeysUnsampled` becomes `KeysSampled`.
    KeysSampled {
        ek: Vector,
        dk: DecapsulationKey,
        header_encoder: Box<Encoder>,
    },
    /// `HeaderReceived` becomes `Ct1Sampled`.
    Ct1Sampled {
        auth: Box<Authenticator>,
        es: Box<KemEncapsState>,
        ct1: Ciphertext1,
        ct1_encoder: Box<Encoder>,
    },
}

/// A step, what is sent, and the secret of the epoch if it comes out.
type Planned = (BraidSendStep, Payload, Option<EpochOutput>);

/// Mirror of `spec::ratchet::sparse::braid::send::braid_send`. Takes the state and gives it back, also after an error.
///
/// In: the state; random bytes, of which two states use a part. Out: the state; what is sent, and the secret of the epoch if
/// it comes out.
/// Errors: `InvalidState`, for lengths that no state has.
pub fn braid_send(
    braid: Braid,
    random: &SparseRandom,
) -> (Braid, Result<(Payload, Option<EpochOutput>), SparseError>) {
    match plan_braid_send(&braid, random) {
        Ok((step, payload, output)) => (apply_braid_send(braid, step), Ok((payload, output))),
        Err(error) => (braid, Err(error)),
    }
}

/// What sending changes, what is sent, and the secret of the epoch if it comes out; reads only.
///
/// Errors: `InvalidState`, for lengths that no state has.
pub(crate) fn plan_braid_send(
    braid: &Braid,
    random: &SparseRandom,
) -> Result<Planned, SparseError> {
    match braid {
        Braid::KeysUnsampled(state) => Ok(plan_keys_sampled(state, &random.key_pair)),
        Braid::KeysSampled(state) => Ok(plan_next(&state.header_encoder, Payload::Hdr)),
        Braid::HeaderSent(state) => Ok(plan_next(&state.ek_encoder, Payload::Ek)),
        Braid::Ct1Received(state) => Ok(plan_next(&state.ek_encoder, Payload::EkCt1Ack)),
        Braid::EkSentCt1Received(_) => Ok((BraidSendStep::Stay, Payload::Ct1Ack, None)),
        Braid::NoHeaderReceived(_) | Braid::Ct1Acknowledged(_) => {
            Ok((BraidSendStep::Stay, Payload::None, None))
        }
        Braid::HeaderReceived(state) => plan_ct1_sampled(state, &random.encapsulation),
        Braid::Ct1Sampled(state) => Ok(plan_next(&state.ct1_encoder, Payload::Ct1)),
        Braid::EkReceivedCt1Sampled(state) => Ok(plan_next(&state.ct1_encoder, Payload::Ct1)),
        Braid::Ct2Sampled(state) => Ok(plan_next(&state.ct2_encoder, Payload::Ct2)),
    }
}

/// The next chunk of the encoder of a state.
fn plan_next(encoder: &Encoder, payload: fn(Chunk) -> Payload) -> Planned {
    let (chunk, step) = plan_chunk(encoder);
    (BraidSendStep::Chunk(step), payload(chunk), None)
}

/// KeysUnsampled: draw a key pair; Hdr, the first chunk of the header and its MAC.
fn plan_keys_sampled(state: &KeysUnsampled, seed: &KemSeed) -> Planned {
    let pair = generate(seed);
    let mac = mac_header(&state.auth, state.epoch, &pair.header);
    let mut header_encoder = encoder_of(&[&pair.header, mac.as_bytes()]);
    let chunk = next_chunk(&mut header_encoder);
    let step = BraidSendStep::KeysSampled {
        ek: Box::new(pair.vector),
        dk: pair.decapsulation_key,
        header_encoder: Box::new(header_encoder),
    };
    (step, Payload::Hdr(chunk), None)
}

/// HeaderReceived: draw, encapsulate to the header; Ct1, the first chunk. The secret comes out.
fn plan_ct1_sampled(state: &HeaderReceived, random: &KemRandom) -> Result<Planned, SparseError> {
    let epoch = state.epoch;
    let half = encaps1(state.header.as_slice(), random).map_err(wrong_length)?;
    let secret = epoch_secret(&half.shared_secret, epoch);
    let auth = authenticator_update(&state.auth, epoch, &secret);
    let mut ct1_encoder = encoder_of(&[&half.ciphertext1]);
    let chunk = next_chunk(&mut ct1_encoder);
    let step = BraidSendStep::Ct1Sampled {
        auth: Box::new(auth),
        es: half.state,
        ct1: Box::new(half.ciphertext1),
        ct1_encoder: Box::new(ct1_encoder),
    };
    let output = EpochOutput { epoch, secret };
    Ok((step, Payload::Ct1(chunk), Some(output)))
}

/// Make a step, planned on this very state. It cannot fail.
pub(crate) fn apply_braid_send(braid: Braid, step: BraidSendStep) -> Braid {
    match (braid, step) {
        (
            Braid::KeysUnsampled(state),
            BraidSendStep::KeysSampled {
                ek,
                dk,
                header_encoder,
            },
        ) => Braid::KeysSampled(KeysSampled {
            epoch: state.epoch,
            auth: state.auth,
            ek,
            dk,
            header_encoder: *header_encoder,
        }),
        (
            Braid::HeaderReceived(state),
            BraidSendStep::Ct1Sampled {
                auth,
                es,
                ct1,
                ct1_encoder,
            },
        ) => Braid::Ct1Sampled(Ct1Sampled {
            epoch: state.epoch,
            auth,
            header: state.header,
            es,
            ct1,
            ct1_encoder: *ct1_encoder,
            ek_decoder: state.ek_decoder,
        }),
        (mut braid, BraidSendStep::Chunk(step)) => {
            if let Some(encoder) = encoder_mut(&mut braid) {
                apply_chunk(encoder, step);
            }
            braid
        }
        // Nothing changes; and no plan takes another state to these.
        (braid, _) => braid,
    }
}

/// [`apply_braid_send`] to the state where it stands: most steps move none.
pub(crate) fn apply_braid_send_to(state: &mut Option<Braid>, step: BraidSendStep) {
    match step {
        BraidSendStep::Stay => {}
        BraidSendStep::Chunk(step) => {
            if let Some(encoder) = state.as_mut().and_then(encoder_mut) {
                apply_chunk(encoder, step);
            }
        }
        step => {
            let before = state.take();
            *state = before.map(|before| apply_braid_send(before, step));
        }
    }
}

/// The encoder of a state, if it has one.
fn encoder_mut(braid: &mut Braid) -> Option<&mut Encoder> {
    match braid {
        Braid::KeysSampled(state) => Some(&mut state.header_encoder),
        Braid::HeaderSent(state) => Some(&mut state.ek_encoder),
        Braid::Ct1Received(state) => Some(&mut state.ek_encoder),
        Braid::Ct1Sampled(state) => Some(&mut state.ct1_encoder),
        Braid::EkReceivedCt1Sampled(state) => Some(&mut state.ct1_encoder),
        Braid::Ct2Sampled(state) => Some(&mut state.ct2_encoder),
        Braid::KeysUnsampled(_)
        | Braid::EkSentCt1Received(_)
        | Braid::NoHeaderReceived(_)
        | Braid::HeaderReceived(_)
        | Braid::Ct1Acknowledged(_) => None,
    }
}

/// The pieces in a state have the lengths of their types: there is no such error.
pub(crate) fn wrong_length(_: KemError) -> SparseError {
    SparseError::InvalidState
}
