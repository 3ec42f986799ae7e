//! The steps about states of SPQR outside of sessions: chains, and the two sides of a transcript.
use super::{fixed, randomness, Done};
use crate::driver::library::{Library, PlainChainParameters, PlainSparseParameters};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::Step;
use std::collections::BTreeMap;

/// The chains of a scenario, and its states of SPQR, both by name.
pub struct States<L: Library> {
    chains: BTreeMap<String, L::SparseState>,
    sparse: BTreeMap<String, L::SparseState>,
}

impl<L: Library> Default for States<L> {
    fn default() -> Self {
        Self {
            chains: BTreeMap::new(),
            sparse: BTreeMap::new(),
        }
    }
}

impl<L: Library> States<L> {
    /// A state with nothing but the chain of this name.
    #[must_use]
    pub fn chain(&self, name: &str) -> Option<&L::SparseState> {
        self.chains.get(name)
    }

    /// The state of a party.
    #[must_use]
    pub fn sparse(&self, party: &str) -> Option<&L::SparseState> {
        self.sparse.get(party)
    }

    /// Execute a step about a state of SPQR.
    pub fn execute(&mut self, step: &Step) -> Done {
        if let Some(outcome) = self.execute_on_chain(step)? {
            return Ok(Some(outcome));
        }
        if let Some(outcome) = self.converse(step)? {
            return Ok(Some(outcome));
        }
        self.store(step)
    }

    fn execute_on_chain(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::ChainStart {
                chain,
                direction,
                auth_key,
                max_jump,
                max_out_of_order,
            } => {
                let parameters = PlainChainParameters {
                    max_jump: *max_jump,
                    max_out_of_order: *max_out_of_order,
                };
                let made = L::chain_start(*direction, fixed(auth_key)?, parameters);
                self.chains.insert(chain.clone(), made);
                Outcome::valid()
            }
            Step::ChainAddEpoch { chain, secret } => {
                L::chain_add_epoch(named(&mut self.chains, chain)?, fixed(secret)?)?;
                Outcome::valid()
            }
            Step::ChainSendKey { chain, epoch } => {
                let (index, key) = L::chain_send_key(named(&mut self.chains, chain)?, epoch.0)?;
                Outcome::valid()
                    .with("index", index)
                    .with_bytes("key", &key)
            }
            Step::ChainReceiveKey {
                chain,
                epoch,
                index,
            } => {
                let chain = named(&mut self.chains, chain)?;
                let key = L::chain_receive_key(chain, epoch.0, *index)?;
                Outcome::valid().with_bytes("key", &key)
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn converse(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::SpqrSend {
                party,
                kem_seed,
                kem_random,
            } => {
                let state = named(&mut self.sparse, party)?;
                let draw = L::sparse_draws(state);
                let random = randomness(draw, kem_seed.as_ref(), kem_random.as_ref())?;
                let (message, key) = L::sparse_send(state, &random)?;
                Outcome::valid()
                    .with_bytes("message", &message)
                    .with_optional("key", key.as_ref())
            }
            Step::SpqrReceive { party, message } => {
                let state = named(&mut self.sparse, party)?;
                let key = L::sparse_receive(state, &message.0)?;
                Outcome::valid().with_optional("key", key.as_ref())
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn store(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::SpqrStart {
                party,
                direction,
                version,
                min_version,
                auth_key,
                max_jump,
                max_out_of_order,
            } => {
                let state = L::sparse_start(&PlainSparseParameters {
                    direction: *direction,
                    version: *version,
                    min_version: *min_version,
                    auth_key: fixed(auth_key)?,
                    chain: PlainChainParameters {
                        max_jump: *max_jump,
                        max_out_of_order: *max_out_of_order,
                    },
                })?;
                self.sparse.insert(party.clone(), state);
                Outcome::valid()
            }
            Step::SpqrSave { party } => {
                let saved = L::sparse_save(named(&mut self.sparse, party)?);
                Outcome::valid().with_bytes("saved", &saved)
            }
            Step::SpqrLoad { party, saved } => {
                let state = L::sparse_load(&saved.0)?;
                self.sparse.insert(party.clone(), state);
                Outcome::valid()
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }
}

/// What has this name. Errors: `bad_input` if nothing has.
fn named<'a, T>(all: &'a mut BTreeMap<String, T>, name: &str) -> Result<&'a mut T, ErrorClass> {
    all.get_mut(name).ok_or(ErrorClass::BadInput)
}
