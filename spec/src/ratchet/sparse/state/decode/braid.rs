//! The eleven states of the Braid, read.
//!
//! Which part: deployed only; PB. Who calls it: `state::decode`. Secret: what the states hold as secret.
use crate::keys::*;
use crate::primitives::mlkem::incremental::*;
use crate::primitives::mlkem::*;
use crate::ratchet::sparse::authenticator::*;
use crate::ratchet::sparse::braid::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::state::decode::coders::*;
use crate::ratchet::sparse::state::fields::*;
use crate::ratchet::sparse::types::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

/// The state of an encapsulation.
const ENCAPS_STATE_LENGTH: usize = 2080;

/// A stored state, split: its own fields, those of its core, and what every core has.
#[derive(Clone)]
struct Stored {
    bytes: Seq<u8>,
    fields: Seq<Field>,
    core_bytes: Seq<u8>,
    core_fields: Seq<Field>,
    epoch: u64,
    auth: Authenticator,
}

/// Read an authenticator.
fn decode_authenticator(bytes: &Seq<u8>) -> Result<Authenticator, SparseError> {
    let fields = stored_fields(bytes)?;
    let root_key = stored_secret(bytes, &fields, AUTHENTICATOR_ROOT_KEY)?;
    let mac_key = stored_secret(bytes, &fields, AUTHENTICATOR_MAC_KEY)?;
    Ok(Authenticator {
        root_key: SparseRootKey::from_seq(&root_key),
        mac_key: MacKey::from_seq(&mac_key),
    })
}

/// Split a stored state.
fn split(bytes: Seq<u8>) -> Result<Stored, SparseError> {
    let fields = stored_fields(&bytes)?;
    let core_bytes = stored_required(&bytes, &fields, BRAID_CORE)?;
    let core_fields = stored_fields(&core_bytes)?;
    let epoch = stored_uint64(&core_fields, CORE_EPOCH)?;
    let auth_bytes = stored_required(&core_bytes, &core_fields, CORE_AUTHENTICATOR)?;
    let auth = decode_authenticator(&auth_bytes)?;
    if epoch == 0u64 {
        Err(SparseError::InvalidState)
    } else {
        Ok(Stored {
            bytes,
            fields,
            core_bytes,
            core_fields,
            epoch,
            auth,
        })
    }
}

/// A public piece of the core.
fn piece(stored: &Stored, number: u32, length: usize) -> Result<Seq<u8>, SparseError> {
    stored_exactly(&stored.core_bytes, &stored.core_fields, number, length)
}

/// The decapsulation key in the core.
fn decapsulation_key(stored: &Stored, number: u32) -> Result<ByteSeq, SparseError> {
    let length = decapsulation_key_len(ParameterSet::MlKem768);
    let bytes = piece(stored, number, length)?;
    Ok(ByteSeq::from_public_seq(&bytes))
}

/// The state of an encapsulation in the core.
fn encaps_state(stored: &Stored, number: u32) -> Result<KemEncapsState, SparseError> {
    let bytes = piece(stored, number, ENCAPS_STATE_LENGTH)?;
    Ok(KemEncapsState::from_seq(&ByteSeq::from_public_seq(&bytes)))
}

/// An encoder beside the core.
fn stored_encoder(stored: &Stored, number: u32, length: usize) -> Result<Encoder, SparseError> {
    let bytes = stored_required(&stored.bytes, &stored.fields, number)?;
    decode_encoder(&bytes, length)
}

/// A decoder beside the core.
fn stored_decoder(stored: &Stored, number: u32, length: usize) -> Result<Decoder, SparseError> {
    let bytes = stored_required(&stored.bytes, &stored.fields, number)?;
    decode_decoder(&bytes, length)
}

