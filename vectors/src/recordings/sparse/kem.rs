//! Computing recorded uses of ML-KEM-768 in pieces.
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::recordings::inputs::{call, output, output_value, results, Computed, Fault, Inputs};
use crate::step::{KemSet, Step};
use hacspec_lib::ByteSeq;
use serde_json::{json, Value};
use twinratchet_spec::primitives::sha3::sha3_256;

const SET: KemSet = KemSet::MlKem768;
/// Bytes of rho, the seed of the matrix, at the start of a header.
const SEED_LENGTH: usize = 32;
/// Bytes of the part of an encapsulator's state that older builds wrote in the other byte order.
const ORDERED_LENGTH: usize = 2048;

/// A key pair in pieces.
struct Pair {
    header: Bytes,
    vector: Bytes,
    decapsulation_key: Bytes,
}

/// An encapsulation in pieces.
struct Encapsulated {
    ciphertext1: Bytes,
    ciphertext2: Bytes,
    secret: Bytes,
    state: Bytes,
}

impl Pair {
    fn new(driver: &mut dyn Driver, seed: &Bytes) -> Result<Self, Fault> {
        let seed = seed.clone();
        let outcome = call(driver, &Step::KemGenerate { seed })?;
        Ok(Self {
            header: output(&outcome, "header")?,
            vector: output(&outcome, "vector")?,
            decapsulation_key: output(&outcome, "decapsulationKey")?,
        })
    }

    fn encapsulate(&self, driver: &mut dyn Driver, random: &Bytes) -> Result<Encapsulated, Fault> {
        let step = Step::KemEncaps1 {
            header: self.header.clone(),
            random: random.clone(),
        };
        let outcome = call(driver, &step)?;
        let state = output(&outcome, "encapsState")?;
        Ok(Encapsulated {
            ciphertext1: output(&outcome, "ciphertext1")?,
            ciphertext2: self.second_half(driver, &state)?,
            secret: output(&outcome, "secret")?,
            state,
        })
    }

    fn second_half(&self, driver: &mut dyn Driver, state: &Bytes) -> Result<Bytes, Fault> {
        let step = Step::KemEncaps2 {
            vector: self.vector.clone(),
            encaps_state: state.clone(),
        };
        output(&call(driver, &step)?, "ciphertext2")
    }

    fn decapsulate(
        &self,
        driver: &mut dyn Driver,
        ciphertext1: &Bytes,
        ciphertext2: Bytes,
    ) -> Result<Value, Fault> {
        let step = Step::KemDecapsHalves {
            decapsulation_key: self.decapsulation_key.clone(),
            ciphertext1: ciphertext1.clone(),
            ciphertext2,
        };
        output_value(&call(driver, &step)?, "secret")
    }

    /// rho.
    fn seed(&self) -> Result<&[u8], Fault> {
        let header = &self.header.0;
        header.get(..SEED_LENGTH).ok_or(Fault::Output("header"))
    }
}

/// A key pair, an encapsulation, both decapsulations, and which vectors belong to which headers.
pub fn case(driver: &mut dyn Driver, inputs: &Inputs) -> Result<Computed, Fault> {
    let seed = inputs.bytes("keygen_random_d_z")?;
    let random = inputs.bytes("encaps_random_m")?;
    let pair = Pair::new(driver, &seed)?;
    let encapsulated = pair.encapsulate(driver, &random)?;
    let one_shot = equals_one_shot(driver, (&seed, &random), &pair, &encapsulated)?;
    let swapped = pair.second_half(driver, &swapped(&encapsulated.state))?;
    let Encapsulated {
        ciphertext1,
        ciphertext2,
        secret,
        state,
    } = encapsulated;
    let wrong = flipped(&ciphertext2, 0);
    Ok(results([
        ("hdr", json!(pair.header)),
        ("ek", json!(pair.vector)),
        ("dk", json!(pair.decapsulation_key)),
        ("ct1", json!(ciphertext1)),
        ("ct2", json!(ciphertext2)),
        ("raw_shared_secret", json!(secret)),
        ("encaps_state", json!(state)),
        ("equal_to_one_shot_fips203", Value::Bool(one_shot)),
        (
            "ct2_from_byte_swapped_state_equal",
            Value::Bool(swapped == ciphertext2),
        ),
        ("validation", validation(driver, inputs, &pair)?),
        (
            "decaps_with_ct2_byte0_xor_1",
            pair.decapsulate(driver, &ciphertext1, wrong)?,
        ),
        (
            "decaps",
            pair.decapsulate(driver, &ciphertext1, ciphertext2)?,
        ),
    ]))
}

