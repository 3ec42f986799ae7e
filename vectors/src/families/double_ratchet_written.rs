//! The Double Ratchet as the public text has it: the header in the clear, the old chain closed by PN.
use super::build::{group, secret, sharing_notes, Plan, SPEC};
use super::written_talk::{
    limits, order, public_key, refused, Conversation, Form, Shared, ALICE, BOB,
};
use super::{Family, FlagNote, TestPlan};
use crate::outcome::ErrorClass;

/// The notes of both forms; each takes those that its tests have.
pub const NOTES: &[FlagNote] = &[
    FlagNote {
        flag: "InOrder",
        description: "Messages in the order in which they were sent.",
        effect: "No peer of this form can be talked to.",
    },
    FlagNote {
        flag: "DhStep",
        description: "A Diffie-Hellman step: a new key of the peer begins a receiving chain, a fresh pair the next sending chain.",
        effect: "The conversation breaks after the first answer, or does not heal.",
    },
    FlagNote {
        flag: "Lengths",
        description: "Plaintexts around whole blocks; the padding is always added.",
        effect: "Some messages cannot be read.",
    },
    FlagNote {
        flag: "AssociatedData",
        description: "The associated data of the application is covered by the tag, before the header.",
        effect: "A message is accepted in another context.",
    },
    FlagNote {
        flag: "OutOfOrder",
        description: "Messages of a chain that overtake one another: the keys passed over are kept.",
        effect: "Messages are lost.",
    },
    FlagNote {
        flag: "PreviousChain",
        description: "Messages of the chain before, after the step: the keys up to PN are kept when a chain is closed.",
        effect: "Messages are lost, or the keys of a chain are kept for ever.",
    },
    FlagNote {
        flag: "PreviousCount",
        description: "PN counts the messages of the chain before. Deployed software sends the number of the last one.",
        effect: "The last message before every turn is lost when it comes late.",
    },
    FlagNote {
        flag: "Duplicate",
        description: "A message that comes twice.",
        effect: "It is read twice: a replay.",
    },
    FlagNote {
        flag: "OldChain",
        description: "A message of a chain of which nothing is kept.",
        effect: "It is read again, or the state is damaged.",
    },
    FlagNote {
        flag: "NoSendingChain",
        description: "A responder has no sending chain until it has received a message.",
        effect: "A crash, or a message under the secret of the handshake itself.",
    },
    FlagNote {
        flag: "Reflected",
        description: "A message is brought back to its sender.",
        effect: "It is taken for a message of the peer.",
    },
    FlagNote {
        flag: "OtherConversation",
        description: "A message of another conversation.",
        effect: "It is accepted, or the state is damaged.",
    },
    FlagNote {
        flag: "Altered",
        description: "Something of a message is another than was sent; the state stays as it was.",
        effect: "Forged messages are read, or one forged message breaks the conversation.",
    },
    FlagNote {
        flag: "Padding",
        description: "A wrong padding under a right tag, as only a peer could make it.",
        effect: "A padding oracle, or bytes that nobody wrote.",
    },
    FlagNote {
        flag: "ForgedHeader",
        description: "A header that says something else, authentic in itself, as only a peer could make it.",
        effect: "The state is damaged by a message that is refused.",
    },
    FlagNote {
        flag: "LowOrder",
        description: "A ratchet key of small order.",
        effect: "The keys of the next chains are known to everybody.",
    },
    FlagNote {
        flag: "SkipLimit",
        description: "How many keys one message passes over in one chain: 1000 and not 1001.",
        effect: "Anybody makes the receiver compute for as long as it likes, or messages of peers are refused.",
    },
    FlagNote {
        flag: "StoreLimit",
        description: "How many keys are kept in all: 2000; the oldest goes first.",
        effect: "Kept keys grow without bound, or the wrong one is dropped.",
    },
    FlagNote {
        flag: "HeaderEncoding",
        description: "A header is 41 bytes: the key with its type byte, PN and N with the high byte first.",
        effect: "A crash, or headers that no peer can read.",
    },
    FlagNote {
        flag: "HeaderKeys",
        description: "Which header key opens: those of kept keys, then HKr, then NHKr.",
        effect: "Messages are lost after a turn, or a step is made that should not be.",
    },
    FlagNote {
        flag: "EncryptedHeader",
        description: "The encrypted header is 89 bytes, and its tag covers nonce and header.",
        effect: "Headers can be altered, or read without their key.",
    },
    FlagNote {
        flag: "NoPattern",
        description: "Two messages of one chain: the clear headers differ in one byte, the encrypted ones are unlike at every place.",
        effect: "An observer sees which messages belong to one chain: the purpose of header encryption is missed.",
    },
    FlagNote {
        flag: "NonceRepeated",
        description: "Two headers under one key and one nonce, as a broken generator makes them: the encrypted headers differ where the headers do.",
        effect: "This is the damage that a repeated nonce does; nothing at the receiver shows it.",
    },
    FlagNote {
        flag: "Recorded",
        description: "A conversation that was computed from the text beforehand, with every message and every state.",
        effect: "Another reading of the text.",
    },
    FlagNote {
        flag: "BadInput",
        description: "Inputs of wrong lengths, and parties that are not there.",
        effect: "A crash.",
    },
];

