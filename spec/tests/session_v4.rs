//! Session version 4: PQXDH and the Triple Ratchet between two parties, and against recorded peers.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
#[path = "session_v4/parties.rs"]
mod parties;
#[path = "session_v4/recorded.rs"]
mod recorded;
#[path = "support/recordings.rs"]
mod recordings;

use hacspec_lib::*;
use parties::{exchange, pair, pair_of, Party, ALICE, BOB};
use twinratchet_spec::handshake::bundle::{check_bundle, kem_prekey_entry};
use twinratchet_spec::handshake::HandshakeError;
use twinratchet_spec::keys::kem::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::sparse::braid::braid_epoch;
use twinratchet_spec::session::record::{
    encode_record, import_record, load_record, save_record, PendingKem, RecordError,
};
use twinratchet_spec::session::select::{MessageKind, SessionError};
use twinratchet_spec::wire::prekey_message::{encode_prekey_message, parse_prekey_message};
use twinratchet_spec::wire::{Profile, WireError};

const V4: Profile = Profile::SignalV4;
const V3: Profile = Profile::SignalV3;

fn handshake(error: HandshakeError) -> SessionError {
    SessionError::Handshake(error)
}

fn zeros(length: usize) -> Seq<u8> {
    Seq::<u8>::new(length)
}

/// Bytes of a length with a type byte first.
fn typed(first: u8, length: usize) -> Seq<u8> {
    let mut bytes = zeros(length);
    bytes[0usize] = first;
    bytes
}

#[test]
fn a_kem_key_is_refused_by_its_type_then_by_its_length() {
    let error = |bytes: &Seq<u8>| parse_kem_public_key(bytes).err();
    assert_eq!(error(&zeros(0)), Some(KeyError::MissingKeyType));
    for other in [0, 5, 7, 10] {
        let refused = Some(KeyError::BadKemKeyType);
        assert_eq!(error(&typed(other, KEM_KEY_LENGTH)), refused);
        assert_eq!(error(&typed(other, 1)), refused);
    }
    for length in [1, KEM_KEY_LENGTH - 1, KEM_KEY_LENGTH + 1] {
        assert_eq!(error(&typed(8, length)), Some(KeyError::BadKemKeyLength));
    }
    assert_eq!(error(&typed(8, KEM_KEY_LENGTH)), None);
}

#[test]
fn a_kem_ciphertext_is_refused_by_its_type_then_by_its_length() {
    let error = |bytes: &Seq<u8>| parse_kem_ciphertext(bytes).err();
    assert_eq!(error(&zeros(0)), Some(KeyError::MissingKeyType));
    assert_eq!(error(&typed(10, 1)), Some(KeyError::BadKemKeyType));
    let length = Some(KeyError::BadKemCiphertextLength);
    assert_eq!(error(&typed(8, KEM_CIPHERTEXT_LENGTH + 1)), length);
    assert_eq!(error(&typed(8, KEM_CIPHERTEXT_LENGTH)), None);
}

#[test]
fn a_private_kem_prekey_holds_its_public_half() {
    let made = kem_prekey_pair(KemSeed::from_public_slice(&[7; 64]));
    let bytes = serialize_kem_secret_key(&made);
    assert_eq!(bytes.len(), 3169);
    let read = parse_kem_secret_key(&bytes).expect("a good key");
    assert_eq!(read.public, made.public);
    assert_eq!(
        read.decapsulation_key.to_hex(),
        made.decapsulation_key.to_hex()
    );
    let error = |bytes: &ByteSeq| parse_kem_secret_key(bytes).err();
    assert_eq!(error(&ByteSeq::new(0)), Some(KeyError::MissingKeyType));
    assert_eq!(error(&ByteSeq::new(3169)), Some(KeyError::BadKemKeyType));
    let short = bytes.slice(0, 3168);
    assert_eq!(error(&short), Some(KeyError::BadKemKeyLength));
}

#[test]
fn the_parts_of_a_kem_prekey_come_together_or_not_at_all() {
    let key = KemPreKey { key: zeros(1568) };
    let whole = kem_prekey_entry(Some(1), Some(key.clone()), Some(Signature::new()));
    assert!(whole.expect("all parts").is_some());
    assert!(kem_prekey_entry(None, None, None)
        .expect("no part")
        .is_none());
    let refused = Err(HandshakeError::PreKeyFieldsMismatch);
    let outcome = |id, key, signature| kem_prekey_entry(id, key, signature).map(|_| ());
    assert_eq!(outcome(Some(1), Some(key.clone()), None), refused);
    assert_eq!(outcome(None, Some(key), Some(Signature::new())), refused);
    assert_eq!(outcome(Some(1), None, None), refused);
}

