(** From every state of two sides in step there are moves that lead to the next one, and so to the next
    epoch. *)
From Coq Require Import ZifyBool.
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws.
From Twinratchet.theorems.erasure Require Import Encoding.
From Twinratchet.theorems.braid Require Import Parts Run Sending Receiving Transfer.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_send.
From Twinratchet.generated Require Import ratchet_sparse_braid_receive ratchet_sparse_erasure primitives.
From Twinratchet.generated Require primitives_mlkem_incremental.

Section Progress.
Context {P : Primitives} {T : Typed P}.

(** To every key pair there is a good encapsulation. *)
Definition always_recovered : Prop :=
  forall seed, KemSeed_typed seed -> exists random, KemRandom_typed random /\ recovered seed random.

Context (good : always_recovered).

(** There are random values, with which the encapsulation to a key pair is good. *)
Lemma random_for seed :
  KemSeed_typed seed ->
  exists random, SparseRandom_typed random /\ recovered seed random.(SparseRandom_encapsulation).
Proof.
  intros Hseed. destruct (good seed Hseed) as (random & Hrandom & Hrec).
  exists (mk_SparseRandom seed random). split; [split; assumption|exact Hrec].
Qed.

(** There are random values. *)
Lemma some_random : exists random, SparseRandom_typed random.
Proof.
  destruct (random_for (seq_fill 0 64)) as (random & H & _); [|now exists random].
  split; [reflexivity|]. apply Forall_fill. unfold typed_int. lia.
Qed.

(** Moves lead to two states, of sides that are in step. *)
Definition leads_to (key ciphertext : Party) (Q : Braid -> Braid -> Prop) : Prop :=
  exists key' ciphertext',
    continues key ciphertext key' ciphertext' /\ in_step key' ciphertext' /\
    Q key'.(Party_state) ciphertext'.(Party_state).

