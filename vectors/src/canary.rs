//! `canary.json`: wrong vectors, one per kind of step. A runner that passes one of them is not checking.
use crate::format::{Note, Test, TestGroup, TestStep, VectorFile};
use crate::outcome::{ErrorClass, Outcome, Verdict};
use crate::runner::{self, STEPS};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, BTreeSet};

const FLAG: &str = "Wrong";

/// Wrong vectors made from right ones: of each kind of step the first valid one, its outcome altered in one place.
///
/// Errors: a test that cannot be read as steps.
pub fn of(files: &[VectorFile]) -> Result<VectorFile, String> {
    let mut seen = BTreeSet::new();
    let mut tests = Vec::new();
    for group in files.iter().flat_map(|file| &file.test_groups) {
        for test in &group.tests {
            let steps = runner::steps(group, test)?;
            for (index, step) in steps.iter().enumerate() {
                if step.expected.result == Verdict::Valid && seen.insert(step.step.op()) {
                    tests.push(wrong(&steps[..=index]));
                }
            }
        }
    }
    tests.sort_by(|a, b| a.comment.cmp(&b.comment));
    for (test, tc_id) in tests.iter_mut().zip(1..) {
        test.tc_id = tc_id;
    }
    Ok(file(tests))
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

/// The steps of a test with a wrong outcome of the last one. The steps that it does not need are gone.
fn wrong(steps: &[TestStep]) -> Test {
    let mut steps: Vec<TestStep> = steps.to_vec();
    let mut comment = String::new();
    if let Some(last) = steps.last_mut() {
        let place = alter(&mut last.expected);
        comment = format!("{}, {place} is wrong", last.step.op());
        if last.step.party().is_none() {
            steps = vec![last.clone()];
        }
    }
    Test {
        tc_id: 0,
        comment,
        flags: vec![FLAG.to_owned()],
        confirmed_by: Vec::new(),
        steps: Some(steps),
        expected: None,
        inputs: Map::new(),
    }
}

/// Alter one place of a valid outcome: an output, or else the state, or else the result.
fn alter(outcome: &mut Outcome) -> String {
    if let Some((name, value)) = outcome.outputs.iter_mut().next_back() {
        let path = format!("/{name}");
        return alter_value(value, path);
    }
    if let Some(state) = &mut outcome.state {
        state.archived += 1;
        return "/state/archived".to_owned();
    }
    outcome.result = Verdict::Invalid;
    outcome.error_class = Some(ErrorClass::BadInput);
    "/result".to_owned()
}

fn alter_value(value: &mut Value, path: String) -> String {
    match value {
        Value::Object(members) => match members.iter_mut().next_back() {
            Some((name, member)) => return alter_value(member, format!("{path}/{name}")),
            None => *value = Value::Null,
        },
        Value::Bool(flag) => *flag = !*flag,
        Value::Number(number) => *value = Value::from(number.as_u64().unwrap_or_default() ^ 1),
        Value::String(text) => *text = other_text(text),
        Value::Null | Value::Array(_) => *value = Value::from(0),
    }
    path
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
