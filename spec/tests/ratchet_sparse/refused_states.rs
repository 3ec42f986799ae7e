//! Errors that only stored state brings about, when it is loaded and when it is used.
use crate::strange_states::{conversation, to_last_epoch};
use crate::{begun, no_random, public, state_name, Dice};
use hacspec_lib::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::sparse::braid::*;
use twinratchet_spec::ratchet::sparse::chain::*;
use twinratchet_spec::ratchet::sparse::erasure::*;
use twinratchet_spec::ratchet::sparse::state::*;
use twinratchet_spec::ratchet::sparse::*;
use twinratchet_spec::wire::protobuf::{parse_fields, put_bytes, put_varint_field, WIRE_VARINT};

/// A state, a path in its stored form, what is appended there, and what loading says.
type Appended<'a> = (&'a State, &'a [u32], &'static [u8], Option<SparseError>);

#[test]
fn the_last_epoch_does_not_end() {
    let mut dice = Dice(5);
    let mut parties = begun();
    for party in &mut parties {
        to_last_epoch(party);
        *party = decode_state(&encode_state(party)).expect("fitting epochs");
    }
    let mut error = None;
    for turn in 0..200 {
        let from = turn % 2;
        let (state, sent) = sparse_send(parties[from].clone(), &dice.random()).unwrap();
        parties[from] = state;
        match sparse_receive(parties[1 - from].clone(), &sent.message) {
            Ok((state, _)) => parties[1 - from] = state,
            Err(found) => error = Some(found),
        }
    }
    assert_eq!(error, Some(SparseError::CounterExhausted));
    let names = parties
        .each_ref()
        .map(|p| state_name(p.braid.as_ref().unwrap()));
    assert_eq!(names, ["EkSentCt1Received", "Ct2Sampled"]);
}

#[test]
fn an_epoch_does_not_follow_the_last() {
    let mut chain = begun()[0].chain.clone().unwrap();
    chain.current_epoch = u64::MAX;
    let refused = add_epoch(chain, EpochSecret::new()).err();
    assert_eq!(refused, Some(SparseError::CounterExhausted));
}

#[test]
fn a_sending_half_ends_with_its_last_counter() {
    let mut dice = Dice(6);
    let [mut party, _] = begun();
    let chain = party.chain.as_mut().unwrap();
    chain.links[0usize].send.ctr = u32::MAX - 1;
    let (party, sent) = sparse_send(party, &dice.random()).unwrap();
    assert!(sent.key.is_some());
    let refused = sparse_send(party.clone(), &dice.random()).err();
    assert_eq!(refused, Some(SparseError::CounterExhausted));
    let mut erased = party;
    erased.chain.as_mut().unwrap().links[0usize].send.next = None;
    let refused = sparse_send(erased, &dice.random()).err();
    assert_eq!(refused, Some(SparseError::InvalidState));
}

#[test]
fn a_receiving_half_reaches_its_last_counter() {
    let mut chain = begun()[0].chain.clone().unwrap();
    chain.links[0usize].receive.ctr = u32::MAX - 3;
    let (chain, _) = receive_key(chain, 0, u32::MAX).unwrap();
    assert_eq!(chain.links[0usize].receive.stored.len(), 2);
    let refused = receive_key(chain, 0, u32::MAX).err();
    let index = u32::MAX;
    assert_eq!(refused, Some(SparseError::KeyAlreadyRequested { index }));
}

#[test]
fn a_state_without_chain_and_record_gives_no_key() {
    let mut dice = Dice(8);
    let [mut party, mut other] = begun();
    let (_, sent) = sparse_send(other.clone(), &dice.random()).unwrap();
    for state in [&mut party, &mut other] {
        state.negotiation = None;
        state.chain = None;
    }
    let party = decode_state(&encode_state(&party)).expect("no part is missing");
    let refused = sparse_send(party.clone(), &dice.random()).err();
    assert_eq!(refused, Some(SparseError::ChainNotAvailable));
    let refused = sparse_receive(party, &sent.message).err();
    assert_eq!(refused, Some(SparseError::ChainNotAvailable));
}

