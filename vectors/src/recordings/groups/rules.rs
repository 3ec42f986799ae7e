//! Computing the recorded rules of sender keys: which states are kept, how far ahead a message may be.
use super::{create_parties, number, RECEIVER, SIGNATURE_RANDOM};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{SenderKeyStateSnapshot, State};
use crate::recordings::inputs::{
    call, class_name, output, public_of, results, Computed, Fault, Inputs,
};
use crate::step::{Profile, SenderKeyName, SignatureForm, Step, Subject};
use serde_json::{json, Map, Value};

/// A distribution message: what it shows, chain id, number of the signing key, iteration, byte of the chain key.
type Given = (&'static str, u32, u8, u32, u8);
/// The distribution messages, one after the other.
const DISTRIBUTIONS: [Given; 5] = [
    ("new", 5, 1, 3, 1),
    (
        "same chain id and key, other chain key and iteration: kept old",
        5,
        1,
        9,
        2,
    ),
    ("other chain id", 6, 1, 0, 2),
    (
        "same chain id as first, same key again: moved to front",
        5,
        1,
        9,
        2,
    ),
    ("same chain id, different signing key: replaces", 5, 2, 9, 2),
];
/// Jumps from 0 that are tried, with a body that is no ciphertext.
const JUMPS: [u32; 3] = [24_999, 25_000, 25_001];
/// How many bytes of a chain key are recorded.
const SHOWN: usize = 4;
const NAME: &str = "somebody";

/// Everything that is recorded of them.
pub fn rules(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    create_parties(driver)?;
    let rules = distributions(driver)?;
    let mut jumps = Map::new();
    for jump in JUMPS {
        jumps.insert(jump.to_string(), jumped(driver, jump)?);
    }
    let message = signed(driver, 3, 0)?;
    let unknown = class_name(&driver.execute(&decrypting(3, message)));
    Ok(results([
        ("distribution_rules", rules),
        ("sender_key_jump_from_0", jumps.into()),
        ("no_state", unknown),
    ]))
}

/// A group by its number.
fn group(of: u8) -> Bytes {
    vec![of; 16].into()
}

/// A private signing key by its number.
fn signing_private(of: u8) -> Bytes {
    vec![0x40 + of; 32].into()
}

/// A distribution message, taken in a group.
fn take(driver: &mut dyn Driver, of: u8, given: Given) -> Result<(), Fault> {
    let (_, chain_id, signer, iteration, byte) = given;
    let signing_key = public_of(driver, &signing_private(signer))?;
    let written = call(
        driver,
        &Step::EncodeDistributionMessage {
            profile: Profile::SignalV4,
            distribution_id: Some(group(of)),
            chain_id,
            iteration,
            chain_key: vec![byte; 32].into(),
            signing_key,
        },
    )?;
    let step = Step::GroupProcessDistribution {
        party: RECEIVER.to_owned(),
        sender: NAME.to_owned(),
        sender_device: 1,
        distribution_id: group(of),
        message: output(&written, "message")?,
    };
    call(driver, &step).map(drop)
}

/// The states after each distribution message.
fn distributions(driver: &mut dyn Driver) -> Result<Value, Fault> {
    let mut found = Vec::new();
    for given in DISTRIBUTIONS {
        take(driver, 1, given)?;
        let subject = Subject::SenderKey {
            party: RECEIVER.to_owned(),
            name: Box::new(SenderKeyName {
                sender: NAME.to_owned(),
                sender_device: 1,
                distribution_id: group(1),
            }),
        };
        let Some(State::SenderKey(snapshot)) = driver.state(&subject) else {
            return Err(Fault::Output("state"));
        };
        let states: Vec<Value> = snapshot.states.iter().map(shown).collect();
        found.push(json!([given.0, states]));
    }
    Ok(found.into())
}

/// A state as the rules show it.
fn shown(state: &SenderKeyStateSnapshot) -> Value {
    let start: &[u8] = state.chain_key.0.get(..SHOWN).unwrap_or_default();
    json!({
        "chain_id": state.chain_id,
        "iteration": state.iteration,
        "chain_key": hex::encode(start),
    })
}

/// A message of chain id 7 and this iteration that its sender has signed, with a body that is no ciphertext.
fn signed(driver: &mut dyn Driver, of: u8, iteration: u32) -> Result<Bytes, Fault> {
    let written = |signature: Bytes| Step::EncodeSenderKeyMessage {
        profile: Profile::SignalV4,
        distribution_id: Some(group(of)),
        chain_id: 7,
        iteration,
        body: vec![7; 16].into(),
        signature,
    };
    let bytes = output(&call(driver, &written(vec![0; 64].into()))?, "message")?;
    let parsed = call(
        driver,
        &Step::ParseSenderKeyMessage {
            profile: Profile::SignalV4,
            bytes,
        },
    )?;
    if number(&parsed, "iteration")? != iteration {
        return Err(Fault::Contradiction(
            "a message of our own is parsed otherwise",
        ));
    }
    let signature = call(
        driver,
        &Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: signing_private(1),
            message: output(&parsed, "unsigned")?,
            random: SIGNATURE_RANDOM.as_slice().into(),
        },
    )?;
    let signature = output(&signature, "signature")?;
    output(&call(driver, &written(signature))?, "message")
}

fn decrypting(of: u8, message: Bytes) -> Step {
    Step::GroupDecrypt {
        party: RECEIVER.to_owned(),
        sender: NAME.to_owned(),
        sender_device: 1,
        distribution_id: group(of),
        message,
    }
}

/// What a receiver that is at 0 makes of a message of this number.
fn jumped(driver: &mut dyn Driver, iteration: u32) -> Result<Value, Fault> {
    take(driver, 2, ("", 7, 1, 0, 1))?;
    let message = signed(driver, 2, iteration)?;
    Ok(class_name(&driver.execute(&decrypting(2, message))))
}
