//! Transcripts of SPQR in the making: two parties without sessions, Alice with direction A to B and Bob with B to A.
use super::build::{output, random64, secret, value, Plan};
use super::script::Script;
use super::{PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::epoch::Epoch;
use crate::outcome::{BraidState, ErrorClass, Outcome, SparseSnapshot, State};
use crate::step::{Chunk, Direction, Payload, Step, Subject};
use std::collections::BTreeMap;

/// Both parties.
pub const ALICE: &str = "alice";
/// Both parties.
pub const BOB: &str = "bob";

/// How a party starts.
#[derive(Clone, Copy)]
pub struct Start {
    /// The version it begins with.
    pub version: u8,
    /// The oldest version it accepts.
    pub min_version: u8,
    /// The limit of jumps; 0 is the default.
    pub max_jump: u32,
    /// The limit of kept keys; 0 is the default.
    pub max_out_of_order: u32,
    /// Which key of the handshake: parties of one session have the same.
    pub auth_key: &'static str,
}

/// As the deployed library starts.
pub const DEPLOYED: Start = Start {
    version: 1,
    min_version: 1,
    max_jump: 0,
    max_out_of_order: 0,
    auth_key: "auth key",
};

/// A transcript in the making.
pub struct Transcript {
    family: &'static str,
    script: Script,
    /// The key of each message that was sent.
    keys: BTreeMap<Vec<u8>, Option<Vec<u8>>>,
    /// How many secrets were drawn.
    drawn: u32,
}

/// The other party.
pub fn peer_of(party: &str) -> &'static str {
    if party == ALICE {
        BOB
    } else {
        ALICE
    }
}

impl Transcript {
    /// A transcript without parties.
    pub fn empty(family: &'static str, tc_id: u32) -> Self {
        Self {
            family,
            script: Script::new(family, tc_id),
            keys: BTreeMap::new(),
            drawn: 0,
        }
    }

    /// Both parties start.
    pub fn new(family: &'static str, tc_id: u32, alice: Start, bob: Start) -> Plan<Self> {
        let mut transcript = Self::empty(family, tc_id);
        transcript.start(ALICE, alice)?;
        transcript.start(BOB, bob)?;
        Ok(transcript)
    }

    /// Both parties start as the deployed library does.
    pub fn deployed(family: &'static str, tc_id: u32) -> Plan<Self> {
        Self::new(family, tc_id, DEPLOYED, DEPLOYED)
    }

    /// The finished test.
    pub fn finish(self, comment: impl Into<String>, flags: &[&str]) -> TestPlan {
        self.script.finish(comment, flags)
    }

    /// A party starts.
    pub fn start(&mut self, party: &str, start: Start) -> Plan<()> {
        let direction = if party == ALICE {
            Direction::A2B
        } else {
            Direction::B2A
        };
        self.script.valid(Step::SpqrStart {
            party: party.to_owned(),
            direction,
            version: start.version,
            min_version: start.min_version,
            auth_key: secret(self.family, 0, start.auth_key),
            max_jump: start.max_jump,
            max_out_of_order: start.max_out_of_order,
        })?;
        Ok(())
    }

    /// The state of a party.
    pub fn state(&self, party: &str) -> Plan<SparseSnapshot> {
        match self.script.state(&Subject::Sparse(party.to_owned())) {
            Some(State::Sparse(snapshot)) => Ok(snapshot),
            _ => Err(PlanError(format!("{party} has no state"))),
        }
    }

    /// The state of the braid of a party, and its epoch.
    pub fn braid(&self, party: &str) -> Plan<Option<(BraidState, u64)>> {
        let braid = self.state(party)?.braid;
        Ok(braid.map(|braid| (braid.state, braid.epoch.0)))
    }

    /// The step that sends, with what is drawn.
    pub fn sending(&mut self, party: &str) -> Plan<Step> {
        let state = self.braid(party)?.map(|(state, _)| state);
        let draws = matches!(
            state,
            Some(BraidState::KeysUnsampled | BraidState::HeaderReceived)
        );
        self.drawn += u32::from(draws);
        let meaning = format!("{party} {}", self.drawn);
        let seed =
            (state == Some(BraidState::KeysUnsampled)).then(|| random64(self.family, 0, &meaning));
        let random =
            (state == Some(BraidState::HeaderReceived)).then(|| secret(self.family, 0, &meaning));
        Ok(Step::SpqrSend {
            party: party.to_owned(),
            kem_seed: seed,
            kem_random: random,
        })
    }

    /// Send: the message.
    pub fn send(&mut self, party: &str) -> Plan<Vec<u8>> {
        let step = self.sending(party)?;
        let outcome = self.script.valid(step)?;
        let message = outcome.bytes("message").unwrap_or_default();
        self.keys.insert(message.clone(), outcome.bytes("key"));
        Ok(message)
    }

    /// Send several messages.
    pub fn send_many(&mut self, party: &str, count: usize) -> Plan<Vec<Vec<u8>>> {
        (0..count).map(|_| self.send(party)).collect()
    }

    /// Receive a message; if it is one that was sent, the keys are the same.
    pub fn receives(&mut self, party: &str, message: &[u8]) -> Plan<Outcome> {
        let outcome = self.script.valid(receiving(party, message))?;
        match self.keys.get(message) {
            Some(sent) if sent.is_some() && outcome.bytes("key") != *sent => {
                Err(PlanError(format!("{party} has another key")))
            }
            _ => Ok(outcome),
        }
    }

