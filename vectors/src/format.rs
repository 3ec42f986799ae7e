//! The file format of published vectors (v1): Wycheproof's conventions, extended by steps.
use crate::outcome::Outcome;
use crate::step::Step;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A file of vectors: one family.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct VectorFile {
    /// What is tested.
    pub algorithm: String,
    /// File name of the schema in `vectors/schema`.
    pub schema: String,
    /// Format version: 1.
    pub version: u32,
    /// How many tests the file holds.
    pub number_of_tests: usize,
    /// Lines for the reader.
    pub header: Vec<String>,
    /// Each flag, explained once.
    pub notes: BTreeMap<String, Note>,
    /// The tests.
    pub test_groups: Vec<TestGroup>,
}

/// What a flag means.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Note {
    /// What is tested.
    pub description: String,
    /// What goes wrong in an implementation that fails it.
    pub effect: String,
}

/// Tests of one kind from one source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TestGroup {
    /// `steps`, or the `op` of the single step that each test is.
    #[serde(rename = "type")]
    pub kind: String,
    /// Which standard or deployment: `spec`, `signal-v3`, `signal-v4`, `whatsapp-v3`.
    pub profile: String,
    /// Where the values come from: a standard with its section, a recorded peer with its version, or `twinratchet-spec`.
    pub source: String,
    /// The tests.
    pub tests: Vec<Test>,
}

/// One test.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Test {
    /// Unique in the file, never reused.
    pub tc_id: u32,
    /// What it shows.
    pub comment: String,
    /// Flags, explained in the file's notes.
    pub flags: Vec<String>,
    /// Independent or derived peers that gave the same values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub confirmed_by: Vec<String>,
    /// The steps, in a group of type `steps`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub steps: Option<Vec<TestStep>>,
    /// The outcome, in a group of another type.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expected: Option<Outcome>,
    /// The inputs of the single step, in a group of another type.
    #[serde(flatten)]
    pub inputs: Map<String, Value>,
}

/// A step and what it gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TestStep {
    /// The step.
    #[serde(flatten)]
    pub step: Step,
    /// What it gives.
    pub expected: Outcome,
}
