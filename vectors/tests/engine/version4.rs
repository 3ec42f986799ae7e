//! Sessions of version 4, on both drivers.
use super::pair::{hex, Pair};
use serde_json::{json, Value};
use twinratchet_vectors::outcome::{ErrorClass, Outcome};

const SEED: u8 = 21;

fn create(pair: &mut Pair, party: &str, identity: u8, profile: &str) {
    let mut step = json!({
        "op": "create_party", "party": party, "name": party, "deviceId": 1,
        "identityPrivate": hex(identity, 32), "registrationId": 5,
    });
    if profile != "signal_v3" {
        step["profile"] = json!(profile);
    }
    pair.valid(step);
}

/// Alice, and Bob with SPK 1, OPK 2, one-time PQPK 3 and PQPK 4 of last resort.
fn parties(pair: &mut Pair, profile: &str) {
    create(pair, "alice", 1, profile);
    create(pair, "bob", 2, profile);
    for (op, id) in [("add_signed_prekey", 1), ("add_one_time_prekey", 2)] {
        pair.valid(json!({ "op": op, "party": "bob", "id": id, "private": hex(3 + id, 32) }));
    }
    for (id, last_resort) in [(3, false), (4, true)] {
        pair.valid(json!({
            "op": "add_kem_prekey", "party": "bob", "id": id, "seed": hex(3 + id, 64), "lastResort": last_resort,
        }));
    }
}

fn publish(pair: &mut Pair, one_time: Option<u32>, kem: Option<u32>) -> Value {
    let mut step = json!({
        "op": "publish_bundle", "party": "bob", "signedPrekeyId": 1, "signatureRandom": hex(9, 64),
    });
    if let Some(id) = one_time {
        step["oneTimePrekeyId"] = json!(id);
    }
    if let Some(id) = kem {
        step["kemPrekeyId"] = json!(id);
        step["kemSignatureRandom"] = json!(hex(10, 64));
    }
    pair.output(step, "bundle")
}

fn start(bundle: &Value) -> Value {
    json!({
        "op": "start_session", "party": "alice", "peer": "bob", "bundle": bundle,
        "basePrivate": hex(11, 32), "ratchetPrivate": hex(12, 32), "kemRandom": hex(13, 32), "nowMs": 1000,
    })
}

fn encrypt(party: &str, peer: &str) -> Value {
    json!({
        "op": "encrypt", "party": party, "peer": peer, "plaintext": "74657874",
        "kemSeed": hex(SEED, 64), "kemRandom": hex(SEED, 32), "nowMs": 1000,
    })
}

fn decrypt(party: &str, peer: &str, sent: &Outcome, ratchet: u8) -> Value {
    json!({
        "op": "decrypt", "party": party, "peer": peer, "kind": sent.outputs["kind"],
        "message": sent.outputs["message"], "ratchetPrivate": hex(ratchet, 32),
    })
}

fn exchange(pair: &mut Pair, from: &str, to: &str, ratchet: u8) -> Outcome {
    let sent = pair.valid(encrypt(from, to));
    let opened = pair.valid(decrypt(to, from, &sent, ratchet));
    assert_eq!(opened.outputs["plaintext"], json!("74657874"));
    sent
}

fn spqr_epoch(outcome: &Outcome) -> u64 {
    let session = outcome.record().unwrap().current.as_ref().unwrap();
    assert_eq!(session.version, 4);
    let spqr = session.spqr.as_ref().unwrap();
    spqr.braid.as_ref().unwrap().epoch.0
}

#[test]
fn a_conversation_goes_through_an_epoch_of_spqr() {
    let mut pair = Pair::new();
    parties(&mut pair, "signal_v4");
    let bundle = publish(&mut pair, Some(2), Some(3));
    pair.valid(start(&bundle));
    let first = pair.valid(encrypt("alice", "bob"));
    assert_eq!(first.outputs["kind"], json!("pre_key"));
    let opened = pair.valid(decrypt("bob", "alice", &first, 30));
    assert_eq!(opened.outputs["usedOneTimePrekeyId"], json!(2));
    assert_eq!(opened.outputs["usedKemPrekeyId"], json!(3));
    let mut last = first;
    for round in 0..48_u8 {
        exchange(&mut pair, "bob", "alice", 40 + round);
        last = exchange(&mut pair, "alice", "bob", 100 + round);
    }
    assert_eq!(spqr_epoch(&last), 2);
    // The reported keys are those of the message.
    let keys = &last.outputs["keys"];
    let derived = pair.valid(json!({
        "op": "message_keys", "seed": keys["messageKeySeed"], "spqrKey": keys["spqrKey"],
    }));
    assert_eq!(derived.outputs["macKey"], keys["macKey"]);
    // A saved record goes on as the one that it was saved from.
    let saved = pair.output(
        json!({ "op": "save", "party": "alice", "peer": "bob" }),
        "saved",
    );
    let next = pair.valid(encrypt("alice", "bob"));
    pair.valid(json!({ "op": "load", "party": "alice", "peer": "bob", "saved": saved }));
    assert_eq!(pair.valid(encrypt("alice", "bob")), next);
    pair.finish();
}

