//! The Signal protocol as deployed: PQXDH, the Triple Ratchet, and the sessions of a pair of devices.
//!
//! Every module but two private ones has a twin of the same name in the executable specification, `twinratchet-spec`; the two
//! are compared by vectors and by random differential tests. This page is the way in for applications: [`Identity`] is
//! who acts, [`Conversation`] is all that is kept about one device of a peer. The modules below it are public too, for
//! whoever keeps records, prekeys and identities in stores of their own: there start at [`session::select`]; for groups, at [`groups`].
//!
//! New sessions have version 4: PQXDH, then the Double Ratchet and SPQR side by side. An identity of the profile
//! [`wire::Profile::SignalV3`] makes sessions of version 3 in their place: X3DH, and the Double Ratchet alone.
//!
//! # What is and what is not promised
//!
//! No input makes it panic, and an error leaves the state as it was: tested, by random inputs and by comparison with the
//! specification. Secrets are compared in constant time and wiped when they are dropped. Two limits: a plaintext is given
//! out as a plain `Vec<u8>`, which the application wipes if it needs to; and while an operation runs, the compiler may move
//! a key between places on the stack, of which it wipes the last one only, and the library of the KEM leaves its own
//! intermediate values there.
//!
//! With `codegen-units = 1` in the profile of an application a short message was measured to take up to 1 µs more, in the
//! libraries below as well; the default is faster.
//!
//! # Example
//!
//! ```
//! use rand_chacha::rand_core::SeedableRng;
//! use twinratchet::session::select::PreKeyLookup;
//! use twinratchet::{kem_prekey, one_time_prekey, signed_prekey, Conversation, Identity};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! // A generator of the operating system in an application; a seeded one in this example.
//! let mut rng = rand_chacha::ChaCha20Rng::from_seed([7; 32]);
//! let now_ms = 1_700_000_000_000;
//!
//! let alice = Identity::generate("9d0652a3-dcc3-4d11-975f-74d61598733f", 1, &mut rng)?;
//! let bob = Identity::generate("796abedb-ca4e-4f18-8803-1fde5b921f9f", 1, &mut rng)?;
//!
//! // Bob keeps three prekeys and publishes their public halves in a bundle.
//! let spk = signed_prekey(&mut rng);
//! let opk = one_time_prekey(&mut rng);
//! let pqpk = kem_prekey(&mut rng);
//! let bundle = bob.bundle((1, &spk), Some((5, &opk)), Some((9, &pqpk)), &mut rng);
//!
//! // Alice starts from the bundle.
//! let mut to_bob = Conversation::initiate(&alice, bob.address(), &bundle, now_ms, &mut rng)?;
//! let hello = to_bob.encrypt(&alice, now_ms, b"hello", &mut rng)?;
//!
//! // Bob answers to it with the prekeys that it names, and deletes those of one use. Of a KEM prekey of last resort he
//! // would keep the pair, remember `base_key`, and hand in next time what he remembers.
//! let lookup = PreKeyLookup {
//!     signed_prekey: Some(&spk),
//!     one_time_prekey: Some(&opk),
//!     kem_prekey: Some(&pqpk),
//!     seen_base_keys: &[],
//! };
//! let (mut to_alice, first) =
//!     Conversation::respond(&bob, alice.address(), &hello, &lookup, &mut rng)?;
//! assert_eq!(first.plaintext, b"hello");
//! assert_eq!(first.used_one_time_prekey, Some(5));
//! assert_eq!(first.used_kem_prekey.map(|used| used.id), Some(9));
//!
//! let answer = to_alice.encrypt(&bob, now_ms, b"hello, Alice", &mut rng)?;
//! assert_eq!(to_bob.decrypt(&alice, &answer, &mut rng)?, b"hello, Alice");
//!
//! // What is kept between messages is some bytes, and the trusted identity.
//! let (saved, identity) = (to_bob.save(), to_bob.trusted_identity());
//! let mut to_bob = Conversation::load(bob.address(), identity, &saved)?;
//! let again = to_bob.encrypt(&alice, now_ms, b"again", &mut rng)?;
//! assert_eq!(to_alice.decrypt(&bob, &again, &mut rng)?, b"again");
//! # Ok(())
//! # }
//! ```
#![forbid(unsafe_code)]
#![deny(missing_docs)]
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod address;
mod backend;
mod ct;
pub mod fingerprint;
pub mod groups;
pub mod handshake;
pub mod keys;
pub mod primitives;
pub mod ratchet;
pub mod session;
pub mod wire;

