(** Panic-freedom of [groups::sender_key::stored]: encoding any record, and decoding any bytes.

    The bound of [2 ^ 62] on what is decoded comes from Protocol Buffers, where positions are added; no
    machine holds more. What is decoded is well formed. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.Written
  theorems.lib.NumberedLists.
From Twinratchet.generated Require Import keys_types primitives groups groups_sender_key_types
  groups_sender_key_stored.
From Twinratchet.generated Require keys wire wire_protobuf.
From Twinratchet.theorems.safety Require Import keys wire_protobuf groups_sender_key_types.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * Encoding *)

Lemma encode_numbered_gives_bytes iteration secret : bytes secret -> bytes (encode_numbered iteration secret).
Proof.
  intros Hs. unfold encode_numbered. cbv zeta. apply put_bytes_gives_bytes; [|exact Hs].
  apply put_nonzero_gives_bytes. constructor.
Qed.

Lemma encode_signing_safe signing : SigningKey_typed signing -> yields (encode_signing signing) bytes.
Proof.
  intros (Hpublic & Hprivate). unfold encode_signing.
  call_by (serialize_public_key_safe _ Hpublic) public (_ & Hp). cbv zeta.
  assert (bytes (wire_protobuf.put_bytes [] SIGNING_PUBLIC public)).
  { apply put_bytes_gives_bytes; [constructor|exact Hp]. }
  destruct (SigningKey_private signing) as [private|]; [|assumption].
  cbn [yields]. apply put_bytes_gives_bytes; [assumption|apply Hprivate].
Qed.

Lemma encode_state_safe state : SenderKeyState_typed state -> yields (encode_state state) bytes.
Proof.
  intros (_ & _ & _ & (_ & Hck) & Hsigning & Hskipped). unfold encode_state. cbv zeta.
  call_by (encode_signing_safe _ Hsigning) signing Hs. cbv zeta.
  apply yields_bind, (yields_for (fun _ => bytes)).
  - apply put_bytes_gives_bytes; [|exact Hs]. apply put_bytes_gives_bytes.
    + apply put_nonzero_gives_bytes. constructor.
    + apply encode_numbered_gives_bytes, Hck.
  - intros i out Hi Hout. apply yields_bind, (yields_index _ _ _ _ Hskipped Hi). intros key _ (_ & _ & Hseed).
    cbv zeta. apply put_bytes_gives_bytes; [exact Hout|]. apply encode_numbered_gives_bytes, Hseed.
  - intros out Hout. cbn [yields]. apply put_nonzero_gives_bytes, Hout.
Qed.

(** Any record is encoded without a panic. *)
Lemma encode_sender_key_record_safe record :
  SenderKeyRecord_typed record -> yields (encode_sender_key_record record) bytes.
Proof.
  intros Hr. unfold encode_sender_key_record. cbv zeta.
  apply (yields_for (fun _ => bytes)); [constructor| |auto].
  intros i out Hi Hout. apply yields_bind, (yields_index _ _ _ _ Hr Hi). intros state _ Hstate.
  call_by (encode_state_safe _ Hstate) encoded He. apply put_bytes_gives_bytes; assumption.
Qed.

(** * Fields *)

(** Bytes that can be parsed. *)
Definition stored_record (b : list Z) : Prop := bytes b /\ seq_len b < 2 ^ 62.

(** Fields that were read from bytes that can be parsed. *)
Definition fields_of_record (b : list Z) (fields : list wire_protobuf.Field) : Prop :=
  stored_record b /\ Forall (field_within b) fields /\ seq_len fields <= seq_len b.

Lemma within_is_stored_record b content :
  stored_record b -> bytes content /\ seq_len content <= seq_len b -> stored_record content.
Proof. intros (_ & Hb) (Hc & Hlen). split; [exact Hc|]. lia. Qed.

Lemma stored_fields_safe b :
  stored_record b -> yields (stored_fields b) (typed_result (fields_of_record b) SenderKeyRecordError_typed).
Proof.
  intros Hb. unfold stored_fields.
  eapply yields_try; [apply parse_fields_safe; apply Hb| |intros; exact I].
  intros fields (Hf & Hn). split; [exact Hb|]. split; assumption.
