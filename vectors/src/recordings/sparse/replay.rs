//! Replaying a recorded conversation: two sides, and every message that was sent.
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::epoch::Epoch;
use crate::outcome::{ErrorClass, Outcome, SparseSnapshot, State, Verdict};
use crate::recordings::inputs::{call, output, Fault, Inputs};
use crate::step::{Chunk, Direction, Payload, Step, Subject};
use serde::Deserialize;
use serde_json::Value;

/// Bytes that a key pair is made from, and that an encapsulation is made from.
const SEED_LENGTH: usize = 64;
const RANDOM_LENGTH: usize = 32;

/// A side of a conversation; its name is that of its party.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Side {
    /// The initiator.
    A,
    /// The responder.
    B,
}

impl Side {
    /// Both, in the order of the recording.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// Its place in lists of both.
    pub fn index(self) -> usize {
        match self {
            Self::A => 0,
            Self::B => 1,
        }
    }

    /// A side by its name.
    pub fn named(name: &str) -> Result<Self, Fault> {
        let found = Self::BOTH.into_iter().find(|side| side.name() == name);
        found.ok_or_else(|| Fault::Unknown("side", name.to_owned()))
    }

    fn party(self) -> String {
        self.name().to_owned()
    }
}

/// What both sides start from.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Parameters {
    first_sender: Option<Side>,
    max_jump: u32,
    max_ooo_keys: u32,
    min_version: [u8; 2],
    version: [u8; 2],
}

/// What happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// A message is made.
    Send,
    /// The message of this number arrives.
    Receive(usize),
}

impl Action {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Send => "send",
            Self::Receive(_) => "recv",
        }
    }
}

/// An event of a conversation, as far as it is given.
pub struct Event {
    /// Whose.
    pub by: Side,
    /// What.
    pub action: Action,
    /// The strings that are drawn, in their order.
    random: Vec<Bytes>,
    /// What is done to the message before it arrives.
    pub change: Option<String>,
}

impl Event {
    /// Read the inputs of an event.
    pub fn new(inputs: &Inputs) -> Result<Self, Fault> {
        let action = match inputs.text("op")? {
            "send" => Action::Send,
            "recv" => Action::Receive(inputs.read("n")?),
            other => return Err(Fault::Unknown("op", other.to_owned())),
        };
        let event = Self {
            by: Side::named(inputs.text("by")?)?,
            action,
            random: inputs.optional("random")?.unwrap_or_default(),
            change: inputs.optional("change")?,
        };
        match event.action {
            Action::Send if event.change.is_some() => Err(Fault::Input("change")),
            Action::Receive(_) if !event.random.is_empty() => Err(Fault::Input("random")),
            _ => Ok(event),
        }
    }

    /// Read the events of a conversation.
    pub fn all(inputs: &Inputs) -> Result<Vec<Self>, Fault> {
        let read = |(index, it)| Self::new(it).map_err(|fault| fault.at("event", index));
        inputs
            .items("events")?
            .iter()
            .enumerate()
            .map(read)
            .collect()
    }
}

/// A conversation as far as it is replayed.
pub struct Replay<'a> {
    driver: &'a mut dyn Driver,
    /// Every message that was sent, by both sides.
    pub sent: Vec<Bytes>,
}

/// What an event gave.
pub struct Happened {
    /// The message that was made, or that arrived.
    pub message: Bytes,
    /// The outcome.
    pub outcome: Outcome,
}

/// The parts of a message.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Parts {
    /// Epoch of the sender's braid.
    pub epoch: Epoch,
    /// Number of the key.
    pub index: u32,
    payload: Payload,
    chunk: Option<Chunk>,
}

impl<'a> Replay<'a> {
    /// Make both sides.
    pub fn start(driver: &'a mut dyn Driver, inputs: &Inputs) -> Result<Self, Fault> {
        let parameters: Parameters = inputs.read("parameters")?;
        for (side, direction) in [(Side::A, Direction::A2B), (Side::B, Direction::B2A)] {
            let start = Step::SpqrStart {
                party: side.party(),
                direction,
                version: parameters.version[side.index()],
                min_version: parameters.min_version[side.index()],
                auth_key: inputs.bytes("auth_key")?,
                max_jump: parameters.max_jump,
                max_out_of_order: parameters.max_ooo_keys,
            };
            call(driver, &start)?;
        }
        let first = Event::all(inputs)?.first().map(|event| event.by);
        if parameters.first_sender.is_some() && parameters.first_sender != first {
            return Err(Fault::Contradiction("another side sends first"));
        }
        Ok(Self {
            driver,
            sent: Vec::new(),
        })
    }

