//! Comparisons whose time does not depend on what is compared, and wiping.
//!
//! What: the only functions of this crate that compare secrets, and the only one that wipes plain buffers. Which part:
//! none of a standard; the spec compares secrets by type. Who calls it: every layer. Secret: all inputs.
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Whether two byte strings agree, in time that depends on their lengths alone.
///
/// In: two byte strings, secret; their lengths are public. Out: whether they are equal.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    a.ct_eq(b).into()
}

/// Whether all bytes are zero, in time that depends on the length alone.
///
/// In: bytes, secret. Out: whether each is zero.
pub fn is_zero(bytes: &[u8]) -> bool {
    bytes
        .iter()
        .fold(0u8, |seen, byte| seen | byte)
        .ct_eq(&0)
        .into()
}

/// Overwrite with zeros, in a way that the compiler keeps.
///
/// In: bytes that held a secret.
pub fn wipe(bytes: &mut [u8]) {
    bytes.zeroize();
}
