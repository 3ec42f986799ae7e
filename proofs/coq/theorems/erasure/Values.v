(** What the functions of [ratchet::sparse::erasure] on polynomials compute, in terms of [Polynomial]. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Places.
From Twinratchet.generated Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.theorems.safety Require Import ratchet_sparse_gf65536 ratchet_sparse_erasure.
From Twinratchet.theorems.erasure Require Import Field Polynomial.

(** * Numbers and elements *)

(** Elements as numbers. *)
Definition values (p : list element) : list Z := map value p.
(** A pair of elements as a point. *)
Definition point_of (q : element * element) : Point := mk_Point (value (fst q)) (value (snd q)).

(** There are as many. *)
Lemma values_len p : seq_len (values p) = Z.of_nat (length p).
Proof. unfold seq_len, values. now rewrite map_length. Qed.

(** Each is the number of the element there. *)
Lemma nth_values j p : nth j (values p) 0 = value (nth j p zero).
Proof. rewrite <- value_zero. apply map_nth. Qed.

(** There are as many points. *)
Lemma points_len qs : seq_len (map point_of qs) = Z.of_nat (length qs).
Proof. unfold seq_len. now rewrite map_length. Qed.

(** An index into numbers of elements. *)
Lemma index_values p i :
  0 <= i < Z.of_nat (length p) -> seq_index (values p) i = Ret (value (nth (Z.to_nat i) p zero)).
Proof. intros H. rewrite (seq_index_nth 0) by (rewrite values_len; exact H). now rewrite nth_values. Qed.

(** An index into points. *)
Lemma index_points qs i :
  0 <= i < Z.of_nat (length qs) ->
  seq_index (map point_of qs) i = Ret (point_of (nth (Z.to_nat i) qs (zero, zero))).
Proof.
  intros H. rewrite (seq_index_nth (point_of (zero, zero))) by (rewrite points_len; exact H).
  now rewrite map_nth.
Qed.

(** [gf_mul] of elements is their product. *)
Lemma gf_mul_elements a b : gf_mul (value a) (value b) = Ret (value (multiply a b)).
Proof. rewrite value_multiply. apply gf_mul_value; apply value_typed. Qed.

(** [gf_div] of elements is their quotient. *)
Lemma gf_div_elements a b : gf_div (value a) (value b) = Ret (value (divide a b)).
Proof.
  rewrite divide_is_multiply, value_multiply, value_inverse. apply gf_div_value; apply value_typed.
Qed.

(** A list of numbers whose places are those of a list of elements. *)
Lemma values_by_places s p :
  length s = length p -> (forall j, (j < length p)%nat -> nth j s 0 = value (nth j p zero)) -> s = values p.
Proof.
  intros Hl H. apply (nth_ext _ _ 0 0); [unfold values; now rewrite map_length|].
  intros j Hj. rewrite nth_values. apply H. congruence.
Qed.

(** * Values of polynomials *)

(** [evaluate] gives the value of the polynomial. *)
Lemma evaluate_is_eval p x :
  Z.of_nat (length p) <= 2 ^ 62 -> yields (evaluate (values p) (value x)) (fun v => v = value (eval p x)).
Proof.
  intros Hl. unfold evaluate. cbv zeta. rewrite values_len. set (n := Z.of_nat (length p)) in *.
  apply (yields_for (fun i v => v = value (eval (skipn (Z.to_nat (n - i)) p) x))).
  - rewrite skipn_all2; [reflexivity|]. lia.
  - intros i v Hi ->. step. step; [lia|]. step. step; [lia|].
    rewrite index_values by lia. step. step. rewrite gf_mul_elements. step. step. step.
    replace (Z.to_nat (n - (i + 1))) with (Z.to_nat (n - 1 - i)) by lia.
    rewrite (skipn_step zero (Z.to_nat (n - 1 - i))) by lia.
    replace (S (Z.to_nat (n - 1 - i))) with (Z.to_nat (n - i)) by lia.
    cbn [eval]. rewrite <- value_add. f_equal. ring.
  - intros v ->. replace (n - Z.max 0 n) with 0 by lia. reflexivity.
Qed.

(** * The product of all (x - r) *)

(** [product_of_roots] gives the product of all (x - x_i). *)
Lemma product_of_roots_is_product qs :
  Z.of_nat (length qs) <= 2 ^ 62 ->
  yields (product_of_roots (map point_of qs)) (fun product => product = values (product_of (map fst qs))).
Proof.
  intros Hl. unfold product_of_roots. rewrite points_len. set (n := Z.of_nat (length qs)) in *.
  step. step; [lia|]. cbv zeta. step. step; [rewrite seq_len_fill; lia|]. intros Hset.
  rewrite seq_len_fill in Hset by lia.
  set (after := fun i => product_of (firstn (Z.to_nat i) (map fst qs))).
  assert (Hafter : forall i, 0 <= i <= n -> Z.of_nat (length (after i)) = i + 1).
  { intros i Hi. unfold after. rewrite product_of_length, firstn_length, map_length. lia. }
  apply (yields_for (fun i t => seq_len t = n + 1 /\ forall j, nth j t 0 = value (nth j (after i) zero))).
  - split; [exact Hset|]. intros j. rewrite nth_after_set by (rewrite seq_len_fill; lia).
    destruct (Z.eqb_spec (Z.of_nat j) 0) as [Hj|Hj].
    + replace j with O by lia. reflexivity.
    + destruct j as [|j]; [lia|]. unfold seq_fill. rewrite nth_repeat.
      change (nth (S j) (after 0) zero) with (nth j (@nil element) zero). destruct j; reflexivity.
  - intros i t Hi (Ht & Hold). set (old := after i) in *. set (r := nth (Z.to_nat i) (map fst qs) zero).
    assert (Hnew : after (i + 1) = times_root old r).
    { unfold old, after, product_of. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia.
      assert (Hlt : (Z.to_nat i < length (map fst qs))%nat) by (rewrite map_length; lia).
      unfold r. clearbody n. clear - Hlt. revert Hlt. generalize (Z.to_nat i), (map fst qs), [one].
      intros k. induction k as [|k IH]; intros [|x xs] p Hlt; cbn [length] in Hlt; try lia.
      - reflexivity.
      - cbn [firstn fold_left nth]. rewrite <- IH by lia. reflexivity. }
    assert (Hr : Point_x (point_of (nth (Z.to_nat i) qs (zero, zero))) = value r).
    { unfold r. change zero with (fst (zero, zero)) at 3. now rewrite map_nth. }
    pose proof (Hafter i ltac:(lia)) as Hlen. fold old in Hlen.
    set (new := times_root old r) in *.
    assert (Hnewlen : length new = S (length old)) by apply times_root_from_length.
    assert (Hplace : forall j, nth j new zero = add (nth j (zero :: old) zero) (multiply (nth j old zero) r)).
    { intros j. apply nth_times_root_from. }
    step. step; [lia|]. step.
    apply (yields_for (fun k t => seq_len t = n + 1 /\ forall j,
      nth j t 0 = value (nth j (if i + 1 - k <? Z.of_nat j then new else old) zero))).
    + split; [exact Ht|]. intros j. rewrite Hold.
      destruct (Z.ltb_spec (i + 1 - 0) (Z.of_nat j)) as [Hj|Hj]; [|reflexivity].
      f_equal. rewrite !nth_overflow by lia. reflexivity.
    + clear t Ht Hold. intros k t Hk (Ht & Hmid).
      step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
      set (at' := i + 1 - k) in *.
      rewrite (seq_index_nth 0 t (at' - 1)) by lia. step. step.
      rewrite (seq_index_nth 0 t at') by lia. step. step.
      rewrite index_points by lia. step. step. rewrite Hr, !Hmid.
      replace (at' <? Z.of_nat (Z.to_nat (at' - 1))) with false by lia.
      replace (at' <? Z.of_nat (Z.to_nat at')) with false by lia.
      rewrite gf_mul_elements. step. step. step; [lia|]. intros Hs. split; [lia|]. intros j.
      rewrite nth_after_set by lia. destruct (Z.eqb_spec (Z.of_nat j) at') as [Hj|Hj].
      * replace (i + 1 - (k + 1) <? Z.of_nat j) with true by lia. rewrite Hplace, value_add.
        replace j with (S (Z.to_nat (at' - 1))) by lia. cbn [nth].
        replace (Z.to_nat at') with (S (Z.to_nat (at' - 1))) by lia. reflexivity.
      * rewrite Hmid. replace (i + 1 - (k + 1) <? Z.of_nat j) with (at' <? Z.of_nat j) by lia. reflexivity.
    + clear t Ht Hold. intros t (Ht & Hmid). replace (i + 1 - Z.max 0 (i + 1)) with 0 in Hmid by lia.
      rewrite (seq_index_nth 0 t 0) by lia. step. step. rewrite index_points by lia. step. step.
      rewrite Hr, Hmid. cbn [Z.to_nat Z.of_nat Z.ltb Z.compare]. rewrite gf_mul_elements. step. step.
      step; [lia|]. intros Hs. split; [lia|]. intros j. rewrite Hnew, nth_after_set by lia.
      destruct (Z.eqb_spec (Z.of_nat j) 0) as [Hj|Hj].
      * replace j with O by lia. rewrite Hplace. cbn [nth]. f_equal. ring.
      * rewrite Hmid. replace (0 <? Z.of_nat j) with true by lia. reflexivity.
  - intros t (Ht & Hall). replace (Z.max 0 n) with n in Hall by lia.
    assert (E : after n = product_of (map fst qs)).
    { unfold after. rewrite firstn_all2; [reflexivity|]. rewrite map_length. lia. }
    rewrite E in Hall. apply values_by_places; [|intros j _; apply Hall].
    rewrite product_of_length, map_length. unfold seq_len in Ht. lia.
Qed.

(** * Division by a root *)

(** [without_root] gives the quotient by (x - r). *)
Lemma without_root_is_quotient c q r :
  Z.of_nat (length q) <= 2 ^ 62 ->
  yields (without_root (values (c :: q)) (value r)) (fun quotient => quotient = values (suffix_values q r)).
Proof.
  intros Hl. unfold without_root. rewrite values_len. cbn [length]. step. step; [lia|].
  replace (Z.of_nat (S (length q)) - 1) with (Z.of_nat (length q)) by lia.
  set (n := Z.of_nat (length q)) in *. cbv zeta. step.
  apply (yields_for (fun k x =>
    seq_len (fst x) = n /\ snd x = value (eval (skipn (Z.to_nat (n - k)) q) r) /\
    forall j, n - k <= Z.of_nat j < n -> nth j (fst x) 0 = value (eval (skipn j q) r))).
  - cbn [fst snd]. split; [apply seq_len_fill; lia|]. split; [|lia].
    rewrite skipn_all2; [reflexivity|lia].
  - intros k (t, carry) Hk (Ht & Hcarry & Hplaces). cbn [fst snd] in *.
    step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
    rewrite index_values by (cbn [length]; lia). step. step. rewrite Hcarry, gf_mul_elements. step. step.
    replace (Z.to_nat (n - 1 - k + 1)) with (S (Z.to_nat (n - 1 - k))) by lia. cbn [nth].
    rewrite <- value_add.
    assert (E : add (nth (Z.to_nat (n - 1 - k)) q zero) (multiply (eval (skipn (Z.to_nat (n - k)) q) r) r)
      = eval (skipn (Z.to_nat (n - (k + 1))) q) r).
    { replace (Z.to_nat (n - (k + 1))) with (Z.to_nat (n - 1 - k)) by lia.
      rewrite (skipn_step zero (Z.to_nat (n - 1 - k))) by lia.
      replace (S (Z.to_nat (n - 1 - k))) with (Z.to_nat (n - k)) by lia. cbn [eval]. ring. }
    rewrite E. step. step; [lia|]. intros Hs. step. cbn [fst snd]. split; [lia|]. split; [reflexivity|].
    intros j Hj. rewrite nth_after_set by lia. destruct (Z.eqb_spec (Z.of_nat j) (n - 1 - k)).
    + replace j with (Z.to_nat (n - (k + 1))) by lia. reflexivity.
    + apply Hplaces. lia.
  - intros (t, carry) (Ht & _ & Hplaces). cbn [fst snd] in *. step.
    apply values_by_places; rewrite suffix_values_length; [unfold seq_len in Ht; lia|].
    intros j Hj. rewrite nth_suffix_values. apply Hplaces. lia.
Qed.

(** * Interpolation *)

(** [interpolate] gives Lagrange's sum. *)
Lemma interpolate_is_interpolation qs :
  Z.of_nat (length qs) <= 2 ^ 62 ->
  yields (interpolate (map point_of qs)) (fun coefficients => coefficients = values (interpolation qs)).
Proof.
  intros Hl. unfold interpolate. step.
  eapply yields_mono; [apply product_of_roots_is_product, Hl|]. intros product ->. cbv zeta.
  rewrite points_len. set (n := Z.of_nat (length qs)) in *. set (xs := map fst qs).
  set (after := fun i => fold_left (add_term xs) (firstn (Z.to_nat i) qs) (repeat zero (length qs))).
  assert (Hafter : forall i, length (after i) = length qs).
  { intros i. unfold after. rewrite add_terms_length; [apply map_length|].
    unfold xs. now rewrite repeat_length, map_length. }
  apply (yields_for (fun i t => t = values (after i))).
  - unfold after, values, seq_fill, n. rewrite Nat2Z.id. cbn [Z.to_nat firstn fold_left].
    clear. induction (length qs) as [|k IH]; [reflexivity|]. cbn [repeat map]. now rewrite <- IH.
  - intros i t Hi ->. set (q := nth (Z.to_nat i) qs (zero, zero)).
    assert (Hnew : after (i + 1) = add_term xs (after i) q).
    { unfold after, q. replace (Z.to_nat (i + 1)) with (S (Z.to_nat i)) by lia.
      assert (Hlt : (Z.to_nat i < length qs)%nat) by lia. clearbody xs. clear - Hlt. revert Hlt.
      generalize (repeat zero (length qs)). generalize (Z.to_nat i). intros k. revert qs.
      induction k as [|k IH]; intros [|x l] p Hlt; cbn [length] in Hlt; try lia; [reflexivity|].
      cbn [firstn fold_left nth]. rewrite <- IH by lia. reflexivity. }
    rewrite !index_points by lia. fold q. step. step. cbn [point_of Point_x Point_y].
    pose proof (product_of_length xs) as Hpl. unfold xs in Hpl at 2. rewrite map_length in Hpl.
    step. apply (yields_mono _ (fun b => b = values (basis xs (fst q)))).
    { unfold basis. destruct (product_of xs) as [|c p]; [discriminate|]. cbn [tl].
      apply without_root_is_quotient. cbn [length] in Hpl. lia. }
    intros b ->. step. step. step. step. cbn [point_of Point_x Point_y].
    assert (Hbl : length (basis xs (fst q)) = length qs).
    { rewrite basis_length. unfold xs. apply map_length. }
    step. eapply yields_mono; [apply evaluate_is_eval; rewrite Hbl; lia|]. intros v ->.
    rewrite gf_div_elements. step. step.
    set (scale := divide (snd q) (eval (basis xs (fst q)) (fst q))).
    apply (yields_for (fun k t => seq_len t = n /\ forall j,
      nth j t 0 = value (nth j (if Z.of_nat j <? k then after (i + 1) else after i) zero))).
    + split; [rewrite values_len, Hafter; reflexivity|]. intros j.
      replace (Z.of_nat j <? 0) with false by lia. apply nth_values.
    + intros k t Hk (Ht & Hmid).
      rewrite (seq_index_nth 0 t k) by lia. step. step. rewrite index_values by lia. step. step.
      rewrite gf_mul_elements. step. step. step; [lia|]. intros Hs. split; [lia|]. intros j.
      rewrite nth_after_set by lia. destruct (Z.eqb_spec (Z.of_nat j) k) as [Hj|Hj].
      * replace (Z.of_nat j <? k + 1) with true by lia. rewrite Hmid.
        replace (Z.of_nat (Z.to_nat k) <? k) with false by lia. rewrite <- value_add, Hnew.
        unfold add_term. rewrite nth_plus by (rewrite term_length, Hafter; unfold xs; now rewrite map_length).
        unfold term. cbv zeta. rewrite nth_scaled. fold scale. replace j with (Z.to_nat k) by lia.
        reflexivity.
      * rewrite Hmid. replace (Z.of_nat j <? k + 1) with (Z.of_nat j <? k) by lia. reflexivity.
    + intros t (Ht & Hmid). apply values_by_places; rewrite Hafter; [unfold seq_len in Ht; lia|].
      intros j Hj. rewrite Hmid. replace (Z.of_nat j <? Z.max 0 n) with true by lia. reflexivity.
  - intros t ->. unfold after, interpolation. rewrite firstn_all2 by lia. reflexivity.
Qed.
