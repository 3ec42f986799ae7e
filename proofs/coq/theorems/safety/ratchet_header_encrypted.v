(** Panic-freedom of [ratchet::header_encrypted]: the Double Ratchet with header encryption, as it is
    published.

    Whatever the message, receiving it in a well-formed state gives a well-formed state or an error. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet Require Import theorems.safety.ratchet_symmetric theorems.safety.ratchet_written_functions.
From Twinratchet Require Import theorems.safety.ratchet_header_encrypted_functions.
From Twinratchet Require Import theorems.safety.ratchet_header_encrypted_state.
From Twinratchet.generated Require Import keys_types primitives ratchet_written_functions.
From Twinratchet.generated Require Import ratchet_header_encrypted_functions ratchet_header_encrypted_state.
From Twinratchet.generated Require Import ratchet_header_encrypted.
From Twinratchet.generated Require keys ratchet_symmetric ratchet_written_state.

(** The stored keys have their types and are within their bound. *)
Definition he_stored_keys (mkskipped : list HeStoredKey) : Prop :=
  Forall HeStoredKey_typed mkskipped /\ seq_len mkskipped <= ratchet_written_state.MAX_STORED.

Section Safety.
Context {P : Primitives} {T : Typed P}.

Lemma sending_chain_typed state :
  HeState_typed state -> typed_result HeSendingChain_typed HeError_typed (sending_chain state).
Proof.
  intros (_ & _ & Hs & _). unfold sending_chain. destruct (HeState_sending state); [exact Hs|exact I].
Qed.

Lemma ratchet_encrypt_he_safe state nonce plaintext ad :
  HeState_typed state -> HeState_well_formed state -> CounterBlock_typed nonce -> bytes plaintext ->
    bytes ad ->
  yields (ratchet_encrypt_he state nonce plaintext ad)
    (typed_result
       (fun '(next, message) => HeState_typed next /\ HeState_well_formed next /\ HeMessage_typed message)
       HeError_typed).
Proof.
  intros Hs Hw Hnonce Hplain Had. pose proof Hs as (Hd & Hrk & _ & Hr & Hnhks & Hnhkr & Hpn & Hm).
  unfold ratchet_encrypt_he. pose proof (sending_chain_typed state Hs) as Hsend.
  destruct (sending_chain state) as [sending|]; cbn [typed_result] in Hsend; [|exact Hsend].
  destruct Hsend as (Hhk & Hck & Hn).
  step. eapply yields_mono; [apply number_after_safe; exact Hn|].
  intros [ns|error] Hns; cbn [typed_result] in Hns; [|exact Hns]. destruct Hns as [Hns _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hck|]. intros [cks mk] [Hcks Hmk]. cbn [fst snd] in *.
  cbv zeta.
  assert (Hh : Header_typed (mk_Header state.(HeState_dhs).(keys.RatchetKeyPair_public) state.(HeState_pn)
    sending.(HeSendingChain_ns))) by exact (conj (proj2 Hd) (conj Hpn Hn)).
  step. eapply yields_mono; [apply hencrypt_safe; assumption|]. intros header [_ Hheader].
  step. eapply yields_mono; [apply encrypt_safe; [exact Hmk|exact Hplain|apply Forall_concat; assumption]|].
  intros ciphertext Hc. step. cbn [typed_result]. split; [|split; [exact Hw|exact (conj Hheader Hc)]].
  exact (conj Hd (conj Hrk (conj (conj Hhk (conj Hcks Hns)) (conj Hr
    (conj Hnhks (conj Hnhkr (conj Hpn Hm))))))).
Qed.

Lemma store_key_safe mkskipped key :
  he_stored_keys mkskipped -> HeStoredKey_typed key -> yields (store_key mkskipped key) he_stored_keys.
Proof.
  intros [Hm Hlen] Hk. unfold store_key, he_stored_keys, ratchet_written_state.MAX_STORED in *. cbv zeta.
  pose proof (seq_len_nonneg mkskipped). step.
  destruct (Z.leb_spec 2000 (seq_len mkskipped)).
  - step. step; [lia|]. step. step; [lia|]. step. step; [lia|]. step; [lia|lia|lia|]. intros Hkept. step.
    split; [apply Forall_push; auto using Forall_firstn', Forall_skipn'|].
    rewrite seq_len_push, Hkept. lia.
  - step. step. split; [now apply Forall_push|]. rewrite seq_len_push. lia.
Qed.

Lemma opens_as_safe hk enc_header number :
  HeaderKey_typed hk -> bytes enc_header -> yields (opens_as hk enc_header number) (fun _ => True).
Proof.
  intros Hk He. unfold opens_as. step. eapply yields_mono; [apply hdecrypt_safe; assumption|].
  intros [header|] _; exact I.
Qed.

Lemma stored_at_safe mkskipped enc_header :
  Forall HeStoredKey_typed mkskipped -> bytes enc_header ->
  yields (stored_at mkskipped enc_header) (typed_option (fun i => 0 <= i < seq_len mkskipped)).
Proof.
  intros Hm He. unfold stored_at. cbv zeta.
  apply yields_for with (I := fun _ found => typed_option (fun i => 0 <= i < seq_len mkskipped) found).
  - exact I.
  - intros i found Hi Hfound. step. eapply yields_index; [exact Hm|exact Hi|]. intros key _ [Hkey _].
    step. apply yields_index_any; [exact Hi|]. intros key' _.
    step. eapply yields_mono; [apply opens_as_safe; assumption|].
    intros [|] _; step; [exact Hi|exact Hfound].
  - auto.
Qed.

Lemma try_skipped_message_keys_he_safe state enc_header :
  HeState_typed state -> HeState_well_formed state -> bytes enc_header ->
  yields (try_skipped_message_keys_he state enc_header)
    (typed_option (fun step => HeKeyStep_typed step /\ HeState_well_formed step.(HeKeyStep_state))).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hnhks & Hnhkr & Hpn & Hm) Hw He.
  unfold HeState_well_formed, ratchet_written_state.MAX_STORED in *. unfold try_skipped_message_keys_he.
  step. eapply yields_mono; [apply stored_at_safe; assumption|].
  intros [i|] Hi; cbn [typed_option] in Hi; [|step; exact I].
  step. step; [lia|lia|lia|]. intros Hbefore. step. step; [lia|]. step. step; [lia|]. step. step; [lia|].
  step. step; [lia|lia|lia|]. intros Hafter. step. eapply yields_index; [exact Hm|exact Hi|].
  intros key _ Hkey. cbv zeta. step. cbn [typed_option]. split; [split; [|apply Hkey]|].
  - exact (conj Hd (conj Hrk (conj Hs (conj Hr (conj Hnhks (conj Hnhkr (conj Hpn (Forall_concat _ _ _
      (Forall_firstn' _ _ _ (Forall_skipn' _ _ _ Hm)) (Forall_firstn' _ _ _ (Forall_skipn' _ _ _ Hm)))))))))).
  - cbn [HeKeyStep_state HeState_mkskipped]. rewrite seq_len_concat, Hbefore, Hafter. lia.
