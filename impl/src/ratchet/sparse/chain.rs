//! The symmetric chains of SPQR: epoch secrets go in, message keys come out.
//!
//! Which part: DR4 5.2 to 5.7, as deployed. Who calls it: `ratchet::sparse`. Secret: every key.
//!
//! Sending or receiving plans a small step, which names what changes in one half of one link, and applies it later;
//! a link is never copied. Skipped keys and links are in boxes: moved, they leave no copy behind.
use crate::keys::{EpochSecret, SparseAuthKey, SparseChainKey, SparseMessageKey, SparseRootKey};
use crate::primitives::hkdf::hkdf_blocks;
use crate::ratchet::sparse::types::{
    ChainParameters, Direction, SparseError, DEFAULT_MAX_JUMP, DEFAULT_MAX_OUT_OF_ORDER,
};
use core::fmt;

const START_INFO: &[u8] = b"Signal PQ Ratchet V1 Chain  Start";
const ADD_EPOCH_INFO: &[u8] = b"Signal PQ Ratchet V1 Chain Add Epoch";
const NEXT_INFO: &[u8; 31] = b"Signal PQ Ratchet V1 Chain Next";

/// A key that was skipped.
pub struct StoredKey {
    /// Its number.
    pub index: u32,
    /// The message key, secret.
    pub key: SparseMessageKey,
}

/// Skipped keys, in the order in which they are stored. Their numbers stand apart, so that looking for one reads little.
#[derive(Default)]
pub(crate) struct Stored {
    indices: Vec<u32>,
    #[allow(clippy::vec_box)] // see the module
    keys: Vec<Box<StoredKey>>,
}

/// One direction of an epoch.
pub struct Half {
    /// Number of the last key derived, 0 if there is none.
    pub(crate) ctr: u32,
    /// The chain key, secret; none once it is erased.
    pub(crate) next: Option<SparseChainKey>,
    /// Skipped keys.
    pub(crate) stored: Stored,
}

/// The chains of an epoch.
#[derive(Debug)]
pub struct Link {
    /// For messages sent.
    pub(crate) send: Half,
    /// For messages received.
    pub(crate) receive: Half,
}

/// The chains of the latest epochs.
pub struct Chain {
    /// Which of two new chain keys is for sending.
    pub(crate) direction: Direction,
    /// Newest epoch.
    pub(crate) current_epoch: u64,
    /// Epoch of the last key sent.
    pub(crate) send_epoch: u64,
    /// One link an epoch, the newest last; at least one.
    #[allow(clippy::vec_box)] // see the module
    pub(crate) links: Vec<Box<Link>>,
    /// What the next epoch secret is mixed into, secret.
    pub(crate) next_root: SparseRootKey,
    /// The limits.
    pub(crate) parameters: ChainParameters,
}

/// What an epoch secret adds to the chains. Steps hold it in a box: they are moved for every message, and few have it.
pub(crate) struct NewEpoch {
    link: Box<Link>,
    next_root: SparseRootKey,
    epoch: u64,
}

/// What receiving changes in a half.
enum ReceiveAdvance {
    /// The key at this place of the store was taken.
    Taken(usize),
    /// The half moves on; these keys are stored, after the others or in place of them.
    #[allow(clippy::vec_box)] // see the module
    Stepped {
        ctr: u32,
        next: SparseChainKey,
        all_too_old: bool,
        skipped: Vec<Box<StoredKey>>,
    },
}

/// What sending a key changes: a half of the link at a place, counted with the new epoch.
pub(crate) struct ChainSendStep {
    new_epoch: Option<Box<NewEpoch>>,
    epoch: u64,
    at: usize,
    ctr: u32,
    next: SparseChainKey,
}

/// What receiving a key changes, in the same way; without a key, the new epoch alone.
pub(crate) struct ChainReceiveStep {
    new_epoch: Option<Box<NewEpoch>>,
    advance: Option<(usize, ReceiveAdvance)>,
}

impl fmt::Debug for StoredKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("StoredKey");
        out.field("index", &self.index).finish_non_exhaustive()
    }
}

impl fmt::Debug for Half {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Half");
        out.field("ctr", &self.ctr);
        out.field("stored", &self.stored.indices.len())
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Chain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Chain");
        out.field("direction", &self.direction)
            .field("current_epoch", &self.current_epoch)
            .field("send_epoch", &self.send_epoch)
            .field("links", &self.links)
            .field("parameters", &self.parameters)
            .finish_non_exhaustive()
    }
}

