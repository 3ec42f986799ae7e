//! Fingerprints, which users know as safety numbers: two people compare them to see that nobody stands between them.
//!
//! What: the fingerprint of one side, the 60 digits that both sides show, and the code that one side scans from the
//! other. Which part: X3DH 4.1, authentication, which leaves the means to the application; all of this is deployed only.
//! Who calls it: applications. Secret: nothing.
//!
//! Cost: a fingerprint of the deployed number of iterations is as many compressions of SHA-512, 5200 a side: measured as 6
//! to 9 ms in this crate, and 2 to 3 ms in the optimised one.
use crate::keys::*;
use crate::primitives::sha2::*;
use crate::wire::fingerprint_code::*;
use crate::wire::*;
use hacspec_lib::*;

/// How many hashes a deployed fingerprint takes, the first one included.
pub const DEPLOYED_ITERATIONS: u32 = 5200u32;
/// Fewest iterations.
pub const MIN_ITERATIONS: u32 = 2u32;
/// Most iterations.
pub const MAX_ITERATIONS: u32 = 1_000_000u32;
/// Digits that are displayed, of both sides.
pub const DISPLAY_LENGTH: usize = 60;
/// Bytes of a fingerprint that stand in a code.
pub const SCANNABLE_LENGTH: usize = 32;

/// The two bytes before everything that is hashed: a format number that has always been 0.
const FORMAT_LENGTH: usize = 2;
const DIGITS_PER_SIDE: usize = 30;
const GROUPS_PER_SIDE: usize = 6;
/// Bytes that become a group of digits, and digits of the group.
const GROUP_LENGTH: usize = 5;
const GROUP_MODULUS: u64 = 100_000u64;
const DIGIT_ZERO: u8 = 0x30u8;

/// Why a fingerprint was not made, or not compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FingerprintError {
    /// The number of iterations is outside 2 ..= 1000000.
    InvalidIterations,
    /// The scanned code has another version.
    VersionMismatch,
    /// The scanned code is malformed, or a fingerprint is absent.
    ParseError,
}

/// A result of the wire layer as one of this layer.
fn lift_wire(
    result: Result<FingerprintFields, WireError>,
) -> Result<FingerprintFields, FingerprintError> {
    match result {
        Ok(value) => Ok(value),
        Err(_) => Err(FingerprintError::ParseError),
    }
}

/// A part of a scanned code that must be there.
fn required(part: Option<Seq<u8>>) -> Result<Seq<u8>, FingerprintError> {
    match part {
        Some(content) => Ok(content),
        None => Err(FingerprintError::ParseError),
    }
}

/// The hashes of a fingerprint: h_0 = SHA-512(00 00 ‖ K ‖ id ‖ K), h_i = SHA-512(h_(i-1) ‖ K).
fn iterate(iterations: u32, id: &ByteSeq, key: &ByteSeq) -> Sha512Digest {
    let first = ByteSeq::new(FORMAT_LENGTH)
        .concat(key)
        .concat(id)
        .concat(key);
    let mut hash = sha512(&first);
    for _i in 1..iterations {
        hash = sha512(&hash.concat(key));
    }
    hash
}

/// The fingerprint of one side.
///
/// Deployed only, no public text. `iterations` counts all hashes, the first one included; deployed software takes
/// [`DEPLOYED_ITERATIONS`]. The identifier is opaque here: by convention the phone number in E.164 for version 1, the 16
/// bytes of the account's service id for version 2.
/// In: the number of iterations; the identifier of the side, any bytes; its IK. Out: 64 bytes, public.
/// Errors: `InvalidIterations` outside 2 ..= 1000000.
pub fn fingerprint(
    iterations: u32,
    id: &Seq<u8>,
    key: IdentityKey,
) -> Result<Fingerprint, FingerprintError> {
    if iterations < MIN_ITERATIONS || iterations > MAX_ITERATIONS {
        Err(FingerprintError::InvalidIterations)
    } else {
        let serialized = ByteSeq::from_public_seq(&serialize_public_key(key.key));
        let hash = iterate(iterations, &ByteSeq::from_public_seq(id), &serialized);
        // Declassified: a hash of public values, made to be shown.
        Ok(Fingerprint::from_seq(
            &ByteSeq::from_seq(&hash).declassify(),
        ))
    }
}

