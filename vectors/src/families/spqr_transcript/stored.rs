//! Stored states: other forms of the same, and what loads but goes no further.
use super::super::protobuf::{edited, set, without, Item};
use super::super::transcript::{altered, Transcript, ALICE, BOB};
use super::stages::{Stage, Stages};
use super::{Plan, STATE as NAME};
use crate::families::TestPlan;
use crate::outcome::ErrorClass::{
    self, ChainNotAvailable, CounterExhausted, InvalidSpqrState, KeyAlreadyRequested,
    SendEpochDecreased,
};

/// A change of some fields.
type Change = fn(&mut Vec<Item>);

/// The tests.
pub fn tests(stages: &Stages) -> Plan<Vec<TestPlan>> {
    let mut tests = vec![
        going_on(stages, 101)?,
        empty(102)?,
        unknown_fields(stages, 103)?,
        defaults_written_out(stages, 104)?,
        other_limits(stages, 105)?,
        long_numbers(stages, 106)?,
    ];
    tests.extend(encoders(stages, 121)?);
    tests.extend(cannot_send(stages, 141)?);
    tests.push(receives_no_more(stages, 161)?);
    tests.push(receiving_half_erased(stages, 162)?);
    tests.push(no_chain(stages, 163)?);
    Ok(tests)
}

/// A transcript of this family with a party at a stage whose stored state was changed.
pub fn changed(
    stages: &Stages,
    tc_id: u32,
    stage: Stage,
    party: &str,
    path: &[u64],
    change: Change,
) -> Plan<Transcript> {
    let saved = edited(stages.saved(stage, party)?, path, &change);
    let mut t = Transcript::empty(NAME, tc_id);
    t.load(party, &saved)?;
    Ok(t)
}

fn going_on(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::empty(NAME, tc_id);
    for party in [ALICE, BOB] {
        t.load(party, stages.saved(Stage::Ct1, party)?)?;
    }
    t.pass(ALICE)?;
    t.pass(BOB)?;
    for party in [ALICE, BOB] {
        let saved = t.save(party)?;
        t.load(party, &saved)?;
    }
    t.pass(BOB)?;
    t.pass(ALICE)?;
    Ok(t.finish(
        "saved and loaded in the middle of an epoch",
        &["StoredForm"],
    ))
}

fn empty(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::empty(NAME, tc_id);
    t.load(BOB, &[])?;
    t.send(BOB)?;
    t.ignores(BOB, &[1, 1, 1, 0])?;
    t.save(BOB)?;
    Ok(t.finish("no bytes: version 0", &["StoredForm"]))
}

fn unknown_fields(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let add: Change = |items| {
        items.push(Item::Integer(99, 1));
        items.push(Item::Bytes(100, vec![1, 2, 3]));
    };
    let mut saved = stages.saved(Stage::KeysSampled, BOB)?.to_vec();
    for path in [&[][..], &[2], &[2, 3], &[3, 6], &[3, 6, 1], &[3, 6, 2]] {
        saved = edited(&saved, path, &add);
    }
    let mut t = Transcript::empty(NAME, tc_id);
    t.load(BOB, &saved)?;
    t.save(BOB)?;
    Ok(t.finish("unknown fields are skipped and not kept", &["StoredForm"]))
}

fn defaults_written_out(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(stages, tc_id, Stage::KeysSampled, BOB, &[2], |items| {
        without(items, 6);
        items.push(Item::Bytes(
            6,
            vec![0x08, 0xa8, 0xc3, 0x01, 0x10, 0xd0, 0x0f],
        ));
    })?;
    t.save(BOB)?;
    Ok(t.finish(
        "limits of 25,000 and 2,000: they are the defaults, stored as 0",
        &["StoredForm"],
    ))
}

fn other_limits(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(stages, tc_id, Stage::KeysSampled, BOB, &[2], |items| {
        without(items, 6);
        items.push(Item::Bytes(6, vec![0x08, 0x02, 0x10, 0x01]));
    })?;
    t.save(BOB)?;
    let sent = stages.next(Stage::KeysSampled, ALICE, 3)?;
    t.refuses(BOB, &sent[2], ErrorClass::KeyJump)?;
    t.receives(BOB, &sent[1])?;
    Ok(t.finish("limits of 2 and 1 in a stored chain", &["StoredForm"]))
}

