(** The meaning of [spec/src/notation]: integers modulo the two primes of Curve25519.

    An element is a [Z] below its modulus; the table at the head of [spec/src/notation.rs] is the whole translation. *)
From Twinratchet Require Import Prelude.

Notation Fe := Z (only parsing).
Notation Scalar := Z (only parsing).

(** RFC 7748, 4.1: the prime of the field, and the order of the base point. *)
Definition modulus_p : Z := 2 ^ 255 - 19.
Definition modulus_q : Z := 2 ^ 252 + 27742317777372353535851937790883648493.

Definition typed_fe (x : Fe) : Prop := 0 <= x < modulus_p.
Definition typed_scalar (x : Scalar) : Prop := 0 <= x < modulus_q.

(** [base ^ exponent mod modulus], by squaring. *)
Fixpoint power_mod_positive (modulus base : Z) (exponent : positive) : Z :=
  match exponent with
  | xH => base mod modulus
  | xO half =>
      let root := power_mod_positive modulus base half in
      root * root mod modulus
  | xI half =>
      let root := power_mod_positive modulus base half in
      (root * root mod modulus) * base mod modulus
  end.

Definition power_mod (modulus base exponent : Z) : Z :=
  match exponent with
  | Zpos positive => power_mod_positive modulus base positive
  | _ => 1 mod modulus
  end.

(** * Modulo [modulus_p] *)

Definition fe_add (x y : Fe) : Fe := (x + y) mod modulus_p.
Definition fe_sub (x y : Fe) : Fe := (x - y) mod modulus_p.
Definition fe_mul (x y : Fe) : Fe := (x * y) mod modulus_p.
Definition fe_literal (n : u64) : Fe := n.
Definition fe_from_bytes (bytes : list u8) : Fe := le_number bytes mod modulus_p.
Definition fe_to_bytes (x : Fe) : list u8 := le_bytes 32 x.
Definition fe_pow (base : Fe) (exponent : list u8) : Fe := power_mod modulus_p base (le_number exponent).

(** * Modulo [modulus_q] *)

Definition scalar_add (x y : Scalar) : Scalar := (x + y) mod modulus_q.
Definition scalar_sub (x y : Scalar) : Scalar := (x - y) mod modulus_q.
Definition scalar_mul (x y : Scalar) : Scalar := (x * y) mod modulus_q.
Definition scalar_from_bytes (bytes : list u8) : Scalar := le_number bytes mod modulus_q.
Definition scalar_from_wide_bytes (bytes : list u8) : Scalar := le_number bytes mod modulus_q.
Definition scalar_to_bytes (x : Scalar) : list u8 := le_bytes 32 x.
