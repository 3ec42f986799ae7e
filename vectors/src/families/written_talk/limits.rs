//! How many keys a message may pass over, and how many are kept.
use super::{
    set_number, Conversation, Form, Shared, ALICE, BOB, MAX_SKIP, MAX_STORED, N_AT, PN_AT,
};
use crate::families::build::Plan;
use crate::families::TestPlan;
use crate::outcome::ErrorClass;

/// The tests of both forms.
pub const TESTS: &[(u32, Shared)] = &[
    (301, most_at_the_start),
    (302, too_many_at_the_start),
    (303, most_in_a_chain),
    (304, too_many_in_a_chain),
    (305, most_at_the_end),
    (306, too_many_at_the_end),
    (307, full_store),
    (308, forged_numbers),
    (309, forged_previous_counts),
];

fn most_at_the_start(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let first = talk.send(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP - 1)?;
    talk.pass(ALICE, "number 1000")?;
    talk.keeps(BOB, MAX_SKIP)?;
    talk.opens(BOB, &first)?;
    talk.pass(ALICE, "number 1001")?;
    Ok(talk.finish(
        "the first message that arrives passes over 1000",
        &["SkipLimit"],
    ))
}

fn too_many_at_the_start(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let first = talk.send(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP)?;
    let sent = talk.send(ALICE, "number 1001")?;
    talk.refuses(BOB, &sent, ErrorClass::TooFarInFuture)?;
    talk.opens_all(BOB, &[&first, &sent])?;
    Ok(talk.finish(
        "one more is too many, until one of them has arrived",
        &["SkipLimit"],
    ))
}

fn most_in_a_chain(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP)?;
    talk.pass(ALICE, "number 1001")?;
    talk.keeps(BOB, MAX_SKIP)?;
    Ok(talk.finish("a message passes over 1000 of its chain", &["SkipLimit"]))
}

fn too_many_in_a_chain(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP)?;
    let last = talk.send(ALICE, "number 1001")?;
    let sent = talk.send(ALICE, "number 1002")?;
    talk.refuses(BOB, &sent, ErrorClass::TooFarInFuture)?;
    talk.keeps(BOB, 0)?;
    talk.opens_all(BOB, &[&last, &sent])?;
    Ok(talk.finish("one more is too many", &["SkipLimit"]))
}

fn most_at_the_end(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.pass(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP)?;
    talk.pass(BOB, "answer")?;
    talk.pass(ALICE, "of the next chain")?;
    talk.keeps(BOB, MAX_SKIP)?;
    talk.refuses(BOB, &old, form.of_no_chain())?;
    Ok(talk.finish(
        "a step passes over 1000 at the end of the old chain",
        &["SkipLimit", "PreviousChain"],
    ))
}

fn too_many_at_the_end(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    talk.lose(ALICE, MAX_SKIP)?;
    let last = talk.send(ALICE, "number 1001")?;
    talk.pass(BOB, "answer")?;
    let next = talk.send(ALICE, "of the next chain")?;
    talk.refuses(BOB, &next, ErrorClass::TooFarInFuture)?;
    talk.opens_all(BOB, &[&last, &next])?;
    Ok(talk.finish(
        "one more is too many, until one of them has arrived",
        &["SkipLimit", "PreviousChain"],
    ))
}

fn full_store(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    let old = talk.send_many(ALICE, 2)?;
    talk.lose(ALICE, MAX_SKIP - 2)?;
    talk.pass(BOB, "answer")?;
    talk.lose(ALICE, MAX_SKIP)?;
    talk.pass(ALICE, "of the next chain")?;
    talk.keeps(BOB, MAX_STORED)?;
    let kept_back = talk.send(ALICE, "one more")?;
    talk.pass(ALICE, "passes over it")?;
    talk.keeps(BOB, MAX_STORED)?;
    // The oldest key made room; the next one is still there.
    talk.refuses(BOB, &old[0], form.of_no_chain())?;
    talk.opens_all(BOB, &[&old[1], &kept_back])?;
    talk.keeps(BOB, MAX_STORED - 2)?;
    Ok(talk.finish(
        "2000 keys are kept; one more, and the oldest is gone",
        &["StoreLimit", "PreviousChain"],
    ))
}

fn forged_numbers(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    let sent = talk.send(ALICE, "number 1")?;
    for (number, class) in [
        (1001, ErrorClass::Rejected),
        (1002, ErrorClass::TooFarInFuture),
        (1 << 31, ErrorClass::TooFarInFuture),
        (u32::MAX, ErrorClass::TooFarInFuture),
    ] {
        let wrong = talk.with_header(&sent, |header| set_number(header, N_AT, number))?;
        talk.refuses(BOB, &wrong, class)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "numbers far ahead: refused before keys are made for them",
        &["SkipLimit", "ForgedHeader"],
    ))
}

fn forged_previous_counts(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let first = talk.send(ALICE, "first of all")?;
    for (count, class) in [
        (1000, ErrorClass::Rejected),
        (1001, ErrorClass::TooFarInFuture),
        (u32::MAX, ErrorClass::TooFarInFuture),
    ] {
        let wrong = talk.with_header(&first, |header| set_number(header, PN_AT, count))?;
        talk.refuses(BOB, &wrong, class)?;
    }
    talk.opens(BOB, &first)?;
    talk.pass(BOB, "answer")?;
    let next = talk.send(ALICE, "of the next chain")?;
    for (count, class) in [
        (1001, ErrorClass::Rejected),
        (1002, ErrorClass::TooFarInFuture),
        (u32::MAX, ErrorClass::TooFarInFuture),
    ] {
        let wrong = talk.with_header(&next, |header| set_number(header, PN_AT, count))?;
        talk.refuses(BOB, &wrong, class)?;
    }
    talk.opens(BOB, &next)?;
    Ok(talk.finish(
        "PN far ahead, with a chain to close and without one",
        &["SkipLimit", "ForgedHeader"],
    ))
}
