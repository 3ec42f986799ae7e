//! The families of published vectors: what is tested, as steps; the outcomes come from the specification.
//!
//! A family is one file of `vectors/v1`. `generate` runs the steps of each [`TestPlan`] on the specification's driver
//! (reset before each test), calls [`TestPlan::check`] on the outcomes, and writes both.
mod address;
mod aes_cbc;
mod build;
mod canonical;
mod double_ratchet;
mod double_ratchet_written;
mod elligator;
mod fingerprint;
mod forge;
mod header_encryption;
mod hkdf;
mod hmac;
mod kdf;
mod kem;
mod kem_incremental;
mod keys;
mod pqxdh;
pub(crate) mod protobuf;
mod record;
mod record_v4;
mod records;
mod script;
mod sender_key;
mod session;
mod session_v4;
mod session_whatsapp;
mod sha2;
pub mod sources;
mod spqr_auth;
mod spqr_chain;
mod spqr_codec;
mod spqr_transcript;
mod stages;
mod transcript;
mod triple_ratchet;
mod vxeddsa;
mod wire_prekey_message;
mod wire_rules;
mod wire_sender_key;
mod wire_signal_message;
pub(crate) mod written_talk;
mod x25519;
mod x3dh;
mod xeddsa_sign;
mod xeddsa_verify;

use crate::bytes::Bytes;
use crate::outcome::Outcome;
use crate::step::Step;
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// A family: one file of vectors.
#[derive(Clone, Debug)]
pub struct Family {
    /// File stem in `vectors/v1`; the schema has the same stem.
    pub name: &'static str,
    /// What is tested.
    pub algorithm: &'static str,
    /// Lines for the reader.
    pub header: &'static [&'static str],
    /// Every flag that a test has, once.
    pub notes: Vec<FlagNote>,
    /// The tests.
    pub groups: Vec<GroupPlan>,
}

/// What a flag means.
#[derive(Clone, Copy, Debug)]
pub struct FlagNote {
    /// The flag.
    pub flag: &'static str,
    /// What is tested.
    pub description: &'static str,
    /// What goes wrong in an implementation that fails it.
    pub effect: &'static str,
}

/// Tests of one kind from one source.
#[derive(Clone, Debug)]
pub struct GroupPlan {
    /// `steps`, or the `op` of the single step that each test is.
    pub kind: String,
    /// Which standard or deployment.
    pub profile: String,
    /// Where the values come from.
    pub source: String,
    /// The tests.
    pub tests: Vec<TestPlan>,
}

/// One test: its steps, and what is known of their outcomes from elsewhere.
#[derive(Clone, Debug)]
pub struct TestPlan {
    /// Unique in the family, never reused.
    pub tc_id: u32,
    /// What it shows.
    pub comment: String,
    /// Flags, each explained in the family's notes.
    pub flags: Vec<String>,
    /// The steps; one in a group of a kind other than `steps`.
    pub steps: Vec<Step>,
    /// What standards or recorded peers say, by the index of the step.
    pub known: Vec<(usize, Known)>,
}

/// What a standard or a recorded peer says of an outcome: the specification must give the same.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Known {
    /// Outputs of bytes that are known to start like this.
    #[serde(default)]
    pub starts_with: BTreeMap<String, Bytes>,
    /// Outputs of bytes that are known by their length.
    #[serde(default)]
    pub lengths: BTreeMap<String, usize>,
    /// Members of the outcome that are known; of an object those that are given, `null` for an absent one.
    #[serde(flatten)]
    pub members: Map<String, Value>,
}

/// Why a family could not be planned: a source is malformed, or a script went another way than it should.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PlanError(pub String);

/// All families, in the order of the files.
///
/// Errors: a source that cannot be read, or a script whose steps do not go as planned.
pub fn all() -> Result<Vec<Family>, PlanError> {
    [
        sha2::family,
        hmac::family,
        hkdf::family,
        aes_cbc::family,
        x25519::family,
        keys::family,
        kdf::family,
        xeddsa_sign::family,
        xeddsa_verify::family,
        canonical::family,
        wire_signal_message::family,
        wire_prekey_message::family,
        address::family,
        x3dh::family,
        double_ratchet::family,
        double_ratchet::refused,
        session::family,
        record::family,
        record::damaged,
        kem::family,
        kem_incremental::family,
        pqxdh::family,
        spqr_codec::family,
        spqr_auth::family,
        spqr_chain::family,
        spqr_transcript::family,
        spqr_transcript::refused,
        spqr_transcript::state,
        triple_ratchet::family,
        triple_ratchet::limits,
        triple_ratchet::epochs,
        triple_ratchet::refused,
        triple_ratchet::sparse_refused,
        session_v4::family,
        session_v4::identity,
        session_v4::choice,
        session_v4::refused,
        session_whatsapp::family,
        record_v4::family,
        record_v4::damaged,
        wire_sender_key::family,
        sender_key::family,
        sender_key::whatsapp,
        sender_key::refused,
        sender_key::record,
        fingerprint::family,
        vxeddsa::family,
        elligator::family,
        double_ratchet_written::family,
        header_encryption::family,
        header_encryption::refused,
    ]
    .into_iter()
    .map(|family| family())
    .collect()
}

impl TestPlan {
    /// Compare what is known with the outcomes of the steps.
    ///
    /// Errors: which step and what differs.
    pub fn check(&self, outcomes: &[Outcome]) -> Result<(), PlanError> {
        for (index, known) in &self.known {
            let outcome = outcomes
                .get(*index)
                .ok_or_else(|| self.differs(*index, "there is no outcome"))?;
            known
                .check(outcome)
                .map_err(|reason| self.differs(*index, &reason))?;
        }
        Ok(())
    }

    fn differs(&self, index: usize, reason: &str) -> PlanError {
        let Self { tc_id, comment, .. } = self;
        PlanError(format!("tcId {tc_id} ({comment}), step {index}: {reason}"))
    }
}

impl Known {
    /// Compare with an outcome.
    ///
    /// Errors: what differs.
    pub fn check(&self, outcome: &Outcome) -> Result<(), String> {
        let got = serde_json::to_value(outcome).map_err(|error| error.to_string())?;
        let starts = self
            .starts_with
            .iter()
            .all(|(name, start)| outcome.bytes(name).is_some_and(|b| b.starts_with(&start.0)));
        let lengths = self
            .lengths
            .iter()
            .all(|(name, length)| outcome.bytes(name).is_some_and(|b| b.len() == *length));
        let same_class = got.get("errorClass") == self.members.get("errorClass");
        if starts && lengths && same_class && includes(&got, &Value::Object(self.members.clone())) {
            Ok(())
        } else {
            Err(format!("known is {self:?}, the specification gives {got}"))
        }
    }
}

/// Whether a value has every member that is known, at any depth.
fn includes(got: &Value, known: &Value) -> bool {
    match (got, known) {
        (Value::Object(got), Value::Object(known)) => known
            .iter()
            .all(|(name, member)| includes(got.get(name).unwrap_or(&Value::Null), member)),
        _ => got == known,
    }
}
