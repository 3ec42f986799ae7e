//! The symmetric chains of SPQR: epoch secrets go in, message keys come out.
//!
//! Which part: DR4 5.2 to 5.7, recommended functions DR4 7.2. Who calls it: `ratchet::sparse`. Secret: every key.
//!
//! ```text
//!               auth key                     secret of epoch 1              secret of epoch 2
//!                  |                                |                              |
//!        KDF_SCKA_INIT --- next root ------ KDF_SCKA_RK --- next root ----- KDF_SCKA_RK --- next root
//!           |       |                          |      |                       |      |
//!  link 0: A2B     B2A                link 1: A2B    B2A             link 2: A2B    B2A
//!           |       |                          |      |
//!     KDF_SCKA_CK  KDF_SCKA_CK ...  one message key a step, the first has number 1
//! ```
//!
//! Deployed: a party sends from the link of its sending epoch; the link before it is kept for late messages, its
//! sending half erased, and what is older is dropped. Skipped keys are one store per receiving half, of bounded age.
use crate::keys::*;
use crate::primitives::hkdf::*;
use crate::ratchet::sparse::types::*;
use hacspec_lib::*;

/// Length of the output of `KDF_SCKA_INIT` and `KDF_SCKA_RK`: a root key and two chain keys.
const THREE_KEYS_LENGTH: u8 = 96u8;
/// Length of the output of `KDF_SCKA_CK`: a chain key and a message key.
const TWO_KEYS_LENGTH: u8 = 64u8;
/// The number after which no key comes.
const LAST_COUNTER: u32 = 0xffff_ffffu32;

/// A key that was skipped.
#[derive(Clone, Copy, Default)]
pub struct StoredKey {
    /// Its number.
    pub index: u32,
    /// The message key, secret.
    pub key: SparseMessageKey,
}

/// One direction of an epoch.
#[derive(Clone, Default)]
pub struct Half {
    /// Number of the last key derived, 0 if there is none.
    pub ctr: u32,
    /// The chain key, secret; none once it is erased.
    pub next: Option<SparseChainKey>,
    /// Skipped keys, in the order in which they are stored.
    pub stored: Seq<StoredKey>,
}

/// The chains of an epoch.
#[derive(Clone, Default)]
pub struct Link {
    /// For messages sent.
    pub send: Half,
    /// For messages received.
    pub receive: Half,
}

/// The chains of the latest epochs.
#[derive(Clone)]
pub struct Chain {
    /// Which of two new chain keys is for sending.
    pub direction: Direction,
    /// Newest epoch.
    pub current_epoch: u64,
    /// Epoch of the last key sent.
    pub send_epoch: u64,
    /// One link an epoch, the newest last; at least one.
    pub links: Seq<Link>,
    /// What the next epoch secret is mixed into, secret.
    pub next_root: SparseRootKey,
    /// The limits.
    pub parameters: ChainParameters,
}

/// What a root step gives, all secret.
#[derive(Clone, Copy)]
struct RootStep {
    next_root: SparseRootKey,
    a2b: SparseChainKey,
    b2a: SparseChainKey,
}

/// Three keys cut from 96 bytes.
fn root_step(okm: &ByteSeq) -> RootStep {
    RootStep {
        next_root: SparseRootKey::from_slice(okm, 0, 32),
        a2b: SparseChainKey::from_slice(okm, 32, 32),
        b2a: SparseChainKey::from_slice(okm, 64, 32),
    }
}

/// Standard: DR4 5.2, `KDF_SCKA_INIT(sk)`. Deployed: the label has two spaces before its last word.
fn kdf_scka_init(auth_key: SparseAuthKey) -> RootStep {
    let info = ByteSeq::from_public_slice(b"Signal PQ Ratchet V1 Chain  Start");
    let ikm = ByteSeq::from_seq(&auth_key);
    root_step(&hkdf(&no_salt(), &ikm, &info, THREE_KEYS_LENGTH))
}

