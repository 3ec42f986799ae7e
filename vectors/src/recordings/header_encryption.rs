//! Computing the recorded conversation with header encryption: every message, and every state after it.
use super::inputs::{
    call, hex_value, output, output_value, public_of, results, Computed, Fault, Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{ErrorClass, HeSnapshot, State};
use crate::step::{Step, Subject};
use serde_json::{json, Map, Value};
use std::collections::BTreeMap;

/// The initiator.
const ALICE: &str = "A";
/// The responder.
const BOB: &str = "B";
/// The fresh pair of a message that makes no Diffie-Hellman step, or is refused.
const NOT_USED: [u8; 32] = [0x5a; 32];

/// The messages sent so far, each an encrypted header and a ciphertext.
type Messages = BTreeMap<String, (Bytes, Bytes)>;

/// The conversation from the setup on.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let secret = inputs.bytes("shared_secret")?;
    let bob_private = inputs.bytes("bob_ratchet_private")?;
    let bob_public = public_of(driver, &bob_private)?;
    let start = |party: &str, private, peer| Step::HeStart {
        party: party.to_owned(),
        handshake_secret: secret.clone(),
        ratchet_private: private,
        peer_ratchet_key: peer,
    };
    let private = inputs.bytes("alice_ratchet_private")?;
    let setup = call(driver, &start(ALICE, private, Some(bob_public.clone())))?;
    call(driver, &start(BOB, bob_private, None))?;
    let associated_data = inputs.bytes("associated_data")?;
    let mut messages = Messages::new();
    let mut events = Vec::new();
    for (index, event) in inputs.items("events")?.iter().enumerate() {
        let found = match event.text("op")? {
            "send" => send(driver, event, &associated_data, &mut messages),
            "deliver" => deliver(driver, event, &associated_data, &messages),
            other => Err(Fault::Unknown("op", other.to_owned())),
        };
        events.push(Value::Object(
            found.map_err(|fault| fault.at("event", index))?,
        ));
    }
    Ok(results([
        ("sk", output_value(&setup, "sharedKey")?),
        ("shared_hka", output_value(&setup, "initiatorHeaderKey")?),
        (
            "shared_nhkb",
            output_value(&setup, "responderNextHeaderKey")?,
        ),
        ("bob_ratchet_public", hex_value(&bob_public.0)),
        ("events", Value::Array(events)),
    ]))
}

fn send(
    driver: &mut dyn Driver,
    event: &Inputs,
    associated_data: &Bytes,
    messages: &mut Messages,
) -> Result<Map<String, Value>, Fault> {
    let party = event.text("by")?;
    let step = Step::HeEncrypt {
        party: party.to_owned(),
        header_nonce: event.bytes("header_nonce")?,
        plaintext: event.bytes("plaintext")?,
        associated_data: associated_data.clone(),
    };
    let outcome = call(driver, &step)?;
    let header = output(&outcome, "encryptedHeader")?;
    let ciphertext = output(&outcome, "ciphertext")?;
    let found = results([
        ("header", output_value(&outcome, "header")?),
        ("encrypted_header", hex_value(&header.0)),
        ("message_key", output_value(&outcome, "messageKey")?),
        ("ciphertext", hex_value(&ciphertext.0)),
        ("state", recorded_state(driver, party)?),
    ]);
    messages.insert(event.text("id")?.to_owned(), (header, ciphertext));
    Ok(found)
}

fn deliver(
    driver: &mut dyn Driver,
    event: &Inputs,
    associated_data: &Bytes,
    messages: &Messages,
) -> Result<Map<String, Value>, Fault> {
    let party = event.text("to")?;
    let (header, ciphertext) = messages
        .get(event.text("id")?)
        .ok_or(Fault::Input("id"))?
        .clone();
    let fresh = event.optional("state.DHs_private")?;
    let before = driver.saved(&subject(party));
    let outcome = driver.execute(&Step::HeDecrypt {
        party: party.to_owned(),
        encrypted_header: header,
        ciphertext,
        associated_data: associated_data.clone(),
        ratchet_private: fresh.unwrap_or_else(|| NOT_USED.as_slice().into()),
    });
    match outcome.error_class {
        None => Ok(results([
            ("plaintext", output_value(&outcome, "plaintext")?),
            ("state", recorded_state(driver, party)?),
        ])),
        Some(_) if driver.saved(&subject(party)) != before => Err(Fault::Contradiction(
            "a message that is refused changes the state",
        )),
        Some(class) => Ok(results([("error", json!(error_name(class)))])),
    }
}

/// A class of error as it was recorded.
fn error_name(class: ErrorClass) -> Value {
    match class {
        ErrorClass::UndecryptableHeader => json!("header"),
        other => json!(other),
    }
}

fn subject(party: &str) -> Subject {
    Subject::HeaderEncrypted(party.to_owned())
}

/// The state as it was recorded.
fn recorded_state(driver: &dyn Driver, party: &str) -> Result<Value, Fault> {
    let Some(State::HeaderEncrypted(state)) = driver.state(&subject(party)) else {
        return Err(Fault::Output("state"));
    };
    let sending = state.sending.as_ref();
    let receiving = state.receiving.as_ref();
    Ok(json!({
        "RK": state.root_key,
        "CKs": sending.map(|chain| &chain.chain_key),
        "CKr": receiving.map(|chain| &chain.chain_key),
        "HKs": sending.map(|chain| &chain.header_key),
        "HKr": receiving.map(|chain| &chain.header_key),
        "NHKs": state.next_sending_header_key,
        "NHKr": state.next_receiving_header_key,
        "Ns": sending.map_or(0, |chain| chain.ns),
        "Nr": receiving.map_or(0, |chain| chain.nr),
        "PN": state.pn,
        "DHs_private": state.ratchet_private,
        "skipped": skipped(&state),
    }))
}

/// The kept keys as they were recorded: header key and number of each, oldest first.
fn skipped(state: &HeSnapshot) -> Vec<Value> {
    let by_chain = state.skipped.iter();
    let mut newest_first: Vec<Value> = by_chain
        .flat_map(|chain| {
            let runs = chain.numbers.iter();
            let numbers = runs.flat_map(|&(from, to)| (to..=from).rev());
            numbers.map(|number| json!([chain.header_key, number]))
        })
        .collect();
    newest_first.reverse();
    newest_first
}
