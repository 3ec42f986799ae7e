//! The first messages.
use super::super::build::Plan;
use super::super::script::{
    encrypting, Script, Sent, Setting, Shared, NOW, ONE_TIME_PREKEY, SIGNED_PREKEY,
};
use super::super::TestPlan;
use super::NAME;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::{self, DuplicateMessage};
use crate::outcome::ErrorClass::{
    BadDeviceId, BadInput, BadKeyLength, BadKeyType, BadSignature, InvalidAgreement,
    MissingKeyType, NoSession, PrekeyFieldsMismatch, UnknownPrekeyId, UnknownSignedPrekeyId,
    UntrustedIdentity,
};
use crate::step::{Bundle, Kind, Profile, Step};

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    with_one_time_prekey,
    without_one_time_prekey,
    without_service_ids,
    in_order,
    in_reverse_order,
    after_the_answer,
    twice,
    twice_after_the_answer,
    bundle_used_twice,
    no_session,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::from(NAME);
    let mut tests = of.all(&[
        with_one_time_prekey,
        without_one_time_prekey,
        without_service_ids,
        in_order,
        in_reverse_order,
        after_the_answer,
        twice,
        twice_after_the_answer,
        bundle_used_twice,
        unknown_prekeys_in_a_bundle,
        no_session,
        bad_inputs,
    ])?;
    for (tc_id, (comment, change, class)) in (21..).zip(bundles()) {
        tests.push(refused_bundle(tc_id, comment, change, class)?);
    }
    tests.extend(ages(of)?);
    Ok(tests)
}

fn with_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 1)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "goodbye")?;
    Ok(script.finish("a session with a one-time prekey", &["Start"]))
}

/// A session of Alice by a bundle without one-time prekey.
pub fn without_opk(of: Setting, tc_id: u32) -> Plan<Script> {
    let mut script = Script::parties(of, tc_id)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    Ok(script)
}

fn without_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = without_opk(of, 2)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "goodbye")?;
    Ok(script.finish("a session without a one-time prekey", &["Start"]))
}

fn without_service_ids(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 3);
    script.party("alice", "+14155550100", 1, 0)?;
    script.party("bob", "bob", 127, u32::MAX)?;
    script.signed_prekey("bob", SIGNED_PREKEY)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(
        "names that are no service ids: no address block; registration ids at both ends",
        &["Start"],
    ))
}

fn in_order(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 4)?;
    for n in 0..3 {
        script.exchange("alice", "bob", &format!("hello {n}"))?;
    }
    Ok(script.finish("three prekey messages in order", &["PrekeyRepeated"]))
}

fn in_reverse_order(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 5)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 3)?;
    script.opens_all("bob", "alice", sent.iter().rev())?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(
        "three prekey messages in reverse order",
        &["PrekeyRepeated"],
    ))
}

fn after_the_answer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 6)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 3)?;
    script.opens("bob", "alice", &sent[1])?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "no prekey message any more")?;
    script.opens_all("bob", "alice", [&sent[2], &sent[0]])?;
    Ok(script.finish(
        "prekey messages that come after later messages",
        &["PrekeyRepeated"],
    ))
}

fn twice(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 7)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    script.exchange("alice", "bob", "hello again")?;
    Ok(script.finish("a prekey message twice", &["PrekeyRepeated"]))
}

fn twice_after_the_answer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 8)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "goodbye")?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    Ok(script.finish(
        "a prekey message again after later messages",
        &["PrekeyRepeated"],
    ))
}

fn bundle_used_twice(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 9)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let first = script.encrypt("alice", "bob", "by the first session")?;
    script.start("alice", "bob", &bundle)?;
    let second = script.encrypt("alice", "bob", "by the second session")?;
    script.opens_all("bob", "alice", [&first, &second])?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("one bundle, two sessions", &["Start", "Restart"]))
}

fn unknown_prekeys_in_a_bundle(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 10)?;
    for (signed_prekey_id, one_time_prekey_id, class) in [
        (8, None, UnknownSignedPrekeyId),
        (SIGNED_PREKEY, Some(32), UnknownPrekeyId),
    ] {
        let step = Step::PublishBundle {
            party: "bob".to_owned(),
            signed_prekey_id,
            one_time_prekey_id,
            signature_random: Bytes(vec![1; 64]),
            kem_prekey_id: None,
            kem_signature_random: None,
        };
        script.invalid(step, class)?;
    }
    Ok(script.finish(
        "a bundle of prekeys that are not in the store",
        &["BadBundle"],
    ))
}

fn no_session(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 11)?;
    script.invalid(encrypting("alice", "bob", b"hello", NOW), NoSession)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    let sent = script.encrypt("alice", "bob", "a plain message")?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, NoSession)?;
    script.invalid(encrypting("bob", "alice", b"hello", NOW), NoSession)?;
    Ok(script.finish(
        "nothing to encrypt or decrypt with, before a session and after its deletion",
        &["NoSession"],
    ))
}

fn bad_inputs(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 12)?;
    script.invalid(encrypting("carol", "bob", b"hello", NOW), BadInput)?;
    script.invalid(encrypting("alice", "carol", b"hello", NOW), BadInput)?;
    for (device_id, length, class) in [
        (0, 32, BadDeviceId),
        (128, 32, BadDeviceId),
        (1, 31, BadInput),
    ] {
        let step = Step::CreateParty {
            party: "carol".to_owned(),
            name: "carol".to_owned(),
            device_id,
            identity_private: Bytes(vec![1; length]),
            registration_id: 1,
            profile: Profile::SignalV3,
        };
        script.invalid(step, class)?;
    }
    for (key, class) in [
        (vec![6; 33], BadKeyType),
        (vec![5; 32], BadKeyLength),
        (vec![], MissingKeyType),
    ] {
        let step = Step::AcceptIdentity {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            identity_key: Bytes(key),
        };
        script.invalid(step, class)?;
    }
    Ok(script.finish(
        "parties that do not exist, device ids and keys that are none",
        &["BadInput"],
    ))
}

