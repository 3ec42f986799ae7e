//! Random actions in SPQR transcripts, on chains, and damage to messages and states of SPQR.
use super::actions::{number, path, tamper, which};
use super::bytes::{any_bytes, epoch, expanded, fixed, random};
use super::sparse_state::sparse_state;
use crate::bytes::Bytes;
use crate::diff::protobuf::{varint, ANY};
use crate::diff::scenario::{Action, SparseAction, SparseStart, Stored, Talk, Tamper};
use crate::diff::sparse_part::{self, Change, SparseEdit};
use crate::epoch::Epoch;
use crate::step::{Direction, Step};
use proptest::collection::vec;
use proptest::prelude::*;

/// The names of chains.
const CHAINS: [&str; 2] = ["a", "b"];

/// Paths of fields in a stored state of SPQR.
const STATE_PATHS: [&[u32]; 33] = [
    &[1],
    &[1, 1],
    &[1, 2],
    &[1, 3],
    &[1, 4],
    &[1, 4, 1],
    &[2],
    &[2, 1],
    &[2, 2],
    &[2, 3],
    &[2, 3, 1],
    &[2, 3, 1, 1],
    &[2, 3, 1, 2],
    &[2, 3, 2],
    &[2, 3, 2, 1],
    &[2, 3, 2, 2],
    &[2, 3, 2, 3],
    &[2, 4],
    &[2, 5],
    &[2, 6],
    &[2, 6, 1],
    &[2, 6, 2],
    &[3],
    &[3, ANY],
    &[3, ANY, 1],
    &[3, ANY, 1, 1],
    &[3, ANY, 1, 2, 1],
    &[3, ANY, 1, ANY],
    &[3, ANY, ANY],
    &[3, ANY, ANY, 1],
    &[3, ANY, ANY, 2],
    &[3, ANY, ANY, 3],
    &[3, ANY, 2, 1],
];

/// The path of a field in a stored state of SPQR.
pub fn state_path() -> BoxedStrategy<Vec<u32>> {
    path(&STATE_PATHS)
}

/// Damage to a stored state of SPQR.
fn state_damage() -> BoxedStrategy<Vec<Tamper>> {
    tamper(state_path())
}

fn near() -> impl Strategy<Value = Change> + Clone {
    prop_oneof![
        (-3..=3i64).prop_map(Change::By),
        (0..6u64).prop_map(Change::To)
    ]
}

fn index() -> BoxedStrategy<Change> {
    let number = prop_oneof![
        3 => 0..12u64,
        1 => 1_990..2_010u64,
        1 => 25_000..25_010u64,
        1 => Just(u64::from(u32::MAX)),
        1 => any::<u64>(),
    ];
    prop_oneof![2 => near(), 1 => number.prop_map(Change::To)].boxed()
}

/// Damage to an SPQR message.
pub fn edit() -> BoxedStrategy<SparseEdit> {
    let chunk = prop_oneof![
        2 => near(),
        1 => (0..70_000u64).prop_map(Change::To),
    ];
    let far = any::<u64>().prop_map(Change::To);
    prop_oneof![
        1 => prop::sample::select(vec![0u8, 1, 2, 3, 255]).prop_map(SparseEdit::Version),
        3 => prop_oneof![6 => near().boxed(), 1 => far.boxed()].prop_map(SparseEdit::Epoch),
        3 => index().prop_map(SparseEdit::Index),
        3 => (0..8u8).prop_map(SparseEdit::Kind),
        3 => chunk.prop_map(SparseEdit::ChunkIndex),
        4 => (any::<u8>(), any::<u8>()).prop_map(|(at, byte)| SparseEdit::Data(at, byte)),
        1 => (0..40u8).prop_map(SparseEdit::Cut),
        1 => any_bytes(8).prop_map(SparseEdit::Append),
        1 => Just(SparseEdit::Padded),
        1 => Just(SparseEdit::Gone),
    ]
    .boxed()
}

/// A stretch of a conversation, of so many turns at most.
pub fn talk(most: u8) -> BoxedStrategy<Talk> {
    let messages = prop_oneof![4 => Just((1, 1)), 1 => (0..4u8, 0..4u8)];
    let loss = prop_oneof![2 => Just(0), 1 => 0..120u8];
    (1..most, messages, loss)
        .prop_map(|(turns, messages, loss)| Talk {
            turns,
            messages,
            loss,
        })
        .boxed()
}

fn limits() -> impl Strategy<Value = (u32, u32)> + Clone {
    let max_jump = prop::sample::select(vec![0, 0, 3, 40, u32::MAX]);
    let max_out_of_order = prop::sample::select(vec![0, 0, 1, 2, 10, u32::MAX]);
    (max_jump, max_out_of_order)
}

