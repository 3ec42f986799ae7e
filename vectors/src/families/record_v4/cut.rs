//! Records that end too early.
use super::super::build::Plan;
use super::super::record::cut::{cut_at_borders, MESSAGES};
use super::super::script::{Script, Setting};
use super::super::TestPlan;
use super::DAMAGED as NAME;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let saved = Script::established(of, 0)?.saved("bob", "alice")?;
    let messages = [MESSAGES, SPARSE_MESSAGES].concat();
    let script = Script::owners(of, 251)?;
    let what = "the saved record of a responder";
    Ok(vec![cut_at_borders(script, what, &saved[1..], &messages)?])
}

/// The paths of messages in the SPQR state of a party in NoHeaderReceived.
const SPARSE_MESSAGES: &[&[u64]] = &[
    &[1, 15],
    &[1, 15, 2],
    &[1, 15, 2, 3],
    &[1, 15, 2, 3, 1],
    &[1, 15, 2, 3, 2],
    &[1, 15, 3],
    &[1, 15, 3, 6],
    &[1, 15, 3, 6, 1],
    &[1, 15, 3, 6, 1, 2],
];
