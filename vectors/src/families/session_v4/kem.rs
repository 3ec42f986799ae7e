//! KEM prekeys at the responder: of one use, and of last resort.
use super::super::build::{random64, Plan};
use super::super::protobuf::flip;
use super::super::script::{Script, Setting, KEM_PREKEY, ONE_TIME_KEM_PREKEY, ONE_TIME_PREKEY};
use super::super::session::handshake::envelope;
use super::super::session::start::without_opk;
use super::super::TestPlan;
use super::NAME;
use crate::bytes::Bytes;
use crate::driver::spec::SpecDriver;
use crate::driver::Driver;
use crate::outcome::ErrorClass::{
    BadKemKeyLength, BadKemKeyType, DecryptionFailed, DuplicateMessage, MissingKeyType,
    UnknownKemPrekeyId, UnknownPrekeyId,
};
use crate::step::{KemSet, Step};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::v4(NAME).all(&[
        one_use_is_gone,
        one_use_by_two,
        one_use_replayed,
        last_resort_stays,
        last_resort_replayed,
        last_resort_replayed_with_one_time_prekey,
        last_resort_marks_lost,
        no_mark_after_failure,
        mark_of_another_peer,
        flipped_ciphertext,
        imported,
    ])
}

fn one_use_is_gone(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 101)?;
    let bundle = script.bundle_of_one_use(None)?;
    script.start("alice", "bob", &bundle)?;
    let first = script.encrypt("alice", "bob", "by the first session")?;
    script.start("alice", "bob", &bundle)?;
    let second = script.encrypt("alice", "bob", "by the second session")?;
    script.opens("bob", "alice", &first)?;
    script.fails("bob", "alice", &second, UnknownKemPrekeyId)?;
    script.exchange("bob", "alice", "by the first session")?;
    Ok(script.finish(
        "one KEM prekey of one use in two sessions of one initiator",
        &["KemOneTime", "MissingPrekey"],
    ))
}

fn one_use_by_two(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 102)?;
    script.party("carol", "+14155550199", 1, 3003)?;
    let bundle = script.bundle_of_one_use(Some(ONE_TIME_PREKEY))?;
    script.start("alice", "bob", &bundle)?;
    script.start("carol", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello from alice")?;
    let late = script.encrypt("carol", "bob", "hello from carol")?;
    script.fails("bob", "carol", &late, UnknownKemPrekeyId)?;
    script.publishes_not("bob", None, Some(ONE_TIME_KEM_PREKEY), UnknownKemPrekeyId)?;
    Ok(script.finish(
        "prekeys of one use in sessions of two initiators: the KEM prekey is missed first",
        &["KemOneTime", "MissingPrekey"],
    ))
}

fn one_use_replayed(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 103)?;
    let bundle = script.bundle_of_one_use(None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, UnknownKemPrekeyId)?;
    Ok(script.finish(
        "repeated after the session was deleted: the KEM prekey is gone",
        &["KemOneTime", "Replay"],
    ))
}

fn last_resort_stays(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 104)?;
    script.party("carol", "+14155550199", 1, 3003)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello from alice")?;
    script.start("carol", "bob", &bundle)?;
    script.exchange("carol", "bob", "hello from carol")?;
    Ok(script.finish(
        "one KEM prekey of last resort in sessions of two initiators",
        &["KemLastResort"],
    ))
}

fn last_resort_replayed(of: Setting) -> Plan<TestPlan> {
    let mut script = without_opk(of, 105)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 2)?;
    script.opens("bob", "alice", &sent[0])?;
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    script.fails("bob", "alice", &sent[1], DuplicateMessage)?;
    let altered = envelope(&sent[1], &|items| flip(items, 4, usize::MAX, 1));
    script.fails("bob", "alice", &altered, DecryptionFailed)?;
    Ok(script.finish(
        "repeated after the session was deleted: the base key was seen, which comes out after decryption",
        &["KemLastResort", "Replay"],
    ))
}

fn last_resort_replayed_with_one_time_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 106)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, UnknownPrekeyId)?;
    Ok(script.finish(
        "the same with a one-time prekey: it is missed first",
        &["KemLastResort", "Replay"],
    ))
}

fn last_resort_marks_lost(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 107)?;
    let seed = script.draw64("bob KEM prekey");
    script.kem_prekey_from("bob", KEM_PREKEY, true, seed.clone())?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.delete("bob", "alice")?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    script.kem_prekey_from("bob", KEM_PREKEY, true, seed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "the same after the store forgot the base keys: accepted again",
        &["KemLastResort", "Replay"],
    ))
}

fn no_mark_after_failure(of: Setting) -> Plan<TestPlan> {
    let mut script = without_opk(of, 108)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let altered = envelope(&sent, &|items| flip(items, 4, usize::MAX, 1));
    script.fails("bob", "alice", &altered, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("a message that fails marks no base key", &["KemLastResort"]))
}

/// A prekey message of Alice is delivered as Carol's: without service ids nothing tells them apart but the mark.
fn mark_of_another_peer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 109);
    script.party("alice", "+14155550100", 1, 1001)?;
    script.party("carol", "+14155550199", 1, 3003)?;
    script.party("bob", super::super::address::BOB, 2, 2002)?;
    script.signed_prekey("bob", super::super::script::SIGNED_PREKEY)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "carol", &sent, DuplicateMessage)?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(
        "the base key of one peer's session in a message delivered as another's",
        &["KemLastResort", "Address"],
    ))
}

fn flipped_ciphertext(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 110)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 2)?;
    let flipped = |n: usize| envelope(&sent[n], &|items| flip(items, 8, usize::MAX, 1));
    script.fails("bob", "alice", &flipped(0), DecryptionFailed)?;
    script.opens("bob", "alice", &sent[0])?;
    script.opens("bob", "alice", &flipped(1))?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish(
        "a flipped bit of the ciphertext: refused before the session exists, not looked at after",
        &["KemCiphertext"],
    ))
}

/// The stored form of a KEM prekey: its type byte and its decapsulation key.
fn stored_kem_prekey() -> Vec<u8> {
    let step = Step::KemKeyGen {
        set: KemSet::Kyber1024,
        seed: random64(NAME, 111, "bob kem prekey"),
    };
    let made = SpecDriver::default().execute(&step);
    let key = made.bytes("decapsulationKey").unwrap_or_default();
    [vec![KYBER_1024], key].concat()
}

fn imported(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 111)?;
    let stored = stored_kem_prekey();
    let import = |secret_key: &[u8]| Step::ImportKemPrekey {
        party: "bob".to_owned(),
        id: IMPORTED,
        secret_key: Bytes::from(secret_key),
        last_resort: false,
    };
    let of_another_type = [&[ML_KEM_1024], &stored[1..]].concat();
    script.invalid(import(&[]), MissingKeyType)?;
    script.invalid(import(&of_another_type), BadKemKeyType)?;
    script.invalid(import(&stored[..stored.len() - 1]), BadKemKeyLength)?;
    script.valid(import(&stored))?;
    let bundle = script.bundle_with("bob", None, Some(IMPORTED))?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("a KEM prekey read from its stored form", &["KemOneTime"]))
}

const KYBER_1024: u8 = 0x08;
const ML_KEM_1024: u8 = 0x0a;
/// The id of the imported prekey.
const IMPORTED: u32 = 77;
