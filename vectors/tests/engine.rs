//! The engine: what parties keep, what every operation gives on both drivers, and what the runner insists on.
#[path = "engine/pair.rs"]
mod pair;
#[path = "engine/parts.rs"]
mod parts;
#[path = "engine/states.rs"]
mod states;
#[path = "engine/version4.rs"]
mod version4;

use serde_json::{json, Value};
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use twinratchet_vectors::bytes::Bytes;
use twinratchet_vectors::driver::{self, Driver};
use twinratchet_vectors::format::TestStep;
use twinratchet_vectors::outcome::{ErrorClass, Outcome, State, Verdict};
use twinratchet_vectors::runner::{run_steps, Reason};
use twinratchet_vectors::step::{Bundle, Kind, Profile, Step, Subject};

/// A driver on which steps are valid unless the test says otherwise.
struct Play(Box<dyn Driver>);

impl Play {
    fn run(&mut self, step: &Step) -> Outcome {
        let outcome = self.0.execute(step);
        assert_eq!(outcome.result, Verdict::Valid, "{step:?}: {outcome:?}");
        outcome
    }

    /// The step is refused and the record of the party is what it was.
    fn refuse(&mut self, step: &Step, class: ErrorClass) {
        let saved = |play: &Self| step.subject().and_then(|about| play.0.saved(&about));
        let before = saved(self);
        let outcome = self.0.execute(step);
        assert_eq!(
            outcome.error_class,
            Some(class),
            "{}: {step:?}",
            self.0.name()
        );
        assert_eq!(saved(self), before);
    }

    fn encrypt(&mut self, party: &str, peer: &str) -> (Kind, Vec<u8>) {
        let outcome = self.run(&encrypt(party, peer));
        let kind = serde_json::from_value(outcome.outputs["kind"].clone()).unwrap();
        (kind, outcome.bytes("message").unwrap())
    }
}

fn secret(n: u8) -> Bytes {
    Bytes(vec![n; 32])
}

fn create(party: &str, identity: u8) -> Step {
    Step::CreateParty {
        party: party.to_owned(),
        name: party.to_owned(),
        device_id: 1,
        identity_private: secret(identity),
        registration_id: 5,
        profile: Profile::SignalV3,
    }
}

fn encrypt(party: &str, peer: &str) -> Step {
    Step::Encrypt {
        party: party.to_owned(),
        peer: peer.to_owned(),
        plaintext: Bytes(b"text".to_vec()),
        now_ms: 1000,
        kem_seed: None,
        kem_random: None,
    }
}

fn decrypt(party: &str, peer: &str, (kind, message): &(Kind, Vec<u8>)) -> Step {
    Step::Decrypt {
        party: party.to_owned(),
        peer: peer.to_owned(),
        kind: *kind,
        message: Bytes(message.clone()),
        ratchet_private: secret(90),
    }
}

fn start(bundle: &Bundle) -> Step {
    Step::StartSession {
        party: "alice".to_owned(),
        peer: "bob".to_owned(),
        bundle: bundle.clone(),
        base_private: secret(10),
        ratchet_private: secret(11),
        now_ms: 1000,
        kem_random: None,
    }
}

fn delete(party: &str, peer: &str) -> Step {
    Step::DeleteRecord {
        party: party.to_owned(),
        peer: peer.to_owned(),
    }
}

/// Alice, and Bob with prekeys 1 and 2; Bob's bundle.
fn parties(play: &mut Play, bob: u8) -> Bundle {
    play.run(&create("alice", 1));
    play.run(&create("bob", bob));
    play.run(&Step::AddSignedPrekey {
        party: "bob".to_owned(),
        id: 1,
        private: secret(3),
    });
    play.run(&Step::AddOneTimePrekey {
        party: "bob".to_owned(),
        id: 2,
        private: secret(4),
    });
    publish(play)
}

fn publish(play: &mut Play) -> Bundle {
    let outcome = play.run(&Step::PublishBundle {
        party: "bob".to_owned(),
        signed_prekey_id: 1,
        one_time_prekey_id: Some(2),
        signature_random: Bytes(vec![9; 64]),
        kem_prekey_id: None,
        kem_signature_random: None,
    });
    serde_json::from_value(outcome.outputs["bundle"].clone()).unwrap()
}

