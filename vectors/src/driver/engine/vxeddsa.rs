//! The steps about VXEdDSA.
use super::{fixed, Done};
use crate::driver::library::Vxeddsa;
use crate::outcome::Outcome;
use crate::step::Step;

/// Execute a step about VXEdDSA.
pub fn execute<L: Vxeddsa>(step: &Step) -> Done {
    let valid = Outcome::valid();
    let outcome = match step {
        Step::VxeddsaSign {
            private,
            message,
            random,
        } => {
            let (signature, output) = L::vxeddsa_sign(fixed(private)?, &message.0, fixed(random)?);
            valid
                .with_bytes("signature", &signature)
                .with_bytes("vrfOutput", &output)
        }
        Step::VxeddsaVerify {
            public,
            message,
            signature,
        } => {
            let output = L::vxeddsa_verify(fixed(public)?, &message.0, fixed(signature)?)?;
            valid.with_bytes("vrfOutput", &output)
        }
        Step::Elligator2 { r } => valid.with_bytes("u", &L::elligator2(fixed(r)?)),
        Step::HashToPoint { message } => valid.with_bytes("point", &L::hash_to_point(&message.0)),
        Step::PointOfHash { hash } => valid.with_bytes("point", &L::point_of_hash(fixed(hash)?)),
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}
