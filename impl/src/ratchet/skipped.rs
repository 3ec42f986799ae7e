//! MKSKIPPED: the seeds of messages that were passed over in a receiving chain.
//!
//! What: a bounded store, one per receiving chain, at most 2000 seeds; the lowest number is dropped first. Which part: DR
//! 3.2 `MKSKIPPED`, DR 2.6. Who calls it: `ratchet::double`. Secret: every seed.
//!
//! Faster than the list of the spec: a tree keyed by number, so that finding and taking a seed costs little among 2000. The
//! list of the spec is in descending order of numbers, always, and that order is the tree's from its end. Each seed is
//! in a box: the tree moves its entries about, and would leave copies behind.
use crate::keys::MessageKeySeed;
use core::fmt;
use std::collections::BTreeMap;

/// Most seeds kept per receiving chain.
pub const MAX_SKIPPED: usize = 2000;

/// The seed of a message that was passed over.
pub struct SkippedKey {
    /// Number of the message in its chain.
    pub number: u32,
    /// Its seed, secret.
    pub seed: MessageKeySeed,
}

/// MKSKIPPED of one chain.
pub(crate) type Skipped = BTreeMap<u32, Box<SkippedKey>>;

impl fmt::Debug for SkippedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SkippedKey")
            .field("number", &self.number)
            .finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::skipped::store_skipped`.
///
/// In: the store; a number above all in it, and its seed.
pub fn store_skipped(mkskipped: &mut BTreeMap<u32, Box<SkippedKey>>, skipped: Box<SkippedKey>) {
    if mkskipped.len() >= MAX_SKIPPED {
        mkskipped.pop_first();
    }
    mkskipped.insert(skipped.number, skipped);
}

/// Mirror of `spec::ratchet::skipped::take_skipped`.
///
/// In: the store; a number. Out: its seed, no longer in the store, if it was there.
pub fn take_skipped(
    mkskipped: &mut BTreeMap<u32, Box<SkippedKey>>,
    number: u32,
) -> Option<Box<SkippedKey>> {
    mkskipped.remove(&number)
}
