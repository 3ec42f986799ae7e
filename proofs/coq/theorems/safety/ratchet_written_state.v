(** Panic-freedom of [ratchet::written::state]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_written_functions.
From Twinratchet.generated Require Import keys_types primitives ratchet_written_state.
From Twinratchet.generated Require keys ratchet_written_functions.

(** A state that the code makes: the stored keys are within their bound, as positions among them are added. *)
Definition WrittenState_well_formed (state : WrittenState) : Prop :=
  seq_len state.(WrittenState_mkskipped) <= MAX_STORED.

(** A message that fits into memory. *)
Definition WrittenMessage_fits (message : WrittenMessage) : Prop :=
  seq_len message.(WrittenMessage_ciphertext) < 2 ^ 64.

Section Safety.
Context {P : Primitives} {T : Typed P}.

(** What an agreement gives has the type of a shared secret, or is an error. *)
Lemma lift_agreement_written_typed private key :
  PrivateKey_typed private -> PublicKey_typed key ->
  typed_result SharedSecret_typed WrittenError_typed (lift_agreement_written (dh private key)).
Proof.
  intros Hp Hk. pose proof (dh_typed private key Hp Hk) as H. unfold lift_agreement_written.
  destruct (dh private key); [exact H|exact I].
Qed.

Lemma number_after_safe n :
  typed_int 32 n ->
  yields (number_after n) (typed_result (fun next => typed_int 32 next /\ next = n + 1) WrittenError_typed).
Proof. intros. unfold number_after, LAST_NUMBER. steps. exact I. Qed.

Lemma ratchet_init_initiator_safe sk dhr dhs :
  RootKey_typed sk -> keys.RatchetKey_typed dhr -> keys.RatchetKeyPair_typed dhs ->
  yields (ratchet_init_initiator sk dhr dhs)
    (typed_result (fun state => WrittenState_typed state /\ WrittenState_well_formed state)
      WrittenError_typed).
Proof.
  intros Hsk Hr [Hp Hk]. unfold ratchet_init_initiator.
  assert (A := lift_agreement_written_typed _ _ Hp Hr).
  destruct (lift_agreement_written _); cbn [typed_result] in A; [|exact A].
  step. eapply yields_mono; [apply kdf_rk_safe; assumption|]. intros [rk cks] [Hrk Hcks]. cbn [fst snd] in *.
  step. cbn [typed_result]. split; [|unfold WrittenState_well_formed, MAX_STORED; cbn; lia].
  assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  exact (conj (conj Hp Hk) (conj Hrk (conj (conj Hcks H0) (conj I (conj H0 (Forall_nil _)))))).
Qed.

(** The responder's state has its type and is well-formed. *)
Lemma ratchet_init_responder_typed sk dhs :
  RootKey_typed sk -> keys.RatchetKeyPair_typed dhs ->
  WrittenState_typed (ratchet_init_responder sk dhs) /\
  WrittenState_well_formed (ratchet_init_responder sk dhs).
Proof.
  intros Hsk Hd. split; [|unfold WrittenState_well_formed, MAX_STORED; cbn; lia].
  assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  exact (conj Hd (conj Hsk (conj I (conj I (conj H0 (Forall_nil _)))))).
Qed.
End Safety.
#[export] Hint Resolve number_after_safe ratchet_init_initiator_safe : spec.
