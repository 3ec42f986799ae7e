//! The sources: converted from recordings byte for byte, and named in the confirmations.
use base64::prelude::{Engine, BASE64_STANDARD};
use serde_json::{Map, Value};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

const PEER: &str = "libsignal-client-0.103.0";
/// In the text of a source: its values come from a run of the peer after the recordings.
const LATER_RUN: &str = "run for these vectors";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

fn source(family: &str) -> Value {
    read(
        &root()
            .join("sources")
            .join(PEER)
            .join(format!("{family}.json")),
    )
}

/// Every test of a source, with the text of its group's source.
fn tests(family: &str) -> Vec<(String, Map<String, Value>)> {
    let file = source(family);
    let groups = file["groups"].as_array().unwrap();
    let of_group = |group: &Value| {
        let from = group["source"].as_str().unwrap().to_owned();
        let tests = group["tests"].as_array().unwrap().clone();
        tests
            .into_iter()
            .map(move |test| (from.clone(), test.as_object().unwrap().clone()))
    };
    groups.iter().flat_map(of_group).collect()
}

/// The recordings that the sources were converted from, if they are at hand.
fn recordings() -> Option<Value> {
    let path = PathBuf::from(root()).join("../../shared/protocol/known-answers.json");
    if path.exists() {
        Some(read(&path))
    } else {
        // Not through println, which the test harness would keep to itself.
        let _ = writeln!(
            std::io::stderr(),
            "the recordings are absent: the sources were not compared with them"
        );
        None
    }
}

/// Every hexadecimal string of at least 16 digits in a value.
fn long_hex(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => members.values().for_each(|member| long_hex(member, found)),
        Value::Array(items) => items.iter().for_each(|item| long_hex(item, found)),
        Value::String(text) => {
            let hex = text.len() >= 16
                && text
                    .bytes()
                    .all(|c| c.is_ascii_digit() || (b'a'..=b'f').contains(&c));
            if hex {
                found.push(text.clone());
            }
        }
        _ => (),
    }
}

/// A source without the groups that come from a later run of the peer, which no recording holds.
fn recorded_only(mut source: Value) -> Value {
    let groups = source["groups"].as_array_mut().unwrap();
    groups.retain(|group| !group["source"].as_str().unwrap().contains(LATER_RUN));
    source
}

/// What stands in the sources beside recorded bytes: inputs that the recordings only describe.
fn is_described(text: &str) -> bool {
    let described = ["00", "ff", "01", "ed", "f6", "09"];
    // A KEM key of ff after its type.
    let of_ff = |rest: &str| rest.len() > 3000 && rest.bytes().all(|c| c == b'f');
    if ["07", "08", "0a"]
        .iter()
        .any(|kind| text.strip_prefix(kind).is_some_and(of_ff))
    {
        return true;
    }
    let uniform = |rest: &str| {
        let inner = &rest[2..rest.len() - 2];
        inner.bytes().all(|c| c == b'0') || inner.bytes().all(|c| c == b'f')
    };
    let u = text
        .strip_prefix("05")
        .filter(|rest| rest.len() == 64)
        .unwrap_or(text);
    described.iter().any(|start| u.starts_with(start)) && uniform(u)
}

