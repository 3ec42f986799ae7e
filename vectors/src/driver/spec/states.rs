//! The states of SPQR of the specification: chains, and the two sides of a transcript.
use super::{errors, names, open, public, reveal, secret, snapshot, Spec};
use crate::driver::library::{
    Array32, Draw, PlainChainParameters, PlainSparseParameters, Randomness, SparseStates,
};
use crate::outcome::{ErrorClass, SparseSnapshot};
use crate::step::Direction;
use twinratchet_spec::keys::{EpochSecret, KemRandom, KemSeed, SparseAuthKey};
use twinratchet_spec::ratchet::sparse::chain::{self, Chain};
use twinratchet_spec::ratchet::sparse::state::{decode_state, encode_state};
use twinratchet_spec::ratchet::sparse::{self, Parameters, SparseRandom, State};

/// The random bytes of a message.
pub fn sparse_random(random: &Randomness) -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::from_public_slice(&random.key_pair),
        encapsulation: KemRandom::from_public_slice(&random.encapsulation),
    }
}

fn chain_of(state: &State) -> Result<Chain, ErrorClass> {
    state.chain.clone().ok_or(ErrorClass::ChainNotAvailable)
}

impl SparseStates for Spec {
    type SparseState = State;

    fn chain_start(
        direction: Direction,
        auth_key: Array32,
        parameters: PlainChainParameters,
    ) -> State {
        let chain = chain::chain_start(
            SparseAuthKey::from_public_slice(&auth_key),
            names::direction(direction),
            names::chain_parameters(parameters),
        );
        State {
            chain: Some(chain),
            ..sparse::empty_state()
        }
    }

    fn chain_add_epoch(state: &mut State, secret: Array32) -> Result<(), ErrorClass> {
        let secret = EpochSecret::from_public_slice(&secret);
        let next = chain::add_epoch(chain_of(state)?, secret).map_err(errors::sparse)?;
        state.chain = Some(next);
        Ok(())
    }

    fn chain_send_key(state: &mut State, epoch: u64) -> Result<(u32, Array32), ErrorClass> {
        let sent = chain::send_key(chain_of(state)?, epoch);
        let (next, index, key) = sent.map_err(errors::sparse)?;
        state.chain = Some(next);
        Ok((index, reveal(&key)))
    }

    fn chain_receive_key(state: &mut State, epoch: u64, index: u32) -> Result<Array32, ErrorClass> {
        let received = chain::receive_key(chain_of(state)?, epoch, index);
        let (next, key) = received.map_err(errors::sparse)?;
        state.chain = Some(next);
        Ok(reveal(&key))
    }

    fn sparse_start(given: &PlainSparseParameters) -> Result<State, ErrorClass> {
        Ok(sparse::sparse_init(Parameters {
            direction: names::direction(given.direction),
            version: names::sparse_version(given.version)?,
            min_version: names::sparse_version(given.min_version)?,
            auth_key: SparseAuthKey::from_public_slice(&given.auth_key),
            chain: names::chain_parameters(given.chain),
        }))
    }

    fn sparse_draws(state: &State) -> Draw {
        names::draw(sparse::draws(state))
    }

    fn sparse_send(
        state: &mut State,
        random: &Randomness,
    ) -> Result<(Vec<u8>, Option<Array32>), ErrorClass> {
        let sent = sparse::sparse_send(state.clone(), &sparse_random(random));
        let (next, sent) = sent.map_err(errors::sparse)?;
        *state = next;
        Ok((open(&sent.message), sent.key.as_ref().map(reveal)))
    }

    fn sparse_receive(state: &mut State, message: &[u8]) -> Result<Option<Array32>, ErrorClass> {
        let received = sparse::sparse_receive(state.clone(), &public(message));
        let (next, key) = received.map_err(errors::sparse)?;
        *state = next;
        Ok(key.as_ref().map(reveal))
    }

    fn sparse_save(state: &State) -> Vec<u8> {
        encode_state(state).into_native()
    }

    fn sparse_load(saved: &[u8]) -> Result<State, ErrorClass> {
        decode_state(&secret(saved)).map_err(errors::sparse)
    }

    fn sparse_snapshot(state: &State) -> SparseSnapshot {
        snapshot::sparse(state)
    }
}
