//! Computing recorded conversations: every message, key and error, and the states between them.
use super::labels::{error_name, state_name, Asked};
use super::replay::{Action, Event, Happened, Replay, Side};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{BraidState, SparseSnapshot, Verdict};
use crate::recordings::inputs::{call, hex_value, output, Computed, Fault, Inputs};
use crate::step::Step;
use serde_json::{json, Map, Value};

/// How many bytes of digests and of the next root are recorded.
const START_LENGTH: usize = 8;

/// A conversation, event by event.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let mut trace = Trace::start(driver, inputs)?;
    let initial = trace.states()?;
    let mut events = Vec::new();
    for (index, event) in Event::all(inputs)?.iter().enumerate() {
        let recorded = trace
            .record(event)
            .map_err(|fault| fault.at("event", index))?;
        events.push(Value::Object(recorded));
    }
    let mut computed = Map::from_iter([
        ("events".to_owned(), Value::Array(events)),
        ("epochs_established".to_owned(), trace.established()?),
        ("state_history".to_owned(), trace.history()),
    ]);
    if inputs.has("initial") {
        computed.insert("initial".to_owned(), initial);
    }
    Ok(computed)
}

/// A conversation, and what is recorded of it beside the events.
struct Trace<'a> {
    replay: Replay<'a>,
    /// The stored form of each side after its last event.
    saved: [Bytes; 2],
    /// The states that the braid of each side was in after its events, each told once in a row.
    history: [Vec<String>; 2],
}

impl<'a> Trace<'a> {
    fn start(driver: &'a mut dyn Driver, inputs: &Inputs) -> Result<Self, Fault> {
        let mut replay = Replay::start(driver, inputs)?;
        let saved = [replay.saved(Side::A)?, replay.saved(Side::B)?];
        Ok(Self {
            replay,
            saved,
            history: Default::default(),
        })
    }

    /// Let an event happen and give what is recorded of it.
    fn record(&mut self, event: &Event) -> Result<Map<String, Value>, Fault> {
        let mut recorded = Map::new();
        if event.action == Action::Send {
            recorded.insert("n".to_owned(), Value::from(self.replay.sent.len()));
        }
        let happened = self.replay.happen(event)?;
        if event.action == Action::Send || event.change.is_some() {
            recorded.insert("msg".to_owned(), json!(happened.message));
        }
        let saved = self.replay.saved(event.by)?;
        let unchanged = saved == self.saved[event.by.index()];
        match happened.outcome.result {
            Verdict::Invalid if !unchanged => {
                return Err(Fault::Contradiction("an error changes the state"))
            }
            Verdict::Invalid => {
                recorded.insert("error".to_owned(), self.error(event.by, &happened)?);
            }
            Verdict::Valid => {
                let key = happened.outcome.outputs.get("key").cloned();
                recorded.insert("key".to_owned(), key.unwrap_or_default());
                recorded.insert("after".to_owned(), self.after(event.by)?);
                recorded.insert("state_sha256".to_owned(), self.digest(saved.clone())?);
                if unchanged && event.action != Action::Send {
                    recorded.insert("state_unchanged".to_owned(), Value::Bool(true));
                }
                self.saved[event.by.index()] = saved;
            }
        }
        Ok(recorded)
    }

    /// The error of an event. The numbers in it are those of the message that arrived, and of the chain.
    fn error(&mut self, by: Side, happened: &Happened) -> Result<Value, Fault> {
        let state = self.replay.state(by)?;
        let asked = match self.replay.parts(&happened.message) {
            Some(parts) => Asked {
                chain: state.chain.as_ref(),
                epoch: epoch_of_key(&state, parts.epoch.0),
                index: parts.index,
            },
            None => Asked::default(),
        };
        Ok(error_name(&happened.outcome, asked))
    }

    /// The state of a side after an event; it goes into the history.
    fn after(&mut self, side: Side) -> Result<Value, Fault> {
        let state = self.replay.state(side)?;
        if let Some(braid) = &state.braid {
            let told = format!("{}/{}", state_name(braid.state), braid.epoch.0);
            let history = &mut self.history[side.index()];
            if history.last() != Some(&told) {
                history.push(told);
            }
        }
        self.summary(&state)
    }

    /// Both states as they are recorded.
    fn states(&mut self) -> Result<Value, Fault> {
        let mut states = Vec::new();
        for side in Side::BOTH {
            let state = self.replay.state(side)?;
            states.push(self.summary(&state)?);
        }
        Ok(Value::Array(states))
    }

    /// A state as it is recorded.
    fn summary(&mut self, state: &SparseSnapshot) -> Result<Value, Fault> {
        let Some(braid) = &state.braid else {
            return Ok(json!({ "version": state.version }));
        };
        let keys = [&braid.root_key.0[..], &braid.mac_key.0].concat();
        let chain = state.chain.as_ref();
        let mut summary = json!({
            "state": state_name(braid.state),
            "braid_epoch": braid.epoch.0,
            "auth": self.digest(keys.into())?,
            "version_negotiation": state.negotiating,
            "chain": chain.map(|it| json!([it.current_epoch.0, it.send_epoch.0, it.links.len()])),
        });
        if let Some(chain) = chain {
            summary["next_root"] = start(&chain.next_root);
        }
        Ok(summary)
    }

    /// The start of a digest.
    fn digest(&mut self, message: Bytes) -> Result<Value, Fault> {
        let outcome = call(self.replay.driver(), &Step::Sha256 { message })?;
        Ok(start(&output(&outcome, "digest")?))
    }

    /// The newest epoch of each side's chain.
    fn established(&self) -> Result<Value, Fault> {
        let mut epochs = Vec::new();
        for side in Side::BOTH {
            let chain = self.replay.state(side)?.chain;
            epochs.push(chain.map_or(0, |chain| chain.current_epoch.0));
        }
        Ok(json!(epochs))
    }

    fn history(&self) -> Value {
        let side = |side: Side| (side.name().to_owned(), json!(self.history[side.index()]));
        Value::Object(Side::BOTH.into_iter().map(side).collect())
    }
}

/// The start of bytes that are not recorded whole.
fn start(bytes: &Bytes) -> Value {
    hex_value(&bytes.0[..START_LENGTH.min(bytes.0.len())])
}

/// The epoch that an error names: that of the message if the braid refuses it, else that of its key, which is one less.
fn epoch_of_key(state: &SparseSnapshot, epoch: u64) -> u64 {
    let ahead = state.braid.as_ref().is_some_and(|braid| {
        let next =
            braid.state == BraidState::Ct2Sampled && epoch.checked_sub(1) == Some(braid.epoch.0);
        epoch > braid.epoch.0 && !next
    });
    if ahead {
        epoch
    } else {
        epoch.saturating_sub(1)
    }
}
