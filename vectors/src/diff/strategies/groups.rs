//! Themes of groups, and steps about sender keys that need no party.
use super::actions::{number, path, tamper, which};
use super::bytes::{any_bytes, counter, fixed, id, key, public_key, random};
use super::wire::{bytes_field, number_field, protobuf};
use super::{case_of, handshake_of};
use crate::bytes::Bytes;
use crate::diff::protobuf::FieldEdit;
use crate::diff::scenario::{
    Action, GroupAction, GroupKey, GroupRoute, Resigned, Scenario, Stored, Tamper, Text, Which,
};
use crate::step::{Profile, Step};
use proptest::collection::vec;
use proptest::prelude::*;

const ALICE: u8 = 0;
const BOB: u8 = 1;
const CAROL: u8 = 2;
/// Alice's sender key in the first group.
const KEY: GroupKey = GroupKey {
    party: ALICE,
    group: 0,
};

/// Paths of fields in messages.
const MESSAGE_PATHS: [&[u32]; 6] = [&[1], &[2], &[3], &[4], &[5], &[15]];
/// Paths of fields in stored sender keys.
const RECORD_PATHS: [&[u32]; 14] = [
    &[1],
    &[1, 1],
    &[1, 2],
    &[1, 2, 1],
    &[1, 2, 2],
    &[1, 3],
    &[1, 3, 1],
    &[1, 3, 2],
    &[1, 4],
    &[1, 4, 1],
    &[1, 4, 2],
    &[1, 5],
    &[1, 9],
    &[2],
];

/// Three members of one profile: they come and go.
pub fn members(profile: Profile) -> BoxedStrategy<Scenario> {
    let actions = [
        with_sessions(profile),
        rotations(),
        rules(),
        states(),
        limits(),
        steps(),
    ];
    of(&[profile; 3], actions.concat(), talk(1), 60..200)
}

/// Three members, not all of one dialect: damage, forgery, stored keys.
pub fn damaged() -> BoxedStrategy<Scenario> {
    let profiles = [Profile::SignalV4, Profile::SignalV3, Profile::WhatsAppV3];
    of(
        &profiles,
        [faults(), rules(), steps()].concat(),
        talk(12),
        60..200,
    )
}

/// About as many skipped messages as are kept.
pub fn long_jump(profile: Profile) -> BoxedStrategy<Scenario> {
    (1_996..2_004u32)
        .prop_flat_map(move |count| of(&[profile; 3], around(count), talk(1), 20..60))
        .boxed()
}

fn of(
    profiles: &[Profile],
    prelude: Vec<Action>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    case_of(profiles, prelude, action, count)
}

fn all(actions: Vec<GroupAction>) -> Vec<Action> {
    actions.into_iter().map(Action::Group).collect()
}

fn join(which: u16, member: u8) -> GroupAction {
    GroupAction::Join {
        which,
        member,
        route: GroupRoute::Straight,
        tamper: Vec::new(),
    }
}

fn distribute() -> GroupAction {
    GroupAction::Distribute { key: KEY }
}

fn send() -> GroupAction {
    GroupAction::Send {
        key: KEY,
        by: None,
        text: Text::Length(5),
    }
}

fn deliver(which: Which, member: u8) -> GroupAction {
    GroupAction::Deliver {
        which,
        member,
        route: GroupRoute::Straight,
        tamper: Vec::new(),
    }
}

fn rotate() -> GroupAction {
    GroupAction::Delete {
        member: ALICE,
        key: KEY,
    }
}

/// Alice and Bob have a session, in which her sender key travels.
fn with_sessions(profile: Profile) -> Vec<Action> {
    let seal = |member| GroupAction::Seal { key: KEY, member };
    let mut actions = handshake_of(profile);
    actions.extend(all(vec![
        seal(0),
        send(),
        send(),
        deliver(Which::Latest, BOB),
        deliver(Which::Next, BOB),
        // Carol joins late.
        seal(1),
        send(),
        deliver(Which::Latest, CAROL),
        deliver(Which::Old(0), CAROL),
    ]));
    actions
}

