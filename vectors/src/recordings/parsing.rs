//! Computing what parsers recorded.
use super::groups::uuid_text;
use super::inputs::{class_name, output, output_value, results, Computed, Fault, Inputs};
use crate::driver::Driver;
use crate::outcome::{Outcome, Verdict};
use crate::step::{Profile, Step};
use serde_json::Value;

/// How the cases of distribution messages begin.
const DISTRIBUTION: &str = "distribution: ";

/// What is recorded of a message that is refused.
fn refused(outcome: &Outcome) -> Computed {
    results([
        ("accept", Value::Bool(false)),
        ("error", class_name(outcome)),
    ])
}

/// The length of an output.
fn length(outcome: &Outcome, name: &'static str) -> Result<Value, Fault> {
    Ok(Value::from(output(outcome, name)?.0.len()))
}

/// Parse a SignalMessage.
pub fn signal_message(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let bytes = inputs.bytes("bytes")?;
    let outcome = driver.execute(&Step::ParseSignalMessage {
        bytes: bytes.clone(),
    });
    if outcome.result == Verdict::Invalid {
        return Ok(refused(&outcome));
    }
    let again = output(&outcome, "reserialized")? == bytes;
    Ok(results([
        ("accept", Value::Bool(true)),
        ("version", output_value(&outcome, "version")?),
        ("counter", output_value(&outcome, "counter")?),
        ("body_len", length(&outcome, "body")?),
        ("pq_len", length(&outcome, "spqr")?),
        ("reserialized_equal", Value::Bool(again)),
    ]))
}

/// Parse a PreKeySignalMessage.
///
/// The peer keeps the envelope's bytes to write them again; here only the message inside is kept as received, as only
/// that is authenticated. So the recorded `reserialized_equal` is compared with whether these bytes stand in the
/// envelope.
pub fn prekey_message(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let bytes = inputs.bytes("bytes")?;
    let outcome = driver.execute(&Step::ParsePrekeyMessage {
        bytes: bytes.clone(),
    });
    if outcome.result == Verdict::Invalid {
        return Ok(refused(&outcome));
    }
    let inner = output(&outcome, "message")?.0;
    let kept = !inner.is_empty() && bytes.0.windows(inner.len()).any(|part| part == inner);
    let one_time_prekey = outcome.outputs.get("oneTimePrekeyId").cloned();
    Ok(results([
        ("accept", Value::Bool(true)),
        ("version", output_value(&outcome, "version")?),
        ("registration_id", output_value(&outcome, "registrationId")?),
        ("pre_key_id", one_time_prekey.unwrap_or_default()),
        (
            "signed_pre_key_id",
            output_value(&outcome, "signedPrekeyId")?,
        ),
        ("reserialized_equal", Value::Bool(kept)),
    ]))
}

/// Parse a SenderKeyMessage, or a SenderKeyDistributionMessage if the case says so.
pub fn sender_key(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let (profile, bytes) = (Profile::SignalV4, inputs.bytes("bytes")?);
    let step = if inputs.text("case")?.starts_with(DISTRIBUTION) {
        Step::ParseDistributionMessage { profile, bytes }
    } else {
        Step::ParseSenderKeyMessage { profile, bytes }
    };
    let outcome = driver.execute(&step);
    if outcome.result == Verdict::Invalid {
        return Ok(refused(&outcome));
    }
    let distribution_id = uuid_text(&output(&outcome, "distributionId")?.0);
    Ok(results([
        ("accept", Value::Bool(true)),
        ("chain_id", output_value(&outcome, "chainId")?),
        ("iteration", output_value(&outcome, "iteration")?),
        ("distribution_id", Value::String(distribution_id)),
    ]))
}
