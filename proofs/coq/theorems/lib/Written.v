(** What is written with [wire::protobuf] is bytes, whatever the numbers are and however long the contents. *)
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet.generated Require Import wire_protobuf.

Local Notation bytes := (typed_seq (typed_int 8)) (only parsing).

Lemma put_varint_gives_bytes out value : bytes out -> bytes (put_varint out value).
Proof.
  intros Hout. unfold put_varint. cbv zeta.
  match goal with |- context [for_loop ?from ?to ?a ?f] =>
    assert (H : bytes (fst (fst (for_loop from to a f)))); [|destruct (for_loop from to a f) as ((? & ?) & ?)]
  end; [|exact H].
  apply (for_invariant (fun _ state => bytes (fst (fst state)))); [exact Hout|].
  intros _ ((written & rest) & done) _ H. cbn [fst] in *.
  destruct (negb done); [|exact H]. destruct (rest <? 128); apply Forall_push; try exact H.
  - apply typed_int_cast. lia.
  - apply typed_int_lor; [lia|apply typed_int_cast; lia|]. unfold typed_int. simpl. lia.
Qed.

Lemma put_varint_field_gives_bytes out number value : bytes out -> bytes (put_varint_field out number value).
Proof. intros. unfold put_varint_field. cbv zeta. now do 2 apply put_varint_gives_bytes. Qed.

Lemma put_uint32_gives_bytes out number value : bytes out -> bytes (put_uint32 out number value).
Proof. apply put_varint_field_gives_bytes. Qed.

Lemma put_nonzero_gives_bytes out number value : bytes out -> bytes (put_nonzero out number value).
Proof. intros. unfold put_nonzero. destruct (value =? 0); auto using put_varint_field_gives_bytes. Qed.

Lemma put_bytes_gives_bytes out number value : bytes out -> bytes value -> bytes (put_bytes out number value).
Proof.
  intros. unfold put_bytes. cbv zeta. apply Forall_concat; [|assumption].
  now do 2 apply put_varint_gives_bytes.
Qed.

(** * What is written is put behind what is there *)

(** A function that only appends, always the same. *)
Definition appends (f : list Z -> list Z) : Prop := exists t, forall out, f out = out ++ t.

Lemma appends_nothing : appends (fun out => out).
Proof. exists []. intros. now rewrite app_nil_r. Qed.

Lemma appends_then f g : appends f -> appends g -> appends (fun out => g (f out)).
Proof. intros (t & Ht) (u & Hu). exists (t ++ u). intros out. now rewrite Hu, Ht, app_assoc. Qed.

Lemma put_varint_appends_bytes value : appends (fun out => put_varint out value).
Proof.
  unfold appends, put_varint. cbv zeta. unfold for_loop.
  match goal with |- context [iterate ?count _ ?f _] => set (step := f); generalize count as n end.
  intros n. exists (fst (fst (iterate n 0 step ([], value, false)))). intros out.
  assert (H : forall written, iterate n 0 step (out ++ written, value, false)
    = let '(written', rest, done) := iterate n 0 step (written, value, false) in
      (out ++ written', rest, done)).
  { generalize 0 as i, value as rest, false as done.
    induction n as [|n IH]; intros i rest done written; [reflexivity|]. cbn [iterate]. unfold step at 2 4.
    destruct (negb done); [|apply IH].
    destruct (rest <? 128); unfold seq_push; rewrite <- !app_assoc; apply IH. }
  specialize (H []). rewrite app_nil_r in H. rewrite H.
  now destruct (iterate n 0 step ([], value, false)) as ((written & rest) & done).
Qed.

Lemma put_varint_field_appends number value : appends (fun out => put_varint_field out number value).
Proof.
  exact (appends_then _ _ (put_varint_appends_bytes (Z.lor (shl 64 number 3) WIRE_VARINT))
    (put_varint_appends_bytes value)).
Qed.

Lemma put_nonzero_appends number value : appends (fun out => put_nonzero out number value).
Proof. unfold put_nonzero. destruct (value =? 0); [apply appends_nothing|apply put_varint_field_appends]. Qed.

(** A content is written whole. *)
Lemma put_bytes_ends_in_content number value :
  exists t, forall out, put_bytes out number value = out ++ t ++ value.
Proof.
  destruct (put_varint_appends_bytes (Z.lor (shl 64 number 3) WIRE_BYTES)) as (t & Ht).
  destruct (put_varint_appends_bytes (seq_len value)) as (u & Hu).
  exists (t ++ u). intros out. unfold put_bytes. cbv zeta. rewrite Hu, Ht. unfold seq_concat.
  now rewrite <- !app_assoc.
Qed.

Lemma put_bytes_appends number value : appends (fun out => put_bytes out number value).
Proof. destruct (put_bytes_ends_in_content number value) as (t & Ht). exists (t ++ value). apply Ht. Qed.

Lemma put_bytes_is_longer out number value :
  seq_len out + seq_len value <= seq_len (put_bytes out number value).
Proof.
  destruct (put_bytes_ends_in_content number value) as (t & Ht). rewrite Ht, !seq_len_app.
  pose proof (seq_len_nonneg t). lia.
Qed.

(** The same of a function that may panic: whether it does, and what it appends, does not depend on what is
    there. *)
Definition appends_m (f : list Z -> M (list Z)) : Prop :=
  exists r, forall out, f out = bind r (fun t => Ret (out ++ t)).

Lemma appends_m_ret f : appends f -> appends_m (fun out => Ret (f out)).
Proof. intros (t & Ht). exists (Ret t). intros out. now rewrite Ht. Qed.

Lemma appends_m_then f g : appends_m f -> appends_m g -> appends_m (fun out => bind (f out) g).
Proof.
  intros (r & Hr) (s & Hs). exists (bind r (fun t => bind s (fun u => Ret (t ++ u)))). intros out. rewrite Hr.
  destruct r as [t|]; [|reflexivity]. cbn [bind]. rewrite Hs. destruct s as [u|]; [|reflexivity].
  cbn [bind]. now rewrite app_assoc.
Qed.

Lemma appends_m_after {A} (m : M A) f :
  (forall x, appends_m (f x)) -> appends_m (fun out => bind m (fun x => f x out)).
Proof.
  intros H. destruct m as [x|]; [exact (H x)|]. exists Panic. reflexivity.
Qed.

Lemma appends_m_for from to f :
  (forall i, appends_m (f i)) -> appends_m (fun out => for_loop_m from to out f).
Proof.
  intros H. unfold for_loop_m. generalize (Z.to_nat (to - from)) as n. intros n. revert from.
  induction n as [|n IH]; intros i.
  - apply (appends_m_ret (fun out => out)), appends_nothing.
  - exact (appends_m_then (f i) _ (H i) (IH (i + 1))).
Qed.