/// Carol leaves, and Alice begins anew; a late message of her first key.
fn rotations() -> Vec<Action> {
    all(vec![
        distribute(),
        join(0, BOB),
        join(0, CAROL),
        send(),
        send(),
        deliver(Which::Latest, CAROL),
        GroupAction::Delete {
            member: CAROL,
            key: KEY,
        },
        rotate(),
        distribute(),
        join(0, BOB),
        send(),
        deliver(Which::Latest, BOB),
        deliver(Which::Any(2), BOB),
        deliver(Which::Any(0), CAROL),
    ])
}

/// The first distribution message again, one of the same chain id with another signing key.
fn rules() -> Vec<Action> {
    let other_signer = GroupAction::Join {
        which: 0,
        member: BOB,
        route: GroupRoute::Straight,
        tamper: vec![Tamper::Field(
            vec![5],
            FieldEdit::Bytes([&[5], [9; 32].as_slice()].concat()),
        )],
    };
    all(vec![
        rotate(),
        distribute(),
        join(0, BOB),
        join(0, BOB),
        rotate(),
        distribute(),
        join(0, BOB),
        join(1, BOB),
        other_signer,
    ])
}

/// Seven keys of Alice.
fn states() -> Vec<Action> {
    let mut actions = Vec::new();
    for _ in 0..7 {
        actions.extend([rotate(), distribute(), join(0, BOB), send()]);
    }
    actions.extend((0..7).map(|n| deliver(Which::Any(n), BOB)));
    all(actions)
}

/// What cannot be sent, messages that are too far ahead, wrong padding, the last number.
fn limits() -> Vec<Action> {
    let resign = |change| GroupAction::Resign {
        which: 0,
        member: BOB,
        change,
    };
    let at = |iteration: u32| GroupAction::Load {
        member: ALICE,
        key: KEY,
        stored: Stored::Saved(0),
        tamper: vec![Tamper::Field(
            vec![1, 2],
            FieldEdit::Bytes(
                [
                    crate::diff::protobuf::varint_field(1, u64::from(iteration)),
                    crate::diff::protobuf::bytes_field(2, &[7; 32]),
                ]
                .concat(),
            ),
        )],
    };
    all(vec![
        rotate(),
        distribute(),
        join(0, BOB),
        GroupAction::Save {
            member: ALICE,
            key: KEY,
        },
        GroupAction::Send {
            key: KEY,
            by: Some(BOB),
            text: Text::Length(1),
        },
        send(),
        resign(Resigned::Body(vec![7; 15])),
        resign(Resigned::Iteration(25_001)),
        resign(Resigned::ChainId(1)),
        resign(Resigned::Nothing),
        at(u32::MAX),
        send(),
        at(u32::MAX - 1),
        send(),
        send(),
        deliver(Which::Latest, BOB),
        at(3),
        send(),
        deliver(Which::Latest, BOB),
        rotate(),
        send(),
    ])
}

/// Damage of every kind, each once.
fn faults() -> Vec<Action> {
    let damaged = |tamper| GroupAction::Deliver {
        which: Which::Latest,
        member: BOB,
        route: GroupRoute::Straight,
        tamper: vec![tamper],
    };
    let astray = |route| GroupAction::Deliver {
        which: Which::Latest,
        member: BOB,
        route,
        tamper: Vec::new(),
    };
    all(vec![
        distribute(),
        join(0, BOB),
        join(0, CAROL),
        send(),
        damaged(Tamper::Flip(7000)),
        damaged(Tamper::Set(0, 0x23)),
        damaged(Tamper::Set(0, 0x43)),
        damaged(Tamper::Set(0, 0x34)),
        damaged(Tamper::Cut(64)),
        damaged(Tamper::Field(vec![3], FieldEdit::Varint(9))),
        astray(GroupRoute::OtherSender),
        astray(GroupRoute::OtherGroup),
        astray(GroupRoute::OtherDevice),
        deliver(Which::Latest, CAROL),
        deliver(Which::Latest, BOB),
    ])
}

