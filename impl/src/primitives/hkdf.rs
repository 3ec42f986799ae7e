//! HKDF with SHA-256.
//!
//! Which part: RFC 5869. Called by `handshake`, `ratchet/symmetric` and `ratchet/double`. Secret: salt, keying material and
//! output.
use crate::backend::hmac::{blocks_of, padding, HmacSha256};
use crate::ct::wipe;
use crate::keys::types::Sha256Digest;
use crate::primitives::hmac::hmac_sha256;
use zeroize::Zeroizing;

/// RFC 5869, 2: HashLen.
const HASH_LEN: usize = 32;

/// Mirror of `spec::primitives::hkdf::no_salt`.
///
/// Out: 32 zero bytes.
#[must_use]
pub const fn no_salt() -> [u8; HASH_LEN] {
    [0; HASH_LEN]
}

/// Mirror of `spec::primitives::hkdf::hkdf_extract`.
///
/// In: salt and keying material, any length, secret. Out: the pseudorandom key, secret.
#[must_use]
pub fn hkdf_extract(salt: &[u8], ikm: &[u8]) -> Sha256Digest {
    hmac_sha256(salt, ikm)
}

/// Mirror of `spec::primitives::hkdf::hkdf_expand`.
/// Faster: the keyed state is computed once for all blocks.
///
/// In: the pseudorandom key, secret; the label; the length. Out: as many bytes, secret.
#[must_use]
pub fn hkdf_expand(prk: &Sha256Digest, info: &[u8], length: u8) -> Zeroizing<Vec<u8>> {
    let keyed = HmacSha256::new(prk.as_bytes());
    let mut out = Zeroizing::new(vec![0; usize::from(length)]);
    let mut previous: Option<Sha256Digest> = None;
    for (counter, to) in (1u8..).zip(out.chunks_mut(HASH_LEN)) {
        let block = expand_block(&keyed, previous.as_ref(), info, counter);
        for (to, from) in to.iter_mut().zip(block.as_bytes()) {
            *to = *from;
        }
        previous = Some(block);
    }
    out
}

/// Mirror of `spec::primitives::hkdf::hkdf`.
///
/// In: salt and keying material, any length, secret; the label; the length. Out: as many bytes, secret.
#[must_use]
pub fn hkdf(salt: &[u8], ikm: &[u8], info: &[u8], length: u8) -> Zeroizing<Vec<u8>> {
    hkdf_expand(&hkdf_extract(salt, ikm), info, length)
}

/// HKDF for whole blocks, without allocation: every derivation of the protocol splits its output where blocks end.
/// Faster: what is hashed is laid out in blocks once, and from T(2) on only T(i-1) and the number change.
///
/// In: the salt or none; keying material, secret; the label. Out: `N` blocks, secret.
pub(crate) fn hkdf_blocks<const N: usize, const L: usize>(
    salt: Option<&[u8; HASH_LEN]>,
    ikm: &[u8],
    info: &[u8; L],
) -> [Sha256Digest; N] {
    let prk = match salt {
        Some(salt) => extract(&HmacSha256::new(salt), ikm),
        None => extract(&HmacSha256::ZERO_KEY, ikm),
    };
    let keyed = HmacSha256::new(prk.as_bytes());
    // T(1) = HMAC-Hash(PRK, info | 1)
    let mut first = const { padding::<1>(L + 1) };
    put_info(first.as_flattened_mut(), 0, info, 1);
    // T(i) = HMAC-Hash(PRK, T(i-1) | info | i)
    let mut later = const { padding::<2>(HASH_LEN + L + 1) };
    let mut counter = 0u8;
    let blocks = core::array::from_fn(|_| {
        counter = counter.wrapping_add(1); // from 1; N is 1, 2 or 3
        let block = if counter == 1 {
            keyed.tag_of_blocks(&first)
        } else {
            put_info(later.as_flattened_mut(), HASH_LEN, info, counter);
            let used = const { blocks_of(HASH_LEN + L + 1) };
            keyed.tag_of_blocks(later.get(..used).unwrap_or_default())
        };
        let [start, _] = &mut later;
        start[..HASH_LEN].copy_from_slice(block.as_bytes());
        block
    });
    wipe(later.as_flattened_mut());
    blocks
}

/// The pseudorandom key.
fn extract(salt: &HmacSha256, ikm: &[u8]) -> Sha256Digest {
    match ikm.try_into() {
        Ok(ikm) => salt.tag_of_32(ikm),
        Err(_) => salt.tag(&[ikm]),
    }
}

/// Write the label and a number into a message, which has room for them.
fn put_info<const L: usize>(message: &mut [u8], at: usize, info: &[u8; L], counter: u8) {
    let after = message.get_mut(at..).unwrap_or_default();
    if let Some((to, [number, ..])) = after.split_first_chunk_mut::<L>() {
        *to = *info;
        *number = counter;
    }
}

/// T(i) = HMAC-Hash(PRK, T(i-1) | info | i).
fn expand_block(
    keyed: &HmacSha256,
    previous: Option<&Sha256Digest>,
    info: &[u8],
    counter: u8,
) -> Sha256Digest {
    match previous {
        Some(previous) => keyed.tag(&[previous.as_bytes(), info, &[counter]]),
        None => keyed.tag(&[info, &[counter]]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rfc_5869_output_holds() {
        // RFC 5869, A.1.
        let salt: Vec<u8> = (0..=0x0c).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let okm = hkdf(&salt, &[0x0b; 22], &info, 42);
        let expected =
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865";
        assert_eq!(hex::encode(&*okm), expected);
    }

    #[test]
    fn blocks_are_the_output_in_pieces() {
        let [short, long] = [&b"keying material"[..], &[7; 32]];
        for ikm in [short, long] {
            check_blocks(ikm, b"label");
            // The longest that goes with T(i-1) into one block, and the shortest that does not; the longest of all.
            check_blocks(ikm, &[0x61; 22]);
            check_blocks(ikm, &[0x61; 23]);
            check_blocks(ikm, &[0x61; 54]);
        }
    }

    fn check_blocks<const L: usize>(ikm: &[u8], info: &[u8; L]) {
        let expected = hkdf(&no_salt(), ikm, info, 96);
        for salt in [None, Some(&[0; 32])] {
            let blocks: [Sha256Digest; 3] = hkdf_blocks(salt, ikm, info);
            assert_eq!(blocks.map(|block| *block.as_bytes()).concat(), *expected);
        }
        let salted = hkdf(&[9; 32], ikm, info, 32);
        let [block] = hkdf_blocks(Some(&[9; 32]), ikm, info);
        assert_eq!(*block.as_bytes(), **salted);
    }
}
