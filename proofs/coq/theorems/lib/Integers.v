(** Ranges of integers that come up in several primitives. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** The lowest bit of anything is a bit. *)
Lemma typed_int_lowest_bit x : typed_int 1 (Z.land x 1).
Proof. exact (eq_ind _ (typed_int 1) (typed_int_mod 1 x ltac:(lia)) _ (eq_sym (Z.land_ones x 1 ltac:(lia)))). Qed.

(** What fits fewer bits fits more. *)
Lemma typed_int_widen v w x : typed_int v x -> 0 <= v <= w -> typed_int w x.
Proof.
  unfold typed_int. intros Hx Hvw. assert (2 ^ v <= 2 ^ w) by (apply Z.pow_le_mono_r; lia). lia.
Qed.