/// Messages kept back before about as many lost ones as are kept.
fn around(count: u32) -> Vec<Action> {
    let jump = |count| GroupAction::Jump { key: KEY, count };
    all(vec![
        distribute(),
        join(0, BOB),
        send(),
        send(),
        jump(count),
        send(),
        deliver(Which::Latest, BOB),
        deliver(Which::Next, BOB),
        deliver(Which::Next, BOB),
        jump(40),
        send(),
        deliver(Which::Latest, BOB),
        GroupAction::Save {
            member: BOB,
            key: KEY,
        },
        GroupAction::Load {
            member: BOB,
            key: KEY,
            stored: Stored::Saved(0),
            tamper: Vec::new(),
        },
    ])
}

/// Each step that needs no party, once.
fn steps() -> Vec<Action> {
    let written = |profile, distribution_id| Step::EncodeSenderKeyMessage {
        profile,
        distribution_id,
        chain_id: 5,
        iteration: 6,
        body: Bytes(vec![7; 16]),
        signature: Bytes(vec![8; 64]),
    };
    let id = || Some(Bytes(vec![1; 16]));
    let distribution = Step::EncodeDistributionMessage {
        profile: Profile::SignalV4,
        distribution_id: id(),
        chain_id: 5,
        iteration: 6,
        chain_key: Bytes(vec![7; 32]),
        signing_key: Bytes([&[5], [9; 32].as_slice()].concat()),
    };
    let body = |first: &[u8]| [first, &[0x10, 5, 0x18, 6]].concat();
    let start = body(&[&[0x33, 0x0a, 16], [1; 16].as_slice()].concat());
    let message = [&start, &[0x22, 1, 7][..], &[8; 64]].concat();
    let keys = [&[0x22, 32], [7; 32].as_slice(), &[0x2a, 33, 5], &[9; 32]].concat();
    let steps = vec![
        Step::KdfSenderCk {
            chain_key: Bytes(vec![7; 32]),
        },
        Step::SenderMessageKeys {
            seed: Bytes(vec![7; 32]),
        },
        written(Profile::SignalV4, id()),
        written(Profile::WhatsAppV3, None),
        distribution,
        Step::ParseSenderKeyMessage {
            profile: Profile::SignalV4,
            bytes: Bytes(message),
        },
        Step::ParseDistributionMessage {
            profile: Profile::SignalV4,
            bytes: Bytes([start, keys].concat()),
        },
        Step::DecodeSenderKeyRecord {
            bytes: Bytes::default(),
        },
    ];
    let once = |step| Action::Once(Box::new(step));
    steps.into_iter().map(once).collect()
}

fn group_key() -> BoxedStrategy<GroupKey> {
    let group = prop_oneof![4 => Just(0u8), 1 => Just(1u8)];
    (0..3u8, group)
        .prop_map(|(party, group)| GroupKey { party, group })
        .boxed()
}

fn route() -> BoxedStrategy<GroupRoute> {
    prop_oneof![
        30 => Just(GroupRoute::Straight),
        1 => Just(GroupRoute::OtherSender),
        1 => Just(GroupRoute::OtherGroup),
        1 => Just(GroupRoute::OtherDevice),
    ]
    .boxed()
}

fn damage(paths: &'static [&'static [u32]], weight: u32) -> BoxedStrategy<Vec<Tamper>> {
    prop_oneof![20 => Just(Vec::new()), weight => tamper(path(paths))].boxed()
}

