(** Panic-freedom of [primitives::mlkem::k_pke::encoding]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.theorems.safety Require Import primitives_mlkem_k_pke_ring.

(** * Bits *)

(** Bytes are eight times as many bits. *)
Lemma bytes_to_bits_safe s :
  bytes s -> seq_len s < 2 ^ 60 -> yields (bytes_to_bits s) (typed_array (below 2) (8 * seq_len s)).
Proof.
  intros Hs Hbound. pose proof (seq_len_nonneg s) as Hlen. unfold bytes_to_bits. walk.
  apply (yields_for (fun _ => typed_array (below 2) (8 * seq_len s))); [| |auto].
  - split; [apply seq_len_fill; lia|apply Forall_fill; unfold below; lia].
  - intros i bits Hi Hbits.
    apply (yields_for (fun _ => typed_array (below 2) (8 * seq_len s))); [assumption| |auto].
    clear bits Hbits.
    intros j bits Hj (Hcount & Hbits). walk; [apply below_lowest_bit|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve bytes_to_bits_safe : spec.

(** Before bit [i] is added, byte [k] is made of the bits before [i] that belong to it. *)
Definition filled_up_to (i : Z) (s : list Z) : Prop :=
  forall k b, nth_error s k = Some b -> 0 <= b < 2 ^ Z.min 8 (Z.max 0 (i - 8 * Z.of_nat k)).

(** Whole groups of eight bits are as many bytes: no addition carries. *)
Lemma bits_to_bytes_safe bits n :
  typed_array (below 2) (8 * n) bits -> 0 <= n < 2 ^ 60 ->
  yields (bits_to_bytes bits) (typed_array (typed_int 8) n).
Proof.
  intros (Hlen & Hbits) Hn. unfold bits_to_bytes. cbv zeta.
  assert (Hcount : seq_len bits / 8 = n) by (rewrite Hlen, Z.mul_comm; apply Z.div_mul; lia). rewrite Hcount.
  apply (yields_for (fun i s => seq_len s = n /\ filled_up_to i s)).
  - split; [apply seq_len_fill; lia|]. intros k b Hb.
    apply nth_error_In, repeat_spec in Hb. subst b. split; [lia|apply Z.pow_pos_nonneg; lia].
  - intros i s Hi (Hs & Hfilled). rewrite Hlen in Hi.
    pose proof (Z.div_mod i 8 ltac:(lia)) as Hdiv. pose proof (Z.mod_pos_bound i 8 ltac:(lia)) as Hmod.
    set (k := i / 8) in *. set (r := i mod 8) in *. clearbody k r.
    apply yields_bind. apply yields_index_any; [lia|]. intros byte Hbyte.
    pose proof (Hfilled _ _ Hbyte) as Hbound. rewrite Z2Nat.id in Hbound by lia.
    replace (Z.min 8 (Z.max 0 (i - 8 * k))) with r in Hbound by lia.
    assert (Hpower : 2 ^ (r + 1) <= 2 ^ 8) by (apply Z.pow_le_mono_r; lia).
    assert (Hdouble : 2 ^ (r + 1) = 2 * 2 ^ r) by (rewrite Z.pow_add_r by lia; lia).
    apply yields_bind. eapply yields_element; [eassumption|lia|]. intros bit Hbit.
    pose proof (shl_bound 8 bit r ltac:(lia) ltac:(lia) (proj1 Hbit)) as Hshift.
    assert (Hshifted : shl 8 bit r <= 2 ^ r) by (unfold below in Hbit; nia).
    walk. apply yields_set; [lia|]. intros Hs'. split; [lia|]. intros j b Hb.
    rewrite nth_error_set_nth in Hb by (unfold seq_len in Hs; lia).
    destruct (Nat.eqb (Z.to_nat k) j) eqn:Hj.
    + apply Nat.eqb_eq in Hj. subst j. injection Hb as <-. rewrite Z2Nat.id by lia.
      replace (Z.min 8 (Z.max 0 (i + 1 - 8 * k))) with (r + 1) by lia. lia.
    + apply Nat.eqb_neq in Hj. specialize (Hfilled j b Hb). split; [lia|].
      eapply Z.lt_le_trans; [apply Hfilled|]. apply Z.pow_le_mono_r; lia.
  - intros s (Hs & Hfilled). split; [assumption|]. apply Forall_forall. intros b Hb.
    apply In_nth_error in Hb as (k & Hb). specialize (Hfilled k b Hb). split; [lia|].
    eapply Z.lt_le_trans; [apply Hfilled|]. apply Z.pow_le_mono_r; lia.
Qed.
#[export] Hint Resolve bits_to_bytes_safe : spec.

(** * Polynomials *)

(** The bound of the coefficients that are decoded from [d] bits each. *)
Definition decoded_bound (d : Z) : Z := if d =? 12 then 3329 else 2 ^ d.

(** Decoded coefficients fit 16 bits, for all lengths that are in use. *)
Lemma decoded_bound_fits d : 1 <= d <= 12 -> 0 < decoded_bound d <= 2 ^ 12.
Proof.
  intros Hd. unfold decoded_bound. destruct (d =? 12); [lia|].
  split; [apply Z.pow_pos_nonneg; lia|apply Z.pow_le_mono_r; lia].
Qed.

(** A polynomial is encoded in 32 bytes for each bit of a coefficient. *)
Lemma byte_encode_safe f d :
  KemPolynomial_typed f -> 1 <= d <= 12 -> yields (byte_encode f d) (typed_array (typed_int 8) (32 * d)).
Proof.
  intros (Hlen & Hf) Hd. unfold byte_encode, N. walk. cbv zeta. walk.
  apply (yields_for (fun _ => typed_array (below 2) (256 * d))).
  - split; [apply seq_len_fill; lia|apply Forall_fill; unfold below; lia].
  - intros i bits Hi Hbits.
    apply (yields_for (fun _ => typed_array (below 2) (256 * d))); [assumption| |auto]. clear bits Hbits.
    intros j bits Hj (Hcount & Hbits). assert (0 <= i * d) by nia. assert (i * d + d <= 256 * d) by nia.
    walk; [rewrite cast_small; [|pose proof (below_lowest_bit (shr x j))]; [apply below_lowest_bit|whole]|].
    split; [whole|assumption].
  - intros bits Hbits. apply bits_to_bytes_safe; [|lia]. now replace (8 * (32 * d)) with (256 * d) by lia.
Qed.
#[export] Hint Resolve byte_encode_safe : spec.

(** 32 bytes for each bit are decoded to coefficients of so many bits, or below q for 12 bits. *)
Lemma byte_decode_safe s d :
  bytes s -> seq_len s = 32 * d -> 1 <= d <= 12 -> yields (byte_decode s d) (polynomial (decoded_bound d)).
Proof.
  intros Hs Hlen Hd. pose proof (decoded_bound_fits d Hd) as Hbound. unfold byte_decode, N, UNCOMPRESSED, Q.
  walk. call bytes_to_bits_safe; [assumption|lia|]. intros bits (Hcount & Hbits).
  apply yields_bind. apply (yields_mono _ (fun m => m = decoded_bound d)).
  { unfold decoded_bound. walk; [reflexivity|]. apply shl_one. lia. }
  intros m ->. cbv zeta.
  apply (yields_for (fun _ => polynomial (decoded_bound d))); [apply zero_polynomial; lia| |auto].
  intros i f Hi (Hlength & Hf). apply yields_bind.
  apply (yields_for (fun j sum => 0 <= sum < 2 ^ j)); [lia| |].
  - intros j sum Hj Hsum. assert (0 <= i * d) by nia. assert (i * d + d <= 256 * d) by nia.
    do 4 walk_step.
    apply yields_bind. eapply yields_element; [eassumption|lia|]. intros bit Hbit.
    pose proof (shl_bound 32 bit j ltac:(lia) ltac:(lia) (proj1 Hbit)) as Hshift.
    assert (Hshifted : shl 32 bit j <= 2 ^ j) by (unfold below in Hbit; nia).
    assert (Hpower : 2 ^ (j + 1) <= 2 ^ 12) by (apply Z.pow_le_mono_r; lia).
    assert (Hdouble : 2 ^ (j + 1) = 2 * 2 ^ j) by (rewrite Z.pow_add_r by lia; lia).
    walk. lia.
  - intros sum _. walk; [apply below_cast_mod; lia|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve byte_decode_safe : spec.

(** Compression gives coefficients of [d] bits. *)
Lemma compress_safe f d : reduced f -> 1 <= d <= 11 -> yields (compress f d) (polynomial (2 ^ d)).
Proof.
  intros (Hlen & Hf) Hd. unfold compress, N, Q. cbv zeta.
  assert (Hpower : 0 < 2 ^ d <= 2 ^ 11) by (split; [apply Z.pow_pos_nonneg|apply Z.pow_le_mono_r]; lia).
  assert (Hdouble : 2 ^ (d + 1) = 2 * 2 ^ d) by (rewrite Z.pow_add_r by lia; lia).
  apply (yields_for (fun _ => polynomial (2 ^ d))); [apply zero_polynomial; lia| |auto].
  intros i out Hi (Hcount & Hout). apply yields_bind. eapply yields_element; [eassumption|lia|]. intros c Hc.
  pose proof (shl_bound 32 c (d + 1) ltac:(lia) ltac:(lia) (proj1 Hc)) as Hshift.
  assert (Hshifted : shl 32 c (d + 1) <= 3329 * 2 ^ 12) by (unfold below in Hc; nia).
  pose proof (shl_one 32 d ltac:(lia)) as Hone.
  walk; [rewrite Hone; apply below_cast_mod; lia|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve compress_safe : spec.

(** Decompression of coefficients of [d] bits gives a reduced polynomial. *)
Lemma decompress_safe f d : polynomial (2 ^ d) f -> 1 <= d <= 11 -> yields (decompress f d) reduced.
Proof.
  intros (Hlen & Hf) Hd. unfold decompress, N, Q. cbv zeta.
  assert (Hpower : 0 < 2 ^ d <= 2 ^ 11) by (split; [apply Z.pow_pos_nonneg|apply Z.pow_le_mono_r]; lia).
  assert (Hhalf : 2 ^ d = 2 * 2 ^ (d - 1)) by (rewrite <- Z.pow_succ_r by lia; f_equal; lia).
  pose proof (shl_one 32 (d - 1) ltac:(lia)) as Hone.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto].
  intros i out Hi (Hcount & Hout). apply yields_bind. eapply yields_element; [eassumption|lia|]. intros c Hc.
  assert (Hquotient : below 3329 (shr (3329 * c + shl 32 1 (d - 1)) d)).
  { unfold below, shr in *. rewrite Hone, Z.shiftr_div_pow2 by lia.
    split; [apply Z.div_pos; lia|]. apply Z.div_lt_upper_bound; lia. }
  walk; [rewrite cast_small; [assumption|unfold below in Hquotient; lia]|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve decompress_safe : spec.

(** * Vectors *)

(** A vector is encoded as its polynomials are, one after another. *)
Lemma byte_encode_vector_safe v d :
  Forall KemPolynomial_typed v -> seq_len v < 2 ^ 32 -> 1 <= d <= 12 ->
  yields (byte_encode_vector v d) (typed_array (typed_int 8) (32 * d * seq_len v)).
Proof.
  intros Hv Hlen Hd. pose proof (seq_len_nonneg v) as Hpositive.
  assert (Htotal : 0 <= 32 * d * seq_len v < 2 ^ 60) by nia. unfold byte_encode_vector. walk. cbv zeta.
  apply (yields_for (fun _ => typed_array (typed_int 8) (32 * d * seq_len v))); [| |auto].
  - split; [apply seq_len_fill; lia|elements].
  - intros i out Hi (Hcount & Hout).
    assert (0 <= 32 * d * i) by nia. assert (32 * d * i + 32 * d <= 32 * d * seq_len v) by nia.
    walk. call byte_encode_safe; [assumption|lia|]. intros part (Hpart & Hpart'). walk.
    split; [whole|assumption].
Qed.
#[export] Hint Resolve byte_encode_vector_safe : spec.

(** Whole polynomials are decoded, and what is left over is ignored. *)
Lemma byte_decode_vector_safe s d :
  bytes s -> seq_len s < 2 ^ 60 -> 1 <= d <= 12 ->
  yields (byte_decode_vector s d) (typed_array (polynomial (decoded_bound d)) (seq_len s / (32 * d))).
Proof.
  intros Hs Hlen Hd. pose proof (seq_len_nonneg s) as Hpositive.
  pose proof (decoded_bound_fits d Hd) as Hbound.
  pose proof (Z.div_mod (seq_len s) (32 * d) ltac:(lia)) as Hdiv.
  pose proof (Z.mod_pos_bound (seq_len s) (32 * d) ltac:(lia)) as Hmod.
  pose proof (Z.div_pos (seq_len s) (32 * d) ltac:(lia) ltac:(lia)) as Hk.
  unfold byte_decode_vector. walk. cbv zeta. set (k := seq_len s / (32 * d)) in *. clearbody k.
  apply (yields_for (fun _ => typed_array (polynomial (decoded_bound d)) k)); [| |auto].
  - split; [apply seq_len_fill; lia|]. apply Forall_fill, zero_polynomial. lia.
  - intros i out Hi (Hcount & Hout).
    assert (0 <= 32 * d * i) by nia. assert (32 * d * i + 32 * d <= seq_len s) by nia.
    walk. call byte_decode_safe; [assumption|lia|lia|]. intros f Hf. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve byte_decode_vector_safe : spec.
