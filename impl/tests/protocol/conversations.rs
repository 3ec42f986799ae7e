//! What two devices can do to each other that is allowed.
use crate::parties::{
    alice, bob, established, in_envelope, started, version, Party, NOW_MS, ONE_TIME_PREKEY_ID,
};
use twinratchet::session::select::{MessageKind, SessionError};
use twinratchet::wire::Profile;
use twinratchet::{Conversation, Error, Identity};

fn refused(error: SessionError) -> Result<Vec<u8>, Error> {
    Err(Error::Session(error))
}

fn both_sides_talk_in_turns(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    for round in 0..12u8 {
        let text = vec![round; usize::from(round) * 7];
        let there = alice.send(&mut to_bob, &text);
        assert_eq!(there.kind, MessageKind::Signal);
        assert_eq!(bob.receive(&mut to_alice, &there), Ok(text.clone()));
        let back = bob.send(&mut to_alice, &text);
        assert_eq!(alice.receive(&mut to_bob, &back), Ok(text));
    }
}

fn encryption_draws_what_spqr_takes_and_nothing_else(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    // Bytes drawn for each message of the first epoch, and for the first two of the next.
    let mut drawn = Vec::new();
    for _ in 0..44 {
        let before = alice.rng.get_word_pos();
        let there = alice.send(&mut to_bob, b"there");
        drawn.push(4 * (alice.rng.get_word_pos() - before));
        bob.receive(&mut to_alice, &there).unwrap();
        let before = bob.rng.get_word_pos();
        let back = bob.send(&mut to_alice, b"back");
        drawn.push(4 * (bob.rng.get_word_pos() - before));
        alice.receive(&mut to_bob, &back).unwrap();
    }
    let mut expected = vec![0; 88];
    if profile == Profile::SignalV4 {
        // A key pair, an encapsulation; then the roles change.
        [expected[0], expected[5], expected[87]] = [64, 32, 64];
    }
    assert_eq!(drawn, expected);
}

fn first_messages_open_in_any_order(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let messages: Vec<_> = (0..4u8).map(|i| alice.send(&mut to_bob, &[i])).collect();
    for i in [2, 0, 3, 1] {
        assert_eq!(messages[i].kind, MessageKind::PreKey);
        assert_eq!(
            bob.receive(&mut to_alice, &messages[i]),
            Ok(vec![u8::try_from(i).unwrap()])
        );
    }
}

fn one_time_prekey_is_reported_once(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let messages = [alice.send(&mut to_bob, b"0"), alice.send(&mut to_bob, b"1")];
    let mut rng = bob.rng.clone();
    let used = messages.map(|message| {
        let decrypted = to_alice.decrypt_with(&bob.identity, &message, &bob.lookup(), &mut rng);
        decrypted.unwrap().used_one_time_prekey
    });
    assert_eq!(used, [Some(ONE_TIME_PREKEY_ID), None]);
}

fn replay_is_a_duplicate_in_every_session(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"once");
    assert!(bob.receive(&mut to_alice, &message).is_ok());
    assert_eq!(
        bob.receive(&mut to_alice, &message),
        refused(SessionError::DuplicateMessage)
    );
    let bundle = alice.bundle();
    to_alice
        .restart(&bob.identity, &bundle, NOW_MS, &mut bob.rng)
        .unwrap();
    assert_eq!(
        bob.receive(&mut to_alice, &message),
        refused(SessionError::DuplicateMessage)
    );
}

