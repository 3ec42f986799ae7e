//! The SPQR message beside a message: where it stands, what it says, and how it is damaged.
use super::protobuf::{self, read_varint, varint, FieldEdit};

/// Field of a SignalMessage that holds it.
const SPQR_FIELD: u32 = 5;
/// Field of a PreKeySignalMessage that holds the SignalMessage.
const MESSAGE_FIELD: u32 = 4;
/// The field that tells the two apart: a number in the one, a key in the other.
const COUNTER_OR_BASE_KEY_FIELD: u32 = 2;
const TAG_LENGTH: usize = 8;
const DATA_LENGTH: usize = 32;
/// The types without a chunk: None and Ct1Ack.
const WITHOUT_CHUNK: [u8; 2] = [0, 4];

/// Damage to an SPQR message.
#[derive(Clone, Debug)]
pub enum SparseEdit {
    /// Another version byte.
    Version(u8),
    /// Another epoch.
    Epoch(Change),
    /// Another number of the key.
    Index(Change),
    /// Another type.
    Kind(u8),
    /// Another index of the chunk.
    ChunkIndex(Change),
    /// A byte of the chunk is another: its place, and what is added to it without carry.
    Data(u8, u8),
    /// Cut to this many bytes.
    Cut(u8),
    /// Bytes are added at the end.
    Append(Vec<u8>),
    /// The numbers take more bytes than they need.
    Padded,
    /// It is gone.
    Gone,
}

/// What becomes of a number.
#[derive(Clone, Copy, Debug)]
pub enum Change {
    /// It is this.
    To(u64),
    /// This is added.
    By(i64),
}

impl Change {
    fn of(self, number: u64) -> u64 {
        match self {
            Self::To(number) => number,
            Self::By(difference) => number.wrapping_add_signed(difference),
        }
    }
}

/// An SPQR message in parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparsePart {
    /// Version byte.
    pub version: u8,
    /// Epoch.
    pub epoch: u64,
    /// Number of the key.
    pub index: u64,
    /// Type.
    pub kind: u8,
    /// The index of the chunk and its data.
    pub chunk: Option<(u64, Vec<u8>)>,
    rest: Vec<u8>,
}

impl SparsePart {
    /// The parts of an SPQR message.
    #[must_use]
    pub fn read(bytes: &[u8]) -> Option<Self> {
        let (version, at) = (*bytes.first()?, 1);
        let (epoch, at) = read_varint(bytes, at)?;
        let (index, at) = read_varint(bytes, at)?;
        let (kind, at) = (*bytes.get(at)?, at + 1);
        let (chunk, at) = if WITHOUT_CHUNK.contains(&kind) {
            (None, at)
        } else {
            let (index, at) = read_varint(bytes, at)?;
            let data = bytes.get(at..at + DATA_LENGTH)?.to_vec();
            (Some((index, data)), at + DATA_LENGTH)
        };
        Some(Self {
            version,
            epoch,
            index,
            kind,
            chunk,
            rest: bytes.get(at..)?.to_vec(),
        })
    }

    /// The parts of the SPQR message beside a message of either kind.
    #[must_use]
    pub fn beside(message: &[u8]) -> Option<Self> {
        Self::read(protobuf::content(
            body(signal_message(message)?)?,
            SPQR_FIELD,
        )?)
    }

    fn write(&self, number: fn(u64) -> Vec<u8>) -> Vec<u8> {
        let mut bytes = vec![self.version];
        bytes.extend(number(self.epoch));
        bytes.extend(number(self.index));
        bytes.push(self.kind);
        if let Some((index, data)) = &self.chunk {
            bytes.extend(number(*index));
            bytes.extend(data);
        }
        bytes.extend(&self.rest);
        bytes
    }

