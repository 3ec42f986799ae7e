(** Panic-freedom of [ratchet::sparse::authenticator]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk
  theorems.lib.Bytes.
From Twinratchet.generated Require Import keys_types primitives ratchet_sparse_authenticator.


Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma with_epoch_typed label epoch : bytes label -> bytes (with_epoch label epoch).
Proof. intros. unfold with_epoch. typed. Qed.

Lemma kdf_auth_safe root_key update_key epoch :
  SparseRootKey_typed root_key -> bytes update_key ->
  yields (kdf_auth root_key update_key epoch) Authenticator_typed.
Proof.
  intros (_ & Hroot) Hupdate. unfold kdf_auth. cbv zeta.
  match goal with
  | |- context [hkdf ?salt ?ikm ?info ?n] =>
      assert (H : typed_array (typed_int 8) 64 (hkdf salt ikm info n))
  end.
  { apply hkdf_typed; [apply no_salt_typed|typed| |unfold KDF_AUTH_LENGTH; range].
    apply with_epoch_typed. now apply (table_typed 8). }
  revert H. generalize (hkdf no_salt). intros derive (Hl & Hd).
  step. step; [lia..|]. intros H1. step. step; [lia..|]. intros H2. step.
  split; (split; [assumption|apply Forall_firstn', Forall_skipn', Hd]).
Qed.

Lemma authenticator_safe auth_key epoch :
  SparseAuthKey_typed auth_key -> yields (authenticator auth_key epoch) Authenticator_typed.
Proof. intros (_ & H). apply kdf_auth_safe; [typed|exact H]. Qed.

Lemma authenticator_update_safe auth epoch secret :
  Authenticator_typed auth -> EpochSecret_typed secret ->
  yields (authenticator_update auth epoch secret) Authenticator_typed.
Proof. intros (Hroot & _) (_ & H). now apply kdf_auth_safe. Qed.

Lemma mac_typed auth label epoch content :
  Authenticator_typed auth -> bytes label -> bytes content ->
  Sha256Digest_typed (mac auth label epoch content).
Proof.
  intros (_ & _ & Hkey) Hlabel Hcontent. apply hmac_sha256_typed; [exact Hkey|].
  apply Forall_concat; [now apply with_epoch_typed|exact Hcontent].
Qed.

Lemma mac_header_typed auth epoch header :
  Authenticator_typed auth -> bytes header -> Sha256Digest_typed (mac_header auth epoch header).
Proof. intros. apply mac_typed; [assumption|now apply (table_typed 8)|assumption]. Qed.

Lemma mac_ciphertext_typed auth epoch ciphertext :
  Authenticator_typed auth -> bytes ciphertext -> Sha256Digest_typed (mac_ciphertext auth epoch ciphertext).
Proof. intros. apply mac_typed; [assumption|now apply (table_typed 8)|assumption]. Qed.

Lemma epoch_secret_safe kem_secret epoch :
  KemSecret_typed kem_secret -> yields (epoch_secret kem_secret epoch) EpochSecret_typed.
Proof.
  intros (_ & Hsecret). unfold epoch_secret. cbv zeta.
  match goal with
  | |- context [hkdf ?salt ?ikm ?info ?n] =>
      assert (H : typed_array (typed_int 8) 32 (hkdf salt ikm info n))
  end.
  { apply hkdf_typed; [apply no_salt_typed|exact Hsecret|apply with_epoch_typed; now apply (table_typed 8)|].
    unfold EPOCH_SECRET_LENGTH. range. }
  apply yields_array_from_seq; [apply H|exact H].
Qed.
End Safety.
#[export] Hint Resolve kdf_auth_safe authenticator_safe authenticator_update_safe epoch_secret_safe : spec.
