//! Recorded answers of the deployed library; skipped, in so many words, where the recordings are not at hand.
use serde_json::Value;
use std::path::Path;
use twinratchet::address::address;
use twinratchet::handshake::bundle::PreKeyBundle;
use twinratchet::handshake::x3dh::{
    initiator_agreement, key_material, responder_agreement, x3dh_kdf,
};
use twinratchet::keys::{
    base_key_pair, identity_key_pair, parse_private_key, parse_public_key, parse_signature,
    serialize_public_key, signed_prekey_pair, verify_alternate_identity, ChainKey, IdentityKey,
    IdentityKeyPair, KemRandom, KemSeed, PrivateKey, PublicKey, Signature, SignatureRandom,
};
use twinratchet::primitives::edwards25519::is_canonical;
use twinratchet::primitives::hkdf::{hkdf, no_salt};
use twinratchet::primitives::xeddsa::{sign, verify, Form};
use twinratchet::ratchet::sparse::SparseRandom;
use twinratchet::ratchet::symmetric::{kdf_ck, message_keys};
use twinratchet::session::record::{
    decode_identity_key_pair, encode_identity_key_pair, encode_record, import_record,
};
use twinratchet::session::select::{
    decrypt_message, decrypt_prekey_message, encrypt, Local, PreKeyLookup, Remote, SessionError,
};
use twinratchet::wire::message::{
    encode_signal_message, parse_signal_message, serialize_signal_message, SignalHeader,
    SignalMessage,
};
use twinratchet::wire::prekey_message::{encode_prekey_message, parse_prekey_message};
use twinratchet::wire::{Profile, Writer};

pub fn recorded() -> Option<Value> {
    let path =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol/known-answers.json");
    if let Ok(text) = std::fs::read_to_string(&path) {
        Some(serde_json::from_str(&text).unwrap())
    } else {
        println!("SKIPPED: no recordings at {}", path.display());
        None
    }
}

pub fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

pub fn array<const N: usize>(value: &Value) -> [u8; N] {
    bytes(value).try_into().unwrap()
}

fn public(value: &Value) -> PublicKey {
    parse_public_key(&bytes(value)).unwrap()
}

pub fn private(value: &Value) -> PrivateKey {
    parse_private_key(&bytes(value)).unwrap()
}

#[test]
fn xeddsa_signs_as_recorded_in_both_forms() {
    let Some(all) = recorded() else { return };
    for case in all["xeddsa"]["signing_with_fixed_random"]
        .as_array()
        .unwrap()
    {
        let form = match case["style"].as_str().unwrap() {
            style if style.starts_with("libsignal") => Form::Deployed,
            _ => Form::PublicText,
        };
        let random = SignatureRandom::from_bytes(array(&case["random"]));
        let signature = sign(
            form,
            &private(&case["private"]),
            &bytes(&case["message"]),
            &random,
        );
        assert_eq!(signature, Signature::from_bytes(array(&case["signature"])));
        let key = PublicKey::from_bytes(array(&case["public"]));
        assert!(verify(form, key, &bytes(&case["message"]), signature));
    }
}

#[test]
fn xeddsa_verifies_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["xeddsa"]["edge_cases"].as_array().unwrap() {
        let key = PublicKey::from_bytes(array(&case["public"]));
        let signature = parse_signature(&bytes(&case["signature"])).unwrap();
        for (form, name) in [
            (Form::Deployed, "libsignal_verify"),
            (Form::PublicText, "public_spec_verify"),
        ] {
            let verified = verify(form, key, &bytes(&case["message"]), signature);
            assert_eq!(
                verified,
                case[name].as_bool().unwrap(),
                "{name}: {}",
                case["case"]
            );
        }
    }
    for case in all["xeddsa_peer_signatures"].as_array().unwrap() {
        let signature = parse_signature(&bytes(&case["signature"])).unwrap();
        let verified = verify(
            Form::Deployed,
            public(&case["public"]),
            &bytes(&case["message"]),
            signature,
        );
        assert_eq!(verified, case["verifies"].as_bool().unwrap());
    }
}

#[test]
fn alternate_identity_holds_as_recorded() {
    let Some(all) = recorded() else { return };
    let case = &all["alternate_identity_signature"];
    let identity = IdentityKey {
        key: public(&case["public"]),
    };
    let other = IdentityKey {
        key: public(&case["other"]),
    };
    let signature = parse_signature(&bytes(&case["signature"])).unwrap();
    assert!(verify_alternate_identity(identity, other, signature));
    assert!(!verify_alternate_identity(other, identity, signature));
}

#[test]
fn identity_pair_is_stored_as_recorded() {
    let Some(all) = recorded() else { return };
    let case = &all["identity_key_pair_serialized"];
    let pair = decode_identity_key_pair(&bytes(&case["serialized"])).unwrap();
    assert_eq!(pair.public.key, public(&case["public"]));
    assert_eq!(*encode_identity_key_pair(&pair), bytes(&case["serialized"]));
}

