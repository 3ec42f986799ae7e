(** Panic-freedom of [primitives::hmac]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet Require Import theorems.safety.primitives_sha2.
From Twinratchet.generated Require Import keys_types primitives_hmac.

(** A key of any length makes one block. *)
Lemma block_key_safe key :
  bytes key -> seq_len key < 2 ^ 61 -> yields (block_key key) (typed_array (typed_int 8) 64).
Proof.
  intros. unfold block_key, primitives_sha2.SHA256_BLOCK_LEN. step.
  - step. call sha256_safe. byte_steps.
  - byte_steps.
Qed.
#[export] Hint Resolve block_key_safe : spec.

(** A padded block is a block. *)
Lemma xor_pad_safe block pad :
  typed_array (typed_int 8) 64 block -> typed_int 8 pad ->
  yields (xor_pad block pad) (typed_array (typed_int 8) 64).
Proof.
  intros. unfold xor_pad, primitives_sha2.SHA256_BLOCK_LEN. cbv zeta.
  apply (yields_for (fun _ => typed_array (typed_int 8) 64)); [typed| |auto].
  intros i padded Hi Hp. do 3 array_step. assumption.
Qed.
#[export] Hint Resolve xor_pad_safe : spec.

(** A tag has its type and length, whatever the lengths of key and message up to the limit of SHA-256. *)
Lemma hmac_sha256_safe key message :
  bytes key -> seq_len key < 2 ^ 61 -> bytes message -> seq_len message + 64 < 2 ^ 61 ->
  yields (hmac_sha256 key message) Sha256Digest_typed.
Proof.
  intros. unfold hmac_sha256, IPAD, OPAD.
  step. call block_key_safe. intros k Hk.
  step. call xor_pad_safe. intros inner_key Hi.
  step. call sha256_safe. intros inner Hd.
  step. call xor_pad_safe. intros outer_key Ho.
  apply sha256_safe; [typed|range].
Qed.
#[export] Hint Resolve hmac_sha256_safe : spec.
