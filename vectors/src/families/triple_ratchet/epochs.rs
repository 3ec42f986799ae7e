//! Whole epochs of SPQR, and what comes late across their borders.
use super::super::build::Plan;
use super::super::script::{Script, Setting};
use super::super::stages::{peer_of, Conversation, LastChunks, Stage};
use super::super::{PlanError, TestPlan};
use super::EPOCHS as NAME;
use crate::outcome::BraidState;
use crate::outcome::ErrorClass::{DecryptionFailed, DuplicateMessage};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = vec![first_epoch(of)?];
    tests.extend(changes(of)?);
    tests.push(too_late(of)?);
    tests.extend(parity_chunks(of)?);
    Ok(tests)
}

/// Let one side send until a party is in a state.
fn burst(script: &mut Script, from: &str, party: &str, state: BraidState) -> Plan<()> {
    for n in 0..40 {
        if script.braid(party, peer_of(party)) == Some(state) {
            return Ok(());
        }
        script.exchange(from, peer_of(from), &format!("{n}"))?;
    }
    Err(PlanError(format!("{party} is never in {state:?}")))
}

/// Each side sends until the other one can go on: the fewest messages of an epoch.
fn first_epoch(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 1)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    burst(&mut script, "alice", "bob", BraidState::HeaderReceived)?;
    burst(&mut script, "bob", "alice", BraidState::Ct1Received)?;
    burst(&mut script, "alice", "bob", BraidState::Ct2Sampled)?;
    burst(&mut script, "bob", "alice", BraidState::NoHeaderReceived)?;
    script.exchange("alice", "bob", "with keys of the first epoch")?;
    script.exchange("bob", "alice", "and with the header of the second")?;
    Ok(script.finish(
        "the first epoch from the handshake on",
        &["Epoch", "InOrder"],
    ))
}

/// Each of the first three epochs ends.
fn changes(of: Setting) -> Plan<Vec<TestPlan>> {
    let mut talk = Conversation::established(of)?;
    let mut tests = Vec::new();
    for (tc_id, epoch) in (11..).zip(1..=3) {
        let key_side = if epoch % 2 == 1 { "alice" } else { "bob" };
        talk.alternate_until(key_side, BraidState::EkSentCt1Received, epoch)?;
        let next = BraidState::NoHeaderReceived;
        let (stage, from) = talk.last_stage_before(key_side, next, epoch + 1)?;
        tests.push(change(of, tc_id, epoch, &stage, from)?);
    }
    Ok(tests)
}

/// The message that completes an epoch, the first ones of the next, and two that come late.
fn change(of: Setting, tc_id: u32, epoch: u64, stage: &Stage, from: &str) -> Plan<TestPlan> {
    let (cipher_side, key_side) = (from, peer_of(from));
    let mut script = stage.script(of, tc_id)?;
    let of_key_side = script.encrypt(key_side, cipher_side, "late, of the key side")?;
    let of_cipher_side = script.encrypt(cipher_side, key_side, "late, of the other side")?;
    script.exchange(cipher_side, key_side, "the ciphertext is complete")?;
    script.exchange(key_side, cipher_side, "the epoch is over")?;
    script.opens(cipher_side, key_side, &of_key_side)?;
    script.opens(key_side, cipher_side, &of_cipher_side)?;
    script.exchange(cipher_side, key_side, "a new header")?;
    script.fails(cipher_side, key_side, &of_key_side, DuplicateMessage)?;
    script.exchange(key_side, cipher_side, "nothing to send")?;
    Ok(script.finish(
        format!("epoch {epoch} ends; two messages of it come late"),
        &["Epoch", "LateEpoch"],
    ))
}

/// A message of the first epoch comes before and after Bob sends in the third: then its keys are gone, though the Double
/// Ratchet still has its chain.
fn too_late(of: Setting) -> Plan<TestPlan> {
    let mut talk = Conversation::established(of)?;
    talk.alternate_until("alice", BraidState::EkSentCt1Received, 1)?;
    let late = talk.script.encrypt("alice", "bob", "of the first epoch")?;
    talk.pass_until("bob", "alice", BraidState::NoHeaderReceived)?;
    talk.pass_until("alice", "bob", BraidState::KeysUnsampled)?;
    talk.pass_until("bob", "alice", BraidState::HeaderReceived)?;
    talk.pass_until("alice", "bob", BraidState::Ct1Received)?;
    talk.pass_until("bob", "alice", BraidState::Ct2Sampled)?;
    talk.pass_until("alice", "bob", BraidState::NoHeaderReceived)?;
    let stage = talk.stage()?;
    let mut script = stage.script(of, 21)?;
    script.opens("bob", "alice", &late)?;
    script.load("bob", "alice", &stage.bob)?;
    script.exchange("bob", "alice", "of the third epoch")?;
    script.fails("bob", "alice", &late, DecryptionFailed)?;
    script.exchange("alice", "bob", "of the third epoch")?;
    Ok(script.finish(
        "a message two epochs late: one older epoch is kept, not two",
        &["LateEpoch"],
    ))
}

/// The last chunk of each value is one that no symbol of the value stands in.
fn parity_chunks(of: Setting) -> Plan<Vec<TestPlan>> {
    let LastChunks { ct1, ek, ct2 } = LastChunks::of(of)?;
    let cases = [
        (31, "the first half of the ciphertext", ct1, "bob"),
        (32, "the vector", ek, "alice"),
        (33, "the second half of the ciphertext", ct2, "bob"),
    ];
    cases
        .into_iter()
        .map(|(tc_id, what, stage, from)| {
            let mut script = stage.script(of, tc_id)?;
            script.exchange(from, peer_of(from), "the last chunk")?;
            script.exchange(peer_of(from), from, "what follows")?;
            script.exchange(from, peer_of(from), "what follows that")?;
            Ok(script.finish(
                format!("{what} is complete by parity chunks, others being lost"),
                &["LostChunks"],
            ))
        })
        .collect()
}
