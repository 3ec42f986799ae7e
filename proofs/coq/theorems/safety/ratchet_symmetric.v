(** Panic-freedom of [ratchet::symmetric]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives ratchet_symmetric.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma chain_hmac_safe ck input :
  ChainKey_typed ck -> typed_int 8 input -> yields (chain_hmac ck input) Sha256Digest_typed.
Proof. intros. unfold chain_hmac. steps. apply hmac_sha256_typed; typed. Qed.
Hint Resolve chain_hmac_safe : spec.

Lemma kdf_ck_safe ck :
  ChainKey_typed ck -> yields (kdf_ck ck) (typed_pair ChainKey_typed MessageKeySeed_typed).
Proof.
  intros. unfold kdf_ck.
  assert (typed_int 8 CHAIN_KEY_INPUT) by (unfold CHAIN_KEY_INPUT; range).
  assert (typed_int 8 MESSAGE_KEY_INPUT) by (unfold MESSAGE_KEY_INPUT; range).
  steps.
Qed.

Lemma message_keys_safe seed sparse_key :
  MessageKeySeed_typed seed -> typed_option SparseMessageKey_typed sparse_key ->
  yields (message_keys seed sparse_key) MessageKeys_typed.
Proof.
  intros. unfold message_keys, message_keys_salt. cbv zeta.
  assert (typed_array (typed_int 8) 32 (match sparse_key with Some key => key | None => no_salt end)).
  { destruct sparse_key; simpl in *; [typed|apply no_salt_typed]. }
  unfold MESSAGE_KEYS_LENGTH.
  primitives. steps.
Qed.
End Safety.
