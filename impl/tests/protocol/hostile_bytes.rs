//! Bytes of any kind: an answer or an error, never a panic.
use crate::parties::{alice, bob, established, Party, NOW_MS};
use proptest::prelude::*;
use twinratchet::session::record::{
    decode_identity_key_pair, decode_session, import_record, load_record, save_record,
};
use twinratchet::session::select::{Ciphertext, MessageKind};
use twinratchet::wire::message::parse_signal_message;
use twinratchet::wire::prekey_message::parse_prekey_message;
use twinratchet::wire::Profile;
use twinratchet::Conversation;

fn profiles() -> impl Strategy<Value = Profile> {
    prop_oneof![Just(Profile::SignalV3), Just(Profile::SignalV4)]
}

fn pair(profile: Profile) -> (Party, Party) {
    (alice(profile), bob(profile))
}

fn parse_all(bytes: &[u8]) {
    let _ = parse_signal_message(bytes);
    let _ = parse_prekey_message(bytes);
    let _ = decode_session(bytes);
    let _ = decode_identity_key_pair(bytes);
    let _ = import_record(bytes);
    if let Ok(record) = load_record(bytes) {
        assert_eq!(*save_record(&record), bytes);
    }
}

proptest! {
    #[test]
    fn parsers_take_any_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        parse_all(&bytes);
    }

    #[test]
    fn parsers_take_any_fields(
        first in prop_oneof![Just(0x33u8), Just(0x44)],
        fields in proptest::collection::vec((1u8..16, 0u8..6, proptest::collection::vec(any::<u8>(), 0..40)), 0..12),
    ) {
        let mut bytes = vec![first];
        for (number, wire_type, value) in fields {
            bytes.push(number << 3 | wire_type);
            bytes.push(u8::try_from(value.len()).unwrap());
            bytes.extend(value);
        }
        parse_all(&bytes);
        parse_all(&bytes[1..]);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn changed_record_loads_or_is_refused(profile in profiles(), changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4)) {
        let (mut alice, mut bob) = pair(profile);
        let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
        let _skipped = alice.send(&mut to_bob, b"skipped");
        let message = alice.send(&mut to_bob, b"message");
        prop_assert!(bob.receive(&mut to_alice, &message).is_ok());
        let mut saved = to_alice.save().to_vec();
        for (at, value) in changes {
            let at = at.index(saved.len());
            saved[at] = value;
        }
        parse_all(&saved);
        parse_all(&saved[1..]);
        if let Ok(mut loaded) = Conversation::import(alice.identity.address(), None, &saved[1..]) {
            let _ = bob.receive(&mut loaded, &message);
            let _ = loaded.encrypt(&bob.identity, NOW_MS, b"x", &mut bob.rng);
        }
    }

    #[test]
    fn random_messages_change_nothing(
        profile in profiles(),
        kind in prop_oneof![Just(MessageKind::Signal), Just(MessageKind::PreKey)],
        tail in proptest::collection::vec(any::<u8>(), 0..120),
    ) {
        let (mut alice, mut bob) = pair(profile);
        let (_, mut to_alice) = established(&mut alice, &mut bob);
        let before = to_alice.save();
        let first = match profile {
            Profile::SignalV3 | Profile::WhatsAppV3 => 0x33,
            Profile::SignalV4 => 0x44,
        };
        let bytes = [&[first][..], &tail].concat();
        let message = Ciphertext { kind, bytes };
        prop_assert!(bob.receive(&mut to_alice, &message).is_err());
        prop_assert_eq!(&*to_alice.save(), &*before);
    }
}
