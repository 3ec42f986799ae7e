//! The prekey bundle that a responder publishes.
//!
//! What: the keys an initiator needs, and the signatures over the signed prekey and the KEM prekey. Which part: X3DH 3.2,
//! PQXDH 3.2. Who calls it: `handshake::x3dh`, `handshake::pqxdh`, `session::select`. Secret: the identity pair that
//! signs.
//!
//! Deployed: nothing in a bundle tells a KEM prekey of one use from one of last resort, and one signing key serves SPK and
//! PQPK: only the type byte (05 or 08) and the length keep their signatures apart.
use crate::handshake::*;
use crate::keys::kem::*;
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

/// A KEM prekey as published.
#[derive(Clone, Debug)]
pub struct KemPreKeyEntry {
    /// Its id.
    pub id: u32,
    /// PQPK.
    pub key: KemPreKey,
    /// Signature of the serialised PQPK under IK.
    pub signature: Signature,
}

/// A prekey bundle. Version 4 needs the KEM prekey, version 3 does not.
#[derive(Clone, Debug)]
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

/// Put the parts of a KEM prekey together.
///
/// Deployed: all or none; else the bundle is refused.
/// In: id, key and signature, maybe absent. Out: the entry, if there is one.
/// Errors: `PreKeyFieldsMismatch`.
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

/// Sign a KEM prekey.
///
/// Standard: PQXDH 3.2, `Sig(IKB, EncodeKEM(PQSPKB))`, and the same for a one-time prekey.
/// In: the identity pair; PQPK; 64 random bytes, secret. Out: the signature, public.
pub fn sign_kem_prekey(
    identity: &IdentityKeyPair,
    prekey: &KemPreKey,
    random: &SignatureRandom,
) -> Signature {
    let message = ByteSeq::from_public_seq(&serialize_kem_public_key(prekey));
    sign(Form::Deployed, &identity.private, &message, random)
}

/// Refuse a signature that does not verify. Errors: `BadSignature`.
fn check_signature(
    identity: IdentityKey,
    signed: &Seq<u8>,
    signature: Signature,
) -> Result<(), HandshakeError> {
    let message = ByteSeq::from_public_seq(signed);
    if verify(Form::Deployed, identity.key, &message, signature) {
        Ok(())
    } else {
        Err(HandshakeError::BadSignature)
    }
}

/// Check the signatures in a bundle: of SPK, then of PQPK if there is one.
///
/// Standard: X3DH 3.3, "Alice verifies the prekey signature and aborts the protocol if verification fails"; PQXDH 3.3,
/// the same for both prekeys.
/// In: a bundle. Errors: `BadSignature`.
pub fn check_bundle(bundle: &PreKeyBundle) -> Result<(), HandshakeError> {
    let identity = bundle.identity_key;
    let () = check_signature(
        identity,
        &serialize_public_key(bundle.signed_prekey.key),
        bundle.signed_prekey_signature,
    )?;
    match bundle.kem_prekey.clone() {
        Some(entry) => {
            let signed = serialize_kem_public_key(&entry.key);
            check_signature(identity, &signed, entry.signature)
        }
        None => Ok(()),
    }
}
