//! Damaged records: refused, and the record that is there stays.
use super::super::build::Plan;
use super::super::protobuf::{edited, flip, joined, resize, set, without, Item};
use super::super::script::{loading, Script};
use super::super::TestPlan;
use super::{owners, pending_sample, sample};
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::InvalidRecord;
use crate::step::Step;

/// A change of some fields.
type Change = fn(&mut Vec<Item>);
/// What it shows, its flag, where the fields stand, and the change.
type Case = (&'static str, &'static str, &'static [u64], Change);

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let cases = [sessions(), chains(), kept_keys(), pending(), later()].concat();
    let mut tests = Vec::new();
    for (tc_id, case) in ids(101).zip(cases) {
        tests.push(refused(tc_id, case)?);
    }
    for (tc_id, case) in ids(201).zip(not_canonical()) {
        tests.push(imported_only(tc_id, case)?);
    }
    tests.push(negative_prekey_id()?);
    Ok(tests)
}

/// Withdrawn: sessions of version 4, and the field in which they keep SPQR, were unknown when these were written.
const WITHDRAWN: [u32; 2] = [106, 202];

fn ids(first: u32) -> impl Iterator<Item = u32> {
    (first..).filter(|id| !WITHDRAWN.contains(id))
}

/// The step that imports a bare record.
pub fn importing(party: &str, peer: &str, record: &[u8]) -> Step {
    Step::Import {
        party: party.to_owned(),
        peer: peer.to_owned(),
        record: Bytes::from(record),
    }
}

/// Bare records in the saved form.
pub fn saved_form(bare: &[u8]) -> Vec<u8> {
    [&[1], bare].concat()
}

fn first(items: &[Item], of: u64) -> Vec<Item> {
    items
        .iter()
        .filter(|item| item.number() == of)
        .take(1)
        .cloned()
        .collect()
}

fn sessions() -> Vec<Case> {
    vec![
        ("the current session as an integer", "BadKey", &[], |i| {
            set(i, Item::Integer(1, 1));
        }),
        ("an empty current session", "MissingField", &[], |i| {
            set(i, Item::Bytes(1, Vec::new()));
        }),
        ("an archived session as an integer", "BadKey", &[], |i| {
            i.push(Item::Integer(2, 1));
        }),
        ("no version", "Version", &[1], |i| without(i, 1)),
        ("version 2", "Version", &[1], |i| {
            set(i, Item::Integer(1, 2));
        }),
        ("the version as bytes", "Version", &[1], |i| {
            set(i, Item::Bytes(1, vec![3]));
        }),
        ("no own identity", "MissingField", &[1], |i| without(i, 2)),
        ("no identity of the peer", "MissingField", &[1], |i| {
            without(i, 3);
        }),
        ("no root key", "MissingField", &[1], |i| without(i, 4)),
        ("an empty root key", "MissingField", &[1], |i| {
            resize(i, 4, 0);
        }),
        ("no sending chain", "MissingField", &[1], |i| without(i, 6)),
        ("no base key", "MissingField", &[1], |i| without(i, 13)),
        ("an own identity of type 06", "BadKey", &[1], |i| {
            flip(i, 2, 0, 3);
        }),
        ("an identity of the peer of 32 bytes", "BadKey", &[1], |i| {
            resize(i, 3, 32);
        }),
        ("a base key of type 00", "BadKey", &[1], |i| {
            flip(i, 13, 0, 5);
        }),
        ("a root key of 31 bytes", "BadKey", &[1], |i| {
            resize(i, 4, 31);
        }),
        ("a root key of 33 bytes", "BadKey", &[1], |i| {
            resize(i, 4, 33);
        }),
        ("the previous counter as bytes", "BadKey", &[1], |i| {
            i.push(Item::Bytes(5, vec![1]));
        }),
        ("the registration id as bytes", "BadKey", &[1], |i| {
            i.push(Item::Bytes(10, vec![1]));
        }),
    ]
}

