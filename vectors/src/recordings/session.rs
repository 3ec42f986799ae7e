//! Computing a recorded chain step, handshake and session of version 3.
use super::inputs::{
    call, class_name, hex_value, output, output_value, public_of, results, Computed, Fault, Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{SendingSnapshot, Snapshot, Verdict};
use crate::step::{Bundle, Kind, Profile, SignatureForm, Step};
use serde_json::{json, Map, Value};

const ALICE: &str = "alice";
const BOB: &str = "bob";
const NOW_MS: u64 = 0;
/// Private keys that do not matter: a stored session has its own identities, and one ratchet step alone is taken.
const ANY_IDENTITY: [u8; 32] = [0x11; 32];
const UNUSED_RATCHET: [u8; 32] = [0x22; 32];
const ANY_RANDOM: [u8; 64] = [0x33; 64];

/// One step of a chain and the keys of its message.
pub fn chain_step(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let spqr_key = inputs.optional_bytes("spqr_message_key")?;
    let chain_key = inputs.bytes("chain_key")?;
    let stepped = call(driver, &Step::KdfCk { chain_key })?;
    let seed = output(&stepped, "messageKeySeed")?;
    let keys = call(
        driver,
        &Step::MessageKeys {
            seed: seed.clone(),
            spqr_key,
        },
    )?;
    Ok(results([
        ("message_key_seed", hex_value(&seed.0)),
        ("next_chain_key", output_value(&stepped, "chainKey")?),
        ("cipher_key", output_value(&keys, "cipherKey")?),
        ("mac_key", output_value(&keys, "macKey")?),
        ("iv", output_value(&keys, "iv")?),
    ]))
}

/// The keys of a recorded handshake.
struct Handshake {
    alice_identity: Bytes,
    alice_base: Bytes,
    bob_identity: Bytes,
    bob_signed_prekey: Bytes,
    bob_one_time_prekey: Option<Bytes>,
}

impl Handshake {
    fn new(inputs: &Inputs) -> Result<Self, Fault> {
        Ok(Self {
            alice_identity: inputs.bytes("alice_identity_private")?,
            alice_base: inputs.bytes("alice_base_private")?,
            bob_identity: inputs.bytes("bob_identity_private")?,
            bob_signed_prekey: inputs.bytes("bob_signed_prekey_private")?,
            bob_one_time_prekey: inputs.optional_bytes("one_time_prekey")?,
        })
    }

    fn bundle(&self, driver: &mut dyn Driver) -> Result<Bundle, Fault> {
        let signed_prekey = public_of(driver, &self.bob_signed_prekey)?;
        let sign = Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: self.bob_identity.clone(),
            message: signed_prekey.clone(),
            random: ANY_RANDOM.as_slice().into(),
        };
        let one_time_prekey = match &self.bob_one_time_prekey {
            Some(private) => Some(public_of(driver, private)?),
            None => None,
        };
        Ok(Bundle {
            registration_id: 1,
            identity_key: public_of(driver, &self.bob_identity)?,
            signed_prekey_id: 1,
            signed_prekey_signature: output(&call(driver, &sign)?, "signature")?,
            signed_prekey,
            one_time_prekey_id: one_time_prekey.as_ref().map(|_| 1),
            one_time_prekey,
            kem_prekey_id: None,
            kem_prekey: None,
            kem_prekey_signature: None,
        })
    }
}

/// X3DH in both roles, which must agree.
pub fn x3dh(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let keys = Handshake::new(inputs)?;
    let alice_identity_public = public_of(driver, &keys.alice_identity)?;
    let alice_base_public = public_of(driver, &keys.alice_base)?;
    let bundle = keys.bundle(driver)?;
    let bob_identity_public = bundle.identity_key.clone();
    let bob_signed_prekey_public = bundle.signed_prekey.clone();
    let initiator = Step::X3dhInitiator {
        identity_private: keys.alice_identity,
        base_private: keys.alice_base,
        bundle,
    };
    let responder = Step::X3dhResponder {
        identity_private: keys.bob_identity,
        signed_prekey_private: keys.bob_signed_prekey,
        one_time_prekey_private: keys.bob_one_time_prekey,
        remote_identity: alice_identity_public.clone(),
        base_key: alice_base_public.clone(),
    };
    let at_alice = call(driver, &initiator)?;
    let at_bob = call(driver, &responder)?;
    if at_alice.outputs != at_bob.outputs {
        return Err(Fault::Contradiction("initiator and responder differ"));
    }
    Ok(results([
        ("alice_identity_public", hex_value(&alice_identity_public.0)),
        ("alice_base_public", hex_value(&alice_base_public.0)),
        ("bob_identity_public", hex_value(&bob_identity_public.0)),
        (
            "bob_signed_prekey_public",
            hex_value(&bob_signed_prekey_public.0),
        ),
        ("kdf_input", output_value(&at_alice, "ikm")?),
        ("root_key", output_value(&at_alice, "rootKey")?),
        ("chain_key", output_value(&at_alice, "chainKey")?),
    ]))
}

