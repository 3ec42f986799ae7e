//! Parties of our own, for recordings that say what was done and not with which keys.
use super::inputs::{call, class_name, output, output_value, Fault};
use crate::bytes::Bytes;
use crate::driver::Driver;
use crate::outcome::{Outcome, Verdict};
use crate::step::{Bundle, Kind, Profile, SignatureForm, Step};
use serde_json::Value;

/// The initiator.
pub const ALICE: &str = "alice";
/// The responder.
pub const BOB: &str = "bob";
/// When things happen, unless they are about time; a whole second.
pub const NOW_MS: u64 = 1_700_000_000_000;
/// Bob's only signed prekey, and his only KEM prekey, which is one of last resort.
pub const SIGNED_PREKEY: u32 = 7;
/// See [`SIGNED_PREKEY`].
pub const KEM_PREKEY: u32 = 9;
/// The one-time prekey of a bundle that has one.
pub const ONE_TIME_PREKEY: u32 = 31;

const ALICE_NAME: &str = "0a9a1b1c-1d1e-4f10-8112-131415161718";
const BOB_NAME: &str = "0b2a2b2c-2d2e-4f20-8122-232425262728";
/// The texts that private keys and random bytes are digests of.
const ALICE_IDENTITY: &str = "identity of alice";
const BOB_IDENTITY: &str = "identity of bob";
const BOB_SIGNED_PREKEY: &str = "signed prekey of bob";

/// A party to be made.
pub struct Cast<'a> {
    /// Its label.
    pub label: &'a str,
    /// The name of its address.
    pub name: &'a str,
    /// The device of its address.
    pub device_id: u32,
    /// What its identity is made from.
    pub identity: &'a str,
}

/// A message on its way.
#[derive(Clone)]
pub struct Letter {
    /// Which message it is.
    pub kind: Kind,
    /// Its bytes.
    pub bytes: Bytes,
}

/// Alice and Bob, who has prekeys.
pub struct Scene<'a> {
    /// Executes the steps.
    pub driver: &'a mut dyn Driver,
    /// How many secrets were drawn.
    drawn: u32,
}

/// Who Alice is.
#[must_use]
pub fn alice() -> Cast<'static> {
    Cast {
        label: ALICE,
        name: ALICE_NAME,
        device_id: 1,
        identity: ALICE_IDENTITY,
    }
}

/// Who Bob is.
#[must_use]
pub fn bob() -> Cast<'static> {
    Cast {
        label: BOB,
        name: BOB_NAME,
        device_id: 2,
        identity: BOB_IDENTITY,
    }
}

/// Bob as another device of Alice.
#[must_use]
pub fn other_device_of_alice() -> Cast<'static> {
    Cast {
        name: ALICE_NAME,
        identity: ALICE_IDENTITY,
        ..bob()
    }
}

impl<'a> Scene<'a> {
    /// Alice, and a Bob with all his prekeys.
    pub fn new(driver: &'a mut dyn Driver, bob: &Cast<'_>) -> Result<Self, Fault> {
        let mut scene = Self { driver, drawn: 0 };
        scene.create(&alice())?;
        scene.create_with_prekeys(bob)?;
        Ok(scene)
    }

    /// Make a party, in place of one of the same label. Out: its identity key, serialised.
    pub fn create(&mut self, cast: &Cast<'_>) -> Result<Bytes, Fault> {
        let step = Step::CreateParty {
            party: cast.label.to_owned(),
            name: cast.name.to_owned(),
            device_id: cast.device_id,
            identity_private: self.secret(cast.identity)?,
            registration_id: cast.device_id,
            profile: Profile::SignalV4,
        };
        output(&call(self.driver, &step)?, "identityKey")
    }

    /// Make Bob and all his prekeys, as if nothing had happened.
    pub fn create_with_prekeys(&mut self, bob: &Cast<'_>) -> Result<(), Fault> {
        self.create(bob)?;
        let signed = Step::AddSignedPrekey {
            party: BOB.to_owned(),
            id: SIGNED_PREKEY,
            private: self.secret(BOB_SIGNED_PREKEY)?,
        };
        call(self.driver, &signed)?;
        self.add_one_time_prekey(ONE_TIME_PREKEY)?;
        self.add_kem_prekey()
    }

    /// Put a one-time prekey into Bob's store.
    pub fn add_one_time_prekey(&mut self, id: u32) -> Result<(), Fault> {
        let step = Step::AddOneTimePrekey {
            party: BOB.to_owned(),
            id,
            private: self.secret(&format!("one-time prekey {id} of bob"))?,
        };
        call(self.driver, &step).map(drop)
    }

    /// Put the KEM prekey into Bob's store; if it is there, how it was used is forgotten.
    pub fn add_kem_prekey(&mut self) -> Result<(), Fault> {
        let step = Step::AddKemPrekey {
            party: BOB.to_owned(),
            id: KEM_PREKEY,
            seed: self.secret_64("KEM prekey of bob")?,
            last_resort: true,
        };
        call(self.driver, &step).map(drop)
    }

