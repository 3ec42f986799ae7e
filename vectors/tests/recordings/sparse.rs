//! The recordings of SPQR.
mod leaves;

use super::{alter, command, read, recording, replay, SEED};
use leaves::{leaves, with, Leaf, SECTIONS};
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use twinratchet_vectors::driver;
use twinratchet_vectors::recordings::{run_file, Failure, Report, SEPARATOR};

/// How many leaves are altered through the command, and how many of these in the whole file.
const ALTERATIONS: usize = 100;
const IN_WHOLE_FILE: usize = 5;

fn altered(file: &Value, leaf: &Leaf, rng: &mut ChaCha20Rng) -> Value {
    let mut altered = file.clone();
    alter(altered.pointer_mut(&leaf.pointer()).unwrap(), rng);
    altered
}

fn choose<'a, T>(from: &'a [T], rng: &mut ChaCha20Rng) -> &'a T {
    &from[rng.next_u32() as usize % from.len()]
}

/// Where the first failure is, and why.
fn first_failure(file: &Value) -> (String, String) {
    let report = replay(file);
    let failure: &Failure = report.failures().next().expect("nothing failed");
    let place = format!("{}[{}]", failure.section, failure.index);
    (place, failure.reason.clone())
}

/// The file, if it is there.
fn spqr() -> Option<(PathBuf, Value)> {
    let path = recording("known-answers-spqr.json")?;
    let file = read(&path);
    Some((path, file))
}

#[test]
fn recordings_of_spqr_replay_on_every_driver() {
    let Some((path, file)) = spqr() else {
        return;
    };
    let report = run_file(&path, &mut driver::all()).unwrap();
    let failures: Vec<String> = report.failures().map(ToString::to_string).collect();
    assert!(failures.is_empty(), "{failures:#?}");
    let names: Vec<&str> = report
        .sections
        .iter()
        .map(|it| it.section.as_str())
        .collect();
    assert_eq!(names, SECTIONS.map(|(_, name, _)| name));
    for (section, (pointer, name, _)) in report.sections.iter().zip(SECTIONS) {
        let cases = file.pointer(pointer).unwrap().as_array();
        assert_eq!(section.cases, cases.map_or(1, Vec::len), "{name}");
        assert_eq!(section.passed, [section.cases; 2], "{name}");
    }
    assert_eq!(report.not_covered(), 0);
    assert!(report.is_success());
}

#[test]
fn every_altered_result_of_spqr_is_found_and_named() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let leaves = leaves(&file);
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    let copy = Path::new(env!("CARGO_TARGET_TMPDIR")).join("altered-recordings-spqr.json");
    for number in 0..ALTERATIONS {
        let section: &Vec<Leaf> = choose(&leaves, &mut rng);
        let leaf = choose(section, &mut rng);
        let (content, leaf) = if number < IN_WHOLE_FILE {
            (file.clone(), leaf.clone())
        } else {
            leaf.alone(&file)
        };
        let altered = altered(&content, &leaf, &mut rng);
        std::fs::write(&copy, altered.to_string()).unwrap();
        let output = command(&copy);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{}", leaf.pointer());
        assert!(text.contains(&leaf.name()), "{}: {text}", leaf.pointer());
    }
}

/// All results of a case at once, each another value: each must be told.
#[test]
fn every_result_of_spqr_is_compared() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let mut rng = ChaCha20Rng::seed_from_u64(SEED);
    for section in leaves(&file) {
        for case in section.chunk_by(|a, b| a.case == b.case) {
            let (mut altered, _) = case[0].alone(&file);
            for leaf in case {
                let place = leaf.first().pointer();
                alter(altered.pointer_mut(&place).unwrap(), &mut rng);
            }
            let report = replay(&altered);
            for driver in &report.drivers {
                let told = differing(&report, &case[0], driver);
                let all: BTreeSet<String> = case.iter().map(Leaf::told).collect();
                assert_eq!(told, all, "{} on {driver}", case[0].pointer());
            }
        }
    }
}