#[test]
fn a_kem_prekey_is_used_once_unless_it_is_of_last_resort() {
    let mut pair = Pair::new();
    parties(&mut pair, "signal_v4");
    let forget = json!({ "op": "delete_record", "party": "bob", "peer": "alice" });
    for (id, repeated) in [
        (3, ErrorClass::UnknownKemPrekeyId),
        (4, ErrorClass::DuplicateMessage),
    ] {
        let bundle = publish(&mut pair, None, Some(id));
        pair.valid(start(&bundle));
        let sent = pair.valid(encrypt("alice", "bob"));
        let opened = pair.valid(decrypt("bob", "alice", &sent, 30));
        assert_eq!(opened.outputs["usedKemPrekeyId"], json!(id));
        pair.invalid(
            decrypt("bob", "alice", &sent, 31),
            ErrorClass::DuplicateMessage,
        );
        pair.valid(forget.clone());
        pair.invalid(decrypt("bob", "alice", &sent, 31), repeated);
    }
    // Another base key with the same prekey of last resort is no repetition.
    let bundle = publish(&mut pair, None, Some(4));
    let mut other = start(&bundle);
    other["basePrivate"] = json!(hex(14, 32));
    pair.valid(other);
    exchange(&mut pair, "alice", "bob", 32);
    pair.finish();
}

#[test]
fn random_bytes_must_be_there_when_a_session_draws_them() {
    let mut pair = Pair::new();
    parties(&mut pair, "signal_v4");
    let bundle = publish(&mut pair, None, Some(3));
    let without = |step: &Value, names: &[&str]| {
        let mut step = step.clone();
        for name in names {
            step.as_object_mut().unwrap().remove(*name);
        }
        step
    };
    pair.invalid(
        without(&start(&bundle), &["kemRandom"]),
        ErrorClass::BadInput,
    );
    pair.valid(start(&bundle));
    let send = encrypt("alice", "bob");
    pair.invalid(without(&send, &["kemSeed"]), ErrorClass::BadInput);
    let mut dropped = without(&send, &["kemRandom"]);
    dropped["op"] = json!("drop_messages");
    dropped["count"] = json!(3);
    pair.invalid(without(&dropped, &["kemSeed"]), ErrorClass::BadInput);
    pair.valid(dropped);
    let sent = pair.valid(without(&send, &["kemSeed", "kemRandom"]));
    pair.valid(decrypt("bob", "alice", &sent, 30));
    let unsigned = json!({
        "op": "publish_bundle", "party": "bob", "signedPrekeyId": 1, "signatureRandom": hex(9, 64), "kemPrekeyId": 4,
    });
    pair.invalid(unsigned, ErrorClass::BadInput);
    pair.finish();
}

#[test]
fn a_profile_decides_which_sessions_are_made() {
    let mut pair = Pair::new();
    parties(&mut pair, "signal_v4");
    create(&mut pair, "carol", 7, "signal_v3");
    let without_kem = publish(&mut pair, None, None);
    pair.invalid(start(&without_kem), ErrorClass::MissingKemPrekey);
    let bundle = publish(&mut pair, None, Some(4));
    // Version 3 from a bundle that would do for version 4.
    let mut old = start(&bundle);
    old["party"] = json!("carol");
    pair.valid(old);
    let sent = pair.valid(encrypt("carol", "bob"));
    let session = sent.record().unwrap().current.clone().unwrap();
    assert_eq!((session.version, session.spqr), (3, None));
    assert!(sent.outputs["keys"].get("spqrKey").is_none());
    pair.invalid(
        decrypt("bob", "carol", &sent, 30),
        ErrorClass::UnsupportedVersion,
    );
    // Version 4 to a party that makes version 3.
    pair.valid(start(&bundle));
    let sent = pair.valid(encrypt("alice", "bob"));
    create(&mut pair, "bob", 2, "signal_v3");
    pair.invalid(
        decrypt("bob", "alice", &sent, 30),
        ErrorClass::UnsupportedVersion,
    );
    pair.finish();
}

#[test]
fn a_kem_prekey_of_other_software_is_imported() {
    let mut pair = Pair::new();
    parties(&mut pair, "signal_v4");
    let keys = pair.valid(json!({ "op": "kem_key_gen", "set": "kyber_1024", "seed": hex(50, 64) }));
    let secret = format!("08{}", keys.outputs["decapsulationKey"].as_str().unwrap());
    let import = |secret: &str| {
        json!({
            "op": "import_kem_prekey", "party": "bob", "id": 8, "secretKey": secret, "lastResort": false,
        })
    };
    let public = pair.output(import(&secret), "public");
    let bundle = publish(&mut pair, None, Some(8));
    assert_eq!(bundle["kemPrekey"], public);
    pair.valid(start(&bundle));
    let sent = exchange(&mut pair, "alice", "bob", 30);
    pair.valid(json!({ "op": "delete_record", "party": "bob", "peer": "alice" }));
    pair.invalid(
        decrypt("bob", "alice", &sent, 30),
        ErrorClass::UnknownKemPrekeyId,
    );
    pair.invalid(import("08"), ErrorClass::BadKemKeyLength);
    pair.finish();
}

#[test]
fn prekey_messages_are_written_with_both_kem_fields_or_none() {
    let mut pair = Pair::new();
    let inner = format!("33{}", hex(0, 8));
    let mut write = json!({
        "op": "encode_prekey_message", "version": 4, "registrationId": 1, "signedPrekeyId": 2,
        "baseKey": format!("05{}", hex(9, 32)), "identityKey": format!("05{}", hex(9, 32)), "inner": inner,
    });
    let without = pair.output(write.clone(), "message");
    write["kemPrekeyId"] = json!(3);
    pair.invalid(write.clone(), ErrorClass::BadInput);
    write["kemCiphertext"] = json!("08");
    let message = pair.output(write, "message");
    assert!(message.as_str() > without.as_str());
    pair.finish();
}
