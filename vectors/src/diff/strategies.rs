//! Proptest strategies of random cases, by theme.
//!
//! A theme makes sure that something is reached: its prelude is a list of fixed actions that are all there when a case
//! is drawn and can go when it is shrunk. The themes take turns, so that any run of as many cases as there are themes
//! meets all of them.
mod actions;
mod bytes;
mod keep;
mod steps;
mod wire;

use super::protobuf::FieldEdit;
use super::scenario::{
    Action, BundleFault, Envelope, Identity, KeyPlan, NamePlan, Pair, PartyPlan, Restore, Route,
    Scenario, Stored, Tamper, Text, Which,
};
use keep::keep_all;
use proptest::prelude::*;

pub use actions::{message_damage, record_damage};
pub use bytes::{key, public_key};
pub use steps::{
    address_block, any_step, identity_pair_bytes, prekey_message_bytes, signal_message_bytes,
    stored_bytes,
};

/// What a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Two parties talk.
    Conversation,
    /// Three parties talk.
    Three,
    /// Two devices of one account talk.
    SelfSession,
    /// Primitives, derivations, parsers.
    Stateless,
    /// Forged and damaged messages.
    Forgery,
    /// Damaged and arbitrary records.
    Records,
    /// Many turns, then messages of the first.
    ManyTurns,
    /// More sessions than a record keeps.
    ManySessions,
    /// About as many skipped messages as are kept.
    LongSkip,
    /// About as many skipped messages as are allowed.
    FarSkip,
    /// Simultaneous and repeated initiation.
    Initiations,
    /// Sessions that wait too long.
    Age,
}

/// The themes in turn; [`Theme::FarSkip`] is put in once in [`FAR_SKIP_EVERY`].
const TURNS: [Theme; 20] = [
    Theme::Conversation,
    Theme::Stateless,
    Theme::Initiations,
    Theme::Conversation,
    Theme::Records,
    Theme::Forgery,
    Theme::Three,
    Theme::ManyTurns,
    Theme::Stateless,
    Theme::Conversation,
    Theme::Age,
    Theme::SelfSession,
    Theme::Conversation,
    Theme::Forgery,
    Theme::Three,
    Theme::ManySessions,
    Theme::Conversation,
    Theme::Records,
    Theme::Stateless,
    Theme::LongSkip,
];
/// The jump at its limit costs the specification a second.
const FAR_SKIP_EVERY: u64 = 100;

const TO_BOB: Pair = Pair { party: 0, peer: 0 };
const TO_ALICE: Pair = Pair { party: 1, peer: 0 };

impl Theme {
    /// The theme of a case.
    #[must_use]
    pub fn of(case: u64) -> Self {
        if case % FAR_SKIP_EVERY == FAR_SKIP_EVERY - 1 {
            return Self::FarSkip;
        }
        let turn = usize::try_from(case % TURNS.len() as u64).unwrap_or_default();
        TURNS[turn]
    }

    /// The strategy of its cases.
    pub fn strategy(self) -> BoxedStrategy<Scenario> {
        match self {
            Self::Conversation => case(2, handshake(), actions::conversation(), 30..150),
            Self::Three => case(3, handshake(), actions::conversation(), 60..200),
            Self::SelfSession => self_session(),
            Self::Stateless => case(2, special_steps(), actions::stateless(), 60..160),
            Self::Forgery => case(2, forgeries(), actions::forgery(), 40..120),
            Self::Records => case(2, records(), actions::records(), 40..120),
            Self::ManyTurns => case(2, many_turns(), actions::conversation(), 20..80),
            Self::ManySessions => case(2, many_sessions(), actions::conversation(), 10..40),
            Self::LongSkip => long_skip(1_995..2_003, 20),
            Self::FarSkip => long_skip(24_995..25_000, 6),
            Self::Initiations => case(2, initiations(), actions::initiations(), 30..120),
            Self::Age => case(2, age(), actions::age(), 20..80),
        }
    }
}

/// A case of so many parties: a prelude, then so many actions.
fn case(
    parties: usize,
    prelude: Vec<Action>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    with_parties(parties_of(parties), prelude, action, count)
}

