//! Damage in what a session of version 4 has beside SPQR.
use super::super::build::Plan;
use super::super::protobuf::{edited, flip, resize, set, without, Item};
use super::super::record::damaged::{importing, saved_form};
use super::super::script::{loading, Script, Setting};
use super::super::TestPlan;
use super::DAMAGED as NAME;
use crate::outcome::ErrorClass::InvalidRecord;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::v4(NAME).all(&[
        fields,
        pending_kem,
        pending_kem_imported_only,
        fields_of_version_4_in_version_3,
    ])
}

/// A change of some fields.
type Change = fn(&mut Vec<Item>);

/// Alice's record of Bob while she has no answer.
fn pending() -> Plan<Vec<u8>> {
    Script::initiated(Setting::v4(NAME), 0)?.saved("alice", "bob")
}

fn fields(of: Setting) -> Plan<TestPlan> {
    let changes: [Change; 6] = [
        |i| set(i, Item::Integer(1, 5)),
        |i| without(i, 4),
        |i| without(i, 6),
        |i| resize(i, 4, 31),
        |i| flip(i, 13, 0, 5),
        |i| without(i, 13),
    ];
    let saved = Script::established(of, 0)?.saved("bob", "alice")?;
    let mut script = Script::owners(of, 1)?;
    script.load("bob", "alice", &saved)?;
    for change in changes {
        let bare = edited(&saved[1..], &[1], &change);
        script.invalid(importing("bob", "alice", &bare), InvalidRecord)?;
    }
    Ok(script.finish(
        "refused: version 5; no root key, no sending chain, a root key of 31 bytes, a base key of type 00, none",
        &["Version", "MissingField", "BadKey"],
    ))
}

fn pending_kem(of: Setting) -> Plan<TestPlan> {
    let saved = pending()?;
    let changes: [(&[u64], Change); 7] = [
        (&[1], |i| without(i, 14)),
        (&[1], |i| set(i, Item::Bytes(14, Vec::new()))),
        (&[1], |i| set(i, Item::Integer(14, 1))),
        (&[1, 14], |i| without(i, 2)),
        (&[1, 14], |i| resize(i, 2, 1568)),
        (&[1, 14], |i| resize(i, 2, 1570)),
        (&[1, 14], |i| flip(i, 2, 0, 2)),
    ];
    let mut script = Script::owners(of, 2)?;
    for (path, change) in changes {
        let bare = edited(&saved[1..], path, &change);
        script.invalid(importing("alice", "bob", &bare), InvalidRecord)?;
    }
    script.load("alice", "bob", &saved)?;
    Ok(script.finish(
        "refused: no KEM data beside pending data, empty, an integer; no ciphertext, of 1568 and 1570 bytes, of type 0a",
        &["PendingKem", "MissingField"],
    ))
}

fn pending_kem_imported_only(of: Setting) -> Plan<TestPlan> {
    let saved = pending()?;
    let changes: [(&[u64], Change); 3] = [
        (&[1], |i| without(i, 9)),
        (&[1, 14], |i| i.push(Item::Integer(3, 1))),
        (&[1, 14], |i| i.reverse()),
    ];
    let mut script = Script::owners(of, 3)?;
    for (path, change) in changes {
        let bare = edited(&saved[1..], path, &change);
        let load = loading("alice", "bob", &saved_form(&bare));
        script.invalid(load, InvalidRecord)?;
        script.valid(importing("alice", "bob", &bare))?;
    }
    Ok(script.finish(
        "imported but not loaded: KEM data without pending data, with an unknown field, in another order",
        &["PendingKem", "NotCanonical", "Import"],
    ))
}

/// Nothing ties the new fields to the version: they are kept.
fn fields_of_version_4_in_version_3(of: Setting) -> Plan<TestPlan> {
    let new = pending()?;
    let bare = edited(&new[1..], &[1], &|i| set(i, Item::Integer(1, 3)));
    let mut script = Script::owners(of, 4)?;
    script.load("alice", "bob", &saved_form(&bare))?;
    script.save("alice", "bob")?;
    Ok(script.finish(
        "loaded: a session of version 3 with KEM data and SPQR",
        &["PendingKem", "Kept"],
    ))
}
