//! The protobuf encoding, as far as the messages and the stored state need it.
//!
//! Which part: PB "Encoding" (proto2), with the acceptance rules of the deployed parser. Who calls it: the other modules of
//! `wire`, and `session::record` for stored state. Secret: nothing on the wire; the structure of stored state is not.
//!
//! Acceptance: fields in any order; unknown fields of wire types 0, 1, 2, 5 and matched groups are skipped; the last of a
//! repeated field wins; a known field with another wire type is refused; a varint has at most ten bytes and 64 bits and
//! need not be minimal; field number 0 and wire types 6 and 7 are refused; so is a field inside 100 open groups.
use crate::wire::WireError;
use core::marker::PhantomData;
use core::ops::Deref;

/// Wire type of a varint.
pub const WIRE_VARINT: u8 = 0;
/// Wire type of eight fixed bytes.
pub const WIRE_FIXED64: u8 = 1;
/// Wire type of bytes with a length before them.
pub const WIRE_BYTES: u8 = 2;
/// Wire type that opens a group.
pub const WIRE_START_GROUP: u8 = 3;
/// Wire type that closes a group.
pub const WIRE_END_GROUP: u8 = 4;
/// Wire type of four fixed bytes.
pub const WIRE_FIXED32: u8 = 5;

/// Open groups in which no field may stand, nor one more group be opened.
const MAX_GROUP_DEPTH: usize = 100;
const MAX_VARINT_LENGTH: usize = 10;
const MAX_TAG: u64 = 0xffff_ffff;
const CONTINUES: u8 = 0x80;
/// More than a message of the protocol has; a longer list moves to the heap.
const USUAL_FIELDS: usize = 8;

/// A field at the top level of a message.
#[derive(Clone, Copy, Debug, Default)]
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

/// A list of fields, on the stack while it is short.
#[derive(Default)]
struct FieldList {
    usual: [Field; USUAL_FIELDS],
    count: usize,
    many: Vec<Field>,
}

impl FieldList {
    fn push(&mut self, field: Field) {
        if let Some(free) = self.usual.get_mut(self.count) {
            *free = field;
        } else {
            if self.many.is_empty() {
                self.many.extend_from_slice(&self.usual);
            }
            self.many.push(field);
        }
        self.count = self.count.saturating_add(1); // at most one per byte
    }
}

impl Deref for FieldList {
    type Target = [Field];

    fn deref(&self) -> &[Field] {
        self.usual.get(..self.count).unwrap_or(&self.many)
    }
}

/// Mirror of `spec::wire::protobuf::parse_fields`.
/// Faster: no allocation for up to eight fields.
///
/// In: a message. Out: its top-level fields, in order; what is inside a group is checked and left out.
/// Errors: `InvalidProtobuf`.
pub fn parse_fields(bytes: &[u8]) -> Result<impl Deref<Target = [Field]>, WireError> {
    let mut fields = FieldList::default();
    for_each_field(bytes, |field| {
        fields.push(field);
        Ok(())
    })?;
    Ok(fields)
}

/// The values of a message whose fields are known: the last of number 1, of number 2, and so on.
/// [`parse_fields`] and [`last_varint`] or [`last_bytes`] in one, without a list of the fields.
///
/// In: a message; the wire types of the numbers, varints and bytes only. Out: the values.
/// Errors: `InvalidProtobuf`, also if any field of these numbers has another wire type.
pub(crate) fn last_values<'a, const N: usize>(
    bytes: &'a [u8],
    wire_types: &[u8; N],
) -> Result<[Value<'a>; N], WireError> {
    let mut values = [Value::Absent; N];
    for_each_field(bytes, |field| {
        let at = usize::try_from(field.number).map_or(N, |number| number.wrapping_sub(1));
        if let (Some(value), Some(wire_type)) = (values.get_mut(at), wire_types.get(at)) {
            if field.wire_type != *wire_type {
                return Err(WireError::InvalidProtobuf);
            }
            *value = if field.wire_type == WIRE_VARINT {
                Value::Varint(field.varint)
            } else {
                Value::Bytes(field_bytes(bytes, &field)?)
            };
        }
        Ok(())
    })?;
    Ok(values)
}

