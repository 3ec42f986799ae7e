(** Panic-freedom of [primitives::mlkem::k_pke::sampling]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers
  theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.
From Twinratchet.generated Require Import primitives_mlkem_k_pke_sampling.
From Twinratchet.theorems.safety Require Import primitives_sha3 primitives_mlkem_k_pke_ring
  primitives_mlkem_k_pke_encoding.

(** A reduced polynomial comes out of any seed; if 280 tries find too few coefficients, the rest is zero. *)
Lemma sample_ntt_safe rho j i :
  bytes rho -> seq_len rho < 2 ^ 32 -> typed_int 8 j -> typed_int 8 i -> yields (sample_ntt rho j i) reduced.
Proof.
  intros Hrho Hlen Hj Hi. unfold sample_ntt, SAMPLE_NTT_LIMIT, N, Q, integers. cbv zeta. walk.
  call shake128_safe; [typed|whole|lia|]. intros c (Hcount & Hc). apply yields_bind.
  apply (yields_for (fun _ state => reduced (fst state) /\ 0 <= snd state <= 256)).
  - split; [apply zero_polynomial; lia|cbn [snd]; lia].
  - intros round [a found] Hround ((Ha & Ha') & Hfound). cbn [fst snd] in *.
    walk; try (unfold below; rewrite cast_small; whole).
    all: cbn [fst snd]; split; [split; [whole|assumption]|whole].
  - intros [a found] (Ha & _). exact Ha.
Qed.
#[export] Hint Resolve sample_ntt_safe : spec.

(** The binomial distribution of any bytes of the right length gives a reduced polynomial. *)
Lemma sample_poly_cbd_safe s eta :
  bytes s -> seq_len s = 64 * eta -> 1 <= eta <= 3 -> yields (sample_poly_cbd s eta) reduced.
Proof.
  intros Hs Hlen Heta. unfold sample_poly_cbd, N, Q. walk.
  call bytes_to_bits_safe; [assumption|lia|]. intros b (Hcount & Hb). cbv zeta.
  apply (yields_for (fun _ => reduced)); [apply zero_polynomial; lia| |auto]. intros i f Hi (Hlength & Hf).
  assert (0 <= 2 * i * eta) by nia. assert (2 * i * eta + 2 * eta <= 512 * eta) by nia.
  apply yields_bind.
  apply (yields_for (fun j state => 0 <= fst state <= j /\ 0 <= snd state <= j)); [cbn [fst snd]; lia| |].
  - intros j [x y] Hj (Hx & Hy). cbn [fst snd] in *. walk. cbn [fst snd]. whole.
  - intros [x y] (Hx & Hy). cbn [fst snd] in *. replace (Z.max 0 eta) with eta in * by lia.
    walk; [apply below_cast_mod; lia|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve sample_poly_cbd_safe : spec.

(** A secret polynomial of any seed is reduced. *)
Lemma sample_secret_safe eta s b :
  1 <= eta <= 3 -> bytes s -> seq_len s < 2 ^ 32 -> typed_int 8 b -> yields (sample_secret eta s b) reduced.
Proof.
  intros Heta Hs Hlen Hb. unfold sample_secret, integers. walk.
  call shake256_safe; [elements|whole|lia|]. intros prf (Hcount & Hprf).
  apply sample_poly_cbd_safe; assumption.
Qed.
#[export] Hint Resolve sample_secret_safe : spec.