fn with_parties(
    parties: impl Strategy<Value = Vec<PartyPlan>> + 'static,
    prelude: Vec<Action>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    let actions = (keep_all(prelude), prop::collection::vec(action, count));
    (any::<u64>().no_shrink(), parties, actions)
        .prop_map(|(seed, parties, (mut prelude, actions))| {
            prelude.extend(actions);
            Scenario {
                seed,
                parties,
                actions: prelude,
            }
        })
        .boxed()
}

fn parties_of(count: usize) -> impl Strategy<Value = Vec<PartyPlan>> {
    let party = |number: u8| {
        let identity = prop_oneof![30 => Just(number), 1 => 0..4u8];
        let ids = (1..=127u32, bytes::id());
        (identity, party_name(number), ids).prop_map(|(identity, name, ids)| PartyPlan {
            identity,
            name,
            device_id: ids.0,
            registration_id: ids.1,
        })
    };
    (0..3u8).take(count).map(party).collect::<Vec<_>>()
}

fn party_name(number: u8) -> impl Strategy<Value = NamePlan> {
    prop_oneof![
        4 => Just(NamePlan::Account(number)),
        1 => Just(NamePlan::UpperAccount(number)),
        2 => Just(NamePlan::PhoneNumber(number)),
        2 => Just(NamePlan::Plain(number)),
    ]
}

fn publish(party: u8, one_time: bool) -> Action {
    Action::Publish {
        party,
        one_time,
        rotate: false,
    }
}

fn start(pair: Pair, times: u8) -> Action {
    Action::Start {
        pair,
        bundle: 0,
        times,
        fault: None,
    }
}

fn send(pair: Pair) -> Action {
    Action::Send {
        pair,
        text: Text::Length(5),
        eager: false,
    }
}

fn deliver(which: Which) -> Action {
    Action::Deliver {
        which,
        route: Route::Straight,
        tamper: Vec::new(),
    }
}

fn next() -> Action {
    deliver(Which::Next)
}

/// A session from alice to bob that both have used.
fn handshake() -> Vec<Action> {
    vec![
        publish(1, true),
        start(TO_BOB, 1),
        send(TO_BOB),
        next(),
        Action::Send {
            pair: TO_ALICE,
            text: Text::Length(0),
            eager: false,
        },
        next(),
    ]
}

/// The same account on two devices.
fn self_session() -> BoxedStrategy<Scenario> {
    let device = |device_id| PartyPlan {
        identity: 0,
        name: NamePlan::Account(0),
        device_id,
        registration_id: device_id,
    };
    let upper = PartyPlan {
        name: NamePlan::UpperAccount(0),
        ..device(2)
    };
    let second = prop_oneof![Just(device(2)), Just(upper)];
    let parties = second.prop_map(move |second| vec![device(1), second]);
    with_parties(parties, handshake(), actions::conversation(), 30..120)
}

/// Steps that random ones may miss.
fn special_steps() -> Vec<Action> {
    steps::special()
        .into_iter()
        .map(|step| Action::Once(Box::new(step)))
        .collect()
}

/// Envelopes and bundles with one thing wrong each.
fn forgeries() -> Vec<Action> {
    let fault = |fault| Action::Start {
        pair: TO_BOB,
        bundle: 0,
        times: 1,
        fault: Some(fault),
    };
    let envelope = |envelope| Action::Reenvelope {
        which: Which::Latest,
        envelope,
    };
    vec![
        publish(1, true),
        fault(BundleFault::Signature(3)),
        fault(BundleFault::NoOneTimePrekey),
        fault(BundleFault::NoOneTimePrekeyId),
        fault(BundleFault::OneTimePrekey(KeyPlan::Special(0))),
        start(TO_BOB, 1),
        send(TO_BOB),
        envelope(Envelope::OneTimePrekeyId(99)),
        envelope(Envelope::SignedPrekeyId(99)),
        envelope(Envelope::BaseKey(KeyPlan::Special(2))),
        envelope(Envelope::IdentityKey(KeyPlan::Special(0))),
        envelope(Envelope::Kem(0x44, Some(1), Some(1))),
        envelope(Envelope::Kem(0x44, None, None)),
        envelope(Envelope::Kem(0x34, Some(1), None)),
        envelope(Envelope::Kem(0x24, None, None)),
        envelope(Envelope::Kem(0x54, None, None)),
        next(),
        envelope(Envelope::IdentityKey(KeyPlan::Fresh)),
    ]
}

