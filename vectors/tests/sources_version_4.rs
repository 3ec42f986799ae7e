//! The sources of version 4: those of the KEM, of PQXDH and of SPQR are what the recordings have.
use serde_json::{json, Map, Value};
use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn source(folder: &str, family: &str) -> Value {
    let name = format!("{family}.json");
    read(&root().join("sources").join(folder).join(name))
}

const PEER: &str = "libsignal-client-0.103.0";
const SPQR: &str = "spqr-1.5.3";

/// The tests of a source of one kind, with the text of the group's source.
fn tests(folder: &str, family: &str, kind: &str) -> Vec<(String, Map<String, Value>)> {
    let file = source(folder, family);
    let mut found = Vec::new();
    for group in file["groups"].as_array().unwrap() {
        if group["type"] == kind {
            let from = group["source"].as_str().unwrap();
            for test in group["tests"].as_array().unwrap() {
                found.push((from.to_owned(), test.as_object().unwrap().clone()));
            }
        }
    }
    assert!(!found.is_empty(), "{family} {kind}");
    found
}

/// A file of recordings, if it is at hand.
fn recordings(name: &str) -> Option<Value> {
    let path = PathBuf::from(root())
        .join("../../shared/protocol")
        .join(name);
    if path.exists() {
        return Some(read(&path));
    }
    // Not through println, which the test harness would keep to itself.
    let _ = writeln!(
        std::io::stderr(),
        "{name} is absent: the sources were not compared with it"
    );
    None
}

fn spqr() -> Option<Value> {
    recordings("known-answers-spqr.json")
}

/// Every hexadecimal string of at least 16 digits in a value.
fn long_hex(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| long_hex(member, found)),
        Value::Array(items) => items.iter().for_each(|item| long_hex(item, found)),
        Value::String(text) => {
            let digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
            if text.len() >= 16 && text.bytes().all(digit) {
                found.insert(text.clone());
            }
        }
        _ => (),
    }
}

/// The same state of an encapsulation with every number in the other byte order.
fn swapped(text: &str) -> Option<String> {
    let mut bytes = hex::decode(text).ok().filter(|b| b.len() == 2080)?;
    for number in bytes[..2048].chunks_mut(2) {
        number.reverse();
    }
    Some(hex::encode(bytes))
}

/// Whether two strings differ in at most three digits: an input that the recordings describe as altered.
fn is_near(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).filter(|(a, b)| a != b).count() <= 3
}

