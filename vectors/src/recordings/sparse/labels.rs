//! The recording's names of states, payloads, sides and errors, and ours.
use crate::outcome::{BraidState, ChainSnapshot, ErrorClass, Outcome};
use crate::recordings::inputs::{class_name, Fault};
use crate::step::{Direction, Payload};
use serde_json::Value;

/// Names of payloads.
const PAYLOADS: [(&str, Payload); 7] = [
    ("None", Payload::None),
    ("Hdr", Payload::Hdr),
    ("Ek", Payload::Ek),
    ("EkCt1Ack", Payload::EkCt1Ack),
    ("Ct1Ack", Payload::Ct1Ack),
    ("Ct1", Payload::Ct1),
    ("Ct2", Payload::Ct2),
];

/// A payload by its name.
pub fn payload(name: &str) -> Result<Payload, Fault> {
    PAYLOADS
        .iter()
        .find(|(known, _)| *known == name)
        .map(|(_, payload)| *payload)
        .ok_or_else(|| Fault::Unknown("type", name.to_owned()))
}

/// The name of a payload.
pub fn payload_name(payload: Payload) -> &'static str {
    PAYLOADS
        .iter()
        .find(|(_, known)| *known == payload)
        .map_or("", |(name, _)| name)
}

/// A direction by its name.
pub fn direction(name: &str) -> Result<Direction, Fault> {
    match name {
        "A2B" => Ok(Direction::A2B),
        "B2A" => Ok(Direction::B2A),
        _ => Err(Fault::Unknown("direction", name.to_owned())),
    }
}

/// The name of a state of the braid.
pub fn state_name(state: BraidState) -> &'static str {
    match state {
        BraidState::KeysUnsampled => "KeysUnsampled",
        BraidState::KeysSampled => "KeysSampled",
        BraidState::HeaderSent => "HeaderSent",
        BraidState::Ct1Received => "Ct1Received",
        BraidState::EkSentCt1Received => "EkSentCt1Received",
        BraidState::NoHeaderReceived => "NoHeaderReceived",
        BraidState::HeaderReceived => "HeaderReceived",
        BraidState::Ct1Sampled => "Ct1Sampled",
        BraidState::EkReceivedCt1Sampled => "EkReceivedCt1Sampled",
        BraidState::Ct1Acknowledged => "Ct1Acknowledged",
        BraidState::Ct2Sampled => "Ct2Sampled",
    }
}

/// A key that was asked for: what the numbers in the names of errors come from.
#[derive(Clone, Copy, Default)]
pub struct Asked<'a> {
    /// The chain, if there is one.
    pub chain: Option<&'a ChainSnapshot>,
    /// The epoch of the key.
    pub epoch: u64,
    /// The number of the key.
    pub index: u32,
}

impl Asked<'_> {
    /// Number of the last key received in this epoch; 0 in a chain that is not there yet.
    fn counter(&self) -> u32 {
        let Some(chain) = self.chain else { return 0 };
        let age = chain.current_epoch.0.checked_sub(self.epoch);
        age.and_then(|age| usize::try_from(age).ok())
            .and_then(|age| chain.links.iter().rev().nth(age))
            .map_or(0, |link| link.receive.counter)
    }

    fn send_epoch(&self) -> u64 {
        self.chain.map_or(0, |chain| chain.send_epoch.0)
    }
}

/// The name of the error of an outcome; a class that the recording has no name for keeps its own.
pub fn error_name(outcome: &Outcome, asked: Asked) -> Value {
    let Asked { epoch, index, .. } = asked;
    let name = match outcome.error_class {
        Some(ErrorClass::OddLength) => "PolynomialError(MessageLengthEven)".to_owned(),
        Some(ErrorClass::MessageTooLong) => "PolynomialError(MessageLengthTooLong)".to_owned(),
        Some(ErrorClass::InvalidSpqrMessage) => "MsgDecode".to_owned(),
        Some(ErrorClass::InvalidSpqrState) => "StateDecode".to_owned(),
        Some(ErrorClass::BadSpqrMac) => "MacVerifyFailed".to_owned(),
        Some(ErrorClass::VersionMismatch) => "VersionMismatch".to_owned(),
        Some(ErrorClass::MinimumVersion) => "MinimumVersion".to_owned(),
        Some(ErrorClass::ErroneousData) => "ErroneousDataReceived".to_owned(),
        Some(ErrorClass::ChainNotAvailable) => "ChainNotAvailable".to_owned(),
        Some(ErrorClass::EpochOutOfRange) => format!("EpochOutOfRange({epoch})"),
        Some(ErrorClass::KeyJump) => format!("KeyJump({}, {index})", asked.counter()),
        Some(ErrorClass::KeyTrimmed) => format!("KeyTrimmed({index})"),
        Some(ErrorClass::KeyAlreadyRequested) => format!("KeyAlreadyRequested({index})"),
        Some(ErrorClass::SendEpochDecreased) => {
            format!("SendKeyEpochDecreased({}, {epoch})", asked.send_epoch())
        }
        _ => return class_name(outcome),
    };
    Value::String(name)
}