#[test]
fn hkdf_without_salt_is_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["hkdf"].as_array().unwrap() {
        let salt = match &case["salt"] {
            Value::Null => no_salt().to_vec(),
            salt => bytes(salt),
        };
        let length = u8::try_from(case["length"].as_u64().unwrap()).unwrap();
        let okm = hkdf(&salt, &bytes(&case["ikm"]), &bytes(&case["info"]), length);
        assert_eq!(*okm, bytes(&case["out"]));
    }
}

#[test]
fn base_keys_are_canonical_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["canonical_base_key"]["cases"].as_array().unwrap() {
        let accepted = case["result"] != "invalid_base_key";
        assert_eq!(
            is_canonical(PublicKey::from_bytes(array(&case["u"]))),
            accepted,
            "{case}"
        );
    }
}

#[test]
fn x3dh_gives_the_recorded_keys_to_both_sides() {
    let Some(all) = recorded() else { return };
    let case = &all["x3dh_v3"];
    let alice = identity_key_pair(private(&case["alice_identity_private"]));
    let base = base_key_pair(private(&case["alice_base_private"]));
    let bob = identity_key_pair(private(&case["bob_identity_private"]));
    let spk = signed_prekey_pair(private(&case["bob_signed_prekey_private"]));
    assert_eq!(alice.public.key, public(&case["alice_identity_public"]));
    let bundle = PreKeyBundle {
        registration_id: 1,
        one_time_prekey: None,
        signed_prekey_id: 1,
        signed_prekey: spk.public,
        signed_prekey_signature: Signature::from_bytes([0; 64]),
        kem_prekey: None,
        identity_key: bob.public,
    };
    let initiator = initiator_agreement(&alice, &base, &bundle).unwrap();
    let responder = responder_agreement(
        Profile::SignalV3,
        &bob,
        &spk,
        None,
        alice.public,
        base.public,
    )
    .unwrap();
    for outputs in [initiator, responder] {
        let ikm = key_material(&outputs);
        assert_eq!(*ikm, bytes(&case["kdf_input"]));
        let secrets = x3dh_kdf(&ikm);
        assert_secret(&secrets.root_key, &case["root_key"]);
        assert_secret(&secrets.chain_key, &case["chain_key"]);
    }
}

#[test]
fn chain_step_gives_the_recorded_keys() {
    let Some(all) = recorded() else { return };
    let case = &all["chain_step"];
    let (next, seed) = kdf_ck(&ChainKey::from_bytes(array(&case["chain_key"])));
    let keys = message_keys(&seed, None);
    assert_secret(&next, &case["next_chain_key"]);
    assert_secret(&seed, &case["message_key_seed"]);
    assert_secret(&keys.cipher_key, &case["cipher_key"]);
    assert_secret(&keys.mac_key, &case["mac_key"]);
    assert_secret(&keys.iv, &case["iv"]);
}

/// Secrets can be read under the feature `inspect` alone; without it their later use is what the tests see.
pub trait Secret {
    fn bytes(&self) -> Option<Vec<u8>>;
}

macro_rules! secret {
    ($($name:ident),*) => {
        $(impl Secret for twinratchet::keys::$name {
            #[cfg(feature = "inspect")]
            fn bytes(&self) -> Option<Vec<u8>> {
                Some(self.expose().to_vec())
            }

            #[cfg(not(feature = "inspect"))]
            fn bytes(&self) -> Option<Vec<u8>> {
                None
            }
        })*
    };
}

secret!(
    RootKey,
    ChainKey,
    MessageKeySeed,
    CipherKey,
    MacKey,
    Iv,
    KemSecret,
    SparseAuthKey,
    SenderMessageSeed
);

pub fn assert_secret(secret: &impl Secret, expected: &Value) {
    if let Some(found) = secret.bytes() {
        assert_eq!(hex::encode(found), expected.as_str().unwrap());
    }
}

/// Bob of the recorded version 3 session.
fn bob(case: &Value) -> Local {
    Local {
        identity: identity_key_pair(private(&case["bob_identity_private"])),
        registration_id: 2002,
        address: address(b"+14152222222".to_vec(), 1).unwrap(),
        profile: Profile::SignalV3,
    }
}

