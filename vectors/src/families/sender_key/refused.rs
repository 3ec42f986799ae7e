//! What is refused although the signature is right, or before it is looked at.
use super::super::build::{secret, Plan};
use super::super::script::Setting;
use super::super::TestPlan;
use super::limits::at_iteration;
use super::room::{
    decrypting, deleting, loading, processing, saving, sealed, Key, Room, Sent, Written,
};
use super::Shared;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::{
    BadInput, BadKeyType, BadPadding, CounterExhausted, DuplicateMessage, InvalidProtobuf,
    InvalidRecord, LegacyVersion, NoSenderKeyState, NoSigningKey, TooFarInFuture, TooShort,
    UnrecognizedVersion,
};
use crate::step::{Profile, Step};

/// The tests of both dialects.
pub const SHARED: &[(u32, Shared)] = &[
    (101, duplicates),
    (102, before_the_join),
    (103, too_far),
    (104, padding),
    (105, padding_ahead),
    (106, padding_of_a_kept_key),
    (107, nobody),
    (108, evicted),
    (109, cannot_send),
    (110, own_message),
    (111, other_dialect),
    (112, malformed_messages),
    (113, malformed_distributions),
];

/// The tests of the dialect of Signal.
pub const TESTS: &[(u32, Shared)] = &[
    (301, trimmed),
    (302, too_far_from_further),
    (303, exhausted),
    (304, other_group),
    (305, wrong_lengths),
    (306, no_party),
    (307, damaged_record),
    (308, no_state_in_record),
    (309, distribution_ends_sending),
];

const ALICE: Key<'static> = ("alice", 1);

fn duplicates(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 4)?;
    for order in [0usize, 3, 1, 2] {
        room.opens("bob", &sent[order])?;
        room.fails("bob", &sent[order], DuplicateMessage)?;
    }
    Ok(room.finish(
        "a message comes twice: of the chain, and of a kept key",
        &["Replay"],
    ))
}

fn before_the_join(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    room.distribute(ALICE)?;
    let before = room.encrypt_many(ALICE, 2)?;
    room.join("bob", ALICE)?;
    for one in &before {
        room.fails("bob", one, DuplicateMessage)?;
    }
    let after = room.encrypt(ALICE, "after")?;
    room.opens("bob", &after)?;
    Ok(room.finish(
        "messages from before the iteration of the distribution message",
        &["LateJoin", "Unchanged"],
    ))
}

/// A message that Alice signs, with this iteration and body.
fn written(room: &mut Room, iteration: u32, body: Vec<u8>) -> Plan<Sent> {
    let state = room.newest("alice", ALICE)?;
    let private = state.signing_private.unwrap_or_default();
    let made = Written {
        chain_id: state.chain_id,
        iteration,
        body,
    };
    room.signed(ALICE, &made, &private)
}

fn too_far(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for iteration in [25_001, 25_002, 1 << 31, u32::MAX - 1, u32::MAX] {
        let far = written(&mut room, iteration, vec![7; 16])?;
        room.fails("bob", &far, TooFarInFuture)?;
    }
    let near = room.encrypt(ALICE, "near")?;
    room.opens("bob", &near)?;
    Ok(room.finish(
        "25,001 ahead and further, each signed by the sender",
        &["Jump", "Unchanged"],
    ))
}

fn too_far_from_further(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens_all("bob", &sent)?;
    for iteration in [25_004, 25_005] {
        let far = written(&mut room, iteration, vec![7; 16])?;
        room.fails("bob", &far, TooFarInFuture)?;
    }
    let saved = room.save("bob", ALICE)?;
    room.load("bob", ALICE, &at_iteration(&saved, u32::MAX - 25_000))?;
    let last = written(&mut room, u32::MAX, vec![7; 16])?;
    room.fails("bob", &last, CounterExhausted)?;
    room.load("bob", ALICE, &at_iteration(&saved, u32::MAX - 25_001))?;
    room.fails("bob", &last, TooFarInFuture)?;
    Ok(room.finish(
        "a jump counts from the iteration of the chain; a jump to the last number is refused as far, then as the last",
        &["Jump", "LastNumber", "Order"],
    ))
}

