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