fn long_numbers(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(
        stages,
        tc_id,
        Stage::KeysSampled,
        BOB,
        &[2, 3, 2],
        |items| {
            set(items, Item::Integer(1, (7 << 32) + 1));
        },
    )?;
    t.save(BOB)?;
    let sent = stages.next(Stage::KeysSampled, ALICE, 1)?;
    t.receives(BOB, &sent[0])?;
    Ok(t.finish(
        "a counter of more than 32 bits: the upper ones are dropped, as of any number of protobuf",
        &["StoredForm"],
    ))
}

/// The counter of an encoder, at the ends of its ranges.
fn encoders(stages: &Stages, first: u32) -> Plan<Vec<TestPlan>> {
    let with = |tc_id, comment: &str, change: Change| -> Plan<TestPlan> {
        let mut t = changed(stages, tc_id, Stage::Ct2Sampled, BOB, &[3, 11, 2], change)?;
        t.send_many(BOB, 2)?;
        t.save(BOB)?;
        Ok(t.finish(comment, &["Extreme"]))
    };
    Ok(vec![
        with(first, "an encoder that has given 65,535 chunks", |items| {
            items.insert(0, Item::Integer(1, 65_535));
        })?,
        with(first + 1, "an encoder whose counter is 2^32 - 1", |items| {
            items.insert(0, Item::Integer(1, u64::from(u32::MAX)));
        })?,
    ])
}

/// States that load; sending fails.
fn cannot_send(stages: &Stages, first: u32) -> Plan<Vec<TestPlan>> {
    type Case = (&'static str, Stage, &'static [u64], Change, ErrorClass);
    let cases: [Case; 4] = [
        (
            "a sending counter of 2^32 - 1",
            Stage::Header,
            &[2, 3, 1],
            |items| items.insert(0, Item::Integer(1, u64::from(u32::MAX))),
            CounterExhausted,
        ),
        (
            "a sending chain key that was erased",
            Stage::Header,
            &[2, 3, 1],
            |items| without(items, 2),
            InvalidSpqrState,
        ),
        (
            "neither a chain nor what one is made of",
            Stage::Header,
            &[],
            |items| without(items, 2),
            ChainNotAvailable,
        ),
        (
            "an epoch of sending above that of the Braid",
            Stage::Ct1Sampled,
            &[2],
            |items| {
                without(items, 5);
                items.push(Item::Integer(5, 1));
            },
            SendEpochDecreased,
        ),
    ];
    (first..)
        .zip(cases)
        .map(|(tc_id, (comment, stage, path, change, class))| {
            let mut t = changed(stages, tc_id, stage, BOB, path, change)?;
            let step = t.sending(BOB)?;
            t.fails(step, class)?;
            t.save(BOB)?;
            Ok(t.finish(format!("{comment}: sending is refused"), &["Extreme"]))
        })
        .collect()
}

fn receives_no_more(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(
        stages,
        tc_id,
        Stage::KeysSampled,
        BOB,
        &[2, 3, 2],
        |items| {
            set(items, Item::Integer(1, u64::from(u32::MAX)));
        },
    )?;
    let next = &stages.next(Stage::KeysSampled, ALICE, 1)?[0];
    t.refuses(BOB, next, ErrorClass::KeyTrimmed)?;
    let last = altered(next, |parts| parts.index = u32::MAX)?;
    t.refuses(BOB, &last, KeyAlreadyRequested)?;
    t.send(BOB)?;
    Ok(t.finish("a receiving counter of 2^32 - 1", &["Extreme"]))
}

fn receiving_half_erased(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(
        stages,
        tc_id,
        Stage::KeysSampled,
        BOB,
        &[2, 3, 2],
        |items| {
            without(items, 2);
        },
    )?;
    let next = &stages.next(Stage::KeysSampled, ALICE, 1)?[0];
    t.refuses(BOB, next, InvalidSpqrState)?;
    t.send(BOB)?;
    Ok(t.finish("a receiving chain key that was erased", &["Extreme"]))
}

fn no_chain(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = changed(stages, tc_id, Stage::KeysSampled, BOB, &[], |items| {
        without(items, 2);
    })?;
    let next = &stages.next(Stage::KeysSampled, ALICE, 1)?[0];
    t.refuses(BOB, next, ChainNotAvailable)?;
    t.refuses(BOB, &[], ErrorClass::VersionMismatch)?;
    Ok(t.finish(
        "neither a chain nor what one is made of: receiving is refused",
        &["Extreme"],
    ))
}
