//! Two parties with fixed keys; every random value is counted up.
use hacspec_lib::*;
use twinratchet_spec::address::address;
use twinratchet_spec::handshake::bundle::{
    sign_kem_prekey, sign_signed_prekey, KemPreKeyEntry, OneTimePreKeyEntry, PreKeyBundle,
};
use twinratchet_spec::keys::kem::*;
use twinratchet_spec::keys::*;
use twinratchet_spec::ratchet::sparse::types::SparseRandom;
use twinratchet_spec::session::record::{empty_record, Record};
use twinratchet_spec::session::select::*;
use twinratchet_spec::wire::message::parse_signal_message;
use twinratchet_spec::wire::prekey_message::parse_prekey_message;
use twinratchet_spec::wire::Profile;

pub const NOW_MS: u64 = 1_700_000_000_000;
pub type Sent = Ciphertext;

/// What makes a party: its name, device, registration id and the first of its random bytes.
#[derive(Clone, Copy)]
pub struct Identity {
    pub name: &'static str,
    pub device: u32,
    pub registration: u32,
    pub first: u8,
}

pub const ALICE: Identity = Identity {
    name: "8417c99b-2b5e-405d-8482-bd875dc162fb",
    device: 1,
    registration: 1001,
    first: 0x11,
};
pub const BOB: Identity = Identity {
    name: "ccd7400b-2639-43f2-9b7f-2560c620218f",
    device: 2,
    registration: 2002,
    first: 0x77,
};

pub struct Party {
    pub local: Local,
    pub remote: Remote,
    pub record: Record,
    pub signed_prekey: Option<SignedPreKeyPair>,
    pub one_time_prekey: Option<OneTimePreKeyPair>,
    pub kem_prekey: Option<KemPreKeyPair>,
    pub seen: Vec<BaseKey>,
    first: u8,
    drawn: u64,
}

fn private(first: u8, drawn: u64) -> PrivateKey {
    let mut bytes = [first; 32];
    bytes[8..16].copy_from_slice(&drawn.to_le_bytes());
    PrivateKey::from_public_slice(&bytes)
}

impl Party {
    pub fn new(own: Identity, peer: Identity, profile: Profile) -> Self {
        let of = |who: Identity| {
            let name = Seq::<u8>::from_native_slice(who.name.as_bytes());
            address(name, who.device).unwrap()
        };
        Self {
            local: Local {
                identity: identity_key_pair(private(own.first, 1)),
                registration_id: own.registration,
                address: of(own),
                profile,
            },
            remote: Remote {
                address: of(peer),
                stored_identity: None,
            },
            record: empty_record(),
            signed_prekey: Some(signed_prekey_pair(private(own.first, 2))),
            one_time_prekey: Some(one_time_prekey_pair(private(own.first, 3))),
            kem_prekey: Some(kem_prekey_pair(KemSeed::from_public_slice(
                &[own.first; 64],
            ))),
            seen: Vec::new(),
            first: own.first,
            drawn: 100,
        }
    }

    fn draw(&mut self) -> PrivateKey {
        self.drawn += 1;
        private(self.first, self.drawn)
    }

    pub fn bundle(&self) -> PreKeyBundle {
        let random = SignatureRandom::from_public_slice(&[3; 64]);
        let signed_prekey = self.signed_prekey.unwrap().public;
        let kem_prekey = self.kem_prekey.clone().unwrap().public;
        PreKeyBundle {
            registration_id: self.local.registration_id,
            one_time_prekey: Some(OneTimePreKeyEntry {
                id: 31,
                key: self.one_time_prekey.unwrap().public,
            }),
            signed_prekey_id: 7,
            signed_prekey,
            signed_prekey_signature: sign_signed_prekey(
                &self.local.identity,
                signed_prekey,
                &random,
            ),
            kem_prekey: Some(KemPreKeyEntry {
                id: 9,
                signature: sign_kem_prekey(&self.local.identity, &kem_prekey, &random),
                key: kem_prekey,
            }),
            identity_key: self.local.identity.public,
        }
    }

