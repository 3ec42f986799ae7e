(** Steps through generated code that forget how a sequence was made, and keep its length and the type of its
    elements.

    Contexts stay small, which is what makes long bodies with many indices quick to check. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Integers.

Section Forgetful.
Context {A : Type}.
Implicit Types (P : A -> Prop) (s t : list A).

(** An element has the type of the elements. *)
Lemma yields_element P s i (Q : A -> Prop) :
  Forall P s -> 0 <= i < seq_len s -> (forall x, P x -> Q x) -> yields (seq_index s i) Q.
Proof. intros Hs Hi HQ. eapply yields_index; eauto. Qed.

(** Setting an element keeps the length and the type of the elements. *)
Lemma yields_set_element P s i v (Q : list A -> Prop) :
  Forall P s -> P v -> 0 <= i < seq_len s ->
  (forall u, Forall P u -> seq_len u = seq_len s -> Q u) -> yields (seq_set s i v) Q.
Proof. intros Hs Hv Hi HQ. apply yields_set; auto. intros Hlen. apply HQ; auto using Forall_set_nth. Qed.

(** A slice has its length and the type of the elements. *)
Lemma yields_part P s start n (Q : list A -> Prop) :
  Forall P s -> 0 <= start -> 0 <= n -> start + n <= seq_len s ->
  (forall u, Forall P u -> seq_len u = n -> Q u) -> yields (seq_slice s start n) Q.
Proof.
  intros Hs H1 H2 H3 HQ. apply yields_slice; auto. intros Hlen.
  apply HQ; auto using Forall_firstn', Forall_skipn'.
Qed.

(** The same, into an array of the length of the slice. *)
Lemma yields_array_part P (d : A) n s start (Q : list A -> Prop) :
  Forall P s -> 0 <= start -> 0 <= n -> start + n <= seq_len s ->
  (forall u, Forall P u -> seq_len u = n -> Q u) -> yields (array_from_slice_with d n s start n) Q.
Proof.
  intros Hs H1 H2 H3 HQ. apply yields_array_from_slice_with; auto. intros Hlen.
  apply HQ; auto using Forall_firstn', Forall_skipn'.
Qed.

(** An update keeps the length and the type of the elements. *)
Lemma yields_updated P s start t (Q : list A -> Prop) :
  Forall P s -> Forall P t -> 0 <= start -> start + seq_len t <= seq_len s ->
  (forall u, Forall P u -> seq_len u = seq_len s -> Q u) -> yields (seq_update s start t) Q.
Proof. intros. eapply yields_update; eauto. Qed.
End Forgetful.

(** Integers and lengths, without looking into lists. *)
Ltac whole := unfold typed_int, below in *; put_together; lia.

(** That all elements have a type, by assumption or by how the sequence was made. *)
Ltac elements :=
  first
    [ eassumption
    | lazymatch goal with
      | |- Forall _ (seq_concat _ _) => apply Forall_concat; elements
      | |- Forall _ (seq_push _ _) => apply Forall_push; [elements|element]
      | |- Forall _ (seq_fill _ _) => apply Forall_fill; element
      | |- Forall _ (le_bytes _ _) => apply Forall_le_bytes
      | |- Forall _ (be_bytes _ _) => apply Forall_be_bytes
      | |- Forall _ [] => apply Forall_nil
      | |- typed_seq _ _ => unfold typed_seq; elements
      end ]
with element := first [eassumption | typed_integer | whole].

Ltac walk_step :=
  lazymatch goal with
  | |- yields (Ret _) _ => apply yields_ret
  | |- yields (bind _ _) _ => apply yields_bind
  | |- yields (checked_add ?w ?x ?y) _ => apply (yields_checked w (x + y)); [try whole|]
  | |- yields (checked_sub ?w ?x ?y) _ => apply (yields_checked w (x - y)); [try whole|]
  | |- yields (checked_mul ?w ?x ?y) _ => apply (yields_checked w (x * y)); [try whole|]
  | |- yields (checked_div _ _) _ => apply yields_checked_div; [try whole|]
  | |- yields (checked_rem _ _) _ => apply yields_checked_rem; [try whole|]
  | |- yields (checked_shl _ _ _) _ => apply yields_checked_shl; [try whole|]
  | |- yields (checked_shr _ _ _) _ => apply yields_checked_shr; [try whole|]
  | |- yields (seq_index _ _) _ => eapply yields_element; [elements|try whole|intros ? ?]
  | |- yields (seq_set _ _ _) _ => eapply yields_set_element; [elements|try element|try whole|intros ? ? ?]
  | |- yields (seq_slice _ _ _) _ => eapply yields_part; [elements|try whole..|intros ? ? ?]
  | |- yields (seq_update _ _ _) _ => eapply yields_updated; [elements|try elements|try whole..|intros ? ? ?]
  | |- yields (seq_update_start _ _) _ =>
      eapply yields_updated; [elements|try elements|try whole..|intros ? ? ?]
  | |- yields (array_from_seq _ _) _ => apply yields_array_from_seq; [try whole|]
  | |- yields (array_from_slice _ _ _ _) _ => eapply yields_array_part; [elements|try whole..|intros ? ? ?]
  | |- yields (seq_num_exact_chunks _ _) _ => apply yields_num_exact_chunks; [try whole|]
  | |- yields (if ?b then _ else _) _ => destruct b eqn:?
  | |- yields (let _ := _ in _) _ => cbv zeta
  end.

(** As far as nothing but ranges and types of elements is needed; loops and calls stop it. *)
Ltac walk := repeat walk_step.

(** A call, by its specification. *)
Tactic Notation "call" uconstr(spec) := eapply yields_mono; [eapply spec|].
