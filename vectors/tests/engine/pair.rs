//! Both drivers at once: every step has one outcome on both, and fits the schema of steps.
#![allow(clippy::needless_pass_by_value)] // steps are written where they are executed
use serde_json::{json, Value};
use std::path::Path;
use twinratchet_vectors::driver::{self, Driver};
use twinratchet_vectors::format::TestStep;
use twinratchet_vectors::outcome::{ErrorClass, Outcome, Verdict};
use twinratchet_vectors::runner::{outcome_value, run_steps};
use twinratchet_vectors::step::Step;

/// The drivers, and what they did.
pub struct Pair {
    drivers: Vec<Box<dyn Driver>>,
    pub done: Vec<TestStep>,
}

impl Pair {
    pub fn new() -> Self {
        Self {
            drivers: driver::all(),
            done: Vec::new(),
        }
    }

    /// A step as it stands in a file, executed by both with one outcome.
    pub fn run(&mut self, step: Value) -> Outcome {
        let read: Step = serde_json::from_value(step.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), step);
        let about = read.subject();
        let [mut first, second] = [0, 1].map(|n: usize| {
            let driver = &mut self.drivers[n];
            let saved = |driver: &dyn Driver| about.as_ref().and_then(|about| driver.saved(about));
            let before = saved(driver.as_ref());
            let outcome = driver.execute(&read);
            let after = saved(driver.as_ref());
            if outcome.result == Verdict::Invalid {
                assert_eq!(before, after, "{step}");
            }
            (outcome, after)
        });
        assert_eq!(outcome_value(&first.0), outcome_value(&second.0), "{step}");
        assert_eq!(first.1, second.1, "{step}");
        self.done.push(TestStep {
            step: read,
            expected: first.0.clone(),
        });
        std::mem::replace(&mut first.0, Outcome::valid())
    }

    pub fn valid(&mut self, step: Value) -> Outcome {
        let outcome = self.run(step.clone());
        assert_eq!(outcome.result, Verdict::Valid, "{step}: {outcome:?}");
        outcome
    }

    /// An output of a step that is valid.
    pub fn output(&mut self, step: Value, name: &str) -> Value {
        self.valid(step).outputs[name].clone()
    }

    pub fn invalid(&mut self, step: Value, class: ErrorClass) {
        let outcome = self.run(step.clone());
        assert_eq!(outcome.error_class, Some(class), "{step}");
    }

    /// What was done fits the schema, and can be replayed from the file.
    pub fn finish(self) {
        let file = file(&self.done);
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("schema/steps.json");
        let schema: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let validator = jsonschema::draft7::new(&schema).unwrap();
        if let Some(error) = validator.iter_errors(&file).next() {
            panic!("{} {error}", error.instance_path);
        }
        let steps = file["testGroups"][0]["tests"][0]["steps"].clone();
        let steps: Vec<TestStep> = serde_json::from_value(steps).unwrap();
        for mut driver in self.drivers {
            run_steps(driver.as_mut(), &steps).unwrap();
        }
    }
}

fn file(steps: &[TestStep]) -> Value {
    json!({
        "algorithm": "", "schema": "steps.json", "version": 1, "numberOfTests": 1, "header": [], "notes": {},
        "testGroups": [{
            "type": "steps", "profile": "signal-v4", "source": "twinratchet-spec",
            "tests": [{ "tcId": 1, "comment": "", "flags": [], "steps": steps }],
        }],
    })
}

/// So many bytes of hex.
pub fn hex(byte: u8, count: usize) -> String {
    format!("{byte:02x}").repeat(count)
}
