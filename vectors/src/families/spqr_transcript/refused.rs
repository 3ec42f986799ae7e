//! What is refused, and what is late.
use super::super::transcript::{
    altered, damaged, receiving, Parts, Start, Transcript, ALICE, BOB, DEPLOYED,
};
use super::stages::{Stage, Stages};
use super::table::expect;
use super::{Plan, REFUSED as NAME};
use crate::families::build::{output, random64, secret, spec_bytes, value};
use crate::families::TestPlan;
use crate::outcome::BraidState::{
    Ct1Received, Ct1Sampled, Ct2Sampled, EkReceivedCt1Sampled, HeaderReceived, NoHeaderReceived,
};
use crate::outcome::ErrorClass::{
    BadSpqrMac, EpochOutOfRange, ErroneousData, InvalidSpqrMessage, KeyAlreadyRequested, KeyJump,
    KeyTrimmed, VersionMismatch,
};
use crate::step::{Chunk, Payload, Step};
use hacspec_lib::ByteSeq;
use twinratchet_spec::primitives::sha3::sha3_256;

/// The tests.
pub fn tests(stages: &Stages) -> Plan<Vec<TestPlan>> {
    let headers = vec![
        header_mac(101)?,
        header(102)?,
        header_damaged_early(103)?,
        other_auth_key(104)?,
    ];
    let ciphertexts = vec![
        ciphertext_mac(stages, 121)?,
        second_half_damaged_early(stages, 122)?,
        first_half_damaged(stages, 123)?,
    ];
    let vectors = vec![
        vector(stages, 141)?,
        vector_after_acknowledgement(stages, 142)?,
        vector_not_reduced(143)?,
        vector_with_acknowledgement(stages, 144)?,
        plain_vector_after_acknowledgement(stages, 145)?,
    ];
    let others = vec![
        stale(stages, 161)?,
        stale_chunks(stages, 162)?,
        numbers(181)?,
        numbers_of_epochs(stages, 182)?,
        number_0(183)?,
        malformed(stages, 201)?,
        version_0(stages, 202)?,
        replays(stages, 203)?,
    ];
    Ok([headers, ciphertexts, vectors, others].concat())
}

/// Alice sends her header; the chunk with the MAC is damaged.
fn header_mac(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 3)?;
    t.receives_all(BOB, [&sent[0], &sent[1]])?;
    for (at, bits) in [(0, 1), (31, 0x80)] {
        t.refuses(BOB, &damaged(&sent[2], at, bits)?, BadSpqrMac)?;
    }
    t.receives(BOB, &sent[2])?;
    expect(&t, BOB, HeaderReceived)?;
    Ok(t.finish("a damaged MAC of the header", &["BadHeaderMac"]))
}

/// The same with the header itself.
fn header(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 4)?;
    t.receives_all(BOB, [&sent[2], &sent[1]])?;
    t.refuses(BOB, &damaged(&sent[0], 0, 1)?, BadSpqrMac)?;
    t.refuses(BOB, &damaged(&sent[3], 31, 1)?, BadSpqrMac)?;
    let other_index = altered(&sent[0], |parts| {
        if let Some(chunk) = &mut parts.chunk {
            chunk.index = 7;
        }
    })?;
    t.refuses(BOB, &other_index, BadSpqrMac)?;
    t.receives(BOB, &sent[3])?;
    expect(&t, BOB, HeaderReceived)?;
    Ok(t.finish(
        "a damaged header: in its own bytes, in a chunk beyond them, under another index",
        &["BadHeaderMac"],
    ))
}

/// A damaged chunk is kept as long as the header is not complete.
fn header_damaged_early(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 5)?;
    t.receives(BOB, &damaged(&sent[0], 5, 4)?)?;
    t.receives(BOB, &sent[1])?;
    t.refuses(BOB, &sent[2], BadSpqrMac)?;
    t.refuses(BOB, &sent[3], BadSpqrMac)?;
    t.refuses(BOB, &sent[0], KeyAlreadyRequested)?;
    // The right chunk of that index, with the key of another message, takes the place of the damaged one.
    let repaired = altered(&sent[0], |parts| parts.index = 5)?;
    t.receives(BOB, &repaired)?;
    t.receives(BOB, &sent[2])?;
    expect(&t, BOB, HeaderReceived)?;
    Ok(t.finish(
        "a damaged chunk before the header is complete: every later chunk is refused, until the right one comes again",
        &["BadHeaderMac"],
    ))
}