#[test]
fn both_signatures_of_a_bundle_are_checked() {
    let bob = Party::new(BOB, ALICE, V4);
    let good = bob.bundle();
    assert_eq!(check_bundle(&good), Ok(()));
    let mut other_kem = good.clone();
    if let Some(entry) = &mut other_kem.kem_prekey {
        entry.key.key[0usize] = entry.key.key[0usize] ^ 1u8;
    }
    assert_eq!(check_bundle(&other_kem), Err(HandshakeError::BadSignature));
    let mut other_curve = good;
    other_curve.signed_prekey_signature[0usize] = other_curve.signed_prekey_signature[0usize] ^ 1u8;
    let refused = check_bundle(&other_curve);
    assert_eq!(refused, Err(HandshakeError::BadSignature));
}

#[test]
fn two_parties_talk_out_of_order_and_across_ratchet_steps() {
    let (mut alice, mut bob) = pair();
    let first: Vec<_> = (0..4).map(|i| alice.encrypt(&[i; 20])).collect();
    assert!(first.iter().all(|m| m.kind == MessageKind::PreKey));
    // the second makes the session, the others find it by its base key
    for i in [1, 0, 3] {
        assert_eq!(bob.decrypt(&first[i]), Ok(vec![i as u8; 20]));
    }
    assert_eq!(bob.decrypt(&first[1]), Err(SessionError::DuplicateMessage));
    let replies: Vec<_> = (0..3).map(|i| bob.encrypt(&[0x40 + i])).collect();
    assert!(replies.iter().all(|m| m.kind == MessageKind::Signal));
    assert_eq!(alice.decrypt(&replies[2]), Ok(vec![0x42]));
    // the answer ends the prekey messages
    let plain = alice.encrypt(b"");
    assert_eq!(plain.kind, MessageKind::Signal);
    assert_eq!(bob.decrypt(&plain), Ok(Vec::new()));
    // late ones of older chains still open, once
    assert_eq!(bob.decrypt(&first[2]), Ok(vec![2; 20]));
    assert_eq!(alice.decrypt(&replies[0]), Ok(vec![0x40]));
    assert_eq!(
        alice.decrypt(&replies[0]),
        Err(SessionError::DuplicateMessage)
    );
    for round in 0..4 {
        exchange(&mut alice, &mut bob, &[round; 3]);
        exchange(&mut bob, &mut alice, &[round; 5]);
    }
    assert_eq!(alice.decrypt(&replies[1]), Ok(vec![0x41]));
}

#[test]
fn a_damaged_message_changes_nothing() {
    let (mut alice, mut bob) = pair();
    exchange(&mut alice, &mut bob, b"one");
    let message = bob.encrypt(b"two");
    for at in 0..message.bytes.len() {
        let mut damaged = message.clone();
        damaged.bytes[at] = damaged.bytes[at] ^ 4u8;
        let before = save_record(&alice.record).to_hex();
        assert!(alice.decrypt(&damaged).is_err(), "byte {at}");
        assert_eq!(save_record(&alice.record).to_hex(), before, "byte {at}");
    }
    assert_eq!(alice.decrypt(&message), Ok(b"two".to_vec()));
}

#[test]
fn a_saved_record_goes_on_where_it_stood() {
    let (mut alice, mut bob) = pair();
    let waiting = alice.encrypt(b"zero");
    for round in 0..3 {
        for party in [&mut alice, &mut bob] {
            let bytes = save_record(&party.record);
            party.record = load_record(&bytes).expect("what was saved");
            assert_eq!(save_record(&party.record).to_hex(), bytes.to_hex());
        }
        exchange(&mut alice, &mut bob, &[round]);
        exchange(&mut bob, &mut alice, &[round]);
    }
    assert_eq!(bob.decrypt(&waiting), Ok(b"zero".to_vec()));
}

