//! Every limit of the protocol, at its edge and one past it.
use crate::parties::{alice, bob, established, inner_bytes, started, Party, NOW_MS};
use twinratchet::session::record::{encode_record, import_record, RecordError};
use twinratchet::session::select::{
    Ciphertext, MessageKind, SessionError, MAX_UNACKNOWLEDGED_AGE_MS,
};
use twinratchet::wire::prekey_message::parse_prekey_message;
use twinratchet::wire::Profile;
use twinratchet::{Conversation, Error};

fn refused(error: SessionError) -> Result<Vec<u8>, Error> {
    Err(Error::Session(error))
}

fn send_many(from: &mut Party, to: &mut Conversation, count: usize) -> Vec<Ciphertext> {
    (0..count).map(|_| from.send(to, b"")).collect()
}

fn jump_ends_at_25000_and_store_at_2000(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let messages = send_many(&mut alice, &mut to_bob, 25_003);
    assert_eq!(bob.receive(&mut to_alice, &messages[0]), Ok(vec![]));
    let before = to_alice.save();
    // Nr is 1: message 25001 is 25000 ahead. In version 4 the number of SPQR, which counts from 1, is one more ahead.
    let last = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => 25_001,
        Profile::SignalV4 => 25_000,
    };
    assert_eq!(
        bob.receive(&mut to_alice, &messages[last + 1]),
        refused(SessionError::DecryptionFailed)
    );
    assert_eq!(*to_alice.save(), *before);
    assert_eq!(bob.receive(&mut to_alice, &messages[last]), Ok(vec![]));
    // The last 2000 are kept.
    assert_eq!(
        bob.receive(&mut to_alice, &messages[last - 2_001]),
        refused(SessionError::DuplicateMessage)
    );
    assert_eq!(
        bob.receive(&mut to_alice, &messages[1]),
        refused(SessionError::DuplicateMessage)
    );
    for n in [last - 2_000, last - 1, 24_000] {
        assert_eq!(bob.receive(&mut to_alice, &messages[n]), Ok(vec![]), "{n}");
        assert_eq!(
            bob.receive(&mut to_alice, &messages[n]),
            refused(SessionError::DuplicateMessage)
        );
    }
}

#[test]
fn store_drops_the_lowest_numbers_of_several_jumps() {
    let profile = Profile::SignalV3;
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let messages = send_many(&mut alice, &mut to_bob, 2_503);
    assert!(bob.receive(&mut to_alice, &messages[1_500]).is_ok()); // keeps 0 ..= 1499
    assert!(bob.receive(&mut to_alice, &messages[2_001]).is_ok()); // 1501 ..= 2000 more: 2000 in all
    assert!(bob.receive(&mut to_alice, &messages[0]).is_ok()); // 1999 left
    assert!(bob.receive(&mut to_alice, &messages[2_004]).is_ok()); // 2002, 2003 more: 1 goes
    assert_eq!(
        bob.receive(&mut to_alice, &messages[1]),
        refused(SessionError::DuplicateMessage)
    );
    for n in [2, 1_499, 1_501, 2_000, 2_002, 2_003] {
        assert!(bob.receive(&mut to_alice, &messages[n]).is_ok(), "{n}");
    }
}

#[test]
fn spqr_has_no_key_further_back_than_2000() {
    let profile = Profile::SignalV4;
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let messages = send_many(&mut alice, &mut to_bob, 2_002);
    assert!(bob.receive(&mut to_alice, &messages[1_500]).is_ok());
    assert!(bob.receive(&mut to_alice, &messages[2_001]).is_ok());
    // The Double Ratchet would still have the first one.
    let before = to_alice.save();
    assert_eq!(
        bob.receive(&mut to_alice, &messages[0]),
        refused(SessionError::DecryptionFailed)
    );
    assert_eq!(*to_alice.save(), *before);
    for n in [1, 1_499, 1_501, 2_000] {
        assert!(bob.receive(&mut to_alice, &messages[n]).is_ok(), "{n}");
        assert_eq!(
            bob.receive(&mut to_alice, &messages[n]),
            refused(SessionError::DuplicateMessage)
        );
    }
}

