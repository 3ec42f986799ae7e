(** Panic-freedom of [primitives::aes_cbc].

    Lengths are below 2^62, so that positions are integers of 64 bits: no machine holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes.
From Twinratchet Require Import theorems.safety.primitives_aes.
From Twinratchet.generated Require Import keys_types primitives_aes_cbc.

(** The sum of two blocks is a block. *)
Lemma xor_blocks_safe a b : AesState_typed a -> AesState_typed b -> yields (xor_blocks a b) AesState_typed.
Proof.
  intros. unfold xor_blocks, primitives_aes.BLOCK_LEN. cbv zeta.
  apply (yields_for (fun _ => AesState_typed)); [apply no_state_typed| |auto].
  intros i out Hi Ho. do 5 array_step. assumption.
Qed.
#[export] Hint Resolve xor_blocks_safe : spec.

(** A padded message is the next multiple of 16 bytes above the length of the message. *)
Lemma pad_safe plaintext :
  bytes plaintext -> seq_len plaintext < 2 ^ 62 ->
  yields (pad plaintext) (typed_array (typed_int 8) (16 * (seq_len plaintext / 16 + 1))).
Proof.
  intros Hp Hl. unfold pad, primitives_aes.BLOCK_LEN. cbv zeta. lengths.
  do 2 array_step. step. step; [range|]. do 2 array_step.
  set (n := 16 - seq_len plaintext mod 16).
  assert (0 < n <= 16) by (unfold n; lia).
  replace (16 * (seq_len plaintext / 16 + 1)) with (seq_len plaintext + n) by (unfold n; lia).
  clearbody n.
  step. apply (yields_update_start (typed_int 8)); [apply Forall_fill; range|exact Hp| |].
  { rewrite seq_len_fill; lia. }
  intros padded Hpl Hpt. rewrite seq_len_fill in Hpl by lia. do 2 array_step.
  apply (yields_for (fun _ => typed_array (typed_int 8) (seq_len plaintext + n))); [split; auto| |auto].
  clear Hpl Hpt padded. intros i padded Hi Hpad. array_step. assumption.
Qed.
#[export] Hint Resolve pad_safe : spec.

(** What is not empty has a padding, which is removed, or none: then there is no message. *)
Lemma unpad_safe padded :
  bytes padded -> 16 <= seq_len padded < 2 ^ 62 ->
  yields (unpad padded) (typed_option (fun m => bytes m /\ seq_len m < seq_len padded)).
Proof.
  intros Hp Hl. unfold unpad, primitives_aes.BLOCK_LEN. cbv zeta.
  pose proof (conj eq_refl Hp : typed_array (typed_int 8) (seq_len padded) padded).
  do 4 array_step. rename x into n. step; [exact I|].
  assert (0 < n <= 16) by (unfold typed_int in *; lia).
  do 3 array_step. apply (yields_for (fun _ _ => True)); [exact I| |].
  - intros i valid Hi _. do 2 array_step. step; exact I.
  - intros valid _. step; [|exact I]. do 3 array_step.
    step; [lia..|]. intros Hlen. step. split; [|lia]. apply Forall_firstn', Forall_skipn', Hp.
Qed.
#[export] Hint Resolve unpad_safe : spec.

(** A block inside a text is a block. *)
Lemma block_of_text text j :
  bytes text -> 0 <= j < seq_len text / 16 ->
  yields (array_from_slice 16 text (16 * j) 16) AesState_typed.
Proof.
  intros Ht Hj. step; [lia..|]. intros Hl. split; [exact Hl|]. apply Forall_firstn', Forall_skipn', Ht.
Qed.

(** Whole blocks are encrypted to as many bytes. *)
Lemma cbc_encrypt_safe key iv plaintext :
  CipherKey_typed key -> AesState_typed iv -> bytes plaintext -> seq_len plaintext < 2 ^ 63 ->
  yields (cbc_encrypt key iv plaintext) (typed_array (typed_int 8) (seq_len plaintext)).
Proof.
  intros Hk Hiv Hp Hl. unfold cbc_encrypt, primitives_aes.BLOCK_LEN. cbv zeta. lengths.
  step. call key_expansion_safe. intros expanded He. step. step; [lia|]. step.
  apply (yields_for (fun _ '(ciphertext, previous) =>
    typed_array (typed_int 8) (seq_len plaintext) ciphertext /\ AesState_typed previous)).
  - split; [|exact Hiv]. apply array_filled; [lia|range].
  - intros j [ciphertext previous] Hj [[Hcl Hct] Hprev]. cbv beta iota. do 2 array_step.
    step. call block_of_text. intros p Hblock.
    step. call xor_blocks_safe. intros sum Hsum.
    step. call encrypt_block_safe. intros c [Hbl Hbt]. do 3 array_step.
    apply (yields_update (typed_int 8)); [assumption..|lia|lia|]. intros text Htl Htt. array_step.
    repeat split; auto; lia.
  - intros [ciphertext previous] [Hc _]. cbv beta iota. array_step. assumption.
Qed.
#[export] Hint Resolve cbc_encrypt_safe : spec.

(** Whole blocks are decrypted to as many bytes. *)
Lemma cbc_decrypt_safe key iv ciphertext :
  CipherKey_typed key -> AesState_typed iv -> bytes ciphertext -> seq_len ciphertext < 2 ^ 63 ->
  yields (cbc_decrypt key iv ciphertext) (typed_array (typed_int 8) (seq_len ciphertext)).
Proof.
  intros Hk Hiv Hc Hl. unfold cbc_decrypt, primitives_aes.BLOCK_LEN. cbv zeta. lengths.
  step. call key_expansion_safe. intros expanded He. step. step; [lia|]. step.
  apply (yields_for (fun _ '(plaintext, previous) =>
    typed_array (typed_int 8) (seq_len ciphertext) plaintext /\ AesState_typed previous)).
  - split; [|exact Hiv]. apply array_filled; [lia|range].
  - intros j [plaintext previous] Hj [[Hpl Hpt] Hprev]. cbv beta iota. do 2 array_step.
    step. call block_of_text. intros c Hblock.
    step. call decrypt_block_safe. intros sum Hsum.
    step. call xor_blocks_safe. intros p [Hbl Hbt]. do 3 array_step.
    apply (yields_update (typed_int 8)); [assumption..|lia|lia|]. intros text Htl Htt. array_step.
    repeat split; auto; try lia; apply Hblock.
  - intros [plaintext previous] [Hp _]. cbv beta iota. array_step. assumption.
Qed.
#[export] Hint Resolve cbc_decrypt_safe : spec.

(** A message is encrypted to the next multiple of 16 bytes above its length. *)
Lemma aes256_cbc_encrypt_safe key iv plaintext :
  CipherKey_typed key -> Iv_typed iv -> bytes plaintext -> seq_len plaintext < 2 ^ 62 ->
  yields (aes256_cbc_encrypt key iv plaintext)
    (typed_array (typed_int 8) (16 * (seq_len plaintext / 16 + 1))).
Proof.
  intros Hk [Hivl Hiv] Hp Hl. unfold aes256_cbc_encrypt.
  step. step; [exact Hivl|]. step. call pad_safe. intros padded [Hpl Hpt]. rewrite <- Hpl.
  apply cbc_encrypt_safe; auto; [split; assumption|]. simpl Z.pow in *. lengths. lia.
Qed.
#[export] Hint Resolve aes256_cbc_encrypt_safe : spec.

(** Any bytes are decrypted to fewer bytes, or refused. *)
Lemma aes256_cbc_decrypt_safe key iv ciphertext :
  CipherKey_typed key -> Iv_typed iv -> bytes ciphertext -> seq_len ciphertext < 2 ^ 62 ->
  yields (aes256_cbc_decrypt key iv ciphertext)
    (typed_result (fun m => bytes m /\ seq_len m < seq_len ciphertext) CbcError_typed).
Proof.
  intros Hk [Hivl Hiv] Hc Hl. unfold aes256_cbc_decrypt, primitives_aes.BLOCK_LEN. lengths.
  step. apply (yields_mono _ (fun wrong => wrong = false -> 16 <= seq_len ciphertext)).
  - step; [discriminate|]. do 3 array_step. intros. lia.
  - intros wrong Hw. destruct wrong; [exact I|]. specialize (Hw eq_refl).
    step. step; [exact Hivl|]. step. call cbc_decrypt_safe. intros padded [Hpl Hpt].
    step. call unpad_safe. intros [m|] Hm; cbn in *; [|exact I]. now rewrite Hpl in Hm.
Qed.
#[export] Hint Resolve aes256_cbc_decrypt_safe : spec.
