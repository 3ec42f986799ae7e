(** Panic-freedom of [ratchet::written::functions].

    A ciphertext is taken to have less than [2 ^ 64] bytes, as lengths are subtracted; no machine has more. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.keys theorems.lib.Expansion.
From Twinratchet.generated Require Import keys_types primitives ratchet_written_functions.
From Twinratchet.generated Require keys.

Section Safety.
Context {P : Primitives} {T : Typed P}.
Local Hint Extern 8 => solve [typed] : spec.

Lemma kdf_rk_safe rk dh_out :
  RootKey_typed rk -> SharedSecret_typed dh_out ->
  yields (kdf_rk rk dh_out) (typed_pair RootKey_typed ChainKey_typed).
Proof.
  intros. unfold kdf_rk. cbv zeta. unfold WRITTEN_RK_LENGTH. expand okm Hlen Hbytes. steps.
Qed.

Lemma encode_header_safe header :
  Header_typed header -> yields (encode_header header) (typed_array (typed_int 8) HEADER_LENGTH).
Proof.
  intros (Hkey & Hpn & Hn). unfold encode_header, HEADER_LENGTH. cbv zeta.
  step. eapply yields_mono; [apply serialize_public_key_safe; exact Hkey|]. intros key [Hlen Hall]. step.
  typed.
Qed.
Local Hint Resolve encode_header_safe : spec.

Lemma number_at_safe b at' :
  bytes b -> typed_int 64 at' -> at' + 4 <= seq_len b -> at' + 4 < 2 ^ 64 ->
  yields (number_at b at') (typed_int 32).
Proof.
  intros Hb Hat Hlen Hmax. unfold typed_int in Hat. unfold number_at. cbv zeta.
  step. step; [lia|]. apply yields_for with (I := fun _ number => typed_int 32 number).
  - typed.
  - intros i number Hi Hnumber. step. eapply yields_index; [exact Hb|lia|]. intros x _ Hx. step.
    apply typed_int_lor; [lia|apply typed_int_shl; lia|]. unfold typed_int in *. lia.
  - auto.
Qed.

Lemma parse_header_safe b : bytes b -> yields (parse_header b) (typed_option Header_typed).
Proof.
  intros Hb. unfold parse_header, HEADER_LENGTH, keys.SERIALIZED_KEY_LENGTH, keys.KEY_LENGTH.
  step. apply yields_mono with (P := fun found : bool => found = true -> seq_len b = 41).
  { destruct (Z.eqb_spec (seq_len b) 41); [|step; discriminate].
    step. eapply yields_index; [exact Hb|lia|]. intros x _ _. step. auto. }
  intros [|] H; [specialize (H eq_refl)|step; exact I].
  step. step; [lia|lia|lia|]. intros Hkey.
  step. eapply yields_mono; [apply number_at_safe; [exact Hb|split; [lia|reflexivity]|lia|lia]|].
  intros pn Hpn. step. step; [lia|].
  step. eapply yields_mono; [apply number_at_safe; [exact Hb|split; [lia|reflexivity]|lia|lia]|]. intros n Hn.
  step. cbn [typed_option]. typed.
Qed.

Lemma written_keys_safe mk : MessageKeySeed_typed mk -> yields (written_keys mk) WrittenKeys_typed.
Proof.
  intros. unfold written_keys. cbv zeta. unfold MESSAGE_LENGTH.
  expand okm Hlen Hbytes; [apply no_salt_typed|]. steps.
Qed.
Local Hint Resolve written_keys_safe : spec.

(** The tag of a message is 32 bytes. *)
Lemma written_tag_typed mac_key ad ciphertext :
  MacKey_typed mac_key -> bytes ad -> bytes ciphertext ->
  typed_array (typed_int 8) 32 (written_tag mac_key ad ciphertext).
Proof. intros. unfold written_tag. cbv zeta. apply hmac_sha256_typed; typed. Qed.

Lemma encrypt_safe mk plaintext associated_data :
  MessageKeySeed_typed mk -> bytes plaintext -> bytes associated_data ->
  yields (encrypt mk plaintext associated_data) bytes.
Proof.
  intros Hmk Hplain Had. unfold encrypt.
  step. eapply yields_mono; [apply written_keys_safe; exact Hmk|]. intros keys (Hc & Hm & Hiv). cbv zeta.
  pose proof (aes256_cbc_encrypt_typed _ _ _ Hc Hiv Hplain) as [_ Hbody].
  step. apply Forall_concat; [exact Hbody|]. apply written_tag_typed; assumption.
Qed.

Lemma decrypt_safe mk ciphertext associated_data :
  MessageKeySeed_typed mk -> bytes ciphertext -> seq_len ciphertext < 2 ^ 64 -> bytes associated_data ->
  yields (decrypt mk ciphertext associated_data) (typed_option bytes).
Proof.
  intros Hmk Hc Hlen Had. unfold decrypt, WRITTEN_TAG_LENGTH.
  destruct (Z.ltb_spec (seq_len ciphertext) 32); [exact I|].
  step. eapply yields_mono; [apply written_keys_safe; exact Hmk|]. intros keys (Hk & Hm & Hiv).
  step. step; [lia|]. step. step; [lia|lia|lia|]. intros Hbody. step. step; [lia|lia|lia|]. intros Htag.
  step; [|exact I]. cbv zeta.
  assert (D := aes256_cbc_decrypt_typed _ _ (firstn (Z.to_nat (seq_len ciphertext - 32)) (skipn (Z.to_nat 0)
    ciphertext)) Hk Hiv (Forall_firstn' _ _ _ (Forall_skipn' _ _ _ Hc))).
  destruct (aes256_cbc_decrypt _ _ _); [apply D|exact I].
Qed.
End Safety.
#[export] Hint Resolve kdf_rk_safe encode_header_safe number_at_safe parse_header_safe written_keys_safe
  encrypt_safe decrypt_safe : spec.
