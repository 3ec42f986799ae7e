//! States on the way through epochs, from which tests go on.
use super::super::transcript::{Transcript, ALICE, BOB};
use super::{Plan, REFUSED};
use crate::families::PlanError;
use crate::outcome::BraidState;
use std::collections::BTreeMap;

/// Where a conversation stands; in epoch 1 Alice is the key side.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// Nothing was sent.
    Start,
    /// One chunk of the header was sent.
    KeysSampled,
    /// Bob has the header.
    Header,
    /// Bob has begun to encapsulate, Alice has heard of it.
    Ct1Sampled,
    /// Bob has all of the vector but one chunk.
    VectorButOne,
    /// Bob has the vector.
    Vector,
    /// Alice has all of the first half of the ciphertext but one chunk.
    Ct1ButOne,
    /// Alice has the first half.
    Ct1,
    /// Bob has heard so: he sends the second half.
    Ct2Sampled,
    /// Alice has one chunk of it.
    Ct2First,
    /// Alice has all of it but one chunk.
    Ct2ButOne,
    /// Alice is in epoch 2.
    Ct2,
    /// So is Bob.
    Epoch2,
    /// Both are in epoch 3.
    Epoch3,
    /// Another way: Alice has the first half before Bob has the vector, and he has heard so.
    EarlyAck,
    /// The same, but one chunk of the vector.
    EarlyAckButOne,
}

/// The saved states at each stage: Alice's and Bob's.
pub struct Stages {
    saved: BTreeMap<Stage, [Vec<u8>; 2]>,
    /// A message of Alice in epoch 1 that was not delivered.
    pub late: Vec<u8>,
    /// One of Bob in epoch 2.
    pub late_of_2: Vec<u8>,
}

impl Stages {
    /// Run the conversation.
    pub fn new() -> Plan<Self> {
        let mut stages = Self {
            saved: BTreeMap::new(),
            late: Vec::new(),
            late_of_2: Vec::new(),
        };
        let mut t = Transcript::deployed(REFUSED, 0)?;
        stages.save(Stage::Start, &mut t)?;
        t.pass(ALICE)?;
        stages.save(Stage::KeysSampled, &mut t)?;
        t.pass_many(ALICE, 2)?;
        stages.late = t.send(ALICE)?;
        stages.save(Stage::Header, &mut t)?;
        t.pass(BOB)?;
        stages.save(Stage::Ct1Sampled, &mut t)?;
        stages.run_to_the_end(&mut t)?;
        stages.early_acknowledgement()?;
        Ok(stages)
    }

    fn run_to_the_end(&mut self, t: &mut Transcript) -> Plan<()> {
        t.pass_many(ALICE, 35)?;
        self.save(Stage::VectorButOne, t)?;
        t.pass(ALICE)?;
        self.save(Stage::Vector, t)?;
        t.pass_many(BOB, 28)?;
        self.save(Stage::Ct1ButOne, t)?;
        t.pass(BOB)?;
        self.save(Stage::Ct1, t)?;
        t.pass(ALICE)?;
        self.save(Stage::Ct2Sampled, t)?;
        t.pass(BOB)?;
        self.save(Stage::Ct2First, t)?;
        t.pass_many(BOB, 3)?;
        self.save(Stage::Ct2ButOne, t)?;
        t.pass(BOB)?;
        self.save(Stage::Ct2, t)?;
        t.pass(ALICE)?;
        self.save(Stage::Epoch2, t)?;
        t.pass(BOB)?;
        self.late_of_2 = t.send(BOB)?;
        t.epoch_in_bursts(BOB)?;
        self.save(Stage::Epoch3, t)
    }

    fn early_acknowledgement(&mut self) -> Plan<()> {
        let mut t = self.both(0, Stage::Ct1Sampled)?;
        t.pass_until(BOB, ALICE, BraidState::Ct1Received)?;
        t.pass(ALICE)?;
        self.save(Stage::EarlyAck, &mut t)?;
        t.pass_many(ALICE, 34)?;
        self.save(Stage::EarlyAckButOne, &mut t)
    }

    fn save(&mut self, stage: Stage, t: &mut Transcript) -> Plan<()> {
        let saved = [t.save(ALICE)?, t.save(BOB)?];
        self.saved.insert(stage, saved);
        Ok(())
    }

    /// The saved state of a party at a stage.
    pub fn saved(&self, stage: Stage, party: &str) -> Plan<&[u8]> {
        let [alice, bob] = self
            .saved
            .get(&stage)
            .ok_or_else(|| PlanError(format!("no stage {stage:?}")))?;
        Ok(if party == ALICE { alice } else { bob })
    }

    /// A transcript with both parties at a stage.
    pub fn both(&self, tc_id: u32, stage: Stage) -> Plan<Transcript> {
        let mut t = self.one(tc_id, stage, ALICE)?;
        t.load(BOB, self.saved(stage, BOB)?)?;
        Ok(t)
    }

    /// A transcript with one party at a stage.
    pub fn one(&self, tc_id: u32, stage: Stage, party: &str) -> Plan<Transcript> {
        let mut t = Transcript::empty(REFUSED, tc_id);
        t.load(party, self.saved(stage, party)?)?;
        Ok(t)
    }

    /// The next messages of a party from a stage, which the other one has not received.
    pub fn next(&self, stage: Stage, party: &str, count: usize) -> Plan<Vec<Vec<u8>>> {
        self.one(0, stage, party)?.send_many(party, count)
    }
}
