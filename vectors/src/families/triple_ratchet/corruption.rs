//! Altered messages, all but their SPQR part: nothing changes, and the message itself still opens.
use super::super::build::Plan;
use super::super::forge::{with_fields, Chain, Direction, Extra};
use super::super::protobuf::{flip, Item};
use super::super::script::{Script, Sent, Setting};
use super::super::session::handshake::envelope;
use super::super::x25519::{near_p, small};
use super::super::TestPlan;
use super::REFUSED as NAME;
use crate::outcome::ErrorClass::{self, DecryptionFailed, InvalidProtobuf, TooShort};
use crate::outcome::ErrorClass::{BadKeyType, LegacyVersion, UnrecognizedVersion};
use crate::step::Kind;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = Vec::new();
    for (tc_id, (comment, changes)) in (101..).zip(fields()) {
        tests.push(altered(of, tc_id, comment, &changes)?);
    }
    tests.extend(of.all(&[
        bodies,
        blocks,
        reflected,
        other_kind,
        many_failures,
        first_message,
    ])?);
    Ok(tests)
}

/// A change of a message's bytes, and how it fails.
type Change = (fn(&mut Vec<u8>), ErrorClass);

/// Where things stand: version byte, 0a 21 05 u, 10 counter, 18 previous counter, 22 10 body, 2a 25 SPQR, tag.
fn fields() -> Vec<(&'static str, Vec<Change>)> {
    vec![
        (
            "the version byte: another low nibble, versions 3, 2 and 5",
            vec![
                (|m| m[0] ^= 0x01, DecryptionFailed),
                (|m| m[0] = 0x34, DecryptionFailed),
                (|m| m[0] = 0x24, LegacyVersion),
                (|m| m[0] = 0x54, UnrecognizedVersion),
            ],
        ),
        (
            "the ratchet key: its type, a bit, bit 255, u = 0, u = p",
            vec![
                (|m| m[3] = 6, BadKeyType),
                (|m| m[4] ^= 1, DecryptionFailed),
                (|m| m[35] ^= 0x80, DecryptionFailed),
                (|m| m[4..36].copy_from_slice(&small(0)), DecryptionFailed),
                (|m| m[4..36].copy_from_slice(&near_p(0)), DecryptionFailed),
            ],
        ),
        (
            "the numbers: a bit of each, far ahead, written longer, missing",
            vec![
                (|m| m[37] ^= 1, DecryptionFailed),
                (|m| m[37] = 100, DecryptionFailed),
                (|m| m[39] ^= 1, DecryptionFailed),
                (|m| drop(m.splice(37..38, [0x81, 0x00])), DecryptionFailed),
                (|m| drop(m.drain(36..38)), InvalidProtobuf),
            ],
        ),
        (
            "the body and the tag: their first and last bytes",
            vec![
                (|m| m[42] ^= 1, DecryptionFailed),
                (|m| m[57] ^= 0x80, DecryptionFailed),
                (|m| m[97] ^= 1, DecryptionFailed),
                (|m| m[104] ^= 0x80, DecryptionFailed),
            ],
        ),
        (
            "the length: a byte less, a byte more, no tag, 8 bytes, none",
            vec![
                (|m| m.truncate(104), InvalidProtobuf),
                (|m| m.push(0), InvalidProtobuf),
                (|m| m.truncate(97), InvalidProtobuf),
                (|m| m.truncate(8), TooShort),
                (|m| m.clear(), TooShort),
            ],
        ),
        (
            "the fields: an unknown one and an address block added, the body gone",
            vec![
                (|m| drop(m.splice(97..97, [0x78, 0x01])), DecryptionFailed),
                (|m| drop(m.splice(97..97, [0x32, 0x00])), DecryptionFailed),
                (|m| drop(m.drain(40..58)), InvalidProtobuf),
            ],
        ),
    ]
}

/// The second message of a chain, altered in several ways, then as it is.
fn altered(of: Setting, tc_id: u32, comment: &str, changes: &[Change]) -> Plan<TestPlan> {
    let mut script = Script::established(of, tc_id)?;
    let sent = script.encrypt_many("alice", "bob", "message", 2)?;
    for (change, class) in changes {
        let mut message = sent[1].message.clone();
        change(&mut message);
        script.fails("bob", "alice", &sent[1].with(message), *class)?;
    }
    script.opens_all("bob", "alice", [&sent[1], &sent[0]])?;
    Ok(script.finish(format!("altered: {comment}"), &["Corrupted"]))
}

