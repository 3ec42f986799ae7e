//! The state of SPQR, written.
//!
//! Which part: deployed only; PB, proto3. Who calls it: `session::record`. Secret: the bytes. All is written to one buffer,
//! made large enough at once and wiped when dropped: growing it would leave a copy behind.
use crate::ratchet::sparse::authenticator::Authenticator;
use crate::ratchet::sparse::braid::states::braid_core;
use crate::ratchet::sparse::braid::Braid;
use crate::ratchet::sparse::chain::{Chain, Half, Link};
use crate::ratchet::sparse::erasure::{Decoder, Encoder, Form, POLYNOMIALS, SYMBOL_LENGTH};
#[allow(clippy::wildcard_imports)] // the numbers of all stored fields
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::types::{
    ChainParameters, Direction, Version, DEFAULT_MAX_JUMP, DEFAULT_MAX_OUT_OF_ORDER,
};
use crate::ratchet::sparse::{Negotiation, State};
use crate::wire::protobuf::{put_bytes, put_length, put_varint_field};
use zeroize::Zeroizing;

/// Above the stored length of a negotiation and of all of a chain but its links, tags and lengths included.
const STATE_ROOM: usize = 256;
/// The same of a half without its store.
const HALF_ROOM: usize = 64;
/// The same of the core of any state of the Braid.
const CORE_ROOM: usize = 4400;
/// The same of an encoder, of a value of 1152 bytes.
const ENCODER_ROOM: usize = 1280;
/// The same of a decoder without its points.
const DECODER_ROOM: usize = 128;
/// Bytes of the points at one x.
const COLUMN_LENGTH: usize = 64;

/// Mirror of `spec::ratchet::sparse::state::encode::encode_state`.
///
/// In: a state. Out: its bytes, secret; none in version 0.
#[must_use]
pub fn encode_state(state: &State) -> Zeroizing<Vec<u8>> {
    let mut out = Zeroizing::new(Vec::with_capacity(state_room(state)));
    put_state(&mut out, state);
    out
}

/// Mirror of `spec::ratchet::sparse::state::encode::encode_encoder`.
///
/// In: an encoder. Out: its bytes, public.
#[must_use]
pub fn encode_encoder(encoder: &Encoder) -> Vec<u8> {
    let mut out = Vec::new();
    put_encoder(&mut out, encoder);
    out
}

/// Mirror of `spec::ratchet::sparse::state::encode::encode_decoder`.
///
/// In: a decoder. Out: its bytes, public.
#[must_use]
pub fn encode_decoder(decoder: &Decoder) -> Vec<u8> {
    let mut out = Vec::new();
    put_decoder(&mut out, decoder);
    out
}

/// Above the length of the stored form of a state.
pub(crate) fn state_room(state: &State) -> usize {
    let links = state.chain.iter().flat_map(|chain| &chain.links);
    let halves = links.flat_map(|link| [&link.send, &link.receive]);
    let chains = halves.map(|half| {
        let store = half.stored.len().saturating_mul(STORED_KEY_LENGTH);
        store.saturating_add(HALF_ROOM)
    });
    let braid = state.braid.as_ref().map_or(0, braid_room);
    chains.fold(braid.saturating_add(STATE_ROOM), usize::saturating_add)
}

fn braid_room(braid: &Braid) -> usize {
    let (_, decoder) = coders(braid);
    let columns = decoder.map_or(0, |decoder| decoder.columns.len());
    let points = columns.saturating_mul(COLUMN_LENGTH);
    points.saturating_add(CORE_ROOM + ENCODER_ROOM + DECODER_ROOM)
}

/// Write a state to a buffer that has [`state_room`].
pub(crate) fn put_state(out: &mut Vec<u8>, state: &State) {
    if let Some(negotiation) = &state.negotiation {
        put_message(out, STATE_NEGOTIATION, |out| {
            put_negotiation(out, negotiation);
        });
    }
    if let Some(chain) = &state.chain {
        put_message(out, STATE_CHAIN, |out| put_chain(out, chain));
    }
    if let Some(braid) = &state.braid {
        put_message(out, STATE_BRAID, |out| put_braid(out, braid));
    }
}

/// A message inside a message. Its length is known last, and stands first: the tag and the length are written behind it
/// and change places with it, in the same buffer.
fn put_message(out: &mut Vec<u8>, number: u32, write: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    write(out);
    let end = out.len();
    put_length(out, number, end.saturating_sub(start));
    let prefix = out.len().saturating_sub(end);
    if let Some(message) = out.get_mut(start..) {
        message.rotate_right(prefix);
    }
}

