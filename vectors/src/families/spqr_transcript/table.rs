//! Every type of message in each of the eleven states, and epochs that cannot be there yet.
use super::super::transcript::{Parts, Transcript, ALICE, BOB};
use super::stages::{Stage, Stages};
use super::{Plan, PlanError};
use crate::families::TestPlan;
use crate::outcome::BraidState::{
    self, Ct1Acknowledged, Ct1Received, Ct1Sampled, Ct2Sampled, EkReceivedCt1Sampled,
    EkSentCt1Received, HeaderReceived, HeaderSent, KeysSampled, KeysUnsampled, NoHeaderReceived,
};
use crate::outcome::ErrorClass::EpochOutOfRange;
use crate::step::{Chunk, Payload};

/// The state, where it is met, by whom, and the types that do something in it, in an order that leaves the state last.
type Row = (BraidState, Stage, &'static str, &'static [Payload]);

const ROWS: [Row; 11] = [
    (KeysUnsampled, Stage::Start, ALICE, &[]),
    (KeysSampled, Stage::KeysSampled, ALICE, &[Payload::Ct1]),
    (HeaderSent, Stage::Ct1Sampled, ALICE, &[Payload::Ct1]),
    (Ct1Received, Stage::Ct1, ALICE, &[Payload::Ct2]),
    (EkSentCt1Received, Stage::Ct2First, ALICE, &[Payload::Ct2]),
    (NoHeaderReceived, Stage::Start, BOB, &[Payload::Hdr]),
    (HeaderReceived, Stage::Header, BOB, &[]),
    (
        Ct1Sampled,
        Stage::Ct1Sampled,
        BOB,
        &[Payload::Ek, Payload::EkCt1Ack],
    ),
    (
        EkReceivedCt1Sampled,
        Stage::Vector,
        BOB,
        &[Payload::EkCt1Ack, Payload::Ct1Ack],
    ),
    (
        Ct1Acknowledged,
        Stage::EarlyAck,
        BOB,
        &[Payload::Ek, Payload::EkCt1Ack],
    ),
    (Ct2Sampled, Stage::Ct2Sampled, BOB, &[]),
];

/// The types with whether they have a chunk.
const PAYLOADS: [(Payload, bool); 7] = [
    (Payload::None, false),
    (Payload::Hdr, true),
    (Payload::Ek, true),
    (Payload::EkCt1Ack, true),
    (Payload::Ct1Ack, false),
    (Payload::Ct1, true),
    (Payload::Ct2, true),
];

/// The tests.
pub fn tests(stages: &Stages) -> Plan<Vec<TestPlan>> {
    let mut tests = Vec::new();
    for (tc_id, row) in (301..).zip(ROWS) {
        tests.push(of_state(stages, tc_id, row)?);
    }
    tests.push(bare_acknowledgement(stages, 321)?);
    Ok(tests)
}

/// Sends messages of the peer's to a party, each with a fresh key of the right epoch.
struct Sender<'a> {
    t: &'a mut Transcript,
    party: &'a str,
    epoch: u64,
    index: u32,
}

impl<'a> Sender<'a> {
    fn new(t: &'a mut Transcript, party: &'a str) -> Plan<Self> {
        let state = t.state(party)?;
        let braid = state
            .braid
            .ok_or_else(|| PlanError("no braid".to_owned()))?;
        let epoch = braid.epoch.0;
        // The chain of a message is that of the epoch before; without chains no key was asked for yet.
        let counter = state.chain.and_then(|chain| {
            let newest = chain.current_epoch.0;
            let behind = usize::try_from(newest.checked_sub(epoch - 1)?).ok()?;
            let at = chain.links.len().checked_sub(1 + behind)?;
            Some(chain.links[at].receive.counter)
        });
        Ok(Self {
            t,
            party,
            epoch,
            index: counter.unwrap_or_default(),
        })
    }

    fn message(epoch: u64, index: u32, payload: Payload, has_chunk: bool) -> Plan<Vec<u8>> {
        // A chunk beyond the data itself, of no message at all.
        let chunk = has_chunk.then(|| Chunk {
            index: 40_000,
            data: vec![0x5a; 32].into(),
        });
        Parts {
            epoch,
            index,
            payload,
            chunk,
        }
        .message()
    }

    fn receives(&mut self, payload: Payload, has_chunk: bool) -> Plan<()> {
        self.index += 1;
        let message = Self::message(self.epoch, self.index, payload, has_chunk)?;
        self.t.receives(self.party, &message)?;
        Ok(())
    }
}

fn of_state(stages: &Stages, tc_id: u32, row: Row) -> Plan<TestPlan> {
    let (state, stage, party, effective) = row;
    let mut t = stages.one(tc_id, stage, party)?;
    expect(&t, party, state)?;
    let mut sender = Sender::new(&mut t, party)?;
    let (epoch, index) = (sender.epoch, sender.index + 1);
    let next = Sender::message(epoch + 1, 1, Payload::None, false)?;
    let beyond = Sender::message(epoch + 2, 1, Payload::None, false)?;
    if state != Ct2Sampled {
        sender.t.refuses(party, &next, EpochOutOfRange)?;
    }
    sender.t.refuses(party, &beyond, EpochOutOfRange)?;
    let far = Sender::message(u64::MAX, index, Payload::Hdr, true)?;
    sender.t.refuses(party, &far, EpochOutOfRange)?;
    for (payload, has_chunk) in PAYLOADS {
        if !effective.contains(&payload) {
            sender.receives(payload, has_chunk)?;
        }
    }
    expect(sender.t, party, state)?;
    for (payload, has_chunk) in PAYLOADS {
        if effective.contains(&payload) {
            sender.receives(payload, has_chunk)?;
        }
    }
    if state == Ct2Sampled {
        sender.t.receives(party, &next)?;
        expect(sender.t, party, KeysUnsampled)?;
    }
    let name = serde_json::to_value(state).unwrap_or_default();
    let comment = format!(
        "{}: every type, and epochs that are not there yet",
        name.as_str().unwrap_or_default()
    );
    Ok(t.finish(comment, &["Transitions", "FutureEpoch"]))
}

/// EkReceivedCt1Sampled and Ct1Ack, which peers send too late to have an effect.
fn bare_acknowledgement(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Vector, BOB)?;
    let mut sender = Sender::new(&mut t, BOB)?;
    sender.receives(Payload::Ct1Ack, false)?;
    expect(&t, BOB, Ct2Sampled)?;
    t.send(BOB)?;
    Ok(t.finish(
        "ek_received_ct1_sampled: an acknowledgement without chunk",
        &["Transitions"],
    ))
}

/// Errors: the party is in another state.
pub fn expect(t: &Transcript, party: &str, state: BraidState) -> Plan<()> {
    match t.braid(party)? {
        Some((found, _)) if found == state => Ok(()),
        other => Err(PlanError(format!("{party} is in {other:?}"))),
    }
}
