//! Messages in any order, lost, and repeated.
use super::super::build::Plan;
use super::super::forge::Direction;
use super::super::protobuf::Fields;
use super::super::script::{Script, Setting, Shared};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::ErrorClass::DuplicateMessage;

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    ping_pong,
    one_chain,
    crossing,
    late_in_older_chain,
    replays,
    replay_in_older_chain,
    replay_of_skipped,
    lost_messages,
    dropped_messages,
    lengths,
    previous_counter_is_not_used,
    acknowledged_by_any_message,
    responder_sends_first,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    [
        ping_pong,
        one_chain,
        crossing,
        late_in_older_chain,
        late_in_three_chains,
        replays,
        replay_in_older_chain,
        replay_of_skipped,
        lost_messages,
        dropped_messages,
        lengths,
        long_message,
        previous_counter,
        previous_counter_is_not_used,
        acknowledged_by_any_message,
        responder_sends_first,
    ]
    .map(|test: Shared| test(NAME.into()))
    .into_iter()
    .chain(orders(NAME.into()))
    .collect()
}

fn ping_pong(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 1)?;
    for round in 0..4 {
        script.exchange("alice", "bob", &format!("question {round}"))?;
        script.exchange("bob", "alice", &format!("answer {round}"))?;
    }
    Ok(script.finish(
        "messages to and fro: a ratchet step each time",
        &["InOrder"],
    ))
}

fn one_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 2)?;
    for n in 0..5 {
        script.exchange("alice", "bob", &format!("message {n}"))?;
    }
    Ok(script.finish("five messages of one chain", &["InOrder"]))
}

fn crossing(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 3)?;
    for round in 0..3 {
        let there = script.encrypt("alice", "bob", &format!("to bob {round}"))?;
        let back = script.encrypt("bob", "alice", &format!("to alice {round}"))?;
        script.opens("bob", "alice", &there)?;
        script.opens("alice", "bob", &back)?;
    }
    Ok(script.finish("both send before they receive", &["InOrder"]))
}

/// Five messages of one chain in several orders.
pub fn orders(of: Setting) -> impl Iterator<Item = Plan<TestPlan>> {
    let orders: [[usize; 5]; 6] = [
        [4, 3, 2, 1, 0],
        [1, 0, 3, 2, 4],
        [4, 0, 1, 2, 3],
        [0, 4, 2, 1, 3],
        [2, 4, 0, 3, 1],
        [0, 1, 2, 4, 3],
    ];
    (21..).zip(orders).map(move |(tc_id, order)| {
        let mut script = Script::established(of, tc_id)?;
        let sent = script.encrypt_many("alice", "bob", "message", 5)?;
        script.opens_all("bob", "alice", order.map(|n| &sent[n]))?;
        Ok(script.finish(format!("one chain in the order {order:?}"), &["OutOfOrder"]))
    })
}

fn late_in_older_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 4)?;
    let old = script.encrypt_many("alice", "bob", "old chain", 3)?;
    script.opens("bob", "alice", &old[0])?;
    script.exchange("bob", "alice", "answer")?;
    let new = script.encrypt_many("alice", "bob", "new chain", 2)?;
    script.opens_all("bob", "alice", [&new[1], &old[2], &new[0], &old[1]])?;
    Ok(script.finish("messages of the chain before", &["AcrossChains"]))
}

fn late_in_three_chains(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 5)?;
    let mut late = Vec::new();
    for round in 0..3 {
        let sent = script.encrypt_many("alice", "bob", &format!("chain {round}, message"), 2)?;
        script.opens("bob", "alice", &sent[1])?;
        late.push(sent[0].clone());
        script.exchange("bob", "alice", &format!("answer {round}"))?;
    }
    script.opens_all("bob", "alice", late.iter().rev())?;
    Ok(script.finish(
        "the first messages of three chains, newest chain first",
        &["AcrossChains"],
    ))
}

fn replays(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 6)?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    script.opens_all("bob", "alice", &sent)?;
    script.fails("bob", "alice", &sent[1], DuplicateMessage)?;
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    script.exchange("alice", "bob", "the conversation goes on")?;
    Ok(script.finish("messages repeated at once", &["Replay"]))
}

fn replay_in_older_chain(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 7)?;
    let old = script.encrypt("alice", "bob", "old chain")?;
    script.opens("bob", "alice", &old)?;
    script.exchange("bob", "alice", "answer")?;
    script.exchange("alice", "bob", "new chain")?;
    script.fails("bob", "alice", &old, DuplicateMessage)?;
    Ok(script.finish("a message of the chain before repeated", &["Replay"]))
}

