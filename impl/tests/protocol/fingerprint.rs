//! Fingerprints and their codes: recorded values of the deployed library, the order of errors, hostile bytes.
//!
//! Recorded answers are skipped, in so many words, where the recordings are not at hand.
use crate::known_answers::{bytes, recorded};
use proptest::prelude::*;
use serde_json::Value;
use twinratchet::fingerprint::{
    compare_scannable, displayable, fingerprint, scannable, scannable_code, FingerprintError,
    DEPLOYED_ITERATIONS, DISPLAY_LENGTH, MAX_ITERATIONS, MIN_ITERATIONS,
};
use twinratchet::keys::{parse_public_key, Fingerprint, IdentityKey, PublicKey};
use twinratchet::wire::fingerprint_code::{
    decode_fingerprint_code, encode_fingerprint_code, parse_fingerprint_code, FingerprintCode,
};
use twinratchet::wire::WireError;

fn number(value: &Value) -> u32 {
    value.as_u64().unwrap().try_into().unwrap()
}

fn side(case: &Value, name: &str) -> Fingerprint {
    let key = parse_public_key(&bytes(&case[format!("{name}_key")])).unwrap();
    let id = bytes(&case[format!("{name}_id")]);
    fingerprint(number(&case["iterations"]), &id, IdentityKey { key }).unwrap()
}

fn class(error: FingerprintError) -> &'static str {
    match error {
        FingerprintError::InvalidIterations => "invalid_iterations",
        FingerprintError::VersionMismatch => "fingerprint_version_mismatch",
        FingerprintError::ParseError => "fingerprint_parse_error",
    }
}

#[test]
fn fingerprints_are_as_recorded() {
    let Some(all) = recorded() else { return };
    for case in all["fingerprints"].as_array().unwrap() {
        let (local, remote) = (side(case, "local"), side(case, "remote"));
        assert_eq!(local.as_bytes()[..], bytes(&case["local_hash"]));
        assert_eq!(remote.as_bytes()[..], bytes(&case["remote_hash"]));
        assert_eq!(displayable(&local, &remote), case["display"]);
        assert_eq!(displayable(&remote, &local), case["display"]);
        let version = number(&case["version"]);
        let code = scannable(version, &local, &remote);
        assert_eq!(code, bytes(&case["scannable"]));
        let own = parse_fingerprint_code(&code).unwrap();
        assert_eq!(own, scannable_code(version, &local, &remote));
        let theirs = scannable(version, &remote, &local);
        assert_eq!(compare_scannable(&own, &theirs), Ok(true));
        assert_eq!(compare_scannable(&own, &code), Ok(false));
    }
    let deployed = number(&all["fingerprints"][0]["iterations"]);
    assert_eq!(deployed, DEPLOYED_ITERATIONS);
}

#[test]
fn rules_are_as_recorded() {
    let Some(all) = recorded() else { return };
    let (ours, theirs, other) = (filled(3), filled(4), filled(5));
    let own = scannable_code(2, &ours, &theirs);
    for case in all["fingerprint_rules"]["compare"].as_array().unwrap() {
        let scanned = match case[0].as_str().unwrap() {
            "matching pair" => scannable(2, &theirs, &ours),
            "same side twice" => scannable(2, &ours, &theirs),
            "version differs" => scannable(1, &theirs, &ours),
            "other key" => scannable(2, &other, &ours),
            "garbage" => vec![0xff; 8],
            "empty" => Vec::new(),
            unknown => panic!("{unknown}"),
        };
        match compare_scannable(&own, &scanned) {
            Ok(matches) => assert_eq!(case[1], matches),
            Err(error) => assert_eq!(case[1], class(error)),
        }
    }
    for (rule, iterations) in [
        ("iterations_0", 0),
        ("iterations_1", 1),
        ("iterations_1000001", 1_000_001),
    ] {
        let error = fingerprint(iterations, b"id", key()).unwrap_err();
        assert_eq!(all["fingerprint_rules"][rule], class(error));
    }
}

fn filled(byte: u8) -> Fingerprint {
    Fingerprint::from_bytes([byte; 64])
}

fn key() -> IdentityKey {
    IdentityKey {
        key: PublicKey::from_bytes([9; 32]),
    }
}

#[test]
fn limits_of_the_iterations_are_allowed() {
    assert!(fingerprint(MIN_ITERATIONS, b"", key()).is_ok());
    assert!(fingerprint(MAX_ITERATIONS, b"", key()).is_ok());
    assert!(fingerprint(u32::MAX, b"", key()).is_err());
}