/// The places in the case of a leaf that a driver is told to differ at.
fn differing(report: &Report, leaf: &Leaf, driver: &str) -> BTreeSet<String> {
    let (_, name, _) = SECTIONS[leaf.section];
    let of_case = |it: &&Failure| it.section == name && it.driver == driver;
    let failure = report.failures().find(of_case).expect("nothing failed");
    let places = failure.reason.split(SEPARATOR);
    let place = |told: &str| told.split_once(": expected").unwrap().0.to_owned();
    places.map(place).collect()
}

/// A file with one case of a section, changed.
fn changed(file: &Value, section: &str, case: usize, change: impl FnOnce(&mut Value)) -> Value {
    let section = SECTIONS.iter().position(|(_, name, _)| *name == section);
    let leaf = Leaf {
        section: section.unwrap(),
        case: Some(case),
        inner: String::new(),
    };
    let (mut alone, leaf) = leaf.alone(file);
    change(alone.pointer_mut(&leaf.pointer()).unwrap());
    alone
}

#[test]
fn a_result_of_spqr_that_is_missing_or_added_is_found() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let take = |pointer: &'static str, name: &'static str| {
        move |case: &mut Value| {
            let members = case.pointer_mut(pointer).unwrap().as_object_mut().unwrap();
            assert!(members.remove(name).is_some());
        }
    };
    let put = |pointer: &'static str, name: &'static str, value: Value| {
        move |case: &mut Value| case.pointer_mut(pointer).unwrap()[name] = value
    };
    let less = [
        ("hkdf", 1, take("", "okm")),
        ("chain", 1, take("/steps/3", "error")),
        ("traces", 7, take("/events/1", "key")),
        ("traces", 7, take("/events/1/after", "next_root")),
        ("traces", 5, take("/events/1", "state_unchanged")),
        ("traces", 6, take("/events/3", "error")),
        ("traces", 6, take("", "state_history")),
    ];
    let more = [
        (
            "traces",
            7,
            put("/events/1", "state_unchanged", json!(true)),
        ),
        ("traces", 7, put("/events/1", "error", json!("MsgDecode"))),
        ("traces", 7, put("/events/1", "another", json!(1))),
        ("chain", 0, put("/steps/0", "error", json!("KeyTrimmed(1)"))),
        ("authenticator", 0, put("/2", "another", json!(1))),
    ];
    for (section, case, change) in less {
        let (place, _) = first_failure(&changed(&file, section, case, change));
        assert_eq!(place, format!("{section}[0]"));
    }
    for (section, case, change) in more {
        let (place, _) = first_failure(&changed(&file, section, case, change));
        assert_eq!(place, format!("{section}[0]"));
    }
}

/// A digit in the middle, where no length or type stands.
fn other_digit(value: &mut Value) {
    let text = value.as_str().unwrap();
    let at = text.len() / 2;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    *value = Value::String(format!("{}{digit}{}", &text[..at], &text[at + 1..]));
}

#[test]
fn an_altered_input_of_spqr_is_found() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let inputs = [
        ("erasure_code.encode", 5, "/message"),
        ("erasure_code.decode", 2, "/steps/1/chunk/data"),
        ("hkdf", 0, "/ikm"),
        ("hkdf", 1, "/salt"),
        ("hkdf", 2, "/info"),
        ("authenticator", 1, "/0/op/new/key"),
        ("authenticator", 1, "/1/op/update/key"),
        ("authenticator", 1, "/2/hdr"),
        ("authenticator", 1, "/2/ct"),
        ("incremental_mlkem768", 0, "/keygen_random_d_z"),
        ("incremental_mlkem768", 1, "/encaps_random_m"),
        ("incremental_mlkem768", 2, "/validation/2/hdr"),
        ("chain", 2, "/initial_key"),
        ("chain", 4, "/steps/1/secret"),
        ("wire.serialize", 2, "/chunk_data"),
        ("traces", 3, "/auth_key"),
        ("traces", 3, "/events/0/random/0"),
        ("traces", 3, "/events/14/random/0"),
        ("traces", 2, "/events/5/msg"),
    ];
    for (section, case, pointer) in inputs {
        let alter = |case: &mut Value| other_digit(case.pointer_mut(pointer).unwrap());
        let (place, _) = first_failure(&changed(&file, section, case, alter));
        assert_eq!(place, format!("{section}[0]"), "{pointer}");
    }
    let numbers = [
        ("gf16.mul", 20, "/0", json!(77)),
        ("authenticator", 2, "/1/mac_epoch", json!("3")),
        ("chain", 2, "/max_jump", json!(6)),
        ("chain", 2, "/max_ooo_keys", json!(4)),
        ("wire.serialize", 0, "/chunk_index", json!(1)),
        ("traces", 3, "/parameters/min_version", json!([1, 0])),
        ("traces", 3, "/parameters/version", json!([0, 1])),
        ("traces", 3, "/events/0/by", json!("B")),
        ("traces", 3, "/events/4/n", json!(6)),
        ("traces", 3, "/events/1/random", json!(["00".repeat(64)])),
        ("traces", 3, "/events/0/random", json!([])),
    ];
    for (section, case, pointer, value) in numbers {
        let alter = |case: &mut Value| put(case, pointer, value);
        let (place, _) = first_failure(&changed(&file, section, case, alter));
        assert_eq!(place, format!("{section}[0]"), "{pointer}");
    }
}

