//! The steps about groups: messages as bytes, key derivation, and the sender keys of parties.
use super::party::Parties;
use super::{as_value, fixed, Done};
use crate::bytes::Bytes;
use crate::driver::library::{
    Groups, Library, PlainDistributionMessage, PlainSenderKeyMessage, PlainSenderKeyRandom,
};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{Profile, SenderKeyName, Step, Subject};
use serde_json::{json, Value};

/// An outcome that is not optional.
type Given = Result<Outcome, ErrorClass>;

/// Execute a step about groups that is not one of a party.
pub fn execute<L: Library>(step: &Step) -> Done {
    if let Some(outcome) = message::<L>(step)? {
        return Ok(Some(outcome));
    }
    let outcome = match step {
        Step::KdfSenderCk { chain_key } => {
            let (chain_key, seed) = L::kdf_sender_ck(fixed(chain_key)?);
            Outcome::valid()
                .with_bytes("chainKey", &chain_key)
                .with_bytes("messageKeySeed", &seed)
        }
        Step::SenderMessageKeys { seed } => {
            let keys = L::sender_message_keys(fixed(seed)?);
            Outcome::valid()
                .with_bytes("iv", &keys.iv)
                .with_bytes("cipherKey", &keys.cipher_key)
        }
        Step::DecodeSenderKeyRecord { bytes } => {
            let record = L::load_sender_key(&bytes.0)?;
            Outcome::valid()
                .with_bytes("record", &L::save_sender_key(&record))
                .with("states", as_value(L::sender_key_snapshot(&record).states))
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

fn message<L: Groups>(step: &Step) -> Done {
    let outcome = match step {
        Step::ParseSenderKeyMessage { profile, bytes } => {
            message_outcome(&L::parse_sender_key_message(*profile, &bytes.0)?)
        }
        Step::ParseDistributionMessage { profile, bytes } => {
            distribution_outcome(&L::parse_distribution_message(*profile, &bytes.0)?)
        }
        Step::EncodeSenderKeyMessage {
            profile,
            distribution_id,
            chain_id,
            iteration,
            body,
            signature,
        } => {
            let id = written_id(*profile, distribution_id.as_ref())?;
            let unsigned =
                L::encode_sender_key_message(*profile, id, *chain_id, *iteration, &body.0);
            let message = L::serialize_sender_key_message(&unsigned, fixed(signature)?);
            Outcome::valid().with_bytes("message", &message)
        }
        Step::EncodeDistributionMessage {
            profile,
            distribution_id,
            chain_id,
            iteration,
            chain_key,
            signing_key,
        } => {
            let message = L::encode_distribution_message(
                *profile,
                written_id(*profile, distribution_id.as_ref())?,
                *chain_id,
                *iteration,
                fixed(chain_key)?,
                &signing_key.0,
            )?;
            Outcome::valid().with_bytes("message", &message)
        }
        _ => return Ok(None),
    };
    Ok(Some(outcome))
}

/// The distribution id that is written: there must be one in the dialect that has it, and none in the other, where any
/// will do.
fn written_id(profile: Profile, id: Option<&Bytes>) -> Result<[u8; 16], ErrorClass> {
    match (profile, id) {
        (Profile::SignalV3 | Profile::SignalV4, Some(id)) => fixed(id),
        (Profile::WhatsAppV3, None) => Ok([0; 16]),
        _ => Err(ErrorClass::BadInput),
    }
}

fn message_outcome(message: &PlainSenderKeyMessage) -> Outcome {
    Outcome::valid()
        .with("version", message.version)
        .with_optional("distributionId", message.distribution_id)
        .with("chainId", message.chain_id)
        .with("iteration", message.iteration)
        .with_bytes("body", &message.body)
        .with_bytes("unsigned", &message.unsigned)
        .with_bytes("signature", &message.signature)
}

fn distribution_outcome(message: &PlainDistributionMessage) -> Outcome {
    Outcome::valid()
        .with("version", message.version)
        .with_optional("distributionId", message.distribution_id)
        .with("chainId", message.chain_id)
        .with("iteration", message.iteration)
        .with_bytes("chainKey", &message.chain_key)
        .with_bytes("signingKey", &message.signing_key)
}

/// A sender key of a party, and the distribution id in it.
struct Place<'a> {
    party: &'a str,
    name: &'a SenderKeyName,
    id: [u8; 16],
}

impl<L: Library> Parties<L> {
    /// Execute a step about a sender key of a party.
    pub fn execute_in_group(&mut self, step: &Step) -> Done {
        let Some(Subject::SenderKey { party, name }) = step.subject() else {
            return Ok(None);
        };
        self.get(&party)?;
        let place = Place {
            party: &party,
            name: &name,
            id: fixed(&name.distribution_id)?,
        };
        if let Some(outcome) = self.distribute(&place, step)? {
            return Ok(Some(outcome));
        }
        if let Some(outcome) = self.write_to_group(&place, step)? {
            return Ok(Some(outcome));
        }
        self.store_sender_key(&place, step)
    }

    fn distribute(&mut self, place: &Place<'_>, step: &Step) -> Done {
        let outcome = match step {
            Step::GroupCreateDistribution {
                chain_id_random,
                chain_key,
                signing_private,
                ..
            } => {
                let fresh = PlainSenderKeyRandom {
                    chain_id: *chain_id_random,
                    chain_key: fixed(chain_key)?,
                    signing_private: fixed(signing_private)?,
                };
                let message = self.with_sender_key(place, |profile, record| {
                    Ok(L::create_distribution(profile, record, place.id, fresh))
                })?;
                Outcome::valid().with_bytes("message", &message)
            }
            Step::GroupProcessDistribution { message, .. } => {
                let profile = self.get(place.party)?.profile;
                let parsed = L::parse_distribution_message(profile, &message.0)?;
                // The transport does not know the group of a message of Signal: the message does.
                if parsed.distribution_id.is_some_and(|id| id != place.id) {
                    return Err(ErrorClass::BadInput);
                }
                self.with_sender_key(place, |profile, record| {
                    L::process_distribution(profile, record, &message.0)
                })?;
                Outcome::valid()
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    fn write_to_group(&mut self, place: &Place<'_>, step: &Step) -> Done {
        let outcome = match step {
            Step::GroupEncrypt {
                plaintext,
                signature_random,
                ..
            } => {
                let random = fixed(signature_random)?;
                let (message, keys) = self.with_sender_key(place, |profile, record| {
                    let keys = next_keys::<L>(record);
                    let message =
                        L::group_encrypt(profile, record, place.id, &plaintext.0, random)?;
                    Ok((message, keys?))
                })?;
                Outcome::valid()
                    .with_bytes("message", &message)
                    .with("keys", keys)
            }
            Step::GroupDecrypt { message, .. } => self.decrypt_of_group(place, &message.0)?,
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    /// A message of Signal names its record itself: one of another group finds none.
    fn decrypt_of_group(&mut self, place: &Place<'_>, message: &[u8]) -> Given {
        let profile = self.get(place.party)?.profile;
        let parsed = L::parse_sender_key_message(profile, message)?;
        if parsed.distribution_id.is_some_and(|id| id != place.id) {
            return Err(ErrorClass::NoSenderKeyState);
        }
        let plaintext = self.with_sender_key(place, |profile, record| {
            L::group_decrypt(profile, record, message)
        })?;
        Ok(Outcome::valid().with_bytes("plaintext", &plaintext))
    }

    fn store_sender_key(&mut self, place: &Place<'_>, step: &Step) -> Done {
        let keys = &mut self.get_mut(place.party)?.sender_keys;
        let outcome = match step {
            Step::GroupSave { .. } => {
                let record = keys.get(place.name);
                let record = record.ok_or(ErrorClass::NoSenderKeyState)?;
                Outcome::valid().with_bytes("saved", &L::save_sender_key(record))
            }
            Step::GroupLoad { saved, .. } => {
                let record = L::load_sender_key(&saved.0)?;
                keys.insert(place.name.clone(), record);
                Outcome::valid()
            }
            Step::GroupDelete { .. } => {
                keys.remove(place.name);
                Outcome::valid()
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }

    /// Work on a sender key of a party; an absent one reads as an empty one.
    ///
    /// After a failure it stays as the library left it: hiding a change would hide a fault. Only an absent one, if it is
    /// still without states, stays absent.
    fn with_sender_key<T>(
        &mut self,
        place: &Place<'_>,
        work: impl FnOnce(Profile, &mut L::SenderKeyRecord) -> Result<T, ErrorClass>,
    ) -> Result<T, ErrorClass> {
        let party = self.get_mut(place.party)?;
        let taken = party.sender_keys.remove(place.name);
        let was_absent = taken.is_none();
        let mut record = taken.unwrap_or_else(L::empty_sender_key);
        let done = work(party.profile, &mut record);
        if !was_absent || done.is_ok() || !L::save_sender_key(&record).is_empty() {
            party.sender_keys.insert(place.name.clone(), record);
        }
        done
    }
}

/// The keys of the next message of a sender key.
fn next_keys<L: Groups>(record: &L::SenderKeyRecord) -> Result<Value, ErrorClass> {
    let snapshot = L::sender_key_snapshot(record);
    let newest = snapshot.states.first();
    let newest = newest.ok_or(ErrorClass::NoSenderKeyState)?;
    let (_, seed) = L::kdf_sender_ck(fixed(&newest.chain_key)?);
    let keys = L::sender_message_keys(seed);
    Ok(json!({
        "messageKeySeed": hex::encode(seed),
        "iv": hex::encode(keys.iv),
        "cipherKey": hex::encode(keys.cipher_key),
    }))
}