#[test]
fn a_stored_session_that_waits_for_an_answer_has_its_kem_fields() {
    let (alice, _) = pair();
    let outcome = |change: &dyn Fn(&mut PendingKem) -> bool| {
        let mut record = alice.record.clone();
        if let Some(pending) = record.current.as_mut().and_then(|s| s.pending.as_mut()) {
            let mut kem = pending.kem.clone().expect("version 4");
            pending.kem = change(&mut kem).then_some(kem);
        }
        import_record(&encode_record(&record)).err()
    };
    assert_eq!(outcome(&|_| true), None);
    assert_eq!(outcome(&|_| false), Some(RecordError::MissingField));
    let with = |ciphertext: Seq<u8>| {
        outcome(&|kem| {
            kem.ciphertext = ciphertext.clone();
            true
        })
    };
    assert_eq!(with(zeros(0)), Some(RecordError::MissingField));
    let key = |error| Some(RecordError::Key(error));
    assert_eq!(with(zeros(1569)), key(KeyError::BadKemKeyType));
    let long = typed(8, 1570);
    assert_eq!(with(long), key(KeyError::BadKemCiphertextLength));
}

/// A damaged stored record is refused, or can be used without a panic.
fn use_damaged(party: &mut Party, stored: &ByteSeq, message: &parties::Sent) -> bool {
    let Ok(record) = import_record(stored) else {
        return false;
    };
    party.record = record;
    let _ = party.try_encrypt(b"damaged");
    let _ = party.decrypt(message);
    true
}

#[test]
fn a_damaged_record_never_panics() {
    let (mut alice, mut bob) = pair();
    for round in 0..12 {
        exchange(&mut alice, &mut bob, &[round]);
        exchange(&mut bob, &mut alice, &[round]);
    }
    let message = bob.encrypt(b"next");
    let (stored, mut used, mut refused) = (encode_record(&alice.record), 0, 0);
    for at in (0..stored.len()).step_by(5) {
        let mut damaged = stored.clone();
        damaged[at] = damaged[at] ^ U8(1 << (at % 8));
        if use_damaged(&mut alice, &damaged, &message) {
            used += 1;
        } else {
            refused += 1;
        }
    }
    println!("{used} used, {refused} refused");
    assert!(used > 0 && refused > 0);
}

#[test]
fn epochs_of_spqr_pass_in_a_long_conversation() {
    let (mut alice, mut bob) = pair();
    for round in 0..100u8 {
        exchange(&mut alice, &mut bob, &[round]);
        exchange(&mut bob, &mut alice, &[round]);
    }
    for party in [&alice, &bob] {
        let session = party.record.current.clone().expect("a session");
        let braid = session.ratchet.sparse.braid.expect("SPQR is on");
        assert!(braid_epoch(&braid) >= 3, "epoch {}", braid_epoch(&braid));
    }
}

#[test]
fn a_new_session_names_the_prekeys_that_it_used() {
    let (mut alice, mut bob) = pair();
    let first = alice.encrypt(b"1");
    let second = alice.encrypt(b"2");
    let made = bob.open(&first).expect("the first message");
    assert_eq!(made.used_one_time_prekey, Some(31));
    let used = made.used_kem_prekey.expect("a KEM prekey");
    assert_eq!((used.id, used.signed_prekey_id), (9, 7));
    let session = made.record.current.clone().expect("a session");
    assert_eq!(used.base_key, session.base_key);
    bob.record = made.record;
    let found = bob.open(&second).expect("the second message");
    assert!(found.used_one_time_prekey.is_none() && found.used_kem_prekey.is_none());
}

#[test]
fn a_last_resort_prekey_refuses_a_base_key_that_was_seen() {
    let (mut alice, mut bob) = pair_of(V4, V4);
    alice.start(&bob.bundle_without_one_time_prekey());
    let message = alice.encrypt(b"hi");
    let made = bob.open(&message).expect("the first delivery");
    let used = made.used_kem_prekey.expect("a KEM prekey");
    // the record is lost, not the memory of the store
    assert!(bob.open(&message).is_ok(), "without memory it is a replay");
    bob.seen.push(used.base_key);
    assert_eq!(bob.decrypt(&message), Err(SessionError::DuplicateMessage));
    // in the session itself the number tells
    bob.seen.clear();
    bob.record = made.record;
    assert_eq!(bob.decrypt(&message), Err(SessionError::DuplicateMessage));
}

