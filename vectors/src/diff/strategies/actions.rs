//! Random actions, weighed by theme.
use super::bytes::{any_bytes, id, key_plan};
use super::{kem, sparse, steps, wire, written};
use crate::diff::protobuf::FieldEdit;
use crate::diff::scenario::{
    Action, BundleFault, Envelope, Identity, KemPlan, Pair, Restore, RoundTrip, Route, Stored,
    Tamper, Text, Which,
};
use crate::step::Profile;
use proptest::collection::vec;
use proptest::prelude::*;

/// How long a session without answer may send.
pub const THIRTY_DAYS_MS: u64 = 2_592_000_000;

/// Paths of fields in a saved record.
const RECORD_PATHS: [&[u32]; 23] = [
    &[1],
    &[2],
    &[1, 1],
    &[1, 2],
    &[1, 3],
    &[1, 4],
    &[1, 5],
    &[1, 6],
    &[1, 6, 1],
    &[1, 6, 2],
    &[1, 6, 3, 1],
    &[1, 6, 3, 2],
    &[1, 7],
    &[1, 7, 3, 1],
    &[1, 7, 4],
    &[1, 7, 4, 1],
    &[1, 9],
    &[1, 9, 1],
    &[1, 9, 4],
    &[1, 13],
    &[1, 14],
    &[1, 14, 1],
    &[1, 14, 2],
];
/// Where the state of SPQR stands in a saved record.
const SPARSE_STATE: [u32; 2] = [1, 15];
/// Paths of fields in messages.
const MESSAGE_PATHS: [&[u32]; 8] = [&[1], &[2], &[3], &[4], &[5], &[6], &[7], &[8]];

pub(super) fn pair() -> BoxedStrategy<Pair> {
    (0..3u8, 0..2u8)
        .prop_map(|(party, peer)| Pair { party, peer })
        .boxed()
}

pub(super) fn number() -> BoxedStrategy<u16> {
    prop_oneof![4 => 0..4u16, 1 => any::<u16>()].boxed()
}

fn text() -> BoxedStrategy<Text> {
    prop_oneof![
        4 => (0..50u16).prop_map(Text::Length),
        2 => any_bytes(200).prop_map(Text::Bytes),
        1 => Just(Text::Length(0)),
    ]
    .boxed()
}

fn send() -> BoxedStrategy<Action> {
    (pair(), text(), prop::bool::weighted(0.8))
        .prop_map(|(pair, text, eager)| Action::Send { pair, text, eager })
        .boxed()
}

fn skip() -> BoxedStrategy<Action> {
    let count = prop_oneof![8 => 1..6u32, 1 => 6..60u32];
    (pair(), count)
        .prop_map(|(pair, count)| Action::Skip { pair, count })
        .boxed()
}

pub(super) fn which() -> BoxedStrategy<Which> {
    prop_oneof![
        6 => Just(Which::Next),
        3 => Just(Which::Latest),
        2 => number().prop_map(Which::Any),
        1 => number().prop_map(Which::Old),
    ]
    .boxed()
}

fn deliver() -> BoxedStrategy<Action> {
    let route = prop_oneof![
        30 => Just(Route::Straight),
        1 => Just(Route::OtherSender),
        1 => Just(Route::OtherReceiver),
        1 => Just(Route::OtherKind),
    ];
    (which(), route)
        .prop_map(|(which, route)| Action::Deliver {
            which,
            route,
            tamper: Vec::new(),
        })
        .boxed()
}

fn field_edit() -> BoxedStrategy<FieldEdit> {
    let value = prop_oneof![2 => id().prop_map(u64::from), 1 => any::<u64>()];
    prop_oneof![
        2 => value.prop_map(FieldEdit::Varint),
        2 => any_bytes(40).prop_map(FieldEdit::Bytes),
        1 => Just(FieldEdit::Remove),
        1 => Just(FieldEdit::Duplicate),
    ]
    .boxed()
}

