//! Groups: who has whose sender key, messages that are delivered to one member after the other.
use super::deliver::number;
use super::{output, plaintext, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::coverage::Event;
use crate::diff::lockstep::Divergence;
use crate::diff::protobuf::{self, FieldEdit};
use crate::diff::scenario::{
    GroupAction, GroupKey, GroupRoute, Pair, Resigned, Stored, Tamper, Text, Which,
};
use crate::diff::world::{damage, newest, GroupDistribution, GroupSent};
use crate::outcome::{SenderKeyStateSnapshot, State, Verdict};
use crate::step::{Profile, SenderKeyName, SignatureForm, Step, Subject};

/// How many groups there are.
const GROUPS: u8 = 2;
/// Messages so far ahead cost time and show nothing, but at the limit.
const COSTLY: std::ops::RangeInclusive<u32> = 3_000..=25_000;

/// A sender key as a step names it.
#[derive(Clone, Debug)]
struct Named {
    sender: String,
    sender_device: u32,
    distribution_id: Bytes,
}

/// The distribution id of a group.
fn group_id(group: u8) -> Bytes {
    let mut id = vec![0x9c; 16];
    id[15] = group % GROUPS;
    id.into()
}

impl Interpreter<'_, '_> {
    pub(super) fn group(&mut self, action: &GroupAction) -> Done {
        match action {
            GroupAction::Distribute { key } => self.distribute(*key).map(drop),
            GroupAction::Join {
                which,
                member,
                route,
                tamper,
            } => self.join(*which, *member, *route, tamper),
            GroupAction::Seal { key, member } => self.seal(*key, *member),
            GroupAction::Send { key, by, text } => self.send_to_group(*key, *by, text),
            GroupAction::Jump { key, count } => self.jump(*key, *count),
            GroupAction::Deliver {
                which,
                member,
                route,
                tamper,
            } => self.deliver_to_member(*which, *member, *route, tamper),
            GroupAction::Resign {
                which,
                member,
                change,
            } => self.resign_to_group(*which, *member, change),
            _ => self.keep_in_group(action),
        }
    }

    fn keep_in_group(&mut self, action: &GroupAction) -> Done {
        match action {
            GroupAction::Forge {
                member,
                key,
                distribution,
                bytes,
            } => {
                let (party, name) = self.place(*member, *key);
                self.hand_to_member(party, &name, bytes.clone(), *distribution)
            }
            GroupAction::Delete { member, key } => {
                let (party, name) = self.place(*member, *key);
                let step = Step::GroupDelete {
                    party,
                    sender: name.sender,
                    sender_device: name.sender_device,
                    distribution_id: name.distribution_id,
                };
                self.lockstep.execute(&step).map(drop)
            }
            GroupAction::Save { member, key } => {
                let (party, name) = self.place(*member, *key);
                if let Some(saved) = self.save_sender_key(party, &name)? {
                    self.world.group_saved.push(saved);
                }
                Ok(())
            }
            GroupAction::Load {
                member,
                key,
                stored,
                tamper,
            } => {
                let (party, name) = self.place(*member, *key);
                self.restore_sender_key(party, &name, stored, tamper)
            }
            _ => Ok(()),
        }
    }

    /// The name of a sender key.
    fn named(&self, key: GroupKey) -> Named {
        let sender = &self.world.members[self.world.member(key.party)];
        Named {
            sender: sender.name.clone(),
            sender_device: sender.device_id,
            distribution_id: group_id(key.group),
        }
    }

    /// A member, and the name of a sender key.
    fn place(&self, member: u8, key: GroupKey) -> (String, Named) {
        (self.label(self.world.member(member)), self.named(key))
    }

    /// The name under which something of a key is given to a member.
    fn routed(&self, key: GroupKey, route: GroupRoute) -> Named {
        let name = self.named(key);
        match route {
            GroupRoute::Straight => name,
            GroupRoute::OtherSender => self.named(GroupKey {
                party: key.party.wrapping_add(1),
                ..key
            }),
            GroupRoute::OtherGroup => Named {
                distribution_id: group_id(key.group.wrapping_add(1)),
                ..name
            },
            GroupRoute::OtherDevice => Named {
                sender_device: name.sender_device.wrapping_add(1),
                ..name
            },
        }
    }

    /// A distribution message of a party; where it stands among those made.
    fn distribute(&mut self, key: GroupKey) -> Result<usize, Divergence> {
        let (party, name) = self.place(key.party, key);
        let chain_id = self.world.random::<4>().0;
        let chain_id = chain_id.iter().fold(0, |n, byte| n << 8 | u32::from(*byte));
        let outcome = self.lockstep.execute(&Step::GroupCreateDistribution {
            party,
            sender: name.sender,
            sender_device: name.sender_device,
            distribution_id: name.distribution_id,
            chain_id_random: chain_id,
            chain_key: self.world.random::<32>(),
            signing_private: self.world.secret(),
        })?;
        self.world.distributions.push(GroupDistribution {
            key,
            bytes: output(&outcome, "message").0,
        });
        Ok(self.world.distributions.len() - 1)
    }

    fn join(&mut self, which: u16, member: u8, route: GroupRoute, tamper: &[Tamper]) -> Done {
        let Some(place) = newest(self.world.distributions.len(), which) else {
            return Ok(());
        };
        let GroupDistribution { key, bytes } = self.world.distributions[place].clone();
        let name = self.routed(key, route);
        let bytes = damaged(bytes, tamper);
        let party = self.label(self.world.member(member));
        self.hand_to_member(party, &name, bytes, true)
    }

    /// The distribution message is the plaintext of a message of a session.
    fn seal(&mut self, key: GroupKey, member: u8) -> Done {
        let place = self.distribute(key)?;
        let bytes = self.world.distributions[place].bytes.clone();
        let pair = Pair {
            party: key.party,
            peer: member,
        };
        self.send(pair, &Text::Bytes(bytes), true)?;
        let Some(sent) = self.world.messages.len().checked_sub(1) else {
            return Ok(());
        };
        let to = self.world.messages[sent].to;
        self.deliver_straight(sent)?;
        let last = self.lockstep.history.last();
        let opened = last.filter(|last| matches!(last.step, Step::Decrypt { .. }));
        let Some(bytes) = opened.and_then(|last| last.expected.bytes("plaintext")) else {
            return Ok(());
        };
        let (party, name) = (self.label(to), self.named(key));
        if self.is_distribution(to, &bytes) {
            self.lockstep.note(Event::DistributionSealed);
        }
        self.hand_to_member(party, &name, bytes, true)
    }

    /// Whether a member can read a distribution message.
    fn is_distribution(&mut self, member: usize, bytes: &[u8]) -> bool {
        let parse = Step::ParseDistributionMessage {
            profile: self.world.members[member].profile,
            bytes: bytes.into(),
        };
        self.lockstep.ask(&parse).result == Verdict::Valid
    }

    fn send_to_group(&mut self, key: GroupKey, by: Option<u8>, text: &Text) -> Done {
        let (party, name) = self.place(by.unwrap_or(key.party), key);
        let outcome = self.lockstep.execute(&Step::GroupEncrypt {
            party,
            sender: name.sender,
            sender_device: name.sender_device,
            distribution_id: name.distribution_id,
            plaintext: plaintext(text),
            signature_random: self.world.random::<64>(),
        })?;
        if outcome.result == Verdict::Valid {
            self.world.group_messages.push(GroupSent {
                key,
                bytes: output(&outcome, "message").0,
                delivered: Vec::new(),
            });
        }
        Ok(())
    }

    /// The sender key is saved, moved on by hand, and loaded: as if so many messages had been sent.
    fn jump(&mut self, key: GroupKey, count: u32) -> Done {
        let (party, name) = self.place(key.party, key);
        let states = self.sender_states(&party, &name);
        let [state] = states.as_slice() else {
            return Ok(());
        };
        let Some(iteration) = state.iteration.checked_add(count) else {
            return Ok(());
        };
        let mut chain_key = state.chain_key.clone();
        for _ in 0..count {
            let outcome = self.lockstep.ask(&Step::KdfSenderCk { chain_key });
            chain_key = output(&outcome, "chainKey");
        }
        let Some(saved) = self.save_sender_key(party.clone(), &name)? else {
            return Ok(());
        };
        // The iteration stands before the chain key: both are written anew, in their order.
        let chain = [
            protobuf::varint_field(1, u64::from(iteration)),
            protobuf::bytes_field(2, &chain_key.0),
        ]
        .concat();
        let moved = protobuf::edit(&saved.0, &[1, 2], &FieldEdit::Bytes(chain));
        self.load_sender_key(party, &name, moved)
    }

    fn sender_states(&self, party: &str, name: &Named) -> Vec<SenderKeyStateSnapshot> {
        let subject = Subject::SenderKey {
            party: party.to_owned(),
            name: Box::new(SenderKeyName {
                sender: name.sender.clone(),
                sender_device: name.sender_device,
                distribution_id: name.distribution_id.clone(),
            }),
        };
        match self.lockstep.state(&subject) {
            Some(State::SenderKey(snapshot)) => snapshot.states,
            _ => Vec::new(),
        }
    }

    fn save_sender_key(
        &mut self,
        party: String,
        name: &Named,
    ) -> Result<Option<Bytes>, Divergence> {
        let outcome = self.lockstep.execute(&Step::GroupSave {
            party,
            sender: name.sender.clone(),
            sender_device: name.sender_device,
            distribution_id: name.distribution_id.clone(),
        })?;
        Ok(outcome.bytes("saved").map(Bytes))
    }

    fn load_sender_key(&mut self, party: String, name: &Named, saved: Vec<u8>) -> Done {
        let step = Step::GroupLoad {
            party,
            sender: name.sender.clone(),
            sender_device: name.sender_device,
            distribution_id: name.distribution_id.clone(),
            saved: saved.into(),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn restore_sender_key(
        &mut self,
        party: String,
        name: &Named,
        stored: &Stored,
        tamper: &[Tamper],
    ) -> Done {
        let saved = match stored {
            Stored::Bytes(bytes) => bytes.clone(),
            Stored::Saved(number) => match newest(self.world.group_saved.len(), *number) {
                Some(place) => self.world.group_saved[place].0.clone(),
                None => return Ok(()),
            },
        };
        let saved = tamper
            .iter()
            .fold(saved, |bytes, tamper| damage(bytes, 0, tamper));
        self.load_sender_key(party, name, saved)
    }

    fn deliver_to_member(
        &mut self,
        which: Which,
        member: u8,
        route: GroupRoute,
        tamper: &[Tamper],
    ) -> Done {
        let member = self.world.member(member);
        let Some(place) = self.world.which_of_group(member, which) else {
            return Ok(());
        };
        let sent = &mut self.world.group_messages[place];
        if route == GroupRoute::Straight && tamper.is_empty() {
            sent.delivered.push(member);
        }
        let GroupSent { key, bytes, .. } = sent.clone();
        let name = self.routed(key, route);
        self.hand_to_member(self.label(member), &name, damaged(bytes, tamper), false)
    }

    fn hand_to_member(
        &mut self,
        party: String,
        name: &Named,
        bytes: Vec<u8>,
        distribution: bool,
    ) -> Done {
        if distribution {
            let step = Step::GroupProcessDistribution {
                party,
                sender: name.sender.clone(),
                sender_device: name.sender_device,
                distribution_id: name.distribution_id.clone(),
                message: bytes.into(),
            };
            return self.lockstep.execute(&step).map(drop);
        }
        let profile = self.profile_of(&party);
        if self.costs_time(profile, &party, name, &bytes) {
            return Ok(());
        }
        let outcome = self.lockstep.execute(&Step::GroupDecrypt {
            party,
            sender: name.sender.clone(),
            sender_device: name.sender_device,
            distribution_id: name.distribution_id.clone(),
            message: bytes.into(),
        })?;
        if outcome.result == Verdict::Valid && profile == Profile::WhatsAppV3 {
            self.lockstep.note(Event::GroupMessageOfWhatsApp);
        }
        Ok(())
    }

    fn profile_of(&self, party: &str) -> Profile {
        let mut members = self.world.members.iter();
        let found = members.find(|member| member.label == party);
        found.map_or_else(Profile::default, |member| member.profile)
    }

    /// Whether a message is so far ahead that reading it takes too long.
    fn costs_time(&mut self, profile: Profile, party: &str, name: &Named, bytes: &[u8]) -> bool {
        let parsed = self.lockstep.ask(&Step::ParseSenderKeyMessage {
            profile,
            bytes: bytes.into(),
        });
        let small = |name| u32::try_from(number(&parsed, name)).unwrap_or_default();
        let states = self.sender_states(party, name);
        let state = states.iter().find(|it| it.chain_id == small("chainId"));
        let ahead = state.and_then(|state| small("iteration").checked_sub(state.iteration));
        ahead.is_some_and(|ahead| COSTLY.contains(&ahead))
    }

    fn resign_to_group(&mut self, which: u16, member: u8, change: &Resigned) -> Done {
        let Some(place) = newest(self.world.group_messages.len(), which) else {
            return Ok(());
        };
        let GroupSent { key, bytes, .. } = self.world.group_messages[place].clone();
        let (sender, name) = self.place(key.party, key);
        let profile = self.profile_of(&sender);
        let parsed = self.lockstep.ask(&Step::ParseSenderKeyMessage {
            profile,
            bytes: bytes.into(),
        });
        let small = |name| u32::try_from(number(&parsed, name)).unwrap_or_default();
        let (mut chain_id, mut iteration) = (small("chainId"), small("iteration"));
        let mut body = output(&parsed, "body");
        let states = self.sender_states(&sender, &name);
        let state = states.into_iter().find(|state| state.chain_id == chain_id);
        let Some(private) = state.and_then(|state| state.signing_private) else {
            return Ok(());
        };
        match change {
            Resigned::Nothing => {}
            Resigned::Body(other) => body = other.clone().into(),
            Resigned::Iteration(other) => iteration = *other,
            Resigned::ChainId(other) => chain_id = *other,
        }
        let mut step = Step::EncodeSenderKeyMessage {
            profile,
            distribution_id: match profile {
                Profile::SignalV3 | Profile::SignalV4 => Some(name.distribution_id.clone()),
                Profile::WhatsAppV3 => None,
            },
            chain_id,
            iteration,
            body,
            signature: self.world.random::<64>(),
        };
        let unsigned = output(&self.lockstep.execute(&step)?, "message").0;
        let message = unsigned[..unsigned.len().saturating_sub(64)].into();
        let signed = self.lockstep.execute(&Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private,
            message,
            random: self.world.random::<64>(),
        })?;
        if let Step::EncodeSenderKeyMessage { signature, .. } = &mut step {
            *signature = output(&signed, "signature");
        }
        let bytes = output(&self.lockstep.execute(&step)?, "message").0;
        let party = self.label(self.world.member(member));
        self.hand_to_member(party, &name, bytes, false)
    }
}

/// A message after damage.
fn damaged(bytes: Vec<u8>, tamper: &[Tamper]) -> Vec<u8> {
    tamper
        .iter()
        .fold(bytes, |bytes, tamper| damage(bytes, 1, tamper))
}
