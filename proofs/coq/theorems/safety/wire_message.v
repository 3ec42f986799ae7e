(** Panic-freedom of [wire::message], on any bytes. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Slices theorems.lib.SerializedKeys.
From Twinratchet Require Import theorems.wire.Protobuf theorems.wire.Encodings.
From Twinratchet Require Import theorems.safety.wire theorems.safety.wire_protobuf.
From Twinratchet.generated Require Import keys_types keys wire wire_message.
From Twinratchet.generated Require wire_protobuf.

(** The length of what is there, if it is there. *)
Definition option_len (o : option (list Z)) : Z :=
  match o with
  | Some s => seq_len s
  | None => 0
  end.

(** A call in a parser: its value, or its error as the result. *)
Ltac next safe value :=
  apply yields_bind; eapply yields_mono; [eapply safe; eassumption|];
  let H := fresh "H" value in intros [value|?error] H; [|exact H]; cbn [typed_result] in H.

(** A message is encoded without a panic, to bytes that are no more than 160 longer than what is in them. *)
Lemma encode_signal_message_safe header body spqr addresses :
  SignalHeader_typed header -> typed_seq (typed_int 8) body -> typed_seq (typed_int 8) spqr ->
  typed_option (typed_seq (typed_int 8)) addresses ->
  yields (encode_signal_message header body spqr addresses) (fun out =>
    typed_seq (typed_int 8) out /\
    1 <= seq_len out <= seq_len body + seq_len spqr + option_len addresses + 160).
Proof.
  intros Hheader Hbody Hspqr Haddresses. rewrite encode_signal_message_is by exact Hheader.
  destruct Hheader as (_ & Hkey & (Hn & _) & (Hpn & _)).
  assert (Hserialized := serialized_length _ Hkey). apply serialized_typed in Hkey. cbn [yields].
  pose proof (seq_len_nonneg spqr) as Hspqr_len.
  pose proof (seq_len_nonneg (items_bytes (signal_items header body spqr addresses))) as Hitems_len.
  split.
  - constructor; [apply version_byte_typed|]. apply items_bytes_typed. unfold signal_items.
    destruct (seq_len spqr =? 0), addresses; cbn [app if_some]; items_of_bytes.
  - rewrite seq_len_cons. split; [lia|].
    pose proof (items_length_within_bound (signal_items header body spqr addresses)) as Hbound.
    unfold signal_items in Hbound at 2.
    destruct (seq_len spqr =? 0), addresses; cbn [app if_some option_len items_bound] in *; lia.
Qed.

(** What is known of a message that was parsed from bytes: it has its type, its version is 3 or 4, its
    contents are shorter than the bytes, and these are what the tag covers with the tag behind it. *)
Definition parsed_from (bytes : list Z) (message : SignalMessage) : Prop :=
  SignalMessage_typed message /\
  (SignalMessage_version message = VERSION_3 \/ SignalMessage_version message = VERSION_4) /\
  bytes = SignalMessage_unsigned message ++ SignalMessage_tag message /\
  seq_len (SignalMessage_body message) < seq_len bytes /\
  seq_len (SignalMessage_spqr message) < seq_len bytes /\
  option_len (SignalMessage_addresses message) < seq_len bytes.

(** What is before the tag is parsed without a panic. *)
Lemma parse_body_safe version unsigned tag :
  version = VERSION_3 \/ version = VERSION_4 -> typed_seq (typed_int 8) unsigned -> Tag_typed tag ->
  1 <= seq_len unsigned < 2 ^ 62 ->
  yields (parse_body version unsigned tag) (typed_result (parsed_from (unsigned ++ tag)) WireError_typed).
Proof.
  intros Hversion Hunsigned Htag Hlen. unfold parse_body, checked_sub. rewrite checked_ret by lia. cbn [bind].
  rewrite seq_slice_ret by lia. cbn [bind].
  set (protobuf := firstn _ _).
  assert (Hprotobuf : typed_seq (typed_int 8) protobuf)
    by (apply Forall_firstn', Forall_skipn'; exact Hunsigned).
  assert (Hshort : seq_len protobuf = seq_len unsigned - 1) by (apply seq_len_slice; lia). clearbody protobuf.
  assert (Hshort' : seq_len protobuf < 2 ^ 62) by lia.
  apply yields_bind. eapply yields_mono; [apply parse_fields_safe; assumption|].
  intros [fields|error] H; [|exact H]. destruct H as (Hfields & Hcount).
  assert (Htyped := fields_within_are_typed _ _ Hfields).
  next last_bytes_safe ratchet_key. next last_uint32_safe counter. next last_uint32_safe previous_counter.
  next last_bytes_safe body. next last_bytes_safe spqr. next last_bytes_safe addresses.
  destruct ratchet_key as [ratchet_key|]; [|exact I]. destruct counter as [counter|]; [|exact I].
  destruct body as [body|]; [|exact I]. cbn [wire_protobuf.required_bytes wire_protobuf.required_uint32].
  destruct Hratchet_key as (Hratchet_key & _), Hbody as (Hbody & Hbody_len). cbn [typed_option] in Hcounter.
  next parse_public_key_yields key.
  cbn [lift_key yields typed_result]. unfold parsed_from, SignalMessage_typed. cbn [SignalMessage_version
    SignalMessage_ratchet_key SignalMessage_counter SignalMessage_previous_counter SignalMessage_body
    SignalMessage_spqr SignalMessage_addresses SignalMessage_unsigned SignalMessage_tag].
  assert (Htag_len : seq_len tag = 8) by apply Htag.
  assert (Hbytes : seq_len (unsigned ++ tag) = seq_len protobuf + 9) by (rewrite seq_len_app; lia).
  rewrite Hbytes. pose proof (seq_len_nonneg protobuf) as Hpos.
  assert (Hversion_typed : typed_int 8 version) by (destruct Hversion as [-> | ->]; now split).
  assert (Hprevious : typed_int 32 (match previous_counter with Some value => value | None => 0 end))
    by (destruct previous_counter; [assumption|now split]).
  assert (Hspqr' : typed_seq (typed_int 8) (match spqr with Some value => value | None => [] end) /\
    seq_len (match spqr with Some value => value | None => [] end) < seq_len protobuf + 9).
  { destruct spqr as [spqr|]; [destruct Hspqr; split; [assumption|lia]|].
    split; [constructor|rewrite seq_len_nil; lia]. }
  assert (Haddresses' : typed_option (typed_seq (typed_int 8)) addresses /\
    option_len addresses < seq_len protobuf + 9).
  { destruct addresses as [addresses|]; [destruct Haddresses; split; [assumption|cbn [option_len]; lia]|].
    split; [exact I|cbn [option_len]; lia]. }
  destruct Hspqr', Haddresses'. assert (seq_len body < seq_len protobuf + 9) by lia.
  repeat first [assumption | reflexivity | split].
Qed.

(** Any bytes are parsed to a message, or refused, without a panic. *)
Lemma parse_signal_message_safe bytes :
  typed_seq (typed_int 8) bytes -> seq_len bytes < 2 ^ 62 ->
  yields (parse_signal_message bytes) (typed_result (parsed_from bytes) WireError_typed).
Proof.
  intros Hbytes Hlen. pose proof (seq_len_nonneg bytes) as Hpos.
  unfold parse_signal_message, TAG_LENGTH, checked_add, checked_sub.
  rewrite checked_ret by now split. cbn [bind].
  destruct (Z.ltb_spec (seq_len bytes) (1 + 8)); [exact I|].
  apply yields_bind. apply (yields_index (typed_int 8)); [exact Hbytes|lia|]. intros first _ Hfirst.
  pose proof (parse_version_typed first Hfirst) as Hversion.
  destruct (parse_version first) as [version|error]; [|exact Hversion].
  rewrite checked_ret by lia. cbn [bind]. unfold array_from_slice. rewrite array_of_slice.
  set (covered := seq_len bytes - 8). rewrite !seq_slice_ret by (unfold covered; lia). cbn [bind].
  set (tag := firstn (Z.to_nat 8) (skipn (Z.to_nat covered) bytes)).
  change (skipn (Z.to_nat 0) bytes) with bytes. set (unsigned := firstn (Z.to_nat covered) bytes).
  assert (Htag : Tag_typed tag).
  { split; [apply seq_len_slice; unfold covered; lia|]. apply Forall_firstn', Forall_skipn'. exact Hbytes. }
  assert (Hunsigned : typed_seq (typed_int 8) unsigned) by (apply Forall_firstn'; exact Hbytes).
  assert (Hunsigned_len : seq_len unsigned = covered) by (apply seq_len_firstn; unfold covered; lia).
  assert (Hall : bytes = unsigned ++ tag).
  { unfold unsigned, tag.
    rewrite (firstn_all2 (skipn (Z.to_nat covered) bytes)); [symmetry; apply firstn_skipn|].
    rewrite skipn_length. unfold covered, seq_len in *. lia. }
  rewrite Hall. apply parse_body_safe; try assumption. rewrite Hunsigned_len. unfold covered. lia.
Qed.

#[export] Hint Resolve encode_signal_message_safe parse_body_safe parse_signal_message_safe : spec.

(** What a profile leaves of a message has its type, and nothing in it is longer. *)
Lemma known_fields_typed profile message :
  SignalMessage_typed message -> SignalMessage_typed (known_fields profile message).
Proof.
  intros H. destruct profile; try exact H. destruct H as (H1 & H2 & H3 & H4 & H5 & _ & _ & H8 & H9).
  unfold known_fields, SignalMessage_typed. cbn. repeat first [assumption | split]. constructor.
Qed.

(** A message with its tag is bytes. *)
Lemma serialize_signal_message_typed unsigned tag :
  typed_seq (typed_int 8) unsigned -> Tag_typed tag ->
  typed_seq (typed_int 8) (serialize_signal_message unsigned tag).
Proof. intros Hu (_ & Ht). now apply Forall_app. Qed.
