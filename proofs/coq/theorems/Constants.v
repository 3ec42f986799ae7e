(** Pinned constants: labels, limits, lengths and fields of the generated code, as the standards and the deployed software
    have them.

    Each of these examples fails if a constant of the specification changes. A theorem about the protocol holds for any
    label and most limits: what they are is said here, and nowhere else in the proofs. *)
From Coq Require Import Ascii String.
From Twinratchet Require Import Prelude Modular.
From Twinratchet.generated Require address fingerprint groups_sender_key groups_sender_key_stored
  groups_sender_key_types handshake_pqxdh handshake_x3dh keys keys_kem primitives ratchet_double_state
  ratchet_header_encrypted_functions ratchet_header_encrypted_state ratchet_skipped ratchet_sparse_authenticator
  ratchet_sparse_braid_states ratchet_sparse_chain ratchet_sparse_erasure ratchet_sparse_gf65536 ratchet_sparse_message
  ratchet_sparse_state_decode_braid ratchet_sparse_state_fields ratchet_sparse_types ratchet_symmetric
  ratchet_written_functions ratchet_written_state session_record session_record_types session_select_send wire
  wire_fingerprint_code wire_message wire_prekey_message wire_protobuf wire_sender_key_message.

(** The bytes of a label. *)
Definition bytes (label : string) : list U8 :=
  map (fun c => Z.of_N (N_of_ascii c)) (list_ascii_of_string label).

(** * Numbers, limits, lengths *)

(** Device ids, texts of UUIDs, service ids and the block of addresses inside a message. *)
Example constants_of_address :
  [
    address.MIN_DEVICE_ID; address.MAX_DEVICE_ID; address.UUID_TEXT_LENGTH; address.SERVICE_ID_LENGTH;
    address.ADDRESS_BLOCK_LENGTH; address.HYPHEN; address.PNI_PREFIX_LENGTH; address.NOT_A_DIGIT
  ] = [
    1; 127; 36; 17; 36; 45; 4; 16
  ].
Proof. reflexivity. Qed.

(** Serialised keys: the type byte of X25519, lengths with and without it. *)
Example constants_of_keys :
  [keys.KEY_TYPE_X25519; keys.SERIALIZED_KEY_LENGTH; keys.KEY_LENGTH; keys.SIGNATURE_LENGTH]
  = [5; 33; 32; 64].
Proof. reflexivity. Qed.

(** Serialised KEM keys: the type byte of Kyber-1024, lengths with it. *)
Example constants_of_keys_kem :
  [
    keys_kem.KEY_TYPE_KYBER_1024; keys_kem.KEM_KEY_LENGTH; keys_kem.KEM_CIPHERTEXT_LENGTH;
    keys_kem.KEM_SECRET_KEY_LENGTH; keys_kem.KEM_PUBLIC_START
  ] = [
    8; 1569; 1569; 3169; 1537
  ].
Proof. reflexivity. Qed.

(** Versions. *)
Example constants_of_wire :
  [wire.VERSION_3; wire.SENDER_KEY_VERSION; wire.VERSION_4]
  = [3; 3; 4].
Proof. reflexivity. Qed.

(** Protocol buffers: wire types and limits. *)
Example constants_of_wire_protobuf :
  [
    wire_protobuf.WIRE_VARINT; wire_protobuf.WIRE_FIXED64; wire_protobuf.WIRE_BYTES;
    wire_protobuf.WIRE_START_GROUP; wire_protobuf.WIRE_END_GROUP; wire_protobuf.WIRE_FIXED32;
    wire_protobuf.MAX_GROUP_DEPTH; wire_protobuf.MAX_VARINT_LENGTH; wire_protobuf.MAX_TAG
  ] = [
    0; 1; 2; 3; 4; 5; 100; 10; 4294967295
  ].
Proof. reflexivity. Qed.

(** SignalMessage: the length of its tag, its fields. *)
Example constants_of_wire_message :
  [
    wire_message.TAG_LENGTH; wire_message.FIELD_RATCHET_KEY; wire_message.FIELD_COUNTER;
    wire_message.FIELD_PREVIOUS_COUNTER; wire_message.FIELD_BODY; wire_message.FIELD_SPQR;
    wire_message.FIELD_ADDRESSES
  ] = [
    8; 1; 2; 3; 4; 5; 6
  ].
Proof. reflexivity. Qed.

