//! The steps that make parties, their prekeys and their bundles.
use super::party::{Parties, Party};
use super::{as_value, fixed, Done};
use crate::bytes::Bytes;
use crate::driver::library::{KemPrekey, Library};
use crate::outcome::{ErrorClass, Outcome};
use crate::step::{Bundle, Step};
use std::collections::BTreeMap;

impl<L: Library> Parties<L> {
    /// Execute a step that makes a party, a prekey or a bundle.
    pub(super) fn set_up(&mut self, step: &Step) -> Done {
        let outcome = match step {
            Step::CreateParty {
                party,
                name,
                device_id,
                identity_private,
                registration_id,
                profile,
            } => {
                let identity = fixed(identity_private)?;
                let local = L::local(name, *device_id, identity, *registration_id, *profile)?;
                let key = L::identity_key(&local);
                self.insert(party, local, *profile);
                Outcome::valid().with_bytes("identityKey", &key)
            }
            Step::PublishBundle {
                party,
                signed_prekey_id,
                one_time_prekey_id,
                signature_random,
                kem_prekey_id,
                kem_signature_random,
            } => {
                let random = fixed(signature_random)?;
                let party = self.get(party)?;
                let mut bundle = party.publish(*signed_prekey_id, *one_time_prekey_id, random)?;
                if let Some(id) = *kem_prekey_id {
                    party.publish_kem_prekey(&mut bundle, id, kem_signature_random.as_ref())?;
                }
                Outcome::valid().with("bundle", as_value(bundle))
            }
            _ => return self.add_prekey(step),
        };
        Ok(Some(outcome))
    }

    fn add_prekey(&mut self, step: &Step) -> Done {
        let outcome = match step {
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
            Step::AddKemPrekey {
                party,
                id,
                seed,
                last_resort,
            } => {
                let pair = L::kem_prekey(fixed(seed)?);
                self.get_mut(party)?.add_kem_prekey(*id, pair, *last_resort)
            }
            Step::ImportKemPrekey {
                party,
                id,
                secret_key,
                last_resort,
            } => {
                let pair = L::import_kem_prekey(&secret_key.0)?;
                self.get_mut(party)?.add_kem_prekey(*id, pair, *last_resort)
            }
            _ => return Ok(None),
        };
        Ok(Some(outcome))
    }
}

impl<L: Library> Party<L> {
    fn add_kem_prekey(&mut self, id: u32, pair: L::KemPreKeyPair, last_resort: bool) -> Outcome {
        let public = L::kem_prekey_public(&pair);
        let prekey = KemPrekey {
            pair,
            last_resort,
            seen: Vec::new(),
        };
        self.prekeys.kem.insert(id, prekey);
        Outcome::valid().with_bytes("public", &public)
    }

    fn publish(
        &self,
        signed_prekey_id: u32,
        one_time_prekey_id: Option<u32>,
        random: [u8; 64],
    ) -> Result<Bundle, ErrorClass> {
        let unknown = ErrorClass::UnknownSignedPrekeyId;
        let signed = known(&self.prekeys.signed, signed_prekey_id, unknown)?;
        let one_time_prekey = one_time_prekey_id
            .map(|id| known(&self.prekeys.one_time, id, ErrorClass::UnknownPrekeyId))
            .transpose()?;
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
            kem_prekey_id: None,
            kem_prekey: None,
            kem_prekey_signature: None,
        })
    }

    /// Put a KEM prekey into a bundle. Errors: `unknown_kem_prekey_id`; `bad_input` without random bytes to sign with.
    fn publish_kem_prekey(
        &self,
        bundle: &mut Bundle,
        id: u32,
        random: Option<&Bytes>,
    ) -> Result<(), ErrorClass> {
        let random = fixed(random.ok_or(ErrorClass::BadInput)?)?;
        let pair = &known(&self.prekeys.kem, id, ErrorClass::UnknownKemPrekeyId)?.pair;
        let signature = L::sign_kem_prekey(&self.local, pair, random);
        bundle.kem_prekey_id = Some(id);
        bundle.kem_prekey = Some(L::kem_prekey_public(pair).into());
        bundle.kem_prekey_signature = Some(signature.to_vec().into());
        Ok(())
    }
}

fn known<T>(prekeys: &BTreeMap<u32, T>, id: u32, unknown: ErrorClass) -> Result<&T, ErrorClass> {
    prekeys.get(&id).ok_or(unknown)
}
