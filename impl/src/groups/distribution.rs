//! How the members of a group come to have the sender key of a member.
//!
//! Which part: deployed only, no public text. Who calls it: applications, which send a distribution message to each member
//! inside a session. Secret: records and distribution messages.
use crate::groups::sender_key::{
    new_state, state_position, SenderKeyRecord, SenderKeyState, SenderSkipped, SigningKey,
    MAX_SENDER_STATES,
};
use crate::keys::{same_public_key, PrivateKey, SenderChainKey, Uuid};
use crate::wire::sender_key_message::{encode_distribution_message, SenderKeyDistributionMessage};
use crate::wire::Profile;
use zeroize::Zeroizing;

/// The random values of a new sender key.
pub struct SenderKeyRandom {
    /// 32 random bits, of which the chain id is made.
    pub chain_id: u32,
    /// 32 random bytes, the first chain key. Secret.
    pub chain_key: SenderChainKey,
    /// 32 random bytes for the signing pair. Secret.
    pub signing_private: PrivateKey,
}

/// Mirror of `spec::groups::distribution::create_distribution`.
///
/// In: the profile; the record; the distribution id; random values for a new sender key, used if the record has no state, and
/// wiped. Out: the bytes of a SenderKeyDistributionMessage, secret.
#[must_use]
pub fn create_distribution(
    profile: Profile,
    record: &mut SenderKeyRecord,
    distribution_id: Uuid,
    fresh: SenderKeyRandom,
) -> Zeroizing<Vec<u8>> {
    let state = record
        .states
        .pop_front()
        .unwrap_or_else(|| new_state(fresh.chain_id, fresh.chain_key, fresh.signing_private));
    let message = encode_distribution_message(
        profile,
        distribution_id,
        state.chain_id,
        state.iteration,
        &state.chain_key,
        state.signing.public,
    );
    record.states.push_front(state);
    message
}

/// Mirror of `spec::groups::distribution::process_distribution`.
///
/// In: the record; the message.
pub fn process_distribution(record: &mut SenderKeyRecord, message: SenderKeyDistributionMessage) {
    let known = state_position(&record.states, message.chain_id);
    let known = known.and_then(|i| record.states.remove(i));
    let first = known
        .filter(|state| same_public_key(state.signing.public.key, message.signing_key.key))
        .unwrap_or_else(|| Box::new(distributed_state(message)));
    record.states.truncate(MAX_SENDER_STATES.saturating_sub(1));
    record.states.push_front(first);
}

/// The state that a distribution message describes.
fn distributed_state(message: SenderKeyDistributionMessage) -> SenderKeyState {
    SenderKeyState {
        version: message.version,
        chain_id: message.chain_id,
        iteration: message.iteration,
        chain_key: message.chain_key,
        signing: SigningKey {
            public: message.signing_key,
            private: None,
        },
        skipped: SenderSkipped::new(),
    }
}
