//! The responder: what a prekey message names, and what binds its envelope.
use super::super::build::Plan;
use super::super::protobuf::{cut, edited, flip, set, Item};
use super::super::script::{Script, Sent, Setting, Shared, ONE_TIME_PREKEY, SIGNED_PREKEY};
use super::super::x25519::{near_p, serialized, small};
use super::super::TestPlan;
use super::start::{as_prekey, without_opk};
use super::NAME;
use crate::outcome::ErrorClass::{
    self, BadKeyType, DecryptionFailed, DuplicateMessage, InvalidAgreement, InvalidBaseKey,
    InvalidProtobuf, KemFieldsMismatch, UnknownPrekeyId, UnknownSignedPrekeyId, UnsupportedVersion,
};

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    missing_signed_prekey,
    other_signed_prekey,
    missing_one_time_prekey,
    one_time_prekey_used_twice,
    one_time_prekey_used_by_two,
    replay_with_one_time_prekey,
    registration_id,
    envelope_of_a_known_session,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::from(NAME);
    let mut tests = of.all(&[
        missing_signed_prekey,
        other_signed_prekey,
        missing_one_time_prekey,
        one_time_prekey_used_twice,
        one_time_prekey_used_by_two,
        replay_with_one_time_prekey,
        replay_without_one_time_prekey,
        registration_id,
        kem_fields,
        other_version_of_a_known_session,
        envelope_of_a_known_session,
    ])?;
    for (tc_id, (comment, change, class)) in (121..).zip(envelopes()) {
        tests.push(altered(of, tc_id, comment, change, class)?);
    }
    Ok(tests)
}

/// A prekey message after a change of its envelope.
pub fn envelope(sent: &Sent, change: &dyn Fn(&mut Vec<Item>)) -> Sent {
    let fields = edited(&sent.message[1..], &[], change);
    as_prekey(sent, [&sent.message[..1], &fields].concat())
}

fn missing_signed_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 101);
    script.party("alice", super::super::address::ALICE, 1, 1001)?;
    script.party("bob", super::super::address::BOB, 2, 2002)?;
    script.signed_prekey("bob", SIGNED_PREKEY)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let other = envelope(&sent, &|items| set(items, Item::Integer(6, 8)));
    script.fails("bob", "alice", &other, UnknownSignedPrekeyId)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "a signed prekey that is not in the store",
        &["MissingPrekey"],
    ))
}

fn other_signed_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 102)?;
    script.signed_prekey("bob", 8)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let other = envelope(&sent, &|items| set(items, Item::Integer(6, 8)));
    script.fails("bob", "alice", &other, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish("the id of another signed prekey", &["MissingPrekey"]))
}

fn missing_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 103)?;
    script.one_time_prekey("bob", 33)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let unknown = envelope(&sent, &|items| set(items, Item::Integer(1, 32)));
    let other = envelope(&sent, &|items| set(items, Item::Integer(1, 33)));
    script.fails("bob", "alice", &unknown, UnknownPrekeyId)?;
    script.fails("bob", "alice", &other, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "the id of an unknown and of another one-time prekey",
        &["MissingPrekey"],
    ))
}

fn one_time_prekey_used_twice(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 104)?;
    let bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    script.start("alice", "bob", &bundle)?;
    let first = script.encrypt("alice", "bob", "by the first session")?;
    script.start("alice", "bob", &bundle)?;
    let second = script.encrypt("alice", "bob", "by the second session")?;
    script.opens("bob", "alice", &first)?;
    script.fails("bob", "alice", &second, UnknownPrekeyId)?;
    script.exchange("bob", "alice", "by the first session")?;
    Ok(script.finish(
        "one one-time prekey in two sessions of one initiator",
        &["MissingPrekey"],
    ))
}

fn one_time_prekey_used_by_two(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 105)?;
    script.party("carol", "+14155550199", 1, 3003)?;
    let bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    script.start("alice", "bob", &bundle)?;
    script.start("carol", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello from alice")?;
    let late = script.encrypt("carol", "bob", "hello from carol")?;
    script.fails("bob", "carol", &late, UnknownPrekeyId)?;
    Ok(script.finish(
        "one one-time prekey in sessions of two initiators",
        &["MissingPrekey"],
    ))
}

fn replay_with_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 106)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, UnknownPrekeyId)?;
    Ok(script.finish(
        "repeated after the session was deleted: the one-time prekey is gone",
        &["Replay"],
    ))
}

fn replay_without_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = without_opk(of, 107)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    script.delete("bob", "alice")?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "repeated after the session was deleted, without a one-time prekey: accepted",
        &["Replay"],
    ))
}

