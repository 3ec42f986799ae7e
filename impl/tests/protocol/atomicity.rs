//! A message that is refused has changed nothing.
use crate::parties::{alice, bob, established, started, Party, NOW_MS};
use twinratchet::handshake::HandshakeError;
use twinratchet::keys::{OneTimePreKey, PublicKey, Signature};
use twinratchet::session::select::{Ciphertext, MessageKind, PreKeyLookup, SessionError};
use twinratchet::wire::message::{encode_signal_message, serialize_signal_message, SignalHeader};
use twinratchet::wire::prekey_message::{
    encode_prekey_message, parse_prekey_message, PreKeyEnvelope,
};
use twinratchet::wire::WireError;
use twinratchet::{Conversation, Error};

/// Receive what must be refused; the bytes of the conversation must not change.
fn refuse(party: &mut Party, conversation: &mut Conversation, message: &Ciphertext) -> Error {
    let before = conversation.save();
    let identity = conversation.trusted_identity();
    let error = party.receive(conversation, message).unwrap_err();
    assert_eq!(*conversation.save(), *before);
    assert_eq!(conversation.trusted_identity(), identity);
    error
}

fn signal(bytes: Vec<u8>) -> Ciphertext {
    Ciphertext {
        kind: MessageKind::Signal,
        bytes,
    }
}

#[test]
fn any_flipped_byte_changes_nothing() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let _skipped = alice.send(&mut to_bob, b"skipped");
    let message = alice.send(&mut to_bob, b"a message");
    for i in 0..message.bytes.len() {
        let mut bytes = message.bytes.clone();
        bytes[i] ^= 1 << (i % 8);
        refuse(&mut bob, &mut to_alice, &signal(bytes));
    }
    assert_eq!(
        bob.receive(&mut to_alice, &message),
        Ok(b"a message".to_vec())
    );
}

#[test]
fn flipped_byte_in_the_inner_first_message_leaves_no_session() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"first");
    let mut changed = message.clone();
    let at = changed.bytes.len() - 12; // inside the tag, before the ids
    changed.bytes[at] ^= 1;
    let error = refuse(&mut bob, &mut to_alice, &changed);
    assert_eq!(error, Error::Session(SessionError::DecryptionFailed));
    assert!(to_alice.record().current().is_none());
    assert!(bob.receive(&mut to_alice, &message).is_ok());
}

#[test]
fn truncated_message_is_a_wire_error() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"");
    let error = refuse(
        &mut bob,
        &mut to_alice,
        &signal(message.bytes[..8].to_vec()),
    );
    assert_eq!(error, Error::Wire(WireError::TooShort));
    let error = refuse(
        &mut bob,
        &mut to_alice,
        &signal([&[0x24], &message.bytes[1..]].concat()),
    );
    assert_eq!(error, Error::Wire(WireError::LegacyVersion));
    let error = refuse(
        &mut bob,
        &mut to_alice,
        &signal([&[0x54], &message.bytes[1..]].concat()),
    );
    assert_eq!(error, Error::Wire(WireError::UnrecognizedVersion));
}

#[test]
fn low_order_ratchet_key_and_last_number_are_refused() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"x");
    let parsed = twinratchet::wire::message::parse_signal_message(&message.bytes).unwrap();
    let header = SignalHeader {
        version: 3,
        ratchet_key: parsed.ratchet_key,
        counter: u32::MAX,
        previous_counter: 0,
    };
    let forge = |header: SignalHeader, version: u8| {
        let header = SignalHeader { version, ..header };
        let unsigned = encode_signal_message(&header, parsed.body, &[], None);
        signal(serialize_signal_message(unsigned, parsed.tag))
    };
    let failed = Error::Session(SessionError::DecryptionFailed);
    assert_eq!(refuse(&mut bob, &mut to_alice, &forge(header, 3)), failed);
    let mut low_order = SignalHeader {
        counter: 0,
        ..header
    };
    low_order.ratchet_key.key = PublicKey::from_bytes([0; 32]);
    assert_eq!(
        refuse(&mut bob, &mut to_alice, &forge(low_order, 3)),
        failed
    );
    let other_version = SignalHeader {
        counter: 0,
        ..header
    };
    assert_eq!(
        refuse(&mut bob, &mut to_alice, &forge(other_version, 4)),
        failed
    );
}

