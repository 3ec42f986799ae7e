//! What a saved record keeps of version 4.
use super::super::build::Plan;
use super::super::protobuf::{edited, without};
use super::super::record::damaged::saved_form;
use super::super::record::kept::BOTH_VERSIONS;
use super::super::script::{Script, Setting};
use super::super::sources;
use super::super::stages::{every_state, LastChunks, Stage};
use super::super::{PlanError, TestPlan};
use super::NAME;
use crate::bytes::Bytes;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(BOTH_VERSIONS)?;
    for (tc_id, stage) in (101..).zip(every_state(of)?) {
        tests.push(saved_and_loaded(of, tc_id, &stage)?);
    }
    tests.push(after_lost_chunks(of)?);
    tests.extend(of.all(&[without_sparse_state, recorded_conversation])?);
    Ok(tests)
}

/// Save and load both records, then go on.
fn saved_and_loaded(of: Setting, tc_id: u32, stage: &Stage) -> Plan<TestPlan> {
    let mut script = stage.script(of, tc_id)?;
    let states = stage.states.map(|state| {
        let name = serde_json::to_value(state).unwrap_or_default();
        name.as_str().unwrap_or_default().to_owned()
    });
    script.exchange("alice", "bob", "message")?;
    script.save("bob", "alice")?;
    script.exchange("bob", "alice", "answer")?;
    script.save("alice", "bob")?;
    Ok(script.finish(
        format!("loaded: alice in {}, bob in {}", states[0], states[1]),
        &["BraidState", "Kept"],
    ))
}

/// Encoders beyond the symbols of their values store coefficients.
fn after_lost_chunks(of: Setting) -> Plan<TestPlan> {
    let mut script = LastChunks::of(of)?.ek.script(of, 121)?;
    script.exchange("bob", "alice", "a parity chunk")?;
    script.save("bob", "alice")?;
    script.exchange(
        "alice",
        "bob",
        "the last chunk of the vector, a parity chunk too",
    )?;
    script.save("alice", "bob")?;
    Ok(script.finish(
        "loaded: encoders that have given parity chunks",
        &["BraidState", "Kept"],
    ))
}

/// Both records without their field of SPQR.
fn without_sparse_state(of: Setting) -> Plan<TestPlan> {
    let hidden = Script::established(of, 0)?;
    let mut script = Script::owners(of, 131)?;
    for (party, peer) in [("alice", "bob"), ("bob", "alice")] {
        let saved = hidden.saved(party, peer)?;
        let bare = edited(&saved[1..], &[1], &|items| without(items, 15));
        script.load(party, peer, &saved_form(&bare))?;
    }
    script.exchange("alice", "bob", "without SPQR")?;
    script.exchange("bob", "alice", "without SPQR too")?;
    script.save("alice", "bob")?;
    Ok(script.finish(
        "a session of version 4 without SPQR: no message, no salt",
        &["NoSparseState", "Kept"],
    ))
}

fn value(name: &str) -> Plan<Vec<u8>> {
    hex::decode(sources::value(NAME, name)?).map_err(|error| PlanError(error.to_string()))
}

/// The recorded records of both sides, loaded: they are in the form in which they are saved.
fn recorded_conversation(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 132);
    script.party_with(
        "alice",
        "8417c99b-2b5e-405d-8482-bd875dc162fb",
        1,
        1001,
        Bytes(value("alice identity")?),
    )?;
    script.party_with(
        "bob",
        "ccd7400b-2639-43f2-9b7f-2560c620218f",
        2,
        2002,
        Bytes(value("bob identity")?),
    )?;
    script.load("alice", "bob", &saved_form(&value("alice record")?))?;
    script.load("bob", "alice", &saved_form(&value("bob record")?))?;
    script.exchange("alice", "bob", "where the peer stopped")?;
    script.exchange("bob", "alice", "we go on")?;
    Ok(script.finish(
        "two records of the deployed library: their conversation goes on",
        &["Import", "Kept"],
    ))
}
