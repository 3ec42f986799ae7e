//! Messages and inputs that are refused; after each the right message opens.
use super::{
    encrypting, public_key, set_key, set_number, starting, Conversation, Form, Sent, Shared, AD,
    ALICE, BOB, N_AT, PN_AT,
};
use crate::bytes::Bytes;
use crate::families::build::{flipped, output, secret, Plan};
use crate::families::x25519::{near_p, small, with_bit_255};
use crate::families::TestPlan;
use crate::outcome::ErrorClass;
use crate::step::Step;

/// The tests of both forms.
pub const TESTS: &[(u32, Shared)] = &[
    (201, duplicate),
    (202, duplicate_of_a_kept_key),
    (203, duplicate_of_an_old_chain),
    (204, duplicate_after_loss),
    (205, nothing_received),
    (206, reflected),
    (207, other_secret),
    (211, altered_ciphertext),
    (212, altered_tag),
    (213, cut),
    (214, other_associated_data),
    (215, padding),
    (216, not_whole_blocks),
    (217, swapped),
    (218, kept_key_and_wrong_tag),
    (219, first_message_altered),
    (221, other_number),
    (222, number_of_a_used_key),
    (223, other_previous_count),
    (224, other_key),
    (225, low_order_key),
    (226, other_encoding_of_a_key),
    (231, low_order_start),
    (232, malformed_start),
    (233, bad_inputs),
    (234, started_again),
];

/// How a test looks that begins with a conversation of one message each way.
struct Refusals {
    talk: Conversation,
}

impl Refusals {
    fn new(form: Form, tc_id: u32) -> Plan<Self> {
        let talk = Conversation::established(form, tc_id)?;
        Ok(Self { talk })
    }

    /// Bob refuses each of these; then the right one opens.
    fn refuse_then_open(&mut self, wrong: &[Sent], class: ErrorClass, right: &Sent) -> Plan<()> {
        for one in wrong {
            self.talk.refuses(BOB, one, class)?;
        }
        self.talk.opens(BOB, right)?;
        Ok(())
    }
}

fn duplicate(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.pass(ALICE, "once")?;
    talk.refuses(BOB, &sent, ErrorClass::DuplicateMessage)?;
    talk.pass(ALICE, "next")?;
    talk.refuses(BOB, &sent, ErrorClass::DuplicateMessage)?;
    Ok(talk.finish("a message comes twice in the current chain", &["Duplicate"]))
}

fn duplicate_of_a_kept_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send_many(ALICE, 3)?;
    talk.opens_all(BOB, &[&sent[2], &sent[0]])?;
    talk.refuses(BOB, &sent[0], ErrorClass::DuplicateMessage)?;
    talk.opens(BOB, &sent[1])?;
    for one in &sent {
        talk.refuses(BOB, one, ErrorClass::DuplicateMessage)?;
    }
    Ok(talk.finish("kept keys serve once", &["Duplicate", "OutOfOrder"]))
}

fn duplicate_of_an_old_chain(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let old = talk.send_many(ALICE, 2)?;
    talk.opens(BOB, &old[1])?;
    talk.pass(BOB, "answer")?;
    talk.pass(ALICE, "of the next chain")?;
    talk.refuses(BOB, &old[1], form.of_no_chain())?;
    talk.opens(BOB, &old[0])?;
    for one in &old {
        talk.refuses(BOB, one, form.of_no_chain())?;
    }
    Ok(talk.finish(
        "a message of an old chain comes twice: nothing is left to know it by",
        &["Duplicate", "OldChain"],
    ))
}

fn duplicate_after_loss(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.lose(ALICE, 3)?;
    let sent = talk.pass(ALICE, "after a gap")?;
    talk.refuses(BOB, &sent, ErrorClass::DuplicateMessage)?;
    talk.keeps(BOB, 3)?;
    Ok(talk.finish(
        "a message that passed over others comes twice",
        &["Duplicate"],
    ))
}

