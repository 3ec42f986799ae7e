//! At the limits, and one past them. Jumps of 25000 are dear: all families together have at most four.
use super::super::build::Plan;
use super::super::forge::Chain;
use super::super::records::{edit_current, saved_with};
use super::super::script::{encrypting, Script, Setting, Shared, NOW};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::ErrorClass::{CounterExhausted, DecryptionFailed, DuplicateMessage};

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[skipped_2000, skipped_2001, five_chains];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::from(NAME).all(&[
        jump_in_a_fresh_chain,
        jump_after_the_first_message,
        skipped_2000,
        skipped_2001,
        skipped_in_two_jumps,
        skipped_and_taken,
        five_chains,
        five_chains_of_the_initiator,
        sending_counter,
        receiving_counter,
    ])
}

fn jump_in_a_fresh_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 201)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let first = chain.message(0, "message 0")?;
    let at_limit = chain.message(25_000, "message 25000")?;
    let past_limit = chain.message(25_001, "message 25001")?;
    script.fails("bob", "alice", &past_limit, DecryptionFailed)?;
    script.opens("bob", "alice", &at_limit)?;
    script.opens("bob", "alice", &past_limit)?;
    script.fails("bob", "alice", &first, DuplicateMessage)?;
    Ok(script.finish(
        "a fresh chain: number 25001 is too far, 25000 is not",
        &["JumpLimit", "SkippedLimit"],
    ))
}

fn jump_after_the_first_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 202)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let first = chain.message(0, "message 0")?;
    let kept = chain.message(23_001, "message 23001")?;
    let at_limit = chain.message(25_001, "message 25001")?;
    let past_limit = chain.message(25_002, "message 25002")?;
    script.opens("bob", "alice", &first)?;
    script.fails("bob", "alice", &past_limit, DecryptionFailed)?;
    script.opens("bob", "alice", &at_limit)?;
    script.opens("bob", "alice", &kept)?;
    script.opens("bob", "alice", &past_limit)?;
    Ok(script.finish(
        "after number 0: 25002 is too far, 25001 is not; 23001 is the lowest kept",
        &["JumpLimit", "SkippedLimit"],
    ))
}

fn skipped_2000(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 203)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let first = chain.message(0, "message 0")?;
    let jump = chain.message(2000, "message 2000")?;
    script.opens_all("bob", "alice", [&jump, &first])?;
    script.fails("bob", "alice", &first, DuplicateMessage)?;
    Ok(script.finish(
        "2000 keys are kept: number 0 still opens",
        &["SkippedLimit"],
    ))
}

fn skipped_2001(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 204)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let gone = chain.message(0, "message 0")?;
    let kept = chain.message(1, "message 1")?;
    let jump = chain.message(2001, "message 2001")?;
    script.opens("bob", "alice", &jump)?;
    script.fails("bob", "alice", &gone, DuplicateMessage)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish(
        "one key more: number 0 is gone, number 1 is not",
        &["SkippedLimit"],
    ))
}

fn skipped_in_two_jumps(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 205)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let gone = chain.message(498, "message 498")?;
    let kept = chain.message(499, "message 499")?;
    let jump = chain.message(1500, "message 1500")?;
    let other = chain.message(2500, "message 2500")?;
    script.opens_all("bob", "alice", [&jump, &other])?;
    script.fails("bob", "alice", &gone, DuplicateMessage)?;
    script.opens("bob", "alice", &kept)?;
    Ok(script.finish(
        "two jumps: the keys of both count together",
        &["SkippedLimit"],
    ))
}

fn skipped_and_taken(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 206)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let lowest = chain.message(0, "message 0")?;
    let taken = chain.message(1000, "message 1000")?;
    let jump = chain.message(2000, "message 2000")?;
    let next = chain.message(2002, "message 2002")?;
    script.opens_all("bob", "alice", [&jump, &taken, &next, &lowest])?;
    Ok(script.finish(
        "a key that was taken makes room for another",
        &["SkippedLimit"],
    ))
}

/// Six chains of the sender, the first message of each held back.
fn held_back(script: &mut Script, from: &str, to: &str) -> Plan<Vec<super::super::script::Sent>> {
    let mut late = Vec::new();
    for n in 0..6 {
        let sent = script.encrypt_many(from, to, &format!("chain {n}, message"), 2)?;
        script.opens(to, from, &sent[1])?;
        late.push(sent[0].clone());
        script.exchange(to, from, &format!("answer {n}"))?;
    }
    Ok(late)
}

fn five_chains(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 207)?;
    let late = held_back(&mut script, "alice", "bob")?;
    script.fails("bob", "alice", &late[0], DecryptionFailed)?;
    script.opens_all("bob", "alice", &late[1..])?;
    script.fails("bob", "alice", &late[5], DuplicateMessage)?;
    Ok(script.finish(
        "five chains are kept: the sixth newest is gone",
        &["ChainLimit", "AcrossChains"],
    ))
}

fn five_chains_of_the_initiator(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 208)?;
    script.exchange("alice", "bob", "hello")?;
    let late = held_back(&mut script, "bob", "alice")?;
    script.fails("alice", "bob", &late[0], DecryptionFailed)?;
    script.opens_all("alice", "bob", late[1..].iter().rev())?;
    Ok(script.finish(
        "the same at the initiator, whose first chain is the one of the signed prekey",
        &["ChainLimit", "AcrossChains"],
    ))
}

const LAST: u32 = u32::MAX;

fn sending_counter(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 209)?;
    script.exchange("alice", "bob", "message 0")?;
    let saved = saved_with(&script.saved("alice", "bob")?, |record| {
        edit_current(record, |session| {
            session.ratchet.double.sending.ns = LAST - 1;
        });
    })?;
    script.load("alice", "bob", &saved)?;
    let last = script.encrypt("alice", "bob", "the last message of the chain")?;
    script.invalid(
        encrypting("alice", "bob", b"one more", NOW),
        CounterExhausted,
    )?;
    script.fails("bob", "alice", &last, DecryptionFailed)?;
    script.exchange("bob", "alice", "a new chain")?;
    script.exchange("alice", "bob", "from 0 again")?;
    Ok(script.finish(
        "a sending chain ends at 2^32 - 2; the next one starts at 0",
        &["Counter"],
    ))
}

fn receiving_counter(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 210)?;
    script.exchange("alice", "bob", "message 0")?;
    let moved = |saved: &[u8], sending: bool| {
        saved_with(saved, |record| {
            edit_current(record, |session| {
                if sending {
                    session.ratchet.double.sending.ns = LAST - 1;
                } else {
                    let newest = session.ratchet.double.receiving.len() - 1;
                    session.ratchet.double.receiving[newest].nr = LAST - 1;
                }
            });
        })
    };
    let bob = moved(&script.saved("bob", "alice")?, false)?;
    let alice = moved(&script.saved("alice", "bob")?, true)?;
    script.load("bob", "alice", &bob)?;
    script.load("alice", "bob", &alice)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let last = chain.message(LAST - 1, "number 2^32 - 2")?;
    let beyond = chain.message(LAST, "number 2^32 - 1")?;
    script.fails("bob", "alice", &beyond, DecryptionFailed)?;
    script.opens("bob", "alice", &last)?;
    script.fails("bob", "alice", &beyond, DecryptionFailed)?;
    Ok(script.finish("a receiving chain ends at 2^32 - 2", &["Counter"]))
}
