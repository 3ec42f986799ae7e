(** Panic-freedom of [primitives::scalar25519]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.FieldElements theorems.lib.Integers.
From Twinratchet.generated Require Import keys_types primitives_scalar25519.

(** Each of the 256 bits of 32 bytes can be read, and is a bit. *)
Lemma bit_safe n i : Integer256_typed n -> 0 <= i < 256 -> yields (bit n i) (typed_int 1).
Proof.
  intros Hn Hi. destruct Hn as (Hlen & Hbytes). unfold bit.
  assert (0 <= i / 8 < 32) by (split; [apply Z.div_pos|apply Z.div_lt_upper_bound]; lia).
  assert (0 <= i mod 8 < 8) by (apply Z.mod_pos_bound; lia).
  step. eapply yields_index; [eassumption|lia|]. intros byte _ Hbyte.
  step. step; [lia|]. apply yields_ret, typed_int_lowest_bit.
Qed.
#[export] Hint Resolve bit_safe : spec.

(** A private key as a scalar: always one. *)
Lemma scalar_of_private_key_safe private :
  PrivateKey_typed private -> yields (scalar_of_private_key private) typed_scalar.
Proof. intros. unfold scalar_of_private_key. steps. field_element. Qed.
#[export] Hint Resolve scalar_of_private_key_safe : spec.

(** A digest as a scalar: always one. *)
Lemma scalar_of_digest_safe digest :
  Sha512Digest_typed digest -> yields (scalar_of_digest digest) typed_scalar.
Proof. intros. unfold scalar_of_digest. steps. field_element. Qed.
#[export] Hint Resolve scalar_of_digest_safe : spec.

(** The constant of the order of the group has its type. *)
Lemma ORDER_typed : Integer256_typed ORDER.
Proof. split; [reflexivity|]. unfold ORDER, typed_int. repeat constructor; lia. Qed.

(** The negative of anything is a scalar. *)
Lemma negate_scalar_typed a : typed_scalar (negate_scalar a).
Proof. apply typed_scalar_mod. Qed.