    /// Let an event happen.
    pub fn happen(&mut self, event: &Event) -> Result<Happened, Fault> {
        match event.action {
            Action::Send => self.send(event),
            Action::Receive(number) => self.receive(event, number),
        }
    }

    /// Send. Nothing is given to draw from at first: that must fail if, and only if, the recording says what was drawn.
    fn send(&mut self, event: &Event) -> Result<Happened, Fault> {
        let step = |kem_seed, kem_random| Step::SpqrSend {
            party: event.by.party(),
            kem_seed,
            kem_random,
        };
        let mut outcome = self.driver.execute(&step(None, None));
        let draws = outcome.error_class == Some(ErrorClass::BadInput);
        outcome = match (draws, &event.random[..]) {
            (false, []) => outcome,
            (true, [seed]) if seed.0.len() == SEED_LENGTH => {
                self.driver.execute(&step(Some(seed.clone()), None))
            }
            (true, [random]) if random.0.len() == RANDOM_LENGTH => {
                self.driver.execute(&step(None, Some(random.clone())))
            }
            _ => return Err(Fault::Contradiction("other strings are drawn")),
        };
        let message = match outcome.result {
            Verdict::Valid => output(&outcome, "message")?,
            Verdict::Invalid => Bytes::default(),
        };
        self.sent.push(message.clone());
        Ok(Happened { message, outcome })
    }

    fn receive(&mut self, event: &Event, number: usize) -> Result<Happened, Fault> {
        let sent = self.sent.get(number).ok_or(Fault::Input("n"))?.clone();
        let message = match &event.change {
            Some(change) => self.changed(&sent, change)?,
            None => sent,
        };
        let outcome = self.driver.execute(&Step::SpqrReceive {
            party: event.by.party(),
            message: message.clone(),
        });
        Ok(Happened { message, outcome })
    }

    /// A message as it arrives; the recording tells what was done to it.
    fn changed(&mut self, message: &Bytes, change: &str) -> Result<Bytes, Fault> {
        let mut bytes = message.0.clone();
        match change {
            "empty message" => bytes.clear(),
            "last byte removed" => {
                bytes.pop();
            }
            "last byte xor 1" => {
                if let Some(last) = bytes.last_mut() {
                    *last ^= 1;
                }
            }
            "version byte set to 2" => set(&mut bytes, 0, 2)?,
            "epoch byte set to 2" => set(&mut bytes, 1, 2)?,
            "epoch byte set to 3" => set(&mut bytes, 1, 3)?,
            "key index set to 0" => return self.rewritten(message, |parts| parts.index = 0),
            "made a Ct1Ack (chunk removed)" => return self.rewritten(message, remove_chunk),
            _ => return Err(Fault::Unknown("change", change.to_owned())),
        }
        Ok(bytes.into())
    }

    /// The parts of a message, if it is one.
    pub fn parts(&mut self, message: &Bytes) -> Option<Parts> {
        let bytes = message.clone();
        let outcome = self.driver.execute(&Step::SpqrParseMessage { bytes });
        serde_json::from_value(Value::Object(outcome.outputs)).ok()
    }

    /// The message with other parts.
    fn rewritten(
        &mut self,
        message: &Bytes,
        change: impl FnOnce(&mut Parts),
    ) -> Result<Bytes, Fault> {
        let parts = self.parts(message);
        let mut parts = parts.ok_or(Fault::Contradiction("what is changed is no message"))?;
        change(&mut parts);
        let step = Step::SpqrEncodeMessage {
            epoch: parts.epoch,
            index: parts.index,
            payload: parts.payload,
            chunk: parts.chunk,
        };
        output(&call(self.driver, &step)?, "message")
    }

    /// The stored form of a side.
    pub fn saved(&mut self, side: Side) -> Result<Bytes, Fault> {
        let party = side.party();
        output(&call(self.driver, &Step::SpqrSave { party })?, "saved")
    }

    /// The state of a side.
    pub fn state(&self, side: Side) -> Result<SparseSnapshot, Fault> {
        match self.driver.state(&Subject::Sparse(side.party())) {
            Some(State::Sparse(state)) => Ok(state),
            _ => Err(Fault::Output("state")),
        }
    }

    /// The driver.
    pub fn driver(&mut self) -> &mut dyn Driver {
        self.driver
    }
}

/// Make it an acknowledgement, which has no chunk.
fn remove_chunk(parts: &mut Parts) {
    parts.payload = Payload::Ct1Ack;
    parts.chunk = None;
}

/// Set a byte. Errors: it is not there.
fn set(bytes: &mut [u8], at: usize, value: u8) -> Result<(), Fault> {
    let byte = bytes.get_mut(at).ok_or(Fault::Input("change"))?;
    *byte = value;
    Ok(())
}
