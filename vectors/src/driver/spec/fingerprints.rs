//! The fingerprints of the specification.
use super::keys::parsed_identity;
use super::{copy, errors, open, public, Spec};
use crate::driver::library::{Fingerprints, PlainFingerprintCode};
use crate::outcome::ErrorClass;
use twinratchet_spec::fingerprint;
use twinratchet_spec::keys::Fingerprint;
use twinratchet_spec::wire::fingerprint_code::{
    encode_fingerprint_code, parse_fingerprint_code, FingerprintCode,
};

impl Fingerprints for Spec {
    fn fingerprint(iterations: u32, id: &[u8], key: &[u8]) -> Result<[u8; 64], ErrorClass> {
        let key = parsed_identity(key)?;
        fingerprint::fingerprint(iterations, &public(id), key)
            .map(|made| copy(&made))
            .map_err(errors::fingerprint)
    }

    fn displayable(local: [u8; 64], remote: [u8; 64]) -> Vec<u8> {
        open(&fingerprint::displayable(&side(local), &side(remote)))
    }

    fn scannable(version: u32, local: [u8; 64], remote: [u8; 64]) -> Vec<u8> {
        open(&fingerprint::scannable(
            version,
            &side(local),
            &side(remote),
        ))
    }

    fn compare_scannable(
        version: u32,
        local: [u8; 64],
        remote: [u8; 64],
        scanned: &[u8],
    ) -> Result<bool, ErrorClass> {
        let own = fingerprint::scannable_code(version, &side(local), &side(remote));
        fingerprint::compare_scannable(&own, &public(scanned)).map_err(errors::fingerprint)
    }

    fn parse_fingerprint_code(bytes: &[u8]) -> Result<PlainFingerprintCode, ErrorClass> {
        let code = parse_fingerprint_code(&public(bytes)).map_err(errors::wire)?;
        Ok(PlainFingerprintCode {
            version: code.version,
            local: open(&code.local),
            remote: open(&code.remote),
        })
    }

    fn encode_fingerprint_code(code: &PlainFingerprintCode) -> Vec<u8> {
        open(&encode_fingerprint_code(&FingerprintCode {
            version: code.version,
            local: public(&code.local),
            remote: public(&code.remote),
        }))
    }
}

fn side(bytes: [u8; 64]) -> Fingerprint {
    Fingerprint::from_native_slice(&bytes)
}
