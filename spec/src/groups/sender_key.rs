//! The chain of a sender, and messages to a group.
//!
//! Which part: deployed only, no public text; the chain is that of DR 2.2, without a Diffie-Hellman ratchet. Who calls it:
//! applications, `groups::distribution`. Secret: the record, seeds and keys, and the plaintext.
pub mod stored;
pub mod types;

pub use crate::groups::sender_key::stored::*;
pub use crate::groups::sender_key::types::*;
use crate::groups::*;
use crate::keys::*;
use crate::primitives::aes_cbc::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use crate::primitives::xeddsa::*;
use crate::ratchet::skipped::SkippedLimit;
use crate::ratchet::symmetric::{CHAIN_KEY_INPUT, MESSAGE_KEY_INPUT};
use crate::wire::sender_key_message::*;
use crate::wire::*;
use hacspec_lib::*;

/// Length of the expanded keys of a message.
pub const SENDER_MESSAGE_KEYS_LENGTH: u8 = 48u8;

/// The keys of one message to a group. There is none for a tag: the signature authenticates.
#[derive(Clone, Copy)]
pub struct SenderMessageKeys {
    /// CBC initialisation vector, secret.
    pub iv: Iv,
    /// AES-256 key, secret.
    pub cipher_key: CipherKey,
}

/// A state and the seed it gave.
struct SenderStep {
    state: SenderKeyState,
    seed: SenderMessageSeed,
}

/// A result of the parser as one of this layer.
///
/// In: the result. Out: the same. Errors: `Wire`.
fn lift_wire(result: Result<SenderKeyMessage, WireError>) -> Result<SenderKeyMessage, GroupError> {
    match result {
        Ok(message) => Ok(message),
        Err(error) => Err(GroupError::Wire(error)),
    }
}

/// A result of the primitive as one of this layer.
///
/// In: the result. Out: the same. Errors: `BadPadding`.
fn lift_padding(result: Result<ByteSeq, CbcError>) -> Result<ByteSeq, GroupError> {
    match result {
        Ok(plaintext) => Ok(plaintext),
        Err(_) => Err(GroupError::BadPadding),
    }
}

/// HMAC of one byte under a chain key.
fn chain_hmac(ck: SenderChainKey, input: u8) -> Sha256Digest {
    let mut message = ByteSeq::new(1);
    message[0] = U8(input);
    hmac_sha256(&ByteSeq::from_seq(&ck), &message)
}

/// Advance the chain of a sender by one step.
///
/// Deployed: as `KDF_CK` of DR 3.1, with the same two inputs.
/// In: the chain key, secret. Out: next chain key and message seed, secret.
pub fn kdf_sender_ck(ck: SenderChainKey) -> (SenderChainKey, SenderMessageSeed) {
    let next = SenderChainKey::from_seq(&chain_hmac(ck, CHAIN_KEY_INPUT));
    let seed = SenderMessageSeed::from_seq(&chain_hmac(ck, MESSAGE_KEY_INPUT));
    (next, seed)
}

/// Expand a seed to the keys of a message.
///
/// Deployed: HKDF without salt, info `WhisperGroup`, 48 bytes; the initialisation vector comes first.
/// In: the seed, secret. Out: vector 16, cipher key 32, secret.
pub fn sender_message_keys(seed: SenderMessageSeed) -> SenderMessageKeys {
    let info = ByteSeq::from_public_slice(b"WhisperGroup");
    let okm = hkdf(
        &no_salt(),
        &ByteSeq::from_seq(&seed),
        &info,
        SENDER_MESSAGE_KEYS_LENGTH,
    );
    SenderMessageKeys {
        iv: Iv::from_slice(&okm, 0, 16),
        cipher_key: CipherKey::from_slice(&okm, 16, 32),
    }
}

/// Make the record of a sender.
///
/// Deployed: the chain id is 32 random bits shifted right by one; the chain starts at 0.
/// In: 32 random bits; the chain key, 32 random bytes, secret; 32 random bytes for the signing pair, secret. Out: a record
/// of one state.
pub fn create_sender_key(
    chain_id_random: u32,
    chain_key: SenderChainKey,
    signing_private: PrivateKey,
) -> SenderKeyRecord {
    let pair = sender_signing_key_pair(signing_private);
    let mut states = Seq::<SenderKeyState>::new(1);
    states[0] = SenderKeyState {
        version: SENDER_KEY_VERSION,
        chain_id: chain_id_random >> 1,
        iteration: 0u32,
        chain_key,
        signing: SigningKey {
            public: pair.public,
            private: Some(pair.private),
        },
        skipped: Seq::<SenderSkippedKey>::new(0),
    };
    SenderKeyRecord { states }
}

