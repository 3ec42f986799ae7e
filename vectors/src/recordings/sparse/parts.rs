//! Computing recorded parts of SPQR: the field, HKDF, the authenticator, messages.
use super::labels::{error_name, payload, payload_name, Asked};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::epoch::Epoch;
use crate::outcome::{Outcome, Verdict};
use crate::recordings::inputs::{call, output, output_value, results, Computed, Fault, Inputs};
use crate::step::{Chunk, Payload, Step};
use serde::Deserialize;
use serde_json::{json, Value};

/// A product in the field.
pub fn product(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let step = Step::GfMul {
        a: inputs.read("a")?,
        b: inputs.read("b")?,
    };
    let product = output_value(&call(driver, &step)?, "product")?;
    Ok(results([("product", product)]))
}

/// A quotient in the field.
pub fn quotient(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let step = Step::GfDiv {
        a: inputs.read("a")?,
        b: inputs.read("b")?,
    };
    let quotient = output_value(&call(driver, &step)?, "quotient")?;
    Ok(results([("quotient", quotient)]))
}

/// An inverse in the field.
pub fn inverse(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let step = Step::GfInv {
        a: inputs.read("a")?,
    };
    let inverse = output_value(&call(driver, &step)?, "inverse")?;
    Ok(results([("inverse", inverse)]))
}

/// HKDF.
pub fn hkdf(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let step = Step::Hkdf {
        salt: Some(inputs.bytes("salt")?),
        ikm: inputs.bytes("ikm")?,
        info: inputs.bytes("info")?,
        length: inputs.small("length")?,
    };
    let okm = output_value(&call(driver, &step)?, "okm")?;
    Ok(results([("okm", okm)]))
}

/// What is done to an authenticator.
#[derive(Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Change {
    /// It is made.
    New(Input),
    /// It goes on.
    Update(Input),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Input {
    epoch: Epoch,
    key: Bytes,
}

/// The keys of an authenticator.
struct Keys {
    root_key: Bytes,
    mac_key: Bytes,
}

/// An authenticator: its keys after each change, and a MAC of either kind under them.
pub fn authenticator(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let mut keys = None;
    let mut steps = Vec::new();
    for (index, step) in inputs.items("steps")?.iter().enumerate() {
        let at = |fault: Fault| fault.at("step", index);
        let new = change_keys(driver, step, keys).map_err(at)?;
        steps.push(macs(driver, step, &new).map_err(at)?);
        keys = Some(new);
    }
    Ok(results([("steps", Value::Array(steps))]))
}

fn change_keys(
    driver: &mut dyn Driver,
    inputs: &Inputs,
    keys: Option<Keys>,
) -> Result<Keys, Fault> {
    let step = match (inputs.read("op")?, keys) {
        (Change::New(Input { epoch, key }), None) => Step::SpqrAuthNew {
            auth_key: key,
            epoch,
        },
        (Change::Update(Input { epoch, key }), Some(keys)) => Step::SpqrAuthUpdate {
            root_key: keys.root_key,
            mac_key: keys.mac_key,
            epoch,
            key,
        },
        _ => return Err(Fault::Contradiction("not made first, or made twice")),
    };
    let outcome = call(driver, &step)?;
    Ok(Keys {
        root_key: output(&outcome, "rootKey")?,
        mac_key: output(&outcome, "macKey")?,
    })
}

fn macs(driver: &mut dyn Driver, inputs: &Inputs, keys: &Keys) -> Result<Value, Fault> {
    let Keys { root_key, mac_key } = keys;
    let epoch = inputs.read("mac_epoch")?;
    let header = Step::SpqrMacHeader {
        root_key: root_key.clone(),
        mac_key: mac_key.clone(),
        epoch,
        header: inputs.bytes("hdr")?,
    };
    let ciphertext = Step::SpqrMacCiphertext {
        root_key: root_key.clone(),
        mac_key: mac_key.clone(),
        epoch,
        ciphertext: inputs.bytes("ct")?,
    };
    Ok(json!({
        "root_key": root_key,
        "mac_key": mac_key,
        "mac_hdr": output_value(&call(driver, &header)?, "mac")?,
        "mac_ct": output_value(&call(driver, &ciphertext)?, "mac")?,
    }))
}

/// Write a message.
pub fn serialize(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let payload = payload(inputs.text("type")?)?;
    let step = Step::SpqrEncodeMessage {
        epoch: inputs.read("epoch")?,
        index: inputs.read("index")?,
        payload,
        chunk: chunk(payload, inputs)?,
    };
    let bytes = output_value(&call(driver, &step)?, "message")?;
    Ok(results([("bytes", bytes)]))
}

/// The chunk of a payload. One without a chunk is recorded with index 0 and no data.
fn chunk(payload: Payload, inputs: &Inputs) -> Result<Option<Chunk>, Fault> {
    let index = inputs.read("chunk_index")?;
    let data = inputs.optional_bytes("chunk_data")?;
    match (payload, index, data) {
        (Payload::None | Payload::Ct1Ack, 0, None) => Ok(None),
        (Payload::None | Payload::Ct1Ack, _, _) | (_, _, None) => {
            Err(Fault::Contradiction("this type has no such chunk"))
        }
        (_, index, Some(data)) => Ok(Some(Chunk { index, data })),
    }
}

/// Parse a message. What was read is the shortest prefix that is a message: the same one.
pub fn parse(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let bytes = inputs.bytes("bytes")?;
    let outcome = driver.execute(&parsing(&bytes.0));
    let result = match outcome.result {
        Verdict::Valid => parsed(driver, &bytes, &outcome)?,
        Verdict::Invalid => json!({ "error": error_name(&outcome, Asked::default()) }),
    };
    Ok(results([("result", result)]))
}

fn parsing(bytes: &[u8]) -> Step {
    Step::SpqrParseMessage {
        bytes: bytes.into(),
    }
}

fn parsed(driver: &mut dyn Driver, bytes: &Bytes, outcome: &Outcome) -> Result<Value, Fault> {
    let prefixes = (0..=bytes.0.len()).map(|length| &bytes.0[..length]);
    let mut tried = prefixes.map(|prefix| (prefix, driver.execute(&parsing(prefix))));
    let Some((read, same)) = tried.find(|(_, it)| it.result == Verdict::Valid) else {
        return Err(Fault::Contradiction("the same bytes are refused"));
    };
    if same != *outcome {
        return Err(Fault::Contradiction("a prefix is another message"));
    }
    let payload = serde_json::from_value(output_value(outcome, "payload")?)
        .map_err(|_| Fault::Output("payload"))?;
    let chunk = outcome.outputs.get("chunk");
    Ok(json!({
        "bytes_read": read.len(),
        "epoch": output_value(outcome, "epoch")?,
        "index": output_value(outcome, "index")?,
        "type": payload_name(payload),
        "chunk_index": chunk.map(|chunk| &chunk["index"]),
    }))
}