/// Damage to bytes, in part to a field of one of these paths.
pub(super) fn tamper(paths: BoxedStrategy<Vec<u32>>) -> BoxedStrategy<Vec<Tamper>> {
    let field = (paths, field_edit());
    let one = prop_oneof![
        6 => any::<u16>().prop_map(Tamper::Flip),
        2 => any::<u16>().prop_map(Tamper::Cut),
        1 => any_bytes(12).prop_map(Tamper::Append),
        1 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Tamper::Insert(at, byte)),
        1 => (any::<u16>(), any::<u8>()).prop_map(|(at, byte)| Tamper::Set(at, byte)),
        4 => field.prop_map(|(path, change)| Tamper::Field(path, change)),
    ];
    vec(one, 1..3).boxed()
}

/// One of these paths.
pub(super) fn path(paths: &'static [&'static [u32]]) -> BoxedStrategy<Vec<u32>> {
    prop::sample::select(paths)
        .prop_map(<[u32]>::to_vec)
        .boxed()
}

/// Damage to a message.
pub fn message_damage() -> BoxedStrategy<Vec<Tamper>> {
    tamper(path(&MESSAGE_PATHS))
}

/// Damage to a saved record.
pub fn record_damage() -> BoxedStrategy<Vec<Tamper>> {
    let sparse = sparse::state_path().prop_map(|path| [&SPARSE_STATE, path.as_slice()].concat());
    tamper(prop_oneof![1 => path(&RECORD_PATHS), 1 => sparse].boxed())
}

/// Damage to the SPQR message beside a message.
fn sparse_damage() -> BoxedStrategy<Vec<Tamper>> {
    vec(sparse::edit().prop_map(Tamper::Sparse), 1..3).boxed()
}

fn damaged(profile: Profile) -> BoxedStrategy<Action> {
    let damage = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => message_damage(),
        Profile::SignalV4 => prop_oneof![message_damage(), sparse_damage()].boxed(),
    };
    (which(), damage)
        .prop_map(|(which, tamper)| Action::Deliver {
            which,
            route: Route::Straight,
            tamper,
        })
        .boxed()
}

/// Which KEM prekey is in a bundle: none for sessions of version 3.
fn kem_plan(profile: Profile) -> BoxedStrategy<KemPlan> {
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => Just(KemPlan::None).boxed(),
        Profile::SignalV4 => prop_oneof![
            5 => Just(KemPlan::OneTime),
            5 => Just(KemPlan::LastResort),
            1 => Just(KemPlan::Imported),
            1 => Just(KemPlan::None),
        ]
        .boxed(),
    }
}

fn publish(profile: Profile) -> BoxedStrategy<Action> {
    let with = (any::<bool>(), any::<bool>(), kem_plan(profile));
    (0..3u8, with)
        .prop_map(|(party, (one_time, rotate, kem))| Action::Publish {
            party,
            one_time,
            rotate,
            kem,
        })
        .boxed()
}

fn fault(profile: Profile) -> BoxedStrategy<BundleFault> {
    let fault = classic_fault();
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => fault,
        Profile::SignalV4 => {
            prop_oneof![1 => fault, 2 => kem::fault().prop_map(BundleFault::Kem)].boxed()
        }
    }
}

fn classic_fault() -> BoxedStrategy<BundleFault> {
    prop_oneof![
        any::<u16>().prop_map(BundleFault::Signature),
        key_plan().prop_map(BundleFault::Identity),
        key_plan().prop_map(BundleFault::Unsigned),
        key_plan().prop_map(BundleFault::SignedPrekey),
        key_plan().prop_map(BundleFault::OneTimePrekey),
        Just(BundleFault::NoOneTimePrekey),
        Just(BundleFault::NoOneTimePrekeyId),
        (0..34u8).prop_map(BundleFault::Short),
        (0..65u8).prop_map(BundleFault::ShortSignature),
    ]
    .boxed()
}

fn start(profile: Profile) -> BoxedStrategy<Action> {
    let fault = prop_oneof![6 => Just(None), 1 => fault(profile).prop_map(Some)];
    (pair(), number(), fault)
        .prop_map(|(pair, bundle, fault)| Action::Start {
            pair,
            bundle,
            times: 1,
            fault,
        })
        .boxed()
}

