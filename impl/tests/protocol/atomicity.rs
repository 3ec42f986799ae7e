//! A message that is refused has changed nothing.
use crate::parties::{alice, bob, established, in_envelope, started, version, Party, NOW_MS};
use twinratchet::handshake::HandshakeError;
use twinratchet::keys::{KeyError, OneTimePreKey, PublicKey, Signature};
use twinratchet::session::select::{Ciphertext, MessageKind, PreKeyLookup, SessionError};
use twinratchet::wire::message::{
    encode_signal_message, parse_signal_message, serialize_signal_message, SignalHeader,
};
use twinratchet::wire::prekey_message::{parse_prekey_message, KemFields, PreKeyEnvelope};
use twinratchet::wire::{Profile, WireError, Writer};
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

fn any_flipped_byte_changes_nothing(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
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

fn flipped_byte_in_the_inner_first_message_leaves_no_session(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"first");
    let mut changed = message.clone();
    let parsed = parse_prekey_message(&message.bytes).unwrap();
    let tag = parsed.message.tag;
    let at = position(&message.bytes, tag.as_bytes());
    changed.bytes[at] ^= 1;
    let error = refuse(&mut bob, &mut to_alice, &changed);
    assert_eq!(error, Error::Session(SessionError::DecryptionFailed));
    assert!(to_alice.record().current().is_none());
    assert!(bob.receive(&mut to_alice, &message).is_ok());
}

fn truncated_message_is_a_wire_error(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
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

fn low_order_ratchet_key_and_last_number_are_refused(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"x");
    let parsed = parse_signal_message(&message.bytes).unwrap();
    let (own, other) = (version(profile), 7 - version(profile));
    let header = SignalHeader {
        writer: Writer {
            profile,
            version: own,
        },
        ratchet_key: parsed.ratchet_key,
        counter: u32::MAX,
        previous_counter: 0,
    };
    let forge = |header: SignalHeader, version: u8| {
        let header = SignalHeader {
            writer: Writer { profile, version },
            ..header
        };
        let unsigned = encode_signal_message(&header, parsed.body, parsed.spqr, None);
        signal(serialize_signal_message(unsigned, parsed.tag))
    };
    let failed = Error::Session(SessionError::DecryptionFailed);
    assert_eq!(refuse(&mut bob, &mut to_alice, &forge(header, own)), failed);
    let mut low_order = SignalHeader {
        counter: 0,
        ..header
    };
    low_order.ratchet_key.key = PublicKey::from_bytes([0; 32]);
    assert_eq!(
        refuse(&mut bob, &mut to_alice, &forge(low_order, own)),
        failed
    );
    let other_version = SignalHeader {
        counter: 0,
        ..header
    };
    assert_eq!(
        refuse(&mut bob, &mut to_alice, &forge(other_version, other)),
        failed
    );
}

fn empty_conversation_has_no_session(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, _) = established(&mut alice, &mut bob);
    let message = alice.send(&mut to_bob, b"");
    let mut empty = Conversation::new(alice.identity.address(), None);
    assert_eq!(
        refuse(&mut bob, &mut empty, &message),
        Error::Session(SessionError::NoSession)
    );
    assert_eq!(
        empty.encrypt(&bob.identity, NOW_MS, b"", &mut bob.rng),
        Err(SessionError::NoSession)
    );
}

