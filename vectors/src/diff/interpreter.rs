//! Turning a scenario into steps, one action at a time, with what the steps before gave.
mod bundles;
mod deliver;
mod envelope;
mod groups;
mod kem_round_trip;
mod round_trip;
mod sparse;
mod written;

use super::lockstep::{Divergence, Lockstep};
use super::scenario::{
    Action, Identity, KeyPlan, Pair, PartyPlan, Restore, Scenario, Stored, Talk, Tamper, Text,
};
use super::world::{damage, name, newest, special_key, Member, Sent, World, LABELS};
use crate::bytes::Bytes;
use crate::outcome::{Outcome, Verdict};
use crate::step::{Kind, Profile, Step};

/// The version of sessions with SPQR.
const VERSION_4: u8 = 4;
/// Of how many messages in 256 random bytes are withheld.
const WITHHELD: u8 = 4;

/// A driver pair and the world in which it acts.
pub struct Interpreter<'a, 'b> {
    lockstep: &'a mut Lockstep<'b>,
    world: World,
}

type Done = Result<(), Divergence>;

/// Interpret a scenario.
///
/// Errors: the first step after which the drivers disagree.
pub fn interpret(scenario: &Scenario, lockstep: &mut Lockstep<'_>) -> Done {
    let mut interpreter = Interpreter {
        lockstep,
        world: World::new(scenario.seed),
    };
    interpreter.create_parties(&scenario.parties)?;
    for action in &scenario.actions {
        interpreter.act(action)?;
    }
    lockstep.finish()
}

impl Interpreter<'_, '_> {
    fn create_parties(&mut self, plans: &[PartyPlan]) -> Done {
        let identities: Vec<Bytes> = (0..4).map(|_| self.world.secret()).collect();
        for (plan, label) in plans.iter().zip(LABELS) {
            let identity = usize::from(plan.identity) % identities.len();
            let member = Member {
                label,
                name: name(plan.name),
                device_id: plan.device_id,
                registration_id: plan.registration_id,
                identity_private: identities[identity].clone(),
                identity_key: Bytes::default(),
                signed_prekey_id: None,
                last_resort_id: None,
                next_id: 1,
                profile: plan.profile,
            };
            let member = self.create(member)?;
            self.world.members.push(member);
        }
        Ok(())
    }

    fn create(&mut self, member: Member) -> Result<Member, Divergence> {
        let outcome = self.lockstep.execute(&Step::CreateParty {
            party: member.label.to_owned(),
            name: member.name.clone(),
            device_id: member.device_id,
            identity_private: member.identity_private.clone(),
            registration_id: member.registration_id,
            profile: member.profile,
        })?;
        Ok(Member {
            identity_key: output(&outcome, "identityKey"),
            ..member
        })
    }

    fn act(&mut self, action: &Action) -> Done {
        match action {
            Action::Publish {
                party,
                one_time,
                rotate,
                kem,
            } => self.publish(self.world.member(*party), *one_time, *rotate, *kem),
            Action::Start {
                pair,
                bundle,
                times,
                fault,
            } => self.start(*pair, *bundle, *times, *fault),
            Action::Send { pair, text, eager } => self.send(*pair, text, *eager),
            Action::Skip { pair, count } => self.skip(*pair, *count),
            Action::Deliver {
                which,
                route,
                tamper,
            } => self.deliver(*which, *route, tamper),
            Action::Reenvelope { which, envelope } => self.reenvelope(*which, *envelope),
            Action::Resign { which, edits } => self.resign(*which, edits),
            Action::Talk { pair, talk } => self.talk(*pair, *talk),
            Action::Forge {
                pair,
                prekey,
                bytes,
            } => self.forge(*pair, *prekey, bytes),
            Action::Wait { ms } => {
                self.world.now_ms = self.world.now_ms.saturating_add(*ms);
                Ok(())
            }
            Action::Once(step) => self.lockstep.execute(step).map(drop),
            Action::RoundTrip(plan) => self.round_trip(plan),
            Action::Sparse(action) => self.sparse(action),
            Action::Group(action) => self.group(action),
            Action::Written(action) => self.written(action),
            _ => self.keep(action),
        }
    }

