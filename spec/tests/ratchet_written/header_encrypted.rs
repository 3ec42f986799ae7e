//! The Double Ratchet with header encryption.
use crate::recordings::recording;
use crate::{flipped, public, secret, two_party_tests, Dice};
use hacspec_lib::*;
use serde_json::Value;
use std::collections::HashMap;
use twinratchet_spec::keys::*;
use twinratchet_spec::primitives::aes_ctr::aes256_ctr;
use twinratchet_spec::ratchet::header_encrypted::{HeError as Error, HeMessage as Message, *};
use twinratchet_spec::ratchet::symmetric::kdf_ck;
use twinratchet_spec::ratchet::written::functions::Header;

const AD: &[u8] = b"AD: alice,bob";

fn begun(dice: &mut Dice) -> [HeState; 2] {
    let setup = setup_he(SharedSecret::from_public_slice(&dice.bytes::<32>()));
    let bob = dice.pair();
    [
        ratchet_init_initiator_he(setup, bob.public, dice.pair()).unwrap(),
        ratchet_init_responder_he(setup, bob),
    ]
}

fn send(state: &mut HeState, dice: &mut Dice, plaintext: &[u8]) -> Result<Message, Error> {
    let nonce = CounterBlock::from_native_slice(&dice.bytes::<16>());
    let (next, message) =
        ratchet_encrypt_he(state.clone(), nonce, &secret(plaintext), &public(AD))?;
    *state = next;
    Ok(message)
}

fn receive(state: &mut HeState, dice: &mut Dice, message: &Message) -> Result<Vec<u8>, Error> {
    let (next, plaintext) = ratchet_decrypt_he(state.clone(), dice.pair(), message, &public(AD))?;
    *state = next;
    Ok(plaintext.declassify().native_slice().to_vec())
}

fn hex_of<T: SeqTrait<U8>>(bytes: &T) -> String {
    ByteSeq::from_seq(bytes).to_hex()
}

/// All of a state, in the form of the recordings, but for the keys in the store.
fn snapshot(state: &HeState) -> Value {
    let sending = state.sending.as_ref();
    let receiving = state.receiving.as_ref();
    let stored = state.mkskipped.native_slice().iter();
    serde_json::json!({
        "RK": hex_of(&state.rk),
        "CKs": sending.map(|c| hex_of(&c.cks)),
        "CKr": receiving.map(|c| hex_of(&c.ckr)),
        "HKs": sending.map(|c| hex_of(&c.hks)),
        "HKr": receiving.map(|c| hex_of(&c.hkr)),
        "NHKs": hex_of(&state.nhks),
        "NHKr": hex_of(&state.nhkr),
        "Ns": sending.map_or(0, |c| c.ns),
        "Nr": receiving.map_or(0, |c| c.nr),
        "PN": state.pn,
        "DHs_private": hex_of(&state.dhs.private),
        "skipped": stored.map(|k| (hex_of(&k.hk), k.number)).collect::<Vec<_>>(),
    })
}

fn whole(state: &HeState) -> String {
    let keys = state.mkskipped.native_slice().iter();
    let keys: Vec<String> = keys.map(|k| hex_of(&k.mk)).collect();
    format!("{} {keys:?}", snapshot(state))
}

fn stored(state: &HeState) -> usize {
    state.mkskipped.len()
}

two_party_tests!();

fn bytes(value: &Value) -> Vec<u8> {
    hex::decode(value.as_str().unwrap()).unwrap()
}

/// The pair that a delivery makes, if it makes one: that of the state after it.
fn fresh_of(event: &Value) -> RatchetKeyPair {
    match event["state"]["DHs_private"].as_str() {
        Some(private) => ratchet_key_pair(PrivateKey::from_hex(private)),
        None => Dice(1).pair(),
    }
}

