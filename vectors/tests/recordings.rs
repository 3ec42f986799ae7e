//! Recorded answers of other implementations: both files replay, and no recorded result is passed over.
#[path = "recordings/sparse.rs"]
mod sparse;
#[path = "support/recordings.rs"]
mod support;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use std::path::Path;
use support::{alter, command, read, recording, ALTERATIONS, SEED};
use twinratchet_vectors::driver;
use twinratchet_vectors::recordings::{run, run_file, Failure, Report};

/// The sections that are replayed, conversations aside: where, under which name, and which members are no results.
const SECTIONS: [(&str, &str, &[&str]); 30] = [
    ("/keys/cases", "keys", &["case", "a_private", "b_public"]),
    (
        "/xeddsa/signing_with_fixed_random",
        "xeddsa.signing_with_fixed_random",
        &["private", "message", "random", "style", "source"],
    ),
    (
        "/xeddsa/fixed_verify",
        "xeddsa.fixed_verify",
        &["public", "message", "signature", "source"],
    ),
    (
        "/xeddsa/edge_cases",
        "xeddsa.edge_cases",
        &["case", "public", "message", "signature", "source"],
    ),
    (
        "/xeddsa_peer_signatures",
        "xeddsa_peer_signatures",
        &["private", "message", "source"],
    ),
    (
        "/hkdf",
        "hkdf",
        &["ikm", "salt", "info", "length", "source"],
    ),
    (
        "/alternate_identity_signature",
        "alternate_identity_signature",
        &["private", "other", "source"],
    ),
    (
        "/identity_key_pair_serialized",
        "identity_key_pair_serialized",
        &["private", "source"],
    ),
    (
        "/canonical_base_key/cases",
        "canonical_base_key",
        &["case", "u"],
    ),
    (
        "/chain_step",
        "chain_step",
        &["chain_key", "spqr_message_key", "source"],
    ),
    (
        "/x3dh_v3",
        "x3dh_v3",
        &[
            "alice_identity_private",
            "alice_base_private",
            "bob_identity_private",
            "bob_signed_prekey_private",
            "one_time_prekey",
            "source",
        ],
    ),
    (
        "/v3_session",
        "v3_session",
        &[
            "bob_session_record",
            "alice_ratchet_private",
            "whisper_0",
            "whisper_1",
            "prekey_message",
            "delivery_order",
            "bob_reply_plaintext",
            "priv",
            "source",
        ],
    ),
    (
        "/parsing/signal_message",
        "parsing.signal_message",
        &["case", "bytes"],
    ),
    (
        "/parsing/prekey_message",
        "parsing.prekey_message",
        &["case", "bytes"],
    ),
    (
        "/parsing/sender_key",
        "parsing.sender_key",
        &["case", "bytes"],
    ),
    (
        "/sender_keys",
        "sender_keys",
        &[
            "source",
            "sender_name",
            "sender_device_id",
            "op",
            "id",
            "note",
        ],
    ),
    ("/sender_key_rules", "sender_key_rules", &["source"]),
    ("/handshake_cases/cases", "handshake_cases", &["case"]),
    ("/limits/cases/archive", "limits.archive", &[]),
    ("/limits/cases/age", "limits.age", &[]),
    ("/limits/cases/normal", "limits.normal", &[]),
    ("/limits/cases/self", "limits.self", &[]),
    (
        "/fingerprints",
        "fingerprints",
        &[
            "iterations",
            "version",
            "local_id",
            "local_key",
            "remote_id",
            "remote_key",
            "source",
        ],
    ),
    (
        "/fingerprint_rules/compare",
        "fingerprint_rules.compare",
        &["0"],
    ),
    (
        "/fingerprint_rules",
        "fingerprint_rules",
        &["compare", "source"],
    ),
    (
        "/vxeddsa",
        "vxeddsa",
        &["private", "message", "random", "source"],
    ),
    (
        "/elligator/elligator2",
        "elligator.elligator2",
        &["r", "source"],
    ),
    (
        "/elligator/sha512_to_point_without_prefix",
        "elligator.sha512_to_point_without_prefix",
        &["input", "source"],
    ),
    (
        "/elligator/hash_to_point",
        "elligator.hash_to_point",
        &["input", "source"],
    ),
    (
        "/header_encryption",
        "header_encryption",
        &[
            "shared_secret",
            "bob_ratchet_private",
            "alice_ratchet_private",
            "associated_data",
            "op",
            "id",
            "by",
            "to",
            "header_nonce",
            "source",
        ],
    ),
];
/// Sections that take long: all of their results are altered at once.
const LONG: [&str; 3] = ["limits.normal", "limits.self", "sender_key_rules"];

/// A recorded result: its place, and how a failure there is named.
struct Leaf {
    pointer: String,
    name: String,
}