/// The same story on every driver.
fn each(story: impl Fn(Play)) {
    for driver in driver::all() {
        story(Play(driver));
    }
}

#[test]
fn a_refused_step_leaves_the_record_as_it_was() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        play.run(&start(&bundle));
        let first = play.encrypt("alice", "bob");
        // The last byte of the tag inside: two fields of two bytes come after it.
        let mut bad = first.clone();
        let at = bad.1.len() - 5;
        bad.1[at] ^= 1;
        play.refuse(&decrypt("bob", "alice", &bad), ErrorClass::DecryptionFailed);
        assert_eq!(play.0.snapshot("bob", "alice"), None);
        play.run(&decrypt("bob", "alice", &first));
        play.refuse(
            &decrypt("bob", "alice", &first),
            ErrorClass::DuplicateMessage,
        );
        let mut answer = play.encrypt("bob", "alice");
        *answer.1.last_mut().unwrap() ^= 1;
        play.refuse(
            &decrypt("alice", "bob", &answer),
            ErrorClass::DecryptionFailed,
        );
        play.refuse(
            &decrypt("alice", "bob", &(Kind::Signal, vec![0x33])),
            ErrorClass::TooShort,
        );
    });
}

#[test]
fn a_malformed_step_is_bad_input() {
    each(|mut play| {
        play.refuse(&encrypt("alice", "bob"), ErrorClass::BadInput);
        let bundle = parties(&mut play, 2);
        play.refuse(&encrypt("alice", "nobody"), ErrorClass::BadInput);
        play.refuse(&encrypt("alice", "bob"), ErrorClass::NoSession);
        let short = Step::StartSession {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            bundle,
            base_private: Bytes(vec![1; 31]),
            ratchet_private: secret(1),
            now_ms: 0,
            kem_random: None,
        };
        play.refuse(&short, ErrorClass::BadInput);
        let save = Step::Save {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
        };
        play.refuse(&save, ErrorClass::NoSession);
    });
}

#[test]
fn a_used_one_time_prekey_is_gone() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        play.run(&start(&bundle));
        let first = play.encrypt("alice", "bob");
        let opened = play.run(&decrypt("bob", "alice", &first));
        assert_eq!(opened.outputs["usedOneTimePrekeyId"], json!(2));
        play.run(&delete("bob", "alice"));
        play.refuse(
            &decrypt("bob", "alice", &first),
            ErrorClass::UnknownPrekeyId,
        );
    });
}

#[test]
fn an_identity_is_stored_on_success_and_replaced_when_accepted() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        let mut forged = bundle.clone();
        forged.signed_prekey_signature.0[0] ^= 1;
        play.refuse(&start(&forged), ErrorClass::BadSignature);
        play.run(&start(&bundle));
        play.run(&delete("alice", "bob"));
        let other = {
            let mut other = Play(driver::all().remove(0));
            parties(&mut other, 6)
        };
        play.refuse(&start(&other), ErrorClass::UntrustedIdentity);
        play.run(&Step::AcceptIdentity {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            identity_key: other.identity_key.clone(),
        });
        play.run(&start(&other));
        play.refuse(&start(&bundle), ErrorClass::UntrustedIdentity);
    });
}

#[test]
fn a_failed_first_step_stores_no_identity() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        let mut forged = bundle.clone();
        forged.signed_prekey_signature.0[0] ^= 1;
        play.refuse(&start(&forged), ErrorClass::BadSignature);
        let other = {
            let mut other = Play(driver::all().remove(0));
            parties(&mut other, 6)
        };
        play.run(&start(&other));
    });
}

#[test]
fn messages_are_dropped_all_or_none() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        play.run(&start(&bundle));
        let dropped = |count| Step::DropMessages {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            plaintext: Bytes(b"text".to_vec()),
            count,
            now_ms: 1000,
            kem_seed: None,
            kem_random: None,
        };
        let outcome = play.run(&dropped(3));
        let record = outcome.record().unwrap();
        assert_eq!(record.current.as_ref().unwrap().sending.ns, 3);
        let late = Step::DropMessages {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            plaintext: Bytes(Vec::new()),
            count: 2,
            now_ms: 31 * 24 * 3600 * 1000,
            kem_seed: None,
            kem_random: None,
        };
        play.refuse(&late, ErrorClass::NoSession);
    });
}

