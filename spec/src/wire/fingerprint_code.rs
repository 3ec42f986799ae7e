//! CombinedFingerprints: the code that two people scan from each other's screens.
//!
//! What: the protobuf of a version and two truncated fingerprints. Which part: deployed only, no public text. Who calls
//! it: `fingerprint`, applications. Secret: nothing.
//!
//! | field | type | content |
//! |---|---|---|
//! | 1 | uint32 | version |
//! | 2 | LogicalFingerprint | of the side that shows the code |
//! | 3 | LogicalFingerprint | of the other side |
//!
//! LogicalFingerprint has one field, 1, bytes: the fingerprint, of which 32 bytes are written.
use crate::wire::protobuf::*;
use crate::wire::*;
use hacspec_lib::*;

const FIELD_VERSION: u32 = 1u32;
const FIELD_LOCAL: u32 = 2u32;
const FIELD_REMOTE: u32 = 3u32;
const FIELD_CONTENT: u32 = 1u32;

/// A code with all of its parts.
#[derive(Clone, Debug, PartialEq)]
pub struct FingerprintCode {
    /// Version of the fingerprints.
    pub version: u32,
    /// Of the side that shows the code, 32 bytes if it is ours.
    pub local: Seq<u8>,
    /// Of the other side, 32 bytes if it is ours.
    pub remote: Seq<u8>,
}

/// What stands in a code.
#[derive(Clone, Debug, PartialEq)]
pub struct FingerprintFields {
    /// Version of the fingerprints.
    pub version: Option<u32>,
    /// Of the side that shows the code, of any length.
    pub local: Option<Seq<u8>>,
    /// Of the other side, of any length.
    pub remote: Option<Seq<u8>>,
}

/// A LogicalFingerprint.
fn encode_logical(content: &Seq<u8>) -> Seq<u8> {
    put_bytes(Seq::<u8>::new(0), FIELD_CONTENT, content)
}

/// Write a code.
///
/// Deployed: fields in ascending order, a version 0 too.
/// In: the code. Out: its bytes.
pub fn encode_fingerprint_code(code: &FingerprintCode) -> Seq<u8> {
    let version = put_uint32(Seq::<u8>::new(0), FIELD_VERSION, code.version);
    let local = put_bytes(version, FIELD_LOCAL, &encode_logical(&code.local));
    put_bytes(local, FIELD_REMOTE, &encode_logical(&code.remote))
}

/// The content of a LogicalFingerprint, if it has one.
fn parse_logical(bytes: &Seq<u8>) -> Result<Option<Seq<u8>>, WireError> {
    let fields = parse_fields(bytes)?;
    last_bytes(bytes, &fields, FIELD_CONTENT)
}

/// The content of the LogicalFingerprint of a number, if there is one.
///
/// Standard: PB "Last One Wins": occurrences of an embedded message are merged, so the last content wins.
fn logical_content(
    bytes: &Seq<u8>,
    fields: &Seq<Field>,
    number: u32,
) -> Result<Option<Seq<u8>>, WireError> {
    let parts = all_bytes(bytes, fields, number)?;
    let mut content = None;
    let mut well_formed = true;
    for i in 0..parts.len() {
        match parse_logical(&parts[i]) {
            Ok(Some(found)) => {
                content = Some(found);
            }
            Ok(None) => {}
            Err(_) => {
                well_formed = false;
            }
        }
    }
    if well_formed {
        Ok(content)
    } else {
        Err(WireError::InvalidProtobuf)
    }
}

/// Read what stands in a code, whatever is missing.
///
/// In: any bytes. Out: the parts that are there.
/// Errors: `InvalidProtobuf`.
pub fn decode_fingerprint_code(bytes: &Seq<u8>) -> Result<FingerprintFields, WireError> {
    let fields = parse_fields(bytes)?;
    let version = last_uint32(&fields, FIELD_VERSION)?;
    let local = logical_content(bytes, &fields, FIELD_LOCAL)?;
    let remote = logical_content(bytes, &fields, FIELD_REMOTE)?;
    Ok(FingerprintFields {
        version,
        local,
        remote,
    })
}

/// Read a code with all of its parts.
///
/// Deployed: the fingerprints may have any length; one of another length than 32 matches nothing.
/// In: any bytes. Out: the code.
/// Errors: `InvalidProtobuf`, also if one of the three parts is absent.
pub fn parse_fingerprint_code(bytes: &Seq<u8>) -> Result<FingerprintCode, WireError> {
    let found = decode_fingerprint_code(bytes)?;
    let version = required_uint32(found.version)?;
    let local = required_bytes(found.local)?;
    let remote = required_bytes(found.remote)?;
    Ok(FingerprintCode {
        version,
        local,
        remote,
    })
}