(** And from there to others. *)
Lemma leads_further key ciphertext (Q Q' : Braid -> Braid -> Prop) :
  leads_to key ciphertext Q ->
  (forall key' ciphertext', in_step key' ciphertext' -> Q key'.(Party_state) ciphertext'.(Party_state) ->
    leads_to key' ciphertext' Q') ->
  leads_to key ciphertext Q'.
Proof.
  intros (k & c & Hc & H & HQ) Hmore. destruct (Hmore k c H HQ) as (k' & c' & Hc' & H' & HQ').
  exists k', c'. split; [exact (continues_further _ _ _ _ _ _ Hc Hc')|now split].
Qed.

(** What is there already. *)
Lemma leads_nowhere key ciphertext (Q : Braid -> Braid -> Prop) :
  in_step key ciphertext -> Q key.(Party_state) ciphertext.(Party_state) -> leads_to key ciphertext Q.
Proof. intros H HQ. exists key, ciphertext. split; [apply stays|now split]. Qed.

(** A message of the epoch of the state. *)
Lemma receives_now state e index payload :
  braid_epoch state = e ->
  braid_receive state (mk_SparseMessage e index payload) = receive_same_epoch state payload.
Proof.
  intros <-. unfold braid_receive. cbv zeta. cbn [SparseMessage_epoch SparseMessage_payload].
  now rewrite Z.ltb_irrefl, Z.eqb_refl.
Qed.

(** * One state after the other *)

Definition keys_sampled (state : Braid) : Prop := exists s, state = Braid_KeysSampled s.
Definition header_sent (state : Braid) : Prop := exists s, state = Braid_HeaderSent s.
Definition ct1_received (state : Braid) : Prop := exists s, state = Braid_Ct1Received s.
Definition ek_sent (state : Braid) : Prop := exists s, state = Braid_EkSentCt1Received s.
Definition has_header_or_more (state : Braid) : Prop := forall s, state <> Braid_NoHeaderReceived s.
Definition ct1_acknowledged (state : Braid) : Prop :=
  (exists s, state = Braid_Ct1Acknowledged s) \/ exists s, state = Braid_Ct2Sampled s.
Definition ct2_sampled (state : Braid) : Prop := exists s, state = Braid_Ct2Sampled s.

Section Epoch.
Context (e : Z) (e_not_last : e <> LAST_EPOCH).

(** Taking apart which phase it is. *)
Ltac phases H :=
  destruct H as (e' & auth & past & He & Hauth & Hpast & H);
  destruct H as [Hs Hc _ _ _ _|enc Hseed Hs Henc Hc _ _ _ _
    |half secret renewed ct2 Hseed Hgood Hs Hc Hboth _ _ _ _
    |renewed m enc secret Hlast Hr Hm Hs Hc Henc _ _ _ _].

(** A key side without a key pair makes one when it sends. *)
Lemma a_key_pair_is_made key ciphertext s :
  in_step key ciphertext -> key.(Party_state) = Braid_KeysUnsampled s -> braid_epoch key.(Party_state) = e ->
  leads_to key ciphertext (fun k _ => keys_sampled k /\ braid_epoch k = e).
Proof.
  intros H Hstate Hepoch. destruct some_random as (random & Hrandom).
  pose proof (key_sends key ciphertext random H Hrandom) as Hs. apply yields_value in Hs as (answer & E & Hs).
  destruct answer as [((next, payload), output)|error]; [|contradiction Hs]. specialize (Hs 0).
  eexists. eexists. split.
  - eapply first_goes_on; [apply stays|]. eapply (sends _ _ random 0); [exact Hrandom| |exact E].
    unfold encapsulates_well. now rewrite Hstate.
  - split; [exact Hs|]. cbn [after_send Party_state]. rewrite Hstate in E, Hepoch. cbn [braid_send] in E.
    unfold send_keys_unsampled in E. cbv zeta in E.
    destruct (encoder_of _); cbn [bind] in E; [|discriminate E].
    destruct (next_chunk _) as [(encoder, c)|]; cbn [bind] in E; [|discriminate E].
    injection E as <- <- <-. split; [eexists; reflexivity|exact Hepoch].
Qed.

(** The key side sends the header until it has arrived. *)
Lemma the_header_arrives key ciphertext :
  in_step key ciphertext -> keys_sampled key.(Party_state) -> braid_epoch key.(Party_state) = e ->
  leads_to key ciphertext (fun k c => keys_sampled k /\ braid_epoch k = e /\ has_header_or_more c).
Proof.
  intros H (s & Hstate) Hepoch. pose proof H as Hin. destruct some_random as (random & Hrandom). phases H.
  - congruence.
  - rewrite Hs in Hepoch. cbn in Hepoch. subst e'.
    inversion Hc as [d Hd E|d Hd E].
    + destruct (header_part_is_a_part e auth _ Hauth Hseed) as (Hp & _).
      destruct (part_arrives downward exchanges_downward (header_part e auth key.(Party_seed)) Hp e e_not_last
        (fun enc => Braid_KeysSampled
           (mk_KeysSampled e auth (vector key.(Party_seed)) (dk key.(Party_seed)) enc))
        (fun d => Braid_NoHeaderReceived (mk_NoHeaderReceived e auth d)) Payload_Hdr random Hrandom
        has_header_or_more) with (speaker := key) (hearer := ciphertext) (encoder := enc) (d := d)
        as (k & c & enc' & Hcont & (Hstep & _) & Hk & Hdone); auto.
      * discriminate.
      * intros encoder encoder' c Ec. cbn [braid_send]. unfold send_keys_sampled.
        cbn [KeysSampled_header_encoder]. rewrite Ec. reflexivity.
      * intros d0 c d' Ed Eo. rewrite receives_now by reflexivity.
        cbn [receive_same_epoch in_no_header_received]. unfold receive_header.
        cbn [NoHeaderReceived_header_decoder]. rewrite Ed. cbn [bind]. rewrite Eo. reflexivity.
      * intros d0 c d' next output Ed Eo. rewrite receives_now by reflexivity.
        cbn [receive_same_epoch in_no_header_received]. unfold receive_header.
        cbn [NoHeaderReceived_header_decoder NoHeaderReceived_epoch NoHeaderReceived_auth].
        rewrite Ed. cbn [bind]. rewrite Eo. cbn [bind]. rewrite header_is_accepted by assumption.
        cbn [bind quietly]. intros [= <- <-] s'. discriminate.
      * split; [exact Hin|]. rewrite Hs. exact I.
      * exists k, c. split; [exact Hcont|]. split; [exact Hstep|]. rewrite Hk.
        split; [eexists; reflexivity|]. split; [reflexivity|exact Hdone].
    + apply leads_nowhere; [exact Hin|]. rewrite Hs, <- E.
      split; [eexists; reflexivity|]. split; [reflexivity|]. intros s'. discriminate.
  - apply leads_nowhere; [exact Hin|]. split; [now exists s|]. split; [exact Hepoch|].
    intros s'. destruct Hc; discriminate.
  - rewrite Hs in Hstate. discriminate Hstate.
Qed.

(** A ciphertext side with the header encapsulates when it sends. *)
Lemma the_encapsulation_is_made key ciphertext :
  in_step key ciphertext ->
  keys_sampled key.(Party_state) /\ braid_epoch key.(Party_state) = e /\
    has_header_or_more ciphertext.(Party_state) ->
  leads_to key ciphertext (fun k c => keys_sampled k /\ braid_epoch k = e /\ has_epoch_secret c = true).
Proof.
  intros H ((s & Hstate) & Hepoch & Hmore). pose proof H as Hin. phases H.
  - congruence.
  - rewrite Hs in Hepoch. cbn in Hepoch. subst e'.
    inversion Hc as [d Hd E|d Hd E]; [now contradiction (Hmore _ (eq_sym E))|].
    destruct (random_for _ Hseed) as (random & Hrandom & Hrec).
    assert (Hwell : encapsulates_well ciphertext key random) by (unfold encapsulates_well; now rewrite <- E).
    pose proof (ciphertext_sends key ciphertext random Hin Hrandom Hwell) as Hsend.
    apply yields_value in Hsend as (answer & Ea & Hsend).
    destruct answer as [((next, payload), output)|error]; [|contradiction Hsend]. specialize (Hsend 0).
    eexists. eexists. split.
    + eapply second_goes_on; [apply stays|]. exact (sends _ _ random 0 next payload output Hrandom Hwell Ea).
    + split; [exact Hsend|]. cbn [after_send Party_state]. rewrite Hs.
      split; [eexists; reflexivity|]. split; [reflexivity|].
      rewrite <- E in Ea. cbn [braid_send] in Ea. unfold send_header_received in Ea.
      destruct (lift_half _); [|discriminate Ea].
      destruct (ratchet_sparse_authenticator.epoch_secret _ _); cbn [bind] in Ea; [|discriminate Ea].
      destruct (encoder_of _); cbn [bind] in Ea; [|discriminate Ea].
      destruct (next_chunk _) as [(encoder, c)|]; cbn [bind] in Ea; [|discriminate Ea].
      cbv zeta in Ea.
      destruct (ratchet_sparse_authenticator.authenticator_update _ _ _);
        cbn [bind] in Ea; [|discriminate Ea].
      injection Ea as <- <- <-. reflexivity.
  - apply leads_nowhere; [exact Hin|]. split; [now exists s|]. split; [exact Hepoch|]. now destruct Hc.
  - rewrite Hs in Hstate. discriminate Hstate.
Qed.

(** While the key side has not the first half, the ciphertext side sends it. *)
Lemma ct1_is_sent half renewed ct2 seed state random :
  part half.(primitives_mlkem_incremental.FirstHalf_ciphertext1) ->
  ciphertext_state e seed half renewed ct2 state -> ~ ct1_acknowledged state ->
  exists next c, braid_send state random = Ret (Ok (next, Payload_Ct1 c, None)).
Proof.
  intros Hp Hc Hno. destruct Hc as [enc d Henc Hd|enc Henc|d Hd|enc Henc].
  - pose proof (next_chunk_of_part _ enc Hp Henc) as Hn. apply yields_value in Hn as ((enc', c) & Ec & _).
    cbn [braid_send]. unfold send_ct1_sampled. cbn [Ct1Sampled_ct1_encoder]. rewrite Ec. cbn [bind]. eauto.
  - pose proof (next_chunk_of_part _ enc Hp Henc) as Hn. apply yields_value in Hn as ((enc', c) & Ec & _).
    cbn [braid_send]. unfold send_ek_received_ct1_sampled. cbn [EkReceivedCt1Sampled_ct1_encoder].
    rewrite Ec. cbn [bind]. eauto.
  - contradiction Hno. left. eauto.
  - contradiction Hno. right. eauto.
Qed.

(** Only a key side that has the first half has acknowledged it. *)
Lemma not_acknowledged key ciphertext :
  consistent key ciphertext -> ~ has_ct1 key -> ~ ct1_acknowledged ciphertext.
Proof.
  intros Hboth Hno [(s & ->)|(s & ->)]; cbn in Hboth.
  - destruct Hboth as (s' & ->). now apply Hno.
  - contradiction.
Qed.

(** The epochs of the two sides, while they are in the middle of one. *)
Lemma epochs_in_the_middle half renewed ct2 seed auth key ciphertext :
  key_state e auth seed half renewed ct2 key -> ciphertext_state e seed half renewed ct2 ciphertext ->
  braid_epoch key = e /\ braid_epoch ciphertext = e.
Proof. intros Hs Hc. split; [now destruct Hs|now destruct Hc]. Qed.

(** A first chunk of the first half tells the key side that the header has arrived. *)
Lemma the_first_half_begins key ciphertext :
  in_step key ciphertext ->
  keys_sampled key.(Party_state) /\ braid_epoch key.(Party_state) = e /\
    has_epoch_secret ciphertext.(Party_state) = true ->
  leads_to key ciphertext (fun k _ => header_sent k /\ braid_epoch k = e).
Proof.
  intros H ((s & Hstate) & Hepoch & Hsecret). pose proof H as Hin. destruct some_random as (random & Hrandom).
  phases H.
  - congruence.
  - destruct Hc; discriminate Hsecret.
  - assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
    destruct (ct1_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
    destruct (ct1_is_sent half renewed ct2 _ _ random Hp Hc) as (next & c & E).
    { apply (not_acknowledged _ _ Hboth). rewrite Hstate. auto. }
    destruct (epochs_in_the_middle _ _ _ _ _ _ _ Hs Hc) as (Hke & Hce).
    destruct (exchanges_upward ciphertext key random next (Payload_Ct1 c) None Hin Hrandom)
      as (next' & output' & c' & k' & E' & _ & Hk' & Hcont & Hstep); auto.
    + unfold encapsulates_well. destruct Hc; exact I.
    + now rewrite Hke.
    + intros Hkey. now contradiction (ciphertext_is_not_key _ _ Hin).
    + exists k', c'. split; [now apply continues_swapped|]. split; [exact Hstep|]. rewrite Hk'.
      rewrite Hce, receives_now in E' by exact Hke. rewrite Hstate in E', Hke.
      cbn [receive_same_epoch in_keys_sampled] in E'. unfold receive_ct1_first in E'.
      destruct (encoder_of _); cbn [bind] in E'; [|discriminate E'].
      destruct (add_chunk _ _); cbn [bind] in E'; [|discriminate E'].
      injection E' as <- <-. split; [eexists; reflexivity|exact Hke].
  - rewrite Hs in Hstate. discriminate Hstate.
Qed.

(** The ciphertext side sends the first half until it has arrived. *)
Lemma the_first_half_arrives key ciphertext :
  in_step key ciphertext -> header_sent key.(Party_state) /\ braid_epoch key.(Party_state) = e ->
  leads_to key ciphertext (fun k _ => ct1_received k /\ braid_epoch k = e).
Proof.
  intros H ((s & Hstate) & Hepoch). pose proof H as Hin. destruct some_random as (random & Hrandom).
  phases H; [congruence|congruence| |rewrite Hs in Hstate; discriminate Hstate].
  assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
  destruct (ct1_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
  assert (Hno : ~ ct1_acknowledged ciphertext.(Party_state)).
  { apply (not_acknowledged _ _ Hboth). rewrite Hstate. auto. }
  rewrite Hstate in Hs. inversion Hs as [|enc d Henc Hd E| |]. clear Hs. subst s.
  set (ct1 := half.(primitives_mlkem_incremental.FirstHalf_ciphertext1)) in *.
  assert (Htransfer : forall speaks enc1,
    ciphertext.(Party_state) = speaks enc1 -> encodes ct1 enc1 ->
    (forall encoder, braid_epoch (speaks encoder) = e) ->
    (forall encoder x, speaks encoder <> Braid_HeaderReceived x) ->
    (forall encoder, ~ is_key (speaks encoder)) ->
    (forall encoder encoder' c, next_chunk encoder = Ret (encoder', c) ->
      braid_send (speaks encoder) random = Ret (Ok (speaks encoder', Payload_Ct1 c, None))) ->
    leads_to key ciphertext (fun k _ => ct1_received k /\ braid_epoch k = e)).
  { intros speaks enc1 Es Henc1 Hse Hsx Hsk Hsend.
    destruct (part_arrives upward exchanges_upward ct1 Hp e e_not_last speaks
      (fun d => Braid_HeaderSent (mk_HeaderSent e auth (dk key.(Party_seed)) enc d)) Payload_Ct1 random
      Hrandom (fun k => ct1_received k /\ braid_epoch k = e))
      with (speaker := ciphertext) (hearer := key) (encoder := enc1) (d := d)
      as (c & k & enc' & Hcont & Hstep & _ & Hdone); auto.
    - intros x y Hx. now contradiction (Hsk x).
    - intros d0 c d' Ed Eo. rewrite receives_now by reflexivity.
      cbn [receive_same_epoch in_header_sent]. unfold receive_ct1.
      cbn [HeaderSent_ct1_decoder]. rewrite Ed. cbn [bind]. rewrite Eo. reflexivity.
    - intros d0 c d' next output Ed Eo. rewrite receives_now by reflexivity.
      cbn [receive_same_epoch in_header_sent]. unfold receive_ct1.
      cbn [HeaderSent_ct1_decoder]. rewrite Ed. cbn [bind]. rewrite Eo. cbn [bind].
      intros [= <- <-]. split; [eexists; reflexivity|reflexivity].
    - exists k, c. split; [now apply continues_swapped|]. split; [exact Hstep|exact Hdone]. }
  inversion Hc as [enc1 d1 Henc1 Hd1 E|enc1 Henc1 E|d1 Hd1 E|enc1 Henc1 E].
  - apply (Htransfer (fun enc1 => Braid_Ct1Sampled (mk_Ct1Sampled e renewed (header key.(Party_seed))
      half.(primitives_mlkem_incremental.FirstHalf_state) ct1 enc1 d1)) enc1); auto.
    + discriminate.
    + intros encoder encoder' c Ec. cbn [braid_send]. unfold send_ct1_sampled.
      cbn [Ct1Sampled_ct1_encoder]. rewrite Ec. reflexivity.
  - apply (Htransfer (fun enc1 => Braid_EkReceivedCt1Sampled (mk_EkReceivedCt1Sampled e renewed
      half.(primitives_mlkem_incremental.FirstHalf_state) (vector key.(Party_seed)) ct1 enc1)) enc1); auto.
    + discriminate.
    + intros encoder encoder' c Ec. cbn [braid_send]. unfold send_ek_received_ct1_sampled.
      cbn [EkReceivedCt1Sampled_ct1_encoder]. rewrite Ec. reflexivity.
  - contradiction Hno. left. eauto.
  - contradiction Hno. right. eauto.
Qed.

(** What comes out of the second encapsulation. *)
Lemma encapsulate_gives epoch auth es ek ct1 next :
  encapsulate epoch auth es ek ct1 = Ret (Ok next) -> ct2_sampled next.
Proof.
  unfold encapsulate. destruct (lift_ciphertext _); [|discriminate]. cbv zeta.
  destruct (encoder_of _); cbn [bind]; [|discriminate]. intros [= <-]. eexists. reflexivity.
Qed.

(** What an acknowledgement leads to. *)
Lemma acknowledged_ek_gives s c next :
  receive_acknowledged_ek s c = Ret (Ok next) -> ct1_acknowledged next.
Proof.
  unfold receive_acknowledged_ek. destruct (add_chunk _ _); cbn [bind]; [|discriminate].
  destruct (decoded _) as [[found|]|]; cbn [bind]; [| |discriminate].
  - destruct (matched _ _); [|discriminate]. intros E. right. exact (encapsulate_gives _ _ _ _ _ _ E).
  - intros [= <-]. left. eexists. reflexivity.
Qed.

(** What is given quietly. *)
Lemma given_quietly (m : M (result Braid SparseError)) next output :
  bind m (fun r => Ret (quietly r)) = Ret (Ok (next, output)) -> m = Ret (Ok next).
Proof.
  destruct m as [[braid|error]|]; cbn [bind quietly]; [|discriminate|discriminate]. now intros [= <- _].
Qed.

(** One message tells the ciphertext side that the first half has arrived. *)
Lemma the_first_half_is_acknowledged key ciphertext :
  in_step key ciphertext -> ct1_received key.(Party_state) /\ braid_epoch key.(Party_state) = e ->
  leads_to key ciphertext (fun k c => ct1_received k /\ braid_epoch k = e /\ ct1_acknowledged c).
Proof.
  intros H ((s & Hstate) & Hepoch). pose proof H as Hin. destruct some_random as (random & Hrandom).
  phases H; [congruence|congruence| |rewrite Hs in Hstate; discriminate Hstate].
  assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
  destruct (epochs_in_the_middle _ _ _ _ _ _ _ Hs Hc) as (Hke & Hce).
  destruct (vector_is_a_part _ Hseed) as (Hvp & _).
  rewrite Hstate in Hs. inversion Hs as [| |enc Henc E|]. clear Hs. subst s.
  pose proof (next_chunk_of_part _ enc Hvp Henc) as Hn.
  apply yields_value in Hn as ((enc', c) & Ec & _ & Hchunk).
  cbn [snd] in Hchunk.
  set (next := Braid_Ct1Received (mk_Ct1Received e auth (dk key.(Party_seed))
    half.(primitives_mlkem_incremental.FirstHalf_ciphertext1) enc')).
  assert (E : braid_send key.(Party_state) random = Ret (Ok (next, Payload_EkCt1Ack c, None))).
  { rewrite Hstate. cbn [braid_send]. unfold send_ct1_received. cbn [Ct1Received_ek_encoder].
    rewrite Ec. reflexivity. }
  destruct (exchanges_downward key ciphertext random next (Payload_EkCt1Ack c) None)
    as (next' & output' & k' & c' & E' & Hk' & Hc' & Hcont & Hstep & _); auto.
  - split; [exact Hin|]. now rewrite Hstate.
  - unfold encapsulates_well. now rewrite Hstate.
  - now rewrite Hce.
  - intros _. exact I.
  - exists k', c'. split; [exact Hcont|]. split; [exact Hstep|]. rewrite Hk', Hc'.
    split; [eexists; reflexivity|]. split; [reflexivity|].
    rewrite Hke, receives_now in E' by exact Hce.
    destruct Hc as [enc1 d1 Henc1 Hd1|enc1 Henc1|d1 Hd1|enc1 Henc1];
      cbn [receive_same_epoch in_ct1_sampled in_ek_received_ct1_sampled in_ct1_acknowledged] in E'.
    + apply given_quietly in E'. exact (acknowledged_ek_gives _ _ _ E').
    + apply given_quietly in E'. right. exact (encapsulate_gives _ _ _ _ _ _ E').
    + apply given_quietly in E'. exact (acknowledged_ek_gives _ _ _ E').
    + injection E' as <- <-. right. eexists. reflexivity.
Qed.

(** The key side sends the vector until it has arrived. *)
Lemma the_vector_arrives key ciphertext :
  in_step key ciphertext ->
  ct1_received key.(Party_state) /\ braid_epoch key.(Party_state) = e /\
    ct1_acknowledged ciphertext.(Party_state) ->
  leads_to key ciphertext (fun k c => ct1_received k /\ braid_epoch k = e /\ ct2_sampled c).
Proof.
  intros H ((s & Hstate) & Hepoch & Hack). pose proof H as Hin. destruct some_random as (random & Hrandom).
  phases H; [congruence|congruence| |rewrite Hs in Hstate; discriminate Hstate].
  assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
  destruct Hack as [(s' & Es')|Hdone].
  2: { apply leads_nowhere; [exact Hin|]. split; [now exists s|]. split; [exact Hepoch|exact Hdone]. }
  destruct (vector_is_a_part _ Hseed) as (Hvp & _).
  rewrite Hstate in Hs. inversion Hs as [| |enc Henc E|]. clear Hs. subst s.
  rewrite Es' in Hc. inversion Hc as [| |d Hd E|]. clear Hc. subst s'.
  set (ct1 := half.(primitives_mlkem_incremental.FirstHalf_ciphertext1)) in *.
  set (es := half.(primitives_mlkem_incremental.FirstHalf_state)) in *.
  destruct (part_arrives downward exchanges_downward (vector key.(Party_seed)) Hvp e e_not_last
    (fun enc => Braid_Ct1Received (mk_Ct1Received e auth (dk key.(Party_seed)) ct1 enc))
    (fun d => Braid_Ct1Acknowledged (mk_Ct1Acknowledged e renewed (header key.(Party_seed)) es ct1 d))
    Payload_EkCt1Ack random Hrandom ct2_sampled)
    with (speaker := key) (hearer := ciphertext) (encoder := enc) (d := d)
    as (k & c & enc' & Hcont & (Hstep & _) & Hk & Hdone); auto.
  - discriminate.
  - intros encoder encoder' c Ec. cbn [braid_send]. unfold send_ct1_received.
    cbn [Ct1Received_ek_encoder]. rewrite Ec. reflexivity.
  - intros d0 c d' Ed Eo. rewrite receives_now by reflexivity.
    cbn [receive_same_epoch in_ct1_acknowledged]. unfold receive_acknowledged_ek.
    cbn [Ct1Acknowledged_ek_decoder]. rewrite Ed. cbn [bind]. rewrite Eo. reflexivity.
  - intros d0 c d' next output Ed Eo. rewrite receives_now by reflexivity.
    cbn [receive_same_epoch in_ct1_acknowledged]. intros E. apply given_quietly in E.
    unfold receive_acknowledged_ek in E. cbn [Ct1Acknowledged_ek_decoder] in E.
    rewrite Ed in E. cbn [bind] in E. rewrite Eo in E. cbn [bind] in E.
    destruct (matched _ _); [|discriminate E]. exact (encapsulate_gives _ _ _ _ _ _ E).
  - split; [exact Hin|]. now rewrite Hstate.
  - exists k, c. split; [exact Hcont|]. split; [exact Hstep|]. rewrite Hk.
    split; [eexists; reflexivity|]. split; [reflexivity|exact Hdone].
Qed.

(** A first chunk of the second half tells the key side that the vector has arrived. *)
Lemma the_second_half_begins key ciphertext :
  in_step key ciphertext ->
  ct1_received key.(Party_state) /\ braid_epoch key.(Party_state) = e /\
    ct2_sampled ciphertext.(Party_state) ->
  leads_to key ciphertext (fun k _ => ek_sent k /\ braid_epoch k = e).
Proof.
  intros H ((s & Hstate) & Hepoch & (s' & Es')). pose proof H as Hin.
  destruct some_random as (random & Hrandom).
  phases H; [congruence|congruence| |rewrite Hs in Hstate; discriminate Hstate].
  assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
  destruct (epochs_in_the_middle _ _ _ _ _ _ _ Hs Hc) as (Hke & Hce).
  destruct (ct2_part_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
  rewrite Es' in Hc. inversion Hc as [| | |enc Henc E]. clear Hc. subst s'.
  pose proof (next_chunk_of_part _ enc Hp Henc) as Hn. apply yields_value in Hn as ((enc', c) & Ec & _).
  assert (E : braid_send ciphertext.(Party_state) random
    = Ret (Ok (Braid_Ct2Sampled (mk_Ct2Sampled e renewed enc'), Payload_Ct2 c, None))).
  { rewrite Es'. cbn [braid_send]. unfold send_ct2_sampled. cbn [Ct2Sampled_ct2_encoder].
    rewrite Ec. reflexivity. }
  destruct (exchanges_upward ciphertext key random (Braid_Ct2Sampled (mk_Ct2Sampled e renewed enc'))
    (Payload_Ct2 c) None Hin Hrandom)
    as (next' & output' & c' & k' & E' & _ & Hk' & Hcont & Hstep); [| |exact E| |].
  - unfold encapsulates_well. now rewrite Es'.
  - now rewrite Hke.
  - intros Hkey. now contradiction (ciphertext_is_not_key _ _ Hin).
  - exists k', c'. split; [now apply continues_swapped|]. split; [exact Hstep|]. rewrite Hk'.
    rewrite Hce, receives_now in E' by exact Hke. rewrite Hstate in E', Hke.
    cbn [receive_same_epoch in_ct1_received] in E'. unfold receive_ct2_first in E'.
    destruct (add_chunk _ _); cbn [bind] in E'; [|discriminate E'].
    injection E' as <- <-. split; [eexists; reflexivity|exact Hke].
Qed.

(** The ciphertext side sends the second half until it has arrived. *)
Lemma the_second_half_arrives key ciphertext :
  in_step key ciphertext -> ek_sent key.(Party_state) /\ braid_epoch key.(Party_state) = e ->
  leads_to key ciphertext (fun k _ => ~ is_key k /\ braid_epoch k = e + 1).
Proof.
  intros H ((s & Hstate) & Hepoch). pose proof H as Hin. destruct some_random as (random & Hrandom).
  phases H; [congruence|congruence| |rewrite Hs in Hstate; discriminate Hstate].
  assert (e' = e) by (destruct Hs; exact Hepoch). subst e'.
  destruct (ct2_part_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
  rewrite Hstate in Hs, Hboth. inversion Hs as [| | |d Hd E]. clear Hs.
  inversion Hc as [enc1 d1 Henc1 Hd1 Ec|enc1 Henc1 Ec|d1 Hd1 Ec|enc Henc Ec];
    rewrite <- Ec in Hboth; cbn [consistent] in Hboth;
    [now contradiction (Hboth s)|now contradiction (Hboth s)|destruct Hboth as (x & Ex); discriminate Ex|].
  subst s.
  destruct (part_arrives upward exchanges_upward (ct2_part e half renewed ct2) Hp e e_not_last
    (fun enc => Braid_Ct2Sampled (mk_Ct2Sampled e renewed enc))
    (fun d => Braid_EkSentCt1Received (mk_EkSentCt1Received e auth (dk key.(Party_seed))
       half.(primitives_mlkem_incremental.FirstHalf_ciphertext1) d)) Payload_Ct2 random Hrandom
    (fun k => ~ is_key k /\ braid_epoch k = e + 1))
    with (speaker := ciphertext) (hearer := key) (encoder := enc) (d := d)
    as (c & k & enc' & Hcont & Hstep & _ & Hdone); auto.
  - discriminate.
  - intros encoder encoder' c Een. cbn [braid_send]. unfold send_ct2_sampled.
    cbn [Ct2Sampled_ct2_encoder]. rewrite Een. reflexivity.
  - intros d0 c d' Ed Eo. rewrite receives_now by reflexivity.
    cbn [receive_same_epoch]. unfold receive_ct2. cbn [EkSentCt1Received_ct2_decoder].
    rewrite Ed. cbn [bind]. rewrite Eo. reflexivity.
  - intros d0 c d' next output Ed Eo. rewrite receives_now by reflexivity.
    cbn [receive_same_epoch]. unfold receive_ct2. cbn [EkSentCt1Received_ct2_decoder
      EkSentCt1Received_epoch EkSentCt1Received_auth EkSentCt1Received_dk EkSentCt1Received_ct1].
    rewrite Ed. cbn [bind]. rewrite Eo. cbn [bind].
    rewrite (ciphertext_is_opened e auth _ half secret renewed ct2 Hgood He).
    destruct (Z.eqb_spec e LAST_EPOCH); [contradiction|].
    intros [= <- <-]. split; [intros []|reflexivity].
  - exists k, c. split; [now apply continues_swapped|]. split; [exact Hstep|exact Hdone].
Qed.
End Epoch.

(** * One epoch after the other *)

(** Once the key side is in the next epoch, so is the ciphertext side after one message; it is the key side
    of that epoch. *)
Lemma the_roles_are_swapped key ciphertext e :
  in_step key ciphertext -> ~ is_key key.(Party_state) -> braid_epoch key.(Party_state) = e + 1 ->
  exists key' ciphertext',
    continues key ciphertext key' ciphertext' /\ in_step ciphertext' key' /\
    (exists s, ciphertext'.(Party_state) = Braid_KeysUnsampled s) /\
    braid_epoch ciphertext'.(Party_state) = e + 1 /\ braid_epoch key'.(Party_state) = e + 1.
Proof.
  intros H Hno Hepoch. pose proof H as Hin. destruct some_random as (random & Hrandom).
  destruct H as (e' & auth & past & He & Hauth & Hpast & H).
  destruct H as [Hs _ _ _ _ _|enc _ Hs _ _ _ _ _ _|half secret renewed ct2 _ _ Hs _ _ _ _ _ _
    |renewed m enc secret Hlast Hr Hm Hs Hc Henc _ _ _ _].
  - contradiction Hno. now rewrite Hs.
  - contradiction Hno. now rewrite Hs.
  - contradiction Hno. now destruct Hs.
  - assert (e' = e) by (rewrite Hs in Hepoch; cbn in Hepoch; lia). subst e'.
    assert (E : braid_send key.(Party_state) random = Ret (Ok (key.(Party_state), Payload_None, None)))
      by now rewrite Hs.
    assert (Hwell : encapsulates_well key ciphertext random) by (unfold encapsulates_well; now rewrite Hs).
    pose proof (key_sends key ciphertext random Hin Hrandom) as Hsend. rewrite E in Hsend.
    specialize (Hsend 0).
    set (key' := after_send key random 0 key.(Party_state) Payload_None None) in *.
    set (message := mk_SparseMessage (braid_epoch (Party_state key)) 0 Payload_None).
    assert (Hmessage : In message key'.(Party_sent)) by now left.
    pose proof (ciphertext_receives key' ciphertext message Hsend Hmessage) as Hreceive.
    assert (Er : braid_receive ciphertext.(Party_state) message
      = Ret (Ok (Braid_KeysUnsampled (mk_KeysUnsampled (e + 1) renewed), None))).
    { unfold message. rewrite Hepoch, Hc. unfold braid_receive. cbv zeta.
      cbn [braid_epoch Ct2Sampled_epoch SparseMessage_epoch].
      replace (e + 1 <? e) with false by lia. replace (e + 1 =? e) with false by lia.
      cbn [receive_later_epoch Ct2Sampled_epoch Ct2Sampled_auth]. unfold checked_sub.
      rewrite checked_ret by lia. cbn [bind]. replace (e + 1 - e =? 1) with true by lia. reflexivity. }
    rewrite Er in Hreceive. cbn [yields receives_well] in Hreceive.
    exists key', (after_receive ciphertext (Braid_KeysUnsampled (mk_KeysUnsampled (e + 1) renewed)) None).
    split; [|split; [|split; [eexists; reflexivity|split; [reflexivity|exact Hepoch]]]].
    + eapply second_goes_on; [eapply first_goes_on; [apply stays|]|].
      * exact (sends key ciphertext random 0 _ _ _ Hrandom Hwell E).
      * exact (receives ciphertext key' message _ _ Hmessage Er).
    + destruct Hreceive as [Hreceive|Hreceive]; [|exact Hreceive].
      contradiction (ciphertext_is_not_key _ _ Hreceive). exact I.
Qed.

(** From any state of an epoch the next one is reached. *)
Lemma the_next_epoch_is_reached key ciphertext e :
  e <> LAST_EPOCH -> in_step key ciphertext -> braid_epoch ciphertext.(Party_state) = e ->
  exists key' ciphertext',
    continues key ciphertext key' ciphertext' /\ in_step ciphertext' key' /\
    braid_epoch ciphertext'.(Party_state) = e + 1 /\ braid_epoch key'.(Party_state) = e + 1.
Proof.
  intros Hlast H Hepoch.
  assert (Hopened : leads_to key ciphertext (fun k _ => ~ is_key k /\ braid_epoch k = e + 1)).
  { assert (H9 : forall k c, in_step k c -> ek_sent k.(Party_state) /\ braid_epoch k.(Party_state) = e ->
      leads_to k c (fun k _ => ~ is_key k /\ braid_epoch k = e + 1))
      by (intros k c; now apply the_second_half_arrives).
    assert (H6 : forall k c, in_step k c -> ct1_received k.(Party_state) /\ braid_epoch k.(Party_state) = e ->
      leads_to k c (fun k _ => ~ is_key k /\ braid_epoch k = e + 1)).
    { intros k c Hk Hq.
      eapply leads_further; [exact (the_first_half_is_acknowledged e Hlast k c Hk Hq)|clear k c Hk Hq].
      intros k c Hk Hq. eapply leads_further; [exact (the_vector_arrives e Hlast k c Hk Hq)|clear k c Hk Hq].
      intros k c Hk Hq. eapply leads_further; [exact (the_second_half_begins e Hlast k c Hk Hq)|exact H9]. }
    assert (H5 : forall k c, in_step k c -> header_sent k.(Party_state) /\ braid_epoch k.(Party_state) = e ->
      leads_to k c (fun k _ => ~ is_key k /\ braid_epoch k = e + 1)).
    { intros k c Hk Hq. eapply leads_further; [exact (the_first_half_arrives e Hlast k c Hk Hq)|exact H6]. }
    assert (H2 : forall k c, in_step k c -> keys_sampled k.(Party_state) /\ braid_epoch k.(Party_state) = e ->
      leads_to k c (fun k _ => ~ is_key k /\ braid_epoch k = e + 1)).
    { intros k c Hk (Hq & Hq').
      eapply leads_further; [exact (the_header_arrives e Hlast k c Hk Hq Hq')|clear k c Hk Hq Hq'].
      intros k c Hk Hq.
      eapply leads_further; [exact (the_encapsulation_is_made e k c Hk Hq)|clear k c Hk Hq].
      intros k c Hk Hq. eapply leads_further; [exact (the_first_half_begins e Hlast k c Hk Hq)|exact H5]. }
    pose proof H as (e' & auth & past & He & Hauth & Hpast & Htied).
    destruct Htied as [Hs Hc _ _ _ _|enc _ Hs _ Hc _ _ _ _|half secret renewed ct2 _ _ Hs Hc _ _ _ _ _
      |renewed m enc secret _ _ _ Hs Hc _ _ _ _ _].
    - assert (e' = e) by (rewrite Hc in Hepoch; exact Hepoch). subst e'.
      apply (leads_further _ _ (fun k _ => keys_sampled k /\ braid_epoch k = e)); [|exact H2].
      eapply a_key_pair_is_made; [exact H|exact Hs|now rewrite Hs].
    - assert (e' = e) by (destruct Hc; exact Hepoch). subst e'.
      apply H2; [exact H|]. rewrite Hs. split; [eexists; reflexivity|reflexivity].
    - assert (e' = e) by (destruct Hc; exact Hepoch). subst e'.
      inversion Hs as [enc Henc E|enc d Henc Hd E|enc Henc E|d Hd E].
      + apply H2; [exact H|]. rewrite <- E. split; [eexists; reflexivity|reflexivity].
      + apply H5; [exact H|]. rewrite <- E. split; [eexists; reflexivity|reflexivity].
      + apply H6; [exact H|]. rewrite <- E. split; [eexists; reflexivity|reflexivity].
      + apply H9; [exact H|]. rewrite <- E. split; [eexists; reflexivity|reflexivity].
    - apply leads_nowhere; [exact H|]. rewrite Hc in Hepoch. cbn in Hepoch. rewrite Hs.
      split; [intros []|]. cbn [braid_epoch no_header_received NoHeaderReceived_epoch]. now rewrite Hepoch. }
  destruct Hopened as (k & c & Hcont & Hstep & Hno & Hk).
  destruct (the_roles_are_swapped k c e Hstep Hno Hk) as (k' & c' & Hcont' & Hstep' & _ & Hce & Hke).
  exists k', c'. split; [exact (continues_further _ _ _ _ _ _ Hcont Hcont')|auto].
Qed.
End Progress.
