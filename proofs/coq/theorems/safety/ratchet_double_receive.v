(** Panic-freedom of [ratchet::double::receive].

    Whatever the message, receiving it in a well-formed state gives a well-formed state or an error. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_symmetric theorems.safety.ratchet_skipped.
From Twinratchet Require Import theorems.safety.ratchet_double_state.
From Twinratchet.generated Require Import keys_types primitives ratchet_double_state ratchet_double_receive.
From Twinratchet.generated Require keys ratchet ratchet_skipped ratchet_symmetric wire_message.

Section Safety.
Context {P : Primitives} {T : Typed P}.
Local Hint Resolve kdf_ck_safe message_keys_safe : spec.
Local Hint Extern 8 => solve [typed] : spec.

Lemma receiving_chain_safe receiving key :
  typed_seq ReceivingChain_typed receiving -> keys.RatchetKey_typed key ->
  yields (receiving_chain receiving key) (typed_option (fun i => 0 <= i < seq_len receiving)).
Proof.
  intros. unfold receiving_chain. cbv zeta.
  apply yields_for with (I := fun _ found => typed_option (fun i => 0 <= i < seq_len receiving) found).
  - exact I.
  - steps.
  - auto.
Qed.

Lemma push_chain_safe receiving chain :
  typed_seq ReceivingChain_typed receiving -> seq_len receiving <= MAX_RECEIVING_CHAINS ->
  Forall ReceivingChain_well_formed receiving ->
  ReceivingChain_typed chain -> ReceivingChain_well_formed chain ->
  yields (push_chain receiving chain)
    (fun pushed => typed_seq ReceivingChain_typed pushed /\ Forall ReceivingChain_well_formed pushed /\
       1 <= seq_len pushed <= MAX_RECEIVING_CHAINS).
Proof.
  intros. unfold push_chain, typed_seq in *. cbv zeta. unfold MAX_RECEIVING_CHAINS in *.
  steps.
  all: repeat split.
  all: try (apply Forall_push; auto using Forall_firstn', Forall_skipn').
  all: put_together; lengths; lia.
Qed.
Local Hint Resolve receiving_chain_safe push_chain_safe kdf_rk_safe : spec.

Lemma dh_ratchet_safe state dhr fresh :
  State_typed state -> State_well_formed state -> keys.RatchetKey_typed dhr ->
  keys.RatchetKeyPair_typed fresh ->
  yields (dh_ratchet state dhr fresh)
    (typed_result
       (fun stepped => State_typed stepped /\ State_well_formed stepped /\
          1 <= seq_len stepped.(State_receiving))
       ratchet.RatchetError_typed).
Proof.
  intros Hs Hw Hd Hf. destruct Hs as (Hrk & Hpn & (Hdhs & Hcks & Hns) & Hrec).
  unfold dh_ratchet. step.
  apply yields_mono with (P := typed_int 32); [steps|]. intros pn Hpn'.
  assert (A := lift_agreement_typed state.(State_sending).(SendingChain_dhs).(keys.RatchetKeyPair_private)
    dhr.(keys.RatchetKey_key) ltac:(typed) ltac:(typed)).
  destruct (ratchet.lift_agreement _); cbn [typed_result] in A; [|exact A].
  step. step. intros [rk ckr] [Hrk' Hckr]. cbn [fst snd] in *.
  assert (B := lift_agreement_typed fresh.(keys.RatchetKeyPair_private)
    dhr.(keys.RatchetKey_key) ltac:(typed) ltac:(typed)).
  destruct (ratchet.lift_agreement _); cbn [typed_result] in B; [|exact B].
  step. step. intros [rk2 cks] [Hrk2 Hcks2]. cbn [fst snd] in *. cbv zeta. step.
  destruct Hw as [Hlen Hwell].
  eapply yields_mono; [apply push_chain_safe; auto; typed|]. intros pushed (H1 & H2 & H3 & H4).
  step. unfold typed_result, State_well_formed. cbn [State_receiving]. repeat split; auto; typed.
Qed.
Local Hint Resolve dh_ratchet_safe : spec.

Lemma skip_message_keys_safe chain until limits :
  ReceivingChain_typed chain -> ReceivingChain_well_formed chain -> typed_int 32 until ->
  chain.(ReceivingChain_nr) <= until -> ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  yields (skip_message_keys chain until limits)
    (typed_result (fun at' => ReceivingChain_typed at' /\ ReceivingChain_well_formed at')
      ratchet.RatchetError_typed).
Proof.
  intros Hc Hw Hu Hle Hl Hlw. destruct Hc as (Hdhr & Hckr & Hnr & Hsk). destruct Hl as [Hj Hl].
  unfold skip_message_keys. step. step; [range|]. step; [unfold typed_result, ratchet.RatchetError_typed;
    steps; range|].
  cbv zeta. step.
  apply yields_for with (I := fun _ '(ckr, mkskipped) => ChainKey_typed ckr /\
    typed_seq ratchet_skipped.SkippedKey_typed mkskipped /\ skipped_well_formed mkskipped).
  - auto.
  - intros i [ckr mkskipped] Hi (H1 & H2 & H3). step. step. intros [next seed] [Hn Hseed].
    cbn [fst snd] in *. step. eapply yields_mono; [apply store_skipped_safe; auto; range|].
    intros stored [H4 H5]. cbv zeta. step. auto.
  - intros [ckr mkskipped] (H1 & H2 & H3). step. unfold typed_result. typed.
Qed.

Lemma try_skipped_message_keys_safe chain n :
  ReceivingChain_typed chain -> ReceivingChain_well_formed chain -> typed_int 32 n ->
  yields (try_skipped_message_keys chain n)
    (typed_result (fun step => ChainStep_typed step /\ ReceivingChain_well_formed step.(ChainStep_chain))
       ratchet.RatchetError_typed).
Proof.
  intros Hc Hw Hn. destruct Hc as (Hdhr & Hckr & Hnr & Hsk).
  unfold try_skipped_message_keys. step. eapply yields_mono; [apply take_skipped_safe; auto|].
  intros [[seed rest]|] H; cbn [typed_option] in H.
  - destruct H as (H1 & H2 & H3). step. unfold typed_result. typed.
  - step. unfold typed_result, ratchet.RatchetError_typed. auto.
Qed.
Local Hint Resolve skip_message_keys_safe try_skipped_message_keys_safe : spec.

Lemma chain_step_safe chain n limits :
  ReceivingChain_typed chain -> ReceivingChain_well_formed chain -> typed_int 32 n ->
  ChainLimits_typed limits -> ChainLimits_well_formed limits ->
  yields (chain_step chain n limits)
    (typed_result (fun step => ChainStep_typed step /\ ReceivingChain_well_formed step.(ChainStep_chain))
       ratchet.RatchetError_typed).
Proof.
  intros. unfold chain_step. step; [step; auto|].
  step. eapply yields_mono; [apply skip_message_keys_safe; auto; lia|].
  intros [at'|error] Ha; cbn [typed_result] in Ha; [|exact Ha]. destruct Ha as [Ha Hw].
  step. eapply yields_mono; [apply next_number_safe; auto|].
  intros [nr|error] Hnr; cbn [typed_result] in Hnr; [|exact Hnr].
  step. eapply yields_mono; [apply kdf_ck_safe; typed|]. intros [ckr seed] [Hc Hs]. cbn [fst snd] in *.
  cbv zeta. step. unfold typed_result. typed.
Qed.

Lemma with_receiving_chain_safe state key fresh :
  State_typed state -> State_well_formed state -> keys.RatchetKey_typed key ->
  keys.RatchetKeyPair_typed fresh ->
  yields (with_receiving_chain state key fresh)
    (typed_result
       (fun '(stepped, i) => State_typed stepped /\ State_well_formed stepped /\
          0 <= i < seq_len stepped.(State_receiving))
       ratchet.RatchetError_typed).
Proof.
  intros Hs Hw Hk Hf. unfold with_receiving_chain. step.
  eapply yields_mono; [apply receiving_chain_safe; auto; apply Hs|].
  intros [i|] Hi; cbn [typed_option] in Hi.
  - step. unfold typed_result. auto.
  - step. step. intros [stepped|error] Hd; cbn [typed_result] in Hd; [|exact Hd].
    destruct Hd as (H1 & H2 & H3). step. step; [unfold State_well_formed, MAX_RECEIVING_CHAINS in *; lia|].
    step. unfold typed_result. repeat split; try apply H1; try apply H2; lia.
Qed.
Local Hint Resolve chain_step_safe with_receiving_chain_safe : spec.

Lemma ratchet_receive_key_safe state limits fresh message :
  State_typed state -> State_well_formed state -> ChainLimits_typed limits ->
  ChainLimits_well_formed limits ->
  keys.RatchetKeyPair_typed fresh -> wire_message.SignalMessage_typed message ->
  yields (ratchet_receive_key state limits fresh message)
    (typed_result
       (fun '(next, seed) => State_typed next /\ State_well_formed next /\ MessageKeySeed_typed seed)
       ratchet.RatchetError_typed).
Proof.
  intros Hs Hw Hl Hlw Hf Hm. unfold ratchet_receive_key. destruct Hm as (_ & Hkey & Hcounter & _).
  step. step. intros [[stepped i]|error] H; cbn [typed_result] in H; [|exact H].
  destruct H as ((Hrk & Hpn & Hsend & Hrec) & [Hlen Hwell] & Hi). cbv zeta. step.
  eapply yields_index; [exact Hrec|exact Hi|]. intros chain Hc Htyped.
  assert (ReceivingChain_well_formed chain) by (eapply Forall_nth_error; eauto).
  step. step. intros [cs|error] H'; cbn [typed_result] in H'; [|exact H']. destruct H' as [[H1 H2] H3].
  step. step; [exact Hi|]. intros Hset. step. unfold typed_result. split; [|split; [split|exact H2]].
  - exact (conj Hrk (conj Hpn (conj Hsend (Forall_set_nth _ _ _ _ Hrec H1)))).
  - cbn [State_receiving]. lia.
  - cbn [State_receiving]. apply Forall_set_nth; assumption.
Qed.

Lemma open_message_safe seed key ad expected_addresses message :
  MessageKeySeed_typed seed -> typed_option SparseMessageKey_typed key -> AssociatedData_typed ad ->
  typed_option (typed_seq (typed_int 8)) expected_addresses -> wire_message.SignalMessage_typed message ->
  yields (open_message seed key ad expected_addresses message)
    (typed_result bytes ratchet.RatchetError_typed).
Proof.
  intros Hseed Hkey Had Hex Hm. unfold open_message.
  destruct Hm as (_ & _ & _ & _ & Hbody & _ & _ & Hunsigned & _).
  step. step. intros keys Hk. step. step. intros tag Htag.
  step; [|exact I]. cbv zeta.
  assert (D := aes256_cbc_decrypt_typed keys.(ratchet_symmetric.MessageKeys_cipher_key)
    keys.(ratchet_symmetric.MessageKeys_iv) message.(wire_message.SignalMessage_body)
    ltac:(apply Hk) ltac:(apply Hk) Hbody).
  destruct (aes256_cbc_decrypt _ _ _); [apply D|exact I].
Qed.
End Safety.
#[export] Hint Resolve receiving_chain_safe push_chain_safe dh_ratchet_safe skip_message_keys_safe
  try_skipped_message_keys_safe chain_step_safe with_receiving_chain_safe ratchet_receive_key_safe
  open_message_safe : spec.
