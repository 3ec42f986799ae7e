(** A step of the generated ladder of X25519 is the addition law of the curve, where no denominator is zero.
    *)
From Coq Require Import Znumtheory Setoid Morphisms.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.Field.
From Twinratchet.generated Require Import primitives_field25519 primitives_x25519.

(** * Congruence modulo p *)

Definition congruent (x y : Z) : Prop := x mod modulus_p = y mod modulus_p.
Infix "==" := congruent (at level 70).

Local Lemma p_large : 2 < modulus_p.
Proof. unfold modulus_p. lia. Qed.

#[export] Instance congruent_equivalence : Equivalence congruent.
Proof. split; repeat intro; unfold congruent in *; congruence. Qed.

#[local] Instance add_proper : Proper (congruent ==> congruent ==> congruent) Z.add.
Proof. intros x x' Hx y y' Hy. unfold congruent in *. now rewrite Zplus_mod, Hx, Hy, <- Zplus_mod. Qed.

#[local] Instance sub_proper : Proper (congruent ==> congruent ==> congruent) Z.sub.
Proof. intros x x' Hx y y' Hy. unfold congruent in *. now rewrite Zminus_mod, Hx, Hy, <- Zminus_mod. Qed.

#[local] Instance mul_proper : Proper (congruent ==> congruent ==> congruent) Z.mul.
Proof. intros x x' Hx y y' Hy. unfold congruent in *. now rewrite Zmult_mod, Hx, Hy, <- Zmult_mod. Qed.

Local Lemma equal_congruent x y : x = y -> x == y.
Proof. now intros ->. Qed.

Local Lemma reduced_congruent x : x mod modulus_p == x.
Proof. apply Z.mod_mod. discriminate. Qed.

(** * From operations of the field to those of integers *)

Local Lemma plain_add x x' y y' : x == x' -> y == y' -> fe_add x y == x' + y'.
Proof. intros <- <-. apply reduced_congruent. Qed.
Local Lemma plain_sub x x' y y' : x == x' -> y == y' -> fe_sub x y == x' - y'.
Proof. intros <- <-. apply reduced_congruent. Qed.
Local Lemma plain_mul x x' y y' : x == x' -> y == y' -> fe_mul x y == x' * y'.
Proof. intros <- <-. apply reduced_congruent. Qed.

Local Lemma plain_equation x x' y y' : x == x' -> y == y' -> x' == y' -> x == y.
Proof. now intros -> ->. Qed.
Local Lemma plain_inequation x x' y : x == x' -> ~ x' == y -> ~ x == y.
Proof. now intros ->. Qed.
Local Lemma plain_hypothesis x x' y y' (P : Prop) : x == x' -> y == y' -> (x' == y' -> P) -> x == y -> P.
Proof. intros Hx Hy HP Hxy. apply HP. now rewrite <- Hx, <- Hy. Qed.

(** A term is congruent to the same with operations of integers. *)
Local Ltac plain :=
  lazymatch goal with
  | |- fe_add _ _ == _ => eapply plain_add; plain
  | |- fe_sub _ _ == _ => eapply plain_sub; plain
  | |- fe_mul _ _ == _ => eapply plain_mul; plain
  | |- _ + _ == _ => eapply add_proper; plain
  | |- _ - _ == _ => eapply sub_proper; plain
  | |- _ * _ == _ => eapply mul_proper; plain
  | |- _ == _ => reflexivity
  end.

Local Ltac integers :=
  lazymatch goal with
  | |- ~ _ == _ => eapply plain_inequation; [plain|]
  | |- _ == _ => eapply plain_equation; [plain|plain|]
  end.
Local Ltac integers_in H := revert H; eapply plain_hypothesis; [plain|plain|intros H].

Local Lemma product_not_zero x y : ~ x == 0 -> ~ y == 0 -> ~ x * y == 0.
Proof.
  unfold congruent. rewrite Z.mod_0_l by discriminate. intros Hx Hy Hxy.
  apply Z.mod_divide in Hxy; [|discriminate]. apply (prime_mult _ modulus_p_is_prime) in Hxy as [H|H];
    apply Z.mod_divide in H; discriminate || contradiction.
Qed.

Local Lemma cancel x y z : ~ z == 0 -> x * z == y * z -> x == y.
Proof.
  intros Hz Heq. assert (Hdiff : (x - y) * z == 0).
  { transitivity (x * z - y * z); [apply equal_congruent; ring|]. rewrite Heq. apply equal_congruent. ring. }
  destruct (Z.eq_dec ((x - y) mod modulus_p) 0) as [H0|Hnot].
  - transitivity (x - y + y); [apply equal_congruent; ring|]. transitivity (0 + y); [|reflexivity].
    apply add_proper; [exact H0|reflexivity].
  - exfalso. revert Hdiff. now apply product_not_zero.