fn replay(value: &Value) -> Report {
    run(value.as_object().unwrap().clone(), &mut driver::all())
}

/// Every recorded result of the sections that are replayed.
fn leaves(file: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (pointer, name, others) in SECTIONS {
        let section = file.pointer(pointer).unwrap();
        if let Some(cases) = section.as_array() {
            for (index, case) in cases.iter().enumerate() {
                collect(
                    case,
                    &format!("{pointer}/{index}"),
                    &format!("{name}[{index}]"),
                    others,
                    &mut found,
                );
            }
        } else {
            collect(section, pointer, &format!("{name}[0]"), others, &mut found);
        }
    }
    found
}

/// The file without every section that does not hold a leaf.
fn only_section(file: &Value, leaf: &Leaf) -> Value {
    let within = |(pointer, ..): &&(&str, &str, &[&str])| leaf.pointer.starts_with(pointer);
    let (pointer, ..) = SECTIONS.iter().find(within).unwrap();
    let mut section = file.pointer(pointer).unwrap().clone();
    // Of the conversations of groups, which take long, only that of the leaf has events.
    for (index, case) in section.as_array_mut().into_iter().flatten().enumerate() {
        if case.get("events").is_some() && leaf.name != format!("sender_keys[{index}]") {
            case["events"] = json!([]);
        }
    }
    let names: Vec<&str> = pointer.split('/').skip(1).collect();
    let outwards = names.iter().rev();
    outwards.fold(section, |value, name| json!({ *name: value }))
}

fn is_long(leaf: &Leaf) -> bool {
    LONG.iter().any(|name| leaf.name.starts_with(name))
}

fn collect(value: &Value, pointer: &str, name: &str, others: &[&str], found: &mut Vec<Leaf>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => members.iter().map(|(n, v)| (n.clone(), v)).collect(),
        Value::Array(items) if !items.is_empty() => items
            .iter()
            .enumerate()
            .map(|(n, v)| (n.to_string(), v))
            .collect(),
        _ => {
            found.push(Leaf {
                pointer: pointer.to_owned(),
                name: name.to_owned(),
            });
            return;
        }
    };
    for (member, inner) in members {
        if !others.contains(&member.as_str()) && !is_given(value, &member) {
            collect(inner, &format!("{pointer}/{member}"), name, others, found);
        }
    }
}

/// Whether a member is an input here that is a result elsewhere in its section: what is sent is given, what is delivered is
/// a result.
fn is_given(members: &Value, name: &str) -> bool {
    match members["op"].as_str() {
        Some("rotate" | "deliver") => name == "bytes",
        Some("send") => name == "plaintext",
        _ => false,
    }
}

#[test]
fn recordings_of_the_protocol_replay_on_every_driver() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let report = run_file(&path, &mut driver::all()).unwrap();
    let failures: Vec<String> = report.failures().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    let names = SECTIONS.iter().map(|(_, name, _)| *name);
    for name in names.chain(["conversations"]) {
        let section = report
            .sections
            .iter()
            .find(|it| it.section == name)
            .unwrap();
        assert!(section.cases > 0, "{name}");
        assert!(
            section.passed.iter().all(|passed| *passed == section.cases),
            "{name}"
        );
    }
    assert!(report.is_success());
}

#[test]
fn a_file_of_which_nothing_is_covered_fails_and_says_so() {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join("empty-recordings.json");
    std::fs::write(&path, json!({ "about": {} }).to_string()).unwrap();
    let output = command(&path);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no test ran"));
}

#[test]
fn every_altered_result_is_found_and_named() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    let mut leaves = leaves(&original);
    leaves.retain(|leaf| !is_long(leaf));
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("altered-recordings.json");
    for _ in 0..ALTERATIONS {
        let leaf = &leaves[rng.next_u32() as usize % leaves.len()];
        let mut altered = only_section(&original, leaf);
        alter(altered.pointer_mut(&leaf.pointer).unwrap(), &mut rng);
        std::fs::write(&copy, altered.to_string()).unwrap();
        let output = command(&copy);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{}", leaf.pointer);
        assert!(text.contains(&leaf.name), "{}: {text}", leaf.pointer);
    }
}

#[test]
fn every_result_is_compared() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    for leaf in leaves(&original).iter().filter(|leaf| !is_long(leaf)) {
        let mut altered = only_section(&original, leaf);
        alter(altered.pointer_mut(&leaf.pointer).unwrap(), &mut rng);
        let report = replay(&altered);
        let place = |failure: &Failure| format!("{}[{}]", failure.section, failure.index);
        assert!(
            report.failures().any(|it| place(it) == leaf.name),
            "{}",
            leaf.pointer
        );
    }
}

