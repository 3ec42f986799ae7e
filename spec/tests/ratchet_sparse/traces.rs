//! The recorded traces, event by event, and the recorded stored states.
use crate::recordings::{bytes, list, name_of, number, recorded, text};
use crate::{hex_of, no_random, public, secret, state_name};
use hacspec_lib::*;
use serde_json::Value;
use std::time::{Duration, Instant};
use twinratchet_spec::keys::*;
use twinratchet_spec::primitives::sha2::sha256;
use twinratchet_spec::ratchet::sparse::authenticator::Authenticator;
use twinratchet_spec::ratchet::sparse::braid::*;
use twinratchet_spec::ratchet::sparse::state::*;
use twinratchet_spec::ratchet::sparse::*;

fn authenticator_of(braid: &Braid) -> Authenticator {
    match braid {
        Braid::KeysUnsampled(state) => state.auth,
        Braid::KeysSampled(state) => state.auth,
        Braid::HeaderSent(state) => state.auth,
        Braid::Ct1Received(state) => state.auth,
        Braid::EkSentCt1Received(state) => state.auth,
        Braid::NoHeaderReceived(state) => state.auth,
        Braid::HeaderReceived(state) => state.auth,
        Braid::Ct1Sampled(state) => state.auth,
        Braid::EkReceivedCt1Sampled(state) => state.auth,
        Braid::Ct1Acknowledged(state) => state.auth,
        Braid::Ct2Sampled(state) => state.auth,
    }
}

fn digest(content: &ByteSeq) -> String {
    ByteSeq::from_seq(&sha256(content)).to_hex()[..16].to_owned()
}

/// Compare a state with what the recordings say of it.
fn check_state(state: &State, after: &Value, place: &str) {
    let Some(braid) = &state.braid else {
        assert_eq!(after["version"], 0, "{place}");
        assert!(state.chain.is_none() && state.negotiation.is_none());
        return;
    };
    assert_eq!(state_name(braid), text(&after["state"]), "{place}");
    let epoch: u64 = number(&after["braid_epoch"]);
    assert_eq!(braid_epoch(braid), epoch, "{place}");
    let auth = authenticator_of(braid);
    let keys = ByteSeq::from_seq(&auth.root_key).concat(&auth.mac_key);
    assert_eq!(digest(&keys), text(&after["auth"]), "{place}");
    assert_eq!(
        state.negotiation.is_some(),
        after["version_negotiation"].as_bool().unwrap(),
        "{place}"
    );
    match &state.chain {
        None => assert!(after["chain"].is_null(), "{place}"),
        Some(chain) => {
            let links = chain.links.len() as u64;
            let summary = [chain.current_epoch, chain.send_epoch, links];
            let expected: Vec<u64> = list(&after["chain"]).iter().map(number).collect();
            assert_eq!(summary.as_slice(), expected, "{place}");
            let next_root = ByteSeq::from_seq(&chain.next_root).to_hex();
            assert_eq!(&next_root[..16], text(&after["next_root"]), "{place}");
        }
    }
}

/// What the random bytes of an event are, and which draw they are for.
fn recorded_random(event: &Value) -> (SparseRandom, Draw) {
    let mut random = no_random();
    let drawn = match event["random"].as_array() {
        None => return (random, Draw::Nothing),
        Some(drawn) => {
            assert_eq!(drawn.len(), 1);
            bytes(&drawn[0])
        }
    };
    if drawn.len() == 64 {
        random.key_pair = KemSeed::from_public_slice(&drawn);
        (random, Draw::KeyPair)
    } else {
        random.encapsulation = KemRandom::from_public_slice(&drawn);
        (random, Draw::Encapsulation)
    }
}

fn trace_parties(case: &Value) -> [State; 2] {
    let parameters = &case["parameters"];
    let auth_key = SparseAuthKey::from_public_slice(&bytes(&case["auth_key"]));
    let version = |value: &Value| match value.as_u64() {
        Some(0) => Version::V0,
        Some(1) => Version::V1,
        other => panic!("unknown version {other:?}"),
    };
    [Direction::A2B, Direction::B2A].map(|direction| {
        let side = usize::from(direction == Direction::B2A);
        sparse_init(Parameters {
            direction,
            version: version(&parameters["version"][side]),
            min_version: version(&parameters["min_version"][side]),
            auth_key,
            chain: ChainParameters {
                max_jump: number(&parameters["max_jump"]),
                max_out_of_order: number(&parameters["max_ooo_keys"]),
            },
        })
    })
}

