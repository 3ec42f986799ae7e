//! The numbers of the stored fields, and how a field is read.
//!
//! Which part: deployed only; PB. Who calls it: the other modules of `state`. Secret: nothing by itself.
use crate::ratchet::sparse::types::SparseError;
use crate::wire::protobuf::{self, Field, StoredError};
use core::ops::Deref;

pub(crate) const STATE_NEGOTIATION: u32 = 1;
pub(crate) const STATE_CHAIN: u32 = 2;
pub(crate) const STATE_BRAID: u32 = 3;
pub(crate) const NEGOTIATION_AUTH_KEY: u32 = 1;
pub(crate) const NEGOTIATION_DIRECTION: u32 = 2;
pub(crate) const NEGOTIATION_MIN_VERSION: u32 = 3;
pub(crate) const NEGOTIATION_PARAMETERS: u32 = 4;
pub(crate) const PARAMETERS_MAX_JUMP: u32 = 1;
pub(crate) const PARAMETERS_MAX_OUT_OF_ORDER: u32 = 2;
pub(crate) const CHAIN_DIRECTION: u32 = 1;
pub(crate) const CHAIN_CURRENT_EPOCH: u32 = 2;
pub(crate) const CHAIN_LINK: u32 = 3;
pub(crate) const CHAIN_NEXT_ROOT: u32 = 4;
pub(crate) const CHAIN_SEND_EPOCH: u32 = 5;
pub(crate) const CHAIN_PARAMETERS: u32 = 6;
pub(crate) const LINK_SEND: u32 = 1;
pub(crate) const LINK_RECEIVE: u32 = 2;
pub(crate) const HALF_COUNTER: u32 = 1;
pub(crate) const HALF_NEXT: u32 = 2;
pub(crate) const HALF_STORE: u32 = 3;
pub(crate) const BRAID_KEYS_UNSAMPLED: u32 = 1;
pub(crate) const BRAID_KEYS_SAMPLED: u32 = 2;
pub(crate) const BRAID_HEADER_SENT: u32 = 3;
pub(crate) const BRAID_CT1_RECEIVED: u32 = 4;
pub(crate) const BRAID_EK_SENT_CT1_RECEIVED: u32 = 5;
pub(crate) const BRAID_NO_HEADER_RECEIVED: u32 = 6;
pub(crate) const BRAID_HEADER_RECEIVED: u32 = 7;
pub(crate) const BRAID_CT1_SAMPLED: u32 = 8;
pub(crate) const BRAID_EK_RECEIVED_CT1_SAMPLED: u32 = 9;
pub(crate) const BRAID_CT1_ACKNOWLEDGED: u32 = 10;
pub(crate) const BRAID_CT2_SAMPLED: u32 = 11;
/// The core of each of the eleven states; its encoder and decoder follow.
pub(crate) const BRAID_CORE: u32 = 1;
pub(crate) const BRAID_SECOND: u32 = 2;
pub(crate) const BRAID_THIRD: u32 = 3;
pub(crate) const CORE_EPOCH: u32 = 1;
pub(crate) const CORE_AUTHENTICATOR: u32 = 2;
/// The keys and ciphertexts of a state, in the order of its fields.
pub(crate) const CORE_FIRST: u32 = 3;
pub(crate) const CORE_SECOND: u32 = 4;
pub(crate) const CORE_THIRD: u32 = 5;
pub(crate) const AUTHENTICATOR_ROOT_KEY: u32 = 1;
pub(crate) const AUTHENTICATOR_MAC_KEY: u32 = 2;
pub(crate) const ENCODER_COUNTER: u32 = 1;
pub(crate) const ENCODER_POINTS: u32 = 2;
pub(crate) const ENCODER_COEFFICIENTS: u32 = 3;
pub(crate) const DECODER_SYMBOLS: u32 = 1;
pub(crate) const DECODER_POLYNOMIALS: u32 = 2;
pub(crate) const DECODER_POINTS: u32 = 3;
pub(crate) const DECODER_COMPLETE: u32 = 4;
/// An index and a key in a store.
pub(crate) const STORED_KEY_LENGTH: usize = 36;

impl StoredError for SparseError {
    const MALFORMED: Self = Self::InvalidState;
}

/// A part of a stored state, and its fields.
pub(crate) type Stored<'a, F> = protobuf::Stored<'a, F, SparseError>;

impl<'a, F: Deref<Target = [Field]>> Stored<'a, F> {
    /// A message that must be there.
    pub(crate) fn required(&self, number: u32) -> Result<&'a [u8], SparseError> {
        self.optional(number)?.ok_or(SparseError::InvalidState)
    }

    /// Bytes of one length, such as a secret.
    pub(crate) fn exactly<const N: usize>(&self, number: u32) -> Result<&'a [u8; N], SparseError> {
        let value = self.bytes(number)?;
        value.try_into().map_err(|_| SparseError::InvalidState)
    }
}