/// Whether keys, ciphertext and secret are those of ML-KEM-768 in one piece.
fn equals_one_shot(
    driver: &mut dyn Driver,
    (seed, random): (&Bytes, &Bytes),
    pair: &Pair,
    pieces: &Encapsulated,
) -> Result<bool, Fault> {
    let make = Step::KemKeyGen {
        set: SET,
        seed: seed.clone(),
    };
    let keys = call(driver, &make)?;
    let encapsulation_key = output(&keys, "encapsulationKey")?;
    let decapsulation_key = output(&keys, "decapsulationKey")?;
    let encapsulate = Step::KemEncaps {
        set: SET,
        encapsulation_key: encapsulation_key.clone(),
        random: random.clone(),
    };
    let whole = call(driver, &encapsulate)?;
    let ciphertext = output(&whole, "ciphertext")?;
    let decapsulate = Step::KemDecaps {
        set: SET,
        decapsulation_key: decapsulation_key.clone(),
        ciphertext: ciphertext.clone(),
    };
    let back = output(&call(driver, &decapsulate)?, "secret")?;
    Ok(
        encapsulation_key.0 == [&pair.vector.0, pair.seed()?].concat()
            && decapsulation_key == pair.decapsulation_key
            && ciphertext.0 == [&pieces.ciphertext1.0[..], &pieces.ciphertext2.0].concat()
            && output(&whole, "secret")? == pieces.secret
            && back == pieces.secret,
    )
}

/// The state in the other byte order; the last part of it has none.
fn swapped(state: &Bytes) -> Bytes {
    let mut bytes = state.0.clone();
    for pair in bytes.chunks_exact_mut(2).take(ORDERED_LENGTH / 2) {
        pair.reverse();
    }
    bytes.into()
}

/// The same with the lowest bit of a byte flipped.
fn flipped(bytes: &Bytes, at: usize) -> Bytes {
    let mut bytes = bytes.0.clone();
    if let Some(byte) = bytes.get_mut(at) {
        *byte ^= 1;
    }
    bytes.into()
}

/// Which vectors belong to which headers; the recording tells what was done to them.
fn validation(driver: &mut dyn Driver, inputs: &Inputs, pair: &Pair) -> Result<Value, Fault> {
    let mut found = Vec::new();
    for (index, item) in inputs.items("validation")?.iter().enumerate() {
        let pieces = altered(item, pair).map_err(|fault| fault.at("validation", index))?;
        let (header, vector) = pieces;
        let outcome = call(driver, &Step::KemIsMatch { header, vector })?;
        found.push(json!({ "matches": output_value(&outcome, "matches")? }));
    }
    Ok(Value::Array(found))
}

/// The header and the vector that an item of the recording is about.
fn altered(item: &Inputs, pair: &Pair) -> Result<(Bytes, Bytes), Fault> {
    let text = |name| item.optional::<String>(name);
    let (vector, header) = (text("ek")?, text("hdr")?);
    match (vector.as_deref(), header.as_deref()) {
        (Some("unchanged"), None) => Ok((pair.header.clone(), pair.vector.clone())),
        (Some("bit 0 of byte 0 flipped"), None) => {
            Ok((pair.header.clone(), flipped(&pair.vector, 0)))
        }
        (None, Some("bit 0 of byte 40 flipped")) => {
            Ok((flipped(&pair.header, 40), pair.vector.clone()))
        }
        (Some("first 12-bit coefficient set to 4095 and hdr hash recomputed"), Some(_)) => {
            unreduced(item, pair)
        }
        (vector, header) => Err(Fault::Unknown(
            "validation",
            format!("{vector:?}, {header:?}"),
        )),
    }
}

/// A vector with a coefficient that is not reduced, and a header that has its hash: only the modulus check refuses it.
fn unreduced(item: &Inputs, pair: &Pair) -> Result<(Bytes, Bytes), Fault> {
    let mut vector = pair.vector.clone();
    if let [first, second, ..] = &mut vector.0[..] {
        *first = 0xff;
        *second |= 0x0f;
    }
    let seed = pair.seed()?;
    let key = [&vector.0, seed].concat();
    // Everything in a recording is public.
    let hash = sha3_256(&ByteSeq::from_public_slice(&key)).declassify();
    let header = [seed, hash.native_slice()].concat();
    if item.bytes("hdr")?.0 != header {
        return Err(Fault::Contradiction("the header has another hash"));
    }
    Ok((header.into(), vector))
}
