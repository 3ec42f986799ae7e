(** Panic-freedom of [wire::protobuf], on any bytes.

    Positions are added to one another and to lengths in 64 bits. The bound of [2 ^ 62] on the length of what
    is parsed keeps the sums in range; no machine holds that many bytes. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Varint.
From Twinratchet.generated Require Import keys wire wire_protobuf.

(** * What a parser gives *)

(** The content of the field lies within the bytes. *)
Definition field_within (bytes : list Z) (field : Field) : Prop :=
  Field_typed field /\ Field_start field + Field_length field <= seq_len bytes.

Lemma fields_within_are_typed bytes fields : Forall (field_within bytes) fields -> Forall Field_typed fields.
Proof. apply Forall_impl. intros f H. apply H. Qed.

Section Safety.
Variable bytes : list Z.
Hypothesis bytes_typed : typed_seq (typed_int 8) bytes.
Hypothesis bytes_short : seq_len bytes < 2 ^ 62.

(** * Reading *)

(** A varint is read without a panic, and ends within the bytes. *)
Lemma read_varint_safe at' :
  0 <= at' <= seq_len bytes ->
  yields (read_varint bytes at')
    (typed_result (fun v => Varint_typed v /\ at' < Varint_next v <= seq_len bytes) WireError_typed).
Proof.
  intros Hat. unfold read_varint, MAX_VARINT_LENGTH. cbv zeta.
  apply yields_bind.
  apply (yields_for (fun i '(value, length', done, fits) =>
    typed_int 64 value /\ 0 <= length' <= 10 /\
    (done = true -> 1 <= length' /\ at' + length' <= seq_len bytes))).
  - unfold typed_int. lia.
  - intros i [[[value length'] done] fits] Hi (Hv & Hl & Hd).
    apply yields_bind.
    assert (Hread : yields
      (if negb done then let! tmp' := checked_add 64 at' i in Ret (tmp' <? seq_len bytes) else Ret false)
      (fun b => b = true -> at' + i < seq_len bytes)).
    { destruct (negb done); steps. }
    eapply yields_mono; [exact Hread|]. intros b Hb. destruct b; [|steps; auto].
    specialize (Hb eq_refl). steps. split; [|lia]. typed.
  - intros [[[value length'] done] fits] (Hv & Hl & Hd).
    destruct (done && fits) eqn:E; [|steps].
    assert (done = true) by (destruct done; auto). steps. simpl. typed.
Qed.

(** A tag is read without a panic, and ends within the bytes. *)
Lemma read_tag_safe at' :
  0 <= at' <= seq_len bytes ->
  yields (read_tag bytes at')
    (typed_result (fun t => Tag_typed t /\ at' < Tag_next t <= seq_len bytes) WireError_typed).
Proof.
  intros Hat. unfold read_tag. apply yields_bind. eapply yields_mono; [apply (read_varint_safe at' Hat)|].
  intros [tag|error] H; [|exact H]. destruct H as ((Hv & Hn) & Hw). cbv zeta.
  destruct (_ || _); [exact I|]. simpl. typed.
Qed.

Section Fields.
Variable tag : Tag.
Hypothesis tag_typed : Tag_typed tag.
Hypothesis tag_within : 0 <= Tag_next tag <= seq_len bytes.

(** A field of a fixed length is read without a panic, and ends within the bytes. *)
Lemma fixed_field_safe length' :
  typed_int 64 length' ->
  yields (fixed_field bytes tag length')
    (typed_result (fun f => field_within bytes f /\ Tag_next tag <= Field_next f <= seq_len bytes)
      WireError_typed).
Proof.
  intros Hl. destruct tag_typed as (H1 & H2 & H3). unfold fixed_field, field_within. unfold typed_int in Hl.
  do 2 step; [lia|]. step; [exact I|]. do 2 step; [lia|].
  cbn [yields typed_result]. repeat split; try assumption; cbn; unfold typed_int in *; lia.
Qed.

(** A field with a varint is read without a panic, and ends within the bytes. *)
Lemma varint_field_safe :
  yields (varint_field bytes tag)
    (typed_result (fun f => field_within bytes f /\ Tag_next tag <= Field_next f <= seq_len bytes)
      WireError_typed).
Proof.
  destruct tag_typed as (H1 & H2 & H3). unfold varint_field. apply yields_bind.
  eapply yields_mono; [apply (read_varint_safe _ tag_within)|].
  intros [v|error] H; [|exact H]. destruct H as ((Hv & Hn) & Hw).
  pose proof (seq_len_nonneg bytes). cbn [yields typed_result].
  repeat split; try assumption; cbn; unfold typed_int in *; lia.
Qed.

(** A field with bytes is read without a panic, and its content and its end lie within the bytes. *)
Lemma bytes_field_safe :
  yields (bytes_field bytes tag)
    (typed_result (fun f => field_within bytes f /\ Tag_next tag <= Field_next f <= seq_len bytes)
      WireError_typed).
Proof.
  destruct tag_typed as (H1 & H2 & H3). unfold bytes_field. apply yields_bind.
  eapply yields_mono; [apply (read_varint_safe _ tag_within)|].
  intros [v|error] H; [|exact H]. destruct H as ((Hv & Hn) & Hw). unfold typed_int in *.
  do 2 step; [lia|]. step; [exact I|]. cbv zeta. do 2 step; [lia|].
  cbn [yields typed_result]. repeat split; try assumption; cbn; lia.
Qed.
End Fields.

(** A field is read without a panic; its content lies within the bytes, and it ends further on. *)
Lemma read_field_safe at' :
  0 <= at' <= seq_len bytes ->
  yields (read_field bytes at')
    (typed_result (fun f => field_within bytes f /\ at' < Field_next f <= seq_len bytes) WireError_typed).
Proof.
  intros Hat. unfold read_field. apply yields_bind. eapply yields_mono; [apply (read_tag_safe _ Hat)|].
  intros [tag|error] H; [|exact H]. destruct H as (Ht & Hn).
  assert (Hw : 0 <= Tag_next tag <= seq_len bytes) by lia.
  assert (Hmono : forall r : result Field WireError,
    typed_result (fun f => field_within bytes f /\ Tag_next tag <= Field_next f <= seq_len bytes)
      WireError_typed r ->
    typed_result (fun f => field_within bytes f /\ at' < Field_next f <= seq_len bytes) WireError_typed r).
  { intros [f|error]; simpl; [|auto]. intros (Hf & Hb). split; [exact Hf|lia]. }
  repeat match goal with
  | |- yields (if ?b then _ else _) _ => destruct b
  | |- yields (varint_field _ _) _ => exact (yields_mono _ _ _ (varint_field_safe tag Ht Hw) Hmono)
  | |- yields (bytes_field _ _) _ => exact (yields_mono _ _ _ (bytes_field_safe tag Ht Hw) Hmono)
  | |- yields (fixed_field _ _ _) _ =>
      refine (yields_mono _ _ _ (fixed_field_safe tag Ht Hw _ _) Hmono); unfold typed_int; lia
  | |- yields (Ret _) _ => exact I
  end.
Qed.

(** Taking a field keeps what is known of the fields that were taken, and adds one at most. *)
Lemma take_field_safe reading field :
  Reading_typed reading -> Forall (field_within bytes) (Reading_fields reading) ->
  seq_len (Reading_groups reading) <= MAX_GROUP_DEPTH -> field_within bytes field ->
  yields (take_field reading field) (fun r =>
    Reading_typed r /\ Forall (field_within bytes) (Reading_fields r) /\
    seq_len (Reading_groups r) <= MAX_GROUP_DEPTH /\ Reading_at r = Field_next field /\
    seq_len (Reading_fields r) <= seq_len (Reading_fields reading) + 1).
Proof.
  intros (_ & Hg & Hf & _) Hfw Hd Hfield. destruct reading as [at' groups fields well_formed].
  cbn [Reading_groups Reading_fields] in Hg, Hf, Hfw, Hd. unfold MAX_GROUP_DEPTH in *.
  assert (Htyped : Field_typed field) by apply Hfield.
  assert (Hnumber : typed_int 32 (Field_number field)) by apply Htyped.
  assert (Hnext : typed_int 64 (Field_next field)) by apply Htyped.
  pose proof (seq_len_nonneg groups) as Hg0. unfold take_field, MAX_GROUP_DEPTH.
  cbn [Reading_groups Reading_fields Reading_well_formed]. cbv zeta.
  (* What is the same in all cases. *)
  assert (Hall : forall g f w,
    typed_seq (typed_int 32) g -> typed_seq Field_typed f -> Forall (field_within bytes) f ->
    seq_len g <= 100 ->
    seq_len f <= seq_len fields + 1 ->
    yields (Ret (mk_Reading (Field_next field) g f w)) (fun r =>
      Reading_typed r /\ Forall (field_within bytes) (Reading_fields r) /\
      seq_len (Reading_groups r) <= 100 /\ Reading_at r = Field_next field /\
      seq_len (Reading_fields r) <= seq_len fields + 1)).
  { intros. cbn. unfold Reading_typed, typed_any. cbn. tauto. }
  destruct (Field_wire_type field =? WIRE_END_GROUP).
  - destruct (Z.eqb_spec (seq_len groups) 0); cbn [bind]; [apply Hall; auto; lia|].
    unfold checked_sub. rewrite (checked_ret 64 (seq_len groups - 1)) by lia. cbn [bind].
    destruct (seq_index_ret groups (seq_len groups - 1)) as (g & -> & _); [lia|]. cbn [bind].
    rewrite seq_slice_ret by lia. cbn [bind]. apply Hall; auto; [|rewrite seq_len_slice by lia; lia|lia].
    apply Forall_firstn', Forall_skipn'. exact Hg.
  - destruct (Z.leb_spec 100 (seq_len groups)); cbn [bind]; [apply Hall; auto; lia|].
    destruct (seq_len groups =? 0); destruct (Field_wire_type field =? WIRE_START_GROUP);
      apply Hall; auto; rewrite ?seq_len_push; try lia; apply Forall_push; auto.
Qed.

(** Any bytes are parsed without a panic; the fields lie within the bytes, and are not more than these. *)
Lemma parse_fields_safe :
  yields (parse_fields bytes)
    (typed_result (fun fields => Forall (field_within bytes) fields /\ seq_len fields <= seq_len bytes)
      WireError_typed).
Proof.
  unfold parse_fields. cbv zeta. apply yields_bind.
  pose proof (seq_len_nonneg bytes) as H0.
  apply (yields_for (fun i r =>
    Reading_typed r /\ Forall (field_within bytes) (Reading_fields r) /\
    seq_len (Reading_groups r) <= MAX_GROUP_DEPTH /\ 0 <= Reading_at r <= seq_len bytes /\
    seq_len (Reading_fields r) <= i)).
  - repeat split; simpl; try constructor; unfold MAX_GROUP_DEPTH; rewrite ?seq_len_nil; lia.
  - intros i r Hi (Hr & Hf & Hd & Hat & Hn).
    destruct (Reading_well_formed r && (Reading_at r <? seq_len bytes)).
    + apply yields_bind. eapply yields_mono; [apply (read_field_safe _ Hat)|].
      intros [field|error] Hres.
      * destruct Hres as (Hfield & Hnext).
        eapply yields_mono; [apply take_field_safe; auto|].
        intros r' (T & F & D & A & N). rewrite A. repeat split; auto; try apply T; lia.
      * simpl. unfold refuse. simpl. repeat split; simpl; try apply Hr; auto; lia.
    + simpl. repeat split; auto; try apply Hr; lia.
  - intros r (Hr & Hf & Hd & Hat & Hn). destruct (_ && _); [|exact I]. simpl. split; [exact Hf|lia].
Qed.

(** * Taking fields by number *)

Section Fields_by_number.
Variable fields : list Field.
Hypothesis fields_typed : Forall Field_typed fields.

(** The last varint of a number is found without a panic. *)
Lemma last_varint_safe number :
  yields (last_varint fields number) (typed_result (typed_option (typed_int 64)) WireError_typed).
Proof.
  unfold last_varint. cbv zeta. apply yields_bind.
  apply (yields_for (fun i '(found, well_typed) => typed_option (typed_int 64) found)).
  - exact I.
  - intros i [found well_typed] Hi Hf.
    apply yields_bind. apply (yields_index Field_typed); auto. intros f Ef Tf.
    assert (Hindex : seq_index fields i = Ret f).
    { unfold seq_index. replace (i <? 0) with false by lia. now rewrite Ef. }
    destruct (_ =? number); [|exact Hf]. rewrite Hindex. cbn [bind].
    destruct (_ =? WIRE_VARINT); [|exact Hf]. simpl. apply Tf.
  - intros [found well_typed] Hf. destruct well_typed; [exact Hf|exact I].
Qed.

(** The last number of 32 bits is found without a panic. *)
Lemma last_uint32_safe number :
  yields (last_uint32 fields number) (typed_result (typed_option (typed_int 32)) WireError_typed).
Proof.
  unfold last_uint32. apply yields_bind. eapply yields_mono; [apply last_varint_safe|].
  intros [[value|]|error] H; simpl; auto. apply typed_int_cast. lia.
Qed.

(** A number that may be missing is found without a panic. *)
Lemma varint_or_zero_safe number :
  yields (varint_or_zero fields number) (typed_result (typed_int 64) WireError_typed).
Proof.
  unfold varint_or_zero. apply yields_bind. eapply yields_mono; [apply last_varint_safe|].
  intros [[value|]|error] H; simpl; auto. unfold typed_int. lia.
Qed.

(** A number of 32 bits that may be missing is found without a panic. *)
Lemma uint32_or_zero_safe number :
  yields (uint32_or_zero fields number) (typed_result (typed_int 32) WireError_typed).
Proof.
  unfold uint32_or_zero. apply yields_bind. eapply yields_mono; [apply last_uint32_safe|].
  intros [[value|]|error] H; simpl; auto. unfold typed_int. lia.
Qed.

Hypothesis fields_within : Forall (field_within bytes) fields.

(** The contents of a number are found without a panic: bytes, none longer than the whole, no more than
    fields. *)
Lemma all_bytes_safe number :
  yields (all_bytes bytes fields number)
    (typed_result
      (fun found =>
         Forall (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len bytes) found /\
         seq_len found <= seq_len fields)
      WireError_typed).
Proof.
  unfold all_bytes. cbv zeta. apply yields_bind.
  apply (yields_for (fun i '(found, well_typed) =>
    Forall (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len bytes) found /\
    seq_len found <= i)).
  - split; [constructor|reflexivity].
  - intros i [found well_typed] Hi (Hf & Hn).
    apply yields_bind. apply (yields_index (field_within bytes)); auto. intros f Ef (Tf & Wf).
    assert (Hindex : seq_index fields i = Ret f).
    { unfold seq_index. replace (i <? 0) with false by lia. now rewrite Ef. }
    destruct (_ =? number); [|simpl; split; [exact Hf|lia]]. rewrite Hindex. cbn [bind].
    destruct (_ =? WIRE_BYTES); [|simpl; split; [exact Hf|lia]].
    destruct Tf as (_ & _ & _ & Hs & Hl & _). unfold typed_int in Hs, Hl.
    apply yields_bind. apply yields_slice; [lia|lia|exact Wf|]. intros El. simpl.
    rewrite seq_len_push. split; [|lia]. apply Forall_push; [exact Hf|].
    split; [apply Forall_firstn', Forall_skipn'; exact bytes_typed|]. rewrite El. lia.
  - intros [found well_typed] (Hf & Hn). destruct well_typed; [|exact I]. simpl. split; [exact Hf|].
    pose proof (seq_len_nonneg fields). lia.
Qed.

Hypothesis fields_short : seq_len fields <= seq_len bytes.

(** The last content of a number is found without a panic: bytes, and not longer than the whole. *)
Lemma last_bytes_safe number :
  yields (last_bytes bytes fields number)
    (typed_result
      (typed_option (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len bytes))
      WireError_typed).
Proof.
  unfold last_bytes. apply yields_bind. eapply yields_mono; [apply all_bytes_safe|].
  intros [found|error] H; [|exact H]. destruct H as (Hf & Hn).
  destruct (Z.eqb_spec (seq_len found) 0); [exact I|]. pose proof (seq_len_nonneg found).
  do 2 step; [lia|]. step. eapply yields_index; [exact Hf|lia|]. intros x _ Hx. exact Hx.
Qed.

(** A content that may be missing is found without a panic. *)
Lemma bytes_or_empty_safe number :
  yields (bytes_or_empty bytes fields number)
    (typed_result (fun content => typed_seq (typed_int 8) content /\ seq_len content <= seq_len bytes)
      WireError_typed).
Proof.
  unfold bytes_or_empty. apply yields_bind. eapply yields_mono; [apply last_bytes_safe|].
  intros [[content|]|error] H; simpl; auto. split; [constructor|apply seq_len_nonneg].
Qed.
End Fields_by_number.
End Safety.

#[export] Hint Resolve read_varint_safe read_tag_safe fixed_field_safe varint_field_safe bytes_field_safe
  read_field_safe take_field_safe parse_fields_safe last_varint_safe last_uint32_safe varint_or_zero_safe
  uint32_or_zero_safe all_bytes_safe last_bytes_safe bytes_or_empty_safe : spec.

(** * Plain functions: types *)

(** A required content has what is known of the field. *)
Lemma required_bytes_typed (Q : list Z -> Prop) value :
  typed_option Q value -> typed_result Q WireError_typed (required_bytes value).
Proof. destruct value; simpl; auto. Qed.

(** A required number has what is known of the field. *)
Lemma required_uint32_typed (Q : Z -> Prop) value :
  typed_option Q value -> typed_result Q WireError_typed (required_uint32 value).
Proof. destruct value; simpl; auto. Qed.

(** A varint is written as bytes. *)
Lemma put_varint_typed out value :
  typed_seq (typed_int 8) out -> 0 <= value -> typed_seq (typed_int 8) (put_varint out value).
Proof.
  intros Ho Hv. rewrite put_varint_appends by exact Hv. apply Forall_app.
  split; [exact Ho|now apply varint_typed].
Qed.

(** The tag of a field is not negative. *)
Lemma field_tag_nonneg number type : 0 <= type -> 0 <= Z.lor (shl 64 number 3) type.
Proof. intros H. apply Z.lor_nonneg. split; [apply (typed_int_shl 64); lia|exact H]. Qed.

(** A field with a number is written as bytes. *)
Lemma put_varint_field_typed out number value :
  typed_seq (typed_int 8) out -> 0 <= value -> typed_seq (typed_int 8) (put_varint_field out number value).
Proof. intros. unfold put_varint_field. repeat apply put_varint_typed; auto. now apply field_tag_nonneg. Qed.

(** A number that is left out if it is zero is written as bytes. *)
Lemma put_nonzero_typed out number value :
  typed_seq (typed_int 8) out -> 0 <= value -> typed_seq (typed_int 8) (put_nonzero out number value).
Proof. intros. unfold put_nonzero. destruct (value =? 0); auto using put_varint_field_typed. Qed.

(** A number of 32 bits is written as bytes. *)
Lemma put_uint32_typed out number value :
  typed_seq (typed_int 8) out -> 0 <= value -> typed_seq (typed_int 8) (put_uint32 out number value).
Proof. apply put_varint_field_typed. Qed.

(** A field with a content is written as bytes. *)
Lemma put_bytes_typed out number value :
  typed_seq (typed_int 8) out -> typed_seq (typed_int 8) value ->
  typed_seq (typed_int 8) (put_bytes out number value).
Proof.
  intros. unfold put_bytes. apply Forall_concat; auto. repeat apply put_varint_typed; auto.
  - now apply field_tag_nonneg.
  - apply seq_len_nonneg.
Qed.
