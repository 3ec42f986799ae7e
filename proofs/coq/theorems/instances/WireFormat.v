(** The theorems of [WireFormat] on concrete messages: what they ask for can be had. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.wire.Protobuf
  theorems.WireFormat.
From Twinratchet.generated Require Import keys_types keys wire.
From Twinratchet.generated Require wire_message wire_prekey_message wire_sender_key_message
  wire_fingerprint_code.
From Twinratchet.generated Require wire_protobuf ratchet_sparse_erasure ratchet_sparse_message.

(** * Concrete data *)

(** Types and ranges of concrete data. *)
Ltac concrete :=
  repeat match goal with
  | |- True => exact I
  | |- _ /\ _ => split
  | |- 0 <= _ => discriminate
  | |- _ < _ => reflexivity
  | |- @eq Z _ _ => reflexivity
  | |- Forall _ (repeat _ _) => apply Forall_repeat
  | |- Forall _ (_ :: _) => apply Forall_cons
  | |- Forall _ [] => apply Forall_nil
  | |- _ => progress autounfold with typed
  | |- _ => progress unfold typed_int, typed_array, typed_seq, typed_option
  | |- _ => progress cbn
  end.

Definition key : list Z := repeat 7 32.
Definition tag : list Z := repeat 9 8.
Definition uuid : list Z := repeat 11 16.

Definition header : wire_message.SignalHeader :=
  wire_message.mk_SignalHeader (mk_Writer Profile_SignalV4 4) (mk_RatchetKey key) 300 0.

Lemma header_typed : wire_message.SignalHeader_typed header.
Proof. concrete. Qed.

(** A varint of two bytes, before another byte. *)
Lemma varint_is_read_back_instance :
  wire_protobuf.read_varint ([1; 2] ++ varint 300 ++ [3]) 2 = Ret (Ok (wire_protobuf.mk_Varint 300 4)).
Proof. apply (varint_is_read_back [1; 2] 300 [3]); concrete. Qed.

(** Two fields. *)
Lemma items_are_read_back_instance :
  wire_protobuf.parse_fields (items_bytes [Number 1 300; Content 2 [4; 5]])
  = Ret (Ok (fields_at 0 [Number 1 300; Content 2 [4; 5]])).
Proof. apply items_are_read_back; [repeat constructor; discriminate|reflexivity]. Qed.

(** A message of version 4 with bytes of SPQR and without addresses. *)
Lemma signal_message_is_read_back_instance : exists unsigned,
  wire_message.encode_signal_message header [1; 2; 3] [4] None = Ret unsigned /\
  wire_message.parse_signal_message (wire_message.serialize_signal_message unsigned tag)
  = Ret (Ok (wire_message.mk_SignalMessage 4 (mk_RatchetKey key) 300 0 [1; 2; 3] [4] None unsigned tag)).
Proof.
  eexists. split; [vm_compute; reflexivity|].
  apply (signal_message_is_read_back header [1; 2; 3] [4] None tag).
  - exact header_typed.
  - concrete.
  - now right.
  - vm_compute. reflexivity.
  - reflexivity.
Qed.

(** What WhatsApp leaves of a message without bytes of SPQR and addresses. *)
Lemma known_fields_are_those_of_the_profile_instance :
  let message := wire_message.mk_SignalMessage 3 (mk_RatchetKey key) 300 0 [1; 2; 3] [] None [] tag in
  wire_message.known_fields Profile_WhatsAppV3 message = message.
Proof. apply known_fields_are_those_of_the_profile. right. split; reflexivity. Qed.

Definition envelope : wire_prekey_message.PreKeyEnvelope :=
  wire_prekey_message.mk_PreKeyEnvelope 4 1234 None 5 (Some (wire_prekey_message.mk_KemFields 6 [8; 1; 2]))
    (mk_BaseKey key) (mk_IdentityKey key).

(** A first message of version 4, without a one-time prekey. *)
Lemma prekey_message_is_read_back_instance : exists inner message bytes,
  wire_message.parse_signal_message inner = Ret (Ok message) /\
  wire_prekey_message.encode_prekey_message Profile_SignalV4 envelope inner = Ret bytes /\
  wire_prekey_message.parse_prekey_message bytes
  = Ret (Ok (wire_prekey_message.mk_PreKeySignalMessage envelope message)).
Proof.
  destruct signal_message_is_read_back_instance as (unsigned & Hencode & Hparse).
  vm_compute in Hencode. apply ret_is_injective in Hencode as <-.
  do 3 eexists. split; [exact Hparse|]. split; [vm_compute; reflexivity|].
  eapply (prekey_message_is_read_back Profile_SignalV4 envelope).
  - concrete.
  - now right.
  - discriminate.
  - exact Hparse.
  - vm_compute. reflexivity.
  - reflexivity.
Qed.

(** A message of a group. *)
Lemma sender_key_message_is_read_back_instance : exists unsigned,
  wire_sender_key_message.encode_sender_key_message Profile_SignalV3 uuid 17 300 [1; 2; 3] = Ret unsigned /\
  wire_sender_key_message.parse_sender_key_message Profile_SignalV3
    (wire_sender_key_message.serialize_sender_key_message unsigned (repeat 13 64))
  = Ret (Ok (wire_sender_key_message.mk_SenderKeyMessage 3 (Some uuid) 17 300 [1; 2; 3] unsigned
      (repeat 13 64))).
Proof.
  eexists. split; [vm_compute; reflexivity|].
  apply (sender_key_message_is_read_back Profile_SignalV3 uuid 17 300 [1; 2; 3] (repeat 13 64));
    try solve [concrete].
  vm_compute. reflexivity.
Qed.

(** A message of WhatsApp that distributes a sender key. *)
Lemma distribution_message_is_read_back_instance : exists bytes,
  wire_sender_key_message.encode_distribution_message Profile_WhatsAppV3 uuid 17 300 key
    (mk_SenderSigningKey key)
  = Ret bytes /\
  wire_sender_key_message.parse_distribution_message Profile_WhatsAppV3 bytes
  = Ret (Ok (wire_sender_key_message.mk_SenderKeyDistributionMessage 3 None 17 300 key
      (mk_SenderSigningKey key))).
Proof.
  eexists. split; [vm_compute; reflexivity|].
  apply (distribution_message_is_read_back Profile_WhatsAppV3 uuid 17 300 key (mk_SenderSigningKey key));
    try solve [concrete].
  vm_compute. reflexivity.
Qed.

(** A code to scan. *)
Lemma fingerprint_code_is_read_back_instance :
  let code := wire_fingerprint_code.mk_FingerprintCode 2 key [] in
  wire_fingerprint_code.parse_fingerprint_code (wire_fingerprint_code.encode_fingerprint_code code)
  = Ret (Ok code).
Proof. apply fingerprint_code_is_read_back; concrete. Qed.

(** A message of SPQR with a chunk, of the last epoch. *)
Lemma sparse_message_is_read_back_instance :
  let message := ratchet_sparse_message.mk_SparseMessage (2 ^ 64 - 1) 5
    (ratchet_sparse_message.Payload_Ct1 (ratchet_sparse_erasure.mk_Chunk 65535 (repeat 3 32))) in
  ratchet_sparse_message.parse_sparse_message (ratchet_sparse_message.encode_sparse_message message)
  = Ret (Ok message).
Proof. apply sparse_message_is_read_back; [concrete|discriminate]. Qed.