/// What [`last_values`] finds of a number.
#[derive(Clone, Copy)]
pub(crate) enum Value<'a> {
    Absent,
    Varint(u64),
    Bytes(&'a [u8]),
}

impl<'a> Value<'a> {
    /// The bytes, if they are there.
    pub(crate) fn bytes(self) -> Option<&'a [u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Absent | Self::Varint(_) => None,
        }
    }

    /// The low 32 bits of an integer, if it is there.
    pub(crate) fn uint32(self) -> Option<u32> {
        match self {
            Self::Varint(value) => Some(low_32(value)),
            Self::Absent | Self::Bytes(_) => None,
        }
    }
}

/// Visit the top-level fields, in order; what is inside a group is checked and left out. Errors: `InvalidProtobuf`, and those
/// of the visit.
fn for_each_field(
    bytes: &[u8],
    mut visit: impl FnMut(Field) -> Result<(), WireError>,
) -> Result<(), WireError> {
    let mut groups: Vec<u32> = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let field = read_field(bytes, at)?;
        at = field.next;
        match field.wire_type {
            WIRE_END_GROUP if groups.pop() == Some(field.number) => {}
            WIRE_END_GROUP => return Err(WireError::InvalidProtobuf),
            _ if groups.len() >= MAX_GROUP_DEPTH => return Err(WireError::InvalidProtobuf),
            wire_type => {
                if groups.is_empty() {
                    visit(field)?;
                }
                if wire_type == WIRE_START_GROUP {
                    groups.push(field.number);
                }
            }
        }
    }
    if groups.is_empty() {
        Ok(())
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// Mirror of `spec::wire::protobuf::last_varint`.
///
/// In: the fields of a message; a field number. Out: the value, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_varint(fields: &[Field], number: u32) -> Result<Option<u64>, WireError> {
    Ok(last_of_type(fields, number, WIRE_VARINT)?.map(|field| field.varint))
}

/// Mirror of `spec::wire::protobuf::last_uint32`.
///
/// In: the fields of a message; a field number. Out: the low 32 bits of the value, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_uint32(fields: &[Field], number: u32) -> Result<Option<u32>, WireError> {
    Ok(last_varint(fields, number)?.map(low_32))
}

#[allow(clippy::cast_possible_truncation)] // the low 32 bits are meant
const fn low_32(value: u64) -> u32 {
    value as u32
}

/// Mirror of `spec::wire::protobuf::all_bytes`.
///
/// In: the message and its fields; a field number. Out: the values, in order.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn all_bytes<'a>(
    bytes: &'a [u8],
    fields: &[Field],
    number: u32,
) -> Result<Vec<&'a [u8]>, WireError> {
    let named = fields.iter().filter(|field| field.number == number);
    named.map(|field| field_bytes(bytes, field)).collect()
}

/// Mirror of `spec::wire::protobuf::last_bytes`.
/// Faster: no list of all of them.
///
/// In: the message and its fields; a field number. Out: the bytes, if the field is present.
/// Errors: `InvalidProtobuf` if any field of that number has another wire type.
pub fn last_bytes<'a>(
    bytes: &'a [u8],
    fields: &[Field],
    number: u32,
) -> Result<Option<&'a [u8]>, WireError> {
    let last = last_of_type(fields, number, WIRE_BYTES)?;
    last.map(|field| field_bytes(bytes, field)).transpose()
}

/// Mirror of `spec::wire::protobuf::required_bytes`.
///
/// In: a bytes field. Out: its value. Errors: `InvalidProtobuf` if it is absent.
pub fn required_bytes(value: Option<&[u8]>) -> Result<&[u8], WireError> {
    value.ok_or(WireError::InvalidProtobuf)
}

/// Mirror of `spec::wire::protobuf::required_uint32`.
///
/// In: an integer field. Out: its value. Errors: `InvalidProtobuf` if it is absent.
pub fn required_uint32(value: Option<u32>) -> Result<u32, WireError> {
    value.ok_or(WireError::InvalidProtobuf)
}

/// The error of a layer that reads stored messages.
pub(crate) trait StoredError {
    /// What [`WireError::InvalidProtobuf`] is there.
    const MALFORMED: Self;
}