#[test]
fn every_recorded_byte_string_is_that_of_the_recordings() {
    let Some(recordings) = recordings() else {
        return;
    };
    let text = recordings.to_string() + &records_in_hex(&recordings);
    let mut compared = 0;
    for entry in fs::read_dir(root().join("sources").join(PEER)).unwrap() {
        let path = entry.unwrap().path();
        let mut values = Vec::new();
        long_hex(&recorded_only(read(&path)), &mut values);
        for value in values.iter().filter(|value| !is_described(value)) {
            let plaintext = hex::decode(value)
                .ok()
                .and_then(|bytes| String::from_utf8(bytes).ok());
            let found = text.contains(value.as_str())
                || value
                    .strip_suffix("00")
                    .is_some_and(|start| text.contains(&format!("\"{start}\"")))
                || plaintext.is_some_and(|plain| text.contains(&plain));
            assert!(found, "{}: {value}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 250, "{compared} values");
}

#[test]
fn every_recorded_parser_result_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    for (family, recorded) in [
        ("wire_signal_message", "signal_message"),
        ("wire_prekey_message", "prekey_message"),
        ("wire_sender_key", "sender_key"),
    ] {
        let cases = recordings["parsing"][recorded].as_array().unwrap();
        let tests = tests(family);
        assert_eq!(tests.len(), cases.len());
        for ((_, test), case) in tests.iter().zip(cases) {
            assert_eq!(test["comment"], case["case"]);
            assert_eq!(test["bytes"], case["bytes"]);
            let accepted = test["known"]["result"] == "valid";
            assert_eq!(Value::Bool(accepted), case["accept"], "{}", case["case"]);
            assert_eq!(
                test["known"].get("errorClass"),
                case.get("error"),
                "{}",
                case["case"]
            );
        }
    }
}

#[test]
fn every_recorded_verification_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let tests = tests("xeddsa_verify");
    let result = |form: &str, case: &Value| {
        let same = |test: &Map<String, Value>| {
            test["form"] == form
                && test["signature"] == case["signature"]
                && test["public"] == case["public"]
        };
        let found = tests
            .iter()
            .find(|(_, test)| same(test))
            .map(|(_, test)| test);
        found.map(|test| Value::Bool(test["known"]["result"] == "valid"))
    };
    for case in recordings["xeddsa"]["edge_cases"].as_array().unwrap() {
        assert_eq!(
            result("deployed", case).as_ref(),
            case.get("libsignal_verify"),
            "{}",
            case["case"]
        );
        assert_eq!(
            result("public_text", case).as_ref(),
            case.get("public_spec_verify"),
            "{}",
            case["case"]
        );
    }
}

#[test]
fn every_recorded_check_of_base_keys_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let cases = recordings["canonical_base_key"]["cases"]
        .as_array()
        .unwrap();
    for ((_, test), case) in tests("canonical").iter().zip(cases) {
        assert_eq!(test["u"], case["u"]);
        let passed = case["result"] == "decryption_failed";
        assert_eq!(
            test["known"]["canonical"],
            Value::Bool(passed),
            "{}",
            case["case"]
        );
    }
    assert_eq!(tests("canonical").len(), cases.len());
}

#[test]
fn confirmations_name_tests_that_the_peer_gave() {
    let confirmations = read(&root().join("confirmations.json"));
    for (family, by_id) in confirmations.as_object().unwrap() {
        let published = read(&root().join("v1").join(format!("{family}.json")));
        let groups = published["testGroups"].as_array().unwrap();
        for (id, peers) in by_id.as_object().unwrap() {
            let id: u64 = id.parse().unwrap();
            let has = |group: &&Value| {
                group["tests"]
                    .as_array()
                    .unwrap()
                    .iter()
                    .any(|test| test["tcId"] == id)
            };
            let group = groups
                .iter()
                .find(has)
                .unwrap_or_else(|| panic!("{family} {id}"));
            for peer in peers.as_array().unwrap() {
                let peer = peer.as_str().unwrap();
                if let Some(recorded) = peer.strip_suffix(" (recorded)") {
                    assert!(
                        group["source"].as_str().unwrap().contains(recorded),
                        "{family} {id}: {peer}"
                    );
                }
            }
        }
    }
}

/// The session records in the recordings, which hold them in base64.
fn records_in_hex(recordings: &Value) -> String {
    let conversations = recordings["conversations"].as_array().unwrap().iter();
    let events = conversations.flat_map(|one| one["events"].as_array().unwrap());
    events
        .filter_map(|event| event["session_record_b64"].as_str())
        .map(|text| hex::encode(BASE64_STANDARD.decode(text).unwrap()))
        .collect()
}
