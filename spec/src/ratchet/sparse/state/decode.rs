//! The state of SPQR, read.
//!
//! Which part: deployed only; PB, proto3. Who calls it: `session::record`. Secret: the bytes; inside this module they
//! are public, as the doc of `state` says.
pub mod braid;
pub mod coders;

use crate::keys::*;
use crate::ratchet::sparse::braid::*;
use crate::ratchet::sparse::chain::*;
use crate::ratchet::sparse::state::decode::braid::*;
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

/// A direction by its stored number.
fn direction_of(number: u32) -> Result<Direction, SparseError> {
    if number == 0u32 {
        Ok(Direction::A2B)
    } else if number == 1u32 {
        Ok(Direction::B2A)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// A version by its stored number.
fn version_of(number: u32) -> Result<Version, SparseError> {
    if number == 0u32 {
        Ok(Version::V0)
    } else if number == 1u32 {
        Ok(Version::V1)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read the limits; absent ones are the defaults.
fn decode_parameters(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<ChainParameters, SparseError> {
    let stored = stored_bytes(bytes, fields, number)?;
    let inner = stored_fields(&stored)?;
    let max_jump = stored_uint32(&inner, PARAMETERS_MAX_JUMP)?;
    let max_out_of_order = stored_uint32(&inner, PARAMETERS_MAX_OUT_OF_ORDER)?;
    Ok(ChainParameters {
        max_jump,
        max_out_of_order,
    })
}

/// Read the negotiation.
fn decode_negotiation(bytes: &Seq<u8>) -> Result<Negotiation, SparseError> {
    let fields = stored_fields(bytes)?;
    let auth_key = stored_secret(bytes, &fields, NEGOTIATION_AUTH_KEY)?;
    let direction_number = stored_uint32(&fields, NEGOTIATION_DIRECTION)?;
    let direction = direction_of(direction_number)?;
    let version_number = stored_uint32(&fields, NEGOTIATION_MIN_VERSION)?;
    let min_version = version_of(version_number)?;
    let chain = decode_parameters(bytes, &fields, NEGOTIATION_PARAMETERS)?;
    Ok(Negotiation {
        auth_key: SparseAuthKey::from_seq(&auth_key),
        direction,
        min_version,
        chain,
    })
}

/// Read the negotiation, if there is any.
fn decode_optional_negotiation(
    stored: Option<Seq<u8>>,
) -> Result<Option<Negotiation>, SparseError> {
    match stored {
        Some(bytes) => {
            let negotiation = decode_negotiation(&bytes)?;
            Ok(Some(negotiation))
        }
        None => Ok(None),
    }
}

/// The number that four bytes are, the high byte first.
fn be32(bytes: &Seq<u8>, start: usize) -> u32 {
    ((bytes[start] as u32) << 24)
        | ((bytes[start + 1] as u32) << 16)
        | ((bytes[start + 2] as u32) << 8)
        | (bytes[start + 3] as u32)
}

/// Read the store of a half.
fn decode_store(bytes: &Seq<u8>) -> Result<Seq<StoredKey>, SparseError> {
    if bytes.len() % STORED_KEY_LENGTH == 0 {
        let mut stored = Seq::<StoredKey>::new(bytes.len() / STORED_KEY_LENGTH);
        for i in 0..stored.len() {
            let start = STORED_KEY_LENGTH * i;
            let key = ByteSeq::from_public_seq(&bytes.slice(start + 4, SECRET_LENGTH));
            stored[i] = StoredKey {
                index: be32(bytes, start),
                key: SparseMessageKey::from_seq(&key),
            };
        }
        Ok(stored)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read a chain key; an erased one is empty.
fn decode_next(bytes: &Seq<u8>) -> Result<Option<SparseChainKey>, SparseError> {
    if bytes.len() == 0 {
        Ok(None)
    } else if bytes.len() == SECRET_LENGTH {
        let key = ByteSeq::from_public_seq(bytes);
        Ok(Some(SparseChainKey::from_seq(&key)))
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read a half.
fn decode_half(bytes: &Seq<u8>) -> Result<Half, SparseError> {
    let fields = stored_fields(bytes)?;
    let ctr = stored_uint32(&fields, HALF_COUNTER)?;
    let next_bytes = stored_bytes(bytes, &fields, HALF_NEXT)?;
    let next = decode_next(&next_bytes)?;
    let store = stored_bytes(bytes, &fields, HALF_STORE)?;
    let stored = decode_store(&store)?;
    Ok(Half { ctr, next, stored })
}

/// Read a link.
fn decode_link(bytes: &Seq<u8>) -> Result<Link, SparseError> {
    let fields = stored_fields(bytes)?;
    let send_bytes = stored_required(bytes, &fields, LINK_SEND)?;
    let send = decode_half(&send_bytes)?;
    let receive_bytes = stored_required(bytes, &fields, LINK_RECEIVE)?;
    let receive = decode_half(&receive_bytes)?;
    Ok(Link { send, receive })
}

/// One link more.
fn append_link(links: Seq<Link>, bytes: &Seq<u8>) -> Result<Seq<Link>, SparseError> {
    let link = decode_link(bytes)?;
    Ok(links.push_owned(link))
}

/// Read the links.
fn decode_links(items: &Seq<Seq<u8>>) -> Result<Seq<Link>, SparseError> {
    let mut result: Result<Seq<Link>, SparseError> = Ok(Seq::<Link>::new(0));
    for i in 0..items.len() {
        result = match result {
            Ok(links) => append_link(links, &items[i]),
            Err(error) => Err(error),
        };
    }
    result
}

/// Whether the epochs of a chain and its links fit together.
fn has_fitting_epochs(links: usize, current_epoch: u64, send_epoch: u64) -> bool {
    if links == 0 || (links - 1) as u64 > current_epoch {
        false
    } else {
        let oldest = current_epoch - (links - 1) as u64;
        oldest <= send_epoch && send_epoch <= current_epoch
    }
}

/// Read the chains.
fn decode_chain(bytes: &Seq<u8>) -> Result<Chain, SparseError> {
    let fields = stored_fields(bytes)?;
    let direction_number = stored_uint32(&fields, CHAIN_DIRECTION)?;
    let direction = direction_of(direction_number)?;
    let current_epoch = stored_uint64(&fields, CHAIN_CURRENT_EPOCH)?;
    let items = stored_all(bytes, &fields, CHAIN_LINK)?;
    let links = decode_links(&items)?;
    let next_root = stored_secret(bytes, &fields, CHAIN_NEXT_ROOT)?;
    let send_epoch = stored_uint64(&fields, CHAIN_SEND_EPOCH)?;
    let parameters = decode_parameters(bytes, &fields, CHAIN_PARAMETERS)?;
    if has_fitting_epochs(links.len(), current_epoch, send_epoch) {
        Ok(Chain {
            direction,
            current_epoch,
            send_epoch,
            links,
            next_root: SparseRootKey::from_seq(&next_root),
            parameters,
        })
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read the chains, if there are any.
fn decode_optional_chain(stored: Option<Seq<u8>>) -> Result<Option<Chain>, SparseError> {
    match stored {
        Some(bytes) => {
            let chain = decode_chain(&bytes)?;
            Ok(Some(chain))
        }
        None => Ok(None),
    }
}

/// Read the Braid, if there is one.
fn decode_optional_braid(stored: Option<Seq<u8>>) -> Result<Option<Braid>, SparseError> {
    match stored {
        Some(bytes) => {
            let braid = decode_braid(&bytes)?;
            Ok(Some(braid))
        }
        None => Ok(None),
    }
}

/// The newest epoch whose secret the Braid has given.
fn epoch_given(braid: &Braid) -> u64 {
    if has_epoch_secret(braid) {
        braid_epoch(braid)
    } else {
        // An epoch is at least 1.
        braid_epoch(braid) - 1u64
    }
}

/// Whether the newest chain is that of the last secret which the Braid gave, so that the next one fits.
fn is_in_step(state: &State) -> bool {
    match &state.chain {
        Some(chain) => match &state.braid {
            Some(braid) => chain.current_epoch == epoch_given(braid),
            None => true,
        },
        None => true,
    }
}

/// Read a state.
///
/// In: any bytes, secret. Out: the state.
/// Errors: `InvalidState`; `InvalidMessage` for a decoder of another size than its state needs. The first that is met.
pub fn decode_state(stored: &ByteSeq) -> Result<State, SparseError> {
    // Public inside this module, as its doc says.
    let bytes = stored.clone().declassify();
    let fields = stored_fields(&bytes)?;
    let negotiation_bytes = stored_optional(&bytes, &fields, STATE_NEGOTIATION)?;
    let negotiation = decode_optional_negotiation(negotiation_bytes)?;
    let chain_bytes = stored_optional(&bytes, &fields, STATE_CHAIN)?;
    let chain = decode_optional_chain(chain_bytes)?;
    let braid_bytes = stored_optional(&bytes, &fields, STATE_BRAID)?;
    let braid = decode_optional_braid(braid_bytes)?;
    let state = State {
        negotiation,
        chain,
        braid,
    };
    if is_in_step(&state) {
        Ok(state)
    } else {
        Err(SparseError::InvalidState)
    }
}
