//! Protobuf messages written by hand, well-formed or not.
#[derive(Clone, Default)]
pub struct Fields(pub Vec<u8>);

/// The shortest varint of a value.
pub fn varint(mut value: u64) -> Vec<u8> {
    let mut out = Vec::new();
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
    out
}

impl Fields {
    /// No fields.
    pub fn new() -> Self {
        Self::default()
    }

    /// The same and these bytes.
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.0.extend_from_slice(bytes);
        self
    }

    /// The same and a tag.
    pub fn tag(self, number: u64, wire_type: u64) -> Self {
        self.raw(&varint(number << 3 | wire_type))
    }

    /// The same and a field of bytes.
    pub fn bytes(self, number: u64, value: &[u8]) -> Self {
        self.tag(number, 2)
            .raw(&varint(value.len() as u64))
            .raw(value)
    }

    /// The same and an integer.
    pub fn integer(self, number: u64, value: u64) -> Self {
        self.tag(number, 0).raw(&varint(value))
    }

    /// The same and other fields.
    pub fn then(self, other: &Self) -> Self {
        self.raw(&other.0)
    }
}

/// A field of a well-formed message of integers and bytes.
#[derive(Clone)]
pub enum Item {
    /// An integer.
    Integer(u64, u64),
    /// Bytes.
    Bytes(u64, Vec<u8>),
}

impl Item {
    /// Its field number.
    pub fn number(&self) -> u64 {
        match self {
            Self::Integer(number, _) | Self::Bytes(number, _) => *number,
        }
    }
}

/// Read a varint: its value and what comes after it.
fn read_varint(bytes: &[u8]) -> (u64, &[u8]) {
    let length = bytes
        .iter()
        .position(|byte| *byte < 0x80)
        .map_or(0, |at| at + 1);
    let (varint, rest) = bytes.split_at(length);
    let value = varint
        .iter()
        .rev()
        .fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
    (value, rest)
}

/// The fields of a message of integers and bytes that was written here; it is well-formed.
pub fn items(mut bytes: &[u8]) -> Vec<Item> {
    let mut items = Vec::new();
    while !bytes.is_empty() {
        let (tag, rest) = read_varint(bytes);
        let (value, rest) = read_varint(rest);
        if tag % 8 == 0 {
            items.push(Item::Integer(tag >> 3, value));
            bytes = rest;
        } else {
            let length = usize::try_from(value).map_or(rest.len(), |n| n.min(rest.len()));
            let (content, rest) = rest.split_at(length);
            items.push(Item::Bytes(tag >> 3, content.to_vec()));
            bytes = rest;
        }
    }
    items
}

/// The message of these fields.
pub fn joined(items: &[Item]) -> Vec<u8> {
    let written = items.iter().fold(Fields::new(), |out, item| match item {
        Item::Integer(number, value) => out.integer(*number, *value),
        Item::Bytes(number, value) => out.bytes(*number, value),
    });
    written.0
}

/// A message after a change of the fields at a path: in the first field of each number.
pub fn edited(bytes: &[u8], path: &[u64], change: &dyn Fn(&mut Vec<Item>)) -> Vec<u8> {
    let mut fields = items(bytes);
    match path.split_first() {
        None => change(&mut fields),
        Some((first, rest)) => {
            for field in &mut fields {
                if let Item::Bytes(number, value) = field {
                    if number == first {
                        *value = edited(value, rest, change);
                        break;
                    }
                }
            }
        }
    }
    joined(&fields)
}

/// Put a field in place of the first one of its number.
pub fn set(items: &mut [Item], new: Item) {
    let old = items.iter_mut().find(|item| item.number() == new.number());
    if let Some(item) = old {
        *item = new;
    }
}

/// Remove the fields of a number.
pub fn without(items: &mut Vec<Item>, number: u64) {
    items.retain(|item| item.number() != number);
}

/// Change the bytes of the first field of a number.
fn change_bytes(items: &mut [Item], of: u64, change: impl Fn(&mut Vec<u8>)) {
    let found = items.iter_mut().find(|item| item.number() == of);
    if let Some(Item::Bytes(_, value)) = found {
        change(value);
    }
}

/// Flip bits of a byte of a field, of the last one for a place past the end.
pub fn flip(items: &mut [Item], of: u64, at: usize, bits: u8) {
    change_bytes(items, of, |value| {
        let last = value.len() - 1;
        value[at.min(last)] ^= bits;
    });
}

/// Cut a field of bytes, or fill it up with 01.
pub fn resize(items: &mut [Item], of: u64, length: usize) {
    change_bytes(items, of, |value| value.resize(length, 1));
}

/// Cut the last byte of a field.
pub fn cut(items: &mut [Item], of: u64) {
    change_bytes(items, of, |value| value.truncate(value.len() - 1));
}
