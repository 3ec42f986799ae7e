//! Coordinates u with something special, of which recordings speak by title, and keys as they are serialised.
use crate::bytes::Bytes;

/// Type byte of X25519.
const KEY_TYPE: u8 = 5;
/// Types of KEM keys.
pub const KYBER_768: u8 = 7;
pub const KYBER_1024: u8 = 8;
pub const ML_KEM_1024: u8 = 0x0a;
/// Length of a serialised KEM key.
pub const KEM_KEY_LENGTH: usize = 1569;

pub const ZERO: [u8; 32] = [0; 32];
pub const ONE: [u8; 32] = u(1, 0, 0);
pub const TWO: [u8; 32] = u(2, 0, 0);
pub const NINE: [u8; 32] = u(9, 0, 0);
pub const NINE_HIGH_BIT: [u8; 32] = u(9, 0, 0x80);
pub const P: [u8; 32] = u(0xed, 0xff, 0x7f);
pub const P_MINUS_1: [u8; 32] = u(0xec, 0xff, 0x7f);
pub const P_PLUS_9: [u8; 32] = u(0xf6, 0xff, 0x7f);
pub const ALL_BUT_HIGH_BIT: [u8; 32] = u(0xff, 0xff, 0x7f);

/// A coordinate: a low byte, a fill, a high byte.
const fn u(low: u8, fill: u8, high: u8) -> [u8; 32] {
    let mut bytes = [fill; 32];
    bytes[0] = low;
    bytes[31] = high;
    bytes
}

/// A key as it is serialised.
#[must_use]
pub fn serialized(u: &[u8]) -> Bytes {
    [&[KEY_TYPE], u].concat().into()
}