fn reenvelope(profile: Profile) -> BoxedStrategy<Action> {
    let envelope = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => classic_envelope(),
        Profile::SignalV4 => prop_oneof![classic_envelope(), kem::envelope()].boxed(),
    };
    (which(), envelope)
        .prop_map(|(which, envelope)| Action::Reenvelope { which, envelope })
        .boxed()
}

fn classic_envelope() -> BoxedStrategy<Envelope> {
    let first = prop::sample::select(vec![0x33, 0x34, 0x34, 0x44, 0x44, 0x24, 0x54, 0x30]);
    let kem = (first, prop::option::of(id()), prop::option::of(any::<u8>()));
    prop_oneof![
        id().prop_map(Envelope::OneTimePrekeyId),
        Just(Envelope::NoOneTimePrekeyId),
        id().prop_map(Envelope::SignedPrekeyId),
        id().prop_map(Envelope::RegistrationId),
        key_plan().prop_map(Envelope::BaseKey),
        key_plan().prop_map(Envelope::IdentityKey),
        number().prop_map(Envelope::Inner),
        kem.prop_map(|(first, id, ciphertext)| Envelope::Kem(first, id, ciphertext)),
    ]
    .boxed()
}

fn forge() -> BoxedStrategy<Action> {
    let bytes = |prekey| {
        if prekey {
            prop_oneof![4 => wire::prekey_message(), 1 => any_bytes(200)].boxed()
        } else {
            prop_oneof![4 => wire::signal_message(), 1 => any_bytes(200)].boxed()
        }
    };
    let content = any::<bool>().prop_flat_map(move |prekey| (Just(prekey), bytes(prekey)));
    (pair(), content)
        .prop_map(|(pair, (prekey, bytes))| Action::Forge {
            pair,
            prekey,
            bytes,
        })
        .boxed()
}

fn wait() -> BoxedStrategy<Action> {
    let around = THIRTY_DAYS_MS - 1_100..THIRTY_DAYS_MS + 1_100;
    prop_oneof![
        4 => 0..100_000u64,
        2 => around,
        2 => 0..1_100u64,
        1 => Just(31 * THIRTY_DAYS_MS / 30),
    ]
    .prop_map(|ms| Action::Wait { ms })
    .boxed()
}

fn save() -> BoxedStrategy<Action> {
    pair().prop_map(|pair| Action::Save { pair }).boxed()
}

fn restore(tampered: u32) -> BoxedStrategy<Action> {
    let form = prop::sample::select(vec![Restore::Load, Restore::Import]);
    let stored = prop_oneof![12 => number().prop_map(Stored::Saved), 1 => bytes_to_restore()];
    let tamper = prop_oneof![3 => Just(Vec::new()), tampered => record_damage()];
    (pair(), form, stored, tamper)
        .prop_map(|(pair, restore, stored, tamper)| Action::Restore {
            pair,
            restore,
            stored,
            tamper,
        })
        .boxed()
}

/// Bytes that nobody saved, with a format byte in front.
fn bytes_to_restore() -> BoxedStrategy<Stored> {
    let first = prop_oneof![9 => Just(1), 1 => any::<u8>()];
    let rest = prop_oneof![4 => wire::record(), 1 => any_bytes(200)];
    (first, rest)
        .prop_map(|(first, rest)| Stored::Bytes([vec![first], rest].concat()))
        .boxed()
}

fn accept() -> BoxedStrategy<Action> {
    let other = key_plan().prop_map(Identity::Other);
    let identity = prop_oneof![9 => Just(Identity::Present), 1 => other];
    (pair(), identity)
        .prop_map(|(pair, identity)| Action::Accept { pair, identity })
        .boxed()
}

fn keep() -> BoxedStrategy<Action> {
    prop_oneof![
        6 => save(),
        4 => restore(1),
        4 => accept(),
        1 => (0..3u8).prop_map(|party| Action::Reinstall { party }),
        1 => pair().prop_map(|pair| Action::Copy { pair }),
        1 => pair().prop_map(|pair| Action::Delete { pair }),
    ]
    .boxed()
}

fn resign() -> BoxedStrategy<Action> {
    (which(), vec(sparse::edit(), 1..3))
        .prop_map(|(which, edits)| Action::Resign { which, edits })
        .boxed()
}

