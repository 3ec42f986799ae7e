//! The sources of what stands beside sessions: they say what the recordings have, and leave out none of it.
use serde_json::{Map, Value};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> Value {
    serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
}

/// The tests of a source of one kind.
fn tests(folder: &str, family: &str, kind: &str) -> Vec<Map<String, Value>> {
    let path = root().join("sources").join(folder);
    let file = read(&path.join(format!("{family}.json")));
    let mut found = Vec::new();
    for group in file["groups"].as_array().unwrap() {
        if group["type"] == kind {
            let tests = group["tests"].as_array().unwrap().iter();
            found.extend(tests.map(|test| test.as_object().unwrap().clone()));
        }
    }
    assert!(!found.is_empty(), "{family} {kind}");
    found
}

/// The recordings, if they are at hand.
fn recordings() -> Option<Value> {
    let path = PathBuf::from(root()).join("../../shared/protocol/known-answers.json");
    if path.exists() {
        return Some(read(&path));
    }
    // Not through println, which the test harness would keep to itself.
    let _ = writeln!(
        std::io::stderr(),
        "the recordings are absent: the sources were not compared with them"
    );
    None
}

const PEER: &str = "libsignal-client-0.103.0";
const CURVE: &str = "curve25519-java";

/// Whether some test has these members, `known` and others.
fn has(tests: &[Map<String, Value>], members: &[(&str, &Value)], known: &[(&str, &Value)]) -> bool {
    tests.iter().any(|test| {
        members.iter().all(|(name, value)| test[*name] == **value)
            && known
                .iter()
                .all(|(name, value)| test["known"][*name] == **value)
    })
}

#[test]
fn every_recorded_fingerprint_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let made = tests(PEER, "fingerprint", "fingerprint");
    let digits = tests(PEER, "fingerprint", "fingerprint_display");
    let codes = tests(PEER, "fingerprint", "fingerprint_scannable");
    let cases = recordings["fingerprints"].as_array().unwrap();
    for case in cases {
        for side in ["local", "remote"] {
            let of = |name: &str| &case[format!("{side}_{name}")];
            let inputs = [
                ("iterations", &case["iterations"]),
                ("id", of("id")),
                ("key", of("key")),
            ];
            assert!(has(&made, &inputs, &[("fingerprint", of("hash"))]));
        }
        let sides = [
            ("local", &case["local_hash"]),
            ("remote", &case["remote_hash"]),
        ];
        assert!(has(&digits, &sides, &[("digits", &case["display"])]));
        let inputs = [sides[0], sides[1], ("version", &case["version"])];
        assert!(has(&codes, &inputs, &[("code", &case["scannable"])]));
    }
    assert_eq!(codes.len(), cases.len());
    for iterations in [0, 1, 1_000_001] {
        let class = &recordings["fingerprint_rules"][format!("iterations_{iterations}")];
        let inputs = [("iterations", &Value::from(iterations))];
        assert!(has(&made, &inputs, &[("errorClass", class)]));
    }
}

#[test]
fn every_recorded_signature_of_vxeddsa_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let signed = tests(CURVE, "vxeddsa", "vxeddsa_sign");
    let verified = tests(CURVE, "vxeddsa", "vxeddsa_verify");
    let cases = recordings["vxeddsa"].as_array().unwrap();
    for case in cases {
        let output = ("vrfOutput", &case["vrf_output"]);
        let inputs = ["private", "message", "random"].map(|name| (name, &case[name]));
        let known = [("signature", &case["signature"]), output];
        assert!(has(&signed, &inputs, &known));
        let inputs = ["public", "message", "signature"].map(|name| (name, &case[name]));
        assert!(has(&verified, &inputs, &[output]));
    }
    assert_eq!((signed.len(), verified.len()), (cases.len(), cases.len()));
}

#[test]
fn every_recorded_point_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let recorded = &recordings["elligator"];
    let list = |name: &str| recorded[name].as_array().unwrap();
    let maps = tests(CURVE, "elligator", "elligator2");
    for case in list("elligator2") {
        assert!(has(&maps, &[("r", &case["r"])], &[("u", &case["u"])]));
    }
    let hashed = tests(CURVE, "elligator", "hash_to_point");
    for case in list("hash_to_point") {
        let input = [("message", &case["input"])];
        assert!(has(&hashed, &input, &[("point", &case["point"])]));
    }
    let in_steps = tests(CURVE, "elligator", "steps");
    for (test, case) in in_steps.iter().zip(list("sha512_to_point_without_prefix")) {
        assert_eq!(test["steps"][0]["message"], case["input"]);
        assert_eq!(test["steps"][1]["known"]["point"], case["point"]);
    }
    assert_eq!(maps.len(), list("elligator2").len());
    assert_eq!(hashed.len(), list("hash_to_point").len());
    assert_eq!(in_steps.len(), list("sha512_to_point_without_prefix").len());
}

#[test]
fn the_recorded_conversation_with_header_encryption_is_in_the_sources() {
    let Some(recordings) = recordings() else {
        return;
    };
    let recorded = &recordings["header_encryption"];
    let tests = tests("computed", "header_encryption", "steps");
    let steps = tests[0]["steps"].as_array().unwrap();
    assert_eq!(steps[0]["handshakeSecret"], recorded["shared_secret"]);
    assert_eq!(steps[0]["known"]["sharedKey"], recorded["sk"]);
    assert_eq!(steps[1]["ratchetPrivate"], recorded["bob_ratchet_private"]);
    let events = recorded["events"].as_array().unwrap();
    assert_eq!(steps.len(), 2 + events.len());
    for (step, event) in steps[2..].iter().zip(events) {
        let known = &step["known"];
        assert_eq!(step["associatedData"], recorded["associated_data"]);
        if event["op"] == "send" {
            assert_eq!(step["headerNonce"], event["header_nonce"]);
            for (ours, theirs) in [
                ("header", "header"),
                ("encryptedHeader", "encrypted_header"),
                ("ciphertext", "ciphertext"),
                ("messageKey", "message_key"),
            ] {
                assert_eq!(known[ours], event[theirs]);
            }
        } else {
            assert_eq!(known.get("plaintext"), event.get("plaintext"));
        }
        assert_eq!(known["result"] == "invalid", event.get("error").is_some());
        let Some(state) = event.get("state") else {
            continue;
        };
        let ours = &known["state"];
        for (name, theirs) in [
            ("/ratchetPrivate", "DHs_private"),
            ("/rootKey", "RK"),
            ("/sending/chainKey", "CKs"),
            ("/sending/headerKey", "HKs"),
            ("/receiving/chainKey", "CKr"),
            ("/receiving/headerKey", "HKr"),
            ("/nextSendingHeaderKey", "NHKs"),
            ("/nextReceivingHeaderKey", "NHKr"),
            ("/pn", "PN"),
        ] {
            let found = ours.pointer(name).unwrap_or(&Value::Null);
            assert_eq!(*found, state[theirs], "{name}");
        }
    }
}
