(** Receiving what the peer sent keeps the two sides of the braid in step, and fails only in the last epoch.
    *)
From Twinratchet Require Import Prelude Modular theorems.Lib theorems.Laws theorems.lib.Walk.
From Twinratchet.theorems.safety Require Import ratchet_sparse_authenticator ratchet_sparse_braid_states.
From Twinratchet.theorems.erasure Require Import Encoding.
From Twinratchet.theorems.braid Require Import Parts Run Sending.
From Twinratchet.generated Require Import keys_types ratchet_sparse_types ratchet_sparse_message.
From Twinratchet.generated Require Import ratchet_sparse_braid_states ratchet_sparse_braid_receive.
From Twinratchet.generated Require Import ratchet_sparse_authenticator.
From Twinratchet.generated Require Import primitives_mlkem_incremental primitives.
From Twinratchet.generated Require ratchet_sparse_erasure.

Section Receiving.
Context {P : Primitives} {T : Typed P}.

(** The receive succeeds, and what is given holds of the state and the output; it fails in the last epoch
    alone. *)
Definition receives_well (state : Braid) (Q : Braid -> option EpochOutput -> Prop)
    (answer : result (Braid * option EpochOutput) SparseError) : Prop :=
  match answer with
  | Ok (next, output) => Q next output
  | Err _ => braid_epoch state = LAST_EPOCH
  end.

(** A message of an epoch up to [e] is ignored, or it is of the epoch and has the payload of one. *)
Lemma receives_at_most state e (carries : Payload -> Prop) message (Q : Braid -> option EpochOutput -> Prop) :
  braid_epoch state = e -> at_most e carries message -> Q state None ->
  (carries message.(SparseMessage_payload) ->
   yields (receive_same_epoch state message.(SparseMessage_payload)) (receives_well state Q)) ->
  yields (braid_receive state message) (receives_well state Q).
Proof.
  intros <- H Hsame Hreceive. unfold braid_receive. cbv zeta. destruct H as [H|(H & Hc)].
  - replace (message.(SparseMessage_epoch) <? braid_epoch state) with true by lia. exact Hsame.
  - rewrite H, Z.ltb_irrefl, Z.eqb_refl. auto.
Qed.

(** The content and the MAC of what is sent with a MAC. *)
Lemma content_of_with_mac n content digest :
  0 <= n -> typed_array (typed_int 8) n content -> Sha256Digest_typed digest ->
  seq_slice (with_mac content digest) 0 n = Ret content /\
  seq_slice (with_mac content digest) n 32 = Ret digest.
Proof.
  intros Hn (Hc & _) (Hd & _). unfold with_mac.
  rewrite !seq_slice_ret by (rewrite ?seq_len_concat; lia). unfold seq_concat, seq_len in *.
  replace (Z.to_nat n) with (length content) by lia. replace (Z.to_nat 32) with (length digest) by lia. split.
  - cbn [Z.to_nat skipn]. now rewrite firstn_app, Nat.sub_diag, firstn_all, app_nil_r.
  - now rewrite skipn_app, skipn_all, Nat.sub_diag, firstn_all.
Qed.

(** A MAC is itself. *)
Lemma is_mac_itself digest : is_mac digest digest = true.
Proof. now apply seq_eqb_eq. Qed.

Section Epoch.
Context (e : Z) (auth : Authenticator) (seed : KemSeed).
Context (auth_typed : Authenticator_typed auth) (seed_typed : KemSeed_typed seed).

(** The header of the epoch is accepted. *)
Lemma header_is_accepted :
  open_header e auth (header_part e auth seed)
  = Ret (Ok (Braid_HeaderReceived
      (mk_HeaderReceived e auth (header seed) (ratchet_sparse_erasure.decoder_of 1152)))).