    /// Bob's bundle.
    pub fn bundle(&mut self, one_time_prekey_id: Option<u32>) -> Result<Bundle, Fault> {
        let step = Step::PublishBundle {
            party: BOB.to_owned(),
            signed_prekey_id: SIGNED_PREKEY,
            one_time_prekey_id,
            signature_random: self.secret_64("signature")?,
            kem_prekey_id: Some(KEM_PREKEY),
            kem_signature_random: Some(self.secret_64("signature of the KEM prekey")?),
        };
        let bundle = output_value(&call(self.driver, &step)?, "bundle")?;
        serde_json::from_value(bundle).map_err(|_| Fault::Output("bundle"))
    }

    /// A signature of Bob's.
    pub fn signed_by_bob(&mut self, message: &Bytes) -> Result<Bytes, Fault> {
        let step = Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: self.secret(BOB_IDENTITY)?,
            message: message.clone(),
            random: self.secret_64("signature")?,
        };
        output(&call(self.driver, &step)?, "signature")
    }

    /// Alice starts a session with a bundle.
    pub fn start(&mut self, bundle: &Bundle) -> Result<Outcome, Fault> {
        let step = Step::StartSession {
            party: ALICE.to_owned(),
            peer: BOB.to_owned(),
            bundle: bundle.clone(),
            base_private: self.fresh()?,
            ratchet_private: self.fresh()?,
            kem_random: Some(self.fresh()?),
            now_ms: NOW_MS,
        };
        Ok(self.driver.execute(&step))
    }

    /// Alice starts a session with Bob's bundle.
    pub fn established(&mut self, one_time_prekey_id: Option<u32>) -> Result<(), Fault> {
        let bundle = self.bundle(one_time_prekey_id)?;
        match self.start(&bundle)?.result {
            Verdict::Valid => Ok(()),
            Verdict::Invalid => Err(Fault::Contradiction("a bundle of our own is refused")),
        }
    }

    /// Encrypt at a time.
    pub fn encrypt_at(
        &mut self,
        from: &str,
        to: &str,
        text: &str,
        now_ms: u64,
    ) -> Result<Outcome, Fault> {
        let step = Step::Encrypt {
            party: from.to_owned(),
            peer: to.to_owned(),
            plaintext: text.as_bytes().into(),
            kem_seed: Some(self.secret_64("seed of SPQR")?),
            kem_random: Some(self.secret("random bytes of SPQR")?),
            now_ms,
        };
        Ok(self.driver.execute(&step))
    }

    /// Encrypt a message that must be possible.
    pub fn letter(&mut self, from: &str, to: &str, text: &str) -> Result<Letter, Fault> {
        let outcome = self.encrypt_at(from, to, text, NOW_MS)?;
        let kind = serde_json::from_value(output_value(&outcome, "kind")?);
        Ok(Letter {
            kind: kind.map_err(|_| Fault::Output("kind"))?,
            bytes: output(&outcome, "message")?,
        })
    }

    /// Encrypt so many messages and drop them.
    pub fn drop_messages(&mut self, from: &str, to: &str, count: u32) -> Result<(), Fault> {
        let step = Step::DropMessages {
            party: from.to_owned(),
            peer: to.to_owned(),
            plaintext: Bytes::default(),
            count,
            kem_seed: Some(self.secret_64("seed of SPQR")?),
            kem_random: Some(self.secret("random bytes of SPQR")?),
            now_ms: NOW_MS,
        };
        call(self.driver, &step).map(drop)
    }

    /// Deliver a message to a party, as coming from a peer.
    pub fn deliver(&mut self, letter: &Letter, to: &str, from: &str) -> Result<Outcome, Fault> {
        let step = Step::Decrypt {
            party: to.to_owned(),
            peer: from.to_owned(),
            kind: letter.kind,
            message: letter.bytes.clone(),
            ratchet_private: self.fresh()?,
        };
        Ok(self.driver.execute(&step))
    }

    /// A secret of 32 bytes that a text names.
    fn secret(&mut self, of: &str) -> Result<Bytes, Fault> {
        let message = of.as_bytes().into();
        output(&call(self.driver, &Step::Sha256 { message })?, "digest")
    }

    /// A secret of 64 bytes that a text names.
    fn secret_64(&mut self, of: &str) -> Result<Bytes, Fault> {
        let message = of.as_bytes().into();
        output(&call(self.driver, &Step::Sha512 { message })?, "digest")
    }

    /// A secret that was not there before.
    fn fresh(&mut self) -> Result<Bytes, Fault> {
        self.drawn += 1;
        self.secret(&format!("secret {}", self.drawn))
    }
}

/// What a step came to: the text of a message, or why it is invalid.
pub fn text_or_error(outcome: &Outcome) -> Result<String, Fault> {
    match outcome.result {
        Verdict::Valid => String::from_utf8(output(outcome, "plaintext")?.0)
            .map_err(|_| Fault::Contradiction("a plaintext is not text")),
        Verdict::Invalid => Ok(error(outcome)),
    }
}

/// The error of an outcome as it is recorded, `ok` if there is none.
#[must_use]
pub fn error(outcome: &Outcome) -> String {
    match class_name(outcome) {
        Value::String(class) if class == "unsupported_version" => "x3dh_unsupported".to_owned(),
        Value::String(class) => class,
        _ => String::new(),
    }
}