    /// The actions on what a party keeps.
    fn keep(&mut self, action: &Action) -> Done {
        match action {
            Action::Save { pair } => self.save(*pair),
            Action::Restore {
                pair,
                restore,
                stored,
                tamper,
            } => self.restore(*pair, *restore, stored, tamper),
            Action::Accept { pair, identity } => self.accept(*pair, *identity),
            Action::Reinstall { party } => self.reinstall(self.world.member(*party)),
            Action::OtherProfile { party } => self.other_profile(self.world.member(*party)),
            Action::Copy { pair } => self.copy(*pair),
            Action::Delete { pair } => {
                let (party, peer) = self.labels(*pair);
                self.lockstep
                    .execute(&Step::DeleteRecord { party, peer })
                    .map(drop)
            }
            _ => Ok(()),
        }
    }

    fn labels(&self, pair: Pair) -> (String, String) {
        let (party, peer) = self.world.pair(pair);
        (self.label(party), self.label(peer))
    }

    fn label(&self, member: usize) -> String {
        self.world.members[member].label.to_owned()
    }

    /// A serialised key.
    fn key(&mut self, plan: KeyPlan) -> Result<Bytes, Divergence> {
        match plan {
            KeyPlan::Special(number) => Ok(special_key(number)),
            KeyPlan::IdentityOf(number) => {
                let member = self.world.member(number);
                Ok(self.world.members[member].identity_key.clone())
            }
            KeyPlan::Fresh => {
                let bytes = self.world.secret();
                let parsed = self.lockstep.execute(&Step::ParsePrivateKey { bytes })?;
                Ok(output(&parsed, "public"))
            }
        }
    }

    fn next_id(&mut self, member: usize) -> u32 {
        let id = self.world.members[member].next_id;
        self.world.members[member].next_id += 1;
        id
    }

    fn send(&mut self, pair: Pair, text: &Text, eager: bool) -> Done {
        let (from, to) = self.world.pair(pair);
        if eager
            && !self
                .lockstep
                .has_session(&self.label(from), &self.label(to))
        {
            self.start(pair, 0, 1, None)?;
        }
        self.encrypt(from, to, text).map(drop)
    }

    /// Encrypt a message; where it stands among the messages sent.
    fn encrypt(
        &mut self,
        from: usize,
        to: usize,
        text: &Text,
    ) -> Result<Option<usize>, Divergence> {
        let (party, peer) = (self.label(from), self.label(to));
        let (kem_seed, kem_random) = self.kem_randomness(&party, &peer);
        let outcome = self.lockstep.execute(&Step::Encrypt {
            party,
            peer,
            plaintext: plaintext(text),
            kem_seed,
            kem_random,
            now_ms: self.world.now_ms,
        })?;
        if outcome.result == Verdict::Invalid {
            return Ok(None);
        }
        let kind = outcome.outputs.get("kind").cloned().unwrap_or_default();
        self.world.messages.push(Sent {
            from,
            to,
            kind: serde_json::from_value(kind).unwrap_or(Kind::Signal),
            bytes: output(&outcome, "message").0,
            mac_key: mac_key(&outcome),
            delivered: false,
        });
        Ok(Some(self.world.messages.len() - 1))
    }

    /// The random bytes of a message. In version 4 both are given, whatever the message draws: the steps can still be
    /// executed when shrinking takes some of them out, and what is not drawn must not matter. Now and then both are
    /// withheld, which shows whether the drivers agree on what is drawn.
    fn kem_randomness(&mut self, party: &str, peer: &str) -> (Option<Bytes>, Option<Bytes>) {
        let is_drawn = self.lockstep.session_version(party, peer) == Some(VERSION_4);
        if is_drawn && !self.world.happens(WITHHELD) {
            let (seed, random) = (self.world.random::<64>(), self.world.random::<32>());
            (Some(seed), Some(random))
        } else {
            (None, None)
        }
    }

    fn skip(&mut self, pair: Pair, count: u32) -> Done {
        let (party, peer) = self.labels(pair);
        let (kem_seed, kem_random) = self.kem_randomness(&party, &peer);
        let step = Step::DropMessages {
            party,
            peer,
            plaintext: Bytes::default(),
            count,
            kem_seed,
            kem_random,
            now_ms: self.world.now_ms,
        };
        self.lockstep.execute(&step).map(drop)
    }