Qed.

Lemma decrypt_current_header_safe receiving enc_header :
  typed_option HeReceivingChain_typed receiving -> bytes enc_header ->
  yields (decrypt_current_header receiving enc_header) (typed_option HeaderOf_typed).
Proof.
  intros Hr He. unfold decrypt_current_header. destruct receiving as [chain|]; [|exact I].
  step. eapply yields_mono; [apply hdecrypt_safe; [apply Hr|exact He]|].
  intros [header|] H; cbn [typed_option] in H; [exact (conj Hr H)|exact I].
Qed.

Lemma decrypt_header_safe state enc_header :
  HeState_typed state -> bytes enc_header ->
  yields (decrypt_header state enc_header) (typed_result HeaderOf_typed HeError_typed).
Proof.
  intros (_ & _ & _ & Hr & _ & Hnhkr & _) He. unfold decrypt_header.
  step. eapply yields_mono; [apply decrypt_current_header_safe; assumption|].
  intros [current|] H; cbn [typed_option] in H; [exact H|].
  step. eapply yields_mono; [apply hdecrypt_safe; assumption|].
  intros [header|] H'; cbn [typed_option] in H'; [exact H'|exact I].
Qed.

Lemma skip_end_safe nr until :
  typed_int 32 nr -> typed_int 32 until ->
  yields (skip_end nr until) (typed_result (fun end' => typed_int 32 end') HeError_typed).
Proof.
  unfold typed_int. intros Hn Hu. unfold skip_end. destruct (Z.ltb_spec until nr); [exact Hn|].
  step. step; [lia|]. step; [|step; exact Hu]. step. step; [lia|]. step. cbn. unfold typed_int. lia.
Qed.

Lemma skip_message_keys_he_safe chain mkskipped until :
  HeReceivingChain_typed chain -> he_stored_keys mkskipped -> typed_int 32 until ->
  yields (skip_message_keys_he chain mkskipped until)
    (typed_result (fun '(at', stored) => HeReceivingChain_typed at' /\ he_stored_keys stored) HeError_typed).
Proof.
  intros (Hhk & Hck & Hn) Hm Hu. unfold skip_message_keys_he.
  step. eapply yields_mono; [apply skip_end_safe; assumption|].
  intros [end'|error] He; cbn [typed_result] in He; [|exact He]. cbv zeta. step.
  apply yields_for with (I := fun _ '(ckr, stored) => ChainKey_typed ckr /\ he_stored_keys stored).
  - split; assumption.
  - intros i [ckr stored] Hi [H1 H2].
    step. eapply yields_mono; [apply kdf_ck_safe; exact H1|]. intros [next mk] [Hnext Hmk].
    cbn [fst snd] in *. assert (Hi' : typed_int 32 i) by (unfold typed_int in *; lia).
    step. eapply yields_mono; [apply store_key_safe; [exact H2|exact (conj Hhk (conj Hi' Hmk))]|].
    intros stored' Hs. cbv zeta. step. split; assumption.
  - intros [ckr stored] [H1 H2]. step. cbn [typed_result]. split; [exact (conj Hhk (conj H1 He))|exact H2].
Qed.

Lemma close_chain_safe state pn :
  HeState_typed state -> HeState_well_formed state -> typed_int 32 pn ->
  yields (close_chain state pn) (typed_result he_stored_keys HeError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hnhks & Hnhkr & Hpn & Hm) Hw Hp. unfold close_chain. cbv zeta.
  destruct (HeState_receiving state) as [chain|]; cbn [typed_option] in Hr.
  - step. eapply yields_mono; [apply skip_message_keys_he_safe; [exact Hr|split; assumption|exact Hp]|].
    intros [[at' stored]|error] H; cbn [typed_result] in H; [|exact H]. step. apply H.
  - step. eapply yields_mono; [apply skip_end_safe; [unfold typed_int; lia|exact Hp]|].
    intros [end'|error] H; cbn [typed_result] in H; [|exact H]. step. split; assumption.
Qed.

Lemma dh_ratchet_he_safe state mkskipped dhr fresh :
  HeState_typed state -> he_stored_keys mkskipped -> keys.RatchetKey_typed dhr -> keys.RatchetKeyPair_typed
    fresh ->
  yields (dh_ratchet_he state mkskipped dhr fresh)
    (typed_result
       (fun '(next, chain) => HeState_typed next /\ HeState_well_formed next /\ HeReceivingChain_typed chain)
       HeError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hnhks & Hnhkr & Hpn & Hm) [Hk Hlen] Hdhr Hf. unfold dh_ratchet_he. cbv zeta.
  assert (Hpn' : typed_int 32 (match state.(HeState_sending) with
    | Some chain => chain.(HeSendingChain_ns) | None => 0 end)).
  { destruct (HeState_sending state); [apply Hs|unfold typed_int; lia]. }
  assert (A := lift_agreement_he_typed _ _ (proj1 Hd) Hdhr).
  destruct (lift_agreement_he _); cbn [typed_result] in A; [|exact A].
  step. eapply yields_mono; [apply kdf_rk_he_safe; assumption|].
  intros [[rk ckr] nhkr] (Hrk' & Hckr & Hnhkr'). assert (B := lift_agreement_he_typed _ _ (proj1 Hf) Hdhr).
  destruct (lift_agreement_he _); cbn [typed_result] in B; [|exact B].
  step. eapply yields_mono; [apply kdf_rk_he_safe; assumption|].
  intros [[rk2 cks] nhks] (Hrk2 & Hcks & Hnhks').
  step. cbn [typed_result]. assert (H0 : typed_int 32 0) by (unfold typed_int; lia).
  split; [|split; [exact Hlen|exact (conj Hnhkr (conj Hckr H0))]].
  exact (conj Hf (conj Hrk2 (conj (conj Hnhks (conj Hcks H0)) (conj (conj Hnhkr (conj Hckr H0))
    (conj Hnhks' (conj Hnhkr' (conj Hpn' Hk))))))).
Qed.

Lemma chain_step_safe state chain n :
  HeState_typed state -> HeState_well_formed state -> HeReceivingChain_typed chain -> typed_int 32 n ->
  yields (chain_step state chain n)
    (typed_result (fun step => HeKeyStep_typed step /\ HeState_well_formed step.(HeKeyStep_state))
      HeError_typed).
Proof.
  intros (Hd & Hrk & Hs & Hr & Hnhks & Hnhkr & Hpn & Hm) Hw Hc Hn. unfold chain_step, check_not_passed.
  destruct (Z.ltb_spec n chain.(HeReceivingChain_nr)); [exact (conj (proj2 (proj2 Hc)) Hn)|].
  step. eapply yields_mono; [apply skip_message_keys_he_safe; [exact Hc|split; assumption|exact Hn]|].
  intros [[at' mkskipped]|error] Ha; cbn [typed_result] in Ha; [|exact Ha].
  destruct Ha as [(Hhk & Hck & Hat) [Hk Hlen]].
  step. eapply yields_mono; [apply number_after_safe; exact Hat|].
  intros [nr|error] Hnr; cbn [typed_result] in Hnr; [|exact Hnr]. destruct Hnr as [Hnr _].
  step. eapply yields_mono; [apply kdf_ck_safe; exact Hck|]. intros [ckr mk] [Hckr Hmk]. cbn [fst snd] in *.
  cbv zeta. step. cbn [typed_result]. split; [split; [|exact Hmk]|exact Hlen].
  exact (conj Hd (conj Hrk (conj Hs (conj (conj Hhk (conj Hckr Hnr))
    (conj Hnhks (conj Hnhkr (conj Hpn Hk))))))).
Qed.

Lemma receive_in_chain_safe state fresh header :
  HeState_typed state -> HeState_well_formed state -> keys.RatchetKeyPair_typed fresh ->
  HeaderOf_typed header ->
  yields (receive_in_chain state fresh header)
    (typed_result (fun step => HeKeyStep_typed step /\ HeState_well_formed step.(HeKeyStep_state))
      HeError_typed).
Proof.
  intros Hs Hw Hf Hh. unfold receive_in_chain. destruct header as [chain header|header].
  - destruct Hh as [Hc (_ & _ & Hn)]. now apply chain_step_safe.
  - destruct Hh as (Hdh & Hpn & Hn).
    step. eapply yields_mono; [apply close_chain_safe; assumption|].
    intros [mkskipped|error] H; cbn [typed_result] in H; [|exact H].
    step. eapply yields_mono; [apply dh_ratchet_he_safe; assumption|].
    intros [[next chain]|error] H'; cbn [typed_result] in H'; [|exact H']. destruct H' as (H1 & H2 & H3).
    now apply chain_step_safe.
Qed.

Lemma receive_key_safe state fresh enc_header :
  HeState_typed state -> HeState_well_formed state -> keys.RatchetKeyPair_typed fresh -> bytes enc_header ->
  yields (receive_key state fresh enc_header)
    (typed_result (fun step => HeKeyStep_typed step /\ HeState_well_formed step.(HeKeyStep_state))
      HeError_typed).
Proof.
  intros Hs Hw Hf He. unfold receive_key.
  step. eapply yields_mono; [apply try_skipped_message_keys_he_safe; assumption|].
  intros [key_step|] H; cbn [typed_option] in H; [exact H|].
  step. eapply yields_mono; [apply decrypt_header_safe; assumption|].
  intros [header|error] H'; cbn [typed_result] in H'; [|exact H']. now apply receive_in_chain_safe.
Qed.

Lemma ratchet_decrypt_he_safe state fresh message ad :
  HeState_typed state -> HeState_well_formed state -> keys.RatchetKeyPair_typed fresh ->
    HeMessage_typed message ->
  HeMessage_fits message -> bytes ad ->
  yields (ratchet_decrypt_he state fresh message ad)
    (typed_result
       (fun '(next, plaintext) => HeState_typed next /\ HeState_well_formed next /\ bytes plaintext)
       HeError_typed).
Proof.
  intros Hs Hw Hf [Hh Hc] Hfits Had. unfold ratchet_decrypt_he.
  step. eapply yields_mono; [apply receive_key_safe; assumption|].
  intros [key_step|error] H; cbn [typed_result] in H; [|exact H]. destruct H as [[H1 H2] H3].
  step. eapply yields_mono; [apply decrypt_safe; [assumption..|apply Forall_concat; assumption]|].
  intros [plaintext|] Hp; cbn [typed_option] in Hp; step; [cbn [typed_result]; auto|exact I].
Qed.
End Safety.
#[export] Hint Resolve ratchet_encrypt_he_safe store_key_safe opens_as_safe stored_at_safe
  try_skipped_message_keys_he_safe decrypt_current_header_safe decrypt_header_safe skip_end_safe
  skip_message_keys_he_safe close_chain_safe dh_ratchet_he_safe chain_step_safe receive_in_chain_safe
  receive_key_safe ratchet_decrypt_he_safe : spec.