/// Standard: DR4 5.2, `KDF_SCKA_RK(rk, scka_output)`.
fn kdf_scka_rk(next_root: SparseRootKey, secret: EpochSecret) -> RootStep {
    let info = ByteSeq::from_public_slice(b"Signal PQ Ratchet V1 Chain Add Epoch");
    let salt = ByteSeq::from_seq(&next_root);
    let ikm = ByteSeq::from_seq(&secret);
    root_step(&hkdf(&salt, &ikm, &info, THREE_KEYS_LENGTH))
}

/// Standard: DR4 5.2, `KDF_SCKA_CK(ck, ctr)`: the next chain key, and message key number `ctr`.
fn kdf_scka_ck(next: SparseChainKey, ctr: u32) -> (SparseChainKey, SparseMessageKey) {
    let label = ByteSeq::from_public_slice(b"Signal PQ Ratchet V1 Chain Next");
    let info = ByteSeq::from_seq(&U32_to_be_bytes(U32(ctr))).concat(&label);
    let ikm = ByteSeq::from_seq(&next);
    let okm = hkdf(&no_salt(), &ikm, &info, TWO_KEYS_LENGTH);
    (
        SparseChainKey::from_slice(&okm, 0, 32),
        SparseMessageKey::from_slice(&okm, 32, 32),
    )
}

/// A half before its first step.
fn half(next: SparseChainKey) -> Half {
    Half {
        ctr: 0u32,
        next: Some(next),
        stored: Seq::<StoredKey>::new(0),
    }
}

/// The link of two new chain keys.
fn link(direction: Direction, step: RootStep) -> Link {
    match direction {
        Direction::A2B => Link {
            send: half(step.a2b),
            receive: half(step.b2a),
        },
        Direction::B2A => Link {
            send: half(step.b2a),
            receive: half(step.a2b),
        },
    }
}

/// The chains of a new session.
///
/// Standard: DR4 5.4, the initialisation of both parties.
/// In: the key from the handshake, secret; who the party is; the limits. Out: the chains, of epoch 0.
pub fn chain_start(
    auth_key: SparseAuthKey,
    direction: Direction,
    parameters: ChainParameters,
) -> Chain {
    let step = kdf_scka_init(auth_key);
    let mut links = Seq::<Link>::new(0);
    links = links.push_owned(link(direction, step));
    Chain {
        direction,
        current_epoch: 0u64,
        send_epoch: 0u64,
        links,
        next_root: step.next_root,
        parameters,
    }
}

/// Begin the chains of the next epoch.
///
/// Standard: DR4 5.2, `KDF_SCKA_RK`, on the key that the SCKA puts out.
/// In: the chains; the secret of the epoch after the current one. Out: the chains, with a link more.
/// Errors: `CounterExhausted`.
pub fn add_epoch(chain: Chain, secret: EpochSecret) -> Result<Chain, SparseError> {
    if chain.current_epoch == LAST_EPOCH {
        Err(SparseError::CounterExhausted)
    } else {
        let step = kdf_scka_rk(chain.next_root, secret);
        Ok(Chain {
            direction: chain.direction,
            current_epoch: chain.current_epoch + 1u64,
            send_epoch: chain.send_epoch,
            links: chain.links.push_owned(link(chain.direction, step)),
            next_root: step.next_root,
            parameters: chain.parameters,
        })
    }
}

/// Where the link of an epoch stands.
fn link_of(chain: &Chain, epoch: u64) -> Result<usize, SparseError> {
    let count = chain.links.len() as u64;
    if epoch > chain.current_epoch || chain.current_epoch - epoch >= count {
        Err(SparseError::EpochOutOfRange { epoch })
    } else {
        Ok((count - 1u64 - (chain.current_epoch - epoch)) as usize)
    }
}

/// The chain key of a half, which a stored state may lack.
fn chain_key(half: &Half) -> Result<SparseChainKey, SparseError> {
    match half.next {
        Some(next) => Ok(next),
        None => Err(SparseError::InvalidState),
    }
}

/// The half without its chain key.
fn erased(half: &Half) -> Half {
    Half {
        ctr: half.ctr,
        next: None,
        stored: half.stored.clone(),
    }
}

