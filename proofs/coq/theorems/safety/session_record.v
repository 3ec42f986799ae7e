(** Panic-freedom of [session::record], on any stored bytes and any well-formed record.

    Archived sessions are kept as bytes and decoded when a message comes. They may be any bytes, but their
    length must be below the bound of Protocol Buffers. It is a precondition on the record in memory
    ([Record_fits]): no machine holds more. What is kept is [Record_well_formed]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.Written.
From Twinratchet.generated Require Import keys_types primitives session_record_types session_record_decode
  session_record_encode session_record.
From Twinratchet.theorems.safety Require Import session_record_types session_record_decode
  session_record_encode ratchet_sparse.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** A record that the code makes or imports: its current session is well-formed, its archive is not over its
    limit. *)
Definition Record_well_formed (r : Record) : Prop :=
  typed_option Session_well_formed (Record_current r) /\
  typed_seq bytes (Record_previous r) /\ seq_len (Record_previous r) <= MAX_ARCHIVED.

(** Archived sessions can be parsed. *)
Definition short (b : list Z) : Prop := seq_len b < 2 ^ 62.
Definition Previous_fits (r : Record) : Prop := Forall short (Record_previous r).

(** The lists of the current session are not longer than a machine can hold. *)
Definition Current_fits (r : Record) : Prop := typed_option Session_fits (Record_current r).

(** If the current session is archived, it can be parsed. *)
Definition Session_is_short (s : Session) : Prop :=
  forall b, encode_session (without_pending s) = Ret b -> short b.
Definition Current_is_short (r : Record) : Prop := typed_option Session_is_short (Record_current r).

(** All of a record is smaller than a machine can hold. *)
Definition Record_fits (r : Record) : Prop := Current_fits r /\ Previous_fits r /\ Current_is_short r.

Lemma well_formed_record_is_typed r : Record_well_formed r -> Record_typed r.
Proof.
  intros (Hc & Hp & _). split; [|exact Hp]. destruct (Record_current r); [apply Hc|exact I].
Qed.

Lemma empty_record_is_well_formed : Record_well_formed empty_record /\ Record_fits empty_record.
Proof.
  split; [split; [exact I|split; [constructor|]]|split; [exact I|split; [constructor|exact I]]].
  unfold MAX_ARCHIVED. cbn. lia.
Qed.

Lemma without_pending_well_formed s : Session_well_formed s -> Session_well_formed (without_pending s).
Proof.
  intros ((H1 & H2 & H3 & H4 & _ & H6 & H7 & H8) & Hw). split; [|exact Hw].
  repeat (split; [solve [assumption|exact I]|]). assumption.
Qed.

(** * The archive *)

Lemma push_previous_safe previous session :
  Session_well_formed session -> Session_fits session -> typed_seq bytes previous ->
  seq_len previous <= MAX_ARCHIVED ->
  yields (push_previous previous session) (fun pushed =>
    typed_seq bytes pushed /\ seq_len pushed <= MAX_ARCHIVED /\
    (Session_is_short session -> Forall short previous -> Forall short pushed)).
Proof.
  intros Hs Hf Hp Hn. unfold push_previous, MAX_ARCHIVED in *. cbv zeta.
  pose proof (encode_session_safe _ (without_pending_well_formed _ Hs) Hf) as H.
  apply yields_value in H. destruct H as (b & E & Hb). unfold Session_is_short. rewrite E. cbn [bind].
  apply yields_bind, yields_set; [rewrite seq_len_fill; lia|]. intros _.
  change (set_nth (seq_fill [] 1) (Z.to_nat 0) b) with [b]. apply yields_bind.
  apply (yields_mono _ (fun kept =>
    typed_seq bytes kept /\ seq_len kept <= 39 /\ (Forall short previous -> Forall short kept))).
  - destruct (40 <=? seq_len previous) eqn:E40.
    + apply yields_bind, yields_checked; [lia|]. apply yields_slice; [lia|lia|lia|]. intros Hlen.
      split; [apply Forall_firstn', Forall_skipn', Hp|]. split; [lia|].
      intros H. apply Forall_firstn', Forall_skipn', H.
    + split; [exact Hp|]. split; [lia|auto].
  - intros kept (Hk & Hkn & Hks).
    split; [apply Forall_concat; [constructor; [exact Hb|constructor]|exact Hk]|].
    split; [rewrite seq_len_concat; change (seq_len [b]) with 1; lia|]. intros Hshort Hprevious.
    apply Forall_concat; [constructor; [apply Hshort; reflexivity|constructor]|auto].
Qed.

