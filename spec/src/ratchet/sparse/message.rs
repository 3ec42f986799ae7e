//! The messages of SPQR, as bytes.
//!
//! What: epoch, number of the message key, and what the Braid sends. Which part: the message types of BRAID 2.3; the
//! bytes are deployed only. Who calls it: `ratchet::sparse`, `braid`. Secret: nothing.
//!
//! ```text
//! version 1: 01 || varint epoch || varint index || type [|| varint chunk index || chunk (32)]
//! version 0: no bytes at all
//! ```
//!
//! | type | payload | chunk of |
//! |---|---|---|
//! | 0 | None | |
//! | 1 | Hdr | header and its MAC |
//! | 2 | Ek | encapsulation key |
//! | 3 | EkCt1Ack | encapsulation key; ct1 is complete |
//! | 4 | Ct1Ack | none; ct1 is complete |
//! | 5 | Ct1 | first half of the ciphertext |
//! | 6 | Ct2 | second half of the ciphertext and its MAC |
use crate::keys::*;
use crate::ratchet::sparse::erasure::*;
use crate::ratchet::sparse::types::*;
use crate::wire::protobuf::*;
use hacspec_lib::*;

/// First byte of a message of version 1.
const VERSION_BYTE_1: u8 = 1u8;
const TYPE_NONE: u8 = 0u8;
const TYPE_HDR: u8 = 1u8;
const TYPE_EK: u8 = 2u8;
const TYPE_EK_CT1_ACK: u8 = 3u8;
const TYPE_CT1_ACK: u8 = 4u8;
const TYPE_CT1: u8 = 5u8;
const TYPE_CT2: u8 = 6u8;
/// Most bytes of a varint.
const MAX_VARINT_LENGTH: usize = 10;
/// Largest number of a message key.
const MAX_INDEX: u64 = 0xffff_ffffu64;
/// Largest number of a chunk.
const MAX_CHUNK_INDEX: u64 = 0xffffu64;

/// What the Braid sends.
///
/// Standard: BRAID 2.3, the message types.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Payload {
    /// Nothing.
    None,
    /// A chunk of the header and its MAC.
    Hdr(Chunk),
    /// A chunk of the encapsulation key.
    Ek(Chunk),
    /// The same, and ct1 is complete.
    EkCt1Ack(Chunk),
    /// ct1 is complete.
    Ct1Ack,
    /// A chunk of ct1.
    Ct1(Chunk),
    /// A chunk of ct2 and its MAC.
    Ct2(Chunk),
}

/// A message of version 1.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SparseMessage {
    /// Epoch of the sender, at least 1.
    pub epoch: u64,
    /// Number of the message key, 0 if there is none.
    pub index: u32,
    /// What the Braid sends.
    pub payload: Payload,
}

/// What the first byte of a message says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageVersion {
    /// No bytes, or a first byte of 0.
    V0,
    /// A first byte of 1.
    V1,
    /// Any other first byte.
    Unsupported,
}

/// A varint and where it ends.
#[derive(Clone, Copy)]
struct Varint {
    value: u64,
    next: usize,
}

/// The version of a message.
///
/// In: any bytes. Out: the version.
pub fn message_version(bytes: &Seq<u8>) -> MessageVersion {
    if bytes.len() == 0 || bytes[0] == 0u8 {
        MessageVersion::V0
    } else if bytes[0] == VERSION_BYTE_1 {
        MessageVersion::V1
    } else {
        MessageVersion::Unsupported
    }
}

/// Append a type and its chunk.
fn put_chunk(out: Seq<u8>, message_type: u8, chunk: &Chunk) -> Seq<u8> {
    put_varint(out.push_owned(message_type), chunk.index as u64).concat(&chunk.data)
}

