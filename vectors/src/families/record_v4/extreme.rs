//! Records that no conversation reaches: they load, and what they cannot do is refused.
use super::super::build::Plan;
use super::super::protobuf::{edited, set, without, Item};
use super::super::record::damaged::saved_form;
use super::super::script::{Script, Setting};
use super::super::TestPlan;
use super::DAMAGED as NAME;
use crate::outcome::ErrorClass;
use crate::outcome::ErrorClass::{
    CounterExhausted, DecryptionFailed, DuplicateMessage, InvalidSpqrState,
};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = Vec::new();
    for (tc_id, case) in (301..).zip(senders()) {
        tests.push(cannot_send(of, tc_id, case)?);
    }
    for (tc_id, case) in (311..).zip(receivers()) {
        tests.push(cannot_receive(of, tc_id, case)?);
    }
    tests.push(last_number(of)?);
    Ok(tests)
}

/// The way to the half of the link that sends, and to the one that receives.
const SEND: [u64; 5] = [1, 15, 2, 3, 1];
const RECEIVE: [u64; 5] = [1, 15, 2, 3, 2];
const LAST: u64 = 0xffff_ffff;

type Change = fn(&mut Vec<Item>);
type Case = (&'static str, &'static [u64], Change, ErrorClass);

fn senders() -> Vec<Case> {
    vec![
        (
            "the last number of SPQR was sent",
            &SEND,
            |half| set(half, Item::Integer(1, LAST)),
            InvalidSpqrState,
        ),
        (
            "the sending key of SPQR is erased",
            &SEND,
            |half| without(half, 2),
            InvalidSpqrState,
        ),
        (
            "neither a chain nor what one is made of",
            &[1, 15],
            |state| without(state, 2),
            InvalidSpqrState,
        ),
        (
            "the last number of the chain was sent",
            &[1, 6, 3],
            |chain| {
                without(chain, 1);
                chain.insert(0, Item::Integer(1, LAST));
            },
            CounterExhausted,
        ),
    ]
}

fn receivers() -> Vec<Case> {
    vec![
        (
            "the last number of SPQR was received",
            &RECEIVE,
            |half| set(half, Item::Integer(1, LAST)),
            DecryptionFailed,
        ),
        (
            "the receiving key of SPQR is erased",
            &RECEIVE,
            |half| without(half, 2),
            DecryptionFailed,
        ),
        (
            "neither a chain nor what one is made of",
            &[1, 15],
            |state| without(state, 2),
            DecryptionFailed,
        ),
    ]
}

/// Bob's record after a change.
fn changed(script: &Script, (_, path, change, _): &Case) -> Plan<Vec<u8>> {
    let saved = script.saved("bob", "alice")?;
    Ok(saved_form(&edited(&saved[1..], path, change)))
}

fn cannot_send(of: Setting, tc_id: u32, case: Case) -> Plan<TestPlan> {
    let (comment, _, _, class) = case;
    let mut script = Script::established(of, tc_id)?;
    let good = script.saved("bob", "alice")?;
    script.load("bob", "alice", &changed(&script, &case)?)?;
    let step = script.sending("bob", "alice", b"message", super::super::script::NOW);
    script.invalid(step, class)?;
    script.load("bob", "alice", &good)?;
    script.exchange("bob", "alice", "message")?;
    Ok(script.finish(format!("no sending: {comment}"), &["Extreme"]))
}

fn cannot_receive(of: Setting, tc_id: u32, case: Case) -> Plan<TestPlan> {
    let (comment, _, _, class) = case;
    let mut script = Script::established(of, tc_id)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let good = script.saved("bob", "alice")?;
    script.load("bob", "alice", &changed(&script, &case)?)?;
    script.fails("bob", "alice", &sent, class)?;
    script.load("bob", "alice", &good)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(format!("no receiving: {comment}"), &["Extreme"]))
}

/// Both sides stand before the last number of SPQR in one direction.
fn last_number(of: Setting) -> Plan<TestPlan> {
    let before = |saved: &[u8], path: &[u64]| {
        let bare = edited(&saved[1..], path, &|half| {
            set(half, Item::Integer(1, LAST - 1));
        });
        saved_form(&bare)
    };
    let mut script = Script::established(of, 321)?;
    let alice = before(&script.saved("alice", "bob")?, &SEND);
    let bob = before(&script.saved("bob", "alice")?, &RECEIVE);
    script.load("alice", "bob", &alice)?;
    script.load("bob", "alice", &bob)?;
    let last = script.encrypt("alice", "bob", "the last key of SPQR")?;
    let step = script.sending("alice", "bob", b"one more", super::super::script::NOW);
    script.invalid(step, InvalidSpqrState)?;
    script.opens("bob", "alice", &last)?;
    script.fails("bob", "alice", &last, DuplicateMessage)?;
    script.exchange("bob", "alice", "the other direction goes on")?;
    Ok(script.finish("number 2^32 - 1 of SPQR is the last", &["Extreme"]))
}