#[test]
fn recorded_conversation_is_reproduced() {
    let Some(file) = recording("header_encryption") else {
        return;
    };
    let ad = public(&bytes(&file["associated_data"]));
    let setup = setup_he(SharedSecret::from_public_slice(&bytes(
        &file["shared_secret"],
    )));
    assert_eq!(hex_of(&setup.sk), file["sk"]);
    assert_eq!(hex_of(&setup.shared_hka), file["shared_hka"]);
    assert_eq!(hex_of(&setup.shared_nhkb), file["shared_nhkb"]);
    let pair = |name: &str| ratchet_key_pair(PrivateKey::from_public_slice(&bytes(&file[name])));
    let bob = pair("bob_ratchet_private");
    let alice = pair("alice_ratchet_private");
    let alice = ratchet_init_initiator_he(setup, bob.public, alice).unwrap();
    let bob = ratchet_init_responder_he(setup, bob);
    let mut parties = HashMap::from([("A", alice), ("B", bob)]);
    let mut sent: HashMap<&str, Message> = HashMap::new();
    let events = file["events"].as_array().expect("events");
    assert_eq!(events.len(), 17);
    for event in events {
        let id = event["id"].as_str().unwrap();
        if event["op"] == "send" {
            let state = parties.get_mut(event["by"].as_str().unwrap()).unwrap();
            let (_, mk) = kdf_ck(state.sending.unwrap().cks);
            assert_eq!(hex_of(&mk), event["message_key"], "{id}");
            let nonce = CounterBlock::from_native_slice(&bytes(&event["header_nonce"]));
            let plaintext = secret(&bytes(&event["plaintext"]));
            let (next, message) =
                ratchet_encrypt_he(state.clone(), nonce, &plaintext, &ad).unwrap();
            let header = hdecrypt(state.sending.unwrap().hks, &message.enc_header).unwrap();
            let header = twinratchet_spec::ratchet::written::encode_header(header);
            assert_eq!(hex::encode(header.native_slice()), event["header"], "{id}");
            let sent_header = hex::encode(message.enc_header.native_slice());
            assert_eq!(sent_header, event["encrypted_header"], "{id}");
            let ciphertext = hex::encode(message.ciphertext.native_slice());
            assert_eq!(ciphertext, event["ciphertext"], "{id}");
            *state = next;
            assert_eq!(snapshot(state), event["state"], "{id}");
            sent.insert(id, message);
        } else {
            let state = parties.get_mut(event["to"].as_str().unwrap()).unwrap();
            let result = ratchet_decrypt_he(state.clone(), fresh_of(event), &sent[id], &ad);
            match result {
                Ok((next, plaintext)) => {
                    assert_eq!(plaintext.to_hex(), event["plaintext"], "{id}");
                    *state = next;
                    assert_eq!(snapshot(state), event["state"], "{id}");
                }
                Err(error) => {
                    assert_eq!(error, Error::UndecryptableHeader);
                    assert_eq!(event["error"], "header", "{id}");
                }
            }
        }
    }
}

#[test]
fn duplicate_is_told_on_the_current_chain_only() {
    let mut dice = Dice(10);
    let [mut alice, mut bob] = begun(&mut dice);
    let first = send(&mut alice, &mut dice, b"").unwrap();
    receive(&mut bob, &mut dice, &first).unwrap();
    let duplicate = Err(Error::DuplicateMessage { nr: 1, n: 0 });
    assert_eq!(receive(&mut bob, &mut dice, &first), duplicate);
    let answer = send(&mut bob, &mut dice, b"").unwrap();
    receive(&mut alice, &mut dice, &answer).unwrap();
    let next = send(&mut alice, &mut dice, b"").unwrap();
    receive(&mut bob, &mut dice, &next).unwrap();
    let gone = receive(&mut bob, &mut dice, &first);
    assert_eq!(gone, Err(Error::UndecryptableHeader));
}