    /// Both take turns; what is not lost is delivered at once.
    fn talk(&mut self, pair: Pair, talk: Talk) -> Done {
        let (party, peer) = self.world.pair(pair);
        for _ in 0..talk.turns {
            for (from, to, count) in [
                (party, peer, talk.messages.0),
                (peer, party, talk.messages.1),
            ] {
                for _ in 0..count {
                    let sent = self.encrypt(from, to, &Text::Length(1))?;
                    let lost = self.world.happens(talk.loss);
                    if let Some(place) = sent.filter(|_| !lost) {
                        self.deliver_straight(place)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn save(&mut self, pair: Pair) -> Done {
        let (party, peer) = self.labels(pair);
        let outcome = self.lockstep.execute(&Step::Save { party, peer })?;
        if outcome.result == Verdict::Valid {
            self.world.saved.push(output(&outcome, "saved"));
        }
        Ok(())
    }

    fn restore(
        &mut self,
        pair: Pair,
        restore: Restore,
        stored: &Stored,
        tamper: &[Tamper],
    ) -> Done {
        let saved = match stored {
            Stored::Bytes(bytes) => bytes.clone(),
            Stored::Saved(number) => match newest(self.world.saved.len(), *number) {
                Some(place) => self.world.saved[place].0.clone(),
                None => return Ok(()),
            },
        };
        let saved = tamper
            .iter()
            .fold(saved, |bytes, tamper| damage(bytes, 1, tamper));
        let (party, peer) = self.labels(pair);
        let step = match restore {
            Restore::Load => Step::Load {
                party,
                peer,
                saved: saved.into(),
            },
            Restore::Import => Step::Import {
                party,
                peer,
                record: saved.get(1..).unwrap_or_default().into(),
            },
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn accept(&mut self, pair: Pair, identity: Identity) -> Done {
        let (_, peer) = self.world.pair(pair);
        let identity_key = match identity {
            Identity::Present => self.world.members[peer].identity_key.clone(),
            Identity::Other(plan) => self.key(plan)?,
        };
        let (party, peer) = self.labels(pair);
        let step = Step::AcceptIdentity {
            party,
            peer,
            identity_key,
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn reinstall(&mut self, member: usize) -> Done {
        let fresh = Member {
            identity_private: self.world.secret(),
            signed_prekey_id: None,
            last_resort_id: None,
            ..self.world.members[member].clone()
        };
        self.world.members[member] = self.create(fresh)?;
        Ok(())
    }

    fn other_profile(&mut self, member: usize) -> Done {
        let same = self.world.members[member].clone();
        let other = Member {
            signed_prekey_id: None,
            last_resort_id: None,
            profile: match same.profile {
                Profile::SignalV3 | Profile::WhatsAppV3 => Profile::SignalV4,
                Profile::SignalV4 => Profile::SignalV3,
            },
            ..same
        };
        self.world.members[member] = self.create(other)?;
        Ok(())
    }

    /// The record of one peer for the next: with two parties, for the party itself.
    fn copy(&mut self, pair: Pair) -> Done {
        let (party, from) = self.world.pair(pair);
        let to = (from + 1) % self.world.members.len();
        let step = Step::CopyRecord {
            party: self.label(party),
            from_peer: self.label(from),
            to_peer: self.label(to),
        };
        self.lockstep.execute(&step).map(drop)
    }
}

/// An output of bytes; empty if there is none.
fn output(outcome: &Outcome, name: &str) -> Bytes {
    outcome.bytes(name).unwrap_or_default().into()
}

/// The key of the tag of a message.
fn mac_key(encrypted: &Outcome) -> Bytes {
    let keys = encrypted.outputs.get("keys");
    let key = keys.and_then(|keys| keys["macKey"].as_str());
    hex::decode(key.unwrap_or_default())
        .unwrap_or_default()
        .into()
}

fn plaintext(text: &Text) -> Bytes {
    match text {
        Text::Length(length) => vec![0x61; usize::from(*length)].into(),
        Text::Bytes(bytes) => bytes.clone().into(),
    }
}