/// Plaintexts whose padding is wrong, as blocks before encryption.
fn wrong_paddings() -> [Vec<u8>; 4] {
    let ending = |last: &[u8]| [&vec![0x61; 16 - last.len()], last].concat();
    [
        ending(&[0]),
        ending(&[17]),
        ending(&[2, 1, 3]),
        vec![0xff; 16],
    ]
}

/// A body that decrypts to these blocks with the keys of the next message: one block more is encrypted, and cut off.
fn unpadded(chain_key: &[u8], blocks: &[u8]) -> Plan<Vec<u8>> {
    let sealed = sealed(chain_key, blocks)?;
    Ok(sealed[..blocks.len()].to_vec())
}

fn padding(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let state = room.newest("alice", ALICE)?;
    let mut bodies: Vec<Vec<u8>> = [0usize, 1, 15, 17, 31].map(|length| vec![7; length]).into();
    for blocks in wrong_paddings() {
        bodies.push(unpadded(&state.chain_key.0, &blocks)?);
    }
    for body in bodies {
        let wrong = written(&mut room, 0, body)?;
        room.fails("bob", &wrong, BadPadding)?;
    }
    let right = room.encrypt(ALICE, "with the same key")?;
    room.opens("bob", &right)?;
    Ok(room.finish(
        "bodies that are not whole blocks, and blocks with wrong padding, each signed by the sender",
        &["Padding", "Unchanged"],
    ))
}

fn padding_ahead(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let wrong = written(&mut room, 10, vec![7; 15])?;
    room.fails("bob", &wrong, BadPadding)?;
    let sent = room.encrypt_many(ALICE, 2)?;
    room.opens_all("bob", [&sent[1], &sent[0]])?;
    Ok(room.finish(
        "wrong padding ten ahead: the chain stays, and no key is kept",
        &["Padding", "Unchanged"],
    ))
}

fn padding_of_a_kept_key(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &sent[2])?;
    let wrong = written(&mut room, 1, vec![7; 33])?;
    room.fails("bob", &wrong, BadPadding)?;
    room.opens_all("bob", [&sent[1], &sent[0]])?;
    Ok(room.finish(
        "wrong padding with a kept key: the key stays",
        &["Padding", "Unchanged"],
    ))
}

fn nobody(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "tablet", "bob"])?;
    room.distribute(ALICE)?;
    let sent = room.encrypt(ALICE, "too early")?;
    room.fails("bob", &sent, NoSenderKeyState)?;
    room.join("bob", ("tablet", 1))?;
    // As a message of the other device, of bob himself, of somebody unknown.
    room.fails("bob", &sent, NoSenderKeyState)?;
    for of in ["tablet", "bob", "mallory"] {
        let step = decrypting("bob", (of, 1), &sent.message);
        room.script.invalid(step, NoSenderKeyState)?;
    }
    Ok(room.finish(
        "a message without a sender key, or under the name of another sender",
        &["NoState"],
    ))
}

fn evicted(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "of the first key")?;
    for _ in 0..4 {
        room.delete("alice", ALICE)?;
        room.join("bob", ALICE)?;
    }
    room.opens("bob", &sent)?;
    room.delete("alice", ALICE)?;
    room.join("bob", ALICE)?;
    room.fails("bob", &sent, NoSenderKeyState)?;
    let new = room.encrypt(ALICE, "of the sixth key")?;
    room.opens("bob", &new)?;
    Ok(room.finish(
        "a message of a state that made room for others",
        &["NoState", "States", "Unchanged"],
    ))
}

fn cannot_send(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let step = room.encrypting("bob", ALICE, b"in the name of alice");
    room.script.invalid(step, NoSigningKey)?;
    let step = room.encrypting("bob", ("bob", 1), b"without a key");
    room.script.invalid(step, NoSenderKeyState)?;
    room.script
        .invalid(saving("bob", ("bob", 1)), NoSenderKeyState)?;
    let sent = room.encrypt(ALICE, "of alice")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "sending with the key of another, and without one",
        &["NoSigningKey", "NoState"],
    ))
}

fn own_message(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "to others")?;
    room.fails("alice", &sent, DuplicateMessage)?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a sender is given its own message: its chain has passed it",
        &["Replay"],
    ))
}

/// The other dialect.
fn other(profile: Profile) -> Profile {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => Profile::WhatsAppV3,
        Profile::WhatsAppV3 => Profile::SignalV4,
    }
}

