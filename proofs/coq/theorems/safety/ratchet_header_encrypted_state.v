(** Panic-freedom of [ratchet::header_encrypted::state]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_header_encrypted_functions.
From Twinratchet.generated Require Import keys_types primitives ratchet_header_encrypted_state.
From Twinratchet.generated Require keys ratchet_header_encrypted_functions ratchet_written_state.

(** A state that the code makes: the stored keys are within their bound, as positions among them are added. *)
Definition HeState_well_formed (state : HeState) : Prop :=
  seq_len state.(HeState_mkskipped) <= ratchet_written_state.MAX_STORED.

(** A message that fits into memory. *)
Definition HeMessage_fits (message : HeMessage) : Prop := seq_len message.(HeMessage_ciphertext) < 2 ^ 64.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** What an agreement gives has the type of a shared secret, or is an error. *)
Lemma lift_agreement_he_typed private key :
  PrivateKey_typed private -> PublicKey_typed key ->
  typed_result SharedSecret_typed HeError_typed (lift_agreement_he (dh private key)).
Proof.
  intros Hp Hk. pose proof (dh_typed private key Hp Hk) as H. unfold lift_agreement_he.
  destruct (dh private key); [exact H|exact I].
Qed.

Lemma number_after_safe n :
  typed_int 32 n ->
  yields (number_after n) (typed_result (fun next => typed_int 32 next /\ next = n + 1) HeError_typed).
Proof. intros. unfold number_after, LAST_NUMBER. steps. exact I. Qed.

Lemma ratchet_init_initiator_he_safe setup dhr dhs :
  ratchet_header_encrypted_functions.HeSetup_typed setup -> keys.RatchetKey_typed dhr ->
  keys.RatchetKeyPair_typed dhs ->
  yields (ratchet_init_initiator_he setup dhr dhs)
    (typed_result (fun state => HeState_typed state /\ HeState_well_formed state) HeError_typed).
Proof.
  intros (Hsk & Hhka & Hnhkb) Hr Hd. unfold ratchet_init_initiator_he.
  assert (A := lift_agreement_he_typed _ _ (proj1 Hd) Hr).
  destruct (lift_agreement_he _); cbn [typed_result] in A; [|exact A].
  step. eapply yields_mono; [apply kdf_rk_he_safe; assumption|]. intros [[rk cks] nhks] (Hrk & Hcks & Hnhks).
  step. cbn [typed_result].
  split; [|unfold HeState_well_formed, ratchet_written_state.MAX_STORED; cbn; lia].
  assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  exact (conj Hd (conj Hrk (conj (conj Hhka (conj Hcks H0)) (conj I (conj Hnhks (conj Hnhkb
    (conj H0 (Forall_nil _)))))))).
Qed.

(** The responder's state has its type and is well-formed. *)
Lemma ratchet_init_responder_he_typed setup dhs :
  ratchet_header_encrypted_functions.HeSetup_typed setup -> keys.RatchetKeyPair_typed dhs ->
  HeState_typed (ratchet_init_responder_he setup dhs) /\
  HeState_well_formed (ratchet_init_responder_he setup dhs).
Proof.
  intros (Hsk & Hhka & Hnhkb) Hd.
  split; [|unfold HeState_well_formed, ratchet_written_state.MAX_STORED; cbn; lia].
  assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  exact (conj Hd (conj Hsk (conj I (conj I (conj Hnhkb (conj Hhka (conj H0 (Forall_nil _)))))))).
Qed.
End Safety.
#[export] Hint Resolve number_after_safe ratchet_init_initiator_he_safe : spec.