Qed.

Lemma stored_uint32_safe b fields number :
  fields_of_record b fields ->
  yields (stored_uint32 fields number) (typed_result (typed_int 32) SenderKeyRecordError_typed).
Proof.
  intros (_ & Hf & _). unfold stored_uint32.
  eapply yields_try; [apply uint32_or_zero_safe, (fields_within_are_typed b), Hf|auto|intros; exact I].
Qed.

Lemma stored_all_safe b fields number :
  fields_of_record b fields ->
  yields (stored_all b fields number) (typed_result (Forall stored_record) SenderKeyRecordError_typed).
Proof.
  intros (Hb & Hf & Hn). unfold stored_all.
  eapply yields_try; [apply all_bytes_safe; [apply Hb|exact Hf]| |intros; exact I].
  intros items (Hi & _). eapply Forall_impl; [|exact Hi]. intros content. apply within_is_stored_record, Hb.
Qed.

Lemma stored_bytes_safe b fields number :
  fields_of_record b fields ->
  yields (stored_bytes b fields number) (typed_result stored_record SenderKeyRecordError_typed).
Proof.
  intros (Hb & Hf & Hn). unfold stored_bytes.
  eapply yields_try; [apply bytes_or_empty_safe; [apply Hb|apply Hb|exact Hf|exact Hn]| |intros; exact I].
  intros content H. exact (within_is_stored_record _ _ Hb H).
Qed.

Lemma stored_filled_safe b fields number :
  fields_of_record b fields ->
  yields (stored_filled b fields number) (typed_result stored_record SenderKeyRecordError_typed).
Proof.
  intros Hf. unfold stored_filled. attempt_by (stored_bytes_safe b fields number Hf) value Hv.
  destruct (seq_len value =? 0); [exact I|exact Hv].
Qed.

Lemma stored_secret_safe b fields number :
  fields_of_record b fields ->
  yields (stored_secret b fields number)
    (typed_result (typed_array (typed_int 8) 32) SenderKeyRecordError_typed).
Proof.
  intros Hf. unfold stored_secret, keys.KEY_LENGTH.
  attempt_by (stored_filled_safe b fields number Hf) value Hv.
  destruct (seq_len value =? 32) eqn:E; [|exact I]. split; [lia|apply Hv].
Qed.

Lemma decode_numbered_safe b :
  stored_record b ->
  yields (decode_numbered b)
    (typed_result (typed_pair (typed_int 32) (typed_array (typed_int 8) 32)) SenderKeyRecordError_typed).
Proof.
  intros Hb. unfold decode_numbered.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields SKIPPED_ITERATION Hf) iteration Hiteration.
  attempt_by (stored_secret_safe b fields SKIPPED_SEED Hf) secret Hsecret.
  split; assumption.
Qed.

(** * States *)

Lemma sender_signing_key_pair_typed private :
  PrivateKey_typed private -> keys.SenderSigningKeyPair_typed (keys.sender_signing_key_pair private).
Proof. intros H. apply clamp_typed in H. split; [exact H|]. apply public_key_typed, H. Qed.

Lemma decode_signing_safe b :
  stored_record b -> yields (decode_signing b) (typed_result SigningKey_typed SenderKeyRecordError_typed).
Proof.
  intros Hb. unfold decode_signing.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_filled_safe b fields SIGNING_PUBLIC Hf) public_bytes Hpublic.
  call_by (parse_public_key_safe _ (proj1 Hpublic)) parsed Hparsed.
  destruct parsed as [key|error]; cbn [lift_stored_key]; [|exact Hparsed]. cbv zeta.
  attempt_by (stored_bytes_safe b fields SIGNING_PRIVATE Hf) private_bytes Hprivate.
  destruct (seq_len private_bytes =? 0); [split; [exact Hparsed|exact I]|].
  attempt_by (stored_secret_safe b fields SIGNING_PRIVATE Hf) secret Hsecret.
  apply yields_bind, yields_array_from_seq; [apply Hsecret|].
  unfold signing_of_sender. cbv zeta. destruct (keys.same_public_key _ _); [|exact I].
  split; [exact Hparsed|]. apply (sender_signing_key_pair_typed _ Hsecret).
