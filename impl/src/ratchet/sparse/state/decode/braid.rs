//! The eleven states of the Braid, read.
//!
//! Which part: deployed only; PB. Who calls it: `state::decode`. Secret: what the states hold as secret.
use crate::keys::{KemEncapsState, MacKey, SparseRootKey};
use crate::primitives::mlkem::incremental::{CIPHERTEXT1_LEN, VECTOR_LEN};
use crate::ratchet::sparse::authenticator::Authenticator;
use crate::ratchet::sparse::braid::states::{
    Braid, Ct1Acknowledged, Ct1Received, Ct1Sampled, Ct2Sampled, DecapsulationKey,
    EkReceivedCt1Sampled, EkSentCt1Received, HeaderReceived, HeaderSent, KeysSampled,
    KeysUnsampled, NoHeaderReceived, CIPHERTEXT2_AND_MAC_LENGTH, DECAPSULATION_KEY_LENGTH,
    HEADER_AND_MAC_LENGTH,
};
use crate::ratchet::sparse::erasure::{Decoder, Encoder};
use crate::ratchet::sparse::state::decode::coders::{decode_decoder, decode_encoder};
#[allow(clippy::wildcard_imports)] // the numbers of all stored fields
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::types::SparseError;
use crate::wire::protobuf::{Field, WIRE_BYTES};
use core::ops::Deref;
use zeroize::Zeroizing;

/// Bytes of the state of an encapsulation.
const ENCAPS_STATE_LENGTH: usize = 2080;

/// Mirror of `spec::ratchet::sparse::state::decode::braid::decode_braid`.
pub(crate) fn decode_braid(bytes: &[u8]) -> Result<Braid, SparseError> {
    let fields = Stored::parse(bytes)?;
    let number = sole_state(fields.fields())?;
    let state = Stored::parse(fields.required(number)?)?;
    let core = Stored::parse(state.required(BRAID_CORE)?)?;
    decode_numbered(number, &state, &core)
}

/// The number of the one field that names a state.
fn sole_state(fields: &[Field]) -> Result<u32, SparseError> {
    let mut states = fields
        .iter()
        .filter(|field| field.number <= BRAID_CT2_SAMPLED);
    match (states.next(), states.next()) {
        (Some(field), None) if field.wire_type == WIRE_BYTES => Ok(field.number),
        _ => Err(SparseError::InvalidState),
    }
}

/// The state of a number.
fn decode_numbered<F: Deref<Target = [Field]>, C: Deref<Target = [Field]>>(
    number: u32,
    state: &Stored<'_, F>,
    core: &Stored<'_, C>,
) -> Result<Braid, SparseError> {
    let epoch = core.uint64(CORE_EPOCH)?;
    let auth = decode_authenticator(core.required(CORE_AUTHENTICATOR)?)?;
    if epoch == 0 {
        return Err(SparseError::InvalidState);
    }
    Ok(match number {
        BRAID_KEYS_UNSAMPLED => Braid::KeysUnsampled(KeysUnsampled { epoch, auth }),
        BRAID_KEYS_SAMPLED => Braid::KeysSampled(KeysSampled {
            epoch,
            auth,
            ek: piece(core, CORE_FIRST)?,
            dk: decapsulation_key(core, CORE_SECOND)?,
            header_encoder: encoder(state, BRAID_SECOND, HEADER_AND_MAC_LENGTH)?,
        }),
        BRAID_HEADER_SENT => Braid::HeaderSent(HeaderSent {
            epoch,
            auth,
            dk: decapsulation_key(core, CORE_FIRST)?,
            ek_encoder: encoder(state, BRAID_SECOND, VECTOR_LEN)?,
            ct1_decoder: decoder(state, BRAID_THIRD, CIPHERTEXT1_LEN)?,
        }),
        BRAID_CT1_RECEIVED => Braid::Ct1Received(Ct1Received {
            epoch,
            auth,
            dk: decapsulation_key(core, CORE_FIRST)?,
            ct1: piece(core, CORE_SECOND)?,
            ek_encoder: encoder(state, BRAID_SECOND, VECTOR_LEN)?,
        }),
        BRAID_EK_SENT_CT1_RECEIVED => Braid::EkSentCt1Received(EkSentCt1Received {
            epoch,
            auth,
            dk: decapsulation_key(core, CORE_FIRST)?,
            ct1: piece(core, CORE_SECOND)?,
            ct2_decoder: decoder(state, BRAID_THIRD, CIPHERTEXT2_AND_MAC_LENGTH)?,
        }),
        BRAID_NO_HEADER_RECEIVED => Braid::NoHeaderReceived(NoHeaderReceived {
            epoch,
            auth,
            header_decoder: decoder(state, BRAID_SECOND, HEADER_AND_MAC_LENGTH)?,
        }),
        BRAID_HEADER_RECEIVED => Braid::HeaderReceived(HeaderReceived {
            epoch,
            auth,
            header: piece(core, CORE_FIRST)?,
            ek_decoder: decoder(state, BRAID_SECOND, VECTOR_LEN)?,
        }),
        BRAID_CT1_SAMPLED => Braid::Ct1Sampled(Ct1Sampled {
            epoch,
            auth,
            header: piece(core, CORE_FIRST)?,
            es: encaps_state(core, CORE_SECOND)?,
            ct1: piece(core, CORE_THIRD)?,
            ct1_encoder: encoder(state, BRAID_SECOND, CIPHERTEXT1_LEN)?,
            ek_decoder: decoder(state, BRAID_THIRD, VECTOR_LEN)?,
        }),
        BRAID_EK_RECEIVED_CT1_SAMPLED => Braid::EkReceivedCt1Sampled(EkReceivedCt1Sampled {
            epoch,
            auth,
            es: encaps_state(core, CORE_FIRST)?,
            ek: piece(core, CORE_SECOND)?,
            ct1: piece(core, CORE_THIRD)?,
            ct1_encoder: encoder(state, BRAID_SECOND, CIPHERTEXT1_LEN)?,
        }),
        BRAID_CT1_ACKNOWLEDGED => Braid::Ct1Acknowledged(Ct1Acknowledged {
            epoch,
            auth,
            header: piece(core, CORE_FIRST)?,
            es: encaps_state(core, CORE_SECOND)?,
            ct1: piece(core, CORE_THIRD)?,
            ek_decoder: decoder(state, BRAID_SECOND, VECTOR_LEN)?,
        }),
        // BRAID_CT2_SAMPLED: no other number is left.
        _ => Braid::Ct2Sampled(Ct2Sampled {
            epoch,
            auth,
            ct2_encoder: encoder(state, BRAID_SECOND, CIPHERTEXT2_AND_MAC_LENGTH)?,
        }),
    })
}

