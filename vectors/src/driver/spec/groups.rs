//! The groups of the specification.
use super::keys::parsed_key;
use super::{copy, errors, names, open, private_key, public, reveal, secret, serialized, Spec};
use crate::driver::library::{
    Array32, Groups, PlainDistributionMessage, PlainSenderKeyMessage, PlainSenderKeyRandom,
    PlainSenderMessageKeys,
};
use crate::outcome::{runs_from_highest, ErrorClass, SenderKeySnapshot, SenderKeyStateSnapshot};
use crate::step::Profile;
use twinratchet_spec::groups::distribution::{self, SenderKeyRandom};
use twinratchet_spec::groups::sender_key::{self, SenderKeyRecord, SenderKeyState};
use twinratchet_spec::keys::{
    SenderChainKey, SenderMessageSeed, SenderSigningKey, Signature, SignatureRandom, Uuid,
};
use twinratchet_spec::wire::sender_key_message as wire;

impl Groups for Spec {
    type SenderKeyRecord = SenderKeyRecord;

    fn parse_sender_key_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainSenderKeyMessage, ErrorClass> {
        let parsed = wire::parse_sender_key_message(names::profile(profile), &public(bytes));
        let parsed = parsed.map_err(errors::wire)?;
        Ok(PlainSenderKeyMessage {
            version: parsed.version,
            distribution_id: parsed.distribution_id.as_ref().map(copy),
            chain_id: parsed.chain_id,
            iteration: parsed.iteration,
            body: open(&parsed.body),
            unsigned: open(&parsed.unsigned),
            signature: copy(&parsed.signature),
        })
    }

    fn encode_sender_key_message(
        profile: Profile,
        distribution_id: [u8; 16],
        chain_id: u32,
        iteration: u32,
        body: &[u8],
    ) -> Vec<u8> {
        open(&wire::encode_sender_key_message(
            names::profile(profile),
            Uuid::from_native_slice(&distribution_id),
            chain_id,
            iteration,
            &public(body),
        ))
    }

    fn serialize_sender_key_message(unsigned: &[u8], signature: [u8; 64]) -> Vec<u8> {
        let signature = Signature::from_native_slice(&signature);
        open(&wire::serialize_sender_key_message(
            &public(unsigned),
            signature,
        ))
    }

    fn parse_distribution_message(
        profile: Profile,
        bytes: &[u8],
    ) -> Result<PlainDistributionMessage, ErrorClass> {
        let parsed = wire::parse_distribution_message(names::profile(profile), &secret(bytes));
        let parsed = parsed.map_err(errors::wire)?;
        Ok(PlainDistributionMessage {
            version: parsed.version,
            distribution_id: parsed.distribution_id.as_ref().map(copy),
            chain_id: parsed.chain_id,
            iteration: parsed.iteration,
            chain_key: reveal(&parsed.chain_key),
            signing_key: serialized(parsed.signing_key.key).to_vec(),
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
            Uuid::from_native_slice(&distribution_id),
            chain_id,
            iteration,
            SenderChainKey::from_public_slice(&chain_key),
            signing_key,
        );
        Ok(message.into_native())
    }

    fn kdf_sender_ck(chain_key: Array32) -> (Array32, Array32) {
        let (next, seed) = sender_key::kdf_sender_ck(SenderChainKey::from_public_slice(&chain_key));
        (reveal(&next), reveal(&seed))
    }

    fn sender_message_keys(seed: Array32) -> PlainSenderMessageKeys {
        let keys = sender_key::sender_message_keys(SenderMessageSeed::from_public_slice(&seed));
        PlainSenderMessageKeys {
            iv: reveal(&keys.iv),
            cipher_key: reveal(&keys.cipher_key),
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
        let (next, message) = distribution::create_distribution(
            names::profile(profile),
            record.clone(),
            Uuid::from_native_slice(&distribution_id),
            SenderKeyRandom {
                chain_id: fresh.chain_id,
                chain_key: SenderChainKey::from_public_slice(&fresh.chain_key),
                signing_private: private_key(fresh.signing_private),
            },
        );
        *record = next;
        message.into_native()
    }

    fn process_distribution(
        profile: Profile,
        record: &mut SenderKeyRecord,
        message: &[u8],
    ) -> Result<(), ErrorClass> {
        let parsed = wire::parse_distribution_message(names::profile(profile), &secret(message));
        let parsed = parsed.map_err(errors::wire)?;
        *record = distribution::process_distribution(record.clone(), parsed);
        Ok(())
    }

    fn group_encrypt(
        profile: Profile,
        record: &mut SenderKeyRecord,
        distribution_id: [u8; 16],
        plaintext: &[u8],
        random: [u8; 64],
    ) -> Result<Vec<u8>, ErrorClass> {
        let sent = sender_key::group_encrypt(
            names::profile(profile),
            record.clone(),
            Uuid::from_native_slice(&distribution_id),
            &secret(plaintext),
            &SignatureRandom::from_public_slice(&random),
        );
        let (next, message) = sent.map_err(errors::group)?;
        *record = next;
        Ok(open(&message))
    }

    fn group_decrypt(
        profile: Profile,
        record: &mut SenderKeyRecord,
        message: &[u8],
    ) -> Result<Vec<u8>, ErrorClass> {
        let opened =
            sender_key::group_decrypt(names::profile(profile), record.clone(), &public(message));
        let (next, plaintext) = opened.map_err(errors::group)?;
        *record = next;
        Ok(plaintext.into_native())
    }

    fn save_sender_key(record: &SenderKeyRecord) -> Vec<u8> {
        sender_key::encode_sender_key_record(record).into_native()
    }

    fn load_sender_key(saved: &[u8]) -> Result<SenderKeyRecord, ErrorClass> {
        sender_key::decode_sender_key_record(&secret(saved)).map_err(errors::sender_key_record)
    }

    fn sender_key_snapshot(record: &SenderKeyRecord) -> SenderKeySnapshot {
        SenderKeySnapshot {
            states: record.states.native_slice().iter().map(state).collect(),
        }
    }
}

fn state(state: &SenderKeyState) -> SenderKeyStateSnapshot {
    let private = state.signing.private.as_ref();
    SenderKeyStateSnapshot {
        version: state.version,
        chain_id: state.chain_id,
        iteration: state.iteration,
        chain_key: reveal::<32>(&state.chain_key).to_vec().into(),
        signing_public: serialized(state.signing.public.key).to_vec().into(),
        signing_private: private.map(|key| reveal::<32>(key).to_vec().into()),
        skipped: runs_from_highest(state.skipped.native_slice().iter().map(|key| key.iteration)),
    }
}