    pub fn bundle_without_one_time_prekey(&self) -> PreKeyBundle {
        let mut bundle = self.bundle();
        bundle.one_time_prekey = None;
        bundle
    }

    pub fn drop_prekeys(&mut self) {
        self.signed_prekey = None;
        self.one_time_prekey = None;
        self.kem_prekey = None;
    }

    pub fn try_start(&mut self, bundle: &PreKeyBundle) -> Result<(), SessionError> {
        let (base, ratchet) = (self.draw(), self.draw());
        let random = KemRandom::from_seq(&self.draw());
        let record = self.record.clone();
        self.record = start_session(
            record,
            &self.local,
            &self.remote,
            bundle,
            base,
            ratchet,
            random,
            NOW_MS,
        )?;
        Ok(())
    }

    pub fn start(&mut self, bundle: &PreKeyBundle) {
        self.try_start(bundle).expect("the bundle is good");
    }

    pub fn try_encrypt(&mut self, plaintext: &[u8]) -> Result<Sent, SessionError> {
        let half = ByteSeq::from_seq(&self.draw());
        let random = SparseRandom {
            key_pair: KemSeed::from_seq(&half.concat(&self.draw())),
            encapsulation: KemRandom::from_seq(&self.draw()),
        };
        let plaintext = ByteSeq::from_public_slice(plaintext);
        let record = self.record.clone();
        let (record, sent) = encrypt(
            record,
            &self.local,
            &self.remote,
            NOW_MS,
            &random,
            &plaintext,
        )?;
        self.record = record;
        Ok(sent)
    }

    pub fn encrypt(&mut self, plaintext: &[u8]) -> Sent {
        self.try_encrypt(plaintext).expect("there is a session")
    }

    /// Decrypt, and keep nothing.
    pub fn open(&mut self, sent: &Sent) -> Result<Decrypted, SessionError> {
        let fresh = self.draw();
        let record = self.record.clone();
        // A message that cannot be parsed counts as one that does not decrypt.
        let unreadable = SessionError::DecryptionFailed;
        match sent.kind {
            MessageKind::PreKey => {
                let message = parse_prekey_message(&sent.bytes).map_err(|_| unreadable)?;
                let mut seen_base_keys = Seq::<BaseKey>::new(0);
                for key in &self.seen {
                    seen_base_keys = seen_base_keys.push(key);
                }
                let lookup = PreKeyLookup {
                    signed_prekey: self.signed_prekey,
                    kem_prekey: self.kem_prekey.clone(),
                    one_time_prekey: self.one_time_prekey,
                    seen_base_keys,
                };
                decrypt_prekey_message(record, &self.local, &self.remote, &lookup, fresh, &message)
            }
            MessageKind::Signal => {
                let message = parse_signal_message(&sent.bytes).map_err(|_| unreadable)?;
                decrypt_message(record, &self.local, &self.remote, fresh, &message)
            }
        }
    }

    pub fn decrypt(&mut self, sent: &Sent) -> Result<Vec<u8>, SessionError> {
        let decrypted = self.open(sent)?;
        self.record = decrypted.record;
        Ok(hex::decode(decrypted.plaintext.to_hex()).unwrap())
    }
}

/// Two parties without a session.
pub fn pair_of(alice: Profile, bob: Profile) -> (Party, Party) {
    (Party::new(ALICE, BOB, alice), Party::new(BOB, ALICE, bob))
}

/// Two parties of version 4, and the session of the first with the second.
pub fn pair() -> (Party, Party) {
    let (mut alice, bob) = pair_of(Profile::SignalV4, Profile::SignalV4);
    alice.start(&bob.bundle());
    (alice, bob)
}

/// One message from a party to the other.
pub fn exchange(from: &mut Party, to: &mut Party, plaintext: &[u8]) {
    let sent = from.encrypt(plaintext);
    assert_eq!(to.decrypt(&sent), Ok(plaintext.to_vec()));
}
