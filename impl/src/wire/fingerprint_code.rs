//! CombinedFingerprints: the code that two people scan from each other's screens.
//!
//! What: the protobuf of a version and two truncated fingerprints. Which part: deployed only. Who calls it: `fingerprint`,
//! applications. Secret: nothing.
use crate::wire::protobuf::{
    all_bytes, last_bytes, last_uint32, parse_fields, put_bytes, put_uint32, required_bytes,
    required_uint32, Field,
};
use crate::wire::WireError;

const FIELD_VERSION: u32 = 1;
const FIELD_LOCAL: u32 = 2;
const FIELD_REMOTE: u32 = 3;
const FIELD_CONTENT: u32 = 1;

/// A code with all of its parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FingerprintCode<'a> {
    /// Version of the fingerprints.
    pub version: u32,
    /// Of the side that shows the code, 32 bytes if it is ours.
    pub local: &'a [u8],
    /// Of the other side, 32 bytes if it is ours.
    pub remote: &'a [u8],
}

/// What stands in a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FingerprintFields<'a> {
    /// Version of the fingerprints.
    pub version: Option<u32>,
    /// Of the side that shows the code, of any length.
    pub local: Option<&'a [u8]>,
    /// Of the other side, of any length.
    pub remote: Option<&'a [u8]>,
}

/// Mirror of `spec::wire::fingerprint_code::encode_fingerprint_code`.
///
/// In: the code. Out: its bytes.
#[must_use]
pub fn encode_fingerprint_code(code: &FingerprintCode<'_>) -> Vec<u8> {
    let mut out = Vec::new();
    put_uint32(&mut out, FIELD_VERSION, code.version);
    for (number, content) in [(FIELD_LOCAL, code.local), (FIELD_REMOTE, code.remote)] {
        let mut logical = Vec::new();
        put_bytes(&mut logical, FIELD_CONTENT, content);
        put_bytes(&mut out, number, &logical);
    }
    out
}

/// Mirror of `spec::wire::fingerprint_code::decode_fingerprint_code`.
///
/// In: any bytes. Out: the parts that are there.
/// Errors: `InvalidProtobuf`.
pub fn decode_fingerprint_code(bytes: &[u8]) -> Result<FingerprintFields<'_>, WireError> {
    let fields = parse_fields(bytes)?;
    Ok(FingerprintFields {
        version: last_uint32(&fields, FIELD_VERSION)?,
        local: logical_content(bytes, &fields, FIELD_LOCAL)?,
        remote: logical_content(bytes, &fields, FIELD_REMOTE)?,
    })
}

/// Mirror of `spec::wire::fingerprint_code::parse_fingerprint_code`.
///
/// In: any bytes. Out: the code.
/// Errors: `InvalidProtobuf`, also if one of the three parts is absent.
pub fn parse_fingerprint_code(bytes: &[u8]) -> Result<FingerprintCode<'_>, WireError> {
    let found = decode_fingerprint_code(bytes)?;
    Ok(FingerprintCode {
        version: required_uint32(found.version)?,
        local: required_bytes(found.local)?,
        remote: required_bytes(found.remote)?,
    })
}

/// The content of the LogicalFingerprint of a number, if there is one. Occurrences are merged: the last content wins.
fn logical_content<'a>(
    bytes: &'a [u8],
    fields: &[Field],
    number: u32,
) -> Result<Option<&'a [u8]>, WireError> {
    let mut content = None;
    for part in all_bytes(bytes, fields, number)? {
        let fields = parse_fields(part)?;
        content = last_bytes(part, &fields, FIELD_CONTENT)?.or(content);
    }
    Ok(content)
}
