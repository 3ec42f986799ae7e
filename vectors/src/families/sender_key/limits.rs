//! How far a message may be ahead, how many keys are kept, where a chain ends.
use super::super::build::Plan;
use super::super::protobuf::{edited, set, Item};
use super::super::script::Setting;
use super::super::TestPlan;
use super::room::{Room, Sent};
use super::Shared;
use crate::outcome::ErrorClass::{CounterExhausted, DuplicateMessage, TooFarInFuture};

/// The tests of the dialect of Signal.
pub const TESTS: &[(u32, Shared)] = &[
    (171, all_are_kept),
    (172, one_is_gone),
    (173, trimmed_by_steps),
    (174, farthest),
    (175, last_number),
];

/// The tests of the dialect of WhatsApp.
pub const WHATSAPP: &[(u32, Shared)] = &[
    (181, jump_of_whatsapp),
    (182, gathered),
    (183, trimmed_lazily),
    (184, trimmed_after_loading),
];

const ALICE: (&str, u8) = ("alice", 1);

/// Alice's first three messages, and one that is so many after the first; Bob has read the last.
fn jumped(setting: Setting, tc_id: u32, gap: u32) -> Plan<(Room, Vec<Sent>)> {
    let mut room = Room::joined(setting, tc_id)?;
    let far = room.ahead(ALICE, gap, "far")?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &far)?;
    Ok((room, sent))
}

fn all_are_kept(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent) = jumped(setting, tc_id, 2000)?;
    room.opens_all("bob", [&sent[0], &sent[1]])?;
    Ok(room.finish("a jump of 2000: all keys are kept", &["Trimmed"]))
}

fn one_is_gone(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent) = jumped(setting, tc_id, 2001)?;
    room.fails("bob", &sent[0], DuplicateMessage)?;
    room.opens("bob", &sent[1])?;
    Ok(room.finish(
        "a jump of 2001: the key of the first message is gone",
        &["Trimmed"],
    ))
}

fn trimmed_by_steps(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let far = [1500, 2003].map(|gap| room.ahead(ALICE, gap, "far"));
    let [middle, last] = far;
    let sent = room.encrypt_many(ALICE, 4)?;
    room.opens("bob", &middle?)?;
    // 1500 keys are kept, then 502 more come: the two oldest go.
    room.opens("bob", &last?)?;
    for gone in &sent[..2] {
        room.fails("bob", gone, DuplicateMessage)?;
    }
    room.opens_all("bob", &sent[2..])?;
    Ok(room.finish(
        "keys are kept in two jumps: the oldest go when there are more than 2000",
        &["Trimmed"],
    ))
}

fn farthest(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent) = jumped(setting, tc_id, 25_000)?;
    room.fails("bob", &sent[0], DuplicateMessage)?;
    Ok(room.finish(
        "a jump of 25,000, the farthest there is",
        &["Jump", "Trimmed"],
    ))
}

fn jump_of_whatsapp(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let at_limit = room.ahead(ALICE, 2000, "far")?;
    let past_limit = room.ahead(ALICE, 2001, "too far")?;
    let first = room.encrypt(ALICE, "near")?;
    room.fails("bob", &past_limit, TooFarInFuture)?;
    room.opens_all("bob", [&at_limit, &past_limit, &first])?;
    Ok(room.finish("a jump of 2000, and of 2001", &["Jump"]))
}

/// Bob has kept 2050 keys: of iterations 0 to 1999 and 2001 to 2050. Alice's first 52 messages, and one that adds a key.
fn full(setting: Setting, tc_id: u32) -> Plan<(Room, Vec<Sent>, Sent)> {
    let mut room = Room::joined(setting, tc_id)?;
    let far = [2000, 2051, 2053].map(|gap| room.ahead(ALICE, gap, "far"));
    let [first, second, next] = far;
    let sent = room.encrypt_many(ALICE, 52)?;
    room.opens_all("bob", [&first?, &second?])?;
    Ok((room, sent, next?))
}

fn gathered(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent, _) = full(setting, tc_id)?;
    room.opens("bob", &sent[0])?;
    room.fails("bob", &sent[0], DuplicateMessage)?;
    Ok(room.finish("2050 keys gather: the first is still there", &["Trimmed"]))
}

fn trimmed_lazily(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent, next) = full(setting, tc_id)?;
    room.opens("bob", &next)?;
    room.fails("bob", &sent[50], DuplicateMessage)?;
    room.opens("bob", &sent[51])?;
    Ok(room.finish("one key more drops the oldest 51", &["Trimmed"]))
}

fn trimmed_after_loading(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let (mut room, sent, next) = full(setting, tc_id)?;
    let saved = room.save("bob", ALICE)?;
    room.load("bob", ALICE, &saved)?;
    room.opens("bob", &next)?;
    room.fails("bob", &sent[50], DuplicateMessage)?;
    room.opens("bob", &sent[51])?;
    Ok(room.finish(
        "2050 keys are saved and loaded, then one more comes",
        &["Trimmed"],
    ))
}

/// A stored sender key of one state with another iteration.
pub fn at_iteration(saved: &[u8], iteration: u32) -> Vec<u8> {
    edited(saved, &[1, 2], &|items| {
        items.retain(|item| item.number() != 1);
        items.insert(0, Item::Integer(1, u64::from(iteration)));
        set(items, Item::Integer(1, u64::from(iteration)));
    })
}

fn last_number(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for party in ["alice", "bob"] {
        let saved = room.save(party, ALICE)?;
        room.load(party, ALICE, &at_iteration(&saved, u32::MAX - 1))?;
    }
    let last = room.encrypt(ALICE, "the last")?;
    let step = room.encrypting("alice", ALICE, b"one more");
    room.script.invalid(step, CounterExhausted)?;
    let beyond = room.ahead(ALICE, 0, "one more by hand")?;
    room.fails("bob", &beyond, CounterExhausted)?;
    room.opens("bob", &last)?;
    room.fails("bob", &beyond, CounterExhausted)?;
    Ok(room.finish(
        "the last message of a chain has iteration 2^32 - 2",
        &["LastNumber"],
    ))
}