Qed.

(** The skipped keys, as far as they are decoded: those that a chain with this next iteration may have. *)
Definition sender_skipped_so_far (next : Z) (skipped : list SenderSkippedKey) : Prop :=
  Forall SenderSkippedKey_typed skipped /\ sender_store_well_formed next skipped.

Lemma append_skipped_safe skipped chain_iteration b :
  sender_skipped_so_far chain_iteration skipped -> stored_record b ->
  yields (append_skipped skipped chain_iteration b)
    (typed_result (sender_skipped_so_far chain_iteration) SenderKeyRecordError_typed).
Proof.
  intros (Hs & Hw) Hb. unfold append_skipped.
  call_by (decode_numbered_safe b Hb) decoded Hdecoded.
  destruct decoded as [(iteration & secret)|error]; [|exact Hdecoded]. destruct Hdecoded as (Hi & Hsecret).
  cbn [fst snd] in Hi, Hsecret. cbv zeta. pose proof (seq_len_nonneg skipped).
  pose proof Hw as (Hn & Hascending & Hbelow).
  apply yields_bind. apply (yields_mono _ (fun ascends => ascends = true ->
    forall i, In i (iterations skipped) -> i < iteration)).
  - destruct (seq_len skipped =? 0) eqn:E.
    { simpl. intros _ i Hi'. destruct skipped; [destruct Hi'|]. rewrite seq_len_cons in E.
      pose proof (seq_len_nonneg skipped). lia. }
    unfold MAX_SENDER_GATHERED in Hn.
    apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_index_any; [lia|].
    intros last Hlast. simpl.
    intros Hless i Hi'. assert (i <= SenderSkippedKey_iteration last); [|lia].
    apply (ascending_last 0 (iterations skipped)); [exact Hascending| |exact Hi'].
    unfold iterations. rewrite map_length. apply map_nth_error. rewrite <- Hlast. f_equal. unfold seq_len.
    lia.
  - intros ascends Hascends. destruct (_ <=? seq_len skipped) eqn:E; [exact I|].
    destruct (ascends && (iteration <? chain_iteration)) eqn:E2; [|exact I].
    apply andb_true_iff in E2 as (E2 & E3). specialize (Hascends E2).
    apply yields_bind, yields_array_from_seq; [apply Hsecret|]. split.
    + apply Forall_push; [exact Hs|]. split; assumption.
    + apply (sender_store_well_formed_later (iteration + 1)); [lia|].
      apply sender_store_well_formed_push; [|apply Hi|lia|reflexivity].
      split; [exact Hn|]. split; assumption.
Qed.

Lemma decode_skipped_safe chain_iteration items :
  Forall stored_record items ->
  yields (decode_skipped chain_iteration items)
    (typed_result (sender_skipped_so_far chain_iteration) SenderKeyRecordError_typed).
Proof.
  intros Hi. unfold decode_skipped. cbv zeta.
  apply (yields_for (fun _ => typed_result (sender_skipped_so_far chain_iteration)
    SenderKeyRecordError_typed)).
  - split; [constructor|apply sender_store_well_formed_nothing].
  - intros i [skipped|e] Hrange H; [|exact H].
    apply yields_bind, (yields_index stored_record); [exact Hi|exact Hrange|]. intros item _ Hitem.
    apply append_skipped_safe; assumption.
  - auto.
Qed.

Definition sender_state_is_good (state : SenderKeyState) : Prop :=
  SenderKeyState_typed state /\ SenderKeyState_well_formed state.

Lemma decode_state_safe b :
  stored_record b -> yields (decode_state b) (typed_result sender_state_is_good SenderKeyRecordError_typed).
Proof.
  intros Hb. unfold decode_state.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_uint32_safe b fields STATE_VERSION Hf) stored_version Hstored.
  unfold decode_version. destruct (_ || _); [|exact I].
  attempt_by (stored_uint32_safe b fields STATE_CHAIN_ID Hf) chain_id Hid.
  attempt_by (stored_filled_safe b fields STATE_CHAIN Hf) chain Hchain.
  call_by (decode_numbered_safe chain Hchain) decoded Hdecoded.
  destruct decoded as [(iteration & chain_key)|error]; [|exact Hdecoded]. destruct Hdecoded as (Hi & Hck).
  cbn [fst snd] in Hi, Hck.
  attempt_by (stored_filled_safe b fields STATE_SIGNING Hf) signing_bytes Hsb.
  attempt_by (decode_signing_safe signing_bytes Hsb) signing Hsigning.
  attempt_by (stored_all_safe b fields STATE_SKIPPED Hf) items Hitems.
  attempt_by (decode_skipped_safe iteration items Hitems) skipped Hskipped.
  apply yields_bind, yields_array_from_seq; [apply Hck|]. destruct Hskipped as (Hs & Hn).
  split; [|exact Hn]. split; [split; reflexivity || discriminate|]. split; [exact Hid|]. split; [exact Hi|].
  split; [exact Hck|]. split; assumption.
