//! Epochs: new chains, late messages, what is dropped.
use super::{sending, Chains, Plan};
use crate::families::TestPlan;
use crate::outcome::ErrorClass::{
    EpochOutOfRange, KeyAlreadyRequested, KeyJump, SendEpochDecreased,
};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Ok(vec![
        four_epochs(301)?,
        not_sent_in(302)?,
        late(303)?,
        not_yet(321)?,
        dropped(322)?,
        never_back(341)?,
        skipped_epoch(342)?,
        own_counters(361)?,
    ])
}

fn four_epochs(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::both(tc_id)?;
    for epoch in 0..4 {
        chains.pass("alice", "bob", epoch)?;
        chains.pass("bob", "alice", epoch)?;
        chains.epoch(&["alice", "bob"])?;
    }
    Ok(chains.finish("four epochs, a message each way in each", "Epochs"))
}

fn not_sent_in(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::both(tc_id)?;
    chains.pass("alice", "bob", 0)?;
    chains.epoch(&["alice", "bob"])?;
    // An epoch that is there is not yet that of sending: nothing is dropped or erased.
    chains.pass("alice", "bob", 0)?;
    chains.pass("alice", "bob", 1)?;
    Ok(chains.finish(
        "an epoch that was added, while the one before is sent in",
        "Epochs",
    ))
}

fn late(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::both(tc_id)?;
    for _ in 0..3 {
        chains.send("alice", 0)?;
    }
    chains.receive("bob", 0, 2)?;
    chains.epoch(&["alice", "bob"])?;
    chains.send("bob", 1)?;
    // The chains of the epoch before stay for receiving.
    chains.receive_all("bob", 0, &[1, 3])?;
    chains.pass("alice", "bob", 1)?;
    Ok(chains.finish("late messages of the epoch before", "Epochs"))
}

fn not_yet(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    for epoch in [1, 2, u64::MAX] {
        chains.refused("bob", epoch, 1, EpochOutOfRange)?;
        chains.0.invalid(sending("bob", epoch), EpochOutOfRange)?;
    }
    chains.epoch(&["bob"])?;
    chains.receive("bob", 1, 1)?;
    chains.refused("bob", 2, 1, EpochOutOfRange)?;
    Ok(chains.finish("epochs that are not there yet", "EpochRange"))
}

fn dropped(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    chains.receive_all("bob", 0, &[2])?;
    chains.epoch(&["bob"])?;
    chains.epoch(&["bob"])?;
    chains.receive_all("bob", 0, &[1])?;
    chains.send("bob", 1)?;
    chains.receive_all("bob", 0, &[3])?;
    chains.send("bob", 2)?;
    chains.refused("bob", 0, 4, EpochOutOfRange)?;
    chains.receive_all("bob", 1, &[1])?;
    Ok(chains.finish(
        "sending drops what is older than the epoch before",
        "EpochRange",
    ))
}

fn never_back(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    chains.epoch(&["bob"])?;
    chains.send("bob", 0)?;
    chains.send("bob", 1)?;
    chains.0.invalid(sending("bob", 0), SendEpochDecreased)?;
    chains.0.invalid(sending("bob", 2), EpochOutOfRange)?;
    chains.send("bob", 1)?;
    Ok(chains.finish("sending in an earlier epoch than before", "SendEpoch"))
}

fn skipped_epoch(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 0, 0)?;
    for _ in 0..3 {
        chains.epoch(&["bob"])?;
    }
    // From 0 to 3 at once: 2 stays.
    chains.send("bob", 3)?;
    chains.refused("bob", 1, 1, EpochOutOfRange)?;
    chains.receive_all("bob", 2, &[1])?;
    chains.0.invalid(sending("bob", 2), SendEpochDecreased)?;
    Ok(chains.finish("an epoch in which nothing was sent", "SendEpoch"))
}

fn own_counters(tc_id: u32) -> Plan<TestPlan> {
    let mut chains = Chains::receiver(tc_id, 6, 4)?;
    chains.receive_all("bob", 0, &[5])?;
    chains.epoch(&["bob"])?;
    chains.refused("bob", 1, 0, KeyAlreadyRequested)?;
    chains.refused("bob", 1, 7, KeyJump)?;
    chains.receive_all("bob", 1, &[6])?;
    chains.receive_all("bob", 0, &[11, 7])?;
    Ok(chains.finish("every epoch has its own numbers and limits", "Epochs"))
}
