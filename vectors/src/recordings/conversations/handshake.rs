//! The handshakes of a recorded conversation.
use super::event::{Event, ProcessBundle, PublishBundle};
use super::messages::Wire;
use super::stored::InitialKeys;
use super::{sides, Published, Replay, NOW_MS};
use crate::bytes::Bytes;
use crate::outcome::{Outcome, Verdict};
use crate::recordings::inputs::{call, output, output_value, Fault};
use crate::step::{Bundle, Kind, Step};
use serde_json::{json, Value};

/// The base key and the random bytes with which the initiator starts before its keys are replaced.
const ANY_BASE: [u8; 32] = [0x44; 32];
const ANY_KEM_RANDOM: [u8; 32] = [0x55; 32];
/// The epoch in which the authenticator of SPQR starts.
const FIRST_EPOCH: u64 = 1;

/// The keys that a handshake gives.
struct Secrets {
    root: Bytes,
    chain: Bytes,
    auth: Bytes,
}

impl Secrets {
    fn of(outcome: &Outcome) -> Result<Self, Fault> {
        Ok(Self {
            root: output(outcome, "rootKey")?,
            chain: output(outcome, "chainKey")?,
            auth: output(outcome, "spqrAuthKey")?,
        })
    }
}

impl Replay<'_> {
    /// A bundle: its public keys are those of the private ones.
    pub fn publish(&mut self, event: &PublishBundle) -> Result<Value, Fault> {
        let (by, _) = sides(&event.by)?;
        let bundle = self.add_prekeys(by, event)?;
        let recorded = json!({
            "registration_id": bundle.registration_id,
            "device_id": self.people[by].device_id,
            "identity_key": bundle.identity_key,
            "signed_pre_key": bundle.signed_prekey,
            "pre_key": bundle.one_time_prekey,
            "kem_pre_key": bundle.kem_prekey,
        });
        self.published.push(Published {
            label: event.bundle.clone(),
            by,
            bundle,
            private: event.private.clone(),
        });
        Ok(recorded)
    }

    /// Put the prekeys into the party's store; the bundle of them, with the recorded signatures.
    fn add_prekeys(&mut self, by: &str, event: &PublishBundle) -> Result<Bundle, Fault> {
        let person = &self.people[by];
        let (registration_id, identity_key) = (person.registration_id, person.identity.clone());
        let signed = Step::AddSignedPrekey {
            party: by.to_owned(),
            id: event.signed_pre_key_id,
            private: event.private.signed.clone(),
        };
        let kem = Step::ImportKemPrekey {
            party: by.to_owned(),
            id: event.kem_pre_key_id,
            secret_key: event.private.kem.clone(),
            last_resort: true,
        };
        let one_time_prekey = match (event.pre_key_id, &event.private.one_time) {
            (Some(id), Some(private)) => Some(Step::AddOneTimePrekey {
                party: by.to_owned(),
                id,
                private: private.clone(),
            }),
            (None, None) => None,
            _ => return Err(Fault::Input("pre_key_id")),
        };
        let mut public = |step: &Step| output(&call(self.driver, step)?, "public");
        Ok(Bundle {
            registration_id,
            identity_key,
            signed_prekey_id: event.signed_pre_key_id,
            signed_prekey: public(&signed)?,
            signed_prekey_signature: event.signed_pre_key_signature.clone(),
            one_time_prekey_id: event.pre_key_id,
            one_time_prekey: one_time_prekey.as_ref().map(&mut public).transpose()?,
            kem_prekey_id: Some(event.kem_pre_key_id),
            kem_prekey: Some(public(&kem)?),
            kem_prekey_signature: Some(event.kem_pre_key_signature.clone()),
        })
    }

    /// A session is started, and its keys are replaced by those of the recorded base key.
    pub fn process(&mut self, event: &ProcessBundle, later: &[Event]) -> Result<Value, Fault> {
        let (by, peer) = sides(&event.by)?;
        let published = self
            .published
            .iter()
            .find(|published| published.by == peer && published.label == event.bundle)
            .ok_or_else(|| Fault::Unknown("bundle", event.bundle.clone()))?;
        let bundle = published.bundle.clone();
        let message = self.first_prekey_message(by, later)?;
        let secrets = Secrets::of(&self.respond(peer, &message)?)?;
        let start = Step::StartSession {
            party: by.to_owned(),
            peer: peer.to_owned(),
            bundle: bundle.clone(),
            base_private: ANY_BASE.as_slice().into(),
            ratchet_private: event.ratchet_private.clone(),
            kem_random: Some(ANY_KEM_RANDOM.as_slice().into()),
            now_ms: NOW_MS,
        };
        call(self.driver, &start)?;
        let keys = self.initial_keys(event, &bundle, &message, secrets)?;
        let mut record = self.record(by, peer)?;
        let session = record.current()?;
        session.set_initial(&keys);
        if let Some(draws) = &self.draws {
            let (root_key, mac_key) = &keys.authenticator;
            session.set_braid(draws.braid(self.driver, (root_key, mac_key))?);
        }
        self.replace(by, peer, &record)?;
        let InitialKeys {
            base_key, auth_key, ..
        } = keys;
        self.auth_keys.insert(base_key, auth_key.clone());
        Ok(json!({ "after": self.after(by, peer)?, "spqr_auth_key": auth_key }))
    }

    /// The first prekey message that a party sends, in parts: all of a session have the same base key and ciphertext.
    fn first_prekey_message(&mut self, by: &str, later: &[Event]) -> Result<Outcome, Fault> {
        let sent = later.iter().filter_map(|event| match event {
            Event::Send(send) if send.from == by => Some(send.ciphertext.clone()),
            _ => None,
        });
        for bytes in sent {
            let outcome = self.driver.execute(&Step::ParsePrekeyMessage { bytes });
            if outcome.result == Verdict::Valid {
                return Ok(outcome);
            }
        }
        Err(Fault::Contradiction("no prekey message is sent"))
    }

    /// The responder's side of a handshake, from the message in parts and the private keys of the bundle it names.
    fn respond(&mut self, responder: &str, message: &Outcome) -> Result<Outcome, Fault> {
        let named =
            |name: &str, id: Option<u32>| message.outputs.get(name).cloned() == id.map(Value::from);
        let published = self
            .published
            .iter()
            .find(|published| {
                let bundle = &published.bundle;
                published.by == responder
                    && named("signedPrekeyId", Some(bundle.signed_prekey_id))
                    && named("oneTimePrekeyId", bundle.one_time_prekey_id)
                    && named("kemPrekeyId", bundle.kem_prekey_id)
            })
            .ok_or(Fault::Contradiction("a prekey message names no bundle"))?;
        let step = Step::PqxdhResponder {
            identity_private: self.people[responder].identity_private.clone(),
            signed_prekey_private: published.private.signed.clone(),
            one_time_prekey_private: published.private.one_time.clone(),
            kem_secret_key: published.private.kem.clone(),
            remote_identity: output(message, "identityKey")?,
            base_key: output(message, "baseKey")?,
            kem_ciphertext: output(message, "kemCiphertext")?,
        };
        call(self.driver, &step)
    }

    /// The keys of the initiator: its ratchet step, and the start of SPQR.
    fn initial_keys(
        &mut self,
        event: &ProcessBundle,
        bundle: &Bundle,
        message: &Outcome,
        secrets: Secrets,
    ) -> Result<InitialKeys, Fault> {
        let agreement = Step::Agreement {
            private: event.ratchet_private.clone(),
            public: bundle.signed_prekey.clone(),
        };
        let ratchet = Step::KdfRk {
            root_key: secrets.root,
            dh_output: output(&call(self.driver, &agreement)?, "secret")?,
        };
        let ratchet = call(self.driver, &ratchet)?;
        let authenticator = Step::SpqrAuthNew {
            auth_key: secrets.auth.clone(),
            epoch: FIRST_EPOCH.into(),
        };
        let authenticator = call(self.driver, &authenticator)?;
        Ok(InitialKeys {
            root_key: output(&ratchet, "rootKey")?,
            sending: output(&ratchet, "chainKey")?,
            receiving: secrets.chain,
            base_key: output(message, "baseKey")?,
            ciphertext: output(message, "kemCiphertext")?,
            auth_key: secrets.auth,
            authenticator: (
                output(&authenticator, "rootKey")?,
                output(&authenticator, "macKey")?,
            ),
        })
    }

    /// What is recorded of the handshake that a message made.
    pub fn handshake(&mut self, responder: &str, message: &Wire) -> Result<Value, Fault> {
        if message.kind != Kind::PreKey {
            return Err(Fault::Contradiction("no handshake in a plain message"));
        }
        let parse = Step::ParsePrekeyMessage {
            bytes: message.bytes.clone(),
        };
        let parsed = call(self.driver, &parse)?;
        let done = self.respond(responder, &parsed)?;
        Ok(json!({
            "dh1": output_value(&done, "dh1")?,
            "dh2": output_value(&done, "dh2")?,
            "dh3": output_value(&done, "dh3")?,
            "dh4": done.outputs.get("dh4"),
            "kem_shared_secret": output_value(&done, "kemSecret")?,
            "root_key": output_value(&done, "rootKey")?,
            "chain_key": output_value(&done, "chainKey")?,
            "spqr_auth_key": output_value(&done, "spqrAuthKey")?,
        }))
    }
}
