//! The chain of a sender, and messages to a group.
//!
//! Which part: deployed only, no public text; the chain is that of DR 2.2, without a Diffie-Hellman ratchet. Who calls it:
//! applications, `groups::distribution`. Secret: the record, seeds and keys, and the plaintext.
//!
//! A message that is refused has changed nothing:
//!
//! ```text
//!  &SenderKeyRecord --plan--> (Step, seed) --open--> plaintext --apply--> &mut SenderKeyRecord
//!             origin first, then limits       padding            the only write; it cannot fail
//! ```
pub mod stored;
pub mod types;

pub use crate::groups::sender_key::stored::*;
pub use crate::groups::sender_key::types::*;

use crate::backend::hmac::HmacSha256;
use crate::groups::GroupError;
use crate::keys::{
    sender_signing_key_pair, CipherKey, Iv, PrivateKey, SenderChainKey, SenderMessageSeed,
    Sha256Digest, SignatureRandom, Uuid,
};
use crate::primitives::aes_cbc::{aes256_cbc_decrypt, append_ciphertext, ciphertext_length};
use crate::primitives::hkdf::hkdf_blocks;
use crate::primitives::xeddsa::{sign, verify, Form};
use crate::ratchet::skipped::{dropped_before, SkippedLimit};
use crate::ratchet::symmetric::{input, CHAIN_KEY_INPUT, MESSAGE_KEY_INPUT};
use crate::wire::sender_key_message::{
    parse_sender_key_message, serialize_sender_key_message, start_sender_key_message,
    SenderKeyMessage,
};
use crate::wire::{Profile, SENDER_KEY_VERSION};
use std::collections::VecDeque;

/// Length of the expanded keys of a message.
pub const SENDER_MESSAGE_KEYS_LENGTH: u8 = 48;

const INFO: &[u8; 12] = b"WhisperGroup";

/// The keys of one message to a group. There is none for a tag: the signature authenticates.
pub struct SenderMessageKeys {
    /// CBC initialisation vector, secret.
    pub iv: Iv,
    /// AES-256 key, secret.
    pub cipher_key: CipherKey,
}

/// What receiving changes in a state.
enum Advance {
    /// The seed of this iteration was stored.
    Taken(u32),
    /// The chain moves on; these seeds are stored, in ascending order. In boxes already: moved, they leave no copy.
    #[allow(clippy::vec_box)]
    Stepped {
        chain_key: SenderChainKey,
        iteration: u32,
        skipped: Vec<Box<SenderSkippedKey>>,
        limit: SkippedLimit,
    },
}

/// What receiving a message changes.
struct Step {
    /// Where the state stands.
    at: usize,
    advance: Advance,
}

/// Mirror of `spec::groups::sender_key::kdf_sender_ck`.
/// Faster: the keyed hash state is computed once for both outputs.
///
/// In: the chain key, secret. Out: next chain key and message seed, secret.
#[must_use]
pub fn kdf_sender_ck(ck: &SenderChainKey) -> (SenderChainKey, SenderMessageSeed) {
    let keyed = HmacSha256::new(ck.as_bytes());
    let seed = keyed.tag_of_blocks(&input(MESSAGE_KEY_INPUT));
    (
        next_chain_key(&keyed),
        SenderMessageSeed::from_bytes(*seed.as_bytes()),
    )
}

/// Mirror of `spec::groups::sender_key::sender_message_keys`.
/// Faster: the state of HMAC for the salt, zeros, is a constant; two whole blocks of HKDF are made, of which the first 48
/// bytes are used.
///
/// In: the seed, secret. Out: vector 16, cipher key 32, secret.
#[must_use]
pub fn sender_message_keys(seed: &SenderMessageSeed) -> SenderMessageKeys {
    let [first, second]: [Sha256Digest; 2] = hkdf_blocks(None, seed.as_bytes(), INFO);
    let mut keys = SenderMessageKeys {
        iv: Iv::from_bytes([0; 16]),
        cipher_key: CipherKey::from_bytes([0; 32]),
    };
    let okm = first.as_bytes().iter().chain(second.as_bytes());
    let (iv, cipher_key) = (keys.iv.as_bytes_mut(), keys.cipher_key.as_bytes_mut());
    for (to, from) in iv.iter_mut().chain(cipher_key).zip(okm) {
        *to = *from;
    }
    keys
}

/// Mirror of `spec::groups::sender_key::create_sender_key`.
///
/// In: 32 random bits; the chain key, 32 random bytes, secret; 32 random bytes for the signing pair, secret. Out: a record
/// of one state.
#[must_use]
pub fn create_sender_key(
    chain_id_random: u32,
    chain_key: SenderChainKey,
    signing_private: PrivateKey,
) -> SenderKeyRecord {
    let state = new_state(chain_id_random, chain_key, signing_private);
    SenderKeyRecord {
        states: VecDeque::from([state]),
    }
}

