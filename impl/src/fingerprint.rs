//! Fingerprints, which users know as safety numbers: two people compare them to see that nobody stands between them.
//!
//! What: the fingerprint of one side, the 60 digits that both sides show, and the code that one side scans from the
//! other. Which part: X3DH 4.1, authentication, as deployed. Who calls it: applications. Secret: nothing.
use crate::ct;
use crate::keys::{serialize_public_key, Fingerprint, IdentityKey};
use crate::primitives::sha2::sha512_parts;
use crate::wire::fingerprint_code::{
    decode_fingerprint_code, encode_fingerprint_code, FingerprintCode,
};
use thiserror::Error;

/// How many hashes a deployed fingerprint takes, the first one included.
pub const DEPLOYED_ITERATIONS: u32 = 5200;
/// Fewest iterations.
pub const MIN_ITERATIONS: u32 = 2;
/// Most iterations.
pub const MAX_ITERATIONS: u32 = 1_000_000;
/// Digits that are displayed, of both sides.
pub const DISPLAY_LENGTH: usize = 60;
/// Bytes of a fingerprint that stand in a code.
pub const SCANNABLE_LENGTH: usize = 32;

/// The two bytes before everything that is hashed: a format number that has always been 0.
const FORMAT: [u8; 2] = [0; 2];
const GROUPS_PER_SIDE: usize = 6;
/// Bytes that become a group of digits, and digits of the group.
const GROUP_LENGTH: usize = 5;
const GROUP_MODULUS: u64 = 100_000;

/// Why a fingerprint was not made, or not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum FingerprintError {
    /// The number of iterations is outside 2 ..= 1000000.
    #[error("the number of iterations is out of range")]
    InvalidIterations,
    /// The scanned code has another version.
    #[error("the scanned code has another version")]
    VersionMismatch,
    /// The scanned code is malformed, or a fingerprint is absent.
    #[error("the scanned code is malformed")]
    ParseError,
}

/// Mirror of `spec::fingerprint::fingerprint`.
///
/// In: the number of iterations; the identifier of the side, any bytes; its IK. Out: 64 bytes.
/// Errors: `InvalidIterations` outside 2 ..= 1000000.
pub fn fingerprint(
    iterations: u32,
    id: &[u8],
    key: IdentityKey,
) -> Result<Fingerprint, FingerprintError> {
    if !(MIN_ITERATIONS..=MAX_ITERATIONS).contains(&iterations) {
        return Err(FingerprintError::InvalidIterations);
    }
    let key = serialize_public_key(key.key);
    let mut hash = sha512_parts(&[&FORMAT, &key, id, &key]);
    for _ in 1..iterations {
        hash = sha512_parts(&[hash.as_bytes(), &key]);
    }
    Ok(Fingerprint::from_bytes(*hash.as_bytes()))
}

/// Mirror of `spec::fingerprint::displayable`.
///
/// In: the fingerprints of both sides, in either order. Out: 60 digits.
#[must_use]
pub fn displayable(local: &Fingerprint, remote: &Fingerprint) -> String {
    let (local, remote) = (digits_of_side(local), digits_of_side(remote));
    if local < remote {
        local + &remote
    } else {
        remote + &local
    }
}

/// Mirror of `spec::fingerprint::scannable_code`.
///
/// In: the version; the fingerprints of the own side and of the other. Out: the code, with the first 32 bytes of each.
#[must_use]
pub fn scannable_code<'a>(
    version: u32,
    local: &'a Fingerprint,
    remote: &'a Fingerprint,
) -> FingerprintCode<'a> {
    let (local, _) = local.as_bytes().split_at(SCANNABLE_LENGTH);
    let (remote, _) = remote.as_bytes().split_at(SCANNABLE_LENGTH);
    FingerprintCode {
        version,
        local,
        remote,
    }
}

/// Mirror of `spec::fingerprint::scannable`.
///
/// In: the version; the fingerprints of the own side and of the other. Out: the code as bytes.
#[must_use]
pub fn scannable(version: u32, local: &Fingerprint, remote: &Fingerprint) -> Vec<u8> {
    encode_fingerprint_code(&scannable_code(version, local, remote))
}

/// Mirror of `spec::fingerprint::compare_scannable`.
///
/// In: the own code; the scanned bytes, any. Out: whether each side shows what the other expects.
/// Errors: `ParseError` for malformed bytes, `VersionMismatch`, `ParseError` for an absent fingerprint, in this order.
pub fn compare_scannable(
    own: &FingerprintCode<'_>,
    scanned: &[u8],
) -> Result<bool, FingerprintError> {
    let found = decode_fingerprint_code(scanned).map_err(|_| FingerprintError::ParseError)?;
    if found.version.unwrap_or(0) != own.version {
        return Err(FingerprintError::VersionMismatch);
    }
    let local = found.local.ok_or(FingerprintError::ParseError)?;
    let remote = found.remote.ok_or(FingerprintError::ParseError)?;
    // Both are compared, whatever the first comparison says.
    Ok(ct::equal(local, own.remote) & ct::equal(remote, own.local))
}

/// The digits of one side: six groups of five, of the first 30 bytes.
fn digits_of_side(side: &Fingerprint) -> String {
    let (groups, _) = side.as_bytes().as_chunks::<GROUP_LENGTH>();
    let groups = groups.iter().take(GROUPS_PER_SIDE);
    groups
        .map(|group| {
            let value = group
                .iter()
                .fold(0, |value: u64, byte| value << 8 | u64::from(*byte));
            value % GROUP_MODULUS
        })
        .fold(String::new(), |digits, group| {
            digits + &format!("{group:05}")
        })
}
