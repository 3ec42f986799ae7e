//! The JSON Schemas of vector files: one table of operations, and a schema of its own for each family.
//!
//! Each schema is complete in itself, so that a reader needs one file and no resolver.
mod operations;

pub use operations::ERROR_CLASSES;

use crate::families::Family;
use crate::step::Step;
use operations::{OBJECTS, OPERATIONS};
use serde_json::{json, Map, Value};
use std::collections::BTreeSet;

/// The schema of files that may hold every step: what campaigns write.
pub const STEPS: &str = "steps";
/// The schema of the canary.
pub const CANARY: &str = "canary";

/// The schema of a family's file.
#[must_use]
pub fn of_family(family: &Family) -> Value {
    let kinds: BTreeSet<&str> = family.groups.iter().map(|g| g.kind.as_str()).collect();
    let single: Vec<&str> = kinds.into_iter().filter(|kind| *kind != STEPS).collect();
    let groups = family.groups.iter().filter(|group| group.kind == STEPS);
    let tests = groups.flat_map(|group| &group.tests);
    let steps: BTreeSet<String> = tests.flat_map(|test| &test.steps).map(Step::op).collect();
    schema(family.name, family.algorithm, &single, &steps)
}

/// The schemas of files that may hold every step.
#[must_use]
pub fn of_all_steps() -> [(&'static str, Value); 2] {
    let steps: BTreeSet<String> = OPERATIONS
        .iter()
        .map(|(op, _, _)| (*op).to_owned())
        .collect();
    [
        (STEPS, "Steps of every kind"),
        (CANARY, "Wrong vectors, every one of which must fail"),
    ]
    .map(|(name, title)| (name, schema(name, title, &[], &steps)))
}

fn schema(name: &str, title: &str, single: &[&str], steps: &BTreeSet<String>) -> Value {
    let mut definitions = common();
    let mut groups = Vec::new();
    for op in single {
        let (inputs, outputs) = operation(op);
        definitions.insert(format!("test_{op}"), single_test(inputs, outputs));
        groups.push(group(op, &format!("test_{op}")));
    }
    if !steps.is_empty() {
        for op in steps {
            definitions.insert(format!("step_{op}"), step(op));
        }
        definitions.insert("test_steps".to_owned(), steps_test(steps));
        groups.push(group(STEPS, "test_steps"));
    }
    prune(&mut definitions, &groups);
    let file = json!({
        "algorithm": text(),
        "schema": { "const": format!("{name}.json") },
        "version": { "const": 1 },
        "numberOfTests": integer(u64::from(u32::MAX)),
        "header": { "type": "array", "items": text() },
        "notes": { "type": "object", "additionalProperties": reference("note") },
        "testGroups": { "type": "array", "minItems": 1, "items": { "oneOf": groups } },
    });
    let mut out = json!({
        "$schema": "http://json-schema.org/draft-07/schema#",
        "title": title,
        "definitions": definitions,
    });
    merge(&mut out, every_member(file));
    out
}

/// Inputs and outputs of an operation.
fn operation(op: &str) -> (&'static str, &'static str) {
    let found = OPERATIONS.iter().find(|(name, _, _)| *name == op);
    found.map_or(("", ""), |(_, inputs, outputs)| (*inputs, *outputs))
}

/// What definitions refer to, whether or not a family needs it.
fn common() -> Map<String, Value> {
    let note = json!({ "description": text(), "effect": text() });
    let mut definitions = Map::new();
    for (name, fields) in OBJECTS {
        definitions.insert((*name).to_owned(), object(members(fields)));
    }
    definitions.insert("note".to_owned(), every_member(note));
    definitions.insert(
        "hex".to_owned(),
        json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" }),
    );
    definitions.insert(
        "epoch".to_owned(),
        json!({ "type": "string", "pattern": "^(0|[1-9][0-9]{0,19})$" }),
    );
    definitions.insert(
        "errorClass".to_owned(),
        json!({ "enum": ERROR_CLASSES.as_slice() }),
    );
    definitions
}

/// Remove definitions that nothing refers to.
fn prune(definitions: &mut Map<String, Value>, groups: &[Value]) {
    loop {
        let used = json!([groups, definitions, reference("note")]).to_string();
        let before = definitions.len();
        definitions.retain(|name, _| used.contains(&reference(name).to_string()));
        if definitions.len() == before {
            return;
        }
    }
}

fn group(kind: &str, test: &str) -> Value {
    every_member(json!({
        "type": { "const": kind },
        "profile": { "enum": ["spec", "signal-v3", "signal-v4", "whatsapp-v3"] },
        "source": text(),
        "tests": { "type": "array", "minItems": 1, "items": reference(test) },
    }))
}

/// The members of every test.
fn test_members() -> Members {
    let texts = json!({ "type": "array", "items": text() });
    Members(vec![
        ("tcId".to_owned(), true, integer(u64::from(u32::MAX))),
        ("comment".to_owned(), true, text()),
        ("flags".to_owned(), true, texts.clone()),
        ("confirmedBy".to_owned(), false, texts),
    ])
}

fn single_test(inputs: &str, outputs: &str) -> Value {
    let mut test = test_members();
    test.0.extend(members(inputs).0);
    test.0
        .push(("expected".to_owned(), true, expected(outputs, None)));
    object(test)
}

fn steps_test(steps: &BTreeSet<String>) -> Value {
    let mut test = test_members();
    let any: Vec<Value> = steps
        .iter()
        .map(|op| reference(&format!("step_{op}")))
        .collect();
    let list = json!({ "type": "array", "minItems": 1, "items": { "oneOf": any } });
    test.0.push(("steps".to_owned(), true, list));
    object(test)
}

fn step(op: &str) -> Value {
    let (inputs, outputs) = operation(op);
    let mut step = Members(vec![("op".to_owned(), true, json!({ "const": op }))]);
    step.0.extend(members(inputs).0);
    step.0.push((
        "expected".to_owned(),
        true,
        expected(outputs, state_of(inputs)),
    ));
    object(step)
}

/// What the state of a step looks like, if it has one: its inputs name a record, an SPQR state, a chain or a sender key.
fn state_of(inputs: &str) -> Option<&'static str> {
    let named = |name| inputs.split_whitespace().any(|input| input == name);
    if named("peer:text") || named("toPeer:text") {
        Some("snapshot")
    } else if named("chain:text") {
        Some("spqrChain")
    } else if named("party:side") {
        Some("spqr")
    } else if named("sender:owner") {
        Some("senderKey")
    } else if named("party:writer") {
        Some("written")
    } else if named("party:hider") {
        Some("headerEncrypted")
    } else {
        None
    }
}

