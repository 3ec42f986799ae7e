//! Themes of the ratchets as written; steps about fingerprints and VXEdDSA.
use super::actions::{number, path, tamper, which};
use super::bytes::{any_bytes, fixed, id, key, message, public_key};
use super::{case_of, Scenario};
use crate::bytes::Bytes;
use crate::diff::scenario::{
    Action, RoundTrip, Talk, Tamper, Text, Which, WrittenAction, WrittenDamage,
};
use crate::families::written_talk::{Form, MAX_SKIP};
use crate::step::{Profile, Step};
use proptest::prelude::*;

const ALICE: u8 = 0;
const BOB: u8 = 1;
/// Paths of fields in a code that is scanned.
const CODE_PATHS: [&[u32]; 6] = [&[1], &[2], &[2, 1], &[3], &[3, 1], &[4]];
/// Two parties of no consequence.
const PROFILES: [Profile; 2] = [Profile::SignalV3; 2];

/// Conversations with loss, reordering, replay and damage, after one of everything.
pub fn conversations(form: Form) -> BoxedStrategy<Scenario> {
    let prelude = prelude(form).into_iter().map(Action::Written).collect();
    let action = action(form).prop_map(Action::Written).boxed();
    case_of(&PROFILES, prelude, action, 60..200)
}

fn send(party: u8) -> WrittenAction {
    let text = Text::Length(5);
    WrittenAction::Send { party, text }
}

fn deliver(which: Which) -> WrittenAction {
    WrittenAction::Deliver {
        which,
        back: false,
        damage: None,
    }
}

fn damaged(damage: WrittenDamage) -> WrittenAction {
    WrittenAction::Deliver {
        which: Which::Latest,
        back: false,
        damage: Some(damage),
    }
}

fn start(form: Form) -> WrittenAction {
    WrittenAction::Start {
        form,
        same_secret: true,
    }
}

fn skip(count: u32) -> WrittenAction {
    WrittenAction::Skip {
        party: ALICE,
        count,
    }
}

/// A conversation that meets every event and every error, then a new one.
fn prelude(form: Form) -> Vec<WrittenAction> {
    let latest = || deliver(Which::Latest);
    let mut actions = vec![
        start(form),
        send(BOB),
        send(ALICE),
        send(ALICE),
        damaged(WrittenDamage::Header(vec![Tamper::Flip(8 * 40)])),
        damaged(WrittenDamage::Ciphertext(vec![Tamper::Flip(3)])),
        latest(),
        send(BOB),
        latest(),
        send(ALICE),
        latest(),
        deliver(Which::Next),
        deliver(Which::Any(0)),
        skip(MAX_SKIP),
        send(ALICE),
        latest(),
        send(ALICE),
        skip(MAX_SKIP + 1),
        send(ALICE),
        latest(),
    ];
    if form == Form::Written {
        // As many keys as are kept, and one more.
        actions.extend([start(form), send(ALICE), latest(), send(BOB), latest()]);
        actions.extend([send(ALICE), latest(), skip(MAX_SKIP), send(BOB), latest()]);
        actions.extend([skip(MAX_SKIP), send(ALICE), latest()]);
        actions.extend([skip(1), send(ALICE), latest()]);
    }
    actions.push(start(form));
    actions
}

fn damage() -> BoxedStrategy<WrittenDamage> {
    prop_oneof![
        3 => tamper(path(&CODE_PATHS)).prop_map(WrittenDamage::Header),
        3 => tamper(path(&CODE_PATHS)).prop_map(WrittenDamage::Ciphertext),
        1 => any_bytes(30).prop_map(WrittenDamage::AssociatedData),
        1 => number().prop_map(WrittenDamage::Exchanged),
    ]
    .boxed()
}

