//! What a message received does to the Braid in each state.
//!
//! Which part: BRAID 2.5, `Receive` of each state. Who calls it: `ratchet::sparse`. Secret: the state.
use crate::ct::equal;
use crate::keys::KemEncapsState;
use crate::primitives::mlkem::incremental::{
    decaps_halves, encaps2, is_match, CIPHERTEXT1_LEN, CIPHERTEXT2_LEN, HEADER_LEN, VECTOR_LEN,
};
use crate::ratchet::sparse::authenticator::{
    authenticator_update, epoch_secret, mac_halves, mac_header, Authenticator,
};
use crate::ratchet::sparse::braid::send::wrong_length;
use crate::ratchet::sparse::braid::states::{
    braid_epoch, no_header_received, Braid, Ciphertext1, Ct1Acknowledged, Ct1Received, Ct1Sampled,
    Ct2Sampled, EkReceivedCt1Sampled, EkSentCt1Received, EpochOutput, Header, HeaderReceived,
    HeaderSent, KeysUnsampled, NoHeaderReceived, Vector, CIPHERTEXT2_AND_MAC_LENGTH,
    HEADER_AND_MAC_LENGTH,
};
use crate::ratchet::sparse::erasure::{
    add_chunk, decoded_with, decoder_of, encoder_of, Chunk, Decoder, Encoder,
};
use crate::ratchet::sparse::message::{Payload, SparseMessage};
use crate::ratchet::sparse::types::SparseError;
use core::cmp::Ordering;

/// What receiving changes in a state: what it becomes, with what is new in it.
pub(crate) enum BraidReceiveStep {
    /// Nothing.
    Stay,
    /// The decoder of the state takes a chunk in.
    Chunk(Chunk),
    /// From `KeysSampled`, with the first chunk of ct1.
    HeaderSent(Chunk),
    /// From `HeaderSent`.
    Ct1Received(Ciphertext1),
    /// From `Ct1Received`, with the first chunk of ct2.
    EkSentCt1Received(Chunk),
    /// From `EkSentCt1Received`, in the epoch given.
    NoHeaderReceived(u64, Box<Authenticator>),
    /// From `NoHeaderReceived`.
    HeaderReceived(Header),
    /// From `Ct1Sampled`.
    EkReceivedCt1Sampled(Vector),
    /// From `Ct1Sampled`, with a chunk of t-hat.
    Ct1Acknowledged(Chunk),
    /// From `Ct1Sampled`, `EkReceivedCt1Sampled` and `Ct1Acknowledged`.
    Ct2Sampled(Box<Encoder>),
    /// From `Ct2Sampled`, in the epoch given.
    KeysUnsampled(u64),
}

/// A step, and the secret of the epoch if it comes out.
type Planned = (BraidReceiveStep, Option<EpochOutput>);

/// Mirror of `spec::ratchet::sparse::braid::receive::braid_receive`. Takes the state and gives it back, also after an error.
///
/// In: the state; a message. Out: the state, and the secret of the epoch if it comes out.
/// Errors: `EpochOutOfRange`, `BadMac`, `ErroneousData`, `CounterExhausted`; `InvalidState` for lengths that no state has.
/// The state is as before.
pub fn braid_receive(
    braid: Braid,
    message: &SparseMessage,
) -> (Braid, Result<Option<EpochOutput>, SparseError>) {
    match plan_braid_receive(&braid, message) {
        Ok((step, output)) => (apply_braid_receive(braid, step), Ok(output)),
        Err(error) => (braid, Err(error)),
    }
}

/// What receiving a message changes, and the secret of the epoch if it comes out; reads only.
///
/// Errors: those of [`braid_receive`].
pub(crate) fn plan_braid_receive(
    braid: &Braid,
    message: &SparseMessage,
) -> Result<Planned, SparseError> {
    match message.epoch.cmp(&braid_epoch(braid)) {
        Ordering::Less => Ok((BraidReceiveStep::Stay, None)),
        Ordering::Equal => plan_same_epoch(braid, &message.payload),
        Ordering::Greater => Ok((plan_later_epoch(braid, message.epoch)?, None)),
    }
}