fn bad_bundles_start_no_session(profile: Profile) {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
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

/// What Bob makes of a first message after a change of its envelope, with what a change leaves in his store.
fn first_message(
    profile: Profile,
    change: impl FnOnce(&mut PreKeyEnvelope<'_>),
    forget: impl FnOnce(&mut PreKeyLookup<'_>),
) -> Option<Error> {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, mut to_alice) = started(&mut alice, &mut bob);
    let message = in_envelope(&alice.send(&mut to_bob, b"first"), change);
    let mut lookup = bob.lookup();
    forget(&mut lookup);
    let before = to_alice.save();
    let error = to_alice
        .decrypt_with(&bob.identity, &message, &lookup, &mut bob.rng.clone())
        .err();
    assert_eq!(*to_alice.save() == *before, error.is_some());
    error
}

fn handshake(error: HandshakeError) -> Error {
    Error::Session(SessionError::Handshake(error))
}

fn not_canonical(envelope: &mut PreKeyEnvelope<'_>) {
    let mut u = *envelope.base_key.key.as_bytes();
    u[31] |= 0x80;
    envelope.base_key.key = PublicKey::from_bytes(u);
}

fn low_order(envelope: &mut PreKeyEnvelope<'_>) {
    envelope.identity_key.key = PublicKey::from_bytes([0; 32]);
}

fn every_error_of_the_responder_has_its_cause(profile: Profile) {
    let first = |change: fn(&mut PreKeyEnvelope<'_>)| first_message(profile, change, |_| ());
    let without = |forget: fn(&mut PreKeyLookup<'_>)| first_message(profile, |_| (), forget);
    assert_eq!(first(|_| ()), None);
    assert_eq!(first(|envelope| envelope.registration_id = 9), None);
    assert_eq!(
        without(|lookup| lookup.signed_prekey = None),
        Some(handshake(HandshakeError::UnknownSignedPreKeyId))
    );
    assert_eq!(
        without(|lookup| lookup.one_time_prekey = None),
        Some(handshake(HandshakeError::UnknownPreKeyId))
    );
    assert_eq!(
        first(not_canonical),
        Some(handshake(HandshakeError::InvalidBaseKey))
    );
    assert_eq!(
        first(low_order),
        Some(handshake(HandshakeError::InvalidAgreement))
    );
    let failed = Some(Error::Session(SessionError::DecryptionFailed));
    assert_eq!(first(|envelope| envelope.one_time_prekey_id = None), failed);
}

#[test]
fn every_error_of_the_kem_has_its_cause() {
    let kem = |ciphertext: &'static [u8]| {
        let change = |envelope: &mut PreKeyEnvelope<'_>| {
            envelope.kem.as_mut().unwrap().ciphertext = ciphertext;
        };
        first_message(Profile::SignalV4, change, |_| ())
    };
    let shape = |error| Some(handshake(HandshakeError::Kem(error)));
    assert_eq!(kem(&[]), shape(KeyError::MissingKeyType));
    assert_eq!(kem(&[7; 1569]), shape(KeyError::BadKemKeyType));
    assert_eq!(kem(&[8; 1568]), shape(KeyError::BadKemCiphertextLength));
    assert_eq!(kem(&[8; 1570]), shape(KeyError::BadKemCiphertextLength));
    let failed = Some(Error::Session(SessionError::DecryptionFailed));
    assert_eq!(kem(&[8; 1569]), failed);
    let unknown = |lookup: &mut PreKeyLookup<'_>| lookup.kem_prekey = None;
    assert_eq!(
        first_message(Profile::SignalV4, |_| (), unknown),
        Some(handshake(HandshakeError::UnknownKemPreKeyId))
    );
    assert_eq!(first_message(Profile::SignalV3, |_| (), unknown), None);
}

#[test]
fn errors_of_the_responder_come_in_the_deployed_order() {
    let of = |forget: fn(&mut PreKeyLookup<'_>)| {
        let all_wrong = |envelope: &mut PreKeyEnvelope<'_>| {
            not_canonical(envelope);
            low_order(envelope);
            envelope.kem.as_mut().unwrap().ciphertext = &[7];
        };
        first_message(Profile::SignalV4, all_wrong, forget)
    };
    let nothing = |lookup: &mut PreKeyLookup<'_>| *lookup = PreKeyLookup::default();
    assert_eq!(
        of(nothing),
        Some(handshake(HandshakeError::UnknownSignedPreKeyId))
    );
    assert_eq!(
        of(|lookup| (lookup.kem_prekey, lookup.one_time_prekey) = (None, None)),
        Some(handshake(HandshakeError::UnknownKemPreKeyId))
    );
    assert_eq!(
        of(|lookup| lookup.one_time_prekey = None),
        Some(handshake(HandshakeError::UnknownPreKeyId))
    );
    assert_eq!(of(|_| ()), Some(handshake(HandshakeError::InvalidBaseKey)));
    let agreement = |envelope: &mut PreKeyEnvelope<'_>| {
        low_order(envelope);
        envelope.kem.as_mut().unwrap().ciphertext = &[7];
    };
    assert_eq!(
        first_message(Profile::SignalV4, agreement, |_| ()),
        Some(handshake(HandshakeError::InvalidAgreement))
    );
}

#[test]
fn other_version_than_that_of_the_profile_makes_no_session() {
    let unsupported = Some(Error::Session(SessionError::UnsupportedVersion));
    let newer = |envelope: &mut PreKeyEnvelope<'_>| {
        envelope.version = 4;
        envelope.kem = Some(KemFields {
            id: 1,
            ciphertext: &[8],
        });
    };
    let older = |envelope: &mut PreKeyEnvelope<'_>| envelope.version = 3;
    // The store is not asked.
    let forget = |lookup: &mut PreKeyLookup<'_>| *lookup = PreKeyLookup::default();
    assert_eq!(first_message(Profile::SignalV3, newer, forget), unsupported);
    assert_eq!(first_message(Profile::SignalV4, older, forget), unsupported);
}

/// Where a part stands in a message.
fn position(whole: &[u8], part: &[u8]) -> usize {
    whole
        .windows(part.len())
        .position(|window| window == part)
        .expect("the part is in the message")
}

in_both_versions!(
    any_flipped_byte_changes_nothing,
    flipped_byte_in_the_inner_first_message_leaves_no_session,
    truncated_message_is_a_wire_error,
    low_order_ratchet_key_and_last_number_are_refused,
    empty_conversation_has_no_session,
    bad_bundles_start_no_session,
    every_error_of_the_responder_has_its_cause,
);
