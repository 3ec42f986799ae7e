//! The prekey bundle that a responder publishes.
//!
//! What: the keys an initiator needs, and the signatures over the signed prekey and the KEM prekey. Which part: X3DH 3.2,
//! PQXDH 3.2. Who calls it: `handshake::x3dh`, `handshake::pqxdh`, `session::select`. Secret: the identity pair that
//! signs.
use crate::handshake::HandshakeError;
use crate::keys::kem::{serialize_kem_public_key, KemPreKey};
use crate::keys::{
    serialize_public_key, IdentityKey, IdentityKeyPair, OneTimePreKey, Signature, SignatureRandom,
    SignedPreKey,
};
use crate::primitives::xeddsa::{sign, verify, Form};

/// A one-time prekey as published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OneTimePreKeyEntry {
    /// Its id.
    pub id: u32,
    /// OPK.
    pub key: OneTimePreKey,
}

/// A KEM prekey as published.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KemPreKeyEntry {
    /// Its id.
    pub id: u32,
    /// PQPK.
    pub key: KemPreKey,
    /// Signature of the serialised PQPK under IK.
    pub signature: Signature,
}

/// A prekey bundle. Version 4 needs the KEM prekey, version 3 does not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreKeyBundle {
    /// Registration id of the responder, not authenticated.
    pub registration_id: u32,
    /// OPK, if the server had one left.
    pub one_time_prekey: Option<OneTimePreKeyEntry>,
    /// SPK id.
    pub signed_prekey_id: u32,
    /// SPK.
    pub signed_prekey: SignedPreKey,
    /// Signature of the serialised SPK under IK.
    pub signed_prekey_signature: Signature,
    /// PQPK, of one use or of last resort.
    pub kem_prekey: Option<KemPreKeyEntry>,
    /// IK of the responder.
    pub identity_key: IdentityKey,
}

/// Mirror of `spec::handshake::bundle::one_time_prekey_entry`.
///
/// In: an id and a key, each maybe absent. Out: the entry, if there is one.
/// Errors: `PreKeyFieldsMismatch` if one is absent.
pub fn one_time_prekey_entry(
    id: Option<u32>,
    key: Option<OneTimePreKey>,
) -> Result<Option<OneTimePreKeyEntry>, HandshakeError> {
    match (id, key) {
        (Some(id), Some(key)) => Ok(Some(OneTimePreKeyEntry { id, key })),
        (None, None) => Ok(None),
        _ => Err(HandshakeError::PreKeyFieldsMismatch),
    }
}

/// Mirror of `spec::handshake::bundle::kem_prekey_entry`.
///
/// In: an id, a key and a signature, each maybe absent. Out: the entry, if there is one.
/// Errors: `PreKeyFieldsMismatch` if some are absent and some not.
pub fn kem_prekey_entry(
    id: Option<u32>,
    key: Option<KemPreKey>,
    signature: Option<Signature>,
) -> Result<Option<KemPreKeyEntry>, HandshakeError> {
    match (id, key, signature) {
        (Some(id), Some(key), Some(signature)) => Ok(Some(KemPreKeyEntry { id, key, signature })),
        (None, None, None) => Ok(None),
        _ => Err(HandshakeError::PreKeyFieldsMismatch),
    }
}

/// Mirror of `spec::handshake::bundle::sign_signed_prekey`.
///
/// In: the identity pair; SPK; 64 random bytes, secret. Out: the signature.
#[must_use]
pub fn sign_signed_prekey(
    identity: &IdentityKeyPair,
    prekey: SignedPreKey,
    random: &SignatureRandom,
) -> Signature {
    sign(
        Form::Deployed,
        &identity.private,
        &serialize_public_key(prekey.key),
        random,
    )
}

/// Mirror of `spec::handshake::bundle::sign_kem_prekey`.
///
/// In: the identity pair; PQPK; 64 random bytes, secret. Out: the signature.
#[must_use]
pub fn sign_kem_prekey(
    identity: &IdentityKeyPair,
    prekey: &KemPreKey,
    random: &SignatureRandom,
) -> Signature {
    sign(
        Form::Deployed,
        &identity.private,
        &serialize_kem_public_key(prekey),
        random,
    )
}

/// Mirror of `spec::handshake::bundle::check_bundle`.
///
/// In: a bundle. Errors: `BadSignature`, of SPK, or of PQPK if there is one.
pub fn check_bundle(bundle: &PreKeyBundle) -> Result<(), HandshakeError> {
    let identity = bundle.identity_key;
    let signed_prekey = serialize_public_key(bundle.signed_prekey.key);
    check_signature(identity, &signed_prekey, bundle.signed_prekey_signature)?;
    if let Some(entry) = &bundle.kem_prekey {
        let kem_prekey = serialize_kem_public_key(&entry.key);
        check_signature(identity, &kem_prekey, entry.signature)?;
    }
    Ok(())
}

/// Refuse a signature that does not verify. Errors: `BadSignature`.
fn check_signature(
    identity: IdentityKey,
    signed: &[u8],
    signature: Signature,
) -> Result<(), HandshakeError> {
    if verify(Form::Deployed, identity.key, signed, signature) {
        Ok(())
    } else {
        Err(HandshakeError::BadSignature)
    }
}