(** PreKeySignalMessage: its fields. *)
Example constants_of_wire_prekey_message :
  [
    wire_prekey_message.FIELD_ONE_TIME_PREKEY_ID; wire_prekey_message.FIELD_BASE_KEY;
    wire_prekey_message.FIELD_IDENTITY_KEY; wire_prekey_message.FIELD_MESSAGE;
    wire_prekey_message.FIELD_REGISTRATION_ID; wire_prekey_message.FIELD_SIGNED_PREKEY_ID;
    wire_prekey_message.FIELD_KEM_PREKEY_ID; wire_prekey_message.FIELD_KEM_CIPHERTEXT
  ] = [
    1; 2; 3; 4; 5; 6; 7; 8
  ].
Proof. reflexivity. Qed.

(** SenderKeyMessage and its distribution: lengths and fields. *)
Example constants_of_wire_sender_key_message :
  [
    wire_sender_key_message.MIN_SENDER_KEY_MESSAGE_LENGTH; wire_sender_key_message.DISTRIBUTION_ID_LENGTH;
    wire_sender_key_message.FIELD_DISTRIBUTION_ID; wire_sender_key_message.AFTER_ITERATION;
    wire_sender_key_message.AFTER_BODY; wire_sender_key_message.AFTER_CHAIN_KEY;
    wire_sender_key_message.AFTER_SIGNING_KEY
  ] = [
    65; 16; 1; 1; 2; 2; 3
  ].
Proof. reflexivity. Qed.

(** The code of a fingerprint: its fields. *)
Example constants_of_wire_fingerprint_code :
  [
    wire_fingerprint_code.FIELD_VERSION; wire_fingerprint_code.FIELD_LOCAL; wire_fingerprint_code.FIELD_REMOTE;
    wire_fingerprint_code.FIELD_CONTENT
  ] = [
    1; 2; 3; 1
  ].
Proof. reflexivity. Qed.

(** Fingerprints: iterations, lengths and digits. *)
Example constants_of_fingerprint :
  [
    fingerprint.DEPLOYED_ITERATIONS; fingerprint.MIN_ITERATIONS; fingerprint.MAX_ITERATIONS;
    fingerprint.DISPLAY_LENGTH; fingerprint.SCANNABLE_LENGTH; fingerprint.FORMAT_LENGTH;
    fingerprint.DIGITS_PER_SIDE; fingerprint.GROUPS_PER_SIDE; fingerprint.GROUP_LENGTH;
    fingerprint.GROUP_MODULUS; fingerprint.DIGIT_ZERO
  ] = [
    5200; 2; 1000000; 60; 32; 2; 30; 6; 5; 100000; 48
  ].
Proof. reflexivity. Qed.

(** X3DH 2.2: the length of F and of the output. *)
Example constants_of_handshake_x3dh :
  [handshake_x3dh.F_LENGTH; handshake_x3dh.X3DH_OUTPUT_LENGTH]
  = [32; 64].
Proof. reflexivity. Qed.

(** PQXDH 2.2: the length of the output, with the key of SPQR. *)
Example constants_of_handshake_pqxdh :
  [handshake_pqxdh.PQXDH_OUTPUT_LENGTH]
  = [96].
Proof. reflexivity. Qed.

(** Double Ratchet 5.2: the inputs of KDF_CK, the length of message keys. *)
Example constants_of_ratchet_symmetric :
  [
    ratchet_symmetric.MESSAGE_KEY_INPUT; ratchet_symmetric.CHAIN_KEY_INPUT;
    ratchet_symmetric.MESSAGE_KEYS_LENGTH
  ] = [
    1; 2; 80
  ].
Proof. reflexivity. Qed.

(** Skipped keys: the limit, and what WhatsApp lets gather. *)
Example constants_of_ratchet_skipped :
  [ratchet_skipped.MAX_SKIPPED; ratchet_skipped.MAX_GATHERED]
  = [2000; 2051].
Proof. reflexivity. Qed.

(** Double Ratchet: jumps, chains that are kept, the last counter. *)
Example constants_of_ratchet_double_state :
  [
    ratchet_double_state.MAX_JUMP; ratchet_double_state.WHATSAPP_MAX_JUMP;
    ratchet_double_state.MAX_RECEIVING_CHAINS; ratchet_double_state.KDF_RK_LENGTH;
    ratchet_double_state.LAST_NUMBER
  ] = [
    25000; 2000; 5; 64; 4294967295
  ].
Proof. reflexivity. Qed.

