//! Fingerprints and their codes against recorded values of the deployed library.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
#[path = "support/recordings.rs"]
mod recordings;

use hacspec_lib::*;
use recordings::recording;
use serde_json::Value;
use twinratchet_spec::fingerprint::{
    compare_scannable, displayable, fingerprint, scannable, scannable_code, FingerprintError,
    DEPLOYED_ITERATIONS, MAX_ITERATIONS,
};
use twinratchet_spec::keys::{parse_public_key, Fingerprint, IdentityKey};
use twinratchet_spec::wire::fingerprint_code::{
    encode_fingerprint_code, parse_fingerprint_code, FingerprintCode,
};
use twinratchet_spec::wire::WireError;

fn bytes(native: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_native_slice(native)
}

fn unhex(case: &Value, field: &str) -> Seq<u8> {
    bytes(&hex::decode(case[field].as_str().unwrap()).unwrap())
}

fn side(case: &Value, name: &str) -> Fingerprint {
    let key = parse_public_key(&unhex(case, &format!("{name}_key"))).unwrap();
    let iterations = u32::try_from(case["iterations"].as_u64().unwrap()).unwrap();
    let id = unhex(case, &format!("{name}_id"));
    fingerprint(iterations, &id, IdentityKey { key }).unwrap()
}

fn filled(byte: u8) -> Fingerprint {
    Fingerprint::from_seq(&bytes(&[byte; 64]))
}

#[test]
fn fingerprints_are_as_recorded() {
    let Some(cases) = recording("fingerprints") else {
        return;
    };
    for case in cases.as_array().unwrap() {
        let (local, remote) = (side(case, "local"), side(case, "remote"));
        assert_eq!(
            bytes(&local.0).native_slice(),
            unhex(case, "local_hash").native_slice()
        );
        assert_eq!(
            bytes(&remote.0).native_slice(),
            unhex(case, "remote_hash").native_slice()
        );
        let display = case["display"].as_str().unwrap().as_bytes();
        assert_eq!(displayable(&local, &remote).native_slice(), display);
        assert_eq!(displayable(&remote, &local).native_slice(), display);
        let version = u32::try_from(case["version"].as_u64().unwrap()).unwrap();
        let code = scannable(version, &local, &remote);
        assert_eq!(code.native_slice(), unhex(case, "scannable").native_slice());
        let own = parse_fingerprint_code(&code).unwrap();
        assert!(own == scannable_code(version, &local, &remote));
        let theirs = scannable(version, &remote, &local);
        assert_eq!(compare_scannable(&own, &theirs), Ok(true));
        assert_eq!(compare_scannable(&own, &code), Ok(false));
    }
}

#[test]
fn deployed_iterations_are_those_recorded() {
    let Some(cases) = recording("fingerprints") else {
        return;
    };
    assert_eq!(
        cases[0]["iterations"].as_u64().unwrap(),
        u64::from(DEPLOYED_ITERATIONS)
    );
}

#[test]
fn iterations_out_of_range_are_refused() {
    let id = bytes(b"+14152222222");
    for iterations in [0, 1, MAX_ITERATIONS + 1, u32::MAX] {
        assert_eq!(
            fingerprint(iterations, &id, IdentityKey::default()).map(|_| ()),
            Err(FingerprintError::InvalidIterations)
        );
    }
    assert!(fingerprint(2, &id, IdentityKey::default()).is_ok());
}

#[test]
fn displayed_digits_keep_their_zeros_and_their_order() {
    let digits = |side: &Fingerprint, other: &Fingerprint| {
        String::from_utf8(displayable(side, other).native_slice().to_vec()).unwrap()
    };
    let (zeros, ones) = (filled(0), filled(1));
    // 0x0101010101 mod 100000
    let ones_digits = "10305".repeat(6);
    let both = "0".repeat(30) + &ones_digits;
    assert_eq!(0x01_0101_0101_u64 % 100_000, 10_305);
    assert_eq!(digits(&zeros, &ones), both);
    assert_eq!(digits(&ones, &zeros), both);
    assert_eq!(digits(&ones, &ones), ones_digits.repeat(2));
}

#[test]
fn codes_are_compared_in_the_order_of_the_checks() {
    let (ours, theirs) = (filled(3), filled(4));
    let own = scannable_code(1, &ours, &theirs);
    let compare = |scanned: &[u8]| compare_scannable(&own, &bytes(scanned));
    let code = |version: u8, rest: &[u8]| [&[0x08, version], rest].concat();
    // Decoded first, then the version, then the contents.
    assert_eq!(compare(&[0xff]), Err(FingerprintError::ParseError));
    assert_eq!(
        compare(&code(2, &[0x12, 1, 0xff])),
        Err(FingerprintError::ParseError)
    );
    assert_eq!(compare(&[]), Err(FingerprintError::VersionMismatch));
    assert_eq!(
        compare(&code(2, &[])),
        Err(FingerprintError::VersionMismatch)
    );
    assert_eq!(compare(&code(1, &[])), Err(FingerprintError::ParseError));
    assert_eq!(
        compare(&code(1, &[0x12, 0, 0x1a, 0])),
        Err(FingerprintError::ParseError)
    );
    // Contents of another length match nothing.
    assert_eq!(
        compare(&code(1, &[0x12, 2, 0x0a, 0, 0x1a, 2, 0x0a, 0])),
        Ok(false)
    );
    let swapped = scannable(1, &theirs, &ours);
    assert_eq!(compare(swapped.native_slice()), Ok(true));
    let other_key = scannable(1, &filled(5), &ours);
    assert_eq!(compare(other_key.native_slice()), Ok(false));
    // An absent version is 0.
    let own_0 = scannable_code(0, &ours, &theirs);
    let without_version = scannable(0, &theirs, &ours).slice(2, 72);
    assert_eq!(compare_scannable(&own_0, &without_version), Ok(true));
    assert_eq!(
        compare_scannable(&own_0, &bytes(&[])),
        Err(FingerprintError::ParseError)
    );
}

#[test]
fn a_code_has_three_parts() {
    let code = scannable(1, &filled(3), &filled(4));
    let parse = |bytes: Seq<u8>| parse_fingerprint_code(&bytes).map(|_| ());
    let missing = Err(WireError::InvalidProtobuf);
    assert_eq!(parse(code.clone()), Ok(()));
    assert_eq!(parse(code.slice(2, 72)), missing);
    assert_eq!(parse(code.slice(0, 38)), missing);
    assert_eq!(parse(code.slice(0, 2).concat(&code.slice(38, 36))), missing);
    for length in 1..code.len() {
        let _ = parse(code.slice(0, length));
    }
    // Occurrences of a side are merged: an empty one takes nothing away, and the last content wins.
    let merged = code.concat(&bytes(&[0x12, 0, 0x1a, 3, 0x0a, 1, 7]));
    let parsed = parse_fingerprint_code(&merged).unwrap();
    let expected = FingerprintCode {
        version: 1,
        local: bytes(&[3; 32]),
        remote: bytes(&[7]),
    };
    assert!(parsed == expected);
    // It is written in its shortest form.
    let again = encode_fingerprint_code(&parsed);
    assert!(parse_fingerprint_code(&again).unwrap() == expected);
}