fn decode_authenticator(bytes: &[u8]) -> Result<Box<Authenticator>, SparseError> {
    let fields = Stored::parse(bytes)?;
    let root_key = fields.exactly(AUTHENTICATOR_ROOT_KEY)?;
    let mac_key = fields.exactly(AUTHENTICATOR_MAC_KEY)?;
    Ok(Box::new(Authenticator {
        root_key: SparseRootKey::from_bytes(*root_key),
        mac_key: MacKey::from_bytes(*mac_key),
    }))
}

/// A public piece of the core.
fn piece<const N: usize, F: Deref<Target = [Field]>>(
    core: &Stored<'_, F>,
    number: u32,
) -> Result<Box<[u8; N]>, SparseError> {
    Ok(Box::new(*core.exactly(number)?))
}

/// The decapsulation key in the core; filled in place, so that no copy stays behind.
fn decapsulation_key<F: Deref<Target = [Field]>>(
    core: &Stored<'_, F>,
    number: u32,
) -> Result<DecapsulationKey, SparseError> {
    let stored: &[u8; DECAPSULATION_KEY_LENGTH] = core.exactly(number)?;
    let mut key = Box::new(Zeroizing::new([0; DECAPSULATION_KEY_LENGTH]));
    key.copy_from_slice(stored);
    Ok(key)
}

/// The state of an encapsulation in the core; as [`decapsulation_key`].
fn encaps_state<F: Deref<Target = [Field]>>(
    core: &Stored<'_, F>,
    number: u32,
) -> Result<Box<KemEncapsState>, SparseError> {
    let stored: &[u8; ENCAPS_STATE_LENGTH] = core.exactly(number)?;
    let mut state = Box::new(KemEncapsState::from_bytes([0; ENCAPS_STATE_LENGTH]));
    state.as_bytes_mut().copy_from_slice(stored);
    Ok(state)
}

/// An encoder beside the core.
fn encoder<F: Deref<Target = [Field]>>(
    state: &Stored<'_, F>,
    number: u32,
    length: usize,
) -> Result<Encoder, SparseError> {
    decode_encoder(state.required(number)?, length)
}

/// A decoder beside the core.
fn decoder<F: Deref<Target = [Field]>>(
    state: &Stored<'_, F>,
    number: u32,
    length: usize,
) -> Result<Decoder, SparseError> {
    decode_decoder(state.required(number)?, length)
}
