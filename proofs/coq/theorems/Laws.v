(** What is assumed of the primitives: this list, and nothing else.

    A theorem about the protocol takes from it what it needs, and its claim says which. [Typed] says that results have
    their types and lengths; [DhCommutes], [CbcInverts] and [SignatureVerifies] are the laws of correctness. That a KEM
    gives back the secret is not a law (ML-KEM fails for a few random values): theorems that need it say so of the one
    encapsulation. *)
From Twinratchet Require Import Prelude Modular theorems.Lib.
From Twinratchet.generated Require Import keys_types primitives.
From Twinratchet.generated Require primitives_x25519 primitives_xeddsa primitives_mlkem primitives_mlkem_incremental primitives_aes_cbc.

Notation bytes := (typed_seq (typed_int 8)) (only parsing).

(** The lengths of the encapsulation key, the ciphertext and the decapsulation key. *)
Definition kem_lengths (set : primitives_mlkem.ParameterSet) : Z * Z * Z :=
  match set with
  | primitives_mlkem.ParameterSet_MlKem768 => (1184, 1088, 2400)
  | _ => (1568, 1568, 3168)
  end.

Class Typed (P : Primitives) : Prop := {
  clamp_typed k : PrivateKey_typed k -> PrivateKey_typed (clamp k);
  public_key_typed k : PrivateKey_typed k -> PublicKey_typed (public_key k);
  dh_typed k u :
    PrivateKey_typed k -> PublicKey_typed u ->
    typed_result SharedSecret_typed primitives_x25519.DhError_typed (dh k u);
  sha512_typed m : bytes m -> Sha512Digest_typed (sha512 m);
  sign_typed form k m r :
    PrivateKey_typed k -> bytes m -> SignatureRandom_typed r -> Signature_typed (sign form k m r);
  aes256_cbc_encrypt_typed k iv m :
    CipherKey_typed k -> Iv_typed iv -> bytes m ->
    typed_array (typed_int 8) (16 * (seq_len m / 16 + 1)) (aes256_cbc_encrypt k iv m);
  aes256_cbc_decrypt_typed k iv c :
    CipherKey_typed k -> Iv_typed iv -> bytes c ->
    typed_result (fun m => bytes m /\ seq_len m < seq_len c) primitives_aes_cbc.CbcError_typed
      (aes256_cbc_decrypt k iv c);
  hmac_sha256_typed k m : bytes k -> bytes m -> Sha256Digest_typed (hmac_sha256 k m);
  no_salt_typed : typed_array (typed_int 8) 32 no_salt;
  hkdf_typed salt ikm info n :
    bytes salt -> bytes ikm -> bytes info -> typed_int 8 n -> typed_array (typed_int 8) n (hkdf salt ikm info n);
  decapsulation_key_len_value set : decapsulation_key_len set = snd (kem_lengths set);
  key_gen_typed set seed :
    KemSeed_typed seed ->
    typed_array (typed_int 8) (fst (fst (kem_lengths set)))
      (primitives_mlkem.KeyPair_encapsulation_key (key_gen set seed)) /\
    typed_array (typed_int 8) (snd (kem_lengths set))
      (primitives_mlkem.KeyPair_decapsulation_key (key_gen set seed));
  encaps_typed set ek r :
    bytes ek -> KemRandom_typed r ->
    typed_result
      (typed_pair KemSecret_typed (typed_array (typed_int 8) (snd (fst (kem_lengths set)))))
      primitives_mlkem.KemError_typed (encaps set ek r);
  decaps_typed set dk c :
    bytes dk -> bytes c -> typed_result KemSecret_typed primitives_mlkem.KemError_typed (decaps set dk c);
  aes256_ctr_typed k first m :
    CipherKey_typed k -> CounterBlock_typed first -> bytes m ->
    typed_array (typed_int 8) (seq_len m) (aes256_ctr k first m);
  generate_typed seed :
    KemSeed_typed seed ->
    typed_array (typed_int 8) 64 (primitives_mlkem_incremental.IncrementalKeyPair_header (generate seed)) /\
    typed_array (typed_int 8) 1152 (primitives_mlkem_incremental.IncrementalKeyPair_vector (generate seed)) /\
    typed_array (typed_int 8) 2400
      (primitives_mlkem_incremental.IncrementalKeyPair_decapsulation_key (generate seed));
  encaps1_typed header r :
    bytes header -> KemRandom_typed r ->
    typed_result
      (fun half =>
         primitives_mlkem_incremental.FirstHalf_typed half /\
         seq_len (primitives_mlkem_incremental.FirstHalf_ciphertext1 half) = 960)
      primitives_mlkem.KemError_typed (encaps1 header r);
  encaps2_typed vector state :
    bytes vector -> KemEncapsState_typed state ->
    typed_result (typed_array (typed_int 8) 128) primitives_mlkem.KemError_typed (encaps2 vector state);
  decaps_halves_typed dk ct1 ct2 :
    bytes dk -> bytes ct1 -> bytes ct2 ->
    typed_result KemSecret_typed primitives_mlkem.KemError_typed (decaps_halves dk ct1 ct2)
}.

(** Both sides of an agreement get the same bytes, or the same error. *)
Class DhCommutes (P : Primitives) : Prop :=
  dh_commutes a b : PrivateKey_typed a -> PrivateKey_typed b -> dh a (public_key b) = dh b (public_key a).

(** Decryption gives back what was encrypted. *)
Class CbcInverts (P : Primitives) : Prop :=
  cbc_inverts k iv m :
    CipherKey_typed k -> Iv_typed iv -> bytes m ->
    aes256_cbc_decrypt k iv (aes256_cbc_encrypt k iv m) = Ok m.

(** Verification accepts what was signed. The key is clamped, as all private keys of the protocol are: [public_key] is
    of the clamped key, and [sign] takes the key as it is. *)
Class SignatureVerifies (P : Primitives) : Prop :=
  signature_verifies form k m r :
    PrivateKey_typed k -> bytes m -> SignatureRandom_typed r ->
    verify form (public_key (clamp k)) m (sign form (clamp k) m r) = true.

(** The types of all results of primitives in the goal, as hypotheses. *)
Ltac primitives :=
  repeat match goal with
  | |- context [hmac_sha256 ?k ?m] =>
      lazymatch goal with
      | _ : seq_len (hmac_sha256 k m) = 32 |- _ => fail
      | _ => let H := fresh in assert (H : Sha256Digest_typed (hmac_sha256 k m));
             [apply hmac_sha256_typed; solve [typed] | destruct H]
      end
  | |- context [hkdf ?s ?k ?i ?n] =>
      lazymatch goal with
      | _ : seq_len (hkdf s k i n) = _ |- _ => fail
      | _ => let H := fresh in assert (H : typed_array (typed_int 8) n (hkdf s k i n));
             [apply hkdf_typed; solve [typed] | destruct H]
      end
  end.
