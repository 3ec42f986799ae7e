//! SPQR against recorded values of the deployed protocol, and on stored states that nobody should have written.
//!
//! The recordings are not part of this crate: where their file is absent, the tests that read it say so and pass.
#[path = "support/dice.rs"]
mod dice;
#[path = "ratchet_sparse/recordings.rs"]
mod recordings;
#[path = "ratchet_sparse/refused_states.rs"]
mod refused_states;
#[path = "ratchet_sparse/strange_states.rs"]
mod strange_states;
#[path = "ratchet_sparse/traces.rs"]
mod traces;

use dice::Dice;
use hacspec_lib::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::sparse::braid::*;
use twinratchet_spec::ratchet::sparse::chain::*;
use twinratchet_spec::ratchet::sparse::*;

pub(crate) fn public(bytes: &[u8]) -> Seq<u8> {
    Seq::<u8>::from_native_slice(bytes)
}

pub(crate) fn secret(bytes: &[u8]) -> ByteSeq {
    ByteSeq::from_public_slice(bytes)
}

pub(crate) fn hex_of(bytes: &Seq<u8>) -> String {
    hex::encode(bytes.native_slice())
}

pub(crate) fn state_name(braid: &Braid) -> &'static str {
    match braid {
        Braid::KeysUnsampled(_) => "KeysUnsampled",
        Braid::KeysSampled(_) => "KeysSampled",
        Braid::HeaderSent(_) => "HeaderSent",
        Braid::Ct1Received(_) => "Ct1Received",
        Braid::EkSentCt1Received(_) => "EkSentCt1Received",
        Braid::NoHeaderReceived(_) => "NoHeaderReceived",
        Braid::HeaderReceived(_) => "HeaderReceived",
        Braid::Ct1Sampled(_) => "Ct1Sampled",
        Braid::EkReceivedCt1Sampled(_) => "EkReceivedCt1Sampled",
        Braid::Ct1Acknowledged(_) => "Ct1Acknowledged",
        Braid::Ct2Sampled(_) => "Ct2Sampled",
    }
}

pub(crate) fn no_random() -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::new(),
        encapsulation: KemRandom::new(),
    }
}

impl Dice {
    pub(crate) fn below(&mut self, bound: u32) -> u32 {
        u32::try_from(self.roll() % u64::from(bound)).unwrap()
    }

    pub(crate) fn byte(&mut self) -> u8 {
        u8::try_from(self.roll() % 256).unwrap()
    }

    pub(crate) fn random(&mut self) -> SparseRandom {
        let key_pair: Vec<u8> = (0..64).map(|_| self.byte()).collect();
        let encapsulation: Vec<u8> = (0..32).map(|_| self.byte()).collect();
        SparseRandom {
            key_pair: KemSeed::from_public_slice(&key_pair),
            encapsulation: KemRandom::from_public_slice(&encapsulation),
        }
    }
}

/// Both parties of a session that has just begun, each with its chains.
pub(crate) fn begun() -> [State; 2] {
    let parameters = |direction| Parameters {
        direction,
        version: Version::V1,
        min_version: Version::V1,
        auth_key: SparseAuthKey::from_public_slice(&[3; 32]),
        chain: ChainParameters {
            max_jump: 0,
            max_out_of_order: 0,
        },
    };
    [Direction::A2B, Direction::B2A].map(|direction| {
        let state = sparse_init(parameters(direction));
        let negotiation = state.negotiation.expect("a record");
        let chain = chain_start(negotiation.auth_key, direction, negotiation.chain);
        State {
            chain: Some(chain),
            ..state
        }
    })
}
