//! Recorded conversations: no recorded result is passed over, whatever else it is used for.
#[path = "support/recordings.rs"]
mod support;

use base64::prelude::{Engine, BASE64_STANDARD};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use std::path::Path;
use support::{alter, command, read, recording, ALTERATIONS, SEED};
use twinratchet_vectors::driver;
use twinratchet_vectors::recordings::{run, Report};

const CONVERSATIONS: usize = 7;
/// The conversation that ends with snapshots, and its last events.
const WITH_SNAPSHOTS: usize = 0;
const SNAPSHOTS: [usize; 2] = [33, 34];
/// How many bytes of each snapshot are altered.
const ALTERED_BYTES: usize = 40;

/// What stands in an event and is no result.
const NO_RESULTS: [&str; 9] = [
    "op", "by", "id", "from", "to", "of", "label", "note", "bundle",
];
/// Inputs that must fit what they belong to: if one is altered, something fails.
const CHECKED_INPUTS: [&str; 3] = [
    "signed_pre_key_signature",
    "kem_pre_key_signature",
    "session_record_b64",
];
/// Inputs that may be altered.
const FREE_INPUTS: [&str; 5] = [
    "private",
    "bytes",
    "signed_pre_key_id",
    "pre_key_id",
    "kem_pre_key_id",
];
/// Results that are inputs as well.
const SHARED: [&str; 2] = ["ciphertext", "ratchet_private"];

/// The chain keys of SPQR on which nothing in the conversation depends.
fn unused_chain_start(conversation: usize, start: &Value) -> bool {
    let epoch = start["epoch"].as_u64().unwrap();
    matches!((conversation, epoch), (2, 3) | (5, 1))
}

fn file() -> Option<Value> {
    recording("known-answers.json").map(|path| read(&path))
}

/// A file of one conversation.
fn only(file: &Value, conversation: usize) -> Value {
    json!({ "conversations": [file["conversations"][conversation]] })
}

fn replay(file: &Value) -> Report {
    run(file.as_object().unwrap().clone(), &mut driver::all())
}

/// Where the results of a conversation are, from the conversation.
fn results(conversation: &Value, place: usize) -> Vec<String> {
    let mut found = vec![
        "/alice/identity_public".to_owned(),
        "/bob/identity_public".to_owned(),
    ];
    let starts = conversation["spqr_chain_starts"].as_array().unwrap();
    for (index, start) in starts.iter().enumerate() {
        if !unused_chain_start(place, start) {
            found.push(format!("/spqr_chain_starts/{index}/next"));
        }
    }
    for (index, event) in conversation["events"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
    {
        collect(event, &format!("/events/{index}"), &mut found);
    }
    found
}

fn collect(value: &Value, pointer: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let is_result =
                    !NO_RESULTS.contains(&name.as_str()) && !FREE_INPUTS.contains(&name.as_str());
                if is_result {
                    collect(member, &format!("{pointer}/{name}"), found);
                }
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                collect(item, &format!("{pointer}/{index}"), found);
            }
        }
        _ => found.push(pointer.to_owned()),
    }
}

/// Whether nothing else is computed from a result.
fn is_result_alone(conversation: &Value, pointer: &str) -> bool {
    let name = pointer.rsplit('/').next().unwrap();
    let is_text_of_send = name == "plaintext" && {
        let event = pointer.rsplit_once('/').unwrap().0;
        conversation.pointer(event).unwrap()["op"] == "send"
    };
    let is_input = is_text_of_send || name == "next";
    !is_input && !SHARED.contains(&name) && !CHECKED_INPUTS.contains(&name)
}

#[test]
fn every_result_of_a_conversation_is_compared() {
    let Some(file) = file() else { return };
    for place in 0..CONVERSATIONS {
        let mut rng = ChaCha20Rng::seed_from_u64(SEED);
        let mut altered = only(&file, place);
        let conversation = altered["conversations"][0].clone();
        let mut pointers = results(&conversation, place);
        pointers.retain(|pointer| is_result_alone(&conversation, pointer));
        for pointer in &pointers {
            let place = format!("/conversations/0{pointer}");
            alter(altered.pointer_mut(&place).unwrap(), &mut rng);
        }
        let report = replay(&altered);
        assert_eq!(report.failures().count(), driver::all().len());
        for failure in report.failures() {
            for pointer in &pointers {
                let named = failure.reason.contains(&format!("{pointer}: "));
                assert!(named, "{place}: {pointer}: {}", failure.driver);
            }
        }
    }
}