/// A message of the epoch of the state.
fn plan_same_epoch(braid: &Braid, payload: &Payload) -> Result<Planned, SparseError> {
    let step = match (braid, payload) {
        (Braid::KeysSampled(_), Payload::Ct1(chunk)) => BraidReceiveStep::HeaderSent(*chunk),
        (Braid::HeaderSent(state), Payload::Ct1(chunk)) => plan_ct1(state, chunk)?,
        (Braid::Ct1Received(_), Payload::Ct2(chunk)) => BraidReceiveStep::EkSentCt1Received(*chunk),
        (Braid::EkSentCt1Received(state), Payload::Ct2(chunk)) => return plan_ct2(state, chunk),
        (Braid::NoHeaderReceived(state), Payload::Hdr(chunk)) => plan_header(state, chunk)?,
        (Braid::Ct1Sampled(state), Payload::Ek(chunk)) => plan_ek(state, chunk)?,
        (Braid::Ct1Sampled(state), Payload::EkCt1Ack(chunk)) => {
            let half = Half::new(state.epoch, &state.auth, &state.es, &state.ct1);
            match plan_vector(&state.header, &state.ek_decoder, chunk)? {
                Some(ek) => half.complete(&ek)?,
                None => BraidReceiveStep::Ct1Acknowledged(*chunk),
            }
        }
        (Braid::EkReceivedCt1Sampled(state), Payload::EkCt1Ack(_) | Payload::Ct1Ack) => {
            Half::new(state.epoch, &state.auth, &state.es, &state.ct1).complete(&state.ek)?
        }
        (Braid::Ct1Acknowledged(state), Payload::Ek(chunk) | Payload::EkCt1Ack(chunk)) => {
            let half = Half::new(state.epoch, &state.auth, &state.es, &state.ct1);
            match plan_vector(&state.header, &state.ek_decoder, chunk)? {
                Some(ek) => half.complete(&ek)?,
                None => BraidReceiveStep::Chunk(*chunk),
            }
        }
        // A type that the state does not wait for; in KeysUnsampled, HeaderReceived and Ct2Sampled any.
        _ => BraidReceiveStep::Stay,
    };
    Ok((step, None))
}

/// A message of a later epoch. Only its epoch counts, and only where the peer may be one ahead.
fn plan_later_epoch(braid: &Braid, epoch: u64) -> Result<BraidReceiveStep, SparseError> {
    match braid {
        Braid::Ct2Sampled(state) if epoch.checked_sub(state.epoch) == Some(1) => {
            Ok(BraidReceiveStep::KeysUnsampled(epoch))
        }
        _ => Err(SparseError::EpochOutOfRange { epoch }),
    }
}

/// HeaderSent and Ct1: collect ct1.
fn plan_ct1(state: &HeaderSent, chunk: &Chunk) -> Result<BraidReceiveStep, SparseError> {
    let ct1 = completed::<CIPHERTEXT1_LEN>(&state.ct1_decoder, chunk)?;
    Ok(ct1.map_or(
        BraidReceiveStep::Chunk(*chunk),
        BraidReceiveStep::Ct1Received,
    ))
}

/// EkSentCt1Received and Ct2: collect ct2. Once it is complete: decapsulate, renew the authenticator, then check the MAC.
/// The secret comes out.
fn plan_ct2(state: &EkSentCt1Received, chunk: &Chunk) -> Result<Planned, SparseError> {
    let complete = completed::<CIPHERTEXT2_AND_MAC_LENGTH>(&state.ct2_decoder, chunk)?;
    let Some(complete) = complete else {
        return Ok((BraidReceiveStep::Chunk(*chunk), None));
    };
    let epoch = state.epoch;
    let (ct1, (ct2, mac)) = (state.ct1.as_slice(), complete.split_at(CIPHERTEXT2_LEN));
    let kem_secret = decaps_halves(state.dk.as_slice(), ct1, ct2).map_err(wrong_length)?;
    let secret = epoch_secret(&kem_secret, epoch);
    let auth = Box::new(authenticator_update(&state.auth, epoch, &secret));
    if !equal(mac_halves(&auth, epoch, ct1, ct2).as_bytes(), mac) {
        return Err(SparseError::BadMac);
    }
    let next = epoch.checked_add(1).ok_or(SparseError::CounterExhausted)?;
    let step = BraidReceiveStep::NoHeaderReceived(next, auth);
    Ok((step, Some(EpochOutput { epoch, secret })))
}