/// The last number of a sending chain, and an identity that changes.
fn records() -> Vec<Action> {
    let mut actions = handshake();
    actions.extend([
        Action::Save { pair: TO_BOB },
        Action::Restore {
            pair: TO_BOB,
            restore: Restore::Import,
            stored: Stored::Saved(0),
            tamper: vec![Tamper::Field(
                &[1, 6, 3, 1],
                FieldEdit::Varint(u64::from(u32::MAX)),
            )],
        },
        send(TO_BOB),
        Action::Restore {
            pair: TO_BOB,
            restore: Restore::Load,
            stored: Stored::Saved(0),
            tamper: Vec::new(),
        },
        send(TO_BOB),
        Action::Copy { pair: TO_ALICE },
        Action::Accept {
            pair: TO_ALICE,
            identity: Identity::Other(KeyPlan::Fresh),
        },
        next(),
        Action::Accept {
            pair: TO_ALICE,
            identity: Identity::Present,
        },
        next(),
    ]);
    actions
}

/// Seven turns, the first message of the first kept back.
fn many_turns() -> Vec<Action> {
    let mut actions = handshake();
    actions.push(send(TO_BOB));
    for _ in 0..7 {
        actions.extend([send(TO_BOB), deliver(Which::Latest)]);
        actions.extend([send(TO_ALICE), deliver(Which::Latest)]);
    }
    actions.push(next());
    actions
}

/// A message of the first session comes after 42 others were started.
fn many_sessions() -> Vec<Action> {
    let mut actions = handshake();
    actions.extend([
        send(TO_ALICE),
        start(TO_BOB, 2),
        next(),
        start(TO_BOB, 40),
        send(TO_BOB),
        next(),
    ]);
    actions
}

/// Both start, both receive; then the one that lost comes back.
fn initiations() -> Vec<Action> {
    vec![
        start(TO_BOB, 1),
        start(TO_ALICE, 1),
        send(TO_BOB),
        send(TO_BOB),
        send(TO_ALICE),
        next(),
        next(),
        next(),
        send(TO_BOB),
        send(TO_ALICE),
        next(),
        next(),
        start(TO_BOB, 1),
        send(TO_BOB),
        next(),
        send(TO_BOB),
        start(TO_BOB, 1),
        send(TO_BOB),
        deliver(Which::Latest),
        next(),
        deliver(Which::Any(0)),
    ]
}

/// A session that may send for 30 days, counted from a whole second.
fn age() -> Vec<Action> {
    let wait = |ms| Action::Wait { ms };
    vec![
        start(TO_BOB, 1),
        send(TO_BOB),
        wait(actions::THIRTY_DAYS_MS - 123),
        send(TO_BOB),
        wait(1),
        send(TO_BOB),
        next(),
        send(TO_ALICE),
        deliver(Which::Latest),
        send(TO_BOB),
    ]
}

/// Messages kept back before and after about as many lost ones as a limit allows.
fn long_skip(count: std::ops::Range<u32>, more: usize) -> BoxedStrategy<Scenario> {
    count
        .prop_flat_map(move |count| {
            let skip = |count| Action::Skip {
                pair: TO_BOB,
                count,
            };
            let mut prelude = handshake();
            prelude.extend([
                send(TO_BOB),
                send(TO_BOB),
                send(TO_BOB),
                skip(count),
                send(TO_BOB),
                deliver(Which::Latest),
                next(),
                next(),
                skip(20),
                send(TO_BOB),
                deliver(Which::Latest),
                next(),
            ]);
            case(2, prelude, actions::conversation(), 1..more)
        })
        .boxed()
}
