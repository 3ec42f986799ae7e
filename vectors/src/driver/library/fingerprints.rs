//! What a library must offer of fingerprints.
use crate::outcome::ErrorClass;

/// A fingerprint.
type Fingerprint = [u8; 64];

/// A code with all of its parts.
#[derive(Clone)]
pub struct PlainFingerprintCode {
    /// Version of the fingerprints.
    pub version: u32,
    /// Of the side that shows the code.
    pub local: Vec<u8>,
    /// Of the other side.
    pub remote: Vec<u8>,
}

/// Fingerprints.
pub trait Fingerprints {
    /// The fingerprint of one side; the key serialised.
    fn fingerprint(iterations: u32, id: &[u8], key: &[u8]) -> Result<Fingerprint, ErrorClass>;
    /// The digits that both sides show.
    fn displayable(local: Fingerprint, remote: Fingerprint) -> Vec<u8>;
    /// The code that one side shows.
    fn scannable(version: u32, local: Fingerprint, remote: Fingerprint) -> Vec<u8>;
    /// Whether a scanned code is what the own one, of these fingerprints, expects.
    fn compare_scannable(
        version: u32,
        local: Fingerprint,
        remote: Fingerprint,
        scanned: &[u8],
    ) -> Result<bool, ErrorClass>;
    /// The parts of a code.
    fn parse_fingerprint_code(bytes: &[u8]) -> Result<PlainFingerprintCode, ErrorClass>;
    /// Write a code.
    fn encode_fingerprint_code(code: &PlainFingerprintCode) -> Vec<u8>;
}