(** The written Double Ratchet: lengths. *)
Example constants_of_ratchet_written_functions :
  [
    ratchet_written_functions.HEADER_LENGTH; ratchet_written_functions.WRITTEN_TAG_LENGTH;
    ratchet_written_functions.WRITTEN_RK_LENGTH; ratchet_written_functions.MESSAGE_LENGTH
  ] = [
    41; 32; 64; 80
  ].
Proof. reflexivity. Qed.

(** The written Double Ratchet: limits. *)
Example constants_of_ratchet_written_state :
  [ratchet_written_state.MAX_SKIP; ratchet_written_state.MAX_STORED; ratchet_written_state.LAST_NUMBER]
  = [1000; 2000; 4294967295].
Proof. reflexivity. Qed.

(** Header encryption: lengths. *)
Example constants_of_ratchet_header_encrypted_functions :
  [
    ratchet_header_encrypted_functions.ENCRYPTED_HEADER_LENGTH;
    ratchet_header_encrypted_functions.HEADER_NONCE_LENGTH; ratchet_header_encrypted_functions.KDF_RK_HE_LENGTH;
    ratchet_header_encrypted_functions.HEADER_KEYS_LENGTH
  ] = [
    89; 16; 96; 64
  ].
Proof. reflexivity. Qed.

(** Header encryption: the last counter. *)
Example constants_of_ratchet_header_encrypted_state :
  [ratchet_header_encrypted_state.LAST_NUMBER]
  = [4294967295].
Proof. reflexivity. Qed.

(** SPQR: limits. *)
Example constants_of_ratchet_sparse_types :
  [
    ratchet_sparse_types.DEFAULT_MAX_JUMP; ratchet_sparse_types.DEFAULT_MAX_OUT_OF_ORDER;
    ratchet_sparse_types.UNLIMITED_JUMP; ratchet_sparse_types.LAST_EPOCH
  ] = [
    25000; 2000; 4294967295; 18446744073709551615
  ].
Proof. reflexivity. Qed.

(** SPQR, symmetric chain: lengths and the last counter. *)
Example constants_of_ratchet_sparse_chain :
  [
    ratchet_sparse_chain.THREE_KEYS_LENGTH; ratchet_sparse_chain.TWO_KEYS_LENGTH;
    ratchet_sparse_chain.LAST_COUNTER
  ] = [
    96; 64; 4294967295
  ].
Proof. reflexivity. Qed.

(** SPQR, authenticator: lengths. *)
Example constants_of_ratchet_sparse_authenticator :
  [ratchet_sparse_authenticator.KDF_AUTH_LENGTH; ratchet_sparse_authenticator.EPOCH_SECRET_LENGTH]
  = [64; 32].
Proof. reflexivity. Qed.

(** SPQR, braid: lengths and the first epoch. *)
Example constants_of_ratchet_sparse_braid_states :
  [
    ratchet_sparse_braid_states.MAC_LENGTH; ratchet_sparse_braid_states.HEADER_AND_MAC_LENGTH;
    ratchet_sparse_braid_states.CIPHERTEXT2_AND_MAC_LENGTH; ratchet_sparse_braid_states.FIRST_EPOCH
  ] = [
    32; 96; 160; 1
  ].
Proof. reflexivity. Qed.

(** SPQR, erasure code: lengths and the number of indices. *)
Example constants_of_ratchet_sparse_erasure :
  [
    ratchet_sparse_erasure.CHUNK_LENGTH; ratchet_sparse_erasure.MAX_MESSAGE_LENGTH;
    ratchet_sparse_erasure.POLYNOMIALS; ratchet_sparse_erasure.SYMBOL_LENGTH; ratchet_sparse_erasure.INDICES
  ] = [
    32; 1048576; 16; 2; 65536
  ].
Proof. reflexivity. Qed.

(** SPQR, the field: x^16 + x^12 + x^3 + x + 1. *)
Example constants_of_ratchet_sparse_gf65536 :
  [ratchet_sparse_gf65536.MODULUS]
  = [69643].
Proof. reflexivity. Qed.