#[test]
fn a_sending_epoch_ahead_of_the_braid_is_an_error() {
    let moments = conversation(1);
    let moment = moments
        .iter()
        .find(|moment| matches!(moment.state.braid, Some(Braid::Ct2Sampled(_))));
    let mut state = moment.expect("a state that sends ct2").state.clone();
    let chain = state.chain.as_mut().unwrap();
    chain.send_epoch = chain.current_epoch;
    let send_epoch = chain.current_epoch;
    let state = decode_state(&encode_state(&state)).expect("a link of that epoch");
    let refused = sparse_send(state, &no_random()).err();
    let epoch = send_epoch - 1;
    assert_eq!(
        refused,
        Some(SparseError::SendEpochDecreased { send_epoch, epoch })
    );
}

/// What loading says to the stored form of a changed state.
fn load_changed(state: &State, change: impl Fn(&mut State)) -> Option<SparseError> {
    let mut changed = state.clone();
    change(&mut changed);
    decode_state(&encode_state(&changed)).err()
}

#[test]
fn epochs_that_do_not_fit_are_refused() {
    let [party, _] = begun();
    let invalid = Some(SparseError::InvalidState);
    let with_chain = |change: fn(&mut Chain)| {
        load_changed(&party, |state| change(state.chain.as_mut().unwrap()))
    };
    assert_eq!(with_chain(|_| {}), None);
    assert_eq!(
        with_chain(|chain| chain.links = Seq::<Link>::new(0)),
        invalid
    );
    assert_eq!(with_chain(|chain| chain.send_epoch = 1), invalid);
    assert_eq!(with_chain(|chain| chain.current_epoch = 1), invalid);
    let two_links = |chain: &mut Chain| {
        let link = chain.links[0usize].clone();
        chain.links = chain.links.push(&link);
    };
    assert_eq!(with_chain(two_links), invalid);
    let epoch_0 = |state: &mut State| {
        if let Some(Braid::KeysUnsampled(braid)) = &mut state.braid {
            braid.epoch = 0;
        }
        state.chain = None;
    };
    assert_eq!(load_changed(&party, epoch_0), invalid);
}

#[test]
fn a_decoder_of_another_size_is_refused_as_a_message() {
    let [_, party] = begun();
    let refused = load_changed(&party, |state| {
        if let Some(Braid::NoHeaderReceived(braid)) = &mut state.braid {
            braid.header_decoder = decoder(98).unwrap();
        }
    });
    assert_eq!(refused, Some(SparseError::InvalidMessage));
}

#[test]
fn an_encoder_of_another_size_is_refused() {
    let [party, _] = begun();
    let (party, _) = sparse_send(party, &Dice(9).random()).unwrap();
    for length in [64, 94, 98, 128] {
        let refused = load_changed(&party, |state| {
            if let Some(Braid::KeysSampled(braid)) = &mut state.braid {
                braid.header_encoder = encoder(&Seq::<u8>::new(length)).unwrap();
            }
        });
        assert_eq!(refused, Some(SparseError::InvalidState), "{length}");
    }
}

/// Stored bytes with a change to the content of every field at the end of a path of field numbers.
fn changed_at(stored: &Seq<u8>, path: &[u32], change: &dyn Fn(Vec<u8>) -> Vec<u8>) -> Seq<u8> {
    let Some((number, rest)) = path.split_first() else {
        return public(&change(stored.native_slice().to_vec()));
    };
    let fields = parse_fields(stored).unwrap();
    let mut out = Seq::<u8>::new(0);
    for i in 0..fields.len() {
        let field = &fields[i];
        out = if field.wire_type == WIRE_VARINT {
            put_varint_field(out, field.number, field.varint)
        } else {
            let content = stored.slice(field.start, field.length);
            let content = if field.number == *number {
                changed_at(&content, rest, change)
            } else {
                content
            };
            put_bytes(out, field.number, &content)
        };
    }
    out
}

fn check_load(
    state: &State,
    path: &[u32],
    change: impl Fn(Vec<u8>) -> Vec<u8>,
) -> Option<SparseError> {
    let stored = encode_state(state).declassify();
    let changed = changed_at(&stored, path, &change);
    assert_ne!(changed, stored, "{path:?}: a change");
    decode_state(&ByteSeq::from_public_seq(&changed)).err()
}

