//! The campaign: the same seed gives the same cases, shards are parts of it, and a fault is caught, shrunk and replayed.
use proptest::strategy::ValueTree;
use std::collections::BTreeMap;
use std::path::Path;
use twinratchet_vectors::diff::coverage::{Coverage, REQUIRED_ERRORS, REQUIRED_STEPS};
use twinratchet_vectors::diff::protobuf::{self, FieldEdit, ANY};
use twinratchet_vectors::diff::sparse_part::{edit, edit_message, Change, SparseEdit, SparsePart};
use twinratchet_vectors::diff::{self, Drivers, Options, Report, Shard};
use twinratchet_vectors::driver::implementation::ImplementationDriver;
use twinratchet_vectors::driver::spec::SpecDriver;
use twinratchet_vectors::driver::Driver;
use twinratchet_vectors::format::{TestStep, VectorFile};
use twinratchet_vectors::outcome::{Outcome, SparseSnapshot, State, Verdict};
use twinratchet_vectors::runner::run_steps;
use twinratchet_vectors::schema;
use twinratchet_vectors::step::{Step, Subject};

/// One turn of all themes.
const CASES: u64 = 40;
const SEED: u64 = 1;

/// What is wrong with a driver.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fault {
    /// One number too many in a receiving chain that has stored keys.
    OffByOne,
    /// A byte of the saved form of a record that has an archived session.
    Saved,
    /// A duplicate changes the record.
    Unsteady,
    /// An empty plaintext makes it panic.
    Panic,
    /// One number too many in a receiving half of SPQR that has stored keys.
    SparseNumber,
    /// A byte of the saved form of a state of SPQR that has stored keys.
    SparseSaved,
}

/// A driver with a fault.
struct Faulty {
    fault: Fault,
    inner: ImplementationDriver,
    duplicates: BTreeMap<Subject, u8>,
}

impl Faulty {
    fn new(fault: Fault) -> Self {
        Self {
            fault,
            inner: ImplementationDriver::default(),
            duplicates: BTreeMap::new(),
        }
    }

    fn spoil(&mut self, step: &Step, outcome: &mut Outcome) {
        match self.fault {
            Fault::OffByOne => spoil_number(outcome),
            Fault::Saved => self.spoil_saved(step, outcome),
            Fault::Unsteady => self.remember(step, outcome),
            Fault::Panic => assert_ne!(outcome.bytes("plaintext"), Some(Vec::new())),
            Fault::SparseNumber => spoil_sparse_number(outcome),
            Fault::SparseSaved => self.spoil_sparse_saved(step, outcome),
        }
    }

    fn spoil_sparse_saved(&self, step: &Step, outcome: &mut Outcome) {
        if let (Step::SpqrSave { party }, Verdict::Valid) = (step, outcome.result) {
            let saved = self.saved(&Subject::Sparse(party.clone())).unwrap();
            *outcome = outcome.clone().with_bytes("saved", &saved);
        }
    }

    fn spoil_saved(&self, step: &Step, outcome: &mut Outcome) {
        if let (Step::Save { party, peer }, Verdict::Valid) = (step, outcome.result) {
            let saved = self.saved(&Subject::record(party, peer)).unwrap();
            *outcome = outcome.clone().with_bytes("saved", &saved);
        }
    }

    fn remember(&mut self, step: &Step, outcome: &Outcome) {
        let class = serde_json::to_value(outcome.error_class).unwrap();
        if let (Some(about), true) = (step.subject(), class == "duplicate_message") {
            *self.duplicates.entry(about).or_default() += 1;
        }
    }
}

fn spoil_number(outcome: &mut Outcome) {
    let Some(State::Record(record)) = &mut outcome.state else {
        return;
    };
    let session = record.current.as_mut();
    for chain in session.into_iter().flat_map(|s| &mut s.receiving) {
        if !chain.skipped.is_empty() {
            chain.nr += 1;
        }
    }
}

fn spoil_sparse_number(outcome: &mut Outcome) {
    let chain = match &mut outcome.state {
        Some(State::Sparse(sparse)) => sparse.chain.as_mut(),
        _ => None,
    };
    for link in chain.into_iter().flat_map(|chain| &mut chain.links) {
        if !link.receive.stored.is_empty() {
            link.receive.counter += 1;
        }
    }
}

fn has_stored_keys(sparse: &SparseSnapshot) -> bool {
    let mut links = sparse.chain.iter().flat_map(|chain| &chain.links);
    links.any(|link| !link.receive.stored.is_empty())
}