Qed.

Local Lemma two_not_zero : ~ 2 == 0.
Proof. intros H. discriminate H. Qed.

Local Lemma congruent_elements x y : typed_fe x -> typed_fe y -> x == y -> x = y.
Proof. unfold congruent. intros Hx Hy Heq. now rewrite !Z.mod_small in Heq. Qed.

Local Lemma product_typed x y : typed_fe (fe_mul x y).
Proof. apply typed_fe_mod. Qed.
Local Lemma difference_typed x y : typed_fe (fe_sub x y).
Proof. apply typed_fe_mod. Qed.

Opaque fe_add fe_sub fe_mul inverse modulus_p congruent.

(** * The curve *)

(** The coefficient A of the curve. *)
Notation A := 486662 (only parsing).

(** v^2 = u^3 + A u^2 + u, modulo p. *)
Definition on_curve (u v : Fe) : Prop := v * v == u * u * u + A * (u * u) + u.

(** Division with the generated inverse. *)
Definition quotient (x y : Fe) : Fe := fe_mul x (inverse y).

(** The third point of a line of slope [s] through two points: its coordinate u. *)
Definition third_u (s u1 u2 : Fe) : Fe := fe_sub (fe_sub (fe_sub (fe_mul s s) A) u1) u2.

(** The coordinate u of twice a point, by its tangent (RFC 7748, section 4; [v] is not zero). *)
Definition double_u (u v : Fe) : Fe :=
  third_u (quotient (fe_add (fe_add (fe_mul 3 (fe_mul u u)) (fe_mul (2 * A) u)) 1) (fe_mul 2 v)) u u.

(** The coordinate u of the sum of two points, by their chord ([u1] is not [u2]). *)
Definition sum_u (u1 v1 u2 v2 : Fe) : Fe := third_u (quotient (fe_sub v2 v1) (fe_sub u2 u1)) u1 u2.

(** A point of the ladder stands for a coordinate: the quotient of its own, whose denominator is not zero. *)
Definition represents (point : LadderPoint) (u : Fe) : Prop :=
  ~ LadderPoint_z point == 0 /\ LadderPoint_x point == u * LadderPoint_z point.

Local Lemma quotient_times x y : typed_fe y -> ~ y == 0 -> quotient x y * y == x.
Proof.
  intros Hy Hzero. unfold quotient. integers. transitivity (x * (fe_mul (inverse y) y)).
  - integers. apply equal_congruent. ring.
  - rewrite inverse_inverts by (assumption || (intros Hy0; apply Hzero; rewrite Hy0; reflexivity)).
    apply equal_congruent. ring.
Qed.

(** What the ladder divides at its end is the coordinate that the point stands for. *)
Theorem quotient_of_represented point u :
  LadderPoint_typed point -> typed_fe u -> represents point u ->
  fe_mul (LadderPoint_x point) (inverse (LadderPoint_z point)) = u.
Proof.
  intros (_ & Hz) Hu (Hzero & Hx).
  assert (Heq : fe_mul (LadderPoint_x point) (inverse (LadderPoint_z point)) == u).
  { apply (cancel _ _ (LadderPoint_z point) Hzero). fold (quotient (LadderPoint_x point) (LadderPoint_z
      point)).
    rewrite quotient_times by assumption. exact Hx. }
  apply congruent_elements; [apply product_typed|exact Hu|exact Heq].
Qed.

(** * Doubling *)

(** The first point that a step gives stands for the double of the first point that it was given. *)
Theorem ladder_step_doubles x_1 two three u v :
  on_curve u v -> ~ v == 0 -> represents two u ->
  represents (fst (ladder_step x_1 two three)) (double_u u v).
