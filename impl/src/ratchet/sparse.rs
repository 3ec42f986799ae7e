//! SPQR, the sparse post-quantum ratchet: a KEM run in small pieces beside every message, and the message keys it gives.
//!
//! Which part: DR4 5, as deployed; BRAID for the key agreement inside it. Who calls it: the Triple Ratchet. Secret: the state,
//! the random bytes, the message keys.
//!
//! The key of a message is of the chain epoch one below the epoch of the message: that of the last epoch which both parties
//! are known to have.
//!
//! A message is received in two steps, so that one that is refused, here or by the Double Ratchet, has changed nothing:
//!
//! ```text
//!  &State --plan_receive--> (SparseStep, message key) .. the message is opened .. apply_receive --> &mut State
//!          reads only                                                             cannot fail
//! ```
//!
//! A step holds what is new, not a state: a chunk, the keys that a half of a chain steps to, at most the keys of an epoch.
pub mod authenticator;
pub mod braid;
pub mod chain;
pub mod erasure;
pub mod gf65536;
pub mod message;
pub mod state;
pub mod types;

pub use crate::ratchet::sparse::types::*;

use crate::keys::{SparseAuthKey, SparseMessageKey};
use crate::ratchet::sparse::braid::receive::{
    apply_braid_receive_to, plan_braid_receive, BraidReceiveStep,
};
use crate::ratchet::sparse::braid::send::{apply_braid_send_to, plan_braid_send, BraidSendStep};
use crate::ratchet::sparse::braid::states::braid_draws;
use crate::ratchet::sparse::braid::{braid_epoch, braid_init, Braid, EpochOutput};
use crate::ratchet::sparse::chain::{
    add_epoch, apply_receive_key, apply_send_key, chain_start, plan_epoch, plan_no_key,
    plan_receive_key, plan_send_key, receive_key, send_key, Chain, ChainReceiveStep, ChainSendStep,
};
use crate::ratchet::sparse::message::{
    message_version, parse_sparse_message, MessageBytes, MessageVersion, SparseMessage,
};
use core::fmt;

/// How a session begins.
pub struct Parameters {
    /// Who the party is.
    pub direction: Direction,
    /// The version it begins with.
    pub version: Version,
    /// The oldest version it accepts.
    pub min_version: Version,
    /// The key from the handshake, secret.
    pub auth_key: SparseAuthKey,
    /// The limits of the chains.
    pub chain: ChainParameters,
}

/// What is kept until the first message of version 1 is received.
pub struct Negotiation {
    /// The key from the handshake, secret.
    pub(crate) auth_key: SparseAuthKey,
    /// Who the party is.
    pub(crate) direction: Direction,
    /// The oldest version it accepts.
    pub(crate) min_version: Version,
    /// The limits of the chains.
    pub(crate) chain: ChainParameters,
}

/// The state of a party. Secrets are in boxes: moved, the state leaves no copy behind.
#[derive(Debug)]
pub struct State {
    /// Present until the first message of version 1 is received.
    pub negotiation: Option<Box<Negotiation>>,
    /// The chains, secret; absent before the first key.
    pub chain: Option<Box<Chain>>,
    /// The Braid, secret; absent in version 0.
    pub braid: Option<Braid>,
}

/// What a send gives besides the state.
pub struct Sent {
    /// The bytes of the message; none in version 0.
    pub message: Vec<u8>,
    /// The message key, secret, if there is one.
    pub key: Option<SparseMessageKey>,
}

/// What sending or receiving does to the chains, of which `S` is the step.
enum ChainStep<S> {
    /// There are none, and there will be none.
    None,
    /// The first ones.
    New(Box<Chain>),
    /// The ones that there are change.
    Change(S),
}

/// All that sending a message changes.
pub(crate) struct SparseSendStep(SendStep);

enum SendStep {
    /// The state is that of version 0.
    Empty,
    Message {
        braid: BraidSendStep,
        chain: ChainStep<ChainSendStep>,
    },
}

/// All that receiving a message changes.
pub(crate) struct SparseStep(ReceiveStep);

enum ReceiveStep {
    /// Nothing.
    Unchanged,
    /// The state becomes that of version 0.
    Empty,
    Message {
        braid: BraidReceiveStep,
        chain: ChainStep<ChainReceiveStep>,
    },
}

