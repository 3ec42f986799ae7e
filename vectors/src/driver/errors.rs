//! The errors of a crate as error classes. One text for both crates: their errors have the same names.

/// The functions that turn the errors of a crate into error classes. Every match is exhaustive.
macro_rules! error_classes {
    ($library:ident) => {
        use crate::outcome::ErrorClass;
        use $library::address::AddressError;
        use $library::fingerprint::FingerprintError;
        use $library::groups::{GroupError, SenderKeyRecordError};
        use $library::handshake::HandshakeError;
        use $library::keys::KeyError;
        use $library::primitives::aes_cbc::CbcError;
        use $library::primitives::mlkem::KemError;
        use $library::primitives::x25519::DhError;
        use $library::ratchet::header_encrypted::HeError;
        use $library::ratchet::sparse::erasure::ErasureError;
        use $library::ratchet::sparse::SparseError;
        use $library::ratchet::written::WrittenError;
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

        pub fn kem(error: KemError) -> ErrorClass {
            match error {
                KemError::BadEncapsulationKeyLength | KemError::BadDecapsulationKeyLength => {
                    ErrorClass::BadKemKeyLength
                }
                KemError::BadCiphertextLength => ErrorClass::BadKemCiphertextLength,
                KemError::NotReduced => ErrorClass::KemNotReduced,
            }
        }

        pub fn key(error: KeyError) -> ErrorClass {
            match error {
                KeyError::MissingKeyType => ErrorClass::MissingKeyType,
                KeyError::BadKeyType => ErrorClass::BadKeyType,
                KeyError::BadKeyLength => ErrorClass::BadKeyLength,
                KeyError::BadSignatureLength => ErrorClass::BadSignature,
                KeyError::BadKemKeyType => ErrorClass::BadKemKeyType,
                KeyError::BadKemKeyLength => ErrorClass::BadKemKeyLength,
                KeyError::BadKemCiphertextLength => ErrorClass::BadKemCiphertextLength,
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
                HandshakeError::MissingKemPreKey => ErrorClass::MissingKemPrekey,
                HandshakeError::UnknownSignedPreKeyId => ErrorClass::UnknownSignedPrekeyId,
                HandshakeError::UnknownKemPreKeyId => ErrorClass::UnknownKemPrekeyId,
                HandshakeError::UnknownPreKeyId => ErrorClass::UnknownPrekeyId,
                HandshakeError::Kem(error) => key(error),
            }
        }

        pub fn erasure(error: ErasureError) -> ErrorClass {
            match error {
                ErasureError::OddLength => ErrorClass::OddLength,
                ErasureError::TooLong => ErrorClass::MessageTooLong,
            }
        }

        pub fn sparse(error: SparseError) -> ErrorClass {
            match error {
                SparseError::InvalidMessage => ErrorClass::InvalidSpqrMessage,
                SparseError::InvalidState => ErrorClass::InvalidSpqrState,
                SparseError::BadMac => ErrorClass::BadSpqrMac,
                SparseError::EpochOutOfRange { .. } => ErrorClass::EpochOutOfRange,
                SparseError::VersionMismatch => ErrorClass::VersionMismatch,
                SparseError::MinimumVersion => ErrorClass::MinimumVersion,
                SparseError::KeyJump { .. } => ErrorClass::KeyJump,
                SparseError::KeyTrimmed { .. } => ErrorClass::KeyTrimmed,
                SparseError::KeyAlreadyRequested { .. } => ErrorClass::KeyAlreadyRequested,
                SparseError::ErroneousData => ErrorClass::ErroneousData,
                SparseError::SendEpochDecreased { .. } => ErrorClass::SendEpochDecreased,
                SparseError::ChainNotAvailable => ErrorClass::ChainNotAvailable,
                SparseError::CounterExhausted => ErrorClass::CounterExhausted,
            }
        }

        pub fn fingerprint(error: FingerprintError) -> ErrorClass {
            match error {
                FingerprintError::InvalidIterations => ErrorClass::InvalidIterations,
                FingerprintError::VersionMismatch => ErrorClass::FingerprintVersionMismatch,
                FingerprintError::ParseError => ErrorClass::FingerprintParseError,
            }
        }

        pub fn written(error: WrittenError) -> ErrorClass {
            match error {
                WrittenError::InvalidAgreement => ErrorClass::InvalidAgreement,
                WrittenError::NoSendingChain => ErrorClass::NoSendingChain,
                WrittenError::DuplicateMessage { .. } => ErrorClass::DuplicateMessage,
                WrittenError::TooFarInFuture { .. } => ErrorClass::TooFarInFuture,
                WrittenError::Rejected => ErrorClass::Rejected,
                WrittenError::CounterExhausted => ErrorClass::CounterExhausted,
            }
        }

        pub fn header_encrypted(error: HeError) -> ErrorClass {
            match error {
                HeError::InvalidAgreement => ErrorClass::InvalidAgreement,
                HeError::NoSendingChain => ErrorClass::NoSendingChain,
                HeError::UndecryptableHeader => ErrorClass::UndecryptableHeader,
                HeError::DuplicateMessage { .. } => ErrorClass::DuplicateMessage,
                HeError::TooFarInFuture { .. } => ErrorClass::TooFarInFuture,
                HeError::Rejected => ErrorClass::Rejected,
                HeError::CounterExhausted => ErrorClass::CounterExhausted,
            }
        }

        /// One class: what is wrong with stored state is no business of a peer.
        pub fn record(error: RecordError) -> ErrorClass {
            match error {
                RecordError::UnsupportedFormat
                | RecordError::InvalidProtobuf
                | RecordError::MissingField
                | RecordError::Key(_)
                | RecordError::Sparse(_)
                | RecordError::BadLength
                | RecordError::UnsupportedVersion
                | RecordError::OverLimit
                | RecordError::Inconsistent
                | RecordError::OldMessageKeys
                | RecordError::KeyMismatch
                | RecordError::NotCanonical => ErrorClass::InvalidRecord,
            }
        }

        pub fn group(error: GroupError) -> ErrorClass {
            match error {
                GroupError::Wire(error) => wire(error),
                GroupError::NoSenderKeyState => ErrorClass::NoSenderKeyState,
                GroupError::NoSigningKey => ErrorClass::NoSigningKey,
                GroupError::VersionMismatch => ErrorClass::VersionMismatch,
                GroupError::BadSignature => ErrorClass::BadSignature,
                GroupError::DuplicateMessage { .. } => ErrorClass::DuplicateMessage,
                GroupError::TooFarInFuture { .. } => ErrorClass::TooFarInFuture,
                GroupError::CounterExhausted => ErrorClass::CounterExhausted,
                GroupError::BadPadding => ErrorClass::BadPadding,
            }
        }

        /// One class, as of a record of sessions.
        pub fn sender_key_record(error: SenderKeyRecordError) -> ErrorClass {
            match error {
                SenderKeyRecordError::InvalidProtobuf
                | SenderKeyRecordError::UnsupportedVersion
                | SenderKeyRecordError::MissingField
                | SenderKeyRecordError::Key(_)
                | SenderKeyRecordError::BadLength
                | SenderKeyRecordError::KeyMismatch
                | SenderKeyRecordError::OverLimit
                | SenderKeyRecordError::Inconsistent => ErrorClass::InvalidRecord,
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
                SessionError::InvalidSparseState => ErrorClass::InvalidSpqrState,
                SessionError::Record(error) => record(error),
            }
        }
    };
}
pub(crate) use error_classes;
