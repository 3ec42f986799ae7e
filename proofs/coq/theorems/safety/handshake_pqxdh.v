(** Panic-freedom of [handshake::pqxdh]: the bundle, the keys and the ciphertext of anybody. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys keys_kem handshake handshake_bundle wire
  handshake_x3dh handshake_pqxdh.
From Twinratchet.generated Require primitives_mlkem.
From Twinratchet.theorems.safety Require Import keys_kem handshake_x3dh.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma lift_kem_error_typed e : HandshakeError_typed (lift_kem_error e).
Proof. destruct e; exact I. Qed.

Lemma pqxdh_key_material_safe outputs secret :
  DhOutputs_typed outputs -> KemSecret_typed secret -> yields (pqxdh_key_material outputs secret) bytes.
Proof.
  intros Ho (_ & Hs). unfold pqxdh_key_material. apply yields_bind.
  eapply yields_mono; [apply key_material_safe, Ho|]. intros ikm Hikm. apply Forall_concat; assumption.
Qed.

Lemma pqxdh_kdf_safe ikm : bytes ikm -> yields (pqxdh_kdf ikm) PqxdhSecrets_typed.
Proof.
  intros Hikm. unfold pqxdh_kdf, PQXDH_OUTPUT_LENGTH. cbv zeta.
  match goal with |- context [hkdf ?s ?k ?i ?n] => destruct (hkdf_typed s k i n) as (Hlen & Hokm) end;
    [apply no_salt_typed|exact Hikm|typed|range|].
  match type of Hlen with seq_len ?okm = _ => generalize dependent okm end.
  intros okm Hlen Hokm.
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Hr.
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Hc.
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Ha.
  repeat split; try assumption; apply Forall_firstn', Forall_skipn', Hokm.
Qed.

(** The ciphertext has the length of Kyber-1024. *)
Lemma pqxdh_encapsulate_typed bundle random :
  PreKeyBundle_typed bundle -> KemRandom_typed random ->
  typed_result (typed_pair KemSecret_typed (typed_array (typed_int 8) 1568)) HandshakeError_typed
    (pqxdh_encapsulate bundle random).
Proof.
  intros (_ & _ & _ & _ & _ & Hk & _) Hr. unfold pqxdh_encapsulate.
  destruct (PreKeyBundle_kem_prekey bundle) as [entry|]; [|exact I]. destruct Hk as (_ & Hk & _).
  pose proof (encaps_typed primitives_mlkem.ParameterSet_Kyber1024 _ _ Hk Hr) as H.
  destruct (encaps _ _ _); [exact H|apply lift_kem_error_typed].
Qed.

Lemma ciphertext_of_safe b :
  bytes b -> yields (ciphertext_of b) (typed_result (typed_array (typed_int 8) 1568) HandshakeError_typed).
Proof.
  intros Hb. unfold ciphertext_of. apply yields_bind.
  eapply yields_mono; [apply parse_kem_ciphertext_safe, Hb|]. intros [c|e] H; exact H.
Qed.

Lemma pqxdh_decapsulate_safe pair b :
  KemPreKeyPair_typed pair -> bytes b ->
  yields (pqxdh_decapsulate pair b) (typed_result KemSecret_typed HandshakeError_typed).
Proof.
  intros (_ & Hp) Hb. unfold pqxdh_decapsulate. apply yields_bind.
  eapply yields_mono; [apply ciphertext_of_safe, Hb|]. intros [c|e] H; [|exact H]. destruct H as (_ & Hc).
  pose proof (decaps_typed primitives_mlkem.ParameterSet_Kyber1024 _ _ Hp Hc) as H.
  destruct (decaps _ _ _); [exact H|apply lift_kem_error_typed].
Qed.

Lemma pqxdh_initiate_safe pair base bundle random :
  IdentityKeyPair_typed pair -> BaseKeyPair_typed base -> PreKeyBundle_typed bundle ->
  KemRandom_typed random ->
  yields (pqxdh_initiate pair base bundle random)
    (typed_result (typed_pair PqxdhSecrets_typed (typed_array (typed_int 8) 1568)) HandshakeError_typed).
Proof.
  intros Hp Hb Hbundle Hr. pose proof (initiator_agreement_typed _ _ _ Hp Hb Hbundle) as H.
  unfold pqxdh_initiate. destruct (initiator_agreement pair base bundle) as [outputs|e]; [|exact H].
  pose proof (pqxdh_encapsulate_typed _ _ Hbundle Hr) as Hk.
  destruct (pqxdh_encapsulate bundle random) as [(secret, c)|e]; [|exact Hk]. destruct Hk as (Hs & Hc).
  apply yields_bind. eapply yields_mono; [apply pqxdh_key_material_safe; [exact H|exact Hs]|].
  intros ikm Hikm. apply yields_bind. eapply yields_mono; [apply pqxdh_kdf_safe, Hikm|].
  intros secrets Hsecrets. split; [exact Hsecrets|exact Hc].
Qed.

Lemma pqxdh_respond_safe pair signed opk kem remote base b :
  IdentityKeyPair_typed pair -> SignedPreKeyPair_typed signed -> typed_option OneTimePreKeyPair_typed opk ->
  KemPreKeyPair_typed kem -> IdentityKey_typed remote -> BaseKey_typed base -> bytes b ->
  yields (pqxdh_respond pair signed opk kem remote base b)
    (typed_result PqxdhSecrets_typed HandshakeError_typed).
Proof.
  intros Hp Hs Ho Hk Hr Hb Hc.
  pose proof (responder_agreement_typed Profile_SignalV4 _ _ _ _ _ Hp Hs Ho Hr Hb) as H.
  unfold pqxdh_respond. destruct (responder_agreement _ _ _ _ _ _) as [outputs|e]; [|exact H].
  apply yields_bind. eapply yields_mono; [apply pqxdh_decapsulate_safe; [exact Hk|exact Hc]|].
  intros [secret|e] Hsecret; [|exact Hsecret].
  apply yields_bind. eapply yields_mono; [apply pqxdh_key_material_safe; [exact H|exact Hsecret]|].
  intros ikm Hikm. apply yields_bind. eapply yields_mono; [apply pqxdh_kdf_safe, Hikm|]. auto.
Qed.
End Safety.

#[export] Hint Resolve pqxdh_key_material_safe pqxdh_kdf_safe ciphertext_of_safe pqxdh_decapsulate_safe
  pqxdh_initiate_safe pqxdh_respond_safe : spec.