/// NoHeaderReceived and Hdr: collect the header; once it is complete, check its MAC.
fn plan_header(state: &NoHeaderReceived, chunk: &Chunk) -> Result<BraidReceiveStep, SparseError> {
    let complete = completed::<HEADER_AND_MAC_LENGTH>(&state.header_decoder, chunk)?;
    let Some(complete) = complete else {
        return Ok(BraidReceiveStep::Chunk(*chunk));
    };
    let (header, mac) = complete
        .split_first_chunk::<HEADER_LEN>()
        .ok_or(SparseError::InvalidState)?;
    if !equal(mac_header(&state.auth, state.epoch, header).as_bytes(), mac) {
        return Err(SparseError::BadMac);
    }
    Ok(BraidReceiveStep::HeaderReceived(Box::new(*header)))
}

/// Ct1Sampled and Ek: collect t-hat.
fn plan_ek(state: &Ct1Sampled, chunk: &Chunk) -> Result<BraidReceiveStep, SparseError> {
    let ek = plan_vector(&state.header, &state.ek_decoder, chunk)?;
    Ok(ek.map_or(
        BraidReceiveStep::Chunk(*chunk),
        BraidReceiveStep::EkReceivedCt1Sampled,
    ))
}

/// t-hat, if a chunk completes it. Errors: `ErroneousData` unless it is that of the header.
fn plan_vector(
    header: &Header,
    decoder: &Decoder,
    chunk: &Chunk,
) -> Result<Option<Vector>, SparseError> {
    match completed::<VECTOR_LEN>(decoder, chunk)? {
        Some(ek) if !is_match(header.as_slice(), ek.as_slice()) => Err(SparseError::ErroneousData),
        found => Ok(found),
    }
}

/// What a decoder gives with a chunk more. Errors: `InvalidState` for a length that the decoder of no state has.
fn completed<const N: usize>(
    decoder: &Decoder,
    chunk: &Chunk,
) -> Result<Option<Box<[u8; N]>>, SparseError> {
    let Some(found) = decoded_with(decoder, chunk) else {
        return Ok(None);
    };
    let found = found.into_boxed_slice().try_into();
    found.map(Some).map_err(|_| SparseError::InvalidState)
}

/// An encapsulation after its first half.
struct Half<'a> {
    epoch: u64,
    auth: &'a Authenticator,
    es: &'a KemEncapsState,
    ct1: &'a Ciphertext1,
}

impl<'a> Half<'a> {
    fn new(
        epoch: u64,
        auth: &'a Authenticator,
        es: &'a KemEncapsState,
        ct1: &'a Ciphertext1,
    ) -> Self {
        Self {
            epoch,
            auth,
            es,
            ct1,
        }
    }

    /// t-hat is here and the peer has ct1: encapsulate the second half, and send it with the MAC of both.
    fn complete(&self, ek: &Vector) -> Result<BraidReceiveStep, SparseError> {
        let ct2 = encaps2(ek.as_slice(), self.es).map_err(wrong_length)?;
        let mac = mac_halves(self.auth, self.epoch, self.ct1.as_slice(), &ct2);
        let ct2_encoder = encoder_of(&[&ct2, mac.as_bytes()]);
        Ok(BraidReceiveStep::Ct2Sampled(Box::new(ct2_encoder)))
    }
}

