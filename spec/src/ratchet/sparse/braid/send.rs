//! What the Braid sends in each state.
//!
//! Which part: BRAID 2.5, `Send` of each state. Who calls it: `ratchet::sparse`. Secret: the state and the random
//! bytes.
use crate::keys::*;
use crate::primitives::mlkem::incremental::*;
use crate::ratchet::sparse::authenticator::*;
use crate::ratchet::sparse::braid::states::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::message::*;
use crate::ratchet::sparse::types::*;

/// A state after a send, what it sends, and the secret of the epoch if it comes out.
type BraidSent = (Braid, Payload, Option<EpochOutput>);

/// KeysUnsampled: draw a key pair; Hdr, the first chunk of the header and its MAC.
fn send_keys_unsampled(state: KeysUnsampled, seed: &KemSeed) -> BraidSent {
    let pair = generate(seed);
    let mac = mac_header(&state.auth, state.epoch, &pair.header);
    let (header_encoder, chunk) = next_chunk(encoder_of(&with_mac(&pair.header, mac)));
    let next = KeysSampled {
        epoch: state.epoch,
        auth: state.auth,
        ek: pair.vector,
        dk: pair.decapsulation_key,
        header_encoder,
    };
    (Braid::KeysSampled(next), Payload::Hdr(chunk), None)
}

/// KeysSampled: Hdr, the next chunk.
fn send_keys_sampled(state: KeysSampled) -> BraidSent {
    let (header_encoder, chunk) = next_chunk(state.header_encoder);
    let next = KeysSampled {
        epoch: state.epoch,
        auth: state.auth,
        ek: state.ek,
        dk: state.dk,
        header_encoder,
    };
    (Braid::KeysSampled(next), Payload::Hdr(chunk), None)
}

/// HeaderSent: Ek, the next chunk.
fn send_header_sent(state: HeaderSent) -> BraidSent {
    let (ek_encoder, chunk) = next_chunk(state.ek_encoder);
    let next = HeaderSent {
        epoch: state.epoch,
        auth: state.auth,
        dk: state.dk,
        ek_encoder,
        ct1_decoder: state.ct1_decoder,
    };
    (Braid::HeaderSent(next), Payload::Ek(chunk), None)
}

/// Ct1Received: EkCt1Ack, the next chunk.
fn send_ct1_received(state: Ct1Received) -> BraidSent {
    let (ek_encoder, chunk) = next_chunk(state.ek_encoder);
    let next = Ct1Received {
        epoch: state.epoch,
        auth: state.auth,
        dk: state.dk,
        ct1: state.ct1,
        ek_encoder,
    };
    (Braid::Ct1Received(next), Payload::EkCt1Ack(chunk), None)
}

/// HeaderReceived: draw, encapsulate to the header; Ct1, the first chunk. The secret comes out.
fn send_header_received(
    state: HeaderReceived,
    random: &KemRandom,
) -> Result<BraidSent, SparseError> {
    let half = lift_half(encaps1(&state.header, random))?;
    let secret = epoch_secret(half.shared_secret, state.epoch);
    let (ct1_encoder, chunk) = next_chunk(encoder_of(&half.ciphertext1));
    let output = EpochOutput {
        epoch: state.epoch,
        secret,
    };
    let next = Ct1Sampled {
        epoch: state.epoch,
        auth: authenticator_update(&state.auth, state.epoch, secret),
        header: state.header,
        es: half.state,
        ct1: half.ciphertext1,
        ct1_encoder,
        ek_decoder: state.ek_decoder,
    };
    Ok((Braid::Ct1Sampled(next), Payload::Ct1(chunk), Some(output)))
}

/// Ct1Sampled: Ct1, the next chunk.
fn send_ct1_sampled(state: Ct1Sampled) -> BraidSent {
    let (ct1_encoder, chunk) = next_chunk(state.ct1_encoder);
    let next = Ct1Sampled {
        epoch: state.epoch,
        auth: state.auth,
        header: state.header,
        es: state.es,
        ct1: state.ct1,
        ct1_encoder,
        ek_decoder: state.ek_decoder,
    };
    (Braid::Ct1Sampled(next), Payload::Ct1(chunk), None)
}

/// EkReceivedCt1Sampled: Ct1, the next chunk.
fn send_ek_received_ct1_sampled(state: EkReceivedCt1Sampled) -> BraidSent {
    let (ct1_encoder, chunk) = next_chunk(state.ct1_encoder);
    let next = EkReceivedCt1Sampled {
        epoch: state.epoch,
        auth: state.auth,
        es: state.es,
        ek: state.ek,
        ct1: state.ct1,
        ct1_encoder,
    };
    (Braid::EkReceivedCt1Sampled(next), Payload::Ct1(chunk), None)
}

/// Ct2Sampled: Ct2, the next chunk.
fn send_ct2_sampled(state: Ct2Sampled) -> BraidSent {
    let (ct2_encoder, chunk) = next_chunk(state.ct2_encoder);
    let next = Ct2Sampled {
        epoch: state.epoch,
        auth: state.auth,
        ct2_encoder,
    };
    (Braid::Ct2Sampled(next), Payload::Ct2(chunk), None)
}

/// What a party sends, and the state after it. The epoch of the message is that of the state, before and after.
///
/// Standard: BRAID 2.5, `Send`. Deployed: `EkSentCt1Received` sends Ct1Ack, in the text nothing.
/// In: the state; random bytes, of which two states use a part. Out: the state, what is sent, and the secret of the
/// epoch if it comes out.
/// Errors: `InvalidState`, for lengths that no state has.
pub fn braid_send(
    braid: Braid,
    random: &SparseRandom,
) -> Result<(Braid, Payload, Option<EpochOutput>), SparseError> {
    match braid {
        Braid::KeysUnsampled(state) => Ok(send_keys_unsampled(state, &random.key_pair)),
        Braid::KeysSampled(state) => Ok(send_keys_sampled(state)),
        Braid::HeaderSent(state) => Ok(send_header_sent(state)),
        Braid::Ct1Received(state) => Ok(send_ct1_received(state)),
        Braid::EkSentCt1Received(state) => {
            Ok((Braid::EkSentCt1Received(state), Payload::Ct1Ack, None))
        }
        Braid::NoHeaderReceived(state) => Ok((Braid::NoHeaderReceived(state), Payload::None, None)),
        Braid::HeaderReceived(state) => send_header_received(state, &random.encapsulation),
        Braid::Ct1Sampled(state) => Ok(send_ct1_sampled(state)),
        Braid::EkReceivedCt1Sampled(state) => Ok(send_ek_received_ct1_sampled(state)),
        Braid::Ct1Acknowledged(state) => Ok((Braid::Ct1Acknowledged(state), Payload::None, None)),
        Braid::Ct2Sampled(state) => Ok(send_ct2_sampled(state)),
    }
}
