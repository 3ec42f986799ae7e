//! What the generators are built from: labels for secrets, groups, tests.
use super::{Family, FlagNote, GroupPlan, PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::driver::spec::SpecDriver;
use crate::driver::Driver;
use crate::step::Step;
use hacspec_lib::{ByteSeq, Seq, SeqTrait};
use serde::de::DeserializeOwned;
use twinratchet_spec::primitives::sha2::sha256;

/// The standard that primitives follow.
pub const SPEC: &str = "spec";
/// Version 3 as deployed by Signal.
pub const SIGNAL_V3: &str = "signal-v3";
/// Version 4 as deployed by Signal.
pub const SIGNAL_V4: &str = "signal-v4";
/// Version 3 as deployed by WhatsApp.
pub const WHATSAPP_V3: &str = "whatsapp-v3";
/// The source of tests whose outcomes nobody else gave.
pub const OURS: &str = "twinratchet-spec";

/// What the generators return.
pub type Plan<T> = Result<T, PlanError>;

/// 32 bytes made from a readable label: every private key in the vectors.
pub fn secret(family: &str, tc_id: u32, meaning: &str) -> Bytes {
    let label = format!("twinratchet v1 {family} {tc_id} {meaning}");
    let digest = sha256(&ByteSeq::from_public_slice(label.as_bytes()));
    Bytes(spec_bytes(&ByteSeq::from_seq(&digest)))
}

/// 64 bytes made from a readable label: the random bytes of signatures.
pub fn random64(family: &str, tc_id: u32, meaning: &str) -> Bytes {
    let mut bytes = secret(family, tc_id, &format!("{meaning}, first half")).0;
    bytes.extend(secret(family, tc_id, &format!("{meaning}, second half")).0);
    Bytes(bytes)
}

/// The bytes of a value of the specification; everything in a vector is public.
pub fn spec_bytes(value: &ByteSeq) -> Vec<u8> {
    value.clone().declassify().native_slice().to_vec()
}

/// The bytes of a public value of the specification.
pub fn public_bytes<A: SeqTrait<u8>>(value: &A) -> Vec<u8> {
    Seq::from_seq(value).native_slice().to_vec()
}

/// The bytes 0, 1, 2, ..., as many as asked for.
pub fn counting(length: usize) -> Bytes {
    Bytes((0..=u8::MAX).cycle().take(length).collect())
}

/// An output of bytes of a step that stands alone, on the specification.
pub fn output(step: &Step, name: &str) -> Plan<Vec<u8>> {
    let outcome = SpecDriver::default().execute(step);
    let missing = || PlanError(format!("{} gives no {name}: {outcome:?}", step.op()));
    outcome.bytes(name).ok_or_else(missing)
}

/// An output of such a step that is not bytes.
pub fn value<T: DeserializeOwned>(step: &Step, name: &str) -> Plan<T> {
    let outcome = SpecDriver::default().execute(step);
    let value = outcome.outputs.get(name).cloned().unwrap_or_default();
    serde_json::from_value(value).map_err(|error| PlanError(format!("{name}: {error}")))
}

/// The same bytes with some bits of one flipped.
pub fn flipped(bytes: &[u8], at: usize, bits: u8) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    altered[at] ^= bits;
    altered
}

/// The same bytes cut, or filled up with zeros.
pub fn resized(bytes: &[u8], length: usize) -> Vec<u8> {
    let mut altered = bytes.to_vec();
    altered.resize(length, 0);
    altered
}

/// Tests of our own, of one kind.
pub fn group(kind: &str, profile: &str, tests: Vec<TestPlan>) -> GroupPlan {
    GroupPlan {
        kind: kind.to_owned(),
        profile: profile.to_owned(),
        source: OURS.to_owned(),
        tests,
    }
}

/// A test of one step.
pub fn test(tc_id: u32, comment: impl Into<String>, flag: &str, step: Step) -> TestPlan {
    steps_test(tc_id, comment, &[flag], vec![step])
}

/// A test of several steps.
pub fn steps_test(
    tc_id: u32,
    comment: impl Into<String>,
    flags: &[&str],
    steps: Vec<Step>,
) -> TestPlan {
    TestPlan {
        tc_id,
        comment: comment.into(),
        flags: flags.iter().map(|&flag| flag.to_owned()).collect(),
        steps,
        known: Vec::new(),
    }
}

/// A family: the groups of its sources, then our own.
pub fn with_sources(mut family: Family) -> Plan<Family> {
    let mut groups = super::sources::groups(family.name)?;
    groups.append(&mut family.groups);
    Ok(Family { groups, ..family })
}

/// A family that shares its notes with others: its sources too, and of the notes those that its tests need.
pub fn sharing_notes(family: Family) -> Plan<Family> {
    let mut family = with_sources(family)?;
    let groups = &family.groups;
    let has = |flag: &str| {
        let mut tests = groups.iter().flat_map(|group| &group.tests);
        tests.any(|test| test.flags.iter().any(|of| of == flag))
    };
    family.notes.retain(|note: &FlagNote| has(note.flag));
    Ok(family)
}
