//! Stored states that nobody should have written: they are refused, or they can be used.
use crate::{public, secret, state_name, Dice};
use hacspec_lib::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::sparse::braid::*;
use twinratchet_spec::ratchet::sparse::chain::*;
use twinratchet_spec::ratchet::sparse::erasure::Chunk;
use twinratchet_spec::ratchet::sparse::message::*;
use twinratchet_spec::ratchet::sparse::state::*;
use twinratchet_spec::ratchet::sparse::*;

/// A state that was reached, and a message that its party was about to receive.
pub(crate) struct Moment {
    pub(crate) state: State,
    pub(crate) message: Seq<u8>,
}

/// A conversation over three epochs with losses, and moments of it: every state of the Braid is among them.
pub(crate) fn conversation(seed: u64) -> Vec<Moment> {
    let mut dice = Dice(seed);
    let parameters = |direction| Parameters {
        direction,
        version: Version::V1,
        min_version: Version::V1,
        auth_key: SparseAuthKey::from_public_slice(&[7; 32]),
        chain: ChainParameters {
            max_jump: 60,
            max_out_of_order: 20,
        },
    };
    let mut parties = [Direction::A2B, Direction::B2A].map(|d| sparse_init(parameters(d)));
    let mut moments = Vec::new();
    while parties
        .iter()
        .any(|party| braid_epoch(party.braid.as_ref().unwrap()) < 4)
    {
        let from = dice.index(2);
        let (state, sent) = sparse_send(parties[from].clone(), &dice.random()).unwrap();
        parties[from] = state;
        moments.push(Moment {
            state: parties[1 - from].clone(),
            message: sent.message.clone(),
        });
        // Half of what the initiator sends is lost, a tenth of what the responder sends: both orders of complete key
        // and acknowledged ciphertext come about.
        if dice.below([2, 10][from]) != 0 {
            let received = sparse_receive(parties[1 - from].clone(), &sent.message);
            let (state, key) = received.unwrap();
            assert_eq!(
                key.map(|key| ByteSeq::from_seq(&key).to_hex()),
                sent.key.map(|key| ByteSeq::from_seq(&key).to_hex())
            );
            parties[1 - from] = state;
        }
    }
    moments
}

/// The message with the epoch of a state, and every type.
fn messages_for(state: &State, given: &Seq<u8>, dice: &mut Dice) -> Vec<Seq<u8>> {
    let mut messages = vec![given.clone(), Seq::<u8>::new(0), public(&[9])];
    let Some(braid) = &state.braid else {
        return messages;
    };
    let data: Vec<u8> = (0..32).map(|_| dice.byte()).collect();
    let chunk = Chunk {
        index: u16::try_from(dice.below(40)).unwrap(),
        data: ChunkData::from_native_slice(&data),
    };
    let index = dice.below(40);
    for payload in [
        Payload::None,
        Payload::Hdr(chunk),
        Payload::Ek(chunk),
        Payload::EkCt1Ack(chunk),
        Payload::Ct1Ack,
        Payload::Ct1(chunk),
        Payload::Ct2(chunk),
    ] {
        for epoch in [braid_epoch(braid), braid_epoch(braid).saturating_add(1)] {
            let message = SparseMessage {
                epoch,
                index,
                payload,
            };
            messages.push(encode_sparse_message(&message));
        }
    }
    messages
}

/// Use a state in every way: it may refuse, and does not panic. What comes out can be stored.
fn use_state(state: &State, given: &Seq<u8>, dice: &mut Dice) {
    let stored = encode_state(state);
    let again = decode_state(&stored).expect("a loaded state can be stored");
    assert_eq!(encode_state(&again).to_hex(), stored.to_hex());
    if let Ok((next, _)) = sparse_send(state.clone(), &dice.random()) {
        decode_state(&encode_state(&next)).expect("a state after a send can be stored");
        let _ = sparse_send(next, &dice.random());
    }
    for message in messages_for(state, given, dice) {
        if let Ok((next, _)) = sparse_receive(state.clone(), &message) {
            decode_state(&encode_state(&next)).expect("a state after a receive can be stored");
            let _ = sparse_send(next, &dice.random());
        }
    }
}

/// Stored bytes with a few of them changed, lost or repeated.
fn mutated(stored: &ByteSeq, dice: &mut Dice) -> ByteSeq {
    let mut bytes = stored.clone().into_native();
    match dice.below(5) {
        0 => {
            let length = dice.index(bytes.len());
            bytes.truncate(length);
        }
        1 => {
            let at = dice.index(bytes.len());
            bytes.remove(at);
        }
        2 => {
            let at = dice.index(bytes.len());
            let byte = dice.byte();
            bytes.insert(at, byte);
        }
        _ => {
            // Most of the structure stands at the beginning of the parts.
            for _ in 0..=dice.below(3) {
                let reach = if dice.below(2) == 0 { 200 } else { bytes.len() };
                let at = dice.index(reach.min(bytes.len()));
                bytes[at] = match dice.below(3) {
                    0 => 0xff,
                    1 => bytes[at] ^ (1 << dice.below(8)),
                    _ => dice.byte(),
                };
            }
        }
    }
    secret(&bytes)
}

