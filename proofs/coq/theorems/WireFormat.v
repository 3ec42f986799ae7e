(** Every message is read back as it was written.

    One theorem for each format: what a decoder makes of the bytes of an encoder. A message is said to fit
    into memory if its bytes are less than [2 ^ 64]; no machine has more. The fields of a message are in the
    ranges of their types in Rust; what an encoder asks for beyond that is said in each sentence. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint theorems.lib.Slices.
From Twinratchet Require Import theorems.lib.SerializedKeys theorems.wire.Protobuf theorems.wire.Encodings
  theorems.wire.SparseMessage.
From Twinratchet.generated Require Import keys_types keys wire wire_protobuf.
From Twinratchet.generated Require wire_message wire_prekey_message wire_sender_key_message
  wire_fingerprint_code.
From Twinratchet.generated Require ratchet_sparse_message.

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
  assert (Hparse : parse_public_key (serialized key) = Ret (Ok key))
    by (apply parse_public_key_of_serialized, Hkey).
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

(** A message of a session of version 3 or 4 that fits into memory is read back with its tag: the version, the
    ratchet key, both counters, the body, the bytes of SPQR (none if they are empty), the addresses, and the
    bytes that the tag covers. *)
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
  set (protobuf := items_bytes (signal_items header body spqr addresses)) in *.
  rewrite seq_len_app, seq_len_cons in Hlen.
  pose proof (seq_len_nonneg protobuf) as Hpos. unfold checked_add, checked_sub.
  rewrite checked_ret by easy. cbn [bind]. rewrite seq_len_app, seq_len_cons, Htag.
  replace (seq_len protobuf + 1 + 8 <? 1 + 8) with false by lia.
  change (seq_index ((version_byte (SignalHeader_writer header) :: protobuf) ++ tag) 0)
    with (Ret (version_byte (SignalHeader_writer header))). cbn [bind].
  rewrite version_is_read_back by exact Hversion.
  rewrite checked_ret by lia. cbn [bind].
  replace (seq_len protobuf + 1 + 8 - 8)
    with (seq_len (version_byte (SignalHeader_writer header) :: protobuf))
    by (rewrite seq_len_cons; lia).
  unfold array_from_slice. rewrite array_of_slice. replace 8 with (seq_len tag) by exact Htag.
  rewrite slice_of_suffix. cbn [bind]. rewrite slice_of_prefix. cbn [bind].
  apply body_is_read_back; [exact Hheader|fold protobuf; lia].
Qed.

(** What a profile leaves of a message is the message, if the profile is not that of WhatsApp, or if the
    message has neither bytes of SPQR nor addresses. *)
Theorem known_fields_are_those_of_the_profile profile message :
  profile <> Profile_WhatsAppV3 \/ (SignalMessage_spqr message = [] /\
   SignalMessage_addresses message = None) ->
  known_fields profile message = message.
Proof.
  intros [H | (H1 & H2)].
  - destruct profile; congruence || reflexivity.
  - destruct message. cbn in H1, H2. subst. destruct profile; reflexivity.
Qed.
End Message.

(** * First messages of sessions *)

Section PrekeyMessage.
Import wire_message wire_prekey_message.

Lemma envelope_is_read_back envelope bytes message :
  let protobuf := items_bytes (prekey_items envelope bytes) in
  PreKeyEnvelope_typed envelope -> seq_len protobuf < 2 ^ 64 ->
  (PreKeyEnvelope_version envelope = VERSION_4 -> PreKeyEnvelope_kem envelope <> None) ->
  parse_signal_message bytes = Ret (Ok message) ->
  parse_envelope (PreKeyEnvelope_version envelope) protobuf
  = Ret (Ok (mk_PreKeySignalMessage envelope message)).
Proof.
  intros protobuf (_ & Hregistration & Hone_time & Hsigned & Hkem & Hbase & Hidentity) Hlen Hneeded Hmessage.
  unfold parse_envelope.
  destruct envelope as [version registration one_time signed kem [base] [own]].
  cbn [PreKeyEnvelope_version PreKeyEnvelope_registration_id PreKeyEnvelope_one_time_prekey_id
    PreKeyEnvelope_signed_prekey_id PreKeyEnvelope_kem PreKeyEnvelope_base_key PreKeyEnvelope_identity_key]
      in *.
  assert (Hitems : Forall item_typed
    (prekey_items (mk_PreKeyEnvelope version registration one_time signed kem (mk_BaseKey base)
       (mk_IdentityKey own)) bytes)).
  { unfold prekey_items, FIELD_ONE_TIME_PREKEY_ID, FIELD_BASE_KEY, FIELD_IDENTITY_KEY, FIELD_MESSAGE,
      FIELD_REGISTRATION_ID, FIELD_SIGNED_PREKEY_ID, FIELD_KEM_PREKEY_ID, FIELD_KEM_CIPHERTEXT.
    cbn [PreKeyEnvelope_registration_id PreKeyEnvelope_one_time_prekey_id PreKeyEnvelope_signed_prekey_id
      PreKeyEnvelope_kem].
    clear - Hregistration Hone_time Hsigned Hkem.
    destruct one_time, kem as [[id ciphertext]|]; try destruct Hkem as (Hid & _); cbn in Hone_time;
      cbn [if_some app];
      items_typed. }
  unfold protobuf at 1. rewrite items_are_read_back by assumption. cbn [bind].
  assert (Hparse : forall key, PublicKey_typed key -> parse_public_key (serialized key) = Ret (Ok key))
    by exact parse_public_key_of_serialized.
  unfold protobuf in *. clear protobuf.
  destruct kem as [[id ciphertext]|]; [destruct Hkem as (Hid & _); cbn in Hid|];
    destruct one_time as [number|].
  1,3: take_number FIELD_ONE_TIME_PREKEY_ID (Some number).
  3,4: take_number FIELD_ONE_TIME_PREKEY_ID (@None Z).
  all: take_bytes FIELD_BASE_KEY (Some (serialized base)).
  all: take_bytes FIELD_IDENTITY_KEY (Some (serialized own)).
  all: take_bytes FIELD_MESSAGE (Some bytes).
  all: take_number FIELD_REGISTRATION_ID (Some registration).
  all: take_number FIELD_SIGNED_PREKEY_ID (Some signed).
  1,3: take_number FIELD_KEM_PREKEY_ID (Some id).
  3,4: take_number FIELD_KEM_PREKEY_ID (@None Z).
  1,2: take_bytes FIELD_KEM_CIPHERTEXT (Some ciphertext).
  3,4: take_bytes FIELD_KEM_CIPHERTEXT (@None (list Z)).
  all: cbn [required_bytes required_uint32].
  all: rewrite Hparse by exact Hbase; cbn [bind lift_key kem_fields].
  3,4: destruct (Z.eqb_spec version VERSION_4); [now destruct Hneeded|].
  all: rewrite Hparse by exact Hidentity; cbn [bind lift_key].
  all: rewrite Hmessage; reflexivity.
Qed.

(** A first message of a session that fits into memory is read back, envelope and message, if its version is 3
    or 4, if it has KEM fields where its version is 4, and if the message in it can be read. *)
Theorem prekey_message_is_read_back profile envelope inner message bytes :
  PreKeyEnvelope_typed envelope ->
  PreKeyEnvelope_version envelope = VERSION_3 \/ PreKeyEnvelope_version envelope = VERSION_4 ->
  (PreKeyEnvelope_version envelope = VERSION_4 -> PreKeyEnvelope_kem envelope <> None) ->
  parse_signal_message inner = Ret (Ok message) ->
  encode_prekey_message profile envelope inner = Ret bytes ->
  seq_len bytes < 2 ^ 64 ->
  parse_prekey_message bytes = Ret (Ok (mk_PreKeySignalMessage envelope message)).
Proof.
  intros Henvelope Hversion Hneeded Hmessage Hencode Hlen.
  rewrite encode_prekey_message_is in Hencode by exact Henvelope. apply ret_is_injective in Hencode as <-.
  unfold parse_prekey_message. set (protobuf := items_bytes (prekey_items envelope inner)) in *.
  set (writer := mk_Writer profile (PreKeyEnvelope_version envelope)).
  change (seq_index (version_byte writer :: protobuf) 0) with (Ret (version_byte writer)).
  pose proof (seq_len_nonneg protobuf) as Hpos. rewrite seq_len_cons in *.
  replace (seq_len protobuf + 1 =? 0) with false by lia. cbn [bind].
  rewrite version_is_read_back by exact Hversion.
  unfold checked_sub. replace (seq_len protobuf + 1 - 1) with (seq_len protobuf) by lia.
  rewrite checked_ret by lia. cbn [bind]. rewrite slice_of_tail. cbn [bind].
  apply envelope_is_read_back; auto. fold protobuf. lia.
Qed.
End PrekeyMessage.

(** * Messages of groups *)

Section SenderKeyMessage.
Import wire_sender_key_message.

(** What a message of a group says of its distribution: WhatsApp writes no identifier. *)
Definition written_distribution_id (profile : Profile) (distribution_id : list Z) : option (list Z) :=
  match profile with
  | Profile_WhatsAppV3 => None
  | _ => Some distribution_id
  end.

Lemma start_items_typed profile distribution_id chain_id iteration :
  typed_int 32 chain_id -> typed_int 32 iteration ->
  Forall item_typed (start_items profile distribution_id chain_id iteration).
Proof.
  intros H1 H2. unfold start_items, FIELD_DISTRIBUTION_ID, AFTER_ITERATION.
  destruct profile; cbn [chain_id_field Z.eqb Pos.eqb app]; items_typed.
Qed.

Ltac after_in_range := unfold AFTER_ITERATION, AFTER_BODY, AFTER_CHAIN_KEY, AFTER_SIGNING_KEY; lia.

Lemma field_number_in_range profile after :
  0 <= after <= 3 -> checked_add 32 (chain_id_field profile) after = Ret (chain_id_field profile + after).
Proof. intros H. unfold checked_add. apply checked_ret. destruct profile; cbn [chain_id_field]; lia. Qed.

Lemma distribution_id_is_read_back profile distribution_id chain_id iteration rest :
  let items := start_items profile distribution_id chain_id iteration ++ rest in
  Uuid_typed distribution_id -> seq_len (items_bytes items) < 2 ^ 64 ->
  (profile <> Profile_WhatsAppV3 ->
   only_contents FIELD_DISTRIBUTION_ID rest = true /\ contents FIELD_DISTRIBUTION_ID rest = []) ->
  parse_distribution_id profile (items_bytes items) (fields_at 0 items)
  = Ret (Ok (written_distribution_id profile distribution_id)).
Proof.
  intros items (Hid & _) Hlen Hrest. unfold parse_distribution_id.
  destruct (chain_id_field profile =? FIELD_DISTRIBUTION_ID) eqn:E; [destruct profile;
    [discriminate E|discriminate E|reflexivity]|].
  destruct Hrest as (Honly & Hno); [intros ->; discriminate E|].
  unfold required_distribution_id.
  assert (Hitems : last_bytes (items_bytes items) (fields_at 0 items) FIELD_DISTRIBUTION_ID
    = Ret (Ok (Some distribution_id))).
  { apply last_bytes_of_items; [exact Hlen| |]; unfold items, start_items; rewrite E.
    - unfold only_contents. rewrite forallb_app. fold (only_contents FIELD_DISTRIBUTION_ID rest).
      rewrite Honly.
      destruct profile; reflexivity || discriminate E.
    - unfold contents. rewrite flat_map_app. fold (contents FIELD_DISTRIBUTION_ID rest). rewrite Hno.
      destruct profile; reflexivity || discriminate E. }
  rewrite Hitems. cbn [bind required_bytes]. unfold DISTRIBUTION_ID_LENGTH, array_from_seq. rewrite Hid.
  cbn [Z.eqb Pos.eqb bind]. destruct profile; reflexivity || discriminate E.
Qed.

(** The version of messages of groups is read back. *)
Lemma sender_key_version_is_read_back : parse_sender_key_version sender_key_first_byte
  = Ok SENDER_KEY_VERSION.
Proof. reflexivity. Qed.

(** A message of a group that fits into memory is read back with its signature: version 3, the identifier of
    the distribution (none for WhatsApp, which does not write it), the chain, the iteration, the body, and the
    bytes that the signature covers. *)
Theorem sender_key_message_is_read_back profile distribution_id chain_id iteration body signature unsigned :
  Uuid_typed distribution_id -> typed_int 32 chain_id -> typed_int 32 iteration ->
  Signature_typed signature ->
  encode_sender_key_message profile distribution_id chain_id iteration body = Ret unsigned ->
  seq_len (serialize_sender_key_message unsigned signature) < 2 ^ 64 ->
  parse_sender_key_message profile (serialize_sender_key_message unsigned signature)
  = Ret (Ok (mk_SenderKeyMessage SENDER_KEY_VERSION (written_distribution_id profile distribution_id) chain_id
      iteration body unsigned signature)).
Proof.
  intros Hid Hchain Hiteration (Hsignature & _) Hencode Hlen.
  rewrite encode_sender_key_message_is in Hencode by assumption. apply ret_is_injective in Hencode as <-.
  unfold parse_sender_key_message, serialize_sender_key_message, seq_concat, MIN_SENDER_KEY_MESSAGE_LENGTH,
    SIGNATURE_LENGTH in *.
  set (items := sender_key_items profile distribution_id chain_id iteration body) in *.
  set (protobuf := items_bytes items) in *. rewrite seq_len_app, seq_len_cons in Hlen.
  pose proof (seq_len_nonneg protobuf) as Hpos. unfold checked_sub.
  rewrite seq_len_app, seq_len_cons, Hsignature. rewrite Hsignature in Hlen.
  replace (seq_len protobuf + 1 + 64 <? 65) with false by lia.
  change (seq_index ((sender_key_first_byte :: protobuf) ++ signature) 0) with (Ret sender_key_first_byte).
  cbn [bind]. rewrite sender_key_version_is_read_back. rewrite checked_ret by lia. cbn [bind].
  rewrite checked_ret by lia. cbn [bind].
  replace (seq_len protobuf + 1 + 64 - 64) with (seq_len (sender_key_first_byte :: protobuf))
    by (rewrite seq_len_cons; lia).
  replace (seq_len (sender_key_first_byte :: protobuf) - 1) with (seq_len protobuf)
    by (rewrite seq_len_cons; lia).
  assert (Hslice : seq_slice ((sender_key_first_byte :: protobuf) ++ signature) 1 (seq_len protobuf)
    = Ret protobuf).
  { apply (slice_of_middle [sender_key_first_byte] protobuf signature). }
  rewrite Hslice. cbn [bind].
  assert (Hitems : Forall item_typed items).
  { unfold items, sender_key_items. apply Forall_app. split; [now apply start_items_typed|].
    unfold AFTER_BODY. destruct profile; cbn [chain_id_field]; items_typed. }
  unfold protobuf at 1. rewrite items_are_read_back by (assumption || (fold protobuf; lia)). cbn [bind].
  cbv zeta.
  assert (Hshort : seq_len protobuf < 2 ^ 64) by lia.
  unfold protobuf at 1, items at 1 2, sender_key_items.
  rewrite distribution_id_is_read_back;
    [|exact Hid|exact Hshort|intros H; destruct profile; split; reflexivity || contradiction]. cbn [bind].
  fold (sender_key_items profile distribution_id chain_id iteration body). fold items.
  unfold parse_number, parse_bytes.
  assert (Hnumbers : forall number value,
    typed_int 32 value -> only_numbers number items = true -> last_of (numbers number items) = Some value ->
    last_uint32 (fields_at 0 items) number = Ret (Ok (Some value))).
  { intros. now apply last_uint32_of_items. }
  assert (Hcontents : forall number value,
    only_contents number items = true -> last_of (contents number items) = Some value ->
    last_bytes protobuf (fields_at 0 items) number = Ret (Ok (Some value))).
  { intros. now apply last_bytes_of_items. }
  rewrite (Hnumbers (chain_id_field profile) chain_id) by (assumption || destruct profile; reflexivity).
  cbn [bind required_uint32].
  rewrite field_number_in_range by after_in_range. cbn [bind].
  rewrite (Hnumbers (chain_id_field profile + AFTER_ITERATION) iteration)
    by (assumption || destruct profile; reflexivity).
  cbn [bind required_uint32].
  rewrite field_number_in_range by after_in_range. cbn [bind].
  rewrite (Hcontents (chain_id_field profile + AFTER_BODY) body)
    by (assumption || destruct profile; reflexivity).
  cbn [bind required_bytes]. rewrite slice_of_prefix. cbn [bind].
  unfold array_from_slice. rewrite array_of_slice. replace 64 with (seq_len signature) by exact Hsignature.
  rewrite slice_of_suffix. reflexivity.
Qed.

(** A message that distributes a sender key and fits into memory is read back: version 3, the identifier of
    the distribution (none for WhatsApp, which does not write it), the chain, the iteration, the chain key and
    the key of signatures. *)
Theorem distribution_message_is_read_back profile distribution_id chain_id iteration chain_key signing_key
    bytes :
  Uuid_typed distribution_id -> typed_int 32 chain_id -> typed_int 32 iteration ->
  SenderChainKey_typed chain_key -> SenderSigningKey_typed signing_key ->
  encode_distribution_message profile distribution_id chain_id iteration chain_key signing_key = Ret bytes ->
  seq_len bytes < 2 ^ 64 ->
  parse_distribution_message profile bytes
  = Ret (Ok (mk_SenderKeyDistributionMessage SENDER_KEY_VERSION
      (written_distribution_id profile distribution_id) chain_id iteration chain_key signing_key)).
Proof.
  intros Hid Hchain Hiteration (Hchain_key & _) Hsigning Hencode Hlen.
  rewrite encode_distribution_message_is in Hencode by assumption. apply ret_is_injective in Hencode as <-.
  destruct signing_key as [signing]. cbn [SenderSigningKey_key] in *.
  assert (Hserialized : seq_len (serialized signing) = 33) by apply (serialized_length _ Hsigning).
  unfold parse_distribution_message, MIN_SENDER_KEY_MESSAGE_LENGTH. cbv zeta.
  set (items := distribution_items profile distribution_id chain_id iteration chain_key signing) in *.
  set (protobuf := items_bytes items) in *.
  assert (Hlong : 69 <= seq_len protobuf).
  { unfold protobuf, items, distribution_items, items_bytes. rewrite flat_map_app.
    change (flat_map item_bytes) with items_bytes. rewrite seq_len_app, !length_of_items.
    pose proof (item_length_of_content (chain_id_field profile + AFTER_CHAIN_KEY) chain_key).
    pose proof (item_length_of_content (chain_id_field profile + AFTER_SIGNING_KEY) (serialized signing)).
    pose proof (seq_len_nonneg (items_bytes (start_items profile distribution_id chain_id iteration))).
    pose proof (seq_len_nonneg (items_bytes [])). lia. }
  rewrite seq_len_cons in *. replace (seq_len protobuf + 1 <? 65) with false by lia.
  change (seq_index (sender_key_first_byte :: protobuf) 0) with (Ret sender_key_first_byte).
  cbn [bind]. rewrite sender_key_version_is_read_back. unfold checked_sub.
  replace (seq_len protobuf + 1 - 1) with (seq_len protobuf) by lia.
  rewrite checked_ret by lia. cbn [bind]. rewrite slice_of_tail. cbn [bind].
  assert (Hitems : Forall item_typed items).
  { unfold items, distribution_items. apply Forall_app. split; [now apply start_items_typed|].
    unfold AFTER_CHAIN_KEY, AFTER_SIGNING_KEY. destruct profile; cbn [chain_id_field]; items_typed. }
  assert (Hshort : seq_len protobuf < 2 ^ 64) by lia. clear Hlen Hlong.
  unfold parse_distribution_body.
  unfold protobuf at 1. rewrite items_are_read_back by assumption. cbn [bind]. cbv zeta.
  unfold protobuf at 1, items at 1 2, distribution_items.
  rewrite distribution_id_is_read_back;
    [|exact Hid|exact Hshort|intros H; destruct profile; split; reflexivity || contradiction]. cbn [bind].
  fold (distribution_items profile distribution_id chain_id iteration chain_key signing). fold items.
  unfold parse_exactly, parse_number, parse_bytes.
  assert (Hnumbers : forall number value,
    typed_int 32 value -> only_numbers number items = true -> last_of (numbers number items) = Some value ->
    last_uint32 (fields_at 0 items) number = Ret (Ok (Some value))).
  { intros. now apply last_uint32_of_items. }
  assert (Hcontents : forall number value,
    only_contents number items = true -> last_of (contents number items) = Some value ->
    last_bytes protobuf (fields_at 0 items) number = Ret (Ok (Some value))).
  { intros. now apply last_bytes_of_items. }
  rewrite (Hnumbers (chain_id_field profile) chain_id) by (assumption || destruct profile; reflexivity).
  cbn [bind required_uint32].
  rewrite !field_number_in_range by after_in_range. cbn [bind].
  rewrite (Hnumbers (chain_id_field profile + AFTER_ITERATION) iteration)
    by (assumption || destruct profile; reflexivity).
  cbn [bind required_uint32].
  rewrite (Hcontents (chain_id_field profile + AFTER_CHAIN_KEY) chain_key)
    by (assumption || destruct profile; reflexivity).
  cbn [bind required_bytes]. rewrite Hchain_key. change (32 =? KEY_LENGTH) with true. cbv iota. cbn [bind].
  rewrite (Hcontents (chain_id_field profile + AFTER_SIGNING_KEY) (serialized signing))
    by (assumption || destruct profile; reflexivity).
  cbn [bind required_bytes]. rewrite Hserialized. change (33 =? SERIALIZED_KEY_LENGTH) with true. cbv iota.
  cbn [bind]. rewrite parse_public_key_of_serialized by exact Hsigning. cbn [bind lift_key].
  unfold array_from_seq. rewrite Hchain_key. reflexivity.
Qed.
End SenderKeyMessage.

(** * Codes of fingerprints *)

Section FingerprintCode.
Import wire_fingerprint_code.

Lemma logical_is_read_back content :
  seq_len (encode_logical content) < 2 ^ 64 ->
  parse_logical (encode_logical content) = Ret (Ok (Some content)).
Proof.
  rewrite encode_logical_is. intros Hlen. unfold parse_logical.
  rewrite items_are_read_back; [|unfold FIELD_CONTENT; items_typed|exact Hlen]. cbn [bind].
  now apply last_bytes_of_items.
Qed.

Lemma side_is_read_back code number content :
  seq_len (items_bytes (fingerprint_items code)) < 2 ^ 64 -> seq_len (encode_logical content) < 2 ^ 64 ->
  only_contents number (fingerprint_items code) = true ->
  contents number (fingerprint_items code) = [encode_logical content] ->
  logical_content (items_bytes (fingerprint_items code)) (fields_at 0 (fingerprint_items code)) number
  = Ret (Ok (Some content)).
Proof.
  intros Hlen Hshort Honly Hcontents. unfold logical_content.
  pose proof (all_bytes_of_items [] (fingerprint_items code) number Honly) as Hall.
  cbn [app] in Hall. rewrite seq_len_nil in Hall. rewrite Hall, Hcontents. cbn [bind]. cbv zeta.
  unfold for_loop_m. change (Z.to_nat (seq_len [encode_logical content] - 0)) with 1%nat. cbn [iterate_m].
  change (seq_index [encode_logical content] 0) with (Ret (encode_logical content)). cbn [bind].
  rewrite logical_is_read_back by exact Hshort. reflexivity.
Qed.

(** A code to scan that fits into memory is read back: the version and both fingerprints. *)
Theorem fingerprint_code_is_read_back code :
  FingerprintCode_typed code -> seq_len (encode_fingerprint_code code) < 2 ^ 64 ->
  parse_fingerprint_code (encode_fingerprint_code code) = Ret (Ok code).
Proof.
  intros Hcode Hlen. rewrite encode_fingerprint_code_is in * by exact Hcode.
  destruct code as [version local remote]. destruct Hcode as (Hversion & _).
  cbn [FingerprintCode_version] in *.
  set (code := mk_FingerprintCode version local remote) in *.
  assert (Hitems : Forall item_typed (fingerprint_items code)).
  { unfold fingerprint_items, FIELD_VERSION, FIELD_LOCAL, FIELD_REMOTE, code. cbn [FingerprintCode_version].
    clear Hlen. items_typed. }
  assert (Hsides : seq_len (encode_logical local) < 2 ^ 64 /\ seq_len (encode_logical remote) < 2 ^ 64).
  { unfold fingerprint_items in Hlen. rewrite !length_of_items in Hlen.
    cbn [code FingerprintCode_local FingerprintCode_remote] in Hlen.
    pose proof (item_length_of_content FIELD_LOCAL (encode_logical local)).
    pose proof (item_length_of_content FIELD_REMOTE (encode_logical remote)).
    pose proof (item_length_at_least (Number FIELD_VERSION (FingerprintCode_version code))).
    pose proof (seq_len_nonneg (items_bytes [])). pose proof (seq_len_nonneg (encode_logical local)).
    pose proof (seq_len_nonneg (encode_logical remote)). lia. }
  destruct Hsides as (Hlocal & Hremote).
  unfold parse_fingerprint_code, decode_fingerprint_code. rewrite items_are_read_back by assumption.
  cbn [bind].
  rewrite (last_uint32_of_items 0 _ FIELD_VERSION (Some version)) by (assumption || reflexivity). cbn [bind].
  rewrite (side_is_read_back code FIELD_LOCAL local) by (assumption || reflexivity). cbn [bind].
  rewrite (side_is_read_back code FIELD_REMOTE remote) by (assumption || reflexivity). reflexivity.
Qed.
End FingerprintCode.

(** * Messages of SPQR *)

Section SparseMessage.
Import ratchet_sparse_message.

(** A message whose epoch is not 0 is read back: the epoch, the index, and the payload. *)
Theorem sparse_message_is_read_back message :
  SparseMessage_typed message -> SparseMessage_epoch message <> 0 ->
  parse_sparse_message (encode_sparse_message message) = Ret (Ok message).
Proof.
  intros Hm Hepoch. pose proof (sparse_message_length message Hm) as Hshort.
  rewrite encode_sparse_message_is in * by exact Hm. destruct Hm as (He & Hi & Hpayload).
  unfold typed_int in He, Hi.
  destruct message as [epoch index payload].
  cbn [SparseMessage_epoch SparseMessage_index SparseMessage_payload] in *.
  set (bytes := [VERSION_BYTE_1] ++ varint epoch ++ varint index ++ payload_bytes payload) in *.
  assert (Hlen : seq_len bytes < 2 ^ 64) by lia.
  assert (Hversion : message_version bytes = Ret MessageVersion_V1).
  { unfold message_version. replace (seq_len bytes =? 0) with false; [reflexivity|].
    unfold bytes. cbn [app]. rewrite seq_len_cons.
    pose proof (seq_len_nonneg (varint epoch ++ varint index ++ payload_bytes payload)). lia. }
  unfold parse_sparse_message. rewrite Hversion. cbn [bind MessageVersion_eqb].
  unfold bytes at 1. change 1 with (seq_len [VERSION_BYTE_1]) at 1.
  rewrite sparse_varint_is_read_back by (fold bytes; lia). cbn [bind Varint_next Varint_value].
  assert (Hsecond : bytes = ([VERSION_BYTE_1] ++ varint epoch) ++ varint index ++ payload_bytes payload)
    by (unfold bytes; now rewrite <- app_assoc).
  rewrite <- seq_len_app. rewrite Hsecond at 1.
  unfold MAX_INDEX. rewrite sparse_varint_is_read_back by (rewrite <- ?Hsecond; lia).
  cbn [bind Varint_next Varint_value].
  rewrite <- seq_len_app. rewrite Hsecond, app_assoc.
  rewrite payload_is_read_back; [|exact Hpayload|rewrite <- app_assoc, <- Hsecond; exact Hlen]. cbn [bind].
  replace (epoch =? 0) with false by lia. unfold cast. now rewrite Z.mod_small by lia.
Qed.
End SparseMessage.