/// Make a step, planned on this very state. It cannot fail.
pub(crate) fn apply_braid_receive(braid: Braid, step: BraidReceiveStep) -> Braid {
    use BraidReceiveStep as Step;
    match (braid, step) {
        (mut braid, Step::Chunk(chunk)) => {
            collect(&mut braid, &chunk);
            braid
        }
        (Braid::KeysSampled(state), Step::HeaderSent(chunk)) => {
            let mut ct1_decoder = decoder_of(CIPHERTEXT1_LEN);
            add_chunk(&mut ct1_decoder, &chunk);
            Braid::HeaderSent(HeaderSent {
                epoch: state.epoch,
                auth: state.auth,
                dk: state.dk,
                ek_encoder: encoder_of(&[state.ek.as_slice()]),
                ct1_decoder,
            })
        }
        (Braid::HeaderSent(state), Step::Ct1Received(ct1)) => Braid::Ct1Received(Ct1Received {
            epoch: state.epoch,
            auth: state.auth,
            dk: state.dk,
            ct1,
            ek_encoder: state.ek_encoder,
        }),
        (Braid::Ct1Received(state), Step::EkSentCt1Received(chunk)) => {
            let mut ct2_decoder = decoder_of(CIPHERTEXT2_AND_MAC_LENGTH);
            add_chunk(&mut ct2_decoder, &chunk);
            Braid::EkSentCt1Received(EkSentCt1Received {
                epoch: state.epoch,
                auth: state.auth,
                dk: state.dk,
                ct1: state.ct1,
                ct2_decoder,
            })
        }
        (Braid::EkSentCt1Received(_), Step::NoHeaderReceived(epoch, auth)) => {
            Braid::NoHeaderReceived(no_header_received(epoch, auth))
        }
        (Braid::NoHeaderReceived(state), Step::HeaderReceived(header)) => {
            Braid::HeaderReceived(HeaderReceived {
                epoch: state.epoch,
                auth: state.auth,
                header,
                ek_decoder: decoder_of(VECTOR_LEN),
            })
        }
        (Braid::Ct1Sampled(state), Step::EkReceivedCt1Sampled(ek)) => {
            Braid::EkReceivedCt1Sampled(EkReceivedCt1Sampled {
                epoch: state.epoch,
                auth: state.auth,
                es: state.es,
                ek,
                ct1: state.ct1,
                ct1_encoder: state.ct1_encoder,
            })
        }
        (Braid::Ct1Sampled(state), Step::Ct1Acknowledged(chunk)) => {
            let mut ek_decoder = state.ek_decoder;
            add_chunk(&mut ek_decoder, &chunk);
            Braid::Ct1Acknowledged(Ct1Acknowledged {
                epoch: state.epoch,
                auth: state.auth,
                header: state.header,
                es: state.es,
                ct1: state.ct1,
                ek_decoder,
            })
        }
        (Braid::Ct1Sampled(state), Step::Ct2Sampled(encoder)) => {
            ct2_sampled(state.epoch, state.auth, *encoder)
        }
        (Braid::EkReceivedCt1Sampled(state), Step::Ct2Sampled(encoder)) => {
            ct2_sampled(state.epoch, state.auth, *encoder)
        }
        (Braid::Ct1Acknowledged(state), Step::Ct2Sampled(encoder)) => {
            ct2_sampled(state.epoch, state.auth, *encoder)
        }
        (Braid::Ct2Sampled(state), Step::KeysUnsampled(epoch)) => {
            let auth = state.auth;
            Braid::KeysUnsampled(KeysUnsampled { epoch, auth })
        }
        // Nothing changes; and no plan takes another state to these.
        (braid, _) => braid,
    }
}

/// [`apply_braid_receive`] to the state where it stands: most steps move none.
pub(crate) fn apply_braid_receive_to(state: &mut Option<Braid>, step: BraidReceiveStep) {
    match (state.as_mut(), step) {
        (None, _) | (_, BraidReceiveStep::Stay) => {}
        (Some(braid), BraidReceiveStep::Chunk(chunk)) => collect(braid, &chunk),
        (Some(_), step) => {
            let before = state.take();
            *state = before.map(|before| apply_braid_receive(before, step));
        }
    }
}

fn ct2_sampled(epoch: u64, auth: Box<Authenticator>, ct2_encoder: Encoder) -> Braid {
    Braid::Ct2Sampled(Ct2Sampled {
        epoch,
        auth,
        ct2_encoder,
    })
}

/// Take a chunk in, in a state that collects.
fn collect(braid: &mut Braid, chunk: &Chunk) {
    let decoder = match braid {
        Braid::HeaderSent(state) => &mut state.ct1_decoder,
        Braid::EkSentCt1Received(state) => &mut state.ct2_decoder,
        Braid::NoHeaderReceived(state) => &mut state.header_decoder,
        Braid::Ct1Sampled(state) => &mut state.ek_decoder,
        Braid::Ct1Acknowledged(state) => &mut state.ek_decoder,
        _ => return,
    };
    add_chunk(decoder, chunk);
}
