//! Steps about KEMs, the erasure code and SPQR messages of which later ones take what earlier ones gave.
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::Tamper;
use crate::diff::sparse_part::{edit, SparseEdit};
use crate::diff::world::{damage, kem_typed};
use crate::outcome::Outcome;
use crate::step::{Bundle, Chunk, KemSet, SignatureForm, Step};

/// The same bytes, one bit of them another if a place is given.
fn spoilt(bytes: Bytes, place: Option<u16>) -> Bytes {
    match place {
        Some(place) => damage(bytes.0, 0, &Tamper::Flip(place)).into(),
        None => bytes,
    }
}

impl Interpreter<'_, '_> {
    fn kem_pair(&mut self, set: KemSet) -> Result<Outcome, Divergence> {
        let seed = self.world.random::<64>();
        self.lockstep.execute(&Step::KemKeyGen { set, seed })
    }

    pub(super) fn kem(&mut self, set: KemSet, place: Option<u16>) -> Done {
        let pair = self.kem_pair(set)?;
        let encapsulated = self.lockstep.execute(&Step::KemEncaps {
            set,
            encapsulation_key: output(&pair, "encapsulationKey"),
            random: self.world.random::<32>(),
        })?;
        let step = Step::KemDecaps {
            set,
            decapsulation_key: output(&pair, "decapsulationKey"),
            ciphertext: spoilt(output(&encapsulated, "ciphertext"), place),
        };
        self.lockstep.execute(&step).map(drop)
    }

    pub(super) fn kem_in_pieces(&mut self, place: Option<u16>) -> Done {
        let seed = self.world.random::<64>();
        let pair = self.lockstep.execute(&Step::KemGenerate { seed })?;
        let (header, vector) = (output(&pair, "header"), output(&pair, "vector"));
        let half = self.lockstep.execute(&Step::KemEncaps1 {
            header: header.clone(),
            random: self.world.random::<32>(),
        })?;
        self.lockstep.execute(&Step::KemIsMatch {
            header: spoilt(header, place),
            vector: vector.clone(),
        })?;
        let second = self.lockstep.execute(&Step::KemEncaps2 {
            vector,
            encaps_state: spoilt(output(&half, "encapsState"), place),
        })?;
        let step = Step::KemDecapsHalves {
            decapsulation_key: output(&pair, "decapsulationKey"),
            ciphertext1: output(&half, "ciphertext1"),
            ciphertext2: output(&second, "ciphertext2"),
        };
        self.lockstep.execute(&step).map(drop)
    }

    pub(super) fn kem_keys(&mut self) -> Done {
        let pair = self.kem_pair(KemSet::Kyber1024)?;
        let encapsulated = self.lockstep.execute(&Step::KemEncaps {
            set: KemSet::Kyber1024,
            encapsulation_key: output(&pair, "encapsulationKey"),
            random: self.world.random::<32>(),
        })?;
        for step in [
            Step::ParseKemPublicKey {
                bytes: kem_typed(&output(&pair, "encapsulationKey")),
            },
            Step::ParseKemSecretKey {
                bytes: kem_typed(&output(&pair, "decapsulationKey")),
            },
            Step::ParseKemCiphertext {
                bytes: kem_typed(&output(&encapsulated, "ciphertext")),
            },
        ] {
            self.lockstep.execute(&step)?;
        }
        Ok(())
    }

    /// PQXDH of both sides.
    pub(super) fn kem_handshake(&mut self, one_time: bool, place: Option<u16>) -> Done {
        let (identity_private, remote_identity) = self.key_pair()?;
        let (base_private, base_key) = self.key_pair()?;
        let (responder, responder_identity) = self.key_pair()?;
        let (signed_prekey_private, signed_prekey) = self.key_pair()?;
        let (opk_private, opk) = self.key_pair()?;
        let pair = self.kem_pair(KemSet::Kyber1024)?;
        let kem_prekey = kem_typed(&output(&pair, "encapsulationKey"));
        let bundle = Bundle {
            registration_id: 1,
            identity_key: responder_identity,
            signed_prekey_id: 1,
            signed_prekey_signature: self.signed_by(&responder, &signed_prekey)?,
            signed_prekey,
            one_time_prekey_id: one_time.then_some(1),
            one_time_prekey: one_time.then_some(opk),
            kem_prekey_id: Some(1),
            kem_prekey_signature: Some(self.signed_by(&responder, &kem_prekey)?),
            kem_prekey: Some(kem_prekey),
        };
        let initiated = self.lockstep.execute(&Step::PqxdhInitiator {
            identity_private,
            base_private,
            kem_random: self.world.random::<32>(),
            bundle,
        })?;
        let step = Step::PqxdhResponder {
            identity_private: responder,
            signed_prekey_private,
            one_time_prekey_private: one_time.then_some(opk_private),
            kem_secret_key: kem_typed(&output(&pair, "decapsulationKey")),
            remote_identity,
            base_key,
            kem_ciphertext: spoilt(output(&initiated, "kemCiphertext"), place),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn signed_by(&mut self, private: &Bytes, message: &Bytes) -> Result<Bytes, Divergence> {
        let signed = self.lockstep.execute(&Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: private.clone(),
            message: message.clone(),
            random: self.world.random::<64>(),
        })?;
        Ok(output(&signed, "signature"))
    }

    /// Encode a message; decode it from the chunks of these numbers, modulo three times as many as are needed.
    pub(super) fn erasure(&mut self, message: &[u8], chosen: &[u16]) -> Done {
        const LENGTH: usize = 32;
        let needed = u32::try_from(message.len().div_ceil(LENGTH)).unwrap_or_default();
        let encoded = self.lockstep.execute(&Step::ErasureEncode {
            message: message.to_vec().into(),
            repeat: None,
            skip: 0,
            count: 3 * needed,
        })?;
        let chunks = encoded.outputs.get("chunks").cloned().unwrap_or_default();
        let chunks: Vec<Chunk> = serde_json::from_value(chunks).unwrap_or_default();
        let chosen = chosen.iter().filter(|_| !chunks.is_empty());
        let chosen = chosen.map(|number| chunks[usize::from(*number) % chunks.len()].clone());
        let step = Step::ErasureDecode {
            length: u32::try_from(message.len()).unwrap_or_default(),
            chunks: chosen.collect(),
        };
        self.lockstep.execute(&step).map(drop)
    }

    pub(super) fn sparse_message(&mut self, encode: &Step, damage: Option<&SparseEdit>) -> Done {
        let bytes = output(&self.lockstep.execute(encode)?, "message");
        let bytes = damage.map_or(bytes.0.clone(), |change| edit(&bytes.0, change));
        let bytes = bytes.into();
        self.lockstep
            .execute(&Step::SpqrParseMessage { bytes })
            .map(drop)
    }
}
