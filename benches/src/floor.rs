//! The floor of an operation: the primitive calls that the protocol asks for, and nothing else.
//!
//! No parsing, no state, no allocation, no wiping; padding and headers only as lengths. What a floor takes is what impl would
//! take if everything between the calls of its libraries were free. `tests/floor.rs` derives the numbers of calls from the
//! protocol.
//!
//! # Why impl cannot do with fewer
//!
//! - A tag has a key of its own, so both key blocks of its HMAC are hashed for it; only where one key makes several tags
//!   (`KDF_CK`, the expand step of HKDF) are they hashed once, and only the zero salt is known in advance.
//! - `KDF_CK` cannot be put off: whoever keeps the chain key of a message to derive the next one later keeps the key of
//!   that message. For the same reason a jump derives every seed that it stores: the chain key it could derive them
//!   from later gives also the keys of messages already read.
//! - All agreements have distinct pairs of keys. The library computes one at a time, and shares nothing between two.
//! - The point A of a signature is not stored with a key pair, so the signer computes it. The verifier hashes its encoding,
//!   and compares the encoding of R: one of them is needed to know the other.
//! - The canonical check of EK needs the point, and one multiplication by q.
//! - Every message of SPQR has a key of its own, with an extract step under the zero salt and an expand step of two blocks.
//!   As in `KDF_CK`, no seed of a jump can be put off.
//!
//! What the floors of version 4 contain beside this: the KEM with the functions that impl calls, keys and ciphertexts at hand;
//! the tags and derivations of an epoch (`sparse`). The chunks of the erasure code are parts of what is sent where all
//! messages arrive, as here: the floors have nothing for them, nor for putting them together.
//!
//! Fewer would do with other libraries: SHA-256 of two messages at a time, curve arithmetic that shares an inversion, or a
//! test for torsion by halving. The floor is that of the libraries in use.
mod primitives;
mod sparse;

pub use primitives::{Counting, Primitives, Real};
pub use sparse::EPOCH_MESSAGES;

use crate::side::Version;
use core::hint::black_box;
use curve25519_dalek::{EdwardsPoint, Scalar};
use primitives::{words, Words};

/// A message, as far as its length goes.
#[derive(Clone, Copy, Debug)]
pub struct MessageShape {
    /// Version of the session.
    pub version: Version,
    /// Length of the plaintext.
    pub plaintext: usize,
    /// Number of the message in its chain.
    pub counter: u32,
    /// Whether it carries the address block, as in a prekey message.
    pub carries_addresses: bool,
    /// Length of the SPQR message.
    pub sparse: usize,
}

/// How many messages a jump passes over.
pub const JUMP: u32 = 2000;

/// Serialised public key: the type byte and u.
const SERIALIZED_KEY: usize = 33;
/// Serialised KEM key or ciphertext: the type byte and the bytes.
const SERIALIZED_KEM_KEY: usize = 1569;
const ADDRESS_BLOCK: usize = 36;
/// Version, epoch, index, type, chunk index, a byte each; the chunk.
const SPARSE_MESSAGE: usize = 5 + 32;
const DIGEST: usize = 32;
const AES_BLOCK: usize = 16;

impl MessageShape {
    /// A message of a session that was answered; its number as long as that of the first ones. In version 4 with a chunk.
    #[must_use]
    pub const fn plain(version: Version, plaintext: usize) -> Self {
        Self {
            version,
            plaintext,
            counter: 0,
            carries_addresses: false,
            sparse: match version {
                Version::V3 => 0,
                Version::V4 => SPARSE_MESSAGE,
            },
        }
    }

    /// The same after so many messages on the same chains, at least 128: number, and index and chunk index of SPQR, take
    /// a byte more.
    #[must_use]
    pub const fn after(self, messages: u32) -> Self {
        Self {
            counter: messages + 1,
            sparse: match self.version {
                Version::V3 => 0,
                Version::V4 => self.sparse + 2,
            },
            ..self
        }
    }

    /// Blocks of the body: PKCS#7 always adds padding.
    #[must_use]
    pub const fn body_blocks(self) -> usize {
        self.plaintext / AES_BLOCK + 1
    }

    /// Length of what the tag covers in the message: version byte and protobuf; PN below 128.
    #[must_use]
    pub const fn covered(self) -> usize {
        let body = self.body_blocks() * AES_BLOCK;
        let addresses = if self.carries_addresses {
            bytes_field(ADDRESS_BLOCK)
        } else {
            0
        };
        let sparse = match self.version {
            Version::V3 => 0,
            Version::V4 => bytes_field(self.sparse),
        };
        1 + bytes_field(SERIALIZED_KEY)
            + 1
            + varint(self.counter as usize)
            + 1
            + 1
            + bytes_field(body)
            + sparse
            + addresses
    }
}

/// Length of a bytes field: tag, length, content.
const fn bytes_field(content: usize) -> usize {
    1 + varint(content) + content
}

/// Length of a varint.
const fn varint(value: usize) -> usize {
    let mut length = 1;
    let mut rest = value >> 7;
    while rest != 0 {
        length += 1;
        rest >>= 7;
    }
    length
}

