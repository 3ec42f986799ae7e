(** The claims of [Translated.Asymmetric] on concrete values: their hypotheses hold, and what is quick to
    compute is computed. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.Laws theorems.lib.Bytes theorems.lib.Hex.
From Twinratchet.theorems Require Import lib.Value Translated.Asymmetric.
From Twinratchet.generated Require Import keys_types.

(** A private key of RFC 7748, 6.1, and what it is when clamped. *)
Definition private : PrivateKey := hex "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a".
Definition clamped : PrivateKey := hex "70076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c6a".

(** Zero as a public key: of small order. *)
Definition zero : PublicKey := seq_fill 0 32.

(** 2^255 - 19 as a public key: not canonical. *)
Definition p_bytes : PublicKey := le_bytes 32 (2 ^ 255 - 19).

(** A signature whose number is too large. *)
Definition large : Signature := seq_fill 255 64.

Definition message : list U8 := text "a message".
Definition seed : KemSeed := seq_fill 7 64.
Definition random : KemRandom := seq_fill 9 32.

Ltac concrete := split; [reflexivity | apply table_typed; reflexivity].
Ltac concrete_bytes := apply table_typed; reflexivity.

Lemma clamp_is_translated_instance :
  PrivateKey_typed private /\ generated.primitives_x25519.clamp private = Ret (clamp private) /\ clamp private = clamped.
Proof. split; [concrete|]. split; vm_compute; reflexivity. Qed.

Lemma public_key_is_translated_instance : PrivateKey_typed private.
Proof. concrete. Qed.

Lemma dh_is_translated_instance :
  PrivateKey_typed private /\ PublicKey_typed zero /\
  generated.primitives_x25519.dh private zero = Ret (Err generated.primitives_x25519.DhError_InvalidAgreement) /\
  dh private zero = Err generated.primitives_x25519.DhError_InvalidAgreement.
Proof. split; [concrete|]. split; [concrete|]. split; vm_compute; reflexivity. Qed.

Lemma is_canonical_is_translated_instance :
  PublicKey_typed p_bytes /\ generated.primitives_edwards25519.is_canonical p_bytes = Ret false /\ is_canonical p_bytes = false.
Proof. split; [concrete|]. split; vm_compute; reflexivity. Qed.

Lemma sign_is_translated_instance :
  PrivateKey_typed private /\ bytes message /\ seq_len message < 2 ^ 60 /\ SignatureRandom_typed seed.
Proof. split; [concrete|]. split; [concrete_bytes|]. split; [reflexivity|concrete]. Qed.

Lemma verify_is_translated_instance :
  PublicKey_typed zero /\ bytes message /\ seq_len message < 2 ^ 60 /\ Signature_typed large /\
  generated.primitives_xeddsa.verify generated.primitives_xeddsa.Form_Deployed zero message large = Ret false /\
  generated.primitives_xeddsa.verify generated.primitives_xeddsa.Form_PublicText zero message large = Ret false /\
  verify generated.primitives_xeddsa.Form_Deployed zero message large = false.
Proof.
  split; [concrete|]. split; [concrete_bytes|]. split; [reflexivity|]. split; [concrete|].
  split; [|split]; vm_compute; reflexivity.
Qed.

Lemma decapsulation_key_len_is_translated_instance :
  decapsulation_key_len generated.primitives_mlkem.ParameterSet_MlKem768 = 2400 /\
  decapsulation_key_len generated.primitives_mlkem.ParameterSet_Kyber1024 = 3168.
Proof. split; vm_compute; reflexivity. Qed.

Lemma key_gen_is_translated_instance : KemSeed_typed seed.
Proof. concrete. Qed.

(** A key that is too short is refused. *)
Lemma encaps_is_translated_instance :
  bytes message /\ KemRandom_typed random /\
  encaps generated.primitives_mlkem.ParameterSet_MlKem1024 message random = Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength.
Proof. split; [concrete_bytes|]. split; [concrete|vm_compute; reflexivity]. Qed.

(** A ciphertext that is too short is refused. *)
Lemma decaps_is_translated_instance :
  bytes (seq_fill 3 2400) /\ bytes message /\
  decaps generated.primitives_mlkem.ParameterSet_MlKem768 (seq_fill 3 2400) message = Err generated.primitives_mlkem.KemError_BadCiphertextLength.
Proof. split; [concrete_bytes|]. split; [concrete_bytes|vm_compute; reflexivity]. Qed.

Lemma generate_is_translated_instance : KemSeed_typed seed.
Proof. concrete. Qed.

(** A header that is too short is refused. *)
Lemma encaps1_is_translated_instance :
  bytes message /\ KemRandom_typed random /\
  encaps1 message random = Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength.
Proof. split; [concrete_bytes|]. split; [concrete|vm_compute; reflexivity]. Qed.

(** A vector of another key does not match a header. *)
Lemma is_match_is_translated_instance :
  bytes (seq_fill 3 64) /\ bytes (seq_fill 3 1152) /\ is_match (seq_fill 3 64) (seq_fill 3 1152) = false.
Proof. split; [concrete_bytes|]. split; [concrete_bytes|vm_cast_no_check (eq_refl false)]. Qed.

(** A vector that is too short is refused, whatever the state. *)
Lemma encaps2_is_translated_instance :
  bytes message /\ KemEncapsState_typed (seq_fill 1 2080) /\
  encaps2 message (seq_fill 1 2080) = Err generated.primitives_mlkem.KemError_BadEncapsulationKeyLength.
Proof. split; [concrete_bytes|]. split; [concrete|vm_compute; reflexivity]. Qed.

(** A first half that is too short is refused. *)
Lemma decaps_halves_is_translated_instance :
  bytes (seq_fill 3 2400) /\ bytes message /\
  decaps_halves (seq_fill 3 2400) message message = Err generated.primitives_mlkem.KemError_BadCiphertextLength.
Proof. split; [concrete_bytes|]. split; [concrete_bytes|vm_compute; reflexivity]. Qed.
