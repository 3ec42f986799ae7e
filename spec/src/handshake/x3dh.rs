//! X3DH, session version 3.
//!
//! What: four (or three) agreements and one KDF. Which part: X3DH 3.3 and 3.4. Who calls it: `session::select`.
//! Secret: everything but the public keys.
//!
//! Deployed: the KDF gives 64 bytes, the root key and the first chain key, where the text gives 32 bytes SK and
//! leaves the rest to the ratchet; the associated data is made per message (`ratchet::double`).
use crate::handshake::bundle::*;
use crate::handshake::*;
use crate::keys::*;
use crate::primitives::edwards25519::*;
use crate::primitives::hkdf::*;
use crate::primitives::x25519::*;
use crate::wire::Profile;
use hacspec_lib::*;

/// Length of F, the bytes ff before the agreements, for curve X25519.
pub const F_LENGTH: usize = 32;
/// Length of the KDF output: root key and chain key.
pub const X3DH_OUTPUT_LENGTH: u8 = 64u8;

/// The agreements of a handshake.
#[derive(Clone, Copy)]
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
#[derive(Clone, Copy)]
pub struct Secrets {
    /// RK, secret.
    pub root_key: RootKey,
    /// The chain key of the chain on SPKB, secret.
    pub chain_key: ChainKey,
}

/// DH4 of the initiator.
fn initiator_dh4(
    base: &BaseKeyPair,
    one_time_prekey: Option<OneTimePreKeyEntry>,
) -> Result<Option<SharedSecret>, HandshakeError> {
    match one_time_prekey {
        Some(opk) => {
            let dh4 = lift_dh(dh(&base.private, opk.key.key))?;
            Ok(Some(dh4))
        }
        None => Ok(None),
    }
}

/// The agreements of the initiator.
///
/// Standard: X3DH 3.3.
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
    let dh4 = initiator_dh4(base, bundle.one_time_prekey)?;
    Ok(DhOutputs { dh1, dh2, dh3, dh4 })
}

/// DH4 of the responder.
fn responder_dh4(
    one_time_prekey: Option<OneTimePreKeyPair>,
    base: BaseKey,
) -> Result<Option<SharedSecret>, HandshakeError> {
    match one_time_prekey {
        Some(opk) => {
            let dh4 = lift_dh(dh(&opk.private, base.key))?;
            Ok(Some(dh4))
        }
        None => Ok(None),
    }
}

/// Whether EKA is acceptable.
///
/// Deployed: it must be canonical and free of torsion; WhatsApp takes any.
fn accepts_base_key(profile: Profile, base: BaseKey) -> bool {
    match profile {
        Profile::SignalV3 => is_canonical(base.key),
        Profile::SignalV4 => is_canonical(base.key),
        Profile::WhatsAppV3 => true,
    }
}

/// The agreements of the responder.
///
/// Standard: X3DH 3.4. Deployed: EKA is checked, IKA is not.
/// In: the profile; IKB pair; SPKB pair; OPKB pair if the message names one; IKA; EKA. Out: DH1 to DH4.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`.
pub fn responder_agreement(
    profile: Profile,
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<OneTimePreKeyPair>,
    remote_identity: IdentityKey,
    base: BaseKey,
) -> Result<DhOutputs, HandshakeError> {
    if accepts_base_key(profile, base) {
        // DH1 = DH(SPKB, IKA)
        let dh1 = lift_dh(dh(&signed_prekey.private, remote_identity.key))?;
        // DH2 = DH(IKB, EKA)
        let dh2 = lift_dh(dh(&identity.private, base.key))?;
        // DH3 = DH(SPKB, EKA)
        let dh3 = lift_dh(dh(&signed_prekey.private, base.key))?;
        // DH4 = DH(OPKB, EKA)
        let dh4 = responder_dh4(one_time_prekey, base)?;
        Ok(DhOutputs { dh1, dh2, dh3, dh4 })
    } else {
        Err(HandshakeError::InvalidBaseKey)
    }
}

/// The input of the KDF.
///
/// Standard: X3DH 2.2 and 3.3, `F || DH1 || DH2 || DH3 [|| DH4]`, F = 32 bytes ff.
/// In: the agreements. Out: 128 or 160 bytes, secret.
pub fn key_material(outputs: &DhOutputs) -> ByteSeq {
    let mut f = ByteSeq::new(F_LENGTH);
    for i in 0..F_LENGTH {
        f[i] = U8(0xffu8);
    }
    let three = f
        .concat(&outputs.dh1)
        .concat(&outputs.dh2)
        .concat(&outputs.dh3);
    match outputs.dh4 {
        Some(dh4) => three.concat(&dh4),
        None => three,
    }
}

/// KDF of X3DH.
///
/// Standard: X3DH 2.2, `KDF(KM)`, HKDF with zero salt; info `WhisperText`. Deployed: 64 bytes.
/// In: the key material, secret. Out: root key and chain key, 32 bytes each, secret.
pub fn x3dh_kdf(ikm: &ByteSeq) -> Secrets {
    let info = ByteSeq::from_public_slice(b"WhisperText");
    let okm = hkdf(&no_salt(), ikm, &info, X3DH_OUTPUT_LENGTH);
    Secrets {
        root_key: RootKey::from_slice(&okm, 0, 32),
        chain_key: ChainKey::from_slice(&okm, 32, 32),
    }
}

/// The initiator's side of the handshake.
///
/// Standard: X3DH 3.3.
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

/// The responder's side of the handshake.
///
/// Standard: X3DH 3.4.
/// In: IKB pair; SPKB pair; OPKB pair if the message names one; IKA; EKA. Out: root key and chain key.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`.
pub fn respond(
    profile: Profile,
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<OneTimePreKeyPair>,
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