fn resigned() -> BoxedStrategy<Resigned> {
    prop_oneof![
        1 => Just(Resigned::Nothing),
        2 => any_bytes(40).prop_map(Resigned::Body),
        2 => counter().prop_map(Resigned::Iteration),
        1 => id().prop_map(Resigned::ChainId),
    ]
    .boxed()
}

/// Members write, join, leave, save and load; of things with damage there are as many as the weight says.
fn talk(weight: u32) -> BoxedStrategy<Action> {
    let text = prop_oneof![4 => (0..40u16).prop_map(Text::Length), 1 => any_bytes(80).prop_map(Text::Bytes)];
    let by = prop_oneof![20 => Just(None), 1 => (0..3u8).prop_map(Some)];
    let member = || 0..3u8;
    let jump = prop_oneof![6 => 1..8u32, 1 => 8..60u32];
    let stored =
        prop_oneof![12 => number().prop_map(Stored::Saved), 1 => record().prop_map(Stored::Bytes)];
    let given = (number(), member(), route(), damage(&MESSAGE_PATHS, weight));
    let delivered = (which(), member(), route(), damage(&MESSAGE_PATHS, weight));
    let loaded = (member(), group_key(), stored, damage(&RECORD_PATHS, weight));
    let forged = (member(), group_key(), any::<bool>(), forged_bytes());
    let action = prop_oneof![
        4 => group_key().prop_map(|key| GroupAction::Distribute { key }),
        8 => given.prop_map(|(which, member, route, tamper)| GroupAction::Join {
            which,
            member,
            route,
            tamper,
        }),
        1 => (group_key(), 0..2u8).prop_map(|(key, member)| GroupAction::Seal { key, member }),
        16 => (group_key(), by, text)
            .prop_map(|(key, by, text)| GroupAction::Send { key, by, text }),
        1 => (group_key(), jump).prop_map(|(key, count)| GroupAction::Jump { key, count }),
        26 => delivered.prop_map(|(which, member, route, tamper)| GroupAction::Deliver {
            which,
            member,
            route,
            tamper,
        }),
        weight => (number(), member(), resigned())
            .prop_map(|(which, member, change)| GroupAction::Resign { which, member, change }),
        1 => forged.prop_map(|(member, key, distribution, bytes)| GroupAction::Forge {
            member,
            key,
            distribution,
            bytes,
        }),
        2 => (member(), group_key())
            .prop_map(|(member, key)| GroupAction::Delete { member, key }),
        2 => (member(), group_key()).prop_map(|(member, key)| GroupAction::Save { member, key }),
        2 => loaded.prop_map(|(member, key, stored, tamper)| GroupAction::Load {
            member,
            key,
            stored,
            tamper,
        }),
    ];
    let once = any_step().prop_map(|step| Action::Once(Box::new(step)));
    prop_oneof![12 => action.prop_map(Action::Group), 1 => once].boxed()
}

fn profile() -> BoxedStrategy<Profile> {
    prop::sample::select(vec![
        Profile::SignalV3,
        Profile::SignalV4,
        Profile::WhatsAppV3,
    ])
    .boxed()
}

/// The fields of chain id and iteration, from a field on.
fn numbers(first: u32) -> Vec<BoxedStrategy<Vec<u8>>> {
    let number = |field: u32| {
        counter()
            .prop_flat_map(move |value| number_field(field, u64::from(value)))
            .boxed()
    };
    vec![number(first), number(first + 1)]
}

fn distribution_id() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![20 => vec(any::<u8>(), 16), 1 => any_bytes(20)].boxed()
}

fn framed(body: BoxedStrategy<Vec<u8>>, signature: bool) -> BoxedStrategy<Bytes> {
    let first = prop_oneof![12 => Just(0x33u8), 1 => any::<u8>()];
    let end = vec(any::<u8>(), if signature { 64 } else { 0 });
    (first, body, end)
        .prop_map(|(first, body, end)| Bytes([vec![first], body, end].concat()))
        .boxed()
}