const FORM: Form = Form::Written;

/// The tests of this form alone.
const TESTS: &[(u32, Shared)] = &[
    (401, header_lengths),
    (402, type_byte),
    (403, first_key_of_the_responder),
];

/// The family.
pub fn family() -> Plan<Family> {
    let mut tests = FORM.all(order::TESTS)?;
    tests.extend(FORM.all(refused::TESTS)?);
    tests.extend(FORM.all(limits::TESTS)?);
    tests.extend(FORM.all(TESTS)?);
    sharing_notes(Family {
        name: FORM.family(),
        algorithm: "The Double Ratchet as written, without header encryption",
        header: &[
            "Double Ratchet, section 3, with the recommendations of 5.2; L is SignalReference_25519_SHA256_DRHE1. Not deployed: see double_ratchet.",
            "KDF_RK: HKDF(RK, DH, L || \" root\", 64). KDF_CK: HMAC(CK, 02) is the next CK, HMAC(CK, 01) is mk.",
            "Header: the key with its type byte, PN, N, 4 bytes each, high byte first. Message: (key, MAC key, IV) = HKDF(zeros, mk, L || \" message\", 80);",
            "AES-256-CBC with PKCS#7, and HMAC-SHA-256 of AD || header || ciphertext, 32 bytes.",
        ],
        notes: NOTES.to_vec(),
        groups: vec![group("steps", SPEC, tests)],
    })
}

fn header_lengths(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    for length in [0, 1, 33, 40, 42] {
        let mut header = sent.header.clone();
        header.resize(length, 0);
        let wrong = sent.with_sent_header(header);
        talk.refuses(BOB, &wrong, ErrorClass::BadInput)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish("headers of other lengths", &["HeaderEncoding"]))
}

fn type_byte(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    for kind in [0, 4, 6, 0x85] {
        let mut header = sent.header.clone();
        header[0] = kind;
        let wrong = sent.with_sent_header(header);
        talk.refuses(BOB, &wrong, ErrorClass::BadInput)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish("headers with another type byte", &["HeaderEncoding"]))
}

fn first_key_of_the_responder(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    let bob = secret(form.family(), 0, "bob's first ratchet private");
    let forged = talk.with_header(&sent, |header| {
        header[..33].copy_from_slice(&public_key(&bob).0);
    })?;
    talk.refuses(ALICE, &forged, ErrorClass::Rejected)?;
    talk.opens(BOB, &sent)?;
    talk.pass(BOB, "answer")?;
    Ok(talk.finish(
        "a header with the key that the initiator began with: there is no receiving chain for it",
        &["ForgedHeader"],
    ))
}
