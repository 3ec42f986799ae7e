(** The fields of Curve25519: their moduli are prime, and the inverse of generated code inverts. *)
From Coq Require Import Znumtheory.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements.
From Twinratchet Require Import theorems.field.Fermat theorems.field.Pocklington.
From Twinratchet.generated Require Import primitives_field25519.
From Twinratchet.generated Require primitives_scalar25519.

(** * The primes *)

(** A factor that is small, or was certified before. *)
Ltac factor := first [assumption | apply trial_division_prime; vm_compute; reflexivity].

(** A prime from a certificate whose base is two. *)
Ltac by_certificate factors :=
  apply (certificate_prime _ 2 factors);
    [vm_cast_no_check (eq_refl true)|repeat (apply Forall_cons; [factor|]); apply Forall_nil].

(** 2^255 - 19 is prime. *)
Theorem modulus_p_is_prime : prime modulus_p.
Proof.
  assert (prime 8574133) by (by_certificate [991; 103]).
  assert (prime 1919519569386763) by (by_certificate [8574133; 127]).
  assert (prime 569003) by (by_certificate [419; 97]).
  assert (prime 2773320623) by (by_certificate [569003]).
  assert (prime 72106336199) by (by_certificate [2773320623]).
  assert (prime 75445702479781427272750846543864801)
    by (by_certificate [1919519569386763; 72106336199]).
  assert (prime 430751) by (by_certificate [1723]).
  assert (prime 31757755568855353) by (by_certificate [430751; 4153]).
  assert (prime 74058212732561358302231226437062788676166966415465897661863160754340907)
    by (by_certificate [75445702479781427272750846543864801; 31757755568855353]).
  by_certificate [74058212732561358302231226437062788676166966415465897661863160754340907].
Qed.

(** 2^252 + 27742317777372353535851937790883648493 is prime. *)
Theorem modulus_q_is_prime : prime modulus_q.
Proof.
  assert (prime 1224481) by (by_certificate [2551]).
  assert (prime 531581) by (by_certificate [3797]).
  assert (prime 1257559732178653) by (by_certificate [1224481; 531581]).
  assert (prime 4434155615661930479) by (by_certificate [1257559732178653]).
  assert (prime 172054593956031949258510691)
    by (by_certificate [4434155615661930479]).
  assert (prime 19757330305831588566944191468367130476339)
    by (by_certificate [172054593956031949258510691]).
  assert (prime 276602624281642239937218680557139826668747)
    by (by_certificate [19757330305831588566944191468367130476339]).
  by_certificate [276602624281642239937218680557139826668747].
Qed.

(** The order that generated code has as bytes is the modulus of scalars. *)
Theorem order_is_modulus_q : le_number primitives_scalar25519.ORDER = modulus_q.
Proof. reflexivity. Qed.

(** * Inverses *)

(** The exponent that generated code has as bytes is p - 2. *)
Lemma exponent_of_inverse : le_number P_MINUS_2 = modulus_p - 2.
Proof. reflexivity. Qed.

(** The generated inverse of an element other than zero, times the element, is one. *)
Theorem inverse_inverts x : typed_fe x -> x <> 0 -> fe_mul (inverse x) x = 1.
Proof.
  intros Hx Hzero. assert (Hp : 1 < modulus_p) by (unfold modulus_p; lia).
  unfold inverse, fe_pow, fe_mul. rewrite exponent_of_inverse, power_mod_power by (unfold modulus_p; lia).
  rewrite Z.mul_mod_idemp_l by lia.
  replace (x ^ (modulus_p - 2) * x) with (x ^ (modulus_p - 1)).
  - apply fermat; [apply modulus_p_is_prime|]. intros Hdiv. unfold typed_fe in Hx.
    apply Z.divide_pos_le in Hdiv; lia.
  - replace (modulus_p - 1) with (Z.succ (modulus_p - 2)) by lia.
    rewrite Z.pow_succ_r by (unfold modulus_p; lia). apply Z.mul_comm.
Qed.

(** The generated inverse of zero is zero. *)
Theorem inverse_of_zero : inverse 0 = 0.
Proof. vm_compute. reflexivity. Qed.