Proof.
  destruct (generate_typed seed seed_typed) as (Hh & _ & _).
  pose proof (mac_header_typed auth e _ auth_typed (proj2 Hh)) as Hmac.
  destruct (content_of_with_mac 64 _ _ ltac:(lia) Hh Hmac) as (E1 & E2).
  unfold open_header, header_part, header, HEADER_LEN, MAC_LENGTH. rewrite E1. cbn [bind]. cbv zeta.
  rewrite E2. cbn [bind]. rewrite is_mac_itself. reflexivity.
Qed.

(** While it waits for the header, the ciphertext side takes in what the key side sends. *)
Lemma waiting_receives state message :
  waits e auth seed state -> at_most e (header_payload e auth seed) message ->
  yields (braid_receive state message)
    (receives_well state (fun next output => waits e auth seed next /\ output = None)).
Proof.
  intros Hs Hm. destruct (header_part_is_a_part e auth seed auth_typed seed_typed) as (Hp & _).
  destruct (vector_is_a_part seed seed_typed) as (_ & Hvl).
  apply (receives_at_most state e (header_payload e auth seed)); [now destruct Hs|exact Hm|now split|].
  intros Hc. destruct message as [epoch index payload]. cbn [SparseMessage_payload] in *.
  destruct payload as [|c| | | | |]; try contradiction Hc. cbn [header_payload] in Hc.
  destruct Hs as [d Hd|d Hd]; cbn [receive_same_epoch]; [|step; split; [now constructor|reflexivity]].
  cbn [in_no_header_received]. unfold receive_header. cbn [NoHeaderReceived_header_decoder
    NoHeaderReceived_epoch NoHeaderReceived_auth].
  step. call_by (add_chunk_of_part _ d c Hp Hd Hc) d' Hd'.
  call_by (decoded_of_part _ d' Hp Hd') found Hfound. destruct Hfound as [->| ->].
  - rewrite header_is_accepted. step. cbn [quietly]. step. split; [|reflexivity].
    constructor. now apply decoder_collects.
  - step. step. split; [now constructor|reflexivity].
Qed.

Section Encapsulated.
Context (half : FirstHalf) (secret : EpochSecret) (renewed : Authenticator) (ct2 : list Z).
Context (good : encapsulation e auth seed half secret renewed ct2).

Local Notation ct1 := (half.(FirstHalf_ciphertext1)).

(** The ciphertext is opened: the secret comes out, and the next epoch begins. *)
Lemma ciphertext_is_opened :
  1 <= e <= LAST_EPOCH ->
  open_ciphertext e auth (dk seed) ct1 (ct2_part e half renewed ct2)
  = Ret (if e =? LAST_EPOCH then Err SparseError_CounterExhausted
         else Ok (Braid_NoHeaderReceived (no_header_received (e + 1) renewed),
                  Some (mk_EpochOutput e secret))).
Proof.
  intros He. destruct good as (Hct1 & Hct2 & Hrenewed & _ & _ & Edecaps & Esecret & Erenewed).
  assert (Hboth : bytes (seq_concat ct1 ct2)) by (apply Forall_concat; [apply Hct1|apply Hct2]).
  pose proof (mac_ciphertext_typed renewed e _ Hrenewed Hboth) as Hmac.
  destruct (content_of_with_mac 128 _ _ ltac:(lia) Hct2 Hmac) as (E1 & E2).
  unfold open_ciphertext, ct2_part, CIPHERTEXT2_LEN, MAC_LENGTH. rewrite E1. cbn [bind].
  rewrite Edecaps. cbn [lift_secret]. rewrite Esecret. cbn [bind]. rewrite Erenewed. cbn [bind]. cbv zeta.
  rewrite E2. cbn [bind]. rewrite is_mac_itself. cbn [negb].
  destruct (Z.eqb_spec e LAST_EPOCH); [reflexivity|].
  unfold LAST_EPOCH in *. unfold checked_add. rewrite checked_ret by lia. reflexivity.
Qed.

(** The state goes on, still consistent with the other side, and does not forget the first half. *)
Definition key_goes_on (now state next : Braid) (output : option EpochOutput) : Prop :=
  key_state e auth seed half renewed ct2 next /\ output = None /\
  consistent next now /\ (has_ct1 state -> has_ct1 next).