fn replay_of_skipped(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 8)?;
    let sent = script.encrypt_many("alice", "bob", "message", 3)?;
    script.opens_all("bob", "alice", [&sent[2], &sent[0]])?;
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    script.opens("bob", "alice", &sent[1])?;
    script.fails("bob", "alice", &sent[1], DuplicateMessage)?;
    Ok(script.finish(
        "messages repeated whose keys were kept",
        &["Replay", "OutOfOrder"],
    ))
}

fn lost_messages(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 9)?;
    for round in 0..3 {
        script.encrypt("alice", "bob", &format!("lost {round}"))?;
        script.exchange("alice", "bob", &format!("question {round}"))?;
        script.encrypt("bob", "alice", &format!("lost answer {round}"))?;
        script.exchange("bob", "alice", &format!("answer {round}"))?;
    }
    Ok(script.finish("every second message is lost", &["Lost"]))
}

fn dropped_messages(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 10)?;
    script.drop_messages("alice", "bob", 20)?;
    script.exchange("alice", "bob", "the twenty-first")?;
    Ok(script.finish("twenty messages are lost at once", &["Lost"]))
}

fn lengths(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 11)?;
    for length in [0, 1, 15, 16, 17, 31, 32, 33] {
        let sent = script.encrypt_bytes("alice", "bob", &vec![b'x'; length])?;
        script.opens("bob", "alice", &sent)?;
    }
    Ok(script.finish("plaintexts of 0 to 33 bytes", &["PlaintextLength"]))
}

fn long_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 12)?;
    let sent = script.encrypt_bytes("alice", "bob", &[0; 1024])?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish("a plaintext of 1024 bytes", &["PlaintextLength"]))
}

fn previous_counter(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 13)?;
    for (count, name) in [
        (3, "three messages"),
        (1, "one message"),
        (2, "two messages"),
    ] {
        for sent in script.encrypt_many("alice", "bob", name, count)? {
            script.opens("bob", "alice", &sent)?;
        }
        script.exchange("bob", "alice", "answer")?;
    }
    script.exchange("alice", "bob", "the last")?;
    script.exchange("bob", "alice", "answer to the last")?;
    Ok(script.finish(
        "previous counters 2, 0 and 1 after three, one and two messages",
        &["PreviousCounter"],
    ))
}

fn previous_counter_is_not_used(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 14)?;
    let direction = Direction::of(&script, "alice", "bob")?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    // 10 00 | 18 00 stand after the ratchet key: counter and previous counter.
    let high = direction.retag(&sent[0], |bytes| bytes[39] = 0x7f);
    script.opens("bob", "alice", &high)?;
    script.opens("bob", "alice", &sent[1])?;
    Ok(script.finish(
        "a previous counter of 127 under a right tag changes nothing",
        &["PreviousCounter", "RightTag"],
    ))
}

fn acknowledged_by_any_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 15)?;
    let first = script.encrypt_many("alice", "bob", "prekey message", 2)?;
    script.opens("bob", "alice", &first[1])?;
    let answers = script.encrypt_many("bob", "alice", "answer", 2)?;
    script.opens("alice", "bob", &answers[1])?;
    let plain = script.encrypt("alice", "bob", "no prekey message any more")?;
    script.opens("bob", "alice", &plain)?;
    script.opens("bob", "alice", &first[0])?;
    script.opens("alice", "bob", &answers[0])?;
    Ok(script.finish(
        "the first messages of both sides come late",
        &["AcrossChains"],
    ))
}

fn responder_sends_first(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 16)?;
    script.exchange("alice", "bob", "hello")?;
    for n in 0..3 {
        script.exchange("bob", "alice", &format!("answer {n}"))?;
    }
    script.exchange("alice", "bob", "thanks")?;
    Ok(script.finish("several answers to the first message", &["InOrder"]))
}

/// A change of the bytes under the tag.
type Change = fn(&mut Vec<u8>);

/// Messages of writers that this project is not.
pub fn other_writers() -> Plan<Vec<TestPlan>> {
    let changes: [(u32, &str, Change); 4] = [
        (301, "version byte 33", |bytes| bytes[0] = 0x33),
        (302, "version byte 3f", |bytes| bytes[0] = 0x3f),
        (303, "an unknown field at the end", |bytes| {
            bytes.extend(Fields::new().bytes(15, b"?").0);
        }),
        (304, "a counter that is not minimal", |bytes| {
            bytes.splice(36..38, [0x10, 0x80, 0x80, 0x00]);
        }),
    ];
    changes
        .into_iter()
        .map(|(tc_id, comment, change)| {
            let mut script = Script::established(NAME, tc_id)?;
            let direction = Direction::of(&script, "alice", "bob")?;
            let sent = script.encrypt("alice", "bob", "message")?;
            let other = direction.retag(&sent, change);
            script.opens("bob", "alice", &other)?;
            script.fails("bob", "alice", &sent, DuplicateMessage)?;
            Ok(script.finish(comment, &["OtherWriters"]))
        })
        .collect()
}
