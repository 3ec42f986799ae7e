//! Values that are not computed: printed in standards, or recorded from peers (`vectors/sources`).
use super::{GroupPlan, Known, PlanError, TestPlan};
use crate::step::Step;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The entry of a file in `vectors/sources`.
macro_rules! source {
    ($folder:literal, $family:literal) => {
        (
            $family,
            concat!($folder, "/", $family, ".json"),
            include_str!(concat!("../../sources/", $folder, "/", $family, ".json")),
        )
    };
}

/// Family, file name and text of each source.
pub const FILES: &[(&str, &str, &str)] = &[
    source!("standards", "aes_cbc"),
    source!("standards", "hkdf"),
    source!("standards", "hmac"),
    source!("standards", "kem"),
    source!("standards", "sha2"),
    source!("standards", "x25519"),
    source!("libsignal-client-0.103.0", "canonical"),
    source!("libsignal-client-0.103.0", "fingerprint"),
    source!("libsignal-client-0.103.0", "hkdf"),
    source!("libsignal-client-0.103.0", "kdf"),
    source!("libsignal-client-0.103.0", "kem"),
    source!("libsignal-client-0.103.0", "keys"),
    source!("libsignal-client-0.103.0", "pqxdh"),
    source!("libsignal-client-0.103.0", "record"),
    source!("libsignal-client-0.103.0", "record_v4"),
    source!("libsignal-client-0.103.0", "sender_key"),
    source!("libsignal-client-0.103.0", "wire_prekey_message"),
    source!("libsignal-client-0.103.0", "wire_sender_key"),
    source!("libsignal-client-0.103.0", "wire_signal_message"),
    source!("libsignal-client-0.103.0", "x25519"),
    source!("libsignal-client-0.103.0", "x3dh"),
    source!("libsignal-client-0.103.0", "xeddsa_sign"),
    source!("libsignal-client-0.103.0", "xeddsa_verify"),
    source!("curve25519-java", "elligator"),
    source!("curve25519-java", "vxeddsa"),
    source!("computed", "header_encryption"),
    source!("spqr-1.5.3", "kem_incremental"),
    source!("spqr-1.5.3", "spqr_auth"),
    source!("spqr-1.5.3", "spqr_chain"),
    source!("spqr-1.5.3", "spqr_codec"),
    source!("spqr-1.5.3", "spqr_state"),
    source!("spqr-1.5.3", "spqr_transcript"),
];

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct SourceFile {
    /// Values by name that a family needs beside the tests.
    #[serde(default)]
    values: BTreeMap<String, String>,
    groups: Vec<SourceGroup>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SourceGroup {
    #[serde(rename = "type")]
    kind: String,
    profile: String,
    source: String,
    tests: Vec<SourceTest>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SourceTest {
    tc_id: u32,
    comment: String,
    flags: Vec<String>,
    /// In a group of type `steps`; each step with its `known`.
    #[serde(default)]
    steps: Vec<Map<String, Value>>,
    /// The inputs of a single step, and its `known`.
    #[serde(flatten)]
    single: Map<String, Value>,
}

/// The groups that the sources have for a family.
pub fn groups(family: &str) -> Result<Vec<GroupPlan>, PlanError> {
    let mut plans = Vec::new();
    for (_, name, text) in FILES.iter().filter(|(of, _, _)| *of == family) {
        for group in parse(name, text)?.groups {
            plans.push(group_plan(name, group)?);
        }
    }
    Ok(plans)
}

/// A named value of a family's sources.
pub fn value(family: &str, name: &str) -> Result<String, PlanError> {
    for (_, file, text) in FILES.iter().filter(|(of, _, _)| *of == family) {
        if let Some(found) = parse(file, text)?.values.remove(name) {
            return Ok(found);
        }
    }
    Err(PlanError(format!("no value {name} in sources of {family}")))
}

fn parse(name: &str, text: &str) -> Result<SourceFile, PlanError> {
    serde_json::from_str(text).map_err(|error| PlanError(format!("{name}: {error}")))
}

fn group_plan(file: &str, group: SourceGroup) -> Result<GroupPlan, PlanError> {
    let SourceGroup {
        kind,
        profile,
        source,
        tests,
    } = group;
    let tests = tests
        .into_iter()
        .map(|test| test_plan(file, &kind, test))
        .collect::<Result<_, _>>()?;
    Ok(GroupPlan {
        kind,
        profile,
        source,
        tests,
    })
}

fn test_plan(file: &str, kind: &str, test: SourceTest) -> Result<TestPlan, PlanError> {
    let mut steps = test.steps;
    if kind != "steps" {
        let mut single = test.single;
        single.insert("op".to_owned(), Value::String(kind.to_owned()));
        steps.push(single);
    }
    let mut plan = TestPlan {
        tc_id: test.tc_id,
        comment: test.comment,
        flags: test.flags,
        steps: Vec::new(),
        known: Vec::new(),
    };
    for (index, step) in steps.into_iter().enumerate() {
        let (step, known) = split(step)
            .map_err(|error| PlanError(format!("{file}, tcId {}: {error}", plan.tc_id)))?;
        plan.steps.push(step);
        plan.known.push((index, known));
    }
    Ok(plan)
}

/// A step and what is known of its outcome.
fn split(mut step: Map<String, Value>) -> Result<(Step, Known), serde_json::Error> {
    let known = step.remove("known").unwrap_or_default();
    Ok((
        serde_json::from_value(Value::Object(step))?,
        serde_json::from_value(known)?,
    ))
}
