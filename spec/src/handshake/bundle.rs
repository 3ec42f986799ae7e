//! The prekey bundle that a responder publishes.
//!
//! What: the keys an initiator needs, and the signature over the signed prekey. Which part: X3DH 3.2, version 3.
//! Who calls it: `handshake::x3dh`, `session::select`. Secret: the identity pair that signs.
use crate::handshake::*;
use crate::keys::*;
use crate::primitives::xeddsa::*;
use hacspec_lib::*;

/// A one-time prekey as published.
#[derive(Clone, Copy, Debug)]
pub struct OneTimePreKeyEntry {
    /// Its id.
    pub id: u32,
    /// OPK.
    pub key: OneTimePreKey,
}

/// A prekey bundle, version 3.
#[derive(Clone, Copy, Debug)]
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

/// Put the two halves of a one-time prekey together.
///
/// Deployed: an id without key or a key without id is refused.
/// In: both, maybe absent. Out: the entry, if there is one.
/// Errors: `PreKeyFieldsMismatch`.
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

/// Sign a signed prekey.
///
/// Standard: X3DH 3.2, `Sig(IKB, Encode(SPKB))`.
/// In: the identity pair; SPK; 64 random bytes, secret. Out: the signature, public.
pub fn sign_signed_prekey(
    identity: &IdentityKeyPair,
    prekey: SignedPreKey,
    random: &SignatureRandom,
) -> Signature {
    let message = ByteSeq::from_public_seq(&serialize_public_key(prekey.key));
    sign(Form::Deployed, &identity.private, &message, random)
}

/// Check the signature in a bundle.
///
/// Standard: X3DH 3.3, "Alice verifies the prekey signature and aborts the protocol if verification fails".
/// In: a bundle. Errors: `BadSignature`.
pub fn check_bundle(bundle: &PreKeyBundle) -> Result<(), HandshakeError> {
    let message = ByteSeq::from_public_seq(&serialize_public_key(bundle.signed_prekey.key));
    let signature = bundle.signed_prekey_signature;
    if verify(Form::Deployed, bundle.identity_key.key, &message, signature) {
        Ok(())
    } else {
        Err(HandshakeError::BadSignature)
    }
}
