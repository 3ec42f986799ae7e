(* The errors of the specification as classes of error (vectors/README.md). Every match is exhaustive. *)

let cbc _ = "bad_ciphertext"
let dh _ = "invalid_agreement"

let kem : Primitives_mlkem.coq_KemError -> string = function
  | KemError_BadEncapsulationKeyLength | KemError_BadDecapsulationKeyLength -> "bad_kem_key_length"
  | KemError_BadCiphertextLength -> "bad_kem_ciphertext_length"
  | KemError_NotReduced -> "kem_not_reduced"

let key : Keys.coq_KeyError -> string = function
  | KeyError_MissingKeyType -> "missing_key_type"
  | KeyError_BadKeyType -> "bad_key_type"
  | KeyError_BadKeyLength -> "bad_key_length"
  | KeyError_BadSignatureLength -> "bad_signature"
  | KeyError_BadKemKeyType -> "bad_kem_key_type"
  | KeyError_BadKemKeyLength -> "bad_kem_key_length"
  | KeyError_BadKemCiphertextLength -> "bad_kem_ciphertext_length"

let address _ = "bad_device_id"

let wire : Wire.coq_WireError -> string = function
  | WireError_TooShort -> "too_short"
  | WireError_LegacyVersion -> "legacy_version"
  | WireError_UnrecognizedVersion -> "unrecognized_version"
  | WireError_InvalidProtobuf -> "invalid_protobuf"
  | WireError_Key error -> key error
  | WireError_KemFieldsMismatch -> "kem_fields_mismatch"
  | WireError_KemFieldsMissing -> "kem_fields_missing"

let handshake : Handshake.coq_HandshakeError -> string = function
  | HandshakeError_BadSignature -> "bad_signature"
  | HandshakeError_InvalidAgreement -> "invalid_agreement"
  | HandshakeError_InvalidBaseKey -> "invalid_base_key"
  | HandshakeError_PreKeyFieldsMismatch -> "prekey_fields_mismatch"
  | HandshakeError_MissingKemPreKey -> "missing_kem_prekey"
  | HandshakeError_UnknownSignedPreKeyId -> "unknown_signed_prekey_id"
  | HandshakeError_UnknownKemPreKeyId -> "unknown_kem_prekey_id"
  | HandshakeError_UnknownPreKeyId -> "unknown_prekey_id"
  | HandshakeError_Kem error -> key error

let erasure : Ratchet_sparse_erasure.coq_ErasureError -> string = function
  | ErasureError_OddLength -> "odd_length"
  | ErasureError_TooLong -> "message_too_long"

let sparse : Ratchet_sparse_types.coq_SparseError -> string = function
  | SparseError_InvalidMessage -> "invalid_spqr_message"
  | SparseError_InvalidState -> "invalid_spqr_state"
  | SparseError_BadMac -> "bad_spqr_mac"
  | SparseError_EpochOutOfRange _ -> "epoch_out_of_range"
  | SparseError_VersionMismatch -> "version_mismatch"
  | SparseError_MinimumVersion -> "minimum_version"
  | SparseError_KeyJump _ -> "key_jump"
  | SparseError_KeyTrimmed _ -> "key_trimmed"
  | SparseError_KeyAlreadyRequested _ -> "key_already_requested"
  | SparseError_ErroneousData -> "erroneous_data"
  | SparseError_SendEpochDecreased _ -> "send_epoch_decreased"
  | SparseError_ChainNotAvailable -> "chain_not_available"
  | SparseError_CounterExhausted -> "counter_exhausted"

let fingerprint : Fingerprint.coq_FingerprintError -> string = function
  | FingerprintError_InvalidIterations -> "invalid_iterations"
  | FingerprintError_VersionMismatch -> "fingerprint_version_mismatch"
  | FingerprintError_ParseError -> "fingerprint_parse_error"

let written : Ratchet_written_state.coq_WrittenError -> string = function
  | WrittenError_InvalidAgreement -> "invalid_agreement"
  | WrittenError_NoSendingChain -> "no_sending_chain"
  | WrittenError_DuplicateMessage _ -> "duplicate_message"
  | WrittenError_TooFarInFuture _ -> "too_far_in_future"
  | WrittenError_Rejected -> "rejected"
  | WrittenError_CounterExhausted -> "counter_exhausted"

let header_encrypted : Ratchet_header_encrypted_state.coq_HeError -> string = function
  | HeError_InvalidAgreement -> "invalid_agreement"
  | HeError_NoSendingChain -> "no_sending_chain"
  | HeError_UndecryptableHeader -> "undecryptable_header"
  | HeError_DuplicateMessage _ -> "duplicate_message"
  | HeError_TooFarInFuture _ -> "too_far_in_future"
  | HeError_Rejected -> "rejected"
  | HeError_CounterExhausted -> "counter_exhausted"

(* One class: what is wrong with stored state is no business of a peer. *)
let record (_ : Session_record_types.coq_RecordError) = "invalid_record"
let sender_key_record (_ : Groups.coq_SenderKeyRecordError) = "invalid_record"

let group : Groups.coq_GroupError -> string = function
  | GroupError_Wire error -> wire error
  | GroupError_NoSenderKeyState -> "no_sender_key_state"
  | GroupError_NoSigningKey -> "no_signing_key"
  | GroupError_VersionMismatch -> "version_mismatch"
  | GroupError_BadSignature -> "bad_signature"
  | GroupError_DuplicateMessage _ -> "duplicate_message"
  | GroupError_TooFarInFuture _ -> "too_far_in_future"
  | GroupError_CounterExhausted -> "counter_exhausted"
  | GroupError_BadPadding -> "bad_padding"

let session : Session_select_types.coq_SessionError -> string = function
  | SessionError_NoSession -> "no_session"
  | SessionError_UntrustedIdentity -> "untrusted_identity"
  | SessionError_Handshake error -> handshake error
  | SessionError_DuplicateMessage -> "duplicate_message"
  | SessionError_DecryptionFailed -> "decryption_failed"
  | SessionError_UnsupportedVersion -> "unsupported_version"
  | SessionError_CounterExhausted -> "counter_exhausted"
  | SessionError_InvalidSparseState -> "invalid_spqr_state"
  | SessionError_Record error -> record error