(** SPQR messages: the version, the types of payloads, limits. *)
Example constants_of_ratchet_sparse_message :
  [
    ratchet_sparse_message.VERSION_BYTE_1; ratchet_sparse_message.TYPE_NONE; ratchet_sparse_message.TYPE_HDR;
    ratchet_sparse_message.TYPE_EK; ratchet_sparse_message.TYPE_EK_CT1_ACK; ratchet_sparse_message.TYPE_CT1_ACK;
    ratchet_sparse_message.TYPE_CT1; ratchet_sparse_message.TYPE_CT2; ratchet_sparse_message.MAX_VARINT_LENGTH;
    ratchet_sparse_message.MAX_INDEX; ratchet_sparse_message.MAX_CHUNK_INDEX
  ] = [
    1; 0; 1; 2; 3; 4; 5; 6; 10; 4294967295; 65535
  ].
Proof. reflexivity. Qed.

(** SPQR, stored state: its fields. *)
Example constants_of_ratchet_sparse_state_fields :
  [
    ratchet_sparse_state_fields.STATE_NEGOTIATION; ratchet_sparse_state_fields.STATE_CHAIN;
    ratchet_sparse_state_fields.STATE_BRAID; ratchet_sparse_state_fields.NEGOTIATION_AUTH_KEY;
    ratchet_sparse_state_fields.NEGOTIATION_DIRECTION; ratchet_sparse_state_fields.NEGOTIATION_MIN_VERSION;
    ratchet_sparse_state_fields.NEGOTIATION_PARAMETERS; ratchet_sparse_state_fields.PARAMETERS_MAX_JUMP;
    ratchet_sparse_state_fields.PARAMETERS_MAX_OUT_OF_ORDER; ratchet_sparse_state_fields.CHAIN_DIRECTION;
    ratchet_sparse_state_fields.CHAIN_CURRENT_EPOCH; ratchet_sparse_state_fields.CHAIN_LINK;
    ratchet_sparse_state_fields.CHAIN_NEXT_ROOT; ratchet_sparse_state_fields.CHAIN_SEND_EPOCH;
    ratchet_sparse_state_fields.CHAIN_PARAMETERS; ratchet_sparse_state_fields.LINK_SEND;
    ratchet_sparse_state_fields.LINK_RECEIVE; ratchet_sparse_state_fields.HALF_COUNTER;
    ratchet_sparse_state_fields.HALF_NEXT; ratchet_sparse_state_fields.HALF_STORE;
    ratchet_sparse_state_fields.BRAID_KEYS_UNSAMPLED; ratchet_sparse_state_fields.BRAID_KEYS_SAMPLED;
    ratchet_sparse_state_fields.BRAID_HEADER_SENT; ratchet_sparse_state_fields.BRAID_CT1_RECEIVED;
    ratchet_sparse_state_fields.BRAID_EK_SENT_CT1_RECEIVED;
    ratchet_sparse_state_fields.BRAID_NO_HEADER_RECEIVED; ratchet_sparse_state_fields.BRAID_HEADER_RECEIVED;
    ratchet_sparse_state_fields.BRAID_CT1_SAMPLED; ratchet_sparse_state_fields.BRAID_EK_RECEIVED_CT1_SAMPLED;
    ratchet_sparse_state_fields.BRAID_CT1_ACKNOWLEDGED; ratchet_sparse_state_fields.BRAID_CT2_SAMPLED;
    ratchet_sparse_state_fields.BRAID_CORE; ratchet_sparse_state_fields.BRAID_SECOND;
    ratchet_sparse_state_fields.BRAID_THIRD; ratchet_sparse_state_fields.CORE_EPOCH;
    ratchet_sparse_state_fields.CORE_AUTHENTICATOR; ratchet_sparse_state_fields.CORE_FIRST;
    ratchet_sparse_state_fields.CORE_SECOND; ratchet_sparse_state_fields.CORE_THIRD;
    ratchet_sparse_state_fields.AUTHENTICATOR_ROOT_KEY; ratchet_sparse_state_fields.AUTHENTICATOR_MAC_KEY;
    ratchet_sparse_state_fields.ENCODER_COUNTER; ratchet_sparse_state_fields.ENCODER_POINTS;
    ratchet_sparse_state_fields.ENCODER_COEFFICIENTS; ratchet_sparse_state_fields.DECODER_SYMBOLS;
    ratchet_sparse_state_fields.DECODER_POLYNOMIALS; ratchet_sparse_state_fields.DECODER_POINTS;
    ratchet_sparse_state_fields.DECODER_COMPLETE; ratchet_sparse_state_fields.SECRET_LENGTH;
    ratchet_sparse_state_fields.STORED_KEY_LENGTH; ratchet_sparse_state_fields.SYMBOL_LENGTH;
    ratchet_sparse_state_fields.POINT_LENGTH
  ] = [
    1; 2; 3; 1; 2; 3; 4; 1; 2; 1; 2; 3; 4; 5; 6; 1; 2; 1; 2; 3; 1; 2; 3; 4; 5; 6; 7; 8; 9; 10; 11; 1; 2; 3; 1;
    2; 3; 4; 5; 1; 2; 1; 2; 3; 1; 2; 3; 4; 32; 36; 2; 4
  ].