/// The links once link `at` is the one that sends: of those before it one is left, and it sends no more.
///
/// Standard: DR4 5.7, `ClearOldEpochs`.
fn clear_old_epochs(links: Seq<Link>, at: usize) -> Seq<Link> {
    if at == 0 {
        links
    } else {
        let mut kept: Seq<Link> = links.slice(at - 1, links.len() + 1 - at);
        kept[0usize] = Link {
            send: erased(&kept[0usize].send),
            receive: kept[0usize].receive.clone(),
        };
        kept
    }
}

/// The chains with a sending epoch.
fn with_send_epoch(chain: Chain, epoch: u64, at: usize) -> Chain {
    if epoch == chain.send_epoch {
        chain
    } else {
        Chain {
            direction: chain.direction,
            current_epoch: chain.current_epoch,
            send_epoch: epoch,
            links: clear_old_epochs(chain.links, at),
            next_root: chain.next_root,
            parameters: chain.parameters,
        }
    }
}

/// The chains with a link in place of another.
fn with_link(chain: Chain, at: usize, link: Link) -> Chain {
    let mut links = chain.links;
    links[at] = link;
    Chain {
        direction: chain.direction,
        current_epoch: chain.current_epoch,
        send_epoch: chain.send_epoch,
        links,
        next_root: chain.next_root,
        parameters: chain.parameters,
    }
}

/// Step a half: the half after it, and the key with its new number.
fn step_half(half: &Half) -> Result<(Half, SparseMessageKey), SparseError> {
    let next = chain_key(half)?;
    if half.ctr == LAST_COUNTER {
        Err(SparseError::CounterExhausted)
    } else {
        let ctr = half.ctr + 1u32;
        let (after, key) = kdf_scka_ck(next, ctr);
        let stepped = Half {
            ctr,
            next: Some(after),
            stored: half.stored.clone(),
        };
        Ok((stepped, key))
    }
}

/// The key of the next message to send.
///
/// Standard: DR4 5, the key of a message to send, the part after the SCKA.
/// In: the chains; the epoch of the key, not below the sending epoch. Out: the chains after it, the number of the key,
/// and the key, secret.
/// Errors: `SendEpochDecreased`, `EpochOutOfRange`, `InvalidState`, `CounterExhausted`, in this order.
pub fn send_key(chain: Chain, epoch: u64) -> Result<(Chain, u32, SparseMessageKey), SparseError> {
    if epoch < chain.send_epoch {
        Err(SparseError::SendEpochDecreased {
            send_epoch: chain.send_epoch,
            epoch,
        })
    } else {
        let at = link_of(&chain, epoch)?;
        let cleared = with_send_epoch(chain, epoch, at);
        // It may stand elsewhere now.
        let at = link_of(&cleared, epoch)?;
        let (send, key) = step_half(&cleared.links[at].send)?;
        let ctr = send.ctr;
        let receive = cleared.links[at].receive.clone();
        Ok((with_link(cleared, at, Link { send, receive }), ctr, key))
    }
}

/// J: the longest jump.
fn max_jump(parameters: ChainParameters) -> u32 {
    if parameters.max_jump == 0u32 {
        DEFAULT_MAX_JUMP
    } else {
        parameters.max_jump
    }
}

/// O: how far back skipped keys are kept. 64 bits, so that a sum with a number fits.
fn max_out_of_order(parameters: ChainParameters) -> u64 {
    if parameters.max_out_of_order == 0u32 {
        DEFAULT_MAX_OUT_OF_ORDER as u64
    } else {
        parameters.max_out_of_order as u64
    }
}

/// The store without the keys that are too old, if it has grown so much that it is worth while.
///
/// Deployed: the last key takes the place of a removed one.
fn collect_garbage(stored: Seq<StoredKey>, ctr: u32, kept: u64) -> Seq<StoredKey> {
    if (stored.len() as u64) < kept * 11u64 / 10u64 + 1u64 {
        stored
    } else {
        let mut rest = stored;
        let mut count = rest.len();
        let mut at = 0usize;
        for _i in 0..rest.len() {
            if at < count {
                if (rest[at].index as u64) + kept < ctr as u64 {
                    // The key moved here is looked at next.
                    count = count - 1;
                    rest[at] = rest[count];
                } else {
                    at = at + 1;
                }
            }
        }
        rest.slice(0, count)
    }
}

