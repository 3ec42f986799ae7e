//! Delivering messages: straight, astray, damaged, signed again, forged.
use super::{output, Done, Interpreter};
use crate::bytes::Bytes;
use crate::diff::coverage::Event;
use crate::diff::lockstep::Divergence;
use crate::diff::scenario::{Pair, Route, Tamper, Which};
use crate::diff::sparse_part::{edit_signal_message, unsigned, SparseEdit, SparsePart};
use crate::diff::world::damage;
use crate::outcome::{Outcome, Verdict};
use crate::step::{Kind, Step};

/// No message of an account to itself may be further ahead: there is no limit, and each number costs time. The same of
/// keys of SPQR, whose limit may come from damaged state.
const SELF_LIMIT: u64 = 30_000;
/// Damaged messages between these numbers cost time in every session and show nothing.
const COSTLY: std::ops::RangeInclusive<u64> = 3_000..=25_000;

/// A message on its way.
pub(super) struct Delivery {
    pub to: usize,
    pub from: usize,
    pub kind: Kind,
    pub bytes: Vec<u8>,
    pub genuine: bool,
}

/// Whether the key of an SPQR message would cost too much time.
pub(super) fn is_costly_part(part: Option<SparsePart>, genuine: bool) -> bool {
    let limits = SELF_LIMIT + 1..=u64::from(u32::MAX);
    part.is_some_and(|part| {
        limits.contains(&part.index) || (!genuine && COSTLY.contains(&part.index))
    })
}

impl Interpreter<'_, '_> {
    pub(super) fn deliver(&mut self, which: Which, route: Route, tamper: &[Tamper]) -> Done {
        let Some(place) = self.world.which(which) else {
            return Ok(());
        };
        self.deliver_by(place, route, tamper)
    }

    /// Deliver a message to its addressee, undamaged.
    pub(super) fn deliver_straight(&mut self, place: usize) -> Done {
        self.deliver_by(place, Route::Straight, &[])
    }

    fn deliver_by(&mut self, place: usize, route: Route, tamper: &[Tamper]) -> Done {
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

    pub(super) fn hand_over(&mut self, delivery: Delivery) -> Done {
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
        let part = SparsePart::beside(&delivery.bytes);
        is_costly_part(part, delivery.genuine)
            || (to_self && counter > SELF_LIMIT)
            || (!delivery.genuine && COSTLY.contains(&counter))
    }

    pub(super) fn resign(&mut self, which: Which, edits: &[SparseEdit]) -> Done {
        let Some(place) = self.world.which(which) else {
            return Ok(());
        };
        let sent = self.world.messages[place].clone();
        let bytes = match sent.kind {
            Kind::Signal => self.signed_again(place, sent.bytes, edits)?,
            Kind::PreKey => {
                let mut parts = self.envelope_parts(sent.bytes)?;
                parts.inner = self.signed_again(place, parts.inner.0, edits)?.into();
                output(&self.lockstep.execute(&parts.encode())?, "message").0
            }
        };
        self.hand_over(Delivery {
            to: sent.to,
            from: sent.from,
            kind: sent.kind,
            bytes,
            genuine: false,
        })
    }

    /// A SignalMessage with another SPQR message beside it, and the tag that its sender gives it.
    fn signed_again(
        &mut self,
        place: usize,
        message: Vec<u8>,
        edits: &[SparseEdit],
    ) -> Result<Vec<u8>, Divergence> {
        let edited = edits
            .iter()
            .fold(message, |message, edit| edit_signal_message(&message, edit));
        let unsigned = unsigned(&edited).to_vec();
        let sent = &self.world.messages[place];
        let step = Step::MessageTag {
            mac_key: sent.mac_key.clone(),
            sender: self.world.members[sent.from].identity_key.clone(),
            receiver: self.world.members[sent.to].identity_key.clone(),
            unsigned: unsigned.clone().into(),
        };
        let tag = output(&self.lockstep.execute(&step)?, "tag").0;
        Ok([unsigned, tag].concat())
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
}

fn other_kind(kind: Kind) -> Kind {
    match kind {
        Kind::Signal => Kind::PreKey,
        Kind::PreKey => Kind::Signal,
    }
}

pub(super) fn number(outcome: &Outcome, name: &str) -> u64 {
    outcome
        .outputs
        .get(name)
        .and_then(serde_json::Value::as_u64)
        .unwrap_or_default()
}
