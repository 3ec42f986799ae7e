//! Two parties with seeded randomness.
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::ChaCha20Rng;
use twinratchet::handshake::bundle::PreKeyBundle;
use twinratchet::keys::kem::KemPreKeyPair;
use twinratchet::keys::{OneTimePreKeyPair, SignedPreKeyPair};
use twinratchet::session::select::{Ciphertext, PreKeyLookup};
use twinratchet::wire::prekey_message::{
    encode_prekey_message, parse_prekey_message, PreKeyEnvelope, PreKeySignalMessage,
};
use twinratchet::wire::Profile;
use twinratchet::{kem_prekey, one_time_prekey, signed_prekey, Conversation, Error, Identity};

pub const NOW_MS: u64 = 1_700_000_000_000;
pub const SIGNED_PREKEY_ID: u32 = 7;
pub const ONE_TIME_PREKEY_ID: u32 = 31;
pub const KEM_PREKEY_ID: u32 = 9;

pub struct Party {
    pub identity: Identity,
    pub signed_prekey: SignedPreKeyPair,
    pub one_time_prekey: OneTimePreKeyPair,
    pub kem_prekey: KemPreKeyPair,
    pub rng: ChaCha20Rng,
}

impl Party {
    pub fn new(profile: Profile, name: &str, seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        let identity = Identity::generate(name, 1, &mut rng).unwrap();
        Self::of(identity.with_profile(profile), rng)
    }

    pub fn of(identity: Identity, mut rng: ChaCha20Rng) -> Self {
        Self {
            identity,
            signed_prekey: signed_prekey(&mut rng),
            one_time_prekey: one_time_prekey(&mut rng),
            kem_prekey: kem_prekey(&mut rng),
            rng,
        }
    }

    pub fn bundle(&mut self) -> PreKeyBundle {
        let one_time = Some((ONE_TIME_PREKEY_ID, &self.one_time_prekey));
        let kem = match self.identity.local().profile {
            Profile::SignalV3 | Profile::WhatsAppV3 => None,
            Profile::SignalV4 => Some((KEM_PREKEY_ID, &self.kem_prekey)),
        };
        let signed = (SIGNED_PREKEY_ID, &self.signed_prekey);
        self.identity.bundle(signed, one_time, kem, &mut self.rng)
    }

    /// What the party's store holds under any ids.
    pub fn lookup(&self) -> PreKeyLookup<'_> {
        PreKeyLookup {
            signed_prekey: Some(&self.signed_prekey),
            one_time_prekey: Some(&self.one_time_prekey),
            kem_prekey: Some(&self.kem_prekey),
            seen_base_keys: &[],
        }
    }

    pub fn send(&mut self, to: &mut Conversation, text: &[u8]) -> Ciphertext {
        to.encrypt(&self.identity, NOW_MS, text, &mut self.rng)
            .unwrap()
    }

    pub fn receive(
        &mut self,
        from: &mut Conversation,
        message: &Ciphertext,
    ) -> Result<Vec<u8>, Error> {
        let mut rng = self.rng.clone();
        let decrypted = from.decrypt_with(&self.identity, message, &self.lookup(), &mut rng);
        self.rng = rng;
        Ok(decrypted?.plaintext)
    }
}

pub fn alice(profile: Profile) -> Party {
    Party::new(profile, "9d0652a3-dcc3-4d11-975f-74d61598733f", 1)
}

pub fn bob(profile: Profile) -> Party {
    Party::new(profile, "796abedb-ca4e-4f18-8803-1fde5b921f9f", 2)
}

/// Alice's conversation with a bundle of Bob, and Bob's without a session.
pub fn started(alice: &mut Party, bob: &mut Party) -> (Conversation, Conversation) {
    let bundle = bob.bundle();
    let to = bob.identity.address();
    let to_bob = Conversation::initiate(&alice.identity, to, &bundle, NOW_MS, &mut alice.rng);
    (
        to_bob.unwrap(),
        Conversation::new(alice.identity.address(), None),
    )
}

/// Both conversations after one message each way: nothing is pending.
pub fn established(alice: &mut Party, bob: &mut Party) -> (Conversation, Conversation) {
    let (mut to_bob, mut to_alice) = started(alice, bob);
    let first = alice.send(&mut to_bob, b"first");
    assert_eq!(bob.receive(&mut to_alice, &first).unwrap(), b"first");
    let answer = bob.send(&mut to_alice, b"answer");
    assert_eq!(alice.receive(&mut to_bob, &answer).unwrap(), b"answer");
    (to_bob, to_alice)
}

/// The version of the sessions that a profile makes.
pub fn version(profile: Profile) -> u8 {
    match profile {
        Profile::SignalV3 | Profile::WhatsAppV3 => 3,
        Profile::SignalV4 => 4,
    }
}

/// The bytes of the message inside a prekey message.
pub fn inner_bytes(parsed: &PreKeySignalMessage<'_>) -> Vec<u8> {
    [parsed.message.unsigned, parsed.message.tag.as_bytes()].concat()
}

/// A prekey message in another envelope.
pub fn in_envelope(
    message: &Ciphertext,
    change: impl FnOnce(&mut PreKeyEnvelope<'_>),
) -> Ciphertext {
    let parsed = parse_prekey_message(&message.bytes).unwrap();
    let inner = inner_bytes(&parsed);
    let mut envelope = parsed.envelope;
    assert_eq!(
        encode_prekey_message(Profile::SignalV4, &envelope, &inner),
        message.bytes
    );
    change(&mut envelope);
    Ciphertext {
        kind: message.kind,
        bytes: encode_prekey_message(Profile::SignalV4, &envelope, &inner),
    }
}
