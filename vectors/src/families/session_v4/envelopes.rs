//! Prekey messages whose envelope was altered, then the message as it was sent.
use super::super::build::Plan;
use super::super::protobuf::{cut, flip, resize, set, without, Item};
use super::super::script::{Script, Sent, Setting};
use super::super::session::handshake::{envelope, Change, BOTH_VERSIONS};
use super::super::session::start::as_prekey;
use super::super::x25519::{near_p, serialized, small};
use super::super::TestPlan;
use super::REFUSED as NAME;
use crate::outcome::ErrorClass::{
    self, BadKemCiphertextLength, BadKemKeyType, BadKeyType, DecryptionFailed, InvalidAgreement,
    InvalidBaseKey, InvalidProtobuf, KemFieldsMismatch, KemFieldsMissing, LegacyVersion,
    MissingKeyType, UnknownKemPrekeyId, UnknownPrekeyId, UnknownSignedPrekeyId,
    UnrecognizedVersion, UnsupportedVersion,
};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(BOTH_VERSIONS)?;
    for (tc_id, (comment, flag, changes)) in (121..).zip(cases()) {
        tests.push(altered(of, tc_id, comment, flag, changes)?);
    }
    tests.extend(of.all(&[
        other_version,
        other_kem_prekey,
        ciphertext_of_another_session,
    ])?);
    Ok(tests)
}

/// What it shows, its flag, and the changes with how they are refused.
type Case = (&'static str, &'static str, Vec<(Change, ErrorClass)>);

fn base_keys() -> Case {
    (
        "the base key: u = 9, bit 255, u = 0, 1, 2, p - 1, p, p + 9, type 06",
        "Envelope",
        vec![
            (
                |i| set(i, Item::Bytes(2, serialized(&small(9)))),
                DecryptionFailed,
            ),
            (|i| flip(i, 2, 32, 0x80), InvalidBaseKey),
            (
                |i| set(i, Item::Bytes(2, serialized(&small(0)))),
                InvalidBaseKey,
            ),
            (
                |i| set(i, Item::Bytes(2, serialized(&small(1)))),
                InvalidBaseKey,
            ),
            (
                |i| set(i, Item::Bytes(2, serialized(&small(2)))),
                InvalidBaseKey,
            ),
            (
                |i| set(i, Item::Bytes(2, serialized(&near_p(-1)))),
                InvalidBaseKey,
            ),
            (
                |i| set(i, Item::Bytes(2, serialized(&near_p(0)))),
                InvalidBaseKey,
            ),
            (
                |i| set(i, Item::Bytes(2, serialized(&near_p(9)))),
                InvalidBaseKey,
            ),
            (|i| flip(i, 2, 0, 3), BadKeyType),
        ],
    )
}

fn cases() -> Vec<Case> {
    vec![
        base_keys(),
        (
            "the identity key: u = 0, u = 9, bit 255",
            "Envelope",
            vec![
                (|i| set(i, Item::Bytes(3, serialized(&small(0)))), InvalidAgreement),
                (|i| set(i, Item::Bytes(3, serialized(&small(9)))), DecryptionFailed),
                (|i| flip(i, 3, 32, 0x80), DecryptionFailed),
            ],
        ),
        (
            "the prekey ids: unknown, the one-time prekey's removed, the signed prekey's removed",
            "MissingPrekey",
            vec![
                (|i| set(i, Item::Integer(6, 99)), UnknownSignedPrekeyId),
                (|i| set(i, Item::Integer(7, 99)), UnknownKemPrekeyId),
                (|i| set(i, Item::Integer(1, 99)), UnknownPrekeyId),
                (|i| without(i, 1), DecryptionFailed),
                (|i| without(i, 6), InvalidProtobuf),
            ],
        ),
        (
            "the ciphertext: 1568 and 1570 bytes, types 0a and 05, empty, without its id, an id alone, neither",
            "KemCiphertext",
            vec![
                (|i| resize(i, 8, 1568), BadKemCiphertextLength),
                (|i| resize(i, 8, 1570), BadKemCiphertextLength),
                (|i| flip(i, 8, 0, 2), BadKemKeyType),
                (|i| flip(i, 8, 0, 13), BadKemKeyType),
                (|i| resize(i, 8, 0), MissingKeyType),
                (|i| without(i, 7), KemFieldsMismatch),
                (|i| without(i, 8), KemFieldsMismatch),
                (
                    |i| {
                        without(i, 7);
                        without(i, 8);
                    },
                    KemFieldsMissing,
                ),
            ],
        ),
        (
            "two faults at once: which one is found",
            "Envelope",
            vec![
                (
                    |i| {
                        set(i, Item::Integer(7, 99));
                        set(i, Item::Integer(6, 99));
                    },
                    UnknownSignedPrekeyId,
                ),
                (
                    |i| {
                        set(i, Item::Integer(1, 99));
                        set(i, Item::Integer(7, 99));
                    },
                    UnknownKemPrekeyId,
                ),
                (
                    |i| {
                        set(i, Item::Integer(1, 99));
                        flip(i, 2, 32, 0x80);
                    },
                    UnknownPrekeyId,
                ),
                (
                    |i| {
                        flip(i, 2, 32, 0x80);
                        set(i, Item::Bytes(3, serialized(&small(0))));
                    },
                    InvalidBaseKey,
                ),
                (
                    |i| {
                        set(i, Item::Bytes(3, serialized(&small(0))));
                        resize(i, 8, 0);
                    },
                    InvalidAgreement,
                ),
            ],
        ),
        (
            "the message inside: version 3, its tag, cut",
            "Envelope",
            vec![
                (|i| flip(i, 4, 0, 0x70), DecryptionFailed),
                (|i| flip(i, 4, usize::MAX, 1), DecryptionFailed),
                (|i| cut(i, 4), InvalidProtobuf),
            ],
        ),
    ]
}

