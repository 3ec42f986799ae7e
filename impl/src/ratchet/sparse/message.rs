//! The messages of SPQR, as bytes.
//!
//! Which part: the message types of BRAID 2.3; the bytes are deployed only. Who calls it: `ratchet::sparse`, `braid`. Secret:
//! nothing.
//!
//! ```text
//! version 1: 01 || varint epoch || varint index || type [|| varint chunk index || chunk (32)]
//! version 0: no bytes at all
//! ```
use crate::keys::ChunkData;
use crate::ratchet::sparse::erasure::Chunk;
use crate::ratchet::sparse::types::SparseError;
use core::ops::Deref;

/// First byte of a message of version 1.
const VERSION_BYTE_1: u8 = 1;
const TYPE_NONE: u8 = 0;
const TYPE_HDR: u8 = 1;
const TYPE_EK: u8 = 2;
const TYPE_EK_CT1_ACK: u8 = 3;
const TYPE_CT1_ACK: u8 = 4;
const TYPE_CT1: u8 = 5;
const TYPE_CT2: u8 = 6;
/// Most bytes of a varint.
const MAX_VARINT_LENGTH: usize = 10;
/// Longest message: version and type, an epoch of ten bytes, an index of five, a chunk index of three, a chunk.
pub(crate) const MAX_LENGTH: usize = 52;

/// Mirror of `spec::ratchet::sparse::message::Payload`: what the Braid sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Mirror of `spec::ratchet::sparse::message::message_version`.
///
/// In: any bytes. Out: the version.
#[must_use]
pub fn message_version(bytes: &[u8]) -> MessageVersion {
    match bytes.first() {
        None | Some(0) => MessageVersion::V0,
        Some(&VERSION_BYTE_1) => MessageVersion::V1,
        Some(_) => MessageVersion::Unsupported,
    }
}

/// Mirror of `spec::ratchet::sparse::message::encode_sparse_message`.
///
/// In: the message. Out: its bytes.
#[must_use]
pub fn encode_sparse_message(message: &SparseMessage) -> Vec<u8> {
    MessageBytes::of(message).to_vec()
}

/// The bytes of a message, where no allocation is needed: they are copied into another message at once.
pub(crate) struct MessageBytes {
    bytes: [u8; MAX_LENGTH],
    length: usize,
}

impl Deref for MessageBytes {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}

impl MessageBytes {
    /// A message of version 0.
    pub(crate) const NONE: Self = Self {
        bytes: [0; MAX_LENGTH],
        length: 0,
    };

    /// [`encode_sparse_message`].
    pub(crate) fn of(message: &SparseMessage) -> Self {
        let mut out = Self::NONE;
        put_sparse_message(&mut out, message);
        out
    }

    fn put(&mut self, bytes: &[u8]) {
        let room = self.bytes.get_mut(self.length..).unwrap_or_default();
        if let Some((to, _)) = room.split_at_mut_checked(bytes.len()) {
            to.copy_from_slice(bytes);
            self.length = self.length.saturating_add(bytes.len());
        }
    }

    fn put_varint(&mut self, value: u64) {
        let mut rest = value;
        while rest >= 0x80 {
            let [low, ..] = rest.to_le_bytes();
            self.put(&[low | 0x80]);
            rest >>= 7;
        }
        let [low, ..] = rest.to_le_bytes();
        self.put(&[low]);
    }
}

/// Append a message.
fn put_sparse_message(out: &mut MessageBytes, message: &SparseMessage) {
    out.put(&[VERSION_BYTE_1]);
    out.put_varint(message.epoch);
    out.put_varint(u64::from(message.index));
    let (message_type, chunk) = match &message.payload {
        Payload::None => (TYPE_NONE, None),
        Payload::Hdr(chunk) => (TYPE_HDR, Some(chunk)),
        Payload::Ek(chunk) => (TYPE_EK, Some(chunk)),
        Payload::EkCt1Ack(chunk) => (TYPE_EK_CT1_ACK, Some(chunk)),
        Payload::Ct1Ack => (TYPE_CT1_ACK, None),
        Payload::Ct1(chunk) => (TYPE_CT1, Some(chunk)),
        Payload::Ct2(chunk) => (TYPE_CT2, Some(chunk)),
    };
    out.put(&[message_type]);
    if let Some(chunk) = chunk {
        out.put_varint(u64::from(chunk.index));
        out.put(chunk.data.as_bytes());
    }
}