fn chains() -> Vec<Case> {
    vec![
        ("no public ratchet key", "MissingField", &[1, 6], |i| {
            without(i, 1);
        }),
        ("no private ratchet key", "MissingField", &[1, 6], |i| {
            without(i, 2);
        }),
        (
            "no position of the sending chain",
            "MissingField",
            &[1, 6],
            |i| without(i, 3),
        ),
        ("no sending chain key", "MissingField", &[1, 6, 3], |i| {
            without(i, 2);
        }),
        (
            "a sending chain key of 31 bytes",
            "BadKey",
            &[1, 6, 3],
            |i| resize(i, 2, 31),
        ),
        (
            "a private ratchet key of 31 bytes",
            "BadKey",
            &[1, 6],
            |i| resize(i, 2, 31),
        ),
        ("a public ratchet key of type 06", "BadKey", &[1, 6], |i| {
            flip(i, 1, 0, 3);
        }),
        ("another public ratchet key", "KeyMismatch", &[1, 6], |i| {
            flip(i, 1, 1, 1);
        }),
        ("another private ratchet key", "KeyMismatch", &[1, 6], |i| {
            flip(i, 2, 1, 1);
        }),
        (
            "no key of a receiving chain",
            "MissingField",
            &[1, 7],
            |i| without(i, 1),
        ),
        (
            "no position of a receiving chain",
            "MissingField",
            &[1, 7],
            |i| without(i, 3),
        ),
        ("no receiving chain key", "MissingField", &[1, 7, 3], |i| {
            without(i, 2);
        }),
        (
            "a receiving chain key of 33 bytes",
            "BadKey",
            &[1, 7, 3],
            |i| resize(i, 2, 33),
        ),
        (
            "a key of a receiving chain of type 06",
            "BadKey",
            &[1, 7],
            |i| flip(i, 1, 0, 3),
        ),
        ("a receiving chain twice", "Inconsistent", &[1], |i| {
            let again = first(i, 7);
            i.extend(again);
        }),
        ("a position as an integer", "BadKey", &[1, 7], |i| {
            set(i, Item::Integer(3, 1));
        }),
    ]
}

/// The newest receiving chain stands last; its kept keys are 3, 1.
fn newest(items: &mut [Item], change: fn(&mut Vec<Item>)) {
    let newest = items.iter_mut().rev().find(|item| item.number() == 7);
    if let Some(Item::Bytes(_, chain)) = newest {
        *chain = edited(chain, &[], &change);
    }
}

/// Change the first kept key of the newest chain.
fn first_kept(items: &mut [Item], change: fn(&mut Vec<Item>)) {
    let newest = items.iter_mut().rev().find(|item| item.number() == 7);
    if let Some(Item::Bytes(_, chain)) = newest {
        *chain = edited(chain, &[4], &change);
    }
}

fn kept_keys() -> Vec<Case> {
    vec![
        ("a kept key at the next number", "Inconsistent", &[1], |i| {
            first_kept(i, |k| set(k, Item::Integer(1, 5)));
        }),
        (
            "a kept key above the next number",
            "Inconsistent",
            &[1],
            |i| first_kept(i, |k| set(k, Item::Integer(1, 6))),
        ),
        ("kept keys in ascending order", "Inconsistent", &[1], |i| {
            newest(i, |c| {
                let last = c.len() - 1;
                c.swap(last, last - 1);
            });
        }),
        ("a kept key twice", "Inconsistent", &[1], |i| {
            newest(i, |c| {
                let again = first(c, 4);
                c.extend(again);
            });
        }),
        ("two kept keys of one number", "Inconsistent", &[1], |i| {
            first_kept(i, |k| set(k, Item::Integer(1, 1)));
        }),
        ("a kept key without its seed", "MissingField", &[1], |i| {
            first_kept(i, |k| without(k, 5));
        }),
        ("a seed of 31 bytes", "BadKey", &[1], |i| {
            first_kept(i, |k| resize(k, 5, 31));
        }),
        (
            "expanded keys in place of a seed",
            "OldMessageKeys",
            &[1],
            |i| {
                first_kept(i, |k| {
                    without(k, 5);
                    k.extend([
                        Item::Bytes(2, vec![1; 32]),
                        Item::Bytes(3, vec![2; 32]),
                        Item::Bytes(4, vec![3; 16]),
                    ]);
                });
            },
        ),
        ("expanded keys beside a seed", "OldMessageKeys", &[1], |i| {
            first_kept(i, |k| k.push(Item::Bytes(4, vec![3; 16])));
        }),
    ]
}

/// Pending data is put into the record of Bob, where it may stand as well.
fn with_pending(items: &mut Vec<Item>, pending: &[Item]) {
    let at = items
        .iter()
        .position(|item| item.number() > 9)
        .unwrap_or(items.len());
    items.insert(at, Item::Bytes(9, joined(pending)));
}