#[test]
fn a_stored_form_that_is_not_written_is_refused() {
    let mut dice = Dice(10);
    let [initiator, responder] = begun();
    let (sampled, sent) = sparse_send(initiator.clone(), &dice.random()).unwrap();
    let (waiting, _) = sparse_receive(responder, &sent.message).unwrap();
    let invalid = Some(SparseError::InvalidState);
    let append = |tail: &'static [u8]| move |bytes: Vec<u8>| [bytes, tail.to_vec()].concat();
    let shorten = |bytes: Vec<u8>| bytes[..bytes.len() - 1].to_vec();
    let appended: [Appended; 20] = [
        // Unknown fields are skipped.
        (&waiting, &[], &[0xf8, 0x01, 1], None),
        (&waiting, &[3, 6, 2], &[0x28, 1], None),
        // A decoder: too few symbols, 15 polynomials, a 17th set, complete, a wrong type.
        (
            &waiting,
            &[3, 6, 2],
            &[0x08, 47],
            Some(SparseError::InvalidMessage),
        ),
        (&waiting, &[3, 6, 2], &[0x10, 15], invalid),
        (&waiting, &[3, 6, 2], &[0x1a, 0], invalid),
        (&waiting, &[3, 6, 2], &[0x20, 1], invalid),
        (&waiting, &[3, 6, 2], &[0x18, 0], invalid),
        // Points of one byte more, and of an x that does not ascend.
        (&waiting, &[3, 6, 2, 3], &[0], invalid),
        (&waiting, &[3, 6, 2, 3], &[0, 0, 0, 0], invalid),
        // An encoder with both forms, with 17 polynomials, and with a longer polynomial.
        (&sampled, &[3, 2, 2], &[0x1a, 0], invalid),
        (&sampled, &[3, 2, 2], &[0x12, 6, 0, 0, 0, 0, 0, 0], invalid),
        (&sampled, &[3, 2, 2, 2], &[0, 0], invalid),
        // A core of epoch 0, and a second state.
        (&waiting, &[3, 6, 1], &[0x08, 0], invalid),
        (&waiting, &[3], &[0x0a, 0], invalid),
        (&waiting, &[3], &[0x08, 0], invalid),
        // Numbers that name nothing.
        (&initiator, &[1], &[0x10, 2], invalid),
        (&initiator, &[1], &[0x18, 2], invalid),
        (&initiator, &[2], &[0x08, 2], invalid),
        // A store of one byte, and a chain of another epoch.
        (&initiator, &[2, 3, 2], &[0x1a, 1, 0], invalid),
        (&initiator, &[2], &[0x10, 1, 0x28, 1], invalid),
    ];
    for (state, path, tail, expected) in appended {
        assert_eq!(
            check_load(state, path, append(tail)),
            expected,
            "{path:?} {tail:?}"
        );
    }
    // Every key and every piece one byte shorter.
    let shortened: [(&State, &[u32]); 10] = [
        (&initiator, &[1, 1]),
        (&initiator, &[2, 3, 1, 2]),
        (&initiator, &[2, 3, 2, 2]),
        (&initiator, &[2, 4]),
        (&waiting, &[3, 6, 1, 2, 1]),
        (&waiting, &[3, 6, 1, 2, 2]),
        (&sampled, &[3, 2, 1, 3]),
        (&sampled, &[3, 2, 1, 4]),
        (&sampled, &[3, 2, 2, 2]),
        (&waiting, &[3, 6, 2, 3]),
    ];
    for (state, path) in shortened {
        assert_eq!(check_load(state, path, shorten), invalid, "{path:?}");
    }
    // Every part that is needed, emptied.
    let emptied: [(&State, &[u32]); 8] = [
        (&initiator, &[1]),
        (&initiator, &[2]),
        (&initiator, &[2, 3]),
        (&initiator, &[2, 4]),
        (&waiting, &[3]),
        (&waiting, &[3, 6]),
        (&waiting, &[3, 6, 1]),
        (&sampled, &[3, 2, 2]),
    ];
    for (state, path) in emptied {
        assert_eq!(check_load(state, path, |_| Vec::new()), invalid, "{path:?}");
    }
    assert_eq!(check_load(&waiting, &[], |_| Vec::new()), None);
}
