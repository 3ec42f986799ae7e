(** Reasoning about generated code: what a computation yields.

    [yields m Q]: [m] does not panic, and [Q] holds of its value. A theorem of the form
    [typed arguments -> yields (f arguments) Q] is the panic-freedom of [f]. The tactic [step] walks through a term of
    generated code; what it leaves are ranges of integers and indices, for [range], and types, for [typed]. *)
From Coq Require Import ZifyBool ZifyNat.
From Twinratchet Require Import Prelude Modular.

Definition yields {A} (m : M A) (Q : A -> Prop) : Prop :=
  match m with
  | Ret a => Q a
  | Panic => False
  end.

(** * The monad *)

Section Monad.
  Context {A B : Type}.

  Lemma yields_value (m : M A) Q : yields m Q <-> exists a, m = Ret a /\ Q a.
  Proof.
    destruct m; simpl; split; intros H; try tauto.
    - eauto.
    - destruct H as (? & H & ?). congruence.
    - destruct H as (? & H & ?). congruence.
  Qed.

  Lemma yields_ret (a : A) (Q : A -> Prop) : Q a -> yields (Ret a) Q.
  Proof. auto. Qed.

  Lemma yields_bind (m : M A) (f : A -> M B) Q :
    yields m (fun a => yields (f a) Q) -> yields (bind m f) Q.
  Proof. destruct m; auto. Qed.

  Lemma yields_mono (m : M A) (P Q : A -> Prop) :
    yields m P -> (forall a, P a -> Q a) -> yields m Q.
  Proof. destruct m; simpl; auto. Qed.

  Lemma yields_and (m : M A) (P Q : A -> Prop) :
    yields m P -> yields m Q -> yields m (fun a => P a /\ Q a).
  Proof. destruct m; simpl; auto. Qed.

  (** A call with a known specification, followed by the rest. *)
  Lemma yields_call (m : M A) (f : A -> M B) P Q :
    yields m P -> (forall a, P a -> yields (f a) Q) -> yields (bind m f) Q.
  Proof. destruct m; simpl; auto; tauto. Qed.
End Monad.

(** * Integers *)

Lemma yields_checked w z (Q : Z -> Prop) :
  0 <= z < 2 ^ w -> Q z -> yields (checked w z) Q.
Proof.
  intros H HQ. unfold checked, in_range.
  replace ((0 <=? z) && (z <? 2 ^ w)) with true by lia. exact HQ.
Qed.

Lemma checked_ret w z : 0 <= z < 2 ^ w -> checked w z = Ret z.
Proof.
  intros H. unfold checked, in_range.
  replace ((0 <=? z) && (z <? 2 ^ w)) with true by lia. reflexivity.
Qed.

Lemma yields_checked_div x y (Q : Z -> Prop) : y <> 0 -> Q (x / y) -> yields (checked_div x y) Q.
Proof. intros H HQ. unfold checked_div. replace (y =? 0) with false by lia. exact HQ. Qed.

Lemma yields_checked_rem x y (Q : Z -> Prop) :
  y <> 0 -> Q (x mod y) -> yields (checked_rem x y) Q.
Proof. intros H HQ. unfold checked_rem. replace (y =? 0) with false by lia. exact HQ. Qed.

Lemma yields_checked_shl w x n (Q : Z -> Prop) :
  n < w -> Q (shl w x n) -> yields (checked_shl w x n) Q.
Proof. intros H HQ. unfold checked_shl. replace (n <? w) with true by lia. exact HQ. Qed.

Lemma yields_checked_shr w x n (Q : Z -> Prop) :
  n < w -> Q (shr x n) -> yields (checked_shr w x n) Q.
Proof. intros H HQ. unfold checked_shr. replace (n <? w) with true by lia. exact HQ. Qed.

(** * Sequences *)