impl fmt::Debug for Negotiation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Negotiation");
        out.field("direction", &self.direction)
            .field("min_version", &self.min_version)
            .field("chain", &self.chain)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Sent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Sent");
        out.field("message", &self.message).finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::sparse::empty_state`.
///
/// Out: the state of version 0.
#[must_use]
pub const fn empty_state() -> State {
    State {
        negotiation: None,
        chain: None,
        braid: None,
    }
}

/// Mirror of `spec::ratchet::sparse::sparse_init`.
///
/// In: the parameters. Out: the state.
#[must_use]
pub fn sparse_init(parameters: Parameters) -> State {
    let Parameters {
        direction,
        version,
        min_version,
        auth_key,
        chain,
    } = parameters;
    match version {
        Version::V0 => empty_state(),
        Version::V1 => State {
            chain: None,
            braid: Some(braid_init(direction, &auth_key)),
            negotiation: Some(Box::new(Negotiation {
                auth_key,
                direction,
                min_version,
                chain,
            })),
        },
    }
}

/// Mirror of `spec::ratchet::sparse::draws`.
///
/// In: a state. Out: which random bytes the next send takes.
#[must_use]
pub fn draws(state: &State) -> Draw {
    state.braid.as_ref().map_or(Draw::Nothing, braid_draws)
}

/// Mirror of `spec::ratchet::sparse::sparse_send`.
///
/// In: the state; random bytes, secret, of which [`draws`] tells what is taken. Out: the message, and its key; in version 0 no
/// message and no key.
/// Errors: `ChainNotAvailable`, `SendEpochDecreased`, `EpochOutOfRange`, `InvalidState`, `CounterExhausted`; all from a
/// stored state alone. The state is as before.
pub fn sparse_send(state: &mut State, random: &SparseRandom) -> Result<Sent, SparseError> {
    let (step, message, key) = plan_send(state, random)?;
    apply_send(state, step);
    Ok(Sent {
        message: message.to_vec(),
        key,
    })
}

/// What sending changes, the message, and its key; reads only. Errors: those of [`sparse_send`].
#[inline]
pub(crate) fn plan_send(
    state: &State,
    random: &SparseRandom,
) -> Result<(SparseSendStep, MessageBytes, Option<SparseMessageKey>), SparseError> {
    let Some(braid) = &state.braid else {
        let step = SparseSendStep(SendStep::Empty);
        return Ok((step, MessageBytes::NONE, None));
    };
    let epoch = braid_epoch(braid);
    // msg, sending_epoch, output_key = SCKASend(state)
    let (braid, payload, output) = plan_braid_send(braid, random)?;
    // state.RK, ... = KDF_SCKA_RK(state.RK, output_key); ck, mk = KDF_SCKA_CK(...)
    let (chain, index, key) = plan_sending_chain(state, output, key_epoch(epoch))?;
    let step = SparseSendStep(SendStep::Message { braid, chain });
    let message = MessageBytes::of(&SparseMessage {
        epoch,
        index,
        payload,
    });
    Ok((step, message, key))
}

/// The chain epoch of the keys of messages of an epoch, which is at least 1.
const fn key_epoch(epoch: u64) -> u64 {
    epoch.saturating_sub(1)
}

/// What sending does to the chains, and the key; none, of number 0, while the peer may turn out to be of version 0.
fn plan_sending_chain(
    state: &State,
    output: Option<EpochOutput>,
    epoch: u64,
) -> Result<(ChainStep<ChainSendStep>, u32, Option<SparseMessageKey>), SparseError> {
    if let Some(chain) = &state.chain {
        let new_epoch = output.map(|output| plan_epoch(chain, &output.secret));
        let (step, index, key) = plan_send_key(chain, new_epoch.transpose()?, epoch)?;
        return Ok((ChainStep::Change(step), index, Some(key)));
    }
    let negotiation = state.negotiation.as_deref();
    let negotiation = negotiation.ok_or(SparseError::ChainNotAvailable)?;
    if negotiation.min_version == Version::V0 {
        return Ok((ChainStep::None, 0, None));
    }
    let mut chain = negotiated_chain(negotiation, output)?;
    let (index, key) = send_key(&mut chain, epoch)?;
    Ok((ChainStep::New(chain), index, Some(key)))
}

/// The chains of a new session, with the epoch that came out of the Braid, if one did.
fn negotiated_chain(
    negotiation: &Negotiation,
    output: Option<EpochOutput>,
) -> Result<Box<Chain>, SparseError> {
    let Negotiation {
        auth_key,
        direction,
        chain,
        ..
    } = negotiation;
    let mut chain = Box::new(chain_start(auth_key, *direction, *chain));
    if let Some(output) = output {
        add_epoch(&mut chain, &output.secret)?;
    }
    Ok(chain)
}

/// Make a sending step, planned on this very state. It cannot fail.
#[inline]
pub(crate) fn apply_send(state: &mut State, step: SparseSendStep) {
    match step.0 {
        SendStep::Empty => *state = empty_state(),
        SendStep::Message { braid, chain } => {
            apply_braid_send_to(&mut state.braid, braid);
            apply_chain(state, chain, apply_send_key);
        }
    }
}

fn apply_chain<S>(state: &mut State, step: ChainStep<S>, change: fn(&mut Chain, S)) {
    match (step, &mut state.chain) {
        (ChainStep::New(chain), _) => state.chain = Some(chain),
        (ChainStep::Change(step), Some(chain)) => change(chain, step),
        // No plan changes what is not there.
        (ChainStep::None, _) | (ChainStep::Change(_), None) => {}
    }
}

/// Mirror of `spec::ratchet::sparse::sparse_receive`.
///
/// Deployed: a message of an unknown version changes nothing and has no key, as in release 1.5.3 of the peer; release 1.6.0
/// refuses it once a version is agreed on.
/// In: the state; any bytes. Out: the key of the message, secret, if it has one.
/// Errors: `MinimumVersion`, `VersionMismatch`; then `InvalidMessage`; then those of [`braid::braid_receive`];
/// `ChainNotAvailable`; then those of [`receive_key`]. The state is as before.
pub fn sparse_receive(
    state: &mut State,
    message: &[u8],
) -> Result<Option<SparseMessageKey>, SparseError> {
    let (step, key) = plan_receive(state, message)?;
    apply_receive(state, step);
    Ok(key)
}

/// What a message changes, and its key; reads only. Errors: those of [`sparse_receive`].
#[inline]
pub(crate) fn plan_receive(
    state: &State,
    message: &[u8],
) -> Result<(SparseStep, Option<SparseMessageKey>), SparseError> {
    let (step, key) = match (message_version(message), &state.braid) {
        (MessageVersion::Unsupported, _) => (ReceiveStep::Unchanged, None),
        (MessageVersion::V0, Some(_)) => {
            check_step_down(state.negotiation.as_deref())?;
            (ReceiveStep::Empty, None)
        }
        // In version 0 nothing is received: what the peer offers may be above what this party speaks.
        (_, None) => (ReceiveStep::Empty, None),
        (MessageVersion::V1, Some(braid)) => plan_message(state, braid, message)?,
    };
    Ok((SparseStep(step), key))
}

/// Whether a party may step down to version 0. Errors: `MinimumVersion`, `VersionMismatch`.
fn check_step_down(negotiation: Option<&Negotiation>) -> Result<(), SparseError> {
    match negotiation.map(|negotiation| negotiation.min_version) {
        Some(Version::V0) => Ok(()),
        Some(Version::V1) => Err(SparseError::MinimumVersion),
        None => Err(SparseError::VersionMismatch),
    }
}

/// A message of version 1 in a state of version 1.
fn plan_message(
    state: &State,
    braid: &Braid,
    bytes: &[u8],
) -> Result<(ReceiveStep, Option<SparseMessageKey>), SparseError> {
    let message = parse_sparse_message(bytes)?;
    // receiving_epoch, output_key = SCKAReceive(state, msg)
    let (braid, output) = plan_braid_receive(braid, &message)?;
    let (chain, key) = plan_receiving_chain(state, output, &message)?;
    Ok((ReceiveStep::Message { braid, chain }, key))
}

/// What receiving does to the chains, and the key of the message.
fn plan_receiving_chain(
    state: &State,
    output: Option<EpochOutput>,
    message: &SparseMessage,
) -> Result<(ChainStep<ChainReceiveStep>, Option<SparseMessageKey>), SparseError> {
    // In this case the peer did not know yet that there are chains.
    let has_key = message.epoch != 1 || message.index != 0;
    let (epoch, index) = (key_epoch(message.epoch), message.index);
    if let Some(chain) = &state.chain {
        // state.RK, ... = KDF_SCKA_RK(state.RK, output_key)
        let new_epoch = output.map(|output| plan_epoch(chain, &output.secret));
        let new_epoch = new_epoch.transpose()?;
        if !has_key {
            return Ok((ChainStep::Change(plan_no_key(new_epoch)), None));
        }
        let (step, key) = plan_receive_key(chain, new_epoch, epoch, index)?;
        return Ok((ChainStep::Change(step), Some(key)));
    }
    let negotiation = state.negotiation.as_deref();
    let negotiation = negotiation.ok_or(SparseError::ChainNotAvailable)?;
    let mut chain = negotiated_chain(negotiation, output)?;
    let key = if has_key {
        Some(receive_key(&mut chain, epoch, index)?)
    } else {
        None
    };
    Ok((ChainStep::New(chain), key))
}

/// Make a receiving step, planned on this very state. It cannot fail.
#[inline]
pub(crate) fn apply_receive(state: &mut State, step: SparseStep) {
    match step.0 {
        ReceiveStep::Unchanged => {}
        ReceiveStep::Empty => *state = empty_state(),
        ReceiveStep::Message { braid, chain } => {
            apply_braid_receive_to(&mut state.braid, braid);
            apply_chain(state, chain, apply_receive_key);
            state.negotiation = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::{KemRandom, KemSeed};
    use crate::ratchet::sparse::braid::{KeysUnsampled, NoHeaderReceived};
    use crate::ratchet::sparse::state::encode::{encode_state, state_room};

    fn started(direction: Direction) -> State {
        sparse_init(Parameters {
            direction,
            version: Version::V1,
            min_version: Version::V1,
            auth_key: SparseAuthKey::from_bytes([1; 32]),
            chain: ChainParameters {
                max_jump: UNLIMITED_JUMP,
                max_out_of_order: 0,
            },
        })
    }

    fn random() -> SparseRandom {
        SparseRandom {
            key_pair: KemSeed::from_bytes([2; 64]),
            encapsulation: KemRandom::from_bytes([3; 32]),
        }
    }

    #[test]
    fn stored_states_fit_their_room() {
        let mut states = [Direction::A2B, Direction::B2A].map(started);
        for n in 0..600 {
            let [to, from] = [n % 2, 1 - n % 2];
            let sent = sparse_send(&mut states[from], &random()).unwrap();
            if n % 5 != 0 {
                sparse_receive(&mut states[to], &sent.message).unwrap();
            }
            for state in &states {
                let (length, room) = (encode_state(state).len(), state_room(state));
                assert!(length <= room, "{length} {room} {state:?}");
            }
        }
    }

    #[test]
    fn last_epoch_of_the_braid_has_none_after_it() {
        let mut states = [Direction::A2B, Direction::B2A].map(started);
        // Both at the last epoch, from where only a stored state can bring them; the chains do not mind.
        for state in &mut states {
            match &mut state.braid {
                Some(
                    Braid::KeysUnsampled(KeysUnsampled { epoch, .. })
                    | Braid::NoHeaderReceived(NoHeaderReceived { epoch, .. }),
                ) => *epoch = u64::MAX,
                _ => panic!("the Braid begins in neither"),
            }
            let auth_key = SparseAuthKey::from_bytes([1; 32]);
            let parameters = state.negotiation.as_ref().unwrap().chain;
            let direction = state.negotiation.as_ref().unwrap().direction;
            let mut chain = chain_start(&auth_key, direction, parameters);
            chain.current_epoch = u64::MAX - 1;
            chain.send_epoch = u64::MAX - 1;
            state.chain = Some(Box::new(chain));
        }
        let exhausted = (0..300).find_map(|n| {
            let [to, from] = [n % 2, 1 - n % 2];
            let sent = sparse_send(&mut states[from], &random()).unwrap();
            let before = encode_state(&states[to]);
            let error = sparse_receive(&mut states[to], &sent.message).err()?;
            assert_eq!(*encode_state(&states[to]), *before);
            Some((error, format!("{:?}", states[to].braid)))
        });
        let (error, braid) = exhausted.unwrap();
        assert_eq!(error, SparseError::CounterExhausted);
        assert!(braid.contains("EkSentCt1Received"), "{braid}");
    }
}
