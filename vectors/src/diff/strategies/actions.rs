//! Random actions, weighed by theme.
use super::bytes::{any_bytes, id, key_plan};
use super::{steps, wire};
use crate::diff::protobuf::FieldEdit;
use crate::diff::scenario::{
    Action, BundleFault, Envelope, Identity, Pair, Restore, RoundTrip, Route, Stored, Tamper, Text,
    Which,
};
use proptest::collection::vec;
use proptest::prelude::*;

/// How long a session without answer may send.
pub const THIRTY_DAYS_MS: u64 = 2_592_000_000;

/// Paths of fields in a saved record.
const RECORD_PATHS: [&[u32]; 20] = [
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
];
/// Paths of fields in messages.
const MESSAGE_PATHS: [&[u32]; 8] = [&[1], &[2], &[3], &[4], &[5], &[6], &[7], &[8]];

fn pair() -> BoxedStrategy<Pair> {
    (0..3u8, 0..2u8)
        .prop_map(|(party, peer)| Pair { party, peer })
        .boxed()
}

fn number() -> BoxedStrategy<u16> {
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

fn which() -> BoxedStrategy<Which> {
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

fn tamper(paths: &'static [&'static [u32]]) -> BoxedStrategy<Vec<Tamper>> {
    let field = (prop::sample::select(paths), field_edit());
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

/// Damage to a message.
pub fn message_damage() -> BoxedStrategy<Vec<Tamper>> {
    tamper(&MESSAGE_PATHS)
}

/// Damage to a saved record.
pub fn record_damage() -> BoxedStrategy<Vec<Tamper>> {
    tamper(&RECORD_PATHS)
}

fn damaged() -> BoxedStrategy<Action> {
    (which(), message_damage())
        .prop_map(|(which, tamper)| Action::Deliver {
            which,
            route: Route::Straight,
            tamper,
        })
        .boxed()
}

fn publish() -> BoxedStrategy<Action> {
    (0..3u8, any::<bool>(), any::<bool>())
        .prop_map(|(party, one_time, rotate)| Action::Publish {
            party,
            one_time,
            rotate,
        })
        .boxed()
}

fn fault() -> BoxedStrategy<BundleFault> {
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

fn start() -> BoxedStrategy<Action> {
    let fault = prop_oneof![6 => Just(None), 1 => fault().prop_map(Some)];
    (pair(), number(), fault)
        .prop_map(|(pair, bundle, fault)| Action::Start {
            pair,
            bundle,
            times: 1,
            fault,
        })
        .boxed()
}

fn reenvelope() -> BoxedStrategy<Action> {
    let first = prop::sample::select(vec![0x33, 0x34, 0x34, 0x44, 0x44, 0x24, 0x54, 0x30]);
    let kem = (first, prop::option::of(id()), prop::option::of(any::<u8>()));
    let envelope = prop_oneof![
        id().prop_map(Envelope::OneTimePrekeyId),
        Just(Envelope::NoOneTimePrekeyId),
        id().prop_map(Envelope::SignedPrekeyId),
        id().prop_map(Envelope::RegistrationId),
        key_plan().prop_map(Envelope::BaseKey),
        key_plan().prop_map(Envelope::IdentityKey),
        number().prop_map(Envelope::Inner),
        kem.prop_map(|(first, id, ciphertext)| Envelope::Kem(first, id, ciphertext)),
    ];
    (which(), envelope)
        .prop_map(|(which, envelope)| Action::Reenvelope { which, envelope })
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

/// Mostly sending and delivering.
pub fn conversation() -> BoxedStrategy<Action> {
    prop_oneof![
        30 => send(),
        40 => deliver(),
        6 => damaged(),
        3 => skip(),
        2 => publish(),
        3 => start(),
        2 => reenvelope(),
        1 => forge(),
        2 => wait(),
        8 => keep(),
    ]
    .boxed()
}

/// Mostly handshakes.
pub fn initiations() -> BoxedStrategy<Action> {
    prop_oneof![
        12 => start(),
        4 => publish(),
        25 => send(),
        30 => deliver(),
        6 => reenvelope(),
        3 => damaged(),
        4 => keep(),
    ]
    .boxed()
}

/// Mostly damage.
pub fn forgery() -> BoxedStrategy<Action> {
    prop_oneof![
        10 => send(),
        8 => deliver(),
        20 => damaged(),
        10 => reenvelope(),
        15 => forge(),
        3 => start(),
        2 => publish(),
        2 => keep(),
    ]
    .boxed()
}

/// Mostly saving and restoring.
pub fn records() -> BoxedStrategy<Action> {
    prop_oneof![
        10 => send(),
        10 => deliver(),
        8 => save(),
        25 => restore(12),
        2 => start(),
        2 => skip(),
        5 => keep(),
    ]
    .boxed()
}

/// Mostly waiting.
pub fn age() -> BoxedStrategy<Action> {
    let far = Just(Action::Wait { ms: u64::MAX });
    prop_oneof![
        10 => wait(),
        10 => send(),
        6 => deliver(),
        3 => start(),
        1 => keep(),
        1 => far,
    ]
    .boxed()
}

/// Steps that need no party.
pub fn stateless() -> BoxedStrategy<Action> {
    let once = steps::any_step().prop_map(|step| Action::Once(Box::new(step)));
    prop_oneof![4 => once, 1 => round_trip().prop_map(Action::RoundTrip)].boxed()
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
    ]
    .boxed()
}
