//! The steps about fingerprints.
use super::{fixed, Done};
use crate::driver::library::{Fingerprints, PlainFingerprintCode};
use crate::outcome::Outcome;
use crate::step::Step;

/// Execute a step about fingerprints.
pub fn execute<L: Fingerprints>(step: &Step) -> Done {
    if let Some(outcome) = of_sides::<L>(step)? {
        return Ok(Some(outcome));
    }
    of_codes::<L>(step)
}

fn of_sides<L: Fingerprints>(step: &Step) -> Done {
    let valid = Outcome::valid();
    let outcome = match step {
        Step::Fingerprint {
            iterations,
            id,
            key,
        } => valid.with_bytes("fingerprint", &L::fingerprint(*iterations, &id.0, &key.0)?),
        Step::FingerprintDisplay { local, remote } => {
            let digits = L::displayable(fixed(local)?, fixed(remote)?);
            valid.with("digits", String::from_utf8_lossy(&digits).into_owned())
        }
        Step::FingerprintScannable {
            version,
            local,
            remote,
        } => valid.with_bytes(
            "code",
            &L::scannable(*version, fixed(local)?, fixed(remote)?),
        ),
        Step::FingerprintCompare {
            version,
            local,
            remote,
            scanned,
        } => {
            let (local, remote) = (fixed(local)?, fixed(remote)?);
            let matches = L::compare_scannable(*version, local, remote, &scanned.0)?;
            valid.with("matches", matches)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn of_codes<L: Fingerprints>(step: &Step) -> Done {
    let valid = Outcome::valid();
    let outcome = match step {
        Step::ParseFingerprintCode { bytes } => {
            let code = L::parse_fingerprint_code(&bytes.0)?;
            valid
                .with("version", code.version)
                .with_bytes("local", &code.local)
                .with_bytes("remote", &code.remote)
        }
        Step::EncodeFingerprintCode {
            version,
            local,
            remote,
        } => {
            let code = L::encode_fingerprint_code(&PlainFingerprintCode {
                version: *version,
                local: local.0.clone(),
                remote: remote.0.clone(),
            });
            valid.with_bytes("code", &code)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}
