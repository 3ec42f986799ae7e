//! Chains and transcripts of SPQR, on both drivers.
use super::pair::{hex, Pair};
use serde_json::{json, Value};
use twinratchet_vectors::outcome::{ErrorClass, Outcome, State};

fn start_chain(pair: &mut Pair, chain: &str, direction: &str, jump: u32, kept: u32) {
    pair.valid(json!({
        "op": "chain_start", "chain": chain, "direction": direction, "authKey": hex(1, 32),
        "maxJump": jump, "maxOutOfOrder": kept,
    }));
}

fn send_key(chain: &str, epoch: &str) -> Value {
    json!({ "op": "chain_send_key", "chain": chain, "epoch": epoch })
}

fn receive_key(chain: &str, epoch: &str, index: u32) -> Value {
    json!({ "op": "chain_receive_key", "chain": chain, "epoch": epoch, "index": index })
}

fn add_epoch(chain: &str) -> Value {
    json!({ "op": "chain_add_epoch", "chain": chain, "secret": hex(2, 32) })
}

#[test]
fn chains_give_the_same_keys_to_both_sides() {
    let mut pair = Pair::new();
    start_chain(&mut pair, "alice", "a2b", 10, 5);
    start_chain(&mut pair, "bob", "b2a", 10, 5);
    let mut keys = vec![json!(null)];
    for index in 1..=8 {
        let sent = pair.valid(send_key("alice", "0"));
        assert_eq!(sent.outputs["index"], json!(index));
        keys.push(sent.outputs["key"].clone());
    }
    for index in [8, 7] {
        let key = pair.output(receive_key("bob", "0", index), "key");
        assert_eq!(key, keys[usize::try_from(index).unwrap()]);
    }
    let outcome = pair.run(receive_key("bob", "0", 7));
    assert_eq!(outcome.error_class, Some(ErrorClass::KeyAlreadyRequested));
    let Some(State::Chain(chain)) = outcome.state else {
        panic!("no chain")
    };
    // Collected with the counter before the last step: the key 3 is still there.
    assert_eq!(chain.links[0].receive.stored, [(6, 3)]);
    pair.invalid(receive_key("bob", "0", 2), ErrorClass::KeyTrimmed);
    pair.invalid(receive_key("bob", "0", 19), ErrorClass::KeyJump);
    pair.invalid(receive_key("bob", "1", 1), ErrorClass::EpochOutOfRange);
    for _ in 0..2 {
        pair.valid(add_epoch("alice"));
    }
    pair.valid(send_key("alice", "2"));
    pair.invalid(send_key("alice", "1"), ErrorClass::SendEpochDecreased);
    pair.invalid(send_key("alice", "3"), ErrorClass::EpochOutOfRange);
    pair.invalid(receive_key("alice", "0", 1), ErrorClass::EpochOutOfRange);
    pair.invalid(send_key("carol", "0"), ErrorClass::BadInput);
    pair.finish();
}

struct Side {
    party: &'static str,
    direction: &'static str,
    version: u8,
    min_version: u8,
}

fn start(pair: &mut Pair, side: &Side) -> Outcome {
    pair.valid(json!({
        "op": "spqr_start", "party": side.party, "direction": side.direction, "version": side.version,
        "minVersion": side.min_version, "authKey": hex(1, 32), "maxJump": 0, "maxOutOfOrder": 0,
    }))
}

fn sides(pair: &mut Pair, version: u8, min_version: u8) {
    for (party, direction) in [("alice", "a2b"), ("bob", "b2a")] {
        let side = Side {
            party,
            direction,
            version,
            min_version,
        };
        start(pair, &side);
    }
}

fn send(party: &str, byte: u8) -> Value {
    json!({ "op": "spqr_send", "party": party, "kemSeed": hex(byte, 64), "kemRandom": hex(byte, 32) })
}

fn receive(party: &str, message: &Value) -> Value {
    json!({ "op": "spqr_receive", "party": party, "message": message })
}

/// The name of the state of the braid.
fn braid_state(outcome: &Outcome) -> String {
    match &outcome.state {
        Some(State::Sparse(sparse)) => {
            let state = sparse.braid.as_ref().map(|braid| braid.state);
            serde_json::to_value(state).unwrap().to_string()
        }
        _ => panic!("no SPQR state"),
    }
}

