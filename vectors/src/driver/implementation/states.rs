//! The states of SPQR of the implementation: chains, and the two sides of a transcript.
use super::{errors, names, snapshot, Implementation};
use crate::driver::library::{
    Array32, Draw, PlainChainParameters, PlainSparseParameters, Randomness, SparseStates,
};
use crate::outcome::{ErrorClass, SparseSnapshot};
use crate::step::Direction;
use twinratchet::keys::{EpochSecret, KemRandom, KemSeed, SparseAuthKey};
use twinratchet::ratchet::sparse::chain::{self, Chain};
use twinratchet::ratchet::sparse::state::{decode_state, encode_state};
use twinratchet::ratchet::sparse::{self, Parameters, SparseRandom, State};

/// The random bytes of a message.
pub fn sparse_random(random: &Randomness) -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::from_bytes(random.key_pair),
        encapsulation: KemRandom::from_bytes(random.encapsulation),
    }
}

fn chain_of(state: &mut State) -> Result<&mut Chain, ErrorClass> {
    let chain = state.chain.as_deref_mut();
    chain.ok_or(ErrorClass::ChainNotAvailable)
}

impl SparseStates for Implementation {
    type SparseState = State;

    fn chain_start(
        direction: Direction,
        auth_key: Array32,
        parameters: PlainChainParameters,
    ) -> State {
        let chain = chain::chain_start(
            &SparseAuthKey::from_bytes(auth_key),
            names::direction(direction),
            names::chain_parameters(parameters),
        );
        State {
            chain: Some(Box::new(chain)),
            ..sparse::empty_state()
        }
    }

    fn chain_add_epoch(state: &mut State, secret: Array32) -> Result<(), ErrorClass> {
        let secret = EpochSecret::from_bytes(secret);
        chain::add_epoch(chain_of(state)?, &secret).map_err(errors::sparse)
    }

    fn chain_send_key(state: &mut State, epoch: u64) -> Result<(u32, Array32), ErrorClass> {
        let sent = chain::send_key(chain_of(state)?, epoch);
        let (index, key) = sent.map_err(errors::sparse)?;
        Ok((index, *key.expose()))
    }

    fn chain_receive_key(state: &mut State, epoch: u64, index: u32) -> Result<Array32, ErrorClass> {
        let received = chain::receive_key(chain_of(state)?, epoch, index);
        let key = received.map_err(errors::sparse)?;
        Ok(*key.expose())
    }

    fn sparse_start(given: &PlainSparseParameters) -> Result<State, ErrorClass> {
        Ok(sparse::sparse_init(Parameters {
            direction: names::direction(given.direction),
            version: names::sparse_version(given.version)?,
            min_version: names::sparse_version(given.min_version)?,
            auth_key: SparseAuthKey::from_bytes(given.auth_key),
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
        let sent = sparse::sparse_send(state, &sparse_random(random));
        let sent = sent.map_err(errors::sparse)?;
        let key = sent.key.as_ref().map(|key| *key.expose());
        Ok((sent.message.clone(), key))
    }

    fn sparse_receive(state: &mut State, message: &[u8]) -> Result<Option<Array32>, ErrorClass> {
        let key = sparse::sparse_receive(state, message).map_err(errors::sparse)?;
        Ok(key.map(|key| *key.expose()))
    }

    fn sparse_save(state: &State) -> Vec<u8> {
        encode_state(state).to_vec()
    }

    fn sparse_load(saved: &[u8]) -> Result<State, ErrorClass> {
        decode_state(saved).map_err(errors::sparse)
    }

    fn sparse_snapshot(state: &State) -> SparseSnapshot {
        snapshot::sparse(state)
    }
}