/// A change of a bundle.
type Change = fn(&mut Bundle);

fn bundles() -> Vec<(&'static str, Change, ErrorClass)> {
    vec![
        (
            "a flipped bit of the signature",
            |b| b.signed_prekey_signature.0[5] ^= 1,
            BadSignature,
        ),
        (
            "a signature of 63 bytes",
            |b| b.signed_prekey_signature.0.truncate(63),
            BadSignature,
        ),
        (
            "another signed prekey",
            |b| b.signed_prekey.0[5] ^= 1,
            BadSignature,
        ),
        (
            "another identity key",
            |b| b.identity_key.0[5] ^= 1,
            BadSignature,
        ),
        (
            "a one-time prekey without its id",
            |b| b.one_time_prekey_id = None,
            PrekeyFieldsMismatch,
        ),
        (
            "the id of a one-time prekey alone",
            |b| b.one_time_prekey = None,
            PrekeyFieldsMismatch,
        ),
        (
            "a one-time prekey with u = 0",
            |b| b.one_time_prekey = Some(Bytes([&[5][..], &[0; 32]].concat())),
            InvalidAgreement,
        ),
        (
            "a one-time prekey of type 06",
            |b| b.one_time_prekey = Some(Bytes(vec![6; 33])),
            BadKeyType,
        ),
        (
            "an identity key of 32 bytes",
            |b| b.identity_key.0.truncate(32),
            BadKeyLength,
        ),
        (
            "an empty signed prekey",
            |b| b.signed_prekey.0.clear(),
            MissingKeyType,
        ),
    ]
}

/// Refused without a session, and with one: it stays. Then another identity is known to be another one.
fn refused_bundle(tc_id: u32, comment: &str, change: Change, class: ErrorClass) -> Plan<TestPlan> {
    let mut script = Script::parties(NAME, tc_id)?;
    let mut bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    let good = bundle.clone();
    change(&mut bundle);
    let parsed = bundle.identity_key.0.len() == good.identity_key.0.len();
    let again = if parsed && bundle.identity_key != good.identity_key {
        UntrustedIdentity
    } else {
        class
    };
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.invalid(step, class)?;
    script.start("alice", "bob", &good)?;
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.invalid(step, again)?;
    script.exchange("alice", "bob", "hello")?;
    Ok(script.finish(format!("refused: {comment}"), &["BadBundle"]))
}

const DAYS_30: u64 = 30 * 24 * 60 * 60 * 1000;

/// Id, age, age in milliseconds, whether the session may still send.
const AGES: [(u32, &str, u64, bool); 5] = [
    (41, "30 days less 1 ms", DAYS_30 - 1, true),
    (42, "exactly 30 days", DAYS_30, true),
    (43, "30 days and 1 ms", DAYS_30 + 1, false),
    (44, "30 days and 999 ms", DAYS_30 + 999, false),
    (45, "30 days and 1 s", DAYS_30 + 1000, false),
];

/// Sessions of every age.
fn ages(of: Setting) -> Plan<Vec<TestPlan>> {
    let mut tests = Vec::new();
    for (tc_id, comment, age, works) in AGES {
        tests.push(aged(of, tc_id, comment, age, works)?);
    }
    tests.extend(of.all(&[answered_session_does_not_age, age_counts_from_the_second])?);
    Ok(tests)
}

fn aged(of: Setting, tc_id: u32, comment: &str, age: u64, works: bool) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, tc_id)?;
    let step = encrypting("alice", "bob", b"after a while", NOW + age);
    if works {
        script.valid(step)?;
    } else {
        script.invalid(step, NoSession)?;
    }
    script.exchange("alice", "bob", "in time")?;
    Ok(script.finish(format!("an unanswered session after {comment}"), &["Age"]))
}

fn answered_session_does_not_age(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 46)?;
    script.valid(encrypting(
        "alice",
        "bob",
        b"a year later",
        NOW + 365 * 86_400_000,
    ))?;
    script.valid(encrypting(
        "bob",
        "alice",
        b"a year later",
        NOW + 365 * 86_400_000,
    ))?;
    Ok(script.finish("an answered session after a year", &["Age"]))
}

fn age_counts_from_the_second(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 47)?;
    let bundle = script.bundle("bob", None)?;
    let step = script.starting("alice", "bob", &bundle, NOW + 999);
    script.valid(step)?;
    script.valid(encrypting("alice", "bob", b"on time", NOW + DAYS_30))?;
    script.invalid(
        encrypting(
            "alice",
            "bob",
            b"30 days to the millisecond",
            NOW + 999 + DAYS_30,
        ),
        NoSession,
    )?;
    script.valid(encrypting("alice", "bob", b"the clock went back", 0))?;
    Ok(script.finish(
        "made 999 ms after a full second: the age counts from that second",
        &["Age"],
    ))
}

/// A prekey message with other bytes around the message inside.
pub fn as_prekey(sent: &Sent, message: Vec<u8>) -> Sent {
    Sent {
        kind: Kind::PreKey,
        ..sent.with(message)
    }
}
