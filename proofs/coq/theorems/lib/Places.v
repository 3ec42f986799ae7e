(** Lists known by what stands at each place. *)
From Coq Require Import ZifyBool.
From Coq Require FinFun.
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Fill.

(** * Places *)

(** An index that is inside gives the element there. *)
Lemma seq_index_nth {A} (d : A) s i : 0 <= i < seq_len s -> seq_index s i = Ret (nth (Z.to_nat i) s d).
Proof.
  intros H. destruct (seq_index_ret s i H) as (x & -> & E). now rewrite (nth_error_nth _ _ _ E).
Qed.

(** A list from a place on begins with what stands there. *)
Lemma skipn_step {A} (d : A) j s : (j < length s)%nat -> skipn j s = nth j s d :: skipn (S j) s.
Proof.
  revert j. induction s as [|a s IH]; intros j Hj; [simpl in Hj; lia|].
  destruct j as [|j]; [reflexivity|]. cbn [skipn nth]. rewrite (IH j) by (simpl in Hj; lia). reflexivity.
Qed.

(** What stands at each place after one was set. *)
Lemma nth_set_nth {A} (d : A) s i j v :
  (i < length s)%nat -> nth j (set_nth s i v) d = if Nat.eqb i j then v else nth j s d.
Proof.
  revert i j. induction s as [|a s IH]; simpl; intros i j H; [lia|].
  destruct i, j; simpl; auto. apply IH. lia.
Qed.

(** Element [j] of a list that is changed at [at'] alone. *)
Lemma nth_after_set s at' j v :
  0 <= at' < seq_len s ->
  nth j (set_nth s (Z.to_nat at') v) 0 = if Z.of_nat j =? at' then v else nth j s 0.
Proof.
  intros H. rewrite nth_set_nth by (unfold seq_len in H; lia).
  destruct (Nat.eqb_spec (Z.to_nat at') j), (Z.eqb_spec (Z.of_nat j) at'); auto; lia.
Qed.

(** What holds at each place holds of the list. *)
Lemma Forall_of_nth {A} (P : A -> Prop) (d : A) s :
  (forall j, 0 <= j < seq_len s -> P (nth (Z.to_nat j) s d)) -> Forall P s.
Proof.
  intros H. apply Forall_forall. intros x Hx. apply (In_nth s x d) in Hx as (j & Hj & <-).
  replace j with (Z.to_nat (Z.of_nat j)) by lia. apply H. unfold seq_len. lia.
Qed.

(** What holds of the list holds at each place. *)
Lemma nth_of_Forall {A} (P : A -> Prop) (d : A) s j :
  Forall P s -> 0 <= j < seq_len s -> P (nth (Z.to_nat j) s d).
Proof.
  intros H Hj. rewrite Forall_forall in H. apply H, nth_In. unfold seq_len in Hj. lia.
Qed.

(** * Lists of a function of the place *)

(** The integers from 0 on are distinct. *)
Lemma counted_distinct n : NoDup (counted n).
Proof. apply FinFun.Injective_map_NoDup; [intros a b; lia|apply seq_NoDup]. Qed.

(** There is one element for each place. *)
Lemma map_counted_len {A} (f : Z -> A) n : 0 <= n -> seq_len (map f (counted n)) = n.
Proof. intros H. unfold seq_len. rewrite map_length, counted_length. lia. Qed.

(** At each place stands the value of the function there. *)
Lemma nth_map_counted {A} (f : Z -> A) n x d : 0 <= x < n -> nth (Z.to_nat x) (map f (counted n)) d = f x.
Proof.
  intros H. unfold counted. rewrite map_map. rewrite nth_indep with (d' := f (Z.of_nat 0)).
  - rewrite (map_nth (fun k => f (Z.of_nat k)) (seq 0 (Z.to_nat n)) O), seq_nth by lia. f_equal. lia.
  - rewrite map_length, seq_length. lia.
Qed.

(** A list that has the value of a function at each place is the list of these values. *)
Lemma list_by_places {A} (d : A) n f s :
  0 <= n -> seq_len s = n -> (forall j, 0 <= j < n -> nth (Z.to_nat j) s d = f j) -> s = map f (counted n).
Proof.
  intros Hn Hl H. apply (nth_ext _ _ d d).
  - rewrite map_length, counted_length. unfold seq_len in Hl. lia.
  - intros j Hj. unfold seq_len in Hl. replace j with (Z.to_nat (Z.of_nat j)) by lia.
    rewrite nth_map_counted by lia. apply H. lia.
Qed.

(** * Loops *)

(** A loop whose round [i] puts at place [i] what has [P i]. *)
Lemma yields_build {A} (P : Z -> A -> Prop) (d : A) n (f : Z -> list A -> M (list A)) s :
  seq_len s = n ->
  (forall i t, 0 <= i < n -> seq_len t = n ->
     yields (f i t) (fun t' => exists v, t' = set_nth t (Z.to_nat i) v /\ P i v)) ->
  yields (for_loop_m 0 n s f)
    (fun t => seq_len t = n /\ forall j, 0 <= j < n -> P j (nth (Z.to_nat j) t d)).
Proof.
  intros Hs Hf.
  apply (yields_for
    (fun i t => seq_len t = n /\ forall j, 0 <= j < i -> P j (nth (Z.to_nat j) t d))).
  - split; [exact Hs|]. lia.
  - intros i t Hi (Ht & HP). eapply yields_mono; [apply Hf; auto|]. intros t' (v & -> & Hv). split.
    + unfold seq_len in *. rewrite set_nth_length. exact Ht.
    + intros j Hj. rewrite nth_set_nth by (unfold seq_len in Ht; lia).
      destruct (Nat.eqb_spec (Z.to_nat i) (Z.to_nat j)).
      * replace j with i by lia. exact Hv.
      * apply HP. lia.
  - pose proof (seq_len_nonneg s). replace (Z.max 0 n) with n by lia. auto.
Qed.
