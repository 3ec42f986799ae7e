//! Computing recorded signatures of VXEdDSA, and the points under them.
use super::inputs::{
    call, coordinate, hex_value, output, output_value, public_of, results, Computed, Fault, Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::step::Step;

/// Sign with given randomness; the signature must verify and give the same output.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let private = inputs.bytes("private")?;
    let message = inputs.bytes("message")?;
    let sign = Step::VxeddsaSign {
        private: private.clone(),
        message: message.clone(),
        random: inputs.bytes("random")?,
    };
    let signed = call(driver, &sign)?;
    let signature = output(&signed, "signature")?;
    let vrf_output = output_value(&signed, "vrfOutput")?;
    let public = coordinate(&public_of(driver, &private)?)?;
    let verify = Step::VxeddsaVerify {
        public: public.clone(),
        message,
        signature: signature.clone(),
    };
    if output_value(&call(driver, &verify)?, "vrfOutput")? != vrf_output {
        return Err(Fault::Contradiction("verifying gives another output"));
    }
    Ok(results([
        ("public", hex_value(&public.0)),
        ("signature", hex_value(&signature.0)),
        ("vrf_output", vrf_output),
    ]))
}

/// The map of Elligator.
pub fn elligator2(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let r = inputs.bytes("r")?;
    let u = output_value(&call(driver, &Step::Elligator2 { r })?, "u")?;
    Ok(results([("u", u)]))
}

/// The point of a hash without prefix: SHA-512, of which the first half counts.
pub fn point_without_prefix(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let message = inputs.bytes("input")?;
    let digest = output(&call(driver, &Step::Sha512 { message })?, "digest")?;
    let (half, _) = digest.0.split_at(digest.0.len() / 2);
    let hash = Bytes::from(half);
    let point = output_value(&call(driver, &Step::PointOfHash { hash })?, "point")?;
    Ok(results([("point", point)]))
}

/// Hashing to a point.
pub fn hash_to_point(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let message = inputs.bytes("input")?;
    let point = output_value(&call(driver, &Step::HashToPoint { message })?, "point")?;
    Ok(results([("point", point)]))
}