Section Sequences.
  Context {A : Type}.
  Implicit Types s t : list A.

  Lemma seq_len_nonneg s : 0 <= seq_len s.
  Proof. unfold seq_len. lia. Qed.

  Lemma seq_len_nil : seq_len (@nil A) = 0.
  Proof. reflexivity. Qed.

  Lemma seq_len_cons x s : seq_len (x :: s) = seq_len s + 1.
  Proof. unfold seq_len. simpl. lia. Qed.

  Lemma seq_len_app s t : seq_len (s ++ t) = seq_len s + seq_len t.
  Proof. unfold seq_len. rewrite app_length. lia. Qed.

  Lemma seq_len_concat s t : seq_len (seq_concat s t) = seq_len s + seq_len t.
  Proof. apply seq_len_app. Qed.

  Lemma seq_len_push s x : seq_len (seq_push s x) = seq_len s + 1.
  Proof. unfold seq_push. now rewrite seq_len_app. Qed.

  Lemma seq_len_fill (d : A) n : 0 <= n -> seq_len (seq_fill d n) = n.
  Proof. intros. unfold seq_len, seq_fill. rewrite repeat_length. lia. Qed.

  Lemma seq_len_firstn n s : 0 <= n <= seq_len s -> seq_len (firstn (Z.to_nat n) s) = n.
  Proof. unfold seq_len. intros. rewrite firstn_length. lia. Qed.

  Lemma seq_len_skipn n s : 0 <= n <= seq_len s -> seq_len (skipn (Z.to_nat n) s) = seq_len s - n.
  Proof. unfold seq_len. intros. rewrite skipn_length. lia. Qed.

  Lemma set_nth_length s i v : length (set_nth s i v) = length s.
  Proof. revert i. induction s; intros [|i]; simpl; auto. Qed.

  Lemma nth_error_set_nth s i j v :
    (i < length s)%nat ->
    nth_error (set_nth s i v) j = if Nat.eqb i j then Some v else nth_error s j.
  Proof.
    revert i j. induction s; simpl; intros i j H; [lia|].
    destruct i, j; simpl; auto. apply IHs. lia.
  Qed.

  Lemma Forall_set_nth (P : A -> Prop) s i v : Forall P s -> P v -> Forall P (set_nth s i v).
  Proof. intros H Hv. revert i. induction H; intros [|i]; simpl; auto. Qed.

  Lemma Forall_nth_error (P : A -> Prop) s i x : Forall P s -> nth_error s i = Some x -> P x.
  Proof. intros H E. apply nth_error_In in E. rewrite Forall_forall in H. auto. Qed.

  Lemma Forall_firstn' (P : A -> Prop) n s : Forall P s -> Forall P (firstn n s).
  Proof. intros H. revert n. induction H; intros [|n]; simpl; auto. Qed.

  Lemma Forall_skipn' (P : A -> Prop) n s : Forall P s -> Forall P (skipn n s).
  Proof. intros H. revert n. induction H; intros [|n]; simpl; auto. Qed.

  Lemma Forall_repeat (P : A -> Prop) x n : P x -> Forall P (repeat x n).
  Proof. intros. induction n; simpl; auto. Qed.

  Lemma Forall_concat (P : A -> Prop) s t : Forall P s -> Forall P t -> Forall P (seq_concat s t).
  Proof. intros. apply Forall_app. auto. Qed.

  Lemma Forall_push (P : A -> Prop) s x : Forall P s -> P x -> Forall P (seq_push s x).
  Proof. intros. apply Forall_app. auto. Qed.

  Lemma Forall_fill (P : A -> Prop) x n : P x -> Forall P (seq_fill x n).
  Proof. intros. apply Forall_repeat. auto. Qed.

  (** Index: the value is the element, and has what all elements have. *)
  Lemma seq_index_ret s i :
    0 <= i < seq_len s -> exists x, seq_index s i = Ret x /\ nth_error s (Z.to_nat i) = Some x.
  Proof.
    unfold seq_index, seq_len. intros H. replace (i <? 0) with false by lia.
    destruct (nth_error s (Z.to_nat i)) eqn:E; eauto.
    apply nth_error_None in E. lia.
  Qed.

  Lemma yields_index (P : A -> Prop) s i (Q : A -> Prop) :
    Forall P s -> 0 <= i < seq_len s ->
    (forall x, nth_error s (Z.to_nat i) = Some x -> P x -> Q x) -> yields (seq_index s i) Q.
  Proof.
    intros HP Hi HQ. destruct (seq_index_ret s i Hi) as (x & -> & E). simpl.
    apply HQ; [exact E|]. eapply Forall_nth_error; eauto.
  Qed.

  Lemma yields_index_any s i (Q : A -> Prop) :
    0 <= i < seq_len s ->
    (forall x, nth_error s (Z.to_nat i) = Some x -> Q x) -> yields (seq_index s i) Q.
  Proof. intros Hi HQ. destruct (seq_index_ret s i Hi) as (x & -> & E). simpl. auto. Qed.

  Lemma seq_set_ret s i v : 0 <= i < seq_len s -> seq_set s i v = Ret (set_nth s (Z.to_nat i) v).
  Proof.
    intros. unfold seq_set. replace ((0 <=? i) && (i <? seq_len s)) with true by lia. reflexivity.
  Qed.

  Lemma yields_set s i v (Q : list A -> Prop) :
    0 <= i < seq_len s ->
    (seq_len (set_nth s (Z.to_nat i) v) = seq_len s -> Q (set_nth s (Z.to_nat i) v)) ->
    yields (seq_set s i v) Q.
  Proof.
    intros Hi HQ. rewrite seq_set_ret by auto. apply HQ. unfold seq_len. now rewrite set_nth_length.
  Qed.

  Lemma seq_slice_ret s start n :
    0 <= start -> 0 <= n -> start + n <= seq_len s ->
    seq_slice s start n = Ret (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)).
  Proof.
    intros. unfold seq_slice.
    replace ((0 <=? start) && (0 <=? n) && (start + n <=? seq_len s)) with true by lia. reflexivity.
  Qed.

  Lemma seq_len_slice s start n :
    0 <= start -> 0 <= n -> start + n <= seq_len s ->
    seq_len (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)) = n.
  Proof. intros. apply seq_len_firstn. rewrite seq_len_skipn; lia. Qed.

  Lemma yields_slice s start n (Q : list A -> Prop) :
    0 <= start -> 0 <= n -> start + n <= seq_len s ->
    (seq_len (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)) = n ->
     Q (firstn (Z.to_nat n) (skipn (Z.to_nat start) s))) ->
    yields (seq_slice s start n) Q.
  Proof. intros H1 H2 H3 HQ. rewrite seq_slice_ret by auto. apply HQ, seq_len_slice; auto. Qed.

  Lemma seq_update_ret s start t :
    0 <= start -> start + seq_len t <= seq_len s ->
    seq_update s start t
    = Ret (firstn (Z.to_nat start) s ++ t ++ skipn (Z.to_nat start + length t) s).
  Proof.
    intros. unfold seq_update.
    replace ((0 <=? start) && (start + seq_len t <=? seq_len s)) with true by lia. reflexivity.
  Qed.

  Lemma seq_update_len s start t :
    0 <= start -> start + seq_len t <= seq_len s ->
    seq_len (firstn (Z.to_nat start) s ++ t ++ skipn (Z.to_nat start + length t) s) = seq_len s.
  Proof.
    unfold seq_len. intros. rewrite !app_length, firstn_length, skipn_length. lia.
  Qed.

  Lemma yields_update (P : A -> Prop) s start t (Q : list A -> Prop) :
    Forall P s -> Forall P t -> 0 <= start -> start + seq_len t <= seq_len s ->
    (forall u, seq_len u = seq_len s -> Forall P u -> Q u) ->
    yields (seq_update s start t) Q.
  Proof.
    intros Hs Ht H1 H2 HQ. rewrite seq_update_ret by auto. apply HQ.
    - now apply seq_update_len.
    - rewrite !Forall_app. auto using Forall_firstn', Forall_skipn'.
  Qed.

  Lemma yields_update_start (P : A -> Prop) s t (Q : list A -> Prop) :
    Forall P s -> Forall P t -> seq_len t <= seq_len s ->
    (forall u, seq_len u = seq_len s -> Forall P u -> Q u) ->
    yields (seq_update_start s t) Q.
  Proof. intros. eapply yields_update; eauto; lia. Qed.

  Lemma yields_array_from_seq n s (Q : list A -> Prop) :
    seq_len s = n -> Q s -> yields (array_from_seq n s) Q.
  Proof. intros H HQ. unfold array_from_seq. replace (seq_len s =? n) with true by lia. exact HQ. Qed.

  Lemma array_from_slice_ret (d : A) n s start :
    0 <= n -> 0 <= start -> start + n <= seq_len s ->
    array_from_slice_with d n s start n = Ret (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)).
  Proof.
    intros. unfold array_from_slice_with. rewrite Z.leb_refl, seq_slice_ret by auto. simpl.
    rewrite Z.sub_diag. unfold seq_fill. simpl. now rewrite app_nil_r.
  Qed.

  (** The usual case: the slice has the length of the array. *)
  Lemma yields_array_from_slice_with (d : A) n s start (Q : list A -> Prop) :
    0 <= n -> 0 <= start -> start + n <= seq_len s ->
    (seq_len (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)) = n ->
     Q (firstn (Z.to_nat n) (skipn (Z.to_nat start) s))) ->
    yields (array_from_slice_with d n s start n) Q.
  Proof.
    intros H1 H2 H3 HQ. rewrite array_from_slice_ret by auto. apply HQ, seq_len_slice; auto.
  Qed.

  Lemma yields_num_exact_chunks s n (Q : Z -> Prop) :
    0 < n -> Q (seq_len s / n) -> yields (seq_num_exact_chunks s n) Q.
  Proof. intros. apply yields_checked_div; auto; lia. Qed.

  Lemma yields_num_chunks s n (Q : Z -> Prop) :
    0 < n -> Q ((seq_len s + n - 1) / n) -> yields (seq_num_chunks s n) Q.
  Proof. intros. apply yields_checked_div; auto; lia. Qed.
