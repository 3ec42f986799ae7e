//! Conversations carried on until SPQR is where a test needs it; what is published of them is the saved records.
use super::build::Plan;
use super::script::{Script, Setting};
use super::PlanError;
use crate::outcome::{BraidState, SessionSnapshot};

/// Both records of a conversation, saved at one moment.
#[derive(Clone)]
pub struct Stage {
    /// Alice's record of Bob.
    pub alice: Vec<u8>,
    /// Bob's record of Alice.
    pub bob: Vec<u8>,
    /// The state of Alice's braid, and of Bob's.
    pub states: [BraidState; 2],
}

/// A conversation that nobody reads.
pub struct Conversation {
    /// The script that executes it.
    pub script: Script,
    said: u32,
}

/// The last steps of an epoch's values, each one message before a parity chunk completes it.
pub struct LastChunks {
    /// Bob sends the last chunk of the first half of the ciphertext.
    pub ct1: Stage,
    /// Alice sends the last chunk of the vector.
    pub ek: Stage,
    /// Bob sends the last chunk of the second half of the ciphertext.
    pub ct2: Stage,
}

/// Chunks of ct1, of the vector, and of ct2 with its MAC.
const CHUNKS: [u32; 3] = [30, 36, 5];

impl LastChunks {
    /// Of the first epoch.
    pub fn of(setting: Setting) -> Plan<Self> {
        let mut talk = Conversation::established(setting)?;
        talk.alternate_until("alice", BraidState::HeaderSent, 1)?;
        let [ct1, ek, ct2] = CHUNKS;
        Ok(Self {
            ct1: talk.last_stage_of_burst("bob", ct1, "alice", BraidState::Ct1Received)?,
            ek: talk.last_stage_of_burst("alice", ek, "bob", BraidState::Ct2Sampled)?,
            ct2: talk.last_stage_of_burst("bob", ct2, "alice", BraidState::NoHeaderReceived)?,
        })
    }
}

/// Where to stop on the way through an epoch: which party, and in which state of which epoch.
const STOPS: [(&str, BraidState, u64); 9] = [
    ("alice", BraidState::KeysSampled, 1),
    ("bob", BraidState::HeaderReceived, 1),
    ("alice", BraidState::HeaderSent, 1),
    ("alice", BraidState::Ct1Received, 1),
    ("bob", BraidState::Ct1Acknowledged, 1),
    ("bob", BraidState::Ct2Sampled, 1),
    ("alice", BraidState::EkSentCt1Received, 1),
    ("alice", BraidState::NoHeaderReceived, 2),
    ("bob", BraidState::KeysUnsampled, 2),
];

/// Stages in which the parties are in each of the eleven states at least once.
pub fn every_state(of: Setting) -> Plan<Vec<Stage>> {
    let mut talk = Conversation::established(of)?;
    let mut stages = Vec::new();
    for (party, state, epoch) in STOPS {
        talk.alternate_until(party, state, epoch)?;
        stages.push(talk.stage()?);
    }
    // Only if the vector arrives before the first half of the ciphertext does.
    let mut talk = Conversation::established(of)?;
    talk.alternate_until("alice", BraidState::HeaderSent, 1)?;
    talk.pass_until("alice", "bob", BraidState::EkReceivedCt1Sampled)?;
    stages.push(talk.stage()?);
    Ok(stages)
}

/// More messages than an epoch takes.
const LONGEST: usize = 200;

/// The other party.
pub fn peer_of(party: &str) -> &'static str {
    if party == "alice" {
        "bob"
    } else {
        "alice"
    }
}

impl Conversation {
    /// Alice and Bob after their first messages.
    pub fn established(of: Setting) -> Plan<Self> {
        let script = Script::established(of, 0)?;
        Ok(Self { script, said: 0 })
    }

    /// The session of a party.
    pub fn session(&self, party: &str) -> Plan<SessionSnapshot> {
        let record = self.script.snapshot(party, peer_of(party))?;
        record
            .current
            .ok_or_else(|| PlanError("no session".to_owned()))
    }

    /// The state and the epoch of the braid of a party.
    pub fn braid(&self, party: &str) -> Plan<(BraidState, u64)> {
        let braid = self.session(party)?.spqr.and_then(|spqr| spqr.braid);
        let braid = braid.ok_or_else(|| PlanError("no braid".to_owned()))?;
        Ok((braid.state, braid.epoch.0))
    }

    /// One message.
    pub fn pass(&mut self, from: &str) -> Plan<()> {
        self.said += 1;
        let text = format!("unpublished {}", self.said);
        self.script.exchange(from, peer_of(from), &text)
    }

    /// Alternate until a party is in a state of an epoch.
    pub fn alternate_until(&mut self, party: &str, state: BraidState, epoch: u64) -> Plan<()> {
        for _ in 0..LONGEST {
            for from in ["alice", "bob"] {
                if self.braid(party)? == (state, epoch) {
                    return Ok(());
                }
                self.pass(from)?;
            }
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// Let one side send until a party is in a state.
    pub fn pass_until(&mut self, from: &str, party: &str, state: BraidState) -> Plan<()> {
        for _ in 0..LONGEST {
            if self.braid(party)?.0 == state {
                return Ok(());
            }
            self.pass(from)?;
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// Alternate until a party is in a state of an epoch: what is saved before the message that brings it there, and who
    /// sends it.
    pub fn last_stage_before(
        &mut self,
        party: &str,
        state: BraidState,
        epoch: u64,
    ) -> Plan<(Stage, &'static str)> {
        for _ in 0..LONGEST {
            for from in ["alice", "bob"] {
                let stage = self.stage()?;
                self.pass(from)?;
                if self.braid(party)? == (state, epoch) {
                    return Ok((stage, from));
                }
            }
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// One side loses so many messages, then sends until a party is in a state: what is saved before the message that
    /// brings it there, by a chunk beyond those of the value itself.
    pub fn last_stage_of_burst(
        &mut self,
        from: &str,
        lost: u32,
        party: &str,
        state: BraidState,
    ) -> Plan<Stage> {
        self.script.drop_messages(from, peer_of(from), lost)?;
        for _ in 0..LONGEST {
            let stage = self.stage()?;
            self.pass(from)?;
            if self.braid(party)?.0 == state {
                return Ok(stage);
            }
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// The records as they are now.
    pub fn stage(&self) -> Plan<Stage> {
        Ok(Stage {
            alice: self.script.saved("alice", "bob")?,
            bob: self.script.saved("bob", "alice")?,
            states: [self.braid("alice")?.0, self.braid("bob")?.0],
        })
    }
}

impl Stage {
    /// A test that starts here.
    pub fn script(&self, of: Setting, tc_id: u32) -> Plan<Script> {
        let mut script = Script::owners(of, tc_id)?;
        script.load("alice", "bob", &self.alice)?;
        script.load("bob", "alice", &self.bob)?;
        Ok(script)
    }
}