fn crossing_initiations_converge(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, _) = started(&mut alice, &mut bob);
    let (mut to_alice, _) = started(&mut bob, &mut alice);
    let there = alice.send(&mut to_bob, b"from Alice");
    let back = bob.send(&mut to_alice, b"from Bob");
    assert_eq!(
        bob.receive(&mut to_alice, &there),
        Ok(b"from Alice".to_vec())
    );
    assert_eq!(alice.receive(&mut to_bob, &back), Ok(b"from Bob".to_vec()));
    assert_eq!(
        (to_bob.record().archived(), to_alice.record().archived()),
        (1, 1)
    );
    for _ in 0..3 {
        let there = alice.send(&mut to_bob, b"again");
        assert_eq!(bob.receive(&mut to_alice, &there), Ok(b"again".to_vec()));
        let back = bob.send(&mut to_alice, b"and back");
        assert_eq!(alice.receive(&mut to_bob, &back), Ok(b"and back".to_vec()));
    }
}

fn message_of_an_archived_session_promotes_it(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let base_key = to_alice.record().current().unwrap().base_key;
    let late = alice.send(&mut to_bob, b"late");
    let bundle = alice.bundle();
    to_alice
        .restart(&bob.identity, &bundle, NOW_MS, &mut bob.rng)
        .unwrap();
    assert_ne!(to_alice.record().current().unwrap().base_key, base_key);
    assert_eq!(bob.receive(&mut to_alice, &late), Ok(b"late".to_vec()));
    assert_eq!(to_alice.record().current().unwrap().base_key, base_key);
    assert_eq!(to_alice.record().archived(), 1);
}

fn saved_conversation_goes_on(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let skipped = alice.send(&mut to_bob, b"skipped");
    let message = alice.send(&mut to_bob, b"message");
    assert!(bob.receive(&mut to_alice, &message).is_ok());
    let saved = to_alice.save();
    let peer = alice.identity.address();
    let mut loaded = Conversation::load(peer, to_alice.trusted_identity(), &saved).unwrap();
    assert_eq!(*loaded.save(), *saved);
    assert_eq!(bob.receive(&mut loaded, &skipped), Ok(b"skipped".to_vec()));
    let mut imported = Conversation::import(peer, None, &saved[1..]).unwrap();
    assert_eq!(*imported.save(), *saved);
    assert_eq!(
        bob.receive(&mut imported, &skipped),
        Ok(b"skipped".to_vec())
    );
}

fn changed_identity_is_refused_until_accepted(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let mut new_bob = Party::new(profile, "796abedb-ca4e-4f18-8803-1fde5b921f9f", 9);
    let bundle = new_bob.bundle();
    let untrusted = Err(SessionError::UntrustedIdentity);
    let restarted = to_bob.restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng);
    assert_eq!(restarted, untrusted);
    let old = bob.send(&mut to_alice, b"old");
    to_bob.accept_identity(new_bob.identity.public());
    assert_eq!(
        to_bob.encrypt(&alice.identity, NOW_MS, b"x", &mut alice.rng),
        Err(SessionError::UntrustedIdentity)
    );
    assert_eq!(
        alice.receive(&mut to_bob, &old),
        refused(SessionError::UntrustedIdentity)
    );
    assert_eq!(
        to_bob.restart(&alice.identity, &bundle, NOW_MS, &mut alice.rng),
        Ok(())
    );
}

fn accepted_identity_survives_a_message_of_an_older_session(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let first = alice.send(&mut to_bob, b"first");
    assert!(bob.receive(&mut to_alice, &first).is_ok());
    let renewed = Party::new(profile, "9d0652a3-dcc3-4d11-975f-74d61598733f", 3);
    to_alice.accept_identity(renewed.identity.public());
    // The old key still opens its session under an envelope that names the new identity, which nothing authenticates.
    let second = alice.send(&mut to_bob, b"second");
    let renamed = in_envelope(&second, |envelope| {
        envelope.identity_key = renewed.identity.public();
    });
    assert_eq!(bob.receive(&mut to_alice, &renamed), Ok(b"second".to_vec()));
    assert_eq!(to_alice.trusted_identity(), Some(renewed.identity.public()));
    assert_eq!(
        to_alice.encrypt(&bob.identity, NOW_MS, b"", &mut bob.rng),
        Err(SessionError::UntrustedIdentity)
    );
}