/// Set a member that is there, or is not.
fn put(case: &mut Value, pointer: &str, value: Value) {
    let (parent, name) = pointer.rsplit_once('/').unwrap();
    let parent = case.pointer_mut(parent).unwrap();
    match name.parse::<usize>() {
        Ok(index) => parent[index] = value,
        Err(_) => parent[name] = value,
    }
}

#[test]
fn what_is_not_known_of_spqr_fails() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let names = [
        ("erasure_code.errors", 0, "/op", "transcode", "unknown op"),
        (
            "erasure_code.errors",
            0,
            "/result",
            "PolynomialError(Odd)",
            "/result",
        ),
        (
            "incremental_mlkem768",
            0,
            "/validation/0/ek",
            "altered",
            "validation 0: unknown",
        ),
        (
            "incremental_mlkem768",
            0,
            "/validation/1/hdr",
            "altered",
            "validation 1: unknown",
        ),
        ("chain", 0, "/direction", "A2C", "unknown direction"),
        ("chain", 0, "/steps/1/op", "drop_key", "step 1: unknown op"),
        ("chain", 1, "/steps/3/error", "KeyGone(2)", "/steps/3/error"),
        ("wire.serialize", 3, "/type", "Ct3", "unknown type"),
        (
            "wire.parse",
            0,
            "/result/error",
            "Undecodable",
            "/result/error",
        ),
        ("traces", 6, "/events/1/op", "drop", "event 1: unknown op"),
        ("traces", 6, "/events/1/by", "C", "event 1: unknown side"),
        ("traces", 6, "/events/3/error", "TooOld", "/events/3/error"),
        (
            "traces",
            7,
            "/events/2/change",
            "reversed",
            "event 2: unknown change",
        ),
        ("state_snapshots", 8, "/trace", "another", "unknown trace"),
        (
            "state_snapshots",
            8,
            "/at",
            "A after event 0 (recv)",
            "another one",
        ),
        (
            "state_snapshots",
            8,
            "/at",
            "A after event 700 (recv)",
            "input at",
        ),
    ];
    for (section, case, pointer, name, why) in names {
        let rename = |case: &mut Value| put(case, pointer, json!(name));
        let (place, reason) = first_failure(&changed(&file, section, case, rename));
        assert_eq!(place, format!("{section}[0]"), "{pointer}");
        assert!(reason.contains(why), "{pointer}: {reason}");
    }
}

#[test]
fn unknown_sections_of_spqr_fail() {
    for (section, name) in [("/epochs", "epochs"), ("/gf16/pow", "gf16.pow")] {
        let (place, reason) = first_failure(&with(section, json!([])));
        assert_eq!(
            (place, reason.as_str()),
            (format!("{name}[0]"), "unknown section")
        );
    }
}

#[test]
fn a_failure_in_a_conversation_tells_which_event() {
    let Some((_, file)) = spqr() else {
        return;
    };
    let (_, reason) = first_failure(&changed(&file, "traces", 3, |case| {
        put(case, "/events/11/key", Value::Null);
    }));
    assert!(
        reason.starts_with("/events/11/key: expected null"),
        "{reason}"
    );
    let (_, reason) = first_failure(&changed(&file, "traces", 3, |case| {
        put(case, "/events/6/n", json!(99));
    }));
    assert!(reason.starts_with("event 6: "), "{reason}");
}
