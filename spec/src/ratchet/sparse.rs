//! SPQR, the sparse post-quantum ratchet: a KEM run in small pieces beside the messages, and the keys it gives.
//!
//! Which part: DR4 5; BRAID for the key agreement inside it. Who calls it: the Triple Ratchet. Secret: the state, the
//! random bytes, the message keys.
//!
//! ```text
//! erasure (gf65536)   authenticator                     what is sent in pieces, and its MACs
//!          \            /
//!           braid  --- epoch secrets --->  chain        one secret an epoch; message keys from it
//!              \                            /
//!               message: epoch, number of the key, piece
//! ```
//!
//! The key of a message is of the chain epoch one below the epoch of the message: that of the last epoch which both
//! parties are known to have.
//!
//! Deployed: the text leaves formats, limits and versions to the implementer. A version is agreed on: a party that
//! accepts version 0 steps down when its peer sends no SPQR, and sends no keys before it has heard from its peer. A
//! session of version 4 accepts version 1 only.
pub mod authenticator;
pub mod braid;
pub mod chain;
pub mod erasure;
pub mod gf65536;
pub mod message;
pub mod state;
pub mod types;

use crate::keys::*;
use crate::ratchet::sparse::braid::*;
use crate::ratchet::sparse::chain::*;
use crate::ratchet::sparse::message::*;
pub use crate::ratchet::sparse::types::*;
use hacspec_lib::*;

/// How a session begins.
#[derive(Clone, Copy)]
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
#[derive(Clone, Copy)]
pub struct Negotiation {
    /// The key from the handshake, secret.
    pub auth_key: SparseAuthKey,
    /// Who the party is.
    pub direction: Direction,
    /// The oldest version it accepts.
    pub min_version: Version,
    /// The limits of the chains.
    pub chain: ChainParameters,
}

/// The state of a party.
#[derive(Clone)]
pub struct State {
    /// Present until the first message of version 1 is received.
    pub negotiation: Option<Negotiation>,
    /// The chains, secret; absent before the first key.
    pub chain: Option<Chain>,
    /// The Braid, secret; absent in version 0.
    pub braid: Option<Braid>,
}

/// [`State`] under a name of its own, for modules that also have the state of the Double Ratchet.
pub type SparseState = State;

/// What a send gives besides the state.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The bytes of the message; none in version 0.
    pub message: Seq<u8>,
    /// The message key, secret, if there is one.
    pub key: Option<SparseMessageKey>,
}

/// The state of version 0.
///
/// Out: the state.
pub fn empty_state() -> State {
    State {
        negotiation: None,
        chain: None,
        braid: None,
    }
}

/// The state of a new session.
///
/// Standard: DR4 5.4, the initialisation of both parties; the chains follow with the first key.
/// In: the parameters. Out: the state.
pub fn sparse_init(parameters: Parameters) -> State {
    match parameters.version {
        Version::V0 => empty_state(),
        Version::V1 => State {
            negotiation: Some(Negotiation {
                auth_key: parameters.auth_key,
                direction: parameters.direction,
                min_version: parameters.min_version,
                chain: parameters.chain,
            }),
            chain: None,
            braid: Some(braid_init(parameters.direction, parameters.auth_key)),
        },
    }
}

/// Which random bytes the next send takes.
///
/// In: a state. Out: what it draws.
pub fn draws(state: &State) -> Draw {
    match &state.braid {
        Some(braid) => braid_draws(braid),
        None => Draw::Nothing,
    }
}

/// The chains of a new session.
fn negotiated_chain(negotiation: Negotiation) -> Chain {
    chain_start(
        negotiation.auth_key,
        negotiation.direction,
        negotiation.chain,
    )
}

/// The chains, for a message to send: none while the peer may turn out to be of version 0.
fn chain_for_sending(
    chain: Option<Chain>,
    negotiation: Option<Negotiation>,
) -> Result<Option<Chain>, SparseError> {
    match (chain, negotiation) {
        (Some(stored), _) => Ok(Some(stored)),
        (None, Some(record)) => match record.min_version {
            Version::V0 => Ok(None),
            Version::V1 => Ok(Some(negotiated_chain(record))),
        },
        (None, None) => Err(SparseError::ChainNotAvailable),
    }
}

/// The chains, for a message received.
fn chain_for_receiving(
    chain: Option<Chain>,
    negotiation: Option<Negotiation>,
) -> Result<Chain, SparseError> {
    match (chain, negotiation) {
        (Some(stored), _) => Ok(stored),
        (None, Some(record)) => Ok(negotiated_chain(record)),
        (None, None) => Err(SparseError::ChainNotAvailable),
    }
}

/// The chains with the epoch that came out of the Braid, if one did.
fn with_output(chain: Chain, output: Option<EpochOutput>) -> Result<Chain, SparseError> {
    match output {
        Some(epoch) => add_epoch(chain, epoch.secret),
        None => Ok(chain),
    }
}

