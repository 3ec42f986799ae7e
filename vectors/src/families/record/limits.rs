//! Records at the limits, and one past them.
use super::super::build::Plan;
use super::super::protobuf::{edited, Fields, Item};
use super::super::script::loading;
use super::super::x25519::serialized;
use super::super::TestPlan;
use super::damaged::saved_form;
use super::{owners, sample};
use crate::outcome::ErrorClass::InvalidRecord;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    [
        at_limit(301, "five receiving chains", &with_chains(5)?)?,
        past_limit(302, "six receiving chains", &with_chains(6)?)?,
        at_limit(303, "2000 kept keys", &with_kept_keys(2000)?)?,
        at_limit(305, "forty archived sessions", &with_archive(40)?)?,
        past_limit(306, "forty-one archived sessions", &with_archive(41)?)?,
        at_limit(307, "2051 kept keys", &with_kept_keys(2051)?)?,
        past_limit(308, "2052 kept keys", &with_kept_keys(2052)?)?,
    ]
    .into_iter()
    .map(Ok)
    .collect()
}

fn at_limit(tc_id: u32, comment: &str, bare: &[u8]) -> Plan<TestPlan> {
    let mut script = owners(tc_id)?;
    script.load("bob", "alice", &saved_form(bare))?;
    Ok(script.finish(format!("loaded: {comment}"), &["Kept"]))
}

fn past_limit(tc_id: u32, comment: &str, bare: &[u8]) -> Plan<TestPlan> {
    let mut script = owners(tc_id)?;
    script.invalid(loading("bob", "alice", &saved_form(bare)), InvalidRecord)?;
    Ok(script.finish(format!("refused: {comment}"), &["OverLimit"]))
}

/// A receiving chain of a made-up key.
fn chain(n: u8, number: u64, kept: &Fields) -> Item {
    let position = if number == 0 {
        Fields::new()
    } else {
        Fields::new().integer(1, number)
    };
    let fields = Fields::new()
        .bytes(1, &serialized(&[n; 32]))
        .bytes(3, &position.bytes(2, &[n; 32]).0)
        .then(kept);
    Item::Bytes(7, fields.0)
}

/// The sample with these receiving chains in place of its own.
fn with(chains: &[Item]) -> Plan<Vec<u8>> {
    let change = |items: &mut Vec<Item>| {
        items.retain(|item| item.number() != 7);
        let at = items
            .iter()
            .position(|item| item.number() > 7)
            .unwrap_or(items.len());
        items.splice(at..at, chains.iter().cloned());
    };
    Ok(edited(&sample()?[1..], &[1], &change))
}

fn with_chains(count: u8) -> Plan<Vec<u8>> {
    let chains: Vec<Item> = (1..=count).map(|n| chain(n, 1, &Fields::new())).collect();
    with(&chains)
}

fn with_kept_keys(count: u64) -> Plan<Vec<u8>> {
    let kept = (1..=count).rev().fold(Fields::new(), |out, n| {
        out.bytes(4, &Fields::new().integer(1, n).bytes(5, &[7; 32]).0)
    });
    with(&[chain(1, count + 1, &kept)])
}

fn with_archive(count: usize) -> Plan<Vec<u8>> {
    let change = |items: &mut Vec<Item>| {
        let archived = items.iter().rfind(|item| item.number() == 2).cloned();
        items.retain(|item| item.number() != 2);
        items.extend(archived.into_iter().cycle().take(count));
    };
    Ok(edited(&sample()?[1..], &[], &change))
}
