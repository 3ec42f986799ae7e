//! Versions: every pair of starts, and messages of other versions at every time.
use super::super::transcript::{peer_of, receiving, Start, Transcript, ALICE, BOB, DEPLOYED};
use super::{Plan, NAME};
use crate::bytes::Bytes;
use crate::families::TestPlan;
use crate::outcome::ErrorClass::{BadInput, InvalidSpqrMessage, MinimumVersion, VersionMismatch};
use crate::step::{Direction, Step};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let mut tests = pairs(201)?;
    tests.extend([
        late_version_0(221)?,
        version_0_in_other_forms(222)?,
        stepped_down(223)?,
        agreed_on_late(224)?,
        unknown_while_negotiating(241)?,
        unknown_later(242)?,
        unknown_in_version_0(243)?,
        malformed(261)?,
        bad_inputs(281)?,
    ]);
    Ok(tests)
}

const fn start(version: u8, min_version: u8) -> Start {
    Start {
        version,
        min_version,
        ..DEPLOYED
    }
}

/// The ways to start, with their names.
const STARTS: [(Start, &str); 3] = [
    (start(1, 1), "speaks 1"),
    (start(1, 0), "speaks 1 and accepts 0"),
    (start(0, 0), "speaks 0"),
];

/// Every pair of starts: two messages each way, refused or not.
fn pairs(first: u32) -> Plan<Vec<TestPlan>> {
    let mut cases = Vec::new();
    for (alice, alice_name) in STARTS {
        for (bob, bob_name) in STARTS {
            cases.push((alice, bob, format!("Alice {alice_name}, Bob {bob_name}")));
        }
    }
    let odd = "Alice speaks 0 and is said to accept 1 only, Bob speaks 1 and accepts 0";
    cases.push((start(0, 1), start(1, 0), odd.to_owned()));
    (first..)
        .zip(cases)
        .map(|(tc_id, (alice, bob, comment))| {
            let mut t = Transcript::new(NAME, tc_id, alice, bob)?;
            for from in [ALICE, BOB, ALICE, BOB] {
                let message = t.send(from)?;
                t.tried(receiving(peer_of(from), &message))?;
            }
            Ok(t.finish(comment, &["Versions"]))
        })
        .collect()
}

fn late_version_0(tc_id: u32) -> Plan<TestPlan> {
    let accepts_0 = start(1, 0);
    let mut t = Transcript::new(NAME, tc_id, accepts_0, accepts_0)?;
    t.pass(ALICE)?;
    // Bob has heard version 1: there is no way back. Alice has not.
    t.refuses(BOB, &[], VersionMismatch)?;
    t.refuses(BOB, &[0], VersionMismatch)?;
    t.pass(BOB)?;
    t.refuses(ALICE, &[], VersionMismatch)?;
    t.pass(ALICE)?;
    Ok(t.finish(
        "a message of version 0 after one of version 1, though 0 was accepted before",
        &["Versions"],
    ))
}

fn version_0_in_other_forms(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    for message in [&[][..], &[0], &[0, 1, 1, 0], &[0xff; 0]] {
        t.refuses(ALICE, message, MinimumVersion)?;
        t.refuses(BOB, message, MinimumVersion)?;
    }
    t.pass(ALICE)?;
    t.refuses(BOB, &[0, 1, 1, 0], VersionMismatch)?;
    Ok(t.finish(
        "messages of version 0, empty and with a version byte, where 1 is the least",
        &["Versions"],
    ))
}

fn stepped_down(tc_id: u32) -> Plan<TestPlan> {
    let accepts_0 = start(1, 0);
    let mut t = Transcript::new(NAME, tc_id, accepts_0, accepts_0)?;
    let lost = t.send(ALICE)?;
    t.receives(ALICE, &[])?;
    // Alice is of version 0 now, whatever comes.
    t.ignores(ALICE, &lost)?;
    t.ignores(ALICE, &[1])?;
    let empty = t.send(ALICE)?;
    t.receives(BOB, &empty)?;
    t.pass(BOB)?;
    Ok(t.finish(
        "an empty message makes a party of version 1 step down for good; malformed messages are ignored then",
        &["Versions"],
    ))
}

