//! What recorded peers computed.
use crate::recordings::recording;
use base64::prelude::{Engine, BASE64_STANDARD};
use hacspec_lib::*;
use serde_json::Value;
use std::collections::HashMap;
use twinratchet_spec::address::{address, Address};
use twinratchet_spec::handshake::pqxdh::*;
use twinratchet_spec::handshake::x3dh::*;
use twinratchet_spec::keys::kem::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::session::record::*;
use twinratchet_spec::session::select::*;
use twinratchet_spec::wire::prekey_message::*;
use twinratchet_spec::wire::Profile;

/// The recorded conversations, if their file is there.
fn conversations() -> Option<Vec<Value>> {
    Some(recording("conversations")?.as_array().unwrap().clone())
}

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

fn public_hex(bytes: &Seq<u8>) -> String {
    ByteSeq::from_public_seq(bytes).to_hex()
}

fn private(value: &Value) -> PrivateKey {
    PrivateKey::from_public_slice(&bytes(value))
}

fn id(value: &Value) -> u32 {
    u32::try_from(value.as_u64().unwrap()).unwrap()
}

/// The private prekeys of a party, by id.
#[derive(Default)]
struct Prekeys {
    signed: HashMap<u32, SignedPreKeyPair>,
    one_time: HashMap<u32, OneTimePreKeyPair>,
    kem: HashMap<u32, KemPreKeyPair>,
}

impl Prekeys {
    fn publish(&mut self, event: &Value) {
        let keys = &event["private"];
        let signed = signed_prekey_pair(private(&keys["signed_pre_key"]));
        assert_eq!(
            public_hex(&serialize_public_key(signed.public.key)),
            event["signed_pre_key"].as_str().unwrap()
        );
        self.signed.insert(id(&event["signed_pre_key_id"]), signed);
        if keys["pre_key"].is_string() {
            let pair = one_time_prekey_pair(private(&keys["pre_key"]));
            self.one_time.insert(id(&event["pre_key_id"]), pair);
        }
        let secret = ByteSeq::from_public_slice(&bytes(&keys["kem_secret_key"]));
        let kem = parse_kem_secret_key(&secret).expect("a recorded key");
        assert_eq!(
            public_hex(&serialize_kem_public_key(&kem.public)),
            event["kem_pre_key"].as_str().unwrap()
        );
        self.kem.insert(id(&event["kem_pre_key_id"]), kem);
    }

    fn lookup(&self, envelope: &PreKeyEnvelope) -> PreKeyLookup {
        let kem = envelope.kem.clone().expect("KEM fields");
        PreKeyLookup {
            signed_prekey: self.signed.get(&envelope.signed_prekey_id).copied(),
            kem_prekey: self.kem.get(&kem.id).cloned(),
            one_time_prekey: envelope
                .one_time_prekey_id
                .and_then(|id| self.one_time.get(&id).copied()),
            seen_base_keys: Seq::<BaseKey>::new(0),
        }
    }
}

/// The events of one conversation, with what its parties have published so far.
struct Replay<'a> {
    conversation: &'a Value,
    prekeys: HashMap<&'a str, Prekeys>,
}

fn address_of(party: &Value) -> Address {
    let name = Seq::<u8>::from_native_slice(party["name"].as_str().unwrap().as_bytes());
    address(name, id(&party["device_id"])).unwrap()
}

impl Replay<'_> {
    fn message(&self, event: &Value) -> PreKeySignalMessage {
        let sent = |other: &&Value| other["id"] == event["id"] && other["op"] == "send";
        let events = self.conversation["events"].as_array().unwrap();
        let sent = events.iter().find(sent).expect("the message delivered");
        let text = event["bytes"].as_str().or(sent["ciphertext"].as_str());
        let wire = hex::decode(text.unwrap()).unwrap();
        parse_prekey_message(&Seq::<u8>::from_native_slice(&wire)).expect("a good message")
    }

    /// The responder's handshake gives the recorded values, and its session the recorded plaintext and state.
    fn check(&self, event: &Value) {
        let own = event["to"].as_str().unwrap();
        let peer = if own == "alice" { "bob" } else { "alice" };
        let identity = identity_key_pair(private(&self.conversation[own]["identity_private"]));
        let message = self.message(event);
        let lookup = self.prekeys[own].lookup(&message.envelope);
        check_handshake(&event["handshake"], &identity, &lookup, &message.envelope);
        let local = Local {
            identity,
            registration_id: id(&self.conversation[own]["registration_id"]),
            address: address_of(&self.conversation[own]),
            profile: Profile::SignalV4,
        };
        let remote = Remote {
            address: address_of(&self.conversation[peer]),
            stored_identity: None,
        };
        let after = &event["after"];
        let fresh = private(&after["sender"]["ratchet_private"]);
        let made =
            decrypt_prekey_message(empty_record(), &local, &remote, &lookup, fresh, &message)
                .expect("the first message of a session");
        assert_eq!(
            made.plaintext.to_hex(),
            event["plaintext"].as_str().unwrap()
        );
        let session = made.record.current.expect("a session");
        let double = &session.ratchet.double;
        assert_eq!(session.version, 4);
        same(&double.rk, &after["root_key"]);
        same(&double.sending.cks, &after["sender"]["chain_key"]);
        // the long conversation is recorded without its receiving chains
        if after["receivers"].is_array() {
            let chain = &double.receiving[0usize];
            same(&chain.ckr, &after["receivers"][0]["chain_key"]);
        }
    }
}