#[test]
fn a_damaged_state_is_refused_or_can_be_used() {
    let moments = conversation(1);
    let mut dice = Dice(2);
    let (mut loaded, mut refused) = (0, 0);
    for case in 0..3000 {
        let moment = &moments[dice.index(moments.len())];
        let stored = encode_state(&moment.state);
        match decode_state(&mutated(&stored, &mut dice)) {
            Ok(state) => {
                loaded += 1;
                // A tenth in every way; all of them in one.
                if case % 10 == 0 {
                    use_state(&state, &moment.message, &mut dice);
                } else {
                    let _ = sparse_send(state.clone(), &dice.random());
                    let _ = sparse_receive(state, &moment.message);
                }
            }
            Err(SparseError::InvalidState | SparseError::InvalidMessage) => refused += 1,
            Err(error) => panic!("{error:?}"),
        }
    }
    println!("{loaded} loaded, {refused} refused");
    assert!(loaded > 300 && refused > 300);
}

/// A state with numbers that no conversation brings about, where the types allow it.
fn distorted(state: &State, dice: &mut Dice) -> State {
    let mut state = state.clone();
    let extremes = [0, 1, 2, 19, 20, 21, u32::MAX - 1, u32::MAX];
    if let Some(chain) = &mut state.chain {
        for i in 0..chain.links.len() {
            let mut link = chain.links[i].clone();
            for half in [&mut link.send, &mut link.receive] {
                match dice.below(6) {
                    0 => half.next = None,
                    1 => half.ctr = extremes[dice.index(extremes.len())],
                    2 => {
                        half.stored = Seq::<StoredKey>::new(dice.index(40));
                        for j in 0..half.stored.len() {
                            half.stored[j].index = extremes[dice.index(extremes.len())];
                        }
                    }
                    _ => {}
                }
            }
            chain.links[i] = link;
        }
        match dice.below(4) {
            0 => chain.parameters.max_out_of_order = extremes[dice.index(extremes.len())],
            1 => chain.parameters.max_jump = dice.below(3),
            2 => chain.send_epoch = chain.current_epoch,
            _ => {}
        }
    }
    if dice.below(4) == 0 {
        to_last_epoch(&mut state);
    }
    if dice.below(8) == 0 {
        state.negotiation = None;
        state.chain = None;
    }
    state
}

/// Move a state to the last epoch.
pub(crate) fn to_last_epoch(state: &mut State) {
    let braid = state.braid.as_mut().expect("version 1");
    if let Some(chain) = &mut state.chain {
        let shift = u64::MAX - braid_epoch(braid);
        chain.current_epoch += shift;
        chain.send_epoch += shift;
    }
    let epoch = match braid {
        Braid::KeysUnsampled(state) => &mut state.epoch,
        Braid::KeysSampled(state) => &mut state.epoch,
        Braid::HeaderSent(state) => &mut state.epoch,
        Braid::Ct1Received(state) => &mut state.epoch,
        Braid::EkSentCt1Received(state) => &mut state.epoch,
        Braid::NoHeaderReceived(state) => &mut state.epoch,
        Braid::HeaderReceived(state) => &mut state.epoch,
        Braid::Ct1Sampled(state) => &mut state.epoch,
        Braid::EkReceivedCt1Sampled(state) => &mut state.epoch,
        Braid::Ct1Acknowledged(state) => &mut state.epoch,
        Braid::Ct2Sampled(state) => &mut state.epoch,
    };
    *epoch = u64::MAX;
}

#[test]
fn a_state_of_extreme_numbers_is_refused_or_can_be_used() {
    let moments = conversation(3);
    let mut dice = Dice(4);
    let mut loaded = 0;
    for _ in 0..600 {
        let moment = &moments[dice.index(moments.len())];
        let state = distorted(&moment.state, &mut dice);
        if let Ok(state) = decode_state(&encode_state(&state)) {
            loaded += 1;
            use_state(&state, &moment.message, &mut dice);
        }
    }
    println!("{loaded} loaded");
    assert!(loaded > 300);
}

#[test]
fn a_conversation_reaches_every_state() {
    let mut names: Vec<&str> = conversation(1)
        .iter()
        .chain(&conversation(3))
        .map(|moment| state_name(moment.state.braid.as_ref().unwrap()))
        .collect();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 11, "{names:?}");
}
