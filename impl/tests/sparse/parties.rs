//! Two parties with seeded randomness.
use rand_chacha::rand_core::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use twinratchet::keys::{KemRandom, KemSeed, SparseAuthKey};
use twinratchet::ratchet::sparse::{
    sparse_init, sparse_receive, sparse_send, ChainParameters, Direction, Parameters, Sent,
    SparseError, SparseRandom, State, Version,
};

pub struct Party {
    pub state: State,
    rng: ChaCha20Rng,
}

impl Party {
    pub fn new(direction: Direction, min_version: Version, chain: ChainParameters) -> Self {
        let seed = match direction {
            Direction::A2B => 1,
            Direction::B2A => 2,
        };
        Self {
            state: sparse_init(Parameters {
                direction,
                version: Version::V1,
                min_version,
                auth_key: SparseAuthKey::from_bytes([7; 32]),
                chain,
            }),
            rng: ChaCha20Rng::from_seed([seed; 32]),
        }
    }

    pub fn send(&mut self) -> Sent {
        let random = random(&mut self.rng);
        sparse_send(&mut self.state, &random).unwrap()
    }

    pub fn receive(&mut self, sent: &Sent) -> Result<(), SparseError> {
        let key = sparse_receive(&mut self.state, &sent.message)?;
        assert_eq!(key.is_some(), sent.key.is_some());
        #[cfg(feature = "inspect")]
        if let (Some(key), Some(expected)) = (key, &sent.key) {
            assert_eq!(key.expose(), expected.expose());
        }
        Ok(())
    }
}

pub fn random(rng: &mut ChaCha20Rng) -> SparseRandom {
    let (mut key_pair, mut encapsulation) = ([0; 64], [0; 32]);
    rng.fill_bytes(&mut key_pair);
    rng.fill_bytes(&mut encapsulation);
    SparseRandom {
        key_pair: KemSeed::from_bytes(key_pair),
        encapsulation: KemRandom::from_bytes(encapsulation),
    }
}

/// A and B of a new session.
pub fn pair(chain: ChainParameters) -> [Party; 2] {
    [Direction::A2B, Direction::B2A].map(|side| Party::new(side, Version::V1, chain))
}

pub const DEFAULTS: ChainParameters = ChainParameters {
    max_jump: 0,
    max_out_of_order: 0,
};
