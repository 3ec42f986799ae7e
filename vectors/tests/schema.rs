//! The published files and their schemas.
use jsonschema::Validator;
use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use twinratchet_vectors::schema::ERROR_CLASSES;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// Every published file.
fn files() -> Vec<(PathBuf, Value)> {
    let folder = fs::read_dir(root().join("v1")).unwrap();
    let mut paths: Vec<PathBuf> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.file_name().unwrap() != "INDEX.json");
    paths.sort();
    assert!(paths.len() >= 15, "{} files", paths.len());
    paths
        .into_iter()
        .map(|path| (path.clone(), read(&path)))
        .collect()
}

fn validator(file: &Value) -> Validator {
    let name = file["schema"].as_str().unwrap();
    let schema = read(&root().join("schema").join(name));
    assert_eq!(schema["$schema"], "http://json-schema.org/draft-07/schema#");
    jsonschema::draft7::new(&schema).unwrap()
}

#[test]
fn every_published_file_fits_the_schema_of_its_name() {
    for (path, file) in files() {
        assert_eq!(file["schema"].as_str(), path.file_name().unwrap().to_str());
        if let Some(error) = validator(&file).iter_errors(&file).next() {
            panic!("{}: {} {error}", path.display(), error.instance_path);
        }
    }
}

#[test]
fn the_canary_fits_its_schema() {
    let file = read(&root().join("canary.json"));
    assert!(validator(&file).is_valid(&file));
}

/// Every object of a value, by the way to it.
fn objects(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            found.push(at.to_owned());
            for (name, member) in members {
                objects(member, &format!("{at}/{name}"), found);
            }
        }
        Value::Array(items) => {
            for (n, item) in items.iter().enumerate() {
                objects(item, &format!("{at}/{n}"), found);
            }
        }
        _ => (),
    }
}

/// The file with a single test: the first, or the last, of each group.
fn samples(file: &Value) -> Vec<Value> {
    let groups = file["testGroups"].as_array().unwrap();
    let tests = groups.iter().flat_map(|group| {
        let tests = group["tests"].as_array().unwrap();
        [tests.first(), tests.last()].map(|test| (group, test.unwrap()))
    });
    tests
        .take(6)
        .map(|(group, test)| {
            let mut sample = file.clone();
            let mut only = group.clone();
            only["tests"] = json!([test]);
            sample["testGroups"] = json!([only]);
            sample
        })
        .collect()
}

/// Members that may be absent; of these one is left out without notice.
const OPTIONAL: [&str; 33] = [
    "confirmedBy",
    "state",
    "salt",
    "addresses",
    "block",
    "dh4",
    "current",
    "oneTimePrekeyId",
    "oneTimePrekey",
    "oneTimePrekeyPrivate",
    "usedOneTimePrekeyId",
    "kemPrekeyId",
    "kemCiphertext",
    "kemPrekey",
    "kemPrekeySignature",
    "kemSignatureRandom",
    "usedKemPrekeyId",
    "profile",
    "kemSeed",
    "kemRandom",
    "spqrKey",
    "spqr",
    "braid",
    "chain",
    "next",
    "chunk",
    "decoded",
    "key",
    "peerRatchetKey",
    "sending",
    "receiving",
    "distributionId",
    "signingPrivate",
];

#[test]
fn an_unknown_or_missing_member_is_refused_everywhere() {
    for (path, file) in files() {
        let validator = validator(&file);
        for sample in samples(&file) {
            let mut places = Vec::new();
            objects(&sample, "", &mut places);
            places.retain(|place| place != "/notes");
            for place in places.iter().take(60) {
                let mut more = sample.clone();
                more.pointer_mut(place).unwrap()["surplus"] = json!("00");
                assert!(
                    !validator.is_valid(&more),
                    "{}: more in {place}",
                    path.display()
                );
                let names: Vec<String> = sample
                    .pointer(place)
                    .unwrap()
                    .as_object()
                    .unwrap()
                    .keys()
                    .cloned()
                    .collect();
                for name in names
                    .iter()
                    .filter(|name| !OPTIONAL.contains(&name.as_str()))
                {
                    let mut less = sample.clone();
                    less.pointer_mut(place)
                        .unwrap()
                        .as_object_mut()
                        .unwrap()
                        .remove(name);
                    assert!(
                        !validator.is_valid(&less),
                        "{}: no {place}/{name}",
                        path.display()
                    );
                }
            }
        }
    }
}

#[test]
fn values_of_another_type_are_refused() {
    let (_, file) = files()
        .into_iter()
        .find(|(_, file)| file["schema"] == "kdf.json")
        .unwrap();
    let validator = validator(&file);
    let input = "/testGroups/0/tests/0/chainKey";
    assert!(file.pointer(input).is_some());
    for wrong in [
        json!("0"),
        json!("AA"),
        json!("0g"),
        json!(7),
        json!(null),
        json!(["00"]),
    ] {
        let mut other = file.clone();
        *other.pointer_mut(input).unwrap() = wrong.clone();
        assert!(!validator.is_valid(&other), "{wrong}");
    }
    for (place, wrong) in [
        ("/version", json!(2)),
        ("/testGroups/0/type", json!("kdf_rk")),
        ("/testGroups/0/profile", json!("signal-v5")),
        ("/testGroups/0/tests/0/tcId", json!(-1)),
        ("/testGroups/0/tests/0/expected/result", json!("acceptable")),
    ] {
        let mut other = file.clone();
        *other.pointer_mut(place).unwrap() = wrong;
        assert!(!validator.is_valid(&other), "{place}");
    }
}

/// Collect the classes of error that are expected anywhere in a value.
fn classes(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            if let Some(Value::String(class)) = members.get("errorClass") {
                found.insert(class.clone());
            }
            members.values().for_each(|member| classes(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| classes(item, found)),
        _ => (),
    }
}

#[test]
fn every_class_of_error_is_expected_by_some_test() {
    let mut found = BTreeSet::new();
    for (_, file) in files() {
        classes(&file, &mut found);
    }
    let every = ERROR_CLASSES.map(str::to_owned);
    assert_eq!(found, BTreeSet::from(every));
}

#[test]
fn every_file_stays_below_one_and_a_half_megabytes() {
    for (path, _) in files() {
        let length = fs::metadata(&path).unwrap().len();
        assert!(length < 1_500_000, "{}: {length} bytes", path.display());
    }
}
