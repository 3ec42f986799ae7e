//! What a peer that knows the keys can do wrong in SPQR: the tag is right.
use super::super::build::Plan;
use super::super::forge::{spqr_of, Direction};
use super::super::protobuf::{set, Item};
use super::super::script::{Script, Sent, Setting};
use super::super::session::handshake::envelope;
use super::super::stages::{peer_of, Conversation, LastChunks, Stage};
use super::super::TestPlan;
use super::sparse::{with_sparse, Change};
use super::SPARSE_REFUSED as NAME;
use crate::outcome::BraidState;
use crate::outcome::ErrorClass::{DecryptionFailed, DuplicateMessage};
use crate::step::Kind;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(&[
        no_sparse_message,
        no_sparse_message_in_the_first_answer,
        no_sparse_message_in_the_first_message,
        malformed,
        key_numbers,
        number_zero,
        other_type,
        bad_header_chunk,
        bad_last_header_chunk,
    ])?;
    tests.push(other_epochs(of)?);
    let LastChunks { ct1: _, ek, ct2 } = LastChunks::of(of)?;
    tests.push(bad_last_chunk(of, 311, "the vector", &ek, "alice")?);
    tests.push(bad_last_chunk(
        of,
        312,
        "the second half of the ciphertext",
        &ct2,
        "bob",
    )?);
    Ok(tests)
}

/// The message with another SPQR message under a right tag; its other keys are those that it had.
fn retagged(script: &Script, from: &str, sent: &Sent, change: Change) -> Plan<Sent> {
    let altered = with_sparse(sent, change);
    let direction = Direction::of(script, from, peer_of(from))?;
    Ok(direction.retag(sent, |unsigned| {
        *unsigned = altered.message[..altered.message.len() - 8].to_vec();
    }))
}

/// SPQR messages of version 0.
const VERSION_0: [&[u8]; 2] = [&[], &[0]];

fn no_sparse_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 301)?;
    let direction = Direction::of(&script, "alice", "bob")?;
    let sent = script.encrypt("alice", "bob", "message")?;
    for spqr in VERSION_0 {
        let downgraded = direction.resealed(&sent, (spqr.to_vec(), None));
        script.fails("bob", "alice", &downgraded, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "no SPQR message, and one of version 0",
        &["Downgrade", "RightTag"],
    ))
}

fn no_sparse_message_in_the_first_answer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 302)?;
    script.exchange("alice", "bob", "hello")?;
    let direction = Direction::of(&script, "bob", "alice")?;
    let answer = script.encrypt("bob", "alice", "hello back")?;
    for spqr in VERSION_0 {
        let downgraded = direction.resealed(&answer, (spqr.to_vec(), None));
        script.fails("alice", "bob", &downgraded, DecryptionFailed)?;
    }
    script.opens("alice", "bob", &answer)?;
    Ok(script.finish(
        "the same in the first answer: the initiator demands version 1",
        &["Downgrade", "RightTag"],
    ))
}

fn no_sparse_message_in_the_first_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 303)?;
    let direction = Direction::of(&script, "alice", "bob")?;
    let first = script.encrypt("alice", "bob", "hello")?;
    for spqr in VERSION_0 {
        let downgraded = envelope(&first, &|fields| {
            let inner = fields.iter().find_map(|field| match field {
                Item::Bytes(4, inner) => Some(inner.clone()),
                _ => None,
            });
            let inside = Sent {
                kind: Kind::Signal,
                ..first.with(inner.unwrap_or_default())
            };
            let other = direction.resealed(&inside, (spqr.to_vec(), None));
            set(fields, Item::Bytes(4, other.message));
        });
        script.fails("bob", "alice", &downgraded, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &first)?;
    Ok(script.finish(
        "the same in the first message: the responder demands version 1",
        &["Downgrade", "RightTag"],
    ))
}

fn malformed(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 304)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let changes: [Change; 4] = [
        |m| m[1] = 0,
        |m| m[3] = 7,
        |m| drop(m.splice(4..5, [0x80, 0x80, 0x04])),
        |m| m.truncate(36),
    ];
    for change in changes {
        let wrong = retagged(&script, "alice", &sent, change)?;
        script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "epoch 0, type 7, chunk 65536, a chunk of 31 bytes",
        &["SparseMessage", "RightTag"],
    ))
}

