//! Archived sessions that cannot be decoded.
use super::super::build::Plan;
use super::super::protobuf::{edited, Item};
use super::super::script::Script;
use super::super::TestPlan;
use super::damaged::importing;
use super::NAME;
use crate::outcome::ErrorClass::{DecryptionFailed, InvalidRecord};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let mut tests = Vec::new();
    for (tc_id, comment, archived) in [
        (401, "bytes that are no protobuf", vec![0xff; 5]),
        (402, "an empty session", Vec::new()),
        (403, "a session of version 4", vec![8, 4]),
    ] {
        tests.push(damaged_archive(tc_id, comment, &archived)?);
    }
    tests.push(damaged_before_a_good_one()?);
    Ok(tests)
}

/// A record with these bytes in front of its archive.
fn with_archived(saved: &[u8], archived: &[u8]) -> Vec<u8> {
    edited(&saved[1..], &[], &|items| {
        let at = items
            .iter()
            .position(|item| item.number() == 2)
            .unwrap_or(items.len());
        items.insert(at, Item::Bytes(2, archived.to_vec()));
    })
}

fn damaged_archive(tc_id: u32, comment: &str, archived: &[u8]) -> Plan<TestPlan> {
    let mut script = Script::established(NAME, tc_id)?;
    let bare = with_archived(&script.saved("bob", "alice")?, archived);
    script.valid(importing("bob", "alice", &bare))?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    script.opens("bob", "alice", &sent[0])?;
    script.fails("bob", "alice", &sent[1].flipped(-1, 1), DecryptionFailed)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let new = script.encrypt("alice", "bob", "by a new session")?;
    script.fails("bob", "alice", &new, InvalidRecord)?;
    script.opens("bob", "alice", &sent[1])?;
    let saved = script.save("bob", "alice")?;
    script.load("bob", "alice", &saved)?;
    Ok(script.finish(format!("in the archive: {comment}"), &["BadArchive"]))
}

fn damaged_before_a_good_one() -> Plan<TestPlan> {
    let mut script = Script::established(NAME, 404)?;
    let late = script.encrypt("alice", "bob", "by the old session")?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "by the new session")?;
    let bare = with_archived(&script.saved("bob", "alice")?, &[0xff; 5]);
    script.valid(importing("bob", "alice", &bare))?;
    script.exchange("alice", "bob", "by the new session: found first")?;
    script.opens("bob", "alice", &late)?;
    Ok(script.finish(
        "plain messages pass over a damaged session to a good one",
        &["BadArchive"],
    ))
}