End Sequences.

Lemma yields_array_from_slice n (s : list Z) start (Q : list Z -> Prop) :
  0 <= n -> 0 <= start -> start + n <= seq_len s ->
  (seq_len (firstn (Z.to_nat n) (skipn (Z.to_nat start) s)) = n ->
   Q (firstn (Z.to_nat n) (skipn (Z.to_nat start) s))) ->
  yields (array_from_slice n s start n) Q.
Proof. apply (yields_array_from_slice_with 0). Qed.

Lemma seq_eqb_eq (s t : list Z) : seq_eqb Z.eqb s t = true <-> s = t.
Proof.
  revert t. induction s as [|x s IH]; intros [|y t]; simpl; split; intros H; try easy.
  - apply andb_true_iff in H as (H1 & H2). f_equal; [lia|now apply IH].
  - injection H as -> ->. rewrite Z.eqb_refl. now apply IH.
Qed.

(** * Loops *)

Section Loops.
  Context {A : Type}.

  Lemma yields_iterate_m (I : Z -> A -> Prop) f n i a :
    I i a ->
    (forall j x, i <= j < i + Z.of_nat n -> I j x -> yields (f j x) (I (j + 1))) ->
    yields (iterate_m n i f a) (I (i + Z.of_nat n)).
  Proof.
    revert i a. induction n; intros i a H0 Hs; simpl iterate_m.
    - now replace (i + Z.of_nat 0) with i by lia.
    - apply yields_bind. eapply yields_mono; [apply Hs; auto; lia|]. intros x Hx.
      replace (i + Z.of_nat (S n)) with (i + 1 + Z.of_nat n) by lia.
      apply IHn; auto. intros. apply Hs; auto; lia.
  Qed.

  (** The invariant holds before each round; after the last one the counter is at the end. *)
  Lemma yields_for (I : Z -> A -> Prop) from to f a (Q : A -> Prop) :
    I from a ->
    (forall i x, from <= i < to -> I i x -> yields (f i x) (I (i + 1))) ->
    (forall x, I (Z.max from to) x -> Q x) ->
    yields (for_loop_m from to a f) Q.
  Proof.
    intros H0 Hs HQ. unfold for_loop_m.
    eapply yields_mono; [apply (yields_iterate_m I); auto; intros; apply Hs; auto; lia|].
    intros x. replace (from + Z.of_nat (Z.to_nat (to - from))) with (Z.max from to) by lia. apply HQ.
  Qed.

  Lemma iterate_invariant (I : Z -> A -> Prop) f n i a :
    I i a ->
    (forall j x, i <= j < i + Z.of_nat n -> I j x -> I (j + 1) (f j x)) ->
    I (i + Z.of_nat n) (iterate n i f a).
  Proof.
    revert i a. induction n; intros i a H0 Hs; simpl iterate.
    - now replace (i + Z.of_nat 0) with i by lia.
    - replace (i + Z.of_nat (S n)) with (i + 1 + Z.of_nat n) by lia.
      apply IHn; [apply Hs; auto; lia|]. intros. apply Hs; auto; lia.
  Qed.

  Lemma for_invariant (I : Z -> A -> Prop) from to f a :
    I from a ->
    (forall i x, from <= i < to -> I i x -> I (i + 1) (f i x)) ->
    I (Z.max from to) (for_loop from to a f).
  Proof.
    intros H0 Hs. unfold for_loop.
    replace (Z.max from to) with (from + Z.of_nat (Z.to_nat (to - from))) by lia.
    apply iterate_invariant; auto. intros. apply Hs; auto; lia.
  Qed.
