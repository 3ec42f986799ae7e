//! What a benchmark asks of an implementation, and the two devices that talk in all of them.
pub mod optimised;
pub mod specification;

/// The version of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// X3DH and the Double Ratchet.
    V3,
    /// PQXDH and the Triple Ratchet.
    V4,
}

/// Keys and address of a device; every benchmark has the same two.
#[derive(Clone, Copy, Debug)]
pub struct Party {
    /// Its name, a service id.
    pub name: &'static str,
    /// Its device id.
    pub device_id: u32,
    /// Its registration id.
    pub registration_id: u32,
    /// The first byte of its private keys, which are otherwise the same.
    pub seed: u8,
    /// Which sessions it makes.
    pub version: Version,
}

impl Party {
    /// The same party, which makes sessions of a version.
    #[must_use]
    pub const fn of(self, version: Version) -> Self {
        Self { version, ..self }
    }
}

/// The initiator.
pub const ALICE: Party = Party {
    name: "9d0652a3-dcc3-4d11-975f-74d61598733f",
    device_id: 1,
    registration_id: 0x1111,
    seed: 0x10,
    version: Version::V3,
};
/// The responder.
pub const BOB: Party = Party {
    name: "796abedb-ca4e-4f18-8803-1fde5b921f9f",
    device_id: 2,
    registration_id: 0x2222,
    seed: 0x80,
    version: Version::V3,
};
/// When everything happens, in milliseconds since 1970.
pub const NOW_MS: u64 = 1_700_000_000_000;
/// The random bytes of every signature.
pub const SIGNATURE_RANDOM: [u8; 64] = [7; 64];
/// The random bytes of every encapsulation, in a handshake and in SPQR.
pub const KEM_RANDOM: [u8; 32] = [0x43; 32];
/// The random bytes of every key pair of SPQR.
pub const SPARSE_SEED: [u8; 64] = [0x21; 64];
/// The key that SPQR begins with where it runs alone.
pub const SPARSE_AUTH_KEY: [u8; 32] = [0x65; 32];
/// Id of Bob's signed prekey.
pub const SIGNED_PREKEY_ID: u32 = 1;
/// Id of Bob's one-time prekey.
pub const ONE_TIME_PREKEY_ID: u32 = 5;
/// Id of Bob's KEM prekey.
pub const KEM_PREKEY_ID: u32 = 9;

/// With one exchange before them: after the header in three messages Bob answers with a ciphertext, and Alice sends the key.
const EXCHANGES_BEFORE_KEY: usize = 3;

/// The private keys of a party, one after the other: the same run draws the same keys.
#[derive(Clone, Copy, Debug)]
pub struct PrivateKeys {
    seed: u8,
    drawn: u64,
}

impl PrivateKeys {
    /// The keys of a party, from the first.
    #[must_use]
    pub fn of(party: Party) -> Self {
        Self {
            seed: party.seed,
            drawn: 0,
        }
    }

    /// The next key: never one that was drawn before, so that every ratchet key is new.
    pub fn draw(&mut self) -> [u8; 32] {
        self.drawn += 1;
        let mut key = [self.seed; 32];
        key[8..16].copy_from_slice(&self.drawn.to_le_bytes());
        key
    }

    /// The next two keys, as the random bytes of a KEM prekey.
    pub fn draw_seed(&mut self) -> [u8; 64] {
        let mut seed = [0; 64];
        for half in seed.chunks_exact_mut(32) {
            half.copy_from_slice(&self.draw());
        }
        seed
    }
}

/// An implementation: the calls that are timed, and what they are prepared with.
pub trait Side {
    /// A device with its identity, its prekeys, and what it keeps about its peer.
    type Device;
    /// A bundle.
    type Bundle;
    /// A message as it is sent.
    type Message;
    /// A plaintext.
    type Plaintext;
    /// A key pair.
    type KeyPair;
    /// An agreement.
    type Agreement;
    /// The signature of a prekey.
    type Signature;
    /// SPQR alone, at one party.
    type Sparse;
    /// A message of SPQR.
    type SparseMessage;

