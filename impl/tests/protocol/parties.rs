//! Two parties with seeded randomness.
use rand_chacha::rand_core::SeedableRng;
use rand_chacha::ChaCha20Rng;
use twinratchet::handshake::bundle::PreKeyBundle;
use twinratchet::keys::{OneTimePreKeyPair, SignedPreKeyPair};
use twinratchet::session::select::{Ciphertext, PreKeyLookup};
use twinratchet::{one_time_prekey, signed_prekey, Conversation, Error, Identity};

pub const NOW_MS: u64 = 1_700_000_000_000;
pub const SIGNED_PREKEY_ID: u32 = 7;
pub const ONE_TIME_PREKEY_ID: u32 = 31;

pub struct Party {
    pub identity: Identity,
    pub signed_prekey: SignedPreKeyPair,
    pub one_time_prekey: OneTimePreKeyPair,
    pub rng: ChaCha20Rng,
}

impl Party {
    pub fn new(name: &str, seed: u8) -> Self {
        let mut rng = ChaCha20Rng::from_seed([seed; 32]);
        Self {
            identity: Identity::generate(name, 1, &mut rng).unwrap(),
            signed_prekey: signed_prekey(&mut rng),
            one_time_prekey: one_time_prekey(&mut rng),
            rng,
        }
    }

    pub fn bundle(&mut self) -> PreKeyBundle {
        let one_time = Some((ONE_TIME_PREKEY_ID, &self.one_time_prekey));
        self.identity.bundle(
            (SIGNED_PREKEY_ID, &self.signed_prekey),
            one_time,
            &mut self.rng,
        )
    }

    pub fn send(&self, to: &mut Conversation, text: &[u8]) -> Ciphertext {
        to.encrypt(&self.identity, NOW_MS, text).unwrap()
    }

    pub fn receive(
        &mut self,
        from: &mut Conversation,
        message: &Ciphertext,
    ) -> Result<Vec<u8>, Error> {
        let lookup = PreKeyLookup {
            signed_prekey: Some(&self.signed_prekey),
            one_time_prekey: Some(&self.one_time_prekey),
        };
        let decrypted = from.decrypt_with(&self.identity, message, &lookup, &mut self.rng)?;
        Ok(decrypted.plaintext)
    }
}

pub fn alice() -> Party {
    Party::new("9d0652a3-dcc3-4d11-975f-74d61598733f", 1)
}

pub fn bob() -> Party {
    Party::new("796abedb-ca4e-4f18-8803-1fde5b921f9f", 2)
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
