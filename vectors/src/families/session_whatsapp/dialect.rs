//! Bytes: the first one, fields that are unknown, base keys; and talking with other profiles.
use super::super::build::Plan;
use super::super::forge::{Chain, Direction, Extra};
use super::super::protobuf::{flip, set, Item};
use super::super::script::{Script, Setting, KEM_PREKEY};
use super::super::session::handshake::envelope;
use super::super::x25519::{near_p, serialized, small};
use super::super::TestPlan;
use crate::outcome::ErrorClass::{
    DecryptionFailed, DuplicateMessage, InvalidAgreement, LegacyVersion, UnrecognizedVersion,
    UnsupportedVersion,
};
use crate::step::Profile::{SignalV3, SignalV4, WhatsAppV3};

/// The tests.
pub fn tests(of: Setting) -> Plan<Vec<TestPlan>> {
    of.all(&[
        conversation,
        low_nibbles,
        high_nibbles,
        low_nibbles_of_prekey_messages,
        address_block,
        spqr_message,
        base_key_with_bit_255,
        base_key_of_zero,
        with_a_party_of_signal,
        with_a_party_of_signal_that_starts,
        version_4_is_not_made,
    ])
}

fn conversation(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 401)?;
    let sent = script.encrypt("alice", "bob", "a prekey message")?;
    script.opens("bob", "alice", &sent)?;
    for text in ["and back", "and back again"] {
        script.exchange("bob", "alice", text)?;
        script.exchange("alice", "bob", text)?;
    }
    script.fails("bob", "alice", &sent, DuplicateMessage)?;
    Ok(script.finish("a conversation: every first byte is 33", &["FirstByte"]))
}

fn low_nibbles(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 402)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    for (number, nibble) in (0..).zip([0, 2, 4, 0xf]) {
        let sent = chain.message(number, "another writer")?;
        let untagged = sent.flipped(0, 3 ^ nibble);
        script.fails("bob", "alice", &untagged, DecryptionFailed)?;
        let other =
            Direction::of(&script, "alice", "bob")?.retag(&sent, |bytes| bytes[0] = 0x30 | nibble);
        script.opens("bob", "alice", &other)?;
    }
    Ok(script.finish(
        "first bytes 30, 32, 34 and 3f under the tag, and as a change after it",
        &["FirstByte"],
    ))
}

fn high_nibbles(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 403)?;
    let mut chain = Chain::of(&script, "alice", "bob")?;
    let sent = chain.message(0, "version 3")?;
    for (nibble, class) in [
        (0x20, LegacyVersion),
        (0x40, DecryptionFailed),
        (0x50, UnrecognizedVersion),
    ] {
        let other =
            Direction::of(&script, "alice", "bob")?.retag(&sent, |bytes| bytes[0] = nibble | 3);
        script.fails("bob", "alice", &other, class)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish("first bytes 23, 43 and 53", &["FirstByte"]))
}

fn low_nibbles_of_prekey_messages(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 404)?;
    for nibble in [0, 4, 0xf] {
        let sent = script.encrypt("alice", "bob", "a prekey message")?;
        script.opens("bob", "alice", &sent.flipped(0, 3 ^ nibble))?;
    }
    Ok(script.finish(
        "prekey messages whose own first byte is 30, 34 and 3f: it is under no tag",
        &["FirstByte"],
    ))
}

fn extra(of: Setting, tc_id: u32) -> Plan<(Script, Chain)> {
    let script = Script::established(of, tc_id)?;
    let chain = Chain::of(&script, "alice", "bob")?;
    Ok((script, chain))
}

fn address_block(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = extra(of, 405)?;
    for (number, block) in (0..).zip([vec![], vec![0; 36], vec![7; 5]]) {
        let addresses = Some(block);
        let with_block = Extra {
            addresses,
            ..Extra::default()
        };
        let sent = chain.message_with(number, "from nowhere", &with_block)?;
        script.fails("bob", "alice", &sent.flipped(-1, 1), DecryptionFailed)?;
        script.opens("bob", "alice", &sent)?;
    }
    Ok(script.finish(
        "address blocks of 0, 36 and 5 bytes, none of them right",
        &["UnknownField"],
    ))
}

fn spqr_message(of: Setting) -> Plan<TestPlan> {
    let (mut script, mut chain) = extra(of, 406)?;
    for (number, spqr) in (0..).zip([vec![1, 1, 1, 0], vec![9; 40]]) {
        let sent = chain.message(number, "with a field of version 4")?;
        let sent = Direction::of(&script, "alice", "bob")?.resealed(&sent, (spqr, None));
        script.opens("bob", "alice", &sent)?;
    }
    Ok(script.finish("SPQR messages, one of them malformed", &["UnknownField"]))
}

fn base_key_with_bit_255(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 407)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    let other = envelope(&sent, &|items| flip(items, 2, 32, 0x80));
    script.opens("bob", "alice", &other)?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "a plain message")?;
    Ok(script.finish("a base key with bit 255: the same secret", &["BaseKey"]))
}

fn base_key_of_zero(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 408)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    for u in [small(0), small(1), near_p(-1), near_p(0)] {
        let other = envelope(&sent, &|items| set(items, Item::Bytes(2, serialized(&u))));
        script.fails("bob", "alice", &other, InvalidAgreement)?;
    }
    for u in [small(2), near_p(9)] {
        let other = envelope(&sent, &|items| set(items, Item::Bytes(2, serialized(&u))));
        script.fails("bob", "alice", &other, DecryptionFailed)?;
    }
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "base keys of small order give no secret; u = 2 and u = p + 9 give another one",
        &["BaseKey"],
    ))
}

fn talk(script: &mut Script) -> Plan<()> {
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "and so on")
}

fn with_a_party_of_signal(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::of_profiles(of, 409, WhatsAppV3, SignalV3)?;
    talk(&mut script)?;
    Ok(script.finish(
        "WhatsApp starts a session with a party of Signal that makes version 3",
        &["Version"],
    ))
}

/// The first message of Signal has an address block.
fn with_a_party_of_signal_that_starts(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::of_profiles(of, 410, SignalV3, WhatsAppV3)?;
    talk(&mut script)?;
    Ok(script.finish(
        "a party of Signal that makes version 3 starts a session with WhatsApp",
        &["Version", "UnknownField"],
    ))
}

fn version_4_is_not_made(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::of_profiles(of, 411, SignalV4, WhatsAppV3)?;
    script.kem_prekey("bob", KEM_PREKEY, true)?;
    let bundle = script.bundle_with("bob", None, Some(KEM_PREKEY))?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello in version 4")?;
    script.fails("bob", "alice", &sent, UnsupportedVersion)?;
    Ok(script.finish("a new session of version 4", &["Version"]))
}
