//! Messages in order and out of order.
use super::super::build::Plan;
use super::super::script::Setting;
use super::super::TestPlan;
use super::room::Room;
use super::Shared;
use crate::outcome::ErrorClass::DuplicateMessage;

/// The tests of both dialects.
pub const SHARED: &[(u32, Shared)] = &[
    (101, in_order),
    (102, overtaking),
    (103, lost),
    (104, lengths),
    (105, replies),
];

fn in_order(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    let message = room.join("bob", ("alice", 1))?;
    room.process("carol", ("alice", 1), &message)?;
    for text in ["one", "two", "three"] {
        let sent = room.encrypt(("alice", 1), text)?;
        room.opens("bob", &sent)?;
        room.opens("carol", &sent)?;
    }
    Ok(room.finish("three messages to two members", &["Normal"]))
}

fn overtaking(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(("alice", 1), 6)?;
    room.opens_all("bob", [2, 0, 5, 4, 1, 3].map(|n: usize| &sent[n]))?;
    for one in &sent {
        room.fails("bob", one, DuplicateMessage)?;
    }
    Ok(room.finish(
        "six messages that overtake one another, each of which opens once",
        &["OutOfOrder", "Replay"],
    ))
}

fn lost(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(("alice", 1), 9)?;
    room.opens_all("bob", [3, 8].map(|n: usize| &sent[n]))?;
    room.opens_all("bob", [7, 0].map(|n: usize| &sent[n]))?;
    let more = room.encrypt(("alice", 1), "after a loss")?;
    room.opens("bob", &more)?;
    Ok(room.finish(
        "messages are lost, some come late: the kept keys are two runs",
        &["OutOfOrder"],
    ))
}

fn lengths(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for length in [0usize, 1, 15, 16, 17, 1000] {
        let sent = room.encrypt_bytes(("alice", 1), &vec![0x61; length])?;
        room.opens("bob", &sent)?;
    }
    Ok(room.finish(
        "plaintexts of 0, 1, 15, 16, 17 and 1000 bytes",
        &["Plaintext"],
    ))
}

fn replies(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    room.join("alice", ("bob", 1))?;
    for text in ["question", "another question"] {
        let sent = room.encrypt(("alice", 1), text)?;
        room.opens("bob", &sent)?;
        let answer = room.encrypt(("bob", 1), "answer")?;
        room.opens("alice", &answer)?;
    }
    Ok(room.finish(
        "two members write by turns, each with a key of its own",
        &["Normal", "Separate"],
    ))
}
