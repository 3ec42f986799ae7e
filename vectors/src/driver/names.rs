//! The enums of a crate from and to those of steps. One text for both crates: their enums have the same names.

/// The functions that turn enums of steps into those of a crate, and back. Every match is exhaustive.
macro_rules! enum_names {
    ($library:ident) => {
        use crate::driver::library::{Draw, PlainChainParameters};
        use crate::outcome::{BraidState, ErrorClass};
        use crate::step::{Direction, KemSet, Kind, Payload, Profile, SignatureForm};
        use $library::primitives::mlkem::ParameterSet;
        use $library::primitives::xeddsa;
        use $library::ratchet::sparse;
        use $library::ratchet::sparse::braid::Braid;
        use $library::ratchet::sparse::erasure::Chunk;
        use $library::ratchet::sparse::message;
        use $library::session::select::MessageKind;
        use $library::wire;

        pub fn form(form: SignatureForm) -> xeddsa::Form {
            match form {
                SignatureForm::Deployed => xeddsa::Form::Deployed,
                SignatureForm::PublicText => xeddsa::Form::PublicText,
            }
        }

        pub fn kem_set(set: KemSet) -> ParameterSet {
            match set {
                KemSet::Kyber1024 => ParameterSet::Kyber1024,
                KemSet::MlKem1024 => ParameterSet::MlKem1024,
                KemSet::MlKem768 => ParameterSet::MlKem768,
            }
        }

        pub fn profile(profile: Profile) -> wire::Profile {
            match profile {
                Profile::SignalV3 => wire::Profile::SignalV3,
                Profile::SignalV4 => wire::Profile::SignalV4,
                Profile::WhatsAppV3 => wire::Profile::WhatsAppV3,
            }
        }

        pub fn kind(kind: MessageKind) -> Kind {
            match kind {
                MessageKind::Signal => Kind::Signal,
                MessageKind::PreKey => Kind::PreKey,
            }
        }

        pub fn direction(direction: Direction) -> sparse::Direction {
            match direction {
                Direction::A2B => sparse::Direction::A2B,
                Direction::B2A => sparse::Direction::B2A,
            }
        }

        pub fn sparse_version(version: u8) -> Result<sparse::Version, ErrorClass> {
            match version {
                0 => Ok(sparse::Version::V0),
                1 => Ok(sparse::Version::V1),
                _ => Err(ErrorClass::BadInput),
            }
        }

        pub fn chain_parameters(given: PlainChainParameters) -> sparse::ChainParameters {
            sparse::ChainParameters {
                max_jump: given.max_jump,
                max_out_of_order: given.max_out_of_order,
            }
        }

        pub fn draw(draw: sparse::Draw) -> Draw {
            match draw {
                sparse::Draw::Nothing => Draw::Nothing,
                sparse::Draw::KeyPair => Draw::KeyPair,
                sparse::Draw::Encapsulation => Draw::Encapsulation,
            }
        }

        /// Errors: `bad_input` for a chunk that the payload has not, or the reverse.
        pub fn payload(
            payload: Payload,
            chunk: Option<Chunk>,
        ) -> Result<message::Payload, ErrorClass> {
            Ok(match (payload, chunk) {
                (Payload::None, None) => message::Payload::None,
                (Payload::Hdr, Some(chunk)) => message::Payload::Hdr(chunk),
                (Payload::Ek, Some(chunk)) => message::Payload::Ek(chunk),
                (Payload::EkCt1Ack, Some(chunk)) => message::Payload::EkCt1Ack(chunk),
                (Payload::Ct1Ack, None) => message::Payload::Ct1Ack,
                (Payload::Ct1, Some(chunk)) => message::Payload::Ct1(chunk),
                (Payload::Ct2, Some(chunk)) => message::Payload::Ct2(chunk),
                _ => return Err(ErrorClass::BadInput),
            })
        }

        /// The inverse.
        pub fn payload_parts(payload: message::Payload) -> (Payload, Option<Chunk>) {
            match payload {
                message::Payload::None => (Payload::None, None),
                message::Payload::Hdr(chunk) => (Payload::Hdr, Some(chunk)),
                message::Payload::Ek(chunk) => (Payload::Ek, Some(chunk)),
                message::Payload::EkCt1Ack(chunk) => (Payload::EkCt1Ack, Some(chunk)),
                message::Payload::Ct1Ack => (Payload::Ct1Ack, None),
                message::Payload::Ct1(chunk) => (Payload::Ct1, Some(chunk)),
                message::Payload::Ct2(chunk) => (Payload::Ct2, Some(chunk)),
            }
        }

        pub fn braid_state(braid: &Braid) -> BraidState {
            match braid {
                Braid::KeysUnsampled(_) => BraidState::KeysUnsampled,
                Braid::KeysSampled(_) => BraidState::KeysSampled,
                Braid::HeaderSent(_) => BraidState::HeaderSent,
                Braid::Ct1Received(_) => BraidState::Ct1Received,
                Braid::EkSentCt1Received(_) => BraidState::EkSentCt1Received,
                Braid::NoHeaderReceived(_) => BraidState::NoHeaderReceived,
                Braid::HeaderReceived(_) => BraidState::HeaderReceived,
                Braid::Ct1Sampled(_) => BraidState::Ct1Sampled,
                Braid::EkReceivedCt1Sampled(_) => BraidState::EkReceivedCt1Sampled,
                Braid::Ct1Acknowledged(_) => BraidState::Ct1Acknowledged,
                Braid::Ct2Sampled(_) => BraidState::Ct2Sampled,
            }
        }
    };
}
pub(crate) use enum_names;
