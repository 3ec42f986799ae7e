(** AES-256-CBC with padding decrypts what it encrypted, and never panics. All of it is about the functions
    that are translated from the specification: the block cipher, the chain and the padding.

    The parts: [aes/Steps] (each step of a round is undone), [aes/Block] (the cipher is undone), [aes/Chain]
    (the chain is undone), [aes/Padding] (the padding is removed). Messages are below 2^62 bytes: no machine
    holds more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.lib.Bytes theorems.lib.Hex.
From Twinratchet Require Import theorems.safety.primitives_aes theorems.safety.primitives_aes_cbc.
From Twinratchet Require Import theorems.aes.Block theorems.aes.Chain theorems.aes.Padding.
From Twinratchet.generated Require Import keys_types primitives_aes primitives_aes_cbc.

(** * Correctness *)

(** The inverse cipher gives back every block that the cipher encrypted, for every key. *)
Theorem aes256_block_decrypts_what_it_encrypted key block expanded c :
  CipherKey_typed key -> AesState_typed block ->
  key_expansion key = Ret expanded -> encrypt_block expanded block = Ret c ->
  decrypt_block expanded c = Ret block.
Proof.
  intros Hk Hb Ee Ec. pose proof (key_expansion_safe key Hk) as He. rewrite Ee in He.
  pose proof (decrypt_block_inverts_encrypt_block expanded block He Hb) as H. rewrite Ec in H. apply H.
Qed.

(** Every message is encrypted without a panic, to the next multiple of 16 bytes above its length. *)
Theorem aes256_cbc_encrypts_and_never_panics key iv m :
  CipherKey_typed key -> Iv_typed iv -> bytes m -> seq_len m < 2 ^ 62 ->
  exists c, aes256_cbc_encrypt key iv m = Ret c /\ typed_array (typed_int 8) (16 * (seq_len m / 16 + 1)) c.
Proof. intros. apply yields_value, (aes256_cbc_encrypt_safe key iv m); assumption. Qed.

(** Any bytes are decrypted, or refused with an error, without a panic. *)
Theorem aes256_cbc_decrypts_or_refuses_and_never_panics key iv c :
  CipherKey_typed key -> Iv_typed iv -> bytes c -> seq_len c < 2 ^ 62 ->
  exists r, aes256_cbc_decrypt key iv c = Ret r /\
    typed_result (fun m => bytes m /\ seq_len m < seq_len c) CbcError_typed r.
Proof. intros. apply yields_value, (aes256_cbc_decrypt_safe key iv c); assumption. Qed.

Lemma padded_is_blocks m n : n = padding m -> seq_len (m ++ seq_fill n n) mod 16 = 0.
Proof.
  intros ->. pose proof (padding_range m). rewrite seq_len_app, seq_len_fill by lia. unfold padding. lia.
Qed.

(** What is encrypted is decrypted to the message, for every key, initialisation vector and message. *)
Theorem aes256_cbc_decrypts_what_it_encrypted key iv m c :
  CipherKey_typed key -> Iv_typed iv -> bytes m -> seq_len m < 2 ^ 62 ->
  aes256_cbc_encrypt key iv m = Ret c ->
  aes256_cbc_decrypt key iv c = Ret (Ok m).
Proof.
  intros Hk Hiv Hm Hl Ec. pose proof (aes256_cbc_encrypt_safe key iv m Hk Hiv Hm Hl) as Hc.
  rewrite Ec in Hc. destruct Hc as [Hcl _].
  pose proof (padding_range m) as Hn. pose proof (padded_is_blocks m _ eq_refl) as Hblocks.
  unfold aes256_cbc_encrypt in Ec. rewrite pad_value in Ec by assumption.
  unfold array_from_seq in Ec. rewrite (proj1 Hiv), Z.eqb_refl in Ec. cbn [bind] in Ec.
  generalize dependent (padding m). intros n Ec Hn Hblocks.
  assert (Hplain : bytes (m ++ seq_fill n n)).
  { apply Forall_app. split; [exact Hm|]. apply Forall_fill. unfold typed_int. simpl Z.pow. lia. }
  assert (Hplainl : seq_len (m ++ seq_fill n n) < 2 ^ 63).
  { rewrite seq_len_app, seq_len_fill by lia. simpl Z.pow in *. lia. }
  pose proof (cbc_decrypt_inverts_cbc_encrypt key iv _ Hk Hiv Hplain Hplainl Hblocks) as H.
  rewrite Ec in H. cbn [yields] in H. clear Ec Hplain Hplainl Hblocks.
  pose proof (seq_len_nonneg m). unfold aes256_cbc_decrypt, checked_rem. rewrite Hcl.
  change BLOCK_LEN with 16.
  replace (16 * (seq_len m / 16 + 1) =? 0) with false by lia. cbn [Z.eqb bind].
  replace (negb (16 * (seq_len m / 16 + 1) mod 16 =? 0)) with false by lia.
  unfold array_from_seq. rewrite (proj1 Hiv), Z.eqb_refl. cbn [bind].
  rewrite H. cbn [bind]. now rewrite unpad_value.
Qed.

(** * Known answers *)

(** The block of FIPS 197 (2001), C.3. *)
Theorem aes256_of_fips_197_c_3 :
  (let! expanded := key_expansion (hex "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f") in
   encrypt_block expanded (hex "00112233445566778899aabbccddeeff"))
  = Ret (hex "8ea2b7ca516745bfeafc49904b496089").
Proof. vm_compute. reflexivity. Qed.

(** The first two blocks of SP 800-38A, F.2.5: AES-256-CBC without padding. *)
Theorem aes256_cbc_of_sp_800_38a_f_2_5 :
  cbc_encrypt (hex "603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4")
    (hex "000102030405060708090a0b0c0d0e0f")
    (hex "6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51")
  = Ret (hex "f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d").
Proof. vm_compute. reflexivity. Qed.
