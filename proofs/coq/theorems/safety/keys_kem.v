(** Panic-freedom of [keys::kem]: what is parsed is any sequence of bytes. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys keys_kem.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma check_kem_type_safe b :
  bytes b -> yields (check_kem_type b) (typed_result (fun _ => 1 <= seq_len b) KeyError_typed).
Proof.
  intros Hb. unfold check_kem_type. destruct (seq_len b =? 0) eqn:E; [exact I|].
  apply yields_bind, yields_index_any; [range|]. intros first _.
  destruct (first =? KEY_TYPE_KYBER_1024); [|exact I]. simpl. range.
Qed.

(** The byte of the type before what follows. *)
Lemma kem_type_before b :
  bytes b ->
  yields (let! out := seq_set (seq_fill 0 1) 0 KEY_TYPE_KYBER_1024 in Ret (seq_concat out b))
    (typed_array (typed_int 8) (seq_len b + 1)).
Proof.
  intros Hb. unfold KEY_TYPE_KYBER_1024.
  apply yields_bind, yields_set; [range|]. intros Hlen. split.
  - rewrite seq_len_concat. range.
  - apply Forall_concat; [typed|exact Hb].
Qed.

Lemma with_kem_type_safe b :
  bytes b -> yields (with_kem_type b) (typed_array (typed_int 8) (seq_len b + 1)).
Proof. apply kem_type_before. Qed.

Lemma parse_kem_public_key_safe b :
  bytes b ->
  yields (parse_kem_public_key b)
    (typed_result (fun key => KemPreKey_typed key /\ seq_len (KemPreKey_key key) = 1568) KeyError_typed).
Proof.
  intros Hb. unfold parse_kem_public_key, KEM_KEY_LENGTH. apply yields_bind.
  eapply yields_mono; [apply check_kem_type_safe, Hb|]. intros [[]|e] H; [|exact H].
  destruct (seq_len b =? 1569) eqn:E; [|exact I].
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|range|].
  intros Hlen. split; [|exact Hlen]. apply Forall_firstn', Forall_skipn', Hb.
Qed.

Lemma serialize_kem_public_key_safe prekey :
  KemPreKey_typed prekey ->
  yields (serialize_kem_public_key prekey)
    (typed_array (typed_int 8) (seq_len (KemPreKey_key prekey) + 1)).
Proof. apply with_kem_type_safe. Qed.

Lemma pair_of_secret_key_safe b :
  bytes b -> yields (pair_of_secret_key b) (typed_result KemPreKeyPair_typed KeyError_typed).
Proof.
  intros Hb. unfold pair_of_secret_key, KEM_SECRET_KEY_LENGTH, KEM_KEY_LENGTH, KEM_PUBLIC_START.
  destruct (seq_len b =? 3169) eqn:E; [|exact I].
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|range|]. intros _.
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|range|]. intros _.
  split; apply Forall_firstn', Forall_skipn', Hb.
Qed.

Lemma parse_kem_secret_key_safe b :
  bytes b -> yields (parse_kem_secret_key b) (typed_result KemPreKeyPair_typed KeyError_typed).
Proof.
  intros Hb. unfold parse_kem_secret_key. destruct (seq_len b =? 0) eqn:E; [exact I|].
  apply yields_bind, yields_slice; [lia|lia|range|]. intros _. apply yields_bind.
  eapply yields_mono; [apply check_kem_type_safe, Forall_firstn', Forall_skipn', Hb|].
  intros [[]|e] H; [|exact H]. apply pair_of_secret_key_safe, Hb.
Qed.

Lemma serialize_kem_secret_key_safe pair :
  KemPreKeyPair_typed pair -> yields (serialize_kem_secret_key pair) bytes.
Proof.
  intros (_ & H). unfold serialize_kem_secret_key. cbv zeta.
  eapply yields_mono; [apply kem_type_before, H|]. intros b (_ & Hb). exact Hb.
Qed.

Lemma parse_kem_ciphertext_safe b :
  bytes b -> yields (parse_kem_ciphertext b) (typed_result (typed_array (typed_int 8) 1568) KeyError_typed).
Proof.
  intros Hb. unfold parse_kem_ciphertext, KEM_CIPHERTEXT_LENGTH. apply yields_bind.
  eapply yields_mono; [apply check_kem_type_safe, Hb|]. intros [[]|e] H; [|exact H].
  destruct (seq_len b =? 1569) eqn:E; [|exact I].
  apply yields_bind, yields_checked; [lia|]. apply yields_bind, yields_slice; [lia|lia|range|].
  intros Hlen. split; [exact Hlen|]. apply Forall_firstn', Forall_skipn', Hb.
Qed.

Lemma serialize_kem_ciphertext_safe b :
  bytes b -> yields (serialize_kem_ciphertext b) (typed_array (typed_int 8) (seq_len b + 1)).
Proof. apply with_kem_type_safe. Qed.
End Safety.

#[export] Hint Resolve check_kem_type_safe with_kem_type_safe parse_kem_public_key_safe
  serialize_kem_public_key_safe pair_of_secret_key_safe parse_kem_secret_key_safe
  serialize_kem_secret_key_safe parse_kem_ciphertext_safe serialize_kem_ciphertext_safe : spec.
