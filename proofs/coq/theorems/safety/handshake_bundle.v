(** Panic-freedom of [handshake::bundle]: the bundle of anybody. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.generated Require Import keys_types primitives keys keys_kem handshake handshake_bundle.
From Twinratchet.theorems.safety Require Import keys keys_kem.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma sign_signed_prekey_safe pair prekey random :
  IdentityKeyPair_typed pair -> SignedPreKey_typed prekey -> SignatureRandom_typed random ->
  yields (sign_signed_prekey pair prekey random) Signature_typed.
Proof.
  intros (Hp & _) Hk Hr. unfold sign_signed_prekey. apply yields_bind.
  eapply yields_mono; [apply serialize_public_key_safe, Hk|]. intros m (_ & Hm).
  apply sign_typed; assumption.
Qed.

Lemma sign_kem_prekey_safe pair prekey random :
  IdentityKeyPair_typed pair -> KemPreKey_typed prekey -> SignatureRandom_typed random ->
  yields (sign_kem_prekey pair prekey random) Signature_typed.
Proof.
  intros (Hp & _) Hk Hr. unfold sign_kem_prekey. apply yields_bind.
  eapply yields_mono; [apply serialize_kem_public_key_safe, Hk|]. intros m (_ & Hm).
  apply sign_typed; assumption.
Qed.

Lemma check_bundle_safe bundle :
  PreKeyBundle_typed bundle ->
  yields (check_bundle bundle) (typed_result (fun _ => True) HandshakeError_typed).
Proof.
  intros (_ & _ & _ & Hk & _ & Hkem & _). unfold check_bundle, check_signature. cbv zeta.
  apply yields_bind. eapply yields_mono; [apply serialize_public_key_safe, Hk|]. intros m _.
  destruct (verify _ _ _ _); [|exact I].
  destruct (PreKeyBundle_kem_prekey bundle) as [entry|]; [|exact I]. destruct Hkem as (_ & Hkem & _).
  apply yields_bind. eapply yields_mono; [apply serialize_kem_public_key_safe, Hkem|]. intros kem _.
  destruct (verify _ _ _ _); exact I.
Qed.
End Safety.

#[export] Hint Resolve sign_signed_prekey_safe sign_kem_prekey_safe check_bundle_safe : spec.
