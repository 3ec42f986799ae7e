//! The fingerprints of the implementation.
use super::keys::parsed_identity;
use super::{errors, Implementation};
use crate::driver::library::{Fingerprints, PlainFingerprintCode};
use crate::outcome::ErrorClass;
use twinratchet::fingerprint;
use twinratchet::keys::Fingerprint;
use twinratchet::wire::fingerprint_code::{
    encode_fingerprint_code, parse_fingerprint_code, FingerprintCode,
};

impl Fingerprints for Implementation {
    fn fingerprint(iterations: u32, id: &[u8], key: &[u8]) -> Result<[u8; 64], ErrorClass> {
        let key = parsed_identity(key)?;
        fingerprint::fingerprint(iterations, id, key)
            .map(|made| *made.as_bytes())
            .map_err(errors::fingerprint)
    }

    fn displayable(local: [u8; 64], remote: [u8; 64]) -> Vec<u8> {
        fingerprint::displayable(&side(local), &side(remote)).into_bytes()
    }

    fn scannable(version: u32, local: [u8; 64], remote: [u8; 64]) -> Vec<u8> {
        fingerprint::scannable(version, &side(local), &side(remote))
    }

    fn compare_scannable(
        version: u32,
        local: [u8; 64],
        remote: [u8; 64],
        scanned: &[u8],
    ) -> Result<bool, ErrorClass> {
        let (local, remote) = (side(local), side(remote));
        let own = fingerprint::scannable_code(version, &local, &remote);
        fingerprint::compare_scannable(&own, scanned).map_err(errors::fingerprint)
    }

    fn parse_fingerprint_code(bytes: &[u8]) -> Result<PlainFingerprintCode, ErrorClass> {
        let code = parse_fingerprint_code(bytes).map_err(errors::wire)?;
        Ok(PlainFingerprintCode {
            version: code.version,
            local: code.local.to_vec(),
            remote: code.remote.to_vec(),
        })
    }

    fn encode_fingerprint_code(code: &PlainFingerprintCode) -> Vec<u8> {
        encode_fingerprint_code(&FingerprintCode {
            version: code.version,
            local: &code.local,
            remote: &code.remote,
        })
    }
}

const fn side(bytes: [u8; 64]) -> Fingerprint {
    Fingerprint::from_bytes(bytes)
}