#[test]
fn every_result_of_a_long_section_is_compared() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    for (pointer, name, _) in SECTIONS.iter().filter(|(_, name, _)| LONG.contains(name)) {
        let mut leaves = leaves(&original);
        leaves.retain(|leaf| leaf.pointer.starts_with(pointer));
        let mut altered = only_section(&original, &leaves[0]);
        for leaf in &leaves {
            alter(altered.pointer_mut(&leaf.pointer).unwrap(), &mut rng);
        }
        let report = replay(&altered);
        assert_eq!(report.failures().count(), driver::all().len(), "{name}");
        for leaf in &leaves {
            let member = &leaf.pointer[pointer.len()..];
            let named = |failure: &Failure| failure.reason.contains(&format!("{member}: "));
            assert!(report.failures().all(named), "{}", leaf.pointer);
        }
    }
}

#[test]
fn a_result_that_is_missing_or_added_is_found() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    for (section, index) in [("hkdf", 1), ("xeddsa_peer_signatures", 3)] {
        let original = json!({ section: original[section] });
        let mut less = original.clone();
        let case = less[section][index].as_object_mut().unwrap();
        assert!(case
            .remove("out")
            .or_else(|| case.remove("verifies"))
            .is_some());
        let mut more = original;
        more[section][index]["another"] = json!(1);
        for altered in [less, more] {
            let report = replay(&altered);
            let first = report.failures().next().unwrap();
            assert_eq!((first.section.as_str(), first.index), (section, index));
        }
    }
}

#[test]
fn an_altered_input_is_found() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    let inputs = [
        "/hkdf/0/ikm",
        "/hkdf/1/salt",
        "/hkdf/1/info",
        "/chain_step/chain_key",
        "/canonical_base_key/cases/13/u",
        "/alternate_identity_signature/signature",
        "/alternate_identity_signature/other",
        "/xeddsa/signing_with_fixed_random/0/message",
        "/xeddsa/signing_with_fixed_random/1/random",
        "/xeddsa_peer_signatures/7/signature",
        "/v3_session/bob_session_record",
        "/v3_session/whisper_0",
        "/v3_session/whisper_1",
        "/v3_session/prekey_message",
        "/v3_session/bob_reply_plaintext",
        "/fingerprints/0/local_id",
        "/fingerprints/6/remote_key",
        "/vxeddsa/0/message",
        "/vxeddsa/3/random",
        "/elligator/elligator2/0/r",
        "/elligator/sha512_to_point_without_prefix/1/input",
        "/header_encryption/shared_secret",
        "/header_encryption/associated_data",
        "/header_encryption/events/0/plaintext",
        "/header_encryption/events/7/header_nonce",
    ];
    for pointer in inputs {
        let top = pointer.split('/').nth(1).unwrap();
        let mut altered = json!({ top: original[top] });
        let value = altered.pointer_mut(pointer).unwrap();
        let text = value.as_str().unwrap();
        // A digit in the middle, where no length, type or clamped bit stands.
        let at = text.len() / 2;
        let digit = if &text[at..=at] == "0" { "1" } else { "0" };
        *value = Value::String(format!("{}{digit}{}", &text[..at], &text[at + 1..]));
        assert!(!replay(&altered).is_success(), "{pointer}");
    }
}

#[test]
fn unknown_sections_and_titles_fail() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let mut original = read(&path);
    original
        .as_object_mut()
        .unwrap()
        .retain(|name, _| ["keys", "xeddsa", "parsing"].contains(&name.as_str()));
    let mut handshake = json!({ "handshake_cases": read(&path)["handshake_cases"] });
    handshake["handshake_cases"]["cases"][4]["case"] = json!("base key u=p+1");
    let mut limit = json!({ "limits": read(&path)["limits"] });
    let limits = limit["limits"]["cases"].as_object_mut().unwrap();
    limits.retain(|name, _| name == "age");
    limits["age"]["32d"] = json!("no_session");
    let mut limits = limit.clone();
    limits["limits"]["cases"] = json!({ "group": {} });
    let mut section = original.clone();
    section["handshakes"] = json!([]);
    let mut nested = original.clone();
    nested["parsing"]["receipt"] = json!([]);
    let mut title = original.clone();
    title["keys"]["cases"][2]["case"] = json!("public key 30 bytes");
    let mut style = original;
    style["xeddsa"]["signing_with_fixed_random"][0]["style"] = json!("another");
    let expected = [
        (handshake, "handshake_cases", 4),
        (limit, "limits.age", 0),
        (limits, "limits.cases.group", 0),
        (section, "handshakes", 0),
        (nested, "parsing.receipt", 0),
        (title, "keys", 2),
        (style, "xeddsa.signing_with_fixed_random", 0),
    ];
    for (altered, name, index) in expected {
        let report = replay(&altered);
        let first = report.failures().next().unwrap();
        assert_eq!((first.section.as_str(), first.index), (name, index));
    }
}