(** A state that is kept goes on; and one that has not the first half yet, to one that does not wait for the
    second. *)
Lemma key_goes_on_to now state next :
  key_state e auth seed half renewed ct2 next -> consistent state now ->
  (next = state \/ (~ has_ct1 state /\ forall s, next <> Braid_EkSentCt1Received s)) ->
  key_goes_on now state next None.
Proof.
  intros Hnext Hboth Hcase. split; [exact Hnext|]. split; [reflexivity|].
  destruct Hcase as [->|(Hno & Hnot)]; [split; [exact Hboth|auto]|].
  split; [|contradiction]. destruct now; cbn [consistent] in *; auto; [|contradiction].
  destruct Hboth as (s & ->). now contradiction Hno.
Qed.

(** The key side takes in what the ciphertext side sends. *)
Lemma key_state_receives now state message :
  1 <= e <= LAST_EPOCH ->
  key_state e auth seed half renewed ct2 state -> consistent state now ->
  at_most e (ciphertext_payload e half renewed ct2 now) message ->
  yields (braid_receive state message) (receives_well state (fun next output =>
    key_goes_on now state next output \/
    (e < LAST_EPOCH /\ (exists s, now = Braid_Ct2Sampled s) /\
     next = Braid_NoHeaderReceived (no_header_received (e + 1) renewed) /\
     output = Some (mk_EpochOutput e secret)))).
Proof.
  intros He Hs Hboth Hm. destruct (ct1_is_a_part _ _ _ _ _ _ _ good) as (Hp1 & Hl1).
  destruct (ct2_part_is_a_part _ _ _ _ _ _ _ good) as (Hp2 & Hl2).
  destruct (vector_is_a_part seed seed_typed) as (Hvp & Hvl).
  assert (Hepoch : braid_epoch state = e) by now destruct Hs.
  apply (receives_at_most state e (ciphertext_payload e half renewed ct2 now));
    [exact Hepoch|exact Hm|left; apply key_goes_on_to; auto|].
  intros Hc. destruct message as [epoch index payload]. cbn [SparseMessage_payload] in *.
  clear Hm epoch index.
  destruct payload as [| | | | |c|c]; try contradiction Hc; cbn [ciphertext_payload] in Hc.
  - destruct Hs as [enc Henc|enc d Henc Hd|enc Henc|d Hd]; cbn [receive_same_epoch in_keys_sampled
      in_header_sent in_ct1_received]; step; try step; left;
      (apply key_goes_on_to; [now constructor|exact Hboth|now left]).
  - destruct Hs as [enc Henc|enc d Henc Hd|enc Henc|d Hd]; cbn [receive_same_epoch in_keys_sampled
      in_header_sent in_ct1_received].
    + unfold receive_ct1_first. cbn [KeysSampled_epoch KeysSampled_auth KeysSampled_ek KeysSampled_dk].
      step. call_by (encoder_of_part _ Hvp) enc' Henc'.
      step. eapply yields_mono.
      { apply (add_chunk_of_part ct1); [exact Hp1|now apply decoder_collects|exact Hc]. }
      intros d' Hd'. step. step. left.
      apply key_goes_on_to; [now constructor|exact Hboth|right; split; [auto|discriminate]].
    + unfold receive_ct1. cbn [HeaderSent_epoch HeaderSent_auth HeaderSent_dk HeaderSent_ek_encoder
        HeaderSent_ct1_decoder].
      step. call_by (add_chunk_of_part _ d c Hp1 Hd Hc) d' Hd'.
      call_by (decoded_of_part _ d' Hp1 Hd') found Hfound. destruct Hfound as [->| ->]; step; step; left;
        (apply key_goes_on_to; [now constructor|exact Hboth|right; split; [auto|discriminate]]).
    + step. step. left. apply key_goes_on_to; [now constructor|exact Hboth|now left].
    + step. left. apply key_goes_on_to; [now constructor|exact Hboth|now left].
  - destruct Hc as (Hc & Hnow).
    destruct Hs as [enc Henc|enc d Henc Hd|enc Henc|d Hd]; cbn [receive_same_epoch in_keys_sampled
      in_header_sent in_ct1_received].
    + step. step. left. apply key_goes_on_to; [now constructor|exact Hboth|now left].
    + step. step. left. apply key_goes_on_to; [now constructor|exact Hboth|now left].
    + unfold receive_ct2_first. cbn [Ct1Received_epoch Ct1Received_auth Ct1Received_dk Ct1Received_ct1].
      step. step. eapply yields_mono.
      { apply (add_chunk_of_part (ct2_part e half renewed ct2));
          [exact Hp2|now apply decoder_collects|exact Hc]. }
      intros d' Hd'. step. step. left. destruct Hnow as (s & ->).
      split; [now constructor|]. split; [reflexivity|]. split; [exact I|auto].
    + unfold receive_ct2. cbn [EkSentCt1Received_epoch EkSentCt1Received_auth EkSentCt1Received_dk
        EkSentCt1Received_ct1 EkSentCt1Received_ct2_decoder].
      call_by (add_chunk_of_part _ d c Hp2 Hd Hc) d' Hd'.
      call_by (decoded_of_part _ d' Hp2 Hd') found Hfound. destruct Hfound as [->| ->].
      * rewrite ciphertext_is_opened by exact He. step. destruct (Z.eqb_spec e LAST_EPOCH) as [E|E].
        -- exact E.
        -- right. split; [lia|]. split; [exact Hnow|]. split; reflexivity.
      * step. left. destruct Hnow as (s & ->).
        split; [now constructor|]. split; [reflexivity|]. split; [exact I|auto].