fn put_negotiation(out: &mut Vec<u8>, negotiation: &Negotiation) {
    put_bytes(out, NEGOTIATION_AUTH_KEY, negotiation.auth_key.as_bytes());
    put_direction(out, NEGOTIATION_DIRECTION, negotiation.direction);
    let min_version = match negotiation.min_version {
        Version::V0 => 0,
        Version::V1 => 1,
    };
    put_nonzero(out, NEGOTIATION_MIN_VERSION, min_version);
    put_parameters(out, NEGOTIATION_PARAMETERS, negotiation.chain);
}

fn put_chain(out: &mut Vec<u8>, chain: &Chain) {
    put_direction(out, CHAIN_DIRECTION, chain.direction);
    put_nonzero(out, CHAIN_CURRENT_EPOCH, chain.current_epoch);
    for link in &chain.links {
        put_message(out, CHAIN_LINK, |out| put_link(out, link));
    }
    put_bytes(out, CHAIN_NEXT_ROOT, chain.next_root.as_bytes());
    put_nonzero(out, CHAIN_SEND_EPOCH, chain.send_epoch);
    put_parameters(out, CHAIN_PARAMETERS, chain.parameters);
}

fn put_link(out: &mut Vec<u8>, link: &Link) {
    put_message(out, LINK_SEND, |out| put_half(out, &link.send));
    put_message(out, LINK_RECEIVE, |out| put_half(out, &link.receive));
}

/// A half; an erased key and an empty store are left out.
fn put_half(out: &mut Vec<u8>, half: &Half) {
    put_nonzero(out, HALF_COUNTER, u64::from(half.ctr));
    if let Some(next) = &half.next {
        put_bytes(out, HALF_NEXT, next.as_bytes());
    }
    if half.stored.len() > 0 {
        let length = half.stored.len().saturating_mul(STORED_KEY_LENGTH);
        put_length(out, HALF_STORE, length);
        for stored in half.stored.iter() {
            out.extend_from_slice(&stored.index.to_be_bytes());
            out.extend_from_slice(stored.key.as_bytes());
        }
    }
}

fn put_direction(out: &mut Vec<u8>, number: u32, direction: Direction) {
    let value = match direction {
        Direction::A2B => 0,
        Direction::B2A => 1,
    };
    put_nonzero(out, number, value);
}

/// Limits; the default is stored as 0.
fn put_parameters(out: &mut Vec<u8>, number: u32, parameters: ChainParameters) {
    let limit = |limit, default| if limit == default { 0 } else { limit };
    let max_jump = limit(parameters.max_jump, DEFAULT_MAX_JUMP);
    let max_out_of_order = limit(parameters.max_out_of_order, DEFAULT_MAX_OUT_OF_ORDER);
    put_message(out, number, |out| {
        put_nonzero(out, PARAMETERS_MAX_JUMP, u64::from(max_jump));
        put_nonzero(
            out,
            PARAMETERS_MAX_OUT_OF_ORDER,
            u64::from(max_out_of_order),
        );
    });
}

/// The one of the eleven states, under its number.
fn put_braid(out: &mut Vec<u8>, braid: &Braid) {
    let number = match braid {
        Braid::KeysUnsampled(_) => BRAID_KEYS_UNSAMPLED,
        Braid::KeysSampled(_) => BRAID_KEYS_SAMPLED,
        Braid::HeaderSent(_) => BRAID_HEADER_SENT,
        Braid::Ct1Received(_) => BRAID_CT1_RECEIVED,
        Braid::EkSentCt1Received(_) => BRAID_EK_SENT_CT1_RECEIVED,
        Braid::NoHeaderReceived(_) => BRAID_NO_HEADER_RECEIVED,
        Braid::HeaderReceived(_) => BRAID_HEADER_RECEIVED,
        Braid::Ct1Sampled(_) => BRAID_CT1_SAMPLED,
        Braid::EkReceivedCt1Sampled(_) => BRAID_EK_RECEIVED_CT1_SAMPLED,
        Braid::Ct1Acknowledged(_) => BRAID_CT1_ACKNOWLEDGED,
        Braid::Ct2Sampled(_) => BRAID_CT2_SAMPLED,
    };
    let (encoder, decoder) = coders(braid);
    put_message(out, number, |out| {
        put_message(out, BRAID_CORE, |out| put_core(out, braid));
        if let Some(encoder) = encoder {
            put_message(out, BRAID_SECOND, |out| put_encoder(out, encoder));
        }
        if let Some(decoder) = decoder {
            // Deployed: the second field of this state is not used.
            let skipped = matches!(braid, Braid::EkSentCt1Received(_));
            let third = encoder.is_some() || skipped;
            let number = if third { BRAID_THIRD } else { BRAID_SECOND };
            put_message(out, number, |out| put_decoder(out, decoder));
        }
    });
}