fn start() -> BoxedStrategy<SparseAction> {
    let version = || prop_oneof![9 => Just(1u8), 1 => Just(0), 1 => Just(2)];
    let min_version = || prop_oneof![3 => Just(1u8), 3 => Just(0), 1 => Just(2)];
    let same_key = prop::bool::weighted(0.9);
    let versions = (version(), version());
    let min_versions = (min_version(), min_version());
    (versions, min_versions, limits(), same_key)
        .prop_map(|(versions, min_versions, limits, same_key)| {
            SparseAction::Start(SparseStart {
                versions,
                min_versions,
                max_jump: limits.0,
                max_out_of_order: limits.1,
                same_key,
            })
        })
        .boxed()
}

fn send() -> BoxedStrategy<SparseAction> {
    (any::<u8>(), prop::bool::weighted(0.02))
        .prop_map(|(party, withheld)| SparseAction::Send { party, withheld })
        .boxed()
}

fn deliver(damaged: u32) -> BoxedStrategy<SparseAction> {
    let edits = prop_oneof![20 => Just(Vec::new()), damaged => vec(edit(), 1..3)];
    (which(), prop::bool::weighted(0.03), edits)
        .prop_map(|(which, back, edits)| SparseAction::Deliver { which, back, edits })
        .boxed()
}

fn forge() -> BoxedStrategy<SparseAction> {
    (any::<u8>(), message_bytes())
        .prop_map(|(party, bytes)| SparseAction::Forge {
            party,
            bytes: bytes.0,
        })
        .boxed()
}

fn load(damaged: u32) -> BoxedStrategy<SparseAction> {
    let stored = prop_oneof![
        18 => number().prop_map(Stored::Saved),
        4 => sparse_state().prop_map(Stored::Bytes),
        1 => any_bytes(60).prop_map(Stored::Bytes),
    ];
    let tamper = prop_oneof![3 => Just(Vec::new()), damaged => state_damage()];
    (any::<u8>(), stored, tamper)
        .prop_map(|(party, stored, tamper)| SparseAction::Load {
            party,
            stored,
            tamper,
        })
        .boxed()
}

/// The bytes of an SPQR message, nearly.
pub fn message_bytes() -> BoxedStrategy<Bytes> {
    let numbers = (epoch(), 0..30u32, 0..8u8, 0..60u8, expanded(32));
    let message = numbers.prop_map(|(epoch, index, kind, chunk, data)| {
        [
            vec![1],
            varint(epoch.0),
            varint(u64::from(index)),
            vec![kind],
            vec![chunk],
            data.0,
        ]
        .concat()
    });
    let damaged =
        (message, edit()).prop_map(|(bytes, change)| Bytes(sparse_part::edit(&bytes, &change)));
    prop_oneof![4 => damaged, 1 => any_bytes(50).prop_map(Bytes)].boxed()
}

/// Mostly sending and delivering in a transcript.
pub fn transcript() -> BoxedStrategy<Action> {
    prop_oneof![
        10 => send(),
        14 => deliver(3),
        4 => talk(30).prop_map(SparseAction::Talk),
        1 => forge(),
        2 => any::<u8>().prop_map(|party| SparseAction::Save { party }),
        1 => load(1),
    ]
    .prop_map(Action::Sparse)
    .boxed()
}

/// Mostly damage in a transcript, to messages and to stored states, and parties that begin anew.
pub fn damaged_transcript() -> BoxedStrategy<Action> {
    prop_oneof![
        6 => send(),
        10 => deliver(12),
        4 => talk(20).prop_map(SparseAction::Talk),
        2 => forge(),
        4 => any::<u8>().prop_map(|party| SparseAction::Save { party }),
        8 => load(12),
        1 => start(),
    ]
    .prop_map(Action::Sparse)
    .boxed()
}

fn direction() -> impl Strategy<Value = Direction> + Clone {
    prop::sample::select(vec![Direction::A2B, Direction::B2A])
}

/// A step about a chain.
pub fn chain_step() -> BoxedStrategy<Step> {
    let chain = || prop::sample::select(CHAINS.to_vec()).prop_map(str::to_owned);
    let start = (chain(), direction(), random(32), limits());
    let epoch = || prop_oneof![12 => (0..6u64).prop_map(Epoch), 1 => epoch()];
    // Long jumps cost time.
    let index = prop_oneof![60 => 0..60u32, 2 => 1_995..2_205u32, 1 => 25_000..25_060u32];
    prop_oneof![
        2 => start.prop_map(|(chain, direction, auth_key, limits)| Step::ChainStart {
            chain,
            direction,
            auth_key,
            max_jump: limits.0,
            max_out_of_order: limits.1,
        }),
        8 => (chain(), fixed(32))
            .prop_map(|(chain, secret)| Step::ChainAddEpoch { chain, secret }),
        16 => (chain(), epoch()).prop_map(|(chain, epoch)| Step::ChainSendKey { chain, epoch }),
        40 => (chain(), epoch(), index).prop_map(|(chain, epoch, index)| Step::ChainReceiveKey {
            chain,
            epoch,
            index,
        }),
    ]
    .boxed()
}

/// The same as an action.
pub fn chain() -> BoxedStrategy<Action> {
    chain_step()
        .prop_map(|step| Action::Once(Box::new(step)))
        .boxed()
}
