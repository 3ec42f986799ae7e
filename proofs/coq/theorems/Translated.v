(** The translated primitives keep the laws of [theorems.Laws]: what is proved of the protocol for all
    primitives that keep them holds of the primitives of the specification.

    What is left to assume is [DhCommutes translated], which needs the group law of the curve. Total versions
    are the translated functions wherever arguments have their types and fewer than 2^60 bytes: the theorems
    named [.._is_translated] in [Translated.Symmetric] and [Translated.Asymmetric] say so of each. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import primitives.
From Twinratchet.theorems.Translated Require Symmetric Asymmetric.

(** The primitives of the specification. *)
#[export] Instance translated : Primitives := {
  clamp := Asymmetric.clamp;
  public_key := Asymmetric.public_key;
  dh := Asymmetric.dh;
  is_canonical := Asymmetric.is_canonical;
  sha512 := Symmetric.sha512;
  sign := Asymmetric.sign;
  verify := Asymmetric.verify;
  aes256_cbc_encrypt := Symmetric.aes256_cbc_encrypt;
  aes256_cbc_decrypt := Symmetric.aes256_cbc_decrypt;
  hmac_sha256 := Symmetric.hmac_sha256;
  no_salt := Symmetric.no_salt;
  hkdf := Symmetric.hkdf;
  decapsulation_key_len := Asymmetric.decapsulation_key_len;
  key_gen := Asymmetric.key_gen;
  encaps := Asymmetric.encaps;
  decaps := Asymmetric.decaps;
  aes256_ctr := Symmetric.aes256_ctr;
  generate := Asymmetric.generate;
  encaps1 := Asymmetric.encaps1;
  is_match := Asymmetric.is_match;
  encaps2 := Asymmetric.encaps2;
  decaps_halves := Asymmetric.decaps_halves
}.

(** The results of the translated primitives have their types and lengths. *)
#[export] Instance translated_typed : Typed translated := {
  clamp_typed := Asymmetric.clamp_typed;
  public_key_typed := Asymmetric.public_key_typed;
  dh_typed := Asymmetric.dh_typed;
  sha512_typed := Symmetric.sha512_typed;
  sign_typed := Asymmetric.sign_typed;
  aes256_cbc_encrypt_typed := Symmetric.aes256_cbc_encrypt_typed;
  aes256_cbc_decrypt_typed := Symmetric.aes256_cbc_decrypt_typed;
  hmac_sha256_typed := Symmetric.hmac_sha256_typed;
  no_salt_typed := Symmetric.no_salt_typed;
  hkdf_typed := Symmetric.hkdf_typed;
  decapsulation_key_len_value := Asymmetric.decapsulation_key_len_value;
  key_gen_typed := Asymmetric.key_gen_typed;
  encaps_typed := Asymmetric.encaps_typed;
  decaps_typed := Asymmetric.decaps_typed;
  aes256_ctr_typed := Symmetric.aes256_ctr_typed;
  generate_typed := Asymmetric.generate_typed;
  encaps1_typed := Asymmetric.encaps1_typed;
  encaps2_typed := Asymmetric.encaps2_typed;
  decaps_halves_typed := Asymmetric.decaps_halves_typed
}.

(** The translated decryption gives back what the translated encryption encrypted. *)
#[export] Instance translated_cbc_inverts : CbcInverts translated := Symmetric.cbc_inverts.