fn registration_id(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 108)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let other = envelope(&sent, &|items| set(items, Item::Integer(5, 4242)));
    script.opens("bob", "alice", &other)?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("another registration id: nothing binds it", &["Envelope"]))
}

fn kem_fields(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 109)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let id = Item::Integer(7, 1);
    let alone = envelope(&sent, &|items| items.push(id.clone()));
    script.fails("bob", "alice", &alone, KemFieldsMismatch)?;
    let both = envelope(&sent, &|items| {
        items.extend([id.clone(), Item::Bytes(8, vec![8, 1])]);
    });
    script.opens("bob", "alice", &both)?;
    Ok(script.finish(
        "KEM fields in version 3: one alone is refused, both are not looked at",
        &["Version"],
    ))
}

/// The same message in an envelope of version 4.
fn version_4(sent: &Sent) -> Sent {
    let mut other = envelope(sent, &|items| {
        items.extend([Item::Integer(7, 1), Item::Bytes(8, vec![8, 1])]);
    });
    other.message[0] = 0x44;
    other
}

fn other_version_of_a_known_session(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 110)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 2)?;
    script.fails("bob", "alice", &version_4(&sent[0]), UnsupportedVersion)?;
    script.opens("bob", "alice", &sent[0])?;
    script.fails("bob", "alice", &version_4(&sent[1]), UnsupportedVersion)?;
    script.opens("bob", "alice", &sent[1])?;
    Ok(script.finish(
        "an envelope of version 4, before and after its session was made",
        &["Version"],
    ))
}

/// Once the session is made, its base key alone finds it: prekey ids and identity are not looked at again.
fn envelope_of_a_known_session(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 111)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 3)?;
    script.opens("bob", "alice", &sent[0])?;
    let other_ids = envelope(&sent[1], &|items| {
        set(items, Item::Integer(1, 99));
        set(items, Item::Integer(6, 99));
    });
    script.opens("bob", "alice", &other_ids)?;
    let other_base = envelope(&sent[2], &|items| {
        set(items, Item::Bytes(2, serialized(&small(9))));
    });
    script.fails("bob", "alice", &other_base, UnknownPrekeyId)?;
    script.opens("bob", "alice", &sent[2])?;
    Ok(script.finish(
        "another envelope around messages of a known session",
        &["Envelope"],
    ))
}

/// A change of the fields of an envelope.
pub type Change = fn(&mut Vec<Item>);

/// What is wrong with an envelope.
pub fn envelopes() -> Vec<(&'static str, Change, ErrorClass)> {
    vec![
        (
            "the one-time prekey id removed",
            |i| i.retain(|f| f.number() != 1),
            DecryptionFailed,
        ),
        (
            "the base key replaced by u = 9",
            |i| set(i, Item::Bytes(2, serialized(&small(9)))),
            DecryptionFailed,
        ),
        (
            "the base key with bit 255",
            |i| flip(i, 2, 32, 0x80),
            InvalidBaseKey,
        ),
        (
            "the base key with u = 0",
            |i| set(i, Item::Bytes(2, serialized(&small(0)))),
            InvalidBaseKey,
        ),
        (
            "the base key with u = p + 9",
            |i| set(i, Item::Bytes(2, serialized(&near_p(9)))),
            InvalidBaseKey,
        ),
        ("the base key of type 06", |i| flip(i, 2, 0, 3), BadKeyType),
        (
            "the identity key with u = 0",
            |i| set(i, Item::Bytes(3, serialized(&small(0)))),
            InvalidAgreement,
        ),
        (
            "the identity key replaced by u = 9",
            |i| set(i, Item::Bytes(3, serialized(&small(9)))),
            DecryptionFailed,
        ),
        (
            "the identity key with bit 255: the same point",
            |i| flip(i, 3, 32, 0x80),
            DecryptionFailed,
        ),
        (
            "the message inside with version 4",
            |i| flip(i, 4, 0, 0x70),
            DecryptionFailed,
        ),
        (
            "the tag of the message inside",
            |i| flip(i, 4, usize::MAX, 1),
            DecryptionFailed,
        ),
        ("the message inside cut", |i| cut(i, 4), InvalidProtobuf),
        (
            "the signed prekey id removed",
            |i| i.retain(|f| f.number() != 6),
            InvalidProtobuf,
        ),
    ]
}

pub fn altered(
    of: Setting,
    tc_id: u32,
    comment: &str,
    change: Change,
    class: ErrorClass,
) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, tc_id)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.fails("bob", "alice", &envelope(&sent, &change), class)?;
    script.opens("bob", "alice", &sent)?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(format!("altered: {comment}"), &["Envelope"]))
}
