//! Conversations of two parties: in any order, with losses, up to the limits.
use crate::parties::{pair, Party, DEFAULTS};
use proptest::prelude::*;
use twinratchet::ratchet::sparse::state::encode_state;
use twinratchet::ratchet::sparse::{
    ChainParameters, Direction, Sent, SparseError, Version, UNLIMITED_JUMP,
};

/// The epoch of the Braid, as it is printed.
fn epoch(party: &Party) -> u64 {
    let printed = format!("{:?}", party.state.braid);
    let (_, after) = printed.split_once("epoch: ").unwrap();
    let digits = after.split(|c: char| !c.is_ascii_digit()).next();
    digits.unwrap().parse().unwrap()
}

#[test]
fn alternating_parties_pass_an_epoch_in_some_ninety_messages() {
    let mut parties = pair(DEFAULTS);
    for n in 0..500 {
        let [to, from] = [n % 2, 1 - n % 2];
        let sent = parties[from].send();
        parties[to].receive(&sent).unwrap();
    }
    assert!(epoch(&parties[0]) >= 6 && epoch(&parties[1]) >= 6);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn every_message_has_one_key_in_any_order(
        steps in proptest::collection::vec((any::<bool>(), 0u8..8, any::<prop::sample::Index>()), 300..600),
    ) {
        let mut parties = pair(DEFAULTS);
        let mut under_way: [Vec<Sent>; 2] = [Vec::new(), Vec::new()];
        for (side, action, which) in steps {
            let [from, to] = [usize::from(side), usize::from(!side)];
            under_way[to].push(parties[from].send());
            // Deliver the newest, deliver any, lose any, or wait.
            let waiting = under_way[to].len();
            let at = if action < 5 { waiting - 1 } else { which.index(waiting) };
            match action {
                0..=5 => {
                    let sent = under_way[to].swap_remove(at);
                    match parties[to].receive(&sent) {
                        Ok(()) => {
                            let again = parties[to].receive(&sent).unwrap_err();
                            let used = matches!(again, SparseError::KeyAlreadyRequested { .. });
                            prop_assert!(used, "{again:?}");
                        }
                        // Of an epoch whose chain was dropped.
                        Err(error) => {
                            let late = matches!(error, SparseError::EpochOutOfRange { .. });
                            prop_assert!(late, "{error:?}");
                        }
                    }
                }
                6 => drop(under_way[to].swap_remove(at)),
                _ => {}
            }
        }
    }
}

#[test]
fn skipped_keys_are_kept_up_to_the_limit() {
    let [mut alice, mut bob] = pair(ChainParameters {
        max_jump: 30,
        max_out_of_order: 10,
    });
    let sent: Vec<Sent> = (0..40).map(|_| alice.send()).collect();
    let jump = bob.receive(&sent[30]);
    assert_eq!(
        jump,
        Err(SparseError::KeyJump {
            counter: 0,
            index: 31
        })
    );
    bob.receive(&sent[29]).unwrap();
    assert_eq!(
        bob.receive(&sent[18]),
        Err(SparseError::KeyTrimmed { index: 19 })
    );
    bob.receive(&sent[19]).unwrap();
    assert_eq!(
        bob.receive(&sent[19]),
        Err(SparseError::KeyAlreadyRequested { index: 20 })
    );
}

#[test]
fn a_jump_without_a_limit_is_made() {
    let [mut alice, mut bob] = pair(ChainParameters {
        max_jump: UNLIMITED_JUMP,
        max_out_of_order: 0,
    });
    let first = alice.send();
    let last = (0..26_000).map(|_| alice.send()).last().unwrap();
    bob.receive(&last).unwrap();
    assert_eq!(
        bob.receive(&first),
        Err(SparseError::KeyTrimmed { index: 1 })
    );
}

#[test]
fn damaged_chunk_makes_the_header_fail_and_leaves_the_state() {
    let [mut alice, mut bob] = pair(DEFAULTS);
    let sent: Vec<Sent> = (0..5).map(|_| alice.send()).collect();
    let damaged = |sent: &Sent| {
        let mut message = sent.message.clone();
        *message.last_mut().unwrap() ^= 1;
        Sent { message, key: None }
    };
    let key =
        twinratchet::ratchet::sparse::sparse_receive(&mut bob.state, &damaged(&sent[0]).message);
    assert!(key.unwrap().is_some());
    bob.receive(&sent[1]).unwrap();
    let before = encode_state(&bob.state);
    assert_eq!(bob.receive(&sent[2]), Err(SparseError::BadMac));
    assert_eq!(*encode_state(&bob.state), *before);
    // A parity chunk does not repair it: the damaged chunk is read.
    assert_eq!(bob.receive(&sent[3]), Err(SparseError::BadMac));
}

#[test]
fn versions_are_agreed_on_with_the_first_messages() {
    let lenient = |side| Party::new(side, Version::V0, DEFAULTS);
    let (mut alice, mut bob) = (lenient(Direction::A2B), lenient(Direction::B2A));
    let first = alice.send();
    assert!(first.key.is_none());
    bob.receive(&first).unwrap();
    let answer = bob.send();
    assert!(answer.key.is_some());
    alice.receive(&answer).unwrap();
    assert!(alice.send().key.is_some());

    let none = Sent {
        message: Vec::new(),
        key: None,
    };
    assert_eq!(alice.receive(&none), Err(SparseError::VersionMismatch));
    let mut strict = Party::new(Direction::A2B, Version::V1, DEFAULTS);
    assert_eq!(strict.receive(&none), Err(SparseError::MinimumVersion));
    let mut lenient = lenient(Direction::A2B);
    lenient.receive(&none).unwrap();
    assert!(lenient.state.braid.is_none());
    assert!(encode_state(&lenient.state).is_empty());
    assert!(lenient.send().message.is_empty());
}

#[test]
fn printed_state_has_counters_and_no_keys() {
    let [mut alice, mut bob] = pair(DEFAULTS);
    alice.send();
    let sent = alice.send();
    bob.receive(&sent).unwrap();
    assert_eq!(
        format!("{:?}", alice.state),
        "State { negotiation: Some(Negotiation { direction: A2B, min_version: V1, chain: ChainParameters { max_jump: 0, \
         max_out_of_order: 0 }, .. }), chain: Some(Chain { direction: A2B, current_epoch: 0, send_epoch: 0, links: [Link { \
         send: Half { ctr: 2, stored: 0, .. }, receive: Half { ctr: 0, stored: 0, .. } }], parameters: ChainParameters { \
         max_jump: 0, max_out_of_order: 0 }, .. }), braid: Some(KeysSampled(KeysSampled { epoch: 1, header_encoder: Encoder { \
         next: 2, length: 96, .. }, .. })) }"
    );
    assert_eq!(
        format!("{:?}", bob.state),
        "State { negotiation: None, chain: Some(Chain { direction: B2A, current_epoch: 0, send_epoch: 0, links: [Link { \
         send: Half { ctr: 0, stored: 0, .. }, receive: Half { ctr: 2, stored: 1, .. } }], parameters: ChainParameters { \
         max_jump: 0, max_out_of_order: 0 }, .. }), braid: Some(NoHeaderReceived(NoHeaderReceived { epoch: 1, \
         header_decoder: Decoder { length: 96, chunks: 1, .. }, .. })) }"
    );
}