Proof.
  unfold on_curve. intros Hcurve Hv (Hz & Hx). destruct two as [x z]. cbn [LadderPoint_x LadderPoint_z] in *.
  unfold ladder_step, represents. cbv zeta. cbn [fst LadderPoint_x LadderPoint_z].
  pose proof two_not_zero as Htwo.
  assert (Hdenominator : ~ 2 * v == 0) by now apply product_not_zero.
  pose proof (quotient_times (fe_add (fe_add (fe_mul 3 (fe_mul u u)) (fe_mul (2 * A) u)) 1) (fe_mul 2 v)
    (product_typed _ _)) as Hslope.
  unfold double_u. generalize dependent
    (quotient (fe_add (fe_add (fe_mul 3 (fe_mul u u)) (fe_mul (2 * A) u)) 1) (fe_mul 2 v)). intros s Hslope.
  specialize (Hslope ltac:(integers; exact Hdenominator)). integers_in Hslope.
  assert (Hz_new : fe_mul (fe_sub (fe_mul (fe_add x z) (fe_add x z)) (fe_mul (fe_sub x z) (fe_sub x z)))
      (fe_add (fe_mul (fe_add x z) (fe_add x z)) (fe_mul (fe_literal A24)
        (fe_sub (fe_mul (fe_add x z) (fe_add x z)) (fe_mul (fe_sub x z) (fe_sub x z)))))
    == (2 * v) * (2 * v) * (z * z * (z * z))).
  { unfold fe_literal, A24. integers. rewrite Hx.
    transitivity (4 * (u * u * u + A * (u * u) + u) * (z * z * (z * z))); [apply equal_congruent; ring|].
    rewrite <- Hcurve. apply equal_congruent. ring. }
  split.
  - rewrite Hz_new. repeat apply product_not_zero; assumption.
  - rewrite Hz_new. unfold third_u. integers. rewrite Hx.
    transitivity (((s * (2 * v)) * (s * (2 * v)) - (A + u + u) * (4 * (v * v))) * (z * z * (z * z)));
      [|apply equal_congruent; ring].
    rewrite Hslope, Hcurve. apply equal_congruent. ring.
Qed.

(** * Addition *)

(** The second point that a step gives stands for the sum of the two that it was given, if [x_1] is the
    coordinate of
    their difference. *)
Theorem ladder_step_adds x_1 two three u1 v1 u2 v2 :
  on_curve u1 v1 -> on_curve u2 v2 -> ~ u1 == u2 -> represents two u1 -> represents three u2 ->
  ~ x_1 == 0 -> x_1 == sum_u u1 (negate v1) u2 v2 ->
  represents (snd (ladder_step x_1 two three)) (sum_u u1 v1 u2 v2).
Proof.
  unfold on_curve. intros Hcurve1 Hcurve2 Hdistinct (Hz2 & Hx2) (Hz3 & Hx3) Hx_1 Hdifference.
  destruct two as [x2 z2]. destruct three as [x3 z3]. cbn [LadderPoint_x LadderPoint_z] in *.
  unfold ladder_step, represents. cbv zeta. cbn [snd LadderPoint_x LadderPoint_z].
  pose proof two_not_zero as Htwo.
  assert (Hd : ~ u2 - u1 == 0).
  { intros H. apply Hdistinct. transitivity (u2 - (u2 - u1)); [apply equal_congruent; ring|].
    rewrite H. apply equal_congruent. ring. }
  unfold sum_u in *.
  pose proof (quotient_times (fe_sub v2 v1) (fe_sub u2 u1) (difference_typed _ _)) as Hs.
  generalize dependent (quotient (fe_sub v2 v1) (fe_sub u2 u1)). intros s Hs.
  pose proof (quotient_times (fe_sub v2 (negate v1)) (fe_sub u2 u1) (difference_typed _ _)) as Ht.
  generalize dependent (quotient (fe_sub v2 (negate v1)) (fe_sub u2 u1)). intros t Hdifference Ht.
  specialize (Hs ltac:(integers; exact Hd)). specialize (Ht ltac:(integers; exact Hd)).
  unfold negate, third_u, fe_literal in *. integers_in Hs. integers_in Ht. integers_in Hdifference.
  set (d := u2 - u1) in *.
  assert (Hsum : fe_add (fe_mul (fe_sub x3 z3) (fe_add x2 z2)) (fe_mul (fe_add x3 z3) (fe_sub x2 z2))
    == 2 * (z2 * z3) * (u1 * u2 - 1)) by (integers; rewrite Hx2, Hx3; apply equal_congruent; ring).
  assert (Hsub : fe_sub (fe_mul (fe_sub x3 z3) (fe_add x2 z2)) (fe_mul (fe_add x3 z3) (fe_sub x2 z2))
    == 2 * (z2 * z3) * d) by (integers; rewrite Hx2, Hx3; apply equal_congruent; unfold d; ring).
  assert (Hproduct : (s * s - A - u1 - u2) * x_1 * (d * d) == (u1 * u2 - 1) * (u1 * u2 - 1)).
  { apply (cancel _ _ (d * d)); [now apply product_not_zero|]. rewrite Hdifference.
    transitivity (((s * d) * (s * d) - (A + u1 + u2) * (d * d)) * ((t * d) * (t * d) - (A + u1 + u2) * (d *
      d)));
      [apply equal_congruent; ring|].
    rewrite Hs, Ht.
    transitivity ((v2 * v2 - v1 * v1) * (v2 * v2 - v1 * v1)
      - 2 * (A + u1 + u2) * (d * d) * (v1 * v1 + v2 * v2)
      + (A + u1 + u2) * (d * d) * ((A + u1 + u2) * (d * d))); [apply equal_congruent; ring|].
    rewrite Hcurve1, Hcurve2. apply equal_congruent. unfold d. ring. }
  revert Hsum Hsub.
  generalize (fe_add (fe_mul (fe_sub x3 z3) (fe_add x2 z2)) (fe_mul (fe_add x3 z3) (fe_sub x2 z2))).
  generalize (fe_sub (fe_mul (fe_sub x3 z3) (fe_add x2 z2)) (fe_mul (fe_add x3 z3) (fe_sub x2 z2))).
  intros difference sum Hsum Hsub. split; integers.
  - rewrite Hsub. repeat apply product_not_zero; assumption.
  - rewrite Hsum, Hsub. transitivity (4 * (z2 * z3) * (z2 * z3) * ((u1 * u2 - 1) * (u1 * u2 - 1)));
      [apply equal_congruent; ring|].
    rewrite <- Hproduct. apply equal_congruent. ring.