/// A secret is the recorded one.
fn same(secret: &impl SeqTrait<U8>, recorded: &Value) {
    let secret = ByteSeq::from_seq(secret);
    assert_eq!(secret.to_hex(), recorded.as_str().unwrap());
}

fn check_handshake(
    expected: &Value,
    identity: &IdentityKeyPair,
    lookup: &PreKeyLookup,
    envelope: &PreKeyEnvelope,
) {
    let signed_prekey = lookup.signed_prekey.expect("a recorded signed prekey");
    let kem_prekey = lookup.kem_prekey.clone().expect("a recorded KEM prekey");
    let ciphertext = envelope.kem.clone().expect("KEM fields").ciphertext;
    let outputs = responder_agreement(
        twinratchet_spec::wire::Profile::SignalV4,
        identity,
        &signed_prekey,
        lookup.one_time_prekey,
        envelope.identity_key,
        envelope.base_key,
    )
    .expect("a good agreement");
    same(&outputs.dh1, &expected["dh1"]);
    same(&outputs.dh2, &expected["dh2"]);
    same(&outputs.dh3, &expected["dh3"]);
    match outputs.dh4 {
        Some(dh4) => same(&dh4, &expected["dh4"]),
        None => assert!(expected["dh4"].is_null()),
    }
    let kem_secret = pqxdh_decapsulate(&kem_prekey, &ciphertext).expect("a good ciphertext");
    same(&kem_secret, &expected["kem_shared_secret"]);
    let secrets = pqxdh_respond(
        identity,
        &signed_prekey,
        lookup.one_time_prekey,
        &kem_prekey,
        envelope.identity_key,
        envelope.base_key,
        &ciphertext,
    )
    .expect("a good handshake");
    same(&secrets.root_key, &expected["root_key"]);
    same(&secrets.chain_key, &expected["chain_key"]);
    same(&secrets.auth_key, &expected["spqr_auth_key"]);
}

#[test]
fn recorded_handshakes_give_the_recorded_values() {
    let Some(conversations) = conversations() else {
        return;
    };
    let mut seen = 0;
    for conversation in &conversations {
        let mut replay = Replay {
            conversation,
            prekeys: HashMap::new(),
        };
        for event in conversation["events"].as_array().unwrap() {
            if event["op"] == "publish_bundle" {
                let by = event["by"].as_str().unwrap();
                replay.prekeys.entry(by).or_default().publish(event);
            } else if event["handshake"].is_object() {
                replay.check(event);
                seen += 1;
            }
        }
    }
    println!("{seen} recorded handshakes");
    assert!(seen > 0, "no recorded handshake was found");
}

#[test]
fn recorded_records_are_stored_again_byte_for_byte() {
    let Some(conversations) = conversations() else {
        return;
    };
    let mut seen = 0;
    for conversation in &conversations {
        for event in conversation["events"].as_array().unwrap() {
            let Some(text) = event["session_record_b64"].as_str() else {
                continue;
            };
            let stored = ByteSeq::from_public_slice(&BASE64_STANDARD.decode(text).unwrap());
            let record = import_record(&stored).expect("a recorded record");
            let session = record.current.clone().expect("a session");
            assert_eq!(session.version, 4);
            assert!(session.ratchet.sparse.braid.is_some(), "SPQR is on");
            assert_eq!(encode_record(&record).to_hex(), stored.to_hex());
            seen += 1;
        }
    }
    println!("{seen} recorded records");
    assert!(seen > 0, "no recorded record was found");
}