/// What the sender itself can do wrong in the body.
fn bodies(of: Setting) -> Plan<TestPlan> {
    let bodies: [fn(Vec<u8>) -> Vec<u8>; 3] = [
        |_| Vec::new(),
        |body| body[..15].to_vec(),
        |mut body| {
            body[15] ^= 1;
            body
        },
    ];
    let mut script = Script::established(of, 151)?;
    for body in bodies {
        let extra = Extra {
            body: Some(body),
            ..Extra::default()
        };
        let wrong = Chain::of(&script, "alice", "bob")?.message_with(0, "message", &extra)?;
        script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    }
    script.exchange("alice", "bob", "message")?;
    Ok(script.finish(
        "right tag, an empty body, one of 15 bytes, one whose padding is wrong",
        &["RightTag"],
    ))
}

/// The service ids of the parties: no plain message carries their block, and it must be theirs if one does.
fn blocks(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 152)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let right = block_of(&first)?;
    script.opens("bob", "alice", &first)?;
    script.exchange("bob", "alice", "hello back")?;
    let mut other = right.clone();
    other[17] ^= 1;
    for block in [other, right[..35].to_vec(), Vec::new()] {
        let wrong = with_block(&script, 0, block)?;
        script.fails("bob", "alice", &wrong, DecryptionFailed)?;
    }
    let good = with_block(&script, 0, right)?;
    script.opens("bob", "alice", &good)?;
    Ok(script.finish(
        "right tag, a block of another device, of 35 bytes, an empty one; then the right one",
        &["AddressBlock", "RightTag"],
    ))
}

/// The address block in the first message of a session.
fn block_of(first: &Sent) -> Plan<Vec<u8>> {
    let missing = || super::super::PlanError("no address block".to_owned());
    let inner = bytes_of(&first.message[1..], 4).ok_or_else(missing)?;
    bytes_of(&inner[1..inner.len() - 8], 6).ok_or_else(missing)
}

fn bytes_of(fields: &[u8], number: u64) -> Option<Vec<u8>> {
    let found = super::super::protobuf::items(fields).into_iter();
    found
        .filter(|item| item.number() == number)
        .find_map(|item| match item {
            Item::Bytes(_, value) => Some(value),
            Item::Integer(..) => None,
        })
}

fn with_block(script: &Script, number: u32, block: Vec<u8>) -> Plan<Sent> {
    let extra = Extra {
        addresses: Some(block),
        ..Extra::default()
    };
    Chain::of(script, "alice", "bob")?.message_with(number, "message", &extra)
}

fn reflected(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 153)?;
    let sent = script.encrypt("alice", "bob", "message")?;
    script.fails("alice", "bob", &sent, DecryptionFailed)?;
    let turned = Direction::of(&script, "bob", "alice")?.retag(&sent, |_| ());
    script.fails("bob", "alice", &turned, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "a message sent back, and one with the identities exchanged",
        &["Corrupted"],
    ))
}

fn other_kind(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 154)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let as_signal = Sent {
        kind: Kind::Signal,
        ..first.clone()
    };
    script.fails("bob", "alice", &as_signal, InvalidProtobuf)?;
    script.opens("bob", "alice", &first)?;
    let plain = script.encrypt("bob", "alice", "hello back")?;
    let as_prekey = Sent {
        kind: Kind::PreKey,
        ..plain.clone()
    };
    script.fails("alice", "bob", &as_prekey, InvalidProtobuf)?;
    script.opens("alice", "bob", &plain)?;
    Ok(script.finish("messages delivered as of the other kind", &["Corrupted"]))
}

fn many_failures(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 155)?;
    let sent = script.encrypt_many("alice", "bob", "message", 4)?;
    script.opens("bob", "alice", &sent[2])?;
    for bit in 0..2 {
        for altered in [
            sent[0].flipped(42, 1 << bit),
            sent[3].flipped(-1, 1 << bit),
            sent[3].flipped(4, 1 << bit),
            sent[3].flipped(-9, 1 << bit),
        ] {
            script.fails("bob", "alice", &altered, DecryptionFailed)?;
        }
    }
    script.opens_all("bob", "alice", [&sent[3], &sent[1], &sent[0]])?;
    Ok(script.finish(
        "failures between messages: kept keys stay, no chain is added, no chunk is taken",
        &["Corrupted", "OutOfOrder"],
    ))
}

fn first_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 156)?;
    let first = script.encrypt("alice", "bob", "hello")?;
    let tag = envelope(&first, &|fields| flip(fields, 4, usize::MAX, 1));
    script.fails("bob", "alice", &tag, DecryptionFailed)?;
    let added = envelope(&first, &|fields| {
        for field in fields {
            if let Item::Bytes(4, inner) = field {
                *inner = with_fields(inner, &|inside| inside.push(Item::Integer(15, 1)));
            }
        }
    });
    script.fails("bob", "alice", &added, DecryptionFailed)?;
    script.opens("bob", "alice", &first)?;
    Ok(script.finish(
        "the message inside the first prekey message altered: no session is made",
        &["Corrupted"],
    ))
}
