//! Pairs of steps of which the second takes what the first gave.
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::{KeyPlan, RoundTrip, Tamper};
use crate::diff::world::damage;
use crate::outcome::Outcome;
use crate::step::{Bundle, SignatureForm, Step};

/// Iterations of fingerprints whose codes are compared: few, as their number does not matter there.
const SCAN_ITERATIONS: u32 = 3;

impl Interpreter<'_, '_> {
    pub(super) fn round_trip(&mut self, plan: &RoundTrip) -> Done {
        match plan {
            RoundTrip::Signature {
                form,
                verify,
                message,
            } => self.signature(*form, *verify, message.clone().into()),
            RoundTrip::Cipher(plaintext) => self.cipher(plaintext.clone().into()),
            RoundTrip::IdentityPair => self.identity_pair(),
            RoundTrip::AlternateIdentity(other) => self.alternate_identity(*other),
            RoundTrip::Message(step) => self.message(step),
            RoundTrip::Handshake(one_time) => self.handshake(*one_time),
            RoundTrip::KemHandshake(one_time, place) => self.kem_handshake(*one_time, *place),
            RoundTrip::Kem(set, place) => self.kem(*set, *place),
            RoundTrip::KemInPieces(place) => self.kem_in_pieces(*place),
            RoundTrip::KemKeys => self.kem_keys(),
            RoundTrip::Erasure(message, chosen) => self.erasure(message, chosen),
            RoundTrip::SparseMessage(step, damage) => self.sparse_message(step, damage.as_ref()),
            RoundTrip::Vrf(message, place) => self.vrf(message.clone().into(), *place),
            RoundTrip::Scan(versions, tamper) => self.scan(*versions, tamper),
        }
    }

    /// A private key and its serialised public key.
    pub(super) fn key_pair(&mut self) -> Result<(Bytes, Bytes), Divergence> {
        let private = self.world.secret();
        let bytes = private.clone();
        let parsed = self.lockstep.execute(&Step::ParsePrivateKey { bytes })?;
        Ok((private, output(&parsed, "public")))
    }

    fn signature(&mut self, form: SignatureForm, verify: SignatureForm, message: Bytes) -> Done {
        let (private, public) = self.key_pair()?;
        let signed = self.lockstep.execute(&Step::XeddsaSign {
            form,
            private,
            message: message.clone(),
            random: self.world.random::<64>(),
        })?;
        let step = Step::XeddsaVerify {
            form: verify,
            public: public.0.get(1..).unwrap_or_default().into(),
            message,
            signature: output(&signed, "signature"),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn vrf(&mut self, message: Bytes, place: Option<u16>) -> Done {
        let (private, public) = self.key_pair()?;
        let signed = self.lockstep.execute(&Step::VxeddsaSign {
            private,
            message: message.clone(),
            random: self.world.random::<64>(),
        })?;
        let mut signature = output(&signed, "signature").0;
        if let Some(place) = place {
            signature = damage(signature, 0, &Tamper::Flip(place));
        }
        let step = Step::VxeddsaVerify {
            public: public.0.get(1..).unwrap_or_default().into(),
            message,
            signature: signature.into(),
        };
        self.lockstep.execute(&step).map(drop)
    }

    /// The fingerprint of somebody new.
    fn somebody(&mut self) -> Result<Bytes, Divergence> {
        let (_, key) = self.key_pair()?;
        let made = self.lockstep.execute(&Step::Fingerprint {
            iterations: SCAN_ITERATIONS,
            id: self.world.random::<16>(),
            key,
        })?;
        Ok(output(&made, "fingerprint"))
    }

    fn scan(&mut self, (own, other): (u32, u32), tamper: &[Tamper]) -> Done {
        let (local, remote) = (self.somebody()?, self.somebody()?);
        self.lockstep.execute(&Step::FingerprintDisplay {
            local: local.clone(),
            remote: remote.clone(),
        })?;
        let code = self.lockstep.execute(&Step::FingerprintScannable {
            version: other,
            local: remote.clone(),
            remote: local.clone(),
        })?;
        let code = output(&code, "code").0;
        let scanned = tamper
            .iter()
            .fold(code, |bytes, tamper| damage(bytes, 0, tamper));
        self.lockstep.execute(&Step::ParseFingerprintCode {
            bytes: scanned.as_slice().into(),
        })?;
        let step = Step::FingerprintCompare {
            version: own,
            local,
            remote,
            scanned: scanned.into(),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn cipher(&mut self, plaintext: Bytes) -> Done {
        let (key, iv) = (self.world.random::<32>(), self.world.random::<16>());
        let sealed = self.lockstep.execute(&Step::Aes256CbcEncrypt {
            key: key.clone(),
            iv: iv.clone(),
            plaintext,
        })?;
        let step = Step::Aes256CbcDecrypt {
            key,
            iv,
            ciphertext: output(&sealed, "ciphertext"),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn identity_pair(&mut self) -> Done {
        let private = self.world.secret();
        let encoded = self
            .lockstep
            .execute(&Step::EncodeIdentityKeyPair { private })?;
        let bytes = output(&encoded, "serialized");
        self.lockstep
            .execute(&Step::DecodeIdentityKeyPair { bytes })
            .map(drop)
    }

    fn alternate_identity(&mut self, other: KeyPlan) -> Done {
        let (private, identity) = self.key_pair()?;
        let other = self.key(other)?;
        let signed = self.lockstep.execute(&Step::SignAlternateIdentity {
            private,
            other: other.clone(),
            random: self.world.random::<64>(),
        })?;
        let step = Step::VerifyAlternateIdentity {
            identity,
            other,
            signature: output(&signed, "signature"),
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn message(&mut self, encode: &Step) -> Done {
        let bytes = output(&self.lockstep.execute(encode)?, "message");
        let step = match encode {
            Step::EncodePrekeyMessage { .. } => Step::ParsePrekeyMessage { bytes },
            _ => Step::ParseSignalMessage { bytes },
        };
        self.lockstep.execute(&step).map(drop)
    }

    fn handshake(&mut self, one_time: bool) -> Done {
        let (identity_private, remote_identity) = self.key_pair()?;
        let (base_private, base_key) = self.key_pair()?;
        let (responder, responder_identity) = self.key_pair()?;
        let (signed_prekey_private, signed_prekey) = self.key_pair()?;
        let (opk_private, opk) = self.key_pair()?;
        let signed: Outcome = self.lockstep.execute(&Step::XeddsaSign {
            form: SignatureForm::Deployed,
            private: responder.clone(),
            message: signed_prekey.clone(),
            random: self.world.random::<64>(),
        })?;
        self.lockstep.execute(&Step::X3dhInitiator {
            identity_private,
            base_private,
            bundle: Bundle {
                registration_id: 1,
                identity_key: responder_identity,
                signed_prekey_id: 1,
                signed_prekey,
                signed_prekey_signature: output(&signed, "signature"),
                one_time_prekey_id: one_time.then_some(1),
                one_time_prekey: one_time.then_some(opk),
                kem_prekey_id: None,
                kem_prekey: None,
                kem_prekey_signature: None,
            },
        })?;
        let step = Step::X3dhResponder {
            identity_private: responder,
            signed_prekey_private,
            one_time_prekey_private: one_time.then_some(opk_private),
            remote_identity,
            base_key,
        };
        self.lockstep.execute(&step).map(drop)
    }
}