Proof. reflexivity. Qed.

(** SPQR, stored state: the length of a state of encapsulation. *)
Example constants_of_ratchet_sparse_state_decode_braid :
  [ratchet_sparse_state_decode_braid.ENCAPS_STATE_LENGTH]
  = [2080].
Proof. reflexivity. Qed.

(** Sender keys: the length of message keys. *)
Example constants_of_groups_sender_key :
  [groups_sender_key.SENDER_MESSAGE_KEYS_LENGTH]
  = [48].
Proof. reflexivity. Qed.

(** Sender keys: states, skipped keys and jumps. *)
Example constants_of_groups_sender_key_types :
  [
    groups_sender_key_types.MAX_SENDER_STATES; groups_sender_key_types.MAX_SENDER_SKIPPED;
    groups_sender_key_types.MAX_SENDER_GATHERED; groups_sender_key_types.MAX_SENDER_JUMP;
    groups_sender_key_types.WHATSAPP_MAX_SENDER_JUMP
  ] = [
    5; 2000; 2050; 25000; 2000
  ].
Proof. reflexivity. Qed.

(** Sender keys, stored: its fields. *)
Example constants_of_groups_sender_key_stored :
  [
    groups_sender_key_stored.RECORD_STATE; groups_sender_key_stored.STATE_CHAIN_ID;
    groups_sender_key_stored.STATE_CHAIN; groups_sender_key_stored.STATE_SIGNING;
    groups_sender_key_stored.STATE_SKIPPED; groups_sender_key_stored.STATE_VERSION;
    groups_sender_key_stored.CHAIN_ITERATION; groups_sender_key_stored.CHAIN_KEY;
    groups_sender_key_stored.SIGNING_PUBLIC; groups_sender_key_stored.SIGNING_PRIVATE;
    groups_sender_key_stored.SKIPPED_ITERATION; groups_sender_key_stored.SKIPPED_SEED
  ] = [
    1; 1; 2; 3; 4; 5; 1; 2; 1; 2; 1; 2
  ].
Proof. reflexivity. Qed.

(** Session record: format, archived sessions, fields. *)
Example constants_of_session_record :
  [
    session_record.SAVED_FORMAT; session_record.MAX_ARCHIVED; session_record.RECORD_CURRENT;
    session_record.RECORD_PREVIOUS
  ] = [
    1; 40; 1; 2
  ].
Proof. reflexivity. Qed.

(** Stored session: its fields. *)
Example constants_of_session_record_types :
  [
    session_record_types.SESSION_VERSION; session_record_types.SESSION_LOCAL_IDENTITY;
    session_record_types.SESSION_REMOTE_IDENTITY; session_record_types.SESSION_ROOT_KEY;
    session_record_types.SESSION_PREVIOUS_COUNTER; session_record_types.SESSION_SENDING_CHAIN;
    session_record_types.SESSION_RECEIVING_CHAIN; session_record_types.SESSION_PENDING;
    session_record_types.SESSION_REMOTE_REGISTRATION; session_record_types.SESSION_LOCAL_REGISTRATION;
    session_record_types.SESSION_BASE_KEY; session_record_types.SESSION_PENDING_KEM;
    session_record_types.SESSION_SPARSE; session_record_types.CHAIN_RATCHET_PUBLIC;
    session_record_types.CHAIN_RATCHET_PRIVATE; session_record_types.CHAIN_KEY;
    session_record_types.CHAIN_SKIPPED; session_record_types.CHAIN_KEY_INDEX;
    session_record_types.CHAIN_KEY_KEY; session_record_types.SKIPPED_NUMBER;
    session_record_types.SKIPPED_CIPHER_KEY; session_record_types.SKIPPED_MAC_KEY;
    session_record_types.SKIPPED_IV; session_record_types.SKIPPED_SEED;
    session_record_types.PENDING_ONE_TIME_PREKEY_ID; session_record_types.PENDING_BASE_KEY;
    session_record_types.PENDING_SIGNED_PREKEY_ID; session_record_types.PENDING_CREATED;
    session_record_types.PENDING_KEM_ID; session_record_types.PENDING_KEM_CIPHERTEXT;
    session_record_types.IDENTITY_PAIR_PUBLIC; session_record_types.IDENTITY_PAIR_PRIVATE;
    session_record_types.SECRET_LENGTH
  ] = [
    1; 2; 3; 4; 5; 6; 7; 9; 10; 11; 13; 14; 15; 1; 2; 3; 4; 1; 2; 1; 2; 3; 4; 5; 1; 2; 3; 4; 1; 2; 1; 2; 32
  ].
