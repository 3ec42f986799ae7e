(** Sending keeps the two sides of the braid in step, and never fails. *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.theorems.safety Require Import ratchet_sparse_authenticator ratchet_sparse_braid_states.
From Twinratchet.theorems.erasure Require Import Encoding.
From Twinratchet.theorems.braid Require Import Parts Run.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_authenticator.
From Twinratchet.generated Require Import primitives_mlkem_incremental primitives.
From Twinratchet.generated Require ratchet_sparse_erasure.

Section Sending.
Context {P : Primitives} {T : Typed P}.

(** * The parts of an epoch *)

(** A content of a known length and its MAC are a part. *)
Lemma with_mac_is_a_part n content digest :
  typed_array (typed_int 8) n content -> Sha256Digest_typed digest -> Z.even (n + 32) = true ->
  n + 32 <= 2 ^ 20 -> part (with_mac content digest) /\ seq_len (with_mac content digest) = n + 32.
Proof.
  intros Hc Hd Heven Hn. pose proof (with_mac_typed content digest n Hc Hd) as H.
  split; [now apply (bytes_are_a_part (n + 32))|apply H].
Qed.

Section Epoch.
Context (e : Z) (auth : Authenticator) (seed : KemSeed).
Context (auth_typed : Authenticator_typed auth) (seed_typed : KemSeed_typed seed).

(** The header and its MAC are a part, of 96 bytes. *)
Lemma header_part_is_a_part : part (header_part e auth seed) /\ seq_len (header_part e auth seed) = 96.
Proof.
  destruct (generate_typed seed seed_typed) as (Hh & _ & _).
  apply (with_mac_is_a_part 64); [exact Hh| |reflexivity|lia].
  apply mac_header_typed; [exact auth_typed|apply Hh].
Qed.

(** The vector is a part, of 1152 bytes. *)
Lemma vector_is_a_part : part (vector seed) /\ seq_len (vector seed) = 1152.
Proof.
  destruct (generate_typed seed seed_typed) as (_ & Hv & _).
  split; [apply (bytes_are_a_part 1152); [exact Hv|reflexivity|lia]|apply Hv].
Qed.

Section Encapsulated.
Context (half : FirstHalf) (secret : EpochSecret) (renewed : Authenticator) (ct2 : list Z).
Context (good : encapsulation e auth seed half secret renewed ct2).

(** The first half of the ciphertext is a part, of 960 bytes. *)
Lemma ct1_is_a_part :
  part half.(FirstHalf_ciphertext1) /\ seq_len half.(FirstHalf_ciphertext1) = 960.
Proof.
  destruct good as (Hct1 & _).
  split; [apply (bytes_are_a_part 960); [exact Hct1|reflexivity|lia]|apply Hct1].
Qed.

(** The second half of the ciphertext and the MAC are a part, of 160 bytes. *)
Lemma ct2_part_is_a_part :
  part (ct2_part e half renewed ct2) /\ seq_len (ct2_part e half renewed ct2) = 160.
Proof.
  destruct good as (Hct1 & Hct2 & Hrenewed & _).
  apply (with_mac_is_a_part 128); [exact Hct2| |reflexivity|lia].
  apply mac_ciphertext_typed; [exact Hrenewed|]. apply Forall_concat; [apply Hct1|apply Hct2].
Qed.
End Encapsulated.
End Epoch.

(** * Messages of the epoch *)

(** One more message of the epoch. *)
Lemma sends_at e (carries : Payload -> Prop) index payload sent :
  carries payload -> Forall (at_most e carries) sent ->
  Forall (at_most e carries) (mk_SparseMessage e index payload :: sent).
Proof. intros Hc H. constructor; [right; split; [reflexivity|exact Hc]|exact H]. Qed.

(** What may be carried becomes more. *)
Lemma at_most_more e (carries carries' : Payload -> Prop) sent :
  (forall payload, carries payload -> carries' payload) ->
  Forall (at_most e carries) sent -> Forall (at_most e carries') sent.
Proof.
  intros Hmore. apply Forall_impl. intros m [H|(H & Hc)]; [now left|]. right. auto.
Qed.

(** Messages of earlier epochs carry anything. *)
Lemma earlier_at_most e (carries : Payload -> Prop) sent :
  Forall (fun m => m.(SparseMessage_epoch) < e) sent -> Forall (at_most e carries) sent.
Proof. apply Forall_impl. intros m H. now left. Qed.

(** * The key side *)

(** A state of the same kind is consistent with the same. *)
Lemma still_consistent state next now :
  match state, next with
  | Braid_KeysSampled _, Braid_KeysSampled _ | Braid_HeaderSent _, Braid_HeaderSent _
  | Braid_Ct1Received _, Braid_Ct1Received _ => True
  | _, _ => False
  end -> consistent state now -> consistent next now.
Proof.
  destruct state, next; intros []; destruct now; cbn; try tauto; try discriminate;
    try (intros (s & E); discriminate E); eauto.
Qed.

(** The send succeeds, and what is given is kept by the party after it. *)
Definition sends_well (me : Party) (random : SparseRandom) (Q : Party -> Prop)
    (answer : result (Braid * Payload * option EpochOutput) SparseError) : Prop :=
  match answer with
  | Ok (next, payload, output) => forall index, Q (after_send me random index next payload output)
  | Err _ => False
  end.

(** The key side sends. *)
Lemma key_sends key ciphertext random :
  in_step key ciphertext -> SparseRandom_typed random ->
  yields (braid_send key.(Party_state) random) (sends_well key random (fun key' => in_step key' ciphertext)).
Proof.
  intros (e & auth & past & He & Hauth & Hpast & H) (Hrandom & _).
  assert (Hin : forall key', tied key' ciphertext e auth past -> in_step key' ciphertext)
    by (intros key' H'; exists e, auth, past; auto).
  destruct key as [state sent seed outputs].
  destruct H as [Hs Hc Hsent Hcsent Hout Hcout
    |enc Hseed Hs Henc Hc Hsent Hcsent Hout Hcout
    |half secret renewed ct2 Hseed Hgood Hs Hc Hboth Hsent Hcsent Hout Hcout
    |renewed message enc secret Hlast Hr Hm Hs Hc Henc Hsent Hcsent Hout Hcout];
    cbn [Party_state Party_sent Party_seed Party_outputs] in *.
  - rewrite Hs. cbn [braid_send]. unfold send_keys_unsampled. cbv zeta.
    destruct (header_part_is_a_part e auth _ Hauth Hrandom) as (Hp & Hl).
    step. step. cbn [KeysUnsampled_epoch KeysUnsampled_auth].
    eapply yields_mono; [exact (encoder_of_part _ Hp)|]. intros enc Henc.
    call_by (next_chunk_of_part _ enc Hp Henc) (next, c) (Hnext & Hchunk).
    cbn [fst snd] in Hnext, Hchunk.
    step. step. intros index. apply Hin. clear Hs.
    eapply key_pair; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
      KeysUnsampled_epoch put_out].
    + exact Hrandom.
    + reflexivity.
    + exact Hnext.
    + rewrite Hc. constructor. now apply decoder_collects.
    + apply sends_at; [exact Hchunk|]. now apply earlier_at_most.
    + exact Hcsent.
    + exact Hout.
    + exact Hcout.
  - destruct (header_part_is_a_part e auth _ Hauth Hseed) as (Hp & Hl).
    rewrite Hs. cbn [braid_send]. unfold send_keys_sampled.
    cbn [KeysSampled_epoch KeysSampled_auth KeysSampled_ek KeysSampled_dk KeysSampled_header_encoder].
    step. call_by (next_chunk_of_part _ enc Hp Henc) (next, c) (Hnext & Hchunk).
    cbn [fst snd] in Hnext, Hchunk.
    step. step. intros index. apply Hin. subst state.
    eapply key_pair; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
      KeysSampled_epoch put_out]; eauto using sends_at.
  - destruct (header_part_is_a_part e auth _ Hauth Hseed) as (Hp & _).
    destruct (vector_is_a_part _ Hseed) as (Hvp & _).
    assert (Hagain : forall next payload,
      key_state e auth seed half renewed ct2 next -> key_payload e auth seed next payload ->
      (forall now, consistent state now -> consistent next now) -> (has_ct1 state -> has_ct1 next) ->
      braid_epoch state = e -> newest_seed state seed random = seed ->
      sends_well (mk_Party state sent seed outputs) random (fun key' => in_step key' ciphertext)
        (Ok (next, payload, None))).
    { intros next payload Hnext Hpayload Hconsistent Hstays Hepoch Hnewest index. apply Hin.
      unfold after_send.
      cbn [Party_state Party_sent Party_seed Party_outputs put_out]. rewrite Hepoch, Hnewest.
      eapply encapsulated; cbn [Party_state Party_sent Party_seed Party_outputs]; eauto.
      apply sends_at; [exact Hpayload|]. revert Hsent. apply at_most_more.
      intros [] Hx; cbn [key_payload] in *; tauto. }
    destruct Hs as [enc Henc|enc d Henc Hd|enc Henc|d Hd]; cbn [braid_send].
    + unfold send_keys_sampled.
      cbn [KeysSampled_epoch KeysSampled_auth KeysSampled_ek KeysSampled_dk KeysSampled_header_encoder].
      step. call_by (next_chunk_of_part _ enc Hp Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain;
        [constructor; exact Hnext|exact Hchunk|intros now; now apply still_consistent|tauto|reflexivity
        |reflexivity].
    + unfold send_header_sent.
      cbn [HeaderSent_epoch HeaderSent_auth HeaderSent_dk HeaderSent_ek_encoder HeaderSent_ct1_decoder].
      step. call_by (next_chunk_of_part _ enc Hvp Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain;
        [constructor; [exact Hnext|exact Hd]|exact Hchunk|intros now; now apply still_consistent|tauto
        |reflexivity|reflexivity].
    + unfold send_ct1_received.
      cbn [Ct1Received_epoch Ct1Received_auth Ct1Received_dk Ct1Received_ct1 Ct1Received_ek_encoder].
      step. call_by (next_chunk_of_part _ enc Hvp Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain;
        [constructor; exact Hnext|split; [exact Hchunk|exact I]|intros now; now apply still_consistent|tauto
        |reflexivity|reflexivity].
    + step. apply Hagain; [constructor; exact Hd|exact I|auto|auto|reflexivity|reflexivity].
  - rewrite Hs. cbn [braid_send]. step. intros index. apply Hin. subst state.
    eapply opened; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
      no_header_received NoHeaderReceived_epoch put_out]; eauto.
    apply sends_at; [reflexivity|exact Hsent].
Qed.

(** * The ciphertext side *)

(** The ciphertext side sends. *)
Lemma ciphertext_sends key ciphertext random :
  in_step key ciphertext -> SparseRandom_typed random -> encapsulates_well ciphertext key random ->
  yields (braid_send ciphertext.(Party_state) random)
    (sends_well ciphertext random (fun ciphertext' => in_step key ciphertext')).
Proof.
  intros (e & auth & past & He & Hauth & Hpast & H) (_ & Hrandom) Hwell.
  assert (Hin : forall ciphertext', tied key ciphertext' e auth past -> in_step key ciphertext')
    by (intros ciphertext' H'; exists e, auth, past; auto).
  destruct ciphertext as [state sent seed outputs].
  destruct H as [Hs Hc Hsent Hcsent Hout Hcout
    |enc Hseed Hs Henc Hc Hsent Hcsent Hout Hcout
    |half secret renewed ct2 Hseed Hgood Hs Hc Hboth Hsent Hcsent Hout Hcout
    |renewed message enc secret Hlast Hr Hm Hs Hc Henc Hsent Hcsent Hout Hcout];
    cbn [Party_state Party_sent Party_seed Party_outputs] in *.
  - rewrite Hc. cbn [braid_send]. step. intros index. apply Hin. subst state.
    apply no_key_pair; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
      no_header_received NoHeaderReceived_epoch put_out]; auto.
    apply sends_at; [reflexivity|exact Hcsent].
  - destruct Hc as [d Hd|d Hd]; cbn [braid_send].
    + step. intros index. apply Hin.
      eapply key_pair; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
        NoHeaderReceived_epoch put_out]; eauto.
      * now constructor.
      * apply sends_at; [reflexivity|exact Hcsent].
    + unfold encapsulates_well in Hwell. cbn [Party_state] in Hwell.
      destruct Hwell as (half & ct2 & Ehalf & Hmatch & Ect2 & Esecret).
      unfold send_header_received. cbn [HeaderReceived_header HeaderReceived_epoch HeaderReceived_auth
        HeaderReceived_ek_decoder].
      destruct (generate_typed _ Hseed) as (Hh & Hv & Hdk).
      pose proof (encaps1_typed _ _ (proj2 Hh) Hrandom) as Hhalf. rewrite Ehalf in Hhalf.
      destruct Hhalf as ((Hct1 & Hshared & Hes) & Hct1l).
      pose proof (encaps2_typed _ _ (proj2 Hv) Hes) as Hct2. rewrite Ect2 in Hct2.
      unfold header. rewrite Ehalf. cbn [lift_half].
      assert (H960 : typed_array (typed_int 8) 960 half.(FirstHalf_ciphertext1)) by (split; assumption).
      assert (Hpart : part half.(FirstHalf_ciphertext1))
        by (apply (bytes_are_a_part 960); [exact H960|reflexivity|lia]).
      pose proof (epoch_secret_safe _ e Hshared) as Hsecret.
      apply yields_value in Hsecret as (secret & Esec & Hsecret).
      pose proof (authenticator_update_safe auth e secret Hauth Hsecret) as Hrenewed.
      apply yields_value in Hrenewed as (renewed & Eren & Hrenewed).
      rewrite Esec. step. step.
      call_by (encoder_of_part _ Hpart) enc' Henc'.
      call_by (next_chunk_of_part _ enc' Hpart Henc') (next, c) (Hnext & Hchunk).
      cbn [fst snd] in Hnext, Hchunk.
      cbv zeta. rewrite Eren. step. step. step. intros index. apply Hin.
      apply (encapsulated _ _ _ _ _ half secret renewed ct2);
        cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
          HeaderReceived_epoch put_out].
      * exact Hseed.
      * split; [exact H960|]. split; [exact Hct2|]. split; [exact Hrenewed|]. split; [exact Hmatch|].
        split; [exact Ect2|]. split; [exact Esecret|]. split; [exact Esec|exact Eren].
      * rewrite Hs. now constructor.
      * now constructor.
      * rewrite Hs. discriminate.
      * revert Hsent. apply at_most_more. intros payload. destruct payload; cbn; tauto.
      * apply sends_at; [exact Hchunk|]. revert Hcsent. apply at_most_more.
        intros payload ->. exact I.
      * exact Hout.
      * now rewrite Hcout.
  - destruct (ct1_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
    destruct (ct2_part_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp2 & _).
    assert (Hagain : forall next payload,
      ciphertext_state e key.(Party_seed) half renewed ct2 next ->
      ciphertext_payload e half renewed ct2 next payload ->
      (forall s, state = Braid_Ct2Sampled s -> exists s', next = Braid_Ct2Sampled s') ->
      (forall now, consistent now state -> consistent now next) ->
      braid_epoch state = e ->
      sends_well (mk_Party state sent seed outputs) random (fun ciphertext' => in_step key ciphertext')
        (Ok (next, payload, None))).
    { intros next payload Hnext Hpayload Hstays Hconsistent Hepoch index. apply Hin. unfold after_send.
      cbn [Party_state Party_sent Party_seed Party_outputs put_out]. rewrite Hepoch.
      eapply encapsulated; cbn [Party_state Party_sent Party_seed Party_outputs]; eauto.
      apply sends_at; [exact Hpayload|]. revert Hcsent. apply at_most_more.
      intros [] Hx; cbn [ciphertext_payload] in *; auto.
      destruct Hx as (Hx & s & ->). split; [exact Hx|]. now apply (Hstays s). }
    destruct Hc as [enc d Henc Hd|enc Henc|d Hd|enc Henc]; cbn [braid_send].
    + unfold send_ct1_sampled.
      cbn [Ct1Sampled_epoch Ct1Sampled_auth Ct1Sampled_header Ct1Sampled_es Ct1Sampled_ct1
        Ct1Sampled_ct1_encoder Ct1Sampled_ek_decoder].
      step. call_by (next_chunk_of_part _ enc Hp Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain; [constructor; [exact Hnext|exact Hd]|exact Hchunk|discriminate|auto|reflexivity].
    + unfold send_ek_received_ct1_sampled.
      cbn [EkReceivedCt1Sampled_epoch EkReceivedCt1Sampled_auth EkReceivedCt1Sampled_es
        EkReceivedCt1Sampled_ek EkReceivedCt1Sampled_ct1 EkReceivedCt1Sampled_ct1_encoder].
      step. call_by (next_chunk_of_part _ enc Hp Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain; [constructor; exact Hnext|exact Hchunk|discriminate|auto|reflexivity].
    + step. apply Hagain; [constructor; exact Hd|exact I|discriminate|auto|reflexivity].
    + unfold send_ct2_sampled. cbn [Ct2Sampled_epoch Ct2Sampled_auth Ct2Sampled_ct2_encoder].
      step. call_by (next_chunk_of_part _ enc Hp2 Henc) (next, c) (Hnext & Hchunk). step. step.
      apply Hagain; [constructor; exact Hnext|split; [exact Hchunk|eauto]|eauto|auto|reflexivity].
  - rewrite Hc. cbn [braid_send]. unfold send_ct2_sampled.
    cbn [Ct2Sampled_epoch Ct2Sampled_auth Ct2Sampled_ct2_encoder].
    step. call_by (next_chunk_of_part _ enc Hm Henc) (next, c) (Hnext & Hchunk). step. step.
    intros index. apply Hin. subst state.
    eapply opened; cbn [after_send newest_seed Party_state Party_sent Party_seed Party_outputs braid_epoch
      Ct2Sampled_epoch put_out]; eauto.
    constructor; [cbn [SparseMessage_epoch]; lia|exact Hcsent].
Qed.
End Sending.