/// Replay a trace; how many events it has, and how long the steps took, together and the slowest.
fn check_trace(case: &Value) -> (usize, Duration, Duration) {
    let name = text(&case["name"]);
    let mut parties = trace_parties(case);
    if let Some(initial) = case["initial"].as_array() {
        for (party, after) in parties.iter().zip(initial) {
            check_state(party, after, name);
        }
    }
    let mut messages: Vec<Seq<u8>> = Vec::new();
    let mut visited: [Vec<String>; 2] = [Vec::new(), Vec::new()];
    let events = list(&case["events"]);
    let (mut total, mut slowest) = (Duration::ZERO, Duration::ZERO);
    for (i, event) in events.iter().enumerate() {
        let place = format!("{name}, event {i}");
        let side = usize::from(text(&event["by"]) == "B");
        let before = parties[side].clone();
        let start = Instant::now();
        let result = if event["op"] == "send" {
            let (random, draw) = recorded_random(event);
            assert_eq!(draws(&before), draw, "{place}");
            sparse_send(before.clone(), &random).map(|(state, sent)| {
                assert_eq!(hex_of(&sent.message), text(&event["msg"]), "{place}");
                assert_eq!(number::<usize>(&event["n"]), messages.len(), "{place}");
                messages.push(sent.message);
                (state, sent.key)
            })
        } else {
            let message = match event["msg"].as_str() {
                Some(altered) => public(&hex::decode(altered).unwrap()),
                None => messages[number::<usize>(&event["n"])].clone(),
            };
            sparse_receive(before.clone(), &message)
        };
        let took = start.elapsed();
        (total, slowest) = (total + took, slowest.max(took));
        match result {
            Err(error) => assert_eq!(name_of(error), text(&event["error"]), "{place}"),
            Ok((state, key)) => {
                assert!(event["error"].is_null(), "{place}: {}", event["error"]);
                let key = key.map(|key| ByteSeq::from_seq(&key).to_hex());
                assert_eq!(key.as_deref(), event["key"].as_str(), "{place}");
                check_state(&state, &event["after"], &place);
                let saved = encode_state(&state);
                assert_eq!(digest(&saved), text(&event["state_sha256"]), "{place}");
                if let Some(unchanged) = event["state_unchanged"].as_bool() {
                    let same = saved.to_hex() == encode_state(&before).to_hex();
                    assert_eq!(same, unchanged, "{place}");
                }
                let loaded = decode_state(&saved).expect(&place);
                assert_eq!(encode_state(&loaded).to_hex(), saved.to_hex(), "{place}");
                if let Some(braid) = &state.braid {
                    let at = format!("{}/{}", state_name(braid), braid_epoch(braid));
                    if visited[side].last() != Some(&at) {
                        visited[side].push(at);
                    }
                }
                // The rest is played with what was stored.
                parties[side] = loaded;
            }
        }
    }
    for (side, visited) in ["A", "B"].iter().zip(&visited) {
        let Some(history) = case["state_history"][side].as_array() else {
            continue;
        };
        let history: Vec<&str> = history.iter().map(text).collect();
        assert_eq!(visited, &history, "{name}, {side}");
    }
    for (party, epochs) in parties.iter().zip(list(&case["epochs_established"])) {
        let current = party.chain.as_ref().map_or(0, |chain| chain.current_epoch);
        assert_eq!(current, number::<u64>(epochs), "{name}");
    }
    (events.len(), total, slowest)
}

#[test]
fn recorded_traces_are_reproduced() {
    let Some(file) = recorded("traces") else {
        return;
    };
    let cases = list(&file["cases"]);
    for case in cases {
        let (events, total, slowest) = check_trace(case);
        let name = text(&case["name"]);
        println!("{events:5} events in {total:?}, slowest {slowest:?}: {name}");
    }
    assert!(!cases.is_empty());
}

#[test]
fn recorded_states_load_and_store_to_the_same_bytes() {
    let Some(file) = recorded("state_snapshots") else {
        return;
    };
    let mut names: Vec<&str> = Vec::new();
    for case in list(&file["cases"]) {
        let saved = secret(&bytes(&case["serialised"]));
        let state = decode_state(&saved).unwrap();
        let braid = state.braid.as_ref().expect("a state of the Braid");
        assert_eq!(state_name(braid), text(&case["state"]));
        assert_eq!(encode_state(&state).to_hex(), saved.to_hex());
        names.push(state_name(braid));
    }
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), 11);
}