Qed.

(** * The order of the two points *)

Local Lemma third_u_of_squares s t u1 u2 : s * s == t * t -> third_u s u1 u2 == third_u t u2 u1.
Proof.
  intros Hsquares. unfold third_u. integers. rewrite Hsquares. apply equal_congruent. ring.
Qed.

Local Lemma slopes_of_swapped u1 u2 a b :
  ~ u1 == u2 -> a * a == b * b ->
  quotient a (fe_sub u1 u2) * quotient a (fe_sub u1 u2) == quotient b (fe_sub u2 u1) * quotient b (fe_sub u2
    u1).
Proof.
  intros Hdistinct Hsquares.
  assert (Hd : ~ u1 - u2 == 0).
  { intros H. apply Hdistinct. transitivity (u1 - u2 + u2); [apply equal_congruent; ring|].
    rewrite H. apply equal_congruent. ring. }
  assert (Hd' : ~ u2 - u1 == 0).
  { intros H. apply Hd. transitivity (0 - (u2 - u1)); [apply equal_congruent; ring|].
    rewrite H. reflexivity. }
  pose proof (quotient_times a (fe_sub u1 u2) (difference_typed _ _)) as Hs.
  pose proof (quotient_times b (fe_sub u2 u1) (difference_typed _ _)) as Ht.
  generalize dependent (quotient a (fe_sub u1 u2)). intros s Hs.
  generalize dependent (quotient b (fe_sub u2 u1)). intros t Ht.
  specialize (Hs ltac:(integers; exact Hd)). specialize (Ht ltac:(integers; exact Hd')).
  integers_in Hs. integers_in Ht.
  apply (cancel _ _ ((u1 - u2) * (u1 - u2))); [now apply product_not_zero|].
  transitivity ((s * (u1 - u2)) * (s * (u1 - u2))); [apply equal_congruent; ring|].
  transitivity ((t * (u2 - u1)) * (t * (u2 - u1))); [|apply equal_congruent; ring].
  now rewrite Hs, Ht.
Qed.

(** The sum does not depend on the order. *)
Theorem sum_of_swapped u1 v1 u2 v2 : ~ u1 == u2 -> sum_u u2 v2 u1 v1 == sum_u u1 v1 u2 v2.
Proof.
  intros Hdistinct. apply third_u_of_squares, slopes_of_swapped; [assumption|].
  integers. apply equal_congruent. ring.
Qed.

(** Nor does the coordinate u of the difference. *)
Theorem difference_of_swapped u1 v1 u2 v2 :
  ~ u1 == u2 -> sum_u u2 (negate v2) u1 v1 == sum_u u1 (negate v1) u2 v2.
Proof.
  intros Hdistinct. apply third_u_of_squares, slopes_of_swapped; [assumption|].
  unfold negate, fe_literal. integers. apply equal_congruent. ring.
Qed.

(** What a point stands for matters modulo p only. *)
Theorem represents_congruent point u u' : u == u' -> represents point u -> represents point u'.
Proof. intros Hu (Hz & Hx). split; [assumption|]. now rewrite <- Hu. Qed.

(** The first step of the ladder for a highest bit of one: the point itself comes out of the neutral element.
    *)
Theorem ladder_step_from_neutral u :
  ~ u == 0 -> represents (snd (ladder_step u (mk_LadderPoint u 1) (mk_LadderPoint 1 0))) u.
Proof.
  intros Hu. pose proof two_not_zero as Htwo. unfold ladder_step, represents. cbv zeta.
  cbn [snd LadderPoint_x LadderPoint_z]. split; integers.
  - intros H. assert (Hfour : u * (2 * 2) == 0); [|revert Hfour; repeat apply product_not_zero; assumption].
    rewrite <- H. apply equal_congruent. ring.
  - apply equal_congruent. ring.
Qed.
