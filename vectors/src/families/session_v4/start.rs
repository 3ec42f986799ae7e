//! The first messages.
use super::super::address::BOB;
use super::super::build::{random64, Plan};
use super::super::script::{Script, Setting, NOW, ONE_TIME_PREKEY, SIGNED_PREKEY};
use super::super::session::start::BOTH_VERSIONS;
use super::super::{PlanError, TestPlan};
use super::NAME;
use crate::bytes::Bytes;
use crate::driver::spec::SpecDriver;
use crate::driver::Driver;
use crate::outcome::ErrorClass::NoSession;
use crate::step::{SignatureForm, Step};

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    let mut tests = of.all(BOTH_VERSIONS)?;
    tests.extend(of.all(&[
        age,
        ids_at_the_end,
        all_ff_kem_prekey,
        signed_prekey_with_bit_255,
        pending_until_an_answer,
    ])?);
    Ok(tests)
}

const DAYS_30: u64 = 30 * 24 * 60 * 60 * 1000;

fn age(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::initiated(of, 41)?;
    let late = script.sending("alice", "bob", b"too late", NOW + DAYS_30 + 1);
    script.invalid(late, NoSession)?;
    let last = script.sending("alice", "bob", b"in time", NOW + DAYS_30);
    script.valid(last)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    let answered = script.sending("alice", "bob", b"a year later", NOW + 12 * DAYS_30);
    script.valid(answered)?;
    Ok(script.finish(
        "an unanswered session after 30 days and 1 ms, after exactly 30 days; an answered one",
        &["Age"],
    ))
}

fn ids_at_the_end(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 51)?;
    script.one_time_prekey("bob", u32::MAX)?;
    script.kem_prekey("bob", u32::MAX, false)?;
    let bundle = script.bundle_with("bob", Some(u32::MAX), Some(u32::MAX))?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.one_time_prekey("bob", 0)?;
    script.kem_prekey("bob", 0, false)?;
    let bundle = script.bundle_with("bob", Some(0), Some(0))?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello again")?;
    Ok(script.finish("prekey ids 2^32 - 1, and 0", &["Start"]))
}

/// A signature of Bob's identity.
fn signature(script: &mut Script, message: &[u8]) -> Plan<Bytes> {
    let (private, random) = (
        script.identity_private("bob"),
        random64(NAME, 0, "signature"),
    );
    let step = Step::XeddsaSign {
        form: SignatureForm::Deployed,
        private,
        message: Bytes::from(message),
        random,
    };
    let signed = SpecDriver::default().execute(&step).bytes("signature");
    let unsigned = || PlanError("no signature".to_owned());
    signed.map(Bytes).ok_or_else(unsigned)
}

/// Nobody has its private half. The initiator does not look at its coefficients.
fn all_ff_kem_prekey(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 52)?;
    let mut bundle = script.bundle("bob", None)?;
    let prekey = [&[8][..], &[0xff; 1568]].concat();
    bundle.kem_prekey_signature = Some(signature(&mut script, &prekey)?);
    bundle.kem_prekey = Some(Bytes(prekey));
    script.start("alice", "bob", &bundle)?;
    script.encrypt("alice", "bob", "hello")?;
    Ok(script.finish(
        "a KEM prekey of ff bytes, well signed",
        &["KemPrekey", "Start"],
    ))
}

/// The same key in another encoding: agreement drops the bit, the signature and the chains of the initiator keep it.
fn signed_prekey_with_bit_255(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::parties(of, 53)?;
    let mut bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    bundle.signed_prekey.0[32] ^= 0x80;
    bundle.signed_prekey_signature = signature(&mut script, &bundle.signed_prekey.0)?;
    script.start("alice", "bob", &bundle)?;
    script.exchange("alice", "bob", "hello")?;
    script.exchange("bob", "alice", "hello back")?;
    Ok(script.finish("a signed prekey with bit 255, well signed", &["Start"]))
}

/// Every message repeats the ciphertext and the ids of the KEM prekey until an answer comes.
fn pending_until_an_answer(of: Setting) -> Plan<TestPlan> {
    let mut script = Script::new(of, 54);
    script.party("alice", "+14155550100", 1, 1001)?;
    script.party("bob", BOB, 2, 2002)?;
    script.signed_prekey("bob", SIGNED_PREKEY)?;
    let bundle = script.bundle_of_one_use(None)?;
    script.start("alice", "bob", &bundle)?;
    let sent = script.encrypt_many("alice", "bob", "hello", 2)?;
    script.opens("bob", "alice", &sent[0])?;
    script.exchange("bob", "alice", "hello back")?;
    script.exchange("alice", "bob", "no prekey message any more")?;
    script.opens("bob", "alice", &sent[1])?;
    Ok(script.finish(
        "a KEM prekey of one use without a one-time prekey; no address block",
        &["Start", "KemOneTime"],
    ))
}
