//! Computing recorded key handling. The title of a case says what was done; its inputs are made here.
use super::coordinates::{
    serialized, ALL_BUT_HIGH_BIT, KEM_KEY_LENGTH, KYBER_1024, KYBER_768, ML_KEM_1024, NINE,
    NINE_HIGH_BIT, ONE, P, P_PLUS_9, ZERO,
};
use super::inputs::{
    call, class_name, hex_value, output, output_value, results, Computed, Fault, Inputs,
};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{Outcome, Verdict};
use crate::step::{KemSet, Step};
use serde_json::Value;

/// The well-formed public key of the recording, u alone.
const SOME_U: [u8; 32] = [
    0xd3, 0x77, 0x24, 0x78, 0xf7, 0x3d, 0x6e, 0x5d, 0x9e, 0xf6, 0x9f, 0x33, 0x51, 0x0a, 0xae, 0x8a,
    0x6d, 0xb2, 0x7a, 0xd8, 0x93, 0x67, 0xa5, 0x82, 0xa8, 0x9b, 0x20, 0x09, 0xca, 0xce, 0x35, 0x46,
];
/// The private key of the recording's agreements.
const SOME_PRIVATE: [u8; 32] = [
    0xc8, 0x06, 0x43, 0x9d, 0xc9, 0xd2, 0xc4, 0x76, 0xff, 0xed, 0x8f, 0x25, 0x80, 0xc0, 0x88, 0x8d,
    0x58, 0xab, 0x40, 0x6b, 0xf7, 0xae, 0x36, 0x98, 0x87, 0x90, 0x21, 0xb9, 0x6b, 0xb4, 0xbf, 0x59,
];
/// Length of a serialised KEM key of another type.
const KYBER_768_KEY_LENGTH: usize = 1185;
/// Where a KEM key pair and an encapsulation come from; they do not matter.
const KEM_SEED: [u8; 64] = [0x66; 64];
const KEM_RANDOM: [u8; 32] = [0x77; 32];

/// Compute the case of a title.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let title = inputs.text("case")?;
    match title {
        "public key 33 bytes" => Ok(public_key(driver, serialized(&SOME_U))),
        "public key 34 bytes, trailing byte dropped" => trailing_byte(driver),
        "public key 32 bytes" => Ok(public_key(driver, serialized(&SOME_U[..31]))),
        "public key all zero u" => Ok(public_key(driver, serialized(&ZERO))),
        "public key u=2^255-1 kept verbatim" => {
            Ok(public_key(driver, serialized(&ALL_BUT_HIGH_BIT)))
        }
        "public key high bit set kept verbatim" => {
            Ok(public_key(driver, serialized(&NINE_HIGH_BIT)))
        }
        "private key all zero: clamped on load" => Ok(private_key(driver, &ZERO)),
        "private key ff*32: clamped" => Ok(private_key(driver, &[0xff; 32])),
        "private key 31 bytes" => Ok(private_key(driver, &SOME_PRIVATE[..31])),
        "agreement with u=0" => Ok(agreement_with(driver, &ZERO)),
        "agreement with u=1" => Ok(agreement_with(driver, &ONE)),
        "agreement with u=p" => Ok(agreement_with(driver, &P)),
        "agreement with u=p+9 (same as 9)" => noncanonical_agreement(driver),
        "agreement ignores high bit" => high_bit_agreement(driver),
        "fixed agreement" => fixed_agreement(driver, inputs),
        "public key equality is on raw bytes (9 vs p+9)" => equality(driver),
        "KEM public key lengths" => kem_lengths(driver),
        "KEM public key type 0x0a" => Ok(kem_public_key(driver, ML_KEM_1024, KEM_KEY_LENGTH)),
        "KEM public key type 0x07" => Ok(kem_public_key(driver, KYBER_768, KYBER_768_KEY_LENGTH)),
        "KEM public key one byte short" => {
            Ok(kem_public_key(driver, KYBER_1024, KEM_KEY_LENGTH - 1))
        }
        "KEM public key with coefficients >= q (ff fill) accepted" => unreduced_kem_key(driver),
        _ => Err(Fault::Unknown("case", title.to_owned())),
    }
}

/// What a step that gives one output is recorded as.
fn accepted(outcome: &Outcome, name: &str) -> Computed {
    match outcome.result {
        Verdict::Valid => results([
            ("accept", Value::Bool(true)),
            (
                "out",
                outcome.outputs.get(name).cloned().unwrap_or_default(),
            ),
        ]),
        Verdict::Invalid => results([
            ("accept", Value::Bool(false)),
            ("error", class_name(outcome)),
        ]),
    }
}