#[test]
fn a_transcript_goes_through_three_epochs() {
    let mut pair = Pair::new();
    sides(&mut pair, 1, 1);
    let mut met = std::collections::BTreeSet::new();
    for round in 0..140_u8 {
        for (from, to) in [("alice", "bob"), ("bob", "alice")] {
            let sent = pair.valid(send(from, round));
            let received = pair.valid(receive(to, &sent.outputs["message"]));
            assert_eq!(sent.outputs["key"], received.outputs["key"]);
            met.extend([braid_state(&sent), braid_state(&received)]);
        }
    }
    assert!(met.len() >= 9, "{met:?}");
    let saved = pair.output(json!({ "op": "spqr_save", "party": "alice" }), "saved");
    pair.valid(json!({ "op": "spqr_load", "party": "carol", "saved": saved }));
    let first = pair.valid(send("alice", 9));
    assert_eq!(pair.valid(send("carol", 9)), first);
    let last = pair.done.last().unwrap().expected.state.clone();
    let Some(State::Sparse(state)) = last else {
        panic!("no state")
    };
    assert!(state.chain.unwrap().current_epoch.0 >= 3);
    pair.finish();
}

#[test]
fn random_bytes_must_be_there_when_they_are_drawn() {
    let mut pair = Pair::new();
    sides(&mut pair, 1, 1);
    let bare = |party: &str| json!({ "op": "spqr_send", "party": party });
    pair.invalid(bare("alice"), ErrorClass::BadInput);
    let mut other = bare("alice");
    other["kemRandom"] = json!(hex(1, 32));
    pair.invalid(other.clone(), ErrorClass::BadInput);
    other["kemSeed"] = json!(hex(1, 63));
    pair.invalid(other, ErrorClass::BadInput);
    pair.valid(bare("bob"));
    pair.valid(send("alice", 1));
    pair.valid(bare("alice"));
    pair.invalid(bare("nobody"), ErrorClass::BadInput);
    pair.finish();
}

#[test]
fn transcripts_refuse_what_they_should() {
    let mut pair = Pair::new();
    sides(&mut pair, 1, 1);
    let nothing = json!("");
    pair.invalid(receive("bob", &nothing), ErrorClass::MinimumVersion);
    pair.invalid(receive("bob", &json!("01")), ErrorClass::InvalidSpqrMessage);
    pair.invalid(
        receive("bob", &json!("01050000")),
        ErrorClass::EpochOutOfRange,
    );
    let header = [1, 2, 3].map(|_| pair.output(send("alice", 1), "message"));
    pair.valid(receive("bob", &header[0]));
    pair.invalid(receive("bob", &nothing), ErrorClass::VersionMismatch);
    pair.valid(receive("bob", &header[1]));
    let mut last = header[2].as_str().unwrap().to_owned();
    let digit = if last.pop() == Some('0') { '1' } else { '0' };
    last.push(digit);
    pair.invalid(receive("bob", &json!(last)), ErrorClass::BadSpqrMac);
    pair.valid(receive("bob", &header[2]));
    let load = |saved: &str| json!({ "op": "spqr_load", "party": "bob", "saved": saved });
    pair.invalid(load("ff"), ErrorClass::InvalidSpqrState);
    let version = json!({
        "op": "spqr_start", "party": "bob", "direction": "b2a", "version": 2, "minVersion": 0,
        "authKey": hex(1, 32), "maxJump": 0, "maxOutOfOrder": 0,
    });
    pair.invalid(version, ErrorClass::BadInput);
    pair.finish();
}

#[test]
fn versions_are_agreed_on() {
    let mut pair = Pair::new();
    sides(&mut pair, 1, 0);
    let old = Side {
        party: "bob",
        direction: "b2a",
        version: 0,
        min_version: 0,
    };
    start(&mut pair, &old);
    let hello = pair.valid(send("alice", 1));
    assert!(!hello.outputs.contains_key("key"));
    pair.valid(receive("bob", &hello.outputs["message"]));
    let answer = pair.output(send("bob", 2), "message");
    assert_eq!(answer, json!(""));
    let outcome = pair.valid(receive("alice", &answer));
    let Some(State::Sparse(state)) = outcome.state else {
        panic!("no state")
    };
    assert_eq!((state.version, state.negotiating), (0, false));
    let saved = pair.output(json!({ "op": "spqr_save", "party": "alice" }), "saved");
    assert_eq!(saved, json!(""));
    pair.finish();
}
