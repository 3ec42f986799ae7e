//! Computing recorded fingerprints, and what comes of comparing them.
use super::inputs::{
    call, class_name, hex_value, output, output_value, public_of, results, Computed, Fault, Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::step::Step;
use serde_json::Value;

/// Fewest iterations: the rules do not depend on how many there are.
const ITERATIONS: u32 = 2;
/// The version of the codes that are compared.
const VERSION: u32 = 1;

/// Both fingerprints, the digits and the code; one code must read as the parts that it is of.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let iterations = inputs.number("iterations")?;
    let mut side = |id, key| {
        let step = Step::Fingerprint {
            iterations,
            id: inputs.bytes(id)?,
            key: inputs.bytes(key)?,
        };
        output(&call(driver, &step)?, "fingerprint")
    };
    let local = side("local_id", "local_key")?;
    let remote = side("remote_id", "remote_key")?;
    let display = Step::FingerprintDisplay {
        local: local.clone(),
        remote: remote.clone(),
    };
    let digits = output_value(&call(driver, &display)?, "digits")?;
    let code = code(driver, inputs.number("version")?, &local, &remote)?;
    Ok(results([
        ("local_hash", hex_value(&local.0)),
        ("remote_hash", hex_value(&remote.0)),
        ("display", digits),
        ("scannable", hex_value(&code.0)),
    ]))
}

fn code(
    driver: &mut dyn Driver,
    version: u32,
    local: &Bytes,
    remote: &Bytes,
) -> Result<Bytes, Fault> {
    let step = Step::FingerprintScannable {
        version,
        local: local.clone(),
        remote: remote.clone(),
    };
    output(&call(driver, &step)?, "code")
}

/// The fingerprint of a made-up person.
fn person(driver: &mut dyn Driver, number: u8) -> Result<Bytes, Fault> {
    let step = Step::Fingerprint {
        iterations: ITERATIONS,
        id: vec![number].into(),
        key: public_of(driver, &vec![number; 32].into())?,
    };
    output(&call(driver, &step)?, "fingerprint")
}

/// What comparing gives: whether they match, or a class of error.
pub fn compare(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let (alice, bob) = (person(driver, 1)?, person(driver, 2)?);
    let scanned = match inputs.text("name")? {
        "matching pair" => code(driver, VERSION, &bob, &alice)?,
        "same side twice" => code(driver, VERSION, &alice, &bob)?,
        "version differs" => code(driver, VERSION + 1, &bob, &alice)?,
        "other key" => {
            let carol = person(driver, 3)?;
            code(driver, VERSION, &carol, &alice)?
        }
        "garbage" => vec![0xff; 3].into(),
        "empty" => Bytes::default(),
        other => return Err(Fault::Unknown("name", other.to_owned())),
    };
    let outcome = driver.execute(&Step::FingerprintCompare {
        version: VERSION,
        local: alice,
        remote: bob,
        scanned,
    });
    let result = match outcome.error_class {
        Some(_) => class_name(&outcome),
        None => output_value(&outcome, "matches")?,
    };
    Ok(results([("result", result)]))
}

/// The numbers of iterations that are refused.
pub fn iterations(driver: &mut dyn Driver, _: &Inputs) -> Result<Computed, Fault> {
    let key = public_of(driver, &vec![1; 32].into())?;
    let mut result = |iterations| -> Result<Value, Fault> {
        let outcome = driver.execute(&Step::Fingerprint {
            iterations,
            id: Bytes::default(),
            key: key.clone(),
        });
        Ok(class_name(&outcome))
    };
    Ok(results([
        ("iterations_0", result(0)?),
        ("iterations_1", result(1)?),
        ("iterations_1000001", result(1_000_001)?),
    ]))
}
