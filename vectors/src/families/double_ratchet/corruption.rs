//! Altered messages: nothing changes, and the message itself still opens.
use super::super::build::Plan;
use super::super::forge::{Chain, Direction, Extra};
use super::super::protobuf::Fields;
use super::super::script::{Script, Sent};
use super::super::x25519::{near_p, small};
use super::super::TestPlan;
use super::REFUSED as NAME;
use crate::outcome::ErrorClass::{self, DecryptionFailed, InvalidProtobuf, TooShort};
use crate::outcome::ErrorClass::{BadKeyType, LegacyVersion, UnrecognizedVersion};
use crate::step::Kind;
use hacspec_lib::Seq;
use twinratchet_spec::address::{address, address_block};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let mut tests = Vec::new();
    for (tc_id, (comment, change, class)) in (101..).zip(changes()) {
        tests.push(altered(tc_id, comment, change, class)?);
    }
    for (tc_id, (comment, change)) in (151..).zip(right_tags()) {
        tests.push(with_right_tag(tc_id, comment, change)?);
    }
    for (tc_id, (comment, block)) in (171..).zip(blocks()?) {
        tests.push(with_block(tc_id, comment, block)?);
    }
    tests.extend([
        reflected()?,
        wrong_kind()?,
        right_block_in_a_plain_message()?,
        block_without_service_ids()?,
        many_failures()?,
        first_message_altered()?,
    ]);
    Ok(tests)
}

/// A change of a message's bytes.
type Change = fn(&mut Vec<u8>);

/// Where things stand: version byte, 0a 21 05 u, 10 counter, 18 previous counter, 22 10 body, tag.
fn changes() -> Vec<(&'static str, Change, ErrorClass)> {
    vec![
        (
            "the low nibble of the version byte",
            |m| m[0] ^= 0x01,
            DecryptionFailed,
        ),
        (
            "version 4 in the version byte",
            |m| m[0] = 0x44,
            DecryptionFailed,
        ),
        (
            "version 2 in the version byte",
            |m| m[0] = 0x24,
            LegacyVersion,
        ),
        (
            "version 5 in the version byte",
            |m| m[0] = 0x54,
            UnrecognizedVersion,
        ),
        ("the type byte of the ratchet key", |m| m[3] = 6, BadKeyType),
        ("a bit of the ratchet key", |m| m[4] ^= 1, DecryptionFailed),
        (
            "bit 255 of the ratchet key: another key",
            |m| m[35] ^= 0x80,
            DecryptionFailed,
        ),
        (
            "a ratchet key with u = 0",
            |m| m[4..36].copy_from_slice(&small(0)),
            DecryptionFailed,
        ),
        (
            "a ratchet key with u = p",
            |m| m[4..36].copy_from_slice(&near_p(0)),
            DecryptionFailed,
        ),
        ("the counter", |m| m[37] ^= 1, DecryptionFailed),
        (
            "a counter within the limit",
            |m| m[37] = 100,
            DecryptionFailed,
        ),
        ("the previous counter", |m| m[39] ^= 1, DecryptionFailed),
        (
            "the first byte of the body",
            |m| m[42] ^= 1,
            DecryptionFailed,
        ),
        (
            "the last byte of the body",
            |m| m[57] ^= 1,
            DecryptionFailed,
        ),
        (
            "the first byte of the tag",
            |m| m[58] ^= 1,
            DecryptionFailed,
        ),
        (
            "the last byte of the tag",
            |m| m[65] ^= 0x80,
            DecryptionFailed,
        ),
        (
            "the last byte is missing",
            |m| m.truncate(65),
            InvalidProtobuf,
        ),
        ("a byte too many", |m| m.push(0), InvalidProtobuf),
        ("the tag is missing", |m| m.truncate(58), InvalidProtobuf),
        ("8 bytes are left", |m| m.truncate(8), TooShort),
        ("no bytes are left", |m| m.clear(), TooShort),
        (
            "a field was added",
            |m| drop(m.splice(58..58, [0x78, 0x01])),
            DecryptionFailed,
        ),
        (
            "the counter was written longer",
            |m| drop(m.splice(37..38, [0x80, 0x00])),
            DecryptionFailed,
        ),
        (
            "a byte after the ratchet key",
            |m| drop(m.splice(2..36, [&[0x22], &m[3..36].to_vec()[..], &[0]].concat())),
            DecryptionFailed,
        ),
        (
            "the counter is missing",
            |m| drop(m.drain(36..38)),
            InvalidProtobuf,
        ),
        (
            "an SPQR message was added",
            |m| drop(m.splice(58..58, [0x2a, 1, 1])),
            DecryptionFailed,
        ),
    ]
}