#[test]
fn tampered_messages_are_refused_and_change_nothing() {
    let mut dice = Dice(11);
    let [mut alice, mut bob] = begun(&mut dice);
    let message = send(&mut alice, &mut dice, b"message").unwrap();
    let before = whole(&bob);
    for at in 0..message.enc_header.len() {
        let mut other = message.clone();
        other.enc_header = flipped(&message.enc_header, at);
        let refused = receive(&mut bob, &mut dice, &other);
        assert_eq!(refused, Err(Error::UndecryptableHeader), "{at}");
    }
    for length in [0, 16, 88] {
        let mut other = message.clone();
        other.enc_header = message.enc_header.slice(0, length);
        let refused = receive(&mut bob, &mut dice, &other);
        assert_eq!(refused, Err(Error::UndecryptableHeader), "{length}");
    }
    for at in 0..message.ciphertext.len() {
        let mut other = message.clone();
        other.ciphertext = flipped(&message.ciphertext, at);
        let refused = receive(&mut bob, &mut dice, &other);
        assert_eq!(refused, Err(Error::Rejected), "{at}");
    }
    for length in [0, 31, 32, 47] {
        let mut other = message.clone();
        other.ciphertext = message.ciphertext.slice(0, length);
        let refused = receive(&mut bob, &mut dice, &other);
        assert_eq!(refused, Err(Error::Rejected), "{length}");
    }
    assert_eq!(whole(&bob), before);
    assert_eq!(receive(&mut bob, &mut dice, &message).unwrap(), b"message");
}

#[test]
fn header_of_a_peer_that_cheats_is_refused() {
    let mut dice = Dice(12);
    let [alice, mut bob] = begun(&mut dice);
    let before = whole(&bob);
    let hks = alice.sending.unwrap().hks;
    let (dh, nonce) = (alice.dhs.public, CounterBlock::new());
    let zero = RatchetKey::default();
    let too_far = Error::TooFarInFuture { gap: u32::MAX };
    for (dh, pn, n, error) in [
        (dh, u32::MAX, 0, too_far),
        (dh, 0, u32::MAX, too_far),
        (zero, 0, 0, Error::InvalidAgreement),
        (dh, 1, 1, Error::Rejected),
    ] {
        let message = Message {
            enc_header: hencrypt(hks, nonce, Header { dh, pn, n }),
            ciphertext: public(&[0; 48]),
        };
        assert_eq!(receive(&mut bob, &mut dice, &message), Err(error));
        assert_eq!(whole(&bob), before);
    }
}

#[test]
fn headers_of_one_chain_have_nothing_in_common() {
    let mut dice = Dice(13);
    let [mut alice, _] = begun(&mut dice);
    let headers: Vec<Vec<u8>> = (0..32)
        .map(|_| send(&mut alice, &mut dice, b"same").unwrap())
        .map(|message| message.enc_header.native_slice().to_vec())
        .collect();
    // 496 pairs of 87 places: three equal bytes at one place are expected 0.003 times.
    for (i, a) in headers.iter().enumerate() {
        for b in &headers[..i] {
            let runs = a.windows(3).zip(b.windows(3));
            assert_eq!(runs.filter(|(a, b)| a == b).count(), 0);
        }
    }
}

#[test]
fn sp_800_38a_counter_mode_holds() {
    // SP 800-38A, F.5.5: the first two blocks.
    let key = "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4";
    let key = CipherKey::from_hex(key);
    let first: [u8; 16] = core::array::from_fn(|i| 0xf0 + u8::try_from(i).unwrap());
    let first = CounterBlock::from_native_slice(&first);
    let plaintext = "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51";
    let ciphertext = "601ec313775789a5b7a7f504bbf3d228f443e3ca4d62b59aca84e990cacaf5c5";
    let sealed = aes256_ctr(&key, first, &ByteSeq::from_hex(plaintext));
    assert_eq!(sealed.to_hex(), ciphertext);
    assert_eq!(aes256_ctr(&key, first, &sealed).to_hex(), plaintext);
}

#[test]
fn counter_wraps_after_its_last_value() {
    let key = CipherKey::from_public_slice(&[3; 32]);
    let last = CounterBlock::from_native_slice(&[0xff; 16]);
    let two = aes256_ctr(&key, last, &secret(&[0; 32]));
    let one = aes256_ctr(&key, CounterBlock::new(), &secret(&[0; 16]));
    assert_eq!(two.slice(16, 16).to_hex(), one.to_hex());
}