fn action(form: Form) -> BoxedStrategy<WrittenAction> {
    let text = prop_oneof![
        3 => (0..40u16).prop_map(Text::Length),
        1 => any_bytes(100).prop_map(Text::Bytes),
    ];
    let talk = (1..4u8, (0..4u8, 0..4u8), 0..120u8).prop_map(|(turns, messages, loss)| {
        WrittenAction::Talk(Talk {
            turns,
            messages,
            loss,
        })
    });
    let delivery = (
        which(),
        prop::bool::weighted(0.03),
        prop::option::weighted(0.15, damage()),
    );
    prop_oneof![
        12 => (0..2u8, text).prop_map(|(party, text)| WrittenAction::Send { party, text }),
        2 => (0..2u8, 1..8u32).prop_map(|(party, count)| WrittenAction::Skip { party, count }),
        14 => delivery.prop_map(|(which, back, damage)| WrittenAction::Deliver {
            which,
            back,
            damage,
        }),
        2 => talk,
        1 => prop::bool::weighted(0.9)
            .prop_map(move |same_secret| WrittenAction::Start { form, same_secret }),
    ]
    .boxed()
}

/// Two sides of which one scans the code of the other.
pub fn scan() -> BoxedStrategy<RoundTrip> {
    let version = || prop_oneof![6 => Just(1u32), 1 => 0..4u32, 1 => id()];
    (
        (version(), version()),
        prop_oneof![2 => Just(Vec::new()), 1 => tamper(path(&CODE_PATHS))],
    )
        .prop_map(|(versions, tamper)| RoundTrip::Scan(versions, tamper))
        .boxed()
}

/// A step about fingerprints or VXEdDSA.
pub fn step() -> BoxedStrategy<Step> {
    let iterations = prop_oneof![8 => 2..20u32, 1 => 0..3u32, 1 => 1_000_001..u32::MAX];
    let fingerprint = (iterations, message(60), public_key());
    let codes = (id(), message(40), message(40));
    let signature = (key(), message(100), fixed(96));
    let compare = (id(), fixed(64), fixed(64), message(80));
    prop_oneof![
        3 => fingerprint.prop_map(|(iterations, id, key)| Step::Fingerprint {
            iterations,
            id,
            key,
        }),
        2 => (fixed(64), fixed(64))
            .prop_map(|(local, remote)| Step::FingerprintDisplay { local, remote }),
        1 => (id(), fixed(64), fixed(64)).prop_map(|(version, local, remote)| {
            Step::FingerprintScannable {
                version,
                local,
                remote,
            }
        }),
        1 => compare.prop_map(|(version, local, remote, scanned)| Step::FingerprintCompare {
            version,
            local,
            remote,
            scanned,
        }),
        1 => message(80).prop_map(|bytes| Step::ParseFingerprintCode { bytes }),
        1 => codes.prop_map(|(version, local, remote)| Step::EncodeFingerprintCode {
            version,
            local,
            remote,
        }),
        2 => signature.prop_map(|(public, message, signature)| Step::VxeddsaVerify {
            public,
            message,
            signature,
        }),
        2 => key().prop_map(|r| Step::Elligator2 { r }),
        2 => message(150).prop_map(|message| Step::HashToPoint { message }),
        2 => key().prop_map(|hash| Step::PointOfHash { hash }),
    ]
    .boxed()
}

/// Steps that random ones may miss.
pub fn special() -> Vec<Step> {
    let side = |byte| Bytes(vec![byte; 64]);
    let compare = |version, scanned| Step::FingerprintCompare {
        version,
        local: side(1),
        remote: side(2),
        scanned: Bytes(scanned),
    };
    vec![
        Step::Fingerprint {
            iterations: 1,
            id: Bytes::default(),
            key: Bytes(vec![5; 33]),
        },
        Step::Fingerprint {
            iterations: 5200,
            id: Bytes(b"+14152222222".to_vec()),
            key: Bytes(vec![5; 33]),
        },
        Step::EncodeFingerprintCode {
            version: 1,
            local: Bytes::default(),
            remote: side(1),
        },
        compare(1, Vec::new()),
        compare(0, Vec::new()),
        Step::Elligator2 {
            r: Bytes(vec![0; 32]),
        },
        Step::HashToPoint {
            message: Bytes::default(),
        },
        Step::PointOfHash {
            hash: Bytes(vec![0; 32]),
        },
    ]
}

/// The round trips that random ones may miss.
pub fn special_round_trips() -> Vec<Action> {
    [
        RoundTrip::Vrf(b"message".to_vec(), None),
        RoundTrip::Scan((1, 1), Vec::new()),
    ]
    .map(Action::RoundTrip)
    .to_vec()
}