/// A stored message and its fields, for a layer whose error is `E`.
pub(crate) struct Stored<'a, F, E> {
    bytes: &'a [u8],
    fields: F,
    error: PhantomData<E>,
}

impl<'a, E: StoredError> Stored<'a, (), E> {
    /// Errors: `MALFORMED`, here and below.
    pub(crate) fn parse(bytes: &'a [u8]) -> Result<Stored<'a, impl Deref<Target = [Field]>, E>, E> {
        Ok(Stored {
            bytes,
            fields: parse_fields(bytes).map_err(malformed)?,
            error: PhantomData,
        })
    }
}

impl<'a, F: Deref<Target = [Field]>, E: StoredError> Stored<'a, F, E> {
    /// The fields.
    pub(crate) fn fields(&self) -> &[Field] {
        &self.fields
    }

    /// An integer; absent reads as 0.
    pub(crate) fn uint64(&self, number: u32) -> Result<u64, E> {
        let value = last_varint(&self.fields, number).map_err(malformed)?;
        Ok(value.unwrap_or_default())
    }

    /// An integer of 32 bits; absent reads as 0.
    pub(crate) fn uint32(&self, number: u32) -> Result<u32, E> {
        Ok(self.optional_uint32(number)?.unwrap_or_default())
    }

    /// An integer of 32 bits whose presence matters.
    pub(crate) fn optional_uint32(&self, number: u32) -> Result<Option<u32>, E> {
        last_uint32(&self.fields, number).map_err(malformed)
    }

    /// Every value of a repeated field.
    pub(crate) fn all(&self, number: u32) -> Result<Vec<&'a [u8]>, E> {
        all_bytes(self.bytes, &self.fields, number).map_err(malformed)
    }

    /// A message whose presence matters.
    pub(crate) fn optional(&self, number: u32) -> Result<Option<&'a [u8]>, E> {
        last_bytes(self.bytes, &self.fields, number).map_err(malformed)
    }

    /// Bytes; absent reads as empty.
    pub(crate) fn bytes(&self, number: u32) -> Result<&'a [u8], E> {
        Ok(self.optional(number)?.unwrap_or_default())
    }
}

fn malformed<E: StoredError>(_: WireError) -> E {
    E::MALFORMED
}

/// Mirror of `spec::wire::protobuf::put_varint`.
///
/// In: what is written so far; the value, appended as a minimal varint.
pub fn put_varint(out: &mut Vec<u8>, value: u64) {
    let mut rest = value;
    while rest >= u64::from(CONTINUES) {
        let [low, ..] = rest.to_le_bytes();
        out.push(low | CONTINUES);
        rest >>= 7;
    }
    let [low, ..] = rest.to_le_bytes();
    out.push(low);
}

/// Mirror of `spec::wire::protobuf::put_varint_field`.
///
/// In: what is written so far; a field number; the value.
pub fn put_varint_field(out: &mut Vec<u8>, number: u32, value: u64) {
    put_tag(out, number, WIRE_VARINT);
    put_varint(out, value);
}

/// Mirror of `spec::wire::protobuf::put_uint32`.
///
/// In: what is written so far; a field number; the value.
pub fn put_uint32(out: &mut Vec<u8>, number: u32, value: u32) {
    put_varint_field(out, number, u64::from(value));
}

/// Mirror of `spec::wire::protobuf::put_bytes`.
///
/// In: what is written so far; a field number; the value.
pub fn put_bytes(out: &mut Vec<u8>, number: u32, value: &[u8]) {
    put_length(out, number, value.len());
    out.extend_from_slice(value);
}

/// The tag and length of a bytes field whose value is written next.
pub(crate) fn put_length(out: &mut Vec<u8>, number: u32, length: usize) {
    put_tag(out, number, WIRE_BYTES);
    put_varint(out, length as u64);
}

fn put_tag(out: &mut Vec<u8>, number: u32, wire_type: u8) {
    put_varint(out, u64::from(number) << 3 | u64::from(wire_type));
}