impl Driver for Faulty {
    fn name(&self) -> &'static str {
        "faulty"
    }

    fn reset(&mut self) {
        self.duplicates.clear();
        self.inner.reset();
    }

    fn execute(&mut self, step: &Step) -> Outcome {
        let mut outcome = self.inner.execute(step);
        self.spoil(step, &mut outcome);
        outcome
    }

    fn state(&self, about: &Subject) -> Option<State> {
        self.inner.state(about)
    }

    fn saved(&self, about: &Subject) -> Option<Vec<u8>> {
        let mut saved = self.inner.saved(about)?;
        let is_wrong = match self.state(about)? {
            State::Record(record) => self.fault == Fault::Saved && record.archived > 0,
            State::Sparse(sparse) => self.fault == Fault::SparseSaved && has_stored_keys(&sparse),
            State::Chain(_) | State::Written(_) | State::HeaderEncrypted(_) => false,
        };
        if is_wrong {
            *saved.last_mut()? ^= 1;
        }
        saved.extend(self.duplicates.get(about));
        Some(saved)
    }
}

fn options(cases: u64, shard: Shard) -> Options {
    Options {
        cases,
        seed: SEED,
        shard,
    }
}

fn campaign(subject: &mut dyn Driver, options: &Options) -> Report {
    let mut drivers = Drivers {
        reference: &mut SpecDriver::default(),
        subject,
    };
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"));
    diff::run(options, &mut drivers, folder, || {}).unwrap()
}

/// The steps of the only test of a file.
fn steps(file: &Path) -> Vec<TestStep> {
    let file: VectorFile = serde_json::from_slice(&std::fs::read(file).unwrap()).unwrap();
    assert_eq!(file.number_of_tests, 1);
    file.test_groups[0].tests[0].steps.clone().unwrap()
}

/// A fault is caught, shrunk to so many steps, and replayed from its file.
fn is_caught(fault: Fault, folder: &str, most_steps: usize) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(folder);
    std::fs::create_dir_all(&folder).unwrap();
    let mut faulty = Faulty::new(fault);
    let mut drivers = Drivers {
        reference: &mut SpecDriver::default(),
        subject: &mut faulty,
    };
    let all = options(CASES, Shard::default());
    let report = diff::run(&all, &mut drivers, &folder, || {}).unwrap();
    assert!(!report.is_success());
    let failure = report.failure.unwrap();
    assert!(failure.steps <= most_steps, "{} steps", failure.steps);
    let steps = steps(&failure.file);
    assert!(run_steps(&mut SpecDriver::default(), &steps).is_ok());
    assert!(run_steps(&mut ImplementationDriver::default(), &steps).is_ok());
    let (index, _) = run_steps(&mut Faulty::new(fault), &steps).unwrap_err();
    assert_eq!(index, steps.len() - 1);
}

#[test]
fn the_drivers_agree() {
    let report = campaign(
        &mut ImplementationDriver::default(),
        &options(CASES, Shard::default()),
    );
    assert!(report.failure.is_none(), "{:?}", report.failure);
    assert_eq!(report.cases, CASES);
}

#[test]
fn the_same_seed_gives_the_same_cases() {
    for case in 0..CASES {
        let drawn = || format!("{:?}", diff::draw(SEED, case).unwrap().current());
        assert_eq!(drawn(), drawn());
    }
    let other = diff::draw(SEED + 1, 0).unwrap().current();
    assert_ne!(
        format!("{:?}", diff::draw(SEED, 0).unwrap().current()),
        format!("{other:?}")
    );
}

#[test]
fn shards_are_parts_of_the_whole() {
    let cases = |text: &str| options(10, text.parse().unwrap()).range();
    assert_eq!(cases("1/1"), 0..10);
    assert_eq!(
        [cases("1/3"), cases("2/3"), cases("3/3")],
        [0..3, 3..6, 6..10]
    );
    for text in ["0/2", "3/2", "1", "a/b", "1/0"] {
        assert!(text.parse::<Shard>().is_err(), "{text}");
    }
}

#[test]
fn coverage_is_asked_of_a_hundred_cases() {
    let mut report = campaign(&mut SpecDriver::default(), &options(0, Shard::default()));
    assert!(!report.is_success());
    assert_eq!(report.missing, Coverage::default().missing());
    report.cases = 1;
    assert!(report.is_success());
    report.coverage_required = true;
    assert!(!report.is_success());
}

