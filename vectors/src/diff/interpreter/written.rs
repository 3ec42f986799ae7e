//! The ratchets as written: two parties without sessions.
use super::{output, plaintext, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::{Talk, Tamper, Text, Which, WrittenAction, WrittenDamage};
use crate::diff::world::{damage, newest, WrittenSent, LABELS};
use crate::families::written_talk::{decrypting_bytes, dropping, encrypting, starting, Form, AD};
use crate::outcome::Verdict;
use crate::step::Step;

/// One of the two.
fn member(party: u8) -> usize {
    usize::from(party) % 2
}

fn tampered(bytes: Vec<u8>, tamper: &[Tamper]) -> Vec<u8> {
    let tamper = tamper.iter();
    tamper.fold(bytes, |bytes, tamper| damage(bytes, 0, tamper))
}

impl Interpreter<'_, '_> {
    pub(super) fn written(&mut self, action: &WrittenAction) -> Done {
        if let WrittenAction::Start { form, same_secret } = action {
            return self.written_start(*form, *same_secret);
        }
        let Some(form) = self.world.written_form else {
            return Ok(());
        };
        match action {
            WrittenAction::Start { .. } => Ok(()),
            WrittenAction::Send { party, text } => {
                self.written_send(form, member(*party), text).map(drop)
            }
            WrittenAction::Skip { party, count } => {
                let step = dropping(form, LABELS[member(*party)], *count);
                self.lockstep.execute(&step).map(drop)
            }
            WrittenAction::Deliver {
                which,
                back,
                damage,
            } => self.written_deliver(form, *which, *back, damage.as_ref()),
            WrittenAction::Talk(talk) => self.written_talk(form, *talk),
        }
    }

    fn written_start(&mut self, form: Form, same_secret: bool) -> Done {
        self.world.written_messages.clear();
        self.world.written_form = Some(form);
        let secret = self.world.random::<32>();
        let other = if same_secret {
            secret.clone()
        } else {
            self.world.random::<32>()
        };
        let (private, public) = self.key_pair()?;
        let fresh = self.world.secret();
        let [alice, bob, _] = LABELS;
        for step in [
            starting(form, alice, secret, fresh, Some(public)),
            starting(form, bob, other, private, None),
        ] {
            self.lockstep.execute(&step)?;
        }
        Ok(())
    }

    /// Send; where the message stands among those sent.
    fn written_send(
        &mut self,
        form: Form,
        party: usize,
        text: &Text,
    ) -> Result<Option<usize>, Divergence> {
        let nonce = self.world.random::<16>();
        let text = plaintext(text);
        let step = encrypting(form, LABELS[party], &text.0, AD, &nonce.0);
        let outcome = self.lockstep.execute(&step)?;
        if outcome.result == Verdict::Invalid {
            return Ok(None);
        }
        let header = match form {
            Form::Written => "header",
            Form::HeaderEncrypted => "encryptedHeader",
        };
        self.world.written_messages.push(WrittenSent {
            from: party,
            header: output(&outcome, header).0,
            ciphertext: output(&outcome, "ciphertext").0,
            delivered: false,
        });
        Ok(Some(self.world.written_messages.len() - 1))
    }

    fn written_deliver(
        &mut self,
        form: Form,
        which: Which,
        back: bool,
        damaged: Option<&WrittenDamage>,
    ) -> Done {
        match self.world.which_written(which) {
            Some(place) => self.written_deliver_by(form, place, back, damaged),
            None => Ok(()),
        }
    }

    fn written_deliver_by(
        &mut self,
        form: Form,
        place: usize,
        back: bool,
        damaged: Option<&WrittenDamage>,
    ) -> Done {
        let sent = &mut self.world.written_messages[place];
        // A damaged message gets through later.
        sent.delivered |= damaged.is_none();
        let to = if back { sent.from } else { 1 - sent.from };
        let (mut header, mut ciphertext) = (sent.header.clone(), sent.ciphertext.clone());
        let mut ad = AD.to_vec();
        match damaged {
            None => {}
            Some(WrittenDamage::Header(tamper)) => header = tampered(header, tamper),
            Some(WrittenDamage::Ciphertext(tamper)) => ciphertext = tampered(ciphertext, tamper),
            Some(WrittenDamage::AssociatedData(other)) => ad.clone_from(other),
            Some(WrittenDamage::Exchanged(number)) => {
                let messages = &self.world.written_messages;
                if let Some(other) = newest(messages.len(), *number) {
                    header.clone_from(&messages[other].header);
                }
            }
        }
        let fresh: Bytes = self.world.secret();
        let step: Step = decrypting_bytes(form, LABELS[to], (header, ciphertext), &ad, fresh);
        self.lockstep.execute(&step).map(drop)
    }

    fn written_talk(&mut self, form: Form, talk: Talk) -> Done {
        for _ in 0..talk.turns {
            for (party, count) in [talk.messages.0, talk.messages.1].into_iter().enumerate() {
                for _ in 0..count {
                    let sent = self.written_send(form, party, &Text::Length(1))?;
                    let lost = self.world.happens(talk.loss);
                    if let Some(place) = sent.filter(|_| !lost) {
                        self.written_deliver_by(form, place, false, None)?;
                    }
                }
            }
        }
        Ok(())
    }
}