fn decode_keys_sampled(stored: &Stored) -> Result<Braid, SparseError> {
    let ek = piece(stored, CORE_FIRST, VECTOR_LEN)?;
    let dk = decapsulation_key(stored, CORE_SECOND)?;
    let header_encoder = stored_encoder(stored, BRAID_SECOND, HEADER_AND_MAC_LENGTH)?;
    Ok(Braid::KeysSampled(KeysSampled {
        epoch: stored.epoch,
        auth: stored.auth,
        ek,
        dk,
        header_encoder,
    }))
}

fn decode_header_sent(stored: &Stored) -> Result<Braid, SparseError> {
    let dk = decapsulation_key(stored, CORE_FIRST)?;
    let ek_encoder = stored_encoder(stored, BRAID_SECOND, VECTOR_LEN)?;
    let ct1_decoder = stored_decoder(stored, BRAID_THIRD, CIPHERTEXT1_LEN)?;
    Ok(Braid::HeaderSent(HeaderSent {
        epoch: stored.epoch,
        auth: stored.auth,
        dk,
        ek_encoder,
        ct1_decoder,
    }))
}

fn decode_ct1_received(stored: &Stored) -> Result<Braid, SparseError> {
    let dk = decapsulation_key(stored, CORE_FIRST)?;
    let ct1 = piece(stored, CORE_SECOND, CIPHERTEXT1_LEN)?;
    let ek_encoder = stored_encoder(stored, BRAID_SECOND, VECTOR_LEN)?;
    Ok(Braid::Ct1Received(Ct1Received {
        epoch: stored.epoch,
        auth: stored.auth,
        dk,
        ct1,
        ek_encoder,
    }))
}

fn decode_ek_sent_ct1_received(stored: &Stored) -> Result<Braid, SparseError> {
    let dk = decapsulation_key(stored, CORE_FIRST)?;
    let ct1 = piece(stored, CORE_SECOND, CIPHERTEXT1_LEN)?;
    let ct2_decoder = stored_decoder(stored, BRAID_THIRD, CIPHERTEXT2_AND_MAC_LENGTH)?;
    Ok(Braid::EkSentCt1Received(EkSentCt1Received {
        epoch: stored.epoch,
        auth: stored.auth,
        dk,
        ct1,
        ct2_decoder,
    }))
}

fn decode_no_header_received(stored: &Stored) -> Result<Braid, SparseError> {
    let header_decoder = stored_decoder(stored, BRAID_SECOND, HEADER_AND_MAC_LENGTH)?;
    Ok(Braid::NoHeaderReceived(NoHeaderReceived {
        epoch: stored.epoch,
        auth: stored.auth,
        header_decoder,
    }))
}

fn decode_header_received(stored: &Stored) -> Result<Braid, SparseError> {
    let header = piece(stored, CORE_FIRST, HEADER_LEN)?;
    let ek_decoder = stored_decoder(stored, BRAID_SECOND, VECTOR_LEN)?;
    Ok(Braid::HeaderReceived(HeaderReceived {
        epoch: stored.epoch,
        auth: stored.auth,
        header,
        ek_decoder,
    }))
}

fn decode_ct1_sampled(stored: &Stored) -> Result<Braid, SparseError> {
    let header = piece(stored, CORE_FIRST, HEADER_LEN)?;
    let es = encaps_state(stored, CORE_SECOND)?;
    let ct1 = piece(stored, CORE_THIRD, CIPHERTEXT1_LEN)?;
    let ct1_encoder = stored_encoder(stored, BRAID_SECOND, CIPHERTEXT1_LEN)?;
    let ek_decoder = stored_decoder(stored, BRAID_THIRD, VECTOR_LEN)?;
    Ok(Braid::Ct1Sampled(Ct1Sampled {
        epoch: stored.epoch,
        auth: stored.auth,
        header,
        es,
        ct1,
        ct1_encoder,
        ek_decoder,
    }))
}

