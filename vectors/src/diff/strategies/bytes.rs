//! Bytes with an edge: lengths around blocks, keys that are special or too short.
use crate::bytes::Bytes;
use crate::diff::scenario::KeyPlan;
use crate::diff::world::special_key;
use crate::epoch::Epoch;
use proptest::collection::vec;
use proptest::prelude::*;
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;

/// So many random bytes.
pub fn random(length: usize) -> impl Strategy<Value = Bytes> + Clone {
    vec(any::<u8>(), length).no_shrink().prop_map(Bytes)
}

/// Any bytes up to a length, now and then around a block of a hash or a cipher.
pub fn any_bytes(most: usize) -> BoxedStrategy<Vec<u8>> {
    let edges = [
        15, 16, 17, 31, 32, 33, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129,
    ];
    let edge = prop::sample::select(edges.to_vec()).prop_flat_map(|n| vec(any::<u8>(), n));
    prop_oneof![3 => vec(any::<u8>(), 0..most), 1 => edge].boxed()
}

/// The same as [`Bytes`].
pub fn message(most: usize) -> BoxedStrategy<Bytes> {
    any_bytes(most).prop_map(Bytes).boxed()
}

/// 32 bytes: random, special; now and then another length.
pub fn key() -> BoxedStrategy<Bytes> {
    prop_oneof![
        20 => random(32),
        6 => any::<u8>().prop_map(|n| special_key(n).0[1..].into()),
        1 => any_bytes(70).prop_map(Bytes),
    ]
    .boxed()
}

/// So many bytes; now and then another number.
pub fn fixed(length: usize) -> BoxedStrategy<Bytes> {
    prop_oneof![20 => random(length), 1 => any_bytes(100).prop_map(Bytes)].boxed()
}

/// So many random bytes of one draw.
pub fn expanded(length: usize) -> impl Strategy<Value = Bytes> + Clone {
    any::<u64>().no_shrink().prop_map(move |seed| {
        let mut bytes = vec![0; length];
        ChaCha20Rng::seed_from_u64(seed).fill_bytes(&mut bytes);
        Bytes(bytes)
    })
}

/// The same; now and then a byte or more too few or too many.
pub fn long(length: usize) -> BoxedStrategy<Bytes> {
    let other = prop::sample::select(vec![0, 1, 32, length - 1, length + 1]);
    prop_oneof![20 => expanded(length), 1 => other.prop_flat_map(expanded)].boxed()
}

/// The number of an epoch: small, or anything.
pub fn epoch() -> BoxedStrategy<Epoch> {
    prop_oneof![6 => 0..6u64, 1 => any::<u64>(), 1 => Just(u64::MAX)]
        .prop_map(Epoch)
        .boxed()
}

/// A serialised key: well-formed, of another type, too short, too long.
pub fn public_key() -> BoxedStrategy<Bytes> {
    let typed = |kind: u8, u: Bytes| Bytes([vec![kind], u.0].concat());
    prop_oneof![
        20 => key().prop_map(move |u| typed(5, u)),
        3 => any::<u8>().prop_map(special_key),
        2 => (any::<u8>(), key()).prop_map(move |(kind, u)| typed(kind, u)),
        2 => (0..40usize).prop_map(|n| Bytes(vec![5; n])),
        2 => random(35).prop_map(move |rest| typed(5, rest)),
    ]
    .boxed()
}

/// A key by plan.
pub fn key_plan() -> BoxedStrategy<KeyPlan> {
    prop_oneof![
        3 => Just(KeyPlan::Fresh),
        2 => any::<u8>().prop_map(KeyPlan::IdentityOf),
        2 => any::<u8>().prop_map(KeyPlan::Special),
    ]
    .boxed()
}

/// An id: small, or anything.
pub fn id() -> BoxedStrategy<u32> {
    prop_oneof![4 => 0..5u32, 2 => 0..0x4000u32, 1 => any::<u32>(), 1 => Just(u32::MAX)].boxed()
}

/// The number of a message: small, around limits, largest. Nothing in between, which costs time and shows nothing.
pub fn counter() -> BoxedStrategy<u32> {
    prop_oneof![
        8 => 0..5u32,
        1 => 1_990..2_010u32,
        1 => 25_000..25_005u32,
        1 => prop::sample::select(vec![1 << 31, u32::MAX - 1, u32::MAX]),
    ]
    .boxed()
}
