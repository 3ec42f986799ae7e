//! Messages that arrive, in whatever order.
use super::{Conversation, Form, Shared, ALICE, BOB};
use crate::families::build::{counting, Plan};
use crate::families::TestPlan;

/// The tests of both forms.
pub const TESTS: &[(u32, Shared)] = &[
    (101, one_message),
    (102, turns),
    (103, several_each_way),
    (104, lengths),
    (105, associated_data),
    (106, crossing),
    (111, in_reverse),
    (112, overtaking),
    (113, after_a_step),
    (114, first_lost),
    (115, nothing_new),
    (116, three_chains),
    (117, late_by_three_turns),
    (118, fresh_pair_not_needed),
    (119, numbers_of_messages),
];

fn one_message(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    talk.pass(ALICE, "one")?;
    Ok(talk.finish("one message of the initiator", &["InOrder"]))
}

fn turns(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    for turn in 0..4 {
        talk.pass(ALICE, &format!("turn {turn}"))?;
        talk.pass(BOB, &format!("turn {turn}, answered"))?;
    }
    Ok(talk.finish("four turns, one message each", &["InOrder", "DhStep"]))
}

fn several_each_way(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    for count in 1..4 {
        for party in [ALICE, BOB] {
            for n in 0..count {
                talk.pass(party, &format!("message {n} of {count}"))?;
            }
        }
    }
    Ok(talk.finish("more messages in every turn", &["InOrder", "DhStep"]))
}

fn lengths(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    for length in [0, 1, 15, 16, 17, 31, 32, 1000] {
        let sent = talk.send_with(ALICE, &counting(length).0, super::AD)?;
        talk.opens(BOB, &sent)?;
    }
    Ok(talk.finish("plaintexts of several lengths, empty too", &["Lengths"]))
}

fn associated_data(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    for length in [0, 1, 41, 89, 300] {
        let ad = counting(length).0;
        let sent = talk.send_with(ALICE, b"text", &ad)?;
        let step = talk.decrypting_with(BOB, &sent, &ad);
        talk.valid(step)?;
    }
    Ok(talk.finish("associated data of several lengths", &["AssociatedData"]))
}

fn crossing(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    for turn in 0..3 {
        let from_alice = talk.send(ALICE, &format!("from alice {turn}"))?;
        let from_bob = talk.send(BOB, &format!("from bob {turn}"))?;
        talk.opens(BOB, &from_alice)?;
        talk.opens(ALICE, &from_bob)?;
    }
    Ok(talk.finish("both send before they receive", &["InOrder", "DhStep"]))
}

fn in_reverse(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send_many(ALICE, 5)?;
    for one in sent.iter().rev() {
        talk.opens(BOB, one)?;
    }
    talk.keeps(BOB, 0)?;
    Ok(talk.finish("five messages in reverse", &["OutOfOrder"]))
}

fn overtaking(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send_many(ALICE, 6)?;
    for place in [2, 0, 5, 4, 1, 3] {
        talk.opens(BOB, &sent[place])?;
    }
    Ok(talk.finish("six messages that overtake one another", &["OutOfOrder"]))
}

fn after_a_step(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.send_many(ALICE, 4)?;
    talk.opens(BOB, &old[1])?;
    talk.pass(BOB, "answer")?;
    let new = talk.send(ALICE, "of the next chain")?;
    talk.opens(BOB, &new)?;
    // 0 was kept in its chain, 2 and 3 by PN.
    talk.keeps(BOB, 3)?;
    talk.opens_all(BOB, &[&old[3], &old[0], &old[2]])?;
    talk.keeps(BOB, 0)?;
    Ok(talk.finish(
        "messages of the old chain after the step to the next: PN tells how many there are",
        &["PreviousChain"],
    ))
}

fn first_lost(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.send_many(ALICE, 3)?;
    talk.opens(BOB, &old[0])?;
    talk.pass(BOB, "answer")?;
    let new = talk.send_many(ALICE, 3)?;
    talk.opens_all(BOB, &[&new[2], &old[2], &new[0], &old[1], &new[1]])?;
    Ok(talk.finish(
        "the third message of a chain makes the step; those before and the old chain come later",
        &["PreviousChain", "OutOfOrder"],
    ))
}

fn nothing_new(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let first = talk.send_many(ALICE, 3)?;
    let crossing = talk.send(BOB, "crossing")?;
    talk.opens(ALICE, &crossing)?;
    let next = talk.send(ALICE, "next")?;
    if next.plain_header[..33] != first[0].plain_header[..33] {
        return Err(crate::families::PlanError("a step was made".to_owned()));
    }
    talk.opens_all(BOB, &[&next, &first[0], &first[1], &first[2]])?;
    Ok(talk.finish(
        "a message that crossed brings no new key: the chain goes on",
        &["DhStep", "OutOfOrder"],
    ))
}

fn three_chains(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let mut kept = Vec::new();
    for turn in 0..3 {
        kept.push(talk.send(ALICE, &format!("kept back in chain {turn}"))?);
        talk.pass(ALICE, "goes through")?;
        talk.pass(BOB, "answer")?;
    }
    talk.keeps(BOB, 3)?;
    talk.opens_all(BOB, &[&kept[1], &kept[2], &kept[0]])?;
    talk.keeps(BOB, 0)?;
    Ok(talk.finish(
        "one key of each of three chains is kept",
        &["PreviousChain"],
    ))
}

fn late_by_three_turns(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let first = talk.send_many(ALICE, 2)?;
    talk.opens(BOB, &first[1])?;
    for _ in 0..3 {
        talk.pass(BOB, "there")?;
        talk.pass(ALICE, "and back")?;
    }
    talk.opens(BOB, &first[0])?;
    Ok(talk.finish(
        "the first message of all comes after three turns",
        &["PreviousChain"],
    ))
}

fn fresh_pair_not_needed(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send_many(ALICE, 3)?;
    talk.opens_all(BOB, &[&sent[0], &sent[2], &sent[1]])?;
    talk.pass(BOB, "in the chain of the first")?;
    Ok(talk.finish(
        "a fresh pair is used by the first message of a chain only",
        &["DhStep"],
    ))
}

fn numbers_of_messages(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    talk.lose(ALICE, 0)?;
    talk.lose(ALICE, 255)?;
    for _ in 0..3 {
        talk.pass(ALICE, "near 256")?;
    }
    talk.pass(BOB, "answer")?;
    let next = talk.pass(ALICE, "PN is 258")?;
    let numbers = &next.plain_header[33..41];
    if numbers != [0, 0, 1, 2, 0, 0, 0, 0] {
        return Err(crate::families::PlanError(format!("{numbers:?}")));
    }
    Ok(talk.finish(
        "N of 255 to 257, and PN of 258: how many messages the chain had, not its last number",
        &["PreviousCount"],
    ))
}
