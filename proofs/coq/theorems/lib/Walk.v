(** Walking through terms whose results are [Ok] or [Err]: for modules that mostly call others. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** A call that gives [Ok] or [Err], and what follows each. *)
Lemma yields_try {A B E} (m : M (result A E)) (f : A -> M B) (g : E -> M B) (P : A -> Prop)
    (R : E -> Prop) Q :
  yields m (typed_result P R) -> (forall a, P a -> yields (f a) Q) -> (forall e, R e -> yields (g e) Q) ->
  yields (bind m (fun r => match r with Ok a => f a | Err e => g e end)) Q.
Proof. destruct m as [[a|e]|]; cbn; auto. Qed.

(** A call whose error is passed on. *)
Tactic Notation "attempt_by" uconstr(lemma) simple_intropattern(x) simple_intropattern(Hx) :=
  eapply yields_try; [apply lemma|intros x Hx|let e := fresh in let He := fresh in intros e He; exact He].

(** A call, and what follows it. *)
Tactic Notation "call_by" uconstr(lemma) simple_intropattern(x) simple_intropattern(Hx) :=
  apply yields_bind; eapply yields_mono; [apply lemma|intros x Hx].
