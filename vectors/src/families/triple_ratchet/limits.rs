//! At the limits, and one past them. Jumps of 25000 are dear: there are two tests of them.
use super::super::build::Plan;
use super::super::double_ratchet::limits;
use super::super::forge::Chain;
use super::super::script::{Script, Setting};
use super::super::TestPlan;
use super::LIMITS as NAME;
use crate::outcome::ErrorClass::{DecryptionFailed, DuplicateMessage};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(limits::BOTH_VERSIONS)?;
    tests.extend(of.all(&[
        jump_in_a_fresh_chain,
        jump_after_the_first_message,
        kept_by_distance,
        taken_makes_no_room,
    ])?);
    Ok(tests)
}

/// The first answer, which Alice has, is number 0 of its chain and key 1 of SPQR.
fn jump_after_the_first_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 202)?;
    let mut chain = Chain::of(&script, "bob", "alice")?;
    let at_limit = chain.message(25_000, "message 25000")?;
    let past_limit = chain.message(25_001, "message 25001")?;
    script.fails("alice", "bob", &past_limit, DecryptionFailed)?;
    script.opens("alice", "bob", &at_limit)?;
    script.opens("alice", "bob", &past_limit)?;
    Ok(script.finish(
        "after number 0: 25001 is too far, 25000 is not",
        &["SparseJump"],
    ))
}

/// Alice has no answer yet: her SPQR has given out no key of this direction.
fn jump_in_a_fresh_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 201)?;
    script.exchange("alice", "bob", "hello")?;
    let first = script.encrypt("bob", "alice", "message 0")?;
    let mut chain = Chain::of(&script, "bob", "alice")?;
    let at_limit = chain.message(24_999, "message 24999")?;
    let past_limit = chain.message(25_000, "message 25000")?;
    script.fails("alice", "bob", &past_limit, DecryptionFailed)?;
    script.opens("alice", "bob", &at_limit)?;
    script.opens("alice", "bob", &past_limit)?;
    script.fails("alice", "bob", &first, DuplicateMessage)?;
    Ok(script.finish(
        "a fresh chain: number 25000 is too far, 24999 is not",
        &["SparseJump", "SkippedLimit"],
    ))
}

/// Number n of the second chain is key n + 2 of SPQR. After key 2502, key 501 is 2001 behind.
fn kept_by_distance(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 205)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let gone = chain.message(499, "message 499")?;
    let kept = chain.message(500, "message 500")?;
    let jump = chain.message(1500, "message 1500")?;
    let other = chain.message(2500, "message 2500")?;
    script.opens_all("bob", "alice", [&jump, &other])?;
    script.fails("bob", "alice", &gone, DecryptionFailed)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish(
        "two jumps: the Double Ratchet still has the key of number 499, SPQR has not",
        &["TwoLimits", "SkippedLimit"],
    ))
}

/// The key of number 1000 is taken: the Double Ratchet has room for another, to SPQR the distance counts.
fn taken_makes_no_room(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 206)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let lowest = chain.message(0, "message 0")?;
    let taken = chain.message(1000, "message 1000")?;
    let jump = chain.message(2000, "message 2000")?;
    let next = chain.message(2002, "message 2002")?;
    script.opens_all("bob", "alice", [&jump, &taken, &next])?;
    script.fails("bob", "alice", &lowest, DecryptionFailed)?;
    Ok(script.finish(
        "a key that was taken makes room in the Double Ratchet, not in SPQR",
        &["TwoLimits", "SkippedLimit"],
    ))
}