use crate::address::{Address, AddressError};
use crate::groups::sender_key::{SenderKeyRecord, SenderKeyState};
use crate::handshake::bundle::{
    sign_kem_prekey, sign_signed_prekey, KemPreKeyEntry, OneTimePreKeyEntry, PreKeyBundle,
};
use crate::keys::kem::{kem_prekey_pair, KemPreKeyPair};
use crate::keys::{
    identity_key_pair, one_time_prekey_pair, signed_prekey_pair, IdentityKey, IdentityKeyPair,
    KemRandom, KemSeed, OneTimePreKeyPair, PrivateKey, SignatureRandom, SignedPreKeyPair,
};
use crate::ratchet::sparse::{draws, Draw, SparseRandom};
use crate::session::record::{
    empty_record, import_record, load_record, save_record, Record, RecordError, Session,
};
use crate::session::select::{
    decrypt_message, decrypt_prekey_message, encrypt, start_session, Ciphertext, Decrypted, Local,
    MessageKind, PreKeyLookup, Remote, SessionError,
};
use crate::wire::message::parse_signal_message;
use crate::wire::prekey_message::parse_prekey_message;
use crate::wire::{Profile, WireError};
use core::fmt;
use rand_core::CryptoRng;
use thiserror::Error as ThisError;
use zeroize::Zeroizing;

/// Registration ids have 14 bits, and are not 0.
const MAX_REGISTRATION_ID: u32 = 0x3fff;
/// What a message is given that takes no random bytes.
static NO_RANDOM: SparseRandom = no_random();

