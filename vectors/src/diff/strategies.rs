//! Proptest strategies of random cases, by theme.
//!
//! A theme makes sure that something is reached: its prelude is a list of fixed actions that are all there when a case
//! is drawn and can go when it is shrunk. The themes take turns, so that any run of as many cases as there are themes
//! meets all of them.
mod actions;
mod bytes;
mod groups;
mod keep;
mod kem;
mod sparse;
mod sparse_state;
mod steps;
mod transcripts;
mod version_4;
mod wire;
mod written;

use super::protobuf::FieldEdit;
use super::scenario::{
    Action, BundleFault, Envelope, Identity, KemPlan, KeyPlan, NamePlan, Pair, PartyPlan, Restore,
    Route, Scenario, Stored, Tamper, Text, Which,
};
use crate::families::written_talk::Form;
use crate::step::Profile;
use keep::keep_all;
use proptest::prelude::*;

pub use actions::{message_damage, record_damage};
pub use bytes::{key, public_key};
pub use kem::part_of_version_4;
pub use steps::{
    address_block, any_step, identity_pair_bytes, prekey_message_bytes, signal_message_bytes,
    sparse_state_bytes, stored_bytes,
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
    /// Two parties talk in version 4.
    Conversation4,
    /// Three parties talk in version 4.
    Three4,
    /// Two devices of one account talk in version 4.
    SelfSession4,
    /// KEMs, PQXDH, the parts of SPQR.
    Stateless4,
    /// Forged and damaged messages, bundles with KEM prekeys, senders that damage their own SPQR messages.
    Forgery4,
    /// Damaged and arbitrary records with states of SPQR.
    Records4,
    /// Simultaneous and repeated initiation in version 4, and replays of it.
    Initiations4,
    /// About as many skipped messages as are kept, in version 4.
    LongSkip4,
    /// About as many skipped messages as are allowed, in version 4.
    FarSkip4,
    /// Sessions over several epochs of SPQR, saved and restored on the way.
    Epochs,
    /// The same with losses.
    LossyEpochs,
    /// Parties of both profiles, which change.
    Mixed,
    /// SPQR alone over several epochs.
    Transcript,
    /// SPQR alone with damage that no tag keeps out.
    DamagedTranscript,
    /// Chains of SPQR.
    Chains,
    /// Parties of WhatsApp, and one of Signal that makes version 3.
    WhatsApp,
    /// About as many skipped messages as gather in WhatsApp.
    LongSkipOfWhatsApp,
    /// Groups: members come and go.
    Groups,
    /// The same in the dialect of WhatsApp.
    GroupsOfWhatsApp,
    /// Groups with damage, forgery and members of both dialects.
    DamagedGroups,
    /// About as many skipped messages to a group as are kept.
    LongGroupJump,
    /// The Double Ratchet as written.
    Written,
    /// The same with header encryption.
    HeaderEncrypted,
}

/// The themes in turn; [`Theme::FarSkip`] and [`Theme::FarSkip4`] are put in by turns, one in [`FAR_SKIP_EVERY`].
const TURNS: [Theme; 48] = [
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
    Theme::Conversation4,
    Theme::Stateless4,
    Theme::Epochs,
    Theme::DamagedTranscript,
    Theme::Initiations4,
    Theme::Forgery4,
    Theme::Mixed,
    Theme::Records4,
    Theme::Three4,
    Theme::Transcript,
    Theme::Conversation4,
    Theme::Chains,
    Theme::LossyEpochs,
    Theme::Stateless4,
    Theme::DamagedTranscript,
    Theme::Forgery4,
    Theme::SelfSession4,
    Theme::Records4,
    Theme::Mixed,
    Theme::LongSkip4,
    Theme::WhatsApp,
    Theme::LongSkipOfWhatsApp,
    Theme::Groups,
    Theme::DamagedGroups,
    Theme::GroupsOfWhatsApp,
    Theme::LongGroupJump,
    Theme::Written,
    Theme::HeaderEncrypted,
];
/// The jump at its limit costs the specification seconds.
const FAR_SKIP_EVERY: u64 = 100;

const TO_BOB: Pair = Pair { party: 0, peer: 0 };
const TO_ALICE: Pair = Pair { party: 1, peer: 0 };

impl Theme {
    /// The theme of a case.
    #[must_use]
    pub fn of(case: u64) -> Self {
        if case % FAR_SKIP_EVERY == FAR_SKIP_EVERY - 1 {
            let is_first = (case / FAR_SKIP_EVERY).is_multiple_of(2);
            return if is_first {
                Self::FarSkip
            } else {
                Self::FarSkip4
            };
        }
        let turn = usize::try_from(case % TURNS.len() as u64).unwrap_or_default();
        TURNS[turn]
    }

    /// The strategy of its cases.
    pub fn strategy(self) -> BoxedStrategy<Scenario> {
        let talk = || actions::conversation(Profile::SignalV3);
        let stateless = || actions::stateless(Profile::SignalV3);
        let forgery = || actions::forgery(Profile::SignalV3);
        let damage = || actions::records(Profile::SignalV3);
        let starts = || actions::initiations(Profile::SignalV3);
        match self {
            Self::Conversation => case(2, handshake(), talk(), 30..150),
            Self::Three => case(3, handshake(), talk(), 60..200),
            Self::SelfSession => self_session(Profile::SignalV3),
            Self::Stateless => case(2, special_steps(), stateless(), 60..160),
            Self::Forgery => case(2, forgeries(), forgery(), 40..120),
            Self::Records => case(2, records(Profile::SignalV3), damage(), 40..120),
            Self::ManyTurns => case(2, many_turns(), talk(), 20..80),
            Self::ManySessions => case(2, many_sessions(), talk(), 10..40),
            Self::LongSkip => long_skip(Profile::SignalV3, 1_995..2_003, 20),
            Self::FarSkip => long_skip(Profile::SignalV3, 24_995..25_000, 6),
            Self::Initiations => case(2, initiations(), starts(), 30..120),
            Self::Age => case(2, age(), actions::age(), 20..80),
            _ => self.strategy_of_version_4(),
        }
    }

