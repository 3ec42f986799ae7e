//! Differential tests of everything that takes bytes: spec and impl agree, nothing panics, errors are of the few that
//! the operation has, and a state after an error is the state before it.
//!
//! 10,000 cases each in release builds; a few in others, where the specification is slow.
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseError, TestRng, TestRunner};
use twinratchet_vectors::bytes::Bytes;
use twinratchet_vectors::diff::lockstep::{Divergence, Lockstep};
use twinratchet_vectors::diff::scenario::Tamper;
use twinratchet_vectors::diff::strategies as draw;
use twinratchet_vectors::diff::world::damage;
use twinratchet_vectors::driver::implementation::ImplementationDriver;
use twinratchet_vectors::driver::spec::SpecDriver;
use twinratchet_vectors::outcome::{ErrorClass, Outcome, Verdict};
use twinratchet_vectors::step::{Bundle, Kind, Profile, Step};
use ErrorClass as E;

const CASES: u32 = 10_000;
const CASES_UNOPTIMISED: u32 = 200;
const NOW_MS: u64 = 1_700_000_000_000;

const KEY_ERRORS: [ErrorClass; 3] = [E::MissingKeyType, E::BadKeyType, E::BadKeyLength];
const SIGNAL_ERRORS: [ErrorClass; 7] = [
    E::TooShort,
    E::LegacyVersion,
    E::UnrecognizedVersion,
    E::InvalidProtobuf,
    E::MissingKeyType,
    E::BadKeyType,
    E::BadKeyLength,
];
const PREKEY_ERRORS: [ErrorClass; 2] = [E::KemFieldsMismatch, E::KemFieldsMissing];
const DECRYPT_ERRORS: [ErrorClass; 4] = [
    E::NoSession,
    E::DuplicateMessage,
    E::DecryptionFailed,
    E::UntrustedIdentity,
];
const HANDSHAKE_ERRORS: [ErrorClass; 6] = [
    E::UnsupportedVersion,
    E::UnknownSignedPrekeyId,
    E::UnknownPrekeyId,
    E::InvalidBaseKey,
    E::InvalidAgreement,
    E::InvalidRecord,
];

/// A runner whose cases are always the same.
fn runner(name: &str) -> TestRunner {
    let exe = std::env::current_exe().unwrap();
    let optimised = exe.components().any(|part| part.as_os_str() == "release");
    let config = Config {
        cases: if optimised { CASES } else { CASES_UNOPTIMISED },
        failure_persistence: None,
        ..Config::default()
    };
    let mut seed = [0; 32];
    for (place, byte) in seed.iter_mut().zip(name.bytes()) {
        *place = byte;
    }
    TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed))
}

fn failed(divergence: &Divergence) -> TestCaseError {
    TestCaseError::fail(divergence.to_string())
}

/// The error of an outcome, if it has one, must be among these.
fn is_of(outcome: &Outcome, errors: &[ErrorClass]) -> Result<(), TestCaseError> {
    match outcome.error_class {
        Some(class) if !errors.contains(&class) => {
            Err(TestCaseError::fail(format!("unexpected {class:?}")))
        }
        _ => Ok(()),
    }
}

/// Steps without state: the drivers agree, and errors are among these.
fn agree(name: &str, steps: impl Strategy<Value = Step>, errors: &[ErrorClass]) {
    runner(name)
        .run(&steps, |step| {
            let mut spec = SpecDriver::default();
            let mut implementation = ImplementationDriver::default();
            let mut lockstep = Lockstep::new(&mut spec, &mut implementation);
            is_of(&lockstep.execute(&step).map_err(|it| failed(&it))?, errors)
        })
        .unwrap();
}

/// Two parties that have talked, and what is needed to try a message on one of them.
struct Scene<'a> {
    lockstep: Lockstep<'a>,
    /// Messages to bob that were not delivered, of both kinds.
    messages: Vec<(Kind, Vec<u8>)>,
    /// Bob's record.
    saved: Bytes,
}

