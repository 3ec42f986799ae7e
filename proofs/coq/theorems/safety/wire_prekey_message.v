(** Panic-freedom of [wire::prekey_message], on any bytes. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf theorems.wire.Encodings.
From Twinratchet Require Import theorems.safety.wire theorems.safety.wire_protobuf
  theorems.safety.wire_message.
From Twinratchet.generated Require Import keys_types keys wire wire_message wire_prekey_message.
From Twinratchet.generated Require wire_protobuf.

(** The length of the ciphertext of a KEM, if there is one. *)
Definition kem_len (kem : option KemFields) : Z :=
  match kem with
  | Some fields => seq_len (KemFields_ciphertext fields)
  | None => 0
  end.

(** An envelope is encoded without a panic, to bytes that are no more than 250 longer than what is in them. *)
Lemma encode_prekey_message_safe profile envelope message :
  PreKeyEnvelope_typed envelope -> typed_seq (typed_int 8) message ->
  yields (encode_prekey_message profile envelope message) (fun out =>
    typed_seq (typed_int 8) out /\
    1 <= seq_len out <= seq_len message + kem_len (PreKeyEnvelope_kem envelope) + 250).
Proof.
  intros Henvelope Hmessage. rewrite encode_prekey_message_is by exact Henvelope.
  destruct Henvelope as (_ & (Hregistration & _) & Hone_time & (Hsigned & _) & Hkem & Hbase & Hidentity).
  assert (Hbase_len := serialized_length _ Hbase). assert (Hidentity_len := serialized_length _ Hidentity).
  apply serialized_typed in Hbase, Hidentity. cbn [yields].
  pose proof (seq_len_nonneg message) as Hmessage_len.
  pose proof (seq_len_nonneg (items_bytes (prekey_items envelope message))) as Hitems_len.
  split.
  - constructor; [apply version_byte_typed|]. apply items_bytes_typed. unfold prekey_items.
    destruct (PreKeyEnvelope_one_time_prekey_id envelope), (PreKeyEnvelope_kem envelope) as [kem|];
      cbn [app if_some typed_option] in *; try destruct Hone_time as (Hone_time & _);
      try destruct Hkem as ((Hid & _) & Hciphertext); items_of_bytes.
  - rewrite seq_len_cons. split; [lia|].
    pose proof (items_length_within_bound (prekey_items envelope message)) as Hbound.
    unfold prekey_items in Hbound at 2.
    destruct (PreKeyEnvelope_one_time_prekey_id envelope), (PreKeyEnvelope_kem envelope);
      cbn [app if_some kem_len items_bound] in *; lia.
Qed.

(** Fields of a KEM are both there or both missing, and there if the version is 4. *)
Lemma kem_fields_typed version (Q : list Z -> Prop) id ciphertext :
  typed_option (typed_int 32) id -> typed_option Q ciphertext ->
  typed_result
    (fun kem =>
       typed_option (fun fields => typed_int 32 (KemFields_id fields) /\ Q (KemFields_ciphertext fields))
         kem /\
       (version = VERSION_4 -> kem <> None))
    WireError_typed (kem_fields version id ciphertext).
Proof.
  intros Hid Hciphertext. destruct id as [id|], ciphertext as [ciphertext|]; cbn [kem_fields]; try exact I.
  - split; [split; assumption|]. discriminate.
  - destruct (Z.eqb_spec version VERSION_4); [exact I|]. split; [exact I|]. intros. contradiction.
Qed.

(** What is known of a first message that was parsed from bytes: it has its type, its version is 3 or 4, it
    has fields of a KEM if that is 4, and the message in it was parsed from fewer bytes. *)
Definition prekey_parsed_from (bytes : list Z) (message : PreKeySignalMessage) : Prop :=
  PreKeySignalMessage_typed message /\
  (PreKeyEnvelope_version (PreKeySignalMessage_envelope message) = VERSION_3 \/
   PreKeyEnvelope_version (PreKeySignalMessage_envelope message) = VERSION_4) /\
  (PreKeyEnvelope_version (PreKeySignalMessage_envelope message) = VERSION_4 ->
   PreKeyEnvelope_kem (PreKeySignalMessage_envelope message) <> None) /\
  kem_len (PreKeyEnvelope_kem (PreKeySignalMessage_envelope message)) <= seq_len bytes /\
  exists inner,
    typed_seq (typed_int 8) inner /\ seq_len inner <= seq_len bytes /\
    parsed_from inner (PreKeySignalMessage_message message).

(** The fields of an envelope are parsed without a panic. *)
Lemma parse_envelope_safe version protobuf :
  version = VERSION_3 \/ version = VERSION_4 -> typed_seq (typed_int 8) protobuf ->
  seq_len protobuf < 2 ^ 62 ->
  yields (parse_envelope version protobuf) (typed_result (prekey_parsed_from protobuf) WireError_typed).
Proof.
  intros Hversion Hprotobuf Hshort. unfold parse_envelope.
  next parse_fields_safe fields. destruct Hfields as (Hfields & Hcount).
  assert (Htyped := fields_within_are_typed _ _ Hfields).
  next last_uint32_safe one_time. next last_bytes_safe base. next last_bytes_safe identity_key.
  next last_bytes_safe inner. next last_uint32_safe registration. next last_uint32_safe signed.
  next last_uint32_safe kem_id. next last_bytes_safe ciphertext.
  destruct base as [base|]; [|exact I]. destruct identity_key as [identity_key|]; [|exact I].
  destruct inner as [inner|]; [|exact I]. destruct signed as [signed|]; [|exact I].
  destruct Hbase as (Hbase & _), Hidentity_key as (Hidentity_key & _), Hinner as (Hinner & Hinner_len).
  cbn [typed_option] in Hsigned. cbn [wire_protobuf.required_bytes wire_protobuf.required_uint32].
  next parse_public_key_yields base_key. cbn [lift_key].
  pose proof (kem_fields_typed version _ _ _ Hkem_id Hciphertext) as Hkem.
  destruct (kem_fields version kem_id ciphertext) as [kem|error]; [|exact Hkem].
  destruct Hkem as (Hkem & Hneeded).
  next parse_public_key_yields own_key. cbn [lift_key].
  assert (Hinner_short : seq_len inner < 2 ^ 62) by lia.
  next parse_signal_message_safe message. cbv zeta. cbn [yields typed_result].
  pose proof (seq_len_nonneg protobuf) as Hpos.
  assert (Hversion_typed : typed_int 8 version) by (destruct Hversion as [-> | ->]; now split).
  assert (Hregistration' : typed_int 32 (match registration with Some value => value | None => 0 end))
    by (destruct registration; [assumption|now split]).
  assert (Hkem' : typed_option KemFields_typed kem /\ kem_len kem <= seq_len protobuf).
  { destruct kem as [kem|]; [|split; [exact I|exact Hpos]]. destruct Hkem as (Hid & Hc & Hl).
    split; [split; assumption|exact Hl]. }
  destruct Hkem' as (Hkem_typed & Hkem_len).
  assert (Hmessage_typed : SignalMessage_typed message) by apply Hmessage.
  unfold prekey_parsed_from, PreKeySignalMessage_typed, PreKeyEnvelope_typed.
  cbn [PreKeySignalMessage_envelope PreKeySignalMessage_message PreKeyEnvelope_version
    PreKeyEnvelope_registration_id PreKeyEnvelope_one_time_prekey_id PreKeyEnvelope_signed_prekey_id
    PreKeyEnvelope_kem PreKeyEnvelope_base_key PreKeyEnvelope_identity_key].
  repeat first [assumption | exists inner | split].
Qed.

(** Any bytes are parsed to a first message, or refused, without a panic. *)
Lemma parse_prekey_message_safe bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (parse_prekey_message bytes) (typed_result (prekey_parsed_from bytes) WireError_typed).
Proof.
  intros Hbytes Hlen. pose proof (seq_len_nonneg bytes) as Hpos. unfold parse_prekey_message, checked_sub.
  destruct (Z.eqb_spec (seq_len bytes) 0); [exact I|].
  apply yields_bind. apply (yields_index (typed_int 8)); [exact Hbytes|lia|]. intros first _ Hfirst.
  pose proof (parse_version_typed first Hfirst) as Hversion.
  destruct (parse_version first) as [version|error]; [|exact Hversion].
  rewrite checked_ret by lia. cbn [bind]. rewrite seq_slice_ret by lia. cbn [bind].
  set (protobuf := firstn _ _).
  assert (Hprotobuf : typed_seq (typed_int 8) protobuf)
    by (apply Forall_firstn', Forall_skipn'; exact Hbytes).
  assert (Hshort : seq_len protobuf = seq_len bytes - 1) by (apply seq_len_slice; lia). clearbody protobuf.
  eapply yields_mono; [apply parse_envelope_safe; [exact Hversion|exact Hprotobuf|lia]|].
  intros [message|error]; [|auto]. cbn [typed_result].
  intros (Htyped & Hv & Hneeded & Hkem & inner & Hinner & Hinner_len & Hparsed).
  repeat first [assumption | lia | exists inner | split].
Qed.

#[export] Hint Resolve encode_prekey_message_safe parse_envelope_safe parse_prekey_message_safe : spec.