Qed.

(** The states, as far as they are decoded: those that a record may have. *)
Definition sender_states_so_far (states : list SenderKeyState) : Prop :=
  Forall sender_state_is_good states /\ seq_len states <= MAX_SENDER_STATES /\ NoDup (chain_ids states).

Lemma append_state_safe states b :
  sender_states_so_far states -> stored_record b ->
  yields (append_state states b) (typed_result sender_states_so_far SenderKeyRecordError_typed).
Proof.
  intros (Hs & Hn & Hd) Hb. unfold append_state.
  attempt_by (decode_state_safe b Hb) state Hstate.
  destruct (_ <=? seq_len states) eqn:E; [exact I|].
  call_by (state_position_safe states (SenderKeyState_chain_id state)) found Hfound.
  destruct found; [exact I|]. split; [apply Forall_push; assumption|]. split; [rewrite seq_len_push; lia|].
  unfold chain_ids, seq_push. rewrite map_app.
  apply (Permutation.Permutation_NoDup (Permutation.Permutation_cons_append _ _)). constructor; [|exact Hd].
  intros Hin. apply in_map_iff in Hin as (s & Es & Hin). rewrite Forall_forall in Hfound.
  exact (Hfound s Hin Es).
Qed.

(** Any bytes are decoded or refused without a panic, and a record that is decoded is well formed. *)
Lemma decode_sender_key_record_safe b :
  bytes b -> seq_len b < 2 ^ 62 ->
  yields (decode_sender_key_record b)
    (typed_result (fun r => SenderKeyRecord_typed r /\ SenderKeyRecord_well_formed r)
      SenderKeyRecordError_typed).
Proof.
  intros Hb Hlen. assert (stored_record b) as Hstored by (split; assumption).
  unfold decode_sender_key_record. cbv zeta.
  attempt_by (stored_fields_safe b Hstored) fields Hf.
  attempt_by (stored_all_safe b fields RECORD_STATE Hf) items Hitems.
  apply yields_bind, (yields_for (fun _ => typed_result sender_states_so_far SenderKeyRecordError_typed)).
  - split; [constructor|]. split; [discriminate|constructor].
  - intros i [states|e] Hrange H; [|exact H].
    apply yields_bind, (yields_index stored_record); [exact Hitems|exact Hrange|]. intros item _ Hitem.
    apply append_state_safe; assumption.
  - intros [states|e] H; [|exact H]. destruct H as (Hs & Hn & Hd).
    split; [|split; [exact Hn|split; [|exact Hd]]].
    + eapply Forall_impl; [|exact Hs]. intros s Hgood. apply Hgood.
    + eapply Forall_impl; [|exact Hs]. intros s Hgood. apply Hgood.
Qed.
End Safety.

#[export] Hint Resolve encode_signing_safe encode_state_safe encode_sender_key_record_safe
  stored_fields_safe stored_uint32_safe stored_all_safe stored_bytes_safe stored_filled_safe
    stored_secret_safe
  decode_numbered_safe decode_signing_safe append_skipped_safe decode_skipped_safe decode_state_safe
  append_state_safe decode_sender_key_record_safe : spec.