fn message_to_oneself_opens_on_the_other_device(profile: Profile) {
    let mut one = alice(profile);
    let pair =
        twinratchet::session::record::encode_identity_key_pair(&one.identity.local().identity);
    let pair = twinratchet::session::record::decode_identity_key_pair(&pair).unwrap();
    let name = one.identity.address().name.clone();
    let address = twinratchet::address::address(name, 2).unwrap();
    let identity = Identity::from_parts(pair, 5, address).with_profile(profile);
    let mut two = Party::of(identity, bob(profile).rng);
    let (mut to_two, mut to_one) = started(&mut one, &mut two);
    let mut last = one.send(&mut to_two, b"0");
    for _ in 0..25_005 {
        last = one.send(&mut to_two, b"far");
    }
    assert_eq!(two.receive(&mut to_one, &last), Ok(b"far".to_vec()));
}

fn debug_prints_counters_and_public_keys_only(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let _skipped = bob.send(&mut to_alice, b"skipped");
    let message = bob.send(&mut to_alice, b"message");
    alice.receive(&mut to_bob, &message).unwrap();
    let session = to_bob.record().current().unwrap();
    let sparse = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => "State { negotiation: None, chain: None, braid: None }",
        Profile::SignalV4 => {
            "State { negotiation: None, chain: Some(Chain { direction: A2B, current_epoch: 0, send_epoch: 0, \
             links: [Link { send: Half { ctr: 1, stored: 0, .. }, receive: Half { ctr: 3, stored: 1, .. } }], \
             parameters: ChainParameters { max_jump: 25000, max_out_of_order: 2000 }, .. }), \
             braid: Some(KeysSampled(KeysSampled { epoch: 1, \
             header_encoder: Encoder { next: 1, length: 96, .. }, .. })) }"
        }
    };
    let expected = format!(
        "Conversation {{ remote: Remote {{ address: {:?}, stored_identity: Some({bob:?}) }}, \
         record: Record {{ current: Some(Session {{ version: {}, local_identity: {alice:?}, remote_identity: {bob:?}, \
         ratchet: TripleState {{ double: State {{ pn: 0, sending: SendingChain {{ dhs: PublicKey(..), ns: 0, .. }}, \
         receiving: [ReceivingChain {{ dhr: PublicKey(..), nr: 0, skipped: 0, .. }}, \
         ReceivingChain {{ dhr: PublicKey(..), nr: 3, skipped: 1, .. }}], .. }}, sparse: {sparse} }}, pending: None, \
         remote_registration_id: {}, local_registration_id: {}, base_key: {:?} }}), previous: [] }} }}",
        bob.identity.address(),
        version(profile),
        session.remote_registration_id,
        session.local_registration_id,
        session.base_key,
        alice = alice.identity.public(),
        bob = bob.identity.public(),
    );
    let printed = format!("{to_bob:?}");
    // The ratchet keys are random; everything else is compared.
    let mut masked = String::new();
    let mut rest = printed.as_str();
    for mark in ["dhs: PublicKey(", "dhr: PublicKey(", "dhr: PublicKey("] {
        let (before, after) = rest.split_once(mark).unwrap();
        masked += before;
        masked += mark;
        masked += "..";
        rest = &after[64..];
    }
    masked += rest;
    assert_eq!(masked, expected);
}

in_both_versions!(
    both_sides_talk_in_turns,
    encryption_draws_what_spqr_takes_and_nothing_else,
    first_messages_open_in_any_order,
    one_time_prekey_is_reported_once,
    replay_is_a_duplicate_in_every_session,
    crossing_initiations_converge,
    message_of_an_archived_session_promotes_it,
    saved_conversation_goes_on,
    changed_identity_is_refused_until_accepted,
    accepted_identity_survives_a_message_of_an_older_session,
    message_to_oneself_opens_on_the_other_device,
    debug_prints_counters_and_public_keys_only,
);