#[test]
fn records_are_copied_and_saved() {
    each(|mut play| {
        let bundle = parties(&mut play, 2);
        play.run(&create("carol", 7));
        play.run(&start(&bundle));
        play.run(&Step::CopyRecord {
            party: "alice".to_owned(),
            from_peer: "bob".to_owned(),
            to_peer: "carol".to_owned(),
        });
        let of = |play: &Play, peer| play.0.saved(&Subject::record("alice", peer));
        let saved = of(&play, "carol").unwrap();
        assert_eq!(Some(&saved), of(&play, "bob").as_ref());
        let load = |saved: &[u8]| Step::Load {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            saved: saved.into(),
        };
        play.encrypt("alice", "bob");
        play.run(&load(&saved));
        assert_eq!(Some(&saved), of(&play, "bob").as_ref());
        play.refuse(&load(&saved[1..]), ErrorClass::InvalidRecord);
    });
}

/// A driver whose record changes with every step, or that panics.
struct Broken {
    panics: bool,
    steps: u32,
}

impl Driver for Broken {
    fn name(&self) -> &'static str {
        "broken"
    }

    fn reset(&mut self) {
        self.steps = 0;
    }

    fn execute(&mut self, _: &Step) -> Outcome {
        assert!(!self.panics, "on purpose");
        self.steps += 1;
        Outcome::invalid(ErrorClass::NoSession)
    }

    fn state(&self, _: &Subject) -> Option<State> {
        None
    }

    fn saved(&self, _: &Subject) -> Option<Vec<u8>> {
        Some(self.steps.to_be_bytes().to_vec())
    }
}

fn no_session() -> TestStep {
    TestStep {
        step: encrypt("alice", "bob"),
        expected: Outcome::invalid(ErrorClass::NoSession),
    }
}

#[test]
fn an_invalid_step_that_changes_the_record_fails() {
    let mut driver = Broken {
        panics: false,
        steps: 0,
    };
    let (index, reason) = run_steps(&mut driver, &[no_session()]).unwrap_err();
    assert_eq!(index, 0);
    assert!(matches!(reason, Reason::Changed(found) if found[0].path == "/saved"));
}

#[test]
fn a_panic_of_a_driver_is_a_failure_of_the_test() {
    let mut driver = Broken {
        panics: true,
        steps: 0,
    };
    let (_, reason) = run_steps(&mut driver, &[no_session()]).unwrap_err();
    assert!(matches!(reason, Reason::Panicked(why) if why == "on purpose"));
}

/// The operations of every step of a value.
fn operations(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for name in ["op", "type"] {
                found.extend(members.get(name).and_then(Value::as_str).map(str::to_owned));
            }
            members
                .values()
                .for_each(|member| operations(member, found));
        }
        Value::Array(items) => items.iter().for_each(|item| operations(item, found)),
        _ => (),
    }
}

#[test]
fn every_operation_has_a_published_vector_or_a_test_here() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let read = |path: &Path| fs::read_to_string(path).unwrap();
    let files = |folder: &str| fs::read_dir(root.join(folder)).unwrap();
    let mut executed = BTreeSet::new();
    for file in files("v1") {
        let content = serde_json::from_str(&read(&file.unwrap().path())).unwrap();
        operations(&content, &mut executed);
    }
    let tests: String = files("tests/engine")
        .map(|file| read(&file.unwrap().path()))
        .collect();
    let schema: Value = serde_json::from_str(&read(&root.join("schema/steps.json"))).unwrap();
    let definitions = schema["definitions"].as_object().unwrap();
    let steps = definitions
        .keys()
        .filter_map(|name| name.strip_prefix("step_"));
    let mut count = 0;
    for op in steps {
        let tested = executed.contains(op) || tests.contains(&format!("\"{op}\""));
        assert!(tested, "{op}");
        count += 1;
    }
    assert!(count >= 114, "{count} operations");
}
