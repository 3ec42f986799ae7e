//! The KEMs of the implementation.
use super::{errors, names, Implementation};
use crate::driver::library::{Array32, Kem, PlainFirstHalf, PlainIncrementalPair};
use crate::outcome::ErrorClass;
use crate::step::KemSet;
use twinratchet::keys::kem;
use twinratchet::keys::{KemEncapsState, KemRandom, KemSeed};
use twinratchet::primitives::mlkem::{self, incremental};

impl Kem for Implementation {
    fn kem_key_gen(set: KemSet, seed: [u8; 64]) -> (Vec<u8>, Vec<u8>) {
        let pair = mlkem::key_gen(names::kem_set(set), &KemSeed::from_bytes(seed));
        (pair.encapsulation_key, pair.decapsulation_key.to_vec())
    }

    fn kem_encaps(
        set: KemSet,
        encapsulation_key: &[u8],
        random: Array32,
    ) -> Result<(Array32, Vec<u8>), ErrorClass> {
        let random = KemRandom::from_bytes(random);
        let encapsulated = mlkem::encaps(names::kem_set(set), encapsulation_key, &random);
        let (shared, ciphertext) = encapsulated.map_err(errors::kem)?;
        Ok((*shared.expose(), ciphertext))
    }

    fn kem_decaps(
        set: KemSet,
        decapsulation_key: &[u8],
        ciphertext: &[u8],
    ) -> Result<Array32, ErrorClass> {
        mlkem::decaps(names::kem_set(set), decapsulation_key, ciphertext)
            .map(|shared| *shared.expose())
            .map_err(errors::kem)
    }

    fn kem_generate(seed: [u8; 64]) -> PlainIncrementalPair {
        let pair = incremental::generate(&KemSeed::from_bytes(seed));
        PlainIncrementalPair {
            header: pair.header.to_vec(),
            vector: pair.vector.to_vec(),
            decapsulation_key: pair.decapsulation_key.to_vec(),
        }
    }

    fn kem_encaps1(header: &[u8], random: Array32) -> Result<PlainFirstHalf, ErrorClass> {
        let random = KemRandom::from_bytes(random);
        let half = incremental::encaps1(header, &random).map_err(errors::kem)?;
        Ok(PlainFirstHalf {
            ciphertext1: half.ciphertext1.to_vec(),
            secret: *half.shared_secret.expose(),
            state: half.state.expose().to_vec(),
        })
    }

    fn kem_is_match(header: &[u8], vector: &[u8]) -> bool {
        incremental::is_match(header, vector)
    }

    fn kem_encaps2(vector: &[u8], state: [u8; 2080]) -> Result<Vec<u8>, ErrorClass> {
        incremental::encaps2(vector, &KemEncapsState::from_bytes(state))
            .map(|ciphertext2| ciphertext2.to_vec())
            .map_err(errors::kem)
    }

    fn kem_decaps_halves(
        decapsulation_key: &[u8],
        ciphertext1: &[u8],
        ciphertext2: &[u8],
    ) -> Result<Array32, ErrorClass> {
        incremental::decaps_halves(decapsulation_key, ciphertext1, ciphertext2)
            .map(|shared| *shared.expose())
            .map_err(errors::kem)
    }

    fn parse_kem_public_key(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass> {
        let key = kem::parse_kem_public_key(bytes).map_err(errors::key)?;
        Ok(kem::serialize_kem_public_key(&key).to_vec())
    }

    fn parse_kem_secret_key(bytes: &[u8]) -> Result<(Vec<u8>, Vec<u8>), ErrorClass> {
        let pair = kem::parse_kem_secret_key(bytes).map_err(errors::key)?;
        let public = kem::serialize_kem_public_key(&pair.public).to_vec();
        Ok((kem::serialize_kem_secret_key(&pair).to_vec(), public))
    }

    fn parse_kem_ciphertext(bytes: &[u8]) -> Result<Vec<u8>, ErrorClass> {
        let ciphertext = kem::parse_kem_ciphertext(bytes).map_err(errors::key)?;
        Ok(kem::serialize_kem_ciphertext(ciphertext).to_vec())
    }
}
