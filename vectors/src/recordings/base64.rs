//! Base64 of RFC 4648, section 4: the form of stored records in recordings.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const PADDING: u8 = b'=';

/// The text of bytes.
#[must_use]
pub fn encode(bytes: &[u8]) -> String {
    bytes.chunks(3).flat_map(encode_group).collect()
}

/// Up to three bytes as four characters.
fn encode_group(bytes: &[u8]) -> [char; 4] {
    let bits = (0..3).fold(0, |bits, i| {
        bits << 8 | u32::from(bytes.get(i).copied().unwrap_or(0))
    });
    let digit = |i: usize| {
        let value = bits >> (18 - 6 * i) & 0x3f;
        let symbol = if i <= bytes.len() {
            ALPHABET[value as usize]
        } else {
            PADDING
        };
        char::from(symbol)
    };
    [digit(0), digit(1), digit(2), digit(3)]
}

/// The bytes of a text; none if it is not the text of any.
#[must_use]
pub fn decode(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    for group in text.as_bytes().chunks(4) {
        let digits: Vec<u8> = group
            .iter()
            .copied()
            .take_while(|c| *c != PADDING)
            .collect();
        let mut bits: u32 = 0;
        for i in 0..4 {
            let value = match digits.get(i) {
                Some(digit) => ALPHABET.iter().position(|symbol| symbol == digit)?,
                None => 0,
            };
            bits = bits << 6 | u32::try_from(value).ok()?;
        }
        let [_, group @ ..] = bits.to_be_bytes();
        bytes.extend_from_slice(&group[..digits.len().saturating_sub(1).min(3)]);
    }
    (encode(&bytes) == text).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{decode, encode};

    /// RFC 4648, section 10.
    #[test]
    fn examples_of_the_standard_agree() {
        let examples = [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg=="),
            ("fooba", "Zm9vYmE="),
            ("foobar", "Zm9vYmFy"),
        ];
        for (plain, text) in examples {
            assert_eq!(encode(plain.as_bytes()), text);
            assert_eq!(decode(text).as_deref(), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn what_is_not_the_text_of_any_bytes_is_refused() {
        for text in [
            "Zg", "Zg=", "Zh==", "Zm9v!", "Zg==Zg==", "=", "Zm9vY", "Z g=",
        ] {
            assert_eq!(decode(text), None, "{text}");
        }
    }
}
