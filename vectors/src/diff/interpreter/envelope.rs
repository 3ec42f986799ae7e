//! Prekey messages in other envelopes.
use super::deliver::Delivery;
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::lockstep::Divergence;
use crate::diff::protobuf::{bytes_field, varint_field};
use crate::diff::scenario::{Envelope, Tamper, Which};
use crate::diff::world::{damage, newest};
use crate::step::{Kind, PrekeyParts, Step};

const KEM_ID: u32 = 7;
const KEM_CIPHERTEXT: u32 = 8;

impl Interpreter<'_, '_> {
    pub(super) fn reenvelope(&mut self, which: Which, envelope: Envelope) -> Done {
        let Some(place) = self.world.which(which) else {
            return Ok(());
        };
        let sent = self.world.messages[place].clone();
        if sent.kind != Kind::PreKey {
            return Ok(());
        }
        let bytes = self.other_envelope(sent.bytes, envelope)?;
        self.hand_over(Delivery {
            to: sent.to,
            from: sent.from,
            kind: Kind::PreKey,
            bytes,
            genuine: false,
        })
    }

    /// The bytes of a prekey message with something different in its envelope.
    fn other_envelope(
        &mut self,
        bytes: Vec<u8>,
        envelope: Envelope,
    ) -> Result<Vec<u8>, Divergence> {
        if let Envelope::Kem(first, id, ciphertext) = envelope {
            return Ok(with_kem(bytes, first, id, ciphertext));
        }
        let mut parts = self.envelope_parts(bytes)?;
        match envelope {
            Envelope::OneTimePrekeyId(id) => parts.one_time_prekey_id = Some(id),
            Envelope::NoOneTimePrekeyId => parts.one_time_prekey_id = None,
            Envelope::SignedPrekeyId(id) => parts.signed_prekey_id = id,
            Envelope::RegistrationId(id) => parts.registration_id = id,
            Envelope::BaseKey(plan) => parts.base_key = self.key(plan)?,
            Envelope::IdentityKey(plan) => parts.identity_key = self.key(plan)?,
            Envelope::Inner(number) => parts.inner = self.inner(number)?,
            Envelope::Version(version) => parts.version = version,
            Envelope::KemPrekeyId(_)
            | Envelope::KemCiphertext(_)
            | Envelope::KemType(_)
            | Envelope::ShortKemCiphertext(_) => spoil_kem(&mut parts, envelope),
            Envelope::Kem(..) => {}
        }
        let encoded = self.lockstep.execute(&parts.encode())?;
        Ok(output(&encoded, "message").0)
    }

    /// The parts of a prekey message.
    pub(super) fn envelope_parts(&mut self, bytes: Vec<u8>) -> Result<PrekeyParts, Divergence> {
        let bytes = bytes.into();
        let parsed = self.lockstep.execute(&Step::ParsePrekeyMessage { bytes })?;
        Ok(PrekeyParts::of(&parsed).unwrap_or_default())
    }

    /// The SignalMessage that a message is or holds.
    fn inner(&mut self, number: u16) -> Result<Bytes, Divergence> {
        let Some(place) = newest(self.world.messages.len(), number) else {
            return Ok(Bytes::default());
        };
        let sent = &self.world.messages[place];
        let bytes = sent.bytes.clone().into();
        if sent.kind == Kind::Signal {
            return Ok(bytes);
        }
        let parsed = self.lockstep.execute(&Step::ParsePrekeyMessage { bytes })?;
        Ok(output(&parsed, "message"))
    }
}

/// Spoil the KEM fields, if there are any.
fn spoil_kem(parts: &mut PrekeyParts, envelope: Envelope) {
    if let (Envelope::KemPrekeyId(id), Some(_)) = (envelope, parts.kem_prekey_id) {
        parts.kem_prekey_id = Some(id);
    }
    parts.kem_ciphertext = parts.kem_ciphertext.take().map(|Bytes(bytes)| {
        let damaged = match envelope {
            Envelope::KemCiphertext(bit) => damage(bytes, 0, &Tamper::Flip(bit)),
            Envelope::KemType(kind) => damage(bytes, 0, &Tamper::Set(0, kind)),
            Envelope::ShortKemCiphertext(length) => damage(bytes, 0, &Tamper::Cut(length)),
            _ => bytes,
        };
        damaged.into()
    });
}

/// Another first byte, and KEM fields at the end.
fn with_kem(mut bytes: Vec<u8>, first: u8, id: Option<u32>, ciphertext: Option<u8>) -> Vec<u8> {
    bytes[0] = first;
    if let Some(id) = id {
        bytes.extend(varint_field(KEM_ID, u64::from(id)));
    }
    if let Some(length) = ciphertext {
        bytes.extend(bytes_field(KEM_CIPHERTEXT, &vec![8; usize::from(length)]));
    }
    bytes
}