    fn strategy_of_version_4(self) -> BoxedStrategy<Scenario> {
        match self {
            Self::SelfSession4 => self_session(Profile::SignalV4),
            Self::LongSkip4 => long_skip(Profile::SignalV4, 1_995..2_003, 20),
            Self::FarSkip4 => long_skip(Profile::SignalV4, 24_995..25_000, 4),
            Self::Transcript => transcripts::transcript(),
            Self::DamagedTranscript => transcripts::damaged(),
            Self::Chains => transcripts::chains(),
            Self::WhatsApp => whatsapp(),
            Self::LongSkipOfWhatsApp => long_skip(Profile::WhatsAppV3, 1_985..2_003, 20),
            Self::Groups => groups::members(Profile::SignalV4),
            Self::GroupsOfWhatsApp => groups::members(Profile::WhatsAppV3),
            Self::DamagedGroups => groups::damaged(),
            Self::LongGroupJump => groups::long_jump(Profile::SignalV4),
            Self::Written => written::conversations(Form::Written),
            Self::HeaderEncrypted => written::conversations(Form::HeaderEncrypted),
            _ => version_4::strategy(self),
        }
    }
}

fn whatsapp() -> BoxedStrategy<Scenario> {
    let profiles = [Profile::WhatsAppV3, Profile::WhatsAppV3, Profile::SignalV3];
    let action = actions::conversation(Profile::WhatsAppV3);
    case_of(
        &profiles,
        handshake_of(Profile::WhatsAppV3),
        action,
        60..200,
    )
}

/// A case of so many parties of version 3: a prelude, then so many actions.
fn case(
    parties: usize,
    prelude: Vec<Action>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    case_of(&[Profile::SignalV3; 3][..parties], prelude, action, count)
}

/// A case of parties of these profiles.
fn case_of(
    profiles: &[Profile],
    prelude: Vec<Action>,
    action: BoxedStrategy<Action>,
    count: std::ops::Range<usize>,
) -> BoxedStrategy<Scenario> {
    with_parties(parties_of(profiles), prelude, action, count)
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

fn parties_of(profiles: &[Profile]) -> impl Strategy<Value = Vec<PartyPlan>> {
    let party = |(number, &profile): (u8, &Profile)| {
        let identity = prop_oneof![30 => Just(number), 1 => 0..4u8];
        let ids = (1..=127u32, bytes::id());
        (identity, party_name(number), ids).prop_map(move |(identity, name, ids)| PartyPlan {
            identity,
            name,
            device_id: ids.0,
            registration_id: ids.1,
            profile,
        })
    };
    (0..3u8).zip(profiles).map(party).collect::<Vec<_>>()
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
    publish_with(party, one_time, KemPlan::None)
}

fn publish_with(party: u8, one_time: bool, kem: KemPlan) -> Action {
    Action::Publish {
        party,
        one_time,
        rotate: false,
        kem,
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
    handshake_of(Profile::SignalV3)
}

/// The same of parties of a profile.
fn handshake_of(profile: Profile) -> Vec<Action> {
    let kem = match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => KemPlan::None,
        Profile::SignalV4 => KemPlan::OneTime,
    };
    vec![
        publish_with(1, true, kem),
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
fn self_session(profile: Profile) -> BoxedStrategy<Scenario> {
    let device = move |device_id| PartyPlan {
        identity: 0,
        name: NamePlan::Account(0),
        device_id,
        registration_id: device_id,
        profile,
    };
    let upper = PartyPlan {
        name: NamePlan::UpperAccount(0),
        ..device(2)
    };
    let second = prop_oneof![Just(device(2)), Just(upper)];
    let parties = second.prop_map(move |second| vec![device(1), second]);
    let action = actions::conversation(profile);
    with_parties(parties, handshake_of(profile), action, 30..120)
}

/// Steps that random ones may miss.
fn special_steps() -> Vec<Action> {
    steps::special()
        .into_iter()
        .map(|step| Action::Once(Box::new(step)))
        .chain(written::special_round_trips())
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
fn records(profile: Profile) -> Vec<Action> {
    let mut actions = handshake_of(profile);
    actions.extend([
        Action::Save { pair: TO_BOB },
        Action::Restore {
            pair: TO_BOB,
            restore: Restore::Import,
            stored: Stored::Saved(0),
            tamper: vec![Tamper::Field(
                vec![1, 6, 3, 1],
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

/// How much is skipped after a long skip: enough to drop something, wherever the profile begins to.
fn next_gap(profile: Profile) -> u32 {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => 20,
        Profile::WhatsAppV3 => 80,
    }
}

/// Messages kept back before and after about as many lost ones as a limit allows.
fn long_skip(
    profile: Profile,
    count: std::ops::Range<u32>,
    more: usize,
) -> BoxedStrategy<Scenario> {
    count
        .prop_flat_map(move |count| {
            let skip = |count| Action::Skip {
                pair: TO_BOB,
                count,
            };
            let mut prelude = handshake_of(profile);
            prelude.extend([
                send(TO_BOB),
                send(TO_BOB),
                send(TO_BOB),
                skip(count),
                send(TO_BOB),
                deliver(Which::Latest),
                next(),
                next(),
                skip(next_gap(profile)),
                send(TO_BOB),
                deliver(Which::Latest),
                next(),
            ]);
            let action = actions::conversation(profile);
            case_of(&[profile; 2], prelude, action, 1..more)
        })
        .boxed()
}
