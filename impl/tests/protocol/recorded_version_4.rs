//! Recorded answers of the deployed library in version 4: PQXDH, message keys, conversations, stored records.
use crate::known_answers::{array, assert_secret, bytes, private, recorded};
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::Value;
use twinratchet::address::{address, Address};
use twinratchet::handshake::bundle::{check_bundle, kem_prekey_entry, PreKeyBundle};
use twinratchet::handshake::pqxdh::{pqxdh_decapsulate, pqxdh_kdf, pqxdh_key_material};
use twinratchet::handshake::x3dh::responder_agreement;
use twinratchet::handshake::HandshakeError;
use twinratchet::keys::kem::{
    parse_kem_public_key, parse_kem_secret_key, serialize_kem_public_key, KemPreKeyPair,
};
use twinratchet::keys::{
    identity_key_pair, one_time_prekey_pair, parse_public_key, parse_signature, signed_prekey_pair,
    IdentityKey, KemRandom, KemSeed, MessageKeySeed, OneTimePreKeyPair, PrivateKey, SignedPreKey,
    SignedPreKeyPair, SparseMessageKey,
};
use twinratchet::ratchet::sparse::{draws, Draw, SparseRandom};
use twinratchet::ratchet::symmetric::message_keys;
use twinratchet::session::record::{
    empty_record, encode_record, import_record, load_record, save_record, Record,
};
use twinratchet::session::select::{
    decrypt_message, decrypt_prekey_message, encrypt, Decrypted, Local, PreKeyLookup, Remote,
    SessionError,
};
use twinratchet::wire::message::parse_signal_message;
use twinratchet::wire::prekey_message::parse_prekey_message;
use twinratchet::wire::Profile;

fn events(conversation: &Value) -> &[Value] {
    conversation["events"].as_array().unwrap()
}

/// A number of 32 bits.
fn number(value: &Value) -> Option<u32> {
    value.as_u64().map(|number| u32::try_from(number).unwrap())
}

/// The party of a name, and its address.
fn party_address(conversation: &Value, name: &str) -> Address {
    let party = &conversation[name];
    let device_id = number(&party["device_id"]).unwrap();
    address(party["name"].as_str().unwrap().into(), device_id).unwrap()
}

fn local(conversation: &Value, name: &str) -> Local {
    let party = &conversation[name];
    Local {
        identity: identity_key_pair(private(&party["identity_private"])),
        registration_id: number(&party["registration_id"]).unwrap(),
        address: party_address(conversation, name),
        profile: Profile::SignalV4,
    }
}

/// The prekeys of a published bundle.
struct Prekeys {
    signed: SignedPreKeyPair,
    one_time: Option<OneTimePreKeyPair>,
    kem: KemPreKeyPair,
}

impl Prekeys {
    fn of(bundle: &Value) -> Self {
        let kept = &bundle["private"];
        let one_time = &kept["pre_key"];
        Self {
            signed: signed_prekey_pair(private(&kept["signed_pre_key"])),
            one_time: one_time
                .is_string()
                .then(|| one_time_prekey_pair(private(one_time))),
            kem: parse_kem_secret_key(&bytes(&kept["kem_secret_key"])).unwrap(),
        }
    }

    fn lookup(&self) -> PreKeyLookup<'_> {
        PreKeyLookup {
            signed_prekey: Some(&self.signed),
            one_time_prekey: self.one_time.as_ref(),
            kem_prekey: Some(&self.kem),
            seen_base_keys: &[],
        }
    }
}

fn bundle_of(event: &Value) -> PreKeyBundle {
    let key = |value| parse_public_key(&bytes(value)).unwrap();
    let signature = |value| parse_signature(&bytes(value)).unwrap();
    PreKeyBundle {
        registration_id: number(&event["registration_id"]).unwrap(),
        one_time_prekey: None,
        signed_prekey_id: number(&event["signed_pre_key_id"]).unwrap(),
        signed_prekey: SignedPreKey {
            key: key(&event["signed_pre_key"]),
        },
        signed_prekey_signature: signature(&event["signed_pre_key_signature"]),
        kem_prekey: kem_prekey_entry(
            number(&event["kem_pre_key_id"]),
            Some(parse_kem_public_key(&bytes(&event["kem_pre_key"])).unwrap()),
            Some(signature(&event["kem_pre_key_signature"])),
        )
        .unwrap(),
        identity_key: IdentityKey {
            key: key(&event["identity_key"]),
        },
    }
}

