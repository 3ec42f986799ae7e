(** Elements of the two fields are below their modulus, whatever they are computed from. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.

(** * Modulo [modulus_p] *)

(** A reduced number is an element of the field. *)
Lemma typed_fe_mod x : typed_fe (x mod modulus_p).
Proof. apply Z.mod_pos_bound. reflexivity. Qed.

(** A power is an element of the field. *)
Lemma typed_fe_pow base exponent : typed_fe (fe_pow base exponent).
Proof.
  unfold fe_pow, power_mod. destruct (le_number exponent) as [|power|power];
    [apply typed_fe_mod| |apply typed_fe_mod].
  destruct power; apply typed_fe_mod.
Qed.

(** A small literal is an element of the field. *)
Lemma typed_fe_literal n : 0 <= n < 2 ^ 64 -> typed_fe (fe_literal n).
Proof. unfold typed_fe, fe_literal, modulus_p. lia. Qed.

(** * Modulo [modulus_q] *)

(** A reduced number is a scalar. *)
Lemma typed_scalar_mod x : typed_scalar (x mod modulus_q).
Proof. apply Z.mod_pos_bound. reflexivity. Qed.

(** * A tactic *)

(** Goals about elements of the fields, by the head of the term. *)
Ltac field_element :=
  lazymatch goal with
  | |- typed_fe (fe_add _ _) => apply typed_fe_mod
  | |- typed_fe (fe_sub _ _) => apply typed_fe_mod
  | |- typed_fe (fe_mul _ _) => apply typed_fe_mod
  | |- typed_fe (fe_from_bytes _) => apply typed_fe_mod
  | |- typed_fe (fe_pow _ _) => apply typed_fe_pow
  | |- typed_fe (fe_literal _) => apply typed_fe_literal; lia
  | |- typed_scalar (scalar_add _ _) => apply typed_scalar_mod
  | |- typed_scalar (scalar_sub _ _) => apply typed_scalar_mod
  | |- typed_scalar (scalar_mul _ _) => apply typed_scalar_mod
  | |- typed_scalar (scalar_from_bytes _) => apply typed_scalar_mod
  | |- typed_scalar (scalar_from_wide_bytes _) => apply typed_scalar_mod
  end.

(** The 32 bytes of an element or a scalar. *)
Lemma typed_fe_to_bytes x : typed_array (typed_int 8) 32 (fe_to_bytes x).
Proof. split; [now apply seq_len_le_bytes|apply Forall_le_bytes]. Qed.

Lemma typed_scalar_to_bytes x : typed_array (typed_int 8) 32 (scalar_to_bytes x).
Proof. split; [now apply seq_len_le_bytes|apply Forall_le_bytes]. Qed.
