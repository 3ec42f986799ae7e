(** Panic-freedom of [ratchet::double::state]. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.keys theorems.safety.ratchet_skipped.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state.
From Twinratchet.generated Require keys primitives_x25519 ratchet ratchet_skipped wire wire_message.

(** A state that the code makes and that a decoder accepts: few chains, each with few skipped keys. Both
    bounds are needed, because positions in the two lists are added. *)
Definition ReceivingChain_well_formed (chain : ReceivingChain) : Prop :=
  skipped_well_formed chain.(ReceivingChain_mkskipped).
#[global] Hint Unfold ReceivingChain_well_formed : typed.

Definition State_well_formed (state : State) : Prop :=
  seq_len state.(State_receiving) <= MAX_RECEIVING_CHAINS /\
  Forall ReceivingChain_well_formed state.(State_receiving).
#[global] Hint Unfold State_well_formed MAX_RECEIVING_CHAINS : typed.

Definition ChainLimits_well_formed (limits : ChainLimits) : Prop :=
  SkippedLimit_well_formed limits.(ChainLimits_skipped).
#[global] Hint Unfold ChainLimits_well_formed : typed.

Section Safety.
Context {P : Primitives} {T : Typed P}.
Local Hint Extern 8 => solve [typed] : spec.
Local Hint Resolve serialize_public_key_safe : spec.

(** What an agreement gives has the type of a shared secret, or is an error. *)
Lemma lift_agreement_typed private key :
  PrivateKey_typed private -> PublicKey_typed key ->
  typed_result SharedSecret_typed ratchet.RatchetError_typed (ratchet.lift_agreement (dh private key)).
Proof.
  intros Hp Hk. pose proof (dh_typed private key Hp Hk) as H. unfold ratchet.lift_agreement.
  destruct (dh private key); [exact H|exact I].
Qed.

Lemma chain_limits_safe profile limit :
  yields (chain_limits profile limit)
    (fun limits => ChainLimits_typed limits /\ ChainLimits_well_formed limits).
Proof.
  unfold chain_limits. cbv zeta. step. eapply yields_mono; [apply skipped_limit_safe|].
  intros skipped [Hs Hw]. step. split; [split; [|exact Hs]|exact Hw]. cbn [ChainLimits_max_jump].
  destruct profile, limit; unfold typed_option, typed_int, WHATSAPP_MAX_JUMP, MAX_JUMP; lia || exact I.
Qed.

Lemma kdf_rk_safe rk dh_out :
  RootKey_typed rk -> SharedSecret_typed dh_out ->
  yields (kdf_rk rk dh_out) (typed_pair RootKey_typed ChainKey_typed).
Proof. intros. unfold kdf_rk. cbv zeta. unfold KDF_RK_LENGTH. primitives. steps. Qed.
Hint Resolve kdf_rk_safe : spec.

Lemma ratchet_init_initiator_safe root_key chain_key signed_prekey dhs :
  RootKey_typed root_key -> ChainKey_typed chain_key -> keys.SignedPreKey_typed signed_prekey ->
  keys.RatchetKeyPair_typed dhs ->
  yields (ratchet_init_initiator root_key chain_key signed_prekey dhs)
    (typed_result (fun state => State_typed state /\ State_well_formed state) ratchet.RatchetError_typed).
Proof.
  intros. unfold ratchet_init_initiator.
  assert (A : typed_result SharedSecret_typed ratchet.RatchetError_typed
    (ratchet.lift_agreement
       (dh dhs.(keys.RatchetKeyPair_private) signed_prekey.(keys.SignedPreKey_key))))
    by (apply lift_agreement_typed; typed).
  destruct (ratchet.lift_agreement _); cbn [typed_result] in A; [|exact A].
  step. step. intros [rk cks] [Hrk Hcks]. cbn [fst snd] in *. cbv zeta. step. unfold typed_result. typed.
Qed.

(** The responder's state has its type and is well-formed. *)
Lemma ratchet_init_responder_typed root_key chain_key signed_prekey :
  RootKey_typed root_key -> ChainKey_typed chain_key -> keys.SignedPreKeyPair_typed signed_prekey ->
  State_typed (ratchet_init_responder root_key chain_key signed_prekey) /\
  State_well_formed (ratchet_init_responder root_key chain_key signed_prekey).
Proof.
  intros. unfold ratchet_init_responder, keys.ratchet_pair_of_signed_prekey.
  cbv zeta. typed.
Qed.

Lemma next_number_safe n :
  typed_int 32 n ->
  yields (next_number n)
    (typed_result (fun next => typed_int 32 next /\ next = n + 1) ratchet.RatchetError_typed).
Proof. intros. unfold next_number, LAST_NUMBER. steps. exact I. Qed.

Lemma message_tag_safe mac_key ad unsigned :
  MacKey_typed mac_key -> AssociatedData_typed ad -> bytes unsigned ->
  yields (message_tag mac_key ad unsigned) Tag_typed.
Proof.
  intros. unfold message_tag, wire_message.TAG_LENGTH.
  step. step. intros sender Hs. step. step. intros receiver Hr. cbv zeta. primitives. steps.
Qed.
End Safety.
#[export] Hint Resolve chain_limits_safe kdf_rk_safe ratchet_init_initiator_safe next_number_safe
  message_tag_safe : spec.