End Loops.

(** * Types *)

Lemma typed_int_land w x y : 0 <= w -> typed_int w x -> typed_int w y -> typed_int w (Z.land x y).
Proof.
  unfold typed_int. intros Hw Hx Hy. assert (0 <= Z.land x y) by (apply Z.land_nonneg; left; lia).
  split; auto. destruct (Z.eq_dec (Z.land x y) 0) as [->|]; [lia|].
  apply Z.log2_lt_pow2; [lia|]. eapply Z.le_lt_trans; [apply Z.log2_land; lia|].
  destruct (Z.eq_dec x 0) as [->|]; [rewrite Z.land_0_l in *; lia|].
  apply Z.min_lt_iff. left. apply Z.log2_lt_pow2; lia.
Qed.

Lemma log2_below w x : 0 <= w -> 0 <= x < 2 ^ w -> x <> 0 -> Z.log2 x < w.
Proof. intros. apply Z.log2_lt_pow2; lia. Qed.

Lemma typed_int_or_xor w x y (op : Z -> Z -> Z) :
  (forall a b, 0 <= a -> 0 <= b -> Z.log2 (op a b) <= Z.max (Z.log2 a) (Z.log2 b)) ->
  (forall a b, 0 <= a -> 0 <= b -> 0 <= op a b) ->
  (forall a, op a 0 = a) -> (forall a, op 0 a = a) ->
  0 <= w -> typed_int w x -> typed_int w y -> typed_int w (op x y).