/// Five bytes, most significant first, modulo 100000.
fn group_value(side: &Fingerprint, group: usize) -> u64 {
    let mut value = 0u64;
    for i in 0..GROUP_LENGTH {
        value = (value << 8) | (side[group * GROUP_LENGTH + i] as u64);
    }
    value % GROUP_MODULUS
}

/// The digits of one side: six groups of five, of the first 30 bytes.
fn digits_of_side(side: &Fingerprint) -> Seq<u8> {
    let mut digits = Seq::<u8>::new(DIGITS_PER_SIDE);
    for group in 0..GROUPS_PER_SIDE {
        let mut rest = group_value(side, group);
        for i in 0..GROUP_LENGTH {
            // From the last digit of the group to the first.
            digits[group * GROUP_LENGTH + (GROUP_LENGTH - 1 - i)] =
                DIGIT_ZERO + ((rest % 10u64) as u8);
            rest = rest / 10u64;
        }
    }
    digits
}

/// Whether one string of digits comes before another of the same length.
fn is_before(a: &Seq<u8>, b: &Seq<u8>) -> bool {
    let mut decided = false;
    let mut before = false;
    for i in 0..DIGITS_PER_SIDE {
        if !decided && a[i] != b[i] {
            decided = true;
            before = a[i] < b[i];
        }
    }
    before
}

/// The digits that both sides show.
///
/// Deployed only, no public text: 30 digits a side, the smaller string first, so that both sides show the same. The
/// version has no part in them.
/// In: the fingerprints of both sides, in either order. Out: 60 digits, ASCII, public.
pub fn displayable(local: &Fingerprint, remote: &Fingerprint) -> Seq<u8> {
    let local_digits = digits_of_side(local);
    let remote_digits = digits_of_side(remote);
    if is_before(&local_digits, &remote_digits) {
        local_digits.concat(&remote_digits)
    } else {
        remote_digits.concat(&local_digits)
    }
}

/// The parts of the code that one side shows: the first 32 bytes of each fingerprint.
///
/// Deployed only, no public text.
/// In: the version; the fingerprints of the own side and of the other. Out: the code.
pub fn scannable_code(version: u32, local: &Fingerprint, remote: &Fingerprint) -> FingerprintCode {
    FingerprintCode {
        version,
        local: Seq::<u8>::from_slice(local, 0, SCANNABLE_LENGTH),
        remote: Seq::<u8>::from_slice(remote, 0, SCANNABLE_LENGTH),
    }
}

/// The code that one side shows, as bytes.
///
/// Deployed only, no public text: 74 bytes for a version below 128.
/// In: the version; the fingerprints of the own side and of the other. Out: the bytes.
pub fn scannable(version: u32, local: &Fingerprint, remote: &Fingerprint) -> Seq<u8> {
    encode_fingerprint_code(&scannable_code(version, local, remote))
}

/// Compare the own code with a scanned one.
///
/// Deployed only, no public text. The checks are made in this order: the scanned code is decoded; its version, 0 if it is
/// absent, is that of the own code; both fingerprints are there. So an empty code has the wrong version, unless the own
/// one is 0.
/// In: the own code; the scanned bytes, any. Out: whether each side shows what the other expects; scanning the code of
/// the own side does not match.
/// Errors, by the checks above: `ParseError`, `VersionMismatch`, `ParseError`.
pub fn compare_scannable(
    own: &FingerprintCode,
    scanned: &Seq<u8>,
) -> Result<bool, FingerprintError> {
    let found = lift_wire(decode_fingerprint_code(scanned))?;
    let version = match found.version {
        Some(number) => number,
        None => 0u32,
    };
    if version == own.version {
        let local = required(found.local)?;
        let remote = required(found.remote)?;
        // Deployed: in constant time.
        Ok(local == own.remote && remote == own.local)
    } else {
        Err(FingerprintError::VersionMismatch)
    }
}
