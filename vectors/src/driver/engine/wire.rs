//! The steps about messages as bytes.
use super::{fixed, Done};
use crate::bytes::Bytes;
use crate::driver::library::{Library, PlainPreKeyMessage, PlainSignalMessage, Wire};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::Step;

/// Execute a step about messages as bytes.
pub fn execute<L: Library>(step: &Step) -> Done {
    if let Some(outcome) = parse::<L>(step)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = encode::<L>(step)? {
        return Ok(Some(outcome));
    }
    authentication::<L>(step)
}

fn parse<L: Wire>(step: &Step) -> Done {
    let outcome = match step {
        Step::ParseSignalMessage { bytes } => {
            let (message, reserialized) = L::parse_signal_message(&bytes.0)?;
            signal_outcome(&message).with_bytes("reserialized", &reserialized)
        }
        Step::ParsePrekeyMessage { bytes } => prekey_outcome(&L::parse_prekey_message(&bytes.0)?),
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn signal_outcome(message: &PlainSignalMessage) -> Outcome {
    let outcome = Outcome::valid()
        .with("version", message.version)
        .with_bytes("ratchetKey", &message.ratchet_key)
        .with("counter", message.counter)
        .with("previousCounter", message.previous_counter)
        .with_bytes("body", &message.body)
        .with_bytes("spqr", &message.spqr)
        .with_bytes("tag", &message.tag);
    match &message.addresses {
        Some(block) => outcome.with_bytes("addresses", block),
        None => outcome,
    }
}

fn prekey_outcome(message: &PlainPreKeyMessage) -> Outcome {
    let mut outcome = Outcome::valid()
        .with("version", message.version)
        .with("registrationId", message.registration_id)
        .with("signedPrekeyId", message.signed_prekey_id)
        .with_bytes("baseKey", &message.base_key)
        .with_bytes("identityKey", &message.identity_key)
        .with_bytes("message", &message.message);
    if let Some(id) = message.one_time_prekey_id {
        outcome = outcome.with("oneTimePrekeyId", id);
    }
    match &message.kem {
        Some((id, ciphertext)) => outcome
            .with("kemPrekeyId", *id)
            .with_bytes("kemCiphertext", ciphertext),
        None => outcome,
    }
}

fn encode<L: Wire>(step: &Step) -> Done {
    let message = match step {
        Step::EncodeSignalMessage {
            version,
            ratchet_key,
            counter,
            previous_counter,
            body,
            spqr,
            addresses,
            tag,
        } => L::encode_signal_message(&PlainSignalMessage {
            version: known_version(*version)?,
            ratchet_key: ratchet_key.0.clone(),
            counter: *counter,
            previous_counter: *previous_counter,
            body: body.0.clone(),
            spqr: spqr.0.clone(),
            addresses: addresses.as_ref().map(|bytes| bytes.0.clone()),
            tag: fixed(tag)?,
        })?,
        Step::EncodePrekeyMessage {
            version,
            registration_id,
            one_time_prekey_id,
            signed_prekey_id,
            kem_prekey_id,
            kem_ciphertext,
            base_key,
            identity_key,
            inner,
        } => L::encode_prekey_message(&PlainPreKeyMessage {
            version: known_version(*version)?,
            registration_id: *registration_id,
            one_time_prekey_id: *one_time_prekey_id,
            signed_prekey_id: *signed_prekey_id,
            kem: kem_fields(*kem_prekey_id, kem_ciphertext.as_ref())?,
            base_key: base_key.0.clone(),
            identity_key: identity_key.0.clone(),
            message: inner.0.clone(),
        })?,
        _ => return Ok(None),
    };
    Ok(Some(Outcome::valid().with_bytes("message", &message)))
}

/// A writer takes versions 3 and 4 only.
fn known_version(version: u8) -> Result<u8, ErrorClass> {
    (3..=4)
        .contains(&version)
        .then_some(version)
        .ok_or(ErrorClass::BadInput)
}

/// A writer takes both fields or none.
fn kem_fields(
    id: Option<u32>,
    ciphertext: Option<&Bytes>,
) -> Result<Option<(u32, Vec<u8>)>, ErrorClass> {
    match (id, ciphertext) {
        (Some(id), Some(ciphertext)) => Ok(Some((id, ciphertext.0.clone()))),
        (None, None) => Ok(None),
        _ => Err(ErrorClass::BadInput),
    }
}

fn authentication<L: Wire>(step: &Step) -> Done {
    let outcome = match step {
        Step::AddressBlock {
            sender,
            sender_device,
            recipient,
            recipient_device,
        } => {
            let block = L::address_block((sender, *sender_device), (recipient, *recipient_device))?;
            match block {
                Some(block) => Outcome::valid().with_bytes("block", &block),
                None => Outcome::valid(),
            }
        }
        Step::MessageTag {
            mac_key,
            sender,
            receiver,
            unsigned,
        } => {
            let tag = L::message_tag(fixed(mac_key)?, &sender.0, &receiver.0, &unsigned.0)?;
            Outcome::valid().with_bytes("tag", &tag)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}