/// The message of a send, and the state after it.
fn sent(
    negotiation: Option<Negotiation>,
    chain: Option<Chain>,
    braid: Braid,
    message: SparseMessage,
    key: Option<SparseMessageKey>,
) -> (State, Sent) {
    let next = State {
        negotiation,
        chain,
        braid: Some(braid),
    };
    let message = encode_sparse_message(&message);
    (next, Sent { message, key })
}

/// Send in version 1.
fn send_v1(
    negotiation: Option<Negotiation>,
    chain: Option<Chain>,
    braid: Braid,
    random: &SparseRandom,
) -> Result<(State, Sent), SparseError> {
    let epoch = braid_epoch(&braid);
    // BRAID 1.1: Send(state) -> (msg, sending_epoch, output_key)
    let (braid, payload, output) = braid_send(braid, random)?;
    let available = chain_for_sending(chain, negotiation)?;
    match available {
        Some(chain) => {
            // DR4 5.2: KDF_SCKA_RK if there is an output key, then KDF_SCKA_CK
            let added = with_output(chain, output)?;
            let (stepped, index, key) = send_key(added, epoch - 1u64)?;
            let message = SparseMessage {
                epoch,
                index,
                payload,
            };
            Ok(sent(negotiation, Some(stepped), braid, message, Some(key)))
        }
        None => {
            let message = SparseMessage {
                epoch,
                index: 0u32,
                payload,
            };
            Ok(sent(negotiation, None, braid, message, None))
        }
    }
}

/// The message to send beside the next message of the Double Ratchet, and its key.
///
/// Standard: DR4 5, the key of a message to send.
/// In: the state; random bytes, secret, of which [`draws`] tells what is taken. Out: the state after it, the message,
/// and its key; in version 0 no message and no key.
/// Errors: `ChainNotAvailable`, `SendEpochDecreased`, `EpochOutOfRange`, `InvalidState`, `CounterExhausted`; all from a
/// stored state alone.
pub fn sparse_send(state: State, random: &SparseRandom) -> Result<(State, Sent), SparseError> {
    match state.braid {
        Some(braid) => send_v1(state.negotiation, state.chain, braid, random),
        None => {
            let nothing = Sent {
                message: Seq::<u8>::new(0),
                key: None,
            };
            Ok((empty_state(), nothing))
        }
    }
}

/// A message of version 0 in a state of version 1: step down, if the party agrees to.
fn step_down(negotiation: Option<Negotiation>) -> Result<State, SparseError> {
    match negotiation {
        Some(record) => match record.min_version {
            Version::V0 => Ok(empty_state()),
            Version::V1 => Err(SparseError::MinimumVersion),
        },
        None => Err(SparseError::VersionMismatch),
    }
}

/// The key of a message, and the chains after it.
fn key_of(
    chain: Chain,
    message: &SparseMessage,
) -> Result<(Chain, Option<SparseMessageKey>), SparseError> {
    if message.epoch == 1u64 && message.index == 0u32 {
        // The peer did not know yet that there are chains.
        Ok((chain, None))
    } else {
        let (stepped, key) = receive_key(chain, message.epoch - 1u64, message.index)?;
        Ok((stepped, Some(key)))
    }
}

/// Receive a message of version 1 in a state of version 1.
fn receive_v1(
    negotiation: Option<Negotiation>,
    chain: Option<Chain>,
    braid: Braid,
    bytes: &Seq<u8>,
) -> Result<(State, Option<SparseMessageKey>), SparseError> {
    let message = parse_sparse_message(bytes)?;
    // BRAID 1.1: Receive(state, msg)
    let (braid, output) = braid_receive(braid, &message)?;
    let available = chain_for_receiving(chain, negotiation)?;
    // DR4 5.2: KDF_SCKA_RK if there is an output key, then KDF_SCKA_CK
    let added = with_output(available, output)?;
    let (stepped, key) = key_of(added, &message)?;
    let next = State {
        negotiation: None,
        chain: Some(stepped),
        braid: Some(braid),
    };
    Ok((next, key))
}

/// Take in the message that came beside a message of the Double Ratchet, and give its key.
///
/// Standard: DR4 5.6. Deployed: a message of an unknown version changes nothing and has no key.
/// In: the state; any bytes. Out: the state after it, and the key of the message, secret, if it has one.
/// Errors: `MinimumVersion`, `VersionMismatch`; then `InvalidMessage`; then those of [`braid_receive`];
/// `ChainNotAvailable`; then those of [`receive_key`]. The state is then to stay as it was.
pub fn sparse_receive(
    state: State,
    message: &Seq<u8>,
) -> Result<(State, Option<SparseMessageKey>), SparseError> {
    match message_version(message) {
        MessageVersion::Unsupported => Ok((state, None)),
        MessageVersion::V0 => match state.braid {
            Some(_) => {
                let lower = step_down(state.negotiation)?;
                Ok((lower, None))
            }
            None => Ok((empty_state(), None)),
        },
        MessageVersion::V1 => match state.braid {
            Some(braid) => receive_v1(state.negotiation, state.chain, braid, message),
            // What the peer offers is above what this party speaks.
            None => Ok((empty_state(), None)),
        },
    }
}