/// The key of a number that the half has not reached; those before it are stored.
///
/// Standard: DR4 5.6, `SkipMessageKeys` and the step after it.
fn receive_ahead(
    half: &Half,
    index: u32,
    parameters: ChainParameters,
) -> Result<(Half, SparseMessageKey), SparseError> {
    let start = chain_key(half)?;
    let kept = max_out_of_order(parameters);
    let mut next = start;
    let mut stored = if index as u64 > half.ctr as u64 + kept {
        Seq::<StoredKey>::new(0)
    } else {
        half.stored.clone()
    };
    for ctr in half.ctr + 1u32..index {
        let (after, key) = kdf_scka_ck(next, ctr);
        next = after;
        if ctr as u64 + kept >= index as u64 {
            stored = stored.push_owned(StoredKey { index: ctr, key });
        }
    }
    stored = collect_garbage(stored, index - 1u32, kept);
    let (after, key) = kdf_scka_ck(next, index);
    let stepped = Half {
        ctr: index,
        next: Some(after),
        stored,
    };
    Ok((stepped, key))
}

/// Where a number stands in the store: the first of that number.
fn stored_at(stored: &Seq<StoredKey>, index: u32) -> Option<usize> {
    let mut found: Option<usize> = None;
    for i in 0..stored.len() {
        let at = stored.len() - 1 - i;
        if stored[at].index == index {
            found = Some(at);
        }
    }
    found
}

/// The store without the key at a place; the last key takes the place.
fn remove_stored(stored: &Seq<StoredKey>, at: usize) -> Seq<StoredKey> {
    let last = stored.len() - 1;
    let mut rest = stored.clone();
    rest[at] = rest[last];
    rest.slice(0, last)
}

/// The key of a number that the half has passed.
///
/// Standard: DR4 5.6, the try of the skipped keys.
fn receive_behind(
    half: &Half,
    index: u32,
    parameters: ChainParameters,
) -> Result<(Half, SparseMessageKey), SparseError> {
    if index as u64 + max_out_of_order(parameters) < half.ctr as u64 {
        Err(SparseError::KeyTrimmed { index })
    } else {
        match stored_at(&half.stored, index) {
            Some(at) => {
                let taken = Half {
                    ctr: half.ctr,
                    next: half.next,
                    stored: remove_stored(&half.stored, at),
                };
                Ok((taken, half.stored[at].key))
            }
            None => Err(SparseError::KeyAlreadyRequested { index }),
        }
    }
}

/// The key of a number of a receiving half.
fn receive_half(
    half: &Half,
    index: u32,
    parameters: ChainParameters,
) -> Result<(Half, SparseMessageKey), SparseError> {
    if index < half.ctr {
        receive_behind(half, index, parameters)
    } else if index == half.ctr {
        Err(SparseError::KeyAlreadyRequested { index })
    } else if index - half.ctr > max_jump(parameters) {
        Err(SparseError::KeyJump {
            counter: half.ctr,
            index,
        })
    } else {
        receive_ahead(half, index, parameters)
    }
}

/// The key of a message received.
///
/// Standard: DR4 5.6, the part after the SCKA.
/// In: the chains; epoch and number of the key, both from the peer. Out: the chains after it, and the key, secret.
/// Errors: `EpochOutOfRange`, `KeyJump`, `KeyTrimmed`, `KeyAlreadyRequested`, `InvalidState`.
pub fn receive_key(
    chain: Chain,
    epoch: u64,
    index: u32,
) -> Result<(Chain, SparseMessageKey), SparseError> {
    let at = link_of(&chain, epoch)?;
    let (receive, key) = receive_half(&chain.links[at].receive, index, chain.parameters)?;
    let send = chain.links[at].send.clone();
    Ok((with_link(chain, at, Link { send, receive }), key))
}