fn party(name: &str) -> Step {
    Step::CreateParty {
        party: name.to_owned(),
        name: format!("8417c99b-2b5e-405d-8482-bd875dc162{:02x}", name.len()),
        device_id: 1,
        identity_private: name.repeat(11).as_bytes()[..32].into(),
        registration_id: 7,
        profile: Profile::SignalV3,
    }
}

fn bytes(outcome: &Outcome, name: &str) -> Bytes {
    outcome.bytes(name).unwrap().into()
}

impl<'a> Scene<'a> {
    fn new(spec: &'a mut SpecDriver, implementation: &'a mut ImplementationDriver) -> Self {
        let mut scene = Self {
            lockstep: Lockstep::new(spec, implementation),
            messages: Vec::new(),
            saved: Bytes::default(),
        };
        scene.run(&party("alice"));
        scene.run(&party("bob"));
        scene
    }

    fn run(&mut self, step: &Step) -> Outcome {
        let outcome = self.lockstep.execute(step).unwrap();
        assert_eq!(outcome.result, Verdict::Valid, "{step:?} {outcome:?}");
        outcome
    }

    /// Bob's prekeys are there, whatever was used before.
    fn prekeys(&mut self) {
        let private: Bytes = vec![0x51; 32].into();
        self.run(&Step::AddSignedPrekey {
            party: "bob".to_owned(),
            id: 1,
            private: private.clone(),
        });
        self.run(&Step::AddOneTimePrekey {
            party: "bob".to_owned(),
            id: 2,
            private,
        });
    }

    /// Alice starts a session.
    fn start(&mut self, secret: u8) {
        self.prekeys();
        let published = self.run(&Step::PublishBundle {
            party: "bob".to_owned(),
            signed_prekey_id: 1,
            one_time_prekey_id: Some(2),
            signature_random: vec![9; 64].into(),
            kem_prekey_id: None,
            kem_signature_random: None,
        });
        let bundle: Bundle = serde_json::from_value(published.outputs["bundle"].clone()).unwrap();
        self.run(&Step::StartSession {
            party: "alice".to_owned(),
            peer: "bob".to_owned(),
            bundle,
            base_private: vec![secret; 32].into(),
            ratchet_private: vec![secret + 1; 32].into(),
            now_ms: NOW_MS,
            kem_random: None,
        });
    }

    fn encrypt(&mut self, from: &str, to: &str) -> (Kind, Vec<u8>) {
        let outcome = self.run(&Step::Encrypt {
            party: from.to_owned(),
            peer: to.to_owned(),
            plaintext: b"some text".as_slice().into(),
            now_ms: NOW_MS,
            kem_seed: None,
            kem_random: None,
        });
        let kind = serde_json::from_value(outcome.outputs["kind"].clone()).unwrap();
        (kind, bytes(&outcome, "message").0)
    }

    fn decrypt(to: &str, from: &str, kind: Kind, message: Vec<u8>) -> Step {
        Step::Decrypt {
            party: to.to_owned(),
            peer: from.to_owned(),
            kind,
            message: message.into(),
            ratchet_private: vec![0x61; 32].into(),
        }
    }

    fn keep(&mut self) {
        let message = self.encrypt("alice", "bob");
        self.messages.push(message);
    }

    fn deliver(&mut self, from: &str, to: &str) {
        let (kind, message) = self.encrypt(from, to);
        self.run(&Self::decrypt(to, from, kind, message));
    }

    /// A session that both have used and an archived one, skipped messages in both, prekey messages of a third.
    fn established(mut self) -> Self {
        for secret in [0x11, 0x21] {
            self.start(secret);
            self.keep();
            self.deliver("alice", "bob");
            self.deliver("bob", "alice");
            self.keep();
            self.deliver("alice", "bob");
            self.keep();
        }
        self.start(0x31);
        self.keep();
        self.keep();
        self.prekeys();
        let record = Step::Save {
            party: "bob".to_owned(),
            peer: "alice".to_owned(),
        };
        self.saved = bytes(&self.run(&record), "saved");
        self
    }

