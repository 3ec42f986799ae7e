(** Parts of sequences that are put together from parts. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Fill.

Section Parts.
  Context {A : Type}.
  Implicit Types x y z s t : list A.

  Lemma firstn_part n x y : seq_len x = n -> firstn (Z.to_nat n) (x ++ y) = x.
  Proof.
    unfold seq_len. intros H. rewrite firstn_app. replace (Z.to_nat n - length x)%nat with 0%nat by lia.
    rewrite firstn_O, app_nil_r. apply firstn_all2. lia.
  Qed.

  Lemma skipn_part n x y : seq_len x = n -> skipn (Z.to_nat n) (x ++ y) = y.
  Proof.
    unfold seq_len. intros H. rewrite skipn_app. replace (Z.to_nat n - length x)%nat with 0%nat by lia.
    rewrite skipn_all2 by lia. reflexivity.
  Qed.

  (** The middle part, read. *)
  Lemma slice_part n m x y z : seq_len x = n -> seq_len y = m -> seq_slice (x ++ y ++ z) n m = Ret y.
  Proof.
    intros Hx Hy. pose proof (seq_len_nonneg x). pose proof (seq_len_nonneg y).
    pose proof (seq_len_nonneg z).
    rewrite seq_slice_ret by (rewrite ?seq_len_app; lia). now rewrite skipn_part, firstn_part.
  Qed.

  (** The middle part, replaced. *)
  Lemma update_part n x y z t :
    seq_len x = n -> seq_len y = seq_len t -> seq_update (x ++ y ++ z) n t = Ret (x ++ t ++ z).
  Proof.
    intros Hx Hy. pose proof (seq_len_nonneg x). pose proof (seq_len_nonneg z).
    rewrite seq_update_ret by (rewrite ?seq_len_app; lia).
    rewrite firstn_part by exact Hx. do 3 f_equal. unfold seq_len in *.
    replace (Z.to_nat n + length t)%nat with (Z.to_nat (seq_len (x ++ y)))
      by (unfold seq_len; rewrite app_length; lia).
    rewrite app_assoc. now apply skipn_part.
  Qed.

  Lemma firstn_more n m s :
    0 <= n -> 0 <= m ->
    firstn (Z.to_nat (n + m)) s = firstn (Z.to_nat n) s ++ firstn (Z.to_nat m) (skipn (Z.to_nat n) s).
  Proof.
    intros Hn Hm. rewrite Z2Nat.inj_add by assumption. revert s.
    induction (Z.to_nat n) as [|k IH]; intros [|a s]; simpl; auto.
    - now rewrite firstn_nil.
    - now rewrite IH.
  Qed.

  Lemma seq_fill_parts (d : A) n m : 0 <= n -> 0 <= m -> seq_fill d (n + m) = seq_fill d n ++ seq_fill d m.
  Proof. intros. unfold seq_fill. rewrite Z2Nat.inj_add by assumption. apply repeat_app. Qed.

  (** The last round of a loop, apart. *)
  Lemma iterate_m_last n i (f : Z -> A -> M A) a :
    iterate_m (S n) i f a = bind (iterate_m n i f a) (f (i + Z.of_nat n)).
  Proof.
    revert i a. induction n as [|n IH]; intros i a.
    - simpl. rewrite Z.add_0_r. now destruct (f i a).
    - change (iterate_m (S (S n)) i f a) with (bind (f i a) (iterate_m (S n) (i + 1) f)).
      change (iterate_m (S n) i f a) with (bind (f i a) (iterate_m n (i + 1) f)).
      destruct (f i a) as [b|]; [|reflexivity]. cbn [bind]. rewrite IH. do 2 f_equal. lia.
  Qed.
End Parts.

Lemma get_part s n (d i : Z) : seq_len s <= i < seq_len s + n -> get (s ++ seq_fill d n) i = d.
Proof.
  unfold seq_len, get, seq_fill. intros H. rewrite app_nth2 by lia.
  assert (E : nth_error (repeat d (Z.to_nat n)) (Z.to_nat i - length s) = Some d)
    by (apply nth_error_repeat; lia).
  now apply nth_error_nth.
Qed.
