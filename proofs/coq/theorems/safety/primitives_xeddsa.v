(** Panic-freedom of [primitives::xeddsa]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.FieldElements
  theorems.lib.Integers.
From Twinratchet Require Import theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_field25519 primitives_edwards25519
  primitives_xeddsa.
From Twinratchet.theorems.safety Require Import primitives_scalar25519 primitives_edwards25519
  primitives_sha2.

(** * Hashes *)

(** The hash with the number of a domain gives 64 bytes. *)
Lemma hash_i_safe i x :
  typed_int 8 i -> bytes x -> seq_len x < 2 ^ 61 - 32 -> yields (hash_i i x) Sha512Digest_typed.
Proof.
  intros Hi Hx Hlen. unfold hash_i, PREFIX_LEN. cbv zeta.
  assert (Hzeros : bytes (seq_fill 0 32)) by elements.
  walk. apply (yields_for (fun _ => typed_array (typed_int 8) 32)); [split; [whole|assumption]| |].
  - intros j prefix Hj (Hcount & Hprefix). walk. split; [whole|assumption].
  - intros prefix (Hcount & Hprefix). apply sha512_safe; [elements|whole].
Qed.
#[export] Hint Resolve hash_i_safe : spec.

(** The challenge of a message is a scalar. *)
Lemma challenge_safe r a message :
  CompressedPoint_typed r -> CompressedPoint_typed a -> bytes message -> seq_len message < 2 ^ 60 ->
  yields (challenge r a message) typed_scalar.
Proof.
  intros (Hlen_r & Hr) (Hlen_a & Ha) Hmessage Hlen. unfold challenge. cbv zeta.
  walk. call sha512_safe; [elements|whole|]. intros digest Hdigest. apply scalar_of_digest_safe. assumption.
Qed.
#[export] Hint Resolve challenge_safe : spec.

(** * Signing *)

(** The bytes that key the nonce: 32 in both forms. *)
Definition key_pair_well_formed (pair : CalculatedKeyPair) : Prop :=
  CalculatedKeyPair_typed pair /\ seq_len (CalculatedKeyPair_nonce_key pair) = 32.

(** The deployed form of a key pair has its type. *)
Lemma deployed_key_pair_safe private :
  PrivateKey_typed private -> yields (deployed_key_pair private) key_pair_well_formed.
Proof.
  intros Hprivate. unfold deployed_key_pair.
  walk. call scalar_of_private_key_safe; [assumption|]. intros scalar Hscalar.
  walk. call scalar_mul_base_safe. intros product _.
  walk. call compress_safe. intros point Hpoint.
  walk. destruct Hprivate as (Hlen & Hbytes). repeat split; assumption || apply Hpoint || apply Hscalar.
Qed.
#[export] Hint Resolve deployed_key_pair_safe : spec.

(** The form of the public text has its type too. *)
Lemma calculate_key_pair_safe private :
  PrivateKey_typed private -> yields (calculate_key_pair private) key_pair_well_formed.
Proof.
  intros Hprivate. unfold calculate_key_pair.
  walk. call scalar_of_private_key_safe; [assumption|]. intros k Hk.
  walk. call scalar_mul_base_safe. intros product _.
  walk. call compress_safe. intros e (Hlen & He). cbv zeta. walk.
  call sign_of_safe; [now split|]. intros sign _. apply (yields_mono _ typed_scalar).
  - destruct sign; [exact Hk|apply negate_scalar_typed].
  - intros scalar Hscalar. destruct (typed_scalar_to_bytes scalar).
    walk. repeat split; try assumption; try apply Hscalar. cbn [CalculatedKeyPair_point]. lia.
Qed.
#[export] Hint Resolve calculate_key_pair_safe : spec.

(** A signature has 64 bytes, in both forms, for messages below 2^59 bytes: no machine holds more. *)
Lemma sign_safe form private message random :
  PrivateKey_typed private -> bytes message -> seq_len message < 2 ^ 60 -> SignatureRandom_typed random ->
  yields (sign form private message random) Signature_typed.
Proof.
  intros Hprivate Hmessage Hlen (Hlen_r & Hr). unfold sign. apply yields_bind.
  apply (yields_mono _ key_pair_well_formed).
  { destruct form; [now apply deployed_key_pair_safe|now apply calculate_key_pair_safe]. }
  intros [point scalar nonce_key] ((Hpoint & Hscalar & Hnonce) & Hlen_n).
  cbn [CalculatedKeyPair_point CalculatedKeyPair_scalar CalculatedKeyPair_nonce_key] in *.
  walk. call hash_i_safe; [whole|elements|whole|]. intros digest Hdigest.
  walk. call scalar_of_digest_safe; [assumption|]. intros r Hr'.
  walk. call scalar_mul_base_safe. intros product _.
  walk. call compress_safe. intros r_point Hr_point.
  walk. call challenge_safe; [assumption|assumption|assumption|lia|]. intros h Hh. cbv zeta.
  set (s := scalar_add r _). destruct (typed_scalar_to_bytes s) as (Hlen_s & Hs).
  destruct Hr_point as (Hlen_p & Hp). destruct Hpoint as (Hlen_q & Hq).
  assert (Hsignature : bytes (seq_concat r_point (scalar_to_bytes s))) by elements.
  walk. split; [whole|assumption].
Qed.
#[export] Hint Resolve sign_safe : spec.

(** * Verifying *)

(** The equation can be checked for any point and any bytes. *)
Lemma verify_equation_safe a message r s :
  bytes message -> seq_len message < 2 ^ 60 -> CompressedPoint_typed r ->
  yields (verify_equation a message r s) typed_any.
Proof.
  intros Hmessage Hlen Hr. unfold verify_equation.
  walk. call compress_safe. intros a_bytes Ha.
  walk. call challenge_safe; [assumption..|]. intros h Hh.
  walk. call scalar_mul_base_safe. intros p _.
  walk. call scalar_mul'_safe. intros q _. cbv zeta.
  walk. call compress_safe. intros check _. exact I.
Qed.
#[export] Hint Resolve verify_equation_safe : spec.

(** Whether a number is below 2^253 can be told of any 32 bytes. *)
Lemma is_below_2_253_safe s : Integer256_typed s -> yields (is_below_2_253 s) typed_any.
Proof. intros (Hlen & Hs). unfold is_below_2_253. walk. exact I. Qed.
#[export] Hint Resolve is_below_2_253_safe : spec.

(** The deployed form verifies or refuses any 64 bytes for any key. *)
Lemma verify_deployed_safe public message signature :
  PublicKey_typed public -> bytes message -> seq_len message < 2 ^ 60 -> Signature_typed signature ->
  yields (verify_deployed public message signature) typed_any.
Proof.
  intros Hpublic Hmessage Hlen (Hlen_s & Hs). unfold verify_deployed.
  walk. call sign_of_safe; [now split|]. intros sign _.
  walk. call is_below_2_253_safe; [split; [whole|assumption]|]. intros small _. walk; [|exact I].
  call montgomery_to_edwards_safe; [assumption|]. intros [a|] _; [|exact I].
  apply verify_equation_safe; [assumption|assumption|now split].
Qed.
#[export] Hint Resolve verify_deployed_safe : spec.

(** The form of the public text verifies or refuses any 64 bytes for any key. *)
Lemma verify_public_text_safe public message signature :
  PublicKey_typed public -> bytes message -> seq_len message < 2 ^ 60 -> Signature_typed signature ->
  yields (verify_public_text public message signature) typed_any.
Proof.
  intros Hpublic Hmessage Hlen (Hlen_s & Hs). pose proof Hpublic as (Hlen_u & Hu). unfold verify_public_text.
  do 6 walk_step. apply yields_bind. apply (yields_mono _ typed_any).
  { walk; [|exact I]. apply is_below_2_253_safe. now split. }
  intros small _. walk; [|exact I].
  call montgomery_to_edwards_safe; [assumption|]. intros [a|] _; [|exact I].
  apply verify_equation_safe; [assumption|assumption|now split].
Qed.
#[export] Hint Resolve verify_public_text_safe : spec.

(** Any 64 bytes are verified or refused, in both forms, for messages below 2^60 bytes. *)
Lemma verify_safe form public message signature :
  PublicKey_typed public -> bytes message -> seq_len message < 2 ^ 60 -> Signature_typed signature ->
  yields (verify form public message signature) typed_any.
Proof.
  intros. destruct form; [apply verify_deployed_safe|apply verify_public_text_safe]; assumption.
Qed.
#[export] Hint Resolve verify_safe : spec.