#[test]
fn every_byte_string_of_spqr_is_recorded() {
    let Some(recordings) = spqr() else { return };
    let text = recordings.to_string();
    let mut recorded = BTreeSet::new();
    long_hex(&recordings, &mut recorded);
    let mut compared = 0;
    for entry in fs::read_dir(root().join("sources").join(SPQR)).unwrap() {
        let path = entry.unwrap().path();
        let mut values = BTreeSet::new();
        long_hex(&read(&path), &mut values);
        for value in &values {
            let zeros = value.bytes().all(|c| c == b'0');
            let found = zeros
                || text.contains(value)
                || swapped(value).is_some_and(|other| text.contains(&other))
                || recorded.iter().any(|other| is_near(value, other));
            assert!(found, "{}: {value}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 300, "{compared} values");
}

#[test]
fn field_operations_are_recorded() {
    let Some(recordings) = spqr() else { return };
    for (kind, of, names) in [
        ("gf_mul", "mul", ["a", "b", "product"].as_slice()),
        ("gf_div", "div", &["a", "b", "quotient"]),
        ("gf_inv", "inv", &["a", "inverse"]),
    ] {
        let rows = recordings["gf16"][of].as_array().unwrap();
        for (_, test) in tests(SPQR, "spqr_codec", kind) {
            let of_name = |name: &&str| match test.get(*name) {
                Some(input) => input.clone(),
                None => test["known"][*name].clone(),
            };
            let row: Vec<Value> = names.iter().map(of_name).collect();
            assert!(rows.contains(&Value::Array(row)), "{kind} {test:?}");
        }
    }
}

/// The class of an error as the recordings name it.
fn class(error: &str) -> &'static str {
    match error.split('(').next().unwrap() {
        "MsgDecode" => "invalid_spqr_message",
        "KeyJump" => "key_jump",
        "KeyTrimmed" => "key_trimmed",
        "KeyAlreadyRequested" => "key_already_requested",
        "EpochOutOfRange" => "epoch_out_of_range",
        "SendKeyEpochDecreased" => "send_epoch_decreased",
        "MinimumVersion" => "minimum_version",
        "VersionMismatch" => "version_mismatch",
        "PolynomialError" => "odd_length",
        other => panic!("{other}"),
    }
}

/// Compare the result that is known with a recorded error, or none.
fn assert_result(known: &Value, error: Option<&Value>, of: &Value) {
    let expected = error.and_then(Value::as_str).map(class);
    assert_eq!(known["result"] == "invalid", expected.is_some(), "{of}");
    assert_eq!(known["errorClass"].as_str(), expected, "{of}");
}

#[test]
fn every_recorded_message_of_spqr_is_in_the_sources() {
    let Some(recordings) = spqr() else { return };
    let parsed = recordings["wire"]["parse"].as_array().unwrap();
    let tests_of = |kind| tests(SPQR, "spqr_codec", kind);
    assert_eq!(tests_of("spqr_parse_message").len(), parsed.len());
    for ((_, test), case) in tests_of("spqr_parse_message").iter().zip(parsed) {
        assert_eq!(test["bytes"], case["bytes"]);
        let known = &test["known"];
        assert_result(known, case["result"].get("error"), case);
        if known["result"] == "valid" {
            assert_eq!(known["epoch"], case["result"]["epoch"]);
            assert_eq!(known["index"], case["result"]["index"]);
            let index = case["result"].get("chunk_index").unwrap_or(&Value::Null);
            assert_eq!(&known["chunk"]["index"], index, "{case}");
        }
    }
    let written = recordings["wire"]["serialize"].as_array().unwrap();
    assert_eq!(tests_of("spqr_encode_message").len(), written.len());
    for ((_, test), case) in tests_of("spqr_encode_message").iter().zip(written) {
        assert_eq!(test["known"]["message"], case["bytes"]);
        assert_eq!(test["epoch"], case["epoch"]);
        assert_eq!(test["index"], case["index"]);
    }
}

#[test]
fn every_recorded_error_of_the_erasure_code_is_in_the_sources() {
    let Some(recordings) = spqr() else { return };
    for case in recordings["erasure_code"]["errors"].as_array().unwrap() {
        let length = usize::try_from(case["length"].as_u64().unwrap()).unwrap();
        // The longest ones are not kept as bytes: a family of our own has one that is too long.
        if length > 1000 {
            continue;
        }
        let found = match case["op"].as_str().unwrap() {
            "encode" => tests(SPQR, "spqr_codec", "erasure_encode")
                .into_iter()
                .find(|(_, test)| test["message"].as_str().unwrap().len() == 2 * length),
            _ => tests(SPQR, "spqr_codec", "erasure_decode")
                .into_iter()
                .find(|(_, test)| test["length"] == length),
        };
        assert_result(&found.unwrap().1["known"], case.get("result"), case);
    }
}

#[test]
fn every_recorded_chain_is_in_the_sources() {
    let Some(recordings) = spqr() else { return };
    let cases = recordings["chain"]["cases"].as_array().unwrap();
    let tests = tests(SPQR, "spqr_chain", "steps");
    assert_eq!(tests.len(), cases.len());
    for ((_, test), case) in tests.iter().zip(cases) {
        let steps = test["steps"].as_array().unwrap();
        let recorded = case["steps"].as_array().unwrap();
        assert_eq!(steps.len(), recorded.len() + 1);
        assert_eq!(steps[0]["authKey"], case["initial_key"]);
        for (step, event) in steps[1..].iter().zip(recorded) {
            let known = &step["known"];
            assert_result(known, event.get("error"), event);
            assert_eq!(known.get("key"), event.get("key"), "{event}");
            let index = match step.get("index") {
                Some(asked) => Some(asked),
                None => known.get("index"),
            };
            assert_eq!(index, event.get("index"), "{event}");
            let next_root = &event["after"]["next_root"];
            assert_eq!(&known["state"]["nextRoot"], next_root);
        }
    }
}

#[test]
fn recorded_negotiations_are_in_the_sources() {
    let Some(recordings) = spqr() else { return };
    let traces = recordings["traces"]["cases"].as_array().unwrap();
    for (_, test) in tests(SPQR, "spqr_transcript", "steps") {
        let same = |trace: &&Value| trace["name"] == test["comment"];
        let trace = traces.iter().find(same).unwrap();
        let events = trace["events"].as_array().unwrap();
        let steps = test["steps"].as_array().unwrap();
        assert_eq!(steps.len(), events.len() + 2);
        for (step, event) in steps[2..].iter().zip(events) {
            let known = &step["known"];
            assert_result(known, event.get("error"), event);
            if known["result"] == "valid" {
                assert_eq!(known["key"], event["key"], "{event}");
            }
            if event["op"] == "send" {
                assert_eq!(known["message"], event["msg"], "{event}");
            }
        }
    }
}

#[test]
fn every_recorded_stored_state_is_in_the_sources() {
    let Some(recordings) = spqr() else { return };
    let cases = recordings["state_snapshots"]["cases"].as_array().unwrap();
    let tests = tests(SPQR, "spqr_state", "steps");
    assert_eq!(tests.len(), cases.len());
    for ((_, test), case) in tests.iter().zip(cases) {
        assert_eq!(test["steps"][0]["saved"], case["serialised"]);
        assert_eq!(test["steps"][1]["known"]["saved"], case["serialised"]);
    }
}

/// Every handshake that a delivery of the recordings gives.
fn handshakes(recordings: &Value) -> Vec<Value> {
    let conversations = recordings["conversations"].as_array().unwrap().iter();
    let events = conversations.flat_map(|c| c["events"].as_array().unwrap());
    events
        .filter_map(|event| event.get("handshake").cloned())
        .collect()
}

#[test]
fn recorded_handshakes_are_in_the_sources() {
    let Some(recordings) = recordings("known-answers.json") else {
        return;
    };
    let recorded = handshakes(&recordings);
    let mut compared = 0;
    for (from, test) in tests(PEER, "pqxdh", "pqxdh_responder") {
        if from.contains("run for these vectors") {
            continue;
        }
        let known = &test["known"];
        let handshake = json!({
            "dh1": known["dh1"], "dh2": known["dh2"], "dh3": known["dh3"], "dh4": known["dh4"],
            "kem_shared_secret": known["kemSecret"], "root_key": known["rootKey"],
            "chain_key": known["chainKey"], "spqr_auth_key": known["spqrAuthKey"],
        });
        assert!(recorded.contains(&handshake), "{}", test["comment"]);
        compared += 1;
    }
    assert_eq!(compared, 4);
}

#[test]
fn recorded_results_of_handshakes_are_in_the_sources() {
    let Some(recordings) = recordings("known-answers.json") else {
        return;
    };
    let cases = recordings["handshake_cases"]["cases"].as_array().unwrap();
    let file = source(PEER, "pqxdh");
    let values = file["values"].as_object().unwrap();
    assert!(values.len() > 10);
    for (name, value) in values {
        let case = cases.iter().find(|case| &case["case"] == name).unwrap();
        let result = case["result"].as_str().unwrap();
        let accepted = result.starts_with("ok") || result.starts_with("bundle ok");
        let expected = if accepted { "valid" } else { result };
        assert_eq!(value, expected, "{name}");
    }
}

/// What a later run of the peer gave stands in two families: they agree.
#[test]
fn secrets_of_ciphertexts_are_the_same_in_both_sources() {
    let decapsulations = tests(PEER, "kem", "kem_decaps");
    let typed = |bytes: &Value| format!("08{}", bytes.as_str().unwrap());
    let mut compared = 0;
    for (from, test) in tests(PEER, "pqxdh", "pqxdh_responder") {
        if from.contains("run for these vectors") {
            let same = |(_, of): &&(String, Map<String, Value>)| {
                typed(&of["ciphertext"]) == test["kemCiphertext"].as_str().unwrap()
            };
            let (_, found) = decapsulations.iter().find(same).unwrap();
            assert_eq!(found["known"]["secret"], test["known"]["kemSecret"]);
            assert_eq!(
                typed(&found["decapsulationKey"]),
                test["kemSecretKey"].as_str().unwrap()
            );
            compared += 1;
        }
    }
    assert_eq!(compared, decapsulations.len());
}
