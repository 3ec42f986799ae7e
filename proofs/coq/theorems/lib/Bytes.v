(** Bytes: tables of constants, words written as bytes, and steps through code that works on bytes. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** The types of the elements of a table of constants, by computation. *)
Lemma table_typed w s : forallb (in_range w) s = true -> Forall (typed_int w) s.
Proof.
  intros H. rewrite forallb_forall in H. apply Forall_forall. intros z Hz. specialize (H z Hz).
  unfold in_range in H. unfold typed_int. lia.
Qed.

(** The bytes of words, one word after the other. *)
Lemma be_bytes_of_words_typed n s :
  0 <= n -> typed_array (typed_int 8) (n * seq_len s) (seq_be_bytes n s).
Proof.
  intros Hn. induction s as [|x s [IHl IHt]].
  - split; [cbn; lia|constructor].
  - change (seq_be_bytes n (x :: s)) with (be_bytes n x ++ seq_be_bytes n s). split.
    + rewrite seq_len_app, seq_len_be_bytes, IHl, seq_len_cons by auto. lia.
    + apply Forall_app. split; [apply Forall_be_bytes|exact IHt].
Qed.

(** One step, where what is updated is bytes. *)
Ltac byte_step :=
  lazymatch goal with
  | |- yields (seq_update _ _ _) _ => apply (yields_update (typed_int 8))
  | |- yields (seq_update_start _ _) _ => apply (yields_update_start (typed_int 8))
  | _ => step
  end.

Ltac byte_steps := repeat (byte_step; try solve [range | typed]).

(** A call of a function by its specification, whose preconditions are types and ranges. *)
Ltac call specification :=
  eapply yields_mono; [apply specification; try solve [assumption | range | typed] |].

(** * Arrays: their elements keep their type, and they their length *)

Section Arrays.
  Context {A : Type} (P : A -> Prop) (n : Z).

  Lemma yields_array_index s i (Q : A -> Prop) :
    typed_array P n s -> 0 <= i < n -> (forall x, P x -> Q x) -> yields (seq_index s i) Q.
  Proof. intros [Hl Ht] Hi HQ. apply (yields_index P); [auto|lia|auto]. Qed.

  Lemma yields_array_set s i v (Q : list A -> Prop) :
    typed_array P n s -> 0 <= i < n -> P v -> (forall t, typed_array P n t -> Q t) ->
    yields (seq_set s i v) Q.
  Proof.
    intros [Hl Ht] Hi Hv HQ. apply yields_set; [lia|]. intros Hl'. apply HQ.
    split; [lia|]. apply Forall_set_nth; auto.
  Qed.

  Lemma array_filled d : 0 <= n -> P d -> typed_array P n (seq_fill d n).
  Proof. intros Hn Hd. split; [apply seq_len_fill; auto|apply Forall_fill; auto]. Qed.
End Arrays.

(** An index or an integer inside its bounds: mostly a literal or a counter of a loop. *)
Ltac bounds :=
  first [split; [intro; discriminate | reflexivity] | lia | unfold typed_int in *; simpl Z.pow in *; lia].

(** One step, where arrays are known by their types only. *)
Ltac array_step :=
  lazymatch goal with
  | |- yields (seq_index _ _) _ => eapply yields_array_index; [eassumption | bounds | intros]
  | |- yields (seq_set _ _ _) _ =>
      eapply yields_array_set; [eassumption | bounds | try solve [typed_integer] | intros]
  | |- yields (bind _ _) _ => apply yields_bind
  | |- yields (checked_add ?w ?x ?y) _ => apply (yields_checked w (x + y)); [bounds|]
  | |- yields (checked_sub ?w ?x ?y) _ => apply (yields_checked w (x - y)); [bounds|]
  | |- yields (checked_mul ?w ?x ?y) _ => apply (yields_checked w (x * y)); [bounds|]
  | |- yields (checked_div _ _) _ => apply yields_checked_div; [discriminate|]
  | |- yields (checked_rem _ _) _ => apply yields_checked_rem; [discriminate|]
  | |- yields (Ret _) _ => apply yields_ret
  end.
