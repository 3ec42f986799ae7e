//! `canary.json`: wrong vectors, one per kind of step. A runner that passes one of them is not checking.
use crate::bytes::Bytes;
use crate::format::{Note, Test, TestGroup, TestStep, VectorFile};
use crate::outcome::{ErrorClass, Outcome, SenderKeyStateSnapshot, State, Verdict};
use crate::runner::{self, STEPS};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

const FLAG: &str = "Wrong";
/// Outputs of which another value would not fit the schema: one of a few words, and a list of objects.
const FIXED: [&str; 2] = ["payload", "states"];

/// Wrong vectors made from right ones: one for each kind of step, one with a wrong class of error, and one with a wrong
/// chain key in the state. Of the tests that serve, the one with the fewest steps is taken.
///
/// Errors: a test that cannot be read as steps.
pub fn of(files: &[VectorFile]) -> Result<VectorFile, String> {
    let mut shortest: BTreeMap<String, Vec<TestStep>> = BTreeMap::new();
    for group in files.iter().flat_map(|file| &file.test_groups) {
        for test in &group.tests {
            let steps = runner::steps(group, test)?;
            for end in 1..=steps.len() {
                offer(&mut shortest, needed(&steps[..end]));
            }
        }
    }
    let tests = shortest.into_values().zip(1..);
    Ok(file(tests.map(|(steps, id)| test(steps, id)).collect()))
}

/// The steps that the last one needs: itself alone, if it is about nothing else.
fn needed(steps: &[TestStep]) -> &[TestStep] {
    match steps {
        [.., last] if last.step.stands_alone() => std::slice::from_ref(last),
        _ => steps,
    }
}

/// Keep every alteration of the last step that has no shorter test yet.
fn offer(shortest: &mut BTreeMap<String, Vec<TestStep>>, steps: &[TestStep]) {
    let Some((last, before)) = steps.split_last() else {
        return;
    };
    for (name, expected) in alterations(last) {
        if shortest
            .get(&name)
            .is_some_and(|there| there.len() <= steps.len())
        {
            continue;
        }
        let wrong = TestStep {
            step: last.step.clone(),
            expected,
        };
        shortest.insert(name, [before, &[wrong]].concat());
    }
}

/// Wrong outcomes of a step, each with the name of what it shows.
fn alterations(step: &TestStep) -> Vec<(String, Outcome)> {
    let mut found = Vec::new();
    let mut expected = step.expected.clone();
    if let Some(class) = &mut expected.error_class {
        *class = match class {
            ErrorClass::BadInput => ErrorClass::NoSession,
            _ => ErrorClass::BadInput,
        };
        return vec![("an error class".to_owned(), expected)];
    }
    if let Some(byte) = expected.state.as_mut().and_then(last_of_chain_key) {
        *byte ^= 1;
        found.push(("a chain key in the state".to_owned(), expected));
    }
    let mut expected = step.expected.clone();
    alter(&mut expected);
    found.push((step.step.op(), expected));
    found
}

/// The last byte of the sending chain key of a record.
fn last_of_chain_key(state: &mut State) -> Option<&mut u8> {
    match state {
        State::Record(record) => record.current.as_mut()?.sending.chain_key.0.last_mut(),
        State::Sparse(_)
        | State::Chain(_)
        | State::SenderKey(_)
        | State::Written(_)
        | State::HeaderEncrypted(_) => None,
    }
}

fn file(tests: Vec<Test>) -> VectorFile {
    let note = Note {
        description: "The outcome of the last step is wrong in one place.".to_owned(),
        effect: "A runner that passes such a test does not compare what it should.".to_owned(),
    };
    VectorFile {
        algorithm: "Deliberately wrong vectors, one per kind of step".to_owned(),
        schema: "canary.json".to_owned(),
        version: crate::files::FORMAT_VERSION,
        number_of_tests: tests.len(),
        header: vec!["Every test of this file must fail on every implementation.".to_owned()],
        notes: BTreeMap::from([(FLAG.to_owned(), note)]),
        test_groups: vec![TestGroup {
            kind: STEPS.to_owned(),
            profile: "spec".to_owned(),
            source: "twinratchet-spec, altered".to_owned(),
            tests,
        }],
    }
}

fn test(steps: Vec<TestStep>, tc_id: u32) -> Test {
    let last = steps.last().map(|step| step.step.op()).unwrap_or_default();
    Test {
        tc_id,
        comment: format!("the outcome of the last step, {last}, is wrong"),
        flags: vec![FLAG.to_owned()],
        confirmed_by: Vec::new(),
        steps: Some(steps),
        expected: None,
        inputs: Map::new(),
    }
}

/// Alter one place of a valid outcome: an output, or else the state, or else the result.
fn alter(outcome: &mut Outcome) {
    let mut outputs = outcome.outputs.iter_mut();
    if let Some((_, value)) = outputs.rfind(|(name, _)| !FIXED.contains(&name.as_str())) {
        alter_value(value);
    } else if let Some(state) = &mut outcome.state {
        alter_state(state);
    } else {
        outcome.result = Verdict::Invalid;
        outcome.error_class = Some(ErrorClass::BadInput);
    }
}

fn alter_state(state: &mut State) {
    match state {
        State::Record(record) => record.archived += 1,
        State::Sparse(sparse) => sparse.negotiating = !sparse.negotiating,
        State::Chain(chain) => chain.current_epoch.0 ^= 1,
        State::Written(state) => state.pn ^= 1,
        State::HeaderEncrypted(state) => state.pn ^= 1,
        State::SenderKey(key) => match key.states.first_mut() {
            Some(newest) => newest.iteration ^= 1,
            None => key.states.push(made_up()),
        },
    }
}

/// A state that no sender key has.
fn made_up() -> SenderKeyStateSnapshot {
    let zeros = |length| Bytes(vec![0; length]);
    SenderKeyStateSnapshot {
        version: 3,
        chain_id: 0,
        iteration: 0,
        chain_key: zeros(32),
        signing_public: zeros(33),
        signing_private: None,
        skipped: Vec::new(),
    }
}

fn alter_value(value: &mut Value) {
    match value {
        Value::Object(members) => match members.iter_mut().next_back() {
            Some((_, member)) => alter_value(member),
            None => *value = Value::Null,
        },
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *value = Value::from(number.as_u64().unwrap_or_default() ^ 1),
        Value::String(text) => *text = other_text(text),
        Value::Null | Value::Array(_) => *value = Value::from(0),
    }
}

/// The same length, one bit of the last character changed; bytes stay bytes.
fn other_text(text: &str) -> String {
    let mut characters: Vec<char> = text.chars().collect();
    match characters.pop() {
        Some(last) => {
            let digit = last.to_digit(16).unwrap_or_default() ^ 1;
            characters.push(char::from_digit(digit, 16).unwrap_or('0'));
            characters.into_iter().collect()
        }
        None => "00".to_owned(),
    }
}