fn altered(
    of: Setting,
    tc_id: u32,
    comment: &str,
    flag: &str,
    changes: Vec<(Change, ErrorClass)>,
) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, tc_id)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    for (change, class) in changes {
        script.fails("bob", "alice", &envelope(&sent, &change), class)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(format!("altered: {comment}"), &[flag]))
}

/// A prekey message with another version byte.
fn with_version(sent: &Sent, version: u8) -> Sent {
    as_prekey(sent, [&[version][..], &sent.message[1..]].concat())
}

fn other_version(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 141)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 2)?;
    script.fails("bob", "alice", &with_version(&sent[0], 0x24), LegacyVersion)?;
    script.fails(
        "bob",
        "alice",
        &with_version(&sent[0], 0x54),
        UnrecognizedVersion,
    )?;
    script.fails(
        "bob",
        "alice",
        &with_version(&sent[0], 0x34),
        UnsupportedVersion,
    )?;
    script.opens("bob", "alice", &with_version(&sent[0], 0x43))?;
    script.fails(
        "bob",
        "alice",
        &with_version(&sent[1], 0x34),
        UnsupportedVersion,
    )?;
    let without_kem = envelope(&with_version(&sent[1], 0x34), &|items| {
        without(items, 7);
        without(items, 8);
    });
    script.fails("bob", "alice", &without_kem, UnsupportedVersion)?;
    script.opens("bob", "alice", &sent[1])?;
    Ok(script.finish(
        "the version of the envelope: 2, 5, 3 before and after its session was made; the low nibble is not looked at",
        &["Version"],
    ))
}

fn other_kem_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 142)?;
    script.kem_prekey("bob", 11, false)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let other = envelope(&sent, &|items| set(items, Item::Integer(7, 11)));
    script.fails("bob", "alice", &other, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    let bundle = script.bundle_with("bob", None, Some(11))?;
    script.start("alice", "bob", &bundle)?;
    script.exchange(
        "alice",
        "bob",
        "with the other KEM prekey: it is still there",
    )?;
    Ok(script.finish("the id of another KEM prekey", &["MissingPrekey"]))
}

fn ciphertext_of_another_session(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 143)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let first = script.encrypt("alice", "bob", "by the first session")?;
    script.start("alice", "bob", &bundle)?;
    let second = script.encrypt("alice", "bob", "by the second session")?;
    let ciphertext = super::super::protobuf::items(&first.message[1..])
        .into_iter()
        .find(|item| item.number() == 8);
    let exchanged = envelope(&second, &|items| {
        if let Some(ciphertext) = ciphertext.clone() {
            set(items, ciphertext);
        }
    });
    script.fails("bob", "alice", &exchanged, DecryptionFailed)?;
    script.opens_all("bob", "alice", [&second, &first])?;
    Ok(script.finish("the ciphertext of another session", &["KemCiphertext"]))
}
