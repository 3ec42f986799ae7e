(** Panic-freedom of [wire::sender_key_message], on any bytes. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Slices theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf theorems.wire.Encodings.
From Twinratchet Require Import theorems.safety.wire theorems.safety.wire_protobuf
  theorems.safety.wire_message.
From Twinratchet.generated Require Import keys_types keys wire wire_sender_key_message.
From Twinratchet.generated Require wire_protobuf.

(** * Encoding *)

(** The number of the first field is 1 or 2. *)
Lemma chain_id_field_typed profile : 1 <= chain_id_field profile <= 2.
Proof. destruct profile; cbn [chain_id_field]; lia. Qed.

Lemma start_items_of_bytes profile distribution_id chain_id iteration :
  Uuid_typed distribution_id -> 0 <= chain_id -> 0 <= iteration ->
  Forall item_of_bytes (start_items profile distribution_id chain_id iteration).
Proof.
  intros (_ & Hid) Hchain Hiteration. unfold start_items.
  destruct profile; cbn [chain_id_field FIELD_DISTRIBUTION_ID Z.eqb Pos.eqb app]; items_of_bytes.
Qed.

Lemma start_items_length profile distribution_id chain_id iteration :
  Uuid_typed distribution_id ->
  0 <= seq_len (items_bytes (start_items profile distribution_id chain_id iteration)) <= 76.
Proof.
  intros (Hid & _). split; [apply seq_len_nonneg|].
  pose proof (items_length_within_bound (start_items profile distribution_id chain_id iteration)) as Hbound.
  unfold start_items in Hbound at 2.
  destruct profile; cbn [chain_id_field FIELD_DISTRIBUTION_ID Z.eqb Pos.eqb app items_bound] in Hbound; lia.
Qed.

(** What messages of groups begin with is encoded without a panic. *)
Lemma encode_start_safe profile distribution_id chain_id iteration :
  Uuid_typed distribution_id -> typed_int 32 chain_id -> typed_int 32 iteration ->
  yields (encode_start profile distribution_id chain_id iteration) (fun out =>
    typed_seq (typed_int 8) out /\ 1 <= seq_len out <= 77).
Proof.
  intros Hid Hchain Hiteration. rewrite encode_start_is by assumption. cbn [yields].
  pose proof (start_items_length profile distribution_id chain_id iteration Hid).
  destruct Hchain as (Hchain & _), Hiteration as (Hiteration & _). split; [|rewrite seq_len_cons; lia].
  constructor; [now split|]. now apply items_bytes_typed, start_items_of_bytes.
Qed.

(** A message of a group is encoded without a panic, to bytes that are no more than 100 longer than the
    body. *)
Lemma encode_sender_key_message_safe profile distribution_id chain_id iteration body :
  Uuid_typed distribution_id -> typed_int 32 chain_id -> typed_int 32 iteration ->
  typed_seq (typed_int 8) body ->
  yields (encode_sender_key_message profile distribution_id chain_id iteration body) (fun out =>
    typed_seq (typed_int 8) out /\ 1 <= seq_len out <= seq_len body + 100).
Proof.
  intros Hid Hchain Hiteration Hbody. rewrite encode_sender_key_message_is by assumption. cbn [yields].
  pose proof (start_items_length profile distribution_id chain_id iteration Hid) as Hstart.
  destruct Hchain as (Hchain & _), Hiteration as (Hiteration & _). unfold sender_key_items.
  pose proof (items_length_within_bound [Content (chain_id_field profile + AFTER_BODY) body]) as Hbound.
  cbn [items_bound] in Hbound. pose proof (seq_len_nonneg body).
  pose proof (seq_len_nonneg (items_bytes [Content (chain_id_field profile + AFTER_BODY) body])).
  split.
  - constructor; [now split|]. apply items_bytes_typed, Forall_app. split; [now apply start_items_of_bytes|].
    destruct profile; items_of_bytes.
  - unfold items_bytes in *. rewrite flat_map_app, seq_len_cons, seq_len_app. lia.
Qed.

(** A message that distributes a sender key is encoded without a panic, to no more than 200 bytes. *)
Lemma encode_distribution_message_safe profile distribution_id chain_id iteration chain_key signing_key :
  Uuid_typed distribution_id -> typed_int 32 chain_id -> typed_int 32 iteration ->
  SenderChainKey_typed chain_key -> SenderSigningKey_typed signing_key ->
  yields (encode_distribution_message profile distribution_id chain_id iteration chain_key signing_key)
    (fun out =>
    typed_seq (typed_int 8) out /\ 1 <= seq_len out <= 200).
Proof.
  intros Hid Hchain Hiteration (Hkey_len & Hkey) Hsigning.
  rewrite encode_distribution_message_is by assumption. cbn [yields].
  assert (Hsigning_len := serialized_length _ Hsigning). apply serialized_typed in Hsigning.
  pose proof (start_items_length profile distribution_id chain_id iteration Hid) as Hstart.
  destruct Hchain as (Hchain & _), Hiteration as (Hiteration & _). unfold distribution_items.
  set (rest := [_; _]). assert (Hbound := items_length_within_bound rest). unfold rest in Hbound at 2.
  cbn [items_bound] in Hbound. pose proof (seq_len_nonneg (items_bytes rest)).
  split.
  - constructor; [now split|]. apply items_bytes_typed, Forall_app. split; [now apply start_items_of_bytes|].
    unfold rest. destruct profile; items_of_bytes.
  - unfold items_bytes in *. rewrite flat_map_app, seq_len_cons, seq_len_app. lia.
Qed.

(** * Parsing *)

Section Fields.
Variables (protobuf : list Z) (fields : list wire_protobuf.Field).
Hypothesis protobuf_typed : typed_seq (typed_int 8) protobuf.
Hypothesis protobuf_short : seq_len protobuf < 2 ^ 62.
Hypothesis fields_within : Forall (field_within protobuf) fields.
Hypothesis fields_short : seq_len fields <= seq_len protobuf.

(** The identifier of a distribution is found without a panic. *)
Lemma required_distribution_id_safe :
  yields (required_distribution_id protobuf fields) (typed_result Uuid_typed WireError_typed).
Proof.
  unfold required_distribution_id. next last_bytes_safe field. destruct field as [field|]; [|exact I].
  destruct Hfield as (Hfield & _). cbn [wire_protobuf.required_bytes]. unfold DISTRIBUTION_ID_LENGTH.
  destruct (Z.eqb_spec (seq_len field) 16); [|exact I].
  apply yields_bind, yields_array_from_seq; [assumption|]. split; assumption.
Qed.

(** The identifier of a distribution, if the profile has one, is found without a panic. *)
Lemma parse_distribution_id_safe profile :
  yields (parse_distribution_id profile protobuf fields)
    (typed_result (typed_option Uuid_typed) WireError_typed).
Proof.
  unfold parse_distribution_id. destruct (_ =? _); [exact I|]. next required_distribution_id_safe found.
  exact Hfound.
Qed.

(** A number that must be there is found without a panic. *)
Lemma parse_number_safe number :
  yields (parse_number fields number) (typed_result (typed_int 32) WireError_typed).
Proof.
  unfold parse_number. assert (Htyped := fields_within_are_typed _ _ fields_within).
  next last_uint32_safe field. destruct field; [exact Hfield|exact I].
Qed.

(** A content that must be there is found without a panic. *)
Lemma parse_bytes_safe number :
  yields (parse_bytes protobuf fields number)
    (typed_result (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len protobuf)
      WireError_typed).
Proof. unfold parse_bytes. next last_bytes_safe field. destruct field; [exact Hfield|exact I]. Qed.

(** A content of one length is found without a panic. *)
Lemma parse_exactly_safe number length' :
  yields (parse_exactly protobuf fields number length')
    (typed_result (typed_array (typed_int 8) length') WireError_typed).
Proof.
  unfold parse_exactly. next parse_bytes_safe content.
  destruct (Z.eqb_spec (seq_len content) length'); [|exact I]. split; [assumption|apply Hcontent].
Qed.
End Fields.

Lemma field_after profile after :
  0 <= after <= 3 -> checked_add 32 (chain_id_field profile) after = Ret (chain_id_field profile + after).
Proof. intros H. pose proof (chain_id_field_typed profile). apply checked_ret. lia. Qed.

(** What is known of a message of a group that was parsed from bytes: it has its type, its version is 3, its
    body is shorter than the bytes, and these are what the signature covers with the signature behind it. *)
Definition sender_key_message_parsed_from (bytes : list Z) (message : SenderKeyMessage) : Prop :=
  SenderKeyMessage_typed message /\
  SenderKeyMessage_version message = SENDER_KEY_VERSION /\
  bytes = SenderKeyMessage_unsigned message ++ SenderKeyMessage_signature message /\
  seq_len (SenderKeyMessage_body message) < seq_len bytes.

(** Any bytes are parsed to a message of a group, or refused, without a panic. *)
Lemma parse_sender_key_message_safe profile bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (parse_sender_key_message profile bytes)
    (typed_result (sender_key_message_parsed_from bytes) WireError_typed).
Proof.
  intros Hbytes Hlen. pose proof (seq_len_nonneg bytes) as Hpos.
  unfold parse_sender_key_message, MIN_SENDER_KEY_MESSAGE_LENGTH, SIGNATURE_LENGTH, checked_sub.
  destruct (Z.ltb_spec (seq_len bytes) 65); [exact I|].
  apply yields_bind. apply (yields_index (typed_int 8)); [exact Hbytes|lia|]. intros first _ Hfirst.
  pose proof (parse_sender_key_version_typed first Hfirst) as Hversion.
  destruct (parse_sender_key_version first) as [version|error]; [|exact Hversion].
  cbn [typed_result] in Hversion.
  rewrite checked_ret by lia. cbn [bind]. set (covered := seq_len bytes - 64).
  rewrite checked_ret by (unfold covered; lia). cbn [bind]. rewrite seq_slice_ret by (unfold covered; lia).
  cbn [bind].
  set (protobuf := firstn (Z.to_nat (covered - 1)) (skipn (Z.to_nat 1) bytes)).
  assert (Hprotobuf : typed_seq (typed_int 8) protobuf)
    by (apply Forall_firstn', Forall_skipn'; exact Hbytes).
  assert (Hprotobuf_len : seq_len protobuf = covered - 1) by (apply seq_len_slice; unfold covered; lia).
  assert (Hshort : seq_len protobuf < 2 ^ 62) by (unfold covered in *; lia). clearbody protobuf.
  next parse_fields_safe fields. destruct Hfields as (Hfields & Hcount). cbv zeta.
  next parse_distribution_id_safe distribution_id. next parse_number_safe chain_id.
  rewrite field_after by now split. cbn [bind]. next parse_number_safe iteration.
  rewrite field_after by now split. cbn [bind]. next parse_bytes_safe body.
  destruct Hbody as (Hbody & Hbody_len).
  rewrite seq_slice_ret by (unfold covered; lia). cbn [bind].
  unfold array_from_slice. rewrite array_of_slice, seq_slice_ret by (unfold covered; lia). cbn [bind].
  change (skipn (Z.to_nat 0) bytes) with bytes.
  set (unsigned := firstn (Z.to_nat covered) bytes).
  set (signature := firstn (Z.to_nat 64) (skipn (Z.to_nat covered) bytes)).
  assert (Hsignature : Signature_typed signature).
  { split; [apply seq_len_slice; unfold covered; lia|]. apply Forall_firstn', Forall_skipn'. exact Hbytes. }
  assert (Hunsigned : typed_seq (typed_int 8) unsigned) by (apply Forall_firstn'; exact Hbytes).
  assert (Hall : bytes = unsigned ++ signature).
  { unfold unsigned, signature. rewrite (firstn_all2 (skipn (Z.to_nat covered) bytes));
      [symmetry; apply firstn_skipn|]. rewrite skipn_length. unfold covered, seq_len in *. lia. }
  assert (Hbody_short : seq_len body < seq_len bytes) by (unfold covered in *; lia).
  assert (Hversion_typed : typed_int 8 version) by (rewrite Hversion; now split).
  cbn [yields typed_result]. unfold sender_key_message_parsed_from, SenderKeyMessage_typed.
  cbn [SenderKeyMessage_version SenderKeyMessage_distribution_id SenderKeyMessage_chain_id
    SenderKeyMessage_iteration
    SenderKeyMessage_body SenderKeyMessage_unsigned SenderKeyMessage_signature].
  clearbody unsigned signature. repeat first [assumption | split].
Qed.

(** The fields of a message that distributes a sender key are parsed without a panic. *)
Lemma parse_distribution_body_safe profile version protobuf :
  version = SENDER_KEY_VERSION -> typed_seq (typed_int 8) protobuf -> seq_len protobuf < 2 ^ 62 ->
  yields (parse_distribution_body profile version protobuf)
    (typed_result
      (fun m =>
         SenderKeyDistributionMessage_typed m /\ SenderKeyDistributionMessage_version m = SENDER_KEY_VERSION)
      WireError_typed).
Proof.
  intros Hversion Hprotobuf Hshort. unfold parse_distribution_body.
  next parse_fields_safe fields. destruct Hfields as (Hfields & Hcount). cbv zeta.
  next parse_distribution_id_safe distribution_id. next parse_number_safe chain_id.
  rewrite field_after by now split. cbn [bind]. next parse_number_safe iteration.
  rewrite field_after by now split. cbn [bind]. next parse_exactly_safe chain_key.
  rewrite field_after by now split. cbn [bind]. next parse_exactly_safe signing_key.
  destruct Hsigning_key as (_ & Hsigning_key). next parse_public_key_yields key. cbn [lift_key].
  apply yields_bind, yields_array_from_seq; [apply Hchain_key|].
  assert (Hversion_typed : typed_int 8 version) by (rewrite Hversion; now split).
  cbn [yields typed_result]. unfold SenderKeyDistributionMessage_typed. cbn.
  repeat first [assumption | split].
Qed.

(** Any bytes are parsed to a message that distributes a sender key, or refused, without a panic. *)
Lemma parse_distribution_message_safe profile message :
  typed_seq (typed_int 8) message -> seq_len message < 2 ^ 62 ->
  yields (parse_distribution_message profile message)
    (typed_result
      (fun m =>
         SenderKeyDistributionMessage_typed m /\ SenderKeyDistributionMessage_version m = SENDER_KEY_VERSION)
      WireError_typed).
Proof.
  intros Hbytes Hlen. unfold parse_distribution_message, MIN_SENDER_KEY_MESSAGE_LENGTH, checked_sub. cbv zeta.
  destruct (Z.ltb_spec (seq_len message) 65); [exact I|].
  apply yields_bind. apply (yields_index (typed_int 8)); [exact Hbytes|lia|]. intros first _ Hfirst.
  pose proof (parse_sender_key_version_typed first Hfirst) as Hversion.
  destruct (parse_sender_key_version first) as [version|error]; [|exact Hversion].
  rewrite checked_ret by lia. cbn [bind]. rewrite seq_slice_ret by lia. cbn [bind].
  apply parse_distribution_body_safe; [exact Hversion|apply Forall_firstn', Forall_skipn'; exact Hbytes|].
  rewrite seq_len_slice by lia. lia.
Qed.

#[export] Hint Resolve encode_start_safe encode_sender_key_message_safe encode_distribution_message_safe
  required_distribution_id_safe parse_distribution_id_safe parse_number_safe parse_bytes_safe
    parse_exactly_safe
  parse_sender_key_message_safe parse_distribution_body_safe parse_distribution_message_safe : spec.

(** A message with its signature is bytes. *)
Lemma serialize_sender_key_message_typed unsigned signature :
  typed_seq (typed_int 8) unsigned -> Signature_typed signature ->
  typed_seq (typed_int 8) (serialize_sender_key_message unsigned signature).
Proof. intros Hu (_ & Hs). now apply Forall_app. Qed.