/// The encoder and the decoder of a state.
fn coders(braid: &Braid) -> (Option<&Encoder>, Option<&Decoder>) {
    match braid {
        Braid::KeysUnsampled(_) => (None, None),
        Braid::KeysSampled(state) => (Some(&state.header_encoder), None),
        Braid::HeaderSent(state) => (Some(&state.ek_encoder), Some(&state.ct1_decoder)),
        Braid::Ct1Received(state) => (Some(&state.ek_encoder), None),
        Braid::EkSentCt1Received(state) => (None, Some(&state.ct2_decoder)),
        Braid::NoHeaderReceived(state) => (None, Some(&state.header_decoder)),
        Braid::HeaderReceived(state) => (None, Some(&state.ek_decoder)),
        Braid::Ct1Sampled(state) => (Some(&state.ct1_encoder), Some(&state.ek_decoder)),
        Braid::EkReceivedCt1Sampled(state) => (Some(&state.ct1_encoder), None),
        Braid::Ct1Acknowledged(state) => (None, Some(&state.ek_decoder)),
        Braid::Ct2Sampled(state) => (Some(&state.ct2_encoder), None),
    }
}

/// Epoch and authenticator, then the keys and ciphertexts of a state.
fn put_core(out: &mut Vec<u8>, braid: &Braid) {
    let (epoch, auth) = braid_core(braid);
    put_nonzero(out, CORE_EPOCH, epoch);
    put_message(out, CORE_AUTHENTICATOR, |out| put_authenticator(out, auth));
    let pieces: [&[u8]; 3] = match braid {
        Braid::KeysUnsampled(_) | Braid::NoHeaderReceived(_) | Braid::Ct2Sampled(_) => [&[]; 3],
        Braid::KeysSampled(state) => [&*state.ek, &**state.dk, &[]],
        Braid::HeaderSent(state) => [&**state.dk, &[], &[]],
        Braid::Ct1Received(state) => [&**state.dk, &*state.ct1, &[]],
        Braid::EkSentCt1Received(state) => [&**state.dk, &*state.ct1, &[]],
        Braid::HeaderReceived(state) => [&*state.header, &[], &[]],
        Braid::Ct1Sampled(state) => [&*state.header, state.es.as_bytes(), &*state.ct1],
        Braid::EkReceivedCt1Sampled(state) => [state.es.as_bytes(), &*state.ek, &*state.ct1],
        Braid::Ct1Acknowledged(state) => [&*state.header, state.es.as_bytes(), &*state.ct1],
    };
    for (piece, number) in pieces.iter().zip([CORE_FIRST, CORE_SECOND, CORE_THIRD]) {
        if !piece.is_empty() {
            put_bytes(out, number, piece);
        }
    }
}

fn put_authenticator(out: &mut Vec<u8>, auth: &Authenticator) {
    put_bytes(out, AUTHENTICATOR_ROOT_KEY, auth.root_key.as_bytes());
    put_bytes(out, AUTHENTICATOR_MAC_KEY, auth.mac_key.as_bytes());
}

fn put_encoder(out: &mut Vec<u8>, encoder: &Encoder) {
    put_nonzero(out, ENCODER_COUNTER, u64::from(encoder.next));
    let (number, rows) = match &encoder.form {
        Form::Points(rows) => (ENCODER_POINTS, rows),
        Form::Coefficients(rows) => (ENCODER_COEFFICIENTS, rows),
    };
    for i in 0..POLYNOMIALS {
        let count = encoder.symbols_of(i);
        put_length(out, number, count.saturating_mul(SYMBOL_LENGTH));
        for symbol in rows.iter().take(count).filter_map(|row| row.get(i)) {
            out.extend_from_slice(&symbol.to_be_bytes());
        }
    }
}

/// Deployed: a field for a complete decoder exists, and is never set.
fn put_decoder(out: &mut Vec<u8>, decoder: &Decoder) {
    let symbols = decoder.length / SYMBOL_LENGTH;
    put_nonzero(out, DECODER_SYMBOLS, symbols as u64);
    put_nonzero(out, DECODER_POLYNOMIALS, POLYNOMIALS as u64);
    for i in 0..POLYNOMIALS {
        put_message(out, DECODER_POINTS, |out| {
            for (x, y) in decoder.points_of(i) {
                out.extend_from_slice(&x.to_be_bytes());
                out.extend_from_slice(&y.to_be_bytes());
            }
        });
    }
}

/// An integer, unless it is 0.
fn put_nonzero(out: &mut Vec<u8>, number: u32, value: u64) {
    if value != 0 {
        put_varint_field(out, number, value);
    }
}