Proof.
  unfold typed_int. intros Hlog Hpos Hr Hl Hw Hx Hy.
  destruct (Z.eq_dec x 0) as [->|]; [now rewrite Hl|].
  destruct (Z.eq_dec y 0) as [->|]; [now rewrite Hr|].
  split; [apply Hpos; lia|].
  destruct (Z.eq_dec (op x y) 0) as [->|]; [lia|].
  assert (0 <= op x y) by (apply Hpos; lia).
  apply Z.log2_lt_pow2; [lia|]. eapply Z.le_lt_trans; [apply Hlog; lia|].
  apply Z.max_lub_lt; apply log2_below; lia.
Qed.

Lemma typed_int_lor w x y : 0 <= w -> typed_int w x -> typed_int w y -> typed_int w (Z.lor x y).
Proof.
  apply typed_int_or_xor; intros; auto using Z.lor_0_r, Z.lor_0_l.
  - rewrite Z.log2_lor by auto. lia.
  - apply Z.lor_nonneg. auto.
Qed.

Lemma typed_int_lxor w x y : 0 <= w -> typed_int w x -> typed_int w y -> typed_int w (Z.lxor x y).
Proof.
  apply typed_int_or_xor; intros; auto using Z.lxor_0_r, Z.lxor_0_l.
  - apply Z.log2_lxor; auto.
  - apply Z.lxor_nonneg. tauto.
Qed.

