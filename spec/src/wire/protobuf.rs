//! The protobuf encoding (proto2; proto3 for stored state), as far as the messages and the stored state need it.
//!
//! What: splitting bytes into fields, picking a field, writing fields. Which part: PB "Encoding", with the
//! acceptance rules of the deployed parser. Who calls it: the other modules of `wire`; `session::record` and
//! `ratchet::sparse` for stored state. Secret: nothing on the wire; stored state is made secret again by its module.
//!
//! Acceptance: fields in any order; unknown fields of wire types 0, 1, 2, 5 and matched groups are skipped; the
//! last of a repeated field wins; a known field with another wire type is refused; a varint has at most ten
//! bytes and 64 bits and need not be minimal; field number 0 and wire types 6 and 7 are refused; so is a field inside 100
//! open groups.
use crate::wire::*;
use hacspec_lib::*;

/// Wire type of a varint.
pub const WIRE_VARINT: u8 = 0u8;
/// Wire type of eight fixed bytes.
pub const WIRE_FIXED64: u8 = 1u8;
/// Wire type of bytes with a length before them.
pub const WIRE_BYTES: u8 = 2u8;
/// Wire type that opens a group.
pub const WIRE_START_GROUP: u8 = 3u8;
/// Wire type that closes a group.
pub const WIRE_END_GROUP: u8 = 4u8;
/// Wire type of four fixed bytes.
pub const WIRE_FIXED32: u8 = 5u8;

/// Open groups in which no field may stand, nor one more group be opened.
const MAX_GROUP_DEPTH: usize = 100;
const MAX_VARINT_LENGTH: usize = 10;
const MAX_TAG: u64 = 0xffff_ffffu64;

/// A field at the top level of a message.
#[derive(Clone, Debug, Default)]
pub struct Field {
    /// 1 ..= 2^29 - 1.
    pub number: u32,
    /// One of the wire types; a group is one field of type [`WIRE_START_GROUP`].
    pub wire_type: u8,
    /// The value of a varint; 0 for other wire types.
    pub varint: u64,
    /// Where the bytes of [`WIRE_BYTES`] start; 0 for other wire types.
    pub start: usize,
    /// How many they are.
    pub length: usize,
    /// Where the next field starts.
    pub next: usize,
}

/// A varint and where it ends.
#[derive(Clone, Copy)]
struct Varint {
    value: u64,
    next: usize,
}

/// A tag: field number and wire type.
#[derive(Clone, Copy)]
struct Tag {
    number: u32,
    wire_type: u8,
    next: usize,
}

