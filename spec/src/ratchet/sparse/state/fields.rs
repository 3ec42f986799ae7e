//! The numbers of the stored fields, and how a field is read.
//!
//! Which part: deployed only; PB. Who calls it: the other modules of `state`. Secret: nothing by itself.
use crate::ratchet::sparse::types::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

pub(crate) const STATE_NEGOTIATION: u32 = 1u32;
pub(crate) const STATE_CHAIN: u32 = 2u32;
pub(crate) const STATE_BRAID: u32 = 3u32;
pub(crate) const NEGOTIATION_AUTH_KEY: u32 = 1u32;
pub(crate) const NEGOTIATION_DIRECTION: u32 = 2u32;
pub(crate) const NEGOTIATION_MIN_VERSION: u32 = 3u32;
pub(crate) const NEGOTIATION_PARAMETERS: u32 = 4u32;
pub(crate) const PARAMETERS_MAX_JUMP: u32 = 1u32;
pub(crate) const PARAMETERS_MAX_OUT_OF_ORDER: u32 = 2u32;
pub(crate) const CHAIN_DIRECTION: u32 = 1u32;
pub(crate) const CHAIN_CURRENT_EPOCH: u32 = 2u32;
pub(crate) const CHAIN_LINK: u32 = 3u32;
pub(crate) const CHAIN_NEXT_ROOT: u32 = 4u32;
pub(crate) const CHAIN_SEND_EPOCH: u32 = 5u32;
pub(crate) const CHAIN_PARAMETERS: u32 = 6u32;
pub(crate) const LINK_SEND: u32 = 1u32;
pub(crate) const LINK_RECEIVE: u32 = 2u32;
pub(crate) const HALF_COUNTER: u32 = 1u32;
pub(crate) const HALF_NEXT: u32 = 2u32;
pub(crate) const HALF_STORE: u32 = 3u32;
pub(crate) const BRAID_KEYS_UNSAMPLED: u32 = 1u32;
pub(crate) const BRAID_KEYS_SAMPLED: u32 = 2u32;
pub(crate) const BRAID_HEADER_SENT: u32 = 3u32;
pub(crate) const BRAID_CT1_RECEIVED: u32 = 4u32;
pub(crate) const BRAID_EK_SENT_CT1_RECEIVED: u32 = 5u32;
pub(crate) const BRAID_NO_HEADER_RECEIVED: u32 = 6u32;
pub(crate) const BRAID_HEADER_RECEIVED: u32 = 7u32;
pub(crate) const BRAID_CT1_SAMPLED: u32 = 8u32;
pub(crate) const BRAID_EK_RECEIVED_CT1_SAMPLED: u32 = 9u32;
pub(crate) const BRAID_CT1_ACKNOWLEDGED: u32 = 10u32;
pub(crate) const BRAID_CT2_SAMPLED: u32 = 11u32;
/// The core of each of the eleven states; its encoder and decoder follow.
pub(crate) const BRAID_CORE: u32 = 1u32;
pub(crate) const BRAID_SECOND: u32 = 2u32;
pub(crate) const BRAID_THIRD: u32 = 3u32;
pub(crate) const CORE_EPOCH: u32 = 1u32;
pub(crate) const CORE_AUTHENTICATOR: u32 = 2u32;
/// The keys and ciphertexts of a state, in the order of its fields.
pub(crate) const CORE_FIRST: u32 = 3u32;
pub(crate) const CORE_SECOND: u32 = 4u32;
pub(crate) const CORE_THIRD: u32 = 5u32;
pub(crate) const AUTHENTICATOR_ROOT_KEY: u32 = 1u32;
pub(crate) const AUTHENTICATOR_MAC_KEY: u32 = 2u32;
pub(crate) const ENCODER_COUNTER: u32 = 1u32;
pub(crate) const ENCODER_POINTS: u32 = 2u32;
pub(crate) const ENCODER_COEFFICIENTS: u32 = 3u32;
pub(crate) const DECODER_SYMBOLS: u32 = 1u32;
pub(crate) const DECODER_POLYNOMIALS: u32 = 2u32;
pub(crate) const DECODER_POINTS: u32 = 3u32;
pub(crate) const DECODER_COMPLETE: u32 = 4u32;
/// A key or secret.
pub(crate) const SECRET_LENGTH: usize = 32;
/// An index and a key in a store.
pub(crate) const STORED_KEY_LENGTH: usize = 36;
/// A symbol of the erasure code.
pub(crate) const SYMBOL_LENGTH: usize = 2;
/// A point of the erasure code.
pub(crate) const POINT_LENGTH: usize = 4;

/// The fields of a stored message.
pub(crate) fn stored_fields(bytes: &Seq<u8>) -> Result<Seq<Field>, SparseError> {
    match parse_fields(bytes) {
        Ok(fields) => Ok(fields),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// An integer; absent reads as 0.
pub(crate) fn stored_uint64(fields: &Seq<Field>, number: u32) -> Result<u64, SparseError> {
    match varint_or_zero(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// An integer of 32 bits; absent reads as 0.
pub(crate) fn stored_uint32(fields: &Seq<Field>, number: u32) -> Result<u32, SparseError> {
    match uint32_or_zero(fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// Every value of a repeated field.
pub(crate) fn stored_all(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<Seq<u8>>, SparseError> {
    match all_bytes(bytes, fields, number) {
        Ok(values) => Ok(values),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// A message whose presence matters.
pub(crate) fn stored_optional(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Option<Seq<u8>>, SparseError> {
    match last_bytes(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// A message that must be there.
pub(crate) fn stored_required(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, SparseError> {
    let value = stored_optional(bytes, fields, number)?;
    match value {
        Some(found) => Ok(found),
        None => Err(SparseError::InvalidState),
    }
}

/// Bytes; absent reads as empty.
pub(crate) fn stored_bytes(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, SparseError> {
    match bytes_or_empty(bytes, fields, number) {
        Ok(value) => Ok(value),
        Err(_) => Err(SparseError::InvalidState),
    }
}

/// Bytes of one length.
pub(crate) fn stored_exactly(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
    length: usize,
) -> Result<Seq<u8>, SparseError> {
    let value = stored_bytes(bytes, fields, number)?;
    if value.len() == length {
        Ok(value)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// A secret of 32 bytes.
pub(crate) fn stored_secret(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<ByteSeq, SparseError> {
    let value = stored_exactly(bytes, fields, number, SECRET_LENGTH)?;
    Ok(ByteSeq::from_public_seq(&value))
}
