//! What senders make: chain ids, signatures, distribution messages that travel in sessions.
use super::super::build::Plan;
use super::super::script::{Setting, ONE_TIME_PREKEY, SIGNED_PREKEY};
use super::super::{PlanError, TestPlan};
use super::room::{processing, Room};
use super::Shared;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::NoSigningKey;
use crate::step::{Profile, Step};

/// The tests of the dialect of Signal.
pub const TESTS: &[(u32, Shared)] = &[
    (151, chain_ids),
    (152, passed_on),
    (153, in_a_session),
    (154, in_a_session_of_whatsapp),
    (155, other_random_bytes),
];

const ALICE: (&str, u8) = ("alice", 1);

fn chain_ids(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    for drawn in [u32::MAX, 0x8000_0000, 2, 1, 0] {
        room.delete("alice", ALICE)?;
        let mut step = room.distributing(ALICE);
        if let Step::GroupCreateDistribution {
            chain_id_random, ..
        } = &mut step
        {
            *chain_id_random = drawn;
        }
        let outcome = room.script.valid(step)?;
        let message = outcome.bytes("message").unwrap_or_default();
        room.process("bob", ALICE, &message)?;
        let sent = room.encrypt(ALICE, "with this chain id")?;
        room.opens("bob", &sent)?;
    }
    Ok(room.finish(
        "chain ids of ffffffff, 80000000, 2, 1 and 0, shifted right by one; the last two are the same",
        &["ChainId"],
    ))
}

fn passed_on(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::new(setting, tc_id)?;
    room.join("bob", ALICE)?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &sent[1])?;
    // Bob makes a distribution message of what he has of Alice.
    let mut step = room.distributing(ALICE);
    if let Step::GroupCreateDistribution { party, .. } = &mut step {
        "bob".clone_into(party);
    }
    let outcome = room.script.valid(step)?;
    let message = outcome.bytes("message").unwrap_or_default();
    room.script.valid(processing("carol", ALICE, &message))?;
    room.opens("carol", &sent[2])?;
    let step = room.encrypting("bob", ALICE, b"in the name of alice");
    room.script.invalid(step, NoSigningKey)?;
    Ok(room.finish(
        "a member passes a sender key on: it is that of its chain, and nobody can send with it",
        &["Distribution"],
    ))
}

fn in_a_session(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    pairwise(
        setting,
        tc_id,
        "a distribution message travels in a session of version 4",
    )
}

fn in_a_session_of_whatsapp(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let whatsapp = Setting {
        profile: Profile::WhatsAppV3,
        ..setting
    };
    pairwise(
        whatsapp,
        tc_id,
        "a distribution message of the dialect of WhatsApp travels in a session of version 3",
    )
}

/// Alice starts a session with Bob, sends him a distribution message, then writes to the group.
fn pairwise(setting: Setting, tc_id: u32, comment: &str) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    room.script.signed_prekey("bob", SIGNED_PREKEY)?;
    room.script.one_time_prekey("bob", ONE_TIME_PREKEY)?;
    let bundle = match setting.profile {
        Profile::SignalV4 => room.script.bundle("bob", Some(ONE_TIME_PREKEY))?,
        Profile::SignalV3 | Profile::WhatsAppV3 => {
            room.script
                .bundle_with("bob", Some(ONE_TIME_PREKEY), None)?
        }
    };
    room.script.start("alice", "bob", &bundle)?;
    let message = room.distribute(ALICE)?;
    let sealed = room.script.encrypt_bytes("alice", "bob", &message)?;
    let opened = room.script.opens("bob", "alice", &sealed)?;
    let message = opened
        .bytes("plaintext")
        .ok_or_else(|| PlanError("no plaintext".to_owned()))?;
    room.process("bob", ALICE, &message)?;
    let sent = room.encrypt(ALICE, "to the group")?;
    room.opens("bob", &sent)?;
    room.script.exchange("bob", "alice", "thank you")?;
    Ok(room.finish(comment, &["Pairwise"]))
}

fn other_random_bytes(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let saved = room.save("alice", ALICE)?;
    for byte in [0x00, 0xff] {
        room.load("alice", ALICE, &saved)?;
        let mut step = room.encrypting("alice", ALICE, b"text");
        if let Step::GroupEncrypt {
            signature_random, ..
        } = &mut step
        {
            *signature_random = Bytes(vec![byte; 64]);
        }
        room.script.valid(step)?;
    }
    let sent = room.encrypt(ALICE, "the next")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "the random bytes of a signature change the signature and nothing else",
        &["Signature"],
    ))
}
