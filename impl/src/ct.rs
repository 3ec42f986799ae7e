//! Comparisons whose time does not depend on what is compared, and wiping.
//!
//! What: the only functions of this crate that compare secrets, and the only one that wipes plain buffers. Which part:
//! none of a standard; the spec compares secrets by type. Who calls it: every layer. Secret: all inputs.
use subtle::ConstantTimeEq;
use zeroize::Zeroize;

/// Whether two byte strings agree, in time that depends on their lengths alone.
///
/// Faster than a comparison of slices by `subtle`, which hides every byte from the compiler: the differences are gathered
/// first, in words as wide as the processor has, and what they come to is compared the same way once.
///
/// In: two byte strings, secret; their lengths are public. Out: whether they are equal.
pub fn equal(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0u8, |seen, (a, b)| seen | (a ^ b));
    a.len() == b.len() && bool::from(differences.ct_eq(&0))
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

/// All ones if two numbers are equal, else 0; in time that depends on neither.
///
/// In: two numbers, secret. Out: the mask, secret.
pub const fn mask_equal(a: u16, b: u16) -> u16 {
    let x = a ^ b;
    // The highest bit of x | -x is set but for 0.
    let differ = (x | x.wrapping_neg()) >> 15;
    differ.wrapping_sub(1)
}

/// Overwrite with zeros, in a way that the compiler keeps.
///
/// In: bytes that held a secret.
pub fn wipe(bytes: &mut [u8]) {
    bytes.zeroize();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_single_bit_makes_a_difference() {
        for length in 0..=70 {
            let a = vec![0x5a; length];
            assert!(equal(&a, &a));
            for bit in 0..8 * length {
                let mut b = a.clone();
                b[bit / 8] ^= 1 << (bit % 8);
                assert!(!equal(&a, &b), "{length} {bit}");
            }
        }
    }

    #[test]
    fn mask_is_that_of_equality() {
        for a in 0..=u16::MAX {
            let mask = if a == 0x0100 { 0xffff } else { 0 };
            assert_eq!(mask_equal(a, 0x0100), mask);
            assert_eq!(mask_equal(a, a), 0xffff);
        }
    }

    #[test]
    fn a_part_is_not_the_whole() {
        assert!(!equal(b"tag", b"ta"));
        assert!(!equal(b"ta", b"tag"));
        assert!(!equal(b"", b"tag"));
    }
}
