//! The authenticator: a MAC key that every epoch secret renews, and the MACs of headers and ciphertexts.
//!
//! Which part: BRAID 2.2, `KDF_AUTH`, and the MACs of BRAID 2.5, as deployed. Who calls it: `braid`. Secret: both keys, the
//! epoch secrets; a MAC is public once it is sent.
use crate::backend::hmac::HmacSha256;
use crate::keys::{EpochSecret, KemSecret, MacKey, Sha256Digest, SparseAuthKey, SparseRootKey};
use crate::primitives::hkdf::hkdf_blocks;
use core::fmt;
use zeroize::Zeroizing;

const UPDATE_LABEL: &[u8] = b"Signal_PQCKA_V1_MLKEM768:Authenticator Update";
const HEADER_LABEL: &[u8] = b"Signal_PQCKA_V1_MLKEM768:ekheader";
const CIPHERTEXT_LABEL: &[u8] = b"Signal_PQCKA_V1_MLKEM768:ciphertext";
const SECRET_LABEL: &[u8] = b"Signal_PQCKA_V1_MLKEM768:SCKA Key";

/// The keys of the authenticator.
pub struct Authenticator {
    /// What the next keys are derived from, secret.
    pub root_key: SparseRootKey,
    /// The key of the MACs, secret.
    pub mac_key: MacKey,
}

impl fmt::Debug for Authenticator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Authenticator").finish_non_exhaustive()
    }
}

/// Mirror of `spec::ratchet::sparse::authenticator::authenticator`.
///
/// In: the key from the handshake, secret; the first epoch. Out: the authenticator, secret.
#[must_use]
pub fn authenticator(auth_key: &SparseAuthKey, epoch: u64) -> Authenticator {
    kdf_auth(&[0; 32], auth_key.as_bytes(), epoch)
}

/// Mirror of `spec::ratchet::sparse::authenticator::authenticator_update`.
///
/// In: the authenticator before; an epoch and its secret. Out: the authenticator, secret.
#[must_use]
pub fn authenticator_update(
    authenticator: &Authenticator,
    epoch: u64,
    secret: &EpochSecret,
) -> Authenticator {
    let root_key = authenticator.root_key.as_bytes();
    kdf_auth(root_key, secret.as_bytes(), epoch)
}

/// Mirror of `spec::ratchet::sparse::authenticator::mac_header`.
///
/// In: the authenticator that the epoch before left; the epoch; the header. Out: 32 bytes.
#[must_use]
pub fn mac_header(authenticator: &Authenticator, epoch: u64, header: &[u8]) -> Sha256Digest {
    mac(authenticator, &[HEADER_LABEL, &epoch.to_be_bytes(), header])
}

/// Mirror of `spec::ratchet::sparse::authenticator::mac_ciphertext`.
///
/// In: the authenticator after the update with the secret of this epoch; the epoch; ct1 ‖ ct2. Out: 32 bytes.
#[must_use]
pub fn mac_ciphertext(
    authenticator: &Authenticator,
    epoch: u64,
    ciphertext: &[u8],
) -> Sha256Digest {
    mac_halves(authenticator, epoch, ciphertext, &[])
}

/// [`mac_ciphertext`] of a ciphertext in two halves.
pub(crate) fn mac_halves(
    authenticator: &Authenticator,
    epoch: u64,
    ciphertext1: &[u8],
    ciphertext2: &[u8],
) -> Sha256Digest {
    let epoch = epoch.to_be_bytes();
    let parts = [CIPHERTEXT_LABEL, &epoch, ciphertext1, ciphertext2];
    mac(authenticator, &parts)
}

/// Mirror of `spec::ratchet::sparse::authenticator::epoch_secret`.
///
/// In: K of the KEM, secret; the epoch. Out: 32 bytes, secret.
#[must_use]
pub fn epoch_secret(kem_secret: &KemSecret, epoch: u64) -> EpochSecret {
    let info = [SECRET_LABEL, &epoch.to_be_bytes()].concat();
    let [secret] = hkdf_blocks(None, kem_secret.as_bytes(), &info);
    EpochSecret::from_bytes(*secret.as_bytes())
}

/// Mirror of `spec::ratchet::sparse::authenticator::kdf_auth`.
fn kdf_auth(root_key: &[u8; 32], update_key: &[u8; 32], epoch: u64) -> Authenticator {
    let ikm = Zeroizing::new([root_key.as_slice(), update_key].concat());
    let info = [UPDATE_LABEL, &epoch.to_be_bytes()].concat();
    let [root_key, mac_key] = hkdf_blocks(None, &ikm, &info);
    Authenticator {
        root_key: SparseRootKey::from_bytes(*root_key.as_bytes()),
        mac_key: MacKey::from_bytes(*mac_key.as_bytes()),
    }
}

fn mac(authenticator: &Authenticator, parts: &[&[u8]]) -> Sha256Digest {
    HmacSha256::new(authenticator.mac_key.as_bytes()).tag(parts)
}