/// Write a message of version 1.
///
/// In: the message. Out: its bytes.
pub fn encode_sparse_message(message: &SparseMessage) -> Seq<u8> {
    let mut out = Seq::<u8>::new(0);
    out = out.push_owned(VERSION_BYTE_1);
    out = put_varint(out, message.epoch);
    out = put_varint(out, message.index as u64);
    match message.payload {
        Payload::None => out.push_owned(TYPE_NONE),
        Payload::Hdr(chunk) => put_chunk(out, TYPE_HDR, &chunk),
        Payload::Ek(chunk) => put_chunk(out, TYPE_EK, &chunk),
        Payload::EkCt1Ack(chunk) => put_chunk(out, TYPE_EK_CT1_ACK, &chunk),
        Payload::Ct1Ack => out.push_owned(TYPE_CT1_ACK),
        Payload::Ct1(chunk) => put_chunk(out, TYPE_CT1, &chunk),
        Payload::Ct2(chunk) => put_chunk(out, TYPE_CT2, &chunk),
    }
}

/// Read a varint of at most `max` and at most ten bytes.
///
/// Deployed: bits from 2^64 on are dropped, and it need not be minimal.
fn read_varint(bytes: &Seq<u8>, at: usize, max: u64) -> Result<Varint, SparseError> {
    let mut value = 0u64;
    let mut length = 0usize;
    let mut done = false;
    for i in 0..MAX_VARINT_LENGTH {
        if !done && at + i < bytes.len() {
            let byte = bytes[at + i];
            // The tenth byte has room for bit 63 alone; a shift drops the others.
            value = value | (((byte & 0x7fu8) as u64) << (7 * i));
            length = i + 1;
            done = byte < 0x80u8;
        }
    }
    if done && value <= max {
        Ok(Varint {
            value,
            next: at + length,
        })
    } else {
        Err(SparseError::InvalidMessage)
    }
}

/// Read a chunk; what follows it is ignored.
fn parse_chunk(bytes: &Seq<u8>, at: usize) -> Result<Chunk, SparseError> {
    let index = read_varint(bytes, at, MAX_CHUNK_INDEX)?;
    if bytes.len() - index.next < CHUNK_LENGTH {
        Err(SparseError::InvalidMessage)
    } else {
        Ok(Chunk {
            index: index.value as u16,
            data: ChunkData::from_slice(bytes, index.next, CHUNK_LENGTH),
        })
    }
}

/// The payload of a type and a chunk.
fn payload_of(message_type: u8, chunk: Chunk) -> Result<Payload, SparseError> {
    if message_type == TYPE_HDR {
        Ok(Payload::Hdr(chunk))
    } else if message_type == TYPE_EK {
        Ok(Payload::Ek(chunk))
    } else if message_type == TYPE_EK_CT1_ACK {
        Ok(Payload::EkCt1Ack(chunk))
    } else if message_type == TYPE_CT1 {
        Ok(Payload::Ct1(chunk))
    } else if message_type == TYPE_CT2 {
        Ok(Payload::Ct2(chunk))
    } else {
        Err(SparseError::InvalidMessage)
    }
}

/// Read a type and its chunk, if it has one.
fn parse_payload(bytes: &Seq<u8>, at: usize) -> Result<Payload, SparseError> {
    if at >= bytes.len() {
        Err(SparseError::InvalidMessage)
    } else if bytes[at] == TYPE_NONE {
        Ok(Payload::None)
    } else if bytes[at] == TYPE_CT1_ACK {
        Ok(Payload::Ct1Ack)
    } else {
        let chunk = parse_chunk(bytes, at + 1)?;
        payload_of(bytes[at], chunk)
    }
}

/// Read a message of version 1.
///
/// Deployed: what follows the message is ignored.
/// In: any bytes. Out: the message.
/// Errors: `InvalidMessage`.
pub fn parse_sparse_message(bytes: &Seq<u8>) -> Result<SparseMessage, SparseError> {
    if message_version(bytes) == MessageVersion::V1 {
        let epoch = read_varint(bytes, 1, 0xffff_ffff_ffff_ffffu64)?;
        let index = read_varint(bytes, epoch.next, MAX_INDEX)?;
        let payload = parse_payload(bytes, index.next)?;
        if epoch.value == 0u64 {
            Err(SparseError::InvalidMessage)
        } else {
            Ok(SparseMessage {
                epoch: epoch.value,
                index: index.value as u32,
                payload,
            })
        }
    } else {
        Err(SparseError::InvalidMessage)
    }
}
