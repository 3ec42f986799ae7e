//! The parts of SPQR that a recording does not determine, put into its stored state.
//!
//! A braid with other secrets behaves as the recorded one for one step: it emits the recorded chunk if the polynomials
//! of its encoder are constant, with the elements of the chunk as values; and in the state `KeysUnsampled`, one epoch
//! ahead of the chain, it ignores what it receives.
use super::chain_starts::{ChainStart, Side};
use super::messages::SparseMessage;
use crate::bytes::Bytes;
use crate::families::protobuf::{items, joined, Fields, Item};
use crate::step::{Chunk, Payload};

/// Fields of the state: chain, V1 inner state.
const CHAIN: u64 = 2;
const BRAID: u64 = 3;
/// Fields of the chain.
const DIRECTION: u64 = 1;
const CURRENT_EPOCH: u64 = 2;
const LINK: u64 = 3;
/// States of the braid that are no encoder's.
const KEYS_UNSAMPLED: u64 = 1;
const NO_HEADER_RECEIVED: u64 = 6;
const CT1_ACKNOWLEDGED: u64 = 10;

const POLYNOMIALS: usize = 16;
const ELEMENT_LENGTH: usize = 2;
const CHUNK_LENGTH: u64 = 32;
const KEY: [u8; 32] = [0; 32];

/// Lengths of what braids hold and send.
const HEADER: u64 = 64;
const HEADER_AND_MAC: u64 = 96;
const VECTOR: u64 = 1152;
const DECAPSULATION_KEY: u64 = 2400;
const CIPHERTEXT1: u64 = 960;
const CIPHERTEXT2_AND_MAC: u64 = 160;
const ENCAPSULATION: u64 = 2080;

/// A state of the braid: its field, the lengths of the pieces in its core, what it sends and collects.
struct Form {
    state: u64,
    pieces: &'static [u64],
    encoder: Option<u64>,
    decoder: Option<(u64, u64)>,
}

/// The chain keys that are recorded of one session.
pub struct KnownEpochs<'a>(pub Vec<&'a ChainStart>);

/// The state before a message is received: the epoch of its key is there, the braid ignores it.
#[must_use]
pub fn to_receive(state: &[u8], message: &SparseMessage, known: &KnownEpochs<'_>) -> Vec<u8> {
    let state = with_epochs(state, message.key_epoch(), known);
    let braid = Form {
        state: KEYS_UNSAMPLED,
        pieces: &[],
        encoder: None,
        decoder: None,
    };
    let epoch = current_epoch(&state).saturating_add(1);
    with_braid(&state, &braid.written(epoch, None))
}

/// The state before a message is sent: the epoch of its key is there, the braid emits its payload.
///
/// The party that made the KEM ciphertext of an epoch has the keys of that epoch from its first message on.
#[must_use]
pub fn to_send(state: &[u8], message: &SparseMessage, known: &KnownEpochs<'_>) -> Vec<u8> {
    let newest = match message.payload {
        Payload::Ct1 | Payload::Ct2 => message.epoch.0,
        _ => message.key_epoch(),
    };
    let state = with_epochs(state, newest, known);
    let is_ahead = current_epoch(&state) == message.epoch.0;
    let braid = form(message.payload, is_ahead).written(message.epoch.0, message.chunk.as_ref());
    with_braid(&state, &braid)
}

/// The state in which a payload is sent; nothing is sent in two states.
fn form(payload: Payload, is_ahead: bool) -> Form {
    let (state, pieces, encoder, decoder): (_, &[u64], _, _) = match payload {
        Payload::None if is_ahead => (
            CT1_ACKNOWLEDGED,
            &[HEADER, ENCAPSULATION, CIPHERTEXT1],
            None,
            Some((2, VECTOR)),
        ),
        Payload::None => (NO_HEADER_RECEIVED, &[], None, Some((2, HEADER_AND_MAC))),
        Payload::Hdr => (2, &[VECTOR, DECAPSULATION_KEY], Some(HEADER_AND_MAC), None),
        Payload::Ek => (
            3,
            &[DECAPSULATION_KEY],
            Some(VECTOR),
            Some((3, CIPHERTEXT1)),
        ),
        Payload::EkCt1Ack => (4, &[DECAPSULATION_KEY, CIPHERTEXT1], Some(VECTOR), None),
        Payload::Ct1Ack => (
            5,
            &[DECAPSULATION_KEY, CIPHERTEXT1],
            None,
            Some((3, CIPHERTEXT2_AND_MAC)),
        ),
        Payload::Ct1 => (
            9,
            &[ENCAPSULATION, VECTOR, CIPHERTEXT1],
            Some(CIPHERTEXT1),
            None,
        ),
        Payload::Ct2 => (11, &[], Some(CIPHERTEXT2_AND_MAC), None),
    };
    Form {
        state,
        pieces,
        encoder,
        decoder,
    }
}

