//! Recorded answers of other implementations: both files replay, and no recorded result is passed over.
#[path = "recordings/sparse.rs"]
mod sparse;

use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use twinratchet_vectors::driver;
use twinratchet_vectors::recordings::{run, run_file, Failure, Report};

/// How many leaves are altered, one after the other.
const ALTERATIONS: usize = 100;
const SEED: u64 = 20_260_101;

/// The sections that are replayed: where, under which name, and which members are no results.
const SECTIONS: [(&str, &str, &[&str]); 14] = [
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
];

/// A recorded result: its place, and how a failure there is named.
struct Leaf {
    pointer: String,
    name: String,
}

/// A file of recordings, if it is there: it is in the workplace and not part of the repository.
fn recording(name: &str) -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/protocol");
    let path = folder.join(name);
    if path.exists() {
        return Some(path);
    }
    eprintln!("LEFT OUT: there are no recordings at {}", path.display());
    None
}

fn read(path: &Path) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn replay(value: &Value) -> Report {
    run(value.as_object().unwrap().clone(), &mut driver::all())
}

fn command(path: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_twinratchet"))
        .args(["verify", "--recordings"])
        .arg(path)
        .output()
        .unwrap()
}

/// Every recorded result of the sections that are replayed.
fn leaves(file: &Value) -> Vec<Leaf> {
    let mut found = Vec::new();
    for (pointer, name, others) in SECTIONS {
        let section = file.pointer(pointer).unwrap();
        if let Some(cases) = section.as_array() {
            for (index, case) in cases.iter().enumerate() {
                let covered = !case["case"]
                    .as_str()
                    .unwrap_or_default()
                    .starts_with("KEM ");
                if covered || name != "keys" {
                    collect(
                        case,
                        &format!("{pointer}/{index}"),
                        &format!("{name}[{index}]"),
                        others,
                        &mut found,
                    );
                }
            }
        } else {
            collect(section, pointer, &format!("{name}[0]"), others, &mut found);
        }
    }
    found
}

fn collect(value: &Value, pointer: &str, name: &str, others: &[&str], found: &mut Vec<Leaf>) {
    if let Some(members) = value.as_object() {
        let results = members
            .iter()
            .filter(|(member, _)| !others.contains(&member.as_str()));
        for (member, value) in results {
            collect(value, &format!("{pointer}/{member}"), name, others, found);
        }
    } else {
        found.push(Leaf {
            pointer: pointer.to_owned(),
            name: name.to_owned(),
        });
    }
}

/// Another value of the same kind.
fn alter(value: &mut Value, rng: &mut ChaCha20Rng) {
    *value = match &*value {
        Value::Bool(old) => Value::Bool(!old),
        Value::Number(old) => Value::from(old.as_u64().unwrap() + 1),
        Value::String(old) => Value::String(altered_text(old, rng)),
        _ => Value::from(0),
    };
}

fn altered_text(old: &str, rng: &mut ChaCha20Rng) -> String {
    if old.is_empty() || hex::decode(old).is_err() {
        return format!("{old}x");
    }
    let at = rng.next_u32() as usize % old.len();
    let digit = u32::from_str_radix(&old[at..=at], 16).unwrap();
    let other = (digit + 1 + rng.next_u32() % 15) % 16;
    format!("{}{other:x}{}", &old[..at], &old[at + 1..])
}

#[test]
fn recordings_of_the_protocol_replay_on_every_driver() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let report = run_file(&path, &mut driver::all()).unwrap();
    let failures: Vec<String> = report.failures().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    for (_, name, _) in SECTIONS {
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
    assert!(report.not_covered() > 0);
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
    let leaves = leaves(&original);
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("altered-recordings.json");
    for _ in 0..ALTERATIONS {
        let leaf = &leaves[rng.next_u32() as usize % leaves.len()];
        let mut altered = original.clone();
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
    for leaf in leaves(&original) {
        let top = leaf.pointer.split('/').nth(1).unwrap();
        let mut altered = json!({ top: original[top] });
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
fn a_result_that_is_missing_or_added_is_found() {
    let Some(path) = recording("known-answers.json") else {
        return;
    };
    let original = read(&path);
    for (section, index) in [("hkdf", 1), ("xeddsa_peer_signatures", 3)] {
        let mut less = original.clone();
        let case = less[section][index].as_object_mut().unwrap();
        assert!(case
            .remove("out")
            .or_else(|| case.remove("verifies"))
            .is_some());
        let mut more = original.clone();
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
    ];
    for pointer in inputs {
        let mut altered = original.clone();
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
    let original = read(&path);
    let mut section = original.clone();
    section["handshakes"] = json!([]);
    let mut nested = original.clone();
    nested["parsing"]["receipt"] = json!([]);
    let mut title = original.clone();
    title["keys"]["cases"][2]["case"] = json!("public key 30 bytes");
    let mut style = original;
    style["xeddsa"]["signing_with_fixed_random"][0]["style"] = json!("another");
    let expected = [
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
