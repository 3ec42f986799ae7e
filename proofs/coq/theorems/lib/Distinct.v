(** Lists without repetition, and parts of lists. *)
From Coq Require Import List Lia.
Import ListNotations.

Lemma NoDup_firstn {A} k (l : list A) : NoDup l -> NoDup (firstn k l).
Proof.
  intros H. rewrite <- (firstn_skipn k l) in H. revert H. generalize (skipn k l). intros r.
  induction (firstn k l) as [|x s IH]; [constructor|]. cbn. intros H. inversion H as [|? ? Hn Hd]; subst.
  constructor; [|auto]. intros Hin. apply Hn, in_app_iff. auto.
Qed.

Lemma NoDup_skipn {A} k (l : list A) : NoDup l -> NoDup (skipn k l).
Proof.
  intros H. rewrite <- (firstn_skipn k l) in H. induction (firstn k l) as [|x s IH]; [exact H|].
  apply IH. now inversion H.
Qed.

Lemma NoDup_app_one {A} (l : list A) x : NoDup l -> ~ In x l -> NoDup (l ++ [x]).
Proof.
  intros Hd Hn. rewrite <- (app_nil_r l) in Hd, Hn.
  apply NoDup_Add with (a := x) (l := l ++ []); [apply Add_app|auto].
Qed.

Lemma skipn_skipn {A} i j (l : list A) : skipn i (skipn j l) = skipn (j + i) l.
Proof. revert l. induction j as [|j IH]; intros [|x l]; cbn; auto. destruct i; reflexivity. Qed.

Lemma Forall2_skipn {A B} (Q : A -> B -> Prop) k l m : Forall2 Q l m -> Forall2 Q (skipn k l) (skipn k m).
Proof. intros H. revert k. induction H; intros [|k]; cbn; auto. Qed.

Lemma Forall2_same_length {A B} (Q : A -> B -> Prop) l m : Forall2 Q l m -> length l = length m.
Proof. induction 1; cbn; auto. Qed.

(** A list of pairs with distinct first halves is a function. *)
Lemma same_first_same_second {A B} (l : list (A * B)) x y z :
  NoDup (map fst l) -> In (x, y) l -> In (x, z) l -> y = z.
Proof.
  induction l as [|[a b] l IH]; [intros _ []|]. cbn. intros Hd. inversion Hd as [|? ? Hn Hd']; subst.
  intros [E|H1] [E'|H2].
  - congruence.
  - injection E as -> ->. exfalso. apply Hn. change x with (fst (x, z)). now apply in_map.
  - injection E' as -> ->. exfalso. apply Hn. change x with (fst (x, y)). now apply in_map.
  - eauto.
Qed.