impl Stored {
    pub(crate) fn with_capacity(capacity: usize) -> Self {
        Self {
            indices: Vec::with_capacity(capacity),
            keys: Vec::with_capacity(capacity),
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.keys.len()
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &StoredKey> {
        self.keys.iter().map(|stored| &**stored)
    }

    pub(crate) fn push(&mut self, stored: Box<StoredKey>) {
        self.indices.push(stored.index);
        self.keys.push(stored);
    }

    fn clear(&mut self) {
        self.indices.clear();
        self.keys.clear();
    }

    /// Where a number stands: the first of that number.
    fn find(&self, index: u32) -> Option<usize> {
        self.indices.iter().position(|stored| *stored == index)
    }

    /// Take the key at a place out; the last one takes the place.
    fn remove(&mut self, at: usize) {
        if at < self.len() {
            self.indices.swap_remove(at);
            self.keys.swap_remove(at);
        }
    }
}

impl Half {
    /// A half before its first step.
    fn new(next: SparseChainKey) -> Self {
        Self {
            ctr: 0,
            next: Some(next),
            stored: Stored::default(),
        }
    }

    /// The chain key, which a stored state may lack.
    fn chain_key(&self) -> Result<&SparseChainKey, SparseError> {
        self.next.as_ref().ok_or(SparseError::InvalidState)
    }
}

/// Mirror of `spec::ratchet::sparse::chain::chain_start`.
///
/// In: the key from the handshake, secret; who the party is; the limits. Out: the chains, of epoch 0.
#[must_use]
pub fn chain_start(
    auth_key: &SparseAuthKey,
    direction: Direction,
    parameters: ChainParameters,
) -> Chain {
    // KDF_SCKA_INIT
    let (next_root, link) = root_step(None, auth_key.as_bytes(), START_INFO, direction);
    Chain {
        direction,
        current_epoch: 0,
        send_epoch: 0,
        links: vec![link],
        next_root,
        parameters,
    }
}

/// Mirror of `spec::ratchet::sparse::chain::add_epoch`.
///
/// In: the chains; the secret of the epoch after the current one. The chains have a link more after it.
/// Errors: `CounterExhausted`; the chains are as before.
pub fn add_epoch(chain: &mut Chain, secret: &EpochSecret) -> Result<(), SparseError> {
    let new_epoch = plan_epoch(chain, secret)?;
    apply_epoch(chain, Some(new_epoch));
    Ok(())
}

/// The chains of the next epoch; reads only. Errors: `CounterExhausted`.
pub(crate) fn plan_epoch(
    chain: &Chain,
    secret: &EpochSecret,
) -> Result<Box<NewEpoch>, SparseError> {
    let epoch = chain.current_epoch.checked_add(1);
    let epoch = epoch.ok_or(SparseError::CounterExhausted)?;
    // KDF_SCKA_RK
    let salt = chain.next_root.as_bytes().as_slice();
    let (next_root, link) = root_step(
        Some(salt),
        secret.as_bytes(),
        ADD_EPOCH_INFO,
        chain.direction,
    );
    Ok(Box::new(NewEpoch {
        link,
        next_root,
        epoch,
    }))
}

fn apply_epoch(chain: &mut Chain, new_epoch: Option<Box<NewEpoch>>) {
    if let Some(new_epoch) = new_epoch {
        chain.current_epoch = new_epoch.epoch;
        chain.links.push(new_epoch.link);
        chain.next_root = new_epoch.next_root;
    }
}

/// Mirror of `spec::ratchet::sparse::chain::send_key`.
///
/// In: the chains; the epoch of the key, not below the sending epoch. Out: the number of the key, and the key, secret.
/// Errors: `SendEpochDecreased`, `EpochOutOfRange`, `InvalidState`, `CounterExhausted`, in this order; the chains are as
/// before.
pub fn send_key(chain: &mut Chain, epoch: u64) -> Result<(u32, SparseMessageKey), SparseError> {
    let (step, index, key) = plan_send_key(chain, None, epoch)?;
    apply_send_key(chain, step);
    Ok((index, key))
}

/// What sending a key changes, the number of the key, and the key; reads only. With a new epoch, as if it were added before.
pub(crate) fn plan_send_key(
    chain: &Chain,
    new_epoch: Option<Box<NewEpoch>>,
    epoch: u64,
) -> Result<(ChainSendStep, u32, SparseMessageKey), SparseError> {
    let send_epoch = chain.send_epoch;
    if epoch < send_epoch {
        return Err(SparseError::SendEpochDecreased { send_epoch, epoch });
    }
    let (at, link) = link_of(chain, new_epoch.as_deref(), epoch)?;
    let chain_key = link.send.chain_key()?;
    let ctr = link.send.ctr.checked_add(1);
    let ctr = ctr.ok_or(SparseError::CounterExhausted)?;
    let (next, key) = kdf_scka_ck(chain_key, ctr);
    let step = ChainSendStep {
        new_epoch,
        epoch,
        at,
        ctr,
        next,
    };
    Ok((step, ctr, key))
}

/// Make a sending step, planned on these very chains. It cannot fail.
pub(crate) fn apply_send_key(chain: &mut Chain, step: ChainSendStep) {
    apply_epoch(chain, step.new_epoch);
    if let Some(link) = chain.links.get_mut(step.at) {
        link.send.ctr = step.ctr;
        link.send.next = Some(step.next);
    }
    if step.epoch != chain.send_epoch {
        chain.send_epoch = step.epoch;
        clear_old_epochs(chain, step.at);
    }
}

/// Mirror of `spec::ratchet::sparse::chain::clear_old_epochs`.
fn clear_old_epochs(chain: &mut Chain, at: usize) {
    let Some(before) = at.checked_sub(1) else {
        return;
    };
    chain.links.drain(..before.min(chain.links.len()));
    if let Some(kept) = chain.links.first_mut() {
        kept.send.next = None;
    }
}

/// Mirror of `spec::ratchet::sparse::chain::receive_key`.
///
/// In: the chains; epoch and number of the key, both from the peer. Out: the key, secret.
/// Errors: `EpochOutOfRange`, `KeyJump`, `KeyTrimmed`, `KeyAlreadyRequested`, `InvalidState`; the chains are as before.
pub fn receive_key(
    chain: &mut Chain,
    epoch: u64,
    index: u32,
) -> Result<SparseMessageKey, SparseError> {
    let (step, key) = plan_receive_key(chain, None, epoch, index)?;
    apply_receive_key(chain, step);
    Ok(key)
}

/// A step that adds an epoch, if there is one, and takes no key.
pub(crate) fn plan_no_key(new_epoch: Option<Box<NewEpoch>>) -> ChainReceiveStep {
    ChainReceiveStep {
        new_epoch,
        advance: None,
    }
}

/// What receiving a key changes, and the key; reads only. With a new epoch, as if it were added before.
pub(crate) fn plan_receive_key(
    chain: &Chain,
    new_epoch: Option<Box<NewEpoch>>,
    epoch: u64,
    index: u32,
) -> Result<(ChainReceiveStep, SparseMessageKey), SparseError> {
    let (at, link) = link_of(chain, new_epoch.as_deref(), epoch)?;
    let half = &link.receive;
    let counter = half.ctr;
    let (advance, key) = if index < counter {
        receive_behind(half, index, chain.parameters)?
    } else if index == counter {
        return Err(SparseError::KeyAlreadyRequested { index });
    } else if index.saturating_sub(counter) > max_jump(chain.parameters) {
        return Err(SparseError::KeyJump { counter, index });
    } else {
        receive_ahead(half, index, chain.parameters)?
    };
    let step = ChainReceiveStep {
        new_epoch,
        advance: Some((at, advance)),
    };
    Ok((step, key))
}

/// Make a receiving step, planned on these very chains. It cannot fail.
pub(crate) fn apply_receive_key(chain: &mut Chain, step: ChainReceiveStep) {
    apply_epoch(chain, step.new_epoch);
    let Some((at, advance)) = step.advance else {
        return;
    };
    let Some(link) = chain.links.get_mut(at) else {
        return;
    };
    let half = &mut link.receive;
    match advance {
        ReceiveAdvance::Taken(at) => half.stored.remove(at),
        ReceiveAdvance::Stepped {
            ctr,
            next,
            all_too_old,
            skipped,
        } => {
            half.ctr = ctr;
            half.next = Some(next);
            if all_too_old {
                half.stored.clear();
            }
            for key in skipped {
                half.stored.push(key);
            }
            let kept = max_out_of_order(chain.parameters);
            collect_garbage(&mut half.stored, ctr.saturating_sub(1), kept);
        }
    }
}

/// Mirror of `spec::ratchet::sparse::chain::receive_ahead`.
/// Faster: of the keys that would not be stored only the chain keys are made.
fn receive_ahead(
    half: &Half,
    index: u32,
    parameters: ChainParameters,
) -> Result<(ReceiveAdvance, SparseMessageKey), SparseError> {
    let start = half.chain_key()?;
    let kept = max_out_of_order(parameters);
    let all_too_old = u64::from(index) > u64::from(half.ctr).saturating_add(kept);
    let first = half.ctr.saturating_add(1); // <= index
    let first_kept = u64::from(index).saturating_sub(kept);
    let first_kept = u32::try_from(first_kept).map_or(first, |kept| kept.max(first));
    let mut at: Option<SparseChainKey> = None;
    for ctr in first..first_kept {
        at = Some(next_chain_key(at.as_ref().unwrap_or(start), ctr));
    }
    let count = index
        .saturating_sub(first_kept)
        .min(DEFAULT_MAX_OUT_OF_ORDER);
    let mut skipped = Vec::with_capacity(usize::try_from(count).unwrap_or_default());
    for ctr in first_kept..index {
        let (next, key) = kdf_scka_ck(at.as_ref().unwrap_or(start), ctr);
        skipped.push(Box::new(StoredKey { index: ctr, key }));
        at = Some(next);
    }
    let (next, key) = kdf_scka_ck(at.as_ref().unwrap_or(start), index);
    let advance = ReceiveAdvance::Stepped {
        ctr: index,
        next,
        all_too_old,
        skipped,
    };
    Ok((advance, key))
}

/// Mirror of `spec::ratchet::sparse::chain::receive_behind`.
fn receive_behind(
    half: &Half,
    index: u32,
    parameters: ChainParameters,
) -> Result<(ReceiveAdvance, SparseMessageKey), SparseError> {
    let reach = u64::from(index).saturating_add(max_out_of_order(parameters));
    if reach < u64::from(half.ctr) {
        return Err(SparseError::KeyTrimmed { index });
    }
    let found = half.stored.find(index);
    let found = found.and_then(|at| Some((at, half.stored.keys.get(at)?)));
    let (at, stored) = found.ok_or(SparseError::KeyAlreadyRequested { index })?;
    let key = SparseMessageKey::from_bytes(*stored.key.as_bytes());
    Ok((ReceiveAdvance::Taken(at), key))
}

/// Mirror of `spec::ratchet::sparse::chain::collect_garbage`.
fn collect_garbage(stored: &mut Stored, ctr: u32, kept: u64) {
    let full = (kept.saturating_mul(11) / 10).saturating_add(1);
    if (stored.len() as u64) < full {
        return;
    }
    let mut at = 0;
    while let Some(index) = stored.indices.get(at) {
        if u64::from(*index).saturating_add(kept) < u64::from(ctr) {
            // The key moved here is looked at next.
            stored.remove(at);
        } else {
            at = at.saturating_add(1);
        }
    }
}

/// Where the link of an epoch stands, and the link; a new epoch comes last. Errors: `EpochOutOfRange`.
fn link_of<'a>(
    chain: &'a Chain,
    new_epoch: Option<&'a NewEpoch>,
    epoch: u64,
) -> Result<(usize, &'a Link), SparseError> {
    if let Some(new_epoch) = new_epoch.filter(|new_epoch| new_epoch.epoch == epoch) {
        return Ok((chain.links.len(), &new_epoch.link));
    }
    let back = chain.current_epoch.checked_sub(epoch);
    let back = back.and_then(|back| usize::try_from(back).ok());
    let at = back.and_then(|back| chain.links.len().checked_sub(1)?.checked_sub(back));
    let found = at.and_then(|at| Some((at, &**chain.links.get(at)?)));
    found.ok_or(SparseError::EpochOutOfRange { epoch })
}

/// J: the longest jump.
fn max_jump(parameters: ChainParameters) -> u32 {
    match parameters.max_jump {
        0 => DEFAULT_MAX_JUMP,
        given => given,
    }
}

/// O: how far back skipped keys are kept.
fn max_out_of_order(parameters: ChainParameters) -> u64 {
    match parameters.max_out_of_order {
        0 => u64::from(DEFAULT_MAX_OUT_OF_ORDER),
        given => u64::from(given),
    }
}

/// Mirror of `spec::ratchet::sparse::chain::root_step`: the next root key, and the link of two new chain keys.
fn root_step(
    salt: Option<&[u8]>,
    ikm: &[u8],
    info: &[u8],
    direction: Direction,
) -> (SparseRootKey, Box<Link>) {
    let [next_root, a2b, b2a] = hkdf_blocks(salt, ikm, info);
    let (send, receive) = match direction {
        Direction::A2B => (a2b, b2a),
        Direction::B2A => (b2a, a2b),
    };
    let link = Box::new(Link {
        send: Half::new(SparseChainKey::from_bytes(*send.as_bytes())),
        receive: Half::new(SparseChainKey::from_bytes(*receive.as_bytes())),
    });
    (SparseRootKey::from_bytes(*next_root.as_bytes()), link)
}

/// Mirror of `spec::ratchet::sparse::chain::kdf_scka_ck`.
/// The output is split where blocks of HKDF end.
fn kdf_scka_ck(chain_key: &SparseChainKey, ctr: u32) -> (SparseChainKey, SparseMessageKey) {
    let [next, key] = hkdf_blocks(None, chain_key.as_bytes(), &next_info(ctr));
    (
        SparseChainKey::from_bytes(*next.as_bytes()),
        SparseMessageKey::from_bytes(*key.as_bytes()),
    )
}

/// [`kdf_scka_ck`] without the message key, for one that would be dropped at once.
fn next_chain_key(chain_key: &SparseChainKey, ctr: u32) -> SparseChainKey {
    let [next] = hkdf_blocks(None, chain_key.as_bytes(), &next_info(ctr));
    SparseChainKey::from_bytes(*next.as_bytes())
}

/// The number of a key, and the label.
fn next_info(ctr: u32) -> [u8; 35] {
    let mut info = [0; 35];
    let from = ctr.to_be_bytes().into_iter().chain(*NEXT_INFO);
    for (to, from) in info.iter_mut().zip(from) {
        *to = from;
    }
    info
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEFAULTS: ChainParameters = ChainParameters {
        max_jump: 0,
        max_out_of_order: 0,
    };

    fn started() -> Chain {
        let auth_key = SparseAuthKey::from_bytes([1; 32]);
        chain_start(&auth_key, Direction::A2B, DEFAULTS)
    }

    #[test]
    fn last_number_of_a_half_has_none_after_it() {
        let mut chain = started();
        chain.links[0].send.ctr = u32::MAX;
        assert_eq!(
            send_key(&mut chain, 0).err(),
            Some(SparseError::CounterExhausted)
        );
        chain.links[0].receive.ctr = u32::MAX - 1;
        assert!(receive_key(&mut chain, 0, u32::MAX).is_ok());
        let again = SparseError::KeyAlreadyRequested { index: u32::MAX };
        assert_eq!(receive_key(&mut chain, 0, u32::MAX).err(), Some(again));
    }

    #[test]
    fn last_epoch_has_none_after_it() {
        let mut chain = started();
        chain.current_epoch = u64::MAX;
        let secret = EpochSecret::from_bytes([2; 32]);
        let added = add_epoch(&mut chain, &secret);
        assert_eq!(added, Err(SparseError::CounterExhausted));
        assert_eq!(chain.links.len(), 1);
    }

    #[test]
    fn erased_half_gives_no_key() {
        let mut chain = started();
        chain.links[0].send.next = None;
        chain.links[0].send.ctr = u32::MAX;
        chain.links[0].receive.next = None;
        let invalid = Some(SparseError::InvalidState);
        assert_eq!(send_key(&mut chain, 0).err(), invalid);
        assert_eq!(receive_key(&mut chain, 0, 1).err(), invalid);
    }

    #[test]
    fn keys_of_an_epoch_planned_with_it_are_those_after_it() {
        let secret = EpochSecret::from_bytes([2; 32]);
        let (mut one, mut other) = (started(), started());
        let new_epoch = plan_epoch(&one, &secret).unwrap();
        let (step, index, key) = plan_send_key(&one, Some(new_epoch), 1).unwrap();
        apply_send_key(&mut one, step);
        add_epoch(&mut other, &secret).unwrap();
        let (other_index, other_key) = send_key(&mut other, 1).unwrap();
        assert_eq!((index, key.as_bytes()), (other_index, other_key.as_bytes()));
        assert_eq!(one.links.len(), 2);
        assert!(one.links[0].send.next.is_none());

        let new_epoch = plan_epoch(&one, &secret).unwrap();
        let (step, key) = plan_receive_key(&one, Some(new_epoch), 2, 3).unwrap();
        apply_receive_key(&mut one, step);
        add_epoch(&mut other, &secret).unwrap();
        let other_key = receive_key(&mut other, 2, 3).unwrap();
        assert_eq!(key.as_bytes(), other_key.as_bytes());
        assert_eq!(one.links[2].receive.stored.indices, [1, 2]);
        assert_eq!(one.links[2].receive.ctr, other.links[2].receive.ctr);
    }
}
