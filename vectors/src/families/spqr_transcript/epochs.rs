//! Whole epochs: in order, and with loss, reordering and replays.
use super::super::transcript::{peer_of, Transcript, ALICE, BOB};
use super::{Plan, NAME};
use crate::families::TestPlan;
use crate::outcome::BraidState::{
    Ct1Received, Ct2Sampled, HeaderReceived, KeysUnsampled, NoHeaderReceived,
};
use crate::outcome::ErrorClass::KeyAlreadyRequested;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Ok(vec![
        in_order(101)?,
        lossy(102)?,
        header_in_parity(103)?,
        header_reordered(104)?,
    ])
}

/// Epoch 1 in alternation, epoch 2 in bursts, and a message of epoch 3 each way.
fn in_order(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    t.alternate_until(BOB, KeysUnsampled, 2)?;
    t.epoch_in_bursts(BOB)?;
    t.pass(ALICE)?;
    t.pass(BOB)?;
    Ok(t.finish(
        "epoch 1 in alternation, epoch 2 in bursts, a message of epoch 3 each way",
        &["Normal"],
    ))
}

/// Send until enough messages arrived: of twelve, three get lost, two are exchanged, and one comes twice.
fn lossy_burst(t: &mut Transcript, from: &str, needed: usize) -> Plan<()> {
    let to = peer_of(from);
    let mut arrived = 0;
    let mut held: Option<Vec<u8>> = None;
    for n in 0.. {
        if arrived == needed {
            break;
        }
        let message = t.send(from)?;
        if (2..5).contains(&(n % 12)) {
            continue;
        }
        arrived += 1;
        match held.take() {
            Some(before) => {
                t.receives_all(to, [&message, &before])?;
                t.refuses(to, &message, KeyAlreadyRequested)?;
            }
            None if n % 12 == 0 && arrived < needed => held = Some(message),
            None => {
                t.receives(to, &message)?;
            }
        }
    }
    Ok(())
}

fn lossy(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    lossy_burst(&mut t, ALICE, 3)?;
    expect(&t, BOB, HeaderReceived)?;
    lossy_burst(&mut t, BOB, 30)?;
    expect(&t, ALICE, Ct1Received)?;
    lossy_burst(&mut t, ALICE, 36)?;
    expect(&t, BOB, Ct2Sampled)?;
    lossy_burst(&mut t, BOB, 5)?;
    expect(&t, ALICE, NoHeaderReceived)?;
    t.pass(ALICE)?;
    expect(&t, BOB, KeysUnsampled)?;
    t.pass(BOB)?;
    Ok(t.finish(
        "an epoch of which messages get lost, and others come in another order or twice",
        &["Loss", "Reordering", "Replay"],
    ))
}

fn expect(t: &Transcript, party: &str, state: crate::outcome::BraidState) -> Plan<()> {
    match t.braid(party)? {
        Some((found, _)) if found == state => Ok(()),
        other => Err(super::PlanError(format!("{party} is in {other:?}"))),
    }
}

fn header_in_parity(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 9)?;
    // The header comes out of chunks beyond itself.
    for message in [&sent[8], &sent[3], &sent[5]] {
        t.receives(BOB, message)?;
    }
    expect(&t, BOB, HeaderReceived)?;
    // More of it changes nothing but the chain.
    t.receives_all(BOB, [&sent[0], &sent[4]])?;
    t.pass(BOB)?;
    t.pass(ALICE)?;
    Ok(t.finish(
        "a header of chunks beyond its own bytes, which are late",
        &["Loss", "Reordering"],
    ))
}

fn header_reordered(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 3)?;
    let answers = t.send_many(BOB, 2)?;
    t.receives_all(ALICE, [&answers[1], &answers[0]])?;
    t.receives_all(BOB, [&sent[2], &sent[0]])?;
    t.refuses(BOB, &sent[2], KeyAlreadyRequested)?;
    t.receives(BOB, &sent[1])?;
    expect(&t, BOB, HeaderReceived)?;
    t.refuses(ALICE, &answers[1], KeyAlreadyRequested)?;
    Ok(t.finish(
        "a header in reverse order, crossing answers, and replays",
        &["Reordering", "Replay"],
    ))
}
