//! Stored sessions of version 4: what is written, and what is refused.
use crate::parties::{alice, bob, established, started, Party, NOW_MS};
use twinratchet::keys::KeyError;
use twinratchet::ratchet::sparse::SparseError;
use twinratchet::session::record::{
    decode_session, encode_record, encode_session, RecordError, Session,
};
use twinratchet::session::select::SessionError;
use twinratchet::wire::Profile;
use twinratchet::Conversation;

const CURRENT: u32 = 1;
const VERSION: u32 = 1;
const SENDING_CHAIN: u32 = 6;
const CHAIN_KEY: u32 = 3;
const INDEX: u32 = 1;
const NEGOTIATION: u32 = 1;
const PENDING: u32 = 9;
const PENDING_KEM: u32 = 14;
const SPARSE: u32 = 15;

/// The value of a field.
#[derive(Clone, Debug, PartialEq)]
enum Value {
    Varint(u64),
    Bytes(Vec<u8>),
}

type Fields = Vec<(u32, Value)>;

fn take_varint(bytes: &mut &[u8]) -> u64 {
    let (mut value, mut shift) = (0, 0);
    loop {
        let byte = bytes[0];
        *bytes = &bytes[1..];
        value |= u64::from(byte & 0x7f) << shift;
        shift += 7;
        if byte < 0x80 {
            return value;
        }
    }
}

/// The fields of a well-formed message of varints and bytes.
fn fields(mut bytes: &[u8]) -> Fields {
    let mut found = Vec::new();
    while !bytes.is_empty() {
        let tag = take_varint(&mut bytes);
        let number = u32::try_from(tag >> 3).unwrap();
        let value = take_varint(&mut bytes);
        match tag % 8 {
            0 => found.push((number, Value::Varint(value))),
            wire_type => {
                assert_eq!(wire_type, 2);
                let (inside, after) = bytes.split_at(usize::try_from(value).unwrap());
                found.push((number, Value::Bytes(inside.to_vec())));
                bytes = after;
            }
        }
    }
    found
}

fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

fn message(fields: &Fields) -> Vec<u8> {
    let mut out = Vec::new();
    for (number, value) in fields {
        let tag = u64::from(*number) << 3;
        match value {
            Value::Varint(value) => {
                put_varint(&mut out, tag);
                put_varint(&mut out, *value);
            }
            Value::Bytes(bytes) => {
                put_varint(&mut out, tag | 2);
                put_varint(&mut out, bytes.len() as u64);
                out.extend_from_slice(bytes);
            }
        }
    }
    out
}

/// The session of Alice before she got an answer.
fn pending_session(profile: Profile) -> Vec<u8> {
    let (mut alice, mut bob) = (alice(profile), bob(profile));
    let (mut to_bob, _) = started(&mut alice, &mut bob);
    let _first = alice.send(&mut to_bob, b"first");
    encode_session(to_bob.record().current().unwrap()).to_vec()
}

/// What comes of the session after a change of its fields.
fn decoded(profile: Profile, change: impl FnOnce(&mut Fields)) -> Result<Session, RecordError> {
    let stored = pending_session(profile);
    let mut changed = fields(&stored);
    assert_eq!(message(&changed), stored);
    change(&mut changed);
    decode_session(&message(&changed))
}

fn refused(change: impl FnOnce(&mut Fields)) -> Option<RecordError> {
    decoded(Profile::SignalV4, change).err()
}

fn remove(fields: &mut Fields, number: u32) {
    fields.retain(|(found, _)| *found != number);
}

fn set(fields: &mut Fields, number: u32, value: Value) {
    remove(fields, number);
    fields.push((number, value));
}

fn set_bytes(fields: &mut Fields, number: u32, bytes: &[u8]) {
    set(fields, number, Value::Bytes(bytes.to_vec()));
}

/// Change a message inside a message.
fn inside(fields: &mut Fields, number: u32, change: impl FnOnce(&mut Fields)) {
    let field = fields.iter_mut().find(|field| field.0 == number);
    let Some((_, Value::Bytes(bytes))) = field else {
        panic!("field {number} is a message");
    };
    let mut inner = self::fields(bytes);
    change(&mut inner);
    *bytes = message(&inner);
}

/// The conversation after a change of its current session.
fn with_session(
    conversation: &Conversation,
    peer: &Party,
    change: impl FnOnce(&mut Fields),
) -> Conversation {
    let mut record = fields(&encode_record(conversation.record()));
    inside(&mut record, CURRENT, change);
    let peer = peer.identity.address();
    Conversation::import(peer, conversation.trusted_identity(), &message(&record)).unwrap()
}

/// Field 14 with a ciphertext.
fn kem_with(ciphertext: &[u8]) -> Vec<u8> {
    message(&vec![
        (1, Value::Varint(9)),
        (2, Value::Bytes(ciphertext.to_vec())),
    ])
}

#[test]
fn fields_of_version_4_come_last_and_not_in_version_3() {
    let numbers = |stored: &[u8]| {
        fields(stored)
            .iter()
            .map(|field| field.0)
            .collect::<Vec<_>>()
    };
    let version_3 = numbers(&pending_session(Profile::SignalV3));
    assert_eq!(version_3, [1, 2, 3, 4, 6, 7, 9, 10, 11, 13]);
    let version_4 = numbers(&pending_session(Profile::SignalV4));
    assert_eq!(version_4, [1, 2, 3, 4, 6, 7, 9, 10, 11, 13, 14, 15]);
    let (mut alice, mut bob) = (alice(Profile::SignalV4), bob(Profile::SignalV4));
    let (to_bob, _) = established(&mut alice, &mut bob);
    let answered = encode_session(to_bob.record().current().unwrap());
    assert_eq!(numbers(&answered), [1, 2, 3, 4, 6, 7, 7, 10, 11, 13, 15]);
}

