//! The steps of parties: their sessions, what they store.
use super::keys::message_keys_value;
use super::party::Parties;
use super::{as_value, fixed, fixed_option, randomness, Done};
use crate::bytes::Bytes;
use crate::driver::library::{Array32, Library, Opened, PlainUsedKemPrekey};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{Bundle, Kind, Profile, Step};
use serde_json::Value;

/// An outcome that is not optional.
type Given = Result<Outcome, ErrorClass>;

/// The private keys that starting a session draws, and the random bytes of its encapsulation.
struct Fresh {
    base: Array32,
    ratchet: Array32,
    kem: Option<Array32>,
}

/// What is sent: by whom, to whom, what, and the random bytes that there are.
#[derive(Clone, Copy)]
struct Sending<'a> {
    party: &'a str,
    peer: &'a str,
    plaintext: &'a [u8],
    kem_seed: Option<&'a Bytes>,
    kem_random: Option<&'a Bytes>,
    now_ms: u64,
}

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

    fn converse(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::StartSession {
                party,
                peer,
                bundle,
                base_private,
                ratchet_private,
                kem_random,
                now_ms,
            } => {
                let fresh = Fresh {
                    base: fixed(base_private)?,
                    ratchet: fixed(ratchet_private)?,
                    kem: fixed_option(kem_random.as_ref())?,
                };
                self.start_session(party, peer, bundle, &fresh, *now_ms)?
            }
            Step::Encrypt {
                party,
                peer,
                plaintext,
                kem_seed,
                kem_random,
                now_ms,
            } => self.encrypt(Sending {
                party,
                peer,
                plaintext: &plaintext.0,
                kem_seed: kem_seed.as_ref(),
                kem_random: kem_random.as_ref(),
                now_ms: *now_ms,
            })?,
            Step::DropMessages {
                party,
                peer,
                plaintext,
                count,
                kem_seed,
                kem_random,
                now_ms,
            } => {
                let sending = Sending {
                    party,
                    peer,
                    plaintext: &plaintext.0,
                    kem_seed: kem_seed.as_ref(),
                    kem_random: kem_random.as_ref(),
                    now_ms: *now_ms,
                };
                self.drop_messages(sending, *count)?
            }
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
        fresh: &Fresh,
        now_ms: u64,
    ) -> Given {
        let Fresh { base, ratchet, .. } = *fresh;
        let kem = match (self.get(party)?.profile, fresh.kem) {
            (Profile::SignalV4, None) => return Err(ErrorClass::BadInput),
            (_, random) => random.unwrap_or([0; 32]),
        };
        let current = self.with_record(party, peer, |record, context, _| {
            L::start_session(record, context, bundle, base, ratchet, kem, now_ms)?;
            Ok(L::current(record))
        })?;
        let (base_key, identity) = current.ok_or(ErrorClass::NoSession)?;
        self.peer_mut(party, peer)?.identity = Some(identity);
        Ok(Outcome::valid().with_bytes("baseKey", &base_key))
    }

    fn encrypt(&mut self, sending: Sending<'_>) -> Given {
        let Sending { party, peer, .. } = sending;
        let (sent, keys) = self.with_record(party, peer, |record, context, _| {
            let random = randomness(L::draws(record), sending.kem_seed, sending.kem_random)?;
            let keys = L::next_message_keys(record, &random);
            let (plaintext, now_ms) = (sending.plaintext, sending.now_ms);
            let sent = L::encrypt(record, context, &random, plaintext, now_ms)?;
            Ok((sent, keys))
        })?;
        self.store_identity_of_session(party, peer)?;
        let (kind, message) = sent;
        let keys = keys.as_ref().map_or(Value::Null, message_keys_value);
        Ok(Outcome::valid()
            .with("kind", as_value(kind))
            .with_bytes("message", &message)
            .with("keys", keys))
    }

    /// All messages or none: if one cannot be encrypted, the record is what it was before the first.
    fn drop_messages(&mut self, sending: Sending<'_>, count: u32) -> Given {
        let Sending { party, peer, .. } = sending;
        let before = self.record(party, peer).map(L::save);
        let mut sent = 0;
        let done = self.with_record(party, peer, |record, context, _| {
            for _ in 0..count {
                let random = randomness(L::draws(record), sending.kem_seed, sending.kem_random)?;
                let (plaintext, now_ms) = (sending.plaintext, sending.now_ms);
                L::encrypt(record, context, &random, plaintext, now_ms)?;
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
            used_kem_prekey,
        } = opened;
        self.peer_mut(party, peer)?.identity = Some(identity);
        let mut outcome = Outcome::valid().with_bytes("plaintext", &plaintext);
        if let Some(id) = used_one_time_prekey {
            self.get_mut(party)?.prekeys.one_time.remove(&id);
            outcome = outcome.with("usedOneTimePrekeyId", id);
        }
        if let Some(used) = used_kem_prekey {
            outcome = outcome.with("usedKemPrekeyId", used.id);
            self.mark_kem_prekey(party, &used)?;
        }
        Ok(outcome)
    }

    /// A one-time KEM prekey is gone after use; of one of last resort the use is remembered.
    fn mark_kem_prekey(
        &mut self,
        party: &str,
        used: &PlainUsedKemPrekey,
    ) -> Result<(), ErrorClass> {
        let prekeys = &mut self.get_mut(party)?.prekeys.kem;
        match prekeys.get_mut(&used.id) {
            Some(prekey) if prekey.last_resort => {
                prekey.seen.push((used.signed_prekey_id, used.base_key));
            }
            _ => {
                prekeys.remove(&used.id);
            }
        }
        Ok(())
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