Qed.

(** The second half of the ciphertext is made. *)
Lemma second_half_is_made :
  yields (encapsulate e renewed half.(FirstHalf_state) (vector seed) ct1) (fun r => exists next,
    r = Ok next /\ ciphertext_state e seed half renewed ct2 next /\ exists s, next = Braid_Ct2Sampled s).
Proof.
  destruct (ct2_part_is_a_part _ _ _ _ _ _ _ good) as (Hp2 & _).
  destruct good as (_ & _ & _ & _ & Ect2 & _). unfold encapsulate. rewrite Ect2. cbn [lift_ciphertext].
  cbv zeta. call_by (encoder_of_part _ Hp2) enc Henc. step.
  eexists. split; [reflexivity|]. split; [now constructor|eauto].
Qed.

(** The vector matches its header. *)
Lemma vector_matches : matched (header seed) (vector seed) = Ok (vector seed).
Proof. destruct good as (_ & _ & _ & Hmatch & _). unfold matched. now rewrite Hmatch. Qed.

(** The state goes on, still consistent with the other side, and once it is the last one of the epoch it
    stays. *)
Definition goes_on (now state next : Braid) (output : option EpochOutput) : Prop :=
  ciphertext_state e seed half renewed ct2 next /\ output = None /\ consistent now next /\
  ((exists s, state = Braid_Ct2Sampled s) -> exists s, next = Braid_Ct2Sampled s).

(** A chunk of the vector, when the first half of the ciphertext has arrived. *)
Lemma acknowledged_receives now state d c :
  collects (vector seed) d -> chunk_of (vector seed) c -> (forall s, state <> Braid_Ct2Sampled s) ->
  (exists s, now = Braid_Ct1Received s) ->
  yields
    (bind
       (receive_acknowledged_ek (mk_Ct1Acknowledged e renewed (header seed) half.(FirstHalf_state) ct1 d) c)
       (fun r => Ret (quietly r)))
    (receives_well state (goes_on now state)).
