//! The steps of parties: their keys, their sessions, what they store.
use super::keys::message_keys_value;
use super::party::{Parties, Party};
use super::{fixed, Done};
use crate::driver::library::{Array32, Library, Opened};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{Bundle, Kind, Step};
use serde_json::Value;

/// An outcome that is not optional.
type Given = Result<Outcome, ErrorClass>;

impl<L: Library> Parties<L> {
    /// Execute a step of a party.
    pub fn execute(&mut self, step: &Step) -> Done {
        if let Some(outcome) = self.set_up(step)? {
            return Ok(Some(outcome));
        }
        if let Some(outcome) = self.converse(step)? {
            return Ok(Some(outcome));
        }
        self.store(step)
    }

    fn set_up(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::CreateParty {
                party,
                name,
                device_id,
                identity_private,
                registration_id,
            } => {
                let identity = fixed(identity_private)?;
                let local = L::local(name, *device_id, identity, *registration_id)?;
                let key = L::identity_key(&local);
                self.insert(party, local);
                Outcome::valid().with_bytes("identityKey", &key)
            }
            Step::AddSignedPrekey { party, id, private } => {
                let (pair, public) = L::signed_prekey(fixed(private)?);
                self.get_mut(party)?.prekeys.signed.insert(*id, pair);
                Outcome::valid().with_bytes("public", &public)
            }
            Step::AddOneTimePrekey { party, id, private } => {
                let (pair, public) = L::one_time_prekey(fixed(private)?);
                self.get_mut(party)?.prekeys.one_time.insert(*id, pair);
                Outcome::valid().with_bytes("public", &public)
            }
            Step::PublishBundle {
                party,
                signed_prekey_id,
                one_time_prekey_id,
                signature_random,
            } => {
                let random = fixed(signature_random)?;
                let party = self.get(party)?;
                let bundle = party.publish(*signed_prekey_id, *one_time_prekey_id, random)?;
                Outcome::valid().with("bundle", bundle_value(&bundle))
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn converse(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::StartSession {
                party,
                peer,
                bundle,
                base_private,
                ratchet_private,
                now_ms,
            } => {
                let keys = (fixed(base_private)?, fixed(ratchet_private)?);
                self.start_session(party, peer, bundle, keys, *now_ms)?
            }
            Step::Encrypt {
                party,
                peer,
                plaintext,
                now_ms,
            } => self.encrypt(party, peer, &plaintext.0, *now_ms)?,
            Step::DropMessages {
                party,
                peer,
                plaintext,
                count,
                now_ms,
            } => self.drop_messages(party, peer, &plaintext.0, *count, *now_ms)?,
            Step::Decrypt {
                party,
                peer,
                kind,
                message,
                ratchet_private,
            } => self.decrypt(party, peer, *kind, &message.0, fixed(ratchet_private)?)?,
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn start_session(
        &mut self,
        party: &str,
        peer: &str,
        bundle: &Bundle,
        (base, ratchet): (Array32, Array32),
        now_ms: u64,
    ) -> Given {
        let current = self.with_record(party, peer, |record, context, _| {
            L::start_session(record, context, bundle, base, ratchet, now_ms)?;
            Ok(L::current(record))
        })?;
        let (base_key, identity) = current.ok_or(ErrorClass::NoSession)?;
        self.peer_mut(party, peer)?.identity = Some(identity);
        Ok(Outcome::valid().with_bytes("baseKey", &base_key))
    }

    fn encrypt(&mut self, party: &str, peer: &str, plaintext: &[u8], now_ms: u64) -> Given {
        let (sent, keys) = self.with_record(party, peer, |record, context, _| {
            let keys = L::next_message_keys(record);
            let sent = L::encrypt(record, context, plaintext, now_ms)?;
            Ok((sent, keys))
        })?;
        self.store_identity_of_session(party, peer)?;
        let (kind, message) = sent;
        let keys = keys.as_ref().map_or(Value::Null, message_keys_value);
        Ok(Outcome::valid()
            .with("kind", kind_name(kind))
            .with_bytes("message", &message)
            .with("keys", keys))
    }

    /// All messages or none: if one cannot be encrypted, the record is what it was before the first.
    fn drop_messages(
        &mut self,
        party: &str,
        peer: &str,
        plaintext: &[u8],
        count: u32,
        now_ms: u64,
    ) -> Given {
        let before = self.record(party, peer).map(L::save);
        let mut sent = 0;
        let done = self.with_record(party, peer, |record, context, _| {
            for _ in 0..count {
                L::encrypt(record, context, plaintext, now_ms)?;
                sent += 1;
            }
            Ok(())
        });
        match (done, before) {
            (Ok(()), _) => {
                self.store_identity_of_session(party, peer)?;
                Ok(Outcome::valid())
            }
            (Err(error), Some(saved)) if sent > 0 => {
                self.peer_mut(party, peer)?.record = Some(L::load(&saved)?);
                Err(error)
            }
            (Err(error), _) => Err(error),
        }
    }

    fn decrypt(
        &mut self,
        party: &str,
        peer: &str,
        kind: Kind,
        message: &[u8],
        ratchet: Array32,
    ) -> Given {
        let opened = self.with_record(party, peer, |record, context, prekeys| match kind {
            Kind::Signal => L::decrypt_signal(record, context, ratchet, message),
            Kind::PreKey => L::decrypt_prekey(record, context, prekeys, ratchet, message),
        })?;
        let Opened {
            plaintext,
            identity,
            used_one_time_prekey,
        } = opened;
        self.peer_mut(party, peer)?.identity = Some(identity);
        let outcome = Outcome::valid().with_bytes("plaintext", &plaintext);
        let Some(id) = used_one_time_prekey else {
            return Ok(outcome);
        };
        self.get_mut(party)?.prekeys.one_time.remove(&id);
        Ok(outcome.with("usedOneTimePrekeyId", id))
    }

    fn store_identity_of_session(&mut self, party: &str, peer: &str) -> Result<(), ErrorClass> {
        let known = self.peer_mut(party, peer)?;
        if let Some((_, identity)) = known.record.as_ref().and_then(L::current) {
            known.identity = Some(identity);
        }
        Ok(())
    }

    fn store(&mut self, step: &Step) -> Done {
        let mut outcome = Outcome::valid();
        match step {
            Step::Save { party, peer } => {
                let saved = L::save(self.peer_mut(party, peer)?.record()?);
                outcome = outcome.with_bytes("saved", &saved);
            }
            Step::Load { party, peer, saved } => {
                self.peer_mut(party, peer)?.record = Some(L::load(&saved.0)?);
            }
            Step::Import {
                party,
                peer,
                record,
            } => {
                let known = self.peer_mut(party, peer)?;
                let record = known.record.insert(L::import(&record.0)?);
                outcome = outcome.with_bytes("saved", &L::save(record));
            }
            Step::AcceptIdentity {
                party,
                peer,
                identity_key,
            } => {
                let identity = L::parse_identity(&identity_key.0)?;
                self.peer_mut(party, peer)?.identity = Some(identity);
            }
            Step::CopyRecord {
                party,
                from_peer,
                to_peer,
            } => {
                let saved = L::save(self.peer_mut(party, from_peer)?.record()?);
                self.peer_mut(party, to_peer)?.record = Some(L::load(&saved)?);
            }
            Step::DeleteRecord { party, peer } => self.peer_mut(party, peer)?.record = None,
            _ => return Ok(None),
        }
        Ok(Some(outcome))
    }
}

impl<L: Library> Party<L> {
    fn publish(
        &self,
        signed_prekey_id: u32,
        one_time_prekey_id: Option<u32>,
        random: [u8; 64],
    ) -> Result<Bundle, ErrorClass> {
        let signed = self
            .prekeys
            .signed
            .get(&signed_prekey_id)
            .ok_or(ErrorClass::UnknownSignedPrekeyId)?;
        let one_time_prekey = match one_time_prekey_id {
            Some(id) => Some(
                self.prekeys
                    .one_time
                    .get(&id)
                    .ok_or(ErrorClass::UnknownPrekeyId)?,
            ),
            None => None,
        };
        let signature = L::sign_signed_prekey(&self.local, signed, random);
        Ok(Bundle {
            registration_id: L::registration_id(&self.local),
            identity_key: L::identity_key(&self.local).to_vec().into(),
            signed_prekey_id,
            signed_prekey: L::signed_prekey_public(signed).to_vec().into(),
            signed_prekey_signature: signature.to_vec().into(),
            one_time_prekey_id,
            one_time_prekey: one_time_prekey
                .map(|pair| L::one_time_prekey_public(pair).to_vec().into()),
        })
    }
}

fn bundle_value(bundle: &Bundle) -> Value {
    serde_json::to_value(bundle).unwrap_or_default()
}

fn kind_name(kind: Kind) -> Value {
    serde_json::to_value(kind).unwrap_or_default()
}