fn key_numbers(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 305)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let changes: [Change; 6] = [
        |m| m[1] = 2,
        |m| m[1] = 3,
        |m| m[2] = 0,
        |m| m[2] = 1,
        |m| m[2] += 1,
        |m| drop(m.splice(2..3, [0xaa, 0xc3, 0x01])),
    ];
    for change in changes {
        let wrong = retagged(&script, "alice", &sent, change)?;
        script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "two later epochs; key 0, a used one, another, one too far ahead",
        &["KeyNumbers", "RightTag"],
    ))
}

/// In the third epoch the chain of the first is gone, that of the second has given out its low numbers.
fn other_epochs(of: Setting) -> Plan<TestPlan> {
    let mut talk = Conversation::established(of)?;
    talk.alternate_until("alice", BraidState::HeaderSent, 3)?;
    talk.pass("alice")?;
    talk.pass("bob")?;
    let mut script = talk.stage()?.script(of, 310)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    let changes: [Change; 4] = [
        |m| m[1] = 1,
        |m| m[1..3].copy_from_slice(&[2, 1]),
        |m| m[1..3].copy_from_slice(&[2, 100]),
        |m| m[1] = 4,
    ];
    for change in changes {
        let wrong = retagged(&script, "alice", &sent, change)?;
        script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "in the third epoch: keys of the first, used and unused ones of the second, one of the fourth",
        &["KeyNumbers", "RightTag"],
    ))
}

/// As a party writes that accepts version 0 and has heard nothing: key 0 of epoch 1 is no key.
fn number_zero(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 306)?;
    let direction = Direction::of(&script, "alice", "bob")?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    let mut spqr = spqr_of(&sent[0].message);
    spqr[2] = 0;
    let without_key = direction.resealed(&sent[0], (spqr, None));
    script.fails(
        "bob",
        "alice",
        &retagged(&script, "alice", &sent[0], |m| m[2] = 0)?,
        DecryptionFailed,
    )?;
    script.opens("bob", "alice", &without_key)?;
    script.opens("bob", "alice", &sent[1])?;
    Ok(script.finish(
        "key 0 of epoch 1: no key, so the salt is absent",
        &["KeyNumbers", "RightTag"],
    ))
}

/// A chunk of a kind that the state does not wait for: the message opens, the chunk is not looked at.
fn other_type(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 307)?;
    let sent = script.encrypt_many("alice", "bob", "message", 3)?;
    let ek = retagged(&script, "alice", &sent[0], |m| m[3] = 2)?;
    script.opens("bob", "alice", &ek)?;
    script.opens_all("bob", "alice", &sent[1..])?;
    script.fails("bob", "alice", &sent[0], DuplicateMessage)?;
    script.exchange("bob", "alice", "the header is complete all the same")?;
    Ok(script.finish(
        "a chunk of the header said to be one of the vector",
        &["BadChunk", "RightTag"],
    ))
}

/// The chunk is kept, so that every later one completes a header that is refused; the other direction goes on.
fn bad_header_chunk(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 308)?;
    let sent = script.encrypt_many("alice", "bob", "message", 3)?;
    let bad = retagged(&script, "alice", &sent[0], |m| m[5] ^= 1)?;
    script.opens("bob", "alice", &bad)?;
    script.fails("bob", "alice", &sent[1], DecryptionFailed)?;
    script.fails("bob", "alice", &sent[2], DecryptionFailed)?;
    script.exchange("bob", "alice", "this direction goes on")?;
    Ok(script.finish(
        "a damaged chunk of the header is kept: what it completes is refused, again and again",
        &["BadChunk", "RightTag"],
    ))
}

fn bad_last_header_chunk(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 309)?;
    script.exchange("alice", "bob", "chunk 1")?;
    let sent = script.encrypt("alice", "bob", "chunk 2")?;
    let bad = retagged(&script, "alice", &sent, |m| m[5] ^= 1)?;
    script.fails("bob", "alice", &bad, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "the last chunk of the header damaged: refused, and the right one completes it",
        &["BadChunk", "RightTag"],
    ))
}

fn bad_last_chunk(
    of: Setting,
    tc_id: u32,
    what: &str,
    stage: &Stage,
    from: &str,
) -> Plan<TestPlan> {
    let mut script = stage.script(of, tc_id)?;
    let sent = script.encrypt(from, peer_of(from), "the last chunk")?;
    let bad = retagged(&script, from, &sent, |m| {
        let last = m.len() - 1;
        m[last] ^= 1;
    })?;
    script.fails(peer_of(from), from, &bad, DecryptionFailed)?;
    script.opens(peer_of(from), from, &sent)?;
    Ok(script.finish(
        format!("the last chunk of {what} damaged: refused, and the right one completes it"),
        &["BadChunk", "RightTag"],
    ))
}