    /// Receive messages in this order.
    pub fn receives_all<'a>(
        &mut self,
        party: &str,
        messages: impl IntoIterator<Item = &'a Vec<u8>>,
    ) -> Plan<()> {
        for message in messages {
            self.receives(party, message)?;
        }
        Ok(())
    }

    /// Receive a message that gives no key and changes nothing.
    pub fn ignores(&mut self, party: &str, message: &[u8]) -> Plan<()> {
        let before = self.state(party)?;
        let outcome = self.script.valid(receiving(party, message))?;
        if outcome.bytes("key").is_none() && self.state(party)? == before {
            Ok(())
        } else {
            Err(PlanError(format!("{party} took the message")))
        }
    }

    /// Receive a message that is refused.
    pub fn refuses(&mut self, party: &str, message: &[u8], class: ErrorClass) -> Plan<()> {
        self.script.invalid(receiving(party, message), class)
    }

    /// A step that may be refused.
    pub fn tried(&mut self, step: Step) -> Plan<Outcome> {
        self.script.tried(step)
    }

    /// A step that fails.
    pub fn fails(&mut self, step: Step, class: ErrorClass) -> Plan<()> {
        self.script.invalid(step, class)
    }

    /// Send at one side and receive at the other.
    pub fn pass(&mut self, from: &str) -> Plan<Vec<u8>> {
        let message = self.send(from)?;
        self.receives(peer_of(from), &message)?;
        Ok(message)
    }

    /// The same several times.
    pub fn pass_many(&mut self, from: &str, count: usize) -> Plan<()> {
        for _ in 0..count {
            self.pass(from)?;
        }
        Ok(())
    }

    /// Save the state of a party.
    pub fn save(&mut self, party: &str) -> Plan<Vec<u8>> {
        let party = party.to_owned();
        let outcome = self.script.valid(Step::SpqrSave { party })?;
        Ok(outcome.bytes("saved").unwrap_or_default())
    }

    /// Load a state.
    pub fn load(&mut self, party: &str, saved: &[u8]) -> Plan<()> {
        self.script.valid(loading(party, saved))?;
        Ok(())
    }

    /// Alternate until a party is in a state of an epoch; the last message is that which brings it there.
    pub fn alternate_until(&mut self, party: &str, state: BraidState, epoch: u64) -> Plan<()> {
        for _ in 0..LONGEST {
            for from in [ALICE, BOB] {
                self.pass(from)?;
                if self.braid(party)? == Some((state, epoch)) {
                    return Ok(());
                }
            }
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// Let one side send until a party is in a state.
    pub fn pass_until(&mut self, from: &str, party: &str, state: BraidState) -> Plan<()> {
        for _ in 0..LONGEST {
            self.pass(from)?;
            if self.braid(party)?.map(|(state, _)| state) == Some(state) {
                return Ok(());
            }
        }
        Err(PlanError(format!("{party} is never in {state:?}")))
    }

    /// The messages of an epoch in bursts: only what makes it advance, one side after the other.
    pub fn epoch_in_bursts(&mut self, key_side: &str) -> Plan<()> {
        let other = peer_of(key_side);
        self.pass_until(key_side, other, BraidState::HeaderReceived)?;
        self.pass_until(other, key_side, BraidState::Ct1Received)?;
        self.pass_until(key_side, other, BraidState::Ct2Sampled)?;
        self.pass_until(other, key_side, BraidState::NoHeaderReceived)?;
        self.pass_until(key_side, other, BraidState::KeysUnsampled)
    }
}

/// An SPQR message in parts, to be altered.
#[derive(Clone)]
pub struct Parts {
    /// Epoch.
    pub epoch: u64,
    /// Number of the key.
    pub index: u32,
    /// Type.
    pub payload: Payload,
    /// Chunk.
    pub chunk: Option<Chunk>,
}

impl Parts {
    /// The parts of a message.
    pub fn of(message: &[u8]) -> Plan<Self> {
        let step = Step::SpqrParseMessage {
            bytes: message.into(),
        };
        Ok(Self {
            epoch: value::<Epoch>(&step, "epoch")?.0,
            index: value(&step, "index")?,
            payload: value(&step, "payload")?,
            chunk: value(&step, "chunk")?,
        })
    }

    /// The message.
    pub fn message(self) -> Plan<Vec<u8>> {
        let step = Step::SpqrEncodeMessage {
            epoch: Epoch(self.epoch),
            index: self.index,
            payload: self.payload,
            chunk: self.chunk,
        };
        output(&step, "message")
    }
}

/// A message with something altered.
pub fn altered(message: &[u8], alter: impl FnOnce(&mut Parts)) -> Plan<Vec<u8>> {
    let mut parts = Parts::of(message)?;
    alter(&mut parts);
    parts.message()
}

/// A message with some bits of a byte of its chunk flipped.
pub fn damaged(message: &[u8], at: usize, bits: u8) -> Plan<Vec<u8>> {
    altered(message, |parts| {
        if let Some(chunk) = &mut parts.chunk {
            chunk.data.0[at] ^= bits;
        }
    })
}

/// More messages than an epoch takes.
const LONGEST: usize = 200;

/// The step that receives.
pub fn receiving(party: &str, message: &[u8]) -> Step {
    Step::SpqrReceive {
        party: party.to_owned(),
        message: message.into(),
    }
}

/// The step that loads a state.
pub fn loading(party: &str, saved: &[u8]) -> Step {
    Step::SpqrLoad {
        party: party.to_owned(),
        saved: Bytes::from(saved),
    }
}