fn other_auth_key(tc_id: u32) -> Plan<TestPlan> {
    let other = Start {
        auth_key: "another auth key",
        ..DEPLOYED
    };
    let mut t = Transcript::new(NAME, tc_id, DEPLOYED, other)?;
    let sent = t.send_many(ALICE, 3)?;
    for message in &sent[..2] {
        t.tried(receiving(BOB, message))?;
    }
    t.refuses(BOB, &sent[2], BadSpqrMac)?;
    Ok(t.finish(
        "parties with different keys from the handshake",
        &["BadHeaderMac"],
    ))
}

fn ciphertext_mac(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Ct2ButOne, ALICE)?;
    let last = &stages.next(Stage::Ct2ButOne, BOB, 1)?[0];
    for (at, bits) in [(0, 1), (31, 0x80)] {
        t.refuses(ALICE, &damaged(last, at, bits)?, BadSpqrMac)?;
    }
    t.receives(ALICE, last)?;
    expect(&t, ALICE, NoHeaderReceived)?;
    t.send(ALICE)?;
    Ok(t.finish("a damaged MAC of the ciphertext", &["BadCiphertextMac"]))
}

fn second_half_damaged_early(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Ct2First, ALICE)?;
    let sent = stages.next(Stage::Ct2First, BOB, 6)?;
    t.receives(ALICE, &damaged(&sent[0], 0, 1)?)?;
    t.receives_all(ALICE, &sent[1..3])?;
    t.refuses(ALICE, &sent[3], BadSpqrMac)?;
    t.refuses(ALICE, &sent[4], BadSpqrMac)?;
    let number = Parts::of(&sent[5])?.index;
    t.receives(ALICE, &altered(&sent[0], |parts| parts.index = number)?)?;
    t.receives(ALICE, &sent[4])?;
    expect(&t, ALICE, NoHeaderReceived)?;
    Ok(t.finish(
        "a damaged chunk of the second half: every later chunk is refused, until the right one comes again",
        &["BadCiphertextMac"],
    ))
}

fn first_half_damaged(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut others = stages.both(0, Stage::Ct1ButOne)?;
    let last = others.pass(BOB)?;
    others.pass(ALICE)?;
    let sent = others.send_many(BOB, 6)?;
    let mut t = stages.one(tc_id, Stage::Ct1ButOne, ALICE)?;
    t.receives(ALICE, &damaged(&last, 0, 1)?)?;
    expect(&t, ALICE, Ct1Received)?;
    t.receives_all(ALICE, &sent[..4])?;
    t.refuses(ALICE, &sent[4], BadSpqrMac)?;
    t.refuses(ALICE, &sent[5], BadSpqrMac)?;
    Ok(t.finish(
        "a damaged chunk of the first half: it shows at the end, and cannot be repaired",
        &["BadCiphertextMac"],
    ))
}

fn vector(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::VectorButOne, BOB)?;
    let last = &stages.next(Stage::VectorButOne, ALICE, 1)?[0];
    let wrong = damaged(last, 31, 1)?;
    t.refuses(BOB, &wrong, ErroneousData)?;
    let acknowledging = altered(&wrong, |parts| parts.payload = Payload::EkCt1Ack)?;
    t.refuses(BOB, &acknowledging, ErroneousData)?;
    t.receives(BOB, last)?;
    expect(&t, BOB, EkReceivedCt1Sampled)?;
    Ok(t.finish("a damaged vector", &["ErroneousKey"]))
}

fn vector_after_acknowledgement(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::EarlyAckButOne, BOB)?;
    let last = &stages.next(Stage::EarlyAckButOne, ALICE, 1)?[0];
    t.refuses(BOB, &damaged(last, 0, 1)?, ErroneousData)?;
    t.receives(BOB, last)?;
    expect(&t, BOB, Ct2Sampled)?;
    t.send(BOB)?;
    Ok(t.finish(
        "a damaged vector after the acknowledgement",
        &["ErroneousKey"],
    ))
}

fn plain_vector_after_acknowledgement(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::EarlyAckButOne, BOB)?;
    let last = &stages.next(Stage::EarlyAckButOne, ALICE, 1)?[0];
    let plain = altered(last, |parts| parts.payload = Payload::Ek)?;
    t.receives(BOB, &plain)?;
    expect(&t, BOB, Ct2Sampled)?;
    Ok(t.finish(
        "ct1_acknowledged: the last chunk of the vector without acknowledgement",
        &["Transitions"],
    ))
}

fn vector_with_acknowledgement(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::VectorButOne, BOB)?;
    let last = &stages.next(Stage::VectorButOne, ALICE, 1)?[0];
    let acknowledging = altered(last, |parts| parts.payload = Payload::EkCt1Ack)?;
    t.receives(BOB, &acknowledging)?;
    expect(&t, BOB, Ct2Sampled)?;
    t.send(BOB)?;
    Ok(t.finish(
        "ct1_sampled: the last chunk of the vector with the acknowledgement, two steps at once",
        &["Transitions"],
    ))
}

