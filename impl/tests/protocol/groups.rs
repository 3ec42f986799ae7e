//! Sender keys: the recorded conversations and rules, limits, and records that are refused.
use crate::known_answers::{assert_secret, recorded};
use serde_json::Value;
use twinratchet::groups::distribution::{
    create_distribution, process_distribution, SenderKeyRandom,
};
use twinratchet::groups::sender_key::{
    decode_sender_key_record, empty_sender_key_record, encode_sender_key_record, group_decrypt,
    group_encrypt, kdf_sender_ck, sender_message_keys, SenderKeyRecord,
};
use twinratchet::groups::{GroupError, SenderKeyRecordError};
use twinratchet::keys::{
    sender_signing_key_pair, serialize_public_key, KeyError, PrivateKey, SenderChainKey,
    SignatureRandom, Uuid,
};
use twinratchet::primitives::aes_cbc::aes256_cbc_encrypt;
use twinratchet::primitives::xeddsa::{sign, Form};
use twinratchet::wire::sender_key_message::{
    encode_distribution_message, encode_sender_key_message, parse_distribution_message,
    parse_sender_key_message, serialize_sender_key_message,
};
use twinratchet::wire::{Profile, WireError};

#[path = "../../../spec/tests/groups/rules.rs"]
mod rules;
use rules::*;

/// Who has a record.
struct Member {
    record: SenderKeyRecord,
}

impl Member {
    fn new() -> Self {
        Self {
            record: empty_sender_key_record(),
        }
    }

    fn load(stored: &[u8]) -> Result<Self, SenderKeyRecordError> {
        let record = decode_sender_key_record(stored)?;
        Ok(Self { record })
    }

    fn stored(&self) -> Vec<u8> {
        encode_sender_key_record(&self.record).to_vec()
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
            chain_key: SenderChainKey::from_bytes(chain_key.try_into().unwrap()),
            signing_private: PrivateKey::from_bytes(private.try_into().unwrap()),
        };
        create_distribution(profile, &mut self.record, Uuid::from_bytes(id), fresh).to_vec()
    }

    fn process(&mut self, profile: Profile, message: &[u8]) -> Result<(), WireError> {
        process_distribution(
            &mut self.record,
            parse_distribution_message(profile, message)?,
        );
        Ok(())
    }

    fn encrypt(
        &mut self,
        profile: Profile,
        id: [u8; 16],
        plaintext: &[u8],
        random: [u8; 64],
    ) -> Result<Vec<u8>, GroupError> {
        let random = SignatureRandom::from_bytes(random);
        let id = Uuid::from_bytes(id);
        group_encrypt(profile, &mut self.record, id, plaintext, &random)
    }

    fn decrypt(&mut self, profile: Profile, message: &[u8]) -> Result<Vec<u8>, GroupError> {
        group_decrypt(profile, &mut self.record, message)
    }
}

/// What a parser finds in both messages: distribution id, chain id, iteration.
type Named = (Option<[u8; 16]>, u32, u32);

fn parse_message(profile: Profile, bytes: &[u8]) -> Result<Named, WireError> {
    let message = parse_sender_key_message(profile, bytes)?;
    let id = message.distribution_id.map(|id| *id.as_bytes());
    Ok((id, message.chain_id, message.iteration))
}

fn parse_distribution(profile: Profile, bytes: &[u8]) -> Result<Named, WireError> {
    let message = parse_distribution_message(profile, bytes)?;
    let id = message.distribution_id.map(|id| *id.as_bytes());
    Ok((id, message.chain_id, message.iteration))
}

/// The distribution message of a chain and of the pair of a private key.
fn distribution(
    profile: Profile,
    chain_id: u32,
    iteration: u32,
    chain_key: [u8; 32],
    private: [u8; 32],
) -> Vec<u8> {
    let chain_key = SenderChainKey::from_bytes(chain_key);
    let pair = sender_signing_key_pair(PrivateKey::from_bytes(private));
    let id = Uuid::from_bytes(ID);
    encode_distribution_message(profile, id, chain_id, iteration, &chain_key, pair.public).to_vec()
}

fn signing_public(private: [u8; 32]) -> Vec<u8> {
    let pair = sender_signing_key_pair(PrivateKey::from_bytes(private));
    serialize_public_key(pair.public.key).to_vec()
}

/// A message with a good signature of the test's signing key.
fn signed(profile: Profile, chain_id: u32, iteration: u32, body: &[u8]) -> Vec<u8> {
    let id = Uuid::from_bytes(ID);
    let unsigned = encode_sender_key_message(profile, id, chain_id, iteration, body);
    let pair = sender_signing_key_pair(PrivateKey::from_bytes(SIGNING_PRIVATE));
    let random = SignatureRandom::from_bytes(RANDOM);
    let signature = sign(Form::Deployed, &pair.private, &unsigned, &random);
    serialize_sender_key_message(unsigned, signature)
}

/// A good message of chain 5, whose first chain key is 07 repeated.
fn sealed(iteration: u32, plaintext: &[u8]) -> Vec<u8> {
    let mut at = SenderChainKey::from_bytes([7; 32]);
    for _ in 0..iteration {
        at = kdf_sender_ck(&at).0;
    }
    let keys = sender_message_keys(&kdf_sender_ck(&at).1);
    let body = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, plaintext);
    signed(SIGNAL, 5, iteration, &body)
}

impl Member {
    fn chain_ids(&self) -> Vec<u32> {
        self.record.states().map(|state| state.chain_id).collect()
    }
}

/// Check the keys of a recorded message.
fn check_keys(keys: &Value) {
    let chain_key = hexed(&keys["chain_key"]).try_into().unwrap();
    let (_, seed) = kdf_sender_ck(&SenderChainKey::from_bytes(chain_key));
    assert_secret(&seed, &keys["message_key_seed"]);
    let made = sender_message_keys(&seed);
    assert_secret(&made.iv, &keys["iv"]);
    assert_secret(&made.cipher_key, &keys["cipher_key"]);
}

#[test]
fn debug_shows_no_secrets() {
    let mut member = receiver(SIGNAL);
    assert!(member.decrypt(SIGNAL, &sealed(2, b"x")).is_ok());
    let shown = format!("{:?}", member.record);
    let key = hex::encode(&signing_public(SIGNING_PRIVATE)[1..]);
    let expected = format!(
        "SenderKeyRecord {{ states: [SenderKeyState {{ version: 3, chain_id: 5, iteration: 3, signing: SigningKey {{ \
         public: SenderSigningKey {{ key: PublicKey({key}) }}, .. }}, skipped: [0, 1], .. }}] }}"
    );
    assert_eq!(shown, expected);
}