fn public_key(driver: &mut dyn Driver, bytes: Bytes) -> Computed {
    accepted(&driver.execute(&Step::ParsePublicKey { bytes }), "key")
}

fn private_key(driver: &mut dyn Driver, bytes: &[u8]) -> Computed {
    let bytes = bytes.into();
    accepted(&driver.execute(&Step::ParsePrivateKey { bytes }), "key")
}

/// A byte more than a key: recorded is the length of what is kept.
fn trailing_byte(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let mut bytes = serialized(&SOME_U);
    bytes.0.push(0);
    let kept = output(&call(driver, &Step::ParsePublicKey { bytes })?, "key")?;
    if kept != serialized(&SOME_U) {
        return Err(Fault::Contradiction("the key that is kept is another"));
    }
    Ok(results([
        ("accept", Value::Bool(true)),
        ("out", Value::from(kept.0.len())),
    ]))
}

fn agreement(private: &[u8], public: Bytes) -> Step {
    Step::Agreement {
        private: private.into(),
        public,
    }
}

fn agreement_with(driver: &mut dyn Driver, u: &[u8; 32]) -> Computed {
    let step = agreement(&SOME_PRIVATE, serialized(u));
    accepted(&driver.execute(&step), "secret")
}

/// The secret that the recording's private key and a coordinate give.
fn secret_with(driver: &mut dyn Driver, u: &[u8; 32]) -> Result<Bytes, Fault> {
    output(
        &call(driver, &agreement(&SOME_PRIVATE, serialized(u)))?,
        "secret",
    )
}

fn noncanonical_agreement(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let secret = secret_with(driver, &P_PLUS_9)?;
    let same = secret == secret_with(driver, &NINE)?;
    Ok(results([
        ("accept", Value::Bool(true)),
        ("out", hex_value(&secret.0)),
        ("same_as_9", Value::Bool(same)),
    ]))
}

fn high_bit_agreement(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let same = secret_with(driver, &NINE_HIGH_BIT)? == secret_with(driver, &NINE)?;
    Ok(results([
        ("accept", Value::Bool(true)),
        ("same", Value::Bool(same)),
    ]))
}

fn fixed_agreement(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let private = inputs.bytes("a_private")?;
    let step = agreement(&private.0, inputs.bytes("b_public")?);
    Ok(accepted(&driver.execute(&step), "secret"))
}

fn equality(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let step = Step::SamePublicKey {
        a: serialized(&NINE),
        b: serialized(&P_PLUS_9),
    };
    Ok(results([
        ("accept", Value::Bool(true)),
        ("compare", output_value(&call(driver, &step)?, "same")?),
    ]))
}

/// Recorded are the lengths and type bytes of a KEM key pair as it is serialised.
fn kem_lengths(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let generate = Step::KemKeyGen {
        set: KemSet::Kyber1024,
        seed: KEM_SEED.as_slice().into(),
    };
    let pair = output(&call(driver, &generate)?, "decapsulationKey")?;
    let bytes = [&[KYBER_1024], pair.0.as_slice()].concat().into();
    let parsed = call(driver, &Step::ParseKemSecretKey { bytes })?;
    let (secret, public) = (output(&parsed, "key")?, output(&parsed, "public")?);
    Ok(results([
        ("accept", Value::Bool(true)),
        ("type", Value::from(public.0.first().copied())),
        ("len", Value::from(public.0.len())),
        ("secret_len", Value::from(secret.0.len())),
        ("secret_type", Value::from(secret.0.first().copied())),
    ]))
}

/// A KEM key of a type and a length, with coefficients of zeros.
fn kem_public_key(driver: &mut dyn Driver, key_type: u8, length: usize) -> Computed {
    let mut bytes = vec![0; length];
    bytes[0] = key_type;
    let bytes = bytes.into();
    accepted(&driver.execute(&Step::ParseKemPublicKey { bytes }), "key")
}

/// Coefficients that are not reduced: the key is kept as it is, and can be encapsulated to. Recorded is how many such
/// keys there are.
fn unreduced_kem_key(driver: &mut dyn Driver) -> Result<Computed, Fault> {
    let mut key = vec![0xff; KEM_KEY_LENGTH];
    key[0] = KYBER_1024;
    let parse = Step::ParseKemPublicKey {
        bytes: key.clone().into(),
    };
    let kept = output(&call(driver, &parse)?, "key")?.0 == key;
    let encapsulate = Step::KemEncaps {
        set: KemSet::Kyber1024,
        encapsulation_key: key[1..].into(),
        random: KEM_RANDOM.as_slice().into(),
    };
    call(driver, &encapsulate)?;
    Ok(results([
        ("accept", Value::Bool(true)),
        ("out", Value::from(u8::from(kept))),
    ]))
}
