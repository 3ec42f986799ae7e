//! The steps about SPQR that keep nothing: its field, its code, its messages, its authenticator.
use super::{as_value, fixed, Done};
use crate::bytes::Bytes;
use crate::driver::library::{PlainAuthenticator, PlainChunk, PlainSparseMessage, SparseParts};
use crate::epoch::Epoch;
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{Chunk, Step};
use serde_json::Value;

/// Twice what the code can encode: a step that asks for more asks for memory only.
const LONGEST_MESSAGE: usize = 1 << 21;

/// Execute a step about a part of SPQR.
pub fn execute<L: SparseParts>(step: &Step) -> Done {
    if let Some(outcome) = field::<L>(step) {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = erasure_code::<L>(step)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = message::<L>(step)? {
        return Ok(Some(outcome));
    }
    authenticator::<L>(step)
}

fn field<L: SparseParts>(step: &Step) -> Option<Outcome> {
    let valid = Outcome::valid();
    match step {
        Step::GfMul { a, b } => Some(valid.with("product", L::gf_mul(*a, *b))),
        Step::GfDiv { a, b } => Some(valid.with("quotient", L::gf_div(*a, *b))),
        Step::GfInv { a } => Some(valid.with("inverse", L::gf_inv(*a))),
        _ => None,
    }
}

fn erasure_code<L: SparseParts>(step: &Step) -> Done {
    let outcome = match step {
        Step::ErasureEncode {
            message,
            repeat,
            skip,
            count,
        } => {
            let message = repeated(&message.0, repeat.unwrap_or(1))?;
            let (chunks, encoder) = L::erasure_encode(&message, *skip, *count)?;
            let chunks: Vec<Value> = chunks.into_iter().map(chunk_value).collect();
            Outcome::valid()
                .with("chunks", chunks)
                .with_bytes("encoderState", &encoder)
        }
        Step::ErasureDecode { length, chunks } => {
            let chunks: Result<Vec<_>, _> = chunks.iter().map(plain_chunk).collect();
            let (decoded, decoder) = L::erasure_decode(*length, &chunks?)?;
            Outcome::valid()
                .with_optional("decoded", decoded.as_deref())
                .with_bytes("decoderState", &decoder)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

/// So many times the same bytes. Errors: `bad_input` above [`LONGEST_MESSAGE`].
fn repeated(bytes: &[u8], times: u32) -> Result<Vec<u8>, ErrorClass> {
    let times = usize::try_from(times).map_err(|_| ErrorClass::BadInput)?;
    match bytes.len().checked_mul(times) {
        Some(length) if length <= LONGEST_MESSAGE => Ok(bytes.repeat(times)),
        _ => Err(ErrorClass::BadInput),
    }
}

fn message<L: SparseParts>(step: &Step) -> Done {
    let outcome = match step {
        Step::SpqrEncodeMessage {
            epoch,
            index,
            payload,
            chunk,
        } => {
            let message = L::encode_sparse_message(&PlainSparseMessage {
                epoch: epoch.0,
                index: *index,
                payload: *payload,
                chunk: chunk.as_ref().map(plain_chunk).transpose()?,
            })?;
            Outcome::valid().with_bytes("message", &message)
        }
        Step::SpqrParseMessage { bytes } => {
            let message = L::parse_sparse_message(&bytes.0)?;
            let outcome = Outcome::valid()
                .with("epoch", as_value(Epoch(message.epoch)))
                .with("index", message.index)
                .with("payload", as_value(message.payload));
            match message.chunk {
                Some(chunk) => outcome.with("chunk", chunk_value(chunk)),
                None => outcome,
            }
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn authenticator<L: SparseParts>(step: &Step) -> Done {
    let outcome = match step {
        Step::SpqrAuthNew { auth_key, epoch } => {
            authenticator_outcome(L::authenticator(fixed(auth_key)?, epoch.0))
        }
        Step::SpqrAuthUpdate {
            root_key,
            mac_key,
            epoch,
            key,
        } => {
            let keys = plain_authenticator(root_key, mac_key)?;
            authenticator_outcome(L::authenticator_update(keys, epoch.0, fixed(key)?))
        }
        Step::SpqrMacHeader {
            root_key,
            mac_key,
            epoch,
            header,
        } => {
            let keys = plain_authenticator(root_key, mac_key)?;
            Outcome::valid().with_bytes("mac", &L::mac_header(keys, epoch.0, &header.0))
        }
        Step::SpqrMacCiphertext {
            root_key,
            mac_key,
            epoch,
            ciphertext,
        } => {
            let keys = plain_authenticator(root_key, mac_key)?;
            Outcome::valid().with_bytes("mac", &L::mac_ciphertext(keys, epoch.0, &ciphertext.0))
        }
        Step::SpqrEpochSecret { kem_secret, epoch } => {
            let secret = L::epoch_secret(fixed(kem_secret)?, epoch.0);
            Outcome::valid().with_bytes("epochSecret", &secret)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn plain_authenticator(
    root_key: &Bytes,
    mac_key: &Bytes,
) -> Result<PlainAuthenticator, ErrorClass> {
    Ok(PlainAuthenticator {
        root_key: fixed(root_key)?,
        mac_key: fixed(mac_key)?,
    })
}

fn authenticator_outcome(keys: PlainAuthenticator) -> Outcome {
    Outcome::valid()
        .with_bytes("rootKey", &keys.root_key)
        .with_bytes("macKey", &keys.mac_key)
}

fn plain_chunk(chunk: &Chunk) -> Result<PlainChunk, ErrorClass> {
    Ok(PlainChunk {
        index: chunk.index,
        data: fixed(&chunk.data)?,
    })
}

fn chunk_value(chunk: PlainChunk) -> Value {
    as_value(Chunk {
        index: chunk.index,
        data: chunk.data.to_vec().into(),
    })
}