/// The iteration after this one. Errors: `CounterExhausted`.
fn next_iteration(iteration: u32) -> Result<u32, GroupError> {
    if iteration == 0xffff_ffffu32 {
        Err(GroupError::CounterExhausted)
    } else {
        Ok(iteration + 1u32)
    }
}

/// A state with its chain and its store moved on.
fn with_chain(
    state: SenderKeyState,
    iteration: u32,
    chain_key: SenderChainKey,
    skipped: Seq<SenderSkippedKey>,
) -> SenderKeyState {
    SenderKeyState {
        version: state.version,
        chain_id: state.chain_id,
        iteration,
        chain_key,
        signing: state.signing,
        skipped,
    }
}

/// A record with one state in the place of that at `i`.
fn with_state(record: SenderKeyRecord, i: usize, state: SenderKeyState) -> SenderKeyRecord {
    let mut states = record.states;
    states[i] = state;
    SenderKeyRecord { states }
}

/// The private signing key of a state. Errors: `NoSigningKey`.
fn private_signing_key(state: &SenderKeyState) -> Result<PrivateKey, GroupError> {
    match state.signing.private {
        Some(private) => Ok(private),
        None => Err(GroupError::NoSigningKey),
    }
}

/// Encrypt a message to a group.
///
/// Deployed: in the newest state; the signature covers all that is before it.
/// In: the profile; the record; the distribution id; any plaintext, secret; 64 random bytes, secret. Out: the record after
/// it, and the bytes of a SenderKeyMessage.
/// Errors: `NoSenderKeyState` for a record without states, `NoSigningKey`, `CounterExhausted`, in this order.
pub fn group_encrypt(
    profile: Profile,
    record: SenderKeyRecord,
    distribution_id: Uuid,
    plaintext: &ByteSeq,
    random: &SignatureRandom,
) -> Result<(SenderKeyRecord, Seq<u8>), GroupError> {
    if record.states.len() == 0 {
        Err(GroupError::NoSenderKeyState)
    } else {
        let state = record.states[0usize].clone();
        let private = private_signing_key(&state)?;
        let next = next_iteration(state.iteration)?;
        let (chain_key, seed) = kdf_sender_ck(state.chain_key);
        let keys = sender_message_keys(seed);
        let ciphertext = aes256_cbc_encrypt(&keys.cipher_key, &keys.iv, plaintext);
        // A ciphertext is sent: public.
        let body = ciphertext.declassify();
        let unsigned = encode_sender_key_message(
            profile,
            distribution_id,
            state.chain_id,
            state.iteration,
            &body,
        );
        let covered = ByteSeq::from_public_seq(&unsigned);
        let signature = sign(Form::Deployed, &private, &covered, random);
        let skipped = state.skipped.clone();
        let stepped = with_chain(state, next, chain_key, skipped);
        let message = serialize_sender_key_message(&unsigned, signature);
        Ok((with_state(record, 0, stepped), message))
    }
}

/// Keep the seed of one more message; the oldest goes when there are too many.
fn store_sender_skipped(
    skipped: Seq<SenderSkippedKey>,
    limit: SkippedLimit,
    iteration: u32,
    seed: SenderMessageSeed,
) -> Seq<SenderSkippedKey> {
    let kept = if skipped.len() >= limit.full {
        skipped.slice(skipped.len() - limit.kept, limit.kept)
    } else {
        skipped
    };
    kept.push_owned(SenderSkippedKey { iteration, seed })
}