/// The two states of an HMAC after its key block.
#[derive(Clone, Copy)]
struct Keyed {
    inner: Words,
    outer: Words,
}

/// What the floors start from: keys of real use, so that no library takes a short way.
pub struct Floor<P> {
    primitives: P,
    private: [u8; 32],
    public: [u8; 32],
    chain_key: Words,
    sparse_key: Words,
    zero_salt: Keyed,
    /// Which message of an epoch of SPQR is next.
    in_epoch: usize,
}

impl<P: Primitives> Floor<P> {
    /// A floor on these primitives.
    ///
    /// In: a private key and its public key, of which the primitives are called.
    #[must_use]
    pub fn new(primitives: P, private: [u8; 32], public: [u8; 32]) -> Self {
        let chain_key = words(&public);
        let zero_salt = Keyed {
            inner: words(&private),
            outer: chain_key,
        };
        Self {
            primitives,
            private,
            public,
            chain_key,
            sparse_key: chain_key,
            zero_salt,
            in_epoch: 0,
        }
    }

    /// The primitives.
    #[must_use]
    pub fn primitives(&self) -> &P {
        &self.primitives
    }

    /// One agreement.
    pub fn x25519(&mut self) {
        self.agree();
    }

    /// One key pair.
    pub fn key_pair(&mut self) {
        self.primitives.public_key(&self.private);
    }

    /// A signed prekey: a key pair, and XEdDSA over its serialised public key.
    pub fn signed_prekey(&mut self) {
        self.key_pair();
        self.sign(SERIALIZED_KEY);
    }

    /// A KEM prekey: a key pair, and XEdDSA over its serialised public key.
    pub fn kem_prekey(&mut self) {
        self.primitives.kyber_key_pair();
        self.sign(SERIALIZED_KEM_KEY);
    }

    /// A session from a bundle with a one-time prekey.
    pub fn initiate(&mut self, version: Version) {
        self.verify(SERIALIZED_KEY);
        if version == Version::V4 {
            self.verify(SERIALIZED_KEM_KEY);
        }
        self.key_pair();
        let root_key = match version {
            Version::V3 => self.x3dh(),
            Version::V4 => {
                let agreed = self.agree_four_times();
                self.primitives.kyber_encaps();
                self.pqxdh_kdf(&agreed)
            }
        };
        self.key_pair();
        self.dh_half_step(&root_key);
    }

    /// The session of a first prekey message, and its plaintext.
    pub fn respond(&mut self, message: MessageShape) {
        self.canonical_check();
        let root_key = match message.version {
            Version::V3 => self.x3dh(),
            Version::V4 => {
                let agreed = self.agree_four_times();
                self.primitives.kyber_decaps();
                let root_key = self.pqxdh_kdf(&agreed);
                self.start_sparse_chain();
                root_key
            }
        };
        self.open_with_dh_step(&root_key, message);
    }

    /// A message of the sending chain.
    pub fn encrypt(&mut self, message: MessageShape) {
        let sparse_key = self.sparse_key(message.version);
        let (next, seed) = self.kdf_ck(&self.chain_key.clone());
        let [cipher_key, mac_key, _] = self.message_keys(&seed, sparse_key);
        let body = self
            .primitives
            .cbc_encrypt(&cipher_key, message.body_blocks());
        self.mac(&mac_key, &body, message);
        self.chain_key = next;
    }

    /// A message of a known receiving chain.
    pub fn decrypt(&mut self, message: MessageShape) {
        self.chain_key = self.open(&self.chain_key.clone(), message);
    }

    /// A message [`JUMP`] ahead of its receiving chain.
    pub fn jump(&mut self, message: MessageShape) {
        for _ in 0..JUMP {
            self.chain_key = self.kdf_ck(&self.chain_key.clone()).0;
            self.sparse_key(message.version);
        }
        self.decrypt(message);
    }

    /// A message each way, each received with a Diffie-Hellman step. In version 4 they are the next two of an epoch.
    pub fn ping_pong(&mut self, message: MessageShape) {
        for _ in 0..2 {
            if message.version == Version::V4 {
                self.next_of_epoch();
            }
            self.encrypt(message);
            self.open_with_dh_step(&self.chain_key.clone(), message);
        }
    }

    fn agree(&mut self) -> Words {
        words(&self.primitives.dh(&self.private, &self.public))
    }

    /// DH1 to DH4.
    fn agree_four_times(&mut self) -> Words {
        let mut last = self.agree();
        for _ in 0..3 {
            last = self.agree();
        }
        last
    }

    /// DH1 to DH4 and the KDF over F and them.
    fn x3dh(&mut self) -> Words {
        let last = self.agree_four_times();
        let prk = self.tag(&self.zero_salt.clone(), &last, 32 + 4 * 32);
        let [root_key, _] = self.expand(&prk, b"WhisperText".len());
        root_key
    }

    /// The KDF over F, DH1 to DH4 and SS; the authenticator of SPQR begins with its last output.
    fn pqxdh_kdf(&mut self, last: &Words) -> Words {
        let prk = self.tag(&self.zero_salt.clone(), last, 32 + 4 * 32 + 32);
        let info = b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024".len();
        let [root_key, _, auth_key] = self.expand(&prk, info);
        self.authenticator_update(&auth_key);
        root_key
    }

