//! Identities and addresses.
use super::super::address::{ALICE, BOB};
use super::super::build::Plan;
use super::super::forge::Chain;
use super::super::script::{encrypting, Script, Setting, Shared, NOW, SIGNED_PREKEY};
use super::super::TestPlan;
use super::NAME;
use crate::outcome::ErrorClass::{
    DecryptionFailed, DuplicateMessage, NoSession, UntrustedIdentity,
};
use crate::step::Step;

/// Those that version 4 has as well.
pub const BOTH_VERSIONS: &[Shared] = &[
    changed_identity_in_a_bundle,
    changed_identity_in_a_prekey_message,
    changed_identity_before_encryption,
    changed_identity_before_decryption,
    identity_stays_after_deletion,
    trust_comes_before_the_signature,
    other_sender_with_block,
    other_recipient_with_block,
    copied_record,
];

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    Setting::from(NAME).all(&[
        changed_identity_in_a_bundle,
        changed_identity_in_a_prekey_message,
        changed_identity_before_encryption,
        changed_identity_before_decryption,
        identity_stays_after_deletion,
        trust_comes_before_the_signature,
        other_sender_with_block,
        other_sender_without_block,
        other_recipient_with_block,
        copied_record,
        copied_record_without_source,
        self_session,
        self_session_of_a_name_without_service_id,
    ])
}

/// Another device of the same address and prekey ids, with another identity: Bob after a new installation.
fn reinstalled(script: &mut Script) -> Plan<()> {
    script.party("bob2", BOB, 2, 2003)?;
    script.signed_prekey("bob2", SIGNED_PREKEY)
}

fn changed_identity_in_a_bundle(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 301)?;
    reinstalled(&mut script)?;
    let bundle = script.bundle("bob2", None)?;
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.invalid(step, UntrustedIdentity)?;
    script.exchange("alice", "bob", "by the old session")?;
    let accepted = script.identity("bob2");
    script.accept("alice", "bob", accepted)?;
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.valid(step)?;
    let sent = script.encrypt("alice", "bob", "to the new identity")?;
    script.opens("bob2", "alice", &sent)?;
    Ok(script.finish(
        "another identity in a bundle, refused and then accepted by the user",
        &["Trust"],
    ))
}

fn changed_identity_in_a_prekey_message(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 302)?;
    script.party("alice2", ALICE, 1, 1002)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice2", "bob", &bundle)?;
    let sent = script.encrypt("alice2", "bob", "from a new installation")?;
    script.fails("bob", "alice", &sent, UntrustedIdentity)?;
    script.exchange("bob", "alice", "by the old session")?;
    let accepted = script.identity("alice2");
    script.accept("bob", "alice", accepted)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "another identity in a prekey message, refused and then accepted by the user",
        &["Trust"],
    ))
}

fn changed_identity_before_encryption(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 303)?;
    reinstalled(&mut script)?;
    let other = script.identity("bob2");
    script.accept("alice", "bob", other)?;
    script.invalid(
        encrypting("alice", "bob", b"by the old session", NOW),
        UntrustedIdentity,
    )?;
    let usual = script.identity("bob");
    script.accept("alice", "bob", usual)?;
    script.exchange("alice", "bob", "as if nothing had been")?;
    Ok(script.finish(
        "the session's identity is no longer the stored one: no sending",
        &["Trust"],
    ))
}

fn changed_identity_before_decryption(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 304)?;
    reinstalled(&mut script)?;
    let sent = script.encrypt("bob", "alice", "by the old session")?;
    let other = script.identity("bob2");
    script.accept("alice", "bob", other)?;
    script.fails("alice", "bob", &sent, UntrustedIdentity)?;
    script.fails("alice", "bob", &sent.flipped(-1, 1), DecryptionFailed)?;
    let usual = script.identity("bob");
    script.accept("alice", "bob", usual)?;
    script.opens("alice", "bob", &sent)?;
    script.fails("alice", "bob", &sent, DuplicateMessage)?;
    Ok(script.finish(
        "the same in receiving: decided after decryption, and nothing is kept",
        &["Trust"],
    ))
}

fn identity_stays_after_deletion(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 305)?;
    reinstalled(&mut script)?;
    script.delete("alice", "bob")?;
    let bundle = script.bundle("bob2", None)?;
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.invalid(step, UntrustedIdentity)?;
    script.invalid(
        encrypting("alice", "bob", b"nothing to send with", NOW),
        NoSession,
    )?;
    Ok(script.finish("the identity of an address outlives its record", &["Trust"]))
}