/// The last field of a number; all of that number must be of the type.
fn last_of_type(fields: &[Field], number: u32, wire_type: u8) -> Result<Option<&Field>, WireError> {
    let mut last = None;
    for field in fields.iter().filter(|field| field.number == number) {
        if field.wire_type != wire_type {
            return Err(WireError::InvalidProtobuf);
        }
        last = Some(field);
    }
    Ok(last)
}

fn field_bytes<'a>(bytes: &'a [u8], field: &Field) -> Result<&'a [u8], WireError> {
    if field.wire_type != WIRE_BYTES {
        return Err(WireError::InvalidProtobuf);
    }
    let end = field.start.saturating_add(field.length);
    bytes
        .get(field.start..end)
        .ok_or(WireError::InvalidProtobuf)
}

/// A varint of at most ten bytes and 64 bits, and where it ends. Most have one byte.
fn read_varint(bytes: &[u8], at: usize) -> Result<(u64, usize), WireError> {
    match bytes.get(at) {
        Some(byte) if *byte < CONTINUES => Ok((u64::from(*byte), at.saturating_add(1))),
        _ => read_long_varint(bytes, at),
    }
}

fn read_long_varint(bytes: &[u8], at: usize) -> Result<(u64, usize), WireError> {
    let mut value = 0u64;
    let mut shift = 0u32;
    let rest = bytes.get(at..).unwrap_or_default();
    for (byte, next) in rest
        .iter()
        .take(MAX_VARINT_LENGTH)
        .zip(at.saturating_add(1)..)
    {
        // The tenth byte has room for bit 63 alone.
        if shift == 63 && *byte > 1 {
            break;
        }
        value |= u64::from(byte & !CONTINUES) << shift;
        if *byte < CONTINUES {
            return Ok((value, next));
        }
        shift = shift.saturating_add(7);
    }
    Err(WireError::InvalidProtobuf)
}

/// The tag or whole field at a position; a group's tags come one by one.
fn read_field(bytes: &[u8], at: usize) -> Result<Field, WireError> {
    let (tag, next) = read_varint(bytes, at)?;
    let number = u32::try_from(tag >> 3).map_err(|_| WireError::InvalidProtobuf)?;
    if tag > MAX_TAG || number == 0 {
        return Err(WireError::InvalidProtobuf);
    }
    let [low, ..] = tag.to_le_bytes();
    let wire_type = low & 7;
    let field = Field {
        number,
        wire_type,
        next,
        ..Field::default()
    };
    match wire_type {
        WIRE_VARINT => {
            let (varint, next) = read_varint(bytes, next)?;
            Ok(Field {
                varint,
                next,
                ..field
            })
        }
        WIRE_BYTES => {
            let (length, start) = read_varint(bytes, next)?;
            let length = usize::try_from(length).map_err(|_| WireError::InvalidProtobuf)?;
            let next = end_within(bytes, start, length)?;
            Ok(Field {
                start,
                length,
                next,
                ..field
            })
        }
        WIRE_FIXED64 => Ok(Field {
            next: end_within(bytes, next, 8)?,
            ..field
        }),
        WIRE_FIXED32 => Ok(Field {
            next: end_within(bytes, next, 4)?,
            ..field
        }),
        WIRE_START_GROUP | WIRE_END_GROUP => Ok(field),
        _ => Err(WireError::InvalidProtobuf),
    }
}

