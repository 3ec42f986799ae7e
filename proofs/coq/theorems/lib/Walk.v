(** Walking through terms whose results are [Ok] or [Err]: for modules that mostly call others. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** What [typed_result], [typed_option] and [typed_pair] say of a constructor, in all hypotheses and the goal. *)
Ltac reveal :=
  cbn [typed_result typed_option typed_pair fst snd] in *;
  repeat match goal with
  | H : typed_pair _ _ _ |- _ => destruct H
  | x : (_ * _)%type |- _ => destruct x
  end.

(** A call by its lemma in [spec], a choice, or a value: one step, which leaves no goal about integers behind. *)
Ltac walk_step :=
  lazymatch goal with
  | |- yields (bind _ _) _ => apply yields_bind
  | |- yields (let _ := _ in _) _ => cbv zeta
  | |- yields (Ret _) _ => apply yields_ret
  | |- yields (if ?b then _ else _) _ => destruct b eqn:?
  | |- yields (match ?x with _ => _ end) _ => first [is_var x; destruct x | destruct x eqn:?]; reveal
  | |- yields _ _ => eapply yields_mono; [solve [eauto 8 with spec]|]
  | |- forall _, _ => intro; reveal
  end.

(** Values of enumerations, and what is in the context already. *)
Ltac value :=
  first [exact I | assumption | solve [simpl; auto] | solve [typed]].

Ltac walk := repeat (walk_step; try value).

(** A call that gives [Ok] or [Err], and what follows each. *)
Lemma yields_try {A B E} (m : M (result A E)) (f : A -> M B) (g : E -> M B) (P : A -> Prop) (R : E -> Prop) Q :
  yields m (typed_result P R) -> (forall a, P a -> yields (f a) Q) -> (forall e, R e -> yields (g e) Q) ->
  yields (bind m (fun r => match r with Ok a => f a | Err e => g e end)) Q.
Proof. destruct m as [[a|e]|]; cbn; auto. Qed.

(** A call whose error is passed on. *)
Tactic Notation "attempt_by" uconstr(lemma) simple_intropattern(x) simple_intropattern(Hx) :=
  eapply yields_try; [apply lemma|intros x Hx|let e := fresh in let He := fresh in intros e He; exact He].

(** A call, and what follows it. *)
Tactic Notation "call_by" uconstr(lemma) simple_intropattern(x) simple_intropattern(Hx) :=
  apply yields_bind; eapply yields_mono; [apply lemma|intros x Hx].