fn trust_comes_before_the_signature(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 306)?;
    reinstalled(&mut script)?;
    let mut bundle = script.bundle("bob2", None)?;
    bundle.signed_prekey_signature.0[0] ^= 1;
    let step = script.starting("alice", "bob", &bundle, NOW);
    script.invalid(step, UntrustedIdentity)?;
    Ok(script.finish(
        "another identity and a bad signature: trust is decided first",
        &["Trust"],
    ))
}

fn other_sender_with_block(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 307)?;
    script.party("carol", "11111111-2222-4333-8444-555555555555", 1, 3003)?;
    script.party("phone", ALICE, 2, 1003)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.fails("bob", "carol", &sent, DecryptionFailed)?;
    script.fails("bob", "phone", &sent, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "a prekey message delivered as of another account, and of another device",
        &["Address"],
    ))
}

fn other_sender_without_block(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 308);
    script.party("alice", "+14155550100", 1, 1001)?;
    script.party("carol", "+14155550199", 1, 3003)?;
    script.party("bob", BOB, 2, 2002)?;
    script.signed_prekey("bob", SIGNED_PREKEY)?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.opens("bob", "carol", &sent)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "without an address block nothing tells the addresses apart",
        &["Address"],
    ))
}

/// Bob's account has a second device with the same identity and prekeys.
fn other_recipient_with_block(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 309);
    let identity = script.draw("bob identity");
    script.party("alice", ALICE, 1, 1001)?;
    script.party_with("bob", BOB, 1, 2002, identity.clone())?;
    script.party_with("tablet", BOB, 2, 2003, identity)?;
    let private = script.draw("shared signed prekey");
    for party in ["bob", "tablet"] {
        script.valid(Step::AddSignedPrekey {
            party: party.to_owned(),
            id: SIGNED_PREKEY,
            private: private.clone(),
        })?;
    }
    script.share_kem_prekey(&["bob", "tablet"])?;
    let bundle = script.bundle("bob", None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt("alice", "bob", "hello")?;
    script.fails("tablet", "alice", &sent, DecryptionFailed)?;
    script.opens("bob", "alice", &sent)?;
    Ok(script.finish(
        "a prekey message delivered to another device of the same keys",
        &["Address"],
    ))
}

fn copying(party: &str, from_peer: &str, to_peer: &str) -> Step {
    Step::CopyRecord {
        party: party.to_owned(),
        from_peer: from_peer.to_owned(),
        to_peer: to_peer.to_owned(),
    }
}

fn copied_record(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::established(of, 310)?;
    script.party("carol", "11111111-2222-4333-8444-555555555555", 1, 3003)?;
    script.valid(copying("bob", "alice", "carol"))?;
    let sent = script.encrypt("alice", "bob", "a plain message")?;
    script.opens("bob", "carol", &sent)?;
    script.opens("bob", "alice", &sent)?;
    script.fails("bob", "carol", &sent, DuplicateMessage)?;
    Ok(script.finish(
        "a plain message opens in a copy of the record under another address",
        &["Address"],
    ))
}

fn copied_record_without_source(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 311)?;
    script.party("carol", "carol", 1, 3003)?;
    script.invalid(copying("bob", "alice", "carol"), NoSession)?;
    Ok(script.finish("there is no record to copy", &["NoSession"]))
}

/// Two devices of one account, with one identity.
fn two_devices(of: Setting, tc_id: u32, name: &str) -> Plan<Script> {
    let mut script = Script::new(of, tc_id);
    let identity = script.draw("identity of the account");
    script.devices([name; 2], [identity.clone(), identity])
}

fn self_session(of: Setting) -> Plan<TestPlan> {
    let mut script = two_devices(of, 312, ALICE)?;
    let mut chain = Chain::of(&script, "phone", "laptop")?;
    let far = chain.message(25_002, "message 25002")?;
    script.opens("laptop", "phone", &far)?;
    Ok(script.finish(
        "two devices of one account: a jump to 25002",
        &["SelfSession"],
    ))
}

fn self_session_of_a_name_without_service_id(of: Setting) -> Plan<TestPlan> {
    let mut script = two_devices(of, 313, "+14155550100")?;
    let mut chain = Chain::of(&script, "phone", "laptop")?;
    let first = chain.message(0, "message 0")?;
    let far = chain.message(25_002, "message 25002")?;
    script.fails("laptop", "phone", &far, DecryptionFailed)?;
    script.opens("laptop", "phone", &first)?;
    Ok(script.finish(
        "the same of a name that is no service id: the limit holds",
        &["SelfSession"],
    ))
}
