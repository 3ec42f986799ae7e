//! The steps that call a KEM, and those about KEM keys as bytes.
use super::{fixed, Done};
use crate::driver::library::Kem;
use crate::outcome::Outcome;
use crate::step::Step;

/// Execute a step about a KEM.
pub fn execute<L: Kem>(step: &Step) -> Done {
    if let Some(outcome) = whole::<L>(step)? {
        return Ok(Some(outcome));
    }
    if let Some(outcome) = in_pieces::<L>(step)? {
        return Ok(Some(outcome));
    }
    serialized::<L>(step)
}

fn whole<L: Kem>(step: &Step) -> Done {
    let outcome = match step {
        Step::KemKeyGen { set, seed } => {
            let (encapsulation, decapsulation) = L::kem_key_gen(*set, fixed(seed)?);
            Outcome::valid()
                .with_bytes("encapsulationKey", &encapsulation)
                .with_bytes("decapsulationKey", &decapsulation)
        }
        Step::KemEncaps {
            set,
            encapsulation_key,
            random,
        } => {
            let random = fixed(random)?;
            let (secret, ciphertext) = L::kem_encaps(*set, &encapsulation_key.0, random)?;
            Outcome::valid()
                .with_bytes("ciphertext", &ciphertext)
                .with_bytes("secret", &secret)
        }
        Step::KemDecaps {
            set,
            decapsulation_key,
            ciphertext,
        } => {
            let secret = L::kem_decaps(*set, &decapsulation_key.0, &ciphertext.0)?;
            Outcome::valid().with_bytes("secret", &secret)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn in_pieces<L: Kem>(step: &Step) -> Done {
    let outcome = match step {
        Step::KemGenerate { seed } => {
            let pair = L::kem_generate(fixed(seed)?);
            Outcome::valid()
                .with_bytes("header", &pair.header)
                .with_bytes("vector", &pair.vector)
                .with_bytes("decapsulationKey", &pair.decapsulation_key)
        }
        Step::KemEncaps1 { header, random } => {
            let half = L::kem_encaps1(&header.0, fixed(random)?)?;
            Outcome::valid()
                .with_bytes("ciphertext1", &half.ciphertext1)
                .with_bytes("secret", &half.secret)
                .with_bytes("encapsState", &half.state)
        }
        Step::KemIsMatch { header, vector } => {
            Outcome::valid().with("matches", L::kem_is_match(&header.0, &vector.0))
        }
        Step::KemEncaps2 {
            vector,
            encaps_state,
        } => {
            let ciphertext2 = L::kem_encaps2(&vector.0, fixed(encaps_state)?)?;
            Outcome::valid().with_bytes("ciphertext2", &ciphertext2)
        }
        Step::KemDecapsHalves {
            decapsulation_key,
            ciphertext1,
            ciphertext2,
        } => {
            let key = &decapsulation_key.0;
            let secret = L::kem_decaps_halves(key, &ciphertext1.0, &ciphertext2.0)?;
            Outcome::valid().with_bytes("secret", &secret)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn serialized<L: Kem>(step: &Step) -> Done {
    let outcome = match step {
        Step::ParseKemPublicKey { bytes } => {
            Outcome::valid().with_bytes("key", &L::parse_kem_public_key(&bytes.0)?)
        }
        Step::ParseKemSecretKey { bytes } => {
            let (key, public) = L::parse_kem_secret_key(&bytes.0)?;
            Outcome::valid()
                .with_bytes("key", &key)
                .with_bytes("public", &public)
        }
        Step::ParseKemCiphertext { bytes } => {
            Outcome::valid().with_bytes("ciphertext", &L::parse_kem_ciphertext(&bytes.0)?)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}