fn talk() -> BoxedStrategy<Action> {
    (pair(), sparse::talk(12))
        .prop_map(|(pair, talk)| Action::Talk { pair, talk })
        .boxed()
}

/// What only parties of version 4 do, and else the same.
fn with_version_4(profile: Profile, action: BoxedStrategy<Action>) -> BoxedStrategy<Action> {
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => action,
        Profile::SignalV4 => prop_oneof![20 => action, 2 => talk(), 1 => resign()].boxed(),
    }
}

/// Mostly sending and delivering.
pub fn conversation(profile: Profile) -> BoxedStrategy<Action> {
    let action = prop_oneof![
        30 => send(),
        40 => deliver(),
        6 => damaged(profile),
        3 => skip(),
        2 => publish(profile),
        3 => start(profile),
        2 => reenvelope(profile),
        1 => forge(),
        2 => wait(),
        8 => keep(),
    ];
    with_version_4(profile, action.boxed())
}

/// The same of parties whose profiles change.
pub fn mixed() -> BoxedStrategy<Action> {
    let other = (0..3u8).prop_map(|party| Action::OtherProfile { party });
    prop_oneof![30 => conversation(Profile::SignalV4), 4 => initiations(Profile::SignalV4), 1 => other]
        .boxed()
}

/// Mostly handshakes.
pub fn initiations(profile: Profile) -> BoxedStrategy<Action> {
    prop_oneof![
        12 => start(profile),
        4 => publish(profile),
        25 => send(),
        30 => deliver(),
        6 => reenvelope(profile),
        3 => damaged(profile),
        4 => keep(),
    ]
    .boxed()
}

/// Mostly damage.
pub fn forgery(profile: Profile) -> BoxedStrategy<Action> {
    let action = prop_oneof![
        10 => send(),
        8 => deliver(),
        20 => damaged(profile),
        10 => reenvelope(profile),
        15 => forge(),
        3 => start(profile),
        2 => publish(profile),
        2 => keep(),
    ];
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => action.boxed(),
        Profile::SignalV4 => prop_oneof![6 => action, 1 => talk(), 1 => resign()].boxed(),
    }
}

/// Mostly saving and restoring.
pub fn records(profile: Profile) -> BoxedStrategy<Action> {
    let action = prop_oneof![
        10 => send(),
        10 => deliver(),
        8 => save(),
        25 => restore(12),
        2 => start(profile),
        2 => skip(),
        5 => keep(),
    ];
    with_version_4(profile, action.boxed())
}

/// Mostly waiting.
pub fn age() -> BoxedStrategy<Action> {
    let far = Just(Action::Wait { ms: u64::MAX });
    prop_oneof![
        10 => wait(),
        10 => send(),
        6 => deliver(),
        3 => start(Profile::SignalV3),
        1 => keep(),
        1 => far,
    ]
    .boxed()
}

/// Steps that need no party.
pub fn stateless(profile: Profile) -> BoxedStrategy<Action> {
    let (step, round_trip) = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => (steps::any_step(), round_trip()),
        Profile::SignalV4 => (kem::any_step(), kem::round_trip()),
    };
    let once = step.prop_map(|step| Action::Once(Box::new(step)));
    prop_oneof![4 => once, 1 => round_trip.prop_map(Action::RoundTrip)].boxed()
}

fn round_trip() -> BoxedStrategy<RoundTrip> {
    let forms = (steps::form(), steps::form(), any_bytes(200));
    prop_oneof![
        4 => forms.prop_map(|(form, verify, message)| RoundTrip::Signature {
            form,
            verify,
            message,
        }),
        2 => any_bytes(100).prop_map(RoundTrip::Cipher),
        1 => Just(RoundTrip::IdentityPair),
        1 => key_plan().prop_map(RoundTrip::AlternateIdentity),
        2 => steps::encode().prop_map(|step| RoundTrip::Message(Box::new(step))),
        2 => any::<bool>().prop_map(RoundTrip::Handshake),
        2 => (any_bytes(200), prop::option::weighted(0.4, number()))
            .prop_map(|(message, place)| RoundTrip::Vrf(message, place)),
        2 => written::scan(),
    ]
    .boxed()
}