/// Mirror of `spec::ratchet::sparse::message::parse_sparse_message`.
///
/// In: any bytes; what follows the message is ignored. Out: the message.
/// Errors: `InvalidMessage`.
pub fn parse_sparse_message(bytes: &[u8]) -> Result<SparseMessage, SparseError> {
    let (version, rest) = bytes.split_first().ok_or(SparseError::InvalidMessage)?;
    if *version != VERSION_BYTE_1 {
        return Err(SparseError::InvalidMessage);
    }
    let (epoch, rest) = read_varint(rest)?;
    if epoch == 0 {
        return Err(SparseError::InvalidMessage);
    }
    let (index, rest) = read_varint(rest)?;
    let index = u32::try_from(index).map_err(|_| SparseError::InvalidMessage)?;
    let payload = parse_payload(rest)?;
    Ok(SparseMessage {
        epoch,
        index,
        payload,
    })
}

/// A type, and its chunk if it has one.
fn parse_payload(bytes: &[u8]) -> Result<Payload, SparseError> {
    let (message_type, rest) = bytes.split_first().ok_or(SparseError::InvalidMessage)?;
    match *message_type {
        TYPE_NONE => Ok(Payload::None),
        TYPE_HDR => parse_chunk(rest).map(Payload::Hdr),
        TYPE_EK => parse_chunk(rest).map(Payload::Ek),
        TYPE_EK_CT1_ACK => parse_chunk(rest).map(Payload::EkCt1Ack),
        TYPE_CT1_ACK => Ok(Payload::Ct1Ack),
        TYPE_CT1 => parse_chunk(rest).map(Payload::Ct1),
        TYPE_CT2 => parse_chunk(rest).map(Payload::Ct2),
        _ => Err(SparseError::InvalidMessage),
    }
}

fn parse_chunk(bytes: &[u8]) -> Result<Chunk, SparseError> {
    let (index, rest) = read_varint(bytes)?;
    let index = u16::try_from(index).map_err(|_| SparseError::InvalidMessage)?;
    let data = rest.first_chunk().ok_or(SparseError::InvalidMessage)?;
    let data = ChunkData::from_bytes(*data);
    Ok(Chunk { index, data })
}

/// A varint of at most ten bytes, and what follows it. Bits from 2^64 on are dropped, and it need not be minimal: not as in
/// protobuf.
fn read_varint(bytes: &[u8]) -> Result<(u64, &[u8]), SparseError> {
    let mut value = 0;
    let mut shift = 0u32;
    let mut rest = bytes;
    for _ in 0..MAX_VARINT_LENGTH {
        let (byte, after) = rest.split_first().ok_or(SparseError::InvalidMessage)?;
        value |= u64::from(byte & 0x7f) << shift; // shift <= 63
        if *byte < 0x80 {
            return Ok((value, after));
        }
        shift = shift.saturating_add(7);
        rest = after;
    }
    Err(SparseError::InvalidMessage)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longest_message_has_its_room() {
        let chunk = Chunk {
            index: u16::MAX,
            data: ChunkData::from_bytes([9; 32]),
        };
        let message = SparseMessage {
            epoch: u64::MAX,
            index: u32::MAX,
            payload: Payload::Ct2(chunk),
        };
        let bytes = encode_sparse_message(&message);
        assert_eq!(bytes.len(), MAX_LENGTH);
        assert_eq!(parse_sparse_message(&bytes), Ok(message));
        for cut in 0..bytes.len() {
            assert!(parse_sparse_message(&bytes[..cut]).is_err());
        }
    }

    #[test]
    fn version_is_in_the_first_byte() {
        assert_eq!(message_version(&[]), MessageVersion::V0);
        assert_eq!(message_version(&[0, 7]), MessageVersion::V0);
        assert_eq!(message_version(&[1]), MessageVersion::V1);
        assert_eq!(message_version(&[2, 1]), MessageVersion::Unsupported);
    }
}
