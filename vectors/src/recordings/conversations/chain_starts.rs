//! The recorded chain keys of SPQR.
use super::Replay;
use crate::bytes::Bytes;
use crate::outcome::State;
use crate::recordings::inputs::{call, Fault};
use crate::step::{Direction, Step};
use serde::Deserialize;
use serde_json::{json, Value};

/// A chain of our own.
const CHAIN: &str = "recorded";
/// More keys than any recorded chain key is away from its start.
const MOST_KEYS: u32 = 1000;

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
pub enum Side {
    /// The initiator.
    A2B,
    /// The responder.
    B2A,
}

impl Side {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::A2B => Self::B2A,
            Self::B2A => Self::A2B,
        }
    }

    fn direction(self) -> Direction {
        match self {
            Self::A2B => Direction::A2B,
            Self::B2A => Direction::B2A,
        }
    }
}

/// A chain key of one epoch and direction, after some keys were taken.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainStart {
    /// Of which session.
    pub alice_base_key: Bytes,
    /// The epoch.
    pub epoch: u64,
    /// Who sends with it.
    pub direction: Side,
    /// How many keys were taken.
    pub ctr: u32,
    /// The chain key.
    pub next: Bytes,
}

impl Replay<'_> {
    /// The recorded chain keys, computed where their epoch can be: the first one from the key of the session, the
    /// next one if it is known what SPQR drew. The others are inputs, and stand as they are.
    pub fn chain_starts(&mut self) -> Result<Value, Fault> {
        let starts = std::mem::take(&mut self.starts);
        let computed: Result<Vec<Value>, Fault> = starts
            .iter()
            .map(|start| Ok(json!({ "next": self.chain_start(start)? })))
            .collect();
        Ok(computed?.into())
    }

    fn chain_start(&mut self, start: &ChainStart) -> Result<Bytes, Fault> {
        let auth_key = self.auth_keys.get(&start.alice_base_key);
        let auth_key = auth_key.ok_or(Fault::Contradiction("chain keys of an unknown session"))?;
        let secrets: Vec<Bytes> = match (start.epoch, &self.draws) {
            (0, _) => Vec::new(),
            (1, Some(draws)) => vec![draws.epoch_secret.clone()],
            _ => return Ok(start.next.clone()),
        };
        if start.ctr > MOST_KEYS {
            return Err(Fault::Input("ctr"));
        }
        let begin = Step::ChainStart {
            chain: CHAIN.to_owned(),
            direction: start.direction.direction(),
            auth_key: auth_key.clone(),
            max_jump: 0,
            max_out_of_order: 0,
        };
        let add = |secret| Step::ChainAddEpoch {
            chain: CHAIN.to_owned(),
            secret,
        };
        let take = Step::ChainSendKey {
            chain: CHAIN.to_owned(),
            epoch: start.epoch.into(),
        };
        let mut outcome = call(self.driver, &begin)?;
        for secret in secrets {
            outcome = call(self.driver, &add(secret))?;
        }
        for _ in 0..start.ctr {
            outcome = call(self.driver, &take)?;
        }
        match outcome.state {
            Some(State::Chain(chain)) => chain.links.into_iter().next_back(),
            _ => None,
        }
        .and_then(|link| link.send.next)
        .ok_or(Fault::Output("chain"))
    }
}