/// The state of a new sender key.
pub(crate) fn new_state(
    chain_id_random: u32,
    chain_key: SenderChainKey,
    signing_private: PrivateKey,
) -> Box<SenderKeyState> {
    let pair = sender_signing_key_pair(signing_private);
    Box::new(SenderKeyState {
        version: SENDER_KEY_VERSION,
        chain_id: chain_id_random >> 1,
        iteration: 0,
        chain_key,
        signing: SigningKey {
            public: pair.public,
            private: Some(pair.private),
        },
        skipped: SenderSkipped::new(),
    })
}

/// Mirror of `spec::groups::sender_key::group_encrypt`.
/// Faster: header, ciphertext and signature are written to one buffer, which is the message.
///
/// In: the profile; the record; the distribution id; any plaintext, secret; 64 random bytes, secret. Out: the bytes of a
/// SenderKeyMessage.
/// Errors: `NoSenderKeyState` for a record without states, `NoSigningKey`, `CounterExhausted`, in this order; the record is
/// as before.
pub fn group_encrypt(
    profile: Profile,
    record: &mut SenderKeyRecord,
    distribution_id: Uuid,
    plaintext: &[u8],
    random: &SignatureRandom,
) -> Result<Vec<u8>, GroupError> {
    let newest = record.states.front_mut();
    let state = newest.ok_or(GroupError::NoSenderKeyState)?;
    let private = state.signing.private.as_ref();
    let private = private.ok_or(GroupError::NoSigningKey)?;
    let next = next_iteration(state.iteration)?;
    let (chain_key, seed) = kdf_sender_ck(&state.chain_key);
    let keys = sender_message_keys(&seed);
    let mut unsigned = start_sender_key_message(
        profile,
        distribution_id,
        state.chain_id,
        state.iteration,
        ciphertext_length(plaintext.len()),
    );
    append_ciphertext(&keys.cipher_key, &keys.iv, plaintext, &mut unsigned);
    let signature = sign(Form::Deployed, private, &unsigned, random);
    state.chain_key = chain_key;
    state.iteration = next;
    Ok(serialize_sender_key_message(unsigned, signature))
}

/// Mirror of `spec::groups::sender_key::group_decrypt`.
///
/// In: the profile; the record, found by the address of the sender and the distribution id of the message; any bytes. Out:
/// the plaintext, secret.
/// Errors: `Wire`, `NoSenderKeyState`, `VersionMismatch`, `BadSignature`, `DuplicateMessage` or `TooFarInFuture`,
/// `CounterExhausted`, `BadPadding`, in this order; the record is as before.
pub fn group_decrypt(
    profile: Profile,
    record: &mut SenderKeyRecord,
    bytes: &[u8],
) -> Result<Vec<u8>, GroupError> {
    let message = parse_sender_key_message(profile, bytes).map_err(GroupError::Wire)?;
    let (step, seed) = plan(profile, record, &message)?;
    let plaintext = open(&seed, message.body)?;
    apply(record, step);
    Ok(plaintext)
}

/// What a message would change, and its seed; reads only, and derives nothing before the signature is checked.
///
/// Errors: `NoSenderKeyState`, `VersionMismatch`, `BadSignature`, `DuplicateMessage` or `TooFarInFuture`, `CounterExhausted`.
fn plan(
    profile: Profile,
    record: &SenderKeyRecord,
    message: &SenderKeyMessage<'_>,
) -> Result<(Step, SenderMessageSeed), GroupError> {
    let mut numbered = record.states.iter().enumerate();
    let found = numbered.find(|(_, state)| state.chain_id == message.chain_id);
    let (at, state) = found.ok_or(GroupError::NoSenderKeyState)?;
    if message.version != state.version {
        return Err(GroupError::VersionMismatch);
    }
    let signer = state.signing.public.key;
    if !verify(Form::Deployed, signer, message.unsigned, message.signature) {
        return Err(GroupError::BadSignature);
    }
    let (advance, seed) = if message.iteration < state.iteration {
        take_sender_skipped(state, message.iteration)?
    } else {
        step_to_message(profile, state, message.iteration)?
    };
    Ok((Step { at, advance }, seed))
}

/// The plaintext. Errors: `BadPadding`.
fn open(seed: &SenderMessageSeed, body: &[u8]) -> Result<Vec<u8>, GroupError> {
    let keys = sender_message_keys(seed);
    aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, body).map_err(|_| GroupError::BadPadding)
}

/// Make a receiving step, planned on this very record. It cannot fail.
fn apply(record: &mut SenderKeyRecord, step: Step) {
    let Some(state) = record.states.get_mut(step.at) else {
        return;
    };
    match step.advance {
        Advance::Taken(iteration) => drop(state.skipped.remove(&iteration)),
        Advance::Stepped {
            chain_key,
            iteration,
            skipped,
            limit,
        } => {
            state.chain_key = chain_key;
            state.iteration = iteration;
            for key in skipped {
                store_sender_skipped(&mut state.skipped, limit, key);
            }
        }
    }
}

