//! The Double Ratchet with header encryption.
use super::build::{flipped, group, output, sharing_notes, Plan, SPEC};
use super::double_ratchet_written::NOTES;
use super::written_talk::{
    encrypting, limits, order, refused, Conversation, Form, Sent, Shared, AD, ALICE, BOB,
};
use super::{Family, PlanError, TestPlan};
use crate::bytes::Bytes;
use crate::outcome::ErrorClass;
use crate::step::Step;
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::{CipherKey, CounterBlock};
use twinratchet_spec::primitives::aes_ctr::aes256_ctr;

const FORM: Form = Form::HeaderEncrypted;
const NONCE_LENGTH: usize = 16;
const TAG_AT: usize = 57;

/// The tests of this form alone.
const TESTS: &[(u32, Shared)] = &[
    (501, altered_header),
    (502, header_lengths),
    (503, other_type_byte),
    (504, header_of_another_key),
    (505, current_then_next),
    (506, kept_keys_first),
    (507, header_key_is_gone),
    (508, no_pattern),
    (509, nonce_repeated),
    (510, bad_nonces),
    (511, first_header_key),
];

const HEADER: &[&str] = &[
    "Double Ratchet, section 4, with the recommendations of 5.2; L is SignalReference_25519_SHA256_DRHE1. Not deployed.",
    "Setup: HKDF(zeros, handshake secret, L || \" init\", 96): SK, first header key of the initiator, next header key of the responder.",
    "KDF_RK_HE: HKDF(RK, DH, L || \" root\", 96): RK, CK, next header key. Header, messages and KDF_CK as in double_ratchet_written; the",
    "encrypted header stands in place of the header. Encrypted header: (key, MAC key) = HKDF(zeros, header key, L || \" header\", 64); nonce (16),",
    "AES-256-CTR from the nonce on, all 128 bits counting, HMAC-SHA-256 of both.",
];

/// The family.
pub fn family() -> Plan<Family> {
    let mut tests = FORM.all(order::TESTS)?;
    tests.extend(FORM.all(limits::TESTS)?);
    tests.extend(FORM.all(TESTS)?);
    sharing_notes(Family {
        name: FORM.family(),
        algorithm: "The Double Ratchet with header encryption",
        header: HEADER,
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SPEC, tests)],
    })
}

/// What is refused, but for limits and headers.
pub fn refused() -> Plan<Family> {
    let tests = FORM.all(refused::TESTS)?;
    sharing_notes(Family {
        name: "header_encryption_refused",
        algorithm: "The Double Ratchet with header encryption: what is refused",
        header: HEADER,
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SPEC, tests)],
    })
}

fn altered_header(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    for (at, bits) in [
        (0, 1),
        (15, 0x80),
        (NONCE_LENGTH, 1),
        (48, 0x10),
        (56, 0x80),
        (TAG_AT, 1),
        (88, 0x80),
    ] {
        let wrong = sent.with_sent_header(flipped(&sent.header, at, bits));
        talk.refuses(BOB, &wrong, ErrorClass::UndecryptableHeader)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "bits of nonce, header and tag are others",
        &["EncryptedHeader"],
    ))
}

fn header_lengths(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    for length in [0, 16, 41, 57, 88, 90, 178] {
        let mut header = sent.header.clone();
        header.resize(length, 0);
        let wrong = sent.with_sent_header(header);
        talk.refuses(BOB, &wrong, ErrorClass::UndecryptableHeader)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish("encrypted headers of other lengths", &["EncryptedHeader"]))
}

/// Any 41 bytes as an encrypted header of the chain of a message.
fn sealed(sent: &Sent, plain: &[u8]) -> Plan<Vec<u8>> {
    let expand = Step::Hkdf {
        salt: None,
        ikm: sent.header_key.clone(),
        info: Bytes::from(b"SignalReference_25519_SHA256_DRHE1 header".as_slice()),
        length: 64,
    };
    let keys = output(&expand, "okm")?;
    let nonce = &sent.header[..NONCE_LENGTH];
    let c = aes256_ctr(
        &CipherKey::from_public_slice(&keys[..32]),
        CounterBlock::from_native_slice(nonce),
        &ByteSeq::from_public_slice(plain),
    );
    let body = [nonce, &c.into_native()].concat();
    let mac = Step::HmacSha256 {
        key: keys[32..].into(),
        message: Bytes(body.clone()),
    };
    Ok([body, output(&mac, "mac")?].concat())
}

fn other_type_byte(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    if sealed(&sent, &sent.plain_header)? != sent.header {
        return Err(PlanError("the header is made in another way".to_owned()));
    }
    for kind in [0, 4, 6, 0x85] {
        let mut plain = sent.plain_header.clone();
        plain[0] = kind;
        let wrong = sent.with_sent_header(sealed(&sent, &plain)?);
        talk.refuses(BOB, &wrong, ErrorClass::UndecryptableHeader)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "41 bytes that are authentic and no header: the type byte is another",
        &["HeaderEncoding"],
    ))
}

fn header_of_another_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    let state = talk.he_state(BOB)?;
    let receiving = state.receiving.map(|chain| chain.header_key);
    for (key, class) in [
        // Its own sending keys are no keys to receive with.
        (
            state.sending.map(|chain| chain.header_key),
            ErrorClass::UndecryptableHeader,
        ),
        (
            Some(state.next_sending_header_key),
            ErrorClass::UndecryptableHeader,
        ),
        // Under HKr the number is one that was read.
        (receiving, ErrorClass::DuplicateMessage),
    ] {
        let of_key = Sent {
            header_key: key.unwrap_or_default(),
            ..sent.clone()
        };
        let wrong = talk.with_header(&of_key, |_| ())?;
        talk.refuses(BOB, &wrong, class)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "the header of a new chain under other keys of the receiver",
        &["HeaderKeys"],
    ))
}

