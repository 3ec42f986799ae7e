//! X3DH, session version 3.
//!
//! What: four (or three) agreements and one KDF. Which part: X3DH 3.3 and 3.4. Who calls it: `session::select`. Secret:
//! everything but the public keys.
use crate::handshake::bundle::PreKeyBundle;
use crate::handshake::{lift_dh, HandshakeError};
use crate::keys::{
    BaseKey, BaseKeyPair, ChainKey, IdentityKey, IdentityKeyPair, OneTimePreKeyPair, RootKey,
    SharedSecret, SignedPreKeyPair,
};
use crate::primitives::edwards25519::is_canonical;
use crate::primitives::hkdf::hkdf_blocks;
use crate::primitives::x25519::dh;
use crate::wire::Profile;
use zeroize::Zeroizing;

/// Length of F, the bytes ff before the agreements, for curve X25519.
pub const F_LENGTH: usize = 32;
/// Length of the KDF output: root key and chain key.
pub const X3DH_OUTPUT_LENGTH: u8 = 64;

const INFO: &[u8; 11] = b"WhisperText";
/// F, four agreements, and the secret of the KEM in version 4.
const MAX_KEY_MATERIAL_LENGTH: usize = F_LENGTH + 5 * 32;

/// The agreements of a handshake.
pub struct DhOutputs {
    /// DH(IKA, SPKB), secret.
    pub dh1: SharedSecret,
    /// DH(EKA, IKB), secret.
    pub dh2: SharedSecret,
    /// DH(EKA, SPKB), secret.
    pub dh3: SharedSecret,
    /// DH(EKA, OPKB), secret, if the bundle had an OPK.
    pub dh4: Option<SharedSecret>,
}

/// What a handshake gives to the ratchet.
pub struct Secrets {
    /// RK, secret.
    pub root_key: RootKey,
    /// The chain key of the chain on SPKB, secret.
    pub chain_key: ChainKey,
}

/// Mirror of `spec::handshake::x3dh::initiator_agreement`.
///
/// In: IKA pair; EKA pair; the bundle, its signature checked before. Out: DH1 to DH4.
/// Errors: `InvalidAgreement`.
pub fn initiator_agreement(
    identity: &IdentityKeyPair,
    base: &BaseKeyPair,
    bundle: &PreKeyBundle,
) -> Result<DhOutputs, HandshakeError> {
    // DH1 = DH(IKA, SPKB)
    let dh1 = lift_dh(dh(&identity.private, bundle.signed_prekey.key))?;
    // DH2 = DH(EKA, IKB)
    let dh2 = lift_dh(dh(&base.private, bundle.identity_key.key))?;
    // DH3 = DH(EKA, SPKB)
    let dh3 = lift_dh(dh(&base.private, bundle.signed_prekey.key))?;
    // DH4 = DH(EKA, OPKB)
    let opk = bundle.one_time_prekey;
    let dh4 = opk
        .map(|opk| lift_dh(dh(&base.private, opk.key.key)))
        .transpose()?;
    Ok(DhOutputs { dh1, dh2, dh3, dh4 })
}

/// Mirror of `spec::handshake::x3dh::accepts_base_key`.
fn accepts_base_key(profile: Profile, base: BaseKey) -> bool {
    match profile {
        Profile::SignalV3 | Profile::SignalV4 => is_canonical(base.key),
        Profile::WhatsAppV3 => true,
    }
}

/// Mirror of `spec::handshake::x3dh::responder_agreement`.
///
/// In: the profile; IKB pair; SPKB pair; OPKB pair if the message names one; IKA; EKA. Out: DH1 to DH4.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`.
pub fn responder_agreement(
    profile: Profile,
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<&OneTimePreKeyPair>,
    remote_identity: IdentityKey,
    base: BaseKey,
) -> Result<DhOutputs, HandshakeError> {
    if !accepts_base_key(profile, base) {
        return Err(HandshakeError::InvalidBaseKey);
    }
    // DH1 = DH(SPKB, IKA)
    let dh1 = lift_dh(dh(&signed_prekey.private, remote_identity.key))?;
    // DH2 = DH(IKB, EKA)
    let dh2 = lift_dh(dh(&identity.private, base.key))?;
    // DH3 = DH(SPKB, EKA)
    let dh3 = lift_dh(dh(&signed_prekey.private, base.key))?;
    // DH4 = DH(OPKB, EKA)
    let dh4 = one_time_prekey
        .map(|opk| lift_dh(dh(&opk.private, base.key)))
        .transpose()?;
    Ok(DhOutputs { dh1, dh2, dh3, dh4 })
}

/// Mirror of `spec::handshake::x3dh::key_material`.
///
/// In: the agreements. Out: F ‖ DH1 ‖ DH2 ‖ DH3 [‖ DH4], 128 or 160 bytes, secret.
#[must_use]
pub fn key_material(outputs: &DhOutputs) -> Zeroizing<Vec<u8>> {
    // The capacity covers everything: nothing is moved, and no copy stays behind.
    let mut out = Zeroizing::new(Vec::with_capacity(MAX_KEY_MATERIAL_LENGTH));
    out.extend_from_slice(&[0xff; F_LENGTH]);
    for dh in [
        Some(&outputs.dh1),
        Some(&outputs.dh2),
        Some(&outputs.dh3),
        outputs.dh4.as_ref(),
    ] {
        out.extend_from_slice(dh.map_or(&[], |dh| dh.as_bytes().as_slice()));
    }
    out
}

/// Mirror of `spec::handshake::x3dh::x3dh_kdf`.
/// Faster: the state of HMAC for the salt, zeros, is a constant.
///
/// In: the key material, secret. Out: root key and chain key, secret.
#[must_use]
pub fn x3dh_kdf(ikm: &[u8]) -> Secrets {
    let [root_key, chain_key] = hkdf_blocks(None, ikm, INFO);
    Secrets {
        root_key: RootKey::from_bytes(*root_key.as_bytes()),
        chain_key: ChainKey::from_bytes(*chain_key.as_bytes()),
    }
}

/// Mirror of `spec::handshake::x3dh::initiate`.
///
/// In: IKA pair; EKA pair; the bundle, its signature checked before. Out: root key and chain key.
/// Errors: `InvalidAgreement`.
pub fn initiate(
    identity: &IdentityKeyPair,
    base: &BaseKeyPair,
    bundle: &PreKeyBundle,
) -> Result<Secrets, HandshakeError> {
    let outputs = initiator_agreement(identity, base, bundle)?;
    Ok(x3dh_kdf(&key_material(&outputs)))
}

/// Mirror of `spec::handshake::x3dh::respond`.
///
/// In: IKB pair; SPKB pair; OPKB pair if the message names one; IKA; EKA. Out: root key and chain key.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`.
pub fn respond(
    profile: Profile,
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<&OneTimePreKeyPair>,
    remote_identity: IdentityKey,
    base: BaseKey,
) -> Result<Secrets, HandshakeError> {
    let outputs = responder_agreement(
        profile,
        identity,
        signed_prekey,
        one_time_prekey,
        remote_identity,
        base,
    )?;
    Ok(x3dh_kdf(&key_material(&outputs)))
}