/// Chunks of some bytes, from the first on.
fn chunks(message: Vec<u8>, count: u32) -> Plan<Vec<Chunk>> {
    let step = Step::ErasureEncode {
        message: message.into(),
        repeat: None,
        skip: 0,
        count,
    };
    value(&step, "chunks")
}

/// A header with a right MAC, of a vector whose first coefficient is not reduced.
fn vector_not_reduced(tc_id: u32) -> Plan<TestPlan> {
    let pair = Step::KemGenerate {
        seed: random64(NAME, tc_id, "seed"),
    };
    let rho = &output(&pair, "header")?[..32];
    let mut vector = output(&pair, "vector")?;
    vector[0] = 0xff;
    vector[1] |= 0x0f;
    let digest = sha3_256(&ByteSeq::from_public_slice(&[&vector, rho].concat()));
    let header = [rho, &spec_bytes(&digest)].concat();
    let auth = Step::SpqrAuthNew {
        auth_key: secret(NAME, 0, DEPLOYED.auth_key),
        epoch: 1.into(),
    };
    let mac = Step::SpqrMacHeader {
        root_key: output(&auth, "rootKey")?.into(),
        mac_key: output(&auth, "macKey")?.into(),
        epoch: 1.into(),
        header: header.clone().into(),
    };
    let header_and_mac = [header, output(&mac, "mac")?].concat();
    let of = |payload, index, chunk| Parts {
        epoch: 1,
        index,
        payload,
        chunk: Some(chunk),
    };
    let mut messages = Vec::new();
    for (index, chunk) in (1..).zip(chunks(header_and_mac, 3)?) {
        messages.push(of(Payload::Hdr, index, chunk).message()?);
    }
    for (index, chunk) in (4..).zip(chunks(vector, 37)?) {
        messages.push(of(Payload::Ek, index, chunk).message()?);
    }
    let mut before = Transcript::deployed(NAME, 0)?;
    before.receives_all(BOB, &messages[..3])?;
    before.send(BOB)?;
    before.receives_all(BOB, &messages[3..38])?;
    let saved = before.save(BOB)?;
    let mut t = Transcript::empty(NAME, tc_id);
    t.load(BOB, &saved)?;
    expect(&t, BOB, Ct1Sampled)?;
    t.refuses(BOB, &messages[38], ErroneousData)?;
    t.refuses(BOB, &messages[39], ErroneousData)?;
    Ok(t.finish(
        "a vector that is not reduced, of a header with a right MAC and a right hash",
        &["ErroneousKey"],
    ))
}

fn stale(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Epoch2, BOB)?;
    // Of epoch 1, while its chain is kept: a key, and nothing else.
    t.receives(BOB, &stages.late)?;
    t.refuses(BOB, &stages.late, KeyAlreadyRequested)?;
    // In epoch 3 Bob has sent in epoch 2 of the chains: of those of epoch 0 nothing is kept.
    t.load(BOB, stages.saved(Stage::Epoch3, BOB)?)?;
    t.refuses(BOB, &stages.late, EpochOutOfRange)?;
    t.load(ALICE, stages.saved(Stage::Epoch3, ALICE)?)?;
    t.receives(ALICE, &stages.late_of_2)?;
    Ok(t.finish(
        "late messages of one epoch before, and of two",
        &["StaleEpoch", "Reordering"],
    ))
}

/// Chunks of an epoch that is over, with fresh keys: they are not looked at.
fn stale_chunks(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Epoch2, BOB)?;
    let number = Parts::of(&stages.late)?.index;
    let old = &stages.next(Stage::Ct1Sampled, ALICE, 1)?[0];
    for (n, payload) in (40..).zip([Payload::Hdr, Payload::Ek, Payload::EkCt1Ack]) {
        let message = altered(old, |parts| {
            parts.index = number + n;
            parts.payload = payload;
        })?;
        t.receives(BOB, &message)?;
    }
    t.send(BOB)?;
    Ok(t.finish(
        "chunks of an epoch that is over, with keys that were not used",
        &["StaleEpoch"],
    ))
}

