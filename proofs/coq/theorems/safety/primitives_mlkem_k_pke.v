(** Panic-freedom of [primitives::mlkem::k_pke]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.generated Require Import primitives_mlkem_k_pke.
From Twinratchet.theorems.safety Require Import primitives_sha3 primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.theorems.safety Require Import primitives_mlkem_k_pke_sampling.

(** What the parameters of all sets have in common. *)
Definition parameters_well_formed p : Prop :=
  1 <= Parameters_k p <= 4 /\ 1 <= Parameters_eta1 p <= 3 /\ 1 <= Parameters_eta2 p <= 3 /\
  1 <= Parameters_du p <= 11 /\ 1 <= Parameters_dv p <= 11.

(** A vector of [n] reduced polynomials. *)
Definition vector (n : Z) (v : list KemPolynomial) : Prop := typed_array reduced n v.

(** What the second half of an encapsulation needs of the first: reduced polynomials, [k] and one. *)
Definition masks_well_formed (k : Z) (masks : Masks) : Prop :=
  vector k (Masks_y_hat masks) /\ reduced (Masks_e2 masks).

(** A vector of zeros. *)
Lemma zero_vector n : 0 <= n -> vector n (seq_fill (seq_fill 0 256) n).
Proof. intros Hn. split; [now apply seq_len_fill|]. apply Forall_fill, zero_polynomial. lia. Qed.

(** Reduced polynomials have their type. *)
Lemma vector_typed n v : vector n v -> Forall KemPolynomial_typed v.
Proof. intros (_ & Hv). revert Hv. apply Forall_impl. intros f. apply (polynomial_typed 3329). lia. Qed.

(** Well-formed masks have their type. *)
Lemma masks_typed k masks : masks_well_formed k masks -> Masks_typed masks.
Proof.
  intros (Hy & He). split; [exact (vector_typed _ _ Hy)|exact (polynomial_typed 3329 _ ltac:(lia) He)].
Qed.

(** * Sampling *)

(** The hash G gives two times 32 bytes. *)
Lemma g_safe c :
  bytes c -> seq_len c < 2 ^ 62 ->
  yields (g c) (typed_pair (typed_array (typed_int 8) 32) (typed_array (typed_int 8) 32)).
Proof.
  intros Hc Hlen. unfold g. walk. call sha3_512_safe; [assumption..|]. intros digest (Hcount & Hdigest).
  walk. split; split; assumption.
Qed.
#[export] Hint Resolve g_safe : spec.

(** The matrix has [k] times [k] reduced polynomials. *)
Lemma sample_matrix_safe k rho :
  1 <= k <= 4 -> bytes rho -> seq_len rho < 2 ^ 32 -> yields (sample_matrix k rho) (vector (k * k)).
Proof.
  intros Hk Hrho Hlen. assert (Hsquare : 1 <= k * k <= 16) by nia. unfold sample_matrix. walk. cbv zeta.
  apply (yields_for (fun _ => vector (k * k))); [apply zero_vector; lia| |auto]. intros i a Hi Ha.
  apply (yields_for (fun _ => vector (k * k))); [assumption| |auto]. clear a Ha. intros j a Hj (Hcount & Ha).
  assert (0 <= k * i) by nia. assert (k * i + k <= k * k) by nia.
  walk. call sample_ntt_safe; [assumption|assumption|typed_integer..|]. intros f Hf. walk.
  split; [whole|assumption].
Qed.
#[export] Hint Resolve sample_matrix_safe : spec.

(** A vector of [k] secret polynomials is reduced. *)
Lemma sample_vector_safe k eta s start :
  1 <= k <= 4 -> 1 <= eta <= 3 -> bytes s -> seq_len s < 2 ^ 32 -> 0 <= start < 2 ^ 32 ->
  yields (sample_vector k eta s start) (vector k).
Proof.
  intros Hk Heta Hs Hlen Hstart. unfold sample_vector. cbv zeta.
  apply (yields_for (fun _ => vector k)); [apply zero_vector; lia| |auto]. intros i out Hi (Hcount & Hout).
  walk. call sample_secret_safe; [assumption..|typed_integer|]. intros f Hf. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve sample_vector_safe : spec.

(** * Linear algebra *)

(** All polynomials of a vector are transformed. *)
Lemma ntt_vector_safe n v : vector n v -> yields (ntt_vector v) (vector n).
Proof.
  intros (Hlen & Hv). pose proof (seq_len_nonneg v). unfold ntt_vector. cbv zeta. rewrite Hlen in *.
  apply (yields_for (fun _ => vector n)); [apply zero_vector; lia| |auto]. intros i out Hi (Hcount & Hout).
  walk. call ntt_safe; [assumption|]. intros f Hf. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve ntt_vector_safe : spec.

(** The product of two vectors of the same length is reduced. *)
Lemma dot_safe n u v : vector n u -> vector n v -> yields (dot u v) reduced.
Proof.
  intros (Hu & Hu') (Hv & Hv'). unfold dot. cbv zeta.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto]. intros i sum Hi Hsum.
  walk. call multiply_ntts_safe; [assumption..|]. intros product Hproduct.
  apply add_polynomials_safe; assumption.
