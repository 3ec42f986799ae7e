//! PQXDH, session version 4.
//!
//! What: the agreements of X3DH, one encapsulation, and one KDF. Which part: PQXDH 3.3 and 3.4. Who calls it:
//! `session::select`. Secret: everything but the public keys and the ciphertext.
use crate::handshake::bundle::PreKeyBundle;
use crate::handshake::x3dh::{initiator_agreement, key_material, responder_agreement, DhOutputs};
use crate::handshake::HandshakeError;
use crate::keys::kem::{parse_kem_ciphertext, KemPreKeyPair, CIPHERTEXT_LENGTH};
use crate::keys::{
    BaseKey, BaseKeyPair, ChainKey, IdentityKey, IdentityKeyPair, KemRandom, KemSecret,
    OneTimePreKeyPair, RootKey, SignedPreKeyPair, SparseAuthKey,
};
use crate::primitives::hkdf::hkdf_blocks;
use crate::primitives::mlkem::{kyber_1024_decaps, kyber_1024_encaps};
use crate::wire::Profile;
use zeroize::Zeroizing;

/// Length of the KDF output: root key, chain key and the key of SPQR.
pub const PQXDH_OUTPUT_LENGTH: u8 = 96;

const INFO: &[u8; 46] = b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024";

/// What a handshake gives to the ratchets.
pub struct PqxdhSecrets {
    /// RK, secret.
    pub root_key: RootKey,
    /// The chain key of the chain on SPKB, secret.
    pub chain_key: ChainKey,
    /// The key of SPQR, secret.
    pub auth_key: SparseAuthKey,
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_key_material`.
///
/// In: the agreements; SS. Out: F ‖ DH1 ‖ DH2 ‖ DH3 [‖ DH4] ‖ SS, 160 or 192 bytes, secret.
#[must_use]
pub fn pqxdh_key_material(outputs: &DhOutputs, kem_secret: &KemSecret) -> Zeroizing<Vec<u8>> {
    // There is room: nothing is moved.
    let mut out = key_material(outputs);
    out.extend_from_slice(kem_secret.as_bytes());
    out
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_kdf`.
/// Faster: the state of HMAC for the salt, zeros, is a constant.
///
/// In: the key material, secret. Out: root key, chain key and the key of SPQR, secret.
#[must_use]
pub fn pqxdh_kdf(ikm: &[u8]) -> PqxdhSecrets {
    let [root_key, chain_key, auth_key] = hkdf_blocks(None, ikm, INFO);
    PqxdhSecrets {
        root_key: RootKey::from_bytes(*root_key.as_bytes()),
        chain_key: ChainKey::from_bytes(*chain_key.as_bytes()),
        auth_key: SparseAuthKey::from_bytes(*auth_key.as_bytes()),
    }
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_encapsulate`.
///
/// In: the bundle, its signatures checked before; 32 random bytes, secret. Out: SS, secret; CT, public.
/// Errors: `MissingKemPreKey`.
pub fn pqxdh_encapsulate(
    bundle: &PreKeyBundle,
    random: &KemRandom,
) -> Result<(KemSecret, Box<[u8; CIPHERTEXT_LENGTH]>), HandshakeError> {
    let entry = bundle.kem_prekey.as_ref();
    let entry = entry.ok_or(HandshakeError::MissingKemPreKey)?;
    // (CT, SS) = PQKEM-ENC(PQPKB)
    Ok(kyber_1024_encaps(&entry.key.key, random))
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_decapsulate`.
///
/// In: the pair of PQPKB; CT with its type byte, of any length. Out: SS, secret. Errors: `Kem`.
pub fn pqxdh_decapsulate(
    kem_prekey: &KemPreKeyPair,
    ciphertext: &[u8],
) -> Result<KemSecret, HandshakeError> {
    let ciphertext = parse_kem_ciphertext(ciphertext).map_err(HandshakeError::Kem)?;
    // SS = PQKEM-DEC(PQPKB, CT)
    Ok(kyber_1024_decaps(&kem_prekey.decapsulation_key, ciphertext))
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_initiate`.
///
/// In: IKA pair; EKA pair; the bundle, its signatures checked before; 32 random bytes, secret. Out: root key, chain key
/// and the key of SPQR; CT, public.
/// Errors: `InvalidAgreement`, then `MissingKemPreKey`.
pub fn pqxdh_initiate(
    identity: &IdentityKeyPair,
    base: &BaseKeyPair,
    bundle: &PreKeyBundle,
    random: &KemRandom,
) -> Result<(PqxdhSecrets, Box<[u8; CIPHERTEXT_LENGTH]>), HandshakeError> {
    // DH1 to DH4
    let outputs = initiator_agreement(identity, base, bundle)?;
    let (kem_secret, ciphertext) = pqxdh_encapsulate(bundle, random)?;
    // SK = KDF(DH1 || DH2 || DH3 [|| DH4] || SS)
    let secrets = pqxdh_kdf(&pqxdh_key_material(&outputs, &kem_secret));
    Ok((secrets, ciphertext))
}

/// Mirror of `spec::handshake::pqxdh::pqxdh_respond`.
///
/// In: IKB pair; SPKB pair; OPKB pair if the message names one; PQPKB pair; IKA; EKA; CT with its type byte. Out: root key,
/// chain key and the key of SPQR.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`, then `Kem`.
pub fn pqxdh_respond(
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<&OneTimePreKeyPair>,
    kem_prekey: &KemPreKeyPair,
    remote_identity: IdentityKey,
    base: BaseKey,
    ciphertext: &[u8],
) -> Result<PqxdhSecrets, HandshakeError> {
    // DH1 to DH4
    let outputs = responder_agreement(
        Profile::SignalV4,
        identity,
        signed_prekey,
        one_time_prekey,
        remote_identity,
        base,
    )?;
    let kem_secret = pqxdh_decapsulate(kem_prekey, ciphertext)?;
    // SK = KDF(DH1 || DH2 || DH3 [|| DH4] || SS)
    Ok(pqxdh_kdf(&pqxdh_key_material(&outputs, &kem_secret)))
}
