(** Panic-freedom of [ratchet::header_encrypted::functions]: any bytes are a header or not. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.lib.Expansion theorems.safety.ratchet_written_functions.
From Twinratchet.generated Require Import keys_types primitives ratchet_header_encrypted_functions.
From Twinratchet.generated Require ratchet_written_functions.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma setup_he_safe shared : SharedSecret_typed shared -> yields (setup_he shared) HeSetup_typed.
Proof.
  intros. unfold setup_he. cbv zeta. unfold KDF_RK_HE_LENGTH. expand okm Hlen Hbytes; [apply no_salt_typed|].
  steps.
Qed.

Lemma kdf_rk_he_safe rk dh_out :
  RootKey_typed rk -> SharedSecret_typed dh_out ->
  yields (kdf_rk_he rk dh_out)
    (fun '(rk', ck, nhk) => RootKey_typed rk' /\ ChainKey_typed ck /\ HeaderKey_typed nhk).
Proof.
  intros. unfold kdf_rk_he. cbv zeta. unfold KDF_RK_HE_LENGTH. expand okm Hlen Hbytes. steps.
Qed.

Lemma header_keys_safe hk : HeaderKey_typed hk -> yields (header_keys hk) HeaderKeys_typed.
Proof.
  intros. unfold header_keys. cbv zeta. unfold HEADER_KEYS_LENGTH.
  expand okm Hlen Hbytes; [apply no_salt_typed|]. steps.
Qed.

(** The tag of a header is 32 bytes. *)
Lemma header_tag_typed mac_key sealed :
  MacKey_typed mac_key -> bytes sealed -> typed_array (typed_int 8) 32 (header_tag mac_key sealed).
Proof. intros. unfold header_tag. apply hmac_sha256_typed; typed. Qed.

Lemma hencrypt_safe hk nonce header :
  HeaderKey_typed hk -> CounterBlock_typed nonce -> ratchet_written_functions.Header_typed header ->
  yields (hencrypt hk nonce header) (typed_array (typed_int 8) ENCRYPTED_HEADER_LENGTH).
Proof.
  intros Hk Hnonce Hh. unfold hencrypt, ENCRYPTED_HEADER_LENGTH.
  step. eapply yields_mono; [apply header_keys_safe; exact Hk|]. intros keys [Hc Hm].
  step. eapply yields_mono; [apply encode_header_safe; exact Hh|]. intros plain [Hlen Hplain].
  cbv zeta. unfold ratchet_written_functions.HEADER_LENGTH in Hlen.
  destruct (aes256_ctr_typed _ _ _ Hc Hnonce Hplain) as [Hlen' Hbytes]. destruct Hnonce as [Hnlen Hnonce].
  assert (Hsealed : bytes (seq_concat nonce (aes256_ctr keys.(HeaderKeys_cipher_key) nonce plain)))
    by (apply Forall_concat; assumption).
  destruct (header_tag_typed _ _ Hm Hsealed) as [Htlen Htag].
  step. split; [|apply Forall_concat; assumption]. rewrite !seq_len_concat. lia.
Qed.

Lemma hdecrypt_safe hk enc_header :
  HeaderKey_typed hk -> bytes enc_header ->
  yields (hdecrypt hk enc_header) (typed_option ratchet_written_functions.Header_typed).
Proof.
  intros Hk He. unfold hdecrypt, ENCRYPTED_HEADER_LENGTH, HEADER_NONCE_LENGTH,
    ratchet_written_functions.HEADER_LENGTH.
  destruct (Z.eqb_spec (seq_len enc_header) 89); [|exact I].
  step. eapply yields_mono; [apply header_keys_safe; exact Hk|]. intros keys [Hc Hm].
  step. step; [lia|]. step. step; [lia|lia|lia|]. intros Hsealed. step. step; [lia|]. step.
  step; [lia|lia|lia|]. intros Htag. step; [|exact I].
  assert (Hb : bytes (firstn (Z.to_nat (16 + 41)) (skipn (Z.to_nat 0) enc_header)))
    by apply Forall_firstn', Forall_skipn', He.
  step. step; [lia|lia|lia|]. intros Hnonce. step. step; [lia|lia|lia|]. intros Hclen. cbv zeta.
  apply parse_header_safe. apply aes256_ctr_typed; [exact Hc|split; [exact Hnonce|]|];
    apply Forall_firstn', Forall_skipn', Hb.
Qed.
End Safety.
#[export] Hint Resolve setup_he_safe kdf_rk_he_safe header_keys_safe hencrypt_safe hdecrypt_safe : spec.
