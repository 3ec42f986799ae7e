(** The translated symmetric primitives as total functions, and the laws of [theorems.Laws] that they keep.

    A total version is the value of the generated function wherever a machine can hold the arguments: for
    lengths below 2^60 bytes. A list in Coq may be longer, and there the generated function may panic; what
    the total version is there means nothing, and is chosen so that the laws hold without a bound. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes theorems.lib.Fill.
From Twinratchet Require Import theorems.lib.Parts.
From Twinratchet Require Import theorems.safety.primitives_sha2 theorems.safety.primitives_hmac.
From Twinratchet Require Import theorems.safety.primitives_hkdf theorems.safety.primitives_aes_cbc.
From Twinratchet Require Import theorems.safety.primitives_aes_ctr.
From Twinratchet Require Import theorems.aes.Padding theorems.Cbc theorems.Ctr.
From Twinratchet.generated Require Import keys_types.
From Twinratchet.generated Require primitives_sha2 primitives_hmac primitives_hkdf primitives_aes_cbc.
From Twinratchet.generated Require primitives_aes_ctr.
From Twinratchet Require Export theorems.lib.Value.

(** * Total versions *)

Definition sha512 (m : list U8) : Sha512Digest :=
  value (seq_fill 0 64) (within (seq_len m) (primitives_sha2.sha512 m)).

Definition hmac_sha256 (k m : list U8) : Sha256Digest :=
  value (seq_fill 0 32) (within (seq_len k) (within (seq_len m) (primitives_hmac.hmac_sha256 k m))).

Definition no_salt : list U8 := primitives_hkdf.no_salt.

Definition hkdf (salt ikm info : list U8) (n : u8) : list U8 :=
  value (seq_fill 0 n)
    (within (seq_len salt) (within (seq_len ikm) (within (seq_len info)
      (primitives_hkdf.hkdf salt ikm info n)))).

(** Too long a message: its padding alone. *)
Definition aes256_cbc_encrypt (k : CipherKey) (iv : Iv) (m : list U8) : list U8 :=
  value (m ++ seq_fill (padding m) (padding m))
    (within (seq_len m) (primitives_aes_cbc.aes256_cbc_encrypt k iv m)).

(** Too long a ciphertext: without as many bytes as the last byte says. *)
Definition aes256_cbc_decrypt (k : CipherKey) (iv : Iv) (c : list U8)
  : result (list U8) primitives_aes_cbc.CbcError :=
  let n := get c (seq_len c - 1) in
  let unpadded :=
    if (1 <=? n) && (n <=? 16) then Ok (firstn (Z.to_nat (seq_len c - n)) c)
    else Err primitives_aes_cbc.CbcError_BadCiphertext in
  value unpadded (within (seq_len c - 1) (primitives_aes_cbc.aes256_cbc_decrypt k iv c)).

Definition aes256_ctr (k : CipherKey) (first : CounterBlock) (m : list U8) : list U8 :=
  value (seq_fill 0 (seq_len m)) (primitives_aes_ctr.aes256_ctr k first m).

(** * They are the translated functions *)

Ltac small := unfold typed_int in *; simpl Z.pow in *; lia.

(** On a message below 2^60 bytes, the translated SHA-512 returns what the total one is. *)
Theorem sha512_is_translated m :
  bytes m -> seq_len m < 2 ^ 60 -> primitives_sha2.sha512 m = Ret (sha512 m).
Proof.
  intros Hm Hl. unfold sha512. rewrite within_small by assumption.
  apply (value_ret _ _ Sha512Digest_typed), sha512_safe; [exact Hm|small].
Qed.

(** On a key and a message below 2^60 bytes, the translated HMAC returns what the total one is. *)
Theorem hmac_sha256_is_translated k m :
  bytes k -> seq_len k < 2 ^ 60 -> bytes m -> seq_len m < 2 ^ 60 ->
  primitives_hmac.hmac_sha256 k m = Ret (hmac_sha256 k m).
Proof.
  intros Hk Hkl Hm Hml. unfold hmac_sha256. rewrite !within_small by assumption.
  apply (value_ret _ _ Sha256Digest_typed), hmac_sha256_safe; auto; small.
Qed.

(** On inputs below 2^60 bytes, the translated HKDF returns what the total one is. *)
Theorem hkdf_is_translated salt ikm info n :
  bytes salt -> seq_len salt < 2 ^ 60 -> bytes ikm -> seq_len ikm < 2 ^ 60 ->
  bytes info -> seq_len info < 2 ^ 60 -> typed_int 8 n ->
  primitives_hkdf.hkdf salt ikm info n = Ret (hkdf salt ikm info n).
Proof.
  intros Hs Hsl Hk Hkl Hi Hil Hn. unfold hkdf. rewrite !within_small by assumption.
  apply (value_ret _ _ (typed_array (typed_int 8) n)), hkdf_safe; auto; small.
Qed.

(** On a message below 2^60 bytes, the translated encryption returns what the total one is. *)
Theorem aes256_cbc_encrypt_is_translated k iv m :
  CipherKey_typed k -> Iv_typed iv -> bytes m -> seq_len m < 2 ^ 60 ->
  primitives_aes_cbc.aes256_cbc_encrypt k iv m = Ret (aes256_cbc_encrypt k iv m).
Proof.
  intros Hk Hiv Hm Hl. unfold aes256_cbc_encrypt. rewrite within_small by assumption.
  eapply value_ret, aes256_cbc_encrypt_safe; auto. small.
Qed.

(** On a ciphertext up to 2^60 bytes, the translated decryption returns what the total one is. *)
Theorem aes256_cbc_decrypt_is_translated k iv c :
  CipherKey_typed k -> Iv_typed iv -> bytes c -> seq_len c <= 2 ^ 60 ->
  primitives_aes_cbc.aes256_cbc_decrypt k iv c = Ret (aes256_cbc_decrypt k iv c).
Proof.
  intros Hk Hiv Hc Hl. unfold aes256_cbc_decrypt. rewrite within_small by lia.
  eapply value_ret, aes256_cbc_decrypt_safe; auto. small.
Qed.

(** The translated counter mode returns what the total one is. *)
Theorem aes256_ctr_is_translated k first m :
  CipherKey_typed k -> CounterBlock_typed first -> bytes m ->
  primitives_aes_ctr.aes256_ctr k first m = Ret (aes256_ctr k first m).
Proof. intros Hk Hf Hm. eapply value_ret, aes256_ctr_safe; auto. Qed.

(** * The laws *)

(** SHA-512 is 64 bytes. *)
Theorem sha512_typed m : bytes m -> Sha512Digest_typed (sha512 m).
Proof.
  intros Hm. unfold sha512. apply value_within; [apply array_filled; range|]. intros Hl.
  apply value_yields, sha512_safe; [exact Hm|small].
Qed.

(** HMAC is 32 bytes. *)
Theorem hmac_sha256_typed k m : bytes k -> bytes m -> Sha256Digest_typed (hmac_sha256 k m).
Proof.
  intros Hk Hm. unfold hmac_sha256. apply value_within; [apply array_filled; range|]. intros Hkl.
  apply value_within; [apply array_filled; range|]. intros Hml.
  apply value_yields, hmac_sha256_safe; auto; small.
Qed.

(** The salt of no salt is 32 bytes. *)
Theorem no_salt_typed : typed_array (typed_int 8) 32 no_salt.
Proof. exact no_salt_typed. Qed.

(** HKDF is as many bytes as are asked for. *)
Theorem hkdf_typed salt ikm info n :
  bytes salt -> bytes ikm -> bytes info -> typed_int 8 n ->
  typed_array (typed_int 8) n (hkdf salt ikm info n).
Proof.
  intros Hs Hk Hi Hn. assert (typed_array (typed_int 8) n (seq_fill 0 n)) by (apply array_filled; range).
  unfold hkdf. apply value_within; [assumption|]. intros Hsl. apply value_within; [assumption|]. intros Hkl.
  apply value_within; [assumption|]. intros Hil. apply value_yields, hkdf_safe; auto; small.
Qed.

(** A message is encrypted to the next multiple of 16 bytes above its length. *)
Theorem aes256_cbc_encrypt_typed k iv m :
  CipherKey_typed k -> Iv_typed iv -> bytes m ->
  typed_array (typed_int 8) (16 * (seq_len m / 16 + 1)) (aes256_cbc_encrypt k iv m).
Proof.
  intros Hk Hiv Hm. unfold aes256_cbc_encrypt. apply value_within.
  - pose proof (padding_range m). split.
    + rewrite seq_len_app, seq_len_fill by lia. unfold padding. lia.
    + apply Forall_app. split; [exact Hm|]. apply Forall_fill. small.
  - intros Hl. apply value_yields, aes256_cbc_encrypt_safe; auto. small.
Qed.

(** What is decrypted is bytes, fewer than there were. *)
Theorem aes256_cbc_decrypt_typed k iv c :
  CipherKey_typed k -> Iv_typed iv -> bytes c ->
  typed_result (fun m => bytes m /\ seq_len m < seq_len c) primitives_aes_cbc.CbcError_typed
    (aes256_cbc_decrypt k iv c).
Proof.
  intros Hk Hiv Hc. unfold aes256_cbc_decrypt. cbv zeta. unfold within.
  destruct (seq_len c - 1 <? 2 ^ 60) eqn:E.
  - apply value_yields, aes256_cbc_decrypt_safe; auto. small.
  - cbn [value]. generalize (get c (seq_len c - 1)). intros n.
    destruct ((1 <=? n) && (n <=? 16)) eqn:En; [|exact I]. simpl Z.pow in E. split.
    + apply Forall_firstn', Hc.
    + rewrite seq_len_firstn; lia.
Qed.

(** As many bytes come out of the counter mode as go in. *)
Theorem aes256_ctr_typed k first m :
  CipherKey_typed k -> CounterBlock_typed first -> bytes m ->
  typed_array (typed_int 8) (seq_len m) (aes256_ctr k first m).
Proof. intros Hk Hf Hm. unfold aes256_ctr. apply value_yields, aes256_ctr_safe; auto. Qed.

(** Decryption gives back what was encrypted. *)
Theorem cbc_inverts k iv m :
  CipherKey_typed k -> Iv_typed iv -> bytes m ->
  aes256_cbc_decrypt k iv (aes256_cbc_encrypt k iv m) = Ok m.
Proof.
  intros Hk Hiv Hm. pose proof (aes256_cbc_encrypt_typed k iv m Hk Hiv Hm) as [Hcl Hc].
  destruct (seq_len m <? 2 ^ 60) eqn:E.
  - pose proof (aes256_cbc_encrypt_is_translated k iv m Hk Hiv Hm ltac:(lia)) as Ec.
    generalize dependent (aes256_cbc_encrypt k iv m). intros c Hcl Hc Ec.
    assert (H : primitives_aes_cbc.aes256_cbc_decrypt k iv c = Ret (Ok m))
      by (apply aes256_cbc_decrypts_what_it_encrypted; auto; small).
    rewrite aes256_cbc_decrypt_is_translated in H by (auto; small). congruence.
  - pose proof (padding_range m). unfold aes256_cbc_decrypt. cbv zeta. rewrite Hcl.
    unfold within at 1. replace (_ <? 2 ^ 60) with false by small. cbn [value].
    unfold aes256_cbc_encrypt, within. rewrite E. cbn [value].
    replace (16 * (seq_len m / 16 + 1)) with (seq_len m + padding m) by (unfold padding; lia).
    rewrite get_part by lia. replace ((1 <=? padding m) && (padding m <=? 16)) with true by lia.
    replace (seq_len m + padding m - padding m) with (seq_len m) by lia. f_equal. now apply firstn_part.
Qed.

(** The counter mode undoes itself. *)
Theorem ctr_inverts k first m :
  CipherKey_typed k -> CounterBlock_typed first -> bytes m ->
  aes256_ctr k first (aes256_ctr k first m) = m.
Proof.
  intros Hk Hf Hm. pose proof (aes256_ctr_is_translated k first m Hk Hf Hm) as Ec.
  apply aes256_ctr_undoes_itself in Ec; auto.
  rewrite aes256_ctr_is_translated in Ec by (auto; apply aes256_ctr_typed; auto). congruence.
Qed.