/// The second message of a chain: its counter is 1.
fn altered(tc_id: u32, comment: &str, change: Change, class: ErrorClass) -> Plan<TestPlan> {
    let mut script = Script::established(NAME, tc_id)?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    let mut message = sent[1].message.clone();
    change(&mut message);
    script.fails("bob", "alice", &sent[1].with(message), class)?;
    script.opens_all("bob", "alice", [&sent[1], &sent[0]])?;
    Ok(script.finish(format!("altered: {comment}"), &["Corrupted"]))
}

/// What becomes of a ciphertext.
type Body = fn(Vec<u8>) -> Vec<u8>;

/// What the sender itself can do wrong in the body.
fn right_tags() -> Vec<(&'static str, Body)> {
    vec![
        ("an empty body", |_| Vec::new()),
        ("a body of 15 bytes", |mut body| {
            body.truncate(15);
            body
        }),
        ("a body of 17 bytes", |mut body| {
            body.push(0);
            body
        }),
        ("a body whose padding is wrong", |mut body| {
            body[15] ^= 1;
            body
        }),
        ("a body of another block", |_| vec![0; 16]),
    ]
}

fn with_right_tag(tc_id: u32, comment: &str, body: Body) -> Plan<TestPlan> {
    let mut script = Script::established(NAME, tc_id)?;
    let extra = Extra {
        body: Some(body),
        ..Extra::default()
    };
    let wrong = Chain::of(&script, "alice", "bob")?.message_with(0, "message", &extra)?;
    let right = script.encrypt("alice", "bob", "message")?;
    script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    script.opens("bob", "alice", &right)?;
    Ok(script.finish(format!("right tag, {comment}"), &["RightTag"]))
}

/// The block of two devices.
fn block_of(sender: (&str, u32), recipient: (&str, u32)) -> Plan<Vec<u8>> {
    let parsed =
        |(name, device): (&str, u32)| address(Seq::from_native_slice(name.as_bytes()), device);
    let no_block = || super::super::PlanError("no address block".to_owned());
    match (parsed(sender), parsed(recipient)) {
        (Ok(from), Ok(to)) => {
            let block = address_block(&from, &to).ok_or_else(no_block)?;
            Ok(block.native_slice().to_vec())
        }
        _ => Err(no_block()),
    }
}

const ALICE: (&str, u32) = (super::super::address::ALICE, 1);
const BOB: (&str, u32) = (super::super::address::BOB, 2);

fn blocks() -> Plan<Vec<(&'static str, Vec<u8>)>> {
    let right = block_of(ALICE, BOB)?;
    let longer = [right.as_slice(), &[0]].concat();
    let mut pni = right.clone();
    pni[0] = 1;
    Ok(vec![
        ("of another sender", block_of(BOB, BOB)?),
        ("of another recipient", block_of(ALICE, ALICE)?),
        (
            "of another device of the sender",
            block_of((ALICE.0, 2), BOB)?,
        ),
        (
            "of another device of the recipient",
            block_of(ALICE, (BOB.0, 1))?,
        ),
        ("of the other direction", block_of(BOB, ALICE)?),
        ("of the sender's phone-number identity", pni),
        ("of 35 bytes", right[..35].to_vec()),
        ("of 37 bytes", longer),
        ("that is empty", Vec::new()),
    ])
}

fn with_block(tc_id: u32, comment: &str, block: Vec<u8>) -> Plan<TestPlan> {
    let mut script = Script::established(NAME, tc_id)?;
    let extra = Extra {
        addresses: Some(block),
        ..Extra::default()
    };
    let wrong = Chain::of(&script, "alice", "bob")?.message_with(0, "message", &extra)?;
    let right = script.encrypt("alice", "bob", "message")?;
    script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    script.opens("bob", "alice", &right)?;
    Ok(script.finish(
        format!("right tag, a block {comment}"),
        &["AddressBlock", "RightTag"],
    ))
}