    /// X25519.
    fn x25519(private: [u8; 32], public: [u8; 32]) -> Self::Agreement;
    /// A key pair.
    fn key_pair(private: [u8; 32]) -> Self::KeyPair;
    /// A plaintext.
    fn plaintext(bytes: &[u8]) -> Self::Plaintext;

    /// A device that has not talked to anybody.
    fn device(own: Party, peer: Party) -> Self::Device;
    /// The same device once more, and what it keeps about its peer.
    fn fork(device: &Self::Device) -> Self::Device;
    /// Make what a device keeps about its peer what another one keeps, of the same party.
    fn rewind(device: &mut Self::Device, to: &Self::Device) {
        *device = Self::fork(to);
    }
    /// A new signed prekey, and its signature.
    fn signed_prekey(device: &Self::Device, private: [u8; 32]) -> Self::Signature;
    /// A new KEM prekey, and its signature.
    fn kem_prekey(device: &Self::Device, seed: [u8; 64]) -> Self::Signature;
    /// A bundle with the prekeys of the device.
    fn publish(device: &Self::Device) -> Self::Bundle;

    /// Start a session.
    fn start_session(device: &mut Self::Device, bundle: &Self::Bundle);
    /// Encrypt.
    fn encrypt(device: &mut Self::Device, plaintext: &Self::Plaintext) -> Self::Message;
    /// Parse and decrypt a message that is no prekey message.
    fn decrypt(device: &mut Self::Device, message: &Self::Message) -> Self::Plaintext;
    /// Parse and decrypt a prekey message.
    fn decrypt_prekey(device: &mut Self::Device, message: &Self::Message) -> Self::Plaintext;

    /// SPQR of an initiator and of its responder, before the first message.
    fn sparse_parties() -> [Self::Sparse; 2];
    /// Send a message of SPQR, and derive its key.
    fn sparse_send(party: &mut Self::Sparse) -> Self::SparseMessage;
    /// Receive a message of SPQR, and derive its key.
    fn sparse_receive(party: &mut Self::Sparse, message: &Self::SparseMessage);
    /// The epoch of a party.
    fn sparse_epoch(party: &Self::Sparse) -> u64;
}

/// Alice with a session to Bob, and her first message, which Bob has not seen.
#[must_use]
pub fn started<S: Side>(
    version: Version,
    plaintext: &S::Plaintext,
) -> (S::Device, S::Device, S::Message) {
    let (alice, bob) = (ALICE.of(version), BOB.of(version));
    let (mut alice, bob) = (S::device(alice, bob), S::device(bob, alice));
    S::start_session(&mut alice, &S::publish(&bob));
    let first = S::encrypt(&mut alice, plaintext);
    (alice, bob, first)
}

/// Alice and Bob after one message each way: the next one of Alice is the first on a new chain.
#[must_use]
pub fn answered<S: Side>(version: Version) -> (S::Device, S::Device) {
    let plaintext = S::plaintext(b"hello");
    let (mut alice, mut bob, first) = started::<S>(version, &plaintext);
    S::decrypt_prekey(&mut bob, &first);
    let answer = S::encrypt(&mut bob, &plaintext);
    S::decrypt(&mut alice, &answer);
    (alice, bob)
}

/// Alice and Bob with a chain from Alice to Bob that has one message behind it. In version 4 they are in the long part of an
/// epoch, where the messages of Alice carry chunks of an encapsulation key and Bob collects them.
#[must_use]
pub fn on_a_chain<S: Side>(version: Version) -> (S::Device, S::Device) {
    let (mut alice, mut bob) = answered::<S>(version);
    let plaintext = S::plaintext(b"hello");
    let exchanges = match version {
        Version::V3 => 0,
        Version::V4 => EXCHANGES_BEFORE_KEY,
    };
    for _ in 0..exchanges {
        let message = S::encrypt(&mut alice, &plaintext);
        S::decrypt(&mut bob, &message);
        let answer = S::encrypt(&mut bob, &plaintext);
        S::decrypt(&mut alice, &answer);
    }
    let message = S::encrypt(&mut alice, &plaintext);
    S::decrypt(&mut bob, &message);
    (alice, bob)
}