fn decode_ek_received_ct1_sampled(stored: &Stored) -> Result<Braid, SparseError> {
    let es = encaps_state(stored, CORE_FIRST)?;
    let ek = piece(stored, CORE_SECOND, VECTOR_LEN)?;
    let ct1 = piece(stored, CORE_THIRD, CIPHERTEXT1_LEN)?;
    let ct1_encoder = stored_encoder(stored, BRAID_SECOND, CIPHERTEXT1_LEN)?;
    Ok(Braid::EkReceivedCt1Sampled(EkReceivedCt1Sampled {
        epoch: stored.epoch,
        auth: stored.auth,
        es,
        ek,
        ct1,
        ct1_encoder,
    }))
}

fn decode_ct1_acknowledged(stored: &Stored) -> Result<Braid, SparseError> {
    let header = piece(stored, CORE_FIRST, HEADER_LEN)?;
    let es = encaps_state(stored, CORE_SECOND)?;
    let ct1 = piece(stored, CORE_THIRD, CIPHERTEXT1_LEN)?;
    let ek_decoder = stored_decoder(stored, BRAID_SECOND, VECTOR_LEN)?;
    Ok(Braid::Ct1Acknowledged(Ct1Acknowledged {
        epoch: stored.epoch,
        auth: stored.auth,
        header,
        es,
        ct1,
        ek_decoder,
    }))
}

fn decode_ct2_sampled(stored: &Stored) -> Result<Braid, SparseError> {
    let ct2_encoder = stored_encoder(stored, BRAID_SECOND, CIPHERTEXT2_AND_MAC_LENGTH)?;
    Ok(Braid::Ct2Sampled(Ct2Sampled {
        epoch: stored.epoch,
        auth: stored.auth,
        ct2_encoder,
    }))
}

/// Read the state of a number.
fn decode_numbered(number: u32, stored: &Stored) -> Result<Braid, SparseError> {
    if number == BRAID_KEYS_UNSAMPLED {
        Ok(Braid::KeysUnsampled(KeysUnsampled {
            epoch: stored.epoch,
            auth: stored.auth,
        }))
    } else if number == BRAID_KEYS_SAMPLED {
        decode_keys_sampled(stored)
    } else if number == BRAID_HEADER_SENT {
        decode_header_sent(stored)
    } else if number == BRAID_CT1_RECEIVED {
        decode_ct1_received(stored)
    } else if number == BRAID_EK_SENT_CT1_RECEIVED {
        decode_ek_sent_ct1_received(stored)
    } else if number == BRAID_NO_HEADER_RECEIVED {
        decode_no_header_received(stored)
    } else if number == BRAID_HEADER_RECEIVED {
        decode_header_received(stored)
    } else if number == BRAID_CT1_SAMPLED {
        decode_ct1_sampled(stored)
    } else if number == BRAID_EK_RECEIVED_CT1_SAMPLED {
        decode_ek_received_ct1_sampled(stored)
    } else if number == BRAID_CT1_ACKNOWLEDGED {
        decode_ct1_acknowledged(stored)
    } else {
        decode_ct2_sampled(stored)
    }
}

/// Where the one field stands that names a state.
fn sole_state(fields: &Seq<Field>) -> Result<usize, SparseError> {
    let mut found = 0usize;
    let mut count = 0usize;
    let mut well_typed = true;
    for i in 0..fields.len() {
        if fields[i].number <= BRAID_CT2_SAMPLED {
            found = i;
            count = count + 1;
            well_typed = well_typed && fields[i].wire_type == WIRE_BYTES;
        }
    }
    if count == 1 && well_typed {
        Ok(found)
    } else {
        Err(SparseError::InvalidState)
    }
}

/// Read a state.
pub(crate) fn decode_braid(bytes: &Seq<u8>) -> Result<Braid, SparseError> {
    let fields = stored_fields(bytes)?;
    let at = sole_state(&fields)?;
    let stored = split(bytes.slice(fields[at].start, fields[at].length))?;
    decode_numbered(fields[at].number, &stored)
}
