(** Lists of numbered things, as stores of skipped keys are: removal, search, and how many there can be. *)
From Coq Require Import Permutation.
From Twinratchet Require Import Prelude theorems.Lib.
From Twinratchet Require Export theorems.lib.Value.

(** * The largest number *)

Definition highest (l : list Z) : Z := fold_right Z.max 0 l.

Lemma highest_nonneg l : 0 <= highest l.
Proof. induction l; simpl; lia. Qed.

Lemma highest_above l i : In i l -> i <= highest l.
Proof. induction l as [|j l IH]; simpl; [tauto|]. intros [->|H]; [lia|]. specialize (IH H). lia. Qed.

Lemma highest_is_in l : 0 < highest l -> In (highest l) l.
Proof.
  induction l as [|j l IH]; simpl; [lia|]. intros H.
  destruct (Z.max_spec j (highest l)) as [(H1 & ->)|(H1 & ->)].
  - right. apply IH. lia.
  - now left.
Qed.

(** * How many different numbers there are in a range *)

Lemma different_numbers_fit low high l :
  NoDup l -> (forall i, In i l -> low <= i <= high) -> seq_len l <= Z.max 0 (high - low + 1).
Proof.
  intros Hnd Hin.
  set (all := map (fun n => low + Z.of_nat n) (seq 0 (Z.to_nat (high - low + 1)))).
  assert (length l <= length all)%nat as H.
  { apply NoDup_incl_length; [exact Hnd|]. intros i Hi. specialize (Hin i Hi). apply in_map_iff.
    exists (Z.to_nat (i - low)). split; [lia|]. apply in_seq. lia. }
  unfold all in H. rewrite map_length, seq_length in H. unfold seq_len. lia.
Qed.

(** * Removal *)

Section Removal.
  Context {A : Type}.
  Implicit Types l : list A.

  (** What comes before and after a place, without it. *)
  Lemma removal_permutes l i x :
    nth_error l i = Some x -> Permutation l (x :: firstn i l ++ skipn (S i) l).
  Proof.
    revert i. induction l as [|y l IH]; intros [|i] H; try discriminate.
    - injection H as ->. reflexivity.
    - simpl. rewrite perm_swap. apply perm_skip. now apply IH.
  Qed.

  Lemma firstn_succ l n x : nth_error l n = Some x -> firstn (S n) l = firstn n l ++ [x].
  Proof.
    revert n. induction l as [|y l IH]; intros [|n] H; try discriminate.
    - now injection H as ->.
    - simpl. f_equal. now apply IH.
  Qed.

  Lemma firstn_set_nth_same l n y : firstn n (set_nth l n y) = firstn n l.
  Proof. revert n. induction l as [|x l IH]; intros [|n]; simpl; auto. now rewrite IH. Qed.

  (** The last one takes the place of the one that goes. *)
  Lemma swap_removal_permutes l i n x y :
    nth_error l i = Some x -> nth_error l n = Some y -> (i <= n)%nat ->
    Permutation (firstn (S n) l) (x :: firstn n (set_nth l i y)).
  Proof.
    intros Hx Hy Hi. destruct (Nat.eq_dec i n) as [->|Hne].
    - rewrite firstn_set_nth_same, (firstn_succ l n x Hx). symmetry. apply Permutation_cons_append.
    - rewrite (firstn_succ l n y Hy). clear Hy. assert (i < n)%nat as H by lia. clear Hi Hne.
      revert i n Hx H. induction l as [|z l IH]; intros [|i] [|n] Hx H; try discriminate; try lia.
      + injection Hx as ->. simpl. apply perm_skip. symmetry. apply Permutation_cons_append.
      + simpl. rewrite perm_swap. apply perm_skip. apply IH; [exact Hx|lia].
  Qed.
End Removal.

(** * Numbers in ascending order *)

(** Strictly ascending, from [low] on. *)
Fixpoint ascending (low : Z) (l : list Z) : Prop :=
  match l with
  | [] => True
  | i :: rest => low <= i /\ ascending (i + 1) rest
  end.

Lemma ascending_in low l i : ascending low l -> In i l -> low <= i.
Proof.
  revert low. induction l as [|j l IH]; intros low; [simpl; tauto|]. intros (H1 & H2) [->|H]; [exact H1|].
  specialize (IH _ H2 H). lia.
Qed.

Lemma ascending_from low low' l : low' <= low -> ascending low l -> ascending low' l.
Proof. destruct l; simpl; [tauto|]. intros H (H1 & H2). split; [lia|exact H2]. Qed.

Lemma ascending_app low l l' :
  ascending low (l ++ l') <->
  ascending low l /\ ascending low l' /\ forall i j, In i l -> In j l' -> i < j.
Proof.
  revert low. induction l as [|k l IH]; intros low; simpl; [tauto|]. rewrite IH. split.
  - intros (H1 & H2 & H3 & H4). split; [tauto|]. split; [now apply (ascending_from (k + 1)); [lia|]|].
    intros i j [<-|Hi] Hj; [pose proof (ascending_in _ _ _ H3 Hj); lia|auto].
  - intros ((H1 & H2) & H3 & H4). split; [exact H1|]. split; [exact H2|]. split; [|auto].
    destruct l' as [|j l']; [exact I|]. destruct H3 as (H3 & H5). split; [|exact H5].
    assert (k < j) by (apply H4; simpl; auto). lia.
Qed.

Lemma ascending_push low l i :
  ascending low l -> low <= i -> (forall j, In j l -> j < i) -> ascending low (l ++ [i]).
Proof.
  intros H1 H2 H3. apply ascending_app. split; [exact H1|]. split; [simpl; auto|].
  intros j k Hj [<-|[]]. auto.
Qed.

Lemma ascending_skipn low l n : ascending low l -> ascending low (skipn n l).
Proof. rewrite <- (firstn_skipn n l) at 1. rewrite ascending_app. tauto. Qed.

Lemma ascending_removal low l n : ascending low l -> ascending low (firstn n l ++ skipn (S n) l).
Proof.
  intros H. pose proof H as H'. rewrite <- (firstn_skipn n l) in H. apply ascending_app in H as (H1 & _ & H3).
  apply ascending_app. split; [exact H1|]. split; [now apply ascending_skipn|].
  intros i j Hi Hj. apply H3; [exact Hi|]. revert Hj. clear. revert l.
  induction n as [|n IH]; intros [|k l]; simpl; auto.
Qed.

Lemma ascending_are_different low l : ascending low l -> NoDup l.
Proof.
  revert low. induction l as [|i l IH]; intros low; [constructor|]. intros (_ & H). constructor; [|eauto].
  intros Hi. pose proof (ascending_in _ _ _ H Hi). lia.
Qed.

(** The last one is the largest. *)
Lemma ascending_last low l i j :
  ascending low l -> nth_error l (length l - 1) = Some i -> In j l -> j <= i.
Proof.
  intros H Hi Hj. pose proof (nth_error_In _ _ Hi) as Hin.
  assert (length l = S (length l - 1)) as Hlen by (destruct l; simpl in *; [tauto|lia]).
  assert (l = firstn (length l - 1) l ++ [i]) as E.
  { rewrite <- (firstn_succ _ _ _ Hi), <- Hlen. symmetry. apply firstn_all. }
  rewrite E in H, Hj. apply ascending_app in H as (_ & _ & H). apply in_app_iff in Hj as [Hj|[<-|[]]]; [|lia].
  specialize (H j i Hj (or_introl eq_refl)). lia.
Qed.
