//! Messages and stored states of any kind: an answer or an error, never a panic; after an error the state is as before.
use crate::parties::{pair, random, DEFAULTS};
use crate::traces::state_name;
use proptest::prelude::*;
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::ChaCha20Rng;
use std::collections::BTreeSet;
use std::sync::OnceLock;
use twinratchet::ratchet::sparse::message::{
    encode_sparse_message, message_version, parse_sparse_message, MessageVersion,
};
use twinratchet::ratchet::sparse::state::{decode_state, encode_state};
use twinratchet::ratchet::sparse::{sparse_receive, sparse_send, SparseError, State};

/// A state on its way, and messages that it may get next.
struct Moment {
    stored: Vec<u8>,
    messages: Vec<Vec<u8>>,
}

/// A stored state after every message received, of a conversation that loses every seventh message, and every third to one
/// side, so that all states of the Braid are met.
fn moments() -> &'static [Moment] {
    static MOMENTS: OnceLock<Vec<Moment>> = OnceLock::new();
    MOMENTS.get_or_init(|| {
        let mut parties = pair(DEFAULTS);
        let mut sent: [Vec<Vec<u8>>; 2] = [Vec::new(), Vec::new()];
        let mut stored = Vec::new();
        for n in 0..400 {
            let [to, from] = [n % 2, 1 - n % 2];
            let message = parties[from].send();
            sent[to].push(message.message.clone());
            if n % 7 != 6 && (to == 1 || n % 3 != 0) {
                parties[to].receive(&message).unwrap();
                let bytes = encode_state(&parties[to].state).to_vec();
                stored.push((to, sent[to].len(), bytes));
            }
        }
        let moment = |(to, received, stored): (usize, usize, Vec<u8>)| {
            // Two that it has got or lost, and the next ones.
            let messages = sent[to].iter().skip(received.saturating_sub(2)).take(5);
            Moment {
                stored,
                messages: messages.cloned().collect(),
            }
        };
        stored.into_iter().map(moment).collect()
    })
}

/// Receive, and see that an error leaves the state as it was.
fn receive(state: &mut State, message: &[u8]) {
    let before = encode_state(state);
    if sparse_receive(state, message).is_err() {
        assert_eq!(*encode_state(state), *before);
    }
}

fn send(state: &mut State, rng: &mut ChaCha20Rng) {
    let before = encode_state(state);
    if sparse_send(state, &random(rng)).is_err() {
        assert_eq!(*encode_state(state), *before);
    }
}

/// Load a stored state if it can be loaded, and go on with it.
fn go_on(stored: &[u8], messages: &[Vec<u8>]) -> bool {
    let mut state = match decode_state(stored) {
        Ok(state) => state,
        Err(error) => {
            let known = [SparseError::InvalidState, SparseError::InvalidMessage];
            assert!(known.contains(&error), "{error:?}");
            return false;
        }
    };
    let written = encode_state(&state);
    let read = decode_state(&written).unwrap();
    assert_eq!(*encode_state(&read), *written);
    let mut rng = ChaCha20Rng::from_seed([3; 32]);
    for message in messages {
        receive(&mut state, message);
        send(&mut state, &mut rng);
    }
    decode_state(&encode_state(&state)).unwrap();
    true
}

#[derive(Clone, Debug)]
enum Change {
    Set(u8),
    Flip(u8),
    Cut(u8),
    Repeat(u8),
    Truncate,
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        4 => any::<u8>().prop_map(Change::Set),
        4 => (0u8..8).prop_map(Change::Flip),
        1 => (1u8..40).prop_map(Change::Cut),
        1 => (1u8..40).prop_map(Change::Repeat),
        1 => Just(Change::Truncate),
    ]
}

fn apply(bytes: &mut Vec<u8>, at: prop::sample::Index, change: &Change) {
    if bytes.is_empty() {
        return;
    }
    let at = at.index(bytes.len());
    let end = |length: u8| bytes.len().min(at + usize::from(length));
    match change {
        Change::Set(value) => bytes[at] = *value,
        Change::Flip(bit) => bytes[at] ^= 1 << bit,
        Change::Cut(length) => drop(bytes.drain(at..end(*length))),
        Change::Repeat(length) => {
            let part = bytes[at..end(*length)].to_vec();
            bytes.splice(at..at, part);
        }
        Change::Truncate => bytes.truncate(at),
    }
}

#[test]
fn stored_states_go_on_unchanged() {
    let mut names = BTreeSet::new();
    for moment in moments() {
        names.extend(state_name(&decode_state(&moment.stored).unwrap()));
        assert_eq!(
            *encode_state(&decode_state(&moment.stored).unwrap()),
            moment.stored
        );
        assert!(go_on(&moment.stored, &moment.messages));
    }
    assert_eq!(names.len(), 11, "{names:?}");
}

#[test]
fn every_truncated_state_loads_or_is_refused() {
    for moment in moments().iter().step_by(29) {
        for length in 0..moment.stored.len() {
            go_on(&moment.stored[..length], &[]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn changed_state_goes_on_or_is_refused(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let moment = which.get(moments());
        let mut stored = moment.stored.clone();
        for (at, change) in &changes {
            apply(&mut stored, *at, change);
        }
        go_on(&stored, &moment.messages);
    }

    // The first bytes hold most of what is not a key: tags, lengths, numbers.
    #[test]
    fn state_changed_at_its_start_goes_on_or_is_refused(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((0usize..200, any::<u8>()), 1..3),
    ) {
        let moment = which.get(moments());
        let mut stored = moment.stored.clone();
        for (at, value) in changes {
            stored[at] = value;
        }
        go_on(&stored, &moment.messages);
    }

    #[test]
    fn changed_message_is_received_or_changes_nothing(
        which in any::<prop::sample::Index>(),
        message in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), change()), 1..4),
    ) {
        let moment = which.get(moments());
        let mut state = decode_state(&moment.stored).unwrap();
        let mut message = message.get(&moment.messages).clone();
        for (at, change) in &changes {
            apply(&mut message, *at, change);
        }
        receive(&mut state, &message);
        for message in &moment.messages {
            receive(&mut state, message);
        }
    }

    #[test]
    fn parsers_take_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        go_on(&bytes, &[]);
        for first in [0, 1, 2] {
            let message = [&[first][..], &bytes].concat();
            if let Ok(parsed) = parse_sparse_message(&message) {
                prop_assert_eq!(message_version(&message), MessageVersion::V1);
                let again = parse_sparse_message(&encode_sparse_message(&parsed));
                prop_assert_eq!(again, Ok(parsed));
            }
        }
    }
}