/// Why a message was not decrypted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ThisError)]
pub enum Error {
    /// The bytes are not a message.
    #[error("not a message: {0}")]
    Wire(#[from] WireError),
    /// The message was refused.
    #[error(transparent)]
    Session(#[from] SessionError),
}

/// Who acts: an identity key pair, a registration id, an address, and the profile, which is [`Profile::SignalV4`] unless
/// [`Identity::with_profile`] says otherwise.
#[derive(Debug)]
pub struct Identity {
    local: Local,
}

/// All that is kept about one device of a peer: its sessions, and the identity it is trusted to have.
///
/// On an error nothing in it has changed. `Debug` prints counters and public keys only.
pub struct Conversation {
    record: Record,
    remote: Remote,
}

impl Identity {
    /// A new identity.
    ///
    /// In: the name of the own address, a service id in deployed systems; the device id; randomness. Out: the identity.
    /// Errors: `BadDeviceId` outside 1..=127.
    pub fn generate(
        name: &str,
        device_id: u32,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, AddressError> {
        let address = address::address(name.as_bytes().to_vec(), device_id)?;
        let registration_id = (rng.next_u32() % MAX_REGISTRATION_ID).saturating_add(1);
        Ok(Self::from_parts(
            identity_key_pair(private_key(rng)),
            registration_id,
            address,
        ))
    }

    /// An identity from what an application has kept.
    ///
    /// In: the pair (see [`session::record::decode_identity_key_pair`]); the registration id; the own address. Out: the
    /// identity.
    #[must_use]
    pub fn from_parts(identity: IdentityKeyPair, registration_id: u32, address: Address) -> Self {
        Self {
            local: Local {
                identity,
                registration_id,
                address,
                profile: Profile::SignalV4,
            },
        }
    }

    /// The same identity with another profile: which sessions it makes. Sessions that it has go on.
    #[must_use]
    pub fn with_profile(mut self, profile: Profile) -> Self {
        self.local.profile = profile;
        self
    }

    /// The public key.
    #[must_use]
    pub fn public(&self) -> IdentityKey {
        self.local.identity.public
    }

    /// The own address.
    #[must_use]
    pub fn address(&self) -> &Address {
        &self.local.address
    }

    /// The own registration id.
    #[must_use]
    pub fn registration_id(&self) -> u32 {
        self.local.registration_id
    }

    /// What the functions of [`session::select`] take.
    #[must_use]
    pub fn local(&self) -> &Local {
        &self.local
    }

    /// The bundle to publish: the public halves of prekeys, with fresh signatures.
    ///
    /// In: the signed prekey and its id; a one-time prekey and its id, if there is one; a KEM prekey and its id, which peers
    /// of version 4 need; randomness. Out: the bundle.
    #[must_use]
    pub fn bundle(
        &self,
        signed_prekey: (u32, &SignedPreKeyPair),
        one_time_prekey: Option<(u32, &OneTimePreKeyPair)>,
        kem_prekey: Option<(u32, &KemPreKeyPair)>,
        rng: &mut impl CryptoRng,
    ) -> PreKeyBundle {
        let (signed_prekey_id, pair) = signed_prekey;
        let identity = &self.local.identity;
        let signature = sign_signed_prekey(identity, pair.public, &signature_random(rng));
        PreKeyBundle {
            registration_id: self.local.registration_id,
            one_time_prekey: one_time_prekey.map(|(id, pair)| OneTimePreKeyEntry {
                id,
                key: pair.public,
            }),
            signed_prekey_id,
            signed_prekey: pair.public,
            signed_prekey_signature: signature,
            kem_prekey: kem_prekey.map(|(id, pair)| KemPreKeyEntry {
                id,
                key: pair.public.clone(),
                signature: sign_kem_prekey(identity, &pair.public, &signature_random(rng)),
            }),
            identity_key: self.public(),
        }
    }
}

impl Conversation {
    /// A conversation without a session.
    ///
    /// In: the address of the peer device; its trusted identity, if any. Out: the conversation.
    #[must_use]
    pub fn new(peer: &Address, trusted: Option<IdentityKey>) -> Self {
        let remote = Remote {
            address: peer.clone(),
            stored_identity: trusted,
        };
        Self {
            record: empty_record(),
            remote,
        }
    }

    /// Start a conversation from the bundle of a peer that is not known yet. Its identity is trusted from now on.
    ///
    /// In: who; the address of the peer device; its bundle; the time in milliseconds since 1970; randomness. Out: the
    /// conversation.
    /// Errors: `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`, `Handshake(MissingKemPreKey)`.
    pub fn initiate(
        identity: &Identity,
        peer: &Address,
        bundle: &PreKeyBundle,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<Self, SessionError> {
        let mut conversation = Self::new(peer, None);
        conversation.restart(identity, bundle, now_ms, rng)?;
        Ok(conversation)
    }

    /// Start a new session in this conversation; the one in use is archived.
    ///
    /// In: who; the bundle of the peer; the time in milliseconds since 1970; randomness.
    /// Errors: `UntrustedIdentity`, `Handshake(BadSignature)`, `Handshake(InvalidAgreement)`, `Handshake(MissingKemPreKey)`.
    pub fn restart(
        &mut self,
        identity: &Identity,
        bundle: &PreKeyBundle,
        now_ms: u64,
        rng: &mut impl CryptoRng,
    ) -> Result<(), SessionError> {
        let (base, ratchet) = (private_key(rng), private_key(rng));
        let mut kem = KemRandom::from_bytes([0; 32]);
        rng.fill_bytes(kem.as_bytes_mut());
        let (record, local, remote) = (&mut self.record, &identity.local, &self.remote);
        start_session(record, local, remote, bundle, base, ratchet, kem, now_ms)?;
        self.keep_identity();
        Ok(())
    }

    /// Start a conversation from the first message of a peer that is not known yet. Its identity is trusted from now on.
    ///
    /// In: who; the address of the peer device, as the transport tells it; its message; the pairs that the message names (see
    /// [`wire::prekey_message::parse_prekey_message`]); randomness. Out: the conversation and the plaintext.
    /// Errors: those of [`Conversation::decrypt_with`].
    pub fn respond(
        identity: &Identity,
        peer: &Address,
        ciphertext: &Ciphertext,
        lookup: &PreKeyLookup<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<(Self, Decrypted), Error> {
        let mut conversation = Self::new(peer, None);
        let decrypted = conversation.decrypt_with(identity, ciphertext, lookup, rng)?;
        Ok((conversation, decrypted))
    }

    /// Encrypt a message.
    ///
    /// In: who; the time in milliseconds since 1970; any plaintext, secret; randomness, which few messages of version 4 take
    /// and none of version 3. Out: the message.
    /// Errors: `NoSession`, `InvalidSparseState`, `CounterExhausted`, `UntrustedIdentity`.
    pub fn encrypt(
        &mut self,
        identity: &Identity,
        now_ms: u64,
        plaintext: &[u8],
        rng: &mut impl CryptoRng,
    ) -> Result<Ciphertext, SessionError> {
        match self.draw() {
            Draw::Nothing => self.encrypt_with(identity, now_ms, &NO_RANDOM, plaintext),
            draw => self.encrypt_with(identity, now_ms, &sparse_random(draw, rng), plaintext),
        }
    }

    /// Which random bytes the next message takes.
    fn draw(&self) -> Draw {
        let session = self.record.current();
        session.map_or(Draw::Nothing, |session| draws(&session.ratchet.sparse))
    }

    fn encrypt_with(
        &mut self,
        identity: &Identity,
        now_ms: u64,
        random: &SparseRandom,
        plaintext: &[u8],
    ) -> Result<Ciphertext, SessionError> {
        let (record, local, remote) = (&mut self.record, &identity.local, &self.remote);
        let ciphertext = encrypt(record, local, remote, now_ms, random, plaintext)?;
        self.keep_identity();
        Ok(ciphertext)
    }

    /// Decrypt a message that needs no prekey: any but the first ones of a session that the peer has started.
    ///
    /// In: who; the message; randomness. Out: the plaintext, secret.
    /// Errors: those of [`Conversation::decrypt_with`].
    pub fn decrypt(
        &mut self,
        identity: &Identity,
        ciphertext: &Ciphertext,
        rng: &mut impl CryptoRng,
    ) -> Result<Vec<u8>, Error> {
        let decrypted = self.decrypt_with(identity, ciphertext, &PreKeyLookup::default(), rng)?;
        Ok(decrypted.plaintext)
    }

    /// Decrypt any message.
    ///
    /// In: who; the message; the pairs that it names, if it is a prekey message; randomness. Out: the plaintext, secret; the id
    /// of the one-time prekey to delete; the KEM prekey to delete or to remember.
    /// Errors: `Wire` for what is not a message; `Session` with those of [`session::select::decrypt_message`] or
    /// [`session::select::decrypt_prekey_message`].
    pub fn decrypt_with(
        &mut self,
        identity: &Identity,
        ciphertext: &Ciphertext,
        lookup: &PreKeyLookup<'_>,
        rng: &mut impl CryptoRng,
    ) -> Result<Decrypted, Error> {
        let (record, local, remote) = (&mut self.record, &identity.local, &self.remote);
        let bytes = &ciphertext.bytes;
        match ciphertext.kind {
            MessageKind::Signal => {
                let message = parse_signal_message(bytes)?;
                let fresh = private_key(rng);
                let decrypted = decrypt_message(record, local, remote, fresh, &message)?;
                self.keep_identity();
                Ok(decrypted)
            }
            MessageKind::PreKey => {
                let message = parse_prekey_message(bytes)?;
                let fresh = private_key(rng);
                let decrypted =
                    decrypt_prekey_message(record, local, remote, lookup, fresh, &message)?;
                // The identity that was checked: an older session that opens the message may have another.
                self.remote.stored_identity = Some(message.envelope.identity_key);
                Ok(decrypted)
            }
        }
    }

    /// What an application keeps, with the trusted identity. Secret.
    #[must_use]
    pub fn save(&self) -> Zeroizing<Vec<u8>> {
        save_record(&self.record)
    }

    /// What [`Conversation::save`] gave.
    ///
    /// In: the address of the peer device; its trusted identity, if any; the bytes, secret. Out: the conversation.
    /// Errors: those of [`session::record::load_record`].
    pub fn load(
        peer: &Address,
        trusted: Option<IdentityKey>,
        saved: &[u8],
    ) -> Result<Self, RecordError> {
        Ok(Self {
            record: load_record(saved)?,
            ..Self::new(peer, trusted)
        })
    }

    /// A record of the deployed library.
    ///
    /// In: the address of the peer device; its trusted identity, if any; the bytes, secret. Out: the conversation.
    /// Errors: those of [`session::record::import_record`].
    pub fn import(
        peer: &Address,
        trusted: Option<IdentityKey>,
        stored: &[u8],
    ) -> Result<Self, RecordError> {
        Ok(Self {
            record: import_record(stored)?,
            ..Self::new(peer, trusted)
        })
    }

    /// The identity that the peer is trusted to have: the first one seen, or the last one accepted.
    #[must_use]
    pub fn trusted_identity(&self) -> Option<IdentityKey> {
        self.remote.stored_identity
    }

    /// Accept another identity of the peer: the decision of a user who was told that it has changed.
    pub fn accept_identity(&mut self, identity: IdentityKey) {
        self.remote.stored_identity = Some(identity);
    }

    /// Keep the identity of the session that was used, which was checked against the one kept before, if there was one.
    fn keep_identity(&mut self) {
        let current = self.record.current();
        self.remote.stored_identity = current.map(|session| session.remote_identity);
    }

    /// The record of the sessions.
    #[must_use]
    pub fn record(&self) -> &Record {
        &self.record
    }
}

impl fmt::Debug for Conversation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut out = f.debug_struct("Conversation");
        out.field("remote", &self.remote)
            .field("record", &self.record)
            .finish()
    }
}

impl Record {
    /// The session that sends.
    #[must_use]
    pub fn current(&self) -> Option<&Session> {
        self.current.as_deref()
    }

    /// How many sessions are archived.
    #[must_use]
    pub fn archived(&self) -> usize {
        self.previous.len()
    }
}

impl SenderKeyRecord {
    /// The states, newest first.
    pub fn states(&self) -> impl Iterator<Item = &SenderKeyState> {
        self.states.iter().map(|state| &**state)
    }
}

/// A fresh signed prekey. In: randomness. Out: the pair.
#[must_use]
pub fn signed_prekey(rng: &mut impl CryptoRng) -> SignedPreKeyPair {
    signed_prekey_pair(private_key(rng))
}

/// A fresh one-time prekey. In: randomness. Out: the pair.
#[must_use]
pub fn one_time_prekey(rng: &mut impl CryptoRng) -> OneTimePreKeyPair {
    one_time_prekey_pair(private_key(rng))
}

/// A fresh KEM prekey, for one use or of last resort. In: randomness. Out: the pair.
#[must_use]
pub fn kem_prekey(rng: &mut impl CryptoRng) -> KemPreKeyPair {
    let mut seed = KemSeed::from_bytes([0; 64]);
    rng.fill_bytes(seed.as_bytes_mut());
    kem_prekey_pair(seed)
}

/// The random bytes that a message takes.
fn sparse_random(draw: Draw, rng: &mut impl CryptoRng) -> SparseRandom {
    let mut random = no_random();
    match draw {
        Draw::KeyPair => rng.fill_bytes(random.key_pair.as_bytes_mut()),
        Draw::Encapsulation => rng.fill_bytes(random.encapsulation.as_bytes_mut()),
        Draw::Nothing => {}
    }
    random
}

const fn no_random() -> SparseRandom {
    SparseRandom {
        key_pair: KemSeed::from_bytes([0; 64]),
        encapsulation: KemRandom::from_bytes([0; 32]),
    }
}

fn signature_random(rng: &mut impl CryptoRng) -> SignatureRandom {
    let mut random = SignatureRandom::from_bytes([0; 64]);
    rng.fill_bytes(random.as_bytes_mut());
    random
}

// Filled in place: no copy of the secret stays behind.
fn private_key(rng: &mut impl CryptoRng) -> PrivateKey {
    let mut key = PrivateKey::from_bytes([0; 32]);
    rng.fill_bytes(key.as_bytes_mut());
    key
}

#[cfg(feature = "inspect")]
pub use inspected::{ChainSnapshot, RecordSnapshot, SessionSnapshot};

#[cfg(feature = "inspect")]
mod inspected {
    use super::SparseSnapshot;
    use crate::keys::{BaseKey, IdentityKey, RatchetKey};
    use crate::ratchet::double::{ReceivingChain, SendingChain};
    use crate::session::record::{Pending, Record, Session};

    /// A chain, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct ChainSnapshot {
        /// DHs or DHr.
        pub ratchet_public: RatchetKey,
        /// The private half of DHs.
        pub ratchet_private: Option<[u8; 32]>,
        /// CKs or CKr.
        pub chain_key: [u8; 32],
        /// Ns or Nr.
        pub index: u32,
        /// Numbers and seeds in MKSKIPPED, newest first.
        pub skipped: Vec<(u32, [u8; 32])>,
    }

    /// A session, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SessionSnapshot {
        /// Session version.
        pub version: u8,
        /// Own IK.
        pub local_identity: IdentityKey,
        /// IK of the peer.
        pub remote_identity: IdentityKey,
        /// RK.
        pub root_key: [u8; 32],
        /// PN.
        pub previous_counter: u32,
        /// The sending chain.
        pub sending: ChainSnapshot,
        /// Receiving chains, oldest first.
        pub receiving: Vec<ChainSnapshot>,
        /// SPQR.
        pub sparse: SparseSnapshot,
        /// What is repeated until an answer comes.
        pub pending: Option<Pending>,
        /// Registration id of the peer.
        pub remote_registration_id: u32,
        /// Own registration id.
        pub local_registration_id: u32,
        /// EKA.
        pub base_key: BaseKey,
    }

    /// A record, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct RecordSnapshot {
        /// The session that sends.
        pub current: Option<SessionSnapshot>,
        /// How many sessions are archived.
        pub archived: usize,
    }

