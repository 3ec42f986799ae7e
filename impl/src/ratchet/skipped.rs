//! MKSKIPPED: the seeds of messages that were passed over in a receiving chain.
//!
//! What: a bounded store, one per receiving chain, at most 2000 seeds; the lowest number is dropped first. WhatsApp drops
//! lazily: 2051 may gather before all but 2000 go. Which part: DR 3.2 `MKSKIPPED`, DR 2.6. Who calls it: `ratchet::double`. Secret: every seed.
//!
//! Faster than the list of the spec: a tree keyed by number, so that finding and taking a seed costs little among 2000. The
//! list of the spec is in descending order of numbers, always, and that order is the tree's from its end. Each seed is
//! in a box: the tree moves its entries about, and would leave copies behind.
use crate::keys::MessageKeySeed;
use crate::wire::Profile;
use core::fmt;
use std::collections::BTreeMap;

/// Most seeds kept per receiving chain.
pub const MAX_SKIPPED: usize = 2000;
/// Most seeds that a receiving chain of any profile has.
pub const MAX_GATHERED: usize = 2051;

/// How a store of what was passed over is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedLimit {
    /// So many are too many for one more.
    pub full: usize,
    /// Then so many stay, the newest.
    pub kept: usize,
}

/// Mirror of `spec::ratchet::skipped::skipped_limit`.
///
/// In: the profile. Out: the bound.
#[must_use]
pub const fn skipped_limit(profile: Profile) -> SkippedLimit {
    match profile {
        Profile::WhatsAppV3 => SkippedLimit {
            full: MAX_GATHERED,
            kept: MAX_SKIPPED,
        },
        Profile::SignalV3 | Profile::SignalV4 => SkippedLimit {
            full: MAX_SKIPPED,
            kept: MAX_SKIPPED - 1,
        },
    }
}

/// How many of the first keys of a jump need not be made: none of them stays, and without them as many stay. From when it is
/// full, a store has the same length every `full - kept` keys.
pub(crate) fn dropped_before(limit: SkippedLimit, gap: u32) -> u32 {
    let full = u32::try_from(limit.full).unwrap_or(u32::MAX);
    let period = u32::try_from(limit.full.saturating_sub(limit.kept)).unwrap_or(u32::MAX);
    let over = gap.saturating_sub(full);
    over.saturating_sub(over.checked_rem(period).unwrap_or(over))
}

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
/// In: the store; its bound; a number above all in it, and its seed.
pub fn store_skipped(
    mkskipped: &mut BTreeMap<u32, Box<SkippedKey>>,
    limit: SkippedLimit,
    skipped: Box<SkippedKey>,
) {
    if mkskipped.len() >= limit.full {
        while mkskipped.len() > limit.kept {
            mkskipped.pop_first();
        }
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
