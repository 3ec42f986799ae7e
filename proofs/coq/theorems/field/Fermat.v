(** Powers modulo a number, and Fermat's little theorem. *)
From Coq Require Import Znumtheory Permutation.
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** * Powers by squaring *)

(** Squaring gives the power. *)
Lemma power_mod_positive_power modulus base exponent :
  0 < modulus -> power_mod_positive modulus base exponent = base ^ Zpos exponent mod modulus.
Proof.
  intros Hmodulus. induction exponent as [half IH|half IH|]; cbn [power_mod_positive].
  - rewrite IH, <- Z.mul_mod, Z.mul_mod_idemp_l by lia. f_equal.
    replace (Zpos half~1) with (Zpos half + Zpos half + 1) by lia.
    now rewrite !Z.pow_add_r, Z.pow_1_r by lia.
  - rewrite IH, <- Z.mul_mod by lia. f_equal.
    replace (Zpos half~0) with (Zpos half + Zpos half) by lia. now rewrite Z.pow_add_r by lia.
  - now rewrite Z.pow_1_r.
Qed.

(** The power that generated code computes is the power. *)
Lemma power_mod_power modulus base exponent :
  0 < modulus -> 0 <= exponent -> power_mod modulus base exponent = base ^ exponent mod modulus.
Proof.
  intros Hmodulus Hexponent. destruct exponent as [|exponent|exponent]; [reflexivity| |lia].
  now apply power_mod_positive_power.
Qed.

(** A power of a number is the power of its remainder. *)
Lemma power_of_remainder modulus a n : 0 < modulus -> 0 <= n -> (a mod modulus) ^ n mod modulus = a ^ n mod
  modulus.
Proof.
  intros Hmodulus Hn. revert n Hn. apply natlike_ind; [reflexivity|]. intros n Hn IH.
  rewrite !Z.pow_succ_r by assumption. rewrite Z.mul_mod, IH, Z.mod_mod, <- Z.mul_mod by lia. reflexivity.
Qed.

(** * Fermat's little theorem *)

Section Fermat.
Variables (p a : Z).
Hypothesis p_prime : prime p.
Hypothesis a_not_zero : ~ (p | a).

(** The numbers from 1 to p - 1. *)
Let units : list Z := map Z.of_nat (seq 1 (Z.to_nat (p - 1))).
Let product : list Z -> Z := fold_right Z.mul 1.

Local Lemma p_large : 1 < p.
Proof. now destruct p_prime. Qed.

Local Lemma in_units x : In x units <-> 0 < x < p.
Proof.
  pose proof p_large. unfold units. rewrite in_map_iff. split.
  - intros (n & <- & Hn). apply in_seq in Hn. lia.
  - intros Hx. exists (Z.to_nat x). split; [lia|]. apply in_seq. lia.
Qed.

Local Lemma units_distinct : NoDup units.
Proof.
  unfold units. apply FinFun.Injective_map_NoDup; [|apply seq_NoDup]. intros x y. apply Nat2Z.inj.
Qed.

Local Lemma unit_not_divisible x : 0 < x < p -> ~ (p | x).
Proof. intros Hx H. apply Z.divide_pos_le in H; lia. Qed.

(** Multiplication by [a] is one to one modulo [p]. *)
Local Lemma multiples_injective x y : 0 < x < p -> 0 < y < p -> (a * x) mod p = (a * y) mod p -> x = y.
Proof.
  intros Hx Hy Heq. pose proof p_large.
  assert (Hdiv : (p | a * (x - y))).
  { apply Z.mod_divide; [lia|]. replace (a * (x - y)) with (a * x - a * y) by lia.
    rewrite Zminus_mod, Heq, Z.sub_diag. apply Z.mod_0_l. lia. }
  apply prime_mult in Hdiv; [|assumption]. destruct Hdiv as [Hdiv|(k & Hk)]; [contradiction|].
  assert (k = 0) by nia. lia.
Qed.

Local Lemma multiples_permute : Permutation (map (fun x => (a * x) mod p) units) units.
Proof.
  pose proof p_large as Hlarge. apply NoDup_Permutation_bis.
  - assert (Hmap : forall l, incl l units -> NoDup l -> NoDup (map (fun x => (a * x) mod p) l)).
    { intros l Hl Hd. induction Hd as [|x l Hx Hd IH]; [constructor|]. cbn [map]. constructor.
      - intros Hin. apply in_map_iff in Hin as (y & Heq & Hy). apply Hx.
        replace x with y; [assumption|]. apply multiples_injective; [| |assumption]; apply in_units, Hl.
        + now right.
        + now left.
      - apply IH. intros y Hy. apply Hl. now right. }
    apply Hmap; [apply incl_refl|apply units_distinct].
  - now rewrite map_length.
  - intros y Hy. apply in_map_iff in Hy as (x & <- & Hx). apply in_units in Hx. apply in_units.
    assert ((a * x) mod p <> 0).
    { intros H0. apply Z.mod_divide in H0; [|lia]. apply prime_mult in H0; [|assumption].
      destruct H0 as [H0|H0]; [contradiction|]. now apply unit_not_divisible in H0. }
    pose proof (Z.mod_pos_bound (a * x) p ltac:(lia)). lia.
Qed.

Local Lemma product_permutes l m : Permutation l m -> product l = product m.
Proof. induction 1; unfold product in *; cbn [fold_right] in *; lia || nia. Qed.

Local Lemma product_of_multiples l :
  product (map (fun x => (a * x) mod p) l) mod p = (a ^ Z.of_nat (length l) * product l) mod p.
Proof.
  pose proof p_large. induction l as [|x l IH]; [reflexivity|]. unfold product in *.
  cbn [map fold_right length].
  rewrite Z.mul_mod, IH, Z.mod_mod, <- Z.mul_mod by lia. f_equal.
  rewrite Nat2Z.inj_succ, Z.pow_succ_r by lia. ring.
Qed.

Local Lemma product_not_divisible l : incl l units -> ~ (p | product l).
Proof.
  induction l as [|x l IH]; intros Hl; unfold product in *; cbn [fold_right].
  - pose proof p_large. intros H1. apply Z.divide_pos_le in H1; lia.
  - intros H. apply prime_mult in H; [|assumption]. destruct H as [H|H].
    + revert H. apply unit_not_divisible, in_units, Hl. now left.
    + revert H. apply IH. intros y Hy. apply Hl. now right.
Qed.

(** A number that a prime does not divide, to the power of one less than the prime, leaves one. *)
Theorem fermat : a ^ (p - 1) mod p = 1.
Proof.
  pose proof p_large. pose proof (product_of_multiples units) as H1.
  rewrite (product_permutes _ _ multiples_permute) in H1.
  replace (Z.of_nat (length units)) with (p - 1) in H1 by (unfold units; rewrite map_length, seq_length; lia).
  assert (Hdiv : (p | (a ^ (p - 1) - 1) * product units)).
  { apply Z.mod_divide; [lia|]. rewrite Z.mul_sub_distr_r, Z.mul_1_l, Zminus_mod, <- H1, Z.sub_diag.
    apply Z.mod_0_l. lia. }
  apply prime_mult in Hdiv; [|assumption]. destruct Hdiv as [(k & Hk)|Hdiv].
  - replace (a ^ (p - 1)) with (1 + k * p) by lia. rewrite Z.mod_add by lia. apply Z.mod_1_l. lia.
  - exfalso. revert Hdiv. apply product_not_divisible, incl_refl.
Qed.
End Fermat.