fn pending() -> Vec<Case> {
    vec![
        ("pending data without base key", "MissingField", &[1], |i| {
            with_pending(i, &[Item::Integer(3, 7)]);
        }),
        (
            "pending data with a base key of type 06",
            "BadKey",
            &[1],
            |i| with_pending(i, &[Item::Bytes(2, vec![6; 33])]),
        ),
        (
            "pending data with a one-time prekey id of bytes",
            "BadKey",
            &[1],
            |i| with_pending(i, &[Item::Bytes(1, vec![1]), Item::Bytes(2, vec![5; 33])]),
        ),
        ("pending data as an integer", "BadKey", &[1], |i| {
            i.push(Item::Integer(9, 1));
        }),
    ]
}

fn later() -> Vec<Case> {
    vec![("version 5", "Version", &[1], |i| {
        set(i, Item::Integer(1, 5));
    })]
}

fn refused(tc_id: u32, (comment, flag, path, change): Case) -> Plan<TestPlan> {
    let saved = sample()?;
    let bare = edited(&saved[1..], path, &change);
    let mut script = owners(tc_id)?;
    script.load("bob", "alice", &saved)?;
    script.invalid(importing("bob", "alice", &bare), InvalidRecord)?;
    script.invalid(loading("bob", "alice", &saved_form(&bare)), InvalidRecord)?;
    Ok(script.finish(format!("refused: {comment}"), &[flag]))
}

fn not_canonical() -> Vec<Case> {
    const FLAG: &str = "NotCanonical";
    vec![
        ("an unknown field of the record", FLAG, &[], |i| {
            i.push(Item::Integer(3, 1));
        }),
        ("an unknown field of a chain", FLAG, &[1, 7], |i| {
            i.push(Item::Integer(9, 1));
        }),
        ("the archive before the current session", FLAG, &[], |i| {
            i.reverse();
        }),
        ("a session in another order", FLAG, &[1], |i| {
            i.rotate_left(1);
        }),
        ("a previous counter of 0 that is written", FLAG, &[1], |i| {
            without(i, 5);
            i.insert(4, Item::Integer(5, 0));
        }),
        ("the current session twice", FLAG, &[], |i| {
            let again = first(i, 1);
            i.splice(0..0, again);
        }),
        ("a byte after a base key", FLAG, &[1], |i| resize(i, 13, 34)),
        (
            "a private ratchet key that is not clamped",
            FLAG,
            &[1, 6],
            |i| flip(i, 2, 0, 1),
        ),
        ("a version of 2^32 + 3", FLAG, &[1], |i| {
            set(i, Item::Integer(1, (1 << 32) + 3));
        }),
        ("an empty SPQR state", FLAG, &[1], |i| {
            i.push(Item::Bytes(15, Vec::new()));
        }),
        ("an unknown field of an archived session", FLAG, &[2], |i| {
            i.push(Item::Integer(20, 1));
        }),
        (
            "a position of a chain in another order",
            FLAG,
            &[1, 7, 3],
            |i| i.reverse(),
        ),
        ("an unknown field of a session", FLAG, &[1], |i| {
            i.push(Item::Bytes(20, vec![1]));
        }),
    ]
}

fn imported_only(tc_id: u32, (comment, flag, path, change): Case) -> Plan<TestPlan> {
    let saved = sample()?;
    let bare = edited(&saved[1..], path, &change);
    let mut script = owners(tc_id)?;
    script.invalid(loading("bob", "alice", &saved_form(&bare)), InvalidRecord)?;
    script.valid(importing("bob", "alice", &bare))?;
    let again = script.save("bob", "alice")?;
    script.load("bob", "alice", &again)?;
    Ok(script.finish(
        format!("imported but not loaded: {comment}"),
        &[flag, "Import"],
    ))
}

/// Ids of 2^31 and above are stored as negative numbers, in ten bytes.
fn negative_prekey_id() -> Plan<TestPlan> {
    let saved = pending_sample()?;
    let with = |id: u64| {
        let bare = edited(&saved[1..], &[1, 9], &|items| {
            set(items, Item::Integer(3, id));
        });
        saved_form(&bare)
    };
    let mut script: Script = owners(257)?;
    script.invalid(loading("alice", "bob", &with(0x8000_0007)), InvalidRecord)?;
    script.load("alice", "bob", &with(0xffff_ffff_8000_0007))?;
    script.encrypt("alice", "bob", "signed prekey id 2147483655")?;
    Ok(script.finish(
        "a signed prekey id of 2^31 + 7 is stored in ten bytes",
        &["NotCanonical", "Kept"],
    ))
}