#[test]
fn a_bundle_without_a_kem_prekey_is_for_version_3_only() {
    let (mut alice, bob) = pair_of(V4, V4);
    let mut bundle = bob.bundle();
    bundle.kem_prekey = None;
    let missing = handshake(HandshakeError::MissingKemPreKey);
    assert_eq!(alice.try_start(&bundle), Err(missing));
    // the signature comes first
    bundle.signed_prekey_signature[0usize] = bundle.signed_prekey_signature[0usize] ^ 1u8;
    let bad = handshake(HandshakeError::BadSignature);
    assert_eq!(alice.try_start(&bundle), Err(bad));
    let mut old = Party::new(ALICE, BOB, V3);
    bundle.signed_prekey_signature[0usize] = bundle.signed_prekey_signature[0usize] ^ 1u8;
    assert_eq!(old.try_start(&bundle), Ok(()));
}

#[test]
fn a_version_3_party_checks_the_kem_signature_and_no_more() {
    let (mut alice, mut bob) = pair_of(V3, V3);
    let mut bundle = bob.bundle();
    alice.start(&bundle);
    let message = alice.encrypt(b"three");
    assert_eq!(message.bytes[0usize], 0x34u8);
    assert_eq!(bob.decrypt(&message), Ok(b"three".to_vec()));
    exchange(&mut bob, &mut alice, b"back");
    if let Some(entry) = &mut bundle.kem_prekey {
        entry.signature[0usize] = entry.signature[0usize] ^ 1u8;
    }
    let bad = handshake(HandshakeError::BadSignature);
    assert_eq!(alice.try_start(&bundle), Err(bad));
}

#[test]
fn a_new_session_of_the_other_version_is_refused() {
    for (sender, receiver) in [(V3, V4), (V4, V3)] {
        let (mut alice, mut bob) = pair_of(sender, receiver);
        alice.start(&bob.bundle());
        let message = alice.encrypt(b"no");
        let refused = Err(SessionError::UnsupportedVersion);
        assert_eq!(bob.decrypt(&message), refused);
        // the version is looked at before the prekeys
        bob.drop_prekeys();
        assert_eq!(bob.decrypt(&message), refused);
    }
}

#[test]
fn a_session_of_the_other_version_goes_on() {
    for (before, after) in [(V3, V4), (V4, V3)] {
        let (mut alice, mut bob) = pair_of(before, before);
        alice.start(&bob.bundle());
        exchange(&mut alice, &mut bob, b"1");
        bob.local.profile = after;
        let repeated = alice.encrypt(b"2");
        assert_eq!(repeated.kind, MessageKind::PreKey);
        assert_eq!(bob.decrypt(&repeated), Ok(b"2".to_vec()));
        exchange(&mut bob, &mut alice, b"3");
        exchange(&mut alice, &mut bob, b"4");
    }
}

#[test]
fn prekeys_are_looked_up_in_order() {
    let (mut alice, mut bob) = pair();
    let message = alice.encrypt(b"x");
    bob.drop_prekeys();
    let outcome = |bob: &mut Party| bob.decrypt(&message).unwrap_err();
    let unknown = handshake(HandshakeError::UnknownSignedPreKeyId);
    assert_eq!(outcome(&mut bob), unknown);
    let whole = Party::new(BOB, ALICE, V4);
    bob.signed_prekey = whole.signed_prekey;
    let unknown = handshake(HandshakeError::UnknownKemPreKeyId);
    assert_eq!(outcome(&mut bob), unknown);
    bob.kem_prekey = whole.kem_prekey;
    let unknown = handshake(HandshakeError::UnknownPreKeyId);
    assert_eq!(outcome(&mut bob), unknown);
    bob.one_time_prekey = whole.one_time_prekey;
    assert_eq!(bob.decrypt(&message), Ok(b"x".to_vec()));
}

/// The prekey message with another envelope.
fn altered(
    message: &parties::Sent,
    change: impl FnOnce(&mut twinratchet_spec::wire::prekey_message::PreKeyEnvelope),
) -> parties::Sent {
    let mut parsed = parse_prekey_message(&message.bytes).expect("a good message");
    change(&mut parsed.envelope);
    let inner = parsed.message.unsigned.concat(&parsed.message.tag);
    let mut out = message.clone();
    out.bytes = encode_prekey_message(Profile::SignalV4, &parsed.envelope, &inner);
    out
}

