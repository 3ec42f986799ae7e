//! SPQR messages altered on the way: the tag is wrong, whatever SPQR makes of them, and nothing is kept.
use super::super::build::Plan;
use super::super::forge::{spqr_of, with_fields, SPQR};
use super::super::protobuf::{set, without, Item};
use super::super::script::{Script, Sent, Setting};
use super::super::session::handshake::envelope;
use super::super::TestPlan;
use super::SPARSE_REFUSED as NAME;
use crate::outcome::ErrorClass::{DecryptionFailed, InvalidProtobuf};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = Vec::new();
    for (tc_id, (comment, changes)) in (201..).zip(changes()) {
        tests.push(altered(of, tc_id, comment, &changes)?);
    }
    tests.extend(of.all(&[
        taken_away,
        of_other_messages,
        of_the_first_message,
        of_the_first_answer,
    ])?);
    Ok(tests)
}

/// A change of an SPQR message.
pub type Change = fn(&mut Vec<u8>);

/// Where things stand: 01, epoch, number of the key, type, number of the chunk, chunk.
fn changes() -> Vec<(&'static str, Vec<Change>)> {
    vec![
        (
            "the version byte: 00, 02, ff",
            vec![|m| m[0] = 0, |m| m[0] = 2, |m| m[0] = 0xff],
        ),
        (
            "the epoch: 0, the next, the one after it, the last",
            vec![|m| m[1] = 0, |m| m[1] = 2, |m| m[1] = 3, |m| {
                let last = [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1];
                drop(m.splice(1..2, last));
            }],
        ),
        (
            "the number of the key: 0, one that was used, the next, one too far ahead, 2^32",
            vec![
                |m| m[2] = 0,
                |m| m[2] = 1,
                |m| m[2] += 1,
                // 25002: the last key that Bob took is number 1
                |m| drop(m.splice(2..3, [0xaa, 0xc3, 0x01])),
                |m| drop(m.splice(2..3, [0x80, 0x80, 0x80, 0x80, 0x10])),
            ],
        ),
        (
            "the type: none, of another chunk, none that there is",
            vec![
                |m| m[3] = 0,
                |m| m[3] = 2,
                |m| m[3] = 5,
                |m| m[3] = 7,
                |m| m[3] = 0xff,
            ],
        ),
        (
            "the number of the chunk: another, 65535, 65536",
            vec![
                |m| m[4] += 1,
                |m| drop(m.splice(4..5, [0xff, 0xff, 0x03])),
                |m| drop(m.splice(4..5, [0x80, 0x80, 0x04])),
            ],
        ),
        (
            "the chunk: its first and last bits",
            vec![|m| m[5] ^= 0x80, |m| m[36] ^= 1],
        ),
        (
            "the length: a byte less, no chunk, no type, the version alone, an endless number, a byte more",
            vec![
                |m| m.truncate(36),
                |m| m.truncate(4),
                |m| m.truncate(3),
                |m| m.truncate(1),
                |m| {
                    m.truncate(1);
                    m.resize(12, 0x80);
                },
                |m| m.push(0),
            ],
        ),
    ]
}

/// A message whose SPQR message is altered.
pub fn with_sparse(sent: &Sent, change: Change) -> Sent {
    let mut spqr = spqr_of(&sent.message);
    change(&mut spqr);
    replaced(sent, &spqr)
}

/// A message with another SPQR message.
fn replaced(sent: &Sent, spqr: &[u8]) -> Sent {
    sent.with(with_fields(&sent.message, &|fields| {
        set(fields, Item::Bytes(SPQR, spqr.to_vec()));
    }))
}

/// The second message of a chain, altered in several ways, then as it is.
fn altered(of: Setting, tc_id: u32, comment: &str, changes: &[Change]) -> Plan<TestPlan> {
    let mut script = Script::established(of, tc_id)?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    for change in changes {
        script.fails(
            "bob",
            "alice",
            &with_sparse(&sent[1], *change),
            DecryptionFailed,
        )?;
    }
    script.opens_all("bob", "alice", [&sent[1], &sent[0]])?;
    Ok(script.finish(format!("altered in SPQR: {comment}"), &["SparseMessage"]))
}

/// A message with its field of SPQR changed.
fn with_field(sent: &Sent, change: &dyn Fn(&mut Vec<Item>)) -> Sent {
    sent.with(with_fields(&sent.message, change))
}

fn taken_away(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 221)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let removed = with_field(&sent, &|fields| without(fields, SPQR));
    let empty = replaced(&sent, &[]);
    let twice = with_field(&sent, &|fields| fields.push(Item::Bytes(SPQR, Vec::new())));
    for altered in [removed, empty, twice] {
        script.fails("bob", "alice", &altered, DecryptionFailed)?;
    }
    let integer = with_field(&sent, &|fields| set(fields, Item::Integer(SPQR, 1)));
    script.fails("bob", "alice", &integer, InvalidProtobuf)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "the SPQR message removed, empty, empty the second time, an integer",
        &["SparseMessage"],
    ))
}

fn of_other_messages(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 222)?;
    let sent = script.encrypt_many("alice", "bob", "message", 3)?;
    let back = script.encrypt("bob", "alice", "answer")?;
    script.opens("bob", "alice", &sent[0])?;
    for other in [&sent[0], &sent[2], &back] {
        let exchanged = replaced(&sent[1], &spqr_of(&other.message));
        script.fails("bob", "alice", &exchanged, DecryptionFailed)?;
    }
    script.opens_all("bob", "alice", &sent[1..])?;
    Ok(script.finish(
        "the SPQR message of the message before, of the one after, of the other direction",
        &["SparseMessage"],
    ))
}

fn of_the_first_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 223)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let changes: [fn(&mut Vec<Item>); 3] = [
        |inside| without(inside, SPQR),
        |inside| set(inside, Item::Bytes(SPQR, vec![0])),
        |inside| super::super::protobuf::flip(inside, SPQR, usize::MAX, 1),
    ];
    for change in changes {
        let altered = envelope(&first, &|fields| {
            for field in fields {
                if let Item::Bytes(4, inner) = field {
                    *inner = with_fields(inner, &change);
                }
            }
        });
        script.fails("bob", "alice", &altered, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &first)?;
    Ok(script.finish(
        "SPQR removed, of version 0, altered in the first prekey message: no session is made",
        &["SparseMessage"],
    ))
}

/// Alice has heard nothing yet: the version of SPQR could still be agreed on, if the session did not demand the newer one.
fn of_the_first_answer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 224)?;
    script.exchange("alice", "bob", "hello")?;
    let answer = script.encrypt("bob", "alice", "hello back")?;
    let removed = with_field(&answer, &|fields| without(fields, SPQR));
    script.fails("alice", "bob", &removed, DecryptionFailed)?;
    for change in [(|m| m[0] = 0) as Change, |m| m[1] = 2, |m| m[2] = 2] {
        script.fails(
            "alice",
            "bob",
            &with_sparse(&answer, change),
            DecryptionFailed,
        )?;
    }
    script.opens("alice", "bob", &answer)?;
    Ok(script.finish(
        "the first answer: SPQR removed, of version 0, of another epoch, of another key",
        &["SparseMessage"],
    ))
}
