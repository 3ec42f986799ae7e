//! Sender keys: the recorded conversations and rules, limits, and records that are refused.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
use hacspec_lib::*;
use recordings::recorded;
use serde_json::Value;
use twinratchet_spec::groups::distribution::*;
use twinratchet_spec::groups::sender_key::*;
use twinratchet_spec::groups::{GroupError, SenderKeyRecordError};
use twinratchet_spec::keys::*;
use twinratchet_spec::primitives::aes_cbc::aes256_cbc_encrypt;
use twinratchet_spec::primitives::xeddsa::{sign, Form};
use twinratchet_spec::wire::sender_key_message::*;
use twinratchet_spec::wire::{Profile, WireError};

#[path = "support/recordings.rs"]
mod recordings;
#[path = "groups/rules.rs"]
mod rules;
use rules::*;

/// Who has a record.
struct Member {
    record: SenderKeyRecord,
}

fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_vec(bytes.to_vec())
}

fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

fn plain(bytes: &Seq<u8>) -> Vec<u8> {
    (0..bytes.len()).map(|i| bytes[i]).collect()
}

fn opened(bytes: ByteSeq) -> Vec<u8> {
    plain(&bytes.declassify())
}

fn uuid(id: [u8; 16]) -> Uuid {
    Uuid::from_seq(&public(&id))
}

impl Member {
    fn new() -> Self {
        Self {
            record: empty_sender_key_record(),
        }
    }

    fn load(stored: &[u8]) -> Result<Self, SenderKeyRecordError> {
        let record = decode_sender_key_record(&secret(stored))?;
        Ok(Self { record })
    }

    fn stored(&self) -> Vec<u8> {
        opened(encode_sender_key_record(&self.record))
    }

    fn distribute(
        &mut self,
        profile: Profile,
        id: [u8; 16],
        chain_id: u32,
        chain_key: &[u8],
        private: &[u8],
    ) -> Vec<u8> {
        let fresh = SenderKeyRandom {
            chain_id,
            chain_key: SenderChainKey::from_public_slice(chain_key),
            signing_private: PrivateKey::from_public_slice(private),
        };
        let (record, message) = create_distribution(profile, self.record.clone(), uuid(id), fresh);
        self.record = record;
        opened(message)
    }

    fn process(&mut self, profile: Profile, message: &[u8]) -> Result<(), WireError> {
        let message = parse_distribution_message(profile, &secret(message))?;
        self.record = process_distribution(self.record.clone(), message);
        Ok(())
    }

    fn encrypt(
        &mut self,
        profile: Profile,
        id: [u8; 16],
        plaintext: &[u8],
        random: [u8; 64],
    ) -> Result<Vec<u8>, GroupError> {
        let random = SignatureRandom::from_public_slice(&random);
        let record = self.record.clone();
        let (record, message) =
            group_encrypt(profile, record, uuid(id), &secret(plaintext), &random)?;
        self.record = record;
        Ok(plain(&message))
    }

    fn decrypt(&mut self, profile: Profile, message: &[u8]) -> Result<Vec<u8>, GroupError> {
        let (record, plaintext) = group_decrypt(profile, self.record.clone(), &public(message))?;
        self.record = record;
        Ok(opened(plaintext))
    }
}

/// What a parser finds in both messages: distribution id, chain id, iteration.
type Named = (Option<[u8; 16]>, u32, u32);

fn id_bytes(id: Option<Uuid>) -> Option<[u8; 16]> {
    id.map(|id| plain(&Seq::<u8>::from_seq(&id)).try_into().unwrap())
}

fn parse_message(profile: Profile, bytes: &[u8]) -> Result<Named, WireError> {
    let message = parse_sender_key_message(profile, &public(bytes))?;
    let id = id_bytes(message.distribution_id);
    Ok((id, message.chain_id, message.iteration))
}

fn parse_distribution(profile: Profile, bytes: &[u8]) -> Result<Named, WireError> {
    let message = parse_distribution_message(profile, &secret(bytes))?;
    let id = id_bytes(message.distribution_id);
    Ok((id, message.chain_id, message.iteration))
}

fn signing_pair(private: [u8; 32]) -> SenderSigningKeyPair {
    sender_signing_key_pair(PrivateKey::from_public_slice(&private))
}

/// The distribution message of a chain and of the pair of a private key.
fn distribution(
    profile: Profile,
    chain_id: u32,
    iteration: u32,
    chain_key: [u8; 32],
    private: [u8; 32],
) -> Vec<u8> {
    let chain_key = SenderChainKey::from_public_slice(&chain_key);
    let key = signing_pair(private).public;
    let message =
        encode_distribution_message(profile, uuid(ID), chain_id, iteration, chain_key, key);
    opened(message)
}

fn signing_public(private: [u8; 32]) -> Vec<u8> {
    plain(&serialize_public_key(signing_pair(private).public.key))
}

/// A message with a good signature of the test's signing key.
fn signed(profile: Profile, chain_id: u32, iteration: u32, body: &[u8]) -> Vec<u8> {
    let unsigned = encode_sender_key_message(profile, uuid(ID), chain_id, iteration, &public(body));
    let private = signing_pair(SIGNING_PRIVATE).private;
    let random = SignatureRandom::from_public_slice(&RANDOM);
    let covered = ByteSeq::from_public_seq(&unsigned);
    let signature = sign(Form::Deployed, &private, &covered, &random);
    plain(&serialize_sender_key_message(&unsigned, signature))
}

/// A good message of chain 5, whose first chain key is 07 repeated.
fn sealed(iteration: u32, plaintext: &[u8]) -> Vec<u8> {
    let mut at = SenderChainKey::from_public_slice(&[7; 32]);
    for _ in 0..iteration {
        at = kdf_sender_ck(at).0;
    }
    let keys = sender_message_keys(kdf_sender_ck(at).1);
    let body = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, &secret(plaintext));
    signed(SIGNAL, 5, iteration, &opened(body))
}

/// Check the keys of a recorded message.
fn check_keys(keys: &Value) {
    let chain_key = hexed(&keys["chain_key"]);
    let (_, seed) = kdf_sender_ck(SenderChainKey::from_public_slice(&chain_key));
    assert_eq!(seed.to_hex(), keys["message_key_seed"]);
    let made = sender_message_keys(seed);
    assert_eq!(made.iv.to_hex(), keys["iv"]);
    assert_eq!(made.cipher_key.to_hex(), keys["cipher_key"]);
}

impl Member {
    fn chain_ids(&self) -> Vec<u32> {
        let states = &self.record.states;
        (0..states.len()).map(|i| states[i].chain_id).collect()
    }
}

#[test]
fn a_message_of_another_version_than_its_state_is_refused() {
    let mut member = receiver(SIGNAL);
    member.record.states[0usize].version = 2;
    // Before the signature, which is bad here.
    let mut message = signed(SIGNAL, 5, 0, &[0; 16]);
    *message.last_mut().unwrap() ^= 1;
    let refused = Err(GroupError::VersionMismatch);
    assert_eq!(member.decrypt(SIGNAL, &message), refused);
}