#[test]
fn version_3_session_of_the_peer_goes_on_as_recorded() {
    let Some(all) = recorded() else { return };
    let case = &all["v3_session"];
    let local = bob(&all["x3dh_v3"]);
    let remote = Remote {
        address: address(b"+14151111111".to_vec(), 1).unwrap(),
        stored_identity: None,
    };
    let mut record = import_record(&bytes(&case["bob_session_record"])).unwrap();
    assert_eq!(*encode_record(&record), bytes(&case["bob_session_record"]));
    let fresh = || private(&case["bob_after"]["sender"]["priv"]);

    let whisper = bytes(&case["whisper_1"]);
    let message = parse_signal_message(&whisper).unwrap();
    let first = decrypt_message(&mut record, &local, &remote, fresh(), &message).unwrap();
    assert_eq!(first.plaintext, b"v3 message one");

    let prekey = bytes(&case["prekey_message"]);
    let message = parse_prekey_message(&prekey).unwrap();
    let lookup = PreKeyLookup::default();
    let second =
        decrypt_prekey_message(&mut record, &local, &remote, &lookup, fresh(), &message).unwrap();
    assert_eq!(second.plaintext, b"v3 message zero");
    assert_eq!(second.used_one_time_prekey, None);
    let again = decrypt_prekey_message(&mut record, &local, &remote, &lookup, fresh(), &message);
    assert_eq!(again.err(), Some(SessionError::DuplicateMessage));

    let nothing = SparseRandom {
        key_pair: KemSeed::from_bytes([0; 64]),
        encapsulation: KemRandom::from_bytes([0; 32]),
    };
    let reply = encrypt(
        &mut record,
        &local,
        &remote,
        0,
        &nothing,
        &bytes(&case["bob_reply_plaintext"]),
    )
    .unwrap();
    assert_eq!(
        hex::encode(reply.bytes),
        case["bob_reply"].as_str().unwrap()
    );
}

#[test]
fn signal_messages_parse_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["parsing"]["signal_message"].as_array().unwrap() {
        let message = bytes(&case["bytes"]);
        let parsed = parse_signal_message(&message);
        assert_eq!(
            parsed.is_ok(),
            case["accept"].as_bool().unwrap(),
            "{}",
            case["case"]
        );
        if let Ok(parsed) = parsed {
            assert_eq!(u64::from(parsed.version), case["version"].as_u64().unwrap());
            assert_eq!(u64::from(parsed.counter), case["counter"].as_u64().unwrap());
            assert_eq!(parsed.body.len() as u64, case["body_len"].as_u64().unwrap());
            assert_eq!(parsed.spqr.len() as u64, case["pq_len"].as_u64().unwrap());
        }
    }
}

#[test]
fn prekey_messages_parse_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["parsing"]["prekey_message"].as_array().unwrap() {
        let message = bytes(&case["bytes"]);
        let parsed = parse_prekey_message(&message);
        assert_eq!(
            parsed.is_ok(),
            case["accept"].as_bool().unwrap(),
            "{}",
            case["case"]
        );
        if let Ok(parsed) = parsed {
            let envelope = parsed.envelope;
            assert_eq!(
                u64::from(envelope.version),
                case["version"].as_u64().unwrap()
            );
            assert_eq!(
                u64::from(envelope.registration_id),
                case["registration_id"].as_u64().unwrap()
            );
            assert_eq!(
                envelope.one_time_prekey_id.map(u64::from),
                case["pre_key_id"].as_u64()
            );
            assert_eq!(
                u64::from(envelope.signed_prekey_id),
                case["signed_pre_key_id"].as_u64().unwrap()
            );
        }
    }
}

fn written_again(parsed: &SignalMessage<'_>) -> Vec<u8> {
    let header = SignalHeader {
        writer: Writer {
            profile: Profile::SignalV4,
            version: parsed.version,
        },
        ratchet_key: parsed.ratchet_key,
        counter: parsed.counter,
        previous_counter: parsed.previous_counter,
    };
    let unsigned = encode_signal_message(&header, parsed.body, parsed.spqr, parsed.addresses);
    serialize_signal_message(unsigned, parsed.tag)
}

#[test]
fn recorded_messages_are_written_again_byte_for_byte() {
    let Some(all) = recorded() else { return };
    let mut count = 0;
    for conversation in all["conversations"].as_array().unwrap() {
        for event in conversation["events"].as_array().unwrap() {
            if event["op"] != "send" {
                continue;
            }
            let message = bytes(&event["ciphertext"]);
            if event["type"] == 2 {
                assert_eq!(
                    written_again(&parse_signal_message(&message).unwrap()),
                    message
                );
            } else {
                let parsed = parse_prekey_message(&message).unwrap();
                let inner = written_again(&parsed.message);
                assert_eq!(
                    encode_prekey_message(Profile::SignalV4, &parsed.envelope, &inner),
                    message
                );
            }
            count += 1;
        }
    }
    assert!(count > 0, "no message was found in the recordings");
}

#[test]
fn identity_pair_of_other_halves_is_refused() {
    let a = identity_key_pair(PrivateKey::from_bytes([1; 32]));
    let b = identity_key_pair(PrivateKey::from_bytes([2; 32]));
    let mixed = IdentityKeyPair {
        private: a.private,
        public: b.public,
    };
    assert!(decode_identity_key_pair(&encode_identity_key_pair(&mixed)).is_err());
    assert_eq!(serialize_public_key(b.public.key)[0], 5);
}
