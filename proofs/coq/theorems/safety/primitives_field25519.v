(** Panic-freedom of [primitives::field25519], and its elements. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.lib.Integers.
From Twinratchet.generated Require Import keys_types primitives_field25519.

(** The negative of anything is an element. *)
Lemma negate_typed x : typed_fe (negate x).
Proof. apply typed_fe_mod. Qed.

(** The inverse of anything is an element. *)
Lemma inverse_typed x : typed_fe (inverse x).
Proof. apply typed_fe_pow. Qed.

(** A square root that was found is an element. *)
Lemma square_root_typed a : typed_option typed_fe (square_root a).
Proof.
  unfold square_root. cbv zeta.
  destruct (_ =? a); [apply typed_fe_pow|]. destruct (_ =? a); [apply typed_fe_mod|exact I].
Qed.

(** The parity of any element is a bit. *)
Lemma parity_safe x : yields (parity x) (typed_int 1).
Proof.
  unfold parity. destruct (typed_fe_to_bytes x).
  step. eapply yields_index; [eassumption|lia|]. intros byte _ Hbyte.
  apply yields_ret, typed_int_lowest_bit.
Qed.
#[export] Hint Resolve parity_safe : spec.