/// A message to a group, nearly, in either dialect.
fn message() -> BoxedStrategy<Bytes> {
    let of = |first: u32| {
        let mut fields = numbers(first);
        fields.push(bytes_field(first + 2, any_bytes(40)));
        if first == 2 {
            fields.insert(0, bytes_field(1, distribution_id()));
        }
        framed(protobuf(fields), true)
    };
    prop_oneof![of(2), of(1)].boxed()
}

/// A distribution message, nearly, in either dialect.
fn distribution() -> BoxedStrategy<Bytes> {
    let bytes = |of: BoxedStrategy<Bytes>| of.prop_map(|bytes| bytes.0).boxed();
    let of = |first: u32| {
        let mut fields = numbers(first);
        fields.push(bytes_field(first + 2, bytes(fixed(32))));
        fields.push(bytes_field(first + 3, bytes(public_key())));
        if first == 2 {
            fields.insert(0, bytes_field(1, distribution_id()));
        }
        framed(protobuf(fields), false)
    };
    prop_oneof![of(2), of(1)].boxed()
}

fn forged_bytes() -> BoxedStrategy<Vec<u8>> {
    prop_oneof![message(), distribution(), any_bytes(120).prop_map(Bytes)]
        .prop_map(|bytes| bytes.0)
        .boxed()
}

/// A stored sender key, nearly.
fn record() -> BoxedStrategy<Vec<u8>> {
    let bytes = |of: BoxedStrategy<Bytes>| of.prop_map(|bytes| bytes.0).boxed();
    let numbered = || {
        let number = counter()
            .prop_flat_map(|value| number_field(1, u64::from(value)))
            .boxed();
        protobuf(vec![number, bytes_field(2, bytes(fixed(32)))])
    };
    let signing = protobuf(vec![bytes_field(1, bytes(public_key()))]);
    let state = protobuf(vec![
        id().prop_flat_map(|value| number_field(1, u64::from(value)))
            .boxed(),
        bytes_field(2, numbered()),
        bytes_field(3, signing),
        prop_oneof![3 => Just(Vec::new()), 1 => bytes_field(4, numbered())].boxed(),
        number_field(5, 3),
    ]);
    vec(bytes_field(1, state), 0..7)
        .prop_map(|states| states.concat())
        .boxed()
}

/// A step about sender keys that needs no party.
pub fn any_step() -> BoxedStrategy<Step> {
    let written = (profile(), any::<bool>(), random(16), counter(), counter());
    let content = (any_bytes(40), fixed(64), fixed(32), public_key());
    prop_oneof![
        1 => key().prop_map(|chain_key| Step::KdfSenderCk { chain_key }),
        1 => key().prop_map(|seed| Step::SenderMessageKeys { seed }),
        4 => (profile(), message())
            .prop_map(|(profile, bytes)| Step::ParseSenderKeyMessage { profile, bytes }),
        4 => (profile(), distribution())
            .prop_map(|(profile, bytes)| Step::ParseDistributionMessage { profile, bytes }),
        3 => record().prop_map(|bytes| Step::DecodeSenderKeyRecord { bytes: Bytes(bytes) }),
        2 => (any::<bool>(), written, content).prop_map(
            |(distribution, (profile, fits, id, chain_id, iteration), content)| {
                let has_id = (profile != Profile::WhatsAppV3) == fits;
                let distribution_id = has_id.then_some(id);
                let (body, signature, chain_key, signing_key) = content;
                if distribution {
                    Step::EncodeDistributionMessage {
                        profile,
                        distribution_id,
                        chain_id,
                        iteration,
                        chain_key,
                        signing_key,
                    }
                } else {
                    Step::EncodeSenderKeyMessage {
                        profile,
                        distribution_id,
                        chain_id,
                        iteration,
                        body: Bytes(body),
                        signature,
                    }
                }
            },
        ),
    ]
    .boxed()
}
