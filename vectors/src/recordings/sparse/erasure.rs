//! Computing recorded uses of the erasure code.
use super::labels::{error_name, Asked};
use super::stored::{points, POINT_LENGTH};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{Outcome, Verdict};
use crate::recordings::inputs::{
    call, hex_value, output, output_value, results, Computed, Fault, Inputs,
};
use crate::step::{Chunk, Step};
use serde_json::{json, Value};

fn encoding(message: &Bytes, skip: u32, count: u32) -> Step {
    Step::ErasureEncode {
        message: message.clone(),
        repeat: None,
        skip,
        count,
    }
}

/// The chunk after the first `skip`.
fn chunk(driver: &mut dyn Driver, message: &Bytes, skip: u32) -> Result<Chunk, Fault> {
    let outcome = call(driver, &encoding(message, skip, 1))?;
    let chunks: Vec<Chunk> = serde_json::from_value(output_value(&outcome, "chunks")?)
        .map_err(|_| Fault::Output("chunks"))?;
    match <[Chunk; 1]>::try_from(chunks) {
        Ok([chunk]) => Ok(chunk),
        Err(_) => Err(Fault::Output("chunks")),
    }
}

/// Chunks of a message, each by its index.
pub fn encode(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let message = inputs.bytes("message")?;
    let mut chunks = Vec::new();
    for item in inputs.items("chunks")? {
        let index: u16 = item.read("index")?;
        let chunk = chunk(driver, &message, index.into())?;
        if chunk.index != index {
            return Err(Fault::Contradiction("a chunk has another index"));
        }
        chunks.push(json!({ "data": chunk.data }));
    }
    let first = chunk(driver, &message, 0)?.index;
    Ok(results([
        ("length", Value::from(message.0.len())),
        ("first_next_chunk_index", Value::from(first)),
        ("chunks", Value::Array(chunks)),
    ]))
}

fn decoding(length: u32, chunks: Vec<Chunk>) -> Step {
    Step::ErasureDecode { length, chunks }
}

/// What a decoder gives and holds after each chunk.
pub fn decode(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let length = inputs.read("length")?;
    let mut chunks = Vec::new();
    let mut steps = Vec::new();
    for step in inputs.items("steps")? {
        chunks.push(step.read("chunk")?);
        let outcome = call(driver, &decoding(length, chunks.clone()))?;
        steps.push(held(&outcome)?);
    }
    Ok(results([("steps", Value::Array(steps))]))
}

fn held(outcome: &Outcome) -> Result<Value, Fault> {
    let decoder = output(outcome, "decoderState")?;
    let points = points(&decoder.0);
    let first = points.first().ok_or(Fault::Output("decoderState"))?;
    let held: Vec<usize> = points.iter().map(|it| it.len() / POINT_LENGTH).collect();
    Ok(json!({
        "decoded": outcome.outputs.get("decoded"),
        "points_held": held,
        "pts0": hex_value(first),
    }))
}

/// Which lengths are refused.
pub fn limits(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let length: u32 = inputs.read("length")?;
    let step = match inputs.text("op")? {
        "encode" => encoding(&zeros(length)?, 0, 0),
        "decoder_new" => decoding(length, Vec::new()),
        other => return Err(Fault::Unknown("op", other.to_owned())),
    };
    let outcome = driver.execute(&step);
    let result = match outcome.result {
        Verdict::Valid => Value::from("ok"),
        Verdict::Invalid => error_name(&outcome, Asked::default()),
    };
    Ok(results([("result", result)]))
}

/// A message of zeros. The recording has none longer than a little over the limit.
fn zeros(length: u32) -> Result<Bytes, Fault> {
    const LONGEST: u32 = 1 << 21;
    match usize::try_from(length) {
        Ok(bytes) if length <= LONGEST => Ok(vec![0; bytes].into()),
        _ => Err(Fault::Input("length")),
    }
}

/// The stored form of an encoder after so many chunks.
pub fn encoder_state(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let message = inputs.bytes("message")?;
    let mut states = Vec::new();
    for state in inputs.items("states")? {
        let outcome = call(driver, &encoding(&message, state.read("after_chunks")?, 0))?;
        let stored = output_value(&outcome, "encoderState")?;
        states.push(json!({ "encoder_protobuf": stored }));
    }
    Ok(results([("states", Value::Array(states))]))
}

/// Chunks where the indices start again.
pub fn index_wrap(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let message = inputs.bytes("message")?;
    let mut calls = Vec::new();
    for item in inputs.items("calls")? {
        let chunk = chunk(driver, &message, item.read("nth")?)?;
        calls.push(json!({ "chunk": chunk }));
    }
    Ok(results([("calls", Value::Array(calls))]))
}