    fn edit(&mut self, edit: &SparseEdit) {
        match edit {
            SparseEdit::Version(version) => self.version = *version,
            SparseEdit::Epoch(change) => self.epoch = change.of(self.epoch),
            SparseEdit::Index(change) => self.index = change.of(self.index),
            SparseEdit::Kind(kind) => self.kind = *kind,
            SparseEdit::ChunkIndex(change) => {
                if let Some((index, _)) = &mut self.chunk {
                    *index = change.of(*index);
                }
            }
            SparseEdit::Data(place, difference) => {
                if let Some((_, data)) = &mut self.chunk {
                    data[usize::from(*place) % DATA_LENGTH] ^= difference;
                }
            }
            SparseEdit::Append(more) => self.rest.extend(more),
            SparseEdit::Cut(_) | SparseEdit::Padded | SparseEdit::Gone => {}
        }
    }
}

/// Damage an SPQR message; one that has no parts can only become longer, shorter or nothing.
#[must_use]
pub fn edit(bytes: &[u8], change: &SparseEdit) -> Vec<u8> {
    match (change, SparsePart::read(bytes)) {
        (SparseEdit::Gone, _) => Vec::new(),
        (SparseEdit::Cut(length), _) => bytes[..bytes.len().min(usize::from(*length))].to_vec(),
        (SparseEdit::Append(more), None) => [bytes, more].concat(),
        (_, None) => bytes.to_vec(),
        (SparseEdit::Padded, Some(part)) => part.write(padded),
        (_, Some(mut part)) => {
            part.edit(change);
            part.write(varint)
        }
    }
}

/// Damage the SPQR message beside a message of either kind; the tag is that of before.
#[must_use]
pub fn edit_message(message: &[u8], change: &SparseEdit) -> Vec<u8> {
    if !is_prekey_message(message) {
        return edit_signal_message(message, change);
    }
    let Some(inner) = protobuf::content(&message[1..], MESSAGE_FIELD) else {
        return message.to_vec();
    };
    let inner = edit_signal_message(inner, change);
    let edited = protobuf::edit(&message[1..], &[MESSAGE_FIELD], &FieldEdit::Bytes(inner));
    [&message[..1], &edited].concat()
}

/// Damage the SPQR message beside a SignalMessage; the tag is that of before.
#[must_use]
pub fn edit_signal_message(message: &[u8], change: &SparseEdit) -> Vec<u8> {
    let Some(protobuf) = body(message) else {
        return message.to_vec();
    };
    let part = protobuf::content(protobuf, SPQR_FIELD).unwrap_or_default();
    let edited = edit(part, change);
    let edit = if edited.is_empty() {
        FieldEdit::Remove
    } else {
        FieldEdit::Bytes(edited)
    };
    let edited = protobuf::edit(protobuf, &[SPQR_FIELD], &edit);
    let tag = &message[message.len() - TAG_LENGTH..];
    [&message[..1], &edited, tag].concat()
}

/// A SignalMessage without its tag.
#[must_use]
pub fn unsigned(message: &[u8]) -> &[u8] {
    &message[..message.len().saturating_sub(TAG_LENGTH)]
}

/// A varint in a byte more than it takes, if that is still one.
fn padded(value: u64) -> Vec<u8> {
    const LONGEST: usize = 10;
    let mut bytes = varint(value);
    if bytes.len() < LONGEST {
        if let Some(last) = bytes.last_mut() {
            *last |= 0x80;
        }
        bytes.push(0);
    }
    bytes
}

/// The SignalMessage that a message is or holds.
fn signal_message(message: &[u8]) -> Option<&[u8]> {
    if is_prekey_message(message) {
        protobuf::content(message.get(1..)?, MESSAGE_FIELD)
    } else {
        Some(message)
    }
}

fn is_prekey_message(message: &[u8]) -> bool {
    let fields = message.get(1..).unwrap_or_default();
    protobuf::content(fields, COUNTER_OR_BASE_KEY_FIELD).is_some()
}

/// The protobuf of a SignalMessage.
fn body(message: &[u8]) -> Option<&[u8]> {
    message.get(1..message.len().checked_sub(TAG_LENGTH)?)
}