#[test]
fn codes_are_compared_in_the_order_of_the_checks() {
    let (ours, theirs) = (filled(3), filled(4));
    let own = scannable_code(1, &ours, &theirs);
    let code = |version: u8, rest: &[u8]| [&[0x08, version], rest].concat();
    let cases: [(Vec<u8>, Result<bool, FingerprintError>); 8] = [
        (vec![0xff], Err(FingerprintError::ParseError)),
        (code(2, &[0x12, 1, 0xff]), Err(FingerprintError::ParseError)),
        (vec![], Err(FingerprintError::VersionMismatch)),
        (code(2, &[]), Err(FingerprintError::VersionMismatch)),
        (code(1, &[]), Err(FingerprintError::ParseError)),
        (
            code(1, &[0x12, 0, 0x1a, 0]),
            Err(FingerprintError::ParseError),
        ),
        (code(1, &[0x12, 2, 0x0a, 0, 0x1a, 2, 0x0a, 0]), Ok(false)),
        (scannable(1, &theirs, &ours), Ok(true)),
    ];
    for (scanned, expected) in cases {
        assert_eq!(
            compare_scannable(&own, &scanned),
            expected,
            "{scanned:02x?}"
        );
    }
    // An absent version is 0.
    let own = scannable_code(0, &ours, &theirs);
    let without_version = &scannable(0, &theirs, &ours)[2..];
    assert_eq!(compare_scannable(&own, without_version), Ok(true));
    assert_eq!(
        compare_scannable(&own, &[]),
        Err(FingerprintError::ParseError)
    );
}

#[test]
fn a_code_has_three_parts() {
    let code = scannable(1, &filled(3), &filled(4));
    let missing = Err(WireError::InvalidProtobuf);
    assert!(parse_fingerprint_code(&code).is_ok());
    assert_eq!(parse_fingerprint_code(&code[2..]), missing);
    assert_eq!(parse_fingerprint_code(&code[..38]), missing);
    let without_local = [&code[..2], &code[38..]].concat();
    assert_eq!(parse_fingerprint_code(&without_local), missing);
    // Occurrences of a side are merged: an empty one takes nothing away, and the last content wins.
    let merged = [&code[..], &[0x12, 0, 0x1a, 3, 0x0a, 1, 7]].concat();
    let expected = FingerprintCode {
        version: 1,
        local: &[3; 32],
        remote: &[7],
    };
    assert_eq!(parse_fingerprint_code(&merged), Ok(expected));
}

fn any_side() -> impl Strategy<Value = Fingerprint> {
    any::<[u8; 32]>().prop_map(|half| {
        let mut side = [0; 64];
        side[..32].copy_from_slice(&half);
        Fingerprint::from_bytes(side)
    })
}

proptest! {
    #[test]
    fn both_sides_show_the_same(local in any_side(), remote in any_side()) {
        let digits = displayable(&local, &remote);
        prop_assert_eq!(&digits, &displayable(&remote, &local));
        prop_assert_eq!(digits.len(), DISPLAY_LENGTH);
        prop_assert!(digits.bytes().all(|digit| digit.is_ascii_digit()));
        prop_assert!(digits[..30] <= digits[30..]);
    }

    #[test]
    fn codes_come_back(version: u32, local in any_side(), remote in any_side(), at in 0usize..32) {
        let code = scannable(version, &local, &remote);
        let own = parse_fingerprint_code(&code).unwrap();
        prop_assert_eq!(own, scannable_code(version, &local, &remote));
        prop_assert_eq!(&encode_fingerprint_code(&own), &code);
        let theirs = scannable(version, &remote, &local);
        prop_assert_eq!(compare_scannable(&own, &theirs), Ok(true));
        // One byte of either side makes a difference.
        for from_end in [at, 36 + at] {
            let mut changed = theirs.clone();
            let last = changed.len() - 1;
            changed[last - from_end] ^= 1;
            prop_assert_ne!(compare_scannable(&own, &changed), Ok(true));
        }
    }

    #[test]
    fn any_bytes_are_taken(bytes in proptest::collection::vec(any::<u8>(), 0..120)) {
        let (ours, theirs) = (filled(3), filled(4));
        let _ = compare_scannable(&scannable_code(0, &ours, &theirs), &bytes);
        let _ = decode_fingerprint_code(&bytes);
    }

    #[test]
    fn changed_codes_are_taken(at: prop::sample::Index, byte: u8, length in 0usize..=74) {
        let mut code = scannable(0, &filled(3), &filled(4));
        let at = at.index(code.len());
        code[at] = byte;
        code.truncate(length);
        if let Ok(parsed) = parse_fingerprint_code(&code) {
            let written = encode_fingerprint_code(&parsed);
            prop_assert_eq!(parse_fingerprint_code(&written), Ok(parsed));
        }
    }
}
