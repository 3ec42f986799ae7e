//! An SPQR transcript: two parties without sessions, so that damage arrives which no tag keeps out.
use super::deliver::is_costly_part;
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::{SparseAction, SparseStart, Stored, Talk, Tamper, Which};
use crate::diff::sparse_part::{edit, SparseEdit, SparsePart};
use crate::diff::world::{damage, newest, SparseSent, LABELS};
use crate::outcome::Verdict;
use crate::step::{Direction, Step};

const DIRECTIONS: [Direction; 2] = [Direction::A2B, Direction::B2A];

fn label(party: usize) -> String {
    LABELS[party].to_owned()
}

/// One of the two.
fn member(party: u8) -> usize {
    usize::from(party) % 2
}

impl Interpreter<'_, '_> {
    pub(super) fn sparse(&mut self, action: &SparseAction) -> Done {
        match action {
            SparseAction::Start(start) => self.sparse_start(start),
            SparseAction::Send { party, withheld } => {
                self.sparse_send(member(*party), *withheld).map(drop)
            }
            SparseAction::Deliver { which, back, edits } => {
                self.sparse_deliver(*which, *back, edits)
            }
            SparseAction::Forge { party, bytes } => {
                self.sparse_receive(member(*party), bytes.clone(), false)
            }
            SparseAction::Save { party } => self.sparse_save(member(*party)),
            SparseAction::Load {
                party,
                stored,
                tamper,
            } => self.sparse_load(member(*party), stored, tamper),
            SparseAction::Talk(talk) => self.sparse_talk(*talk),
        }
    }

    fn sparse_start(&mut self, start: &SparseStart) -> Done {
        self.world.sparse_messages.clear();
        let key = self.world.random::<32>();
        let other = if start.same_key {
            key.clone()
        } else {
            self.world.random::<32>()
        };
        let versions = [start.versions.0, start.versions.1];
        let min_versions = [start.min_versions.0, start.min_versions.1];
        for (party, auth_key) in [key, other].into_iter().enumerate() {
            self.lockstep.execute(&Step::SpqrStart {
                party: label(party),
                direction: DIRECTIONS[party],
                version: versions[party],
                min_version: min_versions[party],
                auth_key,
                max_jump: start.max_jump,
                max_out_of_order: start.max_out_of_order,
            })?;
        }
        Ok(())
    }

    /// Send; where the message stands among those sent. The random bytes are given whatever is drawn, as in sessions.
    fn sparse_send(&mut self, party: usize, withheld: bool) -> Result<Option<usize>, Divergence> {
        let (seed, random) = (self.world.random::<64>(), self.world.random::<32>());
        let outcome = self.lockstep.execute(&Step::SpqrSend {
            party: label(party),
            kem_seed: (!withheld).then_some(seed),
            kem_random: (!withheld).then_some(random),
        })?;
        if outcome.result == Verdict::Invalid {
            return Ok(None);
        }
        self.world.sparse_messages.push(SparseSent {
            from: party,
            bytes: output(&outcome, "message").0,
            delivered: false,
        });
        Ok(Some(self.world.sparse_messages.len() - 1))
    }

    fn sparse_deliver(&mut self, which: Which, back: bool, edits: &[SparseEdit]) -> Done {
        let Some(place) = self.world.which_sparse(which) else {
            return Ok(());
        };
        self.sparse_deliver_by(place, back, edits)
    }

    fn sparse_deliver_by(&mut self, place: usize, back: bool, edits: &[SparseEdit]) -> Done {
        let sent = &mut self.world.sparse_messages[place];
        let to = if back { sent.from } else { 1 - sent.from };
        sent.delivered = true;
        let bytes = sent.bytes.clone();
        let bytes = edits
            .iter()
            .fold(bytes, |bytes, change| edit(&bytes, change));
        self.sparse_receive(to, bytes, edits.is_empty())
    }

    fn sparse_receive(&mut self, party: usize, bytes: Vec<u8>, genuine: bool) -> Done {
        if is_costly_part(SparsePart::read(&bytes), genuine) {
            return Ok(());
        }
        let step = Step::SpqrReceive {
            party: label(party),
            message: bytes.into(),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn sparse_save(&mut self, party: usize) -> Done {
        let party = label(party);
        let outcome = self.lockstep.execute(&Step::SpqrSave { party })?;
        if outcome.result == Verdict::Valid {
            self.world.sparse_saved.push(output(&outcome, "saved"));
        }
        Ok(())
    }

    fn sparse_load(&mut self, party: usize, stored: &Stored, tamper: &[Tamper]) -> Done {
        let saved = match stored {
            Stored::Bytes(bytes) => bytes.clone(),
            Stored::Saved(number) => match newest(self.world.sparse_saved.len(), *number) {
                Some(place) => self.world.sparse_saved[place].0.clone(),
                None => return Ok(()),
            },
        };
        let saved = tamper
            .iter()
            .fold(saved, |bytes, tamper| damage(bytes, 0, tamper));
        let step = Step::SpqrLoad {
            party: label(party),
            saved: Bytes(saved),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn sparse_talk(&mut self, talk: Talk) -> Done {
        for _ in 0..talk.turns {
            for (party, count) in [talk.messages.0, talk.messages.1].into_iter().enumerate() {
                for _ in 0..count {
                    let sent = self.sparse_send(party, false)?;
                    let lost = self.world.happens(talk.loss);
                    if let Some(place) = sent.filter(|_| !lost) {
                        self.sparse_deliver_by(place, false, &[])?;
                    }
                }
            }
        }
        Ok(())
    }
}
