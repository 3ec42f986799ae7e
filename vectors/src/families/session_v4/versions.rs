//! Versions 3 and 4 side by side: what a new session may be, and what old ones stay.
use super::super::address::ALICE;
use super::super::build::Plan;
use super::super::protobuf::{flip, set, Item};
use super::super::script::{Script, Sent, Setting, KEM_PREKEY, NOW, SIGNED_PREKEY};
use super::super::session::handshake::envelope;
use super::super::TestPlan;
use super::CHOICE as NAME;
use crate::outcome::ErrorClass::{
    BadSignature, DecryptionFailed, PrekeyFieldsMismatch, UnsupportedVersion,
};
use crate::step::Profile::{self, SignalV3, SignalV4};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::v4(NAME).all(&[
        version_3_at_a_party_of_version_4,
        version_4_at_a_party_of_version_3,
        kem_prekey_for_version_3,
        version_3_goes_on,
        version_3_goes_on_unanswered,
        version_4_goes_on,
        mixed_archive,
        other_version_inside_a_known_session,
        other_version_inside_a_new_session,
    ])
}

/// Alice and Bob, each of its own profile, and Bob's signed prekey.
fn parties(tc_id: u32, alice: Profile, bob: Profile) -> Plan<Script> {
    Script::of_profiles(Setting::v4(NAME), tc_id, alice, bob)
}

/// A new installation of Alice with the same identity.
fn speaks_now(script: &mut Script, profile: Profile) -> Plan<()> {
    let identity = script.identity_private("alice");
    script.speak(profile);
    script.party_with("alice", ALICE, 1, 1001, identity)
}

fn version_3_at_a_party_of_version_4(_: Setting) -> Plan<TestPlan> {
    let mut script = parties(301, SignalV3, SignalV4)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello in version 3")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    speaks_now(&mut script, SignalV4)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello in version 4")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    Ok(script.finish(
        "a new session of version 3 at a party that makes version 4",
        &["Version"],
    ))
}

fn version_4_at_a_party_of_version_3(_: Setting) -> Plan<TestPlan> {
    let mut script = parties(302, SignalV4, SignalV3)?;
    script.kem_prekey("bob", KEM_PREKEY, true)?;
    let bundle = script.bundle_with("bob", None, Some(KEM_PREKEY))?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello in version 4")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    speaks_now(&mut script, SignalV3)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello in version 3")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    Ok(script.finish(
        "a new session of version 4 at a party that makes version 3",
        &["Version"],
    ))
}

/// A party of version 3 checks the signature of the KEM prekey and that its parts are there, and does not use it.
fn kem_prekey_for_version_3(_: Setting) -> Plan<TestPlan> {
    let mut script = parties(303, SignalV3, SignalV3)?;
    script.kem_prekey("bob", KEM_PREKEY, true)?;
    let bundle = script.bundle_with("bob", None, Some(KEM_PREKEY))?;
    let mut unsigned = bundle.clone();
    unsigned.kem_prekey_signature.get_or_insert_default().0[5] ^= 1;
    let step = script.starting("alice", "bob", &unsigned, NOW);
    script.invalid(step, BadSignature)?;
    let mut half = bundle.clone();
    half.kem_prekey_id = None;
    let step = script.starting("alice", "bob", &half, NOW);
    script.invalid(step, PrekeyFieldsMismatch)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(
        "a bundle with a KEM prekey in version 3: well signed or refused, and not used",
        &["Version", "KemPrekey"],
    ))
}

/// Alice and Bob of some profile with the records of a conversation that nobody reads.
fn going_on(hidden: &Script, of: Setting, tc_id: u32) -> Plan<Script> {
    let mut script = Script::owners(of, tc_id)?;
    script.load("alice", "bob", &hidden.saved("alice", "bob")?)?;
    script.load("bob", "alice", &hidden.saved("bob", "alice")?)?;
    Ok(script)
}

fn version_3_goes_on(of: Setting) -> Plan<TestPlan> {
    let mut script = going_on(&Script::established(NAME, 0)?, of, 304)?;
    script.exchange("alice", "bob", "in version 3")?;
    script.exchange("bob", "alice", "in version 3 too")?;
    script.exchange("alice", "bob", "without end")?;
    Ok(script.finish(
        "a stored session of version 3 at parties that make version 4",
        &["MixedVersions"],
    ))
}

