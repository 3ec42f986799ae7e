(** Panic-freedom of [primitives::vxeddsa]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.FieldElements
  theorems.lib.Integers.
From Twinratchet Require Import theorems.lib.Forgetful.
From Twinratchet.generated Require Import keys_types primitives_field25519 primitives_edwards25519
  primitives_vxeddsa.
From Twinratchet.generated Require primitives_xeddsa.
From Twinratchet.theorems.safety Require Import primitives_scalar25519 primitives_edwards25519.
From Twinratchet.theorems.safety Require primitives_xeddsa.

(** * Hashing to the curve *)

(** Eight times a point is a point. *)
Lemma mul_by_cofactor_typed p : Point_typed (mul_by_cofactor p).
Proof. apply double_typed. Qed.

(** Any 32 bytes are mapped to 32 bytes. *)
Lemma elligator2_safe r : Integer256_typed r -> yields (elligator2 r) PublicKey_typed.
Proof.
  intros (Hlen & Hr). unfold elligator2. cbv zeta. do 4 walk_step.
  match goal with |- context [fe_to_bytes ?u] => generalize u end. intros u'.
  apply yields_array_from_seq; apply typed_fe_to_bytes.
Qed.
#[export] Hint Resolve elligator2_safe : spec.

(** Any 32 bytes of a hash are mapped to a point. *)
Lemma point_of_hash_safe hash : Integer256_typed hash -> yields (point_of_hash hash) Point_typed.
Proof.
  intros Hhash. pose proof Hhash as (Hlen & Hbytes). unfold point_of_hash.
  walk. call sign_of_safe; [assumption|]. intros sign _.
  walk. call elligator2_safe; [assumption|]. intros u Hu.
  walk. call montgomery_to_edwards_safe; [assumption|]. intros [p|] _; walk.
  - apply mul_by_cofactor_typed.
  - apply identity_typed.
Qed.
#[export] Hint Resolve point_of_hash_safe : spec.

(** Any bytes are hashed to a point. *)
Lemma hash_to_point_safe x : bytes x -> seq_len x < 2 ^ 61 - 32 -> yields (hash_to_point x) Point_typed.
Proof.
  intros Hx Hlen. unfold hash_to_point, ENCODED_LEN.
  walk. call primitives_xeddsa.hash_i_safe; [whole|assumption|assumption|]. intros h (Hlen_h & Hh).
  walk. apply point_of_hash_safe. now split.
Qed.
#[export] Hint Resolve hash_to_point_safe : spec.

(** The output of any point has 32 bytes. *)
Lemma vrf_output_safe v : yields (vrf_output v) VrfOutput_typed.
Proof.
  unfold vrf_output, ENCODED_LEN. walk. call compress_safe. intros point (Hlen_p & Hp).
  walk. call primitives_xeddsa.hash_i_safe; [whole|assumption|lia|]. intros hash (Hlen & Hhash).
  walk. now split.
Qed.
#[export] Hint Resolve vrf_output_safe : spec.

(** The base of a message is a point. *)
Lemma base_of_message_safe a message :
  CompressedPoint_typed a -> bytes message -> seq_len message < 2 ^ 60 ->
  yields (base_of_message a message) Point_typed.
Proof.
  intros (Hlen_a & Ha) Hmessage Hlen. unfold base_of_message. apply hash_to_point_safe; [elements|whole].
Qed.
#[export] Hint Resolve base_of_message_safe : spec.

(** The challenge is a scalar. *)
Lemma challenge_safe a v r r_v message :
  CompressedPoint_typed a -> CompressedPoint_typed v -> bytes message -> seq_len message < 2 ^ 60 ->
  yields (challenge a v r r_v message) typed_scalar.
Proof.
  intros (Hlen_a & Ha) (Hlen_v & Hv) Hmessage Hlen. unfold challenge.
  walk. call compress_safe. intros r_bytes (Hlen_r & Hr).
  walk. call compress_safe. intros r_v_bytes (Hlen_rv & Hrv). cbv zeta.
  walk. call primitives_xeddsa.hash_i_safe; [whole|elements|whole|]. intros digest Hdigest.
  apply scalar_of_digest_safe. assumption.
Qed.
#[export] Hint Resolve challenge_safe : spec.

(** * Signing and verifying *)

(** A signature has 96 bytes and an output 32, for messages below 2^59 bytes. *)
Lemma sign_safe private message random :
  PrivateKey_typed private -> bytes message -> seq_len message < 2 ^ 60 -> SignatureRandom_typed random ->
  yields (sign private message random) (typed_pair VrfSignature_typed VrfOutput_typed).
Proof.
  intros Hprivate Hmessage Hlen (Hlen_r & Hrandom). unfold sign.
  walk. call primitives_xeddsa.calculate_key_pair_safe; [assumption|].
  intros [point scalar nonce_key] ((Hpoint & Hscalar & Hnonce) & Hlen_n).
  cbn [primitives_xeddsa.CalculatedKeyPair_point primitives_xeddsa.CalculatedKeyPair_scalar
    primitives_xeddsa.CalculatedKeyPair_nonce_key] in *.
  walk. call base_of_message_safe; [assumption..|]. intros b_v _.
  walk. call scalar_mul'_safe. intros v_point _.
  walk. call compress_safe. intros v Hv. pose proof Hv as (Hlen_v & Hv'). cbv zeta.
  walk. call primitives_xeddsa.hash_i_safe; [whole|elements|whole|]. intros digest Hdigest.
  walk. call scalar_of_digest_safe; [assumption|]. intros r _.
  walk. call scalar_mul_base_safe. intros r_point _.
  walk. call scalar_mul'_safe. intros r_v _.
  walk. call challenge_safe; [assumption..|]. intros h _. cbv zeta.
  set (s := scalar_add r _). destruct (typed_scalar_to_bytes s) as (Hlen_s & Hs).
  destruct (typed_scalar_to_bytes h) as (Hlen_h & Hh).
  walk. call vrf_output_safe. intros output Houtput.
  walk. split; [split; cbn [fst]; [whole|elements]|exact Houtput].
Qed.
#[export] Hint Resolve sign_safe : spec.

(** Two points and two numbers are checked, for messages below 2^59 bytes. *)
Lemma verify_points_safe a v message h s :
  bytes message -> seq_len message < 2 ^ 60 ->
  yields (verify_points a v message h s) (typed_option VrfOutput_typed).
Proof.
  intros Hmessage Hlen. unfold verify_points.
  walk. call compress_safe. intros a_bytes Ha.
  walk. call base_of_message_safe; [assumption..|]. intros b_v _. walk; [exact I|]. cbv zeta.
  walk. call scalar_mul_base_safe. intros p1 _.
  walk. call scalar_mul'_safe. intros p2 _. cbv zeta.
  walk. call scalar_mul'_safe. intros p3 _.
  walk. call scalar_mul'_safe. intros p4 _. cbv zeta.
  walk. call compress_safe. intros v_bytes Hv.
  walk. call challenge_safe; [assumption..|]. intros again _.
  walk; [|exact I]. call vrf_output_safe. intros output Houtput. exact Houtput.
Qed.
#[export] Hint Resolve verify_points_safe : spec.

(** Any 96 bytes are verified or refused for any key, for messages below 2^59 bytes. *)
Lemma verify_safe public message signature :
  PublicKey_typed public -> bytes message -> seq_len message < 2 ^ 60 -> VrfSignature_typed signature ->
  yields (verify public message signature) (typed_option VrfOutput_typed).
Proof.
  intros Hpublic Hmessage Hlen (Hlen_s & Hs). pose proof Hpublic as (Hlen_u & Hu). unfold verify, ENCODED_LEN.
  do 10 walk_step. apply yields_bind. apply (yields_mono _ typed_any).
  { walk; [|exact I]. apply primitives_xeddsa.is_below_2_253_safe. now split. }
  intros small _. apply yields_bind. apply (yields_mono _ typed_any).
  { walk; [|exact I]. apply primitives_xeddsa.is_below_2_253_safe. now split. }
  clear small. intros small _. walk; [|exact I].
  call montgomery_to_edwards_safe; [assumption|]. intros a _.
  walk. call decompress_safe; [now split|]. intros v _.
  destruct a as [a|]; [|exact I]. destruct v as [v|]; [|exact I]. apply verify_points_safe; assumption.
Qed.
#[export] Hint Resolve verify_safe : spec.