#[test]
fn every_operation_and_every_class_of_error_is_asked_for() {
    let [(_, schema), _] = schema::of_all_steps();
    let definitions = schema["definitions"].as_object().unwrap();
    for operation in definitions
        .keys()
        .filter_map(|name| name.strip_prefix("step_"))
    {
        assert!(REQUIRED_STEPS.contains(&operation), "{operation}");
    }
    let classes = definitions["errorClass"]["enum"].as_array().unwrap();
    assert_eq!(classes.len(), REQUIRED_ERRORS.len());
}

#[test]
fn the_last_field_of_a_path_is_edited() {
    // Fields 1 and 3, the latter with a field 2 that has a field 1.
    let bytes = hex::decode("080a1a04120208050a").unwrap();
    let to_seven = FieldEdit::Varint(7);
    let edited = protobuf::edit(&bytes[..8], &[3, 2, 1], &to_seven);
    assert_eq!(hex::encode(&edited), "080a1a0412020807");
    let edited = protobuf::edit(&bytes[..8], &[ANY, ANY, ANY], &to_seven);
    assert_eq!(hex::encode(&edited), "080a1a0412020807");
    assert_eq!(protobuf::edit(&bytes[..8], &[4, 1], &to_seven), bytes[..8]);
    let removed = protobuf::edit(&bytes[..8], &[3], &FieldEdit::Remove);
    assert_eq!(hex::encode(removed), "080a");
    // What follows is no field.
    let edited = protobuf::edit(&bytes, &[3, 2, 1], &to_seven);
    assert_eq!(hex::encode(edited), "080a1a04120208070a");
}

#[test]
fn an_spqr_message_is_edited_in_place() {
    let chunk = [0x5a; 32];
    let message = [&[1, 2, 3, 5, 7][..], &chunk].concat();
    let part = SparsePart::read(&message).unwrap();
    assert_eq!(
        (part.version, part.epoch, part.index, part.kind),
        (1, 2, 3, 5)
    );
    assert_eq!(part.chunk, Some((7, chunk.to_vec())));
    let front = |change| edit(&message, &change)[..5].to_vec();
    assert_eq!(front(SparseEdit::Version(2)), [2, 2, 3, 5, 7]);
    assert_eq!(front(SparseEdit::Epoch(Change::By(-1))), [1, 1, 3, 5, 7]);
    assert_eq!(front(SparseEdit::Index(Change::To(9))), [1, 2, 9, 5, 7]);
    assert_eq!(front(SparseEdit::Kind(6)), [1, 2, 3, 6, 7]);
    assert_eq!(
        front(SparseEdit::ChunkIndex(Change::By(1))),
        [1, 2, 3, 5, 8]
    );
    assert_eq!(front(SparseEdit::Padded), [1, 0x82, 0, 0x83, 0]);
    assert_eq!(edit(&message, &SparseEdit::Data(33, 1))[6], 0x5b);
    assert_eq!(edit(&message, &SparseEdit::Cut(4)), message[..4]);
    assert!(edit(&message, &SparseEdit::Gone).is_empty());
}

#[test]
fn an_spqr_message_is_found_in_messages_of_both_kinds() {
    // Counter 1, SPQR message of epoch 1 without chunk, tag.
    let signal = hex::decode("4410012a04010101000102030405060708").unwrap();
    let envelope = [&hex::decode("441201052211").unwrap()[..], &signal].concat();
    for message in [&signal, &envelope] {
        assert_eq!(SparsePart::beside(message).unwrap().epoch, 1);
        let edited = edit_message(message, &SparseEdit::Epoch(Change::To(300)));
        assert_eq!(SparsePart::beside(&edited).unwrap().epoch, 300);
        assert_eq!(edited.len(), message.len() + 1);
        let without = edit_message(message, &SparseEdit::Gone);
        assert_eq!(SparsePart::beside(&without), None);
        assert_eq!(without.len(), message.len() - 6);
    }
}

#[test]
fn a_wrong_number_is_caught_and_shrunk() {
    is_caught(Fault::OffByOne, "off-by-one", 6);
}

#[test]
fn a_wrong_saved_byte_is_caught_and_shrunk() {
    is_caught(Fault::Saved, "saved", 9);
}

#[test]
fn a_change_by_an_invalid_step_is_caught_and_shrunk() {
    is_caught(Fault::Unsteady, "unsteady", 9);
}

#[test]
fn a_panic_is_caught_and_shrunk() {
    is_caught(Fault::Panic, "panic", 6);
}

#[test]
fn a_wrong_number_of_spqr_is_caught_and_shrunk() {
    is_caught(Fault::SparseNumber, "sparse-number", 6);
}

#[test]
fn a_wrong_saved_byte_of_spqr_is_caught_and_shrunk() {
    is_caught(Fault::SparseSaved, "sparse-saved", 6);
}
