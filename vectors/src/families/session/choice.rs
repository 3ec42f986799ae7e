//! Several sessions with one peer: which one sends, which one decrypts.
use super::super::build::Plan;
use super::super::script::{Script, Setting, Shared, ONE_TIME_PREKEY, SIGNED_PREKEY};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::ErrorClass::{DecryptionFailed, DuplicateMessage};

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    simultaneous,
    simultaneous_and_crossing,
    simultaneous_one_side_lost,
    restart_by_the_initiator,
    restart_by_the_responder,
    late_message_promotes,
    late_prekey_message_promotes,
    three_sessions,
    duplicate_in_the_archive,
    pending_is_lost_in_the_archive,
    restart_after_deletion,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::from(NAME).all(&[
        simultaneous,
        simultaneous_and_crossing,
        simultaneous_one_side_lost,
        restart_by_the_initiator,
        restart_by_the_responder,
        late_message_promotes,
        late_prekey_message_promotes,
        three_sessions,
        duplicate_in_the_archive,
        pending_is_lost_in_the_archive,
        archive_limit,
        restart_after_deletion,
    ])
}

/// Alice and Bob with prekeys, each with a session of its own making.
fn both_initiated(of: Setting, tc_id: u32) -> Plan<Script> {
    let mut script = Script::parties(of, tc_id)?;
    script.signed_prekey("alice", SIGNED_PREKEY)?;
    script.one_time_prekey("alice", ONE_TIME_PREKEY)?;
    let of_bob = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    let of_alice = script.bundle("alice", Some(ONE_TIME_PREKEY))?;
    script.start("alice", "bob", &of_bob)?;
    script.start("bob", "alice", &of_alice)?;
    Ok(script)
}

fn simultaneous(of: Setting) -> Plan<TestPlan> {
    let mut script = both_initiated(of, 201)?;
    let there = script.encrypt("alice", "bob", "by alice's session")?;
    let back = script.encrypt("bob", "alice", "by bob's session")?;
    script.opens("bob", "alice", &there)?;
    script.opens("alice", "bob", &back)?;
    script.exchange("alice", "bob", "by the session that alice received")?;
    for n in 0..2 {
        script.exchange("bob", "alice", &format!("converged {n}"))?;
        script.exchange("alice", "bob", &format!("converged {n}"))?;
    }
    Ok(script.finish("both start at once and come together", &["Simultaneous"]))
}

fn simultaneous_and_crossing(of: Setting) -> Plan<TestPlan> {
    let mut script = both_initiated(of, 202)?;
    for round in 0..3 {
        let there = script.encrypt("alice", "bob", &format!("to bob {round}"))?;
        let back = script.encrypt("bob", "alice", &format!("to alice {round}"))?;
        script.opens("bob", "alice", &there)?;
        script.opens("alice", "bob", &back)?;
    }
    Ok(script.finish(
        "both start at once and always send at once: the sessions change places",
        &["Simultaneous"],
    ))
}

fn simultaneous_one_side_lost(of: Setting) -> Plan<TestPlan> {
    let mut script = both_initiated(of, 203)?;
    script.encrypt("alice", "bob", "lost")?;
    script.exchange("bob", "alice", "by bob's session")?;
    script.exchange("alice", "bob", "answer in bob's session")?;
    Ok(script.finish(
        "both start at once, one first message is lost",
        &["Simultaneous"],
    ))
}

fn restart_by_the_initiator(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 204)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "by a new session")?;
    script.exchange("bob", "alice", "answer in it")?;
    Ok(script.finish("the initiator starts again", &["Restart"]))
}

fn restart_by_the_responder(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 205)?;
    script.signed_prekey("alice", SIGNED_PREKEY)?;
    let bundle = script.bundle("alice", None)?;
    script.start("bob", "alice", &bundle)?;
    script.exchange("bob", "alice", "by a session of the other direction")?;
    script.exchange("alice", "bob", "answer in it")?;
    Ok(script.finish("the responder starts a session of its own", &["Restart"]))
}

fn late_message_promotes(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 206)?;
    let late = script.encrypt_many("bob", "alice", "by the old session", 2)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.opens("alice", "bob", &late[1])?;
    script.exchange("alice", "bob", "by the old session, which is current again")?;
    script.opens("alice", "bob", &late[0])?;
    Ok(script.finish("a late message promotes the archived session", &["Restart"]))
}

fn late_prekey_message_promotes(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 207)?;
    let old = script.encrypt_many("alice", "bob", "by the old session", 2)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let new = script.encrypt("alice", "bob", "by the new session")?;
    script.opens_all("bob", "alice", [&old[0], &new, &old[1]])?;
    script.exchange("bob", "alice", "in the old session")?;
    script.fails("bob", "alice", &new, DuplicateMessage)?;
    Ok(script.finish(
        "a late prekey message promotes the archived session",
        &["Restart"],
    ))
}

fn three_sessions(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 208)?;
    let mut late = vec![script.encrypt("bob", "alice", "by session 0")?];
    for n in 1..3 {
        let bundle = script.bundle("bob", None)?;
        script.start("alice", "bob", &bundle)?;
        script.exchange("alice", "bob", &format!("start {n}"))?;
        late.push(script.encrypt("bob", "alice", &format!("by session {n}"))?);
    }
    script.opens_all("alice", "bob", [&late[0], &late[2], &late[1]])?;
    Ok(script.finish("messages of three sessions in any order", &["Restart"]))
}

fn duplicate_in_the_archive(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 209)?;
    let sent = script.encrypt("bob", "alice", "by the old session")?;
    script.opens("alice", "bob", &sent)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.fails("alice", "bob", &sent, DuplicateMessage)?;
    script.fails("alice", "bob", &sent.flipped(-1, 1), DuplicateMessage)?;
    script.fails("alice", "bob", &sent.flipped(5, 1), DecryptionFailed)?;
    Ok(script.finish(
        "a duplicate is found in the archived session, whatever its tag",
        &["Restart"],
    ))
}

fn pending_is_lost_in_the_archive(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 210)?;
    script.exchange("alice", "bob", "by the first session")?;
    let answer = script.encrypt("bob", "alice", "answer")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.opens("alice", "bob", &answer)?;
    let plain = script.encrypt("alice", "bob", "a plain message of the first session")?;
    script.opens("bob", "alice", &plain)?;
    Ok(script.finish(
        "an unanswered session is archived and answered there",
        &["Restart"],
    ))
}

fn archive_limit(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 211)?;
    let late = script.encrypt_many("bob", "alice", "by the first session", 2)?;
    let bundle = script.bundle("bob", None)?;
    for _ in 0..40 {
        script.start("alice", "bob", &bundle)?;
    }
    let full = script.save("alice", "bob")?;
    script.opens("alice", "bob", &late[0])?;
    script.load("alice", "bob", &full)?;
    script.start("alice", "bob", &bundle)?;
    script.fails("alice", "bob", &late[1], DecryptionFailed)?;
    Ok(script.finish(
        "forty archived sessions are kept, the forty-first is not",
        &["ArchiveLimit"],
    ))
}

fn restart_after_deletion(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 212)?;
    script.delete("alice", "bob")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello again")?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("a new session after the record was deleted", &["Restart"]))
}
