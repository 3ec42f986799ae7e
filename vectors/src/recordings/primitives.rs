//! Computing recorded primitives: signatures, HKDF, identity keys, the canonical check.
use super::inputs::{
    call, coordinate, hex_value, holds, output, output_value, public_of, results, Computed, Fault,
    Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{SignatureForm, Step};
use serde_json::Value;

/// The randomness of signatures that nobody compares.
const ANY_RANDOM: [u8; 64] = [0x5a; 64];
/// The bit of the last byte of a signature that carries the sign of A.
const SIGN_BIT: u8 = 0x80;

/// The form of signature that a recorded style names.
fn form(style: &str) -> Result<SignatureForm, Fault> {
    match style {
        "libsignal (sign bit stored in the signature)" => Ok(SignatureForm::Deployed),
        "public specification (sign forced to 0)" => Ok(SignatureForm::PublicText),
        _ => Err(Fault::Unknown("style", style.to_owned())),
    }
}

/// Sign with given randomness; the signature must verify under the same form.
pub fn xeddsa_sign(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let form = form(inputs.text("style")?)?;
    let private = inputs.bytes("private")?;
    let message = inputs.bytes("message")?;
    let sign = Step::XeddsaSign {
        form,
        private: private.clone(),
        message: message.clone(),
        random: inputs.bytes("random")?,
    };
    let signature = output(&call(driver, &sign)?, "signature")?;
    let public = coordinate(&public_of(driver, &private)?)?;
    let verify = Step::XeddsaVerify {
        form,
        public: public.clone(),
        message,
        signature: signature.clone(),
    };
    call(driver, &verify)?;
    Ok(results([
        ("public", hex_value(&public.0)),
        ("signature", hex_value(&signature.0)),
    ]))
}

/// Whether the signature of a case verifies under a form.
fn verifies(
    driver: &mut dyn Driver,
    inputs: &Inputs,
    form: SignatureForm,
    public: Bytes,
) -> Result<Value, Fault> {
    let step = Step::XeddsaVerify {
        form,
        public,
        message: inputs.bytes("message")?,
        signature: inputs.bytes("signature")?,
    };
    Ok(Value::Bool(holds(driver, &step)))
}

/// Verify as deployed.
pub fn xeddsa_verify(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let public = inputs.bytes("public")?;
    let accept = verifies(driver, inputs, SignatureForm::Deployed, public)?;
    Ok(results([("accept", accept)]))
}

/// Verify as deployed and by the public text.
pub fn xeddsa_verify_both(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let public = inputs.bytes("public")?;
    let deployed = verifies(driver, inputs, SignatureForm::Deployed, public.clone())?;
    let text = verifies(driver, inputs, SignatureForm::PublicText, public)?;
    Ok(results([
        ("libsignal_verify", deployed),
        ("public_spec_verify", text),
    ]))
}

/// Verify what the peer signed with randomness of its own; the sign bit is that of an own signature.
pub fn xeddsa_peer_signature(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let private = inputs.bytes("private")?;
    let sign = Step::XeddsaSign {
        form: SignatureForm::Deployed,
        private: private.clone(),
        message: inputs.bytes("message")?,
        random: ANY_RANDOM.as_slice().into(),
    };
    let own = output(&call(driver, &sign)?, "signature")?;
    let sign_bit = own.0.last().is_some_and(|last| last & SIGN_BIT != 0);
    let public = public_of(driver, &private)?;
    let u = coordinate(&public)?;
    Ok(results([
        ("public", hex_value(&public.0)),
        ("sign_bit", Value::from(u8::from(sign_bit))),
        (
            "verifies",
            verifies(driver, inputs, SignatureForm::Deployed, u)?,
        ),
    ]))
}

/// HKDF.
pub fn hkdf(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let step = Step::Hkdf {
        salt: inputs.optional_bytes("salt")?,
        ikm: inputs.bytes("ikm")?,
        info: inputs.bytes("info")?,
        length: inputs.small("length")?,
    };
    Ok(results([(
        "out",
        output_value(&call(driver, &step)?, "okm")?,
    )]))
}

/// The stored form of an identity pair, which must read back.
pub fn identity_key_pair(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let private = inputs.bytes("private")?;
    let encode = Step::EncodeIdentityKeyPair { private };
    let serialized = output(&call(driver, &encode)?, "serialized")?;
    let decode = Step::DecodeIdentityKeyPair {
        bytes: serialized.clone(),
    };
    let public = output_value(&call(driver, &decode)?, "public")?;
    Ok(results([
        ("public", public),
        ("serialized", hex_value(&serialized.0)),
    ]))
}

/// The claim of an alternate identity: the recorded signature must verify, the signed bytes are compared.
pub fn alternate_identity(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let private = inputs.bytes("private")?;
    let other = inputs.bytes("other")?;
    let public = public_of(driver, &private)?;
    let verify = Step::VerifyAlternateIdentity {
        identity: public.clone(),
        other: other.clone(),
        signature: inputs.bytes("signature")?,
    };
    if !holds(driver, &verify) {
        return Err(Fault::Contradiction(
            "the recorded signature does not verify",
        ));
    }
    let sign = Step::SignAlternateIdentity {
        private,
        other: other.clone(),
        random: ANY_RANDOM.as_slice().into(),
    };
    let message = output(&call(driver, &sign)?, "message")?;
    let prefix = message
        .0
        .strip_suffix(other.0.as_slice())
        .ok_or(Fault::Contradiction(
            "the signed bytes do not end in the other key",
        ))?;
    Ok(results([
        ("public", hex_value(&public.0)),
        ("prefix", hex_value(prefix)),
    ]))
}

/// The canonical check; the peer's error for a key that passes it comes from the tag, which is wrong.
pub fn canonical_base_key(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let u = inputs.bytes("u")?;
    let outcome = call(driver, &Step::IsCanonical { u })?;
    let passes = output_value(&outcome, "canonical")? == Value::Bool(true);
    let class = if passes {
        ErrorClass::DecryptionFailed
    } else {
        ErrorClass::InvalidBaseKey
    };
    let result = super::inputs::class_name(&Outcome::invalid(class));
    Ok(results([("result", result)]))
}
