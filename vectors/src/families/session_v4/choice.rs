//! Several sessions with one peer: which one sends, which one decrypts.
use super::super::build::Plan;
use super::super::protobuf::{edited, Item};
use super::super::record::damaged::importing;
use super::super::script::{Script, Setting};
use super::super::session::choice::BOTH_VERSIONS;
use super::super::TestPlan;
use super::CHOICE as NAME;
use crate::outcome::ErrorClass::DecryptionFailed;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(BOTH_VERSIONS)?;
    tests.push(archive_limit(of)?);
    Ok(tests)
}

/// Archived sessions that cannot be decoded stand in for real ones: they count, and plain messages pass over them.
fn archive_limit(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 221)?;
    let late = script.encrypt_many("bob", "alice", "by the first session", 2)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let saved = script.saved("alice", "bob")?;
    let full = edited(&saved[1..], &[], &|items| {
        items.splice(1..1, (0..39).map(|_| Item::Bytes(2, vec![0xff])));
    });
    script.valid(importing("alice", "bob", &full))?;
    script.opens("alice", "bob", &late[0])?;
    script.valid(importing("alice", "bob", &full))?;
    script.start("alice", "bob", &bundle)?;
    script.fails("alice", "bob", &late[1], DecryptionFailed)?;
    Ok(script.finish(
        "the fortieth archived session is kept, the forty-first is not",
        &["ArchiveLimit"],
    ))
}