(** What archiving keeps. *)
Definition archived_from (r r' : Record) : Prop :=
  Current_is_short r -> Previous_fits r -> Previous_fits r'.

Lemma archive_current_safe r :
  Record_well_formed r -> Current_fits r ->
  yields (archive_current r) (fun r' =>
    Record_well_formed r' /\ Record_current r' = None /\ archived_from r r').
Proof.
  intros (Hc & Hp & Hn) Hf. unfold archive_current, archived_from, Current_is_short, Current_fits,
    Previous_fits in *.
  destruct (Record_current r) as [session|].
  - call_by (push_previous_safe _ _ Hc Hf Hp Hn) pushed (H1 & H2 & H3).
    split; [split; [exact I|split; assumption]|]. split; [reflexivity|exact H3].
  - split; [split; [exact I|split; assumption]|]. split; [reflexivity|auto].
Qed.

Lemma set_current_safe r session :
  Record_well_formed r -> Current_fits r -> Session_well_formed session ->
  yields (set_current r session) (fun r' =>
    Record_well_formed r' /\ Record_current r' = Some session /\ archived_from r r').
Proof.
  intros Hr Hf Hs. unfold set_current. call_by (archive_current_safe r Hr Hf) r' ((_ & Hp & Hn) & _ & Ha).
  split; [split; [exact Hs|split; assumption]|]. split; [reflexivity|exact Ha].
Qed.

Lemma replace_current_well_formed r session :
  Record_well_formed r -> Session_well_formed session -> Record_well_formed (replace_current r session).
Proof. intros (_ & Hp & Hn) Hs. split; [exact Hs|split; assumption]. Qed.

Lemma promote_safe r i session :
  Record_well_formed r -> Current_fits r -> 0 <= i < seq_len (Record_previous r) ->
  Session_well_formed session ->
  yields (promote r i session) (fun r' =>
    Record_well_formed r' /\ Record_current r' = Some session /\ archived_from r r').
Proof.
  intros (Hc & Hp & Hn) Hf Hi Hs. unfold promote. unfold MAX_ARCHIVED in Hn.
  apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hbefore.
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_checked; [lia|].
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hafter.
  eapply yields_mono; [apply set_current_safe; [|exact Hf|exact Hs]|].
  - split; [exact Hc|]. split.
    + apply Forall_concat; apply Forall_firstn', Forall_skipn', Hp.
    + cbn [Record_previous]. rewrite seq_len_concat, Hbefore, Hafter. unfold MAX_ARCHIVED. lia.
  - intros r' (H1 & H2 & H3). split; [exact H1|]. split; [exact H2|]. intros Hshort Hprevious.
    apply H3; [exact Hshort|].
    apply Forall_concat; apply Forall_firstn', Forall_skipn', Hprevious.
Qed.

(** * What is stored *)

Lemma firstn_next {A} (l : list A) i x : nth_error l i = Some x -> firstn (S i) l = firstn i l ++ [x].
Proof.
  revert i. induction l as [|y l IH]; intros [|i] E; try discriminate E; cbn in *.
  - now injection E as ->.
  - now rewrite (IH i E).
Qed.

(** What is written is bytes, and no session in it is longer. *)
Lemma encode_record_safe r :
  Record_well_formed r -> Current_fits r ->
  yields (encode_record r) (fun out =>
    bytes out /\ Forall (fun b => seq_len b <= seq_len out) (Record_previous r) /\
    typed_option (fun s => exists b, encode_session s = Ret b /\ seq_len b <= seq_len out)
      (Record_current r)).
Proof.
  intros (Hc & Hp & _) Hf. unfold encode_record, Current_fits in *. cbv zeta. apply yields_bind.
  apply (yields_mono _ (fun out => bytes out /\
    typed_option (fun s => exists b, encode_session s = Ret b /\ seq_len b <= seq_len out)
      (Record_current r))).
  - destruct (Record_current r) as [session|]; [|split; [constructor|exact I]].
    pose proof (encode_session_safe _ Hc Hf) as H. apply yields_value in H. destruct H as (b & E & Hb).
    rewrite E. cbn [bind yields typed_option]. split; [apply put_secret_gives_bytes; [constructor|exact Hb]|].
    exists b. split; [exact E|]. pose proof (put_bytes_is_longer [] RECORD_CURRENT b) as Hlen.
    rewrite seq_len_nil in Hlen. exact Hlen.
  - intros out (Hout & Hcurrent).
    apply (yields_for (fun i written => bytes written /\ seq_len out <= seq_len written /\
      Forall (fun b => seq_len b <= seq_len written) (firstn (Z.to_nat i) (Record_previous r)))).
    + split; [exact Hout|]. split; [lia|constructor].
    + intros i written Hi (Hw & Hlonger & Hall). apply yields_bind.
      apply (yields_index bytes); [exact Hp|exact Hi|]. intros b E Hb.
      pose proof (put_bytes_is_longer written RECORD_PREVIOUS b) as Hlen.
      pose proof (seq_len_nonneg b). pose proof (seq_len_nonneg written).
      split; [apply put_secret_gives_bytes; assumption|]. unfold put_secret. split; [lia|].
      replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia.
      rewrite (firstn_next _ _ _ E). apply Forall_app. split; [|constructor; [lia|constructor]].
      eapply Forall_impl; [|exact Hall]. cbn beta. lia.
    + intros out' (Hout' & Hlonger & Hall). split; [exact Hout'|]. split.
      * rewrite firstn_all2 in Hall; [exact Hall|].
        pose proof (seq_len_nonneg (Record_previous r)). unfold seq_len in *. lia.
      * destruct (Record_current r) as [session|]; [|exact I]. destruct Hcurrent as (b & E & Hb).
        exists b. split; [exact E|lia].
Qed.

Lemma import_current_safe b :
  typed_option stored b ->
  yields (import_current b)
    (typed_result (typed_option (fun s => Session_well_formed s /\ Session_fits s)) RecordError_typed).
Proof.
  intros Hb. destruct b as [b|]; [|exact I]. unfold import_current.
  attempt_by (decode_session_safe b Hb) session Hs. exact Hs.
Qed.

(** An archived session that cannot be decoded stays as it is. *)
Lemma import_archived_safe b : stored b -> yields (import_archived b) bytes.
Proof.
  intros Hb. unfold import_archived. cbv zeta.
  eapply yields_try; [exact (decode_session_safe b Hb)| |].
  - intros session (Hs & Hf). apply encode_session_safe; assumption.
  - intros e _. apply Hb.
Qed.

(** Any stored bytes are imported as a well-formed record, or refused. *)
Lemma import_record_safe b :
  stored b ->
  yields (import_record b) (typed_result (fun r => Record_well_formed r /\ Current_fits r) RecordError_typed).
Proof.
  intros Hb. unfold import_record. cbv zeta.
  attempt_by (stored_fields_safe b Hb) fields Hf.
  attempt_by (stored_optional_safe b fields RECORD_CURRENT Hf) current_field Hcurrent_field.
  attempt_by (stored_all_safe b fields RECORD_PREVIOUS Hf) items (Hitems & _).
  attempt_by (import_current_safe current_field Hcurrent_field) current Hcurrent.
  destruct (MAX_ARCHIVED <? seq_len items) eqn:E; [exact I|]. unfold MAX_ARCHIVED in E.
  apply yields_bind, (yields_for (fun i previous => typed_seq bytes previous /\ seq_len previous = i)).
  - split; [constructor|reflexivity].
  - intros i previous Hi (Hp & Hn). apply yields_bind, (yields_index stored); [exact Hitems|exact Hi|].
    intros item _ Hitem. call_by (import_archived_safe item Hitem) kept Hkept.
    split; [apply Forall_push; assumption|]. rewrite seq_len_push. lia.
  - intros previous (Hp & Hn). pose proof (seq_len_nonneg items). split.
    + split; [|split; [exact Hp|cbn [Record_previous]; unfold MAX_ARCHIVED; lia]].
      destruct current; [apply Hcurrent|exact I].
    + unfold Current_fits. destruct current; [apply Hcurrent|exact I].
Qed.

Lemma save_record_safe r : Record_well_formed r -> Current_fits r -> yields (save_record r) bytes.
Proof.
  intros Hr Hf. unfold save_record, SAVED_FORMAT. cbv zeta.
  apply yields_bind, yields_set; [rewrite seq_len_fill; lia|]. intros _.
  call_by (encode_record_safe r Hr Hf) out (Hout & _). apply Forall_concat; [|exact Hout].
  constructor; [unfold typed_int; simpl; lia|constructor].
Qed.

(** Any stored bytes are loaded as a well-formed record, or refused; what is loaded is not larger than the
    bytes. *)
Lemma load_record_safe b :
  stored b ->
  yields (load_record b) (typed_result (fun r => Record_well_formed r /\ Record_fits r) RecordError_typed).
Proof.
  intros (Hb & Hshort). unfold load_record. pose proof (seq_len_nonneg b).
  destruct (seq_len b =? 0) eqn:E; [exact I|].
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hlen.
  apply yields_bind, yields_slice; [lia|lia|lia|]. intros Hone.
  apply yields_bind, yields_index_any; [lia|]. intros format _.
  destruct (format =? SAVED_FORMAT); [|exact I].
  match type of Hlen with seq_len ?rest = _ =>
    assert (Hrest : stored rest) by (split; [apply Forall_firstn', Forall_skipn', Hb|lia]);
    generalize dependent rest
  end.
  intros rest Hlen Hrest. attempt_by (import_record_safe rest Hrest) r (Hr & Hf).
  call_by (encode_record_safe r Hr Hf) out (_ & Hall & Hcurrent).
  destruct (seq_eqb Z.eqb out rest) eqn:Eq; [|exact I].
  apply seq_eqb_eq in Eq. subst out. destruct Hrest as (_ & Hrest). split; [exact Hr|]. split; [exact Hf|].
  split.
  - eapply Forall_impl; [|exact Hall]. intros item Hitem. cbn beta in Hitem. unfold short. lia.
  - unfold Current_is_short. destruct (Record_current r) as [session|]; [|exact I].
    destruct Hcurrent as (whole & Ewhole & Hwhole).
    destruct (encoding_without_pending_is_not_longer session whole Ewhole) as (shorter & Eshorter & Hshorter).
    intros encoded Eencoded. change (encode_session (without session) = Ret encoded) in Eencoded.
    rewrite Eshorter in Eencoded. injection Eencoded as <-. unfold short. lia.
Qed.
End Safety.

#[export] Hint Resolve push_previous_safe archive_current_safe set_current_safe promote_safe
  encode_record_safe import_current_safe import_archived_safe import_record_safe save_record_safe
  load_record_safe : spec.
