//! The floor of SPQR: what its chains, its authenticator and its KEM compute for the messages of an epoch.
//!
//! The parties take turns and every message arrives. An epoch begins where its key side sends first, and lasts
//! [`EPOCH_MESSAGES`]; the number of a message is even if the key side sends it:
//!
//! ```text
//!  0, 2, 4            the header and its MAC, 3 chunks   0: key pair, MAC; 4: the receiver checks the MAC
//!  5, 7, ... 63       ct1, 30 chunks                     5: first half, epoch secret, authenticator, chains
//!  6, 8, ... 76       t-hat, 36 chunks                   76: the receiver checks it, second half, MAC
//!  77, 79, ... 85     ct2 and the MAC, 5 chunks          85: decapsulation, epoch secret, authenticator, MAC, chains
//!  86                 the first of the next epoch: the ciphertext side learns of it, and is its key side
//! ```
//!
//! Every message has a key, which sender and receiver derive. All chunks are pieces of what is sent: no arithmetic.
use super::primitives::Words;
use super::{Floor, Primitives};
use crate::side::Version;

/// Messages of an epoch, of both parties.
pub const EPOCH_MESSAGES: usize = 87;

const FIRST_OF_HEADER: usize = 0;
const LAST_OF_HEADER: usize = 4;
const FIRST_OF_CT1: usize = 5;
const LAST_OF_VECTOR: usize = 76;
const LAST_OF_CT2: usize = 85;

const EPOCH: usize = 8;
const COUNTER: usize = 4;
const HEADER: usize = 64;
const CIPHERTEXT: usize = 1088;

impl<P: Primitives> Floor<P> {
    /// A whole epoch.
    pub fn sparse_epoch(&mut self) {
        for _ in 0..EPOCH_MESSAGES {
            self.next_of_epoch();
            self.sparse_key(Version::V4);
            self.sparse_key(Version::V4);
        }
    }

    /// What the next message of an epoch takes beside its keys, at its sender and at its receiver.
    pub(super) fn next_of_epoch(&mut self) {
        match self.in_epoch {
            FIRST_OF_HEADER => {
                self.primitives.generate();
                self.mac_header();
            }
            LAST_OF_HEADER => self.mac_header(),
            FIRST_OF_CT1 => {
                self.primitives.encaps1();
                self.new_epoch();
            }
            LAST_OF_VECTOR => {
                self.primitives.is_match();
                self.primitives.encaps2();
                self.mac_ciphertext();
            }
            LAST_OF_CT2 => {
                self.primitives.decaps_halves();
                self.new_epoch();
                self.mac_ciphertext();
            }
            _ => {}
        }
        self.in_epoch = (self.in_epoch + 1) % EPOCH_MESSAGES;
    }

    /// KDF_SCKA_CK, the key of a message; none in version 3.
    pub(super) fn sparse_key(&mut self, version: Version) -> Option<Words> {
        if version == Version::V3 {
            return None;
        }
        let prk = self.tag(&self.zero_salt.clone(), &self.sparse_key.clone(), 32);
        let info = COUNTER + b"Signal PQ Ratchet V1 Chain Next".len();
        let [next, key] = self.expand(&prk, info);
        self.sparse_key = next;
        Some(key)
    }

    /// KDF_SCKA_INIT.
    pub(super) fn start_sparse_chain(&mut self) {
        let prk = self.tag(&self.zero_salt.clone(), &self.sparse_key.clone(), 32);
        let info = b"Signal PQ Ratchet V1 Chain  Start".len();
        let [_, _, key] = self.expand(&prk, info);
        self.sparse_key = key;
    }

    /// The secret of an epoch, the authenticator after it, and KDF_SCKA_RK.
    fn new_epoch(&mut self) {
        let shared = self.sparse_key;
        let prk = self.tag(&self.zero_salt.clone(), &shared, 32);
        let info = b"Signal_PQCKA_V1_MLKEM768:SCKA Key".len() + EPOCH;
        let [secret] = self.expand(&prk, info);
        self.authenticator_update(&secret);
        let salt = self.key_blocks(&secret);
        let prk = self.tag(&salt, &secret, 32);
        let info = b"Signal PQ Ratchet V1 Chain Add Epoch".len();
        let [_, _, key] = self.expand(&prk, info);
        self.sparse_key = key;
    }

    /// KDF_AUTH.
    pub(super) fn authenticator_update(&mut self, secret: &Words) {
        let prk = self.tag(&self.zero_salt.clone(), secret, 32 + 32);
        let info = b"Signal_PQCKA_V1_MLKEM768:Authenticator Update".len() + EPOCH;
        let [_, mac_key] = self.expand(&prk, info);
        self.sparse_key = mac_key;
    }

    fn mac_header(&mut self) {
        self.sparse_mac(b"Signal_PQCKA_V1_MLKEM768:ekheader".len() + EPOCH + HEADER);
    }

    fn mac_ciphertext(&mut self) {
        self.sparse_mac(b"Signal_PQCKA_V1_MLKEM768:ciphertext".len() + EPOCH + CIPHERTEXT);
    }

    /// HMAC with the key of the authenticator over so many bytes.
    fn sparse_mac(&mut self, length: usize) {
        let key = self.sparse_key;
        let keyed = self.key_blocks(&key);
        self.sparse_key = self.tag(&keyed, &key, length);
    }
}
