(** Panic-freedom of [ratchet::sparse::gf65536]: arithmetic of 16-bit elements stays within 16 bits. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet.generated Require Import ratchet_sparse_gf65536.

(** * Times x *)

(** The first line of the loop of [gf_mul]: an element times x. *)
Definition times_x (product : Z) : Z := Z.lxor (shl 32 product 1) (shr product 15 * MODULUS).

(** Bit 15 of an element is 0 or 1, and says whether x^16 is reduced. *)
Lemma times_x_cases p :
  typed_int 16 p ->
  p < 2 ^ 15 /\ shr p 15 = 0 /\ times_x p = 2 * p \/
  2 ^ 15 <= p /\ shr p 15 = 1 /\ times_x p = Z.lxor (2 * p - 2 ^ 16) 4107.
Proof.
  unfold typed_int. intros H.
  assert (E : shl 32 p 1 = 2 * p).
  { unfold shl. rewrite Z.shiftl_mul_pow2 by lia. rewrite Z.mod_small; lia. }
  unfold times_x. rewrite E. unfold shr. rewrite Z.shiftr_div_pow2 by lia.
  destruct (Z.lt_ge_cases p (2 ^ 15)) as [Hp|Hp].
  - left. rewrite Z.div_small by lia. rewrite Z.mul_0_l, Z.lxor_0_r. auto.
  - right. replace (p / 2 ^ 15) with 1 by (apply Z.div_unique with (p - 2 ^ 15); lia).
    split; [lia|]. split; [reflexivity|].
    assert (Hhigh : forall z, 0 <= z < 2 ^ 16 -> z + 2 ^ 16 = Z.lxor z (2 ^ 16)).
    { intros z Hz. apply Z.add_nocarry_lxor. change (2 ^ 16) with (1 * 2 ^ 16).
      rewrite <- Z.shiftl_mul_pow2 by lia. apply Z.bits_inj'. intros k Hk.
      rewrite Z.land_spec, Z.bits_0. destruct (Z.lt_ge_cases k 16).
      - rewrite Z.shiftl_spec_low by lia. apply andb_false_r.
      - replace (Z.testbit z k) with false; [reflexivity|]. symmetry.
        destruct (Z.eq_dec z 0) as [->|]; [apply Z.bits_0|].
        apply Z.bits_above_log2; [lia|]. apply Z.lt_le_trans with 16; [|lia].
        apply Z.log2_lt_pow2; lia. }
    replace (2 * p) with ((2 * p - 2 ^ 16) + 2 ^ 16) at 1 by lia.
    change (1 * MODULUS) with (4107 + 2 ^ 16). rewrite !Hhigh by lia.
    apply Z.bits_inj'. intros k _. rewrite !Z.lxor_spec.
    now destruct (Z.testbit (2 * p - 2 ^ 16) k), (Z.testbit (2 ^ 16) k), (Z.testbit 4107 k).
Qed.

(** An element times x is an element. *)
Lemma times_x_typed p : typed_int 16 p -> typed_int 16 (times_x p).
Proof.
  intros H. destruct (times_x_cases p H) as [(H1 & _ & ->)|(H1 & _ & ->)].
  - unfold typed_int in *. lia.
  - apply typed_int_lxor; unfold typed_int in *; lia.
Qed.

(** A bit times an element is the element or 0. *)
Lemma bit_times_typed x a : typed_int 16 a -> typed_int 16 (Z.land x 1 * a).
Proof.
  intros H. change 1 with (Z.ones 1). rewrite Z.land_ones by lia. change (2 ^ 1) with 2.
  pose proof (Z.mod_pos_bound x 2). unfold typed_int in *. nia.
Qed.

(** * The functions *)

(** A sum is an element. *)
Lemma gf_add_typed a b : typed_int 16 a -> typed_int 16 b -> typed_int 16 (gf_add a b).
Proof. apply typed_int_lxor. lia. Qed.

(** The product of elements is an element. *)
Lemma gf_mul_safe a b : typed_int 16 a -> typed_int 16 b -> yields (gf_mul a b) (typed_int 16).
Proof.
  intros Ha Hb. unfold gf_mul. cbv zeta. step. apply (yields_for (fun _ => typed_int 16)).
  - unfold typed_int. lia.
  - intros i p Hi Hp. pose proof (times_x_typed p Hp) as Hx. unfold times_x in Hx.
    assert (Hbit : 0 <= shr p 15 * MODULUS < 2 ^ 32)
      by (destruct (times_x_cases p Hp) as [(_ & -> & _)|(_ & -> & _)]; unfold MODULUS; lia).
    step. step; [exact Hbit|].
    step. step; [lia|].
    step. step; [lia|].
    pose proof (bit_times_typed (shr b (15 - i)) a Ha) as Hy.
    step. step; [unfold typed_int in Hy; lia|].
    step. apply typed_int_lxor; [lia|exact Hx|exact Hy].
  - intros p Hp. step. apply typed_int_cast. lia.
Qed.
#[export] Hint Resolve gf_mul_safe : spec.

(** The inverse of an element is an element. *)
Lemma gf_inv_safe a : typed_int 16 a -> yields (gf_inv a) (typed_int 16).
Proof.
  intros Ha. unfold gf_inv. cbv zeta. step.
  apply (yields_for (fun _ x => typed_int 16 (fst x) /\ typed_int 16 (snd x))).
  - split; [exact Ha|]. unfold typed_int. simpl. lia.
  - intros i (p, v) _ (Hp & Hv). simpl in Hp, Hv. steps.
  - intros (p, v) (_ & Hv). exact Hv.
Qed.
#[export] Hint Resolve gf_inv_safe : spec.

(** The quotient of elements is an element. *)
Lemma gf_div_safe a b : typed_int 16 a -> typed_int 16 b -> yields (gf_div a b) (typed_int 16).
Proof.
  intros Ha Hb. unfold gf_div. step. eapply yields_mono; [apply gf_inv_safe, Hb|].
  intros v Hv. apply gf_mul_safe; assumption.
Qed.
#[export] Hint Resolve gf_div_safe : spec.
