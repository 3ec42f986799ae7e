//! The prekey bundle that a responder publishes.
//!
//! What: the keys an initiator needs, and the signature over the signed prekey. Which part: X3DH 3.2, version 3. Who calls
//! it: `handshake::x3dh`, `session::select`. Secret: the identity pair that signs.
use crate::handshake::HandshakeError;
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

/// A prekey bundle, version 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// Mirror of `spec::handshake::bundle::check_bundle`.
///
/// In: a bundle. Errors: `BadSignature`.
pub fn check_bundle(bundle: &PreKeyBundle) -> Result<(), HandshakeError> {
    let message = serialize_public_key(bundle.signed_prekey.key);
    if verify(
        Form::Deployed,
        bundle.identity_key.key,
        &message,
        bundle.signed_prekey_signature,
    ) {
        Ok(())
    } else {
        Err(HandshakeError::BadSignature)
    }
}
