(** Loops that fill an array from its first element to its last. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** The integers from 0 on, [n] of them. *)
Definition counted (n : Z) : list Z := map Z.of_nat (seq 0 (Z.to_nat n)).

(** The element at an index that is inside. *)
Definition get (s : list Z) (i : Z) : Z := nth (Z.to_nat i) s 0.

Lemma yields_exactly {A} (m : M A) a : yields m (fun x => x = a) -> m = Ret a.
Proof. destruct m; simpl; intros; [congruence|tauto]. Qed.

Lemma counted_next i : 0 <= i -> counted (i + 1) = counted i ++ [i].
Proof.
  intros. unfold counted. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia.
  rewrite seq_S, map_app. simpl. now rewrite Z2Nat.id.
Qed.

Lemma counted_length n : length (counted n) = Z.to_nat n.
Proof. unfold counted. now rewrite map_length, seq_length. Qed.

Lemma counted_in n i : In i (counted n) <-> 0 <= i < n.
Proof.
  unfold counted. rewrite in_map_iff. split.
  - intros (k & <- & Hk). apply in_seq in Hk. lia.
  - intros H. exists (Z.to_nat i). rewrite in_seq. lia.
Qed.

Lemma index_get s i : 0 <= i < seq_len s -> seq_index s i = Ret (get s i).
Proof.
  intros H. destruct (seq_index_ret s i H) as (x & -> & E). unfold get.
  now rewrite (nth_error_nth s (Z.to_nat i) 0 E).
Qed.

Lemma get_typed P s i : Forall P s -> 0 <= i < seq_len s -> P (get s i).
Proof.
  intros Hs Hi. rewrite Forall_forall in Hs. apply Hs, nth_In. unfold seq_len in Hi. lia.
Qed.

Lemma get_counted v n i : 0 <= i < n -> get (map v (counted n)) i = v i.
Proof.
  intros H. unfold get. rewrite nth_indep with (d' := v 0).
  - rewrite map_nth. unfold counted. rewrite (map_nth Z.of_nat _ 0%nat), seq_nth by lia.
    f_equal. lia.
  - rewrite map_length, counted_length. lia.
Qed.

(** A sequence is what is read from it. *)
Lemma map_get s n : seq_len s = n -> map (get s) (counted n) = s.
Proof.
  intros <-. apply nth_ext with 0 0; rewrite map_length, counted_length; unfold seq_len.
  - lia.
  - intros k Hk. pose proof (get_counted (get s) (Z.of_nat (length s)) (Z.of_nat k)) as E.
    unfold get in E. rewrite Nat2Z.id in E. apply E. lia.
Qed.

Lemma map_counted_ext (v w : Z -> Z) n :
  (forall i, 0 <= i < n -> v i = w i) -> map v (counted n) = map w (counted n).
Proof. intros H. apply map_ext_in. intros i Hi. apply H, counted_in, Hi. Qed.

Lemma set_nth_after {A} (s t : list A) x v : set_nth (s ++ x :: t) (length s) v = s ++ v :: t.
Proof. induction s; simpl; congruence. Qed.

Lemma seq_fill_next {A} (d : A) n : 0 < n -> seq_fill d n = d :: seq_fill d (n - 1).
Proof. intros. unfold seq_fill. now replace (Z.to_nat n) with (S (Z.to_nat (n - 1))) by lia. Qed.

(** A loop whose round [i] sets element [i] to [v i] makes the array of all [v i]. *)
Lemma for_fills n (v : Z -> Z) body :
  0 <= n ->
  (forall i out, 0 <= i < n -> seq_len out = n -> body i out = seq_set out i (v i)) ->
  for_loop_m 0 n (seq_fill 0 n) body = Ret (map v (counted n)).
Proof.
  intros Hn Hbody. apply yields_exactly.
  apply (yields_for (fun i out => out = map v (counted i) ++ seq_fill 0 (n - i))).
  - now rewrite Z.sub_0_r.
  - intros i out Hi ->.
    assert (Hl : length (map v (counted i)) = Z.to_nat i) by (rewrite map_length; apply counted_length).
    assert (seq_len (map v (counted i) ++ seq_fill 0 (n - i)) = n).
    { rewrite seq_len_app, seq_len_fill by lia. unfold seq_len. lia. }
    rewrite Hbody, seq_set_ret by (auto; lia). simpl.
    rewrite <- Hl, seq_fill_next, set_nth_after, counted_next, map_app, <- app_assoc by lia.
    simpl. do 3 f_equal. lia.
  - intros out ->. rewrite Z.max_r, Z.sub_diag by lia. apply app_nil_r.
Qed.
