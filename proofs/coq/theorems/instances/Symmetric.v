(** The claims of [Hashes], [Cbc], [Ctr] and [Translated.Symmetric] on concrete values: their hypotheses hold,
    and what they say is computed. *)
From Twinratchet Require Import Prelude theorems.Lib theorems.lib.Bytes theorems.lib.Hex.
From Twinratchet.theorems Require Import Translated.Symmetric.
From Twinratchet.generated Require Import keys_types.
From Twinratchet.generated Require primitives_sha2 primitives_hmac primitives_hkdf.
From Twinratchet.generated Require primitives_aes primitives_aes_cbc primitives_aes_ctr.

Definition key : CipherKey := hex "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4".
Definition iv : Iv := hex "000102030405060708090a0b0c0d0e0f".
Definition message : list U8 := text "one block, and more".
Definition ciphertext : list U8 :=
  Eval vm_compute in value [] (primitives_aes_cbc.aes256_cbc_encrypt key iv message).

(** The last byte of the ciphertext, changed. *)
Definition damaged : list U8 := set_nth ciphertext 31 0.

Ltac concrete := split; [reflexivity | apply table_typed; reflexivity].
Ltac concrete_bytes := apply table_typed; reflexivity.

Lemma key_typed : CipherKey_typed key.
Proof. concrete. Qed.
Lemma iv_typed : Iv_typed iv.
Proof. concrete. Qed.
Lemma message_typed : bytes message.
Proof. concrete_bytes. Qed.
Lemma ciphertext_typed : bytes ciphertext.
Proof. concrete_bytes. Qed.
Lemma damaged_typed : bytes damaged.
Proof. concrete_bytes. Qed.

(** * Hashes *)

Lemma sha256_has_32_bytes_and_never_panics_instance :
  bytes message /\ seq_len message < 2 ^ 61 /\
  yields (primitives_sha2.sha256 message) (fun d => seq_len d = 32).
Proof. split; [apply message_typed|]. split; vm_compute; reflexivity. Qed.

Lemma sha512_has_64_bytes_and_never_panics_instance :
  bytes message /\ seq_len message < 2 ^ 61 /\
  yields (primitives_sha2.sha512 message) (fun d => seq_len d = 64).
Proof. split; [apply message_typed|]. split; vm_compute; reflexivity. Qed.

Lemma hmac_sha256_has_32_bytes_and_never_panics_instance :
  bytes key /\ seq_len key < 2 ^ 60 /\ bytes message /\ seq_len message < 2 ^ 60 /\
  yields (primitives_hmac.hmac_sha256 key message) (fun tag => seq_len tag = 32).
Proof.
  split; [apply key_typed|]. split; [reflexivity|]. split; [apply message_typed|].
  split; vm_compute; reflexivity.
Qed.

(** The shortest output is empty; 33 bytes need a second block. *)
Lemma hkdf_has_the_asked_length_and_never_panics_instance :
  bytes no_salt /\ seq_len no_salt < 2 ^ 60 /\ bytes key /\ seq_len key < 2 ^ 60 /\
  bytes message /\ seq_len message < 2 ^ 60 /\
  primitives_hkdf.hkdf no_salt key message 0 = Ret [] /\
  yields (primitives_hkdf.hkdf no_salt key message 33) (fun okm => seq_len okm = 33).
Proof.
  split; [apply no_salt_typed|]. split; [reflexivity|]. split; [apply key_typed|]. split; [reflexivity|].
  split; [apply message_typed|]. split; [reflexivity|]. split; vm_compute; reflexivity.
Qed.

(** * AES-256-CBC *)

Lemma aes256_block_decrypts_what_it_encrypted_instance :
  CipherKey_typed key /\ AesState_typed iv /\
  exists expanded c,
    primitives_aes.key_expansion key = Ret expanded /\ primitives_aes.encrypt_block expanded iv = Ret c /\
    primitives_aes.decrypt_block expanded c = Ret iv.
Proof.
  split; [apply key_typed|]. split; [apply iv_typed|].
  do 2 eexists. split; [vm_compute; reflexivity|]. split; [vm_compute; reflexivity|].
  vm_compute. reflexivity.
Qed.

Lemma aes256_cbc_encrypts_and_never_panics_instance :
  CipherKey_typed key /\ Iv_typed iv /\ bytes message /\ seq_len message < 2 ^ 62 /\
  primitives_aes_cbc.aes256_cbc_encrypt key iv message = Ret ciphertext /\ seq_len ciphertext = 32.
Proof.
  split; [apply key_typed|]. split; [apply iv_typed|]. split; [apply message_typed|]. split; [reflexivity|].
  split; vm_compute; reflexivity.
Qed.

(** One ciphertext is decrypted, one is refused for its padding, and one for its length. *)
Lemma aes256_cbc_decrypts_or_refuses_and_never_panics_instance :
  bytes ciphertext /\ seq_len ciphertext < 2 ^ 62 /\
  primitives_aes_cbc.aes256_cbc_decrypt key iv ciphertext = Ret (Ok message) /\
  bytes damaged /\ seq_len damaged < 2 ^ 62 /\
  primitives_aes_cbc.aes256_cbc_decrypt key iv damaged
  = Ret (Err primitives_aes_cbc.CbcError_BadCiphertext) /\
  primitives_aes_cbc.aes256_cbc_decrypt key iv message
  = Ret (Err primitives_aes_cbc.CbcError_BadCiphertext).
