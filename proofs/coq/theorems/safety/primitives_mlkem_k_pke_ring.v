(** Panic-freedom of [primitives::mlkem::k_pke::ring]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Integers theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring.

(** 256 coefficients below a bound. *)
Definition polynomial (bound : Z) (f : KemPolynomial) : Prop := typed_array (below bound) 256 f.

(** What the ring works with: coefficients below q = 3329. *)
Notation reduced := (polynomial 3329).

(** Coefficients that fit 16 bits make a polynomial of its type. *)
Lemma polynomial_typed bound f : bound <= 2 ^ 16 -> polynomial bound f -> KemPolynomial_typed f.
Proof. intros Hbound (Hlen & Hf). split; [assumption|]. eapply Forall_below_typed; eassumption. Qed.

(** The polynomial of zeros is reduced to any bound. *)
Lemma zero_polynomial bound : 0 < bound -> polynomial bound (seq_fill 0 256).
Proof. intros. split; [reflexivity|]. apply Forall_fill. unfold below. lia. Qed.

(** The 128 powers of zeta are reduced. *)
Lemma ZETAS_reduced : seq_len ZETAS = 128 /\ Forall (below 3329) ZETAS.
Proof. split; [reflexivity|]. unfold ZETAS, below. repeat constructor; lia. Qed.

(** * Coefficients *)

(** A sum is reduced. *)
Lemma plus_safe a b : below 3329 a -> below 3329 b -> yields (plus a b) (below 3329).
Proof. intros. unfold plus, Q. walk. apply below_cast_mod. lia. Qed.
#[export] Hint Resolve plus_safe : spec.

(** A difference is reduced. *)
Lemma minus_safe a b : below 3329 a -> below 3329 b -> yields (minus a b) (below 3329).
Proof. intros. unfold minus, Q. walk. apply below_cast_mod. lia. Qed.
#[export] Hint Resolve minus_safe : spec.

(** A product is reduced. *)
Lemma times_safe a b : below 3329 a -> below 3329 b -> yields (times a b) (below 3329).
Proof. intros. unfold times, Q. walk; [unfold below in *; nia|]. apply below_cast_mod. lia. Qed.
#[export] Hint Resolve times_safe : spec.

(** The factor of each of the 128 products of pairs is reduced. *)
Lemma gamma_safe i : 0 <= i < 128 -> yields (gamma i) (below 3329).
Proof.
  intros Hi. pose proof ZETAS_reduced as (Hlen & Hzetas). unfold gamma.
  assert (0 <= i / 2 < 64) by (split; [apply Z.div_pos|apply Z.div_lt_upper_bound]; lia).
  walk; [assumption|]. apply minus_safe; [unfold below; lia|assumption].
Qed.
#[export] Hint Resolve gamma_safe : spec.

(** * Polynomials *)

(** A sum of polynomials is reduced. *)
Lemma add_polynomials_safe f g : reduced f -> reduced g -> yields (add_polynomials f g) reduced.
Proof.
  intros (Hf & Hf') (Hg & Hg'). unfold add_polynomials, N. cbv zeta.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto].
  intros i out Hi (Hlen & Hout). walk. call plus_safe; [assumption..|]. intros c Hc. walk.
  split; [whole|assumption].
Qed.
#[export] Hint Resolve add_polynomials_safe : spec.

(** A difference of polynomials is reduced. *)
Lemma subtract_polynomials_safe f g : reduced f -> reduced g -> yields (subtract_polynomials f g) reduced.
Proof.
  intros (Hf & Hf') (Hg & Hg'). unfold subtract_polynomials, N. cbv zeta.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto].
  intros i out Hi (Hlen & Hout). walk. call minus_safe; [assumption..|]. intros c Hc. walk.
  split; [whole|assumption].
Qed.
#[export] Hint Resolve subtract_polynomials_safe : spec.

(** * The transform *)

(** The seven layers of the transform: the length and the number of their blocks, and the powers used up. *)
Lemma layer_sizes layer :
  0 <= layer < 7 ->
  exists len count,
    shr 128 layer = len /\ 256 / (2 * len) = count /\ 2 ^ layer = count /\ 2 ^ (layer + 1) = 2 * count /\
    0 < len <= 128 /\ 0 < count <= 64 /\ 2 * len * count = 256.
Proof.
  intros Hlayer.
  assert (Hcases : layer = 0 \/ layer = 1 \/ layer = 2 \/ layer = 3 \/ layer = 4 \/ layer = 5 \/ layer = 6)
    by lia.
  destruct Hcases as [->|[->|[->|[->|[->|[->| ->]]]]]]; do 2 eexists; repeat split;
    reflexivity || lia || discriminate.
Qed.

(** The same of the inverse transform, from short blocks to long ones. *)
Lemma inverse_layer_sizes layer :
  0 <= layer < 7 ->
  exists len count,
    shl 64 2 layer = len /\ 256 / (2 * len) = count /\
    2 ^ (7 - layer) = 2 * count /\ 2 ^ (7 - (layer + 1)) = count /\
    0 < len <= 128 /\ 0 < count <= 64 /\ 2 * len * count = 256.
Proof.
  intros Hlayer.
  assert (Hcases : layer = 0 \/ layer = 1 \/ layer = 2 \/ layer = 3 \/ layer = 4 \/ layer = 5 \/ layer = 6)
    by lia.
  destruct Hcases as [->|[->|[->|[->|[->|[->| ->]]]]]]; do 2 eexists; repeat split;
    reflexivity || lia || discriminate.
Qed.

