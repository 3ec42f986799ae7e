//! What a saved record keeps.
use super::super::build::Plan;
use super::super::script::{encrypting, loading, Script, Setting, Shared, NOW};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::ErrorClass::{DuplicateMessage, InvalidRecord, NoSession};
use crate::step::Step;

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    both_sides_restart,
    pending_data,
    kept_keys,
    archived_sessions,
    rollback,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::from(NAME).all(&[
        both_sides_restart,
        pending_data,
        kept_keys,
        archived_sessions,
        rollback,
        no_record,
        empty_record,
        format_byte,
    ])
}

/// Save a record, delete it, load it again.
fn restart(script: &mut Script, party: &str, peer: &str) -> Plan<()> {
    let saved = script.save(party, peer)?;
    script.delete(party, peer)?;
    script.load(party, peer, &saved)
}

fn both_sides_restart(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 1)?;
    for round in 0..2 {
        script.exchange("alice", "bob", &format!("question {round}"))?;
        restart(&mut script, "alice", "bob")?;
        restart(&mut script, "bob", "alice")?;
        script.exchange("bob", "alice", &format!("answer {round}"))?;
    }
    Ok(script.finish(
        "both sides restart in the middle of a conversation",
        &["Kept"],
    ))
}

fn pending_data(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 2)?;
    restart(&mut script, "alice", "bob")?;
    script.exchange("alice", "bob", "still a prekey message")?;
    script.exchange("bob", "alice", "answer")?;
    restart(&mut script, "alice", "bob")?;
    script.exchange("alice", "bob", "no prekey message any more")?;
    Ok(script.finish("pending data, and its absence", &["Kept"]))
}

fn kept_keys(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 3)?;
    let sent = script.encrypt_many("alice", "bob", "message", 6)?;
    script.opens_all("bob", "alice", [&sent[2], &sent[5]])?;
    restart(&mut script, "bob", "alice")?;
    script.opens("bob", "alice", &sent[3])?;
    restart(&mut script, "bob", "alice")?;
    script.fails("bob", "alice", &sent[3], DuplicateMessage)?;
    script.opens_all("bob", "alice", [&sent[0], &sent[1], &sent[4]])?;
    Ok(script.finish("keys that were passed over", &["Kept"]))
}

fn archived_sessions(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 4)?;
    let late = script.encrypt("bob", "alice", "by the old session")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    restart(&mut script, "alice", "bob")?;
    script.opens("alice", "bob", &late)?;
    Ok(script.finish("an archived session", &["Kept"]))
}

fn rollback(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 5)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let before = script.save("bob", "alice")?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    script.load("bob", "alice", &before)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish("an older record opens the message again", &["Rollback"]))
}

fn no_record(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::owners(of, 6)?;
    let (party, peer) = ("alice".to_owned(), "bob".to_owned());
    script.invalid(Step::Save { party, peer }, NoSession)?;
    Ok(script.finish("nothing to save", &["NoSession"]))
}

fn empty_record(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::owners(of, 7)?;
    script.load("alice", "bob", &[1])?;
    script.invalid(encrypting("alice", "bob", b"hello", NOW), NoSession)?;
    Ok(script.finish(
        "a record without sessions: the format byte alone",
        &["NoSession"],
    ))
}

fn format_byte(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 8)?;
    let saved = script.save("alice", "bob")?;
    script.invalid(loading("alice", "bob", &[]), InvalidRecord)?;
    script.invalid(loading("alice", "bob", &saved[1..]), InvalidRecord)?;
    for format in [0, 2, 0x0a, 0xff] {
        let mut other = saved.clone();
        other[0] = format;
        script.invalid(loading("alice", "bob", &other), InvalidRecord)?;
    }
    script.exchange("alice", "bob", "the record is still there")?;
    Ok(script.finish("other format bytes, none, and no bytes", &["FormatByte"]))
}
