(** Panic-freedom of [handshake::x3dh]: the bundle and the keys of anybody. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys handshake handshake_bundle wire
  handshake_x3dh.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** * The agreements, which cannot panic, have their types *)

Lemma lift_dh_typed k u :
  PrivateKey_typed k -> PublicKey_typed u ->
  typed_result SharedSecret_typed HandshakeError_typed (lift_dh (dh k u)).
Proof.
  intros Hk Hu. pose proof (dh_typed k u Hk Hu) as H. destruct (dh k u); [exact H|exact I].
Qed.

Lemma initiator_dh4_typed base opk :
  BaseKeyPair_typed base -> typed_option OneTimePreKeyEntry_typed opk ->
  typed_result (typed_option SharedSecret_typed) HandshakeError_typed (initiator_dh4 base opk).
Proof.
  intros (Hb & _) Ho. destruct opk as [opk|]; [|exact I]. destruct Ho as (_ & Ho). simpl.
  pose proof (lift_dh_typed _ _ Hb Ho) as H. destruct (lift_dh _); exact H.
Qed.

Lemma responder_dh4_typed opk base :
  typed_option OneTimePreKeyPair_typed opk -> BaseKey_typed base ->
  typed_result (typed_option SharedSecret_typed) HandshakeError_typed (responder_dh4 opk base).
Proof.
  intros Ho Hb. destruct opk as [opk|]; [|exact I]. destruct Ho as (Ho & _). simpl.
  pose proof (lift_dh_typed _ _ Ho Hb) as H. destruct (lift_dh _); exact H.
Qed.

Lemma initiator_agreement_typed pair base bundle :
  IdentityKeyPair_typed pair -> BaseKeyPair_typed base -> PreKeyBundle_typed bundle ->
  typed_result DhOutputs_typed HandshakeError_typed (initiator_agreement pair base bundle).
Proof.
  intros (Hp & _) Hb (_ & Ho & _ & Hs & _ & _ & Hi). pose proof (proj1 Hb) as Hbp. unfold initiator_agreement.
  pose proof (lift_dh_typed _ _ Hp Hs) as H1. destruct (lift_dh _) as [dh1|]; [|exact H1].
  pose proof (lift_dh_typed _ _ Hbp Hi) as H2. destruct (lift_dh _) as [dh2|]; [|exact H2].
  pose proof (lift_dh_typed _ _ Hbp Hs) as H3. destruct (lift_dh _) as [dh3|]; [|exact H3].
  pose proof (initiator_dh4_typed _ _ Hb Ho) as H4. destruct (initiator_dh4 _ _) as [dh4|]; [|exact H4].
  repeat split; assumption || apply H1 || apply H2 || apply H3.
Qed.

Lemma responder_agreement_typed profile pair signed opk remote base :
  IdentityKeyPair_typed pair -> SignedPreKeyPair_typed signed -> typed_option OneTimePreKeyPair_typed opk ->
  IdentityKey_typed remote -> BaseKey_typed base ->
  typed_result DhOutputs_typed HandshakeError_typed
    (responder_agreement profile pair signed opk remote base).
Proof.
  intros (Hp & _) (Hs & _) Ho Hr Hb. unfold responder_agreement.
  destruct (accepts_base_key profile base); [|exact I].
  pose proof (lift_dh_typed _ _ Hs Hr) as H1. destruct (lift_dh _) as [dh1|]; [|exact H1].
  pose proof (lift_dh_typed _ _ Hp Hb) as H2. destruct (lift_dh _) as [dh2|]; [|exact H2].
  pose proof (lift_dh_typed _ _ Hs Hb) as H3. destruct (lift_dh _) as [dh3|]; [|exact H3].
  pose proof (responder_dh4_typed _ _ Ho Hb) as H4. destruct (responder_dh4 _ _) as [dh4|]; [|exact H4].
  repeat split; assumption || apply H1 || apply H2 || apply H3.
Qed.

(** * The key derivation *)

Lemma key_material_safe outputs : DhOutputs_typed outputs -> yields (key_material outputs) bytes.
Proof.
  intros ((_ & H1) & (_ & H2) & (_ & H3) & H4). unfold key_material, F_LENGTH. cbv zeta.
  apply yields_bind, (yields_for (fun _ f => typed_array (typed_int 8) 32 f)).
  - typed.
  - intros i f Hi (Hlen & Hall). apply yields_set; [lia|]. intros Hl.
    split; [congruence|]. apply Forall_set_nth; [assumption|]. unfold typed_int. lia.
  - intros f (_ & Hf).
    assert (bytes (seq_concat (seq_concat (seq_concat f (DhOutputs_dh1 outputs)) (DhOutputs_dh2 outputs))
      (DhOutputs_dh3 outputs))) by (repeat apply Forall_concat; assumption).
    destruct (DhOutputs_dh4 outputs) as [dh4|]; [|assumption].
    apply Forall_concat; [assumption|apply H4].
Qed.

Lemma x3dh_kdf_safe ikm : bytes ikm -> yields (x3dh_kdf ikm) Secrets_typed.
Proof.
  intros Hikm. unfold x3dh_kdf, X3DH_OUTPUT_LENGTH. cbv zeta.
  match goal with |- context [hkdf ?s ?k ?i ?n] => destruct (hkdf_typed s k i n) as (Hlen & Hokm) end;
    [apply no_salt_typed|exact Hikm|typed|range|].
  generalize dependent (hkdf no_salt ikm [87; 104; 105; 115; 112; 101; 114; 84; 101; 120; 116] 64).
  intros okm Hlen Hokm.
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Hr.
  apply yields_bind, yields_array_from_slice; [lia|lia|lia|]. intros Hc.
  repeat split; try assumption; apply Forall_firstn', Forall_skipn', Hokm.
Qed.

Lemma initiate_safe pair base bundle :
  IdentityKeyPair_typed pair -> BaseKeyPair_typed base -> PreKeyBundle_typed bundle ->
  yields (initiate pair base bundle) (typed_result Secrets_typed HandshakeError_typed).
Proof.
  intros Hp Hb Hbundle. pose proof (initiator_agreement_typed _ _ _ Hp Hb Hbundle) as H. unfold initiate.
  destruct (initiator_agreement pair base bundle) as [outputs|e]; [|exact H].
  apply yields_bind. eapply yields_mono; [apply key_material_safe, H|]. intros ikm Hikm.
  apply yields_bind. eapply yields_mono; [apply x3dh_kdf_safe, Hikm|]. auto.
Qed.

Lemma respond_safe profile pair signed opk remote base :
  IdentityKeyPair_typed pair -> SignedPreKeyPair_typed signed -> typed_option OneTimePreKeyPair_typed opk ->
  IdentityKey_typed remote -> BaseKey_typed base ->
  yields (respond profile pair signed opk remote base) (typed_result Secrets_typed HandshakeError_typed).
Proof.
  intros Hp Hs Ho Hr Hb.
  pose proof (responder_agreement_typed profile _ _ _ _ _ Hp Hs Ho Hr Hb) as H. unfold respond.
  destruct (responder_agreement _ _ _ _ _ _) as [outputs|e]; [|exact H].
  apply yields_bind. eapply yields_mono; [apply key_material_safe, H|]. intros ikm Hikm.
  apply yields_bind. eapply yields_mono; [apply x3dh_kdf_safe, Hikm|]. auto.
Qed.
End Safety.

#[export] Hint Resolve key_material_safe x3dh_kdf_safe initiate_safe respond_safe : spec.
