(** Panic-freedom of [primitives::mlkem::k_pke::encoding]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Integers theorems.lib.Walk.
From Twinratchet.generated Require Import keys_types primitives_mlkem_k_pke_ring primitives_mlkem_k_pke_encoding.
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
    apply (yields_for (fun _ => typed_array (below 2) (8 * seq_len s))); [assumption| |auto]. clear bits Hbits.
    intros j bits Hj (Hcount & Hbits). walk; [apply below_lowest_bit|]. split; [whole|assumption].
Qed.
#[export] Hint Resolve bytes_to_bits_safe : spec.

(** Before bit [i] is added, byte [k] is made of the bits before [i] that belong to it. *)
Definition filled_up_to (i : Z) (s : list Z) : Prop :=
  forall k b, nth_error s k = Some b -> 0 <= b < 2 ^ Z.min 8 (Z.max 0 (i - 8 * Z.of_nat k)).

(** Whole groups of eight bits are as many bytes: no addition carries. *)
Lemma bits_to_bytes_safe bits n :
  typed_array (below 2) (8 * n) bits -> 0 <= n < 2 ^ 60 -> yields (bits_to_bytes bits) (typed_array (typed_int 8) n).
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
    walk. match goal with H : below 2 ?x |- _ => pose proof (shl_bound 8 x r ltac:(lia) ltac:(lia) (proj1 H)) as Hshift;
      assert (shl 8 x r <= 2 ^ r) by (unfold below in H; nia); generalize dependent (shl 8 x r) end.
    intros shifted _ Hshifted.
    assert (Hpower : 2 ^ (r + 1) <= 2 ^ 8) by (apply Z.pow_le_mono_r; lia).
    assert (Hdouble : 2 ^ (r + 1) = 2 * 2 ^ r) by (rewrite Z.pow_add_r by lia; lia).
Abort.