    impl Record {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> RecordSnapshot {
            RecordSnapshot {
                current: self.current().map(Session::snapshot),
                archived: self.archived(),
            }
        }
    }

    impl Session {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> SessionSnapshot {
            let double = &self.ratchet.double;
            SessionSnapshot {
                version: self.version,
                local_identity: self.local_identity,
                remote_identity: self.remote_identity,
                root_key: *double.rk.as_bytes(),
                previous_counter: double.pn,
                sending: sending(&double.sending),
                receiving: double.receiving.iter().map(receiving).collect(),
                sparse: self.ratchet.sparse.snapshot(),
                pending: self.pending.clone(),
                remote_registration_id: self.remote_registration_id,
                local_registration_id: self.local_registration_id,
                base_key: self.base_key,
            }
        }
    }

    fn sending(chain: &SendingChain) -> ChainSnapshot {
        ChainSnapshot {
            ratchet_public: chain.dhs.public,
            ratchet_private: Some(*chain.dhs.private.as_bytes()),
            chain_key: *chain.cks.as_bytes(),
            index: chain.ns,
            skipped: Vec::new(),
        }
    }

    fn receiving(chain: &ReceivingChain) -> ChainSnapshot {
        let newest_first = chain.mkskipped.values().rev();
        ChainSnapshot {
            ratchet_public: chain.dhr,
            ratchet_private: None,
            chain_key: *chain.ckr.as_bytes(),
            index: chain.nr,
            skipped: newest_first
                .map(|key| (key.number, *key.seed.as_bytes()))
                .collect(),
        }
    }
}

