//! Recorded conversations of the deployed library, event by event.
use crate::known_answers::{array, assert_secret, bytes, label, list, recorded, u32_of};
use serde_json::Value;
use sha2::{Digest, Sha256};
use twinratchet::keys::{KemRandom, KemSeed, SparseAuthKey, SparseMessageKey};
use twinratchet::ratchet::sparse::state::{decode_state, encode_state};
use twinratchet::ratchet::sparse::{
    draws, sparse_init, sparse_receive, sparse_send, ChainParameters, Direction, Draw, Parameters,
    SparseRandom, State, Version,
};

/// The first eight bytes of a digest, as the recordings have it.
fn digest(bytes: &[u8]) -> String {
    hex::encode(&Sha256::digest(bytes)[..8])
}

/// The name of the state of the Braid.
pub fn state_name(state: &State) -> Option<String> {
    let printed = format!("{:?}", state.braid.as_ref()?);
    printed.split('(').next().map(str::to_owned)
}

fn start(case: &Value, auth_key: &[u8; 32], side: usize) -> State {
    let parameters = &case["parameters"];
    let version = |value: &Value| match value.as_u64().unwrap() {
        0 => Version::V0,
        _ => Version::V1,
    };
    sparse_init(Parameters {
        direction: [Direction::A2B, Direction::B2A][side],
        version: version(&parameters["version"][side]),
        min_version: version(&parameters["min_version"][side]),
        auth_key: SparseAuthKey::from_bytes(*auth_key),
        chain: ChainParameters {
            max_jump: u32_of(&parameters["max_jump"]),
            max_out_of_order: u32_of(&parameters["max_ooo_keys"]),
        },
    })
}

/// The recorded random bytes of a send, which draws just these; zeros for what it does not draw.
fn random_of(event: &Value, state: &State) -> SparseRandom {
    let mut random = SparseRandom {
        key_pair: KemSeed::from_bytes([0; 64]),
        encapsulation: KemRandom::from_bytes([0; 32]),
    };
    let drawn = event["random"].as_array().map(Vec::as_slice);
    let drawn: Vec<Vec<u8>> = drawn.unwrap_or_default().iter().map(bytes).collect();
    match (draws(state), drawn.as_slice()) {
        (Draw::Nothing, []) => {}
        (Draw::KeyPair, [seed]) => {
            random.key_pair = KemSeed::from_bytes(seed.as_slice().try_into().unwrap());
        }
        (Draw::Encapsulation, [m]) => {
            random.encapsulation = KemRandom::from_bytes(m.as_slice().try_into().unwrap());
        }
        (draw, drawn) => panic!("{draw:?} {}", drawn.len()),
    }
    random
}

fn assert_key(key: Option<&SparseMessageKey>, expected: &Value) {
    assert_eq!(key.is_some(), expected.is_string());
    if let Some(key) = key {
        assert_secret(key, expected);
    }
}

#[cfg(feature = "inspect")]
fn assert_snapshot(state: &State, after: &Value) {
    let found = state.snapshot();
    let braid = found.braid.unwrap();
    assert_eq!(Some(braid.epoch), after["braid_epoch"].as_u64());
    let auth = [braid.root_key, braid.mac_key].concat();
    assert_eq!(digest(&auth), after["auth"].as_str().unwrap());
    assert_eq!(
        Some(found.negotiating),
        after["version_negotiation"].as_bool()
    );
    assert_eq!(found.chain.is_some(), after["chain"].is_array());
    if let Some(chain) = found.chain {
        let links = chain.links.len() as u64;
        let expected: Vec<u64> = [0, 1, 2]
            .iter()
            .map(|i| after["chain"][i].as_u64().unwrap())
            .collect();
        assert_eq!(
            [chain.current_epoch, chain.send_epoch, links].as_slice(),
            expected
        );
        let root = hex::encode(&chain.next_root[..8]);
        assert_eq!(root, after["next_root"].as_str().unwrap());
    }
}

/// Without the feature the digest of the stored state is what is seen.
#[cfg(not(feature = "inspect"))]
fn assert_snapshot(_: &State, _: &Value) {}

fn assert_after(state: &State, after: &Value) {
    if after["version"] == 0 {
        assert!(state.braid.is_none());
        return;
    }
    assert_eq!(state_name(state).as_deref(), after["state"].as_str());
    assert_snapshot(state, after);
}

/// Deliver a message; an error must be the recorded one and leave the state as it was.
fn receive(state: &mut State, message: &[u8], event: &Value) {
    let before = encode_state(state);
    match sparse_receive(state, message) {
        Ok(key) => {
            assert!(event["error"].is_null(), "{event}");
            assert_key(key.as_ref(), &event["key"]);
            if event["state_unchanged"] == true {
                assert_eq!(*encode_state(state), *before);
            }
        }
        Err(error) => {
            assert_eq!(label(error), event["error"], "{event}");
            assert_eq!(*encode_state(state), *before);
        }
    }
}

/// Replay a trace; `reload` stores and loads the state before every event.
fn replay(case: &Value, reload: bool) {
    let auth_key = array(&case["auth_key"]);
    let mut states = [start(case, &auth_key, 0), start(case, &auth_key, 1)];
    if let Some(initial) = case["initial"].as_array() {
        for (state, after) in states.iter().zip(initial) {
            assert_after(state, after);
        }
    }
    let mut sent: Vec<Vec<u8>> = Vec::new();
    for event in list(&case["events"]) {
        let side = usize::from(event["by"] == "B");
        let state = &mut states[side];
        if reload {
            *state = decode_state(&encode_state(state)).unwrap();
        }
        let n = usize::try_from(event["n"].as_u64().unwrap()).unwrap();
        if event["op"] == "send" {
            let random = random_of(event, state);
            let given = sparse_send(state, &random).unwrap();
            assert_eq!(given.message, bytes(&event["msg"]), "{n}");
            assert_key(given.key.as_ref(), &event["key"]);
            assert_eq!(sent.len(), n);
            sent.push(given.message);
        } else if event["msg"].is_string() {
            receive(state, &bytes(&event["msg"]), event);
        } else {
            receive(state, &sent[n], event);
        }
        if event["error"].is_null() {
            assert_after(state, &event["after"]);
            let stored = digest(&encode_state(state));
            assert_eq!(stored, event["state_sha256"].as_str().unwrap(), "{event}");
        }
    }
}

#[test]
fn recorded_conversations_go_on_event_by_event() {
    let Some(all) = recorded() else { return };
    let cases = list(&all["traces"]["cases"]);
    assert_eq!(cases.len(), 10);
    for case in cases {
        replay(case, false);
    }
}

#[test]
fn recorded_conversations_go_on_from_stored_states() {
    let Some(all) = recorded() else { return };
    for case in list(&all["traces"]["cases"]) {
        replay(case, true);
    }
}