Proof. reflexivity. Qed.

(** Sessions: how long a session waits for an answer. *)
Example constants_of_session_select_send :
  [session_select_send.MAX_UNACKNOWLEDGED_AGE_MS; session_select_send.MS_PER_S]
  = [2592000000; 1000].
Proof. reflexivity. Qed.

(** * Labels and inputs of the key derivations *)

Section Labels.
Context {P : primitives.Primitives}.

(** The first [n] bytes of [okm] from [start]. *)
Local Notation part n okm start := (array_from_slice n okm start n) (only parsing).

(** X3DH 2.2: the key material begins with 32 bytes ff, and the agreements follow in order. *)
Example key_material_of_three (dh1 dh2 dh3 : list U8) :
  handshake_x3dh.key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 None)
  = Ret (((repeat 255 32 ++ dh1) ++ dh2) ++ dh3).
Proof. reflexivity. Qed.

Example key_material_of_four (dh1 dh2 dh3 dh4 : list U8) :
  handshake_x3dh.key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 (Some dh4))
  = Ret ((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ dh4).
Proof. reflexivity. Qed.

(** X3DH 2.2 as deployed: no salt, 64 bytes, the root key first. *)
Example x3dh_kdf_label (ikm : list U8) :
  handshake_x3dh.x3dh_kdf ikm
  = (let okm := primitives.hkdf primitives.no_salt ikm (bytes "WhisperText") 64 in
     let! root := part 32 okm 0 in
     let! chain := part 32 okm 32 in
     Ret (handshake_x3dh.mk_Secrets root chain)).
Proof. reflexivity. Qed.

(** PQXDH 2.2 and 3.3: the secret of the KEM comes last. *)
Example pqxdh_key_material_of_three (dh1 dh2 dh3 ss : list U8) :
  handshake_pqxdh.pqxdh_key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 None) ss
  = Ret ((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ ss).
Proof. reflexivity. Qed.

Example pqxdh_key_material_of_four (dh1 dh2 dh3 dh4 ss : list U8) :
  handshake_pqxdh.pqxdh_key_material (handshake_x3dh.mk_DhOutputs dh1 dh2 dh3 (Some dh4)) ss
  = Ret (((((repeat 255 32 ++ dh1) ++ dh2) ++ dh3) ++ dh4) ++ ss).
Proof. reflexivity. Qed.

(** PQXDH 2.2 as deployed: no salt, the info with curve, hash and KEM, 96 bytes, the key of SPQR last. *)
Example pqxdh_kdf_label (ikm : list U8) :
  handshake_pqxdh.pqxdh_kdf ikm
  = (let okm := primitives.hkdf primitives.no_salt ikm
       (bytes "WhisperText_X25519_SHA-256_CRYSTALS-KYBER-1024") 96 in
     let! root := part 32 okm 0 in
     let! chain := part 32 okm 32 in
     let! auth := part 32 okm 64 in
     Ret (handshake_pqxdh.mk_PqxdhSecrets root chain auth)).
Proof. reflexivity. Qed.

(** Double Ratchet 5.2: the root key is the salt. *)
Example kdf_rk_label (rk dh_out : list U8) :
  ratchet_double_state.kdf_rk rk dh_out
  = (let okm := primitives.hkdf rk dh_out (bytes "WhisperRatchet") 64 in
     let! root := part 32 okm 0 in
     let! chain := part 32 okm 32 in
     Ret (root, chain)).
Proof. reflexivity. Qed.

(** Double Ratchet 5.2: the input 2 gives the next chain key, the input 1 the message key seed. *)
Example kdf_ck_inputs (ck : list U8) :
  ratchet_symmetric.kdf_ck ck
  = (let! next := array_from_seq 32 (primitives.hmac_sha256 ck [2]) in
     let! seed := array_from_seq 32 (primitives.hmac_sha256 ck [1]) in
     Ret (next, seed)).
Proof. reflexivity. Qed.

(** Double Ratchet 5.2 as deployed: the key of SPQR as the salt, or no salt; cipher key, MAC key, IV. *)
Example message_keys_label (seed : list U8) (sparse_key : option (list U8)) :
  ratchet_symmetric.message_keys seed sparse_key
  = (let salt := match sparse_key with Some key => key | None => primitives.no_salt end in
     let okm := primitives.hkdf salt seed (bytes "WhisperMessageKeys") 80 in
     let! cipher := part 32 okm 0 in
     let! mac := part 32 okm 32 in
     let! iv := part 16 okm 64 in
     Ret (ratchet_symmetric.mk_MessageKeys cipher mac iv)).
Proof. reflexivity. Qed.

(** Sender keys: the IV first. *)
Example sender_message_keys_label (seed : list U8) :
  groups_sender_key.sender_message_keys seed
  = (let okm := primitives.hkdf primitives.no_salt seed (bytes "WhisperGroup") 48 in
     let! iv := part 16 okm 0 in
     let! cipher := part 32 okm 16 in
     Ret (groups_sender_key.mk_SenderMessageKeys iv cipher)).
Proof. reflexivity. Qed.

(** Sender keys: the same two inputs as KDF_CK. *)
Example kdf_sender_ck_inputs (ck : list U8) :
  groups_sender_key.kdf_sender_ck ck
  = (let! next := array_from_seq 32 (primitives.hmac_sha256 ck [2]) in
     let! seed := array_from_seq 32 (primitives.hmac_sha256 ck [1]) in
     Ret (next, seed)).
Proof. reflexivity. Qed.

(** SPQR, the first root: two spaces before the last word, as deployed. *)
Example kdf_scka_init_label (key : list U8) :
  ratchet_sparse_chain.kdf_scka_init key
  = ratchet_sparse_chain.root_step
      (primitives.hkdf primitives.no_salt key (bytes "Signal PQ Ratchet V1 Chain  Start") 96).
Proof. reflexivity. Qed.

Example kdf_scka_rk_label (root secret : list U8) :
  ratchet_sparse_chain.kdf_scka_rk root secret
  = ratchet_sparse_chain.root_step
      (primitives.hkdf root secret (bytes "Signal PQ Ratchet V1 Chain Add Epoch") 96).
Proof. reflexivity. Qed.

(** The output of a root step: next root, then the chain of A to B, then that of B to A. *)
Example root_step_order (okm : list U8) :
  ratchet_sparse_chain.root_step okm
  = (let! root := part 32 okm 0 in
     let! a2b := part 32 okm 32 in
     let! b2a := part 32 okm 64 in
     Ret (ratchet_sparse_chain.mk_RootStep root a2b b2a)).
Proof. reflexivity. Qed.

Example kdf_scka_ck_label (next : list U8) (ctr : u32) :
  ratchet_sparse_chain.kdf_scka_ck next ctr
  = (let okm := primitives.hkdf primitives.no_salt next
       (be_bytes 4 ctr ++ bytes "Signal PQ Ratchet V1 Chain Next") 64 in
     let! after := part 32 okm 0 in
     let! key := part 32 okm 32 in
     Ret (after, key)).
Proof. reflexivity. Qed.

(** SPQR, the authenticator: label and epoch are the info, the root key and the update key the material. *)
Example kdf_auth_label (root update : list U8) (epoch : u64) :
  ratchet_sparse_authenticator.kdf_auth root update epoch
  = (let okm := primitives.hkdf primitives.no_salt (root ++ update)
       (bytes "Signal_PQCKA_V1_MLKEM768:Authenticator Update" ++ be_bytes 8 epoch) 64 in
     let! root := part 32 okm 0 in
     let! mac := part 32 okm 32 in
     Ret (ratchet_sparse_authenticator.mk_Authenticator root mac)).
Proof. reflexivity. Qed.

Example mac_header_label (key : ratchet_sparse_authenticator.Authenticator) (epoch : u64) (header : list u8) :
  ratchet_sparse_authenticator.mac_header key epoch header
  = primitives.hmac_sha256 (ratchet_sparse_authenticator.Authenticator_mac_key key)
      ((bytes "Signal_PQCKA_V1_MLKEM768:ekheader" ++ be_bytes 8 epoch) ++ header).
Proof. reflexivity. Qed.

Example mac_ciphertext_label (key : ratchet_sparse_authenticator.Authenticator) (epoch : u64) (c : list u8) :
  ratchet_sparse_authenticator.mac_ciphertext key epoch c
  = primitives.hmac_sha256 (ratchet_sparse_authenticator.Authenticator_mac_key key)
      ((bytes "Signal_PQCKA_V1_MLKEM768:ciphertext" ++ be_bytes 8 epoch) ++ c).
Proof. reflexivity. Qed.

Example epoch_secret_label (secret : list U8) (epoch : u64) :
  ratchet_sparse_authenticator.epoch_secret secret epoch
  = array_from_seq 32
      (primitives.hkdf primitives.no_salt secret
         (bytes "Signal_PQCKA_V1_MLKEM768:SCKA Key" ++ be_bytes 8 epoch) 32).
Proof. reflexivity. Qed.

(** The tag of a message covers the sender's identity, the receiver's, and the message; 8 bytes of it are sent. *)
Example message_tag_input (key : list U8) (ad : ratchet_double_state.AssociatedData) (unsigned : list u8) :
  ratchet_double_state.message_tag key ad unsigned
  = (let serialized identity' := keys.serialize_public_key (keys.IdentityKey_key identity') in
     let! sender := serialized (ratchet_double_state.AssociatedData_sender ad) in
     let! receiver := serialized (ratchet_double_state.AssociatedData_receiver ad) in
     let mac := primitives.hmac_sha256 key ((sender ++ receiver) ++ unsigned) in
     let! tag := seq_slice mac 0 8 in
     part 8 tag 0).