/// Where so many bytes end, if they are there.
fn end_within(bytes: &[u8], start: usize, length: usize) -> Result<usize, WireError> {
    let end = start.checked_add(length).filter(|end| *end <= bytes.len());
    end.ok_or(WireError::InvalidProtobuf)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn accepted(bytes: &[u8]) -> bool {
        parse_fields(bytes).is_ok()
    }

    #[test]
    fn varints_have_ten_bytes_and_64_bits() {
        let long = |last: &[u8]| [&[0x08][..], &[0xff; 9], last].concat();
        assert_eq!(
            last_varint(&parse_fields(&long(&[1])).unwrap(), 1),
            Ok(Some(u64::MAX))
        );
        assert_eq!(
            last_uint32(&parse_fields(&long(&[1])).unwrap(), 1),
            Ok(Some(u32::MAX))
        );
        assert!(!accepted(&long(&[2])));
        assert!(!accepted(&long(&[0x80, 0])));
        assert!(accepted(&[0x08, 0x80, 0x80, 0x00])); // not minimal
        assert!(!accepted(&[0x08, 0x80]));
    }

    #[test]
    fn groups_must_match() {
        assert!(accepted(&[0x0b, 0x08, 0x01, 0x0c]));
        assert!(accepted(&[0x0b, 0x13, 0x14, 0x0c]));
        assert!(!accepted(&[0x0b, 0x13, 0x0c, 0x14]));
        assert!(!accepted(&[0x0b]));
        assert!(!accepted(&[0x0c]));
        let fields = parse_fields(&[0x0b, 0x10, 0x07, 0x0c]).unwrap();
        assert_eq!(fields.len(), 1);
        assert_eq!(last_varint(&fields, 2), Ok(None));
        assert_eq!(last_varint(&fields, 1), Err(WireError::InvalidProtobuf));
    }

    #[test]
    fn groups_nest_100_deep() {
        let nested = |depth: usize, inside: &[u8]| {
            [vec![0x0b; depth], inside.to_vec(), vec![0x0c; depth]].concat()
        };
        assert!(accepted(&nested(100, &[])));
        assert!(!accepted(&nested(101, &[])));
        assert!(accepted(&nested(99, &[0x08, 0x01])));
        assert!(!accepted(&nested(100, &[0x08, 0x01])));
        assert!(accepted(&nested(100, &[]).repeat(3)));
    }

    #[test]
    fn many_fields_are_kept_in_order() {
        let mut bytes = Vec::new();
        for i in 1..=300 {
            put_uint32(&mut bytes, i, i);
        }
        let fields = parse_fields(&bytes).unwrap();
        assert_eq!(fields.len(), 300);
        for i in 1..=300 {
            assert_eq!(last_uint32(&fields, i), Ok(Some(i)));
        }
    }

    #[test]
    fn malformed_fields_are_refused() {
        for bytes in [
            &[0x00, 0x01][..],
            &[0x0e],
            &[0x0f],
            &[0x0a, 0x02, 0x01],
            &[0x0d, 0, 0, 0],
            &[0x09, 0],
        ] {
            assert!(!accepted(bytes), "{bytes:?}");
        }
        assert!(!accepted(&[
            0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01
        ]));
        assert!(!accepted(&[0x80, 0x80, 0x80, 0x80, 0x80, 0x01, 0x00])); // a tag above 2^32 - 1
    }

    #[test]
    fn values_of_known_fields_are_those_of_the_list() {
        let types = [WIRE_BYTES, WIRE_VARINT];
        let both = |bytes: &[u8]| {
            let one = last_values(bytes, &types)
                .map(|[a, b]| (a.bytes().map(<[u8]>::to_vec), b.uint32()));
            let other = parse_fields(bytes).and_then(|fields| {
                let a = last_bytes(bytes, &fields, 1)?;
                Ok((a.map(<[u8]>::to_vec), last_uint32(&fields, 2)?))
            });
            assert_eq!(one, other, "{bytes:?}");
            one
        };
        let repeated = [
            0x0a, 1, 0x61, 0x10, 7, 0x1d, 0, 0, 0, 0, 0x0a, 1, 0x62, 0x10, 9,
        ];
        assert_eq!(both(&repeated), Ok((Some(b"b".to_vec()), Some(9))));
        for end in 0..repeated.len() {
            let _ = both(&repeated[..end]);
        }
        assert!(both(&[0x08, 1]).is_err());
        assert!(both(&[0x12, 0]).is_err());
        assert_eq!(both(&[0x23, 0x08, 1, 0x24]), Ok((None, None)));
        assert_eq!(both(&[]), Ok((None, None)));
    }

    #[test]
    fn last_of_a_repeated_field_wins() {
        let bytes = [0x0a, 0x01, 0x61, 0x0a, 0x01, 0x62];
        let fields = parse_fields(&bytes).unwrap();
        assert_eq!(last_bytes(&bytes, &fields, 1), Ok(Some(&b"b"[..])));
        assert_eq!(all_bytes(&bytes, &fields, 1), Ok(vec![&b"a"[..], b"b"]));
    }
}
