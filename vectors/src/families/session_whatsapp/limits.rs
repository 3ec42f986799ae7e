//! Jumps, skipped keys and archives, at the limits and one past them.
use super::super::address::{ALICE, BOB};
use super::super::build::Plan;
use super::super::forge::Chain;
use super::super::script::{Script, Setting};
use super::super::TestPlan;
use crate::outcome::ErrorClass::{DecryptionFailed, DuplicateMessage};

/// The tests.
pub fn tests(of: Setting) -> Plan<Vec<TestPlan>> {
    of.all(&[
        jump_in_a_fresh_chain,
        jump_after_a_message,
        devices_of_one_identity,
        one_name_and_two_identities,
        gathered,
        trimmed,
        trimmed_after_loading,
        trimmed_twice,
    ])
}

fn jump_in_a_fresh_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 501)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let first = chain.message(0, "message 0")?;
    let at_limit = chain.message(2000, "message 2000")?;
    let past_limit = chain.message(2001, "message 2001")?;
    script.fails("bob", "alice", &past_limit, DecryptionFailed)?;
    script.opens_all("bob", "alice", [&at_limit, &past_limit, &first])?;
    Ok(script.finish(
        "a fresh chain: number 2001 is too far, 2000 is not",
        &["JumpLimit"],
    ))
}

fn jump_after_a_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 502)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let first = chain.message(0, "message 0")?;
    let at_limit = chain.message(2001, "message 2001")?;
    let past_limit = chain.message(2002, "message 2002")?;
    script.opens("bob", "alice", &first)?;
    script.fails("bob", "alice", &past_limit, DecryptionFailed)?;
    script.opens_all("bob", "alice", [&at_limit, &past_limit])?;
    Ok(script.finish(
        "after number 0: 2002 is too far, 2001 is not",
        &["JumpLimit"],
    ))
}

fn devices_of_one_identity(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 503);
    let identity = script.draw("identity of the account");
    let mut script = script.devices([ALICE, BOB], [identity.clone(), identity])?;
    let mut chain = Chain::of(&script, "phone", "laptop")?;
    let far = chain.message(2500, "message 2500")?;
    script.opens("laptop", "phone", &far)?;
    Ok(script.finish(
        "two devices of one identity, whatever their names are: a jump to 2500",
        &["JumpLimit"],
    ))
}

fn one_name_and_two_identities(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 504);
    let identities = ["", ""].map(|_| script.draw("identity of the account"));
    let mut script = script.devices([ALICE; 2], identities)?;
    let mut chain = Chain::of(&script, "phone", "laptop")?;
    let first = chain.message(0, "message 0")?;
    let far = chain.message(2500, "message 2500")?;
    script.fails("laptop", "phone", &far, DecryptionFailed)?;
    script.opens("laptop", "phone", &first)?;
    Ok(script.finish("one name, two identities: the usual limit", &["JumpLimit"]))
}

/// Bob has 2051 skipped keys of Alice: numbers 0 to 1999, and 2001 to 2051. The chain goes on with 2053.
fn full(of: Setting, tc_id: u32) -> Plan<(Script, Chain)> {
    let mut script = Script::established(of, tc_id)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let jump = chain.message(2000, "message 2000")?;
    let next = chain.message(2052, "message 2052")?;
    script.opens_all("bob", "alice", [&jump, &next])?;
    let chain = Chain::of(&script, "alice", "bob")?;
    Ok((script, chain))
}

fn gathered(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = full(of, 505)?;
    let first = chain.message(0, "message 0")?;
    let last = chain.message(2051, "message 2051")?;
    script.opens_all("bob", "alice", [&first, &last])?;
    script.fails("bob", "alice", &first, DuplicateMessage)?;
    Ok(script.finish("2051 keys gather: the first still opens", &["LazyTrimming"]))
}

fn trimmed(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = full(of, 506)?;
    let gone = chain.message(50, "message 50")?;
    let kept = chain.message(51, "message 51")?;
    let next = chain.message(2054, "message 2054")?;
    script.opens("bob", "alice", &next)?;
    script.fails("bob", "alice", &gone, DuplicateMessage)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish("one more drops the oldest 51", &["LazyTrimming"]))
}

fn trimmed_after_loading(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = full(of, 507)?;
    let gone = chain.message(50, "message 50")?;
    let kept = chain.message(51, "message 51")?;
    let next = chain.message(2054, "message 2054")?;
    let saved = script.save("bob", "alice")?;
    script.load("bob", "alice", &saved)?;
    script.opens("bob", "alice", &next)?;
    script.fails("bob", "alice", &gone, DuplicateMessage)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish(
        "2051 keys are saved and loaded, then one more comes",
        &["LazyTrimming"],
    ))
}

fn trimmed_twice(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = full(of, 508)?;
    let gone = chain.message(101, "message 101")?;
    let kept = chain.message(102, "message 102")?;
    let next = chain.message(2105, "message 2105")?;
    script.opens("bob", "alice", &next)?;
    script.fails("bob", "alice", &gone, DuplicateMessage)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish("52 more drop twice 51, with one jump", &["LazyTrimming"]))
}