fn right_block_in_a_plain_message() -> Plan<TestPlan> {
    let mut script = Script::established(NAME, 191)?;
    let extra = Extra {
        addresses: Some(block_of(ALICE, BOB)?),
        ..Extra::default()
    };
    let sent = Chain::of(&script, "alice", "bob")?.message_with(0, "message", &extra)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish("the right block in a plain message", &["AddressBlock"]))
}

fn block_without_service_ids() -> Plan<TestPlan> {
    let mut script = Script::new(NAME, 192);
    script.party("alice", "+14155550100", 1, 1001)?;
    script.party("bob", super::super::address::BOB, 2, 2002)?;
    script.signed_prekey("bob", super::super::script::SIGNED_PREKEY)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    let extra = Extra {
        addresses: Some(block_of(ALICE, BOB)?),
        ..Extra::default()
    };
    let wrong = Chain::of(&script, "alice", "bob")?.message_with(0, "message", &extra)?;
    script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    script.exchange("alice", "bob", "message")?;
    Ok(script.finish(
        "a block though the sender's name is no service id",
        &["AddressBlock", "RightTag"],
    ))
}

fn reflected() -> Plan<TestPlan> {
    let mut script = Script::established(NAME, 193)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    script.fails("alice", "bob", &sent, DecryptionFailed)?;
    let direction = Direction::of(&script, "bob", "alice")?;
    let turned = direction.retag(&sent, |_| ());
    script.fails("bob", "alice", &turned, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "a message sent back, and one with the identities exchanged",
        &["Corrupted"],
    ))
}

fn wrong_kind() -> Plan<TestPlan> {
    let mut script = Script::initiated(NAME, 194)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let as_signal = Sent {
        kind: Kind::Signal,
        ..first.clone()
    };
    script.fails("bob", "alice", &as_signal, InvalidProtobuf)?;
    script.opens("bob", "alice", &first)?;
    script.exchange("bob", "alice", "hello back")?;
    let plain = script.encrypt("alice", "bob", "message")?;
    let as_prekey = Sent {
        kind: Kind::PreKey,
        ..plain.clone()
    };
    script.fails("bob", "alice", &as_prekey, InvalidProtobuf)?;
    script.opens("bob", "alice", &plain)?;
    Ok(script.finish("messages delivered as of the other kind", &["Corrupted"]))
}

fn many_failures() -> Plan<TestPlan> {
    let mut script = Script::established(NAME, 195)?;
    let sent = script.encrypt_many("alice", "bob", "message", 4)?;
    script.opens("bob", "alice", &sent[2])?;
    for bit in 0..4 {
        script.fails(
            "bob",
            "alice",
            &sent[0].flipped(42, 1 << bit),
            DecryptionFailed,
        )?;
        script.fails(
            "bob",
            "alice",
            &sent[3].flipped(-1, 1 << bit),
            DecryptionFailed,
        )?;
        script.fails(
            "bob",
            "alice",
            &sent[3].flipped(4, 1 << bit),
            DecryptionFailed,
        )?;
    }
    script.opens_all("bob", "alice", [&sent[3], &sent[1], &sent[0]])?;
    Ok(script.finish(
        "failures between messages: kept keys stay, no chain is added",
        &["Corrupted", "OutOfOrder"],
    ))
}

fn first_message_altered() -> Plan<TestPlan> {
    let mut script = Script::initiated(NAME, 196)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let inner_end = Fields::new().integer(5, 1001).integer(6, 7).0.len();
    let before_end = isize::try_from(inner_end).unwrap_or_default() + 1;
    script.fails(
        "bob",
        "alice",
        &first.flipped(-before_end, 1),
        DecryptionFailed,
    )?;
    script.opens("bob", "alice", &first)?;
    Ok(script.finish(
        "the tag inside the first prekey message altered: no session is made",
        &["Corrupted"],
    ))
}