#[test]
fn the_kem_ciphertext_is_checked_after_the_agreements() {
    let (mut alice, mut bob) = pair();
    let message = alice.encrypt(b"x");
    let with = |ciphertext: Seq<u8>| {
        altered(&message, |envelope| {
            if let Some(kem) = &mut envelope.kem {
                kem.ciphertext = ciphertext.clone();
            }
        })
    };
    let kem = |error| handshake(HandshakeError::Kem(error));
    let cases = [
        (zeros(0), KeyError::MissingKeyType),
        (typed(10, 1569), KeyError::BadKemKeyType),
        (typed(8, 1568), KeyError::BadKemCiphertextLength),
    ];
    for (ciphertext, error) in cases {
        let outcome = bob.decrypt(&with(ciphertext.clone()));
        assert_eq!(outcome, Err(kem(error)));
        // a base key that is not canonical, and a low-order identity key, come before it
        let low = altered(&with(ciphertext.clone()), |envelope| {
            envelope.identity_key.key = PublicKey::new();
        });
        let agreement = handshake(HandshakeError::InvalidAgreement);
        assert_eq!(bob.decrypt(&low), Err(agreement));
        let base = altered(&low, |envelope| envelope.base_key.key = PublicKey::new());
        let not_canonical = handshake(HandshakeError::InvalidBaseKey);
        assert_eq!(bob.decrypt(&base), Err(not_canonical));
    }
    // a well-formed one that is wrong gives another secret
    let wrong = with(typed(8, 1569));
    assert_eq!(bob.decrypt(&wrong), Err(SessionError::DecryptionFailed));
    // once the session is there, the ciphertext is not looked at
    assert_eq!(bob.decrypt(&message), Ok(b"x".to_vec()));
    let second = alice.encrypt(b"y");
    let changed = altered(&second, |envelope| {
        if let Some(kem) = &mut envelope.kem {
            kem.ciphertext = zeros(3);
            kem.id = 0;
        }
    });
    assert_eq!(bob.decrypt(&changed), Ok(b"y".to_vec()));
}

#[test]
fn an_inner_message_of_the_other_version_opens_in_no_new_session() {
    let (mut alice, mut bob) = pair();
    let message = alice.encrypt(b"x");
    let mut parsed = parse_prekey_message(&message.bytes).expect("a good message");
    parsed.message.unsigned[0usize] = 0x34u8;
    let inner = parsed.message.unsigned.concat(&parsed.message.tag);
    let mut lowered = message.clone();
    lowered.bytes = encode_prekey_message(Profile::SignalV4, &parsed.envelope, &inner);
    assert_eq!(bob.decrypt(&lowered), Err(SessionError::DecryptionFailed));
    assert_eq!(bob.decrypt(&message), Ok(b"x".to_vec()));
}

#[test]
fn version_4_without_kem_fields_is_refused_by_the_parser() {
    let (mut alice, _) = pair();
    let message = alice.encrypt(b"x");
    let bare = altered(&message, |envelope| envelope.kem = None);
    let refused = parse_prekey_message(&bare.bytes).err();
    assert_eq!(refused, Some(WireError::KemFieldsMissing));
}

#[test]
fn the_longest_jump_of_a_new_session_is_one_less_than_in_version_3() {
    let (mut alice, mut bob) = pair();
    let mut message = alice.encrypt(b"");
    for _ in 0..24_999 {
        message = alice.encrypt(b"");
    }
    let next = alice.encrypt(b"");
    assert_eq!(bob.decrypt(&next), Err(SessionError::DecryptionFailed));
    assert_eq!(bob.decrypt(&message), Ok(Vec::new()));
    assert_eq!(bob.decrypt(&next), Ok(Vec::new()));
}

#[test]
fn a_session_with_oneself_has_no_limit_of_jumps() {
    let (mut phone, mut desktop) = pair_of(V4, V4);
    desktop.local.identity = phone.local.identity;
    for (own, other) in [(&mut phone, 2), (&mut desktop, 1)] {
        own.remote.address = own.local.address.clone();
        own.remote.address.name = Seq::<u8>::from_native_slice(ALICE.name.as_bytes());
        own.local.address.name = own.remote.address.name.clone();
        own.remote.address.device_id = other;
    }
    phone.start(&desktop.bundle());
    let mut message = phone.encrypt(b"");
    for _ in 0..25_001 {
        message = phone.encrypt(b"");
    }
    assert_eq!(desktop.decrypt(&message), Ok(Vec::new()));
    exchange(&mut desktop, &mut phone, b"back");
}
