(** The translated curve and KEM as total functions, and the laws of [theorems.Laws] that they keep.

    A total version is the value of the generated function. Where the generated function panics it is
    something else: never for arguments of their types, except that a message to sign or verify has to be
    below 2^60 bytes, which is more than a machine holds. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Forgetful.
From Twinratchet Require Import theorems.lib.Value.
From Twinratchet.generated Require Import keys_types.
From Twinratchet.generated Require primitives_x25519 primitives_edwards25519 primitives_xeddsa.
From Twinratchet.generated Require primitives_mlkem primitives_mlkem_incremental.
From Twinratchet.theorems.safety Require primitives_x25519 primitives_edwards25519 primitives_xeddsa.
From Twinratchet.theorems.safety Require primitives_mlkem primitives_mlkem_incremental.


(** * Total versions *)

Definition clamp (k : PrivateKey) : PrivateKey := value [] (generated.primitives_x25519.clamp k).
Definition public_key (k : PrivateKey) : PublicKey := value [] (generated.primitives_x25519.public_key k).
Definition dh (k : PrivateKey) (u : PublicKey) : result SharedSecret generated.primitives_x25519.DhError :=
  value (Err generated.primitives_x25519.DhError_InvalidAgreement) (generated.primitives_x25519.dh k u).

Definition is_canonical (u : PublicKey) : bool := value false (generated.primitives_edwards25519.is_canonical u).

Definition sign (form : generated.primitives_xeddsa.Form) (k : PrivateKey) (m : list U8) (r : SignatureRandom) : Signature :=
  value (seq_fill 0 64) (within (seq_len m) (generated.primitives_xeddsa.sign form k m r)).
Definition verify (form : generated.primitives_xeddsa.Form) (u : PublicKey) (m : list U8) (s : Signature) : bool :=
  value false (within (seq_len m) (generated.primitives_xeddsa.verify form u m s)).

Definition decapsulation_key_len (set : generated.primitives_mlkem.ParameterSet) : u64 := value 0 (generated.primitives_mlkem.decapsulation_key_len set).
Definition key_gen (set : generated.primitives_mlkem.ParameterSet) (seed : KemSeed) : generated.primitives_mlkem.KeyPair :=
  value (generated.primitives_mlkem.mk_KeyPair [] []) (generated.primitives_mlkem.key_gen set seed).
Definition encaps (set : generated.primitives_mlkem.ParameterSet) (ek : list u8) (r : KemRandom) : result (KemSecret * list u8)
  generated.primitives_mlkem.KemError :=
  value (Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength) (generated.primitives_mlkem.encaps set ek r).
Definition decaps (set : generated.primitives_mlkem.ParameterSet) (dk : list U8) (c : list u8) : result KemSecret generated.primitives_mlkem.KemError :=
  value (Err generated.primitives_mlkem.KemError_BadDecapsulationKeyLength) (generated.primitives_mlkem.decaps set dk c).

Definition generate (seed : KemSeed) : generated.primitives_mlkem_incremental.IncrementalKeyPair :=
  value (generated.primitives_mlkem_incremental.mk_IncrementalKeyPair [] [] []) (generated.primitives_mlkem_incremental.generate seed).
Definition encaps1 (header : list u8) (r : KemRandom) : result generated.primitives_mlkem_incremental.FirstHalf generated.primitives_mlkem.KemError :=
  value (Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength) (generated.primitives_mlkem_incremental.encaps1 header r).
Definition is_match (header vector : list u8) : bool := value false (generated.primitives_mlkem_incremental.is_match header vector).
Definition encaps2 (vector : list u8) (state : KemEncapsState) : result (list u8) generated.primitives_mlkem.KemError :=
  value (Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength) (generated.primitives_mlkem_incremental.encaps2 vector state).
Definition decaps_halves (dk : list U8) (ct1 ct2 : list u8) : result KemSecret generated.primitives_mlkem.KemError :=
  value (Err generated.primitives_mlkem.KemError_BadDecapsulationKeyLength) (generated.primitives_mlkem_incremental.decaps_halves dk ct1 ct2).

(** * They are the translated functions *)

(** Clamping returns what the total version is. *)
Theorem clamp_is_translated k : PrivateKey_typed k -> generated.primitives_x25519.clamp k = Ret (clamp k).
Proof. intros. eapply value_ret, primitives_x25519.clamp_safe. assumption. Qed.

(** The translated public key is what the total version is. *)
Theorem public_key_is_translated k : PrivateKey_typed k -> generated.primitives_x25519.public_key k = Ret (public_key k).
Proof. intros. eapply value_ret, primitives_x25519.public_key_safe. assumption. Qed.

(** The translated agreement returns what the total version is. *)
Theorem dh_is_translated k u : PrivateKey_typed k -> PublicKey_typed u -> generated.primitives_x25519.dh k u = Ret (dh k u).
Proof. intros. eapply value_ret, primitives_x25519.dh_safe; assumption. Qed.

(** The translated check of a public key returns what the total version is. *)
Theorem is_canonical_is_translated u : PublicKey_typed u -> generated.primitives_edwards25519.is_canonical u = Ret (is_canonical u).
Proof. intros. eapply value_ret, primitives_edwards25519.is_canonical_safe. assumption. Qed.

(** On a message below 2^59 bytes, translated signing returns what the total version is. *)
Theorem sign_is_translated form k m r :
  PrivateKey_typed k -> bytes m -> seq_len m < 2 ^ 60 -> SignatureRandom_typed r ->
  generated.primitives_xeddsa.sign form k m r = Ret (sign form k m r).
Proof.
  intros. unfold sign. rewrite within_small by lia. eapply value_ret, primitives_xeddsa.sign_safe; assumption.
Qed.

(** On a message below 2^59 bytes, translated verifying returns what the total version is. *)
Theorem verify_is_translated form u m s :
  PublicKey_typed u -> bytes m -> seq_len m < 2 ^ 60 -> Signature_typed s ->
  generated.primitives_xeddsa.verify form u m s = Ret (verify form u m s).
Proof.
  intros. unfold verify. rewrite within_small by lia.
  eapply value_ret, primitives_xeddsa.verify_safe; assumption || lia.
Qed.

(** The translated length is what the total version is. *)
Theorem decapsulation_key_len_is_translated set :
  generated.primitives_mlkem.decapsulation_key_len set = Ret (decapsulation_key_len set).
Proof. eapply value_ret, primitives_mlkem.decapsulation_key_len_safe. Qed.

(** Translated key generation returns what the total version is. *)
Theorem key_gen_is_translated set seed : KemSeed_typed seed -> generated.primitives_mlkem.key_gen set seed = Ret (key_gen set seed).
Proof. intros. eapply value_ret, primitives_mlkem.key_gen_safe. assumption. Qed.

(** Translated encapsulation returns what the total version is, for any bytes as a key. *)
Theorem encaps_is_translated set ek r :
  bytes ek -> KemRandom_typed r -> generated.primitives_mlkem.encaps set ek r = Ret (encaps set ek r).
Proof. intros. eapply value_ret, primitives_mlkem.encaps_safe; assumption. Qed.

(** Translated decapsulation returns what the total version is, for any bytes. *)
Theorem decaps_is_translated set dk c : bytes dk -> bytes c -> generated.primitives_mlkem.decaps set dk c = Ret (decaps set dk c).
Proof. intros. eapply value_ret, primitives_mlkem.decaps_safe; assumption. Qed.

(** Translated incremental key generation returns what the total version is. *)
Theorem generate_is_translated seed : KemSeed_typed seed -> generated.primitives_mlkem_incremental.generate seed = Ret (generate seed).
Proof. intros. eapply value_ret, primitives_mlkem_incremental.generate_safe. assumption. Qed.

(** The translated first half of an encapsulation is what the total version is, for any bytes as a header. *)
Theorem encaps1_is_translated header r :
  bytes header -> KemRandom_typed r -> generated.primitives_mlkem_incremental.encaps1 header r = Ret (encaps1 header r).
Proof. intros. eapply value_ret, primitives_mlkem_incremental.encaps1_safe; assumption. Qed.

(** The translated match of header and vector is what the total version is, for any bytes. *)
Theorem is_match_is_translated header vector :
  bytes header -> bytes vector -> generated.primitives_mlkem_incremental.is_match header vector = Ret (is_match header vector).
Proof. intros. eapply value_ret, primitives_mlkem_incremental.is_match_safe; assumption. Qed.

(** The translated second half of an encapsulation is what the total version is, for any bytes as a vector. *)
Theorem encaps2_is_translated vector state :
  bytes vector -> KemEncapsState_typed state -> generated.primitives_mlkem_incremental.encaps2 vector state = Ret (encaps2 vector state).
Proof. intros. eapply value_ret, primitives_mlkem_incremental.encaps2_safe; assumption. Qed.

(** Translated decapsulation of halves returns what the total version is, for any bytes. *)
Theorem decaps_halves_is_translated dk ct1 ct2 :
  bytes dk -> bytes ct1 -> bytes ct2 -> generated.primitives_mlkem_incremental.decaps_halves dk ct1 ct2 = Ret (decaps_halves dk ct1 ct2).
Proof. intros. eapply value_ret, primitives_mlkem_incremental.decaps_halves_safe; assumption. Qed.

(** * The laws *)

(** Clamping keeps a private key a private key. *)
Theorem clamp_typed k : PrivateKey_typed k -> PrivateKey_typed (clamp k).
Proof. intros. unfold clamp. apply value_yields, primitives_x25519.clamp_safe. assumption. Qed.

(** A public key has 32 bytes. *)
Theorem public_key_typed k : PrivateKey_typed k -> PublicKey_typed (public_key k).
Proof. intros. unfold public_key. apply value_yields, primitives_x25519.public_key_safe. assumption. Qed.

(** An agreement gives 32 bytes or its error. *)
Theorem dh_typed k u :
  PrivateKey_typed k -> PublicKey_typed u -> typed_result SharedSecret_typed generated.primitives_x25519.DhError_typed (dh k u).
Proof. intros. unfold dh. apply value_yields, primitives_x25519.dh_safe; assumption. Qed.

(** A signature has 64 bytes. *)
Theorem sign_typed form k m r :
  PrivateKey_typed k -> bytes m -> SignatureRandom_typed r -> Signature_typed (sign form k m r).
Proof.
  intros. unfold sign. apply value_within.
  - split; [reflexivity|]. apply Forall_fill. whole.
  - intros. apply value_yields, primitives_xeddsa.sign_safe; assumption || lia.
Qed.

(** The length of a decapsulation key is that of its set. *)
Theorem decapsulation_key_len_value set : decapsulation_key_len set = snd (kem_lengths set).
Proof. destruct set; reflexivity. Qed.

(** Keys have the lengths of their set. *)
Theorem key_gen_typed set seed :
  KemSeed_typed seed ->
  typed_array (typed_int 8) (fst (fst (kem_lengths set))) (generated.primitives_mlkem.KeyPair_encapsulation_key (key_gen set seed))
    /\
  typed_array (typed_int 8) (snd (kem_lengths set)) (generated.primitives_mlkem.KeyPair_decapsulation_key (key_gen set seed)).
Proof.
  intros. unfold key_gen.
  apply (value_yields _ _ (fun pair =>
    typed_array (typed_int 8) (fst (fst (kem_lengths set))) (generated.primitives_mlkem.KeyPair_encapsulation_key pair) /\
    typed_array (typed_int 8) (snd (kem_lengths set)) (generated.primitives_mlkem.KeyPair_decapsulation_key pair))).
  apply primitives_mlkem.key_gen_safe. assumption.
Qed.

(** Any bytes as a key give a secret and a ciphertext of the length of the set, or an error. *)
Theorem encaps_typed set ek r :
  bytes ek -> KemRandom_typed r ->
  typed_result (typed_pair KemSecret_typed (typed_array (typed_int 8) (snd (fst (kem_lengths set)))))
    generated.primitives_mlkem.KemError_typed (encaps set ek r).
Proof. intros. unfold encaps. apply value_yields, primitives_mlkem.encaps_safe; assumption. Qed.

(** Any bytes as a key and a ciphertext give a secret or an error. *)
Theorem decaps_typed set dk c :
  bytes dk -> bytes c -> typed_result KemSecret_typed generated.primitives_mlkem.KemError_typed (decaps set dk c).
Proof. intros. unfold decaps. apply value_yields, primitives_mlkem.decaps_safe; assumption. Qed.

(** Incremental keys have a header of 64 bytes, a vector of 1152 and a decapsulation key of 2400. *)
Theorem generate_typed seed :
  KemSeed_typed seed ->
  typed_array (typed_int 8) 64 (generated.primitives_mlkem_incremental.IncrementalKeyPair_header (generate seed)) /\
  typed_array (typed_int 8) 1152 (generated.primitives_mlkem_incremental.IncrementalKeyPair_vector (generate seed)) /\
  typed_array (typed_int 8) 2400 (generated.primitives_mlkem_incremental.IncrementalKeyPair_decapsulation_key (generate seed)).
Proof.
  intros. unfold generate.
  apply (value_yields _ _ (fun pair =>
    typed_array (typed_int 8) 64 (generated.primitives_mlkem_incremental.IncrementalKeyPair_header pair) /\
    typed_array (typed_int 8) 1152 (generated.primitives_mlkem_incremental.IncrementalKeyPair_vector pair) /\
    typed_array (typed_int 8) 2400 (generated.primitives_mlkem_incremental.IncrementalKeyPair_decapsulation_key pair))).
  apply primitives_mlkem_incremental.generate_safe. assumption.
Qed.

(** Any bytes as a header give 960 bytes, a secret and a state, or an error. *)
Theorem encaps1_typed header r :
  bytes header -> KemRandom_typed r ->
  typed_result (fun half => generated.primitives_mlkem_incremental.FirstHalf_typed half /\ seq_len (generated.primitives_mlkem_incremental.FirstHalf_ciphertext1 half) = 960)
    generated.primitives_mlkem.KemError_typed (encaps1 header r).
Proof. intros. unfold encaps1. apply value_yields, primitives_mlkem_incremental.encaps1_safe; assumption. Qed.

(** Any bytes as a vector and any state give 128 bytes or an error. *)
Theorem encaps2_typed vector state :
  bytes vector -> KemEncapsState_typed state ->
  typed_result (typed_array (typed_int 8) 128) generated.primitives_mlkem.KemError_typed (encaps2 vector state).
Proof. intros. unfold encaps2. apply value_yields, primitives_mlkem_incremental.encaps2_safe; assumption. Qed.

(** Any bytes as a key and two halves of a ciphertext give a secret or an error. *)
Theorem decaps_halves_typed dk ct1 ct2 :
  bytes dk -> bytes ct1 -> bytes ct2 -> typed_result KemSecret_typed generated.primitives_mlkem.KemError_typed (decaps_halves dk ct1
    ct2).
Proof. intros. unfold decaps_halves. apply value_yields, primitives_mlkem_incremental.decaps_halves_safe;
  assumption. Qed.
