(** Panic-freedom of [keys]: what is parsed is any sequence of bytes. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma parse_public_key_safe b :
  bytes b -> yields (parse_public_key b) (typed_result PublicKey_typed KeyError_typed).
Proof.
  intros Hb. unfold parse_public_key, SERIALIZED_KEY_LENGTH, KEY_LENGTH.
  destruct (seq_len b =? 0) eqn:E0; [exact I|].
  apply yields_bind, yields_index_any; [range|]. intros first _.
  destruct (negb (first =? KEY_TYPE_X25519)); [exact I|].
  destruct (seq_len b <? 33) eqn:E; [exact I|].
  apply yields_bind, yields_array_from_slice; [lia|lia|range|]. intros Hlen.
  split; [exact Hlen|]. apply Forall_firstn', Forall_skipn', Hb.
Qed.

Lemma serialize_public_key_safe key :
  PublicKey_typed key -> yields (serialize_public_key key) (typed_array (typed_int 8) 33).
Proof.
  intros (Hlen & Hkey). unfold serialize_public_key, SERIALIZED_KEY_LENGTH, KEY_TYPE_X25519. cbv zeta.
  apply yields_bind, yields_set; [range|]. intros Hout.
  apply (yields_update (typed_int 8)); [typed|assumption|range|range|].
  intros out Hl Hall. split; [range|assumption].
Qed.

Lemma parse_private_key_safe b :
  bytes b -> yields (parse_private_key b) (typed_result PrivateKey_typed KeyError_typed).
Proof.
  intros Hb. unfold parse_private_key, KEY_LENGTH. destruct (seq_len b =? 32) eqn:E; [|exact I].
  assert (seq_len b = 32) by lia.
  apply yields_bind, yields_array_from_seq; [assumption|].
  apply clamp_typed. split; assumption.
Qed.

Lemma parse_signature_safe b :
  bytes b -> yields (parse_signature b) (typed_result Signature_typed KeyError_typed).
Proof.
  intros Hb. unfold parse_signature, SIGNATURE_LENGTH. destruct (seq_len b =? 64) eqn:E; [|exact I].
  assert (seq_len b = 64) by lia.
  apply yields_bind, yields_array_from_seq; [assumption|]. split; assumption.
Qed.

Lemma alternate_identity_message_safe other :
  IdentityKey_typed other -> yields (alternate_identity_message other) (typed_array (typed_int 8) 85).
Proof.
  intros Ho. unfold alternate_identity_message. cbv zeta.
  apply yields_bind, (yields_for (fun _ prefix => typed_array (typed_int 8) 32 prefix)).
  - typed.
  - intros i prefix Hi (Hlen & Hall). apply yields_set; [lia|]. intros Hl.
    split; [congruence|]. apply Forall_set_nth; [assumption|]. unfold typed_int. lia.
  - intros prefix (Hlen & Hall). apply yields_bind.
    eapply yields_mono; [apply serialize_public_key_safe, Ho|]. intros key (Hk & Hk8).
    split; [range|]. repeat apply Forall_concat; typed.
Qed.

Lemma sign_alternate_identity_safe pair other random :
  IdentityKeyPair_typed pair -> IdentityKey_typed other -> SignatureRandom_typed random ->
  yields (sign_alternate_identity pair other random) Signature_typed.
Proof.
  intros (Hp & _) Ho Hr. unfold sign_alternate_identity. apply yields_bind.
  eapply yields_mono; [apply alternate_identity_message_safe, Ho|]. intros m (_ & Hm).
  apply sign_typed; assumption.
Qed.

Lemma verify_alternate_identity_safe key other signature :
  IdentityKey_typed other -> yields (verify_alternate_identity key other signature) (fun _ => True).
Proof.
  intros Ho. unfold verify_alternate_identity. apply yields_bind.
  eapply yields_mono; [apply alternate_identity_message_safe, Ho|]. intros m _. exact I.
Qed.

(** * Pairs made from a private key *)

Lemma identity_key_pair_typed private :
  PrivateKey_typed private -> IdentityKeyPair_typed (identity_key_pair private).
Proof. intros H. apply clamp_typed in H. split; [exact H|]. apply public_key_typed, H. Qed.

Lemma base_key_pair_typed private :
  PrivateKey_typed private -> BaseKeyPair_typed (base_key_pair private).
Proof. intros H. apply clamp_typed in H. split; [exact H|]. apply public_key_typed, H. Qed.

Lemma ratchet_key_pair_typed private :
  PrivateKey_typed private -> RatchetKeyPair_typed (ratchet_key_pair private).
Proof. intros H. apply clamp_typed in H. split; [exact H|]. apply public_key_typed, H. Qed.
End Safety.

#[export] Hint Resolve parse_public_key_safe serialize_public_key_safe parse_private_key_safe
  parse_signature_safe alternate_identity_message_safe sign_alternate_identity_safe
  verify_alternate_identity_safe : spec.