#[test]
fn published_bundles_hold_good_signatures_of_both_prekeys() {
    let Some(all) = recorded() else { return };
    let mut seen = 0;
    for conversation in all["conversations"].as_array().unwrap() {
        for event in events(conversation) {
            if event["op"] != "publish_bundle" {
                continue;
            }
            let mut bundle = bundle_of(event);
            assert_eq!(check_bundle(&bundle), Ok(()));
            let entry = bundle.kem_prekey.as_mut().unwrap();
            let public = serialize_kem_public_key(&Prekeys::of(event).kem.public);
            assert_eq!(serialize_kem_public_key(&entry.key), public);
            entry.key.key[100] ^= 1;
            assert_eq!(check_bundle(&bundle), Err(HandshakeError::BadSignature));
            seen += 1;
        }
    }
    assert!(seen > 0, "no bundle was found in the recordings");
}

/// The prekeys of the bundle that a prekey message answers to, and the message.
fn bundle_for<'a>(conversation: &'a Value, message: &[u8]) -> &'a Value {
    let envelope = parse_prekey_message(message).unwrap().envelope;
    let kem_id = envelope.kem.unwrap().id;
    let is_named = |event: &&Value| {
        event["op"] == "publish_bundle"
            && number(&event["kem_pre_key_id"]) == Some(kem_id)
            && number(&event["signed_pre_key_id"]) == Some(envelope.signed_prekey_id)
            && number(&event["pre_key_id"]) == envelope.one_time_prekey_id
    };
    events(conversation).iter().find(is_named).unwrap()
}

fn sent_bytes(conversation: &Value, id: &Value) -> Vec<u8> {
    let sent = |event: &&Value| event["op"] == "send" && event["id"] == *id;
    bytes(&events(conversation).iter().find(sent).unwrap()["ciphertext"])
}

#[test]
fn pqxdh_gives_the_recorded_keys_to_the_responder() {
    let Some(all) = recorded() else { return };
    let mut seen = 0;
    for conversation in all["conversations"].as_array().unwrap() {
        for event in events(conversation) {
            let expected = &event["handshake"];
            if expected.is_null() {
                continue;
            }
            let message = sent_bytes(conversation, &event["id"]);
            let envelope = parse_prekey_message(&message).unwrap().envelope;
            let prekeys = Prekeys::of(bundle_for(conversation, &message));
            let identity = local(conversation, event["to"].as_str().unwrap()).identity;
            let one_time = envelope.one_time_prekey_id.and(prekeys.one_time.as_ref());
            let outputs = responder_agreement(
                Profile::SignalV4,
                &identity,
                &prekeys.signed,
                one_time,
                envelope.identity_key,
                envelope.base_key,
            )
            .unwrap();
            let ciphertext = envelope.kem.unwrap().ciphertext;
            let shared = pqxdh_decapsulate(&prekeys.kem, ciphertext).unwrap();
            assert_secret(&shared, &expected["kem_shared_secret"]);
            let ikm = pqxdh_key_material(&outputs, &shared);
            assert_eq!(ikm.len(), if one_time.is_some() { 192 } else { 160 });
            let parts = ["dh1", "dh2", "dh3", "dh4", "kem_shared_secret"];
            let parts = parts.map(|name| expected[name].as_str().unwrap_or_default());
            assert_eq!(hex::encode(&*ikm), "ff".repeat(32) + &parts.concat());
            let secrets = pqxdh_kdf(&ikm);
            assert_secret(&secrets.root_key, &expected["root_key"]);
            assert_secret(&secrets.chain_key, &expected["chain_key"]);
            assert_secret(&secrets.auth_key, &expected["spqr_auth_key"]);
            seen += 1;
        }
    }
    assert!(seen > 0, "no handshake was found in the recordings");
}

#[test]
fn message_keys_have_the_key_of_spqr_as_their_salt() {
    let Some(all) = recorded() else { return };
    let mut seen = 0;
    for conversation in all["conversations"].as_array().unwrap() {
        for event in events(conversation) {
            let expected = &event["keys"];
            if event["op"] != "send" || expected["spqr_message_key"].is_null() {
                continue;
            }
            let seed = MessageKeySeed::from_bytes(array(&expected["message_key_seed"]));
            let key = SparseMessageKey::from_bytes(array(&expected["spqr_message_key"]));
            let keys = message_keys(&seed, Some(&key));
            assert_secret(&keys.cipher_key, &expected["cipher_key"]);
            assert_secret(&keys.mac_key, &expected["mac_key"]);
            assert_secret(&keys.iv, &expected["iv"]);
            seen += 1;
        }
    }
    assert!(seen > 0, "no message key was found in the recordings");
}

/// Deliver the bytes of a message to a responder.
fn deliver(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    conversation: &Value,
    event: &Value,
) -> Result<Decrypted, SessionError> {
    let original = sent_bytes(conversation, &event["id"]);
    let carried = match &event["bytes"] {
        Value::Null => original.clone(),
        changed => bytes(changed),
    };
    let drawn = &event["after"]["sender"]["ratchet_private"];
    let fresh = drawn.as_str().map_or(PrivateKey::from_bytes([9; 32]), |_| {
        PrivateKey::from_bytes(array(drawn))
    });
    let sent = |other: &&Value| other["op"] == "send" && other["id"] == event["id"];
    if events(conversation).iter().find(sent).unwrap()["type"] == 3 {
        let prekeys = Prekeys::of(bundle_for(conversation, &original));
        let message = parse_prekey_message(&carried).unwrap();
        let lookup = prekeys.lookup();
        decrypt_prekey_message(record, local, remote, &lookup, fresh, &message)
    } else {
        let message = parse_signal_message(&carried).unwrap();
        decrypt_message(record, local, remote, fresh, &message)
    }
}