#[test]
fn every_altered_result_of_a_conversation_is_found_and_named() {
    let Some(file) = file() else { return };
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("altered-conversation.json");
    for _ in 0..ALTERATIONS {
        let place = rng.next_u32() as usize % CONVERSATIONS;
        let mut altered = only(&file, place);
        let pointers = results(&altered["conversations"][0], place);
        let pointer = &pointers[rng.next_u32() as usize % pointers.len()];
        let leaf = format!("/conversations/0{pointer}");
        alter(altered.pointer_mut(&leaf).unwrap(), &mut rng);
        std::fs::write(&copy, altered.to_string()).unwrap();
        let output = command(&copy);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{place}: {pointer}");
        assert!(
            text.contains("conversations[0]"),
            "{place}: {pointer}: {text}"
        );
    }
}

/// What stands in a snapshot and is checked by nothing: the rejection secret at the end of a decapsulation key of
/// ML-KEM-768.
fn rejection_secret(record: &[u8]) -> std::ops::Range<usize> {
    const FIELD: [u8; 3] = [0x1a, 0xe0, 0x12];
    const LENGTH: usize = 2400;
    let found = record.windows(FIELD.len()).position(|part| part == FIELD);
    found.map_or(0..0, |at| {
        let end = at + FIELD.len() + LENGTH;
        end - 32..end
    })
}

/// The text after a change in the digit that holds the first bits of a byte.
fn altered_base64(text: &str, byte: usize) -> String {
    let at = byte * 8 / 6;
    let other = if &text[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &text[..at], &text[at + 1..])
}

#[test]
fn no_altered_byte_of_a_snapshot_hides() {
    let Some(file) = file() else { return };
    let file = only(&file, WITH_SNAPSHOTS);
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    for event in SNAPSHOTS {
        let pointer = format!("/conversations/0/events/{event}/session_record_b64");
        let text = file.pointer(&pointer).unwrap().as_str().unwrap();
        let record = BASE64_STANDARD.decode(text).unwrap();
        let hidden = rejection_secret(&record);
        for _ in 0..ALTERED_BYTES {
            let byte = rng.next_u32() as usize % record.len();
            let near = hidden.start.saturating_sub(1)..hidden.end;
            if near.contains(&byte) {
                continue;
            }
            let mut altered = file.clone();
            *altered.pointer_mut(&pointer).unwrap() = altered_base64(text, byte).into();
            let report = replay(&altered);
            assert_eq!(report.failures().count(), driver::all().len(), "{byte}");
        }
    }
}

/// Another value of the same kind; of a text another digit in the middle, where no type or clamped bit stands.
fn alter_middle(value: &mut Value) {
    *value = match &*value {
        Value::Number(old) => Value::from(old.as_u64().unwrap() + 1),
        old => {
            let text = old.as_str().unwrap();
            let at = text.len() / 2;
            let digit = if &text[at..=at] == "0" { "1" } else { "0" };
            Value::String(format!("{}{digit}{}", &text[..at], &text[at + 1..]))
        }
    };
}

#[test]
fn an_altered_input_of_a_conversation_is_found() {
    let Some(file) = file() else { return };
    let inputs = [
        (0, "/alice/identity_private"),
        (0, "/alice/name"),
        (0, "/bob/registration_id"),
        (0, "/events/0/private/pre_key"),
        (0, "/events/0/private/kem_secret_key"),
        (0, "/events/0/signed_pre_key_id"),
        (0, "/events/2/plaintext"),
        (1, "/spqr_chain_starts/0/ctr"),
        (1, "/spqr_chain_starts/1/alice_base_key"),
        (3, "/events/4/ciphertext"),
    ];
    for (place, pointer) in inputs {
        let mut altered = only(&file, place);
        let leaf = format!("/conversations/0{pointer}");
        alter_middle(altered.pointer_mut(&leaf).unwrap());
        assert!(!replay(&altered).is_success(), "{place}: {pointer}");
    }
}

#[test]
fn what_a_conversation_does_not_know_fails() {
    let Some(file) = file() else { return };
    let unknown = [
        (1, "/title", json!("another conversation")),
        (1, "/events/4/op", json!("redeliver")),
        (1, "/events/4/note", json!("replayed")),
        (1, "/events/4/to", json!("carol")),
        (1, "/events/4/id", json!("z9")),
        (1, "/events/1/bundle", json!("b7")),
        (1, "/spqr_chain_starts/0/direction", json!("B2B")),
        (0, "/events/33/label", json!("middle")),
    ];
    for (place, pointer, value) in unknown {
        let mut altered = only(&file, place);
        let leaf = format!("/conversations/0{pointer}");
        *altered.pointer_mut(&leaf).unwrap() = value;
        let report = replay(&altered);
        assert_eq!(
            report.failures().count(),
            driver::all().len(),
            "{place}: {pointer}"
        );
    }
    for member in ["another", "note"] {
        let mut more = only(&file, 1);
        more["conversations"][0]["events"][2][member] = json!(1);
        assert!(!replay(&more).is_success(), "{member}");
    }
}
