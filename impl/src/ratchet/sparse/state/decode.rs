//! The state of SPQR, read.
//!
//! Which part: deployed only; PB, proto3. Who calls it: `session::record`. Secret: the bytes; their structure is not.
pub mod braid;
pub mod coders;

use crate::keys::{SparseAuthKey, SparseChainKey, SparseMessageKey, SparseRootKey};
use crate::ratchet::sparse::braid::states::has_epoch_secret;
use crate::ratchet::sparse::braid::{braid_epoch, Braid};
use crate::ratchet::sparse::chain::{Chain, Half, Link, Stored as Store, StoredKey};
use crate::ratchet::sparse::state::decode::braid::decode_braid;
use crate::ratchet::sparse::state::fields::{
    Stored, CHAIN_CURRENT_EPOCH, CHAIN_DIRECTION, CHAIN_LINK, CHAIN_NEXT_ROOT, CHAIN_PARAMETERS,
    CHAIN_SEND_EPOCH, HALF_COUNTER, HALF_NEXT, HALF_STORE, LINK_RECEIVE, LINK_SEND,
    NEGOTIATION_AUTH_KEY, NEGOTIATION_DIRECTION, NEGOTIATION_MIN_VERSION, NEGOTIATION_PARAMETERS,
    PARAMETERS_MAX_JUMP, PARAMETERS_MAX_OUT_OF_ORDER, STATE_BRAID, STATE_CHAIN, STATE_NEGOTIATION,
    STORED_KEY_LENGTH,
};
use crate::ratchet::sparse::types::{ChainParameters, Direction, SparseError, Version};
use crate::ratchet::sparse::{Negotiation, State};

/// Mirror of `spec::ratchet::sparse::state::decode::decode_state`.
///
/// In: any bytes, secret. Out: the state.
/// Errors: `InvalidState`; `InvalidMessage` for a decoder of another size than its state needs. The first that is met.
pub fn decode_state(stored: &[u8]) -> Result<State, SparseError> {
    let fields = Stored::parse(stored)?;
    let negotiation = fields.optional(STATE_NEGOTIATION)?;
    let negotiation = negotiation.map(decode_negotiation).transpose()?;
    let chain = fields
        .optional(STATE_CHAIN)?
        .map(decode_chain)
        .transpose()?;
    let braid = fields
        .optional(STATE_BRAID)?
        .map(decode_braid)
        .transpose()?;
    // The newest chain is that of the last secret which the Braid gave, so that the next one fits.
    if let (Some(chain), Some(braid)) = (&chain, &braid) {
        if chain.current_epoch != epoch_given(braid) {
            return Err(SparseError::InvalidState);
        }
    }
    Ok(State {
        negotiation,
        chain,
        braid,
    })
}

/// The newest epoch whose secret the Braid has given.
fn epoch_given(braid: &Braid) -> u64 {
    let epoch = braid_epoch(braid);
    if has_epoch_secret(braid) {
        epoch
    } else {
        epoch.saturating_sub(1)
    }
}

fn decode_negotiation(bytes: &[u8]) -> Result<Box<Negotiation>, SparseError> {
    let fields = Stored::parse(bytes)?;
    let auth_key = fields.exactly(NEGOTIATION_AUTH_KEY)?;
    let direction = direction_of(fields.uint32(NEGOTIATION_DIRECTION)?)?;
    let min_version = match fields.uint32(NEGOTIATION_MIN_VERSION)? {
        0 => Version::V0,
        1 => Version::V1,
        _ => return Err(SparseError::InvalidState),
    };
    let chain = decode_parameters(fields.bytes(NEGOTIATION_PARAMETERS)?)?;
    Ok(Box::new(Negotiation {
        auth_key: SparseAuthKey::from_bytes(*auth_key),
        direction,
        min_version,
        chain,
    }))
}

fn direction_of(number: u32) -> Result<Direction, SparseError> {
    match number {
        0 => Ok(Direction::A2B),
        1 => Ok(Direction::B2A),
        _ => Err(SparseError::InvalidState),
    }
}

/// Limits; absent ones are the defaults.
fn decode_parameters(bytes: &[u8]) -> Result<ChainParameters, SparseError> {
    let fields = Stored::parse(bytes)?;
    Ok(ChainParameters {
        max_jump: fields.uint32(PARAMETERS_MAX_JUMP)?,
        max_out_of_order: fields.uint32(PARAMETERS_MAX_OUT_OF_ORDER)?,
    })
}

fn decode_chain(bytes: &[u8]) -> Result<Box<Chain>, SparseError> {
    let fields = Stored::parse(bytes)?;
    let direction = direction_of(fields.uint32(CHAIN_DIRECTION)?)?;
    let current_epoch = fields.uint64(CHAIN_CURRENT_EPOCH)?;
    let links = fields.all(CHAIN_LINK)?.into_iter().map(decode_link);
    let links = links.collect::<Result<Vec<Box<Link>>, SparseError>>()?;
    let next_root = fields.exactly(CHAIN_NEXT_ROOT)?;
    let send_epoch = fields.uint64(CHAIN_SEND_EPOCH)?;
    let parameters = decode_parameters(fields.bytes(CHAIN_PARAMETERS)?)?;
    // There is a link, none is of an epoch before 0, and the sending epoch has one.
    let before = links
        .len()
        .checked_sub(1)
        .and_then(|n| u64::try_from(n).ok());
    let oldest = before.and_then(|before| current_epoch.checked_sub(before));
    if !oldest.is_some_and(|oldest| (oldest..=current_epoch).contains(&send_epoch)) {
        return Err(SparseError::InvalidState);
    }
    Ok(Box::new(Chain {
        direction,
        current_epoch,
        send_epoch,
        links,
        next_root: SparseRootKey::from_bytes(*next_root),
        parameters,
    }))
}

fn decode_link(bytes: &[u8]) -> Result<Box<Link>, SparseError> {
    let fields = Stored::parse(bytes)?;
    let send = decode_half(fields.required(LINK_SEND)?)?;
    let receive = decode_half(fields.required(LINK_RECEIVE)?)?;
    Ok(Box::new(Link { send, receive }))
}

fn decode_half(bytes: &[u8]) -> Result<Half, SparseError> {
    let fields = Stored::parse(bytes)?;
    let ctr = fields.uint32(HALF_COUNTER)?;
    let next = decode_next(fields.bytes(HALF_NEXT)?)?;
    let stored = decode_store(fields.bytes(HALF_STORE)?)?;
    Ok(Half { ctr, next, stored })
}

/// A chain key; an erased one is empty.
fn decode_next(bytes: &[u8]) -> Result<Option<SparseChainKey>, SparseError> {
    if bytes.is_empty() {
        return Ok(None);
    }
    let key: &[u8; 32] = bytes.try_into().map_err(|_| SparseError::InvalidState)?;
    Ok(Some(SparseChainKey::from_bytes(*key)))
}

/// Skipped keys, in the order in which they are stored.
fn decode_store(bytes: &[u8]) -> Result<Store, SparseError> {
    let (records, []) = bytes.as_chunks::<STORED_KEY_LENGTH>() else {
        return Err(SparseError::InvalidState);
    };
    let mut stored = Store::with_capacity(records.len());
    for [i0, i1, i2, i3, key @ ..] in records {
        stored.push(Box::new(StoredKey {
            index: u32::from_be_bytes([*i0, *i1, *i2, *i3]),
            key: SparseMessageKey::from_bytes(*key),
        }));
    }
    Ok(stored)
}