fn nothing_received(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let step = talk.encrypting(BOB, b"too early", AD);
    talk.fails(step, ErrorClass::NoSendingChain)?;
    talk.fails(super::dropping(form, BOB, 1), ErrorClass::NoSendingChain)?;
    talk.pass(ALICE, "now")?;
    talk.pass(BOB, "in time")?;
    Ok(talk.finish(
        "a responder that has received nothing sends",
        &["NoSendingChain"],
    ))
}

fn reflected(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "to bob")?;
    talk.refuses(ALICE, &sent, form.of_no_chain())?;
    talk.opens(BOB, &sent)?;
    Ok(talk.finish("a message comes back to its sender", &["Reflected"]))
}

fn other_secret(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let private = secret(form.family(), tc_id, "mallory's ratchet private");
    let bob = secret(form.family(), 0, "bob's first ratchet private");
    let step = talk.starting("mallory", "another secret", private, Some(public_key(&bob)));
    talk.valid(step)?;
    let sent = talk.send("mallory", "not for bob")?;
    talk.refuses(BOB, &sent, form.of_no_chain())?;
    talk.pass(ALICE, "for bob")?;
    Ok(talk.finish("a message of another conversation", &["OtherConversation"]))
}

fn altered_ciphertext(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let right = test.talk.send(ALICE, "a text of more than one block")?;
    let wrong: Vec<Sent> = [(0, 0x01), (15, 0x80), (16, 0x01), (31, 0x10)]
        .map(|(at, bits)| right.with_ciphertext(flipped(&right.ciphertext, at, bits)))
        .to_vec();
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &right)?;
    Ok(test
        .talk
        .finish("bits of the ciphertext are others", &["Altered"]))
}

fn altered_tag(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let right = test.talk.send(ALICE, "text")?;
    let tag = right.ciphertext.len() - 32;
    let mut wrong: Vec<Sent> = [(0, 0x01), (7, 0x01), (8, 0x01), (31, 0x80)]
        .map(|(at, bits)| right.with_ciphertext(flipped(&right.ciphertext, tag + at, bits)))
        .to_vec();
    let zeros = [&right.ciphertext[..tag], &[0; 32]].concat();
    wrong.push(right.with_ciphertext(zeros));
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &right)?;
    Ok(test.talk.finish(
        "bits of the tag are others: all 32 bytes count",
        &["Altered"],
    ))
}

fn cut(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let right = test.talk.send(ALICE, "text")?;
    let whole = &right.ciphertext;
    let mut wrong: Vec<Sent> = [0, 1, 31, 32, 33, 40, 47]
        .map(|length| right.with_ciphertext(whole[..length].to_vec()))
        .to_vec();
    wrong.push(right.with_ciphertext([whole.as_slice(), &[0]].concat()));
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &right)?;
    Ok(test
        .talk
        .finish("a message is shorter or longer", &["Altered"]))
}

fn other_associated_data(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    for ad in [
        b"".as_slice(),
        b"AD of alice and bo",
        b"AD of mallory and bob",
    ] {
        let step = talk.decrypting_with(BOB, &sent, ad);
        talk.fails(step, ErrorClass::Rejected)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish("other associated data", &["AssociatedData"]))
}

fn padding(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let right = test.talk.send(ALICE, "text")?;
    let mut wrong = Vec::new();
    for last in [
        [0u8; 16].as_slice(),
        &[0x11; 16],
        &[[0x41; 15].as_slice(), &[0x02]].concat(),
        &[[0x41; 14].as_slice(), &[0x03, 0x02]].concat(),
    ] {
        wrong.push(right.retagged(&unpadded(&right, last)?)?);
    }
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &right)?;
    Ok(test.talk.finish(
        "the padding is wrong under a right tag: the same class as a wrong tag",
        &["Padding"],
    ))
}

/// One block encrypted without padding.
fn unpadded(sent: &Sent, block: &[u8]) -> Plan<Vec<u8>> {
    let keys = sent.keys()?;
    let encrypt = Step::Aes256CbcEncrypt {
        key: keys[..32].into(),
        iv: keys[64..].into(),
        plaintext: block.into(),
    };
    Ok(output(&encrypt, "ciphertext")?[..16].to_vec())
}

