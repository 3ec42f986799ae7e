//! What a distribution message does to the states that there are.
use super::super::build::{flipped, output, secret, Plan};
use super::super::keys::public_of;
use super::super::script::Setting;
use super::super::x25519::serialized;
use super::super::TestPlan;
use super::room::{group_id, Room, Sent, Written};
use super::Shared;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::{BadSignature, DuplicateMessage, NoSenderKeyState};
use crate::step::{Profile, Step};

/// The tests of both dialects.
pub const SHARED: &[(u32, Shared)] = &[
    (111, stays),
    (112, again),
    (113, other_chain),
    (114, other_chain_id),
    (115, to_the_front),
    (116, other_signer),
    (117, other_encoding),
    (121, six_states),
    (122, refreshed),
    (123, replaced_among_five),
    (124, five_rules),
];

const ALICE: (&str, u8) = ("alice", 1);

/// A distribution message that somebody writes by hand: chain id, iteration, byte of the chain key.
fn written(
    room: &Room,
    (chain_id, iteration, byte): (u32, u32, u8),
    signing_key: Vec<u8>,
) -> Plan<Vec<u8>> {
    let profile = room.profile();
    let step = Step::EncodeDistributionMessage {
        profile,
        distribution_id: match profile {
            Profile::SignalV3 | Profile::SignalV4 => Some(group_id(1)),
            Profile::WhatsAppV3 => None,
        },
        chain_id,
        iteration,
        chain_key: Bytes(vec![byte; 32]),
        signing_key: Bytes(signing_key),
    };
    output(&step, "message")
}

/// A signing key by its number.
fn signer(number: u8) -> Bytes {
    secret(super::NAME, 0, &format!("signing key {number}"))
}

fn signer_public(number: u8) -> Vec<u8> {
    serialized(&public_of(&signer(number)))
}

/// A message of a chain that somebody wrote by hand.
fn message_of(
    room: &mut Room,
    (chain_id, iteration, byte): (u32, u32, u8),
    number: u8,
) -> Plan<Sent> {
    let text = b"by hand";
    let made = Written {
        chain_id,
        iteration,
        body: super::room::sealed(&[byte; 32], text)?,
    };
    let sent = room.signed(ALICE, &made, &signer(number))?;
    Ok(Sent {
        plaintext: text.to_vec(),
        ..sent
    })
}

fn stays(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    room.distribute(ALICE)?;
    let sent = room.encrypt_many(ALICE, 2)?;
    let later = room.distribute(ALICE)?;
    room.process("bob", ALICE, &later)?;
    room.opens_all("bob", [&sent[1], &sent[0]])?;
    Ok(room.finish(
        "distributing changes nothing at the sender; the message tells the current iteration",
        &["Distribution"],
    ))
}

fn again(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let first = room.join("bob", ALICE)?;
    let sent = room.encrypt_many(ALICE, 4)?;
    room.opens("bob", &sent[2])?;
    room.process("bob", ALICE, &first)?;
    room.fails("bob", &sent[2], DuplicateMessage)?;
    let later = room.distribute(ALICE)?;
    room.process("bob", ALICE, &later)?;
    room.opens_all("bob", [&sent[0], &sent[3]])?;
    Ok(room.finish(
        "the same distribution message again, and a later one: the chain stays where it is, kept keys too",
        &["States"],
    ))
}

fn other_chain(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    for chain in [(5, 3, 1), (5, 9, 2), (5, 0, 3)] {
        let message = written(&room, chain, signer_public(1))?;
        room.process("bob", ALICE, &message)?;
    }
    let sent = message_of(&mut room, (5, 3, 1), 1)?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "the same chain id and signing key with another chain key and iteration: the first is kept",
        &["States"],
    ))
}

fn other_chain_id(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    for chain in [(5, 3, 1), (6, 0, 2)] {
        let message = written(&room, chain, signer_public(1))?;
        room.process("bob", ALICE, &message)?;
    }
    for chain in [(5, 3, 1), (6, 0, 2)] {
        let sent = message_of(&mut room, chain, 1)?;
        room.opens("bob", &sent)?;
    }
    Ok(room.finish(
        "another chain id: a new state at the front; messages of both are read, and reading moves none",
        &["States"],
    ))
}

