//! The groups of the implementation.
use super::keys::parsed_key;
use super::{errors, names, private_key, Implementation};
use crate::driver::library::{
    Array32, Groups, PlainDistributionMessage, PlainSenderKeyMessage, PlainSenderKeyRandom,
    PlainSenderMessageKeys,
};
use crate::outcome::{runs_from_highest, ErrorClass, SenderKeySnapshot, SenderKeyStateSnapshot};
use crate::step::Profile;
use twinratchet::groups::distribution::{self, SenderKeyRandom};
use twinratchet::groups::sender_key::{self, SenderKeyRecord};
use twinratchet::keys::{
    serialize_public_key, SenderChainKey, SenderMessageSeed, SenderSigningKey, Signature,
    SignatureRandom, Uuid,
};
use twinratchet::wire::sender_key_message as wire;

impl Groups for Implementation {
    type SenderKeyRecord = SenderKeyRecord;

    fn parse_sender_key_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainSenderKeyMessage, ErrorClass> {
        let parsed = wire::parse_sender_key_message(names::profile(profile), bytes);
        let parsed = parsed.map_err(errors::wire)?;
        Ok(PlainSenderKeyMessage {
            version: parsed.version,
            distribution_id: parsed.distribution_id.map(|id| *id.as_bytes()),
            chain_id: parsed.chain_id,
            iteration: parsed.iteration,
            body: parsed.body.to_vec(),
            unsigned: parsed.unsigned.to_vec(),
            signature: *parsed.signature.as_bytes(),
        })
    }

    fn encode_sender_key_message(
        profile: Profile,
        distribution_id: [u8; 16],
        chain_id: u32,
        iteration: u32,
        body: &[u8],
    ) -> Vec<u8> {
        let (profile, id) = (names::profile(profile), Uuid::from_bytes(distribution_id));
        wire::encode_sender_key_message(profile, id, chain_id, iteration, body)
    }

    fn serialize_sender_key_message(unsigned: &[u8], signature: [u8; 64]) -> Vec<u8> {
        let signature = Signature::from_bytes(signature);
        wire::serialize_sender_key_message(unsigned.to_vec(), signature)
    }

    fn parse_distribution_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainDistributionMessage, ErrorClass> {
        let parsed = wire::parse_distribution_message(names::profile(profile), bytes);
        let parsed = parsed.map_err(errors::wire)?;
        Ok(PlainDistributionMessage {
            version: parsed.version,
            distribution_id: parsed.distribution_id.map(|id| *id.as_bytes()),
            chain_id: parsed.chain_id,
            iteration: parsed.iteration,
            chain_key: *parsed.chain_key.expose(),
            signing_key: serialize_public_key(parsed.signing_key.key).to_vec(),
        })
    }

    fn encode_distribution_message(
        profile: Profile,
        distribution_id: [u8; 16],
        chain_id: u32,
        iteration: u32,
        chain_key: Array32,
        signing_key: &[u8],
    ) -> Result<Vec<u8>, ErrorClass> {
        let signing_key = SenderSigningKey {
            key: parsed_key(signing_key)?,
        };
        let message = wire::encode_distribution_message(
            names::profile(profile),
            Uuid::from_bytes(distribution_id),
            chain_id,
            iteration,
            &SenderChainKey::from_bytes(chain_key),
            signing_key,
        );
        Ok(message.to_vec())
    }

    fn kdf_sender_ck(chain_key: Array32) -> (Array32, Array32) {
        let (next, seed) = sender_key::kdf_sender_ck(&SenderChainKey::from_bytes(chain_key));
        (*next.expose(), *seed.expose())
    }

    fn sender_message_keys(seed: Array32) -> PlainSenderMessageKeys {
        let keys = sender_key::sender_message_keys(&SenderMessageSeed::from_bytes(seed));
        PlainSenderMessageKeys {
            iv: *keys.iv.expose(),
            cipher_key: *keys.cipher_key.expose(),
        }
    }

    fn empty_sender_key() -> SenderKeyRecord {
        sender_key::empty_sender_key_record()
    }

    fn create_distribution(
        profile: Profile,
        record: &mut SenderKeyRecord,
        distribution_id: [u8; 16],
        fresh: PlainSenderKeyRandom,
    ) -> Vec<u8> {
        let fresh = SenderKeyRandom {
            chain_id: fresh.chain_id,
            chain_key: SenderChainKey::from_bytes(fresh.chain_key),
            signing_private: private_key(fresh.signing_private),
        };
        let (profile, id) = (names::profile(profile), Uuid::from_bytes(distribution_id));
        distribution::create_distribution(profile, record, id, fresh).to_vec()
    }

    fn process_distribution(
        profile: Profile,
        record: &mut SenderKeyRecord,
        message: &[u8],
    ) -> Result<(), ErrorClass> {
        let parsed = wire::parse_distribution_message(names::profile(profile), message);
        distribution::process_distribution(record, parsed.map_err(errors::wire)?);
        Ok(())
    }

    fn group_encrypt(
        profile: Profile,
        record: &mut SenderKeyRecord,
        distribution_id: [u8; 16],
        plaintext: &[u8],
        random: [u8; 64],
    ) -> Result<Vec<u8>, ErrorClass> {
        let (profile, id) = (names::profile(profile), Uuid::from_bytes(distribution_id));
        let random = SignatureRandom::from_bytes(random);
        sender_key::group_encrypt(profile, record, id, plaintext, &random).map_err(errors::group)
    }

    fn group_decrypt(
        profile: Profile,
        record: &mut SenderKeyRecord,
        message: &[u8],
    ) -> Result<Vec<u8>, ErrorClass> {
        sender_key::group_decrypt(names::profile(profile), record, message).map_err(errors::group)
    }

    fn save_sender_key(record: &SenderKeyRecord) -> Vec<u8> {
        sender_key::encode_sender_key_record(record).to_vec()
    }

    fn load_sender_key(saved: &[u8]) -> Result<SenderKeyRecord, ErrorClass> {
        sender_key::decode_sender_key_record(saved).map_err(errors::sender_key_record)
    }

    fn sender_key_snapshot(record: &SenderKeyRecord) -> SenderKeySnapshot {
        let states = record.snapshot();
        SenderKeySnapshot {
            states: states.into_iter().map(state).collect(),
        }
    }
}

fn state(state: twinratchet::SenderKeyStateSnapshot) -> SenderKeyStateSnapshot {
    let public = serialize_public_key(state.signing_public.key);
    SenderKeyStateSnapshot {
        version: state.version,
        chain_id: state.chain_id,
        iteration: state.iteration,
        chain_key: state.chain_key.to_vec().into(),
        signing_public: public.to_vec().into(),
        signing_private: state.signing_private.map(|key| key.to_vec().into()),
        skipped: runs_from_highest(state.skipped.into_iter().map(|(iteration, _)| iteration)),
    }
}
