//! Delivering messages: straight, astray, damaged, in other envelopes, forged.
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::coverage::Event;
use crate::diff::lockstep::Divergence;
use crate::diff::protobuf::{bytes_field, varint_field};
use crate::diff::scenario::{Envelope, Pair, Route, Tamper, Which};
use crate::diff::world::{damage, newest};
use crate::outcome::{Outcome, Verdict};
use crate::step::{Kind, Step};

/// No message of an account to itself may be further ahead: there is no limit, and each number costs time.
const SELF_LIMIT: u64 = 30_000;
/// Damaged messages between these numbers cost time in every session and show nothing.
const COSTLY: std::ops::RangeInclusive<u64> = 3_000..=25_000;
const KEM_ID: u32 = 7;
const KEM_CIPHERTEXT: u32 = 8;

/// A message on its way.
struct Delivery {
    to: usize,
    from: usize,
    kind: Kind,
    bytes: Vec<u8>,
    genuine: bool,
}

impl Interpreter<'_, '_> {
    pub(super) fn deliver(&mut self, which: Which, route: Route, tamper: &[Tamper]) -> Done {
        let Some(place) = self.world.which(which) else {
            return Ok(());
        };
        let count = self.world.members.len();
        let sent = &mut self.world.messages[place];
        sent.delivered |= route == Route::Straight && tamper.is_empty();
        let bytes = sent.bytes.clone();
        let mut delivery = Delivery {
            to: sent.to,
            from: sent.from,
            kind: sent.kind,
            bytes: tamper
                .iter()
                .fold(bytes, |bytes, tamper| damage(bytes, 1, tamper)),
            genuine: tamper.is_empty(),
        };
        match route {
            Route::Straight => {}
            Route::OtherSender => delivery.from = (delivery.from + 1) % count,
            Route::OtherReceiver => delivery.to = (delivery.to + 1) % count,
            Route::OtherKind => delivery.kind = other_kind(delivery.kind),
        }
        self.hand_over(delivery)
    }

    pub(super) fn forge(&mut self, pair: Pair, prekey: bool, bytes: &[u8]) -> Done {
        let (to, from) = self.world.pair(pair);
        self.hand_over(Delivery {
            to,
            from,
            kind: if prekey { Kind::PreKey } else { Kind::Signal },
            bytes: bytes.to_vec(),
            genuine: false,
        })
    }

    fn hand_over(&mut self, delivery: Delivery) -> Done {
        let to_self = self.world.same_name(delivery.to, delivery.from);
        if self.is_costly(&delivery, to_self) {
            return Ok(());
        }
        let step = Step::Decrypt {
            party: self.label(delivery.to),
            peer: self.label(delivery.from),
            kind: delivery.kind,
            message: delivery.bytes.into(),
            ratchet_private: self.world.secret(),
        };
        let outcome = self.lockstep.execute(&step)?;
        if to_self && outcome.result == Verdict::Valid {
            self.lockstep.note(Event::SelfMessage);
        }
        Ok(())
    }

    /// Whether a message would cost too much time.
    fn is_costly(&mut self, delivery: &Delivery, to_self: bool) -> bool {
        let counter = self.counter(delivery.kind, delivery.bytes.clone().into());
        (to_self && counter > SELF_LIMIT) || (!delivery.genuine && COSTLY.contains(&counter))
    }

    /// The number of a message; 0 if it does not parse.
    fn counter(&mut self, kind: Kind, bytes: Bytes) -> u64 {
        let bytes = match kind {
            Kind::Signal => bytes,
            Kind::PreKey => output(
                &self.lockstep.ask(&Step::ParsePrekeyMessage { bytes }),
                "message",
            ),
        };
        let parsed = self.lockstep.ask(&Step::ParseSignalMessage { bytes });
        number(&parsed, "counter")
    }

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
        let bytes = bytes.into();
        let parsed = self.lockstep.execute(&Step::ParsePrekeyMessage { bytes })?;
        let mut parts = Parts::of(&parsed);
        match envelope {
            Envelope::OneTimePrekeyId(id) => parts.one_time_prekey_id = Some(id),
            Envelope::NoOneTimePrekeyId => parts.one_time_prekey_id = None,
            Envelope::SignedPrekeyId(id) => parts.signed_prekey_id = id,
            Envelope::RegistrationId(id) => parts.registration_id = id,
            Envelope::BaseKey(plan) => parts.base_key = self.key(plan)?,
            Envelope::IdentityKey(plan) => parts.identity_key = self.key(plan)?,
            Envelope::Inner(number) => parts.inner = self.inner(number)?,
            Envelope::Kem(..) => {}
        }
        let encoded = self.lockstep.execute(&parts.step())?;
        Ok(output(&encoded, "message").0)
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

/// A prekey message in parts.
struct Parts {
    registration_id: u32,
    one_time_prekey_id: Option<u32>,
    signed_prekey_id: u32,
    base_key: Bytes,
    identity_key: Bytes,
    inner: Bytes,
}

impl Parts {
    fn of(parsed: &Outcome) -> Self {
        let id = |name| u32::try_from(number(parsed, name)).unwrap_or_default();
        let has_one_time_prekey = parsed.outputs.contains_key("oneTimePrekeyId");
        Self {
            registration_id: id("registrationId"),
            one_time_prekey_id: has_one_time_prekey.then(|| id("oneTimePrekeyId")),
            signed_prekey_id: id("signedPrekeyId"),
            base_key: output(parsed, "baseKey"),
            identity_key: output(parsed, "identityKey"),
            inner: output(parsed, "message"),
        }
    }

    fn step(self) -> Step {
        Step::EncodePrekeyMessage {
            version: 3,
            registration_id: self.registration_id,
            one_time_prekey_id: self.one_time_prekey_id,
            signed_prekey_id: self.signed_prekey_id,
            base_key: self.base_key,
            identity_key: self.identity_key,
            inner: self.inner,
            kem_prekey_id: None,
            kem_ciphertext: None,
        }
    }
}

fn other_kind(kind: Kind) -> Kind {
    match kind {
        Kind::Signal => Kind::PreKey,
        Kind::PreKey => Kind::Signal,
    }
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

fn number(outcome: &Outcome, name: &str) -> u64 {
    outcome
        .outputs
        .get(name)
        .and_then(serde_json::Value::as_u64)
        .unwrap_or_default()
}
