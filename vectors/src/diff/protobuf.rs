//! Editing one field of nested protobuf bytes, well-formed or not.

/// What becomes of a field.
#[derive(Clone, Debug)]
pub enum FieldEdit {
    /// It is this varint.
    Varint(u64),
    /// It is these bytes.
    Bytes(Vec<u8>),
    /// It is gone.
    Remove,
    /// It stands there twice.
    Duplicate,
}

/// A field: where it starts, where its value starts, where it ends.
#[derive(Clone, Copy)]
struct Field {
    number: u64,
    start: usize,
    value: usize,
    end: usize,
    is_bytes: bool,
}

/// In a path: the last field, whatever its number.
pub const ANY: u32 = 0;

/// The content of the last field of bytes of a number.
#[must_use]
pub fn content(bytes: &[u8], number: u32) -> Option<&[u8]> {
    let field = last(&fields(bytes), number)?;
    field.is_bytes.then(|| &bytes[field.value..field.end])
}

/// Edit the last field that a path of field numbers leads to; a value for a field that is not there is added.
#[must_use]
pub fn edit(bytes: &[u8], path: &[u32], change: &FieldEdit) -> Vec<u8> {
    let Some((number, rest)) = path.split_first() else {
        return bytes.to_vec();
    };
    let Some(field) = last(&fields(bytes), *number) else {
        let added = if rest.is_empty() {
            changed(&[], *number, change)
        } else {
            Vec::new()
        };
        return [bytes, &added].concat();
    };
    let number = u32::try_from(field.number).unwrap_or_default();
    let replacement = if rest.is_empty() {
        changed(&bytes[field.start..field.end], number, change)
    } else if field.is_bytes {
        bytes_field(number, &edit(&bytes[field.value..field.end], rest, change))
    } else {
        bytes[field.start..field.end].to_vec()
    };
    [&bytes[..field.start], &replacement, &bytes[field.end..]].concat()
}

/// The values of all byte fields of a number, in their order.
#[must_use]
pub fn byte_fields(bytes: &[u8], number: u32) -> Vec<&[u8]> {
    let wanted = |f: &&Field| f.is_bytes && f.number == u64::from(number);
    let fields = fields(bytes);
    let values = fields.iter().filter(wanted);
    values.map(|f| &bytes[f.value..f.end]).collect()
}

/// A varint in as few bytes as it takes.
#[must_use]
pub fn varint(value: u64) -> Vec<u8> {
    let more = |i: u32| value.checked_shr(7 * i).filter(|rest| *rest > 0);
    let mut bytes: Vec<u8> = (0..)
        .map_while(|i| if i == 0 { Some(value) } else { more(i) })
        .map(|rest| rest.to_le_bytes()[0] | 0x80)
        .collect();
    if let Some(last) = bytes.last_mut() {
        *last &= 0x7f;
    }
    bytes
}

/// A field of bytes.
#[must_use]
pub fn bytes_field(number: u32, bytes: &[u8]) -> Vec<u8> {
    let tag = varint(u64::from(number) << 3 | 2);
    [tag, varint(bytes.len() as u64), bytes.to_vec()].concat()
}

/// A varint field.
#[must_use]
pub fn varint_field(number: u32, value: u64) -> Vec<u8> {
    [varint(u64::from(number) << 3), varint(value)].concat()
}

fn changed(field: &[u8], number: u32, change: &FieldEdit) -> Vec<u8> {
    match change {
        FieldEdit::Varint(value) => varint_field(number, *value),
        FieldEdit::Bytes(bytes) => bytes_field(number, bytes),
        FieldEdit::Remove => Vec::new(),
        FieldEdit::Duplicate => field.repeat(2),
    }
}

fn last(fields: &[Field], number: u32) -> Option<Field> {
    let wanted = |field: &&Field| number == ANY || field.number == u64::from(number);
    fields.iter().rfind(wanted).copied()
}

/// The fields of varints and bytes at the front, up to the first that is anything else.
fn fields(bytes: &[u8]) -> Vec<Field> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(field) = field_at(bytes, at) {
        at = field.end;
        found.push(field);
    }
    found
}

fn field_at(bytes: &[u8], start: usize) -> Option<Field> {
    let (tag, at) = read_varint(bytes, start)?;
    let (value, after) = read_varint(bytes, at)?;
    let (number, is_bytes) = (tag >> 3, tag & 7 == 2);
    let end = match tag & 7 {
        0 => after,
        2 => after.checked_add(usize::try_from(value).ok()?)?,
        _ => return None,
    };
    let value = if is_bytes { after } else { at };
    (end <= bytes.len()).then_some(Field {
        number,
        start,
        value,
        end,
        is_bytes,
    })
}

/// A varint, and where it ends.
#[must_use]
pub fn read_varint(bytes: &[u8], start: usize) -> Option<(u64, usize)> {
    let mut value = 0;
    for (i, byte) in bytes.get(start..)?.iter().take(10).enumerate() {
        value |= u64::from(byte & 0x7f).checked_shl(7 * u32::try_from(i).ok()?)?;
        if byte & 0x80 == 0 {
            return Some((value, start + i + 1));
        }
    }
    None
}
