(** The primitives as the protocol takes them: those that were translated.

    Functions of [generated/primitives_*] may panic, members of the class [Primitives] may not. What stands
    here in place of a panic is never used in a run: extraction makes it an error ([Extraction.v]). *)
From Twinratchet Require Import Prelude.
From Twinratchet.generated Require primitives primitives_aes_cbc primitives_aes_ctr primitives_edwards25519
  primitives_hkdf primitives_hmac primitives_mlkem primitives_mlkem_incremental primitives_sha2
  primitives_x25519 primitives_xeddsa.

(** The result of a primitive, or [default] if it panics. *)
Definition unless_panic {A} (default : A) (m : M A) : A :=
  match m with
  | Ret a => a
  | Panic => default
  end.

Definition no_key_pair := primitives_mlkem.mk_KeyPair [] [].
Definition no_incremental_key_pair := primitives_mlkem_incremental.mk_IncrementalKeyPair [] [] [].

Definition translated : primitives.Primitives := {|
  primitives.clamp private := unless_panic [] (primitives_x25519.clamp private);
  primitives.public_key private := unless_panic [] (primitives_x25519.public_key private);
  primitives.dh private public :=
    unless_panic (Err primitives_x25519.DhError_InvalidAgreement)
      (primitives_x25519.dh private public);
  primitives.is_canonical public := unless_panic false (primitives_edwards25519.is_canonical public);
  primitives.sha512 message := unless_panic [] (primitives_sha2.sha512 message);
  primitives.sign form private message random :=
    unless_panic []
      (primitives_xeddsa.sign form private message random);
  primitives.verify form public message signature :=
    unless_panic false
      (primitives_xeddsa.verify form public message signature);
  primitives.aes256_cbc_encrypt key iv plaintext :=
    unless_panic []
      (primitives_aes_cbc.aes256_cbc_encrypt key iv plaintext);
  primitives.aes256_cbc_decrypt key iv ciphertext :=
    unless_panic (Err primitives_aes_cbc.CbcError_BadCiphertext)
      (primitives_aes_cbc.aes256_cbc_decrypt key iv ciphertext);
  primitives.hmac_sha256 key message := unless_panic [] (primitives_hmac.hmac_sha256 key message);
  primitives.no_salt := primitives_hkdf.no_salt;
  primitives.hkdf salt ikm info length := unless_panic [] (primitives_hkdf.hkdf salt ikm info length);
  primitives.decapsulation_key_len set := unless_panic 0 (primitives_mlkem.decapsulation_key_len set);
  primitives.key_gen set seed := unless_panic no_key_pair (primitives_mlkem.key_gen set seed);
  primitives.encaps set key random :=
    unless_panic (Err primitives_mlkem.KemError_NotReduced)
      (primitives_mlkem.encaps set key random);
  primitives.decaps set key ciphertext :=
    unless_panic (Err primitives_mlkem.KemError_BadCiphertextLength)
      (primitives_mlkem.decaps set key ciphertext);
  primitives.aes256_ctr key first data := unless_panic [] (primitives_aes_ctr.aes256_ctr key first data);
  primitives.generate seed :=
    unless_panic no_incremental_key_pair
      (primitives_mlkem_incremental.generate seed);
  primitives.encaps1 header random :=
    unless_panic (Err primitives_mlkem.KemError_BadEncapsulationKeyLength)
      (primitives_mlkem_incremental.encaps1 header random);
  primitives.is_match header vector :=
    unless_panic false
      (primitives_mlkem_incremental.is_match header vector);
  primitives.encaps2 vector state :=
    unless_panic (Err primitives_mlkem.KemError_BadEncapsulationKeyLength)
      (primitives_mlkem_incremental.encaps2 vector state);
  primitives.decaps_halves key first second :=
    unless_panic (Err primitives_mlkem.KemError_BadCiphertextLength)
      (primitives_mlkem_incremental.decaps_halves key first second)
|}.