fn sixth_chain_evicts_the_first(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let mut late = Vec::new();
    for _ in 0..6 {
        late.push(alice.send(&mut to_bob, b"late"));
        let there = alice.send(&mut to_bob, b"there");
        assert!(bob.receive(&mut to_alice, &there).is_ok());
        let back = bob.send(&mut to_alice, b"back");
        assert!(alice.receive(&mut to_bob, &back).is_ok());
    }
    assert_eq!(
        bob.receive(&mut to_alice, &late[0]),
        refused(SessionError::DecryptionFailed)
    );
    for message in &late[1..] {
        assert_eq!(bob.receive(&mut to_alice, message), Ok(b"late".to_vec()));
    }
}

fn forty_sessions_are_archived(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let mut messages = Vec::new();
    for _ in 0..42 {
        messages.push(alice.send(&mut to_bob, b"one"));
        messages.push(alice.send(&mut to_bob, b"two"));
        let bundle = bob.bundle();
        to_bob
            .restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng)
            .unwrap();
    }
    for pair in messages.chunks(2) {
        assert!(bob.receive(&mut to_alice, &pair[0]).is_ok());
    }
    assert_eq!(
        (to_bob.record().archived(), to_alice.record().archived()),
        (40, 40)
    );
    // 42 sessions: the first is gone, and its message makes it anew, from message 1 on; the second is the last one kept.
    let inner = |message: &Ciphertext| Ciphertext {
        kind: MessageKind::Signal,
        bytes: inner_bytes(&parse_prekey_message(&message.bytes).unwrap()),
    };
    assert_eq!(
        bob.receive(&mut to_alice, &inner(&messages[1])),
        refused(SessionError::DecryptionFailed)
    );
    assert_eq!(
        bob.receive(&mut to_alice, &inner(&messages[3])),
        Ok(b"two".to_vec())
    );
    assert_eq!(to_alice.record().archived(), 40);
}

fn unanswered_session_sends_for_30_days(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let last = NOW_MS + MAX_UNACKNOWLEDGED_AGE_MS;
    let message = to_bob
        .encrypt(&alice.identity, last, b"", &mut alice.rng)
        .unwrap();
    assert_eq!(
        to_bob.encrypt(&alice.identity, last + 1, b"", &mut alice.rng),
        Err(SessionError::NoSession)
    );
    assert!(bob.receive(&mut to_alice, &message).is_ok());
    let answer = bob.send(&mut to_alice, b"");
    assert!(alice.receive(&mut to_bob, &answer).is_ok());
    assert!(to_bob
        .encrypt(&alice.identity, u64::MAX, b"", &mut alice.rng)
        .is_ok());
}

fn more_archived_sessions_than_forty_are_refused(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (to_bob, _) = started(&mut alice, &mut bob);
    let bare = encode_record(to_bob.record());
    // A record of one current session; the same bytes under field 2 are an archived one.
    let mut archived = bare.to_vec();
    archived[0] = 0x12;
    let mut stored = bare.to_vec();
    for _ in 0..40 {
        stored.extend_from_slice(&archived);
    }
    assert_eq!(import_record(&stored).unwrap().archived(), 40);
    stored.extend_from_slice(&archived);
    assert_eq!(import_record(&stored).err(), Some(RecordError::OverLimit));
}

fn archived_session_that_cannot_be_decoded_stays_and_stops_a_prekey_search(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (to_bob, _) = started(&mut alice, &mut bob);
    let mut stored = encode_record(to_bob.record()).to_vec();
    stored.extend_from_slice(&[0x12, 0x02, 0x08, 0x05]); // a session of version 5, and nothing else
    let mut conversation = Conversation::import(bob.identity.address(), None, &stored).unwrap();
    assert_eq!(encode_record(conversation.record()).to_vec(), stored);
    let (mut from_bob, _) = started(&mut bob, &mut alice);
    let first = bob.send(&mut from_bob, b"first");
    let expected = SessionError::Record(RecordError::UnsupportedVersion);
    assert_eq!(alice.receive(&mut conversation, &first), refused(expected));
}

in_both_versions!(
    jump_ends_at_25000_and_store_at_2000,
    sixth_chain_evicts_the_first,
    forty_sessions_are_archived,
    unanswered_session_sends_for_30_days,
    more_archived_sessions_than_forty_are_refused,
    archived_session_that_cannot_be_decoded_stays_and_stops_a_prekey_search,
);
