//! Messages that are not of the sender, and messages that are altered.
use super::super::build::{random64, secret, Plan};
use super::super::protobuf::{edited, set, Item};
use super::super::script::Setting;
use super::super::TestPlan;
use super::room::{sealed, signed_again, Room, Sent, Written};
use super::Shared;
use crate::outcome::ErrorClass::{
    BadSignature, DuplicateMessage, InvalidProtobuf, LegacyVersion, NoSenderKeyState, TooShort,
    UnrecognizedVersion,
};
use crate::step::Profile;

/// The tests of both dialects.
pub const SHARED: &[(u32, Shared)] = &[
    (201, altered_signatures),
    (202, other_signers),
    (203, of_another_message),
    (204, altered_parts),
    (205, altered_frames),
    (206, signature_first),
    (207, every_byte),
];

const ALICE: (&str, u8) = ("alice", 1);
const SIGNATURE: usize = 64;

/// A message with other fields and the signature of before.
fn with_other(sent: &Sent, change: &dyn Fn(&mut Vec<Item>)) -> Sent {
    let at = sent.message.len() - SIGNATURE;
    let (unsigned, signature) = sent.message.split_at(at);
    let fields = edited(&unsigned[1..], &[], change);
    sent.with([&unsigned[..1], &fields, signature].concat())
}

/// The numbers of the fields of chain id, iteration and body.
fn fields(profile: Profile) -> [u64; 3] {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => [2, 3, 4],
        Profile::WhatsAppV3 => [1, 2, 3],
    }
}

fn altered_signatures(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "signed")?;
    // The first and last byte of R, the first and last of s, and the sign bit of the key.
    for (at, bits) in [
        (-64, 1),
        (-33, 0x80),
        (-32, 1),
        (-1, 1),
        (-1, 0x40),
        (-1, 0x80),
    ] {
        room.fails("bob", &sent.flipped(at, bits), BadSignature)?;
    }
    let mut zeros = sent.message.clone();
    let at = zeros.len() - SIGNATURE;
    zeros[at..].fill(0);
    room.fails("bob", &sent.with(zeros), BadSignature)?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "one bit of the signature is another, or all of it is zero",
        &["Signature", "Unchanged"],
    ))
}

fn other_signers(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    let message = room.join("bob", ALICE)?;
    room.process("carol", ALICE, &message)?;
    room.join("bob", ("carol", 1))?;
    // Carol has Alice's chain key, as every member has.
    let state = room.newest("carol", ALICE)?;
    let forged = Written {
        chain_id: state.chain_id,
        iteration: state.iteration,
        body: sealed(&state.chain_key.0, b"in the name of alice")?,
    };
    let own = room.newest("carol", ("carol", 1))?;
    let own = own.signing_private.unwrap_or_default();
    for private in [own, secret(super::NAME, 0, "a key of nobody")] {
        let sent = room.signed(ALICE, &forged, &private)?;
        room.fails("bob", &sent, BadSignature)?;
    }
    let sent = room.encrypt(ALICE, "of alice")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a member writes with the keys of another: its signature is not hers",
        &["Signature", "Unchanged"],
    ))
}

fn of_another_message(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 2)?;
    let at = sent[0].message.len() - SIGNATURE;
    let swapped = [&sent[0].message[..at], &sent[1].message[at..]].concat();
    room.fails("bob", &sent[0].with(swapped), BadSignature)?;
    room.opens_all("bob", &sent)?;
    Ok(room.finish(
        "the signature of another message",
        &["Signature", "Unchanged"],
    ))
}

