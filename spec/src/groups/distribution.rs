//! How the members of a group come to have the sender key of a member.
//!
//! Which part: deployed only, no public text. Who calls it: applications, which send a distribution message to each member
//! inside a session. Secret: records and distribution messages.
use crate::groups::sender_key::*;
use crate::keys::*;
use crate::wire::sender_key_message::*;
use crate::wire::*;
use hacspec_lib::*;

/// The random values of a new sender key.
#[derive(Clone, Copy)]
pub struct SenderKeyRandom {
    /// 32 random bits, of which the chain id is made.
    pub chain_id: u32,
    /// 32 random bytes, the first chain key. Secret.
    pub chain_key: SenderChainKey,
    /// 32 random bytes for the signing pair. Secret.
    pub signing_private: PrivateKey,
}

/// The record itself, or that of a new sender key if it has no state.
fn ready_to_send(record: SenderKeyRecord, fresh: SenderKeyRandom) -> SenderKeyRecord {
    if record.states.len() == 0 {
        create_sender_key(fresh.chain_id, fresh.chain_key, fresh.signing_private)
    } else {
        record
    }
}

/// Make the distribution message of a sender.
///
/// Deployed: it gives the newest state at its current iteration, so that new members cannot read what was sent before;
/// it does not advance the chain. There is no rotation: a sender rotates by starting from an empty record.
/// In: the profile; the record; the distribution id; random values for a new sender key, used if the record has no state.
/// Out: the record after it, and the bytes of a SenderKeyDistributionMessage, secret.
pub fn create_distribution(
    profile: Profile,
    record: SenderKeyRecord,
    distribution_id: Uuid,
    fresh: SenderKeyRandom,
) -> (SenderKeyRecord, ByteSeq) {
    let ready = ready_to_send(record, fresh);
    let state = ready.states[0usize].clone();
    let message = encode_distribution_message(
        profile,
        distribution_id,
        state.chain_id,
        state.iteration,
        state.chain_key,
        state.signing.public,
    );
    (ready, message)
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
        skipped: Seq::<SenderSkippedKey>::new(0),
    }
}

/// The states but the one at `i`.
fn without_state(states: &Seq<SenderKeyState>, i: usize) -> Seq<SenderKeyState> {
    let after = states.slice(i + 1, states.len() - i - 1);
    states.slice(0, i).concat(&after)
}

/// The record of a state and of those after it; the oldest go when there are too many.
fn with_first(state: SenderKeyState, rest: Seq<SenderKeyState>) -> SenderKeyRecord {
    let mut first = Seq::<SenderKeyState>::new(1);
    first[0] = state;
    let kept = if rest.len() >= MAX_SENDER_STATES {
        rest.slice(0, MAX_SENDER_STATES - 1)
    } else {
        rest
    };
    SenderKeyRecord {
        states: first.concat(&kept),
    }
}

/// Take the sender key of a member from its distribution message.
///
/// Deployed: a state with the same chain id and signing key is kept as it is, whatever chain the message has, and
/// comes first: no message rewinds or advances a chain. With the same chain id and another signing key it is replaced. Five
/// states are kept, newest first.
/// In: the record; the message. Out: the record after it.
pub fn process_distribution(
    record: SenderKeyRecord,
    message: SenderKeyDistributionMessage,
) -> SenderKeyRecord {
    match state_position(&record.states, message.chain_id) {
        Some(i) => {
            let known = record.states[i].clone();
            let rest = without_state(&record.states, i);
            if same_public_key(known.signing.public.key, message.signing_key.key) {
                with_first(known, rest)
            } else {
                with_first(distributed_state(message), rest)
            }
        }
        None => with_first(distributed_state(message), record.states),
    }
}
