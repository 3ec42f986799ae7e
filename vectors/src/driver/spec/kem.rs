//! The KEMs of the specification.
use super::{errors, names, open, public, reveal, secret, Spec};
use crate::driver::library::{Array32, Kem, PlainFirstHalf, PlainIncrementalPair};
use crate::outcome::ErrorClass;
use crate::step::KemSet;
use hacspec_lib::ByteSeq;
use twinratchet_spec::keys::kem;
use twinratchet_spec::keys::{KemEncapsState, KemRandom, KemSeed};
use twinratchet_spec::primitives::mlkem::{self, incremental};

impl Kem for Spec {
    fn kem_key_gen(set: KemSet, seed: [u8; 64]) -> (Vec<u8>, Vec<u8>) {
        let pair = mlkem::key_gen(names::kem_set(set), &KemSeed::from_public_slice(&seed));
        let decapsulation_key = pair.decapsulation_key.into_native();
        (open(&pair.encapsulation_key), decapsulation_key)
    }

    fn kem_encaps(
        set: KemSet,
        encapsulation_key: &[u8],
        random: Array32,
    ) -> Result<(Array32, Vec<u8>), ErrorClass> {
        let random = KemRandom::from_public_slice(&random);
        let encapsulated = mlkem::encaps(names::kem_set(set), &public(encapsulation_key), &random);
        let (shared, ciphertext) = encapsulated.map_err(errors::kem)?;
        Ok((reveal(&shared), open(&ciphertext)))
    }

    fn kem_decaps(
        set: KemSet,
        decapsulation_key: &[u8],
        ciphertext: &[u8],
    ) -> Result<Array32, ErrorClass> {
        let (key, ciphertext) = (secret(decapsulation_key), public(ciphertext));
        mlkem::decaps(names::kem_set(set), &key, &ciphertext)
            .map(|shared| reveal(&shared))
            .map_err(errors::kem)
    }

    fn kem_generate(seed: [u8; 64]) -> PlainIncrementalPair {
        let pair = incremental::generate(&KemSeed::from_public_slice(&seed));
        PlainIncrementalPair {
            header: open(&pair.header),
            vector: open(&pair.vector),
            decapsulation_key: pair.decapsulation_key.into_native(),
        }
    }

    fn kem_encaps1(header: &[u8], random: Array32) -> Result<PlainFirstHalf, ErrorClass> {
        let random = KemRandom::from_public_slice(&random);
        let half = incremental::encaps1(&public(header), &random).map_err(errors::kem)?;
        Ok(PlainFirstHalf {
            ciphertext1: open(&half.ciphertext1),
            secret: reveal(&half.shared_secret),
            state: ByteSeq::from_seq(&half.state).into_native(),
        })
    }

    fn kem_is_match(header: &[u8], vector: &[u8]) -> bool {
        incremental::is_match(&public(header), &public(vector))
    }

    fn kem_encaps2(vector: &[u8], state: [u8; 2080]) -> Result<Vec<u8>, ErrorClass> {
        let state = KemEncapsState::from_public_slice(&state);
        incremental::encaps2(&public(vector), &state)
            .map(|ciphertext2| open(&ciphertext2))
            .map_err(errors::kem)
    }

    fn kem_decaps_halves(
        decapsulation_key: &[u8],
        ciphertext1: &[u8],
        ciphertext2: &[u8],
    ) -> Result<Array32, ErrorClass> {
        let (first, second) = (public(ciphertext1), public(ciphertext2));
        incremental::decaps_halves(&secret(decapsulation_key), &first, &second)
            .map(|shared| reveal(&shared))
            .map_err(errors::kem)
    }

    fn parse_kem_public_key(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass> {
        let key = kem::parse_kem_public_key(&public(bytes)).map_err(errors::key)?;
        Ok(open(&kem::serialize_kem_public_key(&key)))
    }

    fn parse_kem_secret_key(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), ErrorClass> {
        let pair = kem::parse_kem_secret_key(&secret(bytes)).map_err(errors::key)?;
        let public = open(&kem::serialize_kem_public_key(&pair.public));
        Ok((kem::serialize_kem_secret_key(&pair).into_native(), public))
    }

    fn parse_kem_ciphertext(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass> {
        let ciphertext = kem::parse_kem_ciphertext(&public(bytes)).map_err(errors::key)?;
        Ok(open(&kem::serialize_kem_ciphertext(&ciphertext)))
    }
}