#[test]
fn version_other_than_3_and_4_is_refused() {
    let unsupported = Some(RecordError::UnsupportedVersion);
    for version in [0, 2, 5, 0x1_0000_0004_u64 - 1] {
        let found = refused(|fields| set(fields, VERSION, Value::Varint(version)));
        let low = version & 0xffff_ffff;
        assert_eq!(found, unsupported.filter(|_| low != 3), "{version}");
    }
}

#[test]
fn pending_session_of_version_4_needs_its_ciphertext() {
    let kem = |bytes: Vec<u8>| refused(|fields| set_bytes(fields, PENDING_KEM, &bytes));
    let missing = Some(RecordError::MissingField);
    assert_eq!(refused(|fields| remove(fields, PENDING_KEM)), missing);
    assert_eq!(kem(Vec::new()), missing);
    assert_eq!(kem(kem_with(&[])), missing);
    let key = |error| Some(RecordError::Key(error));
    assert_eq!(kem(kem_with(&[5; 1569])), key(KeyError::BadKemKeyType));
    let length = key(KeyError::BadKemCiphertextLength);
    assert_eq!(kem(kem_with(&[8; 1568])), length);
    assert_eq!(kem(kem_with(&[8; 1569])), None);
    let malformed = Some(RecordError::InvalidProtobuf);
    assert_eq!(kem(vec![0x12, 0x05]), malformed);
    let other_type = |fields: &mut Fields| set(fields, PENDING_KEM, Value::Varint(1));
    assert_eq!(refused(other_type), malformed);
    // Without pending data it is not read.
    let alone = refused(|fields| {
        remove(fields, PENDING);
        set(fields, PENDING_KEM, Value::Varint(1));
    });
    assert_eq!(alone, None);
}

#[test]
fn ciphertext_in_a_session_of_version_3_is_kept() {
    let session = decoded(Profile::SignalV3, |fields| {
        set_bytes(fields, PENDING_KEM, &kem_with(&[8; 1569]));
    });
    let session = session.unwrap();
    let kem = session.pending.as_ref().unwrap().kem.as_ref().unwrap();
    assert_eq!(
        (kem.id, kem.ciphertext.as_slice()),
        (9, [8; 1569].as_slice())
    );
    let again = decode_session(&encode_session(&session)).unwrap();
    assert_eq!(again.pending, session.pending);
}

#[test]
fn state_of_spqr_is_checked_when_it_is_loaded() {
    let sparse = |bytes: &[u8]| refused(|fields| set_bytes(fields, SPARSE, bytes));
    let invalid = Some(RecordError::Sparse(SparseError::InvalidState));
    assert_eq!(sparse(&[0x1a, 0x00]), invalid); // a Braid without a state
    assert_eq!(sparse(&[0x1a]), invalid);
    assert_eq!(sparse(&[]), None);
    assert_eq!(refused(|fields| remove(fields, SPARSE)), None);
    // All of it comes after everything else.
    let later = refused(|fields| {
        remove(fields, 13);
        set_bytes(fields, SPARSE, &[0x1a]);
    });
    assert_eq!(later, Some(RecordError::MissingField));
}

#[test]
fn session_without_a_state_of_spqr_goes_on_without_it() {
    let (mut alice, mut bob) = (alice(Profile::SignalV4), bob(Profile::SignalV4));
    let (to_bob, to_alice) = established(&mut alice, &mut bob);
    let mut to_bob = with_session(&to_bob, &bob, |session| remove(session, SPARSE));
    let mut to_alice = with_session(&to_alice, &alice, |session| remove(session, SPARSE));
    let there = alice.send(&mut to_bob, b"there");
    assert_eq!(bob.receive(&mut to_alice, &there), Ok(b"there".to_vec()));
    let back = bob.send(&mut to_alice, b"back");
    assert_eq!(alice.receive(&mut to_bob, &back), Ok(b"back".to_vec()));
}

#[test]
fn state_of_spqr_that_cannot_send_is_an_error_of_its_own() {
    let (mut alice, mut bob) = (alice(Profile::SignalV4), bob(Profile::SignalV4));
    let (to_bob, _) = started(&mut alice, &mut bob);
    let mut to_bob = with_session(&to_bob, &bob, |session| {
        // Neither a chain nor what one is made of; and a sending chain at its end, which is looked at later.
        inside(session, SPARSE, |state| remove(state, NEGOTIATION));
        inside(session, SENDING_CHAIN, |chain| {
            inside(chain, CHAIN_KEY, |key| {
                key.insert(0, (INDEX, Value::Varint(0xffff_ffff)));
            });
        });
    });
    let before = to_bob.save();
    let sent = to_bob.encrypt(&alice.identity, NOW_MS, b"x", &mut alice.rng);
    assert_eq!(sent, Err(SessionError::InvalidSparseState));
    assert_eq!(*to_bob.save(), *before);
    let mut to_bob = with_session(&to_bob, &bob, |session| remove(session, SPARSE));
    let sent = to_bob.encrypt(&alice.identity, NOW_MS, b"x", &mut alice.rng);
    assert_eq!(sent, Err(SessionError::CounterExhausted));
}
