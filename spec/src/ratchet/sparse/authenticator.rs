//! The authenticator: a MAC key that every epoch secret renews, and the MACs of headers and ciphertexts.
//!
//! Which part: BRAID 2.2, `KDF_AUTH`, and the MACs of BRAID 2.5. Who calls it: `braid`. Secret: both keys, the epoch
//! secrets; a MAC is public once it is sent.
//!
//! Deployed: HKDF has no salt, and the root key stands before the update key in the keying material; in the text the
//! root key is the salt. The protocol info of the labels names no MAC algorithm.
use crate::keys::*;
use crate::primitives::hkdf::*;
use crate::primitives::hmac::*;
use hacspec_lib::*;

/// Length of the output of `KDF_AUTH`.
const KDF_AUTH_LENGTH: u8 = 64u8;
/// Length of an epoch secret.
const EPOCH_SECRET_LENGTH: u8 = 32u8;

/// The keys of the authenticator.
#[derive(Clone, Copy)]
pub struct Authenticator {
    /// What the next keys are derived from, secret.
    pub root_key: SparseRootKey,
    /// The key of the MACs, secret.
    pub mac_key: MacKey,
}

/// A label and the epoch, BE64: the form of every label here. Public, and made secret by its type only.
fn with_epoch(label: ByteSeq, epoch: u64) -> ByteSeq {
    label.concat(&U64_to_be_bytes(U64(epoch)))
}

/// Standard: BRAID 2.2, `KDF_AUTH(root_key, update_key, epoch)`.
fn kdf_auth(root_key: SparseRootKey, update_key: &ByteSeq, epoch: u64) -> Authenticator {
    let label = ByteSeq::from_public_slice(b"Signal_PQCKA_V1_MLKEM768:Authenticator Update");
    let ikm = ByteSeq::from_seq(&root_key).concat(update_key);
    let okm = hkdf(&no_salt(), &ikm, &with_epoch(label, epoch), KDF_AUTH_LENGTH);
    Authenticator {
        root_key: SparseRootKey::from_slice(&okm, 0, 32),
        mac_key: MacKey::from_slice(&okm, 32, 32),
    }
}

/// The authenticator of a new session.
///
/// Standard: BRAID 2.2, `KDF_AUTH` on a root key of zeros.
/// In: the key from the handshake, secret; the first epoch. Out: the authenticator, secret.
pub fn authenticator(auth_key: SparseAuthKey, epoch: u64) -> Authenticator {
    kdf_auth(SparseRootKey::new(), &ByteSeq::from_seq(&auth_key), epoch)
}

/// The authenticator after an epoch secret.
///
/// Standard: BRAID 2.2, `KDF_AUTH`. In: the authenticator before; an epoch and its secret. Out: the authenticator,
/// secret.
pub fn authenticator_update(
    authenticator: &Authenticator,
    epoch: u64,
    secret: EpochSecret,
) -> Authenticator {
    kdf_auth(authenticator.root_key, &ByteSeq::from_seq(&secret), epoch)
}

/// HMAC of a label with the epoch, and public bytes.
fn mac(
    authenticator: &Authenticator,
    label: ByteSeq,
    epoch: u64,
    content: &Seq<u8>,
) -> Sha256Digest {
    let input = with_epoch(label, epoch).concat(&ByteSeq::from_public_seq(content));
    hmac_sha256(&ByteSeq::from_seq(&authenticator.mac_key), &input)
}

/// The MAC of a header.
///
/// Standard: BRAID 2.5, the MAC sent behind a header. In: the authenticator that the epoch before left; the epoch; the
/// header. Out: 32 bytes; what the peer sends is compared with it.
pub fn mac_header(authenticator: &Authenticator, epoch: u64, header: &Seq<u8>) -> Sha256Digest {
    let label = ByteSeq::from_public_slice(b"Signal_PQCKA_V1_MLKEM768:ekheader");
    mac(authenticator, label, epoch, header)
}

/// The MAC of a ciphertext.
///
/// Standard: BRAID 2.5, the MAC sent behind ct2. In: the authenticator after the update with the secret of this epoch;
/// the epoch; ct1 ‖ ct2. Out: 32 bytes; what the peer sends is compared with it.
pub fn mac_ciphertext(
    authenticator: &Authenticator,
    epoch: u64,
    ciphertext: &Seq<u8>,
) -> Sha256Digest {
    let label = ByteSeq::from_public_slice(b"Signal_PQCKA_V1_MLKEM768:ciphertext");
    mac(authenticator, label, epoch, ciphertext)
}

/// The secret that an epoch gives.
///
/// Standard: BRAID 2.5, the output key of an epoch.
/// In: K of the KEM, secret; the epoch. Out: 32 bytes, secret.
pub fn epoch_secret(kem_secret: KemSecret, epoch: u64) -> EpochSecret {
    let label = ByteSeq::from_public_slice(b"Signal_PQCKA_V1_MLKEM768:SCKA Key");
    let okm = hkdf(
        &no_salt(),
        &ByteSeq::from_seq(&kem_secret),
        &with_epoch(label, epoch),
        EPOCH_SECRET_LENGTH,
    );
    EpochSecret::from_seq(&okm)
}
