//! Turning a scenario into steps, one action at a time, with what the steps before gave.
mod deliver;
mod round_trip;

use super::lockstep::{Divergence, Lockstep};
use super::scenario::{
    Action, BundleFault, Identity, KeyPlan, Pair, PartyPlan, Restore, Scenario, Stored, Tamper,
    Text,
};
use super::world::{damage, name, newest, special_key, Member, Published, Sent, World, LABELS};
use crate::bytes::Bytes;
use crate::outcome::{Outcome, Verdict};
use crate::step::{Bundle, Kind, Profile, SignatureForm, Step};

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
                next_id: 1,
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
            profile: Profile::SignalV3,
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
            } => self.publish(self.world.member(*party), *one_time, *rotate),
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

    fn signed_prekey(&mut self, owner: usize, rotate: bool) -> Result<u32, Divergence> {
        if let (Some(id), false) = (self.world.members[owner].signed_prekey_id, rotate) {
            return Ok(id);
        }
        let id = self.next_id(owner);
        let step = Step::AddSignedPrekey {
            party: self.label(owner),
            id,
            private: self.world.secret(),
        };
        self.lockstep.execute(&step)?;
        self.world.members[owner].signed_prekey_id = Some(id);
        Ok(id)
    }

    fn one_time_prekey(&mut self, owner: usize) -> Result<u32, Divergence> {
        let id = self.next_id(owner);
        let step = Step::AddOneTimePrekey {
            party: self.label(owner),
            id,
            private: self.world.secret(),
        };
        self.lockstep.execute(&step)?;
        Ok(id)
    }

    fn publish(&mut self, owner: usize, one_time: bool, rotate: bool) -> Done {
        let signed_prekey_id = self.signed_prekey(owner, rotate)?;
        let one_time_prekey_id = if one_time {
            Some(self.one_time_prekey(owner)?)
        } else {
            None
        };
        let outcome = self.lockstep.execute(&Step::PublishBundle {
            party: self.label(owner),
            signed_prekey_id,
            one_time_prekey_id,
            signature_random: self.world.random::<64>(),
            kem_prekey_id: None,
            kem_signature_random: None,
        })?;
        let bundle = outcome.outputs.get("bundle").cloned().unwrap_or_default();
        if let Ok(bundle) = serde_json::from_value(bundle) {
            self.world.bundles.push(Published {
                owner,
                bundle,
                used: false,
            });
        }
        Ok(())
    }

    /// A bundle of a party by number; 0 is the newest, or a new one if that was used.
    fn bundle_of(&mut self, owner: usize, number: u16) -> Result<Option<Bundle>, Divergence> {
        let unused = |published: &Published| published.owner == owner && !published.used;
        if number == 0 && !self.world.bundles.last().is_some_and(unused) {
            self.publish(owner, true, false)?;
        }
        let bundles = self.world.bundles.iter_mut();
        let mut own: Vec<_> = bundles
            .filter(|published| published.owner == owner)
            .collect();
        Ok(newest(own.len(), number).map(|place| {
            own[place].used = true;
            own[place].bundle.clone()
        }))
    }

    fn start(&mut self, pair: Pair, number: u16, times: u8, fault: Option<BundleFault>) -> Done {
        let (party, peer) = self.world.pair(pair);
        let Some(mut bundle) = self.bundle_of(peer, number)? else {
            return Ok(());
        };
        if let Some(fault) = fault {
            self.spoil(&mut bundle, peer, fault)?;
        }
        for _ in 0..times {
            let step = Step::StartSession {
                party: self.label(party),
                peer: self.label(peer),
                bundle: bundle.clone(),
                base_private: self.world.secret(),
                ratchet_private: self.world.secret(),
                now_ms: self.world.now_ms,
                kem_random: None,
            };
            self.lockstep.execute(&step)?;
        }
        Ok(())
    }

    fn spoil(&mut self, bundle: &mut Bundle, owner: usize, fault: BundleFault) -> Done {
        match fault {
            BundleFault::Signature(bit) => {
                let signature = std::mem::take(&mut bundle.signed_prekey_signature.0);
                bundle.signed_prekey_signature = damage(signature, 0, &Tamper::Flip(bit)).into();
            }
            BundleFault::Identity(plan) => bundle.identity_key = self.key(plan)?,
            BundleFault::Unsigned(plan) => bundle.signed_prekey = self.key(plan)?,
            BundleFault::SignedPrekey(plan) => {
                bundle.signed_prekey = self.key(plan)?;
                let signed = self.lockstep.execute(&Step::XeddsaSign {
                    form: SignatureForm::Deployed,
                    private: self.world.members[owner].identity_private.clone(),
                    message: bundle.signed_prekey.clone(),
                    random: self.world.random::<64>(),
                })?;
                bundle.signed_prekey_signature = output(&signed, "signature");
            }
            BundleFault::OneTimePrekey(plan) => {
                bundle.one_time_prekey_id.get_or_insert(1);
                bundle.one_time_prekey = Some(self.key(plan)?);
            }
            BundleFault::NoOneTimePrekey => {
                bundle.one_time_prekey_id.get_or_insert(1);
                bundle.one_time_prekey = None;
            }
            BundleFault::NoOneTimePrekeyId => {
                bundle.one_time_prekey_id = None;
                bundle.one_time_prekey.get_or_insert(special_key(3));
            }
            BundleFault::Short(length) => bundle.signed_prekey.0.truncate(usize::from(length)),
            BundleFault::ShortSignature(length) => bundle
                .signed_prekey_signature
                .0
                .truncate(usize::from(length)),
        }
        Ok(())
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
        let outcome = self.lockstep.execute(&Step::Encrypt {
            party: self.label(from),
            peer: self.label(to),
            plaintext: plaintext(text),
            now_ms: self.world.now_ms,
            kem_seed: None,
            kem_random: None,
        })?;
        if outcome.result == Verdict::Valid {
            let kind = outcome.outputs.get("kind").cloned().unwrap_or_default();
            self.world.messages.push(Sent {
                from,
                to,
                kind: serde_json::from_value(kind).unwrap_or(Kind::Signal),
                bytes: output(&outcome, "message").0,
                delivered: false,
            });
        }
        Ok(())
    }

    fn skip(&mut self, pair: Pair, count: u32) -> Done {
        let (party, peer) = self.labels(pair);
        let step = Step::DropMessages {
            party,
            peer,
            plaintext: Bytes::default(),
            count,
            now_ms: self.world.now_ms,
            kem_seed: None,
            kem_random: None,
        };
        self.lockstep.execute(&step).map(drop)
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
            ..self.world.members[member].clone()
        };
        self.world.members[member] = self.create(fresh)?;
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

fn plaintext(text: &Text) -> Bytes {
    match text {
        Text::Length(length) => vec![0x61; usize::from(*length)].into(),
        Text::Bytes(bytes) => bytes.clone().into(),
    }
}