#[test]
fn empty_conversation_has_no_session() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, _) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"");
    let mut empty = Conversation::new(alice.identity.address(), None);
    assert_eq!(
        refuse(&mut bob, &mut empty, &message),
        Error::Session(SessionError::NoSession)
    );
    assert_eq!(
        empty.encrypt(&bob.identity, NOW_MS, b""),
        Err(SessionError::NoSession)
    );
}

#[test]
fn bad_bundles_start_no_session() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, _) = established(&mut alice, &mut bob);
    let before = to_bob.save();
    let mut bundle = bob.bundle();
    bundle.signed_prekey_signature = Signature::from_bytes([1; 64]);
    let mut low_order = bob.bundle();
    let zero = OneTimePreKey {
        key: PublicKey::from_bytes([0; 32]),
    };
    low_order.one_time_prekey.as_mut().unwrap().key = zero;
    let expected = [
        HandshakeError::BadSignature,
        HandshakeError::InvalidAgreement,
    ];
    for (bundle, error) in [bundle, low_order].iter().zip(expected) {
        let restarted = to_bob.restart(&alice.identity, bundle, NOW_MS, &mut alice.rng);
        assert_eq!(restarted, Err(SessionError::Handshake(error)));
        assert_eq!(*to_bob.save(), *before);
    }
}

/// What Bob makes of a first message after a change of its envelope.
fn first_message(change: impl FnOnce(&mut PreKeyEnvelope<'_>), lookup: [bool; 2]) -> Option<Error> {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"first");
    let parsed = parse_prekey_message(&message.bytes).unwrap();
    let inner = [parsed.message.unsigned, parsed.message.tag.as_bytes()].concat();
    let mut envelope = parsed.envelope;
    assert_eq!(encode_prekey_message(&envelope, &inner), message.bytes);
    change(&mut envelope);
    let bytes = encode_prekey_message(&envelope, &inner);
    let message = Ciphertext {
        kind: MessageKind::PreKey,
        bytes,
    };
    let [signed, one_time] = lookup;
    let lookup = PreKeyLookup {
        signed_prekey: signed.then_some(&bob.signed_prekey),
        one_time_prekey: one_time.then_some(&bob.one_time_prekey),
    };
    let before = to_alice.save();
    let error = to_alice
        .decrypt_with(&bob.identity, &message, &lookup, &mut bob.rng)
        .err();
    assert_eq!(*to_alice.save() == *before, error.is_some());
    error
}

#[test]
fn every_error_of_the_responder_has_its_cause() {
    let handshake = |error| Some(Error::Session(SessionError::Handshake(error)));
    let all = [true, true];
    assert_eq!(first_message(|_| (), all), None);
    assert_eq!(first_message(|e| e.registration_id = 9, all), None);
    let unknown_signed = handshake(HandshakeError::UnknownSignedPreKeyId);
    assert_eq!(first_message(|_| (), [false, true]), unknown_signed);
    let unknown = handshake(HandshakeError::UnknownPreKeyId);
    assert_eq!(first_message(|_| (), [true, false]), unknown);
    let not_canonical = |e: &mut PreKeyEnvelope<'_>| {
        let mut u = *e.base_key.key.as_bytes();
        u[31] |= 0x80;
        e.base_key.key = PublicKey::from_bytes(u);
    };
    assert_eq!(
        first_message(not_canonical, all),
        handshake(HandshakeError::InvalidBaseKey)
    );
    let low_order =
        |e: &mut PreKeyEnvelope<'_>| e.identity_key.key = PublicKey::from_bytes([0; 32]);
    assert_eq!(
        first_message(low_order, all),
        handshake(HandshakeError::InvalidAgreement)
    );
    let failed = Some(Error::Session(SessionError::DecryptionFailed));
    assert_eq!(first_message(|e| e.one_time_prekey_id = None, all), failed);
}

#[test]
fn version_4_is_refused_after_the_search() {
    let (mut alice, mut bob) = (alice(), bob());
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"first");
    let parsed = parse_prekey_message(&message.bytes).unwrap();
    let inner = [parsed.message.unsigned, parsed.message.tag.as_bytes()].concat();
    let kem = twinratchet::wire::prekey_message::KemFields {
        id: 1,
        ciphertext: &[8],
    };
    let envelope = PreKeyEnvelope {
        version: 4,
        kem: Some(kem),
        ..parsed.envelope
    };
    let bytes = encode_prekey_message(&envelope, &inner);
    let error = refuse(
        &mut bob,
        &mut to_alice,
        &Ciphertext {
            kind: MessageKind::PreKey,
            bytes,
        },
    );
    assert_eq!(error, Error::Session(SessionError::UnsupportedVersion));
}
