(** Ranges of integers that come up in several primitives. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** The lowest bit of anything is a bit. *)
Lemma typed_int_lowest_bit x : typed_int 1 (Z.land x 1).
Proof. change (typed_int 1 (Z.land x (Z.ones 1))). rewrite Z.land_ones by lia. apply typed_int_mod. lia. Qed.

(** What fits fewer bits fits more. *)
Lemma typed_int_widen v w x : typed_int v x -> 0 <= v <= w -> typed_int w x.
Proof.
  unfold typed_int. intros Hx Hvw. assert (2 ^ v <= 2 ^ w) by (apply Z.pow_le_mono_r; lia). lia.
Qed.

(** From zero to below a bound: what coefficients are. *)
Definition below (bound x : Z) : Prop := 0 <= x < bound.

(** A cast keeps what fits. *)
Lemma cast_small w x : 0 <= x < 2 ^ w -> cast w x = x.
Proof. apply Z.mod_small. Qed.

(** A remainder that fits is below the divisor after the cast too. *)
Lemma below_cast_mod w x q : 0 < q <= 2 ^ w -> below q (cast w (x mod q)).
Proof.
  intros Hq. unfold below. pose proof (Z.mod_pos_bound x q ltac:(lia)). rewrite cast_small; lia.
Qed.

(** All numbers below a bound that fits have the type. *)
Lemma Forall_below_typed bound w s : bound <= 2 ^ w -> Forall (below bound) s -> Forall (typed_int w) s.
Proof. intros Hbound. apply Forall_impl. unfold below, typed_int. lia. Qed.

(** The lowest bit is below two. *)
Lemma below_lowest_bit x : below 2 (Z.land x 1).
Proof. exact (typed_int_lowest_bit x). Qed.

(** A shift to the left is at most the product: bits may be lost. *)
Lemma shl_bound w x n : 0 <= w -> 0 <= n -> 0 <= x -> 0 <= shl w x n <= x * 2 ^ n.
Proof.
  intros Hw Hn Hx. unfold shl. rewrite Z.shiftl_mul_pow2 by assumption.
  assert (0 < 2 ^ w) by (apply Z.pow_pos_nonneg; lia). assert (0 < 2 ^ n) by (apply Z.pow_pos_nonneg; lia).
  split; [apply Z.mod_pos_bound; assumption|]. apply Z.mod_le; [nia|assumption].
Qed.

(** A shift of one is a power of two. *)
Lemma shl_one w n : 0 <= n < w -> shl w 1 n = 2 ^ n.
Proof.
  intros Hn. unfold shl. rewrite Z.shiftl_mul_pow2, Z.mul_1_l by lia. apply Z.mod_small.
  split; [apply Z.pow_nonneg; lia|]. apply Z.pow_lt_mono_r; lia.
Qed.