Lemma typed_int_mod w x : 0 <= w -> typed_int w (x mod 2 ^ w).
Proof. intros. apply Z.mod_pos_bound. apply Z.pow_pos_nonneg; lia. Qed.

Lemma typed_int_cast w x : 0 <= w -> typed_int w (cast w x).
Proof. apply typed_int_mod. Qed.

Lemma typed_int_shl w x n : 0 <= w -> typed_int w (shl w x n).
Proof. apply typed_int_mod. Qed.

Lemma typed_int_shr w x n : 0 <= n -> typed_int w x -> typed_int w (shr x n).
Proof.
  unfold typed_int, shr. intros Hn Hx. rewrite Z.shiftr_div_pow2 by auto.
  assert (0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  split; [apply Z.div_pos; lia|]. apply Z.le_lt_trans with x; [|lia].
  apply Z.div_le_upper_bound; [auto|]. nia.
Qed.

Lemma typed_int_wrap_add w x y : 0 <= w -> typed_int w (wrap_add w x y).
Proof. apply typed_int_mod. Qed.
Lemma typed_int_wrap_sub w x y : 0 <= w -> typed_int w (wrap_sub w x y).
Proof. apply typed_int_mod. Qed.
Lemma typed_int_wrap_mul w x y : 0 <= w -> typed_int w (wrap_mul w x y).
Proof. apply typed_int_mod. Qed.

Lemma typed_int_wrap_shl w x n : 0 < w -> typed_int w (wrap_shl w x n).
Proof. intros. apply typed_int_mod. lia. Qed.

Lemma typed_int_wrap_shr w x n : 0 < w -> typed_int w x -> typed_int w (wrap_shr w x n).
Proof. intros. apply typed_int_shr; auto. apply Z.mod_pos_bound. auto. Qed.

Lemma typed_int_bit_not w x : typed_int w x -> typed_int w (bit_not w x).
Proof. unfold typed_int, bit_not. lia. Qed.

Lemma typed_int_rotate_left w x n : 0 < w -> typed_int w x -> typed_int w (rotate_left w x n).
Proof.
  intros. unfold rotate_left. assert (0 <= n mod w < w) by (apply Z.mod_pos_bound; auto).
  apply typed_int_lor; [lia|apply typed_int_shl; lia|apply typed_int_shr; auto; lia].
Qed.

Lemma typed_int_rotate_right w x n : 0 < w -> typed_int w x -> typed_int w (rotate_right w x n).
Proof.
  intros. unfold rotate_right. assert (0 <= n mod w < w) by (apply Z.mod_pos_bound; auto).
  apply typed_int_lor; [lia|apply typed_int_shr; auto; lia|apply typed_int_shl; lia].
Qed.

Lemma typed_int_mask_eq w x y : 0 <= w -> typed_int w (mask_eq w x y).
Proof.
  intros. unfold mask_eq, typed_int. assert (0 < 2 ^ w) by (apply Z.pow_pos_nonneg; lia).
  destruct (x =? y); lia.
Qed.

Lemma typed_int_mask_ne w x y : 0 <= w -> typed_int w (mask_ne w x y).
Proof.
  intros. unfold mask_ne, typed_int. assert (0 < 2 ^ w) by (apply Z.pow_pos_nonneg; lia).
  destruct (x =? y); lia.
Qed.

Lemma seq_len_le_bytes n x : 0 <= n -> seq_len (le_bytes n x) = n.
Proof. intros. unfold seq_len, le_bytes. rewrite map_length, seq_length. lia. Qed.

Lemma seq_len_be_bytes n x : 0 <= n -> seq_len (be_bytes n x) = n.
Proof. intros. unfold be_bytes, seq_len. rewrite rev_length. now apply seq_len_le_bytes. Qed.

Lemma Forall_le_bytes n x : Forall (typed_int 8) (le_bytes n x).
Proof.
  apply Forall_forall. intros b Hb. apply in_map_iff in Hb as (i & <- & _).
  change 255 with (Z.ones 8). rewrite Z.land_ones by lia. apply (typed_int_mod 8). lia.
Qed.

Lemma Forall_be_bytes n x : Forall (typed_int 8) (be_bytes n x).
Proof. apply Forall_rev, Forall_le_bytes. Qed.

Lemma le_number_bound s :
  Forall (typed_int 8) s -> 0 <= le_number s < 2 ^ (8 * seq_len s).
Proof.
  induction 1 as [|b s Hb Hs IH]; [cbn; lia|].
  rewrite seq_len_cons. change (le_number (b :: s)) with (le_number s * 256 + b).
  replace (8 * (seq_len s + 1)) with (8 * seq_len s + 8) by lia.
  rewrite Z.pow_add_r by (pose proof (seq_len_nonneg s); lia). unfold typed_int in Hb. lia.
Qed.

(** * Tactics *)

(** The types of records and arrays, unfolded in all hypotheses, and the conjunctions taken apart. *)
Ltac untype :=
  repeat (autounfold with typed in *; unfold typed_array, typed_seq in *);
  repeat match goal with
  | H : _ /\ _ |- _ => destruct H
  | H : exists _, _ |- _ => destruct H
  end.

Ltac head term :=
  lazymatch term with
  | ?f _ => head f
  | _ => term
  end.

(** The fields of what is a constructor with its arguments. *)
Ltac project :=
  repeat match goal with
  | |- context [?f ?record] =>
      let constructor := head record in
      is_constructor constructor;
      is_const f;
      let field := eval unfold f in (f record) in
      match record with
      | context [field] => change (f record) with field
      end
  end.

(** Every length that is mentioned is not negative. *)
Ltac lengths :=
  repeat match goal with
  | |- context [seq_len ?s] =>
      lazymatch goal with
      | _ : 0 <= seq_len s |- _ => fail
      | _ => pose proof (seq_len_nonneg s)
      end
  | _ : context [seq_len ?s] |- _ =>
      lazymatch goal with
      | _ : 0 <= seq_len s |- _ => fail
      | _ => pose proof (seq_len_nonneg s)
      end
  end.

(** The lengths of what is put together. *)
Ltac put_together :=
  repeat first
    [ rewrite seq_len_concat in * | rewrite seq_len_push in * | rewrite seq_len_app in *
    | rewrite seq_len_cons in * | rewrite seq_len_nil in *
    | rewrite seq_len_fill in * by lia
    | rewrite seq_len_be_bytes in * by lia
    | rewrite seq_len_le_bytes in * by lia ].

(** Ranges of integers and lengths. *)
Ltac range :=
  untype; unfold typed_int in *; put_together; lengths; simpl Z.pow in *; lia.

(** The type of an integer, by its head. *)
Ltac typed_integer :=
  lazymatch goal with
  | |- typed_int _ (Z.land _ _) => apply typed_int_land; [lia|typed_integer..]
  | |- typed_int _ (Z.lor _ _) => apply typed_int_lor; [lia|typed_integer..]
  | |- typed_int _ (Z.lxor _ _) => apply typed_int_lxor; [lia|typed_integer..]
  | |- typed_int _ (cast _ _) => first [apply typed_int_cast; lia | unfold cast; range]
  | |- typed_int _ (shl _ _ _) => apply typed_int_shl; lia
  | |- typed_int _ (shr _ _) => apply typed_int_shr; [lia|typed_integer]
  | |- typed_int _ (wrap_add _ _ _) => apply typed_int_wrap_add; lia
  | |- typed_int _ (wrap_sub _ _ _) => apply typed_int_wrap_sub; lia
  | |- typed_int _ (wrap_mul _ _ _) => apply typed_int_wrap_mul; lia
  | |- typed_int _ (wrap_shl _ _ _) => apply typed_int_wrap_shl; lia
  | |- typed_int _ (wrap_shr _ _ _) => apply typed_int_wrap_shr; [lia|typed_integer]
  | |- typed_int _ (bit_not _ _) => apply typed_int_bit_not; typed_integer
  | |- typed_int _ (rotate_left _ _ _) => apply typed_int_rotate_left; [lia|typed_integer]
  | |- typed_int _ (rotate_right _ _ _) => apply typed_int_rotate_right; [lia|typed_integer]
  | |- typed_int _ (mask_eq _ _ _) => apply typed_int_mask_eq; lia
  | |- typed_int _ (mask_ne _ _ _) => apply typed_int_mask_ne; lia
  | |- typed_int _ _ => first [assumption | range | unfold typed_int; lia]
  end.

(** What has a type in Rust has it: goals made of [typed_...], [Forall] and ranges. *)
Ltac typed :=
  intros; untype;
  repeat first
    [ assumption
    | progress autounfold with typed
    | progress unfold typed_array, typed_seq, typed_any, typed_pair, typed_option, typed_result
    | progress cbn [fst snd]
    | progress project
    | lazymatch goal with
      | |- True => exact I
      | |- _ /\ _ => split
      | |- typed_int _ _ => typed_integer
      | |- Forall _ (seq_concat _ _) => apply Forall_concat
      | |- Forall _ (seq_push _ _) => apply Forall_push
      | |- Forall _ (_ ++ _) => apply Forall_app
      | |- Forall _ (seq_fill _ _) => apply Forall_fill
      | |- Forall _ (repeat _ _) => apply Forall_repeat
      | |- Forall _ (set_nth _ _ _) => apply Forall_set_nth
      | |- Forall _ (firstn _ _) => apply Forall_firstn'
      | |- Forall _ (skipn _ _) => apply Forall_skipn'
      | |- Forall _ (le_bytes _ _) => apply Forall_le_bytes
      | |- Forall _ (be_bytes _ _) => apply Forall_be_bytes
      | |- Forall _ [] => apply Forall_nil
      | |- Forall _ (_ :: _) => apply Forall_cons
      | |- @eq Z _ _ => first [assumption | range]
      | |- Z.le _ _ => range
      | |- Z.lt _ _ => range
      end ].

(** Specifications of functions, for [step]: lemmas whose conclusion is [yields (f ..) _]. *)
Create HintDb spec.

(** One step through a term of generated code. *)
Ltac step :=
  lazymatch goal with
  | |- yields (Ret _) _ => apply yields_ret
  | |- yields (bind _ _) _ => apply yields_bind
  | |- yields (checked_add ?w ?x ?y) _ => apply (yields_checked w (x + y))
  | |- yields (checked_sub ?w ?x ?y) _ => apply (yields_checked w (x - y))
  | |- yields (checked_mul ?w ?x ?y) _ => apply (yields_checked w (x * y))
  | |- yields (checked_div _ _) _ => apply yields_checked_div
  | |- yields (checked_rem _ _) _ => apply yields_checked_rem
  | |- yields (checked_shl _ _ _) _ => apply yields_checked_shl
  | |- yields (checked_shr _ _ _) _ => apply yields_checked_shr
  | |- yields (seq_index _ _) _ => first [eapply yields_index; [eassumption| |] | apply yields_index_any]
  | |- yields (seq_set _ _ _) _ => apply yields_set
  | |- yields (seq_slice _ _ _) _ => apply yields_slice
  | |- yields (seq_update _ _ _) _ => eapply yields_update
  | |- yields (seq_update_start _ _) _ => eapply yields_update_start
  | |- yields (array_from_seq _ _) _ => apply yields_array_from_seq
  | |- yields (array_from_slice _ _ _ _) _ => apply yields_array_from_slice
  | |- yields (array_from_slice_with _ _ _ _ _) _ => apply yields_array_from_slice_with
  | |- yields (seq_num_exact_chunks _ _) _ => apply yields_num_exact_chunks
  | |- yields (seq_num_chunks _ _) _ => apply yields_num_chunks
  | |- yields (if ?b then _ else _) _ => destruct b eqn:?
  | |- yields (match ?x with _ => _ end) _ => destruct x eqn:?
  | |- yields (let _ := _ in _) _ => cbv zeta
  | |- yields (for_loop_m _ _ _ _) _ => fail "a loop: give its invariant to yields_for"
  | |- yields _ _ => eapply yields_mono; [solve [eauto with spec]|]
  | |- forall _, _ => intro
  end.

(** Steps, and what can be discharged at once. *)
Ltac steps := repeat (step; try solve [range | typed]).