#[cfg(feature = "inspect")]
pub use inspected_sender_key::SenderKeyStateSnapshot;

#[cfg(feature = "inspect")]
mod inspected_sender_key {
    use crate::groups::sender_key::{SenderKeyRecord, SenderKeyState};
    use crate::keys::SenderSigningKey;

    /// A state of a sender key, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SenderKeyStateSnapshot {
        /// Version of its messages.
        pub version: u8,
        /// Names the state in the record.
        pub chain_id: u32,
        /// Number of the next message.
        pub iteration: u32,
        /// The chain key at that number.
        pub chain_key: [u8; 32],
        /// The signing key.
        pub signing_public: SenderSigningKey,
        /// Its private half, at the sender.
        pub signing_private: Option<[u8; 32]>,
        /// Iterations and seeds of the skipped keys, oldest first.
        pub skipped: Vec<(u32, [u8; 32])>,
    }

    impl SenderKeyRecord {
        /// The states in a neutral form, newest first, with their secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> Vec<SenderKeyStateSnapshot> {
            self.states().map(SenderKeyState::snapshot).collect()
        }
    }

    impl SenderKeyState {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> SenderKeyStateSnapshot {
            let private = self.signing.private.as_ref();
            let skipped = self.skipped.values();
            SenderKeyStateSnapshot {
                version: self.version,
                chain_id: self.chain_id,
                iteration: self.iteration,
                chain_key: *self.chain_key.as_bytes(),
                signing_public: self.signing.public,
                signing_private: private.map(|key| *key.as_bytes()),
                skipped: skipped
                    .map(|key| (key.iteration, *key.seed.as_bytes()))
                    .collect(),
            }
        }
    }
}