Proof.
  intros Hd Hc Hstate Hnow. destruct (vector_is_a_part seed seed_typed) as (Hvp & _).
  unfold receive_acknowledged_ek. cbn [Ct1Acknowledged_epoch Ct1Acknowledged_auth Ct1Acknowledged_header
    Ct1Acknowledged_es Ct1Acknowledged_ct1 Ct1Acknowledged_ek_decoder].
  step. call_by (add_chunk_of_part _ d c Hvp Hd Hc) d' Hd'.
  call_by (decoded_of_part _ d' Hvp Hd') found Hfound. destruct Hfound as [->| ->].
  - rewrite vector_matches. eapply yields_mono; [apply second_half_is_made|].
    intros r (next & -> & Hnext & s' & E'). step. cbn [quietly]. split; [exact Hnext|]. split; [reflexivity|].
    split; [subst next; destruct Hnow as (s & ->); exact I|]. intros (s & E). now apply Hstate in E.
  - step. step. cbn [quietly]. split; [now constructor|]. split; [reflexivity|]. split; [exact Hnow|].
    intros (s & E). now apply Hstate in E.
Qed.

(** The ciphertext side takes in what the key side sends. *)
Lemma ciphertext_state_receives now state message :
  ciphertext_state e seed half renewed ct2 state -> consistent now state ->
  at_most e (key_payload e auth seed now) message ->
  yields (braid_receive state message) (receives_well state (goes_on now state)).
