(** Panic-freedom of [ratchet::written]: the Double Ratchet as it is published.

    Whatever the message, receiving it in a well-formed state gives a well-formed state or an error. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_symmetric theorems.safety.ratchet_written_functions.
From Twinratchet Require Import theorems.safety.ratchet_written_state.
From Twinratchet.generated Require Import keys_types primitives ratchet_written_functions
  ratchet_written_state.
From Twinratchet.generated Require Import ratchet_written.
From Twinratchet.generated Require keys ratchet_symmetric.

(** The stored keys have their types and are within their bound. *)
Definition stored_keys (mkskipped : list StoredKey) : Prop :=
  Forall StoredKey_typed mkskipped /\ seq_len mkskipped <= MAX_STORED.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma concat_header_safe ad header :
  bytes ad -> Header_typed header -> yields (concat_header ad header) bytes.
Proof.
  intros Had Hh. unfold concat_header. step. eapply yields_mono; [apply encode_header_safe; exact Hh|].
  intros encoded [_ He]. step. apply Forall_concat; assumption.
Qed.

Lemma sending_chain_typed state :
  WrittenState_typed state -> typed_result WrittenSendingChain_typed WrittenError_typed (sending_chain state).
Proof.
  intros (_ & _ & Hs & _). unfold sending_chain. destruct (WrittenState_sending state); [exact Hs|exact I].
Qed.

Lemma ratchet_encrypt_safe state plaintext ad :
  WrittenState_typed state -> WrittenState_well_formed state -> bytes plaintext -> bytes ad ->
  yields (ratchet_encrypt state plaintext ad)
    (typed_result
       (fun '(next, message) => WrittenState_typed next /\ WrittenState_well_formed next /\
          WrittenMessage_typed message)
       WrittenError_typed).
Proof.
  intros Hs Hw Hplain Had. pose proof Hs as (Hd & Hrk & _ & Hr & Hpn & Hm). unfold ratchet_encrypt.
  pose proof (sending_chain_typed state Hs) as Hsend.
  destruct (sending_chain state) as [sending|]; cbn [typed_result] in Hsend; [|exact Hsend].
  destruct Hsend as [Hck Hn]. step. eapply yields_mono; [apply number_after_safe; exact Hn|].
  intros [ns|error] Hns; cbn [typed_result] in Hns; [|exact Hns]. destruct Hns as [Hns _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hck|]. intros [cks mk] [Hcks Hmk]. cbn [fst snd] in *.
  cbv zeta.
  assert (Hh : Header_typed (mk_Header state.(WrittenState_dhs).(keys.RatchetKeyPair_public)
    state.(WrittenState_pn) sending.(WrittenSendingChain_ns))) by exact (conj (proj2 Hd) (conj Hpn Hn)).
  step. eapply yields_mono; [apply concat_header_safe; assumption|]. intros header Hheader.
  step. eapply yields_mono; [apply encrypt_safe; assumption|]. intros ciphertext Hc.
  step. cbn [typed_result]. split; [|split; [exact Hw|exact (conj Hh Hc)]].
  exact (conj Hd (conj Hrk (conj (conj Hcks Hns) (conj Hr (conj Hpn Hm))))).
Qed.

Lemma store_key_safe mkskipped key :
  stored_keys mkskipped -> StoredKey_typed key -> yields (store_key mkskipped key) stored_keys.
Proof.
  intros [Hm Hlen] Hk. unfold store_key, stored_keys, MAX_STORED in *. cbv zeta.
  pose proof (seq_len_nonneg mkskipped). step.
  destruct (Z.leb_spec 2000 (seq_len mkskipped)).
  - step. step; [lia|]. step. step; [lia|]. step. step; [lia|]. step; [lia|lia|lia|]. intros Hkept. step.
    split; [apply Forall_push; auto using Forall_firstn', Forall_skipn'|].
    rewrite seq_len_push, Hkept. lia.
  - step. step. split; [now apply Forall_push|]. rewrite seq_len_push. lia.
Qed.

Lemma stored_at_safe mkskipped header :
  yields (stored_at mkskipped header) (typed_option (fun i => 0 <= i < seq_len mkskipped)).
Proof.
  unfold stored_at. cbv zeta.
  apply yields_for with (I := fun _ found => typed_option (fun i => 0 <= i < seq_len mkskipped) found).
  - exact I.
  - intros i found Hi Hfound. step. apply yields_index_any; [exact Hi|]. intros key _. step.
    apply yields_mono with (P := fun _ => True).
    + step; [|step; exact I]. step. apply yields_index_any; [exact Hi|]. intros key' _. step. exact I.
    + intros [|] _; step; [exact Hi|exact Hfound].
  - auto.
Qed.

Lemma try_skipped_message_keys_safe state header :
  WrittenState_typed state -> WrittenState_well_formed state ->
  yields (try_skipped_message_keys state header)
    (typed_option (fun step => KeyStep_typed step /\ WrittenState_well_formed step.(KeyStep_state))).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hpn & Hm) Hw. unfold WrittenState_well_formed, MAX_STORED in *.
  unfold try_skipped_message_keys.
  step. eapply yields_mono; [apply stored_at_safe|]. intros [i|] Hi; cbn [typed_option] in Hi;
    [|step; exact I].
  step. step; [lia|lia|lia|]. intros Hbefore. step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
  step. step; [lia|lia|lia|]. intros Hafter. step. eapply yields_index; [exact Hm|exact Hi|].
  intros key _ Hkey. cbv zeta. step. cbn [typed_option]. split; [split; [|apply Hkey]|].
  - exact (conj Hd (conj Hrk (conj Hs (conj Hr (conj Hpn (Forall_concat _ _ _ (Forall_firstn' _ _ _
      (Forall_skipn' _ _ _ Hm)) (Forall_firstn' _ _ _ (Forall_skipn' _ _ _ Hm)))))))).
  - cbn [KeyStep_state WrittenState_mkskipped]. rewrite seq_len_concat, Hbefore, Hafter. lia.
Qed.

Lemma skip_end_safe nr until :
  typed_int 32 nr -> typed_int 32 until ->
  yields (skip_end nr until) (typed_result (fun end' => typed_int 32 end') WrittenError_typed).
Proof.
  unfold typed_int. intros Hn Hu. unfold skip_end. destruct (Z.ltb_spec until nr); [exact Hn|].
  step. step; [lia|]. step; [|step; exact Hu]. step. step; [lia|]. step. cbn. unfold typed_int. lia.
Qed.

Lemma skip_message_keys_safe chain mkskipped until :
  WrittenReceivingChain_typed chain -> stored_keys mkskipped -> typed_int 32 until ->
  yields (skip_message_keys chain mkskipped until)
    (typed_result (fun '(at', stored) => WrittenReceivingChain_typed at' /\ stored_keys stored)
      WrittenError_typed).
Proof.
  intros (Hdhr & Hck & Hn) Hm Hu. unfold skip_message_keys.
  step. eapply yields_mono; [apply skip_end_safe; assumption|].
  intros [end'|error] He; cbn [typed_result] in He; [|exact He]. cbv zeta. step.
  apply yields_for with (I := fun _ '(ckr, stored) => ChainKey_typed ckr /\ stored_keys stored).
  - split; assumption.
  - intros i [ckr stored] Hi [H1 H2].
    step. eapply yields_mono; [apply kdf_ck_safe; exact H1|]. intros [next mk] [Hnext Hmk].
    cbn [fst snd] in *. assert (Hi' : typed_int 32 i) by (unfold typed_int in *; lia).
    step. eapply yields_mono; [apply store_key_safe; [exact H2|exact (conj Hdhr (conj Hi' Hmk))]|].
    intros stored' Hs. cbv zeta. step. split; assumption.
  - intros [ckr stored] [H1 H2]. step. cbn [typed_result]. split; [exact (conj Hdhr (conj H1 He))|exact H2].
Qed.

Lemma close_chain_safe state pn :
  WrittenState_typed state -> WrittenState_well_formed state -> typed_int 32 pn ->
  yields (close_chain state pn) (typed_result stored_keys WrittenError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hpn & Hm) Hw Hp. unfold close_chain. cbv zeta.
  destruct (WrittenState_receiving state) as [chain|]; cbn [typed_option] in Hr.
  - step. eapply yields_mono; [apply skip_message_keys_safe; [exact Hr|split; assumption|exact Hp]|].
    intros [[at' stored]|error] H; cbn [typed_result] in H; [|exact H]. step. apply H.
  - step. eapply yields_mono; [apply skip_end_safe; [unfold typed_int; lia|exact Hp]|].
    intros [end'|error] H; cbn [typed_result] in H; [|exact H]. step. split; assumption.
Qed.

Lemma dh_ratchet_safe state mkskipped dhr fresh :
  WrittenState_typed state -> stored_keys mkskipped -> keys.RatchetKey_typed dhr ->
  keys.RatchetKeyPair_typed fresh ->
  yields (dh_ratchet state mkskipped dhr fresh)
    (typed_result
       (fun '(next, chain) => WrittenState_typed next /\ WrittenState_well_formed next /\
          WrittenReceivingChain_typed chain)
       WrittenError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hpn & Hm) [Hk Hlen] Hdhr Hf. unfold dh_ratchet. cbv zeta.
  assert (Hpn' : typed_int 32 (match state.(WrittenState_sending) with
    | Some chain => chain.(WrittenSendingChain_ns) | None => 0 end)).
  { destruct (WrittenState_sending state); [apply Hs|unfold typed_int; lia]. }
  assert (A := lift_agreement_written_typed _ _ (proj1 Hd) Hdhr).
  destruct (lift_agreement_written _); cbn [typed_result] in A; [|exact A].
  step. eapply yields_mono; [apply kdf_rk_safe; assumption|]. intros [rk ckr] [Hrk' Hckr]. cbn [fst snd] in *.
  assert (B := lift_agreement_written_typed _ _ (proj1 Hf) Hdhr).
  destruct (lift_agreement_written _); cbn [typed_result] in B; [|exact B].
  step. eapply yields_mono; [apply kdf_rk_safe; assumption|]. intros [rk2 cks] [Hrk2 Hcks].
  cbn [fst snd] in *. step. cbn [typed_result]. assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  split; [|split; [exact Hlen|exact (conj Hdhr (conj Hckr H0))]].
  exact (conj Hf (conj Hrk2 (conj (conj Hcks H0) (conj (conj Hdhr (conj Hckr H0)) (conj Hpn' Hk))))).
Qed.

Lemma with_current_chain_safe state header fresh :
  WrittenState_typed state -> WrittenState_well_formed state -> Header_typed header ->
  keys.RatchetKeyPair_typed fresh ->
  yields (with_current_chain state header fresh)
    (typed_result
       (fun '(next, chain) => WrittenState_typed next /\ WrittenState_well_formed next /\
          WrittenReceivingChain_typed chain)
       WrittenError_typed).
Proof.
  intros Hs Hw (Hdh & Hpn & Hn) Hf. unfold with_current_chain, current_chain.
  assert (Hr : typed_option WrittenReceivingChain_typed state.(WrittenState_receiving)) by apply Hs.
  assert (Hnew : yields
    (let! tmp' := close_chain state header.(Header_pn) in
     match tmp' with
     | Ok mkskipped => dh_ratchet state mkskipped header.(Header_dh) fresh
     | Err error' => Ret (Err error')
     end)
    (typed_result
       (fun '(next, chain) => WrittenState_typed next /\ WrittenState_well_formed next /\
          WrittenReceivingChain_typed chain)
       WrittenError_typed)).
  { step. eapply yields_mono; [apply close_chain_safe; assumption|].
    intros [mkskipped|error] H; cbn [typed_result] in H; [|exact H]. now apply dh_ratchet_safe. }
  destruct state.(WrittenState_receiving) as [chain|]; [|exact Hnew].
  destruct (keys.same_public_key _ _); [|exact Hnew]. step. cbn [typed_result]. auto.
Qed.

Lemma chain_step_safe state chain n :
  WrittenState_typed state -> WrittenState_well_formed state -> WrittenReceivingChain_typed chain ->
  typed_int 32 n ->
  yields (chain_step state chain n)
    (typed_result (fun step => KeyStep_typed step /\ WrittenState_well_formed step.(KeyStep_state))
       WrittenError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hpn & Hm) Hw Hc Hn. unfold chain_step, check_not_passed.
  destruct (Z.ltb_spec n chain.(WrittenReceivingChain_nr)); [exact (conj (proj2 (proj2 Hc)) Hn)|].
  step. eapply yields_mono; [apply skip_message_keys_safe; [exact Hc|split; assumption|exact Hn]|].
  intros [[at' mkskipped]|error] Ha; cbn [typed_result] in Ha; [|exact Ha].
  destruct Ha as [(Hdhr & Hck & Hat) [Hk Hlen]].
  step. eapply yields_mono; [apply number_after_safe; exact Hat|].
  intros [nr|error] Hnr; cbn [typed_result] in Hnr; [|exact Hnr]. destruct Hnr as [Hnr _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hck|]. intros [ckr mk] [Hckr Hmk]. cbn [fst snd] in *.
  cbv zeta. step. cbn [typed_result]. split; [split; [|exact Hmk]|exact Hlen].
  exact (conj Hd (conj Hrk (conj Hs (conj (conj Hdhr (conj Hckr Hnr)) (conj Hpn Hk))))).
Qed.

Lemma receive_key_safe state fresh header :
  WrittenState_typed state -> WrittenState_well_formed state -> keys.RatchetKeyPair_typed fresh ->
  Header_typed header ->
  yields (receive_key state fresh header)
    (typed_result (fun step => KeyStep_typed step /\ WrittenState_well_formed step.(KeyStep_state))
       WrittenError_typed).
Proof.
  intros Hs Hw Hf Hh. unfold receive_key.
  step. eapply yields_mono; [apply try_skipped_message_keys_safe; assumption|].
  intros [key_step|] H; cbn [typed_option] in H; [exact H|].
  step. eapply yields_mono; [apply with_current_chain_safe; assumption|].
  intros [[next chain]|error] H'; cbn [typed_result] in H'; [|exact H']. destruct H' as (H1 & H2 & H3).
  apply chain_step_safe; try assumption. apply Hh.
Qed.

Lemma ratchet_decrypt_safe state fresh message ad :
  WrittenState_typed state -> WrittenState_well_formed state -> keys.RatchetKeyPair_typed fresh ->
  WrittenMessage_typed message -> WrittenMessage_fits message -> bytes ad ->
  yields (ratchet_decrypt state fresh message ad)
    (typed_result
       (fun '(next, plaintext) => WrittenState_typed next /\ WrittenState_well_formed next /\ bytes plaintext)
       WrittenError_typed).
Proof.
  intros Hs Hw Hf [Hh Hc] Hfits Had. unfold ratchet_decrypt.
  step. eapply yields_mono; [apply receive_key_safe; assumption|].
  intros [key_step|error] H; cbn [typed_result] in H; [|exact H]. destruct H as [[H1 H2] H3].
  step. eapply yields_mono; [apply concat_header_safe; assumption|]. intros header Hheader.
  step. eapply yields_mono; [apply decrypt_safe; assumption|].
  intros [plaintext|] Hp; cbn [typed_option] in Hp; step; [cbn [typed_result]; auto|exact I].
Qed.
End Safety.
#[export] Hint Resolve concat_header_safe ratchet_encrypt_safe store_key_safe stored_at_safe
  try_skipped_message_keys_safe skip_end_safe skip_message_keys_safe close_chain_safe dh_ratchet_safe
  with_current_chain_safe chain_step_safe receive_key_safe ratchet_decrypt_safe : spec.
