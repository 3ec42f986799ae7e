//! MKSKIPPED: the seeds of messages that were passed over in a receiving chain.
//!
//! What: a bounded list, newest first. Which part: DR 3.2 `MKSKIPPED`, DR 2.6. Who calls it: `ratchet::double`.
//! Secret: every seed.
//!
//! Deployed: one list per receiving chain, of seeds and not of message keys; at most 2000, the oldest number
//! dropped first. WhatsApp drops them lazily: 2051 may gather before all but 2000 go.
use crate::keys::*;
use crate::wire::Profile;
use hacspec_lib::*;

/// Most seeds kept per receiving chain.
pub const MAX_SKIPPED: usize = 2000;
/// Most seeds that a receiving chain of any profile has.
pub const MAX_GATHERED: usize = 2051;

/// How a list of what was passed over is bounded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SkippedLimit {
    /// So many are too many for one more.
    pub full: usize,
    /// Then so many stay, the newest.
    pub kept: usize,
}

/// The bound of a receiving chain.
///
/// In: the profile. Out: the bound.
pub fn skipped_limit(profile: Profile) -> SkippedLimit {
    match profile {
        Profile::WhatsAppV3 => SkippedLimit {
            full: MAX_GATHERED,
            kept: MAX_SKIPPED,
        },
        _ => SkippedLimit {
            full: MAX_SKIPPED,
            kept: MAX_SKIPPED - 1,
        },
    }
}

/// The seed of a message that was passed over.
#[derive(Clone, Copy, Default)]
pub struct SkippedKey {
    /// Number of the message in its chain.
    pub number: u32,
    /// Its seed, secret.
    pub seed: MessageKeySeed,
}

/// Keep the seed of one more message; the list stays within its bound.
///
/// Standard: DR 3.5, `SkipMessageKeys`, `state.MKSKIPPED[...] = mk`.
/// In: the list; its bound; a number above all in the list; its seed. Out: the list, the new entry first.
pub fn store_skipped(
    mkskipped: Seq<SkippedKey>,
    limit: SkippedLimit,
    number: u32,
    seed: MessageKeySeed,
) -> Seq<SkippedKey> {
    let mut first = Seq::<SkippedKey>::new(1);
    first[0] = SkippedKey { number, seed };
    let kept = if mkskipped.len() >= limit.full {
        mkskipped.slice(0, limit.kept)
    } else {
        mkskipped
    };
    first.concat(&kept)
}

/// Where a number stands in the list.
fn position(mkskipped: &Seq<SkippedKey>, number: u32) -> Option<usize> {
    let mut found: Option<usize> = None;
    for i in 0..mkskipped.len() {
        if mkskipped[i].number == number {
            found = Some(i);
        }
    }
    found
}

/// Take the seed of a message out of the list.
///
/// Standard: DR 3.5, `TrySkippedMessageKeys`: `mk = state.MKSKIPPED[...]; del state.MKSKIPPED[...]`.
/// In: the list; a number. Out: the seed and the list without it, if it is there.
pub fn take_skipped(
    mkskipped: &Seq<SkippedKey>,
    number: u32,
) -> Option<(MessageKeySeed, Seq<SkippedKey>)> {
    match position(mkskipped, number) {
        Some(i) => {
            let before = mkskipped.slice(0, i);
            let after = mkskipped.slice(i + 1, mkskipped.len() - i - 1);
            Some((mkskipped[i].seed, before.concat(&after)))
        }
        None => None,
    }
}
