//! Computing recorded chains: each key, and the whole chain after each call.
use super::labels::{direction, error_name, Asked};
use super::stored::kept;
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::epoch::Epoch;
use crate::outcome::{ChainSnapshot, LinkSnapshot, Outcome, State, Verdict};
use crate::recordings::inputs::{call, output_value, results, Computed, Fault, Inputs};
use crate::step::{Step, Subject};
use serde_json::{json, Map, Value};

/// The name of the only chain.
const CHAIN: &str = "chain";

/// A chain from its start on.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let start = Step::ChainStart {
        chain: CHAIN.to_owned(),
        direction: direction(inputs.text("direction")?)?,
        auth_key: inputs.bytes("initial_key")?,
        max_jump: inputs.read("max_jump")?,
        max_out_of_order: inputs.read("max_ooo_keys")?,
    };
    call(driver, &start)?;
    let initial = recorded_chain(driver)?;
    let mut steps = Vec::new();
    for (index, step) in inputs.items("steps")?.iter().enumerate() {
        let found = call_of(driver, step).map_err(|fault| fault.at("step", index))?;
        steps.push(Value::Object(found));
    }
    Ok(results([
        ("initial", initial),
        ("steps", Value::Array(steps)),
    ]))
}

/// What a call gives, and the chain after it.
fn call_of(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Map<String, Value>, Fault> {
    let before = driver.saved(&subject());
    let mut found = match inputs.text("op")? {
        "add_epoch" => add_epoch(driver, inputs)?,
        "send_key" => send_key(driver, inputs)?,
        "recv_key" => receive_key(driver, inputs)?,
        other => return Err(Fault::Unknown("op", other.to_owned())),
    };
    if found.contains_key("error") && driver.saved(&subject()) != before {
        return Err(Fault::Contradiction("a call that fails changes the chain"));
    }
    found.insert("after".to_owned(), recorded_chain(driver)?);
    Ok(found)
}

fn subject() -> Subject {
    Subject::Chain(CHAIN.to_owned())
}

/// The epoch that is added is the one after the newest.
fn add_epoch(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Map<String, Value>, Fault> {
    let step = Step::ChainAddEpoch {
        chain: CHAIN.to_owned(),
        secret: inputs.bytes("secret")?,
    };
    call(driver, &step)?;
    let epoch = snapshot(driver)?.current_epoch.0;
    Ok(members([("epoch", Value::from(epoch))]))
}

fn send_key(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Map<String, Value>, Fault> {
    let epoch = inputs.read("epoch")?;
    let outcome = driver.execute(&Step::ChainSendKey {
        chain: CHAIN.to_owned(),
        epoch: Epoch(epoch),
    });
    match outcome.result {
        Verdict::Valid => Ok(members([
            ("index", output_value(&outcome, "index")?),
            ("key", output_value(&outcome, "key")?),
        ])),
        Verdict::Invalid => refused(driver, &outcome, epoch, 0),
    }
}

fn receive_key(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Map<String, Value>, Fault> {
    let (epoch, index) = (inputs.read("epoch")?, inputs.read("index")?);
    let outcome = driver.execute(&Step::ChainReceiveKey {
        chain: CHAIN.to_owned(),
        epoch: Epoch(epoch),
        index,
    });
    match outcome.result {
        Verdict::Valid => Ok(members([("key", output_value(&outcome, "key")?)])),
        Verdict::Invalid => refused(driver, &outcome, epoch, index),
    }
}

fn refused(
    driver: &dyn Driver,
    outcome: &Outcome,
    epoch: u64,
    index: u32,
) -> Result<Map<String, Value>, Fault> {
    let chain = snapshot(driver)?;
    let asked = Asked {
        chain: Some(&chain),
        epoch,
        index,
    };
    Ok(members([("error", error_name(outcome, asked))]))
}

fn members<const N: usize>(members: [(&str, Value); N]) -> Map<String, Value> {
    let named = members.into_iter();
    named.map(|(name, it)| (name.to_owned(), it)).collect()
}

fn snapshot(driver: &dyn Driver) -> Result<ChainSnapshot, Fault> {
    match driver.state(&subject()) {
        Some(State::Chain(chain)) => Ok(chain),
        _ => Err(Fault::Output("state")),
    }
}

/// The chain as it was recorded. The order of the kept keys is that of the stored form.
fn recorded_chain(driver: &dyn Driver) -> Result<Value, Fault> {
    let chain = snapshot(driver)?;
    let saved = driver.saved(&subject()).ok_or(Fault::Output("saved"))?;
    let kept = kept(&saved);
    if kept.len() != chain.links.len() {
        return Err(Fault::Contradiction("the stored form has other links"));
    }
    let links: Result<Vec<Value>, Fault> =
        chain.links.iter().zip(kept).map(recorded_link).collect();
    Ok(json!({
        "current_epoch": chain.current_epoch.0,
        "send_epoch": chain.send_epoch.0,
        "next_root": chain.next_root,
        "links": links?,
    }))
}

fn recorded_link((link, kept): (&LinkSnapshot, Vec<u32>)) -> Result<Value, Fault> {
    let mut sorted = kept.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    if crate::outcome::runs(sorted) != link.receive.stored {
        return Err(Fault::Contradiction("the stored form keeps other keys"));
    }
    let next = |next: &Option<Bytes>| next.clone().unwrap_or_default();
    Ok(json!({
        "send": { "ctr": link.send.counter, "next": next(&link.send.next), "stored": [] },
        "recv": { "ctr": link.receive.counter, "next": next(&link.receive.next), "stored": kept },
    }))
}