/// Step a chain to a message that it has not passed, and past it; the seeds passed over are kept.
///
/// In: the profile; the state; the iteration, at least that of the chain. Errors: `TooFarInFuture`, `CounterExhausted`.
fn step_to_message(
    profile: Profile,
    state: SenderKeyState,
    iteration: u32,
) -> Result<SenderStep, GroupError> {
    let gap = iteration - state.iteration;
    if gap > max_sender_jump(profile) {
        Err(GroupError::TooFarInFuture { gap })
    } else {
        let next = next_iteration(iteration)?;
        let mut chain_key = state.chain_key;
        let mut skipped = state.skipped.clone();
        for i in state.iteration..iteration {
            let (stepped, seed) = kdf_sender_ck(chain_key);
            skipped = store_sender_skipped(skipped, sender_skipped_limit(profile), i, seed);
            chain_key = stepped;
        }
        let (after, seed) = kdf_sender_ck(chain_key);
        Ok(SenderStep {
            state: with_chain(state, next, after, skipped),
            seed,
        })
    }
}

/// Take the stored seed of a message that the chain has passed. Errors: `DuplicateMessage`.
fn take_sender_skipped(state: SenderKeyState, iteration: u32) -> Result<SenderStep, GroupError> {
    let mut found: Option<usize> = None;
    for i in 0..state.skipped.len() {
        if state.skipped[i].iteration == iteration {
            found = Some(i);
        }
    }
    match found {
        Some(i) => {
            let before = state.skipped.slice(0, i);
            let after = state.skipped.slice(i + 1, state.skipped.len() - i - 1);
            let seed = state.skipped[i].seed;
            let (next, chain_key) = (state.iteration, state.chain_key);
            let taken = with_chain(state, next, chain_key, before.concat(&after));
            Ok(SenderStep { state: taken, seed })
        }
        None => Err(GroupError::DuplicateMessage {
            next: state.iteration,
            iteration,
        }),
    }
}

/// The seed of a message, and the state without it. Errors: `DuplicateMessage`, `TooFarInFuture`, `CounterExhausted`.
fn receive_seed(
    profile: Profile,
    state: SenderKeyState,
    iteration: u32,
) -> Result<SenderStep, GroupError> {
    if iteration < state.iteration {
        take_sender_skipped(state, iteration)
    } else {
        step_to_message(profile, state, iteration)
    }
}

/// The state of a message, once the message is known to come from the sender; nothing is derived before.
///
/// Errors: `VersionMismatch`, `BadSignature`, in this order.
fn check_origin(
    state: SenderKeyState,
    message: &SenderKeyMessage,
) -> Result<SenderKeyState, GroupError> {
    let covered = ByteSeq::from_public_seq(&message.unsigned);
    if message.version != state.version {
        Err(GroupError::VersionMismatch)
    } else if verify(
        Form::Deployed,
        state.signing.public.key,
        &covered,
        message.signature,
    ) {
        Ok(state)
    } else {
        Err(GroupError::BadSignature)
    }
}

/// Where the state of a message stands. Errors: `NoSenderKeyState`.
fn state_of_message(record: &SenderKeyRecord, chain_id: u32) -> Result<usize, GroupError> {
    match state_position(&record.states, chain_id) {
        Some(i) => Ok(i),
        None => Err(GroupError::NoSenderKeyState),
    }
}

/// Decrypt a message to a group.
///
/// Deployed: the checks are made in the order of the errors below. The caller has found the record by the address of
/// the sender and the distribution id of the message; where there is none, the empty record gives the same error.
/// In: the profile; the record; any bytes. Out: the record after it, and the plaintext, secret.
/// Errors: `Wire`, `NoSenderKeyState`, `VersionMismatch`, `BadSignature`, `DuplicateMessage` or `TooFarInFuture`,
/// `CounterExhausted`, `BadPadding`.
pub fn group_decrypt(
    profile: Profile,
    record: SenderKeyRecord,
    bytes: &Seq<u8>,
) -> Result<(SenderKeyRecord, ByteSeq), GroupError> {
    let message = lift_wire(parse_sender_key_message(profile, bytes))?;
    let i = state_of_message(&record, message.chain_id)?;
    let state = check_origin(record.states[i].clone(), &message)?;
    let step = receive_seed(profile, state, message.iteration)?;
    let keys = sender_message_keys(step.seed);
    let body = ByteSeq::from_public_seq(&message.body);
    let plaintext = lift_padding(aes256_cbc_decrypt(&keys.cipher_key, &keys.iv, &body))?;
    Ok((with_state(record, i, step.state), plaintext))
}