fn numbers(tc_id: u32) -> Plan<TestPlan> {
    let limited = Start {
        max_jump: 5,
        max_out_of_order: 3,
        ..DEPLOYED
    };
    let mut t = Transcript::new(NAME, tc_id, DEPLOYED, limited)?;
    let sent = t.send_many(ALICE, 7)?;
    t.refuses(BOB, &sent[5], KeyJump)?;
    t.receives(BOB, &sent[4])?;
    t.refuses(BOB, &sent[0], KeyTrimmed)?;
    t.receives(BOB, &sent[1])?;
    t.refuses(BOB, &sent[1], KeyAlreadyRequested)?;
    // The chunk of a message that is refused for its key is not kept: the header is not complete yet.
    let used = altered(&sent[2], |parts| parts.index = 2)?;
    t.refuses(BOB, &used, KeyAlreadyRequested)?;
    expect(&t, BOB, NoHeaderReceived)?;
    t.receives(BOB, &sent[2])?;
    expect(&t, BOB, HeaderReceived)?;
    Ok(t.finish(
        "a jump of 5 and 3 kept keys: too far ahead, too far behind, given out",
        &["KeyNumbers"],
    ))
}

fn numbers_of_epochs(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Epoch2, BOB)?;
    let next = &stages.next(Stage::Epoch2, ALICE, 1)?[0];
    t.refuses(
        BOB,
        &altered(next, |parts| parts.index = 0)?,
        KeyAlreadyRequested,
    )?;
    t.refuses(
        BOB,
        &altered(next, |parts| parts.index = 1)?,
        KeyAlreadyRequested,
    )?;
    t.refuses(BOB, &altered(next, |parts| parts.index = 25_002)?, KeyJump)?;
    t.refuses(
        BOB,
        &altered(next, |parts| parts.index = u32::MAX)?,
        KeyJump,
    )?;
    t.receives(BOB, next)?;
    Ok(t.finish(
        "numbers in epoch 2: 0, given out, and a jump of more than 25,000",
        &["KeyNumbers"],
    ))
}

fn number_0(tc_id: u32) -> Plan<TestPlan> {
    let mut t = Transcript::deployed(NAME, tc_id)?;
    let sent = t.send_many(ALICE, 3)?;
    // Epoch 1 and number 0: a chunk without a key.
    let without_key = |message: &[u8]| altered(message, |parts| parts.index = 0);
    t.receives(BOB, &without_key(&sent[0])?)?;
    t.receives(BOB, &without_key(&sent[0])?)?;
    t.receives(BOB, &without_key(&sent[1])?)?;
    t.receives(BOB, &sent[2])?;
    expect(&t, BOB, HeaderReceived)?;
    Ok(t.finish(
        "epoch 1 and number 0: chunks without keys, as often as they come",
        &["KeyNumbers"],
    ))
}

fn malformed(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.one(tc_id, Stage::Ct1Sampled, BOB)?;
    let next = &stages.next(Stage::Ct1Sampled, ALICE, 1)?[0];
    let end = next.len();
    t.refuses(BOB, &next[..end - 1], InvalidSpqrMessage)?;
    t.refuses(BOB, &next[..1], InvalidSpqrMessage)?;
    let epoch_0 = [&next[..1], &[0], &next[2..]].concat();
    t.refuses(BOB, &epoch_0, InvalidSpqrMessage)?;
    let type_7 = [&next[..3], &[7], &next[4..]].concat();
    t.refuses(BOB, &type_7, InvalidSpqrMessage)?;
    t.receives(BOB, next)?;
    Ok(t.finish(
        "messages that cannot be parsed, in the middle of an epoch",
        &["Malformed"],
    ))
}

fn version_0(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.both(tc_id, Stage::Ct1)?;
    for message in [&[][..], &[0], &[0, 1, 1, 0]] {
        t.refuses(ALICE, message, VersionMismatch)?;
        t.refuses(BOB, message, VersionMismatch)?;
    }
    t.ignores(ALICE, &[2, 1, 1, 0])?;
    t.pass(ALICE)?;
    Ok(t.finish(
        "messages of version 0, and of an unknown one, in the middle of an epoch",
        &["Versions", "UnknownVersion"],
    ))
}

fn replays(stages: &Stages, tc_id: u32) -> Plan<TestPlan> {
    let mut t = stages.both(tc_id, Stage::Ct2First)?;
    let sent = t.send_many(BOB, 2)?;
    t.receives_all(ALICE, [&sent[1], &sent[0]])?;
    t.refuses(ALICE, &sent[0], KeyAlreadyRequested)?;
    t.refuses(ALICE, &sent[1], KeyAlreadyRequested)?;
    let answer = t.pass(ALICE)?;
    t.refuses(BOB, &answer, KeyAlreadyRequested)?;
    t.pass_until(BOB, ALICE, NoHeaderReceived)?;
    t.refuses(ALICE, &sent[0], KeyAlreadyRequested)?;
    t.pass(ALICE)?;
    t.refuses(BOB, &answer, KeyAlreadyRequested)?;
    Ok(t.finish("replays within an epoch, and across its end", &["Replay"]))
}
