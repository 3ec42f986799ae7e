(** The value of a computation: from functions that may panic to total ones. *)
From Twinratchet Require Import Prelude theorems.Lib.

(** The value of a computation, and something else for a panic. *)
Definition value {A} (default : A) (m : M A) : A :=
  match m with
  | Ret a => a
  | Panic => default
  end.

(** A computation that yields something returns its value, and that is what it yields. *)
Lemma yields_its_value {A} (default : A) m Q : yields m Q -> m = Ret (value default m) /\ Q (value default m).
Proof. destruct m; simpl; tauto. Qed.

(** [m], if a machine can hold [n] bytes. *)
Definition within {A} (n : Z) (m : M A) : M A := if n <? 2 ^ 60 then m else Panic.

(** A computation that does not panic returns its value. *)
Lemma value_ret {A} (default : A) (m : M A) Q : yields m Q -> m = Ret (value default m).
Proof. intros H. exact (proj1 (yields_its_value default m Q H)). Qed.

(** A bound that holds changes nothing. *)
Lemma within_small {A} n (m : M A) : n < 2 ^ 60 -> within n m = m.
Proof. intros H. unfold within. now replace (n <? 2 ^ 60) with true by lia. Qed.

(** What holds of the value where it is the translated one, and of the other value, holds. *)
Lemma value_within {A} (default : A) n (m : M A) (Q : A -> Prop) :
  Q default -> (n < 2 ^ 60 -> Q (value default m)) -> Q (value default (within n m)).
Proof. intros Hd Hm. unfold within. destruct (n <? 2 ^ 60) eqn:E; [apply Hm; lia|exact Hd]. Qed.

(** What a computation yields holds of its value. *)
Lemma value_yields {A} (default : A) (m : M A) (Q : A -> Prop) : yields m Q -> Q (value default m).
Proof. intros H. exact (proj2 (yields_its_value default m Q H)). Qed.