fn current_then_next(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let first = talk.send_many(ALICE, 2)?;
    talk.opens(BOB, &first[0])?;
    let before = talk.he_state(BOB)?;
    talk.opens(BOB, &first[1])?;
    let within = talk.he_state(BOB)?;
    talk.pass(BOB, "answer")?;
    let next = talk.send(ALICE, "of the next chain")?;
    talk.opens(BOB, &next)?;
    let after = talk.he_state(BOB)?;
    let header_key = |state: &crate::outcome::HeSnapshot| {
        state
            .receiving
            .as_ref()
            .map(|chain| chain.header_key.clone())
    };
    let moved = header_key(&after) == Some(within.next_receiving_header_key.clone());
    let stayed = before.next_receiving_header_key == within.next_receiving_header_key;
    if !moved || !stayed {
        return Err(PlanError("the header keys moved otherwise".to_owned()));
    }
    Ok(talk.finish(
        "HKr opens within a chain; NHKr opens the first message of the next, and becomes HKr",
        &["HeaderKeys", "DhStep"],
    ))
}

fn kept_keys_first(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.send_many(ALICE, 3)?;
    talk.opens(BOB, &old[2])?;
    talk.pass(BOB, "answer")?;
    let new = talk.send_many(ALICE, 3)?;
    talk.opens_all(BOB, &[&new[2], &old[1], &new[1], &old[0], &new[0]])?;
    talk.keeps(BOB, 0)?;
    Ok(talk.finish(
        "keys are kept under two header keys, with the same numbers",
        &["HeaderKeys", "PreviousChain"],
    ))
}

fn header_key_is_gone(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.send_many(ALICE, 2)?;
    talk.opens(BOB, &old[1])?;
    talk.pass(BOB, "answer")?;
    talk.pass(ALICE, "of the next chain")?;
    talk.opens(BOB, &old[0])?;
    talk.refuses(BOB, &old[0], ErrorClass::UndecryptableHeader)?;
    talk.refuses(BOB, &old[1], ErrorClass::UndecryptableHeader)?;
    Ok(talk.finish(
        "with the last kept key of a chain its header key goes",
        &["HeaderKeys", "Duplicate"],
    ))
}

/// The places at which two byte strings have four equal bytes.
fn common(a: &[u8], b: &[u8]) -> usize {
    a.windows(4)
        .zip(b.windows(4))
        .filter(|(a, b)| a == b)
        .count()
}

/// Whether four bytes of one stand anywhere in the other.
fn shares_bytes(a: &[u8], b: &[u8]) -> bool {
    a.windows(4)
        .any(|part| b.windows(4).any(|other| part == other))
}

fn no_pattern(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send_many(ALICE, 2)?;
    let [a, b] = [&sent[0], &sent[1]];
    let alike = shares_bytes(&a.header, &b.header) || shares_bytes(&a.header, &a.plain_header);
    if alike || common(&a.plain_header, &b.plain_header) < 37 {
        return Err(PlanError("the headers share a pattern".to_owned()));
    }
    talk.opens_all(BOB, &[a, b])?;
    Ok(talk.finish(
        "two messages of one chain: no four bytes of one encrypted header stand in the other",
        &["NoPattern"],
    ))
}

fn nonce_repeated(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let mut sent = Vec::new();
    for text in ["number 0", "number 1"] {
        let step = encrypting(form, ALICE, text.as_bytes(), AD, &[7; 16]);
        sent.push(talk.sent(ALICE, step, text.as_bytes())?);
    }
    let differ: Vec<usize> = (0..TAG_AT)
        .filter(|&at| sent[0].header[at] != sent[1].header[at])
        .collect();
    if differ != [TAG_AT - 1] {
        return Err(PlanError(format!("the headers differ at {differ:?}")));
    }
    talk.opens_all(BOB, &[&sent[0], &sent[1]])?;
    Ok(talk.finish("two headers with one nonce", &["NonceRepeated"]))
}

fn bad_nonces(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    for length in [0, 12, 15, 17, 32] {
        let step = encrypting(form, ALICE, b"text", AD, &vec![1; length]);
        talk.fails(step, ErrorClass::BadInput)?;
    }
    for byte in [0, 0xff] {
        let step = encrypting(form, ALICE, b"text", AD, &[byte; 16]);
        let sent = talk.sent(ALICE, step, b"text")?;
        talk.opens(BOB, &sent)?;
    }
    Ok(talk.finish(
        "nonces of other lengths; of ff the counter wraps in all of its 128 bits",
        &["BadInput", "EncryptedHeader"],
    ))
}

fn first_header_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send_many(ALICE, 2)?;
    let state = talk.he_state(BOB)?;
    if state.receiving.is_some() || state.next_receiving_header_key != sent[0].header_key {
        return Err(PlanError("another first header key".to_owned()));
    }
    let wrong = sent[1].with_sent_header(flipped(&sent[1].header, 20, 1));
    talk.refuses(BOB, &wrong, ErrorClass::UndecryptableHeader)?;
    talk.opens_all(BOB, &[&sent[1], &sent[0]])?;
    talk.pass(BOB, "answer")?;
    Ok(talk.finish(
        "a responder has no HKr at first: the first message opens under NHKr",
        &["HeaderKeys"],
    ))
}
