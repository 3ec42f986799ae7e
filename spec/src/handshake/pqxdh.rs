//! PQXDH, session version 4.
//!
//! What: the agreements of X3DH, one encapsulation, and one KDF. Which part: PQXDH 3.3 and 3.4. Who calls it:
//! `session::select`. Secret: everything but the public keys and the ciphertext.
//!
//! Deployed: the KEM is CRYSTALS-Kyber-1024 of round 3. The KDF gives 96 bytes, the root key, the first chain key and the
//! key of SPQR, where the text gives 32 bytes SK; the associated data is made per message (`ratchet::double`) and holds
//! both identity keys, not PQPK: round 3 binds its public key, as it is hashed into the secret.
use crate::handshake::bundle::*;
use crate::handshake::x3dh::*;
use crate::handshake::*;
use crate::keys::kem::*;
use crate::keys::*;
use crate::primitives::hkdf::*;
use crate::primitives::mlkem::{decaps, encaps, ParameterSet};
use crate::wire::Profile;
use hacspec_lib::*;

/// Length of the KDF output: root key, chain key and the key of SPQR.
pub const PQXDH_OUTPUT_LENGTH: u8 = 96u8;

/// What a handshake gives to the ratchets.
#[derive(Clone, Copy)]
pub struct PqxdhSecrets {
    /// RK, secret.
    pub root_key: RootKey,
    /// The chain key of the chain on SPKB, secret.
    pub chain_key: ChainKey,
    /// The key of SPQR, secret.
    pub auth_key: SparseAuthKey,
}

/// The input of the KDF.
///
/// Standard: PQXDH 2.2 and 3.3, `F || DH1 || DH2 || DH3 [|| DH4] || SS`, F = 32 bytes ff.
/// In: the agreements; SS. Out: 160 or 192 bytes, secret.
pub fn pqxdh_key_material(outputs: &DhOutputs, kem_secret: &KemSecret) -> ByteSeq {
    key_material(outputs).concat(kem_secret)
}

/// KDF of PQXDH.
///
/// Standard: PQXDH 2.2, `KDF(KM)`, HKDF with zero salt; info is the label, the curve, the hash and the KEM, joined by `_`.
/// Deployed: 96 bytes.
/// In: the key material, secret. Out: root key, chain key and the key of SPQR, 32 bytes each, secret.
pub fn pqxdh_kdf(ikm: &ByteSeq) -> PqxdhSecrets {
    let info = ByteSeq::from_public_slice(b"WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024");
    let okm = hkdf(&no_salt(), ikm, &info, PQXDH_OUTPUT_LENGTH);
    PqxdhSecrets {
        root_key: RootKey::from_slice(&okm, 0, 32),
        chain_key: ChainKey::from_slice(&okm, 32, 32),
        auth_key: SparseAuthKey::from_slice(&okm, 64, 32),
    }
}

/// Encapsulate to the KEM prekey of a bundle.
///
/// Standard: PQXDH 3.3, `(CT, SS) = PQKEM-ENC(PQPKB)`. Deployed: no check of the key modulo q.
/// In: the bundle, its signatures checked before; 32 random bytes, secret. Out: SS, secret; CT, 1568 bytes, public.
/// Errors: `MissingKemPreKey`, `Kem(BadKemKeyLength)`.
pub fn pqxdh_encapsulate(
    bundle: &PreKeyBundle,
    random: &KemRandom,
) -> Result<(KemSecret, Seq<u8>), HandshakeError> {
    match bundle.kem_prekey.clone() {
        Some(entry) => match encaps(ParameterSet::Kyber1024, &entry.key.key, random) {
            Ok(encapsulated) => Ok(encapsulated),
            Err(error) => Err(lift_kem_error(error)),
        },
        None => Err(HandshakeError::MissingKemPreKey),
    }
}

/// The ciphertext without its type byte.
fn ciphertext_of(bytes: &Seq<u8>) -> Result<Seq<u8>, HandshakeError> {
    match parse_kem_ciphertext(bytes) {
        Ok(ciphertext) => Ok(ciphertext),
        Err(error) => Err(HandshakeError::Kem(error)),
    }
}

/// Decapsulate what an initiator sent.
///
/// Standard: PQXDH 3.4, `SS = PQKEM-DEC(PQPKB, CT)`. A wrong ciphertext gives another SS: the first message fails then.
/// In: the pair of PQPKB; CT with its type byte, of any length. Out: SS, secret.
/// Errors: `Kem`.
pub fn pqxdh_decapsulate(
    kem_prekey: &KemPreKeyPair,
    ciphertext: &Seq<u8>,
) -> Result<KemSecret, HandshakeError> {
    let bare = ciphertext_of(ciphertext)?;
    match decaps(
        ParameterSet::Kyber1024,
        &kem_prekey.decapsulation_key,
        &bare,
    ) {
        Ok(secret) => Ok(secret),
        Err(error) => Err(lift_kem_error(error)),
    }
}

/// The initiator's side of the handshake.
///
/// Standard: PQXDH 3.3. The agreements come first, then the encapsulation.
/// In: IKA pair; EKA pair; the bundle, its signatures checked before; 32 random bytes, secret. Out: root key, chain key
/// and the key of SPQR; CT, 1568 bytes, public.
/// Errors: `InvalidAgreement`, then `MissingKemPreKey`, `Kem(BadKemKeyLength)`.
pub fn pqxdh_initiate(
    identity: &IdentityKeyPair,
    base: &BaseKeyPair,
    bundle: &PreKeyBundle,
    random: &KemRandom,
) -> Result<(PqxdhSecrets, Seq<u8>), HandshakeError> {
    // DH1 to DH4
    let outputs = initiator_agreement(identity, base, bundle)?;
    // (CT, SS) = PQKEM-ENC(PQPKB)
    let (kem_secret, ciphertext) = pqxdh_encapsulate(bundle, random)?;
    // SK = KDF(DH1 || DH2 || DH3 [|| DH4] || SS)
    let secrets = pqxdh_kdf(&pqxdh_key_material(&outputs, &kem_secret));
    Ok((secrets, ciphertext))
}

/// The responder's side of the handshake.
///
/// Standard: PQXDH 3.4. The agreements come first, then the decapsulation.
/// In: IKB pair; SPKB pair; OPKB pair if the message names one; PQPKB pair; IKA; EKA; CT with its type byte.
/// Out: root key, chain key and the key of SPQR.
/// Errors: `InvalidBaseKey`, then `InvalidAgreement`, then `Kem`.
pub fn pqxdh_respond(
    identity: &IdentityKeyPair,
    signed_prekey: &SignedPreKeyPair,
    one_time_prekey: Option<OneTimePreKeyPair>,
    kem_prekey: &KemPreKeyPair,
    remote_identity: IdentityKey,
    base: BaseKey,
    ciphertext: &Seq<u8>,
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
    // SS = PQKEM-DEC(PQPKB, CT)
    let kem_secret = pqxdh_decapsulate(kem_prekey, ciphertext)?;
    // SK = KDF(DH1 || DH2 || DH3 [|| DH4] || SS)
    Ok(pqxdh_kdf(&pqxdh_key_material(&outputs, &kem_secret)))
}