/// What replaying the events of a responder came to.
#[derive(Debug, Default)]
struct Seen {
    sent: usize,
    opened: usize,
    refused: usize,
}

/// Replay the responder of a conversation, until it starts a session or sends what takes random bytes: neither is recorded.
fn replay_responder(conversation: &Value, seen: &mut Seen) {
    let responder = events(conversation)[0]["by"].as_str().unwrap();
    let initiator = if responder == "bob" { "alice" } else { "bob" };
    let local = local(conversation, responder);
    let remote = Remote {
        address: party_address(conversation, initiator),
        stored_identity: None,
    };
    let mut record = empty_record();
    for event in events(conversation) {
        if event["op"] == "process_bundle" && event["by"] == responder {
            return;
        }
        if event["op"] == "send" && event["from"] == responder {
            let sparse = &record.current().unwrap().ratchet.sparse;
            if draws(sparse) != Draw::Nothing {
                return;
            }
            let text = bytes(&event["plaintext"]);
            let sent = encrypt(&mut record, &local, &remote, 0, &no_random(), &text).unwrap();
            assert_eq!(
                hex::encode(sent.bytes),
                event["ciphertext"],
                "{}",
                event["id"]
            );
            seen.sent += 1;
        }
        if event["op"] == "deliver" && event["to"] == responder {
            replay_delivery(&mut record, &local, &remote, conversation, event, seen);
        }
    }
}

fn replay_delivery(
    record: &mut Record,
    local: &Local,
    remote: &Remote,
    conversation: &Value,
    event: &Value,
    seen: &mut Seen,
) {
    let before = save_record(record);
    let decrypted = deliver(record, local, remote, conversation, event);
    let Some(error) = event["error"].as_str() else {
        assert_eq!(decrypted.unwrap().plaintext, bytes(&event["plaintext"]));
        check_state(record, &event["after"]);
        seen.opened += 1;
        return;
    };
    let expected = match error {
        "duplicate_message" => SessionError::DuplicateMessage,
        "decryption_failed" => SessionError::DecryptionFailed,
        other => panic!("{other} has no class here"),
    };
    assert_eq!(decrypted.err(), Some(expected), "{event}");
    assert_eq!(*save_record(record), *before);
    seen.refused += 1;
}

fn no_random() -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::from_bytes([0; 64]),
        encapsulation: KemRandom::from_bytes([0; 32]),
    }
}

#[test]
fn responder_opens_refuses_and_answers_as_recorded() {
    let Some(all) = recorded() else { return };
    let mut seen = Seen::default();
    for conversation in all["conversations"].as_array().unwrap() {
        replay_responder(conversation, &mut seen);
    }
    println!("{seen:?}");
    assert!(
        seen.sent > 5 && seen.opened > 10 && seen.refused > 1,
        "{seen:?}"
    );
}

#[cfg(feature = "inspect")]
fn check_state(record: &Record, expected: &Value) {
    let snapshot = record.snapshot();
    let session = snapshot.current.unwrap();
    assert_eq!(hex::encode(session.root_key), expected["root_key"]);
    let sending = &expected["sender"]["chain_key"];
    assert_eq!(hex::encode(session.sending.chain_key), *sending);
    let archived = expected["archived"].as_u64().unwrap_or_default();
    assert_eq!(archived, snapshot.archived as u64);
}

#[cfg(not(feature = "inspect"))]
fn check_state(record: &Record, expected: &Value) {
    let archived = expected["archived"].as_u64().unwrap_or_default();
    assert_eq!(archived, record.archived() as u64);
}

#[test]
fn recorded_records_are_stored_again_byte_for_byte() {
    let Some(all) = recorded() else { return };
    let mut seen = 0;
    for conversation in all["conversations"].as_array().unwrap() {
        for event in events(conversation) {
            let Some(stored) = event["session_record_b64"].as_str() else {
                continue;
            };
            let stored = BASE64_STANDARD.decode(stored).unwrap();
            let record = import_record(&stored).unwrap();
            assert_eq!(record.current().unwrap().version, 4);
            assert_eq!(*encode_record(&record), stored, "{}", event["of"]);
            let loaded = load_record(&save_record(&record)).unwrap();
            assert_eq!(*encode_record(&loaded), stored);
            seen += 1;
        }
    }
    assert_eq!(seen, 2, "the recordings hold two records");
}