#[cfg(feature = "inspect")]
pub use inspected_sparse::{
    BraidSnapshot, HalfSnapshot, LinkSnapshot, SparseChainSnapshot, SparseSnapshot,
};

#[cfg(feature = "inspect")]
mod inspected_sparse {
    use crate::ratchet::sparse::braid::states::braid_core;
    use crate::ratchet::sparse::braid::Braid;
    use crate::ratchet::sparse::chain::{Chain, Half, Link};
    use crate::ratchet::sparse::State;

    /// A state of SPQR, with its secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SparseSnapshot {
        /// Whether the negotiation is still there.
        pub negotiating: bool,
        /// The Braid; none in version 0.
        pub braid: Option<BraidSnapshot>,
        /// The chains, if there are any yet.
        pub chain: Option<SparseChainSnapshot>,
    }

    /// A state of the Braid, with the keys of its authenticator.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct BraidSnapshot {
        /// Name of the state, in snake case.
        pub state: &'static str,
        /// Epoch.
        pub epoch: u64,
        /// Root key of the authenticator.
        pub root_key: [u8; 32],
        /// Key of its MACs.
        pub mac_key: [u8; 32],
    }

    /// Chains of SPQR, with their secrets.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct SparseChainSnapshot {
        /// Newest epoch.
        pub current_epoch: u64,
        /// Epoch of the last key sent.
        pub send_epoch: u64,
        /// What the next epoch secret is mixed into.
        pub next_root: [u8; 32],
        /// One link an epoch, oldest first.
        pub links: Vec<LinkSnapshot>,
    }

    /// The chains of an epoch.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct LinkSnapshot {
        /// For messages sent.
        pub send: HalfSnapshot,
        /// For messages received.
        pub receive: HalfSnapshot,
    }

    /// One direction of an epoch.
    #[derive(Clone, Debug, PartialEq, Eq)]
    pub struct HalfSnapshot {
        /// Number of the last key derived.
        pub counter: u32,
        /// The chain key; none once it is erased.
        pub next: Option<[u8; 32]>,
        /// Numbers of the skipped keys, in the order of the store.
        pub stored: Vec<u32>,
    }

    impl State {
        /// The state in a neutral form, with its secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> SparseSnapshot {
            SparseSnapshot {
                negotiating: self.negotiation.is_some(),
                braid: self.braid.as_ref().map(braid),
                chain: self.chain.as_deref().map(Chain::snapshot),
            }
        }
    }

    impl Chain {
        /// The chains in a neutral form, with their secrets: for vectors and differential tests.
        #[must_use]
        pub fn snapshot(&self) -> SparseChainSnapshot {
            SparseChainSnapshot {
                current_epoch: self.current_epoch,
                send_epoch: self.send_epoch,
                next_root: *self.next_root.as_bytes(),
                links: self.links.iter().map(|item| link(item)).collect(),
            }
        }
    }

    fn braid(braid: &Braid) -> BraidSnapshot {
        let (epoch, auth) = braid_core(braid);
        let state = match braid {
            Braid::KeysUnsampled(_) => "keys_unsampled",
            Braid::KeysSampled(_) => "keys_sampled",
            Braid::HeaderSent(_) => "header_sent",
            Braid::Ct1Received(_) => "ct1_received",
            Braid::EkSentCt1Received(_) => "ek_sent_ct1_received",
            Braid::NoHeaderReceived(_) => "no_header_received",
            Braid::HeaderReceived(_) => "header_received",
            Braid::Ct1Sampled(_) => "ct1_sampled",
            Braid::EkReceivedCt1Sampled(_) => "ek_received_ct1_sampled",
            Braid::Ct1Acknowledged(_) => "ct1_acknowledged",
            Braid::Ct2Sampled(_) => "ct2_sampled",
        };
        BraidSnapshot {
            state,
            epoch,
            root_key: *auth.root_key.as_bytes(),
            mac_key: *auth.mac_key.as_bytes(),
        }
    }

    fn link(link: &Link) -> LinkSnapshot {
        LinkSnapshot {
            send: half(&link.send),
            receive: half(&link.receive),
        }
    }

    fn half(half: &Half) -> HalfSnapshot {
        HalfSnapshot {
            counter: half.ctr,
            next: half.next.as_ref().map(|next| *next.as_bytes()),
            stored: half.stored.iter().map(|stored| stored.index).collect(),
        }
    }
}