Proof.
  intros Hs Hboth Hm. destruct (vector_is_a_part seed seed_typed) as (Hvp & _).
  assert (Hsame : goes_on now state state None) by (split; [exact Hs|]; split; auto).
  assert (Hack : has_ct1 now -> (forall s, now <> Braid_EkSentCt1Received s) ->
    exists s, now = Braid_Ct1Received s).
  { intros Hhas Hnot. destruct now; try contradiction Hhas; [eauto|now contradiction (Hnot payload'0)]. }
  apply (receives_at_most state e (key_payload e auth seed now)); [now destruct Hs|exact Hm|exact Hsame|].
  intros Hc. destruct message as [epoch index payload]. cbn [SparseMessage_payload] in *.
  clear Hm epoch index.
  destruct Hs as [enc d Henc Hd|enc Henc|d Hd|enc Henc]; [| | |exact Hsame];
    cbn [consistent] in Hboth; destruct payload as [|c|c|c| |c|c]; try contradiction Hc; try exact Hsame;
    cbn [key_payload receive_same_epoch in_ct1_sampled in_ek_received_ct1_sampled in_ct1_acknowledged] in *.
  - unfold receive_ek. cbn [Ct1Sampled_epoch Ct1Sampled_auth Ct1Sampled_header Ct1Sampled_es
      Ct1Sampled_ct1 Ct1Sampled_ct1_encoder Ct1Sampled_ek_decoder].
    step. call_by (add_chunk_of_part _ d c Hvp Hd Hc) d' Hd'.
    call_by (decoded_of_part _ d' Hvp Hd') found Hfound. destruct Hfound as [->| ->].
    + rewrite vector_matches. step. step. cbn [quietly]. split; [now constructor|]. split; [reflexivity|].
      split; [exact Hboth|]. intros (s & E). discriminate E.
    + step. step. cbn [quietly]. split; [now constructor|]. split; [reflexivity|].
      split; [exact Hboth|]. intros (s & E). discriminate E.
  - destruct Hc as (Hc & Hhas). apply (acknowledged_receives now _ d c Hd Hc); [discriminate|auto].
  - step. eapply yields_mono; [apply second_half_is_made|].
    intros r (next & -> & Hnext & s' & E'). step. split; [exact Hnext|]. split; [reflexivity|].
    split; [subst next; apply Hc|]. intros (s & E). discriminate E.
  - step. eapply yields_mono; [apply second_half_is_made|].
    intros r (next & -> & Hnext & s' & E'). step. split; [exact Hnext|]. split; [reflexivity|].
    split; [subst next; apply Hc|]. intros (s & E). discriminate E.
  - apply (acknowledged_receives now _ d c Hd Hc); [discriminate|exact Hboth].
  - apply (acknowledged_receives now _ d c Hd (proj1 Hc)); [discriminate|exact Hboth].
Qed.
End Encapsulated.
End Epoch.

(** * The two parties *)

(** The key side receives. *)
Lemma key_receives key ciphertext message :
  in_step key ciphertext -> In message ciphertext.(Party_sent) ->
  yields (braid_receive key.(Party_state) message)
    (receives_well key.(Party_state) (fun next output => in_step (after_receive key next output) ciphertext)).
Proof.
  intros (e & auth & past & He & Hauth & Hpast & H) Hm.
  assert (Hin : forall key', tied key' ciphertext e auth past -> in_step key' ciphertext)
    by (intros key' H'; exists e, auth, past; auto).
  destruct key as [state sent seed outputs].
  destruct H as [Hs Hc Hsent Hcsent Hout Hcout
    |enc Hseed Hs Henc Hc Hsent Hcsent Hout Hcout
    |half secret renewed ct2 Hseed Hgood Hs Hc Hboth Hsent Hcsent Hout Hcout
    |renewed part enc secret Hlast Hr Hp Hs Hc Henc Hsent Hcsent Hout Hcout];
    cbn [Party_state Party_sent Party_seed Party_outputs] in *;
    rewrite Forall_forall in Hcsent; pose proof (Hcsent message Hm) as Hmessage;
    rewrite <- Forall_forall in Hcsent.
  - apply (receives_at_most state e no_payload); [now rewrite Hs|exact Hmessage| |].
    + apply Hin. now apply no_key_pair.
    + intros _. rewrite Hs. cbn [receive_same_epoch]. step. apply Hin. now apply no_key_pair.
  - apply (receives_at_most state e no_payload); [now rewrite Hs|exact Hmessage| |].
    + apply Hin. now apply (key_pair _ _ _ _ _ enc).
    + intros ->. rewrite Hs. cbn [receive_same_epoch in_keys_sampled]. step. step. step. apply Hin.
      now apply (key_pair _ _ _ _ _ enc).
  - eapply yields_mono.
    { apply (key_state_receives e auth seed Hseed half secret renewed ct2 Hgood
        ciphertext.(Party_state) state message He Hs Hboth Hmessage). }
    intros [(next, output)|error]; cbn [receives_well]; [|tauto].
    intros [(Hnext & -> & Hstill & Hstays)|(Hlast & (s & Es) & -> & ->)]; apply Hin.
    + apply (encapsulated _ _ _ _ _ half secret renewed ct2); auto.
      cbn [after_receive Party_state Party_sent]. revert Hsent. apply at_most_more.
      intros [] Hx; cbn [Party_seed key_payload] in *; tauto.
    + rewrite Es in Hc. inversion Hc as [| | |enc Henc E]. subst s.
      destruct (ct2_part_is_a_part _ _ _ _ _ _ _ Hgood) as (Hp & _).
      destruct Hgood as (_ & _ & Hrenewed & _).
      apply (opened _ _ _ _ _ renewed (ct2_part e half renewed ct2) enc secret);
        cbn [after_receive Party_state Party_sent Party_seed Party_outputs put_out]; auto.
      * revert Hsent. apply Forall_impl. intros m [Hlt|(Heq & _)]; left; lia.
      * revert Hcsent. apply Forall_impl. intros m [Hlt|(Heq & _)]; lia.
      * now rewrite Hout.
  - apply (receives_at_most state (e + 1) no_payload); [now rewrite Hs|left; exact Hmessage| |].
    + apply Hin. now apply (opened _ _ _ _ _ renewed part enc secret).
    + intros ->. rewrite Hs. cbn [receive_same_epoch in_no_header_received]. step. step. step. apply Hin.
      now apply (opened _ _ _ _ _ renewed part enc secret).
Qed.

(** The ciphertext side receives. If the message is of the next epoch, it is the key side from now on. *)
Lemma ciphertext_receives key ciphertext message :
  in_step key ciphertext -> In message key.(Party_sent) ->
  yields (braid_receive ciphertext.(Party_state) message)
    (receives_well ciphertext.(Party_state) (fun next output =>
       in_step key (after_receive ciphertext next output) \/
       in_step (after_receive ciphertext next output) key)).
Proof.
  intros (e & auth & past & He & Hauth & Hpast & H) Hm.
  assert (Hin : forall ciphertext', tied key ciphertext' e auth past ->
    in_step key ciphertext' \/ in_step ciphertext' key)
    by (intros ciphertext' H'; left; exists e, auth, past; auto).
  destruct ciphertext as [state sent seed outputs].
  destruct H as [Hs Hc Hsent Hcsent Hout Hcout
    |enc Hseed Hs Henc Hc Hsent Hcsent Hout Hcout
    |half secret renewed ct2 Hseed Hgood Hs Hc Hboth Hsent Hcsent Hout Hcout
    |renewed part enc secret Hlast Hr Hp Hs Hc Henc Hsent Hcsent Hout Hcout];
    cbn [Party_state Party_sent Party_seed Party_outputs] in *;
    rewrite Forall_forall in Hsent; pose proof (Hsent message Hm) as Hmessage;
    rewrite <- Forall_forall in Hsent.
  - apply (receives_at_most state e (fun _ => False)); [now rewrite Hc|left; exact Hmessage| |contradiction].
    apply Hin. now apply no_key_pair.
  - eapply yields_mono.
    { apply (waiting_receives e auth _ Hauth Hseed state message Hc Hmessage). }
    intros [(next, output)|error]; cbn [receives_well]; [|tauto].
    intros (Hnext & ->). apply Hin. now apply (key_pair _ _ _ _ _ enc).
  - eapply yields_mono.
    { apply (ciphertext_state_receives e auth _ Hseed half secret renewed ct2 Hgood key.(Party_state) state
        message Hc Hboth Hmessage). }
    intros [(next, output)|error]; cbn [receives_well]; [|tauto].
    intros (Hnext & -> & Hstill & Hstays). apply Hin.
    apply (encapsulated _ _ _ _ _ half secret renewed ct2); auto.
    cbn [after_receive Party_state Party_sent]. revert Hcsent. apply at_most_more.
    intros [] Hx; cbn [ciphertext_payload] in *; auto. destruct Hx as (Hx & Hnow). auto.
  - destruct Hmessage as [Hlt|(Heq & Hnone)].
    + assert (Hsame : in_step key (mk_Party state sent seed outputs) \/
        in_step (mk_Party state sent seed outputs) key).
      { apply Hin. now apply (opened _ _ _ _ _ renewed part enc secret). }
      apply (receives_at_most state e (fun _ => True)); [now rewrite Hc| |exact Hsame|].
      * unfold at_most. destruct (Z.eq_dec message.(SparseMessage_epoch) e); [auto|left; lia].
      * intros _. rewrite Hc. cbn [receive_same_epoch]. step. rewrite Hc in Hsame. exact Hsame.
    + rewrite Hc. unfold braid_receive. cbv zeta. cbn [braid_epoch Ct2Sampled_epoch]. rewrite Heq.
      replace (e + 1 <? e) with false by lia. replace (e + 1 =? e) with false by lia.
      cbn [receive_later_epoch Ct2Sampled_epoch Ct2Sampled_auth]. unfold LAST_EPOCH in *.
      step. step; [lia|]. replace (e + 1 - e =? 1) with true by lia. step.
      right. exists (e + 1), renewed, (past ++ [mk_EpochOutput e secret]).
      split; [unfold LAST_EPOCH; lia|]. split; [exact Hr|]. split; [now apply before_next_epoch|].
      apply no_key_pair; cbn [after_receive Party_state Party_sent Party_outputs put_out]; auto.
Qed.
End Receiving.