fn not_whole_blocks(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let right = test.talk.send(ALICE, "text")?;
    let mut wrong = Vec::new();
    for length in [0, 1, 15] {
        wrong.push(right.retagged(&right.ciphertext[..length])?);
    }
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &right)?;
    Ok(test.talk.finish(
        "no whole blocks, or none at all, under a right tag",
        &["Padding"],
    ))
}

fn swapped(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send_many(ALICE, 2)?;
    let of = |header: usize, ciphertext: usize| {
        sent[header].with_ciphertext(sent[ciphertext].ciphertext.clone())
    };
    talk.refuses(BOB, &of(0, 1), ErrorClass::Rejected)?;
    talk.refuses(BOB, &of(1, 0), ErrorClass::Rejected)?;
    talk.opens_all(BOB, &[&sent[1], &sent[0]])?;
    Ok(talk.finish("the headers of two messages are exchanged", &["Altered"]))
}

fn kept_key_and_wrong_tag(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send_many(ALICE, 2)?;
    talk.opens(BOB, &sent[1])?;
    let wrong = sent[0].with_ciphertext(flipped(&sent[0].ciphertext, 3, 4));
    talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    talk.keeps(BOB, 1)?;
    talk.opens(BOB, &sent[0])?;
    Ok(talk.finish(
        "a kept key is still there after a message with a wrong tag",
        &["Altered", "OutOfOrder"],
    ))
}

fn first_message_altered(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::new(form, tc_id)?;
    let sent = talk.send(ALICE, "first")?;
    let wrong = sent.with_ciphertext(flipped(&sent.ciphertext, 0, 1));
    talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    let step = talk.encrypting(BOB, b"too early", AD);
    talk.fails(step, ErrorClass::NoSendingChain)?;
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "a first message that is refused makes no step: the responder cannot send yet",
        &["Altered", "NoSendingChain"],
    ))
}

fn other_number(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut test = Refusals::new(form, tc_id)?;
    let sent = test.talk.send_many(ALICE, 2)?;
    let mut wrong = Vec::new();
    for number in [1, 2, 1000] {
        let header = |header: &mut Vec<u8>| set_number(header, N_AT, number);
        wrong.push(test.talk.with_header(&sent[0], header)?);
    }
    test.refuse_then_open(&wrong, ErrorClass::Rejected, &sent[0])?;
    test.talk.opens(BOB, &sent[1])?;
    Ok(test.talk.finish(
        "a header with another number, as only a peer could make it",
        &["ForgedHeader"],
    ))
}

fn number_of_a_used_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    talk.pass(ALICE, "number 1")?;
    let sent = talk.send(ALICE, "number 2")?;
    for number in [0, 1] {
        let wrong = talk.with_header(&sent, |header| set_number(header, N_AT, number))?;
        talk.refuses(BOB, &wrong, ErrorClass::DuplicateMessage)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "a new message with the number of one that was read",
        &["ForgedHeader", "Duplicate"],
    ))
}

fn other_previous_count(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "number 0")?;
    talk.pass(BOB, "answer")?;
    let sent = talk.send(ALICE, "of the next chain")?;
    for count in [0, 2, 1000] {
        let wrong = talk.with_header(&sent, |header| set_number(header, PN_AT, count))?;
        talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "a header with another PN: the tag covers it, and no key is kept",
        &["ForgedHeader"],
    ))
}

fn other_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let of_chain = talk.send(ALICE, "of the chain")?;
    let key: [u8; 32] = secret(form.family(), tc_id, "another u")
        .0
        .try_into()
        .unwrap_or_default();
    let wrong = talk.with_header(&of_chain, |header| set_key(header, key))?;
    talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    talk.opens(BOB, &of_chain)?;
    talk.pass(BOB, "answer")?;
    let of_next = talk.send(ALICE, "of the next chain")?;
    let wrong = talk.with_header(&of_next, |header| set_key(header, key))?;
    talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    talk.opens(BOB, &of_next)?;
    Ok(talk.finish(
        "a header with another ratchet key, in a chain and at the start of one",
        &["ForgedHeader"],
    ))
}

