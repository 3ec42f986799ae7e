//! Prekeys, bundles, and sessions started from them.
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::{BundleFault, KemFault, KemPlan, Pair, Tamper};
use crate::diff::world::{damage, kem_typed, newest, special_key, Published};
use crate::step::{Bundle, KemSet, Profile, SignatureForm, Step};

impl Interpreter<'_, '_> {
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

    /// The id of the KEM prekey for a bundle, if it has one.
    fn kem_prekey(
        &mut self,
        owner: usize,
        rotate: bool,
        plan: KemPlan,
    ) -> Result<Option<u32>, Divergence> {
        match (plan, self.world.members[owner].last_resort_id) {
            (KemPlan::None, _) => Ok(None),
            (KemPlan::LastResort, Some(id)) if !rotate => Ok(Some(id)),
            _ => self.new_kem_prekey(owner, plan).map(Some),
        }
    }

    fn new_kem_prekey(&mut self, owner: usize, plan: KemPlan) -> Result<u32, Divergence> {
        let (party, id) = (self.label(owner), self.next_id(owner));
        let seed = self.world.random::<64>();
        let last_resort = plan == KemPlan::LastResort;
        let step = if plan == KemPlan::Imported {
            let made = self.lockstep.execute(&Step::KemKeyGen {
                set: KemSet::Kyber1024,
                seed,
            })?;
            Step::ImportKemPrekey {
                party,
                id,
                secret_key: kem_typed(&output(&made, "decapsulationKey")),
                last_resort,
            }
        } else {
            Step::AddKemPrekey {
                party,
                id,
                seed,
                last_resort,
            }
        };
        self.lockstep.execute(&step)?;
        if last_resort {
            self.world.members[owner].last_resort_id = Some(id);
        }
        Ok(id)
    }

    pub(super) fn publish(
        &mut self,
        owner: usize,
        one_time: bool,
        rotate: bool,
        kem: KemPlan,
    ) -> Done {
        let signed_prekey_id = self.signed_prekey(owner, rotate)?;
        let one_time_prekey_id = if one_time {
            Some(self.one_time_prekey(owner)?)
        } else {
            None
        };
        let kem_prekey_id = self.kem_prekey(owner, rotate, kem)?;
        let outcome = self.lockstep.execute(&Step::PublishBundle {
            party: self.label(owner),
            signed_prekey_id,
            one_time_prekey_id,
            signature_random: self.world.random::<64>(),
            kem_prekey_id,
            kem_signature_random: kem_prekey_id.map(|_| self.world.random::<64>()),
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
            let kem = match self.world.members[owner].profile {
                Profile::SignalV3 | Profile::WhatsAppV3 => KemPlan::None,
                Profile::SignalV4 => KemPlan::OneTime,
            };
            self.publish(owner, true, false, kem)?;
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

    pub(super) fn start(
        &mut self,
        pair: Pair,
        number: u16,
        times: u8,
        fault: Option<BundleFault>,
    ) -> Done {
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
                kem_random: self.encapsulation_randomness(party),
                now_ms: self.world.now_ms,
            };
            self.lockstep.execute(&step)?;
        }
        Ok(())
    }

    /// The random bytes of an encapsulation, for a party that makes sessions of version 4.
    fn encapsulation_randomness(&mut self, party: usize) -> Option<Bytes> {
        match self.world.members[party].profile {
            Profile::SignalV3 | Profile::WhatsAppV3 => None,
            Profile::SignalV4 => Some(self.world.random::<32>()),
        }
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
                bundle.signed_prekey_signature = self.sign(owner, bundle.signed_prekey.clone())?;
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
            BundleFault::Kem(fault) => self.spoil_kem(bundle, owner, fault)?,
        }
        Ok(())
    }

    fn spoil_kem(&mut self, bundle: &mut Bundle, owner: usize, fault: KemFault) -> Done {
        match fault {
            KemFault::Signature(bit) => {
                let signature = bundle.kem_prekey_signature.take().unwrap_or_default();
                let damaged = damage(signature.0, 0, &Tamper::Flip(bit));
                bundle.kem_prekey_signature = Some(damaged.into());
                return Ok(());
            }
            KemFault::Absent => {
                bundle.kem_prekey_id = None;
                bundle.kem_prekey = None;
                bundle.kem_prekey_signature = None;
                return Ok(());
            }
            KemFault::NoKey => bundle.kem_prekey = None,
            KemFault::NoId => bundle.kem_prekey_id = None,
            KemFault::NoSignature => bundle.kem_prekey_signature = None,
            KemFault::Unsigned => bundle.kem_prekey = Some(self.other_kem_key()?),
            _ => return self.sign_spoilt_kem_key(bundle, owner, fault),
        }
        Ok(())
    }

    /// Put another KEM key into a bundle, with a signature of the owner.
    fn sign_spoilt_kem_key(&mut self, bundle: &mut Bundle, owner: usize, fault: KemFault) -> Done {
        let mut key = bundle.kem_prekey.take().unwrap_or_default().0;
        match fault {
            KemFault::Bit(bit) => key = damage(key, 0, &Tamper::Flip(bit)),
            KemFault::Type(kind) => key = damage(key, 0, &Tamper::Set(0, kind)),
            KemFault::Short(length) => key.truncate(usize::from(length)),
            KemFault::NotReduced => key.iter_mut().skip(1).take(6).for_each(|byte| *byte = 0xff),
            _ => key = self.other_kem_key()?.0,
        }
        let key = Bytes(key);
        bundle.kem_prekey_signature = Some(self.sign(owner, key.clone())?);
        bundle.kem_prekey = Some(key);
        Ok(())
    }

    /// A KEM key that no party has.
    fn other_kem_key(&mut self) -> Result<Bytes, Divergence> {
        let seed = self.world.random::<64>();
        let made = self.lockstep.execute(&Step::KemKeyGen {
            set: KemSet::Kyber1024,
            seed,
        })?;
        Ok(kem_typed(&output(&made, "encapsulationKey")))
    }

    /// The signature of a party.
    fn sign(&mut self, owner: usize, message: Bytes) -> Result<Bytes, Divergence> {
        let signed = self.lockstep.execute(&Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: self.world.members[owner].identity_private.clone(),
            message,
            random: self.world.random::<64>(),
        })?;
        Ok(output(&signed, "signature"))
    }
}