/// Alice has no answer: her messages are prekey messages of version 3, whose session Bob knows.
fn version_3_goes_on_unanswered(of: Setting) -> Plan<TestPlan> {
    let mut hidden = Script::initiated(NAME, 0)?;
    hidden.exchange("alice", "bob", "hello")?;
    let mut script = going_on(&hidden, of, 305)?;
    let sent = script.encrypt("alice", "bob", "a prekey message of version 3")?;
    script.opens("bob", "alice", &sent)?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "a plain message")?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    Ok(script.finish(
        "a prekey message of version 3 for a session that is there, and once it is not",
        &["MixedVersions", "Version"],
    ))
}

fn version_4_goes_on(of: Setting) -> Plan<TestPlan> {
    let mut hidden = Script::initiated(of, 0)?;
    hidden.exchange("alice", "bob", "hello")?;
    let mut script = going_on(&hidden, NAME.into(), 306)?;
    script.exchange("alice", "bob", "a prekey message of version 4")?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "a plain message")?;
    Ok(script.finish(
        "a stored session of version 4 at parties that make version 3",
        &["MixedVersions"],
    ))
}

/// Alice and Bob of version 4 with a stored session of version 3; Bob has prekeys.
fn with_old_session(of: Setting, tc_id: u32) -> Plan<Script> {
    let mut script = going_on(&Script::established(NAME, 0)?, of, tc_id)?;
    script.signed_prekey("bob", SIGNED_PREKEY)?;
    Ok(script)
}

fn mixed_archive(of: Setting) -> Plan<TestPlan> {
    let mut script = with_old_session(of, 307)?;
    let late = script.encrypt("bob", "alice", "in version 3")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "in version 4")?;
    let back = script.encrypt("bob", "alice", "in version 4 too")?;
    script.opens("alice", "bob", &late)?;
    script.exchange("alice", "bob", "in version 3 again")?;
    script.opens("alice", "bob", &back)?;
    script.exchange("alice", "bob", "in version 4 again")?;
    Ok(script.finish(
        "one session of each version: late messages bring either back",
        &["MixedVersions", "Restart"],
    ))
}

/// An envelope around another message.
fn around(outer: &Sent, inner: &Sent) -> Sent {
    let with = |items: &mut Vec<Item>| set(items, Item::Bytes(4, inner.message.clone()));
    Sent {
        plaintext: inner.plaintext.clone(),
        ..envelope(outer, &with)
    }
}

/// The session of the envelope becomes current; the message inside is of another version, so the archive is searched.
fn other_version_inside_a_known_session(of: Setting) -> Plan<TestPlan> {
    let mut script = with_old_session(of, 308)?;
    let old = script.encrypt("alice", "bob", "in version 3")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let new = script.encrypt_many("alice", "bob", "in version 4", 2)?;
    script.opens("bob", "alice", &new[0])?;
    script.opens("bob", "alice", &around(&new[1], &old))?;
    script.opens("bob", "alice", &new[1])?;
    script.exchange("bob", "alice", "in version 4")?;
    Ok(script.finish(
        "a message of version 3 in an envelope of version 4 whose session is known",
        &["MixedVersions", "Envelope"],
    ))
}

fn other_version_inside_a_new_session(of: Setting) -> Plan<TestPlan> {
    let mut script = with_old_session(of, 309)?;
    let old = script.encrypt_many("alice", "bob", "in version 3", 2)?;
    let bundle = script.bundle_of_one_use(None)?;
    script.start("alice", "bob", &bundle)?;
    let new = script.encrypt("alice", "bob", "in version 4")?;
    let mut altered = around(&new, &old[0]);
    altered = envelope(&altered, &|items| flip(items, 4, usize::MAX, 1));
    script.fails("bob", "alice", &altered, DecryptionFailed)?;
    script.opens("bob", "alice", &around(&new, &old[0]))?;
    script.opens("bob", "alice", &old[1])?;
    script.opens("bob", "alice", &new)?;
    Ok(script.finish(
        "the same in a new session: it is archived, and its KEM prekey is gone",
        &["MixedVersions", "Envelope"],
    ))
}