    /// KDF_RK of an agreement.
    fn dh_half_step(&mut self, root_key: &Words) -> [Words; 2] {
        let dh = self.agree();
        let keyed = self.key_blocks(root_key);
        let prk = self.tag(&keyed, &dh, 32);
        self.expand(&prk, b"WhisperRatchet".len())
    }

    /// The receiving half of a step, the message, and the sending half with a fresh pair.
    fn open_with_dh_step(&mut self, root_key: &Words, message: MessageShape) {
        let [root_key, chain_key] = self.dh_half_step(root_key);
        self.open(&chain_key, message);
        self.key_pair();
        [_, self.chain_key] = self.dh_half_step(&root_key);
    }

    /// The next message of a chain. Out: the next chain key.
    fn open(&mut self, chain_key: &Words, message: MessageShape) -> Words {
        let (next, seed) = self.kdf_ck(chain_key);
        let sparse_key = self.sparse_key(message.version);
        let [cipher_key, mac_key, _] = self.message_keys(&seed, sparse_key);
        self.mac(&mac_key, &seed, message);
        self.primitives
            .cbc_decrypt(&cipher_key, message.body_blocks());
        next
    }

    /// Out: the next chain key and the seed.
    fn kdf_ck(&mut self, chain_key: &Words) -> (Words, Words) {
        let keyed = self.key_blocks(chain_key);
        let seed = self.tag(&keyed, chain_key, 1);
        (self.tag(&keyed, chain_key, 1), seed)
    }

    /// Out: the blocks with cipher key, MAC key and vector. The salt is the key of SPQR, if there is one.
    fn message_keys(&mut self, seed: &Words, sparse_key: Option<Words>) -> [Words; 3] {
        let salt = match sparse_key {
            Some(key) => self.key_blocks(&key),
            None => self.zero_salt,
        };
        let prk = self.tag(&salt, seed, 32);
        self.expand(&prk, b"WhisperMessageKeys".len())
    }

    /// The tag over both identity keys and the message; `body` is its last part to be known.
    fn mac(&mut self, key: &Words, body: &Words, message: MessageShape) {
        let keyed = self.key_blocks(key);
        self.tag(&keyed, body, 2 * SERIALIZED_KEY + message.covered());
    }

    /// The expand step of HKDF for whole blocks.
    fn expand<const N: usize>(&mut self, prk: &Words, info: usize) -> [Words; N] {
        let keyed = self.key_blocks(prk);
        let mut before = 0;
        let mut previous = *prk;
        core::array::from_fn(|_| {
            previous = self.tag(&keyed, &previous, before + info + 1);
            before = DIGEST;
            previous
        })
    }

    fn key_blocks(&mut self, key: &Words) -> Keyed {
        let inner = self.primitives.sha256(&self.zero_salt.inner, key, 1);
        let outer = self.primitives.sha256(&self.zero_salt.outer, key, 1);
        Keyed { inner, outer }
    }

    /// HMAC after its key blocks, of a message of this length.
    fn tag(&mut self, keyed: &Keyed, message: &Words, length: usize) -> Words {
        // One byte 80 and eight of length follow the message.
        let blocks = (length + 9).div_ceil(64);
        let inner = self.primitives.sha256(&keyed.inner, message, blocks);
        self.primitives.sha256(&keyed.outer, &inner, 1)
    }

    /// SHA-512 of a message of this length, mod q.
    fn hash_to_scalar(&mut self, length: usize) -> Scalar {
        // One byte 80 and sixteen of length follow the message.
        self.primitives
            .sha512_scalar(&self.private, (length + 17).div_ceil(128))
    }

    /// XEdDSA over a serialised key of so many bytes.
    fn sign(&mut self, length: usize) {
        let a = Scalar::from_bytes_mod_order(self.private);
        let a_point = self.primitives.base_mult(&a);
        // r: hash_1 prefix, k, the serialised key, Z
        let r = self.hash_to_scalar(32 + 32 + length + 64);
        let r_point = self.primitives.base_mult(&r);
        black_box(self.primitives.encode(&[a_point, r_point]));
        // h: R, A, the serialised key
        black_box(self.hash_to_scalar(32 + 32 + length));
    }

    /// XEdDSA over a serialised key of so many bytes.
    fn verify(&mut self, length: usize) {
        let a = self.primitives.to_edwards(&self.public);
        black_box(self.primitives.encode(&[a]));
        let h = self.hash_to_scalar(32 + 32 + length);
        let s = Scalar::from_bytes_mod_order(self.private);
        let r = self.primitives.double_base_mult(&h, &a, &s);
        black_box(self.primitives.encode(&[r]));
    }

    /// The point of EK, and its product with q.
    fn canonical_check(&mut self) -> EdwardsPoint {
        let ek = self.primitives.to_edwards(&self.public);
        self.primitives
            .double_base_mult(&-Scalar::ONE, &ek, &Scalar::ZERO)
    }
}
