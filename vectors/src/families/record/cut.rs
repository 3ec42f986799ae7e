//! Records that end too early.
use super::super::build::Plan;
use super::super::protobuf::{edited, items, joined, Item};
use super::super::script::{loading, Script};
use super::super::TestPlan;
use super::damaged::{importing, saved_form};
use super::{owners, pending_sample, sample};
use crate::outcome::ErrorClass::InvalidRecord;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Ok(vec![
        cut_anywhere(251, "the saved record", &sample()?[1..])?,
        cut_anywhere(
            252,
            "the saved record of an initiator",
            &pending_sample()?[1..],
        )?,
        cut_inside(253, "the current session", &[1])?,
        cut_inside(254, "the sending chain", &[1, 6])?,
        cut_inside(255, "a receiving chain", &[1, 7])?,
        cut_inside(256, "the position of a receiving chain", &[1, 7, 3])?,
    ])
}

/// Where fields start in a message of integers and bytes, down to every depth that is a message itself.
fn borders_in(bytes: &[u8], messages: &[&[u64]], path: &[u64]) -> Vec<usize> {
    let mut borders = Vec::new();
    let mut at = 0;
    for item in items(bytes) {
        borders.push(at);
        let length = joined(std::slice::from_ref(&item)).len();
        if let Item::Bytes(number, value) = &item {
            let inner = [path, &[*number]].concat();
            let start = at + length - value.len();
            borders.push(start);
            if messages.contains(&inner.as_slice()) {
                borders.extend(
                    borders_in(value, messages, &inner)
                        .iter()
                        .map(|b| start + b),
                );
            }
        }
        at += length;
    }
    borders.sort_unstable();
    borders.dedup();
    borders
}

/// The paths of messages in a record.
pub const MESSAGES: &[&[u64]] = &[
    &[1],
    &[2],
    &[1, 6],
    &[1, 7],
    &[1, 9],
    &[1, 6, 3],
    &[1, 7, 3],
    &[1, 7, 4],
    &[2, 6],
    &[2, 7],
    &[2, 6, 3],
    &[2, 7, 3],
];

fn cut_anywhere(tc_id: u32, what: &str, bare: &[u8]) -> Plan<TestPlan> {
    cut_at_borders(owners(tc_id)?, what, bare, MESSAGES)
}

/// Load every part of a record that ends at a border of its structure.
pub fn cut_at_borders(
    mut script: Script,
    what: &str,
    bare: &[u8],
    messages: &[&[u64]],
) -> Plan<TestPlan> {
    for at in borders_in(bare, messages, &[]) {
        script.tried(loading("bob", "alice", &saved_form(&bare[..at])))?;
    }
    script.invalid(
        loading("bob", "alice", &saved_form(&bare[..bare.len() - 1])),
        InvalidRecord,
    )?;
    Ok(script.finish(
        format!("{what}, cut at every border of its structure"),
        &["Truncated"],
    ))
}

/// Import a record in which one message is cut at each of its fields, all lengths around it being right.
fn cut_inside(tc_id: u32, what: &str, path: &[u64]) -> Plan<TestPlan> {
    let saved = sample()?;
    let mut script = owners(tc_id)?;
    script.load("bob", "alice", &saved)?;
    let fields = std::cell::Cell::new(0);
    edited(&saved[1..], path, &|items| fields.set(items.len()));
    for count in 0..fields.get() {
        let bare = edited(&saved[1..], path, &|items| items.truncate(count));
        script.tried(importing("bob", "alice", &bare))?;
    }
    Ok(script.finish(
        format!("{what} cut after each of its fields"),
        &["Truncated", "MissingField"],
    ))
}