impl Form {
    /// The braid in this state, with pieces and keys of zeros.
    fn written(&self, epoch: u64, chunk: Option<&Chunk>) -> Vec<u8> {
        let authenticator = Fields::new().bytes(1, &KEY).bytes(2, &KEY);
        let core = Fields::new().integer(1, epoch).bytes(2, &authenticator.0);
        let core = (3..).zip(self.pieces).fold(core, |core, (number, length)| {
            core.bytes(number, &zeros(*length))
        });
        let mut state = Fields::new().bytes(1, &core.0);
        if let (Some(length), Some(chunk)) = (self.encoder, chunk) {
            state = state.bytes(2, &encoder(length, chunk));
        }
        if let Some((number, length)) = self.decoder {
            state = state.bytes(number, &empty_decoder(length));
        }
        Fields::new().bytes(self.state, &state.0).0
    }
}

/// The encoder of constant polynomials that emits this chunk next.
fn encoder(length: u64, chunk: &Chunk) -> Vec<u8> {
    let counter = u64::from(chunk.index);
    let coefficients = (length / CHUNK_LENGTH) * ELEMENT_LENGTH as u64;
    let elements = chunk.data.0.chunks(ELEMENT_LENGTH);
    let written = elements.fold(nonzero(1, counter), |fields, element| {
        let mut polynomial = zeros(coefficients);
        polynomial
            .iter_mut()
            .zip(element)
            .for_each(|(to, from)| *to = *from);
        fields.bytes(3, &polynomial)
    });
    written.0
}

/// A decoder that has no chunks yet.
fn empty_decoder(length: u64) -> Vec<u8> {
    let fields = Fields::new()
        .integer(1, length / ELEMENT_LENGTH as u64)
        .integer(2, POLYNOMIALS as u64);
    (0..POLYNOMIALS)
        .fold(fields, |fields, _| fields.bytes(3, &[]))
        .0
}

fn zeros(length: u64) -> Vec<u8> {
    (0..length).map(|_| 0).collect()
}

/// A field that is left out if it is 0.
fn nonzero(number: u64, value: u64) -> Fields {
    match value {
        0 => Fields::new(),
        _ => Fields::new().integer(number, value),
    }
}

/// The newest epoch of the chain; 0 if there is no chain yet.
fn current_epoch(state: &[u8]) -> u64 {
    super::stored::bytes_at(state, &[CHAIN])
        .map_or(0, |chain| integer(&items(&chain), CURRENT_EPOCH))
}

fn integer(items: &[Item], number: u64) -> u64 {
    let of_number = |item: &Item| match item {
        Item::Integer(found, value) if *found == number => Some(*value),
        _ => None,
    };
    items.iter().find_map(of_number).unwrap_or(0)
}

/// The state with another braid.
fn with_braid(state: &[u8], braid: &[u8]) -> Vec<u8> {
    let mut fields = items(state);
    put(&mut fields, Item::Bytes(BRAID, braid.to_vec()));
    joined(&fields)
}

/// The state with the recorded keys of every epoch up to this one, as far as they are known.
fn with_epochs(state: &[u8], newest: u64, known: &KnownEpochs<'_>) -> Vec<u8> {
    let mut fields = items(state);
    for field in &mut fields {
        if let Item::Bytes(CHAIN, chain) = field {
            *chain = extended(chain, newest, known);
        }
    }
    joined(&fields)
}

fn extended(chain: &[u8], newest: u64, known: &KnownEpochs<'_>) -> Vec<u8> {
    let mut fields = items(chain);
    let side = match integer(&fields, DIRECTION) {
        0 => Side::A2B,
        _ => Side::B2A,
    };
    for epoch in integer(&fields, CURRENT_EPOCH).saturating_add(1)..=newest {
        let Some(link) = known.link(epoch, side) else {
            break;
        };
        let after_links = fields.partition_point(|item| item.number() <= LINK);
        fields.insert(after_links, Item::Bytes(LINK, link));
        put(&mut fields, Item::Integer(CURRENT_EPOCH, epoch));
    }
    joined(&fields)
}

/// Put a field in place of the one of its number, or where it belongs.
fn put(fields: &mut Vec<Item>, new: Item) {
    let place = fields.partition_point(|item| item.number() < new.number());
    match fields.get_mut(place) {
        Some(old) if old.number() == new.number() => *old = new,
        _ => fields.insert(place, new),
    }
}

impl KnownEpochs<'_> {
    /// The link of an epoch as a side stores it.
    fn link(&self, epoch: u64, side: Side) -> Option<Vec<u8>> {
        let send = self.half(epoch, side)?;
        let receive = self.half(epoch, side.other())?;
        Some(Fields::new().bytes(1, &send.0).bytes(2, &receive.0).0)
    }

    fn half(&self, epoch: u64, side: Side) -> Option<Bytes> {
        let is_it = |start: &&&ChainStart| start.epoch == epoch && start.direction == side;
        let start = self.0.iter().find(is_it)?;
        let half = nonzero(1, u64::from(start.ctr)).bytes(2, &start.next.0);
        Some(Bytes(half.0))
    }
}
