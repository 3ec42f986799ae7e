(** Every message is read back as it was written.

    One theorem for each format: what a decoder makes of the bytes of an encoder. A message is said to fit into memory if
    its bytes are less than [2 ^ 64]; no machine has more. The fields of a message are in the ranges of their types in
    Rust; what an encoder asks for beyond that is said in each sentence. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.Slices.
From Twinratchet Require Import theorems.lib.SerializedKeys theorems.wire.Protobuf theorems.wire.Encodings.
From Twinratchet.generated Require Import keys_types keys wire wire_protobuf.
From Twinratchet.generated Require wire_message wire_prekey_message wire_sender_key_message wire_fingerprint_code.
From Twinratchet.generated Require ratchet_sparse_erasure ratchet_sparse_message.

(** * Taking what was written *)

Lemma ret_is_injective {A} (a b : A) : Ret a = Ret b -> a = b.
Proof. intros H. now injection H. Qed.

(** The next field that a parser takes is this one. *)
Ltac take_bytes number value :=
  rewrite (last_bytes_of_items _ number value) by (assumption || reflexivity); cbn [bind].
Ltac take_number number value :=
  rewrite (last_uint32_of_items 0 _ number value) by (assumption || reflexivity || exact I); cbn [bind].

(** The items of a message of these types are typed. *)
Ltac items_typed :=
  repeat (apply Forall_cons || apply Forall_nil || apply Forall_app || split);
  cbn [item_number]; try exact I; unfold typed_int in *; lia.

(** The version that is written into the first byte is read back. *)
Lemma version_is_read_back writer :
  Writer_version writer = VERSION_3 \/ Writer_version writer = VERSION_4 ->
  parse_version (version_byte writer) = Ok (Writer_version writer).
Proof. destruct writer as [profile version]. cbn. intros [-> | ->]; destruct profile; reflexivity. Qed.

(** * Messages of sessions *)

Section Message.
Import wire_message.

Lemma body_is_read_back header body spqr addresses first tag version :
  let protobuf := items_bytes (signal_items header body spqr addresses) in
  SignalHeader_typed header -> seq_len protobuf < 2 ^ 64 ->
  parse_body version (first :: protobuf) tag
  = Ret (Ok (mk_SignalMessage version (SignalHeader_ratchet_key header) (SignalHeader_counter header)
      (SignalHeader_previous_counter header) body spqr addresses (first :: protobuf) tag)).
Proof.
  intros protobuf (_ & Hkey & Hn & Hpn) Hlen. unfold parse_body. unfold checked_sub. rewrite seq_len_cons.
  pose proof (seq_len_nonneg protobuf).
  replace (seq_len protobuf + 1 - 1) with (seq_len protobuf) by lia.
  rewrite checked_ret by lia. cbn [bind]. rewrite slice_of_tail. cbn [bind].
  assert (Hitems : Forall item_typed (signal_items header body spqr addresses)).
  { unfold signal_items, FIELD_RATCHET_KEY, FIELD_COUNTER, FIELD_PREVIOUS_COUNTER, FIELD_BODY, FIELD_SPQR,
      FIELD_ADDRESSES.
    destruct (seq_len spqr =? 0), addresses; items_typed. }
  unfold protobuf at 1. rewrite items_are_read_back by assumption. cbn [bind].
  set (key := RatchetKey_key (SignalHeader_ratchet_key header)).
  assert (Hparse : parse_public_key (serialized key) = Ret (Ok key)) by (apply parse_public_key_of_serialized, Hkey).
  unfold protobuf in *. clear protobuf.
  destruct spqr as [|s spqr]; destruct addresses as [block|].
  all: take_bytes FIELD_RATCHET_KEY (Some (serialized key)).
  all: take_number FIELD_COUNTER (Some (SignalHeader_counter header)).
  all: take_number FIELD_PREVIOUS_COUNTER (Some (SignalHeader_previous_counter header)).
  all: take_bytes FIELD_BODY (Some body).
  1-2: take_bytes FIELD_SPQR (@None (list Z)).
  3-4: take_bytes FIELD_SPQR (Some (s :: spqr)).
  1,3: take_bytes FIELD_ADDRESSES (Some block).
  3-4: take_bytes FIELD_ADDRESSES (@None (list Z)).
  all: cbn [required_bytes required_uint32]; rewrite Hparse; cbn [bind lift_key].
  all: destruct header as [writer [k] n pn]; reflexivity.
Qed.

(** A message of a session of version 3 or 4 that fits into memory is read back with its tag: the version, the ratchet
    key, both counters, the body, the bytes of SPQR (none if they are empty), the addresses, and the bytes that the tag
    covers. *)
Theorem signal_message_is_read_back header body spqr addresses tag unsigned :
  SignalHeader_typed header -> keys_types.Tag_typed tag ->
  Writer_version (SignalHeader_writer header) = VERSION_3 \/
  Writer_version (SignalHeader_writer header) = VERSION_4 ->
  encode_signal_message header body spqr addresses = Ret unsigned ->
  seq_len (serialize_signal_message unsigned tag) < 2 ^ 64 ->
  parse_signal_message (serialize_signal_message unsigned tag)
  = Ret (Ok (mk_SignalMessage (Writer_version (SignalHeader_writer header)) (SignalHeader_ratchet_key header)
      (SignalHeader_counter header) (SignalHeader_previous_counter header) body spqr addresses unsigned tag)).
Proof.
  intros Hheader (Htag & _) Hversion Hencode Hlen.
  rewrite encode_signal_message_is in Hencode by exact Hheader.
  apply ret_is_injective in Hencode as <-.
  unfold parse_signal_message, serialize_signal_message, seq_concat, TAG_LENGTH in *.
  set (protobuf := items_bytes (signal_items header body spqr addresses)) in *. rewrite seq_len_app, seq_len_cons in Hlen.
  pose proof (seq_len_nonneg protobuf) as Hpos. unfold checked_add, checked_sub.
  rewrite checked_ret by easy. cbn [bind]. rewrite seq_len_app, seq_len_cons, Htag.
  replace (seq_len protobuf + 1 + 8 <? 1 + 8) with false by lia.
  change (seq_index ((version_byte (SignalHeader_writer header) :: protobuf) ++ tag) 0)
    with (Ret (version_byte (SignalHeader_writer header))). cbn [bind].
  rewrite version_is_read_back by exact Hversion.
  rewrite checked_ret by lia. cbn [bind].
  replace (seq_len protobuf + 1 + 8 - 8) with (seq_len (version_byte (SignalHeader_writer header) :: protobuf))
    by (rewrite seq_len_cons; lia).
  unfold array_from_slice. rewrite array_of_slice. replace 8 with (seq_len tag) by exact Htag.
  rewrite slice_of_suffix. cbn [bind]. rewrite slice_of_prefix. cbn [bind].
  apply body_is_read_back; [exact Hheader|fold protobuf; lia].
Qed.

(** What a profile leaves of a message is the message, if the profile is not that of WhatsApp, or if the message has
    neither bytes of SPQR nor addresses. *)
Theorem known_fields_are_those_of_the_profile profile message :
  profile <> Profile_WhatsAppV3 \/ (SignalMessage_spqr message = [] /\ SignalMessage_addresses message = None) ->
  known_fields profile message = message.
Proof.
  intros [H | (H1 & H2)].
  - destruct profile; congruence || reflexivity.
  - destruct message. cbn in H1, H2. subst. destruct profile; reflexivity.
Qed.
End Message.
