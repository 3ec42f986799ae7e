//! Computing recorded stored states: each is that of a side somewhere in a recorded conversation.
use super::labels::state_name;
use super::replay::{Event, Replay, Side};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{SparseSnapshot, State};
use crate::recordings::inputs::{call, hex_value, output, results, Computed, Fault, Inputs};
use crate::recordings::layout::TRACES;
use crate::step::Step;
use serde_json::Value;

/// What stored states call a conversation, and how its name starts.
const CONVERSATIONS: [(&str, &str); 2] = [
    ("in order", "in order, strict alternation"),
    ("loss and reordering", "loss, reordering, replays"),
];
/// The party that loads a state.
const READER: &str = "reader";

/// A stored state: made by our own replay, and the same after it was loaded.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let trace = conversation(inputs)?;
    let events = Event::all(&trace)?;
    let place = Place::new(inputs.text("at")?, &events)?;
    let mut replay = Replay::start(driver, &trace)?;
    for (index, event) in events.iter().enumerate().take(place.event + 1) {
        let happened = replay.happen(event);
        happened.map_err(|fault| fault.at("event", index))?;
    }
    let saved = replay.saved(place.side)?;
    let state = replay.state(place.side)?;
    check_loaded(replay.driver(), &saved, &state)?;
    let braid = state.braid.ok_or(Fault::Output("braid"))?;
    Ok(results([
        ("state", Value::from(state_name(braid.state))),
        ("serialised", hex_value(&saved.0)),
    ]))
}

/// A stored form must load as this state, and be stored as the same bytes again.
fn check_loaded(
    driver: &mut dyn Driver,
    saved: &Bytes,
    state: &SparseSnapshot,
) -> Result<(), Fault> {
    let load = Step::SpqrLoad {
        party: READER.to_owned(),
        saved: saved.clone(),
    };
    let loaded = call(driver, &load)?.state;
    if loaded.as_ref() != Some(&State::Sparse(state.clone())) {
        return Err(Fault::Contradiction("what is loaded is another state"));
    }
    let save = Step::SpqrSave {
        party: READER.to_owned(),
    };
    if output(&call(driver, &save)?, "saved")? != *saved {
        return Err(Fault::Contradiction("what is loaded is stored otherwise"));
    }
    Ok(())
}

/// The inputs of the conversation that a stored state is from.
fn conversation(inputs: &Inputs) -> Result<Inputs, Fault> {
    let called = inputs.text("trace")?;
    let unknown = || Fault::Unknown("trace", called.to_owned());
    let start = CONVERSATIONS.iter().find(|(known, _)| *known == called);
    let (_, start) = start.ok_or_else(unknown)?;
    let mut traces = inputs.items(TRACES)?.into_iter();
    let wanted = |trace: &Inputs| trace.text("name").is_ok_and(|it| it.starts_with(start));
    traces.find(wanted).ok_or_else(unknown)
}

/// Where in a conversation a stored state is from.
struct Place {
    side: Side,
    event: usize,
}

impl Place {
    /// Read a place such as `B after event 129 (recv)`, which must be so.
    fn new(text: &str, events: &[Event]) -> Result<Self, Fault> {
        let parts = text.strip_suffix(')').and_then(|text| {
            let (side, rest) = text.split_once(" after event ")?;
            let (event, action) = rest.split_once(" (")?;
            Some((side, event.parse().ok()?, action))
        });
        let (side, event, action) = parts.ok_or(Fault::Input("at"))?;
        let side = Side::named(side)?;
        let found: &Event = events.get(event).ok_or(Fault::Input("at"))?;
        if found.by == side && found.action.name() == action {
            Ok(Self { side, event })
        } else {
            Err(Fault::Contradiction("the event is another one"))
        }
    }
}