fn other_dialect(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let foreign = Setting {
        profile: other(setting.profile),
        ..setting
    };
    let mut elsewhere = Room::joined(foreign, tc_id)?;
    let distribution = elsewhere.distribute(ALICE)?;
    let message = elsewhere.encrypt(ALICE, "in another dialect")?;
    room.fails("bob", &message, InvalidProtobuf)?;
    let step = processing("bob", ALICE, &distribution);
    room.script.invalid(step, InvalidProtobuf)?;
    let sent = room.encrypt(ALICE, "in this one")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a message and a distribution message of the other dialect",
        &["Malformed", "Unchanged"],
    ))
}

fn malformed_messages(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for (bytes, class) in [
        (Vec::new(), TooShort),
        (vec![0x33; 64], TooShort),
        (vec![0x33; 65], InvalidProtobuf),
        (vec![0x23; 65], LegacyVersion),
        (vec![0x43; 65], UnrecognizedVersion),
        (vec![0x33; 200], InvalidProtobuf),
    ] {
        // Nobody's sender key: the bytes come first.
        for of in ["alice", "mallory"] {
            let step = decrypting("bob", (of, 1), &bytes);
            room.script.invalid(step, class)?;
        }
    }
    let distribution = room.distribute(ALICE)?;
    let step = decrypting("bob", ALICE, &distribution);
    let outcome = room.script.tried(step)?;
    if outcome.error_class.is_none() {
        return Err(super::super::PlanError(
            "a distribution message is read".to_owned(),
        ));
    }
    Ok(room.finish("bytes that are no message", &["Malformed"]))
}

fn malformed_distributions(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::of(setting, tc_id, &["alice", "bob"])?;
    let message = room.distribute(ALICE)?;
    let with_first = |byte: u8| [&[byte], &message[1..]].concat();
    let at_key = message.len() - 33;
    let mut other_type = message.clone();
    other_type[at_key] = 6;
    let cases = [
        (Vec::new(), TooShort),
        (message[..64].to_vec(), TooShort),
        (with_first(0x23), LegacyVersion),
        (with_first(0x43), UnrecognizedVersion),
        (message[..message.len() - 1].to_vec(), InvalidProtobuf),
        ([message.as_slice(), &[0]].concat(), InvalidProtobuf),
        (other_type, BadKeyType),
    ];
    for (bytes, class) in &cases {
        let step = processing("bob", ALICE, bytes);
        room.script.invalid(step, *class)?;
    }
    room.process("bob", ALICE, &message)?;
    for (bytes, class) in &cases {
        let step = processing("bob", ALICE, bytes);
        room.script.invalid(step, *class)?;
    }
    let sent = room.encrypt(ALICE, "still read")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "distribution messages that are refused: without a sender key, and with one",
        &["Malformed", "Unchanged"],
    ))
}

fn trimmed(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let far = room.ahead(ALICE, 2003, "far")?;
    let sent = room.encrypt_many(ALICE, 5)?;
    room.opens("bob", &far)?;
    for gone in &sent[..3] {
        room.fails("bob", gone, DuplicateMessage)?;
    }
    room.opens_all("bob", &sent[3..])?;
    Ok(room.finish(
        "three keys of 2003 made room: their messages are duplicates",
        &["Trimmed", "Unchanged"],
    ))
}

fn exhausted(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for party in ["alice", "bob"] {
        let saved = room.save(party, ALICE)?;
        room.load(party, ALICE, &at_iteration(&saved, u32::MAX))?;
    }
    let step = room.encrypting("alice", ALICE, b"the last");
    room.script.invalid(step, CounterExhausted)?;
    let last = room.ahead(ALICE, 0, "the last by hand")?;
    room.fails("bob", &last, CounterExhausted)?;
    let wrong = written(&mut room, u32::MAX, vec![7; 15])?;
    room.fails("bob", &wrong, CounterExhausted)?;
    Ok(room.finish(
        "iteration 2^32 - 1 is neither sent nor read, whatever the padding",
        &["LastNumber", "Order"],
    ))
}