Proof. reflexivity. Qed.

(** The statement about a second identity: 32 bytes ff, the label, the other key with its type byte. *)
Example alternate_identity_label (other : keys.IdentityKey) :
  keys.alternate_identity_message other
  = (let! key := keys.serialize_public_key (keys.IdentityKey_key other) in
     Ret ((repeat 255 32 ++ bytes "Signal_PNI_Signature") ++ key)).
Proof. reflexivity. Qed.

(** The written Double Ratchet and its header encryption: the labels that this project chose. *)
Example written_kdf_rk_label (rk dh_out : list U8) :
  ratchet_written_functions.kdf_rk rk dh_out
  = (let okm := primitives.hkdf rk dh_out (bytes "SignalReference_25519_SHA256_DRHE1 root") 64 in
     let! root := part 32 okm 0 in
     let! chain := part 32 okm 32 in
     Ret (root, chain)).
Proof. reflexivity. Qed.

Example written_keys_label (mk : list U8) :
  ratchet_written_functions.written_keys mk
  = (let okm := primitives.hkdf primitives.no_salt mk (bytes "SignalReference_25519_SHA256_DRHE1 message") 80 in
     let! cipher := part 32 okm 0 in
     let! mac := part 32 okm 32 in
     let! iv := part 16 okm 64 in
     Ret (ratchet_written_functions.mk_WrittenKeys cipher mac iv)).
