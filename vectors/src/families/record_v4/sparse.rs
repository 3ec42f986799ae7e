//! Damage in the state of SPQR, field 15 of a session.
use super::super::build::Plan;
use super::super::protobuf::{cut, edited, resize, set, without, Item};
use super::super::record::damaged::{importing, saved_form};
use super::super::script::{loading, Script, Setting};
use super::super::stages::{every_state, peer_of, Stage};
use super::super::{PlanError, TestPlan};
use super::DAMAGED as NAME;
use crate::outcome::BraidState;
use crate::outcome::ErrorClass::InvalidRecord;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let established = Script::established(of, 0)?.saved("bob", "alice")?;
    let mut tests = Vec::new();
    for (tc_id, case) in (101..).zip(parts()) {
        tests.push(refused(of, tc_id, &established, case)?);
    }
    tests.push(negotiation(of)?);
    tests.push(imported_only(of, &established)?);
    let stages = every_state(of)?;
    for (tc_id, state) in (201..).zip(STATES) {
        tests.push(pieces(of, tc_id, &stages, state)?);
    }
    for (tc_id, case) in (221..).zip(encoders()) {
        tests.push(coder(of, tc_id, &stages, case)?);
    }
    Ok(tests)
}

/// A change of some fields.
type Change = fn(&mut Vec<Item>);
/// What it shows, its flag, and the changes, each with the way to the fields.
type Case = (&'static str, &'static str, Vec<(&'static [u64], Change)>);

const SPARSE: &[u64] = &[1, 15];
const CHAIN: &[u64] = &[1, 15, 2];
const LINK: &[u64] = &[1, 15, 2, 3];
const SEND: &[u64] = &[1, 15, 2, 3, 1];
const RECEIVE: &[u64] = &[1, 15, 2, 3, 2];
const BRAID: &[u64] = &[1, 15, 3];
/// Bob is in NoHeaderReceived.
const STATE: &[u64] = &[1, 15, 3, 6];
const CORE: &[u64] = &[1, 15, 3, 6, 1];
const AUTHENTICATOR: &[u64] = &[1, 15, 3, 6, 1, 2];
const DECODER: &[u64] = &[1, 15, 3, 6, 2];

/// Repeat the first field of a number.
fn again(fields: &mut Vec<Item>, number: u64) {
    let at = fields.iter().position(|item| item.number() == number);
    if let Some(at) = at {
        let item = fields[at].clone();
        fields.insert(at, item);
    }
}

/// Put a field in its place in the order of numbers.
fn add(fields: &mut Vec<Item>, new: Item) {
    without(fields, new.number());
    let at = fields
        .iter()
        .position(|item| item.number() > new.number())
        .unwrap_or(fields.len());
    fields.insert(at, new);
}

#[allow(clippy::too_many_lines)] // a table
fn parts() -> Vec<Case> {
    vec![
        (
            "field 15 an integer, a lone byte, no protobuf, cut",
            "Sparse",
            vec![
                (&[1], |i| set(i, Item::Integer(15, 1))),
                (&[1], |i| set(i, Item::Bytes(15, vec![1]))),
                (&[1], |i| set(i, Item::Bytes(15, vec![0xff; 5]))),
                (&[1], |i| cut(i, 15)),
            ],
        ),
        (
            "the chain: no links, no next root, one of 31 bytes, direction 2, limits that are an integer, empty",
            "Sparse",
            vec![
                (CHAIN, |i| without(i, 3)),
                (CHAIN, |i| without(i, 4)),
                (CHAIN, |i| resize(i, 4, 31)),
                (CHAIN, |i| add(i, Item::Integer(1, 2))),
                (CHAIN, |i| add(i, Item::Integer(6, 1))),
                (SPARSE, |i| set(i, Item::Bytes(2, Vec::new()))),
            ],
        ),
        (
            "a link: either half absent, a key of 31 bytes, kept keys of 35 bytes",
            "Sparse",
            vec![
                (LINK, |i| without(i, 1)),
                (LINK, |i| without(i, 2)),
                (SEND, |i| resize(i, 2, 31)),
                (RECEIVE, |i| resize(i, 2, 33)),
                (RECEIVE, |i| i.push(Item::Bytes(3, vec![1; 35]))),
            ],
        ),
        (
            "the epochs of the chain: ahead of the braid, sending ahead, more links than epochs, too few",
            "OutOfStep",
            vec![
                (CHAIN, |i| add(i, Item::Integer(2, 1))),
                (CHAIN, |i| add(i, Item::Integer(5, 1))),
                (CHAIN, |i| again(i, 3)),
                (CHAIN, |i| {
                    add(i, Item::Integer(2, 5));
                    add(i, Item::Integer(5, 4));
                }),
                (CORE, |i| add(i, Item::Integer(1, 2))),
            ],
        ),
        (
            "the braid: empty, two states, one state twice, an integer, a state that there is not",
            "Sparse",
            vec![
                (SPARSE, |i| set(i, Item::Bytes(3, Vec::new()))),
                (BRAID, |i| {
                    if let Some(Item::Bytes(_, state)) = i.first().cloned() {
                        i.push(Item::Bytes(1, state));
                    }
                }),
                (BRAID, |i| again(i, 6)),
                (BRAID, |i| set(i, Item::Integer(6, 1))),
                (BRAID, |i| {
                    if let Some(Item::Bytes(_, state)) = i.pop() {
                        i.push(Item::Bytes(12, state));
                    }
                }),
            ],
        ),
        (
            "the core: absent, of epoch 0, without authenticator; its keys of 31 bytes or absent",
            "Sparse",
            vec![
                (STATE, |i| without(i, 1)),
                (CORE, |i| without(i, 1)),
                (CORE, |i| without(i, 2)),
                (AUTHENTICATOR, |i| resize(i, 1, 31)),
                (AUTHENTICATOR, |i| without(i, 2)),
            ],
        ),
        (
            "a decoder: absent, of other sizes, said to be complete, 15 and 17 sets",
            "Coder",
            vec![
                (STATE, |i| without(i, 2)),
                (DECODER, |i| set(i, Item::Integer(1, 47))),
                (DECODER, |i| set(i, Item::Integer(1, 480))),
                (DECODER, |i| set(i, Item::Integer(2, 15))),
                (DECODER, |i| i.push(Item::Integer(4, 1))),
                (DECODER, |i| drop(i.pop())),
                (DECODER, |i| again(i, 3)),
            ],
        ),
        (
            "the points of a decoder: of 3 bytes, not ascending, one twice",
            "Coder",
            vec![
                (DECODER, |i| cut(i, 3)),
                (DECODER, |i| {
                    set(i, Item::Bytes(3, vec![0, 1, 0, 7, 0, 0, 0, 7]));
                }),
                (DECODER, |i| {
                    set(i, Item::Bytes(3, vec![0, 1, 0, 7, 0, 1, 0, 7]));
                }),
            ],
        ),
    ]
}

fn refused(
    of: Setting,
    tc_id: u32,
    saved: &[u8],
    (comment, flag, changes): Case,
) -> Plan<TestPlan> {
    let mut script = Script::owners(of, tc_id)?;
    script.load("bob", "alice", saved)?;
    for (path, change) in changes {
        let bare = edited(&saved[1..], path, &change);
        if bare == saved[1..] {
            return Err(PlanError(format!("{comment}: a change changes nothing")));
        }
        script.invalid(importing("bob", "alice", &bare), InvalidRecord)?;
    }
    Ok(script.finish(format!("refused: {comment}"), &[flag]))
}

/// Before anything was heard of the peer, what a chain is made of is stored.
fn negotiation(of: Setting) -> Plan<TestPlan> {
    const NEGOTIATION: &[u64] = &[1, 15, 1];
    let saved = Script::initiated(of, 0)?.saved("alice", "bob")?;
    let changes: [Change; 6] = [
        |i| without(i, 1),
        |i| resize(i, 1, 31),
        |i| add(i, Item::Integer(2, 2)),
        |i| add(i, Item::Integer(3, 2)),
        |i| add(i, Item::Integer(4, 1)),
        |i| i.push(Item::Bytes(1, vec![1; 33])),
    ];
    let mut script = Script::owners(of, 121)?;
    for change in changes {
        let bare = edited(&saved[1..], NEGOTIATION, &change);
        script.invalid(importing("alice", "bob", &bare), InvalidRecord)?;
    }
    script.load("alice", "bob", &saved)?;
    Ok(script.finish(
        "refused: the negotiation: no key, of 31 bytes, direction 2, version 2, limits that are an integer, a key of 33 bytes",
        &["Sparse", "BadKey"],
    ))
}

fn imported_only(of: Setting, saved: &[u8]) -> Plan<TestPlan> {
    let changes: [(&[u64], Change); 8] = [
        (SPARSE, |i| i.push(Item::Integer(4, 1))),
        (SPARSE, |i| i.reverse()),
        (CHAIN, |i| i.push(Item::Integer(9, 1))),
        (CHAIN, |i| {
            add(i, Item::Bytes(6, vec![8, 0xa8, 0xc3, 1, 16, 0xd0, 0x0f]));
        }),
        (LINK, |i| i.push(Item::Integer(9, 1))),
        (CORE, |i| i.push(Item::Integer(9, 1))),
        (AUTHENTICATOR, |i| i.push(Item::Integer(9, 1))),
        (DECODER, |i| i.push(Item::Integer(4, 0))),
    ];
    let mut script = Script::owners(of, 122)?;
    for (path, change) in changes {
        let bare = edited(&saved[1..], path, &change);
        let load = loading("bob", "alice", &saved_form(&bare));
        script.invalid(load, InvalidRecord)?;
        script.valid(importing("bob", "alice", &bare))?;
    }
    Ok(script.finish(
        "imported but not loaded: unknown fields at every depth, another order, limits that are the default, a zero",
        &["NotCanonical", "Import"],
    ))
}

/// The states with something in them beside the authenticator, by their stored numbers from 2 on.
const STATES: [BraidState; 10] = [
    BraidState::KeysSampled,
    BraidState::HeaderSent,
    BraidState::Ct1Received,
    BraidState::EkSentCt1Received,
    BraidState::NoHeaderReceived,
    BraidState::HeaderReceived,
    BraidState::Ct1Sampled,
    BraidState::EkReceivedCt1Sampled,
    BraidState::Ct1Acknowledged,
    BraidState::Ct2Sampled,
];

/// A record whose braid is in a state, and whose it is.
fn in_state(stages: &[Stage], state: BraidState) -> Plan<(&'static str, &[u8])> {
    for stage in stages {
        if stage.states[0] == state {
            return Ok(("alice", &stage.alice));
        }
        if stage.states[1] == state {
            return Ok(("bob", &stage.bob));
        }
    }
    Err(PlanError(format!("no stage is in {state:?}")))
}

/// The fields of a record at a path.
fn fields_at(bare: &[u8], path: &[u64]) -> Vec<Item> {
    let found = std::cell::RefCell::new(Vec::new());
    edited(bare, path, &|fields| found.replace(fields.clone()).clear());
    found.into_inner()
}

/// The way to a state, by its stored number.
fn way_to(bare: &[u8]) -> Plan<Vec<u64>> {
    let states = fields_at(bare, BRAID);
    let state = states.first();
    let number = state.map(Item::number);
    let number = number.ok_or_else(|| PlanError("no braid".to_owned()))?;
    Ok([BRAID, &[number]].concat())
}

/// Every key and ciphertext of a state cut by a byte, every encoder and decoder taken away.
fn pieces(of: Setting, tc_id: u32, stages: &[Stage], state: BraidState) -> Plan<TestPlan> {
    let (party, saved) = in_state(stages, state)?;
    let bare = &saved[1..];
    let way = way_to(bare)?;
    let core = [&way[..], &[1]].concat();
    let mut script = Script::owners(of, tc_id)?;
    let numbers = |path: &[u64], from: u64| {
        let fields = fields_at(bare, path).into_iter();
        fields.map(|item| item.number()).filter(move |n| *n >= from)
    };
    for number in numbers(&core, 3) {
        let damaged = edited(bare, &core, &|fields| cut(fields, number));
        script.invalid(importing(party, peer_of(party), &damaged), InvalidRecord)?;
    }
    for number in numbers(&way, 2) {
        let damaged = edited(bare, &way, &|fields| without(fields, number));
        script.invalid(importing(party, peer_of(party), &damaged), InvalidRecord)?;
    }
    let name = serde_json::to_value(state).unwrap_or_default();
    Ok(script.finish(
        format!(
            "refused: each part of {} cut by a byte, each coder absent",
            name.as_str().unwrap_or_default()
        ),
        &["Sparse", "Coder"],
    ))
}

/// What it shows, in which state, and the changes of its encoder.
type CoderCase = (&'static str, BraidState, Vec<Change>);

fn encoders() -> Vec<CoderCase> {
    vec![
        (
            "the encoder of a header: 15 and 17 strings, one too short, one too long, coefficients besides, nothing",
            BraidState::KeysSampled,
            vec![
                |i| drop(i.pop()),
                |i| again(i, 2),
                |i| resize(i, 2, 4),
                |i| resize(i, 2, 8),
                |i| i.push(Item::Bytes(3, vec![1; 6])),
                |i| without(i, 2),
            ],
        ),
        (
            "the encoder of ct2 in the size of a header: 6 bytes each",
            BraidState::Ct2Sampled,
            vec![|i| {
                for item in i.iter_mut() {
                    if let Item::Bytes(_, symbols) = item {
                        symbols.truncate(6);
                    }
                }
            }],
        ),
    ]
}

fn coder(
    of: Setting,
    tc_id: u32,
    stages: &[Stage],
    (comment, state, changes): CoderCase,
) -> Plan<TestPlan> {
    let (party, saved) = in_state(stages, state)?;
    let bare = &saved[1..];
    let encoder = [&way_to(bare)?[..], &[2]].concat();
    let mut script = Script::owners(of, tc_id)?;
    for change in changes {
        let damaged = edited(bare, &encoder, &change);
        script.invalid(importing(party, peer_of(party), &damaged), InvalidRecord)?;
    }
    script.load(party, peer_of(party), saved)?;
    Ok(script.finish(format!("refused: {comment}"), &["Coder"]))
}