Proof.
  split; [apply ciphertext_typed|]. split; [reflexivity|]. split; [vm_compute; reflexivity|].
  split; [apply damaged_typed|]. split; [reflexivity|]. split; vm_compute; reflexivity.
Qed.

(** Nineteen bytes, no bytes (one block of padding), and a whole block (a second one of padding). *)
Lemma aes256_cbc_decrypts_what_it_encrypted_instance :
  CipherKey_typed key /\ Iv_typed iv /\
  Forall (fun m =>
    bytes m /\ seq_len m < 2 ^ 62 /\
    exists c, primitives_aes_cbc.aes256_cbc_encrypt key iv m = Ret c /\
      primitives_aes_cbc.aes256_cbc_decrypt key iv c = Ret (Ok m))
    [message; []; iv].
Proof.
  split; [apply key_typed|]. split; [apply iv_typed|].
  repeat (apply Forall_cons;
    [split; [concrete_bytes|]; split; [reflexivity|]; eexists; split; [vm_compute; reflexivity|];
     vm_compute; reflexivity|]).
  apply Forall_nil.
Qed.

(** * AES-256-CTR *)

(** The counter block is all ones: the next one is zero. *)
Definition last_block : CounterBlock := seq_fill 255 16.

Lemma last_block_typed : CounterBlock_typed last_block.
Proof. concrete. Qed.

Lemma aes256_ctr_keeps_the_length_and_never_panics_instance :
  CipherKey_typed key /\ CounterBlock_typed last_block /\ bytes message /\
  yields (primitives_aes_ctr.aes256_ctr key last_block message) (fun c => seq_len c = seq_len message).
Proof.
  split; [apply key_typed|]. split; [apply last_block_typed|]. split; [apply message_typed|].
  vm_compute. reflexivity.
Qed.

Lemma aes256_ctr_undoes_itself_instance :
  CipherKey_typed key /\ CounterBlock_typed last_block /\
  exists c, primitives_aes_ctr.aes256_ctr key last_block message = Ret c /\
    primitives_aes_ctr.aes256_ctr key last_block c = Ret message.
Proof.
  split; [apply key_typed|]. split; [apply last_block_typed|].
  eexists. split; [vm_compute; reflexivity|]. vm_compute. reflexivity.
Qed.

(** * Total versions *)

Lemma sha512_is_translated_instance :
  bytes message /\ seq_len message < 2 ^ 60 /\ primitives_sha2.sha512 message = Ret (sha512 message).
Proof. split; [apply message_typed|]. split; vm_compute; reflexivity. Qed.

Lemma hmac_sha256_is_translated_instance :
  bytes key /\ seq_len key < 2 ^ 60 /\ bytes message /\ seq_len message < 2 ^ 60 /\
  primitives_hmac.hmac_sha256 key message = Ret (hmac_sha256 key message).
Proof.
  split; [apply key_typed|]. split; [reflexivity|]. split; [apply message_typed|].
  split; vm_compute; reflexivity.
Qed.

Lemma hkdf_is_translated_instance :
  bytes no_salt /\ bytes key /\ bytes message /\
  primitives_hkdf.hkdf no_salt key message 16 = Ret (hkdf no_salt key message 16).
Proof.
  split; [apply no_salt_typed|]. split; [apply key_typed|]. split; [apply message_typed|].
  vm_compute. reflexivity.
Qed.

Lemma aes256_cbc_encrypt_is_translated_instance :
  seq_len message < 2 ^ 60 /\
  primitives_aes_cbc.aes256_cbc_encrypt key iv message = Ret (aes256_cbc_encrypt key iv message).
Proof. split; vm_compute; reflexivity. Qed.

Lemma aes256_cbc_decrypt_is_translated_instance :
  seq_len damaged <= 2 ^ 60 /\
  primitives_aes_cbc.aes256_cbc_decrypt key iv damaged = Ret (aes256_cbc_decrypt key iv damaged).
Proof. split; vm_compute; [discriminate|reflexivity]. Qed.

Lemma aes256_ctr_is_translated_instance :
  CounterBlock_typed last_block /\
  primitives_aes_ctr.aes256_ctr key last_block message = Ret (aes256_ctr key last_block message).
Proof. split; [apply last_block_typed|]. vm_compute. reflexivity. Qed.

Lemma cbc_inverts_instance :
  CipherKey_typed key /\ Iv_typed iv /\ bytes message /\
  aes256_cbc_decrypt key iv (aes256_cbc_encrypt key iv message) = Ok message.
Proof.
  split; [apply key_typed|]. split; [apply iv_typed|]. split; [apply message_typed|].
  vm_compute. reflexivity.
Qed.

Lemma ctr_inverts_instance :
  CipherKey_typed key /\ CounterBlock_typed last_block /\ bytes message /\
  aes256_ctr key last_block (aes256_ctr key last_block message) = message.
Proof.
  split; [apply key_typed|]. split; [apply last_block_typed|]. split; [apply message_typed|].
  vm_compute. reflexivity.
Qed.