fn expected(outputs: &str, state: Option<&str>) -> Value {
    let state = || state.map(|name| ("state".to_owned(), false, reference(name)));
    let mut valid = Members(vec![(
        "result".to_owned(),
        true,
        json!({ "const": "valid" }),
    )]);
    valid.0.extend(members(outputs).0);
    valid.0.extend(state());
    let mut invalid = Members(vec![
        ("result".to_owned(), true, json!({ "const": "invalid" })),
        ("errorClass".to_owned(), true, reference("errorClass")),
    ]);
    invalid.0.extend(state());
    json!({ "oneOf": [object(valid), object(invalid)] })
}

/// Name, whether it must be there, and schema of members.
struct Members(Vec<(String, bool, Value)>);

/// The members that a line of the table names.
fn members(line: &str) -> Members {
    let parse = |field: &str| {
        let (name, kind) = field.split_once(':').unwrap_or((field, ""));
        let required = !name.ends_with('?');
        (name.trim_end_matches('?').to_owned(), required, value(kind))
    };
    Members(line.split_whitespace().map(parse).collect())
}

fn value(kind: &str) -> Value {
    if let Some(of_items) = kind.strip_suffix("[]") {
        return json!({ "type": "array", "items": value(of_items) });
    }
    match kind {
        "u8" => integer(u64::from(u8::MAX)),
        "u16" => integer(u64::from(u16::MAX)),
        "u32" => integer(u64::from(u32::MAX)),
        "u64" => integer(u64::MAX),
        "text" | "side" | "owner" | "writer" | "hider" => text(),
        "bool" => json!({ "type": "boolean" }),
        "form" => json!({ "enum": ["deployed", "public_text"] }),
        "kind" => json!({ "enum": ["signal", "pre_key"] }),
        "profile" => json!({ "enum": ["signal_v3", "signal_v4", "whatsapp_v3"] }),
        "kemSet" => json!({ "enum": ["kyber_1024", "ml_kem_1024", "ml_kem_768"] }),
        "direction" => json!({ "enum": ["a2b", "b2a"] }),
        "payload" => {
            json!({ "enum": ["none", "hdr", "ek", "ek_ct1_ack", "ct1_ack", "ct1", "ct2"] })
        }
        "braidState" => json!({ "enum": operations::BRAID_STATES }),
        "receiving" => {
            json!({ "type": "array", "maxItems": 5, "items": reference("receivingChain") })
        }
        "senderKeyStates" => {
            json!({ "type": "array", "maxItems": 5, "items": reference("senderKeyState") })
        }
        "runs" => json!({ "type": "array", "items": {
            "type": "array", "minItems": 2, "maxItems": 2, "items": integer(u64::from(u32::MAX)),
        } }),
        other => reference(other),
    }
}

fn text() -> Value {
    json!({ "type": "string" })
}

fn integer(maximum: u64) -> Value {
    json!({ "type": "integer", "minimum": 0, "maximum": maximum })
}

fn reference(name: &str) -> Value {
    json!({ "$ref": format!("#/definitions/{name}") })
}

/// An object with these members and no others.
fn object(members: Members) -> Value {
    let required: Vec<&String> = members.0.iter().filter(|m| m.1).map(|m| &m.0).collect();
    let mut out = json!({ "type": "object", "additionalProperties": false, "required": required });
    let properties: Map<String, Value> = members.0.into_iter().map(|(n, _, v)| (n, v)).collect();
    out["properties"] = Value::Object(properties);
    out
}

/// An object with all of these members and no others.
fn every_member(properties: Value) -> Value {
    let members = match properties {
        Value::Object(members) => members.into_iter().map(|(n, v)| (n, true, v)).collect(),
        _ => Vec::new(),
    };
    object(Members(members))
}

/// Put the members of an object into another.
fn merge(into: &mut Value, from: Value) {
    if let (Value::Object(into), Value::Object(from)) = (into, from) {
        into.extend(from);
    }
}
