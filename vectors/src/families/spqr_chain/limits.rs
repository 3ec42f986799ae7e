//! How far ahead and how far behind a key may be, and what is kept.
use super::{Chains, Plan};
use crate::families::TestPlan;
use crate::outcome::ErrorClass::{KeyAlreadyRequested, KeyJump, KeyTrimmed};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Ok(vec![
        jump(201)?,
        jump_from_further(202)?,
        unlimited(203)?,
        jump_of_one(204)?,
        out_of_order(221)?,
        one_kept(222)?,
        trimmed_by_steps(223)?,
        cleared(224)?,
        cleared_before_garbage(225)?,
        garbage(241)?,
        garbage_removes_none_in_reach(242)?,
        swapped(243)?,
        defaults(261)?,
    ])
}

fn jump(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 10, 4)?;
    chains.refused("bob", 0, 11, KeyJump)?;
    chains.refused("bob", 0, u32::MAX, KeyJump)?;
    chains.receive_all("bob", 0, &[10])?;
    Ok(chains.finish("a jump of 10 where 10 are allowed, and of 11", "Jump"))
}

fn jump_from_further(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 5, 4)?;
    chains.receive_all("bob", 0, &[3, 1])?;
    chains.refused("bob", 0, 9, KeyJump)?;
    chains.receive_all("bob", 0, &[8, 9])?;
    chains.refused("bob", 0, 15, KeyJump)?;
    Ok(chains.finish(
        "a jump counts from the last key, not from the start",
        "Jump",
    ))
}

fn unlimited(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, u32::MAX, 3)?;
    chains.receive_all("bob", 0, &[300])?;
    chains.refused("bob", 0, 296, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[297])?;
    Ok(chains.finish(
        "no limit, as in a session with oneself: few keys are kept of a far jump",
        "Jump",
    ))
}

fn jump_of_one(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 1, 4)?;
    chains.refused("bob", 0, 2, KeyJump)?;
    chains.receive_all("bob", 0, &[1, 2, 3])?;
    chains.refused("bob", 0, 5, KeyJump)?;
    Ok(chains.finish("a limit of 1: in order only", "Jump"))
}

fn out_of_order(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 5)?;
    chains.receive_all("bob", 0, &[20])?;
    chains.refused("bob", 0, 14, KeyTrimmed)?;
    chains.refused("bob", 0, 0, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[15, 19])?;
    chains.refused("bob", 0, 15, KeyAlreadyRequested)?;
    Ok(chains.finish(
        "5 behind where 5 are kept, and 6; number 0 is trimmed as well",
        "Trimmed",
    ))
}

fn one_kept(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 1)?;
    chains.receive_all("bob", 0, &[3])?;
    chains.refused("bob", 0, 1, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[2, 6, 5])?;
    chains.refused("bob", 0, 4, KeyTrimmed)?;
    Ok(chains.finish("one key is kept", "Trimmed"))
}

fn trimmed_by_steps(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 3)?;
    chains.receive_all("bob", 0, &[3, 4, 5])?;
    chains.refused("bob", 0, 1, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[2])?;
    chains.refused("bob", 0, 2, KeyAlreadyRequested)?;
    Ok(chains.finish(
        "a key that is still stored is refused once the counter is too far",
        "Trimmed",
    ))
}

fn cleared(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 4)?;
    chains.receive_all("bob", 0, &[4])?;
    // 3 keys are stored. 8 is 4 ahead: they stay. 13 is 5 ahead: all go first.
    chains.receive_all("bob", 0, &[8, 13])?;
    chains.refused("bob", 0, 8, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[9, 12])?;
    Ok(chains.finish(
        "a jump beyond what is kept clears the store first",
        "Trimmed",
    ))
}

fn cleared_before_garbage(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 10)?;
    // 1 key is stored. 13 is 11 ahead and stores 10: with the old one there would be 11, and 12 start the garbage collection.
    chains.receive_all("bob", 0, &[2, 13])?;
    chains.refused("bob", 0, 1, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[3, 12])?;
    Ok(chains.finish(
        "a jump beyond what is kept clears the store where no garbage is collected",
        "Trimmed",
    ))
}

fn garbage(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 10)?;
    // 11 / 10 of 10, and 1: at 12 stored keys the old ones go.
    chains.receive_all("bob", 0, &[7, 13, 16, 18, 20, 22, 24, 26])?;
    chains.receive_all("bob", 0, &[25, 23, 21, 17])?;
    Ok(chains.finish(
        "more and more keys are stored, until 12 are there",
        "Garbage",
    ))
}

fn garbage_removes_none_in_reach(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 10)?;
    chains.receive_all("bob", 0, &[11])?;
    // 10 are stored. 13 stores number 12 and looks at 11 keys: none goes. 15 makes it 12: the counter is 14.
    chains.receive_all("bob", 0, &[13, 15])?;
    chains.refused("bob", 0, 4, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[5, 14])?;
    Ok(chains.finish(
        "the counter of the garbage collection is one before the key asked for",
        "Garbage",
    ))
}

fn swapped(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 100, 10)?;
    // A taken key leaves a hole for the last one: the order in the store is not that of the numbers.
    chains.receive_all("bob", 0, &[9, 2, 5])?;
    chains.receive_all("bob", 0, &[12, 15, 18, 20, 22])?;
    chains.receive_all("bob", 0, &[21, 19, 14])?;
    Ok(chains.finish("the store is not in order when it is collected", "Garbage"))
}

fn defaults(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    chains.refused("bob", 0, 25_001, KeyJump)?;
    chains.receive_all("bob", 0, &[2100])?;
    chains.refused("bob", 0, 99, KeyTrimmed)?;
    chains.receive_all("bob", 0, &[100, 2101])?;
    chains.refused("bob", 0, 27_102, KeyJump)?;
    Ok(chains.finish("limits of 0: 25,000 ahead, 2,000 behind", "Limits"))
}