/// Mirror of `spec::groups::sender_key::step_to_message`.
/// Faster: of a long jump only seeds that the store might keep are made.
///
/// In: the profile; the state; the iteration, at least that of the chain. Out: the advance and the seed of the message.
/// Errors: `TooFarInFuture`, `CounterExhausted`.
fn step_to_message(
    profile: Profile,
    state: &SenderKeyState,
    iteration: u32,
) -> Result<(Advance, SenderMessageSeed), GroupError> {
    let gap = iteration.saturating_sub(state.iteration);
    if gap > max_sender_jump(profile) {
        return Err(GroupError::TooFarInFuture { gap });
    }
    let next = next_iteration(iteration)?;
    let limit = sender_skipped_limit(profile);
    // The first iteration whose seed is made.
    let first_made = state.iteration.saturating_add(dropped_before(limit, gap));
    let made = usize::try_from(iteration.saturating_sub(first_made)).unwrap_or_default();
    let mut skipped = Vec::with_capacity(made);
    let mut at: Option<SenderChainKey> = None;
    for _ in state.iteration..first_made {
        let keyed = HmacSha256::new(at.as_ref().unwrap_or(&state.chain_key).as_bytes());
        at = Some(next_chain_key(&keyed));
    }
    for iteration in first_made..iteration {
        let (after, seed) = kdf_sender_ck(at.as_ref().unwrap_or(&state.chain_key));
        skipped.push(Box::new(SenderSkippedKey { iteration, seed }));
        at = Some(after);
    }
    let (chain_key, seed) = kdf_sender_ck(at.as_ref().unwrap_or(&state.chain_key));
    let advance = Advance::Stepped {
        chain_key,
        iteration: next,
        skipped,
        limit,
    };
    Ok((advance, seed))
}

/// The seed of a message that the chain has passed: a second copy, as the first stays until the message is opened.
///
/// Errors: `DuplicateMessage`.
fn take_sender_skipped(
    state: &SenderKeyState,
    iteration: u32,
) -> Result<(Advance, SenderMessageSeed), GroupError> {
    let stored = state.skipped.get(&iteration);
    let stored = stored.ok_or(GroupError::DuplicateMessage {
        next: state.iteration,
        iteration,
    })?;
    let seed = SenderMessageSeed::from_bytes(*stored.seed.as_bytes());
    Ok((Advance::Taken(iteration), seed))
}

/// Keep the seed of one more message; the oldest goes when there are too many.
fn store_sender_skipped(
    skipped: &mut SenderSkipped,
    limit: SkippedLimit,
    key: Box<SenderSkippedKey>,
) {
    if skipped.len() >= limit.full {
        while skipped.len() > limit.kept {
            skipped.pop_first();
        }
    }
    skipped.insert(key.iteration, key);
}

/// The iteration after this one. Errors: `CounterExhausted`.
fn next_iteration(iteration: u32) -> Result<u32, GroupError> {
    iteration.checked_add(1).ok_or(GroupError::CounterExhausted)
}

fn next_chain_key(keyed: &HmacSha256) -> SenderChainKey {
    let next = keyed.tag_of_blocks(&input(CHAIN_KEY_INPUT));
    SenderChainKey::from_bytes(*next.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_another_version_than_its_state_is_refused() {
        let profile = Profile::SignalV4;
        let chain_key = SenderChainKey::from_bytes([7; 32]);
        let mut record = create_sender_key(11, chain_key, PrivateKey::from_bytes([3; 32]));
        let random = SignatureRandom::from_bytes([9; 64]);
        let id = Uuid::from_bytes([1; 16]);
        let message = group_encrypt(profile, &mut record, id, b"text", &random);
        // Before the signature, which is bad here.
        let mut message = message.unwrap();
        *message.last_mut().unwrap() ^= 1;
        record.states[0].version = 2;
        let refused = group_decrypt(profile, &mut record, &message);
        assert_eq!(refused, Err(GroupError::VersionMismatch));
    }

    #[test]
    fn expanded_keys_are_the_output_of_hkdf_in_pieces() {
        let okm = crate::primitives::hkdf::hkdf(
            &crate::primitives::hkdf::no_salt(),
            &[5; 32],
            INFO,
            SENDER_MESSAGE_KEYS_LENGTH,
        );
        let keys = sender_message_keys(&SenderMessageSeed::from_bytes([5; 32]));
        assert_eq!(keys.iv.as_bytes(), &okm[..16]);
        assert_eq!(keys.cipher_key.as_bytes(), &okm[16..]);
    }
}