fn other_group(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let distribution = room.distribute(ALICE)?;
    let step = processing("bob", ("alice", 2), &distribution);
    room.script.invalid(step, BadInput)?;
    let sent = room.encrypt(ALICE, "in group 1")?;
    let step = decrypting("bob", ("alice", 2), &sent.message);
    room.script.invalid(step, NoSenderKeyState)?;
    room.join("bob", ("alice", 2))?;
    let step = decrypting("bob", ("alice", 2), &sent.message);
    room.script.invalid(step, NoSenderKeyState)?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a message under the distribution id of another group",
        &["NoState", "BadInput"],
    ))
}

fn wrong_lengths(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    for length in [0, 15, 17] {
        let mut step = saving("bob", ALICE);
        if let Step::GroupSave {
            distribution_id, ..
        } = &mut step
        {
            *distribution_id = Bytes(vec![7; length]);
        }
        room.script.invalid(step, BadInput)?;
    }
    for length in [31, 33] {
        let mut keys = room.distributing(("alice", 2));
        if let Step::GroupCreateDistribution { chain_key, .. } = &mut keys {
            *chain_key = Bytes(vec![7; length]);
        }
        room.script.invalid(keys, BadInput)?;
        let mut keys = room.distributing(("alice", 2));
        if let Step::GroupCreateDistribution {
            signing_private, ..
        } = &mut keys
        {
            *signing_private = Bytes(vec![7; length]);
        }
        room.script.invalid(keys, BadInput)?;
    }
    let mut step = room.encrypting("alice", ALICE, b"text");
    if let Step::GroupEncrypt {
        signature_random, ..
    } = &mut step
    {
        signature_random.0.pop();
    }
    room.script.invalid(step, BadInput)?;
    Ok(room.finish("values of wrong lengths", &["BadInput"]))
}

fn no_party(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "to bob")?;
    let mut steps = vec![
        decrypting("carol", ALICE, &sent.message),
        saving("carol", ALICE),
        loading("carol", ALICE, &[]),
        deleting("carol", ALICE),
    ];
    steps.push(room.encrypting("carol", ALICE, b"text"));
    for step in steps {
        room.script.invalid(step, BadInput)?;
    }
    Ok(room.finish("nobody of that name", &["BadInput"]))
}

fn damaged_record(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt_many(ALICE, 3)?;
    room.opens("bob", &sent[1])?;
    let saved = room.save("bob", ALICE)?;
    for length in [1, 10, saved.len() - 1] {
        let step = loading("bob", ALICE, &saved[..length]);
        room.script.invalid(step, InvalidRecord)?;
    }
    let other = secret(super::REFUSED, tc_id, "no record").0;
    room.script
        .invalid(loading("bob", ("carol", 1), &other), InvalidRecord)?;
    room.opens_all("bob", [&sent[0], &sent[2]])?;
    Ok(room.finish(
        "a damaged sender key is not loaded: the one that is there stays",
        &["Stored", "Unchanged"],
    ))
}

fn no_state_in_record(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let sent = room.encrypt(ALICE, "to bob")?;
    room.load("bob", ALICE, &[])?;
    room.fails("bob", &sent, NoSenderKeyState)?;
    room.load("alice", ALICE, &[])?;
    let step = room.encrypting("alice", ALICE, b"without a state");
    room.script.invalid(step, NoSenderKeyState)?;
    room.join("bob", ALICE)?;
    let sent = room.encrypt(ALICE, "with a new key")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a sender key without states is as good as none",
        &["NoState", "Stored"],
    ))
}

fn distribution_ends_sending(setting: Setting, tc_id: u32) -> Plan<TestPlan> {
    let mut room = Room::joined(setting, tc_id)?;
    let own = room.save("alice", ALICE)?;
    // Somebody makes Alice take another key under her own name.
    let mut elsewhere = Room::of(setting, tc_id + 1000, &["alice"])?;
    let foreign = elsewhere.distribute(ALICE)?;
    room.process("alice", ALICE, &foreign)?;
    let step = room.encrypting("alice", ALICE, b"text");
    room.script.invalid(step, NoSigningKey)?;
    room.load("alice", ALICE, &own)?;
    let sent = room.encrypt(ALICE, "with her own key")?;
    room.opens("bob", &sent)?;
    Ok(room.finish(
        "a distribution message under the sender's own name puts a state to the front that cannot send",
        &["NoSigningKey"],
    ))
}