(** The transform keeps a polynomial reduced. *)
Lemma ntt_safe f : reduced f -> yields (ntt f) reduced.
Proof.
  intros Hf. pose proof ZETAS_reduced as (Hzetas & Hzetas'). unfold ntt, N. cbv zeta. apply yields_bind.
  apply (yields_for (fun layer state => reduced (fst state) /\ snd state = 2 ^ layer)).
  - now split.
  - clear f Hf. intros layer [f i] Hlayer (Hf & Hi). cbn [fst snd] in *.
    destruct (layer_sizes layer Hlayer)
      as (len & count & Hlen & Hcount & Hpower & Hpower' & Hlens & Hcounts & Htotal).
    do 2 (walk_step; try whole). rewrite Hlen. do 4 (walk_step; try whole). rewrite Hcount.
    apply (yields_for (fun block state => reduced (fst state) /\ snd state = count + block)).
    + cbn [fst snd]. split; [assumption|lia].
    + clear f Hf i Hi. intros block [f i] Hblock (Hf & Hi). cbn [fst snd] in *.
      assert (Hstart : 0 <= 2 * len * block) by nia.
      assert (Hend : 2 * len * block + 2 * len <= 256) by nia.
      walk. apply (yields_for (fun _ => reduced)).
      * assumption.
      * clear f Hf. intros j f Hj (Hlength & Hf). walk.
        call times_safe; [assumption..|]. intros t Ht. walk.
        call minus_safe; [assumption..|]. intros difference Hdifference. walk.
        call plus_safe; [assumption..|]. intros sum Hsum. walk. split; [whole|assumption].
      * clear f Hf. intros f Hf. walk. cbn [fst snd]. split; [assumption|lia].
    + clear f Hf i Hi. intros [f i] (Hf & Hi). cbn [fst snd] in *. split; [assumption|lia].
  - clear f Hf. intros [f i] (Hf & _). assumption.
Qed.
#[export] Hint Resolve ntt_safe : spec.

(** The inverse transform keeps a polynomial reduced. *)
Lemma ntt_inverse_safe f : reduced f -> yields (ntt_inverse f) reduced.
Proof.
  intros Hf. pose proof ZETAS_reduced as (Hzetas & Hzetas'). unfold ntt_inverse, N. cbv zeta.
  apply yields_bind.
  apply (yields_for (fun layer state => reduced (fst state) /\ snd state = 2 ^ (7 - layer) - 1)).
  - now split.
  - clear f Hf. intros layer [f i] Hlayer (Hf & Hi). cbn [fst snd] in *.
    destruct (inverse_layer_sizes layer Hlayer)
      as (len & count & Hlen & Hcount & Hpower & Hpower' & Hlens & Hcounts & Htotal).
    do 2 (walk_step; try whole). rewrite Hlen. do 4 (walk_step; try whole). rewrite Hcount.
    apply (yields_for (fun block state => reduced (fst state) /\ snd state = 2 * count - 1 - block)).
    + cbn [fst snd]. split; [assumption|lia].
    + clear f Hf i Hi. intros block [f i] Hblock (Hf & Hi). cbn [fst snd] in *.
      assert (Hstart : 0 <= 2 * len * block) by nia.
      assert (Hend : 2 * len * block + 2 * len <= 256) by nia.
      walk. apply (yields_for (fun _ => reduced)).
      * assumption.
      * clear f Hf. intros j f Hj (Hlength & Hf). walk.
        call plus_safe; [assumption..|]. intros sum Hsum. walk.
        call minus_safe; [assumption..|]. intros difference Hdifference. walk.
        call times_safe; [assumption..|]. intros product Hproduct. walk. split; [whole|assumption].
      * clear f Hf. intros f Hf. walk. cbn [fst snd]. split; [assumption|lia].
    + clear f Hf i Hi. intros [f i] (Hf & Hi). cbn [fst snd] in *. split; [assumption|lia].
  - clear f Hf. intros [f i] (Hf & _). cbn [fst] in Hf.
    apply (yields_for (fun _ => reduced)); [assumption| |auto]. clear f Hf. intros j f Hj (Hlength & Hf).
    walk. call times_safe; [assumption|unfold below, cast; split; reflexivity || discriminate|].
    intros product Hproduct. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve ntt_inverse_safe : spec.

(** * Products *)

(** A product of two pairs is reduced. *)
Lemma base_case_multiply_safe a0 a1 b0 b1 c :
  below 3329 a0 -> below 3329 a1 -> below 3329 b0 -> below 3329 b1 -> below 3329 c ->
  yields (base_case_multiply a0 a1 b0 b1 c) (typed_pair (below 3329) (below 3329)).
Proof.
  intros. unfold base_case_multiply.
  walk. call times_safe; [assumption..|]. intros x1 Hx1.
  walk. call times_safe; [assumption..|]. intros x2 Hx2.
  walk. call times_safe; [assumption..|]. intros x3 Hx3. walk. call plus_safe; [assumption..|]. intros x4 Hx4.
  walk. call times_safe; [assumption..|]. intros x5 Hx5.
  walk. call times_safe; [assumption..|]. intros x6 Hx6.
  walk. call plus_safe; [assumption..|]. intros x7 Hx7. walk. split; assumption.
Qed.
#[export] Hint Resolve base_case_multiply_safe : spec.

(** A product of transformed polynomials is reduced. *)
Lemma multiply_ntts_safe f g : reduced f -> reduced g -> yields (multiply_ntts f g) reduced.
Proof.
  intros (Hf & Hf') (Hg & Hg'). unfold multiply_ntts. cbv zeta. change (N / 2) with 128.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto].
  intros i out Hi (Hlen & Hout). walk. call gamma_safe; [lia|]. intros c Hc. walk.
  call base_case_multiply_safe; [assumption..|]. intros [c0 c1] (Hc0 & Hc1). cbn [fst snd] in *.
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve multiply_ntts_safe : spec.