Qed.
#[export] Hint Resolve dot_safe : spec.

(** A column of the matrix is a vector. *)
Lemma matrix_column_safe a k j :
  vector (k * k) a -> 1 <= k <= 4 -> 0 <= j < k -> yields (matrix_column a k j) (vector k).
Proof.
  intros (Hlen & Ha) Hk Hj. unfold matrix_column. cbv zeta.
  apply (yields_for (fun _ => vector k)); [apply zero_vector; lia| |auto]. intros i out Hi (Hcount & Hout).
  assert (0 <= k * i) by nia. assert (k * i + k <= k * k <= 16) by nia. walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve matrix_column_safe : spec.

(** * Keys *)

(** Keys have the lengths of their parameters. *)
Lemma k_pke_key_gen_safe p input :
  parameters_well_formed p -> bytes input -> seq_len input < 2 ^ 62 ->
  yields (k_pke_key_gen p input)
    (typed_pair (typed_array (typed_int 8) (384 * Parameters_k p + 32))
       (typed_array (typed_int 8) (384 * Parameters_k p))).
Proof.
  destruct p as [k eta1 eta2 du dv]. intros (Hk & Heta1 & Heta2 & Hdu & Hdv) Hinput Hlen.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv] in *.
  unfold k_pke_key_gen, integers, UNCOMPRESSED.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv].
  assert (Hsquare : 1 <= k * k <= 16) by nia.
  walk. call g_safe; [assumption..|]. intros [rho sigma] ((Hrho & Hrho') & Hsigma & Hsigma').
  cbn [fst snd] in *.
  walk. call sample_matrix_safe; [assumption|assumption|lia|]. intros a (Ha & Ha').
  walk. call sample_vector_safe; [assumption..|lia|lia|]. intros s Hs.
  walk. call sample_vector_safe; [assumption..|lia|lia|]. intros e He.
  walk. call ntt_vector_safe; [eassumption|]. intros s_hat Hs_hat.
  walk. call ntt_vector_safe; [eassumption|]. intros e_hat (He_hat & He_hat').
  cbv zeta. apply yields_bind. apply (yields_for (fun _ => vector k)); [apply zero_vector; lia| |].
  - intros i t Hi (Ht & Ht'). assert (0 <= k * i) by nia. assert (k * i + k <= k * k) by nia.
    walk. call dot_safe; [split; eassumption|assumption|]. intros product Hproduct.
    walk. call add_polynomials_safe; [assumption..|]. intros sum Hsum. walk. split; [whole|assumption].
  - intros t Ht. pose proof Ht as (Ht' & _). pose proof Hs_hat as (Hs_hat' & _).
    walk. call byte_encode_vector_safe; [eapply vector_typed; eassumption|lia|lia|].
    intros t_bytes (Hlen_t & Ht_bytes).
    walk. call byte_encode_vector_safe; [eapply vector_typed; eassumption|lia|lia|].
    intros dk (Hlen_dk & Hdk).
    walk. split; (split; cbn [fst snd]; [whole|elements]).
Qed.
#[export] Hint Resolve k_pke_key_gen_safe : spec.

(** * Encryption and decryption *)

(** The first part of a ciphertext has the length of its parameters, and the masks are well formed. *)
Lemma encrypt_u_safe p rho r :
  parameters_well_formed p -> bytes rho -> seq_len rho < 2 ^ 32 -> bytes r -> seq_len r < 2 ^ 32 ->
  yields (encrypt_u p rho r)
    (typed_pair (typed_array (typed_int 8) (32 * Parameters_du p * Parameters_k p))
       (masks_well_formed (Parameters_k p))).
Proof.
  destruct p as [k eta1 eta2 du dv]. intros (Hk & Heta1 & Heta2 & Hdu & Hdv) Hrho Hlen Hr Hlen_r.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv] in *.
  unfold encrypt_u. cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv].
  walk. call sample_matrix_safe; [assumption..|]. intros a Ha.
  walk. call sample_vector_safe; [assumption..|lia|]. intros y Hy.
  walk. call sample_vector_safe; [assumption..|lia|]. intros e1 (He1 & He1').
  walk. call sample_secret_safe; [assumption..|typed_integer|]. intros e2 He2.
  walk. call ntt_vector_safe; [eassumption|]. intros y_hat Hy_hat.
  cbv zeta. apply yields_bind. apply (yields_for (fun _ => typed_array (polynomial (2 ^ du)) k)).
  - split; [apply seq_len_fill; lia|]. apply Forall_fill, zero_polynomial, Z.pow_pos_nonneg; lia.
  - intros i u Hi (Hu & Hu'). walk. call matrix_column_safe; [assumption|lia|lia|]. intros column Hcolumn.
    walk. call dot_safe; [eassumption..|]. intros product Hproduct.
    walk. call ntt_inverse_safe; [assumption|]. clear product Hproduct. intros product Hproduct.
    walk. call add_polynomials_safe; [assumption..|]. intros sum Hsum.
    walk. call compress_safe; [assumption..|]. intros compressed Hcompressed. walk. split; [whole|assumption].
  - intros u (Hu & Hu'). walk. call byte_encode_vector_safe; [|lia|lia|].
    + revert Hu'. apply Forall_impl. intros f. apply polynomial_typed. apply Z.pow_le_mono_r; lia.
    + intros c1 (Hlen_c & Hc1). walk. split; cbn [fst snd]; [split; [|assumption]|now split].
      now rewrite Hlen_c, Hu.
Qed.
#[export] Hint Resolve encrypt_u_safe : spec.

(** The second part of a ciphertext has the length of its parameters, for any vector of the right length. *)
Lemma encrypt_v_safe p t masks m :
  parameters_well_formed p -> bytes t -> seq_len t = 384 * Parameters_k p ->
  masks_well_formed (Parameters_k p) masks -> bytes m -> seq_len m = 32 ->
  yields (encrypt_v p t masks m) (typed_array (typed_int 8) (32 * Parameters_dv p)).
Proof.
  destruct p as [k eta1 eta2 du dv]. intros (Hk & Heta1 & Heta2 & Hdu & Hdv) Ht Hlen (Hy & He) Hm Hlen_m.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv] in *.
  unfold encrypt_v, integers, UNCOMPRESSED.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv].
  walk. call byte_decode_vector_safe; [assumption|lia|lia|]. intros t_hat (Hlen_t & Ht_hat).
  assert (Hcount : seq_len t / (32 * 12) = k) by (rewrite Hlen, Z.mul_comm; apply Z.div_mul; lia).
  rewrite Hcount in Hlen_t.
  walk. call byte_decode_safe; [assumption|lia|lia|]. intros bits Hbits.
  walk. call decompress_safe; [exact Hbits|lia|]. intros mu Hmu.
  walk. call dot_safe; [split; eassumption|assumption|]. intros product Hproduct.
  walk. call ntt_inverse_safe; [assumption|]. clear product Hproduct. intros product Hproduct.
  walk. call add_polynomials_safe; [assumption..|]. intros masked Hmasked.
  walk. call add_polynomials_safe; [assumption..|]. intros v Hv.
  walk. call compress_safe; [assumption..|]. intros compressed Hcompressed.
  apply byte_encode_safe; [|lia]. eapply polynomial_typed; [|eassumption]. apply Z.pow_le_mono_r; lia.
Qed.
#[export] Hint Resolve encrypt_v_safe : spec.

(** A ciphertext has the length of its parameters, for any key of the right length. *)
Lemma k_pke_encrypt_safe p ek m r :
  parameters_well_formed p -> bytes ek -> seq_len ek = 384 * Parameters_k p + 32 ->
  bytes m -> seq_len m = 32 -> bytes r -> seq_len r < 2 ^ 32 ->
  yields (k_pke_encrypt p ek m r)
    (typed_array (typed_int 8) (32 * Parameters_du p * Parameters_k p + 32 * Parameters_dv p)).
Proof.
  intros Hp Hek Hlen Hm Hlen_m Hr Hlen_r. pose proof Hp as (Hk & _). unfold k_pke_encrypt.
  walk. call encrypt_u_safe; [assumption|assumption|lia|assumption|assumption|].
  intros [c1 masks] ((Hlen_c1 & Hc1) & Hmasks). cbn [fst snd] in *.
  walk. call encrypt_v_safe; [assumption..|]. intros c2 (Hlen_c2 & Hc2).
  walk. split; [whole|elements].
Qed.
#[export] Hint Resolve k_pke_encrypt_safe : spec.

(** 32 bytes come out of any ciphertext and any key of the right lengths. *)
Lemma k_pke_decrypt_safe p dk c :
  parameters_well_formed p -> bytes dk -> seq_len dk = 384 * Parameters_k p ->
  bytes c -> seq_len c = 32 * Parameters_du p * Parameters_k p + 32 * Parameters_dv p ->
  yields (k_pke_decrypt p dk c) (typed_array (typed_int 8) 32).
Proof.
  destruct p as [k eta1 eta2 du dv]. intros (Hk & Heta1 & Heta2 & Hdu & Hdv) Hdk Hlen Hc Hlen_c.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv] in *.
  unfold k_pke_decrypt, integers, UNCOMPRESSED.
  cbn [Parameters_k Parameters_eta1 Parameters_eta2 Parameters_du Parameters_dv].
  assert (Hfirst : 0 <= 32 * du * k <= 2000) by nia.
  assert (Hbound : decoded_bound du = 2 ^ du) by 
    (unfold decoded_bound; now replace (du =? 12) with false by lia).
  assert (Hbound' : decoded_bound dv = 2 ^ dv) by 
    (unfold decoded_bound; now replace (dv =? 12) with false by lia).
  walk. call byte_decode_vector_safe; [eassumption|lia|lia|]. rewrite Hbound.
  intros compressed (Hcount & Hcompressed).
  match goal with H : seq_len ?s = 32 * du * k |- _ =>
    assert (Hk' : seq_len s / (32 * du) = k) by (rewrite H, Z.mul_comm; apply Z.div_mul; lia);
      rewrite Hk' in Hcount
  end.
  cbv zeta. apply yields_bind. apply (yields_for (fun _ => vector k)); [apply zero_vector; lia| |].
  - intros i out Hi (Hu & Hu'). walk. call decompress_safe; [assumption|lia|]. intros f Hf. walk.
    split; [whole|assumption].
  - intros u_vector Hu. walk. call byte_decode_safe; [eassumption|lia|lia|]. rewrite Hbound'.
    intros v_bits Hv_bits.
    walk. call decompress_safe; [assumption|lia|]. intros v Hv.
    walk. call byte_decode_vector_safe; [assumption|lia|lia|]. intros s_hat (Hs & Hs').
    assert (Hcount_s : seq_len dk / (32 * 12) = k) by (rewrite Hlen, Z.mul_comm; apply Z.div_mul; lia).
    rewrite Hcount_s in Hs.
    walk. call ntt_vector_safe; [eassumption|]. intros u_hat Hu_hat.
    walk. call dot_safe; [split; eassumption|assumption|]. intros product Hproduct.
    walk. call ntt_inverse_safe; [assumption|]. clear product Hproduct. intros product Hproduct.
    walk. call subtract_polynomials_safe; [assumption..|]. intros w Hw.
    walk. call compress_safe; [assumption|lia|]. intros m Hm.
    change 32 with (32 * 1) at 1. apply byte_encode_safe; [|lia]. eapply polynomial_typed; [|eassumption].
    lia.
Qed.
#[export] Hint Resolve k_pke_decrypt_safe : spec.