fn agreed_on_late(tc_id: u32) -> Plan<TestPlan> {
    let accepts_0 = start(1, 0);
    let mut t = Transcript::new(NAME, tc_id, accepts_0, accepts_0)?;
    let without_keys = t.send_many(ALICE, 4)?;
    let answer = t.send(BOB)?;
    t.receives(ALICE, &answer)?;
    let with_key = t.send(ALICE)?;
    t.receives_all(BOB, [&without_keys[0], &with_key, &without_keys[1]])?;
    // No key, so nothing is used up: the same message twice.
    t.receives(BOB, &without_keys[1])?;
    t.pass(BOB)?;
    Ok(t.finish(
        "version 0 accepted: messages without keys until something was received, then with keys",
        &["Versions"],
    ))
}

fn unknown(version: u8) -> Vec<u8> {
    [&[version, 1, 1, 1, 0], [7; 32].as_slice()].concat()
}

fn unknown_while_negotiating(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    t.send(ALICE)?;
    for version in [2, 0x81, 0xff] {
        t.ignores(ALICE, &unknown(version))?;
        t.ignores(BOB, &unknown(version))?;
    }
    t.ignores(BOB, &[2])?;
    t.pass(ALICE)?;
    t.pass(BOB)?;
    Ok(t.finish(
        "unknown versions before anything was received",
        &["UnknownVersion"],
    ))
}

fn unknown_later(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    t.pass(ALICE)?;
    t.pass(BOB)?;
    for version in [2, 0x7f, 0xff] {
        t.ignores(ALICE, &unknown(version))?;
        t.ignores(BOB, &unknown(version))?;
    }
    t.pass(ALICE)?;
    Ok(t.finish(
        "unknown versions after the version was agreed on",
        &["UnknownVersion"],
    ))
}

fn unknown_in_version_0(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::new(NAME, tc_id, start(0, 0), start(0, 0))?;
    for message in [unknown(2), vec![0xff], vec![0, 9], vec![1, 0xff]] {
        t.ignores(BOB, &message)?;
    }
    t.pass(BOB)?;
    Ok(t.finish(
        "messages of any version at a party of version 0",
        &["UnknownVersion"],
    ))
}

fn malformed(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let message = t.send(ALICE)?;
    let end = message.len();
    for cut in [1, 2, 3, 4, 5, end - 1] {
        t.refuses(BOB, &message[..cut], InvalidSpqrMessage)?;
    }
    let typed = |number: u8| [&message[..3], &[number], &message[4..]].concat();
    t.refuses(BOB, &typed(7), InvalidSpqrMessage)?;
    t.refuses(BOB, &[1, 0, 1, 0], InvalidSpqrMessage)?;
    // Bytes after the message do not matter.
    t.receives(BOB, &[message.as_slice(), &[1, 2, 3]].concat())?;
    Ok(t.finish(
        "a message cut at every place, of an unknown type, of epoch 0; then whole with bytes after it",
        &["Malformed"],
    ))
}

fn bad_inputs(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let send = |party: &str, seed: Option<usize>, random: Option<usize>| Step::SpqrSend {
        party: party.to_owned(),
        kem_seed: seed.map(|n| Bytes(vec![1; n])),
        kem_random: random.map(|n| Bytes(vec![1; n])),
    };
    t.fails(send(ALICE, None, None), BadInput)?;
    t.fails(send(ALICE, None, Some(32)), BadInput)?;
    t.fails(send(ALICE, Some(63), None), BadInput)?;
    t.fails(send("carol", Some(64), None), BadInput)?;
    t.fails(receiving("carol", &[1, 1, 1, 0]), BadInput)?;
    t.fails(
        Step::SpqrStart {
            party: ALICE.to_owned(),
            direction: Direction::A2B,
            version: 2,
            min_version: 1,
            auth_key: Bytes(vec![1; 32]),
            max_jump: 0,
            max_out_of_order: 0,
        },
        BadInput,
    )?;
    t.pass(ALICE)?;
    t.fails(send(BOB, None, Some(31)), BadInput)?;
    t.pass(BOB)?;
    t.pass_many(ALICE, 2)?;
    t.fails(send(BOB, None, None), BadInput)?;
    t.fails(send(BOB, Some(64), None), BadInput)?;
    t.pass(BOB)?;
    Ok(t.finish(
        "sends without the random bytes that they draw; no such party",
        &["BadInput"],
    ))
}