fn altered_parts(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "whole")?;
    let [chain_id, iteration, body] = fields(room.profile());
    let state = room.newest("bob", ALICE)?;
    let other_chain = u64::from(state.chain_id ^ 1);
    let other = |item: Item| with_other(&sent, &move |items| set(items, item.clone()));
    room.fails(
        "bob",
        &other(Item::Integer(chain_id, other_chain)),
        NoSenderKeyState,
    )?;
    for number in [1u64, 5, 25_001, 0xffff_ffff] {
        room.fails(
            "bob",
            &other(Item::Integer(iteration, number)),
            BadSignature,
        )?;
    }
    for length in [0, 1, 16, 48] {
        let item = Item::Bytes(body, vec![7; length]);
        room.fails("bob", &other(item), BadSignature)?;
    }
    let more = with_other(&sent, &|items| items.push(Item::Integer(15, 1)));
    room.fails("bob", &more, BadSignature)?;
    let swapped = with_other(&sent, &|items| items.reverse());
    room.fails("bob", &swapped, BadSignature)?;
    if room.profile() != Profile::WhatsAppV3 {
        let id = other(Item::Bytes(1, vec![7; 16]));
        room.fails("bob", &id, NoSenderKeyState)?;
    }
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "one field is another, one more, or in another order",
        &["Tampered", "Unchanged"],
    ))
}

fn altered_frames(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "whole")?;
    for (first, class) in [
        (0x23, LegacyVersion),
        (0x03, LegacyVersion),
        (0x43, UnrecognizedVersion),
        (0xf3, UnrecognizedVersion),
        // The low nibble is ignored when a message is read, and signed all the same.
        (0x34, BadSignature),
        (0x30, BadSignature),
    ] {
        let mut message = sent.message.clone();
        message[0] = first;
        room.fails("bob", &sent.with(message), class)?;
    }
    for length in [0, 1, 64] {
        let cut = sent.message[..length].to_vec();
        room.fails("bob", &sent.with(cut), TooShort)?;
    }
    let whole = sent.message.len();
    let cut = sent.message[..whole - 1].to_vec();
    room.fails("bob", &sent.with(cut), InvalidProtobuf)?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "another first byte, and messages that are cut",
        &["Malformed", "Tampered", "Unchanged"],
    ))
}

fn signature_first(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 2)?;
    room.opens("bob", &sent[0])?;
    // A message that was read: the signature is looked at before the iteration.
    room.fails("bob", &sent[0].flipped(-1, 1), BadSignature)?;
    room.fails("bob", &sent[0], DuplicateMessage)?;
    let state = room.newest("alice", ALICE)?;
    let private = state.signing_private.clone().unwrap_or_default();
    let far = Written {
        chain_id: state.chain_id,
        iteration: u32::MAX,
        body: vec![7; 5],
    };
    let far = room.signed(ALICE, &far, &private)?;
    room.fails("bob", &far.flipped(-1, 1), BadSignature)?;
    // A chain id that nobody has: the state is looked for before the signature.
    let unknown = Written {
        chain_id: state.chain_id ^ 1,
        iteration: 0,
        body: vec![7; 16],
    };
    let unknown = room.signed(ALICE, &unknown, &private)?;
    room.fails("bob", &unknown.flipped(-1, 1), NoSenderKeyState)?;
    room.opens("bob", &sent[1])?;
    Ok(room.finish(
        "a wrong signature comes after the state, and before duplicates, jumps and padding",
        &["Order", "Signature"],
    ))
}

fn every_byte(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "x")?;
    for at in 0..sent.message.len() {
        let at = isize::try_from(at).unwrap_or_default();
        let altered = sent.flipped(at, 1);
        let step = super::room::decrypting("bob", ALICE, &altered.message);
        let outcome = room.script.tried(step)?;
        if outcome.error_class.is_none() {
            return Err(super::super::PlanError(format!(
                "byte {at} does not matter"
            )));
        }
    }
    // Signed again by its sender it is another message, with the same text.
    let state = room.newest("alice", ALICE)?;
    let private = state.signing_private.unwrap_or_default();
    let random = random64(super::REFUSED, tc_id, "again");
    let again = signed_again(&sent.message, &private, random)?;
    room.opens("bob", &sent.with(again))?;
    room.fails("bob", &sent, DuplicateMessage)?;
    Ok(room.finish(
        "one bit of every byte is another; signed again by its sender a message is the same",
        &["Tampered", "Unchanged"],
    ))
}