fn low_order_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "text")?;
    talk.pass(BOB, "answer")?;
    let sent = talk.send(ALICE, "of the next chain")?;
    for u in [small(0), small(1), near_p(-1), near_p(0), near_p(1)] {
        let wrong = talk.with_header(&sent, |header| set_key(header, u))?;
        talk.refuses(BOB, &wrong, ErrorClass::InvalidAgreement)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "ratchet keys of small order: their agreement is all zero",
        &["LowOrder"],
    ))
}

fn other_encoding_of_a_key(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    talk.pass(ALICE, "text")?;
    let sent = talk.send(ALICE, "next")?;
    let wrong = talk.with_header(&sent, |header| {
        let u: [u8; 32] = header[1..33].try_into().unwrap_or_default();
        set_key(header, with_bit_255(u));
    })?;
    talk.refuses(BOB, &wrong, ErrorClass::Rejected)?;
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "another encoding of the ratchet key: the header that the tag covers is another",
        &["ForgedHeader"],
    ))
}

fn low_order_start(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::empty(form, tc_id);
    for u in [small(0), small(1), near_p(-1), near_p(0), near_p(1)] {
        let key = [[5].as_slice(), &u].concat();
        let private = secret(form.family(), tc_id, "ratchet private");
        let step = talk.starting(ALICE, "secret", private, Some(key.into()));
        talk.fails(step, ErrorClass::InvalidAgreement)?;
    }
    Ok(talk.finish(
        "the first ratchet key of the responder has small order: there is no state",
        &["LowOrder"],
    ))
}

fn malformed_start(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::empty(form, tc_id);
    let private = || secret(form.family(), tc_id, "ratchet private");
    for (key, class) in [
        (vec![], ErrorClass::MissingKeyType),
        (vec![5; 32], ErrorClass::BadKeyLength),
        (vec![6; 33], ErrorClass::BadKeyType),
    ] {
        let step = talk.starting(ALICE, "secret", private(), Some(key.into()));
        talk.fails(step, class)?;
    }
    for length in [0, 31, 33] {
        let wrong = || Bytes(vec![1; length]);
        let step = talk.starting(ALICE, "secret", wrong(), None);
        talk.fails(step, ErrorClass::BadInput)?;
        let step = starting(form, ALICE, wrong(), private(), None);
        talk.fails(step, ErrorClass::BadInput)?;
    }
    Ok(talk.finish("keys and secrets of wrong lengths or types", &["BadInput"]))
}

fn bad_inputs(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "text")?;
    let step = encrypting(form, "carol", b"text", AD, &[0; 16]);
    talk.fails(step, ErrorClass::BadInput)?;
    talk.fails(super::dropping(form, "carol", 1), ErrorClass::BadInput)?;
    talk.fails(super::dropping(form, ALICE, 10_001), ErrorClass::BadInput)?;
    talk.refuses("carol", &sent, ErrorClass::BadInput)?;
    for length in [0, 31, 33] {
        let step = super::decrypting(form, BOB, &sent, AD, Bytes(vec![1; length]));
        talk.fails(step, ErrorClass::BadInput)?;
    }
    talk.opens(BOB, &sent)?;
    Ok(talk.finish(
        "no party of that name, a fresh private key of another length, too many messages to drop",
        &["BadInput"],
    ))
}

fn started_again(form: Form, tc_id: u32) -> Plan<TestPlan> {
    let mut talk = Conversation::established(form, tc_id)?;
    let sent = talk.send(ALICE, "to the old bob")?;
    let bob = secret(form.family(), 0, "bob's first ratchet private");
    let step = talk.starting(BOB, "secret", bob, None);
    talk.valid(step)?;
    talk.refuses(BOB, &sent, form.of_no_chain())?;
    Ok(talk.finish(
        "a responder that starts again has lost the chains",
        &["OtherConversation"],
    ))
}