/// A stored session of version 3: messages delivered out of order, one twice, then a reply.
pub fn version_3(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    check_messages(driver, inputs)?;
    for party in [ALICE, BOB] {
        call(driver, &party_step(party))?;
    }
    let import = Step::Import {
        party: BOB.to_owned(),
        peer: ALICE.to_owned(),
        record: inputs.bytes("bob_session_record")?,
    };
    call(driver, &import)?;
    let mut fresh = inputs.bytes("bob_after.sender.priv")?;
    let mut delivered = Map::new();
    for label in inputs.texts("delivery_order")? {
        let (name, result) = deliver(driver, inputs, &label, fresh)?;
        delivered.insert(name.to_owned(), result);
        fresh = UNUSED_RATCHET.as_slice().into();
    }
    let after = sending_state(driver)?;
    Ok(results([
        ("results", Value::Object(delivered)),
        ("bob_after", after),
        ("bob_reply", reply(driver, inputs)?),
    ]))
}

/// The recorded messages must belong together: their ratchet key, and the one inside the prekey message.
fn check_messages(driver: &mut dyn Driver, inputs: &Inputs) -> Result<(), Fault> {
    let public = public_of(driver, &inputs.bytes("alice_ratchet_private")?)?;
    for name in ["whisper_0", "whisper_1"] {
        let bytes = inputs.bytes(name)?;
        let parsed = call(driver, &Step::ParseSignalMessage { bytes })?;
        if output(&parsed, "ratchetKey")? != public {
            return Err(Fault::Contradiction(
                "the messages have another ratchet key",
            ));
        }
    }
    let bytes = inputs.bytes("prekey_message")?;
    let parsed = call(driver, &Step::ParsePrekeyMessage { bytes })?;
    if output(&parsed, "message")? == inputs.bytes("whisper_0")? {
        Ok(())
    } else {
        Err(Fault::Contradiction(
            "the prekey message holds another message",
        ))
    }
}

fn party_step(party: &str) -> Step {
    Step::CreateParty {
        party: party.to_owned(),
        name: party.to_owned(),
        device_id: 1,
        identity_private: ANY_IDENTITY.as_slice().into(),
        registration_id: 1,
        profile: Profile::SignalV3,
    }
}

/// Deliver the message of a label: the name of its result, and the result.
fn deliver(
    driver: &mut dyn Driver,
    inputs: &Inputs,
    label: &str,
    ratchet_private: Bytes,
) -> Result<(&'static str, Value), Fault> {
    let (name, kind, message) = match label {
        "whisper_0" => ("w0", Kind::Signal, "whisper_0"),
        "whisper_1" => ("w1", Kind::Signal, "whisper_1"),
        "prekey_message" => ("prekey", Kind::PreKey, "prekey_message"),
        "prekey_message (duplicate)" => ("prekey again", Kind::PreKey, "prekey_message"),
        _ => return Err(Fault::Unknown("delivery", label.to_owned())),
    };
    let outcome = driver.execute(&Step::Decrypt {
        party: BOB.to_owned(),
        peer: ALICE.to_owned(),
        kind,
        message: inputs.bytes(message)?,
        ratchet_private,
    });
    let result = match outcome.result {
        Verdict::Valid => text(&output(&outcome, "plaintext")?)?,
        Verdict::Invalid => class_name(&outcome),
    };
    Ok((name, result))
}

fn text(plaintext: &Bytes) -> Result<Value, Fault> {
    String::from_utf8(plaintext.0.clone())
        .map(Value::String)
        .map_err(|_| Fault::Contradiction("a plaintext is not text"))
}

/// The state as it was recorded.
fn sending_state(driver: &dyn Driver) -> Result<Value, Fault> {
    let Some(Snapshot {
        current: Some(session),
        ..
    }) = driver.snapshot(BOB, ALICE)
    else {
        return Err(Fault::Output("snapshot"));
    };
    let SendingSnapshot {
        ratchet_key,
        chain_key,
        ns,
    } = session.sending;
    Ok(json!({
        "root": session.root_key,
        "sender": { "pub": ratchet_key, "ck": chain_key, "n": ns },
    }))
}

fn reply(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Value, Fault> {
    let step = Step::Encrypt {
        party: BOB.to_owned(),
        peer: ALICE.to_owned(),
        plaintext: inputs.bytes("bob_reply_plaintext")?,
        now_ms: NOW_MS,
        kem_seed: None,
        kem_random: None,
    };
    output_value(&call(driver, &step)?, "message")
}