    /// Undo what a valid step did to bob.
    fn restore(&mut self) {
        self.run(&Step::Load {
            party: "bob".to_owned(),
            peer: "alice".to_owned(),
            saved: self.saved.clone(),
        });
        self.prekeys();
    }

    /// Execute a step on bob's record, and restore it if it changed.
    fn try_step(&mut self, step: &Step, errors: &[ErrorClass]) -> Result<(), TestCaseError> {
        let outcome = self.lockstep.execute(step).map_err(|it| failed(&it))?;
        if outcome.result == Verdict::Valid {
            self.restore();
        }
        self.lockstep.history.clear();
        is_of(&outcome, errors)
    }
}

fn decrypt_errors() -> Vec<ErrorClass> {
    [
        &SIGNAL_ERRORS[..],
        &PREKEY_ERRORS[..],
        &DECRYPT_ERRORS[..],
        &HANDSHAKE_ERRORS[..],
    ]
    .concat()
}

/// Run steps made from drawn values on bob's record.
fn agree_on_state<T: std::fmt::Debug>(
    name: &str,
    values: impl Strategy<Value = T>,
    errors: &[ErrorClass],
    step: impl Fn(&Scene<'_>, T) -> Option<Step>,
) {
    let (mut spec, mut implementation) = (SpecDriver::default(), ImplementationDriver::default());
    let scene = Scene::new(&mut spec, &mut implementation).established();
    let scene = std::cell::RefCell::new(scene);
    runner(name)
        .run(&values, |value| {
            let step = step(&scene.borrow(), value);
            step.map_or(Ok(()), |step| scene.borrow_mut().try_step(&step, errors))
        })
        .unwrap();
}

fn damaged(bytes: Vec<u8>, tampers: &[Tamper]) -> Vec<u8> {
    tampers
        .iter()
        .fold(bytes, |bytes, tamper| damage(bytes, 1, tamper))
}

/// A number that makes the specification skip thousands costs time and shows nothing more.
fn is_costly(message: &[u8]) -> bool {
    use twinratchet_vectors::driver::Driver;
    let mut driver = ImplementationDriver::default();
    let mut parse = |step| driver.execute(&step);
    let outer = parse(Step::ParsePrekeyMessage {
        bytes: message.into(),
    });
    let inner = outer.bytes("message").unwrap_or(message.to_vec());
    let parsed = parse(Step::ParseSignalMessage {
        bytes: inner.into(),
    });
    let counter = parsed
        .outputs
        .get("counter")
        .and_then(serde_json::Value::as_u64);
    counter.is_some_and(|counter| (200..=25_010).contains(&counter))
}

fn import(record: &[u8]) -> Step {
    Step::Import {
        party: "bob".to_owned(),
        peer: "alice".to_owned(),
        record: record.into(),
    }
}

fn load(saved: Vec<u8>) -> Step {
    Step::Load {
        party: "bob".to_owned(),
        peer: "alice".to_owned(),
        saved: saved.into(),
    }
}

#[test]
fn signal_messages_parse_alike() {
    let steps = draw::signal_message_bytes().prop_map(|bytes| Step::ParseSignalMessage { bytes });
    agree("parse_signal_message", steps, &SIGNAL_ERRORS);
}

#[test]
fn prekey_messages_parse_alike() {
    let steps = draw::prekey_message_bytes().prop_map(|bytes| Step::ParsePrekeyMessage { bytes });
    let errors = [&SIGNAL_ERRORS[..], &PREKEY_ERRORS[..]].concat();
    agree("parse_prekey_message", steps, &errors);
}

#[test]
fn public_keys_parse_alike() {
    let steps = draw::public_key().prop_map(|bytes| Step::ParsePublicKey { bytes });
    agree("parse_public_key", steps, &KEY_ERRORS);
}

#[test]
fn private_keys_parse_alike() {
    let steps = draw::key().prop_map(|bytes| Step::ParsePrivateKey { bytes });
    agree("parse_private_key", steps, &[E::BadKeyLength]);
}

#[test]
fn identity_pairs_decode_alike() {
    let steps = draw::identity_pair_bytes().prop_map(|bytes| Step::DecodeIdentityKeyPair { bytes });
    agree("decode_identity_key_pair", steps, &[E::InvalidRecord]);
}

#[test]
fn names_parse_alike() {
    agree("address_block", draw::address_block(), &[E::BadDeviceId]);
}

#[test]
fn every_operation_without_state_is_alike() {
    let step = draw::any_step().prop_filter("covered above", |step| step.party().is_none());
    let errors = [
        &SIGNAL_ERRORS[..],
        &PREKEY_ERRORS[..],
        &[
            E::BadInput,
            E::BadCiphertext,
            E::InvalidAgreement,
            E::BadSignature,
            E::PrekeyFieldsMismatch,
            E::InvalidBaseKey,
            E::BadDeviceId,
            E::InvalidRecord,
            E::InvalidIterations,
            E::FingerprintVersionMismatch,
            E::FingerprintParseError,
        ],
    ]
    .concat();
    agree("any_step", step, &errors);
}

#[test]
fn every_part_of_version_4_is_alike() {
    let errors = [
        &KEY_ERRORS[..],
        &[
            E::BadInput,
            E::BadKemKeyType,
            E::BadKemKeyLength,
            E::BadKemCiphertextLength,
            E::KemNotReduced,
            E::InvalidAgreement,
            E::BadSignature,
            E::PrekeyFieldsMismatch,
            E::InvalidBaseKey,
            E::OddLength,
            E::InvalidSpqrMessage,
        ],
    ]
    .concat();
    agree("part_of_version_4", draw::part_of_version_4(), &errors);
}

#[test]
fn arbitrary_messages_are_refused_alike() {
    let kinds = prop_oneof![
        draw::signal_message_bytes().prop_map(|bytes| (Kind::Signal, bytes.0)),
        draw::prekey_message_bytes().prop_map(|bytes| (Kind::PreKey, bytes.0)),
    ];
    agree_on_state("decrypt", kinds, &decrypt_errors(), |_, (kind, message)| {
        Some(Scene::decrypt("bob", "alice", kind, message))
    });
}

#[test]
fn damaged_messages_decrypt_alike() {
    let values = (any::<prop::sample::Index>(), draw::message_damage());
    agree_on_state(
        "damage",
        values,
        &decrypt_errors(),
        |scene, (index, tamper)| {
            let (kind, message) = index.get(&scene.messages);
            let message = damaged(message.clone(), &tamper);
            (!is_costly(&message)).then(|| Scene::decrypt("bob", "alice", *kind, message))
        },
    );
}

#[test]
fn arbitrary_records_import_alike() {
    agree_on_state(
        "import",
        draw::stored_bytes(),
        &[E::InvalidRecord],
        |_, record| Some(import(&record.0)),
    );
}

#[test]
fn arbitrary_records_load_alike() {
    let values = (
        prop_oneof![9 => Just(1), 1 => any::<u8>()],
        draw::stored_bytes(),
    );
    agree_on_state("load", values, &[E::InvalidRecord], |_, (first, rest)| {
        Some(load([vec![first], rest.0].concat()))
    });
}

#[test]
fn arbitrary_states_of_spqr_load_alike() {
    let steps = draw::sparse_state_bytes().prop_map(|saved| Step::SpqrLoad {
        party: "bob".to_owned(),
        saved,
    });
    let errors = [E::InvalidSpqrState, E::InvalidSpqrMessage];
    agree("spqr_load", steps, &errors);
}

#[test]
fn damaged_records_import_alike() {
    agree_on_state(
        "damaged import",
        draw::record_damage(),
        &[E::InvalidRecord],
        |scene, tamper| {
            let saved = damaged(scene.saved.0.clone(), &tamper);
            Some(import(saved.get(1..).unwrap_or_default()))
        },
    );
}

#[test]
fn damaged_records_load_alike() {
    agree_on_state(
        "damaged load",
        draw::record_damage(),
        &[E::InvalidRecord],
        |scene, tamper| Some(load(damaged(scene.saved.0.clone(), &tamper))),
    );
}