Proof. reflexivity. Qed.

Example setup_he_label (shared : list U8) :
  ratchet_header_encrypted_functions.setup_he shared
  = (let okm := primitives.hkdf primitives.no_salt shared
       (bytes "SignalReference_25519_SHA256_DRHE1 init") 96 in
     let! one := part 32 okm 0 in
     let! two := part 32 okm 32 in
     let! three := part 32 okm 64 in
     Ret (ratchet_header_encrypted_functions.mk_HeSetup one two three)).
Proof. reflexivity. Qed.

Example kdf_rk_he_label (rk dh_out : list U8) :
  ratchet_header_encrypted_functions.kdf_rk_he rk dh_out
  = (let okm := primitives.hkdf rk dh_out (bytes "SignalReference_25519_SHA256_DRHE1 root") 96 in
     let! root := part 32 okm 0 in
     let! chain := part 32 okm 32 in
     let! header := part 32 okm 64 in
     Ret (root, chain, header)).
Proof. reflexivity. Qed.

Example header_keys_label (hk : list U8) :
  ratchet_header_encrypted_functions.header_keys hk
  = (let okm := primitives.hkdf primitives.no_salt hk
       (bytes "SignalReference_25519_SHA256_DRHE1 header") 64 in
     let! cipher := part 32 okm 0 in
     let! mac := part 32 okm 32 in
     Ret (ratchet_header_encrypted_functions.mk_HeaderKeys cipher mac)).
Proof. reflexivity. Qed.

End Labels.