fn to_the_front(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    for chain in [(5, 3, 1), (6, 0, 2), (7, 0, 3), (5, 9, 9)] {
        let message = written(&room, chain, signer_public(1))?;
        room.process("bob", ALICE, &message)?;
    }
    Ok(room.finish(
        "the chain id and signing key of the oldest state: it comes to the front as it is",
        &["States"],
    ))
}

fn other_signer(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let first = written(&room, (5, 3, 1), signer_public(1))?;
    let other = written(&room, (6, 0, 2), signer_public(1))?;
    let second = written(&room, (5, 9, 2), signer_public(2))?;
    for message in [&first, &other, &second] {
        room.process("bob", ALICE, message)?;
    }
    let of_first = message_of(&mut room, (5, 9, 2), 1)?;
    room.fails("bob", &of_first, BadSignature)?;
    let of_second = message_of(&mut room, (5, 9, 2), 2)?;
    room.opens("bob", &of_second)?;
    Ok(room.finish(
        "the same chain id with another signing key: the state is replaced, and comes to the front",
        &["States", "Signature"],
    ))
}

fn other_encoding(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let first = written(&room, (5, 3, 1), signer_public(1))?;
    let second = written(&room, (5, 9, 2), flipped(&signer_public(1), 32, 0x80))?;
    room.process("bob", ALICE, &first)?;
    room.process("bob", ALICE, &second)?;
    Ok(room.finish(
        "the same chain id, and the signing key with its top bit set: that is another key",
        &["States"],
    ))
}

/// Alice rotates so many times; Bob gets every key, and a message of each is kept back.
fn rotated(room: &mut Room, times: u32) -> Plan<Vec<Sent>> {
    let mut sent = Vec::new();
    for n in 0..times {
        if n > 0 {
            room.delete("alice", ALICE)?;
        }
        room.join("bob", ALICE)?;
        sent.push(room.encrypt(ALICE, &format!("of key {n}"))?);
    }
    Ok(sent)
}

fn six_states(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let sent = rotated(&mut room, 6)?;
    room.fails("bob", &sent[0], NoSenderKeyState)?;
    room.opens_all("bob", sent[1..].iter().rev())?;
    Ok(room.finish(
        "six keys of a sender: five states are kept, the oldest is gone",
        &["States", "Rotation"],
    ))
}

fn refreshed(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let first = room.join("bob", ALICE)?;
    let kept = room.encrypt(ALICE, "of the first key")?;
    room.delete("alice", ALICE)?;
    let sent = rotated(&mut room, 4)?;
    room.process("bob", ALICE, &first)?;
    room.delete("alice", ALICE)?;
    room.join("bob", ALICE)?;
    room.opens("bob", &kept)?;
    room.fails("bob", &sent[0], NoSenderKeyState)?;
    room.opens("bob", &sent[1])?;
    Ok(room.finish(
        "the oldest of five states comes to the front again: the sixth key drops the next oldest",
        &["States"],
    ))
}

fn replaced_among_five(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    for chain_id in 1..=5 {
        let message = written(&room, (chain_id, 0, 1), signer_public(1))?;
        room.process("bob", ALICE, &message)?;
    }
    let message = written(&room, (3, 0, 2), signer_public(2))?;
    room.process("bob", ALICE, &message)?;
    for chain_id in [1, 2, 4, 5] {
        let sent = message_of(&mut room, (chain_id, 0, 1), 1)?;
        room.opens("bob", &sent)?;
    }
    Ok(room.finish(
        "one of five states is replaced: none is dropped",
        &["States"],
    ))
}

fn five_rules(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let given = [
        ((5, 3, 1), 1),
        ((5, 9, 2), 1),
        ((6, 0, 2), 1),
        ((5, 9, 2), 1),
        ((5, 9, 2), 2),
    ];
    for (chain, number) in given {
        let message = written(&room, chain, signer_public(number))?;
        room.process("bob", ALICE, &message)?;
    }
    Ok(room.finish(
        "the five rules one after the other: new, kept, another, to the front, replaced",
        &["States"],
    ))
}
