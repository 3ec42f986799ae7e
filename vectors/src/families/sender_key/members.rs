//! Who joins, leaves, and writes to which group.
use super::super::build::Plan;
use super::super::script::Setting;
use super::super::TestPlan;
use super::room::{processing, Room};
use super::Shared;
use crate::outcome::ErrorClass::{DuplicateMessage, NoSenderKeyState};
use crate::step::Step;

/// The tests of both dialects.
pub const SHARED: &[(u32, Shared)] = &[
    (131, three_senders),
    (132, two_groups),
    (133, two_devices),
    (134, late_joiner),
    (135, leave),
    (136, late_after_rotation),
    (137, joins_again),
    (138, stored),
    (139, rollback),
];

const ALICE: (&str, u8) = ("alice", 1);

fn three_senders(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    let people = ["alice", "bob", "carol"];
    for sender in people {
        let message = room.distribute((sender, 1))?;
        for member in people.iter().filter(|member| **member != sender) {
            room.process(member, (sender, 1), &message)?;
        }
    }
    for sender in people {
        let sent = room.encrypt((sender, 1), &format!("of {sender}"))?;
        for member in people.iter().filter(|member| **member != sender) {
            room.opens(member, &sent)?;
        }
    }
    Ok(room.finish(
        "three members, each of whom writes",
        &["Normal", "Separate"],
    ))
}

fn two_groups(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    room.join("bob", ("alice", 2))?;
    let one = room.encrypt_many(ALICE, 2)?;
    let two = room.encrypt_many(("alice", 2), 3)?;
    room.opens_all("bob", [&two[2], &one[0], &two[0], &one[1], &two[1]])?;
    Ok(room.finish(
        "two groups of one sender: each has chains of its own",
        &["Separate"],
    ))
}

fn two_devices(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "tablet", "bob"])?;
    room.join("bob", ALICE)?;
    room.join("bob", ("tablet", 1))?;
    let phone = room.encrypt(ALICE, "from the phone")?;
    let tablet = room.encrypt(("tablet", 1), "from the tablet")?;
    room.opens_all("bob", [&tablet, &phone])?;
    Ok(room.finish(
        "two devices of one sender: each has a key of its own",
        &["Separate"],
    ))
}

fn late_joiner(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    room.join("bob", ALICE)?;
    let before = room.encrypt_many(ALICE, 3)?;
    room.join("carol", ALICE)?;
    let after = room.encrypt_many(ALICE, 2)?;
    for one in &before {
        room.fails("carol", one, DuplicateMessage)?;
    }
    room.opens_all("carol", [&after[1], &after[0]])?;
    room.opens_all("bob", after.iter().chain(&before))?;
    Ok(room.finish(
        "a member who joins after three messages reads those that come then",
        &["LateJoin"],
    ))
}

fn leave(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    let first = room.join("bob", ALICE)?;
    room.process("carol", ALICE, &first)?;
    let shared = room.encrypt(ALICE, "to both")?;
    room.opens("bob", &shared)?;
    room.delete("alice", ALICE)?;
    room.join("bob", ALICE)?;
    let private = room.encrypt(ALICE, "not to carol")?;
    room.opens("bob", &private)?;
    room.fails("carol", &private, NoSenderKeyState)?;
    room.opens("carol", &shared)?;
    Ok(room.finish(
        "carol leaves: alice starts anew and gives the new key to bob alone",
        &["Rotation"],
    ))
}

fn late_after_rotation(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let old = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &old[1])?;
    room.delete("alice", ALICE)?;
    room.join("bob", ALICE)?;
    let new = room.encrypt_many(ALICE, 2)?;
    room.opens_all("bob", [&new[1], &old[2], &old[0], &new[0]])?;
    Ok(room.finish(
        "late messages of the key before, among those of the new one",
        &["Rotation", "OutOfOrder"],
    ))
}

fn joins_again(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let first = room.join("bob", ALICE)?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &sent[0])?;
    room.delete("bob", ALICE)?;
    room.fails("bob", &sent[1], NoSenderKeyState)?;
    room.join("bob", ALICE)?;
    room.fails("bob", &sent[1], DuplicateMessage)?;
    let more = room.encrypt(ALICE, "after the return")?;
    room.opens("bob", &more)?;
    // The first distribution message does not bring the chain back.
    room.script.valid(processing("bob", ALICE, &first))?;
    room.fails("bob", &sent[1], DuplicateMessage)?;
    Ok(room.finish(
        "bob has lost the sender key, and gets it again",
        &["LateJoin"],
    ))
}

fn stored(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 5)?;
    room.opens("bob", &sent[3])?;
    for party in ["alice", "bob"] {
        let saved = room.save(party, ALICE)?;
        room.delete(party, ALICE)?;
        room.load(party, ALICE, &saved)?;
    }
    let more = room.encrypt(ALICE, "after the restart")?;
    room.opens_all("bob", [&sent[4], &sent[0], &more, &sent[1]])?;
    room.fails("bob", &sent[3], DuplicateMessage)?;
    Ok(room.finish(
        "both save and load their sender key: kept keys are still there",
        &["Stored"],
    ))
}

fn rollback(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "twice")?;
    let saved = room.save("bob", ALICE)?;
    room.opens("bob", &sent)?;
    room.load("bob", ALICE, &saved)?;
    room.opens("bob", &sent)?;
    // At the sender an older key encrypts two texts with one key; the receiver takes the first.
    let saved = room.save("alice", ALICE)?;
    let one = room.encrypt(ALICE, "one text")?;
    room.load("alice", ALICE, &saved)?;
    let other = room.encrypt(ALICE, "another text")?;
    room.opens("bob", &other)?;
    let step: Step = super::room::decrypting("bob", ALICE, &one.message);
    room.script.invalid(step, DuplicateMessage)?;
    Ok(room.finish("an older sender key is loaded", &["Rollback"]))
}