/// Read a varint of at most ten bytes and 64 bits.
fn read_varint(bytes: &Seq<u8>, at: usize) -> Result<Varint, WireError> {
    let mut value = 0u64;
    let mut length = 0usize;
    let mut done = false;
    let mut fits = true;
    for i in 0..MAX_VARINT_LENGTH {
        if !done && at + i < bytes.len() {
            let byte = bytes[at + i];
            // The tenth byte has room for bit 63 alone.
            if i == 9 && byte > 1u8 {
                fits = false;
            }
            value = value | (((byte & 0x7fu8) as u64) << (7 * i));
            length = i + 1;
            done = byte < 0x80u8;
        }
    }
    if done && fits {
        Ok(Varint {
            value,
            next: at + length,
        })
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// Read a tag. Choice: a tag above 2^32 - 1 is refused, as no field number is above 2^29 - 1.
fn read_tag(bytes: &Seq<u8>, at: usize) -> Result<Tag, WireError> {
    let tag = read_varint(bytes, at)?;
    let number = tag.value >> 3;
    if tag.value > MAX_TAG || number == 0u64 {
        Err(WireError::InvalidProtobuf)
    } else {
        Ok(Tag {
            number: number as u32,
            wire_type: (tag.value & 7u64) as u8,
            next: tag.next,
        })
    }
}

/// The field of a tag, its value `length` fixed bytes long.
fn fixed_field(bytes: &Seq<u8>, tag: Tag, length: usize) -> Result<Field, WireError> {
    if bytes.len() - tag.next < length {
        Err(WireError::InvalidProtobuf)
    } else {
        Ok(Field {
            number: tag.number,
            wire_type: tag.wire_type,
            varint: 0u64,
            start: 0,
            length: 0,
            next: tag.next + length,
        })
    }
}

/// The field of a tag, its value a varint.
fn varint_field(bytes: &Seq<u8>, tag: Tag) -> Result<Field, WireError> {
    let read = read_varint(bytes, tag.next)?;
    Ok(Field {
        number: tag.number,
        wire_type: tag.wire_type,
        varint: read.value,
        start: 0,
        length: 0,
        next: read.next,
    })
}

/// The field of a tag, its value bytes with their length before them.
fn bytes_field(bytes: &Seq<u8>, tag: Tag) -> Result<Field, WireError> {
    let read = read_varint(bytes, tag.next)?;
    if read.value > (bytes.len() - read.next) as u64 {
        Err(WireError::InvalidProtobuf)
    } else {
        let length = read.value as usize;
        Ok(Field {
            number: tag.number,
            wire_type: tag.wire_type,
            varint: 0u64,
            start: read.next,
            length,
            next: read.next + length,
        })
    }
}

/// The tag or whole field at a position; a group's tags come one by one.
fn read_field(bytes: &Seq<u8>, at: usize) -> Result<Field, WireError> {
    let tag = read_tag(bytes, at)?;
    if tag.wire_type == WIRE_VARINT {
        varint_field(bytes, tag)
    } else if tag.wire_type == WIRE_BYTES {
        bytes_field(bytes, tag)
    } else if tag.wire_type == WIRE_FIXED64 {
        fixed_field(bytes, tag, 8)
    } else if tag.wire_type == WIRE_FIXED32 {
        fixed_field(bytes, tag, 4)
    } else if tag.wire_type == WIRE_START_GROUP || tag.wire_type == WIRE_END_GROUP {
        fixed_field(bytes, tag, 0)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// What has been read of a message so far.
#[derive(Clone)]
struct Reading {
    at: usize,
    /// Numbers of the groups that are open, innermost last.
    groups: Seq<u32>,
    fields: Seq<Field>,
    well_formed: bool,
}

/// One field more.
fn take_field(reading: Reading, field: Field) -> Reading {
    let depth = reading.groups.len();
    let mut groups = reading.groups;
    let mut fields = reading.fields;
    let mut well_formed = reading.well_formed;
    let next = field.next;
    if field.wire_type == WIRE_END_GROUP {
        if depth == 0 {
            well_formed = false;
        } else {
            well_formed = groups[depth - 1] == field.number;
            groups = groups.slice(0, depth - 1);
        }
    } else if depth >= MAX_GROUP_DEPTH {
        well_formed = false;
    } else {
        let starts_group = field.wire_type == WIRE_START_GROUP;
        let number = field.number;
        if depth == 0 {
            fields = fields.push_owned(field);
        }
        if starts_group {
            groups = groups.push_owned(number);
        }
    }
    Reading {
        at: next,
        groups,
        fields,
        well_formed,
    }
}

/// The state of a reader that met something malformed.
fn refuse(reading: Reading) -> Reading {
    Reading {
        at: reading.at,
        groups: reading.groups,
        fields: reading.fields,
        well_formed: false,
    }
}

/// Split a message into its top-level fields, in order.
///
/// Standard: PB "Message Structure".
/// In: the message. Out: its fields; what is inside a group is checked and left out.
/// Errors: `InvalidProtobuf`.
pub fn parse_fields(bytes: &Seq<u8>) -> Result<Seq<Field>, WireError> {
    let mut reading = Reading {
        at: 0,
        groups: Seq::<u32>::new(0),
        fields: Seq::<Field>::new(0),
        well_formed: true,
    };
    // Each field takes at least one byte, so this is enough rounds.
    for _i in 0..bytes.len() {
        if reading.well_formed && reading.at < bytes.len() {
            reading = match read_field(bytes, reading.at) {
                Ok(field) => take_field(reading, field),
                Err(_) => refuse(reading),
            };
        }
    }
    if reading.well_formed && reading.groups.len() == 0 {
        Ok(reading.fields)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// The last varint field of a number.
///
/// Standard: PB "Last One Wins".
/// In: the fields of a message; a field number. Out: the value, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_varint(fields: &Seq<Field>, number: u32) -> Result<Option<u64>, WireError> {
    let mut found: Option<u64> = None;
    let mut well_typed = true;
    for i in 0..fields.len() {
        if fields[i].number == number {
            if fields[i].wire_type == WIRE_VARINT {
                found = Some(fields[i].varint);
            } else {
                well_typed = false;
            }
        }
    }
    if well_typed {
        Ok(found)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// The last uint32 field of a number; of a longer varint the low 32 bits are kept.
///
/// Standard: PB "Message Types", conversion between integer types.
/// In: the fields of a message; a field number. Out: the value, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_uint32(fields: &Seq<Field>, number: u32) -> Result<Option<u32>, WireError> {
    let found = last_varint(fields, number)?;
    match found {
        Some(value) => Ok(Some((value & 0xffff_ffffu64) as u32)),
        None => Ok(None),
    }
}

/// The bytes of every field of a number, in order.
///
/// In: the message and its fields; a field number. Out: the values.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn all_bytes(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<Seq<u8>>, WireError> {
    let mut found = Seq::<Seq<u8>>::new(0);
    let mut well_typed = true;
    for i in 0..fields.len() {
        if fields[i].number == number {
            if fields[i].wire_type == WIRE_BYTES {
                found = found.push_owned(bytes.slice(fields[i].start, fields[i].length));
            } else {
                well_typed = false;
            }
        }
    }
    if well_typed {
        Ok(found)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// The last bytes field of a number.
///
/// Standard: PB "Last One Wins".
/// In: the message and its fields; a field number. Out: the bytes, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_bytes(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Option<Seq<u8>>, WireError> {
    let found = all_bytes(bytes, fields, number)?;
    if found.len() == 0 {
        Ok(None)
    } else {
        Ok(Some(found[found.len() - 1].clone()))
    }
}

/// The last varint field of a number; absent reads as 0, as in proto3.
pub(crate) fn varint_or_zero(fields: &Seq<Field>, number: u32) -> Result<u64, WireError> {
    let found = last_varint(fields, number)?;
    match found {
        Some(value) => Ok(value),
        None => Ok(0u64),
    }
}

/// The last uint32 field of a number; absent reads as 0, as in proto3.
pub(crate) fn uint32_or_zero(fields: &Seq<Field>, number: u32) -> Result<u32, WireError> {
    let found = last_uint32(fields, number)?;
    match found {
        Some(value) => Ok(value),
        None => Ok(0u32),
    }
}

/// The last bytes field of a number; absent reads as empty, as in proto3.
pub(crate) fn bytes_or_empty(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Seq<u8>, WireError> {
    let found = last_bytes(bytes, fields, number)?;
    match found {
        Some(value) => Ok(value),
        None => Ok(Seq::<u8>::new(0)),
    }
}

/// A value that must be there.
///
/// In: a bytes field. Out: its value. Errors: `InvalidProtobuf` if it is absent.
pub fn required_bytes(value: Option<Seq<u8>>) -> Result<Seq<u8>, WireError> {
    match value {
        Some(bytes) => Ok(bytes),
        None => Err(WireError::InvalidProtobuf),
    }
}

/// A value that must be there.
///
/// In: an integer field. Out: its value. Errors: `InvalidProtobuf` if it is absent.
pub fn required_uint32(value: Option<u32>) -> Result<u32, WireError> {
    match value {
        Some(number) => Ok(number),
        None => Err(WireError::InvalidProtobuf),
    }
}

/// Append a minimal varint.
///
/// Standard: PB "Base 128 Varints".
/// In: what is written so far; the value. Out: both, in this order.
pub fn put_varint(out: Seq<u8>, value: u64) -> Seq<u8> {
    let mut written = out;
    let mut rest = value;
    let mut done = false;
    for _i in 0..MAX_VARINT_LENGTH {
        if !done {
            if rest < 0x80u64 {
                written = written.push_owned(rest as u8);
                done = true;
            } else {
                written = written.push_owned((rest & 0x7fu64) as u8 | 0x80u8);
                rest = rest >> 7;
            }
        }
    }
    written
}

/// Append a varint field.
///
/// In: what is written so far; a field number; the value. Out: both, in this order.
pub fn put_varint_field(out: Seq<u8>, number: u32, value: u64) -> Seq<u8> {
    let tagged = put_varint(out, ((number as u64) << 3) | (WIRE_VARINT as u64));
    put_varint(tagged, value)
}

/// Append a varint field unless the value is 0, as in proto3.
pub(crate) fn put_nonzero(out: Seq<u8>, number: u32, value: u64) -> Seq<u8> {
    if value == 0u64 {
        out
    } else {
        put_varint_field(out, number, value)
    }
}

/// Append a uint32 field.
///
/// In: what is written so far; a field number; the value. Out: both, in this order.
pub fn put_uint32(out: Seq<u8>, number: u32, value: u32) -> Seq<u8> {
    put_varint_field(out, number, value as u64)
}

/// Append a bytes field.
///
/// In: what is written so far; a field number; the value. Out: both, in this order.
pub fn put_bytes(out: Seq<u8>, number: u32, value: &Seq<u8>) -> Seq<u8> {
    let tagged = put_varint(out, ((number as u64) << 3) | (WIRE_BYTES as u64));
    put_varint(tagged, value.len() as u64).concat(value)
}
