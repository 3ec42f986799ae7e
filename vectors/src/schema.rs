//! The JSON Schemas of vector files: one table of operations, and a schema of its own for each family.
//!
//! Each schema is complete in itself, so that a reader needs one file and no resolver.
use crate::families::Family;
use crate::step::Step;
use serde_json::{json, Map, Value};
use std::collections::BTreeSet;

/// The schema of files that may hold every step: what campaigns write.
pub const STEPS: &str = "steps";
/// The schema of the canary.
pub const CANARY: &str = "canary";

/// Name, inputs and outputs of each operation; `name:type`, with `?` after the name if it may be absent.
const OPERATIONS: &[(&str, &str, &str)] = &[
    ("sha256", "message:hex", "digest:hex"),
    ("sha512", "message:hex", "digest:hex"),
    ("hmac_sha256", "key:hex message:hex", "mac:hex"),
    ("hkdf", "salt?:hex ikm:hex info:hex length:u8", "prk:hex okm:hex"),
    ("aes256_cbc_encrypt", "key:hex iv:hex plaintext:hex", "ciphertext:hex"),
    ("aes256_cbc_decrypt", "key:hex iv:hex ciphertext:hex", "plaintext:hex"),
    ("x25519", "scalar:hex u:hex", "output:hex"),
    ("agreement", "private:hex public:hex", "secret:hex"),
    ("is_canonical", "u:hex", "canonical:bool"),
    ("xeddsa_sign", "form:form private:hex message:hex random:hex", "signature:hex"),
    ("xeddsa_verify", "form:form public:hex message:hex signature:hex", ""),
    ("parse_public_key", "bytes:hex", "key:hex"),
    ("parse_private_key", "bytes:hex", "key:hex public:hex"),
    ("same_public_key", "a:hex b:hex", "same:bool"),
    ("encode_identity_key_pair", "private:hex", "serialized:hex"),
    ("decode_identity_key_pair", "bytes:hex", "private:hex public:hex"),
    ("sign_alternate_identity", "private:hex other:hex random:hex", "message:hex signature:hex"),
    ("verify_alternate_identity", "identity:hex other:hex signature:hex", ""),
    ("kdf_ck", "chainKey:hex", "chainKey:hex messageKeySeed:hex"),
    ("kdf_rk", "rootKey:hex dhOutput:hex", "rootKey:hex chainKey:hex"),
    ("message_keys", "seed:hex", "cipherKey:hex macKey:hex iv:hex"),
    ("x3dh_kdf", "ikm:hex", "rootKey:hex chainKey:hex"),
    ("x3dh_initiator", "identityPrivate:hex basePrivate:hex bundle:bundle", HANDSHAKE),
    (
        "x3dh_responder",
        "identityPrivate:hex signedPrekeyPrivate:hex oneTimePrekeyPrivate?:hex remoteIdentity:hex baseKey:hex",
        HANDSHAKE,
    ),
    (
        "parse_signal_message",
        "bytes:hex",
        "version:u8 ratchetKey:hex counter:u32 previousCounter:u32 body:hex spqr:hex addresses?:hex tag:hex reserialized:hex",
    ),
    (
        "encode_signal_message",
        "version:u8 ratchetKey:hex counter:u32 previousCounter:u32 body:hex spqr:hex addresses?:hex tag:hex",
        "message:hex",
    ),
    (
        "parse_prekey_message",
        "bytes:hex",
        "version:u8 registrationId:u32 oneTimePrekeyId?:u32 signedPrekeyId:u32 kemPrekeyId?:u32 kemCiphertext?:hex \
         baseKey:hex identityKey:hex message:hex",
    ),
    (
        "encode_prekey_message",
        "version:u8 registrationId:u32 oneTimePrekeyId?:u32 signedPrekeyId:u32 baseKey:hex identityKey:hex inner:hex",
        "message:hex",
    ),
    ("address_block", "sender:text senderDevice:u32 recipient:text recipientDevice:u32", "block?:hex"),
    ("message_tag", "macKey:hex sender:hex receiver:hex unsigned:hex", "tag:hex"),
    (
        "create_party",
        "party:text name:text deviceId:u32 identityPrivate:hex registrationId:u32",
        "identityKey:hex",
    ),
    ("add_signed_prekey", "party:text id:u32 private:hex", "public:hex"),
    ("add_one_time_prekey", "party:text id:u32 private:hex", "public:hex"),
    (
        "publish_bundle",
        "party:text signedPrekeyId:u32 oneTimePrekeyId?:u32 signatureRandom:hex",
        "bundle:bundle",
    ),
    (
        "start_session",
        "party:text peer:text bundle:bundle basePrivate:hex ratchetPrivate:hex nowMs:u64",
        "baseKey:hex",
    ),
    (
        "encrypt",
        "party:text peer:text plaintext:hex nowMs:u64",
        "kind:kind message:hex keys:messageKeys",
    ),
    ("drop_messages", "party:text peer:text plaintext:hex count:u32 nowMs:u64", ""),
    (
        "decrypt",
        "party:text peer:text kind:kind message:hex ratchetPrivate:hex",
        "plaintext:hex usedOneTimePrekeyId?:u32",
    ),
    ("save", "party:text peer:text", "saved:hex"),
    ("load", "party:text peer:text saved:hex", ""),
    ("import", "party:text peer:text record:hex", "saved:hex"),
    ("accept_identity", "party:text peer:text identityKey:hex", ""),
    ("copy_record", "party:text fromPeer:text toPeer:text", ""),
    ("delete_record", "party:text peer:text", ""),
];

