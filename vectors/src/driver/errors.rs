//! The errors of a crate as error classes. One text for both crates: their errors have the same names.

/// The functions that turn the errors of a crate into error classes. Every match is exhaustive.
macro_rules! error_classes {
    ($library:ident) => {
        use crate::outcome::ErrorClass;
        use $library::address::AddressError;
        use $library::handshake::HandshakeError;
        use $library::keys::KeyError;
        use $library::primitives::aes_cbc::CbcError;
        use $library::primitives::x25519::DhError;
        use $library::session::record::RecordError;
        use $library::session::select::SessionError;
        use $library::wire::WireError;

        pub fn cbc(error: CbcError) -> ErrorClass {
            match error {
                CbcError::BadCiphertext => ErrorClass::BadCiphertext,
            }
        }

        pub fn dh(error: DhError) -> ErrorClass {
            match error {
                DhError::InvalidAgreement => ErrorClass::InvalidAgreement,
            }
        }

        pub fn key(error: KeyError) -> ErrorClass {
            match error {
                KeyError::MissingKeyType => ErrorClass::MissingKeyType,
                KeyError::BadKeyType => ErrorClass::BadKeyType,
                KeyError::BadKeyLength => ErrorClass::BadKeyLength,
                KeyError::BadSignatureLength => ErrorClass::BadSignature,
            }
        }

        pub fn address(error: AddressError) -> ErrorClass {
            match error {
                AddressError::BadDeviceId => ErrorClass::BadDeviceId,
            }
        }

        pub fn wire(error: WireError) -> ErrorClass {
            match error {
                WireError::TooShort => ErrorClass::TooShort,
                WireError::LegacyVersion => ErrorClass::LegacyVersion,
                WireError::UnrecognizedVersion => ErrorClass::UnrecognizedVersion,
                WireError::InvalidProtobuf => ErrorClass::InvalidProtobuf,
                WireError::Key(error) => key(error),
                WireError::KemFieldsMismatch => ErrorClass::KemFieldsMismatch,
                WireError::KemFieldsMissing => ErrorClass::KemFieldsMissing,
            }
        }

        pub fn handshake(error: HandshakeError) -> ErrorClass {
            match error {
                HandshakeError::BadSignature => ErrorClass::BadSignature,
                HandshakeError::InvalidAgreement => ErrorClass::InvalidAgreement,
                HandshakeError::InvalidBaseKey => ErrorClass::InvalidBaseKey,
                HandshakeError::PreKeyFieldsMismatch => ErrorClass::PrekeyFieldsMismatch,
                HandshakeError::UnknownSignedPreKeyId => ErrorClass::UnknownSignedPrekeyId,
                HandshakeError::UnknownPreKeyId => ErrorClass::UnknownPrekeyId,
            }
        }

        /// One class: what is wrong with stored state is no business of a peer.
        pub fn record(error: RecordError) -> ErrorClass {
            match error {
                RecordError::UnsupportedFormat
                | RecordError::InvalidProtobuf
                | RecordError::MissingField
                | RecordError::Key(
                    KeyError::MissingKeyType
                    | KeyError::BadKeyType
                    | KeyError::BadKeyLength
                    | KeyError::BadSignatureLength,
                )
                | RecordError::BadLength
                | RecordError::UnsupportedVersion
                | RecordError::OverLimit
                | RecordError::Inconsistent
                | RecordError::OldMessageKeys
                | RecordError::KeyMismatch
                | RecordError::NotCanonical => ErrorClass::InvalidRecord,
            }
        }

        pub fn session(error: SessionError) -> ErrorClass {
            match error {
                SessionError::NoSession => ErrorClass::NoSession,
                SessionError::UntrustedIdentity => ErrorClass::UntrustedIdentity,
                SessionError::Handshake(error) => handshake(error),
                SessionError::DuplicateMessage => ErrorClass::DuplicateMessage,
                SessionError::DecryptionFailed => ErrorClass::DecryptionFailed,
                SessionError::UnsupportedVersion => ErrorClass::UnsupportedVersion,
                SessionError::CounterExhausted => ErrorClass::CounterExhausted,
                SessionError::Record(error) => record(error),
            }
        }
    };
}
pub(crate) use error_classes;
