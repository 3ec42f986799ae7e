//! Every limit of the protocol, at its edge and one past it.
use crate::parties::{alice, bob, established, started, Party, NOW_MS};
use twinratchet::session::record::{encode_record, import_record, RecordError};
use twinratchet::session::select::{Ciphertext, SessionError, MAX_UNACKNOWLEDGED_AGE_MS};
use twinratchet::{Conversation, Error};

fn refused(error: SessionError) -> Result<Vec<u8>, Error> {
    Err(Error::Session(error))
}

fn send_many(from: &Party, to: &mut Conversation, count: usize) -> Vec<Ciphertext> {
    (0..count).map(|_| from.send(to, b"")).collect()
}

#[test]
fn jump_ends_at_25000_and_store_at_2000() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let messages = send_many(&alice, &mut to_bob, 25_003);
    assert_eq!(bob.receive(&mut to_alice, &messages[0]), Ok(vec![]));
    let before = to_alice.save();
    // Nr is 1: message 25002 is 25001 ahead.
    assert_eq!(
        bob.receive(&mut to_alice, &messages[25_002]),
        refused(SessionError::DecryptionFailed)
    );
    assert_eq!(*to_alice.save(), *before);
    assert_eq!(bob.receive(&mut to_alice, &messages[25_001]), Ok(vec![]));
    // 23001 ..= 25000 are kept.
    assert_eq!(
        bob.receive(&mut to_alice, &messages[23_000]),
        refused(SessionError::DuplicateMessage)
    );
    assert_eq!(
        bob.receive(&mut to_alice, &messages[1]),
        refused(SessionError::DuplicateMessage)
    );
    for n in [23_001, 25_000, 24_000] {
        assert_eq!(bob.receive(&mut to_alice, &messages[n]), Ok(vec![]), "{n}");
        assert_eq!(
            bob.receive(&mut to_alice, &messages[n]),
            refused(SessionError::DuplicateMessage)
        );
    }
}

#[test]
fn store_drops_the_lowest_numbers_of_several_jumps() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let messages = send_many(&alice, &mut to_bob, 2_503);
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
fn sixth_chain_evicts_the_first() {
    let (mut alice, mut bob) = (alice(), bob());
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

#[test]
fn forty_sessions_are_archived() {
    let (mut alice, mut bob) = (alice(), bob());
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
    let inner = |message: &Ciphertext| {
        let parsed =
            twinratchet::wire::prekey_message::parse_prekey_message(&message.bytes).unwrap();
        let bytes = [parsed.message.unsigned, parsed.message.tag.as_bytes()].concat();
        Ciphertext {
            kind: twinratchet::session::select::MessageKind::Signal,
            bytes,
        }
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

#[test]
fn unanswered_session_sends_for_30_days() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let last = NOW_MS + MAX_UNACKNOWLEDGED_AGE_MS;
    let message = to_bob.encrypt(&alice.identity, last, b"").unwrap();
    assert_eq!(
        to_bob.encrypt(&alice.identity, last + 1, b""),
        Err(SessionError::NoSession)
    );
    assert!(bob.receive(&mut to_alice, &message).is_ok());
    let answer = bob.send(&mut to_alice, b"");
    assert!(alice.receive(&mut to_bob, &answer).is_ok());
    assert!(to_bob.encrypt(&alice.identity, u64::MAX, b"").is_ok());
}

#[test]
fn more_archived_sessions_than_forty_are_refused() {
    let (mut alice, mut bob) = (alice(), bob());
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

#[test]
fn archived_session_that_cannot_be_decoded_stays_and_stops_a_prekey_search() {
    let (mut alice, mut bob) = (alice(), bob());
    let (to_bob, _) = started(&mut alice, &mut bob);
    let mut stored = encode_record(to_bob.record()).to_vec();
    stored.extend_from_slice(&[0x12, 0x02, 0x08, 0x04]); // a session of version 4, and nothing else
    let mut conversation = Conversation::import(bob.identity.address(), None, &stored).unwrap();
    assert_eq!(encode_record(conversation.record()).to_vec(), stored);
    let (mut from_bob, _) = started(&mut bob, &mut alice);
    let first = bob.send(&mut from_bob, b"first");
    let expected = SessionError::Record(RecordError::UnsupportedVersion);
    assert_eq!(alice.receive(&mut conversation, &first), refused(expected));
}