const HANDSHAKE: &str = "dh1:hex dh2:hex dh3:hex dh4?:hex ikm:hex rootKey:hex chainKey:hex";
const BUNDLE: &str = "registrationId:u32 identityKey:hex signedPrekeyId:u32 signedPrekey:hex signedPrekeySignature:hex \
                      oneTimePrekeyId?:u32 oneTimePrekey?:hex";
const MESSAGE_KEYS: &str = "messageKeySeed:hex cipherKey:hex macKey:hex iv:hex";
const SNAPSHOT: &str = "current?:session archived:u32";
const SESSION: &str =
    "version:u8 baseKey:hex pending:bool rootKey:hex pn:u32 sending:sending receiving:receiving";
const SENDING: &str = "ratchetKey:hex chainKey:hex ns:u32";
const RECEIVING: &str = "ratchetKey:hex chainKey:hex nr:u32 skipped:runs";

/// Every class of error, in the order of the table in the README.
pub const ERROR_CLASSES: [&str; 25] = [
    "bad_input",
    "bad_ciphertext",
    "invalid_agreement",
    "missing_key_type",
    "bad_key_type",
    "bad_key_length",
    "bad_signature",
    "prekey_fields_mismatch",
    "invalid_base_key",
    "unknown_signed_prekey_id",
    "unknown_prekey_id",
    "too_short",
    "legacy_version",
    "unrecognized_version",
    "unsupported_version",
    "invalid_protobuf",
    "kem_fields_mismatch",
    "kem_fields_missing",
    "bad_device_id",
    "untrusted_identity",
    "no_session",
    "duplicate_message",
    "decryption_failed",
    "counter_exhausted",
    "invalid_record",
];

/// The schema of a family's file.
#[must_use]
pub fn of_family(family: &Family) -> Value {
    let kinds: BTreeSet<&str> = family.groups.iter().map(|g| g.kind.as_str()).collect();
    let tests = family.groups.iter().flat_map(|group| &group.tests);
    let steps: BTreeSet<String> = tests.flat_map(|test| &test.steps).map(Step::op).collect();
    let single: Vec<&str> = kinds.into_iter().filter(|kind| *kind != STEPS).collect();
    let of_steps = if single.is_empty() {
        steps
    } else {
        BTreeSet::new()
    };
    schema(family.name, family.algorithm, &single, &of_steps)
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
    for (name, fields) in [
        ("bundle", BUNDLE),
        ("messageKeys", MESSAGE_KEYS),
        ("snapshot", SNAPSHOT),
        ("session", SESSION),
        ("sendingChain", SENDING),
        ("receivingChain", RECEIVING),
    ] {
        definitions.insert(name.to_owned(), object(members(fields)));
    }
    definitions.insert("note".to_owned(), every_member(note));
    definitions.insert(
        "hex".to_owned(),
        json!({ "type": "string", "pattern": "^([0-9a-f]{2})*$" }),
    );
    definitions.insert("errorClass".to_owned(), json!({ "enum": ERROR_CLASSES }));
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
        .push(("expected".to_owned(), true, expected(outputs, false)));
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
    let has_record = inputs.contains(" peer:") || inputs.contains(" toPeer:");
    let mut step = Members(vec![("op".to_owned(), true, json!({ "const": op }))]);
    step.0.extend(members(inputs).0);
    step.0
        .push(("expected".to_owned(), true, expected(outputs, has_record)));
    object(step)
}

fn expected(outputs: &str, has_record: bool) -> Value {
    let state = || has_record.then(|| ("state".to_owned(), false, reference("snapshot")));
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
    match kind {
        "u8" => integer(u64::from(u8::MAX)),
        "u32" => integer(u64::from(u32::MAX)),
        "u64" => integer(u64::MAX),
        "text" => text(),
        "bool" => json!({ "type": "boolean" }),
        "form" => json!({ "enum": ["deployed", "public_text"] }),
        "kind" => json!({ "enum": ["signal", "pre_key"] }),
        "sending" => reference("sendingChain"),
        "receiving" => {
            json!({ "type": "array", "maxItems": 5, "items": reference("receivingChain") })
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
