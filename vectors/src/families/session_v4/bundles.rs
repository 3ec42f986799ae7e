//! Bundles that are refused, then the bundle as it was published.
use super::super::build::Plan;
use super::super::script::{Script, Setting, NOW, ONE_TIME_PREKEY};
use super::super::TestPlan;
use super::REFUSED as NAME;
use crate::bytes::Bytes;
use crate::outcome::ErrorClass::{
    self, BadKemKeyLength, BadKemKeyType, BadKeyLength, BadKeyType, BadSignature, InvalidAgreement,
    MissingKemPrekey, MissingKeyType, PrekeyFieldsMismatch,
};
use crate::step::Bundle;

/// The tests.
pub fn tests() -> Plan<Vec<TestPlan>> {
    let of = Setting::v4(NAME);
    (1..)
        .zip(cases())
        .map(|(tc_id, case)| refused(of, tc_id, case))
        .collect()
}

/// A change of a bundle, and how it is refused.
type Change = (fn(&mut Bundle), ErrorClass);
/// What it shows, its flag, and the changes.
type Case = (&'static str, &'static str, Vec<Change>);

/// The KEM prekey of a bundle, for a change.
fn kem_prekey(bundle: &mut Bundle) -> &mut Vec<u8> {
    &mut bundle.kem_prekey.get_or_insert_default().0
}

/// Its signature.
fn kem_signature(bundle: &mut Bundle) -> &mut Vec<u8> {
    &mut bundle.kem_prekey_signature.get_or_insert_default().0
}

fn without_kem_prekey(bundle: &mut Bundle) {
    bundle.kem_prekey_id = None;
    bundle.kem_prekey = None;
    bundle.kem_prekey_signature = None;
}

fn exchange_signatures(bundle: &mut Bundle) {
    let of_kem_prekey = kem_signature(bundle).clone();
    let of_signed_prekey = std::mem::replace(&mut bundle.signed_prekey_signature.0, of_kem_prekey);
    *kem_signature(bundle) = of_signed_prekey;
}

fn cases() -> Vec<Case> {
    vec![
        (
            "the signatures: either with a flipped bit, exchanged, the KEM prekey's of 63 bytes",
            "BadBundle",
            vec![
                (|b| b.signed_prekey_signature.0[5] ^= 1, BadSignature),
                (|b| kem_signature(b)[5] ^= 1, BadSignature),
                (exchange_signatures, BadSignature),
                (|b| kem_signature(b).truncate(63), BadSignature),
            ],
        ),
        (
            "what is signed: another signed prekey, another KEM prekey, another identity",
            "BadBundle",
            vec![
                (|b| b.signed_prekey.0[5] ^= 1, BadSignature),
                (|b| kem_prekey(b)[5] ^= 1, BadSignature),
                (|b| b.identity_key.0[5] ^= 1, BadSignature),
            ],
        ),
        (
            "no KEM prekey, also with a bad signature of the signed prekey: that is found first",
            "KemPrekey",
            vec![
                (without_kem_prekey, MissingKemPrekey),
                (
                    |b| {
                        without_kem_prekey(b);
                        b.signed_prekey_signature.0[5] ^= 1;
                    },
                    BadSignature,
                ),
            ],
        ),
        (
            "the type of the KEM prekey: 0a, 07, 05, absent",
            "KemPrekey",
            vec![
                (|b| kem_prekey(b)[0] = 0x0a, BadKemKeyType),
                (|b| kem_prekey(b)[0] = 7, BadKemKeyType),
                (|b| kem_prekey(b)[0] = 5, BadKemKeyType),
                (|b| kem_prekey(b).clear(), MissingKeyType),
            ],
        ),
        (
            "the length of the KEM prekey: 1568 and 1570 bytes, and one",
            "KemPrekey",
            vec![
                (|b| kem_prekey(b).truncate(1568), BadKemKeyLength),
                (|b| kem_prekey(b).push(0), BadKemKeyLength),
                (|b| kem_prekey(b).truncate(1), BadKemKeyLength),
            ],
        ),
        (
            "the parts of the KEM prekey: no key, no id, no signature",
            "KemPrekey",
            vec![
                (|b| b.kem_prekey = None, PrekeyFieldsMismatch),
                (|b| b.kem_prekey_id = None, PrekeyFieldsMismatch),
                (|b| b.kem_prekey_signature = None, PrekeyFieldsMismatch),
            ],
        ),
        (
            "the one-time prekey: u = 0, type 06, no id, no key",
            "BadBundle",
            vec![
                (
                    |b| b.one_time_prekey = Some(Bytes([&[5][..], &[0; 32]].concat())),
                    InvalidAgreement,
                ),
                (|b| b.one_time_prekey = Some(Bytes(vec![6; 33])), BadKeyType),
                (|b| b.one_time_prekey_id = None, PrekeyFieldsMismatch),
                (|b| b.one_time_prekey = None, PrekeyFieldsMismatch),
            ],
        ),
        (
            "an identity key of 32 bytes, an empty signed prekey",
            "BadBundle",
            vec![
                (|b| b.identity_key.0.truncate(32), BadKeyLength),
                (|b| b.signed_prekey.0.clear(), MissingKeyType),
            ],
        ),
    ]
}

fn refused(of: Setting, tc_id: u32, (comment, flag, changes): Case) -> Plan<TestPlan> {
    let mut script = Script::parties(of, tc_id)?;
    let bundle = script.bundle("bob", Some(ONE_TIME_PREKEY))?;
    for (change, class) in changes {
        let mut altered = bundle.clone();
        change(&mut altered);
        let step = script.starting("alice", "bob", &altered, NOW);
        script.invalid(step, class)?;
    }
    script.start("alice", "bob", &bundle)?;
    Ok(script.finish(format!("refused: {comment}"), &[flag]))
}
